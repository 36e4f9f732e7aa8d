/* SPDX-License-Identifier: Apache-2.0 */
/* In a tile, sixteen rows at a time become lanes; running sums go along these and back into a ring
 * of rows that reaches as far back as the box does; from there the sums down the columns go on. All
 * that stays in a core's cache. Where a tile ends its lanes and sums are kept, and the tiles to the
 * right and below take them up: to the last bit it is as if there were no tiles. */
#include "ops/box.h"

#include <stdatomic.h>
#include <string.h>

enum {
    GROUP = FTH_LANES,     /* rows that are let in together */
    TILE_ROWS = 128,
    TILE_SIZE = 704 << 10, /* bytes of a tile in work: most of a core's own cache */
    MOST_COLUMNS = 4096,
    USUAL_COLUMNS = 240,   /* where that is too little. A power of two would share cache lines */
    LEAST_COLUMNS = 64,
    LEAST_ROWS = 2 * GROUP,
    SHARES = 3,            /* of a side, for each thread */
};

struct fth_box_set {
    const struct fth_kernels *kernels;
    struct fth_box_plan plan;
    int32_t stride, ring_rows;
    float *ring;   /* of each strip, of each mean: latest rows of sums along */
    double *down;  /* of each strip, of each mean: sums of columns */
    double *along; /* of each group of rows, of each mean: sums of lanes at the last strip's end */
    float *tails;  /* of each group of rows, of each source: the last lanes there */
    const float *zeros;
};

/* Which position lies at `i`, which may be outside 0..n-1; -1: none. */
static int32_t place(enum fth_border border, int64_t i, int32_t n)
{
    if (i >= 0 && i < n)
        return (int32_t)i;
    if (border == FTH_BORDER_ZERO)
        return -1;
    if (border == FTH_BORDER_REPEAT)
        return i < 0 ? 0 : n - 1;
    int64_t period = 2 * (int64_t)n, within = ((i % period) + period) % period;
    return (int32_t)(within < n ? within : period - 1 - within);
}

static int32_t round_up(int32_t value, int32_t to)
{
    return (value + to - 1) / to * to;
}

/* ---- tiles */

/* A side in pieces of at most `most`, and several for each thread. */
static int32_t piece_of(const struct fth_work *work, int32_t side, int32_t least, int32_t most)
{
    int32_t threads = fth_pool_thread_count(work->pool);
    int32_t share = threads > 1 ? side / (SHARES * FTH_MIN(threads, 64)) : most;
    return FTH_MAX(FTH_MIN(share / GROUP * GROUP, most), least);
}

/* What a mean needs of a core's cache: its ring, and about as much beside it as its lanes take. */
static int32_t columns_of(int32_t radius, int means)
{
    int64_t rows = 2 * (int64_t)radius + 2 * GROUP;
    int64_t size = means * (rows + GROUP / 2) * (int64_t)sizeof(float) + GROUP * sizeof(float);
    return (int32_t)FTH_MAX(FTH_MIN(TILE_SIZE / size, MOST_COLUMNS), USUAL_COLUMNS);
}

struct fth_box_cut fth_box_cut(const struct fth_work *work, const struct fth_grid *like,
                               int32_t radius, int means)
{
    struct fth_box_cut cut = {.width = like->width, .height = like->height};
    if (cut.width < 1 || cut.height < 1) /* nothing is cut into no tiles */
        return (struct fth_box_cut){.columns = 1, .rows = 1, .strips = 1};
    /* a mirror, and what a strip leaves to the next, must lie within one strip */
    int64_t least = 2 * (int64_t)radius + GROUP;
    cut.columns = piece_of(work, cut.width, LEAST_COLUMNS, columns_of(radius, means));
    cut.columns = (int32_t)FTH_MIN(FTH_MAX(least, cut.columns), cut.width);
    cut.rows = piece_of(work, cut.height, LEAST_ROWS, TILE_ROWS);
    cut.strips = FTH_MAX((int32_t)(((int64_t)cut.width + cut.columns / 2) / cut.columns), 1);
    cut.blocks = (cut.height + cut.rows - 1) / cut.rows;
    return cut;
}

