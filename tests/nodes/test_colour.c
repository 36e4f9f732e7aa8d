/* SPDX-License-Identifier: Apache-2.0 */
/* Colours through graphs: conversions as a node, and what documents that manage colours make. */
#include <stdio.h>
#include <stdlib.h>

#include "base/compiler.h"
#include "bench.h"
#include "check.h"
#include "colour/convert.h"
#include "colour/ocio.h"
#include "graph/expand.h"
#include "graph/settings.h"
#include "io/media.h"
#include "nodes/colours.h"

static const char *const rgb[] = {"R", "G", "B"};

/* The node's picture when the document works in `working` (NULL: is not managed). */
static struct fth_image *managed(struct bench *bench, const char *working, const char *name)
{
    struct fth_settings settings = {0};
    struct fth_graph *flat = NULL;
    struct fth_image *image = NULL;
    snprintf(settings.working, sizeof(settings.working), "%s", working ? working : "");
    if (fth_graph_set_settings(bench->graph, &settings, &bench->error) != FTH_OK ||
        fth_graph_expand(bench->graph, &flat, NULL, &bench->error) != FTH_OK ||
        fth_engine_render(bench->engine, flat, fth_graph_find(flat, name), 2, (struct fth_rect){0},
                          NULL, &image, &bench->error) != FTH_OK)
        fth_test_fail(__FILE__, __LINE__, "%s", bench->error.message);
    fth_graph_destroy(&flat);
    return image;
}

FTH_TEST(colour_space_converts_under_alpha_and_passes_the_rest)
{
    static const char *const kinds[] = {"kind=photo", "kind=straight", "kind=cutout", "kind=z"};
    for (size_t k = 0; k < FTH_ARRAY_COUNT(kinds); k++) {
        struct bench bench;
        struct fth_conversion_options mapped = {.map_gamut = true, .map_tones = true};
        struct fth_conversion conversion;
        fth_conversion_make(FTH_COLOUR_REC709_GAMMA24, FTH_COLOUR_ACESCCT, &mapped, &conversion);
        FTH_REQUIRE(bench_open(&bench, bench_catalogue(), NULL) &&
                    bench_add(&bench, "scene", "test_scene", kinds[k], "") &&
                    bench_add(&bench, "node", "colour_space", "to=acescct", "input=scene"));
        struct fth_image *in = bench_render(&bench, "scene", 2);
        struct fth_image *out = bench_render(&bench, "node", 2);
        FTH_REQUIRE(in && out);
        FTH_CHECK_INT(out->colour, FTH_COLOUR_ACESCCT);
        FTH_CHECK_INT(out->premultiplied, in->premultiplied);
        for (int i = 0; i < 300; i++) {
            int32_t x = i * 7 % 48, y = i * 11 % 40;
            float a = fth_image_plane(in, "A") ? bench_pixel(in, "A", x, y) : 1, v[3];
            float by = in->premultiplied ? a : 1;
            for (int c = 0; c < 3; c++)
                v[c] = by > 0 ? bench_pixel(in, rgb[c], x, y) / by : bench_pixel(in, rgb[c], x, y);
            fth_conversion_rows(&conversion, (float *[3]){&v[0], &v[1], &v[2]}, 1);
            for (int c = 0; c < 3; c++)
                FTH_CHECK_NEAR(bench_pixel(out, rgb[c], x, y), v[c] * by, 2e-6);
            if (fth_image_plane(in, "Z"))
                FTH_CHECK(bench_pixel(in, "Z", x, y) == bench_pixel(out, "Z", x, y));
        }
        fth_image_unref(&in);
        fth_image_unref(&out);
        bench_close(&bench);
    }
}

/* All corners of the cube, greys and more, as a still of 16 bits. */
static bool write_corners(const char *path)
{
    struct fth_writer_spec spec = {.format = {.width = 64, .height = 2}, .overwrite = true};
    struct fth_image *image = NULL;
    struct fth_writer *writer = NULL;
    bool good = fth_image_new(spec.format, fth_format_rect(spec.format), &image, NULL) == FTH_OK;
    for (int c = 0; c < 3 && good; c++) {
        struct fth_plane *plane = NULL;
        good = fth_image_add(image, rgb[c], NULL, image->domain, &plane, NULL) == FTH_OK;
        for (int x = 0; x < 64 && good; x++) {
            *fth_plane_at(plane, x, 0) = (float)(x >> 2 * c & 3) / 3;
            *fth_plane_at(plane, x, 1) = (float)x / 63;
        }
    }
    good = good && fth_writer_open(path, &spec, &writer, NULL) == FTH_OK &&
           fth_writer_frame(writer, 1, image, NULL) == FTH_OK &&
           fth_writer_finish(&writer, NULL) == FTH_OK;
    fth_writer_abort(&writer);
    fth_image_unref(&image);
    return good;
}

