/* SPDX-License-Identifier: Apache-2.0 */
/* Which patches, in which order, and how they overlap. Blocks of whole rows of patches work side by
 * side, each into sums of its own, which are joined in the order of the blocks: so nothing depends
 * on threads. Frames are followed one after the other, and then taken in strips of a few blocks:
 * what all of them take in memory is a strip of each. */
#include "ops/denoise.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ops/denoise_patch.h"
#include "ops/flow.h"
#include "ops/kernels.h"
#include "ops/resize.h"

enum { STEP = 4, BLOCK = 16, BLOCK_ROWS = BLOCK * STEP }; /* between patches; of patches */

static const float LARGEST = 1e4f;
/* A patch whose mean squared difference is more than this many times what noise alone makes lies on
 * something else. */
static const float SAME = 2.5f;
/* Of that, by how much two places may differ by chance. */
static const float CHANCE = 0.25f;
/* With a smaller share of its patches found again, a frame is behind a cut. */
static const float LEAST_FOUND = 0.15f;
/* Flow of pictures smaller than this is of no use. */
enum { LEAST_FLOW = 24 };

/* Where a patch lies in another frame. */
struct place {
    int16_t dx, dy;
    bool found;
};

/* A strip of a frame: rows y0 on. */
struct strip {
    struct fth_grid rgb[3];
    int32_t y0;
};

struct denoise {
    const struct fth_denoise *what;
    struct fth_grid first[3];      /* that of `what`, with wild values tamed */
    struct strip *strips;          /* of each frame, where blocks are being taken */
    struct fth_grid luma[2];       /* of the first frame, of the one that is followed */
    struct fth_grid flow[2];       /* from the one to the other, at half the size; data NULL: - */
    struct fth_grid pilot[3];      /* in the second pass */
    int32_t width, height, columns, rows, blocks;
    int frame;                     /* that is followed; 0: only where it is wanted is looked at */
    struct place *places;          /* [row][column][frame] */
    int32_t *found;                /* [block][frame]; frame 0: patches that are looked at */
    bool *seen, *wild;             /* frames that are of the same shot; that are to be tamed */
    int32_t slots;                 /* blocks that have sums */
    float *sums;                   /* [slot][4][BLOCK_ROWS + FTH_PATCH][stride] */
    ptrdiff_t stride;
    int32_t block, top;            /* the first of those that are being taken or joined */
    const struct fth_grid *out;
    const struct fth_grid *from;   /* subtract from these; NULL: as it is */
};

static inline int32_t place_of(int32_t index, int32_t length)
{
    return FTH_MIN(index * STEP, length - FTH_PATCH);
}

static inline int32_t count_of(int32_t length)
{
    return (length - FTH_PATCH + STEP - 1) / STEP + 1;
}

static inline struct fth_patch_rows rows_at(const struct fth_grid *grid, int32_t x, int32_t y)
{
    return (struct fth_patch_rows){fth_grid_row(grid, y) + x, grid->row_stride};
}

static bool is_wanted(const struct denoise *d, int32_t x, int32_t y)
{
    const struct fth_grid *key = &d->what->key;
    for (int32_t i = y; i < y + FTH_PATCH && key->data; i++) {
        const float *row = fth_grid_row(key, i) + x;
        for (int32_t k = 0; k < FTH_PATCH; k++)
            if (row[k] != 0)
                return true;
    }
    return !key->data;
}

/* ---- finding ----------------------------------------------------------------------------------*/

static float distance_at(const struct fth_patch_search *search, int32_t at[2])
{
    float distance = -1;
    at[0] = FTH_MIN(FTH_MAX(at[0], 0), search->most_x);
    at[1] = FTH_MIN(FTH_MAX(at[1], 0), search->most_y);
    fth_kernels()->patch_nearest(&distance, at, search, 0);
    return distance;
}

/* Where the motion says. */
static void flow_at(const struct fth_grid flow[2], int32_t x, int32_t y, int32_t to[2])
{
    int32_t at[2] = {x, y};
    for (int i = 0; i < 2; i++) {
        int32_t fx = FTH_MIN((x + FTH_PATCH / 2) / 2, flow[i].width - 1);
        int32_t fy = FTH_MIN((y + FTH_PATCH / 2) / 2, flow[i].height - 1);
        float way = fminf(fmaxf(fth_grid_row(&flow[i], fy)[fx] * 2, -16384), 16384);
        to[i] = at[i] + (int32_t)floorf(way + 0.5f);
    }
}

