/* SPDX-License-Identifier: Apache-2.0 */
/* The pyramid of the flow: halved by areas and rounded to whole numbers as an 8-bit picture would
 * be, searched and refined from the coarsest level to the preset's finest, then enlarged. */
#include "ops/flow.h"

#include <math.h>
#include <string.h>

#include "ops/flow_level.h"
#include "ops/kernels.h"
#include "ops/resize.h"

enum { BORDER = FTH_FLOW_BORDER, PATCH = FTH_FLOW_PATCH, MOST_LEVELS = 24 };

struct preset {
    int finest, stride, search_iterations, refine_iterations;
};

static const struct preset presets[] = {
    [FTH_FLOW_ULTRAFAST] = {2, 4, 12, 0},
    [FTH_FLOW_FAST] = {2, 4, 16, 5},
    [FTH_FLOW_MEDIUM] = {1, 3, 25, 5},
};

/* ---- remap */

struct remap {
    const struct fth_grid *src, *mx, *my, *dst;
};

static void remap_rows(void *context, int32_t y0, int32_t y1)
{
    const struct remap *r = context;
    const int32_t size[2] = {r->src->width, r->src->height};
    for (int32_t y = y0; y < y1; y++)
        fth_kernels()->remap(fth_grid_row(r->dst, y), fth_grid_row(r->mx, y),
                             fth_grid_row(r->my, y), r->src->data, r->src->row_stride, size,
                             (size_t)r->dst->width);
}

enum fth_status fth_remap(const struct fth_work *work, const struct fth_grid *src,
                          const struct fth_grid *mx, const struct fth_grid *my,
                          const struct fth_grid *dst, struct fth_error *error)
{
    (void)error;
    struct remap r = {src, mx, my, dst};
    return fth_rows_run(work, dst->height, fth_flow_block_rows(dst->width), remap_rows, &r);
}

/* ---- the pyramid */

/* The coarsest level: motions up to a quarter of the longer side (2^n = side / 32, rounded), and no
 * side below a patch. */
static int coarsest_level(int32_t width, int32_t height)
{
    int64_t longer = FTH_MAX(width, height), shorter = FTH_MIN(width, height);
    int level = 0;
    /* the next level n fits while log2(longer / 32) + 1/2 >= n, squared to stay with integers */
    while (2 * longer * longer >= (int64_t)1024 << (2 * (level + 1)) &&
           shorter / PATCH >= (int64_t)1 << (level + 1))
        level++;
    return level;
}

/* 2 x 2 means round half up, others half to even: what cv::resize does to bytes. */
static void round_grid(const struct fth_grid *grid, bool half_up)
{
    for (int32_t y = 0; y < grid->height; y++) {
        float *row = fth_grid_row(grid, y);
        for (int32_t x = 0; x < grid->width; x++) {
            int32_t whole = (int32_t)(row[x] + 0.5f);
            bool tie_up = (float)whole - row[x] == 0.5f && (whole & 1);
            row[x] = (float)(whole - (tie_up && !half_up));
        }
    }
}

static enum fth_status shrink(const struct fth_work *work, const struct fth_grid *src,
                              const struct fth_grid *dst, struct fth_error *error)
{
    if (src->width == dst->width && src->height == dst->height) {
        fth_grid_copy(dst, src);
        return FTH_OK;
    }
    enum fth_status status = fth_resize_area(work, src, dst, error);
    bool halved = src->width == 2 * dst->width && src->height == 2 * dst->height;
    if (status == FTH_OK)
        round_grid(dst, halved);
    return status;
}

/* The edge pixels go on into the border. */
static void extend(const struct fth_grid *grid)
{
    size_t row_size = (size_t)(grid->width + 2 * BORDER) * sizeof(float);
    for (int32_t y = 0; y < grid->height; y++) {
        float *row = fth_grid_row(grid, y);
        for (int32_t i = 1; i <= BORDER; i++) {
            row[-i] = row[0];
            row[grid->width - 1 + i] = row[grid->width - 1];
        }
    }
    for (int32_t i = 1; i <= BORDER; i++) {
        memcpy(fth_grid_row(grid, -i) - BORDER, fth_grid_row(grid, 0) - BORDER, row_size);
        memcpy(fth_grid_row(grid, grid->height - 1 + i) - BORDER,
               fth_grid_row(grid, grid->height - 1) - BORDER, row_size);
    }
}

static int32_t mirrored(int32_t i, int32_t count)
{
    return i < 0 ? -i : i >= count ? 2 * count - 2 - i : i;
}

static void sobel_rows(void *context, int32_t y0, int32_t y1)
{
    const struct fth_flow_level *level = context;
    int32_t width = level->from.width, height = level->from.height;
    for (int32_t y = y0; y < y1; y++) {
        const float *a = fth_grid_row(&level->from, mirrored(y - 1, height));
        const float *b = fth_grid_row(&level->from, y);
        const float *c = fth_grid_row(&level->from, mirrored(y + 1, height));
        float *gx = fth_grid_row(&level->gx, y), *gy = fth_grid_row(&level->gy, y);
        for (int32_t x = 0; x < width; x++) {
            int32_t l = mirrored(x - 1, width), r = mirrored(x + 1, width);
            gx[x] = (a[r] - a[l]) + 2 * (b[r] - b[l]) + (c[r] - c[l]);
            gy[x] = (c[l] - a[l]) + 2 * (c[x] - a[x]) + (c[r] - a[r]);
        }
    }
}

