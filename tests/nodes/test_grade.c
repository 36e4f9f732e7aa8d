/* SPDX-License-Identifier: Apache-2.0 */
/* Laws of grade: published formulas, what each control moves and what it leaves, order of tones,
 * and the key block. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/compiler.h"
#include "bench.h"
#include "check.h"
#include "colour/cdl.h"
#include "nodes/catalogue.h"

static const char *const rgb[3] = {"R", "G", "B"};

/* Floats through up to ten operations, and powers that are right to 1e-6 of themselves. */
#define NEAR 4e-6

/* A picture that goes from about -.4 to 1.5, and the same graded. */
struct pair {
    struct bench bench;
    struct fth_image *before, *after;
};

static void open_pair(struct pair *pair, const char *kind, const char *settings)
{
    pair->before = pair->after = NULL;
    FTH_REQUIRE(bench_open(&pair->bench, bench_catalogue(), NULL) &&
                bench_add(&pair->bench, "scene", "test_scene", kind, "") &&
                bench_add(&pair->bench, "wide", "grade", "gain=3.2 offset=-0.72", "input=scene"));
    if (!bench_add(&pair->bench, "node", "grade", settings, "input=wide"))
        fth_test_fail(__FILE__, __LINE__, "%s: %s", settings, pair->bench.error.message);
    pair->before = bench_render(&pair->bench, "wide", 1);
    pair->after = bench_render(&pair->bench, "node", 1);
    FTH_REQUIRE(pair->before && pair->after);
}

static void close_pair(struct pair *pair)
{
    fth_image_unref(&pair->before);
    fth_image_unref(&pair->after);
    bench_close(&pair->bench);
}

/* ---- formulas, in doubles, as docs/grading.md has them --------------------------------------- */

static double signed_power(double x, double exponent)
{
    return copysign(pow(fabs(x), exponent), x);
}

static double smooth(double t)
{
    t = fmin(fmax(t, 0), 1);
    return t * t * (3 - 2 * t);
}

static void lift_half(double v[3])
{
    for (int c = 0; c < 3; c++)
        v[c] = v[c] + 0.25 * (1 - v[c]);
}

static void wheels(double v[3])
{
    static const double lift[3] = {0.1, -0.05, 0.2}, gain[3] = {1.2, 0.9, 1.1};
    static const double offset[3] = {0.02, 0.05, -0.01}, gamma[3] = {1.5, 0.8, 2};
    for (int c = 0; c < 3; c++)
        v[c] = signed_power(gain[c] * (v[c] + lift[c] * (1 - v[c])) + offset[c], 1 / gamma[c]);
}

static void gamma_two(double v[3])
{
    for (int c = 0; c < 3; c++)
        v[c] = signed_power(v[c], 0.5);
}

/* ranges .3 and .6: ramps are .0....6 and .3....9 */
static void log_wheels(double v[3])
{
    static const double shadow[3] = {0.1, 0.02, -0.05};
    for (int c = 0; c < 3; c++) {
        double low = smooth(v[c] / 0.6), high = smooth((v[c] - 0.3) / 0.6);
        v[c] += -0.03 + (shadow[c] + 0.03) * (1 - low) + (0.12 + 0.03) * high;
    }
}

static double luma(const double v[3])
{
    return 0.2126 * v[0] + 0.7152 * v[1] + 0.0722 * v[2];
}

static void times(double v[3], double factor)
{
    for (int c = 0; c < 3; c++)
        v[c] *= factor;
}

static void open_shadows(double v[3])
{
    double dark = 1 - fmin(fmax(luma(v) / 0.5, 0), 1);
    times(v, 1 + (pow(2, 1.5 * 0.6) - 1) * dark * dark);
}

static void pull_highlights(double v[3])
{
    double y = luma(v), over = fmax(y - 0.4, 0);
    double ramp = over < 0.25 ? over * over / 0.5 : over - 0.125;
    times(v, y > 0.4 ? (y + (pow(2, 1.5 * -0.8) - 1) * ramp) / y : 1);
}

static void contrast_and_saturation(double v[3])
{
    for (int c = 0; c < 3; c++)
        v[c] = (v[c] - 0.4) * 1.5 + 0.4;
    double grey = luma(v);
    for (int c = 0; c < 3; c++)
        v[c] = grey + 0.5 * (v[c] - grey);
}

#define WHEELS                                                                                     \
    "lift_colour=0.1,-0.05,0.2 gain_colour=1.2,0.9,1.1 offset_colour=0.02,0.05,-0.01 "             \
    "gamma_colour=1.5,0.8,2 "
