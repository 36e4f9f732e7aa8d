/* SPDX-License-Identifier: Apache-2.0 */
/* Networks made by others: the same answer whatever the element types, ranks, sides, colours' place
 * and operator set of the file; what cannot be read as a map of the picture is refused by name. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/thread.h"
#include "infer/device.h"
#include "infer/fit.h"
#include "infer/predict.h"
#include "infer/runtime.h"
#include "infer/trial.h"
#include "check.h"
#include "onnx.h"

enum { WIDTH = 64, HEIGHT = 40 };

static bool have_runtime(void)
{
    const fth_runtime_call *calls;
    return fth_runtime_load(&calls, NULL) == FTH_OK;
}

/* A picture shown as it is; the answer comes back as it is. */
static struct fth_network usual(void)
{
    return (struct fth_network){.id = "usual", .title = "Usual", .licence = "MIT",
                                .url = "", .package = "", .sha256 = "",
                                .input_name = "in", .output_name = "out",
                                .size_rule = FTH_SIZE_LONG_SIDE, .side = WIDTH, .multiple = 1,
                                .filter = FTH_FILTER_AREA, .back = FTH_FILTER_BILINEAR,
                                .deviation = {1, 1, 1}, .output_rank = 3,
                                .valid_least = -INFINITY, .most = INFINITY, .window = 1};
}

struct shape {
    const char *input_dims, *output_dims, *mean; /* attributes of ReduceMean */
    int input, output;                           /* elements */
    enum fth_network_layout layout;
    int opset;
};

/* The mean of the colours, by way of floats. */
static const char *write_mean(const struct shape *shape)
{
    struct onnx net = {0};
    onnx_input(&net, "picture", shape->input, shape->input_dims);
    onnx_output(&net, "map", shape->output, shape->output_dims);
    onnx_node(&net, "Cast", "picture", "a", "to=1");
    onnx_node(&net, "ReduceMean", "a", "b", shape->mean);
    onnx_node(&net, "Cast", "b", "map", shape->output == ONNX_HALF ? "to=10" : "to=1");
    return onnx_write(&net, "mean.onnx", shape->opset);
}

static float colour_at(int c, int x, int y)
{
    int step = (x * (c + 1) * 5 + y * 3) % 256;
    return (float)step / 255;
}

/* |answer - mean of the colours|, the largest; -1 when there was none. */
static double error_of(const struct fth_network *network, const char *path, double scale)
{
    static float pixels[3][WIDTH * HEIGHT];
    struct fth_error error = {.message = ""};
    struct fth_infer_session *session = NULL;
    struct fth_arena *arena = NULL;
    struct fth_grid rgb[3], values;
    double most = -1;
    for (int c = 0; c < 3; c++) {
        rgb[c] = (struct fth_grid){pixels[c], WIDTH, WIDTH, HEIGHT};
        for (int i = 0; i < WIDTH * HEIGHT; i++)
            pixels[c][i] = colour_at(c, i % WIDTH, i / WIDTH);
    }
    enum fth_status status = fth_arena_create(&arena, &error);
    struct fth_work work = {.arena = arena};
    if (status == FTH_OK)
        status = fth_infer_session_open(network, path, NULL, &session, &error);
    if (status == FTH_OK)
        status = fth_grid_new(arena, WIDTH, HEIGHT, &values, &error);
    if (status == FTH_OK)
        status = fth_predict(&work, session, rgb, 0, &values, &error);
    for (int i = 0; status == FTH_OK && i < WIDTH * HEIGHT; i++) {
        double truth = ((double)pixels[0][i] + (double)pixels[1][i] + (double)pixels[2][i]) / 3;
        double got = (double)fth_grid_row(&values, i / WIDTH)[i % WIDTH];
        most = fmax(most, fabs(got - truth * scale));
    }
    if (status != FTH_OK)
        fth_test_fail(__FILE__, __LINE__, "%s", error.message);
    fth_infer_session_close(&session);
    fth_arena_destroy(&arena);
    return most;
}

