/* SPDX-License-Identifier: Apache-2.0 */
/* The stages of one member: those of its steps that do something, and one for its common controls
 * where they do. What does nothing has no stage, and what only that would have read is not had. */
#include "base/mem.h"
#include "engine/plan.h"

static int stage_of(const struct fth_plan *plan, int member)
{
    return member < 0 ? -1 : plan->members[member]->out_stage;
}

/* The stage behind a port; of several frames the first. */
static int input_stage(const struct fth_plan *plan, const struct fth_member *member, int port)
{
    const struct fth_window *window = member->window;
    if (port < 0)
        return -1;
    if (!window || !window->told[port].frames)
        return stage_of(plan, member->inputs[port]);
    int first = (int)(window->told[port].frames - window->frames);
    return window->told[port].count ? stage_of(plan, window->moments[first].member) : -1;
}

static struct fth_stage *add_stage(struct fth_plan *plan, const struct fth_member *member, int step)
{
    if (plan->stage_count == plan->stage_capacity) {
        int capacity = FTH_MAX(2 * plan->stage_capacity, 16);
        struct fth_stage *grown = fth_realloc(plan->stages, (size_t)capacity, sizeof(*grown));
        if (!grown)
            return NULL;
        plan->stages = grown;
        plan->stage_capacity = capacity;
    }
    struct fth_stage *stage = &plan->stages[plan->stage_count++];
    *stage = (struct fth_stage){.member = member->number, .step = step, .previous = -1,
                                .last_use = -1};
    stage->meter = fth_engine_meter(plan->engine, member->name, step);
    for (int p = 0; p < FTH_LIMIT_INPUTS; p++)
        stage->ports[p] = -1;
    return stage;
}

static bool reads_port(const struct fth_step *spec, const struct fth_call *call, int port)
{
    return spec->ports >> port & 1 && !(spec->ignores_port && spec->ignores_port(call, port));
}

/* The frames behind the first one of each port that is read. */
static bool add_further(const struct fth_plan *plan, const struct fth_member *member,
                        struct fth_stage *stage)
{
    const struct fth_window *window = member->window;
    stage->further = fth_alloc((size_t)window->count + 1, sizeof(*stage->further));
    if (!stage->further)
        return false;
    for (int i = 1; i < window->count; i++) {
        const struct fth_moment *moment = &window->moments[i];
        if (moment->port != moment[-1].port || stage->ports[moment->port] < 0)
            continue;
        stage->further[stage->further_count++] =
            (struct fth_further){moment->port, stage_of(plan, moment->member), moment->domain};
    }
    return true;
}

static struct fth_rect window_of(const struct fth_plan *plan, int stage)
{
    return fth_plan_info(plan, &plan->stages[stage])->domain;
}

/* Hands on in *at the stage of step `step`, or what it would have handed on itself. */
static enum fth_status add_step(struct fth_plan *plan, const struct fth_member *member, int step,
                                int *at, struct fth_error *error)
{
    const struct fth_step *spec = &member->desc->steps[step];
    struct fth_call call = fth_plan_call(plan, member);
    const int previous = *at;
    int passed = previous >= 0 ? previous : input_stage(plan, member, 0);
    /* what the clipping mode cuts off is not handed on */
    bool fits = passed >= 0 && fth_rect_contains(call.info.domain, window_of(plan, passed));
    if (spec->is_identity && fits && spec->is_identity(&call)) {
        *at = passed;
        return FTH_OK;
    }
    struct fth_stage *stage = add_stage(plan, member, step);
    if (!stage)
        return fth_fail_memory(error, sizeof(*stage), "a plan");
    bool is_point = spec->is_point && spec->is_point(&call);
    stage->kind = is_point ? FTH_NODE_POINT : spec->kind;
    stage->previous = previous;
    for (int p = 0; p < FTH_LIMIT_INPUTS; p++)
        stage->ports[p] = reads_port(spec, &call, p) ? input_stage(plan, member, p) : -1;
    *at = plan->stage_count - 1;
    if (member->window && !add_further(plan, member, stage))
        return fth_fail_memory(error, (size_t)member->window->count, "a plan");
    return FTH_OK;
}

