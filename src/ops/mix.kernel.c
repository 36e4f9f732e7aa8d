/* SPDX-License-Identifier: Apache-2.0 */
/* Constant rows and sums, products and mixes of rows. dst may be any of the sources. */
#include "ops/kernel.h"

#include <math.h>

void FTH_KERNEL(fill)(float *dst, float value, size_t n)
{
    FTH_EACH
    for (size_t i = 0; i < n; i++)
        dst[i] = value;
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

/* a over b, both premultiplied; alpha is a's. */
void FTH_KERNEL(over)(float *dst, const float *a, const float *b, const float *alpha, size_t n)
{
    FTH_EACH
    for (size_t i = 0; i < n; i++)
        dst[i] = a[i] + b[i] * (1 - alpha[i]);
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
