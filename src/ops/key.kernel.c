/* SPDX-License-Identifier: Apache-2.0 */
/* Difference keys: how far two pictures are apart, and the threshold's ramp (FORMULAS 6.3), in one
 * pass. Whatever the measure, black and white are 1 apart (of chroma: blue and yellow). */
#include <float.h>

#include "ops/kernel.h"
#include "ops/pq.h"

/* 0 at `low` and below, 1 from low + width on; NaN is no difference. The quotient, not a product
 * with the reciprocal: it is 1 exactly at the end of the ramp. */
static inline float ramp(float distance, float low, float width)
{
    float t = (distance - low) / width;
    t = t > 0 ? t : 0;
    return t < 1 ? t : 1;
}

/* Of a range without extent the ramp is a step: 1 above it. */
static inline float width_of(const float range[2])
{
    float width = range[1] - range[0];
    return width > FLT_MIN ? width : FLT_MIN;
}

/* `distance` out of r, g, b, the differences at pixel i */
#define KEY(name, distance)                                                                        \
    void FTH_KERNEL(name)(float *restrict dst, const float *const front[3],                        \
                          const float *const back[3], const float range[2], size_t n)              \
    {                                                                                              \
        const float *restrict fr = front[0], *restrict fg = front[1], *restrict fb = front[2];     \
        const float *restrict br = back[0], *restrict bg = back[1], *restrict bb = back[2];        \
        const float low = range[0], width = width_of(range);                                       \
        FTH_EACH                                                                                   \
        for (size_t i = 0; i < n; i++) {                                                           \
            float r = fr[i] - br[i], g = fg[i] - bg[i], b = fb[i] - bb[i];                         \
            dst[i] = ramp(distance, low, width);                                                   \
        }                                                                                          \
    }

/* NaN when either is. */
static inline float larger(float a, float b)
{
    float most = a > b ? a : b;
    return a == a ? most : a;
}

/* Rec.709 */
static inline float luma_of(float r, float g, float b)
{
    return 0.2126f * r + 0.7152f * g + 0.0722f * b;
}

/* The distance in the plane of Rec.709's Cb and Cr. */
static inline float chroma_of(float r, float g, float b)
{
    float y = luma_of(r, g, b), cb = (b - y) / 1.8556f, cr = (r - y) / 1.5748f;
    return sqrtf(cb * cb + cr * cr);
}

KEY(key_max_abs, larger(larger(fabsf(r), fabsf(g)), fabsf(b)))
KEY(key_mean_abs, (fabsf(r) + fabsf(g) + fabsf(b)) / 3)
KEY(key_luma_abs, fabsf(luma_of(r, g, b)))
KEY(key_euclid, sqrtf((r * r + g * g + b * b) / 3))
KEY(key_chroma, chroma_of(r, g, b))

/* ---- delta E ITP (ITU-R BT.2124) ---- */

/* I, T and P of a code as a display of 100 nits and gamma 2.4 shows it; below 0 it shows black. */
static inline void itp_of(float r, float g, float b, float itp[3])
{
    const double peak = 100.0 / 10000;
    double red = peak * fth_pq_power(r > 0 ? r : 0, 2.4);
    double green = peak * fth_pq_power(g > 0 ? g : 0, 2.4);
    double blue = peak * fth_pq_power(b > 0 ? b : 0, 2.4);
    /* Rec.709 to BT.2020 (BT.2087), then BT.2100's L, M, S: (1688 2146 262, 683 2951 462, 99 309
     * 3688) / 4096 */
    double wide_r = 0.627403895935 * red + 0.329283038378 * green + 0.043313065687 * blue;
    double wide_g = 0.069097289358 * red + 0.919540395075 * green + 0.011362315566 * blue;
    double wide_b = 0.016391438875 * red + 0.088013307878 * green + 0.895595253247 * blue;
    double l = fth_pq_code((1688 * wide_r + 2146 * wide_g + 262 * wide_b) / 4096);
    double m = fth_pq_code((683 * wide_r + 2951 * wide_g + 462 * wide_b) / 4096);
    double s = fth_pq_code((99 * wide_r + 309 * wide_g + 3688 * wide_b) / 4096);
    itp[0] = (float)(0.5 * l + 0.5 * m);
    itp[1] = (float)((6610 * l - 13613 * m + 7003 * s) / 8192); /* half of Ct */
    itp[2] = (float)((17933 * l - 17390 * m - 543 * s) / 4096);
}

/* 720 times the distance is delta E; of black and white it is 365.8, which counts as 1 here. */
#define BLACK_TO_WHITE 0.5080776f

void FTH_KERNEL(key_delta_e)(float *restrict dst, const float *const front[3],
                             const float *const back[3], const float range[2], size_t n)
{
    const float *restrict fr = front[0], *restrict fg = front[1], *restrict fb = front[2];
    const float *restrict br = back[0], *restrict bg = back[1], *restrict bb = back[2];
    const float low = range[0], width = width_of(range);
    /* not FTH_EACH: clang cannot put so long a body into lanes, and would say so */
    for (size_t i = 0; i < n; i++) {
        float a[3], b[3];
        itp_of(fr[i], fg[i], fb[i], a);
        itp_of(br[i], bg[i], bb[i], b);
        float di = a[0] - b[0], dt = a[1] - b[1], dp = a[2] - b[2];
        dst[i] = ramp(sqrtf(di * di + dt * dt + dp * dp) / BLACK_TO_WHITE, low, width);
    }
}
