/* SPDX-License-Identifier: Apache-2.0 */
/* libav's set-up: a log callback, a reader over a plain descriptor, errors in words. A path never
 * reaches libav as an address, so names with ':' or '%' are only names. */
#include "io/av.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/opt.h>
#include <libswscale/version.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/mem.h"
#include "io/media.h"

struct file_stream {
    int fd;
    int64_t position, size;
};

static void log_line(void *class, int level, const char *format, va_list arguments)
{
    if (level > AV_LOG_WARNING)
        return;
    char line[512];
    int prefix = 1;
    av_log_format_line2(class, level, format, arguments, line, sizeof(line), &prefix);
    line[strcspn(line, "\n")] = '\0';
    fth_log(FTH_LOG_DEBUG, "libav: %s", line);
}

static void set_log(void)
{
    av_log_set_callback(log_line);
}

enum fth_status fth_av_setup(const char *path, struct fth_error *error)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    const char *missing = fth_av_load();
    if (missing)
        return fth_fail(error, FTH_ERR_UNSUPPORTED,
                        "%s: this needs FFmpeg's libavformat %d and libswscale %d: %s", path,
                        LIBAVFORMAT_VERSION_MAJOR, LIBSWSCALE_VERSION_MAJOR, missing);
    pthread_once(&once, set_log);
    return FTH_OK;
}

enum fth_status fth_av_fail(struct fth_error *error, int code, const char *path, const char *what)
{
    char words[AV_ERROR_MAX_STRING_SIZE] = "";
    av_strerror(code, words, sizeof(words));
    enum fth_status status = FTH_ERR_DATA;
    if (code == AVERROR(ENOMEM))
        status = FTH_ERR_MEMORY;
    else if (code == AVERROR(EIO) || code == AVERROR(ENOSPC) || code == AVERROR(EACCES))
        status = FTH_ERR_IO;
    else if (code == AVERROR_DECODER_NOT_FOUND || code == AVERROR_ENCODER_NOT_FOUND ||
             code == AVERROR_PATCHWELCOME || code == AVERROR(ENOSYS))
        status = FTH_ERR_UNSUPPORTED;
    if (code == AVERROR_EXTERNAL || code == AVERROR_INVALIDDATA || code == AVERROR(EINVAL))
        strcpy(words, "it is damaged or cut short"); /* libav's own words say nothing */
    return fth_fail(error, status, "%s: %s: %s", path, what, words);
}

static int read_stream(void *opaque, uint8_t *bytes, int count)
{
    struct file_stream *stream = opaque;
    ssize_t n;
    do {
        n = pread(stream->fd, bytes, (size_t)count, stream->position);
    } while (n < 0 && errno == EINTR);
    if (n < 0)
        return AVERROR(errno);
    if (n == 0)
        return AVERROR_EOF;
    stream->position += n;
    return (int)n;
}

static int64_t seek_stream(void *opaque, int64_t offset, int whence)
{
    struct file_stream *stream = opaque;
    if (whence & AVSEEK_SIZE)
        return stream->size;
    whence &= ~AVSEEK_FORCE;
    int64_t base = whence == SEEK_CUR ? stream->position : whence == SEEK_END ? stream->size : 0;
    if (offset < -base || offset > INT64_MAX - base)
        return AVERROR(EINVAL);
    stream->position = base + offset;
    return stream->position;
}

static void close_stream(AVIOContext **io)
{
    if (!*io)
        return;
    struct file_stream *stream = (*io)->opaque;
    close(stream->fd);
    fth_free(stream);
    av_freep(&(*io)->buffer);
    avio_context_free(io);
}

static enum fth_status open_stream(const char *path, AVIOContext **io, struct fth_error *error)
{
    enum { BUFFER = 64 << 10 };
    struct file_stream *stream = fth_alloc(1, sizeof(*stream));
    if (!stream)
        return fth_fail_memory(error, sizeof(*stream), path);
    enum fth_status status = fth_file_open(path, &stream->fd, &stream->size, error);
    if (status != FTH_OK) {
        fth_free(stream);
        return status;
    }
    uint8_t *buffer = av_malloc(BUFFER);
    if (buffer)
        *io = avio_alloc_context(buffer, BUFFER, 0, stream, read_stream, NULL, seek_stream);
    if (*io)
        return FTH_OK;
    av_free(buffer);
    close(stream->fd);
    fth_free(stream);
    return fth_fail_memory(error, BUFFER, path);
}

#if LIBAVFORMAT_VERSION_MAJOR >= 61
static int write_stream(void *opaque, const uint8_t *bytes, int count)
#else
static int write_stream(void *opaque, uint8_t *bytes, int count)
#endif
{
    struct file_stream *stream = opaque;
    for (int done = 0; done < count;) {
        ssize_t n = pwrite(stream->fd, bytes + done, (size_t)(count - done), stream->position);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return AVERROR(errno);
        done += (int)n;
        stream->position += n;
        stream->size = FTH_MAX(stream->size, stream->position);
    }
    return count;
}

