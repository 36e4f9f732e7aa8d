/* SPDX-License-Identifier: Apache-2.0 */
/* Private to the engine: what the pictures of a job said of their shots, added up. */
#ifndef FTH_ENGINE_TALLY_H
#define FTH_ENGINE_TALLY_H

#include "engine/engine.h"
#include "image/image.h"

struct fth_tally {
    struct shot_sum *shots;
    size_t count, capacity;
};

/* Takes one picture's facts; those without any change nothing. Memory that is out costs only the
 * summary. Frames come in ascending order. */
void fth_tally_take(struct fth_tally *tally, const struct fth_depth_facts *facts);
void fth_tally_tell(const struct fth_tally *tally, const struct fth_job *job);
void fth_tally_clear(struct fth_tally *tally);

#endif
