/* SPDX-License-Identifier: Apache-2.0 */
/* What the engine's parts ask of one member of a plan: what its callbacks are told, what it puts
 * out, whose fault an error is. */
#include <stdio.h>

#include "engine/plan.h"

bool fth_plan_has_common(const struct fth_member *member)
{
    return !(member->desc->flags & FTH_NODE_NO_COMMON);
}

bool fth_plan_is_sink(const struct fth_member *member)
{
    return member->desc->steps[0].kind == FTH_NODE_SINK;
}

int fth_plan_mask_port(const struct fth_member *member)
{
    return fth_plan_has_common(member) ? fth_node_port_count(member->desc) - 1 : -1;
}

struct fth_call fth_plan_call(const struct fth_plan *plan, const struct fth_member *member)
{
    return (struct fth_call){.env = &plan->env,
                             .params = member->params,
                             .common = &member->common,
                             .shutter = member->shutter,
                             .frame = member->frame,
                             .state = member->slot ? member->slot->state : NULL,
                             .info = member->info,
                             .rect = member->info.domain,
                             .input_infos = member->infos,
                             .moments = member->window ? member->window->told : NULL};
}

const struct fth_info *fth_plan_info(const struct fth_plan *plan, const struct fth_stage *stage)
{
    const struct fth_member *member = plan->members[stage->member];
    return stage->step == FTH_STEP_COMMON ? &member->out_info : &member->info;
}

const struct fth_moments *fth_plan_moments(const struct fth_member *member,
                                           const struct fth_stage *stage,
                                           struct fth_image *const images[FTH_MOST_READS],
                                           struct fth_looks *looks)
{
    const struct fth_window *window = member->window;
    if (!window)
        return NULL;
    int further = 0;
    for (int i = 0; i < window->count; i++) {
        int port = window->moments[i].port;
        bool first = &window->frames[i] == window->told[port].frames;
        looks->images[i] = NULL;
        if (stage->ports[port] >= 0)
            looks->images[i] = first ? images[port] : images[FTH_FURTHER + further++];
    }
    for (int p = 0; p < FTH_LIMIT_INPUTS; p++) {
        looks->ports[p] = window->told[p];
        if (window->told[p].frames)
            looks->ports[p].images = &looks->images[window->told[p].frames - window->frames];
    }
    return looks->ports;
}

int fth_stage_reads(const struct fth_stage *stage)
{
    return FTH_FURTHER + stage->further_count;
}

int fth_stage_read(const struct fth_stage *stage, int number)
{
    if (number == FTH_PREVIOUS)
        return stage->previous;
    return number < FTH_PREVIOUS ? stage->ports[number]
                                 : stage->further[number - FTH_FURTHER].stage;
}

int fth_stage_port(const struct fth_stage *stage, int number)
{
    if (number == FTH_PREVIOUS)
        return -1;
    return number < FTH_PREVIOUS ? number : stage->further[number - FTH_FURTHER].port;
}

struct fth_rect fth_stage_window(const struct fth_plan *plan, const struct fth_stage *stage,
                                 int number)
{
    const struct fth_member *member = plan->members[stage->member];
    const struct fth_window *window = member->window;
    if (number >= FTH_FURTHER)
        return stage->further[number - FTH_FURTHER].domain;
    if (number == FTH_PREVIOUS)
        return member->info.domain;
    if (stage->step != FTH_STEP_COMMON && window && window->told[number].count)
        return window->moments[window->told[number].frames - window->frames].domain;
    return member->views[number].domain;
}

struct fth_stage *fth_plan_root(const struct fth_plan *plan)
{
    return &plan->stages[plan->roots[0].stage];
}

enum fth_status fth_plan_blame(const struct fth_member *member, enum fth_status status,
                               struct fth_error *error)
{
    if (status == FTH_OK || !error)
        return status;
    if (status == FTH_CANCELLED)
        fth_fail(error, status, "cancelled");
    else if (status == FTH_END || !error->message[0])
        fth_fail(error, status, "%s (%s): %s", member->name, member->desc->id,
                 status == FTH_END ? "there is no such frame" : fth_status_name(status));
    if (!error->node[0])
        snprintf(error->node, sizeof(error->node), "%s", member->name);
    return status == FTH_END ? FTH_ERR_NOT_FOUND : status;
}

int32_t fth_plan_mask_channel(const struct fth_member *member, const struct fth_port *port)
{
    char id[2 * FTH_LIMIT_NAME];
    bool common = false;
    snprintf(id, sizeof(id), "%s_channel", port->id);
    const struct fth_param *row = fth_node_param(member->desc, id, &common);
    const void *params = common ? (const void *)&member->common : member->params;
    if (!row && member->desc->flags & FTH_NODE_PICKS_CHANNEL)
        return FTH_MASK_LUMINANCE;
    return row ? (int32_t)fth_value_load(row, params).numbers[0] : FTH_MASK_AUTO;
}
