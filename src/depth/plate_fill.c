/* SPDX-License-Identifier: Apache-2.0 */
/* Gaps in a vote that are the subject after all. Where subject and set are nearly alike no pixel is
 * sure, but many together are: a gap through which the set is seen differs by no more than the set
 * does elsewhere, one in a subject of its colour by more. Gaps are what the subject encloses, and
 * its bays, which closing by a disc would fill. */
#include <math.h>
#include <string.h>

#include "base/compiler.h"
#include "depth/plate_parts.h"
#include "ops/morph.h"

/* Found on photographs of people, animals and toys laid over others (docs/keying.md). */
static const double beyond_set = 1.2;               /* times the set's mean sigma ... */
static const double beyond_hole = 0.3, beyond_bay = 1.75; /* ... and as many sigmas more ... */
static const double beyond_few = 7;                 /* ... and this over the root of its pixels */
static const double beyond_spill = 4; /* ... where a coder spills beside what moves */
static const float most_sigmas = 12;
static const double still_share = 0.1; /* of a gap's pixels; soft borders lend it their sigmas */
static const double shaded_share = 0.3;
static const double known = -1.55; /* a vote below is sure of the set: by its texture, by a hint */
static const double bay_share = 0.04; /* of the frame's height: half a bay's widest mouth */

/* Pixels of a row that belong together. */
struct run {
    int32_t y, x0, x1;
    int32_t parent; /* run of the same gap that comes before; its own number: none */
};

struct gap {
    double pixels, sigmas, votes;
    double still;   /* pixels that differ by no more than the set's mean */
    double shaded;  /* pixels that would differ by more, but for a shadow */
    bool at_border;
};

/* What is open of a row. */
struct row {
    int32_t runs, pixels;
    float sigmas;
};

struct filling {
    const struct fth_plate_pair *pair;
    const struct fth_plate_noise *inverse;
    const struct fth_grid *sigmas, *vote;
    struct fth_mask open;   /* 1: pixel of a gap */
    struct row *rows;
    struct run *runs;
    struct gap *gaps;       /* of every run that is the first of its gap */
    int32_t count;
    double set;             /* mean sigma of all that is open */
    struct fth_grid distances; /* of cells */
    struct fth_mask cells, wide;
};

/* ---- gaps */

static int32_t first_of(struct run *runs, int32_t i)
{
    while (runs[i].parent != i) {
        runs[i].parent = runs[runs[i].parent].parent;
        i = runs[i].parent;
    }
    return i;
}

/* Runs of this row, from `from` on, join those of the row above, which begin at `above`. */
static void join_rows(struct run *runs, int32_t above, int32_t from, int32_t end)
{
    for (int32_t a = above, b = from; a < from && b < end;) {
        if (runs[a].x0 < runs[b].x1 && runs[b].x0 < runs[a].x1) {
            int32_t p = first_of(runs, a), q = first_of(runs, b);
            runs[FTH_MAX(p, q)].parent = FTH_MIN(p, q);
        }
        if (runs[a].x1 < runs[b].x1)
            a++;
        else
            b++;
    }
}

static void find_runs(struct filling *f)
{
    int32_t count = 0, above = 0;
    for (int32_t y = 0; y < f->open.height; y++) {
        const uint8_t *row = fth_mask_row(&f->open, y);
        int32_t from = count, width = f->open.width;
        for (int32_t x = 0; x < width && count - from < f->rows[y].runs; x++) {
            x = (int32_t)((const uint8_t *)memchr(row + x, 1, (size_t)(width - x)) - row);
            const uint8_t *stop = memchr(row + x, 0, (size_t)(width - x));
            int32_t x1 = stop ? (int32_t)(stop - row) : width;
            f->runs[count] = (struct run){y, x, x1, count};
            count++;
            x = x1;
        }
        join_rows(f->runs, above, from, count);
        above = from;
    }
    f->count = count;
}

enum { PIECE = 256 };

