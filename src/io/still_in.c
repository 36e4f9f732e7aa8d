/* SPDX-License-Identifier: Apache-2.0 */
/* Still pictures: told apart by their first bytes, decoded by libav from one packet that holds the
 * whole file, so that neither names nor demuxers have a say. */
#include "io/internal.h"

#include <string.h>
#include <unistd.h>

#include <libavcodec/avcodec.h>
#include <libavutil/imgutils.h>

#include "base/file.h"
#include "base/mem.h"
#include "io/av.h"
#include "io/depth_tags.h"

enum { SNIFF = 16 };
static const size_t file_limit = (size_t)1 << 30;

/* Deflate makes at best one bit of a thousand. Some packings have none at all for one colour, so
 * that pictures of no great size may be as small as they like; what claims more is damaged, and
 * would only cost memory. */
enum { PIXELS_A_BYTE = 10000, FREE_PIXELS = 16 << 20 };

struct signature {
    const char *bytes;
    int count, offset;
    enum fth_file_type type;
    enum AVCodecID codec;
};

static const struct signature signatures[] = {
    {"\x76\x2f\x31\x01", 4, 0, FTH_FILE_EXR, AV_CODEC_ID_NONE},
    {"PF\n", 3, 0, FTH_FILE_PFM, AV_CODEC_ID_NONE},
    {"PF ", 3, 0, FTH_FILE_PFM, AV_CODEC_ID_NONE},
    {"PF\r", 3, 0, FTH_FILE_PFM, AV_CODEC_ID_NONE},
    {"Pf\n", 3, 0, FTH_FILE_PFM, AV_CODEC_ID_NONE},
    {"Pf ", 3, 0, FTH_FILE_PFM, AV_CODEC_ID_NONE},
    {"Pf\r", 3, 0, FTH_FILE_PFM, AV_CODEC_ID_NONE},
    {"\x89PNG\r\n\x1a\n", 8, 0, FTH_FILE_PICTURE, AV_CODEC_ID_PNG},
    {"\xff\xd8\xff", 3, 0, FTH_FILE_PICTURE, AV_CODEC_ID_MJPEG},
    {"II\x2a\0", 4, 0, FTH_FILE_TIFF, AV_CODEC_ID_NONE},
    {"MM\0\x2a", 4, 0, FTH_FILE_TIFF, AV_CODEC_ID_NONE},
    {"II\x2b\0", 4, 0, FTH_FILE_TIFF, AV_CODEC_ID_NONE}, /* of more than 4 GiB */
    {"MM\0\x2b", 4, 0, FTH_FILE_TIFF, AV_CODEC_ID_NONE},
    {"BM", 2, 0, FTH_FILE_PICTURE, AV_CODEC_ID_BMP},
    {"WEBP", 4, 8, FTH_FILE_PICTURE, AV_CODEC_ID_WEBP},
    {"SDPX", 4, 0, FTH_FILE_PICTURE, AV_CODEC_ID_DPX},
    {"XPDS", 4, 0, FTH_FILE_PICTURE, AV_CODEC_ID_DPX},
    {"\0\0\0\x0cjP  ", 8, 0, FTH_FILE_PICTURE, AV_CODEC_ID_JPEG2000},
    {"P4\n", 3, 0, FTH_FILE_PICTURE, AV_CODEC_ID_PBM},
    {"P5\n", 3, 0, FTH_FILE_PICTURE, AV_CODEC_ID_PGM},
    {"P6\n", 3, 0, FTH_FILE_PICTURE, AV_CODEC_ID_PPM},
    {"P7\n", 3, 0, FTH_FILE_PICTURE, AV_CODEC_ID_PAM},
};

static const struct signature *find_signature(const void *bytes, size_t size)
{
    for (size_t i = 0; i < FTH_ARRAY_COUNT(signatures); i++) {
        const struct signature *s = &signatures[i];
        if (size >= (size_t)(s->offset + s->count) &&
            memcmp((const char *)bytes + s->offset, s->bytes, (size_t)s->count) == 0)
            return s;
    }
    return NULL;
}

