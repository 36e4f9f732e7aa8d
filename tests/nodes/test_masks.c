/* SPDX-License-Identifier: Apache-2.0 */
/* Masks by their laws: areas, symmetry, joins by their formulas, soft edges, frames, strokes, and
 * what a mask does where it is used. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "check.h"
#include "graph/settings.h"

#define FRAME " width=200 height=100"

/* A mask alone; NULL fails the test. */
static struct fth_image *mask_of(const char *node, const char *settings)
{
    struct bench bench;
    struct fth_image *image = NULL;
    if (bench_open(&bench, bench_catalogue(), NULL) && bench_add(&bench, "m", node, settings, ""))
        image = bench_render(&bench, "m", 1);
    if (!image)
        fth_test_fail(__FILE__, __LINE__, "%s %s: %s", node, settings, bench.error.message);
    bench_close(&bench);
    return image;
}

static double sum_of(const struct fth_image *image)
{
    double sum = 0;
    for (int32_t y = image->domain.y0; y < image->domain.y1; y++)
        for (int32_t x = image->domain.x0; x < image->domain.x1; x++)
            sum += (double)bench_pixel(image, "A", x, y);
    return sum;
}

static double area_of(const char *node, const char *settings)
{
    struct fth_image *image = mask_of(node, settings);
    double sum = image ? sum_of(image) : NAN;
    fth_image_unref(&image);
    return sum;
}

FTH_TEST(masks_are_one_plane_of_exact_coverage)
{
    struct fth_image *image = mask_of("rectangle_mask", "size=0.5,0.505" FRAME);
    FTH_REQUIRE(image);
    FTH_CHECK_INT(image->channel_count, 1);
    FTH_CHECK(image->colour == FTH_COLOUR_DATA && image->format.width == 200);
    /* 50..150 by 24.75..75.25 */
    FTH_CHECK(bench_pixel(image, "A", 49, 50) == 0 && bench_pixel(image, "A", 50, 50) == 1);
    FTH_CHECK(bench_pixel(image, "A", 149, 50) == 1 && bench_pixel(image, "A", 150, 50) == 0);
    FTH_CHECK_NEAR(bench_pixel(image, "A", 100, 24), 0.25, 1e-6); /* of 0.505 in binary */
    FTH_CHECK_NEAR(bench_pixel(image, "A", 100, 75), 0.25, 1e-6);
    FTH_CHECK(image->domain.x0 == 50 && image->domain.x1 == 150 && image->domain.y0 == 24);
    fth_image_unref(&image);
    const double pi = 3.141592653589793;
    /* sums of 5000 floats */
    FTH_CHECK_NEAR(area_of("ellipse_mask", FRAME) / (pi * 50 * 25), 1, 1e-5);
    FTH_CHECK_NEAR(area_of("ellipse_mask", "angle=33 centre=0.503,0.517" FRAME) / (pi * 50 * 25), 1,
                   1e-5);
    FTH_CHECK_NEAR(area_of("rectangle_mask", "angle=21" FRAME) / 5000, 1, 1e-5);
    double corner = (4 - pi) * 12.5 * 12.5;
    FTH_CHECK_NEAR(area_of("rectangle_mask", "corner_radius=0.5" FRAME), 5000 - corner, 0.3);
    FTH_CHECK_NEAR(area_of("polyline_mask", FRAME), 2500, 1e-3);
    FTH_CHECK_NEAR(area_of("polyline_mask", "size=0.5 angle=70" FRAME), 625, 1e-3);
}

