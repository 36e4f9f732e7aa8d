/* SPDX-License-Identifier: Apache-2.0 */
/* What a tool of Fusion's says of the parameters of our node: values, after the table's rows. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "graph/fusion_reader.h"
#include "node/value_json.h"

/* ---- one value ------------------------------------------------------------------------------- */

/* Of "Input { Value = 4 }" the 4; of anything else itself. */
static int32_t value_of(const struct fth_fusion_reader *reader, int32_t entry)
{
    int32_t value = fth_fusion_get(reader->tree, entry, "Value");
    return value == FTH_FUSION_NONE && !fth_fusion_is(reader->tree, entry, "Input") ? entry : value;
}

/* "x", FuID { "x" }, StyledText { Value = "x" }: new, or NULL. */
static char *words_of(const struct fth_fusion_reader *reader, int32_t value)
{
    const struct fth_fusion_value *at = fth_fusion_at(reader->tree, value);
    if (at && at->kind == FTH_FUSION_TABLE) {
        int32_t inside = fth_fusion_get(reader->tree, value, "Value");
        value = inside != FTH_FUSION_NONE ? inside : fth_fusion_item(reader->tree, value, 0);
    }
    return fth_fusion_text(reader->tree, value);
}

double fth_fusion_convert(const struct fth_param *param, const struct fth_fusion_row *row,
                          double number, bool *changed)
{
    double value = row->scale * number + row->offset;
    if (param->type == FTH_PARAM_SWITCH)
        return value != 0;
    if (param->type == FTH_PARAM_INT)
        value = floor(value + 0.5);
    /* limits that are not allowed themselves are left by a little */
    double room = (param->max - param->min) * 1e-6;
    double low = param->min + (param->flags & FTH_PARAM_OPEN_MIN ? room : 0);
    double high = param->max - (param->flags & FTH_PARAM_OPEN_MAX ? room : 0);
    double inside = value < low ? low : value > high ? high : value;
    *changed = *changed || inside != value;
    return inside;
}

/* Our choice for Fusion's, or -1. */
static int choice_of(const struct fth_param *param, const struct fth_fusion_row *row,
                     const char *fusion)
{
    const char *id = fth_json_text(fth_json_get(row->choices, fusion), NULL);
    for (int i = 0; id && param->choices[i].id; i++) {
        if (strcmp(param->choices[i].id, id) == 0)
            return i;
    }
    return -1;
}

/* ---- files ----------------------------------------------------------------------------------- */

bool fth_fusion_is_still(const char *path)
{
    static const char *const endings[] = {".exr", ".png", ".tif", ".tiff", ".jpg", ".jpeg", ".dpx",
                                          ".cin", ".tga", ".bmp", ".sgi",  ".rgb", ".iff",  ".hdr",
                                          ".jp2", ".pfm", ".psd"};
    for (size_t i = 0; i < sizeof(endings) / sizeof(*endings); i++) {
        if (fth_ends_with(path, endings[i]))
            return true;
    }
    return false;
}

/* "Comp:\a\b.exr" is "a/b.exr": beside the document, slashes as everywhere. */
static void tidy_path(char *path)
{
    bool is_foreign = strchr(path, '\\') && !strchr(path, '/');
    for (char *at = path; *at && is_foreign; at++) {
        if (*at == '\\')
            *at = '/';
    }
    size_t skip = strncmp(path, "Comp:", 5) == 0 ? 5 : 0;
    while (skip && path[skip] == '/')
        skip++;
    memmove(path, path + skip, strlen(path + skip) + 1);
}

/* Puts a "#" for every digit of the number before the ending; files to be written that have none
 * get four, as Fusion numbers them. */
static enum fth_status number_path(char **path, bool always, struct fth_error *error)
{
    char *dot = strrchr(*path, '.'), *digits = dot;
    if (!dot || !fth_fusion_is_still(*path))
        return FTH_OK;
    while (digits > *path && digits[-1] >= '0' && digits[-1] <= '9')
        *--digits = '#';
    if (digits != dot || !always)
        return FTH_OK;
    size_t length = strlen(*path) + 5;
    char *longer = fth_alloc(length, 1);
    if (!longer)
        return fth_fail_memory(error, length, "a path");
    snprintf(longer, length, "%.*s####%s", (int)(dot - *path), *path, dot);
    fth_free(*path);
    *path = longer;
    return FTH_OK;
}

