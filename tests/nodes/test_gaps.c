/* SPDX-License-Identifier: Apache-2.0 */
/* Sequences and videos with frames that are missing, damaged, empty or of another size. */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "io/media.h"
#include "bench.h"
#include "check.h"

enum { LAST = 9, MISSING = 3, CUT = 5, SMALL = 6, EMPTY = 1 };

static enum fth_status write_scene(struct bench *bench, const char *scene, const char *path,
                                   int64_t first, int64_t last)
{
    struct fth_job job = {.first_frame = first, .last_frame = last};
    bool good = bench_open(bench, bench_catalogue(), NULL) &&
                bench_add(bench, "scene", "test_scene", scene, "") &&
                bench_add(bench, "out", "media_out", "overwrite=true", "input=scene") &&
                bench_set(bench, "out", "file", path);
    enum fth_status status = bench->error.status;
    if (good)
        status = fth_engine_run(bench->engine, bench->graph, fth_graph_find(bench->graph, "out"),
                                &job, &bench->error);
    bench_close(bench);
    return status;
}

static const char *file_of(const char *name, int frame)
{
    char text[64];
    snprintf(text, sizeof(text), "%s.%04d.png", name, frame);
    return fth_test_path(text);
}

/* Nine frames: 1 is empty, 3 missing, 5 cut short, 6 of another size. */
static bool make_damaged(struct bench *bench)
{
    char pattern[256];
    snprintf(pattern, sizeof(pattern), "%s", fth_test_path("s.####.png"));
    for (int frame = 1; frame <= LAST; frame++) {
        char scene[40];
        snprintf(scene, sizeof(scene), "kind=photo seed=%d", frame);
        if (write_scene(bench, scene, pattern, frame, frame) != FTH_OK)
            return false;
    }
    return write_scene(bench, "kind=photo width=20", pattern, SMALL, SMALL) == FTH_OK &&
           unlink(file_of("s", MISSING)) == 0 && truncate(file_of("s", CUT), 300) == 0 &&
           truncate(file_of("s", EMPTY), 0) == 0;
}

/* Copies first..last through a graph with an area node, so that all stages take part. */
static enum fth_status copy(struct bench *bench, const char *from, const char *settings,
                            const char *to, int64_t first, int64_t last)
{
    struct fth_job job = {.first_frame = first, .last_frame = last};
    char source[256], target[256];
    snprintf(source, sizeof(source), "%s", fth_test_path(from));
    snprintf(target, sizeof(target), "%s", fth_test_path(to));
    bool good = bench_open(bench, bench_catalogue(), NULL) &&
                bench_add(bench, "in", "media_in", settings, "") &&
                bench_set(bench, "in", "file", source) &&
                bench_add(bench, "blur", "blur", "", "input=in") &&
                bench_add(bench, "out", "media_out", "overwrite=true", "input=blur") &&
                bench_set(bench, "out", "file", target);
    enum fth_status status = bench->error.status;
    if (good)
        status = fth_engine_run(bench->engine, bench->graph, fth_graph_find(bench->graph, "out"),
                                &job, &bench->error);
    bench_close(bench);
    return status;
}

static bool same_file(const char *a, const char *b)
{
    struct fth_key x, y;
    return fth_file_key(a, &x, NULL) == FTH_OK && fth_file_key(b, &y, NULL) == FTH_OK &&
           fth_key_equal(x, y);
}

static struct {
    int lines;
    char last[600];
} said;

static void listen(void *context, enum fth_log_level level, const char *line)
{
    (void)context;
    said.lines += level == FTH_LOG_WARNING;
    snprintf(said.last, sizeof(said.last), "%s", line);
}

FTH_TEST(a_bad_frame_stops_the_work)
{
    struct bench bench = {0};
    FTH_REQUIRE(make_damaged(&bench));
    FTH_CHECK_INT(copy(&bench, "s.####.png", "", "stop.####.png", 2, LAST), FTH_ERR_DATA);
    FTH_CHECK(strstr(bench.error.message, "0001.png: the file is empty") != NULL);
    FTH_REQUIRE(write_scene(&bench, "kind=photo seed=2", fth_test_path("s.####.png"), 1, 1) ==
                FTH_OK);
    FTH_CHECK_INT(copy(&bench, "s.####.png", "", "stop.####.png", 2, LAST), FTH_ERR_NOT_FOUND);
    FTH_CHECK(strstr(bench.error.message, "frame 3 is missing") != NULL);
    FTH_CHECK_INT(copy(&bench, "s.####.png", "", "stop.####.png", 4, LAST), FTH_ERR_DATA);
    FTH_CHECK(strstr(bench.error.message, "0005.png") != NULL);
    FTH_CHECK_INT(copy(&bench, "s.####.png", "", "stop.####.png", 6, LAST), FTH_ERR_DATA);
    FTH_CHECK(strstr(bench.error.message, "frame 6 is 20 x ") != NULL);
    FTH_CHECK(!fth_file_exists(file_of("stop", 5)) && !fth_file_exists(file_of("stop", 6)));
}

