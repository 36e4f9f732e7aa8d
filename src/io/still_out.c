/* SPDX-License-Identifier: Apache-2.0 */
/* Stills: made in memory and then put into place. JPEG through libav, the rest through our own. */
#include "io/internal.h"

#include <stdio.h>
#include <string.h>

#include <libavcodec/avcodec.h>
#include <libavutil/pixdesc.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "io/av.h"
#include "io/depth_tags.h"
#include "io/exr.h"
#include "io/pfm.h"
#include "io/still_pack.h"
#include "ops/kernels.h"

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
    bool float_bits = bits == FTH_BITS_HALF || bits == FTH_BITS_FLOAT;
    if ((float_file && (bits == FTH_BITS_8 || bits == FTH_BITS_16)) ||
        (kind == KIND_PFM && bits == FTH_BITS_HALF))
        return fth_fail(error, FTH_ERR_USAGE, "%s: this kind of file stores floats; take %s", path,
                        kind == KIND_EXR ? "half or float" : "float");
    if (!float_file && kind != KIND_TIFF && float_bits)
        return fth_fail(error, FTH_ERR_USAGE,
                        "%s: this kind of file stores whole numbers; take 8 or 16 bits, or .exr "
                        "or .tif",
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

/* The step of libav's scale 1..31 for a quality as most programs count it: both are factors on the
 * same table, theirs 200 - 2 q per cent (5000 / q below 50), and libav's finest is their 97. */
static int quantiser(int quality)
{
    int percent = quality >= 50 ? 200 - 2 * quality : 5000 / (quality > 0 ? quality : 100);
    int step = quality > 0 ? (percent + 3) / 6 : 1;
    return step < 1 ? 1 : step > 31 ? 31 : step;
}

static int open_encoder(AVCodecContext *codec, const AVFrame *frame, int step)
{
    codec->time_base = (AVRational){1, 25};
    codec->flags |= AV_CODEC_FLAG_BITEXACT; /* no versions in the file */
    codec->thread_count = 1;
    codec->width = frame->width;
    codec->height = frame->height;
    codec->pix_fmt = frame->format;
    codec->flags |= AV_CODEC_FLAG_QSCALE;
    codec->global_quality = step * FF_QP2LAMBDA;
    codec->qmin = codec->qmax = step;
    codec->color_range = AVCOL_RANGE_JPEG;
    return avcodec_open2(codec, NULL, NULL);
}

static enum fth_status write_jpeg(AVFrame *frame, const char *path,
                                  const struct fth_writer_spec *spec, struct fth_error *error)
{
    const AVCodec *encoder = avcodec_find_encoder(AV_CODEC_ID_MJPEG);
    if (!encoder)
        return fth_fail(error, FTH_ERR_UNSUPPORTED, "%s: libav has no such encoder here", path);
    AVCodecContext *codec = avcodec_alloc_context3(encoder);
    AVPacket *packet = av_packet_alloc();
    int step = quantiser(spec->quality);
    int code = codec && packet ? open_encoder(codec, frame, step) : AVERROR(ENOMEM);
    frame->quality = step * FF_QP2LAMBDA;
    if (code >= 0)
        code = avcodec_send_frame(codec, frame);
    if (code >= 0)
        code = avcodec_send_frame(codec, NULL);
    if (code >= 0)
        code = avcodec_receive_packet(codec, packet);
    enum fth_status status =
        code < 0 ? fth_av_fail(error, code, path, "cannot be encoded")
                 : fth_file_write(path, packet->data, (size_t)packet->size, spec->overwrite, error);
    av_packet_free(&packet);
    avcodec_free_context(&codec);
    return status;
}

static enum fth_status write_packed(const AVFrame *frame, enum kind kind, const char *path,
                                    const struct fth_writer_spec *spec, struct fth_error *error)
{
    const AVPixFmtDescriptor *desc = av_pix_fmt_desc_get(frame->format);
    struct fth_pixels pixels = {frame->data[0], frame->linesize[0], frame->width, frame->height,
                                desc->nb_components, desc->comp[0].depth / 8,
                                .tags = spec->footage.tags, .texts = spec->attributes};
    void *bytes = NULL;
    size_t size = 0;
    enum fth_status status =
        kind == KIND_PNG ? fth_png_pack(&pixels, spec->pool, path, &bytes, &size, error)
                         : fth_tiff_pack(&pixels, spec->pool, path, &bytes, &size, error);
    if (status == FTH_OK)
        status = fth_file_write(path, bytes, size, spec->overwrite, error);
    fth_free(bytes);
    return status;
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
    struct fth_image *grey = NULL;
    enum fth_status status = fth_av_setup(path, error);
    if (status != FTH_OK)
        return status;
    AVFrame *frame = av_frame_alloc();
    if (frame) {
        frame->format = pixel_format(kind, spec);
        frame->width = image->format.width;
        frame->height = image->format.height;
        frame->color_range = AVCOL_RANGE_JPEG;
        frame->colorspace = AVCOL_SPC_SMPTE170M; /* JFIF's matrix */
    }
    if (!frame || av_frame_get_buffer(frame, 0) < 0)
        status = fth_fail_memory(error, (unsigned long long)image->format.width * 8, path);
    if (status == FTH_OK && kind == KIND_JPEG && spec->grey)
        status = grey_image(image, &grey, error);
    if (status == FTH_OK)
        status = fth_image_frame(grey ? grey : image, spec->pool, frame, error);
    if (status == FTH_OK && kind == KIND_JPEG)
        status = write_jpeg(frame, path, spec, error);
    else if (status == FTH_OK)
        status = write_packed(frame, kind, path, spec, error);
    fth_image_unref(&grey);
    av_frame_free(&frame);
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

/* `image` as float files have it: without an alpha that is not wanted, colours multiplied. */
static enum fth_status float_image(const struct fth_image *image,
                                   const struct fth_writer_spec *spec, struct fth_image **made,
                                   struct fth_error *error)
{
    enum fth_status status = fth_image_new_like(image, made, error);
    if (status == FTH_OK && !spec->alpha) {
        fth_image_set(*made, "A", NULL, NULL);
    } else if (status == FTH_OK && !image->premultiplied && !image->alpha_is_key &&
               fth_image_plane(image, "A")) {
        static const char *const rgb[] = {"R", "G", "B"};
        for (int i = 0; i < 3 && status == FTH_OK; i++)
            status = multiply_plane(image, rgb[i], *made, error);
    }
    return status;
}

/* Row y of the planes side by side; what a plane does not hold is 0. */
static void weave_row(const struct fth_image *image, const struct fth_plane *const planes[4],
                      const struct fth_pixels *pixels, int32_t y)
{
    const struct fth_kernels *k = fth_kernels();
    uint8_t *row = (uint8_t *)(uintptr_t)pixels->data + y * pixels->stride;
    size_t bytes = (size_t)pixels->bytes, step = bytes * (size_t)pixels->channels;
    memset(row, 0, step * (size_t)pixels->width);
    for (int c = 0; c < pixels->channels; c++) {
        const struct fth_plane *plane = planes[c];
        struct fth_rect line = {0, y, pixels->width, y + 1};
        if (plane)
            line = fth_rect_intersect(line, fth_rect_intersect(plane->rect, image->domain));
        for (int32_t x = line.x0; plane && x < line.x1; x++) {
            const float *value = fth_plane_at(plane, x, y);
            uint16_t half;
            if (bytes == 2)
                k->to_half(&half, value, 1);
            memcpy(row + (size_t)x * step + (size_t)c * bytes, bytes == 2 ? (void *)&half : value,
                   bytes);
        }
    }
}

static enum fth_status write_float_tiff(const char *path, const struct fth_image *image,
                                        const struct fth_writer_spec *spec,
                                        struct fth_error *error)
{
    const struct fth_plane *all[4], *planes[4];
    bool alpha = spec->alpha && fth_image_plane(image, "A");
    struct fth_pixels pixels = {.width = image->format.width, .height = image->format.height,
                                .channels = (spec->grey ? 1 : 3) + alpha,
                                .bytes = spec->bits == FTH_BITS_HALF ? 2 : 4, .is_float = true,
                                .is_straight = image->alpha_is_key, .texts = spec->attributes};
    struct fth_image *made = NULL;
    void *bytes = NULL;
    size_t size = 0;
    pixels.stride = (ptrdiff_t)pixels.width * pixels.channels * pixels.bytes;
    uint8_t *rows = fth_alloc((size_t)pixels.height, (size_t)pixels.stride);
    pixels.data = rows;
    enum fth_status status = float_image(image, spec, &made, error);
    if (status == FTH_OK && !rows)
        status = fth_fail_memory(error, (size_t)pixels.height * (size_t)pixels.stride, path);
    if (status == FTH_OK) {
        fth_image_colours(made, all);
        for (int c = 0; c < pixels.channels; c++)
            planes[c] = all[alpha && c == pixels.channels - 1 ? 3 : c];
        for (int32_t y = 0; y < pixels.height; y++)
            weave_row(made, planes, &pixels, y);
        status = fth_tiff_pack(&pixels, spec->pool, path, &bytes, &size, error);
    }
    if (status == FTH_OK)
        status = fth_file_write(path, bytes, size, spec->overwrite, error);
    fth_free(bytes);
    fth_free(rows);
    fth_image_unref(&made);
    return status;
}

static enum fth_status write_exr(const char *path, const struct fth_image *image,
                                 const struct fth_writer_spec *spec, struct fth_error *error)
{
    static const char *const none[] = {NULL};
    const char *all[FTH_LIMIT_PLANES + 1] = {NULL};
    const float *xy = spec->footage.chromaticities;
    struct fth_exr_write_options options = {.half_channels = spec->half_channels,
                                            .chromaticities = xy[1] > 0 ? xy : NULL,
                                            .attributes = spec->attributes,
                                            .compression = spec->compression,
                                            .overwrite = spec->overwrite,
                                            .split = spec->split,
                                            .pool = spec->pool};
    struct fth_image *made = NULL;
    enum fth_status status = float_image(image, spec, &made, error);
    for (int i = 0; made && i < made->channel_count; i++)
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
    if (kind == KIND_TIFF && (spec->bits == FTH_BITS_HALF || spec->bits == FTH_BITS_FLOAT))
        return write_float_tiff(path, image, spec, error);
    bool beside = spec->sidecar && (kind == KIND_PFM || kind == KIND_JPEG);
    if (beside && !spec->overwrite)
        status = fth_depth_sidecar_check(path, error);
    if (status != FTH_OK)
        return status;
    if (kind == KIND_PFM)
        status = fth_pfm_write(path, image, spec->grey, spec->overwrite, error);
    else
        status = write_picture(path, kind, image, spec, error);
    if (status == FTH_OK && (kind == KIND_PFM || kind == KIND_JPEG))
        status = fth_depth_sidecar_write(path, beside ? spec->attributes : NULL, spec->overwrite,
                                         error);
    return status;
}
