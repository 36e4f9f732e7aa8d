/* SPDX-License-Identifier: Apache-2.0 */
/* Matte Control against formulas written down a second time, in doubles; what it leaves alone, to
 * the bit; and the manual's recipe of garbage mattes of both kinds. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "bench.h"
#include "check.h"

#define BACK "kind=straight seed=1 disc=0.35"
#define FRONT "kind=cutout seed=4 disc=0.45 moving=9"

static struct fth_image *scene(const char *settings)
{
    return bench_once("channels", "clipping_mode=none",
                      (const bench_input[]){{"input", settings}, {NULL}});
}

static struct fth_image *controlled(const char *settings, const char *back, const char *front)
{
    return bench_once("matte_control", settings,
                      (const bench_input[]){{"background", back},
                                            {front ? "foreground" : NULL, front},
                                            {NULL}});
}

static double clamp01(double x)
{
    return fmin(fmax(x, 0), 1);
}

/* ---- combine --------------------------------------------------------------------------------- */

static const char *const channels[] = {"red", "green", "blue", "alpha", "luma"};
static const char *const operations[] = {"copy",     "add",        "subtract", "inverse_subtract",
                                         "maximum",  "minimum",    "and",      "or",
                                         "multiply", "merge_over", "merge_under"};

static double channel_of(const struct fth_image *image, int which, int32_t x, int32_t y)
{
    static const char *const names[] = {"R", "G", "B", "A"};
    double sum = 0, weights[] = {0.2126, 0.7152, 0.0722};
    if (which < 4)
        return bench_pixel(image, names[which], x, y);
    for (int i = 0; i < 3; i++)
        sum += weights[i] * bench_pixel(image, names[i], x, y);
    return sum;
}

static double operate(const char *operation, double b, double s, double a)
{
    if (strcmp(operation, "add") == 0)
        return fmin(b + s, 1);
    if (strcmp(operation, "subtract") == 0)
        return fmax(b - s, 0);
    if (strcmp(operation, "inverse_subtract") == 0)
        return fmax(s - b, 0);
    if (strcmp(operation, "maximum") == 0)
        return fmax(b, s);
    if (strcmp(operation, "minimum") == 0)
        return fmin(b, s);
    if (strcmp(operation, "and") == 0)
        return b >= 0.5 && s >= 0.5;
    if (strcmp(operation, "or") == 0)
        return b >= 0.5 || s >= 0.5;
    if (strcmp(operation, "multiply") == 0)
        return b * s;
    if (strcmp(operation, "merge_over") == 0)
        return fmin(s + (1 - a) * b, 1);
    if (strcmp(operation, "merge_under") == 0)
        return b + (1 - b) * s;
    return s;
}

FTH_TEST(every_channel_and_operation_follows_its_formula)
{
    struct fth_image *back = scene(BACK), *front = scene(FRONT);
    FTH_REQUIRE(back && front);
    for (int k = 0; k < 5 * 11; k++) {
        char settings[80];
        snprintf(settings, sizeof(settings), "combine=%s combine_op=%s", channels[k % 5],
                 operations[k / 5]);
        struct fth_image *made = controlled(settings, BACK, FRONT);
        FTH_REQUIRE(made != NULL);
        for (int32_t x = 0; x < 48; x++) {
            double b = bench_pixel(back, "A", x, 13), a = bench_pixel(front, "A", x, 13);
            double m = operate(operations[k / 5], b, channel_of(front, k % 5, x, 13), a);
            FTH_CHECK_NEAR(bench_pixel(made, "A", x, 13), m, 1e-6); /* single precision */
            FTH_CHECK_NEAR(bench_pixel(made, "R", x, 13), bench_pixel(back, "R", x, 13) * m, 1e-6);
        }
        if (fth_test_has_failed())
            fth_test_fail(__FILE__, __LINE__, "%s", settings);
        fth_image_unref(&made);
    }
    fth_image_unref(&back);
    fth_image_unref(&front);
}

FTH_TEST(solid_and_clear_need_no_foreground_and_a_channel_does)
{
    struct fth_image *solid = controlled("combine=solid", BACK, NULL);
    struct fth_image *clear = controlled("combine=clear", BACK, NULL);
    FTH_REQUIRE(solid && clear);
    for (int32_t x = 0; x < 48; x += 5) {
        FTH_CHECK(bench_pixel(solid, "A", x, 3) == 1 && bench_pixel(clear, "A", x, 3) == 0);
        FTH_CHECK(bench_pixel(solid, "R", x, 3) > 0 && bench_pixel(clear, "R", x, 3) == 0);
    }
    fth_image_unref(&solid);
    fth_image_unref(&clear);
    struct bench bench;
    struct fth_image *none = NULL;
    if (bench_open(&bench, bench_catalogue(), NULL) &&
        bench_add(&bench, "back", "test_scene", BACK, "") &&
        bench_add(&bench, "node", "matte_control", "combine=alpha", "background=back"))
        none = bench_render(&bench, "node", 1);
    FTH_CHECK(!none && strstr(bench.error.message, "nothing is connected there"));
    bench_close(&bench);
}

