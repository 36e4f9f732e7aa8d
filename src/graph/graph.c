/* SPDX-License-Identifier: Apache-2.0 */
/* The document in memory: a list of nodes, each with the values that were set and its links. What
 * only the whole can show is found by check.c. */
#include "graph/graph.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/mem.h"
#include "base/text.h"
#include "graph/group.h"
#include "graph/internal.h"
#include "graph/library.h"

enum { MOST_IDS = 512 }; /* words a spelling is compared with */

/* Never the same twice in a process: a plan of one graph cannot be taken for one of another that
 * happens to stand at its address. */
static uint64_t next_revision(void)
{
    static atomic_uint_fast64_t last;
    return atomic_fetch_add(&last, 1) + 1;
}

void fth_graph_touch(struct fth_graph *graph)
{
    graph->revision = next_revision();
}

enum fth_status fth_graph_create(const struct fth_catalogue *catalogue, struct fth_graph **graph,
                                 struct fth_error *error)
{
    struct fth_graph *made = fth_alloc(1, sizeof(*made));
    if (!made)
        return fth_fail_memory(error, sizeof(*made), "a graph");
    made->catalogue = catalogue;
    made->output = -1;
    made->revision = next_revision();
    *graph = made;
    return FTH_OK;
}

void fth_setting_clear(struct fth_setting *setting)
{
    fth_value_clear(&setting->value);
    fth_curve_destroy(&setting->curve);
}

void fth_member_clear(struct fth_graph_member *member)
{
    for (int k = 0; k < member->setting_count; k++)
        fth_setting_clear(&member->settings[k]);
    fth_free(member->settings);
    fth_free(member->placeholder);
    fth_group_destroy(&member->group);
}

void fth_graph_destroy(struct fth_graph **pointer)
{
    struct fth_graph *graph = pointer ? *pointer : NULL;
    if (!graph)
        return;
    for (int i = 0; i < graph->count; i++)
        fth_member_clear(&graph->members[i]);
    fth_free(graph->members);
    fth_free(graph->slots);
    fth_free(graph->published);
    fth_free(graph->origin.name);
    fth_free(graph->origin.text);
    fth_json_destroy(&graph->origin.tree);
    fth_free(graph->folder);
    if (graph->owns_library)
        fth_library_destroy(&graph->library);
    fth_free(graph);
    *pointer = NULL;
}

/* "; did you mean 'x'?" or "". */
static const char *suggest(const char *word, const char *const *words, size_t count,
                           char buffer[128])
{
    const char *nearest = fth_nearest_word(word, words, count);
    buffer[0] = '\0';
    if (nearest)
        snprintf(buffer, 128, "; did you mean '%s'?", nearest);
    return buffer;
}

enum fth_status fth_graph_blame(struct fth_error *error, const char *name, enum fth_status status)
{
    if (error && status != FTH_OK)
        snprintf(error->node, sizeof(error->node), "%s", name);
    return status;
}

enum fth_status fth_graph_need(const struct fth_graph *graph, const char *name, int *index,
                               struct fth_error *error)
{
    const char *words[MOST_IDS];
    char hint[128];
    int found = fth_graph_find(graph, name);
    if (found >= 0) {
        *index = found;
        return FTH_OK;
    }
    size_t count = (size_t)FTH_MIN(graph->count, MOST_IDS);
    for (size_t i = 0; i < count; i++)
        words[i] = graph->members[i].name;
    return fth_fail(error, FTH_ERR_USAGE, "there is no node called '%.80s'%s", name,
                    suggest(name, words, count, hint));
}

static enum fth_status unknown_kind(const struct fth_graph *graph, const char *node_id,
                                    struct fth_error *error)
{
    const char *words[MOST_IDS];
    char hint[128];
    size_t count = FTH_MIN(graph->catalogue->count, (size_t)MOST_IDS);
    for (size_t i = 0; i < count; i++)
        words[i] = graph->catalogue->nodes[i]->id;
    return fth_fail(error, FTH_ERR_USAGE, "there is no kind of node called '%.80s'%s", node_id,
                    suggest(node_id, words, count, hint));
}

