/* SPDX-License-Identifier: Apache-2.0 */
/* The guided filter's laws, and the grey one against the colour one. */
#include "ops/blur.h"
#include "ops/guided.h"
#include "grids.h"

#include <math.h>

/* Means are floats, and variances of about .08 are differences of them. */
#define ROUNDINGS 1e-5

FTH_TEST(map_that_is_linear_in_the_guide_stays)
{
    struct bench bench;
    FTH_REQUIRE(open_bench(&bench, 2));
    struct fth_grid guide[3], map = new_grid(&bench, 40, 31, 0), dst = new_grid(&bench, 40, 31, 0);
    for (uint32_t i = 0; i < 3; i++)
        guide[i] = random_grid(&bench, 40, 31, 10 + i);
    for (int32_t y = 0; y < 31; y++)
        for (int32_t x = 0; x < 40; x++)
            fth_grid_row(&map, y)[x] = 0.5f * at(&guide[0], x, y) - 0.2f * at(&guide[1], x, y) +
                                       0.1f * at(&guide[2], x, y) + 0.3f;
    FTH_CHECK_INT(fth_guided_colour(&bench.work, guide, &map, NULL, guide, &dst, 4, 1e-9, NULL),
                  FTH_OK);
    FTH_CHECK_NEAR(largest_difference(&dst, &map), 0, ROUNDINGS);
    FTH_CHECK_INT(fth_guided_grey(&bench.work, &map, &map, NULL, &dst, 4, 1e-9, NULL), FTH_OK);
    FTH_CHECK_NEAR(largest_difference(&dst, &map), 0, ROUNDINGS);
    close_bench(&bench);
}

FTH_TEST(flat_guide_leaves_two_boxes)
{
    struct bench bench;
    FTH_REQUIRE(open_bench(&bench, 2));
    struct fth_grid flat = new_grid(&bench, 40, 31, 0.7f), guide[3] = {flat, flat, flat};
    struct fth_grid map = random_grid(&bench, 40, 31, 12), boxes = new_grid(&bench, 40, 31, 0);
    struct fth_grid dst = new_grid(&bench, 40, 31, 0);
    FTH_CHECK_INT(fth_blur_box(&bench.work, &map, &boxes, 4, FTH_BORDER_REFLECT, NULL), FTH_OK);
    FTH_CHECK_INT(fth_blur_box(&bench.work, &boxes, &boxes, 4, FTH_BORDER_REFLECT, NULL), FTH_OK);
    FTH_CHECK_INT(fth_guided_colour(&bench.work, guide, &map, NULL, guide, &dst, 4, 1e-4, NULL),
                  FTH_OK);
    /* a float's last place in the means, 6e-8, over eps: what a flat guide can still invent */
    FTH_CHECK_NEAR(largest_difference(&dst, &boxes), 0, 6e-4);
    FTH_CHECK_INT(fth_guided_grey(&bench.work, &flat, &map, NULL, &dst, 4, 1e-4, NULL), FTH_OK);
    FTH_CHECK_NEAR(largest_difference(&dst, &boxes), 0, 6e-4);
    close_bench(&bench);
}

/* Three equal channels are a grey guide of three times the strength: eps counts a third. */
FTH_TEST(grey_is_colour_with_equal_channels)
{
    struct bench bench;
    FTH_REQUIRE(open_bench(&bench, 2));
    struct fth_grid grey = random_grid(&bench, 29, 33, 20), guide[3] = {grey, grey, grey};
    struct fth_grid map = random_grid(&bench, 29, 33, 21), a = new_grid(&bench, 29, 33, 0);
    struct fth_grid b = new_grid(&bench, 29, 33, 1), weight = random_grid(&bench, 29, 33, 22);
    const struct fth_grid *weights[2] = {NULL, &weight};
    for (int i = 0; i < 2; i++) {
        FTH_CHECK_INT(fth_guided_grey(&bench.work, &grey, &map, weights[i], &a, 3, 0.01, NULL),
                      FTH_OK);
        FTH_CHECK_INT(fth_guided_colour(&bench.work, guide, &map, weights[i], guide, &b, 3, 0.03,
                                        NULL),
                      FTH_OK);
        FTH_CHECK_NEAR(largest_difference(&a, &b), 0, 10 * ROUNDINGS);
    }
    close_bench(&bench);
}

