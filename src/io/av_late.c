/* SPDX-License-Identifier: Apache-2.0 */
/* libav and its hundred libraries take three times as long to load as all the rest of a start, so
 * they are loaded when the first picture or clip needs them. The calls of libav that this folder
 * makes are defined here, each passed on to the library: the compiler holds every one against
 * libav's own header, and no other file knows. */
#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/display.h>
#include <libavutil/imgutils.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
#include <libavutil/timecode.h>
#include <libswscale/swscale.h>

#include "io/av.h"

#if LIBAVFORMAT_VERSION_MAJOR >= 61
typedef const uint8_t written; /* what a callback that writes is given */
#else
typedef uint8_t written;
#endif

#if LIBAVCODEC_VERSION_INT >= AV_VERSION_INT(60, 30, 101)
#define SIDE_CALL(SOME)                                                                            \
    SOME(const AVPacketSideData *, av_packet_side_data_get, (const AVPacketSideData *a, int b,     \
         enum AVPacketSideDataType c), (a, b, c))
#else
#define SIDE_CALL(SOME)                                                                            \
    SOME(uint8_t *, av_stream_get_side_data, (const AVStream *a, enum AVPacketSideDataType b,      \
         size_t *c), (a, b, c))
#endif

/* SOME: calls that return something; NONE: those that do not. */
#define CALLS(SOME, NONE)                                                                          \
    SIDE_CALL(SOME)                                                                                \
    SOME(const char *, av_color_primaries_name, (enum AVColorPrimaries a), (a))                    \
    SOME(const char *, av_color_range_name, (enum AVColorRange a), (a))                            \
    SOME(const char *, av_color_space_name, (enum AVColorSpace a), (a))                            \
    SOME(const char *, av_color_transfer_name, (enum AVColorTransferCharacteristic a), (a))        \
    SOME(AVRational, av_d2q, (double a, int b), (a, b))                                            \
    NONE(av_dict_free, (AVDictionary **a), (a))                                                    \
    SOME(AVDictionaryEntry *, av_dict_get, (const AVDictionary *a, const char *b,                  \
         const AVDictionaryEntry *c, int d), (a, b, c, d))                                         \
    SOME(int, av_dict_set, (AVDictionary **a, const char *b, const char *c, int d), (a, b, c, d))  \
    SOME(int, av_find_best_stream, (AVFormatContext *a, enum AVMediaType b, int c, int d,          \
         const AVCodec **e, int f), (a, b, c, d, e, f))                                            \
    SOME(const AVInputFormat *, av_find_input_format, (const char *a), (a))                        \
    SOME(AVFrame *, av_frame_alloc, (void), ())                                                    \
    NONE(av_frame_free, (AVFrame **a), (a))                                                        \
    SOME(int, av_frame_get_buffer, (AVFrame *a, int b), (a, b))                                    \
    SOME(AVFrameSideData *, av_frame_get_side_data, (const AVFrame *a,                             \
         enum AVFrameSideDataType b), (a, b))                                                      \
    SOME(int, av_frame_ref, (AVFrame *a, const AVFrame *b), (a, b))                                \
    NONE(av_frame_unref, (AVFrame *a), (a))                                                        \
    NONE(av_free, (void *a), (a))                                                                  \
    NONE(av_freep, (void *a), (a))                                                                 \
    SOME(enum AVPixelFormat, av_get_pix_fmt, (const char *a), (a))                                 \
    SOME(const char *, av_get_pix_fmt_name, (enum AVPixelFormat a), (a))                           \
    SOME(AVRational, av_guess_frame_rate, (AVFormatContext *a, AVStream *b, AVFrame *c), (a, b,    \
         c))                                                                                       \
    SOME(AVRational, av_guess_sample_aspect_ratio, (AVFormatContext *a, AVStream *b, AVFrame *c),  \
         (a, b, c))                                                                                \
    SOME(int, av_image_copy_to_buffer, (uint8_t *a, int b, const uint8_t *const c[4],              \
         const int d[4], enum AVPixelFormat e, int f, int g, int h), (a, b, c, d, e, f, g, h))     \
    SOME(int, av_image_get_buffer_size, (enum AVPixelFormat a, int b, int c, int d), (a, b, c,     \
         d))                                                                                       \
    SOME(int, av_interleaved_write_frame, (AVFormatContext *a, AVPacket *b), (a, b))               \
    SOME(int, av_log_format_line2, (void *a, int b, const char *c, va_list d, char *e, int f,      \
         int *g), (a, b, c, d, e, f, g))                                                           \
    NONE(av_log_set_callback, (void (*a)(void *, int, const char *, va_list)), (a))                \
    SOME(void *, av_malloc, (size_t a), (a))                                                       \
    SOME(int, av_new_packet, (AVPacket *a, int b), (a, b))                                         \
    SOME(int, av_opt_set, (void *a, const char *b, const char *c, int d), (a, b, c, d))            \
    SOME(int, av_opt_set_int, (void *a, const char *b, int64_t c, int d), (a, b, c, d))            \
    SOME(AVPacket *, av_packet_alloc, (void), ())                                                  \
    NONE(av_packet_free, (AVPacket **a), (a))                                                      \
    NONE(av_packet_rescale_ts, (AVPacket *a, AVRational b, AVRational c), (a, b, c))               \
    NONE(av_packet_unref, (AVPacket *a), (a))                                                      \
    SOME(int, av_pix_fmt_count_planes, (enum AVPixelFormat a), (a))                                \
    SOME(const AVPixFmtDescriptor *, av_pix_fmt_desc_get, (enum AVPixelFormat a), (a))             \
    SOME(const AVInputFormat *, av_probe_input_format3, (const AVProbeData *a, int b, int *c),     \
         (a, b, c))                                                                                \
    SOME(int, av_read_frame, (AVFormatContext *a, AVPacket *b), (a, b))                            \
    NONE(av_read_image_line2, (void *a, const uint8_t *b[4], const int c[4],                       \
         const AVPixFmtDescriptor *d, int e, int f, int g, int h, int i, int j), (a, b, c, d, e,   \
         f, g, h, i, j))                                                                           \
    SOME(int64_t, av_rescale_q, (int64_t a, AVRational b, AVRational c), (a, b, c))                \
    SOME(int, av_seek_frame, (AVFormatContext *a, int b, int64_t c, int d), (a, b, c, d))          \
    SOME(char *, av_strdup, (const char *a), (a))                                                  \
    SOME(int, av_strerror, (int a, char *b, size_t c), (a, b, c))                                  \
    SOME(int, av_timecode_init_from_string, (AVTimecode *a, AVRational b, const char *c,           \
         void *d), (a, b, c, d))                                                                   \
    SOME(char *, av_timecode_make_string, (const AVTimecode *a, char *b, int c), (a, b, c))        \
    SOME(int, av_write_trailer, (AVFormatContext *a), (a))                                         \
    SOME(AVCodecContext *, avcodec_alloc_context3, (const AVCodec *a), (a))                        \
    SOME(const AVCodec *, avcodec_find_decoder, (enum AVCodecID a), (a))                           \
    SOME(const AVCodec *, avcodec_find_decoder_by_name, (const char *a), (a))                      \
    SOME(const AVCodec *, avcodec_find_encoder, (enum AVCodecID a), (a))                           \
    SOME(const AVCodec *, avcodec_find_encoder_by_name, (const char *a), (a))                      \
    NONE(avcodec_flush_buffers, (AVCodecContext *a), (a))                                          \
    NONE(avcodec_free_context, (AVCodecContext **a), (a))                                          \
    SOME(const char *, avcodec_get_name, (enum AVCodecID a), (a))                                  \
    SOME(int, avcodec_open2, (AVCodecContext *a, const AVCodec *b, AVDictionary **c), (a, b, c))   \
    SOME(int, avcodec_parameters_copy, (AVCodecParameters *a, const AVCodecParameters *b), (a,     \
         b))                                                                                       \
    SOME(int, avcodec_parameters_from_context, (AVCodecParameters *a, const AVCodecContext *b),    \
         (a, b))                                                                                   \
    SOME(int, avcodec_parameters_to_context, (AVCodecContext *a, const AVCodecParameters *b), (a,  \
         b))                                                                                       \
    SOME(int, avcodec_receive_frame, (AVCodecContext *a, AVFrame *b), (a, b))                      \
    SOME(int, avcodec_receive_packet, (AVCodecContext *a, AVPacket *b), (a, b))                    \
    SOME(int, avcodec_send_frame, (AVCodecContext *a, const AVFrame *b), (a, b))                   \
    SOME(int, avcodec_send_packet, (AVCodecContext *a, const AVPacket *b), (a, b))                 \
    SOME(AVFormatContext *, avformat_alloc_context, (void), ())                                    \
    SOME(int, avformat_alloc_output_context2, (AVFormatContext **a, const AVOutputFormat *b,       \
         const char *c, const char *d), (a, b, c, d))                                              \
    NONE(avformat_close_input, (AVFormatContext **a), (a))                                         \
    SOME(int, avformat_find_stream_info, (AVFormatContext *a, AVDictionary **b), (a, b))           \
    NONE(avformat_free_context, (AVFormatContext *a), (a))                                         \
    SOME(AVStream *, avformat_new_stream, (AVFormatContext *a, const AVCodec *b), (a, b))          \
    SOME(int, avformat_open_input, (AVFormatContext **a, const char *b, const AVInputFormat *c,    \
         AVDictionary **d), (a, b, c, d))                                                          \
    SOME(int, avformat_query_codec, (const AVOutputFormat *a, enum AVCodecID b, int c), (a, b,     \
         c))                                                                                       \
    SOME(int, avformat_write_header, (AVFormatContext *a, AVDictionary **b), (a, b))               \
    SOME(AVIOContext *, avio_alloc_context, (unsigned char *a, int b, int c, void *d,              \
         int (*e)(void *, uint8_t *, int), int (*f)(void *, written *, int),                       \
         int64_t (*g)(void *, int64_t, int)), (a, b, c, d, e, f, g))                               \
    NONE(avio_context_free, (AVIOContext **a), (a))                                                \
    NONE(avio_flush, (AVIOContext *a), (a))                                                        \
    NONE(sws_freeContext, (struct SwsContext *a), (a))                                             \
    SOME(struct SwsContext *, sws_getContext, (int a, int b, enum AVPixelFormat c, int d, int e,   \
         enum AVPixelFormat f, int g, SwsFilter *h, SwsFilter *i, const double *j), (a, b, c, d,   \
         e, f, g, h, i, j))                                                                        \
    SOME(int, sws_scale, (struct SwsContext *a, const uint8_t *const *b, const int *c, int d,      \
         int e, uint8_t *const *f, const int *g), (a, b, c, d, e, f, g))


