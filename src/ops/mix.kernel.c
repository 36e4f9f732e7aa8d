/* SPDX-License-Identifier: Apache-2.0 */
/* Constant rows and sums, products and mixes of rows. dst may be any of the sources. */
#include "ops/kernel.h"

#include <math.h>
#include <string.h>

#include "ops/vectors.h"

void FTH_KERNEL(fill)(float *dst, float value, size_t n)
{
    FTH_EACH
    for (size_t i = 0; i < n; i++)
        dst[i] = value;
}

/* Whether any sample is not `value`. Without an early way out: many are looked at at once. */
void FTH_KERNEL(find_other)(bool *found, const float *src, float value, size_t n)
{
    int other = 0;
    for (size_t i = 0; i < n; i++)
        other |= src[i] != value;
    *found = other != 0;
}

/* Whether any sample is infinite or no number: times 0 it is not 0. */
void FTH_KERNEL(find_endless)(bool *found, const float *src, size_t n)
{
    int endless = 0;
    for (size_t i = 0; i < n; i++)
        endless |= !(src[i] * 0 == 0);
    *found = endless != 0;
}

/* Widens range[0]..range[1] to hold every sample that is a number. Sixteen at a time, whatever the
 * machine has: of 0 and -0 the same one comes out. */
void FTH_KERNEL(extend)(float range[2], const float *src, size_t n)
{
    enum { SIDE = 16, PARTS = SIDE / LOT }; /* the same at every level: which 0 is kept differs */
    float low[SIDE], high[SIDE];
    lot lows[PARTS], highs[PARTS], x;
    size_t whole = n / SIDE * SIDE;
    for (int k = 0; k < SIDE; k++) {
        low[k] = range[0];
        high[k] = range[1];
    }
    memcpy(lows, low, sizeof(low));
    memcpy(highs, high, sizeof(high));
    for (size_t i = 0; i < whole; i += SIDE)
        UNROLL for (int part = 0; part < PARTS; part++) {
            load_lot(&x, src + i + part * LOT);
            least_of(&lows[part], &x, &lows[part]);
            most_of(&highs[part], &x, &highs[part]);
        }
    memcpy(low, lows, sizeof(low));
    memcpy(high, highs, sizeof(high));
    for (size_t i = whole; i < n; i++) {
        low[0] = src[i] < low[0] ? src[i] : low[0];
        high[0] = src[i] > high[0] ? src[i] : high[0];
    }
    for (int k = 0; k < SIDE; k++) {
        range[0] = low[k] < range[0] ? low[k] : range[0];
        range[1] = high[k] > range[1] ? high[k] : range[1];
    }
}

/* How many floats there are before the first that begins a register's worth of bytes. */
ALWAYS size_t to_lot(const float *dst, size_t n)
{
    size_t head = (LOT - ((uintptr_t)dst / sizeof(float)) % LOT) % LOT;
    return head < n ? head : n;
}

/* Lines of memory are written whole and not read before: on pictures larger than the caches a third
 * of the traffic is saved. */
void FTH_KERNEL(stream)(float *restrict dst, const float *restrict src, size_t n)
{
    size_t i = to_lot(dst, n);
    memcpy(dst, src, i * sizeof(float));
    for (; i + LOT <= n; i += LOT) {
        lot value;
        load_lot(&value, src + i);
        stream_lot(dst + i, &value);
    }
    memcpy(dst + i, src + i, (n - i) * sizeof(float));
}

/* The same; meanwhile the n floats at `ahead` come into the first cache. There need be none. */
void FTH_KERNEL(stream_fetch)(float *restrict dst, const float *restrict src, const float *ahead,
                              size_t n)
{
    size_t i = to_lot(dst, n);
    memcpy(dst, src, i * sizeof(float));
    for (; i + LOT <= n; i += LOT) {
        lot value;
        if (i % FTH_LINE < LOT)
            fth_fetch(fth_row_ahead(ahead, i), 1);
        load_lot(&value, src + i);
        stream_lot(dst + i, &value);
    }
    memcpy(dst + i, src + i, (n - i) * sizeof(float));
}

/* a + t (b - a) */
void FTH_KERNEL(lerp)(float *dst, const float *a, const float *b, float t, size_t n)
{
    FTH_EACH
    for (size_t i = 0; i < n; i++)
        dst[i] = a[i] + t * (b[i] - a[i]);
}

