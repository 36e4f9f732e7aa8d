/* SPDX-License-Identifier: Apache-2.0 */
/* Videos out and in again, frames by jumps, colour by its golden codes. */
#include "pictures.h"

static void round_trip(const char *name, struct fth_writer_spec spec, double bound)
{
    struct fth_error error;
    struct fth_reader *reader = NULL;
    spec.overwrite = true;
    spec.rate = (struct fth_rational){30000, 1001};
    FTH_REQUIRE_OK(write_pictures(fth_test_path(name), &spec, 4, &error), error);
    FTH_REQUIRE_OK(fth_reader_open(fth_test_path(name), NULL, &reader, &error), error);
    const struct fth_media_info *info = fth_reader_info(reader);
    FTH_CHECK_INT(info->last_frame, 4);
    FTH_CHECK_NEAR((double)info->rate.num / (double)info->rate.den, 30000.0 / 1001, 0.02);
    FTH_CHECK_INT(info->has_alpha, spec.alpha);
    for (int f = 1; f <= 4; f++) {
        struct fth_image *read = NULL;
        struct fth_image *made =
            make_picture(spec.format.width, spec.format.height, f, spec.alpha);
        FTH_REQUIRE_OK(fth_reader_frame(reader, f, &read, &error), error);
        for (int c = 0; c < (spec.grey ? 1 : spec.alpha ? 4 : 3); c++) {
            double worst = channel_difference(made, read, &"R\0G\0B\0A"[2 * c]);
            if (!(worst <= bound))
                fth_test_fail(__FILE__, __LINE__, "%s %dx%d frame %d channel %d is off by %g", name,
                              spec.format.width, spec.format.height, f, c, worst);
        }
        fth_image_unref(&read);
        fth_image_unref(&made);
    }
    struct fth_image *past = NULL;
    FTH_CHECK_INT(fth_reader_frame(reader, 5, &past, &error), FTH_END);
    FTH_CHECK_INT(fth_reader_frame(reader, 0, &past, &error), FTH_ERR_USAGE);
    fth_reader_close(&reader);
}

static const int sizes[][2] = {{1, 1}, {33, 17}, {64, 48}, {17, 66}, {8192, 2}};

FTH_TEST(ffv1_is_exact_to_half_a_code)
{
    for (size_t i = 0; i < FTH_ARRAY_COUNT(sizes); i++) {
        struct fth_writer_spec spec = {.format = {sizes[i][0], sizes[i][1], 1}};
        round_trip("a.mkv", spec, 0.5 / 65535 + 1e-7);
        spec.alpha = true;
        round_trip("b.mkv", spec, 0.5 / 65535 + 1e-7);
        spec.bits = FTH_BITS_8;
        round_trip("c.mkv", spec, 0.5 / 255 + 1e-7);
        spec.alpha = false;
        spec.grey = true;
        round_trip("d.mkv", spec, 0.5 / 255 + 1e-7);
        spec.bits = FTH_BITS_16;
        round_trip("e.mkv", spec, 0.5 / 65535 + 1e-7);
    }
}

FTH_TEST(prores_is_close)
{
    /* 10 bits and a light quantiser: measured under 5 of 255 on these waves */
    for (size_t i = 0; i < FTH_ARRAY_COUNT(sizes) - 1; i++) {
        struct fth_writer_spec spec = {.format = {sizes[i][0], sizes[i][1], 1}, .alpha = true};
        round_trip("a.mov", spec, 6.0 / 255);
        spec.alpha = false;
        round_trip("b.mov", spec, 6.0 / 255);
    }
}

FTH_TEST(h264_and_vp9_are_near)
{
    /* halved chroma of steep waves and a lossy coder: a guard against wrong matrices and shifts by
     * a pixel (which give a fifth of the range), not a measure of quality */
    for (size_t i = 1; i < FTH_ARRAY_COUNT(sizes) - 1; i++) {
        struct fth_writer_spec spec = {.format = {sizes[i][0], sizes[i][1], 1}};
        round_trip("a.mp4", spec, 0.12);
        round_trip("a.webm", spec, 0.12);
        spec.alpha = true;
        round_trip("b.webm", spec, 0.12);
    }
}

/* Again, and with more threads: the same bytes. */
FTH_TEST(same_frames_give_same_files)
{
    static const char *const names[] = {"s.mov", "s.mkv", "s.mp4", "s.webm", "hevc.mp4",
                                        "dnx.mov"};
    static const enum fth_codec codecs[6] = {[4] = FTH_CODEC_HEVC, [5] = FTH_CODEC_DNXHR};
    struct fth_error error;
    for (size_t i = 0; i < FTH_ARRAY_COUNT(names); i++) {
        struct fth_key key[4];
        for (int k = 0; k < 4; k++) {
            struct fth_pool *pool = NULL;
            FTH_REQUIRE_OK(fth_pool_create(FTH_MAX(1, k), &pool, &error), error);
            struct fth_writer_spec spec = {.format = {290, 130, 1}, .alpha = i != 2,
                                           .codec = codecs[i], .overwrite = true,
                                           .pool = k > 0 ? pool : NULL};
            FTH_REQUIRE_OK(write_pictures(fth_test_path(names[i]), &spec, 8, &error), error);
            FTH_REQUIRE_OK(fth_file_key(fth_test_path(names[i]), &key[k], &error), error);
            fth_pool_destroy(&pool);
        }
        for (int k = 1; k < 4; k++)
            if (!fth_key_equal(key[0], key[k]))
                fth_test_fail(__FILE__, __LINE__, "%s: other bytes at %d threads", names[i], k);
    }
}

