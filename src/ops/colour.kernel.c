/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of colour: luma, matrices, transfer curves (FORMULAS 6.13). Curves keep the sign, so that
 * colours outside the gamut survive a round trip. dst may be any of the sources. */
#include "ops/kernel.h"
#include "ops/math.h"

/* Rec.709 weights */
void FTH_KERNEL(luma)(float *dst, const float *r, const float *g, const float *b, size_t n)
{
    FTH_EACH
    for (size_t i = 0; i < n; i++)
        dst[i] = 0.2126f * r[i] + 0.7152f * g[i] + 0.0722f * b[i];
}

/* (r, g, b) := matrix (r, g, b), matrix by rows */
void FTH_KERNEL(matrix)(float *restrict r, float *restrict g, float *restrict b,
                        const float *matrix, size_t n)
{
    float m[9];
    memcpy(m, matrix, sizeof(m));
    for (size_t i = 0; i < n; i++) {
        float x = r[i], y = g[i], z = b[i];
        r[i] = m[0] * x + m[1] * y + m[2] * z;
        g[i] = m[3] * x + m[4] * y + m[5] * z;
        b[i] = m[6] * x + m[7] * y + m[8] * z;
    }
}

/* IEC 61966-2-1 */
void FTH_KERNEL(srgb_decode)(float *dst, const float *src, size_t n)
{
    FTH_EACH
    for (size_t i = 0; i < n; i++) {
        float v = fabsf(src[i]), curve = fth_powf((v + 0.055f) / 1.055f, 2.4f);
        dst[i] = copysignf(v <= 0.04045f ? v / 12.92f : curve, src[i]);
    }
}

void FTH_KERNEL(srgb_encode)(float *dst, const float *src, size_t n)
{
    FTH_EACH
    for (size_t i = 0; i < n; i++) {
        float l = fabsf(src[i]), curve = 1.055f * fth_powf(l, 1 / 2.4f) - 0.055f;
        dst[i] = copysignf(l <= 0.0031308f ? l * 12.92f : curve, src[i]);
    }
}

/* The camera curve of Rec.709 with the constants of Rec.2020, where the pieces meet smoothly. */
void FTH_KERNEL(rec709_encode)(float *dst, const float *src, size_t n)
{
    FTH_EACH
    for (size_t i = 0; i < n; i++) {
        float l = fabsf(src[i]), curve = 1.09929682680944f * fth_powf(l, 0.45f) - 0.09929682680944f;
        dst[i] = copysignf(l < 0.018053968510807f ? 4.5f * l : curve, src[i]);
    }
}

void FTH_KERNEL(rec709_decode)(float *dst, const float *src, size_t n)
{
    FTH_EACH
    for (size_t i = 0; i < n; i++) {
        float v = fabsf(src[i]);
        float curve = fth_powf((v + 0.09929682680944f) / 1.09929682680944f, 1 / 0.45f);
        dst[i] = copysignf(v < 4.5f * 0.018053968510807f ? v / 4.5f : curve, src[i]);
    }
}
