/* SPDX-License-Identifier: Apache-2.0 */
/* Stills out and in again: exact where the file can hold it, bounded where it cannot. */
#include "io/orient.h"
#include "ops/kernels.h"
#include "halves.h"
#include "pictures.h"

static const int sizes[][2] = {{1, 1}, {2, 1}, {33, 17}, {17, 64}, {8192, 2}};

/* Each size through a file of the name; difference of each channel at most `bound`. */
static void round_trip(const char *name, bool alpha, enum fth_bits bits, double bound)
{
    struct fth_error error;
    for (size_t i = 0; i < FTH_ARRAY_COUNT(sizes); i++) {
        struct fth_writer_spec spec = {.format = {sizes[i][0], sizes[i][1], 1}, .alpha = alpha,
                                       .bits = bits, .overwrite = true};
        FTH_REQUIRE_OK(write_pictures(fth_test_path(name), &spec, 1, &error), error);
        struct fth_image *read = NULL, *made = make_picture(sizes[i][0], sizes[i][1], 1, alpha);
        FTH_REQUIRE_OK(read_picture(fth_test_path(name), 1, &read, &error), error);
        FTH_CHECK_INT(read->format.width, sizes[i][0]);
        FTH_CHECK_INT(read->format.height, sizes[i][1]);
        for (int c = 0; c < (alpha ? 4 : 3); c++)
            FTH_CHECK_NEAR(channel_difference(made, read, &"R\0G\0B\0A"[2 * c]), 0, bound);
        if (!alpha)
            FTH_CHECK(!fth_image_plane(read, "A"));
        fth_image_unref(&read);
        fth_image_unref(&made);
    }
}

/* half a code, and the rounding of a float */
#define HALF_CODE(top) (0.5 / (top) + 1e-7)

FTH_TEST(png_16_is_exact_to_half_a_code)
{
    round_trip("a.png", false, FTH_BITS_DEFAULT, HALF_CODE(65535));
    round_trip("b.png", true, FTH_BITS_16, HALF_CODE(65535));
}

FTH_TEST(png_8_is_exact_to_half_a_code)
{
    round_trip("a.png", false, FTH_BITS_8, HALF_CODE(255));
    round_trip("b.png", true, FTH_BITS_8, HALF_CODE(255));
}

FTH_TEST(tif_is_exact_to_half_a_code)
{
    round_trip("a.tif", false, FTH_BITS_DEFAULT, HALF_CODE(65535));
    round_trip("b.tif", true, FTH_BITS_8, HALF_CODE(255));
}

FTH_TEST(pfm_is_exact)
{
    round_trip("a.pfm", false, FTH_BITS_DEFAULT, 0);
}

FTH_TEST(exr_float_is_exact)
{
    round_trip("a.exr", false, FTH_BITS_FLOAT, 0);
    /* 2^-12: half a step of a half below 1 */
    round_trip("b.exr", false, FTH_BITS_DEFAULT, 0x1p-12);
}

FTH_TEST(jpg_is_close)
{
    /* 17 rows are not whole blocks: the padding costs 6 codes there; a wrong matrix or range
     * gives 15 and more */
    round_trip("a.jpg", false, FTH_BITS_DEFAULT, 8.0 / 255);
}

FTH_TEST(jpg_quality_is_size_against_difference)
{
    struct fth_error error;
    struct fth_image *made = make_picture(64, 48, 1, false);
    double before = 0;
    size_t last = SIZE_MAX;
    for (int quality = 100; quality > 0; quality -= 33) {
        struct fth_writer_spec spec = {.format = {64, 48, 1}, .quality = quality,
                                       .overwrite = true};
        struct fth_image *read = NULL;
        void *bytes = NULL;
        size_t size = 0;
        FTH_REQUIRE_OK(write_pictures(fth_test_path("q.jpg"), &spec, 1, &error), error);
        FTH_REQUIRE_OK(read_picture(fth_test_path("q.jpg"), 1, &read, &error), error);
        FTH_REQUIRE_OK(fth_file_read(fth_test_path("q.jpg"), 1 << 20, &bytes, &size, &error),
                       error);
        double now = mean_difference(made, read, "G");
        FTH_CHECK(size < last && now >= before);
        last = size;
        before = now;
        fth_free(bytes);
        fth_image_unref(&read);
    }
    fth_image_unref(&made);
}