/* The same place; or where the motion says, or where the patch before was found, or beside it, if
 * that is better by more than chance: else what flickers would be found where it does not, a little
 * to the side where it is as bright. */
static struct place find(const struct denoise *d, int32_t x, int32_t y,
                         const struct place *before)
{
    enum { STEPS = 3 };
    struct fth_patch_search search = {rows_at(&d->luma[0], x, y), rows_at(&d->luma[1], 0, 0),
                                      d->width - FTH_PATCH, d->height - FTH_PATCH};
    float expected = 2 * d->what->noise * d->what->noise * FTH_PATCH_AREA;
    float chance = CHANCE * expected;
    int32_t at[2] = {x, y}, others[2][2] = {{x, y}, {x, y}};
    float least = distance_at(&search, at);
    if (d->flow[0].data)
        flow_at(d->flow, x, y, others[0]);
    if (before && before->found) {
        others[1][0] += before->dx;
        others[1][1] += before->dy;
    }
    for (int i = 0; i < 2 && least > chance; i++) {
        if (others[i][0] == at[0] && others[i][1] == at[1])
            continue;
        float distance = distance_at(&search, others[i]);
        if (distance < least - chance) {
            least = distance;
            memcpy(at, others[i], sizeof(at));
        }
    }
    if (least > chance) {
        int32_t from[2] = {at[0], at[1]};
        float better = least - chance;
        fth_kernels()->patch_nearest(&better, at, &search, STEPS);
        if (at[0] != from[0] || at[1] != from[1])
            least = better;
    }
    bool near = abs(at[0] - x) <= INT16_MAX && abs(at[1] - y) <= INT16_MAX;
    return (struct place){(int16_t)(at[0] - x), (int16_t)(at[1] - y),
                          near && least <= SAME * expected};
}

static void find_rows(void *context, int32_t first, int32_t end)
{
    const struct denoise *d = context;
    int count = d->what->count, f = d->frame;
    int32_t *found = d->found + (ptrdiff_t)(first / BLOCK) * count;
    found[f] = 0;
    for (int32_t j = first; j < end; j++) {
        struct place *places = d->places + (ptrdiff_t)j * d->columns * count;
        int32_t y = place_of(j, d->height);
        for (int32_t i = 0; i < d->columns; i++, places += count) {
            int32_t x = place_of(i, d->width);
            if (f == 0)
                places[0] = (struct place){0, 0, is_wanted(d, x, y)};
            else if (places[0].found)
                places[f] = find(d, x, y, i ? places + f - count : NULL);
            else
                places[f] = (struct place){0, 0, false};
            found[f] += places[f].found;
        }
    }
}

/* Frames behind a cut, and those beyond them. */
static void judge_frames(struct denoise *d)
{
    int count = d->what->count;
    const int *away = d->what->away;
    for (int f = 0; f < count; f++) {
        int64_t found = 0, all = 0;
        for (int32_t b = 0; b < d->blocks; b++) {
            found += d->found[(ptrdiff_t)b * count + f];
            all += d->found[(ptrdiff_t)b * count];
        }
        d->seen[f] = f == 0 || (double)found >= (double)LEAST_FOUND * (double)all;
    }
    for (int f = 1; f < count; f++)
        for (int g = 1; g < count; g++)
            if (!d->seen[g] && (away[f] > 0) == (away[g] > 0) && abs(away[f]) > abs(away[g]))
                d->seen[f] = false;
}

/* ---- taking away ------------------------------------------------------------------------------*/

static void take_patch(const struct denoise *d, const struct place *places, int32_t x, int32_t y,
                       struct fth_patch_excess *excess)
{
    const struct fth_denoise *what = d->what;
    struct fth_patch_group group = {.temporal = what->temporal, .spatial = what->spatial,
                                    .alike = what->alike};
    /* of grey, as the first of all cosines has it: sqrt(3) of an axis, 8 of 64 pixels */
    group.flicker = 192 * what->flicker * what->flicker;
    for (int c = 0; c < 3; c++) {
        group.variance[c] = fmaxf(what->sigma[c] * what->sigma[c], 1e-12f);
        if (d->pilot[0].data)
            group.pilot[c] = rows_at(&d->pilot[c], x, y);
    }
    for (int f = 0; f < what->count; f++) {
        if (f && (!places[f].found || !d->seen[f] || what->temporal <= 0))
            continue;
        for (int c = 0; c < 3; c++)
            group.members[group.count][c] =
                f ? rows_at(&d->strips[f].rgb[c], x + places[f].dx,
                            y + places[f].dy - d->strips[f].y0)
                  : rows_at(&d->first[c], x, y);
        group.count++;
    }
    fth_kernels()->patch_excess(excess, &group);
}

