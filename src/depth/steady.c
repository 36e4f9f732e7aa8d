/* SPDX-License-Identifier: Apache-2.0 */
/* A mean that is carried from frame to frame with the number of frames it is worth: the exact
 * two-sided mean is the sum of both sides less the frame itself, which both have counted. */
#include "depth/steady.h"

#include "ops/flow.h"
#include "ops/math.h"

enum fth_status fth_steady_side_new(struct fth_arena *arena, int32_t width, int32_t height,
                                    struct fth_steady_side *side, struct fth_error *error)
{
    struct fth_grid *const grids[] = {&side->near, &side->mattes[0], &side->mattes[1],
                                      &side->believed, &side->weight, &side->matte_weight};
    enum fth_status status = FTH_OK;
    for (size_t i = 0; i < FTH_ARRAY_COUNT(grids) && status == FTH_OK; i++)
        status = fth_grid_new(arena, width, height, grids[i], error);
    return status;
}

struct step {
    const struct fth_steady_frame *frame;
    const struct fth_draft_motion *motion;
    struct fth_steady_side moved; /* the other frame's, brought here */
    const struct fth_steady_side *side;
};

static void step_near(const struct step *s, int32_t y)
{
    const struct fth_draft_recipe *k = &fth_draft_recipe;
    const float *now = fth_grid_row(&s->frame->near, y), *old = fth_grid_row(&s->moved.near, y);
    const float *old_weight = fth_grid_row(&s->moved.weight, y);
    const float *sure = fth_grid_row(&s->motion->sure, y);
    float *value = fth_grid_row(&s->side->near, y), *weight = fth_grid_row(&s->side->weight, y);
    float unit = 1 / k->near_apart;
    for (int32_t x = 0; x < s->side->near.width; x++) {
        float off = (old[x] - now[x]) * unit;
        float share = k->carry * sure[x] * fth_expf(-off * off) * old_weight[x];
        weight[x] = 1 + share;
        value[x] = (now[x] + share * old[x]) / (1 + share);
    }
}

static void step_mattes(const struct step *s, int32_t y)
{
    const struct fth_draft_recipe *k = &fth_draft_recipe;
    const float *old_weight = fth_grid_row(&s->moved.matte_weight, y);
    const float *sure = fth_grid_row(&s->motion->sure, y);
    const float *old_belief = fth_grid_row(&s->moved.believed, y);
    const float *belief = fth_grid_row(&s->frame->believed, y);
    float *weight = fth_grid_row(&s->side->matte_weight, y);
    float *believed = fth_grid_row(&s->side->believed, y);
    int32_t width = s->side->near.width;
    for (int i = 0; i < s->frame->matte_count; i++) {
        const float *now = fth_grid_row(&s->frame->mattes[i], y);
        const float *old = fth_grid_row(&s->moved.mattes[i], y);
        float *value = fth_grid_row(&s->side->mattes[i], y);
        for (int32_t x = 0; x < width; x++) {
            float share = k->carry_matte * sure[x] * old_weight[x];
            value[x] = (now[x] + share * old[x]) / (1 + share);
        }
    }
    for (int32_t x = 0; x < width; x++) {
        /* of whole people, who are the same where their limbs are too fast to follow */
        float carried = (float)k->stay * old_belief[x];
        weight[x] = 1 + k->carry_matte * sure[x] * old_weight[x];
        believed[x] = FTH_MAX(belief[x], carried);
    }
}

static void step_rows(void *context, int32_t y0, int32_t y1)
{
    const struct step *s = context;
    for (int32_t y = y0; y < y1; y++) {
        step_near(s, y);
        if (s->frame->matte_count)
            step_mattes(s, y);
    }
}

static void begin_side(const struct fth_steady_frame *frame, const struct fth_steady_side *side)
{
    fth_grid_copy(&side->near, &frame->near);
    fth_grid_fill(&side->weight, 1);
    fth_grid_fill(&side->matte_weight, 1);
    for (int i = 0; i < frame->matte_count; i++)
        fth_grid_copy(&side->mattes[i], &frame->mattes[i]);
    if (frame->matte_count)
        fth_grid_copy(&side->believed, &frame->believed);
}

