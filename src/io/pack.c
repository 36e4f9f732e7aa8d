/* SPDX-License-Identifier: Apache-2.0 */
/* Items of two bytes are taken apart into low and high bytes first: the high ones hardly change. */
#include "io/pack.h"

#include <libdeflate.h>
#include <stdint.h>

#include "base/mem.h"

enum { LEVEL = 1 };

size_t fth_pack_room(size_t size)
{
    return libdeflate_deflate_compress_bound(NULL, size);
}

static void take_apart(const uint8_t *bytes, size_t size, size_t item_size, uint8_t *out)
{
    size_t count = size / item_size;
    for (size_t k = 0; k < item_size; k++) {
        uint8_t before = 0;
        for (size_t i = 0; i < count; i++) {
            uint8_t byte = bytes[i * item_size + k];
            *out++ = (uint8_t)(byte - before);
            before = byte;
        }
    }
}

static void put_together(const uint8_t *in, size_t size, size_t item_size, uint8_t *bytes)
{
    size_t count = size / item_size;
    for (size_t k = 0; k < item_size; k++) {
        uint8_t before = 0;
        for (size_t i = 0; i < count; i++) {
            before = (uint8_t)(before + *in++);
            bytes[i * item_size + k] = before;
        }
    }
}

size_t fth_pack(const void *bytes, size_t size, size_t item_size, void *packed)
{
    struct libdeflate_compressor *deflater = libdeflate_alloc_compressor(LEVEL);
    uint8_t *apart = fth_alloc(size + 1, 1);
    size_t packed_size = 0;
    if (deflater && apart) {
        take_apart(bytes, size, item_size, apart);
        packed_size = libdeflate_deflate_compress(deflater, apart, size, packed,
                                                  fth_pack_room(size));
    }
    fth_free(apart);
    libdeflate_free_compressor(deflater);
    return packed_size;
}

bool fth_unpack(const void *packed, size_t packed_size, size_t item_size, void *bytes, size_t size)
{
    struct libdeflate_decompressor *inflater = libdeflate_alloc_decompressor();
    uint8_t *apart = fth_alloc(size + 1, 1);
    size_t made = 0;
    bool whole = inflater && apart &&
                 libdeflate_deflate_decompress(inflater, packed, packed_size, apart, size,
                                               &made) == LIBDEFLATE_SUCCESS &&
                 made == size;
    if (whole)
        put_together(apart, size, item_size, bytes);
    fth_free(apart);
    libdeflate_free_decompressor(inflater);
    return whole;
}
