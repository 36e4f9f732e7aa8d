/* SPDX-License-Identifier: Apache-2.0 */
/* Blur: softens the picture, or the part of it a key is white in. Works on multiplied colours, so
 * that transparent pixels lend no colour (FORMULAS 6.6). */
#include "nodes/matte.h"
#include "ops/kernels.h"
#include "ops/varblur.h"

enum { PORT_INPUT, PORT_KEY };
enum { EDGES_TRANSPARENT, EDGES_REPEAT, EDGES_MIRROR };
enum { SETS_AMOUNT, SETS_RADIUS };

struct params {
    int32_t filter, edges, key_channel, key_sets;
    int64_t num_passes;
    double radius, ratio;
    bool key_invert, key_weighted;
};

static const struct fth_choice edges[] = {
    {"transparent", "Transparent", "Beyond the picture there is black, transparent nothing."},
    {"repeat", "Repeat", "The last pixel goes on."},
    {"mirror", "Mirror", "The picture is mirrored: the border stays as bright as it was."},
    {NULL},
};

static const struct fth_choice settings[] = {
    {"amount", "Amount", "Grey fades between the sharp picture and the blurred one."},
    {"radius", "Radius", "Grey sets how far the blur reaches, from nothing at black to Radius at "
                         "white: blur that grows with distance."},
    {NULL},
};

#define ROW(kind, field, ...) FTH_PARAM(kind, struct params, field, __VA_ARGS__)

static const struct fth_param table[] = {
    ROW(NUMBER, radius, .label = "Radius",
        .help = "How far the blur reaches. The same number is equally soft with every filter.",
        .unit = "px", .max = 2000, .ui_max = 100, .def = {10}, .group = "Blur",
        .flags = FTH_PARAM_ANIMATES | FTH_PARAM_PIXELS),
    ROW(NUMBER, ratio, .label = "Ratio",
        .help = "0.5 blurs both ways alike; towards 0 only across, towards 1 only up and down.",
        .max = 1, .def = {0.5}, .group = "Blur", .flags = FTH_PARAM_ANIMATES),
    ROW(CHOICE, filter, .label = "Filter", .help = "The shape of the blur.",
        .choices = fth_blur_filters, .max = 3, .def = {FTH_BLUR_GAUSSIAN}, .group = "Blur"),
    ROW(INT, num_passes, .label = "Num Passes",
        .help = "Boxes in a row: 1 is the box, 2 the Bartlett, 4 and more nearly gaussian.",
        .min = 1, .max = 10, .step = 1, .def = {4}, .group = "Blur",
        .when = {"filter", 1u << FTH_BLUR_MULTIBOX}, .flags = FTH_PARAM_ANIMATES),
    ROW(CHOICE, edges, .label = "Edges",
        .help = "What lies beyond the border of the picture, as the blur sees it.",
        .choices = edges, .max = 2, .group = "Blur"),
    ROW(CHOICE, key_sets, .label = "Key Sets",
        .help = "What the greys of the key stand for. Of use with a key connected.",
        .choices = settings, .max = SETS_RADIUS, .group = "Key"),
    FTH_KEY_VIEW_ROWS(struct params, "Blurs"),
    ROW(SWITCH, key_weighted, .label = "Keep Sharp Parts Out",
        .help = "Blurs only what the key takes in: a sharp subject does not smear a halo into the "
                "background behind it. Of use with a key connected.",
        .max = 1, .def = {1}, .group = "Key", .flags = FTH_PARAM_ANIMATES),
    FTH_PARAM_TABLE_END,
};

static const struct fth_port ports[] = {
    [PORT_INPUT] = {"input", "Input", "The picture to blur.", FTH_PORT_PICTURE, 0},
    [PORT_KEY] = {"key", "Key",
                  "Where to blur, or how far: white fully, black not at all, grey in proportion.",
                  FTH_PORT_MASK, 1},
    {NULL},
};

static double radius_x(const struct fth_call *call)
{
    const struct params *params = call->params;
    return fth_pixels_scaled(call, params->radius) * FTH_MIN(1, 2 * (1 - params->ratio));
}

static double radius_y(const struct fth_call *call)
{
    const struct params *params = call->params;
    return fth_pixels_scaled(call, params->radius) * FTH_MIN(1, 2 * params->ratio);
}

static int passes(const struct params *params)
{
    return (int)params->num_passes;
}

