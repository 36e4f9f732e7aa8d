/* SPDX-License-Identifier: Apache-2.0 */
/* An ONNX Runtime for tests that offers CUDA: the real one ($FATHOM_TEST_ORT) with some calls
 * replaced. $FATHOM_TEST_CUDA "works" runs everything on the CPU all the same; "no cuDNN" and
 * "wrong" let it be set up and fail, or answer wrongly, when the network of one step runs; anything
 * else is the reason why it cannot be set up. $FATHOM_TEST_RUNS: a file, a line for every run:
 * which session, and the sizes of its first input. */
#include <dlfcn.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* 217 entries are in every table of version 17: nothing behind them is used. */
enum { ENTRIES = 217, PROVIDERS = 125, FREE_PROVIDERS = 126, APPEND = 204, CREATE = 205 };
enum { UPDATE = 206, RELEASE = 208, CREATE_STATUS = 0, SESSION_OF = 8, RUN = 9 };
enum { DATA = 51, RANK = 61, DIMS = 62, SHAPE = 65, FREE_SHAPE = 99, MOST_RANK = 5 };

typedef void (*call)(void);
struct base {
    const void *(*get_api)(uint32_t version);
    const char *(*get_version)(void);
};

static call table[ENTRIES];
static const struct base *real;

static void *offer(char ***names, int *count)
{
    static char *both[] = {(char *)"CUDAExecutionProvider", (char *)"CPUExecutionProvider"};
    *names = both;
    *count = 2;
    return NULL;
}

static void *free_offer(char **names, int count)
{
    (void)names, (void)count;
    return NULL;
}

static void *create(void **options)
{
    static int it;
    *options = &it;
    return NULL;
}

static void *update(void *options, const char *const *keys, const char *const *values, size_t n)
{
    (void)options, (void)keys, (void)values, (void)n;
    return NULL;
}

static bool is_told(const char *word)
{
    const char *told = getenv("FATHOM_TEST_CUDA");
    return told && strcmp(told, word) == 0;
}

static void *fail(int code, const char *why)
{
    void *(*create_status)(int, const char *);
    memcpy(&create_status, &table[CREATE_STATUS], sizeof(create_status));
    return create_status(code, why);
}

static void *append(void *options, const void *cuda)
{
    const char *why = getenv("FATHOM_TEST_CUDA");
    (void)options, (void)cuda;
    if (is_told("works") || is_told("no cuDNN") || is_told("wrong"))
        return NULL;
    return fail(1, why ? why : "no reason");
}

/* What came last of a file in memory: the network of one step. */
static _Atomic(void *) one_step;
static void *(*real_session_of)(const void *, const void *, size_t, const void *, void **);

static void *session_of(const void *env, const void *data, size_t size, const void *options,
                        void **session)
{
    void *status = real_session_of(env, data, size, options, session);
    one_step = status ? NULL : *session;
    return status;
}

static void note(const void *session, const void *input)
{
    void *(*get_shape)(const void *, void **), *(*get_rank)(const void *, size_t *);
    void *(*get_dims)(const void *, int64_t *, size_t);
    void (*free_shape)(void *);
    const char *path = getenv("FATHOM_TEST_RUNS");
    FILE *file = path ? fopen(path, "a") : NULL;
    int64_t dims[MOST_RANK] = {0};
    size_t rank = 0;
    void *shape = NULL;
    if (!file)
        return;
    memcpy(&get_shape, &table[SHAPE], sizeof(get_shape));
    memcpy(&get_rank, &table[RANK], sizeof(get_rank));
    memcpy(&get_dims, &table[DIMS], sizeof(get_dims));
    memcpy(&free_shape, &table[FREE_SHAPE], sizeof(free_shape));
    if (!get_shape(input, &shape) && !get_rank(shape, &rank) && rank <= MOST_RANK &&
        !get_dims(shape, dims, rank))
        fprintf(file, "%p %dx%d\n", session, (int)dims[rank - 1], (int)dims[rank - 2]);
    free_shape(shape);
    fclose(file);
}

static void *(*real_run)(void *, const void *, const char *const *, const void *const *, size_t,
                         const char *const *, size_t, void **);

static void *run(void *session, const void *options, const char *const *input_names,
                 const void *const *inputs, size_t input_count, const char *const *output_names,
                 size_t output_count, void **outputs)
{
    void *(*get_data)(void *, void **);
    void *data = NULL;
    memcpy(&get_data, &table[DATA], sizeof(get_data));
    void *trial = session;
    /* it runs once; another may lie in its place */
    bool is_trial = atomic_compare_exchange_strong(&one_step, &trial, NULL);
    if (is_trial && is_told("no cuDNN")) /* its words */
        return fail(9, "Non-zero status code returned while running Conv node. Name:'' Status "
                       "Message: /onnxruntime_src/onnxruntime/core/providers/cuda/cuda_kernel.h:272"
                       " static cudnnContext* onnxruntime::cuda::CudaKernel::RequireCudnnHandle("
                       "cudnnHandle_t) [ONNXRuntimeError] : 9 : NOT_IMPLEMENTED : cuDNN is "
                       "unavailable or disabled for CUDA Execution Provider: dlopen failed");
    void *status = real_run(session, options, input_names, inputs, input_count, output_names,
                            output_count, outputs);
    if (!status && is_trial && is_told("wrong") && !get_data(outputs[0], &data))
        ((float *)data)[3] += 1;
    if (!status && !is_trial)
        note(session, inputs[0]);
    return status;
}

static void release(void *options)
{
    (void)options;
}

static const void *get_api(uint32_t version)
{
    const void *whole = real->get_api(version);
    if (!whole)
        return NULL;
    memcpy(table, whole, sizeof(table));
    memcpy(&real_run, &table[RUN], sizeof(real_run));
    memcpy(&real_session_of, &table[SESSION_OF], sizeof(real_session_of));
    table[RUN] = (call)run;
    table[SESSION_OF] = (call)session_of;
    table[PROVIDERS] = (call)offer;
    table[FREE_PROVIDERS] = (call)free_offer;
    table[CREATE] = (call)create;
    table[UPDATE] = (call)update;
    table[APPEND] = (call)append;
    table[RELEASE] = (call)release;
    return table;
}

__attribute__((visibility("default"))) const struct base *OrtGetApiBase(void);
const struct base *OrtGetApiBase(void)
{
    static struct base fake;
    const char *path = getenv("FATHOM_TEST_ORT");
    void *library = path ? dlopen(path, RTLD_NOW | RTLD_LOCAL) : NULL;
    void *symbol = library ? dlsym(library, "OrtGetApiBase") : NULL;
    const struct base *(*get_base)(void);
    memcpy(&get_base, &symbol, sizeof(get_base));
    real = symbol ? get_base() : NULL;
    if (!real)
        return NULL;
    fake = (struct base){get_api, real->get_version};
    return &fake;
}
