/* SPDX-License-Identifier: Apache-2.0 */
/* Where one shot ends and the next begins (FORMULAS 6.17): a pair of frames is a cut when its
 * difference stands out from that of the pairs around it. Each decision looks at a bounded number
 * of pairs on either side, so it is the same wherever the look at the clip began. A flash is no
 * cut: behind it the picture is what it was before. */
#ifndef FTH_DEPTH_CUTS_H
#define FTH_DEPTH_CUTS_H

#include "depth/motion.h"

struct fth_cuts;

/* For a clip of frames first..last. */
enum fth_status fth_cuts_create(int64_t first, int64_t last, struct fth_cuts **cuts,
                                struct fth_error *error);
void fth_cuts_destroy(struct fth_cuts **cuts); /* accepts NULL */

/* Takes a frame's grey picture (whole numbers of 0..255), and how it moved from the frame before;
 * `motion` is NULL where that is not known: then the pair stays unknown. */
enum fth_status fth_cuts_take(struct fth_cuts *cuts, int64_t frame, const struct fth_grid *grey,
                              const struct fth_motion *motion, struct fth_error *error);
/* The frame cannot be had: there is a cut before it and one behind it. */
enum fth_status fth_cuts_gap(struct fth_cuts *cuts, int64_t frame, struct fth_error *error);

bool fth_cuts_is_gap(const struct fth_cuts *cuts, int64_t frame);

/* True when how `frame` follows the frame before is known. */
bool fth_cuts_knows(const struct fth_cuts *cuts, int64_t frame);

enum fth_cut { FTH_CUT_NONE, FTH_CUT_HERE, FTH_CUT_UNKNOWN };
/* Does a shot begin at `frame`? The clip's first frame begins one. FTH_CUT_UNKNOWN: *wanted is the
 * first of the pairs still to be taken, by its later frame. */
enum fth_cut fth_cuts_at(struct fth_cuts *cuts, int64_t frame, int64_t *wanted);

#endif
