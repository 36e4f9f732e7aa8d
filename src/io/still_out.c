/* SPDX-License-Identifier: Apache-2.0 */
/* Stills: one frame through one of libav's picture encoders, into memory and then into place; EXR
 * and PFM through our own. */
#include "io/internal.h"

#include <stdio.h>
#include <string.h>

#include <libavcodec/avcodec.h>
#include <libavutil/opt.h>

#include "base/file.h"
#include "base/text.h"
#include "io/av.h"
#include "io/exr.h"
#include "io/pfm.h"

enum kind { KIND_PNG, KIND_JPEG, KIND_TIFF, KIND_EXR, KIND_PFM };

static enum fth_status kind_of(const char *path, enum kind *kind, struct fth_error *error)
{
    static const struct {
        const char *suffix;
        enum kind kind;
    } kinds[] = {{".png", KIND_PNG},   {".jpg", KIND_JPEG},  {".jpeg", KIND_JPEG},
                 {".tif", KIND_TIFF},  {".tiff", KIND_TIFF}, {".exr", KIND_EXR},
                 {".pfm", KIND_PFM}};
    for (size_t i = 0; i < FTH_ARRAY_COUNT(kinds); i++)
        if (fth_ends_with(path, kinds[i].suffix)) {
            *kind = kinds[i].kind;
            return FTH_OK;
        }
    return fth_fail(error, FTH_ERR_UNSUPPORTED,
                    "%s: cannot write this kind of file; there are .mov .mkv .mp4 .webm .png .jpg "
                    ".tif .exr .pfm", path);
}

enum fth_status fth_still_check(const char *path, const struct fth_writer_spec *spec,
                                const char **remark, struct fth_error *error)
{
    enum kind kind = KIND_PNG;
    enum fth_status status = kind_of(path, &kind, error);
    if (status != FTH_OK)
        return status;
    *remark = NULL;
    enum fth_bits bits = spec->bits;
    bool float_file = kind == KIND_EXR || kind == KIND_PFM;
    if ((float_file && (bits == FTH_BITS_8 || bits == FTH_BITS_16)) ||
        (kind == KIND_PFM && bits == FTH_BITS_HALF))
        return fth_fail(error, FTH_ERR_USAGE, "%s: this kind of file stores floats; take %s", path,
                        kind == KIND_EXR ? "half or float" : "float");
    if (!float_file && (bits == FTH_BITS_HALF || bits == FTH_BITS_FLOAT))
        return fth_fail(error, FTH_ERR_USAGE,
                        "%s: this kind of file stores whole numbers; take 8 or 16 bits, or .exr",
                        path);
    if (kind == KIND_JPEG && bits == FTH_BITS_16)
        return fth_fail(error, FTH_ERR_USAGE, "%s: JPEG stores 8 bits; take .png for 16", path);
    if (kind == KIND_JPEG && spec->alpha)
        *remark = "jpg: no alpha, the colour alone is written (.png and .tif keep it)";
    if (kind == KIND_PFM && spec->alpha)
        *remark = "pfm: no alpha, the colour alone is written (.exr keeps it)";
    return FTH_OK;
}

static enum AVPixelFormat pixel_format(enum kind kind, const struct fth_writer_spec *spec)
{
    bool wide = spec->bits != FTH_BITS_8, alpha = spec->alpha, grey = spec->grey;
    if (kind == KIND_JPEG)
        return AV_PIX_FMT_YUVJ444P;
    if (kind == KIND_PNG && grey)
        return alpha ? (wide ? AV_PIX_FMT_YA16BE : AV_PIX_FMT_YA8)
                     : (wide ? AV_PIX_FMT_GRAY16BE : AV_PIX_FMT_GRAY8);
    if (kind == KIND_PNG)
        return alpha ? (wide ? AV_PIX_FMT_RGBA64BE : AV_PIX_FMT_RGBA)
                     : (wide ? AV_PIX_FMT_RGB48BE : AV_PIX_FMT_RGB24);
    if (grey && !alpha)
        return wide ? AV_PIX_FMT_GRAY16LE : AV_PIX_FMT_GRAY8;
    return alpha ? (wide ? AV_PIX_FMT_RGBA64LE : AV_PIX_FMT_RGBA)
                 : (wide ? AV_PIX_FMT_RGB48LE : AV_PIX_FMT_RGB24);
}

