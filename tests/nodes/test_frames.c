/* SPDX-License-Identifier: Apache-2.0 */
/* Laws of crop, transform, resize, reformat, sharpen and glow. */
#include <math.h>
#include <stdio.h>

#include "bench.h"
#include "check.h"

static struct fth_image *once(const char *node, const char *settings, const char *input)
{
    return bench_once(node, settings, (const bench_input[]){{"input", input}, {NULL}});
}

FTH_TEST(a_crop_cuts_on_the_nearest_pixel)
{
    struct fth_image *clip = once("channels", "", "kind=photo");
    struct fth_image *kept =
        once("crop", "lower_left=0.25,0.1 upper_right=0.76,0.9", "kind=photo");
    struct fth_image *cut =
        once("crop", "lower_left=0.25,0.1 upper_right=0.76,0.9 frame=cropped", "kind=photo");
    FTH_REQUIRE(clip && kept && cut);
    FTH_CHECK_INT(kept->format.width, 48);
    FTH_CHECK(kept->domain.x0 == 12 && kept->domain.x1 == 36 && kept->domain.y0 == 4 &&
              kept->domain.y1 == 36);
    FTH_CHECK(cut->format.width == 24 && cut->format.height == 32 && cut->domain.x0 == 0);
    for (int32_t x = 0; x < 24; x++) {
        FTH_CHECK(bench_pixel(cut, "G", x, 3) == bench_pixel(clip, "G", x + 12, 7));
        FTH_CHECK(bench_pixel(kept, "G", x + 12, 7) == bench_pixel(clip, "G", x + 12, 7));
    }
    fth_image_unref(&kept);
    /* mixed with what it was cut from: half of it beside the rectangle */
    kept = once("crop", "upper_right=1,0.5 blend=0.5", "kind=photo");
    FTH_REQUIRE(kept);
    FTH_CHECK(bench_pixel(kept, "R", 9, 5) == bench_pixel(clip, "R", 9, 5) / 2);
    FTH_CHECK(bench_pixel(kept, "R", 9, 35) == bench_pixel(clip, "R", 9, 35));
    fth_image_unref(&kept);
    fth_image_unref(&cut);
    fth_image_unref(&clip);
}

/* Moves by whole pixels, quarter turns and mirrors are exact with every filter. */
FTH_TEST(exact_moves_are_exact)
{
    static const char *const filters[] = {"nearest", "bilinear", "cubic", "lanczos"};
    struct fth_image *clip = once("channels", "", "kind=photo width=40");
    for (int f = 0; f < 4; f++) {
        char text[4][120];
        struct fth_image *made[4];
        snprintf(text[0], sizeof(text[0]), "filter=%s centre=0.575,0.4", filters[f]);
        snprintf(text[1], sizeof(text[1]), "filter=%s angle=90", filters[f]);
        snprintf(text[2], sizeof(text[2]), "filter=%s flip_horizontal=true", filters[f]);
        snprintf(text[3], sizeof(text[3]), "filter=%s angle=-180", filters[f]);
        for (int i = 0; i < 4; i++)
            FTH_REQUIRE((made[i] = once("transform", text[i], "kind=photo width=40")) != NULL);
        for (int32_t x = 5; x < 36; x++) {
            FTH_CHECK_NEAR(bench_pixel(made[0], "R", x, 17), bench_pixel(clip, "R", x - 3, 13),
                           1e-6);
            FTH_CHECK_NEAR(bench_pixel(made[1], "R", x, 17), bench_pixel(clip, "R", 22, x), 1e-6);
            FTH_CHECK_NEAR(bench_pixel(made[2], "R", x, 17), bench_pixel(clip, "R", 39 - x, 17),
                           1e-6);
            FTH_CHECK_NEAR(bench_pixel(made[3], "R", x, 17), bench_pixel(clip, "R", 39 - x, 22),
                           1e-6);
        }
        FTH_CHECK(bench_pixel(made[0], "A", 20, 20) == 1 && bench_pixel(made[0], "A", 1, 20) == 0);
        for (int i = 0; i < 4; i++)
            fth_image_unref(&made[i]);
    }
    fth_image_unref(&clip);
}

/* Turned and scaled, a picture keeps its light: as much as its area grows. */
FTH_TEST(a_transform_keeps_light)
{
    static const char *const filters[] = {"bilinear", "cubic", "lanczos"};
    for (int f = 0; f < 3; f++) {
        double sum[2] = {0, 0};
        for (int i = 0; i < 2; i++) {
            char settings[120];
            snprintf(settings, sizeof(settings), "filter=%s clipping_mode=none %s", filters[f],
                     i ? "angle=31 size=0.37 aspect=1.2" : "flip_vertical=true");
            struct fth_image *image = once("transform", settings, "kind=cutout");
            FTH_REQUIRE(image);
            for (int32_t y = image->domain.y0; y < image->domain.y1; y++) {
                for (int32_t x = image->domain.x0; x < image->domain.x1; x++)
                    sum[i] += bench_pixel(image, "A", x, y);
            }
            fth_image_unref(&image);
        }
        /* a filter's sums over the pixels of the result are 1 to some thousandths */
        FTH_CHECK_NEAR(sum[1] / sum[0], 0.37 * 0.37 * 1.2, 0.002);
    }
}

