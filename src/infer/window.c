/* SPDX-License-Identifier: Apache-2.0 */
/* One tensor holds the window that is being filled; when it moves on, the frames shared with the
 * next one slide to its front. */
#include "infer/window.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"

/* ---- which window, which frame */

static int64_t step_of(const struct fth_window_plan *plan)
{
    return plan->window - plan->overlap;
}

int64_t fth_window_count(const struct fth_window_plan *plan)
{
    int64_t beyond = plan->frame_count - plan->window;
    return beyond <= 0 ? 1 : 1 + (beyond + step_of(plan) - 1) / step_of(plan);
}

int64_t fth_window_first(const struct fth_window_plan *plan, int64_t index)
{
    return index * step_of(plan);
}

int64_t fth_window_frame(const struct fth_window_plan *plan, int64_t index, int place)
{
    return FTH_MIN(fth_window_first(plan, index) + place, plan->frame_count - 1);
}

void fth_window_of(const struct fth_window_plan *plan, int64_t frame, int64_t *first,
                   int64_t *last)
{
    *last = FTH_MIN(frame / step_of(plan), fth_window_count(plan) - 1);
    bool shared = *last > 0 && frame - fth_window_first(plan, *last) < plan->overlap;
    *first = *last - shared;
}

/* ---- joining */

enum { MOST_SAMPLES = 1 << 16, ROUNDS = 8 };

/* Weighted least squares of before = scale * after + shift over every stride-th value; a residual r
 * weighs 1 / (1 + (r / reach)^2), all the same where reach is 0. */
static struct fth_window_fit fit_once(const float *before, const float *after, size_t count,
                                      size_t stride, struct fth_window_fit old, double reach)
{
    double n = 0, x = 0, y = 0, xx = 0, xy = 0;
    for (size_t i = 0; i < count; i += stride) {
        double a = (double)after[i], b = (double)before[i];
        double r = reach > 0 ? (b - old.scale * a - old.shift) / reach : 0;
        double weight = 1 / (1 + r * r);
        n += weight, x += weight * a, y += weight * b;
        xx += weight * a * a, xy += weight * a * b;
    }
    double spread = xx - x * x / n;
    /* what is flat, or would be turned over, is only moved */
    double scale = spread > 1e-12 * n ? (xy - x * y / n) / spread : 1;
    scale = scale > 0 ? scale : 1;
    return (struct fth_window_fit){scale, (y - scale * x) / n};
}

/* Mean |residual|: half of it is the reach of the next round, so that outliers lose their say. */
static double mean_residual(const float *before, const float *after, size_t count, size_t stride,
                            struct fth_window_fit fit)
{
    double sum = 0, n = 0;
    for (size_t i = 0; i < count; i += stride, n++)
        sum += fabs((double)before[i] - fit.scale * (double)after[i] - fit.shift);
    return sum / n;
}

struct fth_window_fit fth_window_fit_of(enum fth_network_meaning meaning, const float *before,
                                        const float *after, size_t count)
{
    struct fth_window_fit fit = {1, 0};
    size_t stride = count / MOST_SAMPLES + 1;
    if (meaning != FTH_MEANS_RELATIVE_INVERSE || count == 0)
        return fit;
    stride += 1 - stride % 2; /* odd: not one column again and again */
    fit = fit_once(before, after, count, stride, fit, 0);
    for (int i = 0; i < ROUNDS; i++) {
        double reach = mean_residual(before, after, count, stride, fit) / 2;
        if (!(reach > 0))
            break;
        fit = fit_once(before, after, count, stride, fit, reach);
    }
    return fit;
}

void fth_window_fade(const float *before, float *after, int frames, size_t plane)
{
    for (int frame = 0; frame < frames; frame++) {
        float weight = (float)(frame + 1) / (float)(frames + 1);
        for (size_t i = 0; i < plane; i++, before++, after++)
            *after = *before + weight * (*after - *before);
    }
}

/* ---- frames in, answers out */

struct fth_window_run {
    struct fth_infer_session *session;
    const struct fth_network *network;
    int32_t width, height;
    float *views;      /* of one window */
    int filled, fresh; /* frames in it, and how many of them have no answer yet, not even held */
    bool joins;        /* `held` has the frames shared with the window before */

    float *answers;    /* of the last window, joined: `pulled` of `ready` are gone */
    int pulled, ready;
    float *held;       /* copy of its last `overlap` */
    int64_t map_height, map_width;
};

enum fth_status fth_window_run_new(struct fth_infer_session *session, int32_t width, int32_t height,
                                   struct fth_window_run **result, struct fth_error *error)
{
    const struct fth_network *network = fth_infer_session_network(session);
    if (network->layout != FTH_LAYOUT_NFCHW)
        return fth_fail(error, FTH_ERR_USAGE, "network %s looks at one frame, not at a window",
                        network->id);
    struct fth_window_run *run = fth_alloc(1, sizeof(*run));
    size_t count = 3 * (size_t)network->window * (size_t)width * (size_t)height;
    if (run)
        run->views = fth_alloc(count, sizeof(float));
    if (!run || !run->views) {
        fth_window_run_free(&run);
        return fth_fail_memory(error, count * sizeof(float), "a window of frames");
    }
    run->session = session;
    run->network = network;
    run->width = width;
    run->height = height;
    *result = run;
    return FTH_OK;
}

void fth_window_run_free(struct fth_window_run **pointer)
{
    struct fth_window_run *run = pointer ? *pointer : NULL;
    if (!run)
        return;
    fth_free(run->views);
    fth_free(run->answers);
    fth_free(run->held);
    fth_free(run);
    *pointer = NULL;
}

