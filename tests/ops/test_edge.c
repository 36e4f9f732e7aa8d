/* SPDX-License-Identifier: Apache-2.0 */
/* Colours of a cut-out's edge: made of two known colours and a known matte they are found again,
 * with a matte that is wrong by a little too; what is wholly one or the other stays. */
#include "ops/edge.h"

#include <math.h>

#include "base/compiler.h"
#include "grids.h"

enum { WIDTH = 400, HEIGHT = 90, X = 200, Y = 45 };

static const float front[3] = {0.8f, 0.3f, 0.1f}, back[3] = {0.1f, 0.7f, 0.2f};

struct scene {
    struct fth_grid alpha, picture[3], clean[3];
};

/* A disc of radius 25 whose edge is `soft` pixels wide, of front before back; `noise` on both. */
static struct scene make_scene(struct bench *bench, double soft, float noise)
{
    struct scene s = {.alpha = new_grid(bench, WIDTH, HEIGHT, 0)};
    for (int c = 0; c < 3; c++) {
        s.picture[c] = random_grid(bench, WIDTH, HEIGHT, 5 + (uint32_t)c);
        s.clean[c] = new_grid(bench, WIDTH, HEIGHT, -1);
    }
    for (int32_t y = 0; y < HEIGHT; y++)
        for (int32_t x = 0; x < WIDTH; x++) {
            double out = hypot(x - X, y - Y) - 25;
            float a = (float)fmin(fmax(0.5 - out / soft, 0), 1);
            fth_grid_row(&s.alpha, y)[x] = a;
            for (int c = 0; c < 3; c++) {
                float *p = fth_grid_row(&s.picture[c], y) + x;
                *p = a * front[c] + (1 - a) * back[c] + noise * (*p - 0.5f);
            }
        }
    return s;
}

static void clean(struct bench *bench, const struct scene *s, const struct fth_grid *matte,
                  double width_px, float amount)
{
    struct fth_edge edge = {s->picture, matte, width_px, amount};
    FTH_CHECK_INT(fth_edge_clean(&bench->work, &edge, s->clean, NULL), FTH_OK);
}

/* The largest distance from the front's colour where the matte is above `least`. */
static double worst(const struct scene *s, const struct fth_grid *matte, float least)
{
    double most = 0;
    for (int32_t y = 0; y < HEIGHT; y++)
        for (int32_t x = 0; x < WIDTH; x++)
            for (int c = 0; c < 3; c++)
                if (at(matte, x, y) > least)
                    most = fmax(most, fabs(at(&s->clean[c], x, y) - front[c]));
    return most;
}

FTH_TEST(colours_of_a_soft_edge_are_found_again)
{
    struct bench bench;
    FTH_REQUIRE(open_bench(&bench, 2));
    struct scene s = make_scene(&bench, 8, 0);
    clean(&bench, &s, &s.alpha, 0, 0);
    FTH_CHECK(worst(&s, &s.alpha, 0.2f) > 0.3); /* as they were */
    /* what is half transparent has a part in the means: a tenth of the .7 that both differ by */
    clean(&bench, &s, &s.alpha, 0, 1);
    FTH_CHECK(worst(&s, &s.alpha, 0) < 0.08);
    clean(&bench, &s, &s.alpha, 3, 1);
    FTH_CHECK(worst(&s, &s.alpha, 0) < 0.02);
    close_bench(&bench);
}

FTH_TEST(a_matte_that_is_too_wide_takes_its_colours_from_within)
{
    struct bench bench;
    FTH_REQUIRE(open_bench(&bench, 2));
    struct scene s = make_scene(&bench, 1, 0);
    struct fth_grid wide = new_grid(&bench, WIDTH, HEIGHT, 0);
    for (int32_t y = 0; y < HEIGHT; y++)
        for (int32_t x = 0; x < WIDTH; x++)
            fth_grid_row(&wide, y)[x] = hypot(x - X, y - Y) < 27 ? 1 : 0;
    clean(&bench, &s, &wide, 0, 1);
    FTH_CHECK(worst(&s, &wide, 0) > 0.6); /* it was believed */
    clean(&bench, &s, &wide, 4, 1);
    FTH_CHECK(worst(&s, &wide, 0) < 0.02);
    close_bench(&bench);
}

FTH_TEST(what_is_wholly_front_or_back_stays_to_the_bit)
{
    struct bench bench;
    FTH_REQUIRE(open_bench(&bench, 2));
    struct scene s = make_scene(&bench, 4, 0.2f);
    int changed = 0;
    clean(&bench, &s, &s.alpha, 3, 1);
    for (int32_t y = 0; y < HEIGHT; y++)
        for (int32_t x = 0; x < WIDTH; x++) {
            double out = hypot(x - X, y - Y) - 25;
            bool same = at(&s.clean[0], x, y) == at(&s.picture[0], x, y);
            if (out < -2 - 3 - 1.5 || at(&s.alpha, x, y) == 0) /* edge, width, corners of discs */
                FTH_CHECK(same);
            else
                changed += !same;
        }
    FTH_CHECK(changed > 500);
    close_bench(&bench);
}

/* In place, with other threads, and from a picture that is larger than the means are taken of. */
FTH_TEST(edges_are_the_same_bytes_with_any_threads)
{
    struct bench one, three;
    FTH_REQUIRE(open_bench(&one, 1));
    FTH_REQUIRE(open_bench(&three, 3));
    struct fth_grid a = random_grid(&one, 1200, 37, 9), picture[3], copy[3];
    for (int c = 0; c < 3; c++) {
        picture[c] = random_grid(&one, 1200, 37, 20 + (uint32_t)c);
        copy[c] = new_grid(&three, 1200, 37, 0);
    }
    struct fth_edge edge = {picture, &a, 1.5, 0.8f};
    FTH_CHECK_INT(fth_edge_clean(&three.work, &edge, copy, NULL), FTH_OK);
    FTH_CHECK_INT(fth_edge_clean(&one.work, &edge, picture, NULL), FTH_OK);
    for (int c = 0; c < 3; c++)
        FTH_CHECK(largest_difference(&picture[c], &copy[c]) == 0);
    close_bench(&one);
    close_bench(&three);
}
