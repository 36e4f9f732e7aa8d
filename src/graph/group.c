/* SPDX-License-Identifier: Apache-2.0 */
/* The descriptor of a document used as one node, made from what the document publishes. Rows and
 * ports are copies of those inside under their published names, so that whoever sets, checks, asks
 * or lists them needs to know of no groups. */
#include "graph/group.h"

#include <string.h>

#include "base/mem.h"
#include "graph/group_parts.h"

static const char PREFIX[] = "file:";

bool fth_group_is_kind(const char *kind)
{
    return strncmp(kind, PREFIX, sizeof(PREFIX) - 1) == 0;
}

void fth_group_destroy(struct fth_group **pointer)
{
    struct fth_group *group = pointer ? *pointer : NULL;
    if (!group)
        return;
    fth_free(group->params);
    fth_free(group->kind);
    fth_free(group);
    *pointer = NULL;
}

/* ---- the output ---- */

static bool is_sink(const struct fth_graph *graph, int index)
{
    return graph->members[index].desc->steps[0].kind == FTH_NODE_SINK;
}

enum fth_status fth_graph_publish_output(struct fth_graph *graph, const char *name,
                                         struct fth_error *error)
{
    int index = -1;
    enum fth_status status = name ? fth_graph_need(graph, name, &index, error) : FTH_OK;
    if (status != FTH_OK)
        return status;
    graph->output = index;
    fth_graph_touch(graph);
    return FTH_OK;
}

const char *fth_graph_published_output(const struct fth_graph *graph)
{
    return graph->output < 0 ? NULL : graph->members[graph->output].name;
}

/* The only node that `ask` is true of: -1 there is none, -2 there are several. */
static int find_only(const struct fth_graph *graph, bool (*ask)(const struct fth_graph *, int))
{
    int found = -1;
    for (int i = 0; i < graph->count && found != -2; i++) {
        if (ask(graph, i))
            found = found == -1 ? i : -2;
    }
    return found;
}

static bool is_unread(const struct fth_graph *graph, int index)
{
    for (int i = 0; i < graph->count; i++) {
        for (int p = 0; p < FTH_LIMIT_INPUTS; p++) {
            if (graph->members[i].inputs[p] == index)
                return false;
        }
    }
    return true;
}

enum fth_status fth_graph_output(const struct fth_graph *graph, int *index,
                                 struct fth_error *error)
{
    int at = graph->output;
    if (at < 0)
        at = find_only(graph, is_sink);
    if (at == -1)
        at = find_only(graph, is_unread);
    if (at < 0)
        return fth_fail(error, FTH_ERR_USAGE,
                        "which node it puts out is open: it has %s; name one as \"publish\": "
                        "{\"output\": NODE}",
                        graph->count == 0 ? "no node" : "several that could be it");
    if (is_sink(graph, at) && graph->members[at].inputs[0] < 0)
        return fth_fail(error, FTH_ERR_USAGE, "it puts out nothing: nothing feeds '%s'",
                        graph->members[at].name);
    *index = is_sink(graph, at) ? graph->members[at].inputs[0] : at;
    return FTH_OK;
}

/* ---- the descriptor ---- */

/* A published row at its place in the node's struct; its default is what is set inside. */
static void fill_param(const struct fth_graph *inner, const struct fth_published *published,
                       size_t *size, struct fth_param *row)
{
    const struct fth_graph_member *member = &inner->members[published->node];
    const struct fth_param *own = fth_node_param(member->desc, published->id, NULL);
    const struct fth_setting *setting = fth_graph_setting(member, own);
    *row = *own;
    row->id = published->name;
    row->group = NULL;
    row->when = (struct fth_when){0};
    row->affects = 0;
    row->offset = (uint16_t)*size;
    *size += (row->size + sizeof(double) - 1) / sizeof(double) * sizeof(double);
    if (setting)
        memcpy(row->def, setting->value.numbers, sizeof(row->def));
    if (setting && setting->value.text)
        row->def_text = setting->value.text;
}

