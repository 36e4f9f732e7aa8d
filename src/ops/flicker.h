/* SPDX-License-Identifier: Apache-2.0 */
/* Flicker: how much brighter or darker a frame is than the frames around it say it should be. What
 * changes steadily (a fade) or at once (a cut, a lamp) is no flicker. */
#ifndef FTH_OPS_FLICKER_H
#define FTH_OPS_FLICKER_H

#include "ops/grid.h"

enum { FTH_FLICKER_MOST = 32 };

/* Mean brightness of each block of 16 x 16 pixels, less in pictures that had fewer than 640 of
 * them: a grid made in the arena. Values beyond 0..1e4 count as those. */
enum fth_status fth_flicker_blocks(const struct fth_work *work, const struct fth_grid rgb[3],
                                   struct fth_grid *blocks, struct fth_error *error);

struct fth_flicker {
    int count, at;                 /* frames in their order; the one that is asked about */
    const struct fth_grid *blocks; /* of each, all of one size */
    int tiles_x, tiles_y;          /* parts of the picture that are judged each by itself; 1, 1: all
                                      as one */
    double largest;                /* a change of brightness by more than this share from one frame
                                      to the next is meant */
};

/* By what to multiply each tile, row by row: 1 where nothing flickers. */
enum fth_status fth_flicker_gains(const struct fth_work *work, const struct fth_flicker *what,
                                  double *gains, struct fth_error *error);

#endif
