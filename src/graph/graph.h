/* SPDX-License-Identifier: Apache-2.0 */
/* The document in memory: nodes, their values, links between them. Everything put in is checked at
 * once against the catalogue the graph was given; what only the whole can show (cycles, missing
 * inputs) is checked by fth_graph_check. One thread at a time. */
#ifndef FTH_GRAPH_GRAPH_H
#define FTH_GRAPH_GRAPH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/json.h"
#include "base/limits.h"
#include "base/status.h"
#include "graph/curve.h"
#include "image/image.h"
#include "node/node.h"

struct fth_graph;

enum fth_status fth_graph_create(const struct fth_catalogue *catalogue, struct fth_graph **graph,
                                 struct fth_error *error);
void fth_graph_destroy(struct fth_graph **graph); /* accepts NULL */

/* Adds a node of kind `node_id`, or of a document ("file:title.json"), under the name `name`
 * (letters, digits, _ - .). */
enum fth_status fth_graph_add(struct fth_graph *graph, const char *name, const char *node_id,
                              struct fth_error *error);
/* Sets a parameter (own or common) from text, which may be keyframes (fth_curve_is_written); the
 * message names node, parameter and the nearest right spelling. */
enum fth_status fth_graph_set(struct fth_graph *graph, const char *name, const char *param,
                              const char *text, struct fth_error *error);
/* Gives a parameter keyframes in place of its value; takes the curve, which was made for that very
 * row, on success. */
enum fth_status fth_graph_set_curve(struct fth_graph *graph, const char *name, const char *param,
                                    struct fth_curve **curve, struct fth_error *error);
/* The same from [[frame, value, kind, handles], ...]. */
enum fth_status fth_graph_set_keys(struct fth_graph *graph, const char *name, const char *param,
                                   const struct fth_json *keys, struct fth_error *error);
/* Feeds `from`'s picture into port `port` of `name` ("input", "key", "effect_mask" ...); from NULL
 * unplugs it. */
enum fth_status fth_graph_link(struct fth_graph *graph, const char *name, const char *port,
                               const char *from, struct fth_error *error);
/* Takes a node out; what it fed is fed by nothing. Indices behind it move down. */
enum fth_status fth_graph_remove(struct fth_graph *graph, const char *name,
                                 struct fth_error *error);
/* Gives a node another name; links stay. */
enum fth_status fth_graph_rename(struct fth_graph *graph, const char *name, const char *fresh,
                                 struct fth_error *error);

/* What a document shows of itself when it is used as a node. */
struct fth_published {
    char name[FTH_LIMIT_NAME];
    bool is_input;           /* else a parameter */
    int node;                /* index */
    char id[FTH_LIMIT_NAME]; /* of its parameter or port; "": the node itself is the input */
};
/* `target` is "NODE.PARAMETER"; of an input "NODE.PORT" or "NODE", which then gives way to what is
 * fed in. Rows go with their node. */
enum fth_status fth_graph_publish(struct fth_graph *graph, bool is_input, const char *name,
                                  const char *target, struct fth_error *error);
int fth_graph_published_count(const struct fth_graph *graph);
const struct fth_published *fth_graph_published(const struct fth_graph *graph, int index);

/* Every required input is there, no cycles, files named. Called by the engine before a plan. */
enum fth_status fth_graph_check(const struct fth_graph *graph, struct fth_error *error);
/* The same, but what writes files need not say yet which. */
enum fth_status fth_graph_check_unwritten(const struct fth_graph *graph, struct fth_error *error);

/* Reading. Indices are stable while nothing is removed. */
const struct fth_catalogue *fth_graph_catalogue(const struct fth_graph *graph);
int fth_graph_count(const struct fth_graph *graph);
int fth_graph_find(const struct fth_graph *graph, const char *name); /* -1: none */
const char *fth_graph_name(const struct fth_graph *graph, int index);
const struct fth_node_desc *fth_graph_desc(const struct fth_graph *graph, int index);
/* The node at port `port` of node `index`, or -1. */
int fth_graph_input(const struct fth_graph *graph, int index, int port);
/* The value of a parameter, own or common; NULL when it is the default at every frame. Of one that
 * has keyframes it is the first key's. */
const struct fth_value *fth_graph_value(const struct fth_graph *graph, int index,
                                        const char *param);
/* The keyframes of a parameter; NULL: it has none. */
const struct fth_curve *fth_graph_curve(const struct fth_graph *graph, int index,
                                        const char *param);
/* Fills the node's parameter struct (params_size bytes) and its common controls at `frame`. Texts
 * are lent until the graph changes. */
void fth_graph_params(const struct fth_graph *graph, int index, double frame, void *params,
                      struct fth_common *common);
/* The parameters at the moments that the node's shutter asks for, whose parameters at `frame` are
 * `params`; new (fth_free), NULL where it asks for none. */
enum fth_status fth_graph_shutter(const struct fth_graph *graph, int index, double frame,
                                  const void *params, struct fth_shutter **shutter,
                                  struct fth_error *error);
/* Feeds every value of the node, at all frames, that reaches one of the steps in the bit set
 * `steps`: the same values, the same words. With `common` those of its common controls as well. */
void fth_graph_hash(const struct fth_graph *graph, int index, uint8_t steps, bool common,
                    struct fth_hasher *hasher);
/* New at every change and unlike any other graph's; a plan made at another revision is stale. */
uint64_t fth_graph_revision(const struct fth_graph *graph);

#endif
