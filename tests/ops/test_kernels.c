/* SPDX-License-Identifier: Apache-2.0 */
/* Every kernel of the list writes the same bytes at every level this machine has, for lengths that
 * fill no vector, on ordinary and on special values. A kernel without a driver does not compile. */
#include "ops/kernels.h"
#include "ops/curves.h"
#include "ops/denoise_patch.h"
#include "ops/flow_patch.h"
#include "ops/tones.h"
#include "base/compiler.h"
#include "base/mem.h"
#include "check.h"

enum { ROWS = 20, ROW = 1536, MIDDLE = 128, LONGEST = 70, STRIDE = 24 };

/* What kernels read and write; the drivers name rows of it. */
struct data {
    float rows[ROWS][ROW];
    double doubles[ROW];
    uint8_t bytes[ROW];
    uint16_t words[ROW];
};

static void fill_data(struct data *data, bool special)
{
    static const float specials[] = {0, -0.0f, 1, -1, 1e-40f, -1e-45f, 3e38f, -3e38f, INFINITY,
                                     -INFINITY, NAN, 0.5f, 255, 1e-20f};
    uint32_t state = 1;
    for (int row = 0; row < ROWS; row++)
        for (int i = 0; i < ROW; i++) {
            float value = (float)fth_test_random(&state) / 16777216.0f * 1.5f - 0.25f;
            if (special && fth_test_random(&state) % 4 == 0)
                value = specials[fth_test_random(&state) % FTH_ARRAY_COUNT(specials)];
            data->rows[row][i] = value;
        }
    for (int i = 0; i < ROW; i++) {
        data->doubles[i] = 0;
        data->bytes[i] = (uint8_t)fth_test_random(&state);
        data->words[i] = (uint16_t)fth_test_random(&state);
    }
}

/* R(i): where row i begins for a driver; some kernels look a little before it. */
#define R(i) (d->rows[i] + MIDDLE)
#define DRIVER(name, ...)                                                                          \
    static void drive_##name(const struct fth_kernels *k, struct data *d, size_t n)                \
    {                                                                                              \
        k->name(__VA_ARGS__);                                                                      \
        (void)d, (void)n;                                                                          \
    }

static const float matrix[9] = {.5f, .25f, .125f, -.1f, 1.2f, -.1f, .3f, .3f, .4f};
static const float four[4] = {.1f, .2f, .3f, .4f};
static const float five[5] = {.4f, .3f, .01f, .02f, 2};
static const float mirrored[5] = {.1f, .2f, .4f, .2f, .1f};
static const double weights[4] = {.4, .2, .07, .03};
/* S-Log3's and sRGB's */
static const struct fth_log_curve log_curve = {
    100, 1, .07694f, .08372f, .01125f, 6.6205f, .09286f, .16735f, 9.3f,
    12.996f, 12.9921875f, .0038125f, -1, -.0881f, .01f, .15104f};
static const struct fth_gamma_curve gamma_curve = {
    1.055f, .055f, .41666666f, .0031308f, 12.92f, .94786729f, .05213270f, 2.4f, .04045f, .0773994f};
static const struct fth_shoulder shoulder = {.4f, .1f, 5, 2};
static const struct fth_zones zones = {.01f, .05f, -.04f, .1f, 2, .3f, 2.5f};
static const struct fth_tones tones = {.4f, .7f, -.5f, .25f};
static const struct fth_box box = {2, .3};
static const struct fth_recursion recursion = {
    {{{.1, .05}, {.04, .03}, {1.2, -.4}}, {{.02, .01}, {.03, -.02}, {.9, -.3}}}, 2, true};
static const int32_t sources[4 * LONGEST] = {3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9};

static struct fth_taps taps_of(struct data *d, size_t count)
{
    return (struct fth_taps){sources, R(9), LONGEST, count};
}

