/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures from files and into files: videos, stills and sequences behind one reader and one
 * writer. FFmpeg, OpenEXR and libtiff types stay inside this folder's .c files.
 *
 * What a file name means (INTERFACES): standard input or output (-), video (.mp4 .mov .mkv .webm
 * .y4m and whatever libav opens),
 * still (.png .jpg .tif .exr .pfm .bmp .webp), sequence (shot.####.exr, shot.%04d.exr,
 * shot.[1-100].exr, or a folder: its pictures in the order of their names, numbered from 1). */
#ifndef FTH_IO_MEDIA_H
#define FTH_IO_MEDIA_H

#include <stdbool.h>
#include <stdint.h>

#include "base/hash.h"
#include "base/status.h"
#include "base/thread.h"
#include "image/footage.h"
#include "image/image.h"

enum fth_media_kind { FTH_MEDIA_VIDEO, FTH_MEDIA_STILL, FTH_MEDIA_SEQUENCE };

enum { FTH_MEDIA_PARTS = 16 };

struct fth_rational {
    int64_t num, den;
};

/* What is known of a media file before a pixel is decoded. Strings are "" when not known. */
struct fth_media_info {
    enum fth_media_kind kind;
    struct fth_format format;
    int64_t first_frame, last_frame; /* inclusive; a video's first is 1; a still's are 1, 1 */
    struct fth_rational rate;        /* frames a second; 0/1 for stills and sequences */
    double duration_s;
    bool has_alpha, has_audio;
    bool is_premultiplied;           /* colours are stored multiplied by it */
    bool constant_rate;
    int bits;                        /* of one component as stored */
    bool is_float;
    int rotation_degrees;            /* as tagged; frames come out upright */
    char container[32], codec[32], pixel_format[32];
    char matrix[24], primaries[24], transfer[24], range[16]; /* as tagged, FFmpeg's names */
    bool is_interlaced;
    bool is_mirrored;                /* as tagged; frames come out as they are meant */
    struct fth_footage footage;      /* the same for writers; its timeline is the reader's */
    char compression[32], layout[64]; /* of EXR and TIFF: "zip", "tiles 64 x 64" */
    struct fth_rect data_window;     /* of an EXR; empty: all of the frame */
    int part_count;                  /* of an EXR of several; at most as many are named */
    char parts[FTH_MEDIA_PARTS][FTH_LIMIT_NAME];
    int channel_count;               /* of an EXR; names as fth_image would carry them */
    char channels[FTH_LIMIT_PLANES][FTH_LIMIT_NAME];
    enum fth_depth_encoding depth_encoding; /* as the file says of its depth; metres 0: unknown */
    double near_m, far_m;
    bool range_is_given;             /* those are somebody's word for a relative depth */
    char depth_words[1024];          /* of a video: what it says of its depth, line by line */
};

struct fth_reader;

/* Two fields woven into a frame become one frame, at the time of the first. */
enum fth_deinterlace {
    FTH_DEINTERLACE_AUTO, /* frames that are marked as woven */
    FTH_DEINTERLACE_OFF,
    FTH_DEINTERLACE_ON    /* every frame */
};

/* Footage that says nothing of itself: bare samples, one frame after the other. */
struct fth_raw_video {
    int width, height;         /* 0, 0: the file says itself what it is */
    const char *pixel_format;  /* FFmpeg's name; NULL or "": yuv420p */
    struct fth_rational rate;  /* 0/0: 25/1 */
};

struct fth_reader_options {
    struct fth_pool *pool;       /* may be NULL */
    struct fth_buffers *buffers; /* may be NULL */
    int decode_threads;          /* for the video codec; 0: the pool's, within 2 and 8 */
    enum fth_deinterlace deinterlace;
    struct fth_raw_video raw;
    bool lenient;                /* a sequence whose first files are damaged is opened by a later */
};

/* Opens `path`; zeroed options are the defaults. A reader serves one thread at a time. */
enum fth_status fth_reader_open(const char *path, const struct fth_reader_options *options,
                                struct fth_reader **reader, struct fth_error *error);
void fth_reader_close(struct fth_reader **reader); /* accepts NULL */
const struct fth_media_info *fth_reader_info(const struct fth_reader *reader);

/* Key of the content (fth_file_key of the file; of all a sequence's files and numbers). Computed
 * at the first call. */
enum fth_status fth_reader_key(struct fth_reader *reader, struct fth_key *key,
                               struct fth_error *error);
/* Key of what frame `frame` shows: for a sequence, the file of that frame alone. */
enum fth_status fth_reader_frame_key(struct fth_reader *reader, int64_t frame, struct fth_key *key,
                                     struct fth_error *error);

/* Decodes frame `frame`: R G B (A) as floats, 0..1 for integer files (full and limited range
 * honoured, matrix as tagged or by size), other channels of an EXR under their own names (a single
 * grey channel comes as R G B sharing one plane; EXR "Y" likewise). Straight alpha stays straight
 * (premultiplied = false), EXR is premultiplied. FTH_END past the last frame. A frame has the same
 * bytes whether it is reached in order or by a jump. */
enum fth_status fth_reader_frame(struct fth_reader *reader, int64_t frame,
                                 struct fth_image **image, struct fth_error *error);

