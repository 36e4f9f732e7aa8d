/* SPDX-License-Identifier: Apache-2.0 */
/* Rectangles, planes shared by images, the buffer pool's account. */
#include "image/image.h"
#include "check.h"

FTH_TEST(rect_laws)
{
    struct fth_rect a = {0, 0, 10, 10}, b = {5, -5, 20, 5}, none = {3, 3, 3, 9};
    FTH_CHECK(fth_rect_equal(fth_rect_intersect(a, b), (struct fth_rect){5, 0, 10, 5}));
    FTH_CHECK(fth_rect_equal(fth_rect_join(a, b), (struct fth_rect){0, -5, 20, 10}));
    FTH_CHECK(fth_rect_empty(none) && fth_rect_contains(a, none) && !fth_rect_contains(none, a));
    FTH_CHECK(fth_rect_equal(fth_rect_join(a, none), a));
}

FTH_TEST(images_share_planes)
{
    struct fth_error error;
    struct fth_buffers *buffers = NULL;
    FTH_REQUIRE_OK(fth_buffers_create(1 << 20, &buffers, &error), error);
    struct fth_format format = {.width = 33, .height = 7};
    struct fth_image *a = NULL, *b = NULL;
    struct fth_plane *red = NULL;
    FTH_REQUIRE_OK(fth_image_new(format, fth_format_rect(format), &a, &error), error);
    FTH_REQUIRE_OK(fth_image_add(a, "R", buffers, a->domain, &red, &error), error);
    fth_plane_fill(red, 0.25f);
    FTH_REQUIRE_OK(fth_image_new_like(a, &b, &error), error);
    FTH_REQUIRE_OK(fth_image_add(b, "A", buffers, b->domain, NULL, &error), error);
    FTH_CHECK(fth_image_plane(b, "R") == red && fth_image_plane(a, "A") == NULL);
    uint64_t both = fth_buffers_used(buffers);
    fth_image_unref(&a);
    FTH_CHECK(fth_buffers_used(buffers) == both);
    FTH_CHECK_NEAR(*fth_plane_at(fth_image_plane(b, "R"), 32, 6), 0.25, 0);
    fth_image_unref(&b);
    FTH_CHECK(fth_buffers_used(buffers) == 0 && fth_buffers_peak(buffers) == both);
    fth_buffers_destroy(&buffers);
}

FTH_TEST(a_part_is_its_owners_memory_and_holds_it)
{
    struct fth_plane *whole = NULL, *part = NULL;
    const struct fth_rect rows = {5, 3, 25, 6};
    FTH_REQUIRE(fth_plane_new(NULL, (struct fth_rect){5, 0, 25, 10}, &whole, NULL) == FTH_OK);
    fth_plane_fill(whole, 1);
    FTH_REQUIRE(fth_plane_part(whole, rows, &part, NULL) == FTH_OK);
    FTH_CHECK(fth_rect_equal(part->rect, rows));
    fth_plane_fill(part, 2);
    for (int32_t y = 0; y < 10; y++)
        FTH_CHECK(*fth_plane_at(whole, 24, y) == (y >= 3 && y < 6 ? 2 : 1));
    fth_plane_unref(&whole);
    FTH_CHECK(*fth_plane_at(part, 5, 5) == 2);
    fth_plane_unref(&part);
}

FTH_TEST(copies_pad_outside)
{
    struct fth_error error;
    struct fth_plane *small = NULL, *large = NULL;
    FTH_REQUIRE_OK(fth_plane_new(NULL, (struct fth_rect){2, 2, 4, 4}, &small, &error), error);
    FTH_REQUIRE_OK(fth_plane_new(NULL, (struct fth_rect){-1, -1, 7, 7}, &large, &error), error);
    fth_plane_fill(small, 1);
    fth_plane_copy(large, small, large->rect, -2);
    double sum = 0;
    for (int y = -1; y < 7; y++) {
        for (int x = -1; x < 7; x++)
            sum += *fth_plane_at(large, x, y);
    }
    FTH_CHECK_NEAR(sum, 4 * 1 + 60 * -2, 0);
    FTH_CHECK_NEAR(*fth_plane_at(large, 2, 3), 1, 0);
    fth_plane_unref(&small);
    fth_plane_unref(&large);
}

/* The slot of a removed channel must not remember its plane. */
FTH_TEST(channels_come_and_go)
{
    struct fth_error error;
    struct fth_image *image = NULL;
    struct fth_format format = {4, 4, 1};
    FTH_REQUIRE_OK(fth_image_new(format, fth_format_rect(format), &image, &error), error);
    struct fth_plane *kept[2];
    static const char *const names[] = {"R", "G"};
    for (int i = 0; i < 2; i++) {
        FTH_REQUIRE_OK(fth_image_add(image, names[i], NULL, image->domain, &kept[i], &error),
                       error);
        fth_plane_ref(kept[i]);
    }
    for (int i = 0; i < 2; i++)
        FTH_REQUIRE_OK(fth_image_set(image, names[i], NULL, &error), error);
    for (int i = 0; i < 2; i++)
        FTH_REQUIRE_OK(fth_image_add(image, names[i], NULL, image->domain, NULL, &error), error);
    for (int i = 0; i < 2; i++) {
        FTH_CHECK_INT(kept[i]->refs, 1); /* ours alone */
        fth_plane_unref(&kept[i]);
    }
    fth_image_unref(&image);
}

FTH_TEST(absurd_sizes_are_refused)
{
    struct fth_error error;
    struct fth_plane *plane = NULL;
    struct fth_image *image = NULL;
    struct fth_rect huge = {INT32_MIN, INT32_MIN, INT32_MAX, INT32_MAX};
    FTH_CHECK_INT(fth_plane_new(NULL, huge, &plane, &error), FTH_ERR_LIMIT);
    FTH_CHECK_INT(fth_image_new((struct fth_format){.width = 70000, .height = 2},
                                (struct fth_rect){0}, &image, &error), FTH_ERR_LIMIT);
}
