/* SPDX-License-Identifier: Apache-2.0 */
/* EXR against OpenEXR's own C++ library: every compression, windows, tiles, parts, halved chroma,
 * both ways. */
#include <stdlib.h>

#include "exr_peer.h"
#include "pictures.h"

enum { NONE, RLE, ZIPS, ZIP, PIZ, PXR24, B44, B44A, DWAA, DWAB, COMPRESSIONS };

/* Display and data windows: the same, a smaller one, a larger one, negative numbers, another
 * origin. */
static const int windows[][8] = {
    {0, 0, 69, 44, 0, 0, 69, 44},     {0, 0, 99, 79, 20, 30, 59, 66},
    {10, 10, 49, 39, -7, -5, 60, 51}, {-40, -30, 9, 19, -40, -30, 9, 19},
    {100, 200, 163, 263, 90, 210, 140, 255},
};

static struct exr_peer_file peer_of(const char *path, const int w[8])
{
    return (struct exr_peer_file){.path = path, .display = {w[0], w[1], w[2], w[3]},
                                  .data = {w[4], w[5], w[6], w[7]}};
}

/* Our planes over the data window are the library's, to the last bit. */
static void check_like_peer(const struct exr_peer_file *f, const struct fth_image *image)
{
    int width = f->data[2] - f->data[0] + 1, height = f->data[3] - f->data[1] + 1;
    int x0 = f->data[0] - f->display[0], y0 = f->data[1] - f->display[1];
    float *theirs = malloc((size_t)width * (size_t)height * 4);
    static const char *const names[] = {"R", "G", "B", "Z"};
    FTH_CHECK_INT(image->format.width, f->display[2] - f->display[0] + 1);
    FTH_CHECK_INT(image->format.height, f->display[3] - f->display[1] + 1);
    FTH_CHECK(fth_rect_equal(image->domain, (struct fth_rect){x0, y0, x0 + width, y0 + height}));
    for (int c = 0; c < 4 && theirs; c++) {
        bool apart = f->two_parts && c == 3;
        const struct fth_plane *ours = fth_image_plane(image, apart ? "depth.Z" : names[c]);
        int differ = 0;
        FTH_CHECK(exr_peer_read_channel(f->path, apart, names[c], theirs, width));
        for (int y = 0; ours && y < height; y++)
            differ += memcmp(fth_plane_at(ours, x0, y0 + y), theirs + y * width,
                             (size_t)width * 4) != 0;
        if (!ours || differ)
            fth_test_fail(__FILE__, __LINE__, "compression %d, %s: %d rows differ", f->compression,
                          names[c], ours ? differ : -1);
    }
    free(theirs);
}

FTH_TEST(every_compression_window_and_tile_is_read)
{
    for (size_t i = 0; i < FTH_ARRAY_COUNT(windows) * COMPRESSIONS * 2; i++) {
        struct fth_error error = {0};
        struct fth_image *read = NULL;
        struct exr_peer_file f = peer_of(fth_test_path("peer.exr"), windows[i / 20]);
        f.compression = (int)(i / 2 % COMPRESSIONS);
        f.tiled = i % 2;
        f.two_parts = i % 3 == 0;
        FTH_REQUIRE(exr_peer_write(&f));
        FTH_REQUIRE_OK(fth_exr_read(f.path, NULL, NULL, &read, NULL, &error), error);
        check_like_peer(&f, read);
        fth_image_unref(&read);
    }
}

FTH_TEST(luminance_and_chroma_are_colours)
{
    for (size_t i = 0; i < FTH_ARRAY_COUNT(windows); i++) {
        struct fth_error error = {0};
        struct fth_image *read = NULL;
        struct exr_peer_file f = peer_of(fth_test_path("yc.exr"), windows[i]);
        int even[4] = {f.data[0] & ~1, f.data[1] & ~1, f.data[2] | 1, f.data[3] | 1};
        memcpy(f.data, even, sizeof(even));
        f.chroma = true;
        f.compression = i % 2 ? DWAA : PIZ;
        int width = f.data[2] - f.data[0] + 1, height = f.data[3] - f.data[1] + 1;
        float *theirs = malloc((size_t)width * (size_t)height * 16);
        FTH_REQUIRE(theirs && exr_peer_write(&f));
        FTH_REQUIRE_OK(fth_exr_read(f.path, NULL, NULL, &read, NULL, &error), error);
        FTH_CHECK(exr_peer_read_rgba(f.path, theirs, width));
        FTH_CHECK(!fth_image_plane(read, "Y") && !fth_image_plane(read, "RY"));
        double worst = 0, wave = 0;
        for (int y = 0; y < height; y++)
            for (int x = 0; x < width; x++)
                for (int c = 0; c < 3; c++) {
                    const struct fth_plane *plane = fth_image_plane(read, &"R\0G\0B"[2 * c]);
                    double ours = *fth_plane_at(plane, read->domain.x0 + x, read->domain.y0 + y);
                    double made = 0.5 + 0.45 * sin(0.11 * (f.data[0] + x) +
                                                   0.05 * (f.data[1] + y) * (c + 1) + c);
                    worst = fmax(worst, fabs(ours - (double)theirs[(y * width + x) * 4 + c]));
                    wave = fmax(wave, fabs(ours - made));
                }
        FTH_CHECK_NEAR(worst, 0, 0);
        /* these waves are much longer than two pixels: what halving loses shows at the rim alone */
        FTH_CHECK_NEAR(wave, 0, 0.1);
        fth_image_unref(&read);
        free(theirs);
    }
}

