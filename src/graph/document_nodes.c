/* SPDX-License-Identifier: Apache-2.0 */
/* The nodes of a document: first all of them, since links lead forward too, then what each says. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/path.h"
#include "base/text.h"
#include "graph/group.h"
#include "graph/placeholder.h"
#include "graph/reader.h"
#include "node/value_json.h"

static const char *const node_keys[] = {"node", "version", "inputs", "params",
                                        "view", "comment", NULL};

/* The member that is being read, and where it stands. */
struct entry {
    struct fth_reader *reader;
    struct fth_graph_member *member;
    struct fth_spot spot; /* of its object */
    bool *is_bad;
    size_t index; /* of the node in the text */
};

/* "node 'warm' (grade): ..." about `key` of `section`. */
static void tell(const struct entry *entry, struct fth_spot spot, enum fth_status status,
                 const char *format, ...) FTH_PRINTF(4, 5);

static void tell(const struct entry *entry, struct fth_spot spot, enum fth_status status,
                 const char *format, ...)
{
    char words[sizeof(((struct fth_error *)0)->message)];
    va_list list;
    va_start(list, format);
    vsnprintf(words, sizeof(words), format, list);
    va_end(list);
    if (status != FTH_OK)
        *entry->is_bad = true;
    fth_reader_tell(entry->reader, &spot, status, "node '%s' (%s): %s", entry->member->name,
                    entry->member->desc->id, words);
}

static struct fth_spot at_key(const struct entry *entry, const char *section, const char *key)
{
    struct fth_spot spot = entry->spot;
    spot.section = section;
    spot.key = key;
    return spot;
}

static struct fth_spot at_value(const struct entry *entry, const char *section, const char *key)
{
    struct fth_spot spot = at_key(entry, section, key);
    spot.is_value = true;
    return spot;
}

/* Puts the reader's place before a message that names the node by itself. */
static void pass_on(const struct entry *entry, struct fth_spot spot, const struct fth_error *error)
{
    *entry->is_bad = true;
    fth_reader_tell(entry->reader, &spot, error->status, "%s", error->message);
}

/* ---- which nodes there are ------------------------------------------------------------------- */

static enum fth_status add_unknown(struct fth_reader *reader, const char *name, const char *kind,
                                   const struct fth_json *node, struct fth_error *error)
{
    const char *ports[FTH_LIMIT_INPUTS];
    int count = 0;
    void *place = NULL;
    const struct fth_json *inputs = fth_json_get(node, "inputs");
    while (count < FTH_LIMIT_INPUTS && fth_json_next(inputs, &place, &ports[count]))
        count++;
    return fth_graph_add_placeholder(reader->graph, name, kind, ports, count, error);
}

static void warn_of_kind(struct fth_reader *reader, const struct fth_spot *spot, const char *kind)
{
    const struct fth_catalogue *all = reader->graph->catalogue;
    const char *words[512];
    size_t count = FTH_MIN(all->count, FTH_ARRAY_COUNT(words));
    for (size_t i = 0; i < count; i++)
        words[i] = all->nodes[i]->id;
    char hint[128];
    fth_reader_tell(reader, spot, FTH_OK,
                    "node '%s': there is no kind of node called '%.80s'%s, and passes its first "
                    "input through", spot->node, kind,
                    fth_kept_hint(fth_nearest_word(kind, words, count), hint));
}

