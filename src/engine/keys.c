/* SPDX-License-Identifier: Apache-2.0 */
/* Keys of a plan's stages: the node, the parameters that reach the stage, what goes in. Where
 * results depend on other frames, the key is made of what goes in at every frame of the span. So a
 * result can be recalled without a decoder or a network having run. */
#include "base/mem.h"
#include "engine/plan.h"

/* ---- one stage ---- */

/* What stands for files and frames that cannot be had behind a mask that may yet spare them. Where
 * it does not, rendering them says why. */
static struct fth_key wanting(const struct fth_member *member)
{
    struct fth_hasher hasher;
    fth_hash_begin(&hasher);
    fth_hash_text(&hasher, "wanting");
    fth_hash_int(&hasher, member->frame);
    return fth_hash_end(&hasher);
}

static enum fth_status find_extra(struct fth_plan *plan, struct fth_member *member, bool unguarded,
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
    bool may_want = !unguarded && fth_plan_is_gap(status);
    member->extra = may_want ? wanting(member) : fth_hash_end(&hasher);
    member->has_extra = true;
    return may_want ? FTH_OK : fth_plan_blame(member, status, error);
}

/* Everything but other frames: node, parameters that reach this step, inputs. */
static void hash_stage(struct fth_plan *plan, struct fth_stage *stage, struct fth_hasher *hasher)
{
    const struct fth_member *member = plan->members[stage->member];
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
        for (int i = 0; member->shutter && i < member->shutter->count; i++)
            fth_params_hash(member->desc->params, member->shutter->params[i], reached, hasher);
        bool clips = fth_plan_has_common(member);
        fth_hash_int(hasher, clips ? member->common.clipping_mode : -1);
        fth_hash_key(hasher, member->extra);
        if (member->desc->flags & FTH_NODE_TIMED)
            fth_hash_int(hasher, member->frame);
    }
    if (stage->previous >= 0)
        fth_hash_key(hasher, plan->stages[stage->previous].key);
    for (int p = 0; p < FTH_LIMIT_INPUTS; p++) {
        fth_hash_int(hasher, stage->ports[p] >= 0);
        if (stage->ports[p] >= 0)
            fth_hash_key(hasher, plan->stages[stage->ports[p]].key);
    }
    for (int i = 0; i < stage->further_count; i++) {
        fth_hash_int(hasher, stage->further[i].port);
        fth_hash_key(hasher, plan->stages[stage->further[i].stage].key);
    }
    const int32_t window[] = {info->domain.x0, info->domain.y0, info->domain.x1, info->domain.y1,
                              info->format.width, info->format.height};
    fth_hash_bytes(hasher, window, sizeof(window));
    fth_hash_int(hasher, plan->env.scale_denominator);
}

/* ---- analyses ---- */

bool fth_plan_is_gap(enum fth_status status)
{
    return status == FTH_ERR_NOT_FOUND || status == FTH_ERR_DATA ||
           status == FTH_ERR_UNSUPPORTED || status == FTH_END;
}

void fth_plan_mark_upstream(const struct fth_graph *graph, int index, bool *marked, int *stack)
{
    int depth = 0;
    if (index < 0 || marked[index])
        return;
    marked[index] = true;
    stack[depth++] = index;
    while (depth) {
        int at = stack[--depth];
        for (int p = 0; p < FTH_LIMIT_INPUTS; p++) {
            int from = fth_graph_input(graph, at, p);
            if (from < 0 || marked[from])
                continue;
            marked[from] = true;
            stack[depth++] = from;
        }
    }
}

/* What was stretched to a frame, with the help of a picture, is another one by another. */
static void mark_fitter(const struct fth_plan *plan, int number, bool *marked, int *stack,
                        struct fth_hasher *hasher)
{
    const struct fth_member *member = number >= 0 ? plan->members[number] : NULL;
    if (!member || !member->is_fitter)
        return;
    fth_hash_int(hasher, member->info.format.width);
    fth_hash_int(hasher, member->info.format.height);
    if (member->inputs[1] >= 0)
        fth_plan_mark_upstream(plan->graph, plan->members[member->inputs[1]]->index, marked,
                               stack);
}

/* Of all that can reach the stage at any frame: nodes, links and values, but no files; and of the
 * frames there are, since an analysis of others is another one. */
