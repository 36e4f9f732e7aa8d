/* SPDX-License-Identifier: Apache-2.0 */
/* Videos written through libav: ProRes 4444, FFV1, H.264 and VP9. Where threads change what an
 * encoder makes their number is fixed, and no versions or dates are stored: the same frames give
 * the same bytes on any machine. */
#include "io/internal.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "io/audio.h"
#include "io/av.h"

enum kind { KIND_PRORES, KIND_FFV1, KIND_PNG, KIND_H264, KIND_VP9 };

struct container {
    const char *suffix, *muxer, *encoder;
    enum kind kind;
};

static const struct container containers[] = {
    {".mov", "mov", "prores_ks", KIND_PRORES},
    {".mkv", "matroska", "ffv1", KIND_FFV1},
    {".mkv", "matroska", "png", KIND_PNG},
    {".mp4", "mp4", "libx264", KIND_H264},
    {".webm", "webm", "libvpx-vp9", KIND_VP9},
};

struct fth_video_writer {
    char *path, *temporary;
    bool overwrite;
    const struct container *container;
    AVFormatContext *format;
    AVCodecContext *codec;
    AVStream *stream;
    AVFrame *frame;
    AVPacket *packet;
    struct fth_audio *audio;
    struct fth_pool *pool;
    int64_t count;
    bool begun; /* the header is written */
};

static const struct container *find_container(const char *path, struct fth_format format)
{
    /* libav's FFV1 loses slices of pictures under 4 pixels: PNG frames are as exact */
    bool tiny = format.width < 4 || format.height < 4;
    for (size_t i = 0; i < FTH_ARRAY_COUNT(containers); i++)
        if (fth_ends_with(path, containers[i].suffix) &&
            !(tiny && containers[i].kind == KIND_FFV1))
            return &containers[i];
    return NULL;
}

static enum AVPixelFormat pixel_format(enum kind kind, const struct fth_writer_spec *spec)
{
    bool narrow = spec->bits == FTH_BITS_8;
    switch (kind) {
    case KIND_PRORES:
        return spec->alpha ? AV_PIX_FMT_YUVA444P10LE : AV_PIX_FMT_YUV444P10LE;
    case KIND_FFV1:
        if (spec->grey && !spec->alpha)
            return narrow ? AV_PIX_FMT_GRAY8 : AV_PIX_FMT_GRAY16LE;
        if (narrow)
            return spec->alpha ? AV_PIX_FMT_BGRA : AV_PIX_FMT_BGR0;
        return spec->alpha ? AV_PIX_FMT_GBRAP16LE : AV_PIX_FMT_GBRP16LE;
    case KIND_PNG:
        if (spec->grey && !spec->alpha)
            return narrow ? AV_PIX_FMT_GRAY8 : AV_PIX_FMT_GRAY16BE;
        if (narrow)
            return spec->alpha ? AV_PIX_FMT_RGBA : AV_PIX_FMT_RGB24;
        return spec->alpha ? AV_PIX_FMT_RGBA64BE : AV_PIX_FMT_RGB48BE;
    case KIND_H264: /* 4:2:0 has no odd sizes in H.264 */
        return (spec->format.width | spec->format.height) & 1 ? AV_PIX_FMT_YUV444P
                                                              : AV_PIX_FMT_YUV420P;
    case KIND_VP9:
        return spec->alpha ? AV_PIX_FMT_YUVA420P : AV_PIX_FMT_YUV420P;
    }
    return AV_PIX_FMT_NONE;
}

