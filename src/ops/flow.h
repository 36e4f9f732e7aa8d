/* SPDX-License-Identifier: Apache-2.0 */
/* Dense inverse search optical flow (Kroeger et al. 2016) with variational refinement, and warping
 * by a flow. Flow (u, v) at a pixel of `from`: what is at (x, y) there is at (x + u, y + v) in
 * `to`. */
#ifndef FTH_OPS_FLOW_H
#define FTH_OPS_FLOW_H

#include "ops/grid.h"

/* The presets of OpenCV's DIS; the recipe uses FAST, the scorer MEDIUM. */
enum fth_flow_preset { FTH_FLOW_ULTRAFAST, FTH_FLOW_FAST, FTH_FLOW_MEDIUM };

/* `from` and `to`: grey pictures of one size, values 0..255 that are whole numbers (as an 8-bit
 * picture has them). u and v get the same size. */
enum fth_status fth_flow_dis(const struct fth_work *work, const struct fth_grid *from,
                             const struct fth_grid *to, enum fth_flow_preset preset,
                             const struct fth_grid *u, const struct fth_grid *v,
                             struct fth_error *error);

/* dst(x, y) = src(mx(x, y), my(x, y)), bilinear, coordinates of pixel centres as whole numbers
 * (cv::remap); outside: the edge pixel goes on. dst, mx, my have one size, src any. */
enum fth_status fth_remap(const struct fth_work *work, const struct fth_grid *src,
                          const struct fth_grid *mx, const struct fth_grid *my,
                          const struct fth_grid *dst, struct fth_error *error);
#endif
