/* SPDX-License-Identifier: Apache-2.0 */
/* A shot held against its clean plate, pixel by pixel: how many sigmas they are apart, whether a
 * shadow explains it, where an edge is that the plate has not, and how much of a pixel is subject
 * when the colours on both sides are known. Colours are luma, B - luma and R - luma. */
#include <math.h>

#include "ops/kernel.h"
#include "ops/vectors.h"

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

/* Not restrict: clang would carry loads from one pixel to the next. */
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

/* Means of shot times plate, of the plate squared and of the shot squared. */
void FTH_KERNEL(plate_light)(float *const dst[3], const float *const rows[6], size_t n)
{
    const struct nine shot = {rows[0], rows[1], rows[2]}, plate = {rows[3], rows[4], rows[5]};
    float *restrict both = dst[0], *restrict square = dst[1], *restrict own = dst[2];
    size_t last = n - 1;
    FTH_EACH
    for (size_t i = 1; i < last; i++)
        both[i] = mean_of(down_product(shot, plate, i - 1), down_product(shot, plate, i),
                          down_product(shot, plate, i + 1));
    FTH_EACH
    for (size_t i = 1; i < last; i++)
        square[i] = mean_of(down_product(plate, plate, i - 1), down_product(plate, plate, i),
                            down_product(plate, plate, i + 1));
    FTH_EACH
    for (size_t i = 1; i < last; i++)
        own[i] = mean_of(down_product(shot, shot, i - 1), down_product(shot, shot, i),
                         down_product(shot, shot, i + 1));
    for (size_t i = 0; i < n; i += last ? last : 1) {
        size_t left = i ? i - 1 : 0, right = i < last ? i + 1 : i;
        own[i] = mean_of(down_product(shot, shot, left), down_product(shot, shot, i),
                         down_product(shot, shot, right));
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

#ifdef __AVX512F__
/* A table of 48 values fits three registers: no memory is asked. Returns how many were found. */
static size_t look_up(float *restrict dst, const uint8_t *grades, const float *table, size_t n)
{
    const __m512 first = _mm512_loadu_ps(table), second = _mm512_loadu_ps(table + 16);
    const __m512 third = _mm512_loadu_ps(table + 32);
    size_t i = 0;
    for (; i + 16 <= n; i += 16) {
        __m512i grade = _mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)(grades + i)));
        __m512 low = _mm512_permutex2var_ps(first, grade, second);
        __mmask16 high = _mm512_cmpge_epi32_mask(grade, _mm512_set1_epi32(32));
        _mm512_storeu_ps(dst + i, _mm512_mask_permutexvar_ps(low, high, grade, third));
    }
    return i;
}
#endif

/* What `dst` is NULL for is not asked. */
void FTH_KERNEL(plate_look)(float *const dst[3], const uint8_t *grades,
                            const float *const tables[3], size_t n)
{
    for (int c = 0; c < 3; c++) {
        float *restrict to = dst[c];
        const float *restrict table = tables[c];
        size_t i = 0;
        if (!to)
            continue;
#ifdef __AVX512F__
        i = look_up(to, grades, table, n);
#endif
        for (; i < n; i++)
            to[i] = table[grades[i]];
    }
}

/* rows: shot's three, plate's three, 1 / sigma of each, means of shot times plate, of the plate
 * squared and of the shot squared; what is seen. dst: how many sigmas they differ, none where it is
 * not seen; and how many if nothing is a shadow, through which the plate's texture is seen and no
 * other. What is no number differs by nothing. */
