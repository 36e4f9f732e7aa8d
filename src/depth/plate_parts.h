/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of a plate's matte share. */
#ifndef FTH_DEPTH_PLATE_PARTS_H
#define FTH_DEPTH_PLATE_PARTS_H

#include "depth/plate.h"
#include "ops/kernels.h"

enum { FTH_PLATE_CELL = 4 }; /* pixels of a cell's side, of which changes are roughly known */

/* Shot and plate as luma, B - luma and R - luma; the latter two smoothed over 3 x 3 pixels, because
 * files keep colour coarser than brightness. */
struct fth_plate_pair {
    struct fth_grid shot[3], plate[3];
    const struct fth_grid *shot_rgb, *plate_rgb;
    struct fth_mask grades; /* of the plate */
    const struct fth_grid *seen;
};

/* rows[0..2] of the shot at y, rows[3..5] of the plate. */
void fth_plate_rows(const struct fth_plate_pair *pair, int32_t y, const float *rows[6]);

enum fth_status fth_plate_pair_make(const struct fth_work *work, const struct fth_grid shot[3],
                                    const struct fth_grid plate[3], const struct fth_grid *seen,
                                    struct fth_plate_pair *pair, struct fth_error *error);

enum fth_status fth_plate_noise_find(const struct fth_work *work,
                                     const struct fth_plate_pair *pair,
                                     struct fth_plate_noise *noise, struct fth_error *error);

/* What noise is and which multiples of it are nothing and something for sure. */
struct fth_plate_level {
    const struct fth_plate_noise *noise, *inverse; /* inverse: 1 / sigma */
    float sigmas[2];
};

/* The vote of a pixel anew from its sigmas and those around; or as it was, where it is noisy. */
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

/* How low noise is, 1 to 0: what is fine can be told from it, or not. */
static inline float fth_plate_sharpness(const struct fth_plate_noise *noise)
{
    const float quiet = 0.0075f, loud = 0.0125f; /* sigmas of luma */
    return fminf(fmaxf((loud - (float)noise->middle) / (loud - quiet), 0), 1);
}

#endif
