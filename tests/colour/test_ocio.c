/* SPDX-License-Identifier: Apache-2.0 */
/* Our spaces against OpenColorIO's: curves by its log and power operators, whole conversions by its
 * built-in transforms. They work in floats, too, with powers that are good to about 1e-6. */
#include "base/compiler.h"
#include "colour/convert.h"
#include "check.h"
#include "ocio_peer.h"

enum { COUNT = 600 };

struct set {
    float rgba[COUNT * 4], rows[3][COUNT];
};

/* Colours of all hues, dark and bright; the same for the peer and for us. */
static void fill(struct set *set, double top)
{
    uint32_t state = 3;
    for (int i = 0; i < COUNT; i++)
        for (int c = 0; c < 4; c++) {
            state = state * 1664525u + 1013904223u;
            double share = 0.2 + 0.8 * (double)(state >> 8) / 16777216;
            float value = (float)(top * pow(1e-5, 1 - (double)i / (COUNT - 1)) * share);
            set->rgba[4 * i + c] = value;
            if (c < 3)
                set->rows[c][i] = value;
        }
}

/* Colours whose largest code is above `dark`. */
static void compare(const char *what, const struct set *set, double dark, double tolerance)
{
    double worst = 0;
    int compared = 0;
    for (int i = 0; i < COUNT; i++) {
        double most = 1e-3, least = 0;
        for (int c = 0; c < 3; c++) {
            most = fmax(most, fabs((double)set->rgba[4 * i + c]));
            least = fmin(least, (double)set->rows[c][i]);
        }
        if (least < 0 || most <= dark) /* its displays end at 0 */
            continue;
        compared++;
        for (int c = 0; c < 3; c++)
            worst = fmax(worst, fabs((double)(set->rows[c][i] - set->rgba[4 * i + c])) / most);
    }
    if (!(worst <= tolerance && compared > COUNT / 10))
        fth_test_fail(__FILE__, __LINE__, "%s: %.3g off in %d colours", what, worst, compared);
}

static void convert(struct set *set, enum fth_colour_space from, enum fth_colour_space to)
{
    struct fth_conversion_options none = {0};
    struct fth_conversion conversion;
    fth_conversion_make(from, to, &none, &conversion);
    fth_conversion_rows(&conversion, (float *[3]){set->rows[0], set->rows[1], set->rows[2]}, COUNT);
}

static void encode(struct set *set, enum fth_colour_space space)
{
    struct fth_curve_form form;
    fth_space_curve(space, &form);
    fth_curve_encode(&form, (float *[3]){set->rows[0], set->rows[1], set->rows[2]}, COUNT);
}

FTH_TEST(log_curves_are_those_of_opencolorio)
{
    /* as the makers write them, in base 2 */
    const double l10 = log2(10), a = (262144.0 - 16) / 117.45, b = 928.0 / 1023, c = 95.0 / 1023;
    const double s = 7 * log(2) * exp2(7 - 14 * c / b) / (a * b);
    const double t = (exp2(14 * (-c / b) + 6) - 64) / a;
    const struct {
        enum fth_colour_space space;
        double parameters[6], top;
    } cases[] = {
        {FTH_COLOUR_DAVINCI_INTERMEDIATE_WG,
         {0.07329248, 7 * 0.07329248, 1, 0.0075, 0.00262409, 10.44426855}, 100},
        {FTH_COLOUR_ARRI_LOGC3,
         {0.247190 / l10, 0.385537, 5.555556, 0.052272, 0.010591, 5.367655}, 55},
        {FTH_COLOUR_ARRI_LOGC4, {b / 14, c - 6 * b / 14, a, 64, t, 1 / s}, 400},
        {FTH_COLOUR_SONY_SLOG3,
         {261.5 / 1023 / l10, 420.0 / 1023, 1 / 0.19, 0.01 / 0.19, 0.01125,
          (171.2102946929 - 95) / 0.01125 / 1023}, 38},
        {FTH_COLOUR_ACESCCT, {1 / 17.52, 9.72 / 17.52, 1, 0, 0.0078125, 10.5402377416545}, 220},
    };
    static struct set set;
    for (size_t i = 0; i < FTH_ARRAY_COUNT(cases); i++) {
        fill(&set, cases[i].top);
        FTH_REQUIRE(ocio_peer_log(cases[i].parameters, set.rgba, COUNT));
        encode(&set, cases[i].space);
        /* LogC3's published line misses its curve by 1e-6 at the cut, where the peer continues the
         * curve */
        compare(fth_colour_id(cases[i].space), &set, 0, 5e-6);
    }
}

