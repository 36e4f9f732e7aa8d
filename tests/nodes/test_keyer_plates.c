/* SPDX-License-Identifier: Apache-2.0 */
/* Plates that are not what a plate should be: each is handled as docs/keying.md says, and said in
 * one line. And blurs so large that nothing of the picture is left but the filter's own shape. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "bench.h"
#include "check.h"

enum { WIDTH = 48, HEIGHT = 40 };
#define SHOT "kind=photo seed=1 disc=0.3"
#define SET "kind=photo seed=1 disc=0"

static struct {
    int warnings;
    char last[400];
    bool no_numbers;
} said;

static void listen(void *context, enum fth_log_level level, const char *line)
{
    (void)context;
    if (level != FTH_LOG_WARNING)
        return;
    said.warnings++;
    said.no_numbers |= strstr(line, "values that are no numbers count as black") != NULL;
    snprintf(said.last, sizeof(said.last), "%s", line);
}

/* The key of a shot against a plate, which `node` made of a scene. What it says is in `said`. */
static struct fth_image *keyed(const char *key, const char *scene, const char *node,
                               const char *settings)
{
    struct bench bench;
    struct fth_image *image = NULL;
    memset(&said, 0, sizeof(said));
    fth_log_set(listen, NULL);
    if (bench_open(&bench, bench_catalogue(), NULL) &&
        bench_add(&bench, "shot", "test_scene", SHOT, "") &&
        bench_add(&bench, "scene", "test_scene", scene, "") &&
        bench_add(&bench, "plate", node, settings, "input=scene") &&
        bench_add(&bench, "key", "difference_keyer", key, "foreground=shot background=plate"))
        image = bench_render(&bench, "key", 1);
    if (!image)
        fth_test_fail(__FILE__, __LINE__, "%s, %s: %s", key, scene, bench.error.message);
    bench_close(&bench);
    fth_log_set(NULL, NULL);
    return image;
}

static void expect_said(const char *words)
{
    if (said.warnings != 1 || !strstr(said.last, words))
        fth_test_fail(__FILE__, __LINE__, "%d lines instead of one with '%s', the last: %s",
                      said.warnings, words, said.last);
}

#define AS_IT_IS "channels", "clipping_mode=none"

/* ---- plates ---------------------------------------------------------------------------------- */

FTH_TEST(a_plate_as_it_should_be_is_not_remarked_on)
{
    struct fth_image *image = keyed("", SET, AS_IT_IS);
    FTH_REQUIRE(image);
    FTH_CHECK_INT(said.warnings, 0);
    FTH_CHECK(bench_pixel(image, "A", WIDTH / 2, HEIGHT / 2) == 1);
    FTH_CHECK(bench_pixel(image, "A", 2, 2) == 0);
    fth_image_unref(&image);
}

/* Linear light, PQ and a log curve: the set is the same set. */
FTH_TEST(a_plate_of_another_colour_space_is_compared_as_both_are_seen)
{
    static const char *const spaces[] = {"linear_rec709", "davinci_intermediate_wg", "acescg",
                                         "rec2100_pq"};
    struct fth_image *same = keyed("", SET, AS_IT_IS);
    for (size_t i = 0; i < FTH_ARRAY_COUNT(spaces); i++) {
        char settings[80];
        snprintf(settings, sizeof(settings), "from=rec709_gamma24 to=%s", spaces[i]);
        struct fth_image *image = keyed("", SET, "colour_space", settings);
        FTH_REQUIRE(same && image);
        /* 1e-5 of a curve's error there and back, over the threshold's .15 */
        if (!(bench_difference(same, image, "A") < 1e-3))
            fth_test_fail(__FILE__, __LINE__, "%s: %g", spaces[i],
                          bench_difference(same, image, "A"));
        FTH_CHECK_INT(said.warnings, 0);
        fth_image_unref(&image);
    }
    fth_image_unref(&same);
}

