/* SPDX-License-Identifier: Apache-2.0 */
/* Milliseconds a frame of reading and writing media, median of what is there: CLIP THREADS FOLDER.
 * Every kind of file is written from the clip's first frames and read back. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/thread.h"
#include "base/text.h"
#include "depth/bundle.h"
#include "io/media.h"
#include "ops/blur.h"

enum { FRAMES = 8 };

struct scene {
    struct fth_pool *pool;
    struct fth_buffers *buffers;
    struct fth_image *frames[FRAMES];
    const char *folder;
    struct fth_work work;
};

static void stop_on(enum fth_status status, const struct fth_error *error)
{
    if (status == FTH_OK)
        return;
    fprintf(stderr, "%s\n", error->message);
    exit(1);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static double median_ms(double *seconds, int count)
{
    qsort(seconds, (size_t)count, sizeof(*seconds), by_value);
    return 1000 * seconds[count / 2];
}

/* Of all threads, a frame: tells what a busy machine's clock does not. */
static double cpu_ms(clock_t since)
{
    return 1000.0 * (double)(clock() - since) / CLOCKS_PER_SEC / FRAMES;
}

/* A is the green of the frame: an alpha with edges and noise. */
static void load_frames(struct scene *s, const char *clip)
{
    struct fth_error error;
    struct fth_reader *reader = NULL;
    struct fth_reader_options options = {.pool = s->pool, .buffers = s->buffers};
    double start = fth_clock_s(), taken[FRAMES];
    stop_on(fth_reader_open(clip, &options, &reader, &error), &error);
    printf("open %s: %.1f ms\n", clip, 1000 * (fth_clock_s() - start));
    for (int i = 0; i < FRAMES; i++) {
        start = fth_clock_s();
        struct fth_image *read = NULL;
        stop_on(fth_reader_frame(reader, i + 1, &read, &error), &error);
        taken[i] = fth_clock_s() - start;
        stop_on(fth_image_new_like(read, &s->frames[i], &error), &error);
        fth_image_set(s->frames[i], "A", fth_plane_ref(fth_image_plane(read, "G")), NULL);
        s->frames[i]->premultiplied = false;
        fth_image_unref(&read);
    }
    printf("%-14s read %7.1f ms\n", "clip", median_ms(taken, FRAMES));
    fth_reader_close(&reader);
}

static void read_back(const struct scene *s, const char *path)
{
    struct fth_error error;
    struct fth_reader *reader = NULL;
    struct fth_reader_options options = {.pool = s->pool, .buffers = s->buffers};
    double taken[FRAMES];
    stop_on(fth_reader_open(path, &options, &reader, &error), &error);
    clock_t cpu = clock();
    for (int i = 0; i < FRAMES; i++) {
        struct fth_image *read = NULL;
        double start = fth_clock_s();
        stop_on(fth_reader_frame(reader, i + 1, &read, &error), &error);
        taken[i] = fth_clock_s() - start;
        fth_image_unref(&read);
    }
    fth_reader_close(&reader);
    printf("   read %7.1f ms, cpu %7.1f ms\n", median_ms(taken, FRAMES), cpu_ms(cpu));
}

/* A video is timed as a whole, its end included: encoders work behind their caller's back. */
static void write_kind(const struct scene *s, const char *label, const char *name,
                       struct fth_writer_spec spec)
{
    struct fth_error error;
    struct fth_writer *writer = NULL;
    char path[2048], file[2048];
    double taken[FRAMES], begin = fth_clock_s();
    clock_t cpu = clock();
    snprintf(path, sizeof(path), "%s/%s", s->folder, name);
    bool video = !fth_sequence_is_pattern(path);
    spec.format = s->frames[0]->format;
    spec.overwrite = true;
    spec.pool = s->pool;
    stop_on(fth_writer_open(path, &spec, &writer, &error), &error);
    for (int i = 0; i < FRAMES; i++) {
        double start = fth_clock_s();
        stop_on(fth_writer_frame(writer, i + 1, s->frames[i], &error), &error);
        taken[i] = fth_clock_s() - start;
    }
    stop_on(fth_writer_finish(&writer, &error), &error);
    double whole = 1000 * (fth_clock_s() - begin) / FRAMES;
    struct stat found = {0};
    if (!video)
        stop_on(fth_sequence_file(path, 1, file, sizeof(file), &error), &error);
    stat(video ? path : file, &found);
    printf("%-12s write %7.1f ms, cpu %7.1f ms, %7.0f KB", label,
           video ? whole : median_ms(taken, FRAMES), cpu_ms(cpu),
           (double)found.st_size / 1000 / (video ? FRAMES : 1));
    read_back(s, path);
}

