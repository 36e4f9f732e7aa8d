/* SPDX-License-Identifier: Apache-2.0 */
/* Filters along FTH_LANES rows or columns at once (see strips.h). The states are doubles: a running
 * sum of floats of one scale is exact in them, so it does not drift and constants stay. */
#include "ops/kernel.h"

#include <string.h>

/* dst[i] = box over src[i .. i + 2 reach]. dst never overlaps src. */
void FTH_KERNEL(box_lanes)(float *restrict dst, const float *restrict src,
                           const struct fth_box *box, size_t n)
{
    size_t width = 2 * box->radius + 1, before = box->edge > 0;
    double edge = box->edge, scale = 1 / ((double)width + 2 * edge), sum[FTH_LANES] = {0};
    const float *in = src + before * FTH_LANES;
    for (size_t i = 0; i + 1 < width; i++)
        for (int lane = 0; lane < FTH_LANES; lane++)
            sum[lane] += (double)in[i * FTH_LANES + (size_t)lane];
    const float *out = in, *left = src, *right = in + (width - 1 + before) * FTH_LANES;
    in += (width - 1) * FTH_LANES;
    for (size_t i = 0; i < n; i++) {
        for (int lane = 0; lane < FTH_LANES; lane++) {
            double whole = sum[lane] + (double)in[lane];
            double ends = (double)left[lane] + (double)right[lane];
            dst[lane] = (float)((whole + edge * ends) * scale);
            sum[lane] = whole - (double)out[lane];
        }
        dst += FTH_LANES, in += FTH_LANES, out += FTH_LANES;
        left += FTH_LANES, right += FTH_LANES;
    }
}

/* dst[i] = weights[0] src[i] + sum over k = 1..radius of weights[k] (src[i - k] + src[i + k]).
 * dst never overlaps src. */
void FTH_KERNEL(symmetric_lanes)(float *restrict dst, const float *restrict src,
                                 const double *weights, size_t radius, size_t n)
{
    for (size_t i = 0; i < n; i++, dst += FTH_LANES, src += FTH_LANES) {
        double sum[FTH_LANES];
        for (int lane = 0; lane < FTH_LANES; lane++)
            sum[lane] = weights[0] * (double)src[lane];
        for (size_t k = 1; k <= radius; k++) {
            const float *left = src - k * FTH_LANES, *right = src + k * FTH_LANES;
            double weight = weights[k];
            for (int lane = 0; lane < FTH_LANES; lane++)
                sum[lane] += weight * ((double)left[lane] + (double)right[lane]);
        }
        for (int lane = 0; lane < FTH_LANES; lane++)
            dst[lane] = (float)sum[lane];
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

static inline void larger(float *to, const float *a, const float *b)
{
    for (int lane = 0; lane < FTH_LANES; lane++)
        to[lane] = a[lane] > b[lane] ? a[lane] : b[lane];
}

/* dst[i] = maximum of src[i - radius .. i + radius], which all exist (van Herk 1992; Gil, Werman
 * 1993): in blocks of the window's length, maxima from the block's begin to each position, and from
 * each position to its end; every window is an end of one block and a begin of the next. `ends`
 * holds n + 2 radius positions. No overlaps. */
void FTH_KERNEL(max_lanes)(float *restrict dst, const float *restrict src, float *restrict ends,
                           size_t radius, size_t n)
{
    size_t width = 2 * radius + 1, total = n + 2 * radius;
    float begins[FTH_LANES];
    src -= radius * FTH_LANES;
    for (size_t i = total; i-- > 0;) {
        const float *at = src + i * FTH_LANES;
        bool last = i + 1 == total || (i + 1) % width == 0;
        larger(ends + i * FTH_LANES, at, last ? at : ends + (i + 1) * FTH_LANES);
    }
    for (size_t i = 0; i < total; i++) {
        const float *at = src + i * FTH_LANES;
        if (i % width == 0)
            memcpy(begins, at, sizeof(begins));
        else
            larger(begins, begins, at);
        if (i + 1 >= width)
            larger(dst + (i + 1 - width) * FTH_LANES, begins, ends + (i + 1 - width) * FTH_LANES);
    }
}
