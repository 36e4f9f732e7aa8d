/* SPDX-License-Identifier: Apache-2.0 */
/* Nodes whose steps are done piece by piece (engine/pieces.h) have the bytes of one band, in which
 * every step is rendered whole: with their settings, their keys, and pictures of all kinds. */
#include "bench.h"
#include "check.h"

#include <stdio.h>

/* Node "node" with a grade behind it, over a picture of `kind`, with another one where the inputs
 * say "other" and a key where they say "k". */
struct one {
    const char *type, *settings, *kind, *inputs;
};

#define SIZE " width=700 height=61"

static struct fth_image *made(const struct one *one, int32_t band_rows)
{
    struct fth_engine_options options = {.thread_count = 2, .poison = true,
                                         .band_rows = band_rows};
    struct bench bench;
    struct fth_image *image = NULL;
    char scene[64];
    snprintf(scene, sizeof(scene), "kind=%s" SIZE, one->kind);
    if (bench_open(&bench, bench_catalogue(), &options) &&
        bench_add(&bench, "scene", "test_scene", scene, "") &&
        bench_add(&bench, "other", "test_scene", "kind=photo seed=3" SIZE, "") &&
        bench_add(&bench, "cut", "test_scene", "kind=cutout seed=5" SIZE, "") &&
        bench_add(&bench, "k", "test_scene", "kind=mask" SIZE, "") &&
        bench_add(&bench, "node", one->type, one->settings, one->inputs) &&
        bench_add(&bench, "end", "grade", "offset=0.05 contrast=1.1", "input=node"))
        image = bench_render(&bench, "end", 1);
    if (!image)
        fth_test_fail(__FILE__, __LINE__, "%s", bench.error.message);
    bench_close(&bench);
    return image;
}

static void compare(const struct one *all, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct fth_image *whole = made(&all[i], 1000), *pieces = made(&all[i], 7);
        if (whole && pieces && !bench_equal(whole, pieces))
            fth_test_fail(__FILE__, __LINE__, "%s %s of %s: other bytes", all[i].type,
                          all[i].settings, all[i].kind);
        fth_image_unref(&whole);
        fth_image_unref(&pieces);
    }
}

FTH_TEST(grades_and_curves)
{
    static const char *const kinds[] = {"photo", "cutout", "straight"};
    for (int i = 0; i < 3; i++) {
        const struct one all[] = {
            {"grade", "gain=1.3 offset=-0.1", kinds[i], "input=scene"},
            {"grade", "temperature=20 lift=0.1 gamma=1.4 log_shadow=0.1 shadows=0.4 saturation=1.3",
             kinds[i], "input=scene"},
            {"grade", "gamma=1.4 key_output_gain=0.3", kinds[i], "input=scene"},
            {"grade", "gain=1.3", kinds[i], "input=scene key=k"},
            {"grade", "gain=1.3 key_invert=true", kinds[i], "input=scene key=k"},
            {"grade", "gain=1.3 key_gain=1.7 key_offset=-0.2", kinds[i], "input=scene key=k"},
            {"grade", "gain=1.3 key_gain=0.5", kinds[i], "input=scene key=k"},
            {"grade", "gain=1.3 key_channel=green", kinds[i], "input=scene key=other"},
            {"grade", "gain=1.3", kinds[i], "input=scene key=other"}, /* by its brightness */
            {"grade", "gain=1.3 key_channel=alpha", kinds[i], "input=scene key=other"},
            {"grade", "gain=1.3 key_blur=4", kinds[i], "input=scene key=k"},
            {"grade", "gain=1.3", kinds[i], "input=scene key=k window=cut"},
            {"curves", "curve_rgb={\"points\":[[0.3,0.2],[0.6,0.8]]}", kinds[i],
             "input=scene"},
            {"curves", "hue_hue={\"points\":[[0.2,0.6]]}", kinds[i], "input=scene key=k"}};
        compare(all, FTH_ARRAY_COUNT(all));
    }
}

FTH_TEST(colours_that_are_converted)
{
    static const struct one all[] = {
        {"colour_space", "from=rec709_gamma24 to=linear_rec709", "photo", "input=scene"},
        {"colour_space", "from=rec709_gamma24 to=davinci_intermediate_wg", "cutout", "input=scene"},
        {"colour_space", "from=davinci_intermediate_wg to=srgb", "straight", "input=scene"}};
    compare(all, FTH_ARRAY_COUNT(all));
}

FTH_TEST(merges)
{
    static const struct one all[] = {
        {"merge", "", "cutout", "background=scene foreground=cut"},
        {"merge", "operation=atop mode=screen", "cutout", "background=scene foreground=cut"},
        {"merge", "", "photo", "background=scene foreground=cut"}, /* opaque */
        {"merge", "", "straight", "background=scene foreground=cut"}};
    compare(all, FTH_ARRAY_COUNT(all));
}

FTH_TEST(difference_keys)
{
    static const char *const settings[] = {
        "view=matte", "post_multiply=true", "post_multiply=false", "metric=chroma_only gamma=1.3",
        "contract_expand=0.2 invert=true post_multiply=false", "view=matte invert=true"};
    for (size_t i = 0; i < FTH_ARRAY_COUNT(settings); i++) {
        const struct one all[] = {
            {"difference_keyer", settings[i], "photo", "foreground=scene background=other"},
            {"difference_keyer", settings[i], "cutout", "foreground=scene background=other"},
            {"difference_keyer", settings[i], "photo",
             "foreground=scene background=other garbage_matte=k"}};
        compare(all, FTH_ARRAY_COUNT(all));
    }
}
