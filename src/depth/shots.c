/* SPDX-License-Identifier: Apache-2.0 */
/* The same small grey pictures and the same decisions as in the analysis of a shot. */
#include "depth/shots.h"

#include "base/mem.h"
#include "depth/cuts.h"
#include "depth/draft.h"

struct fth_shots {
    int64_t first, last;
    struct fth_pool *pool;
    struct fth_cuts *cuts;
    struct fth_motion_finder finder;
    struct fth_arena *arena, *memory;
    struct fth_grid grey;
    bool grey_held;
};

enum fth_status fth_shots_create(int64_t first, int64_t last, struct fth_pool *pool,
                                 struct fth_shots **result, struct fth_error *error)
{
    struct fth_shots *shots = fth_alloc(1, sizeof(*shots));
    if (!shots)
        return fth_fail_memory(error, sizeof(*shots), "the shots of a clip");
    *shots = (struct fth_shots){.first = first, .last = last, .pool = pool};
    enum fth_status status = fth_cuts_create(first, last, &shots->cuts, error);
    if (status == FTH_OK)
        status = fth_arena_create(&shots->arena, error);
    if (status == FTH_OK)
        status = fth_arena_create(&shots->memory, error);
    if (status == FTH_OK)
        *result = shots;
    else
        fth_shots_destroy(&shots);
    return status;
}

void fth_shots_destroy(struct fth_shots **pointer)
{
    struct fth_shots *shots = pointer ? *pointer : NULL;
    if (!shots)
        return;
    fth_cuts_destroy(&shots->cuts);
    fth_motion_finder_clear(&shots->finder);
    fth_arena_destroy(&shots->arena);
    fth_arena_destroy(&shots->memory);
    fth_free(shots);
    *pointer = NULL;
}

/* Keeps the grey picture for the next frame; another size begins anew. */
static enum fth_status hold(struct fth_shots *shots, const struct fth_grid *grey,
                            struct fth_error *error)
{
    enum fth_status status = FTH_OK;
    if (!shots->grey_held) {
        fth_arena_return(shots->memory, 0);
        status = fth_grid_new(shots->memory, grey->width, grey->height, &shots->grey, error);
    }
    if (status == FTH_OK)
        fth_grid_copy(&shots->grey, grey);
    shots->grey_held = status == FTH_OK;
    return status;
}

enum fth_status fth_shots_push(struct fth_shots *shots, int64_t frame,
                               const struct fth_image *picture, struct fth_error *error)
{
    struct fth_work work = {shots->pool, shots->arena, NULL};
    struct fth_draft draft = {.better = true};
    struct fth_draft_seen seen;
    struct fth_grid rgb[3];
    struct fth_motion motion;
    if (!picture) {
        shots->grey_held = false;
        return fth_cuts_gap(shots->cuts, frame, error);
    }
    enum fth_status status = fth_draft_borrow(picture, rgb, error);
    if (status == FTH_OK)
        status = fth_draft_prepare(&draft, &work, rgb, &seen, error);
    bool follows = status == FTH_OK && shots->grey_held &&
                   shots->grey.width == seen.grey.width && shots->grey.height == seen.grey.height;
    if (follows)
        status = fth_motion_find(&shots->finder, &work, &shots->grey, &seen.grey, &motion, error);
    if (status == FTH_OK && shots->grey_held && !follows) /* another size: another shot */
        status = fth_cuts_gap(shots->cuts, frame, error);
    if (status == FTH_OK)
        status = fth_cuts_take(shots->cuts, frame, &seen.grey, follows ? &motion : NULL, error);
    shots->grey_held = shots->grey_held && follows;
    if (status == FTH_OK)
        status = hold(shots, &seen.grey, error);
    fth_arena_return(shots->arena, 0);
    return status;
}

int64_t fth_shots_end(struct fth_shots *shots, int64_t frame)
{
    int64_t wanted, end = frame;
    while (end < shots->last && fth_cuts_at(shots->cuts, end + 1, &wanted) == FTH_CUT_NONE)
        end++;
    return end;
}