static float *sums_of(const struct denoise *d, int32_t block)
{
    return d->sums + (block % d->slots) * 4 * (BLOCK_ROWS + FTH_PATCH) * d->stride;
}

/* Rows of patches of the strip at hand. */
static void take_rows(void *context, int32_t first, int32_t end)
{
    const struct denoise *d = context;
    ptrdiff_t plane = (BLOCK_ROWS + FTH_PATCH) * d->stride;
    int32_t block = d->block + first / BLOCK, row = d->block * BLOCK;
    float *sums = sums_of(d, block);
    int32_t top = place_of(block * BLOCK, d->height);
    memset(sums, 0, (size_t)(4 * plane) * sizeof(float));
    for (int32_t j = row + first; j < row + end; j++) {
        const struct place *places = d->places + (ptrdiff_t)j * d->columns * d->what->count;
        int32_t y = place_of(j, d->height);
        for (int32_t i = 0; i < d->columns; i++, places += d->what->count) {
            struct fth_patch_excess excess;
            int32_t x = place_of(i, d->width);
            if (!places[0].found)
                continue;
            take_patch(d, places, x, y, &excess);
            float *to = sums + (y - top) * d->stride + x;
            float *const planes[4] = {to, to + plane, to + 2 * plane, to + 3 * plane};
            fth_kernels()->patch_add(planes, d->stride, &excess);
        }
    }
}

/* Brightness and differences of colour as R, G and B; where nothing was wanted, nothing. */
static void join_row(const struct denoise *d, const float *const sums[4], int32_t y)
{
    float *out[3];
    for (int c = 0; c < 3; c++)
        out[c] = fth_grid_row(&d->out[c], y);
    for (int32_t x = 0; x < d->width; x++) {
        float weight = sums[3][x], scale = weight > 0 ? 1 / weight : 0;
        float a = sums[0][x] * scale * 0.57735026918962576f;
        float b = sums[1][x] * scale * 0.70710678118654752f;
        float c = sums[2][x] * scale * 0.40824829046386302f;
        out[0][x] = a + b + c;
        out[1][x] = a - 2 * c;
        out[2][x] = a - b + c;
    }
    for (int c = 0; c < 3 && d->from; c++) {
        const float *from = fth_grid_row(&d->from[c], y);
        for (int32_t x = 0; x < d->width; x++)
            out[c][x] = from[x] - out[c][x];
    }
}

/* The sums of all blocks that reach a row, joined into those of the first of them. */
static void join_rows(void *context, int32_t first, int32_t end)
{
    const struct denoise *d = context;
    ptrdiff_t plane = (BLOCK_ROWS + FTH_PATCH) * d->stride;
    for (int32_t y = d->top + first; y < d->top + end; y++) {
        float *sums[4] = {NULL};
        for (int32_t b = FTH_MAX(y / BLOCK_ROWS - 1, 0);
             b <= FTH_MIN(y / BLOCK_ROWS + 1, d->blocks - 1); b++) {
            int32_t top = place_of(b * BLOCK, d->height);
            int32_t last = FTH_MIN((b + 1) * BLOCK, d->rows) - 1;
            if (y < top || y >= place_of(last, d->height) + FTH_PATCH)
                continue;
            float *row = sums_of(d, b) + (y - top) * d->stride;
            for (int c = 0; c < 4; c++, row += plane) {
                if (sums[c])
                    fth_kernels()->add(sums[c], sums[c], row, (size_t)d->width);
                else
                    sums[c] = row;
            }
        }
        const float *const all[4] = {sums[0], sums[1], sums[2], sums[3]};
        join_row(d, all, y);
    }
}

/* ---- making ready -----------------------------------------------------------------------------*/

struct look {
    const struct fth_grid *rgb, *luma;
    bool *wild; /* of each block of rows */
};

static void look_rows(void *context, int32_t y0, int32_t y1)
{
    const struct look *look = context;
    bool wild = false;
    for (int32_t y = y0; y < y1; y++) {
        const float *r = fth_grid_row(&look->rgb[0], y), *g = fth_grid_row(&look->rgb[1], y);
        const float *b = fth_grid_row(&look->rgb[2], y);
        float *to = fth_grid_row(look->luma, y);
        int odd = 0;
        for (int32_t x = 0; x < look->luma->width; x++) {
            to[x] = (r[x] + g[x] + b[x]) * 0.57735026918962576f;
            odd |= !(fabsf(r[x]) <= LARGEST) | !(fabsf(g[x]) <= LARGEST) |
                   !(fabsf(b[x]) <= LARGEST);
        }
        wild = wild || odd;
    }
    look->wild[y0 / BLOCK_ROWS] = wild;
}

