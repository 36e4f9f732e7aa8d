/* SPDX-License-Identifier: Apache-2.0 */
/* Reading maps, mattes and frames for the measures, with whole numbers restored: the media reader
 * gives 0..1, and a depth file's 16 bits must come back exactly. */
#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/eval_internal.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "io/media.h"
#include "nodes/map.h"
#include "ops/resize.h"

static const char *const map_endings[] = {".png", ".jpg", ".exr",  ".npy", ".npz",
                                          ".pfm", ".tif", ".tiff", ".pgm"};

static bool is_array(const char *path)
{
    return fth_ends_with(path, ".npy") || fth_ends_with(path, ".npz");
}

/* ---- pictures out of images */

/* Whole numbers again where the file holds such; top 0 leaves floats as they are. Pixels that the
 * plane does not hold are 0. */
static enum fth_status copy_channel(const struct fth_plane *plane, struct fth_format format,
                                    float top, struct fth_arena *arena, struct fth_grid *grid,
                                    struct fth_error *error)
{
    enum fth_status status = fth_grid_new(arena, format.width, format.height, grid, error);
    if (status != FTH_OK)
        return status;
    struct fth_rect inside = fth_rect_intersect(plane->rect, fth_format_rect(format));
    fth_grid_fill(grid, 0);
    for (int32_t y = inside.y0; y < inside.y1; y++) {
        const float *src = fth_plane_at(plane, inside.x0, y);
        float *dst = fth_grid_row(grid, y) + inside.x0;
        for (int32_t x = 0; x < fth_rect_width(inside); x++)
            dst[x] = top > 0 ? floorf(src[x] * top + 0.5f) : src[x];
    }
    return FTH_OK;
}

static bool ends_in_z(const char *name)
{
    size_t length = strlen(name);
    return length > 2 && strcmp(name + length - 2, ".Z") == 0;
}

/* The channel of an EXR that is a map: disparity, Y, Z, depth.Z, another *.Z; NULL: none. */
static const struct fth_plane *map_channel(const struct fth_image *image)
{
    static const char *const names[] = {"disparity", "Y", "Z", "depth.Z", "depth"};
    for (size_t i = 0; i < FTH_ARRAY_COUNT(names); i++) {
        const struct fth_plane *plane = fth_image_plane(image, names[i]);
        if (plane)
            return plane;
    }
    for (int i = 0; i < image->channel_count; i++)
        if (ends_in_z(image->channels[i].name))
            return image->channels[i].plane;
    return NULL;
}

static enum fth_status copy_image(const struct fth_image *image, float top,
                                  struct fth_arena *arena, struct fth_eval_picture *picture,
                                  struct fth_error *error)
{
    static const char *const names[] = {"R", "G", "B", "A"};
    const struct fth_plane *planes[4] = {map_channel(image)};
    int count = planes[0] ? 1 : 0;
    for (int i = 0; i < 4 && i == count; i++) { /* R, G, B and A as far as they go */
        planes[i] = fth_image_plane(image, names[i]);
        count += planes[i] != NULL;
    }
    picture->channel_count = count;
    if (!count)
        return fth_fail(error, FTH_ERR_DATA, "no channel that could be a map");
    picture->top = top;
    enum fth_status status = FTH_OK;
    for (int i = 0; i < count && status == FTH_OK; i++)
        status = copy_channel(planes[i], image->format, top, arena, &picture->channels[i], error);
    return status;
}

static float top_of(const struct fth_media_info *info)
{
    return info->is_float || info->bits < 1 || info->bits > 16 ? 0
                                                               : (float)((1 << info->bits) - 1);
}