/* What is known of the picture once the common controls have mixed it with their input. */
static void mix_infos(struct fth_member *member, bool masked)
{
    const struct fth_common *common = &member->common;
    const struct fth_info *before = member->inputs[0] >= 0 ? &member->views[0] : NULL;
    masked = masked || common->object_id >= 0 || common->material_id >= 0;
    bool matte = member->desc->flags & FTH_NODE_MAKES_MATTE &&
                 common->outside_mask == FTH_OUTSIDE_ZERO && masked;
    bool made_alpha = common->alpha && (member->info.has_alpha || matte);
    bool keeps = !common->alpha || masked || common->blend != 1; /* some of the input's */
    member->out_info.has_alpha = (keeps && before && before->has_alpha) || made_alpha;
    if (before)
        member->out_info.domain = fth_rect_join(member->info.domain, before->domain);
    fth_plan_clip(member, &member->out_info);
}

/* Can a mask without a pixel spare the steps before the common controls? */
static enum fth_guard guard_of(const struct fth_member *member, int before, int after, int mask)
{
    if (mask < 0 || before < 0 || after == before ||
        !fth_common_mask_can_spare(&member->common))
        return FTH_GUARD_NONE;
    const struct fth_info *info = &member->views[fth_plan_mask_port(member)];
    return fth_rect_empty(info->domain) ? FTH_GUARD_EMPTY : FTH_GUARD_OPEN;
}

/* Hands on in *at the stage of the common controls, unless they change nothing. */
static enum fth_status add_common(struct fth_plan *plan, struct fth_member *member, int *at,
                                  struct fth_error *error)
{
    const struct fth_common *common = &member->common;
    int port = fth_plan_mask_port(member);
    int before = stage_of(plan, member->inputs[0]);
    int mask = port >= 0 ? stage_of(plan, member->inputs[port]) : -1;
    bool by_mask = common->multiply_by_mask || member->desc->flags & FTH_NODE_MAKES_MATTE;
    if (port < 0 || fth_common_is_neutral(common, mask >= 0) || (*at == before && !by_mask))
        return FTH_OK;
    struct fth_stage *stage = add_stage(plan, member, FTH_STEP_COMMON);
    if (!stage)
        return fth_fail_memory(error, sizeof(*stage), "a plan");
    stage->kind = FTH_NODE_POINT;
    stage->previous = *at;
    stage->ports[0] = before;
    stage->ports[port] = mask;
    stage->guard = guard_of(member, before, *at, mask);
    if (mask >= 0 && stage->guard != FTH_GUARD_NONE)
        plan->stages[mask].is_guard_mask = true;
    mix_infos(member, mask >= 0);
    *at = plan->stage_count - 1;
    return FTH_OK;
}

/* A node that only hands on: what it hands on is told of, at the node's own frames. */
static void tell_passed(struct fth_plan *plan, struct fth_member *member)
{
    const struct fth_stage *stage = &plan->stages[member->out_stage];
    struct fth_info own = member->info;
    member->info = *fth_plan_info(plan, stage);
    member->info.first_frame = own.first_frame;
    member->info.last_frame = own.last_frame;
    member->info.rate_num = own.rate_num;
    member->info.rate_den = own.rate_den;
    member->out_info = member->info;
}

enum fth_status fth_plan_add_stages(struct fth_plan *plan, struct fth_member *member,
                                    struct fth_error *error)
{
    int last = -1, first = plan->stage_count;
    enum fth_status status = FTH_OK;
    if (member->skip || fth_plan_is_sink(member)) {
        member->out_stage = stage_of(plan, member->inputs[0]);
        return FTH_OK;
    }
    for (int k = 0; k < fth_node_step_count(member->desc) && status == FTH_OK; k++)
        status = add_step(plan, member, k, &last, error);
    if (status == FTH_OK)
        status = add_common(plan, member, &last, error);
    if (status != FTH_OK)
        return status;
    member->out_stage = last;
    if (plan->stage_count == first) /* an identity: whatever domain() said, it is the input */
        tell_passed(plan, member);
    return FTH_OK;
}
