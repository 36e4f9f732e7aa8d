/* SPDX-License-Identifier: Apache-2.0 */
/* A shot held against its clean plate, pixel by pixel: how many sigmas they are apart, whether a
 * shadow explains it, where an edge is that the plate has not, and how much of a pixel is subject
 * when the colours on both sides are known. Colours are luma, B - luma and R - luma. */
#include <math.h>

#include "ops/kernel.h"

static inline float largest(float a, float b)
{
    return a > b ? a : b;
}

static inline float least(float a, float b)
{
    return a < b ? a : b;
}

void FTH_KERNEL(plate_split)(float *const dst[3], const float *const rgb[3], size_t n)
{
    float *restrict luma = dst[0], *restrict blue = dst[1], *restrict red = dst[2];
    const float *r = rgb[0], *g = rgb[1], *b = rgb[2];
    FTH_EACH
    for (size_t i = 0; i < n; i++) {
        float y = 0.299f * r[i] + 0.587f * g[i] + 0.114f * b[i];
        luma[i] = y;
        blue[i] = b[i] - y;
        red[i] = r[i] - y;
    }
}

/* ---- three by three pixels: rows above, here and below; a row goes on as it ends */

struct nine {
    const float *a, *b, *c;
};

static inline float down(struct nine of, size_t i)
{
    return of.a[i] + of.b[i] + of.c[i];
}

static inline float down_product(struct nine of, struct nine by, size_t i)
{
    return of.a[i] * by.a[i] + of.b[i] * by.b[i] + of.c[i] * by.c[i];
}

/* The mean of three columns, of which the outer ones may be the middle one again. */
static inline float mean_of(float left, float here, float right)
{
    return (left + here + right) * (1 / 9.0f);
}

/* Not restrict, here and in plate_reach: clang would carry loads from one pixel to the next. */
void FTH_KERNEL(plate_mean)(float *dst, const float *const rows[3], size_t n)
{
    const struct nine of = {rows[0], rows[1], rows[2]};
    size_t last = n - 1;
    FTH_EACH
    for (size_t i = 1; i < last; i++)
        dst[i] = mean_of(down(of, i - 1), down(of, i), down(of, i + 1));
    for (size_t i = 0; i < n; i += last ? last : 1)
        dst[i] = mean_of(down(of, i ? i - 1 : 0), down(of, i), down(of, i < last ? i + 1 : i));
}

/* Means of shot times plate and of the plate squared. */
void FTH_KERNEL(plate_light)(float *const dst[2], const float *const rows[6], size_t n)
{
    const struct nine shot = {rows[0], rows[1], rows[2]}, plate = {rows[3], rows[4], rows[5]};
    float *restrict both = dst[0], *restrict square = dst[1];
    size_t last = n - 1;
    FTH_EACH
    for (size_t i = 1; i < last; i++)
        both[i] = mean_of(down_product(shot, plate, i - 1), down_product(shot, plate, i),
                          down_product(shot, plate, i + 1));
    FTH_EACH
    for (size_t i = 1; i < last; i++)
        square[i] = mean_of(down_product(plate, plate, i - 1), down_product(plate, plate, i),
                            down_product(plate, plate, i + 1));
    for (size_t i = 0; i < n; i += last ? last : 1) {
        size_t left = i ? i - 1 : 0, right = i < last ? i + 1 : i;
        both[i] = mean_of(down_product(shot, plate, left), down_product(shot, plate, i),
                          down_product(shot, plate, right));
        square[i] = mean_of(down_product(plate, plate, left), down_product(plate, plate, i),
                            down_product(plate, plate, right));
    }
}

/* planes: the rows above, here and below of each of the three; what lies left and right of the row
 * must be there. A grade is 6 times the level, of 8, plus the steepness: steps of at least 1, 3, 7,
 * 15 and 31 of 255 a pixel. */
void FTH_KERNEL(plate_grades)(uint8_t *restrict grades, const float *const planes[9], size_t n)
{
    const float *y0 = planes[0], *y1 = planes[1], *y2 = planes[2];
    const float *b0 = planes[3], *b1 = planes[4], *b2 = planes[5];
    const float *r0 = planes[6], *r1 = planes[7], *r2 = planes[8];
    FTH_EACH
    for (size_t i = 0; i < n; i++) {
        const float *yl = y1 + i - 1, *bl = b1 + i - 1, *rl = r1 + i - 1;
        float step = largest(fabsf(y2[i] - y0[i]), fabsf(yl[2] - yl[0]));
        step = largest(step, largest(fabsf(b2[i] - b0[i]), fabsf(bl[2] - bl[0])));
        step = largest(step, largest(fabsf(r2[i] - r0[i]), fabsf(rl[2] - rl[0])));
        step *= 0.5f * 255;
        int32_t grade = (step >= 1) + (step >= 3) + (step >= 7) + (step >= 15) + (step >= 31);
        float level = least(largest(y1[i] * 8, 0), 7);
        grades[i] = (uint8_t)((int32_t)level * 6 + grade);
    }
}

