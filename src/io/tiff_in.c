/* SPDX-License-Identifier: Apache-2.0 */
/* TIFF through libtiff: whole numbers of 8, 16 and 32 bits and floats of 16, 32 and 64, in strips
 * or tiles, interleaved or in planes, of either byte order, in every compression libtiff knows.
 * What is stored in other ways (palettes, one bit, YCbCr, CMYK) comes through libtiff's own
 * conversion to eight bits. */
#include "io/internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <tiffio.h>

#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "io/depth_tags.h"
#include "io/orient.h"
#include "ops/kernels.h"

static const size_t file_limit = (size_t)1 << 30;

/* No compression of TIFF's makes less than one byte of two thousand; a block is no larger than
 * this. */
enum { RATIO_LIMIT = 2000, SLACK = 1 << 20, BLOCK_LIMIT = 1 << 30, COLOURS = 4 };

struct tiff_file {
    const struct fth_decode *how;
    TIFF *tiff;
    const unsigned char *bytes;
    tmsize_t size, at;
    char message[200]; /* libtiff's own words */
    uint32_t width, height, block_width, block_height;
    uint16_t bits, samples, format, photometric, planar, extra, orientation;
    bool tiled, whole; /* whole: by libtiff's conversion */
    struct fth_plane *planes[COLOURS]; /* of each sample that is read, borrowed */
    int used;          /* samples that are read */
    float *row;
};

/* ---- the file in memory */

static tmsize_t read_some(thandle_t handle, void *to, tmsize_t size)
{
    struct tiff_file *file = handle;
    tmsize_t left = file->at < file->size ? file->size - file->at : 0;
    size = FTH_MIN(size, left);
    if (size > 0)
        memcpy(to, file->bytes + file->at, (size_t)size);
    file->at += FTH_MAX(size, 0);
    return size;
}

static tmsize_t write_none(thandle_t handle, void *from, tmsize_t size)
{
    (void)handle, (void)from, (void)size;
    return -1;
}

static toff_t seek_to(thandle_t handle, toff_t offset, int whence)
{
    struct tiff_file *file = handle;
    int64_t base = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? file->at : file->size;
    int64_t at = base + (int64_t)offset;
    file->at = at < 0 ? file->size : at;
    return (toff_t)file->at;
}

static int close_nothing(thandle_t handle)
{
    (void)handle;
    return 0;
}

static toff_t tell_size(thandle_t handle)
{
    return (toff_t)((struct tiff_file *)handle)->size;
}

static int map_nothing(thandle_t handle, void **base, toff_t *size)
{
    (void)handle, (void)base, (void)size;
    return 0;
}

static void unmap_nothing(thandle_t handle, void *base, toff_t size)
{
    (void)handle, (void)base, (void)size;
}

__attribute__((format(printf, 4, 0))) static int take_message(TIFF *tiff, void *user,
                                                              const char *module,
                                                              const char *format, va_list words)
{
    struct tiff_file *file = user;
    (void)tiff, (void)module;
    if (!file->message[0]) /* the first is the cause */
        vsnprintf(file->message, sizeof(file->message), format, words);
    return 1;
}

__attribute__((format(printf, 4, 0))) static int drop_message(TIFF *tiff, void *user,
                                                              const char *module,
                                                              const char *format, va_list words)
{
    (void)tiff, (void)user, (void)module, (void)format, (void)words;
    return 1;
}

static enum fth_status fail_tiff(const struct tiff_file *file, struct fth_error *error)
{
    return fth_fail(error, FTH_ERR_DATA, "%s: tiff: damaged or cut short%s%s", file->how->path,
                    file->message[0] ? ": " : "", file->message);
}

