/* SPDX-License-Identifier: Apache-2.0 */
/* Erode and dilate: bright or opaque areas shrink or grow by a disc or a rectangle, by parts of a
 * pixel too (FORMULAS 6.10). */
#include <math.h>

#include "base/log.h"
#include "nodes/pixels.h"
#include "ops/kernels.h"
#include "ops/morph.h"

enum { SHAPE_DISC, SHAPE_RECTANGLE };
enum { ON_ALPHA, ON_ALL, ON_COLOURS };

struct params {
    double amount, ratio;
    int32_t shape, channels;
};

static const struct fth_choice shapes[] = {
    {"disc", "Disc", "Corners are rounded: alike in every direction."},
    {"rectangle", "Rectangle", "Corners stay corners; width and height by Ratio."},
    {NULL},
};
static const struct fth_choice channel_sets[] = {
    {"alpha", "Alpha", "The matte alone; colours that are multiplied by it follow it."},
    {"all", "All", "Red, green, blue and alpha."},
    {"colours", "Colours", "Red, green and blue: mattes that come as grey pictures."},
    {NULL},
};

#define ROW(kind, field, ...) FTH_PARAM(kind, struct params, field, __VA_ARGS__)

static const struct fth_param table[] = {
    ROW(NUMBER, amount, .label = "Amount",
        .help = "How far edges move: above 0 white grows, below 0 it shrinks. Parts of a pixel "
                "move "
                "an edge by parts of a pixel.",
        .unit = "px", .min = -100, .max = 100, .ui_min = -20, .ui_max = 20,
        .group = "Erode Dilate", .flags = FTH_PARAM_ANIMATES | FTH_PARAM_PIXELS),
    ROW(CHOICE, shape, .label = "Shape", .help = "What every bright point grows to.",
        .choices = shapes, .max = SHAPE_RECTANGLE, .group = "Erode Dilate"),
    ROW(NUMBER, ratio, .label = "Ratio",
        .help = "Across and down: 0.5 is alike, 0 moves upright edges only, 1 level ones only.",
        .max = 1, .def = {0.5}, .group = "Erode Dilate",
        .when = {"shape", 1u << SHAPE_RECTANGLE}, .flags = FTH_PARAM_ANIMATES),
    ROW(CHOICE, channels, .label = "Channels", .help = "Which channels are grown or shrunk.",
        .choices = channel_sets, .max = ON_COLOURS, .group = "Erode Dilate"),
    FTH_PARAM_TABLE_END,
};

static const struct fth_port ports[] = {
    {"input", "Input", "The picture or matte to change.", FTH_PORT_PICTURE, 0},
    {NULL},
};

static double amount_x(const struct fth_call *call)
{
    const struct params *params = call->params;
    double share = params->shape == SHAPE_DISC ? 1 : FTH_MIN(1, 2 * (1 - params->ratio));
    return fth_pixels_scaled(call, params->amount) * share;
}

static double amount_y(const struct fth_call *call)
{
    const struct params *params = call->params;
    double share = params->shape == SHAPE_DISC ? 1 : FTH_MIN(1, 2 * params->ratio);
    return fth_pixels_scaled(call, params->amount) * share;
}

/* What changes is the whole picture with its transparency, which then has to be in the colours. */
static bool takes_all(const struct fth_call *call)
{
    const struct params *params = call->params;
    return params->channels == ON_ALL;
}

static enum fth_status tell(const struct fth_call *call, struct fth_info *out,
                            struct fth_error *error)
{
    (void)error;
    if (out->has_alpha && takes_all(call))
        out->premultiplied = true;
    if (call->common->clipping_mode == FTH_CLIP_FRAME)
        out->domain = fth_format_rect(out->format);
    if (call->common->clipping_mode == FTH_CLIP_NONE)
        out->domain = fth_rect_grow(out->domain, (int32_t)ceil(fmax(amount_x(call), 0)),
                                    (int32_t)ceil(fmax(amount_y(call), 0)));
    return FTH_OK;
}

static bool is_identity(const struct fth_call *call)
{
    const struct fth_info *input = call->input_infos[0];
    return amount_x(call) == 0 && amount_y(call) == 0 &&
           fth_rect_equal(call->info.domain, input->domain) &&
           call->info.premultiplied == input->premultiplied;
}

/* ---- one plane ------------------------------------------------------------------------------- */

static enum fth_status grow_whole(const struct fth_work *work, const struct fth_grid *from,
                                  const struct fth_grid *to, bool dilates, const int32_t radius[2],
                                  struct fth_error *error)
{
    return dilates ? fth_dilate_rect(work, from, to, radius[0], radius[1], error)
                   : fth_erode_rect(work, from, to, radius[0], radius[1], error);
}

/* Whole pixels at once, then a part of the way to one more; in place. */
static enum fth_status grow_axis(const struct fth_work *work, const struct fth_grid *grid,
                                 double amount, int axis, struct fth_error *error)
{
    int32_t whole[2] = {0, 0}, one[2] = {0, 0};
    float part = (float)(fabs(amount) - floor(fabs(amount)));
    struct fth_grid further;
    enum fth_status status = FTH_OK;
    whole[axis] = (int32_t)floor(fabs(amount));
    one[axis] = 1;
    if (whole[axis] > 0)
        status = grow_whole(work, grid, grid, amount > 0, whole, error);
    if (status != FTH_OK || !(part > 0))
        return status;
    status = fth_grid_new(work->arena, grid->width, grid->height, &further, error);
    if (status == FTH_OK)
        status = grow_whole(work, grid, &further, amount > 0, one, error);
    for (int32_t y = 0; y < grid->height && status == FTH_OK; y++)
        fth_kernels()->lerp(fth_grid_row(grid, y), fth_grid_row(grid, y), fth_grid_row(&further, y),
                            part, (size_t)grid->width);
    return status;
}

