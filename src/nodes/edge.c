/* SPDX-License-Identifier: Apache-2.0 */
/* The colours of a cut-out's edge, from planes to planes. */
#include "nodes/edge.h"

#include <string.h>

#include "ops/edge.h"
#include "ops/kernels.h"

/* The input's colours in new planes, which may be written to. */
static enum fth_status take_colours(const struct fth_call *call, const struct fth_image *input,
                                    bool multiplied, struct fth_plane *planes[4],
                                    struct fth_error *error)
{
    struct fth_rect whole = call->info.domain;
    size_t n = (size_t)fth_rect_width(whole);
    enum fth_status status = fth_pixels_rgba(call, input, whole, planes, error);
    for (int i = 0; i < 3 && status == FTH_OK; i++) {
        struct fth_plane *own = NULL;
        status = fth_plane_new(call->env->buffers, whole, &own, error);
        for (int32_t y = whole.y0; y < whole.y1 && status == FTH_OK; y++) {
            float *row = fth_plane_at(own, whole.x0, y);
            const float *from = fth_plane_at(planes[i], whole.x0, y);
            if (multiplied && planes[3])
                fth_kernels()->unpremultiply(row, from, fth_plane_at(planes[3], whole.x0, y), n);
            else
                memcpy(row, from, n * sizeof(*row));
        }
        fth_plane_unref(&planes[i]);
        planes[i] = own;
    }
    fth_plane_unref(&planes[3]);
    return status;
}

enum fth_status fth_edge_colours(const struct fth_call *call, const struct fth_image *input,
                                 bool multiplied, const struct fth_plane *alpha,
                                 struct fth_edge_how how, struct fth_plane *planes[4],
                                 struct fth_error *error)
{
    struct fth_work work = fth_pixels_work(call);
    struct fth_rect whole = call->info.domain;
    enum fth_status status = take_colours(call, input, multiplied, planes, error);
    if (status == FTH_OK && !fth_rect_empty(whole)) {
        struct fth_grid colours[3], matte = fth_grid_of_plane(alpha, whole);
        for (int i = 0; i < 3; i++)
            colours[i] = fth_grid_of_plane(planes[i], whole);
        struct fth_edge edge = {colours, &matte, fth_pixels_scaled(call, how.width_px),
                                (float)how.amount};
        status = fth_edge_clean(&work, &edge, colours, error);
    }
    if (status != FTH_OK)
        fth_pixels_drop(planes);
    return status;
}
