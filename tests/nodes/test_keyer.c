/* SPDX-License-Identifier: Apache-2.0 */
/* The Difference Keyer against FORMULAS 6.3 to 6.6 written down a second time, in doubles, and the
 * identities of the manual, to the bit. Mattes are random: two pictures' grain. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bench.h"
#include "check.h"

/* Their grain is .06 at most: a threshold of 0 to .05 makes mattes of all values out of it. */
#define FRONT "kind=photo seed=1"
#define BACK "kind=photo seed=2"
#define RANDOM "threshold=0.01,0.05 "
#define HARD "threshold=0.03,0.03 "
#define GARBAGE "kind=mask disc=0.4"
#define SOLID "kind=mask disc=0.25"

static struct fth_image *keyed(const char *settings, const char *front, const char *back)
{
    return bench_once("difference_keyer", settings,
                      (const bench_input[]){{"foreground", front}, {"background", back}, {NULL}});
}

static struct fth_image *scene(const char *settings)
{
    return bench_once("channels", "clipping_mode=none",
                      (const bench_input[]){{"input", settings}, {NULL}});
}

static double clamp01(double x)
{
    return fmin(fmax(x, 0), 1);
}

/* Channels of a picture at a pixel; 0 where it has none. */
static void look(const struct fth_image *image, int32_t x, int32_t y, double rgb[3])
{
    static const char *const names[] = {"R", "G", "B"};
    for (int i = 0; i < 3; i++)
        rgb[i] = bench_pixel(image, names[i], x, y);
}

/* 6.3 of the largest difference */
static double threshold(const double f[3], const double b[3], double low, double high)
{
    double d = fmax(fabs(f[0] - b[0]), fmax(fabs(f[1] - b[1]), fabs(f[2] - b[2])));
    return high > low ? clamp01((d - low) / (high - low)) : d > low;
}

/* 6.4 */
static double choke(double m, double e)
{
    return e >= 0 ? fmin(1, m / (1 - e)) : fmax(0, (m + e) / (1 + e));
}

/* ---- the order of things --------------------------------------------------------------------- */

struct setting {
    double choke, gamma;
    bool invert, invert_solid, invert_garbage, fill, multiply;
};

static const struct setting settings[] = {
    {0, 1, false, false, false, false, true},    {0.4, 1, false, false, false, false, true},
    {-0.3, 1, false, false, false, false, true}, {0, 2.2, false, false, false, false, true},
    {0.5, 0.6, true, false, false, false, true}, {-0.5, 3, true, true, false, false, false},
    {0.2, 1.5, false, false, true, false, true}, {0, 1, true, true, true, false, false},
    {0.9999, 1, false, false, false, true, true}, {-0.2, 0.5, true, false, true, true, true},
};

static double alpha_of(const struct setting *s, double m, double solid, double garbage)
{
    m = pow(choke(m, fmax(-0.999, fmin(s->choke, 0.999))), 1 / s->gamma);
    m = s->invert ? 1 - m : m;
    m = fmax(m, s->invert_solid ? 1 - solid : solid);
    garbage = s->invert_garbage ? 1 - garbage : garbage;
    return s->fill ? fmax(m, garbage) : m * (1 - garbage);
}

static const char *word(bool on)
{
    return on ? "true" : "false";
}

static struct fth_image *keyed_with(const struct setting *s)
{
    char text[400];
    snprintf(text, sizeof(text),
             RANDOM "contract_expand=%.17g gamma=%.17g invert=%s invert_solid_matte=%s "
             "invert_garbage_matte=%s garbage_mode=%s post_multiply=%s",
             s->choke, s->gamma, word(s->invert), word(s->invert_solid), word(s->invert_garbage),
             s->fill ? "fill" : "transparent", word(s->multiply));
    return bench_once("difference_keyer", text,
                      (const bench_input[]){{"foreground", FRONT}, {"background", BACK},
                                            {"garbage_matte", GARBAGE}, {"solid_matte", SOLID},
                                            {NULL}});
}

