/* SPDX-License-Identifier: Apache-2.0 */
/* What the engine's parts ask of one member of a plan: what its callbacks are told, what it puts
 * out, whose fault an error is. */
#include <stdio.h>

#include "engine/plan.h"

bool fth_plan_has_common(const struct fth_member *member)
{
    return !(member->desc->flags & FTH_NODE_NO_COMMON);
}

struct fth_call fth_plan_call(const struct fth_plan *plan, const struct fth_member *member)
{
    return (struct fth_call){.env = &plan->env,
                             .params = member->params,
                             .common = &member->common,
                             .frame = plan->frame,
                             .state = member->slot ? member->slot->state : NULL,
                             .info = member->info,
                             .rect = member->info.domain,
                             .input_infos = member->infos};
}

const struct fth_info *fth_plan_info(const struct fth_plan *plan, const struct fth_stage *stage)
{
    const struct fth_member *member = &plan->members[stage->member];
    return stage->step == FTH_STEP_COMMON ? &member->out_info : &member->info;
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
    return row ? (int32_t)fth_value_load(row, params).numbers[0] : FTH_MASK_AUTO;
}
