/* SPDX-License-Identifier: Apache-2.0 */
/* A look at an EXR's header before a library believes it, and at its bytes. */
#ifndef FTH_IO_EXR_HEADER_H
#define FTH_IO_EXR_HEADER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/limits.h"
#include "base/status.h"
#include "image/plane.h"

struct fth_decode;

/* FTH_ERR_DATA when an attribute says it is longer than the rest of the file. */
enum fth_status fth_exr_header_check(const char *path, int fd, int64_t size,
                                     struct fth_error *error);

/* "zip", by OpenEXR's number. */
const char *fth_exr_compression_name(unsigned compression);

/* How many bytes there are from `offset` on, up to `size`; -1 when they cannot be read. */
int64_t fth_exr_read_bytes(int fd, void *buffer, uint64_t size, uint64_t offset);
/* Of a sealed file: checks its seal. `held` gets all its bytes, so that they are read but once,
 * where they are not too many; else NULL. */
enum fth_status fth_exr_hold(const struct fth_decode *how, int fd, int64_t size,
                             struct fth_plane **held, struct fth_error *error);

/* "Z" of part "depth" is "depth.Z"; "depth.Z" of it stays what it is. `prefix`: the part's name, or
 * NULL. False: it is too long. */
bool fth_exr_plane_name(const char *prefix, const char *channel, char name[FTH_LIMIT_NAME]);

#endif
