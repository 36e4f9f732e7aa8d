/* SPDX-License-Identifier: Apache-2.0 */
/* The guided filter's laws, and the grey one against the colour one. */
#include "ops/blur.h"
#include "ops/guided.h"
#include "grids.h"

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
