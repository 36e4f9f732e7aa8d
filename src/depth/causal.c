/* SPDX-License-Identifier: Apache-2.0 */
/* Two memories run side by side around the edge of two blocks: the later block's begins before it,
 * so that its frames have the same bytes however the block was come to, and the earlier block's
 * goes on for a little behind it and fades out, so that the edge does not show. */
#include "depth/causal.h"

#include "base/mem.h"
#include "depth/draft_time.h"
#include "ops/flow.h"

struct fth_causal {
    bool alone;
    struct fth_arena *memory; /* of one clip */
    bool running;             /* frames since..last have been taken, and what follows is of them */
    bool answers;             /* ... and the last one could be had */
    int64_t since, last;
    int32_t width, height;
    bool grey_held;
    struct fth_grid grey, sky, invalid; /* of the frame before */
    struct fth_draft_past past, next; /* next: of the coming block, while `next_begun` */
    bool next_begun;
    bool fading;                      /* then `next` is of the block before */
    struct fth_draft_seen seen; /* of the last frame */
    struct fth_draft_result result;
    struct fth_draft_past shown; /* its range: nearness that became 0 and 1 */
};

enum fth_status fth_causal_create(bool alone, struct fth_causal **result, struct fth_error *error)
{
    struct fth_causal *causal = fth_alloc(1, sizeof(*causal));
    if (!causal)
        return fth_fail_memory(error, sizeof(*causal), "a depth estimator");
    causal->alone = alone;
    enum fth_status status = fth_arena_create(&causal->memory, error);
    if (status == FTH_OK)
        *result = causal;
    else
        fth_causal_destroy(&causal);
    return status;
}

void fth_causal_destroy(struct fth_causal **pointer)
{
    struct fth_causal *causal = pointer ? *pointer : NULL;
    if (!causal)
        return;
    fth_arena_destroy(&causal->memory);
    fth_free(causal);
    *pointer = NULL;
}

/* ---- which frame leans on which */

/* The frame's place in its block of absolute frame numbers; right for negative numbers too. */
static int64_t place_in_block(int64_t frame)
{
    int64_t rest = frame % fth_draft_recipe.block;
    return rest < 0 ? rest + fth_draft_recipe.block : rest;
}

int64_t fth_causal_start(bool alone, int64_t frame, int64_t first)
{
    int64_t place = place_in_block(frame), start = frame - place - fth_draft_recipe.run_up;
    if (place < fth_draft_recipe.fade)
        start -= fth_draft_recipe.block;
    return alone ? frame : FTH_MAX(start, first);
}

bool fth_causal_wants(const struct fth_causal *causal, int64_t frame, int64_t first,
                      int64_t *wanted)
{
    int64_t start = fth_causal_start(causal->alone, frame, first);
    if (causal->running && causal->last == frame && causal->answers && causal->since <= start)
        return false;
    bool goes_on = causal->running && causal->since <= start && causal->last < frame &&
                   causal->last >= start - 1;
    *wanted = goes_on ? causal->last + 1 : start;
    return true;
}

/* ---- a frame */

/* Forgets the clip and makes room for one of this size. */
static enum fth_status begin(struct fth_causal *causal, const struct fth_draft *draft,
                             int64_t frame, const struct fth_grid *picture,
                             struct fth_error *error)
{
    int32_t width, height;
    struct fth_grid grey, sky, invalid;
    causal->since = frame;
    causal->next_begun = causal->fading = causal->grey_held = false;
    causal->width = picture->width;
    causal->height = picture->height;
    fth_draft_work_size(draft, picture->width, picture->height, &width, &height);
    fth_arena_return(causal->memory, 0);
    enum fth_status status = fth_draft_past_new(causal->memory, width, height, &causal->past,
                                                error);
    if (status == FTH_OK)
        status = fth_draft_past_new(causal->memory, width, height, &causal->next, error);
    if (status == FTH_OK)
        status = fth_grid_new(causal->memory, width / 2, height / 2, &grey, error);
    if (status == FTH_OK)
        status = fth_grid_new(causal->memory, width, height, &sky, error);
    if (status == FTH_OK)
        status = fth_grid_new(causal->memory, width, height, &invalid, error);
    if (status == FTH_OK) {
        causal->grey = grey;
        causal->sky = sky;
        causal->invalid = invalid;
    }
    return status;
}

/* At a block's first frame the memory that began in the run-up takes over. */
static void enter_block(struct fth_causal *causal, int64_t frame)
{
    int64_t place = place_in_block(frame);
    if (causal->alone)
        return;
    if (place == 0 && causal->next_begun) {
        struct fth_draft_past old = causal->past;
        causal->past = causal->next;
        causal->next = old;
        causal->next_begun = false;
        causal->fading = old.any;
    }
    causal->fading = causal->fading && place < fth_draft_recipe.fade;
}

static enum fth_status run_up(struct fth_causal *causal, const struct fth_draft *draft,
                              const struct fth_work *work, int64_t frame, struct fth_error *error)
{
    if (causal->alone ||
        place_in_block(frame) < fth_draft_recipe.block - fth_draft_recipe.run_up)
        return FTH_OK;
    if (!causal->next_begun)
        causal->next.any = false;
    causal->next_begun = true;
    return fth_draft_follow(draft, work, &causal->seen, &causal->next, NULL, error);
}

