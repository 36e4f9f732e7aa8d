/* SPDX-License-Identifier: Apache-2.0 */
/* TIFF: files that libtiff wrote in every way we read, and ours as libtiff reads them. */
#include <stdlib.h>

#include <tiffio.h>

#include "halves.h"
#include "pictures.h"

enum { WIDTH = 37, HEIGHT = 29, TILE = 16 };

struct kind {
    const char *name, *mode; /* "w" little-endian, "wb" big */
    uint16_t bits, format, samples, planar, compression, extra, photometric;
    bool tiled;
};

/* Codes that no byte order, tile or sample could be taken for another. */
static double code_at(const struct kind *k, int x, int y, int s)
{
    double value = (x * 7 + y * 3 + s * 40) / 512.0;
    if (k->format == SAMPLEFORMAT_IEEEFP)
        return 4 * value - 1; /* floats know no 0..1 */
    double most = k->bits == 32 ? 4294967295.0 : k->bits == 16 ? 65535 : 255;
    return floor(value * most);
}

static void put_code(const struct kind *k, unsigned char *at, double value)
{
    if (k->format == SAMPLEFORMAT_IEEEFP && k->bits == 32) {
        memcpy(at, &(float){(float)value}, 4);
    } else if (k->format == SAMPLEFORMAT_IEEEFP && k->bits == 64) {
        memcpy(at, &value, 8);
    } else if (k->format == SAMPLEFORMAT_IEEEFP) {
        memcpy(at, &(uint16_t){fth_float_half((float)value)}, 2);
    } else {
        uint32_t code = (uint32_t)value;
        memcpy(at, &code, k->bits / 8u);
    }
}

/* One block of samples from (x0, y0): all of them side by side, or sample `s` alone. */
static void fill_block(const struct kind *k, unsigned char *block, int x0, int y0, int width,
                       int height, int s)
{
    size_t bytes = k->bits / 8u;
    for (int y = y0; y < y0 + height; y++)
        for (int x = x0; x < x0 + width; x++)
            for (int i = s < 0 ? 0 : s; i <= (s < 0 ? k->samples - 1 : s); i++, block += bytes)
                put_code(k, block, code_at(k, FTH_MIN(x, WIDTH - 1), FTH_MIN(y, HEIGHT - 1), i));
}

static bool write_kind(const struct kind *k, const char *path)
{
    unsigned char block[WIDTH * HEIGHT * 4 * 8];
    TIFF *t = TIFFOpen(path, k->mode);
    if (!t)
        return false;
    TIFFSetField(t, TIFFTAG_IMAGEWIDTH, WIDTH);
    TIFFSetField(t, TIFFTAG_IMAGELENGTH, HEIGHT);
    TIFFSetField(t, TIFFTAG_BITSPERSAMPLE, k->bits);
    TIFFSetField(t, TIFFTAG_SAMPLESPERPIXEL, k->samples);
    TIFFSetField(t, TIFFTAG_SAMPLEFORMAT, k->format);
    TIFFSetField(t, TIFFTAG_PLANARCONFIG, k->planar);
    TIFFSetField(t, TIFFTAG_COMPRESSION, k->compression);
    TIFFSetField(t, TIFFTAG_PHOTOMETRIC, k->photometric);
    if (k->samples % 2 == 0)
        TIFFSetField(t, TIFFTAG_EXTRASAMPLES, 1, &k->extra);
    if (k->compression == COMPRESSION_LZW && k->format == SAMPLEFORMAT_UINT)
        TIFFSetField(t, TIFFTAG_PREDICTOR, PREDICTOR_HORIZONTAL);
    if (k->tiled) {
        TIFFSetField(t, TIFFTAG_TILEWIDTH, TILE);
        TIFFSetField(t, TIFFTAG_TILELENGTH, TILE);
    } else {
        TIFFSetField(t, TIFFTAG_ROWSPERSTRIP, 5);
    }
    int step_x = k->tiled ? TILE : WIDTH, step_y = k->tiled ? TILE : 5;
    bool parted = k->planar == PLANARCONFIG_SEPARATE, whole = true;
    for (int s = parted ? 0 : -1; s < (parted ? k->samples : 0); s++)
        for (int y = 0; y < HEIGHT; y += step_y)
            for (int x = 0; x < WIDTH; x += step_x) {
                uint16_t plane = (uint16_t)FTH_MAX(s, 0);
                int rows = k->tiled ? TILE : FTH_MIN(5, HEIGHT - y);
                fill_block(k, block, x, y, step_x, rows, s);
                tmsize_t size = (tmsize_t)step_x * rows * (parted ? 1 : k->samples) * k->bits / 8;
                uint32_t at = k->tiled ? TIFFComputeTile(t, (uint32_t)x, (uint32_t)y, 0, plane)
                                       : TIFFComputeStrip(t, (uint32_t)y, plane);
                whole &= (k->tiled ? TIFFWriteEncodedTile(t, at, block, size)
                                   : TIFFWriteEncodedStrip(t, at, block, size)) == size;
            }
    TIFFClose(t);
    return whole;
}