FTH_TEST(weightless_pixels_do_not_count)
{
    struct bench bench;
    FTH_REQUIRE(open_bench(&bench, 2));
    struct fth_grid guide = random_grid(&bench, 30, 30, 30), map = new_grid(&bench, 30, 30, 0.4f);
    struct fth_grid weight = new_grid(&bench, 30, 30, 1), dst = new_grid(&bench, 30, 30, 0);
    fth_grid_row(&map, 15)[15] = 1;
    fth_grid_row(&weight, 15)[15] = 0;
    FTH_CHECK_INT(fth_guided_grey(&bench.work, &guide, &map, &weight, &dst, 3, 0.01, NULL), FTH_OK);
    struct fth_grid flat = new_grid(&bench, 30, 30, 0.4f);
    FTH_CHECK_NEAR(largest_difference(&dst, &flat), 0, ROUNDINGS);
    fth_grid_fill(&weight, 0); /* then all count alike */
    FTH_CHECK_INT(fth_guided_grey(&bench.work, &guide, &flat, &weight, &dst, 3, 0.01, NULL),
                  FTH_OK);
    FTH_CHECK_NEAR(largest_difference(&dst, &flat), 0, ROUNDINGS);
    close_bench(&bench);
}

FTH_TEST(guided_filter_does_not_see_threads_and_takes_any_size)
{
    struct bench bench, alone;
    FTH_REQUIRE(open_bench(&bench, 3) && open_bench(&alone, 1));
    static const int32_t sizes[][4] = {{1, 1, 3, 5},      {2, 3, 2, 3}, {40, 23, 120, 69},
                                       {40, 23, 40, 60}, {500, 20, 1100, 44}};
    for (size_t i = 0; i < FTH_ARRAY_COUNT(sizes); i++) {
        const int32_t *s = sizes[i];
        struct fth_grid small[3], large[3], map = random_grid(&bench, s[0], s[1], 40);
        for (uint32_t k = 0; k < 3; k++) {
            small[k] = random_grid(&bench, s[0], s[1], 41 + k);
            large[k] = random_grid(&bench, s[2], s[3], 44 + k);
        }
        struct fth_grid a = new_grid(&bench, s[2], s[3], NAN), b = new_grid(&bench, s[2], s[3], 0);
        FTH_CHECK_INT(fth_guided_colour(&bench.work, small, &map, NULL, large, &a, 4, 1e-4, NULL),
                      FTH_OK);
        FTH_CHECK_INT(fth_guided_colour(&alone.work, small, &map, NULL, large, &b, 4, 1e-4, NULL),
                      FTH_OK);
        FTH_CHECK(same_bytes(&a, &b) && isfinite(largest_difference(&a, &b)));
    }
    /* a map that is the guide's red: so it is at the guide's own size, up to eps */
    struct fth_grid small[3], large[3], red = new_grid(&bench, 1100, 44, NAN);
    for (uint32_t k = 0; k < 3; k++) {
        small[k] = random_grid(&bench, 500, 20, 51 + k);
        large[k] = random_grid(&bench, 1100, 44, 54 + k);
    }
    FTH_CHECK_INT(fth_guided_colour(&bench.work, small, &small[0], NULL, large, &red, 4, 1e-7,
                                    NULL),
                  FTH_OK);
    FTH_CHECK_NEAR(largest_difference(&red, &large[0]), 0, 1e-4);
    struct fth_error error;
    struct fth_grid one = new_grid(&bench, 1, 1, 0);
    FTH_CHECK_INT(fth_guided_grey(&bench.work, &one, &one, NULL, &one, 4, 0, &error),
                  FTH_ERR_USAGE);
    close_bench(&bench);
    close_bench(&alone);
}

/* ---- a guide that is looked at once */

enum { SMALL_WIDTH = 300, SMALL_HEIGHT = 41 };

