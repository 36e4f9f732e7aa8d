/* SPDX-License-Identifier: Apache-2.0 */
/* Planes of floats as frames for libav's encoders: our own matrix, rounding and chroma filter, for
 * every integer format an encoder of ours takes (grey, RGB and YUV 4:4:4 or 4:2:0, 8 to 16 bits,
 * packed or planar, with alpha or without). */
#include "io/internal.h"

#include <string.h>

#include <libavutil/frame.h>
#include <libavutil/pixdesc.h>

#include "base/mem.h"

struct pack {
    const struct fth_image *image;
    AVFrame *frame;
    const AVPixFmtDescriptor *desc;
    bool grey, yuv, alpha;
    float kr, kg, kb;
    float *row[8]; /* R G B A of a row, then Y U V, then a sum of chroma */
};

/* A channel's row over the format, NaN as 0, within 0..1; `missing` where there is no plane. */
static void take_row(const struct pack *p, const char *name, int32_t y, float missing, float *dst)
{
    const struct fth_plane *plane = fth_image_plane(p->image, name);
    int32_t width = p->image->format.width;
    for (int32_t x = 0; x < width; x++)
        dst[x] = plane ? 0 : missing;
    if (!plane)
        return;
    struct fth_rect row = {0, y, width, y + 1};
    row = fth_rect_intersect(row, fth_rect_intersect(plane->rect, p->image->domain));
    const float *src = fth_rect_empty(row) ? NULL : fth_plane_at(plane, row.x0, y);
    for (int32_t x = row.x0; x < row.x1; x++) {
        float v = src[x - row.x0];
        dst[x] = v > 0 ? FTH_MIN(v, 1.0f) : 0; /* false for NaN */
    }
}

/* By the unclamped colour it would differ only where colour exceeds alpha, which no matte does. */
static void unpremultiply(const struct pack *p)
{
    const float *a = p->row[3];
    for (int c = 0; c < 3; c++)
        for (int32_t x = 0; x < p->image->format.width; x++) {
            float v = a[x] > 0 ? p->row[c][x] / a[x] : 0;
            p->row[c][x] = FTH_MIN(v, 1.0f);
        }
}

static void take_rows(const struct pack *p, int32_t y)
{
    take_row(p, "R", y, 0, p->row[0]);
    if (!p->grey) {
        take_row(p, "G", y, 0, p->row[1]);
        take_row(p, "B", y, 0, p->row[2]);
    }
    if (!p->alpha)
        return;
    take_row(p, "A", y, 1, p->row[3]);
    if (p->image->premultiplied && !p->grey)
        unpremultiply(p);
}

static void to_yuv(const struct pack *p)
{
    const float *r = p->row[0], *g = p->row[1], *b = p->row[2];
    float scale_u = 1 / (2 * (1 - p->kb)), scale_v = 1 / (2 * (1 - p->kr));
    for (int32_t x = 0; x < p->image->format.width; x++) {
        float luma = p->kr * r[x] + p->kg * g[x] + p->kb * b[x];
        p->row[4][x] = luma;
        p->row[5][x] = (b[x] - luma) * scale_u;
        p->row[6][x] = (r[x] - luma) * scale_v;
    }
}

/* src * range + offset, rounded, as the codes of one component's row. */
static void put_codes(const struct pack *p, int component, int32_t y, const float *src,
                      int32_t count, float range, float offset)
{
    const AVComponentDescriptor *c = &p->desc->comp[component];
    uint8_t *dst = p->frame->data[c->plane] + (ptrdiff_t)y * p->frame->linesize[c->plane] +
                   c->offset;
    float top = (float)((1 << c->depth) - 1);
    bool big = p->desc->flags & AV_PIX_FMT_FLAG_BE;
    for (int32_t x = 0; x < count; x++, dst += c->step) {
        float v = src[x] * range + offset;
        unsigned code = (unsigned)(FTH_MIN(FTH_MAX(v, 0.0f), top) + 0.5f);
        if (c->depth <= 8) {
            dst[0] = (uint8_t)code;
        } else {
            dst[big ? 1 : 0] = (uint8_t)code;
            dst[big ? 0 : 1] = (uint8_t)(code >> 8);
        }
    }
}