static void add_node(struct fth_reader *reader, size_t index, const char *name,
                     const struct fth_json *node)
{
    struct fth_graph *graph = reader->graph;
    const char *kind = fth_json_text(fth_json_get(node, "node"), NULL);
    struct fth_spot spot = {.at = reader->keys[index].begin, .node = name};
    struct fth_error error = {0};
    enum fth_status status = FTH_OK;
    reader->is_bad[index] = true;
    if (fth_json_kind(node) != FTH_JSON_OBJECT || !kind) {
        fth_reader_tell(reader, &spot, FTH_ERR_USAGE,
                        "node '%.80s': takes an object, { \"node\": KIND, ... }", name);
        return;
    }
    bool is_known = fth_catalogue_find(graph->catalogue, kind) || fth_group_is_kind(kind);
    int count = graph->count;
    status = is_known ? fth_graph_add(graph, name, kind, &error)
                      : add_unknown(reader, name, kind, node, &error);
    if (status != FTH_OK) {
        fth_reader_tell(reader, &spot, status, "%s", error.message);
        return;
    }
    graph->members[count].source = node;
    reader->is_bad[index] = false;
    struct fth_spot value = {.at = reader->values[index].begin, .section = "node",
                             .is_value = true, .node = name};
    if (!is_known)
        warn_of_kind(reader, &value, kind);
}

/* ---- what they say --------------------------------------------------------------------------- */

static void read_input(const struct entry *entry, const char *port, const struct fth_json *value)
{
    struct fth_graph *graph = entry->reader->graph;
    struct fth_graph_member *member = entry->member;
    const char *from = fth_json_text(value, NULL);
    int source = -1, index = -1;
    struct fth_error error;
    if (member->placeholder && fth_node_port(member->desc, port) < 0)
        return; /* more inputs than any node has: they stay in the text */
    if (fth_graph_need_port(member, port, &index, &error) != FTH_OK) {
        pass_on(entry, at_key(entry, "inputs", port), &error);
    } else if (!from) {
        tell(entry, at_value(entry, "inputs", port), FTH_ERR_USAGE,
             "input '%s' takes the name of a node, a text", port);
    } else if (member->inputs[index] >= 0) {
        tell(entry, at_key(entry, "inputs", port), FTH_ERR_USAGE, "input '%s' is given twice",
             port);
    } else if (fth_graph_need(graph, from, &source, &error) != FTH_OK) {
        tell(entry, at_value(entry, "inputs", port), error.status, "input '%s': %s", port,
             error.message);
    } else if (fth_graph_link(graph, member->name, port, from, &error) != FTH_OK) {
        pass_on(entry, at_value(entry, "inputs", port), &error);
    }
}

static void read_inputs(const struct entry *entry)
{
    const struct fth_json *inputs = fth_json_get(entry->member->source, "inputs"), *value;
    const char *key = NULL;
    void *place = NULL;
    if (inputs && fth_json_kind(inputs) != FTH_JSON_OBJECT)
        tell(entry, at_value(entry, "inputs", NULL), FTH_ERR_USAGE,
             "'inputs' takes an object, { INPUT: NODE, ... }");
    while ((value = fth_json_next(inputs, &place, &key)) && !entry->reader->stop)
        read_input(entry, key, value);
}

/* Paths are found from where the document lies. */
static enum fth_status resolve(const struct fth_graph *graph, struct fth_value *value,
                               struct fth_error *error)
{
    char *path = fth_path_join(graph->folder, value->text ? value->text : "");
    if (!path)
        return fth_fail_memory(error, FTH_LIMIT_PATH, "a path");
    fth_free(value->text);
    value->text = path;
    if (strlen(path) >= FTH_LIMIT_PATH)
        return fth_fail(error, FTH_ERR_LIMIT, "a path of %zu bytes, the limit is %d", strlen(path),
                        FTH_LIMIT_PATH - 1);
    return FTH_OK;
}

static enum fth_status read_keys(const struct entry *entry, const struct fth_json *json,
                                 struct fth_setting *fresh, struct fth_error *error)
{
    const struct fth_reader *reader = entry->reader;
    const struct fth_json_span *lifted = fth_reader_lifted(reader, entry->index, fresh->param);
    enum fth_status status =
        lifted ? fth_curve_read_text(fresh->param, reader->source->text + lifted->begin,
                                     lifted->end - lifted->begin, &fresh->curve, error)
               : fth_curve_read(fresh->param, fth_json_get(json, "keys"), &fresh->curve, error);
    fresh->is_read = !lifted; /* the tree has nothing of them */
    if (status != FTH_OK)
        return status;
    struct fth_key_frame first = fth_curve_key(fresh->curve, 0);
    status = fth_value_copy(&first.value, &fresh->value, error);
    if (status != FTH_OK)
        return status;
    if (fth_json_count(json) > 1)
        tell(entry, at_key(entry, "params", fresh->param->id), FTH_OK,
             "parameter '%s' has keyframes and more; only they count", fresh->param->id);
    return FTH_OK;
}

