/* SPDX-License-Identifier: Apache-2.0 */
/* Flat OpenEXR files read through OpenEXRCore: it finds and reads the chunks and undoes the
 * rarer compressions; ZIP we undo ourselves. Groups of chunks go over the pool, with every size
 * checked against the header first. */
#include "io/exr.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#include <libdeflate.h>
#include <openexr.h>

#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "io/exr_zip.h"
#include "io/internal.h"
#include "ops/kernels.h"

/* No lossless compression of EXR's makes less than one byte of a thousand; a file that claims more
 * is damaged, and would only cost memory. */
enum { RATIO_LIMIT = 2000, SLACK = 1 << 20, GROUP_LINES = 32 };

struct exr_file {
    const char *path;
    int fd;
    int64_t size;
    char message[256]; /* OpenEXR's own words */
    exr_context_t context;
    int part;
    struct fth_rect window;     /* data window, display window's corner at 0, 0 */
    int32_t left, top;          /* of the data window, in the file's numbers */
    struct fth_format format;
    const exr_attr_chlist_t *list;
    int64_t pixel_size;         /* bytes of all the channels */
    struct fth_plane *planes[1024]; /* of each channel of the list, borrowed; NULL: not read */
    const struct fth_kernels *kernels;
    bool tiled, own;            /* own: compressions that are undone here */
    int32_t chunk_width, chunk_height;
    size_t across, chunk_count, group; /* chunks in a row, in all, in a piece of the work */
    size_t room;                /* bytes of a chunk at most */
    pthread_mutex_t lock;       /* for what follows, and `message` */
    enum fth_status status;
    size_t failed_at;
    struct fth_error error;
};

static int64_t read_bytes(exr_const_context_t context, void *user, void *buffer, uint64_t size,
                          uint64_t offset, exr_stream_error_func_ptr_t failed)
{
    struct exr_file *file = user;
    (void)context, (void)failed;
    for (uint64_t done = 0; done < size;) {
        ssize_t n = offset + done > INT64_MAX
                        ? 0
                        : pread(file->fd, (char *)buffer + done, size - done,
                                (off_t)(offset + done));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        if (n == 0)
            return (int64_t)done;
        done += (uint64_t)n;
    }
    return (int64_t)size;
}

static int64_t query_size(exr_const_context_t context, void *user)
{
    (void)context;
    return ((struct exr_file *)user)->size;
}

static void take_message(exr_const_context_t context, exr_result_t code, const char *words)
{
    void *user = NULL;
    (void)code;
    if (!context || exr_get_user_data(context, &user) != EXR_ERR_SUCCESS || !user)
        return;
    struct exr_file *file = user;
    pthread_mutex_lock(&file->lock);
    snprintf(file->message, sizeof(file->message), "%s", words);
    pthread_mutex_unlock(&file->lock);
}

static enum fth_status fail_exr(struct exr_file *file, exr_result_t code, struct fth_error *error)
{
    char words[sizeof(file->message)];
    pthread_mutex_lock(&file->lock);
    snprintf(words, sizeof(words), "%s",
             file->message[0] ? file->message : exr_get_default_error_message(code));
    pthread_mutex_unlock(&file->lock);
    enum fth_status status = code == EXR_ERR_OUT_OF_MEMORY           ? FTH_ERR_MEMORY
                             : code == EXR_ERR_FEATURE_NOT_IMPLEMENTED ? FTH_ERR_UNSUPPORTED
                                                                       : FTH_ERR_DATA;
    return fth_fail(error, status, "%s: exr: %s", file->path, words);
}

static enum fth_status open_exr(const char *path, struct exr_file *file, struct fth_error *error)
{
    *file = (struct exr_file){.path = path, .fd = -1, .kernels = fth_kernels()};
    pthread_mutex_init(&file->lock, NULL);
    enum fth_status status = fth_file_open(path, &file->fd, &file->size, error);
    if (status != FTH_OK)
        return status;
    exr_context_initializer_t setup = EXR_DEFAULT_CONTEXT_INITIALIZER;
    setup.error_handler_fn = take_message;
    setup.user_data = file;
    setup.read_fn = read_bytes;
    setup.size_fn = query_size;
    setup.max_image_width = setup.max_image_height = FTH_LIMIT_SIDE;
    setup.max_tile_width = setup.max_tile_height = FTH_LIMIT_SIDE;
    exr_result_t code = exr_start_read(&file->context, path, &setup);
    return code == EXR_ERR_SUCCESS ? FTH_OK : fail_exr(file, code, error);
}

