/* SPDX-License-Identifier: Apache-2.0 */
/* Frames of a clip that are missing or damaged. */
#ifndef FTH_NODES_CLIP_GAPS_H
#define FTH_NODES_CLIP_GAPS_H

#include "nodes/clip.h"

/* What stands for `frame` by the clip's on_error: the frame that is shown, and its picture when
 * `image` is not NULL (returns new). */
enum fth_status fth_clip_shown(struct fth_clip *clip, int64_t frame, struct fth_image **image,
                               int64_t *shown, struct fth_error *error);

/* Says once how many frames were bad, and which. */
void fth_clip_tell_bad(const struct fth_clip *clip);

#endif
