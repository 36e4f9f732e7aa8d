/* SPDX-License-Identifier: Apache-2.0 */
/* A plate brought to its shot's exposure, by pictures a quarter of the size: first one gain and
 * offset a channel, by least squares that drop what does not fit; then what is left over and
 * changes slowly from place to place, from where it is as small as noise. */
#include <math.h>
#include <string.h>

#include "depth/plate.h"
#include "ops/blur.h"
#include "ops/kernels.h"
#include "ops/regions.h"
#include "ops/resize.h"

enum { SHRINK = 4, ROUNDS = 10, FIELD_ROUNDS = 2, FIELD_SHARE = 12 };

static const float darkest = 0.015f, brightest = 0.985f; /* beyond, pictures may be clipped */
static const double least_sigma = 0.001;

struct exposing {
    const struct fth_work *work;
    struct fth_grid shot[3], plate[3], seen;       /* small */
    struct fth_grid gate, sum, weight, field[3];   /* small */
    float *values;
};

static enum fth_status shrink(struct exposing *e, const struct fth_grid *src, struct fth_grid *dst,
                              struct fth_error *error)
{
    int32_t width = FTH_MAX(src->width / SHRINK, 1), height = FTH_MAX(src->height / SHRINK, 1);
    enum fth_status status = fth_grid_new(e->work->arena, width, height, dst, error);
    return status == FTH_OK ? fth_resize_area(e->work, src, dst, error) : status;
}

static enum fth_status prepare(struct exposing *e, const struct fth_grid shot[3],
                               const struct fth_grid *seen, const struct fth_grid plate[3],
                               struct fth_error *error)
{
    enum fth_status status = shrink(e, seen, &e->seen, error);
    for (int c = 0; c < 3 && status == FTH_OK; c++) {
        status = shrink(e, &shot[c], &e->shot[c], error);
        if (status == FTH_OK)
            status = shrink(e, &plate[c], &e->plate[c], error);
    }
    struct fth_grid *own[] = {&e->gate, &e->sum, &e->weight,
                              &e->field[0], &e->field[1], &e->field[2]};
    for (size_t i = 0; i < FTH_ARRAY_COUNT(own) && status == FTH_OK; i++)
        status = fth_grid_new(e->work->arena, e->seen.width, e->seen.height, own[i], error);
    size_t count = (size_t)e->seen.width * (size_t)e->seen.height;
    e->values = fth_arena_take(e->work->arena, count, sizeof(float));
    if (status == FTH_OK && !e->values)
        status = fth_fail_memory(error, count * sizeof(float), "a plate's exposure");
    return status;
}

static bool usable(float a)
{
    return a > darkest && a < brightest;
}

/* ---- gain and offset */

/* f(shot, plate) of what both show within their range; returns how many. */
static size_t gather(const struct exposing *e, int c, double gain, double offset, bool ratios)
{
    size_t count = 0;
    for (int32_t y = 0; y < e->seen.height; y++) {
        const float *s = fth_grid_row(&e->shot[c], y), *p = fth_grid_row(&e->plate[c], y);
        const float *seen = fth_grid_row(&e->seen, y);
        for (int32_t x = 0; x < e->seen.width; x++) {
            if (seen[x] < 1 || !usable(s[x]) || !usable(p[x]))
                continue;
            e->values[count++] = ratios ? (s[x] + 0.02f) / (p[x] + 0.02f)
                                        : fabsf((float)(s[x] - gain * p[x] - offset));
        }
    }
    return count;
}

