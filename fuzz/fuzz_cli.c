/* SPDX-License-Identifier: Apache-2.0 */
/* A command line, an argument a line: verb and node are found, their options gathered from the
 * tables and parsed, as main does it; no verb is run. It is refused in one line, or understood, and
 * then the same way a second time. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "../faces/cli/help.h"
#include "../faces/cli/verbs.h"
#include "fuzz.h"

enum { MOST_ARGUMENTS = 80, MOST_SIZE = 4096 };

/* What was given for each option, and the words. */
static bool same(const struct fth_cli_options *a, const struct fth_cli_options *b)
{
    bool result = a->count == b->count && a->word_count == b->word_count && a->out == b->out;
    for (size_t i = 0; result && i < a->count; i++) {
        const char *x = a->items[i].value, *y = b->items[i].value;
        result = x && y ? strcmp(x, y) == 0 : x == y;
    }
    for (int i = 0; result && i < a->word_count; i++)
        result = a->words[i] == b->words[i];
    return result;
}

static enum fth_status understand(const struct fth_cli_verb *verb,
                                  const struct fth_node_type *node, int argc, char **argv,
                                  struct fth_cli_options *options)
{
    char command[128];
    struct fth_error error = {.message = ""};
    struct fth_cli_common common = {0};
    fth_cli_verb_options(verb, node, options);
    fth_cli_verb_command(verb, node, command, sizeof(command));
    enum fth_status status = fth_cli_options_parse(options, argc, argv, command, &error);
    if (status == FTH_OK)
        status = fth_cli_common_read(options, &common, &error);
    fuzz_check_refusal(status, &error);
    return status;
}

static void try_line(int argc, char **argv)
{
    struct fth_error error = {.message = ""};
    const struct fth_cli_verb *verb = argc ? fth_cli_verb_find(argv[0]) : NULL;
    const struct fth_node_type *node = NULL;
    int used = 1;
    if (!verb || verb->is_promised)
        return;
    if (verb->node) {
        const char *name = verb->node[0] ? verb->node : used < argc ? argv[used++] : "";
        enum fth_status status = fth_cli_find_node(name, &node, &error);
        fuzz_check_refusal(status, &error);
        if (status != FTH_OK)
            return;
    }
    struct fth_cli_options once, again;
    enum fth_status status = understand(verb, node, argc - used, argv + used, &once);
    if (understand(verb, node, argc - used, argv + used, &again) != status ||
        (status == FTH_OK && !same(&once, &again)))
        abort();
    fth_cli_options_clear(&once);
    fth_cli_options_clear(&again);
}

FUZZ_TARGET(cli)
{
    char text[MOST_SIZE], *argv[MOST_ARGUMENTS + 1], *rest = text;
    int argc = 0;
    if (size >= sizeof(text))
        return -1; /* not kept in the corpus */
    memcpy(text, data, size);
    text[size] = '\0';
    while (rest && argc < MOST_ARGUMENTS)
        argv[argc++] = strsep(&rest, "\n");
    argv[argc] = NULL;
    try_line(argc, argv);
    return 0;
}