/* Weighted or not, with `bench`'s threads: two rounds, and then to twice the size. */
static void compare_guide(struct bench *bench, bool weighted, const struct fth_grid large[3],
                          const struct fth_grid *dst, const struct fth_grid *expected)
{
    struct fth_guide guide = {.radius = 9};
    struct fth_grid weight = random_grid(bench, SMALL_WIDTH, SMALL_HEIGHT, 83);
    struct fth_grid map = random_grid(bench, SMALL_WIDTH, SMALL_HEIGHT, 84);
    struct fth_grid other = random_grid(bench, SMALL_WIDTH, SMALL_HEIGHT, 84);
    const struct fth_grid *by = weighted ? &weight : NULL;
    for (uint32_t i = 0; i < 3; i++)
        guide.colours[i] = random_grid(bench, SMALL_WIDTH, SMALL_HEIGHT, 80 + i);
    for (int i = 0; i < FTH_GUIDE_MEANS; i++)
        guide.means[i] = new_grid(bench, SMALL_WIDTH, SMALL_HEIGHT, NAN);
    for (int round = 0; round < 3; round++)
        FTH_CHECK_INT(fth_guided_colour(&bench->work, guide.colours, &other, by,
                                        round < 2 ? guide.colours : large,
                                        round < 2 ? &other : expected, guide.radius, 1e-3, NULL),
                      FTH_OK);
    if (weighted)
        guide.weight = weight;
    FTH_CHECK_INT(fth_guide_find(&bench->work, &guide, NULL), FTH_OK);
    for (int round = 0; round < 2; round++)
        FTH_CHECK_INT(fth_guide_filter(&bench->work, &guide, &map, &map, 1e-3, NULL), FTH_OK);
    FTH_CHECK(same_bytes(&map, &other));
    struct fth_guided_end end = {.colours = large, .dst = dst};
    FTH_CHECK_INT(fth_guide_apply(&bench->work, &guide, &map, 1e-3, &end, NULL), FTH_OK);
}

FTH_TEST(a_guide_that_is_known_gives_the_same_bits)
{
    for (int i = 0; i < 4; i++) {
        struct bench bench;
        FTH_REQUIRE(open_bench(&bench, i < 2 ? 1 : 3));
        struct fth_grid large[3], a = new_grid(&bench, 700, 90, NAN);
        struct fth_grid b = new_grid(&bench, 700, 90, 0);
        for (uint32_t k = 0; k < 3; k++)
            large[k] = random_grid(&bench, 700, 90, 90 + k);
        compare_guide(&bench, i % 2, large, &a, &b);
        FTH_CHECK(same_bytes(&a, &b));
        close_bench(&bench);
    }
}

/* Where a map is 0 nothing is worked out: what comes of it is what comes of next to nothing. */
FTH_TEST(a_map_that_is_mostly_zero_is_filtered_the_same)
{
    enum { WIDTH = 700, HEIGHT = 340 };
    struct bench bench;
    FTH_REQUIRE(open_bench(&bench, 2));
    struct fth_grid small[3], large[3], full = new_grid(&bench, 233, 113, 1e-12f);
    struct fth_grid map = new_grid(&bench, 233, 113, 0);
    struct fth_grid a = new_grid(&bench, WIDTH, HEIGHT, NAN);
    struct fth_grid b = new_grid(&bench, WIDTH, HEIGHT, NAN);
    int32_t zeros = 0, wrong = 0;
    for (uint32_t k = 0; k < 3; k++) {
        small[k] = random_grid(&bench, 233, 113, 120 + k);
        large[k] = random_grid(&bench, WIDTH, HEIGHT, 123 + k);
    }
    /* three blobs; the first one's end comes just into a part of 96 columns, the last one is at the
     * right side */
    for (int32_t y = 40; y < 63; y++)
        for (int32_t x = 47; x < 233; x++)
            if (x < 58 || (x > 111 && x < 115) || x > 230)
                fth_grid_row(&map, y)[x] = fth_grid_row(&full, y)[x] = 1;
    FTH_CHECK_INT(fth_guided_colour(&bench.work, small, &map, NULL, large, &a, 4, 1e-4, NULL),
                  FTH_OK);
    FTH_CHECK_INT(fth_guided_colour(&bench.work, small, &full, NULL, large, &b, 4, 1e-4, NULL),
                  FTH_OK);
    for (int32_t i = 0; i < WIDTH * HEIGHT; i++) {
        float one = fth_grid_row(&a, i / WIDTH)[i % WIDTH];
        zeros += one == 0;
        /* 1e-12 in sums of numbers below 1, divided by eps twice over */
        wrong += !(fabsf(one - fth_grid_row(&b, i / WIDTH)[i % WIDTH]) < 1e-5f);
    }
    FTH_CHECK_INT(wrong, 0);
    FTH_CHECK(zeros > WIDTH * HEIGHT / 2);
    close_bench(&bench);
}

