/* SPDX-License-Identifier: Apache-2.0 */
/* The matte of a shot before its plate: how many sigmas each pixel is off (a shadow counts for
 * less), a vote among neighbours that stops at edges which the plate has not, and at the vote's
 * border alpha from the colours on both sides. */
#include <string.h>

#include "base/compiler.h"
#include "depth/plate_parts.h"
#include "ops/smooth.h"

enum { VOTE_ROUNDS = 2, BLOCK = 16 };

/* Found on HallAndMonitor and drawn shots together (docs/keying.md); all in sigmas or their
 * squares. */
static const float shadow_floor = 0.5f, shadow_price = 10, shadow_slope = 25;
static const float shadow_texture = 4;
static const double vote_reach = 20;  /* lambda of the smoother */
static const float edge_fall = 1 / 1.5f;

const struct fth_plate_options fth_plate_auto = {.sigmas = {2, 6}, .shadow = 0};

/* ---- the pair */

void fth_plate_rows(const struct fth_plate_pair *pair, int32_t y, const float *rows[6])
{
    for (int i = 0; i < 3; i++) {
        rows[i] = fth_grid_row(&pair->shot[i], y);
        rows[3 + i] = fth_grid_row(&pair->plate[i], y);
    }
}

/* Rows of scratch a padded row apart. */
static size_t row_step(int32_t width)
{
    return ((size_t)width + 15) / 16 * 16;
}

/* Row y of one of the two, split into rows of `ring`, of which there are three of each colour. */
static void split_row(const struct fth_grid rgb[3], int32_t y, float *luma, float *ring)
{
    size_t step = row_step(rgb->width);
    const float *const from[3] = {fth_grid_row(&rgb[0], y), fth_grid_row(&rgb[1], y),
                                  fth_grid_row(&rgb[2], y)};
    float *at = ring + (size_t)(y % 3) * step;
    float *const to[3] = {luma, at, at + 3 * step};
    fth_kernels()->plate_split(to, from, (size_t)rgb->width);
}

/* One of the two; scratch has room for seven rows. */
static void smooth_side(const struct fth_grid rgb[3], const struct fth_grid split[3], int32_t y0,
                        int32_t y1, float *scratch)
{
    int32_t height = rgb->height;
    size_t step = row_step(rgb->width);
    float *ring = scratch + step;
    for (int32_t y = FTH_MAX(y0 - 1, 0); y <= y1; y++) {
        bool own = y >= y0 && y < y1;
        if (y < height)
            split_row(rgb, y, own ? fth_grid_row(&split[0], y) : scratch, ring);
        int32_t middle = y - 1;
        for (int c = 0; c < 2 && middle >= y0; c++) {
            const float *rows[3];
            for (int32_t k = 0; k < 3; k++) {
                int32_t at = FTH_MIN(FTH_MAX(middle - 1 + k, 0), height - 1);
                rows[k] = ring + ((size_t)c * 3 + (size_t)(at % 3)) * step;
            }
            fth_kernels()->plate_mean(fth_grid_row(&split[1 + c], middle), rows,
                                      (size_t)rgb->width);
        }
    }
}

static void split_rows(void *context, int32_t y0, int32_t y1, void *scratch)
{
    const struct fth_plate_pair *pair = context;
    smooth_side(pair->shot_rgb, pair->shot, y0, y1, scratch);
    smooth_side(pair->plate_rgb, pair->plate, y0, y1, scratch);
}

/* The border's pixels are as steep as those next to them. */
static void grade_rows(void *context, int32_t y0, int32_t y1)
{
    const struct fth_plate_pair *pair = context;
    int32_t width = pair->plate[0].width, height = pair->plate[0].height;
    for (int32_t y = y0; y < y1; y++) {
        uint8_t *grades = fth_mask_row(&pair->grades, y);
        const float *planes[9], *above[6], *here[6], *below[6];
        memset(grades, 0, (size_t)width);
        if (width < 3 || height < 3)
            continue;
        int32_t middle = FTH_MIN(FTH_MAX(y, 1), height - 2);
        fth_plate_rows(pair, middle - 1, above);
        fth_plate_rows(pair, middle, here);
        fth_plate_rows(pair, middle + 1, below);
        for (int i = 0; i < 3; i++) {
            planes[3 * i] = above[3 + i] + 1;
            planes[3 * i + 1] = here[3 + i] + 1;
            planes[3 * i + 2] = below[3 + i] + 1;
        }
        fth_kernels()->plate_grades(grades + 1, planes, (size_t)width - 2);
        grades[0] = grades[1];
        grades[width - 1] = grades[width - 2];
    }
}

