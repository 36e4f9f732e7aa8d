/* SPDX-License-Identifier: Apache-2.0 */
/* What registering needs of a picture by itself: brightness, smoothed, without its surroundings,
 * from fine to coarse. */
#include "depth/plate_details.h"

#include <assert.h>

#include "base/compiler.h"
#include "ops/blur.h"
#include "ops/kernels.h"
#include "ops/resize.h"

enum {
    COARSEST = 24,    /* pixels of the shorter side */
    LEVEL_AROUND = 8, /* radii of what details stand out from */
    SEARCH_AROUND = 4,
    BLOCK = 16
};

static const double smoothed_px = 1.4; /* before details are followed */

static void flatten_rows(void *context, int32_t y0, int32_t y1)
{
    const struct fth_grid *const *both = context;
    for (int32_t y = y0; y < y1; y++) {
        float *row = fth_grid_row(both[0], y);
        const float *around = fth_grid_row(both[1], y);
        for (int32_t x = 0; x < both[0]->width; x++)
            row[x] -= around[x];
    }
}

/* What is left is what stands out from its surroundings, which exposure hardly reaches. */
static enum fth_status flatten(const struct fth_work *work, const struct fth_grid *grid,
                               int32_t radius, struct fth_error *error)
{
    struct fth_grid mean;
    size_t mark = fth_arena_mark(work->arena);
    enum fth_status status = fth_grid_new(work->arena, grid->width, grid->height, &mean, error);
    if (status == FTH_OK)
        status = fth_blur_box(work, grid, &mean, radius, FTH_BORDER_REFLECT, error);
    const struct fth_grid *both[2] = {grid, &mean};
    if (status == FTH_OK)
        status = fth_rows_run(work, grid->height, 4 * BLOCK, flatten_rows, both);
    fth_arena_return(work->arena, mark);
    return status;
}

struct greying {
    const struct fth_grid *rgb, *grey;
};

static void grey_row(const struct greying *g, float *to, int32_t y)
{
    fth_kernels()->luma(to, fth_grid_row(&g->rgb[0], y), fth_grid_row(&g->rgb[1], y),
                        fth_grid_row(&g->rgb[2], y), (size_t)g->rgb[0].width);
}

static void grey_rows(void *context, int32_t y0, int32_t y1, void *scratch)
{
    const struct greying *g = context;
    float *two[2] = {scratch, (float *)scratch + g->rgb[0].width};
    const float weights[2] = {0.5f, 0.5f};
    bool halves = g->grey->height < g->rgb[0].height;
    for (int32_t y = y0; y < y1; y++) {
        for (int i = 0; i < 2 && halves; i++)
            grey_row(g, two[i], 2 * y + i);
        if (halves)
            fth_kernels()->sum_quads(fth_grid_row(g->grey, y), (const float *const *)two, weights,
                                     (size_t)g->grey->width);
        else
            grey_row(g, fth_grid_row(g->grey, y), y);
    }
}

/* At half its size where that is the finest level's: as fth_resize_area makes it. */
static enum fth_status make_grey(const struct fth_work *work, const struct fth_grid rgb[3],
                                 int32_t shrink, struct fth_grid *grey, struct fth_error *error)
{
    int32_t width = rgb[0].width, height = rgb[0].height;
    bool halves = shrink == 2 && width % 2 == 0 && height % 2 == 0;
    struct greying greying = {rgb, grey};
    struct fth_rows rows = {grey_rows, &greying, BLOCK, 2 * (size_t)width * sizeof(float)};
    enum fth_status status =
        fth_grid_new(work->arena, width / (1 + halves), height / (1 + halves), grey, error);
    return status == FTH_OK ? fth_rows_run_scratch(work, grey->height, &rows, error) : status;
}

struct laying {
    float *const *rooms; /* NULL: there are none yet */
    size_t used, size;   /* floats of the last of them */
    int count;
};

