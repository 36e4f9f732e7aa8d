/* SPDX-License-Identifier: Apache-2.0 */
/* Jobs: which frames there are, which are asked for, and the engine's pipeline over them. */
#include <stdio.h>
#include <string.h>

#include "api/handles.h"
#include "graph/settings.h"

struct listener {
    const struct fth_job_options *options;
};

static void pass_progress(void *context, const struct fth_progress *progress)
{
    const struct fth_job_options *options = ((struct listener *)context)->options;
    struct fth_job_progress told = {.stage = progress->stage, .done = progress->done,
                                    .total = progress->total, .frame = progress->frame,
                                    .rate = progress->rate, .left_s = progress->left_s};
    options->progress(options->context, &told);
}

/* 0 to 0 in no steps is nothing asked for; in steps of 1 it is frame 0. */
static bool is_asked(const struct fth_job_options *options)
{
    return options && (options->first_frame || options->last_frame || options->step);
}

static void pass_shot(void *context, const struct fth_shot_summary *shot)
{
    const struct fth_job_options *options = ((struct listener *)context)->options;
    struct fth_job_shot told = {.first_frame = shot->first, .last_frame = shot->last,
                                .frame_count = shot->frames, .flicker = shot->flicker,
                                .flicker_alone = shot->flicker_alone,
                                .correction = shot->correction, .drift = shot->drift};
    options->shot(options->context, &told);
}

/* Frames asked for must be there. None asked for means those that the document's settings say, as
 * far as they are there, or else all of them. What has no frames of its own (made from nothing) has
 * one unless a range is asked for. */
static enum fth_status choose_frames(const struct fth_graph *graph, const struct fth_info *info,
                                     const struct fth_job_options *options, struct fth_job *job,
                                     struct fth_error *error)
{
    const struct fth_settings *settings = fth_graph_settings(graph);
    bool asked = is_asked(options), bounded = info->first_frame <= info->last_frame;
    struct fth_span all = {bounded ? info->first_frame : 1, bounded ? info->last_frame : 1};
    if (asked)
        all = (struct fth_span){options->first_frame, options->last_frame};
    else if (settings->has_frames)
        all = (struct fth_span){settings->first_frame, settings->last_frame};
    job->step = options && options->step ? options->step : 1;
    if (all.first > all.last || job->step < 1)
        return fth_fail(error, FTH_ERR_USAGE, "frames %lld-%lldx%lld are no range",
                        (long long)all.first, (long long)all.last, (long long)job->step);
    job->first_frame = all.first;
    job->last_frame = all.last;
    if (bounded && !asked) {
        job->first_frame = FTH_MAX(all.first, info->first_frame);
        job->last_frame = FTH_MIN(all.last, info->last_frame);
    }
    if (bounded && (job->first_frame > job->last_frame || job->first_frame < info->first_frame ||
                    job->last_frame > info->last_frame))
        return fth_fail(error, FTH_ERR_USAGE,
                        "frames %lld-%lld were asked for%s, but there are %lld-%lld",
                        (long long)all.first, (long long)all.last,
                        asked ? "" : " by the document's settings", (long long)info->first_frame,
                        (long long)info->last_frame);
    return FTH_OK;
}

enum fth_status fth_job_prepare(struct fth_document *document, const char *name,
                                const struct fth_job_options *options, int *index,
                                struct fth_job *job, struct fth_error *error)
{
    struct fth_session *session = document->session;
    struct fth_info info;
    fth_session_begin(session);
    *job = (struct fth_job){.cancel = &session->cancel};
    enum fth_status status = fth_document_find(document, name, index, error);
    if (status != FTH_OK)
        return status;
    const struct fth_settings *settings = fth_graph_settings(document->graph);
    int64_t frame = settings->has_frames ? settings->first_frame : 1;
    if (is_asked(options))
        frame = options->first_frame;
    status = fth_engine_info(session->engine, document->flat, *index, frame, &info, error);
    return status == FTH_OK ? choose_frames(document->graph, &info, options, job, error) : status;
}

/* ---- outputs --------------------------------------------------------------------------------- */

struct outputs {
    struct fth_output list[FTH_LIMIT_OUTPUTS];
    int count;
};

