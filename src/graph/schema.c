/* SPDX-License-Identifier: Apache-2.0 */
/* Tables to a JSON Schema. What is the same everywhere is written as JSON here; what a table knows
 * is read from it. */
#include "graph/schema.h"

#include <math.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "node/node.h"
#include "node/value_json.h"

/* A piece of schema that no table knows. NULL, and so a tree that does not print, when memory is
 * out; our own mistakes show in the tests. */
static struct fth_json *piece(const char *text)
{
    struct fth_json *made = NULL;
    (void)fth_json_parse(text, strlen(text), "schema", &made, NULL);
    return made;
}

static struct fth_json *reference(const char *kind, const char *name)
{
    struct fth_json *made = fth_json_new(FTH_JSON_OBJECT);
    struct fth_text path = {0};
    fth_text_append(&path, "#/definitions/%s%s", kind, name);
    fth_json_set_grown(made, "$ref", &path);
    fth_text_clear(&path);
    return made;
}


/* ---- values ---------------------------------------------------------------------------------- */

static void set_bounds(struct fth_json *schema, const struct fth_param *row)
{
    bool open_min = row->flags & FTH_PARAM_OPEN_MIN, open_max = row->flags & FTH_PARAM_OPEN_MAX;
    if (isfinite(row->min) && fabs(row->min) < 1e15)
        fth_json_set_number(schema, open_min ? "exclusiveMinimum" : "minimum", row->min);
    if (isfinite(row->max) && fabs(row->max) < 1e15)
        fth_json_set_number(schema, open_max ? "exclusiveMaximum" : "maximum", row->max);
}

static struct fth_json *number_schema(const struct fth_param *row)
{
    struct fth_json *schema = fth_json_new(FTH_JSON_OBJECT);
    fth_json_set_text(schema, "type", row->type == FTH_PARAM_INT ? "integer" : "number");
    set_bounds(schema, row);
    return schema;
}

static struct fth_json *list_schema(const struct fth_param *row, int least, int most)
{
    struct fth_json *schema = fth_json_new(FTH_JSON_OBJECT);
    fth_json_set_text(schema, "type", "array");
    fth_json_set(schema, "items", number_schema(row));
    fth_json_set_int(schema, "minItems", least);
    fth_json_set_int(schema, "maxItems", most);
    return schema;
}

static struct fth_json *choice_schema(const struct fth_param *row)
{
    struct fth_json *schema = fth_json_new(FTH_JSON_OBJECT);
    struct fth_json *ids = fth_json_new(FTH_JSON_ARRAY), *helps = fth_json_new(FTH_JSON_ARRAY);
    for (const struct fth_choice *choice = row->choices; choice && choice->id; choice++) {
        fth_json_add(ids, fth_json_new_text(choice->id));
        fth_json_add(helps, fth_json_new_text(choice->help ? choice->help : choice->label));
    }
    fth_json_set(schema, "enum", ids);
    fth_json_set(schema, "enumDescriptions", helps); /* editors show them */
    return schema;
}

static struct fth_json *value_schema(const struct fth_param *row)
{
    switch (row->type) {
    case FTH_PARAM_SWITCH:
        return piece("{\"type\": \"boolean\"}");
    case FTH_PARAM_CHOICE:
        return choice_schema(row);
    case FTH_PARAM_TEXT:
    case FTH_PARAM_FILE:
        return piece("{\"type\": \"string\"}");
    case FTH_PARAM_RANGE:
    case FTH_PARAM_POINT:
        return list_schema(row, 2, 2);
    case FTH_PARAM_COLOUR:
        return list_schema(row, 3, 4);
    case FTH_PARAM_SHAPE:
        return reference("shape", "");
    default:
        return number_schema(row);
    }
}

static struct fth_json *keys_schema(const struct fth_param *row)
{
    struct fth_json *keys = piece(
        "{\"type\": \"object\", \"required\": [\"keys\"], \"additionalProperties\": false,"
        " \"properties\": {}}");
    struct fth_json *list = piece("{\"type\": \"array\", \"minItems\": 1}");
    struct fth_json *key = piece("{\"type\": \"array\", \"minItems\": 2, \"maxItems\": 4}");
    struct fth_json *items = fth_json_new(FTH_JSON_ARRAY), *within = fth_json_new(FTH_JSON_OBJECT);
    fth_json_add(items, piece("{\"type\": \"number\", \"description\": \"The frame.\"}"));
    fth_json_add(items, value_schema(row));
    fth_json_add(items, reference("key_kind", ""));
    fth_json_add(items, reference("key_handles", ""));
    fth_json_set(key, "items", items);
    fth_json_set(list, "items", key);
    fth_json_set(within, "keys", list);
    fth_json_set(keys, "properties", within);
    return keys;
}

