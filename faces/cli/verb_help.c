/* SPDX-License-Identifier: Apache-2.0 */
/* help and version. */
#include <stdio.h>
#include <string.h>

#include "base/status.h"
#include "completion.h"
#include "help.h"
#include "manual.h"
#include "say.h"
#include "verbs.h"

static int fail_completion(const char *shell)
{
    struct fth_error error = {0};
    enum fth_status status = fth_fail(&error, FTH_ERR_USAGE,
                                      "--completion: '%s' is not bash, zsh or fish", shell);
    return fth_cli_say_status(status, &error);
}

/* help [VERB [NODE]]; a node alone will do too. */
static int help_on_words(const struct fth_cli_options *options)
{
    const struct fth_node_type *node = NULL;
    struct fth_error error = {0};
    enum fth_status status = FTH_OK;
    const struct fth_cli_verb *verb = fth_cli_verb_find(options->words[0]);
    const char *id = options->word_count > 1 ? options->words[1] : verb ? verb->node : NULL;
    if (!verb || verb->is_promised) {
        verb = fth_cli_verb_find("apply");
        id = options->words[0];
    }
    if (id && id[0])
        status = fth_cli_verb_find_type(verb, id, &node, &error);
    if (status != FTH_OK && options->word_count == 1)
        fth_fail(&error, FTH_ERR_USAGE, "'%s' is neither a verb nor a node", id);
    return status == FTH_OK ? fth_cli_help_print(verb, node) : fth_cli_say_status(status, &error);
}

int fth_cli_run_help(const struct fth_cli_call *call)
{
    const struct fth_cli_options *options = call->options;
    const char *shell = fth_cli_options_value(options, "completion");
    struct fth_error error = {0};
    enum fth_status status = fth_cli_expect_words(call, 0, 2, &error);
    if (status != FTH_OK)
        return fth_cli_say_status(status, &error);
    if (shell)
        return fth_cli_completion_print(shell) ? fth_cli_say_printed() : fail_completion(shell);
    if (fth_cli_options_given(options, "man"))
        fth_cli_manual_page();
    else if (fth_cli_options_given(options, "reference"))
        fth_cli_manual_reference();
    else if (fth_cli_options_given(options, "fusion"))
        return fth_cli_manual_fusion();
    else if (fth_cli_options_given(options, "json"))
        return fth_cli_manual_verbs();
    else if (options->word_count > 0)
        return help_on_words(options);
    else
        fth_cli_help_overview();
    return fth_cli_say_printed();
}

int fth_cli_run_version(const struct fth_cli_call *call)
{
    struct fth_error error = {0};
    enum fth_status status = fth_cli_expect_words(call, 0, 0, &error);
    if (status != FTH_OK)
        return fth_cli_say_status(status, &error);
    printf("fathom %s\n", fth_version());
    return FTH_CLI_DONE;
}