FTH_TEST(a_mask_is_symmetric_and_goes_where_it_is_moved)
{
    static const char *const nodes[] = {"ellipse_mask", "rectangle_mask", "polyline_mask",
                                        "bspline_mask"};
    for (size_t i = 0; i < FTH_ARRAY_COUNT(nodes); i++) {
        for (int soft = 0; soft < 2; soft++) {
            struct fth_image *here =
                mask_of(nodes[i], soft ? "soft_edge=0.02" FRAME : FRAME);
            struct fth_image *there =
                mask_of(nodes[i], soft ? "soft_edge=0.02 centre=0.6,0.45" FRAME
                                       : "centre=0.6,0.45" FRAME);
            FTH_REQUIRE(here && there);
            for (int32_t y = 0; y < 100; y++)
                for (int32_t x = 0; x < 200; x++) {
                    double v = (double)bench_pixel(here, "A", x, y);
                    /* corners of polygons that mirror each other differ in their last bits */
                    FTH_CHECK_NEAR(bench_pixel(here, "A", 199 - x, y), v, 1e-6);
                    FTH_CHECK_NEAR(bench_pixel(here, "A", x, 99 - y), v, 1e-6);
                    if (x + 20 < 200 && y + 5 < 100) /* 20 to the right, 5 down */
                        FTH_CHECK_NEAR(bench_pixel(there, "A", x + 20, y + 5), v,
                                       soft ? 1e-3 : 1e-6); /* a soft edge has its own pixels */
                }
            fth_image_unref(&here);
            fth_image_unref(&there);
        }
    }
}

FTH_TEST(positive_angles_turn_to_the_left)
{
    struct fth_image *image = mask_of("rectangle_mask", "size=0.5,0.1 angle=45" FRAME);
    FTH_REQUIRE(image);
    /* y is up: the right end has gone up */
    FTH_CHECK(bench_pixel(image, "A", 125, 25) == 1 && bench_pixel(image, "A", 125, 75) == 0);
    fth_image_unref(&image);
}

FTH_TEST(borders_grow_shrink_and_stand_alone)
{
    const double pi = 3.141592653589793;
    /* 100 by 50; a border of 0.05 is 10 pixels wide, 5 on either side */
    FTH_CHECK_NEAR(area_of("rectangle_mask", "border_width=0.05" FRAME), 5000 + 300 * 5 + pi * 25,
                   0.2);
    FTH_CHECK_NEAR(area_of("rectangle_mask", "border_width=-0.05" FRAME), 90 * 40, 1e-3);
    double border = 300 * 5 + pi * 25 + 5000 - 90 * 40;
    FTH_CHECK_NEAR(area_of("rectangle_mask", "border_width=0.05 solid=false" FRAME), border, 0.2);
    FTH_CHECK_NEAR(area_of("rectangle_mask", "border_width=-0.05 solid=false" FRAME), border, 0.2);
    FTH_CHECK_NEAR(area_of("rectangle_mask", "solid=false" FRAME), 0, 0);
    FTH_CHECK_NEAR(area_of("rectangle_mask", "border_width=-0.5" FRAME), 0, 0);
    FTH_CHECK_NEAR(area_of("polyline_mask", "shape={\"points\":[[0.25,0.5],[0.75,0.5]],\"closed\":"
                                            "false} border_width=0.05" FRAME),
                   100 * 10 + pi * 25, 0.2);
}

FTH_TEST(a_soft_edge_falls_on_both_sides_and_keeps_the_area)
{
    static const char *const soft[] = {"soft_edge=0.005 size=0.3,0.4" FRAME,
                                       "soft_edge=0.03 size=0.3,0.4" FRAME,
                                       "soft_edge=0.06 size=0.3,0.4" FRAME};
    for (size_t i = 0; i < FTH_ARRAY_COUNT(soft); i++) {
        struct fth_image *image = mask_of("rectangle_mask", soft[i]);
        FTH_REQUIRE(image);
        FTH_CHECK_NEAR(bench_pixel(image, "A", 69, 50), 0.5, 0.45 / (double)(i + 1));
        for (int32_t x = 0; x < 100; x++)
            FTH_CHECK(bench_pixel(image, "A", x, 50) <= bench_pixel(image, "A", x + 1, 50) + 1e-6f);
        FTH_CHECK_NEAR(sum_of(image) / 2400, 1, 2e-3); /* what falls outside the frame */
        fth_image_unref(&image);
    }
}

/* ---- joins ---- */