static void set_description(struct fth_json *schema, const struct fth_param *row)
{
    struct fth_text text = {0};
    fth_text_append(&text, "%s", row->help);
    if (row->unit && row->unit[0])
        fth_text_append(&text, " In %s.", row->unit);
    fth_json_set_text(schema, "title", row->label);
    fth_json_set_grown(schema, "description", &text);
    fth_text_clear(&text);
}

static struct fth_json *param_schema(const struct fth_param *row)
{
    bool animates = row->flags & FTH_PARAM_ANIMATES;
    struct fth_json *schema = animates ? fth_json_new(FTH_JSON_OBJECT) : value_schema(row);
    struct fth_value standard;
    set_description(schema, row);
    if (animates) {
        struct fth_json *forms = fth_json_new(FTH_JSON_ARRAY);
        fth_json_add(forms, value_schema(row));
        fth_json_add(forms, keys_schema(row));
        fth_json_set(schema, "anyOf", forms);
    }
    if (row->type == FTH_PARAM_SHAPE)
        return schema;
    enum fth_status status = fth_value_default(row, &standard, NULL);
    if (status == FTH_OK) {
        fth_json_set(schema, "default", fth_value_write(row, &standard));
        fth_value_clear(&standard);
    } else if (status == FTH_ERR_MEMORY) {
        fth_text_lose();
    }
    return schema;
}

static struct fth_json *table_schema(const struct fth_param *table, struct fth_json *into)
{
    for (; table && table->type != FTH_PARAM_END; table++)
        fth_json_set(into, table->id, param_schema(table));
    return into;
}

/* ---- nodes ----------------------------------------------------------------------------------- */

static struct fth_json *inputs_schema(const struct fth_node_desc *node)
{
    struct fth_json *schema = piece("{\"type\": \"object\", \"additionalProperties\": false}");
    struct fth_json *ports = fth_json_new(FTH_JSON_OBJECT), *needed = fth_json_new(FTH_JSON_ARRAY);
    for (int i = 0; i < fth_node_port_count(node); i++) {
        const struct fth_port *port = fth_node_port_at(node, i);
        struct fth_json *one = piece("{\"type\": \"string\"}");
        fth_json_set_text(one, "title", port->label);
        fth_json_set_text(one, "description", port->help);
        fth_json_set(ports, port->id, one);
        if (!port->optional)
            fth_json_add(needed, fth_json_new_text(port->id));
    }
    fth_json_set(schema, "properties", ports);
    fth_json_set(schema, "required", needed);
    return schema;
}

static struct fth_json *params_schema(const struct fth_node_desc *node)
{
    struct fth_json *schema = piece("{\"type\": \"object\", \"additionalProperties\": false}");
    struct fth_json *rows = table_schema(node->params, fth_json_new(FTH_JSON_OBJECT));
    struct fth_json *needed = fth_json_new(FTH_JSON_ARRAY);
    const struct fth_param *common = node->flags & FTH_NODE_NO_COMMON ? NULL : fth_common_params;
    for (; common && common->type != FTH_PARAM_END; common++)
        fth_json_set(rows, common->id, reference("common_", common->id));
    for (const struct fth_param *row = node->params; row && row->type != FTH_PARAM_END; row++) {
        if (row->flags & FTH_PARAM_NEEDS_FILE)
            fth_json_add(needed, fth_json_new_text(row->id));
    }
    fth_json_set(schema, "properties", rows);
    fth_json_set(schema, "required", needed);
    return schema;
}

/* What must be there: what is needed of inputs and parameters, a version when it tells apart. */
static struct fth_json *needed_members(const struct fth_node_desc *node,
                                       const struct fth_json *inputs,
                                       const struct fth_json *params)
{
    struct fth_json *needed = piece("[\"node\"]");
    if (fth_json_count(fth_json_get(inputs, "required")))
        fth_json_add(needed, fth_json_new_text("inputs"));
    if (fth_json_count(fth_json_get(params, "required")))
        fth_json_add(needed, fth_json_new_text("params"));
    if (node->upgrade)
        fth_json_add(needed, fth_json_new_text("version"));
    return needed;
}

static struct fth_json *node_schema(const struct fth_node_desc *node)
{
    struct fth_json *schema = piece("{\"type\": \"object\", \"additionalProperties\": false}");
    struct fth_json *members = fth_json_new(FTH_JSON_OBJECT), *kind = fth_json_new(FTH_JSON_OBJECT);
    struct fth_json *inputs = inputs_schema(node), *params = params_schema(node);
    struct fth_json *version = fth_json_new(FTH_JSON_OBJECT);
    fth_json_set_text(kind, "const", node->id);
    fth_json_set_text(version, "type", "integer");
    fth_json_set_int(version, "minimum", 1);
    fth_json_set_int(version, "maximum", node->version);
    fth_json_set_text(schema, "title", node->label);
    fth_json_set_text(schema, "description", node->help);
    fth_json_set(schema, "required", needed_members(node, inputs, params));
    fth_json_set(members, "node", kind);
    fth_json_set(members, "version", version);
    fth_json_set(members, "inputs", inputs);
    fth_json_set(members, "params", params);
    fth_json_set(members, "view", fth_json_new(FTH_JSON_OBJECT));
    fth_json_set(members, "comment", fth_json_new(FTH_JSON_OBJECT));
    fth_json_set(schema, "properties", members);
    return schema;
}