FTH_TEST(networks_of_many_shapes_answer_alike)
{
    static const struct shape shapes[] = {
        {"n,3,h,w", "n,h,w", "axes=[1] keepdims=0", ONNX_FLOAT, ONNX_FLOAT, FTH_LAYOUT_NCHW, 13},
        {"1,3,h,w", "1,h,w", "axes=[1] keepdims=0", ONNX_FLOAT, ONNX_FLOAT, FTH_LAYOUT_NCHW, 9},
        {"1,3,40,64", "1,1,40,64", "axes=[1]", ONNX_FLOAT, ONNX_FLOAT, FTH_LAYOUT_NCHW, 11},
        {"n,c,h,w", "a,b,c,d", "axes=[1]", ONNX_FLOAT, ONNX_FLOAT, FTH_LAYOUT_NCHW, 17},
        {"1,3,h,w", "h,w", "axes=[0,1] keepdims=0", ONNX_FLOAT, ONNX_FLOAT, FTH_LAYOUT_NCHW, 13},
        {"1,3,h,w", "1,h,w", "axes=[1] keepdims=0", ONNX_HALF, ONNX_HALF, FTH_LAYOUT_NCHW, 13},
        {"1,3,h,w", "1,h,w", "axes=[1] keepdims=0", ONNX_FLOAT, ONNX_HALF, FTH_LAYOUT_NCHW, 13},
        {"1,3,h,w", "1,h,w", "axes=[1] keepdims=0", ONNX_UINT8, ONNX_FLOAT, FTH_LAYOUT_NCHW, 13},
        {"1,h,w,3", "1,h,w,1", "axes=[3]", ONNX_FLOAT, ONNX_FLOAT, FTH_LAYOUT_NHWC, 13},
        {"1,40,64,3", "1,40,64", "axes=[3] keepdims=0", ONNX_UINT8, ONNX_FLOAT, FTH_LAYOUT_NHWC,
         13}};
    if (!have_runtime())
        FTH_SKIP("the runtime is not there");
    for (size_t i = 0; i < FTH_ARRAY_COUNT(shapes); i++) {
        struct fth_error error = {.message = ""};
        struct fth_network like = usual();
        struct fth_fit fit;
        const struct shape *shape = &shapes[i];
        const char *path = write_mean(shape);
        like.layout = shape->layout;
        FTH_REQUIRE(path != NULL);
        FTH_REQUIRE_OK(fth_fit_file(&like, path, NULL, NULL, &fit, &error), error);
        FTH_CHECK_TEXT(fit.network.input_name, "picture");
        FTH_CHECK_TEXT(fit.network.output_name, "map");
        FTH_REQUIRE_OK(fth_network_try(&fit.network, path, &error), error);
        /* half keeps 11 bits: of 1, 2^-11, once on the way in and once out; of 255 nothing */
        bool half = shape->input == ONNX_HALF || shape->output == ONNX_HALF;
        double scale = shape->input == ONNX_UINT8 ? 255 : 1;
        double off = error_of(&fit.network, path, scale);
        if (!(off >= 0 && off <= (half ? 1e-3 : 1e-6 * scale)))
            fth_test_fail(__FILE__, __LINE__, "%s to %s: off by %g", shape->input_dims,
                          shape->output_dims, off);
    }
}

/* Fits and tries; what was said in one line. */
static const char *refusal(const char *path, const char *output, enum fth_network_layout layout)
{
    static struct fth_error error;
    struct fth_network like = usual();
    struct fth_fit fit;
    error.message[0] = '\0';
    like.layout = layout;
    enum fth_status status = fth_fit_file(&like, path, NULL, output, &fit, &error);
    if (status == FTH_OK)
        status = fth_network_try(&fit.network, path, &error);
    if (status == FTH_OK || strchr(error.message, '\n') || !strstr(error.message, path))
        fth_test_fail(__FILE__, __LINE__, "%s: %d, \"%s\"", path, (int)status, error.message);
    return error.message;
}

