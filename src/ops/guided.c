/* SPDX-License-Identifier: Apache-2.0 */
/* In every window the map is taken for a linear function of the guide; the functions' means are
 * then applied to the guide itself. */
#include "ops/guided.h"

#include "ops/box.h"
#include "ops/guided_begin.h"
#include "ops/kernels.h"

#include <string.h>

/* Added to every weight. */
static const float LEAST_WEIGHT = 1e-6f;

void fth_guided_weigh(const struct fth_grid *dst, const struct fth_grid *weight)
{
    for (int32_t y = 0; y < weight->height; y++)
        fth_kernels()->scale_offset(fth_grid_row(dst, y), fth_grid_row(weight, y), 1, LEAST_WEIGHT,
                                    (size_t)weight->width);
}

enum fth_status fth_guided_begin(const struct fth_work *work, const struct fth_grid *weight,
                                 double eps, struct fth_grid *weights, struct fth_error *error)
{
    if (!(eps > 0))
        return fth_fail(error, FTH_ERR_USAGE, "guided filter: eps %g is not above 0", eps);
    enum fth_status status =
        weight ? fth_grid_new(work->arena, weight->width, weight->height, weights, error) : FTH_OK;
    if (weight && status == FTH_OK)
        fth_guided_weigh(weights, weight);
    return status;
}

/* Means are taken with this. */
struct window {
    const struct fth_work *work;
    const struct fth_kernels *kernels;
    struct fth_grid weight, weight_mean; /* data NULL: unweighted */
    int32_t radius;
};

static enum fth_status open_window(const struct fth_work *work, const struct fth_grid *weight,
                                   int32_t radius, double eps, struct window *window,
                                   struct fth_error *error)
{
    *window = (struct window){.work = work, .kernels = fth_kernels(), .radius = radius};
    enum fth_status status = fth_guided_begin(work, weight, eps, &window->weight, error);
    if (status != FTH_OK || !weight)
        return status;
    struct fth_grid *mean = &window->weight_mean;
    status = fth_grid_new(work->arena, weight->width, weight->height, mean, error);
    struct fth_box_mean box = {.factors = {&window->weight}, .dst = mean,
                               .border = FTH_BORDER_REFLECT, .radius_x = radius,
                               .radius_y = radius};
    return status == FTH_OK ? fth_box_run(work, &box, error) : status;
}

/* ---- the filter, tile by tile: means, their solutions, and the means of those */

enum {
    MEANS = 4,
    COEFFICIENTS = 2,
    SOLVED = 2 * FTH_LANES /* latest rows of solutions: those that a group waits for */
};

struct guided {
    const struct window *window;
    const struct fth_grid *guide, *map;
    double eps;
    bool own_guide; /* the map is its own guide */
    struct fth_box_cut cut;
    struct fth_box_plan means, averages;
    struct fth_box_set *first, *second;
    struct fth_box_source sources[FTH_BOX_SOURCES];
    float *solved; /* of each strip, of each coefficient, SOLVED rows */
    ptrdiff_t stride;
    const struct fth_grid *dst;
};

static float *solved_row(const struct guided *g, int32_t strip, int i, int32_t y)
{
    ptrdiff_t at = (ptrdiff_t)(strip * COEFFICIENTS + i) * SOLVED + y % SOLVED;
    return g->solved + at * g->stride;
}

static void weigh(const struct guided *g, float *row, int32_t x, int32_t y, size_t n)
{
    if (g->window->weight.data)
        g->window->kernels->divide(row, row, fth_grid_row(&g->window->weight_mean, y) + x, n);
}

