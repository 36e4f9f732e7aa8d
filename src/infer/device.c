/* SPDX-License-Identifier: Apache-2.0 */
/* A device counts only after a network of one step gave the right answer on it: builds of the
 * runtime offer what the machine's drivers and libraries may not keep. */
#include "infer/device.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "infer/session_options.h"

/* How a provider is put into a session's options. */
enum append { BY_NONE, BY_CUDA, BY_NAME, BY_SYMBOL };

static const struct device {
    const char *name, *provider;
    enum append append;
    const char *word;  /* BY_NAME: the provider's word; BY_SYMBOL: the exported call */
    const char *file;  /* automatic choice: the library that brings it, beside the runtime's own;
                          NULL: only when named */
} devices[] = {
    {"cpu", "CPUExecutionProvider", BY_NONE, NULL, NULL},
    {"cuda", "CUDAExecutionProvider", BY_CUDA, NULL, "libonnxruntime_providers_cuda.so"},
    {"rocm", "ROCMExecutionProvider", BY_SYMBOL,
     "OrtSessionOptionsAppendExecutionProvider_ROCM", "libonnxruntime_providers_rocm.so"},
    {"migraphx", "MIGraphXExecutionProvider", BY_SYMBOL,
     "OrtSessionOptionsAppendExecutionProvider_MIGraphX", "libonnxruntime_providers_migraphx.so"},
    /* not chosen by themselves: minutes of preparation, or answers of another precision */
    {"tensorrt", "TensorrtExecutionProvider", BY_SYMBOL,
     "OrtSessionOptionsAppendExecutionProvider_Tensorrt", NULL},
    {"openvino", "OpenVINOExecutionProvider", BY_NAME, "OpenVINO", NULL},
    {"dnnl", "DnnlExecutionProvider", BY_SYMBOL, "OrtSessionOptionsAppendExecutionProvider_Dnnl",
     NULL},
    {"xnnpack", "XnnpackExecutionProvider", BY_NAME, "XNNPACK", NULL},
    {"coreml", "CoreMLExecutionProvider", BY_NAME, "CoreML", NULL},
};

const char *fth_device_name(size_t index)
{
    return index < FTH_ARRAY_COUNT(devices) ? devices[index].name : NULL;
}

const char *fth_device_provider(size_t index)
{
    return devices[index].provider;
}

/* ---- into a session's options */

/* The same bytes run after run: no kernels chosen by how fast they happened to be, no shortened
 * mantissas. */
static OrtStatus *append_cuda(OrtSessionOptions *options)
{
    static const char *const keys[] = {"cudnn_conv_algo_search", "use_tf32"};
    static const char *const values[] = {"HEURISTIC", "0"};
    OrtCudaOptions *cuda = NULL;
    OrtStatus *status = fth_ort->create_cuda(&cuda);
    if (!status)
        status = fth_ort->update_cuda(cuda, keys, values, FTH_ARRAY_COUNT(keys));
    if (!status)
        status = fth_ort->append_cuda(options, cuda);
    fth_ort_release(FTH_ORT_CUDA, cuda);
    return status;
}

/* Older ways in, exported by the builds that have the provider: (options, device number). */
static OrtStatus *append_symbol(OrtSessionOptions *options, const char *symbol, bool *found)
{
    OrtStatus *(*append)(OrtSessionOptions *, int) = NULL;
    void *address = fth_runtime_symbol(symbol);
    memcpy(&append, &address, sizeof(append)); /* ISO C has no cast from data to function */
    *found = append != NULL;
    return append ? append(options, 0) : NULL;
}

OrtStatus *fth_device_append(size_t index, OrtSessionOptions *options, bool *found)
{
    const struct device *device = &devices[index];
    *found = true;
    switch (device->append) {
    case BY_CUDA:
        return append_cuda(options);
    case BY_NAME:
        return fth_ort->append_named(options, device->word, NULL, NULL, 0);
    case BY_SYMBOL:
        return append_symbol(options, device->word, found);
    case BY_NONE:
        break;
    }
    return NULL;
}

/* ---- trying */

/* An ONNX file of one Conv, by hand: ir_version 8; a graph "g" of the node (x, w) -> y, float
 * [1,1,3,3], [1,1,2,2] and [1,1,2,2]; opset 13. A convolution, since it is what networks are made
 * of, and since what it stands on (cuDNN) is looked for only when the first one runs. */
