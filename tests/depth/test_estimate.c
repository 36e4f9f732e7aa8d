/* SPDX-License-Identifier: Apache-2.0 */
/* The estimator's promises: same bytes at any thread count and from any start, cuts forget, any
 * size works. Skipped where networks or runtime are not installed. */
#include <stdlib.h>
#include <unistd.h>

#include "base/compiler.h"
#include "base/mem.h"
#include "depth/estimate.h"
#include "infer/session.h"
#include "ask.h"
#include "check.h"

/* A disc before a striped wall, moving with the frame. Another wall from frame `scene` on. */
static struct fth_image *disc(const struct clip *clip, int64_t frame)
{
    static const char *const names[3] = {"R", "G", "B"};
    struct fth_format format = {clip->width, clip->height, 1};
    struct fth_image *image = NULL;
    bool other = clip->scene && frame >= clip->scene;
    if (fth_image_new(format, fth_format_rect(format), &image, NULL) != FTH_OK)
        return NULL;
    for (int i = 0; i < 3; i++) {
        struct fth_plane *plane = NULL;
        if (fth_image_add(image, names[i], NULL, image->domain, &plane, NULL) != FTH_OK)
            return NULL;
        for (int y = 0; y < format.height; y++) {
            for (int x = 0; x < format.width; x++) {
                int dx = x - format.width / 3 - (int)frame, dy = y - format.height / 2;
                bool inside = dx * dx + dy * dy < format.width * format.height / 30;
                int wall = other ? 255 - x * 200 / format.width : (x / 9 + y / 7 + i) % 4 * 40 + 30;
                *fth_plane_at(plane, x, y) = (float)(inside ? 200 - 40 * i : wall) / 255;
            }
        }
    }
    return image;
}

/* Depth alone, without the network for people: a hundredth of the time, and time is what is tested.
 * False: it is not installed. */
static bool quick_networks(void)
{
    const char *from = fth_test_source(".fathom/models/fastdepth_7.onnx");
    const char *path = fth_test_path("fastdepth_7.onnx");
    unlink(path);
    return access(from, R_OK) == 0 && symlink(from, path) == 0 &&
           setenv("FATHOM_MODELS", fth_test_folder(), 1) == 0;
}

/* An estimator, or NULL when networks or the runtime are absent (then the test is skipped). */
static struct fth_estimator *open_estimator(enum fth_depth_mode mode, bool per_frame, int64_t last,
                                            struct fth_pool *pool)
{
    struct fth_estimator_options options = {.mode = mode, .per_frame = per_frame, .pool = pool,
                                            .first = 1, .last = last, .model = "fastdepth"};
    struct fth_estimator *estimator = NULL;
    struct fth_error error = {.message = ""};
    enum fth_status status =
        quick_networks() ? open_if_there(&options, &estimator, &error) : FTH_ERR_NOT_FOUND;
    unsetenv("FATHOM_MODELS");
    if (status != FTH_OK && status != FTH_ERR_NOT_FOUND)
        fth_test_fail(__FILE__, __LINE__, "%s", error.message);
    return estimator;
}

static struct fth_key key_at(struct fth_estimator *estimator, struct clip *clip, int64_t frame)
{
    struct fth_image *bundle = ask(estimator, clip, frame);
    for (int i = 0; bundle && i < bundle->channel_count; i++) {
        const struct fth_plane *plane = bundle->channels[i].plane;
        for (int y = 0; y < clip->height; y++) {
            const float *row = fth_plane_at(plane, 0, y);
            for (int x = 0; x < clip->width; x++) {
                if (!(row[x] >= -1 && row[x] <= 2)) /* 0..1, but for the last per cent */
                    fth_test_fail(__FILE__, __LINE__, "%s is %g at %d, %d",
                                  bundle->channels[i].name, (double)row[x], x, y);
            }
        }
    }
    return key_of_bundle(bundle);
}

/* The same frames from other ends, with other threads, and alone. */
static void check_order(enum fth_depth_mode mode)
{
    enum { LAST = 40 };
    static const int frames[] = {40, 3, 27, 26, 1, 25, 24};
    struct fth_pool *pool = NULL;
    struct clip clip = {disc, 96, 64, 0, 0};
    struct fth_key keys[LAST + 1];
    FTH_REQUIRE(fth_pool_create(2, &pool, NULL) == FTH_OK);
    struct fth_estimator *all = open_estimator(mode, false, LAST, pool);
    struct fth_estimator *some = open_estimator(mode, false, LAST, NULL);
    for (int frame = 1; all && frame <= LAST; frame++)
        keys[frame] = key_at(all, &clip, frame);
    int whole = clip.pushes;
    for (size_t i = 0; some && i < FTH_ARRAY_COUNT(frames); i++)
        FTH_CHECK(fth_key_equal(key_at(some, &clip, frames[i]), keys[frames[i]]));
    if (all && mode == FTH_DEPTH_BETTER)
        FTH_CHECK_INT(whole, LAST); /* each frame is looked at once */
    for (int i = 0; some && i < 2; i++) {
        struct fth_estimator *alone = open_estimator(mode, false, LAST, pool);
        FTH_CHECK(fth_key_equal(key_at(alone, &clip, frames[i]), keys[frames[i]]));
        fth_estimator_close(&alone);
    }
    bool there = all && some;
    fth_estimator_close(&all);
    fth_estimator_close(&some);
    fth_pool_destroy(&pool);
    if (!there)
        FTH_SKIP("networks or runtime are not installed");
}

