/* SPDX-License-Identifier: Apache-2.0 */
/* What filters cost a pixel, against their radius and against the picture's size, with one and with
 * two threads: one line each, for cost_plots.py. The least of a few runs, so that a busy machine
 * shows less in it. */
#include <math.h>
#include <stdio.h>

#include "base/compiler.h"
#include "ops/blur.h"
#include "ops/guided.h"
#include "ops/morph.h"

enum { GRIDS = 5, RUNS = 9, WIDEST = 3840, HIGHEST = 2160 };

struct bench {
    struct fth_work work;
    struct fth_grid grids[GRIDS];
    double radius;
};

static enum fth_status run_gaussian(const struct bench *b, struct fth_error *error)
{
    return fth_blur_gaussian(&b->work, &b->grids[0], &b->grids[4], b->radius, b->radius,
                             FTH_BORDER_REPEAT, error);
}

static enum fth_status run_box(const struct bench *b, struct fth_error *error)
{
    return fth_blur_box(&b->work, &b->grids[0], &b->grids[4], (int32_t)b->radius,
                        FTH_BORDER_REFLECT, error);
}

static enum fth_status run_dilate(const struct bench *b, struct fth_error *error)
{
    return fth_dilate_rect(&b->work, &b->grids[0], &b->grids[4], (int32_t)b->radius,
                           (int32_t)b->radius, error);
}

static enum fth_status run_guided(const struct bench *b, struct fth_error *error)
{
    return fth_guided_colour(&b->work, b->grids, &b->grids[3], NULL, b->grids, &b->grids[4],
                             (int32_t)b->radius, 1e-3, error);
}

static const struct kind {
    const char *name;
    enum fth_status (*run)(const struct bench *b, struct fth_error *error);
    double radius; /* where the size is what changes */
} kinds[] = {{"gaussian", run_gaussian, 10},
             {"box", run_box, 10},
             {"dilate", run_dilate, 10},
             {"guided", run_guided, 8}};

static enum fth_status measure(struct bench *b, const char *what, const struct kind *kind,
                               int32_t width, int threads)
{
    int32_t height = width * 9 / 16;
    struct fth_grid whole[GRIDS];
    struct fth_pool *pool = NULL;
    struct fth_error error;
    enum fth_status status = fth_pool_create(threads, &pool, &error);
    double least = INFINITY;
    b->work.pool = pool;
    for (int i = 0; i < GRIDS; i++) {
        whole[i] = b->grids[i];
        b->grids[i].width = width;
        b->grids[i].height = height;
    }
    for (int i = 0; i < RUNS && status == FTH_OK; i++) {
        double start = fth_clock_s();
        status = kind->run(b, &error);
        least = fmin(least, fth_clock_s() - start);
    }
    for (int i = 0; i < GRIDS; i++)
        b->grids[i] = whole[i];
    fth_pool_destroy(&pool);
    if (status != FTH_OK)
        fprintf(stderr, "bench_cost: %s\n", error.message);
    printf("%s %s %g %.4f %d %.3f\n", what, kind->name, b->radius, 1e-6 * width * height, threads,
           1e9 * least / width / height);
    return status;
}

static enum fth_status make(struct bench *b)
{
    uint32_t state = 1;
    enum fth_status status = fth_arena_create(&b->work.arena, NULL);
    for (int i = 0; i < GRIDS && status == FTH_OK; i++) {
        status = fth_grid_new(b->work.arena, WIDEST, HIGHEST, &b->grids[i], NULL);
        for (int32_t y = 0; y < HIGHEST && status == FTH_OK; y++)
            for (int32_t x = 0; x < WIDEST; x++) {
                state = state * 1664525u + 1013904223u;
                fth_grid_row(&b->grids[i], y)[x] = (float)(state >> 8) / 16777216.0f;
            }
    }
    return status;
}

int main(void)
{
    static const double radii[] = {1, 2, 5, 10, 20, 50, 100, 200};
    static const int32_t widths[] = {960, 1920, 2880, 3840};
    struct bench bench = {0};
    enum fth_status status = make(&bench);
    for (size_t k = 0; k < FTH_ARRAY_COUNT(kinds); k++) {
        for (size_t i = 0; i < FTH_ARRAY_COUNT(radii) && status == FTH_OK; i++) {
            bench.radius = radii[i];
            status = measure(&bench, "radius", &kinds[k], WIDEST, 1);
        }
        for (size_t i = 0; i < 2 * FTH_ARRAY_COUNT(widths) && status == FTH_OK; i++) {
            bench.radius = kinds[k].radius;
            status = measure(&bench, "size", &kinds[k], widths[i / 2], 1 + (int)(i % 2));
        }
    }
    fth_arena_destroy(&bench.work.arena);
    return status == FTH_OK ? 0 : 1;
}
