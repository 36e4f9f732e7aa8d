/* SPDX-License-Identifier: Apache-2.0 */
/* One filter graph: buffer, bwdif, sink. Integer pixels that bwdif does not take are repacked
 * before it by libav; floats never are. */
#include "io/deinterlace.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>

#include <libavfilter/avfilter.h>
#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>
#include <libavutil/frame.h>
#include <libavutil/pixdesc.h>

#include "base/mem.h"
#include "io/av.h"

/* libavfilter comes with half a system of libraries: it is loaded when it is needed. */
#define CALLS(X)                                                                                   \
    X(avfilter_get_by_name) X(avfilter_graph_alloc) X(avfilter_graph_free) X(avfilter_link)        \
    X(avfilter_graph_create_filter) X(avfilter_graph_config) X(av_buffersrc_add_frame)             \
    X(av_buffersink_get_frame)
#define POINTER(name) __typeof__(name) *name;
#define LOAD(name) complete = (calls.name = (__typeof__(name) *)dlsym(library, #name)) && complete;

static struct {
    CALLS(POINTER)
    bool there;
} calls;

static void load_calls(void)
{
    void *library = dlopen("libavfilter.so." AV_STRINGIFY(LIBAVFILTER_VERSION_MAJOR),
                           RTLD_NOW | RTLD_LOCAL);
    bool complete = library != NULL;
    if (library) {
        CALLS(LOAD)
    }
    calls.there = complete;
}

struct fth_weave {
    const char *path;
    AVFilterGraph *graph;
    AVFilterContext *source, *sink;
    AVFrame *pushed;
    int64_t count;
};

static int add_filter(struct fth_weave *w, const char *name, const char *arguments,
                      AVFilterContext **filter)
{
    return calls.avfilter_graph_create_filter(filter, calls.avfilter_get_by_name(name), name,
                                              arguments, NULL, w->graph);
}

static int make_graph(struct fth_weave *w, const AVFrame *like, bool every)
{
    char source[160], options[64];
    AVFilterContext *bwdif = NULL;
    AVRational aspect = like->sample_aspect_ratio;
    snprintf(source, sizeof(source), "video_size=%dx%d:pix_fmt=%d:time_base=1/2:pixel_aspect=%d/%d",
             like->width, like->height, like->format, aspect.num > 0 ? aspect.num : 1,
             aspect.num > 0 && aspect.den > 0 ? aspect.den : 1);
    snprintf(options, sizeof(options), "mode=send_frame:parity=auto:deint=%s",
             every ? "all" : "interlaced");
    w->graph->nb_threads = 1; /* the decoder's threads are enough, and it costs least */
    int code = add_filter(w, "buffer", source, &w->source);
    if (code >= 0)
        code = add_filter(w, "bwdif", options, &bwdif);
    if (code >= 0)
        code = add_filter(w, "buffersink", NULL, &w->sink);
    if (code >= 0)
        code = calls.avfilter_link(w->source, 0, bwdif, 0);
    if (code >= 0)
        code = calls.avfilter_link(bwdif, 0, w->sink, 0);
    if (code >= 0)
        code = calls.avfilter_graph_config(w->graph, NULL);
    return code;
}

enum fth_status fth_weave_open(const struct AVFrame *like, bool every, const char *path,
                               struct fth_weave **weave, struct fth_error *error)
{
    const AVPixFmtDescriptor *desc = av_pix_fmt_desc_get(like->format);
    if (!desc || desc->flags & AV_PIX_FMT_FLAG_FLOAT)
        return fth_fail(error, FTH_ERR_UNSUPPORTED, "%s: floats cannot be deinterlaced", path);
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load_calls);
    if (!calls.there)
        return fth_fail(error, FTH_ERR_UNSUPPORTED,
                        "%s: deinterlacing needs libavfilter %d, which is not here; "
                        "--deinterlace off reads frames as they are", path,
                        LIBAVFILTER_VERSION_MAJOR);
    struct fth_weave *w = fth_alloc(1, sizeof(*w));
    if (!w)
        return fth_fail_memory(error, sizeof(*w), path);
    w->path = path;
    w->graph = calls.avfilter_graph_alloc();
    w->pushed = av_frame_alloc();
    int code = w->graph && w->pushed ? make_graph(w, like, every) : AVERROR(ENOMEM);
    if (code >= 0) {
        *weave = w;
        return FTH_OK;
    }
    fth_weave_close(&w);
    return fth_av_fail(error, code, path, "cannot be deinterlaced");
}

void fth_weave_close(struct fth_weave **weave)
{
    struct fth_weave *w = *weave;
    if (!w)
        return;
    *weave = NULL;
    calls.avfilter_graph_free(&w->graph);
    av_frame_free(&w->pushed);
    fth_free(w);
}

enum fth_status fth_weave_push(struct fth_weave *weave, const struct AVFrame *frame,
                               struct fth_error *error)
{
    struct fth_weave *w = weave;
    int code = 0;
    if (frame) {
        code = av_frame_ref(w->pushed, frame);
        w->pushed->pts = w->count++;
    }
    if (code >= 0)
        code = calls.av_buffersrc_add_frame(w->source, frame ? w->pushed : NULL);
    return code < 0 ? fth_av_fail(error, code, w->path, "cannot be deinterlaced") : FTH_OK;
}

enum fth_status fth_weave_pull(struct fth_weave *weave, struct AVFrame *frame,
                               struct fth_error *error)
{
    int code = calls.av_buffersink_get_frame(weave->sink, frame);
    if (code == AVERROR(EAGAIN) || code == AVERROR_EOF)
        return FTH_END;
    return code < 0 ? fth_av_fail(error, code, weave->path, "cannot be deinterlaced") : FTH_OK;
}