static double joined(const char *join, double a, double n, double level)
{
    const char *const names[] = {"merge", "add", "subtract", "minimum", "maximum", "average",
                                 "multiply", "replace", "invert", "copy", "ignore"};
    double c = n / level;
    const double results[] = {a + n - a * n, fmin(a + n, 1), fmax(a - n, 0), fmin(a, n), fmax(a, n),
                              (a + n) / 2, a * n, a * (1 - c) + n, a * (1 - n) + n * (1 - a), n,
                              a};
    for (size_t i = 0; i < FTH_ARRAY_COUNT(names); i++)
        if (strcmp(names[i], join) == 0)
            return results[i];
    return NAN;
}

static void check_join(const char *join, bool invert)
{
    struct bench bench;
    char settings[200];
    snprintf(settings, sizeof(settings), "join=%s invert=%s soft_edge=0.02 level=0.75 size=0.4,0.9",
             join, invert ? "true" : "false");
    FTH_REQUIRE(bench_open(&bench, bench_catalogue(), NULL));
    bool good =
        bench_add(&bench, "below", "ellipse_mask", "soft_edge=0.03 level=0.9 centre=0.4,0.5" FRAME,
                  "") &&
        bench_add(&bench, "own", "rectangle_mask", "soft_edge=0.02 level=0.75 size=0.4,0.9",
                  "like=below") &&
        bench_add(&bench, "both", "rectangle_mask", settings, "input=below");
    struct fth_image *below = good ? bench_render(&bench, "below", 1) : NULL;
    struct fth_image *own = below ? bench_render(&bench, "own", 1) : NULL;
    struct fth_image *both = own ? bench_render(&bench, "both", 1) : NULL;
    FTH_REQUIRE(both);
    FTH_CHECK(both->format.width == 200 && own->format.width == 200);
    for (int32_t y = 0; y < 100; y++)
        for (int32_t x = 0; x < 200; x++) {
            double wanted = joined(join, (double)bench_pixel(below, "A", x, y),
                                   (double)bench_pixel(own, "A", x, y), 0.75);
            FTH_CHECK_NEAR(bench_pixel(both, "A", x, y), invert ? 1 - wanted : wanted, 3e-7);
        }
    fth_image_unref(&below);
    fth_image_unref(&own);
    fth_image_unref(&both);
    bench_close(&bench);
}

FTH_TEST(joins_are_their_formulas)
{
    for (const char *const *join =
             (const char *const[]){"merge", "add", "subtract", "minimum", "maximum", "average",
                                   "multiply", "replace", "invert", "copy", "ignore", NULL};
         *join; join++) {
        check_join(*join, false);
        check_join(*join, true);
    }
}

/* ---- frames ---- */

FTH_TEST(the_frame_is_the_documents_or_given_or_of_what_comes_in)
{
    struct bench bench;
    struct fth_info info;
    FTH_REQUIRE(bench_open(&bench, bench_catalogue(), NULL));
    struct fth_settings settings = {.width = 640, .height = 360};
    FTH_REQUIRE_OK(fth_graph_set_settings(bench.graph, &settings, &bench.error), bench.error);
    FTH_REQUIRE(bench_add(&bench, "plain", "ellipse_mask", "", "") &&
                bench_add(&bench, "given", "ellipse_mask", "width=30 height=20", "") &&
                bench_add(&bench, "scene", "test_scene", "kind=photo width=96 height=80", "") &&
                bench_add(&bench, "like", "ellipse_mask", "width=30", "like=scene") &&
                bench_add(&bench, "on", "ellipse_mask", "", "input=given") &&
                bench_add(&bench, "both", "ellipse_mask", "", "input=given like=scene"));
    static const struct {
        const char *name;
        int32_t width, height;
    } frames[] = {{"plain", 640, 360}, {"given", 30, 20}, {"like", 96, 80}, {"on", 30, 20},
                  {"both", 96, 80}};
    for (size_t i = 0; i < FTH_ARRAY_COUNT(frames); i++) {
        FTH_REQUIRE_OK(fth_engine_info(bench.engine, bench.graph,
                                       fth_graph_find(bench.graph, frames[i].name), 1, &info,
                                       &bench.error), bench.error);
        FTH_CHECK_INT(info.format.width, frames[i].width);
        FTH_CHECK_INT(info.format.height, frames[i].height);
    }
    bench_close(&bench);
}

