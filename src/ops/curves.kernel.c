/* SPDX-License-Identifier: Apache-2.0 */
/* Transfer curves by their numbers, in floats to about 1e-6 of the light they stand for; colours
 * and lights that a narrower space cannot hold brought into it. dst may be src. */
#include "ops/curves.h"
#include "ops/kernel.h"
#include "ops/math.h"

/* log2 m for m in [sqrt(1/2), sqrt(2)) to 1.5e-7 of itself: (m - 1) times a polynomial (minimax,
 * 3e-8), in halves that need not wait for each other. */
static inline float log2_near(float m)
{
    float r = m - 1, r2 = r * r, r4 = r2 * r2;
    float low = (1.44269502f - 0.721347332f * r) + r2 * (0.480910629f - 0.360703647f * r);
    float high = (0.287916213f - 0.238945335f * r) + r2 * (0.215716541f - 0.207266569f * r);
    return r * (low + r4 * (high + r4 * 0.125830531f));
}

/* x = m 2^power with m in [sqrt(1/2), sqrt(2)), x positive and normal */
static inline float split(float x, float *power)
{
    uint32_t bits = fth_float_bits(x);
    int32_t exponent = (int32_t)((bits + (0x3f800000 - 0x3f3504f3)) >> 23) - 127;
    *power = (float)exponent;
    return fth_float_from_bits(bits - ((uint32_t)exponent << 23));
}

/* 2^f - 1 for |f| <= 1/2, to 1e-8 */
static inline float exp2_less_1(float f)
{
    float f2 = f * f;
    float q = (0.693147242f + 0.240222409f * f) + f2 * (0.0555031002f + 0.00967160612f * f) +
              f2 * f2 * 0.00134068402f;
    return f * q;
}

static inline float two_to(float k)
{
    return fth_float_from_bits((uint32_t)((int32_t)k + 127) << 23);
}

/* An exponent in two parts: times a whole number the first is exact. */
struct exponent {
    float whole, high, low;
};

static inline struct exponent exponent_of(float y)
{
    float high = fth_float_from_bits(fth_float_bits(y) & 0xfffff000);
    return (struct exponent){y, high, y - high};
}

/* x^y to 1e-6 of itself for x >= 0 (the power of power.kernel.c, without its tables, so that it
 * vectorises within a curve); NaN and infinity stay. */
static inline float power_near(float x, struct exponent y)
{
    float power, l = log2_near(split(x, &power));
    float exact = y.high * power, rest = y.low * power + y.whole * l, t = exact + rest;
    t = t > -126 ? t : -126;
    t = t < 127 ? t : 127;
    float k = (t + 12582912.0f) - 12582912.0f; /* 1.5 2^23: nearest whole number */
    float f = (exact - k) + rest;
    f = f > -1 ? f : -1;
    f = f < 1 ? f : 1;
    float result = (1 + exp2_less_1(f)) * two_to(k);
    result = x < 0x1p-126f ? 0 : result;
    return x < INFINITY ? result : x;
}

void FTH_KERNEL(log_decode)(float *dst, const float *src, const struct fth_log_curve *curve,
                            size_t n)
{
    const struct fth_log_curve c = *curve;
    FTH_EACH
    for (size_t i = 0; i < n; i++) {
        float code = src[i], v = code > c.code_cut ? code : c.code_cut;
        v = v < c.code_top ? v : c.code_top;
        float high = fth_float_from_bits(fth_float_bits(v) & 0xfffff000), low = v - high;
        float k = ((v * c.rate + c.rest) + 12582912.0f) - 12582912.0f; /* nearest whole number */
        float f = (high * c.rate_high - k) + (low * c.rate + high * c.rate_low + c.rest);
        float scale = two_to(k + c.whole);
        float curved = (scale * exp2_less_1(f) + (scale - c.shift)) * c.unscale;
        float line = (code - c.line_offset) * c.line_unslope;
        dst[i] = code > c.code_cut ? curved : line;
    }
}

