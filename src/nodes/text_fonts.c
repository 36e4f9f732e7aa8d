/* SPDX-License-Identifier: Apache-2.0 */
/* Fonts by Pango and fontconfig: which are there, what is used instead, and shaping, in pieces that
 * are no longer than a few thousand bytes, because it takes the square of their length. */
#include "nodes/text_fonts.h"

#include <pango/pangocairo.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "nodes/text_looks.h"
#include "nodes/text_late.h"

enum { EM_PX = FTH_TEXT_EM_PX, PIECE = 4096 };
#define EM ((double)EM_PX * PANGO_SCALE)
#define BOX_WIDTH 0.5 /* of a letter that is missing, in ems */

struct font {
    PangoFont *pango;
    struct fth_text_measures measures;
};

struct fth_text_fonts {
    PangoFontMap *map;
    PangoContext *context;
    PangoFontDescription *wanted;
    struct font *fonts;
    size_t count, capacity;
    struct fth_text_looks *looks;
    char named[160]; /* the family used for `wanted` */
    bool told;       /* of letters that no font has */
};

/* ---- fonts ----------------------------------------------------------------------------------- */

/* Pictures are as high as an em, whatever their font says: they push no lines apart. */
static struct fth_text_measures measure(PangoFont *font)
{
    if (fth_text_looks_has_pictures(font))
        return (struct fth_text_measures){0};
    PangoFontMetrics *metrics =
        pango_font_get_metrics(font, pango_language_from_string("en"));
    struct fth_text_measures measures = {pango_font_metrics_get_ascent(metrics) / EM,
                                         pango_font_metrics_get_descent(metrics) / EM,
                                         pango_font_metrics_get_height(metrics) / EM};
    pango_font_metrics_unref(metrics);
    if (!(measures.height > 0))
        measures.height = measures.ascent + measures.descent;
    return measures;
}

/* The number of a font; a new one is kept until the fonts are closed. SIZE_MAX: memory is out. */
static size_t number_of(struct fth_text_fonts *fonts, PangoFont *pango)
{
    for (size_t i = 0; i < fonts->count; i++)
        if (fonts->fonts[i].pango == pango)
            return i;
    if (fonts->count == fonts->capacity) {
        size_t more = FTH_MAX(2 * fonts->capacity, 8);
        struct font *grown = fth_realloc(fonts->fonts, more, sizeof(*grown));
        if (!grown)
            return SIZE_MAX;
        fonts->fonts = grown;
        fonts->capacity = more;
    }
    g_object_ref(pango);
    fonts->fonts[fonts->count] = (struct font){pango, measure(pango)};
    return fonts->count++;
}

struct fth_text_measures fth_text_font_measures(const struct fth_text_fonts *fonts, uint32_t font)
{
    return fonts->fonts[font].measures;
}

/* Families that stand for whatever is there. */
static bool is_generic(const char *family, size_t length)
{
    static const char *const names[] = {"sans", "sans-serif", "serif", "monospace", "mono",
                                        "cursive", "fantasy", "system-ui", "emoji"};
    for (size_t i = 0; i < FTH_ARRAY_COUNT(names); i++)
        if (strlen(names[i]) == length && g_ascii_strncasecmp(names[i], family, length) == 0)
            return true;
    return false;
}

/* True when the list "A, B" of families names `family`, or one that is none. */
static bool is_listed(const char *list, const char *family)
{
    for (const char *at = list; *at;) {
        while (*at == ' ' || *at == ',')
            at++;
        size_t length = strcspn(at, ",");
        const char *next = at + length;
        while (length && at[length - 1] == ' ')
            length--;
        if (length && (is_generic(at, length) ||
                       (strlen(family) == length && g_ascii_strncasecmp(at, family, length) == 0)))
            return true;
        at = next;
    }
    return false;
}

/* The family of a font as people know it. */
static void name_of(PangoFont *font, char *name, size_t size)
{
    PangoFontDescription *is = pango_font_describe(font);
    const char *family = pango_font_description_get_family(is);
    snprintf(name, size, "%s", family ? family : "another font");
    pango_font_description_free(is);
}

static enum fth_status find_font(struct fth_text_fonts *fonts, const char *asked,
                                 struct fth_error *error)
{
    const char *family = pango_font_description_get_family(fonts->wanted);
    PangoFont *font = pango_context_load_font(fonts->context, fonts->wanted);
    if (!font)
        return fth_fail(error, FTH_ERR_NOT_FOUND, "text: no font is installed at all; install one, "
                        "for example the package fonts-dejavu-core");
    name_of(font, fonts->named, sizeof(fonts->named));
    if (family && *family && !is_listed(family, fonts->named))
        fth_log_once(FTH_LOG_WARNING, "text: the font \"%.120s\" is not installed; \"%s\" is used "
                     "instead", asked, fonts->named);
    size_t number = number_of(fonts, font);
    g_object_unref(font);
    return number == SIZE_MAX ? fth_fail_memory(error, sizeof(struct font), "fonts") : FTH_OK;
}

