/* SPDX-License-Identifier: Apache-2.0 */
/* The fast global smoother solves one tridiagonal system for every row, then for every column. Both
 * run down lines of LANES neighbouring systems, for which rows are turned into columns in blocks;
 * blocks are independent and go to the pool. Push-pull stands on the resamplers. */
#include "ops/smooth.h"

#include <string.h>

#include "ops/kernels.h"
#include "ops/resize.h"

enum { SIDES = 2, LANES = SIDES * FTH_LANES, MOST_LEVELS = 32 };

struct fth_smoother {
    const struct fth_kernels *k;
    int32_t width, height;
    struct fth_smooth_weights weights;
    float *row_weights;             /* to the pixel right, turned: [block][side][x][lane] */
    struct fth_grid column_weights; /* to the pixel below */
    const struct fth_grid *map;
    float lambda;                   /* of this round */
};

static size_t padded(int32_t width)
{
    return ((size_t)width + 15) / 16 * 16;
}

/* ---- turning. `turned` is [side][i][lane]; lanes behind the last row are as it is, and are not
 * put back */

static void turn_in(const struct fth_smoother *s, float *turned, const float *rows,
                    ptrdiff_t stride, int32_t count)
{
    const float *side[FTH_LANES];
    size_t n = (size_t)s->width;
    for (int32_t k = 0; k < LANES; k++) {
        side[k % FTH_LANES] = rows + FTH_MIN(k, count - 1) * stride;
        if (k % FTH_LANES == FTH_LANES - 1)
            s->k->rows_to_lanes(turned + (size_t)(k / FTH_LANES) * n * FTH_LANES, side, n);
    }
}

/* `spare` is a row for what is not put back. */
static void turn_out(const struct fth_smoother *s, float *rows, ptrdiff_t stride, int32_t count,
                     const float *turned, float *spare)
{
    float *side[FTH_LANES];
    size_t n = (size_t)s->width;
    for (int32_t k = 0; k < LANES; k++) {
        side[k % FTH_LANES] = k < count ? rows + k * stride : spare;
        if (k % FTH_LANES == FTH_LANES - 1)
            s->k->lanes_to_rows(side, turned + (size_t)(k / FTH_LANES) * n * FTH_LANES, n);
    }
}

/* ---- weights */

static float *turned_weights(const struct fth_smoother *s, int32_t y0)
{
    return s->row_weights + (size_t)(y0 / LANES) * LANES * (size_t)s->width;
}

static void weigh_rows(void *context, int32_t y0, int32_t y1, void *scratch)
{
    const struct fth_smoother *s = context;
    size_t step = padded(s->width);
    struct fth_grid right = {scratch, (ptrdiff_t)step, s->width, y1 - y0};
    struct fth_grid down = fth_grid_part(&s->column_weights, 0, y0, s->width, y1 - y0);
    s->weights.rows(s->weights.context, y0, y1, &right, &down, (float *)scratch + LANES * step);
    for (int32_t y = 0; y < y1 - y0; y++)
        fth_grid_row(&right, y)[s->width - 1] = 0;
    if (y1 == s->height)
        memset(fth_grid_row(&s->column_weights, y1 - 1), 0, (size_t)s->width * sizeof(float));
    turn_in(s, turned_weights(s, y0), scratch, (ptrdiff_t)step, y1 - y0);
}

/* ---- sweeps */

static void smooth_rows(void *context, int32_t y0, int32_t y1, void *scratch)
{
    const struct fth_smoother *s = context;
    size_t side = (size_t)s->width * FTH_LANES;
    float *values = scratch, *weights = turned_weights(s, y0), *spare = values + 4 * side;
    struct fth_sweep sweep = {{values, values + side}, {weights, weights + side},
                              values + 2 * side, FTH_LANES, FTH_LANES, s->width, s->lambda};
    turn_in(s, values, fth_grid_row(s->map, y0), s->map->row_stride, y1 - y0);
    s->k->sweep(&sweep);
    turn_out(s, fth_grid_row(s->map, y0), s->map->row_stride, y1 - y0, values, spare);
}

