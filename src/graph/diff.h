/* SPDX-License-Identifier: Apache-2.0 */
/* What two documents say differently, by node and parameter. */
#ifndef FTH_GRAPH_DIFF_H
#define FTH_GRAPH_DIFF_H

#include "base/json.h"
#include "base/status.h"

struct fth_graph;

/* New list of {"what", "node", "key", "before", "after"}; empty when they mean the same. "what" is
 * "node", "input", "param", "setting", "publish" or "other"; "node" and "key" may be ""; "before"
 * and "after" are null where there is nothing, which of a parameter means its default. Order of
 * members, spelling and blanks count for nothing. */
enum fth_status fth_graph_diff(const struct fth_graph *before, const struct fth_graph *after,
                               struct fth_json **changes, struct fth_error *error);

#endif