DRIVER(fill, R(0), .3f, n)
DRIVER(find_endless, (bool *)d->bytes, R(1), n)
DRIVER(extend, R(0), R(1), n)
DRIVER(find_other, (bool *)d->bytes, R(1), n ? R(1)[0] : 0, n)
DRIVER(stream, R(0) + 3, R(1), n)
DRIVER(stream_fetch, R(0) + 5, R(1), R(2) + LONGEST, n)
DRIVER(lerp, R(0), R(1), R(2), .3f, n)
DRIVER(lerp_mask, R(0), R(1), R(2), R(3), .3f, n)
DRIVER(add, R(0), R(1), R(2), n)
DRIVER(multiply, R(0), R(0), R(1), n)
DRIVER(cut, R(0), R(1), R(2), n)
DRIVER(multiply_add, R(0), R(1), R(2), R(0), n)
DRIVER(divide, R(0), R(1), R(2), n)
DRIVER(min, R(0), R(1), R(2), n)
DRIVER(max, R(0), R(1), R(2), n)
DRIVER(raise, R(0), R(1), R(2), n)
DRIVER(absdiff, R(0), R(1), R(2), n)
DRIVER(add_light, R(0), (const float *[3]){R(1), R(2), R(3)}, n)
DRIVER(over, R(0), R(1), R(2), R(3), n)
DRIVER(over_stream, R(0), R(1), R(2), R(3), n)
DRIVER(unpremultiply, R(0), R(1), R(2), n)
static void drive_gather_sum(const struct fth_kernels *k, struct data *d, size_t n)
{
    struct fth_taps six = taps_of(d, 3), one = taps_of(d, 1);
    k->gather_sum(R(0), R(1), &six, n);
    k->gather_sum(R(2), R(1), &one, n);
    six.step = 0, six.count = 6; /* the same tap again and again */
    k->gather_sum(R(3), R(1), &six, n);
}

static void drive_shift_sum(const struct fth_kernels *k, struct data *d, size_t n)
{
    struct fth_taps taps = {sources, R(9), 1, 5};
    k->shift_sum(R(0), R(1), &taps, n);
}

static void drive_stack_sum(const struct fth_kernels *k, struct data *d, size_t n)
{
    struct fth_taps taps = {sources, R(9), 1, 5};
    k->stack_sum(R(0), R(1), STRIDE, &taps, n);
}

static void drive_sample_squares(const struct fth_kernels *k, struct data *d, size_t n)
{
    k->sample_squares(R(0), R(1), STRIDE, sources, (const float *[2]){R(4), R(6)}, n);
}

static void drive_place_squares(const struct fth_kernels *k, struct data *d, size_t n)
{
    static const struct fth_squares how = {3.5, {.7, -.2}, {2.1, 9.4}, {1, 0}, {40, 12}, 64,
                                           {1, 2}};
    k->place_squares((int32_t *)(void *)R(0), R(1), R(2), &how, n);
}

DRIVER(cubic_weights, R(0), R(3), n)
DRIVER(lanczos_weights, R(0), R(6), n)
static void drive_sample_sixes(const struct fth_kernels *k, struct data *d, size_t n)
{
    k->sample_sixes(R(0), R(1), STRIDE, sources, (const float *[2]){R(4), R(6)}, n);
}

static const struct fth_vary vary = {4, 2, 6, 12};
DRIVER(vary_lend, R(0), R(1), R(2), .2f, 2, n)
DRIVER(vary_gather, R(0), R(1), R(2), ((const float *[2]){R(3), R(4)}), &vary, n)
DRIVER(vary_add, R(0), R(1), R(2), &vary, n)
static void drive_pick_square(const struct fth_kernels *k, struct data *d, size_t n)
{
    const float *const rows[4] = {R(4), R(5), R(6), R(7)};
    k->pick_square((float *[1]){R(0)}, rows, &(struct fth_pick){.largest = true, .count = 1}, n);
    k->pick_square((float *[2]){R(1), R(2)}, rows, &(struct fth_pick){.streams = true, .count = 2},
                   n);
}

static void drive_pick_along(const struct fth_kernels *k, struct data *d, size_t n)
{
    struct fth_pick how = {.largest = true, .length = 2 + (ptrdiff_t)(n * 7 % 97), .ahead = R(5)};
    k->pick_along(R(0), R(1), R(2), &how, n);
    how.largest = false;
    how.ahead = NULL;
    k->pick_along(R(3), R(1), R(2), &how, n);
    for (int i = 0; i < ROW - MIDDLE; i++) /* what lies in it depends on how wide registers are */
        R(1)[i] = 0;
}

static void drive_pick_down(const struct fth_kernels *k, struct data *d, size_t n)
{
    float *const dst[3] = {R(0), R(1), R(2)};
    struct fth_pick how = {.largest = true, .count = 1 + (ptrdiff_t)n % 3, .length = 3,
                           .stride = ROW, .next = 3 * ROW};
    k->pick_down(dst, R(3), &how, n);
    how.streams = true;
    how.largest = false;
    k->pick_down(dst, R(8), &how, n);
}

DRIVER(clamp, R(0), R(1), .1f, .9f, n)
DRIVER(invert, R(0), R(0), n)
DRIVER(scale_offset, R(0), R(1), 1.3f, -.2f, n)
DRIVER(scale_offset_three, (float *[3]){R(0), R(1), R(2)}, (const float *[3]){R(3), R(1), R(4)},
       (const float[3]){1.1f, .9f, 2}, (const float[3]){.1f, -.2f, 0}, n)
