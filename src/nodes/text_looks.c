/* SPDX-License-Identifier: Apache-2.0 */
/* Looks of glyphs by Cairo: paths at the size the fonts are opened at, in 1/256 of its pixels, and
 * pictures of colour glyphs at about the size their fonts hold them in. */
#include "nodes/text_looks.h"

#include <math.h>
#include <pango/pangocairo.h>
#include <pango/pangofc-font.h>
#include <string.h>

#include "base/mem.h"
#include "nodes/text_late.h"

enum {
    PICTURE_EM_PX = 218,     /* twice what emoji fonts of pictures have */
    MARGIN_PX = 2,           /* around a picture, for soft edges */
    MOST_PICTURE_PX = 2048,
    MOST_KEPT_SIZE = 64 << 20 /* of pictures */
};

struct entry {
    uint32_t font, code;
    struct fth_text_look *look; /* NULL: free */
};

struct fth_text_looks {
    struct entry *entries; /* a hash table, at most half full */
    size_t count, capacity;
    cairo_surface_t *surface;
    cairo_t *cairo;
    size_t picture_size; /* bytes of all pictures */
};

enum fth_status fth_text_looks_open(struct fth_text_looks **result, struct fth_error *error)
{
    struct fth_text_looks *looks = fth_alloc(1, sizeof(*looks));
    if (!looks)
        return fth_fail_memory(error, sizeof(*looks), "text");
    looks->surface = cairo_image_surface_create(CAIRO_FORMAT_A8, 1, 1);
    looks->cairo = cairo_create(looks->surface);
    *result = looks;
    return FTH_OK;
}

static void drop_pictures(struct fth_text_looks *looks)
{
    for (size_t i = 0; i < looks->capacity; i++) {
        struct fth_text_look *look = looks->entries[i].look;
        if (look)
            fth_free(look->picture);
        if (look)
            look->picture = NULL;
    }
    looks->picture_size = 0;
}

void fth_text_looks_close(struct fth_text_looks **pointer)
{
    struct fth_text_looks *looks = *pointer;
    if (!looks)
        return;
    drop_pictures(looks);
    for (size_t i = 0; i < looks->capacity; i++) {
        if (looks->entries[i].look)
            fth_free(looks->entries[i].look->strokes);
        fth_free(looks->entries[i].look);
    }
    fth_free(looks->entries);
    cairo_destroy(looks->cairo);
    cairo_surface_destroy(looks->surface);
    fth_free(looks);
    *pointer = NULL;
}

/* ---- the table ------------------------------------------------------------------------------- */

static struct entry *place_of(const struct fth_text_looks *looks, uint32_t font, uint32_t code)
{
    size_t at = (code * 2654435761u ^ font * 40503u) & (looks->capacity - 1);
    while (looks->entries[at].look &&
           (looks->entries[at].font != font || looks->entries[at].code != code))
        at = (at + 1) & (looks->capacity - 1);
    return &looks->entries[at];
}

static bool make_room(struct fth_text_looks *looks)
{
    struct fth_text_looks grown = *looks;
    if (2 * looks->count < looks->capacity)
        return true;
    grown.capacity = FTH_MAX(2 * looks->capacity, 64);
    grown.entries = fth_alloc(grown.capacity, sizeof(*grown.entries));
    if (!grown.entries)
        return false;
    for (size_t i = 0; i < looks->capacity; i++) {
        const struct entry *old = &looks->entries[i];
        if (old->look)
            *place_of(&grown, old->font, old->code) = *old;
    }
    fth_free(looks->entries);
    *looks = grown;
    return true;
}

/* ---- outlines -------------------------------------------------------------------------------- */

static void reach(struct fth_text_look *look, struct fth_spot at)
{
    look->x0 = fmin(look->x0, at.x);
    look->y0 = fmin(look->y0, at.y);
    look->x1 = fmax(look->x1, at.x);
    look->y1 = fmax(look->y1, at.y);
}

