/* SPDX-License-Identifier: Apache-2.0 */
/* Masks that are drawn: the outline on its canvas, its coverage or feather, the join. */
#include "nodes/mask.h"

#include <math.h>
#include <string.h>

#include "node/common.h"
#include "nodes/pixels.h"
#include "ops/feather.h"
#include "ops/kernels.h"
#include "ops/math.h"

const struct fth_choice fth_mask_joins[] = {
    [FTH_JOIN_MERGE] = {"merge", "Merge", "Lies over the mask below: below + own (1 - below)."},
    [FTH_JOIN_ADD] = {"add", "Add", "The sum, at most 1."},
    [FTH_JOIN_SUBTRACT] = {"subtract", "Subtract", "Taken from the mask below, at least 0."},
    [FTH_JOIN_MINIMUM] = {"minimum", "Minimum", "The darker of both: where they overlap."},
    [FTH_JOIN_MAXIMUM] = {"maximum", "Maximum", "The brighter of both."},
    [FTH_JOIN_AVERAGE] = {"average", "Average", "Half the sum."},
    [FTH_JOIN_MULTIPLY] = {"multiply", "Multiply", "The product: soft where either is."},
    [FTH_JOIN_REPLACE] = {"replace", "Replace",
                          "Takes the place of the mask below wherever this one is drawn: a level "
                          "of 0 cuts a hole."},
    [FTH_JOIN_INVERT] = {"invert", "Invert", "Inverts the mask below wherever this one is drawn."},
    [FTH_JOIN_COPY] = {"copy", "Copy", "This mask alone."},
    [FTH_JOIN_IGNORE] = {"ignore", "Ignore", "The mask below alone."},
    {NULL},
};

const struct fth_port fth_mask_ports[] = {
    [FTH_MASK_BELOW] = {"input", "Mask Below",
                        "A mask that this one joins; its frame is this one's, too.",
                        FTH_PORT_MASK, 1},
    [FTH_MASK_LIKE] = {"like", "Like",
                       "A picture whose frame the mask takes over; its pixels are not looked at.",
                       FTH_PORT_PICTURE, 1},
    {NULL},
};

/* ---- the frame ---- */

struct fth_info fth_mask_info(const struct fth_call *call, int64_t width, int64_t height)
{
    struct fth_info info = {.first_frame = 1, .last_frame = 0, .rate_den = 1};
    const struct fth_info *below = call->input_infos[FTH_MASK_BELOW];
    const struct fth_info *like = call->input_infos[FTH_MASK_LIKE];
    const struct fth_info *model = like ? like : below;
    if (model) {
        info = *model;
        info.footage = (struct fth_footage){.timeline = model->footage.timeline};
    } else {
        info.format = fth_pixels_frame(call, width, height);
    }
    info.has_alpha = info.premultiplied = true;
    info.colour = FTH_COLOUR_DATA;
    info.depth = FTH_DEPTH_NONE;
    return info;
}

enum fth_status fth_mask_hash(const struct fth_call *call, struct fth_hasher *hasher,
                              struct fth_error *error)
{
    const struct fth_mask_params *params = call->params;
    struct fth_info info = fth_mask_info(call, params->width, params->height);
    (void)error;
    fth_mask_hash_format(info.format, hasher);
    return FTH_OK;
}

void fth_mask_hash_format(struct fth_format format, struct fth_hasher *hasher)
{
    fth_hash_int(hasher, format.width);
    fth_hash_int(hasher, format.height);
    fth_hash_double(hasher, format.pixel_aspect > 0 ? format.pixel_aspect : 1);
}

enum fth_status fth_mask_check_domain(struct fth_rect domain, struct fth_error *error)
{
    if ((int64_t)fth_rect_width(domain) * fth_rect_height(domain) <= FTH_LIMIT_PIXELS)
        return FTH_OK;
    return fth_fail(error, FTH_ERR_LIMIT, "a mask of %dx%d pixels, the limit is %d in all",
                    fth_rect_width(domain), fth_rect_height(domain), FTH_LIMIT_PIXELS);
}

