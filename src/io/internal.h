/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of this folder say to each other: names of sequences, one decoded picture, one
 * open video. libav's types are only named here, never included. */
#ifndef FTH_IO_INTERNAL_H
#define FTH_IO_INTERNAL_H

#include <stddef.h>
#include <stdint.h>

#include "image/image.h"
#include "io/media.h"

struct AVFrame;

/* A file name with a frame number in it, taken apart; `suffix` points into the name. */
struct fth_pattern {
    size_t prefix_length;
    const char *suffix;
    int digit_count;      /* numbers are padded with zeros to so many digits */
    bool ranged;          /* shot.[1-100].exr */
    int64_t first, last;  /* of a range */
};
bool fth_pattern_parse(const char *path, struct fth_pattern *pattern);

/* The files of a sequence in ascending order of their numbers. */
struct fth_file_list {
    size_t count, capacity;
    struct fth_file_item {
        int64_t frame;
        char *path;
    } *items;
};
enum fth_status fth_file_list_pattern(const char *path, struct fth_file_list *list,
                                      struct fth_error *error);
enum fth_status fth_file_list_folder(const char *path, struct fth_file_list *list,
                                     struct fth_error *error);
void fth_file_list_clear(struct fth_file_list *list);

/* What pictures are made with. */
struct fth_decode {
    struct fth_pool *pool;
    struct fth_buffers *buffers;
    const char *path;  /* for messages */
    bool sealed;       /* EXR: what its seal (base/seal.h) does not fit is damaged */
    bool still;        /* untagged YUV of a still is BT.601, whatever its size */
    int codec_threads;
    enum fth_deinterlace deinterlace;
    struct fth_raw_video raw;
};

/* Whether a picture of that size is within the limits, and the memory that is allowed: before any
 * of it is asked for. */
enum fth_status fth_decode_check(const struct fth_decode *decode, int64_t width, int64_t height,
                                 struct fth_error *error);

/* An integer or float picture of libav's as R G B (A) of 0..1, upright. Fills format, depth and
 * colour tags of `info` when it is not NULL. `matrix` is the stream's display matrix (9 ints) or
 * NULL: the frame's own. */
enum fth_status fth_frame_image(const struct AVFrame *frame, const int32_t *matrix,
                                const struct fth_decode *decode, struct fth_media_info *info,
                                struct fth_image **image, struct fth_error *error);
/* Floats of 0..1 into the frame's own format and size, by its colour tags (range, matrix, siting).
 * The image is taken over its format's rectangle, straight when the frame has alpha. */
enum fth_status fth_image_frame(const struct fth_image *image, struct fth_pool *pool,
                                struct AVFrame *frame, struct fth_error *error);
/* Kr and Kb of a matrix by libav's number; false when it is not of that kind. */
bool fth_luma_weights(int space, double *kr, double *kb);

enum fth_file_type { FTH_FILE_OTHER, FTH_FILE_EXR, FTH_FILE_PFM, FTH_FILE_TIFF, FTH_FILE_PICTURE };
/* By its first bytes, never by its name. */
enum fth_status fth_file_sniff(const char *path, enum fth_file_type *type, struct fth_error *error);
/* One still of any type; `info` may be NULL. */
enum fth_status fth_still_read(const char *path, const struct fth_decode *decode,
                               struct fth_media_info *info, struct fth_image **image,
                               struct fth_error *error);
enum fth_status fth_libav_picture_read(const struct fth_decode *decode, struct fth_media_info *info,
                                       struct fth_image **image, struct fth_error *error);
enum fth_status fth_pfm_read(const struct fth_decode *decode, struct fth_media_info *info,
                             struct fth_image **image, struct fth_error *error);
enum fth_status fth_tiff_read(const struct fth_decode *decode, struct fth_media_info *info,
                              struct fth_image **image, struct fth_error *error);
enum fth_status fth_exr_still_read(const struct fth_decode *decode, struct fth_media_info *info,
                                   struct fth_image **image, struct fth_error *error);
struct fth_exr_attributes;
/* All flat parts of an EXR with the names of their channels, and all words of their headers. */
enum fth_status fth_exr_decode(const struct fth_decode *how, struct fth_image **image,
                               struct fth_exr_attributes *attributes,
                               struct fth_media_info *info, struct fth_error *error);
/* Fills channels and has_alpha from what the image carries. */
void fth_info_from_image(struct fth_media_info *info, const struct fth_image *image);

struct fth_video;
enum fth_status fth_video_open(const struct fth_decode *decode, struct fth_media_info *info,
                               struct fth_video **video, struct fth_error *error);
void fth_video_close(struct fth_video **video);
enum fth_status fth_video_frame(struct fth_video *video, int64_t frame, struct fth_image **image,
                                struct fth_error *error);

/* Whether the folder that `path` lies in is there and can be written. */
enum fth_status fth_folder_check(const char *path, struct fth_error *error);

/* One still, written and published. */
enum fth_status fth_still_write(const char *path, const struct fth_image *image,
                                const struct fth_writer_spec *spec, struct fth_error *error);
/* Whether a still of that name can hold what `spec` asks for; `*remark` gets NULL or a sentence. */
enum fth_status fth_still_check(const char *path, const struct fth_writer_spec *spec,
                                const char **remark, struct fth_error *error);

struct fth_stream;
/* True when that is written as bare samples. */
bool fth_stream_is_named(const char *path, const struct fth_writer_spec *spec);
/* Writes nothing into a pipe before the first frame. */
enum fth_status fth_stream_open(const char *path, const struct fth_writer_spec *spec,
                                struct fth_stream **stream, const char **remark,
                                struct fth_error *error);
enum fth_status fth_stream_frame(struct fth_stream *stream, const struct fth_image *image,
                                 struct fth_error *error);
enum fth_status fth_stream_finish(struct fth_stream **stream, struct fth_error *error);
void fth_stream_abort(struct fth_stream **stream);

struct fth_video_writer;
enum fth_status fth_video_writer_open(const char *path, const struct fth_writer_spec *spec,
                                      struct fth_video_writer **writer, const char **remark,
                                      struct fth_error *error);
enum fth_status fth_video_writer_frame(struct fth_video_writer *writer, int64_t frame,
                                       const struct fth_image *image, struct fth_error *error);
enum fth_status fth_video_writer_finish(struct fth_video_writer **writer, struct fth_error *error);
void fth_video_writer_abort(struct fth_video_writer **writer);

#endif
