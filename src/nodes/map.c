/* SPDX-License-Identifier: Apache-2.0 */
/* Distances to nearness. The range comes from percentiles, so that one wild pixel does not squeeze
 * all others. */
#include "nodes/map.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "ops/math.h"
#include "ops/regions.h"

enum { SAMPLES_A_FRAME = 1 << 16 };

static const char *channel_name(const struct fth_image *image, const char *name)
{
    for (int i = 0; i < image->channel_count; i++) {
        if (strcmp(image->channels[i].name, name) == 0)
            return image->channels[i].name;
    }
    return NULL;
}

const char *fth_map_find(const struct fth_image *image, const char *wanted)
{
    static const char *const usual[] = {"disparity", "Z", "depth.Z"};
    if (wanted && wanted[0])
        return channel_name(image, wanted);
    for (size_t i = 0; i < FTH_ARRAY_COUNT(usual); i++) {
        const char *name = channel_name(image, usual[i]);
        if (name)
            return name;
    }
    static const char *const endings[] = {".disparity", ".depth", ".Z"};
    const char *coded = image->depth_encoding != FTH_ENCODED_UNKNOWN ? channel_name(image, "depth")
                                                                     : NULL;
    for (size_t e = 0; e < FTH_ARRAY_COUNT(endings) && !coded; e++)
        for (int i = 0; i < image->channel_count && !coded; i++)
            if (fth_ends_with(image->channels[i].name, endings[e]) &&
                (e != 1 || image->depth_encoding != FTH_ENCODED_UNKNOWN))
                coded = image->channels[i].name;
    return coded ? coded : channel_name(image, "R");
}

enum fth_map_kind fth_map_kind_of(const char *channel)
{
    bool z = strcmp(channel, "Z") == 0 || fth_ends_with(channel, ".Z");
    return z ? FTH_MAP_DISTANCE : FTH_MAP_NEARNESS;
}

/* 1 / z; what is no positive number counts as infinitely far. */
static inline float inverse_of(float value, enum fth_map_kind kind)
{
    if (kind == FTH_MAP_DISTANCE)
        return value > 0 ? 1 / value : 0;
    return isfinite(value) ? value : 0;
}

void fth_map_normalise(const struct fth_plane *src, enum fth_map_kind kind,
                       struct fth_map_range range, const struct fth_plane *dst)
{
    double extent = range.near - range.far;
    float scale = fabs(extent) > 1e-12 ? (float)(1 / extent) : 0;
    float far = (float)range.far;
    for (int32_t y = dst->rect.y0; y < dst->rect.y1; y++) {
        const float *from = fth_plane_at(src, dst->rect.x0, y);
        float *to = fth_plane_at(dst, dst->rect.x0, y);
        for (int32_t x = 0; x < fth_rect_width(dst->rect); x++) {
            float inverse = inverse_of(from[x], kind);
            /* nought has no sign: a blend with itself would lose it */
            to[x] = kind == FTH_MAP_NEARNESS ? inverse : (inverse - far) * scale + 0.0f;
        }
    }
}

void fth_map_decode(const struct fth_plane *src, enum fth_depth_encoding encoding, double near_m,
                    double far_m, const struct fth_plane *dst)
{
    float near = (float)near_m, extent = (float)(far_m - near_m);
    float ratio = fth_logf((float)(far_m / near_m));
    for (int32_t y = dst->rect.y0; y < dst->rect.y1; y++) {
        const float *from = fth_plane_at(src, dst->rect.x0, y);
        float *to = fth_plane_at(dst, dst->rect.x0, y);
        for (int32_t x = 0; x < fth_rect_width(dst->rect); x++)
            to[x] = encoding == FTH_ENCODED_LOG ? near * fth_expf(from[x] * ratio)
                                                : near + from[x] * extent;
    }
}

enum fth_status fth_map_samples_begin(struct fth_map_samples *samples, size_t frame_count,
                                      struct fth_error *error)
{
    size_t capacity = frame_count * SAMPLES_A_FRAME;
    samples->values = fth_alloc(capacity, sizeof(float));
    if (!samples->values)
        return fth_fail_memory(error, capacity * sizeof(float), "the range of depth");
    samples->capacity = capacity;
    return FTH_OK;
}

void fth_map_sample(const struct fth_plane *plane, enum fth_map_kind kind,
                    struct fth_map_samples *samples)
{
    int64_t width = fth_rect_width(plane->rect), height = fth_rect_height(plane->rect);
    int64_t step = (width * height + SAMPLES_A_FRAME - 1) / SAMPLES_A_FRAME;
    for (int64_t i = 0; i < width * height && samples->count < samples->capacity; i += step) {
        int32_t x = plane->rect.x0 + (int32_t)(i % width);
        float value = *fth_plane_at(plane, x, plane->rect.y0 + (int32_t)(i / width));
        /* pixels without depth say nothing about the range */
        if (isfinite(value) && value > 0)
            samples->values[samples->count++] = inverse_of(value, kind);
    }
}

struct fth_map_range fth_map_samples_range(const struct fth_map_samples *samples)
{
    static const double percents[2] = {99.5, 1};
    double found[2] = {0, 0};
    if (samples->count)
        fth_percentiles(samples->values, samples->count, percents, found, 2);
    return (struct fth_map_range){.near = found[0], .far = found[1]};
}

void fth_map_samples_clear(struct fth_map_samples *samples)
{
    fth_free(samples->values);
    *samples = (struct fth_map_samples){0};
}
