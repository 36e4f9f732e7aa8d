/* SPDX-License-Identifier: Apache-2.0 */
/* The documents that groups come from. Each file is read once for a document and all the groups in
 * it, and lives as long as that document. Paths are relative to the document that names them; a
 * file outside the folder of the outermost document is refused unless that is allowed. */
#ifndef FTH_GRAPH_LIBRARY_H
#define FTH_GRAPH_LIBRARY_H

#include <stdbool.h>

#include "base/status.h"

struct fth_graph;
struct fth_library;

/* Whether groups of this document may come from outside its folder; to be said before there are
 * any. */
void fth_graph_allow_outside(struct fth_graph *graph, bool allowed);

/* Adds the document that `kind` ("file:PATH") names as one node. Refused: what cannot be read, is
 * outside, contains itself, or is nested more than FTH_LIMIT_NESTING deep. */
enum fth_status fth_library_add_group(struct fth_graph *graph, const char *name, const char *kind,
                                      struct fth_error *error);

void fth_library_destroy(struct fth_library **library); /* accepts NULL */

#endif