/* Values that are no numbers are no difference for the plain key, and black for a match; nothing
 * of them leaves. */
FTH_TEST(a_plate_of_no_numbers_leaves_none)
{
    static const char *const fills[] = {"nan", "infinite", "large"};
    static const char *const keys[] = {"", "blur=5", "metric=euclid", "metric=delta_e_itp",
                                       "metric=chroma_only", "auto=true",
                                       "noise_sigmas=2,6 despill=1", "register_plate=affine"};
    for (size_t k = 0; k < FTH_ARRAY_COUNT(fills) * FTH_ARRAY_COUNT(keys); k++) {
        char scene[80];
        const char *key = keys[k / FTH_ARRAY_COUNT(fills)];
        bool matches = k / FTH_ARRAY_COUNT(fills) >= 5;
        snprintf(scene, sizeof(scene), SET " fill=%s", fills[k % FTH_ARRAY_COUNT(fills)]);
        struct fth_image *image = keyed(key, scene, AS_IT_IS);
        FTH_REQUIRE(image);
        FTH_CHECK(said.no_numbers == (matches && k % FTH_ARRAY_COUNT(fills) < 2));
        if (k == 0) /* NaN, within the disc */
            FTH_CHECK(bench_pixel(image, "A", 24, 18) == 0);
        for (int32_t i = 0; i < WIDTH * HEIGHT; i++) {
            float a = bench_pixel(image, "A", i % WIDTH, i / WIDTH);
            FTH_CHECK(a >= 0 && a <= 1);
        }
        if (bench_not_finite(image) || fth_test_has_failed())
            fth_test_fail(__FILE__, __LINE__, "%s, %s", key, scene);
        fth_image_unref(&image);
    }
}

FTH_TEST(a_plate_beside_the_shot_makes_all_opaque_and_is_said)
{
    struct fth_image *image = keyed("", SET " inset=10 shift=70", AS_IT_IS);
    FTH_REQUIRE(image);
    expect_said("the plate has no pixel where the foreground has some");
    FTH_CHECK(bench_pixel(image, "A", 2, 2) == 1 && bench_pixel(image, "A", 24, 20) == 1);
    fth_image_unref(&image);
}

/* The same of another size: it has nothing to be resized. */
FTH_TEST(an_empty_plate_of_another_size_is_said_to_be_empty)
{
    struct fth_image *image = keyed("", SET " width=60 height=50 shift=80", AS_IT_IS);
    FTH_REQUIRE(image);
    expect_said("the plate has no pixel where the foreground has some");
    fth_image_unref(&image);
}

FTH_TEST(a_black_plate_makes_all_opaque_and_is_said)
{
    struct fth_image *image = keyed("", SET, "grade", "gain=0");
    FTH_REQUIRE(image);
    expect_said("the plate is black all over");
    FTH_CHECK(bench_pixel(image, "A", 2, 2) == 1 && bench_pixel(image, "A", 24, 20) == 1);
    fth_image_unref(&image);
}

FTH_TEST(a_plate_of_another_size_is_said_to_be_one)
{
    struct fth_image *image = keyed("", SET " width=60 height=50", AS_IT_IS);
    expect_said("the plate is 60x50 and the foreground 48x40");
    fth_image_unref(&image);
}

/* ---- large blurs ----------------------------------------------------------------------------- */

enum { LONGEST = 6001 };

/* One box of variance `variance`, its ends fractional (6.6, Gwosdek 2011), onto `kernel`. */
static void box_again(double *kernel, double variance)
{
    static double before[LONGEST];
    int r = (int)floor((sqrt(12 * variance + 1) - 1) / 2);
    double n = 2 * r + 1;
    double edge = n * (r * (r + 1.0) - 3 * variance) / (6 * (variance - (r + 1.0) * (r + 1.0)));
    double run = 0;
    memcpy(before, kernel, sizeof(before));
    for (int i = 0; i <= r && i < LONGEST; i++)
        run += before[i];
    for (int i = 0; i < LONGEST; i++) {
        double left = i - r - 1 >= 0 ? before[i - r - 1] : 0;
        double right = i + r + 1 < LONGEST ? before[i + r + 1] : 0;
        kernel[i] = (run + edge * (left + right)) / (n + 2 * edge);
        run += right - (i - r >= 0 ? before[i - r] : 0);
    }
}

