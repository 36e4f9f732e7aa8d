/* SPDX-License-Identifier: Apache-2.0 */
/* Depth Read: depth out of a file, as nearness with 1 near and one scale for the whole shot
 * (FORMULAS 6.0). */
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "nodes/clip.h"
#include "nodes/map.h"
#include "nodes/pixels.h"
#include "ops/kernels.h"

enum meaning { MEANS_AUTO, MEANS_DISPARITY, MEANS_Z, MEANS_INVERSE, MEANS_NORMALISED };

/* The shot's range is taken from at most this many frames, evenly spaced. */
enum { RANGE_FRAMES = 16 };

struct params {
    const char *file, *channel;
    int32_t meaning;
    double near, far;
};

static const struct fth_choice meanings[] = {
    {"auto", "By the file", "As the file says (fathom's own do); else disparity is nearness, Z "
                            "distance, a grey picture normalised."},
    {"disparity", "Disparity", "Nearness, larger nearer, used exactly as it stands."},
    {"z", "Distance (Z)", "Distance from the camera, as renderers and scanners write it."},
    {"inverse", "Inverse distance", "One over distance, or disparity of a stereo pair in pixels."},
    {"normalised", "Normalised", "0 far to 1 near already, of unstated kind: a grey depth map."},
    {NULL},
};

static const struct fth_param table[] = {
    FTH_PARAM(FILE, struct params, file, .label = "File",
              .help = "A depth bundle, an EXR with Z, a grey depth map, or a sequence or video of "
                      "them.",
              .group = "Media", .flags = FTH_PARAM_NEEDS_FILE),
    FTH_PARAM(CHOICE, struct params, meaning, .label = "Meaning",
              .help = "What the numbers in the file say. White is near in what comes out, whatever "
                      "came in.",
              .choices = meanings, .max = 4, .group = "Meaning"),
    FTH_PARAM(TEXT, struct params, channel, .label = "Channel",
              .help = "The channel that holds the depth (depth.Z, say). Empty: disparity, Z, a "
                      "layer's Z, or the grey picture, whichever is there first.",
              .group = "Meaning"),
    FTH_PARAM(NUMBER, struct params, near, .label = "Near",
              .help = "The distance that becomes 1 (white). 0: found in the shot, so that only the "
                      "nearest half percent of it is beyond white.",
              .unit = "m", .max = 1e9, .ui_max = 100, .group = "Meaning",
              .when = {"meaning", 1u << MEANS_AUTO | 1u << MEANS_Z | 1u << MEANS_INVERSE}),
    FTH_PARAM(NUMBER, struct params, far, .label = "Far",
              .help = "The distance that becomes 0 (black). 0: found in the shot, so that only the "
                      "farthest percent of it is below black.",
              .unit = "m", .max = 1e9, .ui_max = 1000, .group = "Meaning",
              .when = {"meaning", 1u << MEANS_AUTO | 1u << MEANS_Z | 1u << MEANS_INVERSE}),
    FTH_PARAM_TABLE_END,
};

struct source {
    struct fth_clip clip;
    struct fth_map_range range; /* of the whole shot */
    bool has_range;
};

static enum fth_status open_file(const struct fth_call *call, void **state, struct fth_error *error)
{
    const struct params *params = call->params;
    struct source *source = fth_alloc(1, sizeof(*source));
    if (!source)
        return fth_fail_memory(error, sizeof(*source), "a depth file");
    enum fth_status status = fth_clip_open(call, params->file, NULL, &source->clip, error);
    if (status == FTH_OK)
        *state = source;
    else
        fth_free(source);
    return status;
}

static void close_file(void **state)
{
    struct source *source = *state;
    if (source)
        fth_clip_close(&source->clip);
    fth_free(source);
    *state = NULL;
}