/* a + t m (b - a): FORMULAS 6.5, an effect mask */
void FTH_KERNEL(lerp_mask)(float *dst, const float *a, const float *b, const float *mask, float t,
                           size_t n)
{
    FTH_EACH
    for (size_t i = 0; i < n; i++)
        dst[i] = a[i] + t * mask[i] * (b[i] - a[i]);
}

void FTH_KERNEL(add)(float *dst, const float *a, const float *b, size_t n)
{
    FTH_EACH
    for (size_t i = 0; i < n; i++)
        dst[i] = a[i] + b[i];
}

void FTH_KERNEL(multiply)(float *dst, const float *a, const float *b, size_t n)
{
    FTH_EACH
    for (size_t i = 0; i < n; i++)
        dst[i] = a[i] * b[i];
}

/* a b + c */
void FTH_KERNEL(multiply_add)(float *dst, const float *a, const float *b, const float *c, size_t n)
{
    FTH_EACH
    for (size_t i = 0; i < n; i++)
        dst[i] = a[i] * b[i] + c[i];
}

void FTH_KERNEL(divide)(float *dst, const float *a, const float *b, size_t n)
{
    FTH_EACH
    for (size_t i = 0; i < n; i++)
        dst[i] = a[i] / b[i];
}

void FTH_KERNEL(min)(float *dst, const float *a, const float *b, size_t n)
{
    FTH_EACH
    for (size_t i = 0; i < n; i++)
        dst[i] = a[i] < b[i] ? a[i] : b[i];
}

void FTH_KERNEL(max)(float *dst, const float *a, const float *b, size_t n)
{
    FTH_EACH
    for (size_t i = 0; i < n; i++)
        dst[i] = a[i] > b[i] ? a[i] : b[i];
}

/* The largest of dst, a and b. */
void FTH_KERNEL(raise)(float *dst, const float *a, const float *b, size_t n)
{
    FTH_EACH
    for (size_t i = 0; i < n; i++) {
        float most = a[i] > b[i] ? a[i] : b[i];
        dst[i] = dst[i] > most ? dst[i] : most;
    }
}

void FTH_KERNEL(absdiff)(float *dst, const float *a, const float *b, size_t n)
{
    FTH_EACH
    for (size_t i = 0; i < n; i++)
        dst[i] = fabsf(a[i] - b[i]);
}

ALWAYS float tamed(float value)
{
    return value > 0 ? (value < 1e4f ? value : 1e4f) : 0;
}

/* dst += R + G + B, of which what is no number or below 0 counts as 0, and the rest as 1e4 at
 * most. */
void FTH_KERNEL(add_light)(float *restrict dst, const float *const rgb[3], size_t n)
{
    const float *r = rgb[0], *g = rgb[1], *b = rgb[2];
    for (size_t i = 0; i < n; i++)
        dst[i] += tamed(r[i]) + tamed(g[i]) + tamed(b[i]);
}

/* a over b, both premultiplied; alpha is a's. */
void FTH_KERNEL(over)(float *dst, const float *a, const float *b, const float *alpha, size_t n)
{
    FTH_EACH
    for (size_t i = 0; i < n; i++)
        dst[i] = a[i] + b[i] * (1 - alpha[i]);
}

/* The same, past the caches: what is written while something else is read hardly takes time. dst is
 * none of the sources. */
void FTH_KERNEL(over_stream)(float *restrict dst, const float *a, const float *b,
                             const float *alpha, size_t n)
{
    size_t i = to_lot(dst, n);
    FTH_KERNEL(over)(dst, a, b, alpha, i);
    for (; i + LOT <= n; i += LOT) {
        lot front, back, opaque;
        load_lot(&front, a + i);
        load_lot(&back, b + i);
        load_lot(&opaque, alpha + i);
        front = front + back * (1 - opaque);
        stream_lot(dst + i, &front);
    }
    FTH_KERNEL(over)(dst + i, a + i, b + i, alpha + i, n - i);
}

/* Multiplied by alpha; 0 where that is 0, whatever there is: what is no number too. */
void FTH_KERNEL(cut)(float *dst, const float *a, const float *alpha, size_t n)
{
    FTH_EACH
    for (size_t i = 0; i < n; i++)
        dst[i] = alpha[i] == 0 ? 0 : a[i] * alpha[i];
}

/* 0 where alpha is 0. */
void FTH_KERNEL(unpremultiply)(float *dst, const float *a, const float *alpha, size_t n)
{
    FTH_EACH
    for (size_t i = 0; i < n; i++) {
        float divisor = alpha[i] == 0 ? 1 : alpha[i];
        float value = alpha[i] == 0 ? 0 : a[i];
        dst[i] = value / divisor;
    }
}
