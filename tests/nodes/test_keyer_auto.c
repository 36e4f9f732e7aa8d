/* SPDX-License-Identifier: Apache-2.0 */
/* What the Difference Keyer does on real plates, control by control: each is seen to do what it
 * says on a pair of pictures that nothing else can save. The set is the tests' photo without its
 * disc, the subject the disc. */
#include <math.h>
#include <stdio.h>

#include "bench.h"
#include "check.h"

enum { WIDTH = 240, HEIGHT = 160 };
#define SIZE "width=240 height=160 "

/* The keyer's picture of a shot that `node` made of the photo, before the plate as it was. */
struct pair {
    const char *scene;              /* of the shot; "": the set */
    const char *node, *settings;    /* what the shot went through; "": nothing */
    const char *mask;               /* where, or NULL */
    const char *depth;              /* a depth matte, or NULL */
};

static struct fth_image *keyed(const struct pair *pair, const char *key)
{
    struct bench bench;
    struct fth_image *image = NULL;
    char scene[160], plate[160], inputs[160];
    snprintf(scene, sizeof(scene), "kind=photo seed=3 " SIZE "%s", pair->scene);
    snprintf(plate, sizeof(plate), "kind=photo seed=3 " SIZE "disc=0");
    snprintf(inputs, sizeof(inputs), "foreground=%s background=plate%s", *pair->node ? "made"
             : "shot", pair->depth ? " depth=depth" : "");
    bool good = bench_open(&bench, bench_catalogue(), NULL) &&
                bench_add(&bench, "shot", "test_scene", scene, "") &&
                bench_add(&bench, "plate", "test_scene", plate, "");
    if (good && pair->mask)
        good = bench_add(&bench, "mask", "test_scene", pair->mask, "");
    if (good && pair->depth)
        good = bench_add(&bench, "depth", "test_scene", pair->depth, "");
    if (good && *pair->node)
        good = bench_add(&bench, "made", pair->node, pair->settings,
                         pair->mask ? "input=shot effect_mask=mask" : "input=shot");
    if (good && bench_add(&bench, "key", "difference_keyer", key, inputs))
        image = bench_render(&bench, "key", 1);
    if (!image)
        fth_test_fail(__FILE__, __LINE__, "%s: %s", key, bench.error.message);
    bench_close(&bench);
    return image;
}

/* Mean alpha of the middle, three quarters of the frame each way. */
static double covered(const struct pair *pair, const char *key)
{
    struct fth_image *image = keyed(pair, key);
    double sum = 0, count = 0;
    for (int32_t y = HEIGHT / 8; image && y < HEIGHT - HEIGHT / 8; y++)
        for (int32_t x = WIDTH / 8; x < WIDTH - WIDTH / 8; x++, count++)
            sum += bench_pixel(image, "A", x, y);
    fth_image_unref(&image);
    return count > 0 ? sum / count : -1;
}

static double alpha_at(const struct pair *pair, const char *key, int32_t x, int32_t y)
{
    struct fth_image *image = keyed(pair, key);
    double alpha = image ? bench_pixel(image, "A", x, y) : -1;
    fth_image_unref(&image);
    return alpha;
}

/* The set moved and nothing else: what is keyed is what was not registered. Its grain is enlarged
 * to blobs of six pixels, which survive being sampled anew. */
static double left_over(const char *moving, const char *mode)
{
    struct bench bench;
    char key[120];
    double sum = 0, count = 0;
    snprintf(key, sizeof(key), "threshold=0.01,0.02 register_plate=%s", mode);
    bool good = bench_open(&bench, bench_catalogue(), NULL) &&
                bench_add(&bench, "photo", "test_scene", "kind=photo seed=3 disc=0 " SIZE, "") &&
                bench_add(&bench, "plate", "transform", "size=6", "input=photo") &&
                bench_add(&bench, "shot", "transform", moving, "input=plate") &&
                bench_add(&bench, "key", "difference_keyer", key,
                          "foreground=shot background=plate");
    struct fth_image *image = good ? bench_render(&bench, "key", 1) : NULL;
    for (int32_t y = HEIGHT / 8; image && y < HEIGHT - HEIGHT / 8; y++)
        for (int32_t x = WIDTH / 8; x < WIDTH - WIDTH / 8; x++, count++)
            sum += bench_pixel(image, "A", x, y);
    if (!image)
        fth_test_fail(__FILE__, __LINE__, "%s: %s", mode, bench.error.message);
    fth_image_unref(&image);
    bench_close(&bench);
    return count > 0 ? sum / count : -1;
}

