/* SPDX-License-Identifier: Apache-2.0 */
/* What the table of the bench is made of. A row is a kind of operation at a size and with a number
 * (radius, sigma, preset ...); a peer does the same kind on the same buffers. */
#ifndef FTH_BENCH_BENCH_H
#define FTH_BENCH_BENCH_H

#include "ops/grid.h"
#include "peers/peer.h"

struct bench_row;

/* A row being measured. in: sources, made by the kind; out: results, of ours or of the peer,
 * whoever ran last. */
struct bench_case {
    const struct bench_row *row;
    struct fth_work work;
    struct fth_grid in[BENCH_GRIDS], out[BENCH_GRIDS];
    void *held; /* a kind's own */
};

struct bench_kind {
    const char *name; /* by which its peer is found */
    enum fth_status (*make)(struct bench_case *c, struct fth_error *error);
    enum fth_status (*run)(struct bench_case *c, struct fth_error *error);
    double (*error)(const struct bench_case *c); /* of out[]; NULL: not looked at */
    void (*drop)(struct bench_case *c);          /* NULL: nothing held */
    /* What its rows are held against in place of a peer: less of the same, say. May be NULL. */
    enum fth_status (*other)(struct bench_case *c, struct fth_error *error);
};

/* By what a row's time is divided besides its peer's: a copy of a 4K plane, or a fixed amount of
 * arithmetic. */
enum bench_unit { BENCH_MEMORY, BENCH_WORK };

/* A goal is for ours / peer; negative: for ours / unit. An error's goal is for our error / the
 * peer's; negative: for our error. 0: none. A goal for less time than moving the planes takes, at
 * the speed of a copy in the same turns, is none that this machine could reach. */

struct bench_row {
    const struct bench_kind *kind;
    const char *label; /* what `number` is: "sigma 10" */
    double number;
    int32_t width, height;
    int threads;
    enum bench_unit unit;
    double goal, error_goal;
    int planes; /* that a kind works on */
    int moved;  /* planes of the row's size that must be read or written once; 0: not told */
};

extern const struct bench_row bench_rows_colour[];
extern const struct bench_row bench_rows_engine[];
extern const struct bench_row bench_rows_flow[];
extern const struct bench_row bench_rows_nodes[];
extern const struct bench_row bench_rows_ops[];
extern const struct bench_row bench_rows_io[];

#endif
