/* SPDX-License-Identifier: Apache-2.0 */
/* Decoded frames as planes of floats: any integer or float format of libav's, by its description.
 * Chroma is brought to full size by our own rows (bilinear, at the place its siting tag says), then
 * through the matrix in float: one rounding fewer than a detour over RGB codes, and the same bytes
 * on every machine. Interlaced 4:2:0 is treated as progressive. */
#include "io/internal.h"

#include <stdatomic.h>
#include <string.h>

#include <libavutil/display.h>
#include <libavutil/frame.h>
#include <libavutil/imgutils.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>

#include "base/mem.h"
#include "image/origin.h"
#include "io/orient.h"
#include "ops/kernels.h"

enum { BLOCK_ROWS = 32, PAD = 16 };

enum model { MODEL_GREY, MODEL_RGB, MODEL_YUV, MODEL_PALETTE };

/* A row of codes becomes (code - offset) / range. */
struct scaling {
    float offset, range;
};

struct unpack {
    const AVFrame *frame;
    const AVPixFmtDescriptor *desc;
    enum model model;
    bool is_float, swap_bytes;
    int width, height;
    int32_t y0, y1;                 /* rows that are wanted */
    int alpha_component;            /* -1: none */
    struct scaling luma, chroma, full;
    float weights[6]; /* what U and V add to R, then to G, then to B */
    float site_x, site_y;           /* where a chroma sample sits, in luma pixels of its block */
    struct fth_plane *r, *g, *b, *a;
    atomic_bool failed;
};

/* Rows of chroma as they stand in the file, scaled: the last even and the last odd one. */
struct chroma_rows {
    float *row[2];
    int at[2]; /* -1: none yet */
};

struct rows {
    uint16_t *codes;
    struct chroma_rows chroma[2]; /* of U, V */
    float *mixed;
};

bool fth_luma_weights(int space, double *kr, double *kb)
{
    switch (space) {
    case AVCOL_SPC_BT709: *kr = 0.2126, *kb = 0.0722; return true;
    case AVCOL_SPC_FCC: *kr = 0.30, *kb = 0.11; return true;
    case AVCOL_SPC_BT470BG:
    case AVCOL_SPC_SMPTE170M: *kr = 0.299, *kb = 0.114; return true;
    case AVCOL_SPC_SMPTE240M: *kr = 0.212, *kb = 0.087; return true;
    case AVCOL_SPC_BT2020_NCL:
    case AVCOL_SPC_BT2020_CL: *kr = 0.2627, *kb = 0.0593; return true;
    default: return false;
    }
}

static void set_matrix(struct unpack *u, bool still)
{
    int space = u->frame->colorspace;
    if (space == AVCOL_SPC_YCGCO) {
        memcpy(u->weights, (const float[6]){-1, 1, 1, 0, -1, -1}, sizeof(u->weights));
        return;
    }
    double kr, kb;
    /* untagged: what players take, by size; JPEG and WebP say 601 in their specifications */
    bool large = u->height >= 720 && !still;
    if (!fth_luma_weights(space, &kr, &kb))
        fth_luma_weights(large ? AVCOL_SPC_BT709 : AVCOL_SPC_SMPTE170M, &kr, &kb);
    double kg = 1 - kr - kb;
    const double weights[6] = {0, 2 * (1 - kr), -2 * kb * (1 - kb) / kg, -2 * kr * (1 - kr) / kg,
                               2 * (1 - kb), 0};
    for (int i = 0; i < 6; i++)
        u->weights[i] = (float)weights[i];
}

static bool is_full_range(const struct unpack *u)
{
    if (u->frame->color_range != AVCOL_RANGE_UNSPECIFIED)
        return u->frame->color_range == AVCOL_RANGE_JPEG;
    return u->model != MODEL_YUV || strncmp(u->desc->name, "yuvj", 4) == 0;
}

static void set_ranges(struct unpack *u)
{
    if (u->is_float) {
        u->full = u->luma = (struct scaling){0, 1};
        return;
    }
    int depth = u->desc->comp[0].depth;
    float top = (float)((1 << depth) - 1), unit = (float)(1 << depth) / 256;
    u->full = u->luma = (struct scaling){0, top};
    u->chroma = (struct scaling){128 * unit, top};
    bool graded = u->model == MODEL_YUV || u->model == MODEL_GREY;
    if (graded && depth >= 8 && !is_full_range(u)) {
        u->luma = (struct scaling){16 * unit, 219 * unit};
        u->chroma.range = 224 * unit;
    }
}

