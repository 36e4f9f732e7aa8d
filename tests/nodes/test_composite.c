/* SPDX-License-Identifier: Apache-2.0 */
/* Laws of background, mosaic, dissolve and the parallel mixer. */
#include <math.h>
#include <stdio.h>

#include "bench.h"
#include "check.h"
#include "graph/settings.h"

static struct fth_image *scene(const char *settings)
{
    return bench_once("channels", "", (const bench_input[]){{"input", settings}, {NULL}});
}

/* ---- background ------------------------------------------------------------------------------ */

/* Bilinear between the frame's corners, pixel centres at one half; alpha multiplied in. */
FTH_TEST(a_gradient_is_bilinear)
{
    static const double corner[4][4] = {
        {1, 0, 0, 1}, {0, 1, 0, 0.5}, {0, 0, 1, 1}, {0.25, 0.5, 0.75, 0.25}};
    struct fth_image *image = bench_once(
        "background",
        "type=four_corners width=7 height=5 top_left=1,0,0 top_right=0,1,0,0.5 bottom_left=0,0,1 "
        "bottom_right=0.25,0.5,0.75,0.25",
        NULL);
    FTH_REQUIRE(image);
    FTH_CHECK(image->premultiplied && image->format.width == 7 && image->format.height == 5);
    for (int32_t y = 0; y < 5; y++) {
        for (int32_t x = 0; x < 7; x++) {
            double u = (x + 0.5) / 7, v = (y + 0.5) / 5;
            const double share[4] = {(1 - u) * (1 - v), u * (1 - v), (1 - u) * v, u * v};
            double sum[4] = {0};
            for (int i = 0; i < 4; i++) {
                for (int c = 0; c < 4; c++)
                    sum[c] += share[i] * corner[i][c] * (c < 3 ? corner[i][3] : 1);
            }
            FTH_CHECK_NEAR(bench_pixel(image, "R", x, y), sum[0], 1e-7); /* one rounding */
            FTH_CHECK_NEAR(bench_pixel(image, "G", x, y), sum[1], 1e-7);
            FTH_CHECK_NEAR(bench_pixel(image, "B", x, y), sum[2], 1e-7);
            FTH_CHECK_NEAR(bench_pixel(image, "A", x, y), sum[3], 1e-7);
        }
    }
    fth_image_unref(&image);
}

FTH_TEST(each_type_takes_its_corners)
{
    static const char *const types[] = {"solid", "horizontal", "vertical"};
    for (int i = 0; i < 3; i++) {
        char settings[100];
        snprintf(settings, sizeof(settings), "type=%s width=8 height=4 top_left=0.25,0.5,1",
                 types[i]);
        struct fth_image *image = bench_once("background", settings, NULL);
        FTH_REQUIRE(image);
        FTH_CHECK(!fth_image_plane(image, "A")); /* all there is is opaque */
        FTH_CHECK_NEAR(bench_pixel(image, "R", 6, 2),
                       i == 0 ? 0.25 : 0.25 + 0.75 * (i == 1 ? 6.5 / 8 : 2.5 / 4), 1e-7);
        fth_image_unref(&image);
    }
}

/* Its own size before the document's, a picture's before both, half of it at half size. */
FTH_TEST(a_background_finds_its_size)
{
    for (int i = 0; i < 8; i++) {
        struct bench bench;
        struct fth_engine_options options = {.thread_count = 1,
                                             .scale_denominator = i & 1 ? 2 : 1};
        struct fth_settings settings = {.width = 320, .height = 201};
        bool own = i & 2, connected = i & 4;
        FTH_REQUIRE(bench_open(&bench, bench_catalogue(), &options) &&
                    fth_graph_set_settings(bench.graph, &settings, NULL) == FTH_OK &&
                    bench_add(&bench, "clip", "test_scene", "", "") &&
                    bench_add(&bench, "node", "background", own ? "width=100 height=50" : "",
                              connected ? "input=clip" : ""));
        struct fth_image *image = bench_render(&bench, "node", 1);
        FTH_REQUIRE(image);
        int width = connected ? 48 : own ? 100 : 320, height = connected ? 40 : own ? 50 : 201;
        FTH_CHECK_INT(image->format.width, i & 1 ? (width + 1) / 2 : width);
        FTH_CHECK_INT(image->format.height, i & 1 ? (height + 1) / 2 : height);
        fth_image_unref(&image);
        bench_close(&bench);
    }
}

/* ---- mosaic ---------------------------------------------------------------------------------- */

static struct fth_image *mosaic(const char *settings, const char *input, const char *key)
{
    return bench_once("mosaic", settings,
                      (const bench_input[]){{"input", input}, {key ? "key" : NULL, key}, {NULL}});
}

