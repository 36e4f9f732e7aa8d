/* SPDX-License-Identifier: Apache-2.0 */
/* Laws of grade, blur, merge and text. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "bench.h"
#include "check.h"

/* node(settings) over clip and, if not NULL, `key` into port `port`. */
static struct fth_image *render_node(const char *node, const char *settings, const char *clip,
                                     const char *port, const char *key)
{
    struct bench bench;
    struct fth_image *image = NULL;
    char links[100] = "";
    const char *main_port = strcmp(node, "merge") == 0 ? "background" : "input";
    bool good = bench_open(&bench, bench_catalogue(), NULL);
    if (clip)
        snprintf(links, sizeof(links), "%s=clip", main_port);
    if (key)
        snprintf(links + strlen(links), sizeof(links) - strlen(links), " %s=key", port);
    good = good && (!clip || bench_add(&bench, "clip", "test_scene", clip, "")) &&
           (!key || bench_add(&bench, "key", "test_scene", key, "")) &&
           bench_add(&bench, "node", node, settings, links);
    if (good)
        image = bench_render(&bench, "node", 1);
    if (!image)
        fth_test_fail(__FILE__, __LINE__, "%s %s: %s", node, settings, bench.error.message);
    bench_close(&bench);
    return image;
}

/* ---- grade ----------------------------------------------------------------------------------- */

FTH_TEST(neutral_grade_is_the_picture)
{
    struct fth_image *clip = render_node("grade", "", "kind=photo", NULL, NULL);
    /* through the arithmetic, with values that cancel */
    struct fth_image *same = render_node("grade", "gain=2 gain_colour=0.5,0.5,0.5 contrast=1",
                                         "kind=photo", NULL, NULL);
    FTH_CHECK(clip && same && bench_equal(clip, same));
    fth_image_unref(&clip);
    fth_image_unref(&same);
}

FTH_TEST(grade_goes_in_its_order)
{
    struct fth_image *clip = render_node("grade", "", "kind=photo", NULL, NULL);
    struct fth_image *graded =
        render_node("grade", "gain=1.5 offset=0.1 contrast=2 pivot=0.25 saturation=0.5",
                    "kind=photo", NULL, NULL);
    FTH_REQUIRE(clip && graded);
    for (int32_t x = 0; x < 48; x += 5) {
        double c[3], luma;
        for (int i = 0; i < 3; i++) {
            const char *name = (const char *[]){"R", "G", "B"}[i];
            c[i] = ((bench_pixel(clip, name, x, 9) * 1.5 + 0.1) - 0.25) * 2 + 0.25;
        }
        luma = 0.2126 * c[0] + 0.7152 * c[1] + 0.0722 * c[2];
        FTH_CHECK_NEAR(bench_pixel(graded, "R", x, 9), luma + 0.5 * (c[0] - luma), 1e-5);
        FTH_CHECK_NEAR(bench_pixel(graded, "B", x, 9), luma + 0.5 * (c[2] - luma), 1e-5);
    }
    fth_image_unref(&clip);
    fth_image_unref(&graded);
}

/* Plus is warmer: red over blue rises with every step; green hardly moves. */
FTH_TEST(temperature_warms_steadily)
{
    double before = 0;
    for (int t = -100; t <= 100; t += 20) {
        char settings[64];
        snprintf(settings, sizeof(settings), "temperature=%d", t);
        struct fth_image *image = render_node("grade", settings, "kind=grey", NULL, NULL);
        FTH_REQUIRE(image);
        double ratio = bench_pixel(image, "R", 24, 20) / bench_pixel(image, "B", 24, 20);
        FTH_CHECK(ratio > before * 1.01);
        FTH_CHECK_NEAR(bench_pixel(image, "G", 24, 20), 0.7, 0.06); /* luminance of white is kept */
        before = ratio;
        fth_image_unref(&image);
    }
    struct fth_image *magenta = render_node("grade", "tint=50", "kind=grey", NULL, NULL);
    FTH_REQUIRE(magenta);
    FTH_CHECK(bench_pixel(magenta, "G", 24, 20) < bench_pixel(magenta, "R", 24, 20) &&
              bench_pixel(magenta, "G", 24, 20) < bench_pixel(magenta, "B", 24, 20));
    fth_image_unref(&magenta);
}