/* The still, said to be in `colour`, as it would be written: untouched, or graded by nothing worth
 * a name. */
static void through(const char *working, const char *colour, bool touched,
                    struct fth_image **before, struct fth_image **after)
{
    struct bench bench;
    struct fth_settings chosen = {0};
    struct fth_graph *flat = NULL;
    const char *path = fth_test_path("corners.png");
    FTH_REQUIRE(write_corners(path) && bench_open(&bench, bench_catalogue(), NULL) &&
                bench_add(&bench, "in", "media_in", "", "") &&
                bench_set(&bench, "in", "file", path) &&
                bench_set(&bench, "in", "colour", colour) &&
                bench_add(&bench, "none", "grade", "offset=1e-9", "input=in") &&
                bench_add(&bench, "out", "media_out", "file=unused.png",
                          touched ? "input=none" : "input=in"));
    *before = bench_render(&bench, "in", 1);
    snprintf(chosen.working, sizeof(chosen.working), "%s", working);
    FTH_REQUIRE_OK(fth_graph_set_settings(bench.graph, &chosen, &bench.error), bench.error);
    FTH_REQUIRE_OK(fth_graph_expand(bench.graph, &flat, NULL, &bench.error), bench.error);
    int last = fth_graph_input(flat, fth_graph_find(flat, "out"), 0);
    FTH_REQUIRE_OK(fth_engine_render(bench.engine, flat, last, 1, (struct fth_rect){0}, NULL, after,
                                     &bench.error), bench.error);
    fth_graph_destroy(&flat);
    bench_close(&bench);
}

/* Out of Rec.709, into a wide working space, out again: what nobody touched comes back, white and
 * the purest colours too, though the same codes of a camera are mapped. */
FTH_TEST(an_untouched_clip_comes_out_as_it_went_in)
{
    static const char *const presets[] = {"davinci_yrgb_colour_managed", "acescct", "linear"};
    for (size_t p = 0; p < FTH_ARRAY_COUNT(presets); p++) {
        struct fth_image *before = NULL, *after = NULL;
        through(presets[p], "rec709_gamma24", false, &before, &after);
        FTH_REQUIRE(before && after);
        FTH_CHECK_INT(after->colour, FTH_COLOUR_REC709_GAMMA24);
        FTH_CHECK(bench_equal(before, after));
        fth_image_unref(&before);
        fth_image_unref(&after);
        through(presets[p], "rec709_gamma24", true, &before, &after);
        FTH_REQUIRE(before && after);
        for (int i = 0; i < 128; i++)
            for (int c = 0; c < 3; c++) {
                float was = bench_pixel(before, rgb[c], i & 63, i >> 6);
                float is = bench_pixel(after, rgb[c], i & 63, i >> 6);
                /* where a part is 0 the last digit of the others' working codes, 3e-7 of light,
                 * stands in its place, and gamma raises it to two codes of ten bits */
                FTH_CHECK_NEAR(is, was, was > 0.2f ? 1e-5 : 2.0 / 1023);
            }
        fth_image_unref(&before);
        fth_image_unref(&after);
        through(presets[p], "sony_slog3_cine", true, &before, &after);
        FTH_REQUIRE(before && after);
        FTH_CHECK(bench_pixel(after, "R", 60, 1) < 1 && bench_pixel(after, "R", 60, 1) > 0.97f);
        for (int x = 0; x < 64; x++)
            for (int c = 0; c < 3; c++)
                FTH_CHECK(bench_pixel(after, rgb[c], x, 0) >= 0 &&
                          bench_pixel(after, rgb[c], x, 0) <= 1.00001f);
        fth_image_unref(&before);
        fth_image_unref(&after);
    }
}

