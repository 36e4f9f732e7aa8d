/* SPDX-License-Identifier: Apache-2.0 */
/* The curve of PQ (ITU-R BT.2100), for kernels: in doubles, because its inner power is of 79. */
#ifndef FTH_OPS_PQ_H
#define FTH_OPS_PQ_H

#include "ops/math.h"

#define FTH_PQ_M1 (2610.0 / 16384)
#define FTH_PQ_M2 (2523.0 / 32)
#define FTH_PQ_C1 (3424.0 / 4096)
#define FTH_PQ_C2 (2413.0 / 128)
#define FTH_PQ_C3 (2392.0 / 128)

/* x^y for x >= 0; NaN stays */
static inline double fth_pq_power(double x, double y)
{
    double result = fth_exp2_core(fth_limit_exponent(y * fth_log2_core(x > 1e-300 ? x : 1e-300)));
    result = x > 1e-300 ? result : 0;
    return x == x ? result : x;
}

/* The code of light, 1 = 10000 nits, not below 0. */
static inline double fth_pq_code(double light)
{
    double p = fth_pq_power(light, FTH_PQ_M1);
    return fth_pq_power((FTH_PQ_C1 + FTH_PQ_C2 * p) / (1 + FTH_PQ_C3 * p), FTH_PQ_M2);
}

#endif