void FTH_KERNEL(plate_doubt)(float *const dst[2], const float *const rows[13],
                             const struct fth_plate_doubt *how, size_t n)
{
    float *restrict sigmas = dst[0], *restrict plain = dst[1];
    const float *f0 = rows[0], *f1 = rows[1], *f2 = rows[2];
    const float *b0 = rows[3], *b1 = rows[4], *b2 = rows[5];
    const float *s0 = rows[6], *s1 = rows[7], *s2 = rows[8];
    const float *both = rows[9], *square = rows[10], *own = rows[11], *seen = rows[12];
    float price = how->shadow_price, slope = how->shadow_slope, floor = how->shadow_floor;
    float texture = how->shadow_texture;
    float darkest = how->shadows ? 0.985f : -1;
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
        float strange = (own[i] - both[i] * light) * s0[i] * s0[i] - 2;
        float shadow = e0 * e0 + e1 * e1 + e2 * e2 + price + slope * lost * lost;
        shadow += texture * largest(strange, 0);
        float apart = light < darkest ? least(square_sum, shadow) : square_sum;
        apart = seen[i] >= 1 ? apart : 0;
        sigmas[i] = sqrtf(apart > 0 ? apart : 0);
        plain[i] = sqrtf(square_sum > 0 ? square_sum : 0);
    }
}

/* vote: in, sigmas if nothing is a shadow; out, -1 (nothing) .. 1 (something) .. 3 (without doubt).
 * rows: sigmas, the most around; 1 / sigma of luma; what the least of the most around is; what is
 * seen, elsewhere the vote is 0.
 * A shadow costs more between things that differ; noise is as much more as is spilled from around;
 * and where nothing differs the vote is lower by one for each grade of steepness above the first,
 * or, beside what differs much, as it would be far less alike if it were of the subject. */
void FTH_KERNEL(plate_temper)(float *restrict vote, const float *const rows[5],
                              const uint8_t *grades, const struct fth_plate_temper *how, size_t n)
{
    const float *sigmas = rows[0], *around = rows[1], *inverse = rows[2], *enclosed = rows[3];
    const float *seen = rows[4];
    float middle = 0.5f * (how->low + how->high), scale = 2 / (how->high - how->low);
    float share = how->share, most = how->most, texture = how->texture, even = how->even;
    float fade = 0.8f / largest(how->low, 1e-3f), dear = how->enclosed;
    float from = how->even_from, rise = 1 / (how->even_to - from);
    float enclosed_from = how->enclosed_from;
    FTH_EACH
    for (size_t i = 0; i < n; i++) {
        float price = dear * least(largest(enclosed[i] - enclosed_from, 0), 32);
        float shaded = sqrtf(sigmas[i] * sigmas[i] + price * price);
        float spilled = least(share * least(around[i], 40), most * inverse[i]);
        float own = least(vote[i], shaded) / sqrtf(1 + spilled * spilled);
        int32_t steep = grades[i] - 6 * ((grades[i] * 43) >> 8); /* grade modulo 6, below 48 */
        float apart = least(largest((around[i] - from) * rise, 0), 1);
        float sure = largest(texture * largest((float)steep - 1, 0), even * apart);
        float same = sure * largest(1 - fade * own, 0);
        float sum = least(largest((own - middle) * scale, -1), 3) - same;
        vote[i] = seen[i] >= 1 ? sum : 0;
    }
}

static inline void sample_row(float *const dst[3], const float *const rows[6], const float *seen,
                              size_t stride, size_t n)
{
    for (int c = 0; c < 3; c++) {
        float *restrict to = dst[c];
        const float *a = rows[c], *b = rows[3 + c];
        for (size_t i = 0; i < n; i++)
            to[i] = fabsf(a[i * stride] - b[i * stride]);
    }
    float *restrict first = dst[0];
    for (size_t i = 0; i < n; i++)
        first[i] = seen[i * stride] >= 1 ? first[i] : -1;
}

/* rows: shot's three, plate's three: how far they are apart, of every second pixel or of each; the
 * first is -1 where nothing is seen. */
void FTH_KERNEL(plate_sample)(float *const dst[3], const float *const rows[6], const float *seen,
                              int32_t stride, size_t n)
{
    if (stride == 2)
        sample_row(dst, rows, seen, 2, n);
    else
        sample_row(dst, rows, seen, 1, n);
}

