/* SPDX-License-Identifier: Apache-2.0 */
/* A laid out title drawn: the exact coverage of its outlines, the ring of an outline around them,
 * a shadow, a box behind, and the pictures of colour fonts, as planes multiplied by alpha. */
#ifndef FTH_NODES_TEXT_DRAW_H
#define FTH_NODES_TEXT_DRAW_H

#include "image/colours.h"
#include "image/plane.h"
#include "nodes/text_layout.h"
#include "ops/grid.h"

/* Lengths in pixels of the picture at hand, as high as they are wide: x counts in pixels times
 * `aspect`. y down. */
struct fth_text_style {
    struct fth_spot at, anchor;   /* where the anchor, a spot of the layout, comes to stand */
    double em_x, em_y;            /* of an em */
    double cosine, sine;          /* of the turn, with the clock since y is down */
    double aspect;                /* width of a pixel over its height */
    double first, last;           /* letters that are written, as parts of all */
    double pen;                   /* of the outline; 0: none */
    enum fth_stroke_join join;
    bool has_shadow, has_box;
    double shadow_x, shadow_y, shadow_blur;
    double padding, corner;
    float fill[4], outline[4], shadow[4], box[4]; /* R G B of `space`, A */
    enum fth_colour_space space;
};

struct fth_text_drawing {
    struct fth_text_fonts *fonts;
    const struct fth_text_layout *layout;
    const struct fth_text_style *style;
    struct fth_work work;
    struct fth_buffers *buffers;
};

/* The pixels within `frame` that anything is drawn on. */
enum fth_status fth_text_bounds(const struct fth_text_drawing *drawing, struct fth_rect frame,
                                struct fth_rect *bounds, struct fth_error *error);

/* Draws over planes R, G, B, A, which hold `rect`. */
enum fth_status fth_text_draw(const struct fth_text_drawing *drawing, struct fth_rect rect,
                              struct fth_plane *const planes[4], struct fth_error *error);

#endif
