/* SPDX-License-Identifier: Apache-2.0 */
/* Z merge against its law written down a second time: sorted layers, over from front to back. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bench.h"
#include "check.h"

static struct fth_image *scene(const char *settings)
{
    return bench_once("channels", "", (const bench_input[]){{"input", settings}, {NULL}});
}

static void look(const struct fth_image *image, int32_t x, int32_t y, double pixel[4])
{
    static const char *const names[] = {"R", "G", "B", "A"};
    for (int i = 0; i < 4; i++)
        pixel[i] = i == 3 && !fth_image_plane(image, "A") ? 1 : bench_pixel(image, names[i], x, y);
}

struct sheet {
    double pixel[4], near;
};

/* Front to back; the depth of whatever most is seen of. */
static void lay(struct sheet *sheets, int count, double out[4], double *near)
{
    double clear = 1, most = 0;
    for (int i = 0; i < count; i++) {
        for (int j = i + 1; j < count; j++) {
            if (sheets[j].near > sheets[i].near) {
                struct sheet other = sheets[i];
                sheets[i] = sheets[j];
                sheets[j] = other;
            }
        }
    }
    memset(out, 0, 4 * sizeof(*out));
    for (int i = 0; i < count; i++) {
        for (int c = 0; c < 4; c++)
            out[c] += clear * sheets[i].pixel[c];
        if (clear * sheets[i].pixel[3] > most) {
            most = clear * sheets[i].pixel[3];
            *near = sheets[i].near;
        }
        clear *= 1 - sheets[i].pixel[3];
    }
}

/* Pictures at constant depths in every order, soft edges among them. */
FTH_TEST(the_nearest_hides_as_far_as_it_is_opaque)
{
    static const char *const pictures[] = {"kind=photo", "kind=cutout seed=2 disc=0.4",
                                           "kind=cutout seed=5 disc=0.3"};
    static const double depths[][3] = {{0.25, 0.5, 0.75}, {0.5, 0.75, 0.25}, {0.75, 0.25, 0.5}};
    struct fth_image *alone[3];
    for (int i = 0; i < 3; i++)
        alone[i] = scene(pictures[i]);
    for (int k = 0; k < 3; k++) {
        char settings[120];
        snprintf(settings, sizeof(settings), "background_at=%g foreground_at=%g layer_3_at=%g",
                 depths[k][0], depths[k][1], depths[k][2]);
        struct fth_image *made = bench_once(
            "z_merge", settings,
            (const bench_input[]){{"background", pictures[0]}, {"foreground", pictures[1]},
                                  {"layer_3", pictures[2]}, {NULL}});
        FTH_REQUIRE(made && alone[0] && alone[1] && alone[2]);
        for (int32_t x = 0; x < 48; x++) {
            struct sheet sheets[3];
            double expected[4], got[4], near = -1;
            for (int i = 0; i < 3; i++) {
                look(alone[i], x, 14, sheets[i].pixel);
                sheets[i].near = depths[k][i];
            }
            lay(sheets, 3, expected, &near);
            look(made, x, 14, got);
            for (int c = 0; c < 3; c++)
                FTH_CHECK_NEAR(got[c], expected[c], 1e-6); /* single precision */
            FTH_CHECK_NEAR(bench_pixel(made, "disparity", x, 14), near, 1e-7);
        }
        fth_image_unref(&made);
    }
    for (int i = 0; i < 3; i++)
        fth_image_unref(&alone[i]);
}

