/* SPDX-License-Identifier: Apache-2.0 */
/* Grain as a node: which frames and settings give which grain, and a plate's grain given to
 * something clean, measured back. The statistics of grain itself: tests/ops/test_grain.c. */
#include "base/arena.h"
#include "bench.h"
#include "check.h"
#include "ops/noise.h"

/* "clean": a plain gradient; "plate": the same with grain as `plate` says; "node": grain on the
 * clean one. */
static bool begin(struct bench *b, const char *plate, const char *settings, const char *inputs)
{
    static const char clean[] = "type=horizontal width=288 height=192 top_left=0.05,0.1,0.15 "
                                "top_right=0.95,0.9,0.85";
    if (bench_open(b, bench_catalogue(), NULL) && bench_add(b, "clean", "background", clean, "") &&
        bench_add(b, "plate", "grain", plate, "input=clean") &&
        bench_add(b, "node", "grain", settings, inputs))
        return true;
    fth_test_fail(__FILE__, __LINE__, "%s", b->error.message);
    return false;
}

static struct fth_image *render(const char *settings, const char *inputs, int64_t frame)
{
    struct bench b;
    struct fth_image *image = NULL;
    if (begin(&b, "", settings, inputs))
        image = bench_render(&b, "node", frame);
    if (!image)
        fth_test_fail(__FILE__, __LINE__, "%s: %s", settings, b.error.message);
    bench_close(&b);
    return image;
}

static void check_same(const char *a, int64_t frame_a, const char *b, int64_t frame_b, bool same)
{
    struct fth_image *one = render(a, "input=clean", frame_a);
    struct fth_image *other = render(b, "input=clean", frame_b);
    if (bench_equal(one, other) != same)
        fth_test_fail(__FILE__, __LINE__, "\"%s\" at %d and \"%s\" at %d: %s", a, (int)frame_a, b,
                      (int)frame_b, same ? "not the same" : "the same");
    fth_image_unref(&one);
    fth_image_unref(&other);
}

FTH_TEST(grain_belongs_to_its_frame)
{
    check_same("", 7, "", 7, true);
    check_same("", 7, "", 8, false);
    check_same("", 7, "seed=1", 7, false);
    check_same("amount=0", 7, "shadows=0 middle=0 highlights=0", 9, true); /* none */
}

/* Mean of |R - R of the gradient| over columns x0..x1, in levels of 255. */
static double strength(const char *settings, const char *channel, int x0, int x1)
{
    struct fth_image *image = render(settings, "input=clean", 3);
    struct fth_image *clean = render("amount=0", "input=clean", 3);
    double sum = 0;
    for (int i = 0; i < (x1 - x0) * 192 && image && clean; i++) {
        int x = x0 + i % (x1 - x0), y = i / (x1 - x0);
        sum += fabs((double)bench_pixel(image, channel, x, y) - bench_pixel(clean, channel, x, y));
    }
    fth_image_unref(&image);
    fth_image_unref(&clean);
    return sum / ((x1 - x0) * 192) * 255;
}

/* 25 is a sigma of 10 levels, whose mean size is .798 of that; over 288 x 192 pixels of fine grain
 * it is known to .3 %, over the darkest 30 columns, below 1/6, to 1 %. */
FTH_TEST(grain_is_as_strong_as_it_says)
{
    static const char all[] = "amount=25 size=0.5 softness=1 shadows=100 highlights=100";
    FTH_CHECK_NEAR(strength(all, "G", 0, 288), 7.98, 0.1);
    FTH_CHECK_NEAR(strength("amount=25 size=0.5 shadows=50", "R", 0, 30), 3.99, 0.12);
    FTH_CHECK_NEAR(strength("amount=25 size=0.5 shadows=0", "R", 0, 30), 0, 0);
    FTH_CHECK_NEAR(strength("amount=25 size=0.5 highlights=25", "R", 258, 288), 1.99, 0.06);
}

