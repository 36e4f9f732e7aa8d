/* SPDX-License-Identifier: Apache-2.0 */
/* The one reader of videos, stills and sequences: finds out what a path is and hands on. */
#include "io/media.h"

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "io/depth_tags.h"
#include "io/internal.h"

struct fth_reader {
    char *path;
    struct fth_decode decode;
    struct fth_media_info info;
    struct fth_video *video;
    struct fth_file_list files;  /* of a sequence; of a still: itself */
    struct fth_image *held;      /* the still read when the reader was opened */
    int64_t held_frame;
    struct fth_key key;
    bool key_known;
    bool lenient;
};

enum fth_status fth_decode_check(const struct fth_decode *decode, int64_t width, int64_t height,
                                 struct fth_error *error)
{
    enum { PIXEL_SIZE = 16 }; /* R, G, B and A */
    int64_t most = fth_buffers_most_pixels(decode->buffers);
    if (width < 1 || height < 1)
        return fth_fail(error, FTH_ERR_DATA, "%s: says it is %lld x %lld pixels", decode->path,
                        (long long)width, (long long)height);
    if (width > FTH_LIMIT_SIDE || height > FTH_LIMIT_SIDE || width * height > FTH_LIMIT_PIXELS)
        return fth_fail(error, FTH_ERR_LIMIT,
                        "%s: %lld x %lld pixels; the limits are %d a side, %d in all", decode->path,
                        (long long)width, (long long)height, FTH_LIMIT_SIDE, FTH_LIMIT_PIXELS);
    if (width * height <= most)
        return FTH_OK;
    long long need_mib = (width * height * PIXEL_SIZE >> 20) + 1;
    return fth_fail(error, FTH_ERR_LIMIT,
                    "%s: %lld x %lld pixels take %lld MiB a picture, more than may be taken; allow "
                    "it with --memory %lldM", decode->path, (long long)width, (long long)height,
                    need_mib, need_mib);
}

/* A sequence is known by its first file; where frames may be missing, by the first one of a few
 * that can be read. */
static enum fth_status open_stills(struct fth_reader *r, enum fth_media_kind kind,
                                   struct fth_error *error)
{
    enum { TRIES = 8 };
    size_t at = 0;
    enum fth_status status =
        fth_still_read(r->files.items[0].path, &r->decode, &r->info, &r->held, error);
    while (status != FTH_OK && status != FTH_ERR_MEMORY && r->lenient && ++at < r->files.count &&
           at < TRIES)
        status = fth_still_read(r->files.items[at].path, &r->decode, &r->info, &r->held, NULL);
    if (status != FTH_OK)
        return status;
    fth_info_from_image(&r->info, r->held);
    r->info.kind = kind;
    r->info.constant_rate = true;
    r->info.rate = (struct fth_rational){0, 1};
    r->info.first_frame = r->files.items[0].frame;
    r->held_frame = r->files.items[at].frame;
    r->info.last_frame = r->files.items[r->files.count - 1].frame;
    return FTH_OK;
}

/* The info of a video from its words. */
static void note_depth(struct fth_media_info *info)
{
    struct fth_image said = {0};
    fth_depth_tags_take_text(&said, info->depth_words);
    info->depth_encoding = said.depth_encoding;
    info->near_m = said.near_m;
    info->far_m = said.far_m;
    info->range_is_given = said.range_is_given;
}

/* A video's frame with what the file says of its depth. */
static enum fth_status video_frame(struct fth_reader *r, int64_t frame, struct fth_image **image,
                                   struct fth_error *error)
{
    struct fth_image *read = NULL, *told = NULL;
    enum fth_status status = fth_video_frame(r->video, frame, &read, error);
    if (status != FTH_OK || !r->info.depth_words[0]) {
        *image = read;
        return status;
    }
    status = fth_image_new_like(read, &told, error);
    fth_image_unref(&read);
    if (status == FTH_OK) {
        fth_depth_tags_take_text(told, r->info.depth_words);
        *image = told;
    }
    return status;
}

