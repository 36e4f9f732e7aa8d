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

/* fth_resize_bilinear a piece at a time, for what goes on with it while it is in a cache: the same
 * bytes. Both axes change their length. Lives in the arena. */
struct fth_bilinear;

/* sizes: width and height from, and to. */
enum fth_status fth_bilinear_open(struct fth_arena *arena, const int32_t from[2],
                                  const int32_t to[2], struct fth_bilinear **bilinear,
                                  struct fth_error *error);
/* Floats of scratch that a piece of at most that size needs. */
size_t fth_bilinear_scratch(const struct fth_bilinear *bilinear, int32_t width, int32_t height);
/* The piece from column x and row y of the result on, as large as `piece`. */
void fth_bilinear_piece(const struct fth_bilinear *bilinear, const struct fth_grid *src, int32_t x,
                        int32_t y, const struct fth_grid *piece, float *scratch);
/* Is all that this part of the result would be made of 0? */
bool fth_bilinear_is_zero(const struct fth_bilinear *bilinear, const struct fth_grid *src,
                          struct fth_rect at);
#endif