#define LOG_WHEELS                                                                                 \
    "low_range=0.3 high_range=0.6 log_shadow=0.1 log_shadow_colour=0,-0.08,-0.15 "                 \
    "log_midtone=-0.03 log_highlight=0.12 "

FTH_TEST(grades_follow_the_published_formulas)
{
    static const struct {
        const char *settings;
        void (*formula)(double v[3]);
    } cases[] = {
        {"lift=0.25", lift_half},
        {WHEELS, wheels},
        {"gamma=2", gamma_two},
        {LOG_WHEELS, log_wheels},
        {"shadows=0.6", open_shadows},
        {"highlights=-0.8 pivot=0.4", pull_highlights},
        {"contrast=1.5 pivot=0.4 saturation=0.5", contrast_and_saturation},
    };
    for (size_t i = 0; i < FTH_ARRAY_COUNT(cases); i++) {
        struct pair pair;
        open_pair(&pair, "kind=photo", cases[i].settings);
        for (int p = 0; p < 400; p++) {
            int32_t x = p * 7 % 48, y = p * 11 % 40;
            double v[3];
            for (int c = 0; c < 3; c++)
                v[c] = (double)bench_pixel(pair.before, rgb[c], x, y);
            cases[i].formula(v);
            for (int c = 0; c < 3; c++)
                FTH_CHECK_NEAR(bench_pixel(pair.after, rgb[c], x, y), v[c], NEAR);
        }
        close_pair(&pair);
    }
}

FTH_TEST(controls_act_in_the_order_that_is_documented)
{
    struct pair pair;
    open_pair(&pair, "kind=photo", "pivot=0.5 " WHEELS LOG_WHEELS
              "shadows=0.6 contrast=1.5 saturation=0.5");
    for (int p = 0; p < 400; p++) {
        int32_t x = p * 7 % 48, y = p * 11 % 40;
        double v[3];
        for (int c = 0; c < 3; c++)
            v[c] = (double)bench_pixel(pair.before, rgb[c], x, y);
        wheels(v);
        log_wheels(v);
        open_shadows(v);
        for (int c = 0; c < 3; c++)
            v[c] = (v[c] - 0.5) * 1.5 + 0.5;
        double grey = luma(v);
        for (int c = 0; c < 3; c++)
            FTH_CHECK_NEAR(bench_pixel(pair.after, rgb[c], x, y), grey + 0.5 * (v[c] - grey),
                           2 * NEAR);
    }
    close_pair(&pair);
}

/* ASC CDL: out = (in slope + offset)^power, then saturation about Rec.709's luma. */
FTH_TEST(a_grade_can_be_a_correction_of_the_asc)
{
    struct fth_cdl cdl = {.slope = {1.2f, 0.9f, 1.1f}, .offset = {0.02f, 0.05f, 0.01f},
                          .power = {1.25f, 0.8f, 2}, .saturation = 1.3f};
    struct bench bench;
    FTH_REQUIRE(bench_open(&bench, bench_catalogue(), NULL) &&
                bench_add(&bench, "scene", "test_scene", "kind=photo", "") &&
                bench_add(&bench, "node", "grade",
                          "gain_colour=1.2,0.9,1.1 offset_colour=0.02,0.05,0.01 "
                          "gamma_colour=0.8,1.25,0.5 saturation=1.3", "input=scene"));
    struct fth_image *in = bench_render(&bench, "scene", 1);
    struct fth_image *out = bench_render(&bench, "node", 1);
    FTH_REQUIRE(in && out);
    for (int i = 0; i < 400; i++) {
        int32_t x = i * 7 % 48, y = i * 11 % 40;
        float v[3];
        for (int c = 0; c < 3; c++)
            v[c] = bench_pixel(in, rgb[c], x, y);
        fth_cdl_rows(&cdl, (float *[3]){&v[0], &v[1], &v[2]}, 1);
        for (int c = 0; c < 3; c++)
            FTH_CHECK_NEAR(bench_pixel(out, rgb[c], x, y), v[c], NEAR);
    }
    fth_image_unref(&in);
    fth_image_unref(&out);
    bench_close(&bench);
}

