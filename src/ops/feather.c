/* SPDX-License-Identifier: Apache-2.0 */
/* A Gaussian over rows, then along them, then up to full size by cubic B-splines, which are all
 * positive: what goes up in the shape never goes down in the feather. Every sum has its fixed
 * order, and nothing depends on where the rectangle begins. */
#include "ops/feather.h"

#include <math.h>
#include <string.h>

#include "ops/kernels.h"
#include "ops/math.h"

enum { MOST_RADIUS = 256, LARGEST_SHRINK = 1 << 16 };

static const double WIDEST = 12; /* sigma in pixels of the smaller picture: 6 to 12 */
static const double TAIL = 5;    /* sigmas: 6e-7 of the whole lies beyond */

struct taps {
    int radius;
    double weights[2 * MOST_RADIUS + 1];
};

/* The two coordinates take turns; `shrink` holds for both. */
struct feather {
    const struct fth_work *work;
    const struct fth_feather *what;
    int32_t shrink;
    struct taps along, across; /* x, y */
};

int32_t fth_feather_reach(double sigma)
{
    if (!(sigma > 0))
        return 0;
    /* in the smaller picture: the tail, two pixels of splines, one each for rounding */
    return (int32_t)fmin(ceil(sigma * TAIL + 4 * fmax(sigma / (WIDEST / 2), 1)), 1 << 28);
}

/* Pixels are boxes (1/12 each way), cubic B-splines add 1/3: the Gaussian brings the rest. */
static void fill_taps(struct taps *taps, double sigma, int32_t shrink)
{
    double variance = sigma * sigma;
    if (shrink > 1)
        variance = (variance + 1.0 / 12) / ((double)shrink * shrink) - 5.0 / 12;
    double sum = 0, reach = variance > 0 ? ceil(TAIL * sqrt(variance)) : 0;
    taps->radius = (int)fmin(reach, MOST_RADIUS);
    for (int i = -taps->radius; i <= taps->radius; i++) {
        double weight = variance > 0 ? fth_exp(-(double)i * i / (2 * variance)) : 1;
        taps->weights[i + taps->radius] = weight;
        sum += weight;
    }
    for (int i = 0; i <= 2 * taps->radius; i++)
        taps->weights[i] /= sum;
}

static int32_t shrink_of(const struct fth_feather *what)
{
    double least = fmin(what->sigma_x > 0 ? what->sigma_x : what->sigma_y,
                        what->sigma_y > 0 ? what->sigma_y : what->sigma_x);
    int32_t shrink = 1;
    while (shrink < LARGEST_SHRINK && least / shrink >= WIDEST)
        shrink *= 2;
    return shrink;
}

/* Weights of the four pixels around a place, `part` 0..1 behind the second one. */
static void spline(double part, double weights[4])
{
    double t = part, s = 1 - part;
    weights[0] = s * s * s / 6;
    weights[1] = (4 - 6 * t * t + 3 * t * t * t) / 6;
    weights[2] = (4 - 6 * s * s + 3 * s * s * s) / 6;
    weights[3] = t * t * t / 6;
}

/* The first of the four smaller pixels around pixel `at`, and how far behind the second it is. */
static int32_t place(int32_t at, int32_t shrink, double *part)
{
    double there = (at + 0.5) / shrink - 0.5, before = floor(there);
    *part = there - before;
    return (int32_t)before - 1;
}

/* Smaller pixels that pixels low..high (high excluded) are made of. */
static void span(int32_t low, int32_t high, int32_t shrink, int32_t out[2])
{
    double part;
    out[0] = shrink > 1 ? place(low, shrink, &part) : low;
    out[1] = shrink > 1 ? place(high - 1, shrink, &part) + 4 : high;
}

/* ---- Gaussian ---- */

/* One row of sums over rows y - radius .. y + radius of `from`, whose first row is y - radius. */
static void sum_rows(const struct taps *taps, const struct fth_grid *from, int32_t first,
                     double *sums)
{
    size_t width = (size_t)from->width;
    memset(sums, 0, width * sizeof(*sums));
    for (int i = 0; i <= 2 * taps->radius; i++) {
        const float *row = fth_grid_row(from, first + i);
        double weight = taps->weights[i];
        for (size_t x = 0; x < width; x++)
            sums[x] += weight * (double)row[x];
    }
}

/* `line` has room for `width` sums. */
static void sum_along(const struct taps *taps, const double *from, double *line, float *to,
                      size_t width)
{
    memset(line, 0, width * sizeof(*line));
    for (int i = 0; i <= 2 * taps->radius; i++) {
        double weight = taps->weights[i];
        for (size_t x = 0; x < width; x++)
            line[x] += weight * from[x + (size_t)i];
    }
    for (size_t x = 0; x < width; x++)
        to[x] = (float)(line[x] < 1 ? line[x] : 1);
}

