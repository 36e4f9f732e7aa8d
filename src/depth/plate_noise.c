/* SPDX-License-Identifier: Apache-2.0 */
/* How much a shot and its plate differ where they show the same. Differences are counted by the
 * plate's brightness and steepness: noise of a sensor grows with light, and what is left of a
 * camera's movement with steepness. First all is counted and only its middle believed, of which the
 * subject is no part; then what is far beyond is left out with some room around it, and of the rest
 * the tail is looked at too, which is what makes false edges. */
#include <math.h>
#include <string.h>

#include "base/compiler.h"
#include "depth/plate_parts.h"
#include "ops/blur.h"
#include "ops/math.h"
#include "ops/morph.h"

enum { LEVELS = 8, STEPS = 6, BINS = 256, STRIPES = 8, PIECE = 512 };
enum { FEW = 50 };

static const float bins_a_unit = 1024;
static const float least_sigma[2] = {0.005f, 0.012f}; /* the tail of all decides between them */
static const float coded_colours = 2.5f; /* beside luma */
static const float rough_sigmas = 3.5f, most_sigmas = 12;

/* Quantiles of what differences are, and of how many sigmas a normal distribution has there. */
struct quantile {
    double share, sigmas;
};
static const struct quantile middle[] = {{.20, .2533}, {.40, .5244}}; /* more may be subject */
static const struct quantile tail[] = {{.40, .5244}, {.95, 1.9600}};
static const struct quantile end = {.99, 2.5758};

struct histograms {
    uint32_t bins[3][FTH_PLATE_GRADES][BINS];
};

struct counting {
    const struct fth_plate_samples *samples;
    const struct fth_grid *rough; /* of cells; above 0: these alone; NULL: all */
    struct histograms *stripes;
};

/* ---- counting */

/* Samples of row y from range[0] to range[1]. */
static void count_piece(const struct counting *c, struct histograms *h, int32_t y,
                        const int32_t range[2])
{
    const struct fth_plate_samples *s = c->samples;
    int32_t x0 = range[0], n = range[1] - x0;
    const float *seen = fth_grid_row(&s->apart[0], y) + x0;
    const uint8_t *grades = fth_mask_row(&s->grades, y) + x0;
    uint8_t bins[3][PIECE];
    for (int i = 0; i < 3; i++)
        fth_kernels()->plate_bins(bins[i], fth_grid_row(&s->apart[i], y) + x0, bins_a_unit,
                                  (size_t)n);
    for (int32_t x = 0; x < n; x++) {
        if (seen[x] < 0)
            continue;
        for (int i = 0; i < 3; i++)
            h->bins[i][grades[x]][bins[i][x]]++;
    }
}

/* Cells beside each other that count go together. */
static void count_row(const struct counting *c, struct histograms *h, int32_t y)
{
    int32_t cell = FTH_PLATE_CELL / c->samples->stride, width = c->samples->grades.width;
    const float *rough = c->rough ? fth_grid_row(c->rough, y / cell) : NULL;
    for (int32_t x = 0, x1 = 0; x < width; x = x1) {
        while (x1 < width && x1 - x < PIECE && (!rough || rough[x1 / cell] > 0))
            x1 += cell;
        const int32_t range[2] = {x, FTH_MIN(x1, width)};
        if (x1 > x)
            count_piece(c, h, y, range);
        else
            x1 += cell;
    }
}

static void count_stripe(void *context, size_t stripe)
{
    const struct counting *c = context;
    const struct fth_mask *grades = &c->samples->grades;
    int32_t across = FTH_PLATE_CELL / c->samples->stride;
    struct histograms *h = &c->stripes[stripe];
    memset(h, 0, sizeof(*h));
    for (int32_t y = 0; y < grades->height; y++) {
        if (y / across % STRIPES == (int32_t)stripe)
            count_row(c, h, y);
    }
}

/* Adds what is counted to `sum`, so many times; UINT32_MAX: takes it away once. */
static void count(const struct fth_work *work, const struct counting *c, uint32_t times,
                  struct histograms *sum)
{
    uint32_t *bins = &sum->bins[0][0][0];
    fth_pool_run(work->pool, STRIPES, count_stripe, (void *)c);
    for (size_t s = 0; s < STRIPES; s++) {
        const uint32_t *more = &c->stripes[s].bins[0][0][0];
        for (size_t i = 0; i < sizeof(struct histograms) / sizeof(*bins); i++)
            bins[i] += times * more[i];
    }
}

/* ---- sigmas */

static uint64_t total_of(const uint32_t bins[BINS])
{
    uint64_t total = 0;
    for (int i = 0; i < BINS; i++)
        total += bins[i];
    return total;
}

