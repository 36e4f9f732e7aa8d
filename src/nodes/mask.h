/* SPDX-License-Identifier: Apache-2.0 */
/* What all masks that are drawn share: their controls, the canvas they draw on, soft edge, border,
 * and how they join with the mask below. A mask is one plane A; it is computed pixel by pixel, so
 * that nothing is drawn that nobody looks at. */
#ifndef FTH_NODES_MASK_H
#define FTH_NODES_MASK_H

#include "nodes/shutter.h"
#include "ops/coverage.h"

enum fth_mask_join {
    FTH_JOIN_MERGE, FTH_JOIN_ADD, FTH_JOIN_SUBTRACT, FTH_JOIN_MINIMUM, FTH_JOIN_MAXIMUM,
    FTH_JOIN_AVERAGE, FTH_JOIN_MULTIPLY, FTH_JOIN_REPLACE, FTH_JOIN_INVERT, FTH_JOIN_COPY,
    FTH_JOIN_IGNORE
};

/* First in the parameter struct of every mask; rows for them are FTH_MASK_ROWS, of those without a
 * shutter or an edge the parts of that. */
#define FTH_MASK_FIELDS                                                                            \
    double soft_edge, border_width, level;                                                         \
    bool solid, invert;                                                                            \
    int32_t join;                                                                                  \
    int64_t width, height;                                                                         \
    FTH_SHUTTER_FIELDS

struct fth_mask_params {
    FTH_MASK_FIELDS
};

extern const struct fth_choice fth_mask_joins[];
enum { FTH_MASK_BELOW, FTH_MASK_LIKE }; /* ports */
extern const struct fth_port fth_mask_ports[];

#define FTH_MASK_EDGE_ROWS(strukt)                                                                 \
    FTH_PARAM(NUMBER, strukt, soft_edge, .label = "Soft Edge",                                     \
              .help = "Lets the edge fade on both sides as a Gaussian blur of that radius would, " \
                      "in parts of the frame's width.",                                            \
              .max = 1, .ui_max = 0.2, .group = "Edge", .flags = FTH_PARAM_ANIMATES),              \
        FTH_PARAM(NUMBER, strukt, border_width, .label = "Border Width",                           \
                  .help = "Width of a border along the outline, half of it on either side, in "    \
                          "parts of the frame's width: a solid mask grows by half of it, below 0 " \
                          "it shrinks.",                                                           \
                  .min = -0.5, .max = 0.5, .ui_min = -0.1, .ui_max = 0.1, .group = "Edge",         \
                  .flags = FTH_PARAM_ANIMATES),                                                    \
        FTH_PARAM(SWITCH, strukt, solid, .label = "Solid",                                         \
                  .help = "Filled. Off: the border alone.", .max = 1, .def = {1}, .group = "Edge", \
                  .flags = FTH_PARAM_ANIMATES)

#define FTH_MASK_JOIN_ROWS(strukt)                                                                 \
    FTH_PARAM(NUMBER, strukt, level, .label = "Level",                                             \
              .help = "How white the mask is; lower lets only so much of the effect through.",     \
              .max = 1, .def = {1}, .group = "Join", .flags = FTH_PARAM_ANIMATES),                 \
        FTH_PARAM(CHOICE, strukt, join, .label = "Join",                                           \
                  .help = "How this mask goes together with the one that comes in.",               \
                  .choices = fth_mask_joins, .max = 10, .group = "Join"),                          \
        FTH_PARAM(SWITCH, strukt, invert, .label = "Invert",                                       \
                  .help = "White becomes black and black white, in the whole frame, after the "    \
                          "masks are joined.",                                                     \
                  .max = 1, .group = "Join", .flags = FTH_PARAM_ANIMATES)

#define FTH_MASK_FRAME_ROWS(strukt)                                                                \
    FTH_PARAM(INT, strukt, width, .label = "Width",                                                \
              .help = "Width of the frame when nothing comes in. 0: the document's or 1920.",      \
              .unit = "px", .max = 65536, .ui_max = 8192, .group = "Frame"),                       \
        FTH_PARAM(INT, strukt, height, .label = "Height",                                          \
                  .help = "Height of the frame when nothing comes in. 0: the document's or 1080.", \
                  .unit = "px", .max = 65536, .ui_max = 8192, .group = "Frame")

