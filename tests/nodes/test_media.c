/* SPDX-License-Identifier: Apache-2.0 */
/* Media In, Media Out and Depth Read with files of the tests' own. */
#include <math.h>
#include <stdio.h>

#include "base/file.h"
#include "bench.h"
#include "check.h"
#include "io/media.h"

/* Writes frames 1..last of a scene through media_out. */
static enum fth_status write_scene(struct bench *bench, const char *scene, const char *settings,
                                   const char *path, int64_t last)
{
    struct fth_job job = {.first_frame = 1, .last_frame = last};
    bool good = bench_open(bench, bench_catalogue(), NULL) &&
                bench_add(bench, "scene", "test_scene", scene, "") &&
                bench_add(bench, "out", "media_out", settings, "input=scene") &&
                bench_set(bench, "out", "file", path);
    enum fth_status status = bench->error.status;
    if (good)
        status = fth_engine_run(bench->engine, bench->graph, fth_graph_find(bench->graph, "out"),
                                &job, &bench->error);
    bench_close(bench);
    return status;
}

/* Frame `frame` of a file through `node`; NULL with bench->error. */
static struct fth_image *read_file(struct bench *bench, const char *node, const char *path,
                                   const char *settings, int64_t frame, int scale)
{
    struct fth_engine_options options = {.thread_count = 1, .scale_denominator = scale};
    struct fth_image *image = NULL;
    if (bench_open(bench, bench_catalogue(), &options) &&
        bench_add(bench, "in", node, settings, "") && bench_set(bench, "in", "file", path))
        image = bench_render(bench, "in", frame);
    bench_close(bench);
    return image;
}

static struct fth_image *scene_of(const char *settings, int64_t frame)
{
    struct bench bench;
    struct fth_image *image = NULL;
    if (bench_open(&bench, bench_catalogue(), NULL) &&
        bench_add(&bench, "s", "test_scene", settings, ""))
        image = bench_render(&bench, "s", frame);
    bench_close(&bench);
    return image;
}

FTH_TEST(what_is_written_is_read)
{
    static const struct {
        const char *name, *settings, *scene;
        double tolerance;
    } cases[] = {
        {"a.png", "", "kind=photo", 0.6 / 65535},             /* rounding to 16 bits */
        {"b.png", "bits=8", "kind=photo", 0.6 / 255},         /* and to 8 */
        {"c.exr", "bits=float", "kind=cutout", 0},            /* as it is */
        {"d.exr", "", "kind=cutout", 1.0 / 2048},             /* half: 11 bits of 1 */
        {"e.png", "", "kind=straight", 0.6 / 65535},
    };
    for (size_t i = 0; i < FTH_ARRAY_COUNT(cases); i++) {
        struct bench bench = {0};
        const char *path = fth_test_path(cases[i].name);
        if (write_scene(&bench, cases[i].scene, cases[i].settings, path, 1) != FTH_OK)
            fth_test_fail(__FILE__, __LINE__, "%s: %s", cases[i].name, bench.error.message);
        struct fth_image *read = read_file(&bench, "media_in", path, "", 1, 1);
        struct fth_image *scene = scene_of(cases[i].scene, 1);
        FTH_REQUIRE(read && scene);
        FTH_CHECK(read->premultiplied == scene->premultiplied);
        FTH_CHECK_NEAR(bench_difference(read, scene, "G"), 0, cases[i].tolerance);
        if (fth_image_plane(scene, "A"))
            FTH_CHECK_NEAR(bench_difference(read, scene, "A"), 0, cases[i].tolerance);
        fth_image_unref(&read);
        fth_image_unref(&scene);
    }
}

