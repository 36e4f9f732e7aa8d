/* SPDX-License-Identifier: Apache-2.0 */
/* probe: the library's JSON, as it is or as a table. */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "say.h"
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

int fth_cli_run_probe(const struct fth_cli_call *call)
{
    struct fth_error error = {0};
    char *text = NULL;
    struct fth_json *root = NULL;
    enum fth_status status = fth_cli_expect_words(call, 1, 1, &error);
    if (status == FTH_OK)
        status = fth_probe(call->options->words[0], &text, &error);
    if (status == FTH_OK && fth_cli_options_given(call->options, "json"))
        puts(text);
    else if (status == FTH_OK)
        status = fth_json_parse(text, strlen(text), "probe", &root, &error);
    if (root)
        print_members(root, "");
    fth_json_destroy(&root);
    fth_text_free(text);
    return fth_cli_say_status(status, &error);
}
