/* SPDX-License-Identifier: Apache-2.0 */
/* Depth into files and back (FORMULAS 6.11): the same metres within what the codes can hold, in
 * every kind of file that can say its range. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "io/exr.h"
#include "bench.h"
#include "check.h"

enum { WIDTH = 256, HEIGHT = 8 };

/* A picture of the channel Z alone: z(x) metres, the same in every row. */
static enum fth_status write_z(const char *path, double z(int x), struct fth_error *error)
{
    struct fth_image *image = NULL;
    struct fth_plane *plane = NULL;
    struct fth_format format = {WIDTH, HEIGHT, 1};
    struct fth_exr_write_options options = {.overwrite = true};
    enum fth_status status = fth_image_new(format, fth_format_rect(format), &image, error);
    if (status == FTH_OK)
        status = fth_image_add(image, "Z", NULL, image->domain, &plane, error);
    for (int y = 0; status == FTH_OK && y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++)
            *fth_plane_at(plane, x, y) = (float)z(x);
    if (status == FTH_OK)
        status = fth_exr_write(path, image, &options, error);
    fth_image_unref(&image);
    return status;
}

/* Depth of `from`, read with `reading`, encoded with `encoding`, into `to` by `writing`. */
static enum fth_status encode(struct bench *bench, const char *from, const char *reading,
                              const char *encoding, const char *to, const char *writing)
{
    struct fth_job job = {.first_frame = 1, .last_frame = 1};
    char settings[200];
    bool kept = strstr(writing, "overwrite=false");
    snprintf(settings, sizeof(settings), "grey=true %s%s", writing,
             kept ? "" : " overwrite=true");
    bool good = bench_open(bench, bench_catalogue(), NULL) &&
                bench_add(bench, "in", "depth_read", reading, "") &&
                bench_set(bench, "in", "file", from) &&
                bench_add(bench, "code", "depth_encode", encoding, "input=in") &&
                bench_add(bench, "out", "media_out", settings, "input=code") &&
                bench_set(bench, "out", "file", to);
    enum fth_status status = bench->error.status;
    if (good)
        status = fth_engine_run(bench->engine, bench->graph, fth_graph_find(bench->graph, "out"),
                                &job, &bench->error);
    bench_close(bench);
    return status;
}

static struct fth_image *render_file(struct bench *bench, const char *node, const char *path,
                                     const char *settings)
{
    struct fth_image *image = NULL;
    if (bench_open(bench, bench_catalogue(), NULL) &&
        bench_add(bench, "in", node, settings, "") && bench_set(bench, "in", "file", path))
        image = bench_render(bench, "in", 1);
    bench_close(bench);
    return image;
}

/* Metres of nearness that says its range. */
static double metres(const struct fth_image *image, int x)
{
    double far = 1 / image->far_m, span = 1 / image->near_m - far;
    return 1 / (far + span * (double)bench_pixel(image, "disparity", x, HEIGHT / 2));
}

/* A path that stays: the harness's buffers rotate. */
static const char *keep_path(char kept[256], const char *name)
{
    snprintf(kept, 256, "%s", fth_test_path(name));
    return kept;
}

static double three_distances(int x)
{
    return x < 80 ? 1.5 : x < 160 ? 50 : 400;
}

/* 6.11, the formulas: v of 50 m between 1 and 500. */
FTH_TEST(codes_of_distances_are_the_formulas)
{
    static const struct {
        const char *encoding, *channel;
        double v;
    } cases[] = {{"encoding=linear", "depth", 49.0 / 499},
                 {"encoding=inverse", "disparity", (1.0 / 50 - 1.0 / 500) / (1 - 1.0 / 500)},
                 {"encoding=log", "depth", 0.62949}, /* ln 50 / ln 500 */
                 {"encoding=disparity", "disparity", (1.0 / 50 - 1.0 / 500) / (1 - 1.0 / 500)}};
    struct fth_error error = {0};
    char kept[256];
    const char *z = keep_path(kept, "z.exr");
    FTH_REQUIRE_OK(write_z(z, three_distances, &error), error);
    for (size_t i = 0; i < FTH_ARRAY_COUNT(cases); i++) {
        struct bench bench = {0};
        FTH_REQUIRE(encode(&bench, z, "near=1 far=500", cases[i].encoding, fth_test_path("v.exr"),
                           "bits=float") == FTH_OK);
        struct fth_image *v = render_file(&bench, "media_in", fth_test_path("v.exr"), "");
        FTH_REQUIRE(v);
        /* a float's rounding of 1 / Z, twice, where Z is 50 times near */
        FTH_CHECK_NEAR(bench_pixel(v, cases[i].channel, 100, 3), cases[i].v, 2e-6);
        fth_image_unref(&v);
    }
}

