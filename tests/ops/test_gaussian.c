/* SPDX-License-Identifier: Apache-2.0 */
/* The Gaussian against the exact kernel exp(-i^2 / 2 sigma^2), summed to 8 sigma in doubles. */
#include "ops/gaussian.h"
#include "grids.h"

#include <stdlib.h>

static const double sigmas[] = {0.3, 0.5, 1, 2, 2.99, 3, 5.9, 6, 10, 11.9, 12, 50, 200};
static const enum fth_border borders[] = {FTH_BORDER_ZERO, FTH_BORDER_REPEAT, FTH_BORDER_REFLECT};

static double kernel(int i, double sigma)
{
    return exp(-(double)i * i / (2 * sigma * sigma));
}

/* A step between `at - 1` and `at`, blurred along x or along y. */
static struct fth_grid blurred_step(struct bench *bench, int32_t size, int32_t at, double sigma,
                                    bool along)
{
    struct fth_grid step = new_grid(bench, along ? size : 3, along ? 3 : size, 0);
    for (int32_t y = 0; y < step.height; y++)
        for (int32_t x = 0; x < step.width; x++)
            fth_grid_row(&step, y)[x] = (along ? x : y) >= at;
    FTH_CHECK_INT(fth_blur_gaussian(&bench->work, &step, &step, along ? sigma : 0,
                                    along ? 0 : sigma, FTH_BORDER_REPEAT, NULL),
                  FTH_OK);
    return step;
}

/* PERFORMANCE: a step's error is at most 1e-3, wherever it lies between the halved positions, and
 * the width that of the kernel within half a per cent: variances add up from the step's slopes. */
FTH_TEST(a_step_is_true_at_any_sigma)
{
    struct bench bench;
    FTH_REQUIRE(open_bench(&bench, 1));
    for (size_t s = 0; s < FTH_ARRAY_COUNT(sigmas); s++)
        for (int shift = 0; shift < 6; shift++) {
            double sigma = sigmas[s], total = 0, sum = 0, most = 0, wanted = 0, found = 0;
            int reach = (int)ceil(8 * sigma), at_x = reach + 2 + shift * (sigma > 40 ? 11 : 1);
            struct fth_grid step =
                blurred_step(&bench, at_x + reach + 3, at_x, sigma, shift % 2);
            for (int i = -reach; i <= reach; i++)
                total += kernel(i, sigma);
            for (int i = -reach; i <= reach; i++) {
                bool along = shift % 2;
                int p = at_x + i;
                double now = (double)at(&step, along ? p : 1, along ? 1 : p);
                double last = (double)at(&step, along ? p - 1 : 1, along ? 1 : p - 1);
                sum += kernel(i, sigma) / total;
                most = fmax(most, fabs(now - sum));
                wanted += kernel(i, sigma) / total * i * i;
                found += (now - last) * i * i;
            }
            FTH_CHECK_NEAR(most, 0, 1e-3);
            FTH_CHECK_NEAR(sqrt(found / wanted), 1, 0.005);
        }
    close_bench(&bench);
}

/* An impulse in two dimensions: its variances along either axis, and that it stays where it was. */
FTH_TEST(an_impulse_keeps_its_place_and_gets_both_variances)
{
    static const double pairs[][2] = {{0.5, 2}, {2, 0}, {1, 4}, {3, 7}, {10, 2}, {14, 25}};
    enum { SIDE = 255, MIDDLE = 127 };
    struct bench bench;
    FTH_REQUIRE(open_bench(&bench, 2));
    for (size_t i = 0; i < FTH_ARRAY_COUNT(pairs); i++) {
        struct fth_grid grid = new_grid(&bench, SIDE, SIDE, 0);
        double sums[6] = {0}, variances[2] = {0};
        fth_grid_row(&grid, MIDDLE)[MIDDLE] = 4096;
        FTH_CHECK_INT(fth_blur_gaussian(&bench.work, &grid, &grid, pairs[i][0], pairs[i][1],
                                        FTH_BORDER_ZERO, NULL),
                      FTH_OK);
        for (int y = -MIDDLE; y <= MIDDLE; y++)
            for (int x = -MIDDLE; x <= MIDDLE; x++) {
                double value = (double)at(&grid, MIDDLE + x, MIDDLE + y);
                const double by[5] = {1, x, y, (double)x * x, (double)y * y};
                FTH_CHECK(value >= 0);
                for (int k = 0; k < 5; k++)
                    sums[k] += value * by[k];
            }
        for (int axis = 0; axis < 2; axis++) {
            double total = 0;
            for (int k = -200; k <= 200 && pairs[i][axis] > 0; k++) {
                total += kernel(k, pairs[i][axis]);
                variances[axis] += kernel(k, pairs[i][axis]) * k * k;
            }
            variances[axis] = total > 0 ? variances[axis] / total : 0;
            FTH_CHECK_NEAR(sums[1 + axis] / sums[0], 0, 0.05);
            FTH_CHECK_NEAR(sqrt(sums[3 + axis] / sums[0]), sqrt(variances[axis]),
                           0.005 * pairs[i][axis] + 1e-3);
        }
        FTH_CHECK_NEAR(sums[0] / 4096, 1, 1e-3);
    }
    close_bench(&bench);
}

