/* SPDX-License-Identifier: Apache-2.0 */
/* Colour spaces: the numbers their makers publish, ways there and back, names and code points. */
#include "base/compiler.h"
#include "colour/convert.h"
#include "check.h"

static float through(enum fth_colour_space space, bool encodes, float value)
{
    struct fth_curve_form form;
    float r = value, g = value, b = value;
    fth_space_curve(space, &form);
    (encodes ? fth_curve_encode : fth_curve_decode)(&form, (float *[3]){&r, &g, &b}, 1);
    return g;
}

/* Light and code. Sources: the unit tests of colour-science (BSD-3-Clause), which follow the
 * makers' papers; PQ and HLG by BT.2100 and BT.2408 (58 % and 75 % are 203 nits; light is over
 * 203). */
static const struct published {
    enum fth_colour_space space;
    double light, code;
} published[] = {
    {FTH_COLOUR_DAVINCI_INTERMEDIATE_WG, -0.01, -0.104442685500000},
    {FTH_COLOUR_DAVINCI_INTERMEDIATE_WG, 0, 0},
    {FTH_COLOUR_DAVINCI_INTERMEDIATE_WG, 0.18, 0.336043272384855},
    {FTH_COLOUR_DAVINCI_INTERMEDIATE_WG, 1, 0.513837441116225},
    {FTH_COLOUR_DAVINCI_INTERMEDIATE_WG, 100, 0.999999987016872},
    {FTH_COLOUR_ACESCCT, 0, 0.072905534195835495},
    {FTH_COLOUR_ACESCCT, 0.18, 0.413588402492442},
    {FTH_COLOUR_ACESCCT, 1, 0.554794520547945},
    {FTH_COLOUR_SRGB, 0.18, 0.461356129500442},
    {FTH_COLOUR_SRGB, 1, 1},
    {FTH_COLOUR_REC709_SCENE, 0.015, 0.0675},
    {FTH_COLOUR_REC709_SCENE, 0.18, 0.409007728864150},
    {FTH_COLOUR_REC709_GAMMA24, 0.016317514686316, 0.18}, /* BT.1886 with black at 0 */
    {FTH_COLOUR_REC709_GAMMA22, 0.022993204992707, 0.18},
    {FTH_COLOUR_ARRI_LOGC3, 0, 0.092809},
    {FTH_COLOUR_ARRI_LOGC3, 0.18, 0.391006832034084},
    {FTH_COLOUR_ARRI_LOGC3, 1, 0.570631558120417},
    {FTH_COLOUR_ARRI_LOGC4, 0, 0.092864125122190},
    {FTH_COLOUR_ARRI_LOGC4, 0.18, 0.278395836548265},
    {FTH_COLOUR_ARRI_LOGC4, 1, 0.427519364835306},
    {FTH_COLOUR_SONY_SLOG3, 0, 0.092864125122190},
    {FTH_COLOUR_SONY_SLOG3, 0.18, 0.41055718475073},
    {FTH_COLOUR_SONY_SLOG3, 1, 0.596027343690123},
    {FTH_COLOUR_REC2100_PQ, 100 / 203.0, 0.508078421517399},
    {FTH_COLOUR_REC2100_PQ, 400 / 203.0, 0.652578597563067},
    {FTH_COLOUR_REC2100_PQ, 1, 0.580688881041410},
    {FTH_COLOUR_REC2100_HLG, 1000 / 203.0, 1},
    {FTH_COLOUR_REC2100_HLG, 0.24973905027239767, 0.5}, /* (1/12)^1.2 of the peak */
    {FTH_COLOUR_LINEAR_REC709, 0.18, 0.18},
};

/* Codes are good to two of a float's last digits at 1 (BT.2100's own table is rounded to 1e-8). */
#define CODE_DIGITS 1.2e-7
/* Light: what the issue asks of ways there and back. */
#define LIGHT 1e-5

static double light_tolerance(double x)
{
    return LIGHT * fmax(fabs(x), 1e-3);
}

