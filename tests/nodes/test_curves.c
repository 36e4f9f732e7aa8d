/* SPDX-License-Identifier: Apache-2.0 */
/* Laws of curves: through their points, smooth and in order between, straight on beyond, exact
 * where they change nothing, and periodic in hue. */
#include <math.h>
#include <stdio.h>

#include "base/compiler.h"
#include "bench.h"
#include "check.h"
#include "node/shape.h"
#include "nodes/catalogue.h"
#include "nodes/tone_curve.h"

static const char *const rgb[3] = {"R", "G", "B"};

/* What 1024 straight steps miss of a curve whose second derivative is 60, and a float's last digit
 * of 2. */
#define NEAR 1e-5

/* A picture and the same through curves; `row` and `shape` may be NULL. */
struct pair {
    struct fth_image *before, *after;
};

static struct pair bend(const char *scene, const char *wide, const char *row, const char *shape)
{
    struct pair pair = {NULL, NULL};
    struct bench bench;
    bool good = bench_open(&bench, bench_catalogue(), NULL) &&
                bench_add(&bench, "scene", "test_scene", scene, "") &&
                bench_add(&bench, "wide", "grade", wide, "input=scene") &&
                bench_add(&bench, "node", "curves", "", "input=wide") &&
                (!row || bench_set(&bench, "node", row, shape));
    if (good) {
        pair.before = bench_render(&bench, "wide", 1);
        pair.after = bench_render(&bench, "node", 1);
    }
    if (!pair.after)
        fth_test_fail(__FILE__, __LINE__, "%s: %s", row ? row : "", bench.error.message);
    bench_close(&bench);
    return pair;
}

static void drop(struct pair *pair)
{
    fth_image_unref(&pair->before);
    fth_image_unref(&pair->after);
}

#define WIDE "gain=3.2 offset=-0.72" /* about -.4 to 1.5 */

/* ---- curves of values ------------------------------------------------------------------------ */

/* Fritsch and Butland through 0, 0; .25, .4; 1, 1 by Hermite's basis; beyond, the lines of the
 * ends. */
static double by_hand(double x)
{
    static const double xs[3] = {0, 0.25, 1}, ys[3] = {0, 0.4, 1};
    const double d0 = 1.6, d1 = 0.8, h0 = 0.25, h1 = 0.75;
    const double w0 = 2 * h1 + h0, w1 = h1 + 2 * h0, middle = (w0 + w1) / (w0 / d0 + w1 / d1);
    const double slopes[3] = {d0, middle, d1};
    if (x < 0)
        return x * d0;
    if (x > 1)
        return 1 + (x - 1) * d1;
    int i = x < 0.25 ? 0 : 1;
    double h = xs[i + 1] - xs[i], t = (x - xs[i]) / h;
    return ys[i] * (1 + 2 * t) * (1 - t) * (1 - t) + slopes[i] * h * t * (1 - t) * (1 - t) +
           ys[i + 1] * t * t * (3 - 2 * t) + slopes[i + 1] * h * t * t * (t - 1);
}

/* The Bezier curve 0, 0; .6, 0; .4, 1; 1, 1 by halving. */
static double by_halving(double x)
{
    double low = 0, high = 1, t = 0.5;
    for (int i = 0; i < 60; i++) {
        t = (low + high) / 2;
        double s = 1 - t, at = 3 * s * s * t * 0.6 + 3 * s * t * t * 0.4 + t * t * t;
        if (at < x)
            low = t;
        else
            high = t;
    }
    return x <= 0 || x >= 1 ? NAN : 3 * (1 - t) * t * t + t * t * t;
}

static double straight(double x)
{
    return x < 0.25 ? 1.6 * x : 0.4 + (x - 0.25) * 0.8;
}

