/* SPDX-License-Identifier: Apache-2.0 */
/* Nodes that look at many frames: of a clip, which are kept as the file has them and made into
 * pixels when they are looked at, the same comes out as of pictures; and each is read once. */
#include <stdio.h>

#include "base/json.h"
#include "bench.h"
#include "check.h"
#include "image/origin.h"
#include "io/media.h"

enum { WIDTH = 160, HEIGHT = 120, FRAMES = 32 };

/* A scene that moves and flickers a little, as H.264. */
static bool write_clip(const char *path)
{
    struct bench b;
    struct fth_writer_spec spec = {.format = {WIDTH, HEIGHT, 1}};
    bool good = bench_open(&b, bench_catalogue(), NULL) &&
                bench_add(&b, "s", "test_scene", "width=160 height=120 moving=1", "") &&
                bench_add(&b, "g", "grain", "amount=20", "input=s") &&
                bench_write(&b, "g", path, &spec, 1, FRAMES, 1);
    if (!good)
        fth_test_fail(__FILE__, __LINE__, "%s", b.error.message);
    bench_close(&b);
    return good;
}

/* Runs frames 5 to 14 of the clip through a node into a place of test_keep, directly or by way of a
 * node that makes pictures of it. Returns how many frames were read, -1: it failed. */
static int64_t run(const char *path, const char *node, const char *settings, int place, bool fenced,
                   const struct fth_engine_options *options)
{
    struct bench b;
    struct fth_job job = {.first_frame = 5, .last_frame = 14};
    int64_t read = -1;
    bool good = bench_open(&b, bench_catalogue(), options) &&
                bench_add(&b, "clip", "media_in", "", "") && bench_set(&b, "clip", "file", path) &&
                bench_add(&b, "fence", "test_fence", "", "input=clip") &&
                bench_add(&b, "node", node, settings, fenced ? "input=fence" : "input=clip") &&
                bench_add(&b, "out", "test_keep", place ? "place=1" : "place=0", "input=node") &&
                fth_engine_run(b.engine, b.graph, fth_graph_find(b.graph, "out"), &job,
                               &b.error) == FTH_OK;
    if (good)
        read = (int64_t)fth_engine_stats(b.engine).source_frames;
    else
        fth_test_fail(__FILE__, __LINE__, "%s %s: %s", node, settings, b.error.message);
    bench_close(&b);
    return read;
}

static const struct {
    const char *node, *settings;
    int64_t frames; /* that are looked at in all */
} looks[] = {
    {"denoise", "", 24},                                  /* 1 to 24 */
    {"denoise", "quality=faster frames_before=8 frames_after=8", 32},
    {"denoise", "clipping_mode=domain frames_after=0", 14},
    {"deflicker", "frames_around=4", 18},
    {"deflicker", "area=local", 23},
    {"clean_plate", "", 15 + 5}, /* and five of the ten that are not among those */
};

FTH_TEST(frames_of_a_clip_are_looked_at_as_pictures_are)
{
    const char *path = fth_test_path("clip.mp4");
    FTH_REQUIRE(write_clip(path));
    for (size_t i = 0; i < FTH_ARRAY_COUNT(looks); i++) {
        FTH_REQUIRE(run(path, looks[i].node, looks[i].settings, 0, false, NULL) > 0);
        FTH_REQUIRE(run(path, looks[i].node, looks[i].settings, 1, true, NULL) > 0);
        for (int64_t frame = 5; frame <= 14; frame++)
            if (!bench_equal(bench_kept(0, frame), bench_kept(1, frame)))
                fth_test_fail(__FILE__, __LINE__, "%s %s: frame %d differs", looks[i].node,
                              looks[i].settings, (int)frame);
        bench_forget();
    }
}

/* Whatever lies between two looks at a frame. */
FTH_TEST(each_frame_of_a_clip_is_read_once)
{
    const char *path = fth_test_path("clip.mp4");
    FTH_REQUIRE(write_clip(path));
    for (size_t i = 0; i < FTH_ARRAY_COUNT(looks); i++) {
        int64_t direct = run(path, looks[i].node, looks[i].settings, 0, false, NULL);
        int64_t fenced = run(path, looks[i].node, looks[i].settings, 0, true, NULL);
        if (direct != looks[i].frames || fenced != direct)
            fth_test_fail(__FILE__, __LINE__, "%s %s: %d frames are read, %d as pictures, not %d",
                          looks[i].node, looks[i].settings, (int)direct, (int)fenced,
                          (int)looks[i].frames);
        bench_forget();
    }
}

