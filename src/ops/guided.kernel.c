/* SPDX-License-Identifier: Apache-2.0 */
/* The guided filter: its means over windows, and its equations, a pixel at a time, out of these.
 * Sums down columns and equations are in doubles: variances are small differences of means. */
#include "ops/kernel.h"

#include <string.h>

#include "ops/vectors.h"

/* rows: mean of the guide, of the map, of their product, of the guide's square. The first two
 * become a and b of map = a guide + b. */
void FTH_KERNEL(guided_grey)(float *const rows[4], double eps, size_t n)
{
    float *guide = rows[0], *map = rows[1];
    const float *product = rows[2], *square = rows[3];
    FTH_EACH
    for (size_t i = 0; i < n; i++) {
        double m = guide[i], p = map[i];
        double a = (product[i] - m * p) / (square[i] - m * m + eps);
        guide[i] = (float)a;
        map[i] = (float)(p - a * m);
    }
}

/* rows 0-2: means of the guide's channels; 3: of the map; 4-6: of each channel times the map; 7-12:
 * of the channels' products 00 01 02 11 12 22. `to`, which may be the first of these, becomes a
 * (three) and b. The 3x3 system is solved by its cofactors; eps > 0 keeps its determinant away from
 * 0. */
void FTH_KERNEL(guided_colour)(float *const to[4], const float *const rows[13], double eps,
                               size_t n)
{
    float *a0 = to[0], *a1 = to[1], *a2 = to[2], *rest = to[3];
    const float *m0 = rows[0], *m1 = rows[1], *m2 = rows[2], *map = rows[3];
    const float *c0 = rows[4], *c1 = rows[5], *c2 = rows[6];
    const float *v00 = rows[7], *v01 = rows[8], *v02 = rows[9];
    const float *v11 = rows[10], *v12 = rows[11], *v22 = rows[12];
    FTH_EACH
    for (size_t i = 0; i < n; i++) {
        double x = m0[i], y = m1[i], z = m2[i], p = map[i];
        double a = v00[i] - x * x + eps, b = v01[i] - x * y, c = v02[i] - x * z;
        double d = v11[i] - y * y + eps, e = v12[i] - y * z, f = v22[i] - z * z + eps;
        double r0 = c0[i] - x * p, r1 = c1[i] - y * p, r2 = c2[i] - z * p;
        double i00 = d * f - e * e, i01 = c * e - b * f, i02 = b * e - c * d;
        double i11 = a * f - c * c, i12 = b * c - a * e, i22 = a * d - b * b;
        double scale = 1 / (a * i00 + b * i01 + c * i02);
        double k0 = (i00 * r0 + i01 * r1 + i02 * r2) * scale;
        double k1 = (i01 * r0 + i11 * r1 + i12 * r2) * scale;
        double k2 = (i02 * r0 + i12 * r1 + i22 * r2) * scale;
        a0[i] = (float)k0;
        a1[i] = (float)k1;
        a2[i] = (float)k2;
        rest[i] = (float)(p - k0 * x - k1 * y - k2 * z);
    }
}

/* dst = the guide's channels times their coefficients, and the last of these. */
void FTH_KERNEL(guided_apply)(float *dst, const float *const coefficients[4],
                              const float *const guide[3], size_t n)
{
    const float *a = coefficients[0], *b = coefficients[1], *c = coefficients[2];
    const float *rest = coefficients[3], *x = guide[0], *y = guide[1], *z = guide[2];
    FTH_EACH
    for (size_t i = 0; i < n; i++)
        dst[i] = c[i] * z[i] + (b[i] * y[i] + (a[i] * x[i] + rest[i]));
}

/* ---- sums down columns, of products of rows */

#ifdef __clang__
#define EACH_SUM UNROLL
#else
#define EACH_SUM _Pragma("GCC unroll 16")
#endif

enum { AHEAD = 32 }; /* columns */

/* Adds what is summed at one position, or takes it away. */
ALWAYS void add_products(wide *sum, const wide *s, enum fth_products of, const double sign)
{
    const bool weighed = of % 2, by_map = of == FTH_MAP_ALONE || of == FTH_MAP_ALONE_WEIGHED;
    const bool by_guide = of == FTH_GUIDE_ALONE || of == FTH_GUIDE_ALONE_WEIGHED;
    static const signed char factors[][2] = {{0, 3}, {1, 3}, {2, 3}, {0, 0}, {0, 1},
                                             {0, 2}, {1, 1}, {1, 2}, {2, 2}};
    const int count = fth_products_count(of) - (weighed && !by_map);
    EACH_SUM for (int i = 0; i < count; i++) {
        const int k = by_map ? i + 3 : by_guide && i > 2 ? i + 4 : i;
        wide product = k < 4 ? s[k] : s[factors[k - 4][0]] * s[factors[k - 4][1]];
        if (weighed)
            product *= s[4];
        sum[i] = sign > 0 ? sum[i] + product : sum[i] - product;
    }
    if (weighed && !by_map)
        sum[count] = sign > 0 ? sum[count] + s[4] : sum[count] - s[4];
}

