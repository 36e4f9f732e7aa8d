/* SPDX-License-Identifier: Apache-2.0 */
/* Point operations of depth maps and mattes, and changes of one row by numbers. dst may be src. */
#include "ops/kernel.h"
#include "ops/math.h"

#include <string.h>

/* NaN becomes `low`. */
static inline float clamp(float x, float low, float high)
{
    x = x > low ? x : low;
    return x < high ? x : high;
}

/* 3 x^2 - 2 x^3 over 0..1 */
static inline float smoothstep(float x)
{
    x = clamp(x, 0, 1);
    return x * x * (3 - 2 * x);
}

void FTH_KERNEL(clamp)(float *dst, const float *src, float low, float high, size_t n)
{
    FTH_EACH
    for (size_t i = 0; i < n; i++)
        dst[i] = clamp(src[i], low, high);
}

void FTH_KERNEL(invert)(float *dst, const float *src, size_t n)
{
    FTH_EACH
    for (size_t i = 0; i < n; i++)
        dst[i] = 1 - src[i];
}

/* scale x + offset */
void FTH_KERNEL(scale_offset)(float *dst, const float *src, float scale, float offset, size_t n)
{
    FTH_EACH
    for (size_t i = 0; i < n; i++)
        dst[i] = src[i] * scale + offset;
}

/* The same of three rows, each its own. dst[c] may be src[c], and overlaps no other. */
void FTH_KERNEL(scale_offset_three)(float *const dst[3], const float *const src[3],
                                    const float scale[3], const float offset[3], size_t n)
{
    const float *r = src[0], *g = src[1], *b = src[2];
    float *to_r = dst[0], *to_g = dst[1], *to_b = dst[2];
    const float s0 = scale[0], s1 = scale[1], s2 = scale[2];
    const float o0 = offset[0], o1 = offset[1], o2 = offset[2];
    FTH_EACH
    for (size_t i = 0; i < n; i++) {
        to_r[i] = r[i] * s0 + o0;
        to_g[i] = g[i] * s1 + o1;
        to_b[i] = b[i] * s2 + o2;
    }
}

/* (x - pivot) amount + pivot (6.13) */
void FTH_KERNEL(contrast)(float *dst, const float *src, float pivot, float amount, size_t n)
{
    FTH_EACH
    for (size_t i = 0; i < n; i++)
        dst[i] = (src[i] - pivot) * amount + pivot;
}

/* |x|^exponent with the sign of x, rounded nearly as exactly as can be: mattes (6.4: exponent
 * 1 / gamma), what networks see, curves of files. */
void FTH_KERNEL(power_exact)(float *dst, const float *src, float exponent, size_t n)
{
    if (exponent == 1) {
        FTH_EACH
        for (size_t i = 0; i < n; i++)
            dst[i] = src[i];
        return;
    }
    FTH_EACH
    for (size_t i = 0; i < n; i++)
        dst[i] = copysignf(fth_powf(fabsf(src[i]), exponent), src[i]);
}

/* clamp01((x - far) / (near - far))^(1 / gamma) (6.1; 6.3 with gamma 1). near <= far: a step, 1
 * above far, as the limit of ever steeper ramps. */
void FTH_KERNEL(levels)(float *dst, const float *src, float far, float near, float gamma, size_t n)
{
    float range = near - far, exponent = 1 / gamma;
    if (!(range > 0)) {
        FTH_EACH
        for (size_t i = 0; i < n; i++)
            dst[i] = src[i] > far ? 1 : 0;
        return;
    }
    if (gamma == 1) {
        FTH_EACH
        for (size_t i = 0; i < n; i++)
            dst[i] = clamp((src[i] - far) / range, 0, 1);
        return;
    }
    FTH_EACH
    for (size_t i = 0; i < n; i++)
        dst[i] = fth_powf(clamp((src[i] - far) / range, 0, 1), exponent);
}