static enum fth_status find_signature(const struct fth_plan *plan, struct fth_stage *stage,
                                      struct fth_error *error)
{
    const struct fth_member *member = plan->members[stage->member];
    int count = fth_graph_count(plan->graph);
    uint8_t reached = (uint8_t)((2u << stage->step) - 1);
    struct fth_hasher hasher;
    bool *marked = fth_alloc((size_t)count, sizeof(*marked));
    if (!marked)
        return fth_fail_memory(error, (size_t)count, "a plan");
    int *stack = fth_alloc((size_t)count, sizeof(*stack));
    if (!stack) {
        fth_free(marked);
        return fth_fail_memory(error, (size_t)count * sizeof(*stack), "a plan");
    }
    fth_hash_begin(&hasher);
    fth_hash_int(&hasher, member->index);
    fth_hash_int(&hasher, member->common.clipping_mode);
    fth_hash_int(&hasher, stage->exists.first);
    fth_hash_int(&hasher, stage->exists.last);
    fth_graph_hash(plan->graph, member->index, reached, false, &hasher);
    fth_hash_key(&hasher, member->extra);
    for (int p = 0; p < FTH_LIMIT_INPUTS; p++) {
        int input = fth_graph_input(plan->graph, member->index, p);
        fth_hash_int(&hasher, stage->ports[p] >= 0 ? input : -1);
        if (stage->ports[p] >= 0)
            fth_plan_mark_upstream(plan->graph, input, marked, stack);
        if (stage->ports[p] >= 0)
            mark_fitter(plan, member->inputs[p], marked, stack, &hasher);
    }
    for (int i = 0; i < count; i++) {
        if (!marked[i])
            continue;
        fth_hash_int(&hasher, i);
        fth_hash_text(&hasher, fth_graph_desc(plan->graph, i)->id);
        fth_graph_hash(plan->graph, i, UINT8_MAX, true, &hasher);
        for (int p = 0; p < FTH_LIMIT_INPUTS; p++)
            fth_hash_int(&hasher, fth_graph_input(plan->graph, i, p));
    }
    fth_free(marked);
    fth_free(stack);
    stage->signature = fth_hash_end(&hasher);
    return FTH_OK;
}

static void find_span(const struct fth_plan *plan, struct fth_stage *stage)
{
    const struct fth_member *member = plan->members[stage->member];
    const struct fth_info *input = member->infos[0];
    const int64_t frame = member->frame;
    struct fth_call call = fth_plan_call(plan, member);
    bool known = input && input->first_frame <= frame && frame <= input->last_frame;
    stage->exists = known ? (struct fth_span){input->first_frame, input->last_frame}
                          : (struct fth_span){frame, frame};
    call.exists = stage->exists;
    pthread_mutex_lock(&member->slot->lock);
    struct fth_span span = member->desc->steps[stage->step].analysis->span(&call);
    pthread_mutex_unlock(&member->slot->lock);
    stage->span.first = FTH_MIN(FTH_MAX(span.first, stage->exists.first), frame);
    stage->span.last = FTH_MAX(FTH_MIN(span.last, stage->exists.last), frame);
}

/* The key of what goes in at another frame; none where that frame cannot be had. */
static enum fth_status frame_key(const struct fth_plan *plan, const struct fth_stage *stage,
                                 int64_t frame, struct fth_key *key, struct fth_error *error)
{
    struct fth_plan *other = NULL;
    struct fth_target target = fth_plan_target(plan, stage, frame);
    enum fth_status status = fth_plan_create(plan->engine, &target, &other, error);
    *key = (struct fth_key){0};
    if (status == FTH_OK)
        *key = fth_plan_root(other)->frame_key;
    fth_plan_destroy(&other);
    return fth_plan_is_gap(status) ? FTH_OK : status;
}

/* Takes up what was worked out before, as far as it is of this span. */
static struct fth_span_key span_known(const struct fth_plan *plan, const struct fth_stage *stage)
{
    struct fth_slot *slot = plan->members[stage->member]->slot;
    pthread_mutex_lock(&plan->engine->lock);
    struct fth_span_key known = slot->spans[stage->step];
    pthread_mutex_unlock(&plan->engine->lock);
    if (known.valid && fth_key_equal(known.signature, stage->signature) &&
        known.span.first == stage->span.first && known.span.last <= stage->span.last)
        return known;
    return (struct fth_span_key){.signature = stage->signature,
                                 .span = {stage->span.first, stage->span.first - 1},
                                 .valid = true};
}

/* Of the pictures of the whole span. */
static enum fth_status span_key(struct fth_plan *plan, const struct fth_stage *stage,
                                struct fth_key *key, struct fth_error *error)
{
    const struct fth_member *member = plan->members[stage->member];
    struct fth_slot *slot = member->slot;
    struct fth_span_key sum = span_known(plan, stage);
    while (sum.span.last < stage->span.last) {
        int64_t frame = sum.span.last + 1;
        struct fth_hasher hasher;
        struct fth_key own = stage->frame_key;
        enum fth_status status = FTH_OK;
        if (frame != member->frame)
            status = frame_key(plan, stage, frame, &own, error);
        if (status != FTH_OK)
            return status;
        fth_hash_begin(&hasher);
        fth_hash_key(&hasher, sum.key);
        fth_hash_key(&hasher, own);
        sum.key = fth_hash_end(&hasher);
        sum.span.last = frame;
    }
    pthread_mutex_lock(&plan->engine->lock);
    slot->spans[stage->step] = sum;
    pthread_mutex_unlock(&plan->engine->lock);
    *key = sum.key;
    return FTH_OK;
}

