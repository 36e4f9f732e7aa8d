/* SPDX-License-Identifier: Apache-2.0 */
/* A document as Fusion's text. The text it came from is read again; what the document says as that
 * text does keeps its bytes, and only what differs gets other words. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "graph/fusion_edit.h"
#include "node/value_json.h"

enum { UNIT_X = 110, UNIT_Y = 33, /* Fusion's flow grid */ SMALL_NUMBERS = 10 };

static const char empty_text[] = "{\n\tTools = ordered() {\n\t}\n}\n";

/* A node of the document on its way. */
struct node {
    const char *name;
    const struct fth_json *json;
    const struct fth_fusion_tool *tool; /* that it came from, or NULL */
    char label[FTH_LIMIT_NAME];         /* of a new tool */
    int level;                          /* columns from the left */
};

struct writer {
    struct fth_fusion_reader reader;
    struct fth_fusion_edits edits;
    const struct fth_json *nodes; /* of the document */
    struct node *list;
    int count;
    struct fth_text fresh;        /* tools to be added */
    struct fth_json *labels;      /* names of tools that are taken */
    struct fth_json *places;      /* of nodes in `list`, by name */
    struct fth_error *error;
};

/* What is said of one tool: into the text it has, or into these. */
struct target {
    struct node *node;
    const struct fth_fusion_alias *alias;
    const struct fth_node_desc *desc;
    struct fth_text inputs, properties;
};

static void note(struct writer *writer, const struct node *node, const char *input,
                 const char *kind, const char *why)
{
    fth_fusion_note_node(&writer->reader, node->name, input, kind, why);
}

/* ---- differences ----------------------------------------------------------------------------- */

static bool same_json(const struct fth_json *a, const struct fth_json *b)
{
    if (!a || !b || fth_json_equal(a, b))
        return a == b || (a && b);
    char *first = fth_json_print(a), *second = fth_json_print(b);
    bool same = first && second && strcmp(first, second) == 0;
    fth_free(first);
    fth_free(second);
    return same;
}

static const struct fth_json *part(const struct fth_json *node, const char *group, const char *key)
{
    return fth_json_get(fth_json_get(node, group), key);
}

static const struct fth_json *as_read(const struct writer *writer, const struct node *node,
                                      const char *group, const char *key)
{
    return node->tool ? part(fth_json_get(writer->reader.nodes, node->tool->name), group, key)
                      : NULL;
}

static bool differs(const struct writer *writer, const struct node *node, const char *group,
                    const char *key)
{
    return !same_json(part(node->json, group, key), as_read(writer, node, group, key));
}

/* ---- words in their places ------------------------------------------------------------------- */

/* `words` are what the tool's input `row` is set to: "SourceOp = ..." or, is_value, "Value = 4". */
static void put_input(struct writer *writer, struct target *target,
                      const struct fth_fusion_row *row, const char *words, bool is_value)
{
    const struct fth_fusion_tool *tool = target->node->tool;
    struct fth_fusion_reader *reader = &writer->reader;
    int32_t entry = tool ? fth_fusion_input(reader, tool, row) : FTH_FUSION_NONE;
    struct fth_text text = {0};
    if (entry == FTH_FUSION_NONE) {
        bool is_plain = strspn(row->input, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_"
                                           "0123456789") == strlen(row->input);
        fth_text_append(&target->inputs, is_plain ? "\n\t\t\t\t%s = Input { %s, },"
                                                  : "\n\t\t\t\t[\"%s\"] = Input { %s, },",
                        row->input, words);
        return;
    }
    int32_t value = fth_fusion_get(reader->tree, entry, "Value");
    bool is_free = fth_fusion_get(reader->tree, entry, "SourceOp") == FTH_FUSION_NONE &&
                   fth_fusion_get(reader->tree, entry, "Expression") == FTH_FUSION_NONE;
    if (is_value && is_free && value != FTH_FUSION_NONE) {
        fth_fusion_edit_replace(&writer->edits, fth_fusion_at(reader->tree, value)->whole,
                                words + strlen("Value = "));
        return;
    }
    writer->edits.dropped[entry] = true; /* whoever drove it is no longer asked */
    fth_text_append(&text, "Input { %s, }", words);
    fth_fusion_edit_replace(&writer->edits, fth_fusion_at(reader->tree, entry)->whole, text.data);
    fth_text_clear(&text);
}

