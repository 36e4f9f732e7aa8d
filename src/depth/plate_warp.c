/* SPDX-License-Identifier: Apache-2.0 */
/* A plate moved to where the shot shows it. For each row of the result the plate is first sampled
 * down its columns, where the row's line crosses them, and what comes of it along the row: two
 * cubics of four samples in place of one of sixteen. */
#include <math.h>
#include <string.h>

#include "base/compiler.h"
#include "depth/plate.h"
#include "ops/kernels.h"

enum { TAPS = 4, BLOCK = 16 };

struct warping {
    const struct fth_grid *src, *dst, *seen;
    double n[9]; /* from the shot's pixels to the plate's */
};

static void invert(const double m[8], double n[9])
{
    n[0] = m[4] - m[5] * m[7];
    n[1] = m[2] * m[7] - m[1];
    n[2] = m[1] * m[5] - m[2] * m[4];
    n[3] = m[5] * m[6] - m[3];
    n[4] = m[0] - m[2] * m[6];
    n[5] = m[2] * m[3] - m[0] * m[5];
    n[6] = m[3] * m[7] - m[4] * m[6];
    n[7] = m[1] * m[6] - m[0] * m[7];
    n[8] = m[0] * m[4] - m[1] * m[3];
}

/* Row y of the shot: where in the plate's rows its line crosses the plate's columns, and where in
 * columns and rows its own pixels lie, as (c0 + c1 i) / (c2 + c3 i). */
static void line_of(const double n[9], double y, double crossing[4], double across[4],
                    double down[4])
{
    double e = n[1] * y + n[2], f = n[4] * y + n[5], d = n[7] * y + n[8];
    double slope = n[3] * d - f * n[6], start = f * n[0] - n[3] * e, over = d * n[0] - n[6] * e;
    double under = d + 0.5 * n[6];
    crossing[0] = start + 0.5 * slope - 0.5 * over;
    crossing[1] = slope;
    crossing[2] = over;
    crossing[3] = 0;
    across[0] = e + 0.5 * n[0] - 0.5 * under;
    across[1] = n[0] - 0.5 * n[6];
    down[0] = f + 0.5 * n[3] - 0.5 * under;
    down[1] = n[3] - 0.5 * n[6];
    across[2] = down[2] = under;
    across[3] = down[3] = n[6];
}

struct row {
    float *places, *downs, *samples[3], *weight;
    int32_t *index;
};

static size_t row_scratch(size_t n)
{
    return (5 + 2 * TAPS) * ((n + 15) / 16 * 16) * sizeof(float);
}

static struct row lay_out(void *scratch, size_t n)
{
    float *at = scratch;
    n = (n + 15) / 16 * 16;
    return (struct row){at, at + n, {at + 2 * n, at + 3 * n, at + 4 * n}, at + 5 * n,
                        (int32_t *)(void *)(at + (5 + TAPS) * n)};
}

static void warp_row(const struct warping *w, int32_t y, const struct row *row, size_t step)
{
    const struct fth_kernels *k = fth_kernels();
    const struct fth_grid *src = w->src;
    size_t n = (size_t)src->width;
    double crossing[4], across[4], down[4];
    struct fth_taps taps = {row->index, row->weight, step, TAPS};
    const int32_t columns[3] = {src->height - 1, (int32_t)src->row_stride, 1};
    const int32_t along[3] = {src->width - 1, 1, 0};
    line_of(w->n, y + 0.5, crossing, across, down);
    k->plate_places(row->places, crossing, n);
    k->plate_taps(row->index, row->weight, row->places, columns, step, n);
    for (int c = 0; c < 3; c++)
        k->gather_taps(row->samples[c], src[c].data, &taps, n);
    k->plate_places(row->places, across, n);
    k->plate_places(row->downs, down, n);
    k->plate_seen(fth_grid_row(w->seen, y), row->places, row->downs, (float)src->width - 1,
                  (float)src->height - 1, n);
    k->plate_taps(row->index, row->weight, row->places, along, step, n);
    for (int c = 0; c < 3; c++)
        k->gather_taps(fth_grid_row(&w->dst[c], y), row->samples[c], &taps, n);
}

static void warp_rows(void *context, int32_t y0, int32_t y1, void *scratch)
{
    const struct warping *w = context;
    size_t n = (size_t)w->src->width, step = (n + 15) / 16 * 16;
    struct row row = lay_out(scratch, n);
    for (int32_t y = y0; y < y1; y++)
        warp_row(w, y, &row, step);
}

static void copy_rows(void *context, int32_t y0, int32_t y1)
{
    const struct warping *w = context;
    size_t n = (size_t)w->src->width;
    for (int32_t y = y0; y < y1; y++) {
        for (int c = 0; c < 3; c++)
            memcpy(fth_grid_row(&w->dst[c], y), fth_grid_row(&w->src[c], y), n * sizeof(float));
        fth_kernels()->fill(fth_grid_row(w->seen, y), 1, n);
    }
}

enum fth_status fth_plate_warp(const struct fth_work *work, const struct fth_grid src[3],
                               const struct fth_plate_motion *motion,
                               const struct fth_grid dst[3], const struct fth_grid *seen,
                               struct fth_error *error)
{
    struct warping w = {src, dst, seen, {0}};
    struct fth_rows rows = {warp_rows, &w, BLOCK, row_scratch((size_t)src->width)};
    if (motion->still || !motion->found)
        return fth_rows_run(work, src->height, BLOCK, copy_rows, &w);
    invert(motion->m, w.n);
    return fth_rows_run_scratch(work, src->height, &rows, error);
}
