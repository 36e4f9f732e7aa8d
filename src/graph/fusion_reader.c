/* SPDX-License-Identifier: Apache-2.0 */
/* The tools of a Fusion text: found in all groups, told apart, named, and asked what feeds them. */
#include "graph/fusion_reader.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

enum {
    MOST_TOOLS = 65536,
    MOST_GROUPS = 256,
    MOST_NOTES = 4096,
    MOST_HOPS = 64,    /* of a picture through groups and routers */
    SMALL_NUMBERS = 10
};

/* ---- reports --------------------------------------------------------------------------------- */

static char *key_of(const struct fth_fusion_reader *reader, int32_t value)
{
    return fth_fusion_span_text(reader->tree, fth_fusion_at(reader->tree, value)->key);
}

void fth_fusion_note_node(struct fth_fusion_reader *reader, const char *node, const char *input,
                          const char *kind, const char *why)
{
    if (++reader->note_count > MOST_NOTES)
        return;
    struct fth_json *note = fth_json_new(FTH_JSON_OBJECT);
    fth_json_set_text(note, "tool", node);
    fth_json_set_text(note, "input", input);
    fth_json_set_text(note, "kind", kind);
    fth_json_set_text(note, "why", why);
    fth_json_add(reader->notes, note);
}

void fth_fusion_note(struct fth_fusion_reader *reader, const struct fth_fusion_tool *tool,
                     const char *input, const char *kind, const char *format, ...)
{
    char why[512];
    va_list arguments;
    if (reader->note_count > MOST_NOTES)
        return;
    va_start(arguments, format);
    vsnprintf(why, sizeof(why), format, arguments);
    va_end(arguments);
    for (size_t at = 0, size; why[at]; at += FTH_MAX(size, 1u)) { /* letters may have been cut */
        size = fth_utf8_size(why + at);
        if (!size)
            why[at] = '?';
    }
    char *key = tool->name[0] ? NULL : key_of(reader, tool->value);
    fth_fusion_note_node(reader, key ? key : tool->name, input, kind, why);
    fth_free(key);
}

struct fth_json *fth_fusion_report(struct fth_fusion_reader *reader)
{
    struct fth_json *report = fth_json_new(FTH_JSON_OBJECT);
    if (reader->note_count > MOST_NOTES) {
        reader->note_count = 0;
        fth_fusion_note_node(reader, NULL, NULL, "more", "there is more than this to tell");
    }
    fth_json_set_int(report, "tools", reader->tool_count);
    fth_json_set_int(report, "nodes", (int64_t)fth_json_count(reader->nodes));
    fth_json_set_number(report, "shift", reader->shift);
    fth_json_set(report, "notes", fth_json_copy(reader->notes));
    return report;
}

/* ---- tools ----------------------------------------------------------------------------------- */

/* Writes as much of `text` as there is room for behind the `length` letters that are there. */
static size_t append_short(char *to, size_t room, size_t length, const char *text)
{
    size_t count = FTH_MIN(strlen(text), room - 1 - length);
    memcpy(to + length, text, count);
    to[length + count] = '\0';
    return length + count;
}

/* Our name for the entry `key` behind `prefix`: its letters as far as they are allowed, with a
 * number behind them when the name is taken. */
static void make_name(const struct fth_fusion_reader *reader, const char *prefix, const char *key,
                      char name[FTH_LIMIT_NAME])
{
    static const char letters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.";
    char base[FTH_LIMIT_NAME - 12], number[16];
    size_t length = append_short(base, sizeof(base), 0, prefix);
    length = append_short(base, sizeof(base), length, key);
    if (!length)
        length = append_short(base, sizeof(base), 0, "tool");
    for (char *at = base; *at; at++) {
        if (!strchr(letters, *at))
            *at = '_';
    }
    memcpy(name, base, length + 1);
    for (int i = 2; fth_json_get(reader->nodes, name); i++) {
        if (i == SMALL_NUMBERS) /* thousands of one name shall not try all numbers each */
            i += (int)fth_json_count(reader->nodes);
        snprintf(number, sizeof(number), "_%d", i);
        append_short(name, FTH_LIMIT_NAME, length, number);
    }
}

