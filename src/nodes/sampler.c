/* SPDX-License-Identifier: Apache-2.0 */
/* Where pictures go that are moved, and what they become there. */
#include "nodes/sampler_rows.h"

#include <math.h>
#include <string.h>

const struct fth_choice fth_filters[] = {
    [FTH_FILTER_NEAREST] = {"nearest", "Nearest", "Whole pixels, hard: for maps of numbers."},
    [FTH_FILTER_BILINEAR] = {"bilinear", "Bilinear", "Soft; never beyond the values there are."},
    [FTH_FILTER_CUBIC] = {"cubic", "Cubic", "Sharper, with a trace of overshoot at edges."},
    [FTH_FILTER_LANCZOS] = {"lanczos", "Lanczos", "The sharpest; edges ring slightly."},
    {NULL},
};

static double source_at(const struct fth_sampling *s, int axis, double x, double y)
{
    const double *m = s->to_source + 3 * axis;
    return m[0] * x + m[1] * y + m[2];
}

struct fth_rect fth_sampling_region(const struct fth_sampling *s, struct fth_rect rect)
{
    double low[2] = {INFINITY, INFINITY}, high[2] = {-INFINITY, -INFINITY};
    if (s->edges == FTH_EDGES_MIRROR || fth_rect_empty(rect) || fth_rect_empty(s->source))
        return s->source;
    for (int corner = 0; corner < 4; corner++) {
        double x = (corner & 1 ? rect.x1 - 0.5 : rect.x0 + 0.5);
        double y = (corner & 2 ? rect.y1 - 0.5 : rect.y0 + 0.5);
        for (int axis = 0; axis < 2; axis++) {
            double at = fth_sampling_bounded(source_at(s, axis, x, y));
            low[axis] = FTH_MIN(low[axis], at);
            high[axis] = FTH_MAX(high[axis], at);
        }
    }
    double rx = fth_filter_support(s->filter) * fth_sampling_stretch(s, 0) + 1;
    double ry = fth_filter_support(s->filter) * fth_sampling_stretch(s, 1) + 1;
    struct fth_rect box = {(int32_t)floor(low[0] - rx), (int32_t)floor(low[1] - ry),
                           (int32_t)ceil(high[0] + rx), (int32_t)ceil(high[1] + ry)};
    if (s->edges == FTH_EDGES_TRANSPARENT)
        return box;
    /* beside the source it is its border that is read */
    box.x0 = FTH_MAX(FTH_MIN(box.x0, s->source.x1 - 1), s->source.x0);
    box.y0 = FTH_MAX(FTH_MIN(box.y0, s->source.y1 - 1), s->source.y0);
    box.x1 = FTH_MIN(FTH_MAX(box.x1, s->source.x0 + 1), s->source.x1);
    box.y1 = FTH_MIN(FTH_MAX(box.y1, s->source.y0 + 1), s->source.y1);
    return box;
}

struct fth_rect fth_sampling_image(const struct fth_sampling *s, struct fth_rect rect)
{
    const double *m = s->to_source;
    if (fth_rect_empty(rect))
        return rect;
    return (struct fth_rect){(int32_t)floor(fth_sampling_bounded((rect.x0 - m[2]) / m[0])),
                             (int32_t)floor(fth_sampling_bounded((rect.y0 - m[5]) / m[4])),
                             (int32_t)ceil(fth_sampling_bounded((rect.x1 - m[2]) / m[0])),
                             (int32_t)ceil(fth_sampling_bounded((rect.y1 - m[5]) / m[4]))};
}

bool fth_sampling_moves_nothing(const struct fth_sampling *s)
{
    static const double same[6] = {1, 0, 0, 0, 1, 0};
    bool moved = false;
    for (int i = 0; i < 6; i++)
        moved = moved || s->to_source[i] != same[i];
    return !moved;
}

enum fth_status fth_sampling_tell(const struct fth_sampling *sampling, struct fth_format format,
                                  struct fth_info *out, struct fth_error *error)
{
    if ((int64_t)format.width * format.height > FTH_LIMIT_PIXELS)
        return fth_fail(error, FTH_ERR_LIMIT, "%dx%d pixels, the limit is %d", format.width,
                        format.height, FTH_LIMIT_PIXELS);
    out->format = format;
    out->domain = fth_sampling_image(sampling, out->domain);
    if (out->has_alpha)
        out->premultiplied = true;
    return FTH_OK;
}

bool fth_sampling_is_identity(const struct fth_call *call, const struct fth_sampling *sampling)
{
    const struct fth_info *input = call->input_infos[0];
    return fth_sampling_moves_nothing(sampling) &&
           call->info.format.width == input->format.width &&
           call->info.format.height == input->format.height &&
           call->info.premultiplied == input->premultiplied;
}

struct fth_rect fth_sampling_reach(const struct fth_sampling *s)
{
    const double *m = s->to_source;
    double det = m[0] * m[4] - m[1] * m[3];
    double low[2] = {INFINITY, INFINITY}, high[2] = {-INFINITY, -INFINITY};
    double rx = fth_filter_support(s->filter) * fth_sampling_stretch(s, 0);
    double ry = fth_filter_support(s->filter) * fth_sampling_stretch(s, 1);
    if (fth_rect_empty(s->source))
        return s->source;
    for (int corner = 0; corner < 4; corner++) {
        double x = (corner & 1 ? s->source.x1 + rx : s->source.x0 - rx) - m[2];
        double y = (corner & 2 ? s->source.y1 + ry : s->source.y0 - ry) - m[5];
        const double at[2] = {fth_sampling_bounded((m[4] * x - m[1] * y) / det),
                              fth_sampling_bounded((m[0] * y - m[3] * x) / det)};
        for (int axis = 0; axis < 2; axis++) {
            low[axis] = FTH_MIN(low[axis], at[axis]);
            high[axis] = FTH_MAX(high[axis], at[axis]);
        }
    }
    return (struct fth_rect){(int32_t)floor(low[0]), (int32_t)floor(low[1]),
                             (int32_t)ceil(high[0]), (int32_t)ceil(high[1])};
}

