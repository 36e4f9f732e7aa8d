/* SPDX-License-Identifier: Apache-2.0 */
/* Coverage with a soft edge: the shape convolved with a Gaussian. A wide one is drawn smaller, in
 * pixels of 2^n, where it is as exact; so any part of it costs what it is large. The whole has the
 * variance asked for, the soft pixels' own included. */
#ifndef FTH_OPS_FEATHER_H
#define FTH_OPS_FEATHER_H

#include "ops/coverage.h"

struct fth_feather {
    double sigma_x, sigma_y; /* pixels; both 0: none */
    /* Draws the outline, in pixels `shrink` times as large, for struct fth_coverage. Borrowed until
     * the next call. */
    enum fth_status (*outline)(void *context, double shrink, const struct fth_outline **outline,
                               struct fth_error *error);
    void *context;
    enum fth_coverage_rule rule;
    enum fth_coverage_parts parts;
};

/* Pixels beyond which a feather of this sigma covers nothing. */
int32_t fth_feather_reach(double sigma);

/* Coverage 0..1 of the pixels of `rect` into `to`, which is of its size. */
enum fth_status fth_feather_draw(const struct fth_work *work, const struct fth_feather *feather,
                                 struct fth_rect rect, const struct fth_grid *to,
                                 struct fth_error *error);

#endif
