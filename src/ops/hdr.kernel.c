/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of high dynamic range (ITU-R BT.2100): the curves of PQ and HLG, mirrored about 0. dst may
 * be src. */
#include "ops/kernel.h"
#include "ops/pq.h"

/* The display's light, 1 = 10000 nits. In doubles: the inner power is of 79. */
void FTH_KERNEL(pq_decode)(float *dst, const float *src, size_t n)
{
    FTH_EACH
    for (size_t i = 0; i < n; i++) {
        double v = fabsf(src[i]);
        double p = fth_pq_power(v > 2 ? 2 : v, 1 / FTH_PQ_M2);
        double over = p - FTH_PQ_C1, under = FTH_PQ_C2 - FTH_PQ_C3 * p;
        over = over > 0 ? over : 0;
        double light = fth_pq_power(over / (under > 1e-4 ? under : 1e-4), 1 / FTH_PQ_M1);
        dst[i] = copysignf((float)light, src[i]);
    }
}

void FTH_KERNEL(pq_encode)(float *dst, const float *src, size_t n)
{
    FTH_EACH
    for (size_t i = 0; i < n; i++)
        dst[i] = copysignf((float)fth_pq_code(fabsf(src[i])), src[i]);
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