static void set_siting(struct unpack *u)
{
    float middle_x = (float)((1 << u->desc->log2_chroma_w) - 1) / 2;
    float middle_y = (float)((1 << u->desc->log2_chroma_h) - 1) / 2;
    int place = u->frame->chroma_location;
    bool jpeg = strncmp(u->desc->name, "yuvj", 4) == 0;
    if (place == AVCHROMA_LOC_UNSPECIFIED)
        place = jpeg ? AVCHROMA_LOC_CENTER : AVCHROMA_LOC_LEFT;
    bool centre_x = place == AVCHROMA_LOC_CENTER || place == AVCHROMA_LOC_TOP ||
                    place == AVCHROMA_LOC_BOTTOM;
    bool top = place == AVCHROMA_LOC_TOPLEFT || place == AVCHROMA_LOC_TOP;
    bool bottom = place == AVCHROMA_LOC_BOTTOMLEFT || place == AVCHROMA_LOC_BOTTOM;
    u->site_x = centre_x ? middle_x : 0;
    u->site_y = top ? 0 : bottom ? 2 * middle_y : middle_y;
}

static enum fth_status describe(struct unpack *u, const struct fth_decode *how,
                                struct fth_error *error)
{
    const AVPixFmtDescriptor *d = u->desc = av_pix_fmt_desc_get(u->frame->format);
    if (!d || (d->flags & AV_PIX_FMT_FLAG_HWACCEL))
        return fth_fail(error, FTH_ERR_UNSUPPORTED, "%s: pixels of a kind unknown here", how->path);
    u->is_float = d->flags & AV_PIX_FMT_FLAG_FLOAT;
    u->model = d->flags & AV_PIX_FMT_FLAG_PAL   ? MODEL_PALETTE
               : d->nb_components <= 2          ? MODEL_GREY
               : d->flags & AV_PIX_FMT_FLAG_RGB ? MODEL_RGB
                                                : MODEL_YUV;
    int depth = d->comp[0].depth;
    if ((u->is_float && (depth != 32 || u->model == MODEL_YUV)) || (!u->is_float && depth > 16))
        return fth_fail(error, FTH_ERR_UNSUPPORTED, "%s: pixels of the kind %s", how->path,
                        d->name);
    bool alpha = (d->flags & AV_PIX_FMT_FLAG_ALPHA) || u->model == MODEL_PALETTE;
    u->alpha_component = alpha ? d->nb_components - 1 : -1;
    u->swap_bytes = d->flags & AV_PIX_FMT_FLAG_BE;
    set_ranges(u);
    set_siting(u);
    if (u->model == MODEL_YUV)
        set_matrix(u, how->still);
    return FTH_OK;
}

/* A row of one component, each code scaled. */
static void read_scaled(const struct unpack *u, int component, int y, struct scaling s,
                        uint16_t *codes, float *dst, int count)
{
    const struct fth_kernels *k = fth_kernels();
    const AVComponentDescriptor *c = &u->desc->comp[component];
    const uint8_t *src = u->frame->data[c->plane] +
                         (ptrdiff_t)y * u->frame->linesize[c->plane] + c->offset;
    const float how[2] = {s.offset, s.range};
    bool plain = c->shift == 0 && !(u->desc->flags & AV_PIX_FMT_FLAG_BITSTREAM);
    if (plain && c->depth == 8 && c->step == 1) {
        k->scale_u8(dst, src, how, (size_t)count);
        return;
    }
    if (plain && c->depth == 8) {
        for (int x = 0; x < count; x++, src += c->step)
            codes[x] = *src;
    } else if (plain && c->depth > 8 && c->step == 2 && !u->swap_bytes) {
        memcpy(codes, src, (size_t)count * 2);
    } else {
        const uint8_t *const *data = (const uint8_t *const *)u->frame->data;
        av_read_image_line2(codes, (const uint8_t **)data, u->frame->linesize, u->desc, 0, y,
                            component, count, 0, 2);
    }
    k->scale_u16(dst, codes, how, (size_t)count);
}

