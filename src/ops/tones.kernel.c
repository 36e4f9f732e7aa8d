/* SPDX-License-Identifier: Apache-2.0 */
/* Tones moved zone by zone, and looked up in curves (docs/grading.md). dst may be src. */
#include "ops/kernel.h"
#include "ops/tones.h"

static inline float clamp01(float x)
{
    x = x > 0 ? x : 0;
    return x < 1 ? x : 1;
}

static inline float smoothstep01(float x)
{
    x = clamp01(x);
    return x * x * (3 - 2 * x);
}

void FTH_KERNEL(zones)(float *dst, const float *src, const struct fth_zones *zones, size_t n)
{
    const struct fth_zones z = *zones;
    FTH_EACH
    for (size_t i = 0; i < n; i++) {
        float low = smoothstep01((src[i] - z.low_from) * z.low_rate);
        float high = smoothstep01((src[i] - z.high_from) * z.high_rate);
        dst[i] = src[i] + (z.middle + (z.below * (1 - low) + z.above * high));
    }
}

/* What a pixel of brightness src is to be multiplied by. */
void FTH_KERNEL(tones)(float *dst, const float *src, const struct fth_tones *tones, size_t n)
{
    const struct fth_tones t = *tones;
    const float per_pivot = 1 / t.pivot, per_bend = 0.5f / t.bend, half = t.bend * 0.5f;
    FTH_EACH
    for (size_t i = 0; i < n; i++) {
        float x = src[i], dark = 1 - clamp01(x * per_pivot);
        float over = x - t.pivot;
        over = over > 0 ? over : 0;
        float ramp = over < t.bend ? over * over * per_bend : over - half;
        float divisor = x > t.pivot ? x : t.pivot;
        dst[i] = (1 + t.shadows * (dark * dark)) * (1 + t.highlights * (ramp / divisor));
    }
}

/* Picking out of a table does not vectorise; what comes before and after it does. */
enum { LOT = 64 };

static void look_up_lot(float *dst, const float *src, const struct fth_lookup *table, int n)
{
    const float low = table->low, high = table->high, rate = table->rate;
    const float low_slope = table->low_slope, high_slope = table->high_slope;
    float part[LOT], from[LOT], to[LOT];
    int32_t place[LOT];
    for (int i = 0; i < n; i++) {
        float x = src[i] > low ? src[i] : low; /* NaN counts as `low` */
        x = x < high ? x : high;
        float t = (x - low) * rate;
        t = t < FTH_LOOKUP_STEPS ? t : FTH_LOOKUP_STEPS;
        int32_t k = (int32_t)t;
        place[i] = k < FTH_LOOKUP_STEPS - 1 ? k : FTH_LOOKUP_STEPS - 1;
        part[i] = t - (float)place[i];
    }
    for (int i = 0; i < n; i++) {
        from[i] = table->values[place[i]];
        to[i] = table->values[place[i] + 1];
    }
    FTH_EACH
    for (int i = 0; i < n; i++) {
        float under = src[i] - low, over = src[i] - high;
        under = under < 0 ? under : 0;
        over = over > 0 ? over : 0;
        dst[i] = (from[i] + part[i] * (to[i] - from[i])) + (under * low_slope + over * high_slope);
    }
}

void FTH_KERNEL(look_up)(float *dst, const float *src, const struct fth_lookup *table, size_t n)
{
    size_t i = 0;
    for (; i + LOT <= n; i += LOT)
        look_up_lot(dst + i, src + i, table, LOT);
    look_up_lot(dst + i, src + i, table, (int)(n - i));
}
