/* SPDX-License-Identifier: Apache-2.0 */
/* The table of row kernels. The plain C of each is compiled for several machine levels (x86-64 v2,
 * v3, v4; "plain" elsewhere); the best one this machine has is chosen once, FTH_CPU=v2|v3|v4 forces
 * one. All levels give the same bytes: no fused multiply-add, no reordered sums, own exp/log/pow.
 */
#ifndef FTH_OPS_KERNELS_H
#define FTH_OPS_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

/* A table of weighted samples: tap k of position i is at [k * step + i]. At least one tap. */
struct fth_taps {
    const int32_t *index;
    const float *weight;
    size_t step, count;
};

/* Rows or columns that a filter along them takes side by side: a *_lanes kernel works on n
 * positions of FTH_LANES floats each. */
enum { FTH_LANES = 16, FTH_MOST_RADIUS = 16 }; /* the latter: of symmetric_lanes */

/* An extended box: 2 radius + 1 samples of weight 1 and one at either end of weight `edge`, over
 * the sum of the weights. */
struct fth_box {
    size_t radius;
    double edge; /* 0 <= edge < 1 */
};

/* How far the box looks to either side. */
static inline size_t fth_box_reach(const struct fth_box *box)
{
    return box->radius + (box->edge > 0);
}

/* Boxes along rows, of a product: lanes[k] is where the first window begins in factor k. */
struct fth_box_along {
    const float *const *lanes;
    int factors;  /* 1 to 3 */
    bool begins;  /* the row; else sums are there of the window before */
    size_t width; /* of a window, in positions */
};

/* Rows of boxes down columns: what comes in and what goes out for each. */
struct fth_box_down {
    const float *const *in, *const *out;
    double scale;
    size_t rows;
    bool streams; /* nobody looks at the result soon: past the caches, where it lies right */
};

/* Of what sum_down makes sums, and of which rows: the three of a guide and the map, each of these,
 * each channel times the map, and the channels' products 00 01 02 11 12 22; or four rows, each.
 * Weighed: there is a last row, times which everything is taken, and it is summed last. Of the
 * first there are those that the map has no part in, and those that it has, alone: the weights are
 * then summed with the former. */
enum fth_products {
    FTH_GUIDE_AND_MAP,
    FTH_GUIDE_AND_MAP_WEIGHED,
    FTH_GUIDE_ALONE,
    FTH_GUIDE_ALONE_WEIGHED,
    FTH_MAP_ALONE,
    FTH_MAP_ALONE_WEIGHED,
    FTH_SOLUTIONS,
    FTH_SOLUTIONS_WEIGHED,
    FTH_PRODUCTS
};
enum { FTH_DOWN_SOURCES = 5, FTH_DOWN_SUMS = 14, FTH_DOWN_ROWS = 8 };

static inline int fth_products_sources(enum fth_products of)
{
    return 4 + of % 2;
}

static inline int fth_products_count(enum fth_products of)
{
    static const int counts[FTH_PRODUCTS] = {13, 14, 9, 10, 4, 4, 4, 5};
    return counts[of];
}

/* At most FTH_DOWN_ROWS rows: source s of what comes in and goes out is at [row * sources + s].
 * Sum k goes on at sums + k * stride, its means to dst + (k * FTH_DOWN_ROWS + row) * stride. */
struct fth_down {
    enum fth_products of;
    const float *const *in, *const *out;
    size_t rows;
    double scale;
    double *sums;
    float *dst;
    ptrdiff_t stride;
};

/* e^(-b k) (p cos w k + q sin w k), k >= 0, as a recursion: y[i] = causal . (x[i], x[i-1]) + back .
 * (y[i-1], y[i-2]); and its mirror image, k > 0: y[i] = anticausal . (x[i+1], x[i+2]) + ... */
struct fth_recursion_wave {
    double causal[2], anticausal[2], back[2];
};

struct fth_recursion {
    struct fth_recursion_wave waves[2];
    size_t pad;   /* positions of the source before the first and behind the last */
    bool endless; /* beyond them the signal goes on as it ends; else it is 0 */
};

/* Lines of two times FTH_LANES systems (1 + lambda L) u = f side by side: a side's line i is at
 * values + i * value_stride and becomes u, its weights to the next line at weights + i *
 * weight_stride. coefficients: scratch of two times FTH_LANES for each line. */
struct fth_sweep {
    float *values[2];
    const float *weights[2];
    float *coefficients;
    ptrdiff_t value_stride, weight_stride, count;
    float lambda;
};

/* Where a turned row lies in its source: pixel `first` + i at step (first + i) + offset, held
 * within low .. high; `origin` is the pixel that index 0 stands for. */
struct fth_squares {
    double first, step[2], offset[2], low[2], high[2];
    int32_t stride, origin[2];
};

