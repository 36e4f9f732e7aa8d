/* SPDX-License-Identifier: Apache-2.0 */
/* Planes of floats as frames for libav's encoders: our own matrix, rounding and chroma filter, for
 * every integer format we write (grey, RGB and YUV 4:4:4, 4:2:2 or 4:2:0, 8 to 16 bits,
 * packed or planar, with alpha or without). Blocks of rows go over the pool; what is written of a
 * row depends on that row (and, for halved chroma, on its pair) alone. */
#include "io/internal.h"

#include <stdatomic.h>
#include <string.h>

#include <libavutil/frame.h>
#include <libavutil/pixdesc.h>

#include "base/mem.h"
#include "ops/kernels.h"

/* Rows of a block are even in number: a pair that shares its chroma is never parted. PAD floats lie
 * before and behind a row, for the chroma filter. */
enum { BLOCK_ROWS = 16, PAD = 16, SCRATCH_ROWS = 11 };

struct pack {
    const struct fth_image *image;
    const struct fth_kernels *kernels;
    AVFrame *frame;
    const AVPixFmtDescriptor *desc;
    const struct fth_plane *planes[4]; /* R G B A; NULL: 0, of A 1 */
    bool grey, yuv, alpha, unpremultiply;
    bool weaves; /* four bytes a pixel */
    float yuv_weights[8]; /* see the kernel to_yuv */
    atomic_bool failed;
};

/* The working rows of one block. */
struct scratch {
    float *colour[4], *yuv[2][3], *halved;
    uint16_t *codes;
    size_t stride; /* of each of them, floats */
};

void fth_image_colours(const struct fth_image *image, const struct fth_plane *planes[4])
{
    static const char *const names[] = {"R", "G", "B", "A"};
    static const char *const others[] = {"disparity", "depth", "Z", "Y"};
    for (int i = 0; i < 4; i++)
        planes[i] = fth_image_plane(image, names[i]);
    if (planes[0] || planes[1] || planes[2])
        return;
    const struct fth_plane *grey = NULL;
    for (size_t i = 0; i < FTH_ARRAY_COUNT(others) && !grey; i++)
        grey = fth_image_plane(image, others[i]);
    if (!grey && image->channel_count > 0)
        grey = image->channels[0].plane;
    planes[0] = planes[1] = planes[2] = grey;
}

/* A channel's row over the format: the plane's own where it holds all of it, else put together in
 * `scratch`, with 0 where nothing exists. */
static const float *find_row(const struct pack *p, int channel, int32_t y, float *scratch)
{
    const struct fth_plane *plane = p->planes[channel];
    int32_t width = p->image->format.width;
    if (!plane) {
        p->kernels->fill(scratch, channel == 3 ? 1 : 0, (size_t)width);
        return scratch;
    }
    struct fth_rect whole = {0, y, width, y + 1};
    struct fth_rect row = fth_rect_intersect(plane->rect, p->image->domain);
    row = fth_rect_intersect(whole, row);
    if (fth_rect_equal(row, whole))
        return fth_plane_at(plane, 0, y);
    p->kernels->fill(scratch, 0, (size_t)width);
    if (!fth_rect_empty(row))
        memcpy(scratch + row.x0, fth_plane_at(plane, row.x0, y),
               (size_t)(row.x1 - row.x0) * sizeof(float));
    return scratch;
}

/* The colours of a row, straight. For the matrix and the division they must be numbers within 0..1;
 * codes that are taken from them as they are need no such care, rounding has it. */
static void find_colours(const struct pack *p, int32_t y, const struct scratch *s,
                         const float *rows[4])
{
    const struct fth_kernels *k = p->kernels;
    size_t width = (size_t)p->image->format.width;
    if (p->alpha)
        rows[3] = find_row(p, 3, y, s->colour[3]);
    if (p->unpremultiply) {
        k->clamp(s->colour[3], rows[3], 0, 1, width);
        rows[3] = s->colour[3];
    }
    for (int c = 0; c < (p->grey ? 1 : 3); c++) {
        rows[c] = find_row(p, c, y, s->colour[c]);
        if (!p->yuv && !p->unpremultiply)
            continue;
        k->clamp(s->colour[c], rows[c], 0, 1, width);
        rows[c] = s->colour[c];
        if (p->unpremultiply)
            k->unpremultiply(s->colour[c], rows[c], rows[3], width);
        if (p->unpremultiply && p->yuv)
            k->clamp(s->colour[c], rows[c], 0, 1, width);
    }
}

