/* SPDX-License-Identifier: Apache-2.0 */
/* Rows come in bands. A band is summed along its rows, sixteen of them beside each other, into a
 * ring of rows that reaches as far back as the box does; from there the sums down the columns go
 * on. So a row is read once and written once while it is in a cache. Every sum runs over its whole
 * row or column in doubles: the result depends neither on bands nor on threads. */
#include "ops/box.h"

#include <string.h>

#include "ops/kernels.h"

enum { MOST_COLUMNS = 2048, LEAST_COLUMNS = 128 }; /* long rows are sooner read */

struct fth_box_stream {
    const struct fth_kernels *kernels;
    const struct fth_work *work;
    const struct fth_box_mean *mean;
    struct fth_box along; /* along rows */
    int32_t width, height;
    int32_t begin, end;         /* rows of the band */
    int32_t out_begin, out_end; /* means there are of it */
    struct fth_grid ring;
    double *sums; /* of columns */
    const float *zeros;
    unsigned char *scratch; /* of each sixteen rows of a band */
    size_t scratch_size;
};

/* Which position lies at `i`, which may be outside 0..n-1; -1: none. */
static int32_t place(enum fth_border border, int64_t i, int32_t n)
{
    if (i >= 0 && i < n)
        return (int32_t)i;
    if (border == FTH_BORDER_ZERO)
        return -1;
    if (border == FTH_BORDER_REPEAT)
        return i < 0 ? 0 : n - 1;
    int64_t period = 2 * (int64_t)n, within = ((i % period) + period) % period;
    return (int32_t)(within < n ? within : period - 1 - within);
}

/* Grids with fewer rows than the whole keep the last ones. */
static float *row_of(const struct fth_grid *grid, int32_t y)
{
    return fth_grid_row(grid, y % grid->height);
}

/* ---- along rows */

/* Row y of the product, in `row` or where it is. */
static const float *take_row(const struct fth_box_stream *box, int32_t y, float *row)
{
    const struct fth_grid *const *factors = box->mean->factors;
    const float *product = row_of(factors[0], y);
    for (int i = 1; i < 3 && factors[i]; i++, product = row)
        box->kernels->multiply(row, product, row_of(factors[i], y), (size_t)box->width);
    return product;
}

static void pad_lanes(const struct fth_box_stream *box, float *lanes)
{
    int32_t radius = box->mean->radius_x;
    for (int32_t i = 1; i <= radius; i++) {
        const int64_t at[2] = {-(int64_t)i, (int64_t)box->width - 1 + i};
        for (int end = 0; end < 2; end++) {
            int32_t from = place(box->mean->border, at[end], box->width);
            float *to = lanes + (ptrdiff_t)at[end] * FTH_LANES;
            if (from < 0)
                memset(to, 0, FTH_LANES * sizeof(*to));
            else
                memcpy(to, lanes + (size_t)from * FTH_LANES, FTH_LANES * sizeof(*to));
        }
    }
}

/* Sixteen rows of the band, or what is left of it. */
static void sum_along(const struct fth_box_stream *box, size_t index)
{
    int32_t y0 = box->begin + (int32_t)index * FTH_LANES, radius = box->mean->radius_x;
    int32_t count = FTH_MIN(FTH_LANES, box->end - y0);
    size_t length = (size_t)box->width, padded = length + 2 * (size_t)radius;
    float *lanes = (float *)(box->scratch + index * box->scratch_size);
    float *sums = lanes + padded * FTH_LANES, *products = sums;
    const float *from[FTH_LANES];
    float *to[FTH_LANES];
    for (int32_t i = 0; i < FTH_LANES; i++) {
        int32_t y = y0 + FTH_MIN(i, count - 1);
        from[i] = take_row(box, y, products + (size_t)i * length);
        to[i] = i < count ? row_of(&box->ring, y)
                          : products + (size_t)(FTH_LANES + i) * length;
    }
    float *first = lanes + (size_t)radius * FTH_LANES;
    box->kernels->rows_to_lanes(first, from, length);
    pad_lanes(box, first);
    box->kernels->box_lanes(sums, lanes, &box->along, length);
    box->kernels->lanes_to_rows(to, sums, length);
}

/* ---- down columns */

static const float *ring_row(const struct fth_box_stream *box, int64_t y)
{
    int32_t at = place(box->mean->border, y, box->height);
    return at < 0 ? box->zeros : row_of(&box->ring, at);
}

void fth_box_put(struct fth_box_stream *box, int32_t x, size_t n)
{
    const struct fth_kernels *k = box->kernels;
    int32_t radius = box->mean->radius_y;
    double scale = 1 / (2 * (double)radius + 1), *sums = box->sums + x;
    if (box->out_end == box->out_begin)
        return;
    if (box->out_begin == 0) {
        memset(sums, 0, n * sizeof(*sums));
        for (int32_t i = -radius; i < radius; i++)
            k->box_add(sums, ring_row(box, i) + x, n);
    }
    float spare[MOST_COLUMNS];
    bool streams = fth_grid_streams(box->mean->dst);
    for (int32_t y = box->out_begin; y < box->out_end; y++) {
        float *end = row_of(box->mean->dst, y) + x, *dst = streams ? spare : end;
        k->box_rows(dst, sums, ring_row(box, (int64_t)y + radius) + x,
                    ring_row(box, (int64_t)y - radius) + x, scale, n);
        if (box->mean->divisor)
            k->divide(dst, dst, row_of(box->mean->divisor, y) + x, n);
        if (streams)
            k->stream(end, dst, n);
    }
}

