/* SPDX-License-Identifier: Apache-2.0 */
/* Depth out of pictures: one estimator follows one clip, frame after frame, and answers each with
 * the planes of a depth bundle. Networks are loaded at the first frame pushed, not before. */
#ifndef FTH_DEPTH_ESTIMATE_H
#define FTH_DEPTH_ESTIMATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/hash.h"
#include "base/status.h"
#include "base/thread.h"
#include "image/image.h"

enum fth_depth_mode { FTH_DEPTH_FASTER, FTH_DEPTH_BETTER };

struct fth_estimator_options {
    enum fth_depth_mode mode;
    bool per_frame;        /* no memory between frames */
    const char *model;     /* a name of the manifest, or NULL / "": the best installed one */
    const char *device;    /* infer/device.h; NULL or "": chosen */
    int network_threads;   /* 0: as many as the pool */
    struct fth_pool *pool; /* may be NULL */
    struct fth_buffers *buffers;
    const struct fth_cancel *cancel;
};

struct fth_estimator;

/* Finds the networks (files that are there; FTH_ERR_NOT_FOUND with the command that installs them
 * otherwise) and the runtime, but loads neither. */
enum fth_status fth_estimator_open(const struct fth_estimator_options *options,
                                   struct fth_estimator **estimator, struct fth_error *error);
void fth_estimator_close(struct fth_estimator **estimator); /* accepts NULL */

/* Feeds everything the result depends on besides the pictures: networks (content), recipe version,
 * mode, per_frame. */
enum fth_status fth_estimator_hash(struct fth_estimator *estimator, struct fth_hasher *hasher,
                                   struct fth_error *error);

/* The first frame that must be pushed to have `frame` (at least `first`, the clip's first): `frame`
 * itself when per_frame, the run-up of its block in Faster, the clip's first in Better. Pushing on
 * from there without a gap gives every later frame of the same start the bytes it always has. */
int64_t fth_estimator_start(const struct fth_estimator *estimator, int64_t frame, int64_t first);

/* Takes the next frame (the one after the last pushed, or any frame fth_estimator_start named,
 * which begins anew): `picture` has R, G, B (display-referred, 0..1) over its whole format. *bundle
 * is a new image of the picture's size with planes "disparity" (1 = near), "confidence", "subject"
 * and "sky" if one was found; depth meaning set. */
enum fth_status fth_estimator_push(struct fth_estimator *estimator, int64_t frame,
                                   const struct fth_image *picture, struct fth_image **bundle,
                                   struct fth_error *error);

/* What the result is made of, for headers: "draft (fastdepth, modnet)". Never NULL. */
const char *fth_estimator_name(const struct fth_estimator *estimator);

#endif
