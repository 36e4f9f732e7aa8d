/* SPDX-License-Identifier: Apache-2.0 */
/* Planes over rectangles, shared where they can be. */
#include "nodes/pixels.h"

#include <string.h>

#include "image/origin.h"
#include "ops/kernels.h"

const char *const fth_rgba_names[4] = {"R", "G", "B", "A"};

const struct fth_choice fth_key_channels[] = {
    [FTH_MASK_AUTO] = {"auto", "Auto", "Alpha where the key has it, else brightness."},
    [FTH_MASK_RED] = {"red", "Red", "The key's red channel."},
    [FTH_MASK_GREEN] = {"green", "Green", "The key's green channel."},
    [FTH_MASK_BLUE] = {"blue", "Blue", "The key's blue channel."},
    [FTH_MASK_ALPHA] = {"alpha", "Alpha", "The key's alpha; white where it has none."},
    [FTH_MASK_LUMINANCE] = {"luminance", "Luminance", "The key's brightness, whatever its alpha."},
    {NULL},
};

enum fth_status fth_pixels_made(const struct fth_call *call, const char *name,
                                struct fth_plane **plane, struct fth_error *error)
{
    struct fth_plane *whole = call->into ? fth_image_plane(call->into, name) : NULL;
    if (!whole)
        return fth_plane_new(call->env->buffers, call->rect, plane, error);
    enum fth_status status = fth_plane_part(whole, call->rect, plane, error);
    if (status == FTH_OK)
        (*plane)->streams = call->streams;
    return status;
}

enum fth_status fth_pixels_over(const struct fth_call *call, const struct fth_image *image,
                                const char *name, struct fth_rect rect, float outside,
                                struct fth_plane **result, struct fth_error *error)
{
    struct fth_plane *source = image ? fth_image_plane(image, name) : NULL, *plane = NULL;
    struct fth_rect there = {0};
    if (source)
        there = fth_rect_intersect(source->rect, image->domain);
    if (source && fth_rect_contains(there, rect)) {
        *result = fth_plane_ref(source);
        return FTH_OK;
    }
    enum fth_status status = fth_plane_new(call->env->buffers, rect, &plane, error);
    if (status != FTH_OK)
        return status;
    fth_plane_fill(plane, outside);
    there = fth_rect_intersect(there, rect);
    if (!fth_rect_empty(there))
        fth_plane_copy(plane, source, there, outside);
    *result = plane;
    return FTH_OK;
}

void fth_pixels_drop(struct fth_plane *planes[4])
{
    for (int i = 0; i < 4; i++)
        fth_plane_unref(&planes[i]);
}

bool fth_pixels_has_colours(const struct fth_image *image)
{
    return fth_image_plane(image, "R") && fth_image_plane(image, "G") &&
           fth_image_plane(image, "B");
}

enum fth_status fth_pixels_rgba(const struct fth_call *call, const struct fth_image *image,
                                struct fth_rect rect, struct fth_plane *planes[4],
                                struct fth_error *error)
{
    memset(planes, 0, 4 * sizeof(*planes));
    enum fth_status status = FTH_OK;
    for (int i = 0; i < 4 && status == FTH_OK; i++) {
        if (i < 3 || fth_image_plane(image, "A"))
            status = fth_pixels_over(call, image, fth_rgba_names[i], rect, 0, &planes[i], error);
    }
    if (status != FTH_OK)
        fth_pixels_drop(planes);
    return status;
}

enum fth_status fth_pixels_moment(const struct fth_call *call, int port, int index,
                                  struct fth_rect rect, struct fth_plane *planes[4],
                                  struct fth_error *error)
{
    const struct fth_image *image = call->moments[port].images[index];
    struct fth_image *unpacked = NULL;
    enum fth_status status = FTH_OK;
    memset(planes, 0, 4 * sizeof(*planes));
    if (image && fth_image_is_bare(image))
        status = fth_image_unpack(image, rect, call->env->pool, call->env->buffers, &unpacked,
                                  error);
    if (status == FTH_OK)
        status = fth_pixels_rgba(call, unpacked ? unpacked : image, rect, planes, error);
    fth_image_unref(&unpacked);
    return status;
}

