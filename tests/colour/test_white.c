/* SPDX-License-Identifier: Apache-2.0 */
/* White balance: neutral, and in the direction the slider says, in any primaries. */
#include "colour/space.h"
#include "colour/white.h"
#include "ops/kernels.h"
#include "check.h"

static void apply(const float matrix[9], float rgb[3])
{
    fth_kernels()->matrix(&rgb[0], &rgb[1], &rgb[2], matrix, 1);
}

FTH_TEST(white_moves_the_way_the_slider_says)
{
    float last = -10, matrix[9];
    for (int t = -100; t <= 100; t += 5) {
        float rgb[3] = {1, 1, 1};
        fth_colour_white(FTH_COLOUR_FILE, t, 0, matrix);
        apply(matrix, rgb);
        FTH_CHECK(rgb[0] - rgb[2] > last); /* ever warmer */
        last = rgb[0] - rgb[2];
        FTH_CHECK_NEAR(0.2126 * (double)rgb[0] + 0.7152 * (double)rgb[1] + 0.0722 * (double)rgb[2],
                       1, 1e-4); /* of the same brightness; luma weights have four digits */
        if (t == 0)
            FTH_CHECK(rgb[0] == 1 && rgb[1] == 1 && rgb[2] == 1);
    }
    float magenta[3] = {1, 1, 1}, green[3] = {1, 1, 1};
    fth_colour_white(FTH_COLOUR_FILE, 0, 50, matrix);
    apply(matrix, magenta);
    fth_colour_white(FTH_COLOUR_FILE, 0, -50, matrix);
    apply(matrix, green);
    FTH_CHECK(magenta[1] < 1 && green[1] > 1);
}

/* The light a lamp makes of a surface is one, whatever primaries it is counted in. */
FTH_TEST(white_is_of_the_light_not_of_the_primaries)
{
    float in_709[9], in_wide[9], there[9], rgb[3] = {0.5f, 0.3f, 0.2f}, wide[3];
    double matrix[9];
    fth_colour_white(FTH_COLOUR_REC709_GAMMA24, 60, -30, in_709);
    fth_colour_white(FTH_COLOUR_DAVINCI_INTERMEDIATE_WG, 60, -30, in_wide);
    fth_space_matrix(FTH_COLOUR_LINEAR_REC709, FTH_COLOUR_LINEAR_DAVINCI_WG, matrix);
    for (int i = 0; i < 9; i++)
        there[i] = (float)matrix[i];
    memcpy(wide, rgb, sizeof(wide));
    apply(there, wide);
    apply(in_wide, wide);
    apply(in_709, rgb);
    apply(there, rgb);
    for (int i = 0; i < 3; i++)
        FTH_CHECK_NEAR(wide[i], rgb[i], 1e-6);
    FTH_CHECK(fabsf(in_wide[0] - in_709[0]) > 1e-3f);
}
