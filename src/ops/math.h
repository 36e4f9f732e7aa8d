/* SPDX-License-Identifier: Apache-2.0 */
/* exp, log, pow, sin and cos that give the same bytes on every machine: libm picks variants by CPU.
 * The float functions work in doubles without tables or branches, so that loops over them
 * vectorise, denormals are ordinary numbers, and the result is nearly always correctly rounded. */
#ifndef FTH_OPS_MATH_H
#define FTH_OPS_MATH_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static inline uint64_t fth_bits_of(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof(bits));
    return bits;
}

static inline double fth_from_bits(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof(x));
    return x;
}

/* x = m 2^e with m in [sqrt(1/2), sqrt(2)); x positive, normal and finite (others: any m, e). */
static inline double fth_split_exponent(double x, double *e)
{
    uint64_t bits = fth_bits_of(x);
    uint64_t biased = (bits + (UINT64_C(0x3ff0000000000000) - UINT64_C(0x3fe6a09e667f3bcd))) >> 52;
    /* the integer becomes a double by way of the mantissa of 2^52: SSE2 has no other conversion */
    *e = fth_from_bits(biased | UINT64_C(0x4330000000000000)) - (4503599627370496.0 + 1023);
    return fth_from_bits(bits - (biased << 52) + (UINT64_C(1023) << 52));
}

/* 2^k for whole k, |k| <= 1000 (others: any value). */
static inline double fth_two_to(double k)
{
    /* 1.5 2^52 + 1023: the sum's low bits are the biased exponent */
    return fth_from_bits(fth_bits_of(k + (6755399441055744.0 + 1023)) << 52);
}

/* Nearest whole number, |x| < 2^51. */
static inline double fth_round_even(double x)
{
    return (x + 6755399441055744.0) - 6755399441055744.0;
}

/* log2 for positive, normal, finite x to 3e-11: log m = 2 atanh((m - 1) / (m + 1)), whose series
 * ends with s^13 / 13, |s| <= .172. */
static inline double fth_log2_core(double x)
{
    double e, m = fth_split_exponent(x, &e);
    double s = (m - 1) / (m + 1), z = s * s;
    double series = 1.0 / 11;
    series = series * z + 1.0 / 9;
    series = series * z + 1.0 / 7;
    series = series * z + 1.0 / 5;
    series = series * z + 1.0 / 3;
    series = series * z + 1.0;
    return e + s * (series * 2.8853900817779268); /* 2 / ln 2 */
}

/* 2^t, |t| <= 1000, relative error 1e-11: Taylor of e^(f ln 2), |f| <= 1/2, to the ninth power. */
static inline double fth_exp2_core(double t)
{
    double k = fth_round_even(t), r = (t - k) * 0.69314718055994531;
    double p = 1.0 / 362880;
    p = p * r + 1.0 / 40320;
    p = p * r + 1.0 / 5040;
    p = p * r + 1.0 / 720;
    p = p * r + 1.0 / 120;
    p = p * r + 1.0 / 24;
    p = p * r + 1.0 / 6;
    p = p * r + 0.5;
    p = p * r + 1.0;
    return (p * r + 1.0) * fth_two_to(k);
}

/* Keeps t where 2^t as a float is neither 0 nor infinity for other reasons than t; NaN stays. */
static inline double fth_limit_exponent(double t)
{
    t = t < -200 ? -200 : t;
    return t > 200 ? 200 : t;
}

static inline float fth_exp2f(float x)
{
    return (float)fth_exp2_core(fth_limit_exponent(x));
}

static inline float fth_expf(float x)
{
    return (float)fth_exp2_core(fth_limit_exponent((double)x * 1.4426950408889634));
}

/* log2(0) = -inf; below 0 and NaN: NaN. */
static inline double fth_log2_any(float x)
{
    double result = fth_log2_core(x);
    result = x == 0 ? -(double)INFINITY : result;
    result = x > 3.402823466e38f ? (double)INFINITY : result;
    return x >= 0 ? result : (double)NAN;
}

static inline float fth_log2f(float x)
{
    return (float)fth_log2_any(x);
}

static inline float fth_logf(float x)
{
    return (float)(fth_log2_any(x) * 0.69314718055994531);
}

/* x^y with pow(0, y > 0) = 0 and pow(1, y) = 1 exactly; x below 0 or NaN gives NaN. */
static inline float fth_powf(float x, float y)
{
    double log = fth_log2_core(x);
    log = x == 0 ? -1e30 : log; /* as good as infinite, and times y = 0 it is 0 */
    log = x > 3.402823466e38f ? 1e30 : log;
    float result = (float)fth_exp2_core(fth_limit_exponent((double)y * log));
    return x >= 0 ? result : NAN;
}

static inline uint32_t fth_float_bits(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof(bits));
    return bits;
}

static inline float fth_float_from_bits(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof(x));
    return x;
}

/* a b + c, rounded once. Without a machine's own step for it the sum of doubles, of which the
 * product is exact, is rounded to the odd one of its two neighbours: then rounding it again to a
 * float finds no tie that is none (Boldo and Melquiond, 2008). */
static inline float fth_fmaf(float a, float b, float c)
{
#if defined(__FMA__) || defined(__ARM_FEATURE_FMA)
    return __builtin_fmaf(a, b, c);
#else
    double product = (double)a * b, sum = product + c, c_in_sum = sum - product;
    double missing = (product - (sum - c_in_sum)) + (c - c_in_sum);
    uint64_t bits = fth_bits_of(sum), away = bits + ((missing > 0) == (sum > 0) ? 1 : -1);
    bool to_odd = (missing < 0 || missing > 0) && !(bits & 1); /* endless sums miss no number */
    return (float)fth_from_bits(to_odd ? away : bits);
#endif
}

/* e^x to a few units in the last place, for constants; 0 below -700, limited above 700. */
static inline double fth_exp(double x)
{
    if (x < -700)
        return 0;
    x = x > 700 ? 700 : x;
    double k = fth_round_even(x * 1.4426950408889634);
    /* ln 2 in two parts: k times the first, which ends in zeros, is exact */
    double r = (x - k * 0.6931471803691238) - k * 1.9082149292705877e-10;
    double p = 1;
    for (int i = 14; i > 0; i--)
        p = p * r / i + 1;
    return p * fth_two_to(k);
}

/* cos(x - quarter_turns pi/2) to 1e-15, for constants, |x| <= 1e5. */
static inline double fth_cos_turned(double x, double quarter_turns)
{
    double k = fth_round_even(x * 0.63661977236758134), p = 1;
    double r = (x - k * 1.5707963267341256) - k * 6.077100506506192e-11;
    int quadrant = (int)(k - quarter_turns) & 3;
    if (quadrant & 1) {
        for (int i = 20; i > 0; i -= 2)
            p = 1 - p * r * r / (i * (i + 1));
        p *= r;
    } else {
        for (int i = 20; i > 0; i -= 2)
            p = 1 - p * r * r / (i * (i - 1));
    }
    return quadrant == 1 || quadrant == 2 ? -p : p;
}

static inline double fth_cos(double x)
{
    return fth_cos_turned(x, 0);
}

static inline double fth_sin(double x)
{
    return fth_cos_turned(x, 1);
}
#endif
