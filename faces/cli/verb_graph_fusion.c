/* SPDX-License-Identifier: Apache-2.0 */
/* graph import, graph export: documents out of Fusion's text and the ASC's corrections, and into
 * them. */
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/pipe.h"
#include "base/status.h"
#include "output.h"
#include "say.h"
#include "verb_graph.h"

enum { MOST_SIZE = 64 << 20 }; /* bytes of a document; Fusion's text has a lower limit of its own */

/* A text, and of what is made of it the file (NULL: stdout). */
struct texts {
    const char *text;
    size_t length;
    const char *name, *out;
};

typedef enum fth_status convert_fn(const struct texts *texts, char **made, char **report,
                                   struct fth_error *error);

/* "Soft.XBlurSize: expressions are kept and not computed; ..." */
static void say_note(const struct fth_json *note)
{
    char line[1200];
    const char *input = fth_json_text(fth_json_get(note, "input"), "");
    const char *tool = fth_json_text(fth_json_get(note, "tool"), "");
    snprintf(line, sizeof(line), "%s%s%s%s%s", tool, input[0] ? "." : "", input,
             tool[0] ? ": " : "", fth_json_text(fth_json_get(note, "why"), ""));
    fth_cli_say_remark(FTH_REMARK_WARNING, line);
}

/* What was not taken over: for people as remarks, for programs as JSON, on stdout when that is
 * free. */
static int say_report(const struct fth_cli_call *call, const char *text, bool is_free)
{
    struct fth_error error = {0};
    struct fth_json *report = NULL;
    enum fth_status status = fth_json_parse(text, strlen(text), "report", &report, &error);
    if (status != FTH_OK)
        return fth_cli_say_status(status, &error);
    if (fth_cli_options_given(call->options, "json") && is_free)
        return fth_cli_print_json(report);
    if (fth_cli_options_given(call->options, "json")) {
        fth_cli_say_json(report);
        return FTH_CLI_DONE;
    }
    const struct fth_json *notes = fth_json_get(report, "notes");
    for (size_t i = 0; i < fth_json_count(notes); i++)
        say_note(fth_json_at(notes, i));
    fth_json_destroy(&report);
    return FTH_CLI_DONE;
}

static enum fth_status put(const struct fth_cli_call *call, const char *text, bool *is_free,
                           struct fth_error *error)
{
    const char *out = call->options->out;
    *is_free = out && !fth_pipe_is_named(out);
    if (*is_free)
        return fth_file_write(out, text, strlen(text), call->common.overwrite, error);
    fputs(text, stdout);
    return FTH_OK;
}

static int convert(const struct fth_cli_call *call, convert_fn *run)
{
    struct fth_error error = {0};
    const char *path = call->options->words[1];
    void *bytes = NULL;
    size_t size = 0;
    char *made = NULL, *report = NULL;
    bool is_free = false;
    int exit_status = FTH_CLI_DONE;
    const char *out = call->options->out;
    enum fth_status status = out ? fth_cli_output_check(call, out, &path, 1, &error) : FTH_OK;
    if (status == FTH_OK)
        status = fth_file_read(path, MOST_SIZE, &bytes, &size, &error);
    if (status == FTH_OK)
        status = run(&(struct texts){bytes, size, path, out}, &made, &report, &error);
    if (status == FTH_OK)
        status = put(call, made, &is_free, &error);
    if (status == FTH_OK)
        exit_status = say_report(call, report, is_free);
    fth_text_free(bytes);
    fth_text_free(made);
    fth_text_free(report);
    return status == FTH_OK ? exit_status : fth_cli_say_status(status, &error);
}

/* By the name of the file that is read. */
static enum fth_status import(const struct texts *texts, char **made, char **report,
                              struct fth_error *error)
{
    if (fth_cdl_is_named(texts->name))
        return fth_cdl_import(texts->text, texts->length, texts->name, made, report, error);
    return fth_fusion_import(texts->text, texts->length, texts->name, made, report, error);
}

/* By the name of the file that is written. */
static enum fth_status export(const struct texts *texts, char **made, char **report,
                              struct fth_error *error)
{
    if (texts->out && fth_cdl_is_named(texts->out))
        return fth_cdl_export(texts->text, texts->length, texts->name, texts->out, made, report,
                              error);
    return fth_fusion_export(texts->text, texts->length, texts->name, made, report, error);
}

int fth_cli_graph_import(const struct fth_cli_call *call, struct fth_session *session)
{
    (void)session;
    return convert(call, import);
}

int fth_cli_graph_export(const struct fth_cli_call *call, struct fth_session *session)
{
    (void)session;
    return convert(call, export);
}
