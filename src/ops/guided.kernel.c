/* SPDX-License-Identifier: Apache-2.0 */
/* The equations of the guided filter, a pixel at a time, out of its window's means. Sums are taken
 * in doubles: variances are small differences of means. */
#include "ops/kernel.h"

/* rows: mean of the guide, of the map, of their product, of the guide's square. The first two
 * become a and b of map = a guide + b. */
void FTH_KERNEL(guided_grey)(float *const rows[4], double eps, size_t n)
{
    float *guide = rows[0], *map = rows[1];
    const float *product = rows[2], *square = rows[3];
    FTH_EACH
    for (size_t i = 0; i < n; i++) {
        double m = guide[i], p = map[i];
        double a = (product[i] - m * p) / (square[i] - m * m + eps);
        guide[i] = (float)a;
        map[i] = (float)(p - a * m);
    }
}

/* rows 0-2: means of the guide's channels; 3: of the map; 4-6: of each channel times the map; 7-12:
 * of the channels' products 00 01 02 11 12 22. Rows 0-3 become a (three) and b. The 3x3 system is
 * solved by its cofactors; eps > 0 keeps its determinant away from 0. */
void FTH_KERNEL(guided_colour)(float *const rows[13], double eps, size_t n)
{
    float *m0 = rows[0], *m1 = rows[1], *m2 = rows[2], *map = rows[3];
    const float *c0 = rows[4], *c1 = rows[5], *c2 = rows[6];
    const float *v00 = rows[7], *v01 = rows[8], *v02 = rows[9];
    const float *v11 = rows[10], *v12 = rows[11], *v22 = rows[12];
    FTH_EACH
    for (size_t i = 0; i < n; i++) {
        double x = m0[i], y = m1[i], z = m2[i], p = map[i];
        double a = v00[i] - x * x + eps, b = v01[i] - x * y, c = v02[i] - x * z;
        double d = v11[i] - y * y + eps, e = v12[i] - y * z, f = v22[i] - z * z + eps;
        double r0 = c0[i] - x * p, r1 = c1[i] - y * p, r2 = c2[i] - z * p;
        double i00 = d * f - e * e, i01 = c * e - b * f, i02 = b * e - c * d;
        double i11 = a * f - c * c, i12 = b * c - a * e, i22 = a * d - b * b;
        double scale = 1 / (a * i00 + b * i01 + c * i02);
        double k0 = (i00 * r0 + i01 * r1 + i02 * r2) * scale;
        double k1 = (i01 * r0 + i11 * r1 + i12 * r2) * scale;
        double k2 = (i02 * r0 + i12 * r1 + i22 * r2) * scale;
        m0[i] = (float)k0;
        m1[i] = (float)k1;
        m2[i] = (float)k2;
        map[i] = (float)(p - k0 * x - k1 * y - k2 * z);
    }
}

/* dst = the guide's channels times their coefficients, and the last of these. */
void FTH_KERNEL(guided_apply)(float *dst, const float *const coefficients[4],
                              const float *const guide[3], size_t n)
{
    const float *a = coefficients[0], *b = coefficients[1], *c = coefficients[2];
    const float *rest = coefficients[3], *x = guide[0], *y = guide[1], *z = guide[2];
    FTH_EACH
    for (size_t i = 0; i < n; i++)
        dst[i] = c[i] * z[i] + (b[i] * y[i] + (a[i] * x[i] + rest[i]));
}