/* Where a position lies inside the picture; -1: nowhere. */
static int32_t inside(int32_t i, int32_t n, enum fth_border border)
{
    while (i < 0 || i >= n) {
        if (border == FTH_BORDER_ZERO)
            return -1;
        if (border == FTH_BORDER_REPEAT)
            i = i < 0 ? 0 : n - 1;
        else
            i = i < 0 ? -1 - i : 2 * n - 1 - i;
    }
    return i;
}

/* line := exact blur of n values `stride` apart. */
static void blur_line(double *line, int32_t n, ptrdiff_t stride, double sigma,
                      enum fth_border border)
{
    double from[160], total = 0;
    int reach = (int)ceil(8 * sigma);
    for (int32_t i = 0; i < n; i++)
        from[i] = line[i * stride];
    for (int k = -reach; k <= reach; k++)
        total += kernel(k, sigma);
    for (int32_t i = 0; i < n; i++) {
        double sum = 0;
        for (int k = -reach; k <= reach; k++) {
            int32_t p = inside(i + k, n, border);
            sum += p < 0 ? 0 : kernel(k, sigma) * from[p];
        }
        line[i * stride] = sum / total;
    }
}

/* A wide picture is worked on in pieces: its columns are to the bit what those of a narrow part of
 * it are, whose ends lie further away than the kernel reaches. */
FTH_TEST(a_wide_picture_is_what_its_parts_are)
{
    enum { WIDTH = 3500, PART = 300, HEIGHT = 21 };
    static const int32_t begins[] = {900, 1924, 2600}; /* multiples of what a position becomes */
    static const double wide_sigmas[] = {0.4, 1, 2, 2.9, 3, 10};
    struct bench bench;
    FTH_REQUIRE(open_bench(&bench, 2));
    struct fth_grid src = random_grid(&bench, WIDTH, HEIGHT, 5);
    struct fth_grid dst = new_grid(&bench, WIDTH, HEIGHT, NAN);
    struct fth_grid part = new_grid(&bench, PART, HEIGHT, NAN);
    for (size_t s = 0; s < FTH_ARRAY_COUNT(wide_sigmas); s++) {
        double sigma = wide_sigmas[s];
        enum fth_border border = borders[s % 3];
        FTH_CHECK_INT(fth_blur_gaussian(&bench.work, &src, &dst, sigma, sigma, border, NULL),
                      FTH_OK);
        for (size_t k = 0; k < FTH_ARRAY_COUNT(begins); k++) {
            struct fth_grid from = fth_grid_part(&src, begins[k], 0, PART, HEIGHT);
            struct fth_grid same = fth_grid_part(&dst, begins[k] + PART / 3, 0, PART / 3, HEIGHT);
            FTH_CHECK_INT(fth_blur_gaussian(&bench.work, &from, &part, sigma, sigma, border, NULL),
                          FTH_OK);
            struct fth_grid inner = fth_grid_part(&part, PART / 3, 0, PART / 3, HEIGHT);
            FTH_CHECK(largest_difference(&same, &inner) == 0);
        }
    }
    close_bench(&bench);
}

/* Every border, at sizes that halve evenly and that do not, and smaller than the kernel. Two steps'
 * errors: one an axis. */
FTH_TEST(borders_are_as_the_exact_kernel_sees_them)
{
    static const int32_t sizes[][2] = {{96, 64}, {97, 75}, {50, 1}, {1, 51}, {3, 5}, {1, 1},
                                       {131, 30}};
    static const double both[][2] = {{2, 1}, {4, 4}, {3.3, 13}, {27, 0.7}, {55, 40}};
    static double exact[160 * 160];
    struct bench bench;
    FTH_REQUIRE(open_bench(&bench, 2));
    for (size_t s = 0; s < FTH_ARRAY_COUNT(sizes); s++)
        for (size_t k = 0; k < 3 * FTH_ARRAY_COUNT(both); k++) {
            enum fth_border border = borders[k % 3];
            const double *sigma = both[k / 3];
            int32_t width = sizes[s][0], height = sizes[s][1];
            struct fth_grid src = random_grid(&bench, width, height, 3);
            struct fth_grid dst = new_grid(&bench, width, height, NAN);
            FTH_CHECK_INT(fth_blur_gaussian(&bench.work, &src, &dst, sigma[0], sigma[1], border,
                                            NULL),
                          FTH_OK);
            for (int32_t i = 0; i < width * height; i++)
                exact[i] = (double)at(&src, i % width, i / width);
            for (int32_t y = 0; y < height; y++)
                blur_line(exact + y * width, width, 1, sigma[0], border);
            for (int32_t x = 0; x < width; x++)
                blur_line(exact + x, height, width, sigma[1], border);
            double most = 0;
            for (int32_t i = 0; i < width * height; i++)
                most = fmax(most, fabs((double)at(&dst, i % width, i / width) - exact[i]));
            FTH_CHECK_NEAR(most, 0, 2e-3);
        }
    close_bench(&bench);
}

