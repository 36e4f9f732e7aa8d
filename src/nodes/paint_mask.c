/* SPDX-License-Identifier: Apache-2.0 */
/* Paint mask: strokes of a round brush, one after the other, that paint or erase. A stroke never
 * adds to itself; soft brushes are drawn narrower by half their softness and then softened. */
#include "base/arena.h"
#include "node/shape.h"
#include "nodes/mask_path.h"
#include "ops/grid.h"

struct params {
    FTH_MASK_FIELDS
    struct fth_shape_at strokes;
    double brush_size, softness, opacity;
    bool erase;
};

#define ROW(kind, field, ...) FTH_PARAM(kind, struct params, field, __VA_ARGS__)
#define ANIMATES .flags = FTH_PARAM_ANIMATES

static const struct fth_shape_point wave[] = {
    {.x = 0.25, .y = 0.4, .out_x = 0.15, .out_y = 0.3},
    {.x = 0.75, .y = 0.6, .in_x = -0.15, .in_y = -0.3}};
static const struct fth_shape_path along = {0, 2, 0, -1, -1, -1, -1};
static const struct fth_shape standard = {1, 2, &along, wave};

static const struct fth_param table[] = {
    ROW(SHAPE, strokes, .label = "Strokes",
        .help = "The strokes in their order: a list of {\"points\": [[x, y] or [x, y, in_x, in_y, "
                "out_x, out_y], ...], \"closed\": false}, in 0..1 of the frame, y up. A stroke may "
                "have its own \"size\", \"softness\", \"opacity\" and \"erase\".",
        .min = -100, .max = 100, .ui_max = 1, .def_shape = &standard, .group = "Shape", ANIMATES),
    ROW(NUMBER, brush_size, .label = "Brush Size",
        .help = "Width of strokes that do not say their own, in parts of the frame's width.",
        .max = 1, .ui_max = 0.25, .def = {0.05}, .group = "Brush", ANIMATES),
    ROW(NUMBER, softness, .label = "Softness",
        .help = "How much of the brush fades out towards its rim: 0 is a hard brush.", .max = 1,
        .group = "Brush", ANIMATES),
    ROW(NUMBER, opacity, .label = "Opacity",
        .help = "How much of what is below a stroke covers.", .max = 1, .def = {1},
        .group = "Brush", ANIMATES),
    ROW(SWITCH, erase, .label = "Erase",
        .help = "Strokes take away from those before them, and do not paint.", .max = 1,
        .group = "Brush", ANIMATES),
    FTH_MASK_JOIN_ROWS(struct params),
    FTH_MASK_FRAME_ROWS(struct params),
    FTH_PARAM_TABLE_END,
};

/* One stroke, as the canvas is told. */
struct stroke {
    const struct fth_shape_at *strokes;
    size_t index;
};

static void draw(const void *pointer, struct fth_mask_canvas *canvas)
{
    const struct stroke *stroke = pointer;
    struct fth_mask_place place = fth_mask_unplaced();
    if (!(canvas->pen_radius > 0))
        return;
    fth_mask_polyline(canvas, stroke->strokes, stroke->index, &place);
    fth_mask_finish_path(canvas, fth_shape_path(stroke->strokes, stroke->index).closed);
}

static double own_or(double own, double shared)
{
    return own >= 0 ? own : shared;
}

/* The soft part is half a softness wide on either side of where the pen ends: three sigmas. */
static struct fth_mask_drawing begin_drawing(const struct fth_call *call,
                                             const struct stroke *stroke, struct fth_format format)
{
    const struct params *params = call->params;
    struct fth_shape_path path = fth_shape_path(stroke->strokes, stroke->index);
    double radius_px = own_or(path.size, params->brush_size) * format.width / 2;
    double softness = own_or(path.softness, params->softness);
    return (struct fth_mask_drawing){.call = call, .draw = draw, .context = stroke,
                                     .format = format, .parts = FTH_COVER_STROKE,
                                     .below = call->input_infos[FTH_MASK_BELOW],
                                     .pen_px = radius_px * (1 - softness / 2),
                                     .sigma_px = radius_px * softness / 6};
}