static enum fth_status tell(const struct fth_call *call, struct fth_info *out,
                            struct fth_error *error)
{
    const struct source *source = call->state;
    const struct params *params = call->params;
    (void)error;
    fth_clip_info(&source->clip, call, out);
    out->footage.tags = (struct fth_tags){0};
    out->colour = out->fits = FTH_COLOUR_DATA;
    out->has_alpha = false;
    out->premultiplied = true;
    out->depth = params->meaning == MEANS_NORMALISED ? FTH_DEPTH_NORMALISED
                                                     : FTH_DEPTH_RELATIVE_INVERSE;
    return FTH_OK;
}

/* Where the range is found in the shot, every frame depends on all of them. */
static bool finds_range(const struct source *source, const struct params *params)
{
    if (params->meaning == MEANS_AUTO && source->clip.info->depth_encoding != FTH_ENCODED_UNKNOWN)
        return false; /* the file knows */
    bool distances = params->meaning == MEANS_AUTO || params->meaning == MEANS_Z ||
                     params->meaning == MEANS_INVERSE;
    return distances && !(params->near > 0 && params->far > 0);
}

static enum fth_status hash_frame(const struct fth_call *call, struct fth_hasher *hasher,
                                  struct fth_error *error)
{
    struct source *source = call->state;
    struct fth_key whole;
    enum fth_status status = fth_clip_hash(&source->clip, call, hasher, error);
    if (status != FTH_OK || !finds_range(source, call->params))
        return status;
    status = fth_reader_key(source->clip.reader, &whole, error);
    if (status == FTH_OK)
        fth_hash_key(hasher, whole);
    return status;
}

static enum fth_status choose_channel(const struct params *params, const struct fth_image *image,
                                      const struct fth_plane **plane, enum fth_map_kind *kind,
                                      struct fth_error *error)
{
    const char *name = fth_map_find(image, params->channel);
    if (!name)
        return fth_fail(error, FTH_ERR_NOT_FOUND, "%s has no channel %s%s%s", params->file,
                        params->channel[0] ? "'" : "of depth (disparity, Z, R)", params->channel,
                        params->channel[0] ? "'" : "");
    static const enum fth_map_kind kinds[] = {
        [MEANS_DISPARITY] = FTH_MAP_NEARNESS,
        [MEANS_Z] = FTH_MAP_DISTANCE,
        [MEANS_INVERSE] = FTH_MAP_INVERSE,
        [MEANS_NORMALISED] = FTH_MAP_NEARNESS,
    };
    *plane = fth_image_plane(image, name);
    *kind = params->meaning == MEANS_AUTO ? fth_map_kind_of(name) : kinds[params->meaning];
    if (params->meaning != MEANS_AUTO || *kind == FTH_MAP_DISTANCE)
        return FTH_OK;
    if (image->depth == FTH_DEPTH_METRIC_INVERSE)
        *kind = FTH_MAP_INVERSE;
    else if (image->depth == FTH_DEPTH_METRIC_Z)
        *kind = FTH_MAP_DISTANCE;
    return FTH_OK;
}

static enum fth_status sample_frame(const struct fth_call *call, int64_t frame,
                                    struct fth_map_samples *samples, struct fth_error *error)
{
    struct source *source = call->state;
    struct fth_call there = *call;
    there.frame = frame;
    struct fth_image *image = NULL;
    const struct fth_plane *plane = NULL;
    enum fth_map_kind kind = FTH_MAP_NEARNESS;
    enum fth_status status = fth_clip_frame(&source->clip, &there, &image, error);
    if (status == FTH_OK)
        status = choose_channel(call->params, image, &plane, &kind, error);
    if (status == FTH_OK)
        fth_map_sample(plane, kind, samples);
    fth_image_unref(&image);
    return status;
}

