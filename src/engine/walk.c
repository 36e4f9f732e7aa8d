/* SPDX-License-Identifier: Apache-2.0 */
/* The forward pass: from the nodes asked for down to the sources and back, without recursion. A
 * member is a node at a frame; it is told of its inputs, says what it puts out, and gets its
 * stages. Its mask comes first: where that has no pixel, or Blend is 0, only the main input is gone
 * on to. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "engine/plan.h"

/* Nodes that each look at several frames of each other ask for more and more of them. */
enum { MOST_MEMBERS = 1 << 17 };

/* A member under way: which of its inputs is next. */
struct visit {
    int member;
    int place; /* 0: the mask; 1 and on: the ports; behind them the frames of its window */
};

struct walk {
    int *firsts; /* by graph index: the first member of the node + 1, 0: none */
    struct visit *stack;
    int depth, capacity;
    int root_step; /* the target's */
};

/* ---- members ---- */

static bool grow(struct fth_plan *plan, struct walk *walk)
{
    if (plan->member_count == plan->member_capacity) {
        int capacity = FTH_MAX(2 * plan->member_capacity, 16);
        struct fth_member **grown =
            fth_realloc(plan->members, (size_t)capacity, sizeof(struct fth_member *));
        if (!grown)
            return false;
        plan->members = grown;
        plan->member_capacity = capacity;
    }
    if (walk->depth == walk->capacity) {
        int capacity = FTH_MAX(2 * walk->capacity, 16);
        struct visit *grown = fth_realloc(walk->stack, (size_t)capacity, sizeof(*grown));
        if (!grown)
            return false;
        walk->stack = grown;
        walk->capacity = capacity;
    }
    return true;
}

/* What is asked of a node: its picture at a frame, or what is known of that. */
struct asked {
    int index;
    int64_t frame;
    bool info_only, may_skip;
};

static enum fth_status enter(struct fth_plan *plan, struct walk *walk, struct asked asked,
                             struct fth_error *error)
{
    const struct fth_node_desc *desc = fth_graph_desc(plan->graph, asked.index);
    if (plan->member_count >= MOST_MEMBERS)
        return fth_fail(error, FTH_ERR_UNSUPPORTED,
                        "%s (%s): one frame is made of more than %d pictures of other frames",
                        fth_graph_name(plan->graph, asked.index), desc->id, MOST_MEMBERS);
    struct fth_member *member = grow(plan, walk) ? fth_alloc(1, sizeof(*member)) : NULL;
    void *params = member ? fth_alloc(1, FTH_MAX(desc->params_size, (size_t)1)) : NULL;
    if (!params) {
        fth_free(member);
        return fth_fail_memory(error, desc->params_size, "parameters");
    }
    *member = (struct fth_member){.index = asked.index, .number = plan->member_count,
                                  .frame = asked.frame, .info_only = asked.info_only,
                                  .name = fth_graph_name(plan->graph, asked.index), .desc = desc,
                                  .params = params, .out_stage = -1,
                                  .next_same = walk->firsts[asked.index]};
    plan->members[plan->member_count++] = member;
    walk->firsts[asked.index] = plan->member_count;
    fth_graph_params(plan->graph, asked.index, (double)asked.frame, params, &member->common);
    for (int p = 0; p < FTH_LIMIT_INPUTS; p++)
        member->inputs[p] = -1;
    bool skips = asked.may_skip && fth_graph_input(plan->graph, asked.index, 0) >= 0 &&
                 fth_plan_has_common(member) && fth_common_skips(&member->common);
    member->skip = skips ? FTH_SKIP_BLEND : FTH_SKIP_NOT;
    walk->stack[walk->depth++] = (struct visit){member->number, 0};
    return fth_graph_shutter(plan->graph, asked.index, (double)asked.frame, params,
                             &member->shutter, error);
}

/* The member that answers `asked`; a new one is on top of the stack. */
static enum fth_status find(struct fth_plan *plan, struct walk *walk, struct asked asked,
                            int *found, struct fth_error *error)
{
    for (int at = walk->firsts[asked.index]; at; at = plan->members[at - 1]->next_same) {
        const struct fth_member *member = plan->members[at - 1];
        *found = at - 1;
        if (!member->is_fitter && member->frame == asked.frame &&
            (!member->info_only || asked.info_only))
            return FTH_OK;
    }
    *found = plan->member_count;
    return enter(plan, walk, asked, error);
}

/* ---- infos ---- */

void fth_plan_clip(const struct fth_member *member, struct fth_info *info)
{
    if (!fth_plan_has_common(member))
        return;
    if (member->common.clipping_mode == FTH_CLIP_FRAME)
        info->domain = fth_rect_intersect(info->domain, fth_format_rect(info->format));
    else if (member->common.clipping_mode == FTH_CLIP_DOMAIN && member->infos[0])
        info->domain = fth_rect_intersect(info->domain, member->infos[0]->domain);
}