int32_t fth_box_widest(const struct fth_box_cut *cut)
{
    return FTH_MAX(cut->columns, cut->width - (cut->strips - 1) * cut->columns);
}

struct diagonal {
    const struct fth_box_cut *cut;
    const struct fth_box_job *job;
    const struct fth_cancel *cancel;
    unsigned char *scratch;
    int32_t first, count, sum; /* strips of the diagonal; strip + block */
    atomic_int next;
};

static void run_tiles(void *context, size_t index)
{
    struct diagonal *d = context;
    int at;
    while ((at = atomic_fetch_add(&d->next, 1)) < d->count) {
        if (fth_cancelled(d->cancel))
            return;
        struct fth_box_tile tile = {.strip = d->first + at};
        tile.last = tile.strip == d->cut->strips - 1;
        tile.x0 = tile.strip * d->cut->columns;
        tile.x1 = tile.last ? d->cut->width : tile.x0 + d->cut->columns;
        tile.y0 = (d->sum - tile.strip) * d->cut->rows;
        tile.y1 = FTH_MIN(tile.y0 + d->cut->rows, d->cut->height);
        d->job->tile(d->job->context, &tile, d->scratch + index * d->job->scratch_size);
    }
}

enum fth_status fth_box_tiles(const struct fth_work *work, const struct fth_box_cut *cut,
                              const struct fth_box_job *job, struct fth_error *error)
{
    struct fth_box_job rounded = *job;
    rounded.scratch_size = (job->scratch_size + 63) / 64 * 64;
    struct diagonal d = {.cut = cut, .job = &rounded, .cancel = work->cancel};
    size_t mark = fth_arena_mark(work->arena);
    int32_t workers = FTH_MIN(fth_pool_thread_count(work->pool), cut->strips);
    d.scratch = fth_arena_take(work->arena, (size_t)workers, rounded.scratch_size);
    if (!d.scratch)
        return fth_fail_memory(error, (size_t)workers * rounded.scratch_size, "means of boxes");
    for (d.sum = 0; d.sum < cut->strips + cut->blocks - 1; d.sum++) {
        d.first = FTH_MAX(0, d.sum - cut->blocks + 1);
        d.count = FTH_MIN(cut->strips - 1, d.sum) - d.first + 1;
        atomic_store(&d.next, 0);
        fth_pool_run(work->pool, (size_t)FTH_MIN(workers, d.count), run_tiles, &d);
    }
    fth_arena_return(work->arena, mark);
    return fth_cancelled(work->cancel) ? FTH_CANCELLED : FTH_OK;
}

/* ---- sets of means */

static size_t group_count(const struct fth_box_cut *cut)
{
    return ((size_t)cut->height + GROUP - 1) / GROUP;
}

/* Floats that a strip leaves of each source to the next. */
static size_t tail_of(const struct fth_box_plan *plan)
{
    return plan->cut->strips > 1 ? 2 * (size_t)plan->radius_x * FTH_LANES : 0;
}

/* Floats of a source's lanes: what the last strip left, the columns, what is ahead and beyond. */
static size_t lanes_of(const struct fth_box_plan *plan)
{
    return ((size_t)fth_box_widest(plan->cut) + 3 * (size_t)plan->radius_x + 1) * FTH_LANES;
}

size_t fth_box_scratch(const struct fth_box_plan *plan)
{
    size_t spare = (size_t)fth_box_widest(plan->cut) + (size_t)plan->radius_x; /* a row */
    return ((size_t)plan->source_count + 1) * lanes_of(plan) * sizeof(float) +
           spare * sizeof(float);
}

