/* SPDX-License-Identifier: Apache-2.0 */
/* Threads: a pool that runs numbered pieces of work, mutexes, and the flag that cancels a job.
 * Pieces are numbered by the work, never by the pool: results cannot depend on the thread count. */
#ifndef FTH_BASE_THREAD_H
#define FTH_BASE_THREAD_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

struct fth_pool;

/* A pool that works with `thread_count` threads in all, the caller of fth_pool_run included;
 * 0 means one for each core this process may use. At most 256. */
enum fth_status fth_pool_create(int thread_count, struct fth_pool **pool, struct fth_error *error);
void fth_pool_destroy(struct fth_pool **pool); /* accepts NULL and a pointer to NULL */
int fth_pool_thread_count(const struct fth_pool *pool); /* 1 for NULL */

/* Calls piece(context, i) once for every i in 0..count-1 and returns when all are done. The caller
 * works too. Pieces run in any order on any thread. May be called from within a piece (the inner
 * call then shares the pool) and from several threads at once. A NULL pool runs them here. What
 * pieces have written, past the caches too, is seen by whoever takes a lock after it returns. */
void fth_pool_run(struct fth_pool *pool, size_t count, void (*piece)(void *context, size_t index),
                  void *context);

/* Set once by whoever wants a job to stop; looked at once per block of rows. */
struct fth_cancel {
    atomic_bool requested;
};

static inline bool fth_cancelled(const struct fth_cancel *cancel)
{
    return cancel && atomic_load_explicit(&cancel->requested, memory_order_relaxed);
}

/* A background thread with a name (for debuggers); joined exactly once. */
struct fth_thread {
    pthread_t handle;
    bool running;
};

enum fth_status fth_thread_start(struct fth_thread *thread, const char *name,
                                 void *(*body)(void *), void *context, struct fth_error *error);
void fth_thread_join(struct fth_thread *thread); /* does nothing when it is not running */

/* Cores this process may run on (affinity counted), at least 1. */
int fth_core_count(void);

/* Monotonic seconds, for durations. */
double fth_clock_s(void);

#endif