/* What member `number` puts out, as `member` sees it. */
static struct fth_info view_of(const struct fth_plan *plan, const struct fth_member *member,
                               int number)
{
    struct fth_info view = plan->members[number]->out_info;
    if (fth_plan_has_common(member) && member->common.clipping_mode == FTH_CLIP_FRAME)
        view.domain = fth_rect_intersect(view.domain, fth_format_rect(view.format));
    return view;
}

static void view_input(struct fth_plan *plan, struct fth_member *member, int port)
{
    if (port < 0 || member->inputs[port] < 0)
        return;
    member->views[port] = view_of(plan, member, member->inputs[port]);
    member->infos[port] = &member->views[port];
}

/* What the pictures of a window are together. */
static void view_window(const struct fth_plan *plan, struct fth_member *member)
{
    struct fth_window *window = member->window;
    for (int p = 0; p < FTH_LIMIT_INPUTS; p++) {
        if (!window->told[p].frames)
            continue;
        window->infos[p] = member->views[p];
        window->infos[p].domain = (struct fth_rect){0};
        member->infos[p] = &window->infos[p];
    }
    for (int i = 0; i < window->count; i++) {
        struct fth_moment *moment = &window->moments[i];
        struct fth_info *info = &window->infos[moment->port], joined = *info;
        struct fth_info view = view_of(plan, member, moment->member);
        moment->domain = view.domain;
        bool first = &window->frames[i] == window->told[moment->port].frames;
        *info = first ? view : joined;
        info->domain = fth_rect_join(joined.domain, view.domain);
        info->has_alpha = view.has_alpha || (!first && joined.has_alpha);
    }
}

/* Colours of all pictures that go in may come out. */
static void widen_colours(const struct fth_member *member, struct fth_info *info)
{
    int ports = fth_node_port_count(member->desc);
    for (int p = 1; p < ports && fth_colour_is_known(info->colour); p++) {
        const struct fth_info *other = member->infos[p];
        if (other && fth_node_port_at(member->desc, p)->kind == FTH_PORT_PICTURE)
            info->fits = fth_colour_wider(info->fits, other->fits);
    }
}

static enum fth_status find_info(struct fth_plan *plan, struct fth_member *member,
                                 struct fth_error *error)
{
    if (member->skip) {
        member->info = member->out_info = plan->members[member->inputs[0]]->out_info;
        return FTH_OK;
    }
    for (int p = 0; p < FTH_LIMIT_INPUTS; p++)
        view_input(plan, member, p);
    if (member->window)
        view_window(plan, member);
    member->info = (struct fth_info){.last_frame = -1, .rate_den = 1, .premultiplied = true};
    if (member->infos[0])
        member->info = *member->infos[0];
    enum fth_status status = fth_slot_provide(plan, member, error);
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
    fth_plan_clip(member, &info);
    widen_colours(member, &info);
    member->info = member->out_info = info;
    return FTH_OK;
}

/* ---- masks, keys and depths of another size ---- */

/* What is to be fitted: member `from`, to a frame, with the help of member `guide` (-1: none). */
struct fitting {
    const struct fth_port *port;
    struct fth_format format;
    int from, guide;
};

/* Hands on the picture of a member in another frame. It is on top of no stack: what it needs is
 * there. */
static enum fth_status add_fitter(struct fth_plan *plan, struct walk *walk,
                                  const struct fitting *fitting, struct fth_error *error)
{
    const struct fth_node_desc *desc = fth_graph_catalogue(plan->graph)->fitter;
    const struct fth_member *source = plan->members[fitting->from];
    struct fth_member *member =
        grow(plan, walk) ? fth_alloc(1, sizeof(*member) + FTH_LIMIT_NAME) : NULL;
    void *params = member ? fth_alloc(1, desc->params_size) : NULL;
    if (!params) {
        fth_free(member);
        return fth_fail_memory(error, desc->params_size, "parameters");
    }
    char *name = (char *)(member + 1);
    snprintf(name, FTH_LIMIT_NAME, "%.*s.%s", FTH_LIMIT_NAME - 11, source->name,
             fitting->port->kind == FTH_PORT_DEPTH ? "depth_fit" : "fit");
    *member = (struct fth_member){.index = source->index, .number = plan->member_count,
                                  .frame = source->frame, .info_only = source->info_only,
                                  .is_fitter = true, .name = name, .desc = desc,
                                  .params = params, .out_stage = -1,
                                  .next_same = walk->firsts[source->index]};
    plan->members[plan->member_count++] = member;
    walk->firsts[source->index] = plan->member_count;
    for (int p = 0; p < FTH_LIMIT_INPUTS; p++)
        member->inputs[p] = p == 0 ? fitting->from : p == 1 ? fitting->guide : -1;
    fth_params_default(fth_common_params, &member->common);
    fth_fitter_params(desc, fitting->port, fitting->format, params);
    enum fth_status status = find_info(plan, member, error);
    return status == FTH_OK && !member->info_only ? fth_plan_add_stages(plan, member, error)
                                                  : status;
}