/* A file that says it holds coded distances is taken as the nearness that they are of. */
static enum fth_status to_nearness(struct fth_image **image, struct fth_error *error)
{
    static const char *const names[] = {"R", "G", "B"};
    const struct fth_image *coded = *image;
    bool is_coded = coded->depth_encoding == FTH_ENCODED_LINEAR ||
                    coded->depth_encoding == FTH_ENCODED_LOG;
    const char *name = fth_map_find(coded, NULL);
    if (!is_coded || coded->near_m <= 0 || !name)
        return FTH_OK;
    const struct fth_plane *code = fth_image_plane(coded, name);
    struct fth_map_range range = {1 / coded->near_m, 1 / coded->far_m};
    struct fth_image *made = NULL;
    struct fth_plane *near = NULL;
    enum fth_status status = fth_image_new(coded->format, coded->domain, &made, error);
    if (status == FTH_OK)
        status = fth_plane_new(NULL, code->rect, &near, error);
    if (status == FTH_OK) {
        fth_map_decode(code, coded->depth_encoding, coded->near_m, coded->far_m, near);
        fth_map_normalise(near, FTH_MAP_DISTANCE, range, near);
    }
    for (int c = 0; c < 3 && status == FTH_OK; c++)
        status = fth_image_set(made, names[c], fth_plane_ref(near), error);
    fth_plane_unref(&near);
    if (status == FTH_OK) {
        fth_image_unref(image);
        *image = made;
    } else {
        fth_image_unref(&made);
    }
    return status;
}

static enum fth_status read_frame(struct fth_reader *reader, int64_t frame,
                                  struct fth_arena *arena, struct fth_eval_picture *picture,
                                  struct fth_error *error)
{
    struct fth_image *image = NULL;
    enum fth_status status = fth_reader_frame(reader, frame, &image, error);
    if (status == FTH_OK)
        status = to_nearness(&image, error);
    if (status == FTH_OK)
        status = copy_image(image, top_of(fth_reader_info(reader)), arena, picture, error);
    fth_image_unref(&image);
    return status;
}

enum fth_status fth_eval_read_picture(const char *path, struct fth_arena *arena,
                                      struct fth_eval_picture *picture, struct fth_error *error)
{
    if (is_array(path))
        return fth_eval_read_array(path, arena, picture, error);
    struct fth_reader *reader = NULL;
    enum fth_status status = fth_reader_open(path, NULL, &reader, error);
    if (status == FTH_OK)
        status = read_frame(reader, fth_reader_info(reader)->first_frame, arena, picture, error);
    fth_reader_close(&reader);
    return status;
}

enum fth_status fth_eval_map_of(const struct fth_eval_picture *picture, struct fth_arena *arena,
                                struct fth_grid *map, struct fth_error *error)
{
    const struct fth_grid *c = picture->channels;
    enum fth_status status = fth_grid_new(arena, c[0].width, c[0].height, map, error);
    float top = picture->top > 0 ? picture->top : 1;
    for (int32_t y = 0; y < map->height && status == FTH_OK; y++) {
        float *row = fth_grid_row(map, y);
        const float *r = fth_grid_row(&c[0], y);
        const float *g = picture->channel_count > 2 ? fth_grid_row(&c[1], y) : r;
        const float *b = picture->channel_count > 2 ? fth_grid_row(&c[2], y) : r;
        bool grey = r == g || c[0].data == c[1].data;
        for (int32_t x = 0; x < map->width; x++)
            row[x] = (grey ? r[x] : (float)(((double)r[x] + g[x] + b[x]) / 3)) / top;
    }
    return status;
}

/* ---- frames */

struct fth_eval_frames {
    struct fth_reader *reader; /* a film, else NULL */
    int64_t next, last;
    char **files; /* of a folder */
    int64_t file_count;
};

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool is_wanted(const char *name, const char *suffix)
{
    if (suffix)
        return fth_ends_with(name, suffix);
    for (size_t i = 0; i < FTH_ARRAY_COUNT(map_endings); i++)
        if (fth_ends_with(name, map_endings[i]))
            return true;
    return false;
}

static enum fth_status add_file(struct fth_eval_frames *frames, const char *folder,
                                const char *name, struct fth_error *error)
{
    size_t count = (size_t)frames->file_count;
    struct fth_text text = {0};
    fth_text_append(&text, "%s/%s", folder, name);
    /* room grows by doubling: at 0, 1, 2, 4, 8 ... files */
    if ((count & (count - 1)) == 0) {
        char **files = fth_realloc(frames->files, count ? 2 * count : 1, sizeof(*files));
        text.failed |= !files;
        frames->files = files ? files : frames->files;
    }
    if (text.failed) {
        fth_text_clear(&text);
        return fth_fail_memory(error, (count + 1) * sizeof(char *), "file names");
    }
    frames->files[frames->file_count++] = text.data;
    return FTH_OK;
}

