/* SPDX-License-Identifier: Apache-2.0 */
/* Laws of Depth Map on a scene whose depth is known: a disc at .7 before a slope of .1 to .5. */
#include <math.h>
#include <stdio.h>

#include "base/log.h"
#include "bench.h"
#include "check.h"

/* A bench with `clip` (photo unless said), `depth` (a bundle) and the node `map`. */
static struct fth_image *render_map(const char *clip, const char *settings, const char *depth,
                                    int scale)
{
    struct bench bench;
    struct fth_image *image = NULL;
    struct fth_engine_options options = {.thread_count = 1, .scale_denominator = scale};
    if (bench_open(&bench, bench_catalogue(), &options) &&
        bench_add(&bench, "clip", "test_scene", clip, "") &&
        bench_add(&bench, "depth", "test_scene", depth, "") &&
        bench_add(&bench, "map", "depth_map", settings, "input=clip depth=depth"))
        image = bench_render(&bench, "map", 1);
    if (!image)
        fth_test_fail(__FILE__, __LINE__, "depth_map %s: %s", settings, bench.error.message);
    bench_close(&bench);
    return image;
}

static struct fth_image *map_of(const char *settings)
{
    return render_map("kind=photo", settings, "kind=depth", 1);
}

/* The scene's depth 4 pixels from the left at row y of 40: .1 + .4 (y + .5) / 40. */
static double slope_at(int32_t y)
{
    return 0.1 + 0.4 * (y + 0.5) / 40;
}

FTH_TEST(preview_is_the_depth_as_opaque_grey)
{
    struct fth_image *map = map_of("");
    FTH_REQUIRE(map);
    for (int32_t y = 0; y < 40; y++) {
        FTH_CHECK_NEAR(bench_pixel(map, "R", 4, y), slope_at(y), 1e-6); /* floats near 1 */
        FTH_CHECK(bench_pixel(map, "R", 4, y) == bench_pixel(map, "G", 4, y) &&
                  bench_pixel(map, "R", 4, y) == bench_pixel(map, "B", 4, y));
        FTH_CHECK(bench_pixel(map, "A", 4, y) == 1);
    }
    FTH_CHECK_NEAR(bench_pixel(map, "G", 24, 20), 0.7, 1e-6);
    FTH_CHECK(map->premultiplied);
    fth_image_unref(&map);
}

FTH_TEST(levels_follow_the_formula)
{
    struct fth_image *map =
        map_of("adjust_map_levels=true far_limit=0.2 near_limit=0.6 gamma=2");
    FTH_REQUIRE(map);
    for (int32_t y = 0; y < 40; y++) {
        double m = fmin(fmax((slope_at(y) - 0.2) / 0.4, 0), 1);
        FTH_CHECK_NEAR(bench_pixel(map, "R", 4, y), sqrt(m), 1e-5); /* powf in floats */
    }
    FTH_CHECK_NEAR(bench_pixel(map, "R", 24, 20), 1, 0);
    fth_image_unref(&map);
}

/* Raising a limit never brightens, raising gamma never darkens; black and white stay. */
FTH_TEST(levels_are_monotone)
{
    static const char *const rising[] = {"far_limit=0.1 near_limit=0.5 gamma=0.5",
                                         "far_limit=0.1 near_limit=0.5 gamma=1",
                                         "far_limit=0.1 near_limit=0.4 gamma=1",
                                         "far_limit=0 near_limit=0.4 gamma=1",
                                         "far_limit=0 near_limit=0.4 gamma=3"};
    struct fth_image *before = NULL;
    for (size_t i = 0; i < FTH_ARRAY_COUNT(rising); i++) {
        char settings[200];
        snprintf(settings, sizeof(settings), "adjust_map_levels=true %s", rising[i]);
        struct fth_image *now = map_of(settings);
        FTH_REQUIRE(now);
        bool up = false;
        for (int32_t y = 0; y < 40; y++) {
            float a = before ? bench_pixel(before, "R", 4, y) : 0, b = bench_pixel(now, "R", 4, y);
            FTH_CHECK(b >= a);
            up = up || b > a;
            FTH_CHECK(y == 0 || b >= bench_pixel(now, "R", 4, y - 1));
        }
        FTH_CHECK(up);
        fth_image_unref(&before);
        before = now;
    }
    fth_image_unref(&before);
}