static void put_property(struct writer *writer, struct target *target,
                         const struct fth_fusion_row *row, const char *words)
{
    const struct fth_fusion_tool *tool = target->node->tool;
    int32_t entry = tool ? fth_fusion_input(&writer->reader, tool, row) : FTH_FUSION_NONE;
    const char *mark = strchr(row->fresh, '@');
    if (entry != FTH_FUSION_NONE) {
        fth_fusion_edit_replace(&writer->edits, fth_fusion_at(writer->reader.tree, entry)->whole,
                                words);
    } else if (mark) {
        struct fth_text *text = row->fresh_is_input ? &target->inputs : &target->properties;
        fth_text_append(text, row->fresh_is_input ? "\n\t\t\t\t" : "\n\t\t\t");
        fth_text_append_bytes(text, row->fresh, (size_t)(mark - row->fresh));
        fth_text_append(text, "%s%s,", words, mark + 1);
    } else {
        note(writer, target->node, row->input, "parameter", "its tool has no place for this");
    }
}

/* ---- parameters ------------------------------------------------------------------------------ */

/* A name that no tool has. */
static void make_label(struct writer *writer, const char *base, char label[FTH_LIMIT_NAME])
{
    char plain[FTH_LIMIT_NAME - 12];
    size_t length = 0;
    if (base[0] >= '0' && base[0] <= '9')
        plain[length++] = '_';
    for (; *base && length < sizeof(plain) - 1; base++) {
        bool is_letter = (*base >= 'a' && *base <= 'z') || (*base >= 'A' && *base <= 'Z') ||
                         (*base >= '0' && *base <= '9');
        plain[length++] = is_letter ? *base : '_';
    }
    plain[length] = '\0';
    strcpy(label, plain);
    for (int i = 1; fth_json_get(writer->labels, label); i++) {
        if (i == SMALL_NUMBERS) /* thousands of one name shall not try all numbers each */
            i += (int)fth_json_count(writer->labels);
        snprintf(label, FTH_LIMIT_NAME, "%s_%d", plain, i);
    }
    fth_json_set_bool(writer->labels, label, true);
    writer->fresh.failed = writer->fresh.failed || !fth_json_get(writer->labels, label);
}

static char *label_of(const struct writer *writer, const struct node *node)
{
    return node->tool ? fth_fusion_span_text(writer->reader.tree,
                                             fth_fusion_at(writer->reader.tree,
                                                           node->tool->value)->key)
                      : fth_strdup(node->label);
}

/* A spline as a tool of its own. Its name comes into `label`. */
static bool add_spline(struct writer *writer, const struct node *node,
                       const struct fth_fusion_row *row, const struct fth_curve *curve,
                       int component, char label[FTH_LIMIT_NAME])
{
    struct fth_text keys = {0}, base = {0};
    char *name = label_of(writer, node);
    fth_text_append(&base, "%s%s%s", name ? name : "", row->input,
                    row->component < 0 && component ? "Y" : "");
    bool done = fth_fusion_print_keys(&keys, row, curve, component, writer->reader.shift);
    if (done && base.data) {
        make_label(writer, base.data, label);
        fth_text_append(&writer->fresh, "\n\t\t%s = BezierSpline {\n\t\t\tNameSet = true,\n"
                                        "\t\t\tKeyFrames = %s\n\t\t},", label, keys.data);
    }
    writer->fresh.failed = writer->fresh.failed || keys.failed || base.failed || !name;
    fth_text_clear(&keys);
    fth_text_clear(&base);
    fth_free(name);
    return done;
}

static void put_source(struct writer *writer, struct target *target,
                       const struct fth_fusion_row *row, const char *label, const char *source)
{
    struct fth_text words = {0};
    fth_text_append(&words, "SourceOp = \"%s\", Source = \"%s\"", label, source);
    put_input(writer, target, row, words.data ? words.data : "", false);
    writer->fresh.failed = writer->fresh.failed || words.failed;
    fth_text_clear(&words);
}

