/* SPDX-License-Identifier: Apache-2.0 */
/* The matte of a shot before its plate: how many sigmas each pixel is off (a shadow counts for
 * less), a vote among neighbours that stops at edges which the plate has not, and at the vote's
 * border alpha from the colours on both sides. */
#include <string.h>

#include "base/compiler.h"
#include "depth/plate_parts.h"
#include "ops/blur.h"
#include "ops/box.h"
#include "ops/smooth.h"

enum { LIGHT_RADIUS = 1, VOTE_ROUNDS = 2, BLOCK = 16 };

/* Found on HallAndMonitor and drawn shots together (docs/keying.md); all in sigmas or their
 * squares. */
static const float shadow_floor = 0.5f, shadow_price = 10, shadow_slope = 25;
static const double vote_reach = 20;  /* lambda of the smoother */
static const float edge_fall = 1 / 1.5f;

const struct fth_plate_options fth_plate_auto = {.sigmas = {2, 6}, .shadow = 0};

/* ---- the pair */

void fth_plate_rows(const struct fth_plate_pair *pair, int32_t y, const float *rows[6])
{
    rows[0] = fth_grid_row(&pair->shot[0], y);
    rows[3] = fth_grid_row(&pair->plate[0], y);
    for (int i = 0; i < 2; i++) {
        rows[1 + i] = fth_grid_row(&pair->shot_smooth[i], y);
        rows[4 + i] = fth_grid_row(&pair->plate_smooth[i], y);
    }
}

struct splitting {
    const struct fth_grid *shot, *plate;
    const struct fth_plate_pair *pair;
};

static void split_rows(void *context, int32_t y0, int32_t y1)
{
    const struct splitting *s = context;
    for (int32_t y = y0; y < y1; y++) {
        for (int side = 0; side < 2; side++) {
            const struct fth_grid *from = side ? s->plate : s->shot;
            const struct fth_grid *to = side ? s->pair->plate : s->pair->shot;
            const float *const rgb[3] = {fth_grid_row(&from[0], y), fth_grid_row(&from[1], y),
                                         fth_grid_row(&from[2], y)};
            float *const dst[3] = {fth_grid_row(&to[0], y), fth_grid_row(&to[1], y),
                                   fth_grid_row(&to[2], y)};
            fth_kernels()->plate_split(dst, rgb, (size_t)from->width);
        }
    }
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
                                &pair->plate[1], &pair->plate[2], &pair->shot_smooth[0],
                                &pair->shot_smooth[1], &pair->plate_smooth[0],
                                &pair->plate_smooth[1], &pair->light[0], &pair->light[1]};
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
    struct splitting splitting = {shot, plate, pair};
    enum fth_status status = make_grids(work->arena, &shot[0], pair, error);
    pair->seen = seen;
    if (status == FTH_OK)
        status = fth_rows_run(work, shot[0].height, BLOCK, split_rows, &splitting);
    for (int i = 0; i < 2 && status == FTH_OK; i++) {
        status = fth_blur_box(work, &pair->shot[1 + i], &pair->shot_smooth[i], 1,
                              FTH_BORDER_REFLECT, error);
        if (status == FTH_OK)
            status = fth_blur_box(work, &pair->plate[1 + i], &pair->plate_smooth[i], 1,
                                  FTH_BORDER_REFLECT, error);
    }
    for (int i = 0; i < 2 && status == FTH_OK; i++) {
        struct fth_box_mean mean = {.factors = {&pair->plate[0],
                                                i ? &pair->plate[0] : &pair->shot[0]},
                                    .dst = &pair->light[i], .border = FTH_BORDER_REFLECT,
                                    .radius_x = LIGHT_RADIUS, .radius_y = LIGHT_RADIUS};
        status = fth_box_run(work, &mean, error);
    }
    if (status == FTH_OK)
        status = fth_rows_run(work, shot[0].height, BLOCK, grade_rows, pair);
    return status;
}

void fth_plate_look(const struct fth_plate_pair *pair, const struct fth_plate_noise *inverse,
                    int32_t y, float *const rows[3])
{
    const float *const tables[3] = {inverse->sigma[0], inverse->sigma[1], inverse->sigma[2]};
    fth_kernels()->plate_look(rows, fth_mask_row(&pair->grades, y), tables,
                              (size_t)pair->grades.width);
}

/* ---- doubt */

struct judging {
    const struct fth_plate_pair *pair;
    const struct fth_plate_noise *inverse;
    const struct fth_grid *hint;
    struct fth_plate_doubt how;
    struct fth_grid sigmas, vote;
    struct fth_grid alpha;
    float shadow;
};

static size_t row_scratch(const struct judging *j)
{
    return 3 * (((size_t)j->vote.width + 15) / 16 * 16) * sizeof(float);
}

/* All that plate_doubt and plate_shade read of row y. */
static void gather_rows(const struct judging *j, int32_t y, void *scratch, const float *rows[11])
{
    size_t step = ((size_t)j->vote.width + 15) / 16 * 16;
    float *const inverse[3] = {scratch, (float *)scratch + step, (float *)scratch + 2 * step};
    fth_plate_rows(j->pair, y, rows);
    fth_plate_look(j->pair, j->inverse, y, inverse);
    for (int i = 0; i < 3; i++)
        rows[6 + i] = inverse[i];
    rows[9] = fth_grid_row(&j->pair->light[0], y);
    rows[10] = fth_grid_row(&j->pair->light[1], y);
}

/* What the plate does not reach is left to its neighbours. */
static void add_known(const struct judging *j, int32_t y, float *sigmas, float *vote)
{
    const float *seen = fth_grid_row(j->pair->seen, y);
    const float *hint = j->hint ? fth_grid_row(j->hint, y) : NULL;
    for (int32_t x = 0; x < j->vote.width; x++) {
        if (!(seen[x] >= 1)) {
            sigmas[x] = 0;
            vote[x] = 0;
        }
        if (hint)
            vote[x] = fth_plate_joined(vote[x], hint[x]);
    }
}

static void doubt_rows(void *context, int32_t y0, int32_t y1, void *scratch)
{
    const struct judging *j = context;
    for (int32_t y = y0; y < y1; y++) {
        const float *rows[11];
        float *const dst[2] = {fth_grid_row(&j->sigmas, y), fth_grid_row(&j->vote, y)};
        gather_rows(j, y, scratch, rows);
        fth_kernels()->plate_doubt(dst, rows, &j->how, (size_t)j->vote.width);
        add_known(j, y, dst[0], dst[1]);
    }
}

static void shade_rows(void *context, int32_t y0, int32_t y1, void *scratch)
{
    const struct judging *j = context;
    for (int32_t y = y0; y < y1; y++) {
        const float *rows[11];
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
    enum fth_status status = fth_rows_run_scratch(work, j->vote.height, &doubts, error);
    if (status == FTH_OK)
        status = fth_smooth_weighted(work, &weights, &j->vote, vote_reach, VOTE_ROUNDS, error);
    if (status == FTH_OK)
        status = fth_plate_edge_alpha(work, j->pair, j->inverse, &j->sigmas, &j->vote, &j->alpha,
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
    struct judging j = {.pair = &pair, .inverse = &inverse, .hint = hint, .alpha = *alpha,
                        .shadow = options->shadow,
                        .how = {options->sigmas[0], FTH_MAX(options->sigmas[1],
                                                            options->sigmas[0] + 1e-3f),
                                shadow_floor, shadow_price, shadow_slope, true}};
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
        status = judge(work, &j, error);
    }
    if (status == FTH_OK && noise)
        *noise = own;
    fth_arena_return(work->arena, mark);
    return status;
}
