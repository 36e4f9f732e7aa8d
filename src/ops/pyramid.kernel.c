/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of a Gaussian (gaussian.c): halving and doubling by splines, and weighted sums. All are put
 * so that a row of one value gives that value to the bit: halving and doubling add powers of two
 * times it. */
#include "ops/kernel.h"

#include <math.h>
#include <string.h>

#include "ops/vectors.h"

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

/* ---- both axes in one go: the same sums in the same order */

enum { AHEAD = 512 }; /* floats, from where sums are made to where the next cache shall fetch */

/* Of four rows, columns `at` on. */
ALWAYS void halve_down(lot *to, const float *const rows[4], ptrdiff_t at)
{
    lot a, b, c, d;
    load_lot(&a, rows[0] + at);
    load_lot(&b, rows[1] + at);
    load_lot(&c, rows[2] + at);
    load_lot(&d, rows[3] + at);
    lot inner = b + c, all = (a + d) + inner;
    *to = all * 0.125f + inner * 0.25f;
}

ALWAYS float halve_down_one(const float *const rows[4], ptrdiff_t at)
{
    float inner = rows[1][at] + rows[2][at], all = (rows[0][at] + rows[3][at]) + inner;
    return all * 0.125f + inner * 0.25f;
}

ALWAYS void put_halved(float *dst, const lot *before, const lot *even, const lot *odd,
                       const lot *behind)
{
    lot inner = *even + *odd, all = (*before + *behind) + inner;
    lot result = all * 0.125f + inner * 0.25f;
    store_lot(dst, &result);
}

/* LOT floats of dst from i on, without what those before have left in registers. */
ALWAYS void halve_apart(float *dst, const float *const rows[4], ptrdiff_t i)
{
    lot v[4];
    halve_down(&v[0], rows, 2 * i - 1);
    halve_down(&v[1], rows, 2 * i - 1 + LOT);
    halve_down(&v[2], rows, 2 * i + 1);
    halve_down(&v[3], rows, 2 * i + 1 + LOT);
    lot before = EVENS_LOT(v[0], v[1]), even = ODDS_LOT(v[0], v[1]);
    lot odd = EVENS_LOT(v[2], v[3]), behind = ODDS_LOT(v[2], v[3]);
    put_halved(dst + i, &before, &even, &odd, &behind);
}

/* From i = 0 on, as long as the LOT after it is whole; returns where it ended. */
ALWAYS ptrdiff_t halve_along(float *dst, const float *const rows[4], ptrdiff_t n)
{
    lot even, odd, last = {0}, v[2];
    ptrdiff_t i = 0;
    if (n < 2 * LOT)
        return 0;
    last[LOT - 1] = halve_down_one(rows, -1);
    halve_down(&v[0], rows, 0);
    halve_down(&v[1], rows, LOT);
    even = EVENS_LOT(v[0], v[1]);
    odd = ODDS_LOT(v[0], v[1]);
    for (; i + 2 * LOT <= n; i += LOT) {
        for (int k = 0; k < 2 * LOT; k += 16) { /* rows that nobody has read yet */
            __builtin_prefetch(rows[2] + 2 * i + k + AHEAD, 0, 2);
            __builtin_prefetch(rows[3] + 2 * i + k + AHEAD, 0, 2);
        }
        halve_down(&v[0], rows, 2 * i + 2 * LOT);
        halve_down(&v[1], rows, 2 * i + 3 * LOT);
        lot next = EVENS_LOT(v[0], v[1]);
        lot before = BEFORE_LOT(last, odd), behind = BEHIND_LOT(even, next);
        put_halved(dst + i, &before, &even, &odd, &behind);
        last = odd;
        even = next;
        odd = ODDS_LOT(v[0], v[1]);
    }
    return i;
}

/* halve_rows, then halve_row: n floats of dst from columns -1 .. 2 n of four rows. */
void FTH_KERNEL(halve_both)(float *dst, const float *const rows[4], size_t n)
{
    ptrdiff_t count = (ptrdiff_t)n, i = halve_along(dst, rows, count);
    for (; i + LOT <= count; i += LOT)
        halve_apart(dst, rows, i);
    if (i < count && count >= LOT) {
        halve_apart(dst, rows, count - LOT);
        i = count;
    }
    for (; i < count; i++) {
        float v[4];
        for (int k = 0; k < 4; k++)
            v[k] = halve_down_one(rows, 2 * i - 1 + k);
        float inner = v[1] + v[2], all = (v[0] + v[3]) + inner;
        dst[i] = all * 0.125f + inner * 0.25f;
    }
}

