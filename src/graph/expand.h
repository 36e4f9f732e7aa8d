/* SPDX-License-Identifier: Apache-2.0 */
/* From the document as people write it to the graph that the engine takes: groups are replaced by
 * what they stand for under the names GROUP.INNER, placeholders by what feeds their first input,
 * and colour conversions are put in. */
#ifndef FTH_GRAPH_EXPAND_H
#define FTH_GRAPH_EXPAND_H

#include "base/status.h"

struct fth_graph;

/* New graph, with the settings of `graph`, which must outlive it and not change. `outputs`, one a
 * node of `graph` or NULL, tells which node of the new graph puts out what that node does; -1: no
 * picture comes out of it. */
enum fth_status fth_graph_expand(const struct fth_graph *graph, struct fth_graph **flat,
                                 int *outputs, struct fth_error *error);

#endif
