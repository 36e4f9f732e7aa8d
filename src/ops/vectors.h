/* SPDX-License-Identifier: Apache-2.0 */
/* Whole registers of floats for kernels that must keep sums or picks in them from row to row, which
 * compilers do not do by themselves. Included by *.kernel.c files only. */
#ifndef FTH_OPS_VECTORS_H
#define FTH_OPS_VECTORS_H

#include <stdint.h>
#include <string.h>

#include "base/compiler.h"

#ifdef __SSE2__
#include <immintrin.h>
#endif

#if defined(__AVX512F__)
enum { LOT = 16 };
#elif defined(__AVX2__)
enum { LOT = 8 };
#else
enum { LOT = 4 };
#endif

typedef float lot FTH_VECTOR(LOT * 4);
typedef int32_t lot_bits FTH_VECTOR(LOT * 4);

/* For functions whose numbers are constants where they are called: loops over them disappear. */
#define ALWAYS static inline __attribute__((always_inline))

/* Before loops of a constant count: gcc keeps in memory what loops index. */
#ifdef __clang__
#define UNROLL _Pragma("unroll")
#else
#define UNROLL _Pragma("GCC unroll 8")
#endif

/* Through pointers: how a vector is returned differs from machine to machine. */
ALWAYS void load_lot(lot *to, const float *from)
{
    memcpy(to, from, sizeof(*to));
}

ALWAYS void store_lot(float *to, const lot *from)
{
    memcpy(to, from, sizeof(*from));
}

/* a > b ? a : b of each */
ALWAYS void most_of(lot *to, const lot *a, const lot *b)
{
#if defined(__AVX512F__)
    *to = (lot)_mm512_max_ps((__m512)*a, (__m512)*b);
#elif defined(__AVX2__)
    *to = (lot)_mm256_max_ps((__m256)*a, (__m256)*b);
#elif defined(__SSE2__)
    *to = (lot)_mm_max_ps((__m128)*a, (__m128)*b);
#else
    lot_bits more = *a > *b;
    *to = (lot)(((lot_bits)*a & more) | ((lot_bits)*b & ~more));
#endif
}

/* a < b ? a : b of each */
ALWAYS void least_of(lot *to, const lot *a, const lot *b)
{
#if defined(__AVX512F__)
    *to = (lot)_mm512_min_ps((__m512)*a, (__m512)*b);
#elif defined(__AVX2__)
    *to = (lot)_mm256_min_ps((__m256)*a, (__m256)*b);
#elif defined(__SSE2__)
    *to = (lot)_mm_min_ps((__m128)*a, (__m128)*b);
#else
    lot_bits less = *a < *b;
    *to = (lot)(((lot_bits)*a & less) | ((lot_bits)*b & ~less));
#endif
}

/* The last of a and all but the last of b; all but the first of a, and the first of b. */
#if defined(__AVX512F__)
#define BEFORE_LOT(a, b)                                                                           \
    __builtin_shufflevector(a, b, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30)
#define BEHIND_LOT(a, b)                                                                           \
    __builtin_shufflevector(a, b, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16)
#elif defined(__AVX2__)
#define BEFORE_LOT(a, b) __builtin_shufflevector(a, b, 7, 8, 9, 10, 11, 12, 13, 14)
#define BEHIND_LOT(a, b) __builtin_shufflevector(a, b, 1, 2, 3, 4, 5, 6, 7, 8)
#else
#define BEFORE_LOT(a, b) __builtin_shufflevector(a, b, 3, 4, 5, 6)
#define BEHIND_LOT(a, b) __builtin_shufflevector(a, b, 1, 2, 3, 4)
#endif

/* LOT floats of a and then b, from the third, fifth or ninth on; never asked for where a register
 * does not hold that many. */
#if defined(__AVX512F__)
#define BEHIND_LOT_2(a, b)                                                                         \
    __builtin_shufflevector(a, b, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17)
#define BEHIND_LOT_4(a, b)                                                                         \
    __builtin_shufflevector(a, b, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19)
#define BEHIND_LOT_8(a, b)                                                                         \
    __builtin_shufflevector(a, b, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23)
#elif defined(__AVX2__)
#define BEHIND_LOT_2(a, b) __builtin_shufflevector(a, b, 2, 3, 4, 5, 6, 7, 8, 9)
#define BEHIND_LOT_4(a, b) __builtin_shufflevector(a, b, 4, 5, 6, 7, 8, 9, 10, 11)
#define BEHIND_LOT_8(a, b) (b)
#else
#define BEHIND_LOT_2(a, b) __builtin_shufflevector(a, b, 2, 3, 4, 5)
#define BEHIND_LOT_4(a, b) (b)
#define BEHIND_LOT_8(a, b) (b)
#endif

