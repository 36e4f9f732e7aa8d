/* SPDX-License-Identifier: Apache-2.0 */
/* The fast global smoother's rows: weights between neighbours, and the two sweeps that solve
 * (1 + lambda L) u = f for many independent lines at once, one line a lane. */
#include <math.h>

#include "ops/kernel.h"
#include "ops/math.h"

/* dst = exp(-scale |a - b|), a and b being three rows each: r, g, b */
void FTH_KERNEL(edge_weight)(float *restrict dst, const float *const a[3], const float *const b[3],
                             float scale, size_t n)
{
    const float *ar = a[0], *ag = a[1], *ab = a[2], *br = b[0], *bg = b[1], *bb = b[2];
    for (size_t i = 0; i < n; i++) {
        float r = ar[i] - br[i], g = ag[i] - bg[i], c = ab[i] - bb[i];
        dst[i] = fth_expf(-scale * sqrtf(r * r + g * g + c * c));
    }
}

/* One step down: f becomes the reduced right side d, c the coefficient towards the next line.
 * w_next is the weight to the next line, w_last, c_last and d_last are of the line before. */
void FTH_KERNEL(sweep_down)(float *restrict f, float *restrict c, const float *const last[3],
                            const float *restrict w_next, float lambda, size_t n)
{
    const float *restrict w_last = last[0], *restrict c_last = last[1], *restrict d_last = last[2];
    for (size_t i = 0; i < n; i++) {
        float before = lambda * w_last[i], next = lambda * w_next[i];
        /* the pivot as a sum of positive terms: c_last lies in (-1, 0] */
        float m = 1.0f / (1.0f + next + before * (1.0f + c_last[i]));
        c[i] = -next * m;
        f[i] = (f[i] + before * d_last[i]) * m;
    }
}

/* One step up: u = d - c u_next, in place. */
void FTH_KERNEL(sweep_up)(float *restrict d, const float *restrict c, const float *restrict u_next,
                          size_t n)
{
    for (size_t i = 0; i < n; i++)
        d[i] -= c[i] * u_next[i];
}
