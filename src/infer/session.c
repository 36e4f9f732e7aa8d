/* SPDX-License-Identifier: Apache-2.0 */
/* Sessions through the C table of ONNX Runtime. The handful of calls used is declared here by slot
 * number: the order of the table is frozen, new calls are only ever added at its end. */
#include "infer/session.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/thread.h"
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

enum { LEVEL_FATAL = 4, TYPE_TENSOR = 1, ELEMENT_FLOAT = 1, OPTIMISE_ALL = 99 };

/* CALL(slot, name, (arguments)): answers NULL or a status to release. */
#define ORT_CALLS                                                                                  \
    CALL(3, create_env, (int level, const char *id, OrtEnv **out))                                 \
    CALL(7, create_session, (const OrtEnv *, const char *path, const OrtSessionOptions *,          \
                             OrtSession **out))                                                    \
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
    CALL(130, set_config, (OrtSessionOptions *, const char *key, const char *value))

#define CALL(slot, name, arguments) typedef OrtStatus *(*name##_call) arguments;
ORT_CALLS
#undef CALL
typedef const char *(*message_call)(const OrtStatus *);
typedef void (*release_call)(void *);

enum {
    SLOT_MESSAGE = 2, SLOT_STATUS = 93, SLOT_MEMORY = 94, SLOT_SESSION = 95, SLOT_VALUE = 96,
    SLOT_TYPE = 98, SLOT_SHAPE = 99, SLOT_OPTIONS = 100
};

/* The calls under their names; filled once with the environment. */
static struct {
#define CALL(slot, name, arguments) name##_call name;
    ORT_CALLS
#undef CALL
    message_call message;
    const fth_runtime_call *table;
    OrtEnv *env;
    OrtMemoryInfo *memory;
    OrtAllocator *allocator;
} ort;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static atomic_uint_fast64_t session_count, run_count;

struct fth_infer_session {
    const struct fth_network *network;
    char *path;
    OrtSession *session;
    OrtValue *answer; /* of the last run */
};

uint64_t fth_infer_session_count(void)
{
    return atomic_load(&session_count);
}

uint64_t fth_infer_run_count(void)
{
    return atomic_load(&run_count);
}

const struct fth_network *fth_infer_session_network(const struct fth_infer_session *session)
{
    return session->network;
}

static void release(int slot, void *object)
{
    if (object)
        ((release_call)ort.table[slot])(object);
}

/* The library puts its own source line and signature before some reasons: "(...) REASON". */
static const char *reason(const char *text)
{
    const char *last = NULL;
    for (const char *at = strstr(text, "/onnxruntime_src/"); at; at = strstr(at + 1, ") "))
        last = strncmp(at, ") ", 2) == 0 ? at + 2 : last;
    return last && *last ? last : text;
}

/* FTH_OK for NULL; otherwise fails with the first line of the library's message. */
static enum fth_status judge(OrtStatus *status, const char *where, const char *doing,
                             struct fth_error *error)
{
    if (!status)
        return FTH_OK;
    const char *text = reason(ort.message(status));
    int length = (int)strcspn(text, "\n");
    fth_fail(error, FTH_ERR_NETWORK, "%s: %s: onnx runtime says: %.*s", where, doing,
             FTH_MIN(length, 300), text);
    release(SLOT_STATUS, status);
    return FTH_ERR_NETWORK;
}

static enum fth_status start_locked(struct fth_error *error)
{
    enum fth_status status = fth_runtime_load(&ort.table, error);
    if (status != FTH_OK)
        return status;
#define CALL(slot, name, arguments) ort.name = (name##_call)ort.table[slot];
    ORT_CALLS
#undef CALL
    ort.message = (message_call)ort.table[SLOT_MESSAGE];
    OrtEnv *env = NULL;
    status = judge(ort.create_env(LEVEL_FATAL, "fathom", &env), "onnx runtime", "start", error);
    if (status == FTH_OK)
        status = judge(ort.cpu_memory(0, 0, &ort.memory), "onnx runtime", "start", error);
    if (status == FTH_OK)
        status = judge(ort.default_allocator(&ort.allocator), "onnx runtime", "start", error);
    if (status == FTH_OK)
        ort.env = env;
    return status;
}

static enum fth_status start(struct fth_error *error)
{
    pthread_mutex_lock(&lock);
    enum fth_status status = ort.env ? FTH_OK : start_locked(error);
    pthread_mutex_unlock(&lock);
    return status;
}

/* What a network declares of one input or output. */
struct port {
    char name[128];
    bool is_float_tensor;
    size_t rank;
    int64_t dims[FTH_TENSOR_RANK]; /* -1 where free */
};

static OrtStatus *read_shape(const OrtTypeInfo *type, struct port *port)
{
    int kind = 0, element = 0;
    const OrtShapeInfo *shape = NULL;
    OrtStatus *status = ort.kind_of_type(type, &kind);
    if (status || kind != TYPE_TENSOR)
        return status;
    status = ort.tensor_info(type, &shape);
    if (!status)
        status = ort.element_type(shape, &element);
    if (!status)
        status = ort.dimension_count(shape, &port->rank);
    port->is_float_tensor = element == ELEMENT_FLOAT;
    if (!status && port->rank <= FTH_TENSOR_RANK)
        status = ort.dimensions(shape, port->dims, port->rank);
    return status;
}

