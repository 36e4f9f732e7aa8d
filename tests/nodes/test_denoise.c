/* SPDX-License-Identifier: Apache-2.0 */
/* Denoise as a node: which frames it looks at, where the key lets it, how strengths are meant. What
 * becomes of the noise itself is told with the operation (tests/ops/test_denoise.c). */
#include "bench.h"
#include "check.h"

/* A photo with a grain of its own, and "node" over it. */
static bool begin(struct bench *b, const char *scene, const char *settings, const char *inputs)
{
    if (bench_open(b, bench_catalogue(), NULL) &&
        bench_add(b, "scene", "test_scene", scene, "") &&
        bench_add(b, "mask", "test_scene", "kind=mask disc=0.4", "") &&
        bench_add(b, "node", "denoise", settings, inputs))
        return true;
    fth_test_fail(__FILE__, __LINE__, "%s", b->error.message);
    return false;
}

static struct fth_image *render(const char *scene, const char *settings, const char *inputs,
                                int64_t frame)
{
    struct bench b;
    struct fth_image *image = NULL;
    if (begin(&b, scene, settings, inputs))
        image = bench_render(&b, "node", frame);
    if (!image)
        fth_test_fail(__FILE__, __LINE__, "%s: %s", settings, b.error.message);
    bench_close(&b);
    return image;
}

static struct fth_image *render_scene(const char *scene, int64_t frame)
{
    struct bench b;
    struct fth_image *image = NULL;
    if (begin(&b, scene, "", "input=scene"))
        image = bench_render(&b, "scene", frame);
    bench_close(&b);
    return image;
}

static void check_same(const char *a, const char *b, int64_t frame, bool same)
{
    struct fth_image *one = render("moving=1", a, "input=scene", frame);
    struct fth_image *other = render("moving=1", b, "input=scene", frame);
    if (bench_equal(one, other) != same)
        fth_test_fail(__FILE__, __LINE__, "frame %d, \"%s\" and \"%s\": %s", (int)frame, a, b,
                      same ? "not the same" : "the same");
    fth_image_unref(&one);
    fth_image_unref(&other);
}

FTH_TEST(denoise_of_nothing_is_the_picture)
{
    static const char *const idle[] = {"strength=0", "luma=0 chroma=0", "spatial=0 temporal=0"};
    struct fth_image *scene = render_scene("moving=1", 4);
    for (size_t i = 0; i < FTH_ARRAY_COUNT(idle); i++) {
        struct fth_image *image = render("moving=1", idle[i], "input=scene", 4);
        FTH_CHECK(bench_equal(image, scene));
        fth_image_unref(&image);
    }
    fth_image_unref(&scene);
}

/* The clip has frames 1 to 8: none is asked for beyond. */
FTH_TEST(denoise_looks_at_the_frames_it_says)
{
    check_same("frames_before=2", "frames_before=8", 4, true); /* 3, 1 are all there are */
    check_same("frames_before=2", "frames_before=1", 4, false);
    check_same("frames_before=0", "frames_before=8", 1, true);
    check_same("frames_after=0", "frames_after=8", 8, true);
    check_same("frames_after=0", "frames_after=1", 7, false);
    check_same("temporal=0", "frames_before=0 frames_after=0", 4, true);
    check_same("temporal=0", "", 4, false);
}

/* out = in + key (clean - in): white as if there were none, black as it was. */
FTH_TEST(denoise_keeps_to_its_key)
{
    struct fth_image *clean = render("moving=1", "", "input=scene", 4);
    struct fth_image *keyed = render("moving=1", "key_channel=red", "input=scene key=mask", 4);
    struct fth_image *scene = render_scene("moving=1", 4), *key = NULL;
    struct bench b;
    if (begin(&b, "", "", "input=scene"))
        key = bench_render(&b, "mask", 4);
    double most = 0;
    for (int y = 0; y < 40 && clean && keyed && scene && key; y++)
        for (int x = 0; x < 48; x++) {
            double share = bench_pixel(key, "R", x, y), was = bench_pixel(scene, "G", x, y);
            double want = was + share * (bench_pixel(clean, "G", x, y) - was);
            most = fmax(most, fabs(bench_pixel(keyed, "G", x, y) - want));
        }
    /* patches beside the key are left out, so at its rim fewer overlap: less than a level */
    FTH_CHECK(clean && keyed && most < 1.0 / 255);
    FTH_CHECK(bench_pixel(keyed, "G", 2, 2) == bench_pixel(scene, "G", 2, 2));
    FTH_CHECK(bench_pixel(keyed, "G", 24, 20) != bench_pixel(scene, "G", 24, 20));
    struct fth_image *all[] = {clean, keyed, scene, key};
    for (size_t i = 0; i < FTH_ARRAY_COUNT(all); i++)
        fth_image_unref(&all[i]);
    bench_close(&b);
}

/* The photo's grain is 255 * .06 / sqrt(12) = 4.4 levels in every channel, in blue the other way
 * round: .67 of that much in brightness. What is measured goes as if it had been given. */
FTH_TEST(denoise_measures_noise)
{
    struct fth_image *measured = render("width=160 height=120", "level=measured temporal=0",
                                        "input=scene", 4);
    struct fth_image *scene = render_scene("width=160 height=120", 4);
    double change = bench_mean_difference(measured, scene, "R");
    /* the mean size of uniform noise of .06 is .015; half of it at least goes */
    FTH_CHECK(change > 0.0075 && change < 0.0165);
    fth_image_unref(&measured);
    fth_image_unref(&scene);
}

/* Alpha and what is no colour pass. */
FTH_TEST(denoise_leaves_alpha_and_maps)
{
    struct fth_image *image = render("kind=cutout moving=1", "", "input=scene", 4);
    struct fth_image *scene = render_scene("kind=cutout moving=1", 4);
    static const char *const channels[] = {"A", "ObjectID", "Coverage"};
    for (size_t i = 0; i < FTH_ARRAY_COUNT(channels); i++)
        FTH_CHECK(bench_difference(image, scene, channels[i]) == 0);
    FTH_CHECK(bench_difference(image, scene, "R") > 0);
    fth_image_unref(&image);
    fth_image_unref(&scene);
}
