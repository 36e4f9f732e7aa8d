/* SPDX-License-Identifier: Apache-2.0 */
/* The fast global smoother's rows: weights between neighbours, and the two sweeps that solve
 * (1 + lambda L) u = f for many independent lines at once, one line a lane. */
#include <math.h>

#include "ops/kernel.h"
#include "ops/math.h"
#include "ops/vectors.h"

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

/* ---- sweeps: a step down makes of f the reduced right side d, and c, the coefficient towards the
 * next line; a step up u = d - c u_next */

enum { SIDES = 2, PARTS = FTH_LANES / LOT };

/* What a step hands to the next, of a side. */
struct steps {
    lot weight[PARTS], coefficient[PARTS], value[PARTS];
};

ALWAYS void step_down(const struct fth_sweep *s, int side, ptrdiff_t i, struct steps *last)
{
    float *f = s->values[side] + i * s->value_stride;
    float *c = s->coefficients + (i * SIDES + side) * FTH_LANES;
    const float *w = s->weights[side] + i * s->weight_stride;
    UNROLL for (int part = 0; part < PARTS; part++) {
        lot weight, value;
        load_lot(&weight, w + part * LOT);
        load_lot(&value, f + part * LOT);
        lot before = s->lambda * last->weight[part], next = s->lambda * weight;
        /* the pivot as a sum of positive terms: the coefficient lies in (-1, 0] */
        lot m = 1.0f / (1.0f + next + before * (1.0f + last->coefficient[part]));
        lot coefficient = -next * m;
        value = (value + before * last->value[part]) * m;
        store_lot(c + part * LOT, &coefficient);
        store_lot(f + part * LOT, &value);
        last->weight[part] = weight;
        last->coefficient[part] = coefficient;
        last->value[part] = value;
    }
}

ALWAYS void step_up(const struct fth_sweep *s, int side, ptrdiff_t i, struct steps *last)
{
    float *d = s->values[side] + i * s->value_stride;
    const float *c = s->coefficients + (i * SIDES + side) * FTH_LANES;
    UNROLL for (int part = 0; part < PARTS; part++) {
        lot value, coefficient;
        load_lot(&value, d + part * LOT);
        load_lot(&coefficient, c + part * LOT);
        value -= coefficient * last->value[part];
        store_lot(d + part * LOT, &value);
        last->value[part] = value;
    }
}

/* Two sides of FTH_LANES systems each. */
void FTH_KERNEL(sweep)(const struct fth_sweep *s)
{
    struct steps last[SIDES];
    memset(last, 0, sizeof(last));
    for (ptrdiff_t i = 0; i < s->count; i++)
        UNROLL for (int side = 0; side < SIDES; side++)
            step_down(s, side, i, &last[side]);
    for (ptrdiff_t i = s->count - 2; i >= 0; i--)
        UNROLL for (int side = 0; side < SIDES; side++)
            step_up(s, side, i, &last[side]);
}
