/* SPDX-License-Identifier: Apache-2.0 */
/* Transfer curves as numbers that the kernels of curves.kernel.c read. All keep going beyond 0 and
 * 1, so that what lies outside survives a round trip. */
#ifndef FTH_OPS_CURVES_H
#define FTH_OPS_CURVES_H

/* A log curve with a line below its cut: code = slope log2(scale L + shift) + offset where L > cut,
 * else line_slope L + line_offset; the shift is 0 or 1. The inverse has log2(scale L + shift) =
 * code rate + (whole + rest), the rate in two parts of which the first has 12 bits, so that the
 * whole of the product with a code is exact. */
struct fth_log_curve {
    float scale, shift, slope, offset, cut;
    float line_slope, line_offset;
    float code_cut, code_top; /* above the top codes count as it: 2^120 */
    float rate, rate_high, rate_low, whole, rest;
    float unscale, line_unslope;
};

/* A power with a line below its cut, mirrored about 0: code = outer |L|^encode - inner, and
 * L = (scale |code| + shift)^decode. A cut below 0 is none: kernel `power` does it. */
struct fth_gamma_curve {
    float outer, inner, encode, cut, line_slope;
    float scale, shift, decode, code_cut, line_unslope;
};

/* See kernel `shoulder`. */
struct fth_shoulder {
    float knee, room, bend, top;
};

#endif
