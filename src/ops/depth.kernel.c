/* SPDX-License-Identifier: Apache-2.0 */
/* Ways to store depth (FORMULAS 6.11), out of nearness d: 1/Z = far_inverse + d span, 1 = near. */
#include "ops/kernel.h"
#include "ops/math.h"

/* (Z - near) / (far - near): 0 is near. Z outside near..far keeps its value beyond 0..1. */
void FTH_KERNEL(depth_linear)(float *dst, const float *d, float far_inverse, float span, float near,
                              float far, size_t n)
{
    float scale = 1 / (far - near);
    for (size_t i = 0; i < n; i++) {
        float inverse = far_inverse + span * d[i];
        /* nothing is farther than 1e9: an inverse distance of 0 or less is that far */
        float z = inverse > 1e-9f ? 1 / inverse : 1e9f;
        dst[i] = (z - near) * scale;
    }
}

/* ln(Z / near) / ln(far / near): 0 is near. */
void FTH_KERNEL(depth_log)(float *dst, const float *d, float far_inverse, float span, float near,
                           float far, size_t n)
{
    float scale = 1 / fth_logf(far / near);
    for (size_t i = 0; i < n; i++) {
        float inverse = far_inverse + span * d[i];
        float z = inverse > 1e-9f ? 1 / inverse : 1e9f;
        dst[i] = fth_logf(z / near) * scale;
    }
}