/* A point's keyframes: a path that takes X and Y from a spline each. */
static void put_point_keys(struct writer *writer, struct target *target,
                           const struct fth_fusion_row *row, const struct fth_curve *curve)
{
    char splines[2][FTH_LIMIT_NAME], path[FTH_LIMIT_NAME];
    struct fth_text base = {0};
    char *name = label_of(writer, target->node);
    if (!add_spline(writer, target->node, row, curve, 0, splines[0]) ||
        !add_spline(writer, target->node, row, curve, 1, splines[1])) {
        fth_free(name);
        return;
    }
    fth_text_append(&base, "%s%sPath", name ? name : "", row->input);
    make_label(writer, base.data ? base.data : "Path", path);
    fth_text_append(&writer->fresh,
                    "\n\t\t%s = XYPath {\n\t\t\tInputs = {\n\t\t\t\tX = Input { SourceOp = \"%s\", "
                    "Source = \"Value\", },\n\t\t\t\tY = Input { SourceOp = \"%s\", Source = "
                    "\"Value\", },\n\t\t\t},\n\t\t},", path, splines[0], splines[1]);
    put_source(writer, target, row, path, "Value");
    fth_text_clear(&base);
    fth_free(name);
}

static void put_keys(struct writer *writer, struct target *target,
                     const struct fth_fusion_row *row, const struct fth_curve *curve)
{
    const struct fth_param *param = fth_curve_row(curve);
    char label[FTH_LIMIT_NAME];
    if (param->type == FTH_PARAM_POINT && row->component < 0) {
        put_point_keys(writer, target, row, curve);
    } else if (fth_param_component_count(param->type) == 0 || row->is_property ||
               !add_spline(writer, target->node, row, curve,
                           row->component < 0 ? 0 : row->component, label)) {
        note(writer, target->node, param->id, "parameter",
             "these keyframes have no counterpart; the first value is written");
        struct fth_key_frame first = fth_curve_key(curve, 0);
        struct fth_text words = {0};
        fth_text_append(&words, "Value = ");
        if (fth_fusion_print_value(&words, param, row, &first.value) && !words.failed)
            put_input(writer, target, row, words.data, true);
        writer->fresh.failed = writer->fresh.failed || words.failed;
        fth_text_clear(&words);
    } else {
        put_source(writer, target, row, label, "Value");
    }
}

static void put_constant(struct writer *writer, struct target *target,
                         const struct fth_fusion_row *row, const struct fth_param *param,
                         const struct fth_value *value)
{
    struct fth_text words = {0};
    if (row->file == FTH_FUSION_FILE_IN && strchr(value->text, '#'))
        note(writer, target->node, param->id, "file",
             "the number of the first file is not known: it is written as 1");
    if (!row->is_property)
        fth_text_append(&words, "Value = ");
    if (!fth_fusion_print_value(&words, param, row, value))
        note(writer, target->node, param->id, "parameter", "Fusion has no such value");
    else if (!words.failed && row->is_property)
        put_property(writer, target, row, words.data ? words.data : "");
    else if (!words.failed)
        put_input(writer, target, row, words.data, true);
    writer->fresh.failed = writer->fresh.failed || words.failed;
    fth_text_clear(&words);
}

/* Does Fusion do this anyway, so that a new tool need not say it? */
static bool is_standard(const struct fth_fusion_row *row, const struct fth_param *param,
                        const struct fth_value *value)
{
    int at = row->component < 0 ? 0 : row->component;
    bool changed = false;
    const char *text = fth_json_text(row->standard, NULL);
    if (!row->standard || param->type == FTH_PARAM_FILE || param->type == FTH_PARAM_TEXT)
        return false;
    if (param->choices) {
        char number[32];
        const char *key = text ? text
                               : fth_print_double(fth_json_number(row->standard, 0), number);
        return strcmp(fth_json_text(fth_json_get(row->choices, key), ""),
                      param->choices[(int)value->numbers[0]].id) == 0;
    }
    if (fth_json_kind(row->standard) == FTH_JSON_ARRAY)
        return value->numbers[0] == fth_json_number(fth_json_at(row->standard, 0), 0) &&
               value->numbers[1] == fth_json_number(fth_json_at(row->standard, 1), 0);
    return value->numbers[at] ==
           fth_fusion_convert(param, row, fth_json_number(row->standard, 0), &changed);
}