FTH_TEST(the_keyer_does_its_steps_in_order)
{
    struct fth_image *front = scene(FRONT), *back = scene(BACK);
    struct fth_image *garbage = scene(GARBAGE), *solid = scene(SOLID);
    FTH_REQUIRE(front && back && garbage && solid);
    for (size_t k = 0; k < FTH_ARRAY_COUNT(settings); k++) {
        struct fth_image *made = keyed_with(&settings[k]);
        FTH_REQUIRE(made != NULL);
        FTH_CHECK(made->premultiplied == settings[k].multiply);
        for (int32_t i = 0; i < 48 * 40; i++) {
            int32_t x = i % 48, y = i / 48;
            double f[3], b[3], got[3];
            look(front, x, y, f);
            look(back, x, y, b);
            look(made, x, y, got);
            double a = alpha_of(&settings[k], threshold(f, b, 0.01, 0.05),
                                bench_pixel(solid, "A", x, y), bench_pixel(garbage, "A", x, y));
            /* differences of single precision, divided by .04 and by the choke's room */
            double tolerance = settings[k].choke > 0.99 ? 5e-3 : 5e-5;
            FTH_CHECK_NEAR(bench_pixel(made, "A", x, y), a, tolerance);
            for (int c = 0; c < 3; c++)
                FTH_CHECK_NEAR(got[c], settings[k].multiply ? f[c] * a : f[c], tolerance);
        }
        if (fth_test_has_failed())
            fth_test_fail(__FILE__, __LINE__, "setting %zu", k);
        fth_image_unref(&made);
    }
    fth_image_unref(&front);
    fth_image_unref(&back);
    fth_image_unref(&garbage);
    fth_image_unref(&solid);
}

/* ---- identities, to the bit ------------------------------------------------------------------ */

static void expect_equal(const char *a, const char *b)
{
    struct fth_image *first = keyed(a, FRONT, BACK), *second = keyed(b, FRONT, BACK);
    if (!bench_equal(first, second))
        fth_test_fail(__FILE__, __LINE__, "%s is not %s", a, b);
    fth_image_unref(&first);
    fth_image_unref(&second);
}

FTH_TEST(multi_box_of_one_and_two_passes_is_box_and_bartlett)
{
    static const char *const radii[] = {"0.5", "1", "3", "7.3", "30"};
    for (size_t i = 0; i < FTH_ARRAY_COUNT(radii); i++) {
        char a[120], b[120];
        for (int passes = 1; passes <= 2; passes++) {
            snprintf(a, sizeof(a), RANDOM "filter=multi_box num_passes=%d blur=%s", passes,
                     radii[i]);
            snprintf(b, sizeof(b), RANDOM "filter=%s blur=%s", passes == 1 ? "box" : "bartlett",
                     radii[i]);
            expect_equal(a, b);
        }
    }
}

FTH_TEST(hard_mattes_have_no_edge_to_move)
{
    static const char *const changes[] = {"contract_expand=0.7", "contract_expand=-0.7",
                                          "contract_expand=0.99999", "gamma=3", "gamma=0.2",
                                          "gamma=5 contract_expand=-0.2 invert=false"};
    for (size_t i = 0; i < FTH_ARRAY_COUNT(changes); i++) {
        char text[120];
        snprintf(text, sizeof(text), HARD "%s", changes[i]);
        expect_equal(text, HARD);
    }
    /* the same matte is not hard when it is blurred */
    struct fth_image *soft = keyed(HARD "blur=2", FRONT, BACK);
    struct fth_image *grown = keyed(HARD "blur=2 contract_expand=0.7", FRONT, BACK);
    FTH_CHECK(soft && grown && bench_difference(soft, grown, "A") > 0.1);
    fth_image_unref(&soft);
    fth_image_unref(&grown);
}

