/* SPDX-License-Identifier: Apache-2.0 */
/* TIFF: little-endian, strips of horizontal differences, each deflated by itself, so they go over
 * the pool. Baseline tags only; every reader knows them. */
#include "io/still_pack.h"

#include <string.h>

#include <libdeflate.h>

#include "base/mem.h"

enum { LEVEL = 1, STRIP_ROWS = 32, TAGS = 13, HEADER = 8, MAGIC = 42 };
enum { SHORT = 3, LONG = 4 };

struct tiff {
    const struct fth_pixels *pixels;
    size_t row_size, bound;  /* bytes of a row; of a compressed strip at most */
    uint8_t *strips;         /* `bound` bytes each */
    size_t *sizes;           /* 0: memory was out */
    size_t count;
};

static void difference_row(uint8_t *dst, const uint8_t *row, const struct fth_pixels *pixels)
{
    size_t channels = (size_t)pixels->channels, count = (size_t)pixels->width * channels;
    for (size_t i = 0; i < count && pixels->bytes == 1; i++)
        dst[i] = (uint8_t)(row[i] - (i < channels ? 0 : row[i - channels]));
    for (size_t i = 0; i < count && pixels->bytes == 2; i++) {
        uint16_t here, left = 0;
        memcpy(&here, row + 2 * i, 2);
        if (i >= channels)
            memcpy(&left, row + 2 * (i - channels), 2);
        here = (uint16_t)(here - left);
        memcpy(dst + 2 * i, &here, 2);
    }
}

static void pack_strip(void *context, size_t index)
{
    const struct tiff *t = context;
    int32_t y = (int32_t)index * STRIP_ROWS, rows = FTH_MIN(STRIP_ROWS, t->pixels->height - y);
    uint8_t *differences = fth_alloc_aligned((size_t)rows * t->row_size);
    struct libdeflate_compressor *deflater = libdeflate_alloc_compressor(LEVEL);
    if (differences && deflater) {
        for (int32_t i = 0; i < rows; i++)
            difference_row(differences + (size_t)i * t->row_size,
                           t->pixels->data + (y + i) * t->pixels->stride, t->pixels);
        t->sizes[index] = libdeflate_zlib_compress(deflater, differences,
                                                   (size_t)rows * t->row_size,
                                                   t->strips + index * t->bound, t->bound);
    }
    libdeflate_free_compressor(deflater);
    fth_free(differences);
}

static uint8_t *put(uint8_t *at, uint32_t number, int bytes)
{
    for (int i = 0; i < bytes; i++)
        *at++ = (uint8_t)(number >> (8 * i));
    return at;
}

static uint8_t *put_tag(uint8_t *at, uint32_t tag, int type, size_t count, size_t value)
{
    at = put(put(put(at, tag, 2), (uint32_t)type, 2), (uint32_t)count, 4);
    if (type == SHORT && count == 1)
        return put(put(at, (uint32_t)value, 2), 0, 2);
    return put(at, (uint32_t)value, 4);
}

/* The directory at `begin`; after it the bits of the channels, then places and sizes of strips. */
static uint8_t *put_directory(uint8_t *at, const struct tiff *t, size_t begin)
{
    const struct fth_pixels *p = t->pixels;
    size_t channels = (size_t)p->channels, depth = 8 * (size_t)p->bytes, place = HEADER;
    bool colour = channels >= 3, alpha = channels % 2 == 0, one = t->count == 1;
    size_t tags = TAGS + alpha, bits = begin + 2 + tags * 12 + 4, places = bits + 8;
    size_t sizes = places + 4 * t->count;
    /* up to two numbers of a tag stand in the tag itself */
    size_t depths = channels == 1 ? depth : channels == 2 ? depth << 16 | depth : bits;
    at = put(at, (uint32_t)tags, 2);
    at = put_tag(at, 256, LONG, 1, (size_t)p->width);
    at = put_tag(at, 257, LONG, 1, (size_t)p->height);
    at = put_tag(at, 258, SHORT, channels, depths);
    at = put_tag(at, 259, SHORT, 1, 8);                /* deflate */
    at = put_tag(at, 262, SHORT, 1, colour ? 2 : 1);   /* RGB; or 0 is black */
    at = put_tag(at, 273, LONG, t->count, one ? HEADER : places);
    at = put_tag(at, 274, SHORT, 1, 1);                /* upright */
    at = put_tag(at, 277, SHORT, 1, channels);
    at = put_tag(at, 278, LONG, 1, STRIP_ROWS);
    at = put_tag(at, 279, LONG, t->count, one ? t->sizes[0] : sizes);
    at = put_tag(at, 284, SHORT, 1, 1);                /* channels side by side */
    at = put_tag(at, 296, SHORT, 1, 1);                /* no unit of length */
    at = put_tag(at, 317, SHORT, 1, 2);                /* horizontal differences */
    if (alpha)
        at = put_tag(at, 338, SHORT, 1, 2);            /* and that one straight */
    at = put(at, 0, 4);
    for (int i = 0; i < 4; i++)
        at = put(at, (uint32_t)depth, 2);
    for (size_t i = 0; i < t->count; place += t->sizes[i++])
        at = put(at, (uint32_t)place, 4);
    for (size_t i = 0; i < t->count; i++)
        at = put(at, (uint32_t)t->sizes[i], 4);
    return at;
}

static enum fth_status join(const struct tiff *t, const char *path, void **file, size_t *size,
                            struct fth_error *error)
{
    size_t begin = HEADER;
    for (size_t i = 0; i < t->count; i++) {
        if (t->sizes[i] == 0)
            return fth_fail_memory(error, t->row_size * STRIP_ROWS, path);
        begin += t->sizes[i];
    }
    begin += begin % 2; /* directories begin at even places */
    size_t whole = begin + 2 + (TAGS + 1) * 12 + 4 + 8 + 8 * t->count;
    if (whole > UINT32_MAX)
        return fth_fail(error, FTH_ERR_LIMIT, "%s: larger than the 4 GiB a TIFF can hold", path);
    uint8_t *made = fth_alloc(whole, 1);
    if (!made)
        return fth_fail_memory(error, whole, path);
    uint8_t *at = put(made, 'I' | 'I' << 8 | MAGIC << 16, 4);
    at = put(at, (uint32_t)begin, 4);
    for (size_t i = 0; i < t->count; at += t->sizes[i++])
        memcpy(at, t->strips + i * t->bound, t->sizes[i]);
    put_directory(made + begin, t, begin);
    *file = made;
    *size = whole;
    return FTH_OK;
}

enum fth_status fth_tiff_pack(const struct fth_pixels *pixels, struct fth_pool *pool,
                              const char *path, void **file, size_t *size,
                              struct fth_error *error)
{
    struct tiff t = {.pixels = pixels};
    t.row_size = (size_t)pixels->width * (size_t)(pixels->channels * pixels->bytes);
    t.count = (size_t)(pixels->height + STRIP_ROWS - 1) / STRIP_ROWS;
    t.bound = libdeflate_zlib_compress_bound(NULL, t.row_size * STRIP_ROWS);
    t.strips = fth_alloc_aligned(t.count * t.bound);
    t.sizes = fth_alloc(t.count, sizeof(*t.sizes));
    enum fth_status status = FTH_OK;
    if (!t.strips || !t.sizes)
        status = fth_fail_memory(error, t.count * t.bound, path);
    if (status == FTH_OK) {
        fth_pool_run(pool, t.count, pack_strip, &t);
        status = join(&t, path, file, size, error);
    }
    fth_free(t.strips);
    fth_free(t.sizes);
    return status;
}
