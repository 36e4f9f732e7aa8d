/* SPDX-License-Identifier: Apache-2.0 */
/* A plan in words and numbers, for people: which steps there are, what runs fused, how much of the
 * picture each needs, what it will cost at least; and, once frames have run, what it did cost. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "engine/plan.h"

enum { TRIAL_SIZE = 16 << 20 };

/* ---- meters ---- */

/* What a step has cost, by the names of node and step: plans come and go. */
struct fth_meter {
    struct fth_meter *next;
    char node[FTH_LIMIT_NAME];
    int step;
    atomic_uint_fast64_t calls, spent_ns, made_size;
};

struct fth_meter *fth_engine_meter(struct fth_engine *engine, const char *node, int step)
{
    if (!engine->measures)
        return NULL;
    pthread_mutex_lock(&engine->lock);
    struct fth_meter *meter = engine->meters;
    while (meter && (meter->step != step || strcmp(meter->node, node) != 0))
        meter = meter->next;
    if (!meter && (meter = fth_alloc(1, sizeof(*meter)))) {
        snprintf(meter->node, sizeof(meter->node), "%s", node);
        meter->step = step;
        meter->next = engine->meters;
        engine->meters = meter;
    }
    pthread_mutex_unlock(&engine->lock);
    return meter;
}

void fth_meter_add(struct fth_meter *meter, double since_s, uint64_t made_size)
{
    if (!meter)
        return;
    atomic_fetch_add(&meter->calls, 1);
    atomic_fetch_add(&meter->spent_ns, (uint64_t)(1e9 * (fth_clock_s() - since_s)));
    atomic_fetch_add(&meter->made_size, made_size);
}

void fth_meters_destroy(struct fth_engine *engine)
{
    while (engine->meters) {
        struct fth_meter *meter = engine->meters;
        engine->meters = meter->next;
        fth_free(meter);
    }
}

static void read_meter(const struct fth_meter *meter, struct fth_explained_step *step)
{
    if (!meter)
        return;
    step->calls = atomic_load(&meter->calls);
    step->spent_s = 1e-9 * (double)atomic_load(&meter->spent_ns);
    step->made_size = atomic_load(&meter->made_size);
}

/* ---- the plan ---- */

/* Bytes a second that are copied, read and written ones counted. 0: memory is out. */
static double memory_speed(void)
{
    double best = 0;
    char *blocks = fth_alloc_aligned(2 * (size_t)TRIAL_SIZE);
    if (!blocks)
        return 0;
    memset(blocks, 1, 2 * (size_t)TRIAL_SIZE);
    for (int i = 0; i < 3; i++) {
        double begun = fth_clock_s();
        memcpy(blocks + (i & 1 ? TRIAL_SIZE : 0), blocks + (i & 1 ? 0 : TRIAL_SIZE), TRIAL_SIZE);
        best = FTH_MAX(best, 2 * (double)TRIAL_SIZE / FTH_MAX(fth_clock_s() - begun, 1e-9));
    }
    fth_free(blocks);
    return best;
}

/* About: red, green, blue, and alpha where there is one. What else there is, nobody knows yet. */
static uint64_t size_of(const struct fth_plan *plan, const struct fth_stage *stage)
{
    struct fth_rect need = stage->need;
    uint64_t pixels = (uint64_t)fth_rect_width(need) * (uint64_t)fth_rect_height(need);
    return pixels * sizeof(float) * (fth_plan_info(plan, stage)->has_alpha ? 4 : 3);
}

/* Bytes that go in and out of the steps that are computed together. */
static uint64_t moved_by(const struct fth_plan *plan, int group)
{
    uint64_t moved = size_of(plan, &plan->stages[group]);
    for (int i = 0; i <= group; i++) {
        const struct fth_stage *stage = &plan->stages[i];
        if (!stage->needed || stage->group != group || stage->image)
            continue;
        for (int k = 0; k < fth_stage_reads(stage); k++) {
            int input = fth_stage_read(stage, k);
            if (input >= 0 && plan->stages[input].materialised)
                moved += size_of(plan, &plan->stages[input]);
        }
    }
    return moved;
}