void FTH_KERNEL(plate_look)(float *const dst[3], const uint8_t *grades,
                            const float *const tables[3], size_t n)
{
    float *restrict y = dst[0], *restrict b = dst[1], *restrict r = dst[2];
    const float *restrict ty = tables[0], *restrict tb = tables[1], *restrict tr = tables[2];
    FTH_EACH
    for (size_t i = 0; i < n; i++) {
        y[i] = ty[grades[i]];
        b[i] = tb[grades[i]];
        r[i] = tr[grades[i]];
    }
}

/* rows: shot's three, plate's three, 1 / sigma of each, means of shot times plate and of the plate
 * squared. dst: how many sigmas they differ; and -1 (nothing) .. 1 (something) .. 3 (without
 * doubt). What is no number differs by nothing. */
void FTH_KERNEL(plate_doubt)(float *const dst[2], const float *const rows[11],
                             const struct fth_plate_doubt *how, size_t n)
{
    float *restrict sigmas = dst[0], *restrict doubt = dst[1];
    const float *f0 = rows[0], *f1 = rows[1], *f2 = rows[2];
    const float *b0 = rows[3], *b1 = rows[4], *b2 = rows[5];
    const float *s0 = rows[6], *s1 = rows[7], *s2 = rows[8];
    const float *both = rows[9], *square = rows[10];
    float middle = 0.5f * (how->low + how->high), half = 0.5f * (how->high - how->low);
    float price = how->shadow_price, slope = how->shadow_slope, floor = how->shadow_floor;
    float darkest = how->shadows ? 0.985f : -1, scale = 1 / half;
    FTH_EACH
    for (size_t i = 0; i < n; i++) {
        float d0 = (f0[i] - b0[i]) * s0[i], d1 = (f1[i] - b1[i]) * s1[i];
        float d2 = (f2[i] - b2[i]) * s2[i];
        float square_sum = d0 * d0 + d1 * d1 + d2 * d2;
        float light = both[i] / (square[i] + 1e-4f);
        float share = least(largest(light, floor), 1);
        float e0 = (f0[i] - share * b0[i]) * s0[i], e1 = (f1[i] - share * b1[i]) * s1[i];
        float e2 = (f2[i] - share * b2[i]) * s2[i];
        float lost = 1 - share;
        float shadow = e0 * e0 + e1 * e1 + e2 * e2 + price + slope * lost * lost;
        float apart = light < darkest ? least(square_sum, shadow) : square_sum;
        apart = apart > 0 ? apart : 0;
        float q = sqrtf(apart), u = (q - middle) * scale;
        sigmas[i] = q;
        doubt[i] = least(largest(u, -1), 3);
    }
}

/* rows: sigmas, the most around; 1 / sigma of luma, by grade. The doubt of plate_doubt with as much
 * more noise as is spilled from around, and less of it by one for each grade of steepness above the
 * first where nothing differs. */
void FTH_KERNEL(plate_temper)(float *restrict vote, const float *const rows[3],
                              const uint8_t *grades, const struct fth_plate_temper *how, size_t n)
{
    const float *sigmas = rows[0], *around = rows[1], *inverse = rows[2];
    float middle = 0.5f * (how->low + how->high), scale = 2 / (how->high - how->low);
    float share = how->share, most = how->most, texture = how->texture;
    for (size_t i = 0; i < n; i++) {
        float spilled = least(share * least(around[i], 40), most * inverse[grades[i]]);
        float own = sigmas[i] / sqrtf(1 + spilled * spilled);
        int32_t steep = grades[i] - 6 * ((grades[i] * 43) >> 8); /* grade modulo 6, below 48 */
        float same = largest((float)steep - 1, 0) * largest(1 - 0.4f * own, 0);
        vote[i] = least(largest((own - middle) * scale, -1), 3) - texture * same;
    }
}

/* (1 + x / 16)^-16: falls as exp(-x) does, a little later, and costs no exponential. */
static inline float fall_of(float x)
{
    x = 1 + least(x, 30) * 0.0625f;
    x = x * x;
    x = x * x;
    x = x * x;
    return 1 / (x * x);
}