FTH_TEST(networks_that_give_no_map_are_refused_by_name)
{
    static const struct {
        struct shape shape;
        const char *says;
    } cases[] = {
        {{"1,h,w,3", "1,h,w,1", "axes=[3]", 1, 1, FTH_LAYOUT_NCHW, 13}, ""},
        {{"1,64,64,3", "1,64,64,1", "axes=[3]", 1, 1, FTH_LAYOUT_NCHW, 13}, "this is NHWC"},
        {{"1,3,64,64", "1,1,64,64", "axes=[1]", 1, 1, FTH_LAYOUT_NHWC, 13}, "this is NCHW"},
        {{"2,3,h,w", "2,h,w", "axes=[1] keepdims=0", 1, 1, 0, 13}, "always 2 pictures at once"},
        {{"1,1,h,w", "1,h,w", "axes=[1] keepdims=0", 1, 1, 0, 13}, "has 1 where the 3 colours"},
        {{"1,3,h,w", "1,3,h,w", "axes=[0]", 1, 1, 0, 13}, "the answer has 3 maps, 1 wanted"},
        {{"1,3,h,w", "1,1,1,w", "axes=[1,2]", 1, 1, 0, 13}, "no map of it"},
        {{"1,3,h,w", "a", "axes=[0,1,2] keepdims=0", 1, 1, 0, 13}, "has 1 dimensions"},
        {{"1,3,h,w", "1,h,w", "axes=[1] keepdims=0", 7, 1, 0, 13}, "no tensor of floats, half"},
        {{"3,h,w", "h,w", "axes=[0] keepdims=0", 1, 1, 0, 13}, "has 3 dimensions, the manifest"},
    };
    if (!have_runtime())
        FTH_SKIP("the runtime is not there");
    for (size_t i = 0; i < FTH_ARRAY_COUNT(cases); i++) {
        const char *says = refusal(write_mean(&cases[i].shape), NULL, cases[i].shape.layout);
        if (!strstr(says, cases[i].says))
            fth_test_fail(__FILE__, __LINE__, "\"%s\" does not say \"%s\"", says, cases[i].says);
    }
}

FTH_TEST(one_of_several_outputs_is_named)
{
    struct fth_error error = {.message = ""};
    struct onnx net = {0};
    struct fth_network like = usual();
    struct fth_fit fit;
    if (!have_runtime())
        FTH_SKIP("the runtime is not there");
    onnx_input(&net, "x", ONNX_FLOAT, "1,3,h,w");
    onnx_output(&net, "near", ONNX_FLOAT, "1,h,w");
    onnx_output(&net, "sure", ONNX_FLOAT, "1,h,w");
    onnx_node(&net, "ReduceMean", "x", "near", "axes=[1] keepdims=0");
    onnx_node(&net, "ReduceMax", "x", "sure", "axes=[1] keepdims=0");
    const char *path = onnx_write(&net, "two.onnx", 13);
    FTH_CHECK(strstr(refusal(path, NULL, 0), "several outputs (\"near\", \"sure\")") != NULL);
    FTH_CHECK(strstr(refusal(path, "far", 0), "no output \"far\"") != NULL);
    FTH_REQUIRE_OK(fth_fit_file(&like, path, NULL, "near", &fit, &error), error);
    FTH_CHECK_NEAR(error_of(&fit.network, path, 1), 0, 1e-6); /* float's own */
    like.output_name = "near"; /* as the list calls it: no need to say so */
    FTH_REQUIRE_OK(fth_fit_file(&like, path, NULL, NULL, &fit, &error), error);
}

FTH_TEST(weights_in_another_file_are_told)
{
    struct onnx net = {0};
    float one = 1;
    if (!have_runtime())
        FTH_SKIP("the runtime is not there");
    onnx_input(&net, "x", ONNX_FLOAT, "1,3,h,w");
    onnx_output(&net, "y", ONNX_FLOAT, "1,3,h,w");
    onnx_external(&net, "weight", "big.onnx_data");
    onnx_node(&net, "Mul", "x weight", "y", "");
    const char *path = onnx_write(&net, "big.onnx", 13);
    FILE *file = fopen(fth_test_path("big.onnx_data"), "wb");
    FTH_REQUIRE(file && fwrite(&one, sizeof(one), 1, file) == 1);
    fclose(file);
    FTH_CHECK(strstr(refusal(path, NULL, 0), "weights in another file (\"big.onnx_data\")") !=
              NULL);
}

