/* SPDX-License-Identifier: Apache-2.0 */
/* What a file says of its pixels: matrix, range, depth, alpha, orientation, shape, times and time
 * code; read as ffmpeg reads it, and said again by what is written. */
#include <stdlib.h>

#include "ffmpeg.h"
#include "image/origin.h"
#include "pictures.h"

enum { WIDTH = 96, HEIGHT = 64 };

/* So gentle that halved chroma still has all of it. */
static void write_gentle(const char *name, bool alpha)
{
    struct fth_error error;
    struct fth_image *image = make_picture(WIDTH, HEIGHT, 1, alpha);
    for (int c = 0; c < image->channel_count; c++)
        for (int y = 0; y < HEIGHT; y++)
            for (int x = 0; x < WIDTH; x++)
                *fth_plane_at(image->channels[c].plane, x, y) =
                    (float)(0.5 + 0.4 * sin(0.03 * x + 0.02 * y * (c + 1) + 2 * c));
    struct fth_writer_spec spec = {.format = image->format, .alpha = alpha};
    struct fth_writer *writer = NULL;
    enum fth_status status = fth_writer_open(fth_test_path(name), &spec, &writer, &error);
    if (status == FTH_OK)
        status = fth_writer_frame(writer, 1, image, &error);
    if (status == FTH_OK)
        status = fth_writer_finish(&writer, &error);
    FTH_CHECK_INT(status, FTH_OK);
    fth_image_unref(&image);
}

/* What a picture was made from makes it again, all of it and some rows. */
static void check_origin(const char *name, const struct fth_image *image)
{
    struct fth_error error;
    struct fth_image *bare = NULL, *whole = NULL, *rows = NULL;
    struct fth_rect some = {0, 13, image->format.width, 38};
    if (!image->origin)
        return;
    FTH_REQUIRE_OK(fth_image_bare(image, &bare, &error), error);
    FTH_REQUIRE(fth_image_is_bare(bare) && !fth_image_is_bare(image));
    FTH_CHECK(fth_image_size(bare) <= fth_image_size(image) / 2 + sizeof(*bare));
    FTH_REQUIRE_OK(fth_image_unpack(bare, image->domain, NULL, NULL, &whole, &error), error);
    FTH_REQUIRE_OK(fth_image_unpack(bare, some, NULL, NULL, &rows, &error), error);
    if (!same_bytes(image, whole) || whole->premultiplied != image->premultiplied)
        fth_test_fail(__FILE__, __LINE__, "%s: made again it is another", name);
    FTH_CHECK_INT(rows->channel_count, image->channel_count);
    for (int c = 0; c < rows->channel_count; c++) {
        const struct fth_plane *part = rows->channels[c].plane, *all = image->channels[c].plane;
        FTH_REQUIRE(fth_rect_contains(part->rect, some));
        FTH_CHECK(!fth_origin_has_rows(bare->origin) || fth_rect_equal(part->rect, some));
        for (int y = some.y0; y < some.y1; y++)
            if (memcmp(fth_plane_at(part, 0, y), fth_plane_at(all, 0, y),
                       (size_t)some.x1 * sizeof(float)) != 0)
                fth_test_fail(__FILE__, __LINE__, "%s: row %d made alone is another", name, y);
    }
    fth_image_unref(&bare);
    fth_image_unref(&whole);
    fth_image_unref(&rows);
}

/* Whether frame 1 of the file can be kept as it is. */
static bool has_origin(const char *name)
{
    struct fth_error error;
    struct fth_image *image = NULL;
    if (read_picture(fth_test_path(name), 1, &image, &error) != FTH_OK)
        return false;
    bool has = image->origin;
    fth_image_unref(&image);
    return has;
}

/* Frame 1 of `name` against a 16-bit PNG of ffmpeg's, made by zscale: swscale itself is up to three
 * codes off where chroma is halved, and nine tenths where the range is limited. */
static void compare(const char *name, const char *png, const char *channels, double bound)
{
    struct fth_error error;
    struct fth_image *ours = NULL, *theirs = NULL;
    FTH_REQUIRE_OK(read_picture(fth_test_path(name), 1, &ours, &error), error);
    FTH_REQUIRE_OK(read_picture(fth_test_path(png), 1, &theirs, &error), error);
    check_origin(name, ours);
    for (const char *c = channels; *c; c++) {
        const char channel[2] = {*c, '\0'};
        double off = channel_difference(ours, theirs, channel);
        if (!(off <= bound))
            fth_test_fail(__FILE__, __LINE__, "%s: %s is off by %g of 255", name, channel,
                          off * 255);
    }
    fth_image_unref(&ours);
    fth_image_unref(&theirs);
}

