/* SPDX-License-Identifier: Apache-2.0 */
/* Nodes of a kind that this program does not have. Each gets a descriptor of its own, with the
 * inputs it was written with, so that everybody else treats it as any node; it passes its first
 * input through. What else was written of it stays in the document's text. */
#include "graph/placeholder.h"

#include <string.h>

#include "base/mem.h"
#include "graph/internal.h"

struct fth_placeholder {
    struct fth_node_desc desc;
    struct fth_port ports[FTH_LIMIT_INPUTS + 1];
    struct fth_step steps[2];
    char id[FTH_LIMIT_KIND];
    char port_ids[FTH_LIMIT_INPUTS][FTH_LIMIT_NAME];
};

static bool passes_through(const struct fth_call *call)
{
    (void)call;
    return true;
}

static enum fth_status render_nothing(const struct fth_call *call, struct fth_image **out,
                                      struct fth_error *error)
{
    (void)call;
    (void)out;
    return fth_fail(error, FTH_ERR_UNSUPPORTED,
                    "a node of a kind that this program does not have, with nothing fed into it");
}

static void fill(struct fth_placeholder *made, int port_count)
{
    made->steps[0] = (struct fth_step){.id = "pass",
                                       .kind = port_count ? FTH_NODE_POINT : FTH_NODE_SOURCE,
                                       .ports = port_count ? 1 : 0,
                                       .is_identity = passes_through,
                                       .render = render_nothing};
    made->desc = (struct fth_node_desc){
        .id = made->id, .label = made->id, .tag = "?", .group = "Unknown",
        .help = "A node of a kind that this program does not have. It passes its first input "
                "through.",
        .version = 1, .flags = FTH_NODE_NO_COMMON,
        .inputs = port_count ? made->ports : NULL, .steps = made->steps};
}

enum fth_status fth_graph_add_placeholder(struct fth_graph *graph, const char *name,
                                          const char *kind, const char *const *ports, int count,
                                          struct fth_error *error)
{
    if (!kind[0] || strlen(kind) >= FTH_LIMIT_KIND)
        return fth_fail(error, FTH_ERR_USAGE, "'%.80s' is no kind of node: 1 to %d bytes", kind,
                        FTH_LIMIT_KIND - 1);
    struct fth_placeholder *made = fth_alloc(1, sizeof(*made));
    if (!made)
        return fth_fail_memory(error, sizeof(*made), "a node");
    int used = 0;
    for (int i = 0; i < count && used < FTH_LIMIT_INPUTS; i++) {
        if (!ports[i][0] || strlen(ports[i]) >= FTH_LIMIT_NAME)
            continue;
        char *id = strcpy(made->port_ids[used], ports[i]);
        made->ports[used++] = (struct fth_port){id, id, "Not known.", FTH_PORT_PICTURE, 1};
    }
    strcpy(made->id, kind);
    fill(made, used);
    enum fth_status status = fth_graph_add_member(graph, name, &made->desc, error);
    if (status == FTH_OK)
        graph->members[graph->count - 1].placeholder = made;
    else
        fth_free(made);
    return status;
}

bool fth_graph_is_placeholder(const struct fth_graph *graph, int index)
{
    return graph->members[index].placeholder != NULL;
}
