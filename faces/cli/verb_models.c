/* SPDX-License-Identifier: Apache-2.0 */
/* models: which networks there are. */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/status.h"
#include "say.h"
#include "verbs.h"

static const char *text_of(const struct fth_json *object, const char *key)
{
    return fth_json_text(fth_json_get(object, key), "");
}

static void print_networks(const struct fth_json *root)
{
    const struct fth_json *list = fth_json_get(root, "networks");
    for (size_t i = 0; i < fth_json_count(list); i++) {
        const struct fth_json *network = fth_json_at(list, i);
        bool installed = fth_json_bool(fth_json_get(network, "installed"), false);
        bool closed = fth_json_bool(fth_json_get(network, "non_commercial"), false);
        printf("%-38s %-6s %-10s %s%s\n", text_of(network, "id"), text_of(network, "task"),
               installed ? "installed" : "-", text_of(network, "licence"),
               closed ? ", not for commercial use" : "");
    }
}

static enum fth_status check_word(const struct fth_cli_call *call, struct fth_error *error)
{
    static const char *const promised[] = {"get", "add", "verify", "remove"};
    enum fth_status status = fth_cli_expect_words(call, 1, FTH_CLI_WORDS, error);
    const char *word = call->options->words[0];
    if (status != FTH_OK)
        return status;
    for (size_t i = 0; i < FTH_ARRAY_COUNT(promised); i++)
        if (strcmp(word, promised[i]) == 0)
            return fth_fail(error, FTH_ERR_USAGE, "models %s: not in this version yet", word);
    if (strcmp(word, "list") != 0)
        return fth_fail(error, FTH_ERR_USAGE, "models: '%s' is not list", word);
    return fth_cli_expect_words(call, 1, 1, error);
}

int fth_cli_run_models(const struct fth_cli_call *call)
{
    struct fth_error error = {0};
    char *text = NULL;
    struct fth_json *root = NULL;
    enum fth_status status = check_word(call, &error);
    if (status == FTH_OK)
        status = fth_models_list(&text, &error);
    if (status == FTH_OK && fth_cli_options_given(call->options, "json"))
        puts(text);
    else if (status == FTH_OK)
        status = fth_json_parse(text, strlen(text), "models", &root, &error);
    if (root)
        print_networks(root);
    fth_json_destroy(&root);
    fth_text_free(text);
    return fth_cli_say_status(status, &error);
}
