/* SPDX-License-Identifier: Apache-2.0 */
/* A look at an EXR's header before a library believes it. */
#ifndef FTH_IO_EXR_HEADER_H
#define FTH_IO_EXR_HEADER_H

#include <stdint.h>

#include "base/status.h"

/* FTH_ERR_DATA when an attribute says it is longer than the rest of the file. */
enum fth_status fth_exr_header_check(const char *path, int fd, int64_t size,
                                     struct fth_error *error);

/* "zip", by OpenEXR's number. */
const char *fth_exr_compression_name(unsigned compression);

#endif
