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

/* The library puts its own source line and signature before some reasons: "(...) REASON". */
const char *fth_ort_reason(const OrtStatus *status, int *length)
{
    enum { LONGEST = 300 };
    const char *text = ((message_call)ort.table[SLOT_MESSAGE])(status), *last = NULL;
    for (const char *at = strstr(text, "/onnxruntime_src/"); at; at = strstr(at + 1, ") "))
        last = strncmp(at, ") ", 2) == 0 ? at + 2 : last;
    text = last && *last ? last : text;
    int line = (int)strcspn(text, "\n");
    *length = FTH_MIN(line, LONGEST);
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
