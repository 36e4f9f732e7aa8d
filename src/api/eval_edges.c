/* SPDX-License-Identifier: Apache-2.0 */
/* Depth edges against true edges, with a tolerance: F1 over ten heights of step. Distances are
 * Borgefors' 5 x 5 chamfer in 16-bit fixed point, as the scorer has them. */
#include <math.h>
#include <string.h>

#include "api/eval_internal.h"
#include "ops/morph.h"
#include "ops/regions.h"

enum { MARGIN = 2, ONE = 1 << 16, DIAGONAL = 91750, KNIGHT = 143976, FAR = INT32_MAX >> 2 };
enum { HEIGHTS = 10, REACH_PX = 10, FEWEST = 20 };

/* Distance to the nearest zero of a mask, and which pixel that is; MARGIN pixels of FAR around. */
struct chamfer {
    int32_t width, height, stride;
    int32_t *distance, *nearest; /* nearest may be NULL */
};

struct step {
    int32_t offset, cost;
};

static enum fth_status chamfer_new(struct fth_arena *arena, int32_t width, int32_t height,
                                   bool labelled, struct chamfer *c, struct fth_error *error)
{
    size_t count = (size_t)(width + 2 * MARGIN) * (size_t)(height + 2 * MARGIN);
    *c = (struct chamfer){.width = width, .height = height, .stride = width + 2 * MARGIN};
    c->distance = fth_arena_take(arena, count, sizeof(int32_t));
    c->nearest = labelled ? fth_arena_take(arena, count, sizeof(int32_t)) : NULL;
    if (!c->distance || (labelled && !c->nearest))
        return fth_fail_memory(error, count * sizeof(int32_t), "distances");
    return FTH_OK;
}

static int32_t chamfer_at(const struct chamfer *c, int32_t x, int32_t y)
{
    return (y + MARGIN) * c->stride + x + MARGIN;
}

/* The first of the cheapest ways to `at`, if it is cheaper than what is there. */
static void relax(const struct chamfer *c, int32_t at, const struct step steps[8])
{
    int32_t least = c->distance[at], from = -1;
    for (int i = 0; i < 8; i++) {
        int32_t cost = c->distance[at + steps[i].offset] + steps[i].cost;
        if (cost < least) {
            least = cost;
            from = at + steps[i].offset;
        }
    }
    if (from < 0)
        return;
    c->distance[at] = least;
    if (c->nearest)
        c->nearest[at] = c->nearest[from];
}

static void chamfer_run(const struct chamfer *c, const uint8_t *zeros)
{
    int32_t s = c->stride;
    const struct step down[8] = {{-2 * s - 1, KNIGHT}, {-2 * s + 1, KNIGHT}, {-s - 2, KNIGHT},
                                 {-s - 1, DIAGONAL},   {-s, ONE},            {-s + 1, DIAGONAL},
                                 {-s + 2, KNIGHT},     {-1, ONE}};
    const struct step up[8] = {{2 * s + 1, KNIGHT}, {2 * s - 1, KNIGHT}, {s + 2, KNIGHT},
                               {s + 1, DIAGONAL},   {s, ONE},            {s - 1, DIAGONAL},
                               {s - 2, KNIGHT},     {1, ONE}};
    int32_t count = s * (c->height + 2 * MARGIN);
    for (int32_t i = 0; i < count; i++)
        c->distance[i] = FAR;
    for (int32_t i = 0; i < count && c->nearest; i++)
        c->nearest[i] = -1;
    for (int32_t y = 0; y < c->height; y++)
        for (int32_t x = 0; x < c->width; x++) {
            int32_t at = chamfer_at(c, x, y), pixel = y * c->width + x;
            if (!zeros[pixel]) {
                relax(c, at, down);
                continue;
            }
            c->distance[at] = 0;
            if (c->nearest)
                c->nearest[at] = pixel;
        }
    for (int32_t y = c->height - 1; y >= 0; y--)
        for (int32_t x = c->width - 1; x >= 0; x--) {
            int32_t at = chamfer_at(c, x, y);
            if (c->distance[at] > ONE)
                relax(c, at, up);
        }
}

/* ---- edges */

