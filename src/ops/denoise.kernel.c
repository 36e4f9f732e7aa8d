/* SPDX-License-Identifier: Apache-2.0 */
/* The inner loops of the noise reduction. A row of a patch is one vector; a patch is turned into
 * cosines (two times eight butterflies), brought together with those like it frequency by
 * frequency, and what is too weak to be anything but noise is taken away. What is left of a patch
 * is never computed: only what is to go, which for a patch without noise is 0 to the bit. */
#include "ops/kernel.h"

#include <string.h>

#include "base/compiler.h"
#include "ops/denoise_patch.h"

enum { N = FTH_PATCH };

typedef float eight FTH_VECTOR(32);
typedef int32_t eight_bits FTH_VECTOR(32);

static inline void load(eight *to, const float *from)
{
    memcpy(to, from, sizeof(*to));
}

static inline void store(float *to, const eight *from)
{
    memcpy(to, from, sizeof(*from));
}

static inline float add_lanes(const eight *sum)
{
    eight l = *sum;
    return ((l[0] + l[4]) + (l[2] + l[6])) + ((l[1] + l[5]) + (l[3] + l[7]));
}

/* ---- likeness -------------------------------------------------------------------------------- */

static inline float distance_to(const struct fth_patch_search *s, int32_t x, int32_t y)
{
    const float *a = s->patch.data, *b = s->picture.data + y * s->picture.stride + x;
    eight p, q, sum = {0}, other = {0};
    for (int i = 0; i < N; i += 2) {
        load(&p, a + i * s->patch.stride);
        load(&q, b + i * s->picture.stride);
        sum += (p - q) * (p - q);
        load(&p, a + (i + 1) * s->patch.stride);
        load(&q, b + (i + 1) * s->picture.stride);
        other += (p - q) * (p - q);
    }
    sum += other;
    return add_lanes(&sum);
}

/* at, a place within the picture: moves step by step to the neighbour most like the patch, at most
 * `steps` of them. distance: the sum of squared differences there; what it holds before is that at
 * the place, negative: not known yet. */
void FTH_KERNEL(patch_nearest)(float *distance, int32_t at[2], const struct fth_patch_search *s,
                               int steps)
{
    float least = *distance < 0 ? distance_to(s, at[0], at[1]) : *distance;
    for (int step = 0; step < steps; step++) {
        int32_t x = at[0], y = at[1];
        for (int i = 0; i < 9; i++) {
            int32_t to_x = x + i % 3 - 1, to_y = y + i / 3 - 1;
            if (to_x < 0 || to_y < 0 || to_x > s->most_x || to_y > s->most_y || i == 4)
                continue;
            float d = distance_to(s, to_x, to_y);
            if (d < least) {
                least = d;
                at[0] = to_x;
                at[1] = to_y;
            }
        }
        if (at[0] == x && at[1] == y)
            break;
    }
    *distance = least;
}

/* ---- cosines --------------------------------------------------------------------------------- */

#define C1 0.49039264020161522f /* cos(k pi / 16) / 2 */
#define C2 0.46193976625564337f
#define C3 0.41573480615127262f
#define C5 0.27778511650980109f
#define C6 0.19134171618254492f
#define C7 0.09754516100806412f
#define C0 0.35355339059327379f /* 1 / sqrt(8) */

/* Eight numbers of every lane become eight cosines. Equal ones give nothing but the first. */
static inline void to_cosines(eight v[N])
{
    eight s0 = v[0] + v[7], s1 = v[1] + v[6], s2 = v[2] + v[5], s3 = v[3] + v[4];
    eight d0 = v[0] - v[7], d1 = v[1] - v[6], d2 = v[2] - v[5], d3 = v[3] - v[4];
    eight e0 = s0 + s3, e1 = s1 + s2, e2 = s1 - s2, e3 = s0 - s3;
    v[0] = (e0 + e1) * C0;
    v[4] = (e0 - e1) * C0;
    v[2] = e3 * C2 + e2 * C6;
    v[6] = e3 * C6 - e2 * C2;
    v[1] = d0 * C1 + d1 * C3 + d2 * C5 + d3 * C7;
    v[3] = d0 * C3 - d1 * C7 - d2 * C1 - d3 * C5;
    v[5] = d0 * C5 - d1 * C1 + d2 * C7 + d3 * C3;
    v[7] = d0 * C7 - d1 * C5 + d2 * C3 - d3 * C1;
}

