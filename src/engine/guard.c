/* SPDX-License-Identifier: Apache-2.0 */
/* Laziness of effect masks: a node whose mask lets nothing through over what is asked for hands on
 * its main input, and none of its steps is run. Where only a look at the mask tells, the mask is
 * made first. */
#include "base/mem.h"
#include "engine/plan.h"

/* The part of the mask that decides. Where the node's planes may be others than its input's, that
 * is all of it: which planes there are must not depend on which part is asked for. */
static struct fth_rect part_of(const struct fth_plan *plan, const struct fth_stage *stage)
{
    const struct fth_member *member = plan->members[stage->member];
    struct fth_rect all = member->views[fth_plan_mask_port(member)].domain;
    return member->desc->flags & FTH_NODE_SAME_PLANES ? fth_rect_intersect(all, stage->need) : all;
}

static enum fth_status look(struct fth_plan *plan, struct fth_stage *stage,
                            const struct fth_image *mask, struct fth_error *error)
{
    const struct fth_member *member = plan->members[stage->member];
    bool empty = false;
    enum fth_status status = fth_mask_is_empty(mask, &member->common, part_of(plan, stage),
                                               plan->engine->buffers, &empty, error);
    stage->guard = empty ? FTH_GUARD_EMPTY : FTH_GUARD_FULL;
    return fth_plan_blame(member, status, error);
}

enum fth_status fth_plan_look(struct fth_plan *plan, int index, bool *changed,
                              struct fth_error *error)
{
    enum fth_status status = FTH_OK;
    *changed = false;
    if (!plan->stages[index].is_guard_mask)
        return FTH_OK;
    for (int i = index + 1; i < plan->stage_count && status == FTH_OK; i++) {
        struct fth_stage *stage = &plan->stages[i];
        int port = fth_plan_mask_port(plan->members[stage->member]);
        if (!stage->needed || stage->guard != FTH_GUARD_OPEN || stage->ports[port] != index)
            continue;
        status = look(plan, stage, plan->stages[index].image, error);
        *changed = true;
    }
    return status;
}

/* The input with the alpha that the node would have given it. */
static enum fth_status add_alpha(const struct fth_plan *plan, const struct fth_image *before,
                                 struct fth_rect rect, struct fth_image *after,
                                 struct fth_error *error)
{
    struct fth_plane *alpha = NULL;
    struct fth_rect opaque = fth_rect_intersect(rect, before->domain);
    enum fth_status status =
        fth_image_add(after, "A", plan->engine->buffers, opaque, &alpha, error);
    if (status == FTH_OK)
        fth_plane_fill(alpha, 1);
    return status;
}

/* Colours that the input lacks are black in the result, where it has them. */
static enum fth_status add_colours(const struct fth_plan *plan, const struct fth_image *before,
                                   struct fth_rect rect, struct fth_image *after,
                                   struct fth_error *error)
{
    static const char *const names[] = {"R", "G", "B"};
    enum fth_status status = FTH_OK;
    for (int i = 0; i < 3 && status == FTH_OK; i++) {
        struct fth_plane *black = NULL;
        if (fth_image_plane(before, names[i]))
            continue;
        status = fth_image_add(after, names[i], plan->engine->buffers, rect, &black, error);
        if (status == FTH_OK)
            fth_plane_fill(black, 0);
    }
    return status;
}

/* What stands for the result of the steps that are spared: as the node says of it, it is its
 * input. */
static enum fth_status stand_in(const struct fth_plan *plan, const struct fth_member *member,
                                const struct fth_image *before, struct fth_rect rect,
                                struct fth_image **after, struct fth_error *error)
{
    enum fth_status status = fth_image_new_like(before, after, error);
    if (status != FTH_OK)
        return status;
    (*after)->premultiplied = member->info.premultiplied;
    (*after)->colour = member->info.colour;
    if (member->desc->flags & FTH_NODE_SAME_PLANES)
        status = add_colours(plan, before, rect, *after, error);
    if (status != FTH_OK)
        return status;
    return member->out_info.has_alpha && !fth_image_plane(before, "A")
               ? add_alpha(plan, before, rect, *after, error)
               : FTH_OK;
}

enum fth_status fth_plan_spared(const struct fth_plan *plan, const struct fth_stage *stage,
                                const struct fth_image *before, struct fth_rect rect,
                                struct fth_image **out, struct fth_error *error)
{
    const struct fth_member *member = plan->members[stage->member];
    struct fth_image *after = NULL, *mask = NULL;
    enum fth_status status = stand_in(plan, member, before, rect, &after, error);
    if (status == FTH_OK) /* without planes: 0 everywhere */
        status = fth_image_new(before->format, (struct fth_rect){0}, &mask, error);
    if (status == FTH_OK)
        status = fth_common_apply(&member->common, member->desc->flags & FTH_NODE_MAKES_MATTE,
                                  before, after, mask, rect, plan->engine->buffers, out, error);
    fth_image_unref(&after);
    fth_image_unref(&mask);
    return status;
}
