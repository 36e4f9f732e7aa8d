/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures as an ordinary display shows them. Networks were taught with such pictures: of PQ, HLG
 * or linear footage they are shown this one (what is written stays the footage's own).
 *
 * PQ gives the display's light in nits. HLG gives the scene's; a display of 1000 nits shows it with
 * the system gamma 1.2: E Y^0.2 1000, Y = .2627 R + .6780 G + .0593 B (BT.2100). Linear footage has
 * its white at 1. Then, for all: 203 nits (BT.2408's reference white) become 1; BT.2020 primaries
 * become BT.709's; light above 0.9 rolls off so that 1000 nits become 1 and hue stays (kernel
 * roll_off); the result is coded with 1/2.4, the inverse of what a display does (BT.1886). Below 90
 * per cent of white an ordinary picture that was put into PQ or HLG comes back as it was. */
#ifndef FTH_COLOUR_DISPLAY_H
#define FTH_COLOUR_DISPLAY_H

#include "base/hash.h"
#include "base/thread.h"
#include "image/footage.h"
#include "image/image.h"

/* True when pictures tagged so are not for an ordinary display. */
bool fth_display_differs(struct fth_tags tags);

/* Replaces *image by its R, G and B as a display shows them, when they differ; other channels are
 * left out. */
enum fth_status fth_display_image(struct fth_tags tags, struct fth_pool *pool,
                                  struct fth_buffers *buffers, struct fth_image **image,
                                  struct fth_error *error);

/* Feeds what the result depends on besides the picture: nothing when it is as it was. */
void fth_display_hash(struct fth_tags tags, struct fth_hasher *hasher);

#endif