static void exact_kernel(double *kernel, int passes, double radius)
{
    double variance = ((2 * radius + 1) * (2 * radius + 1) - 1) / 12, sum = 0;
    memset(kernel, 0, LONGEST * sizeof(*kernel));
    kernel[LONGEST / 2] = 1;
    for (int i = 0; i < passes; i++)
        box_again(kernel, variance / passes);
    for (int i = 0; i < LONGEST && !passes; i++) {
        double d = i - LONGEST / 2;
        sum += kernel[i] = exp(-d * d / (2 * variance));
    }
    for (int i = 0; i < LONGEST && !passes; i++)
        kernel[i] /= sum;
}

/* A matte blurred so widely is all but flat: the error is held against its largest value. */
FTH_TEST(a_blur_larger_than_the_picture_is_its_exact_kernel)
{
    static const struct {
        const char *filter;
        int passes; /* 0: the gaussian */
        double bound; /* of the largest value */
    } filters[] = {{"box", 1, 2e-6}, {"bartlett", 2, 2e-6}, /* running sums, in float */
                   {"multi_box num_passes=4", 4, 2e-6}, {"multi_box num_passes=7", 7, 2e-6},
                   {"gaussian", 0, 5e-4}}; /* what its kernel leaves out */
    static const double radii[] = {33.3, 150, 300, 700};
    static double kernel[LONGEST], rows[HEIGHT][WIDTH];
    struct fth_image *sharp = keyed("", SET " seed=2", AS_IT_IS);
    FTH_REQUIRE(sharp);
    for (size_t k = 0; k < FTH_ARRAY_COUNT(filters) * FTH_ARRAY_COUNT(radii); k++) {
        char key[80];
        double radius = radii[k % FTH_ARRAY_COUNT(radii)], worst = 0, most = 0;
        size_t f = k / FTH_ARRAY_COUNT(radii);
        /* it is made of pixels of 128 there, of which the picture is a third */
        double bound = filters[f].passes == 0 && radius > 400 ? 1e-2 : filters[f].bound;
        snprintf(key, sizeof(key), "filter=%s blur=%g", filters[f].filter, radius);
        struct fth_image *soft = keyed(key, SET " seed=2", AS_IT_IS);
        FTH_REQUIRE(soft);
        exact_kernel(kernel, filters[f].passes, radius);
        memset(rows, 0, sizeof(rows));
        for (int32_t i = 0; i < WIDTH * HEIGHT * WIDTH; i++) {
            int32_t x = i % WIDTH, y = i / WIDTH % HEIGHT, from = i / WIDTH / HEIGHT;
            rows[y][x] += kernel[LONGEST / 2 + x - from] * bench_pixel(sharp, "A", from, y);
        }
        for (int32_t i = 0; i < WIDTH * HEIGHT; i++) {
            double sum = 0;
            for (int32_t from = 0; from < HEIGHT; from++)
                sum += kernel[LONGEST / 2 + i / WIDTH - from] * rows[from][i % WIDTH];
            most = fmax(most, sum);
            worst = fmax(worst, fabs(sum - bench_pixel(soft, "A", i % WIDTH, i / WIDTH)));
        }
        if (!(most > 0 && worst <= bound * most))
            fth_test_fail(__FILE__, __LINE__, "%s: %.3g of %.3g", key, worst / most, most);
        fth_image_unref(&soft);
    }
    fth_image_unref(&sharp);
}
