/* SPDX-License-Identifier: Apache-2.0 */
/* A title laid out: where each of its glyphs stands, in ems, y down. Lines are broken, put in the
 * order they are seen in, aligned and justified here, in doubles, so that nothing jumps while a
 * title moves or grows. */
#ifndef FTH_NODES_TEXT_LAYOUT_H
#define FTH_NODES_TEXT_LAYOUT_H

#include "base/thread.h"
#include "nodes/text_fonts.h"

enum fth_text_align {
    FTH_TEXT_LEFT, FTH_TEXT_CENTRE, FTH_TEXT_RIGHT, FTH_TEXT_JUSTIFY, FTH_TEXT_JUSTIFY_LETTERS
};
enum fth_text_vertical { FTH_TEXT_TOP, FTH_TEXT_MIDDLE, FTH_TEXT_BOTTOM };
enum fth_text_wrap { FTH_TEXT_WRAP_WORDS, FTH_TEXT_WRAP_WHOLE_WORDS, FTH_TEXT_WRAP_LETTERS };

/* What is to be laid out. Lengths in ems. */
struct fth_text_words {
    const char *text;        /* UTF-8, or it is refused */
    double tracking;         /* further room between letters */
    double line_spacing;     /* 1: as the font wants it */
    double width, height;    /* of the box; 0: as wide or high as the lines are */
    enum fth_text_align align;
    enum fth_text_vertical vertical;
    enum fth_text_direction direction;
    enum fth_text_wrap wrap;
};

struct fth_text_placed {
    uint32_t font, code;
    double x, y;     /* of its origin on the base line */
    uint32_t letter; /* counted in the order of reading; white space does not count */
    uint32_t gap;    /* how many places before it in its line are widened to justify it */
};

/* Begin with zeroes; lists are used again. */
struct fth_text_layout {
    struct fth_text_placed *glyphs;
    size_t count, capacity;
    uint32_t letter_count;
    double x0, y0, x1, y1;  /* the box around the lines, or the one that was given */
    double base;            /* y of the first base line */
    struct fth_text_shaped shaped; /* scratch */
    struct fth_text_line *lines;
    size_t line_count, line_capacity;
    size_t *order;          /* scratch: clusters of a line as they are seen */
    size_t order_capacity;
};

enum fth_status fth_text_lay(struct fth_text_fonts *fonts, const struct fth_text_words *words,
                             const struct fth_cancel *cancel, struct fth_text_layout *layout,
                             struct fth_error *error);
void fth_text_layout_clear(struct fth_text_layout *layout);

#endif
