/* SPDX-License-Identifier: Apache-2.0 */
/* The exact Euclidean distance transform: down and up the columns first, then for each row the
 * lower envelope of the parabolas that its columns' distances make (Felzenszwalb, Huttenlocher). */
#include "ops/morph.h"

#include <math.h>

enum { BLOCK_COLUMNS = 256, BLOCK_ROWS = 16 };

/* No pixel in this column; its square leaves a double exact. */
static const float NONE = 1e10f;

struct transform {
    struct fth_mask mask;
    struct fth_grid dst;
    double *scratch; /* of each block of rows: vertices, heights and begins of `width` parabolas */
};

/* Rows of a block of columns: distance along the column to the nearest pixel of the mask. */
static void sweep_columns(void *context, int32_t x0, int32_t x1)
{
    const struct transform *t = context;
    for (int32_t y = 0; y < t->dst.height; y++) {
        const uint8_t *mask = fth_mask_row(&t->mask, y);
        const float *above = y > 0 ? fth_grid_row(&t->dst, y - 1) : NULL;
        float *row = fth_grid_row(&t->dst, y);
        for (int32_t x = x0; x < x1; x++)
            row[x] = mask[x] ? 0 : above && above[x] < NONE ? above[x] + 1 : NONE;
    }
    for (int32_t y = t->dst.height - 2; y >= 0; y--) {
        const float *below = fth_grid_row(&t->dst, y + 1);
        float *row = fth_grid_row(&t->dst, y);
        for (int32_t x = x0; x < x1; x++)
            row[x] = below[x] + 1 < row[x] ? below[x] + 1 : row[x];
    }
}

/* Where the parabola of column q overtakes that of column p < q. */
static double overtake(double p, double p_height, double q, double q_height)
{
    return ((q_height + q * q) - (p_height + p * p)) / (2 * (q - p));
}

/* vertex, height and begin hold the envelope; returns how many parabolas it has. */
static int32_t build_envelope(const float *row, int32_t width, double *vertex, double *height,
                              double *begin)
{
    int32_t count = 0;
    for (int32_t x = 0; x < width; x++) {
        if (row[x] >= NONE)
            continue;
        double square = (double)row[x] * (double)row[x], from = -INFINITY;
        while (count > 0) {
            from = overtake(vertex[count - 1], height[count - 1], x, square);
            if (from > begin[count - 1])
                break;
            count--;
        }
        vertex[count] = x;
        height[count] = square;
        begin[count] = count > 0 ? from : -INFINITY;
        count++;
    }
    return count;
}

static void envelope_rows(void *context, int32_t y0, int32_t y1)
{
    const struct transform *t = context;
    int32_t width = t->dst.width;
    double *vertex = t->scratch + 3 * (size_t)(y0 / BLOCK_ROWS) * (size_t)width;
    double *height = vertex + width, *begin = height + width;
    for (int32_t y = y0; y < y1; y++) {
        float *row = fth_grid_row(&t->dst, y);
        int32_t count = build_envelope(row, width, vertex, height, begin);
        for (int32_t x = 0, k = 0; x < width && count > 0; x++) {
            while (k + 1 < count && begin[k + 1] < x)
                k++;
            row[x] = (float)sqrt((x - vertex[k]) * (x - vertex[k]) + height[k]);
        }
    }
}

enum fth_status fth_distance(const struct fth_work *work, const struct fth_mask *mask,
                             const struct fth_grid *dst, struct fth_error *error)
{
    struct transform t = {.mask = *mask, .dst = *dst};
    size_t blocks = ((size_t)dst->height + BLOCK_ROWS - 1) / BLOCK_ROWS;
    size_t mark = fth_arena_mark(work->arena);
    t.scratch = fth_arena_take(work->arena, blocks * (size_t)dst->width, 3 * sizeof(double));
    enum fth_status status = FTH_OK;
    if (!t.scratch)
        status = fth_fail_memory(error, blocks * (size_t)dst->width * 24, "distances");
    if (status == FTH_OK)
        status = fth_rows_run(work, dst->width, BLOCK_COLUMNS, sweep_columns, &t);
    if (status == FTH_OK)
        status = fth_rows_run(work, dst->height, BLOCK_ROWS, envelope_rows, &t);
    fth_arena_return(work->arena, mark);
    return status;
}