static void compare_alpha(const char *name, const char *png)
{
    struct fth_error error;
    struct fth_image *ours = NULL, *theirs = NULL;
    FTH_REQUIRE_OK(read_picture(fth_test_path(name), 1, &ours, &error), error);
    FTH_REQUIRE_OK(read_picture(fth_test_path(png), 1, &theirs, &error), error);
    FTH_REQUIRE_OK(fth_image_set(theirs, "A", fth_plane_ref(fth_image_plane(theirs, "R")), &error),
                   error);
    FTH_CHECK_NEAR(channel_difference(ours, theirs, "A"), 0, 2.0 / 255); /* theirs: bits cut off */
    fth_image_unref(&ours);
    fth_image_unref(&theirs);
}

/* The promise is one code of 8 bits; rounding to 16 bits and to the last digit of a float is all
 * that is left between two right answers. */
#define ROUNDING (0.02 / 255)

struct coding {
    const char *pixels, *matrix, *tag, *range;
};

/* Each matrix, range, depth and kind of chroma. */
FTH_TEST(every_coding_is_read_as_ffmpeg_reads_it)
{
    static const struct coding codings[] = {
        {"yuv420p", "170m", "smpte170m", "tv"},        {"yuv420p", "709", "bt709", "pc"},
        {"yuv420p10le", "2020_ncl", "bt2020nc", "tv"}, {"yuv420p10le", "170m", "smpte170m", "pc"},
        {"yuv422p10le", "709", "bt709", "tv"},         {"yuv422p", "2020_ncl", "bt2020nc", "pc"},
        {"yuv444p12le", "709", "bt709", "tv"},
        {"yuv444p12le", "2020_ncl", "bt2020nc", "pc"},
        {"yuv444p16le", "170m", "smpte170m", "tv"},    {"yuv444p16le", "709", "bt709", "pc"},
    };
    FTH_NEED_FFMPEG();
    write_gentle("gentle.png", false);
    for (size_t i = 0; i < FTH_ARRAY_COUNT(codings); i++) {
        const struct coding *c = &codings[i];
        bool made = ffmpeg_run("-i gentle.png -vf zscale=matrix=%s:range=%s,format=%s -c:v ffv1 "
                               "-colorspace %s -color_range %s coded.mkv", c->matrix, c->range,
                               c->pixels, c->tag, c->range) &&
                    ffmpeg_run("-i coded.mkv -vf zscale=matrixin=%s:rangein=%s:matrix=gbr:range=pc:"
                               "filter=bilinear,format=gbrp16le -frames:v 1 -pix_fmt rgb48be "
                               "theirs.png", c->matrix, c->range);
        FTH_REQUIRE(made);
        compare("coded.mkv", "theirs.png", "RGB", ROUNDING);
        FTH_CHECK(has_origin("coded.mkv") || strcmp(c->pixels, "yuv444p16le") == 0);
        compare("coded.mkv", "gentle.png", "RGB", 7.0 / 255); /* what came in, chroma halved */
    }
}

FTH_TEST(alpha_is_read_as_ffmpeg_reads_it)
{
#define ZSCALE                                                                                     \
    "zscale=matrixin=170m:rangein=tv:matrix=gbr:range=pc:filter=bilinear,format=gbrp16le"
    static const struct {
        const char *name, *coder, *decoder, *colours;
    } files[] = {
        {"alpha.mov", "-c:v prores_ks -profile:v 4444 -pix_fmt yuva444p10le -alpha_bits 16", "",
         "format=yuv444p12le," ZSCALE},
        {"rle.mov", "-c:v qtrle -pix_fmt argb", "", "format=rgb24"},
        {"png.mov", "-c:v png -pix_fmt rgba", "", "format=rgb24"},
        {"alpha.webm", "-c:v libvpx-vp9 -pix_fmt yuva420p -crf 10 -b:v 0 -auto-alt-ref 0",
         "-c:v libvpx-vp9", "format=yuv420p," ZSCALE},
    };
    FTH_NEED_FFMPEG();
    write_gentle("gentle.png", true);
    for (size_t i = 0; i < FTH_ARRAY_COUNT(files); i++) {
        FTH_REQUIRE(ffmpeg_run("-i gentle.png %s %s", files[i].coder, files[i].name));
        FTH_REQUIRE(ffmpeg_run("%s -i %s -frames:v 1 -vf %s theirs.png -frames:v 1 -vf "
                               "alphaextract,format=gray alpha.png", files[i].decoder,
                               files[i].name, files[i].colours));
        compare(files[i].name, "theirs.png", "RGB", ROUNDING);
        compare_alpha(files[i].name, "alpha.png");
        compare(files[i].name, "gentle.png", "A", 4.0 / 255); /* what came in */
    }
}

