/* SPDX-License-Identifier: Apache-2.0 */
/* Laziness: what Blend 0 or an empty effect mask hides is not made, and the pictures are those of
 * an engine that makes it all. Counted on toys. */
#include "rig.h"

static float red_at(const struct fth_image *image, int x, int y)
{
    return image ? *fth_plane_at(fth_image_plane(image, "R"), x, y) : NAN;
}

/* The value of the toy ramp. */
static float ramp_at(int x, int y, int64_t frame)
{
    return (float)((x * 7 + y * 13 + frame * 11) % 101) / 101;
}

/* a and, through an analysis and a flip, c are joined where m is not black. The mask's own picture
 * reaches 1, so that Mask Low 50 leaves nothing of it. */
static bool build(struct bench *bench, int32_t band_rows)
{
    if (!begin(bench, band_rows))
        return false;
    struct bench b = *bench;
    ADD("a", "ramp");
    ADD("c", "ramp");
    SET("c", "text", "c");
    CHAIN("t", "sum", "c");
    CHAIN("f", "flip", "t");
    ADD("m", "ramp");
    SET("m", "text", "m");
    CHAIN("j", "join", "a");
    LINK("j", "other", "f");
    LINK("j", "effect_mask", "m");
    SET("j", "effect_mask_high", "100");
    SET("j", "effect_mask_channel", "red");
    CHAIN("p", "add", "j");
    return !fth_test_has_failed();
}

FTH_TEST(an_empty_mask_spares_the_node_and_its_inputs)
{
    struct bench b;
    FTH_REQUIRE(build(&b, 8));
    SET("j", "effect_mask_low", "50");
    struct fth_image *image = render(&b, "p", 2);
    FTH_CHECK_INT(toys.pushes, 0);
    FTH_CHECK_INT(toys.flips, 0);
    FTH_CHECK_INT(toys.adds, 4);  /* "p", in four bands; "j" has not been run */
    FTH_CHECK_INT(toys.ramps, 2); /* "a" and the mask */
    FTH_CHECK(red_at(image, 30, 20) == ramp_at(30, 20, 2) + 1);
    fth_image_unref(&image);
    SET("j", "effect_mask_low", "0"); /* the same mask lets something through */
    image = render(&b, "p", 2);
    FTH_CHECK_INT(toys.pushes, 2);
    FTH_CHECK_INT(toys.flips, 1);
    FTH_CHECK(fabsf(red_at(image, 30, 20) - ramp_at(30, 20, 2) - 1) > 1e-4);
    fth_image_unref(&image);
    SET("j", "effect_mask_low", "50"); /* outside it, all is let through */
    SET("j", "effect_mask_invert", "true");
    image = render(&b, "p", 3);
    FTH_CHECK_INT(toys.flips, 2);
    fth_image_unref(&image);
    end(&b);
}

/* A frame that is not there is not missed where nobody would have seen it, whatever is known of it
 * beforehand. */
FTH_TEST(an_empty_mask_spares_frames_that_are_not_there)
{
    struct bench b;
    FTH_REQUIRE(build(&b, 8));
    SET("c", "text", "lost");
    SET("j", "effect_mask_low", "50");
    struct fth_image *image = render(&b, "p", 2);
    FTH_CHECK_INT(toys.ramps, 2); /* "a" and the mask */
    FTH_CHECK(red_at(image, 30, 20) == ramp_at(30, 20, 2) + 1);
    fth_image_unref(&image);
    SET("j", "effect_mask_low", "0"); /* the same mask lets something through */
    enum fth_status status =
        fth_engine_render(b.engine, b.graph, fth_graph_find(b.graph, "p"), 2, (struct fth_rect){0},
                          NULL, &image, &b.error);
    FTH_CHECK_INT(status, FTH_ERR_NOT_FOUND);
    FTH_CHECK(strstr(b.error.message, "there is no frame 2"));
    image = render(&b, "p", 3);
    FTH_CHECK(image);
    fth_image_unref(&image);
    end(&b);
}