FTH_TEST(grain_is_grey_or_coloured)
{
    struct fth_image *grey = render("colour=0 shadows=100 highlights=100", "input=clean", 3);
    struct fth_image *coloured = render("colour=1 shadows=100 highlights=100", "input=clean", 3);
    struct fth_image *clean = render("amount=0", "input=clean", 3);
    double alike = 0, power = 0;
    for (int i = 0; i < 288 * 192 && grey && coloured && clean; i++) {
        int x = i % 288, y = i / 288;
        double r = (double)bench_pixel(grey, "R", x, y) - bench_pixel(clean, "R", x, y);
        double b = (double)bench_pixel(grey, "B", x, y) - bench_pixel(clean, "B", x, y);
        if (fabs(r - b) > 1e-6) { /* floats of about 1 */
            fth_test_fail(__FILE__, __LINE__, "%d, %d: %g and %g", x, y, r, b);
            break;
        }
        r = (double)bench_pixel(coloured, "R", x, y) - bench_pixel(clean, "R", x, y);
        b = (double)bench_pixel(coloured, "B", x, y) - bench_pixel(clean, "B", x, y);
        alike += r * b;
        power += r * r;
    }
    FTH_CHECK_NEAR(alike / power, 0, 0.03); /* 55296 pixels, 7 a grain: .011 by chance */
    fth_image_unref(&grey);
    fth_image_unref(&coloured);
    fth_image_unref(&clean);
}

static struct fth_noise_profile profile_of(struct bench *b, const char *name)
{
    struct fth_noise_profile profile = {.alike = 0};
    struct fth_image *image = bench_render(b, name, 5);
    struct fth_arena *arena = NULL;
    struct fth_grid rgb[3];
    if (image && fth_arena_create(&arena, &b->error) == FTH_OK) {
        struct fth_work work = {NULL, arena, NULL};
        for (int c = 0; c < 3; c++)
            rgb[c] = fth_grid_of_plane(fth_image_plane(image, (const char *[]){"R", "G", "B"}[c]),
                                       image->domain);
        FTH_CHECK_INT(fth_noise_profile(&work, rgb, &profile, &b->error), FTH_OK);
    }
    fth_arena_destroy(&arena);
    fth_image_unref(&image);
    return profile;
}

/* A plate's grain is measured, given to the clean picture with another seed, and measured again.
 * Both measures err by up to a twentieth (32 blocks a level, their quartile), and grain that is
 * strongest in the middle is taken for a polygon of three points. */
FTH_TEST(grain_matches_a_plate)
{
    static const char *const plates[] = {
        "amount=10 size=1.5 softness=1 colour=0.2",
        "amount=30 size=2.5 softness=1 colour=1 shadows=150 middle=100 highlights=60"};
    for (size_t i = 0; i < FTH_ARRAY_COUNT(plates); i++) {
        struct bench b;
        FTH_REQUIRE(begin(&b, plates[i], "seed=4", "input=clean plate=plate"));
        struct fth_noise_profile want = profile_of(&b, "plate"), got = profile_of(&b, "node");
        for (int k = 0; k < 9; k++)
            FTH_CHECK_NEAR(got.sigma[k / 3][k % 3], want.sigma[k / 3][k % 3],
                           0.12 * want.sigma[k / 3][k % 3]);
        FTH_CHECK_NEAR(got.alike, want.alike, 0.05);
        FTH_CHECK_NEAR(got.colour, want.colour, 0.1);
        FTH_REQUIRE(bench_set(&b, "node", "match", "50"));
        got = profile_of(&b, "node");
        FTH_CHECK_NEAR(got.sigma[1][1], want.sigma[1][1] / 2, 0.06 * want.sigma[1][1]);
        bench_close(&b);
    }
}

/* One frame of the plate for all: what is given does not change with the frame that is asked. */
FTH_TEST(grain_takes_the_plates_frame)
{
    struct bench b;
    FTH_REQUIRE(bench_open(&b, bench_catalogue(), NULL) &&
                bench_add(&b, "clip", "test_scene", "width=96 height=96 moving=3", "") &&
                bench_add(&b, "node", "grain", "plate_frame=99", "input=clip plate=clip"));
    struct fth_image *beyond = bench_render(&b, "node", 5); /* the last is 8 */
    FTH_REQUIRE(bench_set(&b, "node", "plate_frame", "8"));
    struct fth_image *last = bench_render(&b, "node", 5);
    FTH_CHECK(beyond && bench_equal(beyond, last));
    fth_image_unref(&beyond);
    fth_image_unref(&last);
    bench_close(&b);
}

/* Nothing is added where nothing is. */
FTH_TEST(grain_stays_within_alpha)
{
    static const bench_input inputs[] = {{"input", "kind=cutout"}, {NULL, NULL}};
    struct fth_image *image = bench_once("grain", "amount=50", inputs);
    FTH_REQUIRE(image);
    FTH_CHECK(bench_pixel(image, "A", 1, 1) == 0 && bench_pixel(image, "R", 1, 1) == 0);
    FTH_CHECK(bench_pixel(image, "A", 24, 20) == 1);
    fth_image_unref(&image);
}
