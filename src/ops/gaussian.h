/* SPDX-License-Identifier: Apache-2.0 */
/* The Gaussian of blur.h. */
#ifndef FTH_OPS_GAUSSIAN_H
#define FTH_OPS_GAUSSIAN_H

#include "ops/blur.h"

/* Both standard deviations are within 0..FTH_LIMIT_SIDE; dst may be src. */
enum fth_status fth_gaussian_run(const struct fth_work *work, const struct fth_grid *src,
                                 const struct fth_grid *dst, const double sigma[2],
                                 enum fth_border border, struct fth_error *error);

/* taps := weights[0 .. radius] and their mirror image, scaled so that they sum to 1. Ones must not
 * come out larger, whichever way taps are added up: from one end, or in pairs from the middle. */
void fth_gaussian_taps(float *taps, size_t radius, const double *weights);
#endif
