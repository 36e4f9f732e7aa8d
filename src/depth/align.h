/* SPDX-License-Identifier: Apache-2.0 */
/* One scale and shift for every frame of a shot, found together (FORMULAS 6.17): pairs of frames
 * are compared along the motion between them, and the answers that agree best with all pairs are
 * solved for at once, so that nothing drifts as a chain would. */
#ifndef FTH_DEPTH_ALIGN_H
#define FTH_DEPTH_ALIGN_H

#include "depth/motion.h"

/* Pairs reach at most so far: neighbours, and frames and the anchor before them. */
enum { FTH_ALIGN_REACH = 16 };

/* What two frames say of each other: ln(scale of `later` / scale of `earlier`) = ratio when both
 * show the same things, whose means are `later_mean` and `earlier_mean`. */
struct fth_align_pair {
    int32_t earlier, later; /* places in the shot */
    double ratio, earlier_mean, later_mean, weight;
};

/* Compares two maps of working size along the motion between them. */
enum fth_status fth_align_compare(const struct fth_work *work, const struct fth_grid *earlier,
                                  const struct fth_grid *later, const struct fth_motion *motion,
                                  struct fth_align_pair *pair, struct fth_error *error);

/* scale[i] and shift[i] of `count` frames; map i times scale plus shift are of one measure, whose
 * mean scale is 1 and mean shift 0. Weights of pairs that contradict the others shrink. */
enum fth_status fth_align_solve(struct fth_align_pair *pairs, size_t pair_count, size_t count,
                                double *scale, double *shift, struct fth_error *error);

#endif