static enum fth_status read_path(struct fth_fusion_reader *reader,
                                 const struct fth_fusion_tool *tool,
                                 const struct fth_fusion_row *row, int32_t value, char **path)
{
    double length = 2;
    tidy_path(*path);
    if ((*path)[0] && (*path)[1] && strchr(*path, ':'))
        fth_fusion_note(reader, tool, row->input, "file",
                        "'%.200s' is a place of Fusion's or another system's: say where the file "
                        "is here", *path);
    if (row->file == FTH_FUSION_FILE_OUT)
        return number_path(path, true, reader->error);
    int32_t clip = fth_fusion_at(reader->tree, value)->parent;
    fth_fusion_number(reader->tree, fth_fusion_get(reader->tree, clip, "Length"), &length);
    return length == 1 ? FTH_OK : number_path(path, false, reader->error);
}

/* ---- one row --------------------------------------------------------------------------------- */

struct words {
    char *parts[2]; /* of a text that is put together */
};

static void note_driven(struct fth_fusion_reader *reader, const struct fth_fusion_tool *tool,
                        const struct fth_fusion_row *row, const char *name,
                        const struct fth_fusion_tool *from)
{
    char *kind = from ? fth_fusion_span_text(reader->tree,
                                             fth_fusion_at(reader->tree, from->value)->word)
                      : NULL;
    fth_fusion_note(reader, tool, row->input, "driven",
                    from ? "it is driven by %.80s (%.80s), which is not taken over; its saved "
                           "value stands"
                         : "it is driven by %.80s, which is not in this text%.0s; its saved value "
                           "stands",
                    name, kind ? kind : "");
    fth_free(kind);
}

/* X and Y of a path, each a number or keyframes. */
static void read_path_of_point(struct fth_fusion_reader *reader,
                               const struct fth_fusion_tool *path, struct fth_fusion_said *said)
{
    static const char *const axes[] = {"X", "Y"};
    int32_t inputs = fth_fusion_get(reader->tree, path->value, "Inputs");
    for (int i = 0; i < 2; i++) {
        char *name = NULL;
        bool changed = false;
        double number;
        int32_t entry = fth_fusion_get(reader->tree, inputs, axes[i]);
        const struct fth_fusion_tool *from = fth_fusion_source(reader, path, entry, &name);
        if (fth_fusion_number(reader->tree, value_of(reader, entry), &number))
            said->numbers[i] = fth_fusion_convert(said->param, said->rows[i], number, &changed);
        if (from && from->role == FTH_FUSION_SPLINE)
            said->splines[i] = from;
        else if (name)
            note_driven(reader, path, &(struct fth_fusion_row){.input = axes[i]}, name, from);
        fth_free(name);
    }
}

/* Who drives an input, if anybody: keyframes are taken over, a path of a point too. */
static void read_driver(struct fth_fusion_reader *reader, const struct fth_fusion_tool *tool,
                        const struct fth_fusion_row *row, int32_t entry,
                        struct fth_fusion_said *said)
{
    char *name = NULL;
    const struct fth_fusion_tool *from = fth_fusion_source(reader, tool, entry, &name);
    bool is_path = from && from->role == FTH_FUSION_PATH && said->param->type == FTH_PARAM_POINT;
    bool is_spline = from && from->role == FTH_FUSION_SPLINE &&
                     said->param->type != FTH_PARAM_POINT && row->join < 0;
    if (name && !(said->param->flags & FTH_PARAM_ANIMATES) && (is_path || is_spline))
        fth_fusion_note(reader, tool, row->input, "driven",
                        "'%s' has no keyframes here; its saved value stands", said->param->id);
    else if (is_path)
        read_path_of_point(reader, from, said);
    else if (is_spline)
        said->splines[row->component < 0 ? 0 : row->component] = from;
    else if (name)
        note_driven(reader, tool, row, name, from);
    if (fth_fusion_get(reader->tree, entry, "Expression") != FTH_FUSION_NONE)
        fth_fusion_note(reader, tool, row->input, "expression",
                        "expressions are kept and not computed; its saved value stands");
    fth_free(name);
}