static enum fth_status find_range(const struct fth_call *call, struct fth_error *error)
{
    struct source *source = call->state;
    const struct fth_media_info *info = source->clip.info;
    struct fth_map_samples samples = {0};
    int64_t count = info->last_frame - info->first_frame + 1, taken = FTH_MIN(count, RANGE_FRAMES);
    enum fth_status status = fth_map_samples_begin(&samples, (size_t)taken, error);
    for (int64_t i = 0; i < taken && status == FTH_OK; i++) {
        /* first and last are among them */
        int64_t step = taken > 1 ? (count - 1) * i / (taken - 1) : 0;
        status = fth_cancelled(call->env->cancel) ? FTH_CANCELLED : FTH_OK;
        if (status == FTH_OK)
            status = sample_frame(call, info->first_frame + step, &samples, error);
    }
    if (status == FTH_OK) {
        source->range = fth_map_samples_range(&samples);
        source->has_range = true;
    }
    fth_map_samples_clear(&samples);
    return status;
}

/* In 1/metres: what a float still reckons with. */
#define MOST_NEARNESS 1e30

static enum fth_status range_of(const struct fth_call *call, struct fth_map_range *range,
                                struct fth_error *error)
{
    struct source *source = call->state;
    const struct params *params = call->params;
    enum fth_status status = FTH_OK;
    if (params->near > 0 && params->far > 0 && params->near >= params->far)
        return fth_fail(error, FTH_ERR_USAGE, "near (%g m) must be nearer than far (%g m)",
                        params->near, params->far);
    if (finds_range(source, params) && !source->has_range)
        status = find_range(call, error);
    if (status != FTH_OK)
        return status;
    *range = source->range;
    if (params->near > 0)
        range->near = fmin(1 / params->near, MOST_NEARNESS);
    if (params->far > 0)
        range->far = fmin(1 / params->far, MOST_NEARNESS);
    return FTH_OK;
}

/* subject, confidence and sky come along as they are; R, G and B show the depth. */
static enum fth_status add_views(const struct fth_call *call, const struct fth_image *image,
                                 struct fth_image *out, struct fth_error *error)
{
    static const char *const kept[] = {"subject", "confidence", "sky"};
    struct fth_plane *depth = fth_image_plane(out, "disparity");
    enum fth_status status = FTH_OK;
    for (int i = 0; i < 3 && status == FTH_OK; i++)
        status = fth_image_set(out, fth_rgba_names[i], fth_plane_ref(depth), error);
    for (size_t i = 0; i < FTH_ARRAY_COUNT(kept) && status == FTH_OK; i++) {
        struct fth_plane *plane = fth_image_plane(image, kept[i]);
        if (plane)
            status = fth_image_set(out, kept[i], fth_plane_ref(plane), error);
    }
    (void)call;
    return status;
}

/* True when the file says by itself what the plane's numbers are, and near and far of them. */
static bool is_told(const struct fth_call *call, const struct fth_image *image,
                    enum fth_map_kind kind)
{
    const struct params *params = call->params;
    return params->meaning == MEANS_AUTO && kind == FTH_MAP_NEARNESS && image->near_m > 0;
}

/* Nearness out of what the file says: its own range, or the one that is asked for. */
static enum fth_status take_told(const struct fth_call *call, const struct fth_image *image,
                                 const struct fth_plane *plane, struct fth_map_range *range,
                                 struct fth_plane *nearness, struct fth_error *error)
{
    const struct params *params = call->params;
    struct fth_map_range own = {1 / image->near_m, 1 / image->far_m};
    range->near = params->near > 0 ? fmin(1 / params->near, MOST_NEARNESS) : own.near;
    range->far = params->far > 0 ? fmin(1 / params->far, MOST_NEARNESS) : own.far;
    if (range->near <= range->far)
        return fth_fail(error, FTH_ERR_USAGE, "near (%g m) must be nearer than far (%g m)",
                        1 / range->near, 1 / range->far);
    if (image->depth_encoding == FTH_ENCODED_LINEAR || image->depth_encoding == FTH_ENCODED_LOG) {
        fth_map_decode(plane, image->depth_encoding, image->near_m, image->far_m, nearness);
        fth_map_normalise(nearness, FTH_MAP_DISTANCE, *range, nearness);
        return FTH_OK;
    }
    bool same = range->near == own.near && range->far == own.far;
    double scale = (own.near - own.far) / (range->near - range->far);
    double offset = (own.far - range->far) / (range->near - range->far);
    for (int32_t y = nearness->rect.y0; y < nearness->rect.y1; y++)
        fth_kernels()->scale_offset(fth_plane_at(nearness, nearness->rect.x0, y),
                                    fth_plane_at(plane, nearness->rect.x0, y),
                                    same ? 1 : (float)scale, same ? 0 : (float)offset,
                                    (size_t)fth_rect_width(nearness->rect));
    return FTH_OK;
}

