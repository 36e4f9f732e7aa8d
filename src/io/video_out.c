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
#include <libavutil/timecode.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "io/audio.h"
#include "io/av.h"
#include "io/depth_tags.h"

enum kind { KIND_PRORES, KIND_FFV1, KIND_PNG, KIND_H264, KIND_VP9, KIND_HEVC, KIND_DNXHR };

/* More than any encoder holds back; x265 hands packets out at most two frames early. */
enum { TIMES = 512, HEVC_EARLY = 2 };

struct container {
    const char *suffix, *muxer, *encoder;
    enum kind kind;
    enum fth_codec codec; /* the first row of a suffix is its default */
};

static const struct container containers[] = {
    {".mov", "mov", "prores_ks", KIND_PRORES, FTH_CODEC_PRORES},
    {".mov", "mov", "libx265", KIND_HEVC, FTH_CODEC_HEVC},
    {".mov", "mov", "libx264", KIND_H264, FTH_CODEC_H264},
    {".mov", "mov", "dnxhd", KIND_DNXHR, FTH_CODEC_DNXHR},
    {".mkv", "matroska", "ffv1", KIND_FFV1, FTH_CODEC_FFV1},
    {".mkv", "matroska", "png", KIND_PNG, FTH_CODEC_FFV1},
    {".mkv", "matroska", "libx265", KIND_HEVC, FTH_CODEC_HEVC},
    {".mkv", "matroska", "libx264", KIND_H264, FTH_CODEC_H264},
    {".mkv", "matroska", "libvpx-vp9", KIND_VP9, FTH_CODEC_VP9},
    {".mp4", "mp4", "libx264", KIND_H264, FTH_CODEC_H264},
    {".mp4", "mp4", "libx265", KIND_HEVC, FTH_CODEC_HEVC},
    {".webm", "webm", "libvpx-vp9", KIND_VP9, FTH_CODEC_VP9},
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
    const struct fth_timeline *timeline; /* NULL: frames come evenly */
    int64_t count, first_frame;
    int64_t end; /* of what was written, in the encoder's time */
    int64_t times[TIMES]; /* of the frames sent last, by their count */
    int64_t packet_count, step;
    bool begun;  /* the header is written */
};

static enum fth_status find_container(const char *path, const struct fth_writer_spec *spec,
                                      const struct container **container, struct fth_error *error)
{
    /* libav's FFV1 loses slices of pictures under 4 pixels: PNG frames are as exact */
    bool tiny = spec->format.width < 4 || spec->format.height < 4, named = false;
    for (size_t i = 0; i < FTH_ARRAY_COUNT(containers); i++) {
        const struct container *c = &containers[i];
        if (!fth_ends_with(path, c->suffix) || (tiny && c->kind == KIND_FFV1))
            continue;
        named = true;
        if (spec->codec != FTH_CODEC_DEFAULT && spec->codec != c->codec)
            continue;
        *container = c;
        return FTH_OK;
    }
    if (!named)
        return fth_fail(error, FTH_ERR_UNSUPPORTED,
                        "%s: cannot write this kind of file; there are .mov .mkv .mp4 .webm .png "
                        ".jpg .tif .exr .pfm", path);
    return fth_fail(error, FTH_ERR_USAGE,
                    "%s: this kind of file does not hold that codec; .mov holds prores hevc h264 "
                    "dnxhr, .mkv ffv1 hevc h264 vp9, .mp4 h264 hevc, .webm vp9", path);
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
    case KIND_HEVC:
        if ((spec->format.width | spec->format.height) & 1)
            return narrow ? AV_PIX_FMT_YUV444P : AV_PIX_FMT_YUV444P10LE;
        return narrow ? AV_PIX_FMT_YUV420P : AV_PIX_FMT_YUV420P10LE;
    case KIND_DNXHR:
        return AV_PIX_FMT_YUV444P10LE;
    }
    return AV_PIX_FMT_NONE;
}