void FTH_KERNEL(log_encode)(float *dst, const float *src, const struct fth_log_curve *curve,
                            size_t n)
{
    const struct fth_log_curve c = *curve;
    FTH_EACH
    for (size_t i = 0; i < n; i++) {
        float light = src[i], u = (light > c.cut ? light : c.cut) * c.scale + c.shift;
        float power, l = log2_near(split(u, &power));
        float curved = c.slope * power + (c.slope * l + c.offset);
        float line = light * c.line_slope + c.line_offset;
        dst[i] = light > c.cut ? curved : line;
    }
}

void FTH_KERNEL(gamma_decode)(float *dst, const float *src, const struct fth_gamma_curve *curve,
                              size_t n)
{
    const struct fth_gamma_curve c = *curve;
    const struct exponent exponent = exponent_of(c.decode);
    FTH_EACH
    for (size_t i = 0; i < n; i++) {
        float v = fabsf(src[i]), curved = power_near(v * c.scale + c.shift, exponent);
        dst[i] = copysignf(v <= c.code_cut ? v * c.line_unslope : curved, src[i]);
    }
}

void FTH_KERNEL(gamma_encode)(float *dst, const float *src, const struct fth_gamma_curve *curve,
                              size_t n)
{
    const struct fth_gamma_curve c = *curve;
    const struct exponent exponent = exponent_of(c.encode);
    FTH_EACH
    for (size_t i = 0; i < n; i++) {
        float l = fabsf(src[i]), curved = c.outer * power_near(l, exponent) - c.inner;
        dst[i] = copysignf(l <= c.cut ? l * c.line_slope : curved, src[i]);
    }
}

/* Colours that have a part below 0 are drawn towards the grey of their luma (weights) until that
 * part is 0: brightness and the direction of the colour stay. What has none stays to the bit. */
void FTH_KERNEL(draw_in)(float *restrict r, float *restrict g, float *restrict b,
                         const float *weights, size_t n)
{
    float wr = weights[0], wg = weights[1], wb = weights[2];
    for (size_t i = 0; i < n; i++) {
        float x = r[i], y = g[i], z = b[i], least = x < y ? x : y;
        least = least < z ? least : z;
        float luma = wr * x + wg * y + wb * z;
        luma = luma > 0 ? luma : 0;
        float share = least < 0 ? luma / (luma - least) : 1, grey = luma * (1 - share);
        bool inside = !(least < 0);
        float rx = x * share + grey, ry = y * share + grey, rz = z * share + grey;
        r[i] = inside ? x : (rx > 0 ? rx : 0);
        g[i] = inside ? y : (ry > 0 ? ry : 0);
        b[i] = inside ? z : (rz > 0 ? rz : 0);
    }
}

/* Where the largest of the three is above the knee all are scaled so that it becomes
 * knee + room ln(1 + bend t) / bend, t = (it - knee) / room up to the top: slope 1 at the knee, and
 * above it as many steps for each doubling. Below the knee all stays to the bit. */
void FTH_KERNEL(shoulder)(float *restrict r, float *restrict g, float *restrict b,
                          const struct fth_shoulder *shoulder, size_t n)
{
    const struct fth_shoulder s = *shoulder;
    float to_t = s.bend / s.room, from_log = 0.693147181f * s.room / s.bend;
    for (size_t i = 0; i < n; i++) {
        float x = r[i], y = g[i], z = b[i], most = x > y ? x : y;
        most = most > z ? most : z;
        float over = most > s.knee ? most - s.knee : 0;
        over = over < s.top ? over : s.top;
        float u = over * to_t + 1;
        float power, l = log2_near(split(u, &power)), to = s.knee + from_log * (power + l);
        float share = most > s.knee ? to / most : 1;
        r[i] = x * share;
        g[i] = y * share;
        b[i] = z * share;
    }
}
