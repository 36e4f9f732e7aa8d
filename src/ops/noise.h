/* SPDX-License-Identifier: Apache-2.0 */
/* How much noise a picture has. */
#ifndef FTH_OPS_NOISE_H
#define FTH_OPS_NOISE_H

#include "ops/grid.h"

/* The standard deviation of fine noise in a plane: what a second difference both ways leaves of it,
 * in the calmest quarter of all blocks of 16 x 16 pixels, so that detail does not count. Blocks
 * that stand quite still (black borders, what is clipped) say nothing. 0: there is none, or the
 * plane is too small to tell. Within 5 % for white noise on what is not all detail; noise that is
 * coarser than a pixel is taken for less than it is. */
enum fth_status fth_noise_measure(const struct fth_work *work, const struct fth_grid *plane,
                                  double *sigma, struct fth_error *error);

/* What grain or noise of any size is like. */
struct fth_noise_profile {
    double sigma[3][3]; /* of R, G and B where they are dark, between (1/6, 1/2 and 5/6) and bright;
                           where the picture has nothing of the kind, that of the nearest it has */
    double alike;       /* correlation of pixels beside each other */
    double colour;      /* 0: the same in R, G and B; 1: each has its own */
};

/* Measures it in the calmest quarter of all blocks of 24 x 24 (12 x 12 in small pictures), less any
 * slope. All 0 where there is nothing to measure: no noise, or a picture smaller than four blocks.
 * sigma is true within about a tenth where a quarter of the picture is plain. */
enum fth_status fth_noise_profile(const struct fth_work *work, const struct fth_grid rgb[3],
                                  struct fth_noise_profile *profile, struct fth_error *error);

#endif
