/* SPDX-License-Identifier: Apache-2.0 */
/* The forward pass: which nodes are reached, what each puts out, which steps do something. A node
 * that is skipped or hands its input on has no stage, and what only it would have read is never
 * asked. */
#include "engine/plan.h"

#include <string.h>

#include "base/mem.h"
#include "graph/settings.h"

static bool is_sink(const struct fth_member *member)
{
    return member->desc->steps[0].kind == FTH_NODE_SINK;
}

/* ---- members: which nodes, inputs before their readers ---- */

struct walk {
    int *members;               /* by graph index: member + 1, 0: not reached */
    int *stack, *ports, *order; /* order: members, finished first */
    int depth, ordered;
};

static enum fth_status enter(struct fth_plan *plan, struct walk *walk, int index, bool may_skip,
                             struct fth_error *error)
{
    struct fth_member *member = &plan->members[plan->member_count];
    *member = (struct fth_member){.index = index,
                                  .name = fth_graph_name(plan->graph, index),
                                  .desc = fth_graph_desc(plan->graph, index),
                                  .out_stage = -1};
    member->params = fth_alloc(1, FTH_MAX(member->desc->params_size, (size_t)1));
    if (!member->params)
        return fth_fail_memory(error, member->desc->params_size, "parameters");
    walk->members[index] = ++plan->member_count;
    fth_graph_params(plan->graph, index, plan->frame, member->params, &member->common);
    for (int p = 0; p < FTH_LIMIT_INPUTS; p++)
        member->inputs[p] = -1;
    may_skip = may_skip && fth_graph_input(plan->graph, index, 0) >= 0;
    member->skipped =
        may_skip && fth_plan_has_common(member) && fth_common_skips(&member->common);
    walk->stack[walk->depth] = plan->member_count - 1;
    walk->ports[walk->depth++] = 0;
    return FTH_OK;
}

/* One step of the depth-first walk: the next port of the member on top, or the end of it. */
static enum fth_status advance(struct fth_plan *plan, struct walk *walk, struct fth_error *error)
{
    int top = walk->stack[walk->depth - 1], port = walk->ports[walk->depth - 1];
    struct fth_member *member = &plan->members[top];
    int count = member->skipped || is_sink(member) ? 1 : fth_node_port_count(member->desc);
    if (port > 0) {
        int before = fth_graph_input(plan->graph, member->index, port - 1);
        if (before >= 0)
            member->inputs[port - 1] = walk->members[before] - 1;
    }
    if (port >= count) {
        walk->order[walk->ordered++] = top;
        walk->depth--;
        return FTH_OK;
    }
    walk->ports[walk->depth - 1]++;
    int next = fth_graph_input(plan->graph, member->index, port);
    return next >= 0 && !walk->members[next] ? enter(plan, walk, next, true, error) : FTH_OK;
}

static enum fth_status find_members(struct fth_plan *plan, const struct fth_target *target,
                                    int **order, struct fth_error *error)
{
    size_t count = (size_t)fth_graph_count(plan->graph);
    struct walk walk = {.members = fth_alloc(count * 4, sizeof(int))};
    plan->members = fth_alloc(count, sizeof(*plan->members));
    enum fth_status status = FTH_OK;
    if (!walk.members || !plan->members) {
        fth_free(walk.members);
        return fth_fail_memory(error, count * sizeof(*plan->members), "a plan");
    }
    walk.stack = walk.members + count;
    walk.ports = walk.stack + count;
    walk.order = walk.ports + count;
    plan->root_count = target->node_count;
    for (int i = 0; i < target->node_count && status == FTH_OK; i++) {
        int node = target->nodes[i];
        if (!walk.members[node])
            status = enter(plan, &walk, node, target->step < 0, error);
        while (walk.depth && status == FTH_OK)
            status = advance(plan, &walk, error);
        plan->roots[i] = (struct fth_root){.member = walk.members[node] - 1, .wanted = true};
    }
    if (status == FTH_OK)
        memmove(walk.members, walk.order, (size_t)walk.ordered * sizeof(int));
    *order = walk.members; /* one block: the front of it now holds the order */
    return status;
}

/* ---- infos ---- */

static void clip_domain(const struct fth_member *member, struct fth_info *info)
{
    if (!fth_plan_has_common(member))
        return;
    if (member->common.clipping_mode == FTH_CLIP_FRAME)
        info->domain = fth_rect_intersect(info->domain, fth_format_rect(info->format));
    else if (member->common.clipping_mode == FTH_CLIP_DOMAIN && member->infos[0])
        info->domain = fth_rect_intersect(info->domain, member->infos[0]->domain);
}

static void view_inputs(struct fth_plan *plan, struct fth_member *member)
{
    for (int p = 0; p < FTH_LIMIT_INPUTS; p++) {
        if (member->inputs[p] < 0)
            continue;
        struct fth_info *view = &member->views[p];
        *view = plan->members[member->inputs[p]].out_info;
        if (fth_plan_has_common(member) && member->common.clipping_mode == FTH_CLIP_FRAME)
            view->domain = fth_rect_intersect(view->domain, fth_format_rect(view->format));
        member->infos[p] = view;
    }
}