/* 48 x 40 in squares of 10: edges at 24 and 20, so columns begin at 0, 4, 14, 24 ... */
FTH_TEST(squares_are_means_about_the_centre)
{
    static const int32_t cells[][4] = {{0, 0, 4, 10}, {4, 10, 14, 20}, {24, 20, 34, 30},
                                       {44, 30, 48, 40}};
    struct fth_image *clip = scene("kind=photo"), *image = mosaic("size=10", "kind=photo", NULL);
    FTH_REQUIRE(clip && image);
    for (size_t i = 0; i < FTH_ARRAY_COUNT(cells); i++) {
        const int32_t *cell = cells[i];
        double sum = 0, count = 0;
        for (int32_t y = cell[1]; y < cell[3]; y++) {
            for (int32_t x = cell[0]; x < cell[2]; x++, count++)
                sum += bench_pixel(clip, "G", x, y);
        }
        for (int32_t y = cell[1]; y < cell[3]; y++) {
            for (int32_t x = cell[0]; x < cell[2]; x++)
                FTH_CHECK_NEAR(bench_pixel(image, "G", x, y), sum / count, 1e-7);
        }
    }
    FTH_CHECK(bench_pixel(image, "G", 3, 5) != bench_pixel(image, "G", 4, 5));
    fth_image_unref(&clip);
    fth_image_unref(&image);
}

/* The key cuts between picture and squares at every pixel, never square by square. */
FTH_TEST(a_key_is_not_put_into_squares)
{
    struct fth_image *clip = scene("kind=photo"), *mask = scene("kind=mask");
    struct fth_image *whole = mosaic("size=13", "kind=photo", NULL);
    struct fth_image *keyed = mosaic("size=13", "kind=photo", "kind=mask");
    struct fth_image *rest = mosaic("size=13 key_invert=true", "kind=photo", "kind=mask");
    FTH_REQUIRE(clip && mask && whole && keyed && rest);
    for (int32_t x = 0; x < 48; x++) {
        double key = bench_pixel(mask, "A", x, 21), from = bench_pixel(clip, "R", x, 21);
        double step = (double)bench_pixel(whole, "R", x, 21) - from;
        FTH_CHECK_NEAR(bench_pixel(keyed, "R", x, 21), from + key * step, 1e-6);
        FTH_CHECK_NEAR(bench_pixel(rest, "R", x, 21), from + (1 - key) * step, 1e-6);
    }
    fth_image_unref(&clip);
    fth_image_unref(&mask);
    fth_image_unref(&whole);
    fth_image_unref(&keyed);
    fth_image_unref(&rest);
}

/* Without clipping no light is lost, and squares at the border are whole. */
FTH_TEST(whole_squares_keep_all_light)
{
    double sum[2] = {0, 0};
    struct fth_image *image[2] = {scene("kind=photo inset=3"),
                                  mosaic("size=8 clipping_mode=none", "kind=photo inset=3", NULL)};
    FTH_REQUIRE(image[0] && image[1]);
    FTH_CHECK_INT(image[1]->domain.x0, 0); /* edges at 24 - 3 x 8 and 20 - 3 x 8 */
    FTH_CHECK_INT(image[1]->domain.y0, -4);
    FTH_CHECK_INT(image[1]->domain.y1, 44);
    for (int i = 0; i < 2; i++) {
        for (int32_t y = image[i]->domain.y0; y < image[i]->domain.y1; y++) {
            for (int32_t x = image[i]->domain.x0; x < image[i]->domain.x1; x++)
                sum[i] += bench_pixel(image[i], "R", x, y);
        }
        fth_image_unref(&image[i]);
    }
    FTH_CHECK_NEAR(sum[1] / sum[0], 1, 1e-6);
}

/* ---- dissolve -------------------------------------------------------------------------------- */

static struct fth_image *dissolve(const char *settings, const char *back, const char *front)
{
    return bench_once("dissolve", settings,
                      (const bench_input[]){{"background", back}, {"foreground", front}, {NULL}});
}

/* Where only one of them has alpha the other one is opaque. */
FTH_TEST(a_dissolve_is_between_both)
{
    struct fth_image *back = scene("kind=photo"), *front = scene("kind=cutout seed=2");
    struct fth_image *image = dissolve("mix=0.25", "kind=photo", "kind=straight seed=2");
    FTH_REQUIRE(back && front && image);
    for (int32_t x = 0; x < 48; x++) {
        FTH_CHECK_NEAR(bench_pixel(image, "R", x, 20),
                       0.75 * (double)bench_pixel(back, "R", x, 20) +
                           0.25 * (double)bench_pixel(front, "R", x, 20), 1e-6);
        FTH_CHECK_NEAR(bench_pixel(image, "A", x, 20),
                       0.75 + 0.25 * (double)bench_pixel(front, "A", x, 20), 1e-6);
    }
    fth_image_unref(&back);
    fth_image_unref(&front);
    fth_image_unref(&image);
}

