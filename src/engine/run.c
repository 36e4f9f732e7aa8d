/* SPDX-License-Identifier: Apache-2.0 */
/* A job over many frames as a pipeline: one thread plans and decodes ahead, one runs analyses (the
 * networks), one renders, and the caller's own feeds the sink in frame order. A frame travels as
 * its plan, which each stage fills further. Cancelling needs no messenger: every thread meets the
 * flag in its own work, or a queue that somebody else has broken. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "engine/plan.h"
#include "engine/queue.h"
#include "engine/tally.h"

/* frames waiting between two threads; each thread holds one more. At 4K a frame is 100 MB: no more
 * wait than even out the threads. */
enum { DECODED_AHEAD = 2, ANALYSED_AHEAD = 1, RENDERED_AHEAD = 1, LEAST_UNDER_WAY = 3 };

enum { SURVEY_WAIT_MS = 250 };

struct sink {
    const struct fth_node_desc *desc;
    const char *name;
    void *params, *state;
    char *settings;
    struct fth_common common;
    struct fth_env env;
    struct fth_info info;
    const struct fth_info *infos[FTH_LIMIT_INPUTS];
};

struct run {
    struct fth_engine *engine;
    const struct fth_graph *graph;
    const struct fth_job *job;
    int sink, from; /* graph nodes */
    int64_t step;
    struct sink *output;
    struct fth_queue decoded, analysed, rendered;
    pthread_mutex_t lock;
    pthread_cond_t left;    /* a frame has left, or the run has failed */
    struct fth_tally tally;
    int under_way;          /* frames that have pixels */
    int64_t made;           /* the decoding thread's: frames that are not left out */
    enum fth_status status; /* the first failure, and its error */
    struct fth_error error;
};

static void fail(struct run *run, enum fth_status status, const struct fth_error *error)
{
    pthread_mutex_lock(&run->lock);
    if (run->status == FTH_OK) {
        run->status = status;
        run->error = *error;
    }
    pthread_cond_broadcast(&run->left);
    pthread_mutex_unlock(&run->lock);
    fth_queue_break(&run->decoded);
    fth_queue_break(&run->analysed);
    fth_queue_break(&run->rendered);
}

/* Hands the plan to the next thread, or ends it and the run. False: stop. */
static bool pass_on(struct run *run, struct fth_queue *queue, struct fth_plan *plan,
                    enum fth_status status, const struct fth_error *error)
{
    if (status != FTH_OK)
        fail(run, status, error);
    else if (fth_queue_put(queue, plan))
        return true;
    fth_plan_destroy(&plan);
    return false;
}

static enum fth_status blame_sink(const struct sink *sink, enum fth_status status,
                                  struct fth_error *error)
{
    struct fth_member member = {.name = sink->name, .desc = sink->desc};
    return fth_plan_blame(&member, status, error);
}

/* Asks whether a run before has made the planned frame. */
static enum fth_status is_finished(const struct run *run, const struct fth_plan *plan,
                                   bool *finished, struct fth_error *error)
{
    const struct sink *sink = run->output;
    struct fth_call call = {.env = &sink->env, .frame = plan->frame, .state = sink->state,
                            .info = sink->info, .key = plan->stages[plan->root].key};
    *finished = false;
    if (!run->job->resume || !sink->desc->finished)
        return FTH_OK;
    if (fth_cancelled(run->job->cancel))
        return FTH_CANCELLED;
    return blame_sink(sink, sink->desc->finished(&call, finished, error), error);
}

/* Is there nothing to write for the planned frame, because a source says so? */
static bool is_left_out(const struct fth_plan *plan)
{
    bool left_out = false;
    for (int i = 0; i < plan->member_count && !left_out; i++) {
        const struct fth_member *member = &plan->members[i];
        if (!member->desc->leaves_out || member->skipped)
            continue;
        struct fth_call call = fth_plan_call(plan, member);
        if (member->slot)
            pthread_mutex_lock(&member->slot->lock);
        left_out = member->desc->leaves_out(&call);
        if (member->slot)
            pthread_mutex_unlock(&member->slot->lock);
    }
    return left_out;
}

/* A frame to come; neither a plan nor an error: there is none. */
struct upcoming {
    struct fth_plan *plan;
    enum fth_status status;
    struct fth_error error;
};

