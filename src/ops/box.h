/* SPDX-License-Identifier: Apache-2.0 */
/* Means over boxes with whole radii, of a grid or of a product, in one pass over the rows. */
#ifndef FTH_OPS_BOX_H
#define FTH_OPS_BOX_H

#include "ops/blur.h"

struct fth_box_mean {
    const struct fth_grid *factors[3]; /* (a b) c; NULL: no more of them */
    const struct fth_grid *divisor;    /* of the mean; NULL: none */
    const struct fth_grid *dst;        /* may be one of the factors */
    int32_t radius_x, radius_y;        /* at least 0 */
    enum fth_border border;
};

enum fth_status fth_box_run(const struct fth_work *work, const struct fth_box_mean *mean,
                            struct fth_error *error);
#endif