/* ---- what is remembered */

static struct fth_network recurrent(void)
{
    struct fth_network network = usual();
    network.layout = FTH_LAYOUT_RECURRENT;
    network.output_rank = 4;
    network.states[0] = (struct fth_network_state){"before", "after"};
    network.state_count = 1;
    network.constants[0] = (struct fth_network_constant){"ratio", 0.5};
    network.constant_count = 1;
    return network;
}

/* out = mean(in) * ratio + before; after = out. What is remembered is of type `element`. */
static const char *write_recurrent(int element)
{
    struct onnx net = {0};
    onnx_input(&net, "in", ONNX_FLOAT, "1,3,h,w");
    onnx_input(&net, "before", element, "b,c,r,s");
    onnx_input(&net, "ratio", ONNX_FLOAT, "1");
    onnx_output(&net, "colours", ONNX_FLOAT, "1,3,h,w");
    onnx_output(&net, "out", ONNX_FLOAT, "1,1,h,w");
    onnx_output(&net, "after", element, "1,1,h,w");
    onnx_node(&net, "Identity", "in", "colours", "");
    onnx_node(&net, "ReduceMean", "in", "a", "axes=[1]");
    onnx_node(&net, "Mul", "a ratio", "b", "");
    onnx_node(&net, "Cast", "before", "c", "to=1");
    onnx_node(&net, "Add", "b c", "out", "");
    onnx_node(&net, "Cast", "out", "after", element == ONNX_HALF ? "to=10" : "to=1");
    return onnx_write(&net, "recurrent.onnx", 13);
}

static double first_answer(struct fth_infer_session *session)
{
    static float ones[3 * 8 * 8];
    struct fth_error error = {.message = ""};
    struct fth_tensor input = {ones, 4, {1, 3, 8, 8}}, output;
    for (size_t i = 0; i < FTH_ARRAY_COUNT(ones); i++)
        ones[i] = 1;
    if (fth_infer_session_run(session, &input, &output, &error) == FTH_OK)
        return (double)output.data[0];
    fth_test_fail(__FILE__, __LINE__, "%s", error.message);
    return NAN;
}

FTH_TEST(recurrent_networks_remember_until_told_to_forget)
{
    static const int elements[] = {ONNX_FLOAT, ONNX_HALF};
    if (!have_runtime())
        FTH_SKIP("the runtime is not there");
    for (size_t i = 0; i < FTH_ARRAY_COUNT(elements); i++) {
        struct fth_error error = {.message = ""};
        struct fth_infer_session *session = NULL;
        struct fth_network network = recurrent();
        const char *path = write_recurrent(elements[i]);
        FTH_REQUIRE_OK(fth_network_try(&network, path, &error), error);
        FTH_REQUIRE_OK(fth_infer_session_open(&network, path, NULL, &session, &error), error);
        for (int shot = 0; shot < 2; shot++) {
            for (int frame = 1; frame <= 3; frame++)
                FTH_CHECK_NEAR(first_answer(session), 0.5 * frame, 0); /* halves are exact */
            fth_infer_session_forget(session);
        }
        fth_infer_session_close(&session);
    }
}

FTH_TEST(what_a_network_wants_beside_the_picture_must_be_listed)
{
    static const struct {
        const char *input, *output, *constant, *says;
    } cases[] = {{"before", "after", "rate", "says nothing of \"ratio\""},
                 {"behind", "after", "ratio", "says nothing of \"before\""},
                 {"before", "later", "ratio", "no output of the same type \"later\""}};
    if (!have_runtime())
        FTH_SKIP("the runtime is not there");
    const char *path = write_recurrent(ONNX_FLOAT);
    for (size_t i = 0; i < FTH_ARRAY_COUNT(cases); i++) {
        struct fth_error error = {.message = ""};
        struct fth_infer_session *session = NULL;
        struct fth_network network = recurrent();
        network.states[0] = (struct fth_network_state){cases[i].input, cases[i].output};
        network.constants[0].name = cases[i].constant;
        FTH_CHECK_INT(fth_infer_session_open(&network, path, NULL, &session, &error),
                      FTH_ERR_NETWORK);
        if (!strstr(error.message, cases[i].says))
            fth_test_fail(__FILE__, __LINE__, "\"%s\" does not say \"%s\"", error.message,
                          cases[i].says);
    }
}