/* The first frame from `frame` on that is still to be made. */
static void plan_from(struct run *run, int64_t frame, struct upcoming *next)
{
    bool finished = true;
    *next = (struct upcoming){.plan = NULL};
    for (; finished && frame <= run->job->last_frame; frame += run->step) {
        struct fth_target target = {.graph = run->graph, .node = run->from, .step = -1,
                                    .frame = frame, .cancel = run->job->cancel};
        fth_plan_destroy(&next->plan);
        next->status = fth_plan_create(run->engine, &target, &next->plan, &next->error);
        if (next->status == FTH_OK)
            next->status = is_finished(run, next->plan, &finished, &next->error);
        run->made += next->status == FTH_OK; /* by this run or the one before */
        if (next->status == FTH_OK && !finished && is_left_out(next->plan)) {
            finished = true;
            run->made--;
        }
        if (next->status != FTH_OK)
            break;
    }
    if (next->status != FTH_OK || finished)
        fth_plan_destroy(&next->plan);
}

/* Marks what the next frame will ask for too (stills, and what is made of them alone): the rest of
 * a frame is not worth keeping once it is written. */
static void mark_again(struct fth_plan *plan, const struct fth_plan *next)
{
    for (int i = 0; i <= plan->root; i++) {
        struct fth_stage *stage = &plan->stages[i];
        for (int k = 0; k <= next->root && stage->live && !stage->again; k++)
            stage->again = next->stages[k].live &&
                           fth_key_equal(stage->key, next->stages[k].key);
    }
}

/* Waits until the frames under way leave room for one more within half of the budget; a few may be
 * under way in any case, so that decoding, rendering and encoding overlap. */
static void wait_for_room(struct run *run)
{
    const uint64_t most = run->engine->memory_size / 2;
    pthread_mutex_lock(&run->lock);
    while (run->status == FTH_OK && run->under_way >= LEAST_UNDER_WAY &&
           fth_cache_outside_size(run->engine->cache) > most)
        pthread_cond_wait(&run->left, &run->lock);
    run->under_way++;
    pthread_mutex_unlock(&run->lock);
}

static void *decode(void *context)
{
    struct run *run = context;
    struct upcoming now, next = {.plan = NULL};
    plan_from(run, run->job->first_frame, &now);
    for (bool going = true; going && (now.plan || now.status != FTH_OK);) {
        if (now.status == FTH_OK) {
            plan_from(run, now.plan->frame + run->step, &next);
            if (next.plan)
                mark_again(now.plan, next.plan);
            wait_for_room(run);
            fth_plan_prepare(now.plan, (struct fth_rect){0}, false);
            now.status = fth_plan_evaluate(now.plan, FTH_PHASE_SOURCES, &now.error);
        }
        going = pass_on(run, &run->decoded, now.plan, now.status, &now.error);
        now = next;
        next = (struct upcoming){.plan = NULL};
    }
    fth_plan_destroy(&now.plan);
    fth_queue_close(&run->decoded);
    return NULL;
}

static void work_through(struct run *run, struct fth_queue *from, struct fth_queue *to,
                         enum fth_phase phase)
{
    struct fth_plan *plan;
    bool going = true;
    while (going && (plan = fth_queue_take(from))) {
        struct fth_error error = {0};
        enum fth_status status = fth_plan_evaluate(plan, phase, &error);
        going = pass_on(run, to, plan, status, &error);
    }
    fth_queue_close(to);
}

static void *analyse(void *context)
{
    struct run *run = context;
    work_through(run, &run->decoded, &run->analysed, FTH_PHASE_ANALYSES);
    return NULL;
}

static void *render(void *context)
{
    struct run *run = context;
    work_through(run, &run->analysed, &run->rendered, FTH_PHASE_ALL);
    return NULL;
}

/* ---- the sink's end ---- */

static struct fth_call sink_call(const struct run *run, struct sink *sink, int64_t frame)
{
    fth_graph_params(run->graph, run->sink, frame, sink->params, &sink->common);
    sink->infos[0] = &sink->info;
    return (struct fth_call){.env = &sink->env, .params = sink->params, .common = &sink->common,
                             .frame = frame, .state = sink->state, .info = sink->info,
                             .rect = sink->info.domain, .input_infos = sink->infos};
}

