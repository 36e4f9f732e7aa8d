/* SPDX-License-Identifier: Apache-2.0 */
/* Several values of each pixel by their size: Batcher's odd-even merge sort, whose comparisons are
 * the same for all pixels (Batcher 1968). */
#include "ops/kernel.h"
#include "ops/vectors.h"

enum { BLOCK = 64 }; /* pixels that are worked on at a time */

/* Where a is larger, or as large and of a later row, the two change places. */
ALWAYS void exchange(float *restrict a, float *restrict b, int32_t *restrict from_a,
                     int32_t *restrict from_b)
{
    for (size_t x = 0; x < BLOCK; x++) {
        float p = a[x], q = b[x];
        int32_t i = from_a[x], k = from_b[x];
        int32_t turn = -(int32_t)((p > q) | ((p == q) & (i > k)));
        a[x] = turn ? q : p;
        b[x] = turn ? p : q;
        from_a[x] = (k & turn) | (i & ~turn);
        from_b[x] = (i & turn) | (k & ~turn);
    }
}

static void sort_block(float (*values)[BLOCK], int32_t (*from)[BLOCK], int count)
{
    for (int p = 1; p < count; p *= 2)
        for (int k = p; k >= 1; k /= 2)
            for (int j = k % p; j + k < count; j += 2 * k)
                for (int i = j; i < j + k && i + k < count; i++)
                    if (i / (2 * p) == (i + k) / (2 * p))
                        exchange(values[i], values[i + k], from[i], from[i + k]);
}

/* rows, in place: at each pixel the smallest of `count` (at most FTH_RANK_MOST) values in the first
 * row, and so on; of equal ones that of the earlier row comes first. order: of which row it was. No
 * value may be no number. */
void FTH_KERNEL(rank)(float *const *rows, uint8_t *const *order, int count, size_t n)
{
    float values[FTH_RANK_MOST][BLOCK];
    int32_t from[FTH_RANK_MOST][BLOCK];
    for (size_t x0 = 0; x0 < n; x0 += BLOCK) {
        size_t m = n - x0 < BLOCK ? n - x0 : BLOCK;
        for (int i = 0; i < count; i++)
            for (size_t x = 0; x < BLOCK; x++) {
                values[i][x] = x < m ? rows[i][x0 + x] : 0;
                from[i][x] = i;
            }
        sort_block(values, from, count);
        for (int i = 0; i < count; i++)
            for (size_t x = 0; x < m; x++) {
                rows[i][x0 + x] = values[i][x];
                order[i][x0 + x] = (uint8_t)from[i][x];
            }
    }
}