FTH_TEST(curves_have_their_published_values)
{
    for (size_t i = 0; i < FTH_ARRAY_COUNT(published); i++) {
        const struct published *p = &published[i];
        double code = through(p->space, true, (float)p->light);
        double light = through(p->space, false, (float)p->code);
        if (!(fabs(code - p->code) <= CODE_DIGITS))
            fth_test_fail(__FILE__, __LINE__, "%s: light %g has code %.9g, not %.9g",
                          fth_colour_id(p->space), p->light, code, p->code);
        if (!(fabs(light - p->light) <= light_tolerance(p->light)))
            fth_test_fail(__FILE__, __LINE__, "%s: code %g is light %.9g, not %.9g",
                          fth_colour_id(p->space), p->code, light, p->light);
    }
}

/* Light from far below black to far above white, there and back; and codes rise. */
FTH_TEST(curves_go_back_and_rise)
{
    enum { COUNT = 4000 };
    static float light[COUNT], code[COUNT], other[COUNT], more[COUNT];
    for (int s = FTH_COLOUR_DATA + 1; s < FTH_COLOUR_COUNT; s++) {
        struct fth_curve_form form;
        fth_space_curve((enum fth_colour_space)s, &form);
        double top = form.peak > 1 ? form.peak : 4;
        for (int i = 0; i < COUNT; i++) { /* -0.5 .. -1e-5, then 1e-6 .. the brightest code */
            double t = (double)(i % (COUNT / 2)) / (COUNT / 2 - 1);
            light[i] = (float)(i < COUNT / 2 ? -0.5 * pow(1e-5 / 0.5, t)
                                             : 1e-6 * pow(top / 1e-6, t));
            code[i] = other[i] = more[i] = light[i];
        }
        fth_curve_encode(&form, (float *[3]){code, other, more}, COUNT);
        for (int i = 1; i < COUNT; i++) {
            /* dark codes of PQ and HLG lie closer than a float's digits, and neighbours of one
             * piece meet the next's within two of them */
            bool rises = code[i] - code[i - 1] > -3e-8f * fmaxf(fabsf(code[i]), 0.1f);
            if (!rises)
                fth_test_fail(__FILE__, __LINE__, "%s falls at %g: %.9g, %.9g",
                              fth_colour_id((enum fth_colour_space)s), (double)light[i],
                              (double)code[i - 1], (double)code[i]);
        }
        fth_curve_decode(&form, (float *[3]){code, other, more}, COUNT);
        double worst = 0;
        int at = 0;
        for (int i = 0; i < COUNT; i++) {
            double error = fabs((double)code[i] - (double)light[i]) /
                           fmax(fabs((double)light[i]), 1e-3);
            if (!(error <= worst)) {
                worst = error;
                at = i;
            }
        }
        if (!(worst <= LIGHT))
            fth_test_fail(__FILE__, __LINE__, "%s comes back %.3g off at %g",
                          fth_colour_id((enum fth_colour_space)s), worst, (double)light[at]);
    }
}

FTH_TEST(strange_numbers_stay_numbers)
{
    static const float strange[] = {0, -0.0f, 1e-40f, 3e38f, -3e38f, 1e30f, -1e30f, 70000};
    for (int s = FTH_COLOUR_DATA + 1; s < FTH_COLOUR_COUNT; s++)
        for (size_t i = 0; i < FTH_ARRAY_COUNT(strange); i++) {
            float code = through((enum fth_colour_space)s, true, strange[i]);
            float light = through((enum fth_colour_space)s, false, strange[i]);
            if (isnan(code) || isnan(light))
                fth_test_fail(__FILE__, __LINE__, "%s makes no number of %g",
                              fth_colour_id((enum fth_colour_space)s), (double)strange[i]);
        }
    FTH_CHECK(isnan(through(FTH_COLOUR_DAVINCI_INTERMEDIATE_WG, false, NAN)));
}

static void check_matrix(enum fth_colour_space from, enum fth_colour_space to,
                         const double expected[9], double tolerance)
{
    double matrix[9];
    fth_space_matrix(from, to, matrix);
    for (int i = 0; i < 9; i++)
        FTH_CHECK_NEAR(matrix[i], expected[i], tolerance);
}