FTH_TEST(exr_is_premultiplied_and_png_straight)
{
    struct fth_error error;
    struct fth_image *made = make_picture(16, 16, 1, true), *exr = NULL, *png = NULL;
    struct fth_writer_spec spec = {.format = made->format, .alpha = true, .bits = FTH_BITS_FLOAT};
    struct fth_writer *writer = NULL;
    FTH_REQUIRE_OK(fth_writer_open(fth_test_path("a.exr"), &spec, &writer, &error), error);
    FTH_REQUIRE_OK(fth_writer_frame(writer, 1, made, &error), error);
    FTH_REQUIRE_OK(fth_writer_finish(&writer, &error), error);
    FTH_REQUIRE_OK(read_picture(fth_test_path("a.exr"), 1, &exr, &error), error);
    FTH_CHECK(exr->premultiplied);
    float straight = *fth_plane_at(fth_image_plane(made, "G"), 5, 6);
    float alpha = *fth_plane_at(fth_image_plane(made, "A"), 5, 6);
    FTH_CHECK_NEAR(*fth_plane_at(fth_image_plane(exr, "G"), 5, 6), straight * alpha, 1e-7);
    spec.bits = FTH_BITS_16;
    FTH_REQUIRE_OK(fth_writer_open(fth_test_path("a.png"), &spec, &writer, &error), error);
    FTH_REQUIRE_OK(fth_writer_frame(writer, 1, exr, &error), error); /* divided again */
    FTH_REQUIRE_OK(fth_writer_finish(&writer, &error), error);
    FTH_REQUIRE_OK(read_picture(fth_test_path("a.png"), 1, &png, &error), error);
    FTH_CHECK(!png->premultiplied);
    FTH_CHECK_NEAR(*fth_plane_at(fth_image_plane(png, "G"), 5, 6), straight, HALF_CODE(65535));
    fth_image_unref(&made);
    fth_image_unref(&exr);
    fth_image_unref(&png);
}

FTH_TEST(exr_keeps_windows_names_and_attributes)
{
    struct fth_error error;
    struct fth_image *made = NULL, *read = NULL;
    struct fth_rect domain = {-3, 2, 45, 39};
    FTH_REQUIRE_OK(fth_image_new((struct fth_format){40, 30, 2}, domain, &made, &error), error);
    static const char *const names[] = {"disparity", "depth.Z", "A", "confidence"};
    for (int c = 0; c < 4; c++) {
        struct fth_plane *plane = NULL;
        FTH_REQUIRE_OK(fth_image_add(made, names[c], NULL, domain, &plane, &error), error);
        for (int y = domain.y0; y < domain.y1; y++)
            for (int x = domain.x0; x < domain.x1; x++)
                *fth_plane_at(plane, x, y) = (float)(c + 0.25 * x - 0.5 * y);
    }
    static const char *const half[] = {"A", NULL};
    static const char *const attributes[] = {"fathom.model", "a name", "note", "", NULL};
    for (enum fth_exr_compression z = FTH_EXR_ZIP; z <= FTH_EXR_NONE; z++) {
        struct fth_exr_write_options options = {.half_channels = half, .compression = z,
                                                .attributes = attributes, .overwrite = z > 0};
        struct fth_exr_attributes found;
        FTH_REQUIRE_OK(fth_exr_write(fth_test_path("w.exr"), made, &options, &error), error);
        FTH_REQUIRE_OK(fth_exr_read(fth_test_path("w.exr"), NULL, NULL, &read, &found, &error),
                       error);
        FTH_CHECK(fth_rect_equal(read->domain, domain));
        FTH_CHECK_INT(read->format.width, 40);
        FTH_CHECK_NEAR(read->format.pixel_aspect, 2, 0);
        for (int c = 0; c < 4; c++) /* quarters below 64 are exact in a half too */
            FTH_CHECK_NEAR(channel_difference(made, read, names[c]), 0, 0);
        FTH_CHECK_TEXT(fth_exr_attribute(&found, "fathom.model"), "a name");
        FTH_CHECK_TEXT(fth_exr_attribute(&found, "note"), "");
        FTH_CHECK(!fth_exr_attribute(&found, "other"));
        fth_exr_attributes_clear(&found);
        fth_image_unref(&read);
    }
    fth_image_unref(&made);
}

