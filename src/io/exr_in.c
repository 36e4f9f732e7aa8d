/* SPDX-License-Identifier: Apache-2.0 */
/* Flat OpenEXR files read through OpenEXRCore: it finds and reads the chunks and undoes the
 * rarer compressions; ZIP we undo ourselves, DWA, B44 and halved chroma the C++ library does.
 * Groups of chunks go over the pool, with every size checked against the header first. Every flat
 * part of a file is read: the first with colours under its channels' own names, the others as
 * PART.CHANNEL. */
#include "io/exr.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <libdeflate.h>
#include <openexr.h>

#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "io/exr_cxx.h"
#include "io/exr_header.h"
#include "io/exr_zip.h"
#include "io/internal.h"
#include "ops/kernels.h"

/* No lossless compression of EXR's makes less than one byte of a thousand; a file that claims more
 * is damaged, and would only cost memory. */
enum { RATIO_LIMIT = 2000, SLACK = 1 << 20, PART_LIMIT = 64 };

struct exr_file {
    const struct fth_decode *how;
    const char *path;
    int fd;
    int64_t size;
    struct fth_plane *held; /* NULL, or all of the file's bytes */
    char message[256]; /* OpenEXR's own words */
    exr_context_t context;
    int primary;                /* the part whose channels keep their names */
    struct fth_rect all_windows; /* around those of all parts */
    /* of the part that is being read: */
    int part;
    const char *prefix;         /* its name; NULL: of the primary one */
    struct fth_rect window;     /* data window, display window's corner at 0, 0 */
    int32_t left, top;          /* of the data window, in the file's numbers */
    struct fth_format format;
    const exr_attr_chlist_t *list;
    int64_t pixel_size;         /* bytes of all the channels */
    struct fth_plane *planes[1024]; /* of each channel of the list, borrowed; NULL: not read */
    const struct fth_kernels *kernels;
    exr_compression_t compression;
    bool tiled, own;            /* own: compressions that are undone here */
    bool chroma;                /* Y, RY and BY, the last two halved */
    int32_t chunk_width, chunk_height;
    size_t across, chunk_count; /* chunks in a row, in all */
    atomic_size_t next_chunk;   /* nobody has taken it yet */
    size_t room;                /* bytes of a chunk at most */
    pthread_mutex_t lock;       /* for what follows, and `message` */
    enum fth_status status;
    size_t failed_at;
    struct fth_error error;
};

static int64_t read_bytes(exr_const_context_t context, void *user, void *buffer, uint64_t size,
                          uint64_t offset, exr_stream_error_func_ptr_t failed)
{
    (void)context, (void)failed;
    return fth_exr_read_bytes(((struct exr_file *)user)->fd, buffer, size, offset);
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
    if (code == EXR_ERR_OUT_OF_MEMORY || code == EXR_ERR_FEATURE_NOT_IMPLEMENTED)
        return fth_fail(error, code == EXR_ERR_OUT_OF_MEMORY ? FTH_ERR_MEMORY : FTH_ERR_UNSUPPORTED,
                        "%s: exr: %s", file->path, words);
    return fth_fail(error, FTH_ERR_DATA, "%s: exr: damaged or cut short: %s", file->path, words);
}

static enum fth_status open_exr(const struct fth_decode *how, struct exr_file *file,
                                struct fth_error *error)
{
    *file = (struct exr_file){.how = how, .path = how->path, .fd = -1, .kernels = fth_kernels()};
    pthread_mutex_init(&file->lock, NULL);
    enum fth_status status = fth_file_open(how->path, &file->fd, &file->size, error);
    if (status == FTH_OK && how->sealed)
        status = fth_exr_hold(how, file->fd, file->size, &file->held, error);
    if (status == FTH_OK)
        status = fth_exr_header_check(how->path, file->fd, file->size, error);
    if (status != FTH_OK)
        return status;
    exr_context_initializer_t setup = EXR_DEFAULT_CONTEXT_INITIALIZER;
    setup.error_handler_fn = take_message;
    setup.user_data = file;
    setup.read_fn = read_bytes;
    setup.size_fn = query_size;
    setup.max_image_width = setup.max_image_height = FTH_LIMIT_SIDE;
    setup.max_tile_width = setup.max_tile_height = FTH_LIMIT_SIDE;
    exr_result_t code = exr_start_read(&file->context, how->path, &setup);
    return code == EXR_ERR_SUCCESS ? FTH_OK : fail_exr(file, code, error);
}