static enum fth_status check_spec(const char *path, const struct container *c,
                                  const struct fth_writer_spec *spec, const char **remark,
                                  struct fth_error *error)
{
    static const char *const stored[] = {
        [KIND_PRORES] = "ProRes stores 10 bits", [KIND_DNXHR] = "DNxHR stores 10 bits",
        [KIND_HEVC] = "HEVC stores 10 bits or 8", [KIND_H264] = "stores 8 bits only",
        [KIND_VP9] = "stores 8 bits only",       [KIND_FFV1] = "FFV1 stores 8 or 16 bits",
        [KIND_PNG] = "PNG stores 8 or 16 bits"};
    if (spec->bits == FTH_BITS_HALF || spec->bits == FTH_BITS_FLOAT ||
        (spec->bits == FTH_BITS_16 && c->kind != KIND_FFV1 && c->kind != KIND_PNG))
        return fth_fail(error, FTH_ERR_USAGE,
                        "%s: %s; .mkv (FFV1) stores 8 or 16 bits, an .exr sequence half or float",
                        path, stored[c->kind]);
    bool halved = c->kind == KIND_H264 || c->kind == KIND_HEVC;
    int limit = halved ? 16384 : 65535;
    if (spec->format.width > limit || spec->format.height > limit)
        return fth_fail(error, FTH_ERR_LIMIT, "%s: %d x %d pixels, the limit of %s is %d a side",
                        path, spec->format.width, spec->format.height, c->encoder, limit);
    bool odd = halved && (spec->format.width | spec->format.height) & 1;
    bool loses = spec->alpha && (halved || c->kind == KIND_DNXHR);
    bool narrow = c->kind == KIND_H264 || c->kind == KIND_VP9;
    if (odd)
        *remark = loses ? "no alpha, the colour alone is written; an odd size makes it 4:4:4, "
                          "which some players do not show"
                        : "an odd size makes it 4:4:4, which some players do not show";
    else if (loses)
        *remark = "no alpha, the colour alone is written (.mov ProRes, .mkv FFV1 and .webm keep "
                  "it)";
    else if (narrow && fth_tags_are_hdr(spec->footage.tags))
        *remark = "high dynamic range in 8 bits shows bands; --codec hevc (.mp4 .mov .mkv), ProRes "
                  "(.mov) and FFV1 (.mkv) keep 10 and more";
    return FTH_OK;
}

/* Frames of ProRes and PNG and the slices of FFV1 (whose number is fixed below) do not know of each
 * other: these encoders may use what the machine has. */
static int thread_count(enum kind kind, const struct fth_writer_spec *spec)
{
    if (spec->encode_threads > 0)
        return spec->encode_threads;
    if (kind == KIND_H264 || kind == KIND_VP9 || kind == KIND_HEVC)
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
        break;
    case KIND_HEVC:
        /* the number of frames at once shows in the file, that of threads does not; no version */
        av_opt_set(codec->priv_data, "preset", "fast", 0);
        av_opt_set(codec->priv_data, "crf", "16", 0);
        av_opt_set(codec->priv_data, "x265-params",
                   "frame-threads=2:pools=4:info=0:log-level=none", 0);
        break;
    case KIND_DNXHR:
        av_opt_set(codec->priv_data, "profile", "dnxhr_444", 0);
    }
}

/* The matrix Y, U and V are made with: the footage's own, or the one its primaries go with. */
static int choose_matrix(struct fth_tags tags)
{
    double kr, kb;
    bool constant = tags.matrix == AVCOL_SPC_BT2020_CL;
    if (fth_luma_weights(tags.matrix, &kr, &kb) && !constant)
        return tags.matrix;
    return constant || tags.primaries == AVCOL_PRI_BT2020 ? AVCOL_SPC_BT2020_NCL : AVCOL_SPC_BT709;
}

/* What is tagged stays tagged; what is not at all is called BT.709, as every player takes it,
 * unless it is known to be something that has no code points. */
static void set_colour(AVCodecContext *codec, enum kind kind, const struct fth_footage *footage)
{
    struct fth_tags tags = footage->tags;
    const AVPixFmtDescriptor *desc = av_pix_fmt_desc_get(codec->pix_fmt);
    bool yuv = desc->nb_components > 2 && !(desc->flags & AV_PIX_FMT_FLAG_RGB);
    bool keeps_full = kind == KIND_H264 || kind == KIND_HEVC || kind == KIND_VP9;
    bool full = !yuv || (keeps_full && tags.range == FTH_RANGE_FULL);
    bool tagged = fth_tag_is_known(tags.primaries) || fth_tag_is_known(tags.transfer) ||
                  footage->colour[0];
    codec->color_range = full ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
    codec->colorspace = yuv                       ? choose_matrix(tags)
                        : desc->nb_components > 2 ? AVCOL_SPC_RGB
                                                  : AVCOL_SPC_UNSPECIFIED;
    codec->color_primaries = fth_tag_is_known(tags.primaries) ? tags.primaries
                             : tagged                         ? AVCOL_PRI_UNSPECIFIED
                                                              : AVCOL_PRI_BT709;
    codec->color_trc = fth_tag_is_known(tags.transfer) ? tags.transfer
                       : tagged                        ? AVCOL_TRC_UNSPECIFIED
                                                       : AVCOL_TRC_BT709;
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
    codec->time_base = w->timeline ? (AVRational){(int)w->timeline->unit_num,
                                                  (int)w->timeline->unit_den}
                                   : av_inv_q(codec->framerate);
    codec->width = spec->format.width;
    codec->height = spec->format.height;
    codec->pix_fmt = pixel_format(w->container->kind, spec);
    codec->sample_aspect_ratio = av_d2q(
        spec->format.pixel_aspect > 0 ? spec->format.pixel_aspect : 1, 4096);
    codec->thread_count = thread_count(w->container->kind, spec);
    codec->flags |= AV_CODEC_FLAG_BITEXACT;
    if (w->format->oformat->flags & AVFMT_GLOBALHEADER)
        codec->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
    set_colour(codec, w->container->kind, &spec->footage);
    set_codec(codec, w->container->kind, spec);
    int code = avcodec_open2(codec, encoder, NULL);
    if (code == AVERROR_EXTERNAL) /* x264 says so when it cannot start threads */
        return fth_av_fail(error, code, w->path, "the encoder does not start; it may lack memory");
    if (code < 0)
        return fth_av_fail(error, code, w->path, "the encoder refuses this size of picture");
    return FTH_OK;
}

