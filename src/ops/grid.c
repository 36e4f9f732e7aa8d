/* SPDX-License-Identifier: Apache-2.0 */
/* Grids in arenas, and rows in fixed blocks over the pool. */
#include "ops/grid.h"

#include <stdatomic.h>
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

/* Blocks are handed out by a counter to one worker a thread, each with scratch of its own. */
struct shared_blocks {
    const struct fth_rows *rows;
    const struct fth_cancel *cancel;
    int32_t height, count;
    unsigned char *scratch;
    size_t scratch_size;
    atomic_int next;
};

static void run_worker(void *context, size_t index)
{
    struct shared_blocks *blocks = context;
    const struct fth_rows *rows = blocks->rows;
    int block;
    while ((block = atomic_fetch_add(&blocks->next, 1)) < blocks->count) {
        if (fth_cancelled(blocks->cancel))
            return;
        int32_t y0 = block * rows->block_rows;
        rows->run(rows->context, y0, FTH_MIN(y0 + rows->block_rows, blocks->height),
                  blocks->scratch + index * blocks->scratch_size);
    }
}

enum fth_status fth_rows_run_scratch(const struct fth_work *work, int32_t height,
                                     const struct fth_rows *rows, struct fth_error *error)
{
    struct shared_blocks blocks = {.rows = rows, .cancel = work->cancel, .height = height};
    blocks.count = (height + rows->block_rows - 1) / rows->block_rows;
    blocks.scratch_size = (rows->scratch_size + 63) / 64 * 64;
    size_t mark = fth_arena_mark(work->arena);
    size_t workers = (size_t)FTH_MIN(fth_pool_thread_count(work->pool), blocks.count);
    blocks.scratch = fth_arena_take(work->arena, workers, blocks.scratch_size);
    if (!blocks.scratch)
        return fth_fail_memory(error, workers * blocks.scratch_size, "filter scratch");
    fth_pool_run(work->pool, workers, run_worker, &blocks);
    fth_arena_return(work->arena, mark);
    return fth_cancelled(work->cancel) ? FTH_CANCELLED : FTH_OK;
}
