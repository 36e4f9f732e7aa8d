/* SPDX-License-Identifier: Apache-2.0 */
/* The picture of a colour glyph, turned and scaled to where it stands. */
#ifndef FTH_NODES_TEXT_PICTURE_H
#define FTH_NODES_TEXT_PICTURE_H

#include "image/colours.h"
#include "image/plane.h"
#include "nodes/text_fonts.h"

/* Measures as struct fth_text_style has them. */
struct fth_text_picture {
    const struct fth_text_look *look;
    struct fth_spot origin; /* where the glyph's origin stands */
    double em_x, em_y, cosine, sine, aspect;
    float share;            /* how much of it is seen */
    enum fth_colour_space space; /* its colours are brought there */
    bool alpha_only;        /* planes[0] is A, the others are not there */
};

/* Lays it over R, G, B, A, multiplied by A, which hold `rect`. */
void fth_text_picture_draw(const struct fth_text_picture *picture, struct fth_rect rect,
                           struct fth_plane *const planes[4]);

#endif
