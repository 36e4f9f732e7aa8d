/* SPDX-License-Identifier: Apache-2.0 */
/* In every window the map is taken for a linear function of the guide; the functions' means are
 * then applied to the guide itself. */
#include "ops/guided.h"

#include "ops/box.h"
#include "ops/kernels.h"
#include "ops/resize.h"

#include <string.h>

/* Added to every weight: where nothing is believed, all counts alike. */
static const float LEAST_WEIGHT = 1e-6f;

/* Means are taken with this. */
struct window {
    const struct fth_work *work;
    const struct fth_kernels *kernels;
    struct fth_grid weight, weight_mean; /* data NULL: unweighted */
    int32_t radius;
};

static enum fth_status new_grids(const struct window *window, const struct fth_grid *like,
                                 struct fth_grid *grids, int count, struct fth_error *error)
{
    enum fth_status status = FTH_OK;
    for (int i = 0; i < count && status == FTH_OK; i++)
        status = fth_grid_new(window->work->arena, like->width, like->height, &grids[i], error);
    return status;
}

static enum fth_status open_window(const struct fth_work *work, const struct fth_grid *weight,
                                   int32_t radius, double eps, struct window *window,
                                   struct fth_error *error)
{
    *window = (struct window){.work = work, .kernels = fth_kernels(), .radius = radius};
    if (!(eps > 0))
        return fth_fail(error, FTH_ERR_USAGE, "guided filter: eps %g is not above 0", eps);
    if (!weight)
        return FTH_OK;
    struct fth_grid grids[2];
    enum fth_status status = new_grids(window, weight, grids, 2, error);
    for (int32_t y = 0; y < weight->height && status == FTH_OK; y++)
        window->kernels->scale_offset(fth_grid_row(&grids[0], y), fth_grid_row(weight, y), 1,
                                      LEAST_WEIGHT, (size_t)weight->width);
    if (status == FTH_OK) {
        struct fth_box_mean mean = {.factors = {&grids[0]}, .dst = &grids[1],
                                    .border = FTH_BORDER_REFLECT, .radius_x = radius,
                                    .radius_y = radius};
        status = fth_box_run(work, &mean, error);
    }
    window->weight = grids[0];
    window->weight_mean = grids[1];
    return status;
}

/* to := sum of coefficients[k] guide[k] + coefficients[count] */
static void apply_row(float *to, const float *const *coefficients, const float *const *guide,
                      int count, size_t n)
{
    if (count == 1)
        fth_kernels()->multiply_add(to, coefficients[0], guide[0], coefficients[1], n);
    else
        fth_kernels()->guided_apply(to, coefficients, guide, n);
}

/* ---- the filter, tile by tile: means, their solutions, and the means of those */

enum {
    GREY_MEANS = 4,
    COLOUR_MEANS = 13,
    COEFFICIENTS = 4,
    SOLVED = 2 * FTH_LANES /* latest rows of solutions: those that a group waits for */
};

