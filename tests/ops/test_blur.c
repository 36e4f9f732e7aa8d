/* SPDX-License-Identifier: Apache-2.0 */
/* Blurs against their definitions, written simply. */
#include "ops/blur.h"
#include "grids.h"

/* Sums are doubles; a result is rounded to float once an axis. */
#define ROUNDINGS 1.3e-7

static const enum fth_border borders[] = {FTH_BORDER_ZERO, FTH_BORDER_REPEAT, FTH_BORDER_REFLECT};

static double outside(const struct fth_grid *grid, int32_t x, int32_t y, enum fth_border border)
{
    int32_t *p[2] = {&x, &y};
    const int32_t n[2] = {grid->width, grid->height};
    for (int i = 0; i < 2; i++)
        while (*p[i] < 0 || *p[i] >= n[i]) {
            if (border == FTH_BORDER_ZERO)
                return 0;
            if (border == FTH_BORDER_REPEAT)
                *p[i] = *p[i] < 0 ? 0 : n[i] - 1;
            else
                *p[i] = *p[i] < 0 ? -1 - *p[i] : 2 * n[i] - 1 - *p[i];
        }
    return at(grid, x, y);
}

static double simple_box(const struct fth_grid *grid, int32_t x, int32_t y, int32_t r,
                         enum fth_border border)
{
    double sum = 0;
    for (int32_t dy = -r; dy <= r; dy++)
        for (int32_t dx = -r; dx <= r; dx++)
            sum += outside(grid, x + dx, y + dy, border);
    return sum / ((2 * r + 1) * (2 * r + 1));
}

FTH_TEST(box_is_the_mean_also_when_larger_than_the_picture)
{
    struct bench bench;
    FTH_REQUIRE(open_bench(&bench, 2));
    static const int32_t cases[][3] = {{23, 17, 3}, {5, 4, 11}, {1, 1, 2}, {33, 1, 1}, {16, 16, 8}};
    for (size_t i = 0; i < FTH_ARRAY_COUNT(cases); i++)
        for (size_t b = 0; b < 3; b++) {
            struct fth_grid src = random_grid(&bench, cases[i][0], cases[i][1], 4);
            struct fth_grid dst = new_grid(&bench, cases[i][0], cases[i][1], NAN);
            FTH_CHECK_INT(fth_blur_box(&bench.work, &src, &dst, cases[i][2], borders[b], NULL),
                          FTH_OK);
            for (int32_t y = 0; y < src.height; y++)
                for (int32_t x = 0; x < src.width; x++)
                    FTH_CHECK_NEAR(at(&dst, x, y),
                                   simple_box(&src, x, y, cases[i][2], borders[b]), ROUNDINGS);
        }
    close_bench(&bench);
}

/* A picture without pixels is the mean of nothing: there is nothing to write. */
FTH_TEST(a_box_over_nothing_is_nothing)
{
    static const int32_t sizes[][2] = {{0, 0}, {0, 5}, {7, 0}};
    struct bench bench;
    FTH_REQUIRE(open_bench(&bench, 2));
    struct fth_grid some = random_grid(&bench, 8, 8, 4);
    for (size_t i = 0; i < FTH_ARRAY_COUNT(sizes); i++) {
        struct fth_grid none = fth_grid_part(&some, 0, 0, sizes[i][0], sizes[i][1]);
        for (size_t b = 0; b < 3; b++)
            FTH_CHECK_INT(fth_blur_box(&bench.work, &none, &none, 3, borders[b], NULL), FTH_OK);
    }
    close_bench(&bench);
}

static enum fth_status blur(struct bench *bench, const struct fth_grid *src,
                            const struct fth_grid *dst, enum fth_blur_filter kind, int passes,
                            double radius, enum fth_border border)
{
    return fth_blur(&bench->work, src, dst, kind, passes, radius, radius, border, NULL);
}