static void read_floats(const struct unpack *u, int component, int y, float *dst, int count)
{
    const uint8_t *const *data = (const uint8_t *const *)u->frame->data;
    av_read_image_line2(dst, (const uint8_t **)data, u->frame->linesize, u->desc, 0, y, component,
                        count, 0, 4);
}

static void clamp_row(float *row, int count)
{
    for (int x = 0; x < count; x++)
        row[x] = row[x] < 0 ? 0 : row[x] > 1 ? 1 : row[x];
}

static void read_row(const struct unpack *u, const struct rows *rows, int component, int y,
                     struct scaling scaling, float *dst)
{
    if (u->is_float) {
        read_floats(u, component, y, dst, u->width);
        return;
    }
    read_scaled(u, component, y, scaling, rows->codes, dst, u->width);
    clamp_row(dst, u->width);
}

static void palette_row(const struct unpack *u, int y, float *r, float *g, float *b, float *a)
{
    const uint8_t *src = u->frame->data[0] + (ptrdiff_t)y * u->frame->linesize[0];
    for (int x = 0; x < u->width; x++) {
        uint32_t argb;
        memcpy(&argb, u->frame->data[1] + 4 * src[x], 4);
        r[x] = (float)(argb >> 16 & 255) / 255;
        g[x] = (float)(argb >> 8 & 255) / 255;
        b[x] = (float)(argb & 255) / 255;
        a[x] = (float)(argb >> 24) / 255;
    }
}

/* One chroma row of the subsampled size, scaled, its ends repeated PAD times. */
static const float *chroma_row(const struct unpack *u, struct rows *rows, int component, int row)
{
    struct chroma_rows *chroma = &rows->chroma[component - 1];
    float *dst = chroma->row[row % 2];
    int width = AV_CEIL_RSHIFT(u->width, u->desc->log2_chroma_w);
    if (chroma->at[row % 2] == row)
        return dst;
    read_scaled(u, component, row, u->chroma, rows->codes, dst, width);
    for (int i = 1; i <= PAD; i++) {
        dst[-i] = dst[0];
        dst[width - 1 + i] = dst[width - 1];
    }
    chroma->at[row % 2] = row;
    return dst;
}

/* dst[x] := chroma at luma x, linear between samples; each phase of a block has fixed weights. */
static void widen_row(const struct unpack *u, const float *src, float *dst)
{
    int shift = u->desc->log2_chroma_w, step = 1 << shift;
    size_t pairs = step == 2 ? (size_t)u->width / 2 : 0;
    const float how[2] = {(0 - u->site_x) / 2, (1 - u->site_x) / 2};
    fth_kernels()->widen_chroma(dst, src, how, pairs);
    for (int phase = 0; phase < step; phase++) {
        float at = ((float)phase - u->site_x) / (float)step;
        int first = at < 0 ? -1 : 0;
        float t = at - (float)first;
        const float *s = src + first;
        for (int k = (int)pairs, x = k * step + phase; x < u->width; x += step, k++)
            dst[x] = s[k] + t * (s[k + 1] - s[k]);
    }
}

static void chroma_full(const struct unpack *u, struct rows *rows, int component, int y, float *dst)
{
    int shift = u->desc->log2_chroma_h, last = AV_CEIL_RSHIFT(u->height, shift) - 1;
    float at = ((float)(y & ((1 << shift) - 1)) - u->site_y) / (float)(1 << shift);
    int above = (y >> shift) + (at < 0 ? -1 : 0);
    float t = at < 0 ? at + 1 : at;
    const float *row = chroma_row(u, rows, component, FTH_MAX(above, 0));
    if (t > 0) {
        const float *lower = chroma_row(u, rows, component, FTH_MIN(above + 1, last));
        size_t width = (size_t)AV_CEIL_RSHIFT(u->width, u->desc->log2_chroma_w);
        fth_kernels()->lerp(rows->mixed - PAD, row - PAD, lower - PAD, t, width + 2 * PAD);
        row = rows->mixed;
    }
    widen_row(u, row, dst);
}