/* As the font has its glyphs, whatever the screen's settings are. */
static PangoContext *context_of(PangoFontMap *map)
{
    PangoContext *context = pango_font_map_create_context(map);
    /* one point is one pixel */
    pango_cairo_context_set_resolution(context, 72);
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
    pango_cairo_context_set_font_options(context, options);
    cairo_font_options_destroy(options);
    pango_context_set_round_glyph_positions(context, FALSE);
    pango_context_set_language(context, pango_language_from_string("en"));
    return context;
}

enum fth_status fth_text_fonts_open(const char *asked, struct fth_text_fonts **result,
                                    struct fth_error *error)
{
    if (!fth_text_load())
        return fth_fail(error, FTH_ERR_UNSUPPORTED,
                        "text: letters need libpangocairo-1.0.so.0, which is not installed");
    if (!g_utf8_validate(asked, -1, NULL))
        return fth_fail(error, FTH_ERR_USAGE, "text: the font's name is not UTF-8");
    struct fth_text_fonts *fonts = fth_alloc(1, sizeof(*fonts));
    if (!fonts)
        return fth_fail_memory(error, sizeof(*fonts), "text");
    fonts->map = pango_cairo_font_map_new();
    fonts->context = context_of(fonts->map);
    fonts->wanted = pango_font_description_from_string(asked);
    pango_font_description_set_absolute_size(fonts->wanted, EM);
    enum fth_status status = fth_text_looks_open(&fonts->looks, error);
    if (status == FTH_OK)
        status = find_font(fonts, asked, error);
    if (status == FTH_OK)
        *result = fonts;
    else
        fth_text_fonts_close(&fonts);
    return status;
}

enum fth_status fth_text_check(const char *text, struct fth_error *error)
{
    const char *end = NULL;
    if (g_utf8_validate(text, -1, &end))
        return FTH_OK;
    return fth_fail(error, FTH_ERR_USAGE, "text: byte %zu of the text (0x%02x) is not UTF-8",
                    (size_t)(end - text) + 1, (unsigned)(unsigned char)*end);
}

void fth_text_fonts_close(struct fth_text_fonts **pointer)
{
    struct fth_text_fonts *fonts = *pointer;
    if (!fonts)
        return;
    fth_text_looks_close(&fonts->looks);
    for (size_t i = 0; i < fonts->count; i++)
        g_object_unref(fonts->fonts[i].pango);
    pango_font_description_free(fonts->wanted);
    g_object_unref(fonts->context);
    g_object_unref(fonts->map);
    fth_free(fonts->fonts);
    fth_free(fonts);
    *pointer = NULL;
}

const struct fth_text_look *fth_text_look(struct fth_text_fonts *fonts, uint32_t font,
                                          uint32_t code)
{
    return fth_text_looks_find(fonts->looks, fonts->fonts[font].pango, font, code);
}

/* ---- shaping --------------------------------------------------------------------------------- */

void fth_text_shaped_clear(struct fth_text_shaped *shaped)
{
    fth_free(shaped->clusters);
    fth_free(shaped->glyphs);
    *shaped = (struct fth_text_shaped){0};
}

/* A piece of a paragraph on its way to clusters. */
struct piece {
    struct fth_text_fonts *fonts;
    struct fth_text_shaped *shaped;
    const char *text;
    PangoLayout *layout;
    const PangoLogAttr *marks; /* of the piece's characters */
    int mark_count;
    int byte, character;       /* how far marks were counted */
    const char *stranger;      /* a letter that is in no font */
    PangoFont *helper;         /* a font that was not asked for and has letters here */
    bool failed;
};

static struct fth_text_cluster *add_cluster(struct fth_text_shaped *shaped)
{
    if (shaped->count == shaped->capacity) {
        size_t more = FTH_MAX(2 * shaped->capacity, 64);
        struct fth_text_cluster *grown = fth_realloc(shaped->clusters, more, sizeof(*grown));
        if (!grown)
            return NULL;
        shaped->clusters = grown;
        shaped->capacity = more;
    }
    struct fth_text_cluster *cluster = &shaped->clusters[shaped->count++];
    *cluster = (struct fth_text_cluster){.first = shaped->glyph_count};
    return cluster;
}

