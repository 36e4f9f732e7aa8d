/* SPDX-License-Identifier: Apache-2.0 */
/* What tests of whole-grid operations share: an arena with a pool, random grids, differences. */
#ifndef FTH_TESTS_OPS_GRIDS_H
#define FTH_TESTS_OPS_GRIDS_H

#include "ops/grid.h"
#include "check.h"

struct bench {
    struct fth_work work;
    struct fth_pool *pool;
};

static inline bool open_bench(struct bench *bench, int threads)
{
    *bench = (struct bench){0};
    bool ok = fth_pool_create(threads, &bench->pool, NULL) == FTH_OK &&
              fth_arena_create(&bench->work.arena, NULL) == FTH_OK;
    bench->work.pool = bench->pool;
    return ok;
}

static inline void close_bench(struct bench *bench)
{
    fth_arena_destroy(&bench->work.arena);
    fth_pool_destroy(&bench->pool);
}

/* A grid of `value`. */
static inline struct fth_grid new_grid(struct bench *bench, int32_t width, int32_t height,
                                       float value)
{
    struct fth_grid grid = {0};
    if (fth_grid_new(bench->work.arena, width, height, &grid, NULL) != FTH_OK)
        fth_test_fail(__FILE__, __LINE__, "no memory for %d x %d", width, height);
    fth_grid_fill(&grid, value);
    return grid;
}

/* A grid of values 0..1, the same for the same seed. */
static inline struct fth_grid random_grid(struct bench *bench, int32_t width, int32_t height,
                                          uint32_t seed)
{
    struct fth_grid grid = new_grid(bench, width, height, 0);
    for (int32_t y = 0; y < height; y++)
        for (int32_t x = 0; x < width; x++) {
            seed = seed * 1664525u + 1013904223u;
            fth_grid_row(&grid, y)[x] = (float)(seed >> 8) / 16777215.0f;
        }
    return grid;
}

static inline float at(const struct fth_grid *grid, int32_t x, int32_t y)
{
    return fth_grid_row(grid, y)[x];
}

/* The largest difference; NaN counts as endless. */
static inline double largest_difference(const struct fth_grid *a, const struct fth_grid *b)
{
    double most = 0;
    for (int32_t y = 0; y < a->height; y++)
        for (int32_t x = 0; x < a->width; x++) {
            double d = fabs((double)at(a, x, y) - (double)at(b, x, y));
            most = d <= most ? most : isnan(d) ? (double)INFINITY : d;
        }
    return most;
}

static inline bool same_bytes(const struct fth_grid *a, const struct fth_grid *b)
{
    for (int32_t y = 0; y < a->height; y++)
        if (memcmp(fth_grid_row(a, y), fth_grid_row(b, y), (size_t)a->width * sizeof(float)) != 0)
            return false;
    return true;
}
#endif
