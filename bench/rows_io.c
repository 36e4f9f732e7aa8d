/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of EXR files: RGBA half, ZIP, in memory where the system has a folder for that: ours wait
 * until their bytes are on the disk, the peer's do not, and neither is to be measured. */
#include "bench.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/media.h"

struct file {
    char folder[64], path[96];
    struct fth_image *image;
    struct fth_buffers *buffers; /* planes come from a pool, as in a job */
};

static enum fth_status write_exr(struct bench_case *c, struct fth_error *error)
{
    const struct file *file = c->held;
    struct fth_writer *writer = NULL;
    struct fth_writer_spec spec = {.format = file->image->format, .alpha = true, .overwrite = true,
                                   .pool = c->work.pool};
    enum fth_status status = fth_writer_open(file->path, &spec, &writer, error);
    if (status == FTH_OK)
        status = fth_writer_frame(writer, 1, file->image, error);
    if (status == FTH_OK)
        return fth_writer_finish(&writer, error);
    fth_writer_abort(&writer);
    return status;
}

static enum fth_status read_exr(struct bench_case *c, struct fth_error *error)
{
    const struct file *file = c->held;
    struct fth_reader_options options = {.pool = c->work.pool, .buffers = file->buffers};
    struct fth_reader *reader = NULL;
    struct fth_image *image = NULL;
    enum fth_status status = fth_reader_open(file->path, &options, &reader, error);
    if (status == FTH_OK)
        status = fth_reader_frame(reader, 1, &image, error);
    fth_image_unref(&image);
    fth_reader_close(&reader);
    return status;
}

/* A picture with waves and some noise, as footage has. */
static void fill(struct fth_plane *plane, int32_t width, int32_t height, uint32_t state)
{
    for (int32_t y = 0; y < height; y++)
        for (int32_t x = 0; x < width; x++) {
            state = state * 1664525u + 1013904223u;
            double wave = sin(0.02 * x) * cos(0.03 * y);
            *fth_plane_at(plane, x, y) =
                (float)(0.5 + 0.35 * wave + 0.004 * (double)(state >> 8) / 16777216.0);
        }
}

static enum fth_status make_exr(struct bench_case *c, struct fth_error *error)
{
    static const char *const names[4] = {"R", "G", "B", "A"};
    struct fth_format format = {.width = c->row->width, .height = c->row->height,
                                .pixel_aspect = 1};
    struct file *file = c->held = fth_alloc(1, sizeof(*file));
    if (!file)
        return fth_fail_memory(error, sizeof(*file), "a file of the bench");
    const char *home = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    snprintf(file->folder, sizeof(file->folder), "%s/fathom-bench-XXXXXX", home);
    if (!mkdtemp(file->folder))
        return fth_fail(error, FTH_ERR_IO, "%s: no folder can be made there", home);
    snprintf(file->path, sizeof(file->path), "%s/a.exr", file->folder);
    enum fth_status status = fth_buffers_create(1u << 28, &file->buffers, error);
    if (status == FTH_OK)
        status = fth_image_new(format, fth_format_rect(format), &file->image, error);
    for (int i = 0; i < 4 && status == FTH_OK; i++) {
        struct fth_plane *plane = NULL;
        status = fth_image_add(file->image, names[i], NULL, file->image->domain, &plane, error);
        if (status != FTH_OK)
            break;
        fill(plane, format.width, format.height, (uint32_t)i);
        c->in[i] = fth_grid_of_plane(plane, file->image->domain);
    }
    return status == FTH_OK ? write_exr(c, error) : status;
}

static void drop_exr(struct bench_case *c)
{
    struct file *file = c->held;
    if (!file)
        return;
    unlink(file->path);
    rmdir(file->folder);
    fth_image_unref(&file->image);
    fth_buffers_destroy(&file->buffers);
    fth_free(file);
}

static const struct bench_kind exr_read = {"exr read", make_exr, read_exr, NULL, drop_exr, NULL};
static const struct bench_kind exr_write = {"exr write", make_exr, write_exr, NULL, drop_exr, NULL};

const struct bench_row bench_rows_io[] = {
    {&exr_read, "RGBA half ZIP", 0, 1920, 1080, 1, BENCH_WORK, 25 / 54.0, 0, 4, 0},
    {&exr_read, "RGBA half ZIP", 0, 1920, 1080, 2, BENCH_WORK, 25 / 54.0, 0, 4, 0},
    {&exr_write, "RGBA half ZIP", 0, 1920, 1080, 1, BENCH_WORK, 35 / 183.0, 0, 4, 0},
    {&exr_write, "RGBA half ZIP", 0, 1920, 1080, 2, BENCH_WORK, 35 / 183.0, 0, 4, 0},
    {NULL, NULL, 0, 0, 0, 0, BENCH_WORK, 0, 0, 0, 0}};
