/* SPDX-License-Identifier: Apache-2.0 */
/* A network of windows through the depth floor's eyes: metres become nearness, frame by frame, and
 * a clip's answers hang on its shots alone. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "depth/estimate.h"
#include "depth/single.h"
#include "ask.h"
#include "infer/runtime.h"
#include "check.h"
#include "onnx.h"

enum { WIDTH = 96, HEIGHT = 56, FRAMES = 11 };

static struct fth_network metric(void)
{
    return (struct fth_network){.id = "windowed", .input_name = "frames", .output_name = "depth",
                                .layout = FTH_LAYOUT_NFCHW, .size_rule = FTH_SIZE_NEAREST,
                                .side = 56, .multiple = 8, .filter = FTH_FILTER_AREA,
                                .back = FTH_FILTER_BILINEAR, .deviation = {1, 1, 1},
                                .output_rank = 4, .meaning = FTH_MEANS_METRIC_Z,
                                .valid_least = 0.01, .invalid_percentile = 50, .most = INFINITY,
                                .window = 4, .overlap = 1};
}

/* The mean of the colours; `leans`: and of all frames of the window, so that its place shows. */
static const char *write_net(bool leans)
{
    struct onnx net = {0};
    onnx_input(&net, "frames", ONNX_FLOAT, "1,4,3,h,w");
    onnx_output(&net, "depth", ONNX_FLOAT, "1,4,h,w");
    onnx_node(&net, "ReduceMean", "frames", leans ? "own" : "depth", "axes=[2] keepdims=0");
    if (leans) {
        onnx_node(&net, "ReduceMean", "own", "all", "axes=[1]");
        onnx_node(&net, "Add", "own all", "depth", "");
    }
    return onnx_write(&net, "windows.onnx", 13);
}

/* Every frame has a depth of its own. */
static float depth_of(int frame)
{
    return 0.2f + 0.05f * (float)frame;
}

FTH_TEST(windows_give_each_frame_its_nearness)
{
    struct fth_error error = {.message = ""};
    const fth_runtime_call *calls;
    struct fth_network network = metric();
    struct fth_infer_session *session = NULL;
    struct fth_window_run *run = NULL;
    struct fth_arena *arena = NULL;
    struct fth_tensor map;
    struct fth_grid grid, near, invalid;
    int answered = 0;
    if (fth_runtime_load(&calls, NULL) != FTH_OK)
        FTH_SKIP("the runtime is not there");
    FTH_REQUIRE_OK(fth_arena_create(&arena, &error), error);
    struct fth_work work = {.arena = arena};
    FTH_REQUIRE_OK(fth_infer_session_open(&network, write_net(false), NULL, &session, &error),
                   error);
    FTH_REQUIRE_OK(fth_single_window_new(session, true, WIDTH, HEIGHT, &run, &error), error);
    FTH_REQUIRE_OK(fth_grid_new(arena, WIDTH, HEIGHT, &grid, &error), error);
    FTH_REQUIRE_OK(fth_grid_new(arena, WIDTH / 2, HEIGHT / 2, &near, &error), error);
    FTH_REQUIRE_OK(fth_grid_new(arena, WIDTH / 2, HEIGHT / 2, &invalid, &error), error);
    const struct fth_grid picture[3] = {grid, grid, grid};
    for (int frame = 0; frame <= FRAMES; frame++) {
        fth_grid_fill(&grid, depth_of(frame));
        if (frame < FRAMES)
            FTH_REQUIRE_OK(fth_single_window_push(run, session, true, &work, picture, &error),
                           error);
        else
            FTH_REQUIRE_OK(fth_window_end(run, &error), error);
        while (fth_window_pull(run, &map)) {
            FTH_REQUIRE_OK(fth_single_window_near(session, &work, &map, &near, &invalid, &error),
                           error);
            /* float's own: a mean of three, resampled twice, and its inverse */
            FTH_CHECK_NEAR((double)fth_grid_row(&near, 9)[20] * (double)depth_of(answered), 1,
                           1e-5);
            FTH_CHECK_NEAR((double)fth_grid_row(&invalid, 9)[20], 0, 0);
            answered++;
        }
    }
    FTH_CHECK_INT(answered, FRAMES);
    fth_window_run_free(&run);
    fth_infer_session_close(&session);
    fth_arena_destroy(&arena);
}

