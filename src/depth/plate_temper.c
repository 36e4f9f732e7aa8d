/* SPDX-License-Identifier: Apache-2.0 */
/* A doubt tempered by what is around it. What a lens or a coder spills beside something strongly
 * different is a share of that difference: the noise counts for as much more there, in coded files
 * by how noisy they are found to be beside it. Where the plate has a texture and the shot the same,
 * or where something nearby differs very much and nothing here, it is the set for sure, which keeps
 * gaps open. What looks like a shadow between things that differ is of the subject. */
#include <string.h>

#include "depth/plate_parts.h"
#include "ops/morph.h"

enum { AROUND = 8, BLOCK = 16 };
enum { BETWEEN = 4 }; /* half of how wide what is enclosed may be */
enum { BINS = 1024, BINS_A_SIGMA = 64, STRIPES = 8, STRIPE = 4, ROUNDS = 8, FEW = 50 };

/* Found on HallAndMonitor, the tests' shots and seeds of bench/drawn_shots.c. */
static const float spilled = 0.02f;        /* of what is around, as a sigma */
static const float spilled_coded[] = {0.01f, 0.03f}; /* ... where a file copies what has not
                                                        changed: and for each sigma of noise */
static const float noisiest = 1.5f;        /* beside a subject, that is to be believed */
static const float spilled_most = 0.02f;   /* of white */
static const float strong = 20, copied = 0.1f; /* sigmas: something for sure, not even noise */

struct tempering {
    const struct fth_plate_pair *pair;
    const struct fth_plate_noise *inverse;
    const struct fth_grid *sigmas, *vote, *most, *enclosed, *hint;
    struct fth_plate_temper how;
};

static void temper_rows(void *context, int32_t y0, int32_t y1, void *scratch)
{
    const struct tempering *t = context;
    int32_t width = t->vote->width;
    const float *const tables[3] = {t->inverse->sigma[0], NULL, NULL};
    float *const looked[3] = {scratch, NULL, NULL};
    for (int32_t y = y0; y < y1; y++) {
        const uint8_t *grades = fth_mask_row(&t->pair->grades, y);
        const float *hint = t->hint ? fth_grid_row(t->hint, y) : NULL;
        const float *const rows[5] = {fth_grid_row(t->sigmas, y), fth_grid_row(t->most, y),
                                      looked[0], fth_grid_row(t->enclosed, y),
                                      fth_grid_row(t->pair->seen, y)};
        float *vote = fth_grid_row(t->vote, y);
        fth_kernels()->plate_look(looked, grades, tables, (size_t)width);
        fth_kernels()->plate_temper(vote, rows, grades, &t->how, (size_t)width);
        for (int32_t x = 0; x < width && hint; x++)
            vote[x] = fth_plate_joined(vote[x], hint[x]);
    }
}

/* ---- noise beside a subject */

struct counting {
    const struct tempering *tempering;
    uint32_t (*stripes)[BINS];
};

static void count_stripe(void *context, size_t stripe)
{
    const struct counting *c = context;
    const struct tempering *t = c->tempering;
    uint32_t *bins = c->stripes[stripe];
    memset(bins, 0, BINS * sizeof(*bins));
    for (int32_t y = 0; y < t->vote->height; y++) {
        const float *sigmas = fth_grid_row(t->sigmas, y), *most = fth_grid_row(t->most, y);
        if (y / STRIPE % STRIPES != (int32_t)stripe)
            continue;
        for (int32_t x = 0; x < t->vote->width; x++) {
            float bin = sigmas[x] * BINS_A_SIGMA;
            if (most[x] >= strong && sigmas[x] >= copied && bin < BINS)
                bins[(int32_t)bin]++;
        }
    }
}

