/* SPDX-License-Identifier: Apache-2.0 */
/* A media file as a source node sees it: frames at the size the engine works in, a still at every
 * frame, content keys. */
#ifndef FTH_NODES_CLIP_H
#define FTH_NODES_CLIP_H

#include "io/media.h"
#include "node/node.h"

struct fth_clip {
    struct fth_reader *reader;
    const struct fth_media_info *info;
};

/* `options` may be NULL; pool and buffers are the call's. */
enum fth_status fth_clip_open(const struct fth_call *call, const char *path,
                              const struct fth_reader_options *options, struct fth_clip *clip,
                              struct fth_error *error);
void fth_clip_close(struct fth_clip *clip);

/* Format (reduced by the engine's scale), frames and rate; the domain is the frame. */
void fth_clip_info(const struct fth_clip *clip, const struct fth_call *call, struct fth_info *out);

/* Feeds what frame call->frame shows. */
enum fth_status fth_clip_hash(const struct fth_clip *clip, const struct fth_call *call,
                              struct fth_hasher *hasher, struct fth_error *error);

/* The frame call->frame with every plane over the whole format. A frame that is not there is an
 * error that names the range. */
enum fth_status fth_clip_frame(const struct fth_clip *clip, const struct fth_call *call,
                               struct fth_image **image, struct fth_error *error);

/* True when `name` is a channel of distances: Z, or a layer's (depth.Z). */
bool fth_clip_is_z(const char *name);

#endif
