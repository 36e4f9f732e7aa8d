/* SPDX-License-Identifier: Apache-2.0 */
/* Where a plate lies in a shot. A search over whole pixels of a small picture finds the shift to
 * begin with; then, from coarse to fine, details of the plate are followed into the shot (Lucas and
 * Kanade 1981; gain and offset are found along) by least squares that leave out what does not fit:
 * the subject hides details, but never moves many of them alike. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "depth/plate_details.h"
#include "ops/kernels.h"
#include "ops/regions.h"

enum {
    MOST_SHIFT = FTH_PLATE_SEARCHED / 4,
    MOST_CELLS = 12000, /* of which each gives a detail */
    MOST_ROUNDS = 12,
    NEARBY = 8,       /* pixels of half FTH_PLATE_FINEST that a camera on its legs is shaken by */
    BLOCK = 16,
    UNKNOWNS = 10     /* eight of the motion, gain, offset */
};

static const double least_step = 0.008;   /* of brightness in two pixels: fainter is no detail */
static const double least_sigma = 0.003;
static const double least_gain = 0.4;
static const double least_agreed = 0.25;  /* two pictures of nothing in common agree by .14 */
static const double doubtful = 0.5;       /* so much agreement is no chance */
static const double agreeing = 0.25;      /* of how much details differ among themselves */
static const double simpler_cost = 1.01;  /* times the best: so much a simpler motion may cost */
static const double still_px = 1.0 / 16;  /* the most that a camera on its legs is taken to move */

struct level {
    struct fth_grid shot, plate;
    double scale; /* level's pixels a unit of u and v */
};

struct following {
    const struct fth_work *work;
    struct level levels[FTH_PLATE_LEVELS];
    int level_count;
    double h[8], gain, offset; /* the motion in u and v, laid out as struct fth_plate_motion's m */
    double sigma;              /* of what fits */
};

/* What a level's details are followed with. A detail is a place in the plate, about the middle over
 * half the longer side, and what is there. */
struct trail {
    const struct level *level;
    double *at[2]; /* u and v */
    float *values;
    size_t count;
    double *said[4]; /* as plate_ask says it */
    uint8_t *seen;
    float *offs;
    int exposing; /* 2: gain and offset are found along; 0: they are 1 and 0. While the motion is
                     far off, they would flatten the plate to make it fit */
};

/* ---- the search */

/* Shifts that are tried, a row of them at a time; of each row the best that beats `limit`. */
struct trying {
    const struct fth_grid *shot, *plate;
    int32_t most_x, most_y;
    double limit;
    struct {
        double cost;
        int32_t dx;
    } best[2 * MOST_SHIFT + 1];
};

/* Shifts along a row are tried LANES at a time, the last ones for nothing. The plate's rows have
 * room on both sides, where nothing counts. */
enum { LANES = 16, SHIFTS = (2 * MOST_SHIFT / LANES + 1) * LANES, ROOM = SHIFTS };
_Static_assert(NEARBY <= MOST_SHIFT, "both searches have room");

struct roomy {
    float plate[FTH_PLATE_FINEST + 2 * ROOM], counts[FTH_PLATE_FINEST + 2 * ROOM];
};

/* Adds row y's misfits, which count up to 0.1 a pixel, for shifts by -most_x and on. */
static void add_misfits(const struct trying *t, int32_t y, const struct roomy *roomy,
                        double sums[SHIFTS])
{
    float lanes[LANES];
    for (int32_t first = 0; first <= 2 * t->most_x; first += LANES) {
        int32_t at = ROOM + t->most_x - first - (LANES - 1);
        const float *const rows[2] = {roomy->plate + at, roomy->counts + at};
        fth_kernels()->plate_shifts(lanes, fth_grid_row(t->shot, y), rows, 0.1f,
                                    (size_t)t->shot->width);
        for (int32_t k = 0; k < LANES; k++) /* the further right in the plate, the further left */
            sums[first + LANES - 1 - k] += lanes[k];
    }
}

