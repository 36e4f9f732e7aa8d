/* SPDX-License-Identifier: Apache-2.0 */
/* Depth out of pictures: one estimator follows one clip and answers each frame with the planes of a
 * depth bundle. Which other frames it must see for that it says itself. Networks are loaded at the
 * first frame pushed, not before. */
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
    const char *cache_folder; /* where looks are kept from run to run; NULL or "": nowhere */
    int64_t first, last;      /* the clip's frames */
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

/* The frames that `frame` may depend on, of a clip of frames first..last: itself alone when
 * per_frame, its block and the run-up to it in Faster, all in Better. */
void fth_estimator_span(const struct fth_estimator *estimator, int64_t frame, int64_t *first,
                        int64_t *last);
/* True while `frame` cannot be answered; *wanted is to be pushed next. */
bool fth_estimator_wants(struct fth_estimator *estimator, int64_t frame, int64_t *wanted);
/* Takes a frame that was wanted: `picture` has R, G, B (display-referred, 0..1) over its whole
 * format, or is NULL when the frame cannot be had. `key`: of the picture and of everything else
 * that fth_estimator_hash feeds. */
enum fth_status fth_estimator_push(struct fth_estimator *estimator, int64_t frame,
                                   const struct fth_image *picture, struct fth_key key,
                                   struct fth_error *error);
/* A frame that will be pushed before long: networks may be asked about it now. On any thread,
 * beside all else but open and close, one call at a time. Answers are the same without it. */
void fth_estimator_look_ahead(struct fth_estimator *estimator, int64_t frame,
                              const struct fth_image *picture, struct fth_key key);
/* The answer of a frame for which nothing is wanted any more; its picture is given again. *bundle
 * is a new image of the picture's size with planes "disparity" (1 = near), "confidence", "subject"
 * and "sky" if one was found; depth meaning set. */
enum fth_status fth_estimator_result(struct fth_estimator *estimator, int64_t frame,
                                     const struct fth_image *picture, struct fth_image **bundle,
                                     struct fth_error *error);

/* What the result is made of, for headers: "draft (fastdepth, modnet)". Never NULL. */
const char *fth_estimator_name(const struct fth_estimator *estimator);

#endif