/* The key of a result: of its span's pictures, its own, and its place among them. */
static enum fth_status analysis_key(struct fth_plan *plan, struct fth_stage *stage,
                                    struct fth_error *error)
{
    struct fth_hasher hasher;
    struct fth_key others;
    find_span(plan, stage);
    enum fth_status status = find_signature(plan, stage, error);
    if (status == FTH_OK)
        status = span_key(plan, stage, &others, error);
    if (status != FTH_OK)
        return status;
    fth_hash_begin(&hasher);
    fth_hash_key(&hasher, others);
    fth_hash_key(&hasher, stage->frame_key);
    fth_hash_int(&hasher, plan->members[stage->member]->frame - stage->span.first);
    stage->key = fth_hash_end(&hasher);
    return FTH_OK;
}

/* ---- what is the same ---- */

/* The stages whose keys are known, by these: numbers + 1, 0: none. Room is twice their number, a
 * power of two. */
struct known {
    int *stages;
    size_t room;
};

static bool begin_known(const struct fth_plan *plan, struct known *known)
{
    known->room = 16;
    while (known->room < 2 * (size_t)plan->stage_count)
        known->room *= 2;
    known->stages = fth_alloc(known->room, sizeof(*known->stages));
    return known->stages;
}

/* Equal keys, equal pictures: the first stage with the key of stage `index` does for both, whatever
 * their nodes are called. */
static void find_same(struct fth_plan *plan, struct known *known, int index)
{
    struct fth_stage *stage = &plan->stages[index];
    size_t at = (size_t)stage->key.low & (known->room - 1);
    while (known->stages[at] &&
           !fth_key_equal(plan->stages[known->stages[at] - 1].key, stage->key))
        at = (at + 1) & (known->room - 1);
    if (!known->stages[at]) {
        known->stages[at] = index + 1;
        return;
    }
    stage->same = known->stages[at];
    struct fth_stage *first = &plan->stages[stage->same - 1];
    first->is_guard_mask |= stage->is_guard_mask;
    first->is_root |= stage->is_root;
    stage->is_root = false;
}

static int first_of(const struct fth_plan *plan, int stage)
{
    return stage >= 0 && plan->stages[stage].same ? plan->stages[stage].same - 1 : stage;
}

/* Lets a stage read the first of those that are the same. */
static void read_first(struct fth_plan *plan, struct fth_stage *stage)
{
    stage->previous = first_of(plan, stage->previous);
    for (int p = 0; p < FTH_LIMIT_INPUTS; p++)
        stage->ports[p] = first_of(plan, stage->ports[p]);
    for (int i = 0; i < stage->further_count; i++)
        stage->further[i].stage = first_of(plan, stage->further[i].stage);
}

/* What only the others have read is not had. */
static void leave_others(struct fth_plan *plan)
{
    for (int i = 0; i < plan->root_count; i++)
        plan->roots[i].stage = first_of(plan, plan->roots[i].stage);
    fth_plan_mark_live(plan);
}

/* ---- the plan ---- */

static enum fth_status find_keys(struct fth_plan *plan, const struct fth_target *target,
                                 struct known *known, struct fth_error *error)
{
    for (int i = 0; i < plan->stage_count; i++) {
        struct fth_stage *stage = &plan->stages[i];
        bool inputs_only = stage->is_root && target->step >= 0;
        struct fth_hasher hasher;
        enum fth_status status = FTH_OK;
        if (!stage->live)
            continue;
        read_first(plan, stage);
        status = find_extra(plan, plan->members[stage->member], stage->unguarded, error);
        if (status != FTH_OK)
            return status;
        fth_hash_begin(&hasher);
        hash_stage(plan, stage, &hasher);
        stage->key = fth_hash_end(&hasher);
        stage->frame_key = stage->key;
        if (stage->kind == FTH_NODE_ANALYSIS && !inputs_only)
            status = analysis_key(plan, stage, error);
        if (status != FTH_OK)
            return status;
        if (!inputs_only)
            find_same(plan, known, i);
    }
    leave_others(plan);
    return FTH_OK;
}

enum fth_status fth_plan_create(struct fth_engine *engine, const struct fth_target *target,
                                struct fth_plan **result, struct fth_error *error)
{
    struct fth_plan *plan = NULL;
    struct known known = {NULL};
    enum fth_status status = fth_plan_lay(engine, target, &plan, error);
    if (status == FTH_OK && !target->infos_only && !begin_known(plan, &known))
        status = fth_fail_memory(error, sizeof(*known.stages), "a plan");
    if (status == FTH_OK && !target->infos_only)
        status = find_keys(plan, target, &known, error);
    fth_free(known.stages);
    if (status == FTH_OK)
        *result = plan;
    else
        fth_plan_destroy(&plan);
    return status;
}