static void try_row(void *context, size_t row)
{
    struct trying *t = context;
    int32_t dy = (int32_t)row - t->most_y, width = t->shot->width, height = t->shot->height;
    int32_t y0 = FTH_MAX(dy, 0), y1 = FTH_MIN(height, height + dy);
    struct roomy roomy = {{0}, {0}};
    double sums[SHIFTS] = {0};
    fth_kernels()->fill(roomy.counts + ROOM, 1, (size_t)width);
    for (int32_t y = y0; y < y1; y++) {
        memcpy(roomy.plate + ROOM, fth_grid_row(t->plate, y - dy), (size_t)width * sizeof(float));
        add_misfits(t, y, &roomy, sums);
    }
    t->best[row].cost = t->limit;
    for (int32_t dx = -t->most_x; dx <= t->most_x; dx++) {
        double cost = sums[dx + t->most_x] / ((double)(width - abs(dx)) * (y1 - y0));
        if (cost >= t->best[row].cost)
            continue;
        t->best[row].cost = cost;
        t->best[row].dx = dx;
    }
}

/* What staying costs. */
static double price_staying(const struct fth_grid *shot, const struct fth_grid *plate)
{
    struct trying trying = {.shot = shot, .plate = plate, .limit = INFINITY};
    try_row(&trying, 0);
    return trying.best[0].cost;
}

/* The first of the best shifts; at stays where none beats the limit. */
static void try_shifts(const struct fth_work *work, struct trying *t, int32_t at[2])
{
    int32_t rows = 2 * t->most_y + 1;
    fth_pool_run(work->pool, (size_t)rows, try_row, t);
    for (int32_t row = 0; row < rows; row++) {
        if (t->best[row].cost >= t->limit)
            continue;
        t->limit = t->best[row].cost;
        at[0] = t->best[row].dx;
        at[1] = row - t->most_y;
    }
}

static void search(struct following *f, const struct fth_grid *shot, const struct fth_grid *plate)
{
    struct trying trying = {shot, plate, plate->width / 4, plate->height / 4,
                            price_staying(shot, plate) * 0.97, /* it is likelier */
                            {{0}}};
    int32_t best[2] = {0, 0};
    try_shifts(f->work, &trying, best);
    f->h[2] = 2.0 * best[0] / FTH_MAX(shot->width, shot->height);
    f->h[5] = 2.0 * best[1] / FTH_MAX(shot->width, shot->height);
}

/* The best of small shifts at a level where fine texture is still to be seen. Returns the level. */
static int search_nearby(struct following *f)
{
    int i = 0;
    while (i + 1 < f->level_count &&
           FTH_MAX(f->levels[i].shot.width, f->levels[i].shot.height) > FTH_PLATE_FINEST / 2)
        i++;
    const struct level *level = &f->levels[i];
    struct trying trying = {&level->shot, &level->plate, FTH_MIN(NEARBY, level->shot.width / 4),
                            FTH_MIN(NEARBY, level->shot.height / 4), INFINITY, {{0}}};
    int32_t best[2] = {0, 0};
    try_shifts(f->work, &trying, best);
    f->h[2] = best[0] / level->scale;
    f->h[5] = best[1] / level->scale;
    return i;
}

/* ---- details */

static float step_at(const struct fth_grid *grid, int32_t x, int32_t y)
{
    const float *row = fth_grid_row(grid, y);
    float down = fth_grid_row(grid, y + 1)[x] - fth_grid_row(grid, y - 1)[x];
    return fabsf(row[x + 1] - row[x - 1]) + fabsf(down);
}

/* The steepest pixels of the cells of a row of them, put where the picture's first cell of that row
 * would be; returns how many are steep enough. */