/* An input may be left open where the inside can do without. */
static void fill_port(const struct fth_graph *inner, const struct fth_published *published,
                      struct fth_port *port)
{
    const struct fth_graph_member *member = &inner->members[published->node];
    if (!published->id[0]) {
        *port = (struct fth_port){published->name, published->name,
                                  "Takes the place of a node of the group.", FTH_PORT_PICTURE, 1};
        port->optional = fth_graph_check_member(inner, published->node, NULL) == FTH_OK;
        return;
    }
    int index = fth_node_port(member->desc, published->id);
    *port = *fth_node_port_at(member->desc, index);
    port->id = published->name;
    port->optional = port->optional || member->inputs[index] >= 0;
}

static enum fth_status fill_rows(struct fth_group *group, size_t *size, struct fth_error *error)
{
    const struct fth_graph *inner = group->graph;
    int params = 0, ports = 0;
    for (int i = 0; i < inner->published_count; i++) {
        const struct fth_published *published = &inner->published[i];
        if (published->is_input && ports == FTH_LIMIT_INPUTS)
            return fth_fail(error, FTH_ERR_LIMIT, "it publishes more than %d inputs",
                            FTH_LIMIT_INPUTS);
        if (published->is_input)
            fill_port(inner, published, &group->ports[ports++]);
        else
            fill_param(inner, published, size, &group->params[params++]);
    }
    group->params[params] = (struct fth_param)FTH_PARAM_TABLE_END;
    return FTH_OK;
}

static enum fth_status no_pixels(const struct fth_call *call, struct fth_image **out,
                                 struct fth_error *error)
{
    (void)call;
    (void)out;
    return fth_fail(error, FTH_ERR_UNSUPPORTED, "a group is taken apart before it is computed");
}

static void describe(struct fth_group *group, size_t params_size)
{
    const char *slash = strrchr(group->kind, '/');
    bool has_input = group->ports[0].id != NULL;
    group->steps[0] = (struct fth_step){.id = "group",
                                        .kind = has_input ? FTH_NODE_POINT : FTH_NODE_SOURCE,
                                        .render = no_pixels};
    group->desc = (struct fth_node_desc){
        .id = group->kind, .label = slash ? slash + 1 : group->kind + sizeof(PREFIX) - 1,
        .tag = "Grp", .group = "Groups", .help = "A document used as one node.", .version = 1,
        .flags = FTH_NODE_NO_COMMON, .params = group->params, .params_size = params_size,
        .inputs = has_input ? group->ports : NULL, .steps = group->steps};
}

enum fth_status fth_group_create(const char *kind, const struct fth_graph *inner,
                                 struct fth_group **result, struct fth_error *error)
{
    struct fth_group *group = fth_alloc(1, sizeof(*group));
    size_t rows = (size_t)inner->published_count + 1, size = 0;
    if (group) {
        group->graph = inner;
        group->kind = fth_strdup(kind);
        group->params = fth_alloc(rows, sizeof(*group->params));
    }
    enum fth_status status = FTH_OK;
    if (!group || !group->kind || !group->params)
        status = fth_fail_memory(error, rows * sizeof(*group->params), "a group");
    if (status == FTH_OK)
        status = fth_graph_check_circles(inner, error);
    if (status == FTH_OK)
        status = fth_graph_output(inner, &group->output, error);
    if (status == FTH_OK)
        status = fill_rows(group, &size, error);
    if (status == FTH_OK) {
        describe(group, size);
        *result = group;
    } else {
        fth_group_destroy(&group);
    }
    return status;
}

const struct fth_node_desc *fth_group_desc(const struct fth_group *group)
{
    return &group->desc;
}

enum fth_status fth_graph_add_group(struct fth_graph *graph, const char *name, const char *kind,
                                    const struct fth_graph *inner, struct fth_error *error)
{
    struct fth_group *group = NULL;
    enum fth_status status = fth_group_create(kind, inner, &group, error);
    if (status != FTH_OK) {
        fth_error_prefix(error, "node '%s' (%s)", name, kind);
        return fth_graph_blame(error, name, status);
    }
    status = fth_graph_add_member(graph, name, &group->desc, error);
    if (status == FTH_OK)
        graph->members[graph->count - 1].group = group;
    else
        fth_group_destroy(&group);
    return status;
}

const struct fth_graph *fth_graph_group(const struct fth_graph *graph, int index)
{
    const struct fth_group *group = graph->members[index].group;
    return group ? group->graph : NULL;
}
