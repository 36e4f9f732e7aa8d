/* SPDX-License-Identifier: Apache-2.0 */
/* Flat OpenEXR files read through OpenEXRCore: it reads and decompresses the chunks, we take the
 * samples out of them, with every size checked against the header first. */
#include "io/exr.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include <openexr.h>

#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "io/half.h"
#include "io/internal.h"

/* No lossless compression of EXR's makes less than one byte of a thousand; a file that claims more
 * is damaged, and would only cost memory. */
enum { RATIO_LIMIT = 2000, SLACK = 1 << 20 };

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
    if (context && exr_get_user_data(context, &user) == EXR_ERR_SUCCESS && user)
        snprintf(((struct exr_file *)user)->message, sizeof(((struct exr_file *)user)->message),
                 "%s", words);
}

static enum fth_status fail_exr(const struct exr_file *file, exr_result_t code,
                                struct fth_error *error)
{
    const char *words = file->message[0] ? file->message : exr_get_default_error_message(code);
    enum fth_status status = code == EXR_ERR_OUT_OF_MEMORY           ? FTH_ERR_MEMORY
                             : code == EXR_ERR_FEATURE_NOT_IMPLEMENTED ? FTH_ERR_UNSUPPORTED
                                                                       : FTH_ERR_DATA;
    return fth_fail(error, status, "%s: exr: %s", file->path, words);
}