/* R G B A as half, disparity, Z and a layer, as media_out would have them. */
static struct fth_image *layered_picture(void)
{
    struct fth_image *image = make_picture(75, 61, 2, true);
    static const char *const more[] = {"Z", "disparity", "confidence", "light.key.R"};
    image->premultiplied = true;
    for (int i = 0; i < 4; i++) {
        struct fth_plane *plane = NULL;
        if (fth_image_add(image, more[i], NULL, image->domain, &plane, NULL) != FTH_OK)
            abort();
        for (int y = 0; y < 61; y++)
            for (int x = 0; x < 75; x++)
                *fth_plane_at(plane, x, y) = (float)(i + 1 + sin(0.07 * x * (i + 1) + 0.2 * y));
    }
    return image;
}

/* Bounds of what each loses: a half has 11 bits; PXR24 leaves 15 of a float's 23; B44 keeps 6 bits
 * of the largest step in a block of 4 x 4; DWA's error of colours at its usual level was looked at
 * (.0117 of 1; a block or channel taken for another is .1 and more off) and may be half as much
 * again. Channels that are no colours stay exact in DWA, halves in PXR24. */
static double bound_of(enum fth_exr_compression z, const char *name)
{
    bool colour = name[1] == '\0' && strchr("RGBA", name[0]);
    double half = colour ? 0x1p-12 : 0;
    if (z == FTH_EXR_PXR24 && !colour)
        return 8 * 0x1p-16;
    if (z == FTH_EXR_B44 || z == FTH_EXR_B44A)
        return colour ? 0.02 : 0;
    if ((z == FTH_EXR_DWAA || z == FTH_EXR_DWAB) && (colour || strcmp(name, "light.key.R") == 0))
        return 0.018 * (colour ? 1 : 5);
    return half;
}

FTH_TEST(every_compression_and_part_is_written)
{
    static const char *const pool_sizes[] = {"1", "3"};
    struct fth_image *made = layered_picture();
    for (enum fth_exr_compression z = FTH_EXR_ZIP; z <= FTH_EXR_DWAB; z++)
        for (int split = 0; split < 2; split++) {
            static const char *const said[] = {"fathom/encoding", "disparity", NULL};
            struct fth_error error = {0};
            struct fth_key keys[2];
            for (size_t t = 0; t < FTH_ARRAY_COUNT(pool_sizes); t++) {
                struct fth_pool *pool = NULL;
                FTH_REQUIRE_OK(fth_pool_create(t ? 3 : 1, &pool, &error), error);
                struct fth_exr_write_options options = {.compression = z, .split = split,
                                                        .attributes = said, .overwrite = true,
                                                        .pool = pool};
                enum fth_status status = fth_exr_write(fth_test_path("ours.exr"), made, &options,
                                                       &error);
                fth_pool_destroy(&pool);
                FTH_REQUIRE_OK(status, error);
                FTH_REQUIRE_OK(fth_file_key(fth_test_path("ours.exr"), &keys[t], &error), error);
            }
            FTH_CHECK(fth_key_equal(keys[0], keys[1])); /* whatever the threads */
            FTH_CHECK_INT(exr_peer_part_count(fth_test_path("ours.exr")), split ? 3 : 1);
            struct fth_image *read = NULL;
            FTH_REQUIRE_OK(fth_exr_read(fth_test_path("ours.exr"), NULL, NULL, &read, NULL,
                                        &error), error);
            float theirs[75 * 61];
            FTH_CHECK_INT(read->channel_count, made->channel_count);
            for (int i = 0; i < made->channel_count; i++) {
                const char *name = made->channels[i].name;
                char there[64];
                bool depth = split && (strcmp(name, "Z") == 0 || strlen(name) == 9 ||
                                       strlen(name) == 10);
                int part = !split ? 0 : depth ? 1 : strchr(name, '.') ? 2 : 0;
                snprintf(there, sizeof(there), "%s%s", depth ? "depth." : "", name);
                const struct fth_plane *ours = fth_image_plane(made, name);
                const struct fth_plane *back = fth_image_plane(read, there);
                FTH_REQUIRE(back);
                FTH_CHECK(exr_peer_read_channel(fth_test_path("ours.exr"), part,
                                                part == 2 ? "R" : name, theirs, 75));
                double worst = 0, apart = 0;
                for (int k = 0; k < 75 * 61; k++) {
                    double value = *fth_plane_at(back, k % 75, k / 75);
                    worst = fmax(worst, fabs(value - (double)*fth_plane_at(ours, k % 75, k / 75)));
                    apart = fmax(apart, fabs(value - (double)theirs[k]));
                }
                if (!(worst <= bound_of(z, name)) || apart > 0)
                    fth_test_fail(__FILE__, __LINE__, "compression %d split %d %s: off by %g, %g "
                                  "from the library's", z, split, name, worst, apart);
            }
            fth_image_unref(&read);
        }
    fth_image_unref(&made);
}

