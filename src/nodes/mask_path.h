/* SPDX-License-Identifier: Apache-2.0 */
/* Shapes of points on a mask's canvas: polylines with handles, B-splines, and how a whole shape is
 * placed, sized and turned. */
#ifndef FTH_NODES_MASK_PATH_H
#define FTH_NODES_MASK_PATH_H

#include "nodes/mask.h"

/* In the parameter struct of a mask with a shape; rows for them are FTH_MASK_PLACE_ROWS. */
#define FTH_MASK_PLACE_FIELDS                                                                      \
    struct fth_shape_at shape;                                                                     \
    double centre[2], size, angle;

#define FTH_MASK_PLACE_ROWS(strukt)                                                                \
    FTH_PARAM(POINT, strukt, centre, .label = "Centre",                                            \
              .help = "Moves the whole shape: where what is drawn in the middle of the frame "     \
                      "goes.",                                                                     \
              .min = -100, .max = 100, .ui_max = 1, .def = {0.5, 0.5}, .group = "Shape",           \
              .flags = FTH_PARAM_ANIMATES),                                                        \
        FTH_PARAM(NUMBER, strukt, size, .label = "Size",                                           \
                  .help = "Size of the whole shape: 1 as it was drawn.", .max = 100, .ui_max = 2,  \
                  .def = {1}, .group = "Shape", .flags = FTH_PARAM_ANIMATES),                      \
        FTH_PARAM(NUMBER, strukt, angle, .label = "Angle",                                         \
                  .help = "Turns the whole shape to the left around its centre.", .unit = "deg",   \
                  .min = -36000, .max = 36000, .ui_min = -180, .ui_max = 180, .group = "Shape",    \
                  .flags = FTH_PARAM_ANIMATES)

struct fth_mask_place {
    struct fth_spot from, to; /* what was the middle, and where it goes */
    double cosine, sine;      /* times the size */
};

struct fth_mask_place fth_mask_place(const struct fth_mask_canvas *canvas, const double centre[2],
                                     double size, double angle);
/* As it was drawn. */
struct fth_mask_place fth_mask_unplaced(void);

/* Path `index` of the shape on the canvas, not yet filled: through its points, by way of their
 * handles. */
void fth_mask_polyline(struct fth_mask_canvas *canvas, const struct fth_shape_at *shape,
                       size_t index, const struct fth_mask_place *place);
/* The uniform cubic B-spline of its points, which it passes by: an open one begins and ends at its
 * first and last. */
void fth_mask_bspline(struct fth_mask_canvas *canvas, const struct fth_shape_at *shape,
                      size_t index, const struct fth_mask_place *place);

#endif
