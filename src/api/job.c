/* SPDX-License-Identifier: Apache-2.0 */
/* Jobs: which frames there are, which are asked for, and the engine's pipeline over them. */
#include "api/handles.h"

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

/* Frames asked for must be there; none asked for means all of them. What has no frames of its own
 * (made from nothing) has one unless a range is asked for. */
static enum fth_status choose_frames(const struct fth_info *info,
                                     const struct fth_job_options *options, struct fth_job *job,
                                     struct fth_error *error)
{
    bool asked = is_asked(options);
    bool bounded = info->first_frame <= info->last_frame;
    job->first_frame = asked ? options->first_frame : bounded ? info->first_frame : 1;
    job->last_frame = asked ? options->last_frame : bounded ? info->last_frame : 1;
    job->step = options && options->step ? options->step : 1;
    if (job->first_frame > job->last_frame || job->step < 1)
        return fth_fail(error, FTH_ERR_USAGE, "frames %lld-%lldx%lld are no range",
                        (long long)job->first_frame, (long long)job->last_frame,
                        (long long)job->step);
    if (bounded && (job->first_frame < info->first_frame || job->last_frame > info->last_frame))
        return fth_fail(error, FTH_ERR_USAGE,
                        "frames %lld-%lld were asked for, but there are %lld-%lld",
                        (long long)job->first_frame, (long long)job->last_frame,
                        (long long)info->first_frame, (long long)info->last_frame);
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
    int64_t frame = is_asked(options) ? options->first_frame : 1;
    status = fth_engine_info(session->engine, document->graph, *index, frame, &info, error);
    return status == FTH_OK ? choose_frames(&info, options, job, error) : status;
}

enum fth_status fth_job_run(struct fth_document *document, const char *name,
                            const struct fth_job_options *options, struct fth_error *error)
{
    struct listener listener = {options};
    struct fth_job job;
    int index = 0;
    enum fth_status status = fth_job_prepare(document, name, options, &index, &job, error);
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
    return fth_engine_run(document->session->engine, document->graph, index, &job, error);
}
