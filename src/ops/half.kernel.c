/* SPDX-License-Identifier: Apache-2.0 */
/* Halves of files to floats and back. Machines that have instructions for it take eight at once,
 * with the same results. */
#include "ops/kernel.h"
#include "ops/math.h"

#ifdef __F16C__
#include <immintrin.h>

/* By the instructions of F16C, four times as quick as what compilers make of the loops below. How
 * many were done is returned. */
static inline size_t to_half_blocks(uint16_t *restrict dst, const float *restrict src, size_t n)
{
    const __m256 sign = _mm256_set1_ps(-0.0f);
    const __m256 quiet = _mm256_castsi256_ps(_mm256_set1_epi32(0x7fc00000));
    size_t i = 0;
    for (; i + 8 <= n; i += 8) {
        __m256 x = _mm256_loadu_ps(src + i);
        /* the instruction would keep bits of a NaN */
        __m256 plain = _mm256_or_ps(_mm256_and_ps(x, sign), quiet);
        x = _mm256_blendv_ps(x, plain, _mm256_cmp_ps(x, x, _CMP_UNORD_Q));
        __m128i halves = _mm256_cvtps_ph(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
        _mm_storeu_si128((__m128i *)(void *)(dst + i), halves);
    }
    return i;
}

static inline size_t from_half_blocks(float *restrict dst, const uint16_t *restrict src, size_t n)
{
    size_t i = 0;
    for (; i + 8 <= n; i += 8) {
        __m128i halves = _mm_loadu_si128((const __m128i *)(const void *)(src + i));
        _mm256_storeu_ps(dst + i, _mm256_cvtph_ps(halves));
    }
    return i;
}

#else
#define to_half_blocks(dst, src, n) ((size_t)0)
#define from_half_blocks(dst, src, n) ((size_t)0)
#endif

/* Nearest, ties to even; from 65520 on infinity; every NaN is the quiet one. */
void FTH_KERNEL(to_half)(uint16_t *restrict dst, const float *restrict src, size_t n)
{
    for (size_t i = to_half_blocks(dst, src, n); i < n; i++) {
        uint32_t bits = fth_float_bits(src[i]), sign = bits >> 16 & 0x8000;
        bits &= 0x7fffffff;
        uint32_t normal = (bits + 0xfff + (bits >> 13 & 1) - 0x38000000) >> 13;
        /* a denormal: the sum's rounding is the one that is wanted */
        float nudged = fth_float_from_bits(bits < 0x38800000 ? bits : 0) + 0.5f;
        uint32_t small = fth_float_bits(nudged) - 0x3f000000;
        uint32_t half = bits < 0x38800000 ? small : normal;
        half = bits >= 0x477ff000 ? 0x7c00 : half;
        half = bits > 0x7f800000 ? 0x7e00 : half;
        dst[i] = (uint16_t)(half | sign);
    }
}

/* Exact; every NaN becomes a quiet one and keeps its other bits. */
void FTH_KERNEL(from_half)(float *restrict dst, const uint16_t *restrict src, size_t n)
{
    for (size_t i = from_half_blocks(dst, src, n); i < n; i++) {
        uint32_t sign = (uint32_t)(src[i] & 0x8000) << 16, rest = (uint32_t)(src[i] & 0x7fff) << 13;
        /* 2^112 brings the exponent over, denormals included; infinity and NaN keep theirs */
        uint32_t bits = rest >= 0x0f800000 ? rest | 0x7f800000
                                           : fth_float_bits(fth_float_from_bits(rest) * 0x1p112f);
        bits |= rest > 0x0f800000 ? 0x00400000 : 0;
        dst[i] = fth_float_from_bits(bits | sign);
    }
}
