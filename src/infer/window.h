/* SPDX-License-Identifier: Apache-2.0 */
/* Networks that look at a window of frames together (layout nfchw). Windows stand at absolute
 * places from a shot's first frame: window 0 at 0, each next one (window - overlap) frames on, as
 * many as the shot needs; beyond its end its last frame is repeated. Two neighbours share `overlap`
 * frames, over which the later one is brought onto the earlier by scale and shift (a network's
 * window knows neither) and faded in. So a frame's answer hangs on the shot alone, never on which
 * frames were asked for; but it needs all windows up to its own, in order. */
#ifndef FTH_INFER_WINDOW_H
#define FTH_INFER_WINDOW_H

#include <stdbool.h>

#include "infer/predict.h"
#include "infer/session.h"

/* ---- which window, which frame: frames count from 0, the shot's first */

struct fth_window_plan {
    int64_t frame_count; /* of the shot, at least 1 */
    int window, overlap; /* the manifest's */
};

int64_t fth_window_count(const struct fth_window_plan *plan);
int64_t fth_window_first(const struct fth_window_plan *plan, int64_t index);
/* The shot's frame at `place` (0..window-1) of the window. */
int64_t fth_window_frame(const struct fth_window_plan *plan, int64_t index, int place);
/* The windows a frame's answer is made of: *first, and *last, which is the same or the next. */
void fth_window_of(const struct fth_window_plan *plan, int64_t frame, int64_t *first,
                   int64_t *last);

/* ---- joining */

struct fth_window_fit {
    double scale, shift;
};

/* What brings `after` onto `before`, two answers to the same frames of `count` values in all:
 * robust (a tenth of wrong values changes nothing that is seen). Metres and mattes mean what they
 * say: they stay as they are. */
struct fth_window_fit fth_window_fit_of(enum fth_network_meaning meaning, const float *before,
                                        const float *after, size_t count);
/* Fades from `before` to `after` over `frames` maps of `plane` values; the result is in `after`. */
void fth_window_fade(const float *before, float *after, int frames, size_t plane);

/* ---- frames in, answers out, both in order */

struct fth_window_run;

/* For views of width x height. Memory: one window of views (float), two of answers. */
enum fth_status fth_window_run_new(struct fth_infer_session *session, int32_t width, int32_t height,
                                   struct fth_window_run **run, struct fth_error *error);
void fth_window_run_free(struct fth_window_run **run); /* accepts NULL */

/* Takes the shot's next frame (NULL: it cannot be had, the one before is taken again; never the
 * first); the network runs when a window is full. Pull after every push: what
 * has not been pulled when the next window runs is FTH_ERR_USAGE. */
enum fth_status fth_window_push(struct fth_window_run *run, const struct fth_view *view,
                                struct fth_error *error);
/* The shot is over: the rest can be pulled. */
enum fth_status fth_window_end(struct fth_window_run *run, struct fth_error *error);
/* The answer to the next frame, rank 2, in the network's own meaning; borrowed until the next push,
 * end or begin. False when there is none yet. */
bool fth_window_pull(struct fth_window_run *run, struct fth_tensor *map);
/* A new shot begins. */
void fth_window_begin(struct fth_window_run *run);

#endif
