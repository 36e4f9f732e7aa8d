/* SPDX-License-Identifier: Apache-2.0 */
/* Dilation and erosion by rectangles and discs, and the exact distance transform (FORMULAS 6.10).
 * Outside the grid there is nothing to grow from: it counts as minus (erosion: plus) infinity. */
#ifndef FTH_OPS_MORPH_H
#define FTH_OPS_MORPH_H

#include "ops/grid.h"

/* Maximum over (2 rx + 1) x (2 ry + 1) pixels by van Herk / Gil-Werman; dst may be src. */
enum fth_status fth_dilate_rect(const struct fth_work *work, const struct fth_grid *src,
                                const struct fth_grid *dst, int32_t rx, int32_t ry,
                                struct fth_error *error);
enum fth_status fth_erode_rect(const struct fth_work *work, const struct fth_grid *src,
                               const struct fth_grid *dst, int32_t rx, int32_t ry,
                               struct fth_error *error);

/* radius > 0: maximum over a disc, < 0: minimum, fractional radii between whole ones by lerp; 0 is
 * the identity. A grid of zeros and ones goes by the exact distance to the edge. dst may not be
 * src. */
enum fth_status fth_grow_disc(const struct fth_work *work, const struct fth_grid *src,
                              const struct fth_grid *dst, double radius, struct fth_error *error);

/* Euclidean distance in pixels to the nearest pixel with mask != 0 (0 there; 1e10 when there is
 * none), exact: Felzenszwalb and Huttenlocher. */
enum fth_status fth_distance(const struct fth_work *work, const struct fth_mask *mask,
                             const struct fth_grid *dst, struct fth_error *error);

/* The same where there is one within `most` pixels, else more than that: 1e10, or how far it is.
 * Faster the less `most` is. */
enum fth_status fth_distance_near(const struct fth_work *work, const struct fth_mask *mask,
                                  float most, const struct fth_grid *dst, struct fth_error *error);
#endif
