/* SPDX-License-Identifier: Apache-2.0 */
/* What networks say of frames whose turn has not come: asked by another thread, beside the work on
 * the frame at hand, and taken when the frame is pushed. Answers are those that would be given
 * later. */
#ifndef FTH_DEPTH_AHEAD_H
#define FTH_DEPTH_AHEAD_H

#include "depth/draft_views.h"

struct fth_ahead;

enum fth_status fth_ahead_create(struct fth_ahead **ahead, struct fth_error *error);
void fth_ahead_destroy(struct fth_ahead **ahead); /* accepts NULL and a pointer to NULL */

/* Asks about a frame to come, draft->key telling its picture. On any thread; `work` lends its pool
 * and its cancel flag alone. What fails here is asked again in its turn. */
void fth_ahead_look(struct fth_ahead *ahead, const struct fth_draft *draft,
                    const struct fth_work *work, int64_t frame, const struct fth_grid picture[3]);
/* Copies what was asked about the frame into the work's arena, waiting for what is being asked.
 * False: nothing was. */
bool fth_ahead_take(struct fth_ahead *ahead, const struct fth_draft *draft,
                    const struct fth_work *work, int64_t frame, struct fth_draft_asked *asked);

/* Held by whoever runs the batch, until its answers are copied. */
void fth_ahead_lock(struct fth_ahead *ahead);
void fth_ahead_unlock(struct fth_ahead *ahead);

#endif