/* One row of the table: the parameter's value into the input. `json` NULL: the default. */
static void put_row(struct writer *writer, struct target *target, const struct fth_fusion_row *row,
                    const struct fth_param *param, const struct fth_json *json)
{
    struct fth_curve *curve = NULL;
    struct fth_value value = {0};
    struct fth_error error = {0};
    const struct fth_json *keys = fth_json_get(json, "keys");
    enum fth_status status = keys   ? fth_curve_read(param, keys, &curve, &error)
                             : json ? fth_value_read(param, json, &value, &error)
                                    : fth_value_default(param, &value, &error);
    bool is_given = json || target->node->tool;
    if (status != FTH_OK)
        note(writer, target->node, param->id, "parameter", error.message);
    else if (curve)
        put_keys(writer, target, row, curve);
    else if (target->node->tool || (!is_standard(row, param, &value) &&
                                    (is_given || (!row->is_common && !row->is_property))))
        put_constant(writer, target, row, param, &value);
    fth_curve_destroy(&curve);
    fth_value_clear(&value);
}

/* A key of ours that stands where Fusion has its mask: its switch goes with it. */
static const char *param_of(const struct target *target, const struct fth_fusion_row *row)
{
    const struct fth_json *json = target->node->json;
    bool has_key = part(json, "inputs", "key") && !part(json, "inputs", "effect_mask");
    return row->also[0] && has_key && part(json, "params", row->also) ? row->also : row->param;
}

/* In a node without Settings a parameter that is called like one of them is another. */
static bool row_applies(const struct target *target, const struct fth_fusion_row *row)
{
    return !row->is_common || !target->desc || !(target->desc->flags & FTH_NODE_NO_COMMON);
}

static void put_params(struct writer *writer, struct target *target)
{
    for (int i = 0; i < target->alias->row_count; i++) {
        const struct fth_fusion_row *row = &target->alias->rows[i];
        const char *id = param_of(target, row);
        const struct fth_param *param = row_applies(target, row) && row->param[0]
                                            ? fth_node_param(target->desc, id, NULL)
                                            : NULL;
        if (param && (!target->node->tool || differs(writer, target->node, "params", id)))
            put_row(writer, target, row, param, part(target->node->json, "params", id));
    }
}

static bool has_row(const struct target *target, const char *param)
{
    for (int i = 0; i < target->alias->row_count; i++) {
        const struct fth_fusion_row *row = &target->alias->rows[i];
        if (row_applies(target, row) && strcmp(param_of(target, row), param) == 0)
            return true;
    }
    return false;
}

static void note_params(struct writer *writer, struct target *target)
{
    const struct fth_json *params = fth_json_get(target->node->json, "params");
    for (size_t i = 0; i < fth_json_count(params); i++) {
        const char *id = fth_json_key_at(params, i);
        if (!has_row(target, id) && differs(writer, target->node, "params", id))
            note(writer, target->node, id, "parameter", "its tool has nothing for this parameter");
    }
}

/* ---- links ----------------------------------------------------------------------------------- */

static struct node *find_node(struct writer *writer, const char *name)
{
    int64_t place = fth_json_int(fth_json_get(writer->places, name), -1);
    return place < 0 ? NULL : &writer->list[place];
}

/* What Fusion calls the picture that a node puts out. */
static const char *output_of(const struct node *node)
{
    const char *kind = fth_json_text(fth_json_get(node->json, "node"), "");
    return strncmp(kind, "fusion:", 7) == 0 && fth_ends_with(kind, "Mask") ? "Mask" : "Output";
}

static void put_link(struct writer *writer, struct target *target,
                     const struct fth_fusion_row *row, const char *from_name)
{
    struct node *from = from_name ? find_node(writer, from_name) : NULL;
    const struct fth_fusion_tool *tool = target->node->tool;
    int32_t entry = tool ? fth_fusion_input(&writer->reader, tool, row) : FTH_FUSION_NONE;
    if (from_name && !from) {
        note(writer, target->node, row->input, "link", "there is no node of the name it asks for");
    } else if (from) {
        char *label = label_of(writer, from);
        put_source(writer, target, row, label ? label : "", output_of(from));
        fth_free(label);
    } else if (entry != FTH_FUSION_NONE) {
        fth_fusion_edit_drop(&writer->edits, entry);
    }
}

