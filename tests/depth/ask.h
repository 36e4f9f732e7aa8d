/* SPDX-License-Identifier: Apache-2.0 */
/* An estimator asked as the engine asks it: what it wants is pushed, then the answer taken. */
#ifndef FTH_TESTS_DEPTH_ASK_H
#define FTH_TESTS_DEPTH_ASK_H

#include "depth/estimate.h"

struct clip {
    struct fth_image *(*picture)(const struct clip *clip, int64_t frame); /* NULL: a gap */
    int width, height;
    int scene;     /* for the maker of pictures */
    int pushes;    /* counted */
};

/* fth_estimator_open, and FTH_ERR_NOT_FOUND too when there is no runtime: that is loaded only for
 * the first picture that is looked at. */
enum fth_status open_if_there(const struct fth_estimator_options *options,
                              struct fth_estimator **estimator, struct fth_error *error);
/* What pictures are told apart by. */
struct fth_key key_of_picture(const struct fth_image *picture);
/* The frame's bundle, or NULL and a failed check. */
struct fth_image *ask(struct fth_estimator *estimator, struct clip *clip, int64_t frame);
/* Of all the bundle's bytes; drops it. */
struct fth_key key_of_bundle(struct fth_image *bundle);

#endif
