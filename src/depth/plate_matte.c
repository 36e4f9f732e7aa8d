/* SPDX-License-Identifier: Apache-2.0 */
/* The matte of a shot before its plate: how many sigmas each pixel is off (a shadow counts for
 * less), a vote among neighbours that stops at edges which the plate has not, and at the vote's
 * border alpha from the colours on both sides. */
#include <string.h>

#include "base/compiler.h"
#include "depth/plate_parts.h"
#include "ops/smooth.h"

enum { VOTE_ROUNDS = 2, BLOCK = 32 };

/* Found on HallAndMonitor and drawn shots together (docs/keying.md); all in sigmas or their
 * squares. */
static const float shadow_floor = 0.5f, shadow_price = 10, shadow_slope = 25;
static const float shadow_texture = 4;
static const double vote_reach = 20;  /* lambda of the smoother */
static const float edge_fall = 1 / 1.5f;

const struct fth_plate_options fth_plate_auto = {.sigmas = {2, 6}, .shadow = 0};

/* ---- doubt */

struct judging {
    const struct fth_plate_pair *pair;
    const struct fth_plate_noise *noise, *inverse;
    struct fth_plate_doubt how;
    struct fth_grid sigmas, vote;
    struct fth_grid alpha;
    float shadow;
};

/* Of a walk and of what is made of its rows. */
static size_t scratch_size(const struct judging *j)
{
    return fth_plate_walk_size(j->vote.width) +
           6 * fth_plate_row_step(j->vote.width) * sizeof(float);
}

/* All that plate_doubt and plate_shade read of row y, to which `walk` goes. */
static void gather_row(const struct judging *j, struct fth_plate_walk *walk, int32_t y,
                       const float *rows[13])
{
    size_t step = fth_plate_row_step(j->vote.width), n = (size_t)j->vote.width;
    const float *const tables[3] = {j->inverse->sigma[0], j->inverse->sigma[1],
                                    j->inverse->sigma[2]};
    const float *luma[6], *at[6];
    float *made[6];
    fth_plate_walk_to(walk, y);
    for (size_t i = 0; i < 6; i++)
        rows[6 + i] = made[i] =
            walk->memory + fth_plate_walk_size(j->vote.width) / sizeof(float) + i * step;
    for (int32_t k = 0; k < 3; k++) {
        fth_plate_rows(walk, y - 1 + k, at);
        luma[k] = at[0];
        luma[3 + k] = at[3];
    }
    fth_plate_rows(walk, y, rows);
    fth_kernels()->plate_look(made, fth_mask_row(&j->pair->grades, y), tables, n);
    fth_kernels()->plate_light(made + 3, luma, n);
    rows[12] = fth_grid_row(j->pair->seen, y);
}

/* From n pixels of `here` to those `dx` further on in `there`; `looked` is 1 / sigma at the
 * first. */
static void weigh(const float *const here[6], const float *const there[6], int32_t dx,
                  const float *const looked[3], float *weights, int32_t n)
{
    const float *rows[15];
    for (int i = 0; i < 3; i++) {
        rows[i] = here[i];
        rows[3 + i] = there[i] + dx;
        rows[6 + i] = here[3 + i];
        rows[9 + i] = there[3 + i] + dx;
        rows[12 + i] = looked[i];
    }
    fth_kernels()->plate_edge(weights, rows, edge_fall, (size_t)n);
}

/* Doubts and what holds neighbours together read the same rows. */
static void judge_rows(const void *context, int32_t y0, int32_t y1, const struct fth_grid *right,
                       const struct fth_grid *down, void *scratch)
{
    const struct judging *j = context;
    int32_t width = j->vote.width;
    struct fth_plate_walk walk;
    fth_plate_walk_begin(&walk, j->pair, y0, scratch);
    for (int32_t y = y0; y < y1; y++) {
        float *const doubts[2] = {fth_grid_row(&j->sigmas, y), fth_grid_row(&j->vote, y)};
        const float *rows[13], *below[6];
        gather_row(j, &walk, y, rows);
        fth_plate_rows(&walk, y + 1, below);
        fth_kernels()->plate_doubt(doubts, rows, &j->how, (size_t)width);
        weigh(rows, rows, 1, rows + 6, fth_grid_row(right, y - y0), width - 1);
        if (y + 1 < j->vote.height)
            weigh(rows, below, 0, rows + 6, fth_grid_row(down, y - y0), width);
    }
}