static const char *link_of(const struct fth_json *node, const char *port)
{
    return fth_json_text(part(node, "inputs", port), NULL);
}

static void put_links(struct writer *writer, struct target *target)
{
    for (int i = 0; i < target->alias->row_count; i++) {
        const struct fth_fusion_row *row = &target->alias->rows[i];
        bool is_free = row->also[0] && !link_of(target->node->json, row->port);
        const char *port = is_free && link_of(target->node->json, row->also) ? row->also
                                                                             : row->port;
        if (!row->port[0] || !differs(writer, target->node, "inputs", port))
            continue;
        put_link(writer, target, row, link_of(target->node->json, port));
        if (port == row->also)
            note(writer, target->node, port, "link", "it limits the effect there as a mask does");
    }
}

static void note_links(struct writer *writer, struct target *target)
{
    const struct fth_json *inputs = fth_json_get(target->node->json, "inputs");
    for (size_t i = 0; i < fth_json_count(inputs); i++) {
        const char *port = fth_json_key_at(inputs, i);
        bool is_known = false;
        for (int k = 0; k < target->alias->row_count; k++) {
            const struct fth_fusion_row *row = &target->alias->rows[k];
            is_known = is_known || strcmp(row->port, port) == 0 ||
                       (row->port[0] && strcmp(row->also, port) == 0 &&
                        !link_of(target->node->json, row->port));
        }
        if (!is_known)
            note(writer, target->node, port, "link", "its tool has no such input");
    }
}

/* A tool that nobody knows: its inputs are called as Fusion calls them. */
static void put_unknown_links(struct writer *writer, struct target *target)
{
    const struct fth_json *inputs = fth_json_get(target->node->json, "inputs");
    const struct fth_json *before = target->node->tool
                                        ? fth_json_get(fth_json_get(writer->reader.nodes,
                                                                    target->node->tool->name),
                                                       "inputs")
                                        : NULL;
    for (size_t i = 0; i < fth_json_count(inputs) + fth_json_count(before); i++) {
        size_t count = fth_json_count(inputs);
        const char *port = i < count ? fth_json_key_at(inputs, i)
                                     : fth_json_key_at(before, i - count);
        struct fth_fusion_row row = {.input = port, .is_common = true, .also = "", .port = port};
        bool is_new = i < count || !fth_json_get(inputs, port);
        if (is_new && strchr(port, '"') == NULL && differs(writer, target->node, "inputs", port))
            put_link(writer, target, &row, link_of(target->node->json, port));
    }
}

/* ---- tools ----------------------------------------------------------------------------------- */

/* How many of the node's values and links a kind of tool can say. */
static int coverage(const struct fth_fusion_alias *alias, const struct node *node)
{
    const struct fth_json *params = fth_json_get(node->json, "params");
    struct target target = {.node = (struct node *)node, .alias = alias};
    int covered = 0;
    for (size_t i = 0; i < fth_json_count(params); i++)
        covered += has_row(&target, fth_json_key_at(params, i));
    return covered;
}

static const struct fth_fusion_alias *choose_alias(const struct writer *writer,
                                                   const struct node *node)
{
    const char *kind = fth_json_text(fth_json_get(node->json, "node"), "");
    const struct fth_fusion_alias *best = NULL;
    for (int i = 0; i < fth_fusion_alias_count(writer->reader.table); i++) {
        const struct fth_fusion_alias *alias = fth_fusion_alias_at(writer->reader.table, i);
        if (alias->writes && strcmp(alias->node, kind) == 0 &&
            (!best || coverage(alias, node) > coverage(best, node)))
            best = alias;
    }
    return best;
}

static void put_all(struct writer *writer, struct target *target)
{
    if (target->alias) {
        target->desc = fth_catalogue_find(writer->reader.catalogue, target->alias->node);
        put_params(writer, target);
        put_links(writer, target);
        note_params(writer, target);
        note_links(writer, target);
    } else {
        put_unknown_links(writer, target);
    }
    writer->fresh.failed = writer->fresh.failed || target->inputs.failed ||
                           target->properties.failed;
}

