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

struct filling {
    const struct fth_plate_pair *pair;
    const struct fth_plate_noise *inverse;
    const struct fth_grid *sigmas, *vote;
    struct fth_mask open;   /* 1: pixel of a gap */
    struct run *runs;
    struct gap *gaps;       /* of every run that is the first of its gap */
    int32_t count;
    struct gap *rows; /* what is open of each row */
    double set;       /* mean sigma of all that is */
};

/* ---- gaps */

static int32_t count_runs(const struct fth_mask *open)
{
    int32_t count = 0;
    for (int32_t y = 0; y < open->height; y++) {
        const uint8_t *row = fth_mask_row(open, y);
        count += row[0];
        for (int32_t x = 1; x < open->width; x++)
            count += row[x] & ~row[x - 1] & 1;
    }
    return count;
}

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
        for (int32_t x = 0; x < width; x++) {
            const uint8_t *next = row[x] ? NULL : memchr(row + x, 1, (size_t)(width - x));
            if (!row[x] && !next)
                break;
            x = next ? (int32_t)(next - row) : x;
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

/* Pixels of a run that are much darker than their sigmas say. */
static int32_t count_shaded(const struct filling *f, const struct run *run)
{
    const float *sigmas = fth_grid_row(f->sigmas, run->y), *inverse = f->inverse->sigma[0];
    const float *shot = fth_grid_row(&f->pair->shot[0], run->y);
    const float *plate = fth_grid_row(&f->pair->plate[0], run->y);
    const uint8_t *grades = fth_mask_row(&f->pair->grades, run->y);
    int32_t count = 0;
    for (int32_t x = run->x0; x < run->x1; x++)
        count += (plate[x] - shot[x]) * inverse[grades[x]] > sigmas[x] + 1;
    return count;
}

static void measure(struct filling *f)
{
    memset(f->gaps, 0, (size_t)f->count * sizeof(*f->gaps));
    for (int32_t i = 0; i < f->count; i++) {
        const struct run *run = &f->runs[i];
        struct gap *gap = &f->gaps[first_of(f->runs, i)];
        const float *sigmas = fth_grid_row(f->sigmas, run->y);
        const float *vote = fth_grid_row(f->vote, run->y);
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
        gap->at_border |= run->y == 0 || run->y == f->open.height - 1 || run->x0 == 0 ||
                          run->x1 == f->open.width;
    }
}

static enum fth_status find_gaps(const struct fth_work *work, struct filling *f,
                                 struct fth_error *error)
{
    size_t count = (size_t)FTH_MAX(count_runs(&f->open), 1);
    f->runs = fth_arena_take(work->arena, count, sizeof(*f->runs));
    f->gaps = fth_arena_take(work->arena, count, sizeof(*f->gaps));
    if (!f->runs || !f->gaps)
        return fth_fail_memory(error, count * sizeof(*f->gaps), "gaps of a matte");
    find_runs(f);
    measure(f);
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

/* Cells that are open for the most part. */
static void find_cells(const struct fth_mask *open, const struct fth_mask *cells)
{
    for (int32_t y = 0; y < cells->height; y++) {
        for (int32_t x = 0; x < cells->width; x++) {
            int32_t x1 = FTH_MIN((x + 1) * FTH_PLATE_CELL, open->width), sum = 0, all = 0;
            int32_t y1 = FTH_MIN((y + 1) * FTH_PLATE_CELL, open->height);
            for (int32_t py = y * FTH_PLATE_CELL; py < y1; py++) {
                for (int32_t px = x * FTH_PLATE_CELL; px < x1; px++, all++)
                    sum += fth_mask_row(open, py)[px];
            }
            fth_mask_row(cells, y)[x] = 2 * sum > all;
        }
    }
}

/* far := 1 where `distances` are above the radius */
static void compare(const struct fth_grid *distances, float radius, const struct fth_mask *far)
{
    for (int32_t y = 0; y < far->height; y++) {
        const float *row = fth_grid_row(distances, y);
        for (int32_t x = 0; x < far->width; x++)
            fth_mask_row(far, y)[x] = row[x] > radius;
    }
}

/* cells := 1 where `wide` is 0 */
static void invert(const struct fth_mask *wide, const struct fth_mask *cells)
{
    for (int32_t y = 0; y < cells->height; y++) {
        for (int32_t x = 0; x < cells->width; x++)
            fth_mask_row(cells, y)[x] = !fth_mask_row(wide, y)[x];
    }
}

/* Leaves open only what lies in bays. */
static enum fth_status keep_bays(const struct fth_work *work, const struct fth_mask *open,
                                 struct fth_error *error)
{
    struct fth_grid distances;
    struct fth_mask cells, wide;
    int32_t width = (open->width + FTH_PLATE_CELL - 1) / FTH_PLATE_CELL;
    int32_t height = (open->height + FTH_PLATE_CELL - 1) / FTH_PLATE_CELL;
    float radius = (float)(bay_share * open->height / FTH_PLATE_CELL);
    enum fth_status status = fth_grid_new(work->arena, width, height, &distances, error);
    if (status == FTH_OK)
        status = fth_mask_new(work->arena, width, height, &cells, error);
    if (status == FTH_OK)
        status = fth_mask_new(work->arena, width, height, &wide, error);
    if (status != FTH_OK)
        return status;
    find_cells(open, &wide); /* so that soft edges are none */
    invert(&wide, &cells);
    status = fth_distance(work, &cells, &distances, error);
    compare(&distances, radius, &cells); /* the set, out of the disc's reach */
    if (status == FTH_OK)
        status = fth_distance(work, &cells, &distances, error);
    if (status != FTH_OK)
        return status;
    compare(&distances, radius, &cells);
    for (int32_t y = 0; y < open->height; y++) {
        const uint8_t *from = fth_mask_row(&cells, y / FTH_PLATE_CELL);
        const uint8_t *most = fth_mask_row(&wide, y / FTH_PLATE_CELL);
        uint8_t *row = fth_mask_row(open, y);
        for (int32_t x = 0; x < open->width; x++)
            row[x] = row[x] & from[x / FTH_PLATE_CELL] & most[x / FTH_PLATE_CELL];
    }
    return FTH_OK;
}

/* ---- both */

static void open_rows(void *context, int32_t y0, int32_t y1)
{
    const struct filling *f = context;
    for (int32_t y = y0; y < y1; y++) {
        const float *vote = fth_grid_row(f->vote, y);
        uint8_t *row = fth_mask_row(&f->open, y);
        const float *sigmas = fth_grid_row(f->sigmas, y);
        float sum = 0;
        int32_t count = 0;
        for (int32_t x = 0; x < f->open.width; x++) {
            row[x] = !(vote[x] > 0);
            count += row[x];
            sum += row[x] ? FTH_MIN(sigmas[x], most_sigmas) : 0;
        }
        f->rows[y] = (struct gap){.pixels = count, .sigmas = (double)sum};
    }
}

static double mean_of(const struct filling *f)
{
    double sum = 0, pixels = 0;
    for (int32_t y = 0; y < f->open.height; y++) {
        pixels += f->rows[y].pixels;
        sum += f->rows[y].sigmas;
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
        status = find_gaps(work, &f, error);
    if (status == FTH_OK) {
        fill(&f, beyond_hole + spilled, false);
        status = keep_bays(work, &f.open, error);
    }
    if (status == FTH_OK)
        status = find_gaps(work, &f, error);
    if (status == FTH_OK)
        fill(&f, beyond_bay + spilled, true);
    fth_arena_return(work->arena, mark);
    return status;
}