FTH_TEST(bad_frames_are_left_out)
{
    struct bench bench = {0};
    FTH_REQUIRE(make_damaged(&bench));
    fth_log_set(listen, NULL);
    said.lines = 0;
    FTH_CHECK_INT(copy(&bench, "s.####.png", "on_error=skip", "skip.####.png", 1, LAST), FTH_OK);
    fth_log_set(NULL, NULL);
    FTH_CHECK_INT(said.lines, 5); /* one each, and the sum */
    FTH_CHECK(strstr(said.last, "4 frames are missing or damaged and were left out: 1, 3, 5-6"));
    for (int frame = 1; frame <= LAST; frame++) {
        bool bad = frame == EMPTY || frame == MISSING || frame == CUT || frame == SMALL;
        FTH_CHECK(fth_file_exists(file_of("skip", frame)) == !bad);
    }
    FTH_CHECK_INT(copy(&bench, "s.####.png", "on_error=skip", "none.####.png", 5, 6),
                  FTH_ERR_DATA);
    FTH_CHECK(strstr(bench.error.message, "all frames of 5-6 are missing or damaged"));
}

/* Whatever was read before, and in what order. */
FTH_TEST(the_last_good_frame_is_held)
{
    struct bench bench = {0};
    static const int shown[LAST + 1] = {0, 2, 2, 2, 4, 4, 4, 7, 8, 9};
    FTH_REQUIRE(make_damaged(&bench));
    FTH_CHECK_INT(copy(&bench, "s.####.png", "on_error=hold", "hold.####.png", 1, LAST), FTH_OK);
    for (int frame = 1; frame <= LAST; frame++) {
        FTH_CHECK(same_file(file_of("hold", frame), file_of("hold", shown[frame])));
        FTH_CHECK(frame == LAST || !same_file(file_of("hold", frame), file_of("hold", LAST)));
    }
    FTH_CHECK_INT(copy(&bench, "s.####.png", "on_error=hold", "some.####.png", CUT, SMALL), FTH_OK);
    for (int frame = CUT; frame <= SMALL; frame++)
        FTH_CHECK(same_file(file_of("hold", frame), file_of("some", frame)));
}

/* Bytes in the middle of a video: frames that cannot be decoded are treated alike. (Where a decoder
 * makes a picture of them all the same, nobody can tell.) */
FTH_TEST(damaged_frames_of_a_video)
{
    struct bench bench = {0};
    struct fth_reader *reader = NULL;
    char video[256], noise[3000];
    snprintf(video, sizeof(video), "%s", fth_test_path("v.mkv"));
    FTH_REQUIRE(write_scene(&bench, "kind=photo width=96 height=64", video, 1, 12) == FTH_OK);
    int fd = open(video, O_RDWR);
    FTH_REQUIRE(fd >= 0);
    off_t size = lseek(fd, 0, SEEK_END);
    memset(noise, 0x5a, sizeof(noise));
    FTH_CHECK(pwrite(fd, noise, sizeof(noise), size / 2) == (ssize_t)sizeof(noise));
    close(fd);
    FTH_REQUIRE_OK(fth_reader_open(video, NULL, &reader, &bench.error), bench.error);
    int64_t last = fth_reader_info(reader)->last_frame; /* what is left of the container's list */
    fth_reader_close(&reader);
    FTH_CHECK(copy(&bench, "v.mkv", "", "stop.####.png", 1, last) != FTH_OK);
    FTH_CHECK_INT(copy(&bench, "v.mkv", "on_error=hold", "hold.####.png", 1, last), FTH_OK);
    FTH_CHECK_INT(copy(&bench, "v.mkv", "on_error=skip", "skip.####.png", 1, last), FTH_OK);
    int held = 0, kept = 0;
    for (int frame = 1; frame <= 12; frame++) {
        held += fth_file_exists(file_of("hold", frame));
        kept += fth_file_exists(file_of("skip", frame));
    }
    FTH_CHECK_INT(held, last);
    FTH_CHECK(kept < last && kept >= 6);
}
