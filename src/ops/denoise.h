/* SPDX-License-Identifier: Apache-2.0 */
/* Noise reduction in space and time: patches of the frame are brought together with those that lie
 * where the motion says in the frames around it, frequency by frequency and the less the more they
 * differ, and what is weaker than noise then goes (after Dabov et al. 2007, V-BM3D, and Hasinoff et
 * al. 2016). Edges stay, because they are stronger than noise; nothing trails, because what differs
 * does not count. */
#ifndef FTH_OPS_DENOISE_H
#define FTH_OPS_DENOISE_H

#include "ops/grid.h"

/* Who has the other frames. They are asked for one at a time to be followed, and then for some rows
 * of all of them at once, so that they need not be there as floats. */
struct fth_denoise_frames {
    /* R, G and B of rows y0 to y1 of frame `frame`: grids that begin at y0. */
    enum fth_status (*rows)(void *context, int frame, int32_t y0, int32_t y1,
                            struct fth_grid rgb[3], struct fth_error *error);
    void (*drop)(void *context); /* what was handed out is no longer used; also on failure */
    void *context;
};

struct fth_denoise {
    int count;                          /* frames, at most FTH_GROUP_MOST */
    const struct fth_grid *first;       /* R, G and B of the one that is to be cleaned, at least
                                           8 x 8; the others are as large */
    struct fth_denoise_frames others;   /* numbered from 1 on */
    const int *away;                    /* of each, by how many frames later than the first it is */
    struct fth_grid key;                /* where it is wanted; data NULL: everywhere */
    float noise;                        /* its sigma in brightness, by which what is the same is
                                           told from what is not */
    float sigma[3];                     /* that of what is to go: brightness and two differences of
                                           colour, of orthonormal axes */
    float temporal;                     /* 0..1: the share that other frames have */
    float spatial;                      /* of noise that is taken away within the frame; 1: as much
                                           as there is */
    float alike;                        /* by how many of the noise's variances what is the same may
                                           differ */
    float flicker;                      /* by how much brighter or darker it may be as a whole,
                                           where that is more */
    bool twice;                         /* with what a first pass finds as a pilot of a second */
};

/* What is to be taken away from R, G and B of the first frame. Values beyond +-1e4 count as those;
 * what is no number as 0. Grids of the frames' size; the same bytes at any number of threads. */
enum fth_status fth_denoise(const struct fth_work *work, const struct fth_denoise *what,
                            const struct fth_grid excess[3], struct fth_error *error);

#endif
