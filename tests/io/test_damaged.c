/* SPDX-License-Identifier: Apache-2.0 */
/* Damaged files: an error or a picture, soon, and never a crash. Ours are made by cutting and
 * flipping whole ones; the outside material is a collection of files that once broke a library. */
#include <dirent.h>

#include "base/thread.h"
#include "pictures.h"

/* Ten seconds are the promise for the slowest build; a hang takes for ever. */
static void read_all(const char *path)
{
    struct fth_error error = {0};
    struct fth_reader *reader = NULL;
    double start = fth_clock_s();
    enum fth_status status = fth_reader_open(path, NULL, &reader, &error);
    for (int64_t f = 1; status == FTH_OK && f <= 4; f++) {
        struct fth_image *image = NULL;
        status = fth_reader_frame(reader, fth_reader_info(reader)->first_frame + f - 1, &image,
                                  &error);
        fth_image_unref(&image);
    }
    if (status >= FTH_ERR_USAGE && !error.message[0])
        fth_test_fail(__FILE__, __LINE__, "%s: an error without a message", path);
    fth_reader_close(&reader);
    if (fth_clock_s() - start > 10)
        fth_test_fail(__FILE__, __LINE__, "%s: took %.1f s", path, fth_clock_s() - start);
}

FTH_TEST(damaged_material)
{
    static const char *const folders[] = {"damaged/openexr", "damaged/other"};
    int count = 0;
    for (int i = 0; i < 2; i++) {
        const char *folder = fth_test_material(folders[i]);
        DIR *dir = folder ? opendir(folder) : NULL;
        if (!dir)
            FTH_SKIP("no material here");
        for (struct dirent *e; (e = readdir(dir));) {
            char path[4096];
            snprintf(path, sizeof(path), "%s/%s", folder, e->d_name);
            if (e->d_name[0] == '.')
                continue;
            read_all(path);
            count++;
        }
        closedir(dir);
    }
    FTH_CHECK(count > 0);
}

FTH_TEST(cut_and_flipped_files)
{
    static const char *const names[] = {"a.png", "a.jpg", "a.tif", "a.exr", "a.pfm",
                                        "a.mp4", "a.mov", "a.mkv", "a.webm"};
    struct fth_error error;
    uint32_t random = 12345;
    for (size_t i = 0; i < FTH_ARRAY_COUNT(names); i++) {
        struct fth_writer_spec spec = {.format = {48, 32, 1}};
        int frames = i < 5 ? 1 : 3;
        FTH_REQUIRE_OK(write_pictures(fth_test_path(names[i]), &spec, frames, &error), error);
        unsigned char *bytes = NULL;
        size_t size = 0;
        FTH_REQUIRE_OK(fth_file_read(fth_test_path(names[i]), 1 << 24, (void **)&bytes, &size,
                                     &error), error);
        for (int round = 0; round < 24; round++) {
            size_t length = round % 2 ? size : size * (size_t)round / 24;
            random = random * 1664525 + 1013904223;
            unsigned char *byte = &bytes[random % size], kept = *byte;
            *byte ^= round % 2 ? (unsigned char)(1 << (random >> 28 & 7)) : 0;
            const char *path = fth_test_path(round % 2 ? "flipped" : "cut");
            FTH_REQUIRE_OK(fth_file_write(path, bytes, length, true, &error), error);
            read_all(path);
            *byte = kept;
        }
        fth_free(bytes);
    }
}

FTH_TEST(a_cut_still_is_refused)
{
    static const char *const names[] = {"a.png", "a.tif", "a.exr", "a.pfm"};
    struct fth_error error;
    for (size_t i = 0; i < FTH_ARRAY_COUNT(names); i++) {
        struct fth_writer_spec spec = {.format = {48, 32, 1}};
        FTH_REQUIRE_OK(write_pictures(fth_test_path(names[i]), &spec, 1, &error), error);
        void *bytes = NULL;
        size_t size = 0;
        FTH_REQUIRE_OK(fth_file_read(fth_test_path(names[i]), 1 << 24, &bytes, &size, &error),
                       error);
        FTH_REQUIRE_OK(fth_file_write(fth_test_path("cut"), bytes, size / 2, true, &error), error);
        struct fth_image *image = NULL;
        if (read_picture(fth_test_path("cut"), 1, &image, &error) < FTH_ERR_USAGE)
            fth_test_fail(__FILE__, __LINE__, "half of %s was read as a picture", names[i]);
        fth_image_unref(&image);
        fth_free(bytes);
    }
}