/* One half of the way on its own: gamma 2.4, not the camera's curve. */
FTH_TEST(video_decodes_by_pure_gamma)
{
    struct bench bench;
    char settings[64];
    snprintf(settings, sizeof(settings), "kind=photo colour=%d", FTH_COLOUR_REC709_GAMMA24);
    FTH_REQUIRE(bench_open(&bench, bench_catalogue(), NULL) &&
                bench_add(&bench, "scene", "test_scene", settings, "") &&
                bench_add(&bench, "grade", "grade", "", "input=scene"));
    struct fth_image *codes = bench_render(&bench, "scene", 2);
    struct fth_image *light = managed(&bench, "linear", "grade");
    FTH_REQUIRE(codes && light);
    for (int i = 0; i < 40; i++)
        FTH_CHECK_NEAR(bench_pixel(light, "G", i, i), pow(bench_pixel(codes, "G", i, i), 2.4),
                       1e-6);
    fth_image_unref(&codes);
    fth_image_unref(&light);
    bench_close(&bench);
}

/* What goes in as a key is the same numbers in every working space, and so is a depth map. */
FTH_TEST(keys_and_maps_do_not_see_the_working_space)
{
    struct bench bench;
    char settings[64];
    snprintf(settings, sizeof(settings), "kind=photo colour=%d", FTH_COLOUR_SRGB);
    FTH_REQUIRE(bench_open(&bench, bench_catalogue(), NULL) &&
                bench_add(&bench, "scene", "test_scene", settings, "") &&
                bench_add(&bench, "key", "test_scene", settings, "") &&
                bench_add(&bench, "soft", "blur", "radius=3", "input=key") &&
                bench_add(&bench, "depth", "test_scene", "kind=depth", "") &&
                bench_add(&bench, "map", "depth_map", "preview=true", "input=scene depth=depth") &&
                bench_add(&bench, "grade", "grade", "gain=0.5", "input=scene key=soft"));
    struct fth_image *key = bench_render(&bench, "soft", 2), *map = bench_render(&bench, "map", 2);
    struct fth_image *key_after = managed(&bench, "davinci_intermediate_wg", "soft");
    struct fth_image *map_after = managed(&bench, "davinci_intermediate_wg", "map");
    FTH_REQUIRE(key && map && key_after && map_after);
    FTH_CHECK(bench_equal(key, key_after));
    FTH_CHECK(bench_equal(map, map_after));
    FTH_CHECK_INT(map_after->colour, FTH_COLOUR_DATA);
    fth_image_unref(&key);
    fth_image_unref(&map);
    fth_image_unref(&key_after);
    fth_image_unref(&map_after);
    bench_close(&bench);
}

static float pixel_of_white(const char *space, const char *settings)
{
    struct bench bench;
    enum fth_colour_space known = FTH_COLOUR_FILE;
    char scene[64];
    float value = NAN;
    fth_colour_find(space, &known);
    snprintf(scene, sizeof(scene), "kind=photo colour=%d", known);
    struct fth_image *image = NULL;
    if (bench_open(&bench, bench_catalogue(), NULL) &&
        bench_add(&bench, "scene", "test_scene", scene, "") &&
        bench_add(&bench, "title", "text", "size=3 text=HHHH", "input=scene") &&
        bench_set(&bench, "title", "colour", settings))
        image = bench_render(&bench, "title", 2);
    if (image)
        for (int i = 0; i < 48 * 40; i++) /* within a letter */
            value = fabsf(bench_pixel(image, "R", i % 48, i / 48) -
                          bench_pixel(image, "B", i % 48, i / 48)) < 1e-6f
                        ? bench_pixel(image, "G", i % 48, i / 48) : value;
    else
        fth_test_fail(__FILE__, __LINE__, "%s", bench.error.message);
    fth_image_unref(&image);
    bench_close(&bench);
    return value;
}

FTH_TEST(typed_colours_are_those_of_a_display)
{
    FTH_CHECK_NEAR(pixel_of_white("file", "1,1,1"), 1, 1e-6);
    FTH_CHECK_NEAR(pixel_of_white("srgb", "0.5,0.5,0.5"), 0.5, 1e-6);
    FTH_CHECK_NEAR(pixel_of_white("davinci_intermediate_wg", "1,1,1"), 0.513837441, 1e-6);
    FTH_CHECK_NEAR(pixel_of_white("linear_rec709", "0.5,0.5,0.5"), pow(0.5, 2.4), 1e-6);
}

/* One frame of a still scene, said to be in `from`, through a document into `path`; what the file
 * says of itself. */
