/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of a plate's matte share. */
#ifndef FTH_DEPTH_PLATE_PARTS_H
#define FTH_DEPTH_PLATE_PARTS_H

#include "depth/plate.h"
#include "ops/kernels.h"

enum { FTH_PLATE_CELL = 4 }; /* pixels of a cell's side, of which changes are roughly known */

/* A shot and its plate, three grids each, and what is known of them. */
struct fth_plate_pair {
    const struct fth_grid *shot_rgb, *plate_rgb, *seen;
    const struct fth_grid *hint; /* as fth_plate_matte's, may be NULL */
    struct fth_mask grades;      /* of the plate */
};

/* Both as luma, B - luma and R - luma, row by row from above; the latter two smoothed over 3 x 3
 * pixels, because files keep colour coarser than brightness. */
struct fth_plate_walk {
    const struct fth_plate_pair *pair;
    float *memory;
    int32_t split, smoothed; /* the next rows to be */
    int32_t stride; /* of the shot's rows every so many-th alone are smoothed; 1: all */
};

/* Bytes of memory, at a multiple of 64, that it needs. */
size_t fth_plate_walk_size(int32_t width);

/* Begins at row y. `memory` belongs to the walk until it ends. */
void fth_plate_walk_begin(struct fth_plate_walk *walk, const struct fth_plate_pair *pair,
                          int32_t y, void *memory);

/* Goes on to row y, which may be where it is. Rows y - 1 to y + 1 can be had then, if it did not
 * begin behind them. */
void fth_plate_walk_to(struct fth_plate_walk *walk, int32_t y);

/* rows[0..2] of the shot at y, rows[3..5] of the plate; beyond the first and the last row it is
 * those. They stay until the walk goes on. */
void fth_plate_rows(const struct fth_plate_walk *walk, int32_t y, const float *rows[6]);

/* How far pixels are apart, of luma and the two colours, every `stride`th of every `stride`th row;
 * the first is below 0 where the plate does not reach. */
struct fth_plate_samples {
    struct fth_grid apart[3];
    struct fth_mask grades;
    int32_t stride;
};

/* Finds the pair's grades, for which there is room, and takes samples, which lie in the arena. */
enum fth_status fth_plate_sample(const struct fth_work *work, const struct fth_plate_pair *pair,
                                 struct fth_plate_samples *samples, struct fth_error *error);

/* The pair's grades, and how noisy each is. */
enum fth_status fth_plate_noise_find(const struct fth_work *work,
                                     const struct fth_plate_pair *pair,
                                     struct fth_plate_noise *noise, struct fth_error *error);

/* What noise is and which multiples of it are nothing and something for sure. */
struct fth_plate_level {
    const struct fth_plate_noise *noise, *inverse; /* inverse: 1 / sigma */
    float sigmas[2];
};

/* The vote of a pixel anew from its sigmas and those around; or as it was, where it is noisy. What
 * the plate does not reach votes for nothing; what else is known counts. */
enum fth_status fth_plate_temper(const struct fth_work *work, const struct fth_plate_pair *pair,
                                 const struct fth_plate_level *level,
                                 const struct fth_grid *sigmas, const struct fth_grid *vote,
                                 struct fth_error *error);

/* Gaps of the vote (0 and below) are filled where they differ from the plate by more than the set
 * does. */
enum fth_status fth_plate_fill(const struct fth_work *work, const struct fth_plate_pair *pair,
                               const struct fth_plate_level *level,
                               const struct fth_grid *sigmas, const struct fth_grid *vote,
                               struct fth_error *error);

/* Alpha from the vote and the colours. */
enum fth_status fth_plate_edge_alpha(const struct fth_work *work,
                                     const struct fth_plate_pair *pair,
                                     const struct fth_plate_level *level,
                                     const struct fth_grid *sigmas, const struct fth_grid *vote,
                                     const struct fth_grid *alpha, struct fth_error *error);

/* Floats from one row of scratch to the next. */
static inline size_t fth_plate_row_step(int32_t width)
{
    return ((size_t)width + 15) / 16 * 16;
}

/* How low noise is, 1 to 0: what is fine can be told from it, or not. */
static inline float fth_plate_sharpness(const struct fth_plate_noise *noise)
{
    const float quiet = 0.0075f, loud = 0.0125f; /* sigmas of luma */
    return fminf(fmaxf((loud - (float)noise->middle) / (loud - quiet), 0), 1);
}

#endif
