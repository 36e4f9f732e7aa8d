/* SPDX-License-Identifier: Apache-2.0 */
/* Names, sequences and folders; what is refused, and that it leaves nothing behind. */
#include <dirent.h>
#include <unistd.h>
#include <sys/stat.h>

#include "pictures.h"

static int count_files(void)
{
    int count = 0;
    DIR *dir = opendir(fth_test_folder());
    for (struct dirent *e; dir && (e = readdir(dir));)
        count += strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
    if (dir)
        closedir(dir);
    return count;
}

FTH_TEST(patterns)
{
    static const struct {
        const char *pattern;
        int64_t frame;
        const char *file;
    } cases[] = {
        {"d.#/shot.####.exr", 12, "d.#/shot.0012.exr"}, {"shot.%04d.exr", 12345, "shot.12345.exr"},
        {"shot.%d.exr", 7, "shot.7.exr"},               {"shot.[1-100].exr", 7, "shot.7.exr"},
        {"shot.[001-100].exr", 7, "shot.007.exr"},
        {"shot.####.exr", -5, "shot.-005.exr"},         {"shot.%d.exr", -12, "shot.-12.exr"},
    };
    for (size_t i = 0; i < FTH_ARRAY_COUNT(cases); i++) {
        char file[64];
        struct fth_error error;
        FTH_CHECK(fth_sequence_is_pattern(cases[i].pattern));
        FTH_REQUIRE_OK(fth_sequence_file(cases[i].pattern, cases[i].frame, file, sizeof(file),
                                         &error), error);
        FTH_CHECK_TEXT(file, cases[i].file);
    }
    static const char *const plain[] = {"a.png", "100%.png", "a%s.png", "a[b].png", "#/a.png",
                                        "%n%n%n.png", "a[1-].png"};
    for (size_t i = 0; i < FTH_ARRAY_COUNT(plain); i++)
        FTH_CHECK(!fth_sequence_is_pattern(plain[i]));
    char file[8];
    FTH_CHECK_INT(fth_sequence_file("shot.####.exr", 1, file, sizeof(file), NULL), FTH_ERR_LIMIT);
}

static void write_still(const char *name, int frame, int width)
{
    struct fth_error error;
    struct fth_image *image = make_picture(width, 4, frame, false);
    struct fth_writer_spec spec = {.format = image->format};
    struct fth_writer *writer = NULL;
    FTH_REQUIRE_OK(fth_writer_open(fth_test_path(name), &spec, &writer, &error), error);
    FTH_REQUIRE_OK(fth_writer_frame(writer, frame, image, &error), error);
    FTH_REQUIRE_OK(fth_writer_finish(&writer, &error), error);
    fth_image_unref(&image);
}

FTH_TEST(sequences_keep_their_numbers)
{
    struct fth_error error;
    write_still("s.0005.png", 5, 5);
    write_still("s.0007.png", 7, 7);
    write_still("s.10001.png", 9, 9);
    write_still("s.07.png", 1, 3);
    struct fth_reader *reader = NULL;
    FTH_REQUIRE_OK(fth_reader_open(fth_test_path("s.####.png"), NULL, &reader, &error), error);
    FTH_CHECK_INT(fth_reader_info(reader)->kind, FTH_MEDIA_SEQUENCE);
    FTH_CHECK_INT(fth_reader_info(reader)->first_frame, 5);
    FTH_CHECK_INT(fth_reader_info(reader)->last_frame, 10001);
    struct fth_image *image = NULL;
    FTH_REQUIRE_OK(fth_reader_frame(reader, 7, &image, &error), error);
    FTH_CHECK_INT(image->format.width, 7);
    fth_image_unref(&image);
    FTH_CHECK_INT(fth_reader_frame(reader, 6, &image, &error), FTH_ERR_NOT_FOUND);
    FTH_CHECK_INT(fth_reader_frame(reader, 10002, &image, &error), FTH_END);
    struct fth_key five, seven, file;
    FTH_REQUIRE_OK(fth_reader_frame_key(reader, 5, &five, &error), error);
    FTH_REQUIRE_OK(fth_reader_frame_key(reader, 7, &seven, &error), error);
    FTH_REQUIRE_OK(fth_file_key(fth_test_path("s.0007.png"), &file, &error), error);
    FTH_CHECK(fth_key_equal(seven, file) && !fth_key_equal(five, seven));
    fth_reader_close(&reader);
    FTH_REQUIRE_OK(fth_reader_open(fth_test_path("s.[0005-0008].png"), NULL, &reader, &error),
                   error);
    FTH_CHECK_INT(fth_reader_info(reader)->last_frame, 7);
    fth_reader_close(&reader);
    FTH_REQUIRE_OK(fth_reader_open(fth_test_folder(), NULL, &reader, &error), error);
    FTH_CHECK_INT(fth_reader_info(reader)->last_frame, 4);
    FTH_REQUIRE_OK(fth_reader_frame(reader, 2, &image, &error), error); /* s.0007 of the sorted */
    FTH_CHECK_INT(image->format.width, 7);
    fth_image_unref(&image);
    fth_reader_close(&reader);
}

