/* SPDX-License-Identifier: Apache-2.0 */
/* Deflicker as a node, on a scene of eight frames whose gain jumps by keyframes. How much of it
 * goes and what is left alone: tests/ops/test_flicker.c. */
#include "base/json.h"
#include "bench.h"
#include "check.h"

/* Gains of -3 to 3 %, as by chance, of frames 1 to 8. */
static const double gains[8] = {1.02, 0.98, 1.03, 0.99, 0.97, 1.03, 0.98, 1.01};
/* The light that goes down meanwhile, by so much a frame. */
static double fade;

static bool begin(struct bench *b, const char *settings, const char *inputs)
{
    char keys[512] = "[";
    struct fth_json *json = NULL;
    for (int i = 0; i < 8; i++)
        snprintf(keys + strlen(keys), sizeof(keys) - strlen(keys), "%s[%d, %g, \"hold\"]",
                 i ? ", " : "", i + 1, gains[i] * (1 - fade * i));
    strcat(keys, "]");
    bool good = bench_open(b, bench_catalogue(), NULL) &&
                bench_add(b, "scene", "test_scene", "width=320 height=240 moving=1", "") &&
                bench_add(b, "mask", "test_scene", "kind=mask width=320 height=240 disc=0.4", "") &&
                bench_add(b, "lamp", "grade", "", "input=scene") &&
                bench_add(b, "node", "deflicker", settings, inputs);
    good = good && fth_json_parse(keys, strlen(keys), "keys", &json, &b->error) == FTH_OK &&
           fth_graph_set_keys(b->graph, "lamp", "gain", json, &b->error) == FTH_OK;
    fth_json_destroy(&json);
    if (!good)
        fth_test_fail(__FILE__, __LINE__, "%s", b->error.message);
    return good;
}

/* How bright `name` is at a pixel of the scene, as a share of what the scene itself is there. */
static double light(struct bench *b, const char *name, int64_t frame, int x, int y)
{
    struct fth_image *image = bench_render(b, name, frame);
    struct fth_image *scene = bench_render(b, "scene", frame);
    double value = image && scene ? bench_pixel(image, "G", x, y) / bench_pixel(scene, "G", x, y)
                                  : NAN;
    if (!image)
        fth_test_fail(__FILE__, __LINE__, "%s", b->error.message);
    fth_image_unref(&image);
    fth_image_unref(&scene);
    return value;
}

/* Root mean square of steps from frame to frame, but for the fade. */
static double jumps(struct bench *b, const char *name, int x, int y)
{
    double sum = 0, last = light(b, name, 1, x, y);
    for (int64_t frame = 2; frame <= 8; frame++) {
        double now = light(b, name, frame, x, y) / (1 - fade * (double)(frame - 1));
        sum += (now - last) * (now - last);
        last = now;
    }
    return sqrt(sum / 7);
}

/* All eight frames are seen from each of them, so what is left is what a slope by chance is. */
FTH_TEST(deflicker_calms)
{
    struct bench b;
    FTH_REQUIRE(begin(&b, "frames_around=7", "input=lamp"));
    double was = jumps(&b, "lamp", 20, 20);
    FTH_CHECK(was > 0.03);
    FTH_CHECK(jumps(&b, "node", 20, 20) < was / 5);
    FTH_REQUIRE(bench_set(&b, "node", "area", "local"));
    FTH_CHECK(jumps(&b, "node", 20, 20) < was / 3);
    FTH_REQUIRE(bench_set(&b, "node", "amount", "50") && bench_set(&b, "node", "area", "whole"));
    FTH_CHECK_NEAR(jumps(&b, "node", 20, 20), was / 2, 0.1 * was);
    FTH_REQUIRE(bench_set(&b, "node", "amount", "0"));
    FTH_CHECK_NEAR(jumps(&b, "node", 20, 20), was, 0);
    bench_close(&b);
}

/* Light that goes down to two thirds in these frames goes down all the same. */
FTH_TEST(deflicker_calms_a_fade)
{
    struct bench b;
    fade = 0.05;
    if (begin(&b, "frames_around=7", "input=lamp"))
        FTH_CHECK(jumps(&b, "node", 20, 20) < jumps(&b, "lamp", 20, 20) / 3);
    bench_close(&b);
    fade = 0;
}

/* White is calmed, black is left. */
FTH_TEST(deflicker_keeps_to_its_key)
{
    struct bench b;
    FTH_REQUIRE(begin(&b, "frames_around=7 key_channel=alpha", "input=lamp key=mask"));
    double was = jumps(&b, "lamp", 20, 20);
    FTH_CHECK_NEAR(jumps(&b, "node", 20, 20), was, 1e-6);
    FTH_CHECK(jumps(&b, "node", 160, 120) < was / 5);
    bench_close(&b);
}

/* What never changes is hardly touched. */
FTH_TEST(deflicker_leaves_what_is_calm)
{
    struct bench b;
    FTH_REQUIRE(begin(&b, "", "input=scene"));
    for (int64_t frame = 1; frame <= 8; frame++)
        FTH_CHECK_NEAR(light(&b, "node", frame, 160, 120), 1, 0.002); /* texture moves: .1 % */
    bench_close(&b);
}
