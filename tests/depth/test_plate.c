/* SPDX-License-Identifier: Apache-2.0 */
/* A shot before its clean plate, drawn with exact truth: the camera's movement, the exposure and
 * the noise are found as they are, and the matte is the subject. */
#include <stdlib.h>

#include "base/compiler.h"
#include "base/mem.h"
#include "base/thread.h"
#include "depth/plate.h"
#include "check.h"
#include "plates.h"

enum { WIDTH = 320, HEIGHT = 180 };

/* A drawn shot and what comes of it. */
struct stage {
    struct fth_work work;
    struct fth_plate_pictures pictures;
    float *pixels;
    struct fth_grid shot[3], plate[3], truth, moved[3], seen, alpha;
    struct fth_error error;
};

static struct fth_grid view(float *pixels, int32_t width, int32_t height)
{
    return (struct fth_grid){pixels, width, width, height};
}

static bool set(struct stage *s, const struct fth_plate_shot *shot, int frame)
{
    size_t n = (size_t)WIDTH * HEIGHT;
    memset(s, 0, sizeof(*s));
    s->pixels = fth_alloc(12 * n, sizeof(float));
    if (!s->pixels || fth_arena_create(&s->work.arena, &s->error) != FTH_OK)
        return false;
    s->pictures = (struct fth_plate_pictures){WIDTH, HEIGHT, s->pixels, s->pixels + 3 * n,
                                              s->pixels + 6 * n};
    for (size_t c = 0; c < 3; c++) {
        s->plate[c] = view(s->pixels + c * n, WIDTH, HEIGHT);
        s->shot[c] = view(s->pixels + (3 + c) * n, WIDTH, HEIGHT);
        s->moved[c] = view(s->pixels + (7 + c) * n, WIDTH, HEIGHT);
    }
    s->truth = view(s->pixels + 6 * n, WIDTH, HEIGHT);
    s->seen = view(s->pixels + 10 * n, WIDTH, HEIGHT);
    s->alpha = view(s->pixels + 11 * n, WIDTH, HEIGHT);
    if (shot)
        fth_plate_shot_draw(shot, frame, &s->pictures);
    return true;
}

static void strike(struct stage *s)
{
    fth_arena_destroy(&s->work.arena);
    fth_free(s->pixels);
}

static enum fth_status lay(struct stage *s, enum fth_plate_register kind)
{
    struct fth_plate_motion motion;
    enum fth_status status = fth_plate_register(&s->work, s->shot, s->plate, kind, &motion,
                                                &s->error);
    return status == FTH_OK ? fth_plate_warp(&s->work, s->plate, &motion, s->moved, &s->seen,
                                             &s->error)
                            : status;
}

static enum fth_status key(struct stage *s, struct fth_plate_noise *noise)
{
    enum fth_status status = lay(s, FTH_PLATE_HOMOGRAPHY);
    if (status == FTH_OK)
        status = fth_plate_expose(&s->work, s->shot, &s->seen, s->moved, NULL, NULL, &s->error);
    return status == FTH_OK
               ? fth_plate_matte(&s->work, s->shot, s->moved, &s->seen, NULL, &fth_plate_auto,
                                 &s->alpha, noise, &s->error)
               : status;
}

/* Mean over the frame, in pixels of its subject. */
static double miss(const struct stage *s)
{
    double sum = 0, subject = 0;
    for (int i = 0; i < WIDTH * HEIGHT; i++) {
        sum += fabsf(s->alpha.data[i] - s->truth.data[i]);
        subject += s->truth.data[i];
    }
    return sum / subject;
}

/* ---- the movement */

/* The furthest that a corner is off, in pixels. */
static double corner_error(const struct fth_plate_shot *shot, const struct fth_plate_motion *motion)
{
    double worst = 0;
    for (int i = 0; i < 4; i++) {
        float x = i % 2 ? WIDTH : 0, y = i / 2 ? HEIGHT : 0, to[2];
        double found[2];
        fth_plate_shot_moves(shot, WIDTH, HEIGHT, x, y, to);
        fth_plate_moved(motion, x, y, found);
        worst = fmax(worst, hypot(found[0] - to[0], found[1] - to[1]));
    }
    return worst;
}

