/* SPDX-License-Identifier: Apache-2.0 */
/* Levels of blur, one after the other: what lends to a level is blurred together with how much it
 * is, and added to the pixels that are as blurred as it. A level is worked on only around those. */
#include "ops/varblur.h"

#include <math.h>
#include <string.h>

#include "ops/kernels.h"

enum { MOST_LEVELS = 48, SEGMENT = 64, BLOCK_ROWS = 16, ALIGNED = 64 };

/* The narrowest level: below it pixels are mixed with themselves. */
static const double LEAST_RADIUS = 0.5;
/* A pixel sharper than this part of a level lends it nothing; from the next level down, all. */
static const double LENDS_FROM = 0.3;

/* A part of the picture. */
struct box {
    int32_t x0, y0, x1, y1;
};

struct run {
    const struct fth_work *work;
    const struct fth_varblur *how;
    int count;                      /* of levels; 0 is the picture itself */
    double keys[MOST_LEVELS + 2];   /* whose radius each level has */
    uint8_t *uses;                  /* the first and last level of each segment of a row */
    size_t segments;                /* of a row */
    float least;                    /* of all keys */
    float *edges[2];                /* what a blur of ones leaves at borders: columns, rows */
    struct fth_grid share, blurred;
    /* the level and channel at hand */
    int level;
    struct box box;
    bool all_lend;
    struct fth_vary mix;
    const struct fth_grid *src, *dst;
};

/* ---- levels ---- */

static void find_levels(struct run *run)
{
    double radius = FTH_MAX(run->how->radius_x, run->how->radius_y), keys[MOST_LEVELS];
    int count = 0;
    for (double part = 1; count < MOST_LEVELS && (part * radius > LEAST_RADIUS || !count);) {
        keys[count++] = part;
        part = count % 2 ? part * 0.70710678118654752 : keys[count - 2] / 2;
    }
    run->count = count;
    run->keys[0] = 0;
    for (int i = 0; i < count; i++)
        run->keys[i + 1] = keys[count - 1 - i];
}

/* r (r + 1) of a level, as the kernels have it. */
static float spread_of(const struct run *run, int level)
{
    float radius = (float)FTH_MAX(run->how->radius_x, run->how->radius_y);
    float r = (float)run->keys[level] * radius;
    return r * (r + 1);
}

static void find_mix(struct run *run)
{
    int i = run->level;
    run->mix = (struct fth_vary){
        .radius = (float)FTH_MAX(run->how->radius_x, run->how->radius_y),
        .below = i ? spread_of(run, i - 1) : -1,
        .own = spread_of(run, i),
        .above = i < run->count ? spread_of(run, i + 1) : INFINITY,
    };
}

static double lends_all_from(const struct run *run)
{
    int i = run->level;
    return i > 1 ? run->keys[i - 1] : run->keys[1] / 2;
}

static double lends_from(const struct run *run)
{
    return run->level > 1 ? run->keys[run->level] * LENDS_FROM : 0;
}

/* The levels that keys from low to high are mixed of. */
static void levels_between(const struct run *run, float low, float high, uint8_t uses[2])
{
    int first = 0, last = run->count;
    while (first < run->count && (float)run->keys[first + 1] <= low)
        first++;
    while (last > first && (float)run->keys[last - 1] >= high)
        last--;
    uses[0] = (uint8_t)first;
    uses[1] = (uint8_t)last;
}

static void look_at_keys(void *context, int32_t y0, int32_t y1)
{
    struct run *run = context;
    int32_t width = run->how->key->width;
    for (int32_t y = y0; y < y1; y++) {
        const float *key = fth_grid_row(run->how->key, y);
        uint8_t *uses = run->uses + 2 * run->segments * (size_t)y;
        for (int32_t x = 0; x < width; x += SEGMENT, uses += 2) {
            float low = 1, high = 0;
            for (int32_t i = x; i < FTH_MIN(x + SEGMENT, width); i++) {
                float at = key[i] > 0 ? key[i] : 0; /* no number counts as 0 */
                low = at < low ? at : low;
                high = at > high ? at : high;
            }
            levels_between(run, low, high < 1 ? high : 1, uses);
        }
    }
}

static bool is_used(const struct run *run, size_t segment, int32_t y)
{
    const uint8_t *uses = run->uses + 2 * (run->segments * (size_t)y + segment);
    return uses[0] <= run->level && run->level <= uses[1];
}