/* A slab around `target` (6.2): 1 within `tolerance`, falling to 0 over `softness`. */
void FTH_KERNEL(isolate)(float *dst, const float *src, float target, float tolerance,
                         float softness, size_t n)
{
    if (!(softness > 0)) {
        FTH_EACH
        for (size_t i = 0; i < n; i++)
            dst[i] = fabsf(src[i] - target) <= tolerance ? 1 : 0;
        return;
    }
    softness = softness > 1e-6f ? softness : 1e-6f;
    FTH_EACH
    for (size_t i = 0; i < n; i++)
        dst[i] = 1 - smoothstep((fabsf(src[i] - target) - tolerance) / softness);
}

/* Subject Lift: people (m, the subject plane) move to a band of their own in front of the scene:
 * d' = (1 - L) d + L (.8 d (1 - k) + k (.8 + .06 m + .14 d S((m - .8) / .2))), k = S(m / .1). */
void FTH_KERNEL(subject_lift)(float *dst, const float *d, const float *m, float lift, size_t n)
{
    FTH_EACH
    for (size_t i = 0; i < n; i++) {
        float k = smoothstep(m[i] / 0.1f), core = smoothstep((m[i] - 0.8f) / 0.2f);
        float band = 0.8f + 0.06f * m[i] + 0.14f * d[i] * core;
        dst[i] = (1 - lift) * d[i] + lift * (0.8f * d[i] * (1 - k) + k * band);
    }
}

/* Semi-transparent choke (6.4), -.999 <= amount <= .999; 0 and 1 stay. */
void FTH_KERNEL(choke)(float *dst, const float *src, float amount, size_t n)
{
    float room = 1 - fabsf(amount);
    if (amount >= 0) {
        FTH_EACH
        for (size_t i = 0; i < n; i++)
            dst[i] = src[i] / room < 1 ? src[i] / room : 1;
        return;
    }
    FTH_EACH
    for (size_t i = 0; i < n; i++)
        dst[i] = (src[i] + amount) / room > 0 ? (src[i] + amount) / room : 0;
}

/* What is in front alone: what is left of pixel `p` when the share of what is behind, `b`, is taken
 * out. Where alpha is small that says little, and divides by no less than a sixteenth. */
static inline float unmixed(float p, float b, float a)
{
    float own = (p - (1 - a) * b) / (a > 0.0625f ? a : 0.0625f);
    float most = p > b ? p : b;
    most = most > 1 ? most : 1;
    own = own > 0 ? own < most ? own : most : 0;
    return a > 0 && a < 1 ? own : p;
}

/* `amount` of the way from the picture to what is in front alone. Most pixels are one or the other
 * alone, and what is behind need not be read. */
void FTH_KERNEL(unmix)(float *dst, const float *p, const float *b, const float *a, float amount,
                       size_t n)
{
    enum { PIECE = 64 };
    for (size_t from = 0; from < n; from += PIECE) {
        size_t end = n - from < PIECE ? n : from + PIECE;
        int32_t mixed = 0;
        for (size_t i = from; i < end; i++)
            mixed |= (a[i] > 0) & (a[i] < 1);
        if (!mixed) {
            if (dst != p)
                memcpy(dst + from, p + from, (end - from) * sizeof(*dst));
            continue;
        }
        FTH_EACH
        for (size_t i = from; i < end; i++)
            dst[i] =
                a[i] > 0 && a[i] < 1 ? p[i] + amount * (unmixed(p[i], b[i], a[i]) - p[i]) : p[i];
    }
}

/* rows: picture, alpha, how far the picture is to be believed, the colours in front and behind as
 * they are around. What is in front alone is believed as far as that and as alpha go. */
void FTH_KERNEL(clean_edge)(float *dst, const float *const rows[5], float amount, size_t n)
{
    const float *p = rows[0], *a = rows[1], *trust = rows[2], *front = rows[3], *back = rows[4];
    FTH_EACH
    for (size_t i = 0; i < n; i++) {
        float believed = clamp(trust[i] * a[i], 0, 1);
        float clean = front[i] + believed * (unmixed(p[i], back[i], a[i]) - front[i]);
        dst[i] = a[i] > 0 && believed < 1 ? p[i] + amount * (clean - p[i]) : p[i];
    }
}
