/* SPDX-License-Identifier: Apache-2.0 */
/* Fonts: words become clusters of glyphs, glyphs become outlines or, of colour fonts, pictures. All
 * lengths are in ems, y down, so that a title is the same at any size. Nothing here depends on a
 * screen's settings: glyphs are neither hinted nor rounded. */
#ifndef FTH_NODES_TEXT_FONTS_H
#define FTH_NODES_TEXT_FONTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "ops/outline.h"

struct fth_text_fonts;

/* Families and style in one line, as in "DejaVu Sans Bold". What is not installed is replaced by
 * what is, and a remark says by what. One thread at a time. */
enum fth_status fth_text_fonts_open(const char *font, struct fth_text_fonts **fonts,
                                    struct fth_error *error);
void fth_text_fonts_close(struct fth_text_fonts **fonts); /* accepts NULL */

/* Refuses what is no UTF-8, and says where it is not. */
enum fth_status fth_text_check(const char *text, struct fth_error *error);

/* The lines' measures of a font; font 0 is the one asked for. */
struct fth_text_measures {
    double ascent, descent, height; /* height: from one base line to the next */
};
struct fth_text_measures fth_text_font_measures(const struct fth_text_fonts *fonts, uint32_t font);

/* A glyph of a cluster, from where the cluster begins. */
struct fth_text_glyph {
    uint32_t font, code; /* FTH_TEXT_MISSING: a box as wide as `advance` */
    double x, y, advance;
};
#define FTH_TEXT_MISSING UINT32_MAX

/* What is never parted: a letter with its marks, a ligature. */
struct fth_text_cluster {
    size_t first, count; /* its glyphs */
    double advance;
    uint32_t font;
    uint32_t letter;     /* for the layout to count them in */
    uint8_t level;       /* of the bidirectional algorithm: odd ones run to the left */
    bool is_white, is_wide_space; /* white; may be widened when lines are justified */
    bool may_break, may_part;     /* before it a line may end; ... if words are parted */
    bool must_break;
};

/* Clusters in the order of reading. */
struct fth_text_shaped {
    struct fth_text_cluster *clusters;
    size_t count, capacity;
    struct fth_text_glyph *glyphs;
    size_t glyph_count, glyph_capacity;
    bool is_leftward; /* the paragraph begins on the right */
};

enum fth_text_direction { FTH_TEXT_AUTO, FTH_TEXT_RIGHTWARD, FTH_TEXT_LEFTWARD };

/* Shapes one paragraph (no line breaks in it) of valid UTF-8. Begin with zeroes; lists are used
 * again. */
enum fth_status fth_text_shape(struct fth_text_fonts *fonts, const char *text, size_t size,
                               enum fth_text_direction direction, bool ligatures,
                               struct fth_text_shaped *shaped, struct fth_error *error);
void fth_text_shaped_clear(struct fth_text_shaped *shaped);

/* Part of an outline: a path's beginning, a line, a curve. */
struct fth_text_stroke {
    enum { FTH_TEXT_BEGIN, FTH_TEXT_LINE, FTH_TEXT_CURVE } kind;
    struct fth_spot spots[3]; /* of a curve: both handles, then where it goes */
};

/* What a glyph looks like, from its origin on the base line. */
struct fth_text_look {
    struct fth_text_stroke *strokes;
    size_t stroke_count;
    double x0, y0, x1, y1; /* around it; x1 <= x0: there is nothing to be seen */
    /* Of colour fonts: bytes R G B A, codes as displays show them, multiplied by A, over the whole
     * of x0 y0 x1 y1; NULL where there is nothing to be seen. */
    bool is_coloured;
    uint8_t *picture;
    int32_t width, height;
    double pixels; /* of the picture, an em */
};

/* Kept by the fonts; a picture only until the next call. NULL when memory is out. */
const struct fth_text_look *fth_text_look(struct fth_text_fonts *fonts, uint32_t font,
                                          uint32_t code);

#endif
