/* SPDX-License-Identifier: Apache-2.0 */
/* Tables to JSON: everything a client needs to draw a node without knowing it. */
#include "nodes_json.h"

#include <math.h>
#include <string.h>

#include "describe.h"

/* Bounds that are none print as null. */
static void set_number(struct fth_json *object, const char *key, double value)
{
    bool none = !isfinite(value) || fabs(value) >= 1e15;
    fth_json_set_number(object, key, none ? NAN : value);
}

struct fth_json *fth_cli_ports_json(const struct fth_port *port)
{
    static const char *const kinds[] = {"picture", "mask", "depth"};
    struct fth_json *list = fth_json_new(FTH_JSON_ARRAY);
    for (; port && port->id; port++) {
        struct fth_json *object = fth_json_new(FTH_JSON_OBJECT);
        fth_json_set_text(object, "id", port->id);
        fth_json_set_text(object, "label", port->label);
        fth_json_set_text(object, "help", port->help);
        fth_json_set_text(object, "kind", kinds[port->kind]);
        fth_json_set_bool(object, "optional", port->optional);
        fth_json_add(list, object);
    }
    return list;
}

static struct fth_json *choices_json(const struct fth_choice *choice)
{
    struct fth_json *list = fth_json_new(FTH_JSON_ARRAY);
    for (; choice && choice->id; choice++) {
        struct fth_json *object = fth_json_new(FTH_JSON_OBJECT);
        fth_json_set_text(object, "id", choice->id);
        fth_json_set_text(object, "label", choice->label);
        fth_json_set_text(object, "help", choice->help);
        fth_json_add(list, object);
    }
    return list;
}

static const struct fth_param *find_row(const struct fth_param *table, const char *id)
{
    for (; table && table->type != FTH_PARAM_END; table++)
        if (strcmp(table->id, id) == 0)
            return table;
    return NULL;
}

/* {"param": "isolation", "values": ["true"]}, or null. */
static struct fth_json *when_json(const struct fth_param *param, const struct fth_param *table)
{
    static const struct fth_choice states[] = {{.id = "false"}, {.id = "true"}, {0}};
    if (!param->when.id)
        return fth_json_new_number(NAN); /* prints as null */
    const struct fth_param *row = find_row(table, param->when.id);
    const struct fth_choice *choices = row && row->choices ? row->choices : states;
    struct fth_json *object = fth_json_new(FTH_JSON_OBJECT);
    struct fth_json *values = fth_json_new(FTH_JSON_ARRAY);
    fth_json_set_text(object, "param", param->when.id);
    for (int i = 0; choices[i].id; i++)
        if (param->when.values >> i & 1)
            fth_json_add(values, fth_json_new_text(choices[i].id));
    fth_json_set(object, "values", values);
    return object;
}

static struct fth_json *param_json(const struct fth_param *param, const struct fth_param *table)
{
    struct fth_json *object = fth_json_new(FTH_JSON_OBJECT);
    bool has_slider = param->ui_min != 0 || param->ui_max != 0;
    char *value = fth_param_default_text(param);
    fth_json_set_text(object, "id", param->id);
    fth_json_set_text(object, "label", param->label);
    fth_json_set_text(object, "help", param->help);
    fth_json_set_text(object, "unit", param->unit);
    fth_json_set_text(object, "type", fth_cli_describe_type(param->type));
    fth_json_set_text(object, "group", param->group);
    fth_json_set(object, "default", value ? fth_json_new_text(value) : NULL);
    set_number(object, "min", param->min);
    set_number(object, "max", param->max);
    set_number(object, "ui_min", has_slider ? param->ui_min : param->min);
    set_number(object, "ui_max", has_slider ? param->ui_max : param->max);
    set_number(object, "step", param->step);
    fth_json_set_bool(object, "open_min", param->flags & FTH_PARAM_OPEN_MIN);
    fth_json_set_bool(object, "open_max", param->flags & FTH_PARAM_OPEN_MAX);
    fth_json_set_bool(object, "animates", param->flags & FTH_PARAM_ANIMATES);
    fth_json_set_bool(object, "changes_pixels", !(param->flags & FTH_PARAM_NO_PIXELS));
    fth_json_set_bool(object, "is_pixels", param->flags & FTH_PARAM_PIXELS);
    fth_json_set(object, "choices", choices_json(param->choices));
    fth_json_set(object, "when", when_json(param, table));
    fth_text_free(value);
    return object;
}

struct fth_json *fth_cli_params_json(const struct fth_param *table)
{
    struct fth_json *list = fth_json_new(FTH_JSON_ARRAY);
    for (const struct fth_param *param = table; param && param->type != FTH_PARAM_END; param++)
        fth_json_add(list, param_json(param, table));
    return list;
}

static struct fth_json *node_json(const struct fth_node_type *node)
{
    struct fth_json *object = fth_json_new(FTH_JSON_OBJECT);
    fth_json_set_text(object, "id", node->id);
    fth_json_set_text(object, "label", node->label);
    fth_json_set_text(object, "tag", node->tag);
    fth_json_set_text(object, "group", node->group);
    fth_json_set_text(object, "help", node->help);
    fth_json_set(object, "version", fth_json_new_int(node->version));
    fth_json_set_bool(object, "is_source", node->is_source);
    fth_json_set_bool(object, "is_sink", node->is_sink);
    fth_json_set(object, "inputs", fth_cli_ports_json(node->inputs));
    fth_json_set_text(object, "effect_mask", node->effect_mask ? node->effect_mask->id : "");
    fth_json_set(object, "params", fth_cli_params_json(node->params));
    fth_json_set_bool(object, "has_settings", node->common_params != NULL);
    return object;
}

struct fth_json *fth_cli_nodes_json(const struct fth_node_type *node)
{
    struct fth_json *root = fth_json_new(FTH_JSON_OBJECT), *list = fth_json_new(FTH_JSON_ARRAY);
    const struct fth_param *settings = NULL;
    for (size_t i = 0; i < fth_node_type_count(); i++) {
        const struct fth_node_type *one = fth_node_type_at(i);
        if (!settings)
            settings = one->common_params;
        if (!node || node == one)
            fth_json_add(list, node_json(one));
    }
    fth_json_set_text(root, "fathom", fth_version());
    fth_json_set(root, "nodes", list);
    fth_json_set(root, "settings", fth_cli_params_json(settings));
    return root;
}
