/* SPDX-License-Identifier: Apache-2.0 */
/* Flat OpenEXR files written through OpenEXRCore: scanlines, colour as half and the rest as float,
 * compressed over the pool (ZIP by ourselves, the rarer ones by the C++ library), in one part or
 * one a layer, under a temporary name until whole. */
#include "io/exr.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <libdeflate.h>
#include <openexr.h>

#include "base/file.h"
#include "base/mem.h"
#include "io/exr_cxx.h"
#include "io/exr_zip.h"
#include "ops/kernels.h"

/* The level is stated, so that a library's default cannot change our bytes. */
enum { LEVEL = 1, BATCH_SIZE = 4 << 20 };

/* How the quicker way of packing is tried: rows of a chunk, places, what it may cost in size. */
enum { TRIAL_ROWS = 4, TRIALS = 3, TRIAL_PERCENT = 102 };

enum { MOST_PARTS = 16 };

struct exr_part {
    char name[FTH_LIMIT_NAME]; /* "" : the only one, which has none */
    int index;
    struct exr_plane {
        const char *channel;
        const struct fth_plane *plane;
        bool half;
    } planes[FTH_LIMIT_PLANES]; /* in the file's order, once the header stands */
    int plane_count;
};

/* What one thread compresses with. */
struct exr_packer {
    struct libdeflate_compressor *deflater; /* NULL: o->quick */
    unsigned char *samples; /* of a chunk, and as much scratch */
};

struct exr_output {
    const struct fth_image *image;
    const struct fth_exr_write_options *options;
    const char *path;
    int file;
    struct fth_rect window;
    exr_context_t context;
    const struct fth_kernels *kernels;
    struct exr_part *parts;
    int part_count;
    const struct exr_part *part; /* that is being written */
    int32_t lines;              /* of a chunk */
    bool quick;                 /* without a search for repeats */
    size_t chunk_size;          /* bytes, at most and not compressed */
    size_t first, count;        /* chunks of the batch */
    unsigned char *slots;       /* of the batch: its chunks, compressed */
    size_t *sizes;              /* of them; 0: it failed */
    struct exr_packer *packers; /* one a thread */
    size_t packer_count;
    atomic_size_t next;         /* chunk of the batch that nobody has taken yet */
};