FTH_TEST(a_plate_is_registered_behind_a_subject)
{
    /* The subject hides 30 % of the frame. A twentieth of a pixel is a tenth of the noise of an
     * edge of half the range. At a corner, where errors of a turn are largest, twice that. */
    static const struct {
        struct fth_plate_shot shot;
        enum fth_plate_register kind;
        double within;
    } cases[] = {
        {{.noise = .006f, .cover = 2.1f, .shift_x = .3f, .shift_y = -.2f}, FTH_PLATE_SHIFT, .05},
        {{.noise = .006f, .cover = 2.1f, .shift_x = -4.6f, .shift_y = 3.1f}, FTH_PLATE_SHIFT, .05},
        {{.noise = .006f, .cover = 2.1f, .shift_x = 23, .shift_y = -9}, FTH_PLATE_SHIFT, .05},
        {{.noise = .006f, .cover = 2.1f, .shift_x = 2.4f, .turn = .8f, .zoom = 1.01f},
         FTH_PLATE_AFFINE, .1},
        {{.noise = .006f, .cover = 2.1f, .shift_x = 2.4f, .turn = -.5f, .gain = {.8f, .8f, .8f}},
         FTH_PLATE_HOMOGRAPHY, .1},
    };
    for (size_t i = 0; i < FTH_ARRAY_COUNT(cases); i++) {
        struct stage s;
        struct fth_plate_motion motion;
        FTH_REQUIRE(set(&s, &cases[i].shot, 1));
        FTH_REQUIRE_OK(fth_plate_register(&s.work, s.shot, s.plate, cases[i].kind, &motion,
                                          &s.error),
                       s.error);
        double covered = 0;
        for (int k = 0; k < WIDTH * HEIGHT; k++)
            covered += s.truth.data[k] / (WIDTH * HEIGHT);
        FTH_CHECK_NEAR(covered, .3, .06);
        FTH_CHECK(motion.found && !motion.still);
        FTH_CHECK_NEAR(corner_error(&cases[i].shot, &motion), 0, cases[i].within);
        strike(&s);
    }
}

/* Texture so fine that a small picture has none of it, and a subject over most of the frame. */
FTH_TEST(fine_texture_is_registered_behind_a_large_subject)
{
    struct stage s;
    struct fth_plate_motion motion;
    FTH_REQUIRE(set(&s, NULL, 0));
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++) {
            bool subject = hypot(x - 90, y - 110) < 90;
            for (int c = 0; c < 3; c++) {
                int px = x + 4, py = y - 3; /* the shot's place in the plate */
                uint32_t a = (uint32_t)(x / 3 * 7919 + y / 3 * 104729) * 2654435761u;
                uint32_t b = (uint32_t)(px / 3 * 7919 + py / 3 * 104729) * 2654435761u;
                fth_grid_row(&s.plate[c], y)[x] = .3f + .4f * (float)(a >> 16) / 65536;
                fth_grid_row(&s.shot[c], y)[x] =
                    subject ? .9f : .3f + .4f * (float)(b >> 16) / 65536;
            }
        }
    FTH_REQUIRE_OK(fth_plate_register(&s.work, s.shot, s.plate, FTH_PLATE_HOMOGRAPHY, &motion,
                                      &s.error),
                   s.error);
    FTH_CHECK(motion.found);
    FTH_CHECK_NEAR(motion.m[2], -4, .1);
    FTH_CHECK_NEAR(motion.m[5], 3, .1);
    strike(&s);
}

FTH_TEST(a_camera_on_its_legs_stays)
{
    struct fth_plate_shot shot = {.noise = .01f, .gain = {1.1f, 1.1f, 1.1f}};
    struct fth_plate_motion motion;
    struct stage s;
    FTH_REQUIRE(set(&s, &shot, 1));
    FTH_REQUIRE_OK(fth_plate_register(&s.work, s.shot, s.plate, FTH_PLATE_HOMOGRAPHY, &motion,
                                      &s.error),
                   s.error);
    FTH_CHECK(motion.found && motion.still && motion.m[0] == 1 && motion.m[2] == 0);
    strike(&s);
}

