/* SPDX-License-Identifier: Apache-2.0 */
/* Sessions against the outside material's small networks: golden stages and outputs within the
 * tolerances stated there, and each broken file refused with one line that names it. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "infer/places.h"
#include "infer/predict.h"
#include "infer/runtime.h"
#include "io/media.h"
#include "base/mem.h"
#include "check.h"

static bool have_runtime(void)
{
    const fth_runtime_call *calls;
    return fth_runtime_load(&calls, NULL) == FTH_OK;
}

/* A child process, because the runtime is loaded once and for all. */
static int say_what_fails(const char *runtime)
{
    const fth_runtime_call *calls;
    struct fth_error error = {.message = ""};
    setenv("FATHOM_ORT", runtime, 1);
    enum fth_status status = fth_runtime_load(&calls, &error);
    bool right = status == FTH_ERR_NOT_FOUND && strstr(error.message, runtime) &&
                 !strchr(error.message, '\n');
    return right ? 0 : 1;
}

FTH_TEST(an_absent_runtime_is_one_clear_line)
{
    fflush(NULL);
    pid_t child = fork();
    if (child == 0)
        _exit(say_what_fails("/nowhere/libonnxruntime.so"));
    int outcome = -1;
    FTH_CHECK(waitpid(child, &outcome, 0) == child);
    FTH_CHECK(WIFEXITED(outcome) && WEXITSTATUS(outcome) == 0);
}

static struct fth_manifest *our_list(void)
{
    struct fth_manifest *manifest = NULL;
    struct fth_error error;
    if (fth_manifest_read(fth_test_source("models/manifest.json"), &manifest, &error) != FTH_OK)
        fth_test_fail(__FILE__, __LINE__, "%s", error.message);
    return manifest;
}

static struct fth_image *read_picture(const char *name)
{
    struct fth_reader *reader = NULL;
    struct fth_reader_options options = {0};
    struct fth_image *image = NULL;
    struct fth_error error = {.message = ""};
    const char *path = fth_test_material(name);
    if (!path || fth_reader_open(path, &options, &reader, &error) != FTH_OK ||
        fth_reader_frame(reader, 1, &image, &error) != FTH_OK)
        fth_test_fail(__FILE__, __LINE__, "%s: %s", name, error.message);
    fth_reader_close(&reader);
    return image;
}

static void grids_of(const struct fth_image *image, struct fth_grid rgb[3])
{
    static const char *const names[3] = {"R", "G", "B"};
    for (int i = 0; i < 3; i++)
        rgb[i] = fth_grid_of_plane(fth_image_plane(image, names[i]),
                                   fth_format_rect(image->format));
}

struct likeness {
    double mean; /* |difference| in standard deviations of the golden */
    double correlation;
};

static struct likeness compare(const struct fth_grid *a, const struct fth_grid *golden)
{
    double n = (double)a->width * a->height, sa = 0, sg = 0, saa = 0, sgg = 0, sag = 0, diff = 0;
    for (int32_t y = 0; y < a->height; y++) {
        for (int32_t x = 0; x < a->width; x++) {
            double p = fth_grid_row(a, y)[x], q = fth_grid_row(golden, y)[x];
            sa += p, sg += q, saa += p * p, sgg += q * q, sag += p * q;
            diff += fabs(p - q);
        }
    }
    double va = saa / n - sa / n * sa / n, vg = sgg / n - sg / n * sg / n;
    return (struct likeness){diff / n / sqrt(vg), (sag / n - sa / n * sg / n) / sqrt(va * vg)};
}