FTH_TEST(sequences_have_their_own_numbers)
{
    struct bench bench = {0};
    const char *path = fth_test_path("shot.####.exr");
    FTH_REQUIRE(write_scene(&bench, "kind=z", "", path, 3) == FTH_OK);
    struct fth_image *third = read_file(&bench, "media_in", path, "", 3, 1);
    struct fth_image *scene = scene_of("kind=z", 3);
    FTH_REQUIRE(third && scene);
    FTH_CHECK_NEAR(bench_difference(third, scene, "Z"), 0, 0); /* other channels are float */
    FTH_CHECK(third->depth == FTH_DEPTH_METRIC_Z);
    fth_image_unref(&third);
    fth_image_unref(&scene);
    FTH_CHECK(!read_file(&bench, "media_in", path, "", 9, 1));
    FTH_CHECK(strstr(bench.error.message, "1 to 3") != NULL);
}

FTH_TEST(a_still_is_there_at_every_frame)
{
    struct bench bench = {0};
    const char *path = fth_test_path("still.png");
    FTH_REQUIRE(write_scene(&bench, "", "", path, 1) == FTH_OK);
    struct fth_image *first = read_file(&bench, "media_in", path, "", 1, 1);
    struct fth_image *later = read_file(&bench, "media_in", path, "", 77, 1);
    FTH_CHECK(first && bench_equal(first, later));
    fth_image_unref(&first);
    fth_image_unref(&later);
}

/* A reduced picture is the mean of what it stands for; colours are weighed by their alpha. */
FTH_TEST(half_size_is_a_mean)
{
    struct bench bench = {0};
    const char *path = fth_test_path("half.exr"), *straight = fth_test_path("half.png");
    FTH_REQUIRE(write_scene(&bench, "kind=z width=47 height=39", "bits=float", path, 1) == FTH_OK);
    FTH_REQUIRE(write_scene(&bench, "kind=straight", "", straight, 1) == FTH_OK);
    struct fth_image *half = read_file(&bench, "media_in", path, "", 1, 2);
    struct fth_image *whole = read_file(&bench, "media_in", path, "", 1, 1);
    FTH_REQUIRE(half && whole);
    FTH_CHECK(half->format.width == 24 && half->format.height == 20);
    fth_image_unref(&half);
    fth_image_unref(&whole);
    half = read_file(&bench, "media_in", straight, "", 1, 2);
    whole = read_file(&bench, "media_in", straight, "", 1, 1);
    FTH_REQUIRE(half && whole);
    for (int32_t x = 0; x < 24; x++) {
        double a = 0, c = 0;
        for (int i = 0; i < 4; i++) {
            float alpha = bench_pixel(whole, "A", 2 * x + i % 2, 20 + i / 2);
            a += alpha / 4;
            c += alpha * bench_pixel(whole, "R", 2 * x + i % 2, 20 + i / 2) / 4;
        }
        FTH_CHECK_NEAR(bench_pixel(half, "A", x, 10), a, 1e-6);
        FTH_CHECK_NEAR(bench_pixel(half, "R", x, 10) * bench_pixel(half, "A", x, 10), c, 1e-6);
    }
    fth_image_unref(&half);
    fth_image_unref(&whole);
}

FTH_TEST(nothing_is_overwritten_unasked)
{
    struct bench bench = {0};
    const char *path = fth_test_path("mine.png");
    FTH_REQUIRE(write_scene(&bench, "", "", path, 1) == FTH_OK);
    FTH_CHECK_INT(write_scene(&bench, "seed=3", "", path, 1), FTH_ERR_EXISTS);
    FTH_CHECK_INT(write_scene(&bench, "seed=3", "overwrite=true", path, 1), FTH_OK);
}

FTH_TEST(a_missing_file_says_which)
{
    struct bench bench = {0};
    FTH_CHECK(!read_file(&bench, "media_in", "/nowhere/clip.mov", "", 1, 1));
    FTH_CHECK(strstr(bench.error.message, "/nowhere/clip.mov") != NULL);
    FTH_CHECK(!read_file(&bench, "depth_read", "/nowhere/z.exr", "", 1, 1));
    FTH_CHECK_INT(bench.error.status, FTH_ERR_NOT_FOUND);
}

