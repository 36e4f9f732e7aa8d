/* SPDX-License-Identifier: Apache-2.0 */
/* A document used as one node ("file:title.json"). What it publishes are the parameters and inputs
 * of that node, with the limits, labels and messages of those it passes them to; what its output
 * is, fth_graph_output says. In the document it is one node; fth_graph_expand puts its insides in
 * its place. */
#ifndef FTH_GRAPH_GROUP_H
#define FTH_GRAPH_GROUP_H

#include <stdbool.h>

#include "base/status.h"

struct fth_graph;
struct fth_group;
struct fth_node_desc;

/* True for a kind of node that names a document: "file:...". */
bool fth_group_is_kind(const char *kind);

/* Adds `inner`, which outlives `graph` and does not change any more, as one node. fth_graph_add
 * does it for kinds that name a document, which it reads. */
enum fth_status fth_graph_add_group(struct fth_graph *graph, const char *name, const char *kind,
                                    const struct fth_graph *inner, struct fth_error *error);
/* The document behind node `index`; NULL: it is no group. */
const struct fth_graph *fth_graph_group(const struct fth_graph *graph, int index);

/* Says that the document, used as a group, puts out what `name` does (a sink: what feeds it);
 * NULL: as if it had not been said. */
enum fth_status fth_graph_publish_output(struct fth_graph *graph, const char *name,
                                         struct fth_error *error);
/* The name that was said, or NULL. */
const char *fth_graph_published_output(const struct fth_graph *graph);
/* The node whose picture the document puts out: the one that was said, else what feeds its only
 * sink, else the only node that nobody reads. */
enum fth_status fth_graph_output(const struct fth_graph *graph, int *index,
                                 struct fth_error *error);

/* The descriptor that `inner`, which outlives it and does not change any more, has as one node of
 * the kind `kind` ("file:..."), by itself: for those who only ask what it publishes. */
enum fth_status fth_group_create(const char *kind, const struct fth_graph *inner,
                                 struct fth_group **group, struct fth_error *error);
const struct fth_node_desc *fth_group_desc(const struct fth_group *group);
void fth_group_destroy(struct fth_group **group); /* accepts NULL */

#endif
