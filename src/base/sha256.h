/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-256 sums, by which downloaded files are known to be the ones that were meant. */
#ifndef FTH_BASE_SHA256_H
#define FTH_BASE_SHA256_H

#include <stddef.h>

#include "base/status.h"
#include "base/thread.h"

enum { FTH_SHA256_TEXT = 65 }; /* 64 hexadecimal digits and a zero byte */

/* Fills `text` with the sum in lower-case digits. */
enum fth_status fth_sha256_bytes(const void *bytes, size_t size, char text[FTH_SHA256_TEXT],
                                 struct fth_error *error);

/* The same of a regular file, read piece by piece. `cancel` may be NULL. */
enum fth_status fth_sha256_file(const char *path, const struct fth_cancel *cancel,
                                char text[FTH_SHA256_TEXT], struct fth_error *error);

#endif
