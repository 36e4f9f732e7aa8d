/* SPDX-License-Identifier: Apache-2.0 */
/* Standard input as a file: what the path "-" names. It is read to its end at the first call, into
 * a file without a name in $TMPDIR, /var/tmp or /tmp, so that it can be read again and anywhere
 * (analysis does); that file is gone with the process, however it ends. A regular file given by the
 * shell is used as it is. */
#ifndef FTH_BASE_PIPE_H
#define FTH_BASE_PIPE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"

bool fth_pipe_is_named(const char *path);

/* A descriptor of its own for every caller, to be closed, and the size in bytes. A signal while
 * the pipe is waited for gives FTH_CANCELLED. */
enum fth_status fth_pipe_open(int *file, int64_t *size, struct fth_error *error);

#endif