FTH_TEST(edges_repeat_and_mirror)
{
    struct fth_image *clip = once("channels", "", "kind=photo");
    struct fth_image *repeat =
        once("transform", "centre=0.75,0.5 edges=repeat filter=bilinear", "kind=photo");
    struct fth_image *mirror =
        once("transform", "centre=0.75,0.5 edges=mirror filter=bilinear", "kind=photo");
    FTH_REQUIRE(clip && repeat && mirror);
    FTH_CHECK(!fth_image_plane(mirror, "A"));
    for (int32_t x = 0; x < 12; x++) {
        FTH_CHECK_NEAR(bench_pixel(repeat, "B", x, 9), bench_pixel(clip, "B", 0, 9), 1e-6);
        FTH_CHECK_NEAR(bench_pixel(mirror, "B", x, 9), bench_pixel(clip, "B", 11 - x, 9), 1e-6);
    }
    fth_image_unref(&clip);
    fth_image_unref(&repeat);
    fth_image_unref(&mirror);
}

/* A ramp stays a ramp at any size, and the size is what was asked for. */
FTH_TEST(a_ramp_is_resized_to_a_ramp)
{
    static const char *const cases[] = {"width=17 height=30", "scale=2", "scale=0.25",
                                        "width=96 height=40 filter=lanczos"};
    static const int sizes[][2] = {{17, 30}, {120, 80}, {15, 10}, {96, 40}};
    for (int i = 0; i < 4; i++) {
        struct bench bench;
        FTH_REQUIRE(bench_open(&bench, bench_catalogue(), NULL) &&
                    bench_add(&bench, "ramp", "background", "type=horizontal width=60 height=40",
                              "") &&
                    bench_add(&bench, "node", "resize", cases[i], "input=ramp"));
        struct fth_image *image = bench_render(&bench, "node", 1);
        FTH_REQUIRE(image);
        FTH_CHECK_INT(image->format.width, sizes[i][0]);
        FTH_CHECK_INT(image->format.height, sizes[i][1]);
        /* away from the border, which repeats; a filter that is widened by no whole number, or
         * Lanczos, does not sum a ramp up exactly */
        for (int32_t x = sizes[i][0] / 4; x < sizes[i][0] * 3 / 4; x++)
            FTH_CHECK_NEAR(bench_pixel(image, "R", x, 5), (x + 0.5) / sizes[i][0],
                           i == 3 ? 1e-3 : i == 0 ? 1e-4 : 1e-6);
        FTH_CHECK(bench_pixel(image, "R", 0, 0) < 0.05); /* nothing dark creeps in, nor light */
        fth_image_unref(&image);
        bench_close(&bench);
    }
}

/* Where the picture lies in a frame of 100 x 40, by each type. */
FTH_TEST(a_picture_is_brought_into_a_frame)
{
    static const char *const types[] = {"fit", "fill", "stretch", "none"};
    static const int32_t windows[][4] = {{26, 0, 74, 40}, {0, 0, 100, 40}, {0, 0, 100, 40},
                                         {26, 0, 74, 40}};
    struct fth_image *clip = once("channels", "", "kind=photo");
    for (int i = 0; i < 4; i++) {
        char settings[80];
        snprintf(settings, sizeof(settings), "width=100 height=40 type=%s", types[i]);
        struct fth_image *image = once("reformat", settings, "kind=photo");
        FTH_REQUIRE(clip && image);
        FTH_CHECK(image->format.width == 100 && image->format.height == 40);
        FTH_CHECK(image->domain.x0 == windows[i][0] && image->domain.y0 == windows[i][1] &&
                  image->domain.x1 == windows[i][2] && image->domain.y1 == windows[i][3]);
        for (int32_t x = 0; x < 48 && (i == 0 || i == 3); x++)
            FTH_CHECK_NEAR(bench_pixel(image, "G", 26 + x, 9), bench_pixel(clip, "G", x, 9), 1e-6);
        fth_image_unref(&image);
    }
    fth_image_unref(&clip);
}

