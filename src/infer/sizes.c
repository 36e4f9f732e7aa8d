/* SPDX-License-Identifier: Apache-2.0 */
/* The first size takes the session that is there, others load the file again. Where that fails (the
 * device's memory is full), and beyond a few sizes, the first session serves: slower, not wrong. */
#include "infer/sizes.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "infer/device.h"
#include "infer/session_options.h"

enum { MOST_SIZES = 4 };

struct fth_sizes {
    char *path;
    struct fth_infer_options options; /* with the device's own name */
    bool on_cpu;
    char doing[80];
    pthread_mutex_t lock; /* over the rest */
    int count;            /* sizes met; sessions beyond the first may be NULL */
    OrtSession *sessions[MOST_SIZES];
    struct fth_tensor met[MOST_SIZES];
};

enum fth_status fth_sizes_open(const char *path, const struct fth_infer_options *options,
                               struct fth_sizes **result, struct fth_error *error)
{
    size_t device = 0;
    struct fth_sizes *sizes = fth_alloc(1, sizeof(*sizes));
    if (!sizes)
        return fth_fail_memory(error, sizeof(*sizes), "a network session");
    pthread_mutex_init(&sizes->lock, NULL);
    sizes->path = fth_strdup(path);
    enum fth_status status = sizes->path ? fth_device_choose(options->device, &device, error)
                                         : fth_fail_memory(error, strlen(path), "a path");
    sizes->on_cpu = device == 0;
    sizes->options = (struct fth_infer_options){.thread_count = options->thread_count,
                                                .device = fth_device_name(device)};
    snprintf(sizes->doing, sizeof(sizes->doing), device ? "run on %s (--device cpu does without)"
                                                        : "run", fth_device_name(device));
    if (status == FTH_OK)
        status = fth_session_load(path, &sizes->options, &sizes->sessions[0], error);
    if (status == FTH_OK)
        *result = sizes;
    else
        fth_sizes_close(&sizes);
    return status;
}

void fth_sizes_close(struct fth_sizes **pointer)
{
    struct fth_sizes *sizes = pointer ? *pointer : NULL;
    if (!sizes)
        return;
    for (int i = 0; i < MOST_SIZES; i++)
        fth_ort_release(FTH_ORT_SESSION, sizes->sessions[i]);
    pthread_mutex_destroy(&sizes->lock);
    fth_free(sizes->path);
    fth_free(sizes);
    *pointer = NULL;
}

OrtSession *fth_sizes_any(const struct fth_sizes *sizes)
{
    return sizes->sessions[0];
}

const char *fth_sizes_doing(const struct fth_sizes *sizes)
{
    return sizes->doing;
}

static bool is_same(const struct fth_tensor *a, const struct fth_tensor *b)
{
    return a->rank == b->rank &&
           memcmp(a->dims, b->dims, (size_t)a->rank * sizeof(a->dims[0])) == 0;
}

/* Which of the sizes met it is, with a session if that can be had. */
static int meet(struct fth_sizes *sizes, const struct fth_tensor *input)
{
    struct fth_error why = {.message = ""};
    for (int i = 0; i < sizes->count; i++) {
        if (is_same(&sizes->met[i], input))
            return i;
    }
    if (sizes->count == MOST_SIZES)
        return 0;
    int i = sizes->count++;
    sizes->met[i] = *input;
    sizes->met[i].data = NULL;
    if (i > 0 &&
        fth_session_load(sizes->path, &sizes->options, &sizes->sessions[i], &why) != FTH_OK)
        fth_log(FTH_LOG_INFO, "%s; sizes take turns in one session", why.message);
    return i;
}

OrtSession *fth_sizes_session(struct fth_sizes *sizes, const struct fth_tensor *input)
{
    if (sizes->on_cpu)
        return sizes->sessions[0];
    pthread_mutex_lock(&sizes->lock);
    OrtSession *session = sizes->sessions[meet(sizes, input)];
    pthread_mutex_unlock(&sizes->lock);
    return session ? session : sizes->sessions[0];
}
