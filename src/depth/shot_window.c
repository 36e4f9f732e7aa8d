/* SPDX-License-Identifier: Apache-2.0 */
/* A network of windows is shown a shot frame by frame; what it says of each waits in the spool
 * until the frame's look is taken. */
#include "depth/shot_parts.h"

#include <string.h>

#include "base/mem.h"
#include "depth/single.h"

static size_t plane_size(const struct fth_shot *shot)
{
    return (size_t)shot->width * (size_t)shot->height * sizeof(float);
}

static void pack_grid(const struct fth_grid *grid, char *bytes)
{
    size_t row = (size_t)grid->width * sizeof(float);
    for (int32_t y = 0; y < grid->height; y++)
        memcpy(bytes + (size_t)y * row, fth_grid_row(grid, y), row);
}

static enum fth_status put_near(struct fth_shot *shot, const struct fth_draft *draft,
                                const struct fth_work *work, const struct fth_tensor *map,
                                struct fth_error *error)
{
    struct fth_grid near, invalid;
    size_t mark = fth_arena_mark(work->arena), size = plane_size(shot);
    enum fth_status status =
        fth_grid_new(work->arena, shot->width, shot->height, &near, error);
    if (status == FTH_OK)
        status = fth_grid_new(work->arena, shot->width, shot->height, &invalid, error);
    char *bytes = status == FTH_OK ? fth_arena_take(work->arena, 2 * size, 1) : NULL;
    if (status == FTH_OK && !bytes)
        status = fth_fail_memory(error, 2 * size, "a frame's answer");
    if (status == FTH_OK)
        status = fth_single_window_near(draft->depth, work, map, &near, &invalid, error);
    if (status == FTH_OK) {
        pack_grid(&near, bytes);
        pack_grid(&invalid, bytes + size);
        status = fth_spool_put(shot->spool, FTH_SPOOL_NEAR, shot->window_told, bytes, 2 * size,
                               error);
    }
    fth_arena_return(work->arena, mark);
    return status;
}

/* The answers that are ready. */
static enum fth_status put_aside(struct fth_shot *shot, const struct fth_draft *draft,
                                 const struct fth_work *work, struct fth_error *error)
{
    struct fth_tensor map;
    enum fth_status status = FTH_OK;
    while (status == FTH_OK && !shot->window_fresh && fth_window_pull(shot->windows, &map)) {
        status = put_near(shot, draft, work, &map, error);
        shot->window_told++;
    }
    return status;
}

/* Shows the frame whose turn it is. */
static enum fth_status show(struct fth_shot *shot, const struct fth_draft *draft,
                            const struct fth_work *work, const struct fth_grid picture[3],
                            struct fth_error *error)
{
    enum fth_status status = FTH_OK;
    if (!picture[0].data && shot->window_fresh) { /* nothing to show yet */
        shot->window_told = ++shot->window_next;
        return FTH_OK;
    }
    if (!shot->windows)
        status = fth_single_window_new(draft->depth, draft->better, picture[0].width,
                                       picture[0].height, &shot->windows, error);
    if (status == FTH_OK && shot->window_fresh)
        fth_window_begin(shot->windows);
    shot->window_fresh = shot->window_fresh && status != FTH_OK;
    if (status == FTH_OK)
        status = picture[0].data ? fth_single_window_push(shot->windows, draft->depth,
                                                          draft->better, work, picture, error)
                                 : fth_window_push(shot->windows, NULL, error);
    if (status == FTH_OK)
        shot->window_next++;
    return status;
}

enum fth_status fth_shot_show_window(struct fth_shot *shot, const struct fth_draft *draft,
                                     const struct fth_work *work, int64_t frame,
                                     const struct fth_grid picture[3], struct fth_error *error)
{
    enum fth_status status = FTH_OK;
    if (frame == shot->window_next)
        status = show(shot, draft, work, picture, error);
    if (status == FTH_OK)
        status = put_aside(shot, draft, work, error);
    if (status == FTH_OK && !shot->window_ended && shot->window_next > shot->end) {
        status = shot->window_fresh ? FTH_OK : fth_window_end(shot->windows, error);
        shot->window_ended = status == FTH_OK;
        if (status == FTH_OK)
            status = put_aside(shot, draft, work, error);
    }
    if (status != FTH_OK)
        shot->window_begin = shot->first - 1; /* begins anew */
    return status;
}

enum fth_status fth_shot_window_near(const struct fth_shot *shot, const struct fth_work *work,
                                     int64_t frame, struct fth_grid *near,
                                     struct fth_grid *invalid, struct fth_error *error)
{
    void *bytes = NULL;
    size_t size = 0, plane = plane_size(shot);
    struct fth_grid *const grids[2] = {near, invalid};
    enum fth_status status =
        fth_spool_get(shot->spool, FTH_SPOOL_NEAR, frame, &bytes, &size, error);
    if (status == FTH_OK && size != 2 * plane)
        status = fth_fail(error, FTH_ERR_DATA, "depth: working data is damaged");
    for (int i = 0; i < 2 && status == FTH_OK; i++) {
        status = fth_grid_new(work->arena, shot->width, shot->height, grids[i], error);
        for (int32_t y = 0; status == FTH_OK && y < shot->height; y++)
            memcpy(fth_grid_row(grids[i], y),
                   (const char *)bytes + plane * (size_t)i +
                       (size_t)y * (size_t)shot->width * sizeof(float),
                   (size_t)shot->width * sizeof(float));
    }
    fth_free(bytes);
    return status;
}
