/* SPDX-License-Identifier: Apache-2.0 */
/* How the picture moves between two frames, both ways, and how far that is to be believed. It is
 * kept at half the working size, in whole numbers and in one block of bytes, so that it is the same
 * fresh and read back from a file. */
#ifndef FTH_DEPTH_MOTION_H
#define FTH_DEPTH_MOTION_H

#include "depth/draft_recipe.h"
#include "ops/flow.h"

enum { FTH_MOTION_STEPS = 32 }; /* of a pixel */

/* One way. Offsets are in steps, belief in 1/255. */
struct fth_motion_way {
    int16_t *dx, *dy;
    uint8_t *sure;
};

struct fth_motion {
    int32_t width, height;
    void *bytes;               /* of both ways; fth_motion_size of them */
    struct fth_motion_way back; /* of the later frame's pixels: where they were in the earlier */
    struct fth_motion_way forth; /* of the earlier frame's: where they are in the later */
    double sure;               /* mean belief in `back` as far as colours tell */
    double difference;         /* mean absolute difference after it, in grey levels */
};

size_t fth_motion_size(int32_t width, int32_t height);
/* The motion that `bytes` hold, for pictures of width x height. */
struct fth_motion fth_motion_of_bytes(void *bytes, int32_t width, int32_t height);
/* Memory to find it in, kept from pair to pair: begin with = {0}, clear at the end. */
struct fth_motion_finder {
    struct fth_flow_picture *earlier, *later;
    int32_t width, height;
};
void fth_motion_finder_clear(struct fth_motion_finder *finder);

/* Finds it; the bytes are in the work's arena. Greys are whole numbers of 0..255. */
enum fth_status fth_motion_find(struct fth_motion_finder *finder, const struct fth_work *work,
                                const struct fth_grid *earlier, const struct fth_grid *later,
                                struct fth_motion *motion, struct fth_error *error);
/* One way at working size: positions in the other frame, belief 0..1. Grids are the caller's. */
enum fth_status fth_motion_enlarge(const struct fth_work *work, const struct fth_motion *motion,
                                   const struct fth_motion_way *way,
                                   const struct fth_draft_motion *full, struct fth_error *error);

#endif
