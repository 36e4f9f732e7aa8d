/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of a blur whose radius varies (varblur.h). */
#include "ops/kernel.h"

/* Below this share of what a level is made of, the pixel itself takes over. */
#define LEAST_SHARE 4e-3f

static inline float fade(float key, float low, float scale)
{
    float t = (key - low) * scale;
    t = t > 0 ? (t < 1 ? t : 1) : 0;
    return t * t * (3 - 2 * t);
}

/* What pixels lend to a level: nothing up to `low`, all of it 1 / scale further. */
void FTH_KERNEL(vary_lend)(float *restrict dst, const float *restrict src,
                           const float *restrict key, float low, float scale, size_t n)
{
    for (size_t i = 0; i < n; i++)
        dst[i] = src[i] * fade(key[i], low, scale);
}

/* How much of a level there is in a pixel: variances go with r (r + 1), and those of two levels are
 * mixed to the pixel's own. Both parts add up to 1. */
static inline float part_of(float key, const struct fth_vary *level)
{
    float k = key > 0 ? (key < 1 ? key : 1) : 0, r = k * level->radius, at = r * (r + 1);
    float up = (at - level->below) / (level->own - level->below);
    float down = 1 - (at - level->own) / (level->above - level->own);
    float part = at < level->own ? up : down;
    return part > 0 ? part : 0;
}

/* dst += part of the level; `share` is what the level is made of, 1: of everything. */
void FTH_KERNEL(vary_gather)(float *restrict dst, const float *restrict blurred,
                             const float *restrict own, const float *const rows[2],
                             const struct fth_vary *level, size_t n)
{
    const float *restrict key = rows[0], *restrict share = rows[1];
    const float least = LEAST_SHARE * LEAST_SHARE;
    for (size_t i = 0; i < n; i++) {
        float part = part_of(key[i], level), square = share[i] * share[i];
        float sure = square * (1 + least) / (square + least);
        float divisor = share[i] > 1e-12f ? share[i] : 1e-12f;
        sure = sure < 1 ? sure : 1;
        dst[i] += part * ((1 - sure) * own[i] + sure * (blurred[i] / divisor));
    }
}

/* The same for a level that everything lends to. */
void FTH_KERNEL(vary_add)(float *restrict dst, const float *restrict blurred,
                          const float *restrict key, const struct fth_vary *level, size_t n)
{
    for (size_t i = 0; i < n; i++)
        dst[i] += part_of(key[i], level) * blurred[i];
}