static enum fth_status list_folder(struct fth_eval_frames *frames, const char *path,
                                   const char *suffix, struct fth_error *error)
{
    DIR *folder = opendir(path);
    if (!folder)
        return fth_fail(error, FTH_ERR_IO, "%s: the folder cannot be read", path);
    enum fth_status status = FTH_OK;
    for (struct dirent *entry;
         status == FTH_OK && (entry = fth_folder_next(folder, path, &status, error));)
        if (entry->d_name[0] != '.' && is_wanted(entry->d_name, suffix))
            status = add_file(frames, path, entry->d_name, error);
    closedir(folder);
    if (status == FTH_OK && frames->file_count)
        qsort(frames->files, (size_t)frames->file_count, sizeof(*frames->files), by_name);
    return status;
}

enum fth_status fth_eval_frames_open(const char *path, const char *suffix,
                                     struct fth_eval_frames **out, struct fth_error *error)
{
    struct fth_eval_frames *frames = fth_alloc(1, sizeof(*frames));
    if (!frames)
        return fth_fail_memory(error, sizeof(*frames), "frames");
    enum fth_status status;
    if (fth_file_is_folder(path)) {
        status = list_folder(frames, path, suffix, error);
        if (status == FTH_OK && suffix && !frames->file_count)
            status = list_folder(frames, path, NULL, error);
        if (status == FTH_OK && !frames->file_count)
            status = fth_fail(error, FTH_ERR_NOT_FOUND, "%s: no pictures in the folder", path);
    } else {
        status = fth_reader_open(path, NULL, &frames->reader, error);
        if (status == FTH_OK) {
            frames->next = fth_reader_info(frames->reader)->first_frame;
            frames->last = fth_reader_info(frames->reader)->last_frame;
        }
    }
    if (status != FTH_OK)
        fth_eval_frames_close(&frames);
    else
        *out = frames;
    return status;
}

enum fth_status fth_eval_frames_next(struct fth_eval_frames *frames, struct fth_arena *arena,
                                     struct fth_eval_picture *picture, struct fth_error *error)
{
    if (frames->reader)
        return read_frame(frames->reader, frames->next++, arena, picture, error);
    if (frames->next == frames->file_count)
        return FTH_END;
    return fth_eval_read_picture(frames->files[frames->next++], arena, picture, error);
}

void fth_eval_frames_close(struct fth_eval_frames **pointer)
{
    struct fth_eval_frames *frames = pointer ? *pointer : NULL;
    if (!frames)
        return;
    fth_reader_close(&frames->reader);
    for (int64_t i = 0; i < frames->file_count; i++)
        fth_free(frames->files[i]);
    fth_free(frames->files);
    fth_free(frames);
    *pointer = NULL;
}

/* ---- what every measure needs */

enum fth_status fth_eval_resize(const struct fth_work *work, const struct fth_grid *map,
                                int32_t width, int32_t height, struct fth_grid *resized,
                                struct fth_error *error)
{
    if (map->width == width && map->height == height) {
        *resized = *map;
        return FTH_OK;
    }
    enum fth_status status = fth_grid_new(work->arena, width, height, resized, error);
    if (status != FTH_OK)
        return status;
    return map->width >= width && map->height >= height
               ? fth_resize_area(work, map, resized, error)
               : fth_resize_bilinear(work, map, resized, error);
}

void fth_figures_add(struct fth_figures *figures, const char *name, double value)
{
    if (figures->count == (int)FTH_ARRAY_COUNT(figures->items) || isnan(value))
        return;
    snprintf(figures->items[figures->count].name, sizeof(figures->items[0].name), "%s", name);
    figures->items[figures->count++].value = value;
}

enum fth_status fth_eval_begin(int threads, struct fth_work *work, struct fth_error *error)
{
    enum fth_status status = fth_arena_create(&work->arena, error);
    return status == FTH_OK ? fth_pool_create(threads, &work->pool, error) : status;
}

void fth_eval_end(struct fth_work *work)
{
    fth_pool_destroy(&work->pool);
    fth_arena_destroy(&work->arena);
}