/* Noise is what an encoder's estimate of sizes is worst at; the fixed quantiser must bear it. */
FTH_TEST(prores_bears_noise)
{
    static const char *const names[] = {"R", "G", "B", "A"};
    struct fth_error error;
    uint32_t random = 7;
    struct fth_image *made = make_picture(320, 192, 1, true), *read = NULL;
    for (int c = 0; c < 4; c++)
        for (int y = 0; y < 192; y++)
            for (int x = 0; x < 320; x++) {
                random = random * 1664525 + 1013904223;
                *fth_plane_at(fth_image_plane(made, names[c]), x, y) = (float)(random >> 31);
            }
    struct fth_writer_spec spec = {.format = made->format, .alpha = true};
    struct fth_writer *writer = NULL;
    FTH_REQUIRE_OK(fth_writer_open(fth_test_path("n.mov"), &spec, &writer, &error), error);
    for (int f = 1; f <= 4; f++)
        FTH_REQUIRE_OK(fth_writer_frame(writer, f, made, &error), error);
    FTH_REQUIRE_OK(fth_writer_finish(&writer, &error), error);
    FTH_REQUIRE_OK(read_picture(fth_test_path("n.mov"), 4, &read, &error), error);
    FTH_CHECK_NEAR(channel_difference(made, read, "A"), 0, 1e-3); /* alpha is stored exactly */
    FTH_CHECK(channel_difference(made, read, "R") < 0.1);         /* colour to a tenth, even here */
    fth_image_unref(&made);
    fth_image_unref(&read);
}

/* Every frame in order, then by jumps in a scrambled order: the same bytes. */
static void check_jumps(const char *path, int count)
{
    struct fth_error error;
    struct fth_reader *reader = NULL;
    struct fth_image *in_order[64] = {NULL};
    FTH_REQUIRE_OK(fth_reader_open(path, NULL, &reader, &error), error);
    FTH_CHECK(fth_reader_info(reader)->last_frame >= count);
    for (int i = 0; i < count; i++)
        FTH_REQUIRE_OK(fth_reader_frame(reader, i + 1, &in_order[i], &error), error);
    for (int i = 1; i < count; i++)
        FTH_CHECK(!same_bytes(in_order[i], in_order[i - 1]));
    for (int i = 0; i < count; i++) {
        int at = (i * 37 + 11) % count; /* visits each once when 37 does not divide count */
        struct fth_image *image = NULL;
        FTH_REQUIRE_OK(fth_reader_frame(reader, at + 1, &image, &error), error);
        if (!same_bytes(image, in_order[at]))
            fth_test_fail(__FILE__, __LINE__, "%s: frame %d differs after a jump", path, at + 1);
        fth_image_unref(&image);
    }
    for (int i = 0; i < count; i++)
        fth_image_unref(&in_order[i]);
    fth_reader_close(&reader);
}

FTH_TEST(jumps_give_the_same_bytes)
{
    static const char *const names[] = {"j.mp4", "j.mov", "j.mkv", "j.webm"};
    struct fth_error error;
    for (size_t i = 0; i < 4; i++) {
        struct fth_writer_spec spec = {.format = {96, 64, 1}};
        FTH_REQUIRE_OK(write_pictures(fth_test_path(names[i]), &spec, 50, &error), error);
        check_jumps(fth_test_path(names[i]), 50);
    }
}

FTH_TEST(jumps_in_footage)
{
    if (!fth_file_exists(fth_test_source("examples/footage/juggle.mp4")))
        FTH_SKIP("examples/footage is not there");
    check_jumps(fth_test_source("examples/footage/juggle.mp4"), 40);
}

FTH_TEST(rotation_and_sound_of_a_copy)
{
    const char *clip = fth_test_source("examples/footage/juggle.mp4");
    if (!fth_file_exists(clip))
        FTH_SKIP("examples/footage is not there");
    struct fth_error error;
    struct fth_writer_spec spec = {.format = {32, 32, 1}, .audio_from = clip, .first_frame = 1,
                                   .last_frame = 5};
    FTH_REQUIRE_OK(write_pictures(fth_test_path("s.mov"), &spec, 5, &error), error);
    struct fth_image *image = NULL;
    FTH_REQUIRE_OK(read_picture(fth_test_path("s.mov"), 5, &image, &error), error);
    fth_image_unref(&image);
}