/* The step of a code at 1.5, 50 and 400 m between 1 and 500 m, as 6.11 lists them. */
FTH_TEST(steps_of_codes_are_those_of_the_table)
{
    static const struct {
        const char *encoding, *writing;
        double step_m[3]; /* 0: none is listed */
        double top;       /* of the codes */
    } cases[] = {{"linear", "bits=8", {1.96, 1.96, 1.96}, 255},
                 {"inverse", "bits=8", {0.0088, 9.8, 0}, 255},
                 {"log", "bits=8", {0.037, 1.25, 9.9}, 255},
                 {"linear", "bits=16", {0.0076, 0.0076, 0.0076}, 65535},
                 {"inverse", "bits=16", {34e-6, 0.038, 2.4}, 65535},
                 {"log", "bits=16", {0.14e-3, 4.7e-3, 38e-3}, 65535}};
    struct fth_error error = {0};
    char kept[2][256];
    const char *z = keep_path(kept[0], "z.exr"), *png = keep_path(kept[1], "v.png");
    FTH_REQUIRE_OK(write_z(z, three_distances, &error), error);
    for (size_t i = 0; i < FTH_ARRAY_COUNT(cases); i++) {
        struct bench bench = {0};
        char settings[40];
        snprintf(settings, sizeof(settings), "encoding=%s", cases[i].encoding);
        FTH_REQUIRE(encode(&bench, z, "near=1 far=500", settings, png, cases[i].writing) ==
                    FTH_OK);
        struct fth_image *code = render_file(&bench, "media_in", png, "");
        struct fth_image *back = render_file(&bench, "depth_read", png, "");
        FTH_REQUIRE(code && back);
        FTH_CHECK_NEAR(back->near_m, 1, 1e-12);
        FTH_CHECK_NEAR(back->far_m, 500, 1e-9);
        for (int k = 0; k < 3; k++) {
            double there = three_distances(80 * k), here = metres(back, 80 * k);
            double v = bench_pixel(code, "R", 80 * k, 3), n = 1, f = 500, step = 1 / cases[i].top;
            double slope = cases[i].encoding[1] == 'i' ? f - n
                           : cases[i].encoding[0] == 'l' ? there * log(f / n)
                                                         : there * there * (1 / n - 1 / f);
            /* the code is a whole number of steps, and the metres are within half a step */
            FTH_CHECK_NEAR(v / step, round(v / step), 1e-2);
            if (cases[i].step_m[k] > 0) /* two digits are listed; a float holds 1 / 400 to 5e-5 m */
                FTH_CHECK_NEAR(slope * step, cases[i].step_m[k], 0.06 * cases[i].step_m[k]);
            if (cases[i].step_m[k] > 0)
                FTH_CHECK_NEAR(here, there, 0.65 * slope * step + 1e-6 * there * there);
        }
        fth_image_unref(&code);
        fth_image_unref(&back);
    }
}

static double ramp(int x)
{
    return 2 + 18.0 * x / (WIDTH - 1);
}

/* Every file that can hold depth says what it holds, in itself or beside it. */
FTH_TEST(every_file_says_its_range)
{
    static const struct {
        const char *file, *writing;
        double relative; /* to the range of codes: half a step, or what the codec loses */
    } files[] = {{"v.exr", "bits=float", 1e-6},   {"v.exr", "bits=half", 0x1p-11},
                 {"v.png", "bits=16", 0.6 / 65535}, {"v.png", "bits=8", 0.6 / 255},
                 {"v.tif", "bits=16", 0.6 / 65535}, {"v.tif", "bits=float", 1e-6},
                 {"v.tif", "bits=half", 0x1p-11},   {"v.pfm", "", 1e-6},
                 {"v.jpg", "", 3.0 / 255},          {"v.mkv", "", 0.6 / 65535},
                 {"v.mov", "", 4.0 / 1023},         {"v.mp4", "", 6.0 / 255}};
    static const char *const encodings[] = {"linear", "inverse", "log"};
    struct fth_error error = {0};
    char kept[256];
    const char *z = keep_path(kept, "ramp.exr");
    FTH_REQUIRE_OK(write_z(z, ramp, &error), error);
    for (size_t i = 0; i < FTH_ARRAY_COUNT(files) * FTH_ARRAY_COUNT(encodings); i++) {
        struct bench bench = {0};
        const char *path = fth_test_path(files[i / 3].file);
        char settings[40];
        snprintf(settings, sizeof(settings), "encoding=%s", encodings[i % 3]);
        if (encode(&bench, z, "near=2 far=20", settings, path, files[i / 3].writing) != FTH_OK) {
            fth_test_fail(__FILE__, __LINE__, "%s: %s", path, bench.error.message);
            continue;
        }
        struct fth_image *back = render_file(&bench, "depth_read", path, "");
        FTH_REQUIRE(back);
        FTH_CHECK_NEAR(back->near_m, 2, 1e-12);
        FTH_CHECK_NEAR(back->far_m, 20, 1e-9);
        for (int x = 0; x < WIDTH; x += 5) {
            double there = ramp(x);
            double slope = i % 3 == 0   ? 18
                           : i % 3 == 2 ? there * log(10)
                                        : there * there * (1 / 2.0 - 1 / 20.0);
            /* twice: the slope is steeper a code away; and a float's rounding of 1 / Z */
            double bound = 2 * slope * files[i / 3].relative + 2e-7 * there * there * 10;
            if (!(fabs(metres(back, x) - there) <= bound))
                fth_test_fail(__FILE__, __LINE__, "%s %s: %g m became %g m", files[i / 3].file,
                              encodings[i % 3], there, metres(back, x));
        }
        fth_image_unref(&back);
    }
    struct bench again = {0};
    FTH_CHECK(unlink(fth_test_path("v.pfm")) == 0); /* its range is still there */
    FTH_CHECK_INT(encode(&again, z, "near=2 far=20", "encoding=log", fth_test_path("v.pfm"),
                         "overwrite=false"), FTH_ERR_EXISTS);
    FTH_CHECK(!fth_file_exists(fth_test_path("v.pfm")));
    /* a file beside another is not left to speak for the next one */
    struct bench bench = {0};
    FTH_CHECK(fth_file_exists(fth_test_path("v.pfm.json")));
    FTH_CHECK_INT(encode(&bench, z, "meaning=normalised channel=Z", "encoding=disparity",
                         fth_test_path("v.pfm"), ""), FTH_OK);
    FTH_CHECK(!fth_file_exists(fth_test_path("v.pfm.json")));
}