/* What a grade says of itself as a correction is what it does. */
FTH_TEST(grades_say_themselves_as_corrections)
{
    static const char *const settings[] = {
        "lift=0.1 gain=1.2 offset=0.03 gamma=1.4 saturation=1.2",
        "lift_colour=0.1,0.05,0 gain_colour=1.2,0.9,1 offset_colour=0,0.05,0.1 gamma_colour=2,1,3",
        "lift=0.05 gain=0.8 offset=0.1 contrast=1.5 pivot=0.3 saturation=0.5",
    };
    const struct fth_node_desc *desc = fth_catalogue_find(fth_catalogue_all(), "grade");
    for (size_t i = 0; i < FTH_ARRAY_COUNT(settings); i++) {
        struct bench bench;
        struct fth_common common;
        struct fth_correction said;
        double params[128];
        FTH_REQUIRE(desc->params_size <= sizeof(params));
        FTH_REQUIRE(bench_open(&bench, bench_catalogue(), NULL) &&
                    bench_add(&bench, "scene", "test_scene", "kind=photo", "") &&
                    bench_add(&bench, "node", "grade", settings[i], "input=scene"));
        fth_graph_params(bench.graph, fth_graph_find(bench.graph, "node"), 1, params, &common);
        FTH_REQUIRE_OK(desc->to_correction(params, &said, &bench.error), bench.error);
        struct fth_image *in = bench_render(&bench, "scene", 1);
        struct fth_image *out = bench_render(&bench, "node", 1);
        FTH_REQUIRE(in && out);
        for (int p = 0; p < 100; p++) {
            int32_t x = p * 7 % 48, y = p * 11 % 40;
            double v[3];
            for (int c = 0; c < 3; c++)
                v[c] = pow((double)bench_pixel(in, rgb[c], x, y) * said.slope[c] + said.offset[c],
                           said.power[c]);
            double grey = luma(v);
            for (int c = 0; c < 3; c++)
                FTH_CHECK_NEAR(bench_pixel(out, rgb[c], x, y),
                               grey + said.saturation * (v[c] - grey), NEAR);
        }
        fth_image_unref(&in);
        fth_image_unref(&out);
        bench_close(&bench);
    }
}

/* ---- order and rest -------------------------------------------------------------------------- */

/* The scene `grey` falls from row to row in no channel; so must any grade of it. */
static void check_order(const char *settings)
{
    struct pair pair;
    open_pair(&pair, "kind=grey disc=0", settings);
    if (bench_not_finite(pair.after))
        fth_test_fail(__FILE__, __LINE__, "%s: not finite", settings);
    for (int c = 0; c < 3; c++)
        for (int32_t y = 1; y < 40; y++) {
            double before = (double)bench_pixel(pair.after, rgb[c], 20, y - 1);
            double after = (double)bench_pixel(pair.after, rgb[c], 20, y);
            /* rounding: 1e-6 of what is at hand */
            if (after < before - 1e-6 * fmax(1, fabs(before)))
                fth_test_fail(__FILE__, __LINE__, "%s: %s falls from %g to %g in row %d", settings,
                              rgb[c], before, after, y);
        }
    close_pair(&pair);
}

FTH_TEST(no_control_turns_tones_round)
{
    const struct fth_node_desc *grade = fth_catalogue_find(fth_catalogue_all(), "grade");
    for (const struct fth_param *row = grade->params; row->type != FTH_PARAM_END; row++) {
        for (int i = 0; i < 5; i++) {
            char settings[120];
            double value = row->min + (row->max - row->min) * i / 4;
            if (row->type == FTH_PARAM_NUMBER)
                snprintf(settings, sizeof(settings), "%s=%.9g", row->id, value);
            else if (row->type == FTH_PARAM_COLOUR)
                snprintf(settings, sizeof(settings), "%s=%.9g,%.9g,%.9g", row->id, value, row->max,
                         row->min);
            else
                continue;
            check_order(settings);
        }
    }
    check_order("log_shadow=1 log_midtone=-1 log_highlight=-1");
    check_order("log_shadow=1 log_highlight=-1");
    check_order("log_shadow=1 log_midtone=-1 log_highlight=-1 low_range=0.5 high_range=0.5");
    check_order("log_shadow=1 log_midtone=-1 log_highlight=-1 low_range=1 high_range=0");
    check_order("shadows=1 highlights=-1 pivot=0.2");
    check_order("shadows=1 highlights=-1 pivot=-1");
    check_order("lift=1 lift_colour=1,0,-1 gamma=0.1 gamma_colour=0.1,1,10 contrast=10");
}

