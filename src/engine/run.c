/* SPDX-License-Identifier: Apache-2.0 */
/* A job over many frames as a pipeline: one thread plans, decodes ahead and shows frames to the
 * analysis before their turn, one runs analyses (the networks), two render, and the caller's own
 * feeds the sinks in frame order. A frame travels as its plan, which each stage fills further.
 * Cancelling needs no messenger: every thread meets the flag in its own work, or a queue that
 * somebody else has broken. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "engine/plan.h"
#include "engine/queue.h"
#include "engine/sinks.h"
#include "engine/tally.h"

/* frames waiting between two threads; each thread holds one more. At 4K a frame is 100 MB: no more
 * wait than even out the threads. */
enum { DECODED_AHEAD = 2, ANALYSED_AHEAD = 1, RENDERED_AHEAD = 1, FEW_UNDER_WAY = 3 };

/* What one core alone does of a frame leaves room for the next one. */
enum { RENDERERS = 2 };

enum { SURVEY_WAIT_MS = 250 };

struct run {
    struct fth_engine *engine;
    const struct fth_job *job;
    int64_t step;
    struct fth_sinks *sinks;
    struct fth_queue decoded, analysed, rendered;
    pthread_mutex_t taking; /* held while a frame to render is waited for */
    int64_t taken;          /* frames rendered or being rendered; under `taking` */
    pthread_mutex_t lock;
    pthread_cond_t changed; /* a frame has left, or has been rendered, or the run has failed */
    int64_t rendered_count; /* frames handed on, in order */
    int renderers;          /* that are still at work */
    uint64_t scratch_size;  /* of the first frame, made alone */
    struct fth_tally tally;
    int under_way;          /* frames that have pixels */
    uint64_t planned_size;  /* about what they take together */
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
    pthread_cond_broadcast(&run->changed);
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

/* A frame to come; neither a plan nor an error: there is none. */
struct upcoming {
    struct fth_plan *plan;
    enum fth_status status;
    struct fth_error error;
};

/* The first frame from `frame` on that is still to be made. */
static void plan_from(struct run *run, int64_t frame, struct upcoming *next)
{
    *next = (struct upcoming){.plan = NULL};
    for (; frame <= run->job->last_frame && !next->plan && next->status == FTH_OK;
         frame += run->step)
        next->status = fth_sinks_plan(run->sinks, frame, &next->plan, &next->error);
}

/* Marks what a whole picture is made of together with other frames of the same node, and the
 * sources of that: it is wanted from several of the job's frames, though not always from one after
 * the other, since a window may have gaps, and some of these are planned before it is made. */
static void mark_looked_at(struct fth_plan *plan)
{
    for (int i = plan->stage_count - 1; i >= 0; i--) {
        const struct fth_stage *stage = &plan->stages[i];
        bool looks = stage->kind == FTH_NODE_WHOLE;
        for (int k = 0; k < fth_stage_reads(stage) && stage->live; k++) {
            int port = fth_stage_port(stage, k), at = fth_stage_read(stage, k);
            if (at < 0)
                continue;
            struct fth_stage *read = &plan->stages[at];
            for (int f = 0; f < stage->further_count && looks; f++)
                read->of_many |= stage->further[f].port == port;
            read->below_many |= stage->of_many || stage->below_many;
        }
    }
    for (int i = 0; i < plan->stage_count; i++)
        plan->stages[i].of_many |=
            plan->stages[i].below_many && plan->stages[i].kind == FTH_NODE_SOURCE;
}

/* Marks what later frames will ask for too (stills, and what is made of them alone; frames that are
 * looked at from several): the rest of a frame is not worth keeping once it is written. */
static void mark_again(struct fth_plan *plan, const struct fth_plan *next)
{
    mark_looked_at(plan);
    for (int i = 0; i < plan->stage_count; i++) {
        struct fth_stage *stage = &plan->stages[i];
        if (!stage->live)
            continue;
        for (int k = 0; k < next->stage_count && !stage->again; k++)
            stage->again = next->stages[k].live &&
                           fth_key_equal(stage->key, next->stages[k].key);
        stage->again = stage->again || stage->of_many;
    }
}

/* Does a frame of `size` bytes fit beside those under way? A few of them, so that decoding,
 * rendering and encoding overlap, may fill the budget; more of them half of it. Called locked. */
static bool has_room(const struct run *run, uint64_t size)
{
    uint64_t outside = fth_cache_outside_size(run->engine->cache);
    if (run->under_way >= FEW_UNDER_WAY)
        return outside <= run->engine->memory_size / 2;
    return !run->under_way ||
           FTH_MAX(outside, run->planned_size) + size <= run->engine->memory_size;
}

/* One frame is under way whatever it takes. */
static void wait_for_room(struct run *run, struct fth_plan *plan)
{
    plan->size = fth_plan_size(plan);
    pthread_mutex_lock(&run->lock);
    while (run->status == FTH_OK && !has_room(run, plan->size))
        pthread_cond_wait(&run->changed, &run->lock);
    run->under_way++;
    run->planned_size += plan->size;
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
            fth_cache_turn(run->engine->cache);
            fth_plan_prepare(now.plan, (struct fth_rect){0}, false);
            wait_for_room(run, now.plan);
            now.status = fth_plan_evaluate(now.plan, FTH_PHASE_SOURCES, &now.error);
            if (now.status == FTH_OK)
                fth_plan_look_ahead(now.plan);
        }
        going = pass_on(run, &run->decoded, now.plan, now.status, &now.error);
        now = next;
        next = (struct upcoming){.plan = NULL};
    }
    fth_plan_destroy(&now.plan);
    fth_queue_close(&run->decoded);
    return NULL;
}