static size_t pick_row(const struct trail *trail, int32_t cell, int32_t cy, size_t first)
{
    const struct level *level = trail->level;
    const struct fth_grid *plate = &level->plate;
    int32_t width = plate->width, height = plate->height;
    size_t count = first;
    for (int32_t cx = 2; cx < width - 2; cx += cell) {
        float steepest = (float)least_step;
        int32_t at[2] = {cx, cy};
        for (int32_t y = cy; y < FTH_MIN(cy + cell, height - 2); y++)
            for (int32_t x = cx; x < FTH_MIN(cx + cell, width - 2); x++) {
                float step = step_at(plate, x, y);
                if (step <= steepest)
                    continue;
                steepest = step;
                at[0] = x;
                at[1] = y;
            }
        trail->at[0][count] = (at[0] + 0.5 - 0.5 * width) / level->scale;
        trail->at[1][count] = (at[1] + 0.5 - 0.5 * height) / level->scale;
        trail->values[count] = fth_grid_row(plate, at[1])[at[0]];
        count += steepest > (float)least_step;
    }
    return count - first;
}

/* Rows of cells, each with room for all of its details, of which there are counts[row]. */
struct picking {
    const struct trail *trail;
    size_t *counts, across;
    int32_t cell;
};

static void pick_rows(void *context, int32_t y0, int32_t y1)
{
    const struct picking *p = context;
    for (int32_t row = y0; row < y1; row++)
        p->counts[row] = pick_row(p->trail, p->cell, 2 + row * p->cell, (size_t)row * p->across);
}

/* The steepest pixel of every cell, where it is steep enough. Few details of one cell and many
 * cells: what is full of them does not outweigh the rest. */
static enum fth_status pick_details(const struct fth_work *work, struct trail *trail, int32_t cell,
                                    struct fth_error *error)
{
    const struct fth_grid *plate = &trail->level->plate;
    int32_t rows = FTH_MAX((plate->height - 4 + cell - 1) / cell, 0);
    struct picking p = {trail, fth_arena_take(work->arena, (size_t)rows + 1, sizeof(size_t)),
                        (size_t)(plate->width / cell + 1), cell};
    if (!p.counts)
        return fth_fail_memory(error, ((size_t)rows + 1) * sizeof(size_t), "details of a plate");
    enum fth_status status = fth_rows_run(work, rows, 8, pick_rows, &p);
    trail->count = 0;
    for (int32_t row = 0; row < rows && status == FTH_OK; row++) {
        size_t from = (size_t)row * p.across, count = p.counts[row];
        for (int i = 0; i < 2; i++)
            memmove(trail->at[i] + trail->count, trail->at[i] + from, count * sizeof(double));
        memmove(trail->values + trail->count, trail->values + from, count * sizeof(float));
        trail->count += count;
    }
    return status;
}

/* ---- following */

/* What every detail says: how far it is off, and how that changes with what moves it. */
static void ask(const struct following *f, const struct trail *t)
{
    const struct fth_grid *shot = &t->level->shot;
    struct fth_plate_asking how = {shot->data, shot->row_stride, shot->width, shot->height, {0},
                                   t->level->scale, f->gain, f->offset};
    memcpy(how.motion, f->h, sizeof(how.motion));
    fth_kernels()->plate_ask(t->said, t->seen, (const double *const *)t->at, t->values, &how,
                             t->count);
}

/* How far detail i is off, and how that changes with each unknown: eight of the motion, gain and
 * offset. */
struct said {
    double off, by[UNKNOWNS];
};

static struct said said_of(const struct trail *t, size_t i)
{
    double u = t->at[0][i], v = t->at[1][i];
    double gu = t->said[1][i], gv = t->said[2][i], g = t->said[3][i];
    return (struct said){t->said[0][i], {gu, gv, gu * u, gu * v, gv * u, gv * v, -g * u, -g * v,
                                         -(double)t->values[i], -1}};
}

/* Where the unknowns of struct said are in h: those of a shift come first. */
static const int place_of[8] = {2, 5, 0, 1, 3, 4, 6, 7};