DRIVER(contrast, R(0), R(1), .18f, 1.4f, n)
DRIVER(choke, R(0), R(1), -.3f, n)
DRIVER(unmix, R(0), R(1), R(2), R(3), .7f, n)
DRIVER(clean_edge, R(0), (const float *const[5]){R(1), R(2), R(3), R(4), R(5)}, .7f, n)
static const float range[2] = {.05f, .4f};
#define KEY(name)                                                                                  \
    DRIVER(name, R(0), (const float *const[3]){R(1), R(2), R(3)},                                  \
           (const float *const[3]){R(4), R(5), R(6)}, range, n)
KEY(key_max_abs)
KEY(key_mean_abs)
KEY(key_luma_abs)
KEY(key_euclid)
KEY(key_chroma)
KEY(key_delta_e)
DRIVER(luma, R(0), R(1), R(2), R(3), n)
DRIVER(matrix, R(0), R(1), R(2), matrix, n)
DRIVER(log_decode, R(0), R(1), &log_curve, n)
DRIVER(log_encode, R(0), R(1), &log_curve, n)
DRIVER(gamma_decode, R(0), R(1), &gamma_curve, n)
DRIVER(gamma_encode, R(0), R(1), &gamma_curve, n)
DRIVER(draw_in, R(0), R(1), R(2), matrix, n)
DRIVER(shoulder, R(0), R(1), R(2), &shoulder, n)
DRIVER(zones, R(0), R(1), &zones, n)
DRIVER(tones, R(0), R(1), &tones, n)
static void drive_look_up(const struct fth_kernels *k, struct data *d, size_t n)
{
    struct fth_lookup table = {.2f, .9f, FTH_LOOKUP_STEPS / .7f, .5f, -2, {0}};
    for (int i = 0; i <= FTH_LOOKUP_STEPS; i++)
        table.values[i] = d->rows[2][i];
    k->look_up(R(0), R(1), &table, n);
}
DRIVER(hue, R(0), R(1), (const float *[3]){R(2), R(3), R(4)}, n)
DRIVER(turn_hue, (float *[3]){R(0), R(1), R(2)}, R(3), R(4), R(5), n)
DRIVER(saturate, R(0), R(0), R(1), R(2), n)
DRIVER(weigh_hue, R(0), R(0), R(1), n)
DRIVER(pq_decode, R(0), R(1), n)
DRIVER(pq_encode, R(0), R(1), n)
DRIVER(hlg_decode, R(0), R(1), n)
DRIVER(hlg_encode, R(0), R(1), n)
DRIVER(subject_lift, R(0), R(1), R(2), .7f, n)
DRIVER(from_u8, R(0), d->bytes, 1 / 255.0f, n)
DRIVER(from_u16, R(0), d->words, 1 / 65535.0f, n)
DRIVER(to_u8, d->bytes, R(0), 255, n)
DRIVER(to_u16, d->words, R(0), 65535, n)
static const float grading[2] = {16, 219}, sitings[2] = {-.25f, .25f};
DRIVER(scale_u8, R(0), d->bytes, grading, n)
DRIVER(scale_u16, R(0), d->words, grading, n)
DRIVER(widen_chroma, R(0), R(3), sitings, n)
DRIVER(from_yuv, ((float *[3]){R(0), R(1), R(2)}), matrix, n)
DRIVER(to_yuv, (float *[3]){R(0), R(1), R(2)}, (const float *[3]){R(3), R(4), R(5)}, matrix, n)
DRIVER(halve_chroma, R(0), R(1), R(2), n)
DRIVER(to_half, d->words, R(0), n)
DRIVER(from_half, R(0), d->words, n)
DRIVER(sum_bytes, d->bytes, 77, n)
DRIVER(weave_four, (uint8_t *)R(0),
       (const uint8_t *[4]){d->bytes, d->bytes + 1, d->bytes + 2, d->bytes + 3}, n)
DRIVER(weave_bytes, d->bytes, (const uint8_t *)R(0), (const uint8_t *)R(1), n)
DRIVER(sum_quads, R(0), (const float *[2]){R(1), R(2)}, four, n)
DRIVER(sum_groups, R(0), R(1), .3f, 2 + n % 4, n)
DRIVER(rows_to_lanes, R(0),
       (const float *[16]){R(1), R(2), R(3), R(4), R(5), R(6), R(7), R(8), R(9), R(10), R(11),
                           R(12), R(13), R(14), R(15), R(16)},
       n)
