/* SPDX-License-Identifier: Apache-2.0 */
/* The common controls, value by value, on pictures of four pixels (FEATURES 2C, FORMULAS 6.5). */
#include "check.h"
#include "node/common.h"
#include "node/param.h"

static const struct fth_format format = {.width = 4, .height = 1};

/* A picture whose channels (one letter each) have four values each; NULL ends nothing early. */
static struct fth_image *picture(const char *names, const float *values)
{
    struct fth_image *image = NULL;
    if (fth_image_new(format, fth_format_rect(format), &image, NULL) != FTH_OK)
        return NULL;
    for (int c = 0; names[c]; c++) {
        struct fth_plane *plane;
        char name[2] = {names[c], '\0'};
        if (fth_image_add(image, name, NULL, image->domain, &plane, NULL) == FTH_OK)
            memcpy(plane->data, values + 4 * c, 4 * sizeof(float));
    }
    return image;
}

static const float before_values[] = {1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, .5f, .5f, .5f, .5f};
static const float after_values[] = {5, 5, 5, 5, 6, 6, 6, 6, 7, 7, 7, 7, 1, 1, 1, 1};
static const float mask_values[] = {0, .25f, .5f, 1};

struct scene {
    struct fth_common common;
    struct fth_image *before, *after, *mask, *out;
};

static struct scene begin(void)
{
    struct scene s = {.out = NULL};
    fth_params_default(fth_common_params, &s.common);
    s.before = picture("RGBA", before_values);
    s.after = picture("RGBA", after_values);
    s.mask = picture("A", mask_values);
    return s;
}

static void apply(struct scene *s, bool matte, bool masked)
{
    struct fth_error error;
    fth_image_unref(&s->out);
    if (fth_common_apply(&s->common, matte, s->before, s->after, masked ? s->mask : NULL,
                         fth_format_rect(format), NULL, &s->out, &error) != FTH_OK)
        fth_test_fail(__FILE__, __LINE__, "%s", error.message);
}

static void end(struct scene *s)
{
    fth_image_unref(&s->before);
    fth_image_unref(&s->after);
    fth_image_unref(&s->mask);
    fth_image_unref(&s->out);
}

static float at(const struct scene *s, const char *name, int x)
{
    const struct fth_plane *plane = s->out ? fth_image_plane(s->out, name) : NULL;
    return plane ? *fth_plane_at(plane, x, 0) : NAN;
}

FTH_TEST(neutral_hands_the_result_on)
{
    struct scene s = begin();
    apply(&s, true, false);
    FTH_CHECK(s.out == s.after);
    end(&s);
}

FTH_TEST(blend_is_a_lerp_of_all_four)
{
    struct scene s = begin();
    s.common.blend = 0.25;
    apply(&s, false, false);
    FTH_CHECK_NEAR(at(&s, "R", 0), 2, 0);
    FTH_CHECK_NEAR(at(&s, "B", 3), 4, 0);
    FTH_CHECK_NEAR(at(&s, "A", 0), 0.625, 0);
    s.common.blend = 0;
    FTH_CHECK(fth_common_skips(&s.common));
    s.common.process_when_blend_is_0 = true;
    FTH_CHECK(!fth_common_skips(&s.common));
    apply(&s, false, false);
    FTH_CHECK_NEAR(at(&s, "R", 0), 1, 0);
    end(&s);
}

FTH_TEST(switched_off_channels_come_from_the_input)
{
    struct scene s = begin();
    s.common.green = s.common.alpha = false;
    apply(&s, false, true);
    FTH_CHECK(fth_image_plane(s.out, "G") == fth_image_plane(s.before, "G"));
    FTH_CHECK(fth_image_plane(s.out, "A") == fth_image_plane(s.before, "A"));
    FTH_CHECK_NEAR(at(&s, "R", 3), 5, 0);
    fth_image_unref(&s.before);
    s.before = picture("RGB", before_values); /* opaque: so is the result */
    apply(&s, false, true);
    FTH_CHECK(fth_image_plane(s.out, "A") == NULL);
    end(&s);
}