static const unsigned char one_step[] = {
    0x08, 0x08, 0x3a, 'k', 0x0a, 0x0f, 0x0a, 0x01, 'x', 0x0a, 0x01, 'w', 0x12, 0x01, 'y', 0x22,
    0x04, 'C', 'o', 'n', 'v', 0x12, 0x01, 'g', 'Z', 0x1b, 0x0a, 0x01, 'x', 0x12, 0x16, 0x0a, 0x14,
    0x08, 0x01, 0x12, 0x10, 0x0a, 0x02, 0x08, 0x01, 0x0a, 0x02, 0x08, 0x01, 0x0a, 0x02, 0x08,
    0x03, 0x0a, 0x02, 0x08, 0x03, 'Z', 0x1b, 0x0a, 0x01, 'w', 0x12, 0x16, 0x0a, 0x14, 0x08, 0x01,
    0x12, 0x10, 0x0a, 0x02, 0x08, 0x01, 0x0a, 0x02, 0x08, 0x01, 0x0a, 0x02, 0x08, 0x02, 0x0a,
    0x02, 0x08, 0x02, 'b', 0x1b, 0x0a, 0x01, 'y', 0x12, 0x16, 0x0a, 0x14, 0x08, 0x01, 0x12, 0x10,
    0x0a, 0x02, 0x08, 0x01, 0x0a, 0x02, 0x08, 0x01, 0x0a, 0x02, 0x08, 0x02, 0x0a, 0x02, 0x08,
    0x02, 'B', 0x02, 0x10, 0x0d};

static OrtStatus *make_square(float *values, int64_t side, OrtValue **tensor)
{
    const int64_t dims[4] = {1, 1, side, side};
    return fth_ort->create_tensor(fth_ort->memory, values, (size_t)(side * side) * sizeof(float),
                                  dims, FTH_ARRAY_COUNT(dims), FTH_ORT_FLOAT, tensor);
}

/* Small whole numbers are exact in every precision a device may work in; a quarter is what other
 * ways to convolve, by transforms, may be off. */
static bool is_right(const float *answer)
{
    static const float right[4] = {37, 47, 67, 77};
    for (size_t i = 0; i < FTH_ARRAY_COUNT(right); i++) {
        if (!(answer[i] > right[i] - 0.25f && answer[i] < right[i] + 0.25f))
            return false;
    }
    return true;
}

static OrtStatus *run_one_step(OrtSession *session, bool *right)
{
    float picture[9] = {1, 2, 3, 4, 5, 6, 7, 8, 9}, kernel[4] = {1, 2, 3, 4};
    const char *const input_names[2] = {"x", "w"}, *const output_names[1] = {"y"};
    OrtValue *x = NULL, *w = NULL, *y = NULL;
    void *answer = NULL;
    OrtStatus *status = make_square(picture, 3, &x);
    if (!status)
        status = make_square(kernel, 2, &w);
    const OrtValue *const inputs[2] = {x, w};
    if (!status)
        status = fth_ort->run(session, NULL, input_names, inputs, 2, output_names, 1, &y);
    if (!status)
        status = fth_ort->tensor_data(y, &answer);
    *right = !status && is_right(answer);
    fth_ort_release(FTH_ORT_VALUE, x);
    fth_ort_release(FTH_ORT_VALUE, w);
    fth_ort_release(FTH_ORT_VALUE, y);
    return status;
}

static bool is_offered(const char *provider)
{
    char **names = NULL;
    int count = 0;
    bool found = false;
    OrtStatus *status = fth_ort->providers(&names, &count);
    if (!status) {
        for (int i = 0; i < count; i++)
            found = found || strcmp(names[i], provider) == 0;
        status = fth_ort->release_providers(names, count);
    }
    fth_ort_release(FTH_ORT_STATUS, status);
    return found;
}

static enum fth_device_state try_now(size_t index, char why[FTH_DEVICE_WHY])
{
    OrtSession *session = NULL;
    OrtSessionOptions *options = NULL;
    bool found = true, right = true;
    if (fth_ort_start(NULL) != FTH_OK || !is_offered(devices[index].provider))
        return FTH_DEVICE_ABSENT;
    OrtStatus *status = fth_session_options_new(1, &options);
    if (!status)
        status = fth_device_append(index, options, &found);
    if (!status && found)
        status = fth_ort->create_session_of(fth_ort->env, one_step, sizeof(one_step), options,
                                            &session);
    if (!status && session)
        status = run_one_step(session, &right);
    fth_ort_release(FTH_ORT_OPTIONS, options);
    fth_ort_release(FTH_ORT_SESSION, session);
    if (status) {
        int length;
        const char *text = fth_ort_reason(status, &length);
        snprintf(why, FTH_DEVICE_WHY, "%.*s", FTH_MIN(length, FTH_DEVICE_WHY - 1), text);
        fth_ort_release(FTH_ORT_STATUS, status);
        return FTH_DEVICE_BROKEN;
    }
    if (!right) {
        snprintf(why, FTH_DEVICE_WHY, "it answers a convolution with wrong numbers");
        return FTH_DEVICE_BROKEN;
    }
    return found ? FTH_DEVICE_WORKS : FTH_DEVICE_ABSENT;
}

