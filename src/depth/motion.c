/* SPDX-License-Identifier: Apache-2.0 */
/* Two flows of one pair of frames. Where they contradict each other something is covered or comes
 * into view, and neither is believed. */
#include "depth/motion.h"

#include <math.h>
#include <string.h>

#include "ops/blur.h"
#include "ops/kernels.h"
#include "ops/resize.h"

size_t fth_motion_size(int32_t width, int32_t height)
{
    return (size_t)width * (size_t)height * 2 * (2 * sizeof(int16_t) + sizeof(uint8_t));
}

struct fth_motion fth_motion_of_bytes(void *bytes, int32_t width, int32_t height)
{
    size_t n = (size_t)width * (size_t)height;
    int16_t *offsets = bytes;
    uint8_t *sure = (uint8_t *)(offsets + 4 * n);
    return (struct fth_motion){.width = width,
                               .height = height,
                               .bytes = bytes,
                               .back = {offsets, offsets + n, sure},
                               .forth = {offsets + 2 * n, offsets + 3 * n, sure + n}};
}

/* ---- belief by colours */

/* One way under work: flow, what it brings here, and the belief in it. */
struct way {
    struct fth_grid u, v, mx, my, sure;
};

static enum fth_status new_way(const struct fth_work *work, const struct fth_grid *like,
                               struct way *way, struct fth_error *error)
{
    struct fth_grid *const grids[] = {&way->u, &way->v, &way->mx, &way->my, &way->sure};
    enum fth_status status = FTH_OK;
    for (size_t i = 0; i < FTH_ARRAY_COUNT(grids) && status == FTH_OK; i++)
        status = fth_draft_grid(work, like, grids[i], error);
    return status;
}

/* One way, row by row: what each step needs besides the way itself. */
struct rows {
    const struct way *way;
    const struct fth_grid *other; /* what it is compared with; how far it misses itself */
    double *sums;                 /* of each row */
};

/* Rounded as it will be kept: what is judged is what is used. */
static inline float to_step(float offset)
{
    float steps = floorf(offset * FTH_MOTION_STEPS + 0.5f);
    return (steps < -32767 ? -32767 : steps > 32767 ? 32767 : steps) / FTH_MOTION_STEPS;
}

static void position_rows(void *context, int32_t y0, int32_t y1)
{
    const struct way *way = ((const struct rows *)context)->way;
    for (int32_t y = y0; y < y1; y++) {
        float *u = fth_grid_row(&way->u, y), *v = fth_grid_row(&way->v, y);
        float *mx = fth_grid_row(&way->mx, y), *my = fth_grid_row(&way->my, y);
        for (int32_t x = 0; x < way->u.width; x++) {
            u[x] = to_step(u[x]);
            v[x] = to_step(v[x]);
            mx[x] = (float)x + u[x];
            my[x] = (float)y + v[x];
        }
    }
}

/* |sure - other|, which sure becomes, and its sum */
static void difference_rows(void *context, int32_t y0, int32_t y1)
{
    const struct rows *rows = context;
    for (int32_t y = y0; y < y1; y++) {
        float *row = fth_grid_row(&rows->way->sure, y), sum = 0;
        const float *other = fth_grid_row(rows->other, y);
        for (int32_t x = 0; x < rows->other->width; x++)
            row[x] = fabsf(row[x] - other[x]);
        for (int32_t x = 0; x < rows->other->width; x++)
            sum += row[x];
        rows->sums[y] = sum;
    }
}

/* Error in grey levels to belief, and its sum */
static void belief_rows(void *context, int32_t y0, int32_t y1)
{
    const struct rows *rows = context;
    const struct way *way = rows->way;
    const int32_t size[2] = {way->sure.width, way->sure.height};
    for (int32_t y = y0; y < y1; y++) {
        float *row = fth_grid_row(&way->sure, y), sum = 0;
        fth_kernels()->flow_belief(row, fth_grid_row(&way->mx, y), fth_grid_row(&way->my, y),
                                   1 / fth_draft_recipe.flow_error, size);
        for (int32_t x = 0; x < size[0]; x++)
            sum += row[x];
        rows->sums[y] = sum;
    }
}

