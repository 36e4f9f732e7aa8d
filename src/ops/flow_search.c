/* SPDX-License-Identifier: Apache-2.0 */
/* Inverse search (Kroeger et al. 2016): every patch of `from` begins with the best of three flows
 * (its own from the coarser level, its neighbour's beside and its neighbour's above), then descends
 * the mean-free squared difference with the Hessian of `from`. Once down, once up. Flows spread
 * between patches within eight stripes of rows, as in OpenCV: the stripes run side by side and the
 * result does not depend on how many do. */
#include "ops/flow_level.h"

#include <math.h>
#include <stddef.h>

#include "ops/kernels.h"

enum { STRIPES = 8, PATCH = FTH_FLOW_PATCH, SMALL = 16384 };

struct patch {
    float flow[2], tensor[5]; /* tensor: sums of gx gx, gx gy, gy gy, gx, gy */
};

struct search {
    const struct fth_kernels *k;
    const struct fth_flow_level *level;
    struct patch *patches;
    int32_t stride, columns, rows; /* of the grid of patches */
    int iterations;                /* of each of the two passes */
    struct fth_grid weight;        /* sums of weights of the dense flow */
};

static struct fth_flow_patch patch_at(const struct search *s, int32_t x, int32_t y,
                                      const float *tensor)
{
    const struct fth_flow_level *level = s->level;
    struct fth_flow_patch patch = {.from = fth_grid_row(&level->from, y) + x,
                                   .gx = fth_grid_row(&level->gx, y) + x,
                                   .gy = fth_grid_row(&level->gy, y) + x,
                                   .stride = level->from.row_stride,
                                   .gradient_stride = level->gx.row_stride,
                                   .to = level->to.data,
                                   .to_stride = level->to.row_stride,
                                   .width = level->to.width,
                                   .height = level->to.height,
                                   .x = x,
                                   .y = y,
                                   .tensor = tensor};
    return patch;
}

/* What the first pass begins with: the flow at the patch's middle, and its tensor. */
static void begin_patch(const struct search *s, int32_t x, int32_t y, struct patch *patch)
{
    const struct fth_flow_level *level = s->level;
    patch->flow[0] = fth_grid_row(&level->u, y + PATCH / 2)[x + PATCH / 2];
    patch->flow[1] = fth_grid_row(&level->v, y + PATCH / 2)[x + PATCH / 2];
    s->k->patch_tensor(patch->tensor, fth_grid_row(&level->gx, y) + x,
                       fth_grid_row(&level->gy, y) + x, level->gx.row_stride);
}

/* step 1: down and to the right; step -1: up and to the left. */
static void search_row(const struct search *s, int32_t row, int32_t first_row, int32_t step)
{
    int32_t first = step > 0 ? 0 : s->columns - 1;
    for (int32_t i = 0; i < s->columns; i++) {
        int32_t column = first + step * i, x = column * s->stride, y = row * s->stride;
        struct patch *patch = &s->patches[(ptrdiff_t)row * s->columns + column];
        if (step > 0)
            begin_patch(s, x, y, patch);
        const struct fth_flow_patch at = patch_at(s, x, y, patch->tensor);
        const float *const neighbours[2] = {
            i > 0 ? (patch - step)->flow : NULL,
            row != first_row ? (patch - step * s->columns)->flow : NULL};
        s->k->patch_search(patch->flow, neighbours, &at, s->iterations);
    }
}

static void search_stripe(void *context, size_t stripe)
{
    const struct search *s = context;
    int32_t size = (s->rows + STRIPES - 1) / STRIPES;
    int32_t begin = FTH_MIN((int32_t)stripe * size, s->rows), end = FTH_MIN(begin + size, s->rows);
    for (int32_t row = begin; row < end; row++)
        search_row(s, row, begin, 1);
    for (int32_t row = end - 1; row >= begin; row--)
        search_row(s, row, end - 1, -1);
}

/* ---- from patches to every pixel */

/* As the kernel patch_spread, for pixels whose sample may lie outside. */
static void spread_clamped(const struct search *s, const struct patch *patch, struct fth_rect area)
{
    const struct fth_flow_level *level = s->level;
    const struct fth_grid *to = &level->to;
    float right = (float)(to->width - 1) - 1e-3f, bottom = (float)(to->height - 1) - 1e-3f;
    for (int32_t y = area.y0; y < area.y1; y++) {
        float py = fth_flow_limit((float)y + patch->flow[1], 0, bottom);
        int32_t iy = (int32_t)py;
        float fy = py - (float)iy;
        const float *above = fth_grid_row(to, iy), *below = above + to->row_stride;
        for (int32_t x = area.x0; x < area.x1; x++) {
            float px = fth_flow_limit((float)x + patch->flow[0], 0, right);
            int32_t ix = (int32_t)px;
            float fx = px - (float)ix;
            float sample = fx * fy * below[ix + 1] + (1 - fx) * fy * below[ix] +
                           fx * (1 - fy) * above[ix + 1] + (1 - fx) * (1 - fy) * above[ix];
            float c = 1 / FTH_MAX(1.0f, fabsf(sample - fth_grid_row(&level->from, y)[x]));
            fth_grid_row(&level->u, y)[x] += c * patch->flow[0];
            fth_grid_row(&level->v, y)[x] += c * patch->flow[1];
            fth_grid_row(&s->weight, y)[x] += c;
        }
    }
}

