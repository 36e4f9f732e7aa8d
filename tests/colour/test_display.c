/* SPDX-License-Identifier: Apache-2.0 */
/* PQ and HLG on an ordinary display: published values, and ordinary pictures there and back. */
#include "colour/display.h"
#include "ops/kernels.h"
#include "check.h"
#include "hdr.h"

FTH_TEST(hdr_curves_have_their_published_values)
{
    /* BT.2100 in doubles; BT.2408 gives 203 nits as 58 % PQ and 75 % HLG */
    static const float pq[] = {0, 0.5f, 0.58068888f, 0.75182737f, 1};
    static const double nits[] = {0, 92.2457, 203, 1000, 10000};
    static const float hlg[] = {0, 0.5f, 0.75f, 1};
    static const double scene[] = {0, 1.0 / 12, 0.264962559, 1};
    float dst[5];
    fth_kernels()->pq_decode(dst, pq, 5);
    for (int i = 0; i < 5; i++) /* the steep curve magnifies a float's last digit 300 times */
        FTH_CHECK_NEAR(dst[i] * 10000, nits[i], nits[i] * 3e-5);
    fth_kernels()->hlg_decode(dst, hlg, 4);
    for (int i = 0; i < 4; i++)
        FTH_CHECK_NEAR(dst[i], scene[i], 1e-6);
}

/* Below the knee what comes back is what went in, to the matrices' six digits. */
FTH_TEST(ordinary_pictures_come_back)
{
    enum { SIDE = 16 };
    struct fth_error error;
    for (int kind = 0; kind < 2; kind++) {
        enum fth_colour_space space = kind ? FTH_COLOUR_REC2100_HLG : FTH_COLOUR_REC2100_PQ;
        struct fth_format format = {SIDE * SIDE, SIDE, 1};
        struct fth_image *image = NULL;
        struct fth_plane *planes[3];
        FTH_REQUIRE_OK(fth_image_new(format, fth_format_rect(format), &image, &error), error);
        for (int c = 0; c < 3; c++)
            FTH_REQUIRE_OK(fth_image_add(image, &"R\0G\0B"[2 * c], NULL, image->domain, &planes[c],
                                         &error), error);
        for (int i = 0; i < SIDE * SIDE * SIDE; i++) {
            double code[3] = {0.05 + 0.055 * (i % SIDE), 0.05 + 0.055 * (i / SIDE % SIDE),
                              0.05 + 0.055 * (i / SIDE / SIDE)};
            float coded[3];
            hdr_code(kind, code, coded);
            for (int c = 0; c < 3; c++)
                *fth_plane_at(planes[c], i % (SIDE * SIDE), i / SIDE / SIDE) = coded[c];
        }
        FTH_REQUIRE_OK(fth_display_image(space, FTH_COLOUR_FILE, NULL, NULL, &image, &error),
                       error);
        double worst = 0;
        for (int i = 0; i < SIDE * SIDE * SIDE; i++) {
            double code[3] = {0.05 + 0.055 * (i % SIDE), 0.05 + 0.055 * (i / SIDE % SIDE),
                              0.05 + 0.055 * (i / SIDE / SIDE)};
            for (int c = 0; c < 3; c++) {
                float got = *fth_plane_at(fth_image_plane(image, &"R\0G\0B"[2 * c]),
                                          i % (SIDE * SIDE), i / SIDE / SIDE);
                worst = fmax(worst, fabs(got - code[c]));
            }
        }
        FTH_CHECK_NEAR(worst, 0, 2e-3); /* dark codes: 1e-6 of light is 3e-3 of a code there */
        fth_image_unref(&image);
    }
}

FTH_TEST(ordinary_footage_is_left_alone)
{
    struct fth_image *image = NULL, *same = NULL;
    struct fth_format format = {2, 2, 1};
    FTH_REQUIRE(fth_image_new(format, fth_format_rect(format), &image, NULL) == FTH_OK);
    same = image;
    FTH_CHECK(fth_display_image(FTH_COLOUR_SRGB, FTH_COLOUR_FILE, NULL, NULL, &image, NULL) ==
              FTH_OK);
    FTH_CHECK(image == same);
    fth_image_unref(&image);
}
