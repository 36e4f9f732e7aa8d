/* SPDX-License-Identifier: Apache-2.0 */
/* Merge against formulas written down a second time, in doubles: Porter and Duff, FEATURES 2D, and
 * Compositing and Blending Level 1 of the W3C. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bench.h"
#include "check.h"

static struct fth_image *scene(const char *settings)
{
    return bench_once("channels", "", (const bench_input[]){{"input", settings}, {NULL}});
}

static struct fth_image *merged(const char *settings, const char *back, const char *front)
{
    return bench_once("merge", settings,
                      (const bench_input[]){{"background", back}, {"foreground", front}, {NULL}});
}

/* R, G, B, A of a pixel; A is 1 where there is no such channel. */
static void look(const struct fth_image *image, int32_t x, int32_t y, double pixel[4])
{
    static const char *const names[] = {"R", "G", "B", "A"};
    for (int i = 0; i < 4; i++)
        pixel[i] = i == 3 && !fth_image_plane(image, "A") ? 1 : bench_pixel(image, names[i], x, y);
}

/* ---- operations ------------------------------------------------------------------------------ */

/* The table of Porter and Duff, as factors of foreground and background. */
static void operate(const char *operation, const double f[4], const double b[4], double hides,
                    double out[4])
{
    double of_front = 1, of_back = 1;
    if (strcmp(operation, "over") == 0)
        of_back = 1 - hides;
    else if (strcmp(operation, "in") == 0)
        of_front = b[3], of_back = 0;
    else if (strcmp(operation, "held_out") == 0)
        of_front = 1 - b[3], of_back = 0;
    else if (strcmp(operation, "atop") == 0)
        of_front = b[3], of_back = 1 - hides;
    else if (strcmp(operation, "xor") == 0)
        of_front = 1 - b[3], of_back = 1 - hides;
    for (int i = 0; i < 3; i++)
        out[i] = of_front * f[i] + of_back * b[i];
    out[3] = fmin(1, of_front * hides + of_back * b[3]);
}

static const char *const operations[] = {"over", "in", "held_out", "atop", "xor", "add"};

FTH_TEST(every_operation_follows_its_formula)
{
    static const char *const backs[] = {"kind=cutout disc=0.45", "kind=photo"};
    struct fth_image *front = scene("kind=cutout seed=2 disc=0.3 height=42");
    for (int k = 0; k < 12; k++) {
        char settings[80];
        double gain = k % 3 / 2.0;
        snprintf(settings, sizeof(settings), "operation=%s alpha_gain=%g", operations[k % 6], gain);
        struct fth_image *back = scene(backs[k / 6]);
        struct fth_image *made =
            merged(settings, backs[k / 6], "kind=straight seed=2 disc=0.3 height=42");
        FTH_REQUIRE(front && back && made);
        FTH_CHECK(made->premultiplied);
        bool cuts = k % 6 == 1 || k % 6 == 2 || k % 6 == 4;
        FTH_CHECK((fth_image_plane(made, "A") != NULL) == (k < 6 || cuts));
        for (int32_t x = 0; x < 48; x++) {
            double f[4], b[4], expected[4], got[4];
            look(front, x, 11, f); /* two rows higher: centre upon centre */
            look(back, x, 10, b);
            look(made, x, 10, got);
            operate(operations[k % 6], f, b, gain * f[3], expected);
            for (int i = 0; i < 4; i++)
                FTH_CHECK_NEAR(got[i], expected[i], 1e-6); /* single precision */
        }
        fth_image_unref(&back);
        fth_image_unref(&made);
    }
    fth_image_unref(&front);
}

/* Left to the user, additive takes colours as they come and subtractive multiplies them. */
FTH_TEST(nothing_is_multiplied_behind_the_users_back)
{
    struct fth_image *front = scene("kind=straight seed=2"), *back = scene("kind=photo");
    for (int k = 0; k < 3; k++) {
        char settings[80];
        double additive = k / 2.0;
        snprintf(settings, sizeof(settings), "foreground_is=as_it_is additive=%g", additive);
        struct fth_image *made = merged(settings, "kind=photo", "kind=straight seed=2");
        FTH_REQUIRE(front && back && made);
        for (int32_t x = 0; x < 48; x++) {
            double f[4], b[4], got[4];
            look(front, x, 20, f);
            look(back, x, 20, b);
            look(made, x, 20, got);
            for (int i = 0; i < 3; i++)
                FTH_CHECK_NEAR(got[i],
                               additive * f[i] + (1 - additive) * f[3] * f[i] + (1 - f[3]) * b[i],
                               1e-6);
        }
        fth_image_unref(&made);
    }
    fth_image_unref(&front);
    fth_image_unref(&back);
}