/* The picture's last columns, fewer than LANES, in scratch of their own. */
static void smooth_last_columns(const struct fth_smoother *s, int32_t x0, float *coefficients)
{
    size_t height = (size_t)s->height, n = (size_t)(s->width - x0);
    float *values = coefficients + height * LANES, *weights = values + height * LANES;
    struct fth_sweep sweep = {{values, values + FTH_LANES}, {weights, weights + FTH_LANES},
                              coefficients, LANES, LANES, s->height, s->lambda};
    memset(values, 0, 2 * height * LANES * sizeof(*values));
    for (int32_t y = 0; y < s->height; y++) {
        memcpy(values + y * LANES, fth_grid_row(s->map, y) + x0, n * sizeof(*values));
        memcpy(weights + y * LANES, fth_grid_row(&s->column_weights, y) + x0,
               n * sizeof(*weights));
    }
    s->k->sweep(&sweep);
    for (int32_t y = 0; y < s->height; y++)
        memcpy(fth_grid_row(s->map, y) + x0, values + y * LANES, n * sizeof(*values));
}

static void smooth_columns(void *context, int32_t x0, int32_t x1, void *scratch)
{
    const struct fth_smoother *s = context;
    float *values = s->map->data + x0;
    const float *weights = s->column_weights.data + x0;
    struct fth_sweep sweep = {{values, values + FTH_LANES}, {weights, weights + FTH_LANES},
                              scratch, s->map->row_stride, s->column_weights.row_stride,
                              s->height, s->lambda};
    if (x1 - x0 < LANES)
        smooth_last_columns(s, x0, scratch);
    else
        s->k->sweep(&sweep);
}

enum fth_status fth_smoother_open(const struct fth_work *work,
                                  const struct fth_smooth_weights *weights, int32_t width,
                                  int32_t height, struct fth_smoother **smoother,
                                  struct fth_error *error)
{
    size_t turned = ((size_t)height + LANES - 1) / LANES * LANES * (size_t)width;
    struct fth_smoother *s = fth_arena_take(work->arena, 1, sizeof(*s));
    float *row_weights = fth_arena_take(work->arena, turned, sizeof(float));
    if (!s || !row_weights)
        return fth_fail_memory(error, turned * sizeof(float), "smoothing");
    *s = (struct fth_smoother){.k = fth_kernels(), .width = width, .height = height,
                               .weights = *weights, .row_weights = row_weights};
    struct fth_rows rows = {weigh_rows, s, LANES,
                            LANES * padded(width) * sizeof(float) + weights->scratch_size};
    enum fth_status status = fth_grid_new(work->arena, width, height, &s->column_weights, error);
    if (status == FTH_OK)
        status = fth_rows_run_scratch(work, height, &rows, error);
    *smoother = s;
    return status;
}

enum fth_status fth_smoother_run(const struct fth_work *work, struct fth_smoother *s,
                                 const struct fth_grid *map, double lambda, int rounds,
                                 struct fth_error *error)
{
    size_t width = padded(s->width), height = (size_t)s->height;
    struct fth_rows along = {smooth_rows, s, LANES, (2 * LANES + 1) * width * sizeof(float)};
    struct fth_rows down = {smooth_columns, s, LANES, 3 * LANES * height * sizeof(float)};
    enum fth_status status = FTH_OK;
    /* lambda of round t is 1.5 lambda 4^(rounds - t) / (4^rounds - 1), so that all add up to it */
    double power = (double)(1ull << (2 * rounds));
    double round_lambda = 1.5 * lambda * (power / 4) / (power - 1);
    s->map = map;
    for (int i = 0; i < rounds && status == FTH_OK; i++, round_lambda /= 4) {
        s->lambda = (float)round_lambda;
        status = fth_rows_run_scratch(work, s->height, &along, error);
        if (status == FTH_OK)
            status = fth_rows_run_scratch(work, s->width, &down, error);
    }
    return status;
}

/* ---- weights from a guide */

struct guide {
    const struct fth_grid *rgb;
    float scale; /* 1 / sigma */
};

static void weigh_guide(const void *context, int32_t y0, int32_t y1, const struct fth_grid *right,
                        const struct fth_grid *down, void *scratch)
{
    const struct guide *g = context;
    int32_t width = g->rgb[0].width, height = g->rgb[0].height;
    (void)scratch;
    for (int32_t y = y0; y < y1; y++) {
        const float *here[3], *beside[3], *below[3];
        for (int k = 0; k < 3; k++) {
            here[k] = fth_grid_row(&g->rgb[k], y);
            beside[k] = here[k] + 1;
            below[k] = fth_grid_row(&g->rgb[k], FTH_MIN(y + 1, height - 1));
        }
        fth_kernels()->edge_weight(fth_grid_row(right, y - y0), here, beside, g->scale,
                                   (size_t)width - 1);
        if (y + 1 < height)
            fth_kernels()->edge_weight(fth_grid_row(down, y - y0), here, below, g->scale,
                                       (size_t)width);
    }
}