FTH_TEST(curves_go_through_their_points)
{
    static const struct {
        const char *shape, *straight;
        double (*formula)(double x);
    } cases[] = {
        {"{\"points\": [[0.25, 0.4]]}", "", by_hand},
        {"{\"points\": [[1, 1], [0.25, 0.4], [0, 0]]}", "", by_hand},
        {"{\"points\": [[0, 0, 0, 0, 0.6, 0], [1, 1, -0.6, 0, 0, 0]]}", "", by_halving},
        {"{\"points\": [[0.25, 0.4]]}", "straight", straight},
    };
    for (size_t i = 0; i < FTH_ARRAY_COUNT(cases); i++) {
        struct bench bench;
        FTH_REQUIRE(bench_open(&bench, bench_catalogue(), NULL) &&
                    bench_add(&bench, "scene", "test_scene", "kind=photo", "") &&
                    bench_add(&bench, "wide", "grade", WIDE, "input=scene") &&
                    bench_add(&bench, "node", "curves", "", "input=wide") &&
                    bench_set(&bench, "node", "curve_rgb", cases[i].shape) &&
                    (!cases[i].straight[0] ||
                     bench_set(&bench, "node", "interpolation", cases[i].straight)));
        struct fth_image *in = bench_render(&bench, "wide", 1);
        struct fth_image *out = bench_render(&bench, "node", 1);
        FTH_REQUIRE(in && out);
        for (int p = 0; p < 1200; p++) {
            int32_t x = p / 3 * 7 % 48, y = p / 3 * 11 % 40;
            double was = (double)bench_pixel(in, rgb[p % 3], x, y);
            double should = cases[i].formula(was);
            /* a corner lies within a step: there a quarter of it times the bend of .8 is missed */
            double near = cases[i].straight[0] && fabs(was - 0.25) < 1e-3 ? 2e-4 : NEAR;
            if (!isnan(should))
                FTH_CHECK_NEAR(bench_pixel(out, rgb[p % 3], x, y), should, near);
        }
        fth_image_unref(&in);
        fth_image_unref(&out);
        bench_close(&bench);
    }
}

/* Points that rise make a curve that rises, whatever they are. */
FTH_TEST(rising_points_make_rising_curves)
{
    uint32_t state = 7;
    for (int i = 0; i < 20; i++) {
        char shape[400];
        int length = snprintf(shape, sizeof(shape), "{\"points\": [");
        double x = 0, y = 0;
        for (int k = 0; k < 6; k++) {
            state = state * 1664525u + 1013904223u;
            x += 0.001 + 0.16 * (state >> 16 & 255) / 255;
            y += 0.001 + 0.16 * (state >> 24) / 255;
            length += snprintf(shape + length, sizeof(shape) - (size_t)length, "%s[%.6f, %.6f]",
                               k ? ", " : "", x, y);
        }
        snprintf(shape + length, sizeof(shape) - (size_t)length, "]}");
        struct pair pair = bend("kind=grey disc=0", WIDE, "curve_rgb", shape);
        for (int32_t row = 1; row < 40 && pair.after; row++)
            FTH_CHECK(bench_pixel(pair.after, "G", 20, row) >=
                      bench_pixel(pair.after, "G", 20, row - 1));
        drop(&pair);
    }
}

/* One channel alone, and brightness alone: the channels keep their distances. */
FTH_TEST(curves_keep_to_their_channel)
{
    static const char *const rows[] = {"curve_red", "curve_green", "curve_blue"};
    for (int c = 0; c < 3; c++) {
        struct pair pair = bend("kind=photo", WIDE, rows[c], "{\"points\": [[0.25, 0.4]]}");
        FTH_REQUIRE(pair.before && pair.after);
        for (int other = 0; other < 3; other++)
            FTH_CHECK((bench_difference(pair.before, pair.after, rgb[other]) > 0.01) ==
                      (other == c));
        drop(&pair);
    }
    struct pair pair = bend("kind=photo", WIDE, "curve_luma", "{\"points\": [[0.25, 0.4]]}");
    FTH_REQUIRE(pair.before && pair.after);
    for (int i = 0; i < 300; i++) {
        int32_t x = i * 7 % 48, y = i * 11 % 40;
        double v[3], w[3];
        for (int c = 0; c < 3; c++) {
            v[c] = (double)bench_pixel(pair.before, rgb[c], x, y);
            w[c] = (double)bench_pixel(pair.after, rgb[c], x, y);
        }
        double luma = 0.2126 * v[0] + 0.7152 * v[1] + 0.0722 * v[2];
        for (int c = 0; c < 3; c++)
            FTH_CHECK_NEAR(w[c] - v[c], by_hand(luma) - luma, NEAR);
    }
    drop(&pair);
}