/* What only says where or how another control would act leaves every byte. */
FTH_TEST(controls_at_rest_change_nothing)
{
    static const char *const settings[] = {
        "", "pivot=0.2", "low_range=0.1 high_range=0.9", "key_gain=3 key_offset=0.2",
        "gain=3 lift=0.5 gamma=2 temperature=30 key_output_gain=0",
        "gain_colour=1,1,1,0.5 lift_colour=0,0,0,0",
    };
    for (size_t i = 0; i < FTH_ARRAY_COUNT(settings); i++) {
        struct pair pair;
        open_pair(&pair, "kind=photo", settings[i]);
        if (!bench_equal(pair.before, pair.after))
            fth_test_fail(__FILE__, __LINE__, "'%s' changes the picture", settings[i]);
        close_pair(&pair);
    }
}

/* What a setting adds to a grey: `grey` of the wide ramp nearest to `tone`. */
static double change_at(const struct pair *pair, double tone)
{
    double nearest = INFINITY, change = 0;
    for (int32_t y = 0; y < 40; y++) {
        double is = (double)bench_pixel(pair->before, "G", 20, y);
        if (fabs(is - tone) < nearest) {
            nearest = fabs(is - tone);
            change = (double)bench_pixel(pair->after, "G", 20, y) - is;
        }
    }
    return change;
}

/* -1, 0, 1: darker, as it was, brighter, in five tones of the ramp; 9: whatever. The ramp's
 * steps are .032, so that 0 is asked for where a zone is well away. */
FTH_TEST(each_control_does_what_its_word_says)
{
    static const double tones[5] = {-0.3, 0.05, 0.4, 0.75, 0.85};
    static const struct {
        const char *settings;
        int moves[5];
    } cases[] = {
        {"lift=0.1", {1, 1, 1, 1, 1}},
        {"lift=-0.1", {-1, -1, -1, -1, -1}},
        {"gamma=1.5", {9, 1, 1, 1, 1}},
        {"gamma=0.7", {9, -1, -1, -1, -1}},
        {"gain=1.3", {-1, 1, 1, 1, 1}},
        {"offset=0.1", {1, 1, 1, 1, 1}},
        {"log_shadow=0.05", {1, 1, 9, 0, 0}},
        {"log_shadow=-0.05", {-1, -1, 9, 0, 0}},
        {"log_midtone=0.05", {0, 0, 1, 9, 9}},
        {"log_highlight=0.05", {0, 0, 9, 1, 1}},
        {"log_highlight=-0.05", {0, 0, 9, -1, -1}},
        {"shadows=0.5", {-1, 1, 1, 0, 0}},
        {"shadows=-0.5", {1, -1, -1, 0, 0}},
        {"highlights=-0.5", {0, 0, 0, -1, -1}},
        {"highlights=0.5", {0, 0, 0, 1, 1}},
        {"contrast=1.5", {-1, -1, -1, 1, 1}},
        {"contrast=0.5", {1, 1, 1, -1, -1}},
    };
    for (size_t i = 0; i < FTH_ARRAY_COUNT(cases); i++) {
        struct pair pair;
        open_pair(&pair, "kind=grey disc=0", cases[i].settings);
        for (int t = 0; t < 5; t++) {
            double change = change_at(&pair, tones[t]);
            int moved = change > 1e-6 ? 1 : change < -1e-6 ? -1 : 0;
            if (cases[i].moves[t] != 9 && moved != cases[i].moves[t])
                fth_test_fail(__FILE__, __LINE__, "%s: %g becomes %g more", cases[i].settings,
                              tones[t], change);
        }
        close_pair(&pair);
    }
}

/* Lift leaves white, gamma black and white, gain and the shadows slider black. */
FTH_TEST(wheels_leave_their_ends)
{
    static const char *const settings[] = {"lift=0.5", "gamma=1.1", "gain=2", "shadows=1"};
    static const float ends[4][2] = {{1, 1}, {0, 1}, {0, 0}, {0, 0}};
    for (int i = 0; i < 4; i++)
        for (int e = 0; e < 2; e++) {
            char flat[80];
            snprintf(flat, sizeof(flat), "gain=0 offset=%g", (double)ends[i][e]);
            struct bench bench;
            FTH_REQUIRE(bench_open(&bench, bench_catalogue(), NULL) &&
                        bench_add(&bench, "scene", "test_scene", "", "") &&
                        bench_add(&bench, "flat", "grade", flat, "input=scene") &&
                        bench_add(&bench, "node", "grade", settings[i], "input=flat"));
            struct fth_image *image = bench_render(&bench, "node", 1);
            FTH_REQUIRE(image);
            FTH_CHECK_NEAR(bench_pixel(image, "G", 3, 3), ends[i][e], 1e-7);
            fth_image_unref(&image);
            bench_close(&bench);
        }
}