static int remarks;

static void count_remark(void *context, enum fth_log_level level, const char *line)
{
    (void)context;
    remarks += level == FTH_LOG_WARNING && strstr(line, "alpha is 1 everywhere") != NULL;
}

/* An ordinary opaque picture gives a channel: that its alpha is 1 is nothing to be said. */
FTH_TEST(an_opaque_foreground_is_not_remarked_on)
{
    struct bench bench;
    fth_log_set(count_remark, NULL);
    FTH_REQUIRE(bench_open(&bench, bench_catalogue(), NULL) &&
                bench_add(&bench, "back", "test_scene", BACK, "") &&
                bench_add(&bench, "full", "matte_control", "combine=solid", "background=back") &&
                bench_add(&bench, "node", "matte_control", "combine=red",
                          "background=back foreground=full"));
    struct fth_image *made = bench_render(&bench, "node", 1);
    FTH_REQUIRE(made);
    FTH_CHECK_INT(remarks, 0);
    fth_image_unref(&made);
    bench_close(&bench);
    fth_log_set(NULL, NULL);
}

/* ---- the rest -------------------------------------------------------------------------------- */

/* contract, gamma, threshold, invert, solid, garbage: in this order */
FTH_TEST(the_steps_come_in_order)
{
    static const char *const settings =
        "contract_expand=-0.2 gamma=1.7 threshold=0.2,0.9 invert=true invert_solid_matte=false "
        "garbage_mode=transparent background_is=straight post_multiply=true";
    struct fth_image *back = scene(BACK), *solid = scene("kind=mask disc=0.2");
    struct fth_image *garbage = scene("kind=mask disc=0.3 moving=13");
    struct fth_image *made = bench_once("matte_control", settings,
                                        (const bench_input[]){{"background", BACK},
                                                              {"solid_matte", "kind=mask disc=0.2"},
                                                              {"garbage_matte",
                                                               "kind=mask disc=0.3 moving=13"},
                                                              {NULL}});
    FTH_REQUIRE(back && solid && garbage && made);
    for (int32_t i = 0; i < 48 * 40; i++) {
        int32_t x = i % 48, y = i / 48;
        double m = pow(fmax(0, (bench_pixel(back, "A", x, y) - 0.2) / 0.8), 1 / 1.7);
        m = 1 - clamp01((m - 0.2) / 0.7);
        m = fmax(m, bench_pixel(solid, "A", x, y)) * (1 - bench_pixel(garbage, "A", x, y));
        FTH_CHECK_NEAR(bench_pixel(made, "A", x, y), m, 2e-6); /* single precision, over .56 */
        FTH_CHECK_NEAR(bench_pixel(made, "G", x, y), bench_pixel(back, "G", x, y) * m, 2e-6);
    }
    fth_image_unref(&back);
    fth_image_unref(&solid);
    fth_image_unref(&garbage);
    fth_image_unref(&made);
}

FTH_TEST(a_matte_that_does_not_change_leaves_multiplied_colours_to_the_bit)
{
    struct fth_image *back = scene("kind=cutout seed=1"), *made = NULL;
    made = controlled("", "kind=cutout seed=1", NULL);
    FTH_REQUIRE(back && made);
    FTH_CHECK(bench_equal(back, made));
    fth_image_unref(&made);
    /* and what is not multiplied, where it is to leave so */
    fth_image_unref(&back);
    back = scene("kind=straight seed=1");
    made = controlled("post_multiply=false", "kind=straight seed=1", NULL);
    FTH_REQUIRE(back && made);
    FTH_CHECK(bench_equal(back, made));
    fth_image_unref(&back);
    fth_image_unref(&made);
}

/* Whatever colours come as, and whatever the picture says of them when it is overruled. */
FTH_TEST(colours_are_divided_by_the_old_alpha_and_multiplied_by_the_new)
{
    static const char *const backs[] = {"kind=cutout seed=1", "kind=straight seed=1"};
    struct fth_image *straight = scene(backs[1]);
    for (int k = 0; k < 4; k++) {
        char settings[120];
        bool multiplies = k & 2;
        snprintf(settings, sizeof(settings), "gamma=2 post_multiply=%s",
                 multiplies ? "true" : "false");
        struct fth_image *made = controlled(settings, backs[k & 1], NULL);
        FTH_REQUIRE(straight && made);
        FTH_CHECK(made->premultiplied == multiplies);
        for (int32_t x = 0; x < 48; x++) {
            double a = bench_pixel(straight, "A", x, 20), c = bench_pixel(straight, "B", x, 20);
            double expected = multiplies ? c * sqrt(a) : c;
            if (!(k & 1) && a == 0)
                expected = 0; /* nothing is left of it */
            FTH_CHECK_NEAR(bench_pixel(made, "B", x, 20), expected, 2e-6); /* single precision */
        }
        fth_image_unref(&made);
    }
    struct fth_image *overruled = controlled("gamma=2 background_is=straight", backs[0], NULL);
    struct fth_image *cutout = scene(backs[0]);
    FTH_REQUIRE(overruled && cutout);
    for (int32_t x = 0; x < 48; x++)
        FTH_CHECK_NEAR(bench_pixel(overruled, "B", x, 20),
                       bench_pixel(cutout, "B", x, 20) * sqrt(bench_pixel(cutout, "A", x, 20)),
                       2e-6);
    fth_image_unref(&overruled);
    fth_image_unref(&cutout);
    fth_image_unref(&straight);
}

