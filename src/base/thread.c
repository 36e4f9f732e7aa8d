/* SPDX-License-Identifier: Apache-2.0 */
/* The pool: jobs in a list, each a counter of pieces not yet taken. A thread that waits for its
 * own job works on that job, so nested runs cannot starve each other. */
#include "base/thread.h"

#include <sched.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"

enum { MOST_THREADS = 256 };

struct job {
    struct job *next;
    void (*piece)(void *, size_t);
    void *context;
    size_t count, taken, done;
};

struct fth_pool {
    pthread_mutex_t lock;
    pthread_cond_t work, finished;
    struct job *jobs; /* those with pieces left to take, oldest first */
    struct fth_thread *threads;
    int thread_count; /* the caller's included */
    bool stopping;
};

/* What a piece has written past the caches is there for all who take the lock after it. */
static void fence(void)
{
#ifdef __SSE2__
    __builtin_ia32_sfence();
#endif
}

/* Called locked; returns locked. */
static void run_one_piece(struct fth_pool *pool, struct job *job)
{
    size_t index = job->taken++;
    if (job->taken == job->count) {
        struct job **link = &pool->jobs;
        while (*link != job)
            link = &(*link)->next;
        *link = job->next;
    }
    pthread_mutex_unlock(&pool->lock);
    job->piece(job->context, index);
    fence();
    pthread_mutex_lock(&pool->lock);
    if (++job->done == job->count)
        pthread_cond_broadcast(&pool->finished);
}

static void *worker(void *context)
{
    struct fth_pool *pool = context;
    pthread_mutex_lock(&pool->lock);
    while (!pool->stopping) {
        if (pool->jobs)
            run_one_piece(pool, pool->jobs);
        else
            pthread_cond_wait(&pool->work, &pool->lock);
    }
    pthread_mutex_unlock(&pool->lock);
    return NULL;
}

void fth_pool_run(struct fth_pool *pool, size_t count, void (*piece)(void *, size_t), void *context)
{
    if (!pool || pool->thread_count == 1 || count <= 1) {
        for (size_t i = 0; i < count; i++)
            piece(context, i);
        fence();
        return;
    }
    struct job job = {.piece = piece, .context = context, .count = count};
    pthread_mutex_lock(&pool->lock);
    struct job **link = &pool->jobs;
    while (*link)
        link = &(*link)->next;
    *link = &job;
    pthread_cond_broadcast(&pool->work);
    while (job.taken < job.count)
        run_one_piece(pool, &job);
    while (job.done < job.count)
        pthread_cond_wait(&pool->finished, &pool->lock);
    pthread_mutex_unlock(&pool->lock);
}

enum fth_status fth_pool_create(int thread_count, struct fth_pool **result, struct fth_error *error)
{
    if (thread_count < 0 || thread_count > MOST_THREADS)
        return fth_fail(error, FTH_ERR_USAGE, "threads: %d is not between 0 (all cores) and %d",
                        thread_count, MOST_THREADS);
    if (thread_count == 0)
        thread_count = FTH_MIN(fth_core_count(), MOST_THREADS);
    struct fth_pool *pool = fth_alloc(1, sizeof(*pool));
    if (!pool)
        return fth_fail_memory(error, sizeof(*pool), "the thread pool");
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->work, NULL);
    pthread_cond_init(&pool->finished, NULL);
    pool->thread_count = thread_count;
    enum fth_status status = FTH_OK;
    pool->threads = fth_alloc((size_t)thread_count, sizeof(*pool->threads));
    if (!pool->threads)
        status = fth_fail_memory(error, sizeof(*pool->threads), "the thread pool");
    for (int i = 1; i < thread_count && status == FTH_OK; i++)
        status = fth_thread_start(&pool->threads[i], "fathom-pool", worker, pool, error);
    if (status != FTH_OK)
        fth_pool_destroy(&pool);
    *result = pool;
    return status;
}

void fth_pool_destroy(struct fth_pool **pointer)
{
    struct fth_pool *pool = pointer ? *pointer : NULL;
    if (!pool)
        return;
    pthread_mutex_lock(&pool->lock);
    pool->stopping = true;
    pthread_cond_broadcast(&pool->work);
    pthread_mutex_unlock(&pool->lock);
    for (int i = 1; pool->threads && i < pool->thread_count; i++)
        fth_thread_join(&pool->threads[i]);
    pthread_mutex_destroy(&pool->lock);
    pthread_cond_destroy(&pool->work);
    pthread_cond_destroy(&pool->finished);
    fth_free(pool->threads);
    fth_free(pool);
    *pointer = NULL;
}

int fth_pool_thread_count(const struct fth_pool *pool)
{
    return pool ? pool->thread_count : 1;
}

enum fth_status fth_thread_start(struct fth_thread *thread, const char *name,
                                 void *(*body)(void *), void *context, struct fth_error *error)
{
    int code = pthread_create(&thread->handle, NULL, body, context);
    if (code != 0)
        return fth_fail(error, FTH_ERR_LIMIT, "cannot start a thread (%s): error %d", name, code);
    thread->running = true;
    (void)pthread_setname_np(thread->handle, name);
    return FTH_OK;
}

void fth_thread_join(struct fth_thread *thread)
{
    if (!thread->running)
        return;
    pthread_join(thread->handle, NULL);
    thread->running = false;
}

int fth_core_count(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof(set), &set) == 0 && CPU_COUNT(&set) > 0)
        return CPU_COUNT(&set);
    return 1;
}

double fth_clock_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}