struct fth_rect fth_mask_domain(const struct fth_mask_params *params, const struct fth_info *below,
                                struct fth_rect own, struct fth_format format)
{
    struct fth_rect domain = own;
    if (below && params->join == FTH_JOIN_IGNORE)
        domain = below->domain;
    else if (below && params->join != FTH_JOIN_COPY)
        domain = fth_rect_join(own, below->domain);
    return params->invert ? fth_rect_join(domain, fth_format_rect(format)) : domain;
}

/* ---- the canvas ---- */

struct fth_spot fth_mask_spot(const struct fth_mask_canvas *canvas, double x, double y)
{
    return (struct fth_spot){x * canvas->unit_x, (1 - y) * canvas->unit_y};
}

struct fth_frame_of_shape fth_mask_frame(const struct fth_mask_canvas *canvas,
                                         const double centre[2], const double size[2],
                                         double angle)
{
    /* the canvas has y down: to the left is the other way round */
    double turn = fmod(angle, 360) * -0.017453292519943295;
    return (struct fth_frame_of_shape){fth_mask_spot(canvas, centre[0], centre[1]),
                                       size[0] * canvas->unit_x / 2, size[1] * canvas->unit_y / 2,
                                       angle == 0 ? 1 : fth_cos(turn),
                                       angle == 0 ? 0 : fth_sin(turn)};
}

void fth_mask_finish_path(struct fth_mask_canvas *canvas, bool closed)
{
    if (closed && canvas->fills)
        fth_path_fill(&canvas->outline);
    if (canvas->pen_radius > 0)
        fth_path_stroke(&canvas->outline, canvas->pen_radius, closed);
}

/* ---- drawing ---- */

static double aspect_of(struct fth_format format)
{
    return format.pixel_aspect > 0 ? format.pixel_aspect : 1;
}

/* Where a mask is drawn: in the frame, and where the mask below has pixels. */
static struct fth_rect region_of(const struct fth_mask_drawing *drawing)
{
    struct fth_rect frame = fth_format_rect(drawing->format);
    return drawing->below ? fth_rect_join(frame, drawing->below->domain) : frame;
}

static int32_t reach_x(const struct fth_mask_drawing *drawing)
{
    return fth_feather_reach(drawing->sigma_px);
}

static int32_t reach_y(const struct fth_mask_drawing *drawing)
{
    return fth_feather_reach(drawing->sigma_px * aspect_of(drawing->format));
}

/* The outline in pixels `shrink` times as large as the frame's. */
static enum fth_status draw_outline(void *context, double shrink,
                                    const struct fth_outline **outline, struct fth_error *error)
{
    struct fth_mask_drawing *drawing = context;
    struct fth_mask_canvas *canvas = &drawing->canvas;
    double aspect = aspect_of(drawing->format);
    struct fth_rect view =
        fth_rect_grow(region_of(drawing), reach_x(drawing) + 2, reach_y(drawing) + 2);
    fth_outline_clear(&canvas->outline);
    *canvas = (struct fth_mask_canvas){.unit_x = drawing->format.width * aspect / shrink,
                                       .unit_y = drawing->format.height / shrink,
                                       .pen_radius = drawing->pen_px * aspect / shrink,
                                       .fills = drawing->fills};
    canvas->outline = (struct fth_outline){.view_x0 = view.x0 * aspect / shrink,
                                           .view_x1 = view.x1 * aspect / shrink,
                                           .view_y0 = view.y0 / shrink,
                                           .view_y1 = view.y1 / shrink,
                                           .squeeze = 1 / aspect};
    drawing->draw(drawing->context, canvas);
    *outline = &canvas->outline;
    return fth_outline_check(&canvas->outline, error);
}

