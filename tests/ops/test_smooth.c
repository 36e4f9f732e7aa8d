/* SPDX-License-Identifier: Apache-2.0 */
/* The global smoother against its own equations, push-pull against what it promises. */
#include "ops/smooth.h"

#include <stdlib.h>

#include "base/mem.h"
#include "check.h"
#include "ops/math.h"

static float noise(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return (float)(*state >> 8) / (float)(1 << 24);
}

struct scene {
    struct fth_arena *arena;
    struct fth_grid guide[3], map;
};

/* A picture of two flat halves with a little noise, and a noisy map. */
static bool make_scene(struct scene *s, int32_t w, int32_t h)
{
    struct fth_error error;
    uint32_t state = 5;
    if (fth_arena_create(&s->arena, &error) != FTH_OK)
        return false;
    for (int k = 0; k < 4; k++) {
        struct fth_grid *g = k < 3 ? &s->guide[k] : &s->map;
        if (fth_grid_new(s->arena, w, h, g, &error) != FTH_OK)
            return false;
        for (int32_t y = 0; y < h; y++)
            for (int32_t x = 0; x < w; x++) {
                float base = k == 3 ? (float)y / 50 : x < w / 2 ? 0.2f : 0.8f;
                fth_grid_row(g, y)[x] = base + 0.02f * noise(&state);
            }
    }
    return true;
}

static double weight_between(const struct scene *s, int32_t xa, int32_t ya, int32_t xb, int32_t yb,
                             double sigma)
{
    double sum = 0;
    for (int k = 0; k < 3; k++) {
        double step = fth_grid_row(&s->guide[k], ya)[xa] - fth_grid_row(&s->guide[k], yb)[xb];
        sum += step * step;
    }
    return exp(-sqrt(sum) / sigma);
}

/* One row in one round is one tridiagonal system; put the answer back into its equations. */
FTH_TEST(smoother_solves_its_equations)
{
    enum { W = 75, H = 1 };
    struct scene s;
    FTH_REQUIRE(make_scene(&s, W, H));
    struct fth_error error;
    struct fth_work work = {.arena = s.arena};
    float before[W];
    double lambda = 100, sigma = 0.05;
    memcpy(before, s.map.data, sizeof(before));
    FTH_REQUIRE_OK(fth_smooth_global(&work, s.guide, &s.map, lambda, sigma, 1, &error), error);
    const float *u = s.map.data;
    /* one round: lambda' = 1.5 lambda 4^0 / (4^1 - 1) */
    double round_lambda = lambda / 2, worst = 0;
    for (int32_t x = 0; x < W; x++) {
        double left = x ? weight_between(&s, x, 0, x - 1, 0, sigma) : 0;
        double right = x + 1 < W ? weight_between(&s, x, 0, x + 1, 0, sigma) : 0;
        double sum = u[x];
        sum += round_lambda * (x ? left * (u[x] - u[x - 1]) : 0);
        sum += round_lambda * (x + 1 < W ? right * (u[x] - u[x + 1]) : 0);
        worst = fmax(worst, fabs(sum - before[x]));
    }
    /* u carries roundings of 6e-8 relative, the equations amplify them by 1 + 4 lambda' = 201 */
    FTH_CHECK_NEAR(worst, 0, 201 * 6e-8);
    FTH_CHECK(fabs(u[10] - u[11]) < 1e-3 && fabs(before[10] - before[11]) > 1e-4);
    fth_arena_destroy(&s.arena);
}