static void put_chroma(const struct pack *p, int component, int32_t y, const float *src,
                       int32_t count)
{
    int depth = p->desc->comp[0].depth;
    bool full = p->frame->color_range == AVCOL_RANGE_JPEG;
    float unit = (float)(1 << depth) / 256, top = (float)((1 << depth) - 1);
    put_codes(p, component, y, src, count, full ? top : 224 * unit, 128 * unit);
}

/* dst: every second sample, at the place of the left luma pixel: weights 1 2 1. */
static void halve_row(const float *src, int32_t width, float *dst)
{
    for (int32_t x = 0; x < width; x += 2) {
        float left = src[x > 0 ? x - 1 : 0], right = src[x + 1 < width ? x + 1 : x];
        dst[x / 2] = 0.25f * left + 0.5f * src[x] + 0.25f * right;
    }
}

/* Chroma of rows y and y + 1 together (4:2:0); their luma is written by the caller. */
static void put_halved_chroma(const struct pack *p, int32_t y)
{
    int32_t width = p->image->format.width, other = FTH_MIN(y + 1, p->image->format.height - 1);
    for (int c = 1; c <= 2; c++) {
        take_rows(p, y);
        to_yuv(p);
        memcpy(p->row[7], p->row[4 + c], (size_t)width * sizeof(float));
        take_rows(p, other);
        to_yuv(p);
        for (int32_t x = 0; x < width; x++)
            p->row[7][x] = 0.5f * (p->row[7][x] + p->row[4 + c][x]);
        halve_row(p->row[7], width, p->row[4]);
        put_chroma(p, c, y / 2, p->row[4], (width + 1) / 2);
    }
}

static void pack_row(const struct pack *p, int32_t y)
{
    int32_t width = p->image->format.width;
    int depth = p->desc->comp[0].depth;
    float top = (float)((1 << depth) - 1), unit = (float)(1 << depth) / 256;
    bool full = p->frame->color_range == AVCOL_RANGE_JPEG;
    if (p->yuv && p->desc->log2_chroma_h && y % 2 == 0)
        put_halved_chroma(p, y);
    take_rows(p, y);
    if (p->yuv) {
        to_yuv(p);
        put_codes(p, 0, y, p->row[4], width, full ? top : 219 * unit, full ? 0 : 16 * unit);
        if (!p->desc->log2_chroma_h) {
            put_chroma(p, 1, y, p->row[5], width);
            put_chroma(p, 2, y, p->row[6], width);
        }
    } else {
        for (int c = 0; c < (p->grey ? 1 : 3); c++)
            put_codes(p, c, y, p->row[c], width, top, 0);
    }
    if (p->alpha)
        put_codes(p, p->desc->nb_components - 1, y, p->row[3], width, top, 0);
}

enum fth_status fth_image_frame(const struct fth_image *image, struct AVFrame *frame,
                                struct fth_error *error)
{
    const AVPixFmtDescriptor *desc = av_pix_fmt_desc_get(frame->format);
    bool rgb = desc->flags & AV_PIX_FMT_FLAG_RGB;
    struct pack p = {.image = image, .frame = frame, .desc = desc,
                     .grey = desc->nb_components <= 2, .yuv = desc->nb_components > 2 && !rgb,
                     .alpha = desc->flags & AV_PIX_FMT_FLAG_ALPHA};
    double kr = 0.2126, kb = 0.0722;
    fth_luma_weights(frame->colorspace, &kr, &kb);
    p.kr = (float)kr, p.kg = (float)(1 - kr - kb), p.kb = (float)kb;
    size_t width = (size_t)image->format.width;
    float *floats = fth_alloc(width * 8, sizeof(float));
    if (!floats)
        return fth_fail_memory(error, width * 32, "a row of the frame");
    for (size_t i = 0; i < 8; i++)
        p.row[i] = floats + i * width;
    for (int32_t y = 0; y < image->format.height; y++)
        pack_row(&p, y);
    fth_free(floats);
    return FTH_OK;
}
