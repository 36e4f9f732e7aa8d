/* SPDX-License-Identifier: Apache-2.0 */
/* Hue and saturation of rows, read and changed. Hue is that of the colour hexagon (A. R. Smith,
 * "Color Gamut Transform Pairs", SIGGRAPH 1978), 0..1 from red by green and blue to red; saturation
 * is the distance of the largest channel from the smallest. Luma stays. */
#include <math.h>

#include "ops/kernel.h"

static inline float clamp01(float x)
{
    x = x > 0 ? x : 0;
    return x < 1 ? x : 1;
}

/* rgb[] may not be the hue's or the chroma's row. A grey's hue is 0. */
void FTH_KERNEL(hue)(float *restrict hue, float *restrict chroma, const float *const rgb[3],
                     size_t n)
{
    const float *red = rgb[0], *green = rgb[1], *blue = rgb[2];
    for (size_t i = 0; i < n; i++) {
        float r = red[i], g = green[i], b = blue[i];
        float most = r > g ? r : g, least = r < g ? r : g;
        most = most > b ? most : b;
        least = least < b ? least : b;
        float range = most - least, divisor = range > 0 ? range : 1;
        float rest = most == r ? g - b : (most == g ? b - r : r - g);
        float sixth = most == r ? 0.0f : (most == g ? 2.0f : 4.0f);
        float h = (rest / divisor + sixth) * (1.0f / 6);
        hue[i] = h < 0 ? h + 1 : h;
        chroma[i] = range;
    }
}

/* What the purest colour of a hue (in sixths) has of a channel that is strongest at `peak`. */
static inline float share(float hue, float peak)
{
    float away = fabsf(hue - peak);
    away = away > 3 ? 6 - away : away;
    return clamp01(2 - away);
}

/* Adds to rgb what the pure colour changes when its hue goes on by `turn` (of 1), as much of it as
 * there is chroma, at the same luma. */
void FTH_KERNEL(turn_hue)(float *const rgb[3], const float *hue, const float *chroma,
                          const float *turn, size_t n)
{
    float *red = rgb[0], *green = rgb[1], *blue = rgb[2];
    FTH_EACH
    for (size_t i = 0; i < n; i++) {
        float from = hue[i] * 6, to = (hue[i] + turn[i]) * 6;
        to = to < 0 ? to + 6 : to;
        to = to > 6 ? to - 6 : to;
        float r = share(to, 0) - share(from, 0), g = share(to, 2) - share(from, 2);
        float b = share(to, 4) - share(from, 4);
        float luma = 0.2126f * r + 0.7152f * g + 0.0722f * b;
        red[i] += chroma[i] * (r - luma);
        green[i] += chroma[i] * (g - luma);
        blue[i] += chroma[i] * (b - luma);
    }
}

/* src + (factor - 1) (src - luma): exact where the factor is 1 */
void FTH_KERNEL(saturate)(float *dst, const float *src, const float *luma, const float *factor,
                          size_t n)
{
    FTH_EACH
    for (size_t i = 0; i < n; i++)
        dst[i] = src[i] + (factor[i] - 1) * (src[i] - luma[i]);
}

/* 1 + change S(4 chroma), S = smoothstep: greys, which have no hue, are left alone. */
void FTH_KERNEL(weigh_hue)(float *dst, const float *change, const float *chroma, size_t n)
{
    FTH_EACH
    for (size_t i = 0; i < n; i++) {
        float t = clamp01(4 * chroma[i]);
        dst[i] = 1 + change[i] * (t * t * (3 - 2 * t));
    }
}