FTH_TEST(smoother_keeps_constants_and_edges)
{
    struct scene s;
    FTH_REQUIRE(make_scene(&s, 70, 45));
    struct fth_error error;
    struct fth_work work = {.arena = s.arena};
    fth_grid_fill(&s.map, 0.7f);
    FTH_REQUIRE_OK(fth_smooth_global(&work, s.guide, &s.map, 1000, 0.01, 3, &error), error);
    for (int32_t y = 0; y < 45; y++)
        for (int32_t x = 0; x < 70; x++) /* 6 sweeps, each a chain of averages */
            FTH_CHECK_NEAR(fth_grid_row(&s.map, y)[x], 0.7f, 1e-5);
    for (int32_t y = 0; y < 45; y++)
        for (int32_t x = 0; x < 70; x++)
            fth_grid_row(&s.map, y)[x] = x < 35 ? 0 : 1;
    FTH_REQUIRE_OK(fth_smooth_global(&work, s.guide, &s.map, 1000, 0.01, 3, &error), error);
    /* across the colour step of 0.6 sqrt 3 the weight is e^-100: nothing passes */
    FTH_CHECK_NEAR(fth_grid_row(&s.map, 20)[34], 0, 1e-6);
    FTH_CHECK_NEAR(fth_grid_row(&s.map, 20)[35], 1, 1e-5);
    fth_arena_destroy(&s.arena);
}

FTH_TEST(smoother_does_not_see_threads)
{
    struct scene a, b;
    struct fth_error error;
    struct fth_pool *pool = NULL;
    FTH_REQUIRE(make_scene(&a, 131, 97) && make_scene(&b, 131, 97));
    FTH_REQUIRE_OK(fth_pool_create(3, &pool, &error), error);
    struct fth_work alone = {.arena = a.arena}, shared = {.arena = b.arena, .pool = pool};
    FTH_REQUIRE_OK(fth_smooth_global(&alone, a.guide, &a.map, 1000, 0.01, 3, &error), error);
    FTH_REQUIRE_OK(fth_smooth_global(&shared, b.guide, &b.map, 1000, 0.01, 3, &error), error);
    for (int32_t y = 0; y < 97; y++)
        FTH_CHECK(memcmp(fth_grid_row(&a.map, y), fth_grid_row(&b.map, y), 131 * 4) == 0);
    fth_pool_destroy(&pool);
    fth_arena_destroy(&a.arena);
    fth_arena_destroy(&b.arena);
}

FTH_TEST(push_pull_keeps_what_is_known_and_fills_the_rest)
{
    static const int32_t sizes[][2] = {{1, 1}, {3, 9}, {64, 40}, {101, 57}};
    for (size_t i = 0; i < FTH_ARRAY_COUNT(sizes); i++) {
        struct scene s;
        FTH_REQUIRE(make_scene(&s, sizes[i][0], sizes[i][1]));
        struct fth_error error;
        struct fth_work work = {.arena = s.arena};
        struct fth_grid values = s.map, known = s.guide[0], first = s.guide[1];
        for (int32_t y = 0; y < values.height; y++)
            for (int32_t x = 0; x < values.width; x++) {
                bool in_hole = x > 3 && x < 40 && y > 2 && y < 30;
                fth_grid_row(&known, y)[x] = in_hole ? 0 : 1;
                fth_grid_row(&values, y)[x] = in_hole ? NAN : 0.25f + (float)x / 128;
            }
        fth_grid_copy(&first, &values);
        FTH_REQUIRE_OK(fth_fill_push_pull(&work, &values, &known, 7, &error), error);
        for (int32_t y = 0; y < values.height; y++)
            for (int32_t x = 0; x < values.width; x++) {
                float v = fth_grid_row(&values, y)[x], f = fth_grid_row(&first, y)[x];
                if (fth_grid_row(&known, y)[x] == 1)
                    FTH_CHECK(v == f);
                else /* averages of what is around: within its range */
                    FTH_CHECK(v >= 0.25f && v <= 0.25f + (float)values.width / 128);
            }
        fth_arena_destroy(&s.arena);
    }
}

FTH_TEST(exponential_is_exact_enough)
{
    for (double x = -86.5; x < 88.6; x += 0.01) {
        float f = (float)x;
        /* half a unit of a float is 6e-8, its own roundings as much again */
        FTH_CHECK_NEAR(fth_expf(f) / exp((double)f), 1, 2e-7);
    }
    FTH_CHECK(fth_expf(-1000) == 0 && fth_expf(0) == 1 && isnan(fth_expf(NAN)));
}
