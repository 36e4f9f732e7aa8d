/* SPDX-License-Identifier: Apache-2.0 */
/* Sealed files: the key of every byte stands at the end, as a line "fathom-sum HEX". Formats that
 * say themselves where they end (EXR does) are still read by everybody; any changed, missing or
 * added byte is noticed. */
#ifndef FTH_BASE_SEAL_H
#define FTH_BASE_SEAL_H

#include <stddef.h>

#include "base/status.h"

/* Seals a file that is being made: nobody else may see it yet. */
enum fth_status fth_file_seal(const char *path, struct fth_error *error);
/* FTH_ERR_DATA when the file is not what was sealed, or never was. */
enum fth_status fth_file_check_seal(const char *path, struct fth_error *error);
/* The same of a file that has been read as a whole. */
enum fth_status fth_seal_check(const char *path, const void *bytes, size_t size,
                               struct fth_error *error);

#endif
