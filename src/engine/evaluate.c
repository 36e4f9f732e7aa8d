/* SPDX-License-Identifier: Apache-2.0 */
/* Stages in order: those that keep their pixels are computed one after another. A step that must
 * see other frames says which; each of them is evaluated as far as its inputs and pushed. */
#include "engine/plan.h"

/* ---- analyses ---- */

static struct fth_call analysis_call(const struct fth_plan *plan, const struct fth_stage *stage)
{
    struct fth_call call = fth_plan_call(plan, plan->members[stage->member]);
    call.exists = stage->exists;
    call.frame_key = stage->frame_key;
    return call;
}

/* A call with the inputs of the plan's frame: push, or (out not NULL) result. */
static enum fth_status call_analysis(struct fth_plan *plan, const struct fth_stage *stage,
                                     const struct fth_live *live, struct fth_call *call,
                                     struct fth_image **out, struct fth_error *error)
{
    struct fth_slot *slot = plan->members[stage->member]->slot;
    struct fth_image *images[FTH_MOST_READS] = {0};
    const struct fth_image *inputs[FTH_LIMIT_INPUTS];
    struct fth_looks looks;
    enum fth_status status = FTH_OK;
    if (fth_cancelled(plan->env.cancel))
        return fth_fail(error, FTH_CANCELLED, "cancelled");
    if (!call->is_absent)
        status = fth_plan_inputs(plan, stage, images, error);
    if (status != FTH_OK)
        return status;
    for (int p = 0; p < FTH_LIMIT_INPUTS; p++)
        inputs[p] = images[p];
    call->inputs = inputs;
    call->previous = images[FTH_PREVIOUS];
    call->moments = fth_plan_moments(plan->members[stage->member], stage, images, &looks);
    call->arena = fth_engine_arena(plan->engine, FTH_SCRATCH_WHOLE);
    if (!call->arena)
        status = fth_fail_memory(error, 0, "scratch memory");
    call->state = NULL;
    pthread_mutex_lock(&slot->calls);
    double begun = stage->meter ? fth_clock_s() : 0;
    if (status == FTH_OK)
        status = out ? live->type->result(live->analysis, call, out, error)
                     : live->type->push(live->analysis, call, error);
    fth_meter_add(stage->meter, begun, 0);
    pthread_mutex_unlock(&slot->calls);
    fth_engine_arena_back(plan->engine, FTH_SCRATCH_WHOLE, call->arena);
    for (int p = 0; p < FTH_MOST_READS; p++)
        fth_image_unref(&images[p]);
    return fth_plan_blame(plan->members[stage->member], status, error);
}

/* Another frame than the one asked for; one that cannot be had is told to be a gap. */
static enum fth_status push_other(struct fth_plan *plan, const struct fth_stage *stage,
                                  int64_t frame, const struct fth_live *live,
                                  struct fth_error *error)
{
    struct fth_plan *other = NULL;
    struct fth_target target = fth_plan_target(plan, stage, frame);
    struct fth_call call = analysis_call(plan, stage);
    enum fth_status status = fth_plan_create(plan->engine, &target, &other, error);
    if (status == FTH_OK) {
        other->keeping = FTH_MIN(plan->keeping, FTH_KEEP_COSTLY);
        fth_plan_prepare(other, (struct fth_rect){0}, true);
        status = fth_plan_evaluate(other, FTH_PHASE_INPUTS, error);
    }
    call.frame = frame;
    call.is_absent = fth_plan_is_gap(status);
    if (other)
        call.frame_key = fth_plan_root(other)->frame_key;
    if (call.is_absent)
        status = call_analysis(plan, stage, live, &call, NULL, error);
    else if (status == FTH_OK)
        status = call_analysis(other, fth_plan_root(other), live, &call, NULL, error);
    fth_plan_destroy(&other);
    return status;
}

/* Another frame, or the one asked for, on the way to a result. */
static enum fth_status push_frame(struct fth_plan *plan, const struct fth_stage *stage,
                                  int64_t frame, const struct fth_live *live,
                                  struct fth_error *error)
{
    struct fth_call call = analysis_call(plan, stage);
    enum fth_status status = frame == call.frame
                                 ? call_analysis(plan, stage, live, &call, NULL, error)
                                 : push_other(plan, stage, frame, live, error);
    if (status == FTH_OK)
        atomic_fetch_add(&plan->engine->counts.pushed, 1);
    return status;
}

static bool wants(const struct fth_plan *plan, const struct fth_stage *stage,
                  const struct fth_live *live, int64_t *frame)
{
    struct fth_slot *slot = plan->members[stage->member]->slot;
    struct fth_call call = analysis_call(plan, stage);
    call.state = NULL;
    pthread_mutex_lock(&slot->calls);
    bool more = live->type->wants(live->analysis, &call, frame);
    pthread_mutex_unlock(&slot->calls);
    return more;
}