static double quantile_of(const uint32_t bins[BINS], double share)
{
    double wanted = share * (double)total_of(bins), sum = 0;
    for (int i = 0; i < BINS; i++) {
        double next = sum + bins[i];
        if (next >= wanted && bins[i])
            return (i + (wanted - sum) / bins[i]) / bins_a_unit;
        sum = next;
    }
    return BINS / (double)bins_a_unit;
}

static float sigma_of(const uint32_t bins[BINS], const struct quantile quantiles[2])
{
    double sigma = 0;
    for (int i = 0; i < 2; i++)
        sigma = fmax(sigma, quantile_of(bins, quantiles[i].share) / quantiles[i].sigmas);
    return (float)(sigma + 1e-4);
}

static void add(uint32_t to[BINS], const uint32_t from[BINS])
{
    for (int i = 0; i < BINS; i++)
        to[i] += from[i];
}

/* Steeper is never quieter. */
static void sigmas_of_steps(const uint32_t bins[FTH_PLATE_GRADES][BINS],
                            const struct quantile quantiles[2], float overall, float steps[STEPS])
{
    for (int j = 0; j < STEPS; j++) {
        uint32_t all[BINS] = {0};
        for (int i = 0; i < LEVELS; i++)
            add(all, bins[i * STEPS + j]);
        float before = j ? steps[j - 1] : 0;
        float own = total_of(all) > FEW ? sigma_of(all, quantiles) : j ? before : overall;
        steps[j] = FTH_MAX(own, before);
    }
}

/* What has few pixels goes by what all of its steepness have. */
static void sigmas_of_grades(const uint32_t bins[FTH_PLATE_GRADES][BINS],
                             const struct quantile quantiles[2], float least,
                             float sigmas[FTH_PLATE_GRADES])
{
    uint32_t all[BINS] = {0};
    float steps[STEPS];
    for (int i = 0; i < FTH_PLATE_GRADES; i++)
        add(all, bins[i]);
    sigmas_of_steps(bins, quantiles, total_of(all) > FEW ? sigma_of(all, quantiles) : 0.02f, steps);
    for (int i = 0; i < FTH_PLATE_GRADES; i++) {
        float mean = steps[i % STEPS], sigma = mean;
        uint64_t total = total_of(bins[i]);
        if (total > FEW / 2) {
            float believed = (float)total / (float)(total + 200);
            sigma = sigma_of(bins[i], quantiles);
            sigma = fth_expf(believed * fth_logf(sigma) + (1 - believed) * fth_logf(mean));
        }
        sigma = FTH_MIN(FTH_MAX(sigma, 0.5f * mean), 2.5f * mean);
        sigmas[i] = FTH_MAX(sigma, least);
    }
}

static float least_of(const uint32_t bins[FTH_PLATE_GRADES][BINS])
{
    uint32_t all[BINS] = {0};
    for (int i = 0; i < FTH_PLATE_GRADES; i++)
        add(all, bins[i]);
    if (total_of(all) <= FEW)
        return least_sigma[0];
    float sigma = 0.65f * (float)quantile_of(all, end.share);
    return FTH_MIN(FTH_MAX(sigma, least_sigma[0]), least_sigma[1]);
}

/* ---- what has changed, roughly */

struct roughing {
    const struct fth_plate_samples *samples;
    const struct fth_plate_noise *noise;
    const struct fth_grid *cells;
};

/* How far the samples of row y are apart; scratch has room for three rows. */
static void find_apart(const struct roughing *r, int32_t y, float *apart, float *scratch)
{
    const struct fth_plate_samples *s = r->samples;
    size_t n = (size_t)s->grades.width;
    const float *rows[6];
    float *const sigmas[3] = {scratch, scratch + n, scratch + 2 * n};
    const float *const tables[3] = {r->noise->sigma[0], r->noise->sigma[1], r->noise->sigma[2]};
    for (int i = 0; i < 3; i++) {
        rows[i] = fth_grid_row(&s->apart[i], y);
        rows[3 + i] = sigmas[i];
    }
    fth_kernels()->plate_look(sigmas, fth_mask_row(&s->grades, y), tables, n);
    fth_kernels()->plate_apart(apart, rows, most_sigmas, n);
}

/* Means over the cells of a row of them. */
static void rough_rows(void *context, int32_t y0, int32_t y1, void *scratch)
{
    const struct roughing *r = context;
    int32_t width = r->samples->grades.width, height = r->samples->grades.height;
    int32_t cell = FTH_PLATE_CELL / r->samples->stride; /* samples */
    float *apart = (float *)scratch + 3 * (size_t)width;
    for (int32_t cy = y0; cy < y1; cy++) {
        float *row = fth_grid_row(r->cells, cy);
        int32_t first = cy * cell, last = FTH_MIN(first + cell, height);
        memset(row, 0, (size_t)r->cells->width * sizeof(*row));
        for (int32_t y = first; y < last; y++) {
            find_apart(r, y, apart, scratch);
            for (int32_t x = 0, cx = 0; x < width; cx++) {
                for (int32_t x1 = FTH_MIN(x + cell, width); x < x1; x++)
                    row[cx] += apart[x];
            }
        }
        for (int32_t cx = 0; cx < r->cells->width; cx++)
            row[cx] /= (float)((last - first) * FTH_MIN(cell, width - cx * cell));
    }
}

