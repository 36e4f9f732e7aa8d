/* SPDX-License-Identifier: Apache-2.0 */
/* Contact sheets: a row of small frames for each file, so that a job's results can be seen at one
 * look. Alpha is shown over a checkerboard, depth without colours as
 * grey, HDR as an ordinary display shows it; a caption stands above each row. */
#include <stdio.h>
#include <string.h>

#include "api/handles.h"
#include "base/arena.h"
#include "base/mem.h"
#include "colour/display.h"
#include "fathom/fathom.h"
#include "io/media.h"
#include "nodes/colours.h"
#include "ops/grid.h"
#include "ops/resize.h"

enum { GAP = 8, CAPTION = 30, CHECKER = 12, MOST_ROWS = 64, MOST_COLUMNS = 64 };

struct sheet {
    const struct fth_sheet_options *options;
    struct fth_work work;
    struct fth_plane *rgb[3]; /* lent by `image` */
    struct fth_image *image;
    int columns, cell_width, cell_heights[MOST_ROWS], row_tops[MOST_ROWS];
};

/* What cell (x, y) shows behind a transparent picture. */
static float checker(int32_t x, int32_t y)
{
    return (x / CHECKER + y / CHECKER) % 2 ? 0.42f : 0.58f;
}

static enum fth_status shrink_plane(struct sheet *sheet, struct fth_rect rect,
                                    const struct fth_plane *plane, float missing,
                                    const struct fth_grid *small, struct fth_error *error)
{
    struct fth_plane *whole = NULL;
    enum fth_status status = fth_plane_new(NULL, rect, &whole, error);
    if (status != FTH_OK)
        return status;
    fth_plane_copy(whole, plane, rect, plane ? 0 : missing);
    struct fth_grid grid = fth_grid_of_plane(whole, rect);
    status = fth_resize_area(&sheet->work, &grid, small, error);
    fth_plane_unref(&whole);
    return status;
}

/* The frame's R, G, B and A at the size of a cell. */
static enum fth_status shrink_frame(struct sheet *sheet, const struct fth_reader *reader,
                                    struct fth_image *frame, struct fth_grid small[4],
                                    struct fth_error *error)
{
    const struct fth_plane *planes[4], *alpha;
    struct fth_image *shown = fth_image_ref(frame);
    enum fth_status status = FTH_OK;
    fth_image_colours(frame, planes);
    alpha = planes[3];
    if (fth_image_plane(frame, "R")) /* never depth */
        status = fth_display_image(fth_colours_of_file(fth_reader_info(reader), false),
                                   FTH_COLOUR_FILE, NULL, NULL, &shown, error);
    fth_image_colours(shown, planes);
    planes[3] = alpha;
    for (int c = 0; c < 4 && status == FTH_OK; c++)
        status = shrink_plane(sheet, fth_format_rect(frame->format), planes[c], c == 3, &small[c],
                              error);
    fth_image_unref(&shown);
    return status;
}

static void blend_cell(struct sheet *sheet, int32_t left, int32_t top, const struct fth_grid *small,
                       bool premultiplied)
{
    const struct fth_grid *alpha = &small[3];
    for (int32_t y = 0; y < alpha->height; y++) {
        const float *a = fth_grid_row(alpha, y);
        for (int c = 0; c < 3; c++) {
            const float *src = fth_grid_row(&small[c], y);
            float *dst = fth_plane_at(sheet->rgb[c], left, top + y);
            for (int32_t x = 0; x < alpha->width; x++) {
                float colour = premultiplied ? src[x] : src[x] * a[x];
                dst[x] = colour + (1 - a[x]) * checker(x, y);
            }
        }
    }
}

static enum fth_status draw_cell(struct sheet *sheet, struct fth_reader *reader, int64_t frame,
                                 int row, int column, struct fth_error *error)
{
    struct fth_image *image = NULL;
    struct fth_grid small[4];
    size_t mark = fth_arena_mark(sheet->work.arena);
    enum fth_status status = fth_reader_frame(reader, frame, &image, error);
    for (int c = 0; c < 4 && status == FTH_OK; c++)
        status = fth_grid_new(sheet->work.arena, sheet->cell_width, sheet->cell_heights[row],
                              &small[c], error);
    if (status == FTH_OK)
        status = shrink_frame(sheet, reader, image, small, error);
    if (status == FTH_OK)
        blend_cell(sheet, GAP + column * (sheet->cell_width + GAP), sheet->row_tops[row] + CAPTION,
                   small, image->premultiplied);
    fth_image_unref(&image);
    fth_arena_return(sheet->work.arena, mark);
    return status;
}

/* The caption is a picture of the text node: the one place that knows fonts. */
static enum fth_status draw_caption(struct sheet *sheet, struct fth_session *session, int row,
                                    const char *caption, struct fth_error *error)
{
    struct fth_document *document = NULL;
    struct fth_picture *picture = NULL;
    int32_t width = fth_rect_width(sheet->image->domain) - 2 * GAP;
    char width_text[16], height_text[16];
    snprintf(width_text, sizeof(width_text), "%d", width);
    snprintf(height_text, sizeof(height_text), "%d", CAPTION);
    const char *const values[][2] = {{"text", caption},     {"width", width_text},
                                     {"height", height_text}, {"size", "0.55"},
                                     {"align", "left"},     {"position", "0.5,0.5"}};
    enum fth_status status = fth_document_new(session, &document, error);
    if (status == FTH_OK)
        status = fth_document_add(document, "caption", "text", error);
    for (size_t i = 0; i < FTH_ARRAY_COUNT(values) && status == FTH_OK; i++)
        status = fth_document_set(document, "caption", values[i][0], values[i][1], error);
    if (status == FTH_OK)
        status = fth_picture_render(document, "caption", 1, &picture, error);
    if (status == FTH_OK) {
        const struct fth_plane *ink = fth_image_plane(fth_picture_image(picture), "A");
        /* text stands by its middle: it is drawn there, and moved to the left edge */
        int32_t left = ink ? ink->rect.x0 : 0;
        struct fth_rect rect = {left, 0, left + width, CAPTION};
        rect = ink ? fth_rect_intersect(ink->rect, rect) : (struct fth_rect){0};
        for (int32_t y = rect.y0; y < rect.y1; y++) {
            for (int c = 0; c < 3; c++) {
                float *dst = fth_plane_at(sheet->rgb[c], GAP, sheet->row_tops[row] + y);
                const float *src = fth_plane_at(ink, rect.x0, y);
                for (int32_t x = 0; x < fth_rect_width(rect); x++)
                    dst[x] += src[x] * (0.9f - dst[x]);
            }
        }
    }
    fth_picture_free(&picture);
    fth_document_free(&document);
    return status;
}