static enum fth_colour_space written(const char *path, const char *from, const char *working,
                                     const char *to, struct fth_media_info *info)
{
    struct bench bench;
    char scene[64];
    enum fth_colour_space space = FTH_COLOUR_FILE, said = FTH_COLOUR_FILE;
    struct fth_settings settings = {0};
    struct fth_graph *flat = NULL;
    struct fth_reader *reader = NULL;
    fth_colour_find(from, &space);
    snprintf(scene, sizeof(scene), "kind=photo colour=%d", space);
    snprintf(settings.working, sizeof(settings.working), "%s", working);
    bool good = bench_open(&bench, bench_catalogue(), NULL) &&
                bench_add(&bench, "scene", "test_scene", scene, "") &&
                bench_add(&bench, "out", "media_out", "overwrite=true", "input=scene") &&
                bench_set(&bench, "out", "file", path) && bench_set(&bench, "out", "colour", to) &&
                fth_graph_set_settings(bench.graph, &settings, &bench.error) == FTH_OK &&
                fth_graph_expand(bench.graph, &flat, NULL, &bench.error) == FTH_OK;
    struct fth_job job = {.first_frame = 1, .last_frame = 2};
    if (good && fth_name_is_still(path))
        job.last_frame = 1;
    good = good && fth_engine_run(bench.engine, flat, fth_graph_find(flat, "out"), &job,
                                  &bench.error) == FTH_OK;
    good = good && fth_reader_open(path, NULL, &reader, &bench.error) == FTH_OK;
    if (good) {
        *info = *fth_reader_info(reader);
        said = fth_colours_of_file(info, false);
    } else {
        fth_test_fail(__FILE__, __LINE__, "%s: %s", path, bench.error.message);
    }
    fth_reader_close(&reader);
    fth_graph_destroy(&flat);
    bench_close(&bench);
    return said;
}

FTH_TEST(files_are_tagged_with_what_they_hold)
{
    static const struct {
        const char *file, *from, *working, *to, *says;
        int primaries, transfer; /* -1: the kind of file has none */
    } cases[] = {
        {"a.mov", "rec709_gamma24", "", "auto", "rec709_gamma24", 1, 1},
        {"b.mkv", "arri_logc3", "linear", "auto", "rec709_gamma24", 1, 1},
        {"c.mkv", "srgb", "linear", "rec2100_hlg", "rec2100_hlg", 9, 18},
        {"d.mov", "srgb", "linear", "davinci_intermediate_wg", "davinci_intermediate_wg", 2, 2},
        {"e.png", "srgb", "", "auto", "srgb", -1, -1},
        {"f.png", "sony_slog3", "acescct", "auto", "rec709_gamma24", 1, 1},
        {"g.png", "srgb", "", "display_p3", "display_p3", 12, 13},
        {"h.png", "srgb", "", "acescct", "acescct", -1, -1},
        {"i.exr", "srgb", "", "acescg", "acescg", -1, -1},
        {"j.exr", "srgb", "linear", "auto", "rec709_gamma24", -1, -1},
        {"k.exr", "rec2100_pq", "", "linear_rec2020", "linear_rec2020", -1, -1},
        {"l.tif", "srgb", "", "arri_logc4", "arri_logc4", -1, -1},
        {"m.tif", "srgb", "", "auto", "srgb", -1, -1},
        {"n.exr", "data", "linear", "auto", "linear_rec709", -1, -1}, /* it cannot be said */
    };
    for (size_t i = 0; i < FTH_ARRAY_COUNT(cases); i++) {
        struct fth_media_info info = {0};
        enum fth_colour_space said = written(fth_test_path(cases[i].file), cases[i].from,
                                             cases[i].working, cases[i].to, &info);
        if (strcmp(fth_colour_id(said), cases[i].says) != 0)
            fth_test_fail(__FILE__, __LINE__, "%s says %s, not %s", cases[i].file,
                          fth_colour_id(said), cases[i].says);
        if (cases[i].primaries >= 0 && (info.footage.tags.primaries != cases[i].primaries ||
                                        info.footage.tags.transfer != cases[i].transfer))
            fth_test_fail(__FILE__, __LINE__, "%s is tagged %d, %d", cases[i].file,
                          info.footage.tags.primaries, info.footage.tags.transfer);
    }
}

static const char config[] =
    "ocio_profile_version: 2\nstrictparsing: true\nroles:\n  default: light\n"
    "displays:\n  screen:\n    - !<View> {name: plain, colorspace: shown}\n"
    "colorspaces:\n  - !<ColorSpace>\n    name: light\n  - !<ColorSpace>\n    name: log\n"
    "    to_scene_reference: !<LogCameraTransform> {base: 2, log_side_slope: 0.07329248, "
    "log_side_offset: 0.51304736, lin_side_slope: 1, lin_side_offset: 0.0075, "
    "lin_side_break: 0.00262409, linear_slope: 10.44426855, direction: inverse}\n"
    "  - !<ColorSpace>\n    name: shown\n"
    "    from_scene_reference: !<ExponentTransform> {value: 2.4, direction: inverse}\n";

