/* SPDX-License-Identifier: Apache-2.0 */
/* Nodes that ask for other frames of their inputs: which they get, whose keys count, and that
 * analyses on either side of them stay right. */
#include "base/json.h"
#include "rig.h"

static float red_of(struct bench *b, const char *name, int64_t frame)
{
    struct fth_image *image = render(b, name, frame);
    float value = image ? *fth_plane_at(fth_image_plane(image, "R"), 3, 2) : NAN;
    fth_image_unref(&image);
    return value;
}

static float ramp_at(int64_t frame)
{
    return (float)((3 * 7 + 2 * 13 + frame * 11) % 101) / 101;
}

FTH_TEST(another_frame_is_that_frame)
{
    struct bench b;
    FTH_REQUIRE(begin(&b, 7));
    ADD("a", "ramp");
    CHAIN("p", "add", "a");
    CHAIN("still", "at", "p");
    SET("still", "frame", "5");
    CHAIN("q", "add", "still");
    for (int frame = 100; frame < 104; frame++)
        FTH_CHECK(red_of(&b, "q", frame) == ramp_at(5) + 1 + 1);
    FTH_CHECK_INT(toys.ramps, 1); /* one content, whatever frame shows it */
    struct fth_key keys[2];
    for (int i = 0; i < 2; i++)
        must(&b, fth_engine_key(b.engine, b.graph, fth_graph_find(b.graph, i ? "still" : "p"), 5,
                                &keys[i], &b.error), __LINE__);
    FTH_CHECK(fth_key_equal(keys[0], keys[1]));
    SET("still", "relative", "true");
    SET("still", "frame", "-2");
    FTH_CHECK(red_of(&b, "still", 6) == ramp_at(4) + 1);
    struct fth_info info;
    must(&b, fth_engine_info(b.engine, b.graph, fth_graph_find(b.graph, "still"), 6, &info,
                             &b.error), __LINE__);
    FTH_CHECK_INT(info.first_frame, 3);
    FTH_CHECK_INT(info.last_frame, 10);
    struct fth_image *image = NULL;
    FTH_CHECK_INT(fth_engine_render(b.engine, b.graph, fth_graph_find(b.graph, "still"), 11,
                                    (struct fth_rect){0}, NULL, &image, &b.error),
                  FTH_ERR_NOT_FOUND);
    end(&b);
}

FTH_TEST(several_frames_come_in_order)
{
    struct bench b;
    FTH_REQUIRE(begin(&b, 5));
    ADD("a", "ramp");
    CHAIN("p", "add", "a");
    CHAIN("w", "around", "p");
    SET("w", "before", "2");
    LINK("w", "other", "a"); /* two frames before, and its own */
    CHAIN("q", "add", "w");
    float expected = 0;
    for (int frame = 2; frame <= 5; frame++)
        expected += ramp_at(frame) + 1;
    for (int frame = 2; frame <= 4; frame++)
        expected += ramp_at(frame);
    FTH_CHECK(red_of(&b, "q", 4) == expected + 1); /* the same sums in the same order */
    FTH_CHECK_INT(toys.ramps, 4);
    expected = ramp_at(1) + 1; /* the ends of the clip: fewer frames */
    expected += ramp_at(2) + 1;
    expected += ramp_at(1);
    FTH_CHECK(red_of(&b, "q", 1) == expected + 1);
    end(&b);
}

/* Shows frame 1 at 1, and `later` from 2 on. */
static void show_later(struct bench *b, const char *keys)
{
    struct fth_json *list = NULL;
    must(b, fth_json_parse(keys, strlen(keys), "keys", &list, &b->error), __LINE__);
    if (list)
        must(b, fth_graph_set_keys(b->graph, "at", "frame", list, &b->error), __LINE__);
    fth_json_destroy(&list);
}

/* Windows that begin with the same frame are told apart by those behind it. */
FTH_TEST(every_frame_of_a_window_is_in_the_key)
{
    struct bench b;
    FTH_REQUIRE(begin(&b, 0));
    ADD("a", "ramp");
    CHAIN("at", "at", "a");
    CHAIN("w", "around", "at");
    SET("w", "before", "0");
    show_later(&b, "[[1, 1, \"hold\"], [2, 5]]");
    FTH_CHECK(red_of(&b, "w", 1) == ramp_at(1) + ramp_at(5));
    show_later(&b, "[[1, 1, \"hold\"], [2, 6]]");
    FTH_CHECK(red_of(&b, "w", 1) == ramp_at(1) + ramp_at(6));
    end(&b);
}

/* A window moves over the clip: each frame is made once while it is in it. */
FTH_TEST(a_job_makes_each_frame_once)
{
    struct bench b;
    struct fth_job job = {.first_frame = 1, .last_frame = 8};
    FTH_REQUIRE(begin(&b, 0));
    ADD("a", "ramp");
    CHAIN("w", "around", "a");
    CHAIN("out", "collect", "w");
    must(&b, fth_engine_run(b.engine, b.graph, 2, &job, &b.error), __LINE__);
    FTH_CHECK_INT(toys.sunk, 8);
    FTH_CHECK_INT(toys.ramps, 8);
    end(&b);
}

FTH_TEST(analyses_see_the_frames_they_are_shown)
{
    struct bench b;
    FTH_REQUIRE(begin(&b, 0));
    ADD("a", "ramp");
    CHAIN("late", "at", "a");
    SET("late", "relative", "true");
    SET("late", "frame", "-10");
    CHAIN("t", "sum", "late"); /* frames 11 to 18 of it are 1 to 8 of the clip */
    float sum = 0;
    for (int frame = 1; frame <= 4; frame++)
        sum = frame == 1 ? ramp_at(1) + 1 : ramp_at(frame) + 1 + sum;
    FTH_CHECK(red_of(&b, "t", 14) == sum);
    FTH_CHECK_INT(toys.pushes, 4);
    CHAIN("back", "at", "t"); /* and another frame of what was analysed */
    SET("back", "frame", "12");
    FTH_CHECK(red_of(&b, "back", 1) == ramp_at(2) + 1 + (ramp_at(1) + 1));
    SET("back", "frame", "14");
    FTH_CHECK(red_of(&b, "back", 1) == sum);
    end(&b);
}

/* The common controls mix with the input as it is at this frame. */
FTH_TEST(blend_mixes_with_the_frame_itself)
{
    struct bench b;
    FTH_REQUIRE(begin(&b, 0));
    ADD("a", "ramp");
    CHAIN("still", "at", "a");
    SET("still", "frame", "5");
    SET("still", "blend", "0.5");
    FTH_CHECK_NEAR(red_of(&b, "still", 2), (ramp_at(5) + ramp_at(2)) / 2, 1e-6); /* a float */
    SET("still", "blend", "0");
    FTH_CHECK(red_of(&b, "still", 2) == ramp_at(2));
    end(&b);
}

/* A node that looks at the other frames of a node that looks at other frames: no more pictures than
 * there are. */
FTH_TEST(windows_of_windows_stay_small)
{
    struct bench b;
    FTH_REQUIRE(begin(&b, 0));
    ADD("a", "ramp");
    SET("a", "frames", "100");
    char name[16] = "a";
    for (int i = 0; i < 12; i++) {
        char next[16];
        snprintf(next, sizeof(next), "w%d", i);
        CHAIN(next, "around", name);
        strcpy(name, next);
    }
    FTH_CHECK(isfinite(red_of(&b, name, 50)));
    FTH_CHECK_INT(toys.ramps, 25);
    FTH_CHECK_INT(toys.arounds, 12 * 12); /* 1 + 3 + ... + 23 */
    end(&b);
}