static enum fth_status fail_exr(const struct exr_output *o, exr_result_t code,
                                struct fth_error *error)
{
    enum fth_status status = code == EXR_ERR_OUT_OF_MEMORY ? FTH_ERR_MEMORY : FTH_ERR_IO;
    if (status == FTH_ERR_IO && errno != 0) /* the system knows more than the library tells */
        return fth_fail(error, status, "%s: cannot be written: %s", o->path, strerror(errno));
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

static const exr_compression_t compressions[] = {
    [FTH_EXR_ZIP] = EXR_COMPRESSION_ZIP,     [FTH_EXR_ZIPS] = EXR_COMPRESSION_ZIPS,
    [FTH_EXR_NONE] = EXR_COMPRESSION_NONE,   [FTH_EXR_RLE] = EXR_COMPRESSION_RLE,
    [FTH_EXR_PIZ] = EXR_COMPRESSION_PIZ,     [FTH_EXR_PXR24] = EXR_COMPRESSION_PXR24,
    [FTH_EXR_B44] = EXR_COMPRESSION_B44,     [FTH_EXR_B44A] = EXR_COMPRESSION_B44A,
    [FTH_EXR_DWAA] = EXR_COMPRESSION_DWAA,   [FTH_EXR_DWAB] = EXR_COMPRESSION_DWAB,
};

/* Depth's own words stand in the part that holds it. */
static bool has_attributes(const struct exr_output *o, int part)
{
    int home = 0;
    for (int i = 0; i < o->part_count; i++)
        home = strcmp(o->parts[i].name, "depth") == 0 ? i : home;
    return part == home;
}

static bool has_colours(const struct exr_part *part)
{
    for (int i = 0; i < part->plane_count; i++) {
        const char *name = part->planes[i].channel;
        if (name[0] && strchr("RGB", name[0]) && !name[1])
            return true;
    }
    return false;
}

static exr_result_t write_part_header(struct exr_output *o, int index)
{
    struct exr_part *part = &o->parts[index];
    struct fth_format format = o->image->format;
    exr_attr_box2i_t display = {{.x = 0, .y = 0}, {.x = format.width - 1, .y = format.height - 1}};
    exr_attr_box2i_t data = {{.x = o->window.x0, .y = o->window.y0},
                             {.x = o->window.x1 - 1, .y = o->window.y1 - 1}};
    exr_attr_v2f_t centre = {.x = 0, .y = 0};
    exr_result_t code = exr_add_part(o->context, part->name[0] ? part->name : NULL,
                                     EXR_STORAGE_SCANLINE, &part->index);
    float aspect = format.pixel_aspect > 0 ? (float)format.pixel_aspect : 1;
    if (code == EXR_ERR_SUCCESS)
        code = exr_initialize_required_attr(
            o->context, part->index, &display, &data, aspect, &centre, 1,
            EXR_LINEORDER_INCREASING_Y, compressions[o->options->compression]);
    for (int i = 0; i < part->plane_count && code == EXR_ERR_SUCCESS; i++)
        code = exr_add_channel(o->context, part->index, part->planes[i].channel,
                               part->planes[i].half ? EXR_PIXEL_HALF : EXR_PIXEL_FLOAT,
                               EXR_PERCEPTUALLY_LOGARITHMIC, 1, 1);
    const float *xy = o->options->chromaticities;
    exr_attr_chromaticities_t chromaticities = {0};
    if (xy)
        chromaticities = (exr_attr_chromaticities_t){xy[0], xy[1], xy[2], xy[3],
                                                     xy[4], xy[5], xy[6], xy[7]};
    if (code == EXR_ERR_SUCCESS && xy && has_colours(part))
        code = exr_attr_set_chromaticities(o->context, part->index, "chromaticities",
                                           &chromaticities);
    const char *const *a = has_attributes(o, index) ? o->options->attributes : NULL;
    for (; a && *a && code == EXR_ERR_SUCCESS; a += 2)
        code = exr_attr_set_string(o->context, part->index, a[0], a[1]);
    return code;
}

static exr_result_t write_header(struct exr_output *o)
{
    exr_result_t code = EXR_ERR_SUCCESS;
    exr_set_longname_support(o->context, 1);
    for (int i = 0; i < o->part_count && code == EXR_ERR_SUCCESS; i++)
        code = write_part_header(o, i);
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

/* The samples of the first rows of chunk `index` as the file orders them: rows, in a row the
 * channels. */
static size_t fill_chunk(const struct exr_output *o, size_t index, int32_t rows,
                         unsigned char *samples)
{
    unsigned char *at = samples;
    int32_t y0 = o->window.y0 + (int32_t)index * o->lines;
    int32_t y1 = FTH_MIN(y0 + rows, o->window.y1), width = fth_rect_width(o->window);
    for (int32_t y = y0; y < y1; y++)
        for (int i = 0; i < o->part->plane_count; i++) {
            const struct exr_plane *c = &o->part->planes[i];
            put_row(o, c->plane, y, c->half, at);
            at += (size_t)(c->half ? 2 : 4) * (size_t)width;
        }
    return (size_t)(at - samples);
}

/* By the C++ library: the C one knows no DWA, and its B44 was seen to come out wrong. */
static size_t pack_cxx(const struct exr_output *o, int32_t rows, const unsigned char *samples,
                       unsigned char *slot)
{
    const char *names[FTH_LIMIT_PLANES];
    bool half[FTH_LIMIT_PLANES];
    for (int i = 0; i < o->part->plane_count; i++) {
        names[i] = o->part->planes[i].channel;
        half[i] = o->part->planes[i].half;
    }
    struct fth_exr_cxx_block block = {
        .samples = samples, .names = names, .half = half, .channel_count = o->part->plane_count,
        .width = fth_rect_width(o->window), .height = rows,
        .compression = (int)compressions[o->options->compression]};
    return fth_exr_cxx_pack(&block, slot, o->chunk_size);
}

/* Chunk `index` of the batch, compressed into its slot; as it is where that makes nothing less. */
static void pack_chunk(struct exr_output *o, size_t index, const struct exr_packer *packer)
{
    unsigned char *slot = o->slots + index * o->chunk_size, *samples = packer->samples;
    size_t size = fill_chunk(o, o->first + index, o->lines, samples), packed = 0;
    int32_t y = o->window.y0 + (int32_t)(o->first + index) * o->lines;
    enum fth_exr_compression compression = o->options->compression;
    if (compression == FTH_EXR_NONE) {
        o->sizes[index] = size;
    } else if (compression == FTH_EXR_ZIP || compression == FTH_EXR_ZIPS) {
        unsigned char *scratch = samples + o->chunk_size;
        packed = o->options->quick
                     ? fth_exr_zip_pack_runs(samples, size, scratch, slot)
                     : fth_exr_zip_pack(packer->deflater, samples, size, scratch, slot);
        o->sizes[index] = packed > 0 ? packed : size;
    } else {
        packed = pack_cxx(o, FTH_MIN(o->lines, o->window.y1 - y), samples, slot);
        o->sizes[index] = packed;
        return;
    }
    if (packed == 0)
        memcpy(slot, samples, size);
}

static void pack_chunks(void *context, size_t worker)
{
    struct exr_output *o = context;
    size_t i;
    while ((i = atomic_fetch_add(&o->next, 1)) < o->count) {
        o->sizes[i] = 0;
        if (o->packers[worker].samples && (o->packers[worker].deflater || o->quick))
            pack_chunk(o, i, &o->packers[worker]);
    }
}

static bool make_packers(struct exr_output *o)
{
    size_t count = (size_t)fth_pool_thread_count(o->options->pool);
    o->packers = fth_alloc(count, sizeof(*o->packers));
    for (size_t i = 0; o->packers && i < count; i++)
        o->packers[i] = (struct exr_packer){
            o->quick ? NULL : libdeflate_alloc_compressor(LEVEL),
            fth_alloc_aligned(2 * o->chunk_size)};
    o->packer_count = o->packers ? count : 0;
    return o->packers;
}

static void drop_packers(struct exr_output *o)
{
    for (size_t i = 0; i < o->packer_count; i++) {
        libdeflate_free_compressor(o->packers[i].deflater);
        fth_free(o->packers[i].samples);
    }
    fth_free(o->packers);
    o->packers = NULL;
    o->packer_count = 0;
}

/* Whether a search for repeats is worth its time: both ways are tried on a few rows. Pictures with
 * the same in several channels have repeats, as have drawings; footage has none. */
static exr_result_t choose_way(struct exr_output *o, size_t chunk_count)
{
    struct libdeflate_compressor *deflater = libdeflate_alloc_compressor(LEVEL);
    unsigned char *samples = fth_alloc_aligned(3 * o->chunk_size);
    size_t searched = 0, quick = 0;
    bool tried = deflater && samples;
    for (size_t i = 1; i <= TRIALS && tried; i++) {
        size_t size = fill_chunk(o, i * chunk_count / (TRIALS + 1), FTH_MIN(o->lines, TRIAL_ROWS),
                                 samples);
        unsigned char *scratch = samples + size, *packed = scratch + size;
        size_t with = fth_exr_zip_pack(deflater, samples, size, scratch, packed);
        size_t without = fth_exr_zip_pack(NULL, samples, size, scratch, packed);
        searched += with > 0 ? with : size;
        quick += without > 0 ? without : size;
    }
    libdeflate_free_compressor(deflater);
    fth_free(samples);
    o->quick = 100 * quick <= TRIAL_PERCENT * searched;
    return tried ? EXR_ERR_SUCCESS : EXR_ERR_OUT_OF_MEMORY;
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
    memset(o->sizes, 0, most * sizeof(*o->sizes));
    enum fth_exr_compression compression = o->options->compression;
    o->quick = o->options->quick;
    if (!o->quick && (compression == FTH_EXR_ZIP || compression == FTH_EXR_ZIPS))
        code = choose_way(o, all);
    if (code != EXR_ERR_SUCCESS || !make_packers(o))
        return EXR_ERR_OUT_OF_MEMORY;
    for (o->first = 0; o->first < all && code == EXR_ERR_SUCCESS; o->first += most) {
        o->count = FTH_MIN(most, all - o->first);
        atomic_store(&o->next, 0);
        fth_pool_run(o->options->pool, FTH_MIN(o->packer_count, o->count), pack_chunks, o);
        for (size_t i = 0; i < o->count && code == EXR_ERR_SUCCESS; i++) {
            int y = o->window.y0 + (int)(o->first + i) * o->lines;
            code = o->sizes[i] == 0
                       ? EXR_ERR_OUT_OF_MEMORY
                       : exr_write_scanline_chunk(o->context, o->part->index, y,
                                                  o->slots + i * o->chunk_size, o->sizes[i]);
        }
    }
    return code;
}

/* The planes in the file's order of channels. */
static exr_result_t sort_planes(const struct exr_output *o, struct exr_part *part)
{
    const exr_attr_chlist_t *list = NULL;
    exr_result_t code = exr_get_channels(o->context, part->index, &list);
    if (code != EXR_ERR_SUCCESS || list->num_channels != part->plane_count)
        return code != EXR_ERR_SUCCESS ? code : EXR_ERR_INVALID_ATTR;
    for (int i = 0; i < list->num_channels; i++)
        for (int k = i; k < part->plane_count; k++)
            if (strcmp(part->planes[k].channel, list->entries[i].name.str) == 0) {
                struct exr_plane found = part->planes[k];
                part->planes[k] = part->planes[i];
                part->planes[i] = found;
            }
    return EXR_ERR_SUCCESS;
}

static exr_result_t write_part(struct exr_output *o, struct exr_part *part)
{
    exr_result_t code = exr_get_scanlines_per_chunk(o->context, part->index, &o->lines);
    if (code == EXR_ERR_SUCCESS)
        code = sort_planes(o, part);
    size_t pixel = 0;
    for (int i = 0; i < part->plane_count; i++)
        pixel += part->planes[i].half ? 2 : 4;
    o->part = part;
    o->chunk_size = pixel * (size_t)fth_rect_width(o->window) * (size_t)o->lines;
    if (code == EXR_ERR_SUCCESS)
        code = write_chunks(o);
    drop_packers(o);
    fth_free(o->slots);
    fth_free(o->sizes);
    o->slots = NULL;
    o->sizes = NULL;
    return code;
}

static int64_t write_bytes(exr_const_context_t context, void *user, const void *buffer,
                           uint64_t size, uint64_t offset, exr_stream_error_func_ptr_t failed)
{
    const struct exr_output *o = user;
    (void)context, (void)failed;
    for (uint64_t done = 0; done < size;) {
        ssize_t n = pwrite(o->file, (const char *)buffer + done, size - done,
                           (off_t)(offset + done));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        done += (uint64_t)n;
    }
    return (int64_t)size;
}

static enum fth_status write_all(struct exr_output *o, const char *temporary,
                                 struct fth_error *error)
{
    exr_context_initializer_t setup = EXR_DEFAULT_CONTEXT_INITIALIZER;
    setup.error_handler_fn = keep_quiet;
    setup.user_data = o;
    setup.write_fn = write_bytes;
    errno = 0;
    exr_result_t code = exr_start_write(&o->context, temporary, EXR_WRITE_FILE_DIRECTLY, &setup);
    if (code == EXR_ERR_SUCCESS)
        code = write_header(o);
    for (int i = 0; i < o->part_count && code == EXR_ERR_SUCCESS; i++)
        code = write_part(o, &o->parts[i]);
    if (o->context) {
        exr_result_t finished = exr_finish(&o->context);
        code = code == EXR_ERR_SUCCESS ? finished : code;
    }
    if (close(o->file) != 0 && code == EXR_ERR_SUCCESS)
        code = EXR_ERR_FILE_ACCESS;
    return code == EXR_ERR_SUCCESS ? FTH_OK : fail_exr(o, code, error);
}

/* ---- parts */

/* Which part a channel belongs to, and what it is called there: "depth.Z" is Z of "depth", as every
 * plane that tells of depth is. */
static void place_channel(const char *name, char part[FTH_LIMIT_NAME], const char **channel)
{
    static const char *const of_depth[] = {"Z", "disparity", "depth", "confidence", "subject",
                                           "sky"};
    const char *dot = strrchr(name, '.');
    *channel = dot ? dot + 1 : name;
    snprintf(part, FTH_LIMIT_NAME, "%.*s", dot ? (int)(dot - name) : 4, dot ? name : "rgba");
    for (size_t i = 0; i < FTH_ARRAY_COUNT(of_depth); i++)
        if (strcmp(name, of_depth[i]) == 0)
            snprintf(part, FTH_LIMIT_NAME, "depth");
}

static struct exr_part *find_part(struct exr_output *o, const char *name)
{
    for (int i = 0; i < o->part_count; i++)
        if (strcmp(o->parts[i].name, name) == 0)
            return &o->parts[i];
    if (o->part_count == MOST_PARTS)
        return NULL;
    struct exr_part *part = &o->parts[o->part_count++];
    snprintf(part->name, sizeof(part->name), "%s", name);
    return part;
}

static enum fth_status share_out(struct exr_output *o, struct fth_error *error)
{
    const struct fth_image *image = o->image;
    o->parts = fth_alloc(MOST_PARTS, sizeof(*o->parts));
    if (!o->parts)
        return fth_fail_memory(error, MOST_PARTS * sizeof(*o->parts), o->path);
    /* the colours' part is the first, whatever comes first in the image */
    if (o->options->split && fth_image_plane(image, "R"))
        (void)find_part(o, "rgba");
    for (int i = 0; i < image->channel_count; i++) {
        const char *name = image->channels[i].name, *channel = name;
        char home[FTH_LIMIT_NAME] = "";
        if (o->options->split)
            place_channel(name, home, &channel);
        struct exr_part *part = find_part(o, home);
        if (!part)
            return fth_fail(error, FTH_ERR_LIMIT, "%s: more than %d layers; write them in one part",
                            o->path, MOST_PARTS);
        part->planes[part->plane_count++] =
            (struct exr_plane){channel, image->channels[i].plane, is_half(o, name)};
    }
    return FTH_OK;
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
    char *temporary = NULL;
    enum fth_status status = share_out(&output, error);
    if (status == FTH_OK)
        status = fth_file_create(path, &temporary, &output.file, error);
    if (status == FTH_OK) {
        status = write_all(&output, temporary, error);
        if (status == FTH_OK && options->overwrite && options->cached)
            status = fth_file_replace(temporary, path, error);
        else if (status == FTH_OK)
            status = fth_file_publish(temporary, path, options->overwrite, error);
        else
            unlink(temporary);
    }
    fth_free(output.parts);
    fth_free(temporary);
    return status;
}