static void take_path(const cairo_path_t *path, struct fth_text_look *look)
{
    const double em = FTH_TEXT_EM_PX;
    look->x0 = look->y0 = INFINITY;
    look->x1 = look->y1 = -INFINITY;
    for (int i = 0; i < path->num_data; i += path->data[i].header.length) {
        const cairo_path_data_t *data = &path->data[i];
        struct fth_text_stroke *stroke = &look->strokes[look->stroke_count];
        if (data->header.type == CAIRO_PATH_CLOSE_PATH)
            continue;
        stroke->kind = data->header.type == CAIRO_PATH_MOVE_TO   ? FTH_TEXT_BEGIN
                       : data->header.type == CAIRO_PATH_LINE_TO ? FTH_TEXT_LINE
                                                                 : FTH_TEXT_CURVE;
        for (int k = 0; k < data->header.length - 1 && k < 3; k++) {
            stroke->spots[k] = (struct fth_spot){data[k + 1].point.x / em,
                                                 data[k + 1].point.y / em};
            /* a path's last beginning may have nothing behind it */
            if (stroke->kind != FTH_TEXT_BEGIN)
                reach(look, stroke->spots[k]);
        }
        if (stroke->kind == FTH_TEXT_BEGIN && i + 2 < path->num_data)
            reach(look, stroke->spots[0]);
        look->stroke_count++;
    }
}

static bool find_outline(struct fth_text_looks *looks, PangoFont *font, uint32_t code,
                         struct fth_text_look *look)
{
    cairo_glyph_t glyph = {code, 0, 0};
    cairo_new_path(looks->cairo);
    cairo_set_scaled_font(looks->cairo, pango_cairo_font_get_scaled_font((PangoCairoFont *)font));
    cairo_glyph_path(looks->cairo, &glyph, 1);
    cairo_path_t *path = cairo_copy_path(looks->cairo);
    size_t count = path && path->status == CAIRO_STATUS_SUCCESS ? (size_t)path->num_data : 0;
    look->strokes = fth_alloc(count + 1, sizeof(*look->strokes));
    if (look->strokes && count)
        take_path(path, look);
    cairo_path_destroy(path);
    return look->strokes != NULL;
}

/* A hollow box, for what no font has. */
static bool find_box(struct fth_text_look *look)
{
    static const struct fth_spot corners[2][4] = {
        {{0.05, 0}, {0.45, 0}, {0.45, -0.7}, {0.05, -0.7}},
        {{0.09, -0.04}, {0.09, -0.66}, {0.41, -0.66}, {0.41, -0.04}},
    };
    look->strokes = fth_alloc(8, sizeof(*look->strokes));
    if (!look->strokes)
        return false;
    for (int i = 0; i < 8; i++)
        look->strokes[i] = (struct fth_text_stroke){i % 4 ? FTH_TEXT_LINE : FTH_TEXT_BEGIN,
                                                    {corners[i / 4][i % 4]}};
    look->stroke_count = 8;
    look->x0 = 0.05;
    look->x1 = 0.45;
    look->y0 = -0.7;
    look->y1 = 0;
    return true;
}

/* ---- pictures -------------------------------------------------------------------------------- */

bool fth_text_looks_has_pictures(void *pango)
{
    FcBool coloured = FcFalse;
    FcPattern *pattern = pango_fc_font_get_pattern(pango);
    return pattern && FcPatternGetBool(pattern, FC_COLOR, 0, &coloured) == FcResultMatch &&
           coloured;
}

/* Cairo's pixels, which are 32-bit numbers, to bytes R G B A. */
static bool take_pixels(cairo_surface_t *surface, struct fth_text_look *look)
{
    const unsigned char *data = cairo_image_surface_get_data(surface);
    int stride = cairo_image_surface_get_stride(surface);
    size_t count = (size_t)look->width * (size_t)look->height;
    look->picture = fth_alloc(count, 4);
    if (!look->picture || !data)
        return false;
    for (size_t i = 0; i < count; i++) {
        uint32_t pixel;
        size_t y = i / (size_t)look->width, x = i % (size_t)look->width;
        memcpy(&pixel, data + y * (size_t)stride + 4 * x, sizeof(pixel));
        look->picture[4 * i] = (uint8_t)(pixel >> 16);
        look->picture[4 * i + 1] = (uint8_t)(pixel >> 8);
        look->picture[4 * i + 2] = (uint8_t)pixel;
        look->picture[4 * i + 3] = (uint8_t)(pixel >> 24);
    }
    return true;
}