FTH_TEST(nan_and_range_become_codes)
{
    struct fth_error error;
    struct fth_image *made = make_picture(4, 1, 1, false), *read = NULL;
    float *r = fth_plane_at(fth_image_plane(made, "R"), 0, 0);
    r[0] = NAN, r[1] = -1, r[2] = 7, r[3] = INFINITY;
    struct fth_writer_spec spec = {.format = made->format};
    struct fth_writer *writer = NULL;
    FTH_REQUIRE_OK(fth_writer_open(fth_test_path("n.png"), &spec, &writer, &error), error);
    FTH_REQUIRE_OK(fth_writer_frame(writer, 1, made, &error), error);
    FTH_CHECK_INT(fth_writer_frame(writer, 2, made, &error), FTH_ERR_USAGE);
    FTH_REQUIRE_OK(fth_writer_finish(&writer, &error), error);
    FTH_REQUIRE_OK(read_picture(fth_test_path("n.png"), 1, &read, &error), error);
    static const float expected[] = {0, 0, 1, 1};
    for (int x = 0; x < 4; x++)
        FTH_CHECK_NEAR(*fth_plane_at(fth_image_plane(read, "R"), x, 0), expected[x], 0);
    fth_image_unref(&made);
    fth_image_unref(&read);
}

/* A display matrix sends stored (x, y) to (a x + c y, b x + d y): where do corners go? */
FTH_TEST(pictures_are_turned_upright)
{
    static const struct {
        int a, b, c, d, degrees, width, x, y; /* where the stored top left pixel must be */
    } cases[] = {{1, 0, 0, 1, 0, 5, 0, 0},     {0, 1, -1, 0, 90, 3, 2, 0},
                 {-1, 0, 0, -1, 180, 5, 4, 2}, {0, -1, 1, 0, 270, 3, 0, 4},
                 {-1, 0, 0, 1, 0, 5, 4, 0},    {0, 1, 1, 0, 270, 3, 0, 0}};
    enum { one = 1 << 16 };
    struct fth_error error;
    for (size_t i = 0; i < FTH_ARRAY_COUNT(cases); i++) {
        int32_t matrix[9] = {cases[i].a * one, cases[i].b * one, 0, cases[i].c * one,
                             cases[i].d * one, 0, 0, 0, 1 << 30};
        struct fth_image *image = make_picture(5, 3, 1, false);
        float corner = *fth_plane_at(fth_image_plane(image, "R"), 0, 0);
        FTH_CHECK_INT(fth_orient_degrees(matrix), cases[i].degrees);
        FTH_REQUIRE_OK(fth_orient_image(matrix, NULL, &image, &error), error);
        FTH_CHECK_INT(image->format.width, cases[i].width);
        FTH_CHECK_NEAR(*fth_plane_at(fth_image_plane(image, "R"), cases[i].x, cases[i].y), corner,
                       0);
        fth_image_unref(&image);
    }
}

FTH_TEST(halves_round_to_the_nearest)
{
    for (uint32_t h = 0; h < 0x7c00; h++) { /* every finite half comes back, ties go to even */
        float here = fth_half_float((uint16_t)h), next = fth_half_float((uint16_t)(h + 1));
        if (fth_float_half(here) != h || fth_float_half(-here) != (h | 0x8000))
            fth_test_fail(__FILE__, __LINE__, "half %#x does not come back", h);
        if (h < 0x7bff && fth_float_half((here + next) / 2) != (h & 1 ? h + 1 : h))
            fth_test_fail(__FILE__, __LINE__, "the tie above half %#x goes wrong", h);
    }
    FTH_CHECK_INT(fth_float_half(65519), 0x7bff);
    FTH_CHECK_INT(fth_float_half(65520), 0x7c00);
    FTH_CHECK(isnan(fth_half_float(fth_float_half(NAN))));
}