enum fth_status fth_file_sniff(const char *path, enum fth_file_type *type, struct fth_error *error)
{
    int fd = -1;
    int64_t size = 0;
    char bytes[SNIFF];
    enum fth_status status = fth_file_open(path, &fd, &size, error);
    if (status != FTH_OK)
        return status;
    ssize_t count = pread(fd, bytes, sizeof(bytes), 0);
    close(fd);
    if (count < 0)
        return fth_fail(error, FTH_ERR_IO, "%s: cannot be read", path);
    if (size == 0)
        return fth_fail(error, FTH_ERR_DATA, "%s: the file is empty", path);
    const struct signature *found = find_signature(bytes, (size_t)count);
    *type = found ? found->type : FTH_FILE_OTHER;
    return FTH_OK;
}

static enum fth_status decode_packet(AVCodecContext *codec, AVPacket *packet, AVFrame *frame,
                                     const struct fth_decode *how, struct fth_error *error)
{
    const char *path = how->path;
    int code = avcodec_send_packet(codec, packet);
    if (code >= 0)
        code = avcodec_receive_frame(codec, frame);
    if (code == AVERROR(EAGAIN)) {
        code = avcodec_send_packet(codec, NULL);
        if (code >= 0)
            code = avcodec_receive_frame(codec, frame);
    }
    if (code == AVERROR(EINVAL) && codec->max_pixels == fth_buffers_most_pixels(how->buffers))
        return fth_fail(error, FTH_ERR_LIMIT,
                        "%s: more than %lld pixels, the limit; a larger --memory allows more (or "
                        "the picture is damaged)", path, (long long)codec->max_pixels);
    if (code == AVERROR(EINVAL))
        return fth_fail(error, FTH_ERR_DATA,
                        "%s: the picture is damaged, or says it is of more than %lld pixels, far "
                        "more than its %d bytes can hold", path, (long long)codec->max_pixels,
                        packet->size);
    if (code == AVERROR_EOF || code == AVERROR_INVALIDDATA)
        return fth_fail(error, FTH_ERR_DATA, "%s: the picture is damaged or cut short", path);
    return code < 0 ? fth_av_fail(error, code, path, "cannot be decoded") : FTH_OK;
}

static enum fth_status decode_bytes(const AVCodec *decoder, const void *bytes, size_t size,
                                    const struct fth_decode *how, AVFrame *frame,
                                    struct fth_error *error)
{
    AVCodecContext *codec = avcodec_alloc_context3(decoder);
    AVPacket *packet = av_packet_alloc();
    enum fth_status status = FTH_OK;
    if (!codec || !packet || av_new_packet(packet, (int)size) < 0) {
        status = fth_fail_memory(error, size, how->path);
    } else {
        memcpy(packet->data, bytes, size);
        fth_av_limit(codec, how->codec_threads);
        codec->max_pixels = FTH_MIN(fth_buffers_most_pixels(how->buffers),
                                    FREE_PIXELS + (int64_t)size * PIXELS_A_BYTE);
        codec->thread_type = FF_THREAD_SLICE;
        codec->err_recognition = AV_EF_EXPLODE; /* half a still is no still */
        int code = avcodec_open2(codec, decoder, NULL);
        if (code < 0)
            status = fth_av_fail(error, code, how->path, "cannot be decoded");
        else
            status = decode_packet(codec, packet, frame, how, error);
    }
    av_packet_free(&packet);
    avcodec_free_context(&codec);
    return status;
}

/* What a PNG says in its tEXt. */
static void take_tags(const AVFrame *frame, struct fth_image *image, struct fth_media_info *info)
{
    struct fth_depth_tags tags = {0};
    const AVDictionaryEntry *entry = NULL;
    while ((entry = av_dict_get(frame->metadata, "", entry, AV_DICT_IGNORE_SUFFIX)))
        fth_depth_tags_take(&tags, entry->key, entry->value);
    fth_depth_tags_apply(&tags, image);
    while (info && (entry = av_dict_get(frame->metadata, "", entry, AV_DICT_IGNORE_SUFFIX)))
        fth_colour_words_take(&info->footage, entry->key, entry->value);
}

/* Code points of a PNG's cICP, which stands before the pixels: chunks are length, name, data, sum.
 * This libav does not read it. */