FTH_TEST(off_is_unclipped)
{
    struct bench bench;
    FTH_REQUIRE(bench_open(&bench, bench_catalogue(), NULL) &&
                bench_add(&bench, "clip", "test_scene", "", "") &&
                bench_add(&bench, "deep", "test_scene", "kind=grey", "") &&
                bench_add(&bench, "push", "grade", "gain=3 offset=-0.5", "input=deep") &&
                bench_add(&bench, "map", "depth_map", "", "input=clip depth=push"));
    struct fth_image *map = bench_render(&bench, "map", 1);
    FTH_REQUIRE(map);
    FTH_CHECK_NEAR(bench_pixel(map, "R", 24, 20), 3 * 0.7 - 0.5, 1e-6);
    FTH_CHECK(bench_pixel(map, "R", 4, 0) < 0);
    fth_image_unref(&map);
    /* where it leaves as alpha it is clamped */
    FTH_REQUIRE(bench_set(&bench, "map", "preview", "false"));
    map = bench_render(&bench, "map", 1);
    FTH_REQUIRE(map);
    FTH_CHECK(bench_pixel(map, "A", 24, 20) == 1 && bench_pixel(map, "A", 4, 0) == 0);
    fth_image_unref(&map);
    bench_close(&bench);
}

/* 6.2: 1 inside t +- tolerance, smoothstep over softness, 0 beyond. */
FTH_TEST(isolation_is_a_slab)
{
    struct fth_image *map = map_of("isolation=true target_depth=0.3 tolerance=0.05 softness=0.1");
    FTH_REQUIRE(map);
    for (int32_t y = 0; y < 40; y++) {
        double t = fmin(fmax((fabs(slope_at(y) - 0.3) - 0.05) / 0.1, 0), 1);
        FTH_CHECK_NEAR(bench_pixel(map, "R", 4, y), 1 - t * t * (3 - 2 * t), 2e-5);
    }
    FTH_CHECK(bench_pixel(map, "R", 24, 20) == 0);
    fth_image_unref(&map);
    map = map_of("isolation=true target_depth=0.3 tolerance=0.05 softness=0");
    FTH_REQUIRE(map);
    for (int32_t y = 0; y < 40; y++) {
        double off = fabs(slope_at(y) - 0.3) - 0.05;
        if (fabs(off) > 1e-6)
            FTH_CHECK(bench_pixel(map, "R", 4, y) == (off < 0 ? 1 : 0));
    }
    fth_image_unref(&map);
}

FTH_TEST(target_walks_from_background_to_subject)
{
    struct fth_image *far = map_of("isolation=true target_depth=0 tolerance=0.15 softness=0.05");
    struct fth_image *near = map_of("isolation=true target_depth=0.7 tolerance=0.1 softness=0.05");
    FTH_REQUIRE(far && near);
    FTH_CHECK(bench_pixel(far, "R", 4, 0) == 1 && bench_pixel(far, "R", 24, 20) == 0);
    FTH_CHECK(bench_pixel(near, "R", 4, 0) == 0 && bench_pixel(near, "R", 24, 20) == 1);
    fth_image_unref(&far);
    fth_image_unref(&near);
}

/* The order of 6.2: the slab is cut from the levelled map, then inverted. */
FTH_TEST(levels_come_before_isolation_before_invert)
{
    struct fth_image *map = map_of("adjust_map_levels=true far_limit=0.2 near_limit=0.4 "
                                   "isolation=true target_depth=1 tolerance=0.2 softness=0.1 "
                                   "invert=true");
    FTH_REQUIRE(map);
    for (int32_t y = 0; y < 40; y++) {
        double x = fmin(fmax((slope_at(y) - 0.2) / 0.2, 0), 1);
        double t = fmin(fmax((fabs(x - 1) - 0.2) / 0.1, 0), 1);
        FTH_CHECK_NEAR(bench_pixel(map, "R", 4, y), t * t * (3 - 2 * t), 5e-5);
    }
    fth_image_unref(&map);
}

