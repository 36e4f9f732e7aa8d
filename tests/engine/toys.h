/* SPDX-License-Identifier: Apache-2.0 */
/* A catalogue of toy nodes for the engine's tests, and what they counted. */
#ifndef FTH_TESTS_ENGINE_TOYS_H
#define FTH_TESTS_ENGINE_TOYS_H

#include <stdatomic.h>

#include "engine/engine.h"

enum { TOYS_MOST_FRAMES = 256, TOYS_REST_SCRATCH = 9 << 20 };

struct toys_counts {
    atomic_int ramps, adds, arounds, flips, pushes, gaps, creates, recalls, keeps, opens, closes;
    atomic_int sunk, finished, settled, abandoned, overlap_most;
    float sums[TOYS_MOST_FRAMES]; /* what "collect" got: sum of R of frame n */
    float others[2][TOYS_MOST_FRAMES]; /* the same of those whose place is 1 and 2 */
    int others_sunk[2];
    atomic_int looked, looked_wrong; /* pictures that "sum" was shown ahead */
    int64_t meets_at;             /* the push of "sum" at this frame waits for the plan of the one
                                     four behind it, and the other way round; 0: none */
    atomic_bool planned, pushed;
    atomic_int missed;            /* ... and in vain */
    bool out_of_order;
    int64_t fail_at;              /* "collect" refuses this frame; 0: none */
    int64_t fail_finish;          /* the "collect" of this place cannot finish; 0: none */
    int64_t block;                /* spans of "sum" start two frames before a block, if any */
    bool both_sides;              /* ... and reach two frames beyond */
    int64_t damaged_at;           /* "ramp" cannot make this frame; 0: none */
    atomic_int resting, rest_most; /* calls of "rest" at once, each with its scratch memory */
    bool rest_waits;              /* until two of them are at once, 2 s at most */
    int64_t tired_from;           /* "rest" cannot make frames from here on; 0: none */
};

extern struct toys_counts toys;
extern const struct fth_catalogue toys_catalogue;

/* Forgets counts and the kept results of "sum". */
void toys_reset(void);

#endif