static void spread_patch(const struct search *s, const struct patch *patch, struct fth_rect area)
{
    const struct fth_flow_level *level = s->level;
    const struct fth_grid *to = &level->to;
    float right = (float)(to->width - 1) - 1e-3f, bottom = (float)(to->height - 1) - 1e-3f;
    float u = patch->flow[0], v = patch->flow[1];
    bool inside = (float)area.x0 + u >= 0 && (float)(area.x1 - 1) + u <= right &&
                  (float)area.y0 + v >= 0 && (float)(area.y1 - 1) + v <= bottom;
    if (!inside || fth_rect_width(area) != PATCH) {
        spread_clamped(s, patch, area);
        return;
    }
    float *const sums[3] = {fth_grid_row(&level->u, area.y0) + area.x0,
                            fth_grid_row(&level->v, area.y0) + area.x0,
                            fth_grid_row(&s->weight, area.y0) + area.x0};
    const struct fth_flow_patch at = patch_at(s, area.x0, area.y0, NULL);
    s->k->patch_spread(sums, level->u.row_stride, &at, patch->flow, fth_rect_height(area));
}

/* Pixels of a patch along one axis; the last one also has what no patch reaches. */
static int32_t patch_end(int32_t index, int32_t count, int32_t stride, int32_t size)
{
    return index + 1 == count ? size : index * stride + PATCH;
}

static void spread_rows(void *context, int32_t y0, int32_t y1)
{
    const struct search *s = context;
    const struct fth_flow_level *level = s->level;
    int32_t width = level->from.width, height = level->from.height;
    struct fth_grid *const sums[3] = {(struct fth_grid *)&level->u, (struct fth_grid *)&level->v,
                                      (struct fth_grid *)&s->weight};
    for (int32_t y = y0; y < y1; y++)
        for (int i = 0; i < 3; i++)
            s->k->fill(fth_grid_row(sums[i], y), 0, (size_t)width);
    for (int32_t row = 0; row < s->rows; row++) {
        struct fth_rect area = {.y0 = FTH_MAX(row * s->stride, y0),
                                .y1 = FTH_MIN(patch_end(row, s->rows, s->stride, height), y1)};
        if (area.y0 >= area.y1)
            continue;
        for (int32_t column = 0; column < s->columns; column++) {
            area.x0 = column * s->stride;
            area.x1 = patch_end(column, s->columns, s->stride, width);
            spread_patch(s, &s->patches[(ptrdiff_t)row * s->columns + column], area);
        }
    }
    for (int32_t y = y0; y < y1; y++)
        s->k->divide_two(fth_grid_row(&level->u, y), fth_grid_row(&level->v, y),
                         fth_grid_row(&s->weight, y), (size_t)width);
}

enum fth_status fth_flow_search(const struct fth_work *work, const struct fth_flow_level *level,
                                int32_t stride, int iterations, struct fth_error *error)
{
    int32_t width = level->from.width, height = level->from.height;
    struct search s = {.k = fth_kernels(),
                       .level = level,
                       .stride = stride,
                       .columns = 1 + (width - PATCH) / stride,
                       .rows = 1 + (height - PATCH) / stride,
                       .iterations = iterations / 2};
    size_t mark = fth_arena_mark(work->arena);
    size_t count = (size_t)s.columns * (size_t)s.rows;
    enum fth_status status = fth_grid_new(work->arena, width, height, &s.weight, error);
    if (status != FTH_OK)
        goto done;
    s.patches = fth_arena_take(work->arena, count, sizeof(*s.patches));
    if (!s.patches) {
        status = fth_fail_memory(error, count * sizeof(*s.patches), "flow patches");
        goto done;
    }
    /* waking a thread takes longer than searching a small level */
    bool small = (int64_t)width * height < SMALL;
    fth_pool_run(small ? NULL : work->pool, STRIPES, search_stripe, &s);
    status = fth_rows_run(work, height, fth_flow_block_rows(width), spread_rows, &s);
done:
    fth_arena_return(work->arena, mark);
    return status;
}
