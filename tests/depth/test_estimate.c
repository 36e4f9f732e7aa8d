/* SPDX-License-Identifier: Apache-2.0 */
/* The estimator's promises: same bytes at any thread count and from any start, cuts forget, any
 * size works. Skipped where networks or runtime are not installed. */
#include <stdlib.h>

#include "base/compiler.h"
#include "base/mem.h"
#include "depth/estimate.h"
#include "infer/session.h"
#include "check.h"

/* A disc before a striped wall, moving with the frame; `scene` changes the wall. */
static struct fth_image *make_picture(int width, int height, int frame, int scene)
{
    static const char *const names[3] = {"R", "G", "B"};
    struct fth_format format = {width, height, 1};
    struct fth_image *image = NULL;
    if (fth_image_new(format, fth_format_rect(format), &image, NULL) != FTH_OK)
        return NULL;
    for (int i = 0; i < 3; i++) {
        struct fth_plane *plane = NULL;
        if (fth_image_add(image, names[i], NULL, image->domain, &plane, NULL) != FTH_OK)
            return NULL;
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int dx = x - width / 3 - frame, dy = y - height / 2;
                bool disc = dx * dx + dy * dy < width * height / 30;
                int wall = scene ? (x * 7 + y * 3) / 8 % 5 * 50 : (x / 9 + y / 7 + i) % 4 * 40 + 30;
                *fth_plane_at(plane, x, y) = (float)(disc ? 200 - 40 * i : wall) / 255;
            }
        }
    }
    return image;
}

/* An estimator, or NULL when networks or the runtime are absent (then the test is skipped). */
static struct fth_estimator *open_estimator(enum fth_depth_mode mode, bool per_frame,
                                            struct fth_pool *pool)
{
    struct fth_estimator_options options = {.mode = mode, .per_frame = per_frame, .pool = pool};
    struct fth_estimator *estimator = NULL;
    struct fth_error error = {.message = ""};
    enum fth_status status = fth_estimator_open(&options, &estimator, &error);
    if (status != FTH_OK && status != FTH_ERR_NOT_FOUND)
        fth_test_fail(__FILE__, __LINE__, "%s", error.message);
    return estimator;
}

static struct fth_key push(struct fth_estimator *estimator, int64_t frame, int width, int height,
                           int scene)
{
    struct fth_image *picture = make_picture(width, height, (int)frame, scene), *bundle = NULL;
    struct fth_error error = {.message = ""};
    struct fth_hasher hasher;
    fth_hash_begin(&hasher);
    if (!picture || fth_estimator_push(estimator, frame, picture, &bundle, &error) != FTH_OK)
        fth_test_fail(__FILE__, __LINE__, "frame %d: %s", (int)frame, error.message);
    for (int i = 0; bundle && i < bundle->channel_count; i++) {
        const struct fth_plane *plane = bundle->channels[i].plane;
        FTH_CHECK(fth_rect_equal(plane->rect, fth_format_rect(picture->format)));
        for (int y = 0; y < height; y++) {
            const float *row = fth_plane_at(plane, 0, y);
            for (int x = 0; x < width; x++) {
                if (!(row[x] >= 0 && row[x] <= 1))
                    fth_test_fail(__FILE__, __LINE__, "%s is %g at %d, %d",
                                  bundle->channels[i].name, (double)row[x], x, y);
            }
            fth_hash_bytes(&hasher, row, (size_t)width * sizeof(*row));
        }
    }
    fth_image_unref(&picture);
    fth_image_unref(&bundle);
    return fth_hash_end(&hasher);
}

FTH_TEST(frames_do_not_depend_on_threads)
{
    struct fth_pool *pool = NULL;
    FTH_REQUIRE(fth_pool_create(2, &pool, NULL) == FTH_OK);
    struct fth_estimator *one = open_estimator(FTH_DEPTH_BETTER, false, NULL);
    struct fth_estimator *two = open_estimator(FTH_DEPTH_BETTER, false, pool);
    for (int frame = 1; one && two && frame <= 3; frame++)
        FTH_CHECK(fth_key_equal(push(one, frame, 161, 97, 0), push(two, frame, 161, 97, 0)));
    bool there = one != NULL;
    fth_estimator_close(&one);
    fth_estimator_close(&two);
    fth_pool_destroy(&pool);
    if (!there)
        FTH_SKIP("networks or runtime are not installed");
}

FTH_TEST(faster_frames_are_the_same_from_their_own_start)
{
    struct fth_estimator *all = open_estimator(FTH_DEPTH_FASTER, false, NULL);
    struct fth_estimator *some = open_estimator(FTH_DEPTH_FASTER, false, NULL);
    struct fth_key keys[32];
    if (!all || !some)
        FTH_SKIP("networks or runtime are not installed");
    FTH_CHECK_INT(fth_estimator_start(all, 26, 1), 16);
    FTH_CHECK_INT(fth_estimator_start(all, 26, 20), 20);
    FTH_CHECK_INT(fth_estimator_start(all, 5, 1), 1);
    FTH_CHECK_INT(fth_estimator_start(all, -3, -100), -32);
    for (int frame = 13; frame <= 26; frame++)
        keys[frame] = push(all, frame, 96, 64, 0);
    for (int frame = 16; frame <= 26; frame++) {
        struct fth_key key = push(some, frame, 96, 64, 0);
        if (frame >= 24) /* those before are run-up: their own start lies further back */
            FTH_CHECK(fth_key_equal(key, keys[frame]));
        else if (frame == 22)
            FTH_CHECK(!fth_key_equal(key, keys[frame]));
    }
    fth_estimator_close(&all);
    fth_estimator_close(&some);
}

FTH_TEST(a_cut_forgets_and_so_does_per_frame)
{
    struct fth_estimator *clip = open_estimator(FTH_DEPTH_BETTER, false, NULL);
    struct fth_estimator *anew = open_estimator(FTH_DEPTH_BETTER, false, NULL);
    struct fth_estimator *still = open_estimator(FTH_DEPTH_BETTER, true, NULL);
    if (!clip || !anew || !still)
        FTH_SKIP("networks or runtime are not installed");
    push(clip, 1, 160, 96, 0);
    FTH_CHECK(fth_key_equal(push(clip, 2, 160, 96, 1), push(anew, 2, 160, 96, 1)));
    struct fth_key third = push(clip, 3, 160, 96, 1);
    FTH_CHECK(fth_key_equal(third, push(anew, 3, 160, 96, 1)));
    struct fth_key alone = push(still, 3, 160, 96, 1);
    push(still, 2, 160, 96, 1);
    FTH_CHECK(fth_key_equal(alone, push(still, 3, 160, 96, 1)));
    FTH_CHECK(!fth_key_equal(alone, third)); /* the past counts where it may */
    fth_estimator_close(&clip);
    fth_estimator_close(&anew);
    fth_estimator_close(&still);
}

FTH_TEST(any_size_works)
{
    static const int sizes[][2] = {{1, 1}, {3, 200}, {700, 2}, {33, 31}};
    struct fth_estimator *estimator = open_estimator(FTH_DEPTH_FASTER, true, NULL);
    if (!estimator)
        FTH_SKIP("networks or runtime are not installed");
    for (size_t i = 0; i < FTH_ARRAY_COUNT(sizes); i++)
        push(estimator, 1, sizes[i][0], sizes[i][1], 0);
    fth_estimator_close(&estimator);
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
