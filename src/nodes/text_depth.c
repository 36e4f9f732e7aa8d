/* SPDX-License-Identifier: Apache-2.0 */
/* Depth by depth: the things' at each pixel of the frame against the title's. */
#include "nodes/text_depth.h"

#include <math.h>
#include <string.h>

#include "nodes/map.h"
#include "nodes/pixels.h"
#include "ops/kernels.h"

/* How a picture's depth is compared. */
struct depth {
    const char *channel;
    bool is_distance;  /* larger is farther */
    bool is_inverse;   /* of metres */
    enum fth_depth_encoding coded; /* LINEAR, LOG: to be decoded first */
    double near_m, far_m;
};

const char *fth_text_depth_channel(const struct fth_image *image, bool is_map)
{
    const char *channel = image ? fth_map_find(image, NULL) : NULL;
    bool is_colour = channel && strcmp(channel, "R") == 0;
    return is_colour && !is_map ? NULL : channel;
}

static struct depth depth_of(const struct fth_image *image, bool is_map)
{
    struct depth depth = {.channel = fth_text_depth_channel(image, is_map)};
    if (!depth.channel)
        return depth;
    enum fth_map_kind kind = fth_map_kind_of(depth.channel);
    depth.is_distance = kind == FTH_MAP_DISTANCE;
    depth.is_inverse = kind == FTH_MAP_INVERSE || image->depth == FTH_DEPTH_METRIC_INVERSE;
    bool codes = kind == FTH_MAP_NEARNESS && strcmp(depth.channel, "disparity") != 0 &&
                 (image->depth_encoding == FTH_ENCODED_LINEAR ||
                  image->depth_encoding == FTH_ENCODED_LOG);
    if (codes) {
        depth.coded = image->depth_encoding;
        depth.is_distance = true;
        bool known = image->near_m > 0 && image->far_m > image->near_m;
        /* of a range that is not known: the title's distance is in the ends' own measure */
        depth.near_m = known ? image->near_m : 1;
        depth.far_m = known ? image->far_m : 100;
    }
    return depth;
}

/* The depth of things over call->rect. Returns new. */
static enum fth_status take_depth(const struct fth_call *call, const struct fth_image *image,
                                  const struct depth *depth, struct fth_plane **result,
                                  struct fth_error *error)
{
    struct fth_plane *plane = NULL, *made = NULL;
    enum fth_status status =
        fth_pixels_over(call, image, depth->channel, call->rect, 0, &plane, error);
    if (status == FTH_OK && depth->coded != FTH_ENCODED_UNKNOWN) {
        status = fth_plane_new(call->env->buffers, call->rect, &made, error);
        if (status == FTH_OK) {
            fth_map_decode(plane, depth->coded, depth->near_m, depth->far_m, made);
            fth_plane_unref(&plane);
            plane = made;
        }
    }
    if (status == FTH_OK)
        *result = plane;
    else
        fth_plane_unref(&plane);
    return status;
}

/* ---- order ----------------------------------------------------------------------------------- */

/* seen := how much of the title things leave to be seen. Of equal depth the title is in front; what
 * has no distance is infinitely far. */
static void find_seen(const struct depth *depth, const struct fth_text_depth *at,
                      const float *things, float *seen, size_t n)
{
    float soft = (float)at->softness;
    float own = (float)(depth->is_distance  ? at->distance
                        : depth->is_inverse ? 1 / fmax(at->distance, 1e-6)
                                            : at->nearness);
    float width = depth->is_distance || depth->is_inverse ? soft * own : soft;
    for (size_t i = 0; i < n; i++) {
        bool is_far = depth->is_distance && !(things[i] > 0);
        float ahead = depth->is_distance ? things[i] - own : own - things[i];
        float part = width > 0 ? 1 + ahead / width : ahead >= 0;
        seen[i] = is_far || isnan(part) ? 1 : fth_smoothstep(part);
    }
}

static enum fth_status multiply_planes(const struct fth_call *call, const struct fth_plane *by,
                                       struct fth_plane *planes[4], struct fth_error *error)
{
    struct fth_rect rect = call->rect;
    for (int i = 0; i < 4; i++) {
        struct fth_plane *made = NULL;
        enum fth_status status = fth_plane_new(call->env->buffers, rect, &made, error);
        if (status != FTH_OK)
            return status;
        for (int32_t y = rect.y0; y < rect.y1; y++)
            fth_kernels()->multiply(fth_plane_at(made, rect.x0, y),
                                    fth_plane_at(planes[i], rect.x0, y),
                                    fth_plane_at(by, rect.x0, y), (size_t)fth_rect_width(rect));
        fth_plane_unref(&planes[i]);
        planes[i] = made;
    }
    return FTH_OK;
}

/* What is seen: the title where it is, things elsewhere. Returns new. */
static enum fth_status mix_depth(const struct fth_call *call, const struct fth_plane *alpha,
                                 const struct fth_plane *things, float own,
                                 struct fth_plane **result, struct fth_error *error)
{
    struct fth_rect rect = call->rect;
    enum fth_status status = fth_plane_new(call->env->buffers, rect, result, error);
    for (int32_t y = rect.y0; y < rect.y1 && status == FTH_OK; y++) {
        const float *a = fth_plane_at(alpha, rect.x0, y);
        const float *from = things ? fth_plane_at(things, rect.x0, y) : NULL;
        float *to = fth_plane_at(*result, rect.x0, y);
        for (int32_t x = 0; x < fth_rect_width(rect); x++)
            to[x] = !from || a[x] > 0.5f ? own : from[x];
    }
    return status;
}

enum fth_status fth_text_depth_apply(const struct fth_call *call, const struct fth_text_depth *at,
                                     const struct fth_image *image, bool is_map,
                                     struct fth_plane *planes[4], struct fth_plane **result,
                                     const char **name, struct fth_error *error)
{
    struct depth depth = depth_of(image, is_map);
    struct fth_plane *things = NULL, *seen = NULL;
    struct fth_rect rect = call->rect;
    enum fth_status status = FTH_OK;
    if (is_map && image && !depth.channel)
        return fth_fail(error, FTH_ERR_NOT_FOUND,
                        "the input depth has no depth (disparity, Z, R)");
    if (depth.channel)
        status = take_depth(call, image, &depth, &things, error);
    if (status == FTH_OK && things)
        status = fth_plane_new(call->env->buffers, rect, &seen, error);
    for (int32_t y = rect.y0; y < rect.y1 && status == FTH_OK && things; y++)
        find_seen(&depth, at, fth_plane_at(things, rect.x0, y), fth_plane_at(seen, rect.x0, y),
                  (size_t)fth_rect_width(rect));
    if (status == FTH_OK && things)
        status = multiply_planes(call, seen, planes, error);
    *name = depth.is_distance ? "Z" : "disparity";
    if (status == FTH_OK)
        status = mix_depth(call, planes[3], things,
                           (float)(depth.is_distance  ? at->distance
                                   : depth.is_inverse ? 1 / fmax(at->distance, 1e-6)
                                                      : at->nearness),
                           result, error);
    fth_plane_unref(&things);
    fth_plane_unref(&seen);
    return status;
}
