/* SPDX-License-Identifier: Apache-2.0 */
/* Letters are covered one by one, or a few together where they touch, each over its own little
 * rectangle: so a line costs what its ink is large. */
#include "nodes/text_draw.h"

#include <math.h>

#include "base/limits.h"
#include "nodes/text_picture.h"
#include "ops/blur.h"
#include "ops/coverage.h"
#include "ops/kernels.h"

enum {
    MOST_TOGETHER = 16,   /* letters of one outline: few enough for exact crossings in a row */
    MOST_BLUR_PX = 1000
};
/* Pixels of all letters together, each with its rectangle: seconds of work. */
static const double MOST_PIXELS = 2147483648.0;

/* ---- places ---------------------------------------------------------------------------------- */

/* Where a spot of the layout comes to stand. */
static struct fth_spot placed(const struct fth_text_style *style, double x, double y)
{
    double across = (x - style->anchor.x) * style->em_x, down = (y - style->anchor.y) * style->em_y;
    return (struct fth_spot){style->at.x + across * style->cosine - down * style->sine,
                             style->at.y + across * style->sine + down * style->cosine};
}

/* A box on the picture. Empty: high < low. */
struct extent {
    struct fth_spot low, high;
};

static const struct extent nowhere = {{INFINITY, INFINITY}, {-INFINITY, -INFINITY}};

static void reach(struct extent *extent, struct fth_spot at, double grown)
{
    extent->low.x = fmin(extent->low.x, at.x - grown);
    extent->low.y = fmin(extent->low.y, at.y - grown);
    extent->high.x = fmax(extent->high.x, at.x + grown);
    extent->high.y = fmax(extent->high.y, at.y + grown);
}

static void join(struct extent *extent, struct extent other)
{
    if (other.low.x > other.high.x)
        return;
    reach(extent, other.low, 0);
    reach(extent, other.high, 0);
}

static bool overlap(struct extent a, struct extent b)
{
    return a.low.x < b.high.x && b.low.x < a.high.x && a.low.y < b.high.y && b.low.y < a.high.y;
}

static struct extent moved(struct extent extent, double x, double y, double grown)
{
    return (struct extent){{extent.low.x + x - grown, extent.low.y + y - grown},
                           {extent.high.x + x + grown, extent.high.y + y + grown}};
}

static int32_t limited(double x, int32_t low, int32_t high)
{
    return x > low ? (x < high ? (int32_t)x : high) : low;
}

/* The pixels of `within` that the extent touches. */
static struct fth_rect pixels_of(const struct fth_text_style *style, struct extent extent,
                                 struct fth_rect within)
{
    struct fth_rect rect = {
        limited(floor(extent.low.x / style->aspect), within.x0, within.x1),
        limited(floor(extent.low.y), within.y0, within.y1),
        limited(ceil(extent.high.x / style->aspect), within.x0, within.x1),
        limited(ceil(extent.high.y), within.y0, within.y1)};
    return extent.low.x > extent.high.x || fth_rect_empty(rect) ? (struct fth_rect){0} : rect;
}

/* How much of a letter is written. */
static double share_of(const struct fth_text_drawing *drawing, uint32_t letter)
{
    const struct fth_text_style *style = drawing->style;
    double count = drawing->layout->letter_count;
    double begun = fmin(fmax(style->last * count - letter, 0), 1);
    double gone = fmin(fmax(style->first * count - letter, 0), 1);
    return begun * (1 - gone);
}

static struct extent extent_of(const struct fth_text_style *style, const struct fth_text_look *look,
                               const struct fth_text_placed *glyph)
{
    struct extent extent = nowhere;
    if (!(look->x1 > look->x0))
        return extent;
    for (int i = 0; i < 4; i++)
        reach(&extent, placed(style, glyph->x + (i & 1 ? look->x1 : look->x0),
                              glyph->y + (i & 2 ? look->y1 : look->y0)), 0);
    return extent;
}

/* How far a corner's tip stands out. */
static double pen_reach(const struct fth_text_style *style)
{
    return style->pen * (style->join == FTH_STROKE_MITRE ? 4 : 1);
}

