/* SPDX-License-Identifier: Apache-2.0 */
/* Sessions: an engine and the flag that stops it. */
#include "api/handles.h"
#include "base/log.h"
#include "base/mem.h"
#include "infer/session.h"

const char *fth_version(void)
{
    return FTH_VERSION;
}

enum fth_status fth_session_open(const struct fth_session_options *options,
                                 struct fth_session **result, struct fth_error *error)
{
    struct fth_engine_options engine = {0};
    struct fth_session *session = fth_alloc(1, sizeof(*session));
    if (!session)
        return fth_fail_memory(error, sizeof(*session), "a session");
    if (options) {
        engine.thread_count = options->thread_count;
        engine.memory_size = options->memory_size;
        engine.cache_folder = options->cache_folder;
        engine.model = options->model;
        engine.device = options->device;
        engine.scale_denominator = options->scale_denominator;
        session->allows_outside = options->allow_outside;
    }
    session->model = engine.model ? fth_strdup(engine.model) : NULL;
    enum fth_status status = engine.model && !session->model
                                 ? fth_fail_memory(error, strlen(engine.model), "a session")
                                 : fth_engine_create(&engine, &session->engine, error);
    if (status == FTH_OK)
        *result = session;
    else
        fth_session_close(&session);
    return status;
}

void fth_session_close(struct fth_session **session)
{
    if (!session || !*session)
        return;
    fth_engine_destroy(&(*session)->engine);
    fth_free((*session)->model);
    fth_free(*session);
    *session = NULL;
}

void fth_session_cancel(struct fth_session *session)
{
    atomic_store_explicit(&session->cancel.requested, true, memory_order_relaxed);
}

void fth_session_begin(struct fth_session *session)
{
    atomic_store_explicit(&session->cancel.requested, false, memory_order_relaxed);
}

/* One bridge for the process, as the sink below it is. */
static struct {
    void (*sink)(void *context, enum fth_remark_level level, const char *line);
    void *context;
} remarks;

static void pass_remark(void *context, enum fth_log_level level, const char *line)
{
    static const enum fth_remark_level levels[] = {[FTH_LOG_WARNING] = FTH_REMARK_WARNING,
                                                   [FTH_LOG_INFO] = FTH_REMARK_INFO,
                                                   [FTH_LOG_DEBUG] = FTH_REMARK_DEBUG};
    (void)context;
    remarks.sink(remarks.context, levels[level], line);
}

void fth_set_remarks(void (*sink)(void *context, enum fth_remark_level level, const char *line),
                     void *context)
{
    fth_log_set(NULL, NULL); /* from here on nobody is in pass_remark */
    remarks.sink = sink;
    remarks.context = context;
    if (sink)
        fth_log_set(pass_remark, NULL);
}

struct fth_session_stats fth_session_stats(const struct fth_session *session)
{
    struct fth_engine_stats engine = fth_engine_stats(session->engine);
    return (struct fth_session_stats){.networks_loaded = fth_infer_session_count(),
                                      .networks_run = fth_infer_run_count(),
                                      .source_frames = engine.source_frames,
                                      .steps_rendered = engine.steps_rendered,
                                      .cache_hits = engine.cache_hits,
                                      .memory_peak_size = engine.memory_peak_size};
}