/* Means of a few rows and their solutions. The first means are where these shall be. */
static void solve(const struct guided *g, const struct fth_box_tile *tile,
                  struct fth_box_span rows, float *memory)
{
    const struct fth_kernels *k = g->window->kernels;
    float *means[MEANS][FTH_BOX_PUT], *row[MEANS];
    size_t n = (size_t)(tile->x1 - tile->x0);
    for (int i = 0; i < MEANS; i++) {
        for (int32_t y = rows.from; y < rows.end; y++, memory += g->stride)
            means[i][y - rows.from] =
                i < COEFFICIENTS ? solved_row(g, tile->strip, i, y) : memory;
        if (g->means.factors[i][0] >= 0)
            fth_box_put(g->first, tile, i, rows, means[i]);
    }
    for (int32_t y = rows.from; y < rows.end; y++) {
        for (int i = 0; i < MEANS; i++) {
            row[i] = means[i][y - rows.from];
            if (g->means.factors[i][0] >= 0)
                weigh(g, row[i], tile->x0, y, n);
        }
        if (g->own_guide) {
            memcpy(row[1], row[0], n * sizeof(float));
            memcpy(row[2], row[3], n * sizeof(float));
        }
        k->guided_grey(row, g->eps, n);
    }
}

/* Averages of a few rows, which are applied. */
static void average(const struct guided *g, const struct fth_box_tile *tile,
                    struct fth_box_span rows, float *memory)
{
    float *to[COEFFICIENTS][FTH_BOX_PUT];
    struct fth_box_span columns = fth_box_columns(g->second, tile);
    int32_t x = columns.from;
    size_t n = (size_t)(columns.end - x);
    for (int i = 0; i < COEFFICIENTS; i++) {
        for (int32_t y = rows.from; y < rows.end; y++, memory += g->stride)
            to[i][y - rows.from] = memory;
        fth_box_put(g->second, tile, i, rows, to[i]);
        for (int32_t y = rows.from; y < rows.end; y++)
            weigh(g, to[i][y - rows.from], x, y, n);
    }
    for (int32_t y = rows.from; y < rows.end; y++) {
        float *dst = fth_grid_row(g->dst, y) + x;
        float *row = fth_grid_streams(g->dst) ? memory : dst;
        g->window->kernels->multiply_add(row, to[0][y - rows.from], fth_grid_row(g->guide, y) + x,
                                         to[1][y - rows.from], n);
        if (row != dst)
            g->window->kernels->stream(dst, row, n);
    }
}

/* Floats of a tile's rows. */
static size_t rows_size(const struct guided *g)
{
    size_t rows = (size_t)MEANS * FTH_BOX_PUT + 1;
    return rows * (size_t)g->stride;
}

/* Sixteen rows of solutions go into the averages. */
static void average_group(const struct guided *g, const struct fth_box_tile *tile, int32_t group,
                          float *memory)
{
    struct fth_box_source sources[FTH_BOX_SOURCES];
    for (int i = 0; i < COEFFICIENTS; i++)
        sources[i] = (struct fth_box_source){solved_row(g, tile->strip, i, 0), g->stride, SOLVED,
                                             tile->x0};
    if (g->window->weight.data)
        sources[COEFFICIENTS] = fth_box_source_of(&g->window->weight);
    struct fth_box_span rows =
        fth_box_let_in(g->second, tile, group, sources, memory + rows_size(g));
    for (int32_t y = rows.from; y < rows.end; y += FTH_BOX_PUT)
        average(g, tile, (struct fth_box_span){y, FTH_MIN(y + FTH_BOX_PUT, rows.end)}, memory);
}

static void run_tile(void *context, const struct fth_box_tile *tile, void *scratch)
{
    const struct guided *g = context;
    float *memory = scratch;
    for (int32_t y = tile->y0; y < tile->y1; y += FTH_LANES) {
        struct fth_box_span rows = fth_box_let_in(g->first, tile, y / FTH_LANES, g->sources,
                                                  memory + rows_size(g));
        for (int32_t from = rows.from; from < rows.end; from += FTH_BOX_PUT) {
            int32_t end = FTH_MIN(from + FTH_BOX_PUT, rows.end);
            solve(g, tile, (struct fth_box_span){from, end}, memory);
            int32_t whole = end + (end == g->cut.height ? FTH_LANES - 1 : 0);
            for (int32_t i = from / FTH_LANES; i < whole / FTH_LANES; i++)
                average_group(g, tile, i, memory);
        }
    }
}

