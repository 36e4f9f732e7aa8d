/* SPDX-License-Identifier: Apache-2.0 */
/* PNG and TIFF files of whole numbers, put together in memory: rows are predicted and compressed
 * over the pool, by libdeflate. The same picture gives the same bytes. */
#ifndef FTH_IO_STILL_PACK_H
#define FTH_IO_STILL_PACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "base/thread.h"
#include "image/footage.h"

/* Pixels side by side, `channels` (1 grey, 2 with alpha, 3 colour, 4 with alpha) of `bytes` bytes;
 * words of PNG are big-endian, those of TIFF little-endian. Alpha of whole numbers is straight. */
struct fth_pixels {
    const uint8_t *data;
    ptrdiff_t stride; /* bytes from one row to the next */
    int32_t width, height;
    int channels, bytes;
    bool is_float;     /* TIFF: halves or floats; alpha is then multiplied, unless it is_straight */
    bool is_straight;
    struct fth_tags tags; /* PNG: the code points of its colours, where both are known */
    const char *const *texts; /* name, value, ..., NULL: what the file says of itself; or NULL */
};

/* A whole file; free *file with fth_free. `path` is for messages. */
enum fth_status fth_png_pack(const struct fth_pixels *pixels, struct fth_pool *pool,
                             const char *path, void **file, size_t *size, struct fth_error *error);
enum fth_status fth_tiff_pack(const struct fth_pixels *pixels, struct fth_pool *pool,
                              const char *path, void **file, size_t *size,
                              struct fth_error *error);
#endif
