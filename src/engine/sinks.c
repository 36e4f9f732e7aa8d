/* SPDX-License-Identifier: Apache-2.0 */
/* Which sink gets which frame: those of its own range that no run before has made and no source
 * leaves out. */
#include "engine/sinks.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"

struct sink {
    struct fth_output output;
    int from; /* the graph's node that feeds it */
    const struct fth_node_desc *desc;
    const char *name;
    void *params, *state;
    char *settings;
    struct fth_common common;
    struct fth_env env;
    struct fth_info info;
    const struct fth_info *infos[FTH_LIMIT_INPUTS];
    int64_t made; /* the planning thread's: frames that are not left out */
};

struct fth_sinks {
    struct fth_engine *engine;
    const struct fth_graph *graph;
    const struct fth_job *job;
    struct sink *list;
    int count;
};

static enum fth_status blame_sink(const struct sink *sink, enum fth_status status,
                                  struct fth_error *error)
{
    struct fth_member member = {.name = sink->name, .desc = sink->desc};
    return fth_plan_blame(&member, status, error);
}

static struct fth_call sink_call(const struct fth_sinks *sinks, struct sink *sink, int64_t frame)
{
    fth_graph_params(sinks->graph, sink->output.node, frame, sink->params, &sink->common);
    sink->infos[0] = &sink->info;
    return (struct fth_call){.env = &sink->env, .params = sink->params, .common = &sink->common,
                             .frame = frame, .state = sink->state, .info = sink->info,
                             .rect = sink->info.domain, .input_infos = sink->infos};
}

/* ---- opening and closing ---- */

static enum fth_status open_sink(struct fth_sinks *sinks, struct sink *sink,
                                 struct fth_error *error)
{
    const struct fth_job *job = sinks->job;
    struct fth_engine *engine = sinks->engine;
    const int64_t first = sink->output.first_frame;
    sink->desc = fth_graph_desc(sinks->graph, sink->output.node);
    sink->name = fth_graph_name(sinks->graph, sink->output.node);
    sink->from = fth_graph_input(sinks->graph, sink->output.node, 0);
    sink->env = (struct fth_env){.pool = engine->pool, .buffers = engine->buffers,
                                 .cancel = job->cancel, .cache_folder = engine->cache_folder,
                                 .model = engine->model,
                                 .device = engine->device,
                                 .scale_denominator = engine->scale_denominator,
                                 .job_first_frame = first,
                                 .job_last_frame = sink->output.last_frame,
                                 .job_resume = job->resume};
    enum fth_status status =
        fth_engine_info(engine, sinks->graph, sink->from, first, &sink->info, error);
    if (status != FTH_OK)
        return status;
    sink->params = fth_alloc(1, FTH_MAX(sink->desc->params_size, (size_t)1));
    sink->settings = fth_engine_describe(engine, sinks->graph, sink->output.node);
    sink->env.job_settings = sink->settings;
    if (!sink->params || !sink->settings)
        return fth_fail_memory(error, sink->desc->params_size, "parameters");
    struct fth_call call = sink_call(sinks, sink, first);
    if (!sink->desc->open)
        return FTH_OK;
    return blame_sink(sink, sink->desc->open(&call, &sink->state, error), error);
}

static void drop(struct fth_sinks **pointer)
{
    struct fth_sinks *sinks = *pointer;
    for (int i = 0; sinks && i < sinks->count; i++) {
        struct sink *sink = &sinks->list[i];
        if (sink->state && sink->desc->close)
            sink->desc->close(&sink->state);
        fth_free(sink->params);
        fth_free(sink->settings);
    }
    if (sinks)
        fth_free(sinks->list);
    fth_free(sinks);
    *pointer = NULL;
}