static bool does(const struct fth_member *member, const struct fitting *fitting)
{
    struct fth_format format = member->out_info.format;
    return member->is_fitter && member->inputs[0] == fitting->from &&
           member->inputs[1] == fitting->guide && format.width == fitting->format.width &&
           format.height == fitting->format.height;
}

/* Lets *from, which goes into port `port`, be a fitter where that is of another size than what it
 * lies on. Readers that want the same share it. */
static enum fth_status fit(struct fth_plan *plan, struct walk *walk,
                           const struct fth_member *member, int port, int *from,
                           struct fth_error *error)
{
    struct fitting fitting = {.port = fth_node_port_at(member->desc, port),
                              .format = member->info.format, .from = *from, .guide = -1};
    const int below = fitting.port->lies_on ? member->inputs[fitting.port->lies_on] : -1;
    if (fitting.port->lies_on && below < 0)
        return FTH_OK;
    if (below >= 0)
        fitting.format = plan->members[below]->out_info.format;
    if (!fth_node_fits(member->desc, port, plan->members[*from]->out_info.format, fitting.format))
        return FTH_OK;
    const int guide = member->inputs[fitting.port->lies_on];
    if (guide >= 0 && fitting.port->kind == FTH_PORT_DEPTH && !plan->members[guide]->info_only &&
        plan->members[guide]->frame == plan->members[*from]->frame &&
        plan->members[guide]->out_info.format.width == fitting.format.width &&
        plan->members[guide]->out_info.format.height == fitting.format.height)
        fitting.guide = guide;
    int at = walk->firsts[plan->members[*from]->index];
    while (at && !does(plan->members[at - 1], &fitting))
        at = plan->members[at - 1]->next_same;
    enum fth_status status = at ? FTH_OK : add_fitter(plan, walk, &fitting, error);
    *from = at ? at - 1 : plan->member_count - 1;
    return status;
}

/* What goes in as a mask, a key or a depth gets the frame of what it lies on. That must be known:
 * of the result, too. */
static enum fth_status fit_inputs(struct fth_plan *plan, struct walk *walk,
                                  struct fth_member *member, bool *fitted,
                                  struct fth_error *error)
{
    enum fth_status status = FTH_OK;
    const int ports = fth_plan_is_sink(member) ? 0 : fth_node_port_count(member->desc);
    *fitted = false;
    if (member->skip || !fth_graph_catalogue(plan->graph)->fitter)
        return FTH_OK;
    for (int p = 0; p < ports && status == FTH_OK; p++) {
        const int before = member->inputs[p];
        if (before >= 0)
            status = fit(plan, walk, member, p, &member->inputs[p], error);
        *fitted = *fitted || before != member->inputs[p];
    }
    for (int i = 0; member->window && i < member->window->count && status == FTH_OK; i++) {
        struct fth_moment *moment = &member->window->moments[i];
        const int before = moment->member;
        status = fit(plan, walk, member, moment->port, &moment->member, error);
        *fitted = *fitted || before != moment->member;
    }
    return status;
}

/* ---- inputs ---- */

/* A mask without a pixel leaves nothing of the node; where its result is then its main input as it
 * is, the node is skipped. */
static void look_at_mask(struct fth_plan *plan, struct fth_member *member)
{
    int port = fth_plan_mask_port(member);
    bool matte = member->desc->flags & FTH_NODE_MAKES_MATTE &&
                 member->common.outside_mask == FTH_OUTSIDE_ZERO;
    if (member->skip || port < 0 || member->inputs[port] < 0 || matte ||
        member->common.multiply_by_mask || fth_graph_input(plan->graph, member->index, 0) < 0 ||
        !fth_common_mask_can_spare(&member->common))
        return;
    view_input(plan, member, port);
    if (fth_rect_empty(member->views[port].domain))
        member->skip = FTH_SKIP_MASK;
}