static void close_exr(struct exr_file *file)
{
    if (file->context)
        exr_finish(&file->context);
    if (file->fd >= 0)
        close(file->fd);
    pthread_mutex_destroy(&file->lock);
}

static enum fth_status choose_part(struct exr_file *file, struct fth_error *error)
{
    int count = 0;
    exr_get_count(file->context, &count);
    for (int i = 0; i < count; i++) {
        exr_storage_t storage;
        const exr_attr_chlist_t *list = NULL;
        if (exr_get_storage(file->context, i, &storage) == EXR_ERR_SUCCESS &&
            (storage == EXR_STORAGE_SCANLINE || storage == EXR_STORAGE_TILED) &&
            exr_get_channels(file->context, i, &list) == EXR_ERR_SUCCESS &&
            list->num_channels > 0) {
            file->part = i;
            file->list = list;
            return FTH_OK;
        }
    }
    return fth_fail(error, count > 0 ? FTH_ERR_UNSUPPORTED : FTH_ERR_DATA,
                    "%s: exr: no flat picture in it (deep samples are not pictures)", file->path);
}

static enum fth_status check_window(struct exr_file *file, const exr_attr_box2i_t *data,
                                    const exr_attr_box2i_t *display, struct fth_error *error)
{
    int64_t width = (int64_t)data->max.x - data->min.x + 1;
    int64_t height = (int64_t)data->max.y - data->min.y + 1;
    int64_t full_width = (int64_t)display->max.x - display->min.x + 1;
    int64_t full_height = (int64_t)display->max.y - display->min.y + 1;
    int64_t x = (int64_t)data->min.x - display->min.x, y = (int64_t)data->min.y - display->min.y;
    if (width < 1 || height < 1 || full_width < 1 || full_height < 1)
        return fth_fail(error, FTH_ERR_DATA, "%s: exr: an empty window", file->path);
    int64_t side = FTH_MAX(FTH_MAX(width, height), FTH_MAX(full_width, full_height));
    if (side > FTH_LIMIT_SIDE || width * height > FTH_LIMIT_PIXELS ||
        full_width * full_height > FTH_LIMIT_PIXELS || x < -(1 << 24) || x > 1 << 24 ||
        y < -(1 << 24) || y > 1 << 24)
        return fth_fail(error, FTH_ERR_LIMIT,
                        "%s: exr: %lld x %lld pixels; the limits are %d a side, %d in all",
                        file->path, (long long)width, (long long)height, FTH_LIMIT_SIDE,
                        FTH_LIMIT_PIXELS);
    file->left = data->min.x;
    file->top = data->min.y;
    file->window = (struct fth_rect){(int32_t)x, (int32_t)y, (int32_t)(x + width),
                                     (int32_t)(y + height)};
    file->format.width = (int32_t)full_width;
    file->format.height = (int32_t)full_height;
    return FTH_OK;
}

static enum fth_status check_channels(struct exr_file *file, struct fth_error *error)
{
    if (file->list->num_channels > (int)FTH_ARRAY_COUNT(file->planes))
        return fth_fail(error, FTH_ERR_LIMIT, "%s: exr: %d channels, the limit is %zu", file->path,
                        file->list->num_channels, FTH_ARRAY_COUNT(file->planes));
    for (int i = 0; i < file->list->num_channels; i++) {
        const exr_attr_chlist_entry_t *c = &file->list->entries[i];
        if (c->x_sampling != 1 || c->y_sampling != 1)
            return fth_fail(error, FTH_ERR_UNSUPPORTED,
                            "%s: exr: channel %s is subsampled (luminance and chroma); save it as "
                            "R G B", file->path, c->name.str);
        file->pixel_size += c->pixel_type == EXR_PIXEL_HALF ? 2 : 4;
    }
    int64_t pixels = (int64_t)fth_rect_width(file->window) * fth_rect_height(file->window);
    if (pixels > (file->size * RATIO_LIMIT + SLACK) / file->pixel_size)
        return fth_fail(error, FTH_ERR_DATA,
                        "%s: exr: says it is %d x %d, far more than its %lld bytes can hold",
                        file->path, fth_rect_width(file->window), fth_rect_height(file->window),
                        (long long)file->size);
    return FTH_OK;
}

