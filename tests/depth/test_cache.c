/* SPDX-License-Identifier: Apache-2.0 */
/* The disk cache answers by key alone, forgets what was used least recently, and is shared by
 * processes. */
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "depth/cache.h"
#include "check.h"

static const struct fth_bundle_info info = {
    .model = "m", .scale = 1, .units = "relative", .encoding = "disparity", .version = "0"};

/* Every plane holds `value`. */
static struct fth_image *make_bundle(float value)
{
    static const char *const names[] = {"disparity", "confidence", "subject"};
    struct fth_format format = {37, 21, 1};
    struct fth_image *image = NULL;
    struct fth_plane *plane = NULL;
    if (fth_image_new(format, fth_format_rect(format), &image, NULL) != FTH_OK)
        return NULL;
    for (int i = 0; i < 3; i++) {
        if (fth_image_add(image, names[i], NULL, image->domain, &plane, NULL) != FTH_OK)
            return NULL;
        fth_plane_fill(plane, value);
    }
    image->depth = FTH_DEPTH_RELATIVE_INVERSE;
    return image;
}

static void keep(const char *folder, uint64_t number)
{
    struct fth_image *image = make_bundle((float)number);
    if (image)
        fth_bundle_keep(folder, (struct fth_key){number * 0x0100000000000000, number}, image,
                        &info, NULL);
    fth_image_unref(&image);
}

/* 1: it is there and right; 0: it is not there; -1: it is wrong. */
static int recall(const char *folder, uint64_t number)
{
    struct fth_image *back = NULL;
    struct fth_key key = {number * 0x0100000000000000, number};
    if (fth_bundle_recall(folder, key, NULL, NULL, &back) != FTH_OK)
        return 0;
    bool right = *fth_plane_at(fth_image_plane(back, "disparity"), 3, 3) == (float)number;
    fth_image_unref(&back);
    return right ? 1 : -1;
}

static const char *path_of(const char *folder, uint64_t number, char path[1200])
{
    char digits[33];
    fth_key_print((struct fth_key){number * 0x0100000000000000, number}, digits);
    snprintf(path, 1200, "%s/depth/%.2s/%s.exr", folder, digits, digits);
    return path;
}

FTH_TEST(the_cache_recalls_what_it_kept)
{
    struct fth_error error;
    const char *folder = fth_test_folder();
    char path[1200];
    FTH_CHECK_INT(recall(folder, 7), 0);
    keep(folder, 7);
    /* a folder that it has to make itself is its owner's alone */
    struct stat own = {0};
    snprintf(path, sizeof(path), "%s/own", folder);
    keep(path, 7);
    FTH_CHECK(stat(path, &own) == 0 && (own.st_mode & 07777) == 0700);
    FTH_CHECK_INT(recall(path, 7), 1);
    FTH_CHECK_INT(recall(folder, 8), 0);
    FTH_CHECK_INT(recall(folder, 7), 1);

    /* a damaged entry is removed, and kept anew the next time */
    FTH_CHECK(fth_file_exists(path_of(folder, 7, path)));
    FTH_REQUIRE_OK(fth_file_write(path, "half an entry", 13, true, &error), error);
    FTH_CHECK_INT(recall(folder, 7), 0);
    FTH_CHECK(!fth_file_exists(path));
    keep("/proc/nowhere", 7); /* no failure, no crash */
}

/* Whichever bit is another, and wherever the file ends, it is noticed. */
FTH_TEST(no_damaged_entry_is_believed)
{
    const char *folder = fth_test_path("damage");
    char path[1200];
    void *bytes = NULL;
    size_t size = 0;
    struct fth_error error;
    keep(folder, 9);
    FTH_REQUIRE_OK(fth_file_read(path_of(folder, 9, path), 1 << 20, &bytes, &size, &error), error);
    unsigned char *at = bytes;
    uint32_t seed = 1;
    for (int i = 0; i < 300; i++) {
        seed = seed * 1664525u + 1013904223u;
        size_t where = i < 50 ? size - 1 - (size_t)i : (seed >> 8) % size;
        unsigned char flip = (unsigned char)(1u << (seed >> 5) % 8);
        at[where] ^= flip;
        FTH_REQUIRE_OK(fth_file_write(path, bytes, size, true, &error), error);
        if (recall(folder, 9) != 0)
            fth_test_fail(__FILE__, __LINE__, "byte %zu of %zu: not noticed", where, size);
        FTH_CHECK(!fth_file_exists(path));
        at[where] ^= flip;
    }
    for (size_t length = 0; length < size; length += 1 + length / 8) {
        FTH_REQUIRE_OK(fth_file_write(path, bytes, length, true, &error), error);
        FTH_CHECK_INT(recall(folder, 9), 0);
    }
    FTH_REQUIRE_OK(fth_file_write(path, bytes, size, true, &error), error);
    FTH_CHECK_INT(recall(folder, 9), 1);
    fth_free(bytes);
}