/* A tool that is there: only what differs. */
static void edit_tool(struct writer *writer, struct node *node)
{
    struct target target = {.node = node, .alias = node->tool->alias};
    int32_t tool = node->tool->value;
    int32_t inputs = fth_fusion_get(writer->reader.tree, tool, "Inputs");
    put_all(writer, &target);
    bool is_table = inputs != FTH_FUSION_NONE &&
                    fth_fusion_at(writer->reader.tree, inputs)->kind == FTH_FUSION_TABLE;
    if (target.inputs.length && inputs != FTH_FUSION_NONE && !is_table)
        fth_fusion_edit_drop(&writer->edits, inputs);
    if (target.inputs.length && is_table) {
        fth_fusion_edit_append(&writer->edits, inputs, target.inputs.data);
    } else if (target.inputs.length) {
        fth_text_append(&target.properties, "\n\t\t\tInputs = {%s\n\t\t\t},", target.inputs.data);
    }
    if (target.properties.length)
        fth_fusion_edit_append(&writer->edits, tool, target.properties.data);
    fth_text_clear(&target.inputs);
    fth_text_clear(&target.properties);
}

static void add_tool(struct writer *writer, struct node *node, double y)
{
    const char *kind = fth_json_text(fth_json_get(node->json, "node"), "");
    bool is_fusion = strncmp(kind, "fusion:", 7) == 0;
    struct target target = {.node = node, .alias = is_fusion ? NULL : choose_alias(writer, node)};
    const char *tool = target.alias ? target.alias->tool : is_fusion ? kind + 7 : "PipeRouter";
    struct fth_fusion_row pass = {.input = "Input", .is_common = true, .also = ""};
    const struct fth_json *inputs = fth_json_get(node->json, "inputs");
    if (target.alias || is_fusion) {
        put_all(writer, &target);
    } else {
        note(writer, node, NULL, "node", "Fusion has no tool for this node: its first input is "
                                         "passed on");
        if (fth_json_count(inputs))
            put_link(writer, &target, &pass, link_of(node->json, fth_json_key_at(inputs, 0)));
    }
    fth_text_append(&writer->fresh, "\n\t\t%s = %s {\n\t\t\tNameSet = true,%s\n\t\t\tInputs = {%s"
                                    "\n\t\t\t},\n\t\t\tViewInfo = OperatorInfo { Pos = { ",
                    node->label, tool, target.properties.data ? target.properties.data : "",
                    target.inputs.data ? target.inputs.data : "");
    fth_fusion_print_number(&writer->fresh, node->level * UNIT_X);
    fth_text_append(&writer->fresh, ", ");
    fth_fusion_print_number(&writer->fresh, y);
    fth_text_append(&writer->fresh, " } },\n\t\t},");
    fth_text_clear(&target.inputs);
    fth_text_clear(&target.properties);
}

/* ---- what goes ------------------------------------------------------------------------------- */

static bool is_kept(const struct writer *writer, const struct fth_fusion_tool *tool)
{
    for (int i = 0; i < writer->count; i++) {
        if (writer->list[i].tool == tool)
            return true;
    }
    return false;
}

/* Splines and paths that somebody asked for, and nobody asks for any more. */
static bool drop_orphans(struct writer *writer, bool *was_asked, bool *is_asked, bool first)
{
    struct fth_fusion_reader *reader = &writer->reader;
    bool dropped = false;
    memset(is_asked, 0, (size_t)reader->tool_count);
    for (int i = 0; i < reader->tool_count; i++) {
        int32_t inputs = fth_fusion_get(reader->tree, reader->tools[i].value, "Inputs");
        const struct fth_fusion_value *table = fth_fusion_at(reader->tree, inputs);
        for (int32_t at = table ? table->first : FTH_FUSION_NONE; at != FTH_FUSION_NONE;
             at = fth_fusion_at(reader->tree, at)->next) {
            char *name = NULL;
            const struct fth_fusion_tool *from =
                fth_fusion_source(reader, &reader->tools[i], at, &name);
            fth_free(name);
            if (from && first)
                was_asked[from - reader->tools] = true;
            if (from && !writer->edits.dropped[at] &&
                !writer->edits.dropped[reader->tools[i].value])
                is_asked[from - reader->tools] = true;
        }
    }
    for (int i = 0; i < reader->tool_count; i++) {
        const struct fth_fusion_tool *tool = &reader->tools[i];
        bool is_modifier = !tool->is_picture && tool->role != FTH_FUSION_GROUP &&
                           tool->role != FTH_FUSION_PASS;
        if (is_modifier && was_asked[i] && !is_asked[i] && !writer->edits.dropped[tool->value]) {
            fth_fusion_edit_drop(&writer->edits, tool->value);
            dropped = true;
        }
    }
    return dropped;
}