FTH_TEST(previews_are_smaller_pictures_of_the_same)
{
    struct bench bench;
    struct fth_engine_options options = {.scale_denominator = 2};
    FTH_REQUIRE(bench_open(&bench, bench_catalogue(), &options));
    FTH_REQUIRE(bench_add(&bench, "m", "ellipse_mask", "soft_edge=0.04 border_width=0.03" FRAME,
                          ""));
    struct fth_image *small = bench_render(&bench, "m", 1);
    struct fth_image *large = mask_of("ellipse_mask", "soft_edge=0.04 border_width=0.03" FRAME);
    FTH_REQUIRE(small && large);
    FTH_CHECK_INT(small->format.width, 100);
    for (int32_t y = 0; y < 50; y++)
        for (int32_t x = 0; x < 100; x++) {
            double mean = 0;
            for (int k = 0; k < 4; k++)
                mean += (double)bench_pixel(large, "A", 2 * x + k % 2, 2 * y + k / 2) / 4;
            /* the same blur is r = 8 and r = 4: (2 r + 1)^2 - 1 is no square of r */
            FTH_CHECK_NEAR(bench_pixel(small, "A", x, y), mean, 0.02);
        }
    fth_image_unref(&small);
    fth_image_unref(&large);
    bench_close(&bench);
}

FTH_TEST(endless_frames_cost_what_is_drawn_of_them)
{
    struct fth_image *image =
        mask_of("ellipse_mask", "width=65535 height=65535 size=0.0001,0.0001");
    FTH_REQUIRE(image);
    FTH_CHECK(fth_rect_width(image->domain) < 12 && fth_rect_height(image->domain) < 12);
    FTH_CHECK_NEAR(sum_of(image) / (3.141592653589793 * 6.5535 * 6.5535 / 4), 1, 1e-4);
    fth_image_unref(&image);
    FTH_CHECK_NEAR(area_of("ellipse_mask", "width=1 height=1 size=100,100"), 1, 0);
    FTH_CHECK_NEAR(area_of("rectangle_mask", "width=1 height=1"), 0.25, 1e-7);
    FTH_CHECK_NEAR(area_of("rectangle_mask", "size=0,1" FRAME), 0, 0);
    FTH_CHECK_NEAR(area_of("polyline_mask", "size=0" FRAME), 0, 0);
    FTH_CHECK_NEAR(area_of("polyline_mask", "shape=[]" FRAME), 0, 0);
    FTH_CHECK_NEAR(area_of("polyline_mask", "size=0 invert=true" FRAME), 20000, 0);
    FTH_CHECK_NEAR(area_of("rectangle_mask", "centre=100,-100 size=100,100" FRAME), 0, 0);
}

/* A picture whose pixels are not looked at decides the frame, and so the key. */
FTH_TEST(another_frame_is_another_key)
{
    struct bench bench;
    struct fth_key keys[2];
    FTH_REQUIRE(bench_open(&bench, bench_catalogue(), NULL) &&
                bench_add(&bench, "scene", "test_scene", "kind=photo width=96 height=80", "") &&
                bench_add(&bench, "m", "rectangle_mask", "", "like=scene"));
    for (int i = 0; i < 2; i++) {
        FTH_REQUIRE_OK(fth_engine_key(bench.engine, bench.graph, fth_graph_find(bench.graph, "m"),
                                      1, &keys[i], &bench.error), bench.error);
        FTH_REQUIRE(bench_set(&bench, "scene", "width", "98"));
    }
    FTH_CHECK(!fth_key_equal(keys[0], keys[1]));
    bench_close(&bench);
}

