/* SPDX-License-Identifier: Apache-2.0 */
/* The one reader of videos, stills and sequences: finds out what a path is and hands on. */
#include "io/media.h"

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
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
};

static enum fth_status open_stills(struct fth_reader *r, enum fth_media_kind kind,
                                   struct fth_error *error)
{
    enum fth_status status =
        fth_still_read(r->files.items[0].path, &r->decode, &r->info, &r->held, error);
    if (status != FTH_OK)
        return status;
    fth_info_from_image(&r->info, r->held);
    r->info.kind = kind;
    r->info.constant_rate = true;
    r->info.rate = (struct fth_rational){0, 1};
    r->info.first_frame = r->held_frame = r->files.items[0].frame;
    r->info.last_frame = r->files.items[r->files.count - 1].frame;
    return FTH_OK;
}

static enum fth_status open_single(struct fth_reader *r, struct fth_error *error)
{
    if (r->decode.raw.width > 0) {
        r->info.kind = FTH_MEDIA_VIDEO;
        return fth_video_open(&r->decode, &r->info, &r->video, error);
    }
    enum fth_file_type type;
    enum fth_status status = fth_file_sniff(r->path, &type, error);
    if (status != FTH_OK)
        return status;
    if (type == FTH_FILE_OTHER) {
        r->info.kind = FTH_MEDIA_VIDEO;
        return fth_video_open(&r->decode, &r->info, &r->video, error);
    }
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

/* FTH_OK and the file of `frame`; FTH_END past the last. */
static enum fth_status find_file(const struct fth_reader *r, int64_t frame, const char **path,
                                 struct fth_error *error)
{
    size_t low = 0, high = r->files.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (r->files.items[middle].frame < frame)
            low = middle + 1;
        else
            high = middle;
    }
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
        return fth_video_frame(reader->video, frame, image, error);
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
