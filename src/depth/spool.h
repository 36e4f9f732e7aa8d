/* SPDX-License-Identifier: Apache-2.0 */
/* Working data of an analysis, put aside by frame: a file without a name, which nobody else sees
 * and which is gone when we are. So memory stays flat however long a shot is. */
#ifndef FTH_DEPTH_SPOOL_H
#define FTH_DEPTH_SPOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

enum fth_spool_kind {
    FTH_SPOOL_LOOK,
    FTH_SPOOL_MOTION, /* from the frame before */
    FTH_SPOOL_NEAR    /* what a network of windows said, until there is a look */
};

struct fth_spool;

/* The file lies in $TMPDIR or /tmp, or else in `folder` ("" and NULL: nowhere else). */
enum fth_status fth_spool_create(const char *folder, struct fth_spool **spool,
                                 struct fth_error *error);
void fth_spool_destroy(struct fth_spool **spool); /* accepts NULL */

bool fth_spool_has(const struct fth_spool *spool, enum fth_spool_kind kind, int64_t frame);
/* Puts it in place of what was there. */
enum fth_status fth_spool_put(struct fth_spool *spool, enum fth_spool_kind kind, int64_t frame,
                              const void *bytes, size_t size, struct fth_error *error);
/* Free *bytes with fth_free. What is not there: FTH_ERR_NOT_FOUND. */
enum fth_status fth_spool_get(struct fth_spool *spool, enum fth_spool_kind kind, int64_t frame,
                              void **bytes, size_t *size, struct fth_error *error);
/* Gives that up. */
void fth_spool_drop(struct fth_spool *spool, enum fth_spool_kind kind, int64_t frame);
/* Gives up all frames outside first..last. */
void fth_spool_keep_only(struct fth_spool *spool, int64_t first, int64_t last);

#endif
