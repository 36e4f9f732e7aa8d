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

/* round(max x) within 0..max, halves up; NaN gives 0 (the comparison is false). */
static inline float to_whole(float x, float max)
{
    float scaled = x * max + 0.5f;
    scaled = scaled > 0 ? scaled : 0;
    return scaled < max + 0.5f ? scaled : max;
}

void FTH_KERNEL(to_u8)(uint8_t *restrict dst, const float *restrict src, float max, size_t n)
{
    for (size_t i = 0; i < n; i++)
        dst[i] = (uint8_t)(int32_t)to_whole(src[i], max);
}

void FTH_KERNEL(to_u16)(uint16_t *restrict dst, const float *restrict src, float max, size_t n)
{
    for (size_t i = 0; i < n; i++)
        dst[i] = (uint16_t)(int32_t)to_whole(src[i], max);
}