FTH_TEST(powers_are_those_of_opencolorio)
{
    const struct {
        enum fth_colour_space space;
        double gamma, offset;
    } cases[] = {
        {FTH_COLOUR_REC709_GAMMA24, 2.4, 0},
        {FTH_COLOUR_REC709_GAMMA22, 2.2, 0},
        {FTH_COLOUR_SRGB, 2.4, 0.055},
        {FTH_COLOUR_REC2020_SCENE, 1 / 0.45, 0.09929682680944},
    };
    static struct set set;
    for (size_t i = 0; i < FTH_ARRAY_COUNT(cases); i++) {
        fill(&set, 1);
        FTH_REQUIRE(ocio_peer_gamma(cases[i].gamma, cases[i].offset, set.rgba, COUNT));
        encode(&set, cases[i].space);
        /* sRGB's standard rounds where the line ends and how steep it is, to three digits */
        compare(fth_colour_id(cases[i].space), &set, 0, cases[i].offset == 0.055 ? 5e-4 : 5e-6);
    }
}

#define TO_XYZ "UTILITY - ACES-AP0_to_CIE-XYZ-D65_BFD"

FTH_TEST(conversions_are_those_of_opencolorio)
{
    const struct {
        enum fth_colour_space from, to;
        const char *first, *second;
        double scale, tolerance, dark;
    } cases[] = {
        {FTH_COLOUR_ACESCG, FTH_COLOUR_LINEAR_REC709, "UTILITY - ACES-AP1_to_LINEAR-REC709_BFD",
         NULL, 1, 2e-6},
        {FTH_COLOUR_ACESCG, FTH_COLOUR_ACES2065_1, "ACEScg_to_ACES2065-1", NULL, 1, 2e-6},
        {FTH_COLOUR_ACESCCT, FTH_COLOUR_ACES2065_1, "ACEScct_to_ACES2065-1", NULL, 1, 5e-6},
        {FTH_COLOUR_ACES2065_1, FTH_COLOUR_REC709_GAMMA24, TO_XYZ,
         "DISPLAY - CIE-XYZ-D65_to_REC.1886-REC.709", 1, 2e-5},
        {FTH_COLOUR_ACES2065_1, FTH_COLOUR_REC2020_GAMMA24, TO_XYZ,
         "DISPLAY - CIE-XYZ-D65_to_REC.1886-REC.2020", 1, 2e-5},
        {FTH_COLOUR_ACES2065_1, FTH_COLOUR_REC709_GAMMA22, TO_XYZ,
         "DISPLAY - CIE-XYZ-D65_to_G2.2-REC.709", 1, 2e-5},
        {FTH_COLOUR_ACES2065_1, FTH_COLOUR_SRGB, TO_XYZ, /* its line is tangential */
         "DISPLAY - CIE-XYZ-D65_to_sRGB", 1,
         5e-4},
        /* their white is 100 nits, ours 203; PQ is a table there, and HLG's system gamma ends at a
         * ten-thousandth of the peak */
        {FTH_COLOUR_ACES2065_1, FTH_COLOUR_REC2100_PQ, TO_XYZ,
         "DISPLAY - CIE-XYZ-D65_to_REC.2100-PQ", 2.03, 5e-5},
        {FTH_COLOUR_ACES2065_1, FTH_COLOUR_REC2100_HLG, TO_XYZ,
         "DISPLAY - CIE-XYZ-D65_to_REC.2100-HLG-1000nit", 2.03, 2e-5, 0.06},
    };
    static struct set set;
    for (size_t i = 0; i < FTH_ARRAY_COUNT(cases); i++) {
        fill(&set, 1);
        for (int k = 0; k < 4 * COUNT; k++)
            set.rgba[k] = (float)((double)set.rgba[k] * cases[i].scale);
        FTH_REQUIRE(ocio_peer_builtin(cases[i].first, cases[i].second, set.rgba, COUNT));
        convert(&set, cases[i].from, cases[i].to);
        compare(cases[i].second ? cases[i].second : cases[i].first, &set, cases[i].dark,
                cases[i].tolerance);
    }
}