static int32_t limited(double x, int32_t low, int32_t high)
{
    return x > low ? (x < high ? (int32_t)x : high) : low;
}

enum fth_status fth_mask_drawing_domain(struct fth_mask_drawing *drawing, struct fth_rect *domain,
                                        struct fth_error *error)
{
    const struct fth_outline *outline;
    struct fth_rect region = region_of(drawing);
    struct fth_spot low, high;
    int32_t x = reach_x(drawing), y = reach_y(drawing);
    enum fth_status status = draw_outline(drawing, 1, &outline, error);
    *domain = (struct fth_rect){0};
    if (status == FTH_OK && fth_outline_bounds(outline, &low, &high))
        *domain = (struct fth_rect){limited(floor(low.x) - x, region.x0, region.x1),
                                    limited(floor(low.y) - y, region.y0, region.y1),
                                    limited(ceil(high.x) + x, region.x0, region.x1),
                                    limited(ceil(high.y) + y, region.y0, region.y1)};
    return status;
}

enum fth_status fth_mask_drawing_values(struct fth_mask_drawing *drawing, struct fth_rect rect,
                                        const struct fth_grid *grid, struct fth_error *error)
{
    struct fth_work work = fth_pixels_work(drawing->call);
    struct fth_coverage coverage = {.rule = drawing->rule, .parts = drawing->parts};
    if (drawing->sigma_px > 0) {
        struct fth_feather feather = {.sigma_x = drawing->sigma_px,
                                      .sigma_y = drawing->sigma_px * aspect_of(drawing->format),
                                      .outline = draw_outline, .context = drawing,
                                      .rule = drawing->rule, .parts = drawing->parts};
        return fth_feather_draw(&work, &feather, rect, grid, error);
    }
    enum fth_status status = draw_outline(drawing, 1, &coverage.outline, error);
    return status == FTH_OK ? fth_coverage_draw(&work, &coverage, rect, grid, error) : status;
}

void fth_mask_drawing_end(struct fth_mask_drawing *drawing)
{
    fth_outline_clear(&drawing->canvas.outline);
}

/* ---- masks of one drawing ---- */

/* The sigma of a blur of this radius (6.6). */
static double sigma_of(double radius_px)
{
    return radius_px > 0 ? sqrt(((2 * radius_px + 1) * (2 * radius_px + 1) - 1) / 12) : 0;
}

static struct fth_mask_drawing begin_drawing(const struct fth_call *call,
                                             const struct fth_mask_kind *kind,
                                             const struct fth_mask_params *params,
                                             struct fth_format format)
{
    struct fth_mask_drawing drawing = {.call = call, .draw = kind->draw, .context = params,
                                       .format = format, .rule = kind->rule,
                                       .below = call->input_infos[FTH_MASK_BELOW],
                                       .fills = params->solid};
    drawing.sigma_px = sigma_of(params->soft_edge * format.width);
    drawing.pen_px = fabs(params->border_width) / 2 * format.width;
    drawing.parts = !params->solid             ? FTH_COVER_STROKE
                    : params->border_width < 0 ? FTH_COVER_FILL_ONLY
                                               : FTH_COVER_EITHER;
    return drawing;
}

static struct fth_shutter_params shutter_params(const struct fth_mask_params *params)
{
    return (struct fth_shutter_params){params->motion_blur, params->quality, params->shutter_angle,
                                       params->centre_bias, params->sample_spread};
}

int fth_mask_shutter(const void *params, double offsets[FTH_LIMIT_MOMENTS])
{
    struct fth_shutter_params shutter = shutter_params(params);
    return fth_shutter_moments(&shutter, offsets);
}

/* At how many moments the mask is drawn: one where it stands still. */
static int moments_of(const struct fth_call *call, const struct fth_mask_kind *kind)
{
    const struct fth_shutter *shutter = call->shutter;
    bool stands = true;
    for (int i = 1; shutter && i < shutter->count; i++)
        stands = stands && memcmp(shutter->params[i], shutter->params[0], kind->params_size) == 0;
    return shutter && !stands ? shutter->count : 1;
}