static enum fth_status find_info(struct fth_plan *plan, struct fth_member *member,
                                 struct fth_error *error)
{
    enum fth_status status = FTH_OK;
    view_inputs(plan, member);
    if (member->skipped) {
        member->info = member->out_info = plan->members[member->inputs[0]].out_info;
        return FTH_OK;
    }
    member->info = (struct fth_info){.last_frame = -1, .rate_den = 1, .premultiplied = true};
    if (member->infos[0])
        member->info = *member->infos[0];
    status = fth_slot_provide(plan, member, error);
    if (status != FTH_OK)
        return status;
    struct fth_info info = member->info;
    struct fth_call call = fth_plan_call(plan, member);
    if (member->slot)
        pthread_mutex_lock(&member->slot->lock);
    if (member->desc->domain)
        status = member->desc->domain(&call, &info, error);
    if (member->slot)
        pthread_mutex_unlock(&member->slot->lock);
    if (status == FTH_OK && (info.format.width < 1 || info.format.height < 1))
        status = fth_fail(error, FTH_ERR_UNSUPPORTED, "%s (%s): a picture of %dx%d pixels",
                          member->name, member->desc->id, info.format.width, info.format.height);
    if (status != FTH_OK)
        return fth_plan_blame(member, status, error);
    clip_domain(member, &info);
    member->info = member->out_info = info;
    return FTH_OK;
}

/* ---- stages ---- */

static int mask_port(const struct fth_member *member)
{
    return fth_plan_has_common(member) ? fth_node_port_count(member->desc) - 1 : -1;
}

static int input_stage(const struct fth_plan *plan, const struct fth_member *member, int port)
{
    int input = port < 0 ? -1 : member->inputs[port];
    return input < 0 ? -1 : plan->members[input].out_stage;
}

static struct fth_stage *add_stage(struct fth_plan *plan, const struct fth_member *member, int step)
{
    struct fth_stage *stage = &plan->stages[plan->stage_count++];
    *stage = (struct fth_stage){.member = (int)(member - plan->members), .step = step,
                                .previous = -1, .last_use = -1};
    stage->meter = fth_engine_meter(plan->engine, member->name, step);
    for (int p = 0; p < FTH_LIMIT_INPUTS; p++)
        stage->ports[p] = -1;
    return stage;
}

static int add_step(struct fth_plan *plan, const struct fth_member *member, int step, int previous)
{
    const struct fth_step *spec = &member->desc->steps[step];
    struct fth_call call = fth_plan_call(plan, member);
    int passed = previous >= 0 ? previous : input_stage(plan, member, 0);
    if (spec->is_identity && passed >= 0 && spec->is_identity(&call))
        return passed;
    struct fth_stage *stage = add_stage(plan, member, step);
    bool is_point = spec->is_point && spec->is_point(&call);
    stage->kind = is_point ? FTH_NODE_POINT : spec->kind;
    stage->previous = previous;
    for (int p = 0; p < FTH_LIMIT_INPUTS; p++) {
        bool reads = spec->ports >> p & 1 && !(spec->ignores_port && spec->ignores_port(&call, p));
        if (reads)
            stage->ports[p] = input_stage(plan, member, p);
    }
    return plan->stage_count - 1;
}

/* The stage of the common controls, or `after` when they change nothing. */
static int add_common(struct fth_plan *plan, struct fth_member *member, int after)
{
    const struct fth_common *common = &member->common;
    int before = input_stage(plan, member, 0), mask = input_stage(plan, member, mask_port(member));
    bool by_mask = common->multiply_by_mask || member->desc->flags & FTH_NODE_MAKES_MATTE;
    if (!fth_plan_has_common(member) || fth_common_is_neutral(common, mask >= 0) ||
        (after == before && !by_mask))
        return after;
    struct fth_stage *stage = add_stage(plan, member, FTH_STEP_COMMON);
    stage->kind = FTH_NODE_POINT;
    stage->previous = after;
    stage->ports[0] = before;
    stage->ports[mask_port(member)] = mask;
    bool before_alpha = member->infos[0] && member->infos[0]->has_alpha;
    bool masked = mask >= 0 || common->object_id >= 0 || common->material_id >= 0;
    bool matte = member->desc->flags & FTH_NODE_MAKES_MATTE &&
                 common->outside_mask == FTH_OUTSIDE_ZERO && masked;
    bool made_alpha = common->alpha && (member->info.has_alpha || matte);
    member->out_info.has_alpha = before_alpha || made_alpha;
    if (member->infos[0])
        member->out_info.domain = fth_rect_join(member->info.domain, member->infos[0]->domain);
    clip_domain(member, &member->out_info);
    return plan->stage_count - 1;
}

