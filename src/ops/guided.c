/* SPDX-License-Identifier: Apache-2.0 */
/* In every window the map is taken for a linear function of the guide; the functions' means are
 * then applied to the guide itself. */
#include "ops/guided.h"

#include "ops/box.h"
#include "ops/kernels.h"
#include "ops/resize.h"

/* Added to every weight: where nothing is believed, all counts alike. */
static const float LEAST_WEIGHT = 1e-6f;

/* Means are taken with this. */
struct window {
    const struct fth_work *work;
    const struct fth_kernels *kernels;
    struct fth_grid weight, weight_mean; /* data NULL: unweighted */
    int32_t radius;
};

/* dst := weighted mean of (a b) around each pixel, b may be NULL; dst may be a or b. */
static enum fth_status take_mean(const struct window *window, const struct fth_grid *a,
                                 const struct fth_grid *b, const struct fth_grid *dst,
                                 struct fth_error *error)
{
    struct fth_box_mean mean = {.factors = {a, b}, .dst = dst, .border = FTH_BORDER_REFLECT,
                                .radius_x = window->radius, .radius_y = window->radius};
    if (window->weight.data) {
        mean.factors[b ? 2 : 1] = &window->weight;
        mean.divisor = &window->weight_mean;
    }
    return fth_box_run(window->work, &mean, error);
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
    if (status == FTH_OK) /* not yet weighted */
        status = take_mean(window, &grids[0], NULL, &grids[1], error);
    window->weight = grids[0];
    window->weight_mean = grids[1];
    return status;
}

struct solve {
    const struct fth_kernels *kernels;
    const struct fth_grid *grids; /* 4 of a grey guide, 13 of a coloured one */
    int count;
    double eps;
};

static void solve_rows(void *context, int32_t y0, int32_t y1)
{
    const struct solve *s = context;
    size_t width = (size_t)s->grids[0].width;
    for (int32_t y = y0; y < y1; y++) {
        float *rows[13];
        for (int i = 0; i < s->count; i++)
            rows[i] = fth_grid_row(&s->grids[i], y);
        if (s->count == 4)
            s->kernels->guided_grey(rows, s->eps, width);
        else
            s->kernels->guided_colour(rows, s->eps, width);
    }
}

static enum fth_status solve(const struct window *window, const struct fth_grid *grids, int count,
                             double eps)
{
    struct solve rows = {window->kernels, grids, count, eps};
    return fth_rows_run(window->work, grids[0].height, 32, solve_rows, &rows);
}

struct apply {
    const struct fth_kernels *kernels;
    const struct fth_grid *coefficients, *guide, *dst;
    int count;
};

static void apply_rows(void *context, int32_t y0, int32_t y1)
{
    const struct apply *a = context;
    for (int32_t y = y0; y < y1; y++) {
        float *to = fth_grid_row(a->dst, y);
        const float *sum = fth_grid_row(&a->coefficients[a->count], y);
        for (int k = 0; k < a->count; k++, sum = to)
            a->kernels->multiply_add(to, fth_grid_row(&a->coefficients[k], y),
                                     fth_grid_row(&a->guide[k], y), sum, (size_t)a->dst->width);
    }
}

/* dst := sum of coefficients[k] guide[k] + coefficients[count] */
static enum fth_status apply(const struct window *window, const struct fth_grid *coefficients,
                             const struct fth_grid *guide, int count, const struct fth_grid *dst)
{
    struct apply rows = {window->kernels, coefficients, guide, dst, count};
    return fth_rows_run(window->work, dst->height, 32, apply_rows, &rows);
}