static struct fth_image *composite(const char *key, const char *merge, const char *front)
{
    struct bench bench;
    struct fth_image *image = NULL;
    if (bench_open(&bench, bench_catalogue(), NULL) &&
        bench_add(&bench, "front", "test_scene", front, "") &&
        bench_add(&bench, "back", "test_scene", BACK, "") &&
        bench_add(&bench, "under", "test_scene", "kind=photo seed=9", "") &&
        bench_add(&bench, "key", "difference_keyer", key, "foreground=front background=back") &&
        bench_add(&bench, "merge", "merge", merge, "background=under foreground=key"))
        image = bench_render(&bench, "merge", 1);
    if (!image)
        fth_test_fail(__FILE__, __LINE__, "%s: %s", key, bench.error.message);
    bench_close(&bench);
    return image;
}

/* The manual's rule for Post-Multiply Image, and what a merge does by itself. */
FTH_TEST(post_multiply_and_the_kind_of_merge_give_one_composite)
{
    static const char *const merges[][2] = {
        {"foreground_is=as_it_is additive=1", "foreground_is=as_it_is additive=0"},
        {"foreground_is=as_marked", "foreground_is=as_marked"}};
    for (int i = 0; i < 2; i++) {
        struct fth_image *on = composite(RANDOM "blur=1.5", merges[i][0], FRONT);
        struct fth_image *off = composite(RANDOM "blur=1.5 post_multiply=false", merges[i][1],
                                          FRONT);
        FTH_CHECK(bench_equal(on, off));
        struct fth_image *wrong = composite(RANDOM "blur=1.5 post_multiply=false",
                                            "foreground_is=as_it_is additive=1", FRONT);
        FTH_CHECK(bench_difference(on, wrong, "R") > 0.1);
        fth_image_unref(&on);
        fth_image_unref(&off);
        fth_image_unref(&wrong);
    }
}

/* ---- what becomes of the picture ------------------------------------------------------------- */

FTH_TEST(colours_that_are_not_multiplied_are_shared)
{
    struct bench bench;
    FTH_REQUIRE(bench_open(&bench, bench_catalogue(), NULL) &&
                bench_add(&bench, "front", "test_scene", FRONT, "") &&
                bench_add(&bench, "back", "test_scene", BACK, "") &&
                bench_add(&bench, "key", "difference_keyer", RANDOM "post_multiply=false",
                          "foreground=front background=back"));
    struct fth_image *front = bench_render(&bench, "front", 1);
    struct fth_image *key = bench_render(&bench, "key", 1);
    FTH_REQUIRE(front && key);
    FTH_CHECK(fth_image_plane(front, "R") == fth_image_plane(key, "R"));
    FTH_CHECK(fth_image_plane(front, "B") == fth_image_plane(key, "B"));
    FTH_CHECK(!key->premultiplied);
    fth_image_unref(&front);
    fth_image_unref(&key);
    bench_close(&bench);
}

/* A foreground that is transparent itself stays so, and its colours are divided when they leave
 * without the alpha they came multiplied by. */
FTH_TEST(a_transparent_foreground_has_no_matte_there)
{
    static const char *const kinds[] = {"kind=cutout seed=1 disc=0.4",
                                        "kind=straight seed=1 disc=0.4"};
    for (int k = 0; k < 4; k++) {
        struct fth_image *front = scene(kinds[k & 1]), *straight = scene(kinds[1]);
        struct fth_image *back = scene("kind=photo seed=2 disc=0");
        struct fth_image *made = keyed(k < 2 ? "" : "post_multiply=false", kinds[k & 1],
                                       "kind=photo seed=2 disc=0");
        FTH_REQUIRE(front && back && made && straight);
        for (int32_t x = 0; x < 48; x++) {
            double f[3], b[3], s[3], got[3], own = bench_pixel(front, "A", x, 20);
            look(front, x, 20, f);
            look(straight, x, 20, s);
            look(back, x, 20, b);
            look(made, x, 20, got);
            double a = threshold(f, b, 0.05, 0.2) * own;
            FTH_CHECK_NEAR(bench_pixel(made, "A", x, 20), a, 1e-5);
            for (int c = 0; c < 3; c++) {
                double colour = (k & 1) || own > 0 ? s[c] : 0;
                FTH_CHECK_NEAR(got[c], k < 2 ? s[c] * a : colour, 1e-5);
            }
        }
        fth_image_unref(&front);
        fth_image_unref(&straight);
        fth_image_unref(&back);
        fth_image_unref(&made);
    }
}