ALWAYS void load_columns(wide *s, const float *const *rows, int sources, size_t x, size_t count)
{
    EACH_SUM for (int i = 0; i < sources; i++) {
        narrow value = {0};
        memcpy(&value, rows[i] + x, count * sizeof(float));
        to_wide(&s[i], &value);
    }
}

/* `count` columns from x on, WIDE of them or a few at the end. */
ALWAYS void sum_columns(const struct fth_down *how, enum fth_products of, bool stores, size_t x,
                        size_t count)
{
    const int sums = fth_products_count(of), sources = fth_products_sources(of);
    const double scale = how->scale;
    const ptrdiff_t stride = how->stride;
    wide sum[FTH_DOWN_SUMS], s[FTH_DOWN_SOURCES];
    EACH_SUM for (int k = 0; k < sums; k++) {
        if (count < WIDE)
            sum[k] = (wide){0};
        memcpy(&sum[k], how->sums + k * stride + x, count * sizeof(double));
    }
    for (size_t row = 0; row < how->rows; row++) {
        EACH_SUM for (int i = 0; i < sources; i++) /* too many rows for machines to guess */
            __builtin_prefetch(how->in[row * (size_t)sources + (size_t)i] + x + AHEAD);
        load_columns(s, how->in + row * (size_t)sources, sources, x, count);
        add_products(sum, s, of, 1);
        EACH_SUM for (int k = 0; stores && k < sums; k++) {
            wide value = sum[k] * scale;
            narrow mean;
            to_narrow(&mean, &value);
            memcpy(how->dst + (k * FTH_DOWN_ROWS + (ptrdiff_t)row) * stride + x, &mean,
                   count * sizeof(float));
        }
        if (stores) {
            load_columns(s, how->out + row * (size_t)sources, sources, x, count);
            add_products(sum, s, of, -1);
        }
    }
    EACH_SUM for (int k = 0; k < sums; k++)
        memcpy(how->sums + k * stride + x, &sum[k], count * sizeof(double));
}

ALWAYS void sum_rows(const struct fth_down *how, enum fth_products of, bool stores, size_t n)
{
    size_t x = 0;
    for (; x + WIDE <= n; x += WIDE)
        sum_columns(how, of, stores, x, WIDE);
    if (x < n)
        sum_columns(how, of, stores, x, n - x);
}

/* Rows of windows down columns: into each how->in comes, and how->out goes out after it. Without
 * how->out rows come in, and that is all. */
void FTH_KERNEL(sum_down)(const struct fth_down *how, size_t n)
{
    bool stores = how->out != NULL;
#define CASE(of)                                                                                   \
    case of:                                                                                       \
        if (stores)                                                                                \
            sum_rows(how, of, true, n);                                                            \
        else                                                                                       \
            sum_rows(how, of, false, n);                                                           \
        break
    switch (how->of) {
        CASE(FTH_GUIDE_AND_MAP);
        CASE(FTH_GUIDE_AND_MAP_WEIGHED);
        CASE(FTH_GUIDE_ALONE);
        CASE(FTH_GUIDE_ALONE_WEIGHED);
        CASE(FTH_MAP_ALONE);
        CASE(FTH_MAP_ALONE_WEIGHED);
        CASE(FTH_SOLUTIONS);
        CASE(FTH_SOLUTIONS_WEIGHED);
    case FTH_PRODUCTS:
        break;
    }
#undef CASE
}

/* ---- means along rows */

/* The positions from `side` on of a and b, which lie behind each other. */
ALWAYS void slide(lot *to, const lot *a, const lot *b, const int side)
{
#if defined(__AVX512F__)
#define SLIDE(side) (lot) _mm512_alignr_epi32((__m512i)*b, (__m512i)*a, side)
#elif defined(__AVX2__)
#define SLIDE(side)                                                                                \
    __builtin_shufflevector(*a, *b, side, side + 1, side + 2, side + 3, side + 4, side + 5,        \
                            side + 6, side + 7)
#else
#define SLIDE(side) __builtin_shufflevector(*a, *b, side, side + 1, side + 2, side + 3)
#endif
    if (side == 1)
        *to = SLIDE(1);
    else if (side == 2)
        *to = SLIDE(2);
    else if (side == LOT)
        *to = *b;
#if defined(__AVX512F__) || defined(__AVX2__)
    else if (side == 4)
        *to = SLIDE(4);
#endif
#if defined(__AVX512F__)
    else if (side == 8)
        *to = SLIDE(8);
#endif
#undef SLIDE
}

