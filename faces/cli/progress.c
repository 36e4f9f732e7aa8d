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
#include "say.h"
#include "wrap.h"

static bool line_is_up;
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

static void draw(const struct fth_job_progress *progress)
{
    enum { CELLS = 24 };
    char bar[CELLS + 1], left[32], line[256];
    double part = progress->total > 0 ? (double)progress->done / (double)progress->total : 0;
    int filled = part >= 1 ? CELLS : (int)(part * CELLS);
    memset(bar, '.', CELLS);
    memset(bar, '#', (size_t)(filled > 0 ? filled : 0));
    bar[CELLS] = '\0';
    print_left(left, sizeof(left), progress->left_s);
    int width = fth_cli_terminal_width(STDERR_FILENO);
    bool is_wide = width >= 80; /* else the numbers matter more than the bar */
    snprintf(line, sizeof(line), "%s frame %lld  %s%s%s%lld/%lld  %.2f/s  %s left",
             progress->stage ? progress->stage : "", (long long)progress->frame,
             is_wide ? "[" : "", is_wide ? bar : "", is_wide ? "] " : "",
             (long long)progress->done, (long long)progress->total, progress->rate, left);
    flockfile(stderr);
    fprintf(stderr, "\r\033[K%.*s", width - 1, line);
    fflush(stderr);
    line_is_up = true;
    funlockfile(stderr);
}

void fth_cli_progress_show(void *context, const struct fth_job_progress *progress)
{
    enum fth_cli_progress_mode mode = *(const enum fth_cli_progress_mode *)context;
    if (mode == FTH_CLI_PROGRESS_JSON)
        show_json(progress);
    if (mode != FTH_CLI_PROGRESS_BAR)
        return;
    double now_s = fth_clock_s();
    bool last = progress->done >= progress->total;
    if (line_is_up && !last && now_s - drawn_s < 1.0 / 12)
        return;
    drawn_s = now_s;
    draw(progress);
}

void fth_cli_progress_clear(void)
{
    if (!line_is_up)
        return;
    fputs("\r\033[K", stderr);
    line_is_up = false;
}