/* In rooms as large as the picture, whatever its shape; what is laid there suits any shot. */
FTH_TEST(details_of_a_plate_fit_their_rooms)
{
    static const int32_t sizes[][2] = {{8, 8}, {9, 300}, {47, 48}, {48, 48}, {95, 97}, {144, 48},
                                       {320, 180}, {1000, 20}, {961, 540}, {2881, 31}};
    for (size_t i = 0; i < FTH_ARRAY_COUNT(sizes); i++) {
        int32_t width = sizes[i][0], height = sizes[i][1];
        size_t room = fth_plate_room(width, height), n = (size_t)width * (size_t)height;
        float *pixels = fth_alloc(n, sizeof(float)), *rooms[FTH_PLATE_ROOMS];
        struct fth_grid grey = view(pixels, width, height), rgb[3] = {grey, grey, grey};
        struct fth_plate_motion motion, other;
        struct fth_work work = {.pool = NULL};
        struct fth_error error;
        FTH_REQUIRE(pixels && fth_arena_create(&work.arena, &error) == FTH_OK);
        for (size_t k = 0; k < n; k++)
            pixels[k] = (float)(k * k % 97 + k % 31) / 128;
        int count = fth_plate_room_count(width, height);
        FTH_REQUIRE(count >= 1 && count <= FTH_PLATE_ROOMS);
        for (int k = 0; k < FTH_PLATE_ROOMS; k++) /* the sanitizer sees what lies beyond */
            rooms[k] = k < count ? fth_alloc_aligned(room * sizeof(float)) : NULL;
        FTH_REQUIRE_OK(fth_plate_find_details(&work, rgb, rooms, &error), error);
        FTH_REQUIRE_OK(fth_plate_register_by(&work, rgb, rooms, FTH_PLATE_HOMOGRAPHY, &motion,
                                             &error), error);
        FTH_REQUIRE_OK(fth_plate_register(&work, rgb, rgb, FTH_PLATE_HOMOGRAPHY, &other, &error),
                       error);
        FTH_CHECK(memcmp(&motion, &other, sizeof(motion)) == 0);
        fth_arena_destroy(&work.arena);
        for (int k = 0; k < FTH_PLATE_ROOMS; k++)
            fth_free(rooms[k]);
        fth_free(pixels);
    }
}

FTH_TEST(pictures_of_no_pixel_stay)
{
    struct fth_plate_motion motion;
    struct fth_grid none[3] = {{0}};
    struct stage s;
    FTH_REQUIRE(set(&s, NULL, 0));
    FTH_REQUIRE_OK(fth_plate_register(&s.work, none, none, FTH_PLATE_HOMOGRAPHY, &motion,
                                      &s.error),
                   s.error);
    FTH_CHECK(motion.still && motion.m[0] == 1);
    strike(&s);
}

FTH_TEST(pictures_of_other_things_are_not_registered)
{
    struct fth_plate_shot shot = {.noise = .006f};
    struct fth_plate_motion motion;
    struct stage s;
    FTH_REQUIRE(set(&s, &shot, 1));
    for (int c = 0; c < 3; c++) /* upside down and mirrored: nothing of it fits */
        for (int i = 0; i < WIDTH * HEIGHT; i++)
            s.moved[c].data[i] = 1 - s.plate[c].data[WIDTH * HEIGHT - 1 - i];
    FTH_REQUIRE_OK(fth_plate_register(&s.work, s.shot, s.moved, FTH_PLATE_HOMOGRAPHY, &motion,
                                      &s.error),
                   s.error);
    FTH_CHECK(!motion.found && motion.m[0] == 1 && motion.m[1] == 0 && motion.m[2] == 0);
    for (int c = 0; c < 3; c++)
        fth_grid_fill(&s.moved[c], 0);
    FTH_REQUIRE_OK(fth_plate_register(&s.work, s.shot, s.moved, FTH_PLATE_HOMOGRAPHY, &motion,
                                      &s.error),
                   s.error);
    FTH_CHECK(!motion.found);
    strike(&s);
}