enum fth_status fth_box_open(const struct fth_work *work, const struct fth_box_plan *plan,
                             struct fth_box_set **result, struct fth_error *error)
{
    const struct fth_box_cut *cut = plan->cut;
    size_t means = (size_t)plan->mean_count, groups = group_count(cut);
    struct fth_box_set *set = fth_arena_take(work->arena, 1, sizeof(*set));
    if (!set)
        return fth_fail_memory(error, sizeof(*set), "means of boxes");
    *set = (struct fth_box_set){.kernels = fth_kernels(), .plan = *plan};
    set->stride = round_up(fth_box_widest(cut) + (plan->lag ? plan->radius_x : 0), GROUP);
    int64_t rows = 2 * (int64_t)plan->radius_y + 1 + GROUP;
    set->ring_rows = (int32_t)FTH_MIN(rows, cut->height);
    size_t columns = (size_t)cut->strips * means * (size_t)set->stride;
    set->ring = fth_arena_take(work->arena, columns * (size_t)set->ring_rows, sizeof(float));
    set->down = fth_arena_take(work->arena, columns, sizeof(double));
    set->along = fth_arena_take(work->arena, groups * means * FTH_LANES, sizeof(double));
    set->tails = fth_arena_take(work->arena, groups * (size_t)plan->source_count,
                                (tail_of(plan) + 1) * sizeof(float));
    float *zeros = fth_arena_take(work->arena, (size_t)set->stride, sizeof(float));
    if (!set->ring || !set->down || !set->along || !set->tails || !zeros)
        return fth_fail_memory(error, columns * (size_t)set->ring_rows * sizeof(float),
                               "means of boxes");
    memset(zeros, 0, (size_t)set->stride * sizeof(*zeros));
    set->zeros = zeros;
    *result = set;
    return FTH_OK;
}

struct fth_box_span fth_box_columns(const struct fth_box_set *set, const struct fth_box_tile *tile)
{
    int32_t lag = set->plan.lag ? set->plan.radius_x : 0;
    return (struct fth_box_span){tile->x0 ? tile->x0 - lag : 0,
                                 tile->last ? tile->x1 : tile->x1 - lag};
}

static float *ring_row(const struct fth_box_set *set, int32_t strip, int mean, int32_t y)
{
    size_t at = ((size_t)strip * (size_t)set->plan.mean_count + (size_t)mean) *
                    (size_t)set->ring_rows + (size_t)(y % set->ring_rows);
    return set->ring + at * (size_t)set->stride;
}

/* ---- along rows */

/* Sixteen rows of a source, and which of its columns are new in this tile. */
struct entry {
    const struct fth_box_tile *tile;
    const struct fth_box_source *source;
    int32_t y0, y1; /* rows; the last stands for those that are missing */
    struct fth_box_span columns;
    float *tail;
};

/* Puts what lies beyond the ends of the picture; `first` is the lane of column 0. */
static void pad_lanes(const struct fth_box_plan *plan, float *first, bool end)
{
    int32_t width = plan->cut->width;
    for (int32_t i = 1; i <= plan->radius_x; i++) {
        int64_t at = end ? (int64_t)width - 1 + i : -(int64_t)i;
        int32_t from = place(plan->border, at, width);
        float *to = first + (ptrdiff_t)at * FTH_LANES;
        if (from < 0)
            memset(to, 0, FTH_LANES * sizeof(*to));
        else
            memcpy(to, first + (ptrdiff_t)from * FTH_LANES, FTH_LANES * sizeof(*to));
    }
}

/* Lanes from the first window of the tile to its last. */
static void fill_lanes(const struct fth_box_set *set, const struct entry *e, float *lanes)
{
    const struct fth_box_plan *plan = &set->plan;
    const struct fth_box_source *source = e->source;
    const float *rows[FTH_LANES];
    ptrdiff_t radius = plan->radius_x;
    size_t fresh = (size_t)(e->columns.end - e->columns.from), tail = tail_of(plan);
    float *to = lanes + (e->tile->x0 ? 2 * radius : radius) * FTH_LANES;
    float *first = to - (ptrdiff_t)e->columns.from * FTH_LANES;
    for (int32_t i = 0; i < FTH_LANES; i++) {
        int32_t y = FTH_MIN(e->y0 + i, e->y1 - 1) % source->rows;
        rows[i] = source->data + (ptrdiff_t)y * source->row_stride +
                  (e->columns.from - source->left);
    }
    if (e->tile->x0)
        memcpy(lanes, e->tail, tail * sizeof(*lanes));
    set->kernels->rows_to_lanes(to, rows, fresh);
    if (!e->tile->x0)
        pad_lanes(plan, first, false);
    if (e->tile->last)
        pad_lanes(plan, first, true);
    else
        memcpy(e->tail, to + (ptrdiff_t)fresh * FTH_LANES - (ptrdiff_t)tail,
               tail * sizeof(*lanes));
}