/* a x = b, a symmetric and positive, `count` unknowns, by Cholesky in place; false: it is not. */
static bool solve(double a[UNKNOWNS][UNKNOWNS], double b[UNKNOWNS], int count)
{
    for (int i = 0; i < count; i++) {
        for (int j = 0; j <= i; j++) {
            double sum = a[i][j];
            for (int k = 0; k < j; k++)
                sum -= a[i][k] * a[j][k];
            if (i == j && !(sum > 1e-12))
                return false;
            a[i][j] = i == j ? sqrt(sum) : sum / a[j][j];
        }
    }
    for (int i = 0; i < count; i++) {
        for (int k = 0; k < i; k++)
            b[i] -= a[i][k] * b[k];
        b[i] /= a[i][i];
    }
    for (int i = count - 1; i >= 0; i--) {
        for (int k = i + 1; k < count; k++)
            b[i] -= a[k][i] * b[k];
        b[i] /= a[i][i];
    }
    return true;
}

struct sums {
    double a[UNKNOWNS][UNKNOWNS], b[UNKNOWNS];
};

/* The unknowns in use: those of the motion, then gain and offset or neither. */
static void add_to(struct sums *sums, const struct said *said, int moving, int count,
                   double weight)
{
    double by[UNKNOWNS];
    for (int i = 0; i < count; i++)
        by[i] = said->by[i < moving ? i : 8 + i - moving];
    for (int i = 0; i < count; i++) {
        double weighed = weight * by[i];
        for (int j = 0; j <= i; j++)
            sums->a[i][j] += weighed * by[j];
        sums->b[i] -= weighed * said->off;
    }
}

/* Tukey's biweight: 0 from 4.685 sigmas on. */
static double weight_of(double off, double sigma)
{
    double t = off / (4.685 * sigma);
    t = 1 - t * t;
    return t > 0 ? t * t : 0;
}

/* One round: false when nothing is left to follow or nothing changes any more. */
static bool follow_once(struct following *f, const struct trail *t, int moving)
{
    size_t seen = 0;
    ask(f, t);
    for (size_t i = 0; i < t->count; i++) {
        t->offs[seen] = (float)fabs(t->said[0][i]);
        seen += t->seen[i];
    }
    if (seen < 24)
        return false;
    f->sigma = fmax(1.4826 * fth_median(t->offs, seen), least_sigma);
    struct sums sums = {0};
    for (size_t i = 0; i < t->count; i++) {
        double weight = t->seen[i] ? weight_of(t->said[0][i], f->sigma) : 0;
        if (!(weight > 0))
            continue;
        struct said said = said_of(t, i);
        add_to(&sums, &said, moving, moving + t->exposing, weight);
    }
    for (int i = 0; i < moving + t->exposing; i++)
        sums.a[i][i] *= 1 + 1e-6;
    if (!solve(sums.a, sums.b, moving + t->exposing))
        return false;
    double largest = 0;
    for (int i = 0; i < moving; i++) {
        f->h[place_of[i]] += sums.b[i];
        largest = fmax(largest, fabs(sums.b[i]));
    }
    if (t->exposing) {
        f->gain = fmin(fmax(f->gain + sums.b[moving], least_gain), 1 / least_gain);
        f->offset += sums.b[moving + 1];
    }
    return largest * t->level->scale > 2e-3 || (t->exposing && fabs(sums.b[moving]) > 1e-4);
}

/* Room for what is said of `count` details. */
static enum fth_status make_room(const struct following *f, struct trail *trail, size_t count,
                                 struct fth_error *error)
{
    struct fth_arena *arena = f->work->arena;
    bool taken = true;
    for (int i = 0; i < 4; i++) {
        trail->said[i] = fth_arena_take(arena, count, sizeof(double));
        taken = taken && trail->said[i];
    }
    trail->seen = fth_arena_take(arena, count, 1);
    trail->offs = fth_arena_take(arena, count + 1, sizeof(float));
    if (!taken || !trail->seen || !trail->offs)
        return fth_fail_memory(error, count * 4 * sizeof(double), "details of a plate");
    return FTH_OK;
}

