/* SPDX-License-Identifier: Apache-2.0 */
/* docs/reference.md: every node, input and parameter. A test holds the file equal to this. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "describe.h"
#include "manual.h"

/* A cell of a table: no bars, no line ends. */
static void print_cell(const char *text)
{
    for (; text && *text; text++)
        fputs(*text == '|' ? "\\|" : *text == '\n' ? " " : (char[]){*text, 0}, stdout);
}

static void print_ports(const struct fth_node_type *node)
{
    const struct fth_port *port = node->inputs;
    if ((!port || !port->id) && !node->effect_mask)
        return;
    printf("\n| input | label | what it does |\n|---|---|---|\n");
    for (; port && port->id; port++) {
        printf("| `%s`%s | ", port->id, port->optional ? "" : " (required)");
        print_cell(port->label);
        printf(" | ");
        print_cell(port->help);
        printf(" |\n");
    }
    if (node->effect_mask)
        printf("| `%s` | %s | %s |\n", node->effect_mask->id, node->effect_mask->label,
               node->effect_mask->help);
}

static void print_choices(const struct fth_choice *choice)
{
    for (; choice && choice->id; choice++) {
        printf("<br>`%s`: ", choice->id);
        print_cell(choice->help && choice->help[0] ? choice->help : choice->label);
    }
}

static void print_param(const struct fth_param *param, const struct fth_param *table)
{
    struct fth_text range = {0}, value = {0}, when = {0};
    fth_cli_describe_range(&range, param);
    fth_cli_describe_default(&value, param);
    fth_cli_describe_when(&when, param, table, NULL);
    printf("| `%s` | ", param->id);
    print_cell(param->label);
    printf(" | %s%s%s%s | ", fth_cli_describe_type(param->type), range.length ? ", " : "",
           range.data ? range.data : "", param->flags & FTH_PARAM_ANIMATES ? ", keys" : "");
    print_cell(value.data);
    printf(" | ");
    print_cell(param->help);
    if (when.length)
        printf(" %s.", when.data);
    print_choices(param->choices);
    printf(" |\n");
    fth_text_clear(&range);
    fth_text_clear(&value);
    fth_text_clear(&when);
}

static void print_params(const struct fth_param *table)
{
    const char *group = NULL;
    for (const struct fth_param *param = table; param && param->type != FTH_PARAM_END; param++) {
        const char *own = param->group ? param->group : "Controls";
        if (!group || strcmp(group, own) != 0)
            printf("\n**%s**\n\n| parameter | label | value | default | what it does |\n"
                   "|---|---|---|---|---|\n",
                   own);
        group = own;
        print_param(param, table);
    }
}

static void print_node(const struct fth_node_type *node)
{
    printf("\n## %s: %s [%s]\n\n%s\n", node->id, node->label, node->tag, node->help);
    print_ports(node);
    print_params(node->params);
    if (node->common_params)
        printf("\nAnd the [settings of every node](#settings-of-every-node).\n");
}

static const struct fth_param *find_common(void)
{
    for (size_t i = 0; i < fth_node_type_count(); i++)
        if (fth_node_type_at(i)->common_params)
            return fth_node_type_at(i)->common_params;
    return NULL;
}

void fth_cli_manual_reference(void)
{
    printf("# Nodes and their parameters\n\n"
           "Made from the tables by `fathom help --reference`; a test holds the two equal. On the\n"
           "command line a parameter is its name with dashes: `--far-limit 0.3`; a switch is\n"
           "`--invert` or `--no-invert`; a range or a point is `A,B`. Positions are 0 to 1 of the\n"
           "frame, y up; lengths in pixels are of the full-size picture. A value that says *keys*\n"
           "may change over time, by [keyframes](keyframes.md).\n\n");
    for (size_t i = 0; i < fth_node_type_count(); i++) {
        const struct fth_node_type *node = fth_node_type_at(i);
        printf("- `%s`: %s\n", node->id, node->label);
    }
    for (size_t i = 0; i < fth_node_type_count(); i++)
        print_node(fth_node_type_at(i));
    printf("\n## Settings of every node\n\nSources and sinks have none.\n");
    print_params(find_common());
}
