/* SPDX-License-Identifier: Apache-2.0 */
/* Flicker of known size over a scene that moves: it is found, and what is no flicker is left. */
#include "ops/flicker.h"

#include "base/arena.h"
#include "check.h"

#include <stdlib.h>

enum { WIDTH = 160, HEIGHT = 96, FRAMES = 60, REACH = 9, MOST_TILES = 2 };

struct take {
    struct fth_arena *arena;
    struct fth_grid blocks[FRAMES];
    double light[FRAMES], gains[FRAMES][MOST_TILES];
    int tiles;
};

static double hashed(uint64_t z)
{
    z *= 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return (double)((z ^ (z >> 31)) >> 11) / (double)(1ull << 53);
}

/* Texture that goes to the right by a pixel a frame, and a bright thing that crosses it by seven.
 * From `cut` on it is another. */
static double scene(int frame, int x, int y, int cut)
{
    int seed = frame >= cut ? 1000003 : 0;
    bool covered = abs(x - (7 * frame) % WIDTH) < 12 && y > 30 && y < 70;
    double ground = 0.2 + 0.4 * hashed((uint64_t)((x - frame + 200) / 5 * 7919 + y / 5 + seed));
    return covered ? 0.8 : ground;
}

/* Brightness as `light` says: over all of it, or with `half` over its left half only. */
static bool shoot(struct take *take, int cut, bool half)
{
    struct fth_error error;
    struct fth_grid rgb[3];
    bool good = fth_arena_create(&take->arena, &error) == FTH_OK;
    struct fth_work work = {NULL, take->arena, NULL};
    for (int c = 0; c < 3 && good; c++)
        good = fth_grid_new(take->arena, WIDTH, HEIGHT, &rgb[c], &error) == FTH_OK;
    for (int frame = 0; frame < FRAMES && good; frame++) {
        for (int k = 0; k < 3 * WIDTH * HEIGHT; k++) {
            int x = k % WIDTH, y = k / WIDTH % HEIGHT;
            double light = half && x >= WIDTH / 2 ? 1 : take->light[frame];
            fth_grid_row(&rgb[k / (WIDTH * HEIGHT)], y)[x] =
                (float)(scene(frame, x, y, cut) * light);
        }
        good = fth_flicker_blocks(&work, rgb, &take->blocks[frame], &error) == FTH_OK;
    }
    if (!good)
        fth_test_fail(__FILE__, __LINE__, "%s", error.message);
    return good;
}

static bool find(struct take *take)
{
    struct fth_work work = {NULL, take->arena, NULL};
    struct fth_error error;
    for (int frame = 0; frame < FRAMES; frame++) {
        int first = FTH_MAX(frame - REACH, 0), last = FTH_MIN(frame + REACH, FRAMES - 1);
        struct fth_flicker what = {last - first + 1, frame - first, &take->blocks[first],
                                   take->tiles, 1, 0.15};
        if (fth_flicker_gains(&work, &what, take->gains[frame], &error) != FTH_OK) {
            fth_test_fail(__FILE__, __LINE__, "%s", error.message);
            return false;
        }
    }
    return true;
}

/* Flicker of up to 3 % either way. */
static double flicker(int frame)
{
    return 1 + 0.06 * (hashed((uint64_t)(frame + 77)) - 0.5);
}

/* Root mean square of ln(light / wanted), or of its steps from frame to frame: what is left. */
static double left(const struct take *take, const double *wanted, int tile, bool steps)
{
    double before = 0, after = 0;
    for (int i = 1; i < FRAMES; i++) {
        double was = log(take->light[i] / wanted[i]);
        double is = log(take->light[i] * take->gains[i][tile] / wanted[i]);
        if (steps) {
            was -= log(take->light[i - 1] / wanted[i - 1]);
            is -= log(take->light[i - 1] * take->gains[i - 1][tile] / wanted[i - 1]);
        }
        before += was * was;
        after += is * is;
    }
    return sqrt(after / before);
}

