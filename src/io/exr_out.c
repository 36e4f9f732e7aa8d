/* SPDX-License-Identifier: Apache-2.0 */
/* Flat OpenEXR files written through OpenEXRCore: scanlines, colour as half and the rest as float,
 * compressed over the pool, under a temporary name until whole. */
#include "io/exr.h"

#include <stdio.h>
#include <unistd.h>

#include <libdeflate.h>
#include <openexr.h>

#include "base/file.h"
#include "base/mem.h"
#include "io/exr_zip.h"
#include "ops/kernels.h"

/* The level is stated, so that a library's default cannot change our bytes. */
enum { LEVEL = 1, GROUP = 4, BATCH_SIZE = 8 << 20 };

struct exr_output {
    const struct fth_image *image;
    const struct fth_exr_write_options *options;
    const char *path;
    struct fth_rect window;
    exr_context_t context;
    int part;
    const struct fth_kernels *kernels;
    struct exr_plane {
        const struct fth_plane *plane;
        bool half;
    } planes[FTH_LIMIT_PLANES]; /* in the file's order */
    int32_t lines;              /* of a chunk */
    size_t chunk_size;          /* bytes, at most and not compressed */
    size_t first, count;        /* chunks of the batch */
    unsigned char *slots;       /* of the batch: its chunks, compressed */
    size_t *sizes;              /* of them; 0: memory was out */
};

static enum fth_status fail_exr(const struct exr_output *o, exr_result_t code,
                                struct fth_error *error)
{
    enum fth_status status = code == EXR_ERR_OUT_OF_MEMORY ? FTH_ERR_MEMORY : FTH_ERR_IO;
    return fth_fail(error, status, "%s: cannot be written: exr: %s", o->path,
                    exr_get_default_error_message(code));
}

static bool is_half(const struct exr_output *o, const char *name)
{
    static const char *const usual[] = {"R", "G", "B", "A", NULL};
    const char *const *names = o->options->half_channels ? o->options->half_channels : usual;
    for (; *names; names++)
        if (strcmp(*names, name) == 0)
            return true;
    return false;
}

static void keep_quiet(exr_const_context_t context, exr_result_t code, const char *words)
{
    (void)context, (void)code, (void)words;
}

static exr_result_t write_header(struct exr_output *o)
{
    static const exr_compression_t compressions[] = {
        [FTH_EXR_ZIP] = EXR_COMPRESSION_ZIP, [FTH_EXR_ZIPS] = EXR_COMPRESSION_ZIPS,
        [FTH_EXR_NONE] = EXR_COMPRESSION_NONE};
    struct fth_format format = o->image->format;
    exr_attr_box2i_t display = {{.x = 0, .y = 0}, {.x = format.width - 1, .y = format.height - 1}};
    exr_attr_box2i_t data = {{.x = o->window.x0, .y = o->window.y0},
                             {.x = o->window.x1 - 1, .y = o->window.y1 - 1}};
    exr_attr_v2f_t centre = {.x = 0, .y = 0};
    exr_result_t code = exr_add_part(o->context, NULL, EXR_STORAGE_SCANLINE, &o->part);
    float aspect = format.pixel_aspect > 0 ? (float)format.pixel_aspect : 1;
    exr_set_longname_support(o->context, 1);
    if (code == EXR_ERR_SUCCESS)
        code = exr_initialize_required_attr(o->context, o->part, &display, &data, aspect, &centre,
                                            1, EXR_LINEORDER_INCREASING_Y,
                                            compressions[o->options->compression]);
    for (int i = 0; i < o->image->channel_count && code == EXR_ERR_SUCCESS; i++) {
        const char *name = o->image->channels[i].name;
        code = exr_add_channel(o->context, o->part, name,
                               is_half(o, name) ? EXR_PIXEL_HALF : EXR_PIXEL_FLOAT,
                               EXR_PERCEPTUALLY_LOGARITHMIC, 1, 1);
    }
    for (const char *const *a = o->options->attributes; a && *a && code == EXR_ERR_SUCCESS; a += 2)
        code = exr_attr_set_string(o->context, o->part, a[0], a[1]);
    return code == EXR_ERR_SUCCESS ? exr_write_header(o->context) : code;
}

static void put_row(const struct exr_output *o, const struct fth_plane *plane, int32_t y, bool half,
                    unsigned char *dst)
{
    int32_t x0 = o->window.x0, x1 = o->window.x1;
    struct fth_rect row = {x0, y, x1, y + 1};
    row = fth_rect_intersect(row, fth_rect_intersect(plane->rect, o->image->domain));
    size_t size = half ? 2 : 4;
    memset(dst, 0, (size_t)(x1 - x0) * size);
    if (fth_rect_empty(row))
        return;
    const float *src = fth_plane_at(plane, row.x0, y);
    dst += (size_t)(row.x0 - x0) * size;
    if (!half) {
        memcpy(dst, src, (size_t)(row.x1 - row.x0) * 4);
        return;
    }
    /* a row of halves begins at an even place: whole pixels of 2 and 4 bytes come before it */
    o->kernels->to_half((uint16_t *)(void *)dst, src, (size_t)(row.x1 - row.x0));
}

/* The samples of chunk `index` as the file orders them: rows, in a row the channels. */
static size_t fill_chunk(const struct exr_output *o, size_t index, unsigned char *samples)
{
    unsigned char *at = samples;
    int32_t y0 = o->window.y0 + (int32_t)index * o->lines;
    int32_t y1 = FTH_MIN(y0 + o->lines, o->window.y1), width = fth_rect_width(o->window);
    for (int32_t y = y0; y < y1; y++)
        for (int i = 0; i < o->image->channel_count; i++) {
            const struct exr_plane *c = &o->planes[i];
            put_row(o, c->plane, y, c->half, at);
            at += (size_t)(c->half ? 2 : 4) * (size_t)width;
        }
    return (size_t)(at - samples);
}

