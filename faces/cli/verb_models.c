/* SPDX-License-Identifier: Apache-2.0 */
/* models: which networks there are; fetching, adding, checking and removing them. */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/status.h"
#include "line.h"
#include "say.h"
#include "signals.h"
#include "verbs.h"

static const char *text_of(const struct fth_json *object, const char *key)
{
    return fth_json_text(fth_json_get(object, key), "");
}

static bool bool_of(const struct fth_json *object, const char *key)
{
    return fth_json_bool(fth_json_get(object, key), false);
}

static const char *print_size(const struct fth_json *object, char text[32])
{
    int64_t size = fth_json_int(fth_json_get(object, "size"), 0);
    snprintf(text, 32, size > 0 ? "%.1f MiB" : "-", (double)size / (1 << 20));
    return text;
}

/* The list's own words are for programs. */
static const char *meaning_of(const struct fth_json *network)
{
    static const char *const words[][2] = {{"relative_inverse", "relative depth"},
                                           {"metric_z", "metric depth"},
                                           {"matte", "matte of people"}};
    const char *meaning = text_of(network, "meaning");
    for (size_t i = 0; i < FTH_ARRAY_COUNT(words); i++)
        if (strcmp(words[i][0], meaning) == 0)
            return words[i][1];
    return meaning;
}

static const char *licence_of(const struct fth_json *network)
{
    const char *licence = text_of(network, "licence");
    return strcmp(licence, "NOASSERTION") == 0 ? "not known" : licence;
}

/* ---- list */

static void print_devices(const struct fth_json *root)
{
    const struct fth_json *list = fth_json_get(root, "devices");
    printf("ONNX Runtime %s, %s\n", text_of(root, "runtime"), text_of(root, "path"));
    for (size_t i = 0; i < fth_json_count(list); i++) {
        const struct fth_json *device = fth_json_at(list, i);
        bool absent = strcmp(text_of(device, "state"), "absent") == 0;
        bool chosen = strcmp(text_of(device, "name"), text_of(root, "chosen")) == 0;
        printf("%-9s %s%s%s%s\n", text_of(device, "name"),
               absent ? "not in this runtime" : text_of(device, "state"),
               chosen ? ", used when none is named" : "", *text_of(device, "why") ? ": " : "",
               text_of(device, "why"));
    }
}

static void print_list(const struct fth_json *root)
{
    const struct fth_json *list = fth_json_get(root, "networks");
    const struct fth_json *best = fth_json_get(root, "best");
    char size[32];
    for (size_t i = 0; i < fth_json_count(list); i++) {
        const struct fth_json *network = fth_json_at(list, i);
        printf("%-38s %-15s %10s  %-9s  %s%s\n", text_of(network, "id"), meaning_of(network),
               print_size(network, size), bool_of(network, "installed") ? "installed" : "-",
               licence_of(network),
               bool_of(network, "non_commercial") ? ", not for commercial use" : "");
    }
    if (!text_of(best, "better")[0]) {
        printf("Used when none is named: none is installed; 'fathom models get NAME' fetches one, "
               "`./run setup` those of the draft set\n");
        return;
    }
    bool is_same = strcmp(text_of(best, "better"), text_of(best, "faster")) == 0;
    printf("Used when none is named: %s%s%s%s\n", text_of(best, "better"),
           is_same ? "" : " (in the mode faster ", is_same ? "" : text_of(best, "faster"),
           is_same ? "" : ")");
}

static enum fth_status run_list(const struct fth_cli_call *call, char **text,
                                struct fth_error *error)
{
    return fth_cli_options_given(call->options, "devices") ? fth_models_devices(text, error)
                                                           : fth_models_list(text, error);
}

static void print_networks(const struct fth_json *root)
{
    if (fth_json_get(root, "devices"))
        print_devices(root);
    else
        print_list(root);
}

/* ---- get */

