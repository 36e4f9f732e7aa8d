/* SPDX-License-Identifier: Apache-2.0 */
/* Warping by a flow, and rows of the flow's variational refinement. */
#include <math.h>

#include "ops/kernel.h"
#include "ops/math.h"

/* a /= weight, b /= weight */
void FTH_KERNEL(divide_two)(float *restrict a, float *restrict b, const float *restrict weight,
                            size_t n)
{
    FTH_EACH
    for (size_t i = 0; i < n; i++) {
        a[i] /= weight[i];
        b[i] /= weight[i];
    }
}

/* Bilinear samples of src at (mx, my), the edge pixel going on outside; size: width, height. */
void FTH_KERNEL(remap)(float *restrict dst, const float *restrict mx, const float *restrict my,
                       const float *restrict src, ptrdiff_t stride, const int32_t size[2], size_t n)
{
    float right = (float)(size[0] - 1), bottom = (float)(size[1] - 1);
    int32_t last_x = size[0] - 1, last_y = size[1] - 1;
    for (size_t i = 0; i < n; i++) {
        float x = mx[i] > 0 ? mx[i] : 0; /* NaN becomes 0 too */
        float y = my[i] > 0 ? my[i] : 0;
        x = x < right ? x : right;
        y = y < bottom ? y : bottom;
        int32_t x0 = (int32_t)x, y0 = (int32_t)y;
        int32_t x1 = x0 < last_x ? x0 + 1 : last_x, y1 = y0 < last_y ? y0 + 1 : last_y;
        float fx = x - (float)x0, fy = y - (float)y0;
        const float *above = src + y0 * stride, *below = src + y1 * stride;
        float a = above[x0] + fx * (above[x1] - above[x0]);
        float b = below[x0] + fx * (below[x1] - below[x0]);
        dst[i] = a + fy * (b - a);
    }
}

/* Sobel gradients of the middle of three rows, mirrored at the ends; n >= 2. */
void FTH_KERNEL(sobel)(float *restrict gx, float *restrict gy, const float *const rows[3], size_t n)
{
    const float *a = rows[0], *b = rows[1], *c = rows[2];
    gx[0] = gx[n - 1] = 0;
    gy[0] = 2 * (c[0] - a[0]) + 2 * (c[1] - a[1]);
    gy[n - 1] = 2 * (c[n - 1] - a[n - 1]) + 2 * (c[n - 2] - a[n - 2]);
    for (size_t x = 1; x + 1 < n; x++) {
        gx[x] = (a[x + 1] - a[x - 1]) + 2 * (b[x + 1] - b[x - 1]) + (c[x + 1] - c[x - 1]);
        gy[x] = (c[x - 1] - a[x - 1]) + 2 * (c[x] - a[x]) + (c[x + 1] - a[x + 1]);
    }
}

/* wrong := exp(-(wrong scale)^2), or 0 where the position is not in a picture of that size */
void FTH_KERNEL(flow_belief)(float *restrict wrong, const float *restrict mx,
                             const float *restrict my, float scale, const int32_t size[2])
{
    float right = (float)size[0], bottom = (float)size[1];
    FTH_EACH
    for (int32_t x = 0; x < size[0]; x++) {
        float e = wrong[x] * scale;
        bool inside = (mx[x] > -1) & (mx[x] < right) & (my[x] > -1) & (my[x] < bottom);
        wrong[x] = inside ? fth_expf(-e * e) : 0;
    }
}

/* sure *= exp(-(miss scale)^2); what is farther off than 8 counts as 8 */
void FTH_KERNEL(flow_doubt)(float *restrict sure, const float *restrict miss, float scale, size_t n)
{
    FTH_EACH
    for (size_t x = 0; x < n; x++) {
        float off = miss[x] * scale;
        off = off < 8 ? off : 8;
        sure[x] *= fth_expf(-off * off);
    }
}

/* |flow + back where it leads to| in row y of a picture of size[0] x size[1]; -1 where that is more
 * than half a pixel outside. */
void FTH_KERNEL(flow_mismatch)(float *restrict dst, const float *restrict u,
                               const float *restrict v, int32_t y,
                               const struct fth_flow_field *back, const int32_t size[2])
{
    float right = (float)(size[0] - 1), bottom = (float)(size[1] - 1), row = (float)y;
    int32_t last_x = size[0] - 1, last_y = size[1] - 1;
    const float *restrict bu = back->u, *restrict bv = back->v;
    ptrdiff_t u_stride = back->u_stride, v_stride = back->v_stride;
    FTH_EACH
    for (int32_t i = 0; i < size[0]; i++) {
        float tx = (float)i + u[i], ty = row + v[i];
        float px = tx > 0 ? tx : 0, py = ty > 0 ? ty : 0; /* NaN becomes 0 too */
        px = px < right ? px : right;
        py = py < bottom ? py : bottom;
        int32_t x0 = (int32_t)px, y0 = (int32_t)py;
        int32_t x1 = x0 < last_x ? x0 + 1 : last_x, y1 = y0 < last_y ? y0 + 1 : last_y;
        float fx = px - (float)x0, fy = py - (float)y0;
        float a = bu[y0 * u_stride + x0], b = bu[y0 * u_stride + x1];
        float c = bu[y1 * u_stride + x0], d = bu[y1 * u_stride + x1];
        float above = a + fx * (b - a), below = c + fx * (d - c);
        float du = u[i] + (above + fy * (below - above));
        a = bv[y0 * v_stride + x0], b = bv[y0 * v_stride + x1];
        c = bv[y1 * v_stride + x0], d = bv[y1 * v_stride + x1];
        above = a + fx * (b - a), below = c + fx * (d - c);
        float dv = v[i] + (above + fy * (below - above));
        float length = sqrtf(du * du + dv * dv);
        dst[i] = fabsf(tx - px) <= 0.5f && fabsf(ty - py) <= 0.5f ? length : -1;
    }
}

