/* SPDX-License-Identifier: Apache-2.0 */
/* nodes: the catalogue as a list, or one node's help. */
#include <stdio.h>
#include <string.h>

#include "help.h"
#include "nodes_json.h"
#include "say.h"
#include "verbs.h"

/* The nodes of a group stand together, groups in the order of their first node. */
static void print_group(size_t first)
{
    const char *group = fth_node_type_at(first)->group;
    for (size_t i = 0; i < first; i++)
        if (strcmp(fth_node_type_at(i)->group, group) == 0)
            return;
    printf("%s\n", group);
    for (size_t i = first; i < fth_node_type_count(); i++) {
        const struct fth_node_type *node = fth_node_type_at(i);
        if (strcmp(node->group, group) == 0)
            printf("  %-18s %-5s %s\n", node->id, node->tag, node->label);
    }
}

int fth_cli_run_nodes(const struct fth_cli_call *call)
{
    struct fth_error error = {0};
    const struct fth_node_type *node = NULL;
    enum fth_status status = fth_cli_expect_words(call, 0, 1, &error);
    if (status == FTH_OK && call->options->word_count == 1)
        status = fth_cli_find_node(call->options->words[0], &node, &error);
    if (status != FTH_OK)
        return fth_cli_say_status(status, &error);
    if (fth_cli_options_given(call->options, "json"))
        return fth_cli_print_json(fth_cli_nodes_json(node));
    if (node)
        return fth_cli_help_print(fth_cli_verb_find("apply"), node);
    for (size_t i = 0; i < fth_node_type_count(); i++)
        print_group(i);
    return FTH_CLI_DONE;
}