FTH_TEST(one_box_is_box_and_two_are_bartlett)
{
    struct bench bench;
    FTH_REQUIRE(open_bench(&bench, 2));
    struct fth_grid src = random_grid(&bench, 71, 50, 5), a = new_grid(&bench, 71, 50, 0);
    struct fth_grid b = new_grid(&bench, 71, 50, 1);
    for (double r = 0.3; r < 90; r *= 2.7) {
        FTH_CHECK_INT(blur(&bench, &src, &a, FTH_BLUR_BOX, 0, r, FTH_BORDER_REFLECT), FTH_OK);
        FTH_CHECK_INT(blur(&bench, &src, &b, FTH_BLUR_MULTIBOX, 1, r, FTH_BORDER_REFLECT), FTH_OK);
        FTH_CHECK(same_bytes(&a, &b));
        FTH_CHECK_INT(blur(&bench, &src, &a, FTH_BLUR_BARTLETT, 0, r, FTH_BORDER_ZERO), FTH_OK);
        FTH_CHECK_INT(blur(&bench, &src, &b, FTH_BLUR_MULTIBOX, 2, r, FTH_BORDER_ZERO), FTH_OK);
        FTH_CHECK(same_bytes(&a, &b));
    }
    close_bench(&bench);
}

/* In place, with another number of threads, and on a constant: always the same bytes. */
FTH_TEST(blurs_keep_constants_and_do_not_see_threads)
{
    struct bench bench, alone;
    FTH_REQUIRE(open_bench(&bench, 3) && open_bench(&alone, 1));
    for (int kind = FTH_BLUR_BOX; kind <= FTH_BLUR_GAUSSIAN; kind++)
        for (double r = 0.4; r < 200; r *= 5) {
            struct fth_grid src = random_grid(&bench, 131, 37, 6), a = new_grid(&bench, 131, 37, 0);
            struct fth_grid flat = new_grid(&bench, 131, 37, 0.3f), b = flat;
            FTH_CHECK_INT(blur(&bench, &flat, &a, kind, 4, r, FTH_BORDER_REFLECT), FTH_OK);
            FTH_CHECK(same_bytes(&a, &flat));
            FTH_CHECK_INT(blur(&bench, &flat, &a, kind, 4, r, FTH_BORDER_REPEAT), FTH_OK);
            FTH_CHECK(same_bytes(&a, &flat));
            FTH_CHECK_INT(blur(&bench, &src, &a, kind, 4, r, FTH_BORDER_REFLECT), FTH_OK);
            fth_grid_copy(&b, &src);
            FTH_CHECK_INT(blur(&alone, &b, &b, kind, 4, r, FTH_BORDER_REFLECT), FTH_OK);
            FTH_CHECK(same_bytes(&a, &b));
            FTH_CHECK(!same_bytes(&a, &src));
        }
    close_bench(&bench);
    close_bench(&alone);
}

/* A wide row with a step in the middle, blurred along x. */
static struct fth_grid blurred_step(struct bench *bench, int32_t width, enum fth_blur_filter kind,
                                    int passes, double radius)
{
    struct fth_grid step = new_grid(bench, width, 1, 0);
    for (int32_t x = width / 2; x < width; x++)
        fth_grid_row(&step, 0)[x] = 1;
    FTH_CHECK_INT(fth_blur(&bench->work, &step, &step, kind, passes, radius, 0, FTH_BORDER_REPEAT,
                           NULL),
                  FTH_OK);
    return step;
}

/* The variance of a blurred step's slope. */
static double variance(const struct fth_grid *step)
{
    double sum = 0;
    for (int32_t x = 1; x < step->width; x++) {
        double slope = (double)at(step, x, 0) - (double)at(step, x - 1, 0);
        sum += slope * (x - step->width / 2) * (x - step->width / 2);
    }
    return sum;
}

