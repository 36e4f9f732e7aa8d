/* SPDX-License-Identifier: Apache-2.0 */
/* Private to the graph: how a document lies in memory. */
#ifndef FTH_GRAPH_INTERNAL_H
#define FTH_GRAPH_INTERNAL_H

#include "base/limits.h"
#include "graph/graph.h"

struct fth_setting {
    const struct fth_param *param;
    bool is_common;
    struct fth_value value;
};

struct fth_graph_member {
    char name[FTH_LIMIT_NAME];
    const struct fth_node_desc *desc;
    struct fth_setting *settings;
    int setting_count;
    int inputs[FTH_LIMIT_INPUTS]; /* -1: nothing connected */
};

struct fth_graph {
    const struct fth_catalogue *catalogue;
    struct fth_graph_member *members;
    int count, capacity;
    uint64_t revision;
};

/* To be called after every change. */
void fth_graph_touch(struct fth_graph *graph);

/* The setting of a row of the member's tables, or NULL when it was not set. */
struct fth_setting *fth_graph_setting(const struct fth_graph_member *member,
                                      const struct fth_param *param);

/* Index of the member called `name`; the message has the nearest right spelling. */
enum fth_status fth_graph_need(const struct fth_graph *graph, const char *name, int *index,
                               struct fth_error *error);
/* Its row called `param`, likewise. */
enum fth_status fth_graph_need_param(const struct fth_graph_member *member, const char *param,
                                     const struct fth_param **row, bool *is_common,
                                     struct fth_error *error);

/* Says which node an error is about. */
enum fth_status fth_graph_blame(struct fth_error *error, const char *name, enum fth_status status);

#endif