/* Fusion's default where the text says nothing. */
static void read_standard(const struct fth_fusion_row *row, struct fth_fusion_said *said,
                          struct words *words)
{
    bool changed = false;
    int at = row->component < 0 ? 0 : row->component;
    const char *text = fth_json_text(row->standard, NULL);
    if (!row->standard)
        return;
    said->is_given = true;
    if (said->param->choices && text)
        said->numbers[0] = FTH_MAX(choice_of(said->param, row, text), 0);
    else if (said->param->choices) {
        char key[32];
        fth_print_double(fth_json_number(row->standard, 0), key);
        said->numbers[0] = FTH_MAX(choice_of(said->param, row, key), 0);
    } else if (text) {
        char **part = &words->parts[FTH_MAX(row->join, 0)];
        *part = fth_strdup(text);
        if (!*part)
            fth_text_lose();
    } else if (fth_json_kind(row->standard) == FTH_JSON_ARRAY) {
        for (int i = 0; i < 2; i++)
            said->numbers[i] = fth_json_number(fth_json_at(row->standard, (size_t)i), 0);
    } else {
        said->numbers[at] = fth_fusion_convert(said->param, row,
                                               fth_json_number(row->standard, 0), &changed);
    }
}

/* Numbers, alone or in a table; false: there are none. */
static bool read_numbers(struct fth_fusion_reader *reader, const struct fth_fusion_row *row,
                         int32_t value, struct fth_fusion_said *said, bool *changed)
{
    double number;
    int at = row->component < 0 ? 0 : row->component;
    int count = said->param->type == FTH_PARAM_POINT && row->component < 0 ? 2 : 1;
    for (int i = 0; i < count; i++) {
        int32_t item = count > 1 ? fth_fusion_item(reader->tree, value, i) : value;
        if (!fth_fusion_number(reader->tree, item, &number))
            return false;
        said->numbers[at + i] = fth_fusion_convert(said->param, row, number, changed);
    }
    return true;
}

static bool read_choice(struct fth_fusion_reader *reader, const struct fth_fusion_row *row,
                        int32_t value, struct fth_fusion_said *said)
{
    char printed[32];
    double number;
    char *words = words_of(reader, value);
    bool is_number = !words && fth_fusion_number(reader->tree, value, &number);
    if (is_number)
        fth_print_double(number, printed);
    int choice = words || is_number ? choice_of(said->param, row, words ? words : printed) : -1;
    if (choice >= 0)
        said->numbers[0] = choice;
    fth_free(words);
    return choice >= 0;
}

static enum fth_status read_row(struct fth_fusion_reader *reader,
                                const struct fth_fusion_tool *tool,
                                const struct fth_fusion_row *row, struct fth_fusion_said *said,
                                struct words *words)
{
    bool changed = false, is_text = said->param->type == FTH_PARAM_TEXT ||
                                    said->param->type == FTH_PARAM_FILE;
    int32_t entry = fth_fusion_input(reader, tool, row), value = value_of(reader, entry);
    bool understood = false;
    for (int i = 0; i < 4; i++) {
        if (row->component < 0 || row->component == i)
            said->rows[i] = row;
    }
    read_standard(row, said, words);
    if (entry == FTH_FUSION_NONE)
        return FTH_OK;
    said->is_given = true;
    if (row->is_guess)
        fth_fusion_note(reader, tool, row->input, "guess",
                        "taken for '%s': its name, unit or meaning is a guess", said->param->id);
    if (is_text) {
        char **part = &words->parts[FTH_MAX(row->join, 0)], *found = words_of(reader, value);
        understood = found != NULL;
        if (found && row->file != FTH_FUSION_NO_FILE &&
            read_path(reader, tool, row, value, &found) != FTH_OK)
            return FTH_ERR_MEMORY;
        if (found) {
            fth_free(*part);
            *part = found;
        }
    } else if (row->choices) {
        understood = read_choice(reader, row, value, said);
    } else {
        understood = read_numbers(reader, row, value, said, &changed);
    }
    bool is_driven = fth_fusion_get(reader->tree, entry, "SourceOp") != FTH_FUSION_NONE;
    if (!understood && !is_driven)
        fth_fusion_note(reader, tool, row->input, "value",
                        "its value means nothing to '%s' and is left alone", said->param->id);
    if (changed)
        fth_fusion_note(reader, tool, row->input, "value",
                        "its value is outside what '%s' takes, and was brought to the limit",
                        said->param->id);
    read_driver(reader, tool, row, entry, said);
    return FTH_OK;
}

/* ---- one parameter --------------------------------------------------------------------------- */

