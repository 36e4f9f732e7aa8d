/* SPDX-License-Identifier: Apache-2.0 */
/* The fast global smoother solves one tridiagonal system for every row, then for every column. Both
 * run down lines of LANES neighbouring systems, for which rows are turned into columns in blocks;
 * blocks are independent and go to the pool. Push-pull stands on the resamplers. */
#include "ops/smooth.h"

#include <string.h>

#include "ops/kernels.h"
#include "ops/resize.h"

enum { SIDES = 2, LANES = SIDES * FTH_LANES, MOST_LEVELS = 32 };

struct smoother {
    const struct fth_kernels *k;
    const struct fth_grid *map;
    struct fth_smooth_weights weights;
    float lambda;                   /* of this round */
    float *row_weights;             /* to the pixel right, turned: [block][side][x][lane] */
    struct fth_grid column_weights; /* to the pixel below */
};

static size_t padded(int32_t width)
{
    return ((size_t)width + 15) / 16 * 16;
}

/* ---- turning. `turned` is [side][i][lane]; lanes behind the last row are as it is, and are not
 * put back */

static void turn_in(const struct smoother *s, float *turned, const float *rows, ptrdiff_t stride,
                    int32_t count)
{
    const float *side[FTH_LANES];
    size_t n = (size_t)s->map->width;
    for (int32_t k = 0; k < LANES; k++) {
        side[k % FTH_LANES] = rows + FTH_MIN(k, count - 1) * stride;
        if (k % FTH_LANES == FTH_LANES - 1)
            s->k->rows_to_lanes(turned + (size_t)(k / FTH_LANES) * n * FTH_LANES, side, n);
    }
}

/* `spare` is a row for what is not put back. */
static void turn_out(const struct smoother *s, float *rows, ptrdiff_t stride, int32_t count,
                     const float *turned, float *spare)
{
    float *side[FTH_LANES];
    size_t n = (size_t)s->map->width;
    for (int32_t k = 0; k < LANES; k++) {
        side[k % FTH_LANES] = k < count ? rows + k * stride : spare;
        if (k % FTH_LANES == FTH_LANES - 1)
            s->k->lanes_to_rows(side, turned + (size_t)(k / FTH_LANES) * n * FTH_LANES, n);
    }
}

/* ---- weights */

static float *turned_weights(const struct smoother *s, int32_t y0)
{
    return s->row_weights + (size_t)(y0 / LANES) * LANES * (size_t)s->map->width;
}

static void weigh_column_step(const struct smoother *s, int32_t y)
{
    float *weights = fth_grid_row(&s->column_weights, y);
    if (y + 1 == s->map->height)
        memset(weights, 0, (size_t)s->map->width * sizeof(float));
    else
        s->weights.down(s->weights.context, y, weights);
}

static void weigh_rows(void *context, int32_t y0, int32_t y1, void *scratch)
{
    const struct smoother *s = context;
    size_t step = padded(s->map->width);
    for (int32_t y = y0; y < y1; y++) {
        float *row = (float *)scratch + (size_t)(y - y0) * step;
        s->weights.right(s->weights.context, y, row);
        row[s->map->width - 1] = 0;
        weigh_column_step(s, y);
    }
    turn_in(s, turned_weights(s, y0), scratch, (ptrdiff_t)step, y1 - y0);
}

/* ---- sweeps */

static void smooth_rows(void *context, int32_t y0, int32_t y1, void *scratch)
{
    const struct smoother *s = context;
    size_t side = (size_t)s->map->width * FTH_LANES;
    float *values = scratch, *weights = turned_weights(s, y0), *spare = values + 4 * side;
    struct fth_sweep sweep = {{values, values + side}, {weights, weights + side},
                              values + 2 * side, FTH_LANES, FTH_LANES, s->map->width, s->lambda};
    turn_in(s, values, fth_grid_row(s->map, y0), s->map->row_stride, y1 - y0);
    s->k->sweep(&sweep);
    turn_out(s, fth_grid_row(s->map, y0), s->map->row_stride, y1 - y0, values, spare);
}

/* The picture's last columns, fewer than LANES, in scratch of their own. */
static void smooth_last_columns(const struct smoother *s, int32_t x0, float *coefficients)
{
    size_t height = (size_t)s->map->height, n = (size_t)(s->map->width - x0);
    float *values = coefficients + height * LANES, *weights = values + height * LANES;
    struct fth_sweep sweep = {{values, values + FTH_LANES}, {weights, weights + FTH_LANES},
                              coefficients, LANES, LANES, s->map->height, s->lambda};
    memset(values, 0, 2 * height * LANES * sizeof(*values));
    for (int32_t y = 0; y < s->map->height; y++) {
        memcpy(values + y * LANES, fth_grid_row(s->map, y) + x0, n * sizeof(*values));
        memcpy(weights + y * LANES, fth_grid_row(&s->column_weights, y) + x0,
               n * sizeof(*weights));
    }
    s->k->sweep(&sweep);
    for (int32_t y = 0; y < s->map->height; y++)
        memcpy(fth_grid_row(s->map, y) + x0, values + y * LANES, n * sizeof(*values));
}

