/* SPDX-License-Identifier: Apache-2.0 */
/* Retime: which frame is shown when, by values that are read off moving scenes. */
#include "base/json.h"
#include "bench.h"
#include "check.h"

/* A clip of eight frames whose R at (3, 2) is told apart by frame, and "node" over it. */
static bool begin(struct bench *b, const char *scene, const char *settings)
{
    if (bench_open(b, bench_catalogue(), NULL) &&
        bench_add(b, "scene", "test_scene", scene, "") &&
        bench_add(b, "node", "retime", settings, "input=scene"))
        return true;
    fth_test_fail(__FILE__, __LINE__, "%s", b->error.message);
    return false;
}

static struct fth_info info_of(struct bench *b)
{
    struct fth_info info = {.first_frame = -1};
    if (fth_engine_info(b->engine, b->graph, fth_graph_find(b->graph, "node"), 1, &info,
                        &b->error) != FTH_OK)
        fth_test_fail(__FILE__, __LINE__, "%s", b->error.message);
    return info;
}

/* The frame of the clip that the node shows; 0: none of them. */
static int64_t shown(struct bench *b, int64_t frame)
{
    struct fth_image *image = bench_render(b, "node", frame);
    int64_t found = 0;
    for (int64_t at = 1; at <= 8 && image; at++) {
        struct fth_image *own = bench_render(b, "scene", at);
        if (bench_equal(image, own))
            found = at;
        fth_image_unref(&own);
    }
    fth_image_unref(&image);
    return found;
}

struct moment {
    const char *settings;
    int64_t frame, shows;
};

static void check_moments(const struct moment *moments, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct bench b;
        FTH_REQUIRE(begin(&b, "moving=1", moments[i].settings));
        int64_t shows = shown(&b, moments[i].frame);
        if (shows != moments[i].shows)
            fth_test_fail(__FILE__, __LINE__, "%s: frame %d shows %d, not %d",
                          moments[i].settings, (int)moments[i].frame, (int)shows,
                          (int)moments[i].shows);
        bench_close(&b);
    }
}

FTH_TEST(retime_shows_the_frames_it_says)
{
    static const struct moment moments[] = {
        {"", 5, 5},
        {"offset=3", 5, 2},
        {"offset=-3", 2, 5},
        {"reverse=true", 1, 8},
        {"reverse=true", 7, 2},
        {"reverse=true offset=10", 11, 8},
        {"speed=2", 3, 5},
        {"speed=0.5", 3, 2},
        {"speed=0.5", 4, 3}, /* 2.5: up */
        {"mode=freeze frame=4", 1, 4},
        {"mode=freeze frame=4", 8, 4},
        {"mode=freeze frame=4.4", 8, 4},
        {"mode=remap frame=6", 100, 6},
    };
    check_moments(moments, FTH_ARRAY_COUNT(moments));
}

FTH_TEST(retime_outside_holds_loops_bounces_or_is_black)
{
    static const struct moment moments[] = {
        {"", -5, 1},
        {"", 12, 8},
        {"mode=freeze frame=99", 3, 8},
        {"outside=loop", 9, 1},
        {"outside=loop", 17, 1},
        {"outside=loop", 0, 8},
        {"outside=loop", -8, 8},
        {"outside=bounce", 9, 7},
        {"outside=bounce", 15, 1},
        {"outside=bounce", 0, 2},
        {"outside=bounce reverse=true", 9, 2},
        {"outside=loop reverse=true", 9, 8},
    };
    check_moments(moments, FTH_ARRAY_COUNT(moments));
    struct bench b;
    FTH_REQUIRE(begin(&b, "moving=1 kind=cutout", "outside=black"));
    struct fth_image *image = bench_render(&b, "node", 9);
    FTH_REQUIRE(image);
    FTH_CHECK_NEAR(bench_pixel(image, "R", 20, 20), 0, 0);
    FTH_CHECK(fth_rect_empty(image->domain) && fth_image_plane(image, "A"));
    fth_image_unref(&image);
    bench_close(&b);
}