FTH_TEST(grey_is_one_shared_plane)
{
    struct fth_error error;
    static const char *const names[] = {"g.png", "g.pfm", "g.tif"};
    for (size_t i = 0; i < 3; i++) {
        struct fth_writer_spec spec = {.format = {9, 7, 1}, .grey = true};
        struct fth_image *read = NULL, *made = make_picture(9, 7, 1, false);
        FTH_REQUIRE_OK(write_pictures(fth_test_path(names[i]), &spec, 1, &error), error);
        FTH_REQUIRE_OK(read_picture(fth_test_path(names[i]), 1, &read, &error), error);
        FTH_CHECK_INT(read->channel_count, 3);
        FTH_CHECK(fth_image_plane(read, "R") == fth_image_plane(read, "B"));
        FTH_CHECK_NEAR(channel_difference(made, read, "R"), 0, HALF_CODE(65535));
        fth_image_unref(&read);
        fth_image_unref(&made);
    }
}

/* What the pool does must not show in the file; and the file must be what was read before. */
FTH_TEST(files_do_not_depend_on_threads)
{
    static const char *const names[] = {"t.png", "t.tif", "t.jpg", "t.exr"};
    struct fth_error error;
    struct fth_key key[3];
    for (size_t i = 0; i < FTH_ARRAY_COUNT(names); i++) {
        for (int threads = 1; threads <= 3; threads++) {
            struct fth_pool *pool = NULL;
            FTH_REQUIRE_OK(fth_pool_create(threads, &pool, &error), error);
            struct fth_writer_spec spec = {.format = {210, 301, 1}, .alpha = true,
                                           .overwrite = true, .pool = threads > 1 ? pool : NULL};
            FTH_REQUIRE_OK(write_pictures(fth_test_path(names[i]), &spec, 1, &error), error);
            FTH_REQUIRE_OK(fth_file_key(fth_test_path(names[i]), &key[threads - 1], &error),
                           error);
            fth_pool_destroy(&pool);
        }
        FTH_CHECK(fth_key_equal(key[0], key[1]));
        FTH_CHECK(fth_key_equal(key[0], key[2]));
    }
}

/* Chunks of an EXR over the pool and one after the other: the same planes. */
FTH_TEST(reading_exr_does_not_depend_on_threads)
{
    struct fth_error error;
    struct fth_pool *pool = NULL;
    struct fth_image *alone = NULL, *shared = NULL;
    struct fth_writer_spec spec = {.format = {131, 301, 1}, .alpha = true};
    FTH_REQUIRE_OK(fth_pool_create(3, &pool, &error), error);
    FTH_REQUIRE_OK(write_pictures(fth_test_path("a.exr"), &spec, 1, &error), error);
    FTH_REQUIRE_OK(fth_exr_read(fth_test_path("a.exr"), NULL, NULL, &alone, NULL, &error), error);
    FTH_REQUIRE_OK(fth_exr_read(fth_test_path("a.exr"), pool, NULL, &shared, NULL, &error), error);
    FTH_CHECK(same_bytes(alone, shared));
    fth_image_unref(&alone);
    fth_image_unref(&shared);
    fth_pool_destroy(&pool);
}

