/* SPDX-License-Identifier: Apache-2.0 */
/* Noise out of nothing but where it is: the same wherever it is asked for. */
#include "ops/kernel.h"

/* Every bit of the result depends on every bit of x (Ettinger's lowbias32). */
static inline uint32_t stir(uint32_t x)
{
    x ^= x >> 16;
    x *= 0x7feb352du;
    x ^= x >> 15;
    x *= 0x846ca68bu;
    return x ^ x >> 16;
}

/* dst[i]: of mean 0 and standard deviation 1 and nearly normal, as the sum of four numbers of
 * 0..65535 is; by `seed` and x + i. */
void FTH_KERNEL(white_noise)(float *restrict dst, uint32_t seed, int32_t x, size_t n)
{
    const float scale = 1 / 37837.227f; /* 65536 sqrt(4 / 12) */
    for (size_t i = 0; i < n; i++) {
        uint32_t a = stir(((uint32_t)x + (uint32_t)i) * 0x9e3779b1u ^ seed);
        uint32_t b = stir(a ^ 0x85ebca6bu);
        int32_t sum = (int32_t)((a & 0xffff) + (a >> 16) + (b & 0xffff) + (b >> 16));
        dst[i] = (float)(sum - 131070) * scale;
    }
}