/* Any constant comes out to the bit where the border goes on with it; a mask stays within 0..1. */
FTH_TEST(constants_stay_to_the_bit)
{
    static const float values[] = {0.3f, 1, -7.77f, 1e-20f, 3e30f};
    struct bench bench;
    FTH_REQUIRE(open_bench(&bench, 1));
    for (size_t s = 0; s < FTH_ARRAY_COUNT(sigmas); s++)
        for (size_t v = 0; v < FTH_ARRAY_COUNT(values); v++)
            for (int b = 1; b < 3; b++) {
                struct fth_grid flat = new_grid(&bench, 53, 38, values[v]);
                struct fth_grid dst = new_grid(&bench, 53, 38, 0);
                FTH_CHECK_INT(fth_blur_gaussian(&bench.work, &flat, &dst, sigmas[s], sigmas[s],
                                                borders[b], NULL),
                              FTH_OK);
                FTH_CHECK(same_bytes(&flat, &dst));
            }
    for (size_t s = 0; s < FTH_ARRAY_COUNT(sigmas); s++) {
        struct fth_grid mask = random_grid(&bench, 90, 70, 8);
        for (int32_t i = 0; i < 70; i++)
            for (int32_t x = 0; x < 90; x++)
                fth_grid_row(&mask, i)[x] = at(&mask, x, i) > 0.3f;
        FTH_CHECK_INT(fth_blur_gaussian(&bench.work, &mask, &mask, sigmas[s], sigmas[s],
                                        FTH_BORDER_REPEAT, NULL),
                      FTH_OK);
        for (int32_t i = 0; i < 70; i++)
            for (int32_t x = 0; x < 90; x++)
                FTH_CHECK(at(&mask, x, i) >= 0 && at(&mask, x, i) <= 1);
    }
    close_bench(&bench);
}

/* Rounded one by one, the taps of some widths would add up to more than 1 in floats. */
FTH_TEST(taps_never_add_up_to_more_than_one)
{
    enum { MOST = 12 };
    double weights[MOST + 1];
    float taps[2 * MOST + 1];
    for (size_t radius = 0; radius <= MOST; radius++)
        for (double sigma = 0.3; sigma < 6; sigma += 0.01) {
            float up = 0, pairs, *middle = taps + radius;
            for (size_t i = 0; i <= radius; i++)
                weights[i] = exp(-0.5 * (double)(i * i) / (sigma * sigma));
            fth_gaussian_taps(taps, radius, weights);
            for (size_t i = 0; i <= 2 * radius; i++) {
                up += taps[i];
                FTH_CHECK(taps[i] == taps[2 * radius - i]);
            }
            pairs = *middle;
            for (size_t i = 1; i <= radius; i++)
                pairs += middle[i] + middle[i];
            FTH_CHECK(up <= 1 && pairs <= 1);
            FTH_CHECK_NEAR((double)up, 1, 1e-6); /* two dozen roundings of 2^-25 */
        }
}

/* One pixel that is no number spoils what the kernel reaches and nothing else; endless stays
 * endless, and where nothing was there is nothing. 5 sigma and a few halved positions hold it. */
FTH_TEST(what_is_no_number_spoils_its_neighbours_only)
{
    struct bench bench;
    FTH_REQUIRE(open_bench(&bench, 1));
    for (size_t s = 0; s < FTH_ARRAY_COUNT(sigmas); s++)
        for (int kind = 0; kind < 3; kind++) {
            static const float specials[] = {NAN, INFINITY, 1e-44f};
            int reach = (int)(8 * sigmas[s]) + 2, side = 2 * reach + 9, spoilt = 0;
            struct fth_grid grid = new_grid(&bench, side, 3, 0.25f);
            fth_grid_row(&grid, 1)[reach + 4] = specials[kind];
            FTH_CHECK_INT(fth_blur_gaussian(&bench.work, &grid, &grid, sigmas[s], 0,
                                            FTH_BORDER_REPEAT, NULL),
                          FTH_OK);
            for (int32_t x = 0; x < side; x++) {
                float value = at(&grid, x, 1);
                bool near = abs(x - reach - 4) <= reach;
                FTH_CHECK(near || value == 0.25f);
                FTH_CHECK(kind != 1 || value == 0.25f || value == INFINITY);
                FTH_CHECK(kind != 2 || isfinite(value));
                spoilt += !isfinite(value);
            }
            FTH_CHECK((spoilt > 0) == (kind < 2));
            FTH_CHECK(at(&grid, reach + 4, 0) == 0.25f && at(&grid, reach + 4, 2) == 0.25f);
        }
    close_bench(&bench);
}
