/* SPDX-License-Identifier: Apache-2.0 */
/* What OpenEXR's C library cannot do, done by its C++ one: DWA and B44, and pictures of luminance
 * and halved chroma. Sizes are the caller's to check first. No exception leaves. */
#ifndef FTH_IO_EXR_CXX_H
#define FTH_IO_EXR_CXX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* An open file, read by pread. */
struct fth_exr_cxx_file {
    int fd;
    uint64_t size;
    int part;
    int32_t x0, y0, x1, y1; /* the part's data window, half open, in the file's numbers */
};

/* A channel's place: the float of the window's first pixel, floats from row to row. */
struct fth_exr_cxx_plane {
    const char *name;
    float *data;
    ptrdiff_t row_stride;
};

/* Reads whole channels of the part. False: `message` holds why. */
bool fth_exr_cxx_read(const struct fth_exr_cxx_file *file, const struct fth_exr_cxx_plane *planes,
                      int count, char *message, size_t message_size);
/* Reads Y, RY and BY as R, G and B (by the file's primaries), and A where planes[3] has data. Of
 * the first part alone. */
bool fth_exr_cxx_read_chroma(const struct fth_exr_cxx_file *file,
                             const struct fth_exr_cxx_plane planes[4], char *message,
                             size_t message_size);

/* A block of rows as a file has it: rows, in a row the channels in the order of their names. */
struct fth_exr_cxx_block {
    const unsigned char *samples;
    const char *const *names;
    const bool *half; /* of each channel: 2 bytes; else float */
    int channel_count;
    int32_t width, height;
    int compression; /* OpenEXR's number */
};

/* Packs it into `packed`, which holds `room` bytes. Returns the bytes of the result, 0 when it
 * failed. */
size_t fth_exr_cxx_pack(const struct fth_exr_cxx_block *block, unsigned char *packed, size_t room);

#ifdef __cplusplus
}
#endif
#endif
