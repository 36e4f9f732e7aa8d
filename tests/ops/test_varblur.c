/* SPDX-License-Identifier: Apache-2.0 */
/* The blur whose radius varies against the one whose radius does not, and its laws. */
#include "ops/varblur.h"
#include "grids.h"

static const enum fth_border borders[] = {FTH_BORDER_ZERO, FTH_BORDER_REPEAT, FTH_BORDER_REFLECT};

static struct fth_grid vary(struct bench *bench, const struct fth_grid *src,
                            const struct fth_grid *key, double radius, enum fth_border border)
{
    struct fth_grid dst = new_grid(bench, src->width, src->height, NAN);
    struct fth_varblur how = {FTH_BLUR_GAUSSIAN, 4, radius, radius, border, key, false};
    FTH_CHECK_INT(fth_varblur_run(&bench->work, &how, src, &dst, 1, NULL), FTH_OK);
    return dst;
}

static struct fth_grid plain(struct bench *bench, const struct fth_grid *src, double radius,
                             enum fth_border border)
{
    struct fth_grid dst = new_grid(bench, src->width, src->height, NAN);
    FTH_CHECK_INT(fth_blur(&bench->work, src, &dst, FTH_BLUR_GAUSSIAN, 4, radius, radius, border,
                           NULL), FTH_OK);
    return dst;
}

FTH_TEST(one_everywhere_is_the_plain_blur_to_the_bit)
{
    struct bench bench;
    FTH_REQUIRE(open_bench(&bench, 2));
    static const double radii[] = {0.3, 1, 3.7, 12};
    for (size_t b = 0; b < 3; b++) {
        for (size_t r = 0; r < 4; r++) {
            struct fth_grid src = random_grid(&bench, 150, 70, 3);
            struct fth_grid key = new_grid(&bench, 150, 70, 1);
            struct fth_grid got = vary(&bench, &src, &key, radii[r], borders[b]);
            struct fth_grid expected = plain(&bench, &src, radii[r], borders[b]);
            FTH_CHECK(largest_difference(&got, &expected) == 0);
        }
    }
    close_bench(&bench);
}

/* Two Gaussians whose widths are 1 to sqrt 2, mixed to a third one's variance, are at a step never
 * further from it than .0082 (worked out with erf); at a corner, a product of two steps, at most
 * twice that. */
FTH_TEST(a_grey_everywhere_is_the_plain_blur_of_that_part)
{
    struct bench bench;
    FTH_REQUIRE(open_bench(&bench, 2));
    struct fth_grid src = new_grid(&bench, 128, 128, 0);
    for (int32_t y = 0; y < 128; y++) {
        for (int32_t x = 64; x < 128; x++)
            fth_grid_row(&src, y)[x] = y < 90 ? 1 : 0;
    }
    double worst = 0;
    for (int i = 1; i <= 20; i++) {
        float at = (float)i / 20;
        struct fth_grid key = new_grid(&bench, 128, 128, at);
        struct fth_grid got = vary(&bench, &src, &key, 12, FTH_BORDER_ZERO);
        struct fth_grid expected = plain(&bench, &src, 12 * (double)at, FTH_BORDER_ZERO);
        worst = fmax(worst, largest_difference(&got, &expected));
    }
    FTH_CHECK(worst > 1e-4 && worst < 0.0164);
    close_bench(&bench);
}

FTH_TEST(black_stays_to_the_bit)
{
    struct bench bench;
    FTH_REQUIRE(open_bench(&bench, 2));
    struct fth_grid src = random_grid(&bench, 200, 90, 3), key = random_grid(&bench, 200, 90, 8);
    for (int32_t y = 0; y < 90; y++) {
        for (int32_t x = 0; x < 200; x++) {
            if ((x / 7 + y / 5) % 3 == 0)
                fth_grid_row(&key, y)[x] = 0;
        }
    }
    struct fth_grid got = vary(&bench, &src, &key, 20, FTH_BORDER_REFLECT);
    int blurred = 0;
    for (int32_t y = 0; y < 90; y++) {
        for (int32_t x = 0; x < 200; x++) {
            if (at(&key, x, y) == 0)
                FTH_CHECK(at(&got, x, y) == at(&src, x, y));
            else
                blurred += at(&got, x, y) != at(&src, x, y);
        }
    }
    FTH_CHECK(blurred > 10000);
    close_bench(&bench);
}