static enum fth_status open_trail(const struct following *f, const struct level *level,
                                  struct trail *trail, struct fth_error *error)
{
    struct fth_arena *arena = f->work->arena;
    int32_t width = level->plate.width, height = level->plate.height, cell = 3;
    while ((int64_t)(width / cell + 1) * (height / cell + 1) > MOST_CELLS)
        cell++;
    size_t most = (size_t)(width / cell + 1) * (size_t)(height / cell + 1);
    *trail = (struct trail){.level = level,
                            .at = {fth_arena_take(arena, most, sizeof(double)),
                                   fth_arena_take(arena, most, sizeof(double))},
                            .values = fth_arena_take(arena, most, sizeof(float))};
    if (!trail->at[0] || !trail->at[1] || !trail->values)
        return fth_fail_memory(error, most * 2 * sizeof(double), "details of a plate");
    enum fth_status status = pick_details(f->work, trail, cell, error);
    return status == FTH_OK ? make_room(f, trail, trail->count, error) : status;
}

static void follow(struct following *f, const struct trail *trail, int moving)
{
    f->gain = 1;
    f->offset = 0;
    for (int i = 0; i < MOST_ROUNDS && follow_once(f, trail, moving); i++)
        continue;
}

/* Mean of Tukey's cost, 0..1: of details that are not seen any more, 1. */
static double cost_of(const struct following *f, const struct trail *t, double sigma)
{
    double sum = 0;
    ask(f, t);
    for (size_t i = 0; i < t->count; i++) {
        double fits = t->seen[i] ? weight_of(t->said[0][i], sigma) : 0;
        sum += 1 - fits * sqrt(fits);
    }
    return t->count ? sum / (double)t->count : 1;
}

/* Share of the details that the shot shows where they should be, by how much they differ among
 * themselves: a fit that has lost all of them is not deceived by its own sigma. */
static double agreement(const struct following *f, const struct trail *t)
{
    size_t agreed = 0;
    if (t->count < 24)
        return 0;
    for (size_t i = 0; i < t->count; i++)
        t->offs[i] = t->values[i];
    float middle = (float)fth_median(t->offs, t->count);
    for (size_t i = 0; i < t->count; i++)
        t->offs[i] = fabsf(t->values[i] - middle);
    double limit = agreeing * 1.4826 * fth_median(t->offs, t->count) * f->gain;
    ask(f, t);
    for (size_t i = 0; i < t->count; i++)
        agreed += t->seen[i] && fabs(t->said[0][i]) <= limit;
    return (double)agreed / (double)t->count;
}

/* Motions of so many unknowns, each followed by itself. */
static const int kinds[] = {0, 2, 6, 8};

struct trial {
    struct following f;
    struct trail trail;
    double sigma, cost;
};

static void try_kind(void *context, size_t kind)
{
    struct trial *trial = (struct trial *)context + kind;
    double *h = trial->f.h;
    if (kinds[kind] < 2)
        h[2] = h[5] = 0;
    if (kinds[kind] < 6) {
        h[0] = h[4] = 1;
        h[1] = h[3] = 0;
    }
    if (kinds[kind] < 8)
        h[6] = h[7] = 0;
    follow(&trial->f, &trial->trail, kinds[kind]);
}

static void price_kind(void *context, size_t kind)
{
    struct trial *trial = (struct trial *)context + kind;
    trial->cost = cost_of(&trial->f, &trial->trail, trial->sigma);
}

/* At the finest level, the simplest motion that fits about as well as any: what has more unknowns
 * follows the noise with them. */
