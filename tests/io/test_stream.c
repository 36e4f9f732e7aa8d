/* SPDX-License-Identifier: Apache-2.0 */
/* Bare samples out and in again; floats that nothing rounds; long clips in little memory. */
#include <malloc.h>
#include <stdlib.h>

#include "pictures.h"

enum { WIDTH = 96, HEIGHT = 64 };

static void check_frames(const char *name, const struct fth_reader_options *options,
                         const struct fth_writer_spec *spec, double bound)
{
    struct fth_error error;
    struct fth_reader *reader = NULL;
    FTH_REQUIRE_OK(write_pictures(fth_test_path(name), spec, 3, &error), error);
    FTH_REQUIRE_OK(fth_reader_open(fth_test_path(name), options, &reader, &error), error);
    FTH_CHECK_INT(fth_reader_info(reader)->last_frame, 3);
    for (int f = 3; f >= 1; f--) {
        struct fth_image *made = make_picture(WIDTH, HEIGHT, f, spec->alpha), *read = NULL;
        FTH_REQUIRE_OK(fth_reader_frame(reader, f, &read, &error), error);
        for (int c = 0; c < (spec->grey ? 1 : spec->alpha ? 4 : 3); c++) {
            double off = channel_difference(made, read, &"R\0G\0B\0A"[2 * c]);
            if (!(off <= bound))
                fth_test_fail(__FILE__, __LINE__, "%s %s: channel %d is off by %g", name,
                              spec->pixels, c, off);
        }
        fth_image_unref(&made);
        fth_image_unref(&read);
    }
    fth_reader_close(&reader);
}

/* Bounds: half a code; with a matrix three roundings that add up to two codes; with halved chroma
 * what the waves lose by it (measured .102), as a guard against shifts and swaps. */
FTH_TEST(bare_samples_come_back)
{
    static const struct {
        const char *pixels;
        bool y4m, alpha;
        double bound;
    } kinds[] = {
        {"gray", true, false, 0.5 / 255},         {"gray16le", true, false, 0.5 / 65535},
        {"gray10le", true, false, 0.5 / 1023},    {"yuv444p", true, false, 2.1 / 255},
        {"yuv444p16le", true, false, 1e-4},       {"yuv444p12le", true, false, 2.1 / 4095},
        {"yuv422p", true, false, 0.12},            {"yuv422p10le", true, false, 0.12},
        {"yuv420p", true, false, 0.12},            {"yuv420p10le", true, false, 0.12},
        {"yuv420p16le", true, false, 0.12},        {"yuva444p", true, true, 2.1 / 255},
        {"rgb24", false, false, 0.5 / 255},       {"rgba", false, true, 0.5 / 255},
        {"rgb48le", false, false, 0.5 / 65535},   {"rgba64le", false, true, 0.5 / 65535},
        {"gbrp10le", false, false, 0.5 / 1023},   {"yuv422p10le", false, false, 0.12},
    };
    for (size_t i = 0; i < FTH_ARRAY_COUNT(kinds); i++) {
        struct fth_writer_spec spec = {.format = {WIDTH, HEIGHT, 1}, .pixels = kinds[i].pixels,
                                       .codec = kinds[i].y4m ? FTH_CODEC_Y4M : FTH_CODEC_RAW,
                                       .grey = strncmp(kinds[i].pixels, "gray", 4) == 0,
                                       .alpha = kinds[i].alpha, .overwrite = true};
        struct fth_reader_options raw = {.raw = {WIDTH, HEIGHT, kinds[i].pixels, {25, 1}}};
        check_frames(kinds[i].y4m ? "a.y4m" : "a.raw", kinds[i].y4m ? NULL : &raw, &spec,
                     kinds[i].bound + 1e-7);
    }
}

/* Floats keep every bit, whatever their size: nothing converts them on the way. */
FTH_TEST(floats_keep_every_bit)
{
    static const char *const planes = "GBR";
    static float values[3][WIDTH * HEIGHT];
    struct fth_error error;
    struct fth_reader *reader = NULL;
    struct fth_image *image = NULL;
    for (int c = 0; c < 3; c++)
        for (int i = 0; i < WIDTH * HEIGHT; i++)
            values[c][i] = (float)(0.25 + 1e-7 * i) * (float)(i % 7 - 2) * (c == 1 ? 1000 : 1);
    FTH_REQUIRE_OK(fth_file_write(fth_test_path("f.raw"), values, sizeof(values), true, &error),
                   error);
    struct fth_reader_options raw = {.raw = {WIDTH, HEIGHT, "gbrpf32le", {25, 1}}};
    FTH_REQUIRE_OK(fth_reader_open(fth_test_path("f.raw"), &raw, &reader, &error), error);
    FTH_REQUIRE_OK(fth_reader_frame(reader, 1, &image, &error), error);
    for (int c = 0; c < 3; c++) {
        const char name[2] = {planes[c], '\0'};
        for (int y = 0; y < HEIGHT; y++)
            FTH_CHECK(memcmp(fth_plane_at(fth_image_plane(image, name), 0, y),
                             &values[c][y * WIDTH], WIDTH * sizeof(float)) == 0);
    }
    fth_image_unref(&image);
    fth_reader_close(&reader);
    raw.deinterlace = FTH_DEINTERLACE_ON; /* whose filter has no floats, and would convert them */
    FTH_REQUIRE_OK(fth_reader_open(fth_test_path("f.raw"), &raw, &reader, &error), error);
    FTH_CHECK_INT(fth_reader_frame(reader, 1, &image, &error), FTH_ERR_UNSUPPORTED);
    fth_reader_close(&reader);
}

/* What is allocated, whoever did it. Pages that are resident say less: freed ones may stay. */
static long allocated_kib(void)
{
    struct mallinfo2 info = mallinfo2();
    return (long)((info.uordblks + info.hblkhd) / 1024);
}

#if defined(__SANITIZE_ADDRESS__)
enum { SANITISED = 1 };
#elif defined(__has_feature)
enum { SANITISED = __has_feature(address_sanitizer) };
#else
enum { SANITISED = 0 };
#endif

FTH_TEST(ten_thousand_frames_take_no_more_memory)
{
    enum { COUNT = 10000, EARLY = 1000 };
    struct fth_error error;
    struct fth_reader *reader = NULL;
    struct fth_writer_spec spec = {.format = {16, 16, 1}, .bits = FTH_BITS_8};
    if (SANITISED)
        FTH_SKIP("a sanitiser keeps what is freed");
    FTH_REQUIRE_OK(write_pictures(fth_test_path("long.mp4"), &spec, COUNT, &error), error);
    FTH_REQUIRE_OK(fth_reader_open(fth_test_path("long.mp4"), NULL, &reader, &error), error);
    FTH_CHECK_INT(fth_reader_info(reader)->last_frame, COUNT);
    long early = 0;
    for (int f = 1; f <= COUNT; f++) {
        struct fth_image *image = NULL;
        FTH_REQUIRE_OK(fth_reader_frame(reader, f, &image, &error), error);
        fth_image_unref(&image);
        if (f == EARLY)
            early = allocated_kib();
    }
    long more = allocated_kib() - early;
    if (more > 1024) /* a leak of a frame's 3 KiB would be 27 MiB */
        fth_test_fail(__FILE__, __LINE__, "%ld KiB more after %d frames", more, COUNT);
    fth_reader_close(&reader);
}
