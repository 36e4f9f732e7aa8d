/* SPDX-License-Identifier: Apache-2.0 */
/* Graphs by chance, out of the catalogue: any node after any other, masks, values, common controls
 * and keyframes by the tables. The same number gives the same graph. */
#ifndef FTH_TESTS_RANDOM_H
#define FTH_TESTS_RANDOM_H

#include "bench.h"
#include "case.h"

/* Fills an empty graph. Its last node puts out a picture. False: memory or a file failed
 * (*error). */
bool random_graph(struct fth_graph *graph, uint64_t seed, struct fth_error *error);
/* Two nodes of the catalogue, the first feeding a port of the second, with values by chance. */
struct random_pair {
    const struct fth_node_desc *first, *second;
    int port;
    uint64_t seed;
};
bool random_pair(struct fth_graph *graph, const struct random_pair *pair, struct fth_error *error);
/* The graph in words, for people, on stdout. */
void random_describe(const struct fth_graph *graph);

#endif