/* The disc stands at nearness .7 before a slope from .1 to .5. */
FTH_TEST(a_picture_stands_between_the_things_of_another)
{
    const bench_input inputs[] = {{"background", "kind=photo disc=0.3"},
                                  {"background_depth", "kind=depth disc=0.3"},
                                  {"foreground", "kind=grey disc=0"},
                                  {NULL}};
    struct fth_image *made = bench_once("z_merge", "foreground_at=0.6", inputs);
    struct fth_image *back = scene("kind=photo disc=0.3"), *front = scene("kind=grey disc=0");
    FTH_REQUIRE(made && back && front);
    FTH_CHECK(bench_pixel(made, "R", 24, 20) == bench_pixel(back, "R", 24, 20));
    FTH_CHECK(bench_pixel(made, "R", 3, 20) == bench_pixel(front, "R", 3, 20));
    FTH_CHECK_NEAR(bench_pixel(made, "disparity", 24, 20), 0.7, 1e-6);
    FTH_CHECK_NEAR(bench_pixel(made, "disparity", 3, 20), 0.6, 1e-6);
    FTH_CHECK(made->depth == FTH_DEPTH_RELATIVE_INVERSE);
    fth_image_unref(&made);
    made = bench_once("z_merge", "foreground_at=0.8", inputs);
    FTH_REQUIRE(made);
    FTH_CHECK(bench_pixel(made, "R", 24, 20) == bench_pixel(front, "R", 24, 20));
    fth_image_unref(&made);
    fth_image_unref(&back);
    fth_image_unref(&front);
}

/* Distances: smaller is nearer. Z is 1.1 / disparity at frame 1: the disc at 1.57 m. */
FTH_TEST(distances_count_the_other_way_round)
{
    for (int k = 0; k < 2; k++) {
        const bench_input inputs[] = {
            {"background", "kind=z disc=0.3"}, {"foreground", "kind=photo disc=0"}, {NULL}};
        struct fth_image *made =
            bench_once("z_merge", k ? "foreground_at=1.5" : "foreground_at=1.7", inputs);
        struct fth_image *back = scene("kind=z disc=0.3"), *front = scene("kind=photo disc=0");
        FTH_REQUIRE(made && back && front);
        FTH_CHECK(bench_pixel(made, "R", 24, 20) == bench_pixel(k ? front : back, "R", 24, 20));
        FTH_CHECK_NEAR(bench_pixel(made, "Z", 24, 20), k ? 1.5 : 1.1 / 0.7, 1e-6);
        FTH_CHECK(made->depth == FTH_DEPTH_METRIC_Z && !fth_image_plane(made, "disparity"));
        fth_image_unref(&made);
        fth_image_unref(&back);
        fth_image_unref(&front);
    }
}

/* Exchanging the layers changes nothing but who wins at one depth. */
FTH_TEST(the_order_of_inputs_does_not_count)
{
    static const char *const softness[] = {"0", "0.3"};
    for (int k = 0; k < 2; k++) {
        char one[120], other[120];
        snprintf(one, sizeof(one), "softness=%s background_at=0.4 foreground_at=0.5 layer_3_at=0.6",
                 softness[k]);
        snprintf(other, sizeof(other),
                 "softness=%s background_at=0.6 foreground_at=0.4 layer_3_at=0.5", softness[k]);
        struct fth_image *a = bench_once(
            "z_merge", one,
            (const bench_input[]){{"background", "kind=cutout disc=0.4"},
                                  {"foreground", "kind=cutout seed=2 disc=0.3"},
                                  {"layer_3", "kind=cutout seed=3 disc=0.2"},
                                  {NULL}});
        struct fth_image *b = bench_once(
            "z_merge", other,
            (const bench_input[]){{"background", "kind=cutout seed=3 disc=0.2"},
                                  {"foreground", "kind=cutout disc=0.4"},
                                  {"layer_3", "kind=cutout seed=2 disc=0.3"},
                                  {NULL}});
        FTH_REQUIRE(a && b);
        FTH_CHECK(bench_difference(a, b, "R") < 1e-6); /* sums in another order */
        FTH_CHECK(bench_difference(a, b, "A") < 1e-6);
        FTH_CHECK(bench_difference(a, b, "disparity") == 0);
        fth_image_unref(&a);
        fth_image_unref(&b);
    }
}