/* Which kinds there are, and by the kind what a node of it may say: so an editor tells what is
 * wrong with that node, and not that it is none of forty others. */
static struct fth_json *any_node_schema(const struct fth_catalogue *catalogue)
{
    struct fth_json *schema = piece(
        "{\"type\": \"object\", \"required\": [\"node\"], \"properties\": {}}");
    struct fth_json *kinds = fth_json_new(FTH_JSON_ARRAY), *helps = fth_json_new(FTH_JSON_ARRAY);
    struct fth_json *forms = fth_json_new(FTH_JSON_ARRAY), *cases = fth_json_new(FTH_JSON_ARRAY);
    struct fth_json *members = fth_json_new(FTH_JSON_OBJECT), *kind = fth_json_new(FTH_JSON_OBJECT);
    struct fth_json *list = fth_json_new(FTH_JSON_OBJECT);
    for (size_t i = 0; i < catalogue->count; i++) {
        const struct fth_node_desc *node = catalogue->nodes[i];
        struct fth_json *one = piece("{\"if\": {\"required\": [\"node\"], \"properties\": {}}}");
        struct fth_json *test = piece("{\"required\": [\"node\"]}");
        struct fth_json *is = fth_json_new(FTH_JSON_OBJECT), *at = fth_json_new(FTH_JSON_OBJECT);
        fth_json_set_text(is, "const", node->id);
        fth_json_set(at, "node", is);
        fth_json_set(test, "properties", at);
        fth_json_set(one, "if", test);
        fth_json_set(one, "then", reference("node_", node->id));
        fth_json_add(cases, one);
        fth_json_add(kinds, fth_json_new_text(node->id));
        fth_json_add(helps, fth_json_new_text(node->help));
    }
    fth_json_set(list, "enum", kinds);
    fth_json_set(list, "enumDescriptions", helps);
    fth_json_add(forms, list);
    fth_json_add(forms, piece("{\"type\": \"string\", \"pattern\": \"^file:.\", \"description\": "
                              "\"A document of yours, used as a node.\"}"));
    fth_json_set(kind, "anyOf", forms);
    fth_json_set(members, "node", kind);
    fth_json_set(schema, "properties", members);
    fth_json_set(schema, "allOf", cases);
    return schema;
}

/* ---- the rest -------------------------------------------------------------------------------- */

static const char root_text[] =
    "{\"$schema\": \"http://json-schema.org/draft-07/schema#\","
    " \"title\": \"A document of fathom\", \"type\": \"object\","
    " \"required\": [\"fathom\", \"nodes\"], \"additionalProperties\": false, \"properties\": {"
    "  \"$schema\": {\"type\": \"string\"},"
    "  \"fathom\": {\"const\": 1, \"description\": \"The format of the document.\"},"
    "  \"settings\": {\"$ref\": \"#/definitions/settings\"},"
    "  \"nodes\": {\"type\": \"object\", \"maxProperties\": 4096,"
    "   \"propertyNames\": {\"pattern\": \"^[A-Za-z0-9_.-]{1,63}$\"},"
    "   \"additionalProperties\": {\"$ref\": \"#/definitions/node\"}},"
    "  \"publish\": {\"$ref\": \"#/definitions/publish\"},"
    "  \"view\": {}, \"comment\": {}}}";

static const char settings_text[] =
    "{\"type\": \"object\", \"additionalProperties\": false, \"properties\": {"
    "  \"size\": {\"type\": \"array\", \"minItems\": 2, \"maxItems\": 2, \"description\": \"Width "
    "and"
    " height of the frame in pixels.\","
    "   \"items\": {\"type\": \"integer\", \"minimum\": 1, \"maximum\": 65536}},"
    "  \"rate\": {\"description\": \"Frames a second: 24, 23.976 or \\\"24000/1001\\\".\", "
    "\"anyOf\": ["
    "   {\"type\": \"number\", \"exclusiveMinimum\": 0, \"maximum\": 1000},"
    "   {\"type\": \"string\", \"pattern\": \"^[0-9]+(\\\\.[0-9]+|/[0-9]+)?$\"}]},"
    "  \"frames\": {\"type\": \"array\", \"minItems\": 2, \"maxItems\": 2, \"description\": "
    "\"First and"
    " last frame, both of them in it.\", \"items\": {\"type\": \"integer\"}},"
    "  \"colour\": {\"type\": \"object\", \"additionalProperties\": false, \"description\": "
    "\"Colour"
    " management; without it pictures stay as their files have them.\", \"properties\": {"
    "   \"working\": {\"type\": \"string\"}, \"output\": {\"type\": \"string\"}, \"comment\": {}}},"
    "  \"comment\": {}}}";

