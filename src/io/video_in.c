/* SPDX-License-Identifier: Apache-2.0 */
/* A video whose frames are reached by number. All packets are looked at once: the frames are the
 * times they are shown at, sorted. A jump decodes from the key frame that precedes the wanted frame
 * both in the file and in time, so open GOPs come out as they do in order. Files without usable
 * times are counted by what the decoder gives, always from the start. */
#include "io/internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/pixdesc.h>

#include "base/mem.h"
#include "io/av.h"
#include "io/deinterlace.h"
#include "io/depth_tags.h"

enum { MAX_PACKETS = 64 << 20 };

struct packet_time {
    int64_t pts, dts;
    bool key, shown;
};

struct shown_frame {
    int64_t pts;
    int32_t packet; /* in file order */
};

struct fth_video {
    struct fth_decode how;
    char *path;
    AVFormatContext *format;
    AVCodecContext *codec;
    AVStream *stream;
    AVPacket *packet;
    AVFrame *frame;
    struct packet_time *packets;
    int32_t packet_count, packet_capacity;
    struct shown_frame *frames;
    int32_t frame_count;
    bool ordinal;       /* no usable times: frames are counted as they come */
    int32_t fed;        /* index of the packet to be read next */
    bool packet_ready;  /* `packet` waits to be sent */
    int64_t out;        /* number of the last frame that came out; 0: none yet */
    bool frame_valid;   /* `frame` holds frame number `out` */
    const int32_t *matrix;
    struct fth_timeline timeline; /* with times when the frames do not come evenly */
    bool weaves, weaves_every;    /* frames are taken apart: marked ones, or every one */
    struct fth_weave *weave;      /* fed from woven.first on; NULL: not running */
    struct woven {
        int64_t first, fed; /* the first and the last frame that went in */
        int64_t out;        /* the frame in `frame`, or the one before it */
        bool ended, valid;
        AVFrame *frame;
    } woven;
};

static void close_streams(struct fth_video *v)
{
    avcodec_free_context(&v->codec);
    fth_av_close(&v->format);
    v->stream = NULL;
}

static const AVCodec *choose_decoder(const AVStream *stream)
{
    enum AVCodecID id = stream->codecpar->codec_id;
    const AVDictionaryEntry *alpha = av_dict_get(stream->metadata, "alpha_mode", NULL, 0);
    const AVCodec *codec = NULL;
    if (alpha && strcmp(alpha->value, "1") == 0) /* only libvpx decodes the alpha plane */
        codec = id == AV_CODEC_ID_VP9   ? avcodec_find_decoder_by_name("libvpx-vp9")
                : id == AV_CODEC_ID_VP8 ? avcodec_find_decoder_by_name("libvpx")
                                        : NULL;
    return codec ? codec : avcodec_find_decoder(id);
}

static enum fth_status open_codec(struct fth_video *v, struct fth_error *error)
{
    const AVCodec *decoder = choose_decoder(v->stream);
    if (!decoder)
        return fth_fail(error, FTH_ERR_UNSUPPORTED, "%s: no decoder for its codec (%s)", v->path,
                        avcodec_get_name(v->stream->codecpar->codec_id));
    if (v->stream->codecpar->width > 0 && v->stream->codecpar->height > 0) {
        enum fth_status status = fth_decode_check(&v->how, v->stream->codecpar->width,
                                                  v->stream->codecpar->height, error);
        if (status != FTH_OK)
            return status;
    }
    v->codec = avcodec_alloc_context3(decoder);
    if (!v->codec)
        return fth_fail_memory(error, sizeof(*v->codec), v->path);
    int code = avcodec_parameters_to_context(v->codec, v->stream->codecpar);
    v->codec->pkt_timebase = v->stream->time_base;
    fth_av_limit(v->codec, v->how.codec_threads);
    v->codec->max_pixels = fth_buffers_most_pixels(v->how.buffers);
    if (code >= 0)
        code = avcodec_open2(v->codec, decoder, NULL);
    return code < 0 ? fth_av_fail(error, code, v->path, "cannot be decoded") : FTH_OK;
}