/* Weights between neighbours a and b. rows: shot's three at a, at b; plate's three at a, at b; 1 /
 * sigma at a. Small where the shot steps and the plate does not. */
void FTH_KERNEL(plate_edge)(float *restrict dst, const float *const rows[15], float fall, size_t n)
{
    for (int k = 0; k < 3; k++) {
        const float *fa = rows[k], *fb = rows[3 + k], *ba = rows[6 + k], *bb = rows[9 + k];
        const float *s = rows[12 + k];
        FTH_EACH
        for (size_t i = 0; i < n; i++) {
            float step = (fabsf(fa[i] - fb[i]) - fabsf(ba[i] - bb[i])) * s[i] * 0.70710678f;
            dst[i] = k ? largest(dst[i], step) : step;
        }
    }
    FTH_EACH
    for (size_t i = 0; i < n; i++)
        dst[i] = fall_of(largest(dst[i] - 1, 0) * fall);
}

/* The most and the least of five: src[i] to src[i + 4]. */
void FTH_KERNEL(plate_reach)(float *most, float *least_of, const float *src, size_t n)
{
    FTH_EACH
    for (size_t i = 0; i < n; i++) {
        float a = largest(src[i], src[i + 1]), b = largest(src[i + 2], src[i + 3]);
        most[i] = largest(largest(a, b), src[i + 4]);
    }
    FTH_EACH
    for (size_t i = 0; i < n; i++) {
        float a = least(src[i], src[i + 1]), b = least(src[i + 2], src[i + 3]);
        least_of[i] = least(least(a, b), src[i + 4]);
    }
}

/* The sum of eleven: src[i] to src[i + 10]. */
void FTH_KERNEL(plate_around)(float *restrict dst, const float *src, size_t n)
{
    FTH_EACH
    for (size_t i = 0; i < n; i++) {
        const float *s = src + i;
        float a = s[0] + s[1], b = s[2] + s[3], c = s[4] + s[5], d = s[6] + s[7], e = s[8] + s[9];
        dst[i] = ((a + b) + (c + d)) + (e + s[10]);
    }
}

/* How far a pixel's colour is the subject's own: the further it is from the plate, the purer. */
void FTH_KERNEL(plate_trust)(float *dst, const float *sigmas, const float *vote,
                             const float *most, size_t n)
{
    FTH_EACH
    for (size_t i = 0; i < n; i++) {
        float sure = least(sigmas[i], 40), inside = least(largest(vote[i] + 1, 0), 1);
        dst[i] = (most[i] > 0 ? sure * sure * inside : 0) + 1e-6f;
    }
}

/* rows: shot's three, plate's three, 1 / sigma of each, the subject's colours around, the
 * vote, its least and its most around. values: sigmas that are given
 * away at both ends of the ramp, and the square of sigmas between the colours from which on they
 * count more than the vote. */
void FTH_KERNEL(plate_alpha)(float *restrict alpha, const float *const rows[15],
                             const float values[2], size_t n)
{
    const float *f0 = rows[0], *f1 = rows[1], *f2 = rows[2];
    const float *b0 = rows[3], *b1 = rows[4], *b2 = rows[5];
    const float *s0 = rows[6], *s1 = rows[7], *s2 = rows[8];
    const float *c0 = rows[9], *c1 = rows[10], *c2 = rows[11];
    const float *vote = rows[12], *low = rows[13], *most = rows[14];
    float given = values[0], enough = values[1];
    FTH_EACH
    for (size_t i = 0; i < n; i++) {
        float d0 = (c0[i] - b0[i]) * s0[i], d1 = (c1[i] - b1[i]) * s1[i];
        float d2 = (c2[i] - b2[i]) * s2[i];
        float along = (f0[i] - b0[i]) * s0[i] * d0 + (f1[i] - b1[i]) * s1[i] * d1 +
                      (f2[i] - b2[i]) * s2[i] * d2;
        float length = d0 * d0 + d1 * d1 + d2 * d2 + 1e-3f;
        float end = least(given / sqrtf(length), 0.3f);
        float share = (along / length - end) / (1 - 2 * end);
        float believed = length / (length + enough);
        float soft = least(largest(vote[i] * 0.75f + 0.5f, 0), 1);
        share = least(largest(share, 0), 1);
        share = least(largest(soft + believed * (share - soft), 0), 1);
        share = low[i] > 0 ? 1 : share;
        alpha[i] = most[i] > 0 ? share : 0;
    }
}

