/* SPDX-License-Identifier: Apache-2.0 */
/* Expansion by need: the document's own nodes are made first, then whatever feeds what is made. A
 * use of a document is a place; where a picture comes from is followed from place to place, through
 * groups and placeholders, until an ordinary node is met. */
#include "graph/expand.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "graph/group_parts.h"
#include "graph/manage.h"

/* One use of a document: the whole, or one group. */
struct place {
    const struct fth_graph *graph;
    struct place *parent; /* NULL: the whole */
    int group;            /* the parent's node that this is */
    int *nodes;           /* of each of its nodes the flat graph's, -1: not made (yet) */
    struct place **inner; /* of each of its nodes the place, if it is a group */
    struct place *next;   /* in the list of all */
};

/* A node of a place. */
struct origin {
    struct place *place;
    int node; /* -1: nothing */
};

struct expansion {
    struct fth_graph *flat;
    struct origin *origins; /* of each node of the flat graph */
    struct place *places;
    int place_count;
};

static void destroy_places(struct place *place)
{
    while (place) {
        struct place *next = place->next;
        fth_free(place->nodes);
        fth_free(place->inner);
        fth_free(place);
        place = next;
    }
}

static enum fth_status add_place(struct expansion *expansion, const struct fth_graph *graph,
                                 struct origin group, struct place **result,
                                 struct fth_error *error)
{
    size_t count = (size_t)FTH_MAX(graph->count, 1);
    if (++expansion->place_count > FTH_LIMIT_NODES)
        return fth_fail(error, FTH_ERR_LIMIT, "groups are used more than %d times",
                        FTH_LIMIT_NODES - 1);
    struct place *place = fth_alloc(1, sizeof(*place));
    if (place) {
        place->next = expansion->places;
        expansion->places = place;
        place->graph = graph;
        place->parent = group.place;
        place->group = group.node;
        place->nodes = fth_alloc(count, sizeof(*place->nodes));
        place->inner = fth_alloc(count, sizeof(*place->inner));
    }
    if (!place || !place->nodes || !place->inner)
        return fth_fail_memory(error, count * sizeof(*place->inner), "a group");
    for (size_t i = 0; i < count; i++)
        place->nodes[i] = -1;
    *result = place;
    return FTH_OK;
}

/* ---- where pictures come from ---- */

/* Which input of the group is published for `id` of its node ("": for the node as a whole); -1:
 * none is. */
static int published_port(const struct place *place, int node, const char *id)
{
    int port = 0;
    for (int i = 0; place->parent && i < place->graph->published_count; i++) {
        const struct fth_published *row = &place->graph->published[i];
        if (row->is_input && row->node == node && strcmp(row->id, id) == 0)
            return port;
        port += row->is_input;
    }
    return -1;
}

/* What feeds port `port` of a node: from outside its group, or else from beside it. As deep as
 * groups are nested. */
static struct origin feeding(struct place *place, int node, int port)
{
    const struct fth_graph_member *member = &place->graph->members[node];
    const struct fth_port *row = fth_node_port_at(member->desc, port);
    int outer = row ? published_port(place, node, row->id) : -1;
    struct origin from = {place, -1};
    if (outer >= 0)
        from = feeding(place->parent, place->group, outer);
    return from.node >= 0 ? from : (struct origin){place, member->inputs[port]};
}

/* What takes the place of the whole node, from outside its group. */
static struct origin replacing(struct place *place, int node)
{
    int outer = published_port(place, node, "");
    return outer >= 0 ? feeding(place->parent, place->group, outer) : (struct origin){place, -1};
}

/* A group needs what it cannot do without. */
static enum fth_status check_fed(struct origin group, struct fth_error *error)
{
    const struct fth_graph_member *member = &group.place->graph->members[group.node];
    for (int i = 0; i < fth_node_port_count(member->desc); i++) {
        const struct fth_port *port = fth_node_port_at(member->desc, i);
        if (!port->optional && feeding(group.place, group.node, i).node < 0)
            return fth_graph_blame(
                error, member->name,
                fth_fail(error, FTH_ERR_USAGE, "node '%s' (%s): its input '%s' is not connected",
                         member->name, member->desc->id, port->id));
    }
    return FTH_OK;
}

static enum fth_status enter(struct expansion *expansion, struct origin *at,
                             struct fth_error *error)
{
    const struct fth_group *group = at->place->graph->members[at->node].group;
    struct place **inner = &at->place->inner[at->node];
    enum fth_status status = FTH_OK;
    if (!*inner)
        status = check_fed(*at, error);
    if (status == FTH_OK && !*inner)
        status = add_place(expansion, group->graph, *at, inner, error);
    *at = (struct origin){*inner, group->output};
    return status;
}

/* Follows groups and placeholders to the ordinary node that makes the picture. Ends, because no
 * graph has a circle and no document is within itself. */
static enum fth_status follow(struct expansion *expansion, struct origin *at,
                              struct fth_error *error)
{
    enum fth_status status = FTH_OK;
    while (at->node >= 0 && status == FTH_OK) {
        const struct fth_graph_member *member = &at->place->graph->members[at->node];
        struct origin instead = replacing(at->place, at->node);
        if (instead.node >= 0)
            *at = instead;
        else if (member->placeholder)
            *at = feeding(at->place, at->node, 0);
        else if (member->group)
            status = enter(expansion, at, error);
        else
            break;
    }
    return status;
}

/* ---- values ---- */