/* Opens the sink before anything is decoded, so that a file in the way is told at once. */
static enum fth_status sink_open(struct run *run, struct sink *sink, struct fth_error *error)
{
    const struct fth_job *job = run->job;
    struct fth_engine *engine = run->engine;
    *sink = (struct sink){.desc = fth_graph_desc(run->graph, run->sink),
                          .name = fth_graph_name(run->graph, run->sink)};
    sink->env = (struct fth_env){.pool = engine->pool, .buffers = engine->buffers,
                                 .cancel = job->cancel, .cache_folder = engine->cache_folder,
                                 .model = engine->model,
                                 .device = engine->device,
                                 .scale_denominator = engine->scale_denominator,
                                 .job_first_frame = job->first_frame,
                                 .job_last_frame = job->last_frame,
                                 .job_resume = job->resume};
    enum fth_status status =
        fth_engine_info(engine, run->graph, run->from, job->first_frame, &sink->info, error);
    if (status != FTH_OK)
        return status;
    sink->params = fth_alloc(1, FTH_MAX(sink->desc->params_size, (size_t)1));
    sink->env.job_settings = sink->settings = fth_engine_describe(engine, run->graph, run->sink);
    if (!sink->params || !sink->settings) {
        status = fth_fail_memory(error, sink->desc->params_size, "parameters");
    } else {
        struct fth_call call = sink_call(run, sink, job->first_frame);
        status = blame_sink(sink, sink->desc->open(&call, &sink->state, error), error);
    }
    if (status != FTH_OK) {
        fth_free(sink->params);
        fth_free(sink->settings);
    }
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

static enum fth_status sink_close(struct run *run, struct sink *sink, struct fth_error *error)
{
    enum fth_status status = run->status;
    if (status == FTH_OK && run->made == 0)
        status = fth_fail(error, FTH_ERR_DATA, "nothing is written: all frames of %lld-%lld are "
                          "missing or damaged", (long long)run->job->first_frame,
                          (long long)run->job->last_frame);
    else if (status == FTH_OK)
        status = blame_sink(sink, sink->desc->finish(&sink->state, error), error);
    else if (error)
        *error = run->error;
    if (status != FTH_OK && error && sink->desc->remains && sink->state)
        say_remains(status, sink->desc->remains(sink->state), error);
    if (sink->state)
        sink->desc->close(&sink->state);
    fth_free(sink->params);
    fth_free(sink->settings);
    return status;
}

/* `made` frames in this run; those that a run before has made count as done. */
static void tell(const struct run *run, int64_t frame, int64_t made, double begun_s)
{
    const struct fth_job *job = run->job;
    double spent_s = fth_clock_s() - begun_s;
    struct fth_progress progress = {.stage = "rendering", .frame = frame, .left_s = -1};
    progress.done = (frame - job->first_frame) / run->step + 1;
    progress.total = (job->last_frame - job->first_frame) / run->step + 1;
    if (spent_s > 0) {
        progress.rate = (double)made / spent_s;
        progress.left_s = (double)(progress.total - progress.done) / progress.rate;
    }
    if (job->progress)
        job->progress(job->context, &progress);
}

/* While an analysis sees other frames than the one asked for, that is what is told. */
static void tell_survey(const struct run *run, int64_t *pushed, double *begun_s)
{
    const struct fth_job *job = run->job;
    struct fth_engine *engine = run->engine;
    if (!job->progress || !atomic_load(&engine->survey.running))
        return;
    int64_t done = atomic_load(&engine->survey.pushed), frame = atomic_load(&engine->survey.frame);
    if (done < *pushed || *begun_s == 0)
        *begun_s = fth_clock_s() - SURVEY_WAIT_MS / 1000.0;
    *pushed = done;
    struct fth_progress progress = {.stage = "analysing", .done = done, .frame = frame,
                                    .left_s = -1};
    progress.total = done + atomic_load(&engine->survey.last) - frame + 1;
    progress.rate = (double)done / (fth_clock_s() - *begun_s);
    if (done > 0)
        progress.left_s = (double)(progress.total - done) / progress.rate;
    job->progress(job->context, &progress);
}

/* The next finished frame, waiting aloud. */
static struct fth_plan *take_rendered(struct run *run)
{
    int64_t pushed = 0;
    double begun_s = 0;
    bool late = true;
    struct fth_plan *plan = NULL;
    while (late) {
        plan = fth_queue_take_within(&run->rendered, SURVEY_WAIT_MS, &late);
        if (late)
            tell_survey(run, &pushed, &begun_s);
    }
    return plan;
}

/* The caller's part: takes finished frames until there are no more. */
static void feed_sink(struct run *run, struct sink *sink)
{
    double begun_s = fth_clock_s();
    struct fth_plan *plan;
    for (int64_t made = 1; (plan = take_rendered(run)); made++) {
        struct fth_error error = {0};
        struct fth_call call = sink_call(run, sink, plan->frame);
        const struct fth_image *image = plan->stages[plan->root].image;
        const struct fth_image *inputs[FTH_LIMIT_INPUTS] = {image};
        call.info = *fth_plan_info(plan, &plan->stages[plan->root]);
        call.inputs = inputs;
        call.key = plan->stages[plan->root].key;
        call.arena = fth_engine_arena(run->engine);
        struct fth_meter *meter = fth_engine_meter(run->engine, sink->name, 0);
        double begun = fth_clock_s();
        enum fth_status status = FTH_OK;
        if (!call.arena)
            status = fth_fail_memory(&error, 0, "scratch memory");
        else if (fth_cancelled(run->job->cancel))
            status = FTH_CANCELLED;
        else
            status = sink->desc->sink(&call, image, &error);
        fth_meter_add(meter, begun, 0);
        fth_engine_arena_back(run->engine, call.arena);
        status = blame_sink(sink, status, &error);
        if (status == FTH_OK) {
            fth_tally_take(&run->tally, &image->depth_facts);
            tell(run, plan->frame, made, begun_s);
        } else {
            fail(run, status, &error);
        }
        fth_plan_destroy(&plan);
        pthread_mutex_lock(&run->lock);
        run->under_way--;
        pthread_cond_broadcast(&run->left);
        pthread_mutex_unlock(&run->lock);
    }
}

static void empty(struct fth_queue *queue)
{
    struct fth_plan *plan;
    while ((plan = fth_queue_take_left(queue)))
        fth_plan_destroy(&plan);
    fth_queue_end(queue);
}

static void pump(struct run *run, struct sink *sink)
{
    void *(*const bodies[3])(void *) = {decode, analyse, render};
    static const char *const names[3] = {"fathom-decode", "fathom-analyse", "fathom-render"};
    struct fth_thread threads[3] = {{.running = false}};
    struct fth_error error = {0};
    enum fth_status status = FTH_OK;
    fth_queue_begin(&run->decoded, DECODED_AHEAD);
    fth_queue_begin(&run->analysed, ANALYSED_AHEAD);
    fth_queue_begin(&run->rendered, RENDERED_AHEAD);
    for (int i = 0; i < 3 && status == FTH_OK; i++)
        status = fth_thread_start(&threads[i], names[i], bodies[i], run, &error);
    if (status != FTH_OK)
        fail(run, status, &error);
    feed_sink(run, sink);
    for (int i = 0; i < 3; i++)
        fth_thread_join(&threads[i]);
    empty(&run->decoded);
    empty(&run->analysed);
    empty(&run->rendered);
    fth_keeper_flush(run->engine->keeper);
}

static enum fth_status check_job(const struct run *run, struct fth_error *error)
{
    const struct fth_job *job = run->job;
    int count = fth_graph_count(run->graph);
    if (run->sink < 0 || run->sink >= count)
        return fth_fail(error, FTH_ERR_USAGE, "there is no node number %d", run->sink);
    if (fth_graph_desc(run->graph, run->sink)->steps[0].kind != FTH_NODE_SINK)
        return fth_fail(error, FTH_ERR_USAGE, "%s (%s) writes no files",
                        fth_graph_name(run->graph, run->sink),
                        fth_graph_desc(run->graph, run->sink)->id);
    if (job->first_frame > job->last_frame || job->step < 0 ||
        job->last_frame > INT64_MAX / 4 || job->first_frame < -(INT64_MAX / 4) ||
        job->step > INT64_MAX / 4)
        return fth_fail(error, FTH_ERR_USAGE, "frames %lld-%lld in steps of %lld make no range",
                        (long long)job->first_frame, (long long)job->last_frame,
                        (long long)job->step);
    return fth_graph_check(run->graph, error);
}

enum fth_status fth_engine_run(struct fth_engine *engine, const struct fth_graph *graph, int index,
                               const struct fth_job *job, struct fth_error *error)
{
    struct run run = {.engine = engine, .graph = graph, .job = job, .sink = index,
                      .step = job->step ? job->step : 1};
    struct sink sink;
    run.output = &sink;
    enum fth_status status = check_job(&run, error);
    if (status != FTH_OK)
        return status;
    run.from = fth_graph_input(graph, index, 0);
    if (error)
        *error = (struct fth_error){0};
    status = sink_open(&run, &sink, error);
    if (status != FTH_OK)
        return status;
    pthread_mutex_init(&run.lock, NULL);
    pthread_cond_init(&run.left, NULL);
    pump(&run, &sink);
    pthread_cond_destroy(&run.left);
    pthread_mutex_destroy(&run.lock);
    status = sink_close(&run, &sink, error);
    if (status == FTH_OK)
        fth_tally_tell(&run.tally, job);
    fth_tally_clear(&run.tally);
    return status;
}
