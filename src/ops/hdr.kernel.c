/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of high dynamic range (ITU-R BT.2100): the curves of PQ and HLG, mirrored about 0. dst may
 * be src. */
#include "ops/kernel.h"
#include "ops/math.h"

#define PQ_M1 (2610.0 / 16384)
#define PQ_M2 (2523.0 / 32)
#define PQ_C1 (3424.0 / 4096)
#define PQ_C2 (2413.0 / 128)
#define PQ_C3 (2392.0 / 128)

/* x^y for x >= 0; NaN stays */
static inline double power(double x, double y)
{
    double result = fth_exp2_core(fth_limit_exponent(y * fth_log2_core(x > 1e-300 ? x : 1e-300)));
    result = x > 1e-300 ? result : 0;
    return x == x ? result : x;
}

/* The display's light, 1 = 10000 nits. In doubles: the inner power is of 79. */
void FTH_KERNEL(pq_decode)(float *dst, const float *src, size_t n)
{
    FTH_EACH
    for (size_t i = 0; i < n; i++) {
        double v = fabsf(src[i]);
        double p = power(v > 2 ? 2 : v, 1 / PQ_M2), over = p - PQ_C1, under = PQ_C2 - PQ_C3 * p;
        double light = power((over > 0 ? over : 0) / (under > 1e-4 ? under : 1e-4), 1 / PQ_M1);
        dst[i] = copysignf((float)light, src[i]);
    }
}

void FTH_KERNEL(pq_encode)(float *dst, const float *src, size_t n)
{
    FTH_EACH
    for (size_t i = 0; i < n; i++) {
        double p = power(fabsf(src[i]), PQ_M1);
        double code = power((PQ_C1 + PQ_C2 * p) / (1 + PQ_C3 * p), PQ_M2);
        dst[i] = copysignf((float)code, src[i]);
    }
}

#define HLG_A 0.17883277
#define HLG_B 0.28466892
#define HLG_C 0.55991073

/* The scene's light, 1 = the peak. */
void FTH_KERNEL(hlg_decode)(float *dst, const float *src, size_t n)
{
    FTH_EACH
    for (size_t i = 0; i < n; i++) {
        double v = fabsf(src[i]), t = (v - HLG_C) * (1.4426950408889634 / HLG_A);
        double high = (fth_exp2_core(fth_limit_exponent(t)) + HLG_B) / 12;
        dst[i] = copysignf((float)(v <= 0.5 ? v * v / 3 : high), src[i]);
    }
}

void FTH_KERNEL(hlg_encode)(float *dst, const float *src, size_t n)
{
    FTH_EACH
    for (size_t i = 0; i < n; i++) {
        double e = fabsf(src[i]), u = 12 * e - HLG_B;
        double high = HLG_A * 0.69314718055994531 * fth_log2_core(u > 0.5 ? u : 0.5) + HLG_C;
        dst[i] = copysignf((float)(e * 12 <= 1 ? sqrt(3 * e) : high), src[i]);
    }
}