static enum fth_status choose(struct following *f, const struct trail *trail, int moving,
                              double *agreed, struct fth_error *error)
{
    struct trial trials[4];
    double sigma = INFINITY, best = 2;
    enum fth_status status = FTH_OK;
    size_t count = 0, chosen = 0;
    for (; count < 4 && kinds[count] <= moving && status == FTH_OK; count++) {
        trials[count] = (struct trial){.f = *f, .trail = *trail};
        if (count)
            status = make_room(f, &trials[count].trail, trail->count, error);
    }
    if (status != FTH_OK)
        return status;
    fth_pool_run(f->work->pool, count, try_kind, trials);
    for (size_t i = 0; i < count; i++)
        sigma = FTH_MIN(sigma, trials[i].f.sigma);
    for (size_t i = 0; i < count; i++)
        trials[i].sigma = FTH_MAX(sigma, least_sigma);
    fth_pool_run(f->work->pool, count, price_kind, trials);
    for (size_t i = 0; i < count; i++)
        best = FTH_MIN(best, trials[i].cost);
    while (trials[chosen].cost > simpler_cost * best)
        chosen++;
    *f = trials[chosen].f;
    *agreed = agreement(f, trail);
    return FTH_OK;
}

/* ---- the answer */

static void leave(struct fth_plate_motion *motion)
{
    memset(motion->m, 0, sizeof(motion->m));
    motion->m[0] = motion->m[4] = 1;
}

/* From u and v about the middle to pixels from the corner. */
static void to_pixels(const double h[8], int32_t width, int32_t height, double m[8])
{
    double s = 0.5 * FTH_MAX(width, height), cx = 0.5 * width, cy = 0.5 * height;
    double p = h[6] / s, q = h[7] / s, r = 1 - p * cx - q * cy;
    double out[9] = {h[0] + cx * p, h[1] + cx * q, 0, h[3] + cy * p, h[4] + cy * q, 0, p, q, r};
    out[2] = s * h[2] - h[0] * cx - h[1] * cy + cx * r;
    out[5] = s * h[5] - h[3] * cx - h[4] * cy + cy * r;
    for (int i = 0; i < 8; i++)
        m[i] = out[i] / r;
}

void fth_plate_moved(const struct fth_plate_motion *motion, double x, double y, double to[2])
{
    const double *m = motion->m;
    double w = m[6] * x + m[7] * y + 1;
    to[0] = (m[0] * x + m[1] * y + m[2]) / w;
    to[1] = (m[3] * x + m[4] * y + m[5]) / w;
}

/* The furthest that a corner goes, in pixels. */
static double reach(const struct fth_plate_motion *motion, int32_t width, int32_t height)
{
    double furthest = 0;
    for (int i = 0; i < 4; i++) {
        double x = i % 2 ? width : 0, y = i / 2 ? height : 0, to[2];
        fth_plate_moved(motion, x, y, to);
        double length = hypot(to[0] - x, to[1] - y);
        furthest = length > furthest || !(length == length) ? length : furthest;
    }
    return furthest;
}

static void answer(const struct following *f, double agreed, int32_t width, int32_t height,
                   struct fth_plate_motion *motion)
{
    to_pixels(f->h, width, height, motion->m);
    double far = reach(motion, width, height);
    motion->agreed = agreed;
    motion->found = agreed >= least_agreed && far < 0.5 * FTH_MAX(width, height);
    motion->still = motion->found && far < still_px;
    if (!motion->found || motion->still)
        leave(motion);
}

/* From level `first`, coarse, to fine. */
static enum fth_status climb(struct following *f, enum fth_plate_register kind, int first,
                             double *agreed, struct fth_error *error)
{
    enum fth_status status = FTH_OK;
    for (int i = first; i >= 0 && status == FTH_OK; i--) {
        /* the coarse ones have too few details for more than a shift, the next for eight */
        int most = i > 2 || i == f->level_count - 1 ? 2 : i > 1 ? 6 : 8;
        struct trail trail;
        size_t mark = fth_arena_mark(f->work->arena);
        status = open_trail(f, &f->levels[i], &trail, error);
        trail.exposing = i > 0 ? 0 : 2;
        if (status == FTH_OK && i > 0)
            follow(f, &trail, FTH_MIN(most, kinds[kind]));
        else if (status == FTH_OK)
            status = choose(f, &trail, kinds[kind], agreed, error);
        fth_arena_return(f->work->arena, mark);
    }
    return status;
}