/* 6.0: percentiles over the shot, not of one frame: the shot moves away from 1.1 to 1.4 times. */
FTH_TEST(z_gets_one_scale_for_the_shot)
{
    struct bench bench = {0};
    const char *path = fth_test_path("z.####.exr");
    FTH_REQUIRE(write_scene(&bench, "kind=far", "", path, 4) == FTH_OK);
    struct fth_image *map[4];
    double disparity[4];
    for (int64_t frame = 1; frame <= 4; frame++) {
        map[frame - 1] = read_file(&bench, "depth_read", path, "", frame, 1);
        FTH_REQUIRE(map[frame - 1]);
        disparity[frame - 1] = bench_pixel(map[frame - 1], "disparity", 24, 20);
    }
    /* 1 / Z of the disc is .7 / 1.1, .7 / 1.2 ... : one line through all frames */
    double slope = (disparity[0] - disparity[3]) / (0.7 / 1.1 - 0.7 / 1.4);
    for (int i = 1; i < 3; i++)
        FTH_CHECK_NEAR(disparity[i], disparity[3] + slope * (0.7 / (1.1 + 0.1 * i) - 0.5), 1e-5);
    FTH_CHECK_NEAR(disparity[0], 1, 0.02); /* the disc of the first frame is the nearest part */
    FTH_CHECK(map[0]->depth == FTH_DEPTH_RELATIVE_INVERSE && map[0]->far_m > map[0]->near_m);
    for (int i = 0; i < 4; i++)
        fth_image_unref(&map[i]);
    /* named distances are exact: 1 / Z from 1 / 10 to 1 / 1 */
    map[0] = read_file(&bench, "depth_read", path, "near=1 far=10", 1, 1);
    FTH_REQUIRE(map[0]);
    FTH_CHECK_NEAR(bench_pixel(map[0], "R", 24, 20), (0.7 / 1.1 - 0.1) / 0.9, 1e-6);
    fth_image_unref(&map[0]);
    FTH_CHECK(!read_file(&bench, "depth_read", path, "near=5 far=2", 1, 1));
    FTH_CHECK_INT(bench.error.status, FTH_ERR_USAGE);
    FTH_CHECK(!read_file(&bench, "depth_read", path, "channel=nope", 1, 1));
    FTH_CHECK(strstr(bench.error.message, "nope") != NULL);
}

/* The preview of Depth Map as EXR is a bundle: read again it lifts people as before. */
FTH_TEST(a_written_map_is_a_bundle)
{
    struct bench bench;
    struct fth_job job = {.first_frame = 1, .last_frame = 1};
    const char *path = fth_test_path("bundle.exr");
    FTH_REQUIRE(bench_open(&bench, bench_catalogue(), NULL) &&
                bench_add(&bench, "clip", "test_scene", "", "") &&
                bench_add(&bench, "deep", "test_scene", "kind=depth", "") &&
                bench_add(&bench, "map", "depth_map", "", "input=clip depth=deep") &&
                bench_add(&bench, "out", "media_out", "", "input=map") &&
                bench_set(&bench, "out", "file", path));
    FTH_REQUIRE_OK(fth_engine_run(bench.engine, bench.graph, fth_graph_find(bench.graph, "out"),
                                  &job, &bench.error), bench.error);
    FTH_REQUIRE(bench_add(&bench, "read", "depth_read", "", "") &&
                bench_set(&bench, "read", "file", path) &&
                bench_add(&bench, "lifted", "depth_map", "subject_lift=1",
                          "input=clip depth=deep") &&
                bench_add(&bench, "again", "depth_map", "subject_lift=1", "input=clip depth=read"));
    struct fth_image *lifted = bench_render(&bench, "lifted", 1);
    struct fth_image *again = bench_render(&bench, "again", 1);
    FTH_REQUIRE(lifted && again);
    FTH_CHECK_NEAR(bench_difference(lifted, again, "R"), 0, 0); /* maps are float in the file */
    FTH_CHECK(bench_pixel(again, "R", 24, 20) > 0.9);
    fth_image_unref(&lifted);
    fth_image_unref(&again);
    bench_close(&bench);
}

