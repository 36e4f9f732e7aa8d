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

/* The weighted mean of (a b) around each pixel; b may be NULL. */
static struct fth_box_mean mean_of(const struct window *window, const struct fth_grid *a,
                                   const struct fth_grid *b, const struct fth_grid *dst)
{
    struct fth_box_mean mean = {.factors = {a, b}, .dst = dst, .border = FTH_BORDER_REFLECT,
                                .radius_x = window->radius, .radius_y = window->radius};
    if (window->weight.data) {
        mean.factors[b ? 2 : 1] = &window->weight;
        mean.divisor = &window->weight_mean;
    }
    return mean;
}

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
        struct fth_box_mean mean = mean_of(window, &grids[0], NULL, &grids[1]);
        status = fth_box_run(work, &mean, error);
    }
    window->weight = grids[0];
    window->weight_mean = grids[1];
    return status;
}

/* dst := sum of coefficients[k] guide[k] + coefficients[count] */
struct apply {
    const struct fth_kernels *kernels;
    const struct fth_grid *coefficients, *guide, *dst;
    int count;
};

static void apply_row(const struct apply *a, int32_t y, int32_t x, size_t n)
{
    float *to = fth_grid_row(a->dst, y) + x;
    int32_t at = y % a->coefficients->height;
    const float *sum = fth_grid_row(&a->coefficients[a->count], at) + x;
    for (int k = 0; k < a->count; k++, sum = to)
        a->kernels->multiply_add(to, fth_grid_row(&a->coefficients[k], at) + x,
                                 fth_grid_row(&a->guide[k], y) + x, sum, n);
}

static void apply_rows(void *context, int32_t y0, int32_t y1)
{
    const struct apply *a = context;
    for (int32_t y = y0; y < y1; y++)
        apply_row(a, y, 0, (size_t)a->dst->width);
}

/* ---- the filter, band by band: means, their solutions, and the means of those */

enum { GREY_MEANS = 4, COLOUR_MEANS = 13, COEFFICIENTS = 4 };

struct guided {
    const struct window *window;
    const struct fth_grid *guide, *map; /* a guide of one channel or of three */
    int channels, mean_count;
    double eps;
    bool own_guide; /* grey: the map is its own guide */
    struct fth_grid means[COLOUR_MEANS];        /* the latest rows; the first become solutions */
    struct fth_box_mean wanted[COLOUR_MEANS], averages[COEFFICIENTS];
    struct fth_box_stream *first[COLOUR_MEANS], *second[COEFFICIENTS]; /* NULL: not needed */
    struct fth_box_rows solved, averaged; /* the rows that this is about */
    struct apply *apply; /* NULL: the averaged coefficients are what is wanted */
};

/* Columns x .. x + n - 1 of row y. */
static void solve_row(const struct guided *g, int32_t y, int32_t x, size_t n)
{
    const struct fth_kernels *k = g->window->kernels;
    float *rows[COLOUR_MEANS];
    for (int i = 0; i < g->mean_count; i++)
        rows[i] = fth_grid_row(&g->means[i], y % g->means[i].height) + x;
    if (g->own_guide) {
        memcpy(rows[1], rows[0], n * sizeof(float));
        memcpy(rows[2], rows[3], n * sizeof(float));
    }
    if (g->channels == 1)
        k->guided_grey(rows, g->eps, n);
    else
        k->guided_colour(rows, g->eps, n);
}

/* Means of some columns, and their solutions while they are in a cache. */
static void solve_columns(void *context, size_t index)
{
    const struct guided *g = context;
    int32_t columns = fth_box_columns(g->window->work, g->map->width);
    int32_t x = (int32_t)index * columns;
    size_t n = (size_t)FTH_MIN(columns, g->map->width - x);
    for (int i = 0; i < g->mean_count; i++)
        if (g->first[i])
            fth_box_put(g->first[i], x, n);
    for (int32_t y = g->solved.from; y < g->solved.end; y++)
        solve_row(g, y, x, n);
}

/* The same for the averages, which are applied. */
static void average_columns(void *context, size_t index)
{
    const struct guided *g = context;
    int32_t columns = fth_box_columns(g->window->work, g->map->width);
    int32_t x = (int32_t)index * columns;
    size_t n = (size_t)FTH_MIN(columns, g->map->width - x);
    for (int i = 0; i <= g->channels; i++)
        fth_box_put(g->second[i], x, n);
    for (int32_t y = g->averaged.from; y < g->averaged.end && g->apply; y++)
        apply_row(g->apply, y, x, n);
}

/* The means that the kernels guided_grey and guided_colour ask for, in their order. */
static void list_means(struct guided *g)
{
    const struct window *w = g->window;
    const struct fth_grid *guide = g->guide, *map = g->map;
    if (g->channels == 1) {
        const struct fth_grid *const pairs[GREY_MEANS][2] = {
            {guide, NULL}, {map, NULL}, {guide, map}, {guide, guide}};
        for (int i = 0; i < GREY_MEANS; i++)
            g->wanted[i] = mean_of(w, pairs[i][0], pairs[i][1], &g->means[i]);
        return;
    }
    int at = 7;
    g->wanted[3] = mean_of(w, map, NULL, &g->means[3]);
    for (int i = 0; i < 3; i++) {
        g->wanted[i] = mean_of(w, &guide[i], NULL, &g->means[i]);
        g->wanted[4 + i] = mean_of(w, &guide[i], map, &g->means[4 + i]);
        for (int k = i; k < 3; k++, at++)
            g->wanted[at] = mean_of(w, &guide[i], &guide[k], &g->means[at]);
    }
}