static inline void from_cosines(eight v[N])
{
    eight e0 = (v[0] + v[4]) * C0, e1 = (v[0] - v[4]) * C0;
    eight f0 = v[2] * C2 + v[6] * C6, f1 = v[2] * C6 - v[6] * C2;
    eight a0 = e0 + f0, a3 = e0 - f0, a1 = e1 + f1, a2 = e1 - f1;
    eight b0 = v[1] * C1 + v[3] * C3 + v[5] * C5 + v[7] * C7;
    eight b1 = v[1] * C3 - v[3] * C7 - v[5] * C1 - v[7] * C5;
    eight b2 = v[1] * C5 - v[3] * C1 + v[5] * C7 + v[7] * C3;
    eight b3 = v[1] * C7 - v[3] * C5 + v[5] * C3 - v[7] * C1;
    v[0] = a0 + b0;
    v[7] = a0 - b0;
    v[1] = a1 + b1;
    v[6] = a1 - b1;
    v[2] = a2 + b2;
    v[5] = a2 - b2;
    v[3] = a3 + b3;
    v[4] = a3 - b3;
}

#define PAIRS(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)

/* v[i][k] goes to v[k][i] */
static inline void turn(eight v[N])
{
    eight a[N], b[N];
    for (int i = 0; i < N; i += 2) {
        a[i] = PAIRS(v[i], v[i + 1], 0, 8, 2, 10, 4, 12, 6, 14);
        a[i + 1] = PAIRS(v[i], v[i + 1], 1, 9, 3, 11, 5, 13, 7, 15);
    }
    for (int i = 0; i < N; i += 4)
        for (int k = 0; k < 2; k++) {
            b[i + k] = PAIRS(a[i + k], a[i + k + 2], 0, 1, 8, 9, 4, 5, 12, 13);
            b[i + k + 2] = PAIRS(a[i + k], a[i + k + 2], 2, 3, 10, 11, 6, 7, 14, 15);
        }
    for (int i = 0; i < N / 2; i++) {
        v[i] = PAIRS(b[i], b[i + 4], 0, 1, 2, 3, 8, 9, 10, 11);
        v[i + 4] = PAIRS(b[i], b[i + 4], 4, 5, 6, 7, 12, 13, 14, 15);
    }
}

/* The three channels of a patch as cosines of brightness and of two differences of colour, which
 * are orthonormal: noise is as strong in them. */
static inline void look(eight to[3][N], const struct fth_patch_rows rgb[3])
{
    for (int i = 0; i < N; i++) {
        eight r, g, b;
        load(&r, rgb[0].data + i * rgb[0].stride);
        load(&g, rgb[1].data + i * rgb[1].stride);
        load(&b, rgb[2].data + i * rgb[2].stride);
        to[0][i] = (r + g + b) * 0.57735026918962576f;
        to[1][i] = (r - b) * 0.70710678118654752f;
        to[2][i] = (r + b - 2 * g) * 0.40824829046386302f;
    }
    for (int c = 0; c < 3; c++) {
        to_cosines(to[c]);
        turn(to[c]);
        to_cosines(to[c]);
    }
}

/* ---- bringing together ----------------------------------------------------------------------- */

/* How the members of a group add up, one frequency a lane: the mean is that of the first + moved,
 * and has `noise` of its variance. */
struct sum {
    eight moved[N], weight[N], squares[N];
};

/* Members count the less the more they differ from the first, or from the pilot:
 * (1 - d^2 / limit)^2 (Tukey). by: 1 / limit, what they count at most, 1 / limit of the mean. */
static inline void join(struct sum *sum, const eight first[N], const eight like[N],
                        const eight member[N], const float by[3])
{
    const eight zero = {0};
    for (int i = 0; i < N; i++) {
        eight scale = zero + by[0];
        if (i == 0)
            scale[0] = by[2];
        eight away = member[i] - like[i], share = 1 - away * away * scale;
        share = (eight)((eight_bits)share & (share > zero));
        eight weight = share * share * by[1];
        sum->moved[i] += weight * (member[i] - first[i]);
        sum->weight[i] += weight;
        sum->squares[i] += weight * weight;
    }
}

