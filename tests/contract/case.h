/* SPDX-License-Identifier: Apache-2.0 */
/* Cases for the contract tests: a node of the catalogue with inputs by the kind of its ports and
 * values by its table. Nothing here knows a node's name. */
#ifndef FTH_TESTS_CASE_H
#define FTH_TESTS_CASE_H

#include "bench.h"

/* A random stream that is the same everywhere. */
struct dice {
    uint64_t state;
};
uint64_t dice_next(struct dice *dice);
double dice_roll(struct dice *dice, double low, double high);

/* How a case is built; equal cases build equal graphs. */
struct recipe {
    const struct fth_node_desc *node;
    uint64_t seed;
    bool common;        /* common controls get values, too */
    bool all_optional;  /* every optional input is connected */
    bool fenced;        /* a fence stands behind every source */
    bool texts;         /* texts get values, too; they may name what is not there */
};

/* Builds sources, node and values into an open bench; the node is called "node". False when the
 * bench refused (bench->error). */
bool case_build(struct bench *bench, const struct recipe *recipe);

/* A random value as text for a row; owned by the caller (fth_free). `which` 0, 1, ... first walks
 * the corners (least, most, each choice), then rolls. */
char *case_value(const struct fth_param *param, struct dice *dice, int which);

/* Makes `param`'s condition hold (and its parent's). */
bool case_show(struct bench *bench, const struct fth_node_desc *node,
               const struct fth_param *param);

/* False for sinks: they put out no picture to compare. */
bool case_can_run(const struct fth_node_desc *node);
bool case_is_sink(const struct fth_node_desc *node);
/* A small media file for FILE rows of sources: an EXR sequence of 4 frames with R G B A and Z. NULL
 * when it cannot be written. Another file with other pixels for which = 1. */
const char *case_file(int which);

#endif
