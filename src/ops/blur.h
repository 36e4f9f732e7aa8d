/* SPDX-License-Identifier: Apache-2.0 */
/* Separable blurs: box, Bartlett, multi-box and Gaussian (FORMULAS 6.6). Whole rows and columns are
 * filtered, so the result depends neither on bands nor on threads. dst may be src. */
#ifndef FTH_OPS_BLUR_H
#define FTH_OPS_BLUR_H

#include "ops/grid.h"

enum fth_border {
    FTH_BORDER_ZERO,   /* outside is 0 */
    FTH_BORDER_REPEAT, /* the edge pixel goes on: aaa|abcd|ddd */
    FTH_BORDER_REFLECT /* mirrored with the edge pixel: cba|abcd|dcb */
};

enum fth_blur_filter { FTH_BLUR_BOX, FTH_BLUR_BARTLETT, FTH_BLUR_MULTIBOX, FTH_BLUR_GAUSSIAN };

/* Mean over (2 r + 1)^2 pixels, r whole. */
enum fth_status fth_blur_box(const struct fth_work *work, const struct fth_grid *src,
                             const struct fth_grid *dst, int32_t radius, enum fth_border border,
                             struct fth_error *error);

/* Any of the filters, all with the same variance for the same radius: sigma^2 =
 * ((2 r + 1)^2 - 1) / 12 (6.6); radii may be fractional and differ by axis; 0 leaves the axis
 * alone. `passes` counts for MULTIBOX only: 1 is the box, 2 the Bartlett, to the bit. */
enum fth_status fth_blur(const struct fth_work *work, const struct fth_grid *src,
                         const struct fth_grid *dst, enum fth_blur_filter filter, int passes,
                         double radius_x, double radius_y, enum fth_border border,
                         struct fth_error *error);

/* Gaussian by its standard deviations in pixels; 0 leaves an axis alone. */
enum fth_status fth_blur_gaussian(const struct fth_work *work, const struct fth_grid *src,
                                  const struct fth_grid *dst, double sigma_x, double sigma_y,
                                  enum fth_border border, struct fth_error *error);

/* The same in doubles throughout, a direct sum or Deriche's recursion: several times slower. The
 * depth recipe's own, whose maps are kept and compared to the bit. */
enum fth_status fth_blur_gaussian_kept(const struct fth_work *work, const struct fth_grid *src,
                                  const struct fth_grid *dst, double sigma_x, double sigma_y,
                                  enum fth_border border, struct fth_error *error);

/* Pixels beyond which a filter of this radius sees nothing. */
int32_t fth_blur_reach(enum fth_blur_filter filter, int passes, double radius);
#endif
