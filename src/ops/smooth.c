/* SPDX-License-Identifier: Apache-2.0 */
/* The fast global smoother solves one tridiagonal system for every row, then for every column. Both
 * run down lines of LANES neighbouring systems, for which rows are turned into columns in blocks;
 * blocks are independent and go to the pool. Push-pull stands on the resamplers. */
#include "ops/smooth.h"

#include <string.h>

#include "ops/kernels.h"
#include "ops/resize.h"

enum { LANES = 32, MOST_LEVELS = 32 };

struct smoother {
    const struct fth_kernels *k;
    const struct fth_grid *map;
    struct fth_smooth_weights weights;
    float lambda;       /* of this round */
    float *row_weights; /* blocks of LANES rows, turned: [block][x][lane], to the pixel right */
    float *row_values, *row_coefficients; /* the same shape, scratch */
    struct fth_grid column_weights;       /* to the pixel below */
    struct fth_grid column_coefficients;  /* scratch */
};

/* ---- weights */

static void weigh_column_step(const struct smoother *s, int32_t y)
{
    float *weights = fth_grid_row(&s->column_weights, y);
    if (y + 1 == s->map->height)
        memset(weights, 0, (size_t)s->map->width * sizeof(float));
    else
        s->weights.down(s->weights.context, y, weights);
}

/* turned[x][lane] = row[x] */
static void turn_in(float *turned, const float *row, int32_t width, int32_t lane)
{
    for (int32_t x = 0; x < width; x++)
        turned[(ptrdiff_t)x * LANES + lane] = row[x];
}

static void turn_out(float *row, const float *turned, int32_t width, int32_t lane)
{
    for (int32_t x = 0; x < width; x++)
        row[x] = turned[(ptrdiff_t)x * LANES + lane];
}

static ptrdiff_t block_start(const struct smoother *s, int32_t y0)
{
    return (ptrdiff_t)(y0 / LANES) * LANES * s->map->width;
}

static void weigh_rows(void *context, int32_t y0, int32_t y1)
{
    const struct smoother *s = context;
    float *turned = s->row_weights + block_start(s, y0);
    for (int32_t y = y0; y < y1; y++) {
        /* a row of the scratch is free here and long enough */
        float *row = fth_grid_row(&s->column_coefficients, y);
        s->weights.right(s->weights.context, y, row);
        row[s->map->width - 1] = 0;
        turn_in(turned, row, s->map->width, y - y0);
        weigh_column_step(s, y);
    }
}

/* ---- sweeps */

/* `count` lines of `lanes` systems: line i is at values + i * stride. */
struct lines {
    float *values;
    const float *weights;
    float *coefficients;
    ptrdiff_t value_stride, weight_stride, coefficient_stride;
    int32_t count;
    size_t lanes;
};

static void solve_lines(const struct fth_kernels *k, const struct lines *l, float lambda)
{
    static const float zeros[LANES];
    const float *last[3] = {zeros, zeros, zeros};
    for (int32_t i = 0; i < l->count; i++) {
        float *f = l->values + i * l->value_stride;
        float *c = l->coefficients + i * l->coefficient_stride;
        const float *w = l->weights + i * l->weight_stride;
        k->sweep_down(f, c, last, w, lambda, l->lanes);
        last[0] = w;
        last[1] = c;
        last[2] = f;
    }
    for (int32_t i = l->count - 2; i >= 0; i--) {
        float *d = l->values + i * l->value_stride;
        k->sweep_up(d, l->coefficients + i * l->coefficient_stride, d + l->value_stride, l->lanes);
    }
}

static void smooth_rows(void *context, int32_t y0, int32_t y1)
{
    const struct smoother *s = context;
    ptrdiff_t start = block_start(s, y0);
    struct lines lines = {.values = s->row_values + start,
                          .weights = s->row_weights + start,
                          .coefficients = s->row_coefficients + start,
                          .value_stride = LANES,
                          .weight_stride = LANES,
                          .coefficient_stride = LANES,
                          .count = s->map->width,
                          .lanes = (size_t)(y1 - y0)};
    for (int32_t y = y0; y < y1; y++)
        turn_in(lines.values, fth_grid_row(s->map, y), s->map->width, y - y0);
    solve_lines(s->k, &lines, s->lambda);
    for (int32_t y = y0; y < y1; y++)
        turn_out(fth_grid_row(s->map, y), lines.values, s->map->width, y - y0);
}

static void smooth_columns(void *context, size_t block)
{
    const struct smoother *s = context;
    int32_t x0 = (int32_t)block * LANES;
    struct lines lines = {.values = s->map->data + x0,
                          .weights = s->column_weights.data + x0,
                          .coefficients = s->column_coefficients.data + x0,
                          .value_stride = s->map->row_stride,
                          .weight_stride = s->column_weights.row_stride,
                          .coefficient_stride = s->column_coefficients.row_stride,
                          .count = s->map->height,
                          .lanes = (size_t)FTH_MIN(LANES, s->map->width - x0)};
    solve_lines(s->k, &lines, s->lambda);
}

static enum fth_status take_scratch(struct smoother *s, struct fth_arena *arena,
                                    struct fth_error *error)
{
    int32_t width = s->map->width, height = s->map->height;
    size_t turned = ((size_t)height + LANES - 1) / LANES * LANES * (size_t)width;
    s->row_weights = fth_arena_take(arena, turned, sizeof(float));
    s->row_values = fth_arena_take(arena, turned, sizeof(float));
    s->row_coefficients = fth_arena_take(arena, turned, sizeof(float));
    if (!s->row_weights || !s->row_values || !s->row_coefficients)
        return fth_fail_memory(error, turned * sizeof(float), "smoothing");
    enum fth_status status = fth_grid_new(arena, width, height, &s->column_weights, error);
    if (status != FTH_OK)
        return status;
    return fth_grid_new(arena, width, height, &s->column_coefficients, error);
}

enum fth_status fth_smooth_weighted(const struct fth_work *work,
                                    const struct fth_smooth_weights *weights,
                                    const struct fth_grid *map, double lambda, int rounds,
                                    struct fth_error *error)
{
    struct smoother s = {.k = fth_kernels(), .map = map, .weights = *weights};
    size_t mark = fth_arena_mark(work->arena);
    enum fth_status status = take_scratch(&s, work->arena, error);
    if (status != FTH_OK)
        goto done;
    status = fth_rows_run(work, map->height, LANES, weigh_rows, &s);
    /* lambda of round t is 1.5 lambda 4^(rounds - t) / (4^rounds - 1), so that all add up to it */
    double power = (double)(1ull << (2 * rounds));
    double round_lambda = 1.5 * lambda * (power / 4) / (power - 1);
    for (int i = 0; i < rounds && status == FTH_OK; i++, round_lambda /= 4) {
        s.lambda = (float)round_lambda;
        status = fth_rows_run(work, map->height, LANES, smooth_rows, &s);
        if (status == FTH_OK)
            fth_pool_run(work->pool, ((size_t)map->width + LANES - 1) / LANES, smooth_columns, &s);
    }
done:
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
