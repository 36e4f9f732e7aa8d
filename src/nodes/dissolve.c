/* SPDX-License-Identifier: Apache-2.0 */
/* Dissolve: from one picture to another. At either end the other one is not even asked for. */
#include "nodes/layers.h"
#include "ops/kernels.h"

struct params {
    double mix;
};

static const struct fth_param table[] = {
    FTH_PARAM(NUMBER, struct params, mix, .label = "Mix",
              .help = "0 is the background, 1 the foreground, between them both are seen. Give it "
                      "keyframes for a cross-fade.",
              .max = 1, .def = {0.5}, .group = "Dissolve", .flags = FTH_PARAM_ANIMATES),
    FTH_PARAM_TABLE_END,
};

static const struct fth_port ports[] = {
    [FTH_LAYER_BACK] = {"background", "Background",
                        "The picture at Mix 0; its size is the result's.", FTH_PORT_PICTURE, 0},
    [FTH_LAYER_FRONT] = {"foreground", "Foreground", "The picture at Mix 1, centred.",
                         FTH_PORT_PICTURE, 0},
    {NULL},
};

static bool ignores(const struct fth_call *call, int port)
{
    const struct params *params = call->params;
    return port == FTH_LAYER_BACK ? params->mix == 1 : params->mix == 0;
}

/* The port of the only picture that is seen, or -1. */
static int alone(const struct fth_call *call)
{
    if (ignores(call, FTH_LAYER_FRONT))
        return FTH_LAYER_BACK;
    return ignores(call, FTH_LAYER_BACK) ? FTH_LAYER_FRONT : -1;
}

static enum fth_status tell(const struct fth_call *call, struct fth_info *out,
                            struct fth_error *error)
{
    const struct fth_info *back = call->input_infos[FTH_LAYER_BACK];
    const struct fth_info *front = call->input_infos[FTH_LAYER_FRONT];
    struct fth_shift shift = fth_layers_shift(call, FTH_LAYER_FRONT);
    (void)error;
    out->domain = fth_layers_domain(call);
    if (alone(call) == FTH_LAYER_BACK)
        out->domain = back->domain;
    else if (alone(call) == FTH_LAYER_FRONT)
        out->domain = fth_rect_intersect(out->domain,
                                         fth_rect_moved(front->domain, -shift.dx, -shift.dy));
    out->has_alpha = back->has_alpha || front->has_alpha;
    if (alone(call) >= 0) {
        out->has_alpha = call->input_infos[alone(call)]->has_alpha;
        out->colour = call->input_infos[alone(call)]->colour;
    }
    out->premultiplied = true;
    return FTH_OK;
}

static bool is_identity(const struct fth_call *call)
{
    const struct fth_info *back = call->input_infos[FTH_LAYER_BACK];
    return alone(call) == FTH_LAYER_BACK && back->premultiplied;
}

static enum fth_status mix_plane(const struct fth_call *call, struct fth_plane **back,
                                 const struct fth_plane *front, struct fth_error *error)
{
    const struct params *params = call->params;
    struct fth_rect rect = call->rect;
    struct fth_plane *made = NULL;
    enum fth_status status = fth_plane_new(call->env->buffers, rect, &made, error);
    for (int32_t y = rect.y0; y < rect.y1 && status == FTH_OK; y++)
        fth_kernels()->lerp(fth_plane_at(made, rect.x0, y), fth_plane_at(*back, rect.x0, y),
                            fth_plane_at(front, rect.x0, y), (float)params->mix,
                            (size_t)fth_rect_width(rect));
    fth_plane_unref(back);
    *back = made;
    return status;
}

static enum fth_status render(const struct fth_call *call, struct fth_image **out,
                              struct fth_error *error)
{
    struct fth_plane *back[4] = {NULL}, *front[4] = {NULL};
    struct fth_image *image = NULL, *like = NULL;
    int only = alone(call);
    int how = only < 0 && call->info.has_alpha ? FTH_LAYER_FULL : 0;
    enum fth_status status = FTH_OK;
    if (only != FTH_LAYER_FRONT)
        status = fth_layers_take(call, FTH_LAYER_BACK, how, back, error);
    if (status == FTH_OK && only != FTH_LAYER_BACK)
        status = fth_layers_take(call, FTH_LAYER_FRONT, how, front, error);
    for (int i = 0; i < 4 && status == FTH_OK && only < 0; i++) {
        if (front[i])
            status = mix_plane(call, &back[i], front[i], error);
    }
    /* depth and the like are the background's; without it there are none */
    if (status == FTH_OK && only == FTH_LAYER_FRONT) {
        status = fth_image_new(call->info.format, call->info.domain, &like, error);
        if (status == FTH_OK)
            like->colour = call->inputs[FTH_LAYER_FRONT]->colour;
    }
    if (status == FTH_OK)
        status = fth_pixels_with(call, like ? like : call->inputs[FTH_LAYER_BACK],
                                 only == FTH_LAYER_FRONT ? front : back, &image, error);
    fth_pixels_drop(back);
    fth_pixels_drop(front);
    fth_image_unref(&like);
    if (status == FTH_OK)
        *out = image;
    return status;
}

static const struct fth_step steps[] = {
    {.id = "dissolve", .kind = FTH_NODE_AREA,
     .ports = 1u << FTH_LAYER_BACK | 1u << FTH_LAYER_FRONT, .region_in = fth_layers_region,
     .is_point = fth_layers_are_aligned, .is_identity = is_identity, .ignores_port = ignores,
     .render = render},
    {NULL},
};

const struct fth_node_desc fth_node_dissolve = {
    .id = "dissolve",
    .label = "Dissolve",
    .tag = "Dx",
    .group = "Composite",
    .help = "Fades from one picture to another. At 0 and 1 only one of them is made at all.",
    .version = 1,
    .params = table,
    .params_size = sizeof(struct params),
    .inputs = ports,
    .steps = steps,
    .domain = tell,
};
