/* SPDX-License-Identifier: Apache-2.0 */
/* Frames of files for source nodes; reduced by area where the engine works at a fraction of the
 * size. Colours are weighed by alpha and distances are averaged as nearness, so that a preview
 * looks like the whole. */
#include "nodes/clip.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "nodes/clip_gaps.h"
#include "nodes/clip_layers.h"
#include "nodes/pixels.h"
#include "ops/resize.h"

enum fth_status fth_clip_open(const struct fth_call *call, const char *path,
                              const struct fth_reader_options *options, struct fth_clip *clip,
                              struct fth_error *error)
{
    if (!path || !path[0])
        return fth_fail(error, FTH_ERR_USAGE, "no file was named: set parameter 'file'");
    struct fth_reader_options chosen = options ? *options : (struct fth_reader_options){0};
    chosen.pool = call->env->pool;
    chosen.buffers = call->env->buffers;
    struct fth_clip opened = {.path = fth_strdup(path)};
    if (!opened.path)
        return fth_fail_memory(error, strlen(path), path);
    enum fth_status status = fth_reader_open(path, &chosen, &opened.reader, error);
    if (status != FTH_OK) {
        fth_free(opened.path);
        return status;
    }
    opened.info = fth_reader_info(opened.reader);
    opened.has_alpha = opened.info->has_alpha;
    opened.is_premultiplied = opened.info->is_premultiplied;
    *clip = opened;
    return FTH_OK;
}

void fth_clip_close(struct fth_clip *clip)
{
    fth_clip_tell_bad(clip);
    for (size_t i = 0; i < FTH_ARRAY_COUNT(clip->recent); i++)
        fth_image_unref(&clip->recent[i].image);
    fth_reader_close(&clip->reader);
    fth_free(clip->bad);
    fth_free(clip->path);
}

static int32_t reduced(int32_t length, const struct fth_call *call)
{
    int32_t denominator = FTH_MAX(call->env->scale_denominator, 1);
    return (int32_t)(((int64_t)length + denominator - 1) / denominator);
}

void fth_clip_info(const struct fth_clip *clip, const struct fth_call *call, struct fth_info *out)
{
    const struct fth_media_info *info = clip->info;
    out->format = info->format;
    out->format.width = reduced(info->format.width, call);
    out->format.height = reduced(info->format.height, call);
    out->domain = fth_format_rect(out->format);
    out->has_alpha = clip->has_alpha;
    out->premultiplied = !clip->has_alpha || clip->is_premultiplied;
    out->colour = FTH_COLOUR_FILE;
    out->depth = FTH_DEPTH_NONE;
    out->first_frame = info->first_frame;
    out->last_frame = info->last_frame;
    out->rate_num = info->rate.num;
    out->rate_den = FTH_MAX(info->rate.den, 1);
    out->footage = info->footage;
}

/* A still shows the same at every frame. */
static int64_t frame_of(const struct fth_clip *clip, int64_t frame)
{
    return clip->info->kind == FTH_MEDIA_STILL ? clip->info->first_frame : frame;
}

static enum fth_status check_frame(const struct fth_clip *clip, const struct fth_call *call,
                                   struct fth_error *error)
{
    const struct fth_media_info *info = clip->info;
    int64_t frame = frame_of(clip, call->frame);
    if (frame >= info->first_frame && frame <= info->last_frame)
        return FTH_OK;
    return fth_fail(error, FTH_ERR_NOT_FOUND, "there is no frame %lld, only %lld to %lld",
                    (long long)frame, (long long)info->first_frame, (long long)info->last_frame);
}

