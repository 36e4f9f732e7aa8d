/* SPDX-License-Identifier: Apache-2.0 */
/* Reads fusion.json, which is part of the program. */
#include "graph/fusion_alias.h"

#include <string.h>

#include "base/mem.h"

static const unsigned char embedded[] = {
#include "fusion_json.inc"
};

struct fth_fusion_table {
    struct fth_json *root;
    struct fth_fusion_alias *aliases;
    int count;
};

const char *fth_fusion_aliases(size_t *length)
{
    *length = sizeof(embedded);
    return (const char *)embedded;
}

static const char *text_of(const struct fth_json *object, const char *key)
{
    return fth_json_text(fth_json_get(object, key), "");
}

static struct fth_fusion_row read_row(const char *input, const struct fth_json *row)
{
    const char *file = text_of(row, "file"), *fresh = text_of(row, "fresh");
    return (struct fth_fusion_row){
        .input = input, .param = text_of(row, "param"), .port = text_of(row, "port"),
        .also = text_of(row, "also"), .as = text_of(row, "as"),
        .is_guess = strcmp(text_of(row, "known"), "guess") == 0,
        .is_quiet = fth_json_bool(fth_json_get(row, "quiet"), false),
        .component = (int)fth_json_int(fth_json_get(row, "component"), -1),
        .join = (int)fth_json_int(fth_json_get(row, "join"), -1),
        .scale = fth_json_number(fth_json_get(row, "scale"), 1),
        .offset = fth_json_number(fth_json_get(row, "offset"), 0),
        .choices = fth_json_get(row, "choices"), .standard = fth_json_get(row, "default"),
        .file = strcmp(file, "in") == 0    ? FTH_FUSION_FILE_IN
                : strcmp(file, "out") == 0 ? FTH_FUSION_FILE_OUT
                                           : FTH_FUSION_NO_FILE,
        .fresh = fresh[0] ? fresh : text_of(row, "fresh_input"), .fresh_is_input = !fresh[0]};
}

static enum fth_status read_alias(const struct fth_json *tool, const struct fth_json *common,
                                  struct fth_fusion_alias *alias, struct fth_error *error)
{
    const struct fth_json *properties = fth_json_get(tool, "properties");
    const struct fth_json *inputs = fth_json_get(tool, "inputs");
    size_t property_count = fth_json_count(properties), input_count = fth_json_count(inputs);
    size_t common_count = fth_json_count(common);
    size_t count = property_count + input_count + common_count;
    alias->tool = text_of(tool, "tool");
    alias->node = text_of(tool, "node");
    alias->writes = fth_json_bool(fth_json_get(tool, "write"), true);
    alias->is_loose = fth_json_bool(fth_json_get(tool, "loose"), false);
    alias->rows = fth_alloc(count, sizeof(*alias->rows));
    if (!alias->rows)
        return fth_fail_memory(error, count * sizeof(*alias->rows), "Fusion's names");
    struct fth_fusion_row *row = alias->rows;
    for (size_t i = 0; i < property_count; i++) {
        const struct fth_json *property = fth_json_at(properties, i);
        *row = read_row(text_of(property, "path"), property);
        row++->is_property = true;
    }
    for (size_t i = 0; i < input_count; i++) {
        const char *key = fth_json_key_at(inputs, i);
        *row++ = read_row(key, fth_json_get(inputs, key));
    }
    for (size_t i = 0; i < common_count; i++) {
        const char *key = fth_json_key_at(common, i);
        *row = read_row(key, fth_json_get(common, key));
        row++->is_common = true;
    }
    alias->row_count = (int)count;
    return FTH_OK;
}

enum fth_status fth_fusion_table_create(struct fth_fusion_table **result, struct fth_error *error)
{
    struct fth_fusion_table *table = fth_alloc(1, sizeof(*table));
    if (!table)
        return fth_fail_memory(error, sizeof(*table), "Fusion's names");
    enum fth_status status = fth_json_parse((const char *)embedded, sizeof(embedded),
                                            "fusion.json", &table->root, error);
    const struct fth_json *tools = fth_json_get(table->root, "tools");
    const struct fth_json *common = fth_json_get(table->root, "common");
    size_t count = fth_json_count(tools);
    if (status == FTH_OK && !(table->aliases = fth_alloc(count, sizeof(*table->aliases))))
        status = fth_fail_memory(error, count * sizeof(*table->aliases), "Fusion's names");
    for (size_t i = 0; i < count && status == FTH_OK; i++) {
        status = read_alias(fth_json_at(tools, i), common, &table->aliases[i], error);
        table->count++;
    }
    if (status == FTH_OK)
        *result = table;
    else
        fth_fusion_table_destroy(&table);
    return status;
}

void fth_fusion_table_destroy(struct fth_fusion_table **table)
{
    if (!table || !*table)
        return;
    for (int i = 0; i < (*table)->count; i++)
        fth_free((*table)->aliases[i].rows);
    fth_free((*table)->aliases);
    fth_json_destroy(&(*table)->root);
    fth_free(*table);
    *table = NULL;
}

enum fth_fusion_role fth_fusion_role_of(const struct fth_fusion_table *table, const char *tool,
                                        const struct fth_fusion_alias **alias)
{
    static const struct {
        const char *list;
        enum fth_fusion_role role;
    } lists[] = {{"passes", FTH_FUSION_PASS},     {"groups", FTH_FUSION_GROUP},
                 {"splines", FTH_FUSION_SPLINE}, {"paths", FTH_FUSION_PATH},
                 {"apart", FTH_FUSION_APART}};
    *alias = NULL;
    for (int i = 0; i < table->count; i++) {
        if (strcmp(table->aliases[i].tool, tool) == 0) {
            *alias = &table->aliases[i];
            return FTH_FUSION_NODE;
        }
    }
    for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++) {
        if (fth_json_get(fth_json_get(table->root, lists[i].list), tool))
            return lists[i].role;
    }
    return FTH_FUSION_UNKNOWN;
}

int fth_fusion_alias_count(const struct fth_fusion_table *table)
{
    return table->count;
}

const struct fth_fusion_alias *fth_fusion_alias_at(const struct fth_fusion_table *table, int index)
{
    return &table->aliases[index];
}

bool fth_fusion_is_quiet(const struct fth_fusion_table *table, const char *input)
{
    return fth_json_get(fth_json_get(table->root, "quiet"), input) != NULL;
}
