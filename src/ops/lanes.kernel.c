/* SPDX-License-Identifier: Apache-2.0 */
/* Filters along FTH_LANES rows or columns at once (see strips.h). The states are doubles: a running
 * sum of floats of one scale is exact in them, so it does not drift and constants stay. A position
 * is worked on in vectors that are spelt out: loops over so few lanes become scalars. */
#include "ops/kernel.h"

#include <string.h>

#include "base/compiler.h"
#include "ops/vectors.h"

enum { PARTS = FTH_LANES / WIDE };

/* ---- rows beside each other, and back */

enum { FOUR = 4 };

/* rows[lane][i] = src[i][lane] */
void FTH_KERNEL(lanes_to_rows)(float *const rows[FTH_LANES], const float *restrict src, size_t n)
{
    size_t whole = n / FOUR * FOUR;
    for (size_t i = 0; i < whole; i += FOUR)
        for (int lane = 0; lane < FTH_LANES; lane += FOUR) {
            four v[FOUR];
            for (int k = 0; k < FOUR; k++)
                memcpy(&v[k], src + (i + (size_t)k) * FTH_LANES + lane, sizeof(v[k]));
            turn_four(v);
            for (int k = 0; k < FOUR; k++)
                memcpy(rows[lane + k] + i, &v[k], sizeof(v[k]));
        }
    for (size_t i = whole; i < n; i++)
        for (int lane = 0; lane < FTH_LANES; lane++)
            rows[lane][i] = src[i * FTH_LANES + (size_t)lane];
}

/* ---- filters */

/* A box without edges: half the work. */
static void even_box_lanes(float *restrict dst, const float *restrict src, size_t width, size_t n)
{
    double scale = 1 / (double)width;
    wide sum[PARTS] = {{0}}, x;
    for (size_t i = 0; i + 1 < width; i++)
        for (int part = 0; part < PARTS; part++) {
            widen(&x, src + i * FTH_LANES + part * WIDE);
            sum[part] += x;
        }
    const float *in = src + (width - 1) * FTH_LANES, *out = src;
    for (size_t i = 0; i < n; i++) {
        for (int part = 0; part < PARTS; part++) {
            widen(&x, in + part * WIDE);
            wide whole = sum[part] + x;
            x = whole * scale;
            store_narrow(dst + part * WIDE, &x);
            widen(&x, out + part * WIDE);
            sum[part] = whole - x;
        }
        dst += FTH_LANES, in += FTH_LANES, out += FTH_LANES;
    }
}

/* dst[i] = box over src[i .. i + 2 reach]. dst never overlaps src. */
void FTH_KERNEL(box_lanes)(float *restrict dst, const float *restrict src,
                           const struct fth_box *box, size_t n)
{
    size_t width = 2 * box->radius + 1, before = box->edge > 0;
    if (!before) {
        even_box_lanes(dst, src, width, n);
        return;
    }
    double edge = box->edge, scale = 1 / ((double)width + 2 * edge);
    wide sum[PARTS] = {{0}}, x, y;
    const float *in = src + before * FTH_LANES;
    for (size_t i = 0; i + 1 < width; i++)
        for (int part = 0; part < PARTS; part++) {
            widen(&x, in + i * FTH_LANES + part * WIDE);
            sum[part] += x;
        }
    const float *out = in, *left = src, *right = in + (width - 1 + before) * FTH_LANES;
    in += (width - 1) * FTH_LANES;
    for (size_t i = 0; i < n; i++) {
        for (int part = 0; part < PARTS; part++) {
            widen(&x, in + part * WIDE);
            wide whole = sum[part] + x;
            widen(&x, left + part * WIDE);
            widen(&y, right + part * WIDE);
            x = (whole + edge * (x + y)) * scale;
            store_narrow(dst + part * WIDE, &x);
            widen(&x, out + part * WIDE);
            sum[part] = whole - x;
        }
        dst += FTH_LANES, in += FTH_LANES, out += FTH_LANES;
        left += FTH_LANES, right += FTH_LANES;
    }
}

/* dst[i] = weights[0] src[i] + sum over k = 1..radius of weights[k] (src[i - k] + src[i + k]).
 * radius <= FTH_MOST_RADIUS. dst never overlaps src. Blocks are widened once, not for each tap. */
