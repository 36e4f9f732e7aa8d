/* SPDX-License-Identifier: Apache-2.0 */
/* Where two layers lie, and their pixels on top of each other. */
#include "nodes/layers.h"

#include <string.h>

struct fth_shift fth_layers_shift(const struct fth_call *call, int port)
{
    struct fth_format back = call->input_infos[FTH_LAYER_BACK]->format;
    struct fth_format front = call->input_infos[port]->format;
    return (struct fth_shift){(front.width - back.width) / 2, (front.height - back.height) / 2};
}

bool fth_layers_are_aligned(const struct fth_call *call)
{
    struct fth_shift shift = fth_layers_shift(call, FTH_LAYER_FRONT);
    return shift.dx == 0 && shift.dy == 0;
}

struct fth_rect fth_layers_domain(const struct fth_call *call)
{
    const struct fth_info *back = call->input_infos[FTH_LAYER_BACK];
    const struct fth_info *front = call->input_infos[FTH_LAYER_FRONT];
    struct fth_shift shift = fth_layers_shift(call, FTH_LAYER_FRONT);
    struct fth_rect both =
        fth_rect_join(back->domain, fth_rect_moved(front->domain, -shift.dx, -shift.dy));
    if (call->common->clipping_mode == FTH_CLIP_FRAME)
        return fth_rect_intersect(both, fth_format_rect(back->format));
    return call->common->clipping_mode == FTH_CLIP_DOMAIN ? back->domain : both;
}

struct fth_rect fth_layers_region(const struct fth_call *call, int port, struct fth_rect rect)
{
    struct fth_shift shift = fth_layers_shift(call, port);
    return fth_rect_moved(rect, shift.dx, shift.dy);
}

/* The plane's pixels at their places in the result; takes the reference over. */
static enum fth_status place(const struct fth_call *call, struct fth_shift shift,
                             struct fth_plane **plane, struct fth_error *error)
{
    struct fth_plane *made = NULL;
    struct fth_rect rect = call->rect;
    if (!*plane || (shift.dx == 0 && shift.dy == 0))
        return FTH_OK;
    enum fth_status status = fth_plane_new(call->env->buffers, rect, &made, error);
    for (int32_t y = rect.y0; y < rect.y1 && status == FTH_OK; y++)
        memcpy(fth_plane_at(made, rect.x0, y),
               fth_plane_at(*plane, rect.x0 + shift.dx, y + shift.dy),
               (size_t)fth_rect_width(rect) * sizeof(float));
    fth_plane_unref(plane);
    *plane = made;
    return status;
}

enum fth_status fth_layers_take(const struct fth_call *call, int port, int how,
                                struct fth_plane *planes[4], struct fth_error *error)
{
    const struct fth_image *image = call->inputs[port];
    struct fth_shift shift = fth_layers_shift(call, port);
    struct fth_rect rect = fth_rect_moved(call->rect, shift.dx, shift.dy);
    enum fth_status status = fth_pixels_rgba(call, image, rect, planes, error);
    if (status == FTH_OK && !(how & FTH_LAYER_AS_IT_IS))
        status = fth_pixels_premultiply(call, image, rect, planes, error);
    if (status == FTH_OK && how & FTH_LAYER_FULL && !planes[3])
        status = fth_pixels_opacity(call, image, rect, &planes[3], error);
    for (int i = 0; i < 4 && status == FTH_OK; i++)
        status = place(call, shift, &planes[i], error);
    return status;
}
