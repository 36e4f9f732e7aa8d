/* SPDX-License-Identifier: Apache-2.0 */
/* Resampling: constants, identity, mirrors, means, threads, and a few values of the references. */
#include "ops/resize.h"
#include "grids.h"

typedef enum fth_status resize_fn(const struct fth_work *, const struct fth_grid *,
                                  const struct fth_grid *, struct fth_error *);
static resize_fn *const methods[] = {fth_resize_area, fth_resize_bilinear, fth_resize_bicubic,
                                     fth_resize_bicubic_antialias};
static const int32_t sizes[][4] = {{37, 23, 16, 9}, {37, 23, 74, 46}, {37, 23, 9, 23}, {1, 1, 7, 5},
                                   {7, 5, 1, 1},    {64, 3, 10, 1},   {20, 31, 37, 23}};

/* Weights are floats that sum to 1 within a few roundings. */
#define ROUNDINGS 1e-6

FTH_TEST(resize_keeps_constants)
{
    struct bench bench;
    FTH_REQUIRE(open_bench(&bench, 2));
    for (size_t m = 0; m < 4; m++)
        for (size_t i = 0; i < FTH_ARRAY_COUNT(sizes); i++) {
            struct fth_grid src = new_grid(&bench, sizes[i][0], sizes[i][1], 0.7f);
            struct fth_grid dst = new_grid(&bench, sizes[i][2], sizes[i][3], NAN);
            struct fth_grid flat = new_grid(&bench, sizes[i][2], sizes[i][3], 0.7f);
            FTH_CHECK_INT(methods[m](&bench.work, &src, &dst, NULL), FTH_OK);
            FTH_CHECK_NEAR(largest_difference(&dst, &flat), 0, ROUNDINGS);
        }
    close_bench(&bench);
}

FTH_TEST(resize_to_the_same_size_changes_nothing)
{
    struct bench bench;
    FTH_REQUIRE(open_bench(&bench, 2));
    struct fth_grid src = random_grid(&bench, 37, 23, 1), dst = new_grid(&bench, 37, 23, NAN);
    for (size_t m = 0; m < 4; m++) {
        FTH_CHECK_INT(methods[m](&bench.work, &src, &dst, NULL), FTH_OK);
        FTH_CHECK(same_bytes(&src, &dst));
    }
    close_bench(&bench);
}

static struct fth_grid mirrored(struct bench *bench, const struct fth_grid *src)
{
    struct fth_grid dst = new_grid(bench, src->width, src->height, 0);
    for (int32_t y = 0; y < src->height; y++)
        for (int32_t x = 0; x < src->width; x++)
            fth_grid_row(&dst, y)[x] = at(src, src->width - 1 - x, src->height - 1 - y);
    return dst;
}

FTH_TEST(resize_has_no_preferred_side_and_no_threads)
{
    struct bench bench, alone;
    FTH_REQUIRE(open_bench(&bench, 3) && open_bench(&alone, 1));
    for (size_t m = 0; m < 4; m++)
        for (size_t i = 0; i < FTH_ARRAY_COUNT(sizes); i++) {
            const int32_t *s = sizes[i];
            struct fth_grid src = random_grid(&bench, s[0], s[1], 2);
            struct fth_grid back = mirrored(&bench, &src);
            struct fth_grid a = new_grid(&bench, s[2], s[3], NAN);
            struct fth_grid b = new_grid(&bench, s[2], s[3], NAN);
            FTH_CHECK_INT(methods[m](&bench.work, &src, &a, NULL), FTH_OK);
            FTH_CHECK_INT(methods[m](&alone.work, &src, &b, NULL), FTH_OK);
            FTH_CHECK(same_bytes(&a, &b));
            /* OpenCV's rule leans to one side where one axis grows and the other shrinks */
            if (m == 0 && (s[2] > s[0]) != (s[3] > s[1]))
                continue;
            FTH_CHECK_INT(methods[m](&bench.work, &back, &b, NULL), FTH_OK);
            b = mirrored(&bench, &b);
            FTH_CHECK_NEAR(largest_difference(&a, &b), 0, 2 * ROUNDINGS);
        }
    close_bench(&bench);
    close_bench(&alone);
}

FTH_TEST(area_is_the_mean_of_what_a_pixel_covers)
{
    struct bench bench;
    FTH_REQUIRE(open_bench(&bench, 2));
    struct fth_grid src = random_grid(&bench, 5, 2, 3), dst = new_grid(&bench, 2, 1, NAN);
    FTH_CHECK_INT(fth_resize_area(&bench.work, &src, &dst, NULL), FTH_OK);
    for (int32_t side = 0; side < 2; side++) {
        double sum = 0;
        for (int32_t y = 0; y < 2; y++)
            sum += (double)at(&src, 3 * side, y) + (double)at(&src, 3 * side + 1, y) +
                   0.5 * (double)at(&src, 2, y);
        FTH_CHECK_NEAR(at(&dst, side, 0), sum / 5, ROUNDINGS);
    }
    close_bench(&bench);
}