enum fth_status fth_graph_check_name(const struct fth_graph *graph, const char *name,
                                     struct fth_error *error)
{
    static const char letters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.";
    if (!name[0] || strlen(name) >= FTH_LIMIT_NAME || strspn(name, letters) != strlen(name))
        return fth_fail(error, FTH_ERR_USAGE,
                        "'%.80s' cannot name a node: 1 to %d letters, digits, '_', '-' and '.'",
                        name, FTH_LIMIT_NAME - 1);
    if (fth_graph_find(graph, name) >= 0)
        return fth_fail(error, FTH_ERR_USAGE, "there are two nodes called '%s'", name);
    if (graph->count >= FTH_LIMIT_NODES)
        return fth_fail(error, FTH_ERR_LIMIT, "a graph has at most %d nodes", FTH_LIMIT_NODES);
    return FTH_OK;
}

enum fth_status fth_graph_add_member(struct fth_graph *graph, const char *name,
                                     const struct fth_node_desc *desc, struct fth_error *error)
{
    enum fth_status status = fth_graph_check_name(graph, name, error);
    if (status != FTH_OK)
        return status;
    if (!fth_names_reserve(graph, graph->count + 1))
        return fth_fail_memory(error, 0, "a node's name");
    if (graph->count == graph->capacity) {
        int capacity = graph->capacity ? graph->capacity * 2 : 16;
        struct fth_graph_member *members =
            fth_realloc(graph->members, (size_t)capacity, sizeof(*members));
        if (!members)
            return fth_fail_memory(error, (size_t)capacity * sizeof(*members), "a node");
        graph->members = members;
        graph->capacity = capacity;
    }
    struct fth_graph_member *member = &graph->members[graph->count++];
    *member = (struct fth_graph_member){.desc = desc};
    strcpy(member->name, name);
    for (int i = 0; i < FTH_LIMIT_INPUTS; i++)
        member->inputs[i] = -1;
    fth_names_add(graph, graph->count - 1);
    fth_graph_touch(graph);
    return FTH_OK;
}

enum fth_status fth_graph_add(struct fth_graph *graph, const char *name, const char *node_id,
                              struct fth_error *error)
{
    enum fth_status status = fth_graph_check_name(graph, name, error);
    if (status != FTH_OK)
        return status;
    if (fth_group_is_kind(node_id))
        return fth_library_add_group(graph, name, node_id, error);
    const struct fth_node_desc *desc = fth_catalogue_find(graph->catalogue, node_id);
    if (!desc)
        return fth_graph_blame(error, name, unknown_kind(graph, node_id, error));
    return fth_graph_add_member(graph, name, desc, error);
}

static size_t list_params(const struct fth_param *table, const char **words, size_t count)
{
    for (; table && table->type != FTH_PARAM_END && count < MOST_IDS; table++)
        words[count++] = table->id;
    return count;
}

const char *fth_graph_nearest_param(const struct fth_graph_member *member, const char *param)
{
    const char *words[MOST_IDS];
    size_t count = list_params(member->desc->params, words, 0);
    if (!(member->desc->flags & FTH_NODE_NO_COMMON))
        count = list_params(fth_common_params, words, count);
    return fth_nearest_word(param, words, count);
}

static enum fth_status unknown_param(const struct fth_graph_member *member, const char *param,
                                     struct fth_error *error)
{
    const char *nearest = fth_graph_nearest_param(member, param);
    return fth_fail(error, FTH_ERR_USAGE, "node '%s' (%s): there is no parameter '%.80s'%s%s%s",
                    member->name, member->desc->id, param, nearest ? "; did you mean '" : "",
                    nearest ? nearest : "", nearest ? "'?" : "");
}