static void fade_grid(const struct fth_grid *grid, const struct fth_grid *old, float share)
{
    for (int32_t y = 0; y < grid->height; y++) {
        float *row = fth_grid_row(grid, y);
        const float *other = fth_grid_row(old, y);
        for (int32_t x = 0; x < grid->width; x++)
            row[x] += share * (other[x] - row[x]);
    }
}

/* What a mixture of (x - low) / (high - low) has for low and high. */
static void fade_range(struct fth_draft_past *past, const struct fth_draft_past *old, float share)
{
    double range = past->high - past->low, other = old->high - old->low;
    if (range <= 0 || other <= 0)
        return;
    double steepness = (1 - share) / range + share / other;
    double offset = (1 - share) * past->low / range + share * old->low / other;
    past->low = offset / steepness;
    past->high = past->low + 1 / steepness;
}

/* What the block before makes of the frame fades out of the result. People's cards are mixed where
 * both have them; what is known of one alone stays, as alpha fades. */
static enum fth_status fade(struct fth_causal *causal, const struct fth_draft *draft,
                            const struct fth_work *work, int64_t frame, struct fth_error *error)
{
    struct fth_draft_result old, *now = &causal->result;
    float share = 1 - (float)(place_in_block(frame) + 1) / (float)(fth_draft_recipe.fade + 1);
    if (!causal->fading)
        return FTH_OK;
    enum fth_status status =
        fth_draft_follow(draft, work, &causal->seen, &causal->next, &old, error);
    if (status != FTH_OK)
        return status;
    fade_grid(&now->scene, &old.scene, share);
    fade_grid(&now->alpha, &old.alpha, share);
    fade_grid(&now->confidence, &old.confidence, share);
    fade_range(&causal->shown, &causal->next, share);
    if (now->people && old.people)
        fade_grid(&now->cards, &old.cards, share);
    else if (old.people)
        fth_grid_copy(&now->cards, &old.cards);
    now->people = now->people || old.people;
    return FTH_OK;
}

/* Where no depth was asked for, what goes with it is where the picture has moved. */
static enum fth_status carry(struct fth_causal *causal, const struct fth_work *work,
                             struct fth_error *error)
{
    struct fth_draft_seen *seen = &causal->seen;
    const struct fth_draft_motion *motion = &seen->motion;
    enum fth_status status = FTH_OK;
    if (causal->alone)
        return FTH_OK;
    if (!seen->near_new)
        status = fth_remap(work, &causal->invalid, &motion->mx, &motion->my, &seen->invalid,
                           error);
    if (status == FTH_OK && !seen->near_new && seen->sky_found)
        status = fth_remap(work, &causal->sky, &motion->mx, &motion->my, &seen->sky, error);
    if (status != FTH_OK)
        return status;
    fth_grid_copy(&causal->invalid, &seen->invalid);
    if (seen->sky_found)
        fth_grid_copy(&causal->sky, &seen->sky);
    return FTH_OK;
}

static enum fth_status take(struct fth_causal *causal, const struct fth_draft *draft,
                            const struct fth_work *work, int64_t frame,
                            const struct fth_grid picture[3], struct fth_error *error)
{
    struct fth_draft_seen *seen = &causal->seen;
    enter_block(causal, frame);
    enum fth_status status = fth_draft_prepare(draft, work, picture, seen, error);
    if (status == FTH_OK && causal->grey_held && !causal->alone)
        status = fth_draft_motion(work, &seen->grey, &causal->grey, seen->small[0].width,
                                  seen->small[0].height, &seen->motion, error);
    if (status == FTH_OK)
        status = fth_draft_see(draft, work, frame, picture, seen, error);
    if (status == FTH_OK)
        status = carry(causal, work, error);
    if (status == FTH_OK)
        status = fth_draft_follow(draft, work, seen, &causal->past, &causal->result, error);
    if (status == FTH_OK)
        causal->shown = causal->past;
    if (status == FTH_OK)
        status = fade(causal, draft, work, frame, error);
    if (status == FTH_OK)
        status = run_up(causal, draft, work, frame, error);
    if (status == FTH_OK)
        fth_grid_copy(&causal->grey, &seen->grey);
    causal->grey_held = status == FTH_OK;
    return status;
}

enum fth_status fth_causal_push(struct fth_causal *causal, const struct fth_draft *draft,
                                const struct fth_work *work, int64_t frame,
                                const struct fth_grid picture[3], struct fth_error *error)
{
    bool is_gap = !picture[0].data;
    bool goes_on = causal->running && frame == causal->last + 1 && !causal->alone &&
                   (is_gap || (causal->width == picture[0].width &&
                               causal->height == picture[0].height));
    enum fth_status status = FTH_OK;
    causal->running = causal->answers = false;
    if (!goes_on)
        causal->since = frame;
    if (!goes_on && !is_gap)
        status = begin(causal, draft, frame, &picture[0], error);
    if (is_gap) {
        causal->grey_held = false; /* what comes behind it begins anew */
        causal->past.any = causal->next.any = false;
        causal->width = goes_on ? causal->width : 0;
    } else if (status == FTH_OK) {
        status = take(causal, draft, work, frame, picture, error);
    }
    causal->last = frame;
    causal->running = status == FTH_OK; /* after a failure the next frame begins anew */
    causal->answers = causal->running && !is_gap;
    return status;
}

const struct fth_draft_result *fth_causal_result(const struct fth_causal *causal,
                                                 const struct fth_draft_seen **seen,
                                                 const struct fth_draft_past **past)
{
    *seen = &causal->seen;
    *past = &causal->shown;
    return causal->answers ? &causal->result : NULL;
}