/* Opaque stays opaque however softly layers meet; the steps of a sweep are small. */
FTH_TEST(layers_meet_softly_and_hide_as_much)
{
    double last = -1, most = 0;
    for (int k = 0; k <= 20; k++) {
        char settings[120];
        snprintf(settings, sizeof(settings),
                 "softness=0.2 background_at=0.5 foreground_at=%g layer_3_at=0.45",
                 0.3 + 0.02 * k);
        struct fth_image *made = bench_once(
            "z_merge", settings,
            (const bench_input[]){{"background", "kind=mask disc=0.45"},
                                  {"foreground", "kind=cutout disc=0.45"},
                                  {"layer_3", "kind=cutout seed=4 disc=0.45"},
                                  {NULL}});
        FTH_REQUIRE(made);
        FTH_CHECK_NEAR(bench_pixel(made, "A", 24, 20), 1, 1e-6);
        double value = bench_pixel(made, "B", 24, 20);
        most = last < 0 ? most : fmax(most, fabs(value - last));
        last = value;
        fth_image_unref(&made);
    }
    /* .3 apart at most, over .4 of nearness at 1.5 / (2 * .2) a unit: .02 of it is .0225 */
    FTH_CHECK(most > 0 && most < 0.0225);
}

FTH_TEST(measures_that_do_not_compare_are_refused)
{
    struct bench bench;
    FTH_REQUIRE(bench_open(&bench, bench_catalogue(), NULL));
    FTH_REQUIRE(bench_add(&bench, "a", "test_scene", "kind=z disc=0.3", ""));
    FTH_REQUIRE(bench_add(&bench, "b", "test_scene", "kind=photo disc=0.2", ""));
    FTH_REQUIRE(bench_add(&bench, "d", "test_scene", "kind=depth disc=0.2", ""));
    FTH_REQUIRE(bench_add(&bench, "z", "z_merge", "",
                          "background=a foreground=b foreground_depth=d"));
    FTH_CHECK(!bench_render(&bench, "z", 1));
    FTH_CHECK(strstr(bench.error.message, "the foreground's depth is nearness"));
    FTH_CHECK(strstr(bench.error.message, "near_m"));
    /* 1 / Z = 1/20 + d (1/2 - 1/20): the disc's .7 is 2.74 m, behind the other one's 1.57 m */
    FTH_REQUIRE(bench_set(&bench, "z", "near_m", "2") && bench_set(&bench, "z", "far_m", "20"));
    struct fth_image *made = bench_render(&bench, "z", 1);
    FTH_REQUIRE(made);
    FTH_CHECK_NEAR(bench_pixel(made, "Z", 24, 20), 1.1 / 0.7, 1e-6);
    fth_image_unref(&made);
    FTH_REQUIRE(bench_set(&bench, "z", "near_m", "0.5"));
    made = bench_render(&bench, "z", 1);
    FTH_REQUIRE(made);
    FTH_CHECK_NEAR(bench_pixel(made, "Z", 24, 20), 1 / (0.05 + 0.7 * 1.95), 1e-6);
    fth_image_unref(&made);
    /* in nearness: 1 / 1.57 m is .3 of 0.5 .. 20 m */
    FTH_REQUIRE(bench_set(&bench, "z", "compare", "nearness"));
    made = bench_render(&bench, "z", 1);
    FTH_REQUIRE(made);
    FTH_CHECK_NEAR(bench_pixel(made, "disparity", 24, 20), 0.7, 1e-6);
    fth_image_unref(&made);
    bench_close(&bench);
}

/* A key that travels with a picture leaves it opaque. */
FTH_TEST(a_key_is_no_transparency)
{
    struct bench bench;
    FTH_REQUIRE(bench_open(&bench, bench_catalogue(), NULL));
    FTH_REQUIRE(bench_add(&bench, "a", "test_scene", "kind=photo", ""));
    FTH_REQUIRE(bench_add(&bench, "b", "test_scene", "kind=photo seed=3", ""));
    FTH_REQUIRE(bench_add(&bench, "m", "test_scene", "kind=mask disc=0.3", ""));
    FTH_REQUIRE(bench_add(&bench, "k", "key_mixer", "", "input=b key_1=m"));
    FTH_REQUIRE(bench_add(&bench, "z", "z_merge", "", "background=a foreground=k"));
    struct fth_image *made = bench_render(&bench, "z", 1), *front = bench_render(&bench, "b", 1);
    FTH_REQUIRE(made && front);
    FTH_CHECK(bench_pixel(made, "R", 2, 2) == bench_pixel(front, "R", 2, 2));
    fth_image_unref(&made);
    fth_image_unref(&front);
    bench_close(&bench);
}
