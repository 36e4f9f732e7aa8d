/* SPDX-License-Identifier: Apache-2.0 */
/* The recipe's steps that need no network, on synthetic scenes with exact truth. */
#include "base/compiler.h"
#include "depth/draft.h"
#include "depth/draft_people.h"
#include "depth/draft_time.h"
#include "check.h"

enum { WIDTH = 640, HEIGHT = 360 };

/* A texture no two places of which are alike; moved by dx. */
static void fill_texture(const struct fth_grid *grid, float dx, float scale)
{
    for (int32_t y = 0; y < grid->height; y++) {
        for (int32_t x = 0; x < grid->width; x++) {
            float u = ((float)x - dx) * scale, v = (float)y * scale;
            float value = 128 + 60 * sinf(u * 0.11f + v * 0.03f) + 60 * cosf(v * 0.13f - u * 0.05f);
            fth_grid_row(grid, y)[x] = floorf(value);
        }
    }
}

FTH_TEST(motion_is_found_and_a_cut_is_none)
{
    struct fth_error error;
    struct fth_work work = {0};
    struct fth_grid before, now, other;
    struct fth_draft_motion motion;
    FTH_REQUIRE_OK(fth_arena_create(&work.arena, &error), error);
    FTH_REQUIRE_OK(fth_grid_new(work.arena, WIDTH / 2, HEIGHT / 2, &before, &error), error);
    FTH_REQUIRE_OK(fth_grid_new(work.arena, WIDTH / 2, HEIGHT / 2, &now, &error), error);
    FTH_REQUIRE_OK(fth_grid_new(work.arena, WIDTH / 2, HEIGHT / 2, &other, &error), error);
    fill_texture(&before, 0, 1);
    fill_texture(&now, 3, 1);
    fill_texture(&other, 90, 3.7f);
    FTH_REQUIRE_OK(fth_draft_motion(&work, &now, &before, WIDTH, HEIGHT, &motion, &error), error);
    FTH_CHECK(motion.follows);
    /* what is at x now was at x - 3 of the half-size picture: 6 of the working one; the flow of a
     * smooth texture in whole greys is good to a fifth of a pixel; half a pixel is the recipe's */
    FTH_CHECK_NEAR(fth_grid_row(&motion.mx, HEIGHT / 2)[WIDTH / 2], WIDTH / 2 - 6, 0.9);
    FTH_CHECK_NEAR(fth_grid_row(&motion.my, HEIGHT / 2)[WIDTH / 2], HEIGHT / 2, 0.9);
    FTH_CHECK(fth_grid_row(&motion.sure, HEIGHT / 2)[WIDTH / 2] > 0.8f);
    FTH_REQUIRE_OK(fth_draft_motion(&work, &other, &before, WIDTH, HEIGHT, &motion, &error), error);
    FTH_CHECK(!motion.follows);
    fth_arena_destroy(&work.arena);
}

static void fill_box(const struct fth_grid *grid, struct fth_rect box, float value)
{
    for (int32_t y = box.y0; y < box.y1; y++) {
        for (int32_t x = box.x0; x < box.x1; x++)
            fth_grid_row(grid, y)[x] = value;
    }
}

/* Ground that comes nearer downwards. */
static void fill_ramp(const struct fth_grid *grid)
{
    for (int32_t y = 0; y < grid->height; y++) {
        for (int32_t x = 0; x < grid->width; x++)
            fth_grid_row(grid, y)[x] = (float)y / (float)(grid->height - 1);
    }
}