/* CAT02 in place of our Bradford: what the peer brings cameras to ACES by. */
static void by_cat02(enum fth_colour_space space, double matrix[9])
{
    static const double cat02[9] = {0.7328, 0.4296, -0.1624, -0.7036, 1.6975,
                                    0.0061, 0.0030, 0.0136, 0.9834};
    double xyz[9], ap0[9], back[9], inverse[9], scaled[9], adapt[9], seen[9];
    struct fth_white whites[2] = {fth_space_primaries(space).white,
                                  fth_space_primaries(FTH_COLOUR_ACES2065_1).white};
    for (int i = 0; i < 3; i++) {
        double cone[2];
        for (int w = 0; w < 2; w++) {
            double x = whites[w].x, y = whites[w].y;
            cone[w] = cat02[3 * i] * x / y + cat02[3 * i + 1] + cat02[3 * i + 2] * (1 - x - y) / y;
        }
        for (int k = 0; k < 3; k++)
            scaled[3 * i + k] = cat02[3 * i + k] * cone[1] / cone[0];
    }
    fth_matrix_invert(cat02, inverse);
    fth_matrix_multiply(inverse, scaled, adapt);
    fth_space_to_xyz(space, xyz);
    fth_space_to_xyz(FTH_COLOUR_ACES2065_1, ap0);
    fth_matrix_invert(ap0, back);
    fth_matrix_multiply(adapt, xyz, seen);
    fth_matrix_multiply(back, seen, matrix);
}

FTH_TEST(cameras_are_those_of_opencolorio)
{
    static const struct {
        enum fth_colour_space space;
        const char *name;
    } cases[] = {
        {FTH_COLOUR_ARRI_LOGC3, "ARRI_ALEXA-LOGC-EI800-AWG_to_ACES2065-1"},
        {FTH_COLOUR_SONY_SLOG3, "SONY_SLOG3-SGAMUT3_to_ACES2065-1"},
        {FTH_COLOUR_SONY_SLOG3_CINE, "SONY_SLOG3-SGAMUT3.CINE_to_ACES2065-1"},
    };
    static struct set set;
    for (size_t i = 0; i < FTH_ARRAY_COUNT(cases); i++) {
        double matrix[9];
        fill(&set, 1);
        FTH_REQUIRE(ocio_peer_builtin(cases[i].name, NULL, set.rgba, COUNT));
        convert(&set, cases[i].space, fth_colour_linear(cases[i].space));
        by_cat02(cases[i].space, matrix);
        for (int k = 0; k < COUNT; k++) {
            double rgb[3] = {set.rows[0][k], set.rows[1][k], set.rows[2][k]};
            for (int c = 0; c < 3; c++)
                set.rows[c][k] = (float)(matrix[3 * c] * rgb[0] + matrix[3 * c + 1] * rgb[1] +
                                         matrix[3 * c + 2] * rgb[2]);
        }
        /* ARRI's constants have six digits, and the peer makes its own out of sensor signals */
        compare(cases[i].name, &set, 0, 3e-5);
    }
}
