/* SPDX-License-Identifier: Apache-2.0 */
/* Metres from a network to the last file, and none where a network knows none. */
#include "cli.h"

#include <stdlib.h>
#include <unistd.h>

static double figure(const char *file, const char *object, const char *name)
{
    cli_run("probe %s --json", file);
    struct fth_json *root = cli.status == 0 ? cli_json(__FILE__, __LINE__) : NULL;
    double value = fth_json_number(fth_json_get(fth_json_get(root, object), name), -1);
    fth_json_destroy(&root);
    return value;
}

/* near and far as `file` says them are those of the network's own bundle. */
static void check_range(const char *file, double near, double far)
{
    FTH_CHECK_NEAR(figure(file, "depth", "near_m"), near, 1e-9 * near);
    FTH_CHECK_NEAR(figure(file, "depth", "far_m"), far, 1e-9 * far);
}

/* The map's mean over a third of the picture, as metres. */
static double metres(const char *disparity, double near, double far, int third)
{
    double d = cli_read_mean(disparity, 40 * third, 40 * third + 40);
    return 1 / (1 / far + d * (1 / near - 1 / far));
}

FTH_TEST(metres_go_through_every_file)
{
    const char *metric = fth_test_material("models/depth_anything_metric.onnx");
    const char *relative = fth_test_material("models/depth_anything_relative.onnx");
    const char *material = fth_test_material("models/picture.wide.png");
    char from[1024];
    if (!metric || !relative || !material ||
        access(fth_test_source(".fathom/lib/libonnxruntime.so.1"), R_OK) != 0)
        FTH_SKIP("the material or the runtime is not there");
    snprintf(from, sizeof(from), "%s", material);
    setenv("FATHOM_DATA", fth_test_path("data"), 1);
    cli_run("models add '%s' --like depth-anything-v2-metric-indoor-small --name metric", metric);
    CLI_CHECK_DONE();
    cli_run("models add '%s' --like depth-anything-v2-small --name relative", relative);
    CLI_CHECK_DONE();
    cli_run("depth '%s' -o own.exr --model metric", from);
    CLI_CHECK_DONE();
    cli_run("probe own.exr --json");
    FTH_CHECK(strstr(cli.out, "\"units\": \"1/m\""));
    double near = figure("own.exr", "depth", "near_m"), far = figure("own.exr", "depth", "far_m");
    FTH_CHECK(near > 0.1 && far > near && far < 100);
    cli_run("depth '%s' -o again.exr --depth own.exr", from); /* no network any more */
    CLI_CHECK_DONE();
    check_range("again.exr", near, far);
    cli_run("apply depth_encode own.exr -o own.pfm --encoding disparity --grey");
    CLI_CHECK_DONE();
    static const char *const files[] = {"linear.png", "linear.tif", "linear.mkv", "linear.pfm"};
    for (size_t i = 0; i < FTH_ARRAY_COUNT(files); i++) {
        cli_run("depth '%s' -o %s --model metric --encode linear", from, files[i]);
        CLI_CHECK_DONE();
        check_range(files[i], near, far);
        cli_run("apply depth_encode %s -o back.pfm --encoding disparity --grey --overwrite",
                files[i]);
        CLI_CHECK_DONE();
        /* files of whole numbers cut what is beyond near or far: half and one percent of it */
        for (int third = 0; third < 3; third++)
            FTH_CHECK_NEAR(metres("back.pfm", near, far, third),
                           metres("own.pfm", near, far, third), 0.015 * (far - near));
    }
    cli_run("depth '%s' -o linear.exr --model metric --encode linear", from);
    cli_run("eval --depth linear.exr own.exr --truth-kind disparity --json");
    CLI_CHECK_DONE();
    struct fth_json *root = cli_json(__FILE__, __LINE__);
    const struct fth_json *figures = fth_json_get(root, "figures");
    /* 1e-5 was measured: floats of 1 / Z; a linear map taken for nearness is .1 and more off */
    FTH_CHECK(fth_json_number(fth_json_get(figures, "absrel"), 9) < 1e-3);
    FTH_CHECK(fth_json_number(fth_json_get(figures, "slope"), -1) > 0);
    fth_json_destroy(&root);
    cli_run("depth '%s' -o r.exr --model relative", from);
    CLI_CHECK_DONE();
    FTH_CHECK(figure("r.exr", "depth", "near_m") < 0);
    cli_run("depth '%s' -o r.png --model relative --encode log", from);
    CLI_CHECK_REFUSED(2, "give --near and --far");
    cli_run("depth '%s' -o r.png --model relative --encode log --near 2 --far 30", from);
    CLI_CHECK_DONE();
    cli_run("probe r.png");
    FTH_CHECK(strstr(cli.out, "depth.is_given     yes"));
    FTH_CHECK(strstr(cli.out, "depth.far_m        30"));
    unsetenv("FATHOM_DATA");
}

/* The picture cut out and the map it was cut by, in one file. */
FTH_TEST(depth_beside_colour_is_a_part)
{
    const char *material = fth_test_material("models/picture.wide.png");
    char from[1024];
    if (!material)
        FTH_SKIP("no material here");
    snprintf(from, sizeof(from), "%s", material);
    cli_run("depth '%s' -o d.exr", from);
    CLI_CHECK_DONE();
    cli_run("matte '%s' -o both.exr --depth d.exr --keep-map --parts split", from);
    CLI_CHECK_DONE();
    cli_run("probe both.exr");
    FTH_CHECK(strstr(cli.out, "parts              rgba depth\n"));
    FTH_CHECK(strstr(cli.out, " depth.disparity "));
    cli_run("apply depth_encode both.exr -o b.pfm --encoding disparity --grey");
    CLI_CHECK_DONE();
    cli_run("apply depth_encode d.exr -o d.pfm --encoding disparity --grey");
    CLI_CHECK_DONE();
    for (int third = 0; third < 3; third++)
        FTH_CHECK_NEAR(cli_read_mean("b.pfm", 40 * third, 40 * third + 40),
                       cli_read_mean("d.pfm", 40 * third, 40 * third + 40), 0);
}