FTH_TEST(the_mask_mixes_and_inverts)
{
    struct scene s = begin();
    apply(&s, false, true);
    for (int x = 0; x < 4; x++)
        FTH_CHECK_NEAR(at(&s, "R", x), 1 + mask_values[x] * 4, 0);
    s.common.blend = 0.5;
    s.common.effect_mask_invert = true;
    apply(&s, false, true);
    for (int x = 0; x < 4; x++)
        FTH_CHECK_NEAR(at(&s, "R", x), 1 + 0.5 * (1 - mask_values[x]) * 4, 0);
    s.common.effect_mask_invert = false;
    s.common.blend = 1;
    s.common.effect_mask_low = 0.25;
    s.common.effect_mask_high = 0.5;
    apply(&s, false, true);
    const float stretched[] = {0, 0, 1, 1};
    for (int x = 0; x < 4; x++)
        FTH_CHECK_NEAR(at(&s, "R", x), 1 + stretched[x] * 4, 0);
    end(&s);
}

FTH_TEST(multiply_by_mask_is_on_colours)
{
    struct scene s = begin();
    s.common.multiply_by_mask = true;
    apply(&s, false, true);
    for (int x = 0; x < 4; x++) {
        FTH_CHECK_NEAR(at(&s, "G", x), (2 + mask_values[x] * 4) * mask_values[x], 0);
        FTH_CHECK_NEAR(at(&s, "A", x), 0.5 + mask_values[x] * 0.5, 0);
    }
    end(&s);
}

FTH_TEST(a_matte_is_nothing_outside_its_mask)
{
    struct scene s = begin();
    apply(&s, true, true);
    for (int x = 0; x < 4; x++) {
        FTH_CHECK_NEAR(at(&s, "A", x), mask_values[x], 0);
        FTH_CHECK_NEAR(at(&s, "R", x), 5 * mask_values[x], 0); /* premultiplied with it */
    }
    s.after->premultiplied = false; /* key output: the picture is untouched */
    s.after->alpha_is_key = true;
    apply(&s, true, true);
    FTH_CHECK_NEAR(at(&s, "R", 1), 1 + 0.25 * 4, 0);
    FTH_CHECK_NEAR(at(&s, "A", 1), 0.25, 0);
    s.common.outside_mask = FTH_OUTSIDE_INPUT;
    apply(&s, true, true);
    FTH_CHECK_NEAR(at(&s, "A", 0), 0.5, 0);
    FTH_CHECK_NEAR(at(&s, "A", 3), 1, 0);
    end(&s);
}

/* Colours of both pictures mean the same before they are mixed. */
FTH_TEST(a_straight_input_is_multiplied_for_a_multiplied_result)
{
    struct scene s = begin(); /* alpha .5 and 1 */
    s.before->premultiplied = false;
    apply(&s, false, true);
    for (int x = 0; x < 4; x++)
        FTH_CHECK_NEAR(at(&s, "R", x), 0.5 + mask_values[x] * 4.5, 0);
    s.common.red = false;
    apply(&s, false, false);
    FTH_CHECK_NEAR(at(&s, "R", 2), 0.5, 0);
    s.common.red = true;
    s.before->premultiplied = true;
    s.after->premultiplied = false;
    apply(&s, false, true);
    for (int x = 0; x < 4; x++)
        FTH_CHECK_NEAR(at(&s, "R", x), 2 + mask_values[x] * 3, 0);
    end(&s);
}

/* What lies outside a mask does not come in, be it no number. */
FTH_TEST(nothing_comes_through_a_closed_mask)
{
    struct scene s = begin();
    struct fth_plane *red = fth_image_plane(s.after, "R");
    *fth_plane_at(red, 0, 0) = NAN; /* the mask is 0 there */
    apply(&s, false, true);
    FTH_CHECK_NEAR(at(&s, "R", 0), 1, 0);
    apply(&s, true, true);
    FTH_CHECK_NEAR(at(&s, "R", 0), 0, 0);
    end(&s);
}

