/* SPDX-License-Identifier: Apache-2.0 */
/* Windows of frames: where they stand, that every frame gets its own answer in order, and that
 * their joins do not show. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "infer/runtime.h"
#include "infer/window.h"
#include "check.h"
#include "onnx.h"

enum { WINDOW = 32, OVERLAP = 10, WIDTH = 28, HEIGHT = 16, PLANE = WIDTH * HEIGHT };

static bool have_runtime(void)
{
    const fth_runtime_call *calls;
    return fth_runtime_load(&calls, NULL) == FTH_OK;
}

FTH_TEST(every_frame_lies_in_a_full_window)
{
    static const int sizes[][2] = {{32, 10}, {32, 16}, {4, 1}, {5, 0}, {1, 0}};
    for (size_t s = 0; s < FTH_ARRAY_COUNT(sizes); s++) {
        for (int64_t n = 1; n < 150; n++) {
            struct fth_window_plan plan = {n, sizes[s][0], sizes[s][1]};
            int64_t count = fth_window_count(&plan), first, last;
            /* no window more than is needed */
            FTH_CHECK(count == 1 || fth_window_first(&plan, count - 2) + plan.window < n);
            FTH_CHECK(fth_window_first(&plan, count - 1) + plan.window >= n);
            FTH_CHECK_INT(fth_window_frame(&plan, count - 1, plan.window - 1), n - 1);
            for (int64_t k = 0; k < n; k++) {
                fth_window_of(&plan, k, &first, &last);
                FTH_CHECK(first >= 0 && first <= last && last < count && last - first <= 1);
                int64_t place = k - fth_window_first(&plan, last);
                FTH_CHECK(place >= 0 && place < plan.window);
                FTH_CHECK_INT(fth_window_frame(&plan, last, (int)place), k);
                int64_t early = k - fth_window_first(&plan, first);
                FTH_CHECK(early >= 0 && early < plan.window);
                FTH_CHECK((first < last) == (last > 0 && place < plan.overlap));
            }
        }
    }
}

static struct fth_network windowed(enum fth_network_meaning meaning)
{
    return (struct fth_network){.id = "windowed", .input_name = "frames", .output_name = "depth",
                                .layout = FTH_LAYOUT_NFCHW, .size_rule = FTH_SIZE_NEAREST,
                                .side = 16, .multiple = 4, .deviation = {1, 1, 1},
                                .output_rank = 4, .meaning = meaning, .window = WINDOW,
                                .overlap = OVERLAP};
}

/* The mean of the colours; `own`: with a scale and shift that hang on all of the window. */
static const char *write_net(bool own)
{
    struct onnx net = {0};
    onnx_input(&net, "frames", ONNX_FLOAT, "1,32,3,h,w");
    onnx_output(&net, "depth", ONNX_FLOAT, "1,32,h,w");
    onnx_node(&net, "ReduceMean", "frames", own ? "m" : "depth", "axes=[2] keepdims=0");
    if (own) {
        onnx_node(&net, "ReduceMax", "m", "high", "axes=[0,1,2,3]");
        onnx_node(&net, "ReduceMean", "m", "middle", "axes=[0,1,2,3]");
        onnx_node(&net, "Sub", "m middle", "moved", "");
        onnx_node(&net, "Div", "moved high", "depth", "");
    }
    return onnx_write(&net, own ? "own.onnx" : "plain.onnx", 13);
}

/* Depth of a scene that moves and drifts. */
static float truth_at(int64_t frame, int i)
{
    double x = i % WIDTH, y = i / WIDTH, t = (double)frame;
    return (float)(0.45 + 0.1 * sin(x / 5 + t / 9) + 0.002 * y + 0.001 * t + 0.05 * cos(t / 13));
}

struct shot {
    float *answers;
    int64_t count; /* answers that came */
};

/* Pushes `n` frames and keeps what comes. */
static enum fth_status run_shot(struct fth_window_run *run, int64_t n, struct shot *shot,
                                struct fth_error *error)
{
    static float pixels[PLANE];
    struct fth_grid grid = {pixels, WIDTH, WIDTH, HEIGHT};
    struct fth_view view = {{grid, grid, grid}};
    struct fth_tensor map;
    enum fth_status status = FTH_OK;
    shot->count = 0;
    fth_window_begin(run);
    for (int64_t k = 0; k <= n && status == FTH_OK; k++) {
        for (int i = 0; i < PLANE; i++)
            pixels[i] = truth_at(k, i);
        status = k < n ? fth_window_push(run, &view, error) : fth_window_end(run, error);
        while (status == FTH_OK && shot->count < n && fth_window_pull(run, &map))
            memcpy(shot->answers + PLANE * shot->count++, map.data, PLANE * sizeof(float));
    }
    if (status == FTH_OK && fth_window_pull(run, &map))
        status = fth_fail(error, FTH_ERR_DATA, "more answers than frames");
    return status;
}

static void check_shot(enum fth_network_meaning meaning, bool own, const int64_t *lengths,
                       size_t length_count, void (*check)(const struct shot *shot, int64_t n))
{
    struct fth_error error = {.message = ""};
    struct fth_network network = windowed(meaning);
    struct fth_infer_session *session = NULL;
    struct fth_window_run *run = NULL;
    struct shot shot = {fth_alloc(200 * PLANE, sizeof(float)), 0};
    FTH_REQUIRE(shot.answers != NULL);
    FTH_REQUIRE_OK(fth_infer_session_open(&network, write_net(own), NULL, &session, &error), error);
    FTH_REQUIRE_OK(fth_window_run_new(session, WIDTH, HEIGHT, &run, &error), error);
    for (size_t i = 0; i < length_count; i++) {
        FTH_REQUIRE_OK(run_shot(run, lengths[i], &shot, &error), error);
        FTH_CHECK_INT(shot.count, lengths[i]);
        check(&shot, lengths[i]);
    }
    fth_window_run_free(&run);
    fth_infer_session_close(&session);
    fth_free(shot.answers);
}

