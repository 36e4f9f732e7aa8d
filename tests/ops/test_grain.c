/* SPDX-License-Identifier: Apache-2.0 */
/* Grain as statistics see it, and measured back from pictures it was added to. */
#include "ops/grain.h"

#include "base/arena.h"
#include "check.h"
#include "ops/noise.h"

enum { SIZE = 256 };

static bool make(struct fth_arena *arena, double size_px, double softness, uint64_t seed,
                 struct fth_rect rect, struct fth_grid *grains, struct fth_pool *pool)
{
    struct fth_work work = {pool, arena, NULL};
    struct fth_grain_shape shape;
    struct fth_error error;
    fth_grain_shape(size_px, softness, &shape);
    bool good = fth_grid_new(arena, fth_rect_width(rect), fth_rect_height(rect), grains,
                             &error) == FTH_OK &&
                fth_grain(&work, &shape, seed, rect, grains, &error) == FTH_OK;
    if (!good)
        fth_test_fail(__FILE__, __LINE__, "%s", error.message);
    return good;
}

static const struct fth_rect square = {0, 0, SIZE, SIZE};

/* Mean of a(x, y) b(x + shift, y). */
static double product(const struct fth_grid *a, const struct fth_grid *b, int shift)
{
    double sum = 0;
    for (int y = 0; y < SIZE; y++)
        for (int x = 0; x + shift < SIZE; x++)
            sum += (double)fth_grid_row(a, y)[x] * fth_grid_row(b, y)[x + shift];
    return sum / ((double)SIZE * (SIZE - shift));
}

/* Grains of sigma s are as good as independent at 4 pi s^2 pixels each: with `n` of those the
 * standard deviation is known to 1 / sqrt(2 n), the mean to 1 / sqrt(n); three times that. */
FTH_TEST(grain_has_the_statistics_it_says)
{
    static const double sizes[] = {0.5, 1, 1.8, 4}, softnesses[] = {0, 0.5, 1};
    struct fth_arena *arena = NULL;
    struct fth_error error;
    FTH_REQUIRE_OK(fth_arena_create(&arena, &error), error);
    for (int i = 0; i < 12; i++) {
        double size = sizes[i / 3], softness = softnesses[i % 3], sigma = size / 2.3548;
        double n = SIZE * SIZE / fmax(12.566 * sigma * sigma, 1), mean = 0;
        struct fth_grain_shape shape;
        struct fth_grid grains;
        size_t mark = fth_arena_mark(arena);
        FTH_REQUIRE(make(arena, size, softness, 7, square, &grains, NULL));
        fth_grain_shape(size, softness, &shape);
        for (int k = 0; k < SIZE * SIZE; k++)
            mean += fth_grid_row(&grains, k / SIZE)[k % SIZE] / (SIZE * SIZE);
        FTH_CHECK_NEAR(mean, 0, 3 / sqrt(n));
        FTH_CHECK_NEAR(sqrt(product(&grains, &grains, 0)), 1, 3 / sqrt(2 * n));
        FTH_CHECK_NEAR(product(&grains, &grains, 1), shape.alike, 3 / sqrt(n));
        if (softness == 0) /* nothing coarser than the grains: the sum over all is 0 */
            FTH_CHECK(fabs(mean) < 0.3 / sqrt(n));
        fth_arena_return(arena, mark);
    }
    fth_arena_destroy(&arena);
}