FTH_TEST(what_makes_no_mask_is_refused)
{
    struct bench large;
    FTH_REQUIRE(bench_open(&large, bench_catalogue(), NULL) &&
                bench_add(&large, "m", "ellipse_mask", "width=65535 height=65535 invert=true", ""));
    FTH_CHECK(!bench_render(&large, "m", 1));
    FTH_CHECK_TEXT(large.error.message,
                   "a mask of 65535x65535 pixels, the limit is 536870912 in all");
    bench_close(&large);
    static const char *const wrong[][3] = {
        {"rectangle_mask", "size", "-0.1,1"},  {"rectangle_mask", "size", "1e6,1"},
        {"ellipse_mask", "centre", "nan,0"},   {"ellipse_mask", "soft_edge", "-0.1"},
        {"ellipse_mask", "width", "65537"},    {"ellipse_mask", "level", "2"},
        {"polyline_mask", "shape", "{\"points\": [[NaN, 0]]}"},
        {"polyline_mask", "shape", "{\"points\": [[1e6, 0]]}"},
        {"paint_mask", "brush_size", "inf"}};
    for (size_t i = 0; i < FTH_ARRAY_COUNT(wrong); i++) {
        struct bench bench;
        FTH_REQUIRE(bench_open(&bench, bench_catalogue(), NULL) &&
                    bench_add(&bench, "m", wrong[i][0], "", ""));
        FTH_CHECK(!bench_set(&bench, "m", wrong[i][1], wrong[i][2]));
        FTH_CHECK(bench.error.status == FTH_ERR_USAGE && strstr(bench.error.message, wrong[i][1]));
        bench_close(&bench);
    }
}

/* ---- shapes ---- */

FTH_TEST(straight_and_curved_lines_are_where_they_belong)
{
    struct fth_image *box = mask_of("rectangle_mask", "size=0.5,0.5" FRAME);
    struct fth_image *same = mask_of(
        "polyline_mask",
        "shape={\"points\":[[0.25,0.25],[0.75,0.25],[0.75,0.75],[0.25,0.75]]}" FRAME);
    FTH_REQUIRE(box && same);
    FTH_CHECK(bench_equal(box, same));
    fth_image_unref(&box);
    fth_image_unref(&same);
    /* a cubic from 40,50 to 160,50 by way of 40,10 and 160,10 (y down) encloses 3/4 of its box's
     * height of 40 at most, and 0.6 of the area of its hull of 120 by 40 */
    FTH_CHECK_NEAR(area_of("polyline_mask", "shape={\"points\":[[0.2,0.5,0,0,0,0.4],[0.8,0.5,0,0.4,"
                                            "0,0]]}" FRAME),
                   0.6 * 120 * 40, 0.5);
    /* four points of a square: the spline's area is 61/90 of it (by Green's theorem); chords lie
     * within by 0.005 pixels */
    double spline = area_of("bspline_mask", "shape={\"points\":[[0.25,0.25],[0.75,0.25],[0.75,0.75]"
                                            ",[0.25,0.75]]}" FRAME);
    FTH_CHECK_NEAR(spline / 5000, 61.0 / 90, 3e-4);
    /* open: it begins and ends at its first and last points */
    struct fth_image *open =
        mask_of("bspline_mask", "shape={\"points\":[[0.1,0.5],[0.5,0.5],[0.9,0.5]],\"closed\":"
                                "false} border_width=0.02" FRAME);
    FTH_REQUIRE(open);
    FTH_CHECK(abs(open->domain.x0 - 18) <= 1 && abs(open->domain.x1 - 182) <= 1);
    fth_image_unref(&open);
}

FTH_TEST(shapes_move_with_their_keys)
{
    struct bench bench;
    struct fth_json *keys = NULL;
    static const char text[] = "[[1, {\"points\": [[0, 0], [0.5, 0], [0.5, 1], [0, 1]]}], "
                               "[11, {\"points\": [[0.5, 0], [1, 0], [1, 1], [0.5, 1]]}]]";
    FTH_REQUIRE(bench_open(&bench, bench_catalogue(), NULL) &&
                bench_add(&bench, "m", "polyline_mask", FRAME, ""));
    FTH_REQUIRE_OK(fth_json_parse(text, strlen(text), "keys", &keys, &bench.error), bench.error);
    FTH_REQUIRE_OK(fth_graph_set_keys(bench.graph, "m", "shape", keys, &bench.error), bench.error);
    for (int64_t frame = 1; frame <= 11; frame += 5) {
        struct fth_image *image = bench_render(&bench, "m", frame);
        FTH_REQUIRE(image);
        FTH_CHECK_INT(image->domain.x0, (frame - 1) * 10);
        FTH_CHECK_NEAR(sum_of(image), 10000, 1e-3);
        fth_image_unref(&image);
    }
    fth_json_destroy(&keys);
    bench_close(&bench);
}