static bool show_progress(void *context, const struct fth_models_progress *progress)
{
    const struct fth_cli_common *common = context;
    fth_cli_progress_bytes(fth_cli_progress_decide(common->progress, common->quiet), progress);
    return !fth_cli_signals_asked();
}

/* What it is and under which licence, before anything is fetched. Programs get it as an event. */
static void say_licence(const struct fth_cli_call *call, const struct fth_json *network)
{
    char size[32];
    if (fth_cli_options_given(call->options, "json")) {
        struct fth_json *event = fth_json_new(FTH_JSON_OBJECT);
        fth_json_set(event, "event", fth_json_new_text("licence"));
        fth_json_set(event, "id", fth_json_new_text(text_of(network, "id")));
        fth_json_set(event, "licence", fth_json_new_text(text_of(network, "licence")));
        fth_json_set(event, "non_commercial",
                     fth_json_new_bool(bool_of(network, "non_commercial")));
        fth_cli_say_json(event);
        return;
    }
    printf("%s (%s, %s)\nlicence: %s%s\nfrom:    %s\n", text_of(network, "title"),
           meaning_of(network), print_size(network, size), licence_of(network),
           bool_of(network, "non_commercial") ? ", not for commercial use" : "",
           text_of(network, "url"));
    fflush(stdout);
}

/* Says it of a network that could be fetched and is not there. */
static enum fth_status announce(const struct fth_cli_call *call, const char *name,
                                struct fth_error *error)
{
    char *text = NULL;
    struct fth_json *root = NULL;
    enum fth_status status = fth_models_list(&text, error);
    if (status == FTH_OK)
        status = fth_json_parse(text, strlen(text), "models", &root, error);
    const struct fth_json *list = fth_json_get(root, "networks");
    for (size_t i = 0; i < fth_json_count(list); i++) {
        const struct fth_json *network = fth_json_at(list, i);
        bool here = bool_of(network, "installed") && !call->common.overwrite;
        if (strcmp(text_of(network, "id"), name) == 0 && text_of(network, "url")[0] && !here)
            say_licence(call, network);
    }
    fth_json_destroy(&root);
    fth_text_free(text);
    return status;
}

static enum fth_status run_get(const struct fth_cli_call *call, char **text,
                               struct fth_error *error)
{
    struct fth_cli_common common = call->common;
    const char *name = call->options->words[1];
    struct fth_models_options options = {
        .accept_licence = fth_cli_options_given(call->options, "accept-licence"),
        .again = common.overwrite,
        .progress = show_progress,
        .context = &common};
    enum fth_status status = announce(call, name, error);
    if (status == FTH_OK)
        status = fth_models_get(name, &options, text, error);
    fth_cli_line_clear();
    return status;
}

static void print_file(const struct fth_json *root)
{
    printf("%s: %s%s\nsha256:  %s%s\n", text_of(root, "id"),
           bool_of(root, "was_there") ? "is there already, " : "", text_of(root, "path"),
           text_of(root, "sha256"),
           bool_of(root, "newly_pinned")
               ? "\nNobody published this sum: it is remembered, and later downloads must have it."
               : "");
}

/* ---- add, verify, remove */

static enum fth_status run_add(const struct fth_cli_call *call, char **text,
                               struct fth_error *error)
{
    const struct fth_models_add_options options = {
        .like = fth_cli_options_value(call->options, "like"),
        .name = fth_cli_options_value(call->options, "name"),
        .input = fth_cli_options_value(call->options, "input"),
        .output = fth_cli_options_value(call->options, "output")};
    if (!options.like)
        return fth_fail(error, FTH_ERR_USAGE,
                        "models add: --like NAME is missing, the network that it is fed and read "
                        "like");
    return fth_models_add(call->options->words[1], &options, text, error);
}

static enum fth_status run_verify(const struct fth_cli_call *call, char **text,
                                  struct fth_error *error)
{
    return fth_models_verify(call->options->word_count > 1 ? call->options->words[1] : NULL, text,
                             error);
}