#define SOME_POINTER(type, name, parameters, arguments) __typeof__(name) *name##_;
#define NONE_POINTER(name, parameters, arguments) __typeof__(name) *name##_;

static struct {
    CALLS(SOME_POINTER, NONE_POINTER)
    bool there;
    char why[300]; /* not */
} late;

/* Libraries that stand on others give those's symbols too. */
static void *find(void *const libraries[2], const char *name)
{
    void *found = dlsym(libraries[0], name);
    found = found ? found : dlsym(libraries[1], name);
    if (!found && late.there)
        snprintf(late.why, sizeof(late.why), "%s is missing in it", name);
    late.there = late.there && found;
    return found;
}

#define SOME_LOAD(type, name, parameters, arguments)                                               \
    late.name##_ = (__typeof__(name) *)find(libraries, #name);
#define NONE_LOAD(name, parameters, arguments)                                                     \
    late.name##_ = (__typeof__(name) *)find(libraries, #name);

static void load(void)
{
    void *libraries[2] = {NULL};
    libraries[0] = dlopen("libavformat.so." AV_STRINGIFY(LIBAVFORMAT_VERSION_MAJOR),
                          RTLD_NOW | RTLD_LOCAL);
    if (libraries[0])
        libraries[1] = dlopen("libswscale.so." AV_STRINGIFY(LIBSWSCALE_VERSION_MAJOR),
                              RTLD_NOW | RTLD_LOCAL);
    if (!libraries[0] || !libraries[1]) {
        const char *why = dlerror();
        snprintf(late.why, sizeof(late.why), "%s", why ? why : "it cannot be loaded");
        return;
    }
    late.there = true;
    CALLS(SOME_LOAD, NONE_LOAD)
}

const char *fth_av_load(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load);
    return late.there ? NULL : late.why;
}

/* Whoever opens something asks fth_av_setup(), which says what is missing. */
#define SOME_DEFINE(type, name, parameters, arguments)                                             \
    type name parameters                                                                           \
    {                                                                                              \
        return fth_av_load() ? (type){0} : late.name##_ arguments;                                 \
    }
#define NONE_DEFINE(name, parameters, arguments)                                                   \
    void name parameters                                                                           \
    {                                                                                              \
        if (!fth_av_load())                                                                        \
            late.name##_ arguments;                                                                \
    }

CALLS(SOME_DEFINE, NONE_DEFINE)
