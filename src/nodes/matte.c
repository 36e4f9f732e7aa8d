/* SPDX-License-Identifier: Apache-2.0 */
/* Mattes: their edges, what is held out of them, and the pictures that leave with them. */
#include "nodes/matte.h"

#include <math.h>

#include "ops/kernels.h"

const struct fth_choice fth_blur_filters[] = {
    [FTH_BLUR_BOX] = {"box", "Box", "Fastest and coarsest: shows squares when it is large."},
    [FTH_BLUR_BARTLETT] = {"bartlett", "Bartlett", "A pyramid: between box and gaussian."},
    [FTH_BLUR_MULTIBOX] = {"multi_box", "Multi-box",
                           "Several boxes in a row: from 4 passes on close to gaussian."},
    [FTH_BLUR_GAUSSIAN] = {"gaussian", "Gaussian", "The smooth one."},
    {NULL},
};

const struct fth_choice fth_garbage_modes[] = {
    [FTH_GARBAGE_TRANSPARENT] = {"transparent", "Transparent",
                                 "Takes away what is in it: microphones, lamps, the edge of the "
                                 "set."},
    [FTH_GARBAGE_FILL] = {"fill", "Fill",
                          "Keeps what is in it, opaque: what was keyed and should not be."},
    {NULL},
};

/* ---- blur ------------------------------------------------------------------------------------ */

static double radius_of(const struct fth_call *call)
{
    const struct fth_matte_params *params = call->params;
    return fth_pixels_scaled(call, params->blur);
}

struct fth_rect fth_matte_domain(const struct fth_call *call, struct fth_rect input)
{
    const struct fth_matte_params *params = call->params;
    if (call->common->clipping_mode == FTH_CLIP_FRAME)
        return fth_format_rect(call->input_infos[0]->format);
    if (call->common->clipping_mode == FTH_CLIP_DOMAIN)
        return input;
    int32_t reach = fth_blur_reach((enum fth_blur_filter)params->filter, (int)params->num_passes,
                                   radius_of(call));
    return fth_rect_grow(input, reach, reach);
}

bool fth_matte_is_sharp(const struct fth_call *call)
{
    return !(radius_of(call) > 0);
}

/* What rings beyond 0 and 1 is cut. */
static void clamp_rows(void *context, int32_t y0, int32_t y1)
{
    const struct fth_grid *grid = context;
    for (int32_t y = y0; y < y1; y++) {
        float *row = fth_grid_row(grid, y);
        fth_kernels()->clamp(row, row, 0, 1, (size_t)grid->width);
    }
}

enum fth_status fth_matte_soften(const struct fth_call *call, struct fth_image **out,
                                 struct fth_error *error)
{
    enum { BLOCK_ROWS = 64 };
    const struct fth_matte_params *params = call->params;
    struct fth_rect rect = call->info.domain;
    struct fth_work work = fth_pixels_work(call);
    struct fth_plane *sharp = NULL, *soft = NULL;
    enum fth_status status = fth_pixels_over(call, call->previous, "A", rect, 0, &sharp, error);
    if (status == FTH_OK)
        status = fth_plane_new(call->env->buffers, rect, &soft, error);
    if (status == FTH_OK) {
        struct fth_grid from = fth_grid_of_plane(sharp, rect), to = fth_grid_of_plane(soft, rect);
        status = fth_blur(&work, &from, &to, (enum fth_blur_filter)params->filter,
                          (int)params->num_passes, radius_of(call), radius_of(call),
                          FTH_BORDER_ZERO, error);
        if (status == FTH_OK)
            status = fth_rows_run(&work, to.height, BLOCK_ROWS, clamp_rows, &to);
    }
    fth_plane_unref(&sharp);
    if (status == FTH_OK)
        return fth_matte_pass(call, soft, out, error);
    fth_plane_unref(&soft);
    return status;
}

/* ---- pixel by pixel -------------------------------------------------------------------------- */

void fth_matte_shape_row(const struct fth_matte_params *params, float *row, size_t n)
{
    const double most = 0.999; /* 6.4 */
    const struct fth_kernels *k = fth_kernels();
    if (params->contract_expand != 0)
        k->choke(row, row, (float)fmax(-most, fmin(params->contract_expand, most)), n);
    if (params->gamma != 1)
        k->power_exact(row, row, (float)(1 / params->gamma), n);
}

/* matte := max(matte, held), or matte (1 - held) */
static void hold_rows(const struct fth_plane *matte, const struct fth_plane *held, bool fills,
                      struct fth_rect rect)
{
    const struct fth_kernels *k = fth_kernels();
    size_t n = (size_t)fth_rect_width(rect);
    for (int32_t y = rect.y0; y < rect.y1; y++) {
        float *row = fth_plane_at(matte, rect.x0, y), *by = fth_plane_at(held, rect.x0, y);
        if (fills) {
            k->max(row, row, by, n);
        } else {
            k->invert(by, by, n);
            k->multiply(row, row, by, n);
        }
    }
}

static enum fth_status hold(const struct fth_call *call, const struct fth_key_view *view,
                            bool fills, const struct fth_plane *matte, struct fth_error *error)
{
    struct fth_plane *values = NULL;
    if (!view->image)
        return FTH_OK;
    enum fth_status status = fth_pixels_key(call, view, call->rect, &values, error);
    if (status == FTH_OK)
        hold_rows(matte, values, fills, call->rect);
    fth_plane_unref(&values);
    return status;
}