/* A map without colours is written as grey, never as black: the first of disparity, depth, Z, Y. */
FTH_TEST(a_map_is_written_as_grey)
{
    static const char *const names[] = {"m.png", "m.jpg", "m.tif", "m.pfm"};
    static const char *const maps[] = {"other", "Z", "depth"};
    struct fth_error error;
    for (size_t i = 0; i < FTH_ARRAY_COUNT(names); i++)
        for (size_t used = 1; used <= 3; used++) { /* each further name goes before those */
            struct fth_image *made = make_picture(16, 16, 1, false), *read = NULL;
            struct fth_plane *planes[3];
            for (size_t c = 0; c < 3; c++) {
                planes[c] = fth_plane_ref(made->channels[c].plane);
                fth_plane_fill(planes[c], 0.25f * (float)(c + 1));
            }
            for (int c = 0; c < 3; c++)
                fth_image_set(made, &"R\0G\0B"[2 * c], NULL, NULL);
            for (size_t c = 0; c < 3; c++)
                if (c < used)
                    fth_image_set(made, maps[c], planes[c], NULL);
                else
                    fth_plane_unref(&planes[c]);
            struct fth_writer_spec spec = {.format = made->format, .overwrite = true};
            struct fth_writer *writer = NULL;
            FTH_REQUIRE_OK(fth_writer_open(fth_test_path(names[i]), &spec, &writer, &error),
                           error);
            FTH_REQUIRE_OK(fth_writer_frame(writer, 1, made, &error), error);
            FTH_REQUIRE_OK(fth_writer_finish(&writer, &error), error);
            FTH_REQUIRE_OK(read_picture(fth_test_path(names[i]), 1, &read, &error), error);
            for (int c = 0; c < 3; c++) /* a code of 8 bits, for JPEG */
                FTH_CHECK_NEAR(*fth_plane_at(fth_image_plane(read, &"R\0G\0B"[2 * c]), 8, 8),
                               0.25 * (double)used, 1.0 / 255);
            fth_image_unref(&made);
            fth_image_unref(&read);
        }
}

/* The kernels hold to the definition for every half and for floats all over the range. */
FTH_TEST(half_kernels_are_the_definition)
{
    enum { COUNT = 1 << 16 };
    uint16_t *halves = fth_alloc(COUNT, sizeof(*halves));
    float *floats = fth_alloc(COUNT, sizeof(*floats));
    FTH_REQUIRE(halves && floats);
    for (uint32_t h = 0; h < COUNT; h++)
        halves[h] = (uint16_t)h;
    fth_kernels()->from_half(floats, halves, COUNT);
    int wrong = 0;
    for (uint32_t h = 0; h < COUNT; h++) {
        float expected = fth_half_float((uint16_t)h);
        wrong += memcmp(&floats[h], &expected, sizeof(expected)) != 0;
    }
    for (uint32_t high = 0; high < 64; high++) { /* a stride that is odd meets every exponent */
        for (uint32_t i = 0; i < COUNT; i++) {
            uint32_t bits = (high << 16 | i) * 1023;
            memcpy(&floats[i], &bits, sizeof(bits));
        }
        fth_kernels()->to_half(halves, floats, COUNT);
        for (uint32_t i = 0; i < COUNT; i++)
            wrong += halves[i] != fth_float_half(floats[i]);
    }
    FTH_CHECK_INT(wrong, 0);
    fth_free(halves);
    fth_free(floats);
}

/* Noise takes the way of its own through the packer: what comes back is the same to the bit. */
FTH_TEST(exr_of_noise_is_exact)
{
    struct fth_error error;
    uint32_t random = 3;
    struct fth_image *made = make_picture(301, 77, 1, false), *read = NULL;
    for (int c = 0; c < 3; c++)
        for (int y = 0; y < 77; y++)
            for (int x = 0; x < 301; x++) {
                float *at = fth_plane_at(made->channels[c].plane, x, y);
                random = random * 1664525 + 1013904223;
                *at += (float)(random >> 8) * 0x1p-40f; /* noise below, a picture above */
            }
    static const char *const none[] = {NULL};
    for (enum fth_exr_compression z = FTH_EXR_ZIP; z <= FTH_EXR_NONE; z++) {
        struct fth_exr_write_options options = {.half_channels = none, .compression = z,
                                                .overwrite = true};
        FTH_REQUIRE_OK(fth_exr_write(fth_test_path("n.exr"), made, &options, &error), error);
        FTH_REQUIRE_OK(fth_exr_read(fth_test_path("n.exr"), NULL, NULL, &read, NULL, &error),
                       error);
        FTH_CHECK(fth_image_plane(read, "R") && fth_image_plane(read, "B"));
        for (int c = 0; c < 3; c++)
            FTH_CHECK_NEAR(channel_difference(made, read, &"R\0G\0B"[2 * c]), 0, 0);
        fth_image_unref(&read);
    }
    fth_image_unref(&made);
}