/* dst = (a - b) * scale */
void FTH_KERNEL(difference)(float *dst, const float *a, const float *b, float scale, size_t n)
{
    for (size_t i = 0; i < n; i++)
        dst[i] = (a[i] - b[i]) * scale;
}

/* ---- variational refinement: rows of one colour of the checkerboard */

/* rows p, q, r, all divided by sqrt(p^2 + q^2 + zeta2), in place */
void FTH_KERNEL(refine_normalise)(float *restrict p, float *restrict q, float *restrict r,
                                  float zeta2, size_t n)
{
    FTH_EACH
    for (size_t i = 0; i < n; i++) {
        float s = 1.0f / sqrtf(p[i] * p[i] + q[i] * q[i] + zeta2);
        p[i] *= s;
        q[i] *= s;
        r[i] *= s;
    }
}

/* Weight of the smoothness term, alpha2 / sqrt(|grad u|^2 + |grad v|^2 + eps2).
 * flow: u, v, u right, v right, u below, v below */
void FTH_KERNEL(refine_weight)(float *restrict weight, const float *const flow[6], float alpha2,
                               float eps2, size_t n)
{
    const float *u = flow[0], *v = flow[1], *ur = flow[2], *vr = flow[3];
    const float *ub = flow[4], *vb = flow[5];
    FTH_EACH
    for (size_t i = 0; i < n; i++) {
        float ux = ur[i] - u[i], vx = vr[i] - v[i], uy = ub[i] - u[i], vy = vb[i] - v[i];
        weight[i] = alpha2 / sqrtf(ux * ux + vx * vx + uy * uy + vy * vy + eps2);
    }
}

/* The linear system of every pixel. out: 1/a11, a12, 1/a22, b1, b2. in: nine normalised
 * derivatives, u, v, u and v at the start, weights here, of the left and of the pixel above.
 * constants: delta / 2, gamma / 2, zeta^2, epsilon^2, and how many of right and below exist. */
void FTH_KERNEL(refine_system)(float *const out[5], const float *const in[16],
                               const float constants[5], size_t n)
{
    float *restrict i11 = out[0], *restrict a12 = out[1], *restrict i22 = out[2];
    float *restrict b1 = out[3], *restrict b2 = out[4];
    const float *px = in[0], *py = in[1], *pz = in[2], *xx = in[3], *xy = in[4], *xz = in[5];
    const float *yx = in[6], *yy = in[7], *yz = in[8], *u = in[9], *v = in[10];
    const float *u0 = in[11], *v0 = in[12], *w = in[13], *wl = in[14], *wu = in[15];
    float delta2 = constants[0], gamma2 = constants[1], zeta2 = constants[2], eps2 = constants[3];
    float ahead = constants[4];
    FTH_EACH
    for (size_t i = 0; i < n; i++) {
        float d = pz[i] + px[i] * u[i] + py[i] * v[i];
        float dx = xz[i] + xx[i] * u[i] + xy[i] * v[i];
        float dy = yz[i] + yx[i] * u[i] + yy[i] * v[i];
        float c = delta2 / sqrtf(d * d + eps2);
        float g = gamma2 / sqrtf(dx * dx + dy * dy + eps2);
        float around = w[i] * ahead + wl[i] + wu[i] + zeta2;
        i11[i] = 1.0f / (c * px[i] * px[i] + g * (xx[i] * xx[i] + yx[i] * yx[i]) + around);
        i22[i] = 1.0f / (c * py[i] * py[i] + g * (xy[i] * xy[i] + yy[i] * yy[i]) + around);
        a12[i] = c * px[i] * py[i] + g * (xx[i] * xy[i] + yx[i] * yy[i]);
        b1[i] = zeta2 * u0[i] - c * px[i] * pz[i] - g * (xx[i] * xz[i] + yx[i] * yz[i]);
        b2[i] = zeta2 * v0[i] - c * py[i] * pz[i] - g * (xy[i] * xz[i] + yy[i] * yz[i]);
    }
}

/* One over-relaxed step. near: u and v right (left is one before), above, below: 6 rows.
 * weights: here, left, above. system: as refine_system's out. */
void FTH_KERNEL(refine_relax)(float *restrict u, float *restrict v, const float *const around[6],
                              const float *const weights[3], float *const system[5], size_t n)
{
    const float *ur = around[0], *vr = around[1], *ua = around[2], *va = around[3];
    const float *ub = around[4], *vb = around[5];
    const float *w = weights[0], *wl = weights[1], *wa = weights[2];
    const float *i11 = system[0], *a12 = system[1], *i22 = system[2];
    const float *b1 = system[3], *b2 = system[4];
    const float omega = 1.6f;
    FTH_EACH
    for (size_t i = 0; i < n; i++) {
        float su = wl[i] * ur[(ptrdiff_t)i - 1] + w[i] * (ur[i] + ub[i]) + wa[i] * ua[i];
        float sv = wl[i] * vr[(ptrdiff_t)i - 1] + w[i] * (vr[i] + vb[i]) + wa[i] * va[i];
        float nu = u[i] + omega * ((su + b1[i] - v[i] * a12[i]) * i11[i] - u[i]);
        v[i] += omega * ((sv + b2[i] - nu * a12[i]) * i22[i] - v[i]);
        u[i] = nu;
    }
}
