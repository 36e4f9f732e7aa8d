/* SPDX-License-Identifier: Apache-2.0 */
/* Point stages that stand behind each other, done piece by piece: a piece of a row goes through all
 * of them before the next one is begun, so that what one hands to the other never leaves a core's
 * first cache, and every plane is read and written once. A chain learns from a band that was
 * rendered as nodes render it what its steps make of what; it then stands for all other bands. */
#ifndef FTH_ENGINE_PIECES_H
#define FTH_ENGINE_PIECES_H

#include "engine/plan.h"

struct fth_chain;

/* NULL where one of the stages computed with stage `group` cannot be done so, times are taken for
 * each of them, or memory is out. */
struct fth_chain *fth_chain_begin(const struct fth_plan *plan, int group);
/* A call of render that made `out` of `images` (by the numbers of fth_stage_read); those before it
 * have been told of. Accepts NULL. */
void fth_chain_add(struct fth_chain *chain, const struct fth_call *call,
                   const struct fth_stage *stage, struct fth_image *const images[FTH_MOST_READS],
                   const struct fth_image *out);
/* Where all rows will lie: `out`, of whose planes those in `filled` are to be filled, past the
 * caches if it `streams`. False: it cannot be done. */
bool fth_chain_end(struct fth_chain *chain, const struct fth_image *out,
                   const struct fth_image *filled, bool streams);
/* Makes the rows of `rect`, as wide as all that is needed. Threads may do so at once. */
enum fth_status fth_chain_run(const struct fth_chain *chain, struct fth_rect rect,
                              struct fth_error *error);
void fth_chain_drop(struct fth_chain **chain); /* accepts a pointer to NULL */

#endif
