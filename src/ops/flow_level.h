/* SPDX-License-Identifier: Apache-2.0 */
/* One level of the flow's pyramid, and the two things done at each: a search for patches on a
 * sparse grid made dense, and a variational refinement. Private to the flow. */
#ifndef FTH_OPS_FLOW_LEVEL_H
#define FTH_OPS_FLOW_LEVEL_H

#include "ops/flow.h"
#include "ops/flow_patch.h"

/* A picture's copy at one size: whole numbers, with FTH_FLOW_BORDER more pixels all round where the
 * edge pixels go on, and its Sobel gradients. */
struct fth_flow_layer {
    struct fth_grid picture, gx, gy;
};

enum { FTH_FLOW_MOST_LAYERS = 24 };

/* layers[0] is the finest, 1 / 2^finest of the picture. */
struct fth_flow_pyramid {
    int32_t width, height; /* of the picture */
    int finest, count;     /* count 0: too small to match anything */
    struct fth_flow_layer layers[FTH_FLOW_MOST_LAYERS];
};

/* What a pyramid will be: `from` needs gradients, `to` a border. */
enum fth_flow_use { FTH_FLOW_AS_FROM = 1, FTH_FLOW_AS_TO = 2 };

/* Takes its memory from the arena, undefined contents. */
enum fth_status fth_flow_pyramid_new(struct fth_arena *arena, int32_t width, int32_t height,
                                     int finest, struct fth_flow_pyramid *pyramid,
                                     struct fth_error *error);
/* Fills it from a grey picture of its size; use: FTH_FLOW_AS_FROM, FTH_FLOW_AS_TO or both. */
enum fth_status fth_flow_pyramid_set(const struct fth_work *work,
                                     const struct fth_flow_pyramid *pyramid,
                                     const struct fth_grid *grey, int use,
                                     struct fth_error *error);

/* One level of a pair. */
struct fth_flow_level {
    struct fth_grid from, to;  /* pictures of two layers */
    struct fth_grid gx, gy;    /* gradients of `from` */
    struct fth_grid u, v;
};

/* Blocks of rows for the pool that are worth its while; depends on the width alone. */
static inline int32_t fth_flow_block_rows(int32_t width)
{
    return FTH_MAX(4, 8192 / width);
}

/* Improves u and v by inverse search: patches every `stride` pixels, `iterations` of gradient
 * descent in all. */
enum fth_status fth_flow_search(const struct fth_work *work, const struct fth_flow_level *level,
                                int32_t stride, int iterations, struct fth_error *error);

/* Refines u and v by `iterations` fixed-point steps; the robust norms are sqrt(x^2 + epsilon^2). */
enum fth_status fth_flow_refine(const struct fth_work *work, const struct fth_flow_level *level,
                                int iterations, float epsilon, struct fth_error *error);
#endif