static const char publish_text[] =
    "{\"type\": \"object\", \"additionalProperties\": false, \"description\": \"What shows when the"
    " document is used as a node.\", \"properties\": {"
    "  \"params\": {\"type\": \"object\", \"additionalProperties\": {\"type\": \"string\","
    "   \"pattern\": \"^.+\\\\..+$\"}, \"propertyNames\": {\"pattern\": \"^[A-Za-z0-9_]{1,63}$\"}},"
    "  \"inputs\": {\"type\": \"object\", \"additionalProperties\": {\"type\": \"string\"},"
    "   \"propertyNames\": {\"pattern\": \"^[A-Za-z0-9_]{1,63}$\"}},"
    "  \"output\": {\"type\": \"string\", \"description\": \"The node whose picture comes out.\"},"
    "  \"comment\": {}}}";

static const char key_kind_text[] =
    "{\"enum\": [\"hold\", \"linear\", \"smooth\", \"bezier\"], \"description\": \"How the value "
    "goes"
    " on from this key to the next.\"}";

static const char key_handles_text[] =
    "{\"type\": \"array\", \"minItems\": 2, \"maxItems\": 2, \"description\": \"Of a bezier key: "
    "one"
    " handle in, one out, each in frames and value from the key.\","
    " \"items\": {\"type\": \"array\", \"minItems\": 2, \"items\": {\"type\": \"number\"}}}";

static const char shape_text[] =
    "{\"description\": \"A path of points, or several.\", \"anyOf\": [{\"$ref\": "
    "\"#/definitions/path\"}, {\"type\": \"array\", \"items\": {\"$ref\": "
    "\"#/definitions/path\"}}]}";

static const char path_text[] =
    "{\"type\": \"object\", \"required\": [\"points\"], \"additionalProperties\": false,"
    " \"properties\": {\"points\": {\"type\": \"array\", \"items\": {\"type\": \"array\","
    "  \"description\": \"x, y of the frame, y up; with tangents x, y, in x, in y, out x, out y.\","
    "  \"minItems\": 2, \"maxItems\": 6, \"items\": {\"type\": \"number\"}}},"
    "  \"closed\": {\"type\": \"boolean\"}, \"size\": {\"type\": \"number\"},"
    "  \"softness\": {\"type\": \"number\"}, \"opacity\": {\"type\": \"number\"},"
    "  \"erase\": {\"type\": \"boolean\"}}}";

static struct fth_json *definitions(const struct fth_catalogue *catalogue)
{
    static const struct {
        const char *name, *text;
    } fixed[] = {{"settings", settings_text},       {"publish", publish_text},
                 {"key_kind", key_kind_text},       {"key_handles", key_handles_text},
                 {"shape", shape_text},             {"path", path_text}};
    struct fth_json *made = fth_json_new(FTH_JSON_OBJECT);
    struct fth_text name = {0};
    for (size_t i = 0; i < FTH_ARRAY_COUNT(fixed); i++)
        fth_json_set(made, fixed[i].name, piece(fixed[i].text));
    fth_json_set(made, "node", any_node_schema(catalogue));
    for (size_t i = 0; i < catalogue->count; i++) {
        name.length = 0;
        fth_text_append(&name, "node_%s", catalogue->nodes[i]->id);
        fth_json_set(made, name.data ? name.data : "", node_schema(catalogue->nodes[i]));
    }
    for (const struct fth_param *row = fth_common_params; row->type != FTH_PARAM_END; row++) {
        name.length = 0;
        fth_text_append(&name, "common_%s", row->id);
        fth_json_set(made, name.data ? name.data : "", param_schema(row));
    }
    fth_text_clear(&name);
    return made;
}

enum fth_status fth_schema_print(const struct fth_catalogue *catalogue, char **text,
                                 struct fth_error *error)
{
    (void)fth_text_take_lost();
    struct fth_json *root = piece(root_text);
    fth_json_set(root, "definitions", definitions(catalogue));
    char *printed = root ? fth_json_print_neat(root, 6) : NULL;
    fth_json_destroy(&root);
    if (fth_text_take_lost()) {
        fth_free(printed);
        printed = NULL;
    }
    if (!printed)
        return fth_fail_memory(error, 0, "a schema");
    *text = printed;
    return FTH_OK;
}
