/* SPDX-License-Identifier: Apache-2.0 */
/* What the kernels of the noise reduction work on: patches of eight by eight pixels, of the frame
 * at hand and of those that look like it in other frames. */
#ifndef FTH_OPS_DENOISE_PATCH_H
#define FTH_OPS_DENOISE_PATCH_H

#include <stddef.h>
#include <stdint.h>

enum { FTH_PATCH = 8, FTH_PATCH_AREA = 64, FTH_GROUP_MOST = 32 };

/* One channel of a patch, or of a picture. */
struct fth_patch_rows {
    const float *data;
    ptrdiff_t stride; /* floats */
};

/* Where in another frame a patch is looked for. */
struct fth_patch_search {
    struct fth_patch_rows patch;   /* in the frame at hand */
    struct fth_patch_rows picture; /* the other frame's pixel (0, 0) */
    int32_t most_x, most_y;        /* the last place where a patch fits */
};

/* A patch and those like it: the first is that of the frame at hand. */
struct fth_patch_group {
    int count;
    struct fth_patch_rows members[FTH_GROUP_MOST][3]; /* R, G and B */
    struct fth_patch_rows pilot[3]; /* the same patch with less noise; data NULL: there is none */
    float variance[3]; /* of the noise in brightness and in both differences of colour */
    float temporal;    /* 0..1: the share that other frames have */
    float spatial;     /* 0..1: of what is taken for noise within the picture */
    float alike;       /* how many variances coefficients may differ by */
    float flicker;     /* by how much their means may, if that is more; squared */
};

/* What is to be taken away from a patch: brightness and both differences of colour, and how far the
 * patch is to count where several overlap. */
struct fth_patch_excess {
    float values[3][FTH_PATCH_AREA];
    float weight;
};

#endif
