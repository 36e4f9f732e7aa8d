/* SPDX-License-Identifier: Apache-2.0 */
/* The runtime's table under names, its one environment, and its complaints as ours. */
#include "infer/ort.h"

#include <pthread.h>
#include <string.h>

enum { SLOT_MESSAGE = 2 };

typedef const char *(*message_call)(const OrtStatus *);
typedef void (*release_call)(void *);

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct fth_ort ort;
const struct fth_ort *const fth_ort = &ort;

void fth_ort_release(enum fth_ort_release_slot slot, void *object)
{
    if (object)
        ((release_call)ort.table[slot])(object);
}

/* Behind what begins with `open` and goes on to the `count`th `close`, where the text does. */
static const char *behind(const char *text, const char *end, const char *open, const char *close,
                          int count)
{
    const char *at = text + strlen(open);
    if (strncmp(text, open, strlen(open)) != 0)
        return text;
    for (int i = 0; i < count && at; i++)
        at = strstr(at, close) ? strstr(at, close) + strlen(close) : NULL;
    return at && at < end ? at : text;
}

/* The library puts its own source line and signature before some reasons, twice where one call
 * reports another's: "(...) [with ...] [ONNXRuntimeError] : 1 : FAIL : REASON"; and a device's
 * end in where it happened: " ; GPU=0 ; hostname=...". */
const char *fth_ort_reason(const OrtStatus *status, int *length)
{
    enum { LONGEST = 300 };
    const char *text = ((message_call)ort.table[SLOT_MESSAGE])(status), *last = NULL;
    const char *end = text + strcspn(text, "\n"), *tail = strstr(text, " ; GPU=");
    end = tail && tail < end ? tail : end;
    for (const char *at = strstr(text, "/onnxruntime_src/"); at && at < end;
         at = strstr(at + 1, ") "))
        last = strncmp(at, ") ", 2) == 0 ? at + 2 : last;
    text = last && last < end ? last : text;
    text = behind(text, end, "[with ", "] ", 1);
    text = behind(text, end, "[ONNXRuntimeError] : ", " : ", 2);
    *length = FTH_MIN((int)(end - text), LONGEST);
    return text;
}

enum fth_status fth_ort_judge(OrtStatus *status, const char *where, const char *doing,
                              struct fth_error *error)
{
    if (!status)
        return FTH_OK;
    int length;
    const char *text = fth_ort_reason(status, &length);
    fth_fail(error, FTH_ERR_NETWORK, "%s: %s: onnx runtime says: %.*s", where, doing, length,
             text);
    fth_ort_release(FTH_ORT_STATUS, status);
    return FTH_ERR_NETWORK;
}

static enum fth_status start_locked(struct fth_error *error)
{
    enum fth_status status = fth_runtime_load(&ort.table, error);
    if (status != FTH_OK)
        return status;
#define CALL(slot, name, arguments) ort.name = (fth_ort_##name)ort.table[slot];
    FTH_ORT_CALLS
#undef CALL
    static const char where[] = "onnx runtime", doing[] = "start";
    OrtEnv *env = NULL;
    status = fth_ort_judge(ort.create_env(FTH_ORT_FATAL, "fathom", &env), where, doing, error);
    if (status == FTH_OK)
        status = fth_ort_judge(ort.cpu_memory(0, 0, &ort.memory), where, doing, error);
    if (status == FTH_OK)
        status = fth_ort_judge(ort.default_allocator(&ort.allocator), where, doing, error);
    if (status == FTH_OK)
        ort.env = env;
    return status;
}

enum fth_status fth_ort_start(struct fth_error *error)
{
    pthread_mutex_lock(&lock);
    enum fth_status status = ort.env ? FTH_OK : start_locked(error);
    pthread_mutex_unlock(&lock);
    return status;
}