/* The two finer rows between three rows, columns `at` on. */
ALWAYS void double_down(lot to[2], const float *const rows[3], ptrdiff_t at)
{
    lot a, b, c;
    load_lot(&a, rows[0] + at);
    load_lot(&b, rows[1] + at);
    load_lot(&c, rows[2] + at);
    lot quarter = (a + c) * 0.0625f + b * 0.125f, half = b * 0.5f;
    to[0] = (quarter + a * 0.25f) + half;
    to[1] = (quarter + c * 0.25f) + half;
}

ALWAYS void double_down_one(float to[2], const float *const rows[3], ptrdiff_t at)
{
    float a = rows[0][at], b = rows[1][at], c = rows[2][at];
    float quarter = (a + c) * 0.0625f + b * 0.125f, half = b * 0.5f;
    to[0] = (quarter + a * 0.25f) + half;
    to[1] = (quarter + c * 0.25f) + half;
}

ALWAYS void put_doubled(float *dst, const lot *a, const lot *b, const lot *c, bool streams)
{
    lot quarter = (*a + *c) * 0.0625f + *b * 0.125f, half = *b * 0.5f;
    lot even = (quarter + *a * 0.25f) + half, odd = (quarter + *c * 0.25f) + half;
    lot first = WEAVE_FIRST(even, odd), last = WEAVE_LAST(even, odd);
    if (streams) {
        stream_lot(dst, &first);
        stream_lot(dst + LOT, &last);
    } else {
        store_lot(dst, &first);
        store_lot(dst + LOT, &last);
    }
}

/* Columns 0 .. of dst as far as the source's LOT after them is whole; returns how many. */
ALWAYS ptrdiff_t double_along(float *const dst[2], const float *const rows[3], bool streams,
                              ptrdiff_t n)
{
    lot last[2] = {{0}}, now[2], next[2];
    float before[2];
    ptrdiff_t i = 0, count = (n + 1) / 2; /* rows hold columns -1 .. count */
    if (count < 2 * LOT - 1)
        return 0;
    double_down_one(before, rows, -1);
    for (int k = 0; k < 2; k++)
        last[k][LOT - 1] = before[k];
    double_down(now, rows, 0);
    for (; i + 2 * LOT <= count + 1 && 2 * (i + LOT) <= n; i += LOT) {
        double_down(next, rows, i + LOT);
        for (int k = 0; k < 2; k++) {
            lot a = BEFORE_LOT(last[k], now[k]), c = BEHIND_LOT(now[k], next[k]);
            put_doubled(dst[k] + 2 * i, &a, &now[k], &c, streams);
            last[k] = now[k];
            now[k] = next[k];
        }
    }
    return i;
}

/* double_rows twice, then double_row: n floats of two rows, which lie towards the first and towards
 * the last of three, from columns -1 .. (n + 1) / 2 of these. */
void FTH_KERNEL(double_both)(float *const dst[2], const float *const rows[3], bool streams,
                             size_t n)
{
    ptrdiff_t count = (ptrdiff_t)n, i;
    for (int k = 0; k < 2; k++)
        streams = streams && (uintptr_t)dst[k] % (LOT * sizeof(float)) == 0;
    if (streams)
        i = double_along(dst, rows, true, count);
    else
        i = double_along(dst, rows, false, count);
    for (; 2 * i < count; i++) {
        float v[3][2];
        for (int k = 0; k < 3; k++)
            double_down_one(v[k], rows, i - 1 + k);
        for (int k = 0; k < 2; k++) {
            float a = v[0][k], b = v[1][k], c = v[2][k];
            float quarter = (a + c) * 0.0625f + b * 0.125f, half = b * 0.5f;
            dst[k][2 * i] = (quarter + a * 0.25f) + half;
            if (2 * i + 1 < count)
                dst[k][2 * i + 1] = (quarter + c * 0.25f) + half;
        }
    }
}

/* ---- weighted sums */

/* Several registers at a time so that additions need not wait for each other. */
enum { LOTS = 4, QUAD = 4 };