/* Warmer: red up and blue down, and the other way; a grey's brightness stays within a few parts in
 * a hundred. Tint: plus takes green away. */
FTH_TEST(temperature_and_tint_colour_greys)
{
    static const struct {
        const char *settings;
        int red, green, blue; /* against luma */
    } cases[] = {{"temperature=40", 1, 0, -1}, {"temperature=-40", -1, 0, 1},
                 {"tint=50", 1, -1, 1}, {"tint=-50", -1, 1, -1}};
    for (size_t i = 0; i < FTH_ARRAY_COUNT(cases); i++) {
        struct pair pair;
        open_pair(&pair, "kind=grey disc=0", cases[i].settings);
        double v[3], grey = (double)bench_pixel(pair.before, "G", 20, 30);
        const int signs[3] = {cases[i].red, cases[i].green, cases[i].blue};
        for (int c = 0; c < 3; c++)
            v[c] = (double)bench_pixel(pair.after, rgb[c], 20, 30);
        for (int c = 0; c < 3; c++)
            FTH_CHECK(signs[c] == 0 || (v[c] - luma(v)) * signs[c] > 0.01);
        FTH_CHECK(fabs(luma(v) / grey - 1) < 0.05);
        close_pair(&pair);
    }
}

/* ---- the key block --------------------------------------------------------------------------- */

/* A grade to white, of black: its picture is what the key block came to. `inputs`: "key=k" ... */
static struct fth_image *key_of(const char *settings, const char *inputs)
{
    struct bench bench;
    char all[200], links[80];
    snprintf(all, sizeof(all), "gain=0 offset=1 %s", settings);
    snprintf(links, sizeof(links), "input=black %s", inputs);
    bool good = bench_open(&bench, bench_catalogue(), NULL) &&
                bench_add(&bench, "scene", "test_scene", "", "") &&
                bench_add(&bench, "black", "grade", "gain=0", "input=scene") &&
                bench_add(&bench, "k", "test_scene", "kind=mask disc=0.4", "") &&
                bench_add(&bench, "w", "test_scene", "kind=grey", "") &&
                bench_add(&bench, "soft", "blur", "radius=4 ratio=0.3 edges=mirror", "input=k") &&
                bench_add(&bench, "node", "grade", all, links);
    struct fth_image *image = good ? bench_render(&bench, "node", 1) : NULL;
    if (!image)
        fth_test_fail(__FILE__, __LINE__, "%s: %s", settings, bench.error.message);
    bench_close(&bench);
    return image;
}

static double limit(double x)
{
    return fmin(fmax(x, 0), 1);
}

FTH_TEST(keys_and_windows_intersect_or_add)
{
    struct fth_image *key = key_of("", "key=k"), *window = key_of("", "window=w");
    struct fth_image *turned = key_of("key_invert=true", "key=k");
    struct fth_image *both = key_of("", "key=k window=w");
    struct fth_image *either = key_of("key_mode=mask", "key=k window=w");
    struct fth_image *alone = key_of("key_mode=mask", "key=k");
    struct fth_image *scaled = key_of("key_gain=3 key_offset=-0.5", "key=w");
    struct fth_image *half = key_of("key_output_gain=0.5", "key=w");
    struct fth_image *twice = key_of("key_output_gain=2", "key=w");
    struct fth_image *none = key_of("key_output_gain=0.25", "");
    FTH_REQUIRE(key && window && turned && both && either && alone && scaled && half && twice &&
                none);
    for (int i = 0; i < 400; i++) {
        int32_t x = i * 7 % 48, y = i * 11 % 40;
        double k = (double)bench_pixel(key, "R", x, y), w = (double)bench_pixel(window, "R", x, y);
        FTH_CHECK_NEAR(bench_pixel(turned, "R", x, y), 1 - k, 1e-6);
        FTH_CHECK_NEAR(bench_pixel(both, "R", x, y), k * w, 1e-6);
        FTH_CHECK_NEAR(bench_pixel(either, "R", x, y), limit(k + w), 1e-6);
        FTH_CHECK_NEAR(bench_pixel(alone, "R", x, y), k, 1e-6);
        FTH_CHECK_NEAR(bench_pixel(scaled, "R", x, y), limit(3 * w - 0.5), 1e-6);
        FTH_CHECK_NEAR(bench_pixel(half, "R", x, y), w / 2, 1e-6);
        FTH_CHECK_NEAR(bench_pixel(twice, "R", x, y), 2 * w, 1e-6);
        FTH_CHECK_NEAR(bench_pixel(none, "R", x, y), 0.25, 1e-6);
    }
    FTH_CHECK(bench_pixel(key, "R", 24, 20) == 1 && bench_pixel(key, "R", 0, 0) == 0);
    struct fth_image *all[] = {key, window, turned, both, either, alone, scaled, half, twice, none};
    for (size_t i = 0; i < FTH_ARRAY_COUNT(all); i++)
        fth_image_unref(&all[i]);
}

