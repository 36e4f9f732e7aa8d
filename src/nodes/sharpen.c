/* SPDX-License-Identifier: Apache-2.0 */
/* Sharpen: what a blur takes away is added (unsharp mask). Under a soft alpha the blur is divided
 * by that of alpha, so that a cut-out's edge gets no rim. */
#include <math.h>

#include "nodes/pixels.h"
#include "ops/blur.h"
#include "ops/kernels.h"

enum { PORT_INPUT, PORT_KEY };

struct params {
    double amount, radius, threshold;
    int32_t key_channel;
    bool key_invert;
};

#define ROW(kind, field, ...) FTH_PARAM(kind, struct params, field, __VA_ARGS__)

static const struct fth_param table[] = {
    ROW(NUMBER, amount, .label = "Amount",
        .help = "How much of the fine detail is added: 0 leaves the picture, 1 doubles the detail.",
        .max = 20, .ui_max = 3, .def = {0.5}, .group = "Sharpen", .flags = FTH_PARAM_ANIMATES),
    ROW(NUMBER, radius, .label = "Radius",
        .help = "How coarse detail may be: small for hair and cloth, large for contrast of whole "
                "areas.",
        .unit = "px", .max = 500, .ui_max = 20, .def = {2}, .group = "Sharpen",
        .flags = FTH_PARAM_ANIMATES | FTH_PARAM_PIXELS),
    ROW(NUMBER, threshold, .label = "Threshold",
        .help = "Detail weaker than this stays as it is: keeps grain from being sharpened.",
        .max = 1, .ui_max = 0.1, .group = "Sharpen", .flags = FTH_PARAM_ANIMATES),
    FTH_KEY_VIEW_ROWS(struct params, "Sharpens"),
    FTH_PARAM_TABLE_END,
};

static const struct fth_port ports[] = {
    [PORT_INPUT] = {"input", "Input", "The picture to sharpen.", FTH_PORT_PICTURE, 0},
    [PORT_KEY] = {"key", "Key", "Where to sharpen: white fully, black not at all.", FTH_PORT_MASK,
                  1},
    {NULL},
};

static bool is_identity(const struct fth_call *call)
{
    const struct params *params = call->params;
    const struct fth_info *input = call->input_infos[PORT_INPUT];
    return (params->amount == 0 || params->radius == 0) &&
           call->info.premultiplied == input->premultiplied;
}

static enum fth_status tell(const struct fth_call *call, struct fth_info *out,
                            struct fth_error *error)
{
    (void)call, (void)error;
    if (out->has_alpha)
        out->premultiplied = true;
    return FTH_OK;
}

static enum fth_status blurred(const struct fth_call *call, const struct fth_plane *source,
                               struct fth_plane **result, struct fth_error *error)
{
    const struct params *params = call->params;
    struct fth_rect rect = call->info.domain;
    struct fth_work work = fth_pixels_work(call);
    double radius_px = fth_pixels_scaled(call, params->radius);
    enum fth_status status = fth_plane_new(call->env->buffers, rect, result, error);
    if (status != FTH_OK || fth_rect_empty(rect))
        return status;
    struct fth_grid from = fth_grid_of_plane(source, rect), to = fth_grid_of_plane(*result, rect);
    return fth_blur(&work, &from, &to, FTH_BLUR_GAUSSIAN, 1, radius_px, radius_px,
                    FTH_BORDER_REPEAT, error);
}

/* How a row is sharpened; alpha and its blur NULL: opaque. */
struct rows {
    const float *in, *soft, *alpha, *soft_alpha, *key;
    float *out;
};

static void sharpen_row(const struct params *params, const struct rows *r, int32_t n)
{
    const float amount = (float)params->amount, threshold = (float)params->threshold;
    for (int32_t x = 0; x < n; x++) {
        float soft = r->soft[x];
        if (r->alpha)
            soft = r->soft_alpha[x] > 1e-4f ? soft / r->soft_alpha[x] * r->alpha[x] : r->in[x];
        float detail = r->in[x] - soft, size = FTH_MAX(fabsf(detail) - threshold, 0);
        float step = amount * (detail < 0 ? -size : size);
        r->out[x] = r->in[x] + (r->key ? r->key[x] * step : step);
    }
}

static enum fth_status sharpen(const struct fth_call *call, struct fth_plane *const helpers[3],
                               struct fth_plane **plane, struct fth_error *error)
{
    struct fth_rect rect = call->info.domain;
    struct fth_plane *soft = NULL, *made = NULL;
    enum fth_status status = blurred(call, *plane, &soft, error);
    if (status == FTH_OK)
        status = fth_plane_new(call->env->buffers, rect, &made, error);
    for (int32_t y = rect.y0; y < rect.y1 && status == FTH_OK; y++) {
        struct rows rows = {.in = fth_plane_at(*plane, rect.x0, y),
                            .soft = fth_plane_at(soft, rect.x0, y),
                            .out = fth_plane_at(made, rect.x0, y)};
        rows.alpha = helpers[0] ? fth_plane_at(helpers[0], rect.x0, y) : NULL;
        rows.soft_alpha = helpers[1] ? fth_plane_at(helpers[1], rect.x0, y) : NULL;
        rows.key = helpers[2] ? fth_plane_at(helpers[2], rect.x0, y) : NULL;
        sharpen_row(call->params, &rows, fth_rect_width(rect));
    }
    fth_plane_unref(&soft);
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
    struct fth_plane *planes[4] = {NULL}, *helpers[3] = {NULL};
    struct fth_image *image = NULL;
    enum fth_status status = fth_pixels_rgba(call, input, call->info.domain, planes, error);
    if (status == FTH_OK)
        status = fth_pixels_premultiply(call, input, call->info.domain, planes, error);
    helpers[0] = fth_plane_ref(planes[3]);
    if (status == FTH_OK && planes[3])
        status = blurred(call, planes[3], &helpers[1], error);
    if (status == FTH_OK && view.image)
        status = fth_pixels_key(call, &view, call->info.domain, &helpers[2], error);
    bool idle = params->amount == 0 || params->radius == 0;
    for (int i = 0; i < 3 && status == FTH_OK && !idle; i++)
        status = sharpen(call, helpers, &planes[i], error);
    if (status == FTH_OK)
        status = fth_pixels_with(call, input, planes, &image, error);
    fth_pixels_drop(planes);
    for (int i = 0; i < 3; i++)
        fth_plane_unref(&helpers[i]);
    if (status == FTH_OK)
        *out = image;
    return status;
}

static const struct fth_step steps[] = {
    {.id = "sharpen", .kind = FTH_NODE_WHOLE, .ports = 1u << PORT_INPUT | 1u << PORT_KEY,
     .is_identity = is_identity, .render = render},
    {NULL},
};

const struct fth_node_desc fth_node_sharpen = {
    .id = "sharpen",
    .label = "Sharpen",
    .tag = "Shp",
    .group = "Filter",
    .help = "Brings out fine detail in the picture, or only where a key is white: the presenter "
            "and not the room.",
    .version = 1,
    .flags = FTH_NODE_SAME_PLANES,
    .params = table,
    .params_size = sizeof(struct params),
    .inputs = ports,
    .steps = steps,
    .domain = tell,
};