/* Frame: what is in the frame. Domain: what there was. None: grown by what the blur reaches, unless
 * a key or an edge that goes on keeps the outside as it was. */
static enum fth_status tell(const struct fth_call *call, struct fth_info *out,
                            struct fth_error *error)
{
    const struct params *params = call->params;
    (void)error;
    if (out->has_alpha)
        out->premultiplied = true;
    if (call->common->clipping_mode == FTH_CLIP_FRAME)
        out->domain = fth_format_rect(out->format);
    if (call->common->clipping_mode == FTH_CLIP_NONE && params->edges == EDGES_TRANSPARENT)
        out->domain = fth_rect_grow(
            out->domain, fth_blur_reach(params->filter, passes(params), radius_x(call)),
            fth_blur_reach(params->filter, passes(params), radius_y(call)));
    return FTH_OK;
}

static bool is_identity(const struct fth_call *call)
{
    const struct fth_info *input = call->input_infos[PORT_INPUT];
    return radius_x(call) == 0 && radius_y(call) == 0 &&
           fth_rect_equal(call->info.domain, input->domain) &&
           call->info.premultiplied == input->premultiplied;
}

static const enum fth_border borders[] = {
    [EDGES_TRANSPARENT] = FTH_BORDER_ZERO,
    [EDGES_REPEAT] = FTH_BORDER_REPEAT,
    [EDGES_MIRROR] = FTH_BORDER_REFLECT,
};

static enum fth_status blur_grid(const struct fth_call *call, const struct fth_grid *grid,
                                 struct fth_error *error)
{
    const struct params *params = call->params;
    struct fth_work work = fth_pixels_work(call);
    return fth_blur(&work, grid, grid, (enum fth_blur_filter)params->filter, passes(params),
                    radius_x(call), radius_y(call), borders[params->edges], error);
}

/* Below this share of the key nothing is left to blur from; the pixel itself takes over. */
#define LEAST_SHARE 1e-4f

/* What a keyed blur needs beside a channel: the key and its blur. */
struct key {
    struct fth_plane *values, *blurred; /* values NULL: no key; blurred NULL: not weighted */
};

static void weigh_rows(const struct fth_grid *grid, const struct fth_grid *key)
{
    const struct fth_kernels *k = fth_kernels();
    for (int32_t y = 0; y < grid->height; y++)
        k->multiply(fth_grid_row(grid, y), fth_grid_row(grid, y), fth_grid_row(key, y),
                    (size_t)grid->width);
}

/* blurred(P K) / blurred(K) */
static void divide_rows(const struct fth_grid *grid, const struct fth_plane *source,
                        const struct fth_plane *share)
{
    struct fth_grid from = fth_grid_of_plane(source, share->rect);
    struct fth_grid by = fth_grid_of_plane(share, share->rect);
    for (int32_t y = 0; y < grid->height; y++) {
        float *row = fth_grid_row(grid, y);
        const float *self = fth_grid_row(&from, y), *divisor = fth_grid_row(&by, y);
        for (int32_t x = 0; x < grid->width; x++)
            row[x] = (row[x] + LEAST_SHARE * self[x]) /
                     ((divisor[x] > 0 ? divisor[x] : 0) + LEAST_SHARE);
    }
}

static enum fth_status blur_plane(const struct fth_call *call, const struct fth_plane *source,
                                  const struct key *key, const struct fth_plane *to,
                                  struct fth_error *error)
{
    const struct fth_kernels *k = fth_kernels();
    struct fth_rect rect = to->rect;
    struct fth_grid grid = fth_grid_of_plane(to, rect), from = fth_grid_of_plane(source, rect);
    struct fth_grid values = {0};
    fth_grid_copy(&grid, &from);
    if (key->values)
        values = fth_grid_of_plane(key->values, rect);
    if (key->blurred)
        weigh_rows(&grid, &values);
    enum fth_status status = blur_grid(call, &grid, error);
    if (status != FTH_OK || !key->values)
        return status;
    if (key->blurred)
        divide_rows(&grid, source, key->blurred);
    for (int32_t y = 0; y < grid.height; y++)
        k->lerp_mask(fth_grid_row(&grid, y), fth_grid_row(&from, y), fth_grid_row(&grid, y),
                     fth_grid_row(&values, y), 1, (size_t)grid.width);
    return FTH_OK;
}