static int open_encoder(AVCodecContext *codec, enum kind kind)
{
    codec->time_base = (AVRational){1, 25};
    codec->flags |= AV_CODEC_FLAG_BITEXACT; /* no versions in the file */
    codec->thread_count = 1;
    if (kind == KIND_JPEG) {
        /* the finest of libav's scale 1..31: about what others call quality 97 */
        codec->flags |= AV_CODEC_FLAG_QSCALE;
        codec->global_quality = FF_QP2LAMBDA;
        codec->qmin = codec->qmax = 1;
        codec->color_range = AVCOL_RANGE_JPEG;
    } else if (kind == KIND_PNG) {
        codec->compression_level = 4; /* a third of the time of 6, 3 % larger */
        av_opt_set(codec->priv_data, "pred", "paeth", 0);
    } else {
        av_opt_set(codec->priv_data, "compression_algo", "deflate", 0);
    }
    return avcodec_open2(codec, NULL, NULL);
}

static enum fth_status encode(AVCodecContext *codec, const struct fth_image *image, AVFrame *frame,
                              AVPacket *packet, const char *path, struct fth_error *error)
{
    frame->format = codec->pix_fmt;
    frame->width = codec->width;
    frame->height = codec->height;
    if (av_frame_get_buffer(frame, 0) < 0)
        return fth_fail_memory(error, (unsigned long long)codec->width * 8, path);
    if (codec->codec_id == AV_CODEC_ID_MJPEG) {
        frame->color_range = AVCOL_RANGE_JPEG;
        frame->colorspace = AVCOL_SPC_SMPTE170M; /* JFIF's matrix */
        frame->quality = codec->global_quality;
    }
    enum fth_status status = fth_image_frame(image, frame, error);
    if (status != FTH_OK)
        return status;
    int code = avcodec_send_frame(codec, frame);
    if (code >= 0)
        code = avcodec_send_frame(codec, NULL);
    if (code >= 0)
        code = avcodec_receive_packet(codec, packet);
    return code < 0 ? fth_av_fail(error, code, path, "cannot be encoded") : FTH_OK;
}

/* A grey JPEG has neutral chroma: G and B must then be R. */
static enum fth_status grey_image(const struct fth_image *image, struct fth_image **grey,
                                  struct fth_error *error)
{
    struct fth_plane *r = fth_image_plane(image, "R");
    enum fth_status status = fth_image_new_like(image, grey, error);
    if (status == FTH_OK && r)
        status = fth_image_set(*grey, "G", fth_plane_ref(r), error);
    if (status == FTH_OK && r)
        status = fth_image_set(*grey, "B", fth_plane_ref(r), error);
    return status;
}