/* ---- the whole */

int32_t fth_box_band(const struct fth_work *work)
{
    int threads = fth_pool_thread_count(work->pool);
    return FTH_LANES * (threads > 1 ? 2 * FTH_MIN(threads, 16) : 1);
}

int32_t fth_box_columns(const struct fth_work *work, int32_t width)
{
    int32_t threads = fth_pool_thread_count(work->pool);
    int32_t share = (width / threads + LEAST_COLUMNS) / LEAST_COLUMNS * LEAST_COLUMNS;
    return FTH_MIN(share, MOST_COLUMNS);
}

enum fth_status fth_box_open(const struct fth_work *work, const struct fth_box_mean *mean,
                             struct fth_box_stream **result, struct fth_error *error)
{
    struct fth_box_stream *box = fth_arena_take(work->arena, 1, sizeof(*box));
    if (!box)
        return fth_fail_memory(error, sizeof(*box), "means of boxes");
    *box = (struct fth_box_stream){.kernels = fth_kernels(), .work = work, .mean = mean,
                                   .width = mean->dst->width, .height = mean->height,
                                   .along = {(size_t)mean->radius_x, 0}};
    size_t width = (size_t)box->width;
    int32_t band = fth_box_band(work);
    box->scratch_size = (3 * width + 2 * (size_t)mean->radius_x) * FTH_LANES * sizeof(float);
    box->scratch_size = (box->scratch_size + 63) / 64 * 64;
    int64_t rows = 2 * (int64_t)mean->radius_y + 1 + band;
    enum fth_status status = fth_grid_new(work->arena, box->width,
                                          (int32_t)FTH_MIN(rows, box->height), &box->ring, error);
    if (status != FTH_OK)
        return status;
    float *zeros = fth_arena_take(work->arena, width, sizeof(*zeros));
    box->sums = fth_arena_take(work->arena, width, sizeof(*box->sums));
    if (mean->scratch_of)
        box->scratch = mean->scratch_of->scratch;
    else
        box->scratch = fth_arena_take(work->arena, (size_t)band / FTH_LANES, box->scratch_size);
    if (!zeros || !box->sums || !box->scratch)
        return fth_fail_memory(error, box->scratch_size, "means of boxes");
    memset(zeros, 0, width * sizeof(*zeros));
    box->zeros = zeros;
    *result = box;
    return FTH_OK;
}

struct boxes {
    struct fth_box_stream *const *list;
    int count;
};

static void sum_all_along(void *context, size_t index)
{
    const struct boxes *boxes = context;
    for (int i = 0; i < boxes->count; i++)
        if (boxes->list[i])
            sum_along(boxes->list[i], index);
}

struct fth_box_rows fth_box_let_in(struct fth_box_stream *const *list, int count, int32_t end)
{
    struct boxes boxes = {list, count};
    struct fth_box_rows rows = {0};
    size_t pieces = 0;
    struct fth_pool *pool = NULL;
    for (int i = 0; i < count; i++) {
        struct fth_box_stream *box = list[i];
        if (!box)
            continue;
        box->begin = box->end;
        box->end = end;
        box->out_begin = box->out_end;
        box->out_end = end == box->height ? box->height
                                          : FTH_MAX(end - box->mean->radius_y, box->out_begin);
        rows = (struct fth_box_rows){box->out_begin, box->out_end};
        pieces = (size_t)(end - box->begin + FTH_LANES - 1) / FTH_LANES;
        pool = box->work->pool;
    }
    fth_pool_run(pool, pieces, sum_all_along, &boxes);
    return rows;
}

static void put_piece(void *context, size_t index)
{
    struct fth_box_stream *box = context;
    int32_t columns = fth_box_columns(box->work, box->width), x = (int32_t)index * columns;
    fth_box_put(box, x, (size_t)FTH_MIN(columns, box->width - x));
}

enum fth_status fth_box_run(const struct fth_work *work, const struct fth_box_mean *mean,
                            struct fth_error *error)
{
    struct fth_box_mean whole = *mean;
    struct fth_box_stream *box;
    size_t mark = fth_arena_mark(work->arena);
    int32_t band = fth_box_band(work);
    whole.height = mean->dst->height;
    whole.scratch_of = NULL;
    enum fth_status status = fth_box_open(work, &whole, &box, error);
    int32_t columns = fth_box_columns(work, mean->dst->width);
    size_t pieces = (size_t)((mean->dst->width + columns - 1) / columns);
    for (int32_t y = 0; y < whole.height && status == FTH_OK; y += band) {
        fth_box_let_in(&box, 1, FTH_MIN(y + band, whole.height));
        fth_pool_run(work->pool, pieces, put_piece, box);
        status = fth_cancelled(work->cancel) ? FTH_CANCELLED : FTH_OK;
    }
    fth_arena_return(work->arena, mark);
    return status;
}
