/* SPDX-License-Identifier: Apache-2.0 */
/* Each colour space's curve is a kernel. */
#include "colour/curves.h"

#include "ops/kernels.h"

void fth_curve_decode(enum fth_colour_space space, float *dst, const float *src, size_t n)
{
    const struct fth_kernels *kernels = fth_kernels();
    if (space == FTH_COLOUR_SRGB)
        kernels->srgb_decode(dst, src, n);
    else
        kernels->power_exact(dst, src, space == FTH_COLOUR_REC709_GAMMA24 ? 2.4f : 1.0f, n);
}

void fth_curve_encode(enum fth_colour_space space, float *dst, const float *src, size_t n)
{
    const struct fth_kernels *kernels = fth_kernels();
    if (space == FTH_COLOUR_SRGB)
        kernels->srgb_encode(dst, src, n);
    else
        kernels->power_exact(dst, src, space == FTH_COLOUR_REC709_GAMMA24 ? 1 / 2.4f : 1.0f, n);
}