static void read_param(const struct entry *entry, const char *key, const struct fth_json *json)
{
    struct fth_graph_member *member = entry->member;
    struct fth_setting fresh = {.is_read = true};
    struct fth_error error = {0};
    enum fth_status status = FTH_OK;
    fresh.param = fth_node_param(member->desc, key, &fresh.is_common);
    if (!fresh.param) {
        char hint[128];
        tell(entry, at_key(entry, "params", key), FTH_OK,
             "parameter '%.80s' is not known%s, and has no effect", key,
             fth_kept_hint(fth_graph_nearest_param(member, key), hint));
        return;
    }
    if (fth_graph_setting(member, fresh.param)) {
        tell(entry, at_key(entry, "params", key), FTH_ERR_USAGE, "parameter '%s' is given twice",
             fresh.param->id);
        return;
    }
    if (fth_json_get(json, "keys"))
        status = read_keys(entry, json, &fresh, &error);
    else
        status = fth_value_read(fresh.param, json, &fresh.value, &error);
    if (status == FTH_OK && fresh.param->type == FTH_PARAM_FILE)
        status = resolve(entry->reader->graph, &fresh.value, &error);
    if (status == FTH_OK)
        status = fth_graph_keep(member, &fresh, &error);
    if (status == FTH_OK)
        return;
    fth_setting_clear(&fresh);
    tell(entry, at_value(entry, "params", key), status, "%s%s%s%s",
         strncmp(error.message, "parameter '", 11) ? "parameter '" : "",
         strncmp(error.message, "parameter '", 11) ? fresh.param->id : "",
         strncmp(error.message, "parameter '", 11) ? "': " : "", error.message);
}

static void read_params(const struct entry *entry)
{
    const struct fth_json *params = fth_json_get(entry->member->source, "params"), *value;
    const char *key = NULL;
    void *place = NULL;
    if (entry->member->placeholder)
        return;
    if (params && fth_json_kind(params) != FTH_JSON_OBJECT)
        tell(entry, at_value(entry, "params", NULL), FTH_ERR_USAGE,
             "'params' takes an object, { PARAMETER: VALUE, ... }");
    while ((value = fth_json_next(params, &place, &key)) && !entry->reader->stop)
        read_param(entry, key, value);
}

/* The node as it would have been written for the version that is here, in place of the one that
 * was read. */
static enum fth_status upgrade(const struct entry *entry, uint32_t from, struct fth_error *error)
{
    struct fth_graph_member *member = entry->member;
    const struct fth_json *old = fth_json_get(member->source, "params"), *value;
    struct fth_json *params = old ? fth_json_copy(old) : fth_json_new(FTH_JSON_OBJECT);
    struct fth_json *fresh = fth_json_new(FTH_JSON_OBJECT);
    const char *key = NULL;
    void *place = NULL;
    enum fth_status status = params && fresh ? member->desc->upgrade(from, params, error)
                                             : fth_fail_memory(error, 0, "a node");
    while (status == FTH_OK && (value = fth_json_next(member->source, &place, &key)))
        fth_json_set(fresh, key, fth_json_share(value));
    if (status != FTH_OK) {
        fth_json_destroy(&fresh);
        fth_json_destroy(&params);
        return status;
    }
    bool changed = old ? !fth_json_equal(old, params) : fth_json_count(params) > 0;
    fth_json_set_int(fresh, "version", member->desc->version);
    fth_json_set(fresh, "params", params);
    fth_json_set(entry->reader->nodes, member->name, fresh);
    member->source = fresh;
    if (changed)
        tell(entry, at_key(entry, "version", NULL), FTH_OK,
             "was written for version %u and is taken as version %u means it", from,
             member->desc->version);
    return FTH_OK;
}