FTH_TEST(a_moved_plate_is_what_the_camera_sees)
{
    struct fth_plate_shot shot = {.shift_x = 3.3f, .shift_y = -1.6f, .turn = 1};
    struct stage s;
    double sum = 0, count = 0;
    FTH_REQUIRE(set(&s, &shot, 1));
    FTH_REQUIRE_OK(lay(&s, FTH_PLATE_AFFINE), s.error);
    for (int i = 0; i < WIDTH * HEIGHT; i++) {
        if (s.truth.data[i] > 0 || s.seen.data[i] < 1)
            continue;
        sum += fabsf(s.moved[1].data[i] - s.shot[1].data[i]);
        count++;
    }
    FTH_CHECK(count > .7 * WIDTH * HEIGHT && count < .95 * WIDTH * HEIGHT);
    /* a cubic's error at edges a pixel wide, and two roundings to 1/255 */
    FTH_CHECK_NEAR(sum / count, 0, .008);
    strike(&s);
}

/* ---- the exposure */

FTH_TEST(exposure_is_found_behind_a_subject)
{
    struct fth_plate_shot shot = {.noise = .006f, .cover = 2.1f, .gain = {1.08f, .97f, .9f},
                                  .offset = {-.01f, .02f, .03f}};
    struct stage s;
    double gain[3], offset[3];
    FTH_REQUIRE(set(&s, &shot, 1));
    fth_grid_fill(&s.seen, 1);
    FTH_REQUIRE_OK(fth_plate_expose(&s.work, s.shot, &s.seen, s.plate, gain, offset, &s.error),
                   s.error);
    for (int c = 0; c < 3; c++) {
        FTH_CHECK_NEAR(gain[c], shot.gain[c], .01 * shot.gain[c]); /* one per cent: the promise */
        FTH_CHECK_NEAR(offset[c], shot.offset[c], .006);
    }
    strike(&s);
}

FTH_TEST(exposure_that_falls_over_the_frame_is_followed)
{
    struct fth_plate_shot shot = {.noise = .006f, .fall = .12f};
    struct stage s;
    double sum[2] = {0}, count[2] = {0};
    FTH_REQUIRE(set(&s, &shot, 1));
    fth_grid_fill(&s.seen, 1);
    FTH_REQUIRE_OK(fth_plate_expose(&s.work, s.shot, &s.seen, s.plate, NULL, NULL, &s.error),
                   s.error);
    for (int i = 0; i < WIDTH * HEIGHT; i++) {
        int side = i % WIDTH > WIDTH / 2;
        if (s.truth.data[i] > 0)
            continue;
        sum[side] += s.shot[1].data[i] - s.plate[1].data[i];
        count[side]++;
    }
    /* .12 over the frame is .03 of the level either side; a tenth of it may be left */
    FTH_CHECK_NEAR(sum[0] / count[0], 0, .003);
    FTH_CHECK_NEAR(sum[1] / count[1], 0, .003);
    strike(&s);
}

/* ---- the noise */

FTH_TEST(noise_is_measured_by_level)
{
    struct stage s;
    struct fth_plate_noise noise;
    uint32_t state = 1;
    FTH_REQUIRE(set(&s, NULL, 0));
    fth_grid_fill(&s.seen, 1);
    for (int i = 0; i < WIDTH * HEIGHT; i++) { /* dark and quiet left, bright and loud right */
        bool right = i % WIDTH > WIDTH / 2;
        float level = right ? .7f : .3f, sigma = right ? .03f : .012f, sum = 0;
        for (int k = 0; k < 12; k++) {
            state = state * 1664525u + 1013904223u;
            sum += (float)(state >> 8) / 16777216.0f - .5f;
        }
        for (int c = 0; c < 3; c++) {
            s.moved[c].data[i] = level;
            s.shot[c].data[i] = level + sigma * sum;
        }
        if (i / WIDTH > 40 && i / WIDTH < 100 && i % WIDTH > 100 && i % WIDTH < 200)
            s.shot[0].data[i] = s.shot[1].data[i] = s.shot[2].data[i] = .1f; /* the subject */
    }
    FTH_REQUIRE_OK(fth_plate_matte(&s.work, s.shot, s.moved, &s.seen, NULL, &fth_plate_auto,
                                   &s.alpha, &noise, &s.error),
                   s.error);
    FTH_CHECK_NEAR(noise.sigma[0][2 * 6], .012, .0012); /* levels are eighths: .3 is the third */
    FTH_CHECK_NEAR(noise.sigma[0][5 * 6], .03, .003);
    FTH_CHECK_NEAR(noise.changed, 100.0 * 60 / (WIDTH * HEIGHT), .03);
    strike(&s);
}

