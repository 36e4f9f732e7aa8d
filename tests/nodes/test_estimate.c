/* SPDX-License-Identifier: Apache-2.0 */
/* Depth Map with the networks, where they are installed: what the disk cache gives back has the
 * bytes of what was computed, and the parameters of the network matter. */
#include "base/file.h"
#include "bench.h"
#include "check.h"
#include "hdr.h"
#include "io/media.h"
#include "nodes/pixels.h"

static bool open_map(struct bench *bench, const char *folder, const char *settings)
{
    struct fth_engine_options options = {.thread_count = 2, .cache_folder = folder};
    return bench_open(bench, bench_catalogue(), &options) &&
           bench_add(bench, "clip", "test_scene", "kind=photo width=160 height=120", "") &&
           bench_add(bench, "map", "depth_map", settings, "input=clip");
}

FTH_TEST(the_disk_cache_gives_the_same_bytes)
{
    const char *folder = fth_test_path("cache");
    struct bench bench;
    struct fth_image *cold = NULL, *warm = NULL;
    FTH_REQUIRE(open_map(&bench, folder, "mode=faster per_frame=true subject_lift=0.6"));
    cold = bench_render(&bench, "map", 2);
    enum fth_status status = cold ? FTH_OK : bench.error.status;
    bench_close(&bench);
    if (status == FTH_ERR_NOT_FOUND)
        FTH_SKIP("no networks are installed");
    FTH_REQUIRE_OK(status, bench.error);
    FTH_CHECK(bench_not_finite(cold) == NULL);
    FTH_REQUIRE(open_map(&bench, folder, "mode=faster per_frame=true subject_lift=0.6"));
    warm = bench_render(&bench, "map", 2);
    FTH_CHECK_INT(fth_engine_stats(bench.engine).analyses_pushed, 0);
    FTH_CHECK_INT(fth_engine_stats(bench.engine).source_frames, 0);
    FTH_CHECK(warm && bench_equal(cold, warm));
    fth_image_unref(&cold);
    fth_image_unref(&warm);
    bench_close(&bench);
}

/* Every setting of the network has a key of its own; those that only matter with one are hidden
 * and without effect once depth comes from elsewhere. */
FTH_TEST(settings_of_the_network_have_their_keys)
{
    static const char *const settings[] = {"mode=faster", "mode=better",
                                           "mode=faster per_frame=true"};
    struct fth_key keys[3];
    for (int i = 0; i < 3; i++) {
        struct bench bench;
        FTH_REQUIRE(open_map(&bench, "", settings[i]));
        enum fth_status status =
            fth_engine_key(bench.engine, bench.graph, fth_graph_find(bench.graph, "map"), 1,
                           &keys[i], &bench.error);
        bench_close(&bench);
        if (status == FTH_ERR_NOT_FOUND)
            FTH_SKIP("no networks are installed");
        FTH_REQUIRE_OK(status, bench.error);
        for (int k = 0; k < i; k++)
            FTH_CHECK(!fth_key_equal(keys[i], keys[k]));
    }
}

FTH_TEST(an_unknown_network_is_named)
{
    struct bench bench;
    FTH_REQUIRE(open_map(&bench, "", "model=no-such-network"));
    FTH_CHECK(!bench_render(&bench, "map", 1));
    FTH_CHECK(strstr(bench.error.message, "no-such-network") != NULL);
    bench_close(&bench);
}