FTH_TEST(numbers_below_zero)
{
    static const struct {
        const char *name;
        int64_t frame; /* 99: none of the sequence */
    } files[] = {{"n.-012.png", -12}, {"n.-0003.png", -3}, {"n.-001.png", -1}, {"n.0000.png", 0},
                 {"n.0002.png", 2},   {"n.-00007.png", 99}, {"n.-0000.png", 99}};
    struct fth_error error;
    struct fth_reader *reader = NULL;
    for (size_t i = 0; i < FTH_ARRAY_COUNT(files); i++)
        write_still(files[i].name, 1, (int)i + 2);
    FTH_REQUIRE_OK(fth_reader_open(fth_test_path("n.####.png"), NULL, &reader, &error), error);
    FTH_CHECK_INT(fth_reader_info(reader)->first_frame, -12);
    FTH_CHECK_INT(fth_reader_info(reader)->last_frame, 2);
    for (size_t i = 0; i < 5; i++) {
        struct fth_image *image = NULL;
        FTH_REQUIRE_OK(fth_reader_frame(reader, files[i].frame, &image, &error), error);
        FTH_CHECK_INT(image->format.width, (int)i + 2);
        fth_image_unref(&image);
    }
    int64_t there = 0;
    FTH_CHECK(fth_reader_neighbour(reader, -2, -1, &there) && there == -3);
    FTH_CHECK(fth_reader_neighbour(reader, 0, 1, &there) && there == 2);
    FTH_CHECK(!fth_reader_neighbour(reader, 2, 1, &there));
    FTH_CHECK(!fth_reader_neighbour(reader, -12, -1, &there));
    fth_reader_close(&reader);
}

FTH_TEST(names_are_only_names)
{
    struct fth_image *image = NULL;
    struct fth_error error;
    static const char *const names[] = {"http:a.png", "100%.png", "a,b c.png", "concat:x|y.png"};
    for (size_t i = 0; i < FTH_ARRAY_COUNT(names); i++) {
        write_still(names[i], 1, 4);
        FTH_REQUIRE_OK(read_picture(fth_test_path(names[i]), 1, &image, &error), error);
        fth_image_unref(&image);
    }
    struct fth_writer_spec spec = {.format = {16, 16, 1}};
    FTH_REQUIRE_OK(write_pictures(fth_test_path("tcp:%s.mkv"), &spec, 2, &error), error);
    FTH_REQUIRE_OK(read_picture(fth_test_path("tcp:%s.mkv"), 2, &image, &error), error);
    fth_image_unref(&image);
}