static void drive_rank(const struct fth_kernels *k, struct data *d, size_t n)
{
    float *rows[FTH_RANK_MOST];
    uint8_t *order[FTH_RANK_MOST];
    for (int count = 1; count <= 5; count++) {
        for (int i = 0; i < count; i++) {
            rows[i] = R(1 + 3 * count / 2 + i);
            order[i] = d->bytes + 64 * i;
        }
        k->rank(rows, order, count, n);
    }
}

DRIVER(lanes_to_rows,
       (float *[16]){R(1), R(2), R(3), R(4), R(5), R(6), R(7), R(8), R(9), R(10), R(11), R(12),
                     R(13), R(14), R(15), R(16)},
       R(0), n)
DRIVER(box_add, d->doubles, R(0), n)
/* Past the caches where rows lie right, and where they do not. */
static void drive_box_down(const struct fth_kernels *k, struct data *d, size_t n)
{
    struct fth_box_down how = {(const float *[2]){R(2), R(3)}, (const float *[2]){R(4), R(5)}, .3,
                               2, false};
    float *dst[2] = {R(0), R(1)};
    k->box_down(dst, d->doubles, &how, n);
    how.streams = true;
    for (int i = 0; i < 2; i++) {
        uintptr_t at = (uintptr_t)R(6 + i);
        dst[i] = R(6 + i) + (64 - at % 64) % 64 / sizeof(float);
    }
    k->box_down(dst, d->doubles, &how, n);
    dst[1]++;
    k->box_down(dst, d->doubles, &how, n);
}

DRIVER(symmetric_lanes, R(0), R(1), weights, 3, n)
DRIVER(recursive_lanes, R(0), R(1), d->doubles, &recursion, n)
DRIVER(halve_rows, R(0), (const float *[4]){R(1), R(2), R(3), R(4)}, n)
DRIVER(halve_row, R(0), R(1), n)
DRIVER(halve_both, R(0), (const float *[4]){R(1), R(2), R(3), R(4)}, n)
DRIVER(double_both, (float *[2]){R(0), R(1)}, (const float *[3]){R(2), R(3), R(4)}, true, n)
DRIVER(double_rows, R(0), R(1), R(2), R(3), n)
DRIVER(double_row, R(0), R(1), n)
DRIVER(weigh_pairs, R(0), (const float *[5]){R(1), R(2), R(3), R(4), R(5)}, mirrored, 2, n)
static void drive_weigh_along(const struct fth_kernels *k, struct data *d, size_t n)
{
    k->weigh_along(R(0), R(1), mirrored, 2, true, n);
    k->weigh_along(R(2), R(1), R(9), n % 16, false, n);
}

DRIVER(weigh_four, (float *[4]){R(0), R(1), R(2), R(3)},
       (const float *[8]){R(4), R(5), R(6), R(7), R(8), R(9), R(10), R(11)},
       &(struct fth_weights){mirrored, 2, 0}, n)
DRIVER(guided_grey, (float *[4]){R(0), R(1), R(2), R(3)}, 1e-4, n)
DRIVER(guided_colour, (float *[4]){R(13), R(14), R(15), R(3)},
       (const float *[13]){R(0), R(1), R(2), R(3), R(4), R(5), R(6), R(7), R(8), R(9), R(10), R(11),
                           R(12)},
       1e-4, n)
DRIVER(guided_apply, R(0), ((const float *[4]){R(1), R(2), R(3), R(4)}),
       ((const float *[3]){R(5), R(6), R(7)}), n)
DRIVER(edge_weight, R(0), (const float *[3]){R(1), R(2), R(3)},
       (const float *[3]){R(4), R(5), R(6)}, 30, n)
/* n lines of 2 FTH_LANES, apart by a little more; rows 6 and 7 are the coefficients. */
DRIVER(sweep, (&(struct fth_sweep){{d->rows[0], d->rows[2]}, {d->rows[4], d->rows[5]},
                                   d->rows[6], FTH_LANES + 3, FTH_LANES + 1, (ptrdiff_t)n, 50}))
DRIVER(patch_tensor, R(0), R(1), R(2), STRIDE)
DRIVER(sobel, R(0), R(1), (const float *[3]){R(2), R(3), R(4)}, n + 2)
DRIVER(flow_belief, R(0), R(1), R(2), 0.1f, (const int32_t[2]){(int32_t)n, 10})
DRIVER(flow_doubt, R(0), R(1), 0.5f, n)
DRIVER(flow_mismatch, R(0), R(1), R(2), 1,
       (&(struct fth_flow_field){R(3), R(4), STRIDE, STRIDE + 1}),
       (const int32_t[2]){(int32_t)n, 5})