/* ---- modes ----------------------------------------------------------------------------------- */

static double separable(const char *mode, double cb, double cs)
{
    if (strcmp(mode, "multiply") == 0)
        return cb * cs;
    if (strcmp(mode, "screen") == 0)
        return 1 - (1 - cb) * (1 - cs);
    if (strcmp(mode, "overlay") == 0) /* hard light with the layers exchanged */
        return cb <= 0.5 ? 2 * cb * cs : 1 - 2 * (1 - cb) * (1 - cs);
    if (strcmp(mode, "hard_light") == 0)
        return cs <= 0.5 ? 2 * cb * cs : 1 - 2 * (1 - cb) * (1 - cs);
    if (strcmp(mode, "darken") == 0)
        return fmin(cb, cs);
    if (strcmp(mode, "lighten") == 0)
        return fmax(cb, cs);
    if (strcmp(mode, "color_dodge") == 0)
        return cb == 0 ? 0 : cs >= 1 ? 1 : fmin(1, cb / (1 - cs));
    if (strcmp(mode, "color_burn") == 0)
        return cb >= 1 ? 1 : cs == 0 ? 0 : 1 - fmin(1, (1 - cb) / cs);
    if (strcmp(mode, "difference") == 0)
        return fabs(cb - cs);
    if (strcmp(mode, "exclusion") == 0)
        return cb + cs - 2 * cb * cs;
    if (strcmp(mode, "soft_light") == 0) {
        double d = cb <= 0.25 ? ((16 * cb - 12) * cb + 4) * cb : sqrt(cb);
        return cs <= 0.5 ? cb - (1 - 2 * cs) * cb * (1 - cb) : cb + (2 * cs - 1) * (d - cb);
    }
    return cs;
}

static double lum(const double c[3])
{
    return 0.3 * c[0] + 0.59 * c[1] + 0.11 * c[2];
}

static double sat(const double c[3])
{
    return fmax(fmax(c[0], c[1]), c[2]) - fmin(fmin(c[0], c[1]), c[2]);
}

/* ClipColor(SetLum) of the recommendation. */
static void set_lum(const double c[3], double l, double out[3])
{
    double d = l - lum(c);
    for (int i = 0; i < 3; i++)
        out[i] = c[i] + d;
    double n = fmin(fmin(out[0], out[1]), out[2]), x = fmax(fmax(out[0], out[1]), out[2]);
    double grey = lum(out);
    for (int i = 0; i < 3; i++) {
        if (n < 0)
            out[i] = grey + (out[i] - grey) * grey / (grey - n);
        if (x > 1)
            out[i] = grey + (out[i] - grey) * (1 - grey) / (x - grey);
    }
}

/* SetSat: the middle one in proportion, the least 0, the largest s. */
static void set_sat(const double c[3], double s, double out[3])
{
    int low = 0, high = 0;
    for (int i = 1; i < 3; i++) {
        low = c[i] < c[low] ? i : low;
        high = c[i] >= c[high] ? i : high;
    }
    out[0] = out[1] = out[2] = 0;
    if (c[high] <= c[low])
        return;
    out[3 - low - high] = (c[3 - low - high] - c[low]) * s / (c[high] - c[low]);
    out[high] = s;
}

static void blended(const char *mode, const double cb[3], const double cs[3], double out[3])
{
    double mixed[3];
    if (strcmp(mode, "hue") == 0) {
        set_sat(cs, sat(cb), mixed);
        set_lum(mixed, lum(cb), out);
    } else if (strcmp(mode, "saturation") == 0) {
        set_sat(cb, sat(cs), mixed);
        set_lum(mixed, lum(cb), out);
    } else if (strcmp(mode, "color") == 0) {
        set_lum(cs, lum(cb), out);
    } else if (strcmp(mode, "luminosity") == 0) {
        set_lum(cb, lum(cs), out);
    } else {
        for (int i = 0; i < 3; i++)
            out[i] = separable(mode, cb[i], cs[i]);
    }
}