/* ---- the matte */

static void speck_stage(struct stage *s)
{
    fth_grid_fill(&s->seen, 1);
    for (int c = 0; c < 3; c++) {
        fth_grid_fill(&s->moved[c], .5f);
        fth_grid_fill(&s->shot[c], .5f);
        for (int y = 0; y < HEIGHT; y++)
            for (int x = 0; x < WIDTH; x++) {
                float *at = &fth_grid_row(&s->shot[c], y)[x];
                if (x == 40)
                    *at = .1f; /* a line of one pixel */
                if (x >= 100 && x < 160 && y >= 40 && y < 140)
                    *at = .2f;
                if (x == 130 && y == 90)
                    fth_grid_row(&s->moved[c], y)[x] = .2f; /* a pinhole: the plate is like it */
                if (x % 60 == 20 && y % 60 == 30)
                    *at = .53f; /* specks: six of the least sigmas */
            }
    }
}

FTH_TEST(specks_and_pinholes_go_and_thin_lines_stay)
{
    struct stage s;
    FTH_REQUIRE(set(&s, NULL, 0));
    speck_stage(&s);
    FTH_REQUIRE_OK(fth_plate_matte(&s.work, s.shot, s.moved, &s.seen, NULL, &fth_plate_auto,
                                   &s.alpha, NULL, &s.error),
                   s.error);
    float line = 1;
    for (int y = 0; y < HEIGHT; y++)
        line = fminf(line, fth_grid_row(&s.alpha, y)[40]);
    FTH_CHECK(line > .95f);
    FTH_CHECK(fth_grid_row(&s.alpha, 90)[130] > .95f);
    FTH_CHECK(fth_grid_row(&s.alpha, 30)[200] < .05f && fth_grid_row(&s.alpha, 90)[260] < .05f);
    FTH_CHECK(fth_grid_row(&s.alpha, 90)[45] == 0 && fth_grid_row(&s.alpha, 90)[35] == 0);
    strike(&s);
}

/* A set of squares of 3 pixels, a subject of two bars with a gap between, and beside it what a
 * coder spills: a few steps of 255, in squares, where all else is the plate's to the bit. */
static void coded_stage(struct stage *s)
{
    fth_grid_fill(&s->seen, 1);
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++) {
            float square = (x / 3 + y / 3) % 2 ? .35f : .45f;
            bool tall = y >= 40 && y < 140, near = y >= 32 && y < 148 && x >= 92 && x < 156;
            bool bar = tall && ((x >= 100 && x < 120) || (x >= 123 && x < 148));
            float spilled = x % 40 < 4 && y % 40 < 4 ? .012f : 0; /* elsewhere it is rare */
            spilled = near ? ((x / 4 + y / 4) % 2 ? .04f : -.04f) : spilled;
            for (int c = 0; c < 3; c++) {
                fth_grid_row(&s->moved[c], y)[x] = square;
                fth_grid_row(&s->shot[c], y)[x] = bar ? .9f : square + spilled;
            }
        }
}

FTH_TEST(what_a_coder_spills_beside_a_subject_is_none_of_it)
{
    struct stage s;
    struct fth_plate_noise noise;
    FTH_REQUIRE(set(&s, NULL, 0));
    coded_stage(&s);
    FTH_REQUIRE_OK(fth_plate_matte(&s.work, s.shot, s.moved, &s.seen, NULL, &fth_plate_auto,
                                   &s.alpha, &noise, &s.error),
                   s.error);
    double spilled = 0, gap = 0;
    for (int y = 50; y < 130; y++) {
        const float *row = fth_grid_row(&s.alpha, y);
        for (int x = 92; x < 98; x++)
            spilled += row[x] / (80 * 6);
        gap += row[121] / 80;
        FTH_CHECK(row[110] == 1 && row[140] == 1);
    }
    FTH_CHECK(noise.copied);
    FTH_CHECK_NEAR(spilled, 0, .02);
    /* its three pixels are half spilled on: without the set's texture it is closed */
    FTH_CHECK_NEAR(gap, 0, .1);
    strike(&s);
}

