/* SPDX-License-Identifier: Apache-2.0 */
/* Jobs under way, as a terminal sees them. */
#include "running.h"

#include <stdio.h>
#include <string.h>

#include "explain.h"
#include "line.h"
#include "say.h"
#include "signals.h"

struct watcher {
    struct fth_session *session;
    enum fth_cli_progress_mode mode;
    FILE *report;
};

/* A signal that came between two calls of the library would be forgotten: it is told again. */
static void watch(void *context, const struct fth_job_progress *progress)
{
    struct watcher *watcher = context;
    if (fth_cli_signals_asked())
        fth_session_cancel(watcher->session);
    fth_cli_progress_show(&watcher->mode, progress);
}

/* One line a shot, on stderr when the pictures go to stdout. */
static void print_shot(void *context, const struct fth_job_shot *shot)
{
    const struct watcher *watcher = context;
    fprintf(watcher->report, "shot %lld-%lld: %lld frame%s", (long long)shot->first_frame,
            (long long)shot->last_frame, (long long)shot->frame_count,
            shot->frame_count == 1 ? "" : "s");
    if (shot->flicker >= 0)
        fprintf(watcher->report,
                ", flicker %.5f (frame by frame %.5f, ratio %.2f), scales brought together "
                "%.1f %%, drift %.2f %%",
                shot->flicker, shot->flicker_alone,
                shot->flicker_alone > 0 ? shot->flicker / shot->flicker_alone : 0.0,
                100 * (shot->correction - 1), 100 * shot->drift);
    fputc('\n', watcher->report);
}

static void remark_on_stats(const struct fth_session *session)
{
    char line[200];
    struct fth_session_stats stats = fth_session_stats(session);
    snprintf(line, sizeof(line),
             "%llu frames read, %llu network runs, %llu steps rendered, %llu found in the cache, "
             "%.0f MiB at most",
             (unsigned long long)stats.source_frames, (unsigned long long)stats.networks_run,
             (unsigned long long)stats.steps_rendered, (unsigned long long)stats.cache_hits,
             (double)stats.memory_peak_size / (1 << 20));
    fth_cli_say_remark(FTH_REMARK_INFO, line);
}

/* As JSON it is told once, when all is known; for people before and after. */
static enum fth_status explain(const struct fth_cli_running *running,
                               const struct fth_job_options *options, bool is_done, FILE *file,
                               struct fth_error *error)
{
    const struct fth_cli_options *given = running->call->options;
    struct fth_cli_plan plan = {running->document, running->names, running->count, options};
    if (!fth_cli_options_given(given, "explain") && !fth_cli_options_given(given, "dry-run"))
        return FTH_OK;
    if (!fth_cli_options_given(given, "json"))
        return fth_cli_explain(&plan, is_done, file, error);
    /* asked without being printed, time is taken from here on */
    return fth_cli_explain_json(&plan, is_done || !running->makes ? file : NULL, error);
}

enum fth_status fth_cli_running_run(const struct fth_cli_running *running,
                                    struct fth_error *error)
{
    const struct fth_cli_common *common = &running->call->common;
    bool piped = false;
    for (int i = 0; i < running->call->options->out_count; i++) {
        const char *out = running->call->options->outs[i];
        size_t length = strlen(out);
        piped = piped || strcmp(out, "-") == 0 || (length > 1 && !strcmp(out + length - 2, "=-"));
    }
    struct watcher watcher = {running->session,
                              fth_cli_progress_decide(common->progress, common->quiet),
                              piped ? stderr : stdout};
    struct fth_job_options options = {.first_frame = common->first_frame,
                                      .last_frame = common->last_frame,
                                      .step = common->frame_step,
                                      .resume = common->resume,
                                      .progress = watch,
                                      .context = &watcher};
    if (fth_cli_options_given(running->call->options, "report"))
        options.shot = print_shot;
    if (fth_cli_signals_asked())
        return FTH_CANCELLED;
    enum fth_status status = explain(running, &options, false, watcher.report, error);
    if (status != FTH_OK || !running->makes)
        return status;
    status = fth_job_run_all(running->document, running->names, running->count, &options, error);
    fth_cli_line_clear();
    if (status == FTH_OK)
        status = explain(running, &options, true, watcher.report, error);
    if (status == FTH_OK)
        remark_on_stats(running->session);
    return status;
}