static enum fth_status grey(const struct window *window, const struct fth_grid *guide,
                            const struct fth_grid *map, const struct fth_grid *dst, double eps,
                            struct fth_error *error)
{
    struct fth_grid grids[4];
    enum fth_status status = new_grids(window, map, grids, 4, error);
    if (status == FTH_OK)
        status = take_mean(window, guide, NULL, &grids[0], error);
    if (status == FTH_OK)
        status = take_mean(window, guide, guide, &grids[3], error);
    if (status == FTH_OK && guide->data == map->data) { /* its own guide: these are the same */
        fth_grid_copy(&grids[1], &grids[0]);
        fth_grid_copy(&grids[2], &grids[3]);
    } else if (status == FTH_OK) {
        status = take_mean(window, map, NULL, &grids[1], error);
        if (status == FTH_OK)
            status = take_mean(window, guide, map, &grids[2], error);
    }
    if (status == FTH_OK)
        status = solve(window, grids, 4, eps);
    for (int i = 0; i < 2 && status == FTH_OK; i++)
        status = take_mean(window, &grids[i], NULL, &grids[i], error);
    if (status == FTH_OK)
        status = apply(window, grids, guide, 1, dst);
    return status;
}

enum fth_status fth_guided_grey(const struct fth_work *work, const struct fth_grid *guide,
                                const struct fth_grid *map, const struct fth_grid *weight,
                                const struct fth_grid *dst, int32_t radius, double eps,
                                struct fth_error *error)
{
    size_t mark = fth_arena_mark(work->arena);
    struct window window;
    enum fth_status status = open_window(work, weight, radius, eps, &window, error);
    if (status == FTH_OK)
        status = grey(&window, guide, map, dst, eps, error);
    fth_arena_return(work->arena, mark);
    return status;
}

/* The thirteen means that the kernel guided_colour asks for, in its order. */
static enum fth_status take_colour_means(const struct window *window, const struct fth_grid *guide,
                                         const struct fth_grid *map, const struct fth_grid *grids,
                                         struct fth_error *error)
{
    enum fth_status status = take_mean(window, map, NULL, &grids[3], error);
    int at = 7;
    for (int i = 0; i < 3; i++) {
        if (status == FTH_OK)
            status = take_mean(window, &guide[i], NULL, &grids[i], error);
        if (status == FTH_OK)
            status = take_mean(window, &guide[i], map, &grids[4 + i], error);
        for (int k = i; k < 3 && status == FTH_OK; k++)
            status = take_mean(window, &guide[i], &guide[k], &grids[at++], error);
    }
    return status;
}

/* coefficients[0..3] := a and b of each window, averaged, at the size of the map. */
static enum fth_status take_colour_coefficients(const struct window *window,
                                                const struct fth_grid *guide,
                                                const struct fth_grid *map,
                                                const struct fth_grid *coefficients, double eps,
                                                struct fth_error *error)
{
    struct fth_grid grids[13];
    for (int i = 0; i < 4; i++)
        grids[i] = coefficients[i];
    enum fth_status status = new_grids(window, map, grids + 4, 9, error);
    if (status == FTH_OK)
        status = take_colour_means(window, guide, map, grids, error);
    if (status == FTH_OK)
        status = solve(window, grids, 13, eps);
    for (int i = 0; i < 4 && status == FTH_OK; i++)
        status = take_mean(window, &coefficients[i], NULL, &coefficients[i], error);
    return status;
}

enum fth_status fth_guided_colour(const struct fth_work *work, const struct fth_grid *guide_small,
                                  const struct fth_grid *map, const struct fth_grid *weight,
                                  const struct fth_grid *guide_large, const struct fth_grid *dst,
                                  int32_t radius, double eps, struct fth_error *error)
{
    size_t mark = fth_arena_mark(work->arena);
    struct window window;
    struct fth_grid small[4], large[4];
    enum fth_status status = open_window(work, weight, radius, eps, &window, error);
    if (status == FTH_OK)
        status = new_grids(&window, map, small, 4, error);
    if (status == FTH_OK)
        status = new_grids(&window, dst, large, 4, error);
    if (status == FTH_OK)
        status = take_colour_coefficients(&window, guide_small, map, small, eps, error);
    for (int i = 0; i < 4 && status == FTH_OK; i++)
        status = fth_resize_bilinear(work, &small[i], &large[i], error);
    if (status == FTH_OK)
        status = apply(&window, large, guide_large, 3, dst);
    fth_arena_return(work->arena, mark);
    return status;
}