enum fth_status fth_graph_need_param(const struct fth_graph_member *member, const char *param,
                                     const struct fth_param **row, bool *is_common,
                                     struct fth_error *error)
{
    const struct fth_param *found = fth_node_param(member->desc, param, is_common);
    if (!found)
        return fth_graph_blame(error, member->name, unknown_param(member, param, error));
    *row = found;
    return FTH_OK;
}

struct fth_setting *fth_graph_setting(const struct fth_graph_member *member,
                                      const struct fth_param *param)
{
    for (int i = 0; i < member->setting_count; i++) {
        if (member->settings[i].param == param)
            return &member->settings[i];
    }
    return NULL;
}

const struct fth_setting *fth_graph_worth_saying(const struct fth_graph_member *member,
                                                 const struct fth_param *row)
{
    const struct fth_setting *setting = fth_graph_setting(member, row);
    struct fth_value standard;
    if (!setting || setting->curve || fth_value_default(row, &standard, NULL) != FTH_OK)
        return setting;
    bool same = fth_value_equal(&standard, &setting->value);
    fth_value_clear(&standard);
    return same ? NULL : setting;
}

enum fth_status fth_graph_keep(struct fth_graph_member *member, const struct fth_setting *fresh,
                                  struct fth_error *error)
{
    struct fth_setting *at = fth_graph_setting(member, fresh->param);
    if (at) {
        fth_setting_clear(at);
        *at = *fresh;
        return FTH_OK;
    }
    size_t count = (size_t)member->setting_count + 1;
    struct fth_setting *settings = fth_realloc(member->settings, count, sizeof(*settings));
    if (!settings)
        return fth_fail_memory(error, count * sizeof(*settings), "a parameter");
    member->settings = settings;
    member->settings[member->setting_count++] = *fresh;
    return FTH_OK;
}

/* Which member and which of its rows a caller means. */
static enum fth_status find_row(const struct fth_graph *graph, const char *name, const char *param,
                                struct fth_graph_member **member, struct fth_setting *fresh,
                                struct fth_error *error)
{
    int index = 0;
    enum fth_status status = fth_graph_need(graph, name, &index, error);
    if (status != FTH_OK)
        return status;
    *member = &graph->members[index];
    return fth_graph_need_param(*member, param, &fresh->param, &fresh->is_common, error);
}

static enum fth_status blame_value(const struct fth_graph_member *member, enum fth_status status,
                                   struct fth_error *error)
{
    fth_error_prefix(error, "node '%s' (%s)", member->name, member->desc->id);
    return fth_graph_blame(error, member->name, status);
}

enum fth_status fth_graph_set(struct fth_graph *graph, const char *name, const char *param,
                              const char *text, struct fth_error *error)
{
    struct fth_graph_member *member = NULL;
    struct fth_setting fresh = {.param = NULL};
    enum fth_status status = find_row(graph, name, param, &member, &fresh, error);
    if (status != FTH_OK)
        return status;
    if (fth_curve_is_written(fresh.param, text)) {
        struct fth_curve *curve = NULL;
        status = fth_curve_parse(fresh.param, text, &curve, error);
        if (status != FTH_OK)
            return blame_value(member, status, error);
        status = fth_graph_set_curve(graph, name, param, &curve, error);
        fth_curve_destroy(&curve);
        return status;
    }
    bool escaped = strncmp(text, "@@[", 3) == 0 && fth_curve_is_written(fresh.param, text + 1);
    status = fth_value_parse(fresh.param, escaped ? text + 1 : text, &fresh.value, error);
    if (status != FTH_OK)
        return blame_value(member, status, error);
    status = fth_graph_keep(member, &fresh, error);
    if (status != FTH_OK)
        fth_setting_clear(&fresh);
    else
        fth_graph_touch(graph);
    return status;
}

