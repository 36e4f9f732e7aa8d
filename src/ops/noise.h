/* SPDX-License-Identifier: Apache-2.0 */
/* How much noise a picture has. */
#ifndef FTH_OPS_NOISE_H
#define FTH_OPS_NOISE_H

#include "ops/grid.h"

/* The standard deviation of fine noise in a plane: what a second difference both ways leaves of it,
 * in the calmest quarter of all blocks of 16 x 16 pixels, so that detail does not count. Blocks
 * that stand quite still (black borders, what is clipped) say nothing. 0: there is none, or the
 * plane is too small to tell. Within 5 % for white noise on what is not all detail; noise that is
 * coarser than a pixel is taken for less than it is. */
enum fth_status fth_noise_measure(const struct fth_work *work, const struct fth_grid *plane,
                                  double *sigma, struct fth_error *error);

#endif
