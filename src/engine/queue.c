/* SPDX-License-Identifier: Apache-2.0 */
/* A ring under a lock. */
#include "engine/queue.h"

#include <errno.h>
#include <stddef.h>
#include <time.h>

void fth_queue_begin(struct fth_queue *queue, int limit)
{
    *queue = (struct fth_queue){.limit = limit};
    pthread_mutex_init(&queue->lock, NULL);
    pthread_cond_init(&queue->changed, NULL);
}

void fth_queue_end(struct fth_queue *queue)
{
    pthread_mutex_destroy(&queue->lock);
    pthread_cond_destroy(&queue->changed);
}

bool fth_queue_put(struct fth_queue *queue, void *item)
{
    pthread_mutex_lock(&queue->lock);
    while (queue->count == queue->limit && !queue->broken)
        pthread_cond_wait(&queue->changed, &queue->lock);
    bool room = !queue->broken;
    if (room)
        queue->items[(queue->first + queue->count++) % FTH_QUEUE_MOST] = item;
    pthread_cond_broadcast(&queue->changed);
    pthread_mutex_unlock(&queue->lock);
    return room;
}

/* Called locked. */
static void *take_first(struct fth_queue *queue)
{
    void *item = queue->items[queue->first];
    queue->first = (queue->first + 1) % FTH_QUEUE_MOST;
    queue->count--;
    return item;
}

void *fth_queue_take(struct fth_queue *queue)
{
    pthread_mutex_lock(&queue->lock);
    while (!queue->count && !queue->closed && !queue->broken)
        pthread_cond_wait(&queue->changed, &queue->lock);
    void *item = queue->count && !queue->broken ? take_first(queue) : NULL;
    pthread_cond_broadcast(&queue->changed);
    pthread_mutex_unlock(&queue->lock);
    return item;
}

static struct timespec deadline(int wait_ms)
{
    struct timespec at;
    clock_gettime(CLOCK_REALTIME, &at);
    at.tv_sec += wait_ms / 1000;
    at.tv_nsec += wait_ms % 1000 * 1000000L;
    at.tv_sec += at.tv_nsec / 1000000000L;
    at.tv_nsec %= 1000000000L;
    return at;
}

void *fth_queue_take_within(struct fth_queue *queue, int wait_ms, bool *late)
{
    struct timespec until = deadline(wait_ms);
    *late = false;
    pthread_mutex_lock(&queue->lock);
    while (!queue->count && !queue->closed && !queue->broken && !*late)
        *late = pthread_cond_timedwait(&queue->changed, &queue->lock, &until) == ETIMEDOUT;
    void *item = queue->count && !queue->broken ? take_first(queue) : NULL;
    *late = *late && !item && !queue->closed && !queue->broken;
    pthread_cond_broadcast(&queue->changed);
    pthread_mutex_unlock(&queue->lock);
    return item;
}

void *fth_queue_take_left(struct fth_queue *queue)
{
    pthread_mutex_lock(&queue->lock);
    void *item = queue->count ? take_first(queue) : NULL;
    pthread_mutex_unlock(&queue->lock);
    return item;
}

static void set_flag(struct fth_queue *queue, bool *flag)
{
    pthread_mutex_lock(&queue->lock);
    *flag = true;
    pthread_cond_broadcast(&queue->changed);
    pthread_mutex_unlock(&queue->lock);
}

void fth_queue_close(struct fth_queue *queue)
{
    set_flag(queue, &queue->closed);
}

void fth_queue_break(struct fth_queue *queue)
{
    set_flag(queue, &queue->broken);
}