static enum fth_status tame(struct fth_arena *arena, struct fth_grid *grid, struct fth_error *error)
{
    struct fth_grid tame;
    enum fth_status status = fth_grid_new(arena, grid->width, grid->height, &tame, error);
    for (int32_t y = 0; y < grid->height && status == FTH_OK; y++) {
        const float *from = fth_grid_row(grid, y);
        float *to = fth_grid_row(&tame, y);
        for (int32_t x = 0; x < grid->width; x++) {
            float value = from[x] == from[x] ? from[x] : 0;
            to[x] = fminf(fmaxf(value, -LARGEST), LARGEST);
        }
    }
    if (status == FTH_OK)
        *grid = tame;
    return status;
}

static enum fth_status tame_all(struct fth_arena *arena, struct fth_grid rgb[3],
                                struct fth_error *error)
{
    enum fth_status status = FTH_OK;
    for (int c = 0; c < 3 && status == FTH_OK; c++)
        status = tame(arena, &rgb[c], error);
    return status;
}

/* The brightness of a frame; its colours are replaced where some are beyond reason. */
static enum fth_status look_at(const struct fth_work *work, struct fth_grid rgb[3],
                               const struct fth_grid *luma, bool *wild, struct fth_error *error)
{
    int32_t blocks = (rgb[0].height + BLOCK_ROWS - 1) / BLOCK_ROWS;
    struct look look = {rgb, luma, fth_arena_take(work->arena, (size_t)blocks, sizeof(bool))};
    if (!look.wild)
        return fth_fail_memory(error, (size_t)blocks, "scratch");
    enum fth_status status = fth_rows_run(work, luma->height, BLOCK_ROWS, look_rows, &look);
    *wild = false;
    for (int32_t b = 0; b < blocks && status == FTH_OK; b++)
        *wild = *wild || look.wild[b];
    if (status == FTH_OK && *wild)
        status = tame_all(work->arena, rgb, error);
    if (status == FTH_OK && *wild)
        status = fth_rows_run(work, luma->height, BLOCK_ROWS, look_rows, &look);
    return status;
}

/* Half the size, in whole numbers of 0..255, as the flow wants it. */
static enum fth_status grey_of(const struct fth_work *work, const struct fth_grid *luma,
                               const struct fth_grid *grey, struct fth_error *error)
{
    enum fth_status status = fth_resize_area(work, luma, grey, error);
    for (int32_t y = 0; y < grey->height && status == FTH_OK; y++) {
        float *row = fth_grid_row(grey, y);
        for (int32_t x = 0; x < grey->width; x++)
            row[x] = floorf(fminf(fmaxf(row[x] * (255 * 0.57735027f), 0), 255) + 0.5f);
    }
    return status;
}

/* ---- following the frames --------------------------------------------------------------------*/

/* What flow is found with; without pictures there is none. */
struct flowing {
    struct fth_flow_picture *pictures[2]; /* the first frame, the one that is followed */
    struct fth_grid grey;
};

static enum fth_status show(const struct fth_work *work, const struct denoise *d,
                            struct flowing *flowing, int which, struct fth_error *error)
{
    if (!flowing->pictures[0])
        return FTH_OK;
    enum fth_status status = grey_of(work, &d->luma[which], &flowing->grey, error);
    return status == FTH_OK
               ? fth_flow_picture_set(work, flowing->pictures[which], &flowing->grey, error)
               : status;
}

static enum fth_status begin_flowing(const struct fth_work *work, struct denoise *d,
                                     struct flowing *flowing, struct fth_error *error)
{
    int32_t width = (d->width + 1) / 2, height = (d->height + 1) / 2;
    if (d->what->count < 2 || width < LEAST_FLOW || height < LEAST_FLOW)
        return FTH_OK;
    enum fth_status status = fth_grid_new(work->arena, width, height, &flowing->grey, error);
    for (int i = 0; i < 2 && status == FTH_OK; i++)
        status = fth_grid_new(work->arena, width, height, &d->flow[i], error);
    for (int i = 0; i < 2 && status == FTH_OK; i++)
        status =
            fth_flow_picture_create(width, height, FTH_FLOW_FAST, &flowing->pictures[i], error);
    return status == FTH_OK ? show(work, d, flowing, 0, error) : status;
}