static enum fth_status drop_rest(struct writer *writer)
{
    size_t count = (size_t)writer->reader.tool_count + 1;
    bool *was_asked = fth_alloc(count, sizeof(bool)), *is_asked = fth_alloc(count, sizeof(bool));
    enum fth_status status = FTH_OK;
    if (!was_asked || !is_asked)
        status = fth_fail_memory(writer->error, count, "a Fusion text");
    for (int round = 0; status == FTH_OK && round < 4; round++) {
        if (!drop_orphans(writer, was_asked, is_asked, round == 0))
            break;
    }
    fth_free(was_asked);
    fth_free(is_asked);
    return status;
}

/* ---- the whole ------------------------------------------------------------------------------- */

static enum fth_status list_nodes(struct writer *writer)
{
    size_t count = fth_json_count(writer->nodes);
    if (count > FTH_LIMIT_NODES)
        return fth_fail(writer->error, FTH_ERR_LIMIT, "a graph has at most %d nodes",
                        FTH_LIMIT_NODES);
    writer->list = fth_alloc(count + 1, sizeof(*writer->list));
    if (!writer->list)
        return fth_fail_memory(writer->error, count * sizeof(*writer->list), "nodes");
    for (size_t i = 0; i < count; i++) {
        struct node *node = &writer->list[writer->count++];
        node->name = fth_json_key_at(writer->nodes, i);
        node->json = fth_json_get(writer->nodes, node->name);
        fth_json_set_int(writer->places, node->name, (int64_t)i);
        if (!fth_json_get(writer->places, node->name))
            return fth_fail_memory(writer->error, 64, "a node's name");
    }
    for (int i = 0; i < writer->reader.tool_count; i++) {
        const struct fth_fusion_tool *tool = &writer->reader.tools[i];
        const struct fth_json *before = fth_json_get(writer->reader.nodes, tool->name);
        struct node *node = tool->name[0] ? find_node(writer, tool->name) : NULL;
        char *key = fth_fusion_span_text(writer->reader.tree,
                                         fth_fusion_at(writer->reader.tree, tool->value)->key);
        if (key)
            fth_json_set_bool(writer->labels, key, true);
        writer->fresh.failed = writer->fresh.failed || !key || !fth_json_get(writer->labels, key);
        fth_free(key);
        if (node && same_json(fth_json_get(before, "node"), fth_json_get(node->json, "node")))
            node->tool = tool;
    }
    for (int i = 0; i < writer->count; i++) {
        if (!writer->list[i].tool)
            make_label(writer, writer->list[i].name, writer->list[i].label);
    }
    return FTH_OK;
}

/* How far a node stands from what it comes from; circles end with the count. */
static void find_levels(struct writer *writer)
{
    bool moved = true;
    for (int round = 0; moved && round < 64; round++) {
        moved = false;
        for (int i = 0; i < writer->count; i++) {
            struct node *node = &writer->list[i];
            const struct fth_json *inputs = fth_json_get(node->json, "inputs");
            for (size_t k = 0; k < fth_json_count(inputs); k++) {
                const char *name =
                    fth_json_text(fth_json_get(inputs, fth_json_key_at(inputs, k)), "");
                struct node *from = find_node(writer, name);
                if (from && node->level <= from->level && from->level < 64) {
                    node->level = from->level + 1;
                    moved = true;
                }
            }
        }
    }
}

/* The lowest place of the flow that is taken. */
static double find_bottom(const struct writer *writer)
{
    const struct fth_fusion_reader *reader = &writer->reader;
    double bottom = -UNIT_Y;
    for (int i = 0; i < reader->tool_count; i++) {
        int32_t view = fth_fusion_get(reader->tree, reader->tools[i].value, "ViewInfo");
        double y;
        if (fth_fusion_number(reader->tree,
                              fth_fusion_item(reader->tree, fth_fusion_get(reader->tree, view,
                                                                           "Pos"), 1), &y))
            bottom = fmax(bottom, y);
    }
    return bottom;
}