FTH_TEST(grade_stays_inside_its_key)
{
    struct fth_image *clip = render_node("grade", "", "kind=photo", NULL, NULL);
    struct fth_image *whole = render_node("grade", "gain=0.5", "kind=photo", NULL, NULL);
    struct fth_image *keyed =
        render_node("grade", "gain=0.5", "kind=photo", "key", "kind=mask disc=0.2");
    struct fth_image *rest =
        render_node("grade", "gain=0.5 key_invert=true", "kind=photo", "key", "kind=mask disc=0.2");
    FTH_REQUIRE(clip && whole && keyed && rest);
    FTH_CHECK(bench_pixel(keyed, "R", 24, 20) == bench_pixel(whole, "R", 24, 20));
    FTH_CHECK(bench_pixel(keyed, "R", 2, 2) == bench_pixel(clip, "R", 2, 2));
    FTH_CHECK(bench_pixel(rest, "R", 24, 20) == bench_pixel(clip, "R", 24, 20));
    FTH_CHECK(bench_pixel(rest, "R", 2, 2) == bench_pixel(whole, "R", 2, 2));
    for (int32_t x = 0; x < 48; x++) /* the two halves add up */
        FTH_CHECK_NEAR(bench_pixel(keyed, "R", x, 20) + bench_pixel(rest, "R", x, 20),
                       bench_pixel(clip, "R", x, 20) + bench_pixel(whole, "R", x, 20), 1e-6);
    fth_image_unref(&clip);
    fth_image_unref(&whole);
    fth_image_unref(&keyed);
    fth_image_unref(&rest);
}

/* Straight or multiplied, a soft edge is graded alike: no dark or bright rim. */
FTH_TEST(grade_does_not_see_alpha)
{
    struct fth_image *straight = render_node("grade", "gain=1.5 offset=0.2 temperature=30",
                                             "kind=straight", NULL, NULL);
    struct fth_image *cutout = render_node("grade", "gain=1.5 offset=0.2 temperature=30",
                                           "kind=cutout", NULL, NULL);
    FTH_REQUIRE(straight && cutout);
    for (int32_t x = 0; x < 48; x++)
        FTH_CHECK_NEAR(bench_pixel(cutout, "G", x, 20),
                       bench_pixel(straight, "G", x, 20) * bench_pixel(straight, "A", x, 20), 2e-6);
    fth_image_unref(&straight);
    fth_image_unref(&cutout);
}

/* ---- blur ------------------------------------------------------------------------------------ */

FTH_TEST(passes_are_the_other_filters)
{
    static const char *const pairs[][2] = {
        {"filter=box radius=4", "filter=multi_box num_passes=1 radius=4"},
        {"filter=bartlett radius=4", "filter=multi_box num_passes=2 radius=4"}};
    for (size_t i = 0; i < 2; i++) {
        struct fth_image *a = render_node("blur", pairs[i][0], "kind=photo", NULL, NULL);
        struct fth_image *b = render_node("blur", pairs[i][1], "kind=photo", NULL, NULL);
        FTH_CHECK(a && b && bench_equal(a, b));
        fth_image_unref(&a);
        fth_image_unref(&b);
    }
}

FTH_TEST(a_box_is_a_mean)
{
    struct fth_image *clip = render_node("grade", "", "kind=photo", NULL, NULL);
    struct fth_image *blur = render_node("blur", "filter=box radius=2", "kind=photo", NULL, NULL);
    FTH_REQUIRE(clip && blur);
    double mean = 0, corner = 0;
    for (int32_t y = -2; y <= 2; y++) {
        for (int32_t x = -2; x <= 2; x++) {
            mean += bench_pixel(clip, "R", 20 + x, 20 + y) / 25;
            corner += bench_pixel(clip, "R", x, y) / 25; /* nothing outside: 0 */
        }
    }
    FTH_CHECK_NEAR(bench_pixel(blur, "R", 20, 20), mean, 1e-6);
    FTH_CHECK_NEAR(bench_pixel(blur, "R", 0, 0), corner, 1e-6);
    fth_image_unref(&clip);
    fth_image_unref(&blur);
}

