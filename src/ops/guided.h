/* SPDX-License-Identifier: Apache-2.0 */
/* The guided filter (He, Sun, Tang 2013; fast: He, Sun 2015; FORMULAS 6.8): a map is redrawn with
 * the outlines of a picture. Borders reflect. */
#ifndef FTH_OPS_GUIDED_H
#define FTH_OPS_GUIDED_H

#include "ops/grid.h"

/* Grey guide, same size as the map; dst may be the map. `weight` (confidence, same size) may be
 * NULL; all means are weighted by it. */
enum fth_status fth_guided_grey(const struct fth_work *work, const struct fth_grid *guide,
                                const struct fth_grid *map, const struct fth_grid *weight,
                                const struct fth_grid *dst, int32_t radius, double eps,
                                struct fth_error *error);

/* Colour guide guide[3]. Coefficients are taken at the size of `map` from guide_small[3] (same size
 * as the map) and applied at the size of `dst` to guide_large[3]; all may have one size. `weight`
 * as above. */
enum fth_status fth_guided_colour(const struct fth_work *work, const struct fth_grid *guide_small,
                                  const struct fth_grid *map, const struct fth_grid *weight,
                                  const struct fth_grid *guide_large, const struct fth_grid *dst,
                                  int32_t radius, double eps, struct fth_error *error);
#endif