/* How the file wants to be turned, nine numbers, or NULL. FFmpeg 6.1 moved them. */
static const int32_t *display_matrix(const AVStream *stream)
{
    size_t size = 0;
#if LIBAVCODEC_VERSION_INT >= AV_VERSION_INT(60, 30, 101)
    const AVPacketSideData *side =
        av_packet_side_data_get(stream->codecpar->coded_side_data,
                                stream->codecpar->nb_coded_side_data, AV_PKT_DATA_DISPLAYMATRIX);
    const uint8_t *data = side ? side->data : NULL;
    size = side ? side->size : 0;
#else
    const uint8_t *data = av_stream_get_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, &size);
#endif
    return size >= 9 * sizeof(int32_t) ? (const int32_t *)data : NULL;
}

static enum fth_status open_streams(struct fth_video *v, struct fth_error *error)
{
    bool raw = v->how.raw.width > 0;
    enum fth_status status = raw ? fth_av_open_raw(v->path, &v->how.raw, &v->format, error)
                                 : fth_av_open(v->path, &v->format, error);
    if (status != FTH_OK)
        return status;
    int code = avformat_find_stream_info(v->format, NULL);
    if (code < 0)
        return fth_av_fail(error, code, v->path, "cannot be read");
    int index = av_find_best_stream(v->format, AVMEDIA_TYPE_VIDEO, -1, -1, NULL, 0);
    if (index < 0 || (v->format->streams[index]->disposition & AV_DISPOSITION_ATTACHED_PIC))
        return fth_fail(error, FTH_ERR_UNSUPPORTED, "%s: holds no video", v->path);
    v->stream = v->format->streams[index];
    for (unsigned i = 0; i < v->format->nb_streams; i++)
        if ((int)i != index)
            v->format->streams[i]->discard = AVDISCARD_ALL;
    v->matrix = display_matrix(v->stream);
    v->fed = 0;
    v->out = 0;
    v->packet_ready = v->frame_valid = false;
    return open_codec(v, error);
}

/* The next packet of the video stream into v->packet; false at the end (or an error, which is where
 * a file cut short ends). */
static bool read_packet(struct fth_video *v)
{
    while (av_read_frame(v->format, v->packet) >= 0) {
        if (v->packet->stream_index == v->stream->index)
            return true;
        av_packet_unref(v->packet);
    }
    return false;
}

static bool is_shown(const struct fth_video *v)
{
    const AVPacket *p = v->packet;
    bool hidden = v->stream->codecpar->codec_id == AV_CODEC_ID_VP8 && p->size > 0 &&
                  !(p->data[0] & 0x10); /* VP8's show_frame */
    return !(p->flags & AV_PKT_FLAG_DISCARD) && !hidden;
}

static enum fth_status scan_packets(struct fth_video *v, struct fth_error *error)
{
    bool last_corrupt = false;
    while (read_packet(v)) {
        if (v->packet_count == v->packet_capacity) {
            int32_t capacity = v->packet_capacity ? v->packet_capacity * 2 : 256;
            struct packet_time *more =
                capacity > MAX_PACKETS
                    ? NULL
                    : fth_realloc(v->packets, (size_t)capacity, sizeof(*v->packets));
            if (!more) {
                av_packet_unref(v->packet);
                return fth_fail(error, FTH_ERR_LIMIT, "%s: too many frames (%d)", v->path,
                                v->packet_count);
            }
            v->packets = more;
            v->packet_capacity = capacity;
        }
        const AVPacket *p = v->packet;
        v->packets[v->packet_count++] =
            (struct packet_time){p->pts, p->dts, p->flags & AV_PKT_FLAG_KEY, is_shown(v)};
        last_corrupt = p->flags & AV_PKT_FLAG_CORRUPT;
        av_packet_unref(v->packet);
    }
    if (last_corrupt && v->packet_count > 1) /* a file cut short within a frame */
        v->packets[v->packet_count - 1].shown = false;
    return FTH_OK;
}

static int by_time(const void *a, const void *b)
{
    const struct shown_frame *x = a, *y = b;
    if (x->pts != y->pts)
        return x->pts < y->pts ? -1 : 1;
    return x->packet < y->packet ? -1 : x->packet > y->packet;
}