static enum fth_status check_spec(const char *path, const struct container *c,
                                  const struct fth_writer_spec *spec, const char **remark,
                                  struct fth_error *error)
{
    if (spec->bits == FTH_BITS_HALF || spec->bits == FTH_BITS_FLOAT ||
        (spec->bits == FTH_BITS_16 && c->kind != KIND_FFV1 && c->kind != KIND_PNG))
        return fth_fail(error, FTH_ERR_USAGE,
                        "%s: %s; .mkv (FFV1) stores 8 or 16 bits, an .exr sequence half or float",
                        path,
                        c->kind == KIND_PRORES ? "ProRes stores 10 bits" : "stores 8 bits only");
    int limit = c->kind == KIND_H264 ? 16384 : 65535;
    if (spec->format.width > limit || spec->format.height > limit)
        return fth_fail(error, FTH_ERR_LIMIT, "%s: %d x %d pixels, the limit of %s is %d a side",
                        path, spec->format.width, spec->format.height, c->encoder, limit);
    if (c->kind == KIND_H264 && pixel_format(c->kind, spec) == AV_PIX_FMT_YUV444P)
        *remark = spec->alpha ? "mp4: no alpha, the colour alone is written; an odd size makes it "
                                "4:4:4, which some players do not show"
                              : "mp4: an odd size makes it 4:4:4, which some players do not show";
    else if (c->kind == KIND_H264 && spec->alpha)
        *remark = "mp4: no alpha, the colour alone is written (.mov, .mkv and .webm keep it)";
    return FTH_OK;
}

/* Frames of ProRes and PNG and the slices of FFV1 (whose number is fixed below) do not know of each
 * other: these encoders may use what the machine has. */
static int thread_count(enum kind kind, const struct fth_writer_spec *spec)
{
    if (spec->encode_threads > 0)
        return spec->encode_threads;
    if (kind == KIND_H264 || kind == KIND_VP9)
        return 4;
    return FTH_MIN(fth_pool_thread_count(spec->pool), 16);
}

static void set_codec(AVCodecContext *codec, enum kind kind, const struct fth_writer_spec *spec)
{
    switch (kind) {
    case KIND_PRORES:
        /* one fixed quantiser: 5 dB better, a third larger and five times as fast as libav's search
         * for the one that meets the profile's rate */
        codec->flags |= AV_CODEC_FLAG_QSCALE;
        codec->global_quality = 4 * FF_QP2LAMBDA;
        codec->thread_type = FF_THREAD_FRAME;
        av_opt_set(codec->priv_data, "profile", "4444", 0);
        av_opt_set(codec->priv_data, "vendor", "apl0", 0); /* some programs open no other */
        if (spec->alpha)
            av_opt_set(codec->priv_data, "alpha_bits", "16", 0);
        break;
    case KIND_FFV1:
        codec->level = 3;
        codec->gop_size = 1; /* every frame by itself: exact and quick jumps */
        codec->slices = spec->format.width >= 64 && spec->format.height >= 64 ? 16 : 4;
        av_opt_set_int(codec->priv_data, "slicecrc", 1, 0);
        break;
    case KIND_PNG:
        break;
    case KIND_H264:
        /* against medium: 0.6 of the time, 0.93 of the size, 0.6 dB less of 43 */
        av_opt_set(codec->priv_data, "preset", "faster", 0);
        av_opt_set(codec->priv_data, "crf", "16", 0);
        break;
    case KIND_VP9:
        av_opt_set(codec->priv_data, "crf", "20", 0);
        av_opt_set(codec->priv_data, "deadline", "good", 0);
        av_opt_set(codec->priv_data, "cpu-used", "4", 0);
        av_opt_set(codec->priv_data, "auto-alt-ref", "0", 0); /* alpha allows no hidden frames */
        codec->bit_rate = 0;
    }
}

static void set_colour(AVCodecContext *codec)
{
    const AVPixFmtDescriptor *desc = av_pix_fmt_desc_get(codec->pix_fmt);
    bool yuv = desc->nb_components > 2 && !(desc->flags & AV_PIX_FMT_FLAG_RGB);
    codec->color_range = yuv ? AVCOL_RANGE_MPEG : AVCOL_RANGE_JPEG;
    codec->colorspace = yuv                       ? AVCOL_SPC_BT709
                        : desc->nb_components > 2 ? AVCOL_SPC_RGB
                                                  : AVCOL_SPC_UNSPECIFIED;
    codec->color_primaries = AVCOL_PRI_BT709;
    codec->color_trc = AVCOL_TRC_BT709;
    if (desc->log2_chroma_h)
        codec->chroma_sample_location = AVCHROMA_LOC_LEFT;
}

