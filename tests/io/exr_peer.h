/* SPDX-License-Identifier: Apache-2.0 */
/* OpenEXR's own C++ writers and readers, for the tests to hold ours against. */
#ifndef FTH_TESTS_IO_EXR_PEER_H
#define FTH_TESTS_IO_EXR_PEER_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct exr_peer_file {
    const char *path;
    int compression;  /* the library's number: 0 none, 1 rle ... 8 dwaa, 9 dwab */
    int display[4], data[4]; /* x0, y0, x1, y1, the last two included */
    bool tiled, chroma, two_parts;
};

/* Waves in R, G and B (half) and Z (float) over the data window; chroma: as Y, RY and BY; two
 * parts: Z in a second one called "depth". */
bool exr_peer_write(const struct exr_peer_file *file);
/* The library's reader: R, G, B and A of the pixel (x, y) in the file's numbers, floats one after
 * the other over the data window. */
bool exr_peer_read_rgba(const char *path, float *rgba, int width);
/* A channel of the part as floats over the data window. */
bool exr_peer_read_channel(const char *path, int part, const char *name, float *values, int width);
int exr_peer_part_count(const char *path);

#ifdef __cplusplus
}
#endif
#endif