static enum fth_status index_frames(struct fth_video *v, struct fth_error *error)
{
    v->frames = fth_alloc((size_t)v->packet_count + 1, sizeof(*v->frames));
    if (!v->frames)
        return fth_fail_memory(error, (unsigned long long)v->packet_count * 16, v->path);
    for (int32_t i = 0; i < v->packet_count; i++) {
        if (!v->packets[i].shown)
            continue;
        v->ordinal |= v->packets[i].pts == AV_NOPTS_VALUE;
        v->frames[v->frame_count++] = (struct shown_frame){v->packets[i].pts, i};
    }
    qsort(v->frames, (size_t)v->frame_count, sizeof(*v->frames), by_time);
    for (int32_t i = 1; i < v->frame_count; i++)
        v->ordinal |= v->frames[i].pts == v->frames[i - 1].pts;
    if (v->frame_count == 0)
        return fth_fail(error, FTH_ERR_DATA, "%s: the video has no frames", v->path);
    return FTH_OK;
}

/* 1-based number of the frame shown at `pts`, or 0. */
static int64_t number_of(const struct fth_video *v, int64_t pts)
{
    int32_t low = 0, high = v->frame_count;
    while (low < high) {
        int32_t middle = low + (high - low) / 2;
        if (v->frames[middle].pts < pts)
            low = middle + 1;
        else
            high = middle;
    }
    return low < v->frame_count && v->frames[low].pts == pts ? low + 1 : 0;
}

static void feed(struct fth_video *v)
{
    if (v->packet_ready || read_packet(v)) {
        avcodec_send_packet(v->codec, v->packet); /* what a bad packet lacks, the caller notices */
        av_packet_unref(v->packet);
        v->packet_ready = false;
        v->fed++;
    } else {
        avcodec_send_packet(v->codec, NULL);
    }
}

/* The shape of pixels as the container says it; else the frame's own word. */
static void tell_aspect(const struct fth_video *v)
{
    v->frame->sample_aspect_ratio = av_guess_sample_aspect_ratio(v->format, v->stream, v->frame);
}

/* Brings the next numbered frame out of the decoder. */
static enum fth_status next_frame(struct fth_video *v, struct fth_error *error)
{
    for (int64_t bad = 0; bad <= v->packet_count;) {
        v->frame_valid = false;
        int code = avcodec_receive_frame(v->codec, v->frame);
        if (code == AVERROR(EAGAIN)) {
            feed(v);
        } else if (code == AVERROR_EOF) {
            return FTH_END;
        } else if (code == AVERROR(ENOMEM)) {
            return fth_fail_memory(error, 0, v->path);
        } else if (code < 0) {
            bad++;
        } else {
            int64_t pts = v->frame->pts != AV_NOPTS_VALUE ? v->frame->pts
                                                          : v->frame->best_effort_timestamp;
            int64_t number = v->ordinal ? v->out + 1 : number_of(v, pts);
            if (number > 0) {
                v->out = number;
                v->frame_valid = true;
                tell_aspect(v);
                return FTH_OK;
            }
        }
    }
    return FTH_END;
}

static enum fth_status restart(struct fth_video *v, struct fth_error *error)
{
    close_streams(v);
    return open_streams(v, error);
}

/* Reads on until packet `key` waits in v->packet. */
static bool find_packet(struct fth_video *v, int32_t key, bool from_start)
{
    for (int32_t i = 0; read_packet(v); i++) {
        if (from_start ? i == key : v->packet->pts == v->packets[key].pts) {
            v->packet_ready = true;
            v->fed = key;
            return true;
        }
        bool past = v->packet->dts != AV_NOPTS_VALUE && v->packets[key].dts != AV_NOPTS_VALUE &&
                    v->packet->dts > v->packets[key].dts;
        av_packet_unref(v->packet);
        if (past && !from_start)
            return false;
    }
    return false;
}