static struct fth_text_glyph *add_glyph(struct fth_text_shaped *shaped)
{
    if (shaped->glyph_count == shaped->glyph_capacity) {
        size_t more = FTH_MAX(2 * shaped->glyph_capacity, 64);
        struct fth_text_glyph *grown = fth_realloc(shaped->glyphs, more, sizeof(*grown));
        if (!grown)
            return NULL;
        shaped->glyphs = grown;
        shaped->glyph_capacity = more;
    }
    return &shaped->glyphs[shaped->glyph_count++];
}

/* The marks of the character at `byte`; asked for in rising order. */
static PangoLogAttr marks_at(struct piece *piece, int byte)
{
    if (byte < piece->byte)
        piece->byte = piece->character = 0;
    for (; piece->byte < byte; piece->byte++)
        piece->character += (piece->text[piece->byte + 1] & 0xc0) != 0x80;
    bool known = piece->character < piece->mark_count;
    return known ? piece->marks[piece->character] : (PangoLogAttr){0};
}

static bool is_control(const char *text)
{
    unsigned char first = (unsigned char)text[0];
    return first < 0x20 || first == 0x7f ||
           (first == 0xc2 && (unsigned char)text[1] < 0xa0);
}

/* Glyphs from..to of the run, which are one cluster. */
static void take_cluster(struct piece *piece, const PangoGlyphItem *run, uint32_t font, int from,
                         int to)
{
    const PangoGlyphString *string = run->glyphs;
    struct fth_text_cluster *cluster = add_cluster(piece->shaped);
    int byte = run->item->offset + string->log_clusters[from];
    bool controls = is_control(piece->text + byte);
    double advance = 0;
    if (!cluster) {
        piece->failed = true;
        return;
    }
    for (int i = from; i < to; i++) {
        const PangoGlyphInfo *info = &string->glyphs[i];
        double width = info->geometry.width / EM;
        bool unknown = info->glyph & PANGO_GLYPH_UNKNOWN_FLAG;
        bool seen = info->glyph != PANGO_GLYPH_EMPTY && !(unknown && controls);
        struct fth_text_glyph *glyph = seen ? add_glyph(piece->shaped) : NULL;
        if (seen && !glyph) {
            piece->failed = true;
            return;
        }
        if (seen)
            *glyph = (struct fth_text_glyph){font, unknown ? FTH_TEXT_MISSING : info->glyph,
                                             advance + info->geometry.x_offset / EM +
                                                 (unknown ? (width - BOX_WIDTH) / 2 : 0),
                                             info->geometry.y_offset / EM, width};
        if (seen && unknown && !piece->stranger)
            piece->stranger = piece->text + byte;
        if (seen || !unknown)
            advance += width;
    }
    PangoLogAttr marks = marks_at(piece, byte);
    cluster->count = piece->shaped->glyph_count - cluster->first;
    cluster->advance = advance;
    cluster->font = font;
    cluster->level = run->item->analysis.level;
    cluster->is_white = marks.is_white;
    cluster->is_wide_space = marks.is_expandable_space;
    cluster->may_break = marks.is_line_break;
    cluster->may_part = marks.is_char_break;
}

/* A run holds its glyphs from left to right; clusters are taken in the order of reading. */
static void take_run(struct piece *piece, const PangoGlyphItem *run)
{
    const PangoGlyphString *string = run->glyphs;
    bool leftward = run->item->analysis.level & 1;
    size_t font = number_of(piece->fonts, run->item->analysis.font);
    if (font == SIZE_MAX) {
        piece->failed = true;
        return;
    }
    if (font != 0 && !piece->helper)
        piece->helper = run->item->analysis.font;
    for (int i = 0; i < string->num_glyphs && !piece->failed;) {
        int count = 1;
        int at = leftward ? string->num_glyphs - 1 - i : i;
        int step = leftward ? -1 : 1;
        while (i + count < string->num_glyphs &&
               string->log_clusters[at + step * count] == string->log_clusters[at])
            count++;
        int from = leftward ? at - count + 1 : at;
        take_cluster(piece, run, (uint32_t)font, from, from + count);
        i += count;
    }
}

static int compare_runs(const void *a, const void *b)
{
    const PangoGlyphItem *x = *(PangoGlyphItem *const *)a, *y = *(PangoGlyphItem *const *)b;
    return (x->item->offset > y->item->offset) - (x->item->offset < y->item->offset);
}

/* Runs stand as they are seen; they are taken as they are read. */
static void take_line(struct piece *piece, const PangoLayoutLine *line)
{
    size_t count = 0, first = piece->shaped->count;
    for (const GSList *at = line->runs; at; at = at->next)
        count++;
    PangoGlyphItem **runs = fth_alloc(count + 1, sizeof(*runs));
    if (!runs) {
        piece->failed = true;
        return;
    }
    count = 0;
    for (const GSList *at = line->runs; at; at = at->next)
        runs[count++] = at->data;
    qsort(runs, count, sizeof(*runs), compare_runs);
    for (size_t i = 0; i < count && !piece->failed; i++)
        take_run(piece, runs[i]);
    /* a line separator ends lines within a paragraph */
    if (line->start_index > 0 && piece->shaped->count > first)
        piece->shaped->clusters[first].must_break = true;
    fth_free(runs);
}