static const struct fth_mask_params *params_at(const struct fth_call *call, int moments, int index)
{
    return moments > 1 ? call->shutter->params[index] : call->params;
}

enum fth_status fth_mask_tell(const struct fth_call *call, const struct fth_mask_kind *kind,
                              struct fth_info *out, struct fth_error *error)
{
    const struct fth_mask_params *params = call->params;
    struct fth_info info = fth_mask_info(call, params->width, params->height);
    struct fth_rect all = {0}, own;
    int moments = moments_of(call, kind);
    enum fth_status status = FTH_OK;
    for (int i = 0; i < moments && status == FTH_OK; i++) {
        struct fth_mask_drawing drawing =
            begin_drawing(call, kind, params_at(call, moments, i), info.format);
        status = fth_mask_drawing_domain(&drawing, &own, error);
        fth_mask_drawing_end(&drawing);
        all = fth_rect_join(all, own);
    }
    if (status != FTH_OK)
        return status;
    info.domain = fth_mask_domain(params, call->input_infos[FTH_MASK_BELOW], all, info.format);
    *out = info;
    return fth_mask_check_domain(info.domain, error);
}

/* What the mask covers at one moment. */
static enum fth_status draw_moment(const struct fth_call *call, const struct fth_mask_kind *kind,
                                   const struct fth_mask_params *params, struct fth_plane *values,
                                   struct fth_error *error)
{
    struct fth_mask_drawing drawing = begin_drawing(call, kind, params, call->info.format);
    struct fth_rect own;
    enum fth_status status = fth_mask_drawing_domain(&drawing, &own, error);
    if (status == FTH_OK) {
        own = fth_rect_intersect(own, call->rect);
        if (!fth_rect_equal(own, call->rect))
            fth_plane_fill(values, 0);
        if (!fth_rect_empty(own)) {
            struct fth_grid grid = fth_grid_of_plane(values, own);
            status = fth_mask_drawing_values(&drawing, own, &grid, error);
        }
    }
    fth_mask_drawing_end(&drawing);
    return status;
}

static void add_weighted(const struct fth_plane *sum, const struct fth_plane *next, float weight)
{
    size_t n = (size_t)fth_rect_width(sum->rect);
    for (int32_t y = sum->rect.y0; y < sum->rect.y1; y++) {
        float *restrict to = fth_plane_at(sum, sum->rect.x0, y);
        const float *restrict from = fth_plane_at(next, sum->rect.x0, y);
        for (size_t x = 0; x < n; x++)
            to[x] += weight * from[x];
    }
}

static enum fth_status draw_moments(const struct fth_call *call, const struct fth_mask_kind *kind,
                                    int moments, struct fth_plane *values, struct fth_error *error)
{
    struct fth_shutter_params shutter = shutter_params(call->params);
    struct fth_plane *next = NULL;
    enum fth_status status = fth_plane_new(call->env->buffers, call->rect, &next, error);
    fth_plane_fill(values, 0);
    for (int i = 0; i < moments && status == FTH_OK; i++) {
        status = draw_moment(call, kind, params_at(call, moments, i), next, error);
        if (status == FTH_OK)
            add_weighted(values, next, (float)fth_shutter_weight(&shutter, i));
    }
    for (int32_t y = call->rect.y0; y < call->rect.y1 && status == FTH_OK; y++) {
        float *row = fth_plane_at(values, call->rect.x0, y); /* weights are 1 but for rounding */
        fth_kernels()->clamp(row, row, 0, 1, (size_t)fth_rect_width(call->rect));
    }
    fth_plane_unref(&next);
    return status;
}