FTH_TEST(nothing_is_overwritten_unasked)
{
    struct fth_error error;
    struct fth_writer *writer = NULL;
    static const char *const names[] = {"a.png", "a.mov", "a.exr", "s.####.png"};
    for (size_t i = 0; i < FTH_ARRAY_COUNT(names); i++) {
        struct fth_writer_spec spec = {.format = {16, 16, 1}};
        FTH_REQUIRE_OK(write_pictures(fth_test_path(names[i]), &spec, 1, &error), error);
        FTH_CHECK_INT(fth_writer_open(fth_test_path(names[i]), &spec, &writer, &error),
                      FTH_ERR_EXISTS);
        spec.overwrite = true;
        FTH_CHECK_INT(write_pictures(fth_test_path(names[i]), &spec, 1, &error), FTH_OK);
    }
    FTH_CHECK_INT(count_files(), 4);
}

FTH_TEST(an_aborted_job_leaves_nothing)
{
    struct fth_error error;
    static const char *const names[] = {"a.mov", "a.mkv", "a.mp4", "a.webm", "a.png", "a.exr"};
    for (size_t i = 0; i < FTH_ARRAY_COUNT(names); i++)
        for (int frames = 0; frames < 2; frames++) {
            struct fth_writer_spec spec = {.format = {64, 64, 1}};
            struct fth_writer *writer = NULL;
            struct fth_image *image = make_picture(64, 64, 1, false);
            FTH_REQUIRE_OK(fth_writer_open(fth_test_path(names[i]), &spec, &writer, &error), error);
            if (frames && i < 4)
                FTH_CHECK_INT(fth_writer_frame(writer, 1, image, &error), FTH_OK);
            FTH_CHECK_INT(fth_writer_frame(writer, 2, image, &error), FTH_OK);
            fth_writer_abort(&writer);
            fth_image_unref(&image);
            FTH_CHECK(i >= 4 || !fth_file_exists(fth_test_path(names[i])));
            if (i >= 4) /* a still is whole with its only frame */
                unlink(fth_test_path(names[i]));
        }
    FTH_CHECK_INT(count_files(), 0);
}

FTH_TEST(what_cannot_be_read_says_so)
{
    struct fth_error error;
    struct fth_reader *reader = NULL;
    FTH_CHECK_INT(fth_reader_open(fth_test_path("none.mp4"), NULL, &reader, &error),
                  FTH_ERR_NOT_FOUND);
    FTH_CHECK_INT(fth_reader_open(fth_test_path("none.####.png"), NULL, &reader, &error),
                  FTH_ERR_NOT_FOUND);
    FTH_CHECK_INT(fth_reader_open(fth_test_folder(), NULL, &reader, &error), FTH_ERR_NOT_FOUND);
    FTH_CHECK_INT(fth_file_write(fth_test_path("empty.png"), "", 0, false, &error), FTH_OK);
    FTH_CHECK_INT(fth_reader_open(fth_test_path("empty.png"), NULL, &reader, &error), FTH_ERR_DATA);
    static const char text[] = "Dear diary,\nthis is no picture at all.\n\nYours\n";
    FTH_CHECK_INT(fth_file_write(fth_test_path("text.png"), text, sizeof(text), false, &error),
                  FTH_OK);
    FTH_CHECK_INT(fth_reader_open(fth_test_path("text.png"), NULL, &reader, &error), FTH_ERR_DATA);
    FTH_CHECK(strstr(error.message, "text.png") != NULL && !strchr(error.message, '\n'));
    FTH_CHECK_INT(mkfifo(fth_test_path("pipe.png"), 0600), 0);
    FTH_CHECK_INT(fth_reader_open(fth_test_path("pipe.png"), NULL, &reader, &error), FTH_ERR_IO);
    FTH_CHECK_INT(fth_reader_open("/dev/zero", NULL, &reader, &error), FTH_ERR_IO);
    struct fth_writer_spec spec = {.format = {16, 16, 1}};
    struct fth_writer *writer = NULL;
    FTH_CHECK_INT(fth_writer_open(fth_test_path("no/such/a.png"), &spec, &writer, &error),
                  FTH_ERR_NOT_FOUND);
    FTH_CHECK_INT(fth_writer_open(fth_test_path("a.xyz"), &spec, &writer, &error),
                  FTH_ERR_UNSUPPORTED);
}
