/* SPDX-License-Identifier: Apache-2.0 */
/* What the finesse of a depth map takes from the picture: colours at the size that filtering goes
 * by, how far depth is believed, and the means that a guided filter needs of both. They are as
 * small as tiles, so many of them in a plane of the picture's size as there is room for. */
#include "nodes/depth_map.h"
#include "nodes/pixels.h"
#include "ops/kernels.h"
#include "ops/math.h"
#include "ops/resize.h"

#include <stdio.h>

/* Guided filtering goes by coefficients found on a picture at most this wide, so that a preview at
 * half size takes nearly the same ones as the whole picture (6.8, fast form). */
enum { GUIDE_WIDTH = 640, COLOURS = 3, TILES = COLOURS + 1 + FTH_GUIDE_MEANS, BLOCK_ROWS = 16 };

struct tiles {
    int32_t width, height, across, count; /* count: in a plane */
};

static struct tiles tiles_of(struct fth_rect whole)
{
    int32_t width = fth_rect_width(whole), height = fth_rect_height(whole);
    struct tiles t = {.width = FTH_MIN(width, GUIDE_WIDTH)};
    t.height = FTH_MAX((int32_t)((int64_t)height * t.width / width), 1);
    t.across = width / t.width;
    t.count = t.across * (height / t.height);
    return t;
}

static void name_plane(char name[FTH_LIMIT_NAME], int plane)
{
    snprintf(name, FTH_LIMIT_NAME, "finesse guide %d", plane);
}

/* Finds tile `index` of `image`; false: it is not there. */
static bool find_tile(const struct fth_image *image, struct fth_rect whole, int index,
                      struct fth_grid *grid)
{
    char name[FTH_LIMIT_NAME];
    if (fth_rect_empty(whole))
        return false;
    struct tiles t = tiles_of(whole);
    name_plane(name, index / t.count);
    const struct fth_plane *plane = fth_image_plane(image, name);
    if (!plane)
        return false;
    struct fth_grid all = fth_grid_of_plane(plane, whole);
    int32_t at = index % t.count;
    *grid = fth_grid_part(&all, at % t.across * t.width, at / t.across * t.height, t.width,
                          t.height);
    return true;
}

/* The radius grows with the strength to twice the usual W / 60 at 1. */
static bool find_guide(const struct fth_call *call, const struct fth_image *image,
                       struct fth_guide *guide)
{
    const struct fth_depth_map *params = call->params;
    struct fth_rect whole = call->info.domain;
    bool weighted = fth_image_plane(image, "confidence") != NULL;
    *guide = (struct fth_guide){.radius = 1};
    for (int i = 0; i < TILES; i++) {
        struct fth_grid *grid = i < COLOURS    ? &guide->colours[i]
                                : i == COLOURS ? &guide->weight
                                               : &guide->means[i - COLOURS - 1];
        if (!find_tile(image, whole, i, grid))
            return false;
    }
    if (!weighted)
        guide->weight = (struct fth_grid){0};
    int32_t width = guide->colours[0].width;
    guide->radius = FTH_MAX((int32_t)(2 * params->post_filter * width / 60 + 0.5), 1);
    return true;
}

bool fth_depth_map_find_guide(const struct fth_call *call, struct fth_guide *guide)
{
    return find_guide(call, call->previous, guide);
}

enum fth_status fth_depth_map_drop_guide(struct fth_image *image, struct fth_error *error)
{
    char name[FTH_LIMIT_NAME];
    enum fth_status status = FTH_OK;
    for (int i = 0; i < TILES && status == FTH_OK; i++) {
        name_plane(name, i);
        if (!fth_image_plane(image, name))
            break;
        status = fth_image_set(image, name, NULL, error);
    }
    return status;
}

bool fth_depth_map_guide_is_identity(const struct fth_call *call)
{
    const struct fth_depth_map *params = call->params;
    return !params->post_processing || params->post_filter == 0;
}

struct limiting {
    struct fth_grid src, dst;
};

static void limit_rows(void *context, int32_t y0, int32_t y1)
{
    const struct limiting *l = context;
    for (int32_t y = y0; y < y1; y++)
        fth_kernels()->clamp(fth_grid_row(&l->dst, y), fth_grid_row(&l->src, y), 0, 1,
                             (size_t)l->src.width);
}

/* The picture as guide: values beyond 0..1 (highlights of a linear picture) limited. */
static enum fth_status make_colours(const struct fth_call *call, const struct fth_grid *limited,
                                    const struct fth_grid small[COLOURS], struct fth_error *error)
{
    struct fth_work work = fth_pixels_work(call);
    struct fth_rect whole = call->info.domain;
    enum fth_status status = FTH_OK;
    for (int i = 0; i < COLOURS && status == FTH_OK; i++) {
        struct fth_plane *plane = NULL;
        status = fth_pixels_over(call, call->inputs[PORT_INPUT], fth_rgba_names[i], whole, 0,
                                 &plane, error);
        if (status != FTH_OK)
            break;
        struct limiting limiting = {fth_grid_of_plane(plane, whole), *limited};
        status = fth_rows_run(&work, limited->height, BLOCK_ROWS, limit_rows, &limiting);
        if (status == FTH_OK)
            status = fth_resize_area(&work, limited, &small[i], error);
        fth_plane_unref(&plane);
    }
    return status;
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

static enum fth_status fill_guide(const struct fth_call *call, const struct fth_image *image,
                                  struct fth_error *error)
{
    struct fth_work work = fth_pixels_work(call);
    struct fth_rect whole = call->info.domain;
    struct fth_guide guide;
    struct fth_grid limited;
    if (!find_guide(call, image, &guide))
        return FTH_OK;
    enum fth_status status = fth_grid_new(call->arena, fth_rect_width(whole),
                                          fth_rect_height(whole), &limited, error);
    if (status == FTH_OK)
        status = make_colours(call, &limited, guide.colours, error);
    if (status == FTH_OK && guide.weight.data)
        status = make_weight(call, &guide.weight, error);
    return status == FTH_OK ? fth_guide_find(&work, &guide, error) : status;
}

enum fth_status fth_depth_map_guide(const struct fth_call *call, struct fth_image **out,
                                    struct fth_error *error)
{
    const struct fth_image *input = call->inputs[PORT_INPUT];
    struct fth_rect whole = call->info.domain;
    struct fth_image *image = NULL;
    enum fth_status status = fth_image_new_like(call->previous, &image, error);
    bool wanted = input && fth_image_plane(input, "R") && !fth_depth_map_guide_is_identity(call) &&
                  !fth_rect_empty(whole);
    if (status == FTH_OK)
        status = fth_depth_map_drop_guide(image, error); /* somebody's planes of such names */
    int planes = wanted ? (TILES + tiles_of(whole).count - 1) / tiles_of(whole).count : 0;
    for (int i = 0; i < planes && status == FTH_OK; i++) {
        struct fth_plane *plane = NULL;
        char name[FTH_LIMIT_NAME];
        name_plane(name, i);
        status = fth_image_add(image, name, call->env->buffers, whole, &plane, error);
    }
    if (status == FTH_OK && wanted)
        status = fill_guide(call, image, error);
    if (status == FTH_OK)
        *out = image;
    else
        fth_image_unref(&image);
    return status;
}