/* averaged: where the averaged coefficients go, whole or their latest rows. */
static enum fth_status open_boxes(struct guided *g, const struct fth_grid *averaged,
                                  struct fth_error *error)
{
    const struct fth_work *work = g->window->work;
    enum fth_status status = FTH_OK;
    list_means(g);
    for (int i = 0; i < g->mean_count && status == FTH_OK; i++) {
        g->wanted[i].height = g->map->height;
        g->wanted[i].scratch_of = g->first[0];
        if (!g->own_guide || i == 0 || i == 3)
            status = fth_box_open(work, &g->wanted[i], &g->first[i], error);
    }
    for (int i = 0; i <= g->channels && status == FTH_OK; i++) {
        g->averages[i] = mean_of(g->window, &g->means[i], NULL, &averaged[i]);
        g->averages[i].height = g->map->height;
        g->averages[i].scratch_of = g->first[0];
        status = fth_box_open(work, &g->averages[i], &g->second[i], error);
    }
    return status;
}

static size_t piece_count(const struct guided *g)
{
    int32_t columns = fth_box_columns(g->window->work, g->map->width);
    return (size_t)((g->map->width + columns - 1) / columns);
}

/* Rows that are solved go into the averages, at most a band at a time. */
static void average(struct guided *g)
{
    const struct fth_work *work = g->window->work;
    int32_t band = fth_box_band(work);
    for (int32_t y = g->solved.from; y < g->solved.end; y += band) {
        g->averaged =
            fth_box_let_in(g->second, g->channels + 1, FTH_MIN(y + band, g->solved.end));
        fth_pool_run(work->pool, piece_count(g), average_columns, g);
    }
}

static enum fth_status run_bands(struct guided *g)
{
    const struct fth_work *work = g->window->work;
    int32_t band = fth_box_band(work), height = g->map->height;
    for (int32_t y = 0; y < height; y += band) {
        if (fth_cancelled(work->cancel))
            return FTH_CANCELLED;
        g->solved = fth_box_let_in(g->first, g->mean_count, FTH_MIN(y + band, height));
        fth_pool_run(work->pool, piece_count(g), solve_columns, g);
        average(g);
    }
    return FTH_OK;
}

/* Latest rows of a width: what a band can bring about. */
static enum fth_status new_rows(const struct guided *g, struct fth_grid *grids, int count,
                                struct fth_error *error)
{
    int64_t rows = (int64_t)fth_box_band(g->window->work) + g->window->radius;
    struct fth_grid like = *g->map;
    like.height = (int32_t)FTH_MIN(rows, like.height);
    return new_grids(g->window, &like, grids, count, error);
}

/* dst := the map as the guide's linear function; or coefficients[0 .. channels], with dst NULL. */
static enum fth_status filter(struct guided *g, struct fth_grid *coefficients,
                              const struct fth_grid *dst, struct fth_error *error)
{
    struct apply rows = {g->window->kernels, coefficients, g->guide, dst, g->channels};
    g->mean_count = g->channels == 1 ? GREY_MEANS : COLOUR_MEANS;
    enum fth_status status = new_rows(g, g->means, g->mean_count, error);
    if (status == FTH_OK && dst) {
        g->apply = &rows;
        status = new_rows(g, coefficients, g->channels + 1, error);
    }
    if (status == FTH_OK)
        status = open_boxes(g, coefficients, error);
    return status == FTH_OK ? run_bands(g) : status;
}

enum fth_status fth_guided_grey(const struct fth_work *work, const struct fth_grid *guide,
                                const struct fth_grid *map, const struct fth_grid *weight,
                                const struct fth_grid *dst, int32_t radius, double eps,
                                struct fth_error *error)
{
    size_t mark = fth_arena_mark(work->arena);
    struct window window;
    struct fth_grid coefficients[COEFFICIENTS];
    struct guided g = {.window = &window, .guide = guide, .map = map, .channels = 1, .eps = eps,
                       .own_guide = guide->data == map->data};
    enum fth_status status = open_window(work, weight, radius, eps, &window, error);
    if (status == FTH_OK)
        status = filter(&g, coefficients, dst, error);
    fth_arena_return(work->arena, mark);
    return status;
}

/* ---- at another size than the map's */

enum { PIECE_ROWS = 16, PIECE_COLUMNS = 960 };

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
        struct apply rows = {fth_kernels(), piece, guide, &dst, e->channels};
        apply_rows(&rows, 0, y1 - y0);
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
    struct apply rows = {g->window->kernels, large, guide, dst, g->channels};
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
    struct fth_grid coefficients[COEFFICIENTS];
    struct guided g = {.window = &window, .guide = guide_small, .map = map, .channels = 3,
                       .eps = eps};
    bool same = guide_small == guide_large && dst->width == map->width &&
                dst->height == map->height;
    enum fth_status status = open_window(work, weight, radius, eps, &window, error);
    if (status == FTH_OK && same)
        status = filter(&g, coefficients, dst, error);
    else if (status == FTH_OK)
        status = enlarge(&g, guide_large, dst, error);
    fth_arena_return(work->arena, mark);
    return status;
}