/* Ages the entry: last used that many seconds after 1970. */
static void set_age(const char *folder, uint64_t number, int64_t second)
{
    char path[1200];
    struct timespec times[2] = {{second, 0}, {second, 0}};
    FTH_CHECK(utimensat(AT_FDCWD, path_of(folder, number, path), times, 0) == 0);
}

FTH_TEST(what_was_used_least_recently_goes_first)
{
    const char *folder = fth_test_path("used");
    char path[1200], left[1300];
    struct stat file;
    for (uint64_t i = 1; i <= 5; i++) {
        keep(folder, i);
        set_age(folder, i, (int64_t)(1000 * i));
    }
    FTH_CHECK_INT(recall(folder, 1), 1); /* the oldest is used again */
    uint64_t sizes[6] = {0}, all = 0;
    for (uint64_t i = 1; i <= 5; i++) {
        FTH_REQUIRE(stat(path_of(folder, i, path), &file) == 0);
        all += sizes[i] = (uint64_t)file.st_size;
    }
    snprintf(left, sizeof(left), "%.*s/.x.fathom-1-1.exr",
             (int)(strrchr(path, '/') - path), path);
    struct timespec times[2] = {{1000, 0}, {1000, 0}};
    FTH_CHECK(fth_file_write(left, "half", 4, true, NULL) == FTH_OK);
    FTH_CHECK(utimensat(AT_FDCWD, left, times, 0) == 0);

    fth_bundle_trim(folder, all); /* all fit */
    for (uint64_t i = 1; i <= 5; i++)
        FTH_CHECK(fth_file_exists(path_of(folder, i, path)));
    FTH_CHECK(access(left, F_OK) != 0); /* abandoned long ago */
    fth_bundle_trim(folder, (all - sizes[2]) * 10 / 9 + 9); /* nine tenths hold the other four */
    FTH_CHECK(!fth_file_exists(path_of(folder, 2, path)));
    FTH_CHECK(fth_file_exists(path_of(folder, 1, path)));
    FTH_CHECK(fth_file_exists(path_of(folder, 3, path)));
    FTH_CHECK(fth_file_exists(path_of(folder, 4, path)));
    FTH_CHECK(fth_file_exists(path_of(folder, 5, path)));
    fth_bundle_trim(folder, 0);
    for (uint64_t i = 1; i <= 5; i++)
        FTH_CHECK_INT(recall(folder, i), 0);
    fth_bundle_trim("/proc/nowhere", 0); /* nothing there, nothing said */
}

/* Keeps, recalls and trims the same forty entries; the number of wrong answers. */
static int work_hard(const char *folder, int rounds)
{
    char path[1200];
    struct stat file;
    int wrong = 0;
    keep(folder, 1);
    uint64_t size = stat(path_of(folder, 1, path), &file) == 0 ? (uint64_t)file.st_size : 1;
    for (int round = 0; round < rounds; round++) {
        for (uint64_t i = 1; i <= 40; i++) {
            if (recall(folder, i) == 0)
                keep(folder, i);
            wrong += recall(folder, i) < 0;
        }
        fth_bundle_trim(folder, 20 * size);
    }
    return wrong;
}

FTH_TEST(two_processes_share_a_cache)
{
    const char *folder = fth_test_path("shared");
    int state = -1;
    pid_t child = fork();
    if (child == 0)
        _exit(work_hard(folder, 5) ? 1 : 0);
    FTH_REQUIRE(child > 0);
    FTH_CHECK_INT(work_hard(folder, 5), 0);
    FTH_CHECK(waitpid(child, &state, 0) == child && WIFEXITED(state) && WEXITSTATUS(state) == 0);
    for (uint64_t i = 1; i <= 40; i++)
        FTH_CHECK(recall(folder, i) >= 0);
}
