/* SPDX-License-Identifier: Apache-2.0 */
/* Curves: golden values, round trips, signs, monotony; white balance: neutral and direction. */
#include "colour/curves.h"
#include "colour/white.h"
#include "ops/kernels.h"
#include "check.h"

static const enum fth_colour_space spaces[] = {FTH_COLOUR_FILE, FTH_COLOUR_LINEAR_REC709,
                                               FTH_COLOUR_SRGB, FTH_COLOUR_REC709_GAMMA24};

/* pow is correct to 6e-8, and the steepest curve magnifies that 13 times. */
#define ROUNDINGS 1e-6

FTH_TEST(curves_have_their_published_values)
{
    static const float src[] = {0, 0.02f, 0.5f, 1, -0.5f};
    /* IEC 61966-2-1 and x^2.4, computed in doubles */
    static const double srgb[] = {0, 0.00154798762, 0.214041140, 1, -0.214041140};
    static const double gamma24[] = {0, 8.36511642e-05, 0.189464571, 1, -0.189464571};
    float dst[5];
    fth_curve_decode(FTH_COLOUR_SRGB, dst, src, 5);
    for (int i = 0; i < 5; i++)
        FTH_CHECK_NEAR(dst[i], srgb[i], 1e-7);
    fth_curve_decode(FTH_COLOUR_REC709_GAMMA24, dst, src, 5);
    for (int i = 0; i < 5; i++)
        FTH_CHECK_NEAR(dst[i], gamma24[i], 1e-7);
    fth_curve_decode(FTH_COLOUR_FILE, dst, src, 5);
    FTH_CHECK(memcmp(dst, src, sizeof(src)) == 0);
}

FTH_TEST(curves_go_back_and_rise)
{
    enum { COUNT = 4001 };
    static float src[COUNT], linear[COUNT], back[COUNT];
    for (int i = 0; i < COUNT; i++)
        src[i] = (float)(i - 1000) / 1000;
    for (size_t s = 0; s < 4; s++) {
        fth_curve_decode(spaces[s], linear, src, COUNT);
        fth_curve_encode(spaces[s], back, linear, COUNT);
        for (int i = 0; i < COUNT; i++)
            FTH_CHECK_NEAR(back[i], src[i], 4 * ROUNDINGS);
        for (int i = 1; i < COUNT; i++)
            FTH_CHECK(linear[i] > linear[i - 1]);
    }
    fth_kernels()->rec709_decode(linear, src, COUNT);
    fth_kernels()->rec709_encode(back, linear, COUNT);
    for (int i = 0; i < COUNT; i++)
        FTH_CHECK_NEAR(back[i], src[i], 4 * ROUNDINGS);
}

static void apply(const float matrix[9], float rgb[3])
{
    fth_kernels()->matrix(&rgb[0], &rgb[1], &rgb[2], matrix, 1);
}

FTH_TEST(white_moves_the_way_the_slider_says)
{
    float last = -10, matrix[9];
    for (int t = -100; t <= 100; t += 5) {
        float rgb[3] = {1, 1, 1};
        fth_colour_white(t, 0, matrix);
        apply(matrix, rgb);
        FTH_CHECK(rgb[0] - rgb[2] > last); /* ever warmer */
        last = rgb[0] - rgb[2];
        FTH_CHECK_NEAR(0.2126 * (double)rgb[0] + 0.7152 * (double)rgb[1] + 0.0722 * (double)rgb[2],
                       1, 1e-4); /* of the same brightness; luma weights have four digits */
        if (t == 0)
            FTH_CHECK(rgb[0] == 1 && rgb[1] == 1 && rgb[2] == 1);
    }
    float magenta[3] = {1, 1, 1}, green[3] = {1, 1, 1};
    fth_colour_white(0, 50, matrix);
    apply(matrix, magenta);
    fth_colour_white(0, -50, matrix);
    apply(matrix, green);
    FTH_CHECK(magenta[1] < 1 && green[1] > 1);
}
