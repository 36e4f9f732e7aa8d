/* SPDX-License-Identifier: Apache-2.0 */
/* Any network's depth keeps the recipe's promises: people, time, metres. Skipped where networks or
 * runtime are not installed. */
#include <stdlib.h>
#include <unistd.h>

#include "base/compiler.h"
#include "depth/estimate.h"
#include "ask.h"
#include "check.h"

enum { WIDTH = 200, HEIGHT = 120 };

/* A textured wall with a band of grey that moves. */
static struct fth_image *band(const struct clip *clip, int64_t frame)
{
    int width = clip->width, height = clip->height;
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
                int wall = (x / 9 + y / 7 + i) % 4 * 40 + 30;
                bool inside = x > width / 4 + frame && x < width / 2 + frame;
                *fth_plane_at(plane, x, y) = (float)(inside ? 90 + y : wall) / 255;
            }
        }
    }
    return image;
}

/* An estimator, or NULL when the network or the runtime is absent (then the test is skipped). */
static struct fth_estimator *open_estimator(const char *model, bool per_frame,
                                            struct fth_pool *pool)
{
    struct fth_estimator_options options = {
        .mode = FTH_DEPTH_BETTER, .model = model, .per_frame = per_frame, .pool = pool,
        .first = 1, .last = 2};
    struct fth_estimator *estimator = NULL;
    struct fth_error error = {.message = ""};
    enum fth_status status = open_if_there(&options, &estimator, &error);
    if (status != FTH_OK && status != FTH_ERR_NOT_FOUND)
        fth_test_fail(__FILE__, __LINE__, "%s", error.message);
    return estimator;
}

FTH_TEST(one_networks_frames_do_not_depend_on_threads_nor_on_order)
{
    struct fth_pool *pool = NULL;
    struct clip clip = {band, WIDTH, HEIGHT, 0, 0};
    FTH_REQUIRE(fth_pool_create(2, &pool, NULL) == FTH_OK);
    struct fth_estimator *one = open_estimator("fastdepth", false, NULL);
    struct fth_estimator *two = open_estimator("fastdepth", false, pool);
    struct fth_estimator *still = open_estimator("fastdepth", true, NULL);
    bool there = one && two && still;
    if (there) {
        struct fth_key of_two = key_of_bundle(ask(two, &clip, 2));
        struct fth_key first = key_of_bundle(ask(one, &clip, 1));
        struct fth_key steady = key_of_bundle(ask(one, &clip, 2));
        struct fth_key alone = key_of_bundle(ask(still, &clip, 2));
        FTH_CHECK(fth_key_equal(steady, of_two));
        FTH_CHECK(fth_key_equal(first, key_of_bundle(ask(two, &clip, 1))));
        FTH_CHECK(!fth_key_equal(steady, alone)); /* other frames count where they may */
    }
    fth_estimator_close(&one);
    fth_estimator_close(&two);
    fth_estimator_close(&still);
    fth_pool_destroy(&pool);
    if (!there)
        FTH_SKIP("networks or runtime are not installed");
}

/* Without the network for people, whose sizes any_size_works goes through. */
FTH_TEST(one_network_takes_any_size)
{
    const char *from = fth_test_source(".fathom/models/fastdepth_7.onnx");
    if (access(from, R_OK) != 0 || symlink(from, fth_test_path("fastdepth_7.onnx")) != 0)
        FTH_SKIP("networks or runtime are not installed");
    setenv("FATHOM_MODELS", fth_test_folder(), 1);
    static const int sizes[][2] = {{1, 1}, {3, 200}, {700, 2}, {33, 31}, {1300, 900}};
    for (size_t i = 0; i < FTH_ARRAY_COUNT(sizes); i++) {
        struct clip clip = {band, sizes[i][0], sizes[i][1], 0, 0};
        struct fth_estimator *estimator = open_estimator("fastdepth", false, NULL);
        if (!estimator) {
            unsetenv("FATHOM_MODELS");
            FTH_SKIP("networks or runtime are not installed");
        }
        key_of_bundle(ask(estimator, &clip, 2));
        fth_estimator_close(&estimator);
    }
    unsetenv("FATHOM_MODELS");
}

/* A folder of networks with one only: `from` of the material under the name of a public network. */
static bool only_network(const char *from, const char *file)
{
    const char *material = fth_test_material(from);
    const char *path = fth_test_path(file);
    if (!material)
        return false;
    unlink(path);
    return symlink(material, path) == 0 && setenv("FATHOM_MODELS", fth_test_folder(), 1) == 0;
}

FTH_TEST(metric_networks_tell_metres_and_relative_ones_do_not)
{
    if (!only_network("models/depth_anything_metric.onnx",
                      "depth-anything-v2-metric-indoor-small.onnx") ||
        !only_network("models/depth_anything_relative.onnx", "depth-anything-v2-small.onnx"))
        FTH_SKIP("no material");
    struct fth_estimator *metric =
        open_estimator("depth-anything-v2-metric-indoor-small", false, NULL);
    struct fth_estimator *relative = open_estimator(NULL, false, NULL); /* the best there is */
    struct clip clip = {band, WIDTH, HEIGHT, 0, 0};
    bool there = metric && relative;
    struct fth_image *bundle = there ? ask(metric, &clip, 1) : NULL;
    if (bundle) {
        /* the golden answers of this network lie within 0..20 m */
        FTH_CHECK(bundle->near_m > 0 && bundle->far_m > bundle->near_m && bundle->far_m <= 20);
        FTH_CHECK_TEXT(bundle->depth_model, "depth-anything-v2-metric-indoor-small");
    }
    fth_image_unref(&bundle);
    bundle = there ? ask(relative, &clip, 1) : NULL;
    if (bundle) {
        FTH_CHECK(bundle->near_m == 0 && bundle->far_m == 0);
        FTH_CHECK_INT(bundle->depth, FTH_DEPTH_RELATIVE_INVERSE);
        FTH_CHECK_TEXT(bundle->depth_model, "depth-anything-v2-small");
        const struct fth_plane *subject = fth_image_plane(bundle, "subject");
        FTH_CHECK(*fth_plane_at(subject, WIDTH / 2, HEIGHT / 2) == 0); /* nobody looks for people */
    }
    fth_image_unref(&bundle);
    fth_estimator_close(&metric);
    fth_estimator_close(&relative);
    unsetenv("FATHOM_MODELS");
    if (!there)
        FTH_SKIP("the runtime is not installed");
}
