/* SPDX-License-Identifier: Apache-2.0 */
/* Boxes by running sums, in doubles: along sixteen rows beside each other, and down columns. Sums
 * are held in registers from position to position, and what comes out of the lanes is turned back
 * into rows there too. */
#include "ops/kernel.h"

#include <string.h>

#include "ops/vectors.h"

enum { PARTS = 2, COLUMNS = 4 }; /* that are worked on beside each other, so that none waits */

/* v[i][k] goes to v[k][i]. */
ALWAYS void turn(narrow v[WIDE])
{
#if defined(__AVX512F__)
    narrow a[WIDE], b[WIDE];
    UNROLL for (int i = 0; i < 8; i += 2) {
        a[i] = __builtin_shufflevector(v[i], v[i + 1], 0, 8, 1, 9, 4, 12, 5, 13);
        a[i + 1] = __builtin_shufflevector(v[i], v[i + 1], 2, 10, 3, 11, 6, 14, 7, 15);
    }
    UNROLL for (int i = 0; i < 8; i += 4)
        UNROLL for (int k = 0; k < 2; k++) {
            const narrow *from = &a[i + k];
            b[i + 2 * k] = __builtin_shufflevector(from[0], from[2], 0, 1, 8, 9, 4, 5, 12, 13);
            b[i + 2 * k + 1] =
                __builtin_shufflevector(from[0], from[2], 2, 3, 10, 11, 6, 7, 14, 15);
        }
    UNROLL for (int i = 0; i < 4; i++) {
        v[i] = __builtin_shufflevector(b[i], b[i + 4], 0, 1, 2, 3, 8, 9, 10, 11);
        v[i + 4] = __builtin_shufflevector(b[i], b[i + 4], 4, 5, 6, 7, 12, 13, 14, 15);
    }
#elif defined(__AVX2__)
    turn_four(v);
#else
    narrow a = __builtin_shufflevector(v[0], v[1], 0, 2);
    v[1] = __builtin_shufflevector(v[0], v[1], 1, 3);
    v[0] = a;
#endif
}

/* dst[i][lane] = rows[lane][i] */
void FTH_KERNEL(rows_to_lanes)(float *restrict dst, const float *const rows[FTH_LANES], size_t n)
{
    size_t i = 0;
    for (; i + WIDE <= n; i += WIDE)
        UNROLL for (int lane = 0; lane < FTH_LANES; lane += WIDE) {
            narrow v[WIDE];
            UNROLL for (int k = 0; k < WIDE; k++)
                memcpy(&v[k], rows[lane + k] + i, sizeof(v[k]));
            turn(v);
            UNROLL for (int k = 0; k < WIDE; k++)
                memcpy(dst + (i + (size_t)k) * FTH_LANES + lane, &v[k], sizeof(v[k]));
        }
    for (; i < n; i++)
        for (int lane = 0; lane < FTH_LANES; lane++)
            dst[i * FTH_LANES + (size_t)lane] = rows[lane][i];
}

/* ---- along rows */

/* Lanes `at` and further of the product at position i. */
ALWAYS void take(narrow *to, const float *const *lanes, int factors, size_t i, int at)
{
    narrow other;
    memcpy(to, lanes[0] + i * FTH_LANES + at, sizeof(*to));
    for (int k = 1; k < factors; k++) {
        memcpy(&other, lanes[k] + i * FTH_LANES + at, sizeof(other));
        *to *= other;
    }
}

struct lanes_run {
    wide sums[PARTS];
    float *products;
    const float *const *lanes;
    double scale;
    size_t width;
};

/* Means at `count` positions from i on of the lanes from `at` on. */
ALWAYS void run_lanes(struct lanes_run *run, narrow v[PARTS][WIDE], int factors, size_t i, int at,
                      int count)
{
    UNROLL for (int k = 0; k < count; k++) {
        size_t out = (i + (size_t)k) * FTH_LANES, in = out + (run->width - 1) * FTH_LANES;
        UNROLL for (int part = 0; part < PARTS; part++) {
            int lane = at + part * WIDE;
            narrow product;
            wide x, whole, mean;
            take(&product, run->lanes, factors, i + (size_t)k + run->width - 1, lane);
            if (factors > 1)
                memcpy(run->products + in + lane, &product, sizeof(product));
            to_wide(&x, &product);
            whole = run->sums[part] + x;
            mean = whole * run->scale;
            to_narrow(&v[part][k], &mean);
            widen(&x, run->products + out + lane);
            run->sums[part] = whole - x;
        }
    }
}

/* The first window but for its last position. */
ALWAYS void begin_lanes(struct lanes_run *run, int factors, int at, bool add)
{
    for (size_t i = 0; i + 1 < run->width; i++)
        for (int part = 0; part < PARTS; part++) {
            narrow product;
            take(&product, run->lanes, factors, i, at + part * WIDE);
            if (factors > 1)
                memcpy(run->products + i * FTH_LANES + at + part * WIDE, &product, sizeof(product));
            wide x;
            to_wide(&x, &product);
            if (add)
                run->sums[part] += x;
        }
}

