/* SPDX-License-Identifier: Apache-2.0 */
/* Motion blur: the mean of what a node makes at moments while a shutter is open. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bench.h"
#include "check.h"

enum { MOMENTS = 5 };

/* Frame 4 of a node with `settings` and a value of `param` by keys. */
static struct fth_image *moved(const char *node, const char *settings, const char *param,
                               const char *value)
{
    struct bench bench;
    struct fth_image *image = NULL;
    bool source = strcmp(node, "transform") != 0;
    if (bench_open(&bench, bench_catalogue(), NULL) &&
        bench_add(&bench, "clip", "test_scene", "kind=cutout disc=0.3", "") &&
        bench_add(&bench, "node", node, settings, source ? "" : "input=clip") &&
        bench_set(&bench, "node", param, value))
        image = bench_render(&bench, "node", 4);
    else
        fth_test_fail(__FILE__, __LINE__, "%s", bench.error.message);
    bench_close(&bench);
    return image;
}

/* The value goes from `from` at frame 1 on by `step` a frame. */
struct track {
    const char *node, *settings, *param, *channel;
    double from, step;
};

static const struct track tracks[] = {
    {"transform", "", "angle", "R", 10, 25},
    {"transform", "edges=mirror filter=bilinear", "size", "G", 0.8, 0.1},
    {"ellipse_mask", "width=48 height=40 size=0.3,0.6 centre=0.3,0.5", "angle", "A", 0, 30},
    {"rectangle_mask", "width=48 height=40 soft_edge=0.1 invert=true", "corner_radius", "A", 0.1,
     0.1},
};

/* The middles of five parts of the time, by the weights that the spread gives. */
static void check_mean(const struct track *track, double shutter, double bias, double spread)
{
    char keys[120], settings[240];
    struct fth_image *parts[MOMENTS], *blurred;
    double weights[MOMENTS], sum = 0, worst = 0;
    snprintf(keys, sizeof(keys), "@[[1,%.9g,\"linear\"],[8,%.9g,\"linear\"]]", track->from,
             track->from + 7 * track->step);
    snprintf(settings, sizeof(settings),
             "motion_blur=true shutter_angle=%g centre_bias=%g sample_spread=%g %s", shutter, bias,
             spread, track->settings);
    blurred = moved(track->node, settings, track->param, keys);
    for (int i = 0; i < MOMENTS; i++) {
        double part = (2 * i + 1) / (double)MOMENTS - 1;
        double at = 4 + shutter / 720 * (part + bias);
        char value[40];
        snprintf(value, sizeof(value), "%.17g", track->from + track->step * (at - 1));
        parts[i] = moved(track->node, track->settings, track->param, value);
        weights[i] = 1 - (1 - spread) * fabs(part);
        sum += weights[i];
        FTH_REQUIRE(parts[i]);
    }
    FTH_REQUIRE(blurred);
    int still = 0;
    for (int32_t y = 0; y < 40; y++) {
        for (int32_t x = 0; x < 48; x++) {
            double mean = 0;
            for (int i = 0; i < MOMENTS; i++)
                mean += weights[i] / sum * bench_pixel(parts[i], track->channel, x, y);
            worst = fmax(worst, fabs(mean - bench_pixel(blurred, track->channel, x, y)));
            still += bench_pixel(parts[0], track->channel, x, y) ==
                     bench_pixel(parts[4], track->channel, x, y);
        }
    }
    /* sums of five in single precision, of values that were found at numbers of nine digits */
    FTH_CHECK_NEAR(worst, 0, 2e-6);
    FTH_CHECK(still < 48 * 40);
    for (int i = 0; i < MOMENTS; i++)
        fth_image_unref(&parts[i]);
    fth_image_unref(&blurred);
}

FTH_TEST(motion_blur_is_the_mean_over_the_shutter)
{
    for (int i = 0; i < 4; i++) {
        check_mean(&tracks[i], 180, 0, 1);
        check_mean(&tracks[i], 360, -1, 0.4);
    }
}

FTH_TEST(what_stands_still_is_not_blurred)
{
    struct fth_image *plain = moved("transform", "angle=20", "size", "0.9");
    struct fth_image *open = moved("transform", "angle=20 motion_blur=true", "size", "0.9");
    struct fth_image *shut = moved("transform", "angle=20 motion_blur=true shutter_angle=0", "size",
                                   "@[[1,0.6,\"linear\"],[4,0.9,\"linear\"],[8,1.3,\"linear\"]]");
    FTH_CHECK(plain && open && bench_equal(plain, open));
    FTH_CHECK(plain && shut && bench_equal(plain, shut));
    fth_image_unref(&plain);
    fth_image_unref(&open);
    fth_image_unref(&shut);
    plain = moved("ellipse_mask", "width=48 height=40", "angle", "5");
    open = moved("ellipse_mask", "width=48 height=40 motion_blur=true", "angle", "5");
    FTH_CHECK(plain && open && bench_equal(plain, open));
    fth_image_unref(&plain);
    fth_image_unref(&open);
}

/* A frame whose values beside it change is another picture, and is not taken from the cache. */
FTH_TEST(what_the_shutter_sees_is_in_the_key)
{
    struct bench bench;
    FTH_REQUIRE(bench_open(&bench, bench_catalogue(), NULL));
    FTH_REQUIRE(bench_add(&bench, "clip", "test_scene", "kind=cutout disc=0.3", "") &&
                bench_add(&bench, "node", "transform", "motion_blur=true shutter_angle=360",
                          "input=clip"));
    FTH_REQUIRE(bench_set(&bench, "node", "angle", "@[[3,0,\"linear\"],[4,20,\"linear\"]]"));
    struct fth_image *one = bench_render(&bench, "node", 4);
    FTH_REQUIRE(bench_set(&bench, "node", "angle", "@[[3,10,\"linear\"],[4,20,\"linear\"]]"));
    struct fth_image *other = bench_render(&bench, "node", 4);
    FTH_CHECK(one && other && bench_difference(one, other, "R") > 0.01);
    fth_image_unref(&one);
    fth_image_unref(&other);
    bench_close(&bench);
}
