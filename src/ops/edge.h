/* SPDX-License-Identifier: Apache-2.0 */
/* The colours of what a matte cuts out, without those of what was behind it: along a soft edge, and
 * as far within it as the matte may be wrong, the picture shows both. */
#ifndef FTH_OPS_EDGE_H
#define FTH_OPS_EDGE_H

#include "ops/grid.h"

struct fth_edge {
    const struct fth_grid *picture; /* R, G, B, not multiplied */
    const struct fth_grid *alpha;   /* 0..1, same size */
    double width_px; /* how far from what is wholly opaque (or not) colours are not believed */
    float amount;    /* 0 leaves them, 1 cleans them */
};

/* What is wholly opaque farther than that from the edge, and what is wholly transparent, stays to
 * the bit. dst[i] may be picture[i]. */
enum fth_status fth_edge_clean(const struct fth_work *work, const struct fth_edge *edge,
                               const struct fth_grid *dst, struct fth_error *error);
#endif
