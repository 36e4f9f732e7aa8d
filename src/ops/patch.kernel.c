/* SPDX-License-Identifier: Apache-2.0 */
/* The inner loops of dense inverse search: a row of an 8 x 8 patch is one vector, and the eight
 * lanes of a sum are added up in a fixed order. Vectors are spelt out, for the compilers make
 * shuffles of such short loops. */
#include <math.h>
#include <string.h>

#include "base/compiler.h"
#include "ops/flow_patch.h"
#include "ops/kernel.h"

enum { PATCH = FTH_FLOW_PATCH };

typedef float eight FTH_VECTOR(32);
typedef int32_t eight_bits FTH_VECTOR(32);

static inline void load(eight *to, const float *from)
{
    memcpy(to, from, sizeof(*to));
}

static inline float add_lanes(const eight *sum)
{
    eight l = *sum;
    return ((l[0] + l[4]) + (l[2] + l[6])) + ((l[1] + l[5]) + (l[3] + l[7]));
}

/* The bilinear sample of a patch's row; `next` is row + 1 pixel, and so on. */
#define SAMPLE(w, row, next, below, below_next)                                                    \
    ((w)[0] * (row) + (w)[1] * (next) + (w)[2] * (below) + (w)[3] * (below_next))

/* Squared difference without the means between the patch and what lies at `flow`. */
static inline float cost_at(const struct fth_flow_patch *p, const float flow[2])
{
    float weights[4];
    const float *to = fth_flow_place(p, flow, weights), *from = p->from;
    eight row, next, below, below_next, f, d1 = {0}, d2 = {0};
    load(&row, to);
    load(&next, to + 1);
    for (int i = 0; i < PATCH; i++) {
        to += p->to_stride;
        load(&below, to);
        load(&below_next, to + 1);
        load(&f, from);
        eight d = SAMPLE(weights, row, next, below, below_next) - f;
        d1 += d;
        d2 += d * d;
        row = below;
        next = below_next;
        from += p->stride;
    }
    float sum = add_lanes(&d1);
    return add_lanes(&d2) - sum * sum / (PATCH * PATCH);
}

/* sums: d, d^2, d gx, d gy over the patch, d = what lies at `flow` - the patch. */
static inline void sum_step(float sums[4], const struct fth_flow_patch *p, const float flow[2])
{
    float weights[4];
    const float *to = fth_flow_place(p, flow, weights), *from = p->from, *gx = p->gx, *gy = p->gy;
    eight row, next, below, below_next, f, x, y, d1 = {0}, d2 = {0}, dx = {0}, dy = {0};
    load(&row, to);
    load(&next, to + 1);
    for (int i = 0; i < PATCH; i++) {
        to += p->to_stride;
        load(&below, to);
        load(&below_next, to + 1);
        load(&f, from);
        load(&x, gx);
        load(&y, gy);
        eight d = SAMPLE(weights, row, next, below, below_next) - f;
        d1 += d;
        d2 += d * d;
        dx += d * x;
        dy += d * y;
        row = below;
        next = below_next;
        from += p->stride;
        gx += p->gradient_stride;
        gy += p->gradient_stride;
    }
    sums[0] = add_lanes(&d1);
    sums[1] = add_lanes(&d2);
    sums[2] = add_lanes(&dx);
    sums[3] = add_lanes(&dy);
}

/* Gradient descent on the mean-free squared difference with the Hessian of `from`. */
static void descend(float best[2], const struct fth_flow_patch *p, int iterations)
{
    const float *t = p->tensor;
    float determinant = t[0] * t[2] - t[1] * t[1];
    if (fabsf(determinant) < 1e-3f)
        determinant = 1e-3f;
    float h11 = t[2] / determinant, h12 = -t[1] / determinant, h22 = t[0] / determinant;
    float flow[2] = {best[0], best[1]}, previous = INFINITY;
    for (int i = 0; i < iterations; i++) {
        float sums[4];
        sum_step(sums, p, flow);
        float mean = sums[0] / (PATCH * PATCH);
        float dx = sums[2] - mean * t[3], dy = sums[3] - mean * t[4];
        flow[0] -= h11 * dx + h12 * dy;
        flow[1] -= h12 * dx + h22 * dy;
        float cost = sums[1] - sums[0] * mean;
        if (cost >= previous)
            break;
        previous = cost;
    }
    /* a descent of more than a patch's side has left the basin it began in */
    float du = flow[0] - best[0], dv = flow[1] - best[1];
    if (du * du + dv * dv <= PATCH * PATCH) {
        best[0] = flow[0];
        best[1] = flow[1];
    }
}

/* Improves a patch's flow: the best of it and of its neighbours' (NULL: none there) descends. */
void FTH_KERNEL(patch_search)(float flow[2], const float *const neighbours[2],
                              const struct fth_flow_patch *patch, int iterations)
{
    const float own[2] = {flow[0], flow[1]};
    bool tried = false;
    float least = 0;
    for (int i = 0; i < 2; i++) {
        const float *other = neighbours[i];
        if (!other || (other[0] == flow[0] && other[1] == flow[1]))
            continue; /* no better than what is there */
        if (!tried)
            least = cost_at(patch, own);
        tried = true;
        float cost = cost_at(patch, other);
        if (cost < least) {
            least = cost;
            flow[0] = other[0];
            flow[1] = other[1];
        }
    }
    descend(flow, patch, iterations);
}

/* sums over the patch: gx gx, gx gy, gy gy, gx, gy */
void FTH_KERNEL(patch_tensor)(float sums[5], const float *gx, const float *gy, ptrdiff_t stride)
{
    eight x, y, sum[5] = {{0}, {0}, {0}, {0}, {0}};
    for (int row = 0; row < PATCH; row++, gx += stride, gy += stride) {
        load(&x, gx);
        load(&y, gy);
        sum[0] += x * x;
        sum[1] += x * y;
        sum[2] += y * y;
        sum[3] += x;
        sum[4] += y;
    }
    for (int i = 0; i < 5; i++)
        sums[i] = add_lanes(&sum[i]);
}

/* Adds a patch's flow, weighted by 1 / max(1, |difference|), to eight columns of `rows` rows of
 * sums[0], sums[1], and the weight to sums[2]. */
void FTH_KERNEL(patch_spread)(float *const sums[3], ptrdiff_t sum_stride,
                              const struct fth_flow_patch *p, const float flow[2], int rows)
{
    float w[4];
    const float *to = fth_flow_place(p, flow, w);
    const eight_bits no_sign = {INT32_MAX, INT32_MAX, INT32_MAX, INT32_MAX,
                                INT32_MAX, INT32_MAX, INT32_MAX, INT32_MAX};
    const eight one = {1, 1, 1, 1, 1, 1, 1, 1};
    eight row, next, below, below_next, f, sum;
    load(&row, to);
    load(&next, to + 1);
    for (ptrdiff_t i = 0; i < rows; i++) {
        to += p->to_stride;
        load(&below, to);
        load(&below_next, to + 1);
        load(&f, p->from + i * p->stride);
        eight d = w[3] * below_next + w[2] * below + w[1] * next + w[0] * row - f;
        eight size = (eight)((eight_bits)d & no_sign);
        eight_bits above = size > one;
        eight c = one / (eight)(((eight_bits)size & above) | ((eight_bits)one & ~above));
        const eight shares[3] = {c * flow[0], c * flow[1], c};
        for (int k = 0; k < 3; k++) {
            load(&sum, sums[k] + i * sum_stride);
            sum += shares[k];
            memcpy(sums[k] + i * sum_stride, &sum, sizeof(sum));
        }
        row = below;
        next = below_next;
    }
}
