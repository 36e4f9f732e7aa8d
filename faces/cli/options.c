/* SPDX-License-Identifier: Apache-2.0 */
/* Gathering options from tables, and asking them for values. Parsing is parse.c. */
#include "options.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

static const struct fth_cli_option *find(const struct fth_cli_options *options, const char *name)
{
    for (size_t i = 0; i < options->count; i++)
        if (strcmp(options->items[i].name, name) == 0)
            return &options->items[i];
    return NULL;
}

static void add(struct fth_cli_options *options, struct fth_cli_option option)
{
    for (char *c = option.name; *c; c++)
        *c = *c == '_' ? '-' : *c;
    if (options->failed || find(options, option.name))
        return;
    if (options->count == options->capacity) {
        size_t capacity = options->capacity ? options->capacity * 2 : 64;
        struct fth_cli_option *items = fth_realloc(options->items, capacity, sizeof(*items));
        if (!items) {
            options->failed = true;
            fth_text_lose();
            return;
        }
        options->items = items;
        options->capacity = capacity;
    }
    options->items[options->count++] = option;
}

void fth_cli_options_add_rows(struct fth_cli_options *options, const struct fth_cli_row *rows,
                              const char *section)
{
    for (; rows && rows->name; rows++) {
        struct fth_cli_option option = {.section = section, .row = rows,
                                        .takes_value = rows->value != NULL};
        snprintf(option.name, sizeof(option.name), "%s", rows->name);
        add(options, option);
    }
}

static void add_param(struct fth_cli_options *options, struct fth_cli_option option,
                      const char *name)
{
    const struct fth_param *param = option.param;
    option.takes_value = param->type != FTH_PARAM_SWITCH;
    if (!option.section)
        option.section = param->group ? param->group : "Controls";
    snprintf(option.name, sizeof(option.name), "%s", name);
    add(options, option);
    if (option.takes_value)
        return;
    option.negates = true;
    snprintf(option.name, sizeof(option.name), "no-%s", name);
    add(options, option);
}

static void add_params(struct fth_cli_options *options, const struct fth_param *table,
                       struct fth_cli_option like)
{
    like.table = table;
    for (like.param = table; table && like.param->type != FTH_PARAM_END; like.param++)
        add_param(options, like, like.param->id);
}

static void add_port(struct fth_cli_options *options, const struct fth_port *port,
                     const char *name)
{
    struct fth_cli_option option = {.section = "Inputs", .target = FTH_CLI_TO_PORT, .port = port,
                                    .takes_value = true};
    for (size_t i = 0; i < options->count; i++)
        if (options->items[i].port == port)
            return;
    snprintf(option.name, sizeof(option.name), "%s", name);
    add(options, option);
}

void fth_cli_options_add_inputs(struct fth_cli_options *options, const struct fth_node_type *node,
                                const struct fth_cli_alias *aliases)
{
    for (; aliases && aliases->name; aliases++)
        for (const struct fth_port *port = node->inputs; port && port->id; port++)
            if (strcmp(port->id, aliases->param) == 0)
                add_port(options, port, aliases->name);
}

void fth_cli_options_add_node(struct fth_cli_options *options, const struct fth_node_type *node)
{
    for (const struct fth_port *port = node->inputs; port && port->id; port++)
        add_port(options, port, port->id);
    if (node->effect_mask)
        add_port(options, node->effect_mask, node->effect_mask->id);
    add_params(options, node->params, (struct fth_cli_option){.target = FTH_CLI_TO_NODE});
    add_params(options, node->common_params,
               (struct fth_cli_option){.target = FTH_CLI_TO_NODE, .section = "Settings"});
}

void fth_cli_options_add_next(struct fth_cli_options *options, const struct fth_node_type *next,
                              const struct fth_cli_alias *aliases)
{
    const struct fth_cli_alias *all = aliases;
    for (; aliases && aliases->name; aliases++) {
        struct fth_cli_option like = {.target = FTH_CLI_TO_NEXT, .section = next->label,
                                      .table = next->params, .aliases = all};
        like.param = next->params;
        while (like.param->type != FTH_PARAM_END && strcmp(like.param->id, aliases->param) != 0)
            like.param++;
        if (like.param->type != FTH_PARAM_END)
            add_param(options, like, aliases->name);
    }
}

static void add_media(struct fth_cli_options *options, const struct fth_node_type *node,
                      struct fth_cli_option like)
{
    static const char *const ours[] = {"file", "overwrite"};
    like.table = node->params;
    for (like.param = node->params; like.param && like.param->type != FTH_PARAM_END; like.param++) {
        bool is_ours = false;
        for (size_t i = 0; i < FTH_ARRAY_COUNT(ours); i++)
            is_ours = is_ours || strcmp(like.param->id, ours[i]) == 0;
        if (!is_ours)
            add_param(options, like, like.param->id);
    }
}

void fth_cli_options_add_source(struct fth_cli_options *options, const struct fth_node_type *source)
{
    add_media(options, source,
              (struct fth_cli_option){.target = FTH_CLI_TO_SOURCE, .section = "Reading"});
}

void fth_cli_options_add_sink(struct fth_cli_options *options, const struct fth_node_type *sink)
{
    add_media(options, sink,
              (struct fth_cli_option){.target = FTH_CLI_TO_SINK, .section = "Writing"});
}

void fth_cli_options_clear(struct fth_cli_options *options)
{
    fth_free(options->items);
    *options = (struct fth_cli_options){0};
}

const char *fth_cli_options_value(const struct fth_cli_options *options, const char *name)
{
    const struct fth_cli_option *option = find(options, name);
    return option ? option->value : NULL;
}

bool fth_cli_options_given(const struct fth_cli_options *options, const char *name)
{
    return fth_cli_options_value(options, name) != NULL;
}