enum fth_status fth_pixels_premultiply(const struct fth_call *call, const struct fth_image *image,
                                       struct fth_rect rect, struct fth_plane *planes[4],
                                       struct fth_error *error)
{
    if (image->premultiplied || !planes[3])
        return FTH_OK;
    for (int i = 0; i < 3; i++) {
        struct fth_plane *product = NULL;
        enum fth_status status = fth_plane_new(call->env->buffers, rect, &product, error);
        if (status != FTH_OK)
            return status;
        for (int32_t y = rect.y0; y < rect.y1; y++)
            fth_kernels()->multiply(fth_plane_at(product, rect.x0, y),
                                    fth_plane_at(planes[i], rect.x0, y),
                                    fth_plane_at(planes[3], rect.x0, y),
                                    (size_t)fth_rect_width(rect));
        fth_plane_unref(&planes[i]);
        planes[i] = product;
    }
    return FTH_OK;
}

enum fth_status fth_pixels_opacity(const struct fth_call *call, const struct fth_image *image,
                                   struct fth_rect rect, struct fth_plane **plane,
                                   struct fth_error *error)
{
    if (fth_image_plane(image, "A"))
        return fth_pixels_over(call, image, "A", rect, 0, plane, error);
    struct fth_rect opaque = fth_rect_intersect(rect, image->domain);
    enum fth_status status = fth_plane_new(call->env->buffers, rect, plane, error);
    if (status != FTH_OK)
        return status;
    fth_plane_fill(*plane, 0);
    for (int32_t y = opaque.y0; y < opaque.y1; y++)
        fth_kernels()->fill(fth_plane_at(*plane, opaque.x0, y), 1,
                            (size_t)fth_rect_width(opaque));
    return FTH_OK;
}

static bool is_rgba(const char *name)
{
    return name[0] && !name[1] && strchr("RGBA", name[0]);
}

enum fth_status fth_pixels_share_rest(const struct fth_call *call, const struct fth_image *in,
                                      struct fth_rect rect, struct fth_image *out,
                                      struct fth_error *error)
{
    for (int i = 0; i < in->channel_count; i++) {
        const char *name = in->channels[i].name;
        if (is_rgba(name))
            continue;
        struct fth_plane *plane = NULL;
        enum fth_status status = fth_pixels_over(call, in, name, rect, 0, &plane, error);
        if (status == FTH_OK)
            status = fth_image_set(out, name, plane, error);
        if (status != FTH_OK)
            return status;
    }
    return FTH_OK;
}

enum fth_status fth_pixels_with(const struct fth_call *call, const struct fth_image *like,
                                struct fth_plane *planes[4], struct fth_image **result,
                                struct fth_error *error)
{
    struct fth_image *image = NULL;
    enum fth_status status = fth_image_new_like(like, &image, error);
    if (status == FTH_OK) {
        image->format = call->info.format;
        image->domain = call->info.domain;
        image->premultiplied = call->info.premultiplied;
        status = fth_pixels_share_rest(call, like, call->rect, image, error);
    }
    for (int i = 0; i < 4 && status == FTH_OK; i++) {
        status = fth_image_set(image, fth_rgba_names[i], planes[i], error);
        planes[i] = NULL;
    }
    if (status == FTH_OK)
        *result = image;
    else
        fth_image_unref(&image);
    return status;
}

static int32_t side(const struct fth_call *call, int64_t own_px, int32_t frame_px, int64_t usual_px)
{
    int64_t length_px = own_px ? own_px : frame_px ? frame_px : usual_px;
    int64_t denominator = FTH_MAX(call->env->scale_denominator, 1);
    return (int32_t)((length_px + denominator - 1) / denominator);
}

struct fth_format fth_pixels_frame(const struct fth_call *call, int64_t width_px, int64_t height_px)
{
    return (struct fth_format){.width = side(call, width_px, call->env->frame_width, 1920),
                               .height = side(call, height_px, call->env->frame_height, 1080)};
}

enum fth_status fth_pixels_key(const struct fth_call *call, const struct fth_key_view *key,
                               struct fth_rect rect, struct fth_plane **values,
                               struct fth_error *error)
{
    return fth_mask_values(key->image, key->channel, 0, 1, key->invert, rect, call->env->buffers,
                           values, error);
}