static void check_golden(const struct fth_network *network, const char *file, const char *shape)
{
    char name[128];
    struct fth_error error = {.message = ""};
    struct fth_infer_session *session = NULL;
    struct fth_arena *arena = NULL;
    snprintf(name, sizeof(name), "models/picture.%s.png", shape);
    struct fth_image *picture = read_picture(name);
    snprintf(name, sizeof(name), "models/%s.%s.pfm", file, shape);
    struct fth_image *golden = read_picture(name);
    snprintf(name, sizeof(name), "models/%s.onnx", file);
    FTH_REQUIRE(picture && golden);
    FTH_REQUIRE_OK(fth_arena_create(&arena, &error), error);
    struct fth_work work = {.arena = arena};
    struct fth_grid rgb[3], truth[3], values;
    grids_of(picture, rgb);
    grids_of(golden, truth);
    FTH_REQUIRE_OK(fth_infer_session_open(network, fth_test_material(name), NULL, &session, &error),
                   error);
    FTH_REQUIRE_OK(fth_grid_new(arena, rgb[0].width, rgb[0].height, &values, &error), error);
    FTH_REQUIRE_OK(fth_predict(&work, session, rgb, 0, &values, &error), error);
    struct likeness like = compare(&values, &truth[0]);
    /* stated with the material: right .009-.012 and .9998, without antialias .034 and .997 */
    if (!(like.mean <= 0.015 && like.correlation >= 0.9995))
        fth_test_fail(__FILE__, __LINE__, "%s: mean %.4f, correlation %.6f", name, like.mean,
                      like.correlation);
    fth_infer_session_close(&session);
    fth_arena_destroy(&arena);
    fth_image_unref(&picture);
    fth_image_unref(&golden);
}

FTH_TEST(public_layouts_match_their_goldens)
{
    static const char *const pairs[][2] = {
        {"depth-anything-v2-small", "depth_anything_relative"},
        {"depth-anything-v2-metric-indoor-small", "depth_anything_metric"},
        {"midas-v2.1-small", "midas_small"},
        {"modnet", "modnet"}};
    if (!fth_test_material("models/modnet.onnx") || !have_runtime())
        FTH_SKIP("the material or the runtime is not there");
    struct fth_manifest *manifest = our_list();
    FTH_REQUIRE(manifest != NULL);
    for (size_t i = 0; i < FTH_ARRAY_COUNT(pairs); i++) {
        const struct fth_network *network = fth_manifest_find(manifest, pairs[i][0]);
        FTH_REQUIRE(network != NULL);
        check_golden(network, pairs[i][1], "wide");
        check_golden(network, pairs[i][1], "tall");
    }
    fth_manifest_close(&manifest);
}

FTH_TEST(the_input_tensor_is_the_reference_one)
{
    const char *path = fth_test_material("models/depth_anything_relative.wide.input.npy");
    if (!path)
        FTH_SKIP("the material is not there");
    enum { WIDTH = 518, HEIGHT = 294, COUNT = 3 * WIDTH * HEIGHT };
    struct fth_error error = {.message = ""};
    struct fth_manifest *manifest = our_list();
    struct fth_image *picture = read_picture("models/picture.wide.png");
    struct fth_arena *arena = NULL;
    FTH_REQUIRE(manifest && picture);
    FTH_REQUIRE_OK(fth_arena_create(&arena, &error), error);
    struct fth_work work = {.arena = arena};
    const struct fth_network *network = fth_manifest_find(manifest, "depth-anything-v2-small");
    struct fth_grid rgb[3];
    struct fth_view view;
    struct fth_tensor tensor;
    grids_of(picture, rgb);
    FTH_REQUIRE_OK(fth_view_make(&work, network, rgb, WIDTH, HEIGHT, &view, &error), error);
    FTH_REQUIRE_OK(fth_view_tensor(&work, network, &view, false, &tensor, &error), error);
    float *golden = fth_alloc(COUNT, sizeof(*golden));
    FILE *file = fopen(path, "rb"); /* the numbers are the end of an .npy */
    FTH_REQUIRE(file && fseek(file, -(long)(COUNT * sizeof(float)), SEEK_END) == 0);
    FTH_CHECK_INT(fread(golden, sizeof(float), COUNT, file), COUNT);
    fclose(file);
    double sum = 0;
    for (int i = 0; i < COUNT; i++)
        sum += fabs((double)tensor.data[i] - (double)golden[i]);
    FTH_CHECK_NEAR(sum / COUNT, 0, 0.008); /* stated with the material */
    fth_free(golden);
    fth_arena_destroy(&arena);
    fth_image_unref(&picture);
    fth_manifest_close(&manifest);
}

