/* SPDX-License-Identifier: Apache-2.0 */
/* Bundles come back as they were, and damaged ones do not come back at all. */
#include "base/file.h"
#include "depth/bundle.h"
#include "check.h"

static const struct fth_bundle_info sample_info = {.model = "draft (a, b)",
                                                   .source = {0x0123456789abcdef, 42},
                                                   .scale = 1.25,
                                                   .shift = -0.5,
                                                   .units = "relative",
                                                   .encoding = "disparity",
                                                   .version = "0.1.0"};

/* Planes of sixteenths, which half floats hold exactly; disparity of thirds, which they do not. */
static struct fth_image *make_bundle(const char *left_out)
{
    static const char *const names[] = {"disparity", "confidence", "subject"};
    struct fth_format format = {37, 21, 1};
    struct fth_image *image = NULL;
    if (fth_image_new(format, fth_format_rect(format), &image, NULL) != FTH_OK)
        return NULL;
    for (int i = 0; i < 3; i++) {
        struct fth_plane *plane = NULL;
        if (strcmp(names[i], left_out) == 0)
            continue;
        if (fth_image_add(image, names[i], NULL, image->domain, &plane, NULL) != FTH_OK)
            return NULL;
        for (int y = 0; y < 21; y++) {
            for (int x = 0; x < 37; x++)
                *fth_plane_at(plane, x, y) = (float)((x + y * i) % 17) / (i ? 16.0f : 3.0f);
        }
    }
    image->depth = FTH_DEPTH_RELATIVE_INVERSE;
    return image;
}

static void check_same(const struct fth_image *a, const struct fth_image *b)
{
    for (int i = 0; i < a->channel_count; i++) {
        const struct fth_plane *p = a->channels[i].plane;
        const struct fth_plane *q = fth_image_plane(b, a->channels[i].name);
        FTH_REQUIRE(q != NULL && fth_rect_equal(p->rect, q->rect));
        for (int y = 0; y < 21; y++)
            FTH_CHECK(memcmp(fth_plane_at(p, 0, y), fth_plane_at(q, 0, y), 37 * 4) == 0);
    }
}

FTH_TEST(a_bundle_comes_back_as_it_was)
{
    struct fth_error error;
    struct fth_bundle_info info;
    struct fth_image *image = make_bundle(""), *back = NULL;
    const char *path = fth_test_path("a.exr");
    FTH_REQUIRE(image != NULL);
    FTH_REQUIRE_OK(fth_bundle_write(path, image, &sample_info, false, NULL, &error), error);
    FTH_REQUIRE_OK(fth_bundle_read(path, NULL, NULL, &back, &info, &error), error);
    check_same(image, back);
    FTH_CHECK_INT(back->depth, FTH_DEPTH_RELATIVE_INVERSE);
    FTH_CHECK_TEXT(info.model, sample_info.model);
    FTH_CHECK_TEXT(info.units, "relative");
    FTH_CHECK_TEXT(info.version, "0.1.0");
    FTH_CHECK(fth_key_equal(info.source, sample_info.source));
    FTH_CHECK(info.scale == 1.25 && info.shift == -0.5);
    /* the same bytes again are no overwriting; others are */
    FTH_CHECK_INT(fth_bundle_write(path, image, &sample_info, false, NULL, &error), FTH_OK);
    info.scale = 2;
    FTH_CHECK_INT(fth_bundle_write(path, image, &info, false, NULL, &error), FTH_ERR_EXISTS);
    fth_image_unref(&image);
    fth_image_unref(&back);
}

