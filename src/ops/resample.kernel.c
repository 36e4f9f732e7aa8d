/* SPDX-License-Identifier: Apache-2.0 */
/* Weighted sums of samples along a row, and of whole rows, tap after tap, so that each tap is a
 * plain loop over the row. dst never overlaps a source. */
#include "ops/kernel.h"

#include <stdbool.h>

#include "ops/vectors.h"

/* Whether a register of indices names neighbours. */
ALWAYS bool is_run(const int32_t *index)
{
#if defined(__AVX512F__)
    const __m512i one_by_one =
        _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    __m512i run = _mm512_add_epi32(_mm512_set1_epi32(index[0]), one_by_one);
    return _mm512_cmpneq_epi32_mask(_mm512_loadu_si512(index), run) == 0;
#elif defined(__AVX2__)
    __m256i run = _mm256_add_epi32(_mm256_set1_epi32(index[0]),
                                   _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
    __m256i same = _mm256_cmpeq_epi32(_mm256_loadu_si256((const __m256i *)(const void *)index),
                                      run);
    return _mm256_movemask_epi8(same) == -1;
#else
    return index[1] == index[0] + 1 && index[2] == index[0] + 2 && index[3] == index[0] + 3;
#endif
}

/* to[k] = src[index[k]] */
ALWAYS void take_lot(lot *to, const float *src, const int32_t *index)
{
    if (is_run(index)) {
        load_lot(to, src + index[0]);
        return;
    }
#if defined(__AVX512F__)
    *to = (lot)_mm512_i32gather_ps(_mm512_loadu_si512(index), src, sizeof(float));
#elif defined(__AVX2__)
    __m256i at = _mm256_loadu_si256((const __m256i *)(const void *)index);
    *to = (lot)_mm256_i32gather_ps(src, at, sizeof(float));
#else
    float taken[LOT];
    UNROLL for (int k = 0; k < LOT; k++)
        taken[k] = src[index[k]];
    load_lot(to, taken);
#endif
}

/* Four taps, most of which lie side by side: pictures that are moved or turned by little. */
static void gather_four(float *restrict dst, const float *restrict src,
                        const struct fth_taps *taps, size_t n)
{
    const int32_t *restrict index = taps->index;
    const float *restrict weight = taps->weight;
    size_t i = 0, step = taps->step;
    for (; i + LOT <= n; i += LOT) {
        lot sum, sample, share;
        take_lot(&sample, src, index + i);
        load_lot(&share, weight + i);
        sum = share * sample;
        UNROLL for (size_t k = 1; k < 4; k++) {
            take_lot(&sample, src, index + k * step + i);
            load_lot(&share, weight + k * step + i);
            sum += share * sample;
        }
        store_lot(dst + i, &sum);
    }
    for (; i < n; i++) {
        dst[i] = weight[i] * src[index[i]];
        for (size_t k = 1; k < 4; k++)
            dst[i] += weight[k * step + i] * src[index[k * step + i]];
    }
}

/* Where samples lie close to each other, as when a picture grows, a register holds all that its
 * results need: it is read once and shuffled, which takes a third of the time of gathering, and
 * where from is found once for all rows. */
#if defined(__AVX512F__)

struct pairs {
    __m512i at[2];
    __m512 weight[2];
    __mmask16 held;
};

static inline bool find_pairs(struct pairs *pairs, const int32_t *const index[2],
                              const float *const weight[2])
{
    uint32_t last = (uint32_t)(index[1][LOT - 1] - index[0][0]);
    if (last >= LOT)
        return false;
    __m512i first = _mm512_set1_epi32(index[0][0]), most = _mm512_set1_epi32((int)last);
    for (int k = 0; k < 2; k++) {
        pairs->at[k] = _mm512_sub_epi32(_mm512_loadu_si512(index[k]), first);
        pairs->weight[k] = _mm512_loadu_ps(weight[k]);
    }
    pairs->held = (__mmask16)((2u << last) - 1);
    return !(_mm512_cmpgt_epu32_mask(pairs->at[0], most) |
             _mm512_cmpgt_epu32_mask(pairs->at[1], most));
}

ALWAYS void take_pairs(float *dst, const float *src, const struct pairs *pairs)
{
    __m512 held = _mm512_maskz_loadu_ps(pairs->held, src);
    __m512 a = _mm512_mul_ps(pairs->weight[0], _mm512_permutexvar_ps(pairs->at[0], held));
    __m512 b = _mm512_mul_ps(pairs->weight[1], _mm512_permutexvar_ps(pairs->at[1], held));
    _mm512_storeu_ps(dst, _mm512_add_ps(a, b));
}

#elif defined(__AVX2__)

struct pairs {
    __m256i at[2], held;
    __m256 weight[2];
};

static inline bool find_pairs(struct pairs *pairs, const int32_t *const index[2],
                              const float *const weight[2])
{
    uint32_t last = (uint32_t)(index[1][LOT - 1] - index[0][0]);
    if (last >= LOT)
        return false;
    __m256i first = _mm256_set1_epi32(index[0][0]), most = _mm256_set1_epi32((int)last);
    for (int k = 0; k < 2; k++) {
        __m256i at = _mm256_loadu_si256((const __m256i *)(const void *)index[k]);
        pairs->at[k] = _mm256_sub_epi32(at, first);
        pairs->weight[k] = _mm256_loadu_ps(weight[k]);
    }
    pairs->held = _mm256_cmpgt_epi32(_mm256_set1_epi32((int)last + 1),
                                     _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
    __m256i highest = _mm256_max_epu32(_mm256_max_epu32(pairs->at[0], pairs->at[1]), most);
    return _mm256_movemask_epi8(_mm256_cmpeq_epi32(highest, most)) == -1;
}

ALWAYS void take_pairs(float *dst, const float *src, const struct pairs *pairs)
{
    __m256 held = _mm256_maskload_ps(src, pairs->held);
    __m256 a = _mm256_mul_ps(pairs->weight[0], _mm256_permutevar8x32_ps(held, pairs->at[0]));
    __m256 b = _mm256_mul_ps(pairs->weight[1], _mm256_permutevar8x32_ps(held, pairs->at[1]));
    _mm256_storeu_ps(dst, _mm256_add_ps(a, b));
}

#endif

#if defined(__AVX512F__) || defined(__AVX2__)

enum { AHEAD = 160 }; /* samples: more rows are read beside each other than processors foresee */

/* Returns how many samples of each row are done. */
ALWAYS size_t pair_rows(float *const *dst, const float *const *src, const struct fth_taps *taps,
                        size_t rows, size_t n)
{
    size_t i = 0;
    for (; i + LOT <= n; i += LOT) {
        const int32_t *const index[2] = {taps->index + i, taps->index + taps->step + i};
        const float *const weight[2] = {taps->weight + i, taps->weight + taps->step + i};
        struct pairs pairs;
        if (!find_pairs(&pairs, index, weight))
            break;
        for (size_t row = 0; row < rows; row++) {
            __builtin_prefetch(src[row] + index[0][0] + AHEAD);
            take_pairs(dst[row] + i, src[row] + index[0][0], &pairs);
        }
    }
    return i;
}

#else
#define pair_rows(dst, src, taps, rows, n) ((size_t)0)
#endif

/* Two taps, in several rows at the same places. */
static void gather_two(float *const *dst, const float *const *src, const struct fth_taps *taps,
                       size_t rows, size_t n)
{
    const int32_t *index = taps->index, *index1 = index + taps->step;
    const float *weight = taps->weight, *weight1 = weight + taps->step;
    size_t done = pair_rows(dst, src, taps, rows, n);
    for (size_t row = 0; row < rows; row++)
        for (size_t i = done; i < n; i++)
            dst[row][i] = weight[i] * src[row][index[i]] + weight1[i] * src[row][index1[i]];
}

/* dst[i] = sum over k of weight[k, i] * src[index[k, i]] */
void FTH_KERNEL(gather_taps)(float *restrict dst, const float *restrict src,
                             const struct fth_taps *taps, size_t n)
{
    const int32_t *restrict index = taps->index;
    const float *restrict weight = taps->weight;
    if (taps->count == 2) {
        gather_two(&(float *){dst}, &(const float *){src}, taps, 1, n);
        return;
    }
    if (taps->count == 4) {
        gather_four(dst, src, taps, n);
        return;
    }
    for (size_t i = 0; i < n; i++)
        dst[i] = weight[i] * src[index[i]];
    for (size_t k = 1; k < taps->count; k++) {
        index += taps->step;
        weight += taps->step;
        for (size_t i = 0; i < n; i++)
            dst[i] += weight[i] * src[index[i]];
    }
}

/* The same of several rows, which lie apart. */
void FTH_KERNEL(gather_rows)(float *const *dst, const float *const *src,
                             const struct fth_taps *taps, size_t rows, size_t n)
{
    if (taps->count == 2) {
        gather_two(dst, src, taps, rows, n);
        return;
    }
    for (size_t row = 0; row < rows; row++)
        FTH_KERNEL(gather_taps)(dst[row], src[row], taps, n);
}

/* dst[i] = weight * src[group i] + ... + weight * src[group i + group - 1], added in this order:
 * what gather_taps does with such a table. */
void FTH_KERNEL(sum_groups)(float *restrict dst, const float *restrict src, float weight,
                            size_t group, size_t n)
{
    if (group == 2) {
        for (size_t i = 0; i < n; i++)
            dst[i] = weight * src[2 * i] + weight * src[2 * i + 1];
    } else if (group == 3) {
        for (size_t i = 0; i < n; i++)
            dst[i] = weight * src[3 * i] + weight * src[3 * i + 1] + weight * src[3 * i + 2];
    } else if (group == 4) {
        for (size_t i = 0; i < n; i++)
            dst[i] = weight * src[4 * i] + weight * src[4 * i + 1] + weight * src[4 * i + 2] +
                     weight * src[4 * i + 3];
    } else {
        for (size_t i = 0; i < n; i++) {
            float sum = weight * src[group * i];
            for (size_t k = 1; k < group; k++)
                sum += weight * src[group * i + k];
            dst[i] = sum;
        }
    }
}

/* Two groups of two, one below the other: weights along and down. What sum_groups and weigh_rows do
 * one after the other. */
void FTH_KERNEL(sum_quads)(float *restrict dst, const float *const rows[2], const float weights[2],
                           size_t n)
{
    const float *restrict a = rows[0], *restrict b = rows[1];
    float along = weights[0], down = weights[1];
    for (size_t i = 0; i < n; i++) {
        float above = along * a[2 * i] + along * a[2 * i + 1];
        float below = along * b[2 * i] + along * b[2 * i + 1];
        dst[i] = down * above + down * below;
    }
}

/* dst[i] = sum over k of weight[k, 0] * row index[k, 0][i]; taps of weight 0 are not read. */
void FTH_KERNEL(weigh_rows)(float *restrict dst, const float *rows, ptrdiff_t row_stride,
                            const struct fth_taps *taps, size_t n)
{
    float w = taps->weight[0];
    const float *restrict row = rows + taps->index[0] * row_stride;
    if (taps->count == 2) {
        float w1 = taps->weight[taps->step];
        const float *restrict row1 = rows + taps->index[taps->step] * row_stride;
        for (size_t i = 0; i < n; i++)
            dst[i] = w * row[i] + w1 * row1[i];
        return;
    }
    for (size_t i = 0; i < n; i++)
        dst[i] = w * row[i];
    for (size_t k = 1; k < taps->count; k++) {
        w = taps->weight[k * taps->step];
        if (w == 0)
            continue;
        row = rows + taps->index[k * taps->step] * row_stride;
        for (size_t i = 0; i < n; i++)
            dst[i] += w * row[i];
    }
}