enum fth_status fth_graph_set_curve(struct fth_graph *graph, const char *name, const char *param,
                                    struct fth_curve **curve, struct fth_error *error)
{
    struct fth_graph_member *member = NULL;
    struct fth_setting fresh = {.param = NULL};
    enum fth_status status = find_row(graph, name, param, &member, &fresh, error);
    if (status != FTH_OK)
        return status;
    assert(fth_curve_row(*curve) == fresh.param);
    struct fth_key_frame first = fth_curve_key(*curve, 0);
    status = fth_value_copy(&first.value, &fresh.value, error);
    if (status != FTH_OK)
        return status;
    fresh.curve = *curve;
    status = fth_graph_keep(member, &fresh, error);
    if (status != FTH_OK) {
        fth_value_clear(&fresh.value);
        return status;
    }
    *curve = NULL;
    fth_graph_touch(graph);
    return FTH_OK;
}

enum fth_status fth_graph_set_keys(struct fth_graph *graph, const char *name, const char *param,
                                   const struct fth_json *keys, struct fth_error *error)
{
    struct fth_graph_member *member = NULL;
    struct fth_setting found = {.param = NULL};
    struct fth_curve *curve = NULL;
    enum fth_status status = find_row(graph, name, param, &member, &found, error);
    if (status != FTH_OK)
        return status;
    status = fth_curve_read(found.param, keys, &curve, error);
    if (status != FTH_OK)
        return blame_value(member, status, error);
    status = fth_graph_set_curve(graph, name, param, &curve, error);
    fth_curve_destroy(&curve);
    return status;
}

enum fth_status fth_graph_need_port(const struct fth_graph_member *member, const char *id,
                                    int *port, struct fth_error *error)
{
    const char *words[FTH_LIMIT_INPUTS];
    char hint[128];
    int found = fth_node_port(member->desc, id);
    if (found >= 0) {
        *port = found;
        return FTH_OK;
    }
    int count = fth_node_port_count(member->desc);
    for (int i = 0; i < count; i++)
        words[i] = fth_node_port_at(member->desc, i)->id;
    if (!count)
        return fth_fail(error, FTH_ERR_USAGE, "node '%s' (%s): it has no inputs", member->name,
                        member->desc->id);
    return fth_fail(error, FTH_ERR_USAGE, "node '%s' (%s): there is no input '%.80s'%s",
                    member->name, member->desc->id, id, suggest(id, words, (size_t)count, hint));
}

enum fth_status fth_graph_link(struct fth_graph *graph, const char *name, const char *port,
                               const char *from, struct fth_error *error)
{
    int index = 0, port_index = 0, source = -1;
    enum fth_status status = fth_graph_need(graph, name, &index, error);
    if (status == FTH_OK)
        status = fth_graph_blame(error, name,
                                 fth_graph_need_port(&graph->members[index], port, &port_index,
                                                     error));
    if (status == FTH_OK && from)
        status = fth_graph_blame(error, name, fth_graph_need(graph, from, &source, error));
    if (status != FTH_OK)
        return status;
    if (source >= 0 && graph->members[source].desc->steps[0].kind == FTH_NODE_SINK)
        return fth_graph_blame(
            error, name,
            fth_fail(error, FTH_ERR_USAGE, "node '%s' (%s): '%s' (%s) puts out no picture", name,
                     graph->members[index].desc->id, from, graph->members[source].desc->id));
    graph->members[index].inputs[port_index] = source;
    fth_graph_touch(graph);
    return FTH_OK;
}

const struct fth_catalogue *fth_graph_catalogue(const struct fth_graph *graph)
{
    return graph->catalogue;
}

int fth_graph_count(const struct fth_graph *graph)
{
    return graph->count;
}

const char *fth_graph_name(const struct fth_graph *graph, int index)
{
    return graph->members[index].name;
}

const struct fth_node_desc *fth_graph_desc(const struct fth_graph *graph, int index)
{
    return graph->members[index].desc;
}

int fth_graph_input(const struct fth_graph *graph, int index, int port)
{
    return port < 0 || port >= FTH_LIMIT_INPUTS ? -1 : graph->members[index].inputs[port];
}

