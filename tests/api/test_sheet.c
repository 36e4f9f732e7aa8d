/* SPDX-License-Identifier: Apache-2.0 */
/* What a contact sheet shows of files that are no ordinary pictures: depth alone, and HDR. */
#include "check.h"
#include "fathom/fathom.h"
#include "io/media.h"

enum { SIDE = 32, GAP = 8, CELL_X = GAP + SIDE / 2, CELL_Y = GAP + 30 + SIDE / 2, FRAMES = 5 };

static struct fth_error error;

/* A file of one even frame: all of `names` are `value`. */
static void write_even(const char *path, const char *const *names, float value,
                       struct fth_tags tags)
{
    struct fth_writer_spec spec = {.format = {SIDE, SIDE, 1}, .rate = {25, 1},
                                   .footage = {.tags = tags}};
    struct fth_image *image = NULL;
    struct fth_writer *writer = NULL;
    enum fth_status status = fth_image_new(spec.format, fth_format_rect(spec.format), &image,
                                           &error);
    for (int i = 0; names[i] && status == FTH_OK; i++) {
        struct fth_plane *plane = NULL;
        status = fth_image_add(image, names[i], NULL, image->domain, &plane, &error);
        if (status == FTH_OK)
            fth_plane_fill(plane, value);
    }
    if (status == FTH_OK)
        status = fth_writer_open(path, &spec, &writer, &error);
    if (status == FTH_OK)
        status = fth_writer_frame(writer, 1, image, &error);
    if (status == FTH_OK)
        status = fth_writer_finish(&writer, &error);
    fth_writer_abort(&writer);
    fth_image_unref(&image);
    FTH_REQUIRE_OK(status, error);
}

/* The middle of one cell of the file's sheet, which has so many. */
static double shown_at(const char *path, int columns, int column)
{
    const char *paths[] = {path};
    struct fth_sheet_options options = {.paths = paths, .path_count = 1, .columns = columns,
                                        .cell_width = SIDE, .overwrite = true};
    char sheet[1024];
    struct fth_session *session = NULL;
    struct fth_reader *reader = NULL;
    struct fth_image *image = NULL;
    double value = -1;
    snprintf(sheet, sizeof(sheet), "%s", fth_test_path("sheet.png"));
    enum fth_status status = fth_session_open(NULL, &session, &error);
    if (status == FTH_OK)
        status = fth_sheet_write(session, &options, sheet, &error);
    if (status == FTH_OK)
        status = fth_reader_open(sheet, NULL, &reader, &error);
    if (status == FTH_OK)
        status = fth_reader_frame(reader, 1, &image, &error);
    if (status == FTH_OK)
        value = (double)*fth_plane_at(fth_image_plane(image, "G"),
                                      CELL_X + column * (SIDE + GAP), CELL_Y);
    fth_image_unref(&image);
    fth_reader_close(&reader);
    fth_session_close(&session);
    return value;
}

static double shown(const char *path)
{
    return shown_at(path, 1, 0);
}

/* All tolerances: one step of the sheet's 8 bits. */
FTH_TEST(a_sheet_shows_depth_as_grey)
{
    static const char *const depth[] = {"confidence", "disparity", "subject", NULL};
    char path[1024];
    snprintf(path, sizeof(path), "%s", fth_test_path("depth.exr"));
    write_even(path, depth, 0.25f, (struct fth_tags){0});
    FTH_CHECK_NEAR(shown(path), 0.25, 1.0 / 255);
}

/* HLG 0.5 is 1/12 of the scene's light; a display of 1000 nits shows (1/12)^1.2 1000 = 50.7 of
 * them, 203 nits are white, and the display's curve is 2.4: (50.7 / 203)^(1 / 2.4) = 0.561. */
FTH_TEST(a_sheet_shows_hdr_as_a_display_does)
{
    static const char *const colours[] = {"R", "G", "B", NULL};
    struct fth_tags hlg = {FTH_PRIMARIES_BT2020, FTH_TRANSFER_HLG, 9, FTH_RANGE_LIMITED};
    char path[1024];
    snprintf(path, sizeof(path), "%s", fth_test_path("hlg.mkv"));
    write_even(path, colours, 0.5f, hlg);
    FTH_CHECK_NEAR(shown(path), 0.561, 1.0 / 255);
}

FTH_TEST(a_sheet_with_a_column_a_frame_shows_each_once)
{
    static const char *const colours[] = {"R", "G", "B", NULL};
    char path[1024], base[1000];
    snprintf(base, sizeof(base), "%s", fth_test_path("row"));
    for (int i = 0; i < FRAMES; i++) {
        snprintf(path, sizeof(path), "%s.%04d.png", base, i + 1);
        write_even(path, colours, 0.1f + 0.2f * (float)i, (struct fth_tags){0});
    }
    snprintf(path, sizeof(path), "%s.####.png", base);
    for (int i = 0; i < FRAMES; i++)
        FTH_CHECK_NEAR(shown_at(path, FRAMES, i), 0.1 + 0.2 * i, 1.0 / 255);
    FTH_CHECK_NEAR(shown_at(path, 1, 0), 0.5, 1.0 / 255); /* the middle one */
}