/* The scene through a config's own words; NULL and bench->error otherwise. */
static struct fth_image *by_config(struct bench *bench, const char *path, const char *settings)
{
    bench_close(bench);
    return bench_open(bench, bench_catalogue(), NULL) &&
                   bench_add(bench, "scene", "test_scene", "kind=cutout", "") &&
                   bench_add(bench, "node", "colour_space", settings, "input=scene") &&
                   bench_set(bench, "node", "config", path)
               ? bench_render(bench, "node", 2) : NULL;
}

FTH_TEST(configs_of_opencolorio_convert)
{
    const char *path = fth_test_path("config.ocio");
    struct bench bench = {0};
    FILE *file = fopen(path, "w");
    FTH_REQUIRE(file && fputs(config, file) >= 0 && fclose(file) == 0);
    if (!fth_ocio_version()[0])
        FTH_SKIP("built without OpenColorIO");
    struct fth_image *ours = by_config(&bench, "", "from=rec709_gamma24 to=linear_rec709");
    struct fth_image *theirs = by_config(&bench, path, "by=ocio source=shown target=light");
    FTH_REQUIRE(ours && theirs);
    for (int c = 0; c < 3; c++) /* its powers are good to about 1e-5 */
        FTH_CHECK(bench_difference(ours, theirs, rgb[c]) <= 2e-5);
    FTH_CHECK(bench_difference(ours, theirs, "A") == 0);
    fth_image_unref(&ours);
    fth_image_unref(&theirs);
    ours = by_config(&bench, path, "by=ocio source=log target=shown");
    theirs = by_config(&bench, path, "by=ocio_view source=log"); /* the only display and view */
    FTH_REQUIRE(ours && theirs && bench_equal(ours, theirs));
    fth_image_unref(&theirs);
    setenv("OCIO", path, 1);
    theirs = by_config(&bench, "", "by=ocio source=log target=shown");
    unsetenv("OCIO");
    FTH_REQUIRE(theirs && bench_equal(ours, theirs));
    fth_image_unref(&ours);
    fth_image_unref(&theirs);
    bench_close(&bench);
}

FTH_TEST(configs_of_opencolorio_are_refused_in_one_line)
{
    const char *path = fth_test_path("config.ocio"), *bad = fth_test_path("bad.ocio");
    static const struct {
        int file; /* 0: none, 1: the good one, 2: no config, 3: built in, 4: not there */
        const char *settings, *says;
    } cases[] = {
        {0, "by=ocio source=a target=b", "$OCIO"},
        {1, "by=ocio target=light", "the picture is in"},
        {1, "by=ocio source=light", "target"},
        {1, "by=ocio source=nobody target=light", "nobody"},
        {1, "by=ocio_view source=light display=wall", "wall"},
        {2, "by=ocio source=light target=log", "OpenColorIO"},
        {3, "by=ocio source=light target=log", "OpenColorIO"},
        {4, "by=ocio source=light target=log", "cannot open"},
    };
    FILE *file = fopen(path, "w"), *other = fopen(bad, "w");
    FTH_REQUIRE(file && fputs(config, file) >= 0 && fclose(file) == 0);
    FTH_REQUIRE(other && fputs("ocio_profile_version: [1, {\n", other) >= 0 && fclose(other) == 0);
    if (!fth_ocio_version()[0])
        FTH_SKIP("built without OpenColorIO");
    unsetenv("OCIO");
    for (size_t i = 0; i < FTH_ARRAY_COUNT(cases); i++) {
        struct bench bench = {0};
        const char *const files[] = {"", path, bad, "ocio://no-such-config", "/nowhere/c.ocio"};
        struct fth_image *image = by_config(&bench, files[cases[i].file], cases[i].settings);
        if (image || !strstr(bench.error.message, cases[i].says) ||
            strchr(bench.error.message, '\n'))
            fth_test_fail(__FILE__, __LINE__, "case %zu: \"%s\" does not say \"%s\"", i,
                          bench.error.message, cases[i].says);
        fth_image_unref(&image);
        bench_close(&bench);
    }
}

static bool write_text(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    bool good = file && fputs(text, file) >= 0;
    return file && fclose(file) == 0 && good;
}