enum fth_status fth_mask_render(const struct fth_call *call, const struct fth_mask_kind *kind,
                                struct fth_image **out, struct fth_error *error)
{
    struct fth_plane *values = NULL;
    int moments = moments_of(call, kind);
    enum fth_status status = fth_plane_new(call->env->buffers, call->rect, &values, error);
    if (status == FTH_OK)
        status = moments > 1 ? draw_moments(call, kind, moments, values, error)
                             : draw_moment(call, kind, call->params, values, error);
    if (status != FTH_OK) {
        fth_plane_unref(&values);
        return status;
    }
    return fth_mask_deliver(call, call->params, call->inputs[FTH_MASK_BELOW], values, out, error);
}

/* ---- the join ---- */

/* row := the mask of coverage `row` and this level, joined with `below`. */
static void join_row(enum fth_mask_join join, float level, float *row, const float *below,
                     size_t n)
{
    const struct fth_kernels *k = fth_kernels();
    float *restrict to = row;
    if (join == FTH_JOIN_REPLACE) {
        for (size_t x = 0; x < n; x++)
            to[x] = below[x] * (1 - to[x]) + level * to[x];
        return;
    }
    k->scale_offset(to, to, level, 0, n);
    switch (join) {
    case FTH_JOIN_MERGE:
        for (size_t x = 0; x < n; x++)
            to[x] = below[x] + to[x] * (1 - below[x]);
        break;
    case FTH_JOIN_ADD:
        k->add(to, to, below, n);
        k->clamp(to, to, 0, 1, n);
        break;
    case FTH_JOIN_SUBTRACT:
        for (size_t x = 0; x < n; x++)
            to[x] = below[x] - to[x];
        k->clamp(to, to, 0, 1, n);
        break;
    case FTH_JOIN_MINIMUM:
        k->min(to, to, below, n);
        break;
    case FTH_JOIN_MAXIMUM:
        k->max(to, to, below, n);
        break;
    case FTH_JOIN_AVERAGE:
        for (size_t x = 0; x < n; x++)
            to[x] = (to[x] + below[x]) / 2;
        break;
    case FTH_JOIN_MULTIPLY:
        k->multiply(to, to, below, n);
        break;
    case FTH_JOIN_INVERT:
        for (size_t x = 0; x < n; x++)
            to[x] = to[x] * (1 - below[x]) + below[x] * (1 - to[x]);
        break;
    case FTH_JOIN_IGNORE:
        for (size_t x = 0; x < n; x++)
            to[x] = below[x];
        break;
    default:
        break;
    }
}

enum fth_status fth_mask_deliver(const struct fth_call *call, const struct fth_mask_params *params,
                                 const struct fth_image *below, struct fth_plane *values,
                                 struct fth_image **out, struct fth_error *error)
{
    struct fth_rect rect = call->rect;
    struct fth_plane *under = NULL;
    struct fth_image *image = NULL;
    enum fth_mask_join join = below ? (enum fth_mask_join)params->join : FTH_JOIN_COPY;
    enum fth_status status = FTH_OK;
    size_t n = (size_t)fth_rect_width(rect);
    if (below)
        status = fth_mask_values(below, FTH_MASK_AUTO, 0, 1, false, rect, call->env->buffers,
                                 &under, error);
    for (int32_t y = rect.y0; y < rect.y1 && status == FTH_OK; y++) {
        float *row = fth_plane_at(values, rect.x0, y);
        join_row(join, (float)params->level, row, under ? fth_plane_at(under, rect.x0, y) : row,
                 n);
        if (params->invert)
            fth_kernels()->invert(row, row, n);
    }
    fth_plane_unref(&under);
    if (status == FTH_OK)
        status = fth_image_new(call->info.format, call->info.domain, &image, error);
    if (status != FTH_OK) {
        fth_plane_unref(&values);
        return status;
    }
    image->premultiplied = true;
    image->colour = call->info.colour;
    status = fth_image_set(image, "A", values, error);
    if (status == FTH_OK)
        *out = image;
    else
        fth_image_unref(&image);
    return status;
}
