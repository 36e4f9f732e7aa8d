/* SPDX-License-Identifier: Apache-2.0 */
/* A media file as a source node sees it: frames at the size the engine works in, a still at every
 * frame, content keys. */
#ifndef FTH_NODES_CLIP_H
#define FTH_NODES_CLIP_H

#include "io/media.h"
#include "node/node.h"

/* What becomes of a frame that is missing or damaged. */
enum fth_on_error {
    FTH_ON_ERROR_STOP, /* an error */
    FTH_ON_ERROR_SKIP, /* the same as hold, and fth_clip_leaves_out says so */
    FTH_ON_ERROR_HOLD  /* the last good frame before it, else the first one after it */
};

/* A frame and what is shown for it. */
struct fth_clip_frame {
    struct fth_image *image; /* NULL: nothing is here */
    int64_t frame, shown;
};

/* What a file's A is taken for. */
enum fth_clip_alpha {
    FTH_ALPHA_AUTO, FTH_ALPHA_PREMULTIPLIED, FTH_ALPHA_STRAIGHT, FTH_ALPHA_IGNORE
};

struct fth_clip {
    struct fth_reader *reader;
    const struct fth_media_info *info;
    char *path;
    enum fth_on_error on_error;
    enum fth_clip_alpha alpha;
    char part[FTH_LIMIT_NAME], layer[FTH_LIMIT_NAME]; /* of an EXR; "": all there are */
    bool has_alpha, is_premultiplied;                 /* as the clip shows it */
    struct fth_clip_frame recent[2]; /* the one being worked on, and the one that is planned */
    int64_t *bad;                    /* ascending */
    size_t bad_count, bad_capacity;
};

/* `options` may be NULL; pool and buffers are the call's. */
enum fth_status fth_clip_open(const struct fth_call *call, const char *path,
                              const struct fth_reader_options *options, struct fth_clip *clip,
                              struct fth_error *error);
void fth_clip_close(struct fth_clip *clip);

/* Format (reduced by the engine's scale), frames and rate; the domain is the frame. */
void fth_clip_info(const struct fth_clip *clip, const struct fth_call *call, struct fth_info *out);

/* Feeds what frame call->frame shows. */
enum fth_status fth_clip_hash(struct fth_clip *clip, const struct fth_call *call,
                              struct fth_hasher *hasher, struct fth_error *error);

/* The frame call->frame with every plane over the whole format. A frame that is not there is an
 * error that names the range, unless on_error says otherwise; what was wrong is told at the end. */
enum fth_status fth_clip_frame(struct fth_clip *clip, const struct fth_call *call,
                               struct fth_image **image, struct fth_error *error);

/* True when frame call->frame is not to be written. */
bool fth_clip_leaves_out(struct fth_clip *clip, const struct fth_call *call);

/* True when `name` is a channel of distances: Z, or a layer's (depth.Z). */
bool fth_clip_is_z(const char *name);

#endif