static void check_kind(const struct kind *k, const struct fth_image *read)
{
    bool grey = k->samples < 3, real = k->format == SAMPLEFORMAT_IEEEFP;
    double most = k->bits == 32 ? 4294967295.0 : k->bits == 16 ? 65535 : 255, worst = 0;
    FTH_CHECK_INT(read->format.width, WIDTH);
    FTH_CHECK_INT(read->format.height, HEIGHT);
    FTH_CHECK((fth_image_plane(read, "A") != NULL) == (k->samples % 2 == 0));
    FTH_CHECK(read->premultiplied ==
              (k->samples % 2 == 1 || k->extra == EXTRASAMPLE_ASSOCALPHA));
    for (int s = 0; s < k->samples; s++) {
        const char *name = grey && s == 1 ? "A" : &"R\0G\0B\0A"[2 * s];
        const struct fth_plane *plane = fth_image_plane(read, name);
        FTH_REQUIRE(plane);
        for (int y = 0; y < HEIGHT; y++)
            for (int x = 0; x < WIDTH; x++) {
                double wanted = code_at(k, x, y, s) / (real ? 1 : most);
                if (k->photometric == PHOTOMETRIC_MINISWHITE)
                    wanted = 1 - wanted;
                worst = fmax(worst, fabs((double)*fth_plane_at(plane, x, y) - wanted));
            }
    }
    /* the rounding of a float, of a half (11 bits of 4), and nothing else */
    double bound = real ? (k->bits == 16 ? 0x1p-10 : k->bits == 64 ? 1e-6 : 0) : 1e-7;
    if (!(worst <= bound))
        fth_test_fail(__FILE__, __LINE__, "%s: off by %g, not %g", k->name, worst, bound);
}

#define U SAMPLEFORMAT_UINT
#define F SAMPLEFORMAT_IEEEFP
#define TOGETHER PLANARCONFIG_CONTIG
#define APART PLANARCONFIG_SEPARATE
#define RGB PHOTOMETRIC_RGB
#define BLACK PHOTOMETRIC_MINISBLACK
#define WHITE PHOTOMETRIC_MINISWHITE

FTH_TEST(tiffs_of_every_kind_are_read)
{
    static const struct kind kinds[] = {
        {"8 strips", "w", 8, U, 3, TOGETHER, COMPRESSION_NONE, 0, RGB, false},
        {"8 big lzw", "wb", 8, U, 3, TOGETHER, COMPRESSION_LZW, 0, RGB, false},
        {"8 white grey", "w", 8, U, 1, TOGETHER, COMPRESSION_PACKBITS, 0, WHITE, false},
        {"16 big deflate", "wb", 16, U, 3, TOGETHER, COMPRESSION_ADOBE_DEFLATE, 0, RGB, false},
        {"16 tiled lzw straight", "w", 16, U, 4, TOGETHER, COMPRESSION_LZW,
         EXTRASAMPLE_UNASSALPHA, RGB, true},
        {"16 planar tiled big", "wb", 16, U, 4, APART, COMPRESSION_ADOBE_DEFLATE,
         EXTRASAMPLE_ASSOCALPHA, RGB, true},
        {"8 planar strips", "w", 8, U, 3, APART, COMPRESSION_LZW, 0, RGB, false},
        {"16 grey alpha", "w", 16, U, 2, TOGETHER, COMPRESSION_NONE, EXTRASAMPLE_UNASSALPHA,
         BLACK, false},
        {"32 whole", "w", 32, U, 3, TOGETHER, COMPRESSION_LZW, 0, RGB, false},
        {"float strips", "w", 32, F, 3, TOGETHER, COMPRESSION_NONE, 0, RGB, false},
        {"float big tiled", "wb", 32, F, 4, TOGETHER, COMPRESSION_ADOBE_DEFLATE,
         EXTRASAMPLE_ASSOCALPHA, RGB, true},
        {"float planar grey", "w", 32, F, 1, APART, COMPRESSION_LZW, 0, BLACK, true},
        {"half big", "wb", 16, F, 3, TOGETHER, COMPRESSION_NONE, 0, RGB, false},
        {"double", "w", 64, F, 1, TOGETHER, COMPRESSION_ADOBE_DEFLATE, 0, BLACK, false},
        {"BigTIFF", "w8", 16, U, 3, TOGETHER, COMPRESSION_LZW, 0, RGB, false},
    };
    for (size_t i = 0; i < FTH_ARRAY_COUNT(kinds); i++) {
        struct fth_error error = {0};
        struct fth_image *read = NULL;
        const char *path = fth_test_path("kind.tif");
        FTH_REQUIRE(write_kind(&kinds[i], path));
        struct fth_reader *reader = NULL;
        FTH_REQUIRE_OK(fth_reader_open(path, NULL, &reader, &error), error);
        const struct fth_media_info *info = fth_reader_info(reader);
        bool multiplied = kinds[i].samples % 2 == 1 || kinds[i].extra == EXTRASAMPLE_ASSOCALPHA;
        FTH_CHECK(info->is_premultiplied == multiplied);
        FTH_CHECK_INT(info->bits, kinds[i].bits);
        FTH_CHECK(strstr(info->layout, kinds[i].tiled ? "tiles 16 x 16" : "strips 37 x 5"));
        FTH_CHECK(!strstr(info->layout, "big-endian") == !strchr(kinds[i].mode, 'b'));
        fth_reader_close(&reader);
        if (read_picture(path, 1, &read, &error) == FTH_OK)
            check_kind(&kinds[i], read);
        else
            fth_test_fail(__FILE__, __LINE__, "%s: %s", kinds[i].name, error.message);
        fth_image_unref(&read);
    }
}