/* The plane grown, in a plane of its own. */
static enum fth_status grow_plane(const struct fth_call *call, const struct fth_plane *source,
                                  struct fth_plane **result, struct fth_error *error)
{
    const struct params *params = call->params;
    struct fth_rect rect = call->info.domain;
    struct fth_work work = fth_pixels_work(call);
    size_t mark = fth_arena_mark(call->arena);
    enum fth_status status = fth_plane_new(call->env->buffers, rect, result, error);
    if (status != FTH_OK)
        return status;
    struct fth_grid from = fth_grid_of_plane(source, rect), to = fth_grid_of_plane(*result, rect);
    if (params->shape == SHAPE_DISC) {
        status = fth_grow_disc(&work, &from, &to, amount_x(call), error);
    } else {
        fth_grid_copy(&to, &from);
        status = grow_axis(&work, &to, amount_x(call), 0, error);
        if (status == FTH_OK)
            status = grow_axis(&work, &to, amount_y(call), 1, error);
    }
    fth_arena_return(call->arena, mark);
    if (status != FTH_OK)
        fth_plane_unref(result);
    return status;
}

/* ---- the picture ----------------------------------------------------------------------------- */

/* colour := colour / before * after, so that what is multiplied by alpha stays so; to the bit what
 * it was where alpha is. */
static enum fth_status follow(const struct fth_call *call, const struct fth_plane *before,
                              const struct fth_plane *after, struct fth_plane **colour,
                              struct fth_error *error)
{
    struct fth_rect rect = call->info.domain;
    struct fth_plane *made = NULL;
    enum fth_status status = fth_plane_new(call->env->buffers, rect, &made, error);
    if (status != FTH_OK)
        return status;
    for (int32_t y = rect.y0; y < rect.y1; y++) {
        float *row = fth_plane_at(made, rect.x0, y);
        const float *from = fth_plane_at(*colour, rect.x0, y);
        const float *a = fth_plane_at(before, rect.x0, y), *b = fth_plane_at(after, rect.x0, y);
        for (int32_t x = 0; x < fth_rect_width(rect); x++) {
            float straight = a[x] == 0 ? 0 : from[x] / a[x];
            row[x] = a[x] == b[x] ? from[x] : straight * b[x];
        }
    }
    fth_plane_unref(colour);
    *colour = made;
    return FTH_OK;
}

static enum fth_status grow_alpha(const struct fth_call *call, struct fth_plane *planes[4],
                                  struct fth_error *error)
{
    const struct fth_image *input = call->inputs[0];
    struct fth_plane *grown = NULL;
    if (!planes[3]) {
        fth_log_once(FTH_LOG_WARNING, "erode_dilate: a picture without alpha is left alone; choose "
                                      "channels colours or all if its colours are meant");
        return FTH_OK;
    }
    enum fth_status status = grow_plane(call, planes[3], &grown, error);
    bool follows = input->premultiplied && !input->alpha_is_key;
    for (int i = 0; i < 3 && status == FTH_OK && follows; i++)
        status = follow(call, planes[3], grown, &planes[i], error);
    fth_plane_unref(&planes[3]);
    planes[3] = grown;
    return status;
}

static enum fth_status grow_picture(const struct fth_call *call, struct fth_plane *planes[4],
                                    struct fth_error *error)
{
    const struct params *params = call->params;
    enum fth_status status = FTH_OK;
    if (params->channels == ON_ALPHA)
        return grow_alpha(call, planes, error);
    if (takes_all(call))
        status = fth_pixels_premultiply(call, call->inputs[0], call->info.domain, planes, error);
    for (int i = 0; i < (takes_all(call) ? 4 : 3) && status == FTH_OK; i++) {
        struct fth_plane *grown = NULL;
        if (!planes[i])
            continue;
        status = grow_plane(call, planes[i], &grown, error);
        fth_plane_unref(&planes[i]);
        planes[i] = grown;
    }
    return status;
}

static enum fth_status render(const struct fth_call *call, struct fth_image **out,
                              struct fth_error *error)
{
    const struct fth_image *input = call->inputs[0];
    struct fth_plane *planes[4] = {NULL};
    struct fth_image *image = NULL;
    enum fth_status status = fth_pixels_rgba(call, input, call->info.domain, planes, error);
    if (status == FTH_OK)
        status = grow_picture(call, planes, error);
    if (status == FTH_OK)
        status = fth_pixels_with(call, input, planes, &image, error);
    fth_pixels_drop(planes);
    if (status == FTH_OK)
        *out = image;
    return status;
}

static const struct fth_step steps[] = {
    {.id = "grow", .kind = FTH_NODE_WHOLE, .ports = 1, .is_identity = is_identity,
     .render = render},
    {NULL},
};

const struct fth_node_desc fth_node_erode_dilate = {
    .id = "erode_dilate",
    .label = "Erode Dilate",
    .tag = "ErD",
    .group = "Matte",
    .help = "Makes the white of a matte grow or shrink at its edges, by a disc or a rectangle: "
            "closes holes, takes a rim of background away.",
    .version = 1,
    .flags = FTH_NODE_SAME_PLANES,
    .params = table,
    .params_size = sizeof(struct params),
    .inputs = ports,
    .steps = steps,
    .domain = tell,
};