FTH_TEST(better_frames_are_the_same_in_any_order_and_at_any_thread_count)
{
    check_order(FTH_DEPTH_BETTER);
}

FTH_TEST(faster_frames_are_the_same_in_any_order_and_at_any_thread_count)
{
    check_order(FTH_DEPTH_FASTER);
}

/* With the draft set: mattes at frames 1, 4, 7 ..., two views at frames 1, 4, 8, 12 ...,
 * and from any start the same. */
FTH_TEST(the_draft_set_in_faster_is_asked_at_some_frames_and_tells_the_same_from_any_start)
{
    enum { LAST = 33, FROM = 16 }; /* behind where the block before fades out: its run-up is all */
    struct clip clip = {disc, 96, 64, 0, 0}, late = clip;
    struct fth_estimator_options options = {.mode = FTH_DEPTH_FASTER, .first = 1, .last = LAST,
                                            .model = "draft"};
    struct fth_estimator *all = NULL, *alone = NULL;
    struct fth_key key = {0};
    if (open_if_there(&options, &all, NULL) != FTH_OK ||
        open_if_there(&options, &alone, NULL) != FTH_OK)
        FTH_SKIP("networks or runtime are not installed");
    uint64_t runs = fth_infer_run_count();
    for (int frame = 1; frame <= LAST; frame++)
        key = key_at(all, &clip, frame);
    FTH_CHECK_INT(fth_infer_run_count() - runs, 11 + 2 * 9);
    FTH_CHECK_INT(clip.pushes, LAST);
    FTH_CHECK(fth_key_equal(key_at(alone, &late, LAST), key));
    FTH_CHECK_INT(late.pushes, LAST - FROM + 1);
    fth_estimator_close(&all);
    fth_estimator_close(&alone);
}

/* ---- looking ahead: the draft set's networks are asked by another thread ---- */

/* the fourth is asked about again; behind a cut more is asked than was asked ahead */
enum { AHEAD_LAST = 4, AHEAD_CUT = 3 };

struct looking {
    struct fth_estimator *estimator;
    const struct clip *clip;
    enum { ITS_OWN, ANOTHER, ANOTHER_KEY } shown; /* picture */
};

static void *look(void *context)
{
    struct looking *looking = context;
    for (int64_t frame = 2; frame <= AHEAD_LAST; frame++) {
        struct fth_image *picture = disc(looking->clip, frame), *other = disc(looking->clip, 30);
        struct fth_key key = key_of_picture(looking->shown == ANOTHER_KEY ? other : picture);
        fth_estimator_look_ahead(looking->estimator, frame,
                                 looking->shown == ITS_OWN ? picture : other, key);
        fth_image_unref(&picture);
        fth_image_unref(&other);
    }
    return NULL;
}

/* Frames 1 .. AHEAD_LAST; the first one loads the networks. False: they are not installed. */
static bool ask_all(struct looking *looking, bool ahead, bool beside, struct fth_key *keys)
{
    struct fth_pool *pool = NULL;
    struct clip clip = *looking->clip;
    struct fth_thread thread = {.running = false};
    if (fth_pool_create(2, &pool, NULL) != FTH_OK)
        return false;
    struct fth_estimator_options options = {.mode = FTH_DEPTH_FASTER, .pool = pool, .first = 1,
                                            .last = AHEAD_LAST, .model = "draft"};
    bool there = open_if_there(&options, &looking->estimator, NULL) == FTH_OK;
    for (int64_t frame = 1; there && frame <= AHEAD_LAST; frame++) {
        keys[frame] = key_at(looking->estimator, &clip, frame);
        if (frame == 1 && ahead && beside)
            fth_thread_start(&thread, "looking", look, looking, NULL);
        else if (frame == 1 && ahead)
            look(looking);
    }
    fth_thread_join(&thread);
    fth_estimator_close(&looking->estimator);
    fth_pool_destroy(&pool);
    return there;
}

static int count_other(const struct fth_key *a, const struct fth_key *b)
{
    int others = 0;
    for (int frame = 1; frame <= AHEAD_LAST; frame++)
        others += !fth_key_equal(a[frame], b[frame]);
    return others;
}

