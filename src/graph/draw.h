/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures of a document, made of letters. */
#ifndef FTH_GRAPH_DRAW_H
#define FTH_GRAPH_DRAW_H

#include <stdbool.h>

#include "base/status.h"

struct fth_graph;

/* A tree for a terminal of `width` columns (0: no limit): what is put out, below it what feeds it.
 * A node that feeds several is told once and only named again elsewhere. New text (fth_free). */
enum fth_status fth_graph_draw_tree(const struct fth_graph *graph, bool is_ascii, int width,
                                    char **text, struct fth_error *error);

/* The same for Graphviz: "dot -Tsvg". */
enum fth_status fth_graph_draw_dot(const struct fth_graph *graph, char **text,
                                   struct fth_error *error);

#endif