ALWAYS void along(float *const *rows, double *sums, float *products,
                  const struct fth_box_along *how, int factors, size_t n)
{
    for (int at = 0; at < FTH_LANES; at += PARTS * WIDE) {
        struct lanes_run run = {.products = products, .lanes = how->lanes,
                                .scale = 1 / (double)how->width, .width = how->width};
        narrow v[PARTS][WIDE] = {{{0}}};
        if (!how->begins)
            memcpy(run.sums, sums + at, sizeof(run.sums));
        begin_lanes(&run, factors, at, how->begins);
        size_t i = 0;
        for (; i + WIDE <= n; i += WIDE) {
            run_lanes(&run, v, factors, i, at, WIDE);
            UNROLL for (int part = 0; part < PARTS; part++) {
                turn(v[part]);
                UNROLL for (int k = 0; k < WIDE; k++)
                    memcpy(rows[at + part * WIDE + k] + i, &v[part][k], sizeof(v[part][k]));
            }
        }
        for (; i < n; i++) {
            run_lanes(&run, v, factors, i, at, 1);
            for (int part = 0; part < PARTS; part++)
                for (int k = 0; k < WIDE; k++)
                    rows[at + part * WIDE + k][i] = v[part][0][k];
        }
        memcpy(sums + at, run.sums, sizeof(run.sums));
    }
}

/* rows[lane][i] = the mean over positions i .. i + width - 1 of the product of how->factors lanes.
 * `sums` of lanes are taken on where they were left, unless how->begins; `products` holds n + width
 * - 1 positions, and is not looked at where one factor is all. No overlaps. */
void FTH_KERNEL(box_along)(float *const rows[FTH_LANES], double *sums, float *products,
                           const struct fth_box_along *how, size_t n)
{
    if (how->factors == 1)
        along(rows, sums, (float *)how->lanes[0], how, 1, n); /* which is read only */
    else if (how->factors == 2)
        along(rows, sums, products, how, 2, n);
    else
        along(rows, sums, products, how, 3, n);
}

/* ---- down columns */

/* sums += row */
void FTH_KERNEL(box_add)(double *restrict sums, const float *restrict row, size_t n)
{
    for (size_t i = 0; i < n; i++)
        sums[i] += (double)row[i];
}

ALWAYS void put_mean(float *to, const narrow *mean, bool streams)
{
#if defined(__AVX512F__)
    if (streams)
        _mm256_stream_ps(to, (__m256)*mean);
#elif defined(__AVX2__)
    if (streams)
        _mm_stream_ps(to, (__m128)*mean);
#else
    streams = false;
#endif
    if (!streams)
        memcpy(to, mean, sizeof(*mean));
}

ALWAYS void down(float *const *dst, double *sums, const struct fth_box_down *how, size_t x,
                 int parts, bool streams)
{
    const double scale = how->scale; /* what is written might be it, for all the compiler knows */
    wide sum[COLUMNS], value;
    UNROLL for (int part = 0; part < parts; part++)
        memcpy(&sum[part], sums + x + part * WIDE, sizeof(sum[part]));
    for (size_t row = 0; row < how->rows; row++) {
        const float *in = how->in[row] + x, *out = how->out[row] + x;
        UNROLL for (int part = 0; part < parts; part++) {
            narrow mean;
            widen(&value, in + part * WIDE);
            wide whole = sum[part] + value, scaled = whole * scale;
            to_narrow(&mean, &scaled);
            put_mean(dst[row] + x + part * WIDE, &mean, streams);
            widen(&value, out + part * WIDE);
            sum[part] = whole - value;
        }
    }
    UNROLL for (int part = 0; part < parts; part++)
        memcpy(sums + x + part * WIDE, &sum[part], sizeof(sum[part]));
}

static bool lie_right(float *const *rows, size_t count)
{
    bool right = true;
    for (size_t i = 0; i < count; i++)
        right = right && (uintptr_t)rows[i] % (FTH_LANES * sizeof(float)) == 0;
    return right;
}

/* Rows of boxes down the columns: into each how->in comes, and how->out goes out after it. */
void FTH_KERNEL(box_down)(float *const *dst, double *sums, const struct fth_box_down *how,
                          size_t n)
{
    size_t x = 0;
    bool streams = how->streams && lie_right(dst, how->rows);
    for (; streams && x + COLUMNS * WIDE <= n; x += COLUMNS * WIDE)
        down(dst, sums, how, x, COLUMNS, true);
    for (; x + COLUMNS * WIDE <= n; x += COLUMNS * WIDE)
        down(dst, sums, how, x, COLUMNS, false);
    for (; x + WIDE <= n; x += WIDE)
        down(dst, sums, how, x, 1, false);
    for (; x < n; x++)
        for (size_t row = 0; row < how->rows; row++) {
            double whole = sums[x] + (double)how->in[row][x];
            dst[row][x] = (float)(whole * how->scale);
            sums[x] = whole - (double)how->out[row][x];
        }
}