static enum fth_status seek_to(struct fth_video *v, int32_t key, struct fth_error *error)
{
    if (v->packet_ready)
        av_packet_unref(v->packet);
    v->packet_ready = v->frame_valid = false;
    const struct packet_time *target = &v->packets[key];
    int64_t time = target->dts != AV_NOPTS_VALUE ? FTH_MIN(target->dts, target->pts) : target->pts;
    if (key > 0 && av_seek_frame(v->format, v->stream->index, time, AVSEEK_FLAG_BACKWARD) >= 0 &&
        find_packet(v, key, false)) {
        avcodec_flush_buffers(v->codec);
        v->out = 0;
        return FTH_OK;
    }
    enum fth_status status = restart(v, error);
    if (status == FTH_OK && key > 0 && !find_packet(v, key, true))
        status = fth_fail(error, FTH_ERR_IO, "%s: has changed while it was read", v->path);
    return status;
}

/* The key frame to decode from, so that `frame` comes out as it does in order. */
static int32_t key_of(const struct fth_video *v, int64_t frame, int32_t at_most)
{
    if (v->ordinal)
        return 0;
    int32_t i = FTH_MIN(v->frames[frame - 1].packet, at_most);
    int64_t pts = v->frames[frame - 1].pts;
    while (i > 0 && !(v->packets[i].key && v->packets[i].pts <= pts &&
                      v->packets[i].pts != AV_NOPTS_VALUE))
        i--;
    return i;
}

static enum fth_status decode_until(struct fth_video *v, int64_t frame, struct fth_error *error)
{
    enum fth_status status = FTH_OK;
    while (status == FTH_OK && !(v->frame_valid && v->out >= frame))
        status = next_frame(v, error);
    return status == FTH_OK && v->out > frame ? FTH_END : status;
}

static enum fth_status reach_frame(struct fth_video *v, int64_t frame, struct fth_error *error)
{
    if (v->frame_valid && v->out == frame)
        return FTH_OK;
    int32_t key = key_of(v, frame, INT32_MAX);
    enum fth_status status = FTH_OK;
    if (v->out >= frame || key > v->fed)
        status = seek_to(v, key, error);
    if (status == FTH_OK)
        status = decode_until(v, frame, error);
    if (status == FTH_END && key > 0) { /* the key frame did not suffice: one more before it */
        status = seek_to(v, key_of(v, frame, key - 1), error);
        if (status == FTH_OK)
            status = decode_until(v, frame, error);
    }
    if (status == FTH_END && !v->ordinal)
        status = fth_fail(error, FTH_ERR_DATA, "%s: frame %lld is damaged", v->path,
                          (long long)frame);
    return status;
}

/* Begins taking apart so that `frame` comes out as it does in order: with the one before it. A
 * frame that is not to be had (damaged) is as one that is not there. */
static enum fth_status start_weave(struct fth_video *v, int64_t frame, struct fth_error *error)
{
    struct woven *w = &v->woven;
    fth_weave_close(&v->weave);
    *w = (struct woven){.frame = w->frame, .first = frame};
    enum fth_status status = FTH_END;
    if (frame > 1)
        status = reach_frame(v, frame - 1, NULL);
    if (status == FTH_OK)
        w->first = frame - 1;
    else
        status = reach_frame(v, frame, error);
    if (status == FTH_OK)
        status = fth_weave_open(v->frame, v->weaves_every, v->path, &v->weave, error);
    if (status == FTH_OK)
        status = fth_weave_push(v->weave, v->frame, error);
    w->fed = w->first;
    w->out = w->first - 1;
    return status;
}

static enum fth_status feed_weave(struct fth_video *v, struct fth_error *error)
{
    struct woven *w = &v->woven;
    enum fth_status status = w->fed < v->frame_count ? reach_frame(v, w->fed + 1, NULL) : FTH_END;
    w->ended = status != FTH_OK;
    w->fed += !w->ended;
    return fth_weave_push(v->weave, w->ended ? NULL : v->frame, error);
}

/* Brings `frame`, taken apart, into v->woven.frame. */
static enum fth_status reach_woven(struct fth_video *v, int64_t frame, struct fth_error *error)
{
    struct woven *w = &v->woven;
    enum { FAR = 16 }; /* farther than this a jump is quicker */
    if (w->valid && w->out == frame)
        return FTH_OK;
    enum fth_status status = FTH_OK;
    bool goes_on = v->weave && w->out < frame && frame - w->out <= FAR &&
                   !(w->ended && frame > w->fed);
    if (!goes_on)
        status = start_weave(v, frame, error);
    while (status == FTH_OK && w->out < frame) {
        av_frame_unref(w->frame);
        w->valid = false;
        status = fth_weave_pull(v->weave, w->frame, error);
        if (status == FTH_OK) {
            w->out++;
            w->valid = true;
        } else if (status == FTH_END && w->ended) {
            status = reach_frame(v, frame, error); /* a damaged frame lay between */
            if (status == FTH_OK)
                status = start_weave(v, frame, error);
        } else if (status == FTH_END) {
            status = feed_weave(v, error);
        }
    }
    return status;
}