/* The first frame's time code: the footage's, moved on to where the job begins. */
static void set_timecode(const struct fth_video_writer *w, const struct fth_writer_spec *spec)
{
    AVTimecode code;
    char text[AV_TIMECODE_STR_SIZE];
    int64_t skipped = FTH_MAX(spec->first_frame - 1, 0);
    if (!spec->footage.timecode[0] || skipped > INT32_MAX / 2 ||
        av_timecode_init_from_string(&code, w->codec->framerate, spec->footage.timecode, NULL) < 0)
        return;
    av_timecode_make_string(&code, text, (int)skipped);
    av_dict_set(&w->stream->metadata, "timecode", text, 0);
}

/* What the picture says of itself: the one text that every container here keeps. */
static bool set_words(const struct fth_video_writer *w, const struct fth_writer_spec *spec)
{
    if (!spec->attributes)
        return true;
    char *words = fth_depth_tags_print(spec->attributes);
    int code = words ? av_dict_set(&w->format->metadata, "comment", words, 0) : -1;
    fth_free(words);
    return code >= 0;
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
    if (w->container->kind == KIND_HEVC && !fth_ends_with(w->path, ".mkv"))
        w->stream->codecpar->codec_tag = MKTAG('h', 'v', 'c', '1'); /* some players want no other */
    w->step = FTH_MAX(av_rescale_q(1, av_inv_q(w->codec->framerate), w->codec->time_base), 1);
    set_timecode(w, spec);
    if (!set_words(w, spec))
        return fth_fail_memory(error, 0, w->path);
    if (spec->audio_from)
        status = fth_audio_open(spec, w->format, &w->audio, remark, error);
    if (status != FTH_OK)
        return status;
    int file = -1;
    status = fth_file_create(w->path, &w->temporary, &file, error);
    if (status == FTH_OK)
        status = fth_av_write_to(file, w->path, &w->format->pb, error);
    if (status != FTH_OK)
        return status;
    av_opt_set(w->format->priv_data, "movflags", "+write_colr", 0);
    int code = avformat_write_header(w->format, NULL);
    if (code < 0)
        return fth_av_fail(error, code, w->path, "cannot be written");
    w->begun = true;
    return FTH_OK;
}

/* Times that libav's clock can count. */
static const struct fth_timeline *usable_timeline(const struct fth_timeline *t)
{
    bool usable = t && t->count > 0 && t->unit_num > 0 && t->unit_den > 0 &&
                  t->unit_num <= INT32_MAX && t->unit_den <= INT32_MAX;
    return usable ? t : NULL;
}

enum fth_status fth_video_writer_open(const char *path, const struct fth_writer_spec *spec,
                                      struct fth_video_writer **writer, const char **remark,
                                      struct fth_error *error)
{
    const struct container *container = NULL;
    enum fth_status status = fth_av_setup(path, error);
    if (status == FTH_OK)
        status = find_container(path, spec, &container, error);
    if (status == FTH_OK)
        status = check_spec(path, container, spec, remark, error);
    if (status != FTH_OK)
        return status;
    struct fth_video_writer *w = fth_alloc(1, sizeof(*w));
    if (!w)
        return fth_fail_memory(error, sizeof(*w), path);
    w->container = container;
    w->overwrite = spec->overwrite;
    w->pool = spec->pool;
    w->timeline = usable_timeline(spec->footage.timeline);
    w->path = fth_strdup(path);
    w->frame = av_frame_alloc();
    w->packet = av_packet_alloc();
    if (!w->path || !w->frame || !w->packet)
        status = fth_fail_memory(error, sizeof(*w), path);
    else
        status = open_output(w, spec, remark, error);
    if (status == FTH_OK)
        *writer = w;
    else
        fth_video_writer_abort(&w);
    return status;
}