/* What the C++ library decodes comes from outside too: cut and flipped, it is a picture or an
 * error with words, soon. */
FTH_TEST(damaged_exr_of_every_kind)
{
    static const struct {
        int compression;
        bool tiled, chroma, two_parts;
    } kinds[] = {{DWAA, false, false, false}, {DWAB, true, false, true}, {B44, true, false, false},
                 {PIZ, false, true, false},   {DWAA, false, true, false},
                 {RLE, false, false, true}};
    uint32_t random = 4711;
    for (size_t i = 0; i < FTH_ARRAY_COUNT(kinds); i++) {
        struct exr_peer_file f = peer_of(fth_test_path("whole.exr"), windows[0]);
        struct fth_error error = {0};
        void *bytes = NULL;
        size_t size = 0;
        f.compression = kinds[i].compression;
        f.tiled = kinds[i].tiled;
        f.chroma = kinds[i].chroma;
        f.two_parts = kinds[i].two_parts;
        if (f.chroma)
            f.data[2] = 69, f.data[3] = 43;
        FTH_REQUIRE(exr_peer_write(&f));
        FTH_REQUIRE_OK(fth_file_read(f.path, 1 << 24, &bytes, &size, &error), error);
        for (int turn = 0; turn < 60; turn++) {
            unsigned char *changed = fth_alloc(size, 1);
            struct fth_image *read = NULL;
            memcpy(changed, bytes, size);
            for (int k = 0; k < 3; k++) {
                random = random * 1664525 + 1013904223;
                changed[random % (turn % 2 ? size : FTH_MIN(size, (size_t)500))] ^=
                    (unsigned char)(1 << (random >> 29));
            }
            size_t kept = turn % 5 == 0 ? size * (size_t)(turn + 1) / 64 : size;
            FTH_REQUIRE_OK(fth_file_write(fth_test_path("hurt.exr"), changed, kept, true, &error),
                           error);
            error = (struct fth_error){0};
            if (fth_exr_read(fth_test_path("hurt.exr"), NULL, NULL, &read, NULL, &error) != FTH_OK)
                FTH_CHECK(error.message[0] && !strchr(error.message, '\n'));
            fth_image_unref(&read);
            fth_free(changed);
        }
        fth_free(bytes);
    }
}

/* Where a header says something twice, the C library keeps the first and the C++ one the last: what
 * one made room for, the other must not fill. */
FTH_TEST(two_data_windows_are_refused)
{
    enum { NAME = sizeof("dataWindow") + sizeof("box2i"), ALL = NAME + 4 + 16 };
    for (int compression = B44; compression < COMPRESSIONS; compression++) {
        struct exr_peer_file f = peer_of(fth_test_path("one.exr"), windows[0]);
        struct fth_error error = {0};
        struct fth_image *read = NULL;
        void *bytes = NULL;
        size_t size = 0, at = 0;
        f.compression = compression;
        FTH_REQUIRE(exr_peer_write(&f));
        FTH_REQUIRE_OK(fth_file_read(f.path, 1 << 24, &bytes, &size, &error), error);
        const unsigned char *whole = bytes;
        while (at + ALL < size && memcmp(whole + at, "dataWindow\0box2i", NAME) != 0)
            at++;
        FTH_REQUIRE(at + ALL < size);
        unsigned char *twice = fth_alloc(size + ALL, 1);
        memcpy(twice, whole, at + ALL);
        memcpy(twice + at + ALL, whole + at, size - at);
        for (int side = 0; side < 4; side++) /* the second lies elsewhere by 8 pixels */
            twice[at + ALL + NAME + 4 + (size_t)side * 4] += 8;
        const char *path = fth_test_path("two.exr");
        FTH_REQUIRE_OK(fth_file_write(path, twice, size + ALL, true, &error), error);
        FTH_CHECK_INT(fth_exr_read(path, NULL, NULL, &read, NULL, &error), FTH_ERR_DATA);
        FTH_CHECK(strstr(error.message, "two.exr: exr: the header has two data windows"));
        fth_image_unref(&read);
        fth_free(twice);
        fth_free(bytes);
    }
}
