/* SPDX-License-Identifier: Apache-2.0 */
/* Depth that holds through a shot. Every frame is looked at once; cuts are found on the way; all
 * frames of a shot are brought to one scale and shift together; then each is steadied by those on
 * either side of it. A very long take is aligned in sections that fade into each other, so that
 * neither memory nor the work for one frame grows without end. What comes out for a frame depends
 * on the clip alone: not on which frames were asked for, nor in which order. */
#ifndef FTH_DEPTH_SHOT_H
#define FTH_DEPTH_SHOT_H

#include "base/hash.h"
#include "depth/draft.h"

struct fth_shot;

/* For a clip of frames first..last. `cache_folder`: where looks are kept from run to run; "" or
 * NULL: nowhere. */
enum fth_status fth_shot_create(int64_t first, int64_t last, const char *cache_folder,
                                struct fth_shot **shot, struct fth_error *error);
void fth_shot_destroy(struct fth_shot **shot); /* accepts NULL */

/* The depth network looks at windows of frames (infer/window.h): each shot is shown to it in order,
 * from its first frame on, before looks are taken. */
void fth_shot_use_windows(struct fth_shot *shot);

/* True while `frame` cannot be answered; *wanted is to be pushed next. */
bool fth_shot_wants(struct fth_shot *shot, int64_t frame, int64_t *wanted);

/* Takes a frame that was wanted; data NULL in `picture`: it cannot be had. `key` is of its
 * content and of everything else its look depends on. */
enum fth_status fth_shot_push(struct fth_shot *shot, const struct fth_draft *draft,
                              const struct fth_work *work, int64_t frame,
                              const struct fth_grid picture[3], struct fth_key key,
                              struct fth_error *error);

/* What is told of a frame besides its maps. */
struct fth_shot_facts {
    int64_t first, last;   /* of its shot, or of the part of a long take that is known */
    double scale, shift;   /* disparity = scale * the frame's own nearness + shift */
    double low, high;      /* nearness that became 0 and 1: of metric networks in 1/m */
    double flicker, flicker_alone, drift; /* as in struct fth_depth_facts */
};

/* The frame's answer, `picture` given again. `seen` gets what enlarging it needs. */
enum fth_status fth_shot_result(struct fth_shot *shot, const struct fth_draft *draft,
                                const struct fth_work *work, int64_t frame,
                                const struct fth_grid picture[3], struct fth_draft_seen *seen,
                                struct fth_draft_result *result, struct fth_shot_facts *facts,
                                struct fth_error *error);

#endif