static enum fth_status make_value(const struct fth_fusion_said *said, const struct words *words,
                                  struct fth_value *value, struct fth_error *error)
{
    const struct fth_param *param = said->param;
    if (param->type != FTH_PARAM_TEXT && param->type != FTH_PARAM_FILE)
        return fth_value_from_numbers(param, said->numbers,
                                      fth_param_component_count(param->type), value, error);
    struct fth_text text = {0};
    for (int i = 0; i < 2; i++) {
        if (words->parts[i])
            fth_text_append(&text, "%s%s", text.length ? " " : "", words->parts[i]);
    }
    enum fth_status status = text.failed ? fth_fail_memory(error, text.length, "a text")
                                         : fth_value_parse(param, text.data ? text.data : "",
                                                           value, error);
    fth_text_clear(&text);
    return status;
}

/* Into the document go keyframes, and values that are not the default. */
static enum fth_status put_param(struct fth_fusion_reader *reader,
                                 const struct fth_fusion_tool *tool,
                                 const struct fth_fusion_said *said, const struct words *words,
                                 struct fth_json *params)
{
    struct fth_json *keys = NULL;
    struct fth_value value = {0}, standard = {0};
    struct fth_error error = {0};
    enum fth_status status = FTH_OK;
    if (said->splines[0] || said->splines[1] || said->splines[2] || said->splines[3])
        status = fth_fusion_read_keys(reader, tool, said, &keys);
    if (keys) {
        struct fth_json *keyed = fth_json_new(FTH_JSON_OBJECT);
        fth_json_set(keyed, "keys", keys);
        fth_json_set(params, said->param->id, keyed);
    }
    if (status != FTH_OK || keys)
        return status;
    status = make_value(said, words, &value, &error);
    if (status == FTH_ERR_MEMORY || fth_value_default(said->param, &standard, NULL) != FTH_OK) {
        fth_value_clear(&value);
        return fth_fail_memory(reader->error, 64, "a parameter");
    }
    if (status != FTH_OK)
        fth_fusion_note(reader, tool, said->rows[0] ? said->rows[0]->input : NULL, "value",
                        "left alone: %.400s", error.message);
    else if (!fth_value_equal(&value, &standard))
        fth_json_set(params, said->param->id, fth_value_write(said->param, &value));
    fth_value_clear(&value);
    fth_value_clear(&standard);
    return FTH_OK;
}

/* The rows from `first` on that speak of the same parameter as that one. */
static enum fth_status read_param(struct fth_fusion_reader *reader,
                                  const struct fth_fusion_tool *tool, int first,
                                  struct fth_json *params)
{
    const struct fth_fusion_alias *alias = tool->alias;
    struct fth_fusion_said said = {0};
    struct fth_value standard = {0};
    struct words words = {{NULL, NULL}};
    said.param = fth_node_param(tool->desc, alias->rows[first].param, NULL);
    enum fth_status status = fth_value_default(said.param, &standard, reader->error);
    if (status != FTH_OK)
        return status;
    memcpy(said.numbers, standard.numbers, sizeof(said.numbers));
    fth_value_clear(&standard);
    for (int i = first; i < alias->row_count && status == FTH_OK; i++) {
        if (strcmp(alias->rows[i].param, alias->rows[first].param) == 0)
            status = read_row(reader, tool, &alias->rows[i], &said, &words);
    }
    if (status == FTH_OK && said.is_given)
        status = put_param(reader, tool, &said, &words, params);
    fth_free(words.parts[0]);
    fth_free(words.parts[1]);
    return status;
}

static bool is_first(const struct fth_fusion_alias *alias, int row)
{
    for (int i = 0; i < row; i++) {
        if (strcmp(alias->rows[i].param, alias->rows[row].param) == 0)
            return false;
    }
    return true;
}

enum fth_status fth_fusion_read_params(struct fth_fusion_reader *reader,
                                       const struct fth_fusion_tool *tool, struct fth_json *params)
{
    const struct fth_fusion_alias *alias = tool->alias;
    enum fth_status status = FTH_OK;
    for (int i = 0; i < alias->row_count && status == FTH_OK; i++) {
        const char *param = alias->rows[i].param;
        if (param[0] && is_first(alias, i) && fth_node_param(tool->desc, param, NULL))
            status = read_param(reader, tool, i, params);
    }
    double off = 0;
    if (status == FTH_OK &&
        fth_fusion_number(reader->tree, fth_fusion_get(reader->tree, tool->value, "PassThrough"),
                          &off) && off != 0) {
        bool has_blend = !(tool->desc->flags & FTH_NODE_NO_COMMON);
        if (has_blend)
            fth_json_set_number(params, "blend", 0);
        fth_fusion_note(reader, tool, "PassThrough", "value",
                        has_blend ? "the tool is switched off: its blend is 0 here"
                                  : "the tool is switched off there, and is not here");
    }
    return status;
}