/* Where the patches of the first frame lie in frame d->frame. */
static enum fth_status follow(const struct fth_work *work, struct denoise *d,
                              struct flowing *flowing, struct fth_error *error)
{
    const struct fth_denoise_frames *others = &d->what->others;
    size_t mark = fth_arena_mark(work->arena);
    struct fth_grid rgb[3];
    enum fth_status status = others->rows(others->context, d->frame, 0, d->height, rgb, error);
    if (status == FTH_OK)
        status = look_at(work, rgb, &d->luma[1], &d->wild[d->frame], error);
    others->drop(others->context);
    if (status == FTH_OK)
        status = show(work, d, flowing, 1, error);
    if (status == FTH_OK && flowing->pictures[0])
        status = fth_flow_between(work, flowing->pictures[0], flowing->pictures[1], &d->flow[0],
                                  &d->flow[1], error);
    if (status == FTH_OK)
        status = fth_rows_run(work, d->rows, BLOCK, find_rows, d);
    fth_arena_return(work->arena, mark);
    return status;
}

/* All places. */
static enum fth_status follow_all(const struct fth_work *work, struct denoise *d,
                                  struct fth_error *error)
{
    struct flowing flowing = {{NULL, NULL}, {0}};
    enum fth_status status = fth_rows_run(work, d->rows, BLOCK, find_rows, d);
    if (status == FTH_OK)
        status = begin_flowing(work, d, &flowing, error);
    for (d->frame = 1; d->frame < d->what->count && status == FTH_OK; d->frame++)
        status = follow(work, d, &flowing, error);
    for (int i = 0; i < 2; i++)
        fth_flow_picture_destroy(&flowing.pictures[i]);
    return status;
}

/* ---- strips ----------------------------------------------------------------------------------*/

/* So many blocks are taken at once at least: fewer would read the rows between two strips too
 * often. And two for each thread. */
enum { STRIP_BLOCKS = 4 };

/* Rows of frame f that the patches of blocks up to `end` lie in; y1 <= y0: none. */
static void reach_of(const struct denoise *d, int f, int32_t end, int32_t *y0, int32_t *y1)
{
    int count = d->what->count;
    *y0 = d->height;
    *y1 = 0;
    for (int32_t j = d->block * BLOCK; j < FTH_MIN(end * BLOCK, d->rows); j++) {
        const struct place *places = d->places + (ptrdiff_t)j * d->columns * count;
        int32_t y = place_of(j, d->height);
        for (int32_t i = 0; i < d->columns; i++, places += count) {
            if (!places[f].found)
                continue;
            *y0 = FTH_MIN(*y0, y + places[f].dy);
            *y1 = FTH_MAX(*y1, y + places[f].dy + FTH_PATCH);
        }
    }
}

static enum fth_status take_strips(const struct fth_work *work, struct denoise *d, int32_t end,
                                   struct fth_error *error)
{
    const struct fth_denoise_frames *others = &d->what->others;
    enum fth_status status = FTH_OK;
    for (int f = 1; f < d->what->count && status == FTH_OK; f++) {
        int32_t y1;
        if (!d->seen[f] || d->what->temporal <= 0)
            continue;
        reach_of(d, f, end, &d->strips[f].y0, &y1);
        if (y1 <= d->strips[f].y0)
            continue;
        status = others->rows(others->context, f, d->strips[f].y0, y1, d->strips[f].rgb, error);
        if (status == FTH_OK && d->wild[f])
            status = tame_all(work->arena, d->strips[f].rgb, error);
    }
    return status;
}

/* The blocks from d->block up to `end`, and the rows that no later one reaches. */
static enum fth_status take_blocks(const struct fth_work *work, struct denoise *d, int32_t end,
                                   struct fth_error *error)
{
    size_t mark = fth_arena_mark(work->arena);
    int32_t rows = FTH_MIN(end * BLOCK, d->rows) - d->block * BLOCK;
    int32_t bottom = end < d->blocks ? place_of(end * BLOCK, d->height) : d->height;
    enum fth_status status = take_strips(work, d, end, error);
    if (status == FTH_OK)
        status = fth_rows_run(work, rows, BLOCK, take_rows, d);
    if (status == FTH_OK)
        status = fth_rows_run(work, bottom - d->top, BLOCK_ROWS, join_rows, d);
    d->what->others.drop(d->what->others.context);
    fth_arena_return(work->arena, mark);
    d->top = bottom;
    return status;
}