/* What the analysis of the shot found out goes along, and into the cache and back. */
FTH_TEST(a_bundle_tells_of_its_shot)
{
    struct fth_error error;
    struct fth_bundle_info info;
    struct fth_image *image = make_bundle(""), *back = NULL;
    const char *path = fth_test_path("s.exr");
    FTH_REQUIRE(image != NULL);
    fth_bundle_describe(image, &info);
    FTH_REQUIRE_OK(fth_bundle_write(path, image, &info, false, NULL, &error), error);
    FTH_REQUIRE_OK(fth_bundle_read(path, NULL, NULL, &back, NULL, &error), error);
    FTH_CHECK(!back->depth_facts.known);
    fth_image_unref(&back);
    image->depth_facts = (struct fth_depth_facts){.known = true, .shot_first = -3, .shot_last = 85,
                                                  .scale = 0.75, .shift = 0.125, .flicker = -1,
                                                  .flicker_alone = 0.0625, .drift = -0.001};
    fth_bundle_describe(image, &info);
    FTH_CHECK(info.scale == 0.75 && info.shift == 0.125);
    FTH_REQUIRE_OK(fth_bundle_write(path, image, &info, true, NULL, &error), error);
    FTH_REQUIRE_OK(fth_bundle_read(path, NULL, NULL, &back, NULL, &error), error);
    struct fth_depth_facts facts = back->depth_facts;
    FTH_CHECK(facts.known && facts.shot_first == -3 && facts.shot_last == 85);
    FTH_CHECK(facts.scale == 0.75 && facts.shift == 0.125 && facts.flicker == -1);
    FTH_CHECK(facts.flicker_alone == 0.0625 && facts.drift == -0.001);
    fth_image_unref(&image);
    fth_image_unref(&back);
}

/* 0 and 1 known in metres: the header says how to get 1/m back, and the planes stay as they are. */
FTH_TEST(metres_survive_in_the_header)
{
    struct fth_error error;
    struct fth_bundle_info info;
    struct fth_image *image = make_bundle(""), *back = NULL;
    const char *path = fth_test_path("m.exr");
    FTH_REQUIRE(image != NULL);
    fth_bundle_describe(image, &info);
    FTH_CHECK_TEXT(info.units, "relative");
    image->near_m = 0.5;
    image->far_m = 8;
    fth_bundle_describe(image, &info);
    FTH_REQUIRE_OK(fth_bundle_write(path, image, &info, false, NULL, &error), error);
    FTH_REQUIRE_OK(fth_bundle_read(path, NULL, NULL, &back, &info, &error), error);
    FTH_CHECK_TEXT(info.units, "1/m");
    /* doubles are written with all their digits; a division and a product may err in the last */
    FTH_CHECK_NEAR((1 - info.shift) / info.scale, 1 / 0.5, 1e-14);
    FTH_CHECK_NEAR((0 - info.shift) / info.scale, 1.0 / 8, 1e-14);
    FTH_CHECK(back->near_m == 0.5 && back->far_m == 8);
    FTH_CHECK_INT(back->depth, FTH_DEPTH_RELATIVE_INVERSE);
    check_same(image, back);
    fth_image_unref(&image);
    fth_image_unref(&back);
}

static void check_refused(const char *path, const char *says)
{
    struct fth_error error = {.message = ""};
    struct fth_image *back = NULL;
    enum fth_status status = fth_bundle_read(path, NULL, NULL, &back, NULL, &error);
    FTH_CHECK(status != FTH_OK && back == NULL);
    if (!strstr(error.message, path) || !strstr(error.message, says))
        fth_test_fail(__FILE__, __LINE__, "\"%s\" does not say \"%s\"", error.message, says);
    fth_image_unref(&back);
}

FTH_TEST(what_is_no_bundle_is_refused)
{
    struct fth_error error;
    struct fth_bundle_info wrong = sample_info;
    struct fth_image *image = make_bundle(""), *less = make_bundle("subject");
    FTH_REQUIRE(image && less);
    const char *path = fth_test_path("b.exr");
    FTH_REQUIRE_OK(fth_bundle_write(path, less, &sample_info, true, NULL, &error), error);
    check_refused(path, "no channel subject");
    strcpy(wrong.units, "feet");
    FTH_REQUIRE_OK(fth_bundle_write(path, image, &wrong, true, NULL, &error), error);
    check_refused(path, "units are \"feet\"");
    *fth_plane_at(fth_image_plane(image, "disparity"), 5, 5) = NAN;
    FTH_REQUIRE_OK(fth_bundle_write(path, image, &sample_info, true, NULL, &error), error);
    check_refused(path, "not numbers");
    FTH_REQUIRE_OK(fth_file_write(path, "text", 4, true, &error), error);
    check_refused(path, "");
    fth_image_unref(&image);
    fth_image_unref(&less);
}