static void smooth_columns(void *context, int32_t x0, int32_t x1, void *scratch)
{
    const struct smoother *s = context;
    float *values = s->map->data + x0;
    const float *weights = s->column_weights.data + x0;
    struct fth_sweep sweep = {{values, values + FTH_LANES}, {weights, weights + FTH_LANES},
                              scratch, s->map->row_stride, s->column_weights.row_stride,
                              s->map->height, s->lambda};
    if (x1 - x0 < LANES)
        smooth_last_columns(s, x0, scratch);
    else
        s->k->sweep(&sweep);
}

static enum fth_status take_weights(struct smoother *s, struct fth_arena *arena,
                                    struct fth_error *error)
{
    int32_t width = s->map->width, height = s->map->height;
    size_t turned = ((size_t)height + LANES - 1) / LANES * LANES * (size_t)width;
    s->row_weights = fth_arena_take(arena, turned, sizeof(float));
    if (!s->row_weights)
        return fth_fail_memory(error, turned * sizeof(float), "smoothing");
    return fth_grid_new(arena, width, height, &s->column_weights, error);
}

enum fth_status fth_smooth_weighted(const struct fth_work *work,
                                    const struct fth_smooth_weights *weights,
                                    const struct fth_grid *map, double lambda, int rounds,
                                    struct fth_error *error)
{
    struct smoother s = {.k = fth_kernels(), .map = map, .weights = *weights};
    size_t width = padded(map->width), height = (size_t)map->height;
    struct fth_rows weighing = {weigh_rows, &s, LANES, LANES * width * sizeof(float)};
    struct fth_rows along = {smooth_rows, &s, LANES, (2 * LANES + 1) * width * sizeof(float)};
    struct fth_rows down = {smooth_columns, &s, LANES, 3 * LANES * height * sizeof(float)};
    size_t mark = fth_arena_mark(work->arena);
    enum fth_status status = take_weights(&s, work->arena, error);
    if (status == FTH_OK)
        status = fth_rows_run_scratch(work, map->height, &weighing, error);
    /* lambda of round t is 1.5 lambda 4^(rounds - t) / (4^rounds - 1), so that all add up to it */
    double power = (double)(1ull << (2 * rounds));
    double round_lambda = 1.5 * lambda * (power / 4) / (power - 1);
    for (int i = 0; i < rounds && status == FTH_OK; i++, round_lambda /= 4) {
        s.lambda = (float)round_lambda;
        status = fth_rows_run_scratch(work, map->height, &along, error);
        if (status == FTH_OK)
            status = fth_rows_run_scratch(work, map->width, &down, error);
    }
    fth_arena_return(work->arena, mark);
    return status;
}

/* ---- weights from a guide */

struct guide {
    const struct fth_grid *rgb;
    float scale; /* 1 / sigma */
};

static void weigh_guide_right(const void *context, int32_t y, float *weights)
{
    const struct guide *g = context;
    const float *a[3], *b[3];
    for (int k = 0; k < 3; k++) {
        a[k] = fth_grid_row(&g->rgb[k], y);
        b[k] = a[k] + 1;
    }
    fth_kernels()->edge_weight(weights, a, b, g->scale, (size_t)g->rgb[0].width - 1);
}

static void weigh_guide_down(const void *context, int32_t y, float *weights)
{
    const struct guide *g = context;
    const float *a[3], *b[3];
    for (int k = 0; k < 3; k++) {
        a[k] = fth_grid_row(&g->rgb[k], y);
        b[k] = fth_grid_row(&g->rgb[k], y + 1);
    }
    fth_kernels()->edge_weight(weights, a, b, g->scale, (size_t)g->rgb[0].width);
}

enum fth_status fth_smooth_global(const struct fth_work *work, const struct fth_grid *guide,
                                  const struct fth_grid *map, double lambda, double sigma,
                                  int rounds, struct fth_error *error)
{
    struct guide g = {guide, (float)(1 / sigma)};
    struct fth_smooth_weights weights = {weigh_guide_right, weigh_guide_down, &g};
    return fth_smooth_weighted(work, &weights, map, lambda, rounds, error);
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