/* Clipping mode None: the data window grows by what the filter reaches, and no light is lost. */
FTH_TEST(none_keeps_all_light)
{
    double sum[2] = {0, 0};
    for (int i = 0; i < 2; i++) {
        struct fth_image *image =
            render_node("blur", i ? "filter=box radius=3 clipping_mode=none"
                                  : "filter=box radius=0 clipping_mode=none",
                        "kind=photo", NULL, NULL);
        FTH_REQUIRE(image);
        FTH_CHECK_INT(image->domain.x0, i ? -3 : 0);
        for (int32_t y = image->domain.y0; y < image->domain.y1; y++) {
            for (int32_t x = image->domain.x0; x < image->domain.x1; x++)
                sum[i] += bench_pixel(image, "G", x, y);
        }
        fth_image_unref(&image);
    }
    FTH_CHECK_NEAR(sum[1] / sum[0], 1, 1e-5);
}

/* The bright subject stays sharp and lends nothing to the blurred background beside it. */
FTH_TEST(a_keyed_blur_has_no_halo)
{
    const char *key = "kind=mask disc=0.31"; /* a little wider than the subject */
    struct fth_image *clip = render_node("grade", "", "kind=photo", NULL, NULL);
    struct fth_image *kept =
        render_node("blur", "radius=6 key_invert=true", "kind=photo", "key", key);
    struct fth_image *smeared = render_node("blur", "radius=6 key_invert=true key_weighted=false",
                                            "kind=photo", "key", key);
    FTH_REQUIRE(clip && kept && smeared);
    FTH_CHECK(bench_pixel(kept, "R", 24, 20) == bench_pixel(clip, "R", 24, 20));
    /* the subject is .85 red, the background below .41 everywhere: two pixels beside the rim */
    FTH_CHECK(bench_pixel(smeared, "R", 24 + 14, 20) > 0.43);
    for (int32_t x = 24 + 14; x < 48; x++)
        FTH_CHECK(bench_pixel(kept, "R", x, 20) > 0.3 && bench_pixel(kept, "R", x, 20) < 0.41);
    fth_image_unref(&clip);
    fth_image_unref(&kept);
    fth_image_unref(&smeared);
}

/* ---- merge ----------------------------------------------------------------------------------- */

FTH_TEST(over_follows_the_formula)
{
    static const char *const fronts[] = {"kind=cutout seed=2", "kind=straight seed=2"};
    struct fth_image *back = render_node("grade", "", "kind=photo", NULL, NULL);
    struct fth_image *front = render_node("grade", "", fronts[0], NULL, NULL);
    for (size_t i = 0; i < 2; i++) {
        struct fth_image *over = render_node("merge", "", "kind=photo", "foreground", fronts[i]);
        FTH_REQUIRE(back && front && over);
        FTH_CHECK(over->premultiplied && !fth_image_plane(over, "A"));
        for (int32_t x = 0; x < 48; x++) {
            double expected = bench_pixel(front, "B", x, 20) +
                              (1 - bench_pixel(front, "A", x, 20)) * bench_pixel(back, "B", x, 20);
            FTH_CHECK_NEAR(bench_pixel(over, "B", x, 20), expected, 1e-6);
        }
        fth_image_unref(&over);
    }
    fth_image_unref(&front);
    /* an opaque smaller picture covers the middle and nothing else */
    struct fth_image *over =
        render_node("merge", "", "kind=photo", "foreground", "kind=grey width=20 height=10");
    FTH_REQUIRE(over);
    FTH_CHECK(bench_pixel(over, "B", 13, 20) == bench_pixel(back, "B", 13, 20));
    FTH_CHECK(bench_pixel(over, "B", 14, 20) != bench_pixel(back, "B", 14, 20));
    FTH_CHECK(bench_pixel(over, "B", 20, 14) == bench_pixel(back, "B", 20, 14));
    FTH_CHECK_INT(over->format.width, 48);
    fth_image_unref(&over);
    fth_image_unref(&back);
}

/* ---- chains ---------------------------------------------------------------------------------- */

/* grade, grade, merge, grade over a cutout. step_by_step: each node is rendered before the next
 * one, which then finds it in the cache, so nothing is fused. */
static struct fth_image *render_chain(const struct fth_engine_options *options, bool step_by_step,
                                      uint64_t *steps_rendered)
{
    struct bench bench;
    struct fth_image *image = NULL;
    bool ready = bench_open(&bench, bench_catalogue(), options) &&
                 bench_add(&bench, "scene", "test_scene", "kind=cutout", "") &&
                 bench_add(&bench, "back", "test_scene", "kind=photo", "") &&
                 bench_add(&bench, "warm", "grade", "temperature=20 gain=1.2", "input=scene") &&
                 bench_add(&bench, "hard", "grade", "contrast=1.3 saturation=0.7", "input=warm") &&
                 bench_add(&bench, "over", "merge", "blend=0.8",
                           "background=back foreground=hard") &&
                 bench_add(&bench, "end", "grade", "offset=0.1", "input=over");
    static const char *const names[] = {"warm", "hard", "over", "end"};
    for (int i = step_by_step ? 0 : 3; i < 4 && ready; i++) {
        fth_image_unref(&image);
        image = bench_render(&bench, names[i], 1);
    }
    *steps_rendered = ready ? fth_engine_stats(bench.engine).steps_rendered : 0;
    bench_close(&bench);
    return image;
}