static enum fth_status make_key(const struct fth_call *call, struct key *key,
                                struct fth_error *error)
{
    const struct params *params = call->params;
    struct fth_rect rect = call->info.domain;
    struct fth_key_view view = {call->inputs[PORT_KEY], params->key_channel, params->key_invert};
    if (!view.image)
        return FTH_OK;
    enum fth_status status = fth_pixels_key(call, &view, rect, &key->values, error);
    if (status != FTH_OK || !params->key_weighted || params->key_sets == SETS_RADIUS)
        return status;
    status = fth_plane_new(call->env->buffers, rect, &key->blurred, error);
    if (status != FTH_OK)
        return status;
    fth_plane_copy(key->blurred, key->values, rect, 0);
    struct fth_grid grid = fth_grid_of_plane(key->blurred, rect);
    return blur_grid(call, &grid, error);
}

/* Each pixel by its own radius. */
static enum fth_status vary_planes(const struct fth_call *call, struct fth_plane *const in[4],
                                   const struct fth_plane *values, struct fth_plane *const to[4],
                                   struct fth_error *error)
{
    const struct params *params = call->params;
    struct fth_rect rect = call->info.domain;
    struct fth_grid key = fth_grid_of_plane(values, rect), from[4], onto[4];
    struct fth_work work = fth_pixels_work(call);
    struct fth_varblur how = {(enum fth_blur_filter)params->filter, passes(params),
                              radius_x(call), radius_y(call), borders[params->edges],
                              &key, !params->key_weighted};
    int count = 0;
    for (int i = 0; i < 4; i++) {
        if (!in[i])
            continue;
        from[count] = fth_grid_of_plane(in[i], rect);
        onto[count++] = fth_grid_of_plane(to[i], rect);
    }
    return fth_varblur_run(&work, &how, from, onto, count, error);
}

static enum fth_status blur_planes(const struct fth_call *call, struct fth_plane *const in[4],
                                   struct fth_image *image, struct fth_error *error)
{
    const struct params *params = call->params;
    struct fth_plane *to[4] = {NULL};
    struct key key = {0};
    enum fth_status status = make_key(call, &key, error);
    for (int i = 0; i < 4 && status == FTH_OK; i++) {
        if (in[i])
            status = fth_image_add(image, fth_rgba_names[i], call->env->buffers,
                                   call->info.domain, &to[i], error);
    }
    if (status == FTH_OK && key.values && params->key_sets == SETS_RADIUS) {
        status = vary_planes(call, in, key.values, to, error);
    } else {
        for (int i = 0; i < 4 && status == FTH_OK; i++) {
            if (in[i])
                status = blur_plane(call, in[i], &key, to[i], error);
        }
    }
    fth_plane_unref(&key.values);
    fth_plane_unref(&key.blurred);
    return status;
}

static enum fth_status render(const struct fth_call *call, struct fth_image **out,
                              struct fth_error *error)
{
    const struct fth_image *input = call->inputs[PORT_INPUT];
    struct fth_rect rect = call->info.domain;
    struct fth_plane *in[4] = {NULL};
    struct fth_image *image = NULL;
    enum fth_status status = fth_pixels_rgba(call, input, rect, in, error);
    if (status == FTH_OK)
        status = fth_pixels_premultiply(call, input, rect, in, error);
    if (status == FTH_OK)
        status = fth_image_new(input->format, rect, &image, error);
    if (status == FTH_OK)
        status = blur_planes(call, in, image, error);
    if (status == FTH_OK)
        status = fth_pixels_share_rest(call, input, rect, image, error);
    fth_pixels_drop(in);
    if (status != FTH_OK) {
        fth_image_unref(&image);
        return status;
    }
    image->premultiplied = call->info.premultiplied;
    image->colour = input->colour;
    fth_image_copy_depth(image, input);
    *out = image;
    return FTH_OK;
}

static const struct fth_step steps[] = {
    {.id = "blur", .kind = FTH_NODE_WHOLE, .ports = 1u << PORT_INPUT | 1u << PORT_KEY,
     .is_identity = is_identity, .render = render},
    {NULL},
};

const struct fth_node_desc fth_node_blur = {
    .id = "blur",
    .label = "Blur",
    .tag = "Blr",
    .group = "Filter",
    .help = "Softens the picture, or only where a key is white: a background behind a sharp "
            "subject, a foreground before it, or everything the more the farther it is.",
    .version = 1,
    .flags = FTH_NODE_SAME_PLANES,
    .params = table,
    .params_size = sizeof(struct params),
    .inputs = ports,
    .steps = steps,
    .domain = tell,
};