static enum fth_status open_tiff(struct tiff_file *file, struct fth_error *error)
{
    TIFFOpenOptions *options = TIFFOpenOptionsAlloc();
    if (!options)
        return fth_fail_memory(error, 0, file->how->path);
    TIFFOpenOptionsSetMaxSingleMemAlloc(options, BLOCK_LIMIT);
    TIFFOpenOptionsSetErrorHandlerExtR(options, take_message, file);
    TIFFOpenOptionsSetWarningHandlerExtR(options, drop_message, file);
    file->tiff = TIFFClientOpenExt("header", "rm", file, read_some, write_none, seek_to,
                                   close_nothing, tell_size, map_nothing, unmap_nothing, options);
    TIFFOpenOptionsFree(options);
    return file->tiff ? FTH_OK : fail_tiff(file, error);
}

/* ---- what it is */

static enum fth_status check_size(const struct tiff_file *file, struct fth_error *error)
{
    const char *path = file->how->path;
    uint64_t pixels = (uint64_t)file->width * file->height;
    enum fth_status status = fth_decode_check(file->how, file->width, file->height, error);
    if (status != FTH_OK)
        return status;
    if (pixels * file->bits / 8 > (uint64_t)file->size * RATIO_LIMIT + SLACK)
        return fth_fail(error, FTH_ERR_DATA,
                        "%s: tiff: says it is %u x %u, far more than its %lld bytes can hold", path,
                        file->width, file->height, (long long)file->size);
    return FTH_OK;
}

static bool is_plain(const struct tiff_file *f)
{
    bool grey = f->photometric == PHOTOMETRIC_MINISBLACK ||
                f->photometric == PHOTOMETRIC_MINISWHITE;
    bool whole = f->format == SAMPLEFORMAT_UINT || f->format == SAMPLEFORMAT_INT;
    bool real = f->format == SAMPLEFORMAT_IEEEFP;
    bool depth = (whole && (f->bits == 8 || f->bits == 16 || f->bits == 32)) ||
                 (real && (f->bits == 16 || f->bits == 32 || f->bits == 64));
    int colours = f->photometric == PHOTOMETRIC_RGB ? 3 : 1;
    return depth && f->samples >= colours && (grey || f->photometric == PHOTOMETRIC_RGB);
}

static enum fth_status read_header(struct tiff_file *f, struct fth_error *error)
{
    TIFF *t = f->tiff;
    uint16_t *extras = NULL, extra_count = 0;
    f->orientation = ORIENTATION_TOPLEFT;
    TIFFGetField(t, TIFFTAG_IMAGEWIDTH, &f->width);
    TIFFGetField(t, TIFFTAG_IMAGELENGTH, &f->height);
    TIFFGetFieldDefaulted(t, TIFFTAG_BITSPERSAMPLE, &f->bits);
    TIFFGetFieldDefaulted(t, TIFFTAG_SAMPLESPERPIXEL, &f->samples);
    TIFFGetFieldDefaulted(t, TIFFTAG_SAMPLEFORMAT, &f->format);
    TIFFGetFieldDefaulted(t, TIFFTAG_PLANARCONFIG, &f->planar);
    TIFFGetFieldDefaulted(t, TIFFTAG_ORIENTATION, &f->orientation);
    if (!TIFFGetField(t, TIFFTAG_PHOTOMETRIC, &f->photometric))
        f->photometric = f->samples >= 3 ? PHOTOMETRIC_RGB : PHOTOMETRIC_MINISBLACK;
    enum fth_status status = check_size(f, error);
    if (status != FTH_OK)
        return status;
    f->whole = !is_plain(f);
    int colours = f->photometric == PHOTOMETRIC_RGB ? 3 : 1;
    TIFFGetFieldDefaulted(t, TIFFTAG_EXTRASAMPLES, &extra_count, &extras);
    bool alpha = f->samples == colours + 1 || (extra_count > 0 && f->samples > colours &&
                                               extras[0] != EXTRASAMPLE_UNSPECIFIED);
    /* what is not said to be multiplied is not, as the other programs have it */
    f->extra = alpha && extra_count > 0 ? extras[0] : EXTRASAMPLE_UNASSALPHA;
    f->used = colours + alpha;
    f->tiled = TIFFIsTiled(t);
    f->block_width = f->width;
    if (f->tiled) {
        TIFFGetField(t, TIFFTAG_TILEWIDTH, &f->block_width);
        TIFFGetField(t, TIFFTAG_TILELENGTH, &f->block_height);
    } else {
        TIFFGetFieldDefaulted(t, TIFFTAG_ROWSPERSTRIP, &f->block_height);
        f->block_height = FTH_MIN(f->block_height, f->height);
    }
    if (!f->whole && (f->block_width < 1 || f->block_height < 1))
        return fail_tiff(f, error);
    return FTH_OK;
}

