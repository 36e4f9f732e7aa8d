/* SPDX-License-Identifier: Apache-2.0 */
/* Several questions to a few networks, asked side by side: small networks win little from a second
 * thread of their own, but two of them run beside each other at full speed. */
#ifndef FTH_INFER_BATCH_H
#define FTH_INFER_BATCH_H

#include "infer/predict.h"

enum { FTH_BATCH_NETWORKS = 2 };

struct fth_batch;

/* How many questions of small networks run at once on `thread_count` threads, and how many threads
 * their sessions are best given when there are enough questions to keep all lanes busy. */
int fth_batch_lanes(int thread_count);
int fth_batch_threads(int thread_count);

/* `sessions` (some may be NULL) outlive the batch, and meanwhile only the batch runs them when it
 * has more than one lane. */
enum fth_status fth_batch_create(struct fth_infer_session *const sessions[FTH_BATCH_NETWORKS],
                                 int lane_count, const struct fth_cancel *cancel,
                                 struct fth_batch **batch, struct fth_error *error);
void fth_batch_destroy(struct fth_batch **batch); /* accepts NULL and a pointer to NULL */

struct fth_question {
    int network; /* which of the sessions */
    const struct fth_view *view;
    bool mirrored;
    struct fth_answer answer; /* valid until the batch's next run */
};

/* Answers all, begun in the order they stand in: the longest first keeps all lanes busy. The error
 * is that of the first question that failed. One thread at a time. */
enum fth_status fth_batch_run(struct fth_batch *batch, const struct fth_work *work,
                              struct fth_question *questions, int count,
                              struct fth_error *error);

#endif
