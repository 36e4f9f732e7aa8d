/* SPDX-License-Identifier: Apache-2.0 */
/* One thread a session: asleep between runs, looking every few milliseconds during one. */
#include "infer/watch.h"

#include <time.h>

#include "base/mem.h"

enum { LOOK_EVERY_MS = 5 };

struct fth_watch {
    const struct fth_cancel *cancel;
    struct fth_thread thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    OrtRunOptions *running; /* NULL between runs, and once it was ended */
    bool closing;
};

static void look(struct fth_watch *watch)
{
    if (!fth_cancelled(watch->cancel))
        return;
    fth_ort_release(FTH_ORT_STATUS, fth_ort->terminate(watch->running));
    watch->running = NULL;
}

static void *keep_watch(void *context)
{
    struct fth_watch *watch = context;
    struct timespec until;
    pthread_mutex_lock(&watch->lock);
    while (!watch->closing) {
        if (!watch->running) {
            pthread_cond_wait(&watch->wake, &watch->lock);
            continue;
        }
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_nsec += LOOK_EVERY_MS * 1000000L;
        until.tv_sec += until.tv_nsec / 1000000000L;
        until.tv_nsec %= 1000000000L;
        pthread_cond_timedwait(&watch->wake, &watch->lock, &until);
        if (watch->running)
            look(watch);
    }
    pthread_mutex_unlock(&watch->lock);
    return NULL;
}

enum fth_status fth_watch_create(const struct fth_cancel *cancel, struct fth_watch **result,
                                 struct fth_error *error)
{
    struct fth_watch *watch = fth_alloc(1, sizeof(*watch));
    if (!watch)
        return fth_fail_memory(error, sizeof(*watch), "a watch over a network");
    watch->cancel = cancel;
    pthread_condattr_t steady; /* somebody may set the other clock */
    pthread_mutex_init(&watch->lock, NULL);
    pthread_condattr_init(&steady);
    pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
    pthread_cond_init(&watch->wake, &steady);
    pthread_condattr_destroy(&steady);
    enum fth_status status =
        fth_thread_start(&watch->thread, "fth-watch", keep_watch, watch, error);
    if (status == FTH_OK)
        *result = watch;
    else
        fth_watch_destroy(&watch);
    return status;
}

void fth_watch_destroy(struct fth_watch **pointer)
{
    struct fth_watch *watch = pointer ? *pointer : NULL;
    if (!watch)
        return;
    pthread_mutex_lock(&watch->lock);
    watch->closing = true;
    pthread_cond_signal(&watch->wake);
    pthread_mutex_unlock(&watch->lock);
    fth_thread_join(&watch->thread);
    pthread_cond_destroy(&watch->wake);
    pthread_mutex_destroy(&watch->lock);
    fth_free(watch);
    *pointer = NULL;
}

void fth_watch_begin(struct fth_watch *watch, OrtRunOptions *options)
{
    pthread_mutex_lock(&watch->lock);
    watch->running = options;
    pthread_cond_signal(&watch->wake);
    pthread_mutex_unlock(&watch->lock);
}

void fth_watch_end(struct fth_watch *watch)
{
    pthread_mutex_lock(&watch->lock);
    watch->running = NULL;
    pthread_cond_signal(&watch->wake);
    pthread_mutex_unlock(&watch->lock);
}