enum fth_status fth_clip_hash(struct fth_clip *clip, const struct fth_call *call,
                              struct fth_hasher *hasher, struct fth_error *error)
{
    struct fth_key key;
    int64_t frame = frame_of(clip, call->frame);
    enum fth_status status = check_frame(clip, call, error);
    /* what a damaged frame shows is another's content: only looking tells */
    if (status == FTH_OK && clip->on_error != FTH_ON_ERROR_STOP)
        status = fth_clip_shown(clip, frame, NULL, &frame, error);
    if (status == FTH_OK)
        status = fth_reader_frame_key(clip->reader, frame, &key, error);
    if (status != FTH_OK)
        return status;
    fth_hash_key(hasher, key);
    fth_hash_int(hasher, FTH_MAX(call->env->scale_denominator, 1));
    return FTH_OK;
}

bool fth_clip_is_z(const char *name)
{
    return strcmp(name, "Z") == 0 || fth_ends_with(name, ".Z");
}

static void invert_rows(const struct fth_grid *grid)
{
    for (int32_t y = 0; y < grid->height; y++) {
        float *row = fth_grid_row(grid, y);
        for (int32_t x = 0; x < grid->width; x++)
            row[x] = row[x] > 0 ? 1 / row[x] : 0;
    }
}

/* Z that comes back from nearness 0 is as far as can be. */
static void revert_rows(const struct fth_grid *grid)
{
    for (int32_t y = 0; y < grid->height; y++) {
        float *row = fth_grid_row(grid, y);
        for (int32_t x = 0; x < grid->width; x++)
            row[x] = row[x] > 0 ? 1 / row[x] : INFINITY;
    }
}

static enum fth_status reduce_plane(const struct fth_call *call, const struct fth_plane *from,
                                    bool distances, const struct fth_plane *to,
                                    struct fth_error *error)
{
    struct fth_work work = fth_pixels_work(call);
    struct fth_grid src = fth_grid_of_plane(from, from->rect);
    struct fth_grid dst = fth_grid_of_plane(to, to->rect);
    if (!distances)
        return fth_resize_area(&work, &src, &dst, error);
    size_t mark = fth_arena_mark(call->arena);
    struct fth_grid near;
    enum fth_status status = fth_grid_new(call->arena, src.width, src.height, &near, error);
    if (status == FTH_OK) {
        fth_grid_copy(&near, &src);
        invert_rows(&near);
        status = fth_resize_area(&work, &near, &dst, error);
        revert_rows(&dst);
    }
    fth_arena_return(call->arena, mark);
    return status;
}

static void divide_plane(const struct fth_plane *colour, const struct fth_plane *alpha)
{
    struct fth_grid c = fth_grid_of_plane(colour, colour->rect);
    struct fth_grid a = fth_grid_of_plane(alpha, alpha->rect);
    for (int32_t y = 0; y < c.height; y++) {
        float *row = fth_grid_row(&c, y);
        const float *by = fth_grid_row(&a, y);
        for (int32_t x = 0; x < c.width; x++)
            row[x] = by[x] > 0 ? row[x] / by[x] : 0;
    }
}

/* Reduces every channel of `image` but A, which comes first, into `small`. */
static enum fth_status reduce_channels(const struct fth_call *call, const struct fth_image *image,
                                       struct fth_plane *rgba[4], struct fth_image *small,
                                       struct fth_error *error)
{
    const struct fth_plane *small_alpha = fth_image_plane(small, "A");
    struct fth_rect whole = fth_format_rect(image->format);
    for (int i = 0; i < image->channel_count; i++) {
        const char *name = image->channels[i].name;
        const char *colour = name[1] ? NULL : strchr("RGB", name[0]);
        if (strcmp(name, "A") == 0)
            continue;
        struct fth_plane *full = NULL, *to = NULL;
        if (colour)
            full = fth_plane_ref(rgba[colour - "RGB"]);
        enum fth_status status = FTH_OK;
        if (!full)
            status = fth_pixels_over(call, image, name, whole, 0, &full, error);
        if (status == FTH_OK)
            status = fth_image_add(small, name, call->env->buffers, small->domain, &to, error);
        if (status == FTH_OK)
            status = reduce_plane(call, full, fth_clip_is_z(name), to, error);
        fth_plane_unref(&full);
        if (status != FTH_OK)
            return status;
        if (colour && small_alpha && !image->premultiplied)
            divide_plane(to, small_alpha);
    }
    return FTH_OK;
}

