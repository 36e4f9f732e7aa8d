/* SPDX-License-Identifier: Apache-2.0 */
/* Stages in order: those that keep their pixels are computed one after another. A step that sees
 * frames in order goes on from where it stands, when its last key is the one that frame has in the
 * run asked for; else it is begun anew. The frames between are evaluated as far as its inputs. */
#include "engine/plan.h"

/* ---- analyses ---- */

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
        live->type = plan->members[stage->member].desc->steps[stage->step].analysis;
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

/* An earlier frame, pushed only so that the later one can be. */
static enum fth_status push_frame(struct fth_plan *plan, const struct fth_stage *stage,
                                  int64_t frame, struct fth_live *live, struct fth_error *error)
{
    struct fth_plan *earlier = NULL;
    const struct fth_key *before = frame > stage->start ? &live->last : NULL;
    struct fth_target target = fth_plan_target(plan, stage, frame, before);
    enum fth_status status = fth_plan_create(plan->engine, &target, &earlier, error);
    if (status != FTH_OK)
        return status;
    earlier->keeping = FTH_MIN(plan->keeping, FTH_KEEP_COSTLY);
    fth_plan_prepare(earlier, (struct fth_rect){0}, true);
    status = fth_plan_evaluate(earlier, FTH_PHASE_INPUTS, error);
    if (status == FTH_OK)
        status = push(earlier, &earlier->stages[earlier->root], live, error);
    if (status == FTH_OK && !earlier->stages[earlier->root].passing)
        fth_plan_keep(earlier, &earlier->stages[earlier->root], true);
    fth_plan_destroy(&earlier);
    return status;
}

/* The first frame that must still be pushed to have the plan's. */
static int64_t next_to_push(const struct fth_plan *plan, const struct fth_stage *stage,
                            const struct fth_live *live)
{
    struct fth_key at = stage->before;
    if (!live->analysis || live->cancel != plan->env.cancel || live->start != stage->start ||
        live->frame >= plan->frame)
        return stage->start;
    if (live->frame < plan->frame - 1 && !fth_plan_chain_find(plan, stage, live->frame, &at))
        return stage->start;
    return fth_key_equal(live->last, at) ? live->frame + 1 : stage->start;
}

static enum fth_status run_up(struct fth_plan *plan, struct fth_stage *stage, int64_t first,
                              struct fth_live *live, struct fth_error *error)
{
    struct fth_engine *engine = plan->engine;
    enum fth_status status = FTH_OK;
    atomic_store(&engine->run_up.first, first);
    atomic_store(&engine->run_up.last, plan->frame);
    for (int64_t frame = first; frame < plan->frame && status == FTH_OK; frame++) {
        atomic_store(&engine->run_up.frame, frame);
        atomic_store(&engine->run_up.running, true);
        status = push_frame(plan, stage, frame, live, error);
    }
    atomic_store(&engine->run_up.running, false);
    return status;
}

static enum fth_status run_analysis(struct fth_plan *plan, struct fth_stage *stage,
                                    struct fth_error *error)
{
    struct fth_slot *slot = plan->members[stage->member].slot;
    struct fth_live *live = &slot->lives[stage->step];
    pthread_mutex_lock(&slot->order);
    int64_t first = next_to_push(plan, stage, live);
    if (first == stage->start)
        fth_live_end(live);
    enum fth_status status = run_up(plan, stage, first, live, error);
    if (status == FTH_OK)
        status = push(plan, stage, live, error);
    if (status == FTH_OK)
        fth_plan_keep(plan, stage, false);
    else
        fth_live_end(live);
    pthread_mutex_unlock(&slot->order);
    return status;
}

/* ---- stages in order ---- */

static enum fth_status run_stage(struct fth_plan *plan, int index, struct fth_error *error)
{
    struct fth_stage *stage = &plan->stages[index];
    if (stage->kind == FTH_NODE_ANALYSIS)
        return run_analysis(plan, stage, error);
    enum fth_status status = fth_plan_render(plan, index, error);
    if (status != FTH_OK)
        return status;
    atomic_fetch_add(&plan->engine->counts.rendered, 1);
    fth_plan_cache(plan, stage);
    return FTH_OK;
}

static bool belongs(const struct fth_stage *stage, enum fth_phase phase)
{
    if (phase == FTH_PHASE_SOURCES)
        return stage->kind == FTH_NODE_SOURCE;
    if (phase == FTH_PHASE_ANALYSES)
        return stage->kind == FTH_NODE_ANALYSIS || stage->before_analysis;
    return true;
}

/* Gives up the pictures that stage `index` was the last to read. */
static void release_read(struct fth_plan *plan, int index)
{
    for (int i = 0; i < index; i++) {
        if (plan->stages[i].last_use == index)
            fth_image_unref(&plan->stages[i].image);
    }
}

enum fth_status fth_plan_evaluate(struct fth_plan *plan, enum fth_phase phase,
                                  struct fth_error *error)
{
    int end = phase == FTH_PHASE_INPUTS ? plan->root - 1 : plan->root;
    for (int i = 0; i <= end; i++) {
        struct fth_stage *stage = &plan->stages[i];
        if (!stage->needed || !stage->materialised || !belongs(stage, phase))
            continue;
        if (!stage->image) {
            enum fth_status status = run_stage(plan, i, error);
            if (status != FTH_OK)
                return status;
        }
        if (phase == FTH_PHASE_ALL)
            release_read(plan, i);
    }
    return FTH_OK;
}