/* What is weaker than noise would be goes; the mean of the patch stays. Returns what is left of the
 * noise's variance, summed. */
static inline float cut(eight out[N], const eight first[N], const struct sum *sum, float limit)
{
    eight left = {0};
    for (int i = 0; i < N; i++) {
        eight scale = 1 / sum->weight[i], moved = sum->moved[i] * scale;
        eight noise = sum->squares[i] * scale * scale, mean = first[i] + moved;
        eight_bits strong = mean * mean > limit * noise;
        if (i == 0)
            strong[0] = -1;
        out[i] = (eight)(((eight_bits)-moved & strong) | ((eight_bits)first[i] & ~strong));
        left += (eight)((eight_bits)noise & strong);
    }
    return add_lanes(&left);
}

/* The same by Wiener's rule, where a pilot tells how strong what is wanted is. */
static inline float weaken(eight out[N], const eight first[N], const struct sum *sum,
                           const eight pilot[N], float variance)
{
    eight left = {0};
    for (int i = 0; i < N; i++) {
        eight scale = 1 / sum->weight[i], moved = sum->moved[i] * scale;
        eight noise = sum->squares[i] * scale * scale, power = pilot[i] * pilot[i];
        eight lost = variance * noise / (power + variance * noise + 1e-20f);
        if (i == 0)
            lost[0] = 0;
        out[i] = lost * (first[i] + moved) - moved;
        left += (1 - lost) * (1 - lost) * noise;
    }
    return add_lanes(&left);
}

/* How much stronger than noise a coefficient has to be to stay: 2.7 (BM3D), squared. */
#define STRONG (2.7f * 2.7f)

/* What is to be taken away from the first of the group. */
void FTH_KERNEL(patch_excess)(struct fth_patch_excess *excess, const struct fth_patch_group *group)
{
    eight first[3][N], pilot[3][N], member[3][N];
    struct sum sums[3];
    bool has_pilot = group->pilot[0].data != NULL;
    float left = 0, apart = has_pilot ? 1 : 2; /* variances between two patches that are alike */
    look(first, group->members[0]);
    if (has_pilot)
        look(pilot, group->pilot);
    memset(sums, 0, sizeof(sums));
    for (int c = 0; c < 3; c++)
        for (int i = 0; i < N; i++)
            sums[c].weight[i] = sums[c].squares[i] = (eight){1, 1, 1, 1, 1, 1, 1, 1};
    for (int m = 1; m < group->count; m++) {
        look(member, group->members[m]);
        for (int c = 0; c < 3; c++) {
            float limit = apart * group->alike * group->variance[c];
            float whole = limit > group->flicker ? limit : group->flicker;
            const float by[3] = {1 / limit, group->temporal, 1 / whole};
            join(&sums[c], first[c], has_pilot ? pilot[c] : first[c], member[c], by);
        }
    }
    for (int c = 0; c < 3; c++) {
        float variance = group->variance[c] * group->spatial * group->spatial;
        left += has_pilot ? weaken(member[c], first[c], &sums[c], pilot[c], variance)
                          : cut(member[c], first[c], &sums[c], STRONG * variance);
        from_cosines(member[c]);
        turn(member[c]);
        from_cosines(member[c]);
        for (int i = 0; i < N; i++)
            store(excess->values[c] + i * N, &member[c][i]);
    }
    excess->weight = 1 / left;
}

/* Adds a patch to eight columns of eight rows of sums[0] to [2], and its weight to sums[3]; its
 * borders count less (Kaiser's window, beta 2). */
void FTH_KERNEL(patch_add)(float *const sums[4], ptrdiff_t stride,
                           const struct fth_patch_excess *excess)
{
    static const float window[N] = {0.4387f, 0.6814f, 0.8768f, 0.9858f,
                                    0.9858f, 0.8768f, 0.6814f, 0.4387f};
    eight across, sum, value;
    load(&across, window);
    for (int i = 0; i < N; i++) {
        eight weight = across * (window[i] * excess->weight);
        for (int c = 0; c < 3; c++) {
            load(&sum, sums[c] + i * stride);
            load(&value, excess->values[c] + i * N);
            sum += weight * value;
            store(sums[c] + i * stride, &sum);
        }
        load(&sum, sums[3] + i * stride);
        sum += weight;
        store(sums[3] + i * stride, &sum);
    }
}
