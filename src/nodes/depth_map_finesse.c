/* SPDX-License-Identifier: Apache-2.0 */
/* The finesse of a depth map: redrawn along the picture's edges, grown or shrunk, softened
 * (FORMULAS 6.8, 6.10, 6.6). Lengths are of the full-size picture. */
#include "nodes/depth_map.h"
#include "nodes/pixels.h"
#include "ops/blur.h"
#include "ops/guided.h"
#include "ops/kernels.h"
#include "ops/math.h"
#include "ops/morph.h"
#include "ops/resize.h"

/* Guided filtering goes by coefficients found on a picture at most this wide, so that a preview at
 * half size takes nearly the same ones as the whole picture (6.8, fast form). */
enum { GUIDE_WIDTH = 640 };

/* Each round pulls an outline that is off the picture's some way back: one a sixth of it, three a
 * third and more (measured on a disc 4 pixels too small in 640), at little cost in flat parts. */
enum { ROUNDS = 3 };

bool fth_depth_map_finesse_is_identity(const struct fth_call *call)
{
    const struct fth_depth_map *params = call->params;
    return !params->post_processing ||
           (params->post_filter == 0 && params->contract_expand == 0 && params->blur == 0);
}

bool fth_depth_map_finesse_ignores(const struct fth_call *call, int port)
{
    const struct fth_depth_map *params = call->params;
    (void)port;
    return !params->post_processing || params->post_filter == 0;
}

enum { BLOCK_ROWS = 16 };

struct limiting {
    const struct fth_grid *src, *dst;
};

static void limit_rows(void *context, int32_t y0, int32_t y1)
{
    const struct limiting *l = context;
    for (int32_t y = y0; y < y1; y++)
        fth_kernels()->clamp(fth_grid_row(l->dst, y), fth_grid_row(l->src, y), 0, 1,
                             (size_t)l->src->width);
}

/* The picture as guide: values beyond 0..1 (highlights of a linear picture) limited. */
static enum fth_status make_guides(const struct fth_call *call, int32_t width, int32_t height,
                                   struct fth_grid large[3], struct fth_grid small[3],
                                   struct fth_error *error)
{
    struct fth_work work = fth_pixels_work(call);
    struct fth_rect whole = call->info.domain;
    for (int i = 0; i < 3; i++) {
        struct fth_plane *plane = NULL;
        enum fth_status status = fth_pixels_over(call, call->inputs[PORT_INPUT], fth_rgba_names[i],
                                                 whole, 0, &plane, error);
        if (status == FTH_OK)
            status = fth_grid_new(call->arena, fth_rect_width(whole), fth_rect_height(whole),
                                  &large[i], error);
        if (status == FTH_OK) {
            struct fth_grid grid = fth_grid_of_plane(plane, whole);
            struct limiting limiting = {&grid, &large[i]};
            status = fth_rows_run(&work, grid.height, BLOCK_ROWS, limit_rows, &limiting);
        }
        if (status == FTH_OK) {
            status = fth_grid_new(call->arena, width, height, &small[i], error);
        }
        fth_plane_unref(&plane);
        if (status == FTH_OK)
            status = fth_resize_area(&work, &large[i], &small[i], error);
        if (status != FTH_OK)
            return status;
    }
    return FTH_OK;
}

/* Confidence at the guide's size, never 0: where nothing is believed all neighbours count alike. */
static enum fth_status make_weight(const struct fth_call *call, struct fth_grid *weight,
                                   struct fth_error *error)
{
    struct fth_work work = fth_pixels_work(call);
    const struct fth_plane *confidence = fth_image_plane(call->previous, "confidence");
    struct fth_grid grid = fth_grid_of_plane(confidence, call->info.domain);
    enum fth_status status = fth_resize_area(&work, &grid, weight, error);
    for (int32_t y = 0; y < weight->height && status == FTH_OK; y++) {
        float *row = fth_grid_row(weight, y);
        for (int32_t x = 0; x < weight->width; x++)
            row[x] = 0.05f + 0.95f * fth_clamp01(row[x]);
    }
    return status;
}

struct blending {
    const struct fth_grid *filtered, *map;
    float blend;
    bool clipped; /* clipped maps stay clipped */
};

/* map + blend (filtered - map) */
static void blend_rows(void *context, int32_t y0, int32_t y1)
{
    const struct blending *b = context;
    const struct fth_kernels *k = fth_kernels();
    size_t n = (size_t)b->map->width;
    for (int32_t y = y0; y < y1; y++) {
        float *row = fth_grid_row(b->map, y);
        k->lerp(row, row, fth_grid_row(b->filtered, y), b->blend, n);
        if (b->clipped)
            k->clamp(row, row, 0, 1, n);
    }
}

/* Strength s: the radius grows with s to twice the usual W / 60 at 1, edges weaker than sqrt(eps)
 * are evened out (.01 at 0 to .03 at 1), and below .25 the result is blended in, so that 0 is no
 * filter. */
