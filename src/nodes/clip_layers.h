/* SPDX-License-Identifier: Apache-2.0 */
/* Private to media_in and clip.c: which of a file's parts, layers and meanings of alpha a clip
 * shows. */
#ifndef FTH_NODES_CLIP_LAYERS_H
#define FTH_NODES_CLIP_LAYERS_H

#include "nodes/clip.h"

/* What is asked for; "" is all there is. */
struct fth_clip_choice {
    const char *part, *layer;
    enum fth_clip_alpha alpha;
};

/* Sets the clip to it. A part or layer that is not there is an error with the nearest name. */
enum fth_status fth_clip_choose(struct fth_clip *clip, const struct fth_clip_choice *choice,
                                struct fth_error *error);
/* What channel `index` of the file is called in the clip's pictures; false: it is in none. */
bool fth_clip_channel(const struct fth_clip *clip, int index, char name[FTH_LIMIT_NAME]);
/* A picture of the file as the clip shows it. New. */
enum fth_status fth_clip_show(const struct fth_clip *clip, const struct fth_image *image,
                              struct fth_image **out, struct fth_error *error);

#endif