static void close_exr(struct exr_file *file)
{
    if (file->context)
        exr_finish(&file->context);
    if (file->fd >= 0)
        close(file->fd);
    fth_plane_unref(&file->held);
    pthread_mutex_destroy(&file->lock);
}

static bool is_flat(const struct exr_file *file, int part, const exr_attr_chlist_t **list)
{
    exr_storage_t storage;
    return exr_get_storage(file->context, part, &storage) == EXR_ERR_SUCCESS &&
           (storage == EXR_STORAGE_SCANLINE || storage == EXR_STORAGE_TILED) &&
           exr_get_channels(file->context, part, list) == EXR_ERR_SUCCESS &&
           (*list)->num_channels > 0;
}

static bool has_colours(const exr_attr_chlist_t *list)
{
    for (int i = 0; i < list->num_channels; i++) {
        const char *name = list->entries[i].name.str;
        if (strcmp(name, "R") == 0 || strcmp(name, "Y") == 0)
            return true;
    }
    return false;
}

/* The first flat part with colours, else the first flat part. */
static enum fth_status choose_primary(struct exr_file *file, struct fth_error *error)
{
    const exr_attr_chlist_t *list = NULL;
    int count = 0;
    exr_get_count(file->context, &count);
    if (count > PART_LIMIT)
        return fth_fail(error, FTH_ERR_LIMIT, "%s: exr: %d parts, the limit is %d", file->path,
                        count, PART_LIMIT);
    file->primary = -1;
    for (int i = 0; i < count; i++)
        if (is_flat(file, i, &list) && file->primary < 0)
            file->primary = i;
    for (int i = 0; i < count; i++)
        if (is_flat(file, i, &list) && has_colours(list)) {
            file->primary = i;
            break;
        }
    if (file->primary >= 0)
        return FTH_OK;
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
    enum fth_status status = fth_decode_check(file->how, width, height, error);
    if (status == FTH_OK)
        status = fth_decode_check(file->how, full_width, full_height, error);
    if (status != FTH_OK)
        return status;
    if (x < -(1 << 24) || x > 1 << 24 || y < -(1 << 24) || y > 1 << 24)
        return fth_fail(error, FTH_ERR_LIMIT,
                        "%s: exr: the data window lies %lld, %lld pixels beside the frame, the "
                        "limit is %d", file->path, (long long)x, (long long)y, 1 << 24);
    file->left = data->min.x;
    file->top = data->min.y;
    file->window = (struct fth_rect){(int32_t)x, (int32_t)y, (int32_t)(x + width),
                                     (int32_t)(y + height)};
    if (file->part == file->primary) { /* the other parts are seen in its frame */
        file->format.width = (int32_t)full_width;
        file->format.height = (int32_t)full_height;
    }
    return FTH_OK;
}

/* Luminance and chroma as OpenEXR's own writer makes them: Y whole, RY and BY of every other pixel
 * and row. */
static enum fth_status check_sampling(struct exr_file *file, struct fth_error *error)
{
    int halved = 0;
    bool luma = false;
    const char *odd = NULL;
    for (int i = 0; i < file->list->num_channels; i++) {
        const exr_attr_chlist_entry_t *c = &file->list->entries[i];
        const char *name = c->name.str;
        bool is_half = c->x_sampling == 2 && c->y_sampling == 2;
        bool is_chroma = strcmp(name, "RY") == 0 || strcmp(name, "BY") == 0;
        luma = luma || strcmp(name, "Y") == 0;
        halved += is_half && is_chroma;
        if ((c->x_sampling != 1 || c->y_sampling != 1) && !(is_half && is_chroma))
            odd = name;
    }
    file->chroma = halved == 2 && luma && file->part == 0 && file->part == file->primary;
    if (odd || (halved > 0 && !file->chroma))
        return fth_fail(error, FTH_ERR_UNSUPPORTED,
                        "%s: exr: channel %s is subsampled, which only RY and BY beside Y of the "
                        "first part may be; save it as R G B", file->path, odd ? odd : "RY or BY");
    return FTH_OK;
}

