/* SPDX-License-Identifier: Apache-2.0 */
/* Laws of the nodes that move and shape channels: channels. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bench.h"
#include "check.h"

static struct fth_image *scene(const char *settings)
{
    return bench_once("channels", "", (const bench_input[]){{"input", settings}, {NULL}});
}

static struct fth_image *channels(const char *settings, const char *input, const char *other)
{
    return bench_once("channels", settings,
                      (const bench_input[]){{"input", input}, {other ? "other" : NULL, other},
                                            {NULL}});
}

/* Each channel of the result is bit for bit the one it was made of. */
FTH_TEST(every_channel_goes_where_it_is_sent)
{
    static const char *const names[] = {"red", "green", "blue", "alpha"};
    static const char *const letters[] = {"R", "G", "B", "A"};
    struct fth_image *input = scene("kind=cutout"), *other = scene("kind=straight seed=4");
    FTH_REQUIRE(input && other);
    for (int to = 0; to < 4; to++) {
        for (int from = 0; from < 8; from++) {
            char settings[64];
            snprintf(settings, sizeof(settings), "to_%s=%s%s", names[to], from < 4 ? "" : "other_",
                     names[from % 4]);
            struct fth_image *made = channels(settings, "kind=cutout", "kind=straight seed=4");
            FTH_REQUIRE(made);
            for (int c = 0; c < 4; c++) {
                const struct fth_image *source = c == to && from >= 4 ? other : input;
                const char *letter = letters[c == to ? from % 4 : c];
                for (int32_t x = 0; x < 48; x++)
                    FTH_CHECK(bench_pixel(made, letters[c], x, 13) ==
                              bench_pixel(source, letter, x, 13));
            }
            fth_image_unref(&made);
        }
    }
    fth_image_unref(&input);
    fth_image_unref(&other);
}

FTH_TEST(nothing_full_brightness_and_names)
{
    struct fth_image *input = scene("kind=z");
    struct fth_image *made =
        channels("to_red=zero to_green=one to_blue=luminance to_alpha=named channel_name=Z",
                 "kind=z", NULL);
    FTH_REQUIRE(input && made);
    FTH_CHECK(!made->premultiplied && !made->alpha_is_key);
    for (int32_t x = 0; x < 48; x++) {
        double luma = 0.2126 * (double)bench_pixel(input, "R", x, 7) +
                      0.7152 * (double)bench_pixel(input, "G", x, 7) +
                      0.0722 * (double)bench_pixel(input, "B", x, 7);
        FTH_CHECK(bench_pixel(made, "R", x, 7) == 0 && bench_pixel(made, "G", x, 7) == 1);
        FTH_CHECK_NEAR(bench_pixel(made, "B", x, 7), luma, 1e-6); /* single precision */
        FTH_CHECK(bench_pixel(made, "A", x, 7) == bench_pixel(input, "Z", x, 7));
        FTH_CHECK(bench_pixel(made, "Z", x, 7) == bench_pixel(input, "Z", x, 7));
    }
    fth_image_unref(&made);
    /* a picture without alpha is opaque where it is, and nowhere else */
    made = channels("to_red=other_alpha", "kind=photo", "kind=photo inset=6");
    FTH_REQUIRE(made);
    FTH_CHECK(bench_pixel(made, "R", 20, 20) == 1 && bench_pixel(made, "R", 2, 20) == 0);
    FTH_CHECK(!fth_image_plane(made, "A") && made->premultiplied);
    fth_image_unref(&made);
    /* what only the other picture has is there as well */
    made = channels("to_red=other_green", "kind=photo inset=6", "kind=photo");
    FTH_REQUIRE(made);
    FTH_CHECK(bench_pixel(made, "R", 2, 20) > 0 && bench_pixel(made, "G", 2, 20) == 0);
    fth_image_unref(&made);
    fth_image_unref(&input);
}

/* Multiplying and dividing are each other's inverse, and done once. */
FTH_TEST(premultiplied_once_and_back)
{
    struct fth_image *straight = scene("kind=straight"), *cutout = scene("kind=cutout");
    struct fth_image *multiplied = channels("multiply=multiply", "kind=straight", NULL);
    struct fth_image *same = channels("multiply=multiply", "kind=cutout", NULL);
    struct fth_image *divided = channels("multiply=divide", "kind=cutout", NULL);
    struct fth_image *called = channels("multiply=call_straight", "kind=cutout", NULL);
    FTH_REQUIRE(straight && cutout && multiplied && same && divided && called);
    FTH_CHECK(multiplied->premultiplied && same->premultiplied && !divided->premultiplied);
    FTH_CHECK(bench_equal(same, cutout));
    /* by way of the arithmetic, too */
    struct fth_image *swapped = channels("multiply=multiply to_blue=green", "kind=cutout", NULL);
    FTH_REQUIRE(swapped);
    FTH_CHECK(bench_pixel(swapped, "B", 14, 13) == bench_pixel(cutout, "G", 14, 13));
    fth_image_unref(&swapped);
    FTH_CHECK(!called->premultiplied && bench_difference(called, cutout, "G") == 0);
    for (int32_t x = 0; x < 48; x++) {
        float alpha = bench_pixel(straight, "A", x, 13), green = bench_pixel(straight, "G", x, 13);
        FTH_CHECK(bench_pixel(multiplied, "G", x, 13) == green * alpha);
        FTH_CHECK_NEAR(bench_pixel(divided, "G", x, 13), alpha > 0 ? green : 0, 1e-6);
    }
    fth_image_unref(&straight);
    fth_image_unref(&cutout);
    fth_image_unref(&multiplied);
    fth_image_unref(&same);
    fth_image_unref(&divided);
    fth_image_unref(&called);
}

/* A photo given a matte is straight: whoever lays it over something multiplies it, once. */
FTH_TEST(a_new_alpha_is_not_in_the_colours)
{
    struct fth_image *made = channels("to_alpha=other_alpha", "kind=photo", "kind=mask");
    struct fth_image *cut =
        channels("to_alpha=other_alpha multiply=multiply", "kind=photo", "kind=mask");
    FTH_REQUIRE(made && cut);
    FTH_CHECK(!made->premultiplied && cut->premultiplied);
    for (int32_t x = 0; x < 48; x++)
        FTH_CHECK(bench_pixel(cut, "R", x, 20) ==
                  bench_pixel(made, "R", x, 20) * bench_pixel(made, "A", x, 20));
    fth_image_unref(&made);
    fth_image_unref(&cut);
}

/* What is asked for and not there is said in words. */
FTH_TEST(channels_say_what_is_missing)
{
    static const char *const cases[][2] = {
        {"to_red=other_red", "'other'"},
        {"to_red=named channel_name=depth.Z", "no channel 'depth.Z'; it has R, G, B"}};
    for (size_t i = 0; i < 2; i++) {
        struct bench bench;
        FTH_REQUIRE(bench_open(&bench, bench_catalogue(), NULL) &&
                    bench_add(&bench, "clip", "test_scene", "", "") &&
                    bench_add(&bench, "node", "channels", cases[i][0], "input=clip"));
        struct fth_image *image = bench_render(&bench, "node", 1);
        FTH_CHECK(!image && bench.error.status == FTH_ERR_USAGE);
        FTH_CHECK(strstr(bench.error.message, cases[i][1]) != NULL);
        fth_image_unref(&image);
        bench_close(&bench);
    }
}