static enum fth_status open_encoder(struct fth_video_writer *w, const struct fth_writer_spec *spec,
                                    struct fth_error *error)
{
    const AVCodec *encoder = avcodec_find_encoder_by_name(w->container->encoder);
    if (!encoder)
        return fth_fail(error, FTH_ERR_UNSUPPORTED, "%s: this FFmpeg has no encoder %s", w->path,
                        w->container->encoder);
    AVCodecContext *codec = w->codec = avcodec_alloc_context3(encoder);
    if (!codec)
        return fth_fail_memory(error, sizeof(*codec), w->path);
    bool rated = spec->rate.num > 0 && spec->rate.den > 0 && spec->rate.num <= INT32_MAX &&
                 spec->rate.den <= INT32_MAX;
    codec->framerate = rated ? (AVRational){(int)spec->rate.num, (int)spec->rate.den}
                             : (AVRational){24, 1};
    codec->time_base = av_inv_q(codec->framerate);
    codec->width = spec->format.width;
    codec->height = spec->format.height;
    codec->pix_fmt = pixel_format(w->container->kind, spec);
    codec->sample_aspect_ratio = av_d2q(
        spec->format.pixel_aspect > 0 ? spec->format.pixel_aspect : 1, 4096);
    codec->thread_count = thread_count(w->container->kind, spec);
    codec->flags |= AV_CODEC_FLAG_BITEXACT;
    if (w->format->oformat->flags & AVFMT_GLOBALHEADER)
        codec->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
    set_colour(codec);
    set_codec(codec, w->container->kind, spec);
    int code = avcodec_open2(codec, encoder, NULL);
    if (code < 0)
        return fth_av_fail(error, code, w->path, "the encoder refuses this size of picture");
    return FTH_OK;
}

static enum fth_status open_output(struct fth_video_writer *w, const struct fth_writer_spec *spec,
                                   const char **remark, struct fth_error *error)
{
    if (avformat_alloc_output_context2(&w->format, NULL, w->container->muxer, NULL) < 0)
        return fth_fail_memory(error, sizeof(*w->format), w->path);
    w->format->flags |= AVFMT_FLAG_BITEXACT;
    enum fth_status status = open_encoder(w, spec, error);
    if (status != FTH_OK)
        return status;
    w->stream = avformat_new_stream(w->format, NULL);
    if (!w->stream || avcodec_parameters_from_context(w->stream->codecpar, w->codec) < 0)
        return fth_fail_memory(error, sizeof(*w->stream), w->path);
    w->stream->time_base = w->codec->time_base;
    w->stream->avg_frame_rate = w->codec->framerate;
    w->stream->sample_aspect_ratio = w->codec->sample_aspect_ratio;
    if (w->container->kind == KIND_VP9 && spec->alpha)
        av_dict_set(&w->stream->metadata, "alpha_mode", "1", 0);
    if (spec->audio_from)
        status = fth_audio_open(spec, w->format, &w->audio, remark, error);
    if (status != FTH_OK)
        return status;
    struct fth_text url = {0};
    fth_text_append(&url, "file:%s", w->temporary); /* never another protocol */
    int code = url.data ? avio_open(&w->format->pb, url.data, AVIO_FLAG_WRITE) : AVERROR(ENOMEM);
    fth_text_clear(&url);
    if (code < 0)
        return fth_av_fail(error, code, w->path, "cannot be written");
    av_opt_set(w->format->priv_data, "movflags", "+write_colr", 0);
    code = avformat_write_header(w->format, NULL);
    if (code < 0)
        return fth_av_fail(error, code, w->path, "cannot be written");
    w->begun = true;
    return FTH_OK;
}

enum fth_status fth_video_writer_open(const char *path, const struct fth_writer_spec *spec,
                                      struct fth_video_writer **writer, const char **remark,
                                      struct fth_error *error)
{
    fth_av_setup();
    const struct container *container = find_container(path, spec->format);
    if (!container)
        return fth_fail(error, FTH_ERR_UNSUPPORTED,
                        "%s: cannot write this kind of file; there are .mov .mkv .mp4 .webm .png "
                        ".jpg .tif .exr .pfm", path);
    enum fth_status status = check_spec(path, container, spec, remark, error);
    if (status != FTH_OK)
        return status;
    struct fth_video_writer *w = fth_alloc(1, sizeof(*w));
    if (!w)
        return fth_fail_memory(error, sizeof(*w), path);
    w->container = container;
    w->overwrite = spec->overwrite;
    w->pool = spec->pool;
    w->path = fth_strdup(path);
    w->temporary = fth_file_temporary_name(path);
    w->frame = av_frame_alloc();
    w->packet = av_packet_alloc();
    if (!w->path || !w->temporary || !w->frame || !w->packet)
        status = fth_fail_memory(error, sizeof(*w), path);
    else
        status = open_output(w, spec, remark, error);
    if (status == FTH_OK)
        *writer = w;
    else
        fth_video_writer_abort(&w);
    return status;
}