/* ---- pixels */

/* `count` samples, each `step` samples from the one before, into floats. */
static void convert(const struct tiff_file *f, float *dst, const unsigned char *src, size_t step,
                    size_t count)
{
    size_t bytes = f->bits / 8;
    bool is_signed = f->format == SAMPLEFORMAT_INT, real = f->format == SAMPLEFORMAT_IEEEFP;
    double scale = 1 / (is_signed ? (double)((1ull << (f->bits - 1)) - 1)
                                  : (double)((1ull << FTH_MIN(f->bits, 63)) - 1));
    for (size_t i = 0; i < count; i++, src += step * bytes) {
        uint64_t whole = 0;
        double wide;
        memcpy(&whole, src, bytes); /* libtiff gives our byte order, which is little */
        if (real && bytes == 4) {
            memcpy(&dst[i], src, 4);
        } else if (real && bytes == 8) {
            memcpy(&wide, src, 8);
            dst[i] = (float)wide;
        } else if (real) {
            uint16_t half = (uint16_t)whole;
            fth_kernels()->from_half(&dst[i], &half, 1);
        } else if (is_signed) {
            int64_t value = (int64_t)(whole << (64 - f->bits)) >> (64 - f->bits);
            dst[i] = (float)((double)value * scale);
        } else if (bytes < 4) { /* as every other reader of ours rounds it */
            dst[i] = (float)whole * (float)scale;
        } else {
            dst[i] = (float)((double)whole * scale);
        }
    }
    if (f->photometric == PHOTOMETRIC_MINISWHITE && !real)
        for (size_t i = 0; i < count; i++)
            dst[i] = 1 - dst[i];
}

/* A block at (x, y) of the stored picture into plane `sample`, or into all when -1. */
static void scatter(const struct tiff_file *f, const unsigned char *block, uint32_t x, uint32_t y,
                    int sample)
{
    size_t bytes = f->bits / 8, step = sample < 0 ? f->samples : 1;
    uint32_t columns = FTH_MIN(f->block_width, f->width - x);
    uint32_t rows = FTH_MIN(f->block_height, f->height - y);
    for (uint32_t row = 0; row < rows; row++)
        for (int s = 0; s < f->used; s++) {
            const unsigned char *src = block + row * (size_t)f->block_width * step * bytes +
                                       (sample < 0 ? (size_t)s * bytes : 0);
            if (sample < 0 || sample == s)
                convert(f, fth_plane_at(f->planes[s], (int32_t)x, (int32_t)(y + row)), src, step,
                        columns);
        }
}

static enum fth_status read_block(struct tiff_file *f, unsigned char *block, tmsize_t room,
                                  uint32_t x, uint32_t y, int sample, struct fth_error *error)
{
    uint16_t s = (uint16_t)FTH_MAX(sample, 0);
    uint32_t index = f->tiled ? TIFFComputeTile(f->tiff, x, y, 0, s)
                              : TIFFComputeStrip(f->tiff, y, s);
    uint64_t step = sample < 0 ? f->samples : 1;
    uint64_t rows = f->tiled ? f->block_height : FTH_MIN(f->block_height, f->height - y);
    tmsize_t wanted = (tmsize_t)(rows * f->block_width * step * (f->bits / 8));
    tmsize_t got = f->tiled ? TIFFReadEncodedTile(f->tiff, index, block, room)
                            : TIFFReadEncodedStrip(f->tiff, index, block, room);
    if (got < wanted || f->message[0])
        return fail_tiff(f, error);
    scatter(f, block, x, y, sample);
    return FTH_OK;
}