/* Whence the depth is, and the metres at 1 and 0 where they are known. */
static void tell_origin(const struct fth_call *call, const struct fth_image *image,
                        enum fth_map_kind kind, struct fth_map_range range,
                        struct fth_image *depth)
{
    bool told = is_told(call, image, kind);
    bool metres = told || kind == FTH_MAP_DISTANCE || image->depth == FTH_DEPTH_METRIC_INVERSE;
    fth_image_copy_depth(depth, image);
    depth->depth = call->info.depth;
    depth->depth_encoding = FTH_ENCODED_DISPARITY;
    depth->near_m = range.near > 0 && metres ? 1 / range.near : 0;
    depth->far_m = range.far > 0 && metres ? 1 / range.far : 0;
    depth->range_is_given = told && image->range_is_given;
}

static enum fth_status render(const struct fth_call *call, struct fth_image **out,
                              struct fth_error *error)
{
    struct source *source = call->state;
    struct fth_image *image = NULL, *depth = NULL;
    const struct fth_plane *plane = NULL;
    struct fth_plane *nearness = NULL;
    enum fth_map_kind kind = FTH_MAP_NEARNESS;
    struct fth_map_range range = {0};
    enum fth_status status = fth_clip_frame(&source->clip, call, &image, error);
    if (status == FTH_OK)
        status = choose_channel(call->params, image, &plane, &kind, error);
    bool told = status == FTH_OK && is_told(call, image, kind);
    if (status == FTH_OK && kind != FTH_MAP_NEARNESS)
        status = range_of(call, &range, error);
    if (status == FTH_OK)
        status = fth_image_new(image->format, image->domain, &depth, error);
    if (status == FTH_OK)
        status = fth_image_add(depth, "disparity", call->env->buffers, depth->domain, &nearness,
                               error);
    if (status == FTH_OK && told)
        status = take_told(call, image, plane, &range, nearness, error);
    else if (status == FTH_OK)
        fth_map_normalise(plane, kind, range, nearness);
    if (status == FTH_OK)
        status = add_views(call, image, depth, error);
    if (status == FTH_OK) {
        tell_origin(call, image, kind, range, depth);
        depth->premultiplied = true;
        depth->colour = FTH_COLOUR_DATA;
        *out = depth;
    } else {
        fth_image_unref(&depth);
    }
    fth_image_unref(&image);
    return status;
}

static const struct fth_step steps[] = {
    {.id = "read", .kind = FTH_NODE_SOURCE, .render = render},
    {NULL},
};

const struct fth_node_desc fth_node_depth_read = {
    .id = "depth_read",
    .label = "Depth Read",
    .tag = "DRd",
    .group = "Depth",
    .help = "Reads depth from a file: a depth bundle, the Z pass of a renderer, a scanner's map "
            "or a "
            "grey picture. What comes out is nearness, 1 near, with one scale for the whole shot.",
    .version = 1,
    .flags = FTH_NODE_NO_COMMON,
    .works_in = FTH_WORKS_IN_DATA,
    .params = table,
    .params_size = sizeof(struct params),
    .steps = steps,
    .domain = tell,
    .hash_extra = hash_frame,
    .open = open_file,
    .close = close_file,
};
