/* SPDX-License-Identifier: Apache-2.0 */
/* A network of windows through the depth floor's eyes: metres become nearness, frame by frame. */
#include <math.h>

#include "base/mem.h"
#include "depth/single.h"
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

static const char *write_net(void)
{
    struct onnx net = {0};
    onnx_input(&net, "frames", ONNX_FLOAT, "1,4,3,h,w");
    onnx_output(&net, "depth", ONNX_FLOAT, "1,4,h,w");
    onnx_node(&net, "ReduceMean", "frames", "depth", "axes=[2] keepdims=0");
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
    FTH_REQUIRE_OK(fth_infer_session_open(&network, write_net(), NULL, &session, &error), error);
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