FTH_TEST(curves_that_change_nothing_are_exact)
{
    static const char *const cases[][2] = {
        {NULL, NULL},
        {"curve_rgb", "{\"points\": [[0.3, 0.3], [0.6, 0.6]]}"},
        {"curve_rgb", "{\"points\": [[-0.7, -0.7], [0.3, 0.3], [1.3, 1.3]]}"},
        {"curve_luma", "{\"points\": [[0, 0], [1, 1]]}"},
        {"curve_red", "{\"points\": [[0.5, 0.5, -0.1, -0.1, 0.1, 0.1]]}"},
        {"hue_hue", "{\"points\": [[0.2, 0.5]]}"},
        {"hue_saturation", "{\"points\": [[0.2, 0.5], [0.9, 0.5]]}"},
        {"hue_luma", "{\"points\": [[0.2, 0.5], [0.9, 0.5]]}"},
        {"luma_saturation", "{\"points\": [[0.2, 0.5], [0.9, 0.5]]}"},
        {"saturation_saturation", "{\"points\": [[0.2, 0.5]]}"},
        /* of no effect on blue and orange: only greens are turned, made pale, and dark */
        {"hue_hue", "{\"points\": [[0.28, 0.5], [0.33, 0.9], [0.38, 0.5]]}"},
        {"hue_saturation", "{\"points\": [[0.28, 0.5], [0.33, 0], [0.38, 0.5]]}"},
        {"hue_luma", "{\"points\": [[0.28, 0.5], [0.33, 0], [0.38, 0.5]]}"},
    };
    for (size_t i = 0; i < FTH_ARRAY_COUNT(cases); i++) {
        struct pair pair = bend("kind=photo", "gain=0.9", cases[i][0], cases[i][1]);
        FTH_REQUIRE(pair.before && pair.after);
        if (!bench_equal(pair.before, pair.after))
            fth_test_fail(__FILE__, __LINE__, "%s %s changes the picture", cases[i][0],
                          cases[i][1]);
        drop(&pair);
    }
}

/* ---- curves of hues -------------------------------------------------------------------------- */

/* Hue of the hexagon 0..1, largest less smallest channel, luma. */
static void measure(const struct fth_image *image, int32_t x, int32_t y, double told[3])
{
    double v[3];
    for (int c = 0; c < 3; c++)
        v[c] = (double)bench_pixel(image, rgb[c], x, y);
    double most = fmax(v[0], fmax(v[1], v[2])), least = fmin(v[0], fmin(v[1], v[2]));
    double range = most - least, hue;
    if (most == v[0])
        hue = (v[1] - v[2]) / range;
    else if (most == v[1])
        hue = 2 + (v[2] - v[0]) / range;
    else
        hue = 4 + (v[0] - v[1]) / range;
    told[0] = hue / 6 - floor(hue / 6);
    told[1] = range;
    told[2] = 0.2126 * v[0] + 0.7152 * v[1] + 0.0722 * v[2];
}

static double around(double hue)
{
    return hue - floor(hue + 0.5);
}

/* One point is a level curve: all hues turned, all made paler, all darker. */
FTH_TEST(hue_curves_change_what_they_say)
{
    struct pair turned = bend("kind=photo", "gain=1.1", "hue_hue", "{\"points\": [[0.4, 0.7]]}");
    struct pair paler =
        bend("kind=photo", "gain=1.1", "hue_saturation", "{\"points\": [[0.4, 0.2]]}");
    struct pair darker = bend("kind=photo", "gain=1.1", "hue_luma", "{\"points\": [[0.4, 0.2]]}");
    struct pair dim =
        bend("kind=photo", "gain=1.1", "luma_saturation", "{\"points\": [[0, 0], [1, 1]]}");
    struct pair strong =
        bend("kind=photo", "gain=1.1", "saturation_saturation", "{\"points\": [[0, 1], [1, 0]]}");
    FTH_REQUIRE(turned.after && paler.after && darker.after && dim.after && strong.after);
    for (int i = 0; i < 300; i++) {
        int32_t x = i * 7 % 48, y = i * 11 % 40;
        double was[3], is[3];
        measure(turned.before, x, y, was);
        measure(turned.after, x, y, is);
        FTH_CHECK_NEAR(around(is[0] - was[0] - 0.2), 0, 1e-5);
        FTH_CHECK_NEAR(is[1], was[1], 1e-6);
        FTH_CHECK_NEAR(is[2], was[2], 1e-6);
        measure(paler.after, x, y, is);
        FTH_CHECK_NEAR(around(is[0] - was[0]), 0, 1e-5);
        FTH_CHECK_NEAR(is[1], 0.4 * was[1], 1e-6);
        FTH_CHECK_NEAR(is[2], was[2], 1e-6);
        measure(darker.after, x, y, is);
        double t = fmin(4 * was[1], 1);
        FTH_CHECK_NEAR(is[2], was[2] * (1 - 0.6 * t * t * (3 - 2 * t)), 1e-6);
        FTH_CHECK_NEAR(around(is[0] - was[0]), 0, 1e-5);
        measure(dim.after, x, y, is);
        FTH_CHECK_NEAR(is[1], was[1] * 2 * was[2], 2e-6);
        measure(strong.after, x, y, is);
        FTH_CHECK_NEAR(is[1], was[1] * 2 * (1 - was[1]), 2e-6);
    }
    drop(&turned);
    drop(&paler);
    drop(&darker);
    drop(&dim);
    drop(&strong);
}