static enum fth_status read_header(struct exr_file *file, struct fth_error *error)
{
    enum fth_status status = choose_part(file, error);
    if (status != FTH_OK)
        return status;
    exr_attr_box2i_t data, display;
    exr_compression_t compression;
    float aspect = 1;
    exr_result_t code = exr_get_data_window(file->context, file->part, &data);
    if (code == EXR_ERR_SUCCESS)
        code = exr_get_display_window(file->context, file->part, &display);
    if (code == EXR_ERR_SUCCESS)
        code = exr_get_compression(file->context, file->part, &compression);
    if (code != EXR_ERR_SUCCESS)
        return fail_exr(file, code, error);
    if (compression == EXR_COMPRESSION_DWAA || compression == EXR_COMPRESSION_DWAB)
        return fth_fail(error, FTH_ERR_UNSUPPORTED,
                        "%s: exr: DWA compression is not read yet; save it with ZIP", file->path);
    file->own = compression == EXR_COMPRESSION_NONE || compression == EXR_COMPRESSION_ZIP ||
                compression == EXR_COMPRESSION_ZIPS;
    exr_get_pixel_aspect_ratio(file->context, file->part, &aspect);
    file->format.pixel_aspect = aspect > 0.01f && aspect < 100 ? (double)aspect : 1;
    status = check_window(file, &data, &display, error);
    return status == FTH_OK ? check_channels(file, error) : status;
}

static enum fth_status add_plane(struct exr_file *file, int index, struct fth_image *image,
                                 struct fth_buffers *buffers, struct fth_error *error)
{
    const char *name = file->list->entries[index].name.str;
    if (file->planes[index])
        return FTH_OK;
    if (strlen(name) >= FTH_LIMIT_NAME || image->channel_count == FTH_LIMIT_PLANES) {
        fth_log(FTH_LOG_WARNING, "%s: channel %.80s is left out (%d channels with names under %d "
                "bytes are read)", file->path, name, FTH_LIMIT_PLANES, FTH_LIMIT_NAME);
        return FTH_OK;
    }
    enum fth_status status =
        fth_image_add(image, name, buffers, file->window, &file->planes[index], error);
    if (status == FTH_OK)
        fth_plane_fill(file->planes[index], 0);
    return status;
}

/* The usual ones first: with too many channels, they are not the ones that go. */
static enum fth_status add_planes(struct exr_file *file, struct fth_image *image,
                                  struct fth_buffers *buffers, struct fth_error *error)
{
    static const char *const first[] = {"R", "G", "B", "A", "Z"};
    enum fth_status status = FTH_OK;
    for (size_t f = 0; f < FTH_ARRAY_COUNT(first); f++)
        for (int i = 0; i < file->list->num_channels && status == FTH_OK; i++)
            if (strcmp(file->list->entries[i].name.str, first[f]) == 0)
                status = add_plane(file, i, image, buffers, error);
    for (int i = 0; i < file->list->num_channels && status == FTH_OK; i++)
        status = add_plane(file, i, image, buffers, error);
    return status;
}

static void take_samples(const struct exr_file *file, float *dst, const unsigned char *src,
                         exr_pixel_type_t type, int count)
{
    /* rows begin at even places, as chunks lie at aligned ones and samples have 2 or 4 bytes */
    const void *samples = src;
    const uint32_t *whole = samples;
    switch (type) {
    case EXR_PIXEL_HALF: file->kernels->from_half(dst, samples, (size_t)count); break;
    case EXR_PIXEL_FLOAT: memcpy(dst, samples, (size_t)count * 4); break;
    default:
        for (int x = 0; x < count; x++) {
            uint32_t value;
            memcpy(&value, whole + x, 4);
            dst[x] = (float)value;
        }
    }
}

/* Chunk layout: rows; in a row the channels one after the other, in the list's order. */
static void take_chunk(const struct exr_file *file, const void *bytes, struct fth_rect rect)
{
    int width = fth_rect_width(rect);
    const unsigned char *src = bytes;
    for (int32_t y = rect.y0; y < rect.y1; y++)
        for (int i = 0; i < file->list->num_channels; i++) {
            exr_pixel_type_t type = file->list->entries[i].pixel_type;
            if (file->planes[i])
                take_samples(file, fth_plane_at(file->planes[i], rect.x0, y), src, type, width);
            src += (size_t)width * (type == EXR_PIXEL_HALF ? 2 : 4);
        }
}

