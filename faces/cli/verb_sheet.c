/* SPDX-License-Identifier: Apache-2.0 */
/* sheet: small frames of several files in one picture. */
#include <string.h>

#include "base/mem.h"
#include "base/status.h"
#include "base/text.h"
#include "output.h"
#include "say.h"
#include "signals.h"
#include "verbs.h"

static enum fth_status read_int(const struct fth_cli_options *options, const char *name, int *value,
                                struct fth_error *error)
{
    const char *text = fth_cli_options_value(options, name);
    int64_t number = 0;
    if (!text)
        return FTH_OK;
    if (!fth_parse_int(text, &number) || number < 1 || number > 4096)
        return fth_fail(error, FTH_ERR_USAGE, "--%s: '%s' is no whole number from 1 to 4096", name,
                        text);
    *value = (int)number;
    return FTH_OK;
}

/* Cuts `list` at its commas in place; what is missing stays "". */
static void split(char *list, const char **captions, int count)
{
    for (int i = 0; i < count; i++)
        captions[i] = "";
    for (int i = 0; list && i < count; i++)
        captions[i] = strsep(&list, ",");
}

static enum fth_status draw(const struct fth_cli_call *call, struct fth_sheet_options *sheet,
                            struct fth_error *error)
{
    struct fth_session *session = NULL;
    enum fth_status status = fth_session_open(&call->common.session, &session, error);
    if (status != FTH_OK)
        return status;
    fth_cli_signals_session(session);
    status = fth_sheet_write(session, sheet, call->options->out, error);
    fth_cli_signals_session(NULL);
    fth_session_close(&session);
    return status;
}

int fth_cli_run_sheet(const struct fth_cli_call *call)
{
    const struct fth_cli_options *options = call->options;
    const char *list = fth_cli_options_value(options, "captions"), *captions[FTH_CLI_WORDS];
    char *copy = NULL;
    struct fth_error error = {0};
    struct fth_sheet_options sheet = {.paths = options->words, .path_count = options->word_count,
                                      .first_frame = call->common.first_frame,
                                      .last_frame = call->common.last_frame,
                                      .overwrite = call->common.overwrite};
    enum fth_status status = fth_cli_expect_words(call, 1, FTH_CLI_WORDS, &error);
    if (status == FTH_OK)
        status = read_int(options, "columns", &sheet.columns, &error);
    if (status == FTH_OK)
        status = read_int(options, "width", &sheet.cell_width, &error);
    if (status == FTH_OK)
        status = fth_cli_output_check(call, options->out, options->words, options->word_count,
                                      &error);
    if (status == FTH_OK && list && !(copy = fth_strdup(list)))
        status = fth_fail_memory(&error, strlen(list), "captions");
    if (copy) {
        split(copy, captions, options->word_count);
        sheet.captions = captions;
    }
    if (status == FTH_OK)
        status = draw(call, &sheet, &error);
    fth_free(copy);
    return fth_cli_say_status(status, &error);
}