/* Around all that uses the level; false: nothing does. */
static bool find_box(struct run *run)
{
    int32_t width = run->how->key->width, height = run->how->key->height;
    struct box box = {width, height, 0, 0};
    for (int32_t y = 0; y < height; y++) {
        for (size_t i = 0; i < run->segments; i++) {
            if (!is_used(run, i, y))
                continue;
            box.x0 = FTH_MIN(box.x0, (int32_t)i * SEGMENT);
            box.x1 = FTH_MAX(box.x1, FTH_MIN((int32_t)(i + 1) * SEGMENT, width));
            box.y0 = FTH_MIN(box.y0, y);
            box.y1 = y + 1;
        }
    }
    run->box = box;
    return box.x1 > box.x0;
}

/* ... and as far around that as the level sees. */
static void widen_box(struct run *run)
{
    const struct fth_varblur *how = run->how;
    double part = run->keys[run->level];
    int32_t dx = fth_blur_reach(how->filter, how->passes, how->radius_x * part);
    int32_t dy = fth_blur_reach(how->filter, how->passes, how->radius_y * part);
    struct box *box = &run->box;
    box->x0 = FTH_MAX(box->x0 - dx, 0) / ALIGNED * ALIGNED;
    box->y0 = FTH_MAX(box->y0 - dy, 0) / ALIGNED * ALIGNED;
    box->x1 = FTH_MIN(box->x1 + dx, how->key->width);
    box->y1 = FTH_MIN(box->y1 + dy, how->key->height);
}

/* ---- a level ---- */

static struct fth_grid boxed(const struct run *run, const struct fth_grid *grid)
{
    return fth_grid_part(grid, run->box.x0, run->box.y0, run->box.x1 - run->box.x0,
                         run->box.y1 - run->box.y0);
}

static enum fth_status blur(const struct run *run, const struct fth_grid *from,
                            const struct fth_grid *to, struct fth_error *error)
{
    const struct fth_varblur *how = run->how;
    double part = run->keys[run->level];
    return fth_blur(run->work, from, to, how->filter, how->passes, how->radius_x * part,
                    how->radius_y * part, how->border, error);
}

/* What lends to the level: of a channel, or (src NULL) how much. */
static void lend_rows(void *context, int32_t y0, int32_t y1)
{
    struct run *run = context;
    double low = lends_from(run);
    float scale = (float)(1 / (lends_all_from(run) - low));
    size_t n = (size_t)(run->box.x1 - run->box.x0);
    struct fth_grid to = boxed(run, run->src ? &run->blurred : &run->share);
    struct fth_grid key = boxed(run, run->how->key);
    for (int32_t y = y0; y < y1; y++) {
        float *row = fth_grid_row(&to, y);
        const float *from = row;
        if (!run->src) {
            fth_kernels()->fill(row, 1, n);
            fth_kernels()->vary_lend(row, row, fth_grid_row(&key, y), (float)low, scale, n);
            continue;
        }
        from = fth_grid_row(run->src, y + run->box.y0) + run->box.x0;
        fth_kernels()->vary_lend(row, from, fth_grid_row(&key, y), (float)low, scale, n);
    }
}

/* The share that came out against what a blur of ones would be. */
static void relate_rows(void *context, int32_t y0, int32_t y1)
{
    struct run *run = context;
    struct fth_grid share = boxed(run, &run->share);
    const float *columns = run->edges[0] + run->box.x0, *rows = run->edges[1] + run->box.y0;
    for (int32_t y = y0; y < y1; y++) {
        float *row = fth_grid_row(&share, y);
        for (int32_t x = 0; x < share.width; x++)
            row[x] /= columns[x] * rows[y];
    }
}

/* Ones along either axis, blurred. */
static enum fth_status find_edges(struct run *run, struct fth_error *error)
{
    const struct fth_grid *key = run->how->key;
    struct fth_grid along[2] = {{run->edges[0], key->width, key->width, 1},
                                {run->edges[1], 1, 1, key->height}};
    enum fth_status status = FTH_OK;
    for (int i = 0; i < 2 && status == FTH_OK; i++) {
        double part = run->keys[run->level];
        fth_grid_fill(&along[i], 1);
        status = fth_blur(run->work, &along[i], &along[i], run->how->filter, run->how->passes,
                          i ? 0 : run->how->radius_x * part, i ? run->how->radius_y * part : 0,
                          run->how->border, error);
    }
    return status;
}

static enum fth_status find_share(struct run *run, struct fth_error *error)
{
    int32_t rows = run->box.y1 - run->box.y0;
    run->src = NULL;
    enum fth_status status = fth_rows_run(run->work, rows, BLOCK_ROWS, lend_rows, run);
    struct fth_grid share = boxed(run, &run->share);
    if (status == FTH_OK)
        status = blur(run, &share, &share, error);
    if (status == FTH_OK && run->how->border == FTH_BORDER_ZERO)
        status = find_edges(run, error);
    if (status == FTH_OK && run->how->border == FTH_BORDER_ZERO)
        status = fth_rows_run(run->work, rows, BLOCK_ROWS, relate_rows, run);
    return status;
}

