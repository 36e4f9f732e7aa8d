/* SPDX-License-Identifier: Apache-2.0 */
/* A lane is one thread's part: its own scratch, and twins of the sessions. Which lane answers a
 * question is chance; what it answers is not. */
#include "infer/batch.h"

#include <stdatomic.h>

#include "base/mem.h"

enum { MOST_LANES = 2 };

struct lane {
    struct fth_arena *arena;
    struct fth_infer_session *sessions[FTH_BATCH_NETWORKS];
    struct fth_error error; /* of the first question that failed here, and which it was */
    enum fth_status status;
    int failed;
};

struct fth_batch {
    int lane_count;
    struct lane lanes[MOST_LANES];

    /* of the run under way */
    const struct fth_work *work;
    struct fth_question *questions;
    int count;
    atomic_int next;
};

int fth_batch_lanes(int thread_count)
{
    return FTH_MIN(thread_count, MOST_LANES);
}

/* The sessions of all lanes share one pool, and each lane's own thread works too. */
int fth_batch_threads(int thread_count)
{
    return FTH_MAX(thread_count - fth_batch_lanes(thread_count) + 1, 1);
}

enum fth_status fth_batch_create(struct fth_infer_session *const sessions[FTH_BATCH_NETWORKS],
                                 int lane_count, const struct fth_cancel *cancel,
                                 struct fth_batch **result, struct fth_error *error)
{
    struct fth_batch *batch = fth_alloc(1, sizeof(*batch));
    if (!batch)
        return fth_fail_memory(error, sizeof(*batch), "a network session");
    enum fth_status status = FTH_OK;
    batch->lane_count = FTH_MAX(FTH_MIN(lane_count, MOST_LANES), 1);
    for (int i = 0; i < batch->lane_count && status == FTH_OK; i++) {
        struct lane *lane = &batch->lanes[i];
        status = fth_arena_create(&lane->arena, error);
        for (int k = 0; k < FTH_BATCH_NETWORKS && status == FTH_OK; k++) {
            if (sessions[k] && i > 0)
                status = fth_infer_session_twin(sessions[k], cancel, &lane->sessions[k], error);
            else
                lane->sessions[k] = sessions[k];
        }
    }
    if (status == FTH_OK)
        *result = batch;
    else
        fth_batch_destroy(&batch);
    return status;
}

void fth_batch_destroy(struct fth_batch **pointer)
{
    struct fth_batch *batch = pointer ? *pointer : NULL;
    if (!batch)
        return;
    for (int i = 0; i < batch->lane_count; i++) {
        for (int k = 0; k < FTH_BATCH_NETWORKS && i > 0; k++)
            fth_infer_session_close(&batch->lanes[i].sessions[k]);
        fth_arena_destroy(&batch->lanes[i].arena);
    }
    fth_free(batch);
    *pointer = NULL;
}

static void answer_in_lane(void *context, size_t index)
{
    struct fth_batch *batch = context;
    struct lane *lane = &batch->lanes[index];
    /* threads are in the lanes: what a lane does beside the run is small */
    const struct fth_work work = {NULL, lane->arena, batch->work->cancel};
    for (;;) {
        int i = atomic_fetch_add(&batch->next, 1);
        if (i >= batch->count || lane->status != FTH_OK)
            return;
        struct fth_question *q = &batch->questions[i];
        lane->status = fth_view_answer(&work, lane->sessions[q->network], q->view, q->mirrored,
                                       &q->answer, &lane->error);
        lane->failed = i;
    }
}

enum fth_status fth_batch_run(struct fth_batch *batch, const struct fth_work *work,
                              struct fth_question *questions, int count,
                              struct fth_error *error)
{
    batch->work = work;
    batch->questions = questions;
    batch->count = count;
    atomic_store(&batch->next, 0);
    for (int i = 0; i < batch->lane_count; i++) {
        fth_arena_return(batch->lanes[i].arena, 0);
        batch->lanes[i].status = FTH_OK;
    }
    if (batch->lane_count > 1)
        fth_pool_run(work->pool, (size_t)batch->lane_count, answer_in_lane, batch);
    else
        answer_in_lane(batch, 0);
    const struct lane *worst = NULL;
    for (int i = 0; i < batch->lane_count; i++) {
        const struct lane *lane = &batch->lanes[i];
        if (lane->status != FTH_OK && (!worst || lane->failed < worst->failed))
            worst = lane;
    }
    if (!worst)
        return FTH_OK;
    if (error)
        *error = worst->error;
    return worst->status;
}