/* A sum this close to its middle is the middle: there is nothing between but the rounding of sums.
 * So what is even stays as it is. */
#define NEAR 1.9073486e-6f /* 2^-19 */
#define NO_SIGN 0x7fffffff

ALWAYS void put_sum(float *to, const lot *sum, const lot *middle, bool streams)
{
    lot_bits off = (lot_bits)(*sum - *middle) & NO_SIGN;
    lot_bits most = (lot_bits)(*middle * NEAR) & NO_SIGN;
    lot_bits close = (lot)off <= (lot)most;
    lot result = (lot)(((lot_bits)*middle & close) | ((lot_bits)*sum & ~close));
    if (streams)
        stream_lot(to, &result);
    else
        store_lot(to, &result);
}

static inline float settle(float sum, float middle)
{
    return fabsf(sum - middle) <= fabsf(middle * NEAR) ? middle : sum;
}

ALWAYS void put_middle(float *to, const lot *sum, const float *from)
{
    lot middle;
    load_lot(&middle, from);
    put_sum(to, sum, &middle, false);
}

ALWAYS void pair_lots(float *dst, const float *const *rows, const float *taps, size_t radius,
                      size_t i, int lots)
{
    lot sum[LOTS], a, b;
    for (int k = 0; k < lots; k++) {
        load_lot(&a, rows[radius] + i + (size_t)k * LOT);
        sum[k] = taps[radius] * a;
    }
    for (size_t pair = 1; pair <= radius; pair++) {
        const float *left = rows[radius - pair] + i, *right = rows[radius + pair] + i;
        float weight = taps[radius + pair];
        for (int k = 0; k < lots; k++) {
            load_lot(&a, left + (size_t)k * LOT);
            load_lot(&b, right + (size_t)k * LOT);
            sum[k] += weight * (a + b);
        }
    }
    for (int k = 0; k < lots; k++)
        put_middle(dst + i + (size_t)k * LOT, &sum[k], rows[radius] + i + (size_t)k * LOT);
}

/* Sum over k = 0 .. 2 radius of taps[k] rows[k], taps being their own mirror image, not negative
 * and with a sum of 1. For a filter along a row, rows are one row shifted. */
void FTH_KERNEL(weigh_pairs)(float *restrict dst, const float *const *rows, const float *taps,
                             size_t radius, size_t n)
{
    size_t i = 0;
    for (; i + LOTS * LOT <= n; i += LOTS * LOT)
        pair_lots(dst, rows, taps, radius, i, LOTS);
    for (; i + LOT <= n; i += LOT)
        pair_lots(dst, rows, taps, radius, i, 1);
    for (; i < n; i++) {
        float sum = taps[radius] * rows[radius][i];
        for (size_t k = 1; k <= radius; k++)
            sum += taps[radius + k] * (rows[radius - k][i] + rows[radius + k][i]);
        dst[i] = settle(sum, rows[radius][i]);
    }
}

/* What stands `by` before the LOT floats now, `before` being those before them. Half of what lies
 * beside a register comes out of registers: what is loaded across lines of a cache counts twice. */
ALWAYS void load_before(lot *to, const float *line, const lot *before, const lot *now, int by)
{
#if defined(__AVX512F__)
    const __m512i places = _mm512_setr_epi32(16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29,
                                             30, 31);
    __m512i index = _mm512_sub_epi32(places, _mm512_set1_epi32(by));
    *to = (lot)_mm512_permutex2var_ps((__m512)*before, index, (__m512)*now);
    (void)line;
#else
    (void)before, (void)now;
    load_lot(to, line - by);
#endif
}

ALWAYS void weigh_lots(float *dst, const float *line, const float *middle, int radius,
                       bool streams, int lots)
{
    lot x[LOTS + 1], sum[LOTS], a, b;
    for (int k = 0; k <= lots; k++)
        load_lot(&x[k], line + (k - 1) * LOT);
    for (int k = 0; k < lots; k++)
        sum[k] = middle[0] * x[k + 1];
    for (int by = 1; by <= radius; by++) {
        float weight = middle[by];
        for (int k = 0; k < lots; k++) {
            load_before(&a, line + k * LOT, &x[k], &x[k + 1], by);
            load_lot(&b, line + k * LOT + by);
            sum[k] += weight * (a + b);
        }
    }
    for (int k = 0; k < lots; k++)
        put_sum(dst + k * LOT, &sum[k], &x[k + 1], streams);
}