DRIVER(divide_two, R(0), R(1), R(2), n)
DRIVER(remap, R(0), R(1), R(2), R(3), STRIDE, (const int32_t[2]){20, 10}, n)
DRIVER(difference, R(0), R(1), R(2), .5f, n)
DRIVER(refine_normalise, R(0), R(1), R(2), .01f, n)
DRIVER(refine_weight, R(0), (const float *[6]){R(1), R(2), R(3), R(4), R(5), R(6)}, 2, .001f, n)
DRIVER(refine_system, (float *[5]){R(0), R(1), R(2), R(3), d->rows[19]},
       (const float *[16]){R(4), R(5), R(6), R(7), R(8), R(9), R(10), R(11), R(12), R(13), R(14),
                           R(15), R(16), R(17), R(18), R(4)},
       five, n)
DRIVER(refine_relax, R(0), R(1), (const float *[6]){R(2), R(3), R(4), R(5), R(6), R(7)},
       (const float *[3]){R(8), R(9), R(10)}, (float *[5]){R(11), R(12), R(13), R(14), R(15)}, n)

/* A patch in the middle of a small picture, so that flows of a few pixels stay within. */
static struct fth_flow_patch patch_of(struct data *d)
{
    enum { SIZE = 12, WIDE = SIZE + 2 * FTH_FLOW_BORDER };
    return (struct fth_flow_patch){.from = R(3), .gx = R(4), .gy = R(5), .stride = STRIDE,
                                   .gradient_stride = STRIDE, .to_stride = WIDE, .width = SIZE,
                                   .to = d->rows[6] + (WIDE + 1) * FTH_FLOW_BORDER, .height = SIZE,
                                   .x = 2, .y = 2, .tensor = five};
}

static void drive_near(const struct fth_kernels *k, struct data *d, size_t n)
{
    for (int i = 0; i < ROW; i++)
        d->words[i] = d->words[i] % 8 ? FTH_NEAR_NONE : d->words[i] % 90;
    k->near(R(0), d->words + MIDDLE, 7, 6.5f, n);
}

DRIVER(plate_split, (float *[3]){R(0), R(1), R(2)}, (const float *[3]){R(3), R(4), R(5)}, n)
DRIVER(plate_mean, R(0), (const float *[3]){R(1), R(2), R(3)}, n + 1)
DRIVER(plate_light, (float *[3]){R(0), R(1), R(2)},
       (const float *[6]){R(3), R(4), R(5), R(6), R(7), R(8)}, n + 1)
DRIVER(plate_grades, d->bytes,
       (const float *[9]){R(0), R(1), R(2), R(3), R(4), R(5), R(6), R(7), R(8)}, n)
static void drive_plate_look(const struct fth_kernels *k, struct data *d, size_t n)
{
    const float *const tables[3] = {R(3), R(4), R(5)};
    uint8_t grades[LONGEST];
    for (size_t i = 0; i < n; i++)
        grades[i] = d->bytes[i] % 48;
    k->plate_look((float *[3]){R(0), R(1), R(2)}, grades, tables, n);
}
static const struct fth_plate_doubt plate_doubt = {.2f, .6f, .5f, .4f, .6f, true, .7f};
/* What the kernels of a plate read, from row 2 on. */
#define PLATE_ROWS                                                                                 \
    (const float *[16]){R(2), R(3),  R(4),  R(5),  R(6),  R(7),  R(8), R(9),                       \
                        R(10), R(11), R(12), R(13), R(14), R(15), R(16), R(0)}
DRIVER(plate_doubt, (float *[2]){R(0), R(1)}, PLATE_ROWS, &plate_doubt, n)
static void drive_plate_sample(const struct fth_kernels *k, struct data *d, size_t n)
{
    k->plate_sample((float *[3]){R(0), R(17), R(18)}, PLATE_ROWS, R(19), 2, n);
    k->plate_sample((float *[3]){R(0) + 200, R(17) + 200, R(18) + 200}, PLATE_ROWS, R(19), 1, n);
}

DRIVER(plate_bins, d->bytes, R(1), 256, n)
DRIVER(plate_apart, R(0), PLATE_ROWS, 2, n)
static void drive_plate_ask(const struct fth_kernels *k, struct data *d, size_t n)
{
    enum { SIDE = 30 };
    struct fth_plate_asking how = {d->rows[2], SIDE, SIDE, SIDE,
                                   {1.1, .1, .05, -.1, .9, .1, .05, -.03}, 12, .9, .05};
    double at[2][LONGEST], said[4][LONGEST] = {{0}};
    for (size_t i = 0; i < n; i++) {
        at[0][i] = (double)R(0)[i] * 2 - 1;
        at[1][i] = (double)R(1)[i] * 2 - 1;
    }
    k->plate_ask((double *[4]){said[0], said[1], said[2], said[3]}, d->bytes,
                 (const double *[2]){at[0], at[1]}, R(4), &how, n);
    for (size_t i = 0; i < 4 * n; i++) /* of what is not seen nothing is said */
        d->doubles[i] = d->bytes[i % n] ? said[i / n][i % n] : 0;
}
static const struct fth_plate_temper plate_temper = {.2f, .6f, .1f,  .3f, .8f,
                                                      .7f, .3f, .9f, .4f, .2f};
