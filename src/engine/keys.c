/* SPDX-License-Identifier: Apache-2.0 */
/* Keys of a plan's stages: the node, the parameters that reach the stage, what goes in. Where steps
 * see frames in order the key is a chain: the key of the frame before it and of what goes in at its
 * own frame, back to the frame the analysis starts at. So a result can be recalled without a
 * decoder or a network having run. */
#include "engine/plan.h"

/* ---- one stage ---- */

static enum fth_status find_extra(struct fth_plan *plan, struct fth_member *member,
                                  struct fth_error *error)
{
    if (member->has_extra || !member->desc->hash_extra)
        return FTH_OK;
    struct fth_hasher hasher;
    struct fth_call call = fth_plan_call(plan, member);
    fth_hash_begin(&hasher);
    if (member->slot)
        pthread_mutex_lock(&member->slot->lock);
    enum fth_status status = member->desc->hash_extra(&call, &hasher, error);
    if (member->slot)
        pthread_mutex_unlock(&member->slot->lock);
    member->extra = fth_hash_end(&hasher);
    member->has_extra = true;
    return fth_plan_blame(member, status, error);
}

/* Everything but frames before: node, parameters that reach this step, inputs. */
static void hash_stage(struct fth_plan *plan, struct fth_stage *stage, struct fth_hasher *hasher)
{
    const struct fth_member *member = &plan->members[stage->member];
    const struct fth_info *info = fth_plan_info(plan, stage);
    fth_hash_int(hasher, stage->step);
    if (stage->step == FTH_STEP_COMMON) {
        fth_params_hash(fth_common_params, &member->common, 1, hasher);
        fth_hash_int(hasher, member->desc->flags & FTH_NODE_MAKES_MATTE);
    } else {
        fth_hash_text(hasher, member->desc->id);
        fth_hash_int(hasher, member->desc->version);
        uint8_t reached = (uint8_t)((2u << stage->step) - 1); /* this step's bit and all before */
        fth_params_hash(member->desc->params, member->params, reached, hasher);
        bool clips = fth_plan_has_common(member);
        fth_hash_int(hasher, clips ? member->common.clipping_mode : -1);
        fth_hash_key(hasher, member->extra);
        if (member->desc->flags & FTH_NODE_TIMED)
            fth_hash_int(hasher, plan->frame);
    }
    if (stage->previous >= 0)
        fth_hash_key(hasher, plan->stages[stage->previous].key);
    for (int p = 0; p < FTH_LIMIT_INPUTS; p++) {
        fth_hash_int(hasher, stage->ports[p] >= 0);
        if (stage->ports[p] >= 0)
            fth_hash_key(hasher, plan->stages[stage->ports[p]].key);
    }
    const int32_t window[] = {info->domain.x0, info->domain.y0, info->domain.x1, info->domain.y1,
                              info->format.width, info->format.height};
    fth_hash_bytes(hasher, window, sizeof(window));
    fth_hash_int(hasher, plan->env.scale_denominator);
}

/* ---- analyses ---- */

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

bool fth_plan_chain_find(const struct fth_plan *plan, const struct fth_stage *stage, int64_t frame,
                         struct fth_key *key)
{
    return chain_find(plan->engine, chain_name(plan, stage, stage->start, frame), key);
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
        struct fth_target target = fth_plan_target(plan, stage, frame, &at);
        enum fth_status status = fth_plan_create(plan->engine, &target, &step, error);
        if (status != FTH_OK)
            return status;
        at = step->stages[step->root].key;
        fth_plan_destroy(&step);
    }
    *key = at;
    return FTH_OK;
}

/* `run`: what asked for the stage when it is the root, else NULL. A run may start later than the
 * run of a frame it passes would: that frame has another key in it. */
static enum fth_status analysis_key(struct fth_plan *plan, struct fth_stage *stage,
                                    const struct fth_target *run, struct fth_error *error)
{
    struct fth_hasher hasher;
    enum fth_status status = FTH_OK;
    const struct fth_key *before = run ? run->before : NULL;
    int64_t own = find_start(plan, stage);
    stage->start = run && run->in_run ? run->run_start : own;
    stage->passing = stage->start != own;
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

/* ---- the plan ---- */

static enum fth_status find_keys(struct fth_plan *plan, const struct fth_target *target,
                                 struct fth_error *error)
{
    for (int i = 0; i <= plan->root; i++) {
        struct fth_stage *stage = &plan->stages[i];
        struct fth_hasher hasher;
        enum fth_status status = FTH_OK;
        if (!stage->live)
            continue;
        status = find_extra(plan, &plan->members[stage->member], error);
        if (status != FTH_OK)
            return status;
        fth_hash_begin(&hasher);
        hash_stage(plan, stage, &hasher);
        stage->key = fth_hash_end(&hasher);
        if (stage->kind == FTH_NODE_ANALYSIS)
            status = analysis_key(plan, stage, i == plan->root ? target : NULL, error);
        if (status != FTH_OK)
            return status;
    }
    return FTH_OK;
}

enum fth_status fth_plan_create(struct fth_engine *engine, const struct fth_target *target,
                                struct fth_plan **result, struct fth_error *error)
{
    struct fth_plan *plan = NULL;
    enum fth_status status = fth_plan_lay(engine, target, &plan, error);
    if (status == FTH_OK && !target->infos_only)
        status = find_keys(plan, target, error);
    if (status == FTH_OK)
        *result = plan;
    else
        fth_plan_destroy(&plan);
    return status;
}