/* Which file a sink writes, or NULL. */
static const char *file_of(const struct fth_graph *graph, int node)
{
    const struct fth_param *row = fth_graph_desc(graph, node)->params;
    for (; row && row->type != FTH_PARAM_END; row++) {
        const struct fth_value *value = fth_graph_value(graph, node, row->id);
        if (row->flags & FTH_PARAM_NEEDS_FILE && value)
            return value->text;
    }
    return NULL;
}

/* Two sinks of one file would each replace what the other wrote. */
static enum fth_status check_files(const struct fth_graph *graph, const struct outputs *outputs,
                                   int node, struct fth_error *error)
{
    const char *file = file_of(graph, node);
    for (int i = 0; file && i < outputs->count; i++) {
        const char *other = file_of(graph, outputs->list[i].node);
        if (other && strcmp(file, other) == 0)
            return fth_fail(error, FTH_ERR_USAGE, "%s and %s both write %s: give each its own file",
                            fth_graph_name(graph, outputs->list[i].node),
                            fth_graph_name(graph, node), file);
    }
    return FTH_OK;
}

/* Adds the sink `name`; the job then covers its frames too. */
static enum fth_status add_output(struct fth_document *document, const char *name,
                                  const struct fth_job_options *options, struct outputs *outputs,
                                  struct fth_job *job, struct fth_error *error)
{
    struct fth_job own;
    int node = 0;
    enum fth_status status = FTH_OK;
    if (outputs->count == FTH_LIMIT_OUTPUTS)
        return fth_fail(error, FTH_ERR_USAGE, "a job has at most %d outputs", FTH_LIMIT_OUTPUTS);
    status = fth_job_prepare(document, name, options, &node, &own, error);
    if (status == FTH_OK)
        status = check_files(document->flat, outputs, node, error);
    if (status != FTH_OK) {
        if (error && !error->node[0])
            snprintf(error->node, sizeof(error->node), "%s", name);
        return status;
    }
    outputs->list[outputs->count] = (struct fth_output){node, own.first_frame, own.last_frame};
    if (outputs->count++ == 0)
        *job = own;
    job->first_frame = FTH_MIN(job->first_frame, own.first_frame);
    job->last_frame = FTH_MAX(job->last_frame, own.last_frame);
    return FTH_OK;
}

static enum fth_status add_every_sink(struct fth_document *document,
                                      const struct fth_job_options *options,
                                      struct outputs *outputs, struct fth_job *job,
                                      struct fth_error *error)
{
    const struct fth_graph *graph = document->graph;
    enum fth_status status = FTH_OK;
    for (int i = 0; i < fth_graph_count(graph) && status == FTH_OK; i++) {
        if (fth_graph_desc(graph, i)->steps[0].kind == FTH_NODE_SINK)
            status = add_output(document, fth_graph_name(graph, i), options, outputs, job, error);
    }
    if (status == FTH_OK && !outputs->count)
        return fth_fail(error, FTH_ERR_USAGE, "nothing is written: the document has no output");
    return status;
}

enum fth_status fth_job_run_all(struct fth_document *document, const char *const *names,
                                size_t count, const struct fth_job_options *options,
                                struct fth_error *error)
{
    struct listener listener = {options};
    struct outputs outputs = {.count = 0};
    struct fth_job job = {0};
    enum fth_status status = FTH_OK;
    if (!names)
        status = add_every_sink(document, options, &outputs, &job, error);
    for (size_t i = 0; names && i < count && status == FTH_OK; i++)
        status = add_output(document, names[i], options, &outputs, &job, error);
    if (status == FTH_OK)
        status = fth_document_check_early(document, error);
    if (status != FTH_OK)
        return status;
    job.context = &listener;
    job.resume = options && options->resume;
    if (options && options->progress)
        job.progress = pass_progress;
    if (options && options->shot)
        job.shot = pass_shot;
    fth_document_remark_idle(document);
    return fth_engine_run_all(document->session->engine, document->flat, outputs.list,
                              outputs.count, &job, error);
}

enum fth_status fth_job_run(struct fth_document *document, const char *name,
                            const struct fth_job_options *options, struct fth_error *error)
{
    return fth_job_run_all(document, &name, 1, options, error);
}