/* Around all letters that are written, the outline included. */
static enum fth_status letters_extent(const struct fth_text_drawing *drawing,
                                      struct extent *extent, struct fth_error *error)
{
    *extent = nowhere;
    for (size_t i = 0; i < drawing->layout->count; i++) {
        const struct fth_text_placed *glyph = &drawing->layout->glyphs[i];
        const struct fth_text_look *look = fth_text_look(drawing->fonts, glyph->font, glyph->code);
        if (!look)
            return fth_fail_memory(error, sizeof(*look), "letters");
        if (share_of(drawing, glyph->letter) > 0)
            join(extent, extent_of(drawing->style, look, glyph));
    }
    if (extent->low.x <= extent->high.x)
        *extent = moved(*extent, 0, 0, pen_reach(drawing->style));
    return FTH_OK;
}

/* The box behind the title, as a shape. */
static struct fth_frame_of_shape box_of(const struct fth_text_drawing *drawing)
{
    const struct fth_text_style *style = drawing->style;
    const struct fth_text_layout *layout = drawing->layout;
    return (struct fth_frame_of_shape){
        placed(style, (layout->x0 + layout->x1) / 2, (layout->y0 + layout->y1) / 2),
        fabs((layout->x1 - layout->x0) / 2 * style->em_x) + style->padding,
        fabs((layout->y1 - layout->y0) / 2 * style->em_y) + style->padding,
        style->cosine, style->sine};
}

static struct extent box_extent(const struct fth_text_drawing *drawing)
{
    struct fth_frame_of_shape box = box_of(drawing);
    struct extent extent = nowhere;
    if (!drawing->layout->letter_count)
        return extent;
    double x = fabs(box.half_width * box.cosine) + fabs(box.half_height * box.sine);
    double y = fabs(box.half_width * box.sine) + fabs(box.half_height * box.cosine);
    reach(&extent, (struct fth_spot){box.centre.x - x, box.centre.y - y}, 0);
    reach(&extent, (struct fth_spot){box.centre.x + x, box.centre.y + y}, 0);
    return extent;
}

static double blur_px(const struct fth_text_style *style)
{
    return fmin(style->shadow_blur, MOST_BLUR_PX);
}

static int32_t blur_reach(const struct fth_text_style *style)
{
    return fth_blur_reach(FTH_BLUR_GAUSSIAN, 1, blur_px(style)) + 1;
}

enum fth_status fth_text_bounds(const struct fth_text_drawing *drawing, struct fth_rect frame,
                                struct fth_rect *bounds, struct fth_error *error)
{
    const struct fth_text_style *style = drawing->style;
    struct extent letters, all;
    enum fth_status status = letters_extent(drawing, &letters, error);
    if (status != FTH_OK)
        return status;
    all = letters;
    if (style->has_shadow && letters.low.x <= letters.high.x) /* a pixel's width is at most x 4 */
        join(&all, moved(letters, style->shadow_x, style->shadow_y,
                         blur_reach(style) * fmax(style->aspect, 1)));
    if (style->has_box)
        join(&all, box_extent(drawing));
    *bounds = pixels_of(style, all, frame);
    return FTH_OK;
}

/* ---- outlines -------------------------------------------------------------------------------- */

/* Letters that are drawn together: their outline, and what it may touch. */
struct group {
    struct extent extent;
    size_t first, end; /* of the layout's glyphs; those between with a share of 0 are left out */
    double share;
};

/* What is covered, over the pixels of a plane; the whole moved by dx, dy. */
struct target {
    struct fth_plane *fill, *either; /* `either` with the outline; may be NULL */
    double dx, dy;
};

