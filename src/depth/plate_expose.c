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

enum { SHRINK = 4, ROUNDS = 10, FIELD_ROUNDS = 2, FIELD_SHARE = 12, BLOCK = 32, BANDS = 16 };
enum { ASKED = 40000 }; /* of more pixels, every second or third of every such row is enough */

static const float darkest = 0.015f, brightest = 0.985f; /* beyond, pictures may be clipped */
static const double least_sigma = 0.001;
static const double settled = 1e-6; /* a line that moves less has been found */

struct exposing {
    const struct fth_work *work;
    const struct fth_grid *whole_shot, *whole_plate;
    double lines[3][2];                            /* gain and offset of each channel */
    float ranges[3][BANDS][2];                     /* the shot's darkest and brightest */
    double spreads[3];
    struct fth_grid shot[3], plate[3], seen;       /* small */
    struct fth_grid gate, sum, weight, field[3];   /* small */
    float *samples[3][3]; /* of each channel: shot, plate, and room for what comes of them */
    int32_t stride;       /* of the pixels that are asked */
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
    e->stride = 1;
    while ((int64_t)(e->seen.width / e->stride) * (e->seen.height / e->stride) > ASKED)
        e->stride++;
    size_t count = (size_t)(e->seen.width / e->stride + 1) *
                   (size_t)(e->seen.height / e->stride + 1);
    for (int i = 0; i < 9 && status == FTH_OK; i++) {
        float *samples = fth_arena_take(e->work->arena, count, sizeof(float));
        e->samples[i / 3][i % 3] = samples;
        if (!samples)
            status = fth_fail_memory(error, count * sizeof(float), "a plate's exposure");
    }
    return status;
}

static bool usable(float a)
{
    return a > darkest && a < brightest;
}

/* ---- gain and offset */

/* Shot and plate of what both show within their range; returns how many. */
static size_t gather(const struct exposing *e, int c)
{
    float *shot = e->samples[c][0], *plate = e->samples[c][1];
    size_t count = 0;
    for (int32_t y = 0; y < e->seen.height; y += e->stride) {
        const float *s = fth_grid_row(&e->shot[c], y), *p = fth_grid_row(&e->plate[c], y);
        const float *seen = fth_grid_row(&e->seen, y);
        for (int32_t x = 0; x < e->seen.width; x += e->stride) {
            shot[count] = s[x];
            plate[count] = p[x];
            count += (size_t)!(seen[x] < 1) & (size_t)usable(s[x]) & (size_t)usable(p[x]);
        }
    }
    return count;
}

/* How far the first `count` samples are from the line: their middle, times the sigma it has. */
static double sigma_of(const struct exposing *e, int c, size_t count, const double line[2])
{
    const float *s = e->samples[c][0], *p = e->samples[c][1];
    float *off = e->samples[c][2];
    for (size_t i = 0; i < count; i++)
        off[i] = fabsf((float)(s[i] - line[0] * p[i] - line[1]));
    return fmax(1.4826 * fth_median(off, count), least_sigma);
}

/* One round: what lies within three sigmas of the line, weighted by how near, gives the next. */
static void fit_once(const struct exposing *e, int c, size_t count, double line[2])
{
    const float *s = e->samples[c][0], *p = e->samples[c][1];
    double n = 0, sp = 0, ss = 0, spp = 0, sps = 0;
    double narrow = 1 / (3 * sigma_of(e, c, count, line));
    for (size_t i = 0; i < count; i++) {
        double off = (s[i] - line[0] * p[i] - line[1]) * narrow, w = 1 - off * off;
        if (w <= 0)
            continue;
        w *= w;
        n += w;
        sp += w * p[i];
        ss += w * s[i];
        spp += w * p[i] * p[i];
        sps += w * p[i] * s[i];
    }
    if (n < 16)
        return;
    double prior = 1e-4 * n; /* a flat plate tells no gain: then it is 1 */
    line[0] = (sps - sp * ss / n + prior) / (spp - sp * sp / n + prior);
    line[1] = (ss - line[0] * sp) / n;
}

static void fit_line(const struct exposing *e, int c, double line[2])
{
    size_t count = gather(e, c);
    const float *s = e->samples[c][0], *p = e->samples[c][1];
    line[0] = 1;
    line[1] = 0;
    if (count < 64)
        return;
    for (size_t i = 0; i < count; i++)
        e->samples[c][2][i] = (s[i] + 0.02f) / (p[i] + 0.02f);
    line[0] = fth_median(e->samples[c][2], count);
    double moved = 1;
    for (int i = 0; i < ROUNDS && moved > settled; i++) {
        double before[2] = {line[0], line[1]};
        fit_once(e, c, count, line);
        moved = fabs(line[0] - before[0]) + fabs(line[1] - before[1]);
    }
    if (!(line[0] > 0.2 && line[0] < 5)) { /* nothing to go by */
        line[0] = 1;
        line[1] = 0;
    }
}

