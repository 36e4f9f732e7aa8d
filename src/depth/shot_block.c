/* SPDX-License-Identifier: Apache-2.0 */
/* Frames of a shot are steadied in blocks that begin at fixed places of it, each led into by some
 * frames on either side: so one frame costs a block, and is the same as among all of them. First
 * comes the way back from the end, which is put aside, then the way from the beginning, which each
 * frame of the block is joined to. */
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "depth/look.h"
#include "depth/shot_parts.h"
#include "ops/flow.h"
#include "ops/kernels.h"

void fth_block_clear(struct fth_block *block)
{
    for (size_t i = 0; i < block->capacity; i++) {
        for (int m = 0; m < FTH_BLOCK_MAPS; m++)
            fth_free(block->frames[i].maps[m]);
    }
    fth_free(block->frames);
    *block = (struct fth_block){.first = 1};
}

static enum fth_status make_room(struct fth_block *block, const struct fth_shot *shot,
                                 size_t count, struct fth_error *error)
{
    size_t pixels = (size_t)shot->width * (size_t)shot->height;
    if (block->capacity >= count)
        return FTH_OK;
    struct fth_block_frame *grown = fth_realloc(block->frames, count, sizeof(*grown));
    if (!grown)
        return fth_fail_memory(error, count * sizeof(*grown), "the frames of a shot");
    block->frames = grown;
    memset(grown + block->capacity, 0, (count - block->capacity) * sizeof(*grown));
    block->capacity = count;
    for (size_t i = 0; i < count; i++) {
        for (int m = 0; m < FTH_BLOCK_MAPS; m++) {
            if (!grown[i].maps[m])
                grown[i].maps[m] = fth_alloc(pixels, sizeof(uint16_t));
            if (!grown[i].maps[m])
                return fth_fail_memory(error, pixels * 2, "the frames of a shot");
        }
    }
    return FTH_OK;
}

static void write_map(struct fth_block_frame *frame, enum fth_block_map map,
                      const struct fth_grid *grid)
{
    uint16_t *to = frame->maps[map];
    for (int32_t y = 0; y < grid->height; y++, to += grid->width)
        fth_kernels()->to_half(to, fth_grid_row(grid, y), (size_t)grid->width);
}

static void read_map(const struct fth_block_frame *frame, enum fth_block_map map,
                     const struct fth_grid *grid)
{
    const uint16_t *from = frame->maps[map];
    for (int32_t y = 0; y < grid->height; y++, from += grid->width)
        fth_kernels()->from_half(fth_grid_row(grid, y), from, (size_t)grid->width);
}

void fth_block_read(const struct fth_block *block, int64_t frame, enum fth_block_map map,
                    const struct fth_grid *grid)
{
    read_map(&block->frames[frame - block->first + 1], map, grid);
}

/* ---- one frame */

struct walk {
    struct fth_shot *shot;
    struct fth_frames needs, own; /* with the run-ups; of the block, and the one before it */
    struct fth_steady_side side, other;
    struct fth_arena *memory;     /* of what goes from frame to frame */
    struct fth_grid shown, alone; /* the frame before, joined; its own nearness */
    bool shown_any;
};

static void scale_map(const struct fth_grid *near, const struct fth_shot_facts *facts)
{
    float scale = (float)facts->scale, shift = (float)facts->shift;
    for (int32_t y = 0; y < near->height; y++) {
        float *row = fth_grid_row(near, y);
        for (int32_t x = 0; x < near->width; x++)
            row[x] = scale * row[x] + shift;
    }
}

/* The frame in the measure of the shot, in the work's arena. `alone` (may be NULL): as it was. */
static enum fth_status read_frame(const struct walk *w, const struct fth_work *work,
                                  int64_t number, struct fth_steady_frame *frame,
                                  struct fth_grid *alone, struct fth_error *error)
{
    struct fth_draft_seen seen;
    struct fth_shot_facts facts = {0};
    enum fth_status status = fth_shot_look(w->shot, work, number, FTH_LOOK_ALL, &seen, error);
    if (status == FTH_OK && alone)
        status = fth_draft_grid(work, &seen.near, alone, error);
    if (status != FTH_OK)
        return status;
    if (alone)
        fth_grid_copy(alone, &seen.near);
    fth_shot_measure(w->shot, number, &facts);
    scale_map(&seen.near, &facts);
    *frame = (struct fth_steady_frame){.near = seen.near, .matte_count = seen.matte_count,
                                       .believed = seen.believed,
                                       .mattes = {seen.mattes[0], seen.mattes[1]}};
    return FTH_OK;
}