static void unpack_row(const struct unpack *u, struct rows *rows, int y)
{
    float *r = fth_plane_at(u->r, 0, y), *g = fth_plane_at(u->g, 0, y);
    float *b = fth_plane_at(u->b, 0, y), *a = u->a ? fth_plane_at(u->a, 0, y) : NULL;
    switch (u->model) {
    case MODEL_PALETTE:
        palette_row(u, y, r, g, b, a);
        return;
    case MODEL_GREY:
        read_row(u, rows, 0, y, u->luma, r);
        break;
    case MODEL_RGB:
        for (int i = 0; i < 3; i++) {
            int depth = u->desc->comp[i].depth; /* 5, 6 and 5 bits, say */
            struct scaling s = {0, u->is_float ? 1 : (float)((1 << depth) - 1)};
            read_row(u, rows, i, y, s, i == 0 ? r : i == 1 ? g : b);
        }
        break;
    case MODEL_YUV:
        read_scaled(u, 0, y, u->luma, rows->codes, g, u->width);
        chroma_full(u, rows, 1, y, b);
        chroma_full(u, rows, 2, y, r);
        fth_kernels()->from_yuv((float *const[3]){r, g, b}, u->weights, (size_t)u->width);
    }
    if (a) {
        int depth = u->desc->comp[u->alpha_component].depth;
        struct scaling s = {0, u->is_float ? 1 : (float)((1 << depth) - 1)};
        read_row(u, rows, u->alpha_component, y, s, a);
    }
}

static void unpack_block(void *context, size_t index)
{
    enum { ROWS = 5, LINE = 16 }; /* two of U, two of V, the mixed one */
    struct unpack *u = context;
    size_t width = ((size_t)u->width + 2 * PAD + LINE - 1) / LINE * LINE;
    uint16_t *codes = fth_alloc(width, sizeof(uint16_t));
    float *floats = fth_alloc_aligned(ROWS * width * sizeof(float));
    if (codes && floats) {
        float *first = floats + PAD;
        struct rows rows = {.codes = codes, .mixed = first + 4 * width};
        for (size_t i = 0; i < 2; i++)
            rows.chroma[i] = (struct chroma_rows){
                {first + 2 * i * width, first + (2 * i + 1) * width}, {-1, -1}};
        int y0 = u->y0 + (int)index * BLOCK_ROWS;
        for (int y = y0; y < FTH_MIN(y0 + BLOCK_ROWS, u->y1); y++)
            unpack_row(u, &rows, y);
    } else {
        atomic_store(&u->failed, true);
    }
    fth_free(codes);
    fth_free(floats);
}

static enum fth_status add_planes(struct unpack *u, struct fth_image *image,
                                  struct fth_buffers *buffers, struct fth_error *error)
{
    struct fth_rect rect = {0, u->y0, u->width, u->y1};
    enum fth_status status = fth_image_add(image, "R", buffers, rect, &u->r, error);
    if (status == FTH_OK && u->model == MODEL_GREY) {
        u->g = u->b = u->r;
        status = fth_image_set(image, "G", fth_plane_ref(u->r), error);
        if (status == FTH_OK)
            status = fth_image_set(image, "B", fth_plane_ref(u->r), error);
    } else if (status == FTH_OK) {
        status = fth_image_add(image, "G", buffers, rect, &u->g, error);
        if (status == FTH_OK)
            status = fth_image_add(image, "B", buffers, rect, &u->b, error);
    }
    if (status == FTH_OK && u->alpha_component >= 0)
        status = fth_image_add(image, "A", buffers, rect, &u->a, error);
    return status;
}

/* Bayer mosaics and XYZ: integer formats that are left to libav's own conversion. */
static enum fth_status through_rgb48(const AVFrame *frame, AVFrame **result,
                                     const struct fth_decode *how, struct fth_error *error)
{
    AVFrame *rgb = av_frame_alloc();
    if (!rgb)
        return fth_fail_memory(error, sizeof(*rgb), how->path);
    rgb->format = AV_PIX_FMT_RGB48LE;
    rgb->width = frame->width;
    rgb->height = frame->height;
    struct SwsContext *sws = sws_getContext(frame->width, frame->height, frame->format, rgb->width,
                                            rgb->height, rgb->format,
                                            SWS_BILINEAR | SWS_ACCURATE_RND | SWS_BITEXACT, NULL,
                                            NULL, NULL);
    enum fth_status status = FTH_OK;
    if (!sws)
        status = fth_fail(error, FTH_ERR_UNSUPPORTED, "%s: pixels of the kind %s", how->path,
                          av_get_pix_fmt_name(frame->format));
    else if (av_frame_get_buffer(rgb, 0) < 0)
        status = fth_fail_memory(error, (unsigned long long)rgb->width * 6, how->path);
    else
        sws_scale(sws, (const uint8_t *const *)frame->data, frame->linesize, 0, frame->height,
                  rgb->data, rgb->linesize);
    sws_freeContext(sws);
    if (status == FTH_OK)
        *result = rgb;
    else
        av_frame_free(&rgb);
    return status;
}