/* What one piece of the work decodes with; `room` is the bytes of a whole chunk. */
struct exr_worker {
    struct exr_file *file;
    exr_decode_pipeline_t pipeline;
    struct libdeflate_decompressor *inflater;
    unsigned char *packed, *scratch, *samples; /* each `room` bytes */
};

static enum fth_status fail_chunk(const struct exr_file *file, struct fth_error *error)
{
    return fth_fail(error, FTH_ERR_DATA, "%s: exr: a block of the picture is damaged", file->path);
}

/* ZIP, ZIPS and none: what nearly all files are, and the depth cache. */
static enum fth_status decode_own(struct exr_worker *w, const exr_chunk_info_t *chunk,
                                  struct fth_rect rect, struct fth_error *error)
{
    struct exr_file *file = w->file;
    if (chunk->packed_size > file->room || chunk->unpacked_size > file->room)
        return fail_chunk(file, error);
    exr_result_t code = exr_read_chunk(file->context, file->part, chunk, w->packed);
    if (code != EXR_ERR_SUCCESS)
        return fail_exr(file, code, error);
    const unsigned char *samples = w->packed;
    if (chunk->packed_size != chunk->unpacked_size) {
        if (!fth_exr_zip_unpack(w->inflater, w->packed, chunk->packed_size, w->scratch, w->samples,
                                chunk->unpacked_size))
            return fail_chunk(file, error);
        samples = w->samples;
    }
    take_chunk(file, samples, rect);
    return FTH_OK;
}

static enum fth_status decode_piped(struct exr_worker *w, const exr_chunk_info_t *chunk,
                                    struct fth_rect rect, struct fth_error *error)
{
    struct exr_file *file = w->file;
    exr_decode_pipeline_t *pipeline = &w->pipeline;
    exr_result_t code = EXR_ERR_SUCCESS;
    if (!pipeline->context) {
        code = exr_decoding_initialize(file->context, file->part, chunk, pipeline);
        if (code == EXR_ERR_SUCCESS)
            code = exr_decoding_choose_default_routines(file->context, file->part, pipeline);
        pipeline->unpack_and_convert_fn = NULL; /* that is take_chunk */
    } else {
        code = exr_decoding_update(file->context, file->part, chunk, pipeline);
    }
    if (code == EXR_ERR_SUCCESS)
        code = exr_decoding_run(file->context, file->part, pipeline);
    if (code != EXR_ERR_SUCCESS)
        return fail_exr(file, code, error);
    bool raw = chunk->packed_size == chunk->unpacked_size || !pipeline->unpacked_buffer;
    const void *bytes = raw ? pipeline->packed_buffer : pipeline->unpacked_buffer;
    if (!bytes || (raw && chunk->packed_size < chunk->unpacked_size))
        return fail_chunk(file, error);
    take_chunk(file, bytes, rect);
    return FTH_OK;
}

static enum fth_status decode_chunk(struct exr_worker *w, size_t index, struct fth_error *error)
{
    struct exr_file *file = w->file;
    exr_chunk_info_t chunk;
    struct fth_rect rect, all = file->window;
    int tx = (int)(index % file->across), ty = (int)(index / file->across);
    rect.x0 = all.x0 + tx * file->chunk_width;
    rect.y0 = all.y0 + ty * file->chunk_height;
    rect.x1 = FTH_MIN(rect.x0 + file->chunk_width, all.x1);
    rect.y1 = FTH_MIN(rect.y0 + file->chunk_height, all.y1);
    exr_result_t code =
        file->tiled ? exr_read_tile_chunk_info(file->context, file->part, tx, ty, 0, 0, &chunk)
                    : exr_read_scanline_chunk_info(file->context, file->part,
                                                   file->top + ty * file->chunk_height, &chunk);
    if (code != EXR_ERR_SUCCESS)
        return fail_exr(file, code, error);
    uint64_t expected = (uint64_t)fth_rect_width(rect) * (uint64_t)fth_rect_height(rect) *
                        (uint64_t)file->pixel_size;
    if (chunk.unpacked_size != expected || chunk.packed_size > (uint64_t)file->size ||
        chunk.packed_size == 0)
        return fail_chunk(file, error);
    return file->own ? decode_own(w, &chunk, rect, error) : decode_piped(w, &chunk, rect, error);
}