enum fth_status fth_video_frame(struct fth_video *video, int64_t frame, struct fth_image **image,
                                struct fth_error *error)
{
    struct fth_video *v = video;
    if (frame > v->frame_count)
        return FTH_END;
    enum fth_status status =
        v->weaves ? reach_woven(v, frame, error) : reach_frame(v, frame, error);
    if (status != FTH_OK)
        return status;
    return fth_frame_image(v->weaves ? v->woven.frame : v->frame, v->matrix, &v->how, NULL, image,
                           error);
}

/* Frames before the first one that can be decoded (a recording that starts in mid-GOP) are none. */
static enum fth_status first_frame(struct fth_video *v, struct fth_error *error)
{
    enum fth_status status = restart(v, error);
    if (status == FTH_OK)
        status = next_frame(v, error);
    if (status == FTH_END)
        return fth_fail(error, FTH_ERR_DATA, "%s: no frame can be decoded", v->path);
    if (status == FTH_OK && v->out > 1) {
        int32_t lost = (int32_t)v->out - 1;
        v->frame_count -= lost;
        memmove(v->frames, v->frames + lost, (size_t)v->frame_count * sizeof(*v->frames));
        v->out = 1;
    }
    return status;
}

static void fill_rate(const struct fth_video *v, struct fth_media_info *info)
{
    AVRational rate = av_guess_frame_rate(v->format, v->stream, NULL);
    if (rate.num <= 0 || rate.den <= 0)
        rate = (AVRational){25, 1};
    info->rate = (struct fth_rational){rate.num, rate.den};
    info->duration_s = v->frame_count / av_q2d(rate);
    info->constant_rate = true;
    if (v->ordinal || v->frame_count < 2)
        return;
    int64_t start = v->frames[0].pts, span = v->frames[v->frame_count - 1].pts - start;
    double step = (double)span / (v->frame_count - 1);
    for (int32_t i = 1; i < v->frame_count; i++) {
        double off = (double)(v->frames[i].pts - start) - step * i;
        if (off > 1.5 || off < -1.5) /* ticks; containers round times to their own clock */
            info->constant_rate = false;
    }
    double measured = step * av_q2d(v->stream->time_base) * av_q2d(rate); /* 1 when they agree */
    if (info->constant_rate && (measured < 0.99 || measured > 1.01)) {
        rate = av_d2q(1 / (step * av_q2d(v->stream->time_base)), 1001);
        info->rate = (struct fth_rational){rate.num, rate.den};
    }
    info->duration_s = (double)span * av_q2d(v->stream->time_base) + 1 / av_q2d(rate);
}

/* Each frame's own time, and the last one's end a step of the rate later. */
static enum fth_status fill_timeline(struct fth_video *v, struct fth_media_info *info,
                                     struct fth_error *error)
{
    if (info->constant_rate || v->ordinal)
        return FTH_OK;
    int32_t count = v->frame_count;
    int64_t *times = fth_alloc((size_t)count + 1, sizeof(*times));
    if (!times)
        return fth_fail_memory(error, ((size_t)count + 1) * sizeof(*times), v->path);
    for (int32_t i = 0; i < count; i++)
        times[i] = v->frames[i].pts - v->frames[0].pts;
    AVRational unit = v->stream->time_base;
    double step = (double)info->rate.den / (double)info->rate.num / av_q2d(unit);
    times[count] = times[count - 1] + FTH_MAX((int64_t)(step + 0.5), 1);
    v->timeline = (struct fth_timeline){1, count, times, unit.num, unit.den};
    info->footage.timeline = &v->timeline;
    return FTH_OK;
}

