/* SPDX-License-Identifier: Apache-2.0 */
/* One level of the flow's pyramid, and the two things done at each: a search for patches on a
 * sparse grid made dense, and a variational refinement. Private to the flow. */
#ifndef FTH_OPS_FLOW_LEVEL_H
#define FTH_OPS_FLOW_LEVEL_H

#include "ops/flow.h"

enum { FTH_FLOW_PATCH = 8, FTH_FLOW_BORDER = 16 };

struct fth_flow_level {
    struct fth_grid from, to;  /* whole numbers; `to` has FTH_FLOW_BORDER more pixels all round */
    struct fth_grid gx, gy;    /* Sobel gradients of `from` */
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

/* Refines u and v by `iterations` fixed-point steps. */
enum fth_status fth_flow_refine(const struct fth_work *work, const struct fth_flow_level *level,
                                int iterations, struct fth_error *error);
#endif
