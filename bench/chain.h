/* SPDX-License-Identifier: Apache-2.0 */
/* Nodes through the engine as rows of the bench: see chain.c. */
#ifndef FTH_BENCH_CHAIN_H
#define FTH_BENCH_CHAIN_H

#include "bench.h"
#include "engine/engine.h"
#include "nodes/catalogue.h"

enum { BENCH_NODES = 64 };

struct bench_chain {
    struct fth_catalogue catalogue;
    const struct fth_node_desc *nodes[BENCH_NODES];
    struct fth_engine *engine;
    struct fth_graph *graphs[2]; /* the chain, and its first node alone */
    int moves;
};

struct bench_link {
    const char *node, *param, *value, *other; /* other: a port that gets the second picture */
};

/* Kinds are made of these. A row's planes: of each of the two pictures. */
enum fth_status bench_make_chain(struct bench_case *c, const struct bench_link *links, int count,
                                 struct fth_error *error);
enum fth_status bench_run_chain(struct bench_case *c, struct fth_error *error);
enum fth_status bench_run_one(struct bench_case *c, struct fth_error *error); /* the first alone */
void bench_drop_chain(struct bench_case *c);

#endif
