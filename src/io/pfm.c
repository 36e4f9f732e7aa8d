/* SPDX-License-Identifier: Apache-2.0 */
/* PFM: "PF" (colour) or "Pf" (grey), width, height, scale (negative: little-endian), then rows of
 * floats from the bottom up. */
#include "io/pfm.h"

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "io/internal.h"

static const size_t file_limit = (size_t)FTH_LIMIT_PIXELS * 12 + 256;

/* The next word of the header into `word`; *at goes past it and one white space. */
static bool next_word(const char *bytes, size_t size, size_t *at, char word[32])
{
    size_t i = *at, n = 0;
    while (i < size && strchr(" \t\r\n", bytes[i]) && bytes[i])
        i++;
    while (i < size && n < 31 && bytes[i] && !strchr(" \t\r\n", bytes[i]))
        word[n++] = bytes[i++];
    word[n] = '\0';
    *at = i + 1;
    return n > 0 && i < size;
}

static float read_float(const unsigned char *p, bool little)
{
    uint32_t bits = 0;
    for (int i = 0; i < 4; i++)
        bits |= (uint32_t)p[i] << (little ? 8 * i : 24 - 8 * i);
    float value;
    memcpy(&value, &bits, sizeof(value));
    return value;
}

struct header {
    int64_t width, height;
    int channel_count;
    bool little;
    size_t data_at;
};

static enum fth_status parse_header(const char *bytes, size_t size,
                                    const struct fth_decode *decode, struct header *header,
                                    struct fth_error *error)
{
    const char *path = decode->path;
    char kind[32], width[32], height[32], scale[32];
    struct header h = {0};
    double factor = 0;
    if (!next_word(bytes, size, &h.data_at, kind) || !next_word(bytes, size, &h.data_at, width) ||
        !next_word(bytes, size, &h.data_at, height) || !next_word(bytes, size, &h.data_at, scale) ||
        !fth_parse_int(width, &h.width) || !fth_parse_int(height, &h.height) ||
        !fth_parse_double(scale, &factor) || factor == 0)
        return fth_fail(error, FTH_ERR_DATA, "%s: the header of this PFM is damaged", path);
    h.channel_count = kind[1] == 'F' ? 3 : 1;
    h.little = factor < 0;
    enum fth_status status = fth_decode_check(decode, h.width, h.height, error);
    if (status != FTH_OK)
        return status;
    uint64_t need = (uint64_t)h.width * (uint64_t)h.height * (uint64_t)h.channel_count * 4;
    if (h.data_at > size || size - h.data_at < need)
        return fth_fail(error, FTH_ERR_DATA, "%s: the file is cut short", path);
    *header = h;
    return FTH_OK;
}

static enum fth_status read_planes(const unsigned char *data, const struct header *h,
                                   struct fth_buffers *buffers, struct fth_image *image,
                                   struct fth_error *error)
{
    static const char *const names[] = {"R", "G", "B"};
    for (int c = 0; c < 3; c++) {
        struct fth_plane *plane = NULL;
        if (c >= h->channel_count) {
            plane = fth_plane_ref(image->channels[0].plane);
        } else {
            enum fth_status status = fth_plane_new(buffers, image->domain, &plane, error);
            if (status != FTH_OK)
                return status;
            for (int32_t y = 0; y < h->height; y++) {
                const unsigned char *src =
                    data + 4 * ((size_t)(h->height - 1 - y) * (size_t)h->width *
                                    (size_t)h->channel_count + (size_t)c);
                float *dst = fth_plane_at(plane, 0, y);
                for (int64_t x = 0; x < h->width; x++)
                    dst[x] = read_float(src + 4 * x * h->channel_count, h->little);
            }
        }
        enum fth_status status = fth_image_set(image, names[c], plane, error);
        if (status != FTH_OK)
            return status;
    }
    return FTH_OK;
}

enum fth_status fth_pfm_read(const struct fth_decode *decode, struct fth_media_info *info,
                             struct fth_image **image, struct fth_error *error)
{
    void *bytes = NULL;
    size_t size = 0;
    struct header header = {0};
    struct fth_image *made = NULL;
    enum fth_status status = fth_file_read(decode->path, file_limit, &bytes, &size, error);
    if (status == FTH_OK)
        status = parse_header(bytes, size, decode, &header, error);
    if (status == FTH_OK) {
        struct fth_format format = {(int32_t)header.width, (int32_t)header.height, 1};
        status = fth_image_new(format, fth_format_rect(format), &made, error);
    }
    if (status == FTH_OK)
        status = read_planes((unsigned char *)bytes + header.data_at, &header, decode->buffers,
                             made, error);
    fth_free(bytes);
    if (status != FTH_OK) {
        fth_image_unref(&made);
        return status;
    }
    made->premultiplied = true;
    if (info) {
        info->bits = 32;
        info->is_float = true;
        strcpy(info->codec, "pfm");
        strcpy(info->container, "pfm");
    }
    *image = made;
    return FTH_OK;
}

enum fth_status fth_pfm_write(const char *path, const struct fth_image *image, bool grey,
                              bool overwrite, struct fth_error *error)
{
    const struct fth_plane *planes[4];
    size_t channels = grey ? 1 : 3, width = (size_t)image->format.width, row = 0, size = 0;
    char header[64];
    int length = snprintf(header, sizeof(header), "%s\n%d %d\n-1.0\n", grey ? "Pf" : "PF",
                          image->format.width, image->format.height);
    if (!fth_multiply_size(width, channels * 4, &row) ||
        !fth_multiply_size(row, (size_t)image->format.height, &size))
        return fth_fail(error, FTH_ERR_LIMIT, "%s: too large", path);
    char *bytes = fth_alloc(size + (size_t)length, 1);
    if (!bytes)
        return fth_fail_memory(error, size, path);
    memcpy(bytes, header, (size_t)length);
    fth_image_colours(image, planes);
    for (size_t c = 0; c < channels; c++) {
        const struct fth_plane *plane = planes[c];
        for (int32_t y = 0; plane && y < image->format.height; y++) {
            char *dst = bytes + length + (size_t)(image->format.height - 1 - y) * row + c * 4;
            struct fth_rect line = {0, y, image->format.width, y + 1};
            line = fth_rect_intersect(line, fth_rect_intersect(plane->rect, image->domain));
            for (int32_t x = line.x0; x < line.x1; x++)
                memcpy(dst + (size_t)x * channels * 4, fth_plane_at(plane, x, y), 4);
        }
    }
    enum fth_status status = fth_file_write(path, bytes, size + (size_t)length, overwrite, error);
    fth_free(bytes);
    return status;
}