/* The columns of sources that this tile is the first to see. */
static struct fth_box_span fresh_columns(const struct fth_box_set *set,
                                         const struct fth_box_tile *tile)
{
    int32_t ahead = set->plan.lag ? 0 : set->plan.radius_x;
    return (struct fth_box_span){tile->x0 ? tile->x0 + ahead : 0,
                                 tile->last ? tile->x1 : tile->x1 + ahead};
}

static void sum_along(struct fth_box_set *set, const struct fth_box_tile *tile, int32_t group,
                      int mean, float *scratch)
{
    const struct fth_box_plan *plan = &set->plan;
    const float *lanes[3];
    float *rows[FTH_LANES], *products = scratch + (size_t)plan->source_count * lanes_of(plan);
    struct fth_box_along how = {lanes, 0, tile->x0 == 0, 2 * (size_t)plan->radius_x + 1};
    struct fth_box_span columns = fth_box_columns(set, tile);
    int32_t y0 = group * GROUP;
    for (; how.factors < 3 && plan->factors[mean][how.factors] >= 0; how.factors++)
        lanes[how.factors] =
            scratch + (size_t)plan->factors[mean][how.factors] * lanes_of(plan);
    for (int32_t i = 0; i < FTH_LANES; i++)
        rows[i] = y0 + i < plan->cut->height ? ring_row(set, tile->strip, mean, y0 + i)
                                             : products + lanes_of(plan);
    double *sums = set->along + ((size_t)group * (size_t)plan->mean_count + (size_t)mean) *
                                    FTH_LANES;
    set->kernels->box_along(rows, sums, products, &how, (size_t)(columns.end - columns.from));
}

struct fth_box_span fth_box_let_in(struct fth_box_set *set, const struct fth_box_tile *tile,
                                   int32_t group, const struct fth_box_source *sources,
                                   void *scratch)
{
    const struct fth_box_plan *plan = &set->plan;
    int32_t height = plan->cut->height, y0 = group * GROUP, y1 = FTH_MIN(y0 + GROUP, height);
    struct entry e = {tile, NULL, y0, y1, fresh_columns(set, tile), NULL};
    for (int i = 0; i < plan->source_count; i++) {
        size_t tail = (size_t)group * (size_t)plan->source_count + (size_t)i;
        e.source = &sources[i];
        e.tail = set->tails + tail * tail_of(plan);
        fill_lanes(set, &e, (float *)scratch + (size_t)i * lanes_of(plan));
    }
    for (int i = 0; i < plan->mean_count; i++)
        if (plan->factors[i][0] >= 0)
            sum_along(set, tile, group, i, scratch);
    return (struct fth_box_span){FTH_MAX(y0 - plan->radius_y, 0),
                                 y1 == height ? height : FTH_MAX(y1 - plan->radius_y, 0)};
}

/* ---- down columns */

static const float *summed_row(const struct fth_box_set *set, int32_t strip, int mean, int64_t y)
{
    int32_t at = place(set->plan.border, y, set->plan.cut->height);
    return at < 0 ? set->zeros : ring_row(set, strip, mean, at);
}

static void put(struct fth_box_set *set, const struct fth_box_tile *tile, int mean,
                struct fth_box_span rows, float *const *dst, bool streams)
{
    int32_t radius = set->plan.radius_y, strip = tile->strip;
    struct fth_box_span columns = fth_box_columns(set, tile);
    size_t n = (size_t)(columns.end - columns.from);
    double *sums = set->down + ((size_t)strip * (size_t)set->plan.mean_count + (size_t)mean) *
                                   (size_t)set->stride;
    if (rows.from == 0) {
        memset(sums, 0, n * sizeof(*sums));
        for (int32_t i = -radius; i < radius; i++)
            set->kernels->box_add(sums, summed_row(set, strip, mean, i), n);
    }
    const float *in[FTH_BOX_PUT], *out[FTH_BOX_PUT];
    for (int32_t y = rows.from; y < rows.end; y++) {
        in[y - rows.from] = summed_row(set, strip, mean, (int64_t)y + radius);
        out[y - rows.from] = summed_row(set, strip, mean, (int64_t)y - radius);
    }
    struct fth_box_down how = {in, out, 1 / (2 * (double)radius + 1),
                               (size_t)(rows.end - rows.from), streams};
    set->kernels->box_down(dst, sums, &how, n);
}

