/* SPDX-License-Identifier: Apache-2.0 */
/* probe: the library's JSON, as it is or as a table. */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "line.h"
#include "progress.h"
#include "say.h"
#include "signals.h"
#include "verbs.h"

static void append_scalar(struct fth_text *text, const struct fth_json *value)
{
    char number[32];
    switch (fth_json_kind(value)) {
    case FTH_JSON_TEXT:
        fth_text_append(text, "%s", fth_json_text(value, ""));
        break;
    case FTH_JSON_NUMBER:
        fth_text_append(text, "%s", fth_print_double(fth_json_number(value, 0), number));
        break;
    case FTH_JSON_BOOL:
        fth_text_append(text, fth_json_bool(value, false) ? "yes" : "no");
        break;
    default:
        fth_text_append(text, "-");
    }
}

/* One "name  value" line a member; objects within become "name.member". Depth is bounded by the
 * library's own schema. */
static void print_members(const struct fth_json *object, const char *prefix)
{
    const char *key;
    for (size_t i = 0; (key = fth_json_key_at(object, i)); i++) {
        const struct fth_json *value = fth_json_get(object, key);
        struct fth_text name = {0}, line = {0};
        fth_text_append(&name, "%s%s%s", prefix, prefix[0] ? "." : "", key);
        if (fth_json_kind(value) == FTH_JSON_OBJECT) {
            print_members(value, name.data ? name.data : "");
        } else if (fth_json_kind(value) == FTH_JSON_ARRAY) {
            for (size_t j = 0; j < fth_json_count(value); j++) {
                fth_text_append(&line, j ? " " : "");
                append_scalar(&line, fth_json_at(value, j));
            }
        } else {
            append_scalar(&line, value);
        }
        if (line.length > 0)
            printf("%-18s %s\n", name.data ? name.data : "", line.data);
        fth_text_clear(&name);
        fth_text_clear(&line);
    }
}

static bool watch(void *context, int64_t done, int64_t total)
{
    struct fth_job_progress progress = {.stage = "looking", .done = done, .total = total,
                                        .frame = done, .left_s = -1};
    fth_cli_progress_show(context, &progress);
    return !fth_cli_signals_asked();
}

static enum fth_status find_shots(const struct fth_cli_call *call, char **text,
                                  struct fth_error *error)
{
    const struct fth_cli_common *common = &call->common;
    enum fth_cli_progress_mode mode = fth_cli_progress_decide(common->progress, common->quiet);
    enum fth_status status = fth_probe_shots(call->options->words[0], watch, &mode, text, error);
    fth_cli_line_clear();
    return status;
}

/* A line a shot: number, frames, how many. */
static void print_shots(const struct fth_json *root)
{
    const struct fth_json *shots = fth_json_get(root, "shots");
    for (size_t i = 0; i < fth_json_count(shots); i++) {
        const struct fth_json *shot = fth_json_at(shots, i);
        long long first = (long long)fth_json_number(fth_json_get(shot, "first_frame"), 0);
        long long last = (long long)fth_json_number(fth_json_get(shot, "last_frame"), 0);
        printf("shot %-4zu frames %lld-%lld (%lld)\n", i + 1, first, last, last - first + 1);
    }
}

int fth_cli_run_probe(const struct fth_cli_call *call)
{
    struct fth_error error = {0};
    char *text = NULL;
    struct fth_json *root = NULL;
    enum fth_status status = fth_cli_expect_words(call, 1, 1, &error);
    bool shots = fth_cli_options_given(call->options, "shots");
    if (status == FTH_OK && shots)
        status = find_shots(call, &text, &error);
    else if (status == FTH_OK)
        status = fth_probe(call->options->words[0], &text, &error);
    if (status == FTH_OK && fth_cli_options_given(call->options, "json"))
        puts(text);
    else if (status == FTH_OK)
        status = fth_json_parse(text, strlen(text), "probe", &root, &error);
    if (root && shots)
        print_shots(root);
    else if (root)
        print_members(root, "");
    fth_json_destroy(&root);
    fth_text_free(text);
    return fth_cli_say_status(status, &error);
}
