/* SPDX-License-Identifier: Apache-2.0 */
/* Whole numbers of files to floats and back. */
#include "ops/kernel.h"

void FTH_KERNEL(from_u8)(float *restrict dst, const uint8_t *restrict src, float scale, size_t n)
{
    for (size_t i = 0; i < n; i++)
        dst[i] = (float)src[i] * scale;
}

void FTH_KERNEL(from_u16)(float *restrict dst, const uint16_t *restrict src, float scale, size_t n)
{
    for (size_t i = 0; i < n; i++)
        dst[i] = (float)src[i] * scale;
}

void FTH_KERNEL(scale_u8)(float *restrict dst, const uint8_t *restrict src, const float how[2],
                          size_t n)
{
    float offset = how[0], range = how[1];
    for (size_t i = 0; i < n; i++)
        dst[i] = ((float)src[i] - offset) / range;
}

void FTH_KERNEL(scale_u16)(float *restrict dst, const uint16_t *restrict src, const float how[2],
                           size_t n)
{
    float offset = how[0], range = how[1];
    for (size_t i = 0; i < n; i++)
        dst[i] = ((float)src[i] - offset) / range;
}

/* Two samples in the place of one, each linear between its neighbours: how[p] is where sample p of
 * a pair lies, in old samples from the pair's own; from -1 to 1. Reads src[-1] .. src[n]. */
void FTH_KERNEL(widen_chroma)(float *restrict dst, const float *restrict src, const float how[2],
                              size_t n)
{
    const float *left = how[0] < 0 ? src - 1 : src, *right = how[1] < 0 ? src - 1 : src;
    float t0 = how[0] < 0 ? how[0] + 1 : how[0], t1 = how[1] < 0 ? how[1] + 1 : how[1];
    for (size_t i = 0; i < n; i++) {
        dst[2 * i] = left[i] + t0 * (left[i + 1] - left[i]);
        dst[2 * i + 1] = right[i] + t1 * (right[i + 1] - right[i]);
    }
}

static inline float within(float x)
{
    return x < 0 ? 0 : x > 1 ? 1 : x;
}

/* In: V, Y, U in the places of R, G, B. weights: what U and V add to R, then to G, then to B. */
void FTH_KERNEL(from_yuv)(float *const rgb[3], const float weights[6], size_t n)
{
    float *r = rgb[0], *g = rgb[1], *b = rgb[2];
    float r_u = weights[0], r_v = weights[1], g_u = weights[2], g_v = weights[3];
    float b_u = weights[4], b_v = weights[5];
    FTH_EACH
    for (size_t i = 0; i < n; i++) {
        float luma = g[i], cb = b[i], cr = r[i];
        r[i] = within(luma + (r_u * cb + r_v * cr));
        g[i] = within(luma + (g_u * cb + g_v * cr));
        b[i] = within(luma + (b_u * cb + b_v * cr));
    }
}

/* round(max x) within 0..max, halves up; NaN gives 0 (the comparison is false). */
static inline float to_whole(float x, float max)
{
    float scaled = x * max + 0.5f;
    scaled = scaled > 0 ? scaled : 0;
    return scaled < max + 0.5f ? scaled : max;
}

void FTH_KERNEL(to_u8)(uint8_t *restrict dst, const float *restrict src, float max, size_t n)
{
    enum { SOME = 64, AHEAD = 1024 };
    size_t i = 0;
    for (; i + SOME <= n; i += SOME) { /* it waits for memory, if anything */
        fth_fetch(fth_row_ahead(src, i + AHEAD), SOME);
        for (size_t k = i; k < i + SOME; k++)
            dst[k] = (uint8_t)(int32_t)to_whole(src[k], max);
    }
    for (; i < n; i++)
        dst[i] = (uint8_t)(int32_t)to_whole(src[i], max);
}

void FTH_KERNEL(to_u16)(uint16_t *restrict dst, const float *restrict src, float max, size_t n)
{
    for (size_t i = 0; i < n; i++)
        dst[i] = (uint16_t)(int32_t)to_whole(src[i], max);
}

/* weights: Kr Kg Kb, luma's scale and offset, the scales of U and V, chroma's offset. */
void FTH_KERNEL(to_yuv)(float *const yuv[3], const float *const rgb[3], const float weights[8],
                        size_t n)
{
    const float *r = rgb[0], *g = rgb[1], *b = rgb[2];
    float *y = yuv[0], *u = yuv[1], *v = yuv[2];
    float kr = weights[0], kg = weights[1], kb = weights[2], scale = weights[3];
    float offset = weights[4], u_scale = weights[5], v_scale = weights[6], middle = weights[7];
    FTH_EACH
    for (size_t i = 0; i < n; i++) {
        float luma = kr * r[i] + kg * g[i] + kb * b[i];
        y[i] = luma * scale + offset;
        u[i] = (b[i] - luma) * u_scale + middle;
        v[i] = (r[i] - luma) * v_scale + middle;
    }
}

/* Every second sample of the rows' mean, 1 2 1 across; reads a[-1] .. a[2 n - 1]. */
void FTH_KERNEL(halve_chroma)(float *restrict dst, const float *restrict a,
                              const float *restrict b, size_t n)
{
    const float *before_a = a - 1, *before_b = b - 1; /* an unsigned index cannot be -1 */
    for (size_t i = 0; i < n; i++) {
        float left = before_a[2 * i] + before_b[2 * i], right = a[2 * i + 1] + b[2 * i + 1];
        dst[i] = 0.125f * left + 0.25f * (a[2 * i] + b[2 * i]) + 0.125f * right;
    }
}