static enum fth_status survey(struct fth_plan *plan, const struct fth_stage *stage,
                              const struct fth_live *live, struct fth_error *error)
{
    struct fth_engine *engine = plan->engine;
    const int64_t own = plan->members[stage->member]->frame;
    enum fth_status status = FTH_OK;
    int64_t frame;
    atomic_store(&engine->survey.pushed, 0);
    atomic_store(&engine->survey.last, stage->exists.last);
    while (status == FTH_OK && wants(plan, stage, live, &frame)) {
        if (frame < stage->span.first || frame > stage->span.last)
            status = fth_fail(error, FTH_ERR_DATA, "frame %lld is outside the span of frame %lld",
                              (long long)frame, (long long)own);
        atomic_store(&engine->survey.frame, frame);
        atomic_store(&engine->survey.running, frame != own);
        if (status == FTH_OK)
            status = push_frame(plan, stage, frame, live, error);
        atomic_fetch_add(&engine->survey.pushed, 1);
    }
    atomic_store(&engine->survey.running, false);
    return status;
}

static bool is_of(const struct fth_live *live, const struct fth_plan *plan,
                  const struct fth_stage *stage)
{
    return live->analysis && live->cancel == plan->env.cancel &&
           fth_key_equal(live->signature, stage->signature);
}

/* The analysis that has seen this clip, or a new one. */
static enum fth_status provide(struct fth_plan *plan, const struct fth_stage *stage,
                               struct fth_live *live, struct fth_error *error)
{
    const struct fth_member *member = plan->members[stage->member];
    struct fth_call call = analysis_call(plan, stage);
    struct fth_live made = {.type = member->desc->steps[stage->step].analysis,
                            .cancel = plan->env.cancel, .signature = stage->signature};
    if (is_of(live, plan, stage))
        return FTH_OK;
    fth_live_end(member->slot, stage->step);
    pthread_mutex_lock(&member->slot->lock);
    enum fth_status status = made.type->create(&call, &made.analysis, error);
    pthread_mutex_unlock(&member->slot->lock);
    pthread_mutex_lock(&member->slot->guard);
    *live = made;
    pthread_mutex_unlock(&member->slot->guard);
    return fth_plan_blame(member, status, error);
}

static enum fth_status run_analysis(struct fth_plan *plan, struct fth_stage *stage,
                                    struct fth_error *error)
{
    struct fth_slot *slot = plan->members[stage->member]->slot;
    struct fth_live *live = &slot->lives[stage->step];
    struct fth_call call = analysis_call(plan, stage);
    struct fth_image *out = NULL;
    pthread_mutex_lock(&slot->order);
    enum fth_status status = provide(plan, stage, live, error);
    if (status == FTH_OK)
        status = survey(plan, stage, live, error);
    if (status == FTH_OK)
        status = call_analysis(plan, stage, live, &call, &out, error);
    if (status == FTH_OK)
        status = fth_plan_finish(plan, stage, stage->need, &out, error);
    if (status == FTH_OK) {
        stage->image = out;
        fth_plan_keep(plan, stage);
    } else {
        fth_live_end(slot, stage->step);
    }
    pthread_mutex_unlock(&slot->order);
    return status;
}

/* ---- stages in order ---- */

static enum fth_status run_stage(struct fth_plan *plan, int index, struct fth_error *error)
{
    struct fth_stage *stage = &plan->stages[index];
    if (stage->kind == FTH_NODE_ANALYSIS)
        return run_analysis(plan, stage, error);
    /* when this frame was planned, the one before it may not have been made */
    if (stage->again && !plan->ignores_cache)
        stage->image = fth_cache_get(plan->engine->cache, stage->key, stage->need);
    if (stage->image) {
        atomic_fetch_add(&plan->engine->counts.hits, 1);
        return FTH_OK;
    }
    enum fth_status status = fth_plan_render(plan, index, error);
    if (status == FTH_OK)
        status = fth_plan_pack(stage, error);
    if (status != FTH_OK)
        return status;
    atomic_fetch_add(&plan->engine->counts.rendered, 1);
    fth_plan_cache(plan, stage);
    return FTH_OK;
}

/* Masks that may spare something are made as early as they can be. */
static bool belongs(const struct fth_stage *stage, enum fth_phase phase)
{
    if (phase == FTH_PHASE_INPUTS)
        return !stage->is_root;
    if (phase == FTH_PHASE_SOURCES)
        return stage->kind == FTH_NODE_SOURCE || (stage->before_guard && !stage->after_analysis);
    if (phase == FTH_PHASE_ANALYSES)
        return stage->kind == FTH_NODE_ANALYSIS || stage->before_analysis || stage->before_guard;
    return true;
}