/* Chunk `index` of the batch, compressed into its slot; as it is where that makes nothing less. */
static void pack_chunk(struct exr_output *o, size_t index, struct libdeflate_compressor *deflater,
                       unsigned char *samples)
{
    unsigned char *slot = o->slots + index * o->chunk_size;
    size_t size = fill_chunk(o, o->first + index, samples), packed = 0;
    if (deflater)
        packed = fth_exr_zip_pack(deflater, samples, size, samples + o->chunk_size, slot);
    if (packed == 0)
        memcpy(slot, samples, size);
    o->sizes[index] = packed > 0 ? packed : size;
}

/* A few chunks, so that fresh memory is worth its while. */
static void pack_group(void *context, size_t group)
{
    struct exr_output *o = context;
    bool zip = o->options->compression != FTH_EXR_NONE;
    struct libdeflate_compressor *deflater = zip ? libdeflate_alloc_compressor(LEVEL) : NULL;
    unsigned char *samples = fth_alloc_aligned(2 * o->chunk_size);
    size_t end = FTH_MIN((group + 1) * GROUP, o->count);
    for (size_t i = group * GROUP; i < end; i++) {
        o->sizes[i] = 0;
        if (samples && (deflater || !zip))
            pack_chunk(o, i, deflater, samples);
    }
    libdeflate_free_compressor(deflater);
    fth_free(samples);
}

/* Batches of chunks: compressed side by side, then written in their order. */
static exr_result_t write_chunks(struct exr_output *o)
{
    size_t all = ((size_t)fth_rect_height(o->window) + (size_t)o->lines - 1) / (size_t)o->lines;
    size_t most = FTH_MAX((size_t)1, FTH_MIN(all, BATCH_SIZE / o->chunk_size));
    exr_result_t code = EXR_ERR_SUCCESS;
    o->slots = fth_alloc_aligned(most * o->chunk_size);
    o->sizes = fth_alloc(most, sizeof(*o->sizes));
    if (!o->slots || !o->sizes)
        return EXR_ERR_OUT_OF_MEMORY;
    for (o->first = 0; o->first < all && code == EXR_ERR_SUCCESS; o->first += most) {
        o->count = FTH_MIN(most, all - o->first);
        fth_pool_run(o->options->pool, (o->count + GROUP - 1) / GROUP, pack_group, o);
        for (size_t i = 0; i < o->count && code == EXR_ERR_SUCCESS; i++) {
            int y = o->window.y0 + (int)(o->first + i) * o->lines;
            code = o->sizes[i] == 0
                       ? EXR_ERR_OUT_OF_MEMORY
                       : exr_write_scanline_chunk(o->context, o->part, y,
                                                  o->slots + i * o->chunk_size, o->sizes[i]);
        }
    }
    return code;
}

/* The planes in the file's order of channels. */
static exr_result_t sort_planes(struct exr_output *o)
{
    const exr_attr_chlist_t *list = NULL;
    exr_result_t code = exr_get_channels(o->context, o->part, &list);
    if (code != EXR_ERR_SUCCESS || list->num_channels != o->image->channel_count)
        return code != EXR_ERR_SUCCESS ? code : EXR_ERR_INVALID_ATTR;
    size_t pixel = 0;
    for (int i = 0; i < list->num_channels; i++) {
        const char *name = list->entries[i].name.str;
        o->planes[i] = (struct exr_plane){fth_image_plane(o->image, name), is_half(o, name)};
        pixel += o->planes[i].half ? 2 : 4;
    }
    o->chunk_size = pixel * (size_t)fth_rect_width(o->window) * (size_t)o->lines;
    return EXR_ERR_SUCCESS;
}

static enum fth_status write_all(struct exr_output *o, const char *temporary,
                                 struct fth_error *error)
{
    exr_context_initializer_t setup = EXR_DEFAULT_CONTEXT_INITIALIZER;
    setup.error_handler_fn = keep_quiet;
    exr_result_t code = exr_start_write(&o->context, temporary, EXR_WRITE_FILE_DIRECTLY, &setup);
    if (code == EXR_ERR_SUCCESS)
        code = write_header(o);
    if (code == EXR_ERR_SUCCESS)
        code = exr_get_scanlines_per_chunk(o->context, o->part, &o->lines);
    if (code == EXR_ERR_SUCCESS)
        code = sort_planes(o);
    if (code == EXR_ERR_SUCCESS)
        code = write_chunks(o);
    if (o->context) {
        exr_result_t closed = exr_finish(&o->context);
        code = code == EXR_ERR_SUCCESS ? closed : code;
    }
    fth_free(o->slots);
    fth_free(o->sizes);
    return code == EXR_ERR_SUCCESS ? FTH_OK : fail_exr(o, code, error);
}

enum fth_status fth_exr_write(const char *path, const struct fth_image *image,
                              const struct fth_exr_write_options *options,
                              struct fth_error *error)
{
    struct exr_output output = {.image = image, .options = options, .path = path,
                                .window = image->domain, .kernels = fth_kernels()};
    if (fth_rect_empty(output.window)) /* EXR has no empty window */
        output.window = (struct fth_rect){0, 0, 1, 1};
    if (image->channel_count == 0)
        return fth_fail(error, FTH_ERR_USAGE, "%s: a picture without channels", path);
    char *temporary = fth_file_temporary_name(path);
    if (!temporary)
        return fth_fail_memory(error, strlen(path), path);
    enum fth_status status = write_all(&output, temporary, error);
    if (status == FTH_OK)
        status = fth_file_publish(temporary, path, options->overwrite, error);
    else
        unlink(temporary);
    fth_free(temporary);
    return status;
}
