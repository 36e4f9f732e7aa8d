/* SPDX-License-Identifier: Apache-2.0 */
/* Steps that see frames in order. A result's key is a chain: the key of the frame before it and of
 * what goes in at its own frame, back to the frame the analysis starts at. So a result can be
 * recalled without a decoder or a network having run, and a live analysis can go on exactly where
 * its last key is the one before. */
#include <stdio.h>

#include "engine/plan.h"

/* ---- keys ---- */

static int64_t find_start(const struct fth_plan *plan, const struct fth_stage *stage)
{
    const struct fth_member *member = &plan->members[stage->member];
    const struct fth_info *input = member->infos[0];
    struct fth_call call = fth_plan_call(plan, member);
    bool bounded = input && input->first_frame <= input->last_frame;
    int64_t first = bounded ? input->first_frame : plan->frame;
    if (first >= plan->frame)
        return plan->frame;
    pthread_mutex_lock(&member->slot->lock);
    int64_t start = member->desc->steps[stage->step].analysis->start(&call, first);
    pthread_mutex_unlock(&member->slot->lock);
    return FTH_MIN(FTH_MAX(start, first), plan->frame);
}

/* Where the chain's key of `frame` is remembered. */
static struct fth_key chain_name(const struct fth_plan *plan, const struct fth_stage *stage,
                                 int64_t start, int64_t frame)
{
    struct fth_hasher hasher;
    fth_hash_begin(&hasher);
    fth_hash_int(&hasher, (int64_t)fth_graph_revision(plan->graph));
    fth_hash_int(&hasher, plan->members[stage->member].index);
    fth_hash_int(&hasher, stage->step);
    fth_hash_int(&hasher, start);
    fth_hash_int(&hasher, frame);
    return fth_hash_end(&hasher);
}

static bool chain_find(struct fth_engine *engine, struct fth_key name, struct fth_key *key)
{
    size_t at = name.low % FTH_CHAIN_SLOTS;
    pthread_mutex_lock(&engine->lock);
    bool found = fth_key_equal(engine->chains[at].name, name);
    if (found)
        *key = engine->chains[at].key;
    pthread_mutex_unlock(&engine->lock);
    return found;
}

static void chain_keep(struct fth_engine *engine, struct fth_key name, struct fth_key key)
{
    size_t at = name.low % FTH_CHAIN_SLOTS;
    pthread_mutex_lock(&engine->lock);
    engine->chains[at].name = name;
    engine->chains[at].key = key;
    pthread_mutex_unlock(&engine->lock);
}

static struct fth_target target_at(const struct fth_plan *plan, const struct fth_stage *stage,
                                   int64_t frame, const struct fth_key *before)
{
    return (struct fth_target){.graph = plan->graph,
                               .node = plan->members[stage->member].index,
                               .step = stage->step,
                               .frame = frame,
                               .cancel = plan->env.cancel,
                               .before = before};
}

/* The chain's key of the frame before: remembered, or worked out from the last one that is. */
static enum fth_status key_before(struct fth_plan *plan, const struct fth_stage *stage,
                                  struct fth_key *key, struct fth_error *error)
{
    struct fth_key at = {0};
    int64_t frame = plan->frame - 1;
    while (frame >= stage->start &&
           !chain_find(plan->engine, chain_name(plan, stage, stage->start, frame), &at))
        frame--;
    for (frame++; frame < plan->frame; frame++) {
        struct fth_plan *step = NULL;
        struct fth_target target = target_at(plan, stage, frame, &at);
        enum fth_status status = fth_plan_create(plan->engine, &target, &step, error);
        if (status != FTH_OK)
            return status;
        at = step->stages[step->root].key;
        fth_plan_destroy(&step);
    }
    *key = at;
    return FTH_OK;
}

enum fth_status fth_analysis_key(struct fth_plan *plan, struct fth_stage *stage,
                                 const struct fth_key *before, struct fth_error *error)
{
    struct fth_hasher hasher;
    enum fth_status status = FTH_OK;
    stage->start = find_start(plan, stage);
    stage->before = (struct fth_key){0};
    if (plan->frame > stage->start && before)
        stage->before = *before;
    else if (plan->frame > stage->start)
        status = key_before(plan, stage, &stage->before, error);
    if (status != FTH_OK)
        return status;
    fth_hash_begin(&hasher);
    fth_hash_key(&hasher, stage->before);
    fth_hash_key(&hasher, stage->key);
    stage->key = fth_hash_end(&hasher);
    chain_keep(plan->engine, chain_name(plan, stage, stage->start, plan->frame), stage->key);
    return FTH_OK;
}

/* ---- results ---- */

static const struct fth_analysis *analysis_of(const struct fth_plan *plan,
                                              const struct fth_stage *stage)
{
    return plan->members[stage->member].desc->steps[stage->step].analysis;
}

bool fth_analysis_recall(struct fth_plan *plan, struct fth_stage *stage)
{
    const struct fth_member *member = &plan->members[stage->member];
    const struct fth_analysis *analysis = analysis_of(plan, stage);
    struct fth_call call = fth_plan_call(plan, member);
    struct fth_image *image = NULL;
    if (!analysis->recall || !plan->env.cache_folder[0])
        return false;
    pthread_mutex_lock(&member->slot->lock);
    bool found = analysis->recall(&call, stage->key, &image) == FTH_OK && image;
    pthread_mutex_unlock(&member->slot->lock);
    if (!found || fth_plan_finish(plan, stage, stage->need, &image, NULL) != FTH_OK)
        return false;
    stage->image = image;
    atomic_fetch_add(&plan->engine->counts.recalled, 1);
    fth_cache_put(plan->engine->cache, stage->key, image, stage->need);
    return true;
}