/* All that masks with an outline share, behind their own. */
#define FTH_MASK_ROWS(strukt)                                                                      \
    FTH_MASK_EDGE_ROWS(strukt), FTH_SHUTTER_ROWS(strukt), FTH_MASK_JOIN_ROWS(strukt),              \
        FTH_MASK_FRAME_ROWS(strukt)

/* What paths are drawn on. */
struct fth_mask_canvas {
    struct fth_outline outline;
    double unit_x, unit_y; /* 1 of the frame, in lengths that are alike both ways */
    double pen_radius;     /* of the border; 0: none */
    bool fills;            /* closed paths are filled as well */
};

/* A place of the frame (0..1, y up) on the canvas. */
struct fth_spot fth_mask_spot(const struct fth_mask_canvas *canvas, double x, double y);
/* A shape's box: its centre and size in parts of the frame, turned to the left by `angle` degrees.
 */
struct fth_frame_of_shape fth_mask_frame(const struct fth_mask_canvas *canvas,
                                         const double centre[2], const double size[2],
                                         double angle);
/* Fills the path that was drawn, and follows it with the border's pen. */
void fth_mask_finish_path(struct fth_mask_canvas *canvas, bool closed);

/* What makes one mask differ from another: it draws its paths. */
struct fth_mask_kind {
    void (*draw)(const void *params, struct fth_mask_canvas *canvas);
    enum fth_coverage_rule rule;
    size_t params_size;
};

/* For fth_node_desc.shutter of masks with FTH_MASK_ROWS. */
int fth_mask_shutter(const void *params, double offsets[FTH_LIMIT_MOMENTS]);
enum fth_status fth_mask_tell(const struct fth_call *call, const struct fth_mask_kind *kind,
                              struct fth_info *out, struct fth_error *error);
/* Of the frame, which may come from the document or a picture nobody reads. */
enum fth_status fth_mask_hash(const struct fth_call *call, struct fth_hasher *hasher,
                              struct fth_error *error);
enum fth_status fth_mask_render(const struct fth_call *call, const struct fth_mask_kind *kind,
                                struct fth_image **out, struct fth_error *error);

/* ---- for masks that are made in other ways ---- */

/* One drawing with one pen and one soft edge. Fill in what stands above the line, and end it. */
struct fth_mask_drawing {
    const struct fth_call *call;
    void (*draw)(const void *context, struct fth_mask_canvas *canvas);
    const void *context;
    struct fth_format format;
    const struct fth_info *below; /* of the mask below, or NULL */
    double sigma_px, pen_px;      /* in pixels along a row of the frame */
    bool fills;
    enum fth_coverage_rule rule;
    enum fth_coverage_parts parts;
    /* ---- */
    struct fth_mask_canvas canvas;
};

/* Where it has pixels. */
enum fth_status fth_mask_drawing_domain(struct fth_mask_drawing *drawing, struct fth_rect *domain,
                                        struct fth_error *error);
/* Coverage over `rect`, which lies in the domain, into a grid of its size. */
enum fth_status fth_mask_drawing_values(struct fth_mask_drawing *drawing, struct fth_rect rect,
                                        const struct fth_grid *grid, struct fth_error *error);
void fth_mask_drawing_end(struct fth_mask_drawing *drawing);

/* Everything but the domain: the frame of what it is to be like, of the mask below, or its own. */
struct fth_info fth_mask_info(const struct fth_call *call, int64_t width, int64_t height);
/* Where a mask has pixels, when its own lie in `own` and `below` is the mask below or NULL. */
struct fth_rect fth_mask_domain(const struct fth_mask_params *params, const struct fth_info *below,
                                struct fth_rect own, struct fth_format format);
/* Refuses what no memory is asked for. */
enum fth_status fth_mask_check_domain(struct fth_rect domain, struct fth_error *error);
/* What pixels depend on that stands in no parameter and no picture that is read. */
void fth_mask_hash_format(struct fth_format format, struct fth_hasher *hasher);
/* Joins `values` over call->rect, coverage before the level and changed here, with the mask below
 * (or NULL), and makes the picture. Takes values over, also on failure. */
enum fth_status fth_mask_deliver(const struct fth_call *call, const struct fth_mask_params *params,
                                 const struct fth_image *below, struct fth_plane *values,
                                 struct fth_image **out, struct fth_error *error);

#endif