/* Relative depth has no metres unless somebody gives them, and then says whose they are. */
FTH_TEST(relative_depth_never_pretends)
{
    struct fth_error error = {0};
    struct bench bench = {0};
    char kept[2][256];
    const char *z = keep_path(kept[0], "ramp.exr"), *path = keep_path(kept[1], "r.exr");
    FTH_REQUIRE_OK(write_z(z, ramp, &error), error);
    static const char *const relative = "meaning=disparity channel=Z";
    FTH_CHECK_INT(encode(&bench, z, relative, "encoding=linear", path, ""), FTH_ERR_USAGE);
    FTH_CHECK_INT(encode(&bench, z, relative, "encoding=log near_m=3", path, ""), FTH_ERR_USAGE);
    FTH_CHECK(!fth_file_exists(path));
    FTH_CHECK_INT(encode(&bench, z, relative, "encoding=disparity", path, ""), FTH_OK);
    struct fth_image *back = render_file(&bench, "depth_read", path, "");
    FTH_REQUIRE(back);
    FTH_CHECK(back->near_m == 0 && back->far_m == 0);
    fth_image_unref(&back);
    FTH_CHECK_INT(encode(&bench, z, relative, "encoding=inverse near_m=3 far_m=9", path, ""),
                  FTH_OK);
    back = render_file(&bench, "depth_read", path, "");
    FTH_REQUIRE(back);
    FTH_CHECK(back->range_is_given);
    FTH_CHECK_NEAR(back->near_m, 3, 1e-12);
    fth_image_unref(&back);
    /* Z is metres: they are nobody's word */
    FTH_CHECK_INT(encode(&bench, z, "near=2 far=20", "encoding=log", path, ""), FTH_OK);
    back = render_file(&bench, "depth_read", path, "near=4 far=10");
    FTH_REQUIRE(back);
    FTH_CHECK(!back->range_is_given);
    FTH_CHECK_NEAR(back->near_m, 4, 1e-12);
    FTH_CHECK_NEAR(metres(back, 100), ramp(100), 2e-4); /* another range, the same metres */
    fth_image_unref(&back);
}

/* A range asked for that is not the picture's own changes the codes and not the metres. */
FTH_TEST(another_range_keeps_the_metres)
{
    static const char *const encodings[] = {"linear", "inverse", "log"};
    struct fth_error error = {0};
    char kept[2][256];
    const char *z = keep_path(kept[0], "ramp.exr"), *path = keep_path(kept[1], "o.exr");
    FTH_REQUIRE_OK(write_z(z, ramp, &error), error);
    for (size_t i = 0; i < FTH_ARRAY_COUNT(encodings); i++) {
        struct bench bench = {0};
        char settings[60];
        snprintf(settings, sizeof(settings), "encoding=%s near_m=1 far_m=50", encodings[i]);
        FTH_REQUIRE(encode(&bench, z, "near=2 far=20", settings, path, "bits=float") == FTH_OK);
        struct fth_image *back = render_file(&bench, "depth_read", path, "");
        FTH_REQUIRE(back);
        FTH_CHECK_NEAR(back->near_m, 1, 1e-12);
        FTH_CHECK_NEAR(back->far_m, 50, 1e-9);
        for (int x = 0; x < WIDTH; x += 17) /* a float's rounding of 1 / Z of 1, at 20 m */
            FTH_CHECK_NEAR(metres(back, x), ramp(x), 4e-4);
        fth_image_unref(&back);
    }
}
