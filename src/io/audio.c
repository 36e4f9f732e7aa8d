/* SPDX-License-Identifier: Apache-2.0 */
/* Copies sound without decoding it. Times count from the first frame of the source's own video, so
 * that sound and picture keep together; packets are cut whole, so an edge is off by at most one. */
#include "io/audio.h"

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>

#include "base/mem.h"
#include "io/av.h"

struct fth_audio {
    AVFormatContext *input, *output;
    AVStream *from, *to;
    AVPacket *packet;
    bool ready, ended;       /* `packet` waits to be written */
    double begin_s, end_s;   /* of the source; end < begin: all */
};

static void set_range(struct fth_audio *a, const struct fth_writer_spec *spec)
{
    int video = av_find_best_stream(a->input, AVMEDIA_TYPE_VIDEO, -1, -1, NULL, 0);
    double zero = 0, rate = spec->rate.num > 0 && spec->rate.den > 0
                                ? (double)spec->rate.num / (double)spec->rate.den
                                : 24;
    if (video >= 0 && a->input->streams[video]->start_time != AV_NOPTS_VALUE)
        zero = (double)a->input->streams[video]->start_time *
               av_q2d(a->input->streams[video]->time_base);
    a->begin_s = zero;
    a->end_s = -1e9;
    const struct fth_timeline *t = spec->footage.timeline;
    if (t && spec->first_frame >= t->first && spec->last_frame < t->first + t->count &&
        spec->last_frame >= spec->first_frame) {
        double unit = (double)t->unit_num / (double)t->unit_den;
        a->begin_s = zero + (double)t->times[spec->first_frame - t->first] * unit;
        a->end_s = zero + (double)t->times[spec->last_frame - t->first + 1] * unit;
    } else if (spec->first_frame > 0 && spec->last_frame >= spec->first_frame) {
        a->begin_s = zero + (double)(spec->first_frame - 1) / rate;
        a->end_s = zero + (double)spec->last_frame / rate;
    }
}

static enum fth_status add_stream(struct fth_audio *a, const char **remark, struct fth_error *error)
{
    const AVCodecParameters *codec = a->from->codecpar;
    if (avformat_query_codec(a->output->oformat, codec->codec_id, FF_COMPLIANCE_NORMAL) != 1) {
        *remark = "the sound's codec does not fit into this container: written without sound";
        return FTH_END;
    }
    a->to = avformat_new_stream(a->output, NULL);
    if (!a->to || avcodec_parameters_copy(a->to->codecpar, codec) < 0)
        return fth_fail_memory(error, sizeof(*a->to), "the sound");
    a->to->codecpar->codec_tag = 0;
    a->to->time_base = a->from->time_base;
    return FTH_OK;
}

enum fth_status fth_audio_open(const struct fth_writer_spec *spec, struct AVFormatContext *output,
                               struct fth_audio **audio, const char **remark,
                               struct fth_error *error)
{
    struct fth_audio *a = fth_alloc(1, sizeof(*a));
    if (!a || !(a->packet = av_packet_alloc())) {
        fth_free(a);
        return fth_fail_memory(error, sizeof(*a), "the sound");
    }
    a->output = output;
    /* a source that libav does not open as a container (a still, an EXR) has no sound */
    enum fth_status status = fth_av_open(spec->audio_from, &a->input, error);
    if (status == FTH_ERR_DATA)
        status = FTH_END;
    if (status == FTH_OK && avformat_find_stream_info(a->input, NULL) < 0)
        status = FTH_END;
    int index = -1;
    if (status == FTH_OK)
        index = av_find_best_stream(a->input, AVMEDIA_TYPE_AUDIO, -1, -1, NULL, 0);
    if (status == FTH_OK && index < 0)
        status = FTH_END;
    if (status == FTH_OK) {
        a->from = a->input->streams[index];
        set_range(a, spec);
        status = add_stream(a, remark, error);
    }
    if (status == FTH_OK)
        *audio = a;
    else
        fth_audio_close(&a);
    return status == FTH_END ? FTH_OK : status;
}

static void next_packet(struct fth_audio *a)
{
    while (!a->ready && !a->ended) {
        if (av_read_frame(a->input, a->packet) < 0)
            a->ended = true;
        else if (a->packet->stream_index == a->from->index && a->packet->pts != AV_NOPTS_VALUE)
            a->ready = true;
        else
            av_packet_unref(a->packet);
    }
}

enum fth_status fth_audio_copy(struct fth_audio *audio, double until_s, struct fth_error *error)
{
    struct fth_audio *a = audio;
    double tick = av_q2d(a->from->time_base);
    bool ranged = a->end_s > a->begin_s;
    int64_t shift = (int64_t)(a->begin_s / tick + (a->begin_s < 0 ? -0.5 : 0.5));
    for (next_packet(a); a->ready; next_packet(a)) {
        double at = (double)a->packet->pts * tick;
        if (ranged && at >= a->end_s)
            return FTH_OK;
        if (at - a->begin_s >= until_s)
            return FTH_OK;
        a->ready = false;
        /* from the very start, the encoder's run-up before 0 belongs to it */
        if (at < a->begin_s && shift > 0) {
            av_packet_unref(a->packet);
            continue;
        }
        a->packet->pts -= shift;
        a->packet->dts -= a->packet->dts != AV_NOPTS_VALUE ? shift : 0;
        av_packet_rescale_ts(a->packet, a->from->time_base, a->to->time_base);
        a->packet->stream_index = a->to->index;
        a->packet->pos = -1;
        int code = av_interleaved_write_frame(a->output, a->packet);
        if (code < 0)
            return fth_av_fail(error, code, "the sound", "cannot be written");
    }
    return FTH_OK;
}

void fth_audio_close(struct fth_audio **audio)
{
    struct fth_audio *a = *audio;
    if (!a)
        return;
    *audio = NULL;
    fth_av_close(&a->input);
    av_packet_free(&a->packet);
    fth_free(a);
}