static enum fth_status bring(const struct fth_work *work, const struct fth_steady_frame *frame,
                             const struct fth_draft_motion *motion,
                             const struct fth_steady_side *side,
                             const struct fth_steady_side *moved, struct fth_error *error)
{
    const struct fth_grid *const from[] = {&side->near, &side->weight, &side->matte_weight,
                                           &side->believed, &side->mattes[0], &side->mattes[1]};
    const struct fth_grid *const to[] = {&moved->near, &moved->weight, &moved->matte_weight,
                                         &moved->believed, &moved->mattes[0], &moved->mattes[1]};
    int count = frame->matte_count ? 4 + frame->matte_count : 2;
    enum fth_status status = FTH_OK;
    for (int i = 0; i < count && status == FTH_OK; i++)
        status = fth_remap(work, from[i], &motion->mx, &motion->my, to[i], error);
    return status;
}

enum fth_status fth_steady_step(const struct fth_work *work, const struct fth_steady_frame *frame,
                                const struct fth_draft_motion *motion,
                                const struct fth_steady_side *side, struct fth_error *error)
{
    struct step step = {.frame = frame, .motion = motion, .side = side};
    if (!motion) {
        begin_side(frame, side);
        return FTH_OK;
    }
    size_t mark = fth_arena_mark(work->arena);
    enum fth_status status = fth_steady_side_new(work->arena, frame->near.width,
                                                 frame->near.height, &step.moved, error);
    if (status == FTH_OK)
        status = bring(work, frame, motion, side, &step.moved, error);
    if (status == FTH_OK)
        status = fth_rows_run(work, frame->near.height, 32, step_rows, &step);
    fth_arena_return(work->arena, mark);
    return status;
}

/* ---- both sides */

struct join {
    const struct fth_steady_frame *frame;
    const struct fth_steady_side *before, *behind, *both;
};

/* (wa a + wb b - now) / (wa + wb - 1) */
static void join_row(const struct fth_grid *const maps[3], const struct fth_grid *const weights[2],
                     const struct fth_grid *both, int32_t y)
{
    const float *a = fth_grid_row(maps[0], y), *b = fth_grid_row(maps[1], y);
    const float *now = fth_grid_row(maps[2], y);
    const float *wa = fth_grid_row(weights[0], y), *wb = fth_grid_row(weights[1], y);
    float *out = fth_grid_row(both, y);
    for (int32_t x = 0; x < both->width; x++)
        out[x] = (wa[x] * a[x] + wb[x] * b[x] - now[x]) / (wa[x] + wb[x] - 1);
}

static void join_rows(void *context, int32_t y0, int32_t y1)
{
    const struct join *j = context;
    const struct fth_steady_side *a = j->before, *b = j->behind;
    const struct fth_grid *const maps[3] = {&a->near, &b->near, &j->frame->near};
    const struct fth_grid *const weights[2] = {&a->weight, &b->weight};
    const struct fth_grid *const matte_weights[2] = {&a->matte_weight, &b->matte_weight};
    for (int32_t y = y0; y < y1; y++) {
        join_row(maps, weights, &j->both->near, y);
        for (int i = 0; i < j->frame->matte_count; i++) {
            const struct fth_grid *const mattes[3] = {&a->mattes[i], &b->mattes[i],
                                                      &j->frame->mattes[i]};
            join_row(mattes, matte_weights, &j->both->mattes[i], y);
        }
        if (!j->frame->matte_count)
            continue;
        const float *one = fth_grid_row(&a->believed, y), *other = fth_grid_row(&b->believed, y);
        float *believed = fth_grid_row(&j->both->believed, y);
        for (int32_t x = 0; x < a->near.width; x++)
            believed[x] = FTH_MAX(one[x], other[x]);
    }
}

enum fth_status fth_steady_join(const struct fth_work *work, const struct fth_steady_frame *frame,
                                const struct fth_steady_side *before,
                                const struct fth_steady_side *behind,
                                const struct fth_steady_side *both)
{
    struct join join = {frame, before, behind, both};
    return fth_rows_run(work, frame->near.height, 32, join_rows, &join);
}