FTH_TEST(an_empty_mask_spares_jobs_too)
{
    struct bench b;
    struct fth_job job = {.first_frame = 1, .last_frame = 8};
    FTH_REQUIRE(build(&b, 0));
    CHAIN("out", "collect", "p");
    SET("j", "effect_mask_low", "50");
    must(&b, fth_engine_run(b.engine, b.graph, fth_graph_find(b.graph, "out"), &job, &b.error),
         __LINE__);
    FTH_CHECK_INT(toys.sunk, 8);
    FTH_CHECK_INT(toys.pushes, 0);
    FTH_CHECK_INT(toys.ramps, 16);
    /* a mask that is itself analysed decides what else is */
    toys_reset();
    CHAIN("n", "sum", "m");
    LINK("j", "effect_mask", "n");
    must(&b, fth_engine_run(b.engine, b.graph, fth_graph_find(b.graph, "out"), &job, &b.error),
         __LINE__);
    FTH_CHECK_INT(toys.sunk, 8);
    FTH_CHECK_INT(toys.pushes, 8); /* the mask's */
    FTH_CHECK_INT(toys.ramps, 16); /* what may be spared is not decoded ahead */
    FTH_CHECK_INT(toys.flips, 0);
    end(&b);
}

FTH_TEST(a_mask_without_pixels_is_not_even_made)
{
    struct bench b;
    FTH_REQUIRE(build(&b, 8));
    CHAIN("none", "at", "m");
    SET("none", "none", "true"); /* its data window is empty */
    LINK("j", "effect_mask", "none");
    SET("c", "text", "missing"); /* not even opened */
    struct fth_image *image = render(&b, "j", 2);
    FTH_CHECK_INT(toys.ramps, 1);
    FTH_CHECK(red_at(image, 30, 20) == ramp_at(30, 20, 2));
    fth_image_unref(&image);
    end(&b);
}

FTH_TEST(a_small_mask_spares_the_bands_beside_it)
{
    struct bench b;
    FTH_REQUIRE(build(&b, 8));
    SET("m", "height", "10"); /* 29 rows in bands of 8: two of four have some of it */
    SET("j", "use_other", "false");
    struct fth_image *image = render(&b, "j", 2);
    FTH_CHECK_INT(toys.adds, 2);
    for (int y = 0; y < 29; y++) {
        float before = ramp_at(5, y, 2), mask = y < 10 ? ramp_at(5, y, 2) / 100 : 0;
        FTH_CHECK_NEAR(red_at(image, 5, y), before + mask, 1e-6); /* one rounding in a float */
        FTH_CHECK(y < 10 || red_at(image, 5, y) == before);
    }
    fth_image_unref(&image);
    end(&b);
}

/* Masks of masked nodes: the outer one decides whether the inner one is looked at. */
FTH_TEST(guards_stand_behind_guards)
{
    struct bench b;
    FTH_REQUIRE(build(&b, 8));
    ADD("m2", "ramp");
    SET("m2", "text", "m2");
    CHAIN("k", "join", "a");
    LINK("k", "other", "p");
    LINK("k", "effect_mask", "m2");
    SET("k", "effect_mask_low", "50");
    SET("k", "effect_mask_high", "100");
    struct fth_image *image = render(&b, "k", 4);
    FTH_CHECK_INT(toys.ramps, 2); /* "a" and the outer mask */
    fth_image_unref(&image);
    SET("k", "effect_mask_low", "0");
    SET("j", "effect_mask_low", "50");
    image = render(&b, "k", 4);
    FTH_CHECK_INT(toys.ramps, 3); /* and the inner one */
    FTH_CHECK_INT(toys.pushes, 0);
    FTH_CHECK(isfinite(red_at(image, 36, 28)));
    fth_image_unref(&image);
    end(&b);
}