/* dst: the whole of `scale` times as much, up to 255. */
void FTH_KERNEL(plate_bins)(uint8_t *restrict dst, const float *restrict apart, float scale,
                            size_t n)
{
    for (size_t i = 0; i < n; i++) {
        float bin = apart[i] * scale;
        dst[i] = (uint8_t)(int32_t)(bin < 255 ? largest(bin, 0) : 255);
    }
}

/* rows: how far luma and two colours are apart, sigma of each: how many sigmas that is, up to
 * `most`; where the first is below 0 it is nothing. */
void FTH_KERNEL(plate_apart)(float *restrict dst, const float *const rows[6], float most, size_t n)
{
    const float *a0 = rows[0], *a1 = rows[1], *a2 = rows[2];
    const float *s0 = rows[3], *s1 = rows[4], *s2 = rows[5];
    FTH_EACH
    for (size_t i = 0; i < n; i++) {
        float d0 = a0[i] / s0[i], d1 = a1[i] / s1[i], d2 = a2[i] / s2[i];
        float apart = sqrtf(d0 * d0 + d1 * d1 + d2 * d2);
        apart = a0[i] < 0 ? 0 : apart;
        dst[i] = least(apart, most);
    }
}

/* ---- details of the plate, asked for in the shot */

enum { ASKED = 64, SAMPLES = 16 };

/* Some details on their way: where they are from the sample before, what is around them (row by
 * row), and what the rest is made of. */
struct asked {
    double x[ASKED], y[ASKED], u[ASKED], v[ASKED], over[ASKED];
    float samples[SAMPLES][ASKED];
    int32_t corner[ASKED];
};

static void place_details(struct asked *restrict a, uint8_t *restrict seen,
                          const double *const at[2], const struct fth_plate_asking *how, size_t n)
{
    const double *restrict du = at[0], *restrict dv = at[1];
    const double h0 = how->motion[0], h1 = how->motion[1], h2 = how->motion[2];
    const double h3 = how->motion[3], h4 = how->motion[4], h5 = how->motion[5];
    const double h6 = how->motion[6], h7 = how->motion[7], scale = how->scale;
    const double x0 = 0.5 * how->width, y0 = 0.5 * how->height;
    const double last_x = how->width - 2, last_y = how->height - 2;
    const int32_t stride = (int32_t)how->stride;
    for (size_t i = 0; i < n; i++) {
        double w = h6 * du[i] + h7 * dv[i] + 1;
        double u = (h0 * du[i] + h1 * dv[i] + h2) / w, v = (h3 * du[i] + h4 * dv[i] + h5) / w;
        double x = u * scale + x0 - 0.5, y = v * scale + y0 - 0.5;
        bool in = (w > 0.1) & (x >= 1) & (y >= 1) & (x < last_x) & (y < last_y);
        x = in ? x : 1;
        y = in ? y : 1;
        int32_t ix = (int32_t)x, iy = (int32_t)y;
        seen[i] = in;
        a->u[i] = u;
        a->v[i] = v;
        a->over[i] = w;
        a->x[i] = x - ix;
        a->y[i] = y - iy;
        a->corner[i] = (iy - 1) * stride + ix - 1;
    }
}

static void take_samples(struct asked *a, const struct fth_plate_asking *how, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const float *from = how->picture + a->corner[i];
        for (int k = 0; k < SAMPLES; k++)
            a->samples[k][i] = from[(k >> 2) * how->stride + (k & 3)];
    }
}

/* Catmull and Rom's cubic at t, and its slope. */
static inline double cubic(double a, double b, double c, double d, double t)
{
    double t2 = t * t, t3 = t2 * t, sum = 0;
    sum += 0.5 * (-t + 2 * t2 - t3) * a;
    sum += 0.5 * (2 - 5 * t2 + 3 * t3) * b;
    sum += 0.5 * (t + 4 * t2 - 3 * t3) * c;
    sum += 0.5 * (-t2 + t3) * d;
    return sum;
}