FTH_TEST(a_clean_edge_is_the_same_whole_or_multiplied)
{
    struct fth_image *dirty = controlled("blur=4", BACK, NULL);
    struct fth_image *multiplied = controlled("blur=4 decontaminate=true", BACK, NULL);
    struct fth_image *whole =
        controlled("blur=4 decontaminate=true post_multiply=false", BACK, NULL);
    FTH_REQUIRE(dirty && multiplied && whole);
    FTH_CHECK(bench_difference(dirty, multiplied, "A") == 0);
    FTH_CHECK(bench_difference(dirty, multiplied, "G") > 1e-2);
    for (int32_t x = 0; x < 48; x++)
        FTH_CHECK_NEAR(bench_pixel(multiplied, "G", x, 20),
                       bench_pixel(whole, "G", x, 20) * bench_pixel(whole, "A", x, 20), 1e-6);
    fth_image_unref(&dirty);
    fth_image_unref(&multiplied);
    fth_image_unref(&whole);
}

/* Blur, filters and clipping are the keyer's; that they are heeded here as well: */
FTH_TEST(the_matte_is_blurred_as_a_picture_is)
{
    struct fth_image *made = controlled("blur=3 filter=multi_box num_passes=3 clipping_mode=none",
                                        "kind=mask disc=0.3", NULL);
    struct fth_image *blurred =
        bench_once("blur", "radius=3 filter=multi_box num_passes=3 clipping_mode=none",
                   (const bench_input[]){{"input", "kind=mask disc=0.3"}, {NULL}});
    FTH_REQUIRE(made && blurred);
    FTH_CHECK(fth_rect_equal(made->domain, blurred->domain));
    FTH_CHECK(bench_difference(made, blurred, "A") == 0);
    fth_image_unref(&made);
    fth_image_unref(&blurred);
}

/* ---- the recipe ------------------------------------------------------------------------------ */

/* A keyer takes one garbage matte away and a Matte Control fills another in (the manual, of garbage
 * mattes of different modes): the composite is that of the formula. */
FTH_TEST(garbage_of_both_kinds_goes_through_two_nodes)
{
    struct bench bench;
    bool good = bench_open(&bench, bench_catalogue(), NULL) &&
                bench_add(&bench, "shot", "test_scene", "kind=photo seed=1 disc=0.4", "") &&
                bench_add(&bench, "plate", "test_scene", "kind=photo seed=1 disc=0.1", "") &&
                bench_add(&bench, "drop", "test_scene", "kind=mask disc=0.3 moving=14", "") &&
                bench_add(&bench, "keep", "test_scene", "kind=mask disc=0.2", "") &&
                bench_add(&bench, "key", "difference_keyer", "post_multiply=false blur=1",
                          "foreground=shot background=plate garbage_matte=drop") &&
                bench_add(&bench, "bare", "difference_keyer", "post_multiply=false blur=1",
                          "foreground=shot background=plate") &&
                bench_add(&bench, "both", "matte_control", "garbage_mode=fill",
                          "background=key garbage_matte=keep");
    struct fth_image *pictures[5] = {NULL};
    static const char *const names[] = {"shot", "drop", "keep", "bare", "both"};
    for (int i = 0; i < 5 && good; i++) {
        pictures[i] = bench_render(&bench, names[i], 1);
        good = pictures[i] != NULL;
    }
    FTH_CHECK(good);
    for (int32_t i = 0; i < 48 * 40 && good; i++) {
        int32_t x = i % 48, y = i / 48;
        double a = bench_pixel(pictures[3], "A", x, y) * (1 - bench_pixel(pictures[1], "A", x, y));
        a = fmax(a, bench_pixel(pictures[2], "A", x, y));
        FTH_CHECK_NEAR(bench_pixel(pictures[4], "A", x, y), a, 1e-6);
        FTH_CHECK_NEAR(bench_pixel(pictures[4], "R", x, y), bench_pixel(pictures[0], "R", x, y) * a,
                       1e-6);
    }
    for (int i = 0; i < 5; i++)
        fth_image_unref(&pictures[i]);
    bench_close(&bench);
}