static enum fth_status post_filter(const struct fth_call *call, const struct fth_grid *map,
                                   struct fth_error *error)
{
    const struct fth_depth_map *params = call->params;
    struct fth_work work = fth_pixels_work(call);
    double strength = params->post_filter;
    int32_t width = FTH_MIN(map->width, GUIDE_WIDTH);
    int32_t height = FTH_MAX((int32_t)((int64_t)map->height * width / map->width), 1);
    int32_t radius = FTH_MAX((int32_t)(2 * strength * width / 60 + 0.5), 1);
    double eps = fth_exp((strength - 4) * 2.302585092994046);
    struct fth_grid large[3], small[3], small_map, filtered, weight = {0};
    bool weighted = fth_image_plane(call->previous, "confidence") != NULL;
    enum fth_status status = make_guides(call, width, height, large, small, error);
    if (status == FTH_OK)
        status = fth_grid_new(call->arena, width, height, &small_map, error);
    if (status == FTH_OK)
        status = fth_resize_area(&work, map, &small_map, error);
    if (status == FTH_OK)
        status = fth_grid_new(call->arena, map->width, map->height, &filtered, error);
    if (status == FTH_OK && weighted)
        status = fth_grid_new(call->arena, width, height, &weight, error);
    if (status == FTH_OK && weighted)
        status = make_weight(call, &weight, error);
    for (int i = 1; i < ROUNDS && status == FTH_OK; i++)
        status = fth_guided_colour(&work, small, &small_map, weighted ? &weight : NULL, small,
                                   &small_map, radius, eps, error);
    if (status == FTH_OK)
        status = fth_guided_colour(&work, small, &small_map, weighted ? &weight : NULL, large,
                                   &filtered, radius, eps, error);
    struct blending blending = {&filtered, map, (float)FTH_MIN(4 * strength, 1),
                                params->adjust_map_levels || params->isolation};
    return status == FTH_OK ? fth_rows_run(&work, map->height, BLOCK_ROWS, blend_rows, &blending)
                            : status;
}

/* `map` := `from` grown and softened; they may be the same. */
static enum fth_status shape(const struct fth_call *call, const struct fth_grid *from,
                             const struct fth_grid *map, struct fth_error *error)
{
    const struct fth_depth_map *params = call->params;
    struct fth_work work = fth_pixels_work(call);
    struct fth_grid grown = *from;
    double radius_px = fth_pixels_scaled(call, params->blur);
    enum fth_status status = FTH_OK;
    if (params->contract_expand != 0) {
        status = fth_grid_new(call->arena, map->width, map->height, &grown, error);
        if (status == FTH_OK)
            status = fth_grow_disc(&work, from, &grown,
                                   fth_pixels_scaled(call, params->contract_expand), error);
        if (status == FTH_OK && !(radius_px > 0))
            fth_grid_copy(map, &grown);
    }
    if (status == FTH_OK && radius_px > 0)
        status = fth_blur(&work, &grown, map, FTH_BLUR_GAUSSIAN, 1, radius_px, radius_px,
                          FTH_BORDER_REFLECT, error);
    return status;
}

enum fth_status fth_depth_map_finesse(const struct fth_call *call, struct fth_image **out,
                                      struct fth_error *error)
{
    const struct fth_depth_map *params = call->params;
    struct fth_rect whole = call->info.domain;
    struct fth_plane *map = NULL;
    enum fth_status status = fth_plane_new(call->env->buffers, whole, &map, error);
    if (status != FTH_OK)
        return status;
    const struct fth_plane *before = fth_image_plane(call->previous, "disparity");
    fth_depth_map_remark_empty(call);
    struct fth_grid grid = fth_grid_of_plane(map, whole), from = fth_grid_of_plane(before, whole);
    bool has_guide = call->inputs[PORT_INPUT] && fth_image_plane(call->inputs[PORT_INPUT], "R");
    bool shapes = params->post_processing && (params->contract_expand != 0 || params->blur > 0);
    bool filters = params->post_processing && params->post_filter > 0 && has_guide;
    if (filters || !shapes) { /* what is only shaped is written once, from where it stands */
        fth_grid_copy(&grid, &from);
        from = grid;
    }
    if (filters)
        status = post_filter(call, &grid, error);
    if (status == FTH_OK && shapes)
        status = shape(call, &from, &grid, error);
    if (status != FTH_OK) {
        fth_plane_unref(&map);
        return status;
    }
    return fth_depth_map_replace(call->previous, map, out, error);
}

/* A new bundle with the map `made` in the place of `before`'s; takes `made` over. */
enum fth_status fth_depth_map_replace(const struct fth_image *before, struct fth_plane *made,
                                   struct fth_image **out, struct fth_error *error)
{
    struct fth_image *image = NULL;
    enum fth_status status = fth_image_new_like(before, &image, error);
    if (status != FTH_OK) {
        fth_plane_unref(&made);
        return status;
    }
    status = fth_image_set(image, "disparity", made, error);
    if (status == FTH_OK)
        *out = image;
    else
        fth_image_unref(&image);
    return status;
}
