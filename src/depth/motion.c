/* SPDX-License-Identifier: Apache-2.0 */
/* Two flows of one pair of frames. Where they contradict each other something is covered or comes
 * into view, and neither is believed. */
#include "depth/motion.h"

#include <math.h>
#include <string.h>

#include "ops/blur.h"
#include "ops/flow.h"
#include "ops/math.h"
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

/* Rounded as it will be kept: what is judged is what is used. */
static float to_step(float offset)
{
    float steps = floorf(offset * FTH_MOTION_STEPS + 0.5f);
    return (steps < -32767 ? -32767 : steps > 32767 ? 32767 : steps) / FTH_MOTION_STEPS;
}

static void find_positions(const struct way *way)
{
    for (int32_t y = 0; y < way->u.height; y++) {
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

/* Mean of |a - b|, which a becomes. */
static double difference(const struct fth_grid *a, const struct fth_grid *b)
{
    double sum = 0;
    for (int32_t y = 0; y < a->height; y++) {
        float *row = fth_grid_row(a, y), row_sum = 0;
        const float *other = fth_grid_row(b, y);
        for (int32_t x = 0; x < a->width; x++) {
            row[x] = fabsf(row[x] - other[x]);
            row_sum += row[x];
        }
        sum += row_sum;
    }
    return sum / ((double)a->width * a->height);
}

/* Error in grey levels to belief, 0 where the pixel is outside the other frame; its mean. */
static double to_belief(const struct way *way)
{
    float scale = 1 / fth_draft_recipe.flow_error;
    double sum = 0;
    for (int32_t y = 0; y < way->sure.height; y++) {
        float *row = fth_grid_row(&way->sure, y), row_sum = 0;
        const float *px = fth_grid_row(&way->mx, y), *py = fth_grid_row(&way->my, y);
        for (int32_t x = 0; x < way->sure.width; x++) {
            float e = row[x] * scale;
            bool inside = px[x] > -1 && px[x] < (float)way->sure.width && py[x] > -1 &&
                          py[x] < (float)way->sure.height;
            row[x] = inside ? fth_expf(-e * e) : 0;
            row_sum += row[x];
        }
        sum += row_sum;
    }
    return sum / ((double)way->sure.width * way->sure.height);
}

/* Positions and the belief that colours give; the flow is there. */
static enum fth_status judge_way(const struct fth_work *work, const struct fth_grid *from,
                                 const struct fth_grid *to, struct way *way, double figures[2],
                                 struct fth_error *error)
{
    find_positions(way);
    enum fth_status status = fth_remap(work, to, &way->mx, &way->my, &way->sure, error);
    if (status != FTH_OK)
        return status;
    figures[1] = difference(&way->sure, from);
    status = fth_blur_box(work, &way->sure, &way->sure, 3, FTH_BORDER_REFLECT, error);
    if (status == FTH_OK)
        figures[0] = to_belief(way);
    return status;
}

/* ---- belief by both ways */

/* sure *= exp(-(|there and back| / limit)^2) */
static enum fth_status compare_ways(const struct fth_work *work, const struct way *way,
                                    const struct way *other, struct fth_error *error)
{
    size_t mark = fth_arena_mark(work->arena);
    const struct fth_grid there[2] = {way->u, way->v}, back[2] = {other->u, other->v};
    float scale = 1 / fth_draft_recipe.flow_return;
    struct fth_grid miss;
    enum fth_status status = fth_draft_grid(work, &way->u, &miss, error);
    if (status == FTH_OK)
        status = fth_flow_mismatch(work, there, back, &miss, error);
    for (int32_t y = 0; y < miss.height && status == FTH_OK; y++) {
        const float *far = fth_grid_row(&miss, y);
        float *sure = fth_grid_row(&way->sure, y);
        for (int32_t x = 0; x < miss.width; x++) {
            float off = FTH_MIN(far[x] * scale, 8.0f);
            sure[x] *= fth_expf(-off * off);
        }
    }
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

static enum fth_status find_flows(const struct fth_work *work, const struct fth_grid *earlier,
                                  const struct fth_grid *later, const struct way *back,
                                  const struct way *forth, struct fth_error *error)
{
    struct fth_flow_picture *a = NULL, *b = NULL;
    const struct fth_grid to_later[2] = {forth->u, forth->v}, to_earlier[2] = {back->u, back->v};
    enum fth_status status =
        fth_flow_picture_create(later->width, later->height, FTH_FLOW_FAST, &a, error);
    if (status == FTH_OK)
        status = fth_flow_picture_create(later->width, later->height, FTH_FLOW_FAST, &b, error);
    if (status == FTH_OK)
        status = fth_flow_picture_set(work, a, earlier, error);
    if (status == FTH_OK)
        status = fth_flow_picture_set(work, b, later, error);
    if (status == FTH_OK)
        status = fth_flow_both(work, a, b, to_later, to_earlier, error);
    fth_flow_picture_destroy(&a);
    fth_flow_picture_destroy(&b);
    return status;
}

enum fth_status fth_motion_find(const struct fth_work *work, const struct fth_grid *earlier,
                                const struct fth_grid *later, struct fth_motion *motion,
                                struct fth_error *error)
{
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
        status = find_flows(work, earlier, later, &back, &forth, error);
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