struct guided {
    const struct window *window;
    const struct fth_grid *guide, *map; /* a guide of one channel or of three */
    int channels;
    double eps;
    bool own_guide; /* grey: the map is its own guide */
    struct fth_box_cut cut;
    struct fth_box_plan means, averages;
    struct fth_box_set *first, *second;
    struct fth_box_source sources[FTH_BOX_SOURCES];
    float *solved; /* of each strip, of each coefficient, SOLVED rows */
    ptrdiff_t stride;
    const struct fth_grid *dst; /* NULL: the averaged coefficients are what is wanted */
    const struct fth_grid *averaged;
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
    float *means[COLOUR_MEANS][FTH_BOX_PUT], *row[COLOUR_MEANS];
    size_t n = (size_t)(tile->x1 - tile->x0);
    for (int i = 0; i < g->means.mean_count; i++) {
        for (int32_t y = rows.from; y < rows.end; y++, memory += g->stride)
            means[i][y - rows.from] =
                i <= g->channels ? solved_row(g, tile->strip, i, y) : memory;
        if (g->means.factors[i][0] >= 0)
            fth_box_put(g->first, tile, i, rows, means[i]);
    }
    for (int32_t y = rows.from; y < rows.end; y++) {
        for (int i = 0; i < g->means.mean_count; i++) {
            row[i] = means[i][y - rows.from];
            if (g->means.factors[i][0] >= 0)
                weigh(g, row[i], tile->x0, y, n);
        }
        if (g->own_guide) {
            memcpy(row[1], row[0], n * sizeof(float));
            memcpy(row[2], row[3], n * sizeof(float));
        }
        if (g->channels == 1)
            k->guided_grey(row, g->eps, n);
        else
            k->guided_colour(row, g->eps, n);
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
    for (int i = 0; i <= g->channels; i++) {
        for (int32_t y = rows.from; y < rows.end; y++, memory += g->stride)
            to[i][y - rows.from] = g->dst ? memory : fth_grid_row(&g->averaged[i], y) + x;
        fth_box_put(g->second, tile, i, rows, to[i]);
        for (int32_t y = rows.from; y < rows.end; y++)
            weigh(g, to[i][y - rows.from], x, y, n);
    }
    for (int32_t y = rows.from; y < rows.end && g->dst; y++) {
        const float *coefficients[COEFFICIENTS], *guide[COEFFICIENTS];
        float *dst = fth_grid_row(g->dst, y) + x;
        for (int i = 0; i <= g->channels; i++)
            coefficients[i] = to[i][y - rows.from];
        for (int i = 0; i < g->channels; i++)
            guide[i] = fth_grid_row(&g->guide[i], y) + x;
        float *row = fth_grid_streams(g->dst) ? memory : dst;
        apply_row(row, coefficients, guide, g->channels, n);
        if (row != dst)
            g->window->kernels->stream(dst, row, n);
    }
}

/* Floats of a tile's rows. */
static size_t rows_size(const struct guided *g)
{
    size_t rows = (size_t)FTH_MAX(g->means.mean_count, COEFFICIENTS) * FTH_BOX_PUT + 1;
    return rows * (size_t)g->stride;
}

/* Sixteen rows of solutions go into the averages. */
static void average_group(const struct guided *g, const struct fth_box_tile *tile, int32_t group,
                          float *memory)
{
    struct fth_box_source sources[FTH_BOX_SOURCES];
    for (int i = 0; i <= g->channels; i++)
        sources[i] = (struct fth_box_source){solved_row(g, tile->strip, i, 0), g->stride, SOLVED,
                                             tile->x0};
    if (g->window->weight.data)
        sources[g->channels + 1] = fth_box_source_of(&g->window->weight);
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

/* The means that the kernels guided_grey and guided_colour ask for, in their order. Sources are the
 * guide, the map and the weight. */
static void list_means(struct guided *g)
{
    struct fth_box_plan *plan = &g->means;
    int map = g->channels, weight = g->window->weight.data ? map + 1 : -1, at = 7;
    bool own = g->own_guide;
    for (int i = 0; i < g->channels; i++)
        g->sources[i] = fth_box_source_of(&g->guide[i]);
    g->sources[map] = fth_box_source_of(g->map);
    g->sources[map + 1] = fth_box_source_of(&g->window->weight);
    plan->source_count = map + (weight < 0 ? 1 : 2);
    plan->mean_count = g->channels == 1 ? GREY_MEANS : COLOUR_MEANS;
    if (g->channels == 1) {
        list(plan, 0, 0, -1, weight);
        list(plan, 1, own ? -1 : map, -1, weight);
        list(plan, 2, own ? -1 : 0, own ? -1 : map, weight);
        list(plan, 3, 0, 0, weight);
        return;
    }
    list(plan, 3, map, -1, weight);
    for (int i = 0; i < 3; i++) {
        list(plan, i, i, -1, weight);
        list(plan, 4 + i, i, map, weight);
        for (int k = i; k < 3; k++, at++)
            list(plan, at, i, k, weight);
    }
}

static void list_averages(struct guided *g)
{
    int count = g->channels + 1, weight = g->window->weight.data ? count : -1;
    g->averages.source_count = count + (weight < 0 ? 0 : 1);
    g->averages.mean_count = count;
    for (int i = 0; i < count; i++)
        list(&g->averages, i, i, -1, weight);
}

/* dst := the map as the guide's linear function; or averaged[0 .. channels], with dst NULL. */
static enum fth_status filter(struct guided *g, const struct fth_grid *averaged,
                              const struct fth_grid *dst, struct fth_error *error)
{
    const struct fth_work *work = g->window->work;
    int32_t radius = g->window->radius;
    g->means = (struct fth_box_plan){.cut = &g->cut, .radius_x = radius, .radius_y = radius,
                                     .border = FTH_BORDER_REFLECT};
    g->averages = g->means;
    g->averages.lag = true;
    list_means(g);
    list_averages(g);
    int means = g->means.mean_count + g->averages.mean_count;
    g->cut = fth_box_cut(work, g->map, radius, means);
    g->averaged = averaged;
    g->dst = dst;
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
    struct guided g = {.window = &window, .guide = guide, .map = map, .channels = 1, .eps = eps,
                       .own_guide = guide->data == map->data};
    enum fth_status status = open_window(work, weight, radius, eps, &window, error);
    if (status == FTH_OK)
        status = filter(&g, NULL, dst, error);
    fth_arena_return(work->arena, mark);
    return status;
}

/* ---- at another size than the map's */

enum { PIECE_ROWS = 16, PIECE_COLUMNS = 960 };

struct apply {
    const struct fth_grid *coefficients, *guide, *dst;
    int count;
};

static void apply_rows(void *context, int32_t y0, int32_t y1)
{
    const struct apply *a = context;
    const float *coefficients[COEFFICIENTS], *guide[COEFFICIENTS];
    for (int32_t y = y0; y < y1; y++) {
        for (int i = 0; i <= a->count; i++)
            coefficients[i] = fth_grid_row(&a->coefficients[i], y);
        for (int i = 0; i < a->count; i++)
            guide[i] = fth_grid_row(&a->guide[i], y);
        apply_row(fth_grid_row(a->dst, y), coefficients, guide, a->count, (size_t)a->dst->width);
    }
}

struct enlarge {
    const struct fth_grid *small, *guide, *dst;
    const struct fth_bilinear *bilinear;
    int channels;
};

/* Pieces of the coefficients are enlarged and applied before they leave the second cache. */
static void enlarge_rows(void *context, int32_t y0, int32_t y1, void *scratch)
{
    const struct enlarge *e = context;
    struct fth_grid piece[COEFFICIENTS], guide[COEFFICIENTS];
    for (int32_t x = 0; x < e->dst->width; x += PIECE_COLUMNS) {
        int32_t n = FTH_MIN(PIECE_COLUMNS, e->dst->width - x);
        float *memory = scratch;
        for (int i = 0; i <= e->channels; i++, memory += PIECE_ROWS * PIECE_COLUMNS)
            piece[i] = (struct fth_grid){memory, PIECE_COLUMNS, n, y1 - y0};
        for (int i = 0; i <= e->channels; i++)
            fth_bilinear_piece(e->bilinear, &e->small[i], x, y0, &piece[i], memory);
        struct fth_grid dst = fth_grid_part(e->dst, x, y0, n, y1 - y0);
        for (int i = 0; i < e->channels; i++)
            guide[i] = fth_grid_part(&e->guide[i], x, y0, n, y1 - y0);
        apply_rows(&(struct apply){piece, guide, &dst, e->channels}, 0, y1 - y0);
    }
}

static enum fth_status enlarge_whole(const struct guided *g, const struct fth_grid *small,
                                     const struct fth_grid *guide, const struct fth_grid *dst,
                                     struct fth_error *error)
{
    const struct fth_work *work = g->window->work;
    struct fth_grid large[COEFFICIENTS];
    enum fth_status status = new_grids(g->window, dst, large, COEFFICIENTS, error);
    for (int i = 0; i < COEFFICIENTS && status == FTH_OK; i++)
        status = fth_resize_bilinear(work, &small[i], &large[i], error);
    struct apply rows = {large, guide, dst, g->channels};
    return status == FTH_OK ? fth_rows_run(work, dst->height, 32, apply_rows, &rows) : status;
}

/* Averaged coefficients at the map's size, as large as dst, applied to the guide there. */
static enum fth_status enlarge(struct guided *g, const struct fth_grid *guide_large,
                               const struct fth_grid *dst, struct fth_error *error)
{
    const struct fth_work *work = g->window->work;
    const int32_t from[2] = {g->map->width, g->map->height}, to[2] = {dst->width, dst->height};
    struct fth_grid small[COEFFICIENTS];
    struct fth_bilinear *bilinear = NULL;
    enum fth_status status = new_grids(g->window, g->map, small, COEFFICIENTS, error);
    if (status == FTH_OK)
        status = filter(g, small, NULL, error);
    if (status != FTH_OK)
        return status;
    if (from[0] == to[0] || from[1] == to[1])
        return enlarge_whole(g, small, guide_large, dst, error);
    status = fth_bilinear_open(work->arena, from, to, &bilinear, error);
    if (status != FTH_OK)
        return status;
    struct enlarge e = {small, guide_large, dst, bilinear, g->channels};
    size_t floats = fth_bilinear_scratch(bilinear, PIECE_COLUMNS, PIECE_ROWS) +
                    (size_t)COEFFICIENTS * PIECE_ROWS * PIECE_COLUMNS;
    struct fth_rows rows = {enlarge_rows, &e, PIECE_ROWS, floats * sizeof(float)};
    return fth_rows_run_scratch(work, dst->height, &rows, error);
}

enum fth_status fth_guided_colour(const struct fth_work *work, const struct fth_grid *guide_small,
                                  const struct fth_grid *map, const struct fth_grid *weight,
                                  const struct fth_grid *guide_large, const struct fth_grid *dst,
                                  int32_t radius, double eps, struct fth_error *error)
{
    size_t mark = fth_arena_mark(work->arena);
    struct window window;
    struct guided g = {.window = &window, .guide = guide_small, .map = map, .channels = 3,
                       .eps = eps};
    bool same = guide_small == guide_large && dst->width == map->width &&
                dst->height == map->height;
    enum fth_status status = open_window(work, weight, radius, eps, &window, error);
    if (status == FTH_OK && same)
        status = filter(&g, NULL, dst, error);
    else if (status == FTH_OK)
        status = enlarge(&g, guide_large, dst, error);
    fth_arena_return(work->arena, mark);
    return status;
}