/* ---- cancelling */

static void *cancel_soon(void *context)
{
    struct fth_cancel *cancel = context;
    nanosleep(&(struct timespec){0, 30 * 1000000L}, NULL);
    atomic_store(&cancel->requested, true);
    return NULL;
}

/* A network of seconds. */
static const char *write_slow(void)
{
    struct onnx net = {0};
    char from[16] = "x", to[16];
    onnx_input(&net, "in", ONNX_FLOAT, "1,3,h,w");
    onnx_output(&net, "out", ONNX_FLOAT, "1,h,w");
    onnx_node(&net, "Identity", "in", "x", "");
    for (int i = 0; i < 400; i++) {
        snprintf(to, sizeof(to), "x%d", i);
        onnx_node(&net, "Atan", from, to, "");
        snprintf(from, sizeof(from), "%s", to);
    }
    onnx_node(&net, "ReduceMean", from, "out", "axes=[1] keepdims=0");
    return onnx_write(&net, "slow.onnx", 13);
}

FTH_TEST(cancel_ends_a_run_under_way)
{
    enum { SIDE = 1024 };
    struct fth_error error = {.message = ""};
    struct fth_cancel cancel = {.requested = false};
    struct fth_infer_options options = {.thread_count = 1, .cancel = &cancel};
    struct fth_infer_session *session = NULL;
    struct fth_network network = usual();
    struct fth_thread thread = {0};
    if (!have_runtime())
        FTH_SKIP("the runtime is not there");
    float *pixels = fth_alloc(3 * SIDE * SIDE, sizeof(*pixels));
    struct fth_tensor input = {pixels, 4, {1, 3, SIDE, SIDE}}, output;
    FTH_REQUIRE(pixels != NULL);
    FTH_REQUIRE_OK(fth_infer_session_open(&network, write_slow(), &options, &session, &error),
                   error);
    FTH_REQUIRE_OK(fth_thread_start(&thread, "cancel", cancel_soon, &cancel, &error), error);
    double start_s = fth_clock_s();
    FTH_CHECK_INT(fth_infer_session_run(session, &input, &output, &error), FTH_CANCELLED);
    double spent_s = fth_clock_s() - start_s;
    fth_thread_join(&thread);
    /* the whole takes several seconds; 30 ms until the flag, a step of at most 20 ms, and room for
     * a busy machine */
    if (spent_s > 0.5)
        fth_test_fail(__FILE__, __LINE__, "ended after %.0f ms", spent_s * 1000);
    atomic_store(&cancel.requested, false); /* the session is as good as before */
    input.dims[2] = input.dims[3] = 8;
    FTH_CHECK_INT(fth_infer_session_run(session, &input, &output, &error), FTH_OK);
    fth_infer_session_close(&session);
    fth_free(pixels);
}

/* ---- devices */

FTH_TEST(devices_are_named_and_give_way)
{
    struct fth_error error = {.message = ""};
    char why[FTH_DEVICE_WHY];
    size_t index = 9;
    if (!have_runtime())
        FTH_SKIP("the runtime is not there");
    FTH_CHECK_INT(fth_device_choose("cpu", &index, &error), FTH_OK);
    FTH_CHECK_INT(index, 0);
    FTH_CHECK_INT(fth_device_try(0, why), FTH_DEVICE_WORKS); /* the network of one step runs */
    FTH_CHECK_INT(fth_device_choose("cudda", &index, &error), FTH_ERR_USAGE);
    FTH_CHECK(strstr(error.message, "did you mean \"cuda\"") != NULL);
    FTH_CHECK_INT(fth_device_choose("coreml", &index, &error), FTH_OK); /* of another system */
    FTH_CHECK_INT(index, 0);
}