static void explain_stage(const struct fth_plan *plan, int index, double speed,
                          struct fth_explained_step *step)
{
    const struct fth_stage *stage = &plan->stages[index];
    const struct fth_member *member = plan->members[stage->member];
    bool in_bands = stage->kind == FTH_NODE_POINT || stage->kind == FTH_NODE_AREA;
    snprintf(step->node, sizeof(step->node), "%s", member->name);
    snprintf(step->type, sizeof(step->type), "%s", member->desc->id);
    snprintf(step->step, sizeof(step->step), "%s",
             stage->step == FTH_STEP_COMMON ? "settings" : member->desc->steps[stage->step].id);
    step->kind = stage->kind;
    step->frame = member->frame;
    step->is_cached = stage->image;
    step->rect = stage->need;
    if (stage->materialised)
        step->size = size_of(plan, stage);
    if (stage->materialised && in_bands && !stage->image) {
        step->band_rows = fth_plan_band_rows(plan, stage);
        step->least_s = speed > 0 ? (double)moved_by(plan, index) / speed : 0;
    }
    read_meter(fth_engine_meter(plan->engine, member->name, stage->step), step);
}

static void explain_sink(const struct fth_plan *plan, const char *name,
                         const struct fth_node_desc *desc, struct fth_explained_step *step)
{
    snprintf(step->node, sizeof(step->node), "%s", name);
    snprintf(step->type, sizeof(step->type), "%s", desc->id);
    snprintf(step->step, sizeof(step->step), "%s", desc->steps[0].id);
    step->kind = FTH_NODE_SINK;
    step->frame = plan->frame;
    step->rect = fth_plan_root(plan)->need;
    read_meter(fth_engine_meter(plan->engine, name, 0), step);
}

/* Steps in the order in which they are computed, each after what it reads. -1: memory is out. */
static int list_steps(const struct fth_plan *plan, struct fth_explained_step *steps)
{
    double speed = memory_speed();
    int count = 0;
    int *places = fth_alloc((size_t)plan->stage_count, sizeof(*places));
    if (!places || speed == 0) {
        fth_free(places);
        return -1;
    }
    for (int i = 0; i < plan->stage_count; i++) {
        places[i] = count;
        if (!plan->stages[i].needed)
            continue;
        explain_stage(plan, i, speed, &steps[count]);
        steps[count++].computed_with = plan->stages[i].group;
    }
    for (int i = 0; i < count; i++)
        steps[i].computed_with = places[steps[i].computed_with];
    fth_free(places);
    return count;
}

/* ---- what is not run ---- */

struct reach {
    bool *planned, *hung_on, *shown; /* by graph index: is in the plan; its input; a sink's input */
    int *stack;
};

/* True when what the member puts out is what another has made. */
static bool is_made(const struct fth_plan *plan, const struct fth_member *member)
{
    const struct fth_stage *stage = member->out_stage < 0 ? NULL : &plan->stages[member->out_stage];
    return stage && stage->same && stage->member == member->number;
}

static const char *why_not(const struct fth_plan *plan, const struct reach *reach, int node)
{
    bool all_made = false, none_made = true; /* of its frames, by another */
    for (int i = 0; i < plan->member_count; i++) {
        const struct fth_member *member = plan->members[i];
        if (member->index != node || member->info_only || member->is_fitter)
            continue;
        if (member->skip)
            return member->skip == FTH_SKIP_BLEND ? "its Blend is 0" : "its mask is empty";
        bool made = is_made(plan, member);
        all_made = made && (all_made || none_made);
        none_made = false;
    }
    if (all_made)
        return "another node makes the same";
    if (reach->planned[node])
        return NULL;
    if (reach->hung_on[node])
        return "nothing that is run reads it";
    return reach->shown[node] ? NULL : "no output shows it";
}