static enum fth_status open_video(struct fth_reader *r, struct fth_error *error)
{
    r->info.kind = FTH_MEDIA_VIDEO;
    enum fth_status status = fth_video_open(&r->decode, &r->info, &r->video, error);
    if (status == FTH_OK && r->info.depth_words[0])
        note_depth(&r->info);
    return status;
}

static enum fth_status open_single(struct fth_reader *r, struct fth_error *error)
{
    if (r->decode.raw.width > 0)
        return open_video(r, error);
    enum fth_file_type type;
    enum fth_status status = fth_file_sniff(r->path, &type, error);
    if (status != FTH_OK)
        return status;
    if (type == FTH_FILE_OTHER)
        return open_video(r, error);
    r->files.items = fth_alloc(1, sizeof(*r->files.items));
    char *path = fth_strdup(r->path);
    if (!r->files.items || !path) {
        fth_free(path);
        return fth_fail_memory(error, strlen(r->path), r->path);
    }
    r->files.items[0] = (struct fth_file_item){1, path};
    r->files.count = 1;
    return open_stills(r, FTH_MEDIA_STILL, error);
}

static enum fth_status open_path(struct fth_reader *r, struct fth_error *error)
{
    if (fth_file_is_folder(r->path)) {
        enum fth_status status = fth_file_list_folder(r->path, &r->files, error);
        return status == FTH_OK ? open_stills(r, FTH_MEDIA_SEQUENCE, error) : status;
    }
    /* a file whose name only looks like a pattern is that file */
    if (fth_sequence_is_pattern(r->path) && !fth_file_exists(r->path)) {
        enum fth_status status = fth_file_list_pattern(r->path, &r->files, error);
        return status == FTH_OK ? open_stills(r, FTH_MEDIA_SEQUENCE, error) : status;
    }
    return open_single(r, error);
}

enum fth_status fth_reader_open(const char *path, const struct fth_reader_options *options,
                                struct fth_reader **reader, struct fth_error *error)
{
    struct fth_reader *r = fth_alloc(1, sizeof(*r));
    if (!r || !(r->path = fth_strdup(path))) {
        fth_free(r);
        return fth_fail_memory(error, sizeof(*r), path);
    }
    if (options) {
        r->lenient = options->lenient;
        r->decode.pool = options->pool;
        r->decode.buffers = options->buffers;
        int threads = FTH_MIN(FTH_MAX(fth_pool_thread_count(options->pool), 2), 8);
        r->decode.codec_threads = options->decode_threads > 0 ? options->decode_threads : threads;
        r->decode.deinterlace = options->deinterlace;
        r->decode.raw = options->raw;
    }
    r->decode.path = r->path;
    enum fth_status status = open_path(r, error);
    if (status == FTH_OK)
        *reader = r;
    else
        fth_reader_close(&r);
    return status;
}

void fth_reader_close(struct fth_reader **reader)
{
    struct fth_reader *r = reader ? *reader : NULL;
    if (!r)
        return;
    *reader = NULL;
    fth_video_close(&r->video);
    fth_image_unref(&r->held);
    fth_file_list_clear(&r->files);
    fth_free(r->path);
    fth_free(r);
}

const struct fth_media_info *fth_reader_info(const struct fth_reader *reader)
{
    return &reader->info;
}