static enum fth_status add_scope(struct fth_fusion_reader *reader, int32_t table, int parent,
                                 const char *key)
{
    if (table == FTH_FUSION_NONE || fth_fusion_at(reader->tree, table)->kind != FTH_FUSION_TABLE)
        return FTH_OK;
    if (reader->scope_count == MOST_GROUPS)
        return fth_fail(reader->error, FTH_ERR_LIMIT, "there are more groups of tools than %d",
                        MOST_GROUPS);
    struct fth_fusion_scope *scope = &reader->scopes[reader->scope_count++];
    *scope = (struct fth_fusion_scope){.table = table, .parent = parent};
    if (parent < 0)
        return FTH_OK;
    size_t length = append_short(scope->prefix, sizeof(scope->prefix), 0,
                                 reader->scopes[parent].prefix);
    length = append_short(scope->prefix, sizeof(scope->prefix), length, key);
    append_short(scope->prefix, sizeof(scope->prefix), length, ".");
    return FTH_OK;
}

static enum fth_status grow_tools(struct fth_fusion_reader *reader)
{
    if (reader->tool_count < reader->tool_capacity)
        return FTH_OK;
    if (reader->tool_count == MOST_TOOLS)
        return fth_fail(reader->error, FTH_ERR_LIMIT, "there are more tools than %d", MOST_TOOLS);
    int capacity = reader->tool_capacity ? reader->tool_capacity * 2 : 64;
    struct fth_fusion_tool *tools = fth_realloc(reader->tools, (size_t)capacity, sizeof(*tools));
    if (!tools)
        return fth_fail_memory(reader->error, (size_t)capacity * sizeof(*tools), "Fusion's tools");
    reader->tools = tools;
    reader->tool_capacity = capacity;
    return FTH_OK;
}

/* One entry of a table of tools; what is none is left alone. */
static enum fth_status add_tool(struct fth_fusion_reader *reader, int32_t index, int scope)
{
    const struct fth_fusion_value *value = fth_fusion_at(reader->tree, index);
    struct fth_fusion_tool tool = {.value = index, .scope = scope, .inside = -1};
    if (value->kind != FTH_FUSION_TABLE || value->word.begin == value->word.end ||
        value->key_kind != FTH_FUSION_KEY_NAME)
        return FTH_OK;
    enum fth_status status = grow_tools(reader);
    if (status != FTH_OK)
        return status;
    char *kind = fth_fusion_span_text(reader->tree, value->word), *key = key_of(reader, index);
    if (!kind || !key) {
        status = fth_fail_memory(reader->error, 64, "a tool's name");
        goto done;
    }
    if (fth_fusion_get(reader->tree, value->parent, key) != index) {
        fth_fusion_note(reader, &tool, NULL, "link", "another tool of this name follows it, which "
                                                     "counts");
        goto done;
    }
    tool.role = fth_fusion_role_of(reader->table, kind, &tool.alias);
    if (tool.alias)
        tool.desc = fth_catalogue_find(reader->catalogue, tool.alias->node);
    if (tool.role == FTH_FUSION_NODE && !tool.desc)
        tool.role = FTH_FUSION_UNKNOWN;
    int32_t inside = fth_fusion_get(reader->tree, index, "Tools");
    if (tool.role == FTH_FUSION_GROUP) {
        tool.inside = reader->scope_count;
        status = add_scope(reader, inside, scope, key);
        if (tool.inside == reader->scope_count)
            tool.inside = -1;
    }
    tool.is_picture = tool.role == FTH_FUSION_NODE || tool.role == FTH_FUSION_UNKNOWN;
    reader->tools[reader->tool_count++] = tool;
    reader->tool_of[index] = reader->tool_count;
done:
    fth_free(kind);
    fth_free(key);
    return status;
}

