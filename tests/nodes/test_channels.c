/* SPDX-License-Identifier: Apache-2.0 */
/* Laws of the nodes that move and shape channels: channels, erode_dilate, key_mixer. */
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

/* ---- erode_dilate ---------------------------------------------------------------------------- */

static struct fth_image *grown(const char *settings, const char *input)
{
    return bench_once("erode_dilate", settings, (const bench_input[]){{"input", input}, {NULL}});
}

/* The largest (sign 1) or smallest (-1) value around a pixel, within a disc, or a rectangle where
 * its radii differ, of a picture that ends at its border. */
static double most_around(const struct fth_image *image, const char *channel, int32_t x, int32_t y,
                          const double reach[3])
{
    int32_t width = image->format.width, height = image->format.height;
    double most = -INFINITY, rx = reach[0], ry = reach[1], sign = reach[2];
    for (int32_t j = FTH_MAX(y - (int32_t)ry, 0); j <= y + (int32_t)ry && j < height; j++) {
        for (int32_t i = FTH_MAX(x - (int32_t)rx, 0); i <= x + (int32_t)rx && i < width; i++) {
            double dx = i - x, dy = j - y;
            if (rx == ry && dx * dx + dy * dy > rx * rx)
                continue;
            most = fmax(most, sign * (double)bench_pixel(image, channel, i, j));
        }
    }
    return sign * most;
}

FTH_TEST(dilation_is_the_largest_value_around)
{
    struct fth_image *clip = scene("kind=photo");
    struct fth_image *wide = grown("amount=3 channels=colours", "kind=photo");
    struct fth_image *narrow = grown("amount=-3 channels=colours", "kind=photo");
    struct fth_image *level =
        grown("amount=4 shape=rectangle ratio=0.75 channels=colours", "kind=photo");
    FTH_REQUIRE(clip && wide && narrow && level);
    for (int32_t y = 0; y < 40; y += 3) {
        for (int32_t x = 0; x < 48; x++) {
            FTH_CHECK(bench_pixel(wide, "R", x, y) ==
                      (float)most_around(clip, "R", x, y, (double[]){3, 3, 1}));
            FTH_CHECK(bench_pixel(narrow, "B", x, y) ==
                      (float)most_around(clip, "B", x, y, (double[]){3, 3, -1}));
            FTH_CHECK(bench_pixel(level, "G", x, y) ==
                      (float)most_around(clip, "G", x, y, (double[]){2, 4, 1}));
        }
    }
    fth_image_unref(&clip);
    fth_image_unref(&wide);
    fth_image_unref(&narrow);
    fth_image_unref(&level);
}

/* Parts of a pixel: half way is the mean of the whole amounts around it. */
FTH_TEST(parts_of_a_pixel_count)
{
    static const char *const shapes[] = {"disc", "rectangle ratio=0", "rectangle ratio=1"};
    for (size_t i = 0; i < FTH_ARRAY_COUNT(shapes); i++) {
        struct fth_image *image[3];
        for (int k = 0; k < 3; k++) {
            char settings[80];
            snprintf(settings, sizeof(settings), "amount=%g channels=colours shape=%s", 2 + k / 2.0,
                     shapes[i]);
            image[k] = grown(settings, "kind=photo");
            FTH_REQUIRE(image[k]);
        }
        for (int32_t x = 0; x < 48; x++)
            FTH_CHECK_NEAR(bench_pixel(image[1], "R", x, 11),
                           ((double)bench_pixel(image[0], "R", x, 11) +
                            (double)bench_pixel(image[2], "R", x, 11)) / 2, 1e-7);
        for (int k = 0; k < 3; k++)
            fth_image_unref(&image[k]);
    }
}

