/* SPDX-License-Identifier: Apache-2.0 */
/* Edge-aware smoothing and filling of maps: the fast global smoother and push-pull. */
#ifndef FTH_OPS_SMOOTH_H
#define FTH_OPS_SMOOTH_H

#include "ops/grid.h"

/* Fast global smoother (Min et al. 2014): `rounds` of separable weighted least squares on `map`, in
 * place; weights exp(-|colour step| / sigma) from guide[3] (0..1, same size). */
enum fth_status fth_smooth_global(const struct fth_work *work, const struct fth_grid *guide,
                                  const struct fth_grid *map, double lambda, double sigma,
                                  int rounds, struct fth_error *error);

/* What holds neighbours together, 0..1, of rows y0 to y1 - 1, of which the first is row 0 of both
 * grids: `right` of each pixel and the one right of it (the last has none and is not looked at),
 * `down` of each and the one below (the last row is not looked at). Called for rows in any order on
 * the pool. */
struct fth_smooth_weights {
    void (*rows)(const void *context, int32_t y0, int32_t y1, const struct fth_grid *right,
                 const struct fth_grid *down, void *scratch);
    const void *context;
    size_t scratch_size; /* bytes, at a multiple of 64, that `rows` may write to */
};

/* The same smoother with weights of the caller's own, which are found when it is opened and lie in
 * the work's arena. */
struct fth_smoother;
enum fth_status fth_smoother_open(const struct fth_work *work,
                                  const struct fth_smooth_weights *weights, int32_t width,
                                  int32_t height, struct fth_smoother **smoother,
                                  struct fth_error *error);
enum fth_status fth_smoother_run(const struct fth_work *work, struct fth_smoother *smoother,
                                 const struct fth_grid *map, double lambda, int rounds,
                                 struct fth_error *error);

/* Push-pull in-fill (Gortler et al. 1996): values where `known` is 1 stay, the rest is filled from
 * coarser levels, each half the size, at most `levels`. In place. `known` is a grid of 0..1. */
enum fth_status fth_fill_push_pull(const struct fth_work *work, const struct fth_grid *values,
                                   const struct fth_grid *known, int levels,
                                   struct fth_error *error);
#endif