FTH_TEST(chains_have_the_same_bytes_fused_and_not)
{
    static const struct fth_engine_options ways[] = {
        {.thread_count = 1},
        {.thread_count = 2, .band_rows = 1},
        {.thread_count = 2, .band_rows = 7}};
    uint64_t steps;
    struct fth_image *plain = render_chain(&ways[0], true, &steps);
    FTH_REQUIRE(plain);
    FTH_CHECK_INT(steps, 6); /* two scenes, four nodes: their common controls are fused to them */
    for (size_t i = 0; i < FTH_ARRAY_COUNT(ways); i++) {
        struct fth_image *fused = render_chain(&ways[i], false, &steps);
        FTH_CHECK(fused && bench_equal(plain, fused));
        FTH_CHECK_INT(steps, 3);
        fth_image_unref(&fused);
    }
    fth_image_unref(&plain);
}

/* ---- text ------------------------------------------------------------------------------------ */

/* Where the letters are: their middle and how much they cover. */
static double ink_of(const struct fth_image *image, double middle[2])
{
    double sum = 0;
    middle[0] = middle[1] = 0;
    for (int32_t y = image->domain.y0; y < image->domain.y1; y++) {
        for (int32_t x = image->domain.x0; x < image->domain.x1; x++) {
            double a = bench_pixel(image, "A", x, y);
            sum += a;
            middle[0] += a * (x + 0.5);
            middle[1] += a * (y + 0.5);
        }
    }
    middle[0] /= sum;
    middle[1] /= sum;
    return sum;
}

FTH_TEST(text_stands_where_it_is_put)
{
    double middle[2];
    struct fth_image *image = render_node("text", "text=OOO size=0.2 width=400 height=200 "
                                                  "position=0.25,0.75 colour=1,0.5,0",
                                          NULL, NULL, NULL);
    FTH_REQUIRE(image);
    FTH_CHECK(ink_of(image, middle) > 500);
    FTH_CHECK_NEAR(middle[0], 100, 1);
    FTH_CHECK_NEAR(middle[1], 50, 6); /* capitals sit a little above the middle of their line */
    FTH_CHECK(image->domain.x0 > 30 && image->domain.x1 < 170 && image->domain.y1 < 85);
    for (int32_t x = image->domain.x0; x < image->domain.x1; x++) {
        float a = bench_pixel(image, "A", x, 50);
        FTH_CHECK_NEAR(bench_pixel(image, "R", x, 50), a, 1e-7);
        FTH_CHECK_NEAR(bench_pixel(image, "G", x, 50), a / 2, 1e-7);
        FTH_CHECK(bench_pixel(image, "B", x, 50) == 0);
    }
    fth_image_unref(&image);
}

FTH_TEST(text_goes_over_its_input)
{
    struct fth_image *clip =
        render_node("grade", "", "kind=photo width=200 height=100", NULL, NULL);
    struct fth_image *title = render_node("text", "text=H size=0.8 colour=0,0,0",
                                          "kind=photo width=200 height=100", NULL, NULL);
    struct fth_image *alone = render_node("text", "text=H size=0.8 over_input=false",
                                          "kind=photo width=200 height=100", NULL, NULL);
    struct fth_image *none = render_node("text", "text=", "kind=photo width=200 height=100", NULL,
                                         NULL);
    FTH_REQUIRE(clip && title && alone && none);
    FTH_CHECK(bench_pixel(title, "R", 2, 2) == bench_pixel(clip, "R", 2, 2));
    FTH_CHECK(bench_pixel(title, "R", 100, 50) == 0); /* the bar of the H */
    FTH_CHECK(bench_pixel(alone, "A", 100, 50) == 1 && bench_pixel(alone, "A", 2, 2) == 0);
    FTH_CHECK(bench_difference(none, clip, "R") == 0);
    FTH_CHECK_INT(alone->format.width, 200);
    fth_image_unref(&clip);
    fth_image_unref(&title);
    fth_image_unref(&alone);
    fth_image_unref(&none);
}