FTH_TEST(a_plate_is_registered_as_far_as_it_is_told)
{
    static const char *const modes[] = {"off", "shift", "affine", "homography"};
    double moved[4], turned[4];
    for (int i = 0; i < 4; i++) {
        moved[i] = left_over("centre=0.512,0.49", modes[i]);
        turned[i] = left_over("angle=1.5 size=1.02", modes[i]);
    }
    FTH_CHECK(moved[0] > .03 && turned[0] > .03 && turned[1] > .03);
    for (int i = 1; i < 4; i++)
        FTH_CHECK_NEAR(moved[i], 0, .005);
    for (int i = 2; i < 4; i++)
        FTH_CHECK_NEAR(turned[i], 0, .005);
}

FTH_TEST(a_plate_is_exposed_as_its_shot)
{
    const struct pair brighter = {"disc=0.3", "grade", "gain=1.2", NULL, NULL};
    const char *plain = "threshold=0.02,0.06";
    FTH_CHECK(covered(&brighter, plain) > .5);
    double disc = 3.14159265 * .3 * .3 * HEIGHT * HEIGHT / (.75 * .75 * WIDTH * HEIGHT);
    FTH_CHECK_NEAR(covered(&brighter, "threshold=0.02,0.06 match_exposure=true"), disc, .03);
}

FTH_TEST(more_sigmas_key_less)
{
    const struct pair shot = {"disc=0.3 seed=4", "", "", NULL, NULL}; /* another grain: noise */
    static const char *const sigmas[] = {"0.2,0.6", "0.7,2", "2,6", "6,18", "25,50"};
    double before = 2, values[5];
    for (int i = 0; i < 5; i++) {
        char key[80];
        snprintf(key, sizeof(key), "noise_sigmas=%s", sigmas[i]);
        values[i] = covered(&shot, key);
        FTH_CHECK(values[i] <= before);
        before = values[i];
    }
    double disc = 3.14159265 * .3 * .3 * HEIGHT * HEIGHT / (.75 * .75 * WIDTH * HEIGHT);
    /* the noise as well; at two sigmas neither where it is nothing beside the disc, nor along the
     * border, where alpha is of colours */
    FTH_CHECK(values[0] > .9 && values[1] > disc + .05);
    FTH_CHECK_NEAR(values[2], disc, .03);
}

FTH_TEST(a_shadow_is_dropped_or_kept)
{
    const struct pair shaded = {"disc=0", "grade", "gain=0.7", "kind=mask disc=0.35 " SIZE, NULL};
    FTH_CHECK_NEAR(alpha_at(&shaded, "noise_sigmas=2,6 shadow=0", WIDTH / 2, HEIGHT / 2), 0, .02);
    double kept = alpha_at(&shaded, "noise_sigmas=2,6 shadow=1", WIDTH / 2, HEIGHT / 2);
    double half = alpha_at(&shaded, "noise_sigmas=2,6 shadow=0.5", WIDTH / 2, HEIGHT / 2);
    FTH_CHECK(kept > .15 && kept < .35); /* .3 of the light is gone, .9 of it where the mask is */
    FTH_CHECK_NEAR(half, kept / 2, .02);
}

FTH_TEST(depth_decides_where_the_difference_says_nothing)
{
    const struct pair same = {"disc=0", "", "", NULL, "kind=mask disc=0.3 " SIZE};
    const struct pair other = {"disc=0.3", "", "", NULL, "kind=mask disc=0 " SIZE};
    for (int k = 0; k < 2; k++) {
        const char *key = k ? "auto=true" : "threshold=0.05,0.2";
        FTH_CHECK(alpha_at(&same, key, WIDTH / 2, HEIGHT / 2) > .9);
        FTH_CHECK(alpha_at(&same, key, 10, 10) < .05);
        /* a doubtless difference, of which only a match can know, is not undone by it */
        FTH_CHECK(alpha_at(&other, key, WIDTH / 2, HEIGHT / 2) > (k ? .9 : .2));
    }
}

/* ---- despill --------------------------------------------------------------------------------- */

/* How far the cut-out, laid over its own plate, is from the shot, on average where it is half
 * transparent; in shares of the shot's range. */
