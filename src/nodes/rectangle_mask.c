/* SPDX-License-Identifier: Apache-2.0 */
/* Rectangle mask: a box, turned and with round corners where wanted. */
#include <math.h>

#include "nodes/mask.h"

struct params {
    FTH_MASK_FIELDS
    double centre[2], size[2], angle, corner_radius;
};

#define ROW(kind, field, ...) FTH_PARAM(kind, struct params, field, __VA_ARGS__)
#define ANIMATES .flags = FTH_PARAM_ANIMATES

static const struct fth_param table[] = {
    ROW(POINT, centre, .label = "Centre",
        .help = "Where the middle of the rectangle is: 0,0 is the lower left corner of the frame, "
                "1,1 the upper right.",
        .min = -100, .max = 100, .ui_max = 1, .def = {0.5, 0.5}, .group = "Shape", ANIMATES),
    ROW(POINT, size, .label = "Size",
        .help = "How wide and high it is, in parts of the frame's width and height.", .max = 100,
        .ui_max = 1, .def = {0.5, 0.5}, .group = "Shape", ANIMATES),
    ROW(NUMBER, angle, .label = "Angle", .help = "Turns it to the left around its middle.",
        .unit = "deg", .min = -36000, .max = 36000, .ui_min = -180, .ui_max = 180,
        .group = "Shape", ANIMATES),
    ROW(NUMBER, corner_radius, .label = "Corner Radius",
        .help = "Rounds the corners: at 1 the shorter sides are half circles.", .max = 1,
        .group = "Shape", ANIMATES),
    FTH_MASK_ROWS(struct params),
    FTH_PARAM_TABLE_END,
};

static void draw(const void *pointer, struct fth_mask_canvas *canvas)
{
    const struct params *params = pointer;
    struct fth_frame_of_shape frame =
        fth_mask_frame(canvas, params->centre, params->size, params->angle);
    double shorter = fmin(frame.half_width, frame.half_height);
    if (!(shorter > 0))
        return;
    fth_path_rectangle(&canvas->outline, &frame, params->corner_radius * shorter);
    fth_mask_finish_path(canvas, true);
}

static const struct fth_mask_kind kind = {draw, FTH_FILL_NONZERO, sizeof(struct params)};

static enum fth_status tell(const struct fth_call *call, struct fth_info *out,
                            struct fth_error *error)
{
    return fth_mask_tell(call, &kind, out, error);
}

static enum fth_status render(const struct fth_call *call, struct fth_image **out,
                              struct fth_error *error)
{
    return fth_mask_render(call, &kind, out, error);
}

static const struct fth_step steps[] = {
    {.id = "draw", .kind = FTH_NODE_POINT, .ports = 1u << FTH_MASK_BELOW, .render = render},
    {NULL},
};

const struct fth_node_desc fth_node_rectangle_mask = {
    .id = "rectangle_mask",
    .label = "Rectangle Mask",
    .tag = "Rct",
    .group = "Mask",
    .help = "A rectangle that limits what another node does: feed it to an effect mask or a key.",
    .version = 1,
    .flags = FTH_NODE_NO_COMMON,
    .params = table,
    .params_size = sizeof(struct params),
    .inputs = fth_mask_ports,
    .steps = steps,
    .domain = tell,
    .shutter = fth_mask_shutter,
    .hash_extra = fth_mask_hash,
};
