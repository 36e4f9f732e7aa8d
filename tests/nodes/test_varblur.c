/* SPDX-License-Identifier: Apache-2.0 */
/* Blur with a key that sets its radius. */
#include <math.h>

#include "bench.h"
#include "check.h"

static struct fth_image *blurred(const char *settings, const char *picture, const char *key)
{
    return bench_once("blur", settings,
                      (const bench_input[]){{"input", picture}, {key ? "key" : NULL, key}, {NULL}});
}

/* A key that is white all over: background's default is black, its inverse white. */
static struct fth_image *with_flat_key(const char *settings)
{
    struct bench bench;
    struct fth_image *image = NULL;
    if (bench_open(&bench, bench_catalogue(), NULL) &&
        bench_add(&bench, "clip", "test_scene", "kind=cutout", "") &&
        bench_add(&bench, "flat", "background", "width=48 height=40", "") &&
        bench_add(&bench, "soft", "blur", settings, "input=clip key=flat"))
        image = bench_render(&bench, "soft", 1);
    bench_close(&bench);
    return image;
}

FTH_TEST(a_white_key_is_the_plain_blur)
{
    static const char *const settings[] = {
        "radius=6 key_sets=radius key_invert=true key_channel=red",
        "radius=6 filter=box key_sets=radius key_invert=true key_channel=red",
        "radius=6 edges=mirror key_sets=radius key_invert=true key_channel=red ratio=0.2"};
    static const char *const plain[] = {"radius=6", "radius=6 filter=box",
                                        "radius=6 edges=mirror ratio=0.2"};
    for (int i = 0; i < 3; i++) {
        struct fth_image *got = with_flat_key(settings[i]);
        struct fth_image *expected = blurred(plain[i], "kind=cutout", NULL);
        FTH_CHECK(got && expected && bench_equal(got, expected));
        fth_image_unref(&got);
        fth_image_unref(&expected);
    }
}

FTH_TEST(a_black_key_is_no_blur)
{
    struct fth_image *got = with_flat_key("radius=6 key_sets=radius key_channel=red");
    struct fth_image *same = bench_once("channels", "",
                                        (const bench_input[]){{"input", "kind=cutout"}, {NULL}});
    FTH_CHECK(got && same && bench_equal(got, same));
    fth_image_unref(&got);
    fth_image_unref(&same);
}

/* The slope runs from .1 at the top to .5 at the bottom: noise is calmed the more, the lower. */
FTH_TEST(blur_grows_with_the_key)
{
    struct fth_image *grey = blurred("radius=12 key_sets=radius edges=mirror key_channel=red",
                                     "kind=photo disc=0", "kind=grey disc=0");
    FTH_REQUIRE(grey);
    double rough[2] = {0, 0};
    for (int32_t y = 0; y < 40; y++) {
        for (int32_t x = 1; x < 47; x++)
            rough[y >= 20] += fabs(bench_pixel(grey, "R", x - 1, y) +
                                   bench_pixel(grey, "R", x + 1, y) -
                                   2 * bench_pixel(grey, "R", x, y));
    }
    FTH_CHECK(rough[1] < rough[0] * 0.6);
    fth_image_unref(&grey);
}
