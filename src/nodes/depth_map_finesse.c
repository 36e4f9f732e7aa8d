/* SPDX-License-Identifier: Apache-2.0 */
/* The finesse of a depth map: redrawn along the picture's edges, grown or shrunk, softened
 * (FORMULAS 6.8, 6.10, 6.6). Lengths are of the full-size picture. */
#include "nodes/depth_map.h"
#include "nodes/pixels.h"
#include "ops/blur.h"
#include "ops/guided.h"
#include "ops/math.h"
#include "ops/morph.h"
#include "ops/resize.h"

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

/* `map` := `from` along the picture's edges. With the strength grows the radius (see
 * fth_depth_map_guide), edges weaker than sqrt(eps) are evened out (.01 at 0 to .03 at 1), and
 * below .25 the result is blended in, so that 0 is no filter. Clipped maps stay clipped. */
static enum fth_status post_filter(const struct fth_call *call, const struct fth_guide *guide,
                                   const struct fth_grid *from, const struct fth_grid *map,
                                   struct fth_error *error)
{
    const struct fth_depth_map *params = call->params;
    struct fth_work work = fth_pixels_work(call);
    double strength = params->post_filter;
    double eps = fth_exp((strength - 4) * 2.302585092994046);
    struct fth_plane *planes[3] = {NULL};
    struct fth_grid colours[3], small;
    const struct fth_grid *known = &guide->colours[0];
    struct fth_guided_end end = {colours, from, map, (float)FTH_MIN(4 * strength, 1), true,
                                 params->adjust_map_levels || params->isolation};
    enum fth_status status = fth_grid_new(call->arena, known->width, known->height, &small, error);
    for (int i = 0; i < 3 && status == FTH_OK; i++) {
        status = fth_pixels_over(call, call->inputs[PORT_INPUT], fth_rgba_names[i],
                                 call->info.domain, 0, &planes[i], error);
        if (status == FTH_OK)
            colours[i] = fth_grid_of_plane(planes[i], call->info.domain);
    }
    if (status == FTH_OK)
        status = fth_resize_area(&work, from, &small, error);
    for (int i = 1; i < ROUNDS && status == FTH_OK; i++)
        status = fth_guide_filter(&work, guide, &small, &small, eps, error);
    if (status == FTH_OK)
        status = fth_guide_apply(&work, guide, &small, eps, &end, error);
    for (int i = 0; i < 3; i++)
        fth_plane_unref(&planes[i]);
    return status;
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
    struct fth_guide guide;
    bool shapes = params->post_processing && (params->contract_expand != 0 || params->blur > 0);
    bool filters = fth_depth_map_find_guide(call, &guide);
    if (filters) {
        status = post_filter(call, &guide, &from, &grid, error);
        from = grid;
    } else if (!shapes) {
        fth_grid_copy(&grid, &from);
    }
    if (status == FTH_OK && shapes)
        status = shape(call, &from, &grid, error);
    if (status != FTH_OK) {
        fth_plane_unref(&map);
        return status;
    }
    status = fth_depth_map_replace(call->previous, map, out, error);
    if (status == FTH_OK)
        status = fth_depth_map_drop_guide(*out, error);
    if (status != FTH_OK)
        fth_image_unref(out);
    return status;
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