static double mean_of(const struct rows *rows)
{
    const struct fth_grid *grid = &rows->way->sure;
    double sum = 0;
    for (int32_t y = 0; y < grid->height; y++)
        sum += rows->sums[y];
    return sum / ((double)grid->width * grid->height);
}

/* Positions and the belief that colours give; the flow is there. figures: mean belief, mean
 * difference. */
static enum fth_status judge_way(const struct fth_work *work, const struct fth_grid *from,
                                 const struct fth_grid *to, struct way *way, double figures[2],
                                 struct fth_error *error)
{
    enum { BLOCK = 32 };
    size_t mark = fth_arena_mark(work->arena);
    int32_t height = from->height;
    struct rows rows = {way, from, fth_arena_take(work->arena, (size_t)height, sizeof(double))};
    if (!rows.sums)
        return fth_fail_memory(error, (size_t)height * sizeof(double), "scratch");
    enum fth_status status = fth_rows_run(work, height, BLOCK, position_rows, &rows);
    if (status == FTH_OK)
        status = fth_remap(work, to, &way->mx, &way->my, &way->sure, error);
    if (status == FTH_OK)
        status = fth_rows_run(work, height, BLOCK, difference_rows, &rows);
    if (status == FTH_OK) {
        figures[1] = mean_of(&rows);
        status = fth_blur_box(work, &way->sure, &way->sure, 3, FTH_BORDER_REFLECT, error);
    }
    if (status == FTH_OK)
        status = fth_rows_run(work, height, BLOCK, belief_rows, &rows);
    if (status == FTH_OK)
        figures[0] = mean_of(&rows);
    fth_arena_return(work->arena, mark);
    return status;
}

/* ---- belief by both ways */

static void doubt_rows(void *context, int32_t y0, int32_t y1)
{
    const struct rows *rows = context;
    for (int32_t y = y0; y < y1; y++)
        fth_kernels()->flow_doubt(fth_grid_row(&rows->way->sure, y), fth_grid_row(rows->other, y),
                                  1 / fth_draft_recipe.flow_return, (size_t)rows->other->width);
}

static enum fth_status compare_ways(const struct fth_work *work, const struct way *way,
                                    const struct way *other, struct fth_error *error)
{
    size_t mark = fth_arena_mark(work->arena);
    const struct fth_grid there[2] = {way->u, way->v}, back[2] = {other->u, other->v};
    struct fth_grid miss;
    struct rows rows = {way, &miss, NULL};
    enum fth_status status = fth_draft_grid(work, &way->u, &miss, error);
    if (status == FTH_OK)
        status = fth_flow_mismatch(work, there, back, &miss, error);
    if (status == FTH_OK)
        status = fth_rows_run(work, miss.height, 32, doubt_rows, &rows);
    fth_arena_return(work->arena, mark);
    return status;
}

static void keep_way(const struct way *way, const struct fth_motion_way *kept)
{
    for (int32_t y = 0; y < way->u.height; y++) {
        const float *u = fth_grid_row(&way->u, y), *v = fth_grid_row(&way->v, y);
        const float *s = fth_grid_row(&way->sure, y);
        ptrdiff_t at = (ptrdiff_t)y * way->u.width;
        for (int32_t x = 0; x < way->u.width; x++) {
            kept->dx[at + x] = (int16_t)(u[x] * FTH_MOTION_STEPS);
            kept->dy[at + x] = (int16_t)(v[x] * FTH_MOTION_STEPS);
            kept->sure[at + x] = (uint8_t)(s[x] * 255 + 0.5f);
        }
    }
}

void fth_motion_finder_clear(struct fth_motion_finder *finder)
{
    fth_flow_picture_destroy(&finder->earlier);
    fth_flow_picture_destroy(&finder->later);
    *finder = (struct fth_motion_finder){NULL, NULL, 0, 0};
}

static enum fth_status make_room(struct fth_motion_finder *finder, const struct fth_grid *like,
                                 struct fth_error *error)
{
    if (finder->width == like->width && finder->height == like->height)
        return FTH_OK;
    fth_motion_finder_clear(finder);
    enum fth_status status = fth_flow_picture_create(like->width, like->height, FTH_FLOW_FAST,
                                                     &finder->earlier, error);
    if (status == FTH_OK)
        status = fth_flow_picture_create(like->width, like->height, FTH_FLOW_FAST,
                                         &finder->later, error);
    if (status != FTH_OK)
        return status;
    finder->width = like->width;
    finder->height = like->height;
    return FTH_OK;
}