static float noise_at(uint32_t *state)
{
    float sum = 0;
    for (int i = 0; i < 4; i++) {
        *state = *state * 1664525u + 1013904223u;
        sum += (float)(*state >> 8) / 16777216 - .5f;
    }
    return sum * 1.7320508f;
}

/* Two bars that differ by 16 sigmas of grain, and a gap of three pixels between them. */
FTH_TEST(a_gap_stays_open_in_grain)
{
    struct stage s;
    uint32_t state = 5;
    double gap = 0;
    FTH_REQUIRE(set(&s, NULL, 0));
    fth_grid_fill(&s.seen, 1);
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++)
            for (int c = 0; c < 3; c++) {
                bool bar = y >= 40 && y < 140 && x >= 100 && x < 148 && (x < 120 || x >= 123);
                fth_grid_row(&s.moved[c], y)[x] = .4f + .02f * noise_at(&state);
                fth_grid_row(&s.shot[c], y)[x] = (bar ? .85f : .4f) + .02f * noise_at(&state);
            }
    FTH_REQUIRE_OK(fth_plate_matte(&s.work, s.shot, s.moved, &s.seen, NULL, &fth_plate_auto,
                                   &s.alpha, NULL, &s.error),
                   s.error);
    for (int y = 50; y < 130; y++) {
        const float *row = fth_grid_row(&s.alpha, y);
        gap += (row[120] + row[121] + row[122]) / (3 * 80);
        FTH_CHECK(row[110] == 1 && row[140] == 1);
    }
    FTH_CHECK_NEAR(gap, 0, .1);
    strike(&s);
}

/* A red strand beside a blue block is no mixture of blue and the set. */
FTH_TEST(a_strand_of_a_third_colour_is_opaque)
{
    static const float block[] = {.1f, .2f, .9f}, strand[] = {.9f, .3f, .2f};
    struct stage s;
    FTH_REQUIRE(set(&s, NULL, 0));
    fth_grid_fill(&s.seen, 1);
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++)
            for (int c = 0; c < 3; c++) {
                bool on_block = x >= 100 && x < 140 && y >= 60 && y < 120;
                bool on_strand = x >= 140 && x < 160 && y % 8 == 4 && y > 60 && y < 120;
                fth_grid_row(&s.moved[c], y)[x] = .5f;
                fth_grid_row(&s.shot[c], y)[x] = on_block ? block[c] : on_strand ? strand[c] : .5f;
            }
    FTH_REQUIRE_OK(fth_plate_matte(&s.work, s.shot, s.moved, &s.seen, NULL, &fth_plate_auto,
                                   &s.alpha, NULL, &s.error),
                   s.error);
    for (int x = 142; x < 158; x++) {
        FTH_CHECK(fth_grid_row(&s.alpha, 84)[x] > .9f);
        FTH_CHECK(fth_grid_row(&s.alpha, 80)[x] < .1f);
    }
    strike(&s);
}

/* A subject's border steps in the shot; laid into the plate instead, in the plate. */
FTH_TEST(what_only_the_plate_holds_is_told_from_a_subject)
{
    for (int held = 0; held < 2; held++) {
        struct stage s;
        struct fth_plate_ghost ghost;
        FTH_REQUIRE(set(&s, &fth_plate_shots[1], 1));
        for (int c = 0; c < 3 && held; c++) {
            struct fth_grid shot = s.shot[c];
            s.shot[c] = s.plate[c];
            s.plate[c] = shot;
        }
        FTH_REQUIRE_OK(key(&s, NULL), s.error);
        struct fth_plate_ghost_view view = {s.shot, s.moved, &s.alpha};
        FTH_REQUIRE_OK(fth_plate_find_ghost(&s.work, &view, &ghost, &s.error), s.error);
        FTH_CHECK(ghost.decided > 100);
        FTH_CHECK(held ? ghost.share > .5 : ghost.share < .15);
        int x = (int)ghost.x, y = (int)ghost.y; /* the middle of a border lies in it, or near */
        FTH_CHECK(!held || (x > 0 && x < WIDTH && y > 0 && y < HEIGHT));
        strike(&s);
    }
}

/* A subject with three places: one of nearly the set's colours that it encloses, three sigmas off,
 * a bay of it, four off, and a gap where the set itself is seen. */