ALWAYS size_t weigh_line(float *dst, const float *line, const float *middle, int radius,
                         bool streams, size_t n)
{
    size_t i = 0;
    for (; i + LOTS * LOT <= n; i += LOTS * LOT)
        weigh_lots(dst + i, line + i, middle, radius, streams, LOTS);
    for (; i + LOT <= n; i += LOT)
        weigh_lots(dst + i, line + i, middle, radius, streams, 1);
    return i;
}

/* The same sum along a row: of taps[k] line[i - radius + k]; radius < 16. `line` is read from 16
 * floats before its first on. */
void FTH_KERNEL(weigh_along)(float *dst, const float *line, const float *taps, size_t radius,
                             bool streams, size_t n)
{
    const float *middle = taps + radius;
    size_t i;
    streams = streams && (uintptr_t)dst % (LOT * sizeof(float)) == 0;
    if (streams)
        i = weigh_line(dst, line, middle, (int)radius, true, n);
    else
        i = weigh_line(dst, line, middle, (int)radius, false, n);
    for (; i < n; i++) {
        float sum = middle[0] * line[i];
        for (size_t k = 1; k <= radius; k++)
            sum += middle[k] * (*(line + i - k) + line[i + k]);
        dst[i] = settle(sum, line[i]);
    }
}

/* What row `at` of rows adds to sums[from .. to]. */
ALWAYS void add_row(lot sums[QUAD][2], const float *row, const float *tap, int from, int to,
                    int lots)
{
    lot value[2];
    for (int k = 0; k < lots; k++)
        load_lot(&value[k], row + (size_t)k * LOT);
    for (int q = from; q <= to; q++)
        for (int k = 0; k < lots; k++)
            sums[q][k] += tap[-q] * value[k];
}

ALWAYS void weigh_four_lots(float *const dst[QUAD], const float *const *rows,
                            const struct fth_weights *how, size_t i, int lots)
{
    const float *taps = how->taps;
    size_t radius = how->radius;
    lot sums[QUAD][2] = {{{0}}};
    size_t last = 2 * radius;
    add_row(sums, rows[0] + i, taps, 0, 0, lots);
    add_row(sums, rows[1] + i, taps + 1, 0, 1, lots);
    add_row(sums, rows[2] + i, taps + 2, 0, 2, lots);
    for (int q = 0; q < QUAD; q++) /* the rows that nobody has read yet */
        for (int k = 0; k < lots; k++)
            __builtin_prefetch(rows[last + (size_t)q] + i + how->ahead + (size_t)k * LOT);
    for (size_t k = 3; k <= last; k++)
        add_row(sums, rows[k] + i, taps + k, 0, 3, lots);
    add_row(sums, rows[last + 1] + i, taps + last + 1, 1, 3, lots);
    add_row(sums, rows[last + 2] + i, taps + last + 2, 2, 3, lots);
    add_row(sums, rows[last + 3] + i, taps + last + 3, 3, 3, lots);
    for (int q = 0; q < QUAD; q++)
        for (int k = 0; k < lots; k++)
            put_middle(dst[q] + i + (size_t)k * LOT, &sums[q][k],
                       rows[radius + (size_t)q] + i + (size_t)k * LOT);
}

/* The sum of weigh_pairs, of rows + 0, + 1, + 2 and + 3, so that each is read once for four;
 * radius > 0. */
void FTH_KERNEL(weigh_four)(float *const dst[QUAD], const float *const *rows,
                            const struct fth_weights *how, size_t n)
{
    const float *taps = how->taps;
    size_t i = 0, radius = how->radius;
    for (; i + 2 * LOT <= n; i += 2 * LOT)
        weigh_four_lots(dst, rows, how, i, 2);
    for (; i + LOT <= n; i += LOT)
        weigh_four_lots(dst, rows, how, i, 1);
    for (; i < n; i++)
        for (size_t q = 0; q < QUAD; q++) {
            float sum = 0;
            for (size_t k = 0; k <= 2 * radius; k++)
                sum += taps[k] * rows[q + k][i];
            dst[q][i] = settle(sum, rows[q + radius][i]);
        }
}