static void shade_rows(void *context, int32_t y0, int32_t y1, void *scratch)
{
    const struct judging *j = context;
    struct fth_plate_walk walk;
    fth_plate_walk_begin(&walk, j->pair, y0, scratch);
    for (int32_t y = y0; y < y1; y++) {
        const float *rows[13];
        gather_row(j, &walk, y, rows);
        fth_kernels()->plate_shade(fth_grid_row(&j->alpha, y), rows, &j->how, j->shadow,
                                   (size_t)j->vote.width);
    }
}

/* ---- all of it */

static void invert(struct fth_plate_noise *inverse, const struct fth_plate_noise *noise)
{
    for (int i = 0; i < 3; i++) {
        for (int k = 0; k < FTH_PLATE_GRADES; k++)
            inverse->sigma[i][k] = 1 / noise->sigma[i][k];
    }
}

/* The vote, tempered and agreed upon among neighbours. */
static enum fth_status take_vote(const struct fth_work *work, struct judging *j,
                                 const struct fth_plate_level *level, struct fth_error *error)
{
    struct fth_smooth_weights weights = {judge_rows, j, scratch_size(j)};
    struct fth_smoother *smoother;
    size_t mark = fth_arena_mark(work->arena);
    enum fth_status status =
        fth_smoother_open(work, &weights, j->vote.width, j->vote.height, &smoother, error);
    if (status == FTH_OK)
        status = fth_plate_temper(work, j->pair, level, &j->sigmas, &j->vote, error);
    if (status == FTH_OK)
        status = fth_smoother_run(work, smoother, &j->vote, vote_reach, VOTE_ROUNDS, error);
    fth_arena_return(work->arena, mark);
    return status;
}

static enum fth_status judge(const struct fth_work *work, struct judging *j,
                             struct fth_error *error)
{
    struct fth_rows shades = {shade_rows, j, BLOCK, scratch_size(j)};
    struct fth_plate_level level = {j->noise, j->inverse, {j->how.low, j->how.high}};
    enum fth_status status = take_vote(work, j, &level, error);
    if (status == FTH_OK)
        status = fth_plate_fill(work, j->pair, &level, &j->sigmas, &j->vote, error);
    if (status == FTH_OK)
        status = fth_plate_edge_alpha(work, j->pair, &level, &j->sigmas, &j->vote, &j->alpha,
                                      error);
    if (status == FTH_OK && j->shadow > 0)
        status = fth_rows_run_scratch(work, j->vote.height, &shades, error);
    return status;
}

enum fth_status fth_plate_matte(const struct fth_work *work, const struct fth_grid shot[3],
                                const struct fth_grid plate[3], const struct fth_grid *seen,
                                const struct fth_grid *hint,
                                const struct fth_plate_options *options,
                                const struct fth_grid *alpha, struct fth_plate_noise *noise,
                                struct fth_error *error)
{
    struct fth_plate_pair pair = {.shot_rgb = shot, .plate_rgb = plate, .seen = seen,
                                  .hint = hint};
    struct fth_plate_noise own, inverse = {0};
    struct judging j = {.pair = &pair, .noise = &own, .inverse = &inverse,
                        .alpha = *alpha, .shadow = options->shadow,
                        .how = {.low = options->sigmas[0],
                                .high = FTH_MAX(options->sigmas[1], options->sigmas[0] + 1e-3f),
                                .shadow_floor = shadow_floor, .shadow_price = shadow_price,
                                .shadow_slope = shadow_slope, .shadows = true}};
    size_t mark = fth_arena_mark(work->arena);
    enum fth_status status =
        fth_mask_new(work->arena, alpha->width, alpha->height, &pair.grades, error);
    if (status == FTH_OK)
        status = fth_plate_noise_find(work, &pair, &own, error);
    if (status == FTH_OK)
        status = fth_grid_new(work->arena, alpha->width, alpha->height, &j.sigmas, error);
    if (status == FTH_OK)
        status = fth_grid_new(work->arena, alpha->width, alpha->height, &j.vote, error);
    if (status == FTH_OK) {
        invert(&inverse, &own);
        j.how.shadow_texture = shadow_texture * fth_plate_sharpness(&own);
        status = judge(work, &j, error);
    }
    if (status == FTH_OK && noise)
        *noise = own;
    fth_arena_return(work->arena, mark);
    return status;
}
