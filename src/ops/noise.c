/* SPDX-License-Identifier: Apache-2.0 */
/* Noise by blocks (after Immerkaer 1996: of a mask that no slope passes). */
#include "ops/noise.h"

#include <math.h>
#include <stdlib.h>

enum { BLOCK = 16 };

struct measure {
    const struct fth_grid *plane;
    float *values; /* of each block; negative: it says nothing */
    int32_t columns;
};

/* |1 -2 1; -2 4 -2; 1 -2 1| of noise of 1 has the mean 6 sqrt(2 / pi). */
static float measure_block(const struct fth_grid *plane, int32_t x0, int32_t y0)
{
    float sum = 0;
    int still = 0;
    for (int32_t y = y0 + 1; y < y0 + BLOCK - 1; y++) {
        const float *a = fth_grid_row(plane, y - 1) + x0, *b = fth_grid_row(plane, y) + x0;
        const float *c = fth_grid_row(plane, y + 1) + x0;
        for (int32_t x = 1; x < BLOCK - 1; x++) {
            sum += fabsf(a[x - 1] - 2 * a[x] + a[x + 1] - 2 * (b[x - 1] - 2 * b[x] + b[x + 1]) +
                         c[x - 1] - 2 * c[x] + c[x + 1]);
            still += b[x] == b[x + 1];
        }
    }
    enum { COUNT = (BLOCK - 2) * (BLOCK - 2) };
    bool says = still < COUNT / 2 && sum <= 1e30f; /* false for NaN too */
    return says ? sum / COUNT * (1.2533141373155f / 6) : -1;
}

static void measure_rows(void *context, int32_t first, int32_t end)
{
    const struct measure *measure = context;
    for (int32_t j = first; j < end; j++)
        for (int32_t i = 0; i < measure->columns; i++)
            measure->values[(ptrdiff_t)j * measure->columns + i] =
                measure_block(measure->plane, i * BLOCK, j * BLOCK);
}

static int by_size(const void *a, const void *b)
{
    float p = *(const float *)a, q = *(const float *)b;
    return (p > q) - (p < q);
}

enum fth_status fth_noise_measure(const struct fth_work *work, const struct fth_grid *plane,
                                  double *sigma, struct fth_error *error)
{
    int32_t columns = plane->width / BLOCK, rows = plane->height / BLOCK;
    size_t count = (size_t)columns * (size_t)rows, known = 0, mark = fth_arena_mark(work->arena);
    struct measure measure = {plane, NULL, columns};
    if (!count) {
        *sigma = 0;
        return FTH_OK;
    }
    measure.values = fth_arena_take(work->arena, count, sizeof(float));
    if (!measure.values)
        return fth_fail_memory(error, count * sizeof(float), "scratch");
    enum fth_status status = fth_rows_run(work, rows, 4, measure_rows, &measure);
    for (size_t i = 0; i < count && status == FTH_OK; i++)
        if (measure.values[i] >= 0)
            measure.values[known++] = measure.values[i];
    if (status == FTH_OK) {
        qsort(measure.values, known, sizeof(float), by_size);
        /* the quartile of blocks of nothing but noise lies 5 % below it */
        *sigma = known ? (double)measure.values[known / 4] * 1.05 : 0;
    }
    fth_arena_return(work->arena, mark);
    return status;
}