/* The first failure in the file's order is the one that is told. */
static void keep_failure(struct exr_file *file, size_t index, enum fth_status status,
                         const struct fth_error *error)
{
    pthread_mutex_lock(&file->lock);
    if (file->status == FTH_OK || index < file->failed_at) {
        file->status = status;
        file->failed_at = index;
        file->error = *error;
    }
    pthread_mutex_unlock(&file->lock);
}

static void decode_group(void *context, size_t index)
{
    struct exr_file *file = context;
    struct exr_worker w = {.file = file, .pipeline = EXR_DECODE_PIPELINE_INITIALIZER};
    struct fth_error error = {0};
    enum fth_status status = FTH_OK;
    if (file->own) {
        w.inflater = libdeflate_alloc_decompressor();
        w.packed = fth_alloc_aligned(3 * file->room);
        if (!w.inflater || !w.packed)
            status = fth_fail_memory(&error, 3 * file->room, file->path);
    }
    w.scratch = w.packed ? w.packed + file->room : NULL;
    w.samples = w.packed ? w.scratch + file->room : NULL;
    size_t end = FTH_MIN((index + 1) * file->group, file->chunk_count);
    for (size_t i = index * file->group; i < end && status == FTH_OK; i++)
        status = decode_chunk(&w, i, &error);
    if (status != FTH_OK)
        keep_failure(file, index, status, &error);
    if (w.pipeline.context)
        exr_decoding_destroy(file->context, &w.pipeline);
    libdeflate_free_decompressor(w.inflater);
    fth_free(w.packed);
}

/* How the picture is cut: tiles, or bands as wide as itself. */
static enum fth_status find_chunks(struct exr_file *file, struct fth_error *error)
{
    exr_storage_t storage = EXR_STORAGE_SCANLINE;
    exr_get_storage(file->context, file->part, &storage);
    file->tiled = storage == EXR_STORAGE_TILED;
    uint32_t tile_width = 0, tile_height = 0;
    int32_t lines = 0;
    exr_tile_level_mode_t level;
    exr_tile_round_mode_t rounding;
    exr_result_t code =
        file->tiled ? exr_get_tile_descriptor(file->context, file->part, &tile_width, &tile_height,
                                              &level, &rounding)
                    : exr_get_scanlines_per_chunk(file->context, file->part, &lines);
    int64_t width = file->tiled ? (int64_t)tile_width : fth_rect_width(file->window);
    int64_t height = file->tiled ? (int64_t)tile_height : lines;
    if (code != EXR_ERR_SUCCESS || width < 1 || height < 1 || width > FTH_LIMIT_SIDE ||
        height > FTH_LIMIT_SIDE)
        return fail_exr(file, code, error);
    file->chunk_width = (int32_t)width;
    file->chunk_height = (int32_t)height;
    file->across = (size_t)((fth_rect_width(file->window) + width - 1) / width);
    file->chunk_count =
        file->across * (size_t)((fth_rect_height(file->window) + height - 1) / height);
    int64_t rows = FTH_MIN(height, fth_rect_height(file->window));
    int64_t columns = FTH_MIN(width, fth_rect_width(file->window));
    file->room = (size_t)((rows * columns * file->pixel_size + FTH_ALIGN - 1) / FTH_ALIGN) *
                 FTH_ALIGN;
    file->group = file->tiled ? 1 : (size_t)FTH_MAX(GROUP_LINES / lines, 1);
    return FTH_OK;
}

/* Few pieces for each thread: what a piece works in is fresh memory, and that costs. */
static void group_chunks(struct exr_file *file, int thread_count)
{
    size_t pieces = 4 * (size_t)thread_count;
    file->group = FTH_MAX(file->group, file->chunk_count / pieces);
}

static enum fth_status read_pixels(struct exr_file *file, struct fth_pool *pool,
                                   struct fth_error *error)
{
    enum fth_status status = find_chunks(file, error);
    if (status != FTH_OK)
        return status;
    group_chunks(file, fth_pool_thread_count(pool));
    fth_pool_run(pool, (file->chunk_count + file->group - 1) / file->group, decode_group, file);
    return file->status == FTH_OK ? FTH_OK
                                  : fth_fail(error, file->status, "%s", file->error.message);
}