/* And are what they were, until another plane is put in. */
FTH_TEST(frames_of_a_clip_take_less_than_their_pixels)
{
    struct fth_error error;
    struct fth_reader *reader = NULL;
    struct fth_image *image = NULL, *bare = NULL, *changed = NULL;
    const char *path = fth_test_path("clip.mp4");
    FTH_REQUIRE(write_clip(path));
    FTH_REQUIRE_OK(fth_reader_open(path, NULL, &reader, &error), error);
    FTH_REQUIRE_OK(fth_reader_frame(reader, 3, &image, &error), error);
    fth_reader_close(&reader); /* what is kept outlives it */
    FTH_REQUIRE(image->origin);
    FTH_REQUIRE_OK(fth_image_bare(image, &bare, &error), error);
    FTH_CHECK(fth_image_size(bare) < fth_image_size(image) / 4);
    FTH_REQUIRE_OK(fth_image_unpack(bare, bare->domain, NULL, NULL, &changed, &error), error);
    FTH_CHECK(changed->origin && bench_equal(image, changed));
    /* another plane is not what the file had */
    FTH_REQUIRE_OK(fth_image_set(changed, "R", fth_plane_ref(fth_image_plane(changed, "R")),
                                 &error), error);
    FTH_CHECK(changed->origin);
    FTH_REQUIRE_OK(fth_image_set(changed, "R", fth_plane_ref(fth_image_plane(changed, "G")),
                                 &error), error);
    FTH_CHECK(!changed->origin);
    fth_image_unref(&image);
    fth_image_unref(&bare);
    fth_image_unref(&changed);
}

/* ---- a plate out of many --------------------------------------------------------------------- */

/* Something bright that goes from the left to the right of a still set, in nine frames. */
static bool pass_by(struct bench *b, const char *settings)
{
    static const char keys[] = "[[1, [0.1, 0.5], \"linear\"], [9, [0.9, 0.5], \"linear\"]]";
    struct fth_json *json = NULL;
    bool good = bench_open(b, bench_catalogue(), NULL) &&
                bench_add(b, "set", "test_scene", "width=160 height=120 disc=0", "") &&
                bench_add(b, "who", "ellipse_mask", "size=0.15,0.5", "like=set") &&
                bench_add(b, "clip", "grade", "offset=0.3", "input=set effect_mask=who") &&
                bench_add(b, "held", "retime", "length=9", "input=clip") &&
                bench_add(b, "plate", "clean_plate", settings, "input=held") &&
                fth_json_parse(keys, sizeof(keys) - 1, "keys", &json, &b->error) == FTH_OK &&
                fth_graph_set_keys(b->graph, "who", "centre", json, &b->error) == FTH_OK;
    fth_json_destroy(&json);
    if (!good)
        fth_test_fail(__FILE__, __LINE__, "%s", b->error.message);
    return good;
}

/* Most frames agree on it. */
FTH_TEST(a_clean_plate_is_the_set_without_who_passes)
{
    for (int64_t frame = 1; frame <= 9; frame += 4) {
        struct bench b;
        FTH_REQUIRE(pass_by(&b, "register_frames=off"));
        struct fth_image *clip = bench_render(&b, "clip", frame);
        struct fth_image *set = bench_render(&b, "set", frame);
        struct fth_image *plate = bench_render(&b, "plate", frame);
        if (!plate || !clip || !set) {
            fth_test_fail(__FILE__, __LINE__, "%s", b.error.message);
        } else {
            FTH_CHECK(bench_difference(clip, set, "G") > 0.2);
            /* at its soft edge who passes is within the tolerance of the set */
            for (const char *c = "RGB"; *c; c++) {
                const char name[2] = {*c, '\0'};
                FTH_CHECK(bench_difference(plate, set, name) < 0.03);
                FTH_CHECK(bench_mean_difference(plate, set, name) < 2e-4);
            }
            for (int32_t x = 0; x < 160; x++) {
                float agreed = bench_pixel(plate, "confidence", x, 60);
                if (!(agreed >= 0.6f && agreed <= 1))
                    fth_test_fail(__FILE__, __LINE__, "frame %d: at %d %g agree", (int)frame, x,
                                  agreed);
            }
        }
        fth_image_unref(&clip);
        fth_image_unref(&set);
        fth_image_unref(&plate);
        bench_close(&b);
    }
}

FTH_TEST(a_clean_plate_of_one_frame_is_that_frame)
{
    struct bench b;
    FTH_REQUIRE(pass_by(&b, "made_of=5,5"));
    struct fth_image *clip = bench_render(&b, "clip", 5), *plate = bench_render(&b, "plate", 5);
    FTH_REQUIRE(clip && plate);
    FTH_CHECK(bench_difference(plate, clip, "R") == 0);
    FTH_CHECK(bench_pixel(plate, "confidence", 80, 60) == 1);
    fth_image_unref(&clip);
    fth_image_unref(&plate);
    bench_close(&b);
}