static void add_letter(const struct fth_text_drawing *drawing, const struct target *target,
                       const struct fth_text_placed *glyph, const struct fth_text_look *look,
                       double pen, struct fth_outline *outline)
{
    for (size_t i = 0; i < look->stroke_count; i++) {
        const struct fth_text_stroke *stroke = &look->strokes[i];
        struct fth_spot spots[3];
        for (int k = 0; k < 3; k++) {
            spots[k] = placed(drawing->style, glyph->x + stroke->spots[k].x,
                              glyph->y + stroke->spots[k].y);
            spots[k].x += target->dx;
            spots[k].y += target->dy;
        }
        if (stroke->kind == FTH_TEXT_BEGIN)
            fth_path_begin(outline, spots[0]);
        else if (stroke->kind == FTH_TEXT_LINE)
            fth_path_line(outline, spots[0]);
        else
            fth_path_curve(outline, spots[0], spots[1], spots[2], pen);
        bool ends = i + 1 == look->stroke_count || stroke[1].kind == FTH_TEXT_BEGIN;
        if (!ends || stroke->kind == FTH_TEXT_BEGIN)
            continue;
        fth_path_fill(outline);
        if (pen > 0)
            fth_path_stroke_joined(outline, pen, true, drawing->style->join);
    }
}

/* plane := what either covers, more of it where letters touch. Fills lie side by side: their parts
 * of a pixel add up; outlines cross at random. */
static void add_coverage(const struct fth_grid *cover, float share, bool adds, struct fth_rect rect,
                         const struct fth_plane *plane)
{
    for (int32_t y = rect.y0; y < rect.y1; y++) {
        const float *from = fth_grid_row(cover, y - rect.y0);
        float *to = fth_plane_at(plane, rect.x0, y);
        for (int32_t x = 0; x < fth_rect_width(rect); x++) {
            float c = from[x] * share, sum = to[x] + c;
            to[x] = adds ? (sum < 1 ? sum : 1) : sum - to[x] * c;
        }
    }
}

static enum fth_status cover_group(const struct fth_text_drawing *drawing,
                                   const struct target *target, const struct group *group,
                                   bool with_pen, struct fth_error *error)
{
    const struct fth_text_style *style = drawing->style;
    const struct fth_plane *plane = with_pen ? target->either : target->fill;
    double pen = with_pen ? style->pen : 0;
    struct extent extent = moved(group->extent, target->dx, target->dy,
                                 with_pen ? pen_reach(style) : 0);
    struct fth_rect rect = pixels_of(style, extent, plane->rect);
    struct fth_outline outline = {
        .view_x0 = (rect.x0 - 1) * style->aspect, .view_x1 = (rect.x1 + 1) * style->aspect,
        .view_y0 = rect.y0 - 1, .view_y1 = rect.y1 + 1, .squeeze = 1 / style->aspect};
    struct fth_coverage coverage = {.outline = &outline, .rule = FTH_FILL_NONZERO};
    size_t mark = fth_arena_mark(drawing->work.arena);
    struct fth_grid cover;
    if (fth_rect_empty(rect))
        return FTH_OK;
    for (size_t i = group->first; i < group->end; i++) {
        const struct fth_text_placed *glyph = &drawing->layout->glyphs[i];
        const struct fth_text_look *look = fth_text_look(drawing->fonts, glyph->font, glyph->code);
        if (look && share_of(drawing, glyph->letter) == group->share)
            add_letter(drawing, target, glyph, look, pen, &outline);
    }
    enum fth_status status = fth_grid_new(drawing->work.arena, fth_rect_width(rect),
                                          fth_rect_height(rect), &cover, error);
    if (status == FTH_OK)
        status = fth_coverage_draw(&drawing->work, &coverage, rect, &cover, error);
    if (status == FTH_OK)
        add_coverage(&cover, (float)group->share, !with_pen, rect, plane);
    fth_outline_clear(&outline);
    fth_arena_return(drawing->work.arena, mark);
    return status;
}

/* ---- letters --------------------------------------------------------------------------------- */

/* What is done with each group, and with each picture of a colour font (count 1). */
struct visitor {
    enum fth_status (*visit)(void *context, const struct group *group, struct fth_error *error);
    void *context;
    bool pictures;
};

