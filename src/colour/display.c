/* SPDX-License-Identifier: Apache-2.0 */
/* A conversion to what an ordinary display shows; blocks of rows go over the pool. */
#include "colour/display.h"

#include <string.h>

#include "colour/convert.h"

enum { BLOCK_ROWS = 16, VERSION = 2 };

struct shown {
    struct fth_conversion conversion;
    struct fth_plane *planes[3];
    const struct fth_plane *from[3];
    struct fth_rect rect;
};

bool fth_display_differs(enum fth_colour_space space)
{
    switch (space) {
    case FTH_COLOUR_REC709_GAMMA24:
    case FTH_COLOUR_REC709_GAMMA22:
    case FTH_COLOUR_REC709_SCENE:
    case FTH_COLOUR_SRGB: return false;
    default: return fth_colour_is_known(space);
    }
}

void fth_display_hash(enum fth_colour_space space, enum fth_colour_space fits,
                      struct fth_hasher *hasher)
{
    if (!fth_display_differs(space))
        return;
    fth_hash_int(hasher, VERSION);
    fth_hash_text(hasher, fth_colour_id(space));
    fth_hash_text(hasher, fth_colour_id(fits));
}

static void show_block(void *context, size_t index)
{
    const struct shown *s = context;
    int32_t y = s->rect.y0 + (int32_t)index * BLOCK_ROWS;
    int32_t end = FTH_MIN(y + BLOCK_ROWS, s->rect.y1);
    size_t n = (size_t)fth_rect_width(s->rect);
    for (; y < end; y++) {
        float *rows[3];
        for (int c = 0; c < 3; c++) {
            rows[c] = fth_plane_at(s->planes[c], s->rect.x0, y);
            memcpy(rows[c], fth_plane_at(s->from[c], s->rect.x0, y), n * sizeof(float));
        }
        fth_conversion_rows(&s->conversion, rows, n);
    }
}

enum fth_status fth_display_image(enum fth_colour_space space, enum fth_colour_space fits,
                                  struct fth_pool *pool, struct fth_buffers *buffers,
                                  struct fth_image **image, struct fth_error *error)
{
    static const char *const names[] = {"R", "G", "B"};
    if (!fth_display_differs(space))
        return FTH_OK;
    struct fth_conversion_options options = {.map_gamut = true, .map_tones = true, .fits = fits};
    struct shown shown = {.rect = (*image)->domain};
    struct fth_image *made = NULL;
    fth_conversion_make(space, FTH_COLOUR_REC709_GAMMA24, &options, &shown.conversion);
    enum fth_status status = fth_image_new((*image)->format, shown.rect, &made, error);
    for (int c = 0; c < 3 && status == FTH_OK; c++) {
        shown.from[c] = fth_image_plane(*image, names[c]);
        status = fth_image_add(made, names[c], buffers, shown.rect, &shown.planes[c], error);
    }
    if (status != FTH_OK) {
        fth_image_unref(&made);
        return status;
    }
    size_t rows = (size_t)fth_rect_height(shown.rect);
    fth_pool_run(pool, (rows + BLOCK_ROWS - 1) / BLOCK_ROWS, show_block, &shown);
    made->premultiplied = (*image)->premultiplied;
    made->colour = FTH_COLOUR_REC709_GAMMA24;
    fth_image_unref(image);
    *image = made;
    return FTH_OK;
}