/* The middle of what is below three times the sigma that the middle has, until both agree. */
static float settle(const uint32_t bins[BINS])
{
    const float middle = 1.54f; /* of the length of three normal deviates */
    float sigma = 2.5f;
    for (int i = 0; i < ROUNDS; i++) {
        uint32_t total = 0, sum = 0;
        int32_t end = (int32_t)fminf(3 * sigma * BINS_A_SIGMA, BINS), at = 0;
        for (int32_t k = 0; k < end; k++)
            total += bins[k];
        if (total < FEW)
            return 1;
        for (; sum + bins[at] < total / 2; at++)
            sum += bins[at];
        sigma = ((float)at + 0.5f) / BINS_A_SIGMA / middle;
    }
    return fminf(sigma, noisiest);
}

/* How many times the noise there is beside what differs strongly, of what is no copy. */
static enum fth_status find_noise(const struct fth_work *work, const struct tempering *t,
                                  float *sigma, struct fth_error *error)
{
    struct counting c = {t, fth_arena_take(work->arena, STRIPES, sizeof(*c.stripes))};
    if (!c.stripes)
        return fth_fail_memory(error, STRIPES * sizeof(*c.stripes), "noise beside a subject");
    fth_pool_run(work->pool, STRIPES, count_stripe, &c);
    for (int s = 1; s < STRIPES; s++) {
        for (int k = 0; k < BINS; k++)
            c.stripes[0][k] += c.stripes[s][k];
    }
    *sigma = settle(c.stripes[0]);
    return FTH_OK;
}

/* ---- all of it */

/* The most around each pixel, and what the least of the most nearby is: between two things that
 * differ it is what both do, beside one it is what is there. */
static enum fth_status look_around(const struct fth_work *work, const struct fth_grid *sigmas,
                                   struct fth_grid *most, struct fth_grid *enclosed,
                                   struct fth_error *error)
{
    struct fth_grid grids[3] = {{0}};
    enum fth_status status = FTH_OK;
    for (int i = 0; i < 3 && status == FTH_OK; i++)
        status = fth_grid_new(work->arena, sigmas->width, sigmas->height, &grids[i], error);
    if (status == FTH_OK)
        status = fth_dilate_rect(work, sigmas, &grids[0], BETWEEN, BETWEEN, error);
    if (status == FTH_OK)
        status = fth_erode_rect(work, &grids[0], &grids[1], BETWEEN, BETWEEN, error);
    if (status == FTH_OK)
        status = fth_dilate_rect(work, &grids[0], &grids[2], AROUND - BETWEEN, AROUND - BETWEEN,
                                 error);
    *enclosed = grids[1];
    *most = grids[2];
    return status;
}

enum fth_status fth_plate_temper(const struct fth_work *work, const struct fth_plate_pair *pair,
                                 const struct fth_plate_level *level,
                                 const struct fth_grid *sigmas, const struct fth_grid *vote,
                                 struct fth_error *error)
{
    struct fth_grid most, enclosed;
    struct tempering t = {pair, level->inverse, sigmas, vote, &most, &enclosed, pair->hint,
                          {.low = level->sigmas[0], .high = level->sigmas[1],
                           .most = spilled_most, .even = 6, .even_from = 15, .even_to = 40,
                           .enclosed = 0.5f, .enclosed_from = 8}};
    struct fth_rows rows = {temper_rows, &t, BLOCK, (size_t)vote->width * sizeof(float)};
    size_t mark = fth_arena_mark(work->arena);
    float sharp = fth_plate_sharpness(level->noise), noise = 0;
    enum fth_status status = look_around(work, sigmas, &most, &enclosed, error);
    if (status == FTH_OK && level->noise->copied)
        status = find_noise(work, &t, &noise, error);
    t.how.share = sharp * (level->noise->copied ? spilled_coded[0] + spilled_coded[1] * noise
                                                : spilled);
    t.how.texture = sharp;
    if (status == FTH_OK)
        status = fth_rows_run_scratch(work, vote->height, &rows, error);
    fth_arena_return(work->arena, mark);
    return status;
}
