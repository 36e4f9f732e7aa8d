/* SPDX-License-Identifier: Apache-2.0 */
/* Ends a network run from outside: looks at the cancel flag while one is under way. For this
 * folder's files alone. */
#ifndef FTH_INFER_WATCH_H
#define FTH_INFER_WATCH_H

#include "base/thread.h"
#include "infer/ort.h"

struct fth_watch;

/* `cancel` outlives the watch. */
enum fth_status fth_watch_create(const struct fth_cancel *cancel, struct fth_watch **watch,
                                 struct fth_error *error);
void fth_watch_destroy(struct fth_watch **watch); /* accepts NULL */

/* Between these two the run under `options` is ended soon after the flag is set. */
void fth_watch_begin(struct fth_watch *watch, OrtRunOptions *options);
void fth_watch_end(struct fth_watch *watch);

#endif