/* Woven frames: as the container or the first frame says. */
static void choose_weaving(struct fth_video *v, struct fth_media_info *info)
{
    enum AVFieldOrder order = v->stream->codecpar->field_order;
    bool told = order == AV_FIELD_TT || order == AV_FIELD_BB || order == AV_FIELD_TB ||
                order == AV_FIELD_BT;
#if LIBAVUTIL_VERSION_INT >= AV_VERSION_INT(58, 7, 100)
    bool marked = v->frame->flags & AV_FRAME_FLAG_INTERLACED;
#else
    bool marked = v->frame->interlaced_frame;
#endif
    info->is_interlaced = told || marked;
    v->weaves = v->how.deinterlace == FTH_DEINTERLACE_ON ||
                (v->how.deinterlace == FTH_DEINTERLACE_AUTO && info->is_interlaced);
    v->weaves_every = v->how.deinterlace == FTH_DEINTERLACE_ON || !marked;
}

static void fill_info(const struct fth_video *v, struct fth_media_info *info)
{
    info->first_frame = 1;
    info->last_frame = v->frame_count;
    snprintf(info->container, sizeof(info->container), "%s", v->format->iformat->name);
    snprintf(info->codec, sizeof(info->codec), "%s",
             avcodec_get_name(v->stream->codecpar->codec_id));
    info->has_audio = av_find_best_stream(v->format, AVMEDIA_TYPE_AUDIO, -1, -1, NULL, 0) >= 0;
    const AVDictionaryEntry *code = av_dict_get(v->format->metadata, "timecode", NULL, 0);
    for (unsigned i = 0; !code && i < v->format->nb_streams; i++)
        code = av_dict_get(v->format->streams[i]->metadata, "timecode", NULL, 0);
    if (code && strlen(code->value) < sizeof(info->footage.timecode))
        strcpy(info->footage.timecode, code->value);
    const AVDictionaryEntry *words = av_dict_get(v->format->metadata, "comment", NULL, 0);
    if (words)
        fth_colour_words_take_text(&info->footage, words->value);
    if (words && strstr(words->value, "fathom/encoding="))
        snprintf(info->depth_words, sizeof(info->depth_words), "%s", words->value);
    fill_rate(v, info);
}

enum fth_status fth_video_open(const struct fth_decode *decode, struct fth_media_info *info,
                               struct fth_video **video, struct fth_error *error)
{
    enum fth_status status = fth_av_setup(decode->path, error);
    if (status != FTH_OK)
        return status;
    struct fth_video *v = fth_alloc(1, sizeof(*v));
    if (!v)
        return fth_fail_memory(error, sizeof(*v), decode->path);
    v->how = *decode;
    v->path = fth_strdup(decode->path);
    v->how.path = v->path;
    v->packet = av_packet_alloc();
    v->frame = av_frame_alloc();
    v->woven.frame = av_frame_alloc();
    struct fth_image *image = NULL;
    if (!v->path || !v->packet || !v->frame || !v->woven.frame)
        status = fth_fail_memory(error, sizeof(*v), decode->path);
    if (status == FTH_OK)
        status = open_streams(v, error);
    if (status == FTH_OK)
        status = scan_packets(v, error);
    if (status == FTH_OK)
        status = index_frames(v, error);
    if (status == FTH_OK)
        status = first_frame(v, error);
    if (status == FTH_OK)
        status = fth_frame_image(v->frame, v->matrix, &v->how, info, &image, error);
    if (status == FTH_OK) {
        fth_info_from_image(info, image);
        fill_info(v, info);
        choose_weaving(v, info);
        status = fill_timeline(v, info, error);
    }
    if (status == FTH_OK)
        *video = v;
    else
        fth_video_close(&v);
    fth_image_unref(&image);
    return status;
}

void fth_video_close(struct fth_video **video)
{
    struct fth_video *v = *video;
    if (!v)
        return;
    *video = NULL;
    close_streams(v);
    av_packet_free(&v->packet);
    av_frame_free(&v->frame);
    av_frame_free(&v->woven.frame);
    fth_weave_close(&v->weave);
    fth_free((int64_t *)v->timeline.times);
    fth_free(v->packets);
    fth_free(v->frames);
    fth_free(v->path);
    fth_free(v);
}
