/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures of colour glyphs: each pixel is the mean of spots between the picture's pixels, as many
 * as it takes to miss none, so that they move and shrink smoothly. */
#include "nodes/text_picture.h"

#include <math.h>

#include "base/compiler.h"
#include "nodes/colours.h"

enum { MOST_SPOTS = 8 }; /* each way; each of them sees two by two pixels */

/* The pixel x, y of the picture, nothing beyond it. */
static const uint8_t *pixel_at(const struct fth_text_look *look, int32_t x, int32_t y)
{
    static const uint8_t none[4] = {0};
    bool inside = x >= 0 && y >= 0 && x < look->width && y < look->height;
    return inside ? look->picture + 4 * ((size_t)y * (size_t)look->width + (size_t)x) : none;
}

/* Adds to sum the picture between its pixels. */
static void add_spot(const struct fth_text_look *look, double x, double y, double sum[4])
{
    double left = floor(x - 0.5), top = floor(y - 0.5);
    if (left < -1 || top < -1 || left >= look->width || top >= look->height)
        return;
    double right_part = x - 0.5 - left, lower_part = y - 0.5 - top;
    for (int k = 0; k < 4; k++) {
        const uint8_t *pixel = pixel_at(look, (int32_t)left + (k & 1), (int32_t)top + (k >> 1));
        double weight = (k & 1 ? right_part : 1 - right_part) *
                        (k & 2 ? lower_part : 1 - lower_part);
        for (int c = 0; c < 4; c++)
            sum[c] += weight * pixel[c];
    }
}

/* The mean over a pixel of the frame. */
static void look_at(const struct fth_text_picture *picture, int32_t x, int32_t y, int spots,
                    double mean[4])
{
    const struct fth_text_look *look = picture->look;
    double sum[4] = {0};
    for (int k = 0; k < spots * spots; k++) {
        double right = (double)(k % spots), below = (double)(k / spots);
        double across = (x + (right + 0.5) / spots) * picture->aspect - picture->origin.x;
        double down = y + (below + 0.5) / spots - picture->origin.y;
        double u = (across * picture->cosine + down * picture->sine) / picture->em_x;
        double v = (down * picture->cosine - across * picture->sine) / picture->em_y;
        add_spot(look, (u - look->x0) * look->pixels, (v - look->y0) * look->pixels, sum);
    }
    for (int c = 0; c < 4; c++)
        mean[c] = sum[c] / (255.0 * spots * spots);
}

/* What lies over what; colours of the font are as displays show them. */
static void lay_pixel(const struct fth_text_picture *picture, const double seen[4], int32_t x,
                      int32_t y, struct fth_plane *const planes[4])
{
    float a = (float)seen[3] * picture->share, rgb[3] = {0};
    double typed[3];
    if (picture->alpha_only) {
        float *to = fth_plane_at(planes[0], x, y);
        *to = a + *to * (1 - a);
        return;
    }
    for (int c = 0; c < 3; c++)
        typed[c] = seen[c] / seen[3];
    fth_colours_typed(picture->space, typed, rgb);
    for (int c = 0; c < 4; c++) {
        float *to = fth_plane_at(planes[c], x, y);
        *to = (c < 3 ? rgb[c] : 1) * a + *to * (1 - a);
    }
}

void fth_text_picture_draw(const struct fth_text_picture *picture, struct fth_rect rect,
                           struct fth_plane *const planes[4])
{
    double narrow = fmin(fabs(picture->em_x), fabs(picture->em_y));
    double ratio = narrow > 0 ? picture->look->pixels / narrow * fmax(picture->aspect, 1) : 1e9;
    int spots = (int)fmin(fmax(ceil(ratio / 2), 1), MOST_SPOTS);
    double seen[4];
    if (!(narrow > 0))
        return;
    for (int32_t y = rect.y0; y < rect.y1; y++) {
        for (int32_t x = rect.x0; x < rect.x1; x++) {
            look_at(picture, x, y, spots, seen);
            if (seen[3] > 0)
                lay_pixel(picture, seen, x, y, planes);
        }
    }
}