static enum fth_status read_blocks(struct tiff_file *f, struct fth_error *error)
{
    tmsize_t room = f->tiled ? TIFFTileSize(f->tiff) : TIFFStripSize(f->tiff);
    bool parted = f->planar == PLANARCONFIG_SEPARATE && f->samples > 1;
    uint64_t least = (uint64_t)f->block_width * f->block_height * (f->bits / 8) *
                     (parted ? 1u : f->samples);
    if (room < 1 || room > BLOCK_LIMIT || (uint64_t)room < least)
        return fail_tiff(f, error);
    unsigned char *block = fth_alloc((size_t)room, 1);
    if (!block)
        return fth_fail_memory(error, (unsigned long long)room, f->how->path);
    enum fth_status status = FTH_OK;
    for (int s = parted ? 0 : -1; s < (parted ? f->used : 0) && status == FTH_OK; s++)
        for (uint32_t y = 0; y < f->height && status == FTH_OK; y += f->block_height)
            for (uint32_t x = 0; x < f->width && status == FTH_OK; x += f->block_width)
                status = read_block(f, block, room, x, y, s, error);
    fth_free(block);
    return status;
}

/* Eight bits, multiplied by alpha, upright: whatever libtiff can make a picture of. */
static enum fth_status read_whole(struct tiff_file *f, struct fth_error *error)
{
    size_t count = (size_t)f->width * f->height;
    uint32_t *pixels = NULL;
    char reason[1024] = "";
    if (!TIFFRGBAImageOK(f->tiff, reason))
        return fth_fail(error, FTH_ERR_UNSUPPORTED, "%s: tiff: %.200s", f->how->path, reason);
    pixels = fth_alloc(count, sizeof(*pixels));
    if (!pixels)
        return fth_fail_memory(error, count * 4, f->how->path);
    if (!TIFFReadRGBAImageOriented(f->tiff, f->width, f->height, pixels, ORIENTATION_TOPLEFT, 1)) {
        fth_free(pixels);
        return fail_tiff(f, error);
    }
    for (uint32_t y = 0; y < f->height; y++)
        for (int c = 0; c < f->used; c++) {
            float *dst = fth_plane_at(f->planes[c], 0, (int32_t)y);
            for (uint32_t x = 0; x < f->width; x++)
                dst[x] = (float)(pixels[(size_t)y * f->width + x] >> (8 * c) & 255) * (1 / 255.0f);
        }
    fth_free(pixels);
    return FTH_OK;
}

static enum fth_status add_planes(struct tiff_file *f, struct fth_image *image,
                                  struct fth_error *error)
{
    static const char *const names[] = {"R", "G", "B", "A"};
    enum fth_status status = FTH_OK;
    if (f->whole) /* its own colours, and alpha where the file has one beside three */
        f->used = f->samples == 4 && f->photometric == PHOTOMETRIC_RGB ? 4 : 3;
    bool grey = f->used < 3;
    for (int i = 0; i < f->used && status == FTH_OK; i++)
        status = fth_image_add(image, grey && i == 1 ? "A" : names[i], f->how->buffers,
                               image->domain, &f->planes[i], error);
    for (int i = 1; i < 3 && grey && status == FTH_OK; i++)
        status = fth_image_set(image, names[i], fth_plane_ref(f->planes[0]), error);
    image->premultiplied = f->whole || f->extra == EXTRASAMPLE_ASSOCALPHA || f->used % 2 == 1;
    return status;
}

