/* SPDX-License-Identifier: Apache-2.0 */
/* The edge of what a depth map cuts out: its colours without those of what was behind. They travel
 * beside the map, not multiplied. */
#include "nodes/depth_map.h"
#include "ops/kernels.h"

bool fth_depth_map_edge_is_identity(const struct fth_call *call)
{
    const struct fth_depth_map *params = call->params;
    return !params->decontaminate || params->decontaminate_amount == 0 || params->preview ||
           params->output == OUTPUT_KEY;
}

bool fth_depth_map_edge_ignores(const struct fth_call *call, int port)
{
    (void)port;
    return fth_depth_map_edge_is_identity(call);
}

/* to = clamp01(map) * alpha */
void fth_depth_map_matte(const struct fth_plane *map, const struct fth_plane *alpha,
                         const struct fth_plane *to)
{
    const struct fth_kernels *k = fth_kernels();
    size_t n = (size_t)fth_rect_width(to->rect);
    int32_t x = to->rect.x0;
    for (int32_t y = to->rect.y0; y < to->rect.y1; y++) {
        float *row = fth_plane_at(to, x, y);
        k->clamp(row, fth_plane_at(map, x, y), 0, 1, n);
        if (alpha)
            k->multiply(row, row, fth_plane_at(alpha, x, y), n);
    }
}

/* The bundle with the clean colours beside its map. */
static enum fth_status put_colours(const struct fth_image *before, struct fth_plane *planes[4],
                                   struct fth_image **out, struct fth_error *error)
{
    struct fth_image *image = NULL;
    enum fth_status status = fth_image_new_like(before, &image, error);
    for (int i = 0; i < 3 && status == FTH_OK; i++) {
        status = fth_image_set(image, fth_rgba_names[i], planes[i], error);
        planes[i] = NULL;
    }
    if (status == FTH_OK)
        *out = image;
    else
        fth_image_unref(&image);
    return status;
}

enum fth_status fth_depth_map_edge(const struct fth_call *call, struct fth_image **out,
                                   struct fth_error *error)
{
    const struct fth_depth_map *params = call->params;
    const struct fth_image *input = call->inputs[PORT_INPUT];
    const struct fth_plane *map = fth_image_plane(call->previous, "disparity");
    struct fth_edge_how how = {params->decontaminate_amount, params->edge_width};
    struct fth_plane *planes[4] = {NULL}, *matte = NULL, *alpha = NULL;
    struct fth_rect whole = call->info.domain;
    if (fth_depth_map_edge_is_identity(call))
        return fth_image_new_like(call->previous, out, error);
    fth_depth_map_remark_empty(call);
    enum fth_status status = fth_plane_new(call->env->buffers, whole, &matte, error);
    if (status == FTH_OK && fth_image_plane(input, "A"))
        status = fth_pixels_over(call, input, "A", whole, 0, &alpha, error);
    if (status == FTH_OK) {
        fth_depth_map_matte(map, alpha, matte);
        status = fth_edge_colours(call, input, input->premultiplied, matte, how, planes, error);
    }
    if (status == FTH_OK)
        status = put_colours(call->previous, planes, out, error);
    fth_pixels_drop(planes);
    fth_plane_unref(&matte);
    fth_plane_unref(&alpha);
    return status;
}