/* Sizes that divide take another way, to the same bytes as an axis after the other. */
FTH_TEST(area_is_one_axis_after_the_other)
{
    struct bench bench;
    FTH_REQUIRE(open_bench(&bench, 2));
    for (int32_t factor = 2; factor <= 9; factor++) {
        int32_t width = 530, height = 21; /* more columns than go through at once */
        struct fth_grid src = random_grid(&bench, width * factor, height * factor, 3);
        struct fth_grid once = new_grid(&bench, width, height, NAN);
        struct fth_grid twice = new_grid(&bench, width, height, NAN);
        struct fth_grid narrow = new_grid(&bench, width, height * factor, NAN);
        FTH_CHECK_INT(fth_resize_area(&bench.work, &src, &once, NULL), FTH_OK);
        FTH_CHECK_INT(fth_resize_area(&bench.work, &src, &narrow, NULL), FTH_OK);
        FTH_CHECK_INT(fth_resize_area(&bench.work, &narrow, &twice, NULL), FTH_OK);
        FTH_CHECK(same_bytes(&once, &twice));
    }
    close_bench(&bench);
}

/* The row 0 1 4 9 16 at 3 and 8 pixels, by OpenCV 4 (area, linear, cubic); the last by the formula
 * of Pillow in doubles. */
FTH_TEST(resize_agrees_with_the_references)
{
    static const double to_three[4][3] = {
        {0.4, 4.4, 13.2},
        {0.3333333, 4, 13.66667},
        {0.1481481, 4, 14.07407},
        {0.1692308, 4.195349, 13.33846}};
    static const double to_eight[4][8] = {
        {0, 0.4, 1, 3.4, 5, 9, 13.2, 16},
        {0, 0.4375, 1.1875, 3.0625, 5.5625, 8.6875, 12.9375, 16},
        {-0.09283447, 0.187561, 1.176514, 2.619385, 5.44165, 8.471436, 13.39508, 16.64984},
        {-0.07195572, 0.2437493, 1.128906, 2.847656, 5.347656, 8.628906, 13.48818, 16.50369}};
    struct bench bench;
    FTH_REQUIRE(open_bench(&bench, 1));
    struct fth_grid src = new_grid(&bench, 5, 1, 0), three = new_grid(&bench, 3, 1, NAN);
    struct fth_grid eight = new_grid(&bench, 8, 1, NAN);
    for (int x = 0; x < 5; x++)
        fth_grid_row(&src, 0)[x] = (float)(x * x);
    for (size_t m = 0; m < 4; m++) {
        FTH_CHECK_INT(methods[m](&bench.work, &src, &three, NULL), FTH_OK);
        FTH_CHECK_INT(methods[m](&bench.work, &src, &eight, NULL), FTH_OK);
        for (int x = 0; x < 3; x++)
            FTH_CHECK_NEAR(at(&three, x, 0), to_three[m][x], 16 * ROUNDINGS);
        for (int x = 0; x < 8; x++)
            FTH_CHECK_NEAR(at(&eight, x, 0), to_eight[m][x], 16 * ROUNDINGS);
    }
    close_bench(&bench);
}

FTH_TEST(pieces_are_those_of_the_whole)
{
    enum { WIDE = 7, HIGH = 5 };
    static const int32_t cases[][4] = {{20, 11, 63, 40}, {40, 33, 20, 11}, {1, 1, 9, 8},
                                       {30, 7, 13, 50}};
    struct bench bench;
    FTH_REQUIRE(open_bench(&bench, 1));
    for (size_t i = 0; i < FTH_ARRAY_COUNT(cases); i++) {
        const int32_t *s = cases[i];
        struct fth_grid src = random_grid(&bench, s[0], s[1], 3);
        struct fth_grid whole = new_grid(&bench, s[2], s[3], 0);
        struct fth_grid pieces = new_grid(&bench, s[2], s[3], NAN);
        struct fth_bilinear *bilinear = NULL;
        FTH_CHECK_INT(fth_resize_bilinear(&bench.work, &src, &whole, NULL), FTH_OK);
        FTH_REQUIRE(fth_bilinear_open(bench.work.arena, s, s + 2, &bilinear, NULL) == FTH_OK);
        size_t floats = fth_bilinear_scratch(bilinear, WIDE, HIGH);
        float *scratch = fth_arena_take(bench.work.arena, floats, sizeof(*scratch));
        FTH_REQUIRE(scratch);
        for (int32_t y = 0; y < s[3]; y += HIGH)
            for (int32_t x = 0; x < s[2]; x += WIDE) {
                struct fth_grid piece = fth_grid_part(&pieces, x, y, FTH_MIN(WIDE, s[2] - x),
                                                      FTH_MIN(HIGH, s[3] - y));
                fth_bilinear_piece(bilinear, &src, x, y, &piece, scratch);
            }
        FTH_CHECK(same_bytes(&whole, &pieces));
    }
    close_bench(&bench);
}