static void split(const struct fth_grid rgb[3], int32_t y, int32_t x, float (*to)[PIECE], size_t n)
{
    const float *const from[3] = {fth_grid_row(&rgb[0], y) + x, fth_grid_row(&rgb[1], y) + x,
                                  fth_grid_row(&rgb[2], y) + x};
    float *const rows[3] = {to[0], to[1], to[2]};
    fth_kernels()->plate_split(rows, from, n);
}

/* Pixels of a run that are much darker than their sigmas say. */
static int32_t count_shaded(const struct filling *f, const struct run *run)
{
    const float *sigmas = fth_grid_row(f->sigmas, run->y), *inverse = f->inverse->sigma[0];
    const uint8_t *grades = fth_mask_row(&f->pair->grades, run->y);
    float shot[3][PIECE], plate[3][PIECE]; /* luma and two that are not asked for */
    int32_t count = 0;
    for (int32_t x0 = run->x0, n; x0 < run->x1; x0 += n) {
        n = FTH_MIN(run->x1 - x0, PIECE);
        split(f->pair->shot_rgb, run->y, x0, shot, (size_t)n);
        split(f->pair->plate_rgb, run->y, x0, plate, (size_t)n);
        for (int32_t x = 0; x < n; x++) {
            float darker = (plate[0][x] - shot[0][x]) * inverse[grades[x0 + x]];
            count += darker > sigmas[x0 + x] + 1;
        }
    }
    return count;
}

static void measure_run(const struct filling *f, const struct run *run, struct gap *gap)
{
    const float *sigmas = fth_grid_row(f->sigmas, run->y), *vote = fth_grid_row(f->vote, run->y);
    float sum = 0, votes = 0, set = (float)f->set;
    int32_t still = 0;
    for (int32_t x = run->x0; x < run->x1; x++) {
        sum += FTH_MIN(sigmas[x], most_sigmas);
        votes += vote[x];
        still += sigmas[x] <= set;
    }
    gap->still += still;
    gap->shaded += count_shaded(f, run);
    gap->pixels += run->x1 - run->x0;
    gap->sigmas += (double)sum;
    gap->votes += (double)votes;
}

/* Those at the border only where they are asked for. */
static void measure(struct filling *f, bool at_border)
{
    memset(f->gaps, 0, (size_t)f->count * sizeof(*f->gaps));
    for (int32_t i = 0; i < f->count; i++) {
        const struct run *run = &f->runs[i];
        if (run->y == 0 || run->y == f->open.height - 1 || run->x0 == 0 ||
            run->x1 == f->open.width)
            f->gaps[first_of(f->runs, i)].at_border = true;
    }
    for (int32_t i = 0; i < f->count; i++) {
        struct gap *gap = &f->gaps[first_of(f->runs, i)];
        if (at_border || !gap->at_border)
            measure_run(f, &f->runs[i], gap);
    }
}

static enum fth_status find_gaps(const struct fth_work *work, struct filling *f, bool at_border,
                                 struct fth_error *error)
{
    size_t count = 1;
    for (int32_t y = 0; y < f->open.height; y++)
        count += (size_t)f->rows[y].runs;
    f->runs = fth_arena_take(work->arena, count, sizeof(*f->runs));
    f->gaps = fth_arena_take(work->arena, count, sizeof(*f->gaps));
    if (!f->runs || !f->gaps)
        return fth_fail_memory(error, count * sizeof(*f->gaps), "gaps of a matte");
    find_runs(f);
    measure(f, at_border);
    return fth_cancelled(work->cancel) ? FTH_CANCELLED : FTH_OK;
}

/* What is filled is something, and no gap any more. */
static void fill(struct filling *f, double beyond, bool at_border)
{
    for (int32_t i = 0; i < f->count; i++) {
        const struct run *run = &f->runs[i];
        const struct gap *gap = &f->gaps[first_of(f->runs, i)];
        double least = beyond_set * f->set + beyond + beyond_few / sqrt(gap->pixels);
        if ((gap->at_border && !at_border) || !(gap->sigmas > least * gap->pixels) ||
            !(gap->votes > known * gap->pixels) || gap->still > still_share * gap->pixels ||
            gap->shaded > shaded_share * gap->pixels)
            continue;
        for (int32_t x = run->x0; x < run->x1; x++)
            fth_grid_row(f->vote, run->y)[x] = 1;
        memset(fth_mask_row(&f->open, run->y) + run->x0, 0, (size_t)(run->x1 - run->x0));
    }
}