enum { MOST_LEVELS = 4 };

/* Of what comes in register by register: pairs, pairs of these, and so on. What comes out belongs
 * as many registers back as there are levels. */
ALWAYS void add_level(lot last[MOST_LEVELS], lot *sum, const int side, const int times)
{
    int level = 0;
    EACH_SUM for (int k = 1; k < times; k *= 2, level++) {
        lot next = *sum, moved;
        slide(&moved, &last[level], &next, side * k);
        *sum = last[level] + moved;
        last[level] = next;
    }
}

/* Out of sums of `side` samples, of which there are `all`, those of `times` as many. */
ALWAYS void add_levels(float *restrict dst, const float *restrict src, const int side,
                       const int times, size_t all)
{
    lot last[MOST_LEVELS] = {{0}}, sum;
    size_t n = all - (size_t)(side * (times - 1)), behind = 0, i = 0;
    for (int k = 1; k < times; k *= 2)
        behind += LOT;
    for (; i < behind && i + LOT <= all; i += LOT) {
        load_lot(&sum, src + i);
        add_level(last, &sum, side, times);
    }
    for (; i + LOT <= all && i - behind + LOT <= n; i += LOT) {
        load_lot(&sum, src + i);
        add_level(last, &sum, side, times);
        store_lot(dst + i - behind, &sum);
    }
    for (; i < n + behind; i += LOT) { /* the ends */
        float rest[LOT] = {0};
        if (i < all)
            memcpy(rest, src + i, (all - i < LOT ? all - i : LOT) * sizeof(float));
        load_lot(&sum, rest);
        add_level(last, &sum, side, times);
        store_lot(rest, &sum);
        size_t to = i - behind;
        if (i >= behind)
            memcpy(dst + to, rest, (n - to < LOT ? n - to : LOT) * sizeof(float));
    }
}

static void add_pairs(float *restrict dst, const float *restrict src, size_t side, size_t all)
{
    for (size_t i = 0; i < all - side; i++)
        dst[i] = src[i] + src[i + side];
}

/* Sums of `to` samples out of sums of `side`. Returns how many samples they really have. */
static size_t add_up(float *restrict dst, const float *restrict src, size_t side, size_t to,
                     size_t all)
{
#define CASE(side, times)                                                                          \
    case 16 * side + times:                                                                        \
        add_levels(dst, src, side, times, all);                                                    \
        break
    size_t times = to / side;
    while (side * times > 2 * LOT || times > 16)
        times /= 2;
    switch (side < 16 ? 16 * side + times : 0) {
        CASE(1, 2);
        CASE(1, 4);
        CASE(1, 8);
        CASE(2, 2);
        CASE(2, 4);
        CASE(4, 2);
#if defined(__AVX512F__) || defined(__AVX2__)
        CASE(1, 16);
        CASE(2, 8);
        CASE(4, 4);
        CASE(8, 2);
#endif
    default:
        times = 2;
        add_pairs(dst, src, side, all);
    }
#undef CASE
    return side * times;
}

/* The mean of `all` samples out of the first ones' and of the sum of others, which are `side`. */
static void join_means(float *dst, const float *first, const float *sums, size_t all, size_t side,
                       size_t n)
{
    const float part = 1 / (float)side, share = (float)(all - side) / (float)all;
    FTH_EACH
    for (size_t i = 0; i < n; i++) {
        float mean = sums[i] * part;
        dst[i] = mean + share * (first[i] - mean);
    }
}

/* dst[i] = the mean of src[i .. i + width - 1]: sums of 2, 4, 8 ... samples, of which those that
 * the width is made of are joined. Each position is added in the same order, so rows may be cut
 * anywhere, and what is constant stays so to the last bit. src is used up, and may be dst; `work`
 * is twice as long. width is odd. */
void FTH_KERNEL(mean_along)(float *dst, float *src, float *work, size_t width, size_t n)
{
    size_t all = n + width - 1, done = 1, left = all, side = 1;
    const float *sums = src;
    float *next = work, *other = work + all;
    if (width == 1 && dst != src)
        memcpy(dst, src, n * sizeof(*dst));
    while (2 * side <= width) {
        size_t wanted = 2 * side;
        while (!(width & wanted))
            wanted *= 2;
        wanted = add_up(next, sums, side, wanted, left);
        left -= wanted - side;
        side = wanted;
        sums = next;
        next = other;
        other = (float *)sums;
        if (width & side) {
            join_means(2 * side > width ? dst : src, src, sums + done, done + side, side,
                       left - done);
            done += side;
        }
    }
}
