/* SPDX-License-Identifier: Apache-2.0 */
/* Masks, keys and depths of another size than the picture that they lie on. */
#include <math.h>
#include <string.h>

#include "bench.h"
#include "check.h"

#define CLIP "kind=photo width=96 height=60"

static const char *const scenes[][2] = {
    {"clip", CLIP " moving=1"},
    {"still", CLIP},
    {"small", "kind=mask disc=0.3 width=32 height=20"},
    {"large", "kind=mask disc=0.3 width=200 height=150"},
    {"tall", "kind=mask disc=0.3 width=24 height=50"},
    {"inset", "kind=mask disc=0.3 width=32 height=20 inset=4 shift=5"},
    {"beyond", "kind=mask disc=0.3 width=32 height=20 inset=-5"},
    {"map", "kind=depth disc=0.3 width=32 height=20"},
    {"far", "kind=far disc=0.3 width=32 height=20"},
    {"straight", "kind=straight disc=0.3 width=32 height=20"},
};

struct way {
    const char *node, *settings, *port, *mask;
};

static const struct way ways[] = {
    {"blur", "radius=6", "effect_mask", "small"},
    {"blur", "radius=6", "effect_mask", "large"},
    {"blur", "radius=6", "effect_mask", "tall"},
    {"blur", "radius=6 effect_mask_invert=true", "effect_mask", "small"},
    {"blur", "radius=6 effect_mask_channel=red", "effect_mask", "small"},
    {"blur", "radius=6", "key", "small"},
    {"grade", "gain=1.5", "effect_mask", "small"},
    {"grade", "gain=1.5", "key", "small"},
    {"grade", "gain=1.5 key_blur=4", "key", "large"},
    {"grade", "gain=1.5 key_channel=alpha", "key", "small"},
    {"denoise", "", "key", "small"},
    {"deflicker", "", "key", "small"},
    {"mosaic", "size=9", "key", "small"},
    {"key_mixer", "", "key_2", "small"},
    {"dissolve", "mix=0.5", "effect_mask", "small"},
    {"background", "width=96 height=60", "effect_mask", "small"},
    /* on what they make, not on what they are given */
    {"crop", "upper_right=0.6,0.8", "effect_mask", "small"},
    {"reformat", "width=50 height=70", "effect_mask", "large"},
};

static bool lay(struct bench *bench, const struct fth_engine_options *options)
{
    bool good = bench_open(bench, bench_catalogue(), options);
    for (size_t i = 0; i < FTH_ARRAY_COUNT(scenes) && good; i++)
        good = bench_add(bench, scenes[i][0], "test_scene", scenes[i][1], "");
    return good;
}

#define must(condition, ...)                                                                       \
    do {                                                                                           \
        if (!(condition))                                                                          \
            fth_test_fail(__FILE__, __LINE__, __VA_ARGS__);                                        \
    } while (0)

static const char *main_input(const char *node)
{
    if (strcmp(node, "dissolve") == 0)
        return "background=clip foreground=clip ";
    return strcmp(node, "background") == 0 ? "" : "input=clip ";
}

/* The node with its mask as that is; or after a Resize to `size`, "width=96 height=60". */
static struct fth_image *render(const struct way *way, const char *size,
                                const struct fth_engine_options *options)
{
    struct bench bench;
    struct fth_image *image = NULL;
    char inputs[64], mask[32];
    snprintf(mask, sizeof(mask), "input=%s", way->mask);
    snprintf(inputs, sizeof(inputs), "%s%s=%s", main_input(way->node),
             way->port, size ? "fitted" : way->mask);
    bool good = lay(&bench, options) &&
                (!size || bench_add(&bench, "fitted", "resize", size, mask)) &&
                bench_add(&bench, "it", way->node, way->settings, inputs);
    if (good)
        image = bench_render(&bench, "it", 1);
    must(image, "%s %s: %s", way->node, way->port, bench.error.message);
    bench_close(&bench);
    return image;
}

FTH_TEST(a_mask_of_another_size_is_as_if_resized)
{
    const struct fth_engine_options plain = {.thread_count = 1};
    for (size_t i = 0; i < FTH_ARRAY_COUNT(ways); i++) {
        const struct way *way = &ways[i];
        char size[64];
        struct fth_image *image = render(way, NULL, &plain);
        if (!image)
            continue;
        snprintf(size, sizeof(size), "width=%d height=%d filter=cubic", image->format.width,
                 image->format.height);
        struct fth_image *resized = render(way, size, &plain);
        must(resized && bench_equal(image, resized), "%s: %s %s is not as if resized", way->node,
             way->port, way->mask);
        fth_image_unref(&image);
        fth_image_unref(&resized);
    }
}

