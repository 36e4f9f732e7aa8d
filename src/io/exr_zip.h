/* SPDX-License-Identifier: Apache-2.0 */
/* OpenEXR's ZIP blocks, both ways: bytes of even and odd places parted, each the difference from
 * the one before, deflated. Done here and not by OpenEXRCore for the sake of libdeflate, which
 * takes a third of zlib's time, and of a quicker way yet. */
#ifndef FTH_IO_EXR_ZIP_H
#define FTH_IO_EXR_ZIP_H

#include <stdbool.h>
#include <stddef.h>

struct libdeflate_compressor;
struct libdeflate_decompressor;

/* Packs `size` bytes into `packed`, which holds as many: the bytes of the result, or 0 when they
 * would not be fewer. `scratch` holds `size` bytes. Without a deflater by io/deflate.h, which is
 * quicker and as small where nothing but single bytes repeats. */
size_t fth_exr_zip_pack(struct libdeflate_compressor *deflater, const unsigned char *bytes,
                        size_t size, unsigned char *scratch, unsigned char *packed);

/* The same by fth_deflate_runs: quickest, for planes that are noise in the low bytes of floats or
 * alike over wide parts, as depth and what goes with it are. */
size_t fth_exr_zip_pack_runs(const unsigned char *bytes, size_t size, unsigned char *scratch,
                             unsigned char *packed);

/* Unpacks into exactly `size` bytes; false when the block is damaged. */
bool fth_exr_zip_unpack(struct libdeflate_decompressor *inflater, const unsigned char *packed,
                        size_t packed_size, unsigned char *scratch, unsigned char *bytes,
                        size_t size);
#endif