FTH_TEST(filters_of_one_radius_have_one_variance)
{
    struct bench bench;
    FTH_REQUIRE(open_bench(&bench, 1));
    for (double r = 1; r < 60; r *= 1.9) {
        double wanted = ((2 * r + 1) * (2 * r + 1) - 1) / 12;
        for (int passes = 1; passes <= 6; passes++) {
            struct fth_grid step = blurred_step(&bench, 1601, FTH_BLUR_MULTIBOX, passes, r);
            /* an extended box has the variance exactly; what is left is float rounding far out */
            FTH_CHECK_NEAR(variance(&step) / wanted, 1, 1e-4);
        }
        struct fth_grid step = blurred_step(&bench, 1601, FTH_BLUR_GAUSSIAN, 0, r);
        /* sigma within half a per cent (PERFORMANCE) */
        FTH_CHECK_NEAR(sqrt(variance(&step) / wanted), 1, 0.005);
    }
    close_bench(&bench);
}

/* The step-edge errors of 6.6: 1e-3 for our Gaussian; boxes get better with every pass (its figures
 * are of wide filters: a pixel of a narrow one is a coarse step). */
FTH_TEST(gaussian_is_true_and_boxes_approach_it)
{
    static const double bounds[] = {0.06, 0.02, 0.012, 0.009, 0.008, 0.007};
    struct bench bench;
    FTH_REQUIRE(open_bench(&bench, 1));
    for (double r = 2; r < 60; r *= 2.3) {
        double sigma = sqrt(((2 * r + 1) * (2 * r + 1) - 1) / 12), sum = 0, total = 0;
        struct fth_grid exact = new_grid(&bench, 1601, 1, 0);
        for (int i = -800; i <= 800; i++)
            total += exp(-i * i / (2 * sigma * sigma));
        for (int i = -800; i <= 800; i++) {
            sum += exp(-i * i / (2 * sigma * sigma)) / total;
            fth_grid_row(&exact, 0)[i + 800] = (float)sum;
        }
        struct fth_grid step = blurred_step(&bench, 1601, FTH_BLUR_GAUSSIAN, 0, r);
        FTH_CHECK_NEAR(largest_difference(&step, &exact), 0, 1e-3);
        for (int passes = 1; passes <= 6 && r > 4; passes++) {
            step = blurred_step(&bench, 1601, FTH_BLUR_MULTIBOX, passes, r);
            FTH_CHECK_NEAR(largest_difference(&step, &exact), 0, bounds[passes - 1]);
        }
    }
    close_bench(&bench);
}

FTH_TEST(boxes_see_nothing_beyond_their_reach)
{
    struct bench bench;
    FTH_REQUIRE(open_bench(&bench, 1));
    for (int passes = 1; passes <= 4; passes++)
        for (double r = 0.2; r < 40; r *= 3) {
            struct fth_grid step = blurred_step(&bench, 801, FTH_BLUR_MULTIBOX, passes, r);
            int32_t reach = fth_blur_reach(FTH_BLUR_MULTIBOX, passes, r);
            FTH_CHECK(at(&step, 400 - reach - 1, 0) == 0 && at(&step, 400 - reach, 0) > 0);
        }
    close_bench(&bench);
}

FTH_TEST(blur_refuses_what_makes_no_sense)
{
    struct bench bench;
    struct fth_error error;
    FTH_REQUIRE(open_bench(&bench, 1));
    struct fth_grid grid = new_grid(&bench, 4, 4, 0);
    static const double bad[] = {-1, 1e9, NAN};
    for (size_t i = 0; i < 3; i++) {
        FTH_CHECK_INT(fth_blur_gaussian(&bench.work, &grid, &grid, bad[i], 1, FTH_BORDER_ZERO,
                                        &error),
                      FTH_ERR_USAGE);
        FTH_CHECK_INT(blur(&bench, &grid, &grid, FTH_BLUR_BOX, 1, bad[i], FTH_BORDER_ZERO),
                      FTH_ERR_USAGE);
    }
    FTH_CHECK_INT(blur(&bench, &grid, &grid, FTH_BLUR_MULTIBOX, 0, 1, FTH_BORDER_ZERO),
                  FTH_ERR_USAGE);
    close_bench(&bench);
}
