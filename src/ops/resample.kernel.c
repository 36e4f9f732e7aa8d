/* SPDX-License-Identifier: Apache-2.0 */
/* Weighted sums of samples along a row, and of whole rows, tap after tap, so that each tap is a
 * plain loop over the row. dst never overlaps a source. */
#include "ops/kernel.h"

/* dst[i] = sum over k of weight[k, i] * src[index[k, i]] */
void FTH_KERNEL(gather_taps)(float *restrict dst, const float *restrict src,
                             const struct fth_taps *taps, size_t n)
{
    const int32_t *restrict index = taps->index, *restrict index1 = index + taps->step;
    const float *restrict weight = taps->weight, *restrict weight1 = weight + taps->step;
    if (taps->count == 2) {
        for (size_t i = 0; i < n; i++)
            dst[i] = weight[i] * src[index[i]] + weight1[i] * src[index1[i]];
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