enum { SOUND_RATE = 48000, SOUND_COUNT = 2 * SOUND_RATE };

/* Two seconds of a sound whose every sample is another: its own number, hashed. */
static int16_t sound_sample(int index)
{
    return (int16_t)((uint32_t)index * 40503u >> 3);
}

static void write_sound(const char *path, struct fth_error *error)
{
    uint32_t header[11] = {0x46464952, 36 + 2 * SOUND_COUNT, 0x45564157, 0x20746d66, 16,
                           1 | 1 << 16, SOUND_RATE, 2 * SOUND_RATE, 2 | 16 << 16, 0x61746164,
                           2 * SOUND_COUNT};
    unsigned char *bytes = fth_alloc(sizeof(header) + 2 * SOUND_COUNT, 1);
    FTH_REQUIRE(bytes != NULL);
    memcpy(bytes, header, sizeof(header));
    for (int i = 0; i < SOUND_COUNT; i++) {
        int16_t sample = sound_sample(i);
        memcpy(bytes + sizeof(header) + 2 * (size_t)i, &sample, 2);
    }
    FTH_REQUIRE_OK(fth_file_write(path, bytes, sizeof(header) + 2 * SOUND_COUNT, true, error),
                   *error);
    fth_free(bytes);
}

/* Whether 16 samples from `index` on stand in the file. */
static bool holds_sound(const char *bytes, size_t size, int index)
{
    int16_t samples[16];
    for (int i = 0; i < 16; i++)
        samples[i] = sound_sample(index + i);
    return memmem(bytes, size, samples, sizeof(samples)) != NULL;
}

/* Frames 11 to 30 of 25 a second: the sound from 0.4 to 1.2 s, to a packet (2048 samples). */
FTH_TEST(sound_is_cut_to_the_frames)
{
    static const char *const names[] = {"s.mov", "s.mkv"};
    enum { PACKET = 2048, BEGIN = SOUND_RATE * 4 / 10, END = SOUND_RATE * 12 / 10 };
    struct fth_error error;
    write_sound(fth_test_path("sound.wav"), &error);
    char source[1024];
    snprintf(source, sizeof(source), "%s", fth_test_path("sound.wav"));
    for (size_t i = 0; i < 2; i++) {
        struct fth_writer_spec spec = {.format = {64, 64, 1}, .rate = {25, 1}, .first_frame = 11,
                                       .last_frame = 30, .audio_from = source};
        struct fth_reader *reader = NULL;
        void *bytes = NULL;
        size_t size = 0;
        const char *path = fth_test_path(names[i]);
        FTH_REQUIRE_OK(write_pictures(path, &spec, 20, &error), error);
        FTH_REQUIRE_OK(fth_file_read(path, 1 << 26, &bytes, &size, &error), error);
        FTH_CHECK(!holds_sound(bytes, size, BEGIN - PACKET - 16));
        FTH_CHECK(!holds_sound(bytes, size, END + PACKET));
        int held = 0, all = 0;
        for (int at = BEGIN + PACKET; at + PACKET < END; at += 512, all++)
            held += holds_sound(bytes, size, at) || holds_sound(bytes, size, at + 16);
        FTH_CHECK_INT(held, all);
        FTH_REQUIRE_OK(fth_reader_open(path, NULL, &reader, &error), error);
        FTH_CHECK(fth_reader_info(reader)->has_audio);
        FTH_CHECK_NEAR(fth_reader_info(reader)->duration_s, 0.8, 0.001);
        fth_reader_close(&reader);
        fth_free(bytes);
    }
}

/* White, black, red, green and blue survive limited range and the matrix to a code of 8 bits. */
FTH_TEST(primaries_survive_the_matrix)
{
    static const float colours[][3] = {{1, 1, 1}, {0, 0, 0}, {1, 0, 0}, {0, 1, 0}, {0, 0, 1}};
    static const char *const names[] = {"R", "G", "B"};
    struct fth_error error;
    for (size_t i = 0; i < FTH_ARRAY_COUNT(colours); i++) {
        struct fth_image *made = make_picture(64, 64, 1, false), *read = NULL;
        for (int c = 0; c < 3; c++)
            fth_plane_fill(fth_image_plane(made, names[c]), colours[i][c]);
        struct fth_writer_spec spec = {.format = made->format, .overwrite = true};
        struct fth_writer *writer = NULL;
        FTH_REQUIRE_OK(fth_writer_open(fth_test_path("p.mov"), &spec, &writer, &error), error);
        FTH_REQUIRE_OK(fth_writer_frame(writer, 1, made, &error), error);
        FTH_REQUIRE_OK(fth_writer_finish(&writer, &error), error);
        FTH_REQUIRE_OK(read_picture(fth_test_path("p.mov"), 1, &read, &error), error);
        for (int c = 0; c < 3; c++)
            FTH_CHECK_NEAR(channel_difference(made, read, names[c]), 0, 1.0 / 255);
        fth_image_unref(&made);
        fth_image_unref(&read);
    }
}