/* Gives up the pictures that stage `index` was the last to read. */
static void release_read(struct fth_plan *plan, int index)
{
    for (int i = 0; i < index; i++) {
        if (plan->stages[i].last_use == index && !plan->stages[i].is_root)
            fth_image_unref(&plan->stages[i].image);
    }
}

/* Computes the next stage from *at on that belongs to the phase, and is certain to be needed.
 * Where its picture spares others, *at goes back to the start. */
static enum fth_status advance(struct fth_plan *plan, enum fth_phase phase, int *at,
                               struct fth_error *error)
{
    const int index = (*at)++;
    struct fth_stage *stage = &plan->stages[index];
    bool changed = false;
    enum fth_status status = FTH_OK;
    if (!stage->certain || !stage->materialised || !belongs(stage, phase))
        return FTH_OK;
    if (!stage->image)
        status = run_stage(plan, index, error);
    /* a frame that waits for its turn does so as it is */
    if (status == FTH_OK && (phase != FTH_PHASE_SOURCES || stage->before_guard))
        status = fth_plan_unpack_stage(plan, stage, error);
    if (status == FTH_OK)
        status = fth_plan_look(plan, index, &changed, error);
    if (status == FTH_OK && changed) {
        fth_plan_need(plan);
        *at = 0;
    }
    if (status == FTH_OK && phase == FTH_PHASE_ALL)
        release_read(plan, index);
    return status;
}

enum fth_status fth_plan_evaluate(struct fth_plan *plan, enum fth_phase phase,
                                  struct fth_error *error)
{
    enum fth_status status = FTH_OK;
    for (int i = 0; i < plan->stage_count && status == FTH_OK;)
        status = advance(plan, phase, &i, error);
    return status;
}

/* ---- ahead ---- */

/* The only analysis, where it is still to be made; -1: there are none, or several, which may need
 * each other. */
static int lone_analysis(const struct fth_plan *plan)
{
    int found = -1;
    for (int i = 0; i < plan->stage_count; i++) {
        const struct fth_stage *stage = &plan->stages[i];
        if (stage->kind != FTH_NODE_ANALYSIS || !stage->certain || !stage->materialised)
            continue;
        if (found >= 0)
            return -1;
        found = i;
    }
    return found >= 0 && !plan->stages[found].image ? found : -1;
}

static bool is_under_way(const struct fth_plan *plan, const struct fth_stage *stage)
{
    struct fth_slot *slot = plan->members[stage->member]->slot;
    pthread_mutex_lock(&slot->guard);
    const struct fth_live *live = &slot->lives[stage->step];
    bool result = is_of(live, plan, stage) && live->type->look_ahead;
    pthread_mutex_unlock(&slot->guard);
    return result;
}

static void show(struct fth_plan *plan, const struct fth_stage *stage)
{
    struct fth_slot *slot = plan->members[stage->member]->slot;
    struct fth_image *images[FTH_MOST_READS] = {0};
    const struct fth_image *inputs[FTH_LIMIT_INPUTS];
    struct fth_looks looks;
    struct fth_call call = analysis_call(plan, stage);
    call.arena = fth_engine_arena(plan->engine, FTH_SCRATCH_PART);
    if (call.arena && fth_plan_inputs(plan, stage, images, NULL) == FTH_OK) {
        for (int p = 0; p < FTH_LIMIT_INPUTS; p++)
            inputs[p] = images[p];
        call.inputs = inputs;
        call.previous = images[FTH_PREVIOUS];
        call.moments = fth_plan_moments(plan->members[stage->member], stage, images, &looks);
        call.state = NULL;
        pthread_mutex_lock(&slot->guard);
        const struct fth_live *live = &slot->lives[stage->step];
        double begun = stage->meter ? fth_clock_s() : 0;
        if (is_of(live, plan, stage) && live->type->look_ahead)
            live->type->look_ahead(live->analysis, &call);
        fth_meter_add(stage->meter, begun, 0);
        pthread_mutex_unlock(&slot->guard);
    }
    fth_engine_arena_back(plan->engine, FTH_SCRATCH_PART, call.arena);
    for (int p = 0; p < FTH_MOST_READS; p++)
        fth_image_unref(&images[p]);
}

void fth_plan_look_ahead(struct fth_plan *plan)
{
    int index = lone_analysis(plan);
    if (index < 0 || !is_under_way(plan, &plan->stages[index]))
        return;
    for (int i = 0; i < index; i++) {
        struct fth_stage *stage = &plan->stages[i];
        bool is_input = stage->before_analysis && stage->certain && stage->materialised;
        if (is_input && !stage->image && run_stage(plan, i, NULL) != FTH_OK)
            return; /* it fails again, and aloud, in its turn */
        if (is_input && fth_plan_unpack_stage(plan, stage, NULL) != FTH_OK)
            return;
    }
    show(plan, &plan->stages[index]);
}
