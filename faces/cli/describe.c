/* SPDX-License-Identifier: Apache-2.0 */
/* Words for table rows. Nothing about any node stands here. */
#include "describe.h"

#include <float.h>
#include <math.h>
#include <string.h>

static void append_dashed(struct fth_text *text, const char *id)
{
    for (; *id; id++)
        fth_text_append(text, "%c", *id == '_' ? '-' : *id);
}

static const char *placeholder(enum fth_param_type type)
{
    static const char *const names[] = {
        [FTH_PARAM_NUMBER] = "X",   [FTH_PARAM_INT] = "N",     [FTH_PARAM_CHOICE] = "NAME",
        [FTH_PARAM_TEXT] = "TEXT",  [FTH_PARAM_FILE] = "FILE", [FTH_PARAM_RANGE] = "A,B",
        [FTH_PARAM_POINT] = "X,Y",  [FTH_PARAM_COLOUR] = "R,G,B", [FTH_PARAM_SHAPE] = "SHAPE"};
    bool known = (size_t)type < FTH_ARRAY_COUNT(names) && names[type];
    return known ? names[type] : "VALUE";
}

const char *fth_cli_describe_type(enum fth_param_type type)
{
    static const char *const names[] = {
        [FTH_PARAM_NUMBER] = "number", [FTH_PARAM_INT] = "integer", [FTH_PARAM_SWITCH] = "switch",
        [FTH_PARAM_CHOICE] = "choice", [FTH_PARAM_TEXT] = "text",   [FTH_PARAM_FILE] = "file",
        [FTH_PARAM_RANGE] = "range",   [FTH_PARAM_POINT] = "point", [FTH_PARAM_COLOUR] = "colour",
        [FTH_PARAM_SHAPE] = "shape"};
    bool known = (size_t)type < FTH_ARRAY_COUNT(names) && names[type];
    return known ? names[type] : "value";
}

void fth_cli_describe_option(struct fth_text *text, const struct fth_cli_option *option)
{
    bool is_switch = option->param && !option->takes_value;
    fth_text_append(text, "--%s%s", is_switch ? "[no-]" : "", option->name);
    if (option->row && option->row->value)
        fth_text_append(text, " %s", option->row->value);
    else if (option->port)
        fth_text_append(text, " FILE");
    else if (option->param && option->takes_value)
        fth_text_append(text, " %s", placeholder(option->param->type));
}

static bool is_open_ended(double bound)
{
    return !isfinite(bound) || fabs(bound) >= 1e15;
}

void fth_cli_describe_range(struct fth_text *text, const struct fth_param *param)
{
    enum fth_param_type type = param->type;
    bool is_open = param->flags & (FTH_PARAM_OPEN_MIN | FTH_PARAM_OPEN_MAX);
    char low[32], high[32];
    if (type == FTH_PARAM_SWITCH || type == FTH_PARAM_CHOICE || type == FTH_PARAM_TEXT ||
        type == FTH_PARAM_FILE || (is_open_ended(param->min) && is_open_ended(param->max)))
        return;
    fth_print_double(param->min, low);
    fth_print_double(param->max, high);
    if (is_open_ended(param->max))
        fth_text_append(text, "%s %s", param->flags & FTH_PARAM_OPEN_MIN ? "above" : "from", low);
    else if (is_open_ended(param->min))
        fth_text_append(text, "%s %s", param->flags & FTH_PARAM_OPEN_MAX ? "below" : "up to", high);
    else
        fth_text_append(text, "%s to %s%s", low, high, is_open ? " (ends excluded)" : "");
    if (param->unit && param->unit[0])
        fth_text_append(text, " %s", param->unit);
}

void fth_cli_describe_default(struct fth_text *text, const struct fth_param *param)
{
    if (param->type == FTH_PARAM_SWITCH) {
        fth_text_append(text, param->def[0] != 0 ? "on" : "off");
        return;
    }
    char *value = fth_param_default_text(param);
    if (!value)
        fth_text_lose();
    fth_text_append(text, "%s", value && value[0] ? value : "none");
    fth_text_free(value);
}

static const struct fth_param *find_row(const struct fth_param *table, const char *id)
{
    for (; table && table->type != FTH_PARAM_END; table++)
        if (strcmp(table->id, id) == 0)
            return table;
    return NULL;
}

static const char *name_of(const struct fth_cli_alias *aliases, const char *id)
{
    for (; aliases && aliases->name; aliases++)
        if (strcmp(aliases->param, id) == 0)
            return aliases->name;
    return id;
}

void fth_cli_describe_when(struct fth_text *text, const struct fth_param *param,
                           const struct fth_param *table, const struct fth_cli_alias *aliases)
{
    const char *id = param->when.id;
    if (!id)
        return;
    const struct fth_param *row = find_row(table, id);
    fth_text_append(text, "Only with --");
    if (!row || !row->choices) {
        fth_text_append(text, param->when.values & 2 ? "" : "no-");
        append_dashed(text, name_of(aliases, id));
        return;
    }
    append_dashed(text, name_of(aliases, id));
    bool first = true;
    for (int i = 0; row->choices[i].id; i++) {
        if (!(param->when.values >> i & 1))
            continue;
        fth_text_append(text, "%s%s", first ? " " : " or ", row->choices[i].id);
        first = false;
    }
}

static void describe_param(struct fth_text *text, const struct fth_cli_option *option)
{
    const struct fth_param *param = option->param;
    struct fth_text range = {0};
    fth_text_append(text, "%s. %s", param->label, param->help ? param->help : "");
    fth_cli_describe_range(&range, param);
    if (range.length > 0)
        fth_text_append(text, " %c%s, default ", range.data[0] - (range.data[0] >= 'a' ? 32 : 0),
                        range.data + 1);
    else
        fth_text_append(text, " Default ");
    fth_text_clear(&range);
    fth_cli_describe_default(text, param);
    fth_text_append(text, ".");
    if (param->when.id) {
        fth_text_append(text, " ");
        fth_cli_describe_when(text, param, option->table, option->aliases);
        fth_text_append(text, ".");
    }
}

void fth_cli_describe_meaning(struct fth_text *text, const struct fth_cli_option *option)
{
    if (option->row)
        fth_text_append(text, "%s", option->row->help);
    else if (option->port)
        fth_text_append(text, "%s. %s", option->port->label,
                        option->port->help ? option->port->help : "");
    else
        describe_param(text, option);
}