static void print_checks(const struct fth_json *root)
{
    const struct fth_json *list = fth_json_get(root, "networks");
    for (size_t i = 0; i < fth_json_count(list); i++) {
        const struct fth_json *network = fth_json_at(list, i);
        bool unknown = strcmp(text_of(network, "state"), "unknown") == 0;
        printf("%-38s %-8s %s%s%s\n", text_of(network, "id"),
               unknown ? "no sum" : text_of(network, "state"), text_of(network, "path"),
               unknown ? "  sha256 " : "", unknown ? text_of(network, "sha256") : "");
    }
}

/* The exit status of verify: damaged files are a failure, said in one line. */
static enum fth_status judge_checks(const struct fth_json *root, struct fth_error *error)
{
    const struct fth_json *list = fth_json_get(root, "networks");
    int64_t count = fth_json_int(fth_json_get(root, "damaged_count"), 0);
    for (size_t i = 0; count > 0 && i < fth_json_count(list); i++) {
        const struct fth_json *network = fth_json_at(list, i);
        if (strcmp(text_of(network, "state"), "damaged") == 0)
            return fth_fail(error, FTH_ERR_DATA,
                            "%lld damaged: %s has sha256 %s, should have %s; `fathom models get "
                            "%s` fetches it anew; a file of your own is removed and added again",
                            (long long)count, text_of(network, "path"),
                            text_of(network, "sha256"), text_of(network, "expected_sha256"),
                            text_of(network, "id"));
    }
    return FTH_OK;
}

static enum fth_status run_remove(const struct fth_cli_call *call, char **text,
                                  struct fth_error *error)
{
    (void)text;
    return fth_models_remove(call->options->words[1], error);
}

/* ---- which of them */

static const struct action {
    const char *word;
    int least, most; /* words, itself included */
    enum fth_status (*run)(const struct fth_cli_call *call, char **text, struct fth_error *error);
    void (*print)(const struct fth_json *root); /* for people; NULL: nothing to say */
    enum fth_status (*judge)(const struct fth_json *root, struct fth_error *error);
} actions[] = {{"list", 1, 1, run_list, print_networks, NULL},
               {"get", 2, 2, run_get, print_file, NULL},
               {"add", 2, 2, run_add, print_file, NULL},
               {"verify", 1, 2, run_verify, print_checks, judge_checks},
               {"remove", 2, 2, run_remove, NULL, NULL}};

static enum fth_status find_action(const struct fth_cli_call *call, const struct action **action,
                                   struct fth_error *error)
{
    enum fth_status status = fth_cli_expect_words(call, 1, FTH_CLI_WORDS, error);
    const char *word = call->options->words[0];
    for (size_t i = 0; i < FTH_ARRAY_COUNT(actions) && status == FTH_OK; i++) {
        if (strcmp(actions[i].word, word) != 0)
            continue;
        *action = &actions[i];
        return fth_cli_expect_words(call, actions[i].least, actions[i].most, error);
    }
    if (status == FTH_OK)
        status = fth_fail(error, FTH_ERR_USAGE,
                          "models: '%s' is not list, get, add, verify or remove", word);
    return status;
}

int fth_cli_run_models(const struct fth_cli_call *call)
{
    struct fth_error error = {0};
    const struct action *action = NULL;
    char *text = NULL;
    struct fth_json *root = NULL;
    enum fth_status status = find_action(call, &action, &error);
    if (status == FTH_OK)
        status = action->run(call, &text, &error);
    if (status == FTH_OK && text)
        status = fth_json_parse(text, strlen(text), "models", &root, &error);
    if (root && fth_cli_options_given(call->options, "json"))
        puts(text);
    else if (root && action->print)
        action->print(root);
    if (root && action->judge)
        status = action->judge(root, &error);
    fth_json_destroy(&root);
    fth_text_free(text);
    return fth_cli_say_status(status, &error);
}