/* Goes through all letters that are seen, those that touch together. */
static enum fth_status visit_letters(const struct fth_text_drawing *drawing,
                                     const struct visitor *visitor, struct fth_error *error)
{
    const struct fth_text_layout *layout = drawing->layout;
    struct group group = {.extent = nowhere};
    enum fth_status status = FTH_OK;
    for (size_t i = 0; i < layout->count && status == FTH_OK; i++) {
        const struct fth_text_placed *glyph = &layout->glyphs[i];
        const struct fth_text_look *look = fth_text_look(drawing->fonts, glyph->font, glyph->code);
        double share = share_of(drawing, glyph->letter);
        if (!look)
            return fth_fail_memory(error, sizeof(*look), "letters");
        if (look->is_coloured != visitor->pictures || !(share > 0) || !(look->x1 > look->x0))
            continue;
        struct extent extent = extent_of(drawing->style, look, glyph);
        bool joins = group.end && i - group.first < MOST_TOGETHER && !visitor->pictures &&
                     share == group.share && overlap(extent, group.extent);
        if (group.end && !joins)
            status = visitor->visit(visitor->context, &group, error);
        if (!joins)
            group = (struct group){.extent = nowhere, .first = i, .share = share};
        group.end = i + 1;
        join(&group.extent, extent);
    }
    if (status == FTH_OK && group.end)
        status = visitor->visit(visitor->context, &group, error);
    return status;
}

/* One pass over the letters of a target. */
struct pass {
    const struct fth_text_drawing *drawing;
    struct target target;
    struct fth_rect rect;
    double pixels; /* so far */
    struct fth_plane *const *planes; /* of pictures: R G B A, or A alone */
    bool alpha_only;
};

static enum fth_status measure_group(void *context, const struct group *group,
                                     struct fth_error *error)
{
    struct pass *pass = context;
    const struct fth_text_style *style = pass->drawing->style;
    struct extent extent =
        moved(group->extent, pass->target.dx, pass->target.dy, pen_reach(style));
    struct fth_rect rect = pixels_of(style, extent, pass->rect);
    (void)error;
    pass->pixels += (double)fth_rect_width(rect) * fth_rect_height(rect);
    return FTH_OK;
}

static enum fth_status draw_group(void *context, const struct group *group,
                                  struct fth_error *error)
{
    struct pass *pass = context;
    enum fth_status status = FTH_OK;
    if (pass->target.fill)
        status = cover_group(pass->drawing, &pass->target, group, false, error);
    if (status == FTH_OK && pass->target.either)
        status = cover_group(pass->drawing, &pass->target, group, true, error);
    return status;
}

static enum fth_status draw_picture(void *context, const struct group *group,
                                    struct fth_error *error)
{
    struct pass *pass = context;
    const struct fth_text_drawing *drawing = pass->drawing;
    const struct fth_text_style *style = drawing->style;
    const struct fth_text_placed *glyph = &drawing->layout->glyphs[group->first];
    const struct fth_text_look *look = fth_text_look(drawing->fonts, glyph->font, glyph->code);
    struct fth_spot origin = placed(style, glyph->x, glyph->y);
    struct fth_text_picture picture = {
        .look = look, .share = (float)group->share, .space = style->space,
        .origin = {origin.x + pass->target.dx, origin.y + pass->target.dy},
        .em_x = style->em_x, .em_y = style->em_y, .cosine = style->cosine, .sine = style->sine,
        .aspect = style->aspect, .alpha_only = pass->alpha_only};
    struct fth_rect rect =
        pixels_of(style, moved(group->extent, pass->target.dx, pass->target.dy, 1), pass->rect);
    if (!look)
        return fth_fail_memory(error, sizeof(*look), "letters");
    if (drawing->work.cancel && fth_cancelled(drawing->work.cancel))
        return fth_fail(error, FTH_CANCELLED, "cancelled");
    if (look->picture && !fth_rect_empty(rect))
        fth_text_picture_draw(&picture, rect, pass->planes);
    return FTH_OK;
}