static void drive_plate_temper(const struct fth_kernels *k, struct data *d, size_t n)
{
    k->plate_temper(R(0), (const float *[5]){R(1), R(2), R(3), R(4), R(5)}, d->bytes,
                    &plate_temper, n);
}
DRIVER(plate_edge, R(0), PLATE_ROWS, .7f, n)
static const struct fth_plate_mixing plate_mixing = {.3f, .5f, .01f, .02f, {.1f, .6f}, .2f};
DRIVER(plate_alpha, R(0), PLATE_ROWS, &plate_mixing, n)
DRIVER(plate_shade, R(0), PLATE_ROWS, &plate_doubt, .8f, n)
static void drive_plate_cells(const struct fth_kernels *k, struct data *d, size_t n)
{
    for (int32_t cell = 2; cell <= 4; cell += 2)
        for (int32_t rows = 1; rows <= cell; rows++)
            k->plate_cells((uint8_t *[2]){d->bytes + 200 * cell + 40 * rows,
                                          d->bytes + 200 * cell + 40 * rows + 36},
                           PLATE_ROWS, (const int32_t[2]){cell, rows}, n);
}

DRIVER(plate_edgy, d->bytes, PLATE_ROWS, (const float[2]){.5f, 1}, 2, n)
static void drive_plate_gather(const struct fth_kernels *k, struct data *d, size_t n)
{
    for (int32_t cell = 2; cell <= 4; cell += 2) {
        const struct fth_plate_gathering how = {cell, .1f};
        float *dst[12];
        for (int i = 0; i < 12; i++)
            dst[i] = R(i < 11 ? 9 + i : 0) + 100 * cell;
        k->plate_gather(dst, (const float *[8]){R(1), R(2), R(3), R(4), R(5), R(6), R(7), R(8)},
                        &how, n);
    }
}

static void drive_plate_enlarge(const struct fth_kernels *k, struct data *d, size_t n)
{
    for (int32_t cell = 2; cell <= 4; cell += 2)
        k->plate_enlarge((float *[5]){R(10 + cell), R(11 + cell), R(12 + cell), R(15 + cell),
                                      R(0) + 200 * cell}, PLATE_ROWS, cell, n);
}
static void drive_plate_wide(const struct fth_kernels *k, struct data *d, size_t n)
{
    for (int i = 0; i < ROW; i++)
        d->bytes[i] &= 1;
    for (int32_t count = 1; count <= 4; count++)
        k->plate_wide(d->bytes + 20 * count,
                      (const uint8_t *[4]){d->bytes + 200, d->bytes + 300, d->bytes + 400,
                                           d->bytes + 500}, count, n);
}

DRIVER(plate_open, d->bytes, (int32_t *)(void *)R(0), R(1), n)
DRIVER(plate_steps, d->bytes, R(1), R(2), n)
static void drive_plate_shifts(const struct fth_kernels *k, struct data *d, size_t n)
{
    k->plate_shifts(R(0), R(1), (const float *[2]){R(2), R(3)}, 0.1f, n > 15 ? n - 15 : n / 4);
}

DRIVER(plate_places, R(0), (const double[4]){3.7, 1.01, 1, 1e-4}, n)
DRIVER(plate_taps, (int32_t *)(void *)R(0), R(5), R(9), (const int32_t[3]){40, 3, 1}, LONGEST, n)
DRIVER(plate_seen, R(0), R(1), R(2), .5f, .4f, n)
DRIVER(plate_expose, R(0), R(1), 1.1f, -.02f, n)
static void drive_patch_search(const struct fth_kernels *k, struct data *d, size_t n)
{
    struct fth_flow_patch patch = patch_of(d);
    const float *const neighbours[2] = {R(1), n & 1 ? NULL : R(2)};
    k->patch_search(R(0), neighbours, &patch, (int)n % 9);
}

static void drive_patch_spread(const struct fth_kernels *k, struct data *d, size_t n)
{
    struct fth_flow_patch patch = patch_of(d);
    k->patch_spread((float *[3]){R(0), R(1), R(2)}, STRIDE, &patch, four, 1 + (int)n % 8);
}

DRIVER(white_noise, R(0), 12345, -(int32_t)n, n)

