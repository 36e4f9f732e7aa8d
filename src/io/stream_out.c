/* SPDX-License-Identifier: Apache-2.0 */
/* Frames as bare samples, one after the other, never seeking: y4m (a line of text before each) and
 * raw video, into a pipe or a file. */
#include "io/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <libavutil/frame.h>
#include <libavutil/imgutils.h>
#include <libavutil/pixdesc.h>

#include "base/file.h"
#include "base/mem.h"
#include "io/av.h"
#include "base/pipe.h"
#include "base/text.h"

struct fth_stream {
    char *path, *temporary; /* temporary NULL: standard output */
    struct fth_writer_spec spec;
    bool y4m;
    enum AVPixelFormat pixels;
    char tag[32];           /* y4m's name for them */
    AVFrame *frame;
    uint8_t *bytes;         /* of one frame, without gaps */
    int size, file;
    int64_t count;
};

bool fth_stream_is_named(const char *path, const struct fth_writer_spec *spec)
{
    return fth_pipe_is_named(path) || fth_ends_with(path, ".y4m") ||
           spec->codec == FTH_CODEC_Y4M || spec->codec == FTH_CODEC_RAW;
}

static enum AVPixelFormat default_pixels(const struct fth_writer_spec *spec, bool y4m)
{
    bool narrow = spec->bits == FTH_BITS_8;
    if (spec->grey)
        return narrow ? AV_PIX_FMT_GRAY8 : AV_PIX_FMT_GRAY16LE;
    if (y4m)
        return narrow ? AV_PIX_FMT_YUV444P : AV_PIX_FMT_YUV444P16LE;
    if (spec->alpha)
        return narrow ? AV_PIX_FMT_RGBA : AV_PIX_FMT_RGBA64LE;
    return narrow ? AV_PIX_FMT_RGB24 : AV_PIX_FMT_RGB48LE;
}

/* What fth_image_frame can fill: whole components of 8 to 16 bits, chroma whole or halved. */
static bool can_fill(const AVPixFmtDescriptor *desc)
{
    uint64_t strange = AV_PIX_FMT_FLAG_PAL | AV_PIX_FMT_FLAG_BITSTREAM | AV_PIX_FMT_FLAG_HWACCEL |
                       AV_PIX_FMT_FLAG_BAYER | AV_PIX_FMT_FLAG_FLOAT;
    bool good = desc && !(desc->flags & strange) && desc->nb_components != 2 &&
                desc->log2_chroma_w <= 1 && desc->log2_chroma_h <= desc->log2_chroma_w &&
                strncmp(desc->name, "xyz", 3) != 0;
    for (int i = 0; good && i < desc->nb_components; i++)
        good = desc->comp[i].shift == 0 && desc->comp[i].depth >= 8 && desc->comp[i].depth <= 16;
    return good;
}

/* y4m's name of a format; false when it has none. */
static bool y4m_tag(enum AVPixelFormat pixels, char tag[32])
{
    static const char *const kinds[] = {"444", "422", "420"};
    const AVPixFmtDescriptor *desc = av_pix_fmt_desc_get(pixels);
    int depth = desc->comp[0].depth, planes = av_pix_fmt_count_planes(pixels);
    bool colours = planes == 3 && !(desc->flags & (AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_ALPHA));
    const char *kind = kinds[desc->log2_chroma_w + desc->log2_chroma_h];
    if (depth > 8 && desc->flags & AV_PIX_FMT_FLAG_BE)
        return false;
    if (desc->nb_components == 1 && depth == 8)
        strcpy(tag, "mono");
    else if (desc->nb_components == 1)
        snprintf(tag, 32, "mono%d", depth);
    else if (pixels == AV_PIX_FMT_YUVA444P)
        strcpy(tag, "444alpha");
    else if (colours && depth == 8)
        snprintf(tag, 32, "%s%s", kind, desc->log2_chroma_h ? "mpeg2" : "");
    else if (colours)
        snprintf(tag, 32, "%sp%d XYSCSS=%sP%d", kind, depth, kind, depth);
    else
        return false;
    return true;
}

