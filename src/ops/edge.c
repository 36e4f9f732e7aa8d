/* SPDX-License-Identifier: Apache-2.0 */
/* Foreground colours by blur fusion (Forte 2021: two rounds of box means, weighted by alpha and by
 * its rest, each corrected by what the picture says of their mixture). The means are taken of a
 * small picture, since they vary slowly; the mixture is solved at full size. */
#include "ops/edge.h"

#include "base/compiler.h"
#include "ops/box.h"
#include "ops/kernels.h"
#include "ops/morph.h"
#include "ops/resize.h"

enum { SMALL = 960, BLOCK = 16, WIDE_SHARE = 14, NARROW_SHARE = 200 };

/* What is not believed counts this much where there is nothing else within reach. */
static const float doubted = 1e-3f, nothing = 1e-6f;
/* Brighter is as good as this: sums stay exact, and what is no number does no harm. */
static const float brightest = 1024;

struct side {
    struct fth_grid weight, mean[2]; /* of the weight, within the wide and the narrow box */
    struct fth_grid colour;
};

struct cleaning {
    const struct fth_edge *edge;
    struct fth_grid trust, large[2];        /* full size; front and back */
    struct fth_grid alpha, picture;         /* small */
    struct side side[2];                    /* front, back */
    int32_t radius[2];
    const struct fth_grid *source, *dst;    /* of this channel */
};

/* Weight of the side: what lies sure on it, and a little of all else of it. `weight` holds the sure
 * part. */
static void weigh_rows(void *context, int32_t y0, int32_t y1)
{
    struct cleaning *c = context;
    for (int32_t y = y0; y < y1; y++) {
        const float *a = fth_grid_row(&c->alpha, y);
        float *front = fth_grid_row(&c->side[0].weight, y);
        float *back = fth_grid_row(&c->side[1].weight, y);
        for (int32_t x = 0; x < c->alpha.width; x++) {
            front[x] += doubted * a[x] + nothing;
            back[x] = 1 - back[x] + doubted * (1 - a[x]) + nothing;
        }
    }
}

/* Both colours moved to where together they make the picture: each by as much as it is sure. */
static void fuse_rows(void *context, int32_t y0, int32_t y1)
{
    struct cleaning *c = context;
    for (int32_t y = y0; y < y1; y++) {
        const float *a = fth_grid_row(&c->alpha, y), *p = fth_grid_row(&c->picture, y);
        const float *sure[2] = {fth_grid_row(&c->side[0].weight, y),
                                fth_grid_row(&c->side[1].weight, y)};
        float *front = fth_grid_row(&c->side[0].colour, y);
        float *back = fth_grid_row(&c->side[1].colour, y);
        for (int32_t x = 0; x < c->alpha.width; x++) {
            float rest = p[x] - a[x] * front[x] - (1 - a[x]) * back[x];
            front[x] += FTH_MIN(sure[0][x], 1) * rest;
            back[x] += FTH_MIN(sure[1][x], 1) * rest;
        }
    }
}

static void clean_rows(void *context, int32_t y0, int32_t y1)
{
    struct cleaning *c = context;
    for (int32_t y = y0; y < y1; y++) {
        const float *rows[5] = {fth_grid_row(c->source, y), fth_grid_row(c->edge->alpha, y),
                                fth_grid_row(&c->trust, y), fth_grid_row(&c->large[0], y),
                                fth_grid_row(&c->large[1], y)};
        fth_kernels()->clean_edge(fth_grid_row(c->dst, y), rows, c->edge->amount,
                                  (size_t)c->dst->width);
    }
}

static enum fth_status small_grid(const struct fth_work *work, const struct cleaning *c,
                                  struct fth_grid *grid, struct fth_error *error)
{
    return fth_grid_new(work->arena, c->alpha.width, c->alpha.height, grid, error);
}

/* How far each side is sure, at full size and small. */
static enum fth_status find_sides(const struct fth_work *work, struct cleaning *c,
                                  struct fth_error *error)
{
    const struct fth_grid *alpha = c->edge->alpha;
    double reach = c->edge->width_px;
    enum fth_status status = fth_resize_area(work, alpha, &c->alpha, error);
    /* the back first, so that one large grid is enough for both */
    for (int i = 1; i >= 0 && status == FTH_OK; i--) {
        status = fth_grow_disc(work, alpha, &c->trust, i ? reach : -reach, error);
        if (status == FTH_OK)
            status = fth_resize_area(work, &c->trust, &c->side[i].weight, error);
    }
    return status == FTH_OK ? fth_rows_run(work, c->alpha.height, BLOCK, weigh_rows, c) : status;
}