/* Sharpening is the picture and what the blur of the same radius takes away. */
FTH_TEST(sharpen_adds_what_a_blur_takes)
{
    struct fth_image *clip = once("channels", "", "kind=photo");
    struct fth_image *soft = once("blur", "filter=gaussian radius=3 edges=repeat", "kind=photo");
    struct fth_image *sharp = once("sharpen", "amount=1.5 radius=3", "kind=photo");
    struct fth_image *calm = once("sharpen", "amount=1.5 radius=3 threshold=0.02", "kind=photo");
    FTH_REQUIRE(clip && soft && sharp && calm);
    for (int32_t x = 0; x < 48; x++) {
        double in = bench_pixel(clip, "R", x, 20), detail = in - bench_pixel(soft, "R", x, 20);
        double most = fmax(fabs(detail) - 0.02, 0);
        FTH_CHECK_NEAR(bench_pixel(sharp, "R", x, 20), in + 1.5 * detail, 1e-5);
        FTH_CHECK_NEAR(bench_pixel(calm, "R", x, 20), in + 1.5 * copysign(most, detail), 1e-5);
    }
    fth_image_unref(&clip);
    fth_image_unref(&soft);
    fth_image_unref(&sharp);
    fth_image_unref(&calm);
    /* a plain colour under a soft alpha gets no rim */
    struct fth_image *cutout = once("channels", "to_red=alpha", "kind=cutout");
    struct bench bench;
    FTH_REQUIRE(cutout && bench_open(&bench, bench_catalogue(), NULL) &&
                bench_add(&bench, "clip", "test_scene", "kind=cutout", "") &&
                bench_add(&bench, "flat", "channels", "to_red=alpha", "input=clip") &&
                bench_add(&bench, "node", "sharpen", "amount=2 radius=4", "input=flat"));
    struct fth_image *edge = bench_render(&bench, "node", 1);
    FTH_REQUIRE(edge);
    FTH_CHECK(bench_difference(edge, cutout, "R") < 1e-3); /* the blur's own last thousandth */
    fth_image_unref(&edge);
    fth_image_unref(&cutout);
    bench_close(&bench);
}

/* The light of what is above the threshold, blurred, is all that a glow adds. */
FTH_TEST(a_glow_adds_light_of_bright_parts)
{
    struct fth_image *clip = once("channels", "", "kind=photo");
    struct fth_image *glow =
        once("glow", "threshold=0.5 radius=2 gain=0.5 colour=1,1,0 clipping_mode=none",
             "kind=photo");
    struct fth_image *none = once("glow", "threshold=1 radius=2 gain=0.5", "kind=photo");
    FTH_REQUIRE(clip && glow && none);
    double expected = 0, added = 0;
    for (int32_t y = glow->domain.y0; y < glow->domain.y1; y++) {
        for (int32_t x = glow->domain.x0; x < glow->domain.x1; x++) {
            double r = bench_pixel(clip, "R", x, y), luma = 0.2126 * r;
            luma += 0.7152 * (double)bench_pixel(clip, "G", x, y);
            luma += 0.0722 * (double)bench_pixel(clip, "B", x, y);
            expected += luma > 0.5 ? 0.5 * r * (luma - 0.5) / luma : 0;
            added += bench_pixel(glow, "R", x, y) - r;
            FTH_CHECK(bench_pixel(glow, "B", x, y) == bench_pixel(clip, "B", x, y));
        }
    }
    FTH_CHECK(expected > 1);
    FTH_CHECK_NEAR(added / expected, 1, 1e-4);
    FTH_CHECK(bench_difference(none, clip, "R") == 0);
    fth_image_unref(&clip);
    fth_image_unref(&glow);
    fth_image_unref(&none);
}

/* In some bands both data windows end alike, and alpha may be shared; in the last it is mixed. */
FTH_TEST(a_blended_crop_leaves_its_input_as_it_is)
{
    struct bench bench;
    struct fth_engine_options options = {.thread_count = 1, .band_rows = 4};
    struct fth_image *before = NULL, *result = NULL, *after = NULL;
    if (bench_open(&bench, bench_catalogue(), &options) &&
        bench_add(&bench, "scene", "test_scene", "kind=cutout", "") &&
        bench_add(&bench, "crop", "crop", "lower_left=0,0.3 blend=0.5", "input=scene")) {
        before = bench_render(&bench, "scene", 1);
        struct fth_image *kept = NULL;
        if (before && fth_image_new(before->format, before->domain, &kept, NULL) == FTH_OK) {
            struct fth_plane *plane = NULL;
            FTH_CHECK_INT(fth_image_add(kept, "A", NULL, before->domain, &plane, NULL), FTH_OK);
            if (plane)
                fth_plane_copy(plane, fth_image_plane(before, "A"), before->domain, 0);
        }
        result = bench_render(&bench, "crop", 1);
        after = bench_render(&bench, "scene", 1);
        FTH_CHECK_NEAR(bench_difference(kept, after, "A"), 0, 0);
        FTH_CHECK_NEAR(bench_pixel(result, "A", 24, 30), bench_pixel(kept, "A", 24, 30) / 2, 0);
        FTH_CHECK(bench_pixel(kept, "A", 24, 30) > 0);
        fth_image_unref(&kept);
    }
    FTH_CHECK(before && result && after);
    fth_image_unref(&before);
    fth_image_unref(&result);
    fth_image_unref(&after);
    bench_close(&bench);
}
