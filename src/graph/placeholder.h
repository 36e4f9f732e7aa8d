/* SPDX-License-Identifier: Apache-2.0 */
/* Nodes of a kind that this program does not have: they stay in the document, and what feeds their
 * first input goes through them. */
#ifndef FTH_GRAPH_PLACEHOLDER_H
#define FTH_GRAPH_PLACEHOLDER_H

#include <stdbool.h>

#include "base/status.h"

struct fth_graph;

/* Adds such a node under `name`; its descriptor has the `count` ports called `ports`, all optional,
 * of which those that are no proper id, or more than a node has, are left out. */
enum fth_status fth_graph_add_placeholder(struct fth_graph *graph, const char *name,
                                          const char *kind, const char *const *ports, int count,
                                          struct fth_error *error);
bool fth_graph_is_placeholder(const struct fth_graph *graph, int index);

#endif