static OrtStatus *read_port(const OrtSession *session, bool output, size_t index,
                            struct port *port)
{
    *port = (struct port){.rank = 0};
    char *name = NULL;
    OrtTypeInfo *type = NULL;
    OrtStatus *status = output ? ort.output_name(session, index, ort.allocator, &name)
                               : ort.input_name(session, index, ort.allocator, &name);
    if (status)
        return status;
    snprintf(port->name, sizeof(port->name), "%s", name);
    status = ort.allocator_free(ort.allocator, name);
    if (!status)
        status = output ? ort.output_type(session, index, &type)
                        : ort.input_type(session, index, &type);
    if (!status)
        status = read_shape(type, port);
    release(SLOT_TYPE, type);
    return status;
}

/* The port called `name` among the session's; the others are named in the message. */
static enum fth_status find_port(const struct fth_infer_session *session, bool output,
                                 const char *name, struct port *port, struct fth_error *error)
{
    const char *what = output ? "output" : "input";
    size_t count = 0;
    OrtStatus *status = output ? ort.output_count(session->session, &count)
                               : ort.input_count(session->session, &count);
    struct port last = {.rank = 0};
    for (size_t i = 0; !status && i < count; i++) {
        status = read_port(session->session, output, i, &last);
        if (!status && strcmp(last.name, name) == 0) {
            *port = last;
            if (!output && count != 1)
                return fth_fail(error, FTH_ERR_NETWORK,
                                "%s: the network wants %zu inputs, fathom gives one",
                                session->path, count);
            return FTH_OK;
        }
    }
    if (status)
        return judge(status, session->path, "read its inputs and outputs", error);
    return fth_fail(error, FTH_ERR_NETWORK,
                    "%s: the network has no %s \"%s\" (it has %zu, \"%s\" for one); the manifest's "
                    "entry \"%s\" is for another network",
                    session->path, what, name, count, last.name, session->network->id);
}

static enum fth_status check_input(const struct fth_infer_session *session, const struct port *port,
                                   struct fth_error *error)
{
    const struct fth_network *network = session->network;
    size_t rank = network->layout == FTH_LAYOUT_NFCHW ? 5 : 4;
    if (!port->is_float_tensor)
        return fth_fail(error, FTH_ERR_NETWORK,
                        "%s: input \"%s\" is not a tensor of 32-bit floats", session->path,
                        port->name);
    if (port->rank != rank)
        return fth_fail(error, FTH_ERR_NETWORK,
                        "%s: input \"%s\" has %zu dimensions, the manifest says %zu",
                        session->path, port->name, port->rank, rank);
    const int64_t *dims = port->dims + (rank - 4);
    if (dims[1] > 0 && dims[1] != 3)
        return fth_fail(error, FTH_ERR_NETWORK,
                        "%s: input \"%s\" has %lld where the 3 colours should be: channels must "
                        "come before rows (NCHW)%s",
                        session->path, port->name, (long long)dims[1],
                        dims[3] == 3 ? ", this is NHWC" : "");
    if (network->size_rule == FTH_SIZE_FIXED &&
        ((dims[2] > 0 && dims[2] != network->height) || (dims[3] > 0 && dims[3] != network->width)))
        return fth_fail(error, FTH_ERR_NETWORK,
                        "%s: input \"%s\" is %lldx%lld, the manifest says %dx%d", session->path,
                        port->name, (long long)dims[3], (long long)dims[2], network->width,
                        network->height);
    return FTH_OK;
}

static enum fth_status check_output(const struct fth_infer_session *session,
                                    const struct port *port, struct fth_error *error)
{
    if (!port->is_float_tensor)
        return fth_fail(error, FTH_ERR_NETWORK,
                        "%s: output \"%s\" is not a tensor of 32-bit floats", session->path,
                        port->name);
    if (port->rank != (size_t)session->network->output_rank)
        return fth_fail(error, FTH_ERR_NETWORK,
                        "%s: output \"%s\" has %zu dimensions, the manifest says %d", session->path,
                        port->name, port->rank, session->network->output_rank);
    return FTH_OK;
}

static OrtStatus *make_session(const char *path, int thread_count, OrtSession **session)
{
    OrtSessionOptions *options = NULL;
    OrtStatus *status = ort.create_session_options(&options);
    if (!status)
        status = ort.set_severity(options, LEVEL_FATAL);
    if (!status)
        status = ort.set_optimization(options, OPTIMISE_ALL);
    if (!status)
        status = ort.set_intra_threads(options, thread_count);
    if (!status)
        status = ort.set_inter_threads(options, 1);
    /* waiting threads that spin cost a third beside one busy core and win little alone */
    if (!status)
        status = ort.set_config(options, "session.intra_op.allow_spinning", "0");
    if (!status)
        status = ort.create_session(ort.env, path, options, session);
    release(SLOT_OPTIONS, options);
    return status;
}