/* DRAFT: lift 1 and limits .80 / .86 give back the people's soft alpha; lift 0 touches nothing. */
FTH_TEST(lifted_people_come_back_through_levels)
{
    struct fth_image *map =
        map_of("subject_lift=1 adjust_map_levels=true far_limit=0.8 near_limit=0.86");
    FTH_REQUIRE(map);
    FTH_CHECK(bench_pixel(map, "R", 24, 20) == 1 && bench_pixel(map, "R", 4, 39) == 0);
    for (int32_t x = 0; x < 48; x++) {
        /* the disc's rim runs from 0 to 1 within a few pixels; below .1 the band fades in */
        float m = bench_pixel(map, "subject", x, 20);
        if (m > 0.1f && m < 1)
            FTH_CHECK_NEAR(bench_pixel(map, "R", x, 20), fmin(m + 0.14 / 0.06 * 0.7 *
                           (m > 0.8f ? (m - 0.8) / 0.2 * ((m - 0.8) / 0.2) *
                           (3 - 2 * (m - 0.8) / 0.2) : 0), 1), 2e-3);
    }
    fth_image_unref(&map);
}

FTH_TEST(outputs_are_what_they_say)
{
    const char *levels = "preview=false adjust_map_levels=true far_limit=0.5 near_limit=0.7";
    char settings[200];
    snprintf(settings, sizeof(settings), "%s output=transparency", levels);
    struct fth_image *cut = map_of(settings), *clip = map_of("preview=false output=key");
    snprintf(settings, sizeof(settings), "%s output=key", levels);
    struct fth_image *key = map_of(settings);
    FTH_REQUIRE(cut && key && clip);
    FTH_CHECK(cut->premultiplied && !key->premultiplied);
    for (int32_t x = 0; x < 48; x += 3) {
        float a = bench_pixel(key, "A", x, 20);
        FTH_CHECK(bench_pixel(cut, "A", x, 20) == a);
        FTH_CHECK(bench_pixel(key, "G", x, 20) == bench_pixel(clip, "G", x, 20));
        FTH_CHECK_NEAR(bench_pixel(cut, "G", x, 20), a * bench_pixel(key, "G", x, 20), 1e-7);
    }
    FTH_CHECK(bench_pixel(key, "A", 24, 20) == 1 && bench_pixel(key, "A", 4, 0) == 0);
    fth_image_unref(&cut);
    fth_image_unref(&key);
    fth_image_unref(&clip);
}

/* Colours of the edge change and nothing else: not the alpha, not what is sure, not the key. */
FTH_TEST(a_clean_edge_changes_its_colours_alone)
{
    const char *soft = "preview=false adjust_map_levels=true far_limit=0.5 near_limit=0.9 "
                       "edge_width=1";
    char settings[200];
    snprintf(settings, sizeof(settings), "%s decontaminate=true", soft);
    struct fth_image *cut = map_of(soft), *clean = map_of(settings);
    snprintf(settings, sizeof(settings), "%s decontaminate=true output=key", soft);
    struct fth_image *key = map_of(settings), *clip = map_of("preview=false output=key");
    FTH_REQUIRE(cut && clean && key && clip);
    FTH_CHECK(bench_difference(cut, clean, "A") == 0 && clean->premultiplied);
    FTH_CHECK(bench_difference(cut, clean, "R") > 1e-3);
    FTH_CHECK(bench_difference(key, clip, "R") == 0);
    for (int32_t x = 0; x < 48; x++)
        if (bench_pixel(cut, "A", x, 20) == 0)
            FTH_CHECK(bench_pixel(clean, "R", x, 20) == 0);
    fth_image_unref(&cut);
    fth_image_unref(&clean);
    fth_image_unref(&key);
    fth_image_unref(&clip);
}

/* Straight or multiplied, what is sure is the same (hidden colours are only had of the straight
 * one); the map goes along with it untouched. */
FTH_TEST(a_clean_edge_knows_multiplied_colours)
{
    static const char *const kinds[] = {"kind=cutout disc=0.2", "kind=straight disc=0.2"};
    struct fth_image *cuts[2];
    for (int i = 0; i < 2; i++) {
        cuts[i] = render_map(kinds[i],
                             "preview=false decontaminate=true keep_map=true edge_width=1 "
                             "adjust_map_levels=true far_limit=0.5 near_limit=0.6",
                             "kind=depth", 1);
        FTH_REQUIRE(cuts[i] && fth_image_plane(cuts[i], "disparity"));
    }
    for (int32_t x = 20; x < 28; x++)
        FTH_CHECK_NEAR(bench_pixel(cuts[0], "R", x, 20), bench_pixel(cuts[1], "R", x, 20), 1e-6);
    FTH_CHECK(bench_pixel(cuts[0], "R", 2, 2) == 0 && bench_pixel(cuts[1], "R", 2, 2) == 0);
    fth_image_unref(&cuts[0]);
    fth_image_unref(&cuts[1]);
}

