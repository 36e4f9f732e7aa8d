/* SPDX-License-Identifier: Apache-2.0 */
/* Resampling grids to another size. Pixel centres at +0.5; borders repeat the edge pixel. Results
 * do not depend on the pool. src and dst never overlap; sizes are at least 1x1. */
#ifndef FTH_OPS_RESIZE_H
#define FTH_OPS_RESIZE_H

#include "ops/grid.h"

/* Mean over the source area each pixel covers (fractions weighted); where an axis grows, bilinear
 * as cv::INTER_AREA does it (the recipe's definition). */
enum fth_status fth_resize_area(const struct fth_work *work, const struct fth_grid *src,
                                const struct fth_grid *dst, struct fth_error *error);
/* Two taps an axis whatever the scale. */
enum fth_status fth_resize_bilinear(const struct fth_work *work, const struct fth_grid *src,
                                    const struct fth_grid *dst, struct fth_error *error);
/* Cubic convolution, a = -0.75, four taps an axis (PyTorch's bicubic without antialias). */
enum fth_status fth_resize_bicubic(const struct fth_work *work, const struct fth_grid *src,
                                   const struct fth_grid *dst, struct fth_error *error);
/* Cubic convolution a = -0.5 whose support grows with the reduction (Pillow's bicubic). */
enum fth_status fth_resize_bicubic_antialias(const struct fth_work *work,
                                             const struct fth_grid *src,
                                             const struct fth_grid *dst, struct fth_error *error);
#endif