/* ---- pictures -------------------------------------------------------------------------------- */

static enum fth_status sample_layer(const struct fth_call *call, const struct fth_sampling *s,
                                    struct fth_sampling_planes *layer, struct fth_error *error)
{
    enum fth_status status = FTH_OK;
    for (int i = 0; i < layer->count && status == FTH_OK; i++)
        status = fth_plane_new(call->env->buffers, call->rect, &layer->to[i], error);
    if (status == FTH_OK && fth_rect_empty(s->source)) {
        for (int i = 0; i < layer->count; i++)
            fth_plane_fill(layer->to[i], 0);
    } else if (status == FTH_OK) {
        status = fth_sampling_rows(call, s, layer, error);
    }
    return status;
}

/* The planes of `layer` as the mean of several looks at them. */
static enum fth_status average_layer(const struct fth_call *call,
                                     const struct fth_samplings *samplings,
                                     struct fth_sampling_planes *layer, struct fth_error *error)
{
    enum fth_status status = sample_layer(call, &samplings->list[0], layer, error);
    for (int k = 0; k < samplings->count && samplings->count > 1 && status == FTH_OK; k++) {
        struct fth_sampling_planes next = *layer;
        float weight = samplings->weights[k];
        if (k) {
            memset(next.to, 0, sizeof(next.to));
            status = sample_layer(call, &samplings->list[k], &next, error);
        }
        size_t n = (size_t)fth_rect_width(call->rect);
        for (int i = 0; i < layer->count && status == FTH_OK; i++) {
            for (int32_t y = call->rect.y0; y < call->rect.y1; y++) {
                float *sum = fth_plane_at(layer->to[i], call->rect.x0, y);
                const float *row = fth_plane_at(next.to[i], call->rect.x0, y);
                for (size_t x = 0; x < n; x++)
                    sum[x] = (k ? sum[x] : 0) + weight * row[x];
            }
        }
        if (k)
            fth_pixels_drop(next.to);
    }
    return status;
}

static enum fth_status sample_rest(const struct fth_call *call, const struct fth_sampling *s,
                                   const struct fth_image *input, struct fth_image *image,
                                   struct fth_error *error)
{
    struct fth_sampling nearest = *s;
    enum fth_status status = FTH_OK;
    nearest.filter = FTH_FILTER_NEAREST;
    for (int i = 0; i < input->channel_count && status == FTH_OK; i++) {
        const char *name = input->channels[i].name;
        struct fth_sampling_planes one = {.from = {input->channels[i].plane}, .count = 1};
        if (name[0] && !name[1] && strchr("RGBA", name[0]))
            continue;
        status = sample_layer(call, &nearest, &one, error);
        if (status == FTH_OK)
            status = fth_image_set(image, name, one.to[0], error);
        else
            fth_plane_unref(&one.to[0]);
    }
    return status;
}

/* The same picture without channels, in the result's frame. */
static enum fth_status begin(const struct fth_call *call, const struct fth_image *input,
                             struct fth_image **image, struct fth_error *error)
{
    enum fth_status status = fth_image_new(call->info.format, call->info.domain, image, error);
    if (status != FTH_OK)
        return status;
    (*image)->premultiplied = call->info.premultiplied;
    (*image)->alpha_is_key = input->alpha_is_key;
    (*image)->colour = input->colour;
    fth_image_copy_depth(*image, input);
    return FTH_OK;
}

enum fth_status fth_sampling_mean(const struct fth_call *call,
                                  const struct fth_samplings *samplings,
                                  const struct fth_image *input, bool alpha,
                                  struct fth_image **result, struct fth_error *error)
{
    const struct fth_sampling *middle = &samplings->list[samplings->count / 2];
    struct fth_rect region = {0};
    struct fth_sampling_planes layer = {.count = 3};
    struct fth_image *image = NULL;
    for (int i = 0; i < samplings->count; i++)
        region = fth_rect_join(region, fth_sampling_region(&samplings->list[i], call->rect));
    region = fth_rect_intersect(region, middle->source);
    enum fth_status status = fth_pixels_rgba(call, input, region, layer.from, error);
    if (status == FTH_OK)
        status = fth_pixels_premultiply(call, input, region, layer.from, error);
    if (status == FTH_OK && alpha && !layer.from[3])
        status = fth_pixels_opacity(call, input, region, &layer.from[3], error);
    layer.count = layer.from[3] ? 4 : 3;
    if (status == FTH_OK)
        status = average_layer(call, samplings, &layer, error);
    if (status == FTH_OK)
        status = begin(call, input, &image, error);
    for (int i = 0; i < layer.count && status == FTH_OK; i++) {
        status = fth_image_set(image, fth_rgba_names[i], layer.to[i], error);
        layer.to[i] = NULL;
    }
    if (status == FTH_OK)
        status = sample_rest(call, middle, input, image, error);
    fth_pixels_drop(layer.from);
    fth_pixels_drop(layer.to);
    if (status == FTH_OK)
        *result = image;
    else
        fth_image_unref(&image);
    return status;
}

enum fth_status fth_sampling_picture(const struct fth_call *call, const struct fth_sampling *s,
                                     const struct fth_image *input, bool alpha,
                                     struct fth_image **result, struct fth_error *error)
{
    struct fth_samplings one = {.count = 1, .list = {*s}, .weights = {1}};
    return fth_sampling_mean(call, &one, input, alpha, result, error);
}