FTH_TEST(greys_have_no_hue_to_change)
{
    static const char *const rows[] = {"hue_hue", "hue_saturation", "hue_luma"};
    for (int i = 0; i < 3; i++) {
        struct pair pair = bend("kind=grey", WIDE, rows[i], "{\"points\": [[0, 0.9], [0.5, 0]]}");
        FTH_REQUIRE(pair.before && pair.after);
        for (int c = 0; c < 3; c++) /* their luma is out by a float's last digit */
            FTH_CHECK(bench_difference(pair.before, pair.after, rgb[c]) < 1e-6);
        drop(&pair);
    }
}

/* The table of points round the circle; NULL when it changes nothing. */
static const struct fth_lookup *circle(struct fth_arena *arena,
                                       const struct fth_shape_point *points, size_t count)
{
    static const struct fth_tone_style style = {.kind = FTH_TONE_CIRCLE, .neutral = 0.5,
                                                .scale = 1};
    struct fth_shape_path path = {.count = count};
    struct fth_shape shape = {1, count, &path, points};
    struct fth_shape_at given = {.from = &shape};
    const struct fth_lookup *table = NULL;
    FTH_CHECK(fth_tone_curve(&given, &style, arena, &table, NULL) == FTH_OK && table);
    return table;
}

/* 0 and 1 are one hue, with one slope; and no place of the circle is special. */
FTH_TEST(hue_curves_close_their_circle)
{
    enum { STEPS = FTH_LOOKUP_STEPS };
    struct fth_shape_point points[5] = {{.x = 0.05, .y = 0.6}, {.x = 0.2, .y = 0.4},
                                        {.x = 0.5, .y = 0.5}, {.x = 0.7, .y = 0.9},
                                        {.x = 0.95, .y = 0.7}};
    const struct fth_shape_point ends[3] = {{.x = 1, .y = 0.8}, {.x = 0.5, .y = 0.2},
                                            {.x = 0, .y = 0.8}};
    struct fth_arena *arena = NULL;
    FTH_REQUIRE(fth_arena_create(&arena, NULL) == FTH_OK);
    const struct fth_lookup *still = circle(arena, points, 5);
    for (int i = 0; i < 5; i++)
        points[i].x += 0.25;
    const struct fth_lookup *turned = circle(arena, points, 5);
    const struct fth_lookup *closed = circle(arena, ends, 3), *open = circle(arena, ends, 2);
    FTH_REQUIRE(still && turned && closed && open);
    const float *v = still->values;
    FTH_CHECK(v[0] == v[STEPS]);
    double first = (double)v[1] - (double)v[0], last = (double)v[STEPS] - (double)v[STEPS - 1];
    FTH_CHECK_NEAR(first, last, 2e-5); /* the slope changes by that in a step */
    FTH_CHECK(fabs(first) > 1e-4);
    for (int i = 0; i < STEPS; i++) {
        FTH_CHECK_NEAR(turned->values[(i + STEPS / 4) % STEPS], v[i], 1e-6);
        FTH_CHECK(closed->values[i] == open->values[i]);
    }
    fth_arena_destroy(&arena);
}

/* A key says where, as for a grade. */
FTH_TEST(curves_take_a_key)
{
    struct bench bench;
    FTH_REQUIRE(bench_open(&bench, bench_catalogue(), NULL) &&
                bench_add(&bench, "scene", "test_scene", "kind=photo", "") &&
                bench_add(&bench, "k", "test_scene", "kind=mask", "") &&
                bench_add(&bench, "whole", "curves", "", "input=scene") &&
                bench_add(&bench, "part", "curves", "key_output_gain=0.5", "input=scene key=k") &&
                bench_set(&bench, "whole", "curve_rgb", "{\"points\": [[0.25, 0.4]]}") &&
                bench_set(&bench, "part", "curve_rgb", "{\"points\": [[0.25, 0.4]]}"));
    struct fth_image *in = bench_render(&bench, "scene", 1);
    struct fth_image *whole = bench_render(&bench, "whole", 1);
    struct fth_image *part = bench_render(&bench, "part", 1);
    struct fth_image *key = bench_render(&bench, "k", 1);
    FTH_REQUIRE(in && whole && part && key);
    for (int32_t x = 0; x < 48; x++) {
        double was = (double)bench_pixel(in, "G", x, 20);
        double all = (double)bench_pixel(whole, "G", x, 20);
        double k = (double)bench_pixel(key, "A", x, 20);
        FTH_CHECK_NEAR(bench_pixel(part, "G", x, 20), was + 0.5 * k * (all - was), 1e-6);
    }
    FTH_CHECK(bench_difference(in, whole, "G") > 0.1);
    fth_image_unref(&in);
    fth_image_unref(&whole);
    fth_image_unref(&part);
    fth_image_unref(&key);
    bench_close(&bench);
}
