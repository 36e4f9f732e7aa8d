/* SPDX-License-Identifier: Apache-2.0 */
/* TIFF: little-endian, strips of horizontal differences, each deflated by itself, so they go over
 * the pool. Whole numbers need baseline tags only; floats have the predictor made for them. */
#include "io/still_pack.h"

#include <string.h>

#include <libdeflate.h>

#include "base/mem.h"
#include "io/depth_tags.h"

enum { LEVEL = 1, STRIP_ROWS = 32, TAGS = 14, HEADER = 8, MAGIC = 42 };
enum { ASCII = 2, SHORT = 3, LONG = 4 };

struct tiff {
    const struct fth_pixels *pixels;
    size_t row_size, bound;  /* bytes of a row; of a compressed strip at most */
    uint8_t *strips;         /* `bound` bytes each */
    size_t *sizes;           /* 0: memory was out */
    size_t *places;          /* of the strips in the file */
    char *words;             /* its description, or "" */
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

/* Predictor 3: the row's most significant bytes first, then the next ones ...; each the difference
 * from the one a pixel before. */
static void difference_floats(uint8_t *dst, const uint8_t *row, const struct fth_pixels *pixels)
{
    size_t channels = (size_t)pixels->channels, count = (size_t)pixels->width * channels;
    size_t bytes = (size_t)pixels->bytes;
    for (size_t b = 0; b < bytes; b++)
        for (size_t i = 0; i < count; i++)
            dst[(bytes - 1 - b) * count + i] = row[i * bytes + b];
    for (size_t i = bytes * count; i-- > channels;)
        dst[i] = (uint8_t)(dst[i] - dst[i - channels]);
}

static void pack_strip(void *context, size_t index)
{
    const struct tiff *t = context;
    int32_t y = (int32_t)index * STRIP_ROWS, rows = FTH_MIN(STRIP_ROWS, t->pixels->height - y);
    uint8_t *differences = fth_alloc_aligned((size_t)rows * t->row_size);
    struct libdeflate_compressor *deflater = libdeflate_alloc_compressor(LEVEL);
    if (differences && deflater) {
        void (*difference)(uint8_t *, const uint8_t *, const struct fth_pixels *) =
            t->pixels->is_float ? difference_floats : difference_row;
        for (int32_t i = 0; i < rows; i++)
            difference(differences + (size_t)i * t->row_size,
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

/* A directory being written: its entries, and after them what does not fit into one. */
struct directory {
    uint8_t *tag, *rest;
    size_t rest_at; /* of `rest`, in the file */
};

/* The tag's numbers; more than four bytes of them stand behind the directory. */
static void put_tag(struct directory *d, uint32_t tag, int type, const size_t *values, size_t count)
{
    int size = type == SHORT ? 2 : 4;
    bool fits = count * (size_t)size <= 4;
    d->tag = put(put(put(d->tag, tag, 2), (uint32_t)type, 2), (uint32_t)count, 4);
    uint8_t *at = fits ? d->tag : d->rest;
    for (size_t i = 0; i < count; i++)
        at = put(at, (uint32_t)values[i], size);
    if (!fits) {
        put(d->tag, (uint32_t)d->rest_at, 4);
        d->rest_at += (size_t)(at - d->rest);
        d->rest = at;
    }
    d->tag += 4;
}

static void put_number(struct directory *d, uint32_t tag, int type, size_t value)
{
    put_tag(d, tag, type, &value, 1);
}

static void put_words(struct directory *d, uint32_t tag, const char *text)
{
    size_t size = strlen(text) + 1, even = size + size % 2;
    d->tag = put(put(put(d->tag, tag, 2), ASCII, 2), (uint32_t)size, 4);
    d->tag = put(d->tag, (uint32_t)d->rest_at, 4);
    memcpy(d->rest, text, size);
    d->rest += even;
    d->rest_at += even;
}

static void put_directory(struct directory *d, const struct tiff *t)
{
    const struct fth_pixels *p = t->pixels;
    size_t channels = (size_t)p->channels, place = HEADER;
    size_t depth = 8 * (size_t)p->bytes, depths[] = {depth, depth, depth, depth};
    size_t kind = p->is_float ? 3 : 1, kinds[] = {kind, kind, kind, kind};
    bool colour = channels >= 3, alpha = channels % 2 == 0;
    bool straight = !p->is_float || p->is_straight;
    put_number(d, 256, LONG, (size_t)p->width);
    put_number(d, 257, LONG, (size_t)p->height);
    put_tag(d, 258, SHORT, depths, channels);
    put_number(d, 259, SHORT, 8);                /* deflate */
    put_number(d, 262, SHORT, colour ? 2 : 1);   /* RGB; or 0 is black */
    if (t->words[0])
        put_words(d, 270, t->words);
    for (size_t i = 0; i < t->count; place += t->sizes[i++])
        t->places[i] = place;
    put_tag(d, 273, LONG, t->places, t->count);
    put_number(d, 274, SHORT, 1);                /* upright */
    put_number(d, 277, SHORT, channels);
    put_number(d, 278, LONG, STRIP_ROWS);
    put_tag(d, 279, LONG, t->sizes, t->count);
    put_number(d, 284, SHORT, 1);                /* channels side by side */
    put_number(d, 296, SHORT, 1);                /* no unit of length */
    put_number(d, 317, SHORT, p->is_float ? 3 : 2); /* differences, of bytes or of numbers */
    if (alpha)
        put_number(d, 338, SHORT, straight ? 2 : 1);
    put_tag(d, 339, SHORT, kinds, channels);
    put(d->tag, 0, 4);
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
    size_t tags = TAGS + (t->words[0] ? 1 : 0) + (t->pixels->channels % 2 == 0 ? 1 : 0);
    size_t rest = begin + 2 + tags * 12 + 4;
    size_t whole = rest + 16 + strlen(t->words) + 2 + 8 * t->count;
    if (whole > UINT32_MAX)
        return fth_fail(error, FTH_ERR_LIMIT, "%s: larger than the 4 GiB a TIFF can hold", path);
    uint8_t *made = fth_alloc(whole, 1);
    if (!made)
        return fth_fail_memory(error, whole, path);
    uint8_t *at = put(made, 'I' | 'I' << 8 | MAGIC << 16, 4);
    at = put(at, (uint32_t)begin, 4);
    for (size_t i = 0; i < t->count; at += t->sizes[i++])
        memcpy(at, t->strips + i * t->bound, t->sizes[i]);
    put(made + begin, (uint32_t)tags, 2);
    struct directory directory = {made + begin + 2, made + rest, rest};
    put_directory(&directory, t);
    *file = made;
    *size = directory.rest_at;
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
    t.places = fth_alloc(t.count, sizeof(*t.places));
    t.words = fth_depth_tags_print(pixels->texts);
    enum fth_status status = FTH_OK;
    if (!t.strips || !t.sizes || !t.places || !t.words)
        status = fth_fail_memory(error, t.count * t.bound, path);
    if (status == FTH_OK) {
        fth_pool_run(pool, t.count, pack_strip, &t);
        status = join(&t, path, file, size, error);
    }
    fth_free(t.strips);
    fth_free(t.sizes);
    fth_free(t.places);
    fth_free(t.words);
    return status;
}