enum fth_status fth_matte_hold(const struct fth_call *call, const struct fth_image *solid,
                               const struct fth_image *garbage, const struct fth_plane *matte,
                               struct fth_error *error)
{
    const struct fth_matte_params *params = call->params;
    const struct fth_key_view keep = {solid, params->solid_matte_channel,
                                      params->invert_solid_matte};
    const struct fth_key_view drop = {garbage, params->garbage_matte_channel,
                                      params->invert_garbage_matte};
    enum fth_status status = hold(call, &keep, true, matte, error);
    if (status == FTH_OK)
        status = hold(call, &drop, params->garbage_mode == FTH_GARBAGE_FILL, matte, error);
    return status;
}

/* ---- the picture ----------------------------------------------------------------------------- */

enum fth_status fth_matte_pass(const struct fth_call *call, struct fth_plane *matte,
                               struct fth_image **out, struct fth_error *error)
{
    struct fth_image *image = NULL;
    enum fth_status status =
        fth_image_new(call->info.format, call->info.domain, &image, error);
    if (status != FTH_OK) {
        fth_plane_unref(&matte);
        return status;
    }
    image->colour = FTH_COLOUR_DATA;
    status = fth_image_set(image, "A", matte, error);
    if (status == FTH_OK)
        *out = image;
    else
        fth_image_unref(&image);
    return status;
}

/* Colours that were multiplied by `old`, divided by it; multiplied by `alpha`, which may be NULL.
 * Where both alphas are the same they stay to the bit. */
static void remultiply_row(float *row, const float *from, const float *old, const float *alpha,
                           size_t n)
{
    for (size_t i = 0; i < n; i++) {
        float straight = old[i] == 0 ? 0 : from[i] / old[i];
        float by = alpha ? alpha[i] : 1;
        row[i] = old[i] == by ? from[i] : by > 0 ? straight * by : 0;
    }
}

/* One colour as it leaves, in place of *colour. */
static enum fth_status deliver_colour(const struct fth_call *call, const struct fth_plane *old,
                                      const struct fth_plane *alpha, struct fth_plane **colour,
                                      struct fth_error *error)
{
    struct fth_rect rect = call->rect;
    size_t n = (size_t)fth_rect_width(rect);
    struct fth_plane *made = NULL;
    if (!old && !alpha)
        return FTH_OK;
    enum fth_status status = fth_plane_new(call->env->buffers, rect, &made, error);
    if (status != FTH_OK)
        return status;
    for (int32_t y = rect.y0; y < rect.y1; y++) {
        float *row = fth_plane_at(made, rect.x0, y);
        const float *from = fth_plane_at(*colour, rect.x0, y);
        const float *by = alpha ? fth_plane_at(alpha, rect.x0, y) : NULL;
        if (old)
            remultiply_row(row, from, fth_plane_at(old, rect.x0, y), by, n);
        else
            fth_kernels()->cut(row, from, by, n);
    }
    fth_plane_unref(colour);
    *colour = made;
    return FTH_OK;
}

bool fth_matte_is_multiplied(const struct fth_image *input)
{
    return input->premultiplied && !input->alpha_is_key;
}

enum fth_status fth_matte_deliver(const struct fth_call *call, const struct fth_image *input,
                                  bool multiplied, struct fth_plane *matte,
                                  struct fth_image **out, struct fth_error *error)
{
    const struct fth_matte_params *params = call->params;
    struct fth_plane *planes[4] = {NULL}, *old = NULL;
    struct fth_image *image = NULL;
    enum fth_status status = fth_pixels_rgba(call, input, call->rect, planes, error);
    if (status == FTH_OK && multiplied)
        old = fth_plane_ref(planes[3]);
    for (int i = 0; i < 3 && status == FTH_OK; i++)
        status = deliver_colour(call, old, params->post_multiply ? matte : NULL, &planes[i], error);
    fth_plane_unref(&old);
    fth_plane_unref(&planes[3]);
    planes[3] = matte;
    if (status == FTH_OK)
        status = fth_pixels_with(call, input, planes, &image, error);
    fth_pixels_drop(planes);
    if (status != FTH_OK)
        return status;
    image->alpha_is_key = false;
    *out = image;
    return FTH_OK;
}

enum fth_status fth_matte_show(const struct fth_call *call, const struct fth_image *input,
                               struct fth_plane *matte, struct fth_image **out,
                               struct fth_error *error)
{
    struct fth_plane *planes[4] = {fth_plane_ref(matte), fth_plane_ref(matte), matte, NULL};
    struct fth_image *image = NULL;
    enum fth_status status = fth_plane_new(call->env->buffers, call->rect, &planes[3], error);
    if (status == FTH_OK) {
        fth_plane_fill(planes[3], 1);
        status = fth_pixels_with(call, input, planes, &image, error);
    }
    fth_pixels_drop(planes);
    if (status != FTH_OK)
        return status;
    image->alpha_is_key = false;
    image->colour = FTH_COLOUR_DATA;
    *out = image;
    return FTH_OK;
}