/* What libtiff makes of our float file: predictor, sample format and alpha are as it wants them. */
FTH_TEST(float_tiffs_are_as_libtiff_reads_them)
{
    for (int alpha = 0; alpha < 2; alpha++)
        for (enum fth_bits bits = FTH_BITS_HALF; bits <= FTH_BITS_FLOAT; bits++) {
            struct fth_error error = {0};
            struct fth_writer_spec spec = {.format = {WIDTH, 75, 1}, .alpha = alpha,
                                           .bits = bits, .overwrite = true};
            FTH_REQUIRE_OK(write_pictures(fth_test_path("ours.tif"), &spec, 1, &error), error);
            struct fth_image *made = make_picture(WIDTH, 75, 1, alpha);
            TIFF *t = TIFFOpen(fth_test_path("ours.tif"), "r");
            FTH_REQUIRE(t);
            unsigned char row[WIDTH * 4 * 4];
            int samples = 3 + alpha;
            double worst = 0;
            FTH_CHECK_INT(TIFFScanlineSize(t), WIDTH * samples * (bits == FTH_BITS_HALF ? 2 : 4));
            for (uint32_t y = 0; y < 75; y++) {
                FTH_CHECK_INT(TIFFReadScanline(t, row, y, 0), 1);
                for (int i = 0; i < WIDTH * samples; i++) {
                    int x = i / samples, c = i % samples;
                    const char *name = &"R\0G\0B\0A"[2 * c];
                    double wanted = *fth_plane_at(fth_image_plane(made, name), x, (int)y);
                    uint16_t half;
                    float value;
                    if (alpha && c < 3)
                        wanted *= (double)*fth_plane_at(fth_image_plane(made, "A"), x, (int)y);
                    memcpy(&half, row + 2 * i, 2);
                    memcpy(&value, row + (bits == FTH_BITS_HALF ? 0 : 4 * i), 4);
                    value = bits == FTH_BITS_HALF ? fth_half_float(half) : value;
                    worst = fmax(worst, fabs((double)value - wanted));
                }
            }
            /* half a step of a float (the product is one), then half a step of a half below 1 */
            FTH_CHECK_NEAR(worst, 0, (bits == FTH_BITS_HALF ? 0x1p-12 : 0) + 0x1p-25);
            TIFFClose(t);
            fth_image_unref(&made);
        }
}

FTH_TEST(tiff_words_and_bits)
{
    struct fth_error error = {0};
    static const char *const said[] = {"fathom/encoding", "log", "fathom/near_m", "1.5",
                                       "fathom/far_m",    "40",  NULL};
    static const enum fth_bits all[] = {FTH_BITS_8, FTH_BITS_16, FTH_BITS_HALF, FTH_BITS_FLOAT};
    static const int sizes[][2] = {{1, 1}, {1, 67}, {130, 1}, {64, 96}};
    for (size_t i = 0; i < FTH_ARRAY_COUNT(all) * FTH_ARRAY_COUNT(sizes); i++) {
        const int *size = sizes[i / 4];
        struct fth_writer_spec spec = {.format = {size[0], size[1], 1}, .grey = i % 2,
                                       .bits = all[i % 4], .attributes = said, .overwrite = true};
        struct fth_image *read = NULL;
        FTH_REQUIRE_OK(write_pictures(fth_test_path("said.tif"), &spec, 1, &error), error);
        FTH_REQUIRE_OK(read_picture(fth_test_path("said.tif"), 1, &read, &error), error);
        FTH_CHECK_INT(read->format.width, size[0]);
        FTH_CHECK_INT(read->format.height, size[1]);
        FTH_CHECK(read->depth_encoding == FTH_ENCODED_LOG);
        FTH_CHECK_NEAR(read->near_m, 1.5, 0);
        FTH_CHECK_NEAR(read->far_m, 40, 0);
        fth_image_unref(&read);
    }
}
