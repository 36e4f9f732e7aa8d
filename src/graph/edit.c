/* SPDX-License-Identifier: Apache-2.0 */
/* Changes to what is there already: nodes removed and renamed, what a document shows of itself. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "graph/internal.h"

/* Indices behind the node that goes move down by one; the node itself becomes -1. */
static int moved(int index, int gone)
{
    return index == gone ? -1 : index > gone ? index - 1 : index;
}

static void drop_published(struct fth_graph *graph, int gone)
{
    int kept = 0;
    for (int i = 0; i < graph->published_count; i++) {
        struct fth_published *row = &graph->published[i];
        row->node = moved(row->node, gone);
        if (row->node >= 0)
            graph->published[kept++] = *row;
    }
    graph->published_count = kept;
    graph->output = moved(graph->output, gone);
}

enum fth_status fth_graph_remove(struct fth_graph *graph, const char *name,
                                 struct fth_error *error)
{
    int gone = 0;
    enum fth_status status = fth_graph_need(graph, name, &gone, error);
    if (status != FTH_OK)
        return status;
    fth_member_clear(&graph->members[gone]);
    graph->count--;
    memmove(&graph->members[gone], &graph->members[gone + 1],
            (size_t)(graph->count - gone) * sizeof(*graph->members));
    for (int i = 0; i < graph->count; i++) {
        for (int p = 0; p < FTH_LIMIT_INPUTS; p++)
            graph->members[i].inputs[p] = moved(graph->members[i].inputs[p], gone);
    }
    drop_published(graph, gone);
    fth_names_refill(graph);
    fth_graph_touch(graph);
    return FTH_OK;
}

enum fth_status fth_graph_rename(struct fth_graph *graph, const char *name, const char *fresh,
                                 struct fth_error *error)
{
    int index = 0;
    enum fth_status status = fth_graph_need(graph, name, &index, error);
    if (status != FTH_OK || strcmp(name, fresh) == 0)
        return status;
    status = fth_graph_check_name(graph, fresh, error);
    if (status != FTH_OK)
        return status;
    strcpy(graph->members[index].name, fresh);
    fth_names_refill(graph);
    fth_graph_touch(graph);
    return FTH_OK;
}

/* "depth.softness": what stands before the last full stop is the node. An input may be a node as
 * a whole, which then gives way to what is fed in. */
static enum fth_status find_target(const struct fth_graph *graph, const char *target,
                                   struct fth_published *row, struct fth_error *error)
{
    char node[FTH_LIMIT_NAME];
    const char *stop = strrchr(target, '.');
    size_t length = stop ? (size_t)(stop - target) : 0;
    row->node = row->is_input ? fth_graph_find(graph, target) : -1;
    if (row->node >= 0)
        return FTH_OK;
    if (!length || length >= sizeof(node))
        return row->is_input ? fth_graph_need(graph, target, &row->node, error)
                             : fth_fail(error, FTH_ERR_USAGE, "'%.80s' is not NODE.PARAMETER",
                                        target);
    memcpy(node, target, length);
    node[length] = '\0';
    enum fth_status status = fth_graph_need(graph, node, &row->node, error);
    if (status != FTH_OK)
        return status;
    const struct fth_graph_member *member = &graph->members[row->node];
    const struct fth_param *param = NULL;
    bool is_common;
    int port = -1;
    status = row->is_input ? fth_graph_need_port(member, stop + 1, &port, error)
                           : fth_graph_need_param(member, stop + 1, &param, &is_common, error);
    if (status == FTH_OK)
        snprintf(row->id, sizeof(row->id), "%s",
                 row->is_input ? fth_node_port_at(member->desc, port)->id : param->id);
    return status;
}

static enum fth_status check_published(const struct fth_graph *graph, bool is_input,
                                       const char *name, struct fth_error *error)
{
    static const char letters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
    if (!name[0] || strlen(name) >= FTH_LIMIT_NAME || strspn(name, letters) != strlen(name))
        return fth_fail(error, FTH_ERR_USAGE,
                        "'%.80s' cannot be published: 1 to %d letters, digits and '_'", name,
                        FTH_LIMIT_NAME - 1);
    for (int i = 0; i < graph->published_count; i++) {
        if (graph->published[i].is_input == is_input &&
            strcmp(graph->published[i].name, name) == 0)
            return fth_fail(error, FTH_ERR_USAGE, "'%s' is published twice", name);
    }
    if (graph->published_count >= FTH_LIMIT_PUBLISHED)
        return fth_fail(error, FTH_ERR_LIMIT, "a document publishes at most %d names",
                        FTH_LIMIT_PUBLISHED);
    return FTH_OK;
}

enum fth_status fth_graph_publish(struct fth_graph *graph, bool is_input, const char *name,
                                  const char *target, struct fth_error *error)
{
    struct fth_published row = {.is_input = is_input};
    enum fth_status status = check_published(graph, is_input, name, error);
    if (status == FTH_OK)
        status = find_target(graph, target, &row, error);
    if (status != FTH_OK)
        return status;
    strcpy(row.name, name);
    size_t count = (size_t)graph->published_count + 1;
    struct fth_published *rows = fth_realloc(graph->published, count, sizeof(*rows));
    if (!rows)
        return fth_fail_memory(error, count * sizeof(*rows), "a published name");
    graph->published = rows;
    graph->published[graph->published_count++] = row;
    fth_graph_touch(graph);
    return FTH_OK;
}

int fth_graph_published_count(const struct fth_graph *graph)
{
    return graph->published_count;
}

const struct fth_published *fth_graph_published(const struct fth_graph *graph, int index)
{
    return &graph->published[index];
}