FTH_TEST(what_is_fitted_hangs_on_no_band)
{
    static const struct way further[] = {
        {"blur", "radius=6", "effect_mask", "inset"},
        {"blur", "radius=6 clipping_mode=none", "key", "beyond"},
        {"blur", "radius=6", "key", "map"},
        {"grade", "gain=2", "key", "straight"},
        {"depth_map", "", "depth", "map"},
        {"depth_map", "", "depth", "far"},
        {"depth_map", "", "depth", "large"},
    };
    const struct fth_engine_options plain = {.thread_count = 1};
    const struct fth_engine_options banded = {.thread_count = 3, .band_rows = 7, .poison = true};
    for (size_t i = 0; i < FTH_ARRAY_COUNT(ways) + FTH_ARRAY_COUNT(further); i++) {
        size_t behind = i - FTH_ARRAY_COUNT(ways);
        const struct way *way = i < FTH_ARRAY_COUNT(ways) ? &ways[i] : &further[behind];
        struct fth_image *whole = render(way, NULL, &plain), *bands = render(way, NULL, &banded);
        must(whole && bands && bench_equal(whole, bands), "%s: %s %s depends on bands", way->node,
             way->port, way->mask);
        fth_image_unref(&whole);
        fth_image_unref(&bands);
    }
}

/* What the catalogue's fitter makes of a scene of 32x20 in a frame of 96x60. */
static struct fth_image *fitted(const char *settings, const char *inputs)
{
    const struct fth_engine_options plain = {.thread_count = 1};
    struct bench bench;
    struct fth_image *image = NULL;
    if (lay(&bench, &plain) && bench_add(&bench, "fit", "fit", settings, inputs))
        image = bench_render(&bench, "fit", 1);
    must(image, "%s", bench.error.message);
    bench_close(&bench);
    return image;
}

static struct fth_image *scene(const char *settings)
{
    return bench_once("test_fence", "", (const bench_input[]){{"input", settings}, {NULL}});
}

/* The greatest and the mean difference over the frame, of distances as parts of the true one. */
static void compare(const struct fth_image *image, const struct fth_image *truth,
                    const char *channel, double *most, double *mean)
{
    *most = *mean = 0;
    for (int32_t y = 0; y < 60; y++) {
        for (int32_t x = 0; x < 96; x++) {
            double is = bench_pixel(image, channel, x, y), be = bench_pixel(truth, channel, x, y);
            double away = fabs(is - be) / (strcmp(channel, "Z") == 0 ? be : 1);
            *most = fmax(*most, away);
            *mean += away / (96 * 60);
        }
    }
}

/* The outline of the disc comes from the picture. The small scene's is two of its pixels wide,
 * which is what stays: measured 0.62 of the difference without a picture for nearness, 0.80 for
 * distances, which are not mixed. */
FTH_TEST(depth_gets_the_outlines_of_the_picture)
{
    static const char *const channels[][3] = {
        {"disparity", "input=map guide=still", "kind=depth disc=0.3 width=96 height=60"},
        {"Z", "input=far guide=still", "kind=far disc=0.3 width=96 height=60"}};
    for (int i = 0; i < 2; i++) {
        const char *channel = channels[i][0];
        struct fth_image *truth = scene(channels[i][2]);
        struct fth_image *guided = fitted("width=96 height=60 of=depth", channels[i][1]);
        char alone[32];
        snprintf(alone, sizeof(alone), "%.9s", channels[i][1]);
        struct fth_image *by_itself = fitted("width=96 height=60 of=depth", alone);
        double most, mean, own_most, own_mean;
        if (truth && guided && by_itself) {
            compare(guided, truth, channel, &most, &mean);
            compare(by_itself, truth, channel, &own_most, &own_mean);
            must(mean < 0.85 * own_mean && most < own_most, "%s: difference %g (at most %g), alone "
                 "%g (%g)", channel, mean, most, own_mean, own_most);
        }
        fth_image_unref(&truth);
        fth_image_unref(&guided);
        fth_image_unref(&by_itself);
    }
}