/* What the depth cache keeps of a frame. */
static void bundles(const struct scene *s)
{
    static const char *const names[] = {"disparity", "confidence", "subject"};
    struct fth_error error;
    struct fth_image *bundle = NULL;
    struct fth_bundle_info info = {.scale = 1, .units = "relative", .encoding = "disparity"};
    double written[FRAMES], read[FRAMES];
    char path[2048];
    snprintf(path, sizeof(path), "%s/bundle.exr", s->folder);
    struct fth_format format = s->frames[0]->format;
    stop_on(fth_image_new(format, fth_format_rect(format), &bundle, &error), &error);
    for (int i = 0; i < 3; i++) { /* smooth, as networks make them */
        struct fth_plane *plane = NULL, *from = s->frames[0]->channels[i].plane;
        stop_on(fth_image_add(bundle, names[i], NULL, bundle->domain, &plane, &error), &error);
        struct fth_grid src = fth_grid_of_plane(from, bundle->domain);
        struct fth_grid dst = fth_grid_of_plane(plane, bundle->domain);
        stop_on(fth_blur_box(&s->work, &src, &dst, 10, FTH_BORDER_REFLECT, &error), &error);
    }
    clock_t cpu = clock();
    for (int i = 0; i < FRAMES; i++) {
        struct fth_image *back = NULL;
        double start = fth_clock_s();
        stop_on(fth_bundle_write(path, bundle, &info, true, s->pool, &error), &error);
        written[i] = fth_clock_s() - start;
        start = fth_clock_s();
        stop_on(fth_bundle_read(path, s->pool, s->buffers, &back, NULL, &error), &error);
        read[i] = fth_clock_s() - start;
        fth_image_unref(&back);
    }
    struct stat found = {0};
    stat(path, &found);
    printf("%-12s write %7.1f ms, both cpu %6.1f ms, %7.0f KB   read %7.1f ms\n", "bundle",
           median_ms(written, FRAMES), cpu_ms(cpu), (double)found.st_size / 1000,
           median_ms(read, FRAMES));
    fth_image_unref(&bundle);
}

int main(int count, char **words)
{
    static const struct {
        const char *label, *name;
        struct fth_writer_spec spec;
    } kinds[] = {
        {"mp4", "a.mp4", {.alpha = false}},
        {"webm", "a.webm", {.alpha = false}},
        {"mov", "a.mov", {.alpha = false}},
        {"mov alpha", "b.mov", {.alpha = true}},
        {"mkv", "a.mkv", {.alpha = false}},
        {"mkv grey", "b.mkv", {.grey = true}},
        {"mkv 8 bit", "c.mkv", {.bits = FTH_BITS_8}},
        {"png", "a.####.png", {.alpha = false}},
        {"png grey", "b.####.png", {.grey = true}},
        {"png 8 bit", "c.####.png", {.bits = FTH_BITS_8}},
        {"jpg", "a.####.jpg", {.alpha = false}},
        {"tif", "a.####.tif", {.alpha = false}},
        {"exr", "a.####.exr", {.alpha = false}},
        {"exr alpha", "b.####.exr", {.alpha = true}},
    };
    struct fth_error error;
    struct scene s = {0};
    int64_t threads;
    if (count < 4 || !fth_parse_int(words[2], &threads)) {
        fprintf(stderr, "usage: bench_io CLIP THREADS FOLDER [KIND]\n");
        return 2;
    }
    s.folder = words[3];
    stop_on(fth_pool_create((int)threads, &s.pool, &error), &error);
    stop_on(fth_buffers_create(1u << 30, &s.buffers, &error), &error);
    s.work.pool = s.pool;
    stop_on(fth_arena_create(&s.work.arena, &error), &error);
    load_frames(&s, words[1]);
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (count < 5 || strcmp(words[4], kinds[i].label) == 0)
            write_kind(&s, kinds[i].label, kinds[i].name, kinds[i].spec);
    if (count < 5 || strcmp(words[4], "bundle") == 0)
        bundles(&s);
    for (int i = 0; i < FRAMES; i++)
        fth_image_unref(&s.frames[i]);
    fth_arena_destroy(&s.work.arena);
    fth_buffers_destroy(&s.buffers);
    fth_pool_destroy(&s.pool);
    return 0;
}