/* Every other one of a and b, from the first or from the second on; and the other way round: one of
 * a, one of b, by turns, the first LOT of them and the last. */
#if defined(__AVX512F__)
#define EVENS_LOT(a, b)                                                                            \
    __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30)
#define ODDS_LOT(a, b)                                                                             \
    __builtin_shufflevector(a, b, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31)
#define WEAVE_FIRST(a, b)                                                                          \
    __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
#define WEAVE_LAST(a, b)                                                                           \
    __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)
#elif defined(__AVX2__)
#define EVENS_LOT(a, b) __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14)
#define ODDS_LOT(a, b) __builtin_shufflevector(a, b, 1, 3, 5, 7, 9, 11, 13, 15)
#define WEAVE_FIRST(a, b) __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11)
#define WEAVE_LAST(a, b) __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15)
#else
#define EVENS_LOT(a, b) __builtin_shufflevector(a, b, 0, 2, 4, 6)
#define ODDS_LOT(a, b) __builtin_shufflevector(a, b, 1, 3, 5, 7)
#define WEAVE_FIRST(a, b) __builtin_shufflevector(a, b, 0, 4, 1, 5)
#define WEAVE_LAST(a, b) __builtin_shufflevector(a, b, 2, 6, 3, 7)
#endif

/* Past the caches; `to` begins a register's worth of bytes. Other threads see it when the piece of
 * the pool that it was written in is done: a fence a row would take a good part of its time. */
ALWAYS void stream_lot(float *to, const lot *from)
{
#if defined(__AVX512F__)
    _mm512_stream_ps(to, (__m512)*from);
#elif defined(__AVX2__)
    _mm256_stream_ps(to, (__m256)*from);
#elif defined(__SSE2__)
    _mm_stream_ps(to, (__m128)*from);
#else
    store_lot(to, from);
#endif
}

/* ---- squares of four */

typedef float four FTH_VECTOR(16);

/* Rows become columns: v[i][k] goes to v[k][i]. */
ALWAYS void turn_four(four v[4])
{
    four a = __builtin_shufflevector(v[0], v[1], 0, 4, 1, 5);
    four b = __builtin_shufflevector(v[2], v[3], 0, 4, 1, 5);
    four c = __builtin_shufflevector(v[0], v[1], 2, 6, 3, 7);
    four d = __builtin_shufflevector(v[2], v[3], 2, 6, 3, 7);
    v[0] = __builtin_shufflevector(a, b, 0, 1, 4, 5);
    v[1] = __builtin_shufflevector(a, b, 2, 3, 6, 7);
    v[2] = __builtin_shufflevector(c, d, 0, 1, 4, 5);
    v[3] = __builtin_shufflevector(c, d, 2, 3, 6, 7);
}

/* ---- doubles */

/* As many as the machine has in a register. */
#if defined(__AVX512F__)
enum { WIDE = 8 };
#elif defined(__AVX2__)
enum { WIDE = 4 };
#else
enum { WIDE = 2 };
#endif

typedef float narrow FTH_VECTOR(WIDE * 4);
typedef double wide FTH_VECTOR(WIDE * 8);

/* gcc puts conversions of whole registers together from halves. */
ALWAYS void to_wide(wide *to, const narrow *from)
{
#if defined(__AVX512F__)
    *to = (wide)_mm512_cvtps_pd((__m256)*from);
#elif defined(__AVX2__)
    *to = (wide)_mm256_cvtps_pd((__m128)*from);
#else
    *to = __builtin_convertvector(*from, wide);
#endif
}

ALWAYS void to_narrow(narrow *to, const wide *from)
{
#if defined(__AVX512F__)
    *to = (narrow)_mm512_cvtpd_ps((__m512d)*from);
#elif defined(__AVX2__)
    *to = (narrow)_mm256_cvtpd_ps((__m256d)*from);
#else
    *to = __builtin_convertvector(*from, narrow);
#endif
}

ALWAYS void widen(wide *to, const float *from)
{
    narrow value;
    memcpy(&value, from, sizeof(value));
    to_wide(to, &value);
}

ALWAYS void store_narrow(float *to, const wide *from)
{
    narrow value;
    to_narrow(&value, from);
    memcpy(to, &value, sizeof(value));
}

#endif
