/* SPDX-License-Identifier: Apache-2.0 */
/* Media In: in and out points, what is outside them, what alpha is taken for, and the parts and
 * layers of an EXR by name. */
#include <stdio.h>

#include "bench.h"
#include "check.h"
#include "io/media.h"

/* Five frames of a moving scene, 11 to 15, as one file each. */
static bool write_clip(const char *path, const char *settings)
{
    struct bench b;
    struct fth_writer_spec spec = {.format = {.width = 48, .height = 40}, .alpha = true,
                                   .bits = FTH_BITS_FLOAT};
    bool good = bench_open(&b, bench_catalogue(), NULL) &&
                bench_add(&b, "s", "test_scene", settings, "") &&
                bench_write(&b, "s", path, &spec, 1, 5, 11);
    if (!good)
        fth_test_fail(__FILE__, __LINE__, "%s", b.error.message);
    bench_close(&b);
    return good;
}

/* The frame of the clip that media_in shows at `frame`; 0: black; -1: none, -2: an unknown one. */
static int64_t shown(const char *path, const char *settings, int64_t frame, struct fth_error *error)
{
    struct bench b;
    int64_t found = -1;
    bool good = bench_open(&b, bench_catalogue(), NULL) &&
                bench_add(&b, "in", "media_in", settings, "") &&
                bench_set(&b, "in", "file", path) && bench_add(&b, "all", "media_in", "", "") &&
                bench_set(&b, "all", "file", path);
    struct fth_image *image = good ? bench_render(&b, "in", frame) : NULL;
    *error = b.error;
    for (int64_t at = 11; at <= 15 && image && found < 0; at++) {
        struct fth_image *own = bench_render(&b, "all", at);
        if (bench_equal(own, image))
            found = at;
        fth_image_unref(&own);
    }
    if (image && found < 0)
        found = fth_rect_empty(image->domain) ? 0 : -2;
    fth_image_unref(&image);
    bench_close(&b);
    return found;
}

FTH_TEST(in_and_out_points_say_which_frames_there_are)
{
    static const struct {
        const char *settings;
        int64_t frame, shows;
    } cases[] = {
        {"", 11, 11}, {"", 16, -1}, {"", 10, -1},
        {"first=12 last=14", 12, 12}, {"first=12 last=14", 11, -1}, {"first=12 last=14", 15, -1},
        {"first=13 outside=hold", 5, 13}, {"last=13 outside=hold", 99, 13},
        {"first=12 last=14 outside=loop", 15, 12}, {"first=12 last=14 outside=loop", 11, 14},
        {"first=12 last=14 outside=loop", 6, 12}, {"first=12 last=14 outside=loop", 14, 14},
        {"first=12 last=14 outside=black", 15, 0}, {"first=12 last=14 outside=black", 13, 13},
        {"first=14 last=12", 13, -1}, {"first=2", 12, -1}, {"last=40", 12, -1},
    };
    struct fth_error error;
    const char *path = fth_test_path("clip.####.exr");
    FTH_REQUIRE(write_clip(path, "moving=1"));
    for (size_t i = 0; i < FTH_ARRAY_COUNT(cases); i++) {
        int64_t shows = shown(path, cases[i].settings, cases[i].frame, &error);
        if (shows != cases[i].shows)
            fth_test_fail(__FILE__, __LINE__, "%s: frame %d shows %d, not %d: %s",
                          cases[i].settings, (int)cases[i].frame, (int)shows,
                          (int)cases[i].shows, error.message);
    }
    (void)shown(path, "first=12 last=14", 15, &error);
    FTH_CHECK(strstr(error.message, "no frame 15, only 12 to 14") != NULL);
    (void)shown(path, "last=40", 12, &error);
    FTH_CHECK(strstr(error.message, "11 to 40, are not within its frames, 11 to 15") != NULL);
}

FTH_TEST(points_are_what_a_job_takes)
{
    struct bench b;
    struct fth_info info;
    const char *path = fth_test_path("clip.####.exr");
    FTH_REQUIRE(write_clip(path, "moving=1"));
    FTH_REQUIRE(bench_open(&b, bench_catalogue(), NULL) &&
                bench_add(&b, "in", "media_in", "first=12 last=13 outside=loop", "") &&
                bench_set(&b, "in", "file", path));
    FTH_REQUIRE_OK(fth_engine_info(b.engine, b.graph, 0, 12, &info, &b.error), b.error);
    FTH_CHECK_INT(info.first_frame, 12);
    FTH_CHECK_INT(info.last_frame, 13);
    /* one content, one key, wherever it stands */
    struct fth_key keys[3];
    for (int i = 0; i < 3; i++)
        FTH_REQUIRE_OK(fth_engine_key(b.engine, b.graph, 0, 12 + i, &keys[i], &b.error), b.error);
    FTH_CHECK(fth_key_equal(keys[0], keys[2]) && !fth_key_equal(keys[0], keys[1]));
    bench_close(&b);
}

