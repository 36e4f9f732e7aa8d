/* SPDX-License-Identifier: Apache-2.0 */
/* A plan's life: laid out, its roots found, given back. */
#include "engine/plan.h"

#include "base/mem.h"
#include "graph/settings.h"

/* Marks what the stage reads. What an effect mask may yet spare is live, but may be wanting. */
static void mark_reads(struct fth_plan *plan, const struct fth_stage *stage)
{
    bool guarded = stage->guard == FTH_GUARD_OPEN || stage->guard == FTH_GUARD_EMPTY;
    for (int k = 0; k < fth_stage_reads(stage); k++) {
        int read = fth_stage_read(stage, k);
        if (read < 0)
            continue;
        plan->stages[read].live = true;
        plan->stages[read].unguarded |= stage->unguarded && !(guarded && k == FTH_PREVIOUS);
    }
}

void fth_plan_mark_live(struct fth_plan *plan)
{
    for (int i = 0; i < plan->stage_count; i++)
        plan->stages[i].live = plan->stages[i].unguarded = plan->stages[i].is_root;
    for (int i = plan->stage_count - 1; i >= 0; i--) {
        if (plan->stages[i].live)
            mark_reads(plan, &plan->stages[i]);
    }
}

/* ---- the plan ---- */

static int find_root(const struct fth_plan *plan, int member, int step)
{
    if (step < 0)
        return plan->members[member]->out_stage;
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
                            plan->members[root->member]->name);
        plan->stages[root->stage].is_root = true;
    }
    return FTH_OK;
}

static enum fth_status fill(struct fth_plan *plan, const struct fth_target *target,
                            struct fth_error *error)
{
    enum fth_status status = fth_plan_walk(plan, target, error);
    if (status == FTH_OK)
        status = find_roots(plan, target->step, error);
    if (status == FTH_OK)
        fth_plan_mark_live(plan);
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
                               .nodes = &plan->members[stage->member]->index,
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
    for (int i = 0; i < plan->stage_count; i++) {
        fth_image_unref(&plan->stages[i].image);
        fth_free(plan->stages[i].further);
    }
    for (int i = 0; i < plan->member_count; i++) {
        fth_free(plan->members[i]->window);
        fth_free(plan->members[i]->params);
        fth_free(plan->members[i]->shutter);
        fth_free(plan->members[i]);
    }
    fth_free(plan->stages);
    fth_free(plan->members);
    fth_free(plan);
    *pointer = NULL;
}
