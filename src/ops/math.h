/* SPDX-License-Identifier: Apache-2.0 */
/* Elementary functions that give the same bytes on every machine: plain sums and products, no
 * branches, so that a compiler turns loops of them into vectors. (The C library's pick fused
 * multiply-adds by the CPU they find.) */
#ifndef FTH_OPS_MATH_H
#define FTH_OPS_MATH_H

#include <stdint.h>
#include <string.h>

static inline uint32_t fth_float_bits(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof(bits));
    return bits;
}

static inline float fth_float_of_bits(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof(value));
    return value;
}

/* e^x, relative error below 2e-7; 0 below -86.6, 3.3e38 from 88.7 on; NaN for NaN. */
static inline float fth_expf(float x)
{
    const float round = 12582912.0f; /* 1.5 * 2^23: adding it leaves whole numbers */
    float limited = x < -86.6f ? -86.6f : x;
    limited = limited > 88.7f ? 88.7f : limited;
    float shifted = limited * 1.44269504f + round;
    float n = shifted - round;
    /* ln 2 in two parts, the first with trailing zeros: n times it is exact (Cody and Waite) */
    float r = limited - n * 0.693359375f + n * 2.12194440e-4f;
    /* the Taylor series, |r| <= ln 2 / 2: the first term left out is r^8 / 40320, 5e-9 */
    float p = 1.0f / 5040;
    p = p * r + 1.0f / 720;
    p = p * r + 1.0f / 120;
    p = p * r + 1.0f / 24;
    p = p * r + 1.0f / 6;
    p = p * r + 0.5f;
    p = p * r + 1.0f;
    p = p * r + 1.0f;
    /* 2^(n - 1), so that n = 128 stays a float; the sum wraps as it should */
    float half = fth_float_of_bits((fth_float_bits(shifted) - 0x4b400000u + 126u) << 23);
    return x < -86.6f ? 0.0f : p * half * 2.0f;
}

#endif