/* A bright square before a dark blurred ground leaves no trace in it; sharp, it has none of it. */
FTH_TEST(what_is_sharp_does_not_bleed)
{
    struct bench bench;
    FTH_REQUIRE(open_bench(&bench, 2));
    for (int k = 0; k < 2; k++) {
        struct fth_grid src = new_grid(&bench, 160, 120, 0.2f);
        struct fth_grid key = new_grid(&bench, 160, 120, 1);
        int wrong = 0;
        for (int32_t y = 40; y < 80; y++) {
            for (int32_t x = 60; x < 100; x++) {
                fth_grid_row(&src, y)[x] = 4;
                fth_grid_row(&key, y)[x] = k ? 0.1f : 0;
            }
        }
        struct fth_grid got = vary(&bench, &src, &key, 30, FTH_BORDER_REPEAT);
        for (int32_t y = 0; y < 120; y++) {
            for (int32_t x = 0; x < 160; x++) {
                bool square = x >= 60 && x < 100 && y >= 40 && y < 80;
                double off = fabs(at(&got, x, y) - (square ? 4 : 0.2));
                wrong += square ? !k && off != 0 : off > 1e-6; /* single precision */
            }
        }
        FTH_CHECK_INT(wrong, 0);
    }
    close_bench(&bench);
}

/* Even one blurred pixel among sharp ones is made of something: itself. */
FTH_TEST(a_lonely_pixel_keeps_its_colour)
{
    struct bench bench;
    FTH_REQUIRE(open_bench(&bench, 1));
    struct fth_grid src = new_grid(&bench, 64, 64, 1), key = new_grid(&bench, 64, 64, 0);
    fth_grid_row(&src, 30)[30] = 0.25f;
    fth_grid_row(&key, 30)[30] = 1;
    struct fth_grid got = vary(&bench, &src, &key, 30, FTH_BORDER_REPEAT);
    FTH_CHECK_NEAR(at(&got, 30, 30), 0.25, 1e-6);
    close_bench(&bench);
}

/* A little more of a key is a little more blur, wherever the key stands: no steps between levels
 * nor where pixels begin to lend. */
FTH_TEST(the_result_goes_with_the_key)
{
    struct bench bench;
    FTH_REQUIRE(open_bench(&bench, 2));
    struct fth_grid src = random_grid(&bench, 96, 64, 5), shape = random_grid(&bench, 96, 64, 6);
    struct fth_grid key = new_grid(&bench, 96, 64, 0), kept = new_grid(&bench, 96, 64, 0);
    enum { STEPS = 400 };
    double most = 0;
    size_t mark = fth_arena_mark(bench.work.arena);
    for (int i = 0; i <= STEPS; i++) {
        for (int32_t y = 0; y < 64; y++) {
            for (int32_t x = 0; x < 96; x++) /* two flat halves and a noisy border */
                fth_grid_row(&key, y)[x] = (float)i / STEPS *
                                           (x < 40 ? 1 : x < 50 ? at(&shape, x, y) : 0.4f);
        }
        struct fth_grid last = vary(&bench, &src, &key, 16, FTH_BORDER_REFLECT);
        if (i)
            most = fmax(most, largest_difference(&kept, &last));
        fth_grid_copy(&kept, &last);
        fth_arena_return(bench.work.arena, mark);
    }
    /* from sharp to flat a pixel moves by at most 1, most of it within the first 1.5 pixels of 16:
     * in 400 steps about 40 have to do with it */
    FTH_CHECK(most > 0.005 && most < 0.06);
    close_bench(&bench);
}

FTH_TEST(threads_make_no_difference)
{
    struct bench one, four;
    FTH_REQUIRE(open_bench(&one, 1));
    FTH_REQUIRE(open_bench(&four, 4));
    struct fth_grid src = random_grid(&one, 130, 77, 5), key = random_grid(&one, 130, 77, 6);
    struct fth_grid a = vary(&one, &src, &key, 9, FTH_BORDER_ZERO);
    struct fth_grid b = vary(&four, &src, &key, 9, FTH_BORDER_ZERO);
    FTH_CHECK(largest_difference(&a, &b) == 0);
    close_bench(&one);
    close_bench(&four);
}