static void weave_bytes(uint8_t *restrict dst, int step, const uint8_t *restrict codes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        dst[i * (size_t)step] = codes[i];
}

static void weave_words(uint8_t *restrict dst, int step, const uint16_t *restrict codes, bool big,
                        size_t n)
{
    for (size_t i = 0; i < n; i++) {
        uint16_t code = codes[i];
        if (big)
            code = (uint16_t)(code << 8 | code >> 8);
        memcpy(dst + i * (size_t)step, &code, 2);
    }
}

/* Floats of 0..1 as the codes of one component's row. */
static void put_codes(const struct pack *p, const struct scratch *s, int component, int32_t y,
                      const float *src, int32_t count)
{
    const AVComponentDescriptor *c = &p->desc->comp[component];
    uint8_t *dst = p->frame->data[c->plane] + (ptrdiff_t)y * p->frame->linesize[c->plane] +
                   c->offset;
    float top = (float)((1 << c->depth) - 1);
    bool big = p->desc->flags & AV_PIX_FMT_FLAG_BE;
    size_t n = (size_t)count;
    if (c->depth <= 8) {
        uint8_t *codes = c->step == 1 ? dst : (uint8_t *)s->codes;
        p->kernels->to_u8(codes, src, top, n);
        if (codes != dst)
            weave_bytes(dst, c->step, codes, n);
    } else {
        uint16_t *codes = c->step == 2 && !big ? (uint16_t *)(void *)dst : s->codes;
        p->kernels->to_u16(codes, src, top, n);
        if (codes == s->codes)
            weave_words(dst, c->step, codes, big, n);
    }
}

/* Chroma of a pair of rows, at the place of the left luma pixel: weights 1 2 1 across; the mean
 * down (4:2:0) or a row each (4:2:2). */
static void put_halved(const struct pack *p, const struct scratch *s, int32_t y, bool paired)
{
    int32_t width = p->image->format.width, half = (width + 1) / 2;
    for (int c = 1; c <= 2; c++) {
        for (int i = 0; i <= paired; i++) {
            s->yuv[i][c][-1] = s->yuv[i][c][0];
            s->yuv[i][c][width] = s->yuv[i][c][width - 1];
        }
        if (p->desc->log2_chroma_h) {
            p->kernels->halve_chroma(s->halved, s->yuv[0][c], s->yuv[paired][c], (size_t)half);
            put_codes(p, s, c, y / 2, s->halved, half);
            continue;
        }
        for (int i = 0; i <= paired; i++) {
            p->kernels->halve_chroma(s->halved, s->yuv[i][c], s->yuv[i][c], (size_t)half);
            put_codes(p, s, c, y + i, s->halved, half);
        }
    }
}

static void put_alpha(const struct pack *p, const struct scratch *s, int32_t y, const float *src)
{
    if (p->alpha)
        put_codes(p, s, p->desc->nb_components - 1, y, src, p->image->format.width);
}

/* The rows y and, where there is one, y + 1. */
static void pack_yuv(const struct pack *p, const struct scratch *s, int32_t y, int32_t end)
{
    int32_t width = p->image->format.width;
    bool paired = y + 1 < end;
    for (int i = 0; i <= paired; i++) {
        const float *rows[4];
        find_colours(p, y + i, s, rows);
        p->kernels->to_yuv(s->yuv[i], rows, p->yuv_weights, (size_t)width);
        int count = p->desc->log2_chroma_w ? 1 : 3;
        for (int c = 0; c < count; c++)
            put_codes(p, s, c, y + i, s->yuv[i][c], width);
        put_alpha(p, s, y + i, rows[3]);
    }
    if (p->desc->log2_chroma_w)
        put_halved(p, s, y, paired);
}

/* Four bytes a pixel, one of each. */
static bool is_four_bytes(const AVPixFmtDescriptor *desc)
{
    bool four = desc->nb_components == 4;
    for (int c = 0; c < 4 && four; c++)
        four = desc->comp[c].plane == 0 && desc->comp[c].step == 4 && desc->comp[c].depth == 8 &&
               desc->comp[c].offset < 4;
    return four;
}

