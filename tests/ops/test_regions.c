/* SPDX-License-Identifier: Apache-2.0 */
/* Labels against a flood fill, percentiles against a sort. */
#include "ops/regions.h"

#include <stdlib.h>

#include "base/mem.h"
#include "check.h"

/* The part of pixel (x, y) gets `label`, recursion replaced by a stack of pixels. */
static int64_t flood(const struct fth_mask *mask, int32_t *labels, int32_t start, int32_t label,
                     int connectivity, int32_t *stack)
{
    int64_t area = 0;
    int32_t depth = 0, w = mask->width;
    stack[depth++] = start;
    labels[start] = label;
    while (depth) {
        int32_t at = stack[--depth], x = at % w, y = at / w;
        area++;
        for (int32_t dy = -1; dy <= 1; dy++)
            for (int32_t dx = -1; dx <= 1; dx++) {
                int32_t nx = x + dx, ny = y + dy;
                if ((connectivity == 4 && dx && dy) || nx < 0 || ny < 0 || nx >= w ||
                    ny >= mask->height || !fth_mask_row(mask, ny)[nx] || labels[ny * w + nx])
                    continue;
                labels[ny * w + nx] = label;
                stack[depth++] = ny * w + nx;
            }
    }
    return area;
}

static void check_against_flood(struct fth_arena *arena, int32_t w, int32_t h, int percent,
                                int connectivity)
{
    struct fth_error error;
    struct fth_work work = {.arena = arena};
    size_t mark = fth_arena_mark(arena);
    struct fth_mask mask;
    FTH_REQUIRE_OK(fth_mask_new(arena, w, h, &mask, &error), error);
    uint32_t state = (uint32_t)(w * 31 + h * 7 + percent + connectivity);
    for (int32_t y = 0; y < h; y++)
        for (int32_t x = 0; x < w; x++)
            fth_mask_row(&mask, y)[x] = fth_test_random(&state) % 100 < (uint32_t)percent;
    int32_t *labels, count, expected_count = 0;
    struct fth_region *regions;
    FTH_REQUIRE_OK(fth_label_regions(&work, &mask, connectivity, &labels, &regions, &count, &error),
                   error);
    int32_t *expected = fth_alloc((size_t)w * (size_t)h * 2, sizeof(int32_t));
    FTH_REQUIRE(expected != NULL);
    for (int32_t i = 0; i < w * h; i++) {
        if (!fth_mask_row(&mask, i / w)[i % w] || expected[i])
            continue;
        int64_t area = flood(&mask, expected, i, ++expected_count, connectivity, expected + w * h);
        if (expected_count <= count)
            FTH_CHECK_INT(regions[expected_count - 1].area, area);
    }
    FTH_CHECK_INT(count, expected_count);
    FTH_CHECK(memcmp(labels, expected, (size_t)w * (size_t)h * sizeof(int32_t)) == 0);
    for (int32_t k = 0; k < count && count == expected_count; k++) {
        int32_t x0 = w, y0 = h, x1 = 0, y1 = 0;
        for (int32_t i = 0; i < w * h; i++)
            if (expected[i] == k + 1) {
                x0 = FTH_MIN(x0, i % w), x1 = FTH_MAX(x1, i % w + 1);
                y0 = FTH_MIN(y0, i / w), y1 = FTH_MAX(y1, i / w + 1);
            }
        FTH_CHECK(regions[k].x == x0 && regions[k].y == y0 && regions[k].width == x1 - x0 &&
                  regions[k].height == y1 - y0);
    }
    fth_free(expected);
    fth_arena_return(arena, mark);
}

FTH_TEST(labels_are_those_of_a_flood_fill)
{
    static const int32_t sizes[][2] = {{1, 1}, {1, 9}, {9, 1}, {2, 2}, {17, 13}, {40, 31}};
    struct fth_error error;
    struct fth_arena *arena = NULL;
    FTH_REQUIRE_OK(fth_arena_create(&arena, &error), error);
    for (size_t i = 0; i < FTH_ARRAY_COUNT(sizes); i++)
        for (int percent = 0; percent <= 100; percent += 20)
            for (int connectivity = 4; connectivity <= 8; connectivity += 4)
                check_against_flood(arena, sizes[i][0], sizes[i][1], percent, connectivity);
    fth_arena_destroy(&arena);
}

static int by_value(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

FTH_TEST(percentiles_are_those_of_a_sort)
{
    static const double percents[] = {0, 0.1, 2, 25, 50, 62.5, 95, 99.99, 100};
    enum { MOST = 1000, COUNT = FTH_ARRAY_COUNT(percents) };
    float values[MOST], sorted[MOST];
    uint32_t state = 1;
    for (size_t n = 1; n <= MOST; n = n * 2 + 1) {
        for (size_t i = 0; i < n; i++) /* negative, positive, tiny, and many that are equal */
            values[i] = ((float)(fth_test_random(&state) % 200) - 100) * (i % 3 ? 1.0f : 1e-30f);
        memcpy(sorted, values, n * sizeof(float));
        qsort(sorted, n, sizeof(float), by_value);
        double results[COUNT];
        fth_percentiles(values, n, percents, results, COUNT);
        for (size_t k = 0; k < COUNT; k++) {
            double at = (double)(n - 1) * percents[k] / 100;
            size_t low = (size_t)at, high = FTH_MIN(low + 1, n - 1);
            double expected = sorted[low] + (at - (double)low) * (sorted[high] - sorted[low]);
            /* the two ways to write a mean of two ranks differ by roundings of doubles */
            FTH_CHECK_NEAR(results[k], expected, 1e-12);
        }
    }
    float two[] = {3, 1};
    FTH_CHECK_NEAR(fth_median(two, 2), 2, 0);
}