/* A picture with alpha of its own keeps it: nothing that was transparent becomes solid. */
static int remarks;

static void count_remark(void *context, enum fth_log_level level, const char *line)
{
    (void)context;
    remarks += level == FTH_LOG_WARNING && strstr(line, "nothing is nearer than far_limit") != NULL;
}

/* A picture without a subject comes out as background alone: that is said, and nothing else. */
FTH_TEST(a_black_matte_is_remarked_on)
{
    static const struct {
        const char *settings;
        int remarks;
    } cases[] = {
        {"preview=off adjust_map_levels=on far_limit=1 near_limit=1 post_processing=on", 1},
        {"preview=off adjust_map_levels=on far_limit=1 near_limit=1 decontaminate=on", 1},
        {"preview=off adjust_map_levels=on far_limit=.2 near_limit=.9 post_processing=on", 0},
        {"preview=off adjust_map_levels=on far_limit=1 near_limit=1 invert=on post_processing=on",
         0}};
    for (size_t i = 0; i < FTH_ARRAY_COUNT(cases); i++) {
        remarks = 0;
        fth_log_set(count_remark, NULL);
        struct fth_image *made = map_of(cases[i].settings);
        FTH_REQUIRE(made);
        FTH_CHECK_INT(remarks, cases[i].remarks);
        fth_image_unref(&made);
        fth_log_set(NULL, NULL);
    }
}

FTH_TEST(transparency_keeps_the_pictures_own)
{
    static const char *const kinds[] = {"kind=cutout disc=0.2", "kind=straight disc=0.2"};
    struct fth_image *cuts[2];
    for (int i = 0; i < 2; i++) {
        cuts[i] = render_map(kinds[i], "preview=false invert=true", "kind=depth", 1);
        FTH_REQUIRE(cuts[i]);
        FTH_CHECK(bench_pixel(cuts[i], "A", 2, 2) == 0 && bench_pixel(cuts[i], "R", 2, 2) == 0);
        FTH_CHECK_NEAR(bench_pixel(cuts[i], "A", 24, 20), 0.3, 1e-6);
    }
    /* straight or multiplied, it is the same picture */
    FTH_CHECK(bench_difference(cuts[0], cuts[1], "R") < 1e-6);
    fth_image_unref(&cuts[0]);
    fth_image_unref(&cuts[1]);
}

FTH_TEST(outside_the_effect_mask_nothing_is_left)
{
    struct bench bench;
    FTH_REQUIRE(bench_open(&bench, bench_catalogue(), NULL) &&
                bench_add(&bench, "clip", "test_scene", "", "") &&
                bench_add(&bench, "deep", "test_scene", "kind=depth", "") &&
                bench_add(&bench, "area", "test_scene", "kind=mask disc=0.2", "") &&
                bench_add(&bench, "map", "depth_map", "preview=false",
                          "input=clip depth=deep effect_mask=area"));
    struct fth_image *map = bench_render(&bench, "map", 1);
    FTH_REQUIRE(map);
    FTH_CHECK(bench_pixel(map, "A", 4, 39) == 0 && bench_pixel(map, "R", 4, 39) == 0);
    FTH_CHECK_NEAR(bench_pixel(map, "A", 24, 20), 0.7, 1e-6);
    fth_image_unref(&map);
    bench_close(&bench);
}

/* 6.10: on a mask of zeros and ones the border moves by exactly the radius. */
FTH_TEST(expand_moves_the_border_by_pixels)
{
    const char *hard = "adjust_map_levels=true far_limit=0.6 near_limit=0.6 post_processing=true "
                       "post_filter=0";
    double area[3];
    static const char *const grow[] = {"contract_expand=0", "contract_expand=3",
                                       "contract_expand=-3"};
    for (int i = 0; i < 3; i++) {
        char settings[300];
        snprintf(settings, sizeof(settings), "%s %s", hard, grow[i]);
        struct fth_image *map =
            render_map("kind=photo width=200 height=200", settings,
                       "kind=depth width=200 height=200", 1);
        FTH_REQUIRE(map);
        area[i] = 0;
        for (int32_t y = 0; y < 200; y++) {
            for (int32_t x = 0; x < 200; x++)
                area[i] += bench_pixel(map, "R", x, y);
        }
        fth_image_unref(&map);
    }
    double radius = sqrt(area[0] / 3.14159265), wide = sqrt(area[1] / 3.14159265);
    double narrow = sqrt(area[2] / 3.14159265);
    FTH_CHECK_NEAR(radius, 59.5, 0.3);    /* .3 of 200, less where the rim's ramp passes .6 */
    FTH_CHECK_NEAR(wide - radius, 3, 0.25); /* a jagged circle's distance errs by part of a pixel */
    FTH_CHECK_NEAR(radius - narrow, 3, 0.25);
}