static enum fth_status draw_row(struct sheet *sheet, struct fth_session *session, int row,
                                struct fth_reader *reader, struct fth_error *error)
{
    const struct fth_media_info *info = fth_reader_info(reader);
    const struct fth_sheet_options *options = sheet->options;
    int64_t from = options->first_frame ? options->first_frame : INT64_MIN;
    int64_t first = FTH_MAX(info->first_frame, from);
    int64_t last = FTH_MIN(info->last_frame, options->last_frame ? options->last_frame : INT64_MAX);
    int64_t count = FTH_MAX(last - first + 1, 1);
    enum fth_status status = FTH_OK;
    for (int column = 0; column < sheet->columns && status == FTH_OK; column++) {
        /* the middle of each of `columns` equal parts, so that the very ends do not dominate */
        int64_t frame = first + (count * (2 * column + 1)) / (2 * sheet->columns);
        if (column > 0 && count == 1)
            break;
        status = draw_cell(sheet, reader, frame, row, column, error);
    }
    if (status == FTH_OK && options->captions)
        status = draw_caption(sheet, session, row, options->captions[row], error);
    return status;
}

/* Sizes of all rows, and the empty dark sheet. */
static enum fth_status lay_out(struct sheet *sheet, struct fth_reader **readers,
                               struct fth_error *error)
{
    int32_t top = GAP;
    for (int row = 0; row < sheet->options->path_count; row++) {
        struct fth_format format = fth_reader_info(readers[row])->format;
        double height = (double)sheet->cell_width * format.height / format.width;
        sheet->cell_heights[row] = FTH_MAX(1, (int)(height + 0.5));
        sheet->row_tops[row] = top;
        top += CAPTION + sheet->cell_heights[row] + GAP;
        if (top > FTH_LIMIT_SIDE)
            return fth_fail(error, FTH_ERR_LIMIT, "contact sheet: higher than %d pixels; ask for "
                            "fewer files or narrower cells", FTH_LIMIT_SIDE);
    }
    struct fth_format format = {GAP + sheet->columns * (sheet->cell_width + GAP), top, 1};
    enum fth_status status = fth_image_new(format, fth_format_rect(format), &sheet->image, error);
    static const char *const names[] = {"R", "G", "B"};
    for (int c = 0; c < 3 && status == FTH_OK; c++) {
        status = fth_image_add(sheet->image, names[c], NULL, sheet->image->domain, &sheet->rgb[c],
                               error);
        if (status == FTH_OK)
            fth_plane_fill(sheet->rgb[c], 0.09f);
    }
    return status;
}

static enum fth_status check_options(const struct fth_sheet_options *options,
                                     struct fth_error *error)
{
    if (options->path_count < 1 || options->path_count > MOST_ROWS)
        return fth_fail(error, FTH_ERR_USAGE, "contact sheet: %d files, 1 to %d are possible",
                        options->path_count, MOST_ROWS);
    if (options->columns < 0 || options->columns > MOST_COLUMNS)
        return fth_fail(error, FTH_ERR_USAGE, "contact sheet: %d columns, 1 to %d are possible",
                        options->columns, MOST_COLUMNS);
    if (options->cell_width < 0 || options->cell_width > 4096)
        return fth_fail(error, FTH_ERR_USAGE, "contact sheet: cells %d pixels wide, 1 to 4096 are "
                        "possible", options->cell_width);
    return FTH_OK;
}

enum fth_status fth_sheet_write(struct fth_session *session,
                                const struct fth_sheet_options *options, const char *path,
                                struct fth_error *error)
{
    struct sheet sheet = {.options = options,
                          .columns = options->columns ? options->columns : 6,
                          .cell_width = options->cell_width ? options->cell_width : 320};
    struct fth_reader *readers[MOST_ROWS] = {0};
    enum fth_status status = check_options(options, error);
    if (status == FTH_OK)
        status = fth_arena_create(&sheet.work.arena, error);
    for (int row = 0; row < options->path_count && status == FTH_OK; row++)
        status = fth_reader_open(options->paths[row], NULL, &readers[row], error);
    if (status == FTH_OK)
        status = lay_out(&sheet, readers, error);
    for (int row = 0; row < options->path_count && status == FTH_OK; row++)
        status = draw_row(&sheet, session, row, readers[row], error);
    if (status == FTH_OK)
        status = fth_image_write(sheet.image, FTH_BITS_8, path, options->overwrite, error);
    for (int row = 0; row < MOST_ROWS; row++)
        fth_reader_close(&readers[row]);
    fth_image_unref(&sheet.image);
    fth_arena_destroy(&sheet.work.arena);
    return status;
}
