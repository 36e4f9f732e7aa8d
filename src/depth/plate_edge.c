/* SPDX-License-Identifier: Apache-2.0 */
/* Alpha along the border of a vote. The subject's colour there is the mean of what is around,
 * weighted by how far it is from the plate; how far a pixel has gone from the plate's colour
 * towards it is its alpha. Where the two are alike the vote stands. */
#include "base/compiler.h"
#include "depth/plate_parts.h"
#include "ops/box.h"
#include "ops/morph.h"

enum { BORDER = 2, COLOUR_RADIUS = 5, BLOCK = 16 };

static const float given_away = 1.5f; /* sigmas at both ends of the ramp: noise is neither */
static const float enough = 10;       /* squares of sigmas */

struct edging {
    const struct fth_plate_pair *pair;
    const struct fth_plate_noise *inverse;
    const struct fth_grid *sigmas, *vote, *alpha;
    struct fth_grid most, low, colour[3];
};

static void trust_rows(void *context, int32_t y0, int32_t y1)
{
    const struct edging *e = context;
    for (int32_t y = y0; y < y1; y++) {
        float *row = fth_grid_row(e->sigmas, y);
        fth_kernels()->plate_trust(row, row, fth_grid_row(e->vote, y), fth_grid_row(&e->most, y),
                                   (size_t)e->vote->width);
    }
}

static void alpha_rows(void *context, int32_t y0, int32_t y1, void *scratch)
{
    const struct edging *e = context;
    const float values[2] = {given_away, enough};
    size_t step = ((size_t)e->vote->width + 15) / 16 * 16;
    float *const inverse[3] = {scratch, (float *)scratch + step, (float *)scratch + 2 * step};
    for (int32_t y = y0; y < y1; y++) {
        const float *rows[15];
        fth_plate_look(e->pair, e->inverse, y, inverse);
        for (int i = 0; i < 3; i++) {
            rows[i] = fth_grid_row(&e->pair->shot[i], y);
            rows[3 + i] = fth_grid_row(&e->pair->plate[i], y);
            rows[6 + i] = inverse[i];
            rows[9 + i] = fth_grid_row(&e->colour[i], y);
        }
        rows[12] = fth_grid_row(e->vote, y);
        rows[13] = fth_grid_row(&e->low, y);
        rows[14] = fth_grid_row(&e->most, y);
        fth_kernels()->plate_alpha(fth_grid_row(e->alpha, y), rows, values,
                                   (size_t)e->vote->width);
    }
}

/* Means of the shot's colours around, by the weights that stand in `sigmas`. */
static enum fth_status find_colours(const struct fth_work *work, struct edging *e,
                                    struct fth_error *error)
{
    struct fth_grid mean;
    size_t mark = fth_arena_mark(work->arena);
    enum fth_status status =
        fth_grid_new(work->arena, e->vote->width, e->vote->height, &mean, error);
    for (int i = -1; i < 3 && status == FTH_OK; i++) {
        struct fth_box_mean box = {.factors = {e->sigmas, i < 0 ? NULL : &e->pair->shot[i]},
                                   .divisor = i < 0 ? NULL : &mean,
                                   .dst = i < 0 ? &mean : &e->colour[i],
                                   .border = FTH_BORDER_REFLECT,
                                   .radius_x = COLOUR_RADIUS, .radius_y = COLOUR_RADIUS};
        status = fth_box_run(work, &box, error);
    }
    fth_arena_return(work->arena, mark);
    return status;
}

enum fth_status fth_plate_edge_alpha(const struct fth_work *work,
                                     const struct fth_plate_pair *pair,
                                     const struct fth_plate_noise *inverse,
                                     const struct fth_grid *sigmas, const struct fth_grid *vote,
                                     const struct fth_grid *alpha, struct fth_error *error)
{
    struct edging e = {pair, inverse, sigmas, vote, alpha, {0}, {0}, {{0}}};
    struct fth_grid *grids[] = {&e.most, &e.low, &e.colour[0], &e.colour[1], &e.colour[2]};
    size_t mark = fth_arena_mark(work->arena);
    size_t scratch = 3 * (((size_t)vote->width + 15) / 16 * 16) * sizeof(float);
    struct fth_rows rows = {alpha_rows, &e, BLOCK, scratch};
    enum fth_status status = FTH_OK;
    for (size_t i = 0; i < FTH_ARRAY_COUNT(grids) && status == FTH_OK; i++)
        status = fth_grid_new(work->arena, vote->width, vote->height, grids[i], error);
    if (status == FTH_OK)
        status = fth_dilate_rect(work, vote, &e.most, BORDER, BORDER, error);
    if (status == FTH_OK)
        status = fth_erode_rect(work, vote, &e.low, BORDER, BORDER, error);
    if (status == FTH_OK)
        status = fth_rows_run(work, vote->height, BLOCK, trust_rows, &e);
    if (status == FTH_OK)
        status = find_colours(work, &e, error);
    if (status == FTH_OK)
        status = fth_rows_run_scratch(work, vote->height, &rows, error);
    fth_arena_return(work->arena, mark);
    return status;
}