static enum fth_status take(const struct fth_work *work, struct denoise *d,
                            struct fth_error *error)
{
    enum fth_status status = FTH_OK;
    d->top = 0;
    for (d->block = 0; d->block < d->blocks && status == FTH_OK; d->block += d->slots - 1)
        status = take_blocks(work, d, FTH_MIN(d->block + d->slots - 1, d->blocks), error);
    return status;
}

/* ---- all of it -------------------------------------------------------------------------------*/

/* Memory for all of it. */
static enum fth_status make_room(const struct fth_work *work, struct denoise *d,
                                 struct fth_error *error)
{
    struct fth_arena *arena = work->arena;
    size_t count = (size_t)d->what->count, patches = (size_t)d->columns * (size_t)d->rows;
    int32_t strip = FTH_MAX(2 * fth_pool_thread_count(work->pool), STRIP_BLOCKS);
    d->slots = FTH_MIN(strip, d->blocks) + 1;
    size_t sums = (size_t)d->slots * 4 * (BLOCK_ROWS + FTH_PATCH) * (size_t)d->stride;
    d->strips = fth_arena_take(arena, count, sizeof(*d->strips));
    d->seen = fth_arena_take(arena, count, sizeof(*d->seen));
    d->wild = fth_arena_take(arena, count, sizeof(*d->wild));
    d->found = fth_arena_take(arena, count * (size_t)d->blocks, sizeof(*d->found));
    d->places = fth_arena_take(arena, patches * count, sizeof(*d->places));
    d->sums = fth_arena_take(arena, sums, sizeof(float));
    if (!d->strips || !d->seen || !d->wild || !d->found || !d->places || !d->sums)
        return fth_fail_memory(error, sums * sizeof(float), "denoise");
    memcpy(d->first, d->what->first, sizeof(d->first));
    return FTH_OK;
}

/* The first frame's own brightness, and then the places, for which that is enough. */
static enum fth_status find_places(const struct fth_work *work, struct denoise *d,
                                   struct fth_error *error)
{
    enum fth_status status = FTH_OK;
    for (int i = 0; i < 2 && status == FTH_OK; i++)
        status = fth_grid_new(work->arena, d->width, d->height, &d->luma[i], error);
    size_t mark = fth_arena_mark(work->arena);
    if (status == FTH_OK)
        status = look_at(work, d->first, &d->luma[0], &d->wild[0], error);
    if (status == FTH_OK && !d->wild[0])
        fth_arena_return(work->arena, mark);
    if (status == FTH_OK)
        status = follow_all(work, d, error);
    if (status == FTH_OK)
        judge_frames(d);
    return status;
}

/* The second pass: against what the first has left. */
static enum fth_status take_again(const struct fth_work *work, struct denoise *d,
                                  struct fth_error *error)
{
    const struct fth_grid *excess = d->out;
    struct fth_grid pilot[3];
    enum fth_status status = FTH_OK;
    for (int c = 0; c < 3 && status == FTH_OK; c++)
        status = fth_grid_new(work->arena, d->width, d->height, &pilot[c], error);
    d->out = pilot;
    d->from = d->first;
    if (status == FTH_OK)
        status = take(work, d, error);
    d->out = excess;
    d->from = NULL;
    memcpy(d->pilot, pilot, sizeof(pilot));
    return status == FTH_OK ? take(work, d, error) : status;
}

enum fth_status fth_denoise(const struct fth_work *work, const struct fth_denoise *what,
                            const struct fth_grid excess[3], struct fth_error *error)
{
    struct denoise d = {.what = what, .width = excess[0].width, .height = excess[0].height,
                        .out = excess};
    size_t mark = fth_arena_mark(work->arena);
    d.columns = count_of(d.width);
    d.rows = count_of(d.height);
    d.blocks = (d.rows + BLOCK - 1) / BLOCK;
    d.stride = ((ptrdiff_t)d.width + 15) / 16 * 16;
    enum fth_status status = make_room(work, &d, error);
    size_t places = fth_arena_mark(work->arena);
    if (status == FTH_OK)
        status = find_places(work, &d, error);
    if (status == FTH_OK && !d.wild[0])
        fth_arena_return(work->arena, places);
    if (status == FTH_OK)
        status = what->twice ? take_again(work, &d, error) : take(work, &d, error);
    fth_arena_return(work->arena, mark);
    return status;
}