static enum fth_status check_channels(struct exr_file *file, struct fth_error *error)
{
    if (file->list->num_channels > (int)FTH_ARRAY_COUNT(file->planes))
        return fth_fail(error, FTH_ERR_LIMIT, "%s: exr: %d channels, the limit is %zu", file->path,
                        file->list->num_channels, FTH_ARRAY_COUNT(file->planes));
    enum fth_status status = check_sampling(file, error);
    if (status != FTH_OK)
        return status;
    file->pixel_size = 0;
    for (int i = 0; i < file->list->num_channels; i++)
        file->pixel_size += file->list->entries[i].pixel_type == EXR_PIXEL_HALF ? 2 : 4;
    int64_t pixels = (int64_t)fth_rect_width(file->window) * fth_rect_height(file->window);
    if (pixels > (file->size * RATIO_LIMIT + SLACK) / file->pixel_size)
        return fth_fail(error, FTH_ERR_DATA,
                        "%s: exr: says it is %d x %d, far more than its %lld bytes can hold",
                        file->path, fth_rect_width(file->window), fth_rect_height(file->window),
                        (long long)file->size);
    return FTH_OK;
}

/* Makes `part` the one that is being read. */
static enum fth_status enter_part(struct exr_file *file, int part, struct fth_error *error)
{
    exr_attr_box2i_t data, display;
    float aspect = 1;
    file->part = part;
    file->prefix = NULL;
    memset(file->planes, 0, sizeof(file->planes));
    exr_result_t code = exr_get_channels(file->context, part, &file->list);
    if (code == EXR_ERR_SUCCESS)
        code = exr_get_data_window(file->context, part, &data);
    if (code == EXR_ERR_SUCCESS)
        code = exr_get_display_window(file->context, part, &display);
    if (code == EXR_ERR_SUCCESS)
        code = exr_get_compression(file->context, part, &file->compression);
    if (code == EXR_ERR_SUCCESS && part != file->primary)
        code = exr_get_name(file->context, part, &file->prefix);
    if (code != EXR_ERR_SUCCESS)
        return fail_exr(file, code, error);
    file->own = file->compression == EXR_COMPRESSION_NONE ||
                file->compression == EXR_COMPRESSION_ZIP ||
                file->compression == EXR_COMPRESSION_ZIPS;
    exr_get_pixel_aspect_ratio(file->context, part, &aspect);
    if (part == file->primary)
        file->format.pixel_aspect = aspect > 0.01f && aspect < 100 ? (double)aspect : 1;
    enum fth_status status = check_window(file, &data, &display, error);
    return status == FTH_OK ? check_channels(file, error) : status;
}

/* Every channel is given a plane around all windows: small parts far apart would be a lot of
 * nothing. */
static enum fth_status check_all_windows(const struct exr_file *file, int64_t samples, int channels,
                                         struct fth_error *error)
{
    enum { FREE_SAMPLES = 256 << 20, WASTE = 16 };
    int64_t width = fth_rect_width(file->all_windows), height = fth_rect_height(file->all_windows);
    int64_t all = width * height * FTH_MIN(channels, FTH_LIMIT_PLANES);
    enum fth_status status = fth_decode_check(file->how, width, height, error);
    if (status != FTH_OK || all <= FREE_SAMPLES || all / WASTE <= samples)
        return status;
    return fth_fail(error, FTH_ERR_LIMIT,
                    "%s: exr: the parts' windows lie too far apart: %lld x %lld pixels around them "
                    "all", file->path, (long long)width, (long long)height);
}

/* All parts' headers, before any memory is asked for. */
static enum fth_status read_header(struct exr_file *file, struct fth_error *error)
{
    const exr_attr_chlist_t *list = NULL;
    int count = 0, channels = 0;
    int64_t samples = 0;
    enum fth_status status = choose_primary(file, error);
    exr_get_count(file->context, &count);
    for (int i = -1; i < count && status == FTH_OK; i++) { /* the others are seen in its frame */
        int part = i < 0 ? file->primary : i;
        if (i == file->primary || !is_flat(file, part, &list))
            continue;
        status = enter_part(file, part, error);
        if (status != FTH_OK)
            return status;
        file->all_windows = i < 0 ? file->window : fth_rect_join(file->all_windows, file->window);
        channels += list->num_channels;
        samples += (int64_t)fth_rect_width(file->window) * fth_rect_height(file->window) *
                   list->num_channels;
    }
    return status == FTH_OK ? check_all_windows(file, samples, channels, error) : status;
}

/* What is outside of a part's window is nowhere: distances are infinite there. */
static float outside_of(const char *name)
{
    return strcmp(name, "Z") == 0 || fth_ends_with(name, ".Z") ? INFINITY : 0;
}

