/* SPDX-License-Identifier: Apache-2.0 */
/* Milliseconds of pixel operations on one plane, median of seven: name, 1080p, 4K. The first
 * argument is the number of threads (0: all cores). */
#include <stdio.h>
#include <stdlib.h>

#include "ops/blur.h"
#include "ops/guided.h"
#include "ops/kernels.h"
#include "ops/morph.h"
#include "ops/resize.h"

enum { RUNS = 7 };

struct scene {
    struct fth_work work;
    struct fth_grid src, dst, third; /* third: a third of the size each way */
};

typedef enum fth_status operation(const struct scene *s);

static enum fth_status area_third(const struct scene *s)
{
    return fth_resize_area(&s->work, &s->src, &s->third, NULL);
}

static enum fth_status bilinear_up(const struct scene *s)
{
    return fth_resize_bilinear(&s->work, &s->third, &s->dst, NULL);
}

static enum fth_status antialias_third(const struct scene *s)
{
    return fth_resize_bicubic_antialias(&s->work, &s->src, &s->third, NULL);
}

static enum fth_status box_10(const struct scene *s)
{
    return fth_blur_box(&s->work, &s->src, &s->dst, 10, FTH_BORDER_REFLECT, NULL);
}

static enum fth_status multibox_10(const struct scene *s)
{
    return fth_blur(&s->work, &s->src, &s->dst, FTH_BLUR_MULTIBOX, 4, 10, 10, FTH_BORDER_ZERO,
                    NULL);
}

static enum fth_status gaussian_2(const struct scene *s)
{
    return fth_blur_gaussian(&s->work, &s->src, &s->dst, 2, 2, FTH_BORDER_REPEAT, NULL);
}

static enum fth_status gaussian_50(const struct scene *s)
{
    return fth_blur_gaussian(&s->work, &s->src, &s->dst, 50, 50, FTH_BORDER_REPEAT, NULL);
}

static enum fth_status rectangle_10(const struct scene *s)
{
    return fth_dilate_rect(&s->work, &s->src, &s->dst, 10, 10, NULL);
}

static enum fth_status disc_10(const struct scene *s)
{
    return fth_grow_disc(&s->work, &s->src, &s->dst, 10, NULL);
}

static enum fth_status disc_50(const struct scene *s)
{
    return fth_grow_disc(&s->work, &s->src, &s->dst, 50, NULL);
}

static enum fth_status guided_grey_8(const struct scene *s)
{
    return fth_guided_grey(&s->work, &s->src, &s->src, NULL, &s->dst, 8, 1e-3, NULL);
}

static enum fth_status guided_up_4(const struct scene *s)
{
    struct fth_grid small[3] = {s->third, s->third, s->third}, large[3] = {s->src, s->src, s->src};
    return fth_guided_colour(&s->work, small, &s->third, NULL, large, &s->dst, 4, 1e-4, NULL);
}

static void levels_rows(void *context, int32_t y0, int32_t y1)
{
    const struct scene *s = context;
    for (int32_t y = y0; y < y1; y++)
        fth_kernels()->levels(fth_grid_row(&s->dst, y), fth_grid_row(&s->src, y), 0.1f, 0.9f, 1.7f,
                              (size_t)s->src.width);
}

static enum fth_status levels_gamma(const struct scene *s)
{
    return fth_rows_run(&s->work, s->src.height, 16, levels_rows, (void *)s);
}

static const struct {
    const char *name;
    operation *run;
} operations[] = {
    {"resize area to a third", area_third}, {"resize bilinear by three", bilinear_up},
    {"resize bicubic antialias", antialias_third}, {"box r 10", box_10},
    {"multi-box 4 r 10", multibox_10}, {"gaussian sigma 2", gaussian_2},
    {"gaussian sigma 50", gaussian_50}, {"dilate rectangle r 10", rectangle_10},
    {"dilate disc r 10", disc_10}, {"dilate disc r 50", disc_50},
    {"guided grey r 8", guided_grey_8}, {"guided colour from a third", guided_up_4},
    {"levels with gamma", levels_gamma}};

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Negative when the operation fails. */
static double median_ms(const struct scene *scene, operation *run)
{
    double times[RUNS];
    for (int i = -1; i < RUNS; i++) { /* once to warm up */
        double start = fth_clock_s();
        if (run(scene) != FTH_OK)
            return -1;
        if (i >= 0)
            times[i] = 1e3 * (fth_clock_s() - start);
    }
    qsort(times, RUNS, sizeof(times[0]), compare);
    return times[RUNS / 2];
}

static bool make_scene(struct scene *scene, int32_t width, int32_t height)
{
    uint32_t state = 1;
    struct fth_arena *arena = scene->work.arena;
    if (fth_grid_new(arena, width, height, &scene->src, NULL) != FTH_OK ||
        fth_grid_new(arena, width, height, &scene->dst, NULL) != FTH_OK ||
        fth_grid_new(arena, width / 3, height / 3, &scene->third, NULL) != FTH_OK)
        return false;
    for (int32_t y = 0; y < height; y++)
        for (int32_t x = 0; x < width; x++) {
            state = state * 1664525u + 1013904223u;
            fth_grid_row(&scene->src, y)[x] = (float)(state >> 8) / 16777216.0f;
        }
    return area_third(scene) == FTH_OK;
}

int main(int count, char **arguments)
{
    struct fth_error error;
    struct fth_pool *pool = NULL;
    struct scene scenes[2] = {0};
    static const int32_t sizes[2][2] = {{1920, 1080}, {3840, 2160}};
    bool ok = fth_pool_create(count > 1 ? atoi(arguments[1]) : 0, &pool, &error) == FTH_OK;
    for (int i = 0; i < 2 && ok; i++) {
        scenes[i].work.pool = pool;
        ok = fth_arena_create(&scenes[i].work.arena, &error) == FTH_OK &&
             make_scene(&scenes[i], sizes[i][0], sizes[i][1]);
    }
    if (ok)
        printf("%-28s %9s %9s  (%s, %d threads, ms)\n", "operation", "1080p", "4K",
               fth_kernels()->level, fth_pool_thread_count(pool));
    for (size_t i = 0; i < FTH_ARRAY_COUNT(operations) && ok; i++) {
        double hd = median_ms(&scenes[0], operations[i].run);
        double uhd = median_ms(&scenes[1], operations[i].run);
        ok = hd >= 0 && uhd >= 0;
        printf("%-28s %9.2f %9.2f\n", operations[i].name, hd, uhd);
    }
    for (int i = 0; i < 2; i++)
        fth_arena_destroy(&scenes[i].work.arena);
    fth_pool_destroy(&pool);
    return ok ? 0 : 1;
}