static void drive_patch_nearest(const struct fth_kernels *k, struct data *d, size_t n)
{
    int32_t at[2] = {(int32_t)n % 5, (int32_t)n % 7};
    struct fth_patch_search search = {{R(3), STRIDE}, {R(4), STRIDE}, 12, 12};
    R(0)[0] = -1;
    k->patch_nearest(R(0), at, &search, (int)n % 4);
    R(1)[0] = (float)at[0];
    R(1)[1] = (float)at[1];
}

static void drive_patch_excess(const struct fth_kernels *k, struct data *d, size_t n)
{
    struct fth_patch_excess excess;
    struct fth_patch_group group = {.count = 1 + (int)n % 3, .variance = {.002f, .003f, .004f},
                                    .temporal = 1, .spatial = 1, .alike = 9,
                                    .flicker = .1f};
    for (int i = 0; i < 9; i++)
        group.members[i / 3][i % 3] = (struct fth_patch_rows){R(3 + i), STRIDE};
    for (int i = 0; i < 3 && n % 2; i++)
        group.pilot[i] = (struct fth_patch_rows){R(12 + i), STRIDE};
    k->patch_excess(&excess, &group);
    memcpy(R(0), excess.values, sizeof(excess.values));
    R(1)[0] = excess.weight;
}

static void drive_patch_add(const struct fth_kernels *k, struct data *d, size_t n)
{
    struct fth_patch_excess excess = {.weight = (float)n};
    memcpy(excess.values, R(4), sizeof(excess.values));
    k->patch_add((float *[4]){R(0), R(1), R(2), R(3)}, STRIDE, &excess);
}

/* Kernels with paths of their own for certain numbers take them all. */
DRIVER(power_exact, R(0), R(1), 1 / 2.2f, n)
static void drive_power(const struct fth_kernels *k, struct data *d, size_t n)
{
    k->power(R(0), R(1), 1, n);
    k->power(R(2), R(3), 1 / 2.2f, n);
    k->power(R(4), R(5), 0, n);
    k->power(R(6), R(7), -3.3f, n);
}

static void drive_levels(const struct fth_kernels *k, struct data *d, size_t n)
{
    k->levels(R(0), R(1), .2f, .8f, 1, n);
    k->levels(R(2), R(3), .2f, .8f, 1.7f, n);
    k->levels(R(4), R(5), .5f, .5f, 2, n);
}

static void drive_depth_linear(const struct fth_kernels *k, struct data *d, size_t n)
{
    k->depth_linear(R(0), R(1), .1f, .9f, 1, 10, n);
}

static void drive_depth_log(const struct fth_kernels *k, struct data *d, size_t n)
{
    k->depth_log(R(0), R(1), .1f, .9f, 1, 10, n);
}

static void drive_isolate(const struct fth_kernels *k, struct data *d, size_t n)
{
    k->isolate(R(0), R(1), .5f, .1f, .2f, n);
    k->isolate(R(2), R(3), .5f, .1f, 0, n);
}

static void drive_box_lanes(const struct fth_kernels *k, struct data *d, size_t n)
{
    static const struct fth_box even = {2, 0};
    k->box_lanes(R(0), R(1), &box, n);
    k->box_lanes(R(0), R(1), &even, n);
}

/* Of one, two and three factors; the second takes up the first's sums. */
static void drive_box_along(const struct fth_kernels *k, struct data *d, size_t n)
{
    float *rows[FTH_LANES];
    const float *const lanes[3] = {R(16), R(17), R(18)};
    for (int factors = 1; factors <= 3; factors++) {
        struct fth_box_along how = {lanes, factors, factors != 2, 5};
        for (int i = 0; i < FTH_LANES; i++)
            rows[i] = R(i) + (factors - 1) * (LONGEST + 1);
        k->box_along(rows, d->doubles, R(19), &how, n);
    }
}

/* Of each kind; rows come in before some go out. */
static void drive_sum_down(const struct fth_kernels *k, struct data *d, size_t n)
{
    const float *rows[2 * FTH_DOWN_SOURCES];
    for (int i = 0; i < 2 * FTH_DOWN_SOURCES; i++)
        rows[i] = R(i);
    for (int of = 0; of < FTH_PRODUCTS; of++) {
        struct fth_down down = {(enum fth_products)of, rows, NULL, 2, .3, d->doubles, NULL, STRIDE};
        n = n % STRIDE;
        k->sum_down(&down, n);
        down.out = rows + 1;
        down.rows = 1;
        down.dst = R(12) + of;
        k->sum_down(&down, n);
    }
}