static void *analyse(void *context)
{
    struct run *run = context;
    struct fth_plan *plan;
    bool going = true;
    while (going && (plan = fth_queue_take(&run->decoded))) {
        struct fth_error error = {0};
        enum fth_status status = fth_plan_evaluate(plan, FTH_PHASE_ANALYSES, &error);
        going = pass_on(run, &run->analysed, plan, status, &error);
    }
    fth_queue_close(&run->analysed);
    return NULL;
}

/* ---- rendering ---- */

/* The next frame to render and its number; NULL: there are no more. */
static struct fth_plan *take_analysed(struct run *run, int64_t *number)
{
    pthread_mutex_lock(&run->taking);
    struct fth_plan *plan = fth_queue_take(&run->analysed);
    *number = run->taken;
    run->taken += plan != NULL;
    pthread_mutex_unlock(&run->taking);
    return plan;
}

/* Waits until so many frames have been handed on. False: the run has failed before. */
static bool wait_for_others(struct run *run, int64_t count)
{
    pthread_mutex_lock(&run->lock);
    while (run->status == FTH_OK && run->rendered_count < count)
        pthread_cond_wait(&run->changed, &run->lock);
    bool there = run->rendered_count >= count;
    pthread_mutex_unlock(&run->lock);
    return there;
}

/* The first frame is made alone, with all that the others find made after it; and what was left of
 * sources and analyses is asked for in the order of frames. Whole pictures that are made of many
 * have all cores at work on one, and a lot of memory: two at once would gain nothing. */
static int64_t frames_before(const struct fth_plan *plan, int64_t number)
{
    for (int i = 0; i < plan->stage_count; i++) {
        const struct fth_stage *stage = &plan->stages[i];
        bool flows = stage->kind == FTH_NODE_SOURCE || stage->kind == FTH_NODE_ANALYSIS;
        bool looks_around = stage->kind == FTH_NODE_WHOLE && stage->further_count > 0;
        if (stage->needed && !stage->image && (flows || looks_around))
            return number;
    }
    return FTH_MIN(number, 1);
}

/* What frames work with is not within the budget: beside each other they may take as much again. */
static bool is_too_large(struct run *run)
{
    pthread_mutex_lock(&run->lock);
    bool is = run->scratch_size * RENDERERS > run->engine->memory_size;
    pthread_mutex_unlock(&run->lock);
    return is;
}

/* Renders the frame and hands it on after all before it; where one of those has failed, it is
 * dropped. False: stop. */
static bool render_frame(struct run *run, struct fth_plan *plan, int64_t number)
{
    struct fth_error error = {0};
    enum fth_status status = FTH_OK;
    bool turn = wait_for_others(run, frames_before(plan, number));
    if (turn && is_too_large(run))
        turn = wait_for_others(run, number);
    if (turn) {
        status = fth_plan_evaluate(plan, FTH_PHASE_ALL, &error);
        turn = wait_for_others(run, number);
    }
    if (!turn)
        fth_plan_destroy(&plan);
    if (!turn || !pass_on(run, &run->rendered, plan, status, &error))
        return false;
    uint64_t scratch_size = fth_engine_scratch_size(run->engine);
    pthread_mutex_lock(&run->lock);
    if (number == 0)
        run->scratch_size = scratch_size;
    run->rendered_count++;
    pthread_cond_broadcast(&run->changed);
    pthread_mutex_unlock(&run->lock);
    return true;
}

static void *render(void *context)
{
    struct run *run = context;
    struct fth_plan *plan;
    int64_t number;
    while ((plan = take_analysed(run, &number)) && render_frame(run, plan, number))
        ;
    pthread_mutex_lock(&run->lock);
    bool last = --run->renderers == 0;
    pthread_mutex_unlock(&run->lock);
    if (last)
        fth_queue_close(&run->rendered);
    return NULL;
}

/* ---- the sinks' end ---- */

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

/* What the frame says of its shot; of several pictures the first that says something. */
static void take_facts(struct run *run, const struct fth_plan *plan)
{
    for (int i = 0; i < plan->root_count; i++) {
        const struct fth_image *image = plan->stages[plan->roots[i].stage].image;
        if (!plan->roots[i].wanted || !image->depth_facts.known)
            continue;
        fth_tally_take(&run->tally, &image->depth_facts);
        return;
    }
}

