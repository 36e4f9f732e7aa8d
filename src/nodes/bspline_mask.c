/* SPDX-License-Identifier: Apache-2.0 */
/* B-spline mask: a smooth shape around points that pull at it. */
#include "node/shape.h"
#include "nodes/mask_path.h"

struct params {
    FTH_MASK_FIELDS
    FTH_MASK_PLACE_FIELDS
};

#define ROW(kind, field, ...) FTH_PARAM(kind, struct params, field, __VA_ARGS__)

static const struct fth_shape_point diamond[] = {
    {.x = 0.5, .y = 0.25}, {.x = 0.75, .y = 0.5}, {.x = 0.5, .y = 0.75}, {.x = 0.25, .y = 0.5}};
static const struct fth_shape_path around = {0, 4, 1, -1, -1, -1, -1};
static const struct fth_shape standard = {1, 4, &around, diamond};

static const struct fth_param table[] = {
    ROW(SHAPE, shape, .label = "Shape",
        .help = "Points in 0..1 of the frame, y up, that pull the smooth line towards them without "
                "its touching them: {\"points\": [[x, y], ...], \"closed\": true}, or a list of "
                "such paths. What is not closed has a border alone.",
        .min = -100, .max = 100, .ui_max = 1, .def_shape = &standard, .group = "Shape",
        .flags = FTH_PARAM_ANIMATES),
    FTH_MASK_PLACE_ROWS(struct params),
    FTH_MASK_ROWS(struct params),
    FTH_PARAM_TABLE_END,
};

static void draw(const void *pointer, struct fth_mask_canvas *canvas)
{
    const struct params *params = pointer;
    struct fth_mask_place place =
        fth_mask_place(canvas, params->centre, params->size, params->angle);
    for (size_t i = 0; i < fth_shape_path_count(&params->shape) && params->size > 0; i++) {
        fth_mask_bspline(canvas, &params->shape, i, &place);
        fth_mask_finish_path(canvas, fth_shape_path(&params->shape, i).closed);
    }
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

const struct fth_node_desc fth_node_bspline_mask = {
    .id = "bspline_mask",
    .label = "B-Spline Mask",
    .tag = "BSp",
    .group = "Mask",
    .help = "A smooth shape around points, that limits what another node does.",
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