/* How `later` moved from the frame before it, at working size, one way. */
static enum fth_status read_motion(const struct walk *w, const struct fth_work *work,
                                   int64_t later, bool back, struct fth_draft_motion *full,
                                   struct fth_error *error)
{
    struct fth_motion motion;
    struct fth_grid *const grids[] = {&full->mx, &full->my, &full->sure};
    enum fth_status status = FTH_OK;
    for (int i = 0; i < 3 && status == FTH_OK; i++)
        status = fth_grid_new(work->arena, w->shot->width, w->shot->height, grids[i], error);
    size_t mark = fth_arena_mark(work->arena);
    if (status == FTH_OK)
        status = fth_shot_motion(w->shot, work, later, &motion, error);
    if (status == FTH_OK)
        status = fth_motion_enlarge(work, &motion, back ? &motion.back : &motion.forth, full,
                                    error);
    fth_arena_return(work->arena, mark);
    full->follows = status == FTH_OK;
    return status;
}

/* Against what was there before, as far as the motion is believed: the mean difference, and the
 * logarithm of how much the spread has grown. */
struct change {
    double difference, growth;
};

/* Nearness that changes by this from frame to frame is of something else, which came before it or
 * went: it counts half for the spread. */
static const double other_thing = 0.02;

static double spread_of(double sum, double squares, double weight)
{
    double mean = sum / weight;
    return sqrt(fmax(squares / weight - mean * mean, 0));
}

static enum fth_status compare(const struct fth_work *work, const struct fth_grid *now,
                               const struct fth_grid *before,
                               const struct fth_draft_motion *motion, struct change *change,
                               struct fth_error *error)
{
    struct fth_grid moved;
    double difference = 0, weight = 1e-9, kept = 1e-9, a1 = 0, a2 = 0, b1 = 0, b2 = 0;
    enum fth_status status = fth_draft_grid(work, now, &moved, error);
    if (status == FTH_OK)
        status = fth_remap(work, before, &motion->mx, &motion->my, &moved, error);
    for (int32_t y = 0; y < now->height && status == FTH_OK; y += 2) {
        const float *a = fth_grid_row(now, y), *b = fth_grid_row(&moved, y);
        const float *sure = fth_grid_row(&motion->sure, y);
        for (int32_t x = 0; x < now->width; x += 2) {
            double apart = fabsf(a[x] - b[x]), w = sure[x];
            weight += w;
            difference += w * apart;
            w /= 1 + (apart / other_thing) * (apart / other_thing);
            kept += w;
            a1 += w * a[x];
            a2 += w * a[x] * a[x];
            b1 += w * b[x];
            b2 += w * b[x] * b[x];
        }
    }
    change->difference = difference / weight;
    double spread = spread_of(a1, a2, kept), old = spread_of(b1, b2, kept);
    change->growth = spread > 1e-6 && old > 1e-6 ? log(spread / old) : 0;
    return status;
}

/* ---- both ways */

static bool is_kept(const struct walk *w, int64_t number)
{
    return number >= w->own.first && number <= w->own.last;
}

static struct fth_block_frame *kept_frame(const struct walk *w, int64_t number)
{
    /* place 0 is for the frame before the block, whether there is one or not */
    return &w->shot->block.frames[number - w->shot->block.first + 1];
}

static void put_side_aside(const struct walk *w, int64_t number,
                           const struct fth_steady_frame *frame,
                           const struct fth_draft_motion *motion)
{
    struct fth_block_frame *kept = kept_frame(w, number);
    kept->matte_count = frame->matte_count;
    kept->follows = motion != NULL;
    write_map(kept, FTH_BLOCK_NEAR, &w->side.near);
    write_map(kept, FTH_BLOCK_WEIGHT, &w->side.weight);
    if (frame->matte_count) {
        write_map(kept, FTH_BLOCK_MATTE_WEIGHT, &w->side.matte_weight);
        write_map(kept, FTH_BLOCK_BELIEVED, &w->side.believed);
    }
    for (int i = 0; i < frame->matte_count; i++)
        write_map(kept, FTH_BLOCK_MATTE + (unsigned)i, &w->side.mattes[i]);
    if (motion)
        write_map(kept, FTH_BLOCK_SURE, &motion->sure);
    else
        memset(kept->maps[FTH_BLOCK_SURE], 0,
               (size_t)w->shot->width * (size_t)w->shot->height * sizeof(uint16_t));
}