enum fth_status fth_sinks_open(struct fth_engine *engine, const struct fth_graph *graph,
                               const struct fth_job *job, const struct fth_output *outputs,
                               int count, struct fth_sinks **result, struct fth_error *error)
{
    struct fth_sinks *sinks = fth_alloc(1, sizeof(*sinks));
    enum fth_status status = FTH_OK;
    if (!sinks)
        return fth_fail_memory(error, sizeof(*sinks), "a job");
    *sinks = (struct fth_sinks){.engine = engine, .graph = graph, .job = job};
    sinks->list = fth_alloc((size_t)count, sizeof(*sinks->list));
    if (!sinks->list)
        status = fth_fail_memory(error, (size_t)count * sizeof(*sinks->list), "a job");
    for (int i = 0; i < count && status == FTH_OK; i++) {
        sinks->list[sinks->count].output = outputs[i];
        status = open_sink(sinks, &sinks->list[sinks->count++], error);
    }
    if (status == FTH_OK)
        *result = sinks;
    else
        drop(&sinks);
    return status;
}

static void say_remains(enum fth_status status, const char *words, struct fth_error *error)
{
    struct fth_error said = *error;
    const char *what = status == FTH_CANCELLED ? "cancelled" : said.message;
    if (words)
        snprintf(error->message, sizeof(error->message), "%.*s; %s",
                 (int)(sizeof(said.message) - strlen(words) - 3), what, words);
}

static enum fth_status finish_sink(struct sink *sink, struct fth_error *error)
{
    if (sink->made == 0)
        return fth_fail(error, FTH_ERR_DATA, "nothing is written: all frames of %lld-%lld are "
                        "missing or damaged", (long long)sink->output.first_frame,
                        (long long)sink->output.last_frame);
    if (!sink->desc->finish)
        return FTH_OK;
    return blame_sink(sink, sink->desc->finish(&sink->state, error), error);
}

enum fth_status fth_sinks_close(struct fth_sinks **sinks, enum fth_status status,
                                struct fth_error *error)
{
    struct sink *list = (*sinks)->list;
    for (int i = 0; i < (*sinks)->count && status == FTH_OK; i++)
        status = finish_sink(&list[i], error);
    for (int i = 0; i < (*sinks)->count && status == FTH_OK; i++) {
        if (list[i].desc->settle && list[i].state)
            list[i].desc->settle(&list[i].state);
    }
    for (int i = 0; i < (*sinks)->count && status != FTH_OK && error; i++) {
        if (list[i].desc->remains && list[i].state)
            say_remains(status, list[i].desc->remains(list[i].state), error);
    }
    drop(sinks);
    return status;
}

/* ---- planning ---- */

/* Asks whether a run before has made the planned frame. */
static enum fth_status is_finished(const struct fth_sinks *sinks, const struct sink *sink,
                                   const struct fth_plan *plan, const struct fth_root *root,
                                   bool *finished, struct fth_error *error)
{
    struct fth_call call = {.env = &sink->env, .frame = plan->frame, .state = sink->state,
                            .info = sink->info, .key = plan->stages[root->stage].key};
    *finished = false;
    if (!sinks->job->resume || !sink->desc->finished)
        return FTH_OK;
    if (fth_cancelled(sinks->job->cancel))
        return FTH_CANCELLED;
    return blame_sink(sink, sink->desc->finished(&call, finished, error), error);
}

/* Says one source of what the root is made from that there is nothing to write for the frame? */
static bool leaves_out(const struct fth_plan *plan, int at)
{
    const struct fth_member *member = plan->members[at];
    if (!member->desc->leaves_out || member->skip || member->info_only ||
        member->frame != plan->frame)
        return false;
    struct fth_call call = fth_plan_call(plan, member);
    if (member->slot)
        pthread_mutex_lock(&member->slot->lock);
    bool left_out = member->desc->leaves_out(&call);
    if (member->slot)
        pthread_mutex_unlock(&member->slot->lock);
    return left_out;
}

/* Marks the members that member `at` hangs on at its own frame: what is shown of other frames is
 * somebody's choice. */
static void mark_upstream(const struct fth_plan *plan, int at, bool *marked)
{
    marked[at] = true;
    for (bool grew = true; grew;) {
        grew = false;
        for (int i = 0; i < plan->member_count; i++) {
            const struct fth_member *member = plan->members[i];
            for (int p = 0; marked[i] && !member->window && p < FTH_LIMIT_INPUTS; p++) {
                int input = member->inputs[p];
                grew = grew || (input >= 0 && !marked[input]);
                if (input >= 0)
                    marked[input] = true;
            }
        }
    }
}