/* ---- what changes slowly */

/* A sigma of what is left: of a normal distribution, two fifths lie within .524 of them. */
static void find_spread(void *context, size_t channel)
{
    struct exposing *e = context;
    const double percent = 40;
    double within = 0;
    int c = (int)channel;
    size_t count = gather(e, c);
    float *off = e->samples[c][2];
    for (size_t i = 0; i < count; i++)
        off[i] = fabsf(e->samples[c][0][i] - e->samples[c][1][i]);
    if (count >= 64)
        fth_percentiles(off, count, &percent, &within, 1);
    e->spreads[c] = within / 0.524 + least_sigma;
}

/* The gate is open where no channel is off by more than a few sigmas. */
static void gate_rows(void *context, int32_t y0, int32_t y1)
{
    const struct exposing *e = context;
    for (int32_t y = y0; y < y1; y++) {
        float *gate = fth_grid_row(&e->gate, y), *weight = fth_grid_row(&e->weight, y);
        const float *seen = fth_grid_row(&e->seen, y);
        for (int32_t x = 0; x < e->gate.width; x++)
            gate[x] = seen[x] >= 1;
        for (int c = 0; c < 3; c++) {
            float limit = (float)(1 / (4 * e->spreads[c]));
            const float *s = fth_grid_row(&e->shot[c], y), *p = fth_grid_row(&e->plate[c], y);
            for (int32_t x = 0; x < e->gate.width; x++) {
                float off = (s[x] - p[x]) * limit, open = 1 - off * off;
                gate[x] *= open > 0 && usable(s[x]) && usable(p[x]) ? open : 0;
            }
        }
        memcpy(weight, gate, (size_t)e->gate.width * sizeof(*weight));
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

/* One channel on its way, a row of the small pictures at a time. */
struct channel {
    const struct exposing *e;
    int c;
};

static void sum_rows(void *context, int32_t y0, int32_t y1)
{
    const struct channel *channel = context;
    const struct exposing *e = channel->e;
    for (int32_t y = y0; y < y1; y++) {
        float *sum = fth_grid_row(&e->sum, y);
        const float *gate = fth_grid_row(&e->gate, y);
        const float *s = fth_grid_row(&e->shot[channel->c], y);
        const float *p = fth_grid_row(&e->plate[channel->c], y);
        for (int32_t x = 0; x < e->sum.width; x++)
            sum[x] = gate[x] > 0 ? gate[x] * (s[x] - p[x]) : 0;
    }
}

static void follow_rows(void *context, int32_t y0, int32_t y1)
{
    const struct channel *channel = context;
    const struct exposing *e = channel->e;
    for (int32_t y = y0; y < y1; y++) {
        const float *sum = fth_grid_row(&e->sum, y), *weight = fth_grid_row(&e->weight, y);
        float *field = fth_grid_row(&e->field[channel->c], y);
        float *p = fth_grid_row(&e->plate[channel->c], y);
        for (int32_t x = 0; x < e->sum.width; x++) {
            float more = sum[x] / (weight[x] + 0.02f);
            field[x] += more;
            p[x] += more;
        }
    }
}

/* Adds what is left over around each pixel to the channel's field and to the small plate. */
static enum fth_status follow_field(const struct exposing *e, int c, struct fth_error *error)
{
    struct channel channel = {e, c};
    enum fth_status status = fth_rows_run(e->work, e->sum.height, BLOCK, sum_rows, &channel);
    if (status == FTH_OK)
        status = blur_twice(e, &e->sum, error);
    if (status == FTH_OK)
        status = fth_rows_run(e->work, e->sum.height, BLOCK, follow_rows, &channel);
    return status;
}

static enum fth_status find_field(struct exposing *e, struct fth_error *error)
{
    enum fth_status status = FTH_OK;
    for (int c = 0; c < 3; c++)
        fth_grid_fill(&e->field[c], 0);
    for (int i = 0; i < FIELD_ROUNDS && status == FTH_OK; i++) {
        fth_pool_run(e->work->pool, 3, find_spread, e);
        status = fth_rows_run(e->work, e->gate.height, BLOCK, gate_rows, e);
        if (status == FTH_OK)
            status = blur_twice(e, &e->weight, error);
        for (int c = 0; c < 3 && status == FTH_OK; c++)
            status = follow_field(e, c, error);
    }
    return status;
}

/* ---- both */

/* The darkest and the brightest that a band of the shot has: where a camera clips, the plate does
 * too. */
static void find_range(struct exposing *e, size_t c, int32_t band)
{
    const struct fth_grid *shot = &e->whole_shot[c];
    float *range = e->ranges[c][band];
    int32_t end = (int32_t)((int64_t)shot->height * (band + 1) / BANDS);
    range[0] = range[1] = fth_grid_row(shot, 0)[0];
    for (int32_t y = (int32_t)((int64_t)shot->height * band / BANDS); y < end; y++)
        fth_kernels()->extend(range, fth_grid_row(shot, y), (size_t)shot->width);
}

/* The channel's line, and the small plate brought onto it. */
static void fit_channel(struct exposing *e, size_t c)
{
    const struct fth_grid *plate = &e->plate[c];
    fit_line(e, (int)c, e->lines[c]);
    for (int32_t y = 0; y < plate->height; y++)
        fth_kernels()->scale_offset(fth_grid_row(plate, y), fth_grid_row(plate, y),
                                    (float)e->lines[c][0], (float)e->lines[c][1],
                                    (size_t)plate->width);
}

/* Long pieces first. */
static void fit_piece(void *context, size_t piece)
{
    struct exposing *e = context;
    if (piece < 3)
        fit_channel(e, piece);
    else
        find_range(e, (piece - 3) / BANDS, (int32_t)((piece - 3) % BANDS));
}

static void fit(struct exposing *e)
{
    fth_pool_run(e->work->pool, 3 + 3 * BANDS, fit_piece, e);
    for (int c = 0; c < 3; c++)
        fth_kernels()->extend(e->ranges[c][0], e->ranges[c][0], (size_t)2 * BANDS);
}

/* At full size, a block of rows at a time, where the field is enlarged. */
struct applying {
    const struct exposing *e;
    struct fth_bilinear *enlarge;
};

static void apply_rows(void *context, int32_t y0, int32_t y1, void *scratch)
{
    const struct applying *a = context;
    int32_t width = a->e->whole_plate->width;
    size_t n = (size_t)width;
    struct fth_grid field = {scratch, width, width, y1 - y0};
    for (int c = 0; c < 3; c++) {
        const double *line = a->e->lines[c];
        const float *range = a->e->ranges[c][0];
        fth_bilinear_piece(a->enlarge, &a->e->field[c], 0, y0, &field,
                           (float *)scratch + BLOCK * n);
        for (int32_t y = y0; y < y1; y++) {
            float *row = fth_grid_row(&a->e->whole_plate[c], y);
            fth_kernels()->plate_expose(row, fth_grid_row(&field, y - y0), (float)line[0],
                                        (float)line[1], n);
            fth_kernels()->clamp(row, row, range[0], range[1], n);
        }
    }
}

static enum fth_status apply(const struct exposing *e, struct fth_error *error)
{
    struct applying a = {.e = e};
    const struct fth_grid *plate = e->whole_plate;
    const int32_t from[2] = {e->field[0].width, e->field[0].height};
    const int32_t to[2] = {plate->width, plate->height};
    size_t mark = fth_arena_mark(e->work->arena);
    enum fth_status status = fth_bilinear_open(e->work->arena, from, to, &a.enlarge, error);
    if (status == FTH_OK) {
        size_t room = (size_t)BLOCK * (size_t)to[0] + fth_bilinear_scratch(a.enlarge, to[0], BLOCK);
        struct fth_rows rows = {apply_rows, &a, BLOCK, room * sizeof(float)};
        status = fth_rows_run_scratch(e->work, plate->height, &rows, error);
    }
    fth_arena_return(e->work->arena, mark);
    return status;
}

enum fth_status fth_plate_expose(const struct fth_work *work, const struct fth_grid shot[3],
                                 const struct fth_grid *seen, const struct fth_grid plate[3],
                                 double gain[3], double offset[3], struct fth_error *error)
{
    struct exposing e = {.work = work, .whole_shot = shot, .whole_plate = plate};
    size_t mark = fth_arena_mark(work->arena);
    enum fth_status status = prepare(&e, shot, seen, plate, error);
    if (status == FTH_OK)
        fit(&e);
    if (status == FTH_OK)
        status = find_field(&e, error);
    if (status == FTH_OK)
        status = apply(&e, error);
    for (int c = 0; c < 3 && status == FTH_OK; c++) {
        if (gain)
            gain[c] = e.lines[c][0];
        if (offset)
            offset[c] = e.lines[c][1];
    }
    fth_arena_return(work->arena, mark);
    return status;
}
