/* SPDX-License-Identifier: Apache-2.0 */
/* Glow: the bright parts of the picture, blurred, added to it as light. What is covered stays
 * covered: alpha does not change. */
#include <math.h>

#include "nodes/pixels.h"
#include "ops/blur.h"
#include "ops/kernels.h"

enum { PORT_INPUT, PORT_KEY };

struct params {
    double threshold, radius, gain, colour[4];
    int32_t key_channel;
    bool key_invert;
};

#define ROW(kind, field, ...) FTH_PARAM(kind, struct params, field, __VA_ARGS__)

static const struct fth_param table[] = {
    ROW(NUMBER, threshold, .label = "Threshold",
        .help = "How bright a part must be to glow; what is brighter glows with what it has above "
                "this.",
        .max = 16, .ui_max = 1, .def = {0.6}, .group = "Glow", .flags = FTH_PARAM_ANIMATES),
    ROW(NUMBER, radius, .label = "Radius", .help = "How far the light reaches.", .unit = "px",
        .max = 2000, .ui_max = 60, .def = {30}, .group = "Glow",
        .flags = FTH_PARAM_ANIMATES | FTH_PARAM_PIXELS),
    ROW(NUMBER, gain, .label = "Gain", .help = "How strong the light is; 0 is none.", .max = 100,
        .ui_max = 5, .def = {1}, .group = "Glow", .flags = FTH_PARAM_ANIMATES),
    ROW(COLOUR, colour, .label = "Colour", .help = "Tints the light.", .max = 16, .ui_max = 1,
        .def = {1, 1, 1, 1}, .group = "Glow", .flags = FTH_PARAM_ANIMATES),
    FTH_KEY_VIEW_ROWS(struct params, "Glows"),
    FTH_PARAM_TABLE_END,
};

static const struct fth_port ports[] = {
    [PORT_INPUT] = {"input", "Input", "The picture to make glow.", FTH_PORT_PICTURE, 0},
    [PORT_KEY] = {"key", "Key", "What may glow: white fully, black not at all. The light reaches "
                  "beyond it.", FTH_PORT_MASK, 1},
    {NULL},
};

static double radius_px(const struct fth_call *call)
{
    const struct params *params = call->params;
    return fth_pixels_scaled(call, params->radius);
}

static enum fth_status tell(const struct fth_call *call, struct fth_info *out,
                            struct fth_error *error)
{
    int32_t reach = fth_blur_reach(FTH_BLUR_GAUSSIAN, 1, radius_px(call));
    (void)error;
    if (out->has_alpha)
        out->premultiplied = true;
    if (call->common->clipping_mode == FTH_CLIP_FRAME)
        out->domain = fth_format_rect(out->format);
    if (call->common->clipping_mode == FTH_CLIP_NONE)
        out->domain = fth_rect_grow(out->domain, reach, reach);
    return FTH_OK;
}

static bool is_identity(const struct fth_call *call)
{
    const struct params *params = call->params;
    const struct fth_info *input = call->input_infos[PORT_INPUT];
    return params->gain == 0 && fth_rect_equal(call->info.domain, input->domain) &&
           call->info.premultiplied == input->premultiplied;
}

/* weight := the share of each pixel's light that glows: what its luminance has above the
 * threshold, where the key lets it. */
static void weigh(const struct fth_call *call, struct fth_plane *const rgba[4],
                  const struct fth_plane *key, const struct fth_plane *weight)
{
    const struct params *params = call->params;
    const float threshold = (float)params->threshold;
    struct fth_rect rect = call->info.domain;
    int32_t n = fth_rect_width(rect);
    for (int32_t y = rect.y0; y < rect.y1; y++) {
        float *row = fth_plane_at(weight, rect.x0, y);
        const float *allowed = key ? fth_plane_at(key, rect.x0, y) : NULL;
        fth_kernels()->luma(row, fth_plane_at(rgba[0], rect.x0, y),
                            fth_plane_at(rgba[1], rect.x0, y), fth_plane_at(rgba[2], rect.x0, y),
                            (size_t)n);
        for (int32_t x = 0; x < n; x++) {
            float above = row[x] > threshold ? (row[x] - threshold) / row[x] : 0;
            row[x] = allowed ? allowed[x] * above : above;
        }
    }
}

