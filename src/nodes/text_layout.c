/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of clusters: a paragraph is shaped, cut into lines, and each line's clusters are put where
 * they are seen; at last the lines are aligned, when it is known how wide they are. */
#include "nodes/text_layout.h"

#include <math.h>
#include <string.h>

#include "base/compiler.h"
#include "base/mem.h"

/* A line that fits the box to this part of an em fits it: sums of many advances. */
#define SLACK 1e-9

struct fth_text_line {
    size_t first, count;    /* its glyphs among the placed ones, in the order of reading */
    double width, y;
    size_t gap_count;       /* places to widen when it is justified */
    bool is_leftward, is_last; /* the last of its paragraph is not justified */
};

void fth_text_layout_clear(struct fth_text_layout *layout)
{
    fth_text_shaped_clear(&layout->shaped);
    fth_free(layout->glyphs);
    fth_free(layout->lines);
    fth_free(layout->order);
    *layout = (struct fth_text_layout){0};
}

/* Room for `count` items; the list, or NULL. */
static void *room(void *list, size_t count, size_t *capacity, size_t size)
{
    if (count <= *capacity)
        return list;
    size_t more = FTH_MAX(count, 2 * *capacity);
    void *grown = fth_realloc(list, more, size);
    if (grown)
        *capacity = more;
    return grown;
}

/* ---- breaking -------------------------------------------------------------------------------- */

/* Where the line that begins with cluster `first` ends: before cluster *end. */
static size_t line_end(const struct fth_text_words *words, const struct fth_text_shaped *shaped,
                       size_t first)
{
    double width = 0;
    size_t chance = 0, parting = 0; /* where it may end, latest */
    for (size_t i = first; i < shaped->count; i++) {
        const struct fth_text_cluster *cluster = &shaped->clusters[i];
        if (i > first && cluster->must_break)
            return i;
        if (i > first && cluster->may_break)
            chance = i;
        if (i > first && cluster->may_part)
            parting = i;
        width += cluster->advance + (i > first ? words->tracking : 0);
        if (!(words->width > 0) || cluster->is_white || width <= words->width + SLACK)
            continue;
        if (words->wrap == FTH_TEXT_WRAP_LETTERS && parting)
            return parting;
        if (chance)
            return chance;
        if (words->wrap != FTH_TEXT_WRAP_WHOLE_WORDS && parting)
            return parting;
    }
    return shaped->count;
}

/* ---- order ----------------------------------------------------------------------------------- */

/* White space at the end of a line belongs to the paragraph's direction (UAX 9, L1). */
static void level_end(struct fth_text_shaped *shaped, size_t first, size_t end)
{
    for (size_t i = end; i > first && shaped->clusters[i - 1].is_white; i--)
        shaped->clusters[i - 1].level = shaped->is_leftward;
}

/* Clusters from first to end as they are seen, from left to right (UAX 9, L2). */
static void put_in_order(const struct fth_text_shaped *shaped, size_t first, size_t end,
                         size_t *order)
{
    const struct fth_text_cluster *clusters = shaped->clusters;
    uint8_t highest = 0;
    for (size_t i = first; i < end; i++) {
        order[i - first] = i;
        highest = FTH_MAX(highest, clusters[i].level);
    }
    for (uint8_t level = highest; level > 0; level--) {
        for (size_t i = 0; i < end - first;) {
            size_t begin = i;
            while (i < end - first && clusters[order[i]].level >= level)
                i++;
            for (size_t a = begin, b = i; a + 1 < b; a++, b--) {
                size_t kept = order[a];
                order[a] = order[b - 1];
                order[b - 1] = kept;
            }
            i += i == begin;
        }
    }
}

/* ---- lines ----------------------------------------------------------------------------------- */