static void put_four(const struct pack *p, const struct scratch *s, int32_t y,
                     const float *const rows[4])
{
    size_t width = (size_t)p->image->format.width;
    const uint8_t *codes[4] = {NULL};
    for (size_t c = 0; c < 4; c++) {
        uint8_t *own = (uint8_t *)s->codes + c * s->stride;
        p->kernels->to_u8(own, rows[c], 255, width);
        codes[p->desc->comp[c].offset] = own;
    }
    p->kernels->weave_four(p->frame->data[0] + (ptrdiff_t)y * p->frame->linesize[0], codes, width);
}

static void pack_plain(const struct pack *p, const struct scratch *s, int32_t y)
{
    const float *rows[4];
    find_colours(p, y, s, rows);
    if (p->weaves) {
        put_four(p, s, y, rows);
        return;
    }
    for (int c = 0; c < (p->grey ? 1 : 3); c++)
        put_codes(p, s, c, y, rows[c], p->image->format.width);
    put_alpha(p, s, y, rows[3]);
}

static void pack_block(void *context, size_t index)
{
    struct pack *p = context;
    size_t stride = ((size_t)p->image->format.width + 2 * PAD + 15) / 16 * 16;
    float *floats = fth_alloc_aligned((SCRATCH_ROWS + 1) * stride * sizeof(float));
    if (!floats) {
        atomic_store(&p->failed, true);
        return;
    }
    struct scratch s = {.codes = (uint16_t *)(void *)floats, .stride = stride};
    float *at = floats + stride + PAD;
    for (int i = 0; i < 4; i++, at += stride)
        s.colour[i] = at;
    for (int i = 0; i < 6; i++, at += stride)
        s.yuv[i / 3][i % 3] = at;
    s.halved = at;
    int32_t y = (int32_t)index * BLOCK_ROWS;
    int32_t end = FTH_MIN(y + BLOCK_ROWS, p->image->format.height);
    for (; y < end; y += p->yuv ? 2 : 1) {
        if (p->yuv)
            pack_yuv(p, &s, y, end);
        else
            pack_plain(p, &s, y);
    }
    fth_free(floats);
}

static void set_matrix(struct pack *p)
{
    double kr = 0.2126, kb = 0.0722;
    fth_luma_weights(p->frame->colorspace, &kr, &kb);
    int depth = p->desc->comp[0].depth;
    double top = (1 << depth) - 1, unit = (1 << depth) / 256.0;
    bool full = p->frame->color_range == AVCOL_RANGE_JPEG;
    double luma = full ? 1 : 219 * unit / top, chroma = full ? 1 : 224 * unit / top;
    const double weights[8] = {kr, 1 - kr - kb, kb, luma, full ? 0 : 16 * unit / top,
                               chroma / (2 * (1 - kb)), chroma / (2 * (1 - kr)), 128 * unit / top};
    for (int i = 0; i < 8; i++)
        p->yuv_weights[i] = (float)weights[i];
}

enum fth_status fth_image_frame(const struct fth_image *image, struct fth_pool *pool,
                                struct AVFrame *frame, struct fth_error *error)
{
    const AVPixFmtDescriptor *desc = av_pix_fmt_desc_get(frame->format);
    bool rgb = desc->flags & AV_PIX_FMT_FLAG_RGB;
    struct pack p = {.image = image, .kernels = fth_kernels(), .frame = frame, .desc = desc,
                     .grey = desc->nb_components <= 2, .yuv = desc->nb_components > 2 && !rgb,
                     .alpha = desc->flags & AV_PIX_FMT_FLAG_ALPHA};
    fth_image_colours(image, p.planes);
    p.weaves = p.alpha && !p.yuv && is_four_bytes(desc);
    /* what stands in for missing colours is a map, and no map is premultiplied */
    p.unpremultiply = p.alpha && image->premultiplied && !p.grey && p.planes[3] &&
                      fth_image_plane(image, "R");
    if (p.yuv)
        set_matrix(&p);
    size_t blocks = (size_t)(image->format.height + BLOCK_ROWS - 1) / BLOCK_ROWS;
    fth_pool_run(pool, blocks, pack_block, &p);
    if (atomic_load(&p.failed))
        return fth_fail_memory(error, (unsigned long long)image->format.width * 4 * SCRATCH_ROWS,
                               "rows of the frame");
    return FTH_OK;
}
