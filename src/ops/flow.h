/* SPDX-License-Identifier: Apache-2.0 */
/* Dense inverse search optical flow (Kroeger et al. 2016) with variational refinement, and warping
 * by a flow. Flow (u, v) at a pixel of `from`: what is at (x, y) there is at (x + u, y + v) in
 * `to`. */
#ifndef FTH_OPS_FLOW_H
#define FTH_OPS_FLOW_H

#include "ops/grid.h"

/* The presets of OpenCV's DIS; Better uses FAST, Faster and the scorer MEDIUM. */
enum fth_flow_preset { FTH_FLOW_ULTRAFAST, FTH_FLOW_FAST, FTH_FLOW_MEDIUM };

/* `from` and `to`: grey pictures of one size, values 0..255 that are whole numbers (as an 8-bit
 * picture has them). u and v get the same size. For one pair, one way; several flows from or to a
 * picture share work through struct fth_flow_picture. */
enum fth_status fth_flow_dis(const struct fth_work *work, const struct fth_grid *from,
                             const struct fth_grid *to, enum fth_flow_preset preset,
                             const struct fth_grid *u, const struct fth_grid *v,
                             struct fth_error *error);

/* A picture made ready for flows of one preset: its pyramid and gradients, and memory to work in.
 * Kept from frame to frame (two that change places do), every frame is prepared once and nothing is
 * allocated anew:
 *
 *     fth_flow_picture_create(width, height, preset, &before, ...); the same for &now;
 *     each frame: fth_flow_picture_set(work, now, grey, ...);
 *                 fth_flow_both(work, before, now, forward, backward, ...);
 *                 exchange before and now
 *
 * A picture works for one flow at a time as its `from` (and for any number as `to`). The flows are
 * those of fth_flow_dis, to the bit. */
struct fth_flow_picture;

enum fth_status fth_flow_picture_create(int32_t width, int32_t height, enum fth_flow_preset preset,
                                        struct fth_flow_picture **picture,
                                        struct fth_error *error);
void fth_flow_picture_destroy(struct fth_flow_picture **picture); /* accepts NULL */

/* Replaces what was there. `grey`: as fth_flow_dis wants it, of the picture's size; not kept. */
enum fth_status fth_flow_picture_set(const struct fth_work *work, struct fth_flow_picture *picture,
                                     const struct fth_grid *grey, struct fth_error *error);

/* The flow from one to the other, both set, of one size and preset. */
enum fth_status fth_flow_between(const struct fth_work *work, struct fth_flow_picture *from,
                                 const struct fth_flow_picture *to, const struct fth_grid *u,
                                 const struct fth_grid *v, struct fth_error *error);

/* Both flows of a pair, side by side on the pool: forward (u, v) from a to b, backward from b to
 * a. a and b are two pictures. */
enum fth_status fth_flow_both(const struct fth_work *work, struct fth_flow_picture *a,
                              struct fth_flow_picture *b, const struct fth_grid forward[2],
                              const struct fth_grid backward[2], struct fth_error *error);

/* How far a pixel misses itself when it goes there and back, in pixels: dst(x) = |f(x) + b(x +
 * f(x))|, bilinear; FTH_FLOW_LOST where x + f(x) is outside the picture. All of one size. Small
 * where the flow can be trusted, large at what is covered or uncovered. */
#define FTH_FLOW_LOST 1e10f
enum fth_status fth_flow_mismatch(const struct fth_work *work, const struct fth_grid forward[2],
                                  const struct fth_grid backward[2], const struct fth_grid *dst,
                                  struct fth_error *error);

/* dst(x, y) = src(mx(x, y), my(x, y)), bilinear, coordinates of pixel centres as whole numbers
 * (cv::remap); outside: the edge pixel goes on. dst, mx, my have one size, src any. */
enum fth_status fth_remap(const struct fth_work *work, const struct fth_grid *src,
                          const struct fth_grid *mx, const struct fth_grid *my,
                          const struct fth_grid *dst, struct fth_error *error);
#endif