static enum fth_status walk_back(struct walk *w, const struct fth_work *work,
                                 struct fth_error *error)
{
    enum fth_status status = FTH_OK;
    int64_t least = FTH_MAX(w->own.first, w->needs.first);
    for (int64_t k = w->needs.last; k >= least && status == FTH_OK; k--) {
        struct fth_steady_frame frame;
        struct fth_draft_motion motion;
        bool moves = k < w->needs.last;
        size_t mark = fth_arena_mark(work->arena);
        status = read_frame(w, work, k, &frame, NULL, error);
        if (status == FTH_OK && moves)
            status = read_motion(w, work, k + 1, false, &motion, error);
        if (status == FTH_OK)
            status = fth_steady_step(work, &frame, moves ? &motion : NULL, &w->side, error);
        if (status == FTH_OK && is_kept(w, k))
            put_side_aside(w, k, &frame, moves ? &motion : NULL);
        fth_arena_return(work->arena, mark);
    }
    return status;
}

/* The frame's own side from before, w->side, and what was put aside for it become its answer. */
static enum fth_status join(struct walk *w, const struct fth_work *work, int64_t number,
                            const struct fth_steady_frame *frame,
                            const struct fth_draft_motion *motion, struct fth_error *error)
{
    struct fth_block_frame *kept = kept_frame(w, number);
    struct fth_steady_side both;
    struct fth_grid sure;
    enum fth_status status = fth_steady_side_new(work->arena, w->shot->width, w->shot->height,
                                                 &both, error);
    if (status == FTH_OK)
        status = fth_draft_grid(work, &frame->near, &sure, error);
    if (status != FTH_OK)
        return status;
    read_map(kept, FTH_BLOCK_NEAR, &w->other.near);
    read_map(kept, FTH_BLOCK_WEIGHT, &w->other.weight);
    read_map(kept, FTH_BLOCK_SURE, &sure);
    for (int i = 0; i < frame->matte_count; i++)
        read_map(kept, FTH_BLOCK_MATTE + (unsigned)i, &w->other.mattes[i]);
    if (frame->matte_count) {
        read_map(kept, FTH_BLOCK_MATTE_WEIGHT, &w->other.matte_weight);
        read_map(kept, FTH_BLOCK_BELIEVED, &w->other.believed);
    }
    status = fth_steady_join(work, frame, &w->side, &w->other, &both);
    for (int32_t y = 0; motion && y < sure.height; y++) {
        float *row = fth_grid_row(&sure, y);
        const float *from = fth_grid_row(&motion->sure, y);
        for (int32_t x = 0; x < sure.width; x++)
            row[x] = FTH_MAX(row[x], from[x]);
    }
    kept->follows = kept->follows || motion;
    write_map(kept, FTH_BLOCK_NEAR, &both.near);
    write_map(kept, FTH_BLOCK_SURE, &sure);
    for (int i = 0; i < frame->matte_count; i++)
        write_map(kept, FTH_BLOCK_MATTE + (unsigned)i, &both.mattes[i]);
    if (frame->matte_count)
        write_map(kept, FTH_BLOCK_BELIEVED, &both.believed);
    read_map(kept, FTH_BLOCK_NEAR, &w->other.near); /* as it will be shown */
    return status;
}

/* By how much the joined frame's spread grew. Bringing a map here softens it a little, which would
 * add up to drift that is none: it is asked both ways, and half of either counts. */