FTH_TEST(a_still_beside_a_clip_is_decoded_once)
{
    struct bench bench = {0};
    struct fth_job job = {.first_frame = 1, .last_frame = 20};
    static const char *const nodes[][2] = {{"media_in", "key.png"}, {"depth_read", "key.png"}};
    FTH_REQUIRE(write_scene(&bench, "kind=photo", "", fth_test_path("key.png"), 1) == FTH_OK);
    for (size_t i = 0; i < FTH_ARRAY_COUNT(nodes); i++) {
        char out[32];
        snprintf(out, sizeof(out), "keyed%d.####.pfm", (int)i);
        FTH_REQUIRE(bench_open(&bench, bench_catalogue(), NULL) &&
                    bench_add(&bench, "clip", "test_scene", "kind=photo", "") &&
                    bench_add(&bench, "key", nodes[i][0], "", "") &&
                    bench_set(&bench, "key", "file", fth_test_path(nodes[i][1])) &&
                    bench_add(&bench, "grade", "grade", "", "input=clip effect_mask=key") &&
                    bench_set(&bench, "grade", "gain", "0.5") &&
                    bench_add(&bench, "out", "media_out", "", "input=grade") &&
                    bench_set(&bench, "out", "file", fth_test_path(out)));
        FTH_REQUIRE_OK(fth_engine_run(bench.engine, bench.graph,
                                      fth_graph_find(bench.graph, "out"), &job, &bench.error),
                       bench.error);
        FTH_CHECK_INT(fth_engine_stats(bench.engine).source_frames, 20 + 1);
        bench_close(&bench);
    }
}

/* A file in the way, an unknown ending and a folder that is not there are told before any frame is
 * made. */
FTH_TEST(what_cannot_be_written_is_told_before_the_work)
{
    struct bench bench = {0};
    struct fth_job job = {.first_frame = 1, .last_frame = 20};
    static const struct {
        const char *path;
        enum fth_status status;
    } cases[] = {
        {"there.png", FTH_ERR_EXISTS},
        {"there.####.pfm", FTH_ERR_EXISTS},
        {"name.docx", FTH_ERR_UNSUPPORTED},
        {"nowhere/at/all.png", FTH_ERR_NOT_FOUND},
    };
    FTH_REQUIRE(write_scene(&bench, "kind=photo", "", fth_test_path("there.png"), 1) == FTH_OK);
    FTH_REQUIRE(write_scene(&bench, "kind=photo", "", fth_test_path("there.####.pfm"), 1) ==
                FTH_OK);
    for (size_t i = 0; i < FTH_ARRAY_COUNT(cases); i++) {
        FTH_REQUIRE(bench_open(&bench, bench_catalogue(), NULL) &&
                    bench_add(&bench, "clip", "test_scene", "kind=photo", "") &&
                    bench_add(&bench, "out", "media_out", "", "input=clip") &&
                    bench_set(&bench, "out", "file", fth_test_path(cases[i].path)));
        FTH_CHECK_INT(fth_engine_run(bench.engine, bench.graph,
                                     fth_graph_find(bench.graph, "out"), &job, &bench.error),
                      cases[i].status);
        FTH_CHECK_TEXT(bench.error.node, "out");
        FTH_CHECK_INT(fth_engine_stats(bench.engine).source_frames, 0);
        bench_close(&bench);
    }
}

/* ---- what videos say of themselves ----------------------------------------------------------- */

