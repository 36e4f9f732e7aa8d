/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of high dynamic range (ITU-R BT.2100): the curves of PQ and HLG, and highlights brought down
 * to what an ordinary display shows. dst may be src; codes are taken within 0..1. */
#include "ops/kernel.h"
#include "ops/math.h"

#define PQ_M1 (2610.0f / 16384)
#define PQ_M2 (2523.0f / 32)
#define PQ_C1 (3424.0f / 4096)
#define PQ_C2 (2413.0f / 128)
#define PQ_C3 (2392.0f / 128)

/* The display's light, 1 = 10000 nits. */
void FTH_KERNEL(pq_decode)(float *dst, const float *src, size_t n)
{
    FTH_EACH
    for (size_t i = 0; i < n; i++) {
        float v = src[i] > 0 ? src[i] : 0;
        float p = fth_powf(v > 1 ? 1 : v, 1 / PQ_M2), over = p - PQ_C1;
        dst[i] = fth_powf((over > 0 ? over : 0) / (PQ_C2 - PQ_C3 * p), 1 / PQ_M1);
    }
}

/* The scene's light, 1 = the peak. */
void FTH_KERNEL(hlg_decode)(float *dst, const float *src, size_t n)
{
    FTH_EACH
    for (size_t i = 0; i < n; i++) {
        float v = src[i] > 0 ? src[i] : 0;
        v = v > 1 ? 1 : v;
        float high = (fth_expf((v - 0.55991073f) / 0.17883277f) + 0.28466892f) / 12;
        dst[i] = v <= 0.5f ? v * v / 3 : high;
    }
}

/* Where the largest of the three is above `knee` all are scaled, so that `peak` becomes 1 and the
 * slope at the knee is 1: with t = (m - knee) / (1 - knee) and p the t of the peak,
 * m' = knee + (1 - knee) t (1 + t / p^2) / (1 + t): Reinhard's extended curve above the knee.
 * Below 0 is 0. */
void FTH_KERNEL(roll_off)(float *restrict r, float *restrict g, float *restrict b, float knee,
                          float peak, size_t n)
{
    float room = 1 - knee, top = (peak - knee) / room, bend = 1 / (top * top);
    for (size_t i = 0; i < n; i++) {
        float x = r[i] > 0 ? r[i] : 0, y = g[i] > 0 ? g[i] : 0, z = b[i] > 0 ? b[i] : 0;
        float most = x > y ? x : y;
        most = most > z ? most : z;
        float t = (most - knee) / room;
        t = t > 0 ? t : 0;
        t = t < top ? t : top;
        float to = knee + room * t * (1 + t * bend) / (1 + t);
        float scale = most > knee ? to / most : 1;
        r[i] = x * scale;
        g[i] = y * scale;
        b[i] = z * scale;
    }
}