/* Where the next base line comes to lie. */
static double next_base(const struct fth_text_fonts *fonts, const struct fth_text_words *words,
                        const struct fth_text_layout *layout, size_t first, size_t end,
                        double *descent)
{
    struct fth_text_measures most = fth_text_font_measures(fonts, 0);
    for (size_t i = first; i < end; i++) {
        uint32_t font = layout->shaped.clusters[i].font;
        if (!font || (i > first && layout->shaped.clusters[i - 1].font == font))
            continue;
        struct fth_text_measures own = fth_text_font_measures(fonts, font);
        most.ascent = fmax(most.ascent, own.ascent);
        most.descent = fmax(most.descent, own.descent);
        most.height = fmax(most.height, own.height);
    }
    *descent = most.descent;
    return layout->line_count ? layout->lines[layout->line_count - 1].y +
                                    words->line_spacing * most.height
                              : most.ascent;
}

static void place_cluster(struct fth_text_layout *layout, const struct fth_text_cluster *cluster,
                          const struct fth_text_line *line)
{
    for (size_t k = 0; k < cluster->count; k++) {
        const struct fth_text_glyph *glyph = &layout->shaped.glyphs[cluster->first + k];
        layout->glyphs[layout->count++] = (struct fth_text_placed){
            glyph->font, glyph->code, line->width + glyph->x, line->y + glyph->y, cluster->letter,
            (uint32_t)line->gap_count};
    }
}

/* Room for a line of the clusters from first to end. */
static bool make_room(struct fth_text_layout *layout, size_t first, size_t end)
{
    size_t glyph_count = layout->count + 1;
    for (size_t i = first; i < end; i++)
        glyph_count += layout->shaped.clusters[i].count;
    void *glyphs =
        room(layout->glyphs, glyph_count, &layout->capacity, sizeof(*layout->glyphs));
    layout->glyphs = glyphs ? glyphs : layout->glyphs;
    void *lines = room(layout->lines, layout->line_count + 1, &layout->line_capacity,
                       sizeof(*layout->lines));
    layout->lines = lines ? lines : layout->lines;
    void *order = room(layout->order, end - first + 1, &layout->order_capacity,
                       sizeof(*layout->order));
    layout->order = order ? order : layout->order;
    return glyphs && lines && order;
}

/* Places the clusters from first to end as one more line, from the left edge on. `wrapped`: it
 * ends because the box does, and blanks there are not seen. */
static bool add_line(const struct fth_text_fonts *fonts, const struct fth_text_words *words,
                     struct fth_text_layout *layout, size_t first, size_t end, bool wrapped)
{
    struct fth_text_shaped *shaped = &layout->shaped;
    double descent, y = next_base(fonts, words, layout, first, end, &descent);
    struct fth_text_line line = {.first = layout->count, .y = y, .is_last = !wrapped,
                                 .is_leftward = shaped->is_leftward};
    while (wrapped && end > first && shaped->clusters[end - 1].is_white)
        end--;
    if (!make_room(layout, first, end))
        return false;
    level_end(shaped, first, end);
    put_in_order(shaped, first, end, layout->order);
    for (size_t i = 0; i < end - first; i++) {
        const struct fth_text_cluster *cluster = &shaped->clusters[layout->order[i]];
        bool has_next = i + 1 < end - first;
        place_cluster(layout, cluster, &line);
        line.width += cluster->advance + (has_next ? words->tracking : 0);
        line.gap_count += has_next && (words->align == FTH_TEXT_JUSTIFY_LETTERS ||
                                       cluster->is_wide_space);
    }
    line.count = layout->count - line.first;
    layout->y1 = fmax(layout->y1, y + descent);
    layout->lines[layout->line_count++] = line;
    return true;
}

