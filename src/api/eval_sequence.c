/* SPDX-License-Identifier: Apache-2.0 */
/* A sequence of maps against true depths: one scale and shift for all frames, so that drift and
 * flicker count, and one for each. Every fourth pixel both ways is looked at. */
#include "api/eval_internal.h"
#include "base/mem.h"

enum { STEP = 4 };

struct sequence {
    struct fth_work work;
    struct fth_eval_depth_options truth_options;
    double cap_m;
    double *p, *t; /* valid pixels of all frames so far */
    size_t count, capacity;
    double frames, own_absrel, own_d1;
};

static enum fth_status reserve(struct sequence *s, size_t more, struct fth_error *error)
{
    if (s->count + more <= s->capacity)
        return FTH_OK;
    size_t capacity = 2 * (s->count + more);
    double *p = fth_realloc(s->p, capacity, sizeof(double));
    s->p = p ? p : s->p;
    double *t = p ? fth_realloc(s->t, capacity, sizeof(double)) : NULL;
    s->t = t ? t : s->t;
    if (!p || !t)
        return fth_fail_memory(error, capacity * sizeof(double), "a sequence");
    s->capacity = capacity;
    return FTH_OK;
}

static enum fth_status add_frame(struct sequence *s, const struct fth_eval_truth *truth,
                                 const struct fth_grid *map, struct fth_error *error)
{
    enum fth_status status = reserve(s, truth->valid_count, error);
    if (status != FTH_OK)
        return status;
    size_t first = s->count;
    for (int32_t y = 0; y < truth->height; y += STEP)
        for (int32_t x = 0; x < truth->width; x += STEP) {
            size_t i = (size_t)y * (size_t)truth->width + (size_t)x;
            if (!truth->valid[i])
                continue;
            s->p[s->count] = fth_grid_row(map, y)[x];
            s->t[s->count++] = truth->inverse[i];
        }
    size_t count = s->count - first;
    if (!count)
        return fth_fail(error, FTH_ERR_DATA, "a true depth without one valid pixel");
    struct fth_eval_line line = fth_eval_fit(s->p + first, s->t + first, NULL, count);
    struct fth_eval_errors own =
        fth_eval_compare(s->p + first, s->t + first, count, line, s->cap_m);
    s->own_absrel += own.absrel;
    s->own_d1 += own.d1;
    s->frames++;
    return FTH_OK;
}

/* FTH_END when either side has no more. */
static enum fth_status next_frame(struct sequence *s, struct fth_eval_frames *truths,
                                  struct fth_eval_frames *maps, struct fth_error *error)
{
    struct fth_eval_picture picture = {0};
    struct fth_eval_truth truth;
    struct fth_grid map, resized;
    size_t mark = fth_arena_mark(s->work.arena);
    enum fth_status status = fth_eval_frames_next(truths, s->work.arena, &picture, error);
    if (status == FTH_OK)
        status = fth_eval_decode_truth(&picture, &s->truth_options, s->work.arena, &truth, error);
    if (status == FTH_OK)
        status = fth_eval_frames_next(maps, s->work.arena, &picture, error);
    if (status == FTH_OK)
        status = fth_eval_map_of(&picture, s->work.arena, &map, error);
    if (status == FTH_OK)
        status = fth_eval_resize(&s->work, &map, truth.width, truth.height, &resized, error);
    if (status == FTH_OK)
        status = add_frame(s, &truth, &resized, error);
    fth_arena_return(s->work.arena, mark);
    return status;
}

enum fth_status fth_eval_sequence(const struct fth_eval_sequence_options *options,
                                  struct fth_figures *figures, struct fth_error *error)
{
    struct sequence s = {.cap_m = options->cap_m > 0 ? options->cap_m : 10};
    struct fth_eval_frames *truths = NULL, *maps = NULL;
    struct fth_figures found = {0};
    s.truth_options.truth_scale = options->truth_scale > 0 ? options->truth_scale : 0.001;
    s.truth_options.truth_none = options->truth_none > 0 ? options->truth_none : 65535;
    enum fth_status status = fth_eval_begin(options->threads, &s.work, error);
    if (status == FTH_OK)
        status = fth_eval_frames_open(options->truths, ".depth.png", &truths, error);
    if (status == FTH_OK)
        status = fth_eval_frames_open(options->maps, NULL, &maps, error);
    while (status == FTH_OK)
        status = next_frame(&s, truths, maps, error);
    if (status == FTH_END && s.count) {
        struct fth_eval_line line = fth_eval_fit(s.p, s.t, NULL, s.count);
        struct fth_eval_errors one = fth_eval_compare(s.p, s.t, s.count, line, s.cap_m);
        fth_figures_add(&found, "frames", s.frames);
        fth_figures_add(&found, "absrel", one.absrel);
        fth_figures_add(&found, "d1", one.d1);
        fth_figures_add(&found, "own_absrel", s.own_absrel / s.frames);
        fth_figures_add(&found, "own_d1", s.own_d1 / s.frames);
        *figures = found;
        status = FTH_OK;
    } else if (status == FTH_END) {
        status = fth_fail(error, FTH_ERR_DATA, "sequence: no frame to compare");
    }
    fth_eval_frames_close(&truths);
    fth_eval_frames_close(&maps);
    fth_free(s.p);
    fth_free(s.t);
    fth_eval_end(&s.work);
    return status;
}
