/* SPDX-License-Identifier: Apache-2.0 */
/* Rows looked up through filters that are products of one for each axis. Sums begin with 0, so that
 * taps of no weight may be left out and change no bit. */
#include "ops/kernel.h"

#include <math.h>
#include <string.h>

#include "base/compiler.h"

/* dst[i] = sum over k of weight[k, i] * src[index[k, i]], from tap `first` on four at a time. */
static void gather_four(float *restrict dst, const float *restrict src, const struct fth_taps *taps,
                        size_t first, size_t n)
{
    const int32_t *restrict i0 = taps->index + first * taps->step, *restrict i1 = i0 + taps->step;
    const int32_t *restrict i2 = i1 + taps->step, *restrict i3 = i2 + taps->step;
    const float *restrict w0 = taps->weight + first * taps->step, *restrict w1 = w0 + taps->step;
    const float *restrict w2 = w1 + taps->step, *restrict w3 = w2 + taps->step;
    for (size_t i = 0; i < n; i++)
        dst[i] = dst[i] + w0[i] * src[i0[i]] + w1[i] * src[i1[i]] + w2[i] * src[i2[i]] +
                 w3[i] * src[i3[i]];
}

void FTH_KERNEL(gather_sum)(float *restrict dst, const float *restrict src,
                            const struct fth_taps *taps, size_t n)
{
    size_t k = 0;
    for (size_t i = 0; i < n; i++)
        dst[i] = 0;
    for (; k + 4 <= taps->count; k += 4)
        gather_four(dst, src, taps, k, n);
    for (; k < taps->count; k++) {
        const int32_t *restrict index = taps->index + k * taps->step;
        const float *restrict weight = taps->weight + k * taps->step;
        for (size_t i = 0; i < n; i++)
            dst[i] += weight[i] * src[index[i]];
    }
}

/* The same where each position's taps are the first one's, moved along with it. */
void FTH_KERNEL(shift_sum)(float *restrict dst, const float *restrict src,
                           const struct fth_taps *taps, size_t n)
{
    for (size_t i = 0; i < n; i++)
        dst[i] = 0;
    for (size_t k = 0; k < taps->count; k++) {
        float weight = taps->weight[k * taps->step];
        const float *restrict from = src + taps->index[k * taps->step];
        if (weight == 0)
            continue;
        for (size_t i = 0; i < n; i++)
            dst[i] += weight * from[i];
    }
}

/* dst[i] = sum over k of weight[k, 0] * row index[k, 0][i]; taps of weight 0 are not read. */
void FTH_KERNEL(stack_sum)(float *restrict dst, const float *restrict rows, ptrdiff_t row_stride,
                           const struct fth_taps *taps, size_t n)
{
    for (size_t i = 0; i < n; i++)
        dst[i] = 0;
    for (size_t k = 0; k < taps->count; k++) {
        float weight = taps->weight[k * taps->step];
        const float *restrict row = rows + taps->index[k * taps->step] * row_stride;
        if (weight == 0)
            continue;
        for (size_t i = 0; i < n; i++)
            dst[i] += weight * row[i];
    }
}

/* Where the squares of pixels first + i of a row begin, and where in them the pixels lie. */
void FTH_KERNEL(place_squares)(int32_t *restrict index, float *restrict across,
                               float *restrict down, const struct fth_squares *how, size_t n)
{
    const double dx = how->step[0], dy = how->step[1], cx = how->offset[0], cy = how->offset[1];
    const double left = how->low[0], right = how->high[0], top = how->low[1];
    const double bottom = how->high[1], first = how->first;
    const int32_t stride = how->stride, x0 = how->origin[0] + 1, y0 = how->origin[1] + 1;
    for (size_t i = 0; i < n; i++) {
        double at = first + (double)(int32_t)i, x = dx * at + cx, y = dy * at + cy;
        x = x > left ? x : left;
        x = x < right ? x : right;
        y = y > top ? y : top;
        y = y < bottom ? y : bottom;
        double column = floor(x), row = floor(y);
        across[i] = (float)(x - column);
        down[i] = (float)(y - row);
        index[i] = ((int32_t)row - y0) * stride + ((int32_t)column - x0);
    }
}

/* The four weights of Keys' cubic, a = -1/2, for places 0..1 between the second of four samples and
 * the third. */
