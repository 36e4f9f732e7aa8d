/* SPDX-License-Identifier: Apache-2.0 */
/* PNG: every row by the Paeth predictor, which suits smooth maps and pictures alike, then one
 * deflate stream: blocks of rows side by side without a search for repeats, or, where a trial shows
 * that it pays, libdeflate's quickest level: a still is waited for more than it is stored. */
#include "io/still_pack.h"

#include <stdlib.h>
#include <string.h>

#include <libdeflate.h>

#include "base/mem.h"
#include "io/deflate.h"

/* Bytes of a piece of the stream, how many of them are tried both ways, and by how many per cent
 * the quick way may be larger. */
enum { PIECE_SIZE = 128 << 10, TRIALS = 3, TRIAL_PERCENT = 102 };

enum { LEVEL = 1, BLOCK_ROWS = 16, PAETH = 4, HEADER = 8 + 25 + 8, TRAILER = 4 + 12 };

struct png {
    const struct fth_pixels *pixels;
    uint8_t *rows;    /* predicted, each after the byte that names the predictor */
    size_t row_size;  /* without that byte */
    size_t whole;     /* bytes of all rows */
    uint8_t *pieces;  /* packed, each in piece_room() bytes */
    size_t *sizes;    /* of them; 0: it failed */
};

/* Of left, above and above left the one nearest to left + above - above left, in this order. */
static inline uint8_t paeth(int left, int above, int corner)
{
    int to_left = abs(above - corner), to_above = abs(left - corner);
    int to_corner = abs(left + above - 2 * corner);
    int nearest = to_above <= to_corner ? above : corner;
    return (uint8_t)(to_left <= to_above && to_left <= to_corner ? left : nearest);
}

static void predict_row(uint8_t *restrict dst, const uint8_t *restrict row,
                        const uint8_t *restrict above, size_t pixel, size_t size)
{
    for (size_t i = 0; i < pixel; i++)
        dst[i] = (uint8_t)(row[i] - (above ? above[i] : 0));
    if (!above) {
        for (size_t i = pixel; i < size; i++)
            dst[i] = (uint8_t)(row[i] - row[i - pixel]);
        return;
    }
    for (size_t i = pixel; i < size; i++)
        dst[i] = (uint8_t)(row[i] - paeth(row[i - pixel], above[i], above[i - pixel]));
}

static void predict_block(void *context, size_t index)
{
    const struct png *p = context;
    const struct fth_pixels *pixels = p->pixels;
    int32_t y = (int32_t)index * BLOCK_ROWS, end = FTH_MIN(y + BLOCK_ROWS, pixels->height);
    for (; y < end; y++) {
        uint8_t *dst = p->rows + (size_t)y * (p->row_size + 1);
        const uint8_t *row = pixels->data + y * pixels->stride;
        *dst = PAETH;
        predict_row(dst + 1, row, y > 0 ? row - pixels->stride : NULL,
                    (size_t)(pixels->channels * pixels->bytes), p->row_size);
    }
}

static uint8_t *put_number(uint8_t *at, uint32_t number)
{
    for (int i = 0; i < 4; i++)
        *at++ = (uint8_t)(number >> (24 - 8 * i));
    return at;
}

/* A chunk whose data stands at at + 8 already. Returns its end. */
static uint8_t *close_chunk(uint8_t *at, const char *name, size_t size)
{
    put_number(at, (uint32_t)size);
    memcpy(at + 4, name, 4);
    return put_number(at + 8 + size, libdeflate_crc32(0, at + 4, size + 4));
}

static uint8_t *put_header(uint8_t *at, const struct fth_pixels *pixels)
{
    static const uint8_t kinds[] = {0, 0, 4, 2, 6}; /* by channels */
    memcpy(at, "\x89PNG\r\n\x1a\n", 8);
    uint8_t *data = put_number(at + 16, (uint32_t)pixels->width);
    data = put_number(data, (uint32_t)pixels->height);
    *data++ = (uint8_t)(8 * pixels->bytes);
    *data++ = kinds[pixels->channels];
    memset(data, 0, 3);
    return close_chunk(at + 8, "IHDR", 13);
}

/* sRGB has a chunk of its own, all others are said by H.273's code points; where the curve is a
 * power programs that know no code points find that. Nothing is said of grey maps. */
enum { COLOURS_SIZE = 12 + 4 + 12 + 4 };

static uint8_t *put_colours(uint8_t *at, const struct fth_pixels *pixels)
{
    struct fth_tags tags = pixels->tags;
    if (!fth_tag_is_known(tags.primaries) || !fth_tag_is_known(tags.transfer) ||
        pixels->channels < 3)
        return at;
    if (tags.primaries == FTH_PRIMARIES_BT709 && tags.transfer == FTH_TRANSFER_SRGB) {
        at[8] = 0; /* perceptual */
        return close_chunk(at, "sRGB", 1);
    }
    bool display = tags.transfer == FTH_TRANSFER_BT709 || tags.transfer == FTH_TRANSFER_BT2020_10;
    if (display || tags.transfer == FTH_TRANSFER_GAMMA22) {
        put_number(at + 8, display ? 41667 : 45455); /* 1 / 2.4, 1 / 2.2 */
        at = close_chunk(at, "gAMA", 4);
    }
    at[8] = tags.primaries;
    at[9] = tags.transfer;
    at[10] = 0; /* R, G and B */
    at[11] = 1; /* of full range */
    return close_chunk(at, "cICP", 4);
}

/* Bytes of all texts as chunks: length, name, keyword, 0, value, sum. */
static size_t texts_size(const char *const *texts)
{
    size_t size = 0;
    for (; texts && texts[0]; texts += 2)
        size += 12 + strlen(texts[0]) + 1 + strlen(texts[1]);
    return size;
}