static enum fth_status add_plane(struct exr_file *file, int index, struct fth_image *image,
                                 struct fth_buffers *buffers, struct fth_error *error)
{
    const char *channel = file->list->entries[index].name.str;
    char name[FTH_LIMIT_NAME];
    if (file->planes[index])
        return FTH_OK;
    if (!fth_exr_plane_name(file->prefix, channel, name) ||
        image->channel_count == FTH_LIMIT_PLANES) {
        fth_log(FTH_LOG_WARNING, "%s: channel %.80s is left out (%d channels with names under %d "
                "bytes are read)", file->path, channel, FTH_LIMIT_PLANES, FTH_LIMIT_NAME);
        return FTH_OK;
    }
    if (fth_image_plane(image, name)) /* two parts say the same; the first has it */
        return FTH_OK;
    bool inside = fth_rect_equal(file->window, file->all_windows);
    enum fth_status status =
        fth_image_add(image, name, buffers, file->all_windows, &file->planes[index], error);
    if (status == FTH_OK && !inside) /* else its blocks fill it, or it is not handed out */
        fth_plane_fill(file->planes[index], outside_of(name));
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

/* A compressed chunk in the bytes that are held, or NULL. (Samples as they are have to lie at even
 * places: they are read into ones.) */
static const unsigned char *held_chunk(const struct exr_file *file, const exr_chunk_info_t *chunk)
{
    uint64_t size = (uint64_t)file->size;
    bool inside = chunk->data_offset <= size && chunk->packed_size <= size - chunk->data_offset;
    if (!file->held || !inside || chunk->packed_size == chunk->unpacked_size)
        return NULL;
    return (const unsigned char *)file->held->data + chunk->data_offset;
}

/* ZIP, ZIPS and none: what nearly all files are, and the depth cache. */
static enum fth_status decode_own(struct exr_worker *w, const exr_chunk_info_t *chunk,
                                  struct fth_rect rect, struct fth_error *error)
{
    struct exr_file *file = w->file;
    if (chunk->packed_size > file->room || chunk->unpacked_size > file->room)
        return fail_chunk(file, error);
    const unsigned char *packed = held_chunk(file, chunk);
    if (!packed) {
        exr_result_t code = exr_read_chunk(file->context, file->part, chunk, w->packed);
        if (code != EXR_ERR_SUCCESS)
            return fail_exr(file, code, error);
        packed = w->packed;
    }
    const unsigned char *samples = packed;
    if (chunk->packed_size != chunk->unpacked_size) {
        if (!fth_exr_zip_unpack(w->inflater, packed, chunk->packed_size, w->scratch, w->samples,
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

/* Takes chunks in order until there are no more: what they are decoded in is fresh memory, and that
 * costs, so there is one such worker for each thread. The first chunk of all that fails is always
 * taken, as none behind it is taken before. */
static void decode_chunks(void *context, size_t worker)
{
    struct exr_file *file = context;
    struct exr_worker w = {.file = file, .pipeline = EXR_DECODE_PIPELINE_INITIALIZER};
    struct fth_error error = {0};
    enum fth_status status = FTH_OK;
    size_t index = 0;
    (void)worker;
    if (file->own) {
        w.inflater = libdeflate_alloc_decompressor();
        w.packed = fth_alloc_aligned(3 * file->room);
        if (!w.inflater || !w.packed)
            status = fth_fail_memory(&error, 3 * file->room, file->path);
    }
    w.scratch = w.packed ? w.packed + file->room : NULL;
    w.samples = w.packed ? w.scratch + file->room : NULL;
    while (status == FTH_OK) {
        index = atomic_fetch_add(&file->next_chunk, 1);
        if (index >= file->chunk_count)
            break;
        status = decode_chunk(&w, index, &error);
    }
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
    atomic_store(&file->next_chunk, 0);
    return FTH_OK;
}

/* ---- through the C++ library */

static struct fth_exr_cxx_file cxx_file(const struct exr_file *file)
{
    return (struct fth_exr_cxx_file){
        .fd = file->fd, .size = (uint64_t)file->size, .part = file->part, .x0 = file->left,
        .y0 = file->top, .x1 = file->left + fth_rect_width(file->window),
        .y1 = file->top + fth_rect_height(file->window)};
}

static struct fth_exr_cxx_plane cxx_plane(const struct exr_file *file,
                                          const struct fth_plane *plane, const char *name)
{
    return (struct fth_exr_cxx_plane){
        name, plane ? fth_plane_at(plane, file->window.x0, file->window.y0) : NULL,
        plane ? plane->row_stride : 0};
}

static enum fth_status fail_cxx(const struct exr_file *file, const char *words,
                                struct fth_error *error)
{
    return fth_fail(error, FTH_ERR_DATA, "%s: exr: %.200s", file->path, words);
}

static enum fth_status read_cxx(const struct exr_file *file, struct fth_error *error)
{
    struct fth_exr_cxx_file where = cxx_file(file);
    struct fth_exr_cxx_plane *planes = fth_alloc((size_t)file->list->num_channels,
                                                 sizeof(*planes));
    char words[256] = "";
    int count = 0;
    if (!planes)
        return fth_fail_memory(error, 0, file->path);
    for (int i = 0; i < file->list->num_channels; i++)
        if (file->planes[i])
            planes[count++] = cxx_plane(file, file->planes[i], file->list->entries[i].name.str);
    bool read = count == 0 || fth_exr_cxx_read(&where, planes, count, words, sizeof(words));
    fth_free(planes);
    return read ? FTH_OK : fail_cxx(file, words, error);
}

/* R, G and B out of Y, RY and BY; the part's other channels as they are. */
static enum fth_status read_chroma(struct exr_file *file, struct fth_image *image,
                                   struct fth_buffers *buffers, struct fth_error *error)
{
    static const char *const names[] = {"R", "G", "B"};
    struct fth_exr_cxx_file where = cxx_file(file);
    struct fth_exr_cxx_plane rgba[4] = {{0}};
    char words[256] = "";
    enum fth_status status = FTH_OK;
    for (int c = 0; c < 3 && status == FTH_OK; c++) {
        struct fth_plane *plane = NULL;
        status = fth_image_add(image, names[c], buffers, file->all_windows, &plane, error);
        if (status == FTH_OK)
            fth_plane_fill(plane, 0);
        if (status == FTH_OK)
            rgba[c] = cxx_plane(file, plane, names[c]);
    }
    for (int i = 0; i < file->list->num_channels && status == FTH_OK; i++) {
        const char *name = file->list->entries[i].name.str;
        bool of_luma = strcmp(name, "Y") == 0 || strcmp(name, "RY") == 0 ||
                       strcmp(name, "BY") == 0;
        if (!of_luma)
            status = add_plane(file, i, image, buffers, error);
    }
    if (status == FTH_OK)
        status = read_cxx(file, error);
    if (status == FTH_OK && !fth_exr_cxx_read_chroma(&where, rgba, words, sizeof(words)))
        status = fail_cxx(file, words, error);
    return status;
}

/* ---- a part, a file */

static enum fth_status read_pixels(struct exr_file *file, struct fth_pool *pool,
                                   struct fth_error *error)
{
    /* 3.1's C library has no DWA, and its B44 differs from the C++ one in some blocks */
    if (file->compression >= EXR_COMPRESSION_B44)
        return read_cxx(file, error);
    enum fth_status status = find_chunks(file, error);
    if (status != FTH_OK)
        return status;
    size_t workers = FTH_MIN((size_t)fth_pool_thread_count(pool), file->chunk_count);
    fth_pool_run(pool, workers, decode_chunks, file);
    return file->status == FTH_OK ? FTH_OK
                                  : fth_fail(error, file->status, "%s", file->error.message);
}

static enum fth_status read_part(struct exr_file *file, int part, const struct fth_decode *how,
                                 struct fth_image *image, struct fth_error *error)
{
    enum fth_status status = enter_part(file, part, error);
    if (status == FTH_OK && file->chroma)
        return read_chroma(file, image, how->buffers, error);
    if (status == FTH_OK)
        status = add_planes(file, image, how->buffers, error);
    return status == FTH_OK ? read_pixels(file, how->pool, error) : status;
}

static enum fth_status read_parts(struct exr_file *file, const struct fth_decode *how,
                                  struct fth_image *image, struct fth_error *error)
{
    const exr_attr_chlist_t *list = NULL;
    int count = 0;
    enum fth_status status = read_part(file, file->primary, how, image, error);
    exr_get_count(file->context, &count);
    for (int i = 0; i < count && status == FTH_OK; i++)
        if (i != file->primary && is_flat(file, i, &list))
            status = read_part(file, i, how, image, error);
    return status;
}

/* The texts of one part's header, after those that are there. */
static enum fth_status add_attributes(const struct exr_file *file, int part,
                                      struct fth_exr_attributes *found, struct fth_error *error)
{
    int32_t count = 0;
    exr_get_attribute_count(file->context, part, &count);
    for (int32_t i = 0; i < count && found->count < (int)FTH_ARRAY_COUNT(found->items); i++) {
        const exr_attribute_t *a = NULL;
        if (exr_get_attribute_by_index(file->context, part, EXR_ATTR_LIST_FILE_ORDER, i, &a) !=
                EXR_ERR_SUCCESS ||
            a->type != EXR_ATTR_STRING || strlen(a->name) >= sizeof(found->items[0].name) ||
            fth_exr_attribute(found, a->name))
            continue;
        char *value = fth_alloc((size_t)a->string->length + 1, 1);
        if (!value)
            return fth_fail_memory(error, (unsigned long long)a->string->length, file->path);
        memcpy(value, a->string->str, (size_t)a->string->length);
        strcpy(found->items[found->count].name, a->name);
        found->items[found->count++].value = value;
    }
    return FTH_OK;
}

/* The primary part's words, then what only other parts say. */
static enum fth_status read_attributes(const struct exr_file *file,
                                       struct fth_exr_attributes *attributes,
                                       struct fth_error *error)
{
    struct fth_exr_attributes found = {0};
    int count = 0;
    enum fth_status status = add_attributes(file, file->primary, &found, error);
    exr_get_count(file->context, &count);
    for (int i = 0; i < count && status == FTH_OK; i++)
        if (i != file->primary)
            status = add_attributes(file, i, &found, error);
    if (status == FTH_OK)
        *attributes = found;
    else
        fth_exr_attributes_clear(&found);
    return status;
}

/* What the primary part is, and which parts there are. */
static void fill_info(struct exr_file *file, struct fth_media_info *info)
{
    int count = 0;
    exr_get_count(file->context, &count);
    if (enter_part(file, file->primary, NULL) != FTH_OK)
        return;
    info->is_float = true;
    exr_attr_chromaticities_t xy;
    if (exr_attr_get_chromaticities(file->context, file->primary, "chromaticities", &xy) ==
        EXR_ERR_SUCCESS)
        memcpy(info->footage.chromaticities, &xy, sizeof(xy)); /* eight floats in this order */
    for (int i = 0; i < file->list->num_channels; i++)
        info->bits = FTH_MAX(info->bits, file->list->entries[i].pixel_type == EXR_PIXEL_HALF ? 16
                                                                                            : 32);
    strcpy(info->codec, "exr");
    strcpy(info->container, "exr");
    strcpy(info->pixel_format, info->bits == 16 ? "half" : "float");
    snprintf(info->compression, sizeof(info->compression), "%s",
             fth_exr_compression_name((unsigned)file->compression));
    exr_storage_t storage = EXR_STORAGE_SCANLINE;
    uint32_t width = 0, height = 0;
    exr_tile_level_mode_t level;
    exr_tile_round_mode_t rounding;
    exr_get_storage(file->context, file->part, &storage);
    if (storage == EXR_STORAGE_TILED &&
        exr_get_tile_descriptor(file->context, file->part, &width, &height, &level, &rounding) ==
            EXR_ERR_SUCCESS)
        snprintf(info->layout, sizeof(info->layout), "tiles %u x %u%s", width, height,
                 level == EXR_TILE_ONE_LEVEL ? "" : ", mipmaps");
    else
        snprintf(info->layout, sizeof(info->layout), "scanlines%s",
                 file->chroma ? ", luminance and chroma" : "");
    info->data_window = file->window;
    for (int i = 0; i < count && info->part_count < FTH_MEDIA_PARTS; i++) {
        const char *name = NULL;
        if (exr_get_name(file->context, i, &name) == EXR_ERR_SUCCESS && name && count > 1)
            snprintf(info->parts[info->part_count++], FTH_LIMIT_NAME, "%.*s", FTH_LIMIT_NAME - 1,
                     name);
    }
}

enum fth_status fth_exr_decode(const struct fth_decode *how, struct fth_image **image,
                               struct fth_exr_attributes *attributes,
                               struct fth_media_info *info, struct fth_error *error)
{
    struct exr_file file;
    struct fth_image *made = NULL;
    enum fth_status status = open_exr(how, &file, error);
    if (status == FTH_OK)
        status = read_header(&file, error);
    if (status == FTH_OK)
        status = fth_image_new(file.format, file.all_windows, &made, error);
    if (status == FTH_OK)
        status = read_parts(&file, how, made, error);
    if (status == FTH_OK && info)
        fill_info(&file, info);
    if (status == FTH_OK)
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