FTH_TEST(primaries_have_their_published_matrices)
{
    /* Blackmagic, "Wide Gamut Intermediate": eight digits */
    static const double wg[9] = {0.70062239, 0.14877482, 0.10105872, 0.27411851, 0.87363190,
                                 -0.14775041, -0.09896291, -0.13789533, 1.32591599};
    static const double wg_to_709[9] = {1.8986149,  -0.79217618, -0.10643872, -0.16894879,
                                        1.48897575, -0.32002697, -0.12153916, -0.31567585,
                                        1.43721501};
    /* S-2014-004 / TB-2014-012: AP0 to XYZ */
    static const double ap0[9] = {0.9525523959, 0, 0.0000936786, 0.3439664498, 0.7281660966,
                                  -0.0721325464, 0, 0, 1.0088251844};
    /* BT.2087: BT.2020 to BT.709; it rounds its whites' matrices to four digits */
    static const double from_2020[9] = {1.660491f,  -0.587641f, -0.072850f, -0.124550f, 1.132900f,
                                        -0.008349f, -0.018151f, -0.100579f, 1.118730f};
    /* ARRI, "LogC4 logarithmic colour space" */
    static const double wg4[9] = {0.704858320407232, 0.129760295170463, 0.115837311473976,
                                  0.254524176404027, 0.781477732712002, -0.036001909116029,
                                  0, 0, 1.089057750759878};
    double matrix[9];
    fth_space_to_xyz(FTH_COLOUR_ARRI_LOGC4, matrix);
    for (int i = 0; i < 9; i++)
        FTH_CHECK_NEAR(matrix[i], wg4[i], 1e-12);
    fth_space_to_xyz(FTH_COLOUR_DAVINCI_INTERMEDIATE_WG, matrix);
    for (int i = 0; i < 9; i++)
        FTH_CHECK_NEAR(matrix[i], wg[i], 6e-9);
    fth_space_to_xyz(FTH_COLOUR_ACES2065_1, matrix);
    for (int i = 0; i < 9; i++)
        FTH_CHECK_NEAR(matrix[i], ap0[i], 6e-11);
    check_matrix(FTH_COLOUR_DAVINCI_INTERMEDIATE_WG, FTH_COLOUR_REC709_GAMMA24, wg_to_709, 6e-9);
    check_matrix(FTH_COLOUR_REC2100_PQ, FTH_COLOUR_SRGB, from_2020, 1e-6);
}

/* From every space to every other and back, any light they hold; errors are of a matrix's largest
 * input, times how much the two matrices can spread it. */
FTH_TEST(every_space_goes_to_every_other_and_back)
{
    enum { COUNT = 200 };
    uint32_t state = 7;
    for (int a = FTH_COLOUR_DATA + 1; a < FTH_COLOUR_COUNT; a++)
        for (int b = FTH_COLOUR_DATA + 1; b < FTH_COLOUR_COUNT; b++) {
            enum fth_colour_space from = (enum fth_colour_space)a, to = (enum fth_colour_space)b;
            struct fth_conversion_options none = {0};
            struct fth_conversion there, back;
            float rows[3][COUNT], light[3][COUNT], *at[3] = {rows[0], rows[1], rows[2]};
            for (int i = 0; i < 3 * COUNT; i++)
                light[i / COUNT][i % COUNT] = (float)fth_test_random(&state) / 16777216.0f * 1.2f;
            memcpy(rows, light, sizeof(rows));
            fth_conversion_make(from, to, &none, &there);
            fth_conversion_make(to, from, &none, &back);
            fth_curve_encode(&there.from, at, COUNT);
            fth_conversion_rows(&there, at, COUNT);
            fth_conversion_rows(&back, at, COUNT);
            fth_curve_decode(&there.from, at, COUNT);
            double worst = 0, spread = 0;
            for (int i = 0; i < 9; i++)
                spread = fmax(spread, fmax(fabs((double)there.matrix[i]),
                                           fabs((double)back.matrix[i])));
            for (int i = 0; i < COUNT; i++) {
                double most = fmax(fmax((double)light[0][i], (double)light[1][i]),
                                   fmax((double)light[2][i], 1e-3));
                for (int c = 0; c < 3; c++)
                    worst = fmax(worst, fabs((double)rows[c][i] - (double)light[c][i]) / most);
            }
            if (!(worst <= LIGHT * spread))
                fth_test_fail(__FILE__, __LINE__, "%s by %s comes back %.3g off (spread %.3g)",
                              fth_colour_id(from), fth_colour_id(to), worst, spread);
        }
}

FTH_TEST(whites_stay_white)
{
    for (int a = FTH_COLOUR_DATA + 1; a < FTH_COLOUR_COUNT; a++)
        for (int b = FTH_COLOUR_DATA + 1; b < FTH_COLOUR_COUNT; b++) {
            double m[9];
            fth_space_matrix((enum fth_colour_space)a, (enum fth_colour_space)b, m);
            for (int i = 0; i < 3; i++)
                FTH_CHECK_NEAR(m[3 * i] + m[3 * i + 1] + m[3 * i + 2], 1, 1e-12);
        }
}