/* R G B A as they are shown, borrowed, NULL where there is none. Of an image without colours the
 * first of disparity, depth, Z and Y, or else its first plane, stands for all three. */
void fth_image_colours(const struct fth_image *image, const struct fth_plane *planes[4]);

/* Kinds of coded video, where a container leaves a choice. */
enum fth_codec {
    FTH_CODEC_DEFAULT, /* .mov ProRes, .mkv FFV1, .mp4 H.264, .webm VP9 */
    FTH_CODEC_H264,
    FTH_CODEC_HEVC,    /* 10 bits, or 8 when asked for */
    FTH_CODEC_PRORES,
    FTH_CODEC_DNXHR,
    FTH_CODEC_FFV1,
    FTH_CODEC_VP9,
    FTH_CODEC_Y4M, /* bare samples: - and .y4m; the frames' shape and rate go before them */
    FTH_CODEC_RAW  /* ... and nothing before them */
};

/* The frame next to `frame` that there is, before it (step -1) or after it (1). False: none. */
bool fth_reader_neighbour(const struct fth_reader *reader, int64_t frame, int step,
                          int64_t *neighbour);

enum fth_bits { FTH_BITS_DEFAULT, FTH_BITS_8, FTH_BITS_16, FTH_BITS_HALF, FTH_BITS_FLOAT };

/* PXR24 rounds floats to 24 bits; B44 and DWA lose more, of halves and of colours. */
enum fth_exr_compression {
    FTH_EXR_ZIP,
    FTH_EXR_ZIPS,
    FTH_EXR_NONE,
    FTH_EXR_RLE,
    FTH_EXR_PIZ,
    FTH_EXR_PXR24,
    FTH_EXR_B44,
    FTH_EXR_B44A,
    FTH_EXR_DWAA,
    FTH_EXR_DWAB
};

/* What a writer makes. Zero is the default of the file name: .mov ProRes 4444 with alpha, .mkv FFV1
 * 16-bit with alpha, .mp4 H.264 (no alpha), .webm VP9 with alpha, .png 16-bit, .jpg, .exr half RGBA
 * and float for every other channel (ZIP), .pfm float, .tif 16-bit (8, half and float too). */
struct fth_writer_spec {
    struct fth_format format;
    struct fth_rational rate;   /* video; 0/0: 24/1 */
    bool alpha;                 /* store A where the file can */
    bool grey;                  /* store R alone where the file can (depth maps, mattes) */
    enum fth_bits bits;
    enum fth_codec codec;
    const char *pixels;         /* y4m and raw: FFmpeg's name of a pixel format; NULL, "": fits */
    bool overwrite;
    const struct fth_journal *journal; /* io/journal.h: what of the output may be there; or NULL */
    struct fth_footage footage; /* what of it the file can say, it says */
    const char *audio_from;     /* a file whose sound is copied, or NULL */
    int64_t first_frame, last_frame; /* of the job: audio is cut to them; 0, 0: all */
    const char *const *attributes; /* what the file says of itself (EXR header, PNG tEXt, TIFF and
                                      video descriptions): name, value, ..., NULL; or NULL. Lent
                                      for the writer's life and read anew at each frame */
    bool sidecar;               /* where the file cannot say it, NAME.json beside it does */
    const char *const *half_channels; /* EXR, default bits: stored as half, ended by NULL; NULL:
                                         R, G, B and A */
    enum fth_exr_compression compression; /* of EXR */
    int quality;                /* of JPEG, 1 to 100; 0: the finest, about 97 */
    bool split;                 /* EXR: a part for the colours, one for depth and one a layer */
    int encode_threads;         /* 0: 4 where their number shows in the file, else the pool's */
    struct fth_pool *pool;      /* for conversion and compression; may be NULL */
};

struct fth_writer;

/* Decides by `path` (a video, a still, a sequence pattern). Checks at once that nothing would be
 * overwritten unasked (FTH_ERR_EXISTS) and that the folder can be written. */
enum fth_status fth_writer_open(const char *path, const struct fth_writer_spec *spec,
                                struct fth_writer **writer, struct fth_error *error);
/* Frames come in ascending order. Unpremultiplies or premultiplies as the file wants it. NaN is
 * written as 0 to integer files, values are clamped to 0..1. For a still, a second frame is refused
 * with the advice to use a pattern. */
enum fth_status fth_writer_frame(struct fth_writer *writer, int64_t frame,
                                 const struct fth_image *image, struct fth_error *error);
/* Completes the file and gives it its final name. The writer is closed whatever happens. */
enum fth_status fth_writer_finish(struct fth_writer **writer, struct fth_error *error);
/* Removes what is unfinished; finished files of a sequence stay. Accepts NULL. */
void fth_writer_abort(struct fth_writer **writer);
/* One remark about what the format cannot hold ("mp4: no alpha ..."), or NULL. */
const char *fth_writer_remark(const struct fth_writer *writer);

/* True when the name's extension is that of a still picture: .png, .exr ... */
bool fth_name_is_still(const char *path);
/* True when `path` names a sequence by pattern; `text` gets the file of `frame`. */
bool fth_sequence_is_pattern(const char *path);
enum fth_status fth_sequence_file(const char *path, int64_t frame, char *text, size_t size,
                                  struct fth_error *error);

#endif