/* ---- paint ---- */

FTH_TEST(strokes_paint_and_erase_in_their_order)
{
    const double pi = 3.141592653589793;
    /* a brush of 0.1 is 20 pixels wide; a stroke that crosses itself covers once */
    FTH_CHECK_NEAR(area_of("paint_mask", "brush_size=0.1 strokes={\"points\":[[0.2,0.5],[0.8,0.5]],"
                                         "\"closed\":true}" FRAME),
                   120 * 20 + pi * 100, 0.5);
    FTH_CHECK_NEAR(area_of("paint_mask", "brush_size=0.1 opacity=0.5 strokes={\"points\":[[0.2,0.5]"
                                         ",[0.8,0.5]],\"closed\":false}" FRAME),
                   (120 * 20 + pi * 100) / 2, 0.5);
    struct fth_image *image = mask_of(
        "paint_mask", "strokes=[{\"points\":[[0.2,0.5],[0.8,0.5]],\"size\":0.2},{\"points\":[[0.5,"
                      "0.5]],\"size\":0.1,\"erase\":true,\"opacity\":0.75},{\"points\":[[0.5,0.5]],"
                      "\"size\":0.02,\"opacity\":0.5}]" FRAME);
    FTH_REQUIRE(image);
    FTH_CHECK(bench_pixel(image, "A", 60, 50) == 1);
    FTH_CHECK(bench_pixel(image, "A", 106, 50) == 0.25f);
    FTH_CHECK(bench_pixel(image, "A", 100, 50) == 0.625f);
    fth_image_unref(&image);
    /* a soft brush: full up to half its radius, gone at its rim */
    image = mask_of("paint_mask", "softness=0.5 brush_size=0.4 strokes={\"points\":[[0.5,0.5]]}"
                    FRAME);
    FTH_REQUIRE(image);
    FTH_CHECK_NEAR(bench_pixel(image, "A", 100, 50), 1, 1e-4);
    FTH_CHECK_NEAR(bench_pixel(image, "A", 119, 50), 1, 5e-3); /* three sigmas, and round */
    FTH_CHECK_NEAR(bench_pixel(image, "A", 129, 50), 0.5, 0.06); /* half a pixel off, and round */
    FTH_CHECK_NEAR(bench_pixel(image, "A", 140, 50), 0, 5e-3);
    fth_image_unref(&image);
}

/* ---- bitmaps ---- */

static struct fth_image *bitmap_of(struct bench *bench, const char *settings, const char *scene,
                                   const char *frame)
{
    struct fth_image *image = NULL;
    bool framed = frame[0];
    if (bench_open(bench, bench_catalogue(), NULL) &&
        bench_add(bench, "scene", "test_scene", scene, "") &&
        bench_add(bench, "frame", "test_scene", framed ? frame : "kind=grey", "") &&
        bench_add(bench, "m", "bitmap_mask", settings,
                  framed ? "input=scene like=frame" : "input=scene"))
        image = bench_render(bench, "m", 1);
    if (!image)
        fth_test_fail(__FILE__, __LINE__, "%s: %s", settings, bench->error.message);
    return image;
}