struct slopes {
    struct fth_grid high, low; /* of 3 x 3 pixels */
    struct fth_grid strength;  /* high / low, and then at the edges only */
    struct fth_grid along_x, along_y;
    uint8_t *edge;
    size_t count;
};

struct edges {
    const struct fth_work *work;
    int32_t width, height;
    uint8_t *inside; /* the truth is near enough all around */
    struct slopes p, t;
    struct chamfer chamfer;
};

static enum fth_status find_slopes(const struct edges *e, const struct fth_grid *map,
                                   struct slopes *s, struct fth_error *error)
{
    struct fth_grid *const grids[] = {&s->high, &s->low, &s->strength, &s->along_x, &s->along_y};
    struct fth_arena *arena = e->work->arena;
    size_t count = (size_t)e->width * (size_t)e->height;
    enum fth_status status = FTH_OK;
    for (size_t i = 0; i < FTH_ARRAY_COUNT(grids) && status == FTH_OK; i++)
        status = fth_grid_new(arena, e->width, e->height, grids[i], error);
    if (status != FTH_OK)
        return status;
    s->edge = fth_arena_take(arena, count, 1);
    if (!s->edge)
        return fth_fail_memory(error, count, "edges");
    status = fth_dilate_rect(e->work, map, &s->high, 1, 1, error);
    return status == FTH_OK ? fth_erode_rect(e->work, map, &s->low, 1, 1, error) : status;
}

/* Pixels that see a ratio above `ratio`, thinned to the largest of three along x or y. */
static enum fth_status find_edges(const struct edges *e, struct slopes *s, double ratio,
                                  struct fth_error *error)
{
    for (int32_t y = 0; y < e->height; y++) {
        const float *high = fth_grid_row(&s->high, y), *low = fth_grid_row(&s->low, y);
        const uint8_t *inside = e->inside + (ptrdiff_t)y * e->width;
        float *strength = fth_grid_row(&s->strength, y);
        for (int32_t x = 0; x < e->width; x++)
            strength[x] = high[x] > ratio * low[x] && inside[x] ? high[x] / low[x] : 0;
    }
    enum fth_status status = fth_dilate_rect(e->work, &s->strength, &s->along_x, 1, 0, error);
    if (status == FTH_OK)
        status = fth_dilate_rect(e->work, &s->strength, &s->along_y, 0, 1, error);
    s->count = 0;
    for (int32_t y = 0; y < e->height && status == FTH_OK; y++) {
        const float *strength = fth_grid_row(&s->strength, y);
        const float *mx = fth_grid_row(&s->along_x, y), *my = fth_grid_row(&s->along_y, y);
        for (int32_t x = 0; x < e->width; x++) {
            uint8_t edge = strength[x] > 0 && (strength[x] >= mx[x] || strength[x] >= my[x]);
            s->edge[(ptrdiff_t)y * e->width + x] = edge;
            s->count += edge;
        }
    }
    return status;
}

/* Share of the edges of `a` that have one of `b` within the tolerance. */
static double share_near(const struct edges *e, const struct slopes *a, const struct slopes *b,
                         double tolerance_px)
{
    size_t near = 0;
    chamfer_run(&e->chamfer, b->edge);
    for (int32_t y = 0; y < e->height; y++)
        for (int32_t x = 0; x < e->width; x++) {
            float distance = (float)e->chamfer.distance[chamfer_at(&e->chamfer, x, y)] / ONE;
            near += a->edge[(ptrdiff_t)y * e->width + x] && distance <= tolerance_px;
        }
    return (double)near / (double)a->count;
}