enum fth_status fth_av_write_to(int file, const char *path, struct AVIOContext **io,
                                struct fth_error *error)
{
    enum { BUFFER = 256 << 10 };
    struct file_stream *stream = fth_alloc(1, sizeof(*stream));
    uint8_t *buffer = av_malloc(BUFFER);
    if (stream && buffer) {
        stream->fd = file;
        *io = avio_alloc_context(buffer, BUFFER, 1, stream, NULL, write_stream, seek_stream);
    }
    if (*io)
        return FTH_OK;
    close(file);
    av_free(buffer);
    fth_free(stream);
    return fth_fail_memory(error, BUFFER, path);
}

int fth_av_finish(struct AVIOContext **io)
{
    if (!*io)
        return 0;
    avio_flush(*io);
    struct file_stream *stream = (*io)->opaque;
    int code = (*io)->error;
    if (close(stream->fd) != 0 && code >= 0)
        code = AVERROR(errno);
    fth_free(stream);
    av_freep(&(*io)->buffer);
    avio_context_free(io);
    return code;
}

/* Playlists and reference movies may not reach for other files. */
static int refuse_open(AVFormatContext *format, AVIOContext **io, const char *url, int flags,
                       AVDictionary **options)
{
    (void)format, (void)io, (void)url, (void)flags, (void)options;
    return AVERROR(EPERM);
}

static enum fth_status open_as(const char *path, const AVInputFormat *kind, AVDictionary **options,
                               struct AVFormatContext **format, struct fth_error *error)
{
    AVIOContext *io = NULL;
    enum fth_status status = open_stream(path, &io, error);
    if (status != FTH_OK)
        return status;
    AVFormatContext *opened = avformat_alloc_context();
    if (!opened) {
        close_stream(&io);
        return fth_fail_memory(error, sizeof(*opened), path);
    }
    opened->pb = io;
    opened->io_open = refuse_open;
    opened->protocol_whitelist = av_strdup("none");
    int code = avformat_open_input(&opened, "", kind, options); /* frees `opened` if it fails */
    if (code < 0) {
        close_stream(&io);
        if (code != AVERROR(ENOMEM) && code != AVERROR(EACCES) && kind == NULL)
            return fth_fail(error, FTH_ERR_DATA,
                            "%s: not a picture or video that can be read here", path);
        return fth_av_fail(error, code, path, "cannot be opened");
    }
    *format = opened;
    return FTH_OK;
}

enum fth_status fth_av_open(const char *path, struct AVFormatContext **format,
                            struct fth_error *error)
{
    enum fth_status status = fth_av_setup(path, error);
    return status == FTH_OK ? open_as(path, NULL, NULL, format, error) : status;
}

/* What begins as a container certainly does is no bare samples. */
static enum fth_status refuse_container(const char *path, struct fth_error *error)
{
    uint8_t bytes[4096 + AVPROBE_PADDING_SIZE] = {0};
    int fd = -1, score = 0;
    int64_t size = 0;
    enum fth_status status = fth_file_open(path, &fd, &size, error);
    if (status != FTH_OK)
        return status;
    size = FTH_MIN(size, (int64_t)4096);
    bool read = fth_file_read_at(fd, bytes, (size_t)size, 0);
    close(fd);
    AVProbeData probe = {.filename = "", .buf = bytes, .buf_size = (int)size};
    const AVInputFormat *kind = read ? av_probe_input_format3(&probe, 1, &score) : NULL;
    if (!kind || score < AVPROBE_SCORE_MAX)
        return FTH_OK;
    return fth_fail(error, FTH_ERR_USAGE,
                    "%s: says itself what it is (%s); --size is for bare samples, leave it out",
                    path, kind->name);
}

enum fth_status fth_av_open_raw(const char *path, const struct fth_raw_video *raw,
                                struct AVFormatContext **format, struct fth_error *error)
{
    char size[32], rate[48];
    const char *pixels = raw->pixel_format && raw->pixel_format[0] ? raw->pixel_format : "yuv420p";
    bool timed = raw->rate.num > 0 && raw->rate.den > 0;
    snprintf(size, sizeof(size), "%dx%d", raw->width, raw->height);
    snprintf(rate, sizeof(rate), "%lld/%lld", timed ? (long long)raw->rate.num : 25,
             timed ? (long long)raw->rate.den : 1);
    AVDictionary *options = NULL;
    enum fth_status status = fth_av_setup(path, error);
    if (status == FTH_OK)
        status = refuse_container(path, error);
    if (status != FTH_OK)
        return status;
    av_dict_set(&options, "video_size", size, 0);
    av_dict_set(&options, "pixel_format", pixels, 0);
    av_dict_set(&options, "framerate", rate, 0);
    status = open_as(path, av_find_input_format("rawvideo"), &options, format, error);
    av_dict_free(&options);
    return status;
}

void fth_av_close(struct AVFormatContext **format)
{
    if (!*format)
        return;
    AVIOContext *io = (*format)->pb;
    avformat_close_input(format);
    close_stream(&io);
}

void fth_av_limit(struct AVCodecContext *codec, int thread_count)
{
    codec->max_pixels = FTH_LIMIT_PIXELS;
    codec->thread_count = thread_count > 0 ? thread_count : 2;
    codec->flags |= AV_CODEC_FLAG_UNALIGNED; /* crops to the very pixel the stream says */
}