enum fth_status fth_smooth_global(const struct fth_work *work, const struct fth_grid *guide,
                                  const struct fth_grid *map, double lambda, double sigma,
                                  int rounds, struct fth_error *error)
{
    struct guide g = {guide, (float)(1 / sigma)};
    struct fth_smooth_weights weights = {weigh_guide, &g, 0};
    struct fth_smoother *smoother;
    size_t mark = fth_arena_mark(work->arena);
    enum fth_status status =
        fth_smoother_open(work, &weights, map->width, map->height, &smoother, error);
    if (status == FTH_OK)
        status = fth_smoother_run(work, smoother, map, lambda, rounds, error);
    fth_arena_return(work->arena, mark);
    return status;
}

/* ---- push-pull */

/* a / b where something is known, the coarser level's filling elsewhere. */
static void pull_level(const struct fth_grid *values, const struct fth_grid *known,
                       const struct fth_grid *filling)
{
    for (int32_t y = 0; y < values->height; y++) {
        float *v = fth_grid_row(values, y);
        const float *k = fth_grid_row(known, y), *f = fth_grid_row(filling, y);
        for (int32_t x = 0; x < values->width; x++)
            v[x] = k[x] > 1e-3f ? v[x] / k[x] : f[x];
    }
}

static void divide_coarsest(const struct fth_grid *values, const struct fth_grid *known)
{
    for (int32_t y = 0; y < values->height; y++) {
        float *v = fth_grid_row(values, y);
        const float *k = fth_grid_row(known, y);
        for (int32_t x = 0; x < values->width; x++)
            v[x] /= FTH_MAX(k[x], 1e-6f);
    }
}

static enum fth_status push_level(const struct fth_work *work, struct fth_grid *v,
                                  struct fth_grid *k, struct fth_error *error)
{
    int32_t width = v[0].width / 2, height = v[0].height / 2;
    enum fth_status status = fth_grid_new(work->arena, width, height, &v[1], error);
    if (status == FTH_OK)
        status = fth_grid_new(work->arena, width, height, &k[1], error);
    if (status == FTH_OK)
        status = fth_resize_area(work, &v[0], &v[1], error);
    if (status == FTH_OK)
        status = fth_resize_area(work, &k[0], &k[1], error);
    return status;
}

static enum fth_status pull_all(const struct fth_work *work, const struct fth_grid *v,
                                const struct fth_grid *k, int last, struct fth_error *error)
{
    enum fth_status status = FTH_OK;
    divide_coarsest(&v[last], &k[last]);
    for (int i = last - 1; i >= 0 && status == FTH_OK; i--) {
        struct fth_grid filling;
        status = fth_grid_new(work->arena, v[i].width, v[i].height, &filling, error);
        if (status == FTH_OK)
            status = fth_resize_bilinear(work, &v[i + 1], &filling, error);
        if (status == FTH_OK)
            pull_level(&v[i], &k[i], &filling);
    }
    return status;
}

static void keep_known(const struct fth_grid *values, const struct fth_grid *known)
{
    for (int32_t y = 0; y < values->height; y++) {
        float *v = fth_grid_row(values, y);
        const float *k = fth_grid_row(known, y);
        for (int32_t x = 0; x < values->width; x++)
            v[x] = k[x] > 0 ? v[x] * k[x] : 0; /* what is not known may be anything, NaN too */
    }
}

enum fth_status fth_fill_push_pull(const struct fth_work *work, const struct fth_grid *values,
                                   const struct fth_grid *known, int levels,
                                   struct fth_error *error)
{
    struct fth_grid v[MOST_LEVELS], k[MOST_LEVELS];
    size_t mark = fth_arena_mark(work->arena);
    enum fth_status status = FTH_OK;
    int last = 0;
    v[0] = *values;
    k[0] = *known;
    keep_known(values, known);
    /* sides below 4 are not halved further (the recipe's rule) */
    while (last + 1 < FTH_MIN(levels, MOST_LEVELS) && status == FTH_OK &&
           FTH_MIN(v[last].width, v[last].height) >= 4) {
        status = push_level(work, &v[last], &k[last], error);
        last++;
    }
    if (status == FTH_OK)
        status = pull_all(work, v, k, last, error);
    fth_arena_return(work->arena, mark);
    return status;
}