const struct fth_value *fth_graph_value(const struct fth_graph *graph, int index,
                                        const char *param)
{
    const struct fth_graph_member *member = &graph->members[index];
    const struct fth_param *row = fth_node_param(member->desc, param, NULL);
    const struct fth_setting *setting = row ? fth_graph_setting(member, row) : NULL;
    struct fth_value standard;
    if (setting && setting->curve)
        return &setting->value;
    if (!setting)
        return NULL;
    enum fth_status status = fth_value_default(row, &standard, NULL);
    if (status != FTH_OK)
        return status == FTH_ERR_MEMORY ? &setting->value : NULL;
    bool same = fth_value_equal(&standard, &setting->value);
    fth_value_clear(&standard);
    return same ? NULL : &setting->value;
}

const struct fth_curve *fth_graph_curve(const struct fth_graph *graph, int index,
                                        const char *param)
{
    const struct fth_graph_member *member = &graph->members[index];
    const struct fth_param *row = fth_node_param(member->desc, param, NULL);
    const struct fth_setting *setting = row ? fth_graph_setting(member, row) : NULL;
    return setting ? setting->curve : NULL;
}

void fth_graph_params(const struct fth_graph *graph, int index, double frame, void *params,
                      struct fth_common *common)
{
    const struct fth_graph_member *member = &graph->members[index];
    if (member->desc->params) /* padding is zeroed too: structs may be compared as bytes */
        memset(params, 0, member->desc->params_size);
    fth_params_default(member->desc->params, params);
    fth_params_default(fth_common_params, common);
    for (int i = 0; i < member->setting_count; i++) {
        const struct fth_setting *setting = &member->settings[i];
        struct fth_value at =
            setting->curve ? fth_curve_at(setting->curve, frame) : setting->value;
        fth_value_store(setting->param, &at, setting->is_common ? (void *)common : params);
    }
}

enum fth_status fth_graph_shutter(const struct fth_graph *graph, int index, double frame,
                                  const void *params, struct fth_shutter **result,
                                  struct fth_error *error)
{
    const struct fth_node_desc *desc = graph->members[index].desc;
    const size_t step = (desc->params_size + 15) / 16 * 16;
    double offsets[FTH_LIMIT_MOMENTS];
    int count = desc->shutter ? desc->shutter(params, offsets) : 0;
    struct fth_common common;
    *result = NULL;
    if (!count)
        return FTH_OK;
    size_t size = (sizeof(struct fth_shutter) + 15) / 16 * 16 + (size_t)count * step;
    struct fth_shutter *shutter = fth_alloc(1, size);
    if (!shutter)
        return fth_fail_memory(error, size, "parameters");
    shutter->count = count;
    for (int i = 0; i < count; i++) {
        char *at = (char *)shutter + size - (size_t)(count - i) * step;
        fth_graph_params(graph, index, frame + offsets[i], at, &common);
        shutter->params[i] = at;
    }
    *result = shutter;
    return FTH_OK;
}

uint64_t fth_graph_revision(const struct fth_graph *graph)
{
    return graph->revision;
}

static void hash_setting(const struct fth_setting *setting, struct fth_hasher *hasher)
{
    fth_hash_text(hasher, setting->param->id);
    if (setting->curve) { /* behind a count that no value has */
        fth_hash_int(hasher, INT64_MIN);
        fth_curve_hash(setting->curve, hasher);
        return;
    }
    fth_value_hash(&setting->value, hasher);
}

void fth_graph_hash(const struct fth_graph *graph, int index, uint8_t steps, bool common,
                    struct fth_hasher *hasher)
{
    const struct fth_graph_member *member = &graph->members[index];
    const struct fth_param *const tables[] = {member->desc->params, fth_common_params};
    for (int t = 0; t < (common ? 2 : 1); t++) {
        const struct fth_param *row = tables[t];
        for (; row && row->type != FTH_PARAM_END; row++) {
            uint8_t affects = row->affects ? row->affects : 1;
            const struct fth_setting *setting = fth_graph_setting(member, row);
            if (setting && !(row->flags & FTH_PARAM_NO_PIXELS) && (t || affects & steps))
                hash_setting(setting, hasher);
        }
    }
}