FTH_TEST(a_picture_is_a_mask)
{
    struct bench bench;
    struct fth_image *mask = bitmap_of(&bench, "channel=green low=0.2 high=0.7",
                                       "kind=photo width=96 height=80", "");
    struct fth_image *scene = mask ? bench_render(&bench, "scene", 1) : NULL;
    FTH_REQUIRE(scene);
    FTH_CHECK_INT(mask->channel_count, 1);
    for (int32_t y = 0; y < 80; y++)
        for (int32_t x = 0; x < 96; x++) {
            double value = ((double)bench_pixel(scene, "G", x, y) - 0.2) / 0.5;
            FTH_CHECK_NEAR(bench_pixel(mask, "A", x, y), fmin(fmax(value, 0), 1), 1e-6);
        }
    fth_image_unref(&mask);
    fth_image_unref(&scene);
    bench_close(&bench);
}

FTH_TEST(pictures_fit_the_frame_as_they_are_told)
{
    /* an alpha that is 1 everywhere shows where the picture lies: 40 by 80 in 100 by 60 */
    static const struct {
        const char *fit;
        double x0, x1, y0, y1;
    } fits[] = {{"stretch", 0, 100, 0, 60}, {"inside", 35, 65, 0, 60}, {"outside", 0, 100, 0, 60},
                {"width", 0, 100, 0, 60},   {"height", 35, 65, 0, 60}, {"crop", 30, 70, 0, 60}};
    for (size_t i = 0; i < FTH_ARRAY_COUNT(fits); i++) {
        struct bench bench;
        char settings[100];
        snprintf(settings, sizeof(settings), "channel=alpha fit=%s", fits[i].fit);
        struct fth_image *mask = bitmap_of(&bench, settings, "kind=photo width=40 height=80",
                                           "kind=photo width=100 height=60");
        FTH_REQUIRE(mask);
        FTH_CHECK_NEAR(sum_of(mask), (fits[i].x1 - fits[i].x0) * (fits[i].y1 - fits[i].y0), 1e-2);
        FTH_CHECK(bench_pixel(mask, "A", (int32_t)fits[i].x0, 30) == 1);
        FTH_CHECK(fits[i].x0 == 0 || bench_pixel(mask, "A", (int32_t)fits[i].x0 - 1, 30) == 0);
        fth_image_unref(&mask);
        bench_close(&bench);
    }
}

/* ---- at work ---- */

FTH_TEST(a_blur_stays_within_its_mask)
{
    struct bench bench;
    FTH_REQUIRE(bench_open(&bench, bench_catalogue(), NULL));
    FTH_REQUIRE(bench_add(&bench, "scene", "test_scene", "kind=photo width=96 height=80", "") &&
                bench_add(&bench, "area", "ellipse_mask", "size=0.5,0.5 soft_edge=0.02",
                          "like=scene") &&
                bench_add(&bench, "all", "blur", "radius=6", "input=scene") &&
                bench_add(&bench, "some", "blur", "radius=6", "input=scene effect_mask=area") &&
                bench_add(&bench, "keyed", "blur", "radius=6", "input=scene key=area"));
    struct fth_image *scene = bench_render(&bench, "scene", 1);
    struct fth_image *all = bench_render(&bench, "all", 1);
    struct fth_image *area = bench_render(&bench, "area", 1);
    struct fth_image *some = bench_render(&bench, "some", 1);
    struct fth_image *keyed = bench_render(&bench, "keyed", 1);
    FTH_REQUIRE(scene && all && area && some && keyed);
    for (int32_t y = 0; y < 80; y++)
        for (int32_t x = 0; x < 96; x++) {
            double m = (double)bench_pixel(area, "A", x, y);
            double from = (double)bench_pixel(scene, "G", x, y);
            double to = (double)bench_pixel(all, "G", x, y);
            FTH_CHECK_NEAR(bench_pixel(some, "G", x, y), from + m * (to - from), 1e-6);
            if (m == 0)
                FTH_CHECK(bench_pixel(keyed, "G", x, y) == bench_pixel(scene, "G", x, y));
        }
    FTH_CHECK(bench_difference(all, scene, "G") > 0.05);
    fth_image_unref(&scene);
    fth_image_unref(&all);
    fth_image_unref(&area);
    fth_image_unref(&some);
    fth_image_unref(&keyed);
    bench_close(&bench);
}
