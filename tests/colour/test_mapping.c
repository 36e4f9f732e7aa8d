/* SPDX-License-Identifier: Apache-2.0 */
/* Gamut and tone mapping: what fits stays to the bit, what does not comes within, in order. */
#include "colour/convert.h"
#include "check.h"

static const struct fth_conversion_options mapped = {.map_gamut = true, .map_tones = true};

static void map(enum fth_colour_space from, enum fth_colour_space to, enum fth_colour_space fits,
                float rgb[3])
{
    struct fth_conversion_options options = mapped;
    struct fth_conversion conversion;
    options.fits = fits;
    fth_conversion_make(from, to, &options, &conversion);
    fth_conversion_rows(&conversion, (float *[3]){&rgb[0], &rgb[1], &rgb[2]}, 1);
}

FTH_TEST(mapping_acts_only_where_a_conversion_narrows)
{
    static const struct {
        enum fth_colour_space from, to, fits;
        bool draws_in, bends;
    } cases[] = {
        {FTH_COLOUR_DAVINCI_INTERMEDIATE_WG, FTH_COLOUR_REC709_GAMMA24, FTH_COLOUR_FILE, true,
         true},
        {FTH_COLOUR_DAVINCI_INTERMEDIATE_WG, FTH_COLOUR_REC709_GAMMA24, FTH_COLOUR_SRGB, false,
         false},
        {FTH_COLOUR_DAVINCI_INTERMEDIATE_WG, FTH_COLOUR_REC709_GAMMA24, FTH_COLOUR_DISPLAY_P3, true,
         false},
        {FTH_COLOUR_REC709_GAMMA24, FTH_COLOUR_DAVINCI_INTERMEDIATE_WG, FTH_COLOUR_FILE, false,
         false},
        {FTH_COLOUR_SONY_SLOG3, FTH_COLOUR_ACESCCT, FTH_COLOUR_FILE, false, false},
        {FTH_COLOUR_REC709_GAMMA24, FTH_COLOUR_DISPLAY_P3, FTH_COLOUR_FILE, false, false},
        {FTH_COLOUR_REC2100_PQ, FTH_COLOUR_REC2100_HLG, FTH_COLOUR_FILE, false, true},
        {FTH_COLOUR_REC2100_HLG, FTH_COLOUR_REC2100_PQ, FTH_COLOUR_FILE, false, false},
        {FTH_COLOUR_LINEAR_REC709, FTH_COLOUR_SRGB, FTH_COLOUR_FILE, false, true},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fth_conversion_options options = mapped;
        struct fth_conversion conversion;
        options.fits = cases[i].fits;
        fth_conversion_make(cases[i].from, cases[i].to, &options, &conversion);
        if (conversion.draws_in != cases[i].draws_in || conversion.bends != cases[i].bends)
            fth_test_fail(__FILE__, __LINE__, "case %zu: gamut %d, tones %d", i,
                          conversion.draws_in, conversion.bends);
    }
}

/* Up to nine tenths of white, colours of the display's gamut come out as without any mapping. */
FTH_TEST(what_fits_stays)
{
    struct fth_conversion_options none = {0};
    struct fth_conversion plain;
    fth_conversion_make(FTH_COLOUR_ARRI_LOGC3, FTH_COLOUR_REC709_GAMMA24, &none, &plain);
    for (int i = 0; i < 500; i++) {
        /* colours of Rec.709, as the camera codes them */
        float rgb[3] = {(float)(i % 8) / 8, (float)(i / 8 % 8) / 8, (float)(i / 64) / 8}, other[3];
        map(FTH_COLOUR_LINEAR_REC709, FTH_COLOUR_ARRI_LOGC3, FTH_COLOUR_FILE, rgb);
        memcpy(other, rgb, sizeof(other));
        map(FTH_COLOUR_ARRI_LOGC3, FTH_COLOUR_REC709_GAMMA24, FTH_COLOUR_FILE, rgb);
        fth_conversion_rows(&plain, (float *[3]){&other[0], &other[1], &other[2]}, 1);
        bool inside = other[0] >= 0 && other[1] >= 0 && other[2] >= 0;
        for (int c = 0; c < 3; c++) /* where a part is 0, roundings of LogC3's
                                       * light that lie below it are drawn in */
            FTH_CHECK_NEAR(rgb[c], other[c], inside ? 0 : other[c] > 0.01f ? 1e-6 : 3e-3);
    }
}

FTH_TEST(what_does_not_fit_comes_within)
{
    float last = 0;
    for (int i = 1; i <= 700; i++) { /* greys up to the brightest code */
        float v = (float)i / 700, rgb[3] = {v, v, v};
        map(FTH_COLOUR_DAVINCI_INTERMEDIATE_WG, FTH_COLOUR_REC709_GAMMA24, FTH_COLOUR_FILE, rgb);
        FTH_CHECK(rgb[0] > last - 1e-7f && rgb[0] <= 1.000001f);
        FTH_CHECK_NEAR(rgb[0], rgb[1], 1e-6);
        last = rgb[0];
    }
    FTH_CHECK_NEAR(last, 1, 1e-5);
    for (int i = 0; i < 1000; i++) {
        float rgb[3] = {(float)(i % 10) / 9, (float)(i / 10 % 10) / 9, (float)(i / 100) / 9};
        float raw[3] = {rgb[0], rgb[1], rgb[2]}, *rows[3] = {&raw[0], &raw[1], &raw[2]};
        struct fth_conversion_options none = {0};
        struct fth_conversion plain;
        fth_conversion_make(FTH_COLOUR_SONY_SLOG3, FTH_COLOUR_LINEAR_REC709, &none, &plain);
        fth_conversion_rows(&plain, rows, 1);
        double luma = 0.2126390 * (double)raw[0] + 0.7151687 * (double)raw[1] +
                      0.0721923 * (double)raw[2];
        map(FTH_COLOUR_SONY_SLOG3, FTH_COLOUR_REC709_GAMMA24, FTH_COLOUR_FILE, rgb);
        for (int c = 0; c < 3; c++)
            FTH_CHECK(rgb[c] >= 0 && rgb[c] <= 1.000001f);
        double shown = 0.2126390 * pow((double)rgb[0], 2.4) + 0.7151687 * pow((double)rgb[1], 2.4) +
                       0.0721923 * pow((double)rgb[2], 2.4);
        /* what was not too bright keeps its brightness */
        if (luma > 0 && fmax(fmax((double)rgb[0], (double)rgb[1]), (double)rgb[2]) < 0.95)
            FTH_CHECK_NEAR(shown, luma, 2e-6 + 1e-5 * luma);
    }
}

FTH_TEST(the_shoulder_begins_smoothly)
{
    struct fth_conversion conversion;
    fth_conversion_make(FTH_COLOUR_ARRI_LOGC4, FTH_COLOUR_SRGB, &mapped, &conversion);
    const struct fth_shoulder *s = &conversion.shoulder;
    FTH_CHECK_NEAR(s->knee, 0.9, 1e-7);
    FTH_CHECK_NEAR(s->bend, log(1 + (double)s->bend * (double)(s->top / s->room)), 1e-4);
    FTH_CHECK_NEAR(s->knee + s->top, 469.8, 0.1); /* ARRI: code 1 of LogC4 */
}