FTH_TEST(grain_is_the_same_in_every_part)
{
    static const struct fth_rect part = {37, 51, 118, 90};
    struct fth_arena *arena = NULL;
    struct fth_pool *pool = NULL;
    struct fth_error error;
    struct fth_grid whole, some, other;
    FTH_REQUIRE_OK(fth_arena_create(&arena, &error), error);
    FTH_REQUIRE_OK(fth_pool_create(3, &pool, &error), error);
    FTH_REQUIRE(make(arena, 2.5, 0.3, 7, square, &whole, pool));
    FTH_REQUIRE(make(arena, 2.5, 0.3, 7, part, &some, NULL));
    FTH_REQUIRE(make(arena, 2.5, 0.3, 8, square, &other, NULL));
    for (int32_t y = part.y0; y < part.y1; y++)
        FTH_CHECK(memcmp(fth_grid_row(&whole, y) + part.x0, fth_grid_row(&some, y - part.y0),
                         (size_t)fth_rect_width(part) * sizeof(float)) == 0);
    /* another seed, another grain: at 1 / sqrt(n) of chance, n = 65536 / 14 */
    FTH_CHECK_NEAR(product(&whole, &other, 0), 0, 3 / sqrt(65536.0 / 14));
    fth_pool_destroy(&pool);
    fth_arena_destroy(&arena);
}

FTH_TEST(grain_tells_sizes_apart)
{
    for (double size = 1.2; size < 12; size *= 1.5) {
        struct fth_grain_shape shape;
        fth_grain_shape(size, 1, &shape);
        FTH_CHECK_NEAR(fth_grain_size_of(shape.alike), size, 0.001 * size);
    }
}

/* Strength at a brightness, for the picture below. */
static double strength(int c, double value)
{
    return (0.01 + 0.01 * c) * (1.5 - value);
}

/* A ramp from dark to bright with a few bars across it, and grain upon it. */
static bool paint(struct fth_arena *arena, double size_px, double colour, struct fth_grid rgb[3])
{
    struct fth_grid grey, own;
    bool good = make(arena, size_px, 1, 3, square, &grey, NULL);
    for (int c = 0; c < 3 && good; c++) {
        good = make(arena, size_px, 1, (uint64_t)(10 + c), square, &own, NULL) &&
               make(arena, 1, 1, 0, square, &rgb[c], NULL);
        for (int k = 0; k < SIZE * SIZE && good; k++) {
            int x = k % SIZE, y = k / SIZE;
            double value = 0.05 + 0.9 * x / SIZE - (y % 128 < 6 ? 0.04 : 0);
            double grain = sqrt(1 - colour) * fth_grid_row(&grey, y)[x] +
                           sqrt(colour) * fth_grid_row(&own, y)[x];
            fth_grid_row(&rgb[c], y)[x] = (float)(value + strength(c, value) * grain);
        }
    }
    return good;
}

/* About 30 blocks of 24 x 24 a level, of which the quartile is looked at: with grains of 1.8 pixels
 * a block's variance scatters by .12, the quartile by .04, sigma by .02. Bars in a fifth of the
 * blocks and the slope of strength within a level (a tenth either way) make it a tenth at most. */
FTH_TEST(noise_profile_finds_what_was_added)
{
    static const double sizes[] = {1.2, 1.8, 3}, colours[] = {0, 0.5, 1};
    struct fth_arena *arena = NULL;
    struct fth_error error;
    FTH_REQUIRE_OK(fth_arena_create(&arena, &error), error);
    for (int i = 0; i < 3; i++) {
        struct fth_grid rgb[3];
        struct fth_noise_profile profile;
        struct fth_work work = {NULL, arena, NULL};
        size_t mark = fth_arena_mark(arena);
        FTH_REQUIRE(paint(arena, sizes[i], colours[i], rgb));
        FTH_REQUIRE_OK(fth_noise_profile(&work, rgb, &profile, &error), error);
        for (int k = 0; k < 9; k++) {
            double want = strength(k / 3, 1.0 / 6 + k % 3 / 3.0);
            FTH_CHECK_NEAR(profile.sigma[k / 3][k % 3], want, 0.12 * want);
        }
        FTH_CHECK_NEAR(fth_grain_size_of(profile.alike), sizes[i], 0.1 * sizes[i]);
        FTH_CHECK_NEAR(profile.colour, colours[i], 0.1);
        fth_arena_return(arena, mark);
    }
    fth_arena_destroy(&arena);
}
