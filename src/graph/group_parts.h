/* SPDX-License-Identifier: Apache-2.0 */
/* Private to group.c and expand.c: the descriptor that a document gets as one node. */
#ifndef FTH_GRAPH_GROUP_PARTS_H
#define FTH_GRAPH_GROUP_PARTS_H

#include "graph/group.h"
#include "graph/internal.h"

struct fth_group {
    struct fth_node_desc desc;
    struct fth_port ports[FTH_LIMIT_INPUTS + 1];
    struct fth_step steps[2];
    struct fth_param *params;      /* one a published parameter, in their order */
    const struct fth_graph *graph; /* borrowed */
    int output;                    /* a node of it */
    char *kind;
};

#endif