void FTH_KERNEL(cubic_weights)(float *restrict dst, const float *restrict at, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        float t = at[i], tt = t * t;
        dst[4 * i] = ((-0.5f * t + 1) * t - 0.5f) * t;
        dst[4 * i + 1] = (1.5f * t - 2.5f) * tt + 1;
        dst[4 * i + 2] = ((-1.5f * t + 2) * t + 0.5f) * t;
        dst[4 * i + 3] = (0.5f * t - 0.5f) * tt;
    }
}

typedef float quad FTH_VECTOR(16);

/* Squares of four by four from src[index[i]] on, by four weights across and four down each. */
void FTH_KERNEL(sample_squares)(float *restrict dst, const float *restrict src, ptrdiff_t stride,
                                const int32_t *restrict index, const float *const weights[2],
                                size_t n)
{
    const float *restrict across = weights[0], *restrict down = weights[1];
    for (size_t i = 0; i < n; i++, across += 4, down += 4) {
        const float *from = src + index[i];
        quad a, b, c, d, w;
        memcpy(&a, from, sizeof(a));
        memcpy(&b, from + stride, sizeof(b));
        memcpy(&c, from + 2 * stride, sizeof(c));
        memcpy(&d, from + 3 * stride, sizeof(d));
        memcpy(&w, across, sizeof(w));
        a = (a * down[0] + b * down[1] + (c * down[2] + d * down[3])) * w;
        dst[i] = 0.0f + ((a[0] + a[1]) + (a[2] + a[3])); /* nought has no sign */
    }
}

/* The six weights of Lanczos' filter of three lobes, for places 0..1 between the third of six
 * samples and the fourth: sin(pi x) sin(pi x / 3) / x^2 over their sum. sin(pi x) is the same for
 * all but for its sign; sin(pi x / 3) follows from that of the nearer sample, g, by turns of 60
 * degrees. Series end where floats do, for g up to 1/2. */
void FTH_KERNEL(lanczos_weights)(float *restrict dst, const float *restrict at, size_t n)
{
    const float third = 1.04719755f, half_root = 0.866025404f;
    for (size_t i = 0; i < n; i++) {
        float f = at[i], g = f > 0.5f ? 1 - f : f, t = third * g, tt = t * t;
        float s = 1 + tt * (-1.0f / 6 + tt * (1.0f / 120 + tt * (-1.0f / 5040 + tt / 362880)));
        float c = 1 + tt * (-0.5f + tt * (1.0f / 24 + tt * (-1.0f / 720 + tt / 40320)));
        float own = third * s; /* g sin(t) / g^2 */
        s *= t;
        float a = g * (half_root * c - 0.5f * s) / ((g + 2) * (g + 2));
        float b = -g * (half_root * c + 0.5f * s) / ((g + 1) * (g + 1));
        float d = g * (half_root * c - 0.5f * s) / ((1 - g) * (1 - g));
        float e = -g * (half_root * c + 0.5f * s) / ((2 - g) * (2 - g));
        float h = g * s / ((3 - g) * (3 - g));
        float scale = 1 / ((a + b) + (own + d) + (e + h));
        const float up[6] = {a, b, own, d, e, h};
        for (int k = 0; k < 6; k++)
            dst[6 * i + (size_t)k] = (f > 0.5f ? up[5 - k] : up[k]) * scale;
    }
}

/* Squares of six by six. */
void FTH_KERNEL(sample_sixes)(float *restrict dst, const float *restrict src, ptrdiff_t stride,
                              const int32_t *restrict index, const float *const weights[2],
                              size_t n)
{
    const float *restrict across = weights[0], *restrict down = weights[1];
    for (size_t i = 0; i < n; i++, across += 6, down += 6) {
        const float *from = src + index[i];
        quad left = {0}, w, a;
        float fifth = 0, sixth = 0;
        for (int k = 0; k < 6; k++, from += stride) {
            memcpy(&a, from, sizeof(a));
            left += a * down[k];
            fifth += from[4] * down[k];
            sixth += from[5] * down[k];
        }
        memcpy(&w, across, sizeof(w));
        left *= w;
        left[0] += fifth * across[4];
        left[1] += sixth * across[5];
        dst[i] = 0.0f + ((left[0] + left[1]) + (left[2] + left[3]));
    }
}