static enum fth_status choose_pixels(struct fth_stream *s, const char **remark,
                                     struct fth_error *error)
{
    const char *name = s->spec.pixels ? s->spec.pixels : "";
    enum fth_status status = fth_av_setup(s->path, error);
    if (status != FTH_OK)
        return status;
    s->pixels = name[0] ? av_get_pix_fmt(name) : default_pixels(&s->spec, s->y4m);
    if (s->pixels == AV_PIX_FMT_NONE || !can_fill(av_pix_fmt_desc_get(s->pixels)))
        return fth_fail(error, FTH_ERR_USAGE, "%s: cannot write pixels '%s'; there are gray, "
                        "gray16le, yuv420p, yuv422p10le, yuv444p16le, rgb24, rgba, rgb48le, "
                        "rgba64le and others of FFmpeg's", s->path, name);
    if (s->y4m && !y4m_tag(s->pixels, s->tag))
        return fth_fail(error, FTH_ERR_USAGE, "%s: y4m has no pixels '%s', only gray and yuv of 8 "
                        "to 16 bits; --codec raw has", s->path, name);
    if (s->spec.bits == FTH_BITS_HALF || s->spec.bits == FTH_BITS_FLOAT)
        return fth_fail(error, FTH_ERR_USAGE, "%s: stores 8 to 16 bits; an .exr sequence stores "
                        "half and float", s->path);
    bool alpha = av_pix_fmt_desc_get(s->pixels)->flags & AV_PIX_FMT_FLAG_ALPHA;
    if (s->spec.footage.timeline)
        *remark = "frames that come unevenly play evenly here: this kind of file has one rate";
    else if (s->spec.alpha && !alpha)
        *remark = "no alpha, the colour alone is written; --codec raw, or --pixels yuva444p, keep "
                  "it";
    return FTH_OK;
}

/* Nothing is written yet: a trial leaves no trace in a pipe. */
static enum fth_status open_stream(struct fth_stream *s, struct fth_error *error)
{
    s->frame = av_frame_alloc();
    s->size = av_image_get_buffer_size(s->pixels, s->spec.format.width, s->spec.format.height, 1);
    s->bytes = s->size > 0 ? fth_alloc((size_t)s->size, 1) : NULL;
    if (!s->frame || !s->bytes)
        return fth_fail_memory(error, (unsigned long long)FTH_MAX(s->size, 0), s->path);
    if (fth_pipe_is_named(s->path)) {
        s->file = STDOUT_FILENO;
        if (isatty(s->file))
            return fth_fail(error, FTH_ERR_USAGE, "-: the output is a terminal; pipe it into a "
                                                  "program");
        return FTH_OK;
    }
    return fth_file_create(s->path, &s->temporary, &s->file, error);
}

enum fth_status fth_stream_open(const char *path, const struct fth_writer_spec *spec,
                                struct fth_stream **stream, const char **remark,
                                struct fth_error *error)
{
    struct fth_stream *s = fth_alloc(1, sizeof(*s));
    if (!s || !(s->path = fth_strdup(path))) {
        fth_free(s);
        return fth_fail_memory(error, sizeof(*s), path);
    }
    s->spec = *spec;
    s->file = -1;
    s->y4m = spec->codec != FTH_CODEC_RAW;
    enum fth_status status = FTH_OK;
    if (spec->codec != FTH_CODEC_DEFAULT && spec->codec != FTH_CODEC_Y4M &&
        spec->codec != FTH_CODEC_RAW)
        status = fth_fail(error, FTH_ERR_USAGE, "%s: a pipe carries --codec y4m or raw", path);
    if (status == FTH_OK)
        status = choose_pixels(s, remark, error);
    if (status == FTH_OK)
        status = open_stream(s, error);
    if (status == FTH_OK)
        *stream = s;
    else
        fth_stream_abort(&s);
    return status;
}

static enum fth_status put_bytes(struct fth_stream *s, const void *bytes, size_t size,
                                 struct fth_error *error)
{
    for (size_t done = 0; done < size;) {
        ssize_t n = write(s->file, (const char *)bytes + done, size - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EPIPE)
            return fth_fail(error, FTH_ERR_IO, "%s: the program behind the pipe has ended after "
                            "%lld frames", s->path, (long long)s->count);
        if (n < 0)
            return fth_fail(error, FTH_ERR_IO, "%s: cannot be written: %s", s->path,
                            strerror(errno));
        done += (size_t)n;
    }
    return FTH_OK;
}