FTH_TEST(the_matte_can_be_looked_at)
{
    struct fth_image *final = keyed(RANDOM "blur=2", FRONT, BACK);
    struct fth_image *matte = keyed(RANDOM "blur=2 view=matte", FRONT, BACK);
    FTH_REQUIRE(final && matte);
    for (int32_t i = 0; i < 48 * 40; i++) {
        int32_t x = i % 48, y = i / 48;
        FTH_CHECK(bench_pixel(matte, "G", x, y) == bench_pixel(final, "A", x, y));
        FTH_CHECK(bench_pixel(matte, "A", x, y) == 1);
    }
    fth_image_unref(&final);
    fth_image_unref(&matte);
}

FTH_TEST(outside_the_effect_mask_there_is_no_matte)
{
    struct fth_image *free = keyed(RANDOM, FRONT, BACK), *mask = scene(GARBAGE);
    struct fth_image *made = bench_once("difference_keyer", RANDOM,
                                        (const bench_input[]){{"foreground", FRONT},
                                                              {"background", BACK},
                                                              {"effect_mask", GARBAGE}, {NULL}});
    FTH_REQUIRE(free && mask && made);
    for (int32_t i = 0; i < 48 * 40; i++) {
        int32_t x = i % 48, y = i / 48;
        double m = bench_pixel(mask, "A", x, y);
        FTH_CHECK_NEAR(bench_pixel(made, "A", x, y), bench_pixel(free, "A", x, y) * m, 1e-6);
        FTH_CHECK_NEAR(bench_pixel(made, "R", x, y), bench_pixel(free, "R", x, y) * m, 1e-6);
    }
    fth_image_unref(&free);
    fth_image_unref(&mask);
    fth_image_unref(&made);
}

/* ---- clipping modes -------------------------------------------------------------------------- */

enum { WIDTH = 48, HEIGHT = 40, RADIUS = 2, AROUND = 16 };
static const struct fth_rect frame = {0, 0, WIDTH, HEIGHT};

/* The mean over a box of the thresholded difference, which is 0 outside `there`. */
static double boxed(const struct fth_image *front, const struct fth_image *back,
                    struct fth_rect there, int32_t x, int32_t y)
{
    double sum = 0;
    for (int32_t j = y - RADIUS; j <= y + RADIUS; j++) {
        for (int32_t i = x - RADIUS; i <= x + RADIUS; i++) {
            double f[3], b[3];
            look(front, i, j, f);
            look(back, i, j, b);
            if (fth_rect_contains(there, (struct fth_rect){i, j, i + 1, j + 1}))
                sum += threshold(f, b, 0.01, 0.05);
        }
    }
    return sum / ((2 * RADIUS + 1) * (2 * RADIUS + 1));
}

static void expect_clipped(const char *mode, const char *window)
{
    char settings_text[120], front_text[80], back_text[80];
    snprintf(settings_text, sizeof(settings_text),
             RANDOM "filter=box blur=%d clipping_mode=%s", RADIUS, mode);
    snprintf(front_text, sizeof(front_text), FRONT " %s", window);
    snprintf(back_text, sizeof(back_text), BACK " inset=-30");
    struct fth_image *front = scene(front_text), *back = scene(back_text);
    struct fth_image *made = keyed(settings_text, front_text, back_text);
    FTH_REQUIRE(front && back && made);
    struct fth_rect there = front->domain, domain = frame;
    if (strcmp(mode, "frame") == 0)
        there = fth_rect_intersect(there, frame);
    else if (strcmp(mode, "domain") == 0)
        domain = there;
    else
        domain = fth_rect_grow(there, RADIUS, RADIUS);
    FTH_CHECK(fth_rect_equal(made->domain, domain));
    for (int32_t y = -AROUND; y < HEIGHT + AROUND; y++) {
        for (int32_t x = -AROUND; x < WIDTH + AROUND; x++) {
            bool inside = fth_rect_contains(domain, (struct fth_rect){x, y, x + 1, y + 1});
            double expected = inside ? boxed(front, back, there, x, y) : 0;
            FTH_CHECK_NEAR(bench_pixel(made, "A", x, y), expected, 2e-5);
        }
    }
    if (fth_test_has_failed())
        fth_test_fail(__FILE__, __LINE__, "%s, %s", mode, window);
    fth_image_unref(&front);
    fth_image_unref(&back);
    fth_image_unref(&made);
}