/* At either end the other picture is not made: a channel that does not exist would fail it. */
FTH_TEST(a_dissolve_reads_one_at_its_ends)
{
    for (int end = 0; end < 2; end++) {
        struct bench bench;
        FTH_REQUIRE(bench_open(&bench, bench_catalogue(), NULL) &&
                    bench_add(&bench, "clip", "test_scene", "kind=cutout", "") &&
                    bench_add(&bench, "bad", "channels", "to_red=named channel_name=none",
                              "input=clip") &&
                    bench_add(&bench, "node", "dissolve", end ? "mix=1" : "mix=0",
                              end ? "background=bad foreground=clip"
                                  : "background=clip foreground=bad"));
        struct fth_image *image = bench_render(&bench, "node", 1);
        struct fth_image *clip = bench_render(&bench, "clip", 1);
        FTH_REQUIRE(image && clip);
        FTH_CHECK(bench_difference(image, clip, "R") == 0 &&
                  bench_difference(image, clip, "A") == 0);
        fth_image_unref(&image);
        FTH_REQUIRE(bench_set(&bench, "node", "mix", "0.5"));
        image = bench_render(&bench, "node", 1);
        FTH_CHECK(image == NULL);
        fth_image_unref(&image);
        fth_image_unref(&clip);
        bench_close(&bench);
    }
}

/* A smaller foreground lies in the middle. */
FTH_TEST(a_dissolve_centres_its_foreground)
{
    struct fth_image *small = scene("kind=photo width=20 height=10");
    struct fth_image *image = dissolve("mix=1", "kind=photo", "kind=photo width=20 height=10");
    FTH_REQUIRE(small && image);
    FTH_CHECK_INT(image->format.width, 48);
    FTH_CHECK_INT(image->domain.x0, 14);
    for (int32_t x = 0; x < 20; x++)
        FTH_CHECK(bench_pixel(image, "B", 14 + x, 17) == bench_pixel(small, "B", x, 2));
    fth_image_unref(&small);
    fth_image_unref(&image);
}

/* ---- parallel -------------------------------------------------------------------------------- */

FTH_TEST(parallel_changes_add_up)
{
    struct bench bench;
    FTH_REQUIRE(bench_open(&bench, bench_catalogue(), NULL) &&
                bench_add(&bench, "clip", "test_scene", "kind=cutout", "") &&
                bench_add(&bench, "a", "grade", "gain=1.5", "input=clip") &&
                bench_add(&bench, "b", "grade", "offset=-0.1 saturation=0.5", "input=clip") &&
                bench_add(&bench, "node", "parallel", "", "input=clip path_1=a path_4=b"));
    static const char *const names[] = {"clip", "a", "b", "node"};
    struct fth_image *image[4];
    for (int i = 0; i < 4; i++)
        FTH_REQUIRE((image[i] = bench_render(&bench, names[i], 1)) != NULL);
    for (int32_t x = 0; x < 48; x++) {
        double in = bench_pixel(image[0], "G", x, 20);
        FTH_CHECK_NEAR(bench_pixel(image[3], "G", x, 20),
                       in + ((double)bench_pixel(image[1], "G", x, 20) - in) +
                           ((double)bench_pixel(image[2], "G", x, 20) - in), 1e-6);
        FTH_CHECK(bench_pixel(image[3], "A", x, 20) == bench_pixel(image[0], "A", x, 20));
    }
    /* a path that changes nothing adds nothing, to the bit */
    FTH_REQUIRE(fth_graph_link(bench.graph, "node", "path_1", "clip", NULL) == FTH_OK &&
                fth_graph_link(bench.graph, "node", "path_4", "clip", NULL) == FTH_OK);
    struct fth_image *same = bench_render(&bench, "node", 1);
    FTH_REQUIRE(same);
    FTH_CHECK(bench_equal(same, image[0]));
    fth_image_unref(&same);
    for (int i = 0; i < 4; i++)
        fth_image_unref(&image[i]);
    bench_close(&bench);
}

/* Straight or multiplied, paths are brought to what the input is. */
FTH_TEST(parallel_paths_match_their_input)
{
    const bench_input mixed[] = {{"input", "kind=cutout"}, {"path_1", "kind=straight"}, {NULL}};
    const bench_input other[] = {{"input", "kind=straight"}, {"path_1", "kind=cutout"}, {NULL}};
    struct fth_image *a = bench_once("parallel", "", mixed), *cutout = scene("kind=cutout");
    struct fth_image *b = bench_once("parallel", "", other), *straight = scene("kind=straight");
    FTH_REQUIRE(a && b && cutout && straight);
    FTH_CHECK(a->premultiplied && bench_difference(a, cutout, "R") < 1e-6);
    FTH_CHECK(!b->premultiplied);
    for (int32_t x = 0; x < 48; x++) {
        if (bench_pixel(straight, "A", x, 20) > 0)
            FTH_CHECK_NEAR(bench_pixel(b, "R", x, 20), bench_pixel(straight, "R", x, 20), 1e-6);
    }
    fth_image_unref(&a);
    fth_image_unref(&b);
    fth_image_unref(&cutout);
    fth_image_unref(&straight);
}