/* The Gaussian of the shape over `small` (pixels of the smaller picture) into `to`. */
static enum fth_status draw_small(const struct feather *f, struct fth_rect small,
                                  const struct fth_grid *to, struct fth_error *error)
{
    struct fth_rect need = fth_rect_grow(small, f->along.radius, f->across.radius);
    struct fth_coverage coverage = {.rule = f->what->rule, .parts = f->what->parts};
    struct fth_grid sharp;
    enum fth_status status =
        f->what->outline(f->what->context, f->shrink, &coverage.outline, error);
    if (status == FTH_OK)
        status = fth_grid_new(f->work->arena, fth_rect_width(need), fth_rect_height(need), &sharp,
                              error);
    if (status == FTH_OK)
        status = fth_coverage_draw(f->work, &coverage, need, &sharp, error);
    if (status != FTH_OK)
        return status;
    double *sums = fth_arena_take(f->work->arena, (size_t)sharp.width, 2 * sizeof(*sums));
    if (!sums)
        return fth_fail_memory(error, (size_t)sharp.width * sizeof(*sums), "a soft edge");
    for (int32_t y = 0; y < to->height; y++) {
        if (fth_cancelled(f->work->cancel))
            return FTH_CANCELLED;
        sum_rows(&f->across, &sharp, y, sums);
        sum_along(&f->along, sums, sums + sharp.width, fth_grid_row(to, y), (size_t)to->width);
    }
    return FTH_OK;
}

/* ---- up to full size ---- */

/* What a column is made of: four smaller pixels from `first` on. */
struct column {
    int32_t first;
    double weights[4];
};

static void enlarge_row(const struct column *columns, const double *line, float *to, int32_t count)
{
    for (int32_t x = 0; x < count; x++) {
        const double *at = line + columns[x].first, *w = columns[x].weights;
        double sum = w[0] * at[0] + w[1] * at[1] + w[2] * at[2] + w[3] * at[3];
        to[x] = (float)(sum < 1 ? sum : 1);
    }
}

static void enlarge(const struct feather *f, struct fth_rect rect, struct fth_rect small,
                    const struct fth_grid *from, const struct fth_grid *to,
                    struct column *columns, double *line)
{
    double part;
    for (int32_t x = rect.x0; x < rect.x1; x++) {
        struct column *column = &columns[x - rect.x0];
        column->first = place(x, f->shrink, &part) - small.x0;
        spline(part, column->weights);
    }
    for (int32_t y = rect.y0; y < rect.y1; y++) {
        double w[4];
        int32_t first = place(y, f->shrink, &part) - small.y0;
        const float *rows[4];
        spline(part, w);
        for (int i = 0; i < 4; i++)
            rows[i] = fth_grid_row(from, first + i);
        for (int32_t x = 0; x < from->width; x++)
            line[x] = w[0] * (double)rows[0][x] + w[1] * (double)rows[1][x] +
                      w[2] * (double)rows[2][x] + w[3] * (double)rows[3][x];
        enlarge_row(columns, line, fth_grid_row(to, y - rect.y0), fth_rect_width(rect));
    }
}

static enum fth_status draw_enlarged(const struct feather *f, struct fth_rect rect,
                                     const struct fth_grid *to, struct fth_error *error)
{
    int32_t across[2], down[2];
    span(rect.x0, rect.x1, f->shrink, across);
    span(rect.y0, rect.y1, f->shrink, down);
    struct fth_rect small = {across[0], down[0], across[1], down[1]};
    size_t width = (size_t)fth_rect_width(rect);
    struct fth_grid grid;
    struct column *columns = fth_arena_take(f->work->arena, width, sizeof(*columns));
    double *line = fth_arena_take(f->work->arena, (size_t)fth_rect_width(small), sizeof(*line));
    enum fth_status status = FTH_OK;
    if (!columns || !line)
        status = fth_fail_memory(error, width * sizeof(*columns), "a soft edge");
    if (status == FTH_OK)
        status = fth_grid_new(f->work->arena, fth_rect_width(small), fth_rect_height(small), &grid,
                              error);
    if (status == FTH_OK)
        status = draw_small(f, small, &grid, error);
    if (status == FTH_OK)
        enlarge(f, rect, small, &grid, to, columns, line);
    return status;
}

enum fth_status fth_feather_draw(const struct fth_work *work, const struct fth_feather *what,
                                 struct fth_rect rect, const struct fth_grid *to,
                                 struct fth_error *error)
{
    struct feather f = {.work = work, .what = what, .shrink = shrink_of(what)};
    size_t mark = fth_arena_mark(work->arena);
    enum fth_status status = FTH_OK;
    fill_taps(&f.along, what->sigma_x, f.shrink);
    fill_taps(&f.across, what->sigma_y, f.shrink);
    if (!fth_rect_empty(rect))
        status = f.shrink > 1 ? draw_enlarged(&f, rect, to, error)
                              : draw_small(&f, rect, to, error);
    fth_arena_return(work->arena, mark);
    return status;
}