/* One round: what lies within three sigmas of the line, weighted by how near, gives the next. */
static void fit_once(const struct exposing *e, int c, double sigma, double line[2])
{
    double n = 0, sp = 0, ss = 0, spp = 0, sps = 0;
    for (int32_t y = 0; y < e->seen.height; y++) {
        const float *s = fth_grid_row(&e->shot[c], y), *p = fth_grid_row(&e->plate[c], y);
        const float *seen = fth_grid_row(&e->seen, y);
        for (int32_t x = 0; x < e->seen.width; x++) {
            double off = (s[x] - line[0] * p[x] - line[1]) / (3 * sigma), w = 1 - off * off;
            if (w <= 0 || seen[x] < 1 || !usable(s[x]) || !usable(p[x]))
                continue;
            w *= w;
            n += w;
            sp += w * p[x];
            ss += w * s[x];
            spp += w * p[x] * p[x];
            sps += w * p[x] * s[x];
        }
    }
    if (n < 16)
        return;
    double prior = 1e-4 * n; /* a flat plate tells no gain: then it is 1 */
    line[0] = (sps - sp * ss / n + prior) / (spp - sp * sp / n + prior);
    line[1] = (ss - line[0] * sp) / n;
}

static void fit_line(const struct exposing *e, int c, double line[2])
{
    size_t count = gather(e, c, 0, 0, true);
    line[0] = 1;
    line[1] = 0;
    if (count < 64)
        return;
    line[0] = fth_median(e->values, count);
    for (int i = 0; i < ROUNDS; i++) {
        double sigma = 1.4826 * fth_median(e->values, gather(e, c, line[0], line[1], false));
        fit_once(e, c, fmax(sigma, least_sigma), line);
    }
    if (!(line[0] > 0.2 && line[0] < 5)) { /* nothing to go by */
        line[0] = 1;
        line[1] = 0;
    }
}

/* ---- what changes slowly */

/* A sigma of what is left: of a normal distribution, two fifths lie within .524 of them. */
static double spread(const struct exposing *e, int c)
{
    const double percent = 40;
    double within = 0;
    size_t count = gather(e, c, 1, 0, false);
    if (count >= 64)
        fth_percentiles(e->values, count, &percent, &within, 1);
    return within / 0.524 + least_sigma;
}

/* The gate is open where no channel is off by more than a few sigmas. */
static void set_gate(const struct exposing *e)
{
    for (int32_t y = 0; y < e->gate.height; y++) {
        float *gate = fth_grid_row(&e->gate, y);
        const float *seen = fth_grid_row(&e->seen, y);
        for (int32_t x = 0; x < e->gate.width; x++)
            gate[x] = seen[x] >= 1;
    }
    for (int c = 0; c < 3; c++) {
        float limit = (float)(1 / (4 * spread(e, c)));
        for (int32_t y = 0; y < e->gate.height; y++) {
            float *gate = fth_grid_row(&e->gate, y);
            const float *s = fth_grid_row(&e->shot[c], y), *p = fth_grid_row(&e->plate[c], y);
            for (int32_t x = 0; x < e->gate.width; x++) {
                float off = (s[x] - p[x]) * limit, open = 1 - off * off;
                gate[x] *= open > 0 && usable(s[x]) && usable(p[x]) ? open : 0;
            }
        }
    }
}

static enum fth_status blur_twice(const struct exposing *e, const struct fth_grid *grid,
                                  struct fth_error *error)
{
    int32_t radius = FTH_MAX(FTH_MAX(grid->width, grid->height) / FIELD_SHARE, 1);
    enum fth_status status = fth_blur_box(e->work, grid, grid, radius, FTH_BORDER_REFLECT, error);
    return status == FTH_OK
               ? fth_blur_box(e->work, grid, grid, radius, FTH_BORDER_REFLECT, error)
               : status;
}

/* Adds what is left over around each pixel to the channel's field and to the small plate. */
static enum fth_status follow_field(const struct exposing *e, int c, struct fth_error *error)
{
    for (int32_t y = 0; y < e->sum.height; y++) {
        float *sum = fth_grid_row(&e->sum, y);
        const float *gate = fth_grid_row(&e->gate, y);
        const float *s = fth_grid_row(&e->shot[c], y), *p = fth_grid_row(&e->plate[c], y);
        for (int32_t x = 0; x < e->sum.width; x++)
            sum[x] = gate[x] > 0 ? gate[x] * (s[x] - p[x]) : 0;
    }
    enum fth_status status = blur_twice(e, &e->sum, error);
    for (int32_t y = 0; y < e->sum.height && status == FTH_OK; y++) {
        const float *sum = fth_grid_row(&e->sum, y), *weight = fth_grid_row(&e->weight, y);
        float *field = fth_grid_row(&e->field[c], y), *p = fth_grid_row(&e->plate[c], y);
        for (int32_t x = 0; x < e->sum.width; x++) {
            float more = sum[x] / (weight[x] + 0.02f);
            field[x] += more;
            p[x] += more;
        }
    }
    return status;
}