static uint8_t *put_texts(uint8_t *at, const char *const *texts)
{
    for (; texts && texts[0]; texts += 2) {
        size_t name = strlen(texts[0]) + 1, value = strlen(texts[1]);
        memcpy(at + 8, texts[0], name);
        memcpy(at + 8 + name, texts[1], value);
        at = close_chunk(at, "tEXt", name + value);
    }
    return at;
}

/* ---- the stream in pieces */

static size_t piece_count(const struct png *p)
{
    return (p->whole + PIECE_SIZE - 1) / PIECE_SIZE;
}

/* What a stored piece takes, and the empty block that brings it to a whole byte. */
static size_t piece_room(void)
{
    return PIECE_SIZE + 64;
}

static size_t pack_piece(const struct png *p, size_t index, uint8_t *at, size_t room)
{
    size_t begin = index * PIECE_SIZE, size = FTH_MIN(p->whole - begin, (size_t)PIECE_SIZE);
    bool last = index + 1 == piece_count(p);
    struct fth_deflate d = {.from = at, .at = at, .end = at + room};
    fth_deflate_block(&d, p->rows + begin, size, last);
    if (!last)
        fth_deflate_store(&d, NULL, 0, false);
    return fth_deflate_end(&d);
}

static void pack_one(void *context, size_t index)
{
    struct png *p = context;
    p->sizes[index] = pack_piece(p, index, p->pieces + index * piece_room(), piece_room());
}

/* Tries both ways on a few pieces; `at` is room for one. */
static bool is_quick_enough(const struct png *p, struct libdeflate_compressor *deflater,
                            uint8_t *at, size_t room)
{
    size_t quick = 0, searched = 0, count = piece_count(p);
    for (size_t i = 1; i <= TRIALS && count > TRIALS; i++) {
        size_t index = i * count / (TRIALS + 1), begin = index * PIECE_SIZE;
        size_t size = FTH_MIN(p->whole - begin, (size_t)PIECE_SIZE);
        quick += pack_piece(p, index, at, room);
        searched += libdeflate_deflate_compress(deflater, p->rows + begin, size, at, room);
    }
    return count > TRIALS && 100 * quick <= TRIAL_PERCENT * searched;
}

/* The zlib stream of all rows in pieces; 0: memory or the room is out. */
static size_t pack_pieces(struct png *p, struct fth_pool *pool, uint8_t *at)
{
    size_t count = piece_count(p), packed = 2;
    p->pieces = fth_alloc_aligned(count * piece_room());
    p->sizes = fth_alloc(count, sizeof(*p->sizes));
    if (p->pieces && p->sizes)
        fth_pool_run(pool, count, pack_one, p);
    bool made = p->pieces && p->sizes;
    at[0] = 0x78; /* 32 KiB window, quickest; a multiple of 31 together */
    at[1] = 0x01;
    for (size_t i = 0; i < count && made; i++) {
        made = p->sizes[i] > 0;
        memcpy(at + packed, p->pieces + i * piece_room(), p->sizes[i]);
        packed += p->sizes[i];
    }
    fth_free(p->pieces);
    fth_free(p->sizes);
    if (!made)
        return 0;
    put_number(at + packed, libdeflate_adler32(1, p->rows, p->whole));
    return packed + 4;
}

static size_t pack_rows(struct png *p, struct fth_pool *pool,
                        struct libdeflate_compressor *deflater, uint8_t *at, size_t bound)
{
    fth_pool_run(pool, (size_t)(p->pixels->height + BLOCK_ROWS - 1) / BLOCK_ROWS, predict_block, p);
    if (is_quick_enough(p, deflater, at, bound))
        return pack_pieces(p, pool, at);
    return libdeflate_zlib_compress(deflater, p->rows, p->whole, at, bound);
}

enum fth_status fth_png_pack(const struct fth_pixels *pixels, struct fth_pool *pool,
                             const char *path, void **file, size_t *size, struct fth_error *error)
{
    struct png p = {.pixels = pixels};
    p.row_size = (size_t)pixels->width * (size_t)(pixels->channels * pixels->bytes);
    size_t whole = p.whole = (size_t)pixels->height * (p.row_size + 1);
    struct libdeflate_compressor *deflater = libdeflate_alloc_compressor(LEVEL);
    size_t bound = FTH_MAX(libdeflate_zlib_compress_bound(deflater, whole),
                           piece_count(&p) * piece_room() + 6);
    uint8_t *made = NULL;
    enum fth_status status = FTH_OK;
    if (bound > INT32_MAX)
        status = fth_fail(error, FTH_ERR_LIMIT, "%s: %d x %d pixels are too many for a PNG chunk",
                          path, pixels->width, pixels->height);
    if (status == FTH_OK) {
        p.rows = fth_alloc_aligned(whole);
        made = fth_alloc_aligned(HEADER + COLOURS_SIZE + texts_size(pixels->texts) + bound +
                                 TRAILER);
    }
    if (status == FTH_OK && (!deflater || !p.rows || !made))
        status = fth_fail_memory(error, whole + bound, path);
    if (status == FTH_OK) {
        uint8_t *at = put_colours(put_header(made, pixels), pixels);
        at = put_texts(at, pixels->texts);
        size_t packed = pack_rows(&p, pool, deflater, at + 8, bound);
        if (packed == 0)
            status = fth_fail_memory(error, whole, path);
        at = close_chunk(at, "IDAT", packed);
        at = close_chunk(at, "IEND", 0);
        *size = (size_t)(at - made);
    }
    if (status == FTH_OK) {
        *file = made;
        made = NULL;
    }
    libdeflate_free_compressor(deflater);
    fth_free(p.rows);
    fth_free(made);
    return status;
}
