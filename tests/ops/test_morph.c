/* SPDX-License-Identifier: Apache-2.0 */
/* Dilation, erosion and distances against their definitions, written simply. */
#include "ops/morph.h"
#include "grids.h"

static float most(const struct fth_grid *src, int32_t x, int32_t y, int32_t rx, int32_t ry,
                  bool disc)
{
    float result = -INFINITY;
    for (int32_t dy = -ry; dy <= ry; dy++)
        for (int32_t dx = -rx; dx <= rx; dx++) {
            bool inside = x + dx >= 0 && x + dx < src->width && y + dy >= 0 && y + dy < src->height;
            if (inside && (!disc || dx * dx + dy * dy <= rx * rx))
                result = fmaxf(result, at(src, x + dx, y + dy));
        }
    return result;
}

static struct fth_grid negative(struct bench *bench, const struct fth_grid *src)
{
    struct fth_grid dst = new_grid(bench, src->width, src->height, 0);
    for (int32_t y = 0; y < src->height; y++)
        for (int32_t x = 0; x < src->width; x++)
            fth_grid_row(&dst, y)[x] = -at(src, x, y);
    return dst;
}

static const int32_t sizes[][2] = {{33, 47}, {150, 20}, {1, 1}, {7, 90}};

FTH_TEST(rectangles_are_maxima_and_minima)
{
    struct bench bench;
    FTH_REQUIRE(open_bench(&bench, 3));
    static const int32_t radii[][2] = {{0, 0},  {1, 1},   {1, 2},    {0, 7},
                                       {9, 0}, {16, 15}, {200, 100}};
    for (size_t i = 0; i < FTH_ARRAY_COUNT(sizes); i++)
        for (size_t k = 0; k < FTH_ARRAY_COUNT(radii); k++) {
            struct fth_grid src = random_grid(&bench, sizes[i][0], sizes[i][1], 1);
            struct fth_grid dst = new_grid(&bench, sizes[i][0], sizes[i][1], NAN);
            FTH_CHECK_INT(fth_dilate_rect(&bench.work, &src, &dst, radii[k][0], radii[k][1], NULL),
                          FTH_OK);
            for (int32_t y = 0; y < src.height; y += 3)
                for (int32_t x = 0; x < src.width; x += 2)
                    FTH_CHECK(at(&dst, x, y) == most(&src, x, y, radii[k][0], radii[k][1], false));
            struct fth_grid other = negative(&bench, &src);
            FTH_CHECK_INT(fth_erode_rect(&bench.work, &other, &other, radii[k][0], radii[k][1],
                                         NULL),
                          FTH_OK);
            other = negative(&bench, &other);
            FTH_CHECK(largest_difference(&dst, &other) == 0);
        }
    close_bench(&bench);
}

/* Wider than the tiles that are worked on, and higher than the blocks: both ends of windows. */
FTH_TEST(rectangles_go_on_from_tile_to_tile)
{
    static const int32_t wide[][2] = {{1, 0}, {2, 1}, {3, 0}, {5, 2}, {10, 1}, {21, 0}, {50, 3},
                                      {130, 1}};
    struct bench bench;
    FTH_REQUIRE(open_bench(&bench, 2));
    for (int turned = 0; turned < 2; turned++)
        for (size_t k = 0; k < FTH_ARRAY_COUNT(wide); k++) {
            int32_t rx = wide[k][turned], ry = wide[k][!turned];
            int32_t width = turned ? 9 : 2190, height = turned ? 1500 : 9;
            struct fth_grid src = random_grid(&bench, width, height, 4);
            struct fth_grid dst = new_grid(&bench, width, height, NAN);
            FTH_CHECK_INT(fth_dilate_rect(&bench.work, &src, &dst, rx, ry, NULL), FTH_OK);
            for (int32_t y = 0; y < height; y++)
                for (int32_t x = y % 5; x < width; x += 5)
                    FTH_CHECK(at(&dst, x, y) == most(&src, x, y, rx, ry, false));
        }
    close_bench(&bench);
}

FTH_TEST(discs_are_maxima_with_fractions_between)
{
    struct bench bench;
    FTH_REQUIRE(open_bench(&bench, 3));
    for (size_t i = 0; i < FTH_ARRAY_COUNT(sizes); i++)
        for (int32_t r = 0; r < 30; r = 2 * r + 1) {
            struct fth_grid src = random_grid(&bench, sizes[i][0], sizes[i][1], 2);
            struct fth_grid dst = new_grid(&bench, sizes[i][0], sizes[i][1], NAN);
            FTH_CHECK_INT(fth_grow_disc(&bench.work, &src, &dst, r + 0.25, NULL), FTH_OK);
            for (int32_t y = 0; y < src.height; y += 3)
                for (int32_t x = 0; x < src.width; x += 2) {
                    float a = most(&src, x, y, r, r, true);
                    float b = most(&src, x, y, r + 1, r + 1, true);
                    FTH_CHECK(at(&dst, x, y) == a + 0.25f * (b - a));
                }
            struct fth_grid minus = negative(&bench, &src);
            struct fth_grid back = new_grid(&bench, src.width, src.height, 0);
            FTH_CHECK_INT(fth_grow_disc(&bench.work, &minus, &back, -r - 0.25, NULL), FTH_OK);
            back = negative(&bench, &back);
            FTH_CHECK(largest_difference(&dst, &back) == 0);
        }
    close_bench(&bench);
}