static struct fth_grid lay_grid(int32_t width, int32_t height, struct laying *l)
{
    struct fth_grid grid = {NULL, (width + 15) / 16 * 16, width, height};
    size_t count = (size_t)grid.row_stride * (size_t)height;
    if (!l->count || l->used + count > l->size) {
        l->count++;
        l->used = 0;
    }
    assert(l->count <= FTH_PLATE_ROOMS);
    if (l->rooms)
        grid.data = l->rooms[l->count - 1] + l->used;
    l->used += count;
    return grid;
}

int fth_plate_lay_details(int32_t width, int32_t height, float *const rooms[FTH_PLATE_ROOMS],
                          struct fth_plate_details *side)
{
    int32_t shrink = (FTH_MAX(width, height) - 1) / FTH_PLATE_FINEST + 1;
    struct laying laying = {rooms, 0, fth_plate_room(width, height), 0};
    *side = (struct fth_plate_details){.level_count = 0};
    width = FTH_MAX(width / shrink, 1);
    height = FTH_MAX(height / shrink, 1);
    do {
        if (FTH_MAX(width, height) >= 2 * FTH_PLATE_SEARCHED)
            side->searched_from = side->level_count;
        side->levels[side->level_count++] = lay_grid(width, height, &laying);
        width /= 2;
        height /= 2;
    } while (side->level_count < FTH_PLATE_LEVELS && FTH_MIN(width, height) >= COARSEST);
    struct fth_grid from = side->levels[side->searched_from];
    int32_t longer = FTH_MAX(from.width, from.height);
    double share = longer > FTH_PLATE_SEARCHED ? (double)FTH_PLATE_SEARCHED / longer : 1;
    side->searched = lay_grid(FTH_MAX((int32_t)(from.width * share), 1),
                              FTH_MAX((int32_t)(from.height * share), 1), &laying);
    return laying.count;
}

/* Level i out of `grey`, which is as large afterwards. */
static enum fth_status fill_level(const struct fth_work *work,
                                  const struct fth_plate_details *side, int i,
                                  struct fth_grid *grey, struct fth_error *error)
{
    const struct fth_grid *level = &side->levels[i];
    struct fth_grid small = *grey;
    enum fth_status status = FTH_OK;
    if (level->width != small.width || level->height != small.height) {
        status = fth_grid_new(work->arena, level->width, level->height, &small, error);
        if (status == FTH_OK)
            status = fth_resize_area(work, grey, &small, error);
        *grey = small;
    }
    if (status == FTH_OK)
        status = fth_blur_gaussian(work, &small, level, smoothed_px, smoothed_px,
                                   FTH_BORDER_REPEAT, error);
    if (status == FTH_OK)
        status = flatten(work, level, LEVEL_AROUND, error);
    if (status != FTH_OK || i != side->searched_from)
        return status;
    status = fth_resize_area(work, &small, &side->searched, error);
    return status == FTH_OK ? flatten(work, &side->searched, SEARCH_AROUND, error) : status;
}

static enum fth_status fill_side(const struct fth_work *work, const struct fth_grid rgb[3],
                                 const struct fth_plate_details *side, struct fth_error *error)
{
    struct fth_grid grey;
    int32_t shrink = (FTH_MAX(rgb->width, rgb->height) - 1) / FTH_PLATE_FINEST + 1;
    enum fth_status status = make_grey(work, rgb, shrink, &grey, error);
    for (int i = 0; i < side->level_count && status == FTH_OK; i++)
        status = fill_level(work, side, i, &grey, error);
    return status;
}

size_t fth_plate_room(int32_t width, int32_t height)
{
    return (size_t)((width + 15) / 16 * 16) * (size_t)height;
}

int fth_plate_room_count(int32_t width, int32_t height)
{
    struct fth_plate_details side;
    return fth_plate_lay_details(width, height, NULL, &side);
}

enum fth_status fth_plate_find_details(const struct fth_work *work, const struct fth_grid plate[3],
                                       float *const rooms[FTH_PLATE_ROOMS],
                                       struct fth_error *error)
{
    struct fth_plate_details side;
    size_t mark = fth_arena_mark(work->arena);
    fth_plate_lay_details(plate->width, plate->height, rooms, &side);
    enum fth_status status = fill_side(work, plate, &side, error);
    fth_arena_return(work->arena, mark);
    return status;
}
