/* SPDX-License-Identifier: Apache-2.0 */
/* ZIP blocks of OpenEXR; what they are stands in the header. */
#include "io/exr_zip.h"

#include <stdint.h>
#include <string.h>

#include <libdeflate.h>

#include "io/deflate.h"
#include "ops/kernels.h"

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

/* Whether bytes are so evenly spread that little could be won by coding them: the sum of squares of
 * their frequencies, 1/256 when all are alike, is under 1/100. (On depth bundles: 4 % larger, half
 * the time.) */
static bool is_noise(const unsigned char *bytes, size_t size)
{
    uint32_t counts[256] = {0};
    size_t taken = 0;
    uint64_t squares = 0;
    for (size_t i = 0; i < size; i += 3, taken++)
        counts[bytes[i]]++;
    for (size_t i = 0; i < 256; i++)
        squares += (uint64_t)counts[i] * counts[i];
    return taken >= 4096 && 100 * squares < (uint64_t)taken * taken;
}

/* zlib's two bytes before the stream: 32 KiB window, quickest; a multiple of 31 together. */
static unsigned char *put_zlib_head(unsigned char *at)
{
    *at++ = 0x78;
    *at++ = 0x01;
    return at;
}

/* The sum behind it: the whole size. */
static size_t put_zlib_sum(unsigned char *at, const unsigned char *bytes, size_t size,
                           const unsigned char *packed)
{
    uint32_t sum = libdeflate_adler32(1, bytes, size);
    for (int i = 0; i < 4; i++)
        *at++ = (unsigned char)(sum >> (24 - 8 * i));
    return (size_t)(at - packed);
}

/* Low bytes of floats are noise: the first half is then stored as it is, and only the second one
 * deflated, which halves the time of both ways. */
static size_t pack_halves(struct libdeflate_compressor *deflater, const unsigned char *parted,
                          size_t size, unsigned char *packed)
{
    size_t even = (size + 1) / 2, tail = 4, deflated;
    struct fth_deflate d = {.from = packed};
    if (size < 16)
        return 0;
    d.from = d.at = put_zlib_head(packed);
    d.end = packed + size - 1 - tail;
    if (is_noise(parted, even))
        fth_deflate_store(&d, parted, even, false);
    else
        fth_deflate_block(&d, parted, even, false);
    if (!deflater)
        fth_deflate_block(&d, parted + even, size - even, true);
    deflated = fth_deflate_end(&d);
    if (deflater && deflated > 0) {
        size_t more = libdeflate_deflate_compress(deflater, parted + even, size - even, d.at,
                                                  (size_t)(d.end - d.at));
        deflated = more > 0 ? deflated + more : 0;
    }
    return deflated ? put_zlib_sum(d.from + deflated, parted, size, packed) : 0;
}

/* `size` of 2 at least; what a ZIP block deflates, into `parted`. */
static void predict(const unsigned char *bytes, size_t size, unsigned char *parted)
{
    size_t even = (size + 1) / 2;
    part_bytes(bytes, even, 0, parted);
    parted[0] = bytes[0]; /* the very first stands as it is */
    part_bytes(bytes + 1, size - even, bytes[2 * (even - 1)], parted + even);
}

size_t fth_exr_zip_pack_runs(const unsigned char *bytes, size_t size, unsigned char *scratch,
                             unsigned char *packed)
{
    enum { TAIL = 4 };
    struct fth_deflate d = {.from = packed};
    if (size < 16)
        return 0;
    predict(bytes, size, scratch);
    d.from = d.at = put_zlib_head(packed);
    d.end = packed + size - 1 - TAIL;
    fth_deflate_runs(&d, scratch, size, true);
    size_t deflated = fth_deflate_end(&d);
    return deflated ? put_zlib_sum(d.from + deflated, scratch, size, packed) : 0;
}

size_t fth_exr_zip_pack(struct libdeflate_compressor *deflater, const unsigned char *bytes,
                        size_t size, unsigned char *scratch, unsigned char *packed)
{
    size_t even = (size + 1) / 2;
    if (size < 2)
        return 0;
    predict(bytes, size, scratch);
    if (!deflater || is_noise(scratch, even))
        return pack_halves(deflater, scratch, size, packed);
    return libdeflate_zlib_compress(deflater, scratch, size, packed, size - 1);
}

bool fth_exr_zip_unpack(struct libdeflate_decompressor *inflater, const unsigned char *packed,
                        size_t packed_size, unsigned char *scratch, unsigned char *bytes,
                        size_t size)
{
    if (size == 0 || libdeflate_zlib_decompress(inflater, packed, packed_size, scratch, size,
                                                NULL) != LIBDEFLATE_SUCCESS)
        return false;
    size_t even = (size + 1) / 2;
    fth_kernels()->sum_bytes(scratch, 128, size);
    fth_kernels()->weave_bytes(bytes, scratch, scratch + even, size - even);
    if (size % 2)
        bytes[size - 1] = scratch[even - 1];
    return true;
}