/* Distances near and far have nothing between them that was not there. */
FTH_TEST(no_distance_is_made_up_between_two)
{
    struct fth_image *small = scene("kind=far disc=0.3 width=32 height=20");
    struct fth_image *image = fitted("width=96 height=60 of=depth", "input=far");
    for (int32_t y = 0; y < 60 && image && small; y++) {
        for (int32_t x = 0; x < 96; x++) {
            double is = bench_pixel(image, "Z", x, y), nearest = INFINITY;
            for (int k = 0; k < 9; k++) {
                int32_t sx = FTH_MIN(FTH_MAX(x / 3 + k % 3 - 1, 0), 31);
                int32_t sy = FTH_MIN(FTH_MAX(y / 3 + k / 3 - 1, 0), 19);
                nearest = fmin(nearest, fabs(bench_pixel(small, "Z", sx, sy) / is - 1));
            }
            must(nearest < 0.1, "%d, %d: %g is none of the distances about it", x, y, is);
        }
    }
    fth_image_unref(&small);
    fth_image_unref(&image);
}

/* Readers of one mask share what was made of it; where sizes agree nothing is made. */
FTH_TEST(what_is_fitted_is_fitted_once)
{
    struct fth_engine_options plain = {.thread_count = 1};
    struct fth_explained explained = {0};
    struct bench bench;
    int fits = 0;
    bool good = lay(&bench, &plain) &&
                bench_add(&bench, "one", "blur", "radius=3", "input=clip key=small") &&
                bench_add(&bench, "two", "grade", "gain=2", "input=one key=small") &&
                bench_add(&bench, "three", "grade", "gain=2", "input=two effect_mask=small") &&
                bench_add(&bench, "same", "resize", "width=96 height=60", "input=small") &&
                bench_add(&bench, "four", "grade", "gain=2", "input=three effect_mask=same") &&
                fth_engine_explain(bench.engine, bench.graph,
                                   fth_graph_find(bench.graph, "four"), 1, &explained,
                                   &bench.error) == FTH_OK;
    must(good, "%s", bench.error.message);
    for (int i = 0; i < explained.step_count; i++) {
        if (strcmp(explained.steps[i].type, "fit") != 0)
            continue;
        fits++;
        must(strcmp(explained.steps[i].node, "small.fit") == 0, "%s", explained.steps[i].node);
    }
    FTH_CHECK_INT(fits, 1);
    fth_explained_clear(&explained);
    bench_close(&bench);
}

/* One engine goes on while the picture is worked on, whose outlines its depth takes: what it found
 * of the shot's distances before is of another shot then. */
FTH_TEST(a_changed_picture_changes_the_depth_that_lies_on_it)
{
    /* so small a disc that the range hangs on which pixels it gets */
    static const char few[] = "kind=far disc=0.08 width=32 height=20 moving=1";
    static const char *const changes[][3] = {{"disc", "0.12", "disc=0.12"},
                                             {"width", "70", "width=70"}};
    for (size_t i = 0; i < FTH_ARRAY_COUNT(changes); i++) {
        const struct fth_engine_options plain = {.thread_count = 1};
        struct fth_image *before = NULL, *after = NULL, *fresh = NULL;
        struct bench bench;
        char settings[80];
        snprintf(settings, sizeof(settings), CLIP " moving=1 disc=0.3 %s", changes[i][2]);
        bool good = lay(&bench, &plain) &&
                    bench_add(&bench, "few", "test_scene", few, "") &&
                    bench_add(&bench, "it", "depth_map", "", "input=clip depth=few") &&
                    bench_add(&bench, "other", "test_scene", settings, "") &&
                    bench_add(&bench, "that", "depth_map", "", "input=other depth=few");
        if (good)
            before = bench_render(&bench, "it", 2);
        if (before && bench_set(&bench, "clip", changes[i][0], changes[i][1]))
            after = bench_render(&bench, "it", 2);
        if (after)
            fresh = bench_render(&bench, "that", 2);
        must(fresh, "%s", bench.error.message);
        must(fresh && !bench_equal(before, fresh), "%s changes nothing", changes[i][0]);
        must(fresh && bench_equal(after, fresh), "%s: not what it is from the start",
             changes[i][0]);
        fth_image_unref(&before);
        fth_image_unref(&after);
        fth_image_unref(&fresh);
        bench_close(&bench);
    }
}