/* Asks a node that looks at other frames for them. */
static enum fth_status find_window(struct fth_plan *plan, struct fth_member *member,
                                   struct fth_error *error)
{
    const struct fth_node_desc *desc = member->desc;
    int own = fth_node_port_count(desc) - (fth_plan_mask_port(member) >= 0);
    if (!desc->frames_in || member->info_only || member->skip)
        return FTH_OK;
    struct fth_window *window = member->window = fth_alloc(1, sizeof(*window));
    if (!window)
        return fth_fail_memory(error, sizeof(*window), "a plan");
    for (int p = 0; p < own; p++)
        view_input(plan, member, p);
    for (int p = 0; p < own; p++) {
        int64_t frames[FTH_LIMIT_MOMENTS];
        struct fth_call call = fth_plan_call(plan, member);
        if (member->inputs[p] < 0)
            continue;
        call.moments = NULL;
        int count = desc->frames_in(&call, p, frames);
        if (count < 0 || count > FTH_LIMIT_MOMENTS || window->count + count > FTH_MOST_MOMENTS)
            return fth_plan_blame(member, fth_fail(error, FTH_ERR_UNSUPPORTED,
                                                   "%d frames of one input are asked for", count),
                                  error);
        window->told[p] = (struct fth_moments){count, &window->frames[window->count], NULL};
        for (int i = 0; i < count; i++) {
            window->frames[window->count] = frames[i];
            window->moments[window->count++] =
                (struct fth_moment){.port = p, .member = -1, .frame = frames[i]};
        }
    }
    return FTH_OK;
}

/* Where a node's own frame of its inputs is not what it shows, only what is known of it counts;
 * but the common controls may mix with it. */
static bool wants_info_only(const struct fth_member *member, int port)
{
    bool temporal = member->desc->frames_in && !member->skip;
    int mask = fth_plan_mask_port(member);
    if (member->info_only || !temporal || port == mask)
        return member->info_only;
    return port > 0 || mask < 0 ||
           fth_common_is_neutral(&member->common, member->inputs[mask] >= 0);
}

/* What the place asks for, and where the answer goes; false: nothing. */
static bool asked_at(const struct fth_plan *plan, struct fth_member *member, int place, int ports,
                     struct asked *asked, int **answer)
{
    *asked = (struct asked){.index = -1, .frame = member->frame, .may_skip = true};
    if (place > ports) {
        struct fth_moment *moment = &member->window->moments[place - ports - 1];
        asked->index = fth_graph_input(plan->graph, member->index, moment->port);
        asked->frame = moment->frame;
        *answer = &moment->member;
        return true;
    }
    int port = place ? place - 1 : fth_plan_mask_port(member);
    if (port < 0 || (member->skip && port > 0))
        return false;
    asked->index = fth_graph_input(plan->graph, member->index, port);
    asked->info_only = wants_info_only(member, port);
    *answer = &member->inputs[port];
    return asked->index >= 0;
}

/* One input further with the member on top, or the end of it. */
static enum fth_status advance(struct fth_plan *plan, struct walk *walk, struct fth_error *error)
{
    struct visit *visit = &walk->stack[walk->depth - 1];
    struct fth_member *member = plan->members[visit->member];
    const int ports = fth_plan_is_sink(member) ? 1 : fth_node_port_count(member->desc);
    const int place = visit->place++;
    enum fth_status status = FTH_OK;
    bool is_target = walk->depth == 1 && walk->root_step >= 0;
    if (place == 1 && !is_target)
        look_at_mask(plan, member);
    if (place == ports + 1)
        status = find_window(plan, member, error);
    if (status != FTH_OK)
        return status;
    if (place <= ports + (member->window ? member->window->count : 0)) {
        struct asked asked;
        int *answer;
        return asked_at(plan, member, place, ports, &asked, &answer)
                   ? find(plan, walk, asked, answer, error)
                   : FTH_OK;
    }
    walk->depth--;
    bool fitted = false;
    status = find_info(plan, member, error);
    if (status == FTH_OK)
        status = fit_inputs(plan, walk, member, &fitted, error);
    if (status == FTH_OK && fitted)
        status = find_info(plan, member, error);
    return status == FTH_OK && !member->info_only ? fth_plan_add_stages(plan, member, error)
                                                  : status;
}

enum fth_status fth_plan_walk(struct fth_plan *plan, const struct fth_target *target,
                              struct fth_error *error)
{
    size_t count = (size_t)fth_graph_count(plan->graph);
    struct walk walk = {.firsts = fth_alloc(count, sizeof(int)), .root_step = target->step};
    enum fth_status status = FTH_OK;
    if (!walk.firsts)
        return fth_fail_memory(error, count * sizeof(int), "a plan");
    plan->root_count = target->node_count;
    for (int i = 0; i < target->node_count && status == FTH_OK; i++) {
        struct asked asked = {.index = target->nodes[i], .frame = plan->frame,
                              .may_skip = target->step < 0};
        plan->roots[i] = (struct fth_root){.stage = -1, .wanted = true};
        status = find(plan, &walk, asked, &plan->roots[i].member, error);
        while (walk.depth && status == FTH_OK)
            status = advance(plan, &walk, error);
    }
    fth_free(walk.firsts);
    fth_free(walk.stack);
    return status;
}