static void add_stages(struct fth_plan *plan, struct fth_member *member)
{
    int last = -1, first = plan->stage_count;
    if (member->skipped || is_sink(member)) {
        member->out_stage = input_stage(plan, member, 0);
        return;
    }
    for (int k = 0; k < fth_node_step_count(member->desc); k++)
        last = add_step(plan, member, k, last);
    last = add_common(plan, member, last);
    if (plan->stage_count == first) /* an identity: whatever domain() said, it is the input */
        member->info = member->out_info = plan->members[member->inputs[0]].out_info;
    member->out_stage = last;
}

/* Which stages the root depends on. */
static void mark_live(struct fth_plan *plan)
{
    for (int i = plan->stage_count - 1; i >= 0; i--) {
        struct fth_stage *stage = &plan->stages[i];
        stage->live = stage->live || stage->is_root;
        if (!stage->live)
            continue;
        if (stage->previous >= 0)
            plan->stages[stage->previous].live = true;
        for (int p = 0; p < FTH_LIMIT_INPUTS; p++) {
            if (stage->ports[p] >= 0)
                plan->stages[stage->ports[p]].live = true;
        }
    }
}

/* ---- the plan ---- */

static int find_root(const struct fth_plan *plan, int member, int step)
{
    if (step < 0)
        return plan->members[member].out_stage;
    for (int i = plan->stage_count - 1; i >= 0; i--) {
        if (plan->stages[i].member == member && plan->stages[i].step == step)
            return i;
    }
    return -1;
}

static enum fth_status find_roots(struct fth_plan *plan, int step, struct fth_error *error)
{
    for (int i = 0; i < plan->root_count; i++) {
        struct fth_root *root = &plan->roots[i];
        root->stage = find_root(plan, root->member, step);
        if (root->stage < 0)
            return fth_fail(error, FTH_ERR_USAGE, "%s puts out no picture",
                            plan->members[root->member].name);
        plan->stages[root->stage].is_root = true;
    }
    return FTH_OK;
}

static enum fth_status fill(struct fth_plan *plan, const struct fth_target *target,
                            struct fth_error *error)
{
    int *order = NULL;
    enum fth_status status = find_members(plan, target, &order, error);
    size_t most = (size_t)plan->member_count * (FTH_MOST_STEPS + 1);
    if (status == FTH_OK)
        plan->stages = fth_alloc(most, sizeof(*plan->stages));
    if (status == FTH_OK && !plan->stages)
        status = fth_fail_memory(error, most * sizeof(*plan->stages), "a plan");
    for (int i = 0; i < plan->member_count && status == FTH_OK; i++) {
        struct fth_member *member = &plan->members[order[i]];
        status = find_info(plan, member, error);
        if (status == FTH_OK)
            add_stages(plan, member);
    }
    fth_free(order);
    if (status != FTH_OK)
        return status;
    status = find_roots(plan, target->step, error);
    if (status == FTH_OK)
        mark_live(plan);
    return status;
}

enum fth_status fth_plan_lay(struct fth_engine *engine, const struct fth_target *target,
                             struct fth_plan **result, struct fth_error *error)
{
    struct fth_plan *plan = fth_alloc(1, sizeof(*plan));
    if (!plan)
        return fth_fail_memory(error, sizeof(*plan), "a plan");
    plan->engine = engine;
    plan->graph = target->graph;
    plan->frame = target->frame;
    plan->env = (struct fth_env){.pool = engine->pool,
                                 .buffers = engine->buffers,
                                 .cancel = target->cancel,
                                 .cache_folder = engine->cache_folder,
                                 .model = engine->model,
                                 .device = engine->device,
                                 .scale_denominator = engine->scale_denominator};
    plan->env.frame_width = fth_graph_settings(plan->graph)->width;
    plan->env.frame_height = fth_graph_settings(plan->graph)->height;
    enum fth_status status = fth_cancelled(target->cancel)
                                 ? fth_fail(error, FTH_CANCELLED, "cancelled")
                                 : fill(plan, target, error);
    if (status != FTH_OK)
        fth_plan_destroy(&plan);
    else
        *result = plan;
    return status;
}

struct fth_target fth_plan_target(const struct fth_plan *plan, const struct fth_stage *stage,
                                  int64_t frame)
{
    return (struct fth_target){.graph = plan->graph,
                               .nodes = &plan->members[stage->member].index,
                               .node_count = 1,
                               .step = stage->step,
                               .frame = frame,
                               .cancel = plan->env.cancel};
}

void fth_plan_destroy(struct fth_plan **pointer)
{
    struct fth_plan *plan = pointer ? *pointer : NULL;
    if (!plan)
        return;
    for (int i = 0; i < plan->stage_count; i++)
        fth_image_unref(&plan->stages[i].image);
    for (int i = 0; i < plan->member_count; i++)
        fth_free(plan->members[i].params);
    fth_free(plan->stages);
    fth_free(plan->members);
    fth_free(plan);
    *pointer = NULL;
}
