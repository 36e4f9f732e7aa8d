/* SPDX-License-Identifier: Apache-2.0 */
/* The updating line: stage, frame, a bar, rate, time left. Drawn at most 12 times a second, because
 * terminals are slower than we are. */
#include "progress.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/thread.h"
#include "line.h"
#include "say.h"
#include "wrap.h"

static double drawn_s;

bool fth_cli_progress_parse(const char *text, enum fth_cli_progress_mode *mode)
{
    static const char *const names[] = {"auto", "bar", "json", "none"};
    for (int i = 0; i < 4; i++) {
        if (strcmp(text, names[i]) == 0) {
            *mode = (enum fth_cli_progress_mode)i;
            return true;
        }
    }
    return false;
}

enum fth_cli_progress_mode fth_cli_progress_decide(enum fth_cli_progress_mode mode, bool quiet)
{
    if (mode != FTH_CLI_PROGRESS_AUTO)
        return mode;
    const char *terminal = getenv("TERM");
    bool dumb = !terminal || strcmp(terminal, "dumb") == 0;
    return isatty(STDERR_FILENO) && !dumb && !quiet ? FTH_CLI_PROGRESS_BAR : FTH_CLI_PROGRESS_NONE;
}

static void show_json(const struct fth_job_progress *progress)
{
    struct fth_json *event = fth_json_new(FTH_JSON_OBJECT);
    fth_json_set(event, "event", fth_json_new_text("progress"));
    fth_json_set(event, "stage", fth_json_new_text(progress->stage ? progress->stage : ""));
    fth_json_set(event, "done", fth_json_new_int(progress->done));
    fth_json_set(event, "total", fth_json_new_int(progress->total));
    fth_json_set(event, "frame", fth_json_new_int(progress->frame));
    fth_json_set(event, "rate", fth_json_new_number(progress->rate));
    bool known = progress->left_s >= 0;
    fth_json_set(event, "left_s", fth_json_new_number(known ? progress->left_s : NAN)); /* null */
    fth_cli_say_json(event);
}

static void print_left(char *text, size_t size, double left_s)
{
    long long whole = left_s < 0 || left_s > 1e9 ? -1 : (long long)(left_s + 0.5);
    if (whole < 0)
        snprintf(text, size, "--:--");
    else if (whole < 3600)
        snprintf(text, size, "%lld:%02lld", whole / 60, whole % 60);
    else
        snprintf(text, size, "%lld:%02lld:%02lld", whole / 3600, whole / 60 % 60, whole % 60);
}

enum { CELLS = 24 };

static void fill_bar(char bar[CELLS + 1], int64_t done, int64_t total)
{
    double part = total > 0 ? (double)done / (double)total : 0;
    int filled = part >= 1 ? CELLS : (int)(part * CELLS);
    memset(bar, '.', CELLS);
    memset(bar, '#', (size_t)(filled > 0 ? filled : 0));
    bar[CELLS] = '\0';
}

static void draw(const struct fth_job_progress *progress)
{
    char bar[CELLS + 1], left[32], line[256];
    fill_bar(bar, progress->done, progress->total);
    print_left(left, sizeof(left), progress->left_s);
    int width = fth_cli_terminal_width(STDERR_FILENO);
    bool is_wide = width >= 80; /* else the numbers matter more than the bar */
    snprintf(line, sizeof(line), "%s frame %lld  %s%s%s%lld/%lld  %.2f/s  %s left",
             progress->stage ? progress->stage : "", (long long)progress->frame,
             is_wide ? "[" : "", is_wide ? bar : "", is_wide ? "] " : "",
             (long long)progress->done, (long long)progress->total, progress->rate, left);
    fth_cli_line_draw(line, width);
}

static void draw_bytes(const struct fth_models_progress *progress)
{
    static const double mib = 1 << 20;
    char bar[CELLS + 1], left[32], total[32] = "?", line[256];
    fill_bar(bar, progress->done_size, progress->total_size);
    print_left(left, sizeof(left), progress->left_s);
    if (progress->total_size > 0)
        snprintf(total, sizeof(total), "%.1f", (double)progress->total_size / mib);
    int width = fth_cli_terminal_width(STDERR_FILENO);
    bool is_wide = width >= 80;
    snprintf(line, sizeof(line), "download  %s%s%s%.1f/%s MiB  %.2f MiB/s  %s left",
             is_wide ? "[" : "", is_wide ? bar : "", is_wide ? "] " : "",
             (double)progress->done_size / mib, total, progress->rate / mib, left);
    fth_cli_line_draw(line, width);
}

/* Is it time for another line? */
static bool is_due(bool last)
{
    double now_s = fth_clock_s();
    if (fth_cli_line_is_up() && !last && now_s - drawn_s < 1.0 / 12)
        return false;
    drawn_s = now_s;
    return true;
}

void fth_cli_progress_bytes(enum fth_cli_progress_mode mode,
                            const struct fth_models_progress *progress)
{
    static double told_s;
    if (mode == FTH_CLI_PROGRESS_JSON && fth_clock_s() - told_s > 0.25) {
        struct fth_job_progress job = {"download", progress->done_size, progress->total_size, 0,
                                       progress->rate, progress->left_s};
        told_s = fth_clock_s();
        show_json(&job);
    }
    bool last = progress->total_size > 0 && progress->done_size >= progress->total_size;
    if (mode == FTH_CLI_PROGRESS_BAR && is_due(last))
        draw_bytes(progress);
}

void fth_cli_progress_show(void *context, const struct fth_job_progress *progress)
{
    enum fth_cli_progress_mode mode = *(const enum fth_cli_progress_mode *)context;
    if (mode == FTH_CLI_PROGRESS_JSON)
        show_json(progress);
    if (mode != FTH_CLI_PROGRESS_BAR)
        return;
    if (is_due(progress->done >= progress->total))
        draw(progress);
}