void FTH_KERNEL(symmetric_lanes)(float *restrict dst, const float *restrict src,
                                 const double *weights, size_t radius, size_t n)
{
    enum { BLOCK = 32 };
    wide block[(BLOCK + 2 * FTH_MOST_RADIUS) * PARTS];
    for (size_t begin = 0; begin < n; begin += BLOCK) {
        size_t count = n - begin < BLOCK ? n - begin : BLOCK;
        const float *first = src + begin * FTH_LANES - radius * FTH_LANES;
        for (size_t i = 0; i < (count + 2 * radius) * PARTS; i++)
            widen(&block[i], first + i * WIDE);
        for (size_t i = 0; i < count * PARTS; i++) {
            const wide *middle = block + radius * PARTS + i;
            wide sum = weights[0] * middle[0];
            for (size_t k = 1; k <= radius; k++)
                sum += weights[k] * (*(middle - k * PARTS) + middle[k * PARTS]);
            store_narrow(dst + begin * FTH_LANES + i * WIDE, &sum);
        }
    }
}

/* What a wave's recursion answers for ever to an endless row of ones. */
static double gain(const double numerator[2], const double back[2])
{
    return (numerator[0] + numerator[1]) / (1 - back[0] - back[1]);
}

struct state {
    double y1[FTH_LANES], y2[FTH_LANES]; /* one and two positions ago */
};

static void start(struct state *state, const float *first, double answer)
{
    for (int lane = 0; lane < FTH_LANES; lane++)
        state->y1[lane] = state->y2[lane] = answer * (double)first[lane];
}

/* sum += the wave's next answer to the inputs x0 and x1. */
static inline void step(struct state *restrict state, double *restrict sum,
                        const double numerator[2], const double back[2], const float *x0,
                        const float *x1)
{
    for (int lane = 0; lane < FTH_LANES; lane++) {
        double y = numerator[0] * (double)x0[lane] + numerator[1] * (double)x1[lane] +
                   (back[0] * state->y1[lane] + back[1] * state->y2[lane]);
        state->y2[lane] = state->y1[lane];
        state->y1[lane] = y;
        sum[lane] += y;
    }
}

/* A sum of two causal and two anticausal waves. src has r->pad positions before and behind. Beyond
 * them the signal is 0, or goes on endlessly as it ends. `sums` holds n positions; no overlaps. */
void FTH_KERNEL(recursive_lanes)(float *restrict dst, const float *restrict src,
                                 double *restrict sums, const struct fth_recursion *r, size_t n)
{
    static const float zeros[FTH_LANES];
    const struct fth_recursion_wave *a = &r->waves[0], *b = &r->waves[1];
    ptrdiff_t pad = (ptrdiff_t)r->pad, count = (ptrdiff_t)n;
    struct state one, two;
    const float *first = src - pad * FTH_LANES, *last = src + (count - 1 + pad) * FTH_LANES;
    const float *x1 = r->endless ? first : zeros;
    start(&one, x1, gain(a->causal, a->back));
    start(&two, x1, gain(b->causal, b->back));
    for (ptrdiff_t i = -pad; i < count; i++) {
        const float *x0 = src + i * FTH_LANES;
        double sum[FTH_LANES] = {0};
        step(&one, sum, a->causal, a->back, x0, x1);
        step(&two, sum, b->causal, b->back, x0, x1);
        x1 = x0;
        if (i >= 0)
            memcpy(sums + i * FTH_LANES, sum, sizeof(sum));
    }
    const float *x2 = r->endless ? last : zeros;
    x1 = x2;
    start(&one, x1, gain(a->anticausal, a->back));
    start(&two, x1, gain(b->anticausal, b->back));
    for (ptrdiff_t i = count - 1 + pad; i >= 0; i--) {
        double sum[FTH_LANES] = {0};
        step(&one, sum, a->anticausal, a->back, x1, x2);
        step(&two, sum, b->anticausal, b->back, x1, x2);
        x2 = x1;
        x1 = src + i * FTH_LANES;
        if (i < count)
            for (int lane = 0; lane < FTH_LANES; lane++)
                dst[i * FTH_LANES + lane] = (float)(sums[i * FTH_LANES + lane] + sum[lane]);
    }
}