static void copy_name(char *text, size_t size, const char *name)
{
    if (!name || strcmp(name, "unknown") == 0 || strcmp(name, "reserved") == 0)
        name = "";
    strncpy(text, name, size - 1);
    text[size - 1] = '\0';
}

static void fill_info(struct fth_media_info *info, const struct unpack *u)
{
    info->bits = u->model == MODEL_PALETTE ? 8 : u->desc->comp[0].depth;
    info->is_float = u->is_float;
    copy_name(info->pixel_format, sizeof(info->pixel_format), u->desc->name);
    copy_name(info->matrix, sizeof(info->matrix), av_color_space_name(u->frame->colorspace));
    copy_name(info->primaries, sizeof(info->primaries),
              av_color_primaries_name(u->frame->color_primaries));
    copy_name(info->transfer, sizeof(info->transfer), av_color_transfer_name(u->frame->color_trc));
    copy_name(info->range, sizeof(info->range), av_color_range_name(u->frame->color_range));
    bool yuv = u->model == MODEL_YUV;
    info->footage.tags = (struct fth_tags){
        (uint8_t)u->frame->color_primaries, (uint8_t)u->frame->color_trc,
        yuv ? (uint8_t)u->frame->colorspace : 0,
        !yuv ? FTH_RANGE_UNTAGGED : is_full_range(u) ? FTH_RANGE_FULL : FTH_RANGE_LIMITED};
}

/* The planes of rows y0 to y1. */
static enum fth_status unpack_planes(struct unpack *u, const struct fth_decode *how,
                                     struct fth_image *image, struct fth_error *error)
{
    enum fth_status status = add_planes(u, image, how->buffers, error);
    size_t blocks = (size_t)(u->y1 - u->y0 + BLOCK_ROWS - 1) / BLOCK_ROWS;
    if (status == FTH_OK)
        fth_pool_run(how->pool, blocks, unpack_block, u);
    if (status == FTH_OK && atomic_load(&u->failed))
        status = fth_fail_memory(error, (unsigned long long)u->width * 8, how->path);
    return status;
}

static enum fth_status unpack_image(struct unpack *u, const struct fth_decode *how,
                                    struct fth_image **image, struct fth_error *error)
{
    AVRational aspect = u->frame->sample_aspect_ratio;
    struct fth_format format = {u->width, u->height,
                                aspect.num > 0 && aspect.den > 0 ? av_q2d(aspect) : 1};
    struct fth_image *made = NULL;
    enum fth_status status = fth_image_new(format, fth_format_rect(format), &made, error);
    if (status == FTH_OK)
        status = unpack_planes(u, how, made, error);
    if (status == FTH_OK) {
        made->premultiplied = u->alpha_component < 0;
        *image = made;
    } else {
        fth_image_unref(&made);
    }
    return status;
}

/* ---- frames that wait as they are ------------------------------------------------------------ */

/* A frame that its planes can be made of again. */
struct source {
    AVFrame *frame;
    char *path;
    bool still;
    int32_t matrix[9]; /* where it is turned */
};

static void drop_source(void *context)
{
    struct source *source = context;
    av_frame_free(&source->frame);
    fth_free(source->path);
    fth_free(source);
}

static enum fth_status unpack_source(const void *context, struct fth_rect rows,
                                     struct fth_pool *pool, struct fth_buffers *buffers,
                                     struct fth_image *image, struct fth_error *error)
{
    const struct source *source = context;
    struct fth_decode how = {.path = source->path, .still = source->still, .pool = pool,
                             .buffers = buffers};
    struct unpack u = {.frame = source->frame, .width = source->frame->width,
                       .height = source->frame->height, .y0 = rows.y0, .y1 = rows.y1};
    enum fth_status status = describe(&u, &how, error);
    return status == FTH_OK ? unpack_planes(&u, &how, image, error) : status;
}