static bool write_hlg(const char *path, const struct fth_timeline *timeline)
{
    struct fth_error error;
    struct fth_image *image = scene_of("kind=photo width=64 height=48", 1);
    struct fth_writer *writer = NULL;
    struct fth_writer_spec spec = {.format = {64, 48, 1}, .codec = FTH_CODEC_HEVC, .rate = {25, 1}};
    spec.footage = (struct fth_footage){{9, FTH_TRANSFER_HLG, 9, FTH_RANGE_LIMITED}, timeline,
                                        "01:00:00:00"};
    bool good = image && fth_writer_open(path, &spec, &writer, &error) == FTH_OK;
    for (int64_t frame = 1; frame <= 6 && good; frame++)
        good = fth_writer_frame(writer, frame, image, &error) == FTH_OK;
    good = good && fth_writer_finish(&writer, &error) == FTH_OK;
    fth_writer_abort(&writer);
    fth_image_unref(&image);
    return good;
}

/* Frames 3 to 6 of `in` through a node into `out`; what the file says then. */
static struct fth_media_info graded(const char *in, const char *node, const char *settings,
                                    const char *out, int64_t times[5])
{
    struct bench bench;
    struct fth_job job = {.first_frame = 3, .last_frame = 6};
    struct fth_reader *reader = NULL;
    struct fth_media_info info = {0};
    bool good = bench_open(&bench, bench_catalogue(), NULL) &&
                bench_add(&bench, "in", "media_in", "", "") &&
                bench_set(&bench, "in", "file", in) &&
                bench_add(&bench, "deep", "test_scene", "kind=depth width=64 height=48", "") &&
                bench_add(&bench, "node", node, settings,
                          strcmp(node, "grade") ? "input=in depth=deep" : "input=in") &&
                bench_add(&bench, "out", "media_out", "codec=hevc", "input=node") &&
                bench_set(&bench, "out", "file", out) &&
                fth_engine_run(bench.engine, bench.graph, fth_graph_find(bench.graph, "out"), &job,
                               &bench.error) == FTH_OK &&
                fth_reader_open(out, NULL, &reader, &bench.error) == FTH_OK;
    if (!good)
        fth_test_fail(__FILE__, __LINE__, "%s", bench.error.message);
    bench_close(&bench);
    if (good)
        info = *fth_reader_info(reader);
    const struct fth_timeline *t = info.footage.timeline;
    for (int i = 0; i < 4; i++)
        times[i] = t ? t->times[i] * 1000 * t->unit_num / t->unit_den : -1;
    info.footage.timeline = NULL;
    fth_reader_close(&reader);
    return info;
}

FTH_TEST(footage_says_of_itself_what_it_said)
{
    static const int64_t uneven[] = {0, 40, 100, 110, 300, 310, 350};
    const struct fth_timeline timeline = {1, 6, uneven, 1, 1000};
    const char *in = fth_test_path("hlg.mp4");
    int64_t times[5];
    FTH_REQUIRE(write_hlg(in, &timeline));
    struct fth_media_info info = graded(in, "grade", "gain=0.8", fth_test_path("out.mp4"), times);
    FTH_CHECK_TEXT(info.transfer, "arib-std-b67");
    FTH_CHECK_TEXT(info.primaries, "bt2020");
    FTH_CHECK_TEXT(info.matrix, "bt2020nc");
    FTH_CHECK_TEXT(info.range, "tv");
    FTH_CHECK_INT(info.bits, 10);
    FTH_CHECK_TEXT(info.footage.timecode, "01:00:00:02");
    for (int i = 0; i < 4; i++)
        FTH_CHECK_INT(times[i], uneven[i + 2] - uneven[2]);
    /* a map is not the footage's colours; its times and time code are the footage's */
    info = graded(in, "depth_map", "", fth_test_path("map.mp4"), times);
    FTH_CHECK_TEXT(info.transfer, "bt709");
    FTH_CHECK_TEXT(info.footage.timecode, "01:00:00:02");
    FTH_CHECK_INT(times[3], 210);
    /* a matte is the footage with transparency */
    info = graded(in, "depth_map", "preview=false", fth_test_path("matte.mp4"), times);
    FTH_CHECK_TEXT(info.transfer, "arib-std-b67");
}