FTH_TEST(ids_make_masks)
{
    struct scene s = begin();
    const float ids[] = {7, 8, 7, 0}, coverage[] = {1, 1, .5f, 1};
    struct fth_plane *plane;
    FTH_REQUIRE(fth_image_add(s.before, "ObjectID", NULL, s.before->domain, &plane, NULL) ==
                FTH_OK);
    memcpy(plane->data, ids, sizeof(ids));
    FTH_REQUIRE(fth_image_add(s.before, "Coverage", NULL, s.before->domain, &plane, NULL) ==
                FTH_OK);
    memcpy(plane->data, coverage, sizeof(coverage));
    s.common.object_id = 7;
    apply(&s, false, false);
    const float plain[] = {5, 1, 5, 1};
    for (int x = 0; x < 4; x++)
        FTH_CHECK_NEAR(at(&s, "R", x), plain[x], 0);
    s.common.correct_edges = true;
    apply(&s, false, false);
    FTH_CHECK_NEAR(at(&s, "R", 2), 3, 0);
    s.common.effect_mask_invert = true; /* all masks together: ID times coverage times mask */
    apply(&s, false, true);
    const float inverted[] = {1, 1, .75f, 1};
    for (int x = 0; x < 4; x++)
        FTH_CHECK_NEAR(at(&s, "R", x), 1 + 4 * inverted[x], 0);
    s.common.material_id = 1; /* there is no such channel: nothing is inside */
    s.common.effect_mask_invert = false;
    apply(&s, false, false);
    FTH_CHECK_NEAR(at(&s, "R", 0), 1, 0);
    end(&s);
}

FTH_TEST(mask_channels)
{
    static const float rgba[] = {.1f, .1f, .1f, .1f, .2f, .2f, .2f, .2f,
                                 .4f, .4f, .4f, .4f, .8f, .8f, .8f, .8f};
    const double luminance = .2126 * .1 + .7152 * .2 + .0722 * .4;
    const double expected[] = {.8, .1, .2, .4, .8, luminance};
    struct fth_image *with = picture("RGBA", rgba), *without = picture("RGB", rgba);
    for (int channel = FTH_MASK_AUTO; channel <= FTH_MASK_LUMINANCE; channel++) {
        struct fth_plane *values = NULL;
        struct fth_rect wide = {-1, 0, 4, 1};
        FTH_REQUIRE(fth_mask_values(with, channel, 0, 1, false, wide, NULL, &values, NULL) ==
                    FTH_OK);
        FTH_CHECK_NEAR(*fth_plane_at(values, 0, 0), expected[channel], 1e-7); /* float rounding */
        FTH_CHECK_NEAR(*fth_plane_at(values, -1, 0), 0, 0); /* no pixels there */
        fth_plane_unref(&values);
    }
    struct fth_plane *values = NULL;
    FTH_REQUIRE(fth_mask_values(without, FTH_MASK_AUTO, 0, 1, true, without->domain, NULL, &values,
                                NULL) == FTH_OK);
    FTH_CHECK_NEAR(values->data[2], 1 - luminance, 1e-7);
    fth_plane_unref(&values);
    fth_image_unref(&with);
    fth_image_unref(&without);
}

FTH_TEST(planes_are_shared_or_padded)
{
    struct scene s = begin();
    struct fth_plane *depth;
    FTH_REQUIRE(fth_image_add(s.after, "disparity", NULL, s.after->domain, &depth, NULL) == FTH_OK);
    s.common.blend = 0.5;
    FTH_REQUIRE(fth_image_set(s.after, "B", fth_plane_ref(fth_image_plane(s.before, "B")), NULL) ==
                FTH_OK);
    apply(&s, false, false);
    FTH_CHECK(fth_image_plane(s.out, "disparity") == depth); /* only the result has it */
    FTH_CHECK(fth_image_plane(s.out, "B") == fth_image_plane(s.before, "B"));
    s.before->domain = (struct fth_rect){0, 0, 2, 1}; /* narrower than the result */
    s.common.red = false;
    apply(&s, false, false);
    FTH_CHECK_NEAR(at(&s, "R", 1), 1, 0);
    FTH_CHECK_NEAR(at(&s, "R", 2), 0, 0);
    FTH_CHECK_NEAR(at(&s, "G", 2), 3, 0); /* half of 6 and half of nothing */
    end(&s);
}