static enum fth_status add_tools(struct fth_fusion_reader *reader)
{
    enum fth_status status = FTH_OK;
    for (int s = 0; s < reader->scope_count && status == FTH_OK; s++) {
        int32_t at = fth_fusion_at(reader->tree, reader->scopes[s].table)->first;
        while (at != FTH_FUSION_NONE && status == FTH_OK) {
            status = add_tool(reader, at, s);
            at = fth_fusion_at(reader->tree, at)->next;
        }
    }
    return status;
}

/* Whoever is asked for something else than a picture is a modifier, whatever it is called. */
static void find_modifiers(struct fth_fusion_reader *reader)
{
    for (int i = 0; i < reader->tool_count; i++) {
        int32_t inputs = fth_fusion_get(reader->tree, reader->tools[i].value, "Inputs");
        const struct fth_fusion_value *table = fth_fusion_at(reader->tree, inputs);
        int32_t at = table ? table->first : FTH_FUSION_NONE;
        for (; at != FTH_FUSION_NONE; at = fth_fusion_at(reader->tree, at)->next) {
            char *name = NULL;
            const struct fth_fusion_tool *from =
                fth_fusion_source(reader, &reader->tools[i], at, &name);
            int32_t output = fth_fusion_get(reader->tree, at, "Source");
            char *source = fth_fusion_text(reader->tree, output);
            if (from && from->role == FTH_FUSION_UNKNOWN && source && !strstr(source, "Output") &&
                !strstr(source, "Mask"))
                reader->tools[from - reader->tools].is_picture = false;
            fth_free(source);
            fth_free(name);
        }
    }
}

static enum fth_status name_nodes(struct fth_fusion_reader *reader)
{
    for (int i = 0; i < reader->tool_count; i++) {
        struct fth_fusion_tool *tool = &reader->tools[i];
        if (!tool->is_picture)
            continue;
        if (fth_json_count(reader->nodes) == FTH_LIMIT_NODES)
            return fth_fail(reader->error, FTH_ERR_LIMIT,
                            "there are more tools than the %d nodes of a graph", FTH_LIMIT_NODES);
        char *key = key_of(reader, tool->value);
        if (!key)
            return fth_fail_memory(reader->error, 64, "a tool's name");
        make_name(reader, reader->scopes[tool->scope].prefix, key, tool->name);
        fth_json_set(reader->nodes, tool->name, fth_json_new_bool(true));
        if (!fth_json_get(reader->nodes, tool->name)) {
            fth_free(key);
            return fth_fail_memory(reader->error, 64, "a node's name");
        }
        fth_free(key);
    }
    return FTH_OK;
}

static enum fth_status find_root(struct fth_fusion_reader *reader, const char *name)
{
    int32_t tools = fth_fusion_get(reader->tree, 0, "Tools");
    const struct fth_fusion_value *value = fth_fusion_at(reader->tree, tools);
    if (!value || value->kind != FTH_FUSION_TABLE)
        return fth_fail(reader->error, FTH_ERR_DATA,
                        "%s: there is no table Tools in it, so there is nothing to take over",
                        name);
    return add_scope(reader, tools, -1, "");
}

