/* SPDX-License-Identifier: Apache-2.0 */
/* The backward pass: which stages keep their pixels and which are computed band by band inside
 * their reader, what part of each is needed, and what the cache spares. */
#include "engine/plan.h"

enum { DEEPEST_FUSION = 32 }; /* bands are computed recursively */

/* True when the stage reads of its input only the pixel it writes. Masks and keys count as read
 * whole: they are looked at as pictures (an alpha that is 1 everywhere is warned of; a mask without
 * a pixel spares the node). */
static bool reads_pixelwise(const struct fth_plan *plan, const struct fth_stage *stage, int number)
{
    if (stage->kind != FTH_NODE_POINT)
        return false;
    const struct fth_member *member = plan->members[stage->member];
    int at = fth_stage_port(stage, number);
    const struct fth_port *port = at < 0 ? NULL : fth_node_port_at(member->desc, at);
    if (port == &fth_effect_mask_port && stage->guard != FTH_GUARD_NONE)
        return false;
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
        for (int k = 0; k < fth_stage_reads(stage); k++) {
            int input = fth_stage_read(stage, k);
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

/* What the stage needs of what it reads under `number` to render stage->need. */
static struct fth_rect region_of(const struct fth_plan *plan, const struct fth_stage *stage,
                                 int number)
{
    const struct fth_member *member = plan->members[stage->member];
    const struct fth_stage *input = &plan->stages[fth_stage_read(stage, number)];
    const struct fth_info *info = fth_plan_info(plan, input);
    int port = fth_stage_port(stage, number);
    struct fth_rect region = is_whole(stage) ? info->domain : stage->need;
    if (stage->step != FTH_STEP_COMMON && member->desc->steps[stage->step].region_in) {
        struct fth_call call = fth_plan_call(plan, member);
        region = member->desc->steps[stage->step].region_in(&call, port, stage->need);
    }
    /* where planes may be missing, the whole mask decides whether they are */
    if (stage->guard != FTH_GUARD_NONE && port == fth_plan_mask_port(member) &&
        !(member->desc->flags & FTH_NODE_SAME_PLANES))
        region = info->domain;
    return fth_rect_intersect(region, info->domain);
}

static void find_image(struct fth_plan *plan, struct fth_stage *stage)
{
    if (plan->ignores_cache || stage->looked_for)
        return;
    stage->looked_for = true;
    stage->image = fth_cache_get(plan->engine->cache, stage->key, stage->need);
    if (stage->image)
        atomic_fetch_add(&plan->engine->counts.hits, 1);
    else if (stage->kind == FTH_NODE_ANALYSIS)
        (void)fth_plan_recall(plan, stage);
}

/* False for what an empty mask spares. */
static bool is_read(const struct fth_plan *plan, const struct fth_stage *stage, int number)
{
    int mask = fth_plan_mask_port(plan->members[stage->member]);
    return fth_stage_read(stage, number) >= 0 &&
           (stage->guard != FTH_GUARD_EMPTY || (number != FTH_PREVIOUS && number != mask));
}

static void need_inputs(struct fth_plan *plan, const struct fth_stage *stage)
{
    bool open = stage->guard == FTH_GUARD_OPEN;
    for (int k = 0; k < fth_stage_reads(stage); k++) {
        if (!is_read(plan, stage, k))
            continue;
        struct fth_stage *input = &plan->stages[fth_stage_read(stage, k)];
        input->need = fth_rect_join(input->need, region_of(plan, stage, k));
        input->needed = true;
        input->plain |= stage->kind != FTH_NODE_WHOLE || k < FTH_FURTHER;
        input->reads++;
        input->certain |= stage->certain && !(open && k == FTH_PREVIOUS);
        input->before_analysis |= stage->before_analysis || stage->kind == FTH_NODE_ANALYSIS;
        input->before_guard |= stage->before_guard ||
                               (open && k == fth_plan_mask_port(plan->members[stage->member]));
        input->last_use = FTH_MAX(input->last_use, stage->group);
    }
}

static void forget_needs(struct fth_plan *plan)
{
    for (int i = 0; i < plan->stage_count; i++) {
        struct fth_stage *stage = &plan->stages[i];
        stage->needed = stage->certain = stage->before_analysis = stage->before_guard = false;
        stage->need = (struct fth_rect){0};
        stage->reads = 0;
        stage->plain = false;
        stage->last_use = -1;
    }
    for (int i = 0; i < plan->root_count; i++) {
        struct fth_stage *root = &plan->stages[plan->roots[i].stage];
        struct fth_rect domain = fth_plan_info(plan, root)->domain;
        root->needed = root->certain = root->needed || plan->roots[i].wanted;
        root->plain = true;
        root->need = fth_rect_empty(plan->rect) ? domain : fth_rect_intersect(plan->rect, domain);
    }
}

void fth_plan_need(struct fth_plan *plan)
{
    forget_needs(plan);
    for (int i = plan->stage_count - 1; i >= 0; i--) {
        struct fth_stage *stage = &plan->stages[i];
        if (!stage->needed)
            continue;
        if (is_whole(stage))
            stage->need = fth_plan_info(plan, stage)->domain;
        if (!stage->image && (!plan->inputs_only || !stage->is_root))
            find_image(plan, stage);
        if (!stage->image)
            need_inputs(plan, stage);
    }
    /* what was read by those that are spared now */
    for (int i = 0; i < plan->stage_count; i++) {
        if (!plan->stages[i].needed)
            fth_image_unref(&plan->stages[i].image);
    }
}

uint64_t fth_plan_size(const struct fth_plan *plan)
{
    uint64_t size = 0;
    for (int i = 0; i < plan->stage_count; i++) {
        const struct fth_stage *stage = &plan->stages[i];
        uint64_t pixels = (uint64_t)fth_rect_width(stage->need) *
                          (uint64_t)fth_rect_height(stage->need);
        if (stage->needed && stage->materialised && !stage->image)
            size += pixels * sizeof(float) * (fth_plan_info(plan, stage)->has_alpha ? 4 : 3);
    }
    return size;
}

static void mark_after_analyses(struct fth_plan *plan)
{
    for (int i = 0; i < plan->stage_count; i++) {
        struct fth_stage *stage = &plan->stages[i];
        stage->after_analysis = stage->kind == FTH_NODE_ANALYSIS;
        for (int k = 0; k < fth_stage_reads(stage) && !stage->after_analysis; k++) {
            int input = fth_stage_read(stage, k);
            stage->after_analysis = input >= 0 && plan->stages[input].after_analysis;
        }
    }
}

void fth_plan_prepare(struct fth_plan *plan, struct fth_rect rect, bool inputs_only)
{
    plan->rect = rect;
    plan->inputs_only = inputs_only;
    group_stages(plan);
    mark_after_analyses(plan);
    fth_plan_need(plan);
}