static enum fth_status tell(const struct fth_call *call, struct fth_info *out,
                            struct fth_error *error)
{
    const struct params *params = call->params;
    const struct fth_mask_params *shared = call->params;
    struct fth_info info = fth_mask_info(call, params->width, params->height);
    struct fth_rect all = {0}, own;
    enum fth_status status = FTH_OK;
    for (size_t i = 0; i < fth_shape_path_count(&params->strokes) && status == FTH_OK; i++) {
        struct stroke stroke = {&params->strokes, i};
        struct fth_mask_drawing drawing = begin_drawing(call, &stroke, info.format);
        status = fth_mask_drawing_domain(&drawing, &own, error);
        all = fth_rect_join(all, own);
        fth_mask_drawing_end(&drawing);
    }
    if (status != FTH_OK)
        return status;
    info.domain = fth_mask_domain(shared, call->input_infos[FTH_MASK_BELOW], all, info.format);
    *out = info;
    return fth_mask_check_domain(info.domain, error);
}

/* values := the stroke over them, or what it leaves of them. */
static void lay(struct fth_plane *values, struct fth_rect rect, const struct fth_grid *stroke,
                float opacity, bool erases)
{
    for (int32_t y = rect.y0; y < rect.y1; y++) {
        float *restrict row = fth_plane_at(values, rect.x0, y);
        const float *restrict add = fth_grid_row(stroke, y - rect.y0);
        size_t n = (size_t)fth_rect_width(rect);
        float goal = erases ? 0 : 1;
        for (size_t x = 0; x < n; x++)
            row[x] += (goal - row[x]) * (opacity * add[x]);
    }
}

static enum fth_status paint(const struct fth_call *call, size_t index, struct fth_plane *values,
                             struct fth_error *error)
{
    const struct params *params = call->params;
    struct stroke stroke = {&params->strokes, index};
    struct fth_shape_path path = fth_shape_path(&params->strokes, index);
    struct fth_mask_drawing drawing = begin_drawing(call, &stroke, call->info.format);
    bool erases = path.erase >= 0 ? path.erase : params->erase;
    size_t mark = fth_arena_mark(call->arena);
    struct fth_grid grid;
    struct fth_rect own;
    enum fth_status status = fth_mask_drawing_domain(&drawing, &own, error);
    if (status == FTH_OK)
        own = fth_rect_intersect(own, values->rect);
    if (status == FTH_OK && !fth_rect_empty(own)) {
        status = fth_grid_new(call->arena, fth_rect_width(own), fth_rect_height(own), &grid, error);
        if (status == FTH_OK)
            status = fth_mask_drawing_values(&drawing, own, &grid, error);
        if (status == FTH_OK)
            lay(values, own, &grid, (float)own_or(path.opacity, params->opacity), erases);
    }
    fth_arena_return(call->arena, mark);
    fth_mask_drawing_end(&drawing);
    return status;
}

static enum fth_status render(const struct fth_call *call, struct fth_image **out,
                              struct fth_error *error)
{
    const struct params *params = call->params;
    struct fth_plane *values = NULL;
    enum fth_status status = fth_plane_new(call->env->buffers, call->rect, &values, error);
    if (status == FTH_OK)
        fth_plane_fill(values, 0);
    for (size_t i = 0; i < fth_shape_path_count(&params->strokes) && status == FTH_OK; i++)
        status = paint(call, i, values, error);
    if (status != FTH_OK) {
        fth_plane_unref(&values);
        return status;
    }
    return fth_mask_deliver(call, call->params, call->inputs[FTH_MASK_BELOW], values, out, error);
}

static const struct fth_step steps[] = {
    {.id = "draw", .kind = FTH_NODE_POINT, .ports = 1u << FTH_MASK_BELOW, .render = render},
    {NULL},
};

const struct fth_node_desc fth_node_paint_mask = {
    .id = "paint_mask",
    .label = "Paint Mask",
    .tag = "Pnt",
    .group = "Mask",
    .help = "Brush strokes that limit what another node does, painted and erased.",
    .version = 1,
    .flags = FTH_NODE_NO_COMMON,
    .params = table,
    .params_size = sizeof(struct params),
    .inputs = fth_mask_ports,
    .steps = steps,
    .domain = tell,
    .hash_extra = fth_mask_hash,
};
