/* SPDX-License-Identifier: Apache-2.0 */
/* Depth from one network of the manifest, plainly: show it the picture as the manifest says, read
 * the answer as it means, bring it to 1 = near. */
#ifndef FTH_DEPTH_SINGLE_H
#define FTH_DEPTH_SINGLE_H

#include <stdbool.h>

#include "image/image.h"
#include "infer/session.h"
#include "ops/grid.h"

struct fth_single {
    struct fth_infer_session *session;
    bool better; /* else the manifest's smaller size for Faster */
};

/* What 0 and 1 stand for, in the network's inverse depth; carried from frame to frame. */
struct fth_single_range {
    bool any;
    double far, near;
};

/* Fills `disparity` (the picture's size), moves `range` along and notes near and far in `image` for
 * metric networks. */
enum fth_status fth_single_estimate(const struct fth_single *single, const struct fth_work *work,
                                    const struct fth_grid picture[3],
                                    const struct fth_grid *disparity,
                                    struct fth_single_range *range, struct fth_image *image,
                                    struct fth_error *error);

#endif