static enum fth_status is_left_out(const struct fth_plan *plan, int at, bool *left_out,
                                   struct fth_error *error)
{
    bool *marked = NULL;
    *left_out = false;
    for (int i = 0; i < plan->member_count && !*left_out; i++) {
        if (!leaves_out(plan, i))
            continue;
        if (!marked) {
            marked = fth_alloc((size_t)plan->member_count, sizeof(*marked));
            if (!marked)
                return fth_fail_memory(error, (size_t)plan->member_count, "a plan");
            mark_upstream(plan, at, marked);
        }
        *left_out = marked[i];
    }
    fth_free(marked);
    return FTH_OK;
}

/* Which of the plan's pictures are still to be made. */
static enum fth_status settle(struct fth_sinks *sinks, struct fth_plan *plan, const int *places,
                              bool *any, struct fth_error *error)
{
    *any = false;
    for (int i = 0; i < plan->root_count; i++) {
        struct fth_root *root = &plan->roots[i];
        struct sink *sink = &sinks->list[places[i]];
        bool finished = false, left_out = false;
        root->sink = places[i];
        enum fth_status status = is_finished(sinks, sink, plan, root, &finished, error);
        if (status == FTH_OK && !finished)
            status = is_left_out(plan, root->member, &left_out, error);
        if (status != FTH_OK)
            return status;
        sink->made += !left_out; /* by this run or the one before */
        root->wanted = !finished && !left_out;
        *any = *any || root->wanted;
    }
    return FTH_OK;
}

enum fth_status fth_sinks_plan(struct fth_sinks *sinks, int64_t frame, struct fth_plan **plan,
                               struct fth_error *error)
{
    int nodes[FTH_LIMIT_OUTPUTS], places[FTH_LIMIT_OUTPUTS], count = 0;
    bool any = false;
    for (int i = 0; i < sinks->count; i++) {
        const struct sink *sink = &sinks->list[i];
        if (frame < sink->output.first_frame || frame > sink->output.last_frame)
            continue;
        places[count] = i;
        nodes[count++] = sink->from;
    }
    *plan = NULL;
    if (!count)
        return FTH_OK;
    struct fth_target target = {.graph = sinks->graph, .nodes = nodes, .node_count = count,
                                .step = -1, .frame = frame, .cancel = sinks->job->cancel};
    enum fth_status status = fth_plan_create(sinks->engine, &target, plan, error);
    if (status == FTH_OK)
        status = settle(sinks, *plan, places, &any, error);
    if (status != FTH_OK || !any)
        fth_plan_destroy(plan);
    return status;
}

/* ---- frames ---- */

static enum fth_status take(struct fth_sinks *sinks, struct sink *sink,
                            const struct fth_plan *plan, const struct fth_stage *stage,
                            struct fth_error *error)
{
    const struct fth_image *inputs[FTH_LIMIT_INPUTS] = {stage->image};
    struct fth_call call = sink_call(sinks, sink, plan->frame);
    struct fth_meter *meter = fth_engine_meter(sinks->engine, sink->name, 0);
    double begun = fth_clock_s();
    enum fth_status status = FTH_OK;
    call.info = *fth_plan_info(plan, stage);
    call.inputs = inputs;
    call.key = stage->key;
    call.arena = fth_engine_arena(sinks->engine, FTH_SCRATCH_PART);
    if (!call.arena)
        status = fth_fail_memory(error, 0, "scratch memory");
    else if (fth_cancelled(sinks->job->cancel))
        status = FTH_CANCELLED;
    else
        status = sink->desc->sink(&call, stage->image, error);
    fth_meter_add(meter, begun, 0);
    fth_engine_arena_back(sinks->engine, FTH_SCRATCH_PART, call.arena);
    return blame_sink(sink, status, error);
}

enum fth_status fth_sinks_take(struct fth_sinks *sinks, const struct fth_plan *plan,
                               struct fth_error *error)
{
    enum fth_status status = FTH_OK;
    for (int i = 0; i < plan->root_count && status == FTH_OK; i++) {
        const struct fth_root *root = &plan->roots[i];
        if (root->wanted)
            status = take(sinks, &sinks->list[root->sink], plan, &plan->stages[root->stage],
                          error);
    }
    return status;
}
