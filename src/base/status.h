/* SPDX-License-Identifier: Apache-2.0 */
/* Filling in a struct fth_error. The public half (codes, struct) is fathom/status.h. */
#ifndef FTH_BASE_STATUS_H
#define FTH_BASE_STATUS_H

#include "base/compiler.h"
#include "fathom/status.h"

/* Writes the message (newlines and other control characters become '?') and returns `status`,
 * so that a caller can say: return fth_fail(error, FTH_ERR_LIMIT, "exr: %d samples ...", n);
 * `error` may be NULL. */
enum fth_status fth_fail(struct fth_error *error, enum fth_status status, const char *format, ...)
    FTH_PRINTF(3, 4);

/* fth_fail(FTH_ERR_MEMORY) in the words we always use: "out of memory (12345 bytes for WHAT)". */
enum fth_status fth_fail_memory(struct fth_error *error, unsigned long long size, const char *what);

/* Puts "PREFIX: " before the message that is there. */
void fth_error_prefix(struct fth_error *error, const char *format, ...) FTH_PRINTF(2, 3);

#endif