static const char *const modes[] = {
    "normal",     "multiply",   "screen",     "overlay",    "darken",    "lighten",
    "color_dodge", "color_burn", "hard_light", "soft_light", "difference", "exclusion",
    "hue",        "saturation", "color",      "luminosity"};

/* Against a formula: gradients cross, so that most pairs of values meet. */
static struct fth_image *crossing(struct bench *bench, const char *mode, const char *operation)
{
    bool good = bench_open(bench, bench_catalogue(), NULL) &&
                bench_add(bench, "back", "background",
                          "type=horizontal width=33 height=21 top_left=0,0.1,1,1 "
                          "top_right=1,0.7,0,0.6",
                          "") &&
                bench_add(bench, "front", "background",
                          "type=vertical width=33 height=21 top_left=0,1,0.3,0.2 "
                          "bottom_left=1,0,0.6,1",
                          "") &&
                bench_add(bench, "node", "merge", "", "background=back foreground=front") &&
                bench_set(bench, "node", "mode", mode) &&
                bench_set(bench, "node", "operation", operation);
    return good ? bench_render(bench, "node", 1) : NULL;
}

static void expect_mode(struct bench *bench, const char *mode, const char *operation,
                        const struct fth_image *made)
{
    struct fth_image *back = bench_render(bench, "back", 1);
    struct fth_image *front = bench_render(bench, "front", 1);
    FTH_CHECK(back && front);
    for (int32_t y = 0; y < 21 && back && front; y += 2) {
        for (int32_t x = 0; x < 33; x++) {
            double f[4], b[4], cb[3], cs[3], mixed[3], expected[4], got[4];
            look(front, x, y, f);
            look(back, x, y, b);
            look(made, x, y, got);
            for (int i = 0; i < 3; i++) {
                cb[i] = b[i] / b[3];
                cs[i] = f[i] / f[3];
            }
            blended(mode, cb, cs, mixed);
            for (int i = 0; i < 3; i++)
                f[i] = f[3] * ((1 - b[3]) * cs[i] + b[3] * mixed[i]);
            operate(operation, f, b, f[3], expected);
            for (int i = 0; i < 4; i++) /* single precision, quotients of it among the terms */
                FTH_CHECK_NEAR(got[i], expected[i], 4e-6);
        }
    }
    fth_image_unref(&back);
    fth_image_unref(&front);
}

FTH_TEST(every_mode_follows_its_formula)
{
    for (size_t m = 0; m < FTH_ARRAY_COUNT(modes); m++) {
        for (int k = 0; k < 2; k++) {
            struct bench bench;
            const char *operation = k ? "atop" : "over";
            struct fth_image *made = crossing(&bench, modes[m], operation);
            FTH_CHECK(made != NULL);
            if (made)
                expect_mode(&bench, modes[m], operation, made);
            if (fth_test_has_failed())
                fth_test_fail(__FILE__, __LINE__, "%s, %s", modes[m], operation);
            fth_image_unref(&made);
            bench_close(&bench);
        }
    }
}

/* ---- where bands are written ----------------------------------------------------------------- */

/* A picture larger than caches, from which its bands do not come back before somebody reads it. */
static struct fth_image *merged_large(const struct fth_engine_options *options)
{
    struct bench bench;
    struct fth_image *image = NULL;
    if (bench_open(&bench, bench_catalogue(), options) &&
        bench_add(&bench, "front", "test_scene", "kind=cutout width=1603 height=1000", "") &&
        bench_add(&bench, "back", "test_scene", "kind=cutout seed=3 width=1603 height=1000", "") &&
        bench_add(&bench, "over", "merge", "", "background=back foreground=front"))
        image = bench_render(&bench, "over", 1);
    bench_close(&bench);
    return image;
}

FTH_TEST(bands_that_are_written_in_place_have_the_bytes_of_one_piece)
{
    const struct fth_engine_options ways[] = {{.thread_count = 3, .poison = true},
                                              {.thread_count = 2, .band_rows = 77}};
    struct fth_image *whole =
        merged_large(&(struct fth_engine_options){.thread_count = 1, .band_rows = 1000});
    for (size_t i = 0; i < FTH_ARRAY_COUNT(ways); i++) {
        struct fth_image *bands = merged_large(&ways[i]);
        FTH_CHECK(whole && bands && bench_equal(whole, bands));
        fth_image_unref(&bands);
    }
    fth_image_unref(&whole);
}