/* The scene through a look; NULL with bench->error. */
static struct fth_image *by_look(struct bench *bench, const char *path, const char *scene,
                                 const char *settings)
{
    bench_close(bench);
    return bench_open(bench, bench_catalogue(), NULL) &&
                   bench_add(bench, "scene", "test_scene", scene, "") &&
                   bench_add(bench, "node", "lut", settings, "input=scene") &&
                   bench_set(bench, "node", "file", path)
               ? bench_render(bench, "node", 2) : NULL;
}

#define INVERSE "LUT_3D_SIZE 2\n1 1 1\n0 1 1\n1 0 1\n0 0 1\n1 1 0\n0 1 0\n1 0 0\n0 0 0\n"
#define NOTHING "LUT_1D_SIZE 2\nDOMAIN_MIN -1 -1 -1\nDOMAIN_MAX 2 2 2\n-1 -1 -1\n2 2 2\n"

FTH_TEST(looks_out_of_files_change_colours_under_alpha)
{
    const char *cube = fth_test_path("inverse.cube"), *none = fth_test_path("none.cube");
    const char *list = fth_test_path("two.ccc");
    FTH_REQUIRE(write_text(cube, INVERSE) && write_text(none, NOTHING) &&
                write_text(list, "<ColorCorrectionCollection><ColorCorrection id=\"a\"/>"
                                 "<ColorCorrection id=\"b\"><SOPNode><Slope>2 1 1</Slope><Offset>"
                                 "0 .1 0</Offset><Power>1 1 1</Power></SOPNode></ColorCorrection>"
                                 "</ColorCorrectionCollection>"));
    struct bench bench = {0};
    struct fth_image *in = by_look(&bench, "", "kind=cutout", ""); /* no file: it passes */
    struct fth_image *inverse = by_look(&bench, cube, "kind=cutout", "");
    struct fth_image *listed = by_look(&bench, list, "kind=cutout", "correction=b");
    FTH_REQUIRE(in && inverse && listed);
    for (int i = 0; i < 40; i++) {
        float a = bench_pixel(in, "A", i, i), r = bench_pixel(in, "R", i, i);
        FTH_CHECK_NEAR(bench_pixel(inverse, "R", i, i), a - r, 1e-6);
        FTH_CHECK_NEAR(bench_pixel(listed, "R", i, i), 2 * r, 1e-6);
        FTH_CHECK_NEAR(bench_pixel(listed, "G", i, i),
                       bench_pixel(in, "G", i, i) + 0.1f * (a > 0 ? a : 0), 1e-6);
    }
    fth_image_unref(&in);
    fth_image_unref(&inverse);
    fth_image_unref(&listed);
    /* brought to the space it expects and back: what it does nothing to is as it was */
    char scene[64];
    snprintf(scene, sizeof(scene), "kind=photo colour=%d", FTH_COLOUR_SRGB);
    in = by_look(&bench, "", scene, "");
    listed = by_look(&bench, none, scene, "expects=arri_logc3");
    inverse = by_look(&bench, none, scene, "expects=arri_logc3 gives=rec709_gamma24");
    FTH_REQUIRE(in && listed && inverse);
    FTH_CHECK(bench_difference(in, listed, "G") < 1e-5);
    FTH_CHECK(bench_difference(in, inverse, "G") > 0.05);
    FTH_CHECK_INT(inverse->colour, FTH_COLOUR_SRGB);
    fth_image_unref(&in);
    fth_image_unref(&listed);
    fth_image_unref(&inverse);
    bench_close(&bench);
}

FTH_TEST(looks_that_are_none_are_refused)
{
    static const struct {
        const char *file, *text, *settings, *says;
    } cases[] = {
        {"big.cube", "LUT_3D_SIZE 2147483648\n", "", "limit is 129"},
        {"e.cdl", "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>", "", "entities"},
        {"x.look", "", "", "not a .cube"},
        {"c.cc", "<ColorCorrection id=\"a\"/>", "correction=b", "no correction is called 'b'"},
    };
    for (size_t i = 0; i < FTH_ARRAY_COUNT(cases); i++) {
        struct bench bench = {0};
        const char *path = fth_test_path(cases[i].file);
        FTH_REQUIRE(write_text(path, cases[i].text));
        struct fth_image *image = by_look(&bench, path, "kind=photo", cases[i].settings);
        if (image || !strstr(bench.error.message, cases[i].says))
            fth_test_fail(__FILE__, __LINE__, "%s: \"%s\"", cases[i].file, bench.error.message);
        fth_image_unref(&image);
        bench_close(&bench);
    }
}