void fth_box_put(struct fth_box_set *set, const struct fth_box_tile *tile, int mean,
                 struct fth_box_span rows, float *const *dst)
{
    put(set, tile, mean, rows, dst, false);
}

/* ---- one mean alone */

struct alone {
    struct fth_box_set *set;
    const struct fth_box_mean *mean;
    struct fth_box_source sources[3];
    bool streams;
};

static void put_alone(const struct alone *alone, const struct fth_box_tile *tile,
                      struct fth_box_span rows, float *spare)
{
    const struct fth_kernels *k = alone->set->kernels;
    const struct fth_box_mean *mean = alone->mean;
    int32_t stride = alone->set->stride;
    size_t n = (size_t)(tile->x1 - tile->x0);
    float *to[FTH_BOX_PUT], *dst[FTH_BOX_PUT];
    for (int32_t i = 0; i < rows.end - rows.from; i++) {
        dst[i] = fth_grid_row(mean->dst, rows.from + i) + tile->x0;
        to[i] = alone->streams && mean->divisor ? spare + (ptrdiff_t)i * stride : dst[i];
    }
    put(alone->set, tile, 0, rows, to, alone->streams && !mean->divisor);
    for (int32_t i = 0; i < rows.end - rows.from && mean->divisor; i++) {
        k->divide(to[i], to[i], fth_grid_row(mean->divisor, rows.from + i) + tile->x0, n);
        if (alone->streams)
            k->stream(dst[i], to[i], n);
    }
}

static void run_alone(void *context, const struct fth_box_tile *tile, void *scratch)
{
    const struct alone *alone = context;
    float *spare = scratch, *lanes = spare + FTH_BOX_PUT * (ptrdiff_t)alone->set->stride;
    for (int32_t y = tile->y0; y < tile->y1; y += GROUP) {
        struct fth_box_span rows =
            fth_box_let_in(alone->set, tile, y / GROUP, alone->sources, lanes);
        for (int32_t from = rows.from; from < rows.end; from += FTH_BOX_PUT)
            put_alone(alone, tile,
                      (struct fth_box_span){from, FTH_MIN(from + FTH_BOX_PUT, rows.end)}, spare);
    }
}

enum fth_status fth_box_run(const struct fth_work *work, const struct fth_box_mean *mean,
                            struct fth_error *error)
{
    const struct fth_grid *dst = mean->dst;
    struct fth_box_cut cut = fth_box_cut(work, dst, FTH_MAX(mean->radius_x, mean->radius_y), 1);
    struct fth_box_plan plan = {&cut, mean->radius_x, mean->radius_y, mean->border, false, 0, 1,
                                {{-1, -1, -1}}};
    struct alone alone = {.mean = mean, .streams = fth_grid_streams(dst)};
    size_t mark = fth_arena_mark(work->arena);
    for (int8_t i = 0; i < 3 && mean->factors[i]; i++, plan.source_count++) {
        alone.sources[i] = fth_box_source_of(mean->factors[i]);
        plan.factors[0][i] = i;
    }
    enum fth_status status = fth_box_open(work, &plan, &alone.set, error);
    if (status == FTH_OK) {
        size_t spare = FTH_BOX_PUT * (size_t)alone.set->stride * sizeof(float);
        struct fth_box_job job = {run_alone, &alone, spare + fth_box_scratch(&plan)};
        status = fth_box_tiles(work, &cut, &job, error);
    }
    fth_arena_return(work->arena, mark);
    return status;
}
