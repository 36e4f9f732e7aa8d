/* SPDX-License-Identifier: Apache-2.0 */
/* Maps of a shot steadied in time from both sides: what the frames before and the frames behind say
 * of a pixel is brought here along the motion and counts as far as that motion is believed, and the
 * less the further away it is. A person who enters, a flash or whatever comes into view is believed
 * by nobody else and stays as its own frame has it. */
#ifndef FTH_DEPTH_STEADY_H
#define FTH_DEPTH_STEADY_H

#include "depth/motion.h"

/* A frame: its look's maps in the measure of the shot. Grids are of working size. */
struct fth_steady_frame {
    struct fth_grid near, mattes[FTH_DRAFT_MATTES];
    struct fth_grid believed; /* how far each pixel's blob passes for a person by this frame alone,
                                 0..1 */
    int matte_count;
};

/* What has come from one side so far, or of both sides together. */
struct fth_steady_side {
    struct fth_grid near, mattes[FTH_DRAFT_MATTES], believed;
    struct fth_grid weight, matte_weight; /* frames it is made of */
};

enum fth_status fth_steady_side_new(struct fth_arena *arena, int32_t width, int32_t height,
                                    struct fth_steady_side *side, struct fth_error *error);

/* side := the frame and what `side` (of the frame next to it, the way `motion` comes from) says of
 * it. Without motion: the frame alone. Scratch comes from the work's arena. */
enum fth_status fth_steady_step(const struct fth_work *work, const struct fth_steady_frame *frame,
                                const struct fth_draft_motion *motion,
                                const struct fth_steady_side *side, struct fth_error *error);

/* near, mattes and believed of `both` := both sides together. */
enum fth_status fth_steady_join(const struct fth_work *work, const struct fth_steady_frame *frame,
                                const struct fth_steady_side *before,
                                const struct fth_steady_side *behind,
                                const struct fth_steady_side *both);

#endif
