/* SPDX-License-Identifier: Apache-2.0 */
/* Constant rows and mixes of two rows. dst may be one of the sources. */
#include "ops/kernel.h"

void FTH_KERNEL(fill)(float *dst, float value, size_t n)
{
    for (size_t i = 0; i < n; i++)
        dst[i] = value;
}

/* a + t (b - a) */
void FTH_KERNEL(lerp)(float *dst, const float *a, const float *b, float t, size_t n)
{
    for (size_t i = 0; i < n; i++)
        dst[i] = a[i] + t * (b[i] - a[i]);
}

/* a + t m (b - a): FORMULAS 6.5, an effect mask */
void FTH_KERNEL(lerp_mask)(float *dst, const float *a, const float *b, const float *mask, float t,
                           size_t n)
{
    for (size_t i = 0; i < n; i++)
        dst[i] = a[i] + t * mask[i] * (b[i] - a[i]);
}