FTH_TEST(text_is_the_same_at_half_size)
{
    double middle[2], half_middle[2], whole, half;
    for (int scale = 1; scale <= 2; scale++) {
        struct bench bench;
        struct fth_engine_options options = {.thread_count = 1, .scale_denominator = scale};
        FTH_REQUIRE(bench_open(&bench, bench_catalogue(), &options) &&
                    bench_add(&bench, "t", "text", "text=Go size=0.4 width=400 height=200", ""));
        struct fth_image *image = bench_render(&bench, "t", 1);
        FTH_REQUIRE(image);
        if (scale == 1)
            whole = ink_of(image, middle);
        else
            half = ink_of(image, half_middle);
        fth_image_unref(&image);
        bench_close(&bench);
    }
    FTH_CHECK_NEAR(half * 4 / whole, 1, 0.01); /* coverage in 256 steps */
    FTH_CHECK_NEAR(half_middle[0] * 2, middle[0], 0.3);
    FTH_CHECK_NEAR(half_middle[1] * 2, middle[1], 0.3);
}

FTH_TEST(a_title_stands_behind_a_subject)
{
    struct fth_image *clip =
        render_node("grade", "", "kind=photo width=200 height=100", NULL, NULL);
    struct fth_image *title =
        render_node("text", "text=HHHHHH size=0.5 colour=0,0,0 effect_mask_invert=true",
                    "kind=photo width=200 height=100", "effect_mask",
                    "kind=mask width=200 height=100");
    FTH_REQUIRE(clip && title);
    /* inside the subject's disc nothing of the title is seen, outside it is black */
    double behind = 0, beside = 0;
    for (int32_t x = 0; x < 200; x++) {
        double step = fabs(bench_pixel(title, "R", x, 50) - bench_pixel(clip, "R", x, 50));
        if (abs(x - 100) < 27)
            behind += step;
        else
            beside += step;
    }
    FTH_CHECK(behind < 1e-6 && beside > 5);
    fth_image_unref(&clip);
    fth_image_unref(&title);
}

/* ---- keys ----------------------------------------------------------------------------------- */

static int remarks;

static void count_remark(void *context, enum fth_log_level level, const char *line)
{
    (void)context;
    if (level == FTH_LOG_WARNING && strstr(line, "key_channel"))
        remarks++;
}

/* A depth map left on preview is opaque: as a key it limits nothing, and that is said; its
 * brightness can be asked for instead. */
FTH_TEST(an_opaque_key_is_remarked_on)
{
    static const char *const nodes[] = {"grade", "blur"};
    fth_log_set(count_remark, NULL);
    for (int i = 0; i < 2; i++) {
        struct bench bench;
        FTH_REQUIRE(bench_open(&bench, bench_catalogue(), NULL) &&
                    bench_add(&bench, "clip", "test_scene", "", "") &&
                    bench_add(&bench, "deep", "test_scene", "kind=depth", "") &&
                    bench_add(&bench, "map", "depth_map",
                              "adjust_map_levels=true far_limit=0.6 near_limit=0.65",
                              "input=clip depth=deep") &&
                    bench_add(&bench, "node", nodes[i], "", "input=clip key=map"));
        FTH_REQUIRE(bench_set(&bench, "node", i ? "radius" : "gain", i ? "5" : "0.5"));
        struct fth_image *whole = bench_render(&bench, "node", 1);
        FTH_CHECK_INT(remarks, 1); /* the same words are said once */
        FTH_REQUIRE(bench_set(&bench, "node", "key_channel", "luminance"));
        struct fth_image *keyed = bench_render(&bench, "node", 1);
        struct fth_image *clip = bench_render(&bench, "clip", 1);
        FTH_REQUIRE(whole && keyed && clip);
        FTH_CHECK(bench_pixel(whole, "R", 2, 2) != bench_pixel(clip, "R", 2, 2));
        FTH_CHECK(bench_pixel(keyed, "R", 2, 2) == bench_pixel(clip, "R", 2, 2));
        FTH_CHECK(bench_pixel(keyed, "R", 24, 20) != bench_pixel(clip, "R", 24, 20));
        fth_image_unref(&whole);
        fth_image_unref(&keyed);
        fth_image_unref(&clip);
        bench_close(&bench);
    }
    fth_log_set(NULL, NULL);
}