static enum fth_status compare_edges(struct edges *e, double result[3], struct fth_error *error)
{
    double tolerance_px = 0.004 * sqrt((double)e->width * e->width + (double)e->height * e->height);
    double sums[3] = {0}, weights = 0;
    for (int i = 0; i < HEIGHTS; i++) {
        double ratio = 1.05 + i * ((1.25 - 1.05) / (HEIGHTS - 1));
        enum fth_status status = find_edges(e, &e->p, ratio, error);
        if (status == FTH_OK)
            status = find_edges(e, &e->t, ratio, error);
        if (status != FTH_OK)
            return status;
        if (e->t.count < FEWEST)
            continue;
        double recall = 0, precision = 0;
        if (e->p.count) {
            recall = share_near(e, &e->t, &e->p, tolerance_px);
            precision = share_near(e, &e->p, &e->t, tolerance_px);
        }
        double both = precision + recall;
        sums[0] += ratio * (both > 0 ? 2 * precision * recall / both : 0);
        sums[1] += ratio * precision;
        sums[2] += ratio * recall;
        weights += ratio;
    }
    for (int i = 0; i < 3; i++)
        result[i] = weights > 0 ? sums[i] / weights : NAN;
    return FTH_OK;
}

/* Holes of the truth take the nearest value; `near` says where that is within reach. */
static void fill_holes(const struct chamfer *c, const struct fth_eval_truth *truth,
                       const struct fth_grid *filled, const struct fth_grid *near)
{
    for (int32_t y = 0; y < c->height; y++)
        for (int32_t x = 0; x < c->width; x++) {
            int32_t at = chamfer_at(c, x, y), from = c->nearest[at];
            fth_grid_row(filled, y)[x] = from < 0 ? 0 : (float)truth->inverse[from];
            fth_grid_row(near, y)[x] = (float)c->distance[at] / ONE <= REACH_PX;
        }
}

/* The aligned map, not below a quarter of the truth's farthest. */
static enum fth_status floor_map(const struct fth_work *work, const double *p,
                                 const struct fth_eval_truth *truth, const struct fth_grid *map,
                                 struct fth_error *error)
{
    size_t count = (size_t)truth->width * (size_t)truth->height, kept = 0;
    float *values = fth_arena_take(work->arena, count, sizeof(float));
    if (!values)
        return fth_fail_memory(error, count * sizeof(float), "a truth's range");
    for (size_t i = 0; i < count; i++)
        if (truth->valid[i])
            values[kept++] = (float)truth->inverse[i];
    double one = 1, farthest;
    fth_percentiles(values, kept, &one, &farthest, 1);
    for (int32_t y = 0; y < map->height; y++)
        for (int32_t x = 0; x < map->width; x++)
            fth_grid_row(map, y)[x] =
                (float)fmax(p[(ptrdiff_t)y * map->width + x], 0.25 * farthest);
    return FTH_OK;
}

enum fth_status fth_eval_boundary(const struct fth_work *work, const double *p,
                                  const struct fth_eval_truth *truth, double result[3],
                                  struct fth_error *error)
{
    struct edges e = {.work = work, .width = truth->width, .height = truth->height};
    struct fth_grid grids[4]; /* the map, the truth without holes, what is near, eroded */
    enum fth_status status = FTH_OK;
    size_t count = (size_t)e.width * (size_t)e.height;
    for (int i = 0; i < 4 && status == FTH_OK; i++)
        status = fth_grid_new(work->arena, e.width, e.height, &grids[i], error);
    if (status == FTH_OK)
        status = chamfer_new(work->arena, e.width, e.height, true, &e.chamfer, error);
    if (status == FTH_OK)
        status = floor_map(work, p, truth, &grids[0], error);
    e.inside = fth_arena_take(work->arena, count, 1);
    if (status != FTH_OK || !e.inside)
        return status != FTH_OK ? status : fth_fail_memory(error, count, "edges");
    chamfer_run(&e.chamfer, truth->valid);
    fill_holes(&e.chamfer, truth, &grids[1], &grids[2]);
    e.chamfer.nearest = NULL;
    status = fth_erode_rect(work, &grids[2], &grids[3], 1, 1, error);
    for (int32_t y = 0; y < e.height && status == FTH_OK; y++)
        for (int32_t x = 0; x < e.width; x++)
            e.inside[(ptrdiff_t)y * e.width + x] = fth_grid_row(&grids[3], y)[x] > 0;
    if (status == FTH_OK)
        status = find_slopes(&e, &grids[0], &e.p, error);
    if (status == FTH_OK)
        status = find_slopes(&e, &grids[1], &e.t, error);
    return status == FTH_OK ? compare_edges(&e, result, error) : status;
}
