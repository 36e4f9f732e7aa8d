/* SPDX-License-Identifier: Apache-2.0 */
/* Noise reduction on scenes whose truth is known: nothing happens to what has no noise, noise
 * shrinks as statistics says, nothing trails, and a cut is a wall. */
#include "ops/denoise.h"

#include "base/arena.h"
#include "check.h"
#include "ops/noise.h"

enum { SIZE = 96, FRAMES = 5 };
static const float SIGMA = 10.0f / 255;

/* Frames in the order of `fth_denoise`: the one at hand, then before, behind, before ... */
static const int away[FRAMES] = {0, -1, 1, -2, 2};

struct scene {
    struct fth_arena *arena;
    struct fth_grid truth[FRAMES][3], frames[FRAMES][3], excess[3];
    struct fth_denoise what;
    struct fth_error error;
};

static uint64_t next(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u; /* splitmix64 */
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static double normal(uint64_t *state)
{
    double a = (double)(next(state) >> 11) / (double)(1ull << 53);
    double b = (double)(next(state) >> 11) / (double)(1ull << 53);
    return sqrt(-2 * log(1 - a)) * cos(6.283185307179586 * b);
}

typedef double scene_value(int frame, int channel, int x, int y);

static enum fth_status rows_of(void *context, int frame, int32_t y0, int32_t y1,
                               struct fth_grid rgb[3], struct fth_error *error)
{
    struct scene *s = context;
    (void)error;
    for (int c = 0; c < 3; c++)
        rgb[c] = fth_grid_part(&s->frames[frame][c], 0, y0, SIZE, y1 - y0);
    return FTH_OK;
}

static void drop_rows(void *context)
{
    (void)context;
}

static bool begin(struct scene *s, scene_value *value, double sigma)
{
    uint64_t state = 5;
    *s = (struct scene){.what = {.count = FRAMES, .away = away, .noise = SIGMA,
                                 .sigma = {SIGMA, SIGMA, SIGMA}, .temporal = 1, .spatial = 1,
                                 .alike = 9, .twice = true}};
    bool good = fth_arena_create(&s->arena, &s->error) == FTH_OK;
    for (int i = 0; i < FRAMES * 3 && good; i++) {
        struct fth_grid *truth = &s->truth[i / 3][i % 3], *frame = &s->frames[i / 3][i % 3];
        good = fth_grid_new(s->arena, SIZE, SIZE, truth, &s->error) == FTH_OK &&
               fth_grid_new(s->arena, SIZE, SIZE, frame, &s->error) == FTH_OK;
        for (int k = 0; k < SIZE * SIZE && good; k++) {
            double v = value(away[i / 3], i % 3, k % SIZE, k / SIZE);
            fth_grid_row(truth, k / SIZE)[k % SIZE] = (float)v;
            fth_grid_row(frame, k / SIZE)[k % SIZE] = (float)(v + sigma * normal(&state));
        }
    }
    for (int c = 0; c < 3 && good; c++)
        good = fth_grid_new(s->arena, SIZE, SIZE, &s->excess[c], &s->error) == FTH_OK;
    s->what.first = s->frames[0];
    s->what.others = (struct fth_denoise_frames){rows_of, drop_rows, s};
    if (!good)
        fth_test_fail(__FILE__, __LINE__, "%s", s->error.message);
    return good;
}

static bool run(struct scene *s, struct fth_pool *pool)
{
    struct fth_work work = {pool, s->arena, NULL};
    if (fth_denoise(&work, &s->what, s->excess, &s->error) == FTH_OK)
        return true;
    fth_test_fail(__FILE__, __LINE__, "%s", s->error.message);
    return false;
}

/* What is still wrong at a pixel of the frame at hand. */
static double wrong(const struct scene *s, int c, int x, int y)
{
    return (double)fth_grid_row(&s->frames[0][c], y)[x] - fth_grid_row(&s->excess[c], y)[x] -
           fth_grid_row(&s->truth[0][c], y)[x];
}

/* Root mean square of that, of the noise that was there. */
static double left_of_noise(const struct scene *s)
{
    double sum = 0;
    for (int i = 0; i < 3 * SIZE * SIZE; i++) {
        double d = wrong(s, i / (SIZE * SIZE), i % SIZE, i / SIZE % SIZE);
        sum += d * d;
    }
    return sqrt(sum / (3 * SIZE * SIZE)) / SIGMA;
}

static double flat(int frame, int channel, int x, int y)
{
    (void)frame, (void)x, (void)y;
    return 0.3 + 0.2 * channel;
}

static double hashed(int x, int y, int seed)
{
    uint64_t state = (uint64_t)(x * 7919 + y * 104729 + seed * 1299709);
    return (double)(next(&state) >> 11) / (double)(1ull << 53);
}

/* Strong detail that moves by (3, 1) pixels a frame. */
static double moving(int frame, int channel, int x, int y)
{
    x -= 3 * frame;
    y -= frame;
    return 0.2 + 0.6 * hashed((x + 300) / 3, (y + 300) / 3, channel);
}

FTH_TEST(denoise_leaves_what_has_no_noise)
{
    struct scene s;
    if (begin(&s, flat, 0) && run(&s, NULL))
        for (int i = 0; i < 3 * SIZE * SIZE; i++) /* to the bit */
            FTH_CHECK(fth_grid_row(&s.excess[i / (SIZE * SIZE)], i / SIZE % SIZE)[i % SIZE] == 0);
    fth_arena_destroy(&s.arena);
    /* nor to detail, but for its coefficients that are weaker than noise would be: a twelfth of
     * what they all are */
    if (begin(&s, moving, 0) && run(&s, NULL))
        FTH_CHECK(left_of_noise(&s) < 0.35);
    fth_arena_destroy(&s.arena);
}

FTH_TEST(denoise_takes_as_much_as_statistics_say)
{
    struct scene s;
    for (int twice = 0; twice < 2; twice++) {
        FTH_REQUIRE(begin(&s, flat, SIGMA));
        s.what.twice = twice;
        s.what.spatial = 0; /* the mean of five: 1 / sqrt(5) = .447; members that happen to differ
                               count less, and the place that looks most alike is a little biased */
        FTH_REQUIRE(run(&s, NULL));
        double left = left_of_noise(&s);
        FTH_CHECK(left > 0.42 && left < 0.54);
        s.what.spatial = 1; /* of a flat patch its mean stays, 1 / 8 of that, and in the first pass
                               the .7 % of coefficients above 2.7 sigma: .065 of all power */
        FTH_REQUIRE(run(&s, NULL));
        FTH_CHECK(left_of_noise(&s) < (twice ? 0.14 : 0.19));
        s.what.temporal = 0; /* the same of one frame */
        FTH_REQUIRE(run(&s, NULL));
        FTH_CHECK(left_of_noise(&s) < 0.25);
        fth_arena_destroy(&s.arena);
    }
}

/* Time alone, on detail that moves: without following it nothing could be averaged. */
FTH_TEST(denoise_follows_motion)
{
    struct scene s;
    FTH_REQUIRE(begin(&s, moving, SIGMA));
    s.what.spatial = 0;
    if (run(&s, NULL))
        FTH_CHECK(left_of_noise(&s) < 0.6); /* .5 where all is found; borders are not */
    fth_arena_destroy(&s.arena);
}

enum { SPEED = 6, EDGE = 40 }; /* pixels a frame; where the edge is now */
static double contrast;

/* A bright half that goes to the right, over a ground that stands still. */
static double edge(int frame, int channel, int x, int y)
{
    bool covered = x < EDGE + SPEED * frame;
    (void)channel, (void)y;
    return covered ? 0.3 + contrast : 0.3;
}

/* The mean along the edge of what is wrong within three steps of it on either side. */
static double worst_trail(const struct scene *s)
{
    double worst = 0;
    for (int x = EDGE - 3 * SPEED; x < EDGE + 3 * SPEED; x++) {
        for (int c = 0; c < 3; c++) {
            double sum = 0;
            for (int y = 0; y < SIZE; y++)
                sum += wrong(s, c, x, y);
            worst = fmax(worst, fabs(sum / SIZE));
        }
    }
    return worst * 255;
}

/* 96 rows with what is left of the noise, about 1.5 levels, tell a mean to .15. */
FTH_TEST(denoise_leaves_no_trail)
{
    static const double contrasts[] = {1.5, 3, 5, 10, 20, 40, 80, 160};
    for (size_t i = 0; i < FTH_ARRAY_COUNT(contrasts); i++) {
        for (int noisy = 0; noisy < 2; noisy++) {
            struct scene s;
            contrast = contrasts[i] / 255;
            FTH_REQUIRE(begin(&s, edge, noisy ? SIGMA : 0));
            s.what.flicker = 5.0f / 255; /* the most that the node asks for */
            FTH_REQUIRE(run(&s, NULL));
            double trail = worst_trail(&s);
            if (!(trail < 2))
                fth_test_fail(__FILE__, __LINE__, "contrast %g of 255: a trail of %.2f levels",
                              contrasts[i], trail);
            fth_arena_destroy(&s.arena);
        }
    }
}

/* Brightness that jumps by up to 1.5 levels either way, of detail. */
static double restless(int frame, int channel, int x, int y)
{
    static const double jumps[FRAMES] = {-1, 0.5, 1.5, -1, 0}; /* of frames -2 to 2, mean 0 */
    return 0.2 + 0.6 * hashed(x / 3, y / 3, channel) + jumps[frame + 2] / 255;
}

/* The frame at hand is 1.5 levels too bright: half of that goes at least, all of it if members that
 * differ counted as much as others. Noise of 2 levels alone would let nothing of it go. */
FTH_TEST(denoise_calms_flicker)
{
    for (int allowed = 0; allowed < 2; allowed++) {
        struct scene s;
        FTH_REQUIRE(begin(&s, restless, 0));
        s.what.noise = s.what.sigma[0] = s.what.sigma[1] = s.what.sigma[2] = 2.0f / 255;
        s.what.flicker = allowed ? 3.0f / 255 : 0;
        s.what.spatial = 0;
        FTH_REQUIRE(run(&s, NULL));
        double sum = 0;
        for (int i = 0; i < SIZE * SIZE; i++)
            sum += (double)fth_grid_row(&s.excess[1], i / SIZE)[i % SIZE] / (SIZE * SIZE);
        FTH_CHECK(allowed ? sum * 255 > 0.75 && sum * 255 < 1.5 : sum * 255 < 0.3);
        fth_arena_destroy(&s.arena);
    }
}

/* The same on a wall that gets brighter along x: three pixels aside it is as bright as here and
 * now, and patches that were looked for there would not calm anything. */
static double restless_wall(int frame, int channel, int x, int y)
{
    (void)y;
    return restless(frame, channel, 0, 0) + 0.5 / 255 * x;
}

FTH_TEST(denoise_calms_flicker_of_a_wall)
{
    struct scene s;
    FTH_REQUIRE(begin(&s, restless_wall, 0));
    s.what.noise = s.what.sigma[0] = s.what.sigma[1] = s.what.sigma[2] = 6.0f / 255;
    s.what.flicker = 5.0f / 255;
    FTH_REQUIRE(run(&s, NULL));
    double sum = 0;
    for (int i = 0; i < SIZE * SIZE; i++)
        sum += (double)fth_grid_row(&s.excess[1], i / SIZE)[i % SIZE] / (SIZE * SIZE);
    FTH_CHECK(sum * 255 > 0.75);
    fth_arena_destroy(&s.arena);
}

/* Frames behind a cut have nothing to say, and neither have those beyond it, whatever they show. */
static double cut(int frame, int channel, int x, int y)
{
    return 0.2 + 0.6 * (frame == 1 ? hashed(x / 5 + 500, y / 5, channel)
                                   : hashed(x / 3, y / 3, channel));
}

FTH_TEST(denoise_stops_at_a_cut)
{
    struct scene s;
    struct fth_grid with[3];
    static const int before[3] = {0, -1, -2};
    FTH_REQUIRE(begin(&s, cut, SIGMA));
    for (int c = 0; c < 3; c++)
        FTH_REQUIRE_OK(fth_grid_new(s.arena, SIZE, SIZE, &with[c], &s.error), s.error);
    FTH_REQUIRE(run(&s, NULL));
    for (int c = 0; c < 3; c++) {
        fth_grid_copy(&with[c], &s.excess[c]);
        s.frames[2][c] = s.frames[3][c];
    }
    s.what.count = 3; /* without those behind it */
    s.what.away = before;
    FTH_REQUIRE(run(&s, NULL));
    for (int i = 0; i < 3 * SIZE * SIZE; i++) {
        int c = i / (SIZE * SIZE), y = i / SIZE % SIZE, x = i % SIZE;
        FTH_CHECK(fth_grid_row(&with[c], y)[x] == fth_grid_row(&s.excess[c], y)[x]);
    }
    fth_arena_destroy(&s.arena);
}

/* Wild values stay where they are and spoil nothing but their neighbourhood; threads change no
 * byte. */
FTH_TEST(denoise_is_the_same_with_any_threads)
{
    struct scene s;
    struct fth_grid alone[3];
    struct fth_pool *pool = NULL;
    FTH_REQUIRE(begin(&s, moving, SIGMA));
    FTH_REQUIRE_OK(fth_pool_create(3, &pool, &s.error), s.error);
    fth_grid_row(&s.frames[0][0], 10)[10] = INFINITY;
    fth_grid_row(&s.frames[1][1], 60)[70] = NAN;
    fth_grid_row(&s.frames[2][2], 30)[40] = -3e38f;
    for (int c = 0; c < 3; c++)
        FTH_REQUIRE_OK(fth_grid_new(s.arena, SIZE, SIZE, &alone[c], &s.error), s.error);
    FTH_REQUIRE(run(&s, NULL));
    for (int c = 0; c < 3; c++)
        fth_grid_copy(&alone[c], &s.excess[c]);
    FTH_REQUIRE(run(&s, pool));
    for (int i = 0; i < 3 * SIZE; i++) {
        const float *row = fth_grid_row(&s.excess[i / SIZE], i % SIZE);
        FTH_CHECK(memcmp(row, fth_grid_row(&alone[i / SIZE], i % SIZE), SIZE * sizeof(float)) == 0);
        for (int x = 0; x < SIZE; x++)
            FTH_CHECK(isfinite(row[x]));
    }
    fth_pool_destroy(&pool);
    fth_arena_destroy(&s.arena);
}

/* Where the key is black all over a patch, nothing is done. */
FTH_TEST(denoise_works_where_the_key_says)
{
    struct scene s;
    FTH_REQUIRE(begin(&s, flat, SIGMA));
    FTH_REQUIRE_OK(fth_grid_new(s.arena, SIZE, SIZE, &s.what.key, &s.error), s.error);
    fth_grid_fill(&s.what.key, 0);
    for (int y = 0; y < SIZE; y++)
        fth_grid_row(&s.what.key, y)[SIZE - 1] = 0.5f;
    FTH_REQUIRE(run(&s, NULL));
    double far = 0, near = 0;
    for (int y = 0; y < SIZE; y++) {
        far += fabs(fth_grid_row(&s.excess[1], y)[SIZE / 2]);
        near += fabs(fth_grid_row(&s.excess[1], y)[SIZE - 1]);
    }
    FTH_CHECK(far == 0);
    FTH_CHECK(near > 0.5 * SIGMA * SIZE);
    fth_arena_destroy(&s.arena);
}

/* 36 blocks of 16 x 16, of which the quartile counts: their values scatter by 7 %, it by 2 %. */
FTH_TEST(noise_is_measured)
{
    static const double sigmas[] = {1, 5, 20};
    for (size_t i = 0; i < FTH_ARRAY_COUNT(sigmas); i++) {
        struct scene s;
        double found = 0;
        FTH_REQUIRE(begin(&s, flat, sigmas[i] / 255));
        struct fth_work work = {NULL, s.arena, NULL};
        FTH_REQUIRE_OK(fth_noise_measure(&work, &s.frames[0][0], &found, &s.error), s.error);
        FTH_CHECK_NEAR(found * 255, sigmas[i], 0.06 * sigmas[i]);
        FTH_REQUIRE_OK(fth_noise_measure(&work, &s.truth[0][0], &found, &s.error), s.error);
        FTH_CHECK_NEAR(found, 0, 0);
        fth_arena_destroy(&s.arena);
    }
}
