/* SPDX-License-Identifier: Apache-2.0 */
/* The shots of a clip by its pictures alone, as the analysis of depth sees them. */
#ifndef FTH_DEPTH_SHOTS_H
#define FTH_DEPTH_SHOTS_H

#include "base/thread.h"
#include "image/image.h"

struct fth_shots;

/* For frames first..last; `pool` may be NULL. */
enum fth_status fth_shots_create(int64_t first, int64_t last, struct fth_pool *pool,
                                 struct fth_shots **shots, struct fth_error *error);
void fth_shots_destroy(struct fth_shots **shots); /* accepts NULL */
/* Takes the frames in order; NULL: it cannot be had. */
enum fth_status fth_shots_push(struct fth_shots *shots, int64_t frame,
                               const struct fth_image *picture, struct fth_error *error);
/* The last frame of the shot that begins at or before `frame`, once all have been taken. */
int64_t fth_shots_end(struct fth_shots *shots, int64_t frame);

#endif
