/* SPDX-License-Identifier: Apache-2.0 */
/* Film grain: noise of standard deviation 1 with grains of a size, in absolute pixels, so that any
 * part of a picture has the grain it has in the whole. */
#ifndef FTH_OPS_GRAIN_H
#define FTH_OPS_GRAIN_H

#include "image/rect.h"
#include "ops/grid.h"

enum { FTH_GRAIN_MOST_REACH = 48 };

/* The shape of the grains: white noise, softened by a Gaussian, less a share of what twice that
 * Gaussian leaves. */
struct fth_grain_shape {
    int reach;                                /* pixels */
    float fine[2 * FTH_GRAIN_MOST_REACH + 1]; /* taps, their sum is 1 */
    float coarse[2 * FTH_GRAIN_MOST_REACH + 1];
    float share;                              /* of the coarse that is taken away */
    float scale;                              /* to standard deviation 1 */
    double alike;                             /* correlation of neighbours */
};

/* size_px: how wide a grain is at half its height, at most 16 (more counts as that). softness: 0,
 * no unevenness is coarser than the grains; 1, all of it is left. */
void fth_grain_shape(double size_px, double softness, struct fth_grain_shape *shape);

/* The grains over `rect`, of rect's size. The same seed, the same grains. */
enum fth_status fth_grain(const struct fth_work *work, const struct fth_grain_shape *shape,
                          uint64_t seed, struct fth_rect rect, const struct fth_grid *grains,
                          struct fth_error *error);

/* The size of soft grains whose neighbours are so much alike (fth_grain_shape's `alike`). */
double fth_grain_size_of(double alike);

#endif