/* Where the next piece ends: behind a space where there is one. */
static size_t piece_size(const char *text, size_t size)
{
    if (size <= PIECE)
        return size;
    for (size_t at = PIECE; at > PIECE / 2; at--)
        if (text[at - 1] == ' ')
            return at;
    size_t at = PIECE;
    while (at > 1 && (text[at] & 0xc0) == 0x80)
        at--;
    return at;
}

static void shape_piece(struct piece *piece, size_t size)
{
    size_t first = piece->shaped->count;
    pango_layout_set_text(piece->layout, piece->text, (int)size);
    piece->marks = pango_layout_get_log_attrs_readonly(piece->layout, &piece->mark_count);
    piece->byte = piece->character = 0;
    for (const GSList *at = pango_layout_get_lines_readonly(piece->layout); at && !piece->failed;
         at = at->next)
        take_line(piece, at->data);
    /* the first character of a text is never marked as one to break before */
    if (first > 0 && piece->shaped->count > first) {
        piece->shaped->clusters[first].may_break = piece->shaped->clusters[first - 1].is_white;
        piece->shaped->clusters[first].may_part = true;
    }
}

/* Says once what is used instead of what is not there. */
static void remark(struct piece *piece)
{
    char helper[160];
    if (piece->stranger && !piece->fonts->told)
        fth_log_once(FTH_LOG_WARNING, "text: no installed font has the letter U+%04X; boxes stand "
                     "for it and for others that are missing",
                     (unsigned)g_utf8_get_char(piece->stranger));
    piece->fonts->told = piece->fonts->told || piece->stranger;
    if (!piece->helper)
        return;
    name_of(piece->helper, helper, sizeof(helper));
    if (strcmp(helper, piece->fonts->named) != 0)
        fth_log_once(FTH_LOG_WARNING, "text: \"%s\" lacks some of the letters; those of \"%s\" are "
                     "used for them", piece->fonts->named, helper);
}

static void set_ligatures(PangoLayout *layout, bool ligatures)
{
    PangoAttrList *attributes = pango_attr_list_new();
    if (!ligatures)
        pango_attr_list_insert(attributes, pango_attr_font_features_new("liga=0, clig=0"));
    pango_layout_set_attributes(layout, attributes);
    pango_attr_list_unref(attributes);
}

enum fth_status fth_text_shape(struct fth_text_fonts *fonts, const char *text, size_t size,
                               enum fth_text_direction direction, bool ligatures,
                               struct fth_text_shaped *shaped, struct fth_error *error)
{
    struct piece piece = {.fonts = fonts, .shaped = shaped, .text = text};
    bool leftward = direction == FTH_TEXT_LEFTWARD;
    shaped->count = shaped->glyph_count = 0;
    pango_context_set_base_dir(fonts->context,
                               leftward ? PANGO_DIRECTION_RTL : PANGO_DIRECTION_LTR);
    piece.layout = pango_layout_new(fonts->context);
    pango_layout_set_font_description(piece.layout, fonts->wanted);
    pango_layout_set_auto_dir(piece.layout, direction == FTH_TEXT_AUTO);
    set_ligatures(piece.layout, ligatures);
    for (size_t done = 0; done < size && !piece.failed;) {
        size_t part = piece_size(piece.text, size - done);
        shape_piece(&piece, part);
        const GSList *lines = pango_layout_get_lines_readonly(piece.layout);
        if (!done && direction == FTH_TEXT_AUTO && lines) { /* the others go on as it begins */
            PangoDirection found = ((const PangoLayoutLine *)lines->data)->resolved_dir;
            leftward = found == PANGO_DIRECTION_RTL || found == PANGO_DIRECTION_WEAK_RTL;
            pango_context_set_base_dir(fonts->context,
                                       leftward ? PANGO_DIRECTION_RTL : PANGO_DIRECTION_LTR);
            pango_layout_context_changed(piece.layout);
            pango_layout_set_auto_dir(piece.layout, FALSE);
        }
        piece.text += part;
        done += part;
    }
    remark(&piece);
    g_object_unref(piece.layout);
    shaped->is_leftward = leftward;
    return piece.failed ? fth_fail_memory(error, size * sizeof(struct fth_text_glyph), "letters")
                        : FTH_OK;
}