/* The key's blur is the blur of the key: the same as the node `blur` before it, both ways. */
FTH_TEST(a_key_softens_as_a_blur_does)
{
    struct fth_image *own = key_of("key_blur=4 key_ratio=0.3", "key=k");
    struct fth_image *before = key_of("key_channel=alpha", "key=soft");
    struct fth_image *hard = key_of("", "key=k");
    struct fth_image *turned = key_of("key_blur=4 key_ratio=0.3 key_invert=true", "key=k");
    FTH_REQUIRE(own && before && hard && turned);
    FTH_CHECK(bench_difference(own, before, "R") < 2e-6);
    FTH_CHECK(bench_difference(own, hard, "R") > 0.1);
    for (int32_t x = 0; x < 48; x++)
        FTH_CHECK_NEAR(bench_pixel(turned, "R", x, 20), 1 - bench_pixel(own, "R", x, 20), 2e-6);
    fth_image_unref(&own);
    fth_image_unref(&before);
    fth_image_unref(&hard);
    fth_image_unref(&turned);
}

/* How the node called "node" runs behind another grade: what comes before it in its own bands? */
static void explain(const char *settings, struct fth_explained *told)
{
    struct bench bench;
    FTH_REQUIRE(bench_open(&bench, bench_catalogue(), NULL) &&
                bench_add(&bench, "scene", "test_scene", "", "") &&
                bench_add(&bench, "k", "test_scene", "kind=mask", "") &&
                bench_add(&bench, "first", "grade", "gain=2", "input=scene") &&
                bench_add(&bench, "node", "grade", settings, "input=first key=k"));
    FTH_REQUIRE_OK(fth_engine_explain(bench.engine, bench.graph,
                                      fth_graph_find(bench.graph, "node"), 1, told, &bench.error),
                   bench.error);
    bench_close(&bench);
}

/* With a sharp key all is one pass; a soft one is made whole first, and the pass stays one. */
FTH_TEST(a_grade_joins_its_neighbours)
{
    static const char *const settings[] = {"offset=0.1 contrast=1.2", "offset=0.1 key_blur=3"};
    for (int i = 0; i < 2; i++) {
        struct fth_explained told = {0};
        explain(settings[i], &told);
        FTH_REQUIRE(told.step_count == 4 + i); /* scenes, key, first, node */
        const struct fth_explained_step *last = &told.steps[told.step_count - 1];
        FTH_CHECK_TEXT(last->step, "grade");
        FTH_CHECK_INT(last->kind, FTH_NODE_POINT);
        for (int s = 0; s < told.step_count; s++) {
            const struct fth_explained_step *step = &told.steps[s];
            if (strcmp(step->node, "first") == 0)
                FTH_CHECK_INT(step->computed_with, told.step_count - 1);
            if (strcmp(step->step, "key") == 0)
                FTH_CHECK_INT(step->kind, FTH_NODE_WHOLE);
        }
        fth_explained_clear(&told);
    }
}

/* A softened key of a grade that does nothing is not handed on in the picture's place. */
FTH_TEST(a_soft_key_of_no_grade_leaves_the_picture)
{
    struct bench bench;
    FTH_REQUIRE(bench_open(&bench, bench_catalogue(), NULL) &&
                bench_add(&bench, "scene", "test_scene", "", "") &&
                bench_add(&bench, "k", "test_scene", "kind=mask", "") &&
                bench_add(&bench, "node", "grade", "key_blur=3", "input=scene key=k"));
    struct fth_image *in = bench_render(&bench, "scene", 1);
    struct fth_image *out = bench_render(&bench, "node", 1);
    FTH_REQUIRE(in && out);
    FTH_CHECK(bench_equal(in, out));
    fth_image_unref(&in);
    fth_image_unref(&out);
    bench_close(&bench);
}