enum fth_status fth_fusion_reader_open(const struct fth_catalogue *catalogue, const char *name,
                                       const char *text, size_t length,
                                       struct fth_fusion_reader *reader)
{
    reader->catalogue = catalogue;
    reader->nodes = fth_json_new(FTH_JSON_OBJECT);
    reader->notes = fth_json_new(FTH_JSON_ARRAY);
    reader->scopes = fth_alloc(MOST_GROUPS, sizeof(*reader->scopes));
    if (!reader->nodes || !reader->notes || !reader->scopes)
        return fth_fail_memory(reader->error, MOST_GROUPS * sizeof(*reader->scopes),
                               "a Fusion text");
    enum fth_status status = fth_fusion_table_create(&reader->table, reader->error);
    if (status == FTH_OK)
        status = fth_fusion_parse(text, length, name, &reader->tree, reader->error);
    if (status != FTH_OK)
        return status;
    size_t count = (size_t)fth_fusion_count(reader->tree);
    reader->tool_of = fth_alloc(count, sizeof(*reader->tool_of));
    if (!reader->tool_of)
        return fth_fail_memory(reader->error, count * sizeof(*reader->tool_of), "Fusion's tools");
    status = find_root(reader, name);
    if (status == FTH_OK)
        status = add_tools(reader);
    if (status == FTH_OK)
        find_modifiers(reader);
    return status == FTH_OK ? name_nodes(reader) : status;
}

void fth_fusion_reader_close(struct fth_fusion_reader *reader)
{
    fth_fusion_table_destroy(&reader->table);
    fth_fusion_tree_destroy(&reader->tree);
    fth_free(reader->tools);
    fth_free(reader->scopes);
    fth_free(reader->tool_of);
    fth_json_destroy(&reader->nodes);
    fth_json_destroy(&reader->notes);
    *reader = (struct fth_fusion_reader){0};
}

/* ---- who feeds whom -------------------------------------------------------------------------- */

static const struct fth_fusion_tool *tool_in(const struct fth_fusion_reader *reader, int scope,
                                             const char *name)
{
    int32_t value = fth_fusion_get(reader->tree, reader->scopes[scope].table, name);
    int32_t tool = value < 0 ? 0 : reader->tool_of[value];
    return tool ? &reader->tools[tool - 1] : NULL;
}

static const struct fth_fusion_tool *find_from(const struct fth_fusion_reader *reader, int scope,
                                               const char *name)
{
    const struct fth_fusion_tool *found = NULL;
    for (int s = scope; s >= 0 && !found; s = reader->scopes[s].parent)
        found = tool_in(reader, s, name);
    for (int s = 0; s < reader->scope_count && !found; s++) /* names are unique in Fusion */
        found = tool_in(reader, s, name);
    return found;
}

const struct fth_fusion_tool *fth_fusion_find(const struct fth_fusion_reader *reader,
                                              const struct fth_fusion_tool *tool,
                                              const char *name)
{
    return find_from(reader, tool->scope, name);
}

const struct fth_fusion_tool *fth_fusion_source(const struct fth_fusion_reader *reader,
                                                const struct fth_fusion_tool *tool, int32_t input,
                                                char **name)
{
    *name = fth_fusion_text(reader->tree, fth_fusion_get(reader->tree, input, "SourceOp"));
    return *name ? find_from(reader, tool->scope, *name) : NULL;
}

/* What stands behind a group's output or a router: the entry to follow, and the scope it is in. */
static int32_t next_hop(const struct fth_fusion_reader *reader, const struct fth_fusion_tool *at,
                        int32_t input, int *scope)
{
    int32_t inputs = fth_fusion_get(reader->tree, at->value, "Inputs");
    *scope = at->scope;
    if (at->role == FTH_FUSION_PASS)
        return fth_fusion_get(reader->tree, inputs, "Input");
    if (at->role != FTH_FUSION_GROUP || at->inside < 0)
        return FTH_FUSION_NONE;
    *scope = at->inside;
    int32_t outputs = fth_fusion_get(reader->tree, at->value, "Outputs");
    const struct fth_fusion_value *table = fth_fusion_at(reader->tree, outputs);
    char *source = fth_fusion_text(reader->tree, fth_fusion_get(reader->tree, input, "Source"));
    int32_t output = source ? fth_fusion_get(reader->tree, outputs, source) : FTH_FUSION_NONE;
    fth_free(source);
    return output != FTH_FUSION_NONE || !table ? output : table->first;
}