/* The guide limited, the result mixed with what was before and limited: as if one after another. */
FTH_TEST(what_is_filtered_is_mixed_as_it_is_made)
{
    struct bench bench;
    FTH_REQUIRE(open_bench(&bench, 2));
    struct fth_guide guide = {.radius = 5};
    struct fth_grid map = random_grid(&bench, 60, 30, 101), large[3], limited[3], expected;
    struct fth_grid from = random_grid(&bench, 700, 61, 102), dst = new_grid(&bench, 700, 61, NAN);
    for (int i = 0; i < FTH_GUIDE_MEANS; i++)
        guide.means[i] = new_grid(&bench, 60, 30, NAN);
    for (uint32_t k = 0; k < 3; k++) {
        guide.colours[k] = random_grid(&bench, 60, 30, 103 + k);
        large[k] = random_grid(&bench, 700, 61, 106 + k);
        limited[k] = new_grid(&bench, 700, 61, 0);
        for (int32_t i = 0; i < 700 * 61; i++) {
            float *value = fth_grid_row(&large[k], i / 700) + i % 700;
            *value = 3 * *value - 1;
            fth_grid_row(&limited[k], i / 700)[i % 700] = fminf(fmaxf(*value, 0), 1);
        }
    }
    for (int32_t i = 0; i < 700 * 61; i++) {
        float *value = fth_grid_row(&from, i / 700) + i % 700;
        *value = 9 * *value - 4;
    }
    expected = new_grid(&bench, 700, 61, 0);
    FTH_CHECK_INT(fth_guide_find(&bench.work, &guide, NULL), FTH_OK);
    struct fth_guided_end plain = {.colours = limited, .dst = &expected};
    struct fth_guided_end mixed = {large, &from, &dst, .75f, true, true};
    FTH_CHECK_INT(fth_guide_apply(&bench.work, &guide, &map, 1e-3, &plain, NULL), FTH_OK);
    FTH_CHECK_INT(fth_guide_apply(&bench.work, &guide, &map, 1e-3, &mixed, NULL), FTH_OK);
    for (int32_t i = 0; i < 700 * 61; i++) {
        float *value = fth_grid_row(&expected, i / 700) + i % 700;
        float old = at(&from, i % 700, i / 700);
        *value = fminf(fmaxf(old + .75f * (*value - old), 0), 1);
    }
    FTH_CHECK(same_bytes(&dst, &expected));
    FTH_CHECK_INT(fth_guide_filter(&bench.work, &guide, &map, &map, 0, NULL), FTH_ERR_USAGE);
    close_bench(&bench);
}

/* ---- colours, against sums as plain as can be, in doubles */

static int32_t mirrored(int32_t i, int32_t n)
{
    while (i < 0 || i >= n)
        i = i < 0 ? -1 - i : 2 * n - 1 - i;
    return i;
}

enum { WIDTH = 75, HEIGHT = 37 };

struct exact {
    double plane[4][HEIGHT][WIDTH];
};

static double exact_mean(const struct exact *e, const double (*weight)[WIDTH], int a, int b,
                         const int at[3])
{
    double sum = 0, weights = 0;
    for (int v = at[1] - at[2]; v <= at[1] + at[2]; v++)
        for (int u = at[0] - at[2]; u <= at[0] + at[2]; u++) {
            int x = mirrored(u, WIDTH), y = mirrored(v, HEIGHT);
            double w = weight ? weight[y][x] : 1;
            sum += w * (a < 0 ? 1 : e->plane[a][y][x]) * (b < 0 ? 1 : e->plane[b][y][x]);
            weights += w;
        }
    return sum / weights;
}

/* Gauss: three equations, whose matrix is symmetric and not singular. */
static void solve_three(double m[3][4], double k[3])
{
    for (int i = 0; i < 3; i++)
        for (int j = i + 1; j < 3; j++) {
            double factor = m[j][i] / m[i][i];
            for (int c = i; c < 4; c++)
                m[j][c] -= factor * m[i][c];
        }
    for (int i = 2; i >= 0; i--) {
        k[i] = m[i][3];
        for (int c = i + 1; c < 3; c++)
            k[i] -= m[i][c] * k[c];
        k[i] /= m[i][i];
    }
}

static void filter_exactly(const struct exact *e, const double (*weight)[WIDTH], int radius,
                           double eps, double result[HEIGHT][WIDTH])
{
    static struct exact solved;
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++) {
            const int at[3] = {x, y, radius};
            double mean[4], m[3][4], k[3];
            for (int i = 0; i < 4; i++)
                mean[i] = exact_mean(e, weight, i, -1, at);
            for (int i = 0; i < 3; i++)
                for (int j = 0; j < 4; j++)
                    m[i][j] = exact_mean(e, weight, i, j, at) - mean[i] * mean[j] +
                              (i == j ? eps : 0);
            solve_three(m, k);
            solved.plane[3][y][x] = mean[3];
            for (int i = 0; i < 3; i++) {
                solved.plane[i][y][x] = k[i];
                solved.plane[3][y][x] -= k[i] * mean[i];
            }
        }
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++) {
            const int at[3] = {x, y, radius};
            result[y][x] = exact_mean(&solved, weight, 3, -1, at);
            for (int i = 0; i < 3; i++)
                result[y][x] += exact_mean(&solved, weight, i, -1, at) * e->plane[i][y][x];
        }
}