/* Index of the first file of `frame` or a later one. */
static size_t find_index(const struct fth_reader *r, int64_t frame)
{
    size_t low = 0, high = r->files.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (r->files.items[middle].frame < frame)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* FTH_OK and the file of `frame`; FTH_END past the last. */
static enum fth_status find_file(const struct fth_reader *r, int64_t frame, const char **path,
                                 struct fth_error *error)
{
    size_t low = find_index(r, frame);
    if (low == r->files.count)
        return FTH_END;
    if (r->files.items[low].frame != frame)
        return fth_fail(error, FTH_ERR_NOT_FOUND, "%s: frame %lld is missing from the sequence",
                        r->path, (long long)frame);
    *path = r->files.items[low].path;
    return FTH_OK;
}

static enum fth_status check_first(const struct fth_reader *r, int64_t frame,
                                   struct fth_error *error)
{
    if (frame >= r->info.first_frame)
        return FTH_OK;
    return fth_fail(error, FTH_ERR_USAGE, "%s: frame %lld; its frames begin at %lld", r->path,
                    (long long)frame, (long long)r->info.first_frame);
}

bool fth_reader_neighbour(const struct fth_reader *reader, int64_t frame, int step,
                          int64_t *neighbour)
{
    const struct fth_file_list *files = &reader->files;
    if (files->count == 0) { /* a video has them all */
        *neighbour = frame + step;
        return *neighbour >= reader->info.first_frame && *neighbour <= reader->info.last_frame;
    }
    size_t at = find_index(reader, step > 0 ? frame + 1 : frame);
    if (step > 0 ? at == files->count : at == 0)
        return false;
    *neighbour = files->items[step > 0 ? at : at - 1].frame;
    return true;
}

enum fth_status fth_reader_key(struct fth_reader *reader, struct fth_key *key,
                               struct fth_error *error)
{
    if (!reader->key_known && reader->files.count == 0) {
        enum fth_status status = fth_file_key(reader->path, &reader->key, error);
        if (status != FTH_OK)
            return status;
    } else if (!reader->key_known) {
        struct fth_hasher hasher;
        fth_hash_begin(&hasher);
        for (size_t i = 0; i < reader->files.count; i++) {
            struct fth_key file;
            enum fth_status status = fth_file_key(reader->files.items[i].path, &file, error);
            if (status != FTH_OK)
                return status;
            fth_hash_int(&hasher, reader->files.items[i].frame);
            fth_hash_key(&hasher, file);
        }
        reader->key = fth_hash_end(&hasher);
        if (reader->info.kind == FTH_MEDIA_STILL) {
            enum fth_status status = fth_file_key(reader->path, &reader->key, error);
            if (status != FTH_OK)
                return status;
        }
    }
    reader->key_known = true;
    *key = reader->key;
    return FTH_OK;
}

enum fth_status fth_reader_frame_key(struct fth_reader *reader, int64_t frame, struct fth_key *key,
                                     struct fth_error *error)
{
    enum fth_status status = check_first(reader, frame, error);
    if (status != FTH_OK)
        return status;
    if (reader->files.count > 0) {
        const char *path = NULL;
        status = find_file(reader, frame, &path, error);
        return status == FTH_OK ? fth_file_key(path, key, error) : status;
    }
    if (frame > reader->info.last_frame)
        return FTH_END;
    struct fth_key whole;
    status = fth_reader_key(reader, &whole, error);
    if (status != FTH_OK)
        return status;
    struct fth_hasher hasher;
    fth_hash_begin(&hasher);
    fth_hash_key(&hasher, whole);
    fth_hash_int(&hasher, frame);
    *key = fth_hash_end(&hasher);
    return FTH_OK;
}

enum fth_status fth_reader_frame(struct fth_reader *reader, int64_t frame,
                                 struct fth_image **image, struct fth_error *error)
{
    enum fth_status status = check_first(reader, frame, error);
    if (status != FTH_OK)
        return status;
    if (reader->video)
        return video_frame(reader, frame, image, error);
    const char *path = NULL;
    status = find_file(reader, frame, &path, error);
    if (status != FTH_OK)
        return status;
    if (reader->held && reader->held_frame == frame) {
        *image = fth_image_ref(reader->held);
        return FTH_OK;
    }
    if (reader->info.kind == FTH_MEDIA_SEQUENCE)
        fth_image_unref(&reader->held); /* a sequence moves on */
    return fth_still_read(path, &reader->decode, NULL, image, error);
}