/* Mean difference from the truth within 12 pixels of the disc's rim. */
static double rim_error(const struct fth_image *map, const struct fth_image *truth)
{
    double sum = 0, count = 0;
    for (int32_t y = 0; y < 480; y++) {
        for (int32_t x = 0; x < 640; x++) {
            if (fabs(hypot(x + 0.5 - 320, y + 0.5 - 240) - 144) > 12)
                continue;
            sum += fabs(bench_pixel(map, "R", x, y) - bench_pixel(truth, "R", x, y));
            count++;
        }
    }
    return sum / count;
}

/* Post-filter: a map whose outline is 4 pixels inside the picture's is drawn towards it, the more
 * the stronger; a map that is right stays nearly as it is. */
FTH_TEST(post_filter_finds_the_pictures_edges)
{
    const char *clip = "kind=photo width=640 height=480 disc=0.3";
    const char *small = "kind=depth width=640 height=480 disc=0.2916667";
    const char *exact = "kind=depth width=640 height=480 disc=0.3";
    static const char *const strengths[] = {"post_processing=true post_filter=0",
                                            "post_processing=true post_filter=0.25",
                                            "post_processing=true",
                                            "post_processing=true post_filter=1"};
    struct fth_image *truth = render_map(clip, "", exact, 1);
    FTH_REQUIRE(truth);
    double off[4], right[4];
    for (int i = 0; i < 4; i++) {
        struct fth_image *a = render_map(clip, strengths[i], small, 1);
        struct fth_image *b = render_map(clip, strengths[i], exact, 1);
        FTH_REQUIRE(a && b);
        off[i] = rim_error(a, truth);
        right[i] = rim_error(b, truth);
        FTH_CHECK(i == 0 || off[i] < off[i - 1]);
        fth_image_unref(&a);
        fth_image_unref(&b);
    }
    /* measured .066, .057, .041, .032 and 0, .007, .011, .013 */
    FTH_CHECK(off[2] < 0.7 * off[0] && off[3] < 0.55 * off[0]);
    FTH_CHECK(right[0] == 0 && right[2] < 0.013 && right[3] < 0.016);
    fth_image_unref(&truth);
}

/* A preview at half size looks like the final: lengths are of the full picture. */
FTH_TEST(half_size_looks_like_the_whole)
{
    const char *settings = "adjust_map_levels=true far_limit=0.3 near_limit=0.6 "
                           "post_processing=true contract_expand=6 blur=8";
    const char *clip = "kind=photo width=320 height=240";
    const char *depth = "kind=depth width=320 height=240";
    struct fth_image *whole = render_map(clip, settings, depth, 1);
    struct fth_image *half = render_map(clip, settings, depth, 2);
    FTH_REQUIRE(whole && half);
    FTH_CHECK_INT(half->format.width, 160);
    double sum = 0, off = 0;
    for (int32_t y = 0; y < 120; y++) {
        for (int32_t x = 0; x < 160; x++) {
            double mean = (bench_pixel(whole, "R", 2 * x, 2 * y) +
                           bench_pixel(whole, "R", 2 * x + 1, 2 * y) +
                           bench_pixel(whole, "R", 2 * x, 2 * y + 1) +
                           bench_pixel(whole, "R", 2 * x + 1, 2 * y + 1)) / 4;
            sum += fabs(mean - bench_pixel(half, "R", x, y));
        }
    }
    off = sum / (160 * 120);
    FTH_CHECK_NEAR(off, 0, 0.01); /* a length that is not scaled gives .03 and more here */
    fth_image_unref(&whole);
    fth_image_unref(&half);
}