static void describe_frame(const struct fth_stream *s, AVFrame *f)
{
    const AVPixFmtDescriptor *desc = av_pix_fmt_desc_get(s->pixels);
    bool yuv = desc->nb_components > 2 && !(desc->flags & AV_PIX_FMT_FLAG_RGB);
    bool full = !yuv || s->spec.footage.tags.range == FTH_RANGE_FULL;
    double kr, kb;
    int matrix = s->spec.footage.tags.matrix;
    if (!fth_luma_weights(matrix, &kr, &kb)) /* what is not said is guessed by size */
        matrix = s->spec.format.height >= 720 ? AVCOL_SPC_BT709 : AVCOL_SPC_SMPTE170M;
    f->format = s->pixels;
    f->width = s->spec.format.width;
    f->height = s->spec.format.height;
    f->color_range = full ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
    f->colorspace = yuv ? matrix : AVCOL_SPC_UNSPECIFIED;
}

static enum fth_status put_header(struct fth_stream *s, struct fth_error *error)
{
    char line[256];
    const struct fth_rational rate = s->spec.rate;
    bool timed = rate.num > 0 && rate.den > 0;
    AVRational aspect = av_d2q(s->spec.format.pixel_aspect > 0 ? s->spec.format.pixel_aspect : 1,
                               4096);
    int length = snprintf(line, sizeof(line),
                          "YUV4MPEG2 W%d H%d F%lld:%lld Ip A%d:%d C%s XCOLORRANGE=%s\n",
                          s->frame->width, s->frame->height, timed ? (long long)rate.num : 24,
                          timed ? (long long)rate.den : 1, aspect.num, aspect.den, s->tag,
                          s->frame->color_range == AVCOL_RANGE_JPEG ? "FULL" : "LIMITED");
    return put_bytes(s, line, (size_t)length, error);
}

enum fth_status fth_stream_frame(struct fth_stream *stream, const struct fth_image *image,
                                 struct fth_error *error)
{
    struct fth_stream *s = stream;
    av_frame_unref(s->frame);
    describe_frame(s, s->frame);
    if (av_frame_get_buffer(s->frame, 0) < 0)
        return fth_fail_memory(error, (unsigned long long)s->size, s->path);
    enum fth_status status = fth_image_frame(image, s->spec.pool, s->frame, error);
    if (status == FTH_OK && s->y4m && s->count == 0)
        status = put_header(s, error);
    if (status == FTH_OK && s->y4m)
        status = put_bytes(s, "FRAME\n", 6, error);
    if (status != FTH_OK)
        return status;
    const uint8_t *const *data = (const uint8_t *const *)s->frame->data;
    av_image_copy_to_buffer(s->bytes, s->size, data, s->frame->linesize, s->pixels,
                            s->frame->width, s->frame->height, 1);
    status = put_bytes(s, s->bytes, (size_t)s->size, error);
    s->count += status == FTH_OK;
    return status;
}

enum fth_status fth_stream_finish(struct fth_stream **stream, struct fth_error *error)
{
    struct fth_stream *s = *stream;
    enum fth_status status = FTH_OK;
    if (s->temporary) {
        int code = close(s->file);
        s->file = -1;
        if (code != 0)
            status = fth_fail(error, FTH_ERR_IO, "%s: cannot be completed: %s", s->path,
                              strerror(errno));
        else
            status = fth_file_publish(s->temporary, s->path, s->spec.overwrite, error);
    }
    fth_stream_abort(stream);
    return status;
}

void fth_stream_abort(struct fth_stream **stream)
{
    struct fth_stream *s = *stream;
    if (!s)
        return;
    *stream = NULL;
    if (s->temporary && s->file >= 0)
        close(s->file);
    if (s->temporary)
        unlink(s->temporary);
    av_frame_free(&s->frame);
    fth_free(s->bytes);
    fth_free(s->temporary);
    fth_free(s->path);
    fth_free(s);
}