/* Every third pixel of a frame of footage, as it is or put into HLG, as ProRes of 10 bits. */
static bool write_clip(const char *path, bool hlg)
{
    enum { STEP = 3 };
    struct fth_error error;
    struct fth_reader *reader = NULL;
    struct fth_image *frame = NULL, *image = NULL;
    struct fth_plane *planes[3];
    bool good = fth_reader_open(fth_test_source("examples/footage/juggle.mp4"), NULL, &reader,
                                &error) == FTH_OK &&
                fth_reader_frame(reader, 1, &frame, &error) == FTH_OK;
    struct fth_format format = {0};
    if (good)
        format = (struct fth_format){frame->format.width / STEP & ~1,
                                     frame->format.height / STEP & ~1, 1};
    good = good && fth_image_new(format, fth_format_rect(format), &image, &error) == FTH_OK;
    for (int c = 0; c < 3 && good; c++)
        good = fth_image_add(image, fth_rgba_names[c], NULL, image->domain, &planes[c], &error) ==
               FTH_OK;
    for (int i = 0; i < format.width * format.height && good; i++) {
        int x = i % format.width, y = i / format.width;
        double code[3];
        float coded[3];
        for (int c = 0; c < 3; c++) {
            code[c] = bench_pixel(frame, fth_rgba_names[c], STEP * x, STEP * y);
            coded[c] = (float)code[c];
        }
        if (hlg)
            hdr_code(true, code, coded);
        for (int c = 0; c < 3; c++)
            *fth_plane_at(planes[c], x, y) = coded[c];
    }
    struct fth_writer_spec spec = {.format = format};
    struct fth_writer *writer = NULL;
    spec.footage.tags = hlg ? (struct fth_tags){9, FTH_TRANSFER_HLG, 9, FTH_RANGE_LIMITED}
                            : (struct fth_tags){1, 1, 1, FTH_RANGE_LIMITED};
    good = good && fth_writer_open(path, &spec, &writer, &error) == FTH_OK &&
           fth_writer_frame(writer, 1, image, &error) == FTH_OK &&
           fth_writer_finish(&writer, &error) == FTH_OK;
    fth_writer_abort(&writer);
    fth_image_unref(&frame);
    fth_image_unref(&image);
    fth_reader_close(&reader);
    return good;
}

static enum fth_status map_of(const char *path, struct fth_image **map)
{
    struct bench bench;
    struct fth_engine_options options = {.thread_count = 2};
    if (bench_open(&bench, bench_catalogue(), &options) &&
        bench_add(&bench, "clip", "media_in", "", "") &&
        bench_set(&bench, "clip", "file", path) &&
        bench_add(&bench, "map", "depth_map", "mode=faster per_frame=true", "input=clip"))
        *map = bench_render(&bench, "map", 1);
    enum fth_status status = *map ? FTH_OK : bench.error.status;
    bench_close(&bench);
    return status;
}

/* Networks see HLG as a display shows it: about the depth of the ordinary version. */
FTH_TEST(depth_of_hlg_is_that_of_the_ordinary_version)
{
    const char *plain = fth_test_path("plain.mov"), *hlg = fth_test_path("hlg.mov");
    struct fth_image *maps[2] = {NULL};
    if (!fth_file_exists(fth_test_source("examples/footage/juggle.mp4")))
        FTH_SKIP("examples/footage is not there");
    FTH_REQUIRE(write_clip(plain, false) && write_clip(hlg, true));
    if (map_of(plain, &maps[0]) == FTH_ERR_NOT_FOUND)
        FTH_SKIP("no networks are installed");
    FTH_REQUIRE(maps[0] && map_of(hlg, &maps[1]) == FTH_OK);
    double sum = 0;
    int both = 0, either = 0, count = maps[0]->format.width * maps[0]->format.height;
    for (int i = 0; i < count; i++) {
        int x = i % maps[0]->format.width, y = i / maps[0]->format.width;
        float a = bench_pixel(maps[0], "R", x, y), b = bench_pixel(maps[1], "R", x, y);
        sum += fabs((double)a - b);
        both += a > 0.5f && b > 0.5f;
        either += a > 0.5f || b > 0.5f;
    }
    /* measured .0034 and .993; shown the bare codes of HLG, the network gives .0162 and .955 */
    if (!(sum / count < 0.008 && both > 0.975 * either))
        fth_test_fail(__FILE__, __LINE__, "maps are %.4f apart, mattes overlap by %.4f",
                      sum / count, (double)both / either);
    fth_image_unref(&maps[0]);
    fth_image_unref(&maps[1]);
}