static void gap_stage(struct stage *s)
{
    uint32_t state = 7;
    fth_grid_fill(&s->seen, 1);
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++) {
            bool subject = x >= 80 && x < 240 && y >= 30 && y < 150;
            bool enclosed = x >= 100 && x < 124 && y >= 60 && y < 90;
            bool bay = x >= 148 && x < 156 && y >= 30 && y < 80; /* open above */
            bool gap = x >= 190 && x < 214 && y >= 60 && y < 90;
            float light = !subject || gap ? .4f : enclosed ? .43f : bay ? .44f : .8f;
            float noise = noise_at(&state);
            for (int c = 0; c < 3; c++) {
                fth_grid_row(&s->moved[c], y)[x] = .4f;
                fth_grid_row(&s->shot[c], y)[x] = light + .01f * noise;
            }
        }
}

static double mean_alpha(const struct stage *s, int x0, int y0, int x1, int y1)
{
    double sum = 0;
    for (int y = y0; y < y1; y++)
        for (int x = x0; x < x1; x++)
            sum += fth_grid_row(&s->alpha, y)[x];
    return sum / ((x1 - x0) * (y1 - y0));
}

FTH_TEST(gaps_alike_the_set_are_filled_and_those_that_show_it_stay)
{
    struct stage s;
    FTH_REQUIRE(set(&s, NULL, 0));
    gap_stage(&s);
    FTH_REQUIRE_OK(fth_plate_matte(&s.work, s.shot, s.moved, &s.seen, NULL, &fth_plate_auto,
                                   &s.alpha, NULL, &s.error),
                   s.error);
    FTH_CHECK(mean_alpha(&s, 105, 65, 119, 85) > .98);
    FTH_CHECK(mean_alpha(&s, 149, 50, 155, 76) > .95);
    FTH_CHECK(mean_alpha(&s, 195, 65, 209, 85) < .02);
    FTH_CHECK(mean_alpha(&s, 0, 0, 70, HEIGHT) < .02);
    strike(&s);
}

/* Hair is thin for longer than an edge is soft: a ramp of four pixels is one in the matte. */
FTH_TEST(a_wide_soft_edge_stays_one)
{
    struct stage s;
    FTH_REQUIRE(set(&s, NULL, 0));
    fth_grid_fill(&s.seen, 1);
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++) {
            float alpha = x < 220 ? fminf(fmaxf((float)(x - 150) / 4, 0), 1) : 0;
            for (int c = 0; c < 3; c++) {
                fth_grid_row(&s.moved[c], y)[x] = .3f;
                fth_grid_row(&s.shot[c], y)[x] = .3f + .1f * (float)(1 + c) * alpha;
            }
        }
    FTH_REQUIRE_OK(fth_plate_matte(&s.work, s.shot, s.moved, &s.seen, NULL, &fth_plate_auto,
                                   &s.alpha, NULL, &s.error),
                   s.error);
    for (int x = 145; x < 165; x++)
        FTH_CHECK_NEAR(fth_grid_row(&s.alpha, HEIGHT / 2)[x], fmin(fmax((x - 150) / 4., 0), 1), .2);
    strike(&s);
}

FTH_TEST(one_setting_keys_every_drawn_shot)
{
    /* Shares of the subject's area that may be wrong: a quarter above what was measured, at this
     * small size where a third of the subject is border. */
    static const double most[] = {.03, .032, .03, .03, .03, .03, .25, .065, .06, .16};
    for (size_t i = 0; fth_plate_shots[i].name; i++) {
        struct stage s;
        FTH_REQUIRE(set(&s, &fth_plate_shots[i], 1));
        FTH_REQUIRE_OK(key(&s, NULL), s.error);
        if (!(miss(&s) <= most[i]))
            fth_test_fail(__FILE__, __LINE__, "%s: %.3f of the subject is wrong, not at most %.3f",
                          fth_plate_shots[i].name, miss(&s), most[i]);
        strike(&s);
    }
}

