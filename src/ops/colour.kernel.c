/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of colour: luma and matrices. dst may be any of the sources. */
#include <string.h>

#include "ops/kernel.h"

/* Rec.709 weights */
void FTH_KERNEL(luma)(float *dst, const float *r, const float *g, const float *b, size_t n)
{
    FTH_EACH
    for (size_t i = 0; i < n; i++)
        dst[i] = 0.2126f * r[i] + 0.7152f * g[i] + 0.0722f * b[i];
}

/* (r, g, b) := matrix (r, g, b), matrix by rows */
void FTH_KERNEL(matrix)(float *restrict r, float *restrict g, float *restrict b,
                        const float *matrix, size_t n)
{
    float m[9];
    memcpy(m, matrix, sizeof(m));
    for (size_t i = 0; i < n; i++) {
        float x = r[i], y = g[i], z = b[i];
        r[i] = m[0] * x + m[1] * y + m[2] * z;
        g[i] = m[3] * x + m[4] * y + m[5] * z;
        b[i] = m[6] * x + m[7] * y + m[8] * z;
    }
}