FTH_TEST(retime_is_as_long_as_it_says)
{
    static const struct {
        const char *settings;
        int64_t first, last;
    } cases[] = {{"", 1, 8},          {"offset=10", 11, 18}, {"speed=2", 1, 4},
                 {"speed=0.5", 1, 15}, {"speed=0.7", 1, 11},  {"mode=freeze", 1, 8},
                 {"length=100", 1, 100}};
    for (size_t i = 0; i < FTH_ARRAY_COUNT(cases); i++) {
        struct bench b;
        FTH_REQUIRE(begin(&b, "moving=1", cases[i].settings));
        struct fth_info info = info_of(&b);
        if (info.first_frame != cases[i].first || info.last_frame != cases[i].last)
            fth_test_fail(__FILE__, __LINE__, "%s: %d to %d", cases[i].settings,
                          (int)info.first_frame, (int)info.last_frame);
        bench_close(&b);
    }
}

/* Values of one pixel in the clip's frames and between them. */
static float value(struct bench *b, const char *node, const char *channel, int64_t frame)
{
    struct fth_image *image = bench_render(b, node, frame);
    float found = image ? bench_pixel(image, channel, 11, 20) : NAN;
    fth_image_unref(&image);
    return found;
}

FTH_TEST(retime_mixes_neighbours_where_asked)
{
    struct bench b;
    FTH_REQUIRE(begin(&b, "moving=3", "speed=0.25 between=blend"));
    float second = value(&b, "scene", "R", 2), third = value(&b, "scene", "R", 3);
    for (int i = 0; i <= 4; i++)
        FTH_CHECK_NEAR(value(&b, "node", "R", 5 + i), second + (third - second) * (float)i / 4,
                       1e-6); /* floats near 1 */
    FTH_CHECK(value(&b, "node", "R", 5) == second); /* a whole frame is that frame */
    FTH_REQUIRE(bench_set(&b, "node", "outside", "loop"));
    float last = value(&b, "scene", "R", 8), first = value(&b, "scene", "R", 1);
    FTH_CHECK_NEAR(value(&b, "node", "R", 31), (last + first) / 2, 1e-6);
    FTH_REQUIRE(bench_set(&b, "node", "outside", "black")); /* it fades away */
    FTH_CHECK_NEAR(value(&b, "node", "R", 31), last / 2, 1e-6);
    bench_close(&b);
    /* straight colours are mixed by their alpha; what is no colour is the nearer frame's */
    FTH_REQUIRE(begin(&b, "moving=3 kind=straight", "speed=0.25 between=blend"));
    float sum = 0;
    for (int frame = 2; frame <= 3; frame++)
        sum += value(&b, "scene", "R", frame) * value(&b, "scene", "A", frame) / 2;
    FTH_CHECK_NEAR(value(&b, "node", "R", 7), sum, 1e-6);
    FTH_CHECK(value(&b, "node", "ObjectID", 8) == value(&b, "scene", "ObjectID", 3));
    FTH_CHECK(info_of(&b).premultiplied == false); /* frame 1 is a whole one */
    bench_close(&b);
}

/* Keyframes of the frame that is shown: there and back again, and a part that stands still. */
FTH_TEST(retime_remaps_by_keyframes)
{
    struct bench b;
    FTH_REQUIRE(begin(&b, "moving=1", "mode=remap"));
    static const char text[] = "[[1,1,\"linear\"],[4,7,\"linear\"],[6,7,\"hold\"],[8,2]]";
    struct fth_json *keys = NULL;
    FTH_REQUIRE_OK(fth_json_parse(text, sizeof(text) - 1, "keys", &keys, &b.error), b.error);
    FTH_CHECK_INT(fth_graph_set_keys(b.graph, "node", "frame", keys, &b.error), FTH_OK);
    fth_json_destroy(&keys);
    static const int64_t shows[] = {1, 3, 5, 7, 7, 7, 7, 2, 2};
    for (int64_t frame = 1; frame <= 9; frame++)
        FTH_CHECK_INT(shown(&b, frame), shows[frame - 1]);
    bench_close(&b);
}