static enum fth_status find_flows(struct fth_motion_finder *finder, const struct fth_work *work,
                                  const struct fth_grid *const greys[2], const struct way *back,
                                  const struct way *forth, struct fth_error *error)
{
    const struct fth_grid to_later[2] = {forth->u, forth->v}, to_earlier[2] = {back->u, back->v};
    enum fth_status status = make_room(finder, greys[0], error);
    if (status == FTH_OK)
        status = fth_flow_picture_set(work, finder->earlier, greys[0], error);
    if (status == FTH_OK)
        status = fth_flow_picture_set(work, finder->later, greys[1], error);
    if (status == FTH_OK)
        status = fth_flow_both(work, finder->earlier, finder->later, to_later, to_earlier, error);
    return status;
}

enum fth_status fth_motion_find(struct fth_motion_finder *finder, const struct fth_work *work,
                                const struct fth_grid *earlier, const struct fth_grid *later,
                                struct fth_motion *motion, struct fth_error *error)
{
    const struct fth_grid *const greys[2] = {earlier, later};
    struct way back, forth;
    double figures[2] = {0, 0}, unused[2];
    size_t size = fth_motion_size(later->width, later->height);
    void *bytes = fth_arena_take(work->arena, size, 1);
    if (!bytes)
        return fth_fail_memory(error, size, "motion");
    *motion = fth_motion_of_bytes(bytes, later->width, later->height);
    size_t mark = fth_arena_mark(work->arena);
    enum fth_status status = new_way(work, later, &back, error);
    if (status == FTH_OK)
        status = new_way(work, later, &forth, error);
    if (status == FTH_OK)
        status = find_flows(finder, work, greys, &back, &forth, error);
    if (status == FTH_OK)
        status = judge_way(work, later, earlier, &back, figures, error);
    if (status == FTH_OK)
        status = judge_way(work, earlier, later, &forth, unused, error);
    if (status == FTH_OK)
        status = compare_ways(work, &back, &forth, error);
    if (status == FTH_OK)
        status = compare_ways(work, &forth, &back, error);
    if (status == FTH_OK) {
        keep_way(&back, &motion->back);
        keep_way(&forth, &motion->forth);
        motion->sure = figures[0];
        motion->difference = figures[1];
    }
    fth_arena_return(work->arena, mark);
    return status;
}

/* ---- use */

/* Half-size positions, in working pixels, and belief, out of whole numbers. */
static void unfold(const struct fth_motion *motion, const struct fth_motion_way *way,
                   const struct fth_grid half[3])
{
    for (int32_t y = 0; y < motion->height; y++) {
        ptrdiff_t at = (ptrdiff_t)y * motion->width;
        float *mx = fth_grid_row(&half[0], y), *my = fth_grid_row(&half[1], y);
        float *sure = fth_grid_row(&half[2], y);
        for (int32_t x = 0; x < motion->width; x++) {
            mx[x] = ((float)x + (float)way->dx[at + x] / FTH_MOTION_STEPS) * 2 + 0.5f;
            my[x] = ((float)y + (float)way->dy[at + x] / FTH_MOTION_STEPS) * 2 + 0.5f;
            sure[x] = (float)way->sure[at + x] / 255;
        }
    }
}

enum fth_status fth_motion_enlarge(const struct fth_work *work, const struct fth_motion *motion,
                                   const struct fth_motion_way *way,
                                   const struct fth_draft_motion *full, struct fth_error *error)
{
    struct fth_grid half[3];
    const struct fth_grid *to[3] = {&full->mx, &full->my, &full->sure};
    size_t mark = fth_arena_mark(work->arena);
    enum fth_status status = FTH_OK;
    for (int i = 0; i < 3 && status == FTH_OK; i++)
        status = fth_grid_new(work->arena, motion->width, motion->height, &half[i], error);
    if (status == FTH_OK)
        unfold(motion, way, half);
    for (int i = 0; i < 3 && status == FTH_OK; i++)
        status = fth_resize_bilinear(work, &half[i], to[i], error);
    fth_arena_return(work->arena, mark);
    return status;
}