static enum fth_status make_grids(struct fth_arena *arena, const struct fth_grid *like,
                                  struct fth_plate_pair *pair, struct fth_error *error)
{
    struct fth_grid *grids[] = {&pair->shot[0], &pair->shot[1], &pair->shot[2], &pair->plate[0],
                                &pair->plate[1], &pair->plate[2]};
    enum fth_status status = FTH_OK;
    for (size_t i = 0; i < FTH_ARRAY_COUNT(grids) && status == FTH_OK; i++)
        status = fth_grid_new(arena, like->width, like->height, grids[i], error);
    if (status == FTH_OK)
        status = fth_mask_new(arena, like->width, like->height, &pair->grades, error);
    return status;
}

enum fth_status fth_plate_pair_make(const struct fth_work *work, const struct fth_grid shot[3],
                                    const struct fth_grid plate[3], const struct fth_grid *seen,
                                    struct fth_plate_pair *pair, struct fth_error *error)
{
    struct fth_rows rows = {split_rows, pair, BLOCK, 7 * row_step(shot->width) * sizeof(float)};
    enum fth_status status = make_grids(work->arena, &shot[0], pair, error);
    pair->shot_rgb = shot;
    pair->plate_rgb = plate;
    pair->seen = seen;
    if (status == FTH_OK)
        status = fth_rows_run_scratch(work, shot[0].height, &rows, error);
    if (status == FTH_OK)
        status = fth_rows_run(work, shot[0].height, BLOCK, grade_rows, pair);
    return status;
}

/* ---- doubt */

struct judging {
    const struct fth_plate_pair *pair;
    const struct fth_plate_noise *noise, *inverse;
    const struct fth_grid *hint;
    struct fth_plate_doubt how;
    struct fth_grid sigmas, vote;
    struct fth_grid alpha;
    float shadow;
};

static size_t row_scratch(const struct judging *j)
{
    return 6 * row_step(j->vote.width) * sizeof(float);
}

/* All that plate_doubt and plate_shade read of row y. */
static void gather_rows(const struct judging *j, int32_t y, void *scratch, const float *rows[12])
{
    const struct fth_plate_pair *pair = j->pair;
    size_t step = row_step(j->vote.width), n = (size_t)j->vote.width;
    const float *const tables[3] = {j->inverse->sigma[0], j->inverse->sigma[1],
                                    j->inverse->sigma[2]};
    const float *luma[6];
    float *made[6];
    for (size_t i = 0; i < 6; i++)
        rows[6 + i] = made[i] = (float *)scratch + i * step;
    for (int32_t k = 0; k < 3; k++) {
        int32_t at = FTH_MIN(FTH_MAX(y - 1 + k, 0), j->vote.height - 1);
        luma[k] = fth_grid_row(&pair->shot[0], at);
        luma[3 + k] = fth_grid_row(&pair->plate[0], at);
    }
    fth_plate_rows(pair, y, rows);
    fth_kernels()->plate_look(made, fth_mask_row(&pair->grades, y), tables, n);
    fth_kernels()->plate_light(made + 3, luma, n);
}

static void leave_out(const struct judging *j, int32_t y, float *row)
{
    const float *seen = fth_grid_row(j->pair->seen, y);
    for (int32_t x = 0; x < j->vote.width; x++)
        row[x] = seen[x] >= 1 ? row[x] : 0;
}

/* What the plate does not reach is left to its neighbours. */
static void know_rows(void *context, int32_t y0, int32_t y1)
{
    const struct judging *j = context;
    for (int32_t y = y0; y < y1; y++) {
        const float *hint = j->hint ? fth_grid_row(j->hint, y) : NULL;
        float *vote = fth_grid_row(&j->vote, y);
        leave_out(j, y, vote);
        for (int32_t x = 0; x < j->vote.width && hint; x++)
            vote[x] = fth_plate_joined(vote[x], hint[x]);
    }
}