static enum fth_status open_checked(struct fth_infer_session *session, int thread_count,
                                    struct fth_error *error)
{
    struct port port;
    if (!fth_file_exists(session->path))
        return fth_fail(error, FTH_ERR_NOT_FOUND, "%s: no such file", session->path);
    enum fth_status status = start(error);
    if (status == FTH_OK)
        status = judge(make_session(session->path, thread_count ? thread_count : fth_core_count(),
                                    &session->session),
                       session->path, "not a network that can be run", error);
    if (status == FTH_OK)
        status = find_port(session, false, session->network->input_name, &port, error);
    if (status == FTH_OK)
        status = check_input(session, &port, error);
    if (status == FTH_OK)
        status = find_port(session, true, session->network->output_name, &port, error);
    if (status == FTH_OK)
        status = check_output(session, &port, error);
    return status;
}

enum fth_status fth_infer_session_open(const struct fth_network *network, const char *path,
                                 int thread_count, struct fth_infer_session **result,
                                 struct fth_error *error)
{
    struct fth_infer_session *session = fth_alloc(1, sizeof(*session));
    if (!session)
        return fth_fail_memory(error, sizeof(*session), "a network session");
    session->network = network;
    session->path = fth_strdup(path);
    enum fth_status status = session->path ? open_checked(session, thread_count, error)
                                           : fth_fail_memory(error, strlen(path), "a path");
    if (status != FTH_OK) {
        fth_infer_session_close(&session);
        return status;
    }
    atomic_fetch_add(&session_count, 1);
    *result = session;
    return FTH_OK;
}

void fth_infer_session_close(struct fth_infer_session **pointer)
{
    struct fth_infer_session *session = pointer ? *pointer : NULL;
    if (!session)
        return;
    release(SLOT_VALUE, session->answer);
    release(SLOT_SESSION, session->session);
    fth_free(session->path);
    fth_free(session);
    *pointer = NULL;
}

static size_t tensor_count(const struct fth_tensor *tensor)
{
    size_t count = 1;
    for (int i = 0; i < tensor->rank; i++)
        count *= (size_t)tensor->dims[i];
    return count;
}

static OrtStatus *read_answer(OrtValue *answer, struct fth_tensor *output, size_t *rank)
{
    OrtShapeInfo *shape = NULL;
    void *data = NULL;
    OrtStatus *status = ort.shape_of_value(answer, &shape);
    if (!status)
        status = ort.dimension_count(shape, rank);
    if (!status && *rank <= FTH_TENSOR_RANK)
        status = ort.dimensions(shape, output->dims, *rank);
    if (!status)
        status = ort.tensor_data(answer, &data);
    output->data = data;
    output->rank = (int)FTH_MIN(*rank, (size_t)FTH_TENSOR_RANK);
    release(SLOT_SHAPE, shape);
    return status;
}

/* x - x is 0 for finite x and NaN for all others; the sum of it needs no branch. */
static bool all_finite(const float *values, size_t count)
{
    float sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += values[i] - values[i];
    return sum == 0;
}

static enum fth_status check_answer(struct fth_infer_session *session, struct fth_tensor *output,
                                    struct fth_error *error)
{
    size_t rank = 0;
    enum fth_status status =
        judge(read_answer(session->answer, output, &rank), session->path, "read its answer", error);
    if (status != FTH_OK)
        return status;
    if (rank != (size_t)session->network->output_rank)
        return fth_fail(error, FTH_ERR_NETWORK,
                        "%s: the answer has %zu dimensions, the manifest says %d", session->path,
                        rank, session->network->output_rank);
    for (size_t i = 0; i < rank; i++) {
        if (output->dims[i] < 1)
            return fth_fail(error, FTH_ERR_NETWORK, "%s: the answer is empty", session->path);
    }
    if (!all_finite(output->data, tensor_count(output)))
        return fth_fail(error, FTH_ERR_NETWORK,
                        "%s: the answer holds values that are infinite or not numbers; the file "
                        "is damaged or not the network the manifest means",
                        session->path);
    return FTH_OK;
}

enum fth_status fth_infer_session_run(struct fth_infer_session *session,
                                      const struct fth_tensor *input, struct fth_tensor *output,
                                      struct fth_error *error)
{
    OrtValue *value = NULL;
    release(SLOT_VALUE, session->answer);
    session->answer = NULL;
    enum fth_status status =
        judge(ort.create_tensor(ort.memory, input->data, tensor_count(input) * sizeof(float),
                                input->dims, (size_t)input->rank, ELEMENT_FLOAT, &value),
              session->path, "make its input", error);
    if (status == FTH_OK)
        status = judge(ort.run(session->session, NULL, &session->network->input_name,
                               (const OrtValue *const *)&value, 1, &session->network->output_name,
                               1, &session->answer),
                       session->path, "run", error);
    atomic_fetch_add(&run_count, 1);
    if (status == FTH_OK)
        status = check_answer(session, output, error);
    release(SLOT_VALUE, value);
    return status;
}