/* Alpha alone: colours that are not multiplied by it stay, those that are follow it. */
FTH_TEST(colours_follow_a_changed_alpha)
{
    struct fth_image *straight = scene("kind=straight"), *cutout = scene("kind=cutout");
    struct fth_image *plain = grown("amount=-2", "kind=straight");
    struct fth_image *cut = grown("amount=-2", "kind=cutout");
    FTH_REQUIRE(straight && cutout && plain && cut);
    FTH_CHECK(bench_difference(plain, straight, "R") == 0);
    FTH_CHECK(bench_difference(plain, cut, "A") == 0 && bench_difference(cut, cutout, "A") > 0.5);
    for (int32_t x = 0; x < 48; x++)
        FTH_CHECK_NEAR(bench_pixel(cut, "R", x, 20),
                       bench_pixel(straight, "R", x, 20) * bench_pixel(cut, "A", x, 20), 1e-6);
    fth_image_unref(&straight);
    fth_image_unref(&cutout);
    fth_image_unref(&plain);
    fth_image_unref(&cut);
    /* all: straight colours are multiplied before they spread */
    struct fth_image *all = grown("amount=2 channels=all", "kind=straight");
    struct fth_image *same = grown("amount=2 channels=all", "kind=cutout");
    FTH_REQUIRE(all && same);
    FTH_CHECK(all->premultiplied && bench_difference(all, same, "G") < 1e-6);
    fth_image_unref(&all);
    fth_image_unref(&same);
}

/* Without clipping what grows leaves the frame. */
FTH_TEST(what_grows_takes_room)
{
    struct fth_image *image =
        grown("amount=2.5 channels=all clipping_mode=none", "kind=cutout inset=-4");
    FTH_REQUIRE(image);
    FTH_CHECK_INT(image->domain.x0, -7);
    FTH_CHECK_INT(image->domain.y1, 47);
    fth_image_unref(&image);
}

/* ---- key_mixer ------------------------------------------------------------------------------- */

static double joined(int mode, double a, double b)
{
    const double results[] = {fmin(a + b, 1), fmax(a - b, 0), a * b, 1 - (1 - a) * (1 - b),
                              fmax(a, b), fmin(a, b), fabs(a - b)};
    return results[mode];
}

FTH_TEST(keys_are_joined_one_after_another)
{
    static const char *const modes[] = {"add", "subtract", "intersect", "unite", "larger",
                                        "smaller", "difference"};
    static const char *const keys[] = {"kind=mask disc=0.4", "kind=mask moving=2 disc=0.3",
                                       "kind=photo"};
    struct fth_image *clip = scene("kind=cutout"), *key[3];
    for (int i = 0; i < 3; i++)
        FTH_REQUIRE((key[i] = scene(keys[i])) != NULL);
    for (int mode = 0; mode < 7; mode++) {
        char settings[160];
        snprintf(settings, sizeof(settings),
                 "key_3_mode=%s key_6_mode=%s key_6_invert=true key_6_channel=red invert=%s",
                 modes[mode], modes[(mode + 2) % 7], mode & 1 ? "true" : "false");
        struct fth_image *made = bench_once(
            "key_mixer", settings,
            (const bench_input[]){{"input", "kind=cutout"}, {"key_1", keys[0]},
                                  {"key_3", keys[1]}, {"key_6", keys[2]}, {NULL}});
        FTH_REQUIRE(made && clip);
        FTH_CHECK(made->alpha_is_key && bench_difference(made, clip, "R") == 0);
        for (int32_t x = 0; x < 48; x++) {
            double value = bench_pixel(key[0], "A", x, 20);
            value = joined(mode, value, bench_pixel(key[1], "A", x, 20));
            value = joined((mode + 2) % 7, value, 1 - (double)bench_pixel(key[2], "R", x, 20));
            FTH_CHECK_NEAR(bench_pixel(made, "A", x, 20), mode & 1 ? 1 - value : value, 1e-6);
        }
        fth_image_unref(&made);
    }
    fth_image_unref(&clip);
    for (int i = 0; i < 3; i++)
        fth_image_unref(&key[i]);
}
