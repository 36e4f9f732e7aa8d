/* SPDX-License-Identifier: Apache-2.0 */
/* The backward pass: which stages keep their pixels and which are computed band by band inside
 * their reader, what part of each is needed, and what the cache spares. */
#include "engine/plan.h"

enum { DEEPEST_FUSION = 32 }; /* bands are computed recursively */

/* Input number `i` of a stage: -1 the step before, else a port. */
static int input_of(const struct fth_stage *stage, int i)
{
    return i < 0 ? stage->previous : stage->ports[i];
}

/* True when the stage reads of its input only the pixel it writes. Masks and keys count as read
 * whole: they are looked at as pictures (an alpha that is 1 everywhere is warned of). */
static bool reads_pixelwise(const struct fth_plan *plan, const struct fth_stage *stage, int i)
{
    if (stage->kind != FTH_NODE_POINT)
        return false;
    const struct fth_member *member = &plan->members[stage->member];
    const struct fth_port *port = i < 0 ? NULL : fth_node_port_at(member->desc, i);
    return !port || port->kind != FTH_PORT_MASK ||
           fth_plan_mask_channel(member, port) != FTH_MASK_AUTO;
}

/* Notes on `input` that `reader` reads it; the first reader's group is taken, a second one's must
 * be the same, or the input keeps its pixels. */
static void join_group(struct fth_stage *input, const struct fth_stage *reader, bool pixelwise)
{
    if (!pixelwise || (input->group >= 0 && input->group != reader->group))
        input->materialised = true;
    input->group = reader->group;
    if (reader->depth + 1 > input->depth)
        input->depth = reader->depth + 1;
}

static void group_stages(struct fth_plan *plan)
{
    for (int i = 0; i < plan->stage_count; i++) {
        plan->stages[i].group = -1;
        plan->stages[i].depth = 0;
        plan->stages[i].materialised =
            plan->stages[i].kind != FTH_NODE_POINT || plan->stages[i].is_root;
    }
    for (int i = plan->stage_count - 1; i >= 0; i--) {
        struct fth_stage *stage = &plan->stages[i];
        if (!stage->live)
            continue;
        if (stage->materialised || stage->depth > DEEPEST_FUSION) {
            stage->materialised = true;
            stage->group = i;
            stage->depth = 0;
        }
        for (int k = -1; k < FTH_LIMIT_INPUTS; k++) {
            int input = input_of(stage, k);
            if (input >= 0)
                join_group(&plan->stages[input], stage, reads_pixelwise(plan, stage, k));
        }
    }
}

static bool is_whole(const struct fth_stage *stage)
{
    return stage->kind == FTH_NODE_SOURCE || stage->kind == FTH_NODE_WHOLE ||
           stage->kind == FTH_NODE_ANALYSIS;
}

/* What the stage needs of input `i` to render stage->need. */
static struct fth_rect region_of(const struct fth_plan *plan, const struct fth_stage *stage, int i)
{
    const struct fth_member *member = &plan->members[stage->member];
    const struct fth_info *info = fth_plan_info(plan, &plan->stages[input_of(stage, i)]);
    struct fth_rect region = is_whole(stage) ? info->domain : stage->need;
    if (stage->step != FTH_STEP_COMMON && member->desc->steps[stage->step].region_in) {
        struct fth_call call = fth_plan_call(plan, member);
        region = member->desc->steps[stage->step].region_in(&call, i, stage->need);
    }
    return fth_rect_intersect(region, info->domain);
}

static void find_image(struct fth_plan *plan, struct fth_stage *stage)
{
    if (plan->ignores_cache)
        return;
    stage->image = fth_cache_get(plan->engine->cache, stage->key, stage->need);
    if (stage->image)
        atomic_fetch_add(&plan->engine->counts.hits, 1);
    else if (stage->kind == FTH_NODE_ANALYSIS)
        (void)fth_plan_recall(plan, stage);
}

static void need_inputs(struct fth_plan *plan, int index)
{
    const struct fth_stage *stage = &plan->stages[index];
    bool before = stage->before_analysis || stage->kind == FTH_NODE_ANALYSIS;
    for (int k = -1; k < FTH_LIMIT_INPUTS; k++) {
        int at = input_of(stage, k);
        if (at < 0)
            continue;
        struct fth_stage *input = &plan->stages[at];
        input->need = fth_rect_join(input->need, region_of(plan, stage, k));
        input->needed = true;
        input->reads++;
        input->before_analysis = input->before_analysis || before;
        if (stage->group > input->last_use)
            input->last_use = stage->group;
    }
}

void fth_plan_prepare(struct fth_plan *plan, struct fth_rect rect, bool inputs_only)
{
    group_stages(plan);
    for (int i = 0; i < plan->root_count; i++) {
        struct fth_stage *root = &plan->stages[plan->roots[i].stage];
        struct fth_rect domain = fth_plan_info(plan, root)->domain;
        root->needed = root->needed || plan->roots[i].wanted;
        root->need = fth_rect_empty(rect) ? domain : fth_rect_intersect(rect, domain);
    }
    for (int i = plan->stage_count - 1; i >= 0; i--) {
        struct fth_stage *stage = &plan->stages[i];
        if (!stage->needed)
            continue;
        if (is_whole(stage))
            stage->need = fth_plan_info(plan, stage)->domain;
        if (!inputs_only || !stage->is_root)
            find_image(plan, stage);
        if (!stage->image)
            need_inputs(plan, i);
    }
}