static enum fth_status reduce_image(const struct fth_clip *clip, const struct fth_call *call,
                                    const struct fth_image *image, struct fth_image **out,
                                    struct fth_error *error)
{
    struct fth_info info = {0};
    fth_clip_info(clip, call, &info);
    struct fth_plane *rgba[4] = {NULL}, *alpha = NULL;
    struct fth_image *small = NULL;
    struct fth_rect whole = fth_format_rect(image->format);
    enum fth_status status = fth_image_new(info.format, info.domain, &small, error);
    if (status == FTH_OK && fth_image_plane(image, "R"))
        status = fth_pixels_rgba(call, image, whole, rgba, error);
    if (status == FTH_OK)
        status = fth_pixels_premultiply(call, image, whole, rgba, error);
    if (status == FTH_OK && rgba[3])
        status = fth_image_add(small, "A", call->env->buffers, small->domain, &alpha, error);
    if (status == FTH_OK && rgba[3])
        status = reduce_plane(call, rgba[3], false, alpha, error);
    if (status == FTH_OK)
        status = reduce_channels(call, image, rgba, small, error);
    fth_pixels_drop(rgba);
    if (status != FTH_OK) {
        fth_image_unref(&small);
        return status;
    }
    small->premultiplied = image->premultiplied;
    small->colour = image->colour;
    fth_image_copy_depth(small, image);
    *out = small;
    return FTH_OK;
}

/* Every plane over the whole frame: a data window smaller or larger than it ends here. */
static enum fth_status fit_to_format(const struct fth_call *call, const struct fth_image *image,
                                     struct fth_image **out, struct fth_error *error)
{
    struct fth_image *whole = NULL;
    enum fth_status status = fth_image_new_like(image, &whole, error);
    if (status != FTH_OK)
        return status;
    whole->domain = fth_format_rect(image->format);
    for (int i = 0; i < image->channel_count && status == FTH_OK; i++) {
        const char *name = image->channels[i].name;
        struct fth_plane *plane = NULL;
        float outside = fth_clip_is_z(name) ? INFINITY : 0;
        status = fth_pixels_over(call, image, name, whole->domain, outside, &plane, error);
        if (status == FTH_OK)
            status = fth_image_set(whole, name, plane, error);
    }
    if (status == FTH_OK)
        *out = whole;
    else
        fth_image_unref(&whole);
    return status;
}

bool fth_clip_leaves_out(struct fth_clip *clip, const struct fth_call *call)
{
    int64_t frame = frame_of(clip, call->frame), shown = frame;
    return clip->on_error == FTH_ON_ERROR_SKIP && check_frame(clip, call, NULL) == FTH_OK &&
           fth_clip_shown(clip, frame, NULL, &shown, NULL) == FTH_OK && shown != frame;
}

enum fth_status fth_clip_frame(struct fth_clip *clip, const struct fth_call *call,
                               struct fth_image **out, struct fth_error *error)
{
    struct fth_image *image = NULL, *chosen = NULL, *whole = NULL;
    int64_t shown;
    enum fth_status status = check_frame(clip, call, error);
    if (status == FTH_OK)
        status = fth_clip_shown(clip, frame_of(clip, call->frame), &image, &shown, error);
    if (status == FTH_OK)
        status = fth_clip_show(clip, image, &chosen, error);
    if (status == FTH_OK)
        status = fit_to_format(call, chosen, &whole, error);
    if (status == FTH_OK && call->env->scale_denominator > 1)
        status = reduce_image(clip, call, whole, out, error);
    else if (status == FTH_OK)
        *out = fth_image_ref(whole);
    fth_image_unref(&image);
    fth_image_unref(&chosen);
    fth_image_unref(&whole);
    return status;
}
