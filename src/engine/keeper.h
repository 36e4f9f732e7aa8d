/* SPDX-License-Identifier: Apache-2.0 */
/* Private to the engine. Keeps results of analyses on disk beside the work: packing and writing a
 * bundle takes as long as a quick network. A few wait at most; a process that is killed loses
 * those, and nothing else. */
#ifndef FTH_ENGINE_KEEPER_H
#define FTH_ENGINE_KEEPER_H

#include "node/node.h"

struct fth_keeper;

struct fth_keeper *fth_keeper_create(void); /* NULL: memory is out */
void fth_keeper_destroy(struct fth_keeper **keeper); /* finishes first; accepts NULL */

/* Has `analysis->keep` called with what it needs of `call` (fth_analysis says what that is), soon,
 * on the keeper's thread; here and now where there is none. Waits while too many are waiting. */
void fth_keeper_put(struct fth_keeper *keeper, const struct fth_analysis *analysis,
                    const struct fth_node_desc *desc, const struct fth_call *call,
                    struct fth_key key, struct fth_image *image);
/* Waits until all that was put is done: before what was lent (texts of parameters) ends. */
void fth_keeper_flush(struct fth_keeper *keeper);

#endif