/* The caller's part: takes finished frames until there are no more. */
static void feed_sinks(struct run *run)
{
    double begun_s = fth_clock_s();
    struct fth_plan *plan;
    for (int64_t made = 1; (plan = take_rendered(run)); made++) {
        struct fth_error error = {0};
        enum fth_status status = fth_sinks_take(run->sinks, plan, &error);
        if (status == FTH_OK) {
            take_facts(run, plan);
            tell(run, plan->frame, made, begun_s);
        } else {
            fail(run, status, &error);
        }
        uint64_t size = plan->size;
        fth_plan_destroy(&plan);
        pthread_mutex_lock(&run->lock);
        run->planned_size -= size;
        run->under_way--;
        pthread_cond_broadcast(&run->changed);
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

static void pump(struct run *run)
{
    enum { MOST = 2 + RENDERERS };
    struct fth_thread threads[MOST] = {{.running = false}};
    struct fth_error error = {0};
    enum fth_status status = FTH_OK;
    run->renderers = FTH_MIN(RENDERERS, fth_pool_thread_count(run->engine->pool));
    fth_queue_begin(&run->decoded, DECODED_AHEAD);
    fth_queue_begin(&run->analysed, ANALYSED_AHEAD);
    fth_queue_begin(&run->rendered, RENDERED_AHEAD);
    status = fth_thread_start(&threads[0], "fathom-decode", decode, run, &error);
    if (status == FTH_OK)
        status = fth_thread_start(&threads[1], "fathom-analyse", analyse, run, &error);
    for (int i = 0, count = run->renderers; i < count && status == FTH_OK; i++)
        status = fth_thread_start(&threads[2 + i], "fathom-render", render, run, &error);
    if (status != FTH_OK)
        fail(run, status, &error);
    feed_sinks(run);
    for (int i = 0; i < MOST; i++)
        fth_thread_join(&threads[i]);
    empty(&run->decoded);
    empty(&run->analysed);
    empty(&run->rendered);
    fth_keeper_flush(run->engine->keeper);
}

static enum fth_status check_output(const struct fth_graph *graph, const struct fth_output *output,
                                    struct fth_error *error)
{
    if (output->node < 0 || output->node >= fth_graph_count(graph))
        return fth_fail(error, FTH_ERR_USAGE, "there is no node number %d", output->node);
    if (fth_graph_desc(graph, output->node)->steps[0].kind != FTH_NODE_SINK)
        return fth_fail(error, FTH_ERR_USAGE, "%s (%s) writes no files",
                        fth_graph_name(graph, output->node),
                        fth_graph_desc(graph, output->node)->id);
    return FTH_OK;
}

static enum fth_status check_job(const struct fth_graph *graph, const struct fth_output *outputs,
                                 int count, const struct fth_job *job, struct fth_error *error)
{
    enum fth_status status = FTH_OK;
    if (count < 1 || count > FTH_LIMIT_OUTPUTS)
        return fth_fail(error, FTH_ERR_USAGE, "a job has 1 to %d outputs, not %d",
                        FTH_LIMIT_OUTPUTS, count);
    for (int i = 0; i < count && status == FTH_OK; i++)
        status = check_output(graph, &outputs[i], error);
    if (status != FTH_OK)
        return status;
    if (job->first_frame > job->last_frame || job->step < 0 ||
        job->last_frame > INT64_MAX / 4 || job->first_frame < -(INT64_MAX / 4) ||
        job->step > INT64_MAX / 4)
        return fth_fail(error, FTH_ERR_USAGE, "frames %lld-%lld in steps of %lld make no range",
                        (long long)job->first_frame, (long long)job->last_frame,
                        (long long)job->step);
    return fth_graph_check(graph, error);
}

enum fth_status fth_engine_run_all(struct fth_engine *engine, const struct fth_graph *graph,
                                   const struct fth_output *outputs, int count,
                                   const struct fth_job *job, struct fth_error *error)
{
    struct run run = {.engine = engine, .job = job, .step = job->step ? job->step : 1};
    enum fth_status status = check_job(graph, outputs, count, job, error);
    if (status != FTH_OK)
        return status;
    if (error)
        *error = (struct fth_error){0};
    status = fth_sinks_open(engine, graph, job, outputs, count, &run.sinks, error);
    if (status != FTH_OK)
        return status;
    pthread_mutex_init(&run.taking, NULL);
    pthread_mutex_init(&run.lock, NULL);
    pthread_cond_init(&run.changed, NULL);
    pump(&run);
    pthread_cond_destroy(&run.changed);
    pthread_mutex_destroy(&run.lock);
    pthread_mutex_destroy(&run.taking);
    if (run.status != FTH_OK && error)
        *error = run.error;
    status = fth_sinks_close(&run.sinks, run.status, error);
    if (status == FTH_OK)
        fth_tally_tell(&run.tally, job);
    fth_tally_clear(&run.tally);
    return status;
}

enum fth_status fth_engine_run(struct fth_engine *engine, const struct fth_graph *graph, int index,
                               const struct fth_job *job, struct fth_error *error)
{
    struct fth_output output = {index, job->first_frame, job->last_frame};
    return fth_engine_run_all(engine, graph, &output, 1, job, error);
}