FTH_TEST(looking_ahead_changes_nothing)
{
    struct clip clip = {disc, 96, 64, AHEAD_CUT, 0};
    struct looking looking = {.clip = &clip};
    struct fth_key alone[AHEAD_LAST + 1], keys[AHEAD_LAST + 1];
    if (!ask_all(&looking, false, false, alone))
        FTH_SKIP("networks or runtime are not installed");
    ask_all(&looking, true, true, keys);
    FTH_CHECK_INT(count_other(alone, keys), 0);
    ask_all(&looking, true, false, keys);
    FTH_CHECK_INT(count_other(alone, keys), 0);
    looking.shown = ANOTHER_KEY; /* is not taken for the frame's */
    ask_all(&looking, true, false, keys);
    FTH_CHECK_INT(count_other(alone, keys), 0);
    looking.shown = ANOTHER; /* what was answered ahead is what counts */
    ask_all(&looking, true, false, keys);
    FTH_CHECK(count_other(alone, keys) > 0);
}

FTH_TEST(a_cut_parts_two_shots_that_are_as_they_are_alone)
{
    enum { CUT = 14, LAST = 30 };
    struct clip both = {disc, 160, 96, CUT, 0}, old = {disc, 160, 96, 0, 0};
    struct fth_estimator *clip = open_estimator(FTH_DEPTH_BETTER, false, LAST, NULL);
    struct fth_estimator *part = open_estimator(FTH_DEPTH_BETTER, false, CUT - 1, NULL);
    struct fth_estimator *still = open_estimator(FTH_DEPTH_BETTER, true, LAST, NULL);
    if (!clip || !part || !still)
        FTH_SKIP("networks or runtime are not installed");
    FTH_CHECK(fth_key_equal(key_at(clip, &both, 5), key_at(part, &old, 5)));
    FTH_CHECK(fth_key_equal(key_at(clip, &both, CUT - 1), key_at(part, &old, CUT - 1)));
    struct fth_key steady = key_at(clip, &both, CUT + 3);
    struct fth_key alone = key_at(still, &both, CUT + 3);
    FTH_CHECK(!fth_key_equal(steady, alone)); /* other frames count where they may */
    key_at(still, &both, 2);
    FTH_CHECK(fth_key_equal(alone, key_at(still, &both, CUT + 3)));
    fth_estimator_close(&clip);
    fth_estimator_close(&part);
    fth_estimator_close(&still);
}

/* Frames 9 and 10 cannot be had. */
static struct fth_image *disc_with_gap(const struct clip *clip, int64_t frame)
{
    return frame == 9 || frame == 10 ? NULL : disc(clip, frame);
}

FTH_TEST(a_gap_parts_a_clip_and_nothing_more)
{
    static const enum fth_depth_mode modes[] = {FTH_DEPTH_BETTER, FTH_DEPTH_FASTER};
    for (int i = 0; i < 2; i++) {
        struct clip gap = {disc_with_gap, 96, 64, 0, 0}, whole = {disc, 96, 64, 0, 0};
        struct fth_estimator *clip = open_estimator(modes[i], false, 16, NULL);
        struct fth_estimator *before = open_estimator(modes[i], false, 8, NULL);
        struct fth_estimator *again = open_estimator(modes[i], false, 16, NULL);
        if (!clip || !before || !again)
            FTH_SKIP("networks or runtime are not installed");
        FTH_CHECK(fth_key_equal(key_at(clip, &gap, 8), key_at(before, &whole, 8)));
        FTH_CHECK(fth_key_equal(key_at(clip, &gap, 12), key_at(again, &gap, 12)));
        fth_estimator_close(&clip);
        fth_estimator_close(&before);
        fth_estimator_close(&again);
    }
}

/* With the network for people, which is what takes time: one frame as each mode sees it. */
FTH_TEST(any_size_works)
{
    static const int sizes[][2] = {{1, 1}, {3, 200}, {700, 2}, {33, 31}};
    for (size_t i = 0; i < FTH_ARRAY_COUNT(sizes); i++) {
        struct clip clip = {disc, sizes[i][0], sizes[i][1], 0, 0};
        for (int mode = 0; mode < 2; mode++) {
            struct fth_estimator_options options = {
                .mode = mode ? FTH_DEPTH_BETTER : FTH_DEPTH_FASTER, .first = 1, .last = 1};
            struct fth_estimator *estimator = NULL;
            if (open_if_there(&options, &estimator, NULL) != FTH_OK)
                FTH_SKIP("networks or runtime are not installed");
            key_at(estimator, &clip, 1);
            fth_estimator_close(&estimator);
        }
    }
}

FTH_TEST(absent_networks_are_one_line)
{
    struct fth_estimator_options options = {.mode = FTH_DEPTH_BETTER};
    struct fth_estimator *estimator = NULL;
    struct fth_error error = {.message = ""};
    uint64_t sessions = fth_infer_session_count();
    setenv("FATHOM_MODELS", fth_test_folder(), 1);
    FTH_CHECK_INT(fth_estimator_open(&options, &estimator, &error), FTH_ERR_NOT_FOUND);
    unsetenv("FATHOM_MODELS");
    FTH_CHECK(strstr(error.message, "./run setup") != NULL && !strchr(error.message, '\n'));
    FTH_CHECK(estimator == NULL && fth_infer_session_count() == sessions);
}
