/* SPDX-License-Identifier: Apache-2.0 */
/* A graph held against the plain evaluation: whatever the bands, threads, order, cache, memory or
 * part asked for, alone or in a job of several outputs, the bytes are the same. */
#ifndef FTH_TESTS_TRIAL_H
#define FTH_TESTS_TRIAL_H

#include "plain.h"

struct trial {
    const char *name;        /* what a failure calls it */
    struct fth_graph *graph; /* its last node puts out a picture */
    uint64_t seed;
    int64_t frames;          /* 1 to this one are looked at */
    int root, inner;         /* nodes whose pictures are looked at; inner 0: any, by the seed */
    struct plain *plain;
    struct fth_error error;
    int64_t most_pixels;     /* larger data windows are not looked at: the plain way takes minutes
                                for them; 0: all are */
    bool is_too_large;
    bool may_spare;          /* a picture may do without an input that cannot be had, and the plain
                                way, which reads all of them, may not */
    int rendered, refused;
};

/* True when the graph gave pictures to compare. Fails the test where they differ. */
bool trial_run(struct trial *trial);

#endif
