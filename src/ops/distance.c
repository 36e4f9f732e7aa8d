/* SPDX-License-Identifier: Apache-2.0 */
/* The exact Euclidean distance transform: down and up the columns first, then for each row the
 * lower envelope of the parabolas that its columns' distances make (Felzenszwalb, Huttenlocher).
 * Where only what is near matters, the least of a few squares beside each pixel instead. */
#include "ops/morph.h"

#include <math.h>
#include <string.h>

#include "ops/kernels.h"

enum { BLOCK_COLUMNS = 256, BLOCK_ROWS = 16 };
enum { MOST_REACH = 120 }; /* squares of which, and sums of two of them, are 16 bits */

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

/* ---- what is near */

struct nearness {
    struct fth_mask mask;
    struct fth_grid dst;
    int16_t *columns; /* distances along columns, `far` where there is none near */
    ptrdiff_t stride;
    int16_t far;
    int32_t reach;
    float most;
};

static void sweep_near(void *context, int32_t x0, int32_t x1)
{
    const struct nearness *s = context;
    int16_t far = s->far;
    for (int32_t y = 0; y < s->dst.height; y++) {
        const uint8_t *mask = fth_mask_row(&s->mask, y);
        int16_t *row = s->columns + y * s->stride;
        const int16_t *above = y > 0 ? row - s->stride : NULL;
        for (int32_t x = x0; x < x1 && !above; x++)
            row[x] = mask[x] ? 0 : far;
        for (int32_t x = x0; x < x1 && above; x++) {
            int16_t next = (int16_t)(above[x] + 1);
            next = next < far ? next : far;
            row[x] = mask[x] ? 0 : next;
        }
    }
    for (int32_t y = s->dst.height - 2; y >= 0; y--) {
        int16_t *row = s->columns + y * s->stride;
        const int16_t *below = row + s->stride;
        for (int32_t x = x0; x < x1; x++) {
            int16_t next = (int16_t)(below[x] + 1);
            row[x] = next < row[x] ? next : row[x];
        }
    }
}

/* Room for a row of squares, with what is beyond its ends and what the kernel reads behind. */
static size_t squares_of(const struct nearness *s)
{
    return (size_t)s->dst.width + 2 * (size_t)s->reach + FTH_NEAR_SLACK;
}

static void near_rows(void *context, int32_t y0, int32_t y1, void *scratch)
{
    const struct nearness *s = context;
    uint16_t *squares = scratch, *first = squares + s->reach;
    for (size_t i = 0; i < squares_of(s); i++)
        squares[i] = FTH_NEAR_NONE;
    for (int32_t y = y0; y < y1; y++) {
        const int16_t *row = s->columns + y * s->stride;
        for (int32_t x = 0; x < s->dst.width; x++) {
            int16_t square = (int16_t)(row[x] * row[x]);
            first[x] = (uint16_t)(row[x] < s->far ? square : FTH_NEAR_NONE);
        }
        fth_kernels()->near(fth_grid_row(&s->dst, y), first, s->reach, s->most,
                            (size_t)s->dst.width);
    }
}

enum fth_status fth_distance_near(const struct fth_work *work, const struct fth_mask *mask,
                                  float most, const struct fth_grid *dst, struct fth_error *error)
{
    if (!(most <= MOST_REACH - 1))
        return fth_distance(work, mask, dst, error);
    struct nearness s = {.mask = *mask, .dst = *dst, .most = fmaxf(most, 0)};
    s.reach = (int32_t)ceilf(s.most);
    s.far = (int16_t)(s.reach + 1);
    s.stride = ((ptrdiff_t)dst->width + 31) / 32 * 32;
    size_t mark = fth_arena_mark(work->arena), size = (size_t)s.stride * (size_t)dst->height;
    struct fth_rows rows = {near_rows, &s, BLOCK_ROWS, squares_of(&s) * sizeof(uint16_t)};
    s.columns = fth_arena_take(work->arena, size, sizeof(*s.columns));
    enum fth_status status = FTH_OK;
    if (!s.columns)
        status = fth_fail_memory(error, size * sizeof(*s.columns), "distances");
    if (status == FTH_OK)
        status = fth_rows_run(work, dst->width, BLOCK_COLUMNS, sweep_near, &s);
    if (status == FTH_OK)
        status = fth_rows_run_scratch(work, dst->height, &rows, error);
    fth_arena_return(work->arena, mark);
    return status;
}
