/* SPDX-License-Identifier: Apache-2.0 */
/* What the guided filters by grey and by colours begin with. */
#ifndef FTH_OPS_GUIDED_BEGIN_H
#define FTH_OPS_GUIDED_BEGIN_H

#include "ops/grid.h"

/* Refuses an eps that is not above 0. Weights as they count: a little more than what was given, so
 * that all counts alike where nothing is believed. Without `weight` nothing is made. */
enum fth_status fth_guided_begin(const struct fth_work *work, const struct fth_grid *weight,
                                 double eps, struct fth_grid *weights, struct fth_error *error);

/* The latter alone; dst may be `weight`. */
void fth_guided_weigh(const struct fth_grid *dst, const struct fth_grid *weight);
#endif