/* ---- bays */

/* Cells that are open for the most part are wide, so that soft edges are none. */
static void find_wide(void *context, int32_t y0, int32_t y1)
{
    const struct filling *f = context;
    for (int32_t y = y0; y < y1; y++) {
        const uint8_t *rows[FTH_PLATE_CELL] = {NULL};
        uint8_t *wide = fth_mask_row(&f->wide, y), *cells = fth_mask_row(&f->cells, y);
        int32_t from = y * FTH_PLATE_CELL, count = FTH_MIN(FTH_PLATE_CELL, f->open.height - from);
        for (int32_t k = 0; k < count; k++)
            rows[k] = fth_mask_row(&f->open, from + k);
        fth_kernels()->plate_wide(wide, rows, count, (size_t)f->open.width);
        for (int32_t x = 0; x < f->cells.width; x++)
            cells[x] = !wide[x];
    }
}

/* cells := 1 where distances are above the radius */
static void compare(const struct filling *f, float radius)
{
    for (int32_t y = 0; y < f->cells.height; y++) {
        const float *row = fth_grid_row(&f->distances, y);
        uint8_t *cells = fth_mask_row(&f->cells, y);
        for (int32_t x = 0; x < f->cells.width; x++)
            cells[x] = row[x] > radius;
    }
}

/* Of a row of pixels what lies in cells that are not 0 stays open. */
static void keep_row(const struct filling *f, const uint8_t *cells, int32_t y)
{
    int32_t width = f->open.width, done = 0; /* columns */
    uint8_t *row = fth_mask_row(&f->open, y);
    for (int32_t x = 0; x < f->cells.width; x++) {
        if (!cells[x])
            continue;
        memset(row + done, 0, (size_t)(x * FTH_PLATE_CELL - done));
        done = FTH_MIN((x + 1) * FTH_PLATE_CELL, width);
    }
    memset(row + done, 0, (size_t)(width - done));
    f->rows[y].runs = row[0];
    for (int32_t x = 1; x < width; x++)
        f->rows[y].runs += row[x] > row[x - 1];
}

/* Leaves open what cells and wide both are. */
static void keep_rows(void *context, int32_t y0, int32_t y1)
{
    const struct filling *f = context;
    for (int32_t cy = y0; cy < y1; cy++) {
        uint8_t *cells = fth_mask_row(&f->cells, cy);
        const uint8_t *wide = fth_mask_row(&f->wide, cy);
        int32_t bottom = FTH_MIN((cy + 1) * FTH_PLATE_CELL, f->open.height);
        for (int32_t x = 0; x < f->cells.width; x++)
            cells[x] &= wide[x];
        bool any = memchr(cells, 1, (size_t)f->cells.width) != NULL;
        for (int32_t y = cy * FTH_PLATE_CELL; y < bottom; y++) {
            f->rows[y].runs = 0; /* nobody looks at such a row */
            if (any)
                keep_row(f, cells, y);
        }
    }
}

