/* SPDX-License-Identifier: Apache-2.0 */
/* A picture as registering looks at it: what stands out from its surroundings, at all sizes. */
#ifndef FTH_DEPTH_PLATE_DETAILS_H
#define FTH_DEPTH_PLATE_DETAILS_H

#include "depth/plate.h"

enum {
    FTH_PLATE_FINEST = 960,  /* pixels of the longer side that details are followed at */
    FTH_PLATE_SEARCHED = 72, /* ... that the search is done at */
    FTH_PLATE_LEVELS = 8
};

struct fth_plate_details {
    struct fth_grid levels[FTH_PLATE_LEVELS], searched; /* finest first; that of the search */
    int level_count;
    int searched_from; /* the coarsest that the search still has enough of */
};

/* Where they are in `rooms`, of a picture of this size. Returns how many of them it takes; NULL:
 * only so. */
int fth_plate_lay_details(int32_t width, int32_t height, float *const rooms[FTH_PLATE_ROOMS],
                          struct fth_plate_details *details);

#endif
