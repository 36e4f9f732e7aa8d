/* SPDX-License-Identifier: Apache-2.0 */
/* Depth that leans on the frames before it alone: Faster, whose frames come in blocks of absolute
 * frame numbers, each begun by a run-up over the frames before it; and frames that are looked at
 * one by one. */
#ifndef FTH_DEPTH_CAUSAL_H
#define FTH_DEPTH_CAUSAL_H

#include "depth/draft.h"

struct fth_causal;

/* `alone`: no memory between frames. */
enum fth_status fth_causal_create(bool alone, struct fth_causal **causal, struct fth_error *error);
void fth_causal_destroy(struct fth_causal **causal); /* accepts NULL */

/* The first frame that `frame` leans on, at least `first`, the clip's first. */
int64_t fth_causal_start(bool alone, int64_t frame, int64_t first);
/* True while `frame` cannot be answered; *wanted is to be pushed next. */
bool fth_causal_wants(const struct fth_causal *causal, int64_t frame, int64_t first,
                      int64_t *wanted);
/* Takes a frame; data NULL in `picture`: it cannot be had. What it makes lies in the work's arena
 * until the next one is taken. */
enum fth_status fth_causal_push(struct fth_causal *causal, const struct fth_draft *draft,
                                const struct fth_work *work, int64_t frame,
                                const struct fth_grid picture[3], struct fth_error *error);
/* The answer of the frame taken last, borrowed; NULL after a failure. `past` has its range. */
const struct fth_draft_result *fth_causal_result(const struct fth_causal *causal,
                                                 const struct fth_draft_seen **seen,
                                                 const struct fth_draft_past **past);

#endif