/* A sum of weighted rows: 2 radius + 1 taps. What lies `ahead` floats further on is fetched. */
struct fth_weights {
    const float *taps;
    size_t radius, ahead;
};

/* One level of a blur that varies: the radius where the key is 1, and r (r + 1) of the level below,
 * of its own and of the one above. */
struct fth_vary {
    float radius, below, own, above;
};

/* How largest or smallest samples are picked. */
struct fth_pick {
    bool largest, streams;    /* `streams`: what is written is not read again soon */
    ptrdiff_t count;          /* rows of the result */
    ptrdiff_t length;         /* of a window: columns or rows */
    const float *ahead;       /* what comes next, to be fetched meanwhile, or NULL: along rows one,
                                 of a square `count` */
    ptrdiff_t stride, next;   /* how far apart rows are: down columns and of `ahead`; down columns,
                                 from row 0 to `length` */
};

enum { FTH_RANK_MOST = 32 }; /* values of a pixel that rank sorts */

enum { FTH_PICK_SLACK = 96 }; /* floats that pick_along reads behind those that matter */

/* near: squares of distances where there is nothing near, and how many it reads behind a row. */
enum { FTH_NEAR_NONE = 30000, FTH_NEAR_SLACK = 64 };

/* How the kernel plate_doubt judges. */
struct fth_plate_doubt {
    float low, high;                 /* sigmas that are nothing and something for sure */
    float shadow_floor;              /* the deepest shadow, as a share of the light */
    float shadow_price, shadow_slope; /* of taking something for one, in squares of sigmas */
    bool shadows;                    /* whether they are looked for */
    float shadow_texture;            /* price of a square of a sigma that is not the plate's */
};

/* plate_temper: the same two, and what raises noise and certainty. */
struct fth_plate_temper {
    float low, high;
    float share, most; /* of the sigmas around, as one; at most, in values */
    float texture;     /* how much more a steep pixel that has not changed counts */
    float even;        /* ... and any, beside what differs by even_from to even_to sigmas */
    float even_from, even_to;
    float enclosed, enclosed_from; /* price of a shadow between things that differ by more */
};

/* plate_alpha. */
struct fth_plate_mixing {
    float given;          /* sigmas that are given away at both ends of the ramp */
    float enough;         /* square of sigmas between the colours from which on they count */
    float off, off_share; /* square of sigmas that a mixture may be off, and of the colours' */
    float strange[2];     /* share off of what is seen: still a mixture, none any more */
    float faint;          /* share of the subject that is nothing yet */
};

/* plate_gather. */
struct fth_plate_gathering {
    int32_t cell;       /* pixels, 2 or 4 */
    float noise_square; /* squares of sigmas that are no purity */
};

/* The picture that plate_ask asks and what is believed of the plate in it: where it lies, by units
 * of `scale` pixels from the middle, and how it is exposed. */
struct fth_plate_asking {
    const float *picture;
    ptrdiff_t stride;
    int32_t width, height;
    double motion[8], scale, gain, offset;
};

struct fth_flow_patch; /* ops/flow_patch.h */
struct fth_patch_search; /* ops/denoise_patch.h */
struct fth_patch_group;
struct fth_patch_excess;
struct fth_log_curve;  /* ops/curves.h */
struct fth_gamma_curve;
struct fth_shoulder;
struct fth_zones;      /* ops/tones.h */
struct fth_tones;
struct fth_lookup;

/* A flow at every pixel. */
struct fth_flow_field {
    const float *u, *v;
    ptrdiff_t u_stride, v_stride;
};

struct fth_kernels {
    const char *level; /* "v2", "v3", "v4" or "plain" */
#define KERNEL(name, arguments) void(*name) arguments;
#include "ops/kernels.list.h"
#undef KERNEL
};

/* Rows that are larger than the caches are asked for before they are read, by so many floats where
 * `rows` of them are read beside each other: a page of memory, and together half of a first cache
 * at most. */
static inline size_t fth_ahead(int rows)
{
    return rows > 4 ? 4096 / (size_t)rows : 1024;
}

/* The address of row[at], where there need be no such float. */
static inline const float *fth_row_ahead(const float *row, size_t at)
{
    return (const float *)((uintptr_t)row + at * sizeof(*row));
}

/* Brings n floats into the first cache, of which there need be none. */
enum { FTH_LINE = 16 };

static inline void fth_fetch(const float *ahead, size_t n)
{
    for (size_t i = 0; i < n; i += FTH_LINE)
        __builtin_prefetch(fth_row_ahead(ahead, i));
}

/* The table in use; never NULL. Thread-safe. */
const struct fth_kernels *fth_kernels(void);

/* The table of a level, or NULL when this machine or build does not have it. */
const struct fth_kernels *fth_kernels_of_level(const char *level);

#endif