static void list(struct fth_box_plan *plan, int mean, int a, int b, int weight)
{
    int at = 0;
    plan->factors[mean][at++] = (int8_t)a;
    if (b >= 0)
        plan->factors[mean][at++] = (int8_t)b;
    if (a >= 0 && weight >= 0)
        plan->factors[mean][at++] = (int8_t)weight;
    while (at < 3)
        plan->factors[mean][at++] = -1;
}

/* The means that the kernel guided_grey asks for, in its order. Sources are the guide, the map and
 * the weight. */
static void list_means(struct guided *g)
{
    struct fth_box_plan *plan = &g->means;
    int weight = g->window->weight.data ? 2 : -1;
    bool own = g->own_guide;
    g->sources[0] = fth_box_source_of(g->guide);
    g->sources[1] = fth_box_source_of(g->map);
    g->sources[2] = fth_box_source_of(&g->window->weight);
    plan->source_count = weight < 0 ? 2 : 3;
    plan->mean_count = MEANS;
    list(plan, 0, 0, -1, weight);
    list(plan, 1, own ? -1 : 1, -1, weight);
    list(plan, 2, own ? -1 : 0, own ? -1 : 1, weight);
    list(plan, 3, 0, 0, weight);
}

static void list_averages(struct guided *g)
{
    int weight = g->window->weight.data ? COEFFICIENTS : -1;
    g->averages.source_count = COEFFICIENTS + (weight < 0 ? 0 : 1);
    g->averages.mean_count = COEFFICIENTS;
    for (int i = 0; i < COEFFICIENTS; i++)
        list(&g->averages, i, i, -1, weight);
}

/* dst := the map as the guide's linear function. */
static enum fth_status filter(struct guided *g, struct fth_error *error)
{
    const struct fth_work *work = g->window->work;
    int32_t radius = g->window->radius;
    g->means = (struct fth_box_plan){.cut = &g->cut, .radius_x = radius, .radius_y = radius,
                                     .border = FTH_BORDER_REFLECT};
    g->averages = g->means;
    g->averages.lag = true;
    list_means(g);
    list_averages(g);
    g->cut = fth_box_cut(work, g->map, radius, MEANS + COEFFICIENTS);
    /* rows of averages are longer in the last strip */
    g->stride = ((ptrdiff_t)fth_box_widest(&g->cut) + radius + 15) / 16 * 16;
    size_t floats = (size_t)g->cut.strips * COEFFICIENTS * SOLVED * (size_t)g->stride;
    g->solved = fth_arena_take(work->arena, floats, sizeof(float));
    if (!g->solved)
        return fth_fail_memory(error, floats * sizeof(float), "guided filter");
    enum fth_status status = fth_box_open(work, &g->means, &g->first, error);
    if (status == FTH_OK)
        status = fth_box_open(work, &g->averages, &g->second, error);
    struct fth_box_job job = {run_tile, g, rows_size(g) * sizeof(float)};
    job.scratch_size += FTH_MAX(fth_box_scratch(&g->means), fth_box_scratch(&g->averages));
    return status == FTH_OK ? fth_box_tiles(work, &g->cut, &job, error) : status;
}

enum fth_status fth_guided_grey(const struct fth_work *work, const struct fth_grid *guide,
                                const struct fth_grid *map, const struct fth_grid *weight,
                                const struct fth_grid *dst, int32_t radius, double eps,
                                struct fth_error *error)
{
    size_t mark = fth_arena_mark(work->arena);
    struct window window;
    struct guided g = {.window = &window, .guide = guide, .map = map, .eps = eps, .dst = dst,
                       .own_guide = guide->data == map->data};
    enum fth_status status = open_window(work, weight, radius, eps, &window, error);
    if (status == FTH_OK)
        status = filter(&g, error);
    fth_arena_return(work->arena, mark);
    return status;
}