const struct fth_fusion_tool *fth_fusion_picture(const struct fth_fusion_reader *reader,
                                                 const struct fth_fusion_tool *tool, int32_t input)
{
    int scope = tool->scope;
    for (int hop = 0; hop < MOST_HOPS && input != FTH_FUSION_NONE; hop++) {
        char *name = fth_fusion_text(reader->tree, fth_fusion_get(reader->tree, input, "SourceOp"));
        const struct fth_fusion_tool *at = name ? find_from(reader, scope, name) : NULL;
        fth_free(name);
        if (!at || at->is_picture)
            return at;
        input = next_hop(reader, at, input, &scope);
    }
    return NULL;
}

/* ---- inputs by name -------------------------------------------------------------------------- */

static char lower_letter(const char **at, const char *end)
{
    while (*at < end) {
        char c = *(*at)++;
        if (c >= 'A' && c <= 'Z')
            return (char)(c - 'A' + 'a');
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
            return c;
    }
    return '\0';
}

/* The same letters and digits in the same order, whatever their case and what stands between. */
static bool sounds_like(const char *a, size_t a_length, const char *b)
{
    const char *a_end = a + a_length, *b_end = b + strlen(b);
    char first, second;
    do {
        first = lower_letter(&a, a_end);
        second = lower_letter(&b, b_end);
    } while (first == second && first);
    return first == second;
}

static bool is_meant(const struct fth_fusion_reader *reader, int32_t input,
                     const struct fth_fusion_row *row)
{
    size_t length = 0;
    const char *text = fth_fusion_bytes(reader->tree, &length);
    const struct fth_fusion_span key = fth_fusion_at(reader->tree, input)->key;
    return sounds_like(text + key.begin, key.end - key.begin, row->input);
}

/* "Clips/0/Filename" below a tool. */
static int32_t walk(const struct fth_fusion_reader *reader, int32_t at, const char *path)
{
    while (at != FTH_FUSION_NONE && *path) {
        char part[64];
        size_t length = strcspn(path, "/");
        snprintf(part, sizeof(part), "%.*s", (int)length, path);
        path += length + (path[length] == '/');
        at = part[0] >= '0' && part[0] <= '9' ? fth_fusion_item(reader->tree, at, part[0] - '0')
                                              : fth_fusion_get(reader->tree, at, part);
    }
    return at;
}

int32_t fth_fusion_input(const struct fth_fusion_reader *reader,
                         const struct fth_fusion_tool *tool, const struct fth_fusion_row *row)
{
    if (row->is_property)
        return walk(reader, tool->value, row->input);
    int32_t inputs = fth_fusion_get(reader->tree, tool->value, "Inputs");
    int32_t found = fth_fusion_get(reader->tree, inputs, row->input);
    const struct fth_fusion_value *table = fth_fusion_at(reader->tree, inputs);
    if (found != FTH_FUSION_NONE || !table || row->is_common || !tool->alias->is_loose)
        return found;
    for (int32_t at = table->first; at != FTH_FUSION_NONE;
         at = fth_fusion_at(reader->tree, at)->next) {
        if (is_meant(reader, at, row))
            return at;
    }
    return FTH_FUSION_NONE;
}

const struct fth_fusion_row *fth_fusion_row_of(const struct fth_fusion_reader *reader,
                                               const struct fth_fusion_tool *tool, int32_t input)
{
    const struct fth_fusion_row *loose = NULL;
    for (int i = 0; tool->alias && i < tool->alias->row_count; i++) {
        const struct fth_fusion_row *row = &tool->alias->rows[i];
        if (row->is_property)
            continue;
        if (fth_fusion_span_is(reader->tree, fth_fusion_at(reader->tree, input)->key, row->input))
            return row;
        if (!loose && tool->alias->is_loose && !row->is_common && is_meant(reader, input, row))
            loose = row;
    }
    return loose;
}