/* Depth of another size is fitted; Z becomes nearness with one scale. */
FTH_TEST(depth_input_of_any_kind)
{
    struct fth_image *z = render_map("kind=photo", "", "kind=far", 1);
    struct fth_image *large = render_map("kind=photo", "", "kind=depth width=96 height=80", 1);
    struct fth_image *same = map_of("");
    FTH_REQUIRE(z && large && same);
    FTH_CHECK(bench_mean_difference(large, same, "R") < 0.01);
    /* percentiles 1 and 99.5 of the disparity go to 0 and 1, everything else linearly */
    double low = bench_pixel(same, "R", 4, 10), high = bench_pixel(same, "R", 24, 20);
    double zlow = bench_pixel(z, "R", 4, 10), zhigh = bench_pixel(z, "R", 24, 20);
    double slope = (zhigh - zlow) / (high - low);
    FTH_CHECK_NEAR(bench_pixel(z, "R", 4, 30),
                   zlow + slope * (bench_pixel(same, "R", 4, 30) - low), 1e-4);
    FTH_CHECK_NEAR(zhigh, 1, 0.01);
    FTH_CHECK(zlow > 0 && zlow < 0.4);
    fth_image_unref(&z);
    fth_image_unref(&large);
    fth_image_unref(&same);
}

/* depth_from=channel: the picture's own Z; a frame has the same bytes however it was reached. */
FTH_TEST(depth_of_a_channel_is_the_same_alone_and_in_order)
{
    struct bench bench;
    struct fth_image *alone = NULL, *later = NULL;
    FTH_REQUIRE(bench_open(&bench, bench_catalogue(), NULL) &&
                bench_add(&bench, "clip", "test_scene", "kind=z", "") &&
                bench_add(&bench, "map", "depth_map", "depth_from=channel", "input=clip"));
    alone = bench_render(&bench, "map", 5);
    bench_close(&bench);
    FTH_REQUIRE(bench_open(&bench, bench_catalogue(), NULL) &&
                bench_add(&bench, "clip", "test_scene", "kind=z", "") &&
                bench_add(&bench, "map", "depth_map", "depth_from=channel", "input=clip"));
    for (int64_t frame = 1; frame <= 5; frame++) {
        fth_image_unref(&later);
        later = bench_render(&bench, "map", frame);
    }
    FTH_CHECK(alone && bench_equal(alone, later));
    /* one scale for the shot: the scene moves away, so the later map is darker */
    struct fth_image *first = bench_render(&bench, "map", 1);
    FTH_REQUIRE(first && later);
    FTH_CHECK(bench_pixel(later, "R", 24, 20) < bench_pixel(first, "R", 24, 20));
    fth_image_unref(&first);
    fth_image_unref(&alone);
    fth_image_unref(&later);
    bench_close(&bench);
}

FTH_TEST(a_picture_without_depth_says_so)
{
    struct bench bench;
    FTH_REQUIRE(bench_open(&bench, bench_catalogue(), NULL) &&
                bench_add(&bench, "clip", "test_scene", "", "") &&
                bench_add(&bench, "map", "depth_map", "depth_from=channel", "input=clip"));
    FTH_CHECK(!bench_render(&bench, "map", 1));
    FTH_CHECK_INT(bench.error.status, FTH_ERR_NOT_FOUND);
    FTH_CHECK(strstr(bench.error.message, "Z") != NULL);
    bench_close(&bench);
}

/* Moving a slider runs nothing again that it does not reach. */
FTH_TEST(sliders_do_not_analyse_again)
{
    static const char *const moves[][2] = {
        {"adjust_map_levels", "true"}, {"far_limit", "0.2"},       {"gamma", "2"},
        {"isolation", "true"},         {"post_processing", "true"}, {"contract_expand", "2"},
        {"invert", "true"},            {"preview", "false"},       {"output", "key"}};
    struct bench bench;
    FTH_REQUIRE(bench_open(&bench, bench_catalogue(), NULL) &&
                bench_add(&bench, "clip", "test_scene", "kind=z", "") &&
                bench_add(&bench, "map", "depth_map", "depth_from=channel", "input=clip"));
    struct fth_image *image = bench_render(&bench, "map", 3);
    FTH_REQUIRE(image);
    fth_image_unref(&image);
    uint64_t pushed = fth_engine_stats(bench.engine).analyses_pushed;
    uint64_t sources = fth_engine_stats(bench.engine).source_frames;
    for (size_t i = 0; i < FTH_ARRAY_COUNT(moves); i++) {
        FTH_REQUIRE(bench_set(&bench, "map", moves[i][0], moves[i][1]));
        image = bench_render(&bench, "map", 3);
        FTH_CHECK(image != NULL);
        fth_image_unref(&image);
    }
    FTH_CHECK_INT(fth_engine_stats(bench.engine).analyses_pushed, pushed);
    FTH_CHECK_INT(fth_engine_stats(bench.engine).source_frames, sources);
    bench_close(&bench);
}