static void gather_rows(void *context, int32_t y0, int32_t y1)
{
    struct run *run = context;
    const struct fth_kernels *k = fth_kernels();
    int32_t width = run->how->key->width;
    for (int32_t y = y0; y < y1; y++) {
        for (size_t i = 0; i < run->segments; i++) {
            size_t x = i * SEGMENT, n = (size_t)FTH_MIN((int32_t)x + SEGMENT, width) - x;
            if (!is_used(run, i, y))
                continue;
            const float *key = fth_grid_row(run->how->key, y) + x;
            const float *own = fth_grid_row(run->src, y) + x;
            float *to = fth_grid_row(run->dst, y) + x;
            if (!run->level)
                k->vary_add(to, own, key, &run->mix, n);
            else if (run->all_lend)
                k->vary_add(to, fth_grid_row(&run->blurred, y) + x, key, &run->mix, n);
            else
                k->vary_gather(to, fth_grid_row(&run->blurred, y) + x, own,
                               (const float *[2]){key, fth_grid_row(&run->share, y) + x},
                               &run->mix, n);
        }
    }
}

/* A channel of the level at hand into the result. */
static enum fth_status add_channel(struct run *run, struct fth_error *error)
{
    int32_t rows = run->box.y1 - run->box.y0;
    enum fth_status status = FTH_OK;
    if (run->level) {
        struct fth_grid from = boxed(run, run->src), to = boxed(run, &run->blurred);
        if (!run->all_lend)
            status = fth_rows_run(run->work, rows, BLOCK_ROWS, lend_rows, run);
        if (status == FTH_OK)
            status = blur(run, run->all_lend ? &from : &to, &to, error);
    }
    if (status == FTH_OK)
        status = fth_rows_run(run->work, run->how->key->height, BLOCK_ROWS, gather_rows, run);
    return status;
}

static enum fth_status add_level(struct run *run, const struct fth_grid *src,
                                 const struct fth_grid *dst, int count, struct fth_error *error)
{
    enum fth_status status = FTH_OK;
    if (!find_box(run))
        return FTH_OK;
    widen_box(run);
    find_mix(run);
    run->all_lend = run->how->lends_sharp || run->least >= (float)lends_all_from(run);
    if (run->level && !run->all_lend)
        status = find_share(run, error);
    for (int i = 0; i < count && status == FTH_OK; i++) {
        run->src = &src[i];
        run->dst = &dst[i];
        status = add_channel(run, error);
    }
    return status;
}

/* ---- all of it ---- */

static enum fth_status prepare(struct run *run, struct fth_error *error)
{
    const struct fth_grid *key = run->how->key;
    struct fth_arena *arena = run->work->arena;
    run->segments = ((size_t)key->width + SEGMENT - 1) / SEGMENT;
    run->uses = fth_arena_take(arena, 2 * run->segments, (size_t)key->height);
    run->edges[0] = fth_arena_take(arena, (size_t)key->width, sizeof(float));
    run->edges[1] = fth_arena_take(arena, (size_t)key->height, sizeof(float));
    if (!run->uses || !run->edges[0] || !run->edges[1])
        return fth_fail_memory(error, 2 * run->segments * (size_t)key->height, "a blur");
    enum fth_status status = fth_grid_new(arena, key->width, key->height, &run->share, error);
    if (status == FTH_OK)
        status = fth_grid_new(arena, key->width, key->height, &run->blurred, error);
    if (status == FTH_OK)
        status = fth_rows_run(run->work, key->height, BLOCK_ROWS, look_at_keys, run);
    run->least = 1;
    for (int32_t y = 0; y < key->height && status == FTH_OK; y++) {
        const float *row = fth_grid_row(key, y);
        for (int32_t x = 0; x < key->width; x++)
            run->least = row[x] >= run->least ? run->least : row[x];
    }
    return status;
}

enum fth_status fth_varblur_run(const struct fth_work *work, const struct fth_varblur *how,
                                const struct fth_grid *src, const struct fth_grid *dst, int count,
                                struct fth_error *error)
{
    struct run run = {.work = work, .how = how};
    size_t mark = fth_arena_mark(work->arena);
    find_levels(&run);
    enum fth_status status = prepare(&run, error);
    for (int i = 0; i < count && status == FTH_OK; i++)
        fth_grid_fill(&dst[i], 0);
    for (run.level = 0; run.level <= run.count && status == FTH_OK; run.level++)
        status = add_level(&run, src, dst, count, error);
    fth_arena_return(work->arena, mark);
    return status;
}
