/* SPDX-License-Identifier: Apache-2.0 */
/* A blur with a radius of its own in every pixel: a key of 0..1 says what part of the full radius.
 * Levels of blur, each 1 / sqrt 2 as wide as the one above it, are mixed so that the variance is
 * the pixel's own. What is sharper than a level lends it no colour, so that a sharp thing leaves no
 * trace in a blurred surrounding, and where the key is 0 the pixel stays to the bit. */
#ifndef FTH_OPS_VARBLUR_H
#define FTH_OPS_VARBLUR_H

#include "ops/blur.h"

struct fth_varblur {
    enum fth_blur_filter filter;
    int passes;                 /* of MULTIBOX */
    double radius_x, radius_y;  /* where the key is 1 */
    enum fth_border border;
    const struct fth_grid *key; /* values beyond 0..1 count as 0 and 1 */
    bool lends_sharp;           /* what is sharp lends colour all the same */
};

/* dst[i] := src[i] blurred, `count` grids of the key's size; dst is not src. Where the key is the
 * same everywhere this is fth_blur of that part of the radius: to the bit where the key is 1. */
enum fth_status fth_varblur_run(const struct fth_work *work, const struct fth_varblur *how,
                                const struct fth_grid *src, const struct fth_grid *dst, int count,
                                struct fth_error *error);

#endif