/* The whole way in one, against doubles, over the codes of the grading space. */
FTH_TEST(intermediate_to_rec709_is_exact_to_a_hundred_thousandth)
{
    enum { COUNT = 1001 };
    static float rows[3][COUNT];
    struct fth_conversion_options none = {0};
    struct fth_conversion conversion;
    double matrix[9], worst = 0;
    fth_space_matrix(FTH_COLOUR_DAVINCI_INTERMEDIATE_WG, FTH_COLOUR_REC709_GAMMA24, matrix);
    fth_conversion_make(FTH_COLOUR_DAVINCI_INTERMEDIATE_WG, FTH_COLOUR_REC709_GAMMA24, &none,
                        &conversion);
    for (int i = 0; i < COUNT; i++)
        for (int c = 0; c < 3; c++)
            rows[c][i] = (float)fmin((i + 0.1 * c * (i % 7)) / COUNT, 1);
    for (int i = 0; i < COUNT; i++) {
        double light[3];
        float r = rows[0][i], g = rows[1][i], b = rows[2][i];
        for (int c = 0; c < 3; c++) {
            double v = rows[c][i];
            light[c] = v <= 0.00262409 * 10.44426855 ? v / 10.44426855
                                                     : exp2(v / 0.07329248 - 7) - 0.0075;
        }
        fth_conversion_rows(&conversion, (float *[3]){&r, &g, &b}, 1);
        const float got[3] = {r, g, b};
        for (int c = 0; c < 3; c++) {
            const double *m = matrix + 3 * c;
            double x = m[0] * light[0] + m[1] * light[1] + m[2] * light[2];
            double expected = copysign(pow(fabs(x), 1 / 2.4), x);
            worst = fmax(worst, fabs((double)got[c] - expected) / fmax(fabs(expected), 1e-3));
        }
    }
    FTH_CHECK(worst <= 1e-5);
}

FTH_TEST(names_are_found)
{
    enum fth_colour_space space = FTH_COLOUR_FILE;
    for (int s = 0; s < FTH_COLOUR_COUNT; s++) {
        FTH_CHECK(fth_colour_find(fth_colour_id((enum fth_colour_space)s), &space));
        FTH_CHECK_INT(space, s);
    }
    FTH_CHECK(fth_colour_find("Sony-SLog3", &space) && space == FTH_COLOUR_SONY_SLOG3);
    FTH_CHECK(!fth_colour_find("sony_slog", &space) && !fth_colour_find("", &space));
}

FTH_TEST(code_points_say_the_space)
{
    static const enum fth_colour_space told[] = {
        FTH_COLOUR_REC709_GAMMA24, FTH_COLOUR_SRGB, FTH_COLOUR_DISPLAY_P3,
        FTH_COLOUR_REC2020_GAMMA24, FTH_COLOUR_REC2100_PQ, FTH_COLOUR_REC2100_HLG,
        FTH_COLOUR_LINEAR_REC709, FTH_COLOUR_REC709_GAMMA22, FTH_COLOUR_LINEAR_REC2020,
        FTH_COLOUR_LINEAR_P3};
    for (size_t i = 0; i < FTH_ARRAY_COUNT(told); i++)
        FTH_CHECK_INT(fth_space_of_tags(fth_space_tags(told[i]), false), told[i]);
    FTH_CHECK_INT(fth_space_of_tags((struct fth_tags){0}, false), FTH_COLOUR_REC709_GAMMA24);
    FTH_CHECK_INT(fth_space_of_tags((struct fth_tags){1, 1, 1, 1}, true), FTH_COLOUR_REC709_SCENE);
    FTH_CHECK_INT(fth_space_tags(FTH_COLOUR_ARRI_LOGC3).transfer, 2); /* nobody's */
    struct fth_primaries_xy xy = fth_space_primaries(FTH_COLOUR_ACESCCT);
    FTH_CHECK_INT(fth_space_of_primaries(&xy), FTH_COLOUR_ACESCG);
    xy.green.y = 0.9;
    FTH_CHECK_INT(fth_space_of_primaries(&xy), FTH_COLOUR_FILE);
}