void fth_window_begin(struct fth_window_run *run)
{
    run->filled = run->fresh = run->pulled = run->ready = 0;
    run->joins = false;
}

static size_t view_count(const struct fth_window_run *run)
{
    return 3 * (size_t)run->width * (size_t)run->height;
}

static size_t map_count(const struct fth_window_run *run)
{
    return (size_t)run->map_width * (size_t)run->map_height;
}

/* Room for the network's answers, whose size only it knows. */
static enum fth_status make_room(struct fth_window_run *run, const struct fth_tensor *output,
                                 struct fth_error *error)
{
    int64_t height = output->dims[output->rank - 2], width = output->dims[output->rank - 1];
    if (run->answers && height == run->map_height && width == run->map_width)
        return FTH_OK;
    if (run->joins)
        return fth_fail(error, FTH_ERR_NETWORK, "network %s: its answers change their size",
                        run->network->id);
    fth_free(run->answers);
    fth_free(run->held);
    run->map_height = height;
    run->map_width = width;
    run->answers = fth_alloc(map_count(run) * (size_t)run->network->window, sizeof(float));
    run->held = fth_alloc(map_count(run) * (size_t)run->network->overlap + 1, sizeof(float));
    return run->answers && run->held ? FTH_OK
                                     : fth_fail_memory(error, map_count(run), "a window's answers");
}

/* Brings the window's answers onto what is held of the one before. */
static void join(struct fth_window_run *run)
{
    const struct fth_network *network = run->network;
    size_t shared = map_count(run) * (size_t)network->overlap;
    size_t all = map_count(run) * (size_t)network->window;
    struct fth_window_fit fit =
        fth_window_fit_of(network->meaning, run->held, run->answers, shared);
    float scale = (float)fit.scale, shift = (float)fit.shift;
    for (size_t i = 0; i < all; i++)
        run->answers[i] = run->answers[i] * scale + shift;
    fth_window_fade(run->held, run->answers, network->overlap, map_count(run));
}

/* Runs the full window; all but the frames shared with the next one can be pulled. */
static enum fth_status run_window(struct fth_window_run *run, struct fth_error *error)
{
    const struct fth_network *network = run->network;
    struct fth_tensor output;
    struct fth_tensor input = {run->views, 5, {1, network->window, 3, run->height, run->width}};
    if (run->pulled < run->ready)
        return fth_fail(error, FTH_ERR_USAGE, "network %s: %d answers were not pulled",
                        network->id, run->ready - run->pulled);
    enum fth_status status = fth_infer_session_run(run->session, &input, &output, error);
    if (status == FTH_OK)
        status = make_room(run, &output, error);
    if (status != FTH_OK)
        return status;
    size_t shared = map_count(run) * (size_t)network->overlap;
    size_t all = map_count(run) * (size_t)network->window;
    memcpy(run->answers, output.data, all * sizeof(float));
    if (run->joins)
        join(run);
    memcpy(run->held, run->answers + (all - shared), shared * sizeof(float));
    run->joins = network->overlap > 0;
    run->pulled = 0;
    run->ready = network->window - network->overlap;
    run->fresh = 0;
    return FTH_OK;
}

/* The frames the full window shares with the next one go to its front. */
static void slide(struct fth_window_run *run)
{
    int gone = run->network->window - run->network->overlap;
    memmove(run->views, run->views + view_count(run) * (size_t)gone,
            view_count(run) * (size_t)run->network->overlap * sizeof(float));
    run->filled = run->network->overlap;
}

enum fth_status fth_window_push(struct fth_window_run *run, const struct fth_view *view,
                                struct fth_error *error)
{
    if (view && (view->rgb[0].width != run->width || view->rgb[0].height != run->height))
        return fth_fail(error, FTH_ERR_USAGE, "network %s: a view of %dx%d in a window of %dx%d",
                        run->network->id, view->rgb[0].width, view->rgb[0].height, run->width,
                        run->height);
    if (run->filled == run->network->window)
        slide(run);
    float *place = run->views + view_count(run) * (size_t)run->filled;
    int before = run->filled ? run->filled - 1 : run->network->window - 1;
    if (view)
        fth_view_fill(run->network, view, false, place);
    else
        memmove(place, run->views + view_count(run) * (size_t)before,
                view_count(run) * sizeof(float));
    run->filled++;
    run->fresh++;
    return run->filled == run->network->window ? run_window(run, error) : FTH_OK;
}

enum fth_status fth_window_end(struct fth_window_run *run, struct fth_error *error)
{
    int real = run->filled;
    if (real == 0)
        return FTH_OK;
    if (run->fresh == 0) { /* the last window was full: only what was held back is left */
        run->ready = run->network->window;
        return FTH_OK;
    }
    const float *last = run->views + view_count(run) * (size_t)(real - 1);
    for (int i = real; i < run->network->window; i++)
        memcpy(run->views + view_count(run) * (size_t)i, last, view_count(run) * sizeof(float));
    enum fth_status status = run_window(run, error);
    if (status == FTH_OK)
        run->ready = real;
    return status;
}

bool fth_window_pull(struct fth_window_run *run, struct fth_tensor *map)
{
    if (run->pulled >= run->ready)
        return false;
    *map = (struct fth_tensor){run->answers + map_count(run) * (size_t)run->pulled, 2,
                               {run->map_height, run->map_width}};
    run->pulled++;
    return true;
}