/* dst[i] = (c0 + c1 i) / (c2 + c3 i) */
void FTH_KERNEL(plate_places)(float *restrict dst, const double c[4], size_t n)
{
    double c0 = c[0], c1 = c[1], c2 = c[2], c3 = c[3];
    FTH_EACH
    for (size_t i = 0; i < n; i++) {
        double x = (double)(int32_t)i;
        dst[i] = (float)((c0 + c1 * x) / (c2 + c3 * x));
    }
}

/* Catmull and Rom's cubic at places[i] of a line of `last` + 1 samples `pitch` apart, which goes on
 * as it ends; `drift` more a position. Four taps, `step` apart in both tables. */
void FTH_KERNEL(plate_taps)(int32_t *restrict index, float *restrict weight, const float *places,
                            const int32_t line[3], size_t step, size_t n)
{
    int32_t last = line[0], pitch = line[1], drift = line[2];
    FTH_EACH
    for (size_t i = 0; i < n; i++) {
        float place = largest(least(places[i], (float)last + 2), -2);
        int32_t whole = (int32_t)(place + 4) - 4;
        float t = place - (float)whole, t2 = t * t, t3 = t2 * t;
        int32_t from = (int32_t)i * drift;
        int32_t i0 = whole - 1, i1 = whole, i2 = whole + 1, i3 = whole + 2;
        i0 = i0 < 0 ? 0 : i0 > last ? last : i0;
        i1 = i1 < 0 ? 0 : i1 > last ? last : i1;
        i2 = i2 < 0 ? 0 : i2 > last ? last : i2;
        i3 = i3 < 0 ? 0 : i3 > last ? last : i3;
        index[i] = i0 * pitch + from;
        index[step + i] = i1 * pitch + from;
        index[2 * step + i] = i2 * pitch + from;
        index[3 * step + i] = i3 * pitch + from;
        weight[i] = 0.5f * (2 * t2 - t - t3);
        weight[step + i] = 0.5f * (2 - 5 * t2 + 3 * t3);
        weight[2 * step + i] = 0.5f * (t + 4 * t2 - 3 * t3);
        weight[3 * step + i] = 0.5f * (t3 - t2);
    }
}

/* dst = 1 where x and y lie in a picture whose last centres are at last_x and last_y, else 0 */
void FTH_KERNEL(plate_seen)(float *restrict dst, const float *x, const float *y, float last_x,
                            float last_y, size_t n)
{
    FTH_EACH
    for (size_t i = 0; i < n; i++) {
        bool in = (x[i] >= -0.5f) & (x[i] <= last_x + 0.5f) & (y[i] >= -0.5f) &
                  (y[i] <= last_y + 0.5f);
        dst[i] = in ? 1.0f : 0.0f;
    }
}

/* dst = gain dst + offset + field */
void FTH_KERNEL(plate_expose)(float *restrict dst, const float *field, float gain, float offset,
                              size_t n)
{
    FTH_EACH
    for (size_t i = 0; i < n; i++)
        dst[i] = gain * dst[i] + offset + field[i];
}

/* Raises alpha to the darkness of what a shadow explains. rows: as plate_doubt's. */
void FTH_KERNEL(plate_shade)(float *restrict alpha, const float *const rows[11],
                             const struct fth_plate_doubt *how, float amount, size_t n)
{
    const float *f0 = rows[0], *f1 = rows[1], *f2 = rows[2];
    const float *b0 = rows[3], *b1 = rows[4], *b2 = rows[5];
    const float *s0 = rows[6], *s1 = rows[7], *s2 = rows[8];
    const float *both = rows[9], *square = rows[10];
    float low = how->low, scale = 1 / (how->high - how->low), floor = how->shadow_floor;
    FTH_EACH
    for (size_t i = 0; i < n; i++) {
        float d0 = (f0[i] - b0[i]) * s0[i], d1 = (f1[i] - b1[i]) * s1[i];
        float d2 = (f2[i] - b2[i]) * s2[i];
        float apart = d0 * d0 + d1 * d1 + d2 * d2;
        float share = least(largest(both[i] / (square[i] + 1e-4f), floor), 1);
        float e0 = (f0[i] - share * b0[i]) * s0[i], e1 = (f1[i] - share * b1[i]) * s1[i];
        float e2 = (f2[i] - share * b2[i]) * s2[i];
        float left = e0 * e0 + e1 * e1 + e2 * e2;
        apart = apart > 0 ? apart : 0;
        float sure = least(largest((sqrtf(apart) - low) * scale, 0), 1);
        float dark = left < 0.5f * apart ? amount * sure * (1 - share) : 0;
        alpha[i] = largest(alpha[i], dark);
    }
}