static void doubt_rows(void *context, int32_t y0, int32_t y1, void *scratch)
{
    const struct judging *j = context;
    for (int32_t y = y0; y < y1; y++) {
        const float *rows[12];
        float *const dst[2] = {fth_grid_row(&j->sigmas, y), fth_grid_row(&j->vote, y)};
        gather_rows(j, y, scratch, rows);
        fth_kernels()->plate_doubt(dst, rows, &j->how, (size_t)j->vote.width);
        leave_out(j, y, dst[0]);
    }
}

static void shade_rows(void *context, int32_t y0, int32_t y1, void *scratch)
{
    const struct judging *j = context;
    for (int32_t y = y0; y < y1; y++) {
        const float *rows[12];
        gather_rows(j, y, scratch, rows);
        fth_kernels()->plate_shade(fth_grid_row(&j->alpha, y), rows, &j->how, j->shadow,
                                   (size_t)j->vote.width);
    }
}

/* ---- the vote */

static void weigh(const struct judging *j, int32_t y, int32_t dx, int32_t dy, float *weights)
{
    enum { PIECE = 512 };
    const float *a[6], *b[6], *rows[15];
    float inverse[3][PIECE];
    fth_plate_rows(j->pair, y, a);
    fth_plate_rows(j->pair, y + dy, b);
    for (int32_t x = 0; x < j->vote.width - dx; x += PIECE) {
        size_t n = (size_t)FTH_MIN(PIECE, j->vote.width - dx - x);
        float *const looked[3] = {inverse[0], inverse[1], inverse[2]};
        const float *const tables[3] = {j->inverse->sigma[0], j->inverse->sigma[1],
                                        j->inverse->sigma[2]};
        fth_kernels()->plate_look(looked, fth_mask_row(&j->pair->grades, y) + x, tables, n);
        for (int i = 0; i < 3; i++) {
            rows[i] = a[i] + x;
            rows[3 + i] = b[i] + x + dx;
            rows[6 + i] = a[3 + i] + x;
            rows[9 + i] = b[3 + i] + x + dx;
            rows[12 + i] = inverse[i];
        }
        fth_kernels()->plate_edge(weights + x, rows, edge_fall, n);
    }
}

static void weigh_right(const void *context, int32_t y, float *weights)
{
    weigh(context, y, 1, 0, weights);
}

static void weigh_down(const void *context, int32_t y, float *weights)
{
    weigh(context, y, 0, 1, weights);
}

/* ---- all of it */

static void invert(struct fth_plate_noise *inverse, const struct fth_plate_noise *noise)
{
    for (int i = 0; i < 3; i++) {
        for (int k = 0; k < FTH_PLATE_GRADES; k++)
            inverse->sigma[i][k] = 1 / noise->sigma[i][k];
    }
}

static enum fth_status judge(const struct fth_work *work, struct judging *j,
                             struct fth_error *error)
{
    struct fth_rows doubts = {doubt_rows, j, BLOCK, row_scratch(j)};
    struct fth_rows shades = {shade_rows, j, BLOCK, row_scratch(j)};
    struct fth_smooth_weights weights = {weigh_right, weigh_down, j};
    struct fth_plate_level level = {j->noise, j->inverse, {j->how.low, j->how.high}};
    enum fth_status status = fth_rows_run_scratch(work, j->vote.height, &doubts, error);
    if (status == FTH_OK)
        status = fth_plate_temper(work, j->pair, &level, &j->sigmas, &j->vote, error);
    if (status == FTH_OK)
        status = fth_rows_run(work, j->vote.height, BLOCK, know_rows, j);
    if (status == FTH_OK)
        status = fth_smooth_weighted(work, &weights, &j->vote, vote_reach, VOTE_ROUNDS, error);
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
    struct fth_plate_pair pair;
    struct fth_plate_noise own, inverse = {0};
    struct judging j = {.pair = &pair, .noise = &own, .inverse = &inverse, .hint = hint,
                        .alpha = *alpha, .shadow = options->shadow,
                        .how = {.low = options->sigmas[0],
                                .high = FTH_MAX(options->sigmas[1], options->sigmas[0] + 1e-3f),
                                .shadow_floor = shadow_floor, .shadow_price = shadow_price,
                                .shadow_slope = shadow_slope, .shadows = true}};
    size_t mark = fth_arena_mark(work->arena);
    enum fth_status status = fth_plate_pair_make(work, shot, plate, seen, &pair, error);
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
