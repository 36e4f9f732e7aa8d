/* SPDX-License-Identifier: Apache-2.0 */
/* Merge: a foreground over a background, with multiplied colours: out = F + (1 - alpha) B. */
#include "nodes/pixels.h"
#include "ops/kernels.h"

enum { PORT_BACKGROUND, PORT_FOREGROUND };

static const struct fth_port ports[] = {
    [PORT_BACKGROUND] = {"background", "Background", "The layer below; its size is the result's.",
                         FTH_PORT_PICTURE, 0},
    [PORT_FOREGROUND] = {"foreground", "Foreground",
                         "The layer on top, centred; opaque where it has no alpha.",
                         FTH_PORT_PICTURE, 0},
    {NULL},
};

/* What to add to a position in the result to have it in the foreground: centres meet, in whole
 * pixels. */
static void find_shift(const struct fth_call *call, int32_t *dx, int32_t *dy)
{
    struct fth_format back = call->input_infos[PORT_BACKGROUND]->format;
    struct fth_format front = call->input_infos[PORT_FOREGROUND]->format;
    *dx = (front.width - back.width) / 2;
    *dy = (front.height - back.height) / 2;
}

static struct fth_rect moved(struct fth_rect rect, int32_t dx, int32_t dy)
{
    return (struct fth_rect){rect.x0 + dx, rect.y0 + dy, rect.x1 + dx, rect.y1 + dy};
}

static enum fth_status tell(const struct fth_call *call, struct fth_info *out,
                            struct fth_error *error)
{
    int32_t dx, dy;
    (void)error;
    find_shift(call, &dx, &dy);
    struct fth_rect front = moved(call->input_infos[PORT_FOREGROUND]->domain, -dx, -dy);
    out->domain = fth_rect_join(out->domain, front);
    if (call->common->clipping_mode == FTH_CLIP_FRAME)
        out->domain = fth_rect_intersect(out->domain, fth_format_rect(out->format));
    else if (call->common->clipping_mode == FTH_CLIP_DOMAIN)
        out->domain = call->input_infos[PORT_BACKGROUND]->domain;
    out->premultiplied = true;
    return FTH_OK;
}

static struct fth_rect region_in(const struct fth_call *call, int port, struct fth_rect rect)
{
    int32_t dx, dy;
    find_shift(call, &dx, &dy);
    return port == PORT_FOREGROUND ? moved(rect, dx, dy) : rect;
}

static bool is_point(const struct fth_call *call)
{
    int32_t dx, dy;
    find_shift(call, &dx, &dy);
    return dx == 0 && dy == 0;
}

/* dst := front over back; alpha NULL: the front is opaque. */
static void over_plane(const struct fth_call *call, const struct fth_plane *front,
                       const struct fth_plane *alpha, const struct fth_plane *back,
                       const struct fth_plane *dst)
{
    const struct fth_kernels *k = fth_kernels();
    struct fth_rect rect = call->rect;
    int32_t dx, dy;
    find_shift(call, &dx, &dy);
    for (int32_t y = rect.y0; y < rect.y1; y++)
        k->over(fth_plane_at(dst, rect.x0, y), fth_plane_at(front, rect.x0 + dx, y + dy),
                fth_plane_at(back, rect.x0, y), fth_plane_at(alpha, rect.x0 + dx, y + dy),
                (size_t)fth_rect_width(rect));
}

/* The foreground's planes over its part of the result, multiplied; one without alpha is opaque
 * where it has pixels. */
static enum fth_status take_front(const struct fth_call *call, struct fth_plane *front[4],
                                  struct fth_error *error)
{
    const struct fth_image *image = call->inputs[PORT_FOREGROUND];
    struct fth_rect rect = region_in(call, PORT_FOREGROUND, call->rect);
    enum fth_status status = fth_pixels_rgba(call, image, rect, front, error);
    if (status == FTH_OK)
        status = fth_pixels_premultiply(call, image, rect, front, error);
    if (status == FTH_OK && !front[3]) {
        status = fth_plane_new(call->env->buffers, rect, &front[3], error);
        struct fth_rect opaque = fth_rect_intersect(rect, image->domain);
        if (status == FTH_OK)
            fth_plane_fill(front[3], 0);
        for (int32_t y = opaque.y0; y < opaque.y1 && status == FTH_OK; y++)
            fth_kernels()->fill(fth_plane_at(front[3], opaque.x0, y), 1,
                                (size_t)fth_rect_width(opaque));
    }
    return status;
}

static enum fth_status render(const struct fth_call *call, struct fth_image **out,
                              struct fth_error *error)
{
    const struct fth_image *back = call->inputs[PORT_BACKGROUND];
    struct fth_plane *front[4] = {NULL}, *under[4] = {NULL}, *to = NULL;
    struct fth_image *image = NULL;
    enum fth_status status = take_front(call, front, error);
    if (status == FTH_OK)
        status = fth_pixels_rgba(call, back, call->rect, under, error);
    if (status == FTH_OK)
        status = fth_pixels_premultiply(call, back, call->rect, under, error);
    if (status == FTH_OK)
        status = fth_image_new_like(back, &image, error);
    if (status == FTH_OK) {
        image->domain = call->info.domain;
        image->premultiplied = true;
        status = fth_pixels_share_rest(call, back, call->rect, image, error);
    }
    for (int i = 0; i < 4 && status == FTH_OK; i++) {
        if (!under[i])
            continue; /* a background without alpha stays opaque */
        status = fth_image_add(image, fth_rgba_names[i], call->env->buffers, call->rect, &to,
                               error);
        if (status == FTH_OK)
            over_plane(call, front[i], front[3], under[i], to);
    }
    fth_pixels_drop(front);
    fth_pixels_drop(under);
    if (status == FTH_OK)
        *out = image;
    else
        fth_image_unref(&image);
    return status;
}

static const struct fth_step steps[] = {
    {.id = "over", .kind = FTH_NODE_AREA, .ports = 1u << PORT_BACKGROUND | 1u << PORT_FOREGROUND,
     .region_in = region_in, .is_point = is_point, .render = render},
    {NULL},
};

const struct fth_node_desc fth_node_merge = {
    .id = "merge",
    .label = "Merge",
    .tag = "Mrg",
    .group = "Composite",
    .help = "Lays a foreground over a background by the foreground's alpha. Blend fades it.",
    .version = 1,
    .flags = FTH_NODE_SAME_PLANES,
    .inputs = ports,
    .steps = steps,
    .domain = tell,
};