static enum fth_status new_level(struct fth_arena *arena, int32_t width, int32_t height,
                                 struct fth_flow_level *level, struct fth_error *error)
{
    struct fth_grid *const grids[] = {&level->from, &level->gx, &level->gy, &level->u, &level->v};
    enum fth_status status =
        fth_grid_new(arena, width + 2 * BORDER, height + 2 * BORDER, &level->to, error);
    for (size_t i = 0; i < FTH_ARRAY_COUNT(grids) && status == FTH_OK; i++)
        status = fth_grid_new(arena, width, height, grids[i], error);
    if (status != FTH_OK)
        return status;
    level->to.data += BORDER * level->to.row_stride + BORDER;
    level->to.width = width;
    level->to.height = height;
    return FTH_OK;
}

static enum fth_status build_level(const struct fth_work *work, const struct fth_grid *from,
                                   const struct fth_grid *to, struct fth_flow_level *level,
                                   struct fth_error *error)
{
    enum fth_status status = shrink(work, from, &level->from, error);
    if (status == FTH_OK)
        status = shrink(work, to, &level->to, error);
    if (status != FTH_OK)
        return status;
    extend(&level->to);
    return fth_rows_run(work, level->from.height, fth_flow_block_rows(level->from.width),
                        sobel_rows, level);
}

/* levels[0] is the finest, 1 / 2^finest of the pictures. */
static enum fth_status build_pyramid(const struct fth_work *work,
                                     const struct fth_grid *pictures[2], int finest, int count,
                                     struct fth_flow_level *levels, struct fth_error *error)
{
    enum fth_status status = FTH_OK;
    int32_t width = pictures[0]->width >> finest, height = pictures[0]->height >> finest;
    for (int i = 0; i < count && status == FTH_OK; i++) {
        const struct fth_grid *from = i ? &levels[i - 1].from : pictures[0];
        const struct fth_grid *to = i ? &levels[i - 1].to : pictures[1];
        status = new_level(work->arena, width, height, &levels[i], error);
        if (status == FTH_OK)
            status = build_level(work, from, to, &levels[i], error);
        width /= 2;
        height /= 2;
    }
    return status;
}

/* ---- the flow */

static void scale_grid(const struct fth_grid *grid, float factor)
{
    for (int32_t y = 0; y < grid->height; y++) {
        float *row = fth_grid_row(grid, y);
        for (int32_t x = 0; x < grid->width; x++)
            row[x] *= factor;
    }
}

static enum fth_status enlarge(const struct fth_work *work, const struct fth_grid *src,
                               const struct fth_grid *dst, float factor, struct fth_error *error)
{
    enum fth_status status = FTH_OK;
    if (src->width == dst->width && src->height == dst->height)
        fth_grid_copy(dst, src);
    else
        status = fth_resize_bilinear(work, src, dst, error);
    if (status == FTH_OK)
        scale_grid(dst, factor);
    return status;
}

static enum fth_status solve_level(const struct fth_work *work, const struct fth_flow_level *level,
                                   const struct preset *preset, struct fth_error *error)
{
    enum fth_status status =
        fth_flow_search(work, level, preset->stride, preset->search_iterations, error);
    if (status == FTH_OK && preset->refine_iterations)
        status = fth_flow_refine(work, level, preset->refine_iterations, error);
    return status;
}

enum fth_status fth_flow_dis(const struct fth_work *work, const struct fth_grid *from,
                             const struct fth_grid *to, enum fth_flow_preset preset,
                             const struct fth_grid *u, const struct fth_grid *v,
                             struct fth_error *error)
{
    if (FTH_MIN(from->width, from->height) < PATCH) { /* nothing to match */
        fth_grid_fill(u, 0);
        fth_grid_fill(v, 0);
        return FTH_OK;
    }
    struct fth_flow_level levels[MOST_LEVELS];
    const struct fth_grid *pictures[2] = {from, to};
    int coarsest = coarsest_level(from->width, from->height);
    int finest = FTH_MIN(presets[preset].finest, coarsest), count = coarsest - finest + 1;
    size_t mark = fth_arena_mark(work->arena);
    enum fth_status status = build_pyramid(work, pictures, finest, count, levels, error);
    if (status != FTH_OK)
        goto done;
    fth_grid_fill(&levels[count - 1].u, 0);
    fth_grid_fill(&levels[count - 1].v, 0);
    for (int i = count - 1; i >= 0 && status == FTH_OK; i--) {
        status = solve_level(work, &levels[i], &presets[preset], error);
        const struct fth_grid *next_u = i ? &levels[i - 1].u : u;
        const struct fth_grid *next_v = i ? &levels[i - 1].v : v;
        float factor = i ? 2 : (float)(1 << finest);
        if (status == FTH_OK)
            status = enlarge(work, &levels[i].u, next_u, factor, error);
        if (status == FTH_OK)
            status = enlarge(work, &levels[i].v, next_v, factor, error);
    }
done:
    fth_arena_return(work->arena, mark);
    return status;
}