static inline double slope(double a, double b, double c, double d, double t)
{
    double t2 = t * t, sum = 0;
    sum += 0.5 * (-1 + 4 * t - 3 * t2) * a;
    sum += 0.5 * (-10 * t + 9 * t2) * b;
    sum += 0.5 * (1 + 8 * t - 9 * t2) * c;
    sum += 0.5 * (-2 * t + 3 * t2) * d;
    return sum;
}

static void weigh_samples(double *const said[4], const struct asked *a, const float *values,
                          const struct fth_plate_asking *how, size_t n)
{
    double *restrict off = said[0], *restrict by_u = said[1], *restrict by_v = said[2];
    double *restrict by_over = said[3];
    const float (*s)[ASKED] = a->samples;
    double scale = how->scale, gain = how->gain, offset = how->offset;
    for (size_t i = 0; i < n; i++) {
        double x = a->x[i], y = a->y[i];
        double r0 = cubic(s[0][i], s[1][i], s[2][i], s[3][i], x);
        double r1 = cubic(s[4][i], s[5][i], s[6][i], s[7][i], x);
        double r2 = cubic(s[8][i], s[9][i], s[10][i], s[11][i], x);
        double r3 = cubic(s[12][i], s[13][i], s[14][i], s[15][i], x);
        double d0 = slope(s[0][i], s[1][i], s[2][i], s[3][i], x);
        double d1 = slope(s[4][i], s[5][i], s[6][i], s[7][i], x);
        double d2 = slope(s[8][i], s[9][i], s[10][i], s[11][i], x);
        double d3 = slope(s[12][i], s[13][i], s[14][i], s[15][i], x);
        double gu = cubic(d0, d1, d2, d3, y) * scale / a->over[i];
        double gv = slope(r0, r1, r2, r3, y) * scale / a->over[i];
        off[i] = cubic(r0, r1, r2, r3, y) - gain * values[i] - offset;
        by_u[i] = gu;
        by_v[i] = gv;
        by_over[i] = gu * a->u[i] + gv * a->v[i];
    }
}

/* at: where details of the plate are, u and v; values: what is there. said: how far the picture is
 * off where they should be, how that changes with u and v there, and as much with what both are
 * divided by, turned. seen: 0 for what lies outside, of which nothing is said. */