/* Gives the inputs of the plan's frame to the live analysis. */
static enum fth_status push(struct fth_plan *plan, struct fth_stage *stage, struct fth_live *live,
                            struct fth_error *error)
{
    const struct fth_member *member = &plan->members[stage->member];
    struct fth_image *images[FTH_LIMIT_INPUTS + 1] = {0}, *out = NULL;
    const struct fth_image *inputs[FTH_LIMIT_INPUTS];
    struct fth_call call = fth_plan_call(plan, member);
    if (fth_cancelled(plan->env.cancel))
        return fth_fail(error, FTH_CANCELLED, "cancelled");
    enum fth_status status = fth_plan_inputs(plan, stage, images, error);
    if (status != FTH_OK)
        return status;
    for (int p = 0; p < FTH_LIMIT_INPUTS; p++)
        inputs[p] = images[p];
    call.inputs = inputs;
    call.previous = images[FTH_LIMIT_INPUTS];
    call.arena = fth_engine_arena(plan->engine);
    pthread_mutex_lock(&member->slot->lock);
    if (!call.arena)
        status = fth_fail_memory(error, 0, "scratch memory");
    if (status == FTH_OK && !live->analysis) {
        live->type = analysis_of(plan, stage);
        live->cancel = plan->env.cancel;
        live->start = stage->start;
        status = live->type->create(&call, &live->analysis, error);
    }
    if (status == FTH_OK)
        status = live->type->push(live->analysis, &call, &out, error);
    pthread_mutex_unlock(&member->slot->lock);
    fth_engine_arena_back(plan->engine, call.arena);
    for (int p = 0; p <= FTH_LIMIT_INPUTS; p++)
        fth_image_unref(&images[p]);
    if (status == FTH_OK)
        status = fth_plan_finish(plan, stage, stage->need, &out, error);
    if (status != FTH_OK)
        return fth_plan_blame(member, status, error);
    live->last = stage->key;
    live->frame = plan->frame;
    fth_image_unref(&stage->image);
    stage->image = out;
    atomic_fetch_add(&plan->engine->counts.pushed, 1);
    return FTH_OK;
}

/* Keeps a new result in memory and on disk; one that is there already was kept when it was new. */
static void keep(struct fth_plan *plan, const struct fth_stage *stage)
{
    const struct fth_member *member = &plan->members[stage->member];
    const struct fth_analysis *analysis = analysis_of(plan, stage);
    struct fth_call call = fth_plan_call(plan, member);
    struct fth_image *known = fth_cache_get(plan->engine->cache, stage->key, stage->need);
    if (!known && analysis->keep && plan->env.cache_folder[0]) {
        pthread_mutex_lock(&member->slot->lock);
        analysis->keep(&call, stage->key, stage->image);
        pthread_mutex_unlock(&member->slot->lock);
    }
    if (!known)
        fth_cache_put(plan->engine->cache, stage->key, stage->image, stage->need);
    fth_image_unref(&known);
}

/* An earlier frame, pushed only so that the later one can be. */
static enum fth_status push_frame(struct fth_plan *plan, const struct fth_stage *stage,
                                  int64_t frame, struct fth_live *live, struct fth_error *error)
{
    struct fth_plan *earlier = NULL;
    const struct fth_key *before = frame > stage->start ? &live->last : NULL;
    struct fth_target target = target_at(plan, stage, frame, before);
    enum fth_status status = fth_plan_create(plan->engine, &target, &earlier, error);
    if (status != FTH_OK)
        return status;
    fth_plan_prepare(earlier, (struct fth_rect){0}, true);
    status = fth_plan_evaluate(earlier, FTH_PHASE_INPUTS, error);
    if (status == FTH_OK)
        status = push(earlier, &earlier->stages[earlier->root], live, error);
    if (status == FTH_OK)
        keep(earlier, &earlier->stages[earlier->root]);
    fth_plan_destroy(&earlier);
    return status;
}

static bool goes_on(const struct fth_plan *plan, const struct fth_stage *stage,
                    const struct fth_live *live)
{
    return live->analysis && live->cancel == plan->env.cancel && live->start == stage->start &&
           live->frame == plan->frame - 1 && fth_key_equal(live->last, stage->before);
}

enum fth_status fth_analysis_run(struct fth_plan *plan, struct fth_stage *stage,
                                 struct fth_error *error)
{
    struct fth_slot *slot = plan->members[stage->member].slot;
    struct fth_live *live = &slot->lives[stage->step];
    enum fth_status status = FTH_OK;
    pthread_mutex_lock(&slot->order);
    if (!goes_on(plan, stage, live)) {
        fth_live_end(live);
        for (int64_t frame = stage->start; frame < plan->frame && status == FTH_OK; frame++)
            status = push_frame(plan, stage, frame, live, error);
    }
    if (status == FTH_OK)
        status = push(plan, stage, live, error);
    if (status == FTH_OK)
        keep(plan, stage);
    else
        fth_live_end(live);
    pthread_mutex_unlock(&slot->order);
    return status;
}