/* A dark and a bright half with little noise, and an outline that the map only roughly follows. */
static float sample_of(int plane, int x, int y, float noise)
{
    bool bright = x + y / 3 > 40 + (plane == 3 ? 2 : 0);
    return (bright ? 0.95f : 0.03f) - 0.01f * (float)plane + 0.02f * noise;
}

/* Means are floats: their last place, 6e-8 of what is squared, goes into variances, to which eps is
 * added, so coefficients are true to 6e-8 / eps; they count times how far the guide is from its
 * mean where that is flat, a sixth at the very most here. */
FTH_TEST(colours_are_filtered_as_exact_sums_would)
{
    static struct exact exact;
    static double weights[HEIGHT][WIDTH], expected[HEIGHT][WIDTH];
    static const int radii[] = {1, 2, 5, 8, 15, 16, 23};
    const double eps = 1e-4;
    struct bench bench;
    FTH_REQUIRE(open_bench(&bench, 3));
    struct fth_grid grids[4], weight = random_grid(&bench, WIDTH, HEIGHT, 60);
    struct fth_grid dst = new_grid(&bench, WIDTH, HEIGHT, NAN);
    for (int i = 0; i < 4; i++) {
        grids[i] = random_grid(&bench, WIDTH, HEIGHT, 61 + (uint32_t)i);
        for (int y = 0; y < HEIGHT; y++)
            for (int x = 0; x < WIDTH; x++) {
                float *at = fth_grid_row(&grids[i], y) + x;
                *at = sample_of(i, x, y, *at);
                exact.plane[i][y][x] = (double)*at;
                weights[y][x] = (double)fth_grid_row(&weight, y)[x] + 1e-6;
            }
    }
    for (size_t r = 0; r < 2 * FTH_ARRAY_COUNT(radii); r++) {
        int radius = radii[r / 2];
        bool weighed = r % 2;
        double most = 0;
        filter_exactly(&exact, weighed ? (const double (*)[WIDTH])weights : NULL, radius, eps,
                       expected);
        FTH_CHECK_INT(fth_guided_colour(&bench.work, grids, &grids[3], weighed ? &weight : NULL,
                                        grids, &dst, radius, eps, NULL),
                      FTH_OK);
        for (int y = 0; y < HEIGHT; y++)
            for (int x = 0; x < WIDTH; x++)
                most = fmax(most, fabs((double)at(&dst, x, y) - expected[y][x]));
        FTH_CHECK_NEAR(most, 0, 6e-8 / eps / 6);
    }
    close_bench(&bench);
}

/* And it may be filtered into its own place, by many threads. */
FTH_TEST(what_is_one_everywhere_stays_so_to_the_bit)
{
    struct bench bench, alone;
    FTH_REQUIRE(open_bench(&bench, 3) && open_bench(&alone, 1));
    struct fth_grid guide[3], one = new_grid(&bench, 300, 40, 1);
    struct fth_grid dst = new_grid(&bench, 300, 40, 0);
    for (uint32_t i = 0; i < 3; i++)
        guide[i] = random_grid(&bench, 300, 40, 70 + i);
    for (int32_t radius = 1; radius < 30; radius += 4) {
        FTH_CHECK_INT(fth_guided_colour(&bench.work, guide, &one, NULL, guide, &dst, radius, 1e-4,
                                        NULL),
                      FTH_OK);
        FTH_CHECK(same_bytes(&dst, &one));
    }
    struct fth_grid map = random_grid(&bench, 300, 40, 73);
    FTH_CHECK_INT(fth_guided_colour(&alone.work, guide, &map, NULL, guide, &dst, 9, 1e-4, NULL),
                  FTH_OK);
    FTH_CHECK_INT(fth_guided_colour(&bench.work, guide, &map, NULL, guide, &map, 9, 1e-4, NULL),
                  FTH_OK);
    FTH_CHECK(same_bytes(&dst, &map));
    close_bench(&bench);
    close_bench(&alone);
}