static void take_code_points(const uint8_t *bytes, size_t size, struct fth_tags *tags)
{
    if (size < 8 || memcmp(bytes, "\x89PNG", 4) != 0)
        return;
    for (size_t at = 8; at + 12 <= size && memcmp(bytes + at + 4, "IDAT", 4) != 0;) {
        size_t length = (size_t)bytes[at] << 24 | (size_t)bytes[at + 1] << 16 |
                        (size_t)bytes[at + 2] << 8 | bytes[at + 3];
        if (length > size - at - 12)
            return;
        if (length == 4 && memcmp(bytes + at + 4, "cICP", 4) == 0) {
            tags->primaries = bytes[at + 8];
            tags->transfer = bytes[at + 9];
        }
        at += length + 12;
    }
}

enum fth_status fth_libav_picture_read(const struct fth_decode *decode, struct fth_media_info *info,
                                       struct fth_image **image, struct fth_error *error)
{
    void *bytes = NULL;
    size_t size = 0;
    enum fth_status status = fth_av_setup(decode->path, error);
    if (status == FTH_OK)
        status = fth_file_read(decode->path, file_limit, &bytes, &size, error);
    if (status != FTH_OK)
        return status;
    const struct signature *found = find_signature(bytes, size);
    const AVCodec *decoder = found ? avcodec_find_decoder(found->codec) : NULL;
    AVFrame *frame = av_frame_alloc();
    if (!frame)
        status = fth_fail_memory(error, sizeof(*frame), decode->path);
    else if (!decoder)
        status = fth_fail(error, FTH_ERR_UNSUPPORTED, "%s: no decoder for this kind of picture",
                          decode->path);
    else
        status = decode_bytes(decoder, bytes, size, decode, frame, error);
    struct fth_decode still = *decode;
    still.still = true;
    if (status == FTH_OK)
        status = fth_frame_image(frame, NULL, &still, info, image, error);
    if (status == FTH_OK)
        take_tags(frame, *image, info);
    if (status == FTH_OK && info)
        take_code_points(bytes, size, &info->footage.tags);
    fth_free(bytes);
    av_frame_free(&frame);
    if (status == FTH_OK && info) {
        strncpy(info->codec, decoder->name, sizeof(info->codec) - 1);
        strncpy(info->container, decoder->name, sizeof(info->container) - 1);
    }
    return status;
}

enum fth_status fth_still_read(const char *path, const struct fth_decode *decode,
                               struct fth_media_info *info, struct fth_image **image,
                               struct fth_error *error)
{
    struct fth_decode how = *decode;
    how.path = path;
    enum fth_file_type type;
    enum fth_status status = fth_file_sniff(path, &type, error);
    if (status != FTH_OK)
        return status;
    switch (type) {
    case FTH_FILE_EXR: return fth_exr_still_read(&how, info, image, error);
    case FTH_FILE_TIFF: return fth_tiff_read(&how, info, image, error);
    case FTH_FILE_PFM: status = fth_pfm_read(&how, info, image, error); break;
    case FTH_FILE_PICTURE: status = fth_libav_picture_read(&how, info, image, error); break;
    case FTH_FILE_OTHER:
        return fth_fail(error, FTH_ERR_DATA, "%s: not a picture that can be read here", path);
    }
    if (status == FTH_OK && (*image)->depth_encoding == FTH_ENCODED_UNKNOWN)
        status = fth_depth_sidecar_read(path, *image, error);
    if (status != FTH_OK)
        fth_image_unref(image);
    return status;
}

void fth_info_from_image(struct fth_media_info *info, const struct fth_image *image)
{
    info->format = image->format;
    info->depth_encoding = image->depth_encoding;
    info->near_m = image->near_m;
    info->far_m = image->far_m;
    info->range_is_given = image->range_is_given;
    info->has_alpha = fth_image_plane(image, "A") != NULL;
    info->is_premultiplied = image->premultiplied;
    info->channel_count = image->channel_count;
    for (int i = 0; i < image->channel_count; i++)
        memcpy(info->channels[i], image->channels[i].name, FTH_LIMIT_NAME);
}