/* ---- through the estimator: a cut, and a frame that cannot be had */

enum { CLIP = 18, CUT = 12, GAP = 5 };

static struct fth_image *two_shots(const struct clip *clip, int64_t frame)
{
    static const char *const names[3] = {"R", "G", "B"};
    struct fth_format format = {clip->width, clip->height, 1};
    struct fth_image *image = NULL;
    if (frame == GAP || fth_image_new(format, fth_format_rect(format), &image, NULL) != FTH_OK)
        return NULL;
    for (int i = 0; i < 3; i++) {
        struct fth_plane *plane = NULL;
        if (fth_image_add(image, names[i], NULL, image->domain, &plane, NULL) != FTH_OK)
            return NULL;
        for (int y = 0; y < clip->height; y++) {
            for (int x = 0; x < clip->width; x++) {
                int wall = frame < CUT ? ((x + (int)frame) / 9 + y / 7 + i) % 4 * 40 + 30
                                       : (x * 7 + y * 3) / 8 % 5 * 50;
                *fth_plane_at(plane, x, y) = (float)wall / 255;
            }
        }
    }
    return image;
}

static bool write_list(void)
{
    static const char list[] =
        "{\"fathom_models\": 1, \"networks\": [{\"id\": \"w\", \"title\": \"w\", \"file\": "
        "\"windows.onnx\", \"task\": \"depth\", \"licence\": \"MIT\", \"window\": 4, "
        "\"overlap\": 1, \"input\": {\"name\": \"frames\", \"layout\": \"nfchw\", "
        "\"colour\": \"rgb\", \"size\": {\"rule\": \"nearest\", \"side\": 56, \"multiple\": "
        "8, \"filter\": \"area\"}}, \"output\": {\"name\": \"depth\", \"rank\": 4, "
        "\"meaning\": \"relative_inverse\", \"filter\": \"bilinear\"}}]}\n";
    const char *path = fth_test_path("manifest.json");
    return write_net(true) && fth_file_write(path, list, strlen(list), true, NULL) == FTH_OK;
}

static struct fth_estimator *open_clip(void)
{
    struct fth_estimator_options options = {.mode = FTH_DEPTH_BETTER, .model = "w", .first = 1,
                                            .last = CLIP};
    struct fth_estimator *estimator = NULL;
    struct fth_error error = {.message = ""};
    if (fth_estimator_open(&options, &estimator, &error) != FTH_OK)
        fth_test_fail(__FILE__, __LINE__, "%s", error.message);
    return estimator;
}

FTH_TEST(windows_stand_at_places_of_the_shot)
{
    static const int64_t alone[] = {9, 11, 12, 18};
    struct clip clip = {two_shots, WIDTH, HEIGHT, 0, 0};
    const fth_runtime_call *calls;
    struct fth_key keys[CLIP + 1];
    if (fth_runtime_load(&calls, NULL) != FTH_OK)
        FTH_SKIP("the runtime is not there");
    FTH_REQUIRE(write_list());
    setenv("FATHOM_MODELS", fth_test_folder(), 1);
    struct fth_estimator *whole = open_clip();
    FTH_REQUIRE(whole != NULL);
    uint64_t runs = fth_infer_run_count();
    for (int64_t frame = 1; frame <= CLIP; frame++) {
        if (frame != GAP)
            keys[frame] = key_of_bundle(ask(whole, &clip, frame));
    }
    /* what cannot be had parts shots: 4, 6 and 7 frames in windows of 4 that share 1, each once */
    FTH_CHECK_INT(fth_infer_run_count() - runs, 1 + 2 + 2);
    fth_estimator_close(&whole);
    for (size_t i = 0; i < FTH_ARRAY_COUNT(alone); i++) {
        struct fth_estimator *one = open_clip();
        FTH_REQUIRE(one != NULL);
        FTH_CHECK(fth_key_equal(key_of_bundle(ask(one, &clip, alone[i])), keys[alone[i]]));
        fth_estimator_close(&one);
    }
    unsetenv("FATHOM_MODELS");
}
