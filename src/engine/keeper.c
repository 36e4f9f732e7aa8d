/* SPDX-License-Identifier: Apache-2.0 */
/* One thread behind a short queue, begun with the first thing to keep. */
#include "engine/keeper.h"

#include <string.h>

#include "base/mem.h"
#include "engine/queue.h"

enum { WAITING_MOST = 2 };

/* A call that outlives the plan it comes from. */
struct kept {
    const struct fth_analysis *analysis;
    struct fth_call call;
    struct fth_env env;
    void *params;
    struct fth_info infos[FTH_LIMIT_INPUTS];
    const struct fth_info *info_list[FTH_LIMIT_INPUTS];
    struct fth_key key;
    struct fth_image *image;
};

struct fth_keeper {
    struct fth_queue queue;
    struct fth_thread thread;
    bool tried; /* to start the thread */
    pthread_mutex_t lock;
    pthread_cond_t settled;
    int pending;
};

static void kept_destroy(struct kept *kept)
{
    fth_image_unref(&kept->image);
    fth_free(kept->params);
    fth_free(kept);
}

static void settle(struct fth_keeper *keeper, int by)
{
    pthread_mutex_lock(&keeper->lock);
    keeper->pending += by;
    pthread_cond_broadcast(&keeper->settled);
    pthread_mutex_unlock(&keeper->lock);
}

static void *work(void *context)
{
    struct fth_keeper *keeper = context;
    for (struct kept *kept; (kept = fth_queue_take(&keeper->queue));) {
        kept->analysis->keep(&kept->call, kept->key, kept->image);
        kept_destroy(kept);
        settle(keeper, -1);
    }
    return NULL;
}

struct fth_keeper *fth_keeper_create(void)
{
    struct fth_keeper *keeper = fth_alloc(1, sizeof(*keeper));
    if (!keeper)
        return NULL;
    fth_queue_begin(&keeper->queue, WAITING_MOST);
    pthread_mutex_init(&keeper->lock, NULL);
    pthread_cond_init(&keeper->settled, NULL);
    return keeper;
}

void fth_keeper_destroy(struct fth_keeper **pointer)
{
    struct fth_keeper *keeper = *pointer;
    if (!keeper)
        return;
    fth_queue_close(&keeper->queue);
    fth_thread_join(&keeper->thread);
    fth_queue_end(&keeper->queue);
    pthread_cond_destroy(&keeper->settled);
    pthread_mutex_destroy(&keeper->lock);
    fth_free(keeper);
    *pointer = NULL;
}

/* NULL when memory is out. */
static struct kept *copy_call(const struct fth_analysis *analysis, const struct fth_node_desc *desc,
                              const struct fth_call *call)
{
    struct kept *kept = fth_alloc(1, sizeof(*kept));
    if (!kept)
        return NULL;
    kept->params = fth_alloc(1, FTH_MAX(desc->params_size, (size_t)1));
    if (!kept->params) {
        fth_free(kept);
        return NULL;
    }
    memcpy(kept->params, call->params, desc->params_size);
    kept->env = *call->env;
    for (int i = 0; i < FTH_LIMIT_INPUTS; i++) {
        if (!call->input_infos[i])
            continue;
        kept->infos[i] = *call->input_infos[i];
        kept->info_list[i] = &kept->infos[i];
    }
    kept->analysis = analysis;
    kept->call = (struct fth_call){.env = &kept->env, .params = kept->params, .frame = call->frame,
                                   .info = call->info, .input_infos = kept->info_list};
    return kept;
}

static bool has_thread(struct fth_keeper *keeper)
{
    pthread_mutex_lock(&keeper->lock);
    if (!keeper->tried)
        fth_thread_start(&keeper->thread, "fathom-keep", work, keeper, NULL);
    keeper->tried = true;
    bool running = keeper->thread.running;
    pthread_mutex_unlock(&keeper->lock);
    return running;
}

void fth_keeper_put(struct fth_keeper *keeper, const struct fth_analysis *analysis,
                    const struct fth_node_desc *desc, const struct fth_call *call,
                    struct fth_key key, struct fth_image *image)
{
    struct kept *kept = has_thread(keeper) ? copy_call(analysis, desc, call) : NULL;
    if (!kept) {
        analysis->keep(call, key, image);
        return;
    }
    kept->key = key;
    kept->image = fth_image_ref(image);
    settle(keeper, 1);
    fth_queue_put(&keeper->queue, kept); /* nobody breaks this queue: there will be room */
}

void fth_keeper_flush(struct fth_keeper *keeper)
{
    pthread_mutex_lock(&keeper->lock);
    while (keeper->pending > 0)
        pthread_cond_wait(&keeper->settled, &keeper->lock);
    pthread_mutex_unlock(&keeper->lock);
}