/* Cells become 1 where something has changed or a neighbour has, else 0. Returns their share. */
static enum fth_status find_rough(const struct fth_work *work, struct roughing *r, double *share,
                                  struct fth_error *error)
{
    const struct fth_grid *cells = r->cells;
    size_t size = 4 * (size_t)r->samples->grades.width * sizeof(float);
    struct fth_rows rows = {rough_rows, r, 4, size};
    enum fth_status status = fth_rows_run_scratch(work, cells->height, &rows, error);
    if (status == FTH_OK)
        status = fth_blur_box(work, cells, cells, 1, FTH_BORDER_REFLECT, error);
    double sum = 0;
    for (int32_t y = 0; y < cells->height && status == FTH_OK; y++) {
        float *row = fth_grid_row(cells, y);
        for (int32_t x = 0; x < cells->width; x++) {
            row[x] = row[x] > rough_sigmas;
            sum += row[x];
        }
    }
    *share = sum / ((double)cells->width * cells->height);
    return status == FTH_OK ? fth_dilate_rect(work, cells, cells, 1, 1, error) : status;
}

/* ---- both rounds */

static void tell_kind(const struct histograms *h, struct fth_plate_noise *noise)
{
    uint32_t all[BINS] = {0};
    for (int i = 0; i < FTH_PLATE_GRADES; i++)
        add(all, h->bins[0][i]);
    double half = quantile_of(all, middle[1].share);
    noise->middle = half / middle[1].sigmas;
    /* a quarter of a step of 8 bits, and half a one: what was never coded has no such tail */
    noise->copied = half * bins_a_unit < 1 && quantile_of(all, 0.998) * bins_a_unit > 2;
    /* What is new in such a file has noise that what is copied does not tell of, the more so in
     * colours, which it keeps of every second pixel. */
    for (int i = 1; i < 3 && noise->copied; i++) {
        for (int k = 0; k < FTH_PLATE_GRADES; k++)
            noise->sigma[i][k] *= coded_colours;
    }
}

static void take_sigmas(const struct histograms *h, const struct quantile quantiles[2], bool last,
                        struct fth_plate_noise *noise)
{
    for (int i = 0; i < 3; i++)
        sigmas_of_grades(h->bins[i], quantiles, last ? least_of(h->bins[i]) : least_sigma[0],
                         noise->sigma[i]);
}

static uint64_t counted(const struct histograms *h)
{
    uint64_t total = 0;
    for (int i = 0; i < FTH_PLATE_GRADES; i++)
        total += total_of(h->bins[0][i]);
    return total;
}

enum fth_status fth_plate_noise_find(const struct fth_work *work,
                                     const struct fth_plate_pair *pair,
                                     struct fth_plate_noise *noise, struct fth_error *error)
{
    int32_t width = pair->shot_rgb->width, height = pair->shot_rgb->height;
    struct fth_plate_samples samples;
    struct fth_grid cells;
    size_t mark = fth_arena_mark(work->arena);
    noise->middle = 1; /* nothing is known */
    noise->copied = false;
    struct counting counting = {&samples, NULL, NULL};
    struct roughing roughing = {&samples, noise, &cells};
    enum fth_status status = fth_plate_sample(work, pair, &samples, error);
    if (status == FTH_OK)
        status = fth_grid_new(work->arena, (width + FTH_PLATE_CELL - 1) / FTH_PLATE_CELL,
                              (height + FTH_PLATE_CELL - 1) / FTH_PLATE_CELL, &cells, error);
    size_t size = (STRIPES + 1) * sizeof(struct histograms);
    struct histograms *sum = fth_arena_take(work->arena, STRIPES + 1, sizeof(*sum));
    if (status == FTH_OK && !sum)
        status = fth_fail_memory(error, size, "a plate's noise");
    if (status == FTH_OK) {
        memset(sum, 0, sizeof(*sum));
        counting.stripes = sum + 1;
        count(work, &counting, 1, sum);
        take_sigmas(sum, middle, false, noise);
        uint64_t all = counted(sum);
        status = find_rough(work, &roughing, &noise->changed, error);
        counting.rough = &cells;
        if (status == FTH_OK)
            count(work, &counting, UINT32_MAX, sum); /* taken away again */
        /* a frame full of something else tells nothing by its rest */
        if (status == FTH_OK && counted(sum) > all / 20)
            take_sigmas(sum, tail, true, noise);
        tell_kind(sum, noise);
    }
    fth_arena_return(work->arena, mark);
    return status;
}