/* What is near is as far as all distances say; 119 is more than is near, and as exact. */
static void check_near(struct bench *bench, const struct fth_mask *mask, const struct fth_grid *all)
{
    static const float mosts[] = {0, 1, 2.5f, 6, 119, 200};
    struct fth_grid dst = new_grid(bench, all->width, all->height, NAN);
    for (size_t i = 0; i < FTH_ARRAY_COUNT(mosts); i++) {
        FTH_CHECK_INT(fth_distance_near(&bench->work, mask, mosts[i], &dst, NULL), FTH_OK);
        int wrong = 0;
        for (int32_t y = 0; y < all->height; y++)
            for (int32_t x = 0; x < all->width; x++) {
                float wanted = at(all, x, y), got = at(&dst, x, y);
                wrong += wanted <= mosts[i] ? got != wanted : !(got > mosts[i]);
            }
        FTH_CHECK_INT(wrong, 0);
    }
}

FTH_TEST(distances_are_exact)
{
    struct bench bench;
    FTH_REQUIRE(open_bench(&bench, 3));
    for (size_t i = 0; i < FTH_ARRAY_COUNT(sizes); i++)
        for (float share = 0; share < 0.6f; share = 3 * share + 0.01f) {
            int32_t width = sizes[i][0], height = sizes[i][1];
            struct fth_grid noise = random_grid(&bench, width, height, 3);
            struct fth_grid dst = new_grid(&bench, width, height, NAN);
            struct fth_mask mask;
            FTH_REQUIRE(fth_mask_new(bench.work.arena, width, height, &mask, NULL) == FTH_OK);
            for (int32_t y = 0; y < height; y++)
                for (int32_t x = 0; x < width; x++)
                    fth_mask_row(&mask, y)[x] = at(&noise, x, y) < share;
            FTH_CHECK_INT(fth_distance(&bench.work, &mask, &dst, NULL), FTH_OK);
            check_near(&bench, &mask, &dst);
            for (int32_t y = 0; y < height; y += 5)
                for (int32_t x = 0; x < width; x += 3) {
                    double best = 1e20;
                    for (int32_t v = 0; v < height; v++)
                        for (int32_t u = 0; u < width; u++)
                            if (fth_mask_row(&mask, v)[u])
                                best = fmin(best, (u - x) * (u - x) + (v - y) * (v - y));
                    FTH_CHECK(at(&dst, x, y) == (float)sqrt(best));
                }
        }
    close_bench(&bench);
}

/* A half plane's edge moves by just the radius, in fractions of a pixel, out and in. */
FTH_TEST(edge_of_a_matte_moves_by_the_radius)
{
    struct bench bench;
    FTH_REQUIRE(open_bench(&bench, 2));
    struct fth_grid matte = new_grid(&bench, 40, 9, 0), dst = new_grid(&bench, 40, 9, NAN);
    for (int32_t y = 0; y < 9; y++)
        for (int32_t x = 20; x < 40; x++)
            fth_grid_row(&matte, y)[x] = 1;
    for (double r = -8; r <= 8; r += 0.3) {
        double sum = 0;
        FTH_CHECK_INT(fth_grow_disc(&bench.work, &matte, &dst, r, NULL), FTH_OK);
        for (int32_t x = 0; x < 40; x++)
            sum += (double)at(&dst, x, 4);
        FTH_CHECK_NEAR(sum, 20 + r, 1e-5); /* forty floats near one */
    }
    FTH_CHECK_INT(fth_grow_disc(&bench.work, &matte, &dst, 0, NULL), FTH_OK);
    FTH_CHECK(same_bytes(&matte, &dst));
    FTH_CHECK_INT(fth_grow_disc(&bench.work, &matte, &dst, NAN, NULL), FTH_ERR_USAGE);
    close_bench(&bench);
}

FTH_TEST(growing_does_not_see_threads)
{
    struct bench bench, alone;
    FTH_REQUIRE(open_bench(&bench, 3) && open_bench(&alone, 1));
    struct fth_grid src = random_grid(&bench, 200, 170, 7), a = new_grid(&bench, 200, 170, 0);
    struct fth_grid b = new_grid(&bench, 200, 170, 1);
    FTH_CHECK_INT(fth_grow_disc(&bench.work, &src, &a, 11.7, NULL), FTH_OK);
    FTH_CHECK_INT(fth_grow_disc(&alone.work, &src, &b, 11.7, NULL), FTH_OK);
    FTH_CHECK(same_bytes(&a, &b));
    close_bench(&bench);
    close_bench(&alone);
}