/* Orientation 1 to 8 as the display matrix that orient.h takes. */
static enum fth_status turn_upright(const struct tiff_file *f, struct fth_image **image,
                                    struct fth_error *error)
{
    static const int8_t turns[9][4] = {{1, 0, 0, 1},   {1, 0, 0, 1},   {-1, 0, 0, 1},
                                       {-1, 0, 0, -1}, {1, 0, 0, -1},  {0, 1, 1, 0},
                                       {0, 1, -1, 0},  {0, -1, -1, 0}, {0, -1, 1, 0}};
    const int8_t *t = turns[f->orientation <= 8 ? f->orientation : 0];
    int32_t matrix[9] = {t[0], t[1], 0, t[2], t[3], 0, 0, 0, 1};
    return f->whole ? FTH_OK : fth_orient_image(matrix, f->how->buffers, image, error);
}

static void fill_info(const struct tiff_file *f, struct fth_media_info *info)
{
    uint16_t compression = COMPRESSION_NONE;
    TIFFGetFieldDefaulted(f->tiff, TIFFTAG_COMPRESSION, &compression);
    const TIFFCodec *codec = TIFFFindCODEC(compression);
    info->bits = f->bits;
    info->is_float = f->format == SAMPLEFORMAT_IEEEFP;
    strcpy(info->codec, "tiff");
    strcpy(info->container, "tiff");
    snprintf(info->compression, sizeof(info->compression), "%s",
             compression == COMPRESSION_NONE ? "none" : codec ? codec->name : "unknown");
    snprintf(info->layout, sizeof(info->layout), "%s %u x %u, %s%s-endian",
             f->tiled ? "tiles" : "strips", f->block_width, f->block_height,
             f->planar == PLANARCONFIG_SEPARATE && f->samples > 1 ? "planar, " : "",
             TIFFIsBigEndian(f->tiff) ? "big" : "little");
}

static void take_words(const char *description, struct fth_image *image,
                       struct fth_media_info *info)
{
    fth_depth_tags_take_text(image, description);
    if (info)
        fth_colour_words_take_text(&info->footage, description);
}

static enum fth_status read_open(struct tiff_file *f, struct fth_media_info *info,
                                 struct fth_image **image, struct fth_error *error)
{
    struct fth_image *made = NULL;
    char *description = NULL;
    enum fth_status status = read_header(f, error);
    if (status != FTH_OK)
        return status;
    float x = 0, y = 0;
    struct fth_format format = {(int32_t)f->width, (int32_t)f->height, 1};
    if (TIFFGetField(f->tiff, TIFFTAG_XRESOLUTION, &x) &&
        TIFFGetField(f->tiff, TIFFTAG_YRESOLUTION, &y) && x > 0 && y > 0 && y < 100 * x &&
        x < 100 * y)
        format.pixel_aspect = (double)y / (double)x;
    status = fth_image_new(format, fth_format_rect(format), &made, error);
    if (status == FTH_OK)
        status = add_planes(f, made, error);
    if (status == FTH_OK)
        status = f->whole ? read_whole(f, error) : read_blocks(f, error);
    if (status == FTH_OK)
        status = turn_upright(f, &made, error);
    if (status == FTH_OK && info)
        fill_info(f, info);
    if (status == FTH_OK && TIFFGetField(f->tiff, TIFFTAG_IMAGEDESCRIPTION, &description))
        take_words(description, made, info);
    if (status == FTH_OK)
        *image = made;
    else
        fth_image_unref(&made);
    return status;
}

enum fth_status fth_tiff_read(const struct fth_decode *decode, struct fth_media_info *info,
                              struct fth_image **image, struct fth_error *error)
{
    struct tiff_file file = {.how = decode};
    void *bytes = NULL;
    size_t size = 0;
    enum fth_status status = fth_file_read(decode->path, file_limit, &bytes, &size, error);
    if (status != FTH_OK)
        return status;
    file.bytes = bytes;
    file.size = (tmsize_t)size;
    status = open_tiff(&file, error);
    if (status == FTH_OK)
        status = read_open(&file, info, image, error);
    if (file.tiff)
        TIFFClose(file.tiff);
    fth_free(bytes);
    return status;
}