/* What was found out, once a process. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct {
    bool is_known;
    enum fth_device_state state;
    char why[FTH_DEVICE_WHY];
} tried[FTH_ARRAY_COUNT(devices)];

enum fth_device_state fth_device_try(size_t index, char why[FTH_DEVICE_WHY])
{
    pthread_mutex_lock(&lock);
    if (!tried[index].is_known)
        tried[index].state = try_now(index, tried[index].why);
    tried[index].is_known = true;
    enum fth_device_state state = tried[index].state;
    memcpy(why, tried[index].why, sizeof(tried[index].why));
    pthread_mutex_unlock(&lock);
    return state;
}

/* ---- choosing */

/* Does the file lie beside the runtime's? True, too, for a runtime of the system's, whose place is
 * not known before it is loaded. */
static bool lies_beside(const char *file)
{
    char *runtime = fth_runtime_path();
    struct fth_text path = {0};
    struct stat info;
    char *slash = runtime ? strrchr(runtime, '/') : NULL;
    bool there = runtime && !slash;
    if (slash) {
        fth_text_append(&path, "%.*s/%s", (int)(slash - runtime), runtime, file);
        there = !path.failed && stat(path.data, &info) == 0;
    }
    fth_text_clear(&path);
    fth_free(runtime);
    return there;
}

static size_t choose_automatically(void)
{
    char why[FTH_DEVICE_WHY];
    for (size_t i = 1; i < FTH_ARRAY_COUNT(devices); i++) {
        if (!devices[i].file || !lies_beside(devices[i].file))
            continue;
        enum fth_device_state state = fth_device_try(i, why);
        if (state == FTH_DEVICE_WORKS)
            return i;
        if (state == FTH_DEVICE_BROKEN)
            fth_log_once(FTH_LOG_INFO, "device %s does not work here (%s): networks run on the cpu",
                         devices[i].name, why);
    }
    return 0;
}

static enum fth_status find_named(const char *name, size_t *index, struct fth_error *error)
{
    const char *words[FTH_ARRAY_COUNT(devices) + 1] = {"auto"};
    struct fth_text all = {0};
    for (size_t i = 0; i < FTH_ARRAY_COUNT(devices); i++) {
        words[i + 1] = devices[i].name;
        *index = i;
        if (strcmp(devices[i].name, name) == 0)
            return FTH_OK;
    }
    const char *near = fth_nearest_word(name, words, FTH_ARRAY_COUNT(words));
    for (size_t i = 0; i < FTH_ARRAY_COUNT(words) && !near; i++)
        fth_text_append(&all, "%s%s", i ? ", " : "", words[i]);
    fth_fail(error, FTH_ERR_USAGE, "no device is called \"%.40s\"; %s%s%s", name,
             near ? "did you mean \"" : "there are ", near ? near : all.data ? all.data : "",
             near ? "\"?" : "");
    fth_text_clear(&all);
    return FTH_ERR_USAGE;
}

enum fth_status fth_device_choose(const char *wanted, size_t *index, struct fth_error *error)
{
    char why[FTH_DEVICE_WHY] = "";
    size_t named = 0;
    if (!wanted || !*wanted || strcmp(wanted, "auto") == 0) {
        *index = choose_automatically();
        return FTH_OK;
    }
    enum fth_status status = find_named(wanted, &named, error);
    if (status != FTH_OK)
        return status;
    *index = named;
    enum fth_device_state state = named ? fth_device_try(named, why) : FTH_DEVICE_WORKS;
    if (state == FTH_DEVICE_WORKS)
        return FTH_OK;
    *index = 0;
    char *path = fth_runtime_path();
    if (state == FTH_DEVICE_ABSENT)
        fth_log_once(FTH_LOG_WARNING,
                     "device %s is not offered by the ONNX Runtime in use (%s %s): networks run on "
                     "the cpu; FATHOM_ORT names another",
                     devices[named].name, path ? path : "", fth_runtime_version());
    else
        fth_log_once(FTH_LOG_WARNING, "device %s does not work here (%s): networks run on the cpu",
                     devices[named].name, why);
    fth_free(path);
    return FTH_OK;
}