static enum fth_status begin_reach(const struct fth_plan *plan, int root, struct reach *reach,
                                   struct fth_error *error)
{
    size_t count = (size_t)fth_graph_count(plan->graph);
    *reach = (struct reach){.planned = fth_alloc(3 * count, sizeof(bool)),
                            .stack = fth_alloc(count, sizeof(int))};
    if (!reach->planned || !reach->stack)
        return fth_fail_memory(error, count * sizeof(int), "what is planned");
    reach->hung_on = reach->planned + count;
    reach->shown = reach->hung_on + count;
    reach->planned[root] = true;
    for (int i = 0; i < plan->member_count; i++)
        reach->planned[plan->members[i]->index] |= !plan->members[i]->info_only;
    fth_plan_mark_upstream(plan->graph, root, reach->hung_on, reach->stack);
    for (int i = 0; i < (int)count; i++) {
        if (fth_graph_desc(plan->graph, i)->steps[0].kind == FTH_NODE_SINK)
            fth_plan_mark_upstream(plan->graph, i, reach->shown, reach->stack);
    }
    return FTH_OK;
}

static enum fth_status list_skips(const struct fth_plan *plan, int root,
                                  struct fth_explained *explained, struct fth_error *error)
{
    int count = fth_graph_count(plan->graph);
    struct reach reach;
    enum fth_status status = begin_reach(plan, root, &reach, error);
    explained->skips = fth_alloc((size_t)count, sizeof(*explained->skips));
    if (status == FTH_OK && !explained->skips)
        status = fth_fail_memory(error, (size_t)count * sizeof(*explained->skips),
                                 "what is planned");
    for (int i = 0; i < count && status == FTH_OK; i++) {
        struct fth_explained_skip *skip = &explained->skips[explained->skip_count];
        skip->why = why_not(plan, &reach, i);
        if (!skip->why)
            continue;
        snprintf(skip->node, sizeof(skip->node), "%s", fth_graph_name(plan->graph, i));
        snprintf(skip->type, sizeof(skip->type), "%s", fth_graph_desc(plan->graph, i)->id);
        explained->skip_count++;
    }
    fth_free(reach.planned);
    fth_free(reach.stack);
    return status;
}

void fth_explained_clear(struct fth_explained *explained)
{
    fth_free(explained->steps);
    fth_free(explained->skips);
    *explained = (struct fth_explained){.steps = NULL};
}

static enum fth_status explain(const struct fth_plan *plan, int root,
                               struct fth_explained *explained, struct fth_error *error)
{
    const struct fth_node_desc *desc = fth_graph_desc(plan->graph, root);
    explained->steps = fth_alloc((size_t)plan->stage_count + 1, sizeof(*explained->steps));
    int count = explained->steps ? list_steps(plan, explained->steps) : -1;
    if (count < 0)
        return fth_fail_memory(error, sizeof(*explained->steps), "what is planned");
    explained->steps[count].computed_with = count;
    if (desc->steps[0].kind == FTH_NODE_SINK)
        explain_sink(plan, fth_graph_name(plan->graph, root), desc, &explained->steps[count++]);
    explained->step_count = count;
    return list_skips(plan, root, explained, error);
}

enum fth_status fth_engine_explain(struct fth_engine *engine, const struct fth_graph *graph,
                                   int index, int64_t frame, struct fth_explained *explained,
                                   struct fth_error *error)
{
    struct fth_plan *plan = NULL;
    struct fth_explained made = {.steps = NULL};
    bool is_sink = fth_graph_desc(graph, index)->steps[0].kind == FTH_NODE_SINK;
    int node = is_sink ? fth_graph_input(graph, index, 0) : index;
    struct fth_target target = {.graph = graph, .nodes = &node, .node_count = 1, .step = -1,
                                .frame = frame};
    bool again = engine->measures;
    engine->measures = true;
    enum fth_status status = fth_graph_check(graph, error);
    if (status == FTH_OK)
        status = fth_plan_create(engine, &target, &plan, error);
    if (status != FTH_OK)
        return status;
    plan->ignores_cache = again;
    fth_plan_prepare(plan, (struct fth_rect){0}, false);
    status = explain(plan, index, &made, error);
    fth_plan_destroy(&plan);
    if (status == FTH_OK)
        *explained = made;
    else
        fth_explained_clear(&made);
    return status;
}