FTH_TEST(alpha_is_what_it_is_said_to_be)
{
    static const struct {
        const char *settings;
        bool premultiplied, has_alpha;
    } cases[] = {{"", true, true},
                 {"alpha=premultiplied", true, true},
                 {"alpha=straight", false, true},
                 {"alpha=ignore", true, false}};
    const char *path = fth_test_path("clip.####.exr");
    FTH_REQUIRE(write_clip(path, "kind=cutout"));
    for (size_t i = 0; i < FTH_ARRAY_COUNT(cases); i++) {
        struct bench b;
        struct fth_info info = {0};
        FTH_REQUIRE(bench_open(&b, bench_catalogue(), NULL) &&
                    bench_add(&b, "in", "media_in", cases[i].settings, "") &&
                    bench_set(&b, "in", "file", path));
        struct fth_image *image = bench_render(&b, "in", 12);
        FTH_REQUIRE(image && fth_engine_info(b.engine, b.graph, 0, 12, &info, &b.error) == FTH_OK);
        FTH_CHECK(image->premultiplied == cases[i].premultiplied);
        FTH_CHECK(info.premultiplied == cases[i].premultiplied);
        FTH_CHECK((fth_image_plane(image, "A") != NULL) == cases[i].has_alpha);
        FTH_CHECK(info.has_alpha == cases[i].has_alpha);
        fth_image_unref(&image);
        bench_close(&b);
    }
}

/* R G B, diffuse.red green blue alpha, deep.key.R and depth.Z, with constants for values, in one
 * part or in one a layer. */
static bool write_layers(const char *path, bool split)
{
    static const struct {
        const char *name;
        float value;
    } channels[] = {{"R", 1}, {"G", 2}, {"B", 3}, {"diffuse.red", 4}, {"diffuse.green", 5},
                    {"diffuse.blue", 6}, {"diffuse.alpha", 1}, {"deep.key.R", 7}, {"depth.Z", 8}};
    struct fth_format format = {.width = 8, .height = 6};
    struct fth_writer_spec spec = {.format = format, .bits = FTH_BITS_FLOAT, .split = split};
    struct fth_writer *writer = NULL;
    struct fth_image *image = NULL;
    struct fth_error error = {0};
    bool good = fth_image_new(format, fth_format_rect(format), &image, &error) == FTH_OK;
    for (size_t i = 0; i < FTH_ARRAY_COUNT(channels) && good; i++) {
        struct fth_plane *plane = NULL;
        good = fth_image_add(image, channels[i].name, NULL, image->domain, &plane, &error) ==
               FTH_OK;
        if (good)
            fth_plane_fill(plane, channels[i].value);
    }
    good = good && fth_writer_open(path, &spec, &writer, &error) == FTH_OK &&
           fth_writer_frame(writer, 1, image, &error) == FTH_OK &&
           fth_writer_finish(&writer, &error) == FTH_OK;
    if (!good)
        fth_test_fail(__FILE__, __LINE__, "%s", error.message);
    fth_writer_abort(&writer);
    fth_image_unref(&image);
    return good;
}

/* "R=1 G=2 ..." of what media_in shows, or the error. */
static const char *described(const char *path, const char *settings)
{
    static char words[2048];
    struct bench b;
    bool good = bench_open(&b, bench_catalogue(), NULL) &&
                bench_add(&b, "in", "media_in", settings, "") && bench_set(&b, "in", "file", path);
    struct fth_image *image = good ? bench_render(&b, "in", 1) : NULL;
    snprintf(words, sizeof(words), "%s", image ? "" : b.error.message);
    for (int i = 0; image && i < image->channel_count; i++) {
        size_t length = strlen(words);
        snprintf(words + length, sizeof(words) - length, "%s%s=%g", i ? " " : "",
                 image->channels[i].name,
                 (double)bench_pixel(image, image->channels[i].name, 3, 2));
    }
    fth_image_unref(&image);
    bench_close(&b);
    return words;
}

FTH_TEST(layers_are_chosen_by_name)
{
    const char *path = fth_test_path("layers.exr");
    FTH_REQUIRE(write_layers(path, false));
    FTH_CHECK(strstr(described(path, ""), "R=1 G=2 B=3") != NULL);
    FTH_CHECK(strstr(described(path, ""), "diffuse.red=4") != NULL);
    FTH_CHECK_TEXT(described(path, "layer=diffuse"), "A=1 B=6 G=5 R=4");
    FTH_CHECK_TEXT(described(path, "layer=diffuse alpha=ignore"), "B=6 G=5 R=4");
    FTH_CHECK_TEXT(described(path, "layer=deep.key"), "R=7");
    FTH_CHECK_TEXT(described(path, "layer=depth"), "Z=8");
    FTH_CHECK(strstr(described(path, "layer=difuse"), "did you mean 'diffuse'?") != NULL);
    FTH_CHECK(strstr(described(path, "layer=xyzzy"), "it has deep.key, depth, diffuse") != NULL);
    FTH_CHECK(strstr(described(path, "part=depth"), "there is no part 'depth'; it has none") !=
              NULL);
}

FTH_TEST(parts_are_chosen_by_name)
{
    const char *path = fth_test_path("parts.exr");
    FTH_REQUIRE(write_layers(path, true));
    FTH_CHECK_TEXT(described(path, "part=diffuse"), "A=1 B=6 G=5 R=4");
    FTH_CHECK_TEXT(described(path, "part=depth"), "Z=8");
    FTH_CHECK(strstr(described(path, "part=dept"), "did you mean 'depth'?") != NULL);
}