/* Of a set that is fine texture or repeats itself the search sees nothing, and goes by the subject:
 * where it says that the camera went far, or little agrees, what is nearby is tried as well, and
 * what more details agree to is taken. */
static enum fth_status climb_both(struct following *f, enum fth_plate_register kind,
                                  double *agreed, struct fth_error *error)
{
    struct following near = *f;
    double nearby = 0;
    bool far = f->h[2] != 0 || f->h[5] != 0;
    enum fth_status status = climb(f, kind, f->level_count - 1, agreed, error);
    if (status != FTH_OK || !(far || *agreed < doubtful))
        return status;
    status = climb(&near, kind, search_nearby(&near), &nearby, error);
    if (status == FTH_OK && nearby >= *agreed) {
        *f = near;
        *agreed = nearby;
    }
    return status;
}

static enum fth_status make_details(const struct fth_work *work, const struct fth_grid rgb[3],
                                    float *rooms[FTH_PLATE_ROOMS], struct fth_error *error)
{
    size_t size = fth_plate_room(rgb->width, rgb->height);
    int count = fth_plate_room_count(rgb->width, rgb->height);
    for (int i = 0; i < count; i++) {
        rooms[i] = fth_arena_take(work->arena, size, sizeof(float));
        if (!rooms[i])
            return fth_fail_memory(error, size * sizeof(float), "details of a picture");
    }
    return fth_plate_find_details(work, rgb, rooms, error);
}

/* What is smaller tells nothing. */
static bool is_registered(const struct fth_grid *shot, enum fth_plate_register kind)
{
    return kind != FTH_PLATE_STAYS && FTH_MIN(shot->width, shot->height) >= 8;
}

enum fth_status fth_plate_register_by(const struct fth_work *work, const struct fth_grid shot[3],
                                      float *const rooms[FTH_PLATE_ROOMS],
                                      enum fth_plate_register kind,
                                      struct fth_plate_motion *motion, struct fth_error *error)
{
    struct following f = {.work = work, .h = {1, 0, 0, 0, 1, 0, 0, 0}, .gain = 1};
    size_t mark = fth_arena_mark(work->arena);
    int32_t width = shot->width, height = shot->height;
    *motion = (struct fth_plate_motion){.found = true, .still = true};
    leave(motion);
    if (!is_registered(shot, kind))
        return FTH_OK;
    float *own[FTH_PLATE_ROOMS];
    double agreed = 0;
    enum fth_status status = make_details(work, shot, own, error);
    if (status == FTH_OK) {
        struct fth_plate_details s, p;
        fth_plate_lay_details(width, height, own, &s);
        fth_plate_lay_details(width, height, rooms, &p);
        f.level_count = s.level_count;
        for (int i = 0; i < f.level_count; i++)
            f.levels[i] = (struct level){s.levels[i], p.levels[i],
                                         0.5 * FTH_MAX(s.levels[i].width, s.levels[i].height)};
        search(&f, &s.searched, &p.searched);
        status = climb_both(&f, kind, &agreed, error);
    }
    if (status == FTH_OK)
        answer(&f, agreed, width, height, motion);
    fth_arena_return(work->arena, mark);
    return status;
}

enum fth_status fth_plate_register(const struct fth_work *work, const struct fth_grid shot[3],
                                   const struct fth_grid plate[3], enum fth_plate_register kind,
                                   struct fth_plate_motion *motion, struct fth_error *error)
{
    float *rooms[FTH_PLATE_ROOMS] = {NULL};
    size_t mark = fth_arena_mark(work->arena);
    enum fth_status status = FTH_OK;
    if (is_registered(shot, kind))
        status = make_details(work, plate, rooms, error);
    if (status == FTH_OK)
        status = fth_plate_register_by(work, shot, rooms, kind, motion, error);
    fth_arena_return(work->arena, mark);
    return status;
}
