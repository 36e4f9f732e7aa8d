/* SPDX-License-Identifier: Apache-2.0 */
/* A title among the things of a picture: what is nearer hides it, and it hides what is farther. */
#ifndef FTH_NODES_TEXT_DEPTH_H
#define FTH_NODES_TEXT_DEPTH_H

#include "node/node.h"

/* Where the title stands. */
struct fth_text_depth {
    double nearness;  /* among relative depths: 1 near, 0 far */
    double distance;  /* in metres, among distances */
    double softness;  /* of nearness, or as a part of the distance */
};

/* The depth channel of a picture, or NULL. `is_map`: it is here for its depth, which may be in
 * R. */
const char *fth_text_depth_channel(const struct fth_image *image, bool is_map);

/* Takes from planes R, G, B, A over call->rect what things nearer than the title hide, and gives
 * the depth of what is seen then, with its channel's name: the title's where it is more than half
 * opaque. Planes are replaced by new ones. `image` NULL: there is nothing but the title. */
enum fth_status fth_text_depth_apply(const struct fth_call *call, const struct fth_text_depth *at,
                                     const struct fth_image *image, bool is_map,
                                     struct fth_plane *planes[4], struct fth_plane **depth,
                                     const char **name, struct fth_error *error);

#endif