static enum fth_status measure_growth(struct walk *w, const struct fth_work *work, int64_t number,
                                      double growth_back, double *growth,
                                      struct fth_error *error)
{
    struct fth_draft_motion forth;
    struct change shrunk = {0, 0};
    size_t mark = fth_arena_mark(work->arena);
    enum fth_status status = read_motion(w, work, number, false, &forth, error);
    if (status == FTH_OK)
        status = compare(work, &w->shown, &w->other.near, &forth, &shrunk, error);
    *growth = 0.5 * (growth_back - shrunk.growth);
    fth_arena_return(work->arena, mark);
    return status;
}

/* Of the joined frame, which w->other.near holds, and of the frame alone. */
static enum fth_status measure_flicker(struct walk *w, const struct fth_work *work,
                                       int64_t number, const struct fth_grid *alone,
                                       const struct fth_draft_motion *motion,
                                       struct fth_error *error)
{
    struct fth_block_frame *kept = kept_frame(w, number);
    struct change change = {-1, 0}, change_alone = {-1, 0};
    enum fth_status status = FTH_OK;
    if (motion && w->shown_any) {
        status = compare(work, &w->other.near, &w->shown, motion, &change, error);
        if (status == FTH_OK)
            status = measure_growth(w, work, number, change.growth, &change.growth, error);
        if (status == FTH_OK)
            status = compare(work, alone, &w->alone, motion, &change_alone, error);
    }
    kept->flicker = change.difference;
    kept->drift = change.growth;
    kept->flicker_alone = change_alone.difference;
    fth_grid_copy(&w->shown, &w->other.near);
    fth_grid_copy(&w->alone, alone);
    w->shown_any = true;
    return status;
}

static enum fth_status walk_on(struct walk *w, const struct fth_work *work,
                               struct fth_error *error)
{
    enum fth_status status = FTH_OK;
    for (int64_t k = w->needs.first; k <= w->own.last && status == FTH_OK; k++) {
        struct fth_steady_frame frame;
        struct fth_draft_motion motion;
        struct fth_grid alone;
        bool moves = k > w->needs.first;
        size_t mark = fth_arena_mark(work->arena);
        status = read_frame(w, work, k, &frame, &alone, error);
        if (status == FTH_OK && moves)
            status = read_motion(w, work, k, true, &motion, error);
        if (status == FTH_OK)
            status = fth_steady_step(work, &frame, moves ? &motion : NULL, &w->side, error);
        if (status == FTH_OK && is_kept(w, k))
            status = join(w, work, k, &frame, moves ? &motion : NULL, error);
        if (status == FTH_OK && is_kept(w, k))
            status = measure_flicker(w, work, k, &alone, moves ? &motion : NULL, error);
        if (fth_cancelled(work->cancel))
            status = FTH_CANCELLED;
        fth_arena_return(work->arena, mark);
    }
    return status;
}

static enum fth_status begin_walk(struct walk *w, struct fth_error *error)
{
    int32_t width = w->shot->width, height = w->shot->height;
    enum fth_status status = fth_arena_create(&w->memory, error);
    if (status == FTH_OK)
        status = fth_steady_side_new(w->memory, width, height, &w->side, error);
    if (status == FTH_OK)
        status = fth_steady_side_new(w->memory, width, height, &w->other, error);
    if (status == FTH_OK)
        status = fth_grid_new(w->memory, width, height, &w->shown, error);
    if (status == FTH_OK)
        status = fth_grid_new(w->memory, width, height, &w->alone, error);
    return status;
}

enum fth_status fth_shot_steady(struct fth_shot *shot, const struct fth_work *work,
                                int64_t frame, struct fth_error *error)
{
    struct walk w = {.shot = shot};
    struct fth_block *block = &shot->block;
    if (frame >= block->first && frame <= block->last)
        return FTH_OK;
    w.needs = fth_shot_block_needs(shot, frame, &w.own);
    size_t count = (size_t)fth_draft_recipe.shot_block + 1;
    enum fth_status status = make_room(block, shot, count, error);
    block->first = w.own.first;
    block->last = w.own.first - 1; /* none yet */
    w.own.first = FTH_MAX(w.own.first - 1, w.needs.first);
    if (status == FTH_OK)
        status = begin_walk(&w, error);
    if (status == FTH_OK)
        status = walk_back(&w, work, error);
    if (status == FTH_OK)
        status = walk_on(&w, work, error);
    fth_arena_destroy(&w.memory);
    if (status == FTH_OK)
        block->last = w.own.last;
    return status;
}