/* All of it, whichever rows are asked for. */
static enum fth_status unpack_turned(const void *context, struct fth_rect rows,
                                     struct fth_pool *pool, struct fth_buffers *buffers,
                                     struct fth_image *image, struct fth_error *error)
{
    const struct source *source = context;
    struct fth_format format = {source->frame->width, source->frame->height, 1};
    struct fth_image *made = NULL;
    (void)rows;
    enum fth_status status = fth_image_new(format, fth_format_rect(format), &made, error);
    if (status == FTH_OK)
        status = unpack_source(source, made->domain, pool, buffers, made, error);
    if (status == FTH_OK)
        status = fth_orient_image(source->matrix, buffers, &made, error);
    for (int i = 0; status == FTH_OK && i < made->channel_count; i++)
        status = fth_image_set(image, made->channels[i].name,
                               fth_plane_ref(made->channels[i].plane), error);
    fth_image_unref(&made);
    return status;
}

static struct source *make_source(const struct fth_decode *how, const AVFrame *frame,
                                  const int32_t *matrix)
{
    struct source *source = fth_alloc(1, sizeof(*source));
    if (!source)
        return NULL;
    source->still = how->still;
    if (matrix)
        memcpy(source->matrix, matrix, sizeof(source->matrix));
    source->path = fth_strdup(how->path);
    source->frame = av_frame_alloc();
    if (source->path && source->frame && av_frame_ref(source->frame, frame) >= 0)
        return source;
    drop_source(source);
    return NULL;
}

/* Of a frame that others may hold too, and that is much smaller than its floats; `matrix` NULL: it
 * is not turned. Where memory is out, the picture goes without. */
static void tell_origin(const struct unpack *u, const struct fth_decode *how,
                        const int32_t *matrix, struct fth_image *image)
{
    static const struct fth_origin_type types[] = {{unpack_source, drop_source, true},
                                                   {unpack_turned, drop_source, false}};
    uint64_t size = 0;
    for (int i = 0; i < AV_NUM_DATA_POINTERS && u->frame->buf[i]; i++)
        size += u->frame->buf[i]->size;
    if (!size || size > fth_image_size(image) / 2)
        return;
    struct source *source = make_source(how, u->frame, matrix);
    if (!source)
        return;
    struct fth_origin_spec spec = {&types[matrix != NULL], source, size, image->domain,
                                   how->buffers};
    (void)fth_image_set_origin(image, &spec, NULL);
}

enum fth_status fth_frame_image(const struct AVFrame *frame, const int32_t *matrix,
                                const struct fth_decode *decode, struct fth_media_info *info,
                                struct fth_image **image, struct fth_error *error)
{
    enum fth_status status = fth_decode_check(decode, frame->width, frame->height, error);
    if (status != FTH_OK)
        return status;
    const AVPixFmtDescriptor *desc = av_pix_fmt_desc_get(frame->format);
    AVFrame *converted = NULL;
    bool xyz = frame->format == AV_PIX_FMT_XYZ12LE || frame->format == AV_PIX_FMT_XYZ12BE;
    if (xyz || (desc && (desc->flags & AV_PIX_FMT_FLAG_BAYER)))
        status = through_rgb48(frame, &converted, decode, error);
    struct unpack u = {.frame = converted ? converted : frame,
                       .width = frame->width, .height = frame->height, .y1 = frame->height};
    struct fth_image *made = NULL;
    if (status == FTH_OK)
        status = describe(&u, decode, error);
    if (status == FTH_OK)
        status = unpack_image(&u, decode, &made, error);
    const AVFrameSideData *side = av_frame_get_side_data(frame, AV_FRAME_DATA_DISPLAYMATRIX);
    if (!matrix && side && side->size >= 9 * sizeof(int32_t))
        matrix = (const int32_t *)side->data;
    if (status == FTH_OK && info) {
        fill_info(info, &u);
        info->rotation_degrees = matrix ? fth_orient_degrees(matrix) : 0;
        info->is_mirrored = matrix && fth_orient_mirrors(matrix);
    }
    if (status == FTH_OK && matrix)
        status = fth_orient_image(matrix, decode->buffers, &made, error);
    bool turned = matrix && (fth_orient_degrees(matrix) != 0 || fth_orient_mirrors(matrix));
    if (status == FTH_OK && !converted)
        tell_origin(&u, decode, turned ? matrix : NULL, made);
    av_frame_free(&converted);
    if (status == FTH_OK)
        *image = made;
    else
        fth_image_unref(&made);
    return status;
}
