/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes of packed files: what predictors did is undone. */
#include "ops/kernel.h"

#ifdef __SSSE3__
#include <immintrin.h>

/* Sixteen at a time, which no compiler does by itself. *sum: of what came before, then of the
 * blocks done; returned is how many bytes those are. */
static inline size_t sum_blocks(uint8_t *bytes, uint8_t bias, uint8_t *sum, size_t n)
{
    const __m128i biases = _mm_set1_epi8((char)bias), last = _mm_set1_epi8(15);
    __m128i before = _mm_set1_epi8((char)*sum);
    size_t i = 0;
    for (; i + 16 <= n; i += 16) {
        __m128i *at = (__m128i *)(void *)(bytes + i);
        __m128i x = _mm_add_epi8(_mm_loadu_si128(at), biases);
        x = _mm_add_epi8(x, _mm_slli_si128(x, 1));
        x = _mm_add_epi8(x, _mm_slli_si128(x, 2));
        x = _mm_add_epi8(x, _mm_slli_si128(x, 4));
        x = _mm_add_epi8(x, _mm_slli_si128(x, 8));
        /* this block's own sum is spread beside the long chain, which is then one addition */
        __m128i whole = _mm_add_epi8(_mm_shuffle_epi8(x, last), before);
        _mm_storeu_si128(at, _mm_add_epi8(x, before));
        before = whole;
    }
    *sum = (uint8_t)_mm_cvtsi128_si32(before);
    return i;
}

#else
#define sum_blocks(bytes, bias, sum, n) ((size_t)0)
#endif

/* In place: each byte the sum of itself, the one before and `bias`; the first one stays. */
void FTH_KERNEL(sum_bytes)(uint8_t *bytes, uint8_t bias, size_t n)
{
    uint8_t sum = (uint8_t)-bias;
    for (size_t i = sum_blocks(bytes, bias, &sum, n); i < n; i++)
        bytes[i] = sum = (uint8_t)(sum + bytes[i] + bias);
}

/* a0 b0 c0 d0 a1 ...: n of each. */
void FTH_KERNEL(weave_four)(uint8_t *restrict dst, const uint8_t *const rows[4], size_t n)
{
    const uint8_t *a = rows[0], *b = rows[1], *c = rows[2], *d = rows[3];
    for (size_t i = 0; i < n; i++) {
        dst[4 * i] = a[i];
        dst[4 * i + 1] = b[i];
        dst[4 * i + 2] = c[i];
        dst[4 * i + 3] = d[i];
    }
}

/* a0 b0 a1 b1 ...: n of each. */
void FTH_KERNEL(weave_bytes)(uint8_t *restrict dst, const uint8_t *restrict a,
                             const uint8_t *restrict b, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        dst[2 * i] = a[i];
        dst[2 * i + 1] = b[i];
    }
}
