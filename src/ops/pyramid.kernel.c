/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of a Gaussian (gaussian.c): halving and doubling by splines, and sums of weighted pairs. All
 * are put so that a row of one value gives that value to the bit: what is added up are powers of
 * two times it, or differences from it. */
#include "ops/kernel.h"

#include <string.h>

#include "base/compiler.h"

/* (1 3 3 1) / 8 of four rows */
void FTH_KERNEL(halve_rows)(float *restrict dst, const float *const rows[4], size_t n)
{
    const float *restrict a = rows[0], *restrict b = rows[1];
    const float *restrict c = rows[2], *restrict d = rows[3];
    for (size_t i = 0; i < n; i++) {
        float inner = b[i] + c[i], all = (a[i] + d[i]) + inner;
        dst[i] = all * 0.125f + inner * 0.25f;
    }
}

/* The same along a row: dst[i] from src[2 i - 1 .. 2 i + 2]. */
void FTH_KERNEL(halve_row)(float *restrict dst, const float *restrict src, size_t n)
{
    const float *before = src - 1; /* an unsigned index cannot be -1 */
    for (size_t i = 0; i < n; i++) {
        float inner = src[2 * i] + src[2 * i + 1];
        float all = (before[2 * i] + before[2 * i + 3]) + inner;
        dst[i] = all * 0.125f + inner * 0.25f;
    }
}

/* (5 10 1) / 16 of three rows: the finer row that lies towards `near`. */
void FTH_KERNEL(double_rows)(float *restrict dst, const float *near, const float *middle,
                             const float *far, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        float quarter = (near[i] + far[i]) * 0.0625f + middle[i] * 0.125f;
        dst[i] = (quarter + near[i] * 0.25f) + middle[i] * 0.5f;
    }
}

/* The same along a row, n floats of dst from src[-1 .. (n + 1) / 2]. */
void FTH_KERNEL(double_row)(float *restrict dst, const float *restrict src, size_t n)
{
    const float *before = src - 1;
    for (size_t i = 0; i < n / 2; i++) {
        float a = before[i], b = before[i + 1], c = before[i + 2];
        float quarter = (a + c) * 0.0625f + b * 0.125f, half = b * 0.5f;
        dst[2 * i] = (quarter + a * 0.25f) + half;
        dst[2 * i + 1] = (quarter + c * 0.25f) + half;
    }
    if (n % 2) {
        float a = before[n / 2], b = before[n / 2 + 1], c = before[n / 2 + 2];
        dst[n - 1] = (((a + c) * 0.0625f + b * 0.125f) + a * 0.25f) + b * 0.5f;
    }
}

/* Whole registers, four at a time so that additions need not wait for each other. */
#if defined(__AVX512F__)
enum { LOT = 16 };
#elif defined(__AVX2__)
enum { LOT = 8 };
#else
enum { LOT = 4 };
#endif
enum { LOTS = 4 };

typedef float lot FTH_VECTOR(LOT * 4);
typedef int32_t lot_bits FTH_VECTOR(LOT * 4);

/* What pairs are measured from: the middle itself, unless it is no number to subtract. */
#define LARGEST 1e38f

static inline float origin_of(float middle)
{
    return middle < LARGEST && middle > -LARGEST ? middle : 0;
}

static inline void load(lot *to, const float *from)
{
    memcpy(to, from, sizeof(*to));
}

static inline __attribute__((always_inline)) void
weigh_lots(float *dst, const float *const *rows, const float *weights, size_t radius, size_t i,
           int lots)
{
    lot sum[LOTS], twice[LOTS], origin[LOTS], a, b;
    for (int k = 0; k < lots; k++) {
        load(&a, rows[radius] + i + (size_t)k * LOT);
        lot_bits usual = (a < LARGEST) & (a > -LARGEST);
        origin[k] = (lot)((lot_bits)a & usual);
        twice[k] = origin[k] + origin[k];
        sum[k] = weights[0] * (a - origin[k]);
    }
    for (size_t pair = 1; pair <= radius; pair++) {
        const float *left = rows[radius - pair] + i, *right = rows[radius + pair] + i;
        float weight = weights[pair];
        for (int k = 0; k < lots; k++) {
            load(&a, left + (size_t)k * LOT);
            load(&b, right + (size_t)k * LOT);
            sum[k] += weight * ((a + b) - twice[k]);
        }
    }
    for (int k = 0; k < lots; k++) {
        sum[k] += origin[k];
        memcpy(dst + i + (size_t)k * LOT, &sum[k], sizeof(sum[k]));
    }
}

/* weights[0] rows[radius] + sum over k of weights[k] (rows[radius - k] + rows[radius + k]), where
 * the weights, those of pairs twice, sum to 1. For a filter along a row, rows are one row shifted.
 */
void FTH_KERNEL(weigh_pairs)(float *restrict dst, const float *const *rows, const float *weights,
                             size_t radius, size_t n)
{
    size_t i = 0;
    for (; i + LOTS * LOT <= n; i += LOTS * LOT)
        weigh_lots(dst, rows, weights, radius, i, LOTS);
    for (; i + LOT <= n; i += LOT)
        weigh_lots(dst, rows, weights, radius, i, 1);
    for (; i < n; i++) {
        float middle = rows[radius][i], origin = origin_of(middle), twice = origin + origin;
        float sum = weights[0] * (middle - origin);
        for (size_t k = 1; k <= radius; k++)
            sum += weights[k] * ((rows[radius - k][i] + rows[radius + k][i]) - twice);
        dst[i] = sum + origin;
    }
}