/* Two blobs: in one the mattes agree, in the other they do not. */
FTH_TEST(people_are_where_the_mattes_agree_and_stand_on_their_feet)
{
    static const struct fth_rect man = {100, 80, 180, 300}, table = {400, 200, 560, 320};
    struct fth_error error;
    struct fth_work work = {0};
    struct fth_draft_past past;
    struct fth_draft_person people[FTH_DRAFT_MOST_PEOPLE];
    struct fth_grid scene, alpha, cards, before;
    struct fth_mask wide;
    int count = 0;
    FTH_REQUIRE_OK(fth_arena_create(&work.arena, &error), error);
    FTH_REQUIRE_OK(fth_draft_past_new(work.arena, WIDTH, HEIGHT, &past, &error), error);
    FTH_REQUIRE_OK(fth_grid_new(work.arena, WIDTH, HEIGHT, &scene, &error), error);
    FTH_REQUIRE_OK(fth_grid_new(work.arena, WIDTH, HEIGHT, &alpha, &error), error);
    FTH_REQUIRE_OK(fth_grid_new(work.arena, WIDTH, HEIGHT, &cards, &error), error);
    FTH_REQUIRE_OK(fth_mask_new(work.arena, WIDTH, HEIGHT, &wide, &error), error);
    FTH_REQUIRE_OK(fth_grid_new(work.arena, WIDTH, HEIGHT, &before, &error), error);
    fth_grid_fill(&before, 0);
    fill_ramp(&past.base);
    for (int i = 0; i < FTH_DRAFT_MATTES; i++) {
        fth_grid_fill(&past.soft[i], 0);
        fill_box(&past.soft[i], man, 1);
        fill_box(&past.soft[i], table, i ? 1 : 0.3f);
    }
    FTH_REQUIRE_OK(fth_draft_people(&work, 2, &before, &past, people, &count, &error), error);
    FTH_REQUIRE(count == 1);
    FTH_CHECK_INT(people[0].box.x, man.x0);
    FTH_CHECK_INT(people[0].box.height, man.y1 - man.y0);
    FTH_CHECK_NEAR(people[0].belief, 1, 0);

    FTH_REQUIRE_OK(
        fth_draft_behind(&work, &past.base, people, count, 10, &scene, &wide, &alpha, &error),
        error);
    FTH_REQUIRE_OK(fth_draft_cards(&work, &past.base, &scene, &wide, &alpha, people, count, false,
                                   &cards, &error),
                   error);
    /* far from the man the scene is untouched; on him one depth: what the ground has at his feet,
     * give or take the relief's limit of .04 and the .03 by which push-pull, which fills the ground
     * under him from what is around, may be off */
    FTH_CHECK_NEAR(fth_grid_row(&scene, 100)[500], 100.0f / 359, 0);
    double feet = 300.0 / 359;
    FTH_CHECK_NEAR(fth_grid_row(&cards, 100)[140], feet, 0.07);
    FTH_CHECK_NEAR(fth_grid_row(&cards, 290)[140], feet, 0.07);
    FTH_CHECK(fth_grid_row(&alpha, 200)[140] == 1 && fth_grid_row(&alpha, 250)[480] == 0);

    FTH_CHECK(fth_grid_row(&past.believed, 200)[140] == 1);
    FTH_CHECK(fth_grid_row(&past.believed, 250)[480] == 0);
    fth_arena_destroy(&work.arena);
}

/* A strong network's depth of a person is spread outwards; what lies around does not come in. */
FTH_TEST(own_depth_of_people_reaches_beyond_their_outline)
{
    static const struct fth_rect man = {100, 80, 180, 300};
    struct fth_error error;
    struct fth_work work = {0};
    struct fth_grid near, cards;
    struct fth_draft_person person = {.belief = 1};
    FTH_REQUIRE_OK(fth_arena_create(&work.arena, &error), error);
    FTH_REQUIRE_OK(fth_grid_new(work.arena, WIDTH, HEIGHT, &near, &error), error);
    FTH_REQUIRE_OK(fth_grid_new(work.arena, WIDTH, HEIGHT, &cards, &error), error);
    FTH_REQUIRE_OK(fth_grid_new(work.arena, WIDTH, HEIGHT, &person.alpha, &error), error);
    fth_grid_fill(&near, 0.1f);
    fill_box(&near, man, 0.7f);
    fth_grid_fill(&person.alpha, 0);
    fill_box(&person.alpha, man, 0.5f); /* believed by half: the core goes by its own most */
    FTH_REQUIRE_OK(fth_draft_own_cards(&work, &near, &person, 1, &cards, &error), error);
    static const int spots[][2] = {{140, 200}, {101, 81}, {95, 200}, {190, 310}, {140, 70}};
    for (size_t i = 0; i < FTH_ARRAY_COUNT(spots); i++)
        /* a mean of equal floats: rounding only */
        FTH_CHECK_NEAR(fth_grid_row(&cards, spots[i][1])[spots[i][0]], 0.7f, 1e-6);
    fth_arena_destroy(&work.arena);
}

FTH_TEST(working_sizes)
{
    static const int sizes[][4] = {{1920, 1080, 640, 360}, {1, 1, 640, 640}, {8192, 16, 640, 160},
                                   {16, 8192, 640, 2560},  {640, 427, 640, 427}};
    struct fth_draft draft = {.better = true};
    for (size_t i = 0; i < FTH_ARRAY_COUNT(sizes); i++) {
        int32_t width, height;
        fth_draft_work_size(&draft, sizes[i][0], sizes[i][1], &width, &height);
        FTH_CHECK_INT(width, sizes[i][2]);
        FTH_CHECK_INT(height, sizes[i][3]);
    }
}