FTH_TEST(clipping_modes_say_where_the_matte_ends)
{
    static const char *const modes[] = {"frame", "domain", "none"};
    /* the whole frame; inside it; around it; partly; beside it */
    static const char *const windows[] = {"inset=0", "inset=5", "inset=-4", "inset=3 shift=20",
                                          "inset=10 shift=45"};
    for (size_t m = 0; m < FTH_ARRAY_COUNT(modes); m++)
        for (size_t w = 0; w < FTH_ARRAY_COUNT(windows); w++)
            expect_clipped(modes[m], windows[w]);
}

/* ---- what comes in --------------------------------------------------------------------------- */

/* Linear light is compared as a display of gamma 2.4 shows it; what leaves is as it came. */
FTH_TEST(a_threshold_means_the_same_in_linear_light)
{
    char front_text[80], back_text[80];
    snprintf(front_text, sizeof(front_text), FRONT " colour=%d", FTH_COLOUR_LINEAR_REC709);
    snprintf(back_text, sizeof(back_text), BACK " disc=0.1 colour=%d", FTH_COLOUR_LINEAR_REC709);
    struct fth_image *front = scene(front_text), *back = scene(back_text);
    struct fth_image *made = keyed("threshold=0.02,0.5 post_multiply=false", front_text, back_text);
    FTH_REQUIRE(front && back && made);
    FTH_CHECK(made->colour == FTH_COLOUR_LINEAR_REC709);
    for (int32_t x = 0; x < 48; x++) {
        double f[3], b[3], got[3];
        look(front, x, 20, f);
        look(back, x, 20, b);
        look(made, x, 20, got);
        for (int c = 0; c < 3; c++) {
            FTH_CHECK(got[c] == f[c]);
            f[c] = pow(f[c], 1 / 2.4);
            b[c] = pow(b[c], 1 / 2.4);
        }
        /* the curve's own error is 1e-6, over .48 */
        FTH_CHECK_NEAR(bench_pixel(made, "A", x, 20), threshold(f, b, 0.02, 0.5), 2e-5);
    }
    fth_image_unref(&front);
    fth_image_unref(&back);
    fth_image_unref(&made);
}

/* A plate of another size is resized: of an even one nothing is to be seen of that. */
FTH_TEST(a_plate_of_another_size_is_brought_to_the_foreground)
{
    struct bench bench;
    FTH_REQUIRE(bench_open(&bench, bench_catalogue(), NULL) &&
                bench_add(&bench, "front", "test_scene", FRONT, "") &&
                bench_add(&bench, "small", "background",
                          "width=31 height=77 top_left=0.2,0.3,0.4,1", "") &&
                bench_add(&bench, "same", "background",
                          "width=48 height=40 top_left=0.2,0.3,0.4,1", "") &&
                bench_add(&bench, "a", "difference_keyer", RANDOM,
                          "foreground=front background=small") &&
                bench_add(&bench, "b", "difference_keyer", RANDOM,
                          "foreground=front background=same"));
    struct fth_image *a = bench_render(&bench, "a", 1), *b = bench_render(&bench, "b", 1);
    /* weights of an even plate sum to 1 within single precision; the threshold divides by .04 */
    FTH_CHECK(a && b && bench_difference(a, b, "A") < 1e-5);
    fth_image_unref(&a);
    fth_image_unref(&b);
    bench_close(&bench);
}