static enum fth_status write_picture(const char *path, enum kind kind,
                                     const struct fth_image *image,
                                     const struct fth_writer_spec *spec, struct fth_error *error)
{
    static const enum AVCodecID ids[] = {[KIND_PNG] = AV_CODEC_ID_PNG,
                                         [KIND_JPEG] = AV_CODEC_ID_MJPEG,
                                         [KIND_TIFF] = AV_CODEC_ID_TIFF};
    fth_av_setup();
    const AVCodec *encoder = avcodec_find_encoder(ids[kind]);
    if (!encoder)
        return fth_fail(error, FTH_ERR_UNSUPPORTED, "%s: libav has no such encoder here", path);
    AVCodecContext *codec = avcodec_alloc_context3(encoder);
    AVFrame *frame = av_frame_alloc();
    AVPacket *packet = av_packet_alloc();
    struct fth_image *grey = NULL;
    enum fth_status status = FTH_OK;
    if (!codec || !frame || !packet)
        status = fth_fail_memory(error, sizeof(*codec), path);
    if (status == FTH_OK && kind == KIND_JPEG && spec->grey)
        status = grey_image(image, &grey, error);
    if (status == FTH_OK) {
        codec->width = image->format.width;
        codec->height = image->format.height;
        codec->pix_fmt = pixel_format(kind, spec);
        int code = open_encoder(codec, kind);
        status = code < 0 ? fth_av_fail(error, code, path, "cannot be encoded")
                          : encode(codec, grey ? grey : image, frame, packet, path, error);
    }
    if (status == FTH_OK)
        status = fth_file_write(path, packet->data, (size_t)packet->size, spec->overwrite, error);
    fth_image_unref(&grey);
    av_packet_free(&packet);
    av_frame_free(&frame);
    avcodec_free_context(&codec);
    return status;
}

static enum fth_status multiply_plane(const struct fth_image *image, const char *name,
                                      struct fth_image *made, struct fth_error *error)
{
    const struct fth_plane *colour = fth_image_plane(image, name);
    const struct fth_plane *alpha = fth_image_plane(image, "A");
    struct fth_plane *product = NULL;
    if (!colour)
        return FTH_OK;
    enum fth_status status = fth_plane_new(NULL, colour->rect, &product, error);
    if (status != FTH_OK)
        return status;
    fth_plane_copy(product, alpha, product->rect, 0);
    for (int32_t y = product->rect.y0; y < product->rect.y1; y++) {
        float *dst = fth_plane_at(product, product->rect.x0, y);
        const float *src = fth_plane_at(colour, product->rect.x0, y);
        for (int32_t x = 0; x < fth_rect_width(product->rect); x++)
            dst[x] *= src[x];
    }
    return fth_image_set(made, name, product, error);
}

static enum fth_status write_exr(const char *path, const struct fth_image *image,
                                 const struct fth_writer_spec *spec, struct fth_error *error)
{
    static const char *const none[] = {NULL};
    const char *all[FTH_LIMIT_PLANES + 1] = {NULL};
    struct fth_exr_write_options options = {.half_channels = spec->half_channels,
                                            .attributes = spec->attributes,
                                            .overwrite = spec->overwrite};
    struct fth_image *made = NULL;
    enum fth_status status = fth_image_new_like(image, &made, error);
    if (status != FTH_OK)
        return status;
    if (!spec->alpha) {
        fth_image_set(made, "A", NULL, NULL);
    } else if (!image->premultiplied && fth_image_plane(image, "A")) {
        static const char *const rgb[] = {"R", "G", "B"};
        for (int i = 0; i < 3 && status == FTH_OK; i++)
            status = multiply_plane(image, rgb[i], made, error);
    }
    for (int i = 0; i < made->channel_count; i++)
        all[i] = made->channels[i].name;
    if (spec->bits != FTH_BITS_DEFAULT)
        options.half_channels = spec->bits == FTH_BITS_HALF ? all : none;
    if (status == FTH_OK)
        status = fth_exr_write(path, made, &options, error);
    fth_image_unref(&made);
    return status;
}

enum fth_status fth_still_write(const char *path, const struct fth_image *image,
                                const struct fth_writer_spec *spec, struct fth_error *error)
{
    enum kind kind = KIND_PNG;
    enum fth_status status = kind_of(path, &kind, error);
    if (status != FTH_OK)
        return status;
    if (kind == KIND_EXR)
        return write_exr(path, image, spec, error);
    if (kind == KIND_PFM)
        return fth_pfm_write(path, image, spec->grey, spec->overwrite, error);
    return write_picture(path, kind, image, spec, error);
}