static enum fth_status open_exr(const char *path, struct exr_file *file, struct fth_error *error)
{
    *file = (struct exr_file){.path = path, .fd = -1};
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

static void take_samples(float *dst, const unsigned char *src, exr_pixel_type_t type, int count)
{
    for (int x = 0; x < count; x++) {
        uint16_t half;
        uint32_t whole;
        if (type == EXR_PIXEL_HALF) {
            memcpy(&half, src + 2 * x, 2);
            dst[x] = fth_half_float(half);
        } else if (type == EXR_PIXEL_FLOAT) {
            memcpy(&dst[x], src + 4 * x, 4);
        } else {
            memcpy(&whole, src + 4 * x, 4);
            dst[x] = (float)whole;
        }
    }
}

/* Chunk layout: rows; in a row the channels one after the other, in the list's order. */
static enum fth_status take_chunk(const struct exr_file *file, const void *bytes, uint64_t size,
                                  struct fth_rect rect, struct fth_error *error)
{
    int width = fth_rect_width(rect);
    uint64_t need = (uint64_t)width * (uint64_t)fth_rect_height(rect) * (uint64_t)file->pixel_size;
    if (!bytes || size < need || !fth_rect_contains(file->window, rect))
        return fth_fail(error, FTH_ERR_DATA, "%s: exr: a block of the picture is damaged",
                        file->path);
    const unsigned char *src = bytes;
    for (int32_t y = rect.y0; y < rect.y1; y++)
        for (int i = 0; i < file->list->num_channels; i++) {
            exr_pixel_type_t type = file->list->entries[i].pixel_type;
            if (file->planes[i])
                take_samples(fth_plane_at(file->planes[i], rect.x0, y), src, type, width);
            src += (size_t)width * (type == EXR_PIXEL_HALF ? 2 : 4);
        }
    return FTH_OK;
}

static enum fth_status decode_chunk(struct exr_file *file, const exr_chunk_info_t *chunk,
                                    exr_decode_pipeline_t *pipeline, struct fth_rect rect,
                                    struct fth_error *error)
{
    uint64_t expected = (uint64_t)fth_rect_width(rect) * (uint64_t)fth_rect_height(rect) *
                        (uint64_t)file->pixel_size;
    if (chunk->unpacked_size != expected || chunk->packed_size > (uint64_t)file->size ||
        chunk->packed_size == 0)
        return fth_fail(error, FTH_ERR_DATA, "%s: exr: a block of the picture is damaged",
                        file->path);
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
    return take_chunk(file, bytes, raw ? chunk->packed_size : chunk->unpacked_size, rect, error);
}

static enum fth_status read_lines(struct exr_file *file, exr_decode_pipeline_t *pipeline,
                                  struct fth_error *error)
{
    int32_t lines = 0, height = fth_rect_height(file->window);
    exr_result_t code = exr_get_scanlines_per_chunk(file->context, file->part, &lines);
    if (code != EXR_ERR_SUCCESS || lines < 1)
        return fail_exr(file, code, error);
    for (int32_t y = 0; y < height; y += lines) {
        exr_chunk_info_t chunk;
        code = exr_read_scanline_chunk_info(file->context, file->part, file->top + y, &chunk);
        if (code != EXR_ERR_SUCCESS)
            return fail_exr(file, code, error);
        struct fth_rect rect = file->window;
        rect.y0 += y;
        rect.y1 = FTH_MIN(rect.y0 + lines, file->window.y1);
        enum fth_status status = decode_chunk(file, &chunk, pipeline, rect, error);
        if (status != FTH_OK)
            return status;
    }
    return FTH_OK;
}

static enum fth_status read_tiles(struct exr_file *file, exr_decode_pipeline_t *pipeline,
                                  struct fth_error *error)
{
    uint32_t tile_width = 0, tile_height = 0;
    exr_tile_level_mode_t level;
    exr_tile_round_mode_t rounding;
    exr_result_t code = exr_get_tile_descriptor(file->context, file->part, &tile_width,
                                                &tile_height, &level, &rounding);
    if (code != EXR_ERR_SUCCESS || tile_width < 1 || tile_height < 1 ||
        tile_width > FTH_LIMIT_SIDE || tile_height > FTH_LIMIT_SIDE)
        return fail_exr(file, code, error);
    struct fth_rect all = file->window;
    for (int ty = 0; all.y0 + ty * (int64_t)tile_height < all.y1; ty++)
        for (int tx = 0; all.x0 + tx * (int64_t)tile_width < all.x1; tx++) {
            exr_chunk_info_t chunk;
            code = exr_read_tile_chunk_info(file->context, file->part, tx, ty, 0, 0, &chunk);
            if (code != EXR_ERR_SUCCESS)
                return fail_exr(file, code, error);
            int32_t x = all.x0 + tx * (int32_t)tile_width, y = all.y0 + ty * (int32_t)tile_height;
            struct fth_rect rect = {x, y, FTH_MIN(x + (int32_t)tile_width, all.x1),
                                    FTH_MIN(y + (int32_t)tile_height, all.y1)};
            enum fth_status status = decode_chunk(file, &chunk, pipeline, rect, error);
            if (status != FTH_OK)
                return status;
        }
    return FTH_OK;
}

static enum fth_status read_pixels(struct exr_file *file, struct fth_error *error)
{
    exr_decode_pipeline_t pipeline = EXR_DECODE_PIPELINE_INITIALIZER;
    exr_storage_t storage = EXR_STORAGE_SCANLINE;
    exr_get_storage(file->context, file->part, &storage);
    enum fth_status status = storage == EXR_STORAGE_TILED ? read_tiles(file, &pipeline, error)
                                                          : read_lines(file, &pipeline, error);
    if (pipeline.context)
        exr_decoding_destroy(file->context, &pipeline);
    return status;
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

static enum fth_status read_exr(const char *path, struct fth_buffers *buffers,
                                struct fth_image **image, struct fth_exr_attributes *attributes,
                                struct fth_media_info *info, struct fth_error *error)
{
    struct exr_file file;
    struct fth_image *made = NULL;
    enum fth_status status = open_exr(path, &file, error);
    if (status == FTH_OK)
        status = read_header(&file, error);
    if (status == FTH_OK)
        status = fth_image_new(file.format, file.window, &made, error);
    if (status == FTH_OK)
        status = add_planes(&file, made, buffers, error);
    if (status == FTH_OK)
        status = read_pixels(&file, error);
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

enum fth_status fth_exr_read(const char *path, struct fth_buffers *buffers,
                             struct fth_image **image, struct fth_exr_attributes *attributes,
                             struct fth_error *error)
{
    return read_exr(path, buffers, image, attributes, NULL, error);
}

enum fth_status fth_exr_still_read(const struct fth_decode *decode, struct fth_media_info *info,
                                   struct fth_image **image, struct fth_error *error)
{
    static const char *const rgb[] = {"R", "G", "B"};
    struct fth_image *made = NULL;
    enum fth_status status = read_exr(decode->path, decode->buffers, &made, NULL, info, error);
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