FTH_TEST(a_shadow_is_kept_as_dark_as_it_is)
{
    struct fth_plate_shot shot = {.noise = .004f, .shadow = .4f};
    struct fth_plate_options options = fth_plate_auto;
    struct stage s;
    FTH_REQUIRE(set(&s, &shot, 1));
    FTH_REQUIRE_OK(key(&s, NULL), s.error);
    int x = (int)(HEIGHT * (16.0 / 9 * .44 + .29)), y = (int)(HEIGHT * .94);
    FTH_CHECK(fth_grid_row(&s.alpha, y)[x] < .02f);
    options.shadow = 1;
    FTH_REQUIRE_OK(fth_plate_matte(&s.work, s.shot, s.plate, &s.seen, NULL, &options, &s.alpha,
                                   NULL, &s.error),
                   s.error);
    FTH_CHECK_NEAR(fth_grid_row(&s.alpha, y)[x], .4, .05);
    strike(&s);
}

FTH_TEST(what_is_known_besides_fills_where_colours_are_alike)
{
    struct fth_plate_shot shot = {.noise = .008f};
    struct stage s;
    FTH_REQUIRE(set(&s, &shot, 1));
    fth_grid_fill(&s.seen, 1);
    struct fth_grid hint = s.moved[2];
    for (int i = 0; i < WIDTH * HEIGHT; i++) { /* the plate is the shot: nothing is to be seen */
        hint.data[i] = 2 * s.truth.data[i] - 1;
        s.alpha.data[i] = 0;
    }
    for (int with = 0; with < 2; with++) {
        FTH_REQUIRE_OK(fth_plate_matte(&s.work, s.shot, s.shot, &s.seen, with ? &hint : NULL,
                                       &fth_plate_auto, &s.alpha, NULL, &s.error),
                       s.error);
        /* the subject's chest; what is thin the vote may lose, which has no edge to stop at */
        float chest = fth_grid_row(&s.alpha, HEIGHT / 2)[(int)(HEIGHT * 16.0 / 9 * .44)];
        FTH_CHECK_NEAR(chest, with, .02);
        FTH_CHECK_NEAR(fth_grid_row(&s.alpha, 20)[20], 0, .02);
    }
    strike(&s);
}

/* ---- anything */

static uint64_t sum_of(const struct fth_grid *grid)
{
    uint64_t sum = 0;
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++) {
            uint32_t bits;
            memcpy(&bits, &fth_grid_row(grid, y)[x], sizeof(bits));
            sum = sum * 0x100000001b3u + bits;
        }
    return sum;
}

FTH_TEST(a_matte_is_the_same_with_any_threads)
{
    struct stage s;
    uint64_t alone;
    FTH_REQUIRE(set(&s, &fth_plate_shots[9], 1));
    FTH_REQUIRE_OK(key(&s, NULL), s.error);
    alone = sum_of(&s.alpha);
    for (int threads = 2; threads <= 5; threads += 3) {
        FTH_REQUIRE_OK(fth_pool_create(threads, &s.work.pool, &s.error), s.error);
        FTH_REQUIRE_OK(key(&s, NULL), s.error);
        FTH_CHECK(sum_of(&s.alpha) == alone);
        fth_pool_destroy(&s.work.pool);
    }
    strike(&s);
}

FTH_TEST(tiny_and_empty_pictures_are_keyed)
{
    static const int32_t sizes[][2] = {{1, 1}, {2, 9}, {7, 3}, {33, 5}};
    for (size_t i = 0; i < FTH_ARRAY_COUNT(sizes); i++) {
        struct stage s;
        FTH_REQUIRE(set(&s, NULL, 0));
        memset(s.pixels, 0, 12 * sizeof(float) * WIDTH * HEIGHT);
        struct fth_grid *all[] = {&s.shot[0], &s.shot[1], &s.shot[2], &s.plate[0], &s.plate[1],
                                  &s.plate[2], &s.moved[0], &s.moved[1], &s.moved[2], &s.seen,
                                  &s.alpha};
        for (size_t k = 0; k < FTH_ARRAY_COUNT(all); k++) {
            all[k]->width = sizes[i][0];
            all[k]->height = sizes[i][1];
        }
        FTH_REQUIRE_OK(key(&s, NULL), s.error);
        for (int32_t y = 0; y < sizes[i][1]; y++)
            for (int32_t x = 0; x < sizes[i][0]; x++)
                FTH_CHECK(fth_grid_row(&s.alpha, y)[x] == 0);
        strike(&s);
    }
}