/* Whose work is nobody's. */
static void drive_mean_along(const struct fth_kernels *k, struct data *d, size_t n)
{
    float from[LONGEST + 80], work[2 * (LONGEST + 80)];
    for (size_t width = 1; width < 80; width += 6) {
        memcpy(from, R(1), sizeof(from));
        k->mean_along(R(0) + width, from, work, width, n);
    }
}

static void drive_gather_taps(const struct fth_kernels *k, struct data *d, size_t n)
{
    struct fth_taps two = taps_of(d, 2), three = taps_of(d, 3), four_taps = taps_of(d, 4);
    int32_t beside[4 * LONGEST]; /* runs of neighbours, one ended in the midst of a register */
    for (int32_t i = 0; i < 4 * LONGEST; i++)
        beside[i] = i % LONGEST + i / LONGEST + (i == 21) + (i % LONGEST > 37);
    k->gather_taps(R(0), R(1), &two, n);
    k->gather_taps(R(2), R(3), &three, n);
    k->gather_taps(R(4), R(5), &four_taps, n);
    four_taps.index = beside;
    k->gather_taps(R(6), R(7), &four_taps, n);
}

/* Places that one register holds, up to one that none does, and any; rows as they come alone. */
static void drive_gather_rows(const struct fth_kernels *k, struct data *d, size_t n)
{
    struct fth_taps two = taps_of(d, 2), three = taps_of(d, 3);
    int32_t close[2 * LONGEST];
    float alone[LONGEST];
    for (int32_t i = 0; i < 2 * LONGEST; i++)
        close[i] = i % LONGEST / 2 + i / LONGEST + (i % LONGEST > 57 ? 40 : 0);
    float *const to[3] = {R(0), R(2), R(4)};
    const float *const from[3] = {R(1), R(3), R(5)};
    k->gather_rows(to, from, &three, 3, n);
    k->gather_rows((float *const[]){R(6)}, from, &two, 1, n);
    two.index = close;
    k->gather_rows(to, from, &two, 2, n);
    k->gather_taps(alone, R(3), &two, n);
    FTH_CHECK(memcmp(alone, R(2), n * sizeof(float)) == 0);
}

static void drive_weigh_rows(const struct fth_kernels *k, struct data *d, size_t n)
{
    struct fth_taps two = taps_of(d, 2), three = taps_of(d, 3);
    k->weigh_rows(R(0), R(1), STRIDE, &two, n);
    k->weigh_rows(R(2), R(3), STRIDE, &three, n);
}

static bool same_floats(const float *a, const float *b, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (memcmp(&a[i], &b[i], sizeof(*a)) != 0 && !(isnan(a[i]) && isnan(b[i])))
            return false;
    return true;
}

/* Byte for byte; only which NaN it is may differ. */
static bool same_data(const struct data *a, const struct data *b)
{
    if (memcmp(a, b, sizeof(*a)) == 0)
        return true;
    for (size_t i = 0; i < ROW; i++)
        if (a->doubles[i] != b->doubles[i] && !(isnan(a->doubles[i]) && isnan(b->doubles[i])))
            return false;
    return same_floats(a->rows[0], b->rows[0], ROWS * (size_t)ROW) &&
           memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0 &&
           memcmp(a->words, b->words, sizeof(a->words)) == 0;
}

static void compare_levels(const char *name, const struct data *start, struct data *scratch,
                           void (*drive)(const struct fth_kernels *, struct data *, size_t))
{
    static const char *const levels[] = {"v3", "v4"};
    const struct fth_kernels *lowest = fth_kernels_of_level("v2");
    if (!lowest)
        lowest = fth_kernels_of_level("plain");
    for (size_t n = 0; n <= LONGEST; n++) {
        scratch[0] = *start;
        drive(lowest, &scratch[0], n);
        for (size_t i = 0; i < FTH_ARRAY_COUNT(levels); i++) {
            const struct fth_kernels *table = fth_kernels_of_level(levels[i]);
            if (!table)
                continue;
            scratch[1] = *start;
            drive(table, &scratch[1], n);
            if (!same_data(&scratch[0], &scratch[1]))
                fth_test_fail(__FILE__, __LINE__, "%s: %s differs at n = %zu", name, levels[i], n);
        }
    }
}

static void compare_all(bool special)
{
    struct data *data = fth_alloc(3, sizeof(*data));
    FTH_REQUIRE(data != NULL);
    fill_data(&data[0], special);
#define KERNEL(name, arguments) compare_levels(#name, &data[0], &data[1], drive_##name);
#include "ops/kernels.list.h"
#undef KERNEL
    fth_free(data);
}

FTH_TEST(levels_agree_on_ordinary_values)
{
    compare_all(false);
}

FTH_TEST(levels_agree_on_special_values)
{
    compare_all(true);
}