static enum fth_status add_paragraph(struct fth_text_fonts *fonts,
                                     const struct fth_text_words *words, const char *text,
                                     size_t size, struct fth_text_layout *layout,
                                     struct fth_error *error)
{
    struct fth_text_shaped *shaped = &layout->shaped;
    enum fth_status status = fth_text_shape(fonts, text, size, words->direction,
                                            words->tracking == 0, shaped, error);
    size_t first = 0;
    for (size_t i = 0; i < shaped->count && status == FTH_OK; i++) {
        shaped->clusters[i].letter = layout->letter_count;
        layout->letter_count += !shaped->clusters[i].is_white;
    }
    do {
        if (status != FTH_OK)
            return status;
        size_t end = line_end(words, shaped, first);
        bool wrapped = end < shaped->count && !shaped->clusters[end].must_break;
        if (!add_line(fonts, words, layout, first, end, wrapped))
            status = fth_fail_memory(error, layout->count * sizeof(*layout->glyphs), "letters");
        first = end;
    } while (first < shaped->count);
    return status;
}

/* ---- alignment ------------------------------------------------------------------------------- */

/* Left and right are where lines begin and end: the other way round where one reads leftward. */
static void align_line(const struct fth_text_words *words, const struct fth_text_line *line,
                       double width, struct fth_text_placed *glyphs)
{
    bool justifies = words->align == FTH_TEXT_JUSTIFY || words->align == FTH_TEXT_JUSTIFY_LETTERS;
    double spare = width - line->width, widening = 0, shift = 0;
    bool is_wide = justifies && !line->is_last && line->gap_count > 0 && spare > 0;
    bool ends = (words->align == FTH_TEXT_RIGHT) != line->is_leftward;
    if (is_wide)
        widening = spare / (double)line->gap_count;
    else if (words->align == FTH_TEXT_CENTRE)
        shift = spare / 2;
    else if (justifies ? line->is_leftward : ends)
        shift = spare;
    for (size_t i = 0; i < line->count; i++)
        glyphs[i].x += shift + widening * glyphs[i].gap;
}

static void align_lines(const struct fth_text_words *words, struct fth_text_layout *layout)
{
    double width = words->width;
    for (size_t i = 0; i < layout->line_count && !(words->width > 0); i++)
        width = fmax(width, layout->lines[i].width);
    for (size_t i = 0; i < layout->line_count; i++)
        align_line(words, &layout->lines[i], width, layout->glyphs + layout->lines[i].first);
    layout->x1 = width;
    if (!(words->height > 0))
        return;
    double spare = words->height - layout->y1;
    double part = words->vertical == FTH_TEXT_TOP      ? 0
                  : words->vertical == FTH_TEXT_MIDDLE ? 0.5
                                                       : 1;
    for (size_t i = 0; i < layout->count; i++)
        layout->glyphs[i].y += spare * part;
    layout->base += spare * part;
    layout->y1 = words->height;
}

/* ---- paragraphs ------------------------------------------------------------------------------ */

/* Bytes of the line break at `text`: CR LF, LF, CR, or the paragraph separator; 0: none. */
static size_t break_size(const char *text)
{
    if (text[0] == '\r')
        return text[1] == '\n' ? 2 : 1;
    if (text[0] == '\n')
        return 1;
    return strncmp(text, "\xe2\x80\xa9", 3) == 0 ? 3 : 0;
}

enum fth_status fth_text_lay(struct fth_text_fonts *fonts, const struct fth_text_words *words,
                             const struct fth_cancel *cancel, struct fth_text_layout *layout,
                             struct fth_error *error)
{
    const char *at = words->text;
    enum fth_status status = fth_text_check(at, error);
    layout->count = layout->line_count = layout->letter_count = 0;
    layout->x0 = layout->y0 = layout->x1 = layout->y1 = 0;
    for (bool more = true; more && status == FTH_OK;) {
        size_t size = 0, gap = 0;
        while (at[size] && !(gap = break_size(at + size)))
            size++;
        if (cancel && fth_cancelled(cancel))
            status = fth_fail(error, FTH_CANCELLED, "cancelled");
        if (status == FTH_OK)
            status = add_paragraph(fonts, words, at, size, layout, error);
        more = gap > 0;
        at += size + gap;
    }
    if (status != FTH_OK)
        return status;
    layout->base = layout->lines[0].y;
    align_lines(words, layout);
    return FTH_OK;
}
