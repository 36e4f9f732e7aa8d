/* SPDX-License-Identifier: Apache-2.0 */
/* ZIP blocks of OpenEXR; what they are stands in the header. */
#include "io/exr_zip.h"

#include <libdeflate.h>

/* dst[i] := what bytes[2 i] is more than bytes[2 i - 2], about 128; the first one from `last`. */
static void part_bytes(const unsigned char *restrict bytes, size_t count, unsigned last,
                       unsigned char *restrict dst)
{
    if (count == 0)
        return;
    dst[0] = (unsigned char)(bytes[0] - last + 128);
    for (size_t i = 1; i < count; i++)
        dst[i] = (unsigned char)(bytes[2 * i] - bytes[2 * i - 2] + 128);
}

size_t fth_exr_zip_pack(struct libdeflate_compressor *deflater, const unsigned char *bytes,
                        size_t size, unsigned char *scratch, unsigned char *packed)
{
    size_t even = (size + 1) / 2;
    if (size < 2)
        return 0;
    part_bytes(bytes, even, 0, scratch);
    scratch[0] = bytes[0]; /* the very first stands as it is */
    part_bytes(bytes + 1, size - even, bytes[2 * (even - 1)], scratch + even);
    return libdeflate_zlib_compress(deflater, scratch, size, packed, size - 1);
}

/* Running sums in place: the opposite of the differences. */
static void sum_bytes(unsigned char *bytes, size_t size)
{
    unsigned sum = bytes[0];
    for (size_t i = 1; i < size; i++) {
        sum += bytes[i] + 128u;
        bytes[i] = (unsigned char)sum;
    }
}

static void join_bytes(unsigned char *restrict bytes, const unsigned char *restrict even,
                       const unsigned char *restrict odd, size_t pairs)
{
    for (size_t i = 0; i < pairs; i++) {
        bytes[2 * i] = even[i];
        bytes[2 * i + 1] = odd[i];
    }
}

bool fth_exr_zip_unpack(struct libdeflate_decompressor *inflater, const unsigned char *packed,
                        size_t packed_size, unsigned char *scratch, unsigned char *bytes,
                        size_t size)
{
    if (size == 0 || libdeflate_zlib_decompress(inflater, packed, packed_size, scratch, size,
                                                NULL) != LIBDEFLATE_SUCCESS)
        return false;
    size_t even = (size + 1) / 2;
    sum_bytes(scratch, size);
    join_bytes(bytes, scratch, scratch + even, size - even);
    if (size % 2)
        bytes[size - 1] = scratch[even - 1];
    return true;
}
