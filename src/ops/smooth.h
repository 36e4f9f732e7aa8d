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

/* What holds neighbours together, 0..1: `right` of each pixel of row y and the one right of it (the
 * last has none and is not looked at), `down` of each and the one below. Called for rows in any
 * order on the pool. */
struct fth_smooth_weights {
    void (*right)(const void *context, int32_t y, float *weights);
    void (*down)(const void *context, int32_t y, float *weights);
    const void *context;
};

/* The same smoother with weights of the caller's own. */
enum fth_status fth_smooth_weighted(const struct fth_work *work,
                                    const struct fth_smooth_weights *weights,
                                    const struct fth_grid *map, double lambda, int rounds,
                                    struct fth_error *error);

/* Push-pull in-fill (Gortler et al. 1996): values where `known` is 1 stay, the rest is filled from
 * coarser levels, each half the size, at most `levels`. In place. `known` is a grid of 0..1. */
enum fth_status fth_fill_push_pull(const struct fth_work *work, const struct fth_grid *values,
                                   const struct fth_grid *known, int levels,
                                   struct fth_error *error);
#endif