static enum fth_status find_field(const struct exposing *e, struct fth_error *error)
{
    enum fth_status status = FTH_OK;
    for (int c = 0; c < 3; c++)
        fth_grid_fill(&e->field[c], 0);
    for (int i = 0; i < FIELD_ROUNDS && status == FTH_OK; i++) {
        set_gate(e);
        fth_grid_copy(&e->weight, &e->gate);
        status = blur_twice(e, &e->weight, error);
        for (int c = 0; c < 3 && status == FTH_OK; c++)
            status = follow_field(e, c, error);
    }
    return status;
}

/* ---- both */

static void apply_line(const struct fth_grid *grid, const double line[2])
{
    for (int32_t y = 0; y < grid->height; y++)
        fth_kernels()->scale_offset(fth_grid_row(grid, y), fth_grid_row(grid, y), (float)line[0],
                                    (float)line[1], (size_t)grid->width);
}

/* The darkest and the brightest that the shot has: where a camera clips, the plate does too. */
static void range_of(const struct fth_grid *shot, float range[2])
{
    range[0] = range[1] = fth_grid_row(shot, 0)[0];
    for (int32_t y = 0; y < shot->height; y++) {
        const float *row = fth_grid_row(shot, y);
        for (int32_t x = 0; x < shot->width; x++) {
            range[0] = FTH_MIN(range[0], row[x]);
            range[1] = FTH_MAX(range[1], row[x]);
        }
    }
}

static enum fth_status apply(const struct exposing *e, int c, const double line[2],
                             const struct fth_grid *shot, const struct fth_grid *plate,
                             struct fth_error *error)
{
    struct fth_grid field;
    float range[2];
    size_t mark = fth_arena_mark(e->work->arena);
    enum fth_status status = fth_grid_new(e->work->arena, plate->width, plate->height, &field,
                                          error);
    if (status == FTH_OK)
        status = fth_resize_bilinear(e->work, &e->field[c], &field, error);
    range_of(shot, range);
    for (int32_t y = 0; y < plate->height && status == FTH_OK; y++) {
        float *row = fth_grid_row(plate, y);
        fth_kernels()->plate_expose(row, fth_grid_row(&field, y), (float)line[0], (float)line[1],
                                    (size_t)plate->width);
        fth_kernels()->clamp(row, row, range[0], range[1], (size_t)plate->width);
    }
    fth_arena_return(e->work->arena, mark);
    return status;
}

enum fth_status fth_plate_expose(const struct fth_work *work, const struct fth_grid shot[3],
                                 const struct fth_grid *seen, const struct fth_grid plate[3],
                                 double gain[3], double offset[3], struct fth_error *error)
{
    struct exposing e = {.work = work};
    double lines[3][2];
    size_t mark = fth_arena_mark(work->arena);
    enum fth_status status = prepare(&e, shot, seen, plate, error);
    for (int c = 0; c < 3 && status == FTH_OK; c++) {
        fit_line(&e, c, lines[c]);
        apply_line(&e.plate[c], lines[c]);
        if (gain)
            gain[c] = lines[c][0];
        if (offset)
            offset[c] = lines[c][1];
    }
    if (status == FTH_OK)
        status = find_field(&e, error);
    for (int c = 0; c < 3 && status == FTH_OK; c++)
        status = apply(&e, c, lines[c], &shot[c], &plate[c], error);
    fth_arena_return(work->arena, mark);
    return status;
}