/* Metres are not rescaled: each frame's answer is its own. */
static void check_order(const struct shot *shot, int64_t n)
{
    double off = 0;
    for (int64_t i = 0; i < n * PLANE; i++)
        off = fmax(off, fabs((double)shot->answers[i] -
                             (double)truth_at(i / PLANE, (int)(i % PLANE))));
    FTH_CHECK_NEAR(off, 0, 1e-6); /* float's own: a mean of three and a fade of equals */
}

FTH_TEST(frames_get_their_own_answers_in_order)
{
    static const int64_t lengths[] = {1, 2, 31, 32, 33, 53, 54, 55, 100};
    if (!have_runtime())
        FTH_SKIP("the runtime is not there");
    check_shot(FTH_MEANS_METRIC_Z, false, lengths, FTH_ARRAY_COUNT(lengths), check_order);
}

/* One scale and shift for the whole shot leave nothing; unjoined, each window has its own. */
static void check_joined(const struct shot *shot, int64_t n)
{
    double count = (double)(n * PLANE), x = 0, y = 0, xx = 0, xy = 0, yy = 0;
    for (int64_t i = 0; i < n * PLANE; i++) {
        double a = (double)shot->answers[i], b = (double)truth_at(i / PLANE, (int)(i % PLANE));
        x += a, y += b, xx += a * a, xy += a * b, yy += b * b;
    }
    double cross = xy - x * y / count;
    double left = yy - y * y / count - cross * cross / (xx - x * x / count);
    double share = sqrt(fmax(left, 0) / (yy - y * y / count));
    /* 1.5e-6 here; .13 to .52 when windows are only faded into each other */
    if (share > 1e-4)
        fth_test_fail(__FILE__, __LINE__, "%d frames: %.2g of the truth's spread is left", (int)n,
                      share);
}

FTH_TEST(joins_of_windows_do_not_show)
{
    static const int64_t lengths[] = {40, 54, 120};
    if (!have_runtime())
        FTH_SKIP("the runtime is not there");
    check_shot(FTH_MEANS_RELATIVE_INVERSE, true, lengths, FTH_ARRAY_COUNT(lengths), check_joined);
}

/* A tenth of wrong values, as where something moved between two looks, moves the fit hardly. */
FTH_TEST(joins_are_robust)
{
    enum { COUNT = 40000 };
    static float before[COUNT], after[COUNT];
    for (int i = 0; i < COUNT; i++) {
        after[i] = truth_at(0, i % PLANE);
        before[i] = after[i] * 1.7f - 0.2f + 0.002f * (float)(i % 7 - 3);
        if (i % 10 == 3)
            before[i] += 2;
    }
    struct fth_window_fit fit =
        fth_window_fit_of(FTH_MEANS_RELATIVE_INVERSE, before, after, COUNT);
    /* plain least squares is off by .2 in shift; the noise alone allows 1e-4 */
    FTH_CHECK_NEAR(fit.scale, 1.7, 0.005);
    FTH_CHECK_NEAR(fit.shift, -0.2, 0.003);
    fit = fth_window_fit_of(FTH_MEANS_METRIC_Z, before, after, COUNT);
    FTH_CHECK_NEAR(fit.scale, 1, 0);
    FTH_CHECK_NEAR(fit.shift, 0, 0);
    for (int i = 0; i < COUNT; i++)
        after[i] = 0.5f; /* flat: only moved */
    fit = fth_window_fit_of(FTH_MEANS_RELATIVE_INVERSE, before, after, COUNT);
    FTH_CHECK(fit.scale == 1 && isfinite(fit.shift));
}

/* The end of an .npy is its numbers. */
static float *read_numbers(const char *name, size_t count)
{
    const char *path = fth_test_material(name);
    float *numbers = fth_alloc(count, sizeof(*numbers));
    FILE *file = path ? fopen(path, "rb") : NULL;
    bool read = numbers && file && fseek(file, -(long)(count * sizeof(float)), SEEK_END) == 0 &&
                fread(numbers, sizeof(float), count, file) == count;
    if (file)
        fclose(file);
    if (read)
        return numbers;
    fth_free(numbers);
    return NULL;
}

FTH_TEST(the_window_network_matches_its_golden)
{
    enum { ROWS = 56, COLUMNS = 112, MAPS = WINDOW * ROWS * COLUMNS };
    if (!fth_test_material("models/video_window.onnx") || !have_runtime())
        FTH_SKIP("the material or the runtime is not there");
    struct fth_error error = {.message = ""};
    struct fth_network network = windowed(FTH_MEANS_RELATIVE_INVERSE);
    struct fth_infer_session *session = NULL;
    float *input = read_numbers("models/video_window.input.npy", 3 * (size_t)MAPS);
    float *golden = read_numbers("models/video_window.output.npy", MAPS);
    struct fth_tensor tensor = {input, 5, {1, WINDOW, 3, ROWS, COLUMNS}}, output;
    FTH_REQUIRE(input && golden);
    FTH_REQUIRE_OK(fth_infer_session_open(&network, fth_test_material("models/video_window.onnx"),
                                          NULL, &session, &error),
                   error);
    FTH_REQUIRE_OK(fth_infer_session_run(session, &tensor, &output, &error), error);
    double off = 0;
    for (int i = 0; i < MAPS; i++)
        off = fmax(off, fabs((double)output.data[i] - (double)golden[i]));
    FTH_CHECK_NEAR(off, 0, 1e-4); /* stated with the material */
    fth_infer_session_close(&session);
    fth_free(input);
    fth_free(golden);
}
