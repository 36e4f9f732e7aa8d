/* SPDX-License-Identifier: Apache-2.0 */
/* Frames by jumps against frames in order, in what cameras and editors make: open GOPs, frames that
 * lean on later ones, uneven times, edit lists, woven fields. */
#include <stdlib.h>

#include "ffmpeg.h"
#include "pictures.h"

enum { WIDTH = 96, HEIGHT = 64, MOST = 128, JUMPS = 50 };

static int read_all(struct fth_reader *reader, struct fth_image *frames[MOST])
{
    struct fth_error error;
    int count = (int)FTH_MIN(fth_reader_info(reader)->last_frame, MOST);
    for (int i = 0; i < count; i++)
        if (fth_reader_frame(reader, i + 1, &frames[i], &error) != FTH_OK) {
            fth_test_fail(__FILE__, __LINE__, "frame %d: %s", i + 1, error.message);
            return i;
        }
    return count;
}

static void jump_about(struct fth_reader *reader, struct fth_image *const frames[MOST], int count,
                       const char *name)
{
    struct fth_error error;
    uint32_t random = 11;
    for (int k = 0; k < JUMPS; k++) {
        random = random * 1664525 + 1013904223;
        int at = (int)((random >> 8) % (uint32_t)count);
        struct fth_image *image = NULL;
        if (fth_reader_frame(reader, at + 1, &image, &error) != FTH_OK)
            fth_test_fail(__FILE__, __LINE__, "%s: frame %d: %s", name, at + 1, error.message);
        else if (!same_bytes(image, frames[at]))
            fth_test_fail(__FILE__, __LINE__, "%s: frame %d differs after a jump", name, at + 1);
        fth_image_unref(&image);
    }
}

static void check_file(const char *name, const struct fth_reader_options *options)
{
    struct fth_error error;
    struct fth_reader *reader = NULL, *fresh = NULL;
    struct fth_image *frames[MOST] = {NULL};
    FTH_REQUIRE_OK(fth_reader_open(fth_test_path(name), options, &reader, &error), error);
    FTH_REQUIRE_OK(fth_reader_open(fth_test_path(name), options, &fresh, &error), error);
    int count = read_all(reader, frames);
    FTH_CHECK_INT(count, ffmpeg_count(name, WIDTH, HEIGHT));
    int alike = 0; /* the source moves: frames that repeat would hide a wrong jump */
    for (int i = 1; i < count; i++)
        alike += same_bytes(frames[i], frames[i - 1]);
    FTH_CHECK_INT(alike, 0);
    if (count > 0) {
        jump_about(fresh, frames, count, name);
    }
    for (int i = 0; i < count; i++)
        fth_image_unref(&frames[i]);
    fth_reader_close(&reader);
    fth_reader_close(&fresh);
}

#define SOURCE "-f lavfi -i testsrc2=s=96x64:r=25:d=2.4 "

FTH_TEST(jumps_in_many_codecs)
{
    static const struct {
        const char *name, *how;
    } files[] = {
        {"open.mp4", SOURCE "-c:v libx264 -bf 3 -x264-params "
                            "open-gop=1:keyint=12:min-keyint=12:scenecut=0"},
        {"pyramid.ts", SOURCE "-c:v libx264 -bf 4 -x264-params b-pyramid=strict:keyint=20"},
        {"hevc.mp4", SOURCE "-c:v libx265 -preset ultrafast -x265-params "
                            "open-gop=1:keyint=15:bframes=3:log-level=none"},
        {"mpeg2.mkv", SOURCE "-c:v mpeg2video -bf 2 -g 12 -q:v 3"},
        {"vp9.webm", SOURCE "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -g 20 -auto-alt-ref 1 "
                            "-lag-in-frames 10"},
        {"uneven.mkv", SOURCE "-vf select='lt(mod(n\\,7)\\,3)+eq(mod(n\\,7)\\,5)' "
                              "-fps_mode vfr -c:v libx264 -bf 2 -g 13"},
        {"uneven.mp4", SOURCE "-vf setpts='N*(1+0.3*sin(N))/(25*TB)' -fps_mode vfr "
                              "-video_track_timescale 90000 -c:v libx264 -bf 2 -g 13"},
    };
    FTH_NEED_FFMPEG();
    for (size_t i = 0; i < FTH_ARRAY_COUNT(files); i++)
        if (ffmpeg_run("%s %s", files[i].how, files[i].name))
            check_file(files[i].name, NULL);
}

/* A cut without coding anew: the file holds frames before the first one that is shown. */
FTH_TEST(jumps_behind_an_edit_list)
{
    FTH_NEED_FFMPEG();
    FTH_REQUIRE(ffmpeg_run(SOURCE "-c:v libx264 -bf 2 -g 25 whole.mp4"));
    FTH_REQUIRE(ffmpeg_run("-ss 0.7 -i whole.mp4 -c copy cut.mp4"));
    struct fth_error error;
    struct fth_reader *reader = NULL;
    FTH_REQUIRE_OK(fth_reader_open(fth_test_path("cut.mp4"), NULL, &reader, &error), error);
    FTH_CHECK(fth_reader_info(reader)->last_frame < 60);
    fth_reader_close(&reader);
    check_file("cut.mp4", NULL);
}

/* Taken apart with the frames about it, a frame is the same by a jump; and it is what ffmpeg's own
 * command makes of it. */
FTH_TEST(jumps_in_woven_fields)
{
    FTH_NEED_FFMPEG();
    FTH_REQUIRE(ffmpeg_run("-f lavfi -i testsrc2=s=96x64:r=50:d=2 -vf tinterlace=interleave_top "
                           "-c:v libx264 -flags +ilme+ildct -x264-params tff=1:bframes=2:keyint=12 "
                           "woven.mp4"));
    check_file("woven.mp4", NULL);
    struct fth_reader_options all = {.deinterlace = FTH_DEINTERLACE_ON};
    check_file("woven.mp4", &all);
    struct fth_error error;
    struct fth_image *ours = NULL, *theirs = NULL, *raw = NULL;
    struct fth_reader *reader = NULL;
    struct fth_reader_options off = {.deinterlace = FTH_DEINTERLACE_OFF};
    FTH_REQUIRE(ffmpeg_run("-i woven.mp4 -vf 'bwdif=send_frame,select=eq(n\\,20),setfield=prog,"
                           "zscale=matrixin=170m:rangein=tv:matrix=gbr:range=pc:filter=bilinear,"
                           "format=gbrp16le' -frames:v 1 -pix_fmt rgb48be woven.png"));
    FTH_REQUIRE_OK(read_picture(fth_test_path("woven.mp4"), 21, &ours, &error), error);
    FTH_REQUIRE_OK(read_picture(fth_test_path("woven.png"), 1, &theirs, &error), error);
    FTH_REQUIRE_OK(fth_reader_open(fth_test_path("woven.mp4"), &off, &reader, &error), error);
    FTH_REQUIRE_OK(fth_reader_frame(reader, 21, &raw, &error), error);
    FTH_CHECK(fth_reader_info(reader)->is_interlaced);
    double own = channel_difference(ours, theirs, "G"), combs = mean_difference(raw, theirs, "G");
    if (!(own < 0.02 / 255 && combs > 1.0 / 255)) /* rounding to 16 bits; what a comb amounts to */
        fth_test_fail(__FILE__, __LINE__, "off by %g, with combs by %g", own, combs);
    fth_image_unref(&ours);
    fth_image_unref(&theirs);
    fth_image_unref(&raw);
    fth_reader_close(&reader);
}