static enum fth_status write_packets(struct fth_video_writer *w, struct fth_error *error)
{
    for (;;) {
        int code = avcodec_receive_packet(w->codec, w->packet);
        if (code == AVERROR(EAGAIN) || code == AVERROR_EOF)
            return FTH_OK;
        if (code < 0)
            return fth_av_fail(error, code, w->path, "cannot be encoded");
        double at = (double)w->packet->dts * av_q2d(w->codec->time_base);
        enum fth_status status = w->audio ? fth_audio_copy(w->audio, at, error) : FTH_OK;
        if (status != FTH_OK)
            return status;
        w->packet->stream_index = w->stream->index;
        if (w->packet->duration == 0)
            w->packet->duration = 1;
        av_packet_rescale_ts(w->packet, w->codec->time_base, w->stream->time_base);
        code = av_interleaved_write_frame(w->format, w->packet);
        if (code < 0)
            return fth_av_fail(error, code, w->path, "cannot be written");
    }
}

enum fth_status fth_video_writer_frame(struct fth_video_writer *writer,
                                       const struct fth_image *image, struct fth_error *error)
{
    struct fth_video_writer *w = writer;
    AVFrame *f = w->frame;
    av_frame_unref(f); /* the encoder may still hold the last one's buffers */
    f->format = w->codec->pix_fmt;
    f->width = w->codec->width;
    f->height = w->codec->height;
    f->color_range = w->codec->color_range;
    f->colorspace = w->codec->colorspace;
    f->color_primaries = w->codec->color_primaries;
    f->color_trc = w->codec->color_trc;
    f->chroma_location = w->codec->chroma_sample_location;
    f->sample_aspect_ratio = w->codec->sample_aspect_ratio;
    f->pts = w->count;
    if (av_frame_get_buffer(f, 0) < 0)
        return fth_fail_memory(error, (unsigned long long)f->width * (unsigned)f->height * 8,
                               w->path);
    enum fth_status status = fth_image_frame(image, w->pool, f, error);
    if (status != FTH_OK)
        return status;
    int code = avcodec_send_frame(w->codec, f);
    if (code < 0)
        return fth_av_fail(error, code, w->path, "cannot be encoded");
    w->count++;
    return write_packets(w, error);
}

enum fth_status fth_video_writer_finish(struct fth_video_writer **writer, struct fth_error *error)
{
    struct fth_video_writer *w = *writer;
    avcodec_send_frame(w->codec, NULL);
    enum fth_status status = write_packets(w, error);
    double length = (double)w->count * av_q2d(w->codec->time_base);
    if (status == FTH_OK && w->audio)
        status = fth_audio_copy(w->audio, length, error);
    if (status == FTH_OK) {
        int code = av_write_trailer(w->format);
        w->begun = false;
        if (code >= 0)
            code = avio_closep(&w->format->pb);
        if (code < 0)
            status = fth_av_fail(error, code, w->path, "cannot be completed");
    }
    if (status == FTH_OK)
        status = fth_file_publish(w->temporary, w->path, w->overwrite, error);
    fth_video_writer_abort(writer);
    return status;
}

void fth_video_writer_abort(struct fth_video_writer **writer)
{
    struct fth_video_writer *w = *writer;
    if (!w)
        return;
    *writer = NULL;
    fth_audio_close(&w->audio);
    avcodec_free_context(&w->codec);
    if (w->format) {
        if (w->begun)
            av_write_trailer(w->format); /* frees what the muxer holds */
        avio_closep(&w->format->pb);
        avformat_free_context(w->format);
    }
    if (w->temporary)
        unlink(w->temporary);
    av_frame_free(&w->frame);
    av_packet_free(&w->packet);
    fth_free(w->temporary);
    fth_free(w->path);
    fth_free(w);
}
