/* SPDX-License-Identifier: Apache-2.0 */
/* Grids in arenas, and rows in fixed blocks over the pool. */
#include "ops/grid.h"

#include <string.h>

enum fth_status fth_grid_new(struct fth_arena *arena, int32_t width, int32_t height,
                             struct fth_grid *grid, struct fth_error *error)
{
    ptrdiff_t stride = ((ptrdiff_t)width + 15) / 16 * 16;
    float *data = fth_arena_take(arena, (size_t)stride * (size_t)height, sizeof(float));
    if (!data)
        return fth_fail_memory(error, (size_t)stride * (size_t)height * sizeof(float), "scratch");
    *grid = (struct fth_grid){data, stride, width, height};
    return FTH_OK;
}

enum fth_status fth_mask_new(struct fth_arena *arena, int32_t width, int32_t height,
                             struct fth_mask *mask, struct fth_error *error)
{
    ptrdiff_t stride = ((ptrdiff_t)width + 63) / 64 * 64;
    uint8_t *data = fth_arena_take(arena, (size_t)stride * (size_t)height, 1);
    if (!data)
        return fth_fail_memory(error, (size_t)stride * (size_t)height, "scratch");
    *mask = (struct fth_mask){data, stride, width, height};
    return FTH_OK;
}

void fth_grid_copy(const struct fth_grid *dst, const struct fth_grid *src)
{
    for (int32_t y = 0; y < dst->height; y++)
        memcpy(fth_grid_row(dst, y), fth_grid_row(src, y), (size_t)dst->width * sizeof(float));
}

void fth_grid_fill(const struct fth_grid *grid, float value)
{
    for (int32_t y = 0; y < grid->height; y++) {
        float *row = fth_grid_row(grid, y);
        for (int32_t x = 0; x < grid->width; x++)
            row[x] = value;
    }
}

struct blocks {
    void (*rows)(void *, int32_t, int32_t);
    void *context;
    const struct fth_cancel *cancel;
    int32_t height, block_rows;
};

static void run_block(void *context, size_t index)
{
    const struct blocks *blocks = context;
    if (fth_cancelled(blocks->cancel))
        return;
    int32_t y0 = (int32_t)index * blocks->block_rows;
    blocks->rows(blocks->context, y0, FTH_MIN(y0 + blocks->block_rows, blocks->height));
}

enum fth_status fth_rows_run(const struct fth_work *work, int32_t height, int32_t block_rows,
                             void (*rows)(void *, int32_t, int32_t), void *context)
{
    struct blocks blocks = {rows, context, work->cancel, height, block_rows};
    fth_pool_run(work->pool, (size_t)((height + block_rows - 1) / block_rows), run_block, &blocks);
    return fth_cancelled(work->cancel) ? FTH_CANCELLED : FTH_OK;
}
