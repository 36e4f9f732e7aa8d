/* SPDX-License-Identifier: Apache-2.0 */
/* x^y in floats by tables of sixteen: several times as quick as fth_powf and right to 1e-6 of
 * itself. Tables this small fit a register, which power.kernel.c makes use of; what it does with
 * whole registers is what fth_pow_near does here, step by step. */
#ifndef FTH_OPS_POWER_H
#define FTH_OPS_POWER_H

#include "ops/math.h"

/* For a = 1 + i / 16: 1 / a; and the log2 of what that is the inverse of, less i / 16. */
static const float fth_pow_inverse[16] = {
    1.0f, 0.941176474f, 0.888888896f, 0.842105269f, 0.800000012f, 0.761904776f, 0.727272749f,
    0.695652187f, 0.666666687f, 0.639999986f, 0.615384638f, 0.592592597f, 0.571428597f,
    0.551724136f, 0.533333361f, 0.516129017f};
static const float fth_pow_log_low[16] = {
    0.0f, 0.024962835f, 0.0449249893f, 0.0604275018f, 0.0719280764f, 0.0798173994f,
    0.0844315737f, 0.0860619321f, 0.0849624574f, 0.0813562199f, 0.0754396617f, 0.0673874915f,
    0.0573548563f, 0.0454810001f, 0.031890519f, 0.0166963525f};
/* The bits of 2^(i / 16), less i 2^19: what i itself adds to the bits of a sixteenth's count. */
static const uint32_t fth_pow_two_to[16] = {
    0x3f800000, 0x3f7daac3, 0x3f7b95c2, 0x3f79c3d3, 0x3f7837f0, 0x3f76f532, 0x3f75fed7,
    0x3f75583f, 0x3f7504f3, 0x3f7508a4, 0x3f75672a, 0x3f76248c, 0x3f7744fd, 0x3f78ccdf,
    0x3f7ac0c7, 0x3f7d257d};

#define FTH_POW_ONE 0x3f800000u   /* 1 */
#define FTH_POW_HALF 0x00040000u  /* half the way from one a to the next */
#define FTH_POW_LEAST -0x1.f80002p6f /* just below -126 */
#define FTH_POW_ROUND 786432.0f   /* 1.5 2^19: added, the sum's last bits count sixteenths */
/* log2(1 + r) = r (...), |r| <= 1/31, to 1e-7; 2^f = 1 + f (...), |f| <= 1/32, to 3e-9. */
#define FTH_POW_LOG_1 1.44269526f
#define FTH_POW_LOG_2 -0.721607149f
#define FTH_POW_LOG_3 0.480326355f
#define FTH_POW_EXP_1 0.693147182f
#define FTH_POW_EXP_2 0.240233555f
#define FTH_POW_EXP_3 0.0555050857f

/* x^y to 1e-6 of itself; x >= 0 or NaN, which stays; 0 < y <= 10. 0, 1 and infinity are exact. What
 * is below 2^-126, x or the result, counts as 0, what is above 2^127 as infinite. */
static inline float fth_pow_near(float x, float y)
{
    uint32_t bits = fth_float_bits(x), near = bits + (FTH_POW_HALF - FTH_POW_ONE);
    uint32_t place = near >> 19 & 15;
    float m = fth_float_from_bits(bits - (near & 0xff800000u));
    float r = fth_fmaf(m, fth_pow_inverse[place], -1);
    float log = (float)((int32_t)near >> 19); /* sixteenths */
    float rest = fth_fmaf(r, fth_fmaf(r, FTH_POW_LOG_3, FTH_POW_LOG_2), FTH_POW_LOG_1);
    rest = y * fth_fmaf(r, rest, fth_pow_log_low[place]);
    float t = fth_fmaf(y / 16, log, rest);
    t = FTH_POW_LEAST < t ? t : -127; /* which comes out as 0, as 128 does as infinity */
    t = t < 128 ? t : 128;
    float sum = t + FTH_POW_ROUND, f = fth_fmaf(y / 16, log, FTH_POW_ROUND - sum) + rest;
    uint32_t count = fth_float_bits(sum);
    float two = fth_float_from_bits(fth_pow_two_to[count & 15] + (count << 19));
    float part = fth_fmaf(f, fth_fmaf(f, FTH_POW_EXP_3, FTH_POW_EXP_2), FTH_POW_EXP_1);
    float result = two * fth_fmaf(f, part, 1);
    result = x < 0x1p-126f ? 0 : fabsf(result); /* far below the range it is -0 */
    return x < INFINITY ? result : x;
}

#endif