/* A node that does not say was written when there was one version of it. */
static void read_version(const struct entry *entry)
{
    struct fth_graph_member *member = entry->member;
    const struct fth_json *json = fth_json_get(member->source, "version");
    uint32_t known = member->desc->version;
    int64_t version = json ? fth_json_int(json, 0) : 1;
    struct fth_error error;
    if (member->placeholder)
        return;
    if (version < 1 || version > UINT32_MAX) {
        tell(entry, at_value(entry, "version", NULL), FTH_ERR_USAGE,
             "'version' takes a whole number from 1");
        return;
    }
    if (version > known)
        tell(entry, at_value(entry, "version", NULL), FTH_OK,
             "was written for version %lld, and this program has version %u: it may look different",
             (long long)version, known);
    if (version >= known || !member->desc->upgrade)
        return;
    enum fth_status status = upgrade(entry, (uint32_t)version, &error);
    if (status != FTH_OK)
        tell(entry, at_value(entry, "params", NULL), status, "%s", error.message);
}

static void read_entry(struct fth_reader *reader, size_t index, struct fth_graph_member *member)
{
    struct entry entry = {reader, member,
                          {.at = reader->values[index].begin, .node = member->name},
                          &reader->is_bad[index], index};
    read_version(&entry);
    read_inputs(&entry);
    read_params(&entry);
    fth_reader_unknown(reader, member->source, node_keys, &entry.spot);
}

/* Told of only where nothing else was wrong: what was refused is missing, of course. */
static void check_wholes(struct fth_reader *reader, const int *members)
{
    struct fth_error error;
    bool all_good = true;
    for (size_t i = 0; i < reader->node_count && !reader->stop; i++) {
        all_good = all_good && !reader->is_bad[i];
        if (!reader->is_bad[i] &&
            fth_graph_check_member(reader->graph, members[i], &error) != FTH_OK) {
            struct fth_spot spot = {.at = reader->keys[i].begin, .node = error.node};
            if (reader->listener && fth_graph_awaits_file(reader->graph, members[i]))
                fth_reader_tell(reader, &spot, FTH_OK, "%s; render -o %s=FILE gives it one",
                                error.message, error.node);
            else
                fth_reader_tell(reader, &spot, error.status, "%s", error.message);
        }
    }
    if (!all_good || fth_graph_check_circles(reader->graph, &error) == FTH_OK)
        return;
    int at = fth_graph_find(reader->graph, error.node);
    for (size_t i = 0; i < reader->node_count; i++) {
        struct fth_spot spot = {.at = reader->keys[i].begin, .node = error.node};
        if (members[i] == at)
            fth_reader_tell(reader, &spot, error.status, "%s", error.message);
    }
}

void fth_reader_nodes(struct fth_reader *reader, struct fth_json *nodes)
{
    const struct fth_json *node;
    const char *name = NULL;
    void *place = NULL;
    size_t index = 0;
    reader->nodes = nodes;
    int *members = fth_alloc(reader->node_count + 1, sizeof(*members));
    if (!members) {
        fth_reader_tell(reader, &(struct fth_spot){0}, FTH_ERR_MEMORY, "out of memory");
        return;
    }
    while ((node = fth_json_next(nodes, &place, &name)) && index < reader->node_count &&
           !reader->stop) {
        members[index] = reader->graph->count;
        add_node(reader, index, name, node);
        if (members[index] == reader->graph->count)
            members[index] = -1;
        index++;
    }
    for (size_t i = 0; i < index && !reader->stop; i++) {
        if (members[i] >= 0)
            read_entry(reader, i, &reader->graph->members[members[i]]);
    }
    if (reader->listener)
        check_wholes(reader, members);
    fth_free(members);
}
