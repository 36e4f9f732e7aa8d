/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures as an ordinary display shows them: Rec.709 of gamma 2.4, with gamut and tone mapping
 * (convert.h). Networks were taught with such pictures: of PQ, HLG, logarithmic or linear footage
 * they are shown this one (what is written stays the footage's own). Below 90 per cent of white an
 * ordinary picture that was put into another space comes back as it was. */
#ifndef FTH_COLOUR_DISPLAY_H
#define FTH_COLOUR_DISPLAY_H

#include "base/hash.h"
#include "base/thread.h"
#include "image/image.h"

/* True when pictures in the space are not for an ordinary display. File and Data are. */
bool fth_display_differs(enum fth_colour_space space);

/* Replaces *image by its R, G and B as a display shows them, when they differ; other channels are
 * left out. `fits` as in convert.h; pool and buffers may be NULL. */
enum fth_status fth_display_image(enum fth_colour_space space, enum fth_colour_space fits,
                                  struct fth_pool *pool, struct fth_buffers *buffers,
                                  struct fth_image **image, struct fth_error *error);

/* Feeds what the result depends on besides the picture: nothing when it is as it was. */
void fth_display_hash(enum fth_colour_space space, enum fth_colour_space fits,
                      struct fth_hasher *hasher);

#endif