static enum fth_status read_attributes(const struct exr_file *file,
                                       struct fth_exr_attributes *attributes,
                                       struct fth_error *error)
{
    struct fth_exr_attributes found = {0};
    int32_t count = 0;
    exr_get_attribute_count(file->context, file->part, &count);
    for (int32_t i = 0; i < count && found.count < (int)FTH_ARRAY_COUNT(found.items); i++) {
        const exr_attribute_t *a = NULL;
        if (exr_get_attribute_by_index(file->context, file->part, EXR_ATTR_LIST_FILE_ORDER, i,
                                       &a) != EXR_ERR_SUCCESS ||
            a->type != EXR_ATTR_STRING || strlen(a->name) >= sizeof(found.items[0].name))
            continue;
        char *value = fth_alloc((size_t)a->string->length + 1, 1);
        if (!value) {
            fth_exr_attributes_clear(&found);
            return fth_fail_memory(error, (unsigned long long)a->string->length, file->path);
        }
        memcpy(value, a->string->str, (size_t)a->string->length);
        strcpy(found.items[found.count].name, a->name);
        found.items[found.count++].value = value;
    }
    *attributes = found;
    return FTH_OK;
}

void fth_exr_attributes_clear(struct fth_exr_attributes *attributes)
{
    for (int i = 0; i < attributes->count; i++)
        fth_free(attributes->items[i].value);
    *attributes = (struct fth_exr_attributes){0};
}

const char *fth_exr_attribute(const struct fth_exr_attributes *attributes, const char *name)
{
    for (int i = 0; i < attributes->count; i++)
        if (strcmp(attributes->items[i].name, name) == 0)
            return attributes->items[i].value;
    return NULL;
}

static void fill_info(const struct exr_file *file, struct fth_media_info *info)
{
    info->is_float = true;
    for (int i = 0; i < file->list->num_channels; i++)
        info->bits = FTH_MAX(info->bits, file->list->entries[i].pixel_type == EXR_PIXEL_HALF ? 16
                                                                                            : 32);
    strcpy(info->codec, "exr");
    strcpy(info->container, "exr");
    strcpy(info->pixel_format, info->bits == 16 ? "half" : "float");
}

static enum fth_status read_exr(const struct fth_decode *how, struct fth_image **image,
                                struct fth_exr_attributes *attributes,
                                struct fth_media_info *info, struct fth_error *error)
{
    struct exr_file file;
    struct fth_image *made = NULL;
    enum fth_status status = open_exr(how->path, &file, error);
    if (status == FTH_OK)
        status = read_header(&file, error);
    if (status == FTH_OK)
        status = fth_image_new(file.format, file.window, &made, error);
    if (status == FTH_OK)
        status = add_planes(&file, made, how->buffers, error);
    if (status == FTH_OK)
        status = read_pixels(&file, how->pool, error);
    if (status == FTH_OK && info)
        fill_info(&file, info);
    if (status == FTH_OK && attributes)
        status = read_attributes(&file, attributes, error);
    close_exr(&file);
    if (status == FTH_OK) {
        made->premultiplied = true;
        *image = made;
    } else {
        fth_image_unref(&made);
    }
    return status;
}

enum fth_status fth_exr_read(const char *path, struct fth_pool *pool, struct fth_buffers *buffers,
                             struct fth_image **image, struct fth_exr_attributes *attributes,
                             struct fth_error *error)
{
    struct fth_decode how = {.path = path, .pool = pool, .buffers = buffers};
    return read_exr(&how, image, attributes, NULL, error);
}

enum fth_status fth_exr_still_read(const struct fth_decode *decode, struct fth_media_info *info,
                                   struct fth_image **image, struct fth_error *error)
{
    static const char *const rgb[] = {"R", "G", "B"};
    struct fth_image *made = NULL;
    enum fth_status status = read_exr(decode, &made, NULL, info, error);
    if (status != FTH_OK)
        return status;
    struct fth_plane *grey = fth_image_plane(made, "Y");
    if (grey && !fth_image_plane(made, "R")) {
        fth_plane_ref(grey);
        fth_image_set(made, "Y", NULL, NULL);
        for (int i = 0; i < 3 && status == FTH_OK; i++)
            status = fth_image_set(made, rgb[i], fth_plane_ref(grey), error);
        fth_plane_unref(&grey);
    }
    if (status == FTH_OK)
        *image = made;
    else
        fth_image_unref(&made);
    return status;
}
