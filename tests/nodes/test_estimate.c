/* SPDX-License-Identifier: Apache-2.0 */
/* Depth Map with the networks, where they are installed: what the disk cache gives back has the
 * bytes of what was computed, and the parameters of the network matter. */
#include "base/file.h"
#include "bench.h"
#include "check.h"
#include "colour/convert.h"
#include "graph/expand.h"
#include "graph/settings.h"
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

static void code_as(enum fth_colour_space space, const double code[3], float coded[3])
{
    struct fth_conversion_options none = {0};
    struct fth_conversion conversion;
    for (int c = 0; c < 3; c++)
        coded[c] = (float)code[c];
    if (space == FTH_COLOUR_REC2100_HLG) {
        hdr_code(true, code, coded);
        return;
    }
    fth_conversion_make(FTH_COLOUR_REC709_GAMMA24, space, &none, &conversion);
    fth_conversion_rows(&conversion, (float *[3]){&coded[0], &coded[1], &coded[2]}, 1);
}

/* Every third pixel of a frame of footage put into another space. */
static bool write_clip(const char *path, enum fth_colour_space space)
{
    bool hlg = space == FTH_COLOUR_REC2100_HLG;
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
        for (int c = 0; c < 3; c++)
            code[c] = bench_pixel(frame, fth_rgba_names[c], STEP * x, STEP * y);
        code_as(space, code, coded);
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

/* Depth of a clip said to be in `colour`, in a document that works in `working`. */
static enum fth_status map_of(const char *path, const char *colour, const char *working,
                              struct fth_image **map)
{
    struct bench bench;
    struct fth_graph *flat = NULL;
    struct fth_settings settings = {0};
    snprintf(settings.working, sizeof(settings.working), "%s", working);
    struct fth_engine_options options = {.thread_count = 2};
    if (bench_open(&bench, bench_catalogue(), &options) &&
        bench_add(&bench, "clip", "media_in", "", "") &&
        bench_set(&bench, "clip", "file", path) && bench_set(&bench, "clip", "colour", colour) &&
        bench_add(&bench, "map", "depth_map", "mode=faster per_frame=true", "input=clip") &&
        fth_graph_set_settings(bench.graph, &settings, &bench.error) == FTH_OK &&
        fth_graph_expand(bench.graph, &flat, NULL, &bench.error) == FTH_OK)
        fth_engine_render(bench.engine, flat, fth_graph_find(flat, "map"), 1,
                          (struct fth_rect){0}, NULL, map, &bench.error);
    fth_graph_destroy(&flat);
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
    FTH_REQUIRE(write_clip(plain, FTH_COLOUR_REC709_GAMMA24) &&
                write_clip(hlg, FTH_COLOUR_REC2100_HLG));
    if (map_of(plain, "auto", "", &maps[0]) == FTH_ERR_NOT_FOUND)
        FTH_SKIP("no networks are installed");
    FTH_REQUIRE(maps[0] && map_of(hlg, "auto", "", &maps[1]) == FTH_OK);
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

/* Mean of |a - b| / b of nearness that is not nearly none. */
static double relative_difference(const struct fth_image *a, const struct fth_image *b)
{
    double sum = 0;
    int used = 0, count = b->format.width * b->format.height;
    for (int i = 0; i < count; i++) {
        int x = i % b->format.width, y = i / b->format.width;
        double truth = bench_pixel(b, "R", x, y);
        if (truth < 0.02)
            continue;
        sum += fabs((double)bench_pixel(a, "R", x, y) - truth) / truth;
        used++;
    }
    return used ? sum / used : INFINITY;
}

/* The same scene in a camera's log, and in documents that work in one. */
FTH_TEST(depth_of_log_is_that_of_the_ordinary_version)
{
    const char *plain = fth_test_path("plain.mkv"), *log = fth_test_path("log.mkv");
    const char *wide = fth_test_path("wide.mkv");
    struct fth_image *truth = NULL;
    if (!fth_file_exists(fth_test_source("examples/footage/juggle.mp4")))
        FTH_SKIP("examples/footage is not there");
    FTH_REQUIRE(write_clip(plain, FTH_COLOUR_REC709_GAMMA24) &&
                write_clip(log, FTH_COLOUR_SONY_SLOG3_CINE) &&
                write_clip(wide, FTH_COLOUR_DAVINCI_INTERMEDIATE_WG));
    if (map_of(plain, "auto", "", &truth) == FTH_ERR_NOT_FOUND)
        FTH_SKIP("no networks are installed");
    FTH_REQUIRE(truth);
    const struct {
        const char *path, *colour, *working;
        double most; /* the issue's two per cent; of a plain clip that went there and back less */
    } cases[] = {
        {log, "sony_slog3_cine", "", 0.02},
        {wide, "davinci_intermediate_wg", "", 0.02},
        {log, "sony_slog3_cine", "davinci_yrgb_colour_managed", 0.02},
        {plain, "auto", "davinci_yrgb_colour_managed", 1e-3},
        {plain, "auto", "linear", 1e-3},
    };
    for (size_t i = 0; i < FTH_ARRAY_COUNT(cases); i++) {
        struct fth_image *map = NULL;
        FTH_REQUIRE(map_of(cases[i].path, cases[i].colour, cases[i].working, &map) == FTH_OK);
        double difference = relative_difference(map, truth);
        if (!(difference <= cases[i].most))
            fth_test_fail(__FILE__, __LINE__, "case %zu: depth is %.4f off", i, difference);
        fth_image_unref(&map);
    }
    /* and that is no trifle: shown the bare codes the network sees another scene */
    struct fth_image *bare = NULL;
    FTH_REQUIRE(map_of(log, "rec709_gamma24", "", &bare) == FTH_OK);
    FTH_CHECK(relative_difference(bare, truth) > 0.05);
    fth_image_unref(&bare);
    fth_image_unref(&truth);
}