void FTH_KERNEL(plate_ask)(double *const said[4], uint8_t *seen, const double *const at[2],
                           const float *values, const struct fth_plate_asking *how, size_t n)
{
    struct asked asked;
    for (size_t i = 0; i < n; i += ASKED) {
        size_t count = n - i < ASKED ? n - i : ASKED;
        const double *const places[2] = {at[0] + i, at[1] + i};
        double *const to[4] = {said[0] + i, said[1] + i, said[2] + i, said[3] + i};
        place_details(&asked, seen + i, places, how, count);
        take_samples(&asked, how, count);
        weigh_samples(to, &asked, values + i, how, count);
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
    const float *a0 = rows[0], *a1 = rows[1], *a2 = rows[2];
    const float *b0 = rows[3], *b1 = rows[4], *b2 = rows[5];
    const float *c0 = rows[6], *c1 = rows[7], *c2 = rows[8];
    const float *d0 = rows[9], *d1 = rows[10], *d2 = rows[11];
    const float *s0 = rows[12], *s1 = rows[13], *s2 = rows[14];
    FTH_EACH
    for (size_t i = 0; i < n; i++) {
        float e0 = (fabsf(a0[i] - b0[i]) - fabsf(c0[i] - d0[i])) * s0[i] * 0.70710678f;
        float e1 = (fabsf(a1[i] - b1[i]) - fabsf(c1[i] - d1[i])) * s1[i] * 0.70710678f;
        float e2 = (fabsf(a2[i] - b2[i]) - fabsf(c2[i] - d2[i])) * s2[i] * 0.70710678f;
        float most = largest(largest(e0, e1), e2);
        dst[i] = fall_of(largest(most - 1, 0) * fall);
    }
}

/* rows: shot's three, plate's three, 1 / sigma of each, the subject's colours around, the vote, how
 * much they count inside it (0..1) and outside, sigmas. Where what is seen is no mixture of both
 * sides, there is a third colour, and the vote stands. */
void FTH_KERNEL(plate_alpha)(float *restrict alpha, const float *const rows[16],
                             const struct fth_plate_mixing *how, size_t n)
{
    const float *f0 = rows[0], *f1 = rows[1], *f2 = rows[2];
    const float *b0 = rows[3], *b1 = rows[4], *b2 = rows[5];
    const float *s0 = rows[6], *s1 = rows[7], *s2 = rows[8];
    const float *c0 = rows[9], *c1 = rows[10], *c2 = rows[11];
    const float *vote = rows[12], *in = rows[13], *out = rows[14], *sigmas = rows[15];
    float given = how->given, enough = how->enough, off = how->off, off_share = how->off_share;
    float strange = how->strange[0], fall = 1 / (how->strange[1] - strange);
    float faint = how->faint, rise = 1 / (1 - faint);
    FTH_EACH
    for (size_t i = 0; i < n; i++) {
        float d0 = (c0[i] - b0[i]) * s0[i], d1 = (c1[i] - b1[i]) * s1[i];
        float d2 = (c2[i] - b2[i]) * s2[i];
        float e0 = (f0[i] - b0[i]) * s0[i], e1 = (f1[i] - b1[i]) * s1[i];
        float e2 = (f2[i] - b2[i]) * s2[i];
        float along = e0 * d0 + e1 * d1 + e2 * d2;
        float length = d0 * d0 + d1 * d1 + d2 * d2 + 1e-3f;
        float own = e0 * e0 + e1 * e1 + e2 * e2 + 1e-3f;
        float beside = largest(own - along * along / length - off - off_share * length, 0) / own;
        beside = along > 0 ? beside : own > 2 * off ? 1 : 0; /* the other way is no way to it */
        float mixed = least(largest(1 - (beside - strange) * fall, 0), 1);
        float end = least(given / sqrtf(length), 0.3f);
        float share = (along / length - end) / (1 - 2 * end) * 1.05f;
        float believed = length / (length + enough) * mixed;
        float soft = least(largest(vote[i] * 0.75f + 0.5f, 0), 1);
        float clear = least(largest(sigmas[i] / given - 1, 0) * 1.5f, 1) * out[i];
        share = least(largest(share, 0), 1);
        share = least(largest(soft + believed * (share - soft), 0), 1);
        share = vote[i] > 0 ? 1 - (1 - share) * in[i] : share * clear;
        alpha[i] = largest(share - faint, 0) * rise;
    }
}

/* How badly a row fits another at sixteen places at once: sums[k] of how far a[i] and b[0][i + k]
 * are apart, `most` at most, times b[1][i + k]; each in the order of i. */
void FTH_KERNEL(plate_shifts)(float sums[16], const float *a, const float *const b[2], float most,
                              size_t n)
{
    enum { LOTS = 16 / LOT };
    lot sum[LOTS] = {{0}}, limit = {0};
    limit = limit + most;
    for (size_t i = 0; i < n; i++) {
        UNROLL
        for (int k = 0; k < LOTS; k++) {
            lot other, counts, apart, back;
            load_lot(&other, b[0] + i + k * LOT);
            load_lot(&counts, b[1] + i + k * LOT);
            apart = a[i] - other;
            back = other - a[i];
            most_of(&apart, &apart, &back);
            least_of(&apart, &apart, &limit);
            sum[k] += apart * counts;
        }
    }
    for (int k = 0; k < LOTS; k++)
        store_lot(sums + k * LOT, &sum[k]);
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
