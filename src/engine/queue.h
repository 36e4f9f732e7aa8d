/* SPDX-License-Identifier: Apache-2.0 */
/* A bounded queue between two threads of a run. Closing it lets the reader finish what is there;
 * breaking it makes both sides stop at once. */
#ifndef FTH_ENGINE_QUEUE_H
#define FTH_ENGINE_QUEUE_H

#include <pthread.h>
#include <stdbool.h>

enum { FTH_QUEUE_MOST = 4 };

struct fth_queue {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    void *items[FTH_QUEUE_MOST];
    int first, count, limit; /* limit <= FTH_QUEUE_MOST */
    bool closed, broken;
};

void fth_queue_begin(struct fth_queue *queue, int limit);
void fth_queue_end(struct fth_queue *queue);
/* Waits for room. False when the queue is broken; the item is then still the caller's. */
bool fth_queue_put(struct fth_queue *queue, void *item);
/* Waits for an item. NULL when there will be no more. */
void *fth_queue_take(struct fth_queue *queue);
/* The same, but waits `wait_ms` at most: *late then, and NULL. */
void *fth_queue_take_within(struct fth_queue *queue, int wait_ms, bool *late);
/* An item that is there now, even in a broken queue, or NULL: for cleaning up. */
void *fth_queue_take_left(struct fth_queue *queue);
void fth_queue_close(struct fth_queue *queue);
void fth_queue_break(struct fth_queue *queue);

#endif