static double seam(const char *space, const char *despill)
{
    struct bench bench;
    char to[80], key[80];
    snprintf(to, sizeof(to), "from=rec709_gamma24 to=%s", space);
    snprintf(key, sizeof(key), "noise_sigmas=2,6 despill=%s", despill);
    bool good = bench_open(&bench, bench_catalogue(), NULL) &&
                bench_add(&bench, "seen", "test_scene", "kind=photo seed=3 disc=0.3 " SIZE, "") &&
                bench_add(&bench, "empty", "test_scene", "kind=photo seed=3 disc=0 " SIZE, "") &&
                bench_add(&bench, "shot", "colour_space", to, "input=seen") &&
                bench_add(&bench, "plate", "colour_space", to, "input=empty") &&
                bench_add(&bench, "key", "difference_keyer", key,
                          "foreground=shot background=plate");
    struct fth_image *shot = good ? bench_render(&bench, "shot", 1) : NULL;
    struct fth_image *back = good ? bench_render(&bench, "plate", 1) : NULL;
    struct fth_image *cut = good ? bench_render(&bench, "key", 1) : NULL;
    double sum = 0, count = 0;
    for (int32_t i = 0; shot && back && cut && i < WIDTH * HEIGHT; i++) {
        int32_t x = i % WIDTH, y = i / WIDTH;
        double a = bench_pixel(cut, "A", x, y);
        if (a < .2 || a > .9) /* below, despill divides by no less than a sixteenth */
            continue;
        for (int c = 0; c < 3; c++, count++) {
            const char *name = c == 0 ? "R" : c == 1 ? "G" : "B";
            double own = bench_pixel(cut, name, x, y), b = bench_pixel(back, name, x, y);
            double p = bench_pixel(shot, name, x, y), most = a * fmax(fmax(p, b), 1) - 1e-5;
            bool clamped = own <= 0 || own >= most; /* to the range: the rest is left over */
            sum += clamped ? 0 : fabs(own + (1 - a) * b - p);
        }
    }
    if (!(count > 100))
        fth_test_fail(__FILE__, __LINE__, "space %s: %s", space, bench.error.message);
    fth_image_unref(&shot);
    fth_image_unref(&back);
    fth_image_unref(&cut);
    bench_close(&bench);
    return sum / count;
}

FTH_TEST(a_despilled_edge_fits_its_own_plate_in_every_space)
{
    /* least: what is seen without despill, of the space's own codes */
    static const struct {
        const char *id;
        double least;
    } spaces[] = {{"rec709_gamma24", .04}, {"linear_rec709", .02}, {"davinci_intermediate_wg", .01},
                  {"acescg", .02}, {"rec2100_pq", .01}};
    for (size_t i = 0; i < FTH_ARRAY_COUNT(spaces); i++) {
        const char *space = spaces[i].id;
        double with = seam(space, "1"), without = seam(space, "0");
        if (!(with < 1e-4 && without > spaces[i].least))
            fth_test_fail(__FILE__, __LINE__, "space %s: %.4f with despill, %.4f without", space,
                          with, without);
    }
}

/* What a solid matte holds, or a garbage matte fills in, is the subject's, however much it looks
 * like the set: its colours stay to the bit. Elsewhere despill goes on. */
FTH_TEST(what_is_held_is_not_despilled)
{
    static const char *const keys[] = {"", "garbage_mode=fill"};
    static const char *const ports[] = {"solid_matte", "garbage_matte"};
    for (int k = 0; k < 2; k++) {
        struct bench bench;
        char key[120], inputs[120];
        snprintf(key, sizeof(key), "threshold=0.1,0.9 despill=1 %s", keys[k]);
        snprintf(inputs, sizeof(inputs), "foreground=shot background=plate %s=held", ports[k]);
        bool good = bench_open(&bench, bench_catalogue(), NULL) &&
                    bench_add(&bench, "shot", "test_scene", "kind=photo seed=3 disc=0.3 " SIZE,
                              "") &&
                    bench_add(&bench, "plate", "test_scene", "kind=photo seed=3 disc=0 " SIZE,
                              "") &&
                    bench_add(&bench, "held", "test_scene", "kind=mask disc=0.1 " SIZE, "") &&
                    bench_add(&bench, "key", "difference_keyer", key, inputs);
        struct fth_image *shot = good ? bench_render(&bench, "shot", 1) : NULL;
        struct fth_image *cut = good ? bench_render(&bench, "key", 1) : NULL;
        FTH_REQUIRE(shot && cut);
        FTH_CHECK(bench_pixel(cut, "A", WIDTH / 2, HEIGHT / 2) == 1);
        for (int32_t x = WIDTH / 2 - 8; x < WIDTH / 2 + 8; x++)
            FTH_CHECK(bench_pixel(cut, "G", x, HEIGHT / 2) ==
                      bench_pixel(shot, "G", x, HEIGHT / 2));
        double alpha = bench_pixel(cut, "A", WIDTH / 2 + 30, HEIGHT / 2);
        FTH_CHECK(alpha > .1 && alpha < .9);
        FTH_CHECK(fabs(bench_pixel(cut, "R", WIDTH / 2 + 30, HEIGHT / 2) -
                       alpha * bench_pixel(shot, "R", WIDTH / 2 + 30, HEIGHT / 2)) > .02);
        fth_image_unref(&shot);
        fth_image_unref(&cut);
        bench_close(&bench);
    }
}

/* Inverted, the set is what is kept: there is nothing of it to be taken out of its own edge. */
FTH_TEST(an_inverted_key_is_not_despilled)
{
    const struct pair pair = {"disc=0.3", "", "", NULL, NULL};
    struct fth_image *with = keyed(&pair, "threshold=0.1,0.9 invert=true despill=1");
    struct fth_image *without = keyed(&pair, "threshold=0.1,0.9 invert=true despill=0");
    FTH_CHECK(with && without && bench_equal(with, without));
    fth_image_unref(&with);
    fth_image_unref(&without);
}