static enum fth_status check_work(const struct fth_text_drawing *drawing, struct fth_rect rect,
                                  struct fth_error *error)
{
    struct pass pass = {.drawing = drawing, .rect = rect};
    enum fth_status status =
        visit_letters(drawing, &(struct visitor){measure_group, &pass, false}, error);
    if (status == FTH_OK)
        status = visit_letters(drawing, &(struct visitor){measure_group, &pass, true}, error);
    if (status == FTH_OK && pass.pixels > MOST_PIXELS)
        return fth_fail(error, FTH_ERR_LIMIT, "text: %u letters lie over each other so that they "
                        "cover %.0f million pixels, the limit is %.0f; use fewer or smaller ones, "
                        "or more tracking", drawing->layout->letter_count, pass.pixels / 1e6,
                        MOST_PIXELS / 1e6);
    return status;
}

/* ---- layers ---------------------------------------------------------------------------------- */

static enum fth_status new_plane(const struct fth_text_drawing *drawing, struct fth_rect rect,
                                 struct fth_plane **plane, struct fth_error *error)
{
    enum fth_status status = fth_plane_new(drawing->buffers, rect, plane, error);
    if (status == FTH_OK)
        fth_plane_fill(*plane, 0);
    return status;
}

/* Lays a colour over the planes where `cover` is. */
static void lay_colour(const struct fth_plane *cover, struct fth_rect rect, const float colour[4],
                       struct fth_plane *const planes[4])
{
    for (int32_t y = rect.y0; y < rect.y1; y++) {
        const float *c = fth_plane_at(cover, rect.x0, y);
        for (int i = 0; i < 4; i++) {
            float *to = fth_plane_at(planes[i], rect.x0, y);
            float value = i < 3 ? colour[i] : 1;
            for (int32_t x = 0; x < fth_rect_width(rect); x++) {
                float a = c[x] * colour[3];
                to[x] = value * a + to[x] * (1 - a);
            }
        }
    }
}

/* The same of fill and ring at once: they share their border's pixels, and leave no seam. */
static void lay_letters(const struct fth_text_style *style, const struct target *target,
                        struct fth_rect rect, struct fth_plane *const planes[4])
{
    for (int32_t y = rect.y0; y < rect.y1; y++) {
        const float *fill = fth_plane_at(target->fill, rect.x0, y);
        const float *either = fth_plane_at(target->either, rect.x0, y);
        for (int i = 0; i < 4; i++) {
            float *to = fth_plane_at(planes[i], rect.x0, y);
            float of_fill = i < 3 ? style->fill[i] : 1, of_ring = i < 3 ? style->outline[i] : 1;
            for (int32_t x = 0; x < fth_rect_width(rect); x++) {
                float ring = either[x] > fill[x] ? either[x] - fill[x] : 0;
                float a = fill[x] * style->fill[3], b = ring * style->outline[3];
                to[x] = of_fill * a + of_ring * b + to[x] * (1 - (a + b));
            }
        }
    }
}

static enum fth_status draw_box(const struct fth_text_drawing *drawing, struct fth_rect rect,
                                struct fth_plane *const planes[4], struct fth_error *error)
{
    const struct fth_text_style *style = drawing->style;
    struct fth_outline outline = {
        .view_x0 = (rect.x0 - 1) * style->aspect, .view_x1 = (rect.x1 + 1) * style->aspect,
        .view_y0 = rect.y0 - 1, .view_y1 = rect.y1 + 1, .squeeze = 1 / style->aspect};
    struct fth_coverage coverage = {.outline = &outline, .rule = FTH_FILL_NONZERO};
    struct fth_frame_of_shape box = box_of(drawing);
    struct fth_plane *cover = NULL;
    rect = pixels_of(style, box_extent(drawing), rect);
    if (fth_rect_empty(rect))
        return FTH_OK;
    fth_path_rectangle(&outline, &box, style->corner);
    fth_path_fill(&outline);
    enum fth_status status = new_plane(drawing, rect, &cover, error);
    if (status == FTH_OK) {
        struct fth_grid grid = fth_grid_of_plane(cover, rect);
        status = fth_coverage_draw(&drawing->work, &coverage, rect, &grid, error);
    }
    if (status == FTH_OK)
        lay_colour(cover, rect, style->box, planes);
    fth_plane_unref(&cover);
    fth_outline_clear(&outline);
    return status;
}