/* When frame `frame` is shown, counted from the first one written. */
static int64_t time_of(const struct fth_video_writer *w, int64_t frame)
{
    const struct fth_timeline *t = w->timeline;
    if (!t)
        return w->count;
    int64_t last = t->count;
    int64_t start = FTH_MIN(FTH_MAX(w->first_frame - t->first, 0), last);
    int64_t index = FTH_MIN(FTH_MAX(frame - t->first, 0), last);
    return t->times[index] - t->times[start];
}

static void set_duration(const struct fth_video_writer *w)
{
    const struct fth_timeline *t = w->timeline;
    AVPacket *packet = w->packet;
    if (!t) {
        packet->duration = packet->duration ? packet->duration : 1;
        return;
    }
    int64_t low = 0, high = t->count, at = packet->pts + t->times[w->first_frame - t->first];
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (t->times[middle] < at)
            low = middle + 1;
        else
            high = middle;
    }
    packet->duration = low < t->count ? t->times[low + 1] - t->times[low] : 1;
}

/* When a packet must be decoded. x265 makes up the times of clips shorter than its delay from what
 * lies in its memory: they are worked out here, as it does for longer ones. */
static void set_decode_time(struct fth_video_writer *w)
{
    int64_t at = w->packet_count++ - HEVC_EARLY;
    if (w->container->kind != KIND_HEVC)
        return;
    int64_t time = at < 0 ? w->times[0] + at * w->step : w->times[at % TIMES];
    w->packet->dts = FTH_MIN(time, w->packet->pts);
}

static enum fth_status write_packets(struct fth_video_writer *w, struct fth_error *error)
{
    for (;;) {
        int code = avcodec_receive_packet(w->codec, w->packet);
        if (code == AVERROR(EAGAIN) || code == AVERROR_EOF)
            return FTH_OK;
        if (code < 0)
            return fth_av_fail(error, code, w->path, "cannot be encoded");
        set_decode_time(w);
        double at = (double)w->packet->dts * av_q2d(w->codec->time_base);
        enum fth_status status = w->audio ? fth_audio_copy(w->audio, at, error) : FTH_OK;
        if (status != FTH_OK)
            return status;
        w->packet->stream_index = w->stream->index;
        set_duration(w);
        av_packet_rescale_ts(w->packet, w->codec->time_base, w->stream->time_base);
        code = av_interleaved_write_frame(w->format, w->packet);
        if (code < 0)
            return fth_av_fail(error, code, w->path, "cannot be written");
    }
}

/* A job may not leave the footage's own frames; one that does has even times. */
static enum fth_status check_frame(struct fth_video_writer *w, int64_t frame,
                                   struct fth_error *error)
{
    if (w->count == 0)
        w->first_frame = frame;
    const struct fth_timeline *t = w->timeline;
    if (!t || (frame >= t->first && frame < t->first + t->count))
        return FTH_OK;
    return fth_fail(error, FTH_ERR_DATA, "%s: frame %lld is not of the footage's %lld to %lld",
                    w->path, (long long)frame, (long long)t->first,
                    (long long)(t->first + t->count - 1));
}

enum fth_status fth_video_writer_frame(struct fth_video_writer *writer, int64_t frame,
                                       const struct fth_image *image, struct fth_error *error)
{
    struct fth_video_writer *w = writer;
    enum fth_status status = check_frame(w, frame, error);
    if (status != FTH_OK)
        return status;
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
    f->pts = w->times[w->count % TIMES] = time_of(w, frame);
    if (av_frame_get_buffer(f, 0) < 0)
        return fth_fail_memory(error, (unsigned long long)f->width * (unsigned)f->height * 8,
                               w->path);
    status = fth_image_frame(image, w->pool, f, error);
    if (status != FTH_OK)
        return status;
    int code = avcodec_send_frame(w->codec, f);
    if (code < 0)
        return fth_av_fail(error, code, w->path, "cannot be encoded");
    w->count++;
    w->end = w->timeline ? time_of(w, frame + 1) : w->count;
    return write_packets(w, error);
}

enum fth_status fth_video_writer_finish(struct fth_video_writer **writer, struct fth_error *error)
{
    struct fth_video_writer *w = *writer;
    avcodec_send_frame(w->codec, NULL);
    enum fth_status status = write_packets(w, error);
    double length = (double)w->end * av_q2d(w->codec->time_base);
    if (status == FTH_OK && w->audio)
        status = fth_audio_copy(w->audio, length, error);
    if (status == FTH_OK) {
        int code = av_write_trailer(w->format);
        w->begun = false;
        if (code >= 0)
            code = fth_av_finish(&w->format->pb);
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
        (void)fth_av_finish(&w->format->pb);
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