/* Opens and runs; true when it was refused with one line that names the file. */
static bool refused(const struct fth_network *network, const char *path)
{
    struct fth_error error = {.message = ""};
    struct fth_infer_session *session = NULL;
    struct fth_arena *arena = NULL;
    static float pixels[64 * 64];
    struct fth_grid grid = {pixels, 64, 64, 64}, rgb[3] = {grid, grid, grid}, values;
    if (fth_arena_create(&arena, &error) != FTH_OK)
        return false;
    struct fth_work work = {.arena = arena};
    enum fth_status status = fth_infer_session_open(network, path, NULL, &session, &error);
    if (status == FTH_OK)
        status = fth_grid_new(arena, 64, 64, &values, &error);
    if (status == FTH_OK)
        status = fth_predict(&work, session, rgb, 0, &values, &error);
    fth_infer_session_close(&session);
    fth_arena_destroy(&arena);
    printf("  %s\n", error.message);
    return status == FTH_ERR_NETWORK && strstr(error.message, path) &&
           !strchr(error.message, '\n');
}

FTH_TEST(broken_networks_are_refused)
{
    static const char *const files[] = {"nan_output", "odd_rank_outputs", "nhwc_input",
                                        "truncated",  "empty",            "unknown_operator",
                                        "not_onnx"};
    if (!fth_test_material("models/broken/empty.onnx") || !have_runtime())
        FTH_SKIP("the material or the runtime is not there");
    struct fth_manifest *manifest = our_list();
    FTH_REQUIRE(manifest != NULL);
    for (size_t i = 0; i < FTH_ARRAY_COUNT(files); i++) {
        char name[128];
        snprintf(name, sizeof(name), "models/broken/%s.onnx", files[i]);
        const char *path = fth_test_material(name);
        const struct fth_network *like = fth_manifest_find(manifest, "depth-anything-v2-small");
        FTH_CHECK(path && refused(like, path));
    }
    fth_manifest_close(&manifest);
}

/* The broken files again under the names they themselves use, so that the check each was made for
 * is the one that refuses it. */
FTH_TEST(each_check_refuses_its_own_fault)
{
    static const struct {
        const char *file, *input, *output, *says;
    } cases[] = {
        {"nan_output", "input", "depth", "not numbers"},
        {"nhwc_input", "input", "depth", "NHWC"},
        {"odd_rank_outputs", "input", "a", "has 2 dimensions"},
    };
    if (!fth_test_material("models/broken/empty.onnx") || !have_runtime())
        FTH_SKIP("the material or the runtime is not there");
    struct fth_manifest *manifest = our_list();
    FTH_REQUIRE(manifest != NULL);
    for (size_t i = 0; i < FTH_ARRAY_COUNT(cases); i++) {
        char name[128];
        struct fth_error error = {.message = ""};
        struct fth_infer_session *session = NULL;
        struct fth_network network = *fth_manifest_find(manifest, "depth-anything-v2-small");
        network.input_name = cases[i].input;
        network.output_name = cases[i].output;
        network.size_rule = FTH_SIZE_FIXED;
        network.width = network.height = 64;
        snprintf(name, sizeof(name), "models/broken/%s.onnx", cases[i].file);
        const char *path = fth_test_material(name);
        if (fth_infer_session_open(&network, path, NULL, &session, &error) == FTH_OK) {
            static float pixels[3 * 64 * 64];
            struct fth_tensor input = {pixels, 4, {1, 3, 64, 64}}, output;
            FTH_CHECK_INT(fth_infer_session_run(session, &input, &output, &error), FTH_ERR_NETWORK);
        }
        if (!strstr(error.message, cases[i].says))
            fth_test_fail(__FILE__, __LINE__, "%s: \"%s\" does not say \"%s\"", cases[i].file,
                          error.message, cases[i].says);
        fth_infer_session_close(&session);
    }
    fth_manifest_close(&manifest);
}