/* Leaves open only what lies in bays. */
static enum fth_status keep_bays(const struct fth_work *work, struct filling *f,
                                 struct fth_error *error)
{
    int32_t width = (f->open.width + FTH_PLATE_CELL - 1) / FTH_PLATE_CELL;
    int32_t height = (f->open.height + FTH_PLATE_CELL - 1) / FTH_PLATE_CELL;
    float radius = (float)(bay_share * f->open.height / FTH_PLATE_CELL);
    enum fth_status status = fth_grid_new(work->arena, width, height, &f->distances, error);
    if (status == FTH_OK)
        status = fth_mask_new(work->arena, width, height, &f->cells, error);
    if (status == FTH_OK)
        status = fth_mask_new(work->arena, width, height, &f->wide, error);
    if (status == FTH_OK)
        status = fth_rows_run(work, height, 4, find_wide, f);
    if (status == FTH_OK)
        status = fth_distance_near(work, &f->cells, radius, &f->distances, error);
    if (status != FTH_OK)
        return status;
    compare(f, radius); /* the set, out of the disc's reach */
    status = fth_distance_near(work, &f->cells, radius, &f->distances, error);
    if (status != FTH_OK)
        return status;
    compare(f, radius);
    return fth_rows_run(work, height, 4, keep_rows, f);
}

/* ---- both */

enum { TOGETHER = 4 };

/* Sums of a few rows go beside each other: each waits for itself. */
static void add_sigmas(const struct filling *f, int32_t y, int32_t count)
{
    const float *sigmas[TOGETHER];
    const uint8_t *rows[TOGETHER];
    float sums[TOGETHER] = {0};
    for (int32_t k = 0; k < TOGETHER; k++) {
        int32_t at = y + FTH_MIN(k, count - 1);
        sigmas[k] = fth_grid_row(f->sigmas, at);
        rows[k] = fth_mask_row(&f->open, at);
    }
    for (int32_t x = 0; x < f->open.width; x++) {
        for (int32_t k = 0; k < TOGETHER; k++)
            sums[k] += rows[k][x] ? FTH_MIN(sigmas[k][x], most_sigmas) : 0;
    }
    for (int32_t k = 0; k < count; k++)
        f->rows[y + k].sigmas = sums[k];
}

static void open_rows(void *context, int32_t y0, int32_t y1)
{
    const struct filling *f = context;
    for (int32_t y = y0; y < y1; y++) {
        int32_t counts[2];
        fth_kernels()->plate_open(fth_mask_row(&f->open, y), counts, fth_grid_row(f->vote, y),
                                  (size_t)f->open.width);
        f->rows[y].pixels = counts[0];
        f->rows[y].runs = counts[1];
    }
    for (int32_t y = y0; y < y1; y += TOGETHER)
        add_sigmas(f, y, FTH_MIN(TOGETHER, y1 - y));
}

static double mean_of(const struct filling *f)
{
    double sum = 0, pixels = 0;
    for (int32_t y = 0; y < f->open.height; y++) {
        pixels += f->rows[y].pixels;
        sum += (double)f->rows[y].sigmas;
    }
    return pixels > 0 ? sum / pixels : 0;
}

enum fth_status fth_plate_fill(const struct fth_work *work, const struct fth_plate_pair *pair,
                               const struct fth_plate_level *level,
                               const struct fth_grid *sigmas, const struct fth_grid *vote,
                               struct fth_error *error)
{
    double spilled = level->noise->copied ? beyond_spill : 0;
    struct filling f = {.pair = pair, .inverse = level->inverse, .sigmas = sigmas, .vote = vote};
    size_t mark = fth_arena_mark(work->arena);
    f.rows = fth_arena_take(work->arena, (size_t)vote->height, sizeof(*f.rows));
    if (!f.rows)
        return fth_fail_memory(error, (size_t)vote->height * sizeof(*f.rows), "gaps of a matte");
    enum fth_status status = fth_mask_new(work->arena, vote->width, vote->height, &f.open, error);
    if (status == FTH_OK)
        status = fth_rows_run(work, vote->height, 16, open_rows, &f);
    f.set = status == FTH_OK ? mean_of(&f) : 0;
    if (status == FTH_OK)
        status = find_gaps(work, &f, false, error);
    if (status == FTH_OK) {
        fill(&f, beyond_hole + spilled, false);
        status = keep_bays(work, &f, error);
    }
    if (status == FTH_OK)
        status = find_gaps(work, &f, true, error);
    if (status == FTH_OK)
        fill(&f, beyond_bay + spilled, true);
    fth_arena_return(work->arena, mark);
    return status;
}