/* What is set for a row, from outside its group or in it; NULL: its default. */
static const struct fth_setting *setting_of(const struct place *place, int node,
                                            const struct fth_param *param)
{
    const struct fth_graph *graph = place->graph;
    for (int i = 0; place->parent && i < graph->published_count; i++) {
        const struct fth_published *row = &graph->published[i];
        if (row->is_input || row->node != node || strcmp(row->id, param->id) != 0)
            continue;
        const struct fth_graph_member *group = &place->parent->graph->members[place->group];
        const struct fth_param *outer = fth_param_find(group->desc->params, row->name);
        const struct fth_setting *found = setting_of(place->parent, place->group, outer);
        if (found)
            return found;
    }
    return fth_graph_setting(&graph->members[node], param);
}

static enum fth_status copy_value(const struct fth_setting *setting, const struct fth_param *param,
                                  bool is_common, struct fth_graph_member *member,
                                  struct fth_error *error)
{
    struct fth_setting copy = {.param = param, .is_common = is_common};
    enum fth_status status = fth_value_copy(&setting->value, &copy.value, error);
    if (status != FTH_OK)
        return status;
    if (setting->curve)
        copy.curve = fth_curve_ref(setting->curve);
    status = fth_graph_keep(member, &copy, error);
    if (status != FTH_OK)
        fth_setting_clear(&copy);
    return status;
}

static enum fth_status copy_values(const struct place *place, int node,
                                   struct fth_graph_member *member, struct fth_error *error)
{
    bool common = !(member->desc->flags & FTH_NODE_NO_COMMON);
    const struct fth_param *const tables[] = {member->desc->params, fth_common_params};
    enum fth_status status = FTH_OK;
    for (int t = 0; t < (common ? 2 : 1); t++) {
        const struct fth_param *row = tables[t];
        for (; status == FTH_OK && row && row->type != FTH_PARAM_END; row++) {
            const struct fth_setting *setting = setting_of(place, node, row);
            if (setting)
                status = copy_value(setting, row, t, member, error);
        }
    }
    return status;
}

/* ---- nodes ---- */

/* "GROUP.INNER" */
static bool name_node(const struct place *place, int node, char name[FTH_LIMIT_NAME])
{
    size_t length = 0;
    if (place->parent) {
        if (!name_node(place->parent, place->group, name))
            return false;
        length = strlen(name);
        name[length++] = '.';
    }
    const char *own = place->graph->members[node].name;
    if (length + strlen(own) >= FTH_LIMIT_NAME)
        return false;
    strcpy(name + length, own);
    return true;
}

/* Index in the flat graph of the node that makes the picture of `at`, made if it is new; -1: there
 * is no picture. */
static enum fth_status provide(struct expansion *expansion, struct origin at, int *index,
                               struct fth_error *error)
{
    char name[FTH_LIMIT_NAME];
    enum fth_status status = follow(expansion, &at, error);
    *index = status == FTH_OK && at.node >= 0 ? at.place->nodes[at.node] : -1;
    if (status != FTH_OK || at.node < 0 || *index >= 0)
        return status;
    const struct fth_graph_member *member = &at.place->graph->members[at.node];
    if (!name_node(at.place, at.node, name))
        return fth_fail(error, FTH_ERR_LIMIT,
                        "the node '%s' of a group would be called by more than %d bytes; give it, "
                        "or the group, a shorter name", member->name, FTH_LIMIT_NAME - 1);
    status = fth_graph_add_member(expansion->flat, name, member->desc, error);
    if (status != FTH_OK)
        return status;
    *index = expansion->flat->count - 1;
    at.place->nodes[at.node] = *index;
    expansion->origins[*index] = at;
    return fth_graph_blame(error, name, copy_values(at.place, at.node,
                                                    &expansion->flat->members[*index], error));
}

static enum fth_status link_node(struct expansion *expansion, int index, struct fth_error *error)
{
    struct origin at = expansion->origins[index];
    enum fth_status status = FTH_OK;
    for (int port = 0; port < FTH_LIMIT_INPUTS && status == FTH_OK; port++) {
        int from = -1;
        status = provide(expansion, feeding(at.place, at.node, port), &from, error);
        expansion->flat->members[index].inputs[port] = from;
    }
    return status;
}

static enum fth_status expand(struct expansion *expansion, const struct fth_graph *graph,
                              int *outputs, struct fth_error *error)
{
    struct place *whole = NULL;
    enum fth_status status = add_place(expansion, graph, (struct origin){0}, &whole, error);
    for (int i = 0; i < graph->count && status == FTH_OK; i++) {
        int index = -1;
        status = provide(expansion, (struct origin){whole, i}, &index, error);
        if (outputs)
            outputs[i] = index;
    }
    for (int i = 0; i < expansion->flat->count && status == FTH_OK; i++)
        status = link_node(expansion, i, error);
    return status;
}

enum fth_status fth_graph_expand(const struct fth_graph *graph, struct fth_graph **flat,
                                 int *outputs, struct fth_error *error)
{
    struct expansion expansion = {0};
    enum fth_status status = fth_graph_check_circles(graph, error);
    if (status == FTH_OK)
        status = fth_graph_create(graph->catalogue, &expansion.flat, error);
    if (status != FTH_OK)
        return status;
    expansion.origins = fth_alloc(FTH_LIMIT_NODES, sizeof(*expansion.origins));
    if (expansion.origins)
        status = expand(&expansion, graph, outputs, error);
    else
        status = fth_fail_memory(error, FTH_LIMIT_NODES, "a graph");
    if (status == FTH_OK)
        status = fth_graph_set_settings(expansion.flat, fth_graph_settings(graph), error);
    if (status == FTH_OK)
        status = fth_graph_manage(expansion.flat, error);
    if (status == FTH_OK)
        *flat = expansion.flat;
    else
        fth_graph_destroy(&expansion.flat);
    fth_free(expansion.origins);
    destroy_places(expansion.places);
    return status;
}
