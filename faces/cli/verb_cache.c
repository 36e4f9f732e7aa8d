/* SPDX-License-Identifier: Apache-2.0 */
/* cache: how much estimated depth lies on disk, how old it is, and how to be rid of it. */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/status.h"
#include "say.h"
#include "verbs.h"

static double mebibytes(const struct fth_json *object, const char *key)
{
    return (double)fth_json_int(fth_json_get(object, key), 0) / (1 << 20);
}

/* "3 days", "12 minutes" */
static void print_age(const struct fth_json *kind, const char *key, char text[40])
{
    static const struct {
        int64_t seconds;
        const char *name;
    } units[] = {{86400, "days"}, {3600, "hours"}, {60, "minutes"}, {1, "seconds"}};
    int64_t age_s = fth_json_int(fth_json_get(kind, key), 0);
    size_t unit = 0;
    while (unit + 1 < FTH_ARRAY_COUNT(units) && age_s < 2 * units[unit].seconds)
        unit++;
    snprintf(text, 40, "%lld %s", (long long)(age_s / units[unit].seconds), units[unit].name);
}

static void print_report(const struct fth_json *root)
{
    bool cleared = fth_json_bool(fth_json_get(root, "cleared"), false);
    const struct fth_json *kinds = fth_json_get(root, "kinds");
    printf("%s\n", fth_json_text(fth_json_get(root, "folder"), ""));
    for (size_t i = 0; i < fth_json_count(kinds); i++) {
        const struct fth_json *kind = fth_json_at(kinds, i);
        long long files = fth_json_int(fth_json_get(kind, "files"), 0);
        char oldest[40], newest[40];
        print_age(kind, "oldest_s", oldest);
        print_age(kind, "newest_s", newest);
        printf("%s%s: %lld entries, %.1f MiB", cleared ? "removed " : "",
               fth_json_text(fth_json_get(kind, "kind"), ""), files, mebibytes(kind, "bytes"));
        if (files > 0 && !cleared)
            printf(", last used between %s and %s ago", oldest, newest);
        printf("\n");
    }
    if (!cleared)
        printf("%.1f of at most %.0f MiB ($FATHOM_CACHE_SIZE); what was used least recently goes "
               "first\n",
               mebibytes(root, "bytes"), mebibytes(root, "limit"));
}

int fth_cli_run_cache(const struct fth_cli_call *call)
{
    struct fth_error error = {0};
    struct fth_json *root = NULL;
    char *text = NULL;
    enum fth_status status = fth_cli_expect_words(call, 1, 1, &error);
    const char *word = call->options->words[0];
    if (status == FTH_OK && strcmp(word, "show") != 0 && strcmp(word, "clear") != 0)
        status = fth_fail(&error, FTH_ERR_USAGE, "cache: '%s' is not show or clear", word);
    if (status == FTH_OK)
        status = fth_cache_report(strcmp(word, "clear") == 0, &text, &error);
    if (status == FTH_OK)
        status = fth_json_parse(text, strlen(text), "cache", &root, &error);
    fth_text_free(text);
    if (status != FTH_OK)
        return fth_cli_say_status(status, &error);
    if (fth_cli_options_given(call->options, "json"))
        return fth_cli_print_json(root);
    print_report(root);
    fth_json_destroy(&root);
    return FTH_CLI_DONE;
}