/* The font at another size; its own matrix is what its pictures are fitted to their em with. */
static void set_picture_font(cairo_t *cairo, PangoFont *font)
{
    const double scale = (double)PICTURE_EM_PX / FTH_TEXT_EM_PX;
    cairo_scaled_font_t *scaled = pango_cairo_font_get_scaled_font((PangoCairoFont *)font);
    cairo_matrix_t matrix;
    cairo_scaled_font_get_font_matrix(scaled, &matrix);
    matrix.xx *= scale;
    matrix.xy *= scale;
    matrix.yx *= scale;
    matrix.yy *= scale;
    cairo_set_font_face(cairo, cairo_scaled_font_get_font_face(scaled));
    cairo_set_font_matrix(cairo, &matrix);
}

static bool draw_picture(struct fth_text_looks *looks, PangoFont *font, uint32_t code,
                         struct fth_text_look *look)
{
    cairo_glyph_t glyph = {code, 0, 0};
    cairo_text_extents_t extents = {0};
    set_picture_font(looks->cairo, font);
    cairo_glyph_extents(looks->cairo, &glyph, 1, &extents);
    double left = floor(extents.x_bearing) - MARGIN_PX, top = floor(extents.y_bearing) - MARGIN_PX;
    double right = ceil(extents.x_bearing + extents.width) + MARGIN_PX;
    double bottom = ceil(extents.y_bearing + extents.height) + MARGIN_PX;
    if (!(extents.width > 0 && extents.height > 0) || right - left > MOST_PICTURE_PX ||
        bottom - top > MOST_PICTURE_PX)
        return true; /* a blank, or nothing that could be shown */
    look->width = (int32_t)(right - left);
    look->height = (int32_t)(bottom - top);
    cairo_surface_t *surface =
        cairo_image_surface_create(CAIRO_FORMAT_ARGB32, look->width, look->height);
    cairo_t *cairo = cairo_create(surface);
    set_picture_font(cairo, font);
    glyph.x = -left;
    glyph.y = -top;
    cairo_show_glyphs(cairo, &glyph, 1);
    cairo_surface_flush(surface);
    bool drawn = cairo_status(cairo) == CAIRO_STATUS_SUCCESS && take_pixels(surface, look);
    cairo_destroy(cairo);
    cairo_surface_destroy(surface);
    look->pixels = PICTURE_EM_PX;
    look->x0 = left / PICTURE_EM_PX;
    look->y0 = top / PICTURE_EM_PX;
    look->x1 = right / PICTURE_EM_PX;
    look->y1 = bottom / PICTURE_EM_PX;
    return drawn;
}

/* Draws the picture (again); those of other glyphs go where there are too many. */
static bool have_picture(struct fth_text_looks *looks, PangoFont *font, uint32_t code,
                         struct fth_text_look *look)
{
    if (looks->picture_size > MOST_KEPT_SIZE)
        drop_pictures(looks);
    if (!draw_picture(looks, font, code, look))
        return false;
    looks->picture_size += (size_t)look->width * (size_t)look->height * 4;
    return true;
}

/* ---- looks ----------------------------------------------------------------------------------- */

static bool make_look(struct fth_text_looks *looks, PangoFont *font, uint32_t code,
                      struct fth_text_look *look)
{
    if (code == FTH_TEXT_MISSING)
        return find_box(look);
    look->is_coloured = fth_text_looks_has_pictures(font);
    return look->is_coloured ? have_picture(looks, font, code, look)
                             : find_outline(looks, font, code, look);
}

const struct fth_text_look *fth_text_looks_find(struct fth_text_looks *looks, void *pango,
                                                uint32_t font, uint32_t code)
{
    if (!make_room(looks))
        return NULL;
    struct entry *entry = place_of(looks, font, code);
    if (entry->look) {
        bool whole = !entry->look->is_coloured || entry->look->picture || !entry->look->width ||
                     have_picture(looks, pango, code, entry->look);
        return whole ? entry->look : NULL;
    }
    struct fth_text_look *look = fth_alloc(1, sizeof(*look));
    if (!look || !make_look(looks, pango, code, look)) {
        if (look)
            fth_free(look->picture);
        fth_free(look);
        return NULL;
    }
    *entry = (struct entry){font, code, look};
    looks->count++;
    return look;
}