static enum fth_status mean_of(const struct fth_work *work, const struct cleaning *c,
                               const struct fth_box_mean *mean, int round,
                               struct fth_error *error)
{
    struct fth_box_mean box = *mean;
    box.radius_x = FTH_MIN(c->radius[round], c->alpha.width - 1);
    box.radius_y = FTH_MIN(c->radius[round], c->alpha.height - 1);
    box.border = FTH_BORDER_REFLECT;
    return fth_box_run(work, &box, error);
}

static enum fth_status open_sides(const struct fth_work *work, struct cleaning *c,
                                  struct fth_error *error)
{
    const struct fth_grid *alpha = c->edge->alpha;
    int32_t width = FTH_MIN(alpha->width, SMALL);
    int32_t height = FTH_MAX((int32_t)((int64_t)alpha->height * width / alpha->width), 1);
    int32_t inset = (int32_t)(c->edge->width_px * width / alpha->width + 0.5);
    c->radius[0] = FTH_MAX(width / WIDE_SHARE, 1) + inset;
    c->radius[1] = FTH_MAX(width / NARROW_SHARE, 1) + inset;
    struct fth_grid *large[] = {&c->trust, &c->large[0], &c->large[1]};
    enum fth_status status = fth_grid_new(work->arena, width, height, &c->alpha, error);
    for (size_t i = 0; i < FTH_ARRAY_COUNT(large) && status == FTH_OK; i++)
        status = fth_grid_new(work->arena, alpha->width, alpha->height, large[i], error);
    struct fth_grid *small[] = {&c->picture,         &c->side[0].weight,  &c->side[0].mean[0],
                                &c->side[0].mean[1], &c->side[0].colour,  &c->side[1].weight,
                                &c->side[1].mean[0], &c->side[1].mean[1], &c->side[1].colour};
    for (size_t i = 0; i < FTH_ARRAY_COUNT(small) && status == FTH_OK; i++)
        status = small_grid(work, c, small[i], error);
    if (status == FTH_OK)
        status = find_sides(work, c, error);
    for (int i = 0; i < 4 && status == FTH_OK; i++) {
        struct side *side = &c->side[i / 2];
        struct fth_box_mean mean = {.factors = {&side->weight}, .dst = &side->mean[i % 2]};
        status = mean_of(work, c, &mean, i % 2, error);
    }
    return status;
}

/* One channel's colours of both sides, small, and then as large as the picture. */
static enum fth_status find_colours(const struct fth_work *work, struct cleaning *c,
                                    struct fth_error *error)
{
    enum fth_status status = fth_resize_area(work, c->source, &c->picture, error);
    for (int32_t y = 0; y < c->picture.height && status == FTH_OK; y++) {
        float *row = fth_grid_row(&c->picture, y);
        fth_kernels()->clamp(row, row, -brightest, brightest, (size_t)c->picture.width);
    }
    for (int i = 0; i < 4 && status == FTH_OK; i++) {
        struct side *side = &c->side[i % 2];
        const struct fth_grid *of = i < 2 ? &c->picture : &side->colour;
        struct fth_box_mean mean = {.factors = {of, &side->weight},
                                    .divisor = &side->mean[i / 2], .dst = &side->colour};
        status = mean_of(work, c, &mean, i / 2, error);
        if (i == 1 && status == FTH_OK)
            status = fth_rows_run(work, c->alpha.height, BLOCK, fuse_rows, c);
    }
    for (int i = 0; i < 2 && status == FTH_OK; i++)
        status = fth_resize_bilinear(work, &c->side[i].colour, &c->large[i], error);
    return status;
}

enum fth_status fth_edge_clean(const struct fth_work *work, const struct fth_edge *edge,
                               const struct fth_grid *dst, struct fth_error *error)
{
    struct cleaning c = {.edge = edge};
    size_t mark = fth_arena_mark(work->arena);
    enum fth_status status = open_sides(work, &c, error);
    for (int i = 0; i < 3 && status == FTH_OK; i++) {
        c.source = &edge->picture[i];
        c.dst = &dst[i];
        status = find_colours(work, &c, error);
        if (status == FTH_OK)
            status = fth_rows_run(work, edge->alpha->height, BLOCK, clean_rows, &c);
    }
    fth_arena_return(work->arena, mark);
    return status;
}