/* VP9 keeps alpha as a second picture: what is written comes back with it. */
FTH_TEST(webm_keeps_alpha)
{
    struct fth_error error;
    struct fth_writer_spec spec = {.format = {WIDTH, HEIGHT, 1}, .alpha = true};
    FTH_REQUIRE_OK(write_pictures(fth_test_path("a.webm"), &spec, 3, &error), error);
    for (int f = 1; f <= 3; f++) {
        struct fth_image *made = make_picture(WIDTH, HEIGHT, f, true), *read = NULL;
        FTH_REQUIRE_OK(read_picture(fth_test_path("a.webm"), f, &read, &error), error);
        FTH_CHECK(!read->premultiplied);
        /* lossy: crf 20 of these waves is within 3 codes on the mean, 12 at worst */
        FTH_CHECK(mean_difference(made, read, "A") < 3.0 / 255);
        FTH_CHECK(channel_difference(made, read, "A") < 12.0 / 255);
        fth_image_unref(&made);
        fth_image_unref(&read);
    }
}

/* Overwrites the matrix of the first track that has a picture. */
static void turn_file(const char *name, const int matrix[4])
{
    void *bytes = NULL;
    size_t size = 0;
    FTH_REQUIRE(fth_file_read(fth_test_path(name), 1 << 24, &bytes, &size, NULL) == FTH_OK);
    unsigned char *box = memmem(bytes, size, "tkhd", 4);
    FTH_REQUIRE(box != NULL);
    unsigned char *at = box + 4 + 4 + 5 * 4 + 8 + 8; /* version 0: times, track, layer, volume */
    for (int i = 0; i < 4; i++) {
        uint32_t value = (uint32_t)(matrix[i] * 65536);
        unsigned char *cell = at + 4 * (i < 2 ? i : i + 1);
        for (int b = 0; b < 4; b++)
            cell[b] = (unsigned char)(value >> (24 - 8 * b));
    }
    FTH_CHECK(fth_file_write(fth_test_path("turned.mp4"), bytes, size, true, NULL) == FTH_OK);
    fth_free(bytes);
}

/* The four turns and their mirror images, as ffmpeg turns them. */
FTH_TEST(every_orientation_is_read_as_ffmpeg_reads_it)
{
    static const int matrices[8][4] = {
        {1, 0, 0, 1},  {0, 1, -1, 0}, {-1, 0, 0, -1}, {0, -1, 1, 0},
        {-1, 0, 0, 1}, {1, 0, 0, -1}, {0, 1, 1, 0},   {0, -1, -1, 0},
    };
    static const int degrees[4] = {0, 90, 180, 270};
    FTH_NEED_FFMPEG();
    FTH_REQUIRE(ffmpeg_run("-f lavfi -i testsrc2=s=96x64:d=0.1 -vf setsar=4/3 -c:v libx264 -qp 0 "
                           "-pix_fmt yuv444p -colorspace bt709 plain.mp4"));
    for (int i = 0; i < 8; i++) {
        struct fth_error error;
        struct fth_reader *reader = NULL;
        turn_file("plain.mp4", matrices[i]);
        FTH_REQUIRE(ffmpeg_run("-i turned.mp4 -vf scale=in_color_matrix=bt709:flags=accurate_rnd+"
                               "full_chroma_int -frames:v 1 -pix_fmt rgb48be theirs.png"));
        compare("turned.mp4", "theirs.png", "RGB", 1.0 / 255);
        FTH_CHECK(has_origin("turned.mp4"));
        FTH_REQUIRE_OK(fth_reader_open(fth_test_path("turned.mp4"), NULL, &reader, &error), error);
        const struct fth_media_info *info = fth_reader_info(reader);
        bool lies = matrices[i][0] == 0;
        FTH_CHECK_INT(info->format.width, lies ? HEIGHT : WIDTH);
        FTH_CHECK_NEAR(info->format.pixel_aspect, lies ? 0.75 : 4.0 / 3, 1e-6);
        FTH_CHECK_INT(info->is_mirrored, i >= 4);
        if (i < 4)
            FTH_CHECK_INT(info->rotation_degrees, degrees[i]);
        fth_reader_close(&reader);
    }
}

static void write_tagged(const char *name, struct fth_writer_spec spec, struct fth_media_info *info)
{
    struct fth_error error;
    struct fth_reader *reader = NULL;
    spec.overwrite = true;
    FTH_REQUIRE_OK(write_pictures(fth_test_path(name), &spec, 2, &error), error);
    FTH_REQUIRE_OK(fth_reader_open(fth_test_path(name), NULL, &reader, &error), error);
    *info = *fth_reader_info(reader);
    fth_reader_close(&reader);
}

