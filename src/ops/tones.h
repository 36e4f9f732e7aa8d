/* SPDX-License-Identifier: Apache-2.0 */
/* Changes of tone as numbers that the kernels of tones.kernel.c and hue.kernel.c read. */
#ifndef FTH_OPS_TONES_H
#define FTH_OPS_TONES_H

/* Shadows, midtones and highlights moved on their own: x + middle + below (1 - S(t)) + above S(u),
 * S = smoothstep, t = (x - low_from) low_rate, u = (x - high_from) high_rate, both within 0..1. */
struct fth_zones {
    float middle, below, above; /* the outer two are counted from the middle */
    float low_from, low_rate, high_from, high_rate;
};

/* What brightness is multiplied by: below the pivot 1 + shadows (1 - x / pivot)^2; above it x gets
 * highlights times a ramp that begins as a parabola of length `bend`. */
struct fth_tones {
    float pivot, shadows, highlights, bend;
};

/* A curve as a table of values at even steps from low to high, straight between them and beyond. */
enum { FTH_LOOKUP_STEPS = 1024 };

struct fth_lookup {
    float low, high, rate; /* steps per unit */
    float low_slope, high_slope;
    float values[FTH_LOOKUP_STEPS + 1];
};

#endif