FTH_TEST(flicker_is_a_third_of_what_it_was)
{
    struct take take = {.tiles = 1};
    double wanted[FRAMES];
    for (int i = 0; i < FRAMES; i++) {
        wanted[i] = 1;
        take.light[i] = flicker(i);
    }
    if (shoot(&take, FRAMES, false) && find(&take)) {
        FTH_CHECK(left(&take, wanted, 0, false) < 1.0 / 3); /* 1 / sqrt(19) where all are there */
        FTH_CHECK(left(&take, wanted, 0, true) < 0.15);     /* means of 19 that share 18 */
    }
    fth_arena_destroy(&take.arena);
}

/* A fade to a fifth in 30 frames. By itself it stays: within a level of 255 of white. With flicker
 * its corners get a little rounder, by as much as flicker is, and the flicker goes. */
FTH_TEST(flicker_leaves_fades)
{
    for (int with = 0; with < 2; with++) {
        struct take take = {.tiles = 1};
        double wanted[FRAMES];
        for (int i = 0; i < FRAMES; i++) {
            double t = fmin(fmax((i - 15) / 30.0, 0), 1);
            wanted[i] = 1 - 0.8 * t * t * (3 - 2 * t);
            take.light[i] = wanted[i] * (with ? flicker(i) : 1);
        }
        if (shoot(&take, FRAMES, false) && find(&take)) {
            double worst = 0;
            for (int i = 0; i < FRAMES; i++)
                worst = fmax(worst, fabs(take.light[i] * take.gains[i][0] - wanted[i]));
            FTH_CHECK(worst < (with ? 0.03 : 1.0 / 255));
            FTH_CHECK(!with || left(&take, wanted, 0, true) < 0.3);
        }
        fth_arena_destroy(&take.arena);
    }
}

/* A lamp that is switched, and a cut to something a little darker. */
static double lamp(int frame)
{
    return frame < 20 ? 1 : frame < 40 ? 1.3 : 1.2;
}

/* Nothing of either leaks to the other side. The median of 60 blocks of texture that moves on errs
 * by .3 %; windows that end at the step or the cut have fewer frames. */
FTH_TEST(flicker_leaves_steps_and_cuts)
{
    for (int with = 0; with < 2; with++) {
        struct take take = {.tiles = 1};
        double wanted[FRAMES];
        for (int i = 0; i < FRAMES; i++) {
            wanted[i] = lamp(i);
            take.light[i] = lamp(i) * (with ? flicker(i) : 1);
        }
        if (shoot(&take, 40, false) && find(&take)) {
            for (int i = 0; i < FRAMES && !with; i++)
                FTH_CHECK_NEAR(take.gains[i][0], 1, 0.005);
            FTH_CHECK(!with || left(&take, wanted, 0, false) < 1.0 / 3);
        }
        fth_arena_destroy(&take.arena);
    }
}

/* Exposure that follows somebody into the room (4.5 % in five frames) and a blind that is drawn at
 * once (8 %): within what is not told for a cut, and not smoothed away together with flicker. .29
 * and .20 of the flicker are left; without breaks between pieces it would be .32 and .68. */
FTH_TEST(flicker_leaves_ramps_and_small_steps)
{
    for (int step = 0; step < 2; step++) {
        struct take take = {.tiles = 1};
        double wanted[FRAMES];
        for (int i = 0; i < FRAMES; i++) {
            double ramp = fmin(fmax((i - 25) / 5.0, 0), 1);
            wanted[i] = step ? (i < 30 ? 1 : 1.08) : 1 + 0.045 * ramp;
            take.light[i] = wanted[i] * flicker(i);
        }
        if (shoot(&take, FRAMES, false) && find(&take))
            FTH_CHECK(left(&take, wanted, 0, false) < (step ? 0.25 : 0.3));
        fth_arena_destroy(&take.arena);
    }
}

FTH_TEST(flicker_of_a_part_is_found_there)
{
    struct take take = {.tiles = 2};
    double wanted[FRAMES];
    for (int i = 0; i < FRAMES; i++) {
        wanted[i] = 1;
        take.light[i] = flicker(i);
    }
    if (shoot(&take, FRAMES, true) && find(&take)) {
        FTH_CHECK(left(&take, wanted, 0, false) < 0.4); /* a tile has half of the blocks */
        double moved = 0;
        for (int i = 0; i < FRAMES; i++)
            moved = fmax(moved, fabs(take.gains[i][1] - 1));
        FTH_CHECK(moved < 0.01);
    }
    fth_arena_destroy(&take.arena);
}