static enum fth_status write_all(struct writer *writer)
{
    double y = find_bottom(writer) + UNIT_Y;
    for (int i = 0; i < writer->reader.tool_count; i++) {
        const struct fth_fusion_tool *tool = &writer->reader.tools[i];
        if (tool->is_picture && !is_kept(writer, tool))
            fth_fusion_edit_drop(&writer->edits, tool->value);
    }
    find_levels(writer);
    for (int i = 0; i < writer->count; i++) {
        if (writer->list[i].tool) {
            edit_tool(writer, &writer->list[i]);
        } else {
            add_tool(writer, &writer->list[i], y);
            y += UNIT_Y;
        }
    }
    enum fth_status status = drop_rest(writer);
    if (status == FTH_OK && writer->fresh.data)
        fth_fusion_edit_append(&writer->edits, writer->reader.scopes[0].table, writer->fresh.data);
    if (status == FTH_OK && (writer->edits.failed || writer->fresh.failed))
        status = fth_fail_memory(writer->error, writer->fresh.length, "a Fusion text");
    return status;
}

/* The text that the document keeps, or an empty one. */
static void find_text(const struct fth_json *document, struct fth_text *text)
{
    const struct fth_json *lines = fth_json_get(
        fth_json_get(fth_json_get(document, "view"), "fusion"), "text");
    size_t count = fth_json_count(lines);
    for (size_t i = 0; i < count; i++) {
        const char *line = fth_json_text(fth_json_at(lines, i), "");
        fth_text_append_bytes(text, "\n", i ? 1 : 0);
        fth_text_append_bytes(text, line, strlen(line));
    }
    const char *whole = count ? "" : fth_json_text(lines, empty_text);
    fth_text_append_bytes(text, whole, strlen(whole));
}

enum fth_status fth_fusion_write(const struct fth_catalogue *catalogue,
                                 const struct fth_json *document, struct fth_text *text,
                                 struct fth_json **report, struct fth_error *error)
{
    struct writer writer = {.reader.error = error, .error = error};
    struct fth_text base = {0};
    bool was_lost = fth_text_take_lost();
    writer.nodes = fth_json_get(document, "nodes");
    writer.labels = fth_json_new(FTH_JSON_OBJECT);
    writer.places = fth_json_new(FTH_JSON_OBJECT);
    find_text(document, &base);
    enum fth_status status = FTH_OK;
    if (base.failed || !writer.labels || !writer.places)
        status = fth_fail_memory(error, base.length, "a Fusion text");
    if (status == FTH_OK)
        status = fth_fusion_reader_open(catalogue, "the Fusion text in the document's view",
                                        base.data, base.length, &writer.reader);
    if (status == FTH_OK)
        status = fth_fusion_reader_nodes(&writer.reader);
    if (status == FTH_OK)
        status = fth_fusion_edits_begin(writer.reader.tree, &writer.edits, error);
    fth_json_destroy(&writer.reader.notes); /* these were told when it was read */
    writer.reader.notes = fth_json_new(FTH_JSON_ARRAY);
    writer.reader.note_count = 0;
    if (status == FTH_OK)
        status = list_nodes(&writer);
    if (status == FTH_OK)
        status = write_all(&writer);
    if (status == FTH_OK) {
        fth_fusion_edits_apply(&writer.edits, text);
        *report = fth_fusion_report(&writer.reader);
        if (text->failed || !*report || fth_text_take_lost()) {
            fth_json_destroy(report);
            status = fth_fail_memory(error, base.length, "a Fusion text");
        }
    }
    fth_text_take_lost();
    if (was_lost)
        fth_text_lose();
    fth_fusion_edits_clear(&writer.edits);
    fth_text_clear(&writer.fresh);
    fth_json_destroy(&writer.labels);
    fth_json_destroy(&writer.places);
    fth_fusion_reader_close(&writer.reader);
    fth_free(writer.list);
    fth_text_clear(&base);
    return status;
}
