/* SPDX-License-Identifier: Apache-2.0 */
/* An 8 x 8 patch of one picture that is looked for in another. Private to the flow. */
#ifndef FTH_OPS_FLOW_PATCH_H
#define FTH_OPS_FLOW_PATCH_H

#include <stddef.h>
#include <stdint.h>

enum { FTH_FLOW_PATCH = 8, FTH_FLOW_BORDER = 16 };

struct fth_flow_patch {
    const float *from, *gx, *gy; /* its first pixel, and the gradients there */
    ptrdiff_t stride, gradient_stride;
    const float *to;             /* pixel 0, 0; FTH_FLOW_BORDER more pixels all round are there */
    ptrdiff_t to_stride;
    int32_t width, height;       /* of `to` without its border */
    int32_t x, y;                /* where the patch lies in `from` */
    const float *tensor;         /* sums over the patch of gx gx, gx gy, gy gy, gx, gy */
};

static inline float fth_flow_limit(float value, float low, float high)
{
    float most = value < high ? value : high;
    return most > low ? most : low;
}

/* Where in `to` the patch lies under a flow, and its bilinear weights (of 00, 01, 10, 11). */
static inline const float *fth_flow_place(const struct fth_flow_patch *p, const float flow[2],
                                          float weights[4])
{
    float low = FTH_FLOW_BORDER - FTH_FLOW_PATCH + 1;
    /* counted from the border's corner: positive, so that a cast rounds down */
    float px = fth_flow_limit((float)p->x + flow[0] + FTH_FLOW_BORDER, low,
                              (float)(p->width + FTH_FLOW_BORDER - 1));
    float py = fth_flow_limit((float)p->y + flow[1] + FTH_FLOW_BORDER, low,
                              (float)(p->height + FTH_FLOW_BORDER - 1));
    int32_t ix = (int32_t)px, iy = (int32_t)py;
    float fx = px - (float)ix, fy = py - (float)iy;
    weights[0] = (1 - fy) * (1 - fx);
    weights[1] = (1 - fy) * fx;
    weights[2] = fy * (1 - fx);
    weights[3] = fy * fx;
    return p->to + (iy - FTH_FLOW_BORDER) * p->to_stride + (ix - FTH_FLOW_BORDER);
}
#endif
