/* SPDX-License-Identifier: Apache-2.0 */
/* Outlines: lines, curves, arcs and the strokes of a round pen, as straight edges in pixels. Curves
 * are cut into chords no further than FTH_FLATNESS from them, and what lies outside the view only
 * as finely as it takes to have the same winding inside; so the work depends on what is seen, and
 * not on how large a shape is. The same calls give the same edges, whichever part is drawn. */
#ifndef FTH_OPS_OUTLINE_H
#define FTH_OPS_OUTLINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

#define FTH_FLATNESS 0.005 /* pixels between a chord and its curve */

struct fth_spot {
    double x, y;
};

/* From y0 down to y1 > y0; `turn` is +1 when the line went down, else -1. */
struct fth_edge {
    double x0, y0, x1, y1;
    int32_t turn;
    int32_t layer; /* 0: fill, 1: stroke */
};

struct fth_spots {
    struct fth_spot *list;
    size_t count, capacity;
};

/* Begin with zeroes and the view. Memory that is out is remembered, and said by the end. */
struct fth_outline {
    struct fth_edge *edges;
    size_t count, capacity;
    struct fth_spots path;                 /* the one being drawn */
    double view_x0, view_y0, view_x1, view_y1; /* what must be exact */
    double squeeze; /* x of an edge is x of a spot times this; 0 counts as 1 */
    bool failed;
};

void fth_outline_clear(struct fth_outline *outline);
/* FTH_ERR_MEMORY when something is missing. */
enum fth_status fth_outline_check(const struct fth_outline *outline, struct fth_error *error);

/* One edge; level ones bound nothing and are left out. */
void fth_outline_edge(struct fth_outline *outline, struct fth_spot a, struct fth_spot b,
                      int32_t layer);

/* A path: its first spot, then lines and cubic curves from the last spot on. */
void fth_path_begin(struct fth_outline *outline, struct fth_spot at);
void fth_path_line(struct fth_outline *outline, struct fth_spot to);
void fth_path_curve(struct fth_outline *outline, struct fth_spot out, struct fth_spot in,
                    struct fth_spot to, double pen_radius);
/* The path so far becomes edges of layer 0; its end goes on to its beginning. */
void fth_path_fill(struct fth_outline *outline);
/* What a round pen covers that goes along the path (closed: and back to its beginning), on layer 1.
 * One spot alone is a disc. */
void fth_path_stroke(struct fth_outline *outline, double radius, bool closed);
/* The same with corners of another kind: pointed ones (mitre) are cut, as bevelled ones all are,
 * where they would be more than four times as long as the pen is wide. */
enum fth_stroke_join { FTH_STROKE_ROUND, FTH_STROKE_MITRE, FTH_STROKE_BEVEL };
void fth_path_stroke_joined(struct fth_outline *outline, double radius, bool closed,
                            enum fth_stroke_join join);

/* Whole paths, turned by the angle whose cosine and sine are given. The ellipse is a polygon of
 * its very area. `corner` is the radius of the rectangle's corners. */
struct fth_frame_of_shape {
    struct fth_spot centre;
    double half_width, half_height, cosine, sine;
};
void fth_path_ellipse(struct fth_outline *outline, const struct fth_frame_of_shape *frame);
void fth_path_rectangle(struct fth_outline *outline, const struct fth_frame_of_shape *frame,
                        double corner);

/* The box around all edges; false when there is none. */
bool fth_outline_bounds(const struct fth_outline *outline, struct fth_spot *low,
                        struct fth_spot *high);

#endif