/* plane += gain blur(plane weight), in a plane of its own */
static enum fth_status add_light(const struct fth_call *call, const struct fth_plane *weight,
                                 float gain, struct fth_plane **plane, struct fth_error *error)
{
    const struct fth_kernels *k = fth_kernels();
    struct fth_rect rect = call->info.domain;
    struct fth_work work = fth_pixels_work(call);
    size_t n = (size_t)fth_rect_width(rect);
    struct fth_plane *made = NULL;
    enum fth_status status = fth_plane_new(call->env->buffers, rect, &made, error);
    for (int32_t y = rect.y0; y < rect.y1 && status == FTH_OK; y++)
        k->multiply(fth_plane_at(made, rect.x0, y), fth_plane_at(*plane, rect.x0, y),
                    fth_plane_at(weight, rect.x0, y), n);
    if (status == FTH_OK && !fth_rect_empty(rect)) {
        struct fth_grid grid = fth_grid_of_plane(made, rect);
        status = fth_blur(&work, &grid, &grid, FTH_BLUR_GAUSSIAN, 1, radius_px(call),
                          radius_px(call), FTH_BORDER_ZERO, error);
    }
    for (int32_t y = rect.y0; y < rect.y1 && status == FTH_OK; y++) {
        float *row = fth_plane_at(made, rect.x0, y);
        const float *in = fth_plane_at(*plane, rect.x0, y);
        for (size_t x = 0; x < n; x++)
            row[x] = in[x] + gain * row[x];
    }
    fth_plane_unref(plane);
    *plane = made;
    return status;
}

static enum fth_status render(const struct fth_call *call, struct fth_image **out,
                              struct fth_error *error)
{
    const struct params *params = call->params;
    const struct fth_image *input = call->inputs[PORT_INPUT];
    struct fth_key_view view = {call->inputs[PORT_KEY], params->key_channel, params->key_invert};
    struct fth_plane *planes[4] = {NULL}, *key = NULL, *weight = NULL;
    struct fth_image *image = NULL;
    enum fth_status status = fth_pixels_rgba(call, input, call->info.domain, planes, error);
    if (status == FTH_OK)
        status = fth_pixels_premultiply(call, input, call->info.domain, planes, error);
    if (status == FTH_OK && view.image)
        status = fth_pixels_key(call, &view, call->info.domain, &key, error);
    if (status == FTH_OK)
        status = fth_plane_new(call->env->buffers, call->info.domain, &weight, error);
    if (status == FTH_OK)
        weigh(call, planes, key, weight);
    for (int i = 0; i < 3 && status == FTH_OK; i++)
        status = add_light(call, weight, (float)(params->gain * params->colour[i]), &planes[i],
                           error);
    if (status == FTH_OK)
        status = fth_pixels_with(call, input, planes, &image, error);
    fth_pixels_drop(planes);
    fth_plane_unref(&key);
    fth_plane_unref(&weight);
    if (status == FTH_OK)
        *out = image;
    return status;
}

static const struct fth_step steps[] = {
    {.id = "glow", .kind = FTH_NODE_WHOLE, .ports = 1u << PORT_INPUT | 1u << PORT_KEY,
     .is_identity = is_identity, .render = render},
    {NULL},
};

const struct fth_node_desc fth_node_glow = {
    .id = "glow",
    .label = "Glow",
    .tag = "Glo",
    .group = "Filter",
    .help = "Lets the bright parts of the picture shine over what is around them: lamps, windows, "
            "fire.",
    .version = 1,
    .flags = FTH_NODE_SAME_PLANES,
    .works_in = FTH_WORKS_IN_LINEAR,
    .params = table,
    .params_size = sizeof(struct params),
    .inputs = ports,
    .steps = steps,
    .domain = tell,
};