/* What is read of a file is said again by every container that has a place for it. */
FTH_TEST(tags_survive)
{
    static const struct fth_tags tags[] = {
        {9, 18, 9, FTH_RANGE_LIMITED}, {9, 16, 9, FTH_RANGE_LIMITED}, {1, 1, 1, FTH_RANGE_FULL},
        {6, 6, 6, FTH_RANGE_LIMITED},  {1, 13, 1, FTH_RANGE_FULL},    {5, 6, 5, FTH_RANGE_LIMITED},
    };
    static const struct {
        const char *name;
        enum fth_codec codec;
        bool all, range; /* all primaries and curves; the range too */
    } files[] = {
        {"t.mp4", FTH_CODEC_H264, true, true},  {"t.mp4", FTH_CODEC_HEVC, true, true},
        {"t.mov", FTH_CODEC_HEVC, true, true},  {"t.mkv", FTH_CODEC_HEVC, true, true},
        {"t.mov", FTH_CODEC_PRORES, false, false}, {"t.mkv", FTH_CODEC_FFV1, true, false},
        {"t.webm", FTH_CODEC_VP9, false, true},
    };
    for (size_t i = 0; i < FTH_ARRAY_COUNT(files); i++)
        for (size_t k = 0; k < FTH_ARRAY_COUNT(tags); k++) {
            struct fth_writer_spec spec = {.format = {WIDTH, HEIGHT, 1.5}, .codec = files[i].codec,
                                           .footage.tags = tags[k], .footage.timecode =
                                           "10:59:58:20", .first_frame = 7, .last_frame = 8};
            struct fth_media_info info = {0};
            if (!files[i].all && k > 1)
                continue; /* ProRes and VP9 name the newer curves and BT.709 only */
            write_tagged(files[i].name, spec, &info);
            struct fth_tags read = info.footage.tags;
            bool yuv = files[i].codec != FTH_CODEC_FFV1;
            if (read.primaries != tags[k].primaries || read.transfer != tags[k].transfer ||
                (yuv && read.matrix != tags[k].matrix) ||
                (files[i].range && read.range != tags[k].range))
                fth_test_fail(__FILE__, __LINE__, "%s (%d): %d %d %d %d came back as %d %d %d %d",
                              files[i].name, (int)files[i].codec, tags[k].primaries,
                              tags[k].transfer, tags[k].matrix, tags[k].range, read.primaries,
                              read.transfer, read.matrix, read.range);
            if (fabs(info.format.pixel_aspect - 1.5) > 1e-3)
                fth_test_fail(__FILE__, __LINE__, "%s (%d): pixels of 1.5 are %g", files[i].name,
                              (int)files[i].codec, info.format.pixel_aspect);
            if (strcmp(files[i].name, "t.webm") != 0)
                FTH_CHECK_TEXT(info.footage.timecode, "10:59:59:02"); /* 6 frames on, 24 a second */
        }
}

/* Uneven frames keep their times, counted from the first one written. */
FTH_TEST(uneven_times_survive)
{
    static const char *const names[] = {"t.mp4", "t.mov", "t.mkv", "t.webm", "h.mp4"};
    static const int64_t times[] = {0, 10, 50, 51, 200, 260, 300, 520, 560};
    const struct fth_timeline timeline = {1, 8, times, 1, 1000};
    struct fth_error error;
    for (size_t i = 0; i < FTH_ARRAY_COUNT(names); i++) {
        struct fth_writer_spec spec = {.format = {WIDTH, HEIGHT, 1}, .rate = {25, 1},
                                       .footage.timeline = &timeline, .first_frame = 3,
                                       .last_frame = 8};
        if (names[i][0] == 'h')
            spec.codec = FTH_CODEC_HEVC;
        struct fth_writer *writer = NULL;
        struct fth_reader *reader = NULL;
        FTH_REQUIRE_OK(fth_writer_open(fth_test_path(names[i]), &spec, &writer, &error), error);
        for (int f = 3; f <= 8; f++) {
            struct fth_image *image = make_picture(WIDTH, HEIGHT, f, false);
            FTH_REQUIRE_OK(fth_writer_frame(writer, f, image, &error), error);
            fth_image_unref(&image);
        }
        FTH_REQUIRE_OK(fth_writer_finish(&writer, &error), error);
        FTH_REQUIRE_OK(fth_reader_open(fth_test_path(names[i]), NULL, &reader, &error), error);
        const struct fth_media_info *info = fth_reader_info(reader);
        const struct fth_timeline *read = info->footage.timeline;
        FTH_CHECK(!info->constant_rate);
        FTH_CHECK_INT(info->last_frame, 6);
        FTH_REQUIRE(read != NULL);
        double unit = (double)read->unit_num / (double)read->unit_den;
        for (int f = 0; f < 6; f++) /* Matroska counts milliseconds */
            FTH_CHECK_NEAR((double)read->times[f] * unit, (double)(times[f + 2] - 50) / 1000, 1e-3);
        fth_reader_close(&reader);
    }
}
