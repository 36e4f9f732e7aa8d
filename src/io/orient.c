/* SPDX-License-Identifier: Apache-2.0 */
/* Upright pictures. A display matrix (a b; c d) sends the stored pixel (x, y) to
 * (a x + c y, b x + d y): only the signs and which pair is zero matter for right angles. */
#include "io/orient.h"

#include <stdlib.h>

/* Output (x, y) takes the stored pixel: transposed or not, each axis forward or back. */
struct turn {
    bool transpose, back_x, back_y; /* of the output's axes */
};

static bool read_turn(const int32_t m[9], struct turn *turn)
{
    int64_t a = m[0], b = m[1], c = m[3], d = m[4];
    if (a != 0 && d != 0 && llabs(a) > llabs(b) && llabs(d) > llabs(c)) {
        *turn = (struct turn){false, a < 0, d < 0};
        return true;
    }
    if (b != 0 && c != 0 && llabs(b) > llabs(a) && llabs(c) > llabs(d)) {
        *turn = (struct turn){true, c < 0, b < 0};
        return true;
    }
    return false; /* all zero: no matrix */
}

int fth_orient_degrees(const int32_t matrix[9])
{
    struct turn turn;
    if (!read_turn(matrix, &turn))
        return 0;
    if (!turn.transpose)
        return turn.back_y ? 180 : 0;
    return turn.back_x ? 90 : 270;
}

bool fth_orient_mirrors(const int32_t matrix[9])
{
    struct turn turn;
    return read_turn(matrix, &turn) && turn.transpose ^ turn.back_x ^ turn.back_y;
}

static void turn_plane(struct fth_plane *dst, const struct fth_plane *src, struct turn turn)
{
    enum { TILE = 32 }; /* both planes' rows of a tile stay in cache */
    int32_t width = fth_rect_width(dst->rect), height = fth_rect_height(dst->rect);
    ptrdiff_t step = turn.transpose ? src->row_stride : 1;
    ptrdiff_t row = turn.transpose ? 1 : src->row_stride;
    const float *origin = src->data + (turn.back_x ? step * (width - 1) : 0) +
                          (turn.back_y ? row * (height - 1) : 0);
    step = turn.back_x ? -step : step;
    row = turn.back_y ? -row : row;
    for (int32_t ty = 0; ty < height; ty += TILE)
        for (int32_t x0 = 0; x0 < width; x0 += TILE)
            for (int32_t y = ty; y < FTH_MIN(ty + TILE, height); y++) {
                float *out = dst->data + y * dst->row_stride;
                for (int32_t x = x0; x < FTH_MIN(x0 + TILE, width); x++)
                    out[x] = origin[y * row + x * step];
            }
}

static enum fth_status turn_channels(const struct fth_image *image, struct turn turn,
                                     struct fth_buffers *buffers, struct fth_image *made,
                                     struct fth_error *error)
{
    enum fth_status status = FTH_OK;
    for (int i = 0; i < image->channel_count && status == FTH_OK; i++) {
        const struct fth_channel *channel = &image->channels[i];
        struct fth_plane *plane = NULL;
        if (i > 0 && channel->plane == image->channels[0].plane) { /* grey stays one plane */
            plane = fth_plane_ref(made->channels[0].plane);
        } else {
            status = fth_plane_new(buffers, made->domain, &plane, error);
            if (status == FTH_OK)
                turn_plane(plane, channel->plane, turn);
        }
        if (status == FTH_OK)
            status = fth_image_set(made, channel->name, plane, error);
    }
    return status;
}

enum fth_status fth_orient_image(const int32_t matrix[9], struct fth_buffers *buffers,
                                 struct fth_image **image, struct fth_error *error)
{
    struct turn turn;
    if (!read_turn(matrix, &turn) || (!turn.transpose && !turn.back_x && !turn.back_y))
        return FTH_OK;
    struct fth_format format = (*image)->format;
    if (turn.transpose)
        format = (struct fth_format){format.height, format.width,
                                     format.pixel_aspect > 0 ? 1 / format.pixel_aspect : 1};
    struct fth_image *made = NULL;
    enum fth_status status = fth_image_new(format, fth_format_rect(format), &made, error);
    if (status == FTH_OK)
        status = turn_channels(*image, turn, buffers, made, error);
    if (status != FTH_OK) {
        fth_image_unref(&made);
        return status;
    }
    made->premultiplied = (*image)->premultiplied;
    made->colour = (*image)->colour;
    fth_image_unref(image);
    *image = made;
    return FTH_OK;
}