/* The letters' whole shape where the shadow falls, blurred: as far beyond `rect` as it is seen
 * within. */
static enum fth_status draw_shadow(const struct fth_text_drawing *drawing, struct fth_rect rect,
                                   struct fth_plane *const planes[4], struct fth_error *error)
{
    const struct fth_text_style *style = drawing->style;
    struct fth_plane *cover = NULL;
    struct extent letters;
    int32_t far = blur_reach(style);
    enum fth_status status = letters_extent(drawing, &letters, error);
    if (status != FTH_OK || letters.low.x > letters.high.x)
        return status;
    struct extent shade =
        moved(letters, style->shadow_x, style->shadow_y, far * fmax(style->aspect, 1));
    struct fth_rect source = pixels_of(style, shade, fth_rect_grow(rect, far, far));
    rect = fth_rect_intersect(source, rect);
    if (fth_rect_empty(rect))
        return FTH_OK;
    status = new_plane(drawing, source, &cover, error);
    if (status != FTH_OK)
        return status;
    struct pass pass = {.drawing = drawing, .rect = source, .alpha_only = true, .planes = &cover,
                        .target = {.dx = style->shadow_x, .dy = style->shadow_y}};
    *(style->pen > 0 ? &pass.target.either : &pass.target.fill) = cover;
    struct fth_grid grid = fth_grid_of_plane(cover, source);
    status = visit_letters(drawing, &(struct visitor){draw_group, &pass, false}, error);
    if (status == FTH_OK)
        status = visit_letters(drawing, &(struct visitor){draw_picture, &pass, true}, error);
    if (status == FTH_OK && style->shadow_blur > 0)
        status = fth_blur(&drawing->work, &grid, &grid, FTH_BLUR_GAUSSIAN, 1,
                          blur_px(style) / style->aspect, blur_px(style), FTH_BORDER_ZERO, error);
    if (status == FTH_OK)
        lay_colour(cover, rect, style->shadow, planes);
    fth_plane_unref(&cover);
    return status;
}

static enum fth_status draw_letters(const struct fth_text_drawing *drawing, struct fth_rect rect,
                                    struct fth_plane *const planes[4], struct fth_error *error)
{
    const struct fth_text_style *style = drawing->style;
    struct pass pass = {.drawing = drawing, .rect = rect, .planes = planes};
    struct extent letters;
    enum fth_status status = letters_extent(drawing, &letters, error);
    rect = pixels_of(style, letters, rect);
    if (status != FTH_OK || fth_rect_empty(rect))
        return status;
    status = new_plane(drawing, rect, &pass.target.fill, error);
    if (status == FTH_OK && style->pen > 0)
        status = new_plane(drawing, rect, &pass.target.either, error);
    if (status == FTH_OK)
        status = visit_letters(drawing, &(struct visitor){draw_group, &pass, false}, error);
    if (status == FTH_OK && style->pen > 0)
        lay_letters(style, &pass.target, rect, planes);
    else if (status == FTH_OK)
        lay_colour(pass.target.fill, rect, style->fill, planes);
    if (status == FTH_OK)
        status = visit_letters(drawing, &(struct visitor){draw_picture, &pass, true}, error);
    fth_plane_unref(&pass.target.fill);
    fth_plane_unref(&pass.target.either);
    return status;
}

enum fth_status fth_text_draw(const struct fth_text_drawing *drawing, struct fth_rect rect,
                              struct fth_plane *const planes[4], struct fth_error *error)
{
    const struct fth_text_style *style = drawing->style;
    enum fth_status status = check_work(drawing, rect, error);
    if (status == FTH_OK && style->has_box)
        status = draw_box(drawing, rect, planes, error);
    if (status == FTH_OK && style->has_shadow)
        status = draw_shadow(drawing, rect, planes, error);
    return status == FTH_OK ? draw_letters(drawing, rect, planes, error) : status;
}
