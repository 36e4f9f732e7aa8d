/* SPDX-License-Identifier: Apache-2.0 */
/* The calls of ONNX Runtime that are used, by slot number: the order of its table is frozen, new
 * calls are only ever added at its end. For this folder's files alone. */
#ifndef FTH_INFER_ORT_H
#define FTH_INFER_ORT_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "infer/runtime.h"

/* The library's own types, never looked into. */
typedef struct OrtStatus OrtStatus;
typedef struct OrtEnv OrtEnv;
typedef struct OrtSession OrtSession;
typedef struct OrtSessionOptions OrtSessionOptions;
typedef struct OrtRunOptions OrtRunOptions;
typedef struct OrtMemoryInfo OrtMemoryInfo;
typedef struct OrtValue OrtValue;
typedef struct OrtTypeInfo OrtTypeInfo;
typedef struct OrtShapeInfo OrtShapeInfo; /* OrtTensorTypeAndShapeInfo */
typedef struct OrtAllocator OrtAllocator;
typedef struct OrtCudaOptions OrtCudaOptions; /* OrtCUDAProviderOptionsV2 */

enum { FTH_ORT_FATAL = 4, FTH_ORT_TENSOR = 1, FTH_ORT_OPTIMISE_ALL = 99 };

/* Element types of tensors. */
enum fth_ort_element {
    FTH_ORT_FLOAT = 1,
    FTH_ORT_UINT8 = 2,
    FTH_ORT_INT64 = 7,
    FTH_ORT_HALF = 10,
    FTH_ORT_DOUBLE = 11
};

/* CALL(slot, name, (arguments)): answers NULL or a status to release. */
#define FTH_ORT_CALLS                                                                              \
    CALL(3, create_env, (int level, const char *id, OrtEnv **out))                                 \
    CALL(7, create_session, (const OrtEnv *, const char *path, const OrtSessionOptions *,          \
                             OrtSession **out))                                                    \
    CALL(8, create_session_of, (const OrtEnv *, const void *data, size_t size,                     \
                                const OrtSessionOptions *, OrtSession **out))                      \
    CALL(9, run, (OrtSession *, const OrtRunOptions *, const char *const *input_names,             \
                  const OrtValue *const *inputs, size_t input_count,                               \
                  const char *const *output_names, size_t output_count, OrtValue **outputs))       \
    CALL(10, create_session_options, (OrtSessionOptions **out))                                    \
    CALL(22, set_severity, (OrtSessionOptions *, int level))                                       \
    CALL(23, set_optimization, (OrtSessionOptions *, int level))                                   \
    CALL(24, set_intra_threads, (OrtSessionOptions *, int count))                                  \
    CALL(25, set_inter_threads, (OrtSessionOptions *, int count))                                  \
    CALL(30, input_count, (const OrtSession *, size_t *out))                                       \
    CALL(31, output_count, (const OrtSession *, size_t *out))                                      \
    CALL(33, input_type, (const OrtSession *, size_t index, OrtTypeInfo **out))                    \
    CALL(34, output_type, (const OrtSession *, size_t index, OrtTypeInfo **out))                   \
    CALL(36, input_name, (const OrtSession *, size_t index, OrtAllocator *, char **out))           \
    CALL(37, output_name, (const OrtSession *, size_t index, OrtAllocator *, char **out))          \
    CALL(39, create_run_options, (OrtRunOptions **out))                                            \
    CALL(46, terminate, (OrtRunOptions *))                                                         \
    CALL(49, create_tensor, (const OrtMemoryInfo *, void *data, size_t size, const int64_t *shape, \
                             size_t rank, int type, OrtValue **out))                               \
    CALL(51, tensor_data, (OrtValue *, void **out))                                                \
    CALL(55, tensor_info, (const OrtTypeInfo *, const OrtShapeInfo **out))                         \
    CALL(56, kind_of_type, (const OrtTypeInfo *, int *out))                                        \
    CALL(60, element_type, (const OrtShapeInfo *, int *out))                                       \
    CALL(61, dimension_count, (const OrtShapeInfo *, size_t *out))                                 \
    CALL(62, dimensions, (const OrtShapeInfo *, int64_t *out, size_t count))                       \
    CALL(65, shape_of_value, (const OrtValue *, OrtShapeInfo **out))                               \
    CALL(69, cpu_memory, (int allocator, int type, OrtMemoryInfo **out))                           \
    CALL(76, allocator_free, (OrtAllocator *, void *block))                                        \
    CALL(78, default_allocator, (OrtAllocator **out))                                              \
    CALL(125, providers, (char ***names, int *count))                                              \
    CALL(126, release_providers, (char **names, int count))                                        \
    CALL(130, set_config, (OrtSessionOptions *, const char *key, const char *value))               \
    CALL(204, append_cuda, (OrtSessionOptions *, const OrtCudaOptions *))                          \
    CALL(205, create_cuda, (OrtCudaOptions **out))                                                 \
    CALL(206, update_cuda, (OrtCudaOptions *, const char *const *keys, const char *const *values,  \
                            size_t count))                                                         \
    CALL(216, append_named, (OrtSessionOptions *, const char *name, const char *const *keys,       \
                             const char *const *values, size_t count))

#define CALL(slot, name, arguments) typedef OrtStatus *(*fth_ort_##name) arguments;
FTH_ORT_CALLS
#undef CALL

/* What releases: answers nothing. */
enum fth_ort_release_slot {
    FTH_ORT_STATUS = 93,
    FTH_ORT_MEMORY = 94,
    FTH_ORT_SESSION = 95,
    FTH_ORT_VALUE = 96,
    FTH_ORT_RUN_OPTIONS = 97,
    FTH_ORT_TYPE = 98,
    FTH_ORT_SHAPE = 99,
    FTH_ORT_OPTIONS = 100,
    FTH_ORT_CUDA = 208
};

/* The calls under their names; read only, and only after fth_ort_start. */
struct fth_ort {
#define CALL(slot, name, arguments) fth_ort_##name name;
    FTH_ORT_CALLS
#undef CALL
    const fth_runtime_call *table;
    OrtEnv *env;
    OrtMemoryInfo *memory;
    OrtAllocator *allocator;
};
extern const struct fth_ort *const fth_ort;

/* Loads the library and makes its environment, once. Thread-safe. */
enum fth_status fth_ort_start(struct fth_error *error);
void fth_ort_release(enum fth_ort_release_slot slot, void *object); /* accepts NULL */
/* The first line of the library's message, without its own source line. */
const char *fth_ort_reason(const OrtStatus *status, int *length);
/* FTH_OK for NULL; otherwise fails with that line and releases the status. */
enum fth_status fth_ort_judge(OrtStatus *status, const char *where, const char *doing,
                              struct fth_error *error);

#endif
