/* SPDX-License-Identifier: Apache-2.0 */
/* The measures of difference against formulas written down a second time, in doubles; delta E ITP
 * against the text of ITU-R BT.2124 and values of other programs. */
#include "check.h"
#include "base/compiler.h"
#include "ops/kernels.h"

#include <math.h>

enum { N = 37 };

typedef void key_fn(float *restrict dst, const float *const front[3], const float *const back[3],
                    const float range[2], size_t n);

/* Codes of an ordinary display, and a few beyond. */
static void fill(float rows[6][N])
{
    uint32_t state = 7;
    for (int p = 0; p < 6; p++) {
        for (int i = 0; i < N; i++) {
            state = state * 1664525u + 1013904223u;
            rows[p][i] = (float)(state >> 8) / 16777216.0f * 1.2f - 0.1f;
        }
    }
}

static double pq(double light)
{
    const double m1 = 0.1593017578125, m2 = 78.84375;
    const double c1 = 0.8359375, c2 = 18.8515625, c3 = 18.6875;
    double y = pow(light, m1);
    return pow((c1 + c2 * y) / (1 + c3 * y), m2);
}

/* BT.2124, annex 1, of what a display of 100 nits and gamma 2.4 shows. */
static void itp(const double code[3], double out[3])
{
    double rgb[3], wide[3];
    static const double to_2020[3][3] = {{0.6274, 0.3293, 0.0433},
                                         {0.0691, 0.9195, 0.0114},
                                         {0.0164, 0.0880, 0.8956}};
    static const double to_lms[3][3] = {{1688, 2146, 262}, {683, 2951, 462}, {99, 309, 3688}};
    double lms[3];
    for (int i = 0; i < 3; i++)
        rgb[i] = 0.01 * pow(fmax(code[i], 0), 2.4);
    for (int i = 0; i < 3; i++)
        wide[i] = to_2020[i][0] * rgb[0] + to_2020[i][1] * rgb[1] + to_2020[i][2] * rgb[2];
    for (int i = 0; i < 3; i++)
        lms[i] = pq((to_lms[i][0] * wide[0] + to_lms[i][1] * wide[1] + to_lms[i][2] * wide[2]) /
                    4096);
    out[0] = (2048 * lms[0] + 2048 * lms[1]) / 4096;
    out[1] = 0.5 * (6610 * lms[0] - 13613 * lms[1] + 7003 * lms[2]) / 4096;
    out[2] = (17933 * lms[0] - 17390 * lms[1] - 543 * lms[2]) / 4096;
}

static double delta_e(const double a[3], const double b[3])
{
    double x[3], y[3], sum = 0;
    itp(a, x);
    itp(b, y);
    for (int i = 0; i < 3; i++)
        sum += (x[i] - y[i]) * (x[i] - y[i]);
    return 720 * sqrt(sum);
}

enum measure { MAX_ABS, MEAN_ABS, LUMA_ABS, EUCLID, CHROMA, DELTA_E, MEASURES };

static double distance(enum measure measure, const double a[3], const double b[3])
{
    static const double black[3] = {0, 0, 0}, white[3] = {1, 1, 1};
    double r = a[0] - b[0], g = a[1] - b[1], blue = a[2] - b[2];
    double luma = 0.2126 * r + 0.7152 * g + 0.0722 * blue;
    switch (measure) {
    case MAX_ABS: return fmax(fabs(r), fmax(fabs(g), fabs(blue)));
    case MEAN_ABS: return (fabs(r) + fabs(g) + fabs(blue)) / 3;
    case LUMA_ABS: return fabs(luma);
    case EUCLID: return sqrt((r * r + g * g + blue * blue) / 3);
    case CHROMA: return hypot((blue - luma) / (2 * (1 - 0.0722)), (r - luma) / (2 * (1 - 0.2126)));
    default: return delta_e(a, b) / delta_e(black, white);
    }
}

static key_fn *kernel_of(enum measure measure)
{
    const struct fth_kernels *k = fth_kernels();
    key_fn *const kernels[] = {k->key_max_abs, k->key_mean_abs, k->key_luma_abs,
                               k->key_euclid,  k->key_chroma,   k->key_delta_e};
    return kernels[measure];
}

FTH_TEST(every_measure_and_the_ramp_follow_their_formulas)
{
    float rows[6][N], got[N];
    const float range[2] = {0.1f, 0.4f};
    fill(rows);
    const float *front[3] = {rows[0], rows[1], rows[2]}, *back[3] = {rows[3], rows[4], rows[5]};
    for (enum measure m = 0; m < MEASURES; m++) {
        kernel_of(m)(got, front, back, range, N);
        for (int i = 0; i < N; i++) {
            double a[3] = {rows[0][i], rows[1][i], rows[2][i]};
            double b[3] = {rows[3][i], rows[4][i], rows[5][i]};
            double t = (distance(m, a, b) - 0.1) / 0.3;
            /* single precision, divided by .3; BT.2087's matrix is printed to four places */
            FTH_CHECK_NEAR(got[i], fmin(fmax(t, 0), 1), m == DELTA_E ? 1e-3 : 2e-6);
        }
    }
}

/* Whatever the measure, black and white are 1 apart; of chroma, blue and yellow. */
FTH_TEST(measures_have_one_scale)
{
    static const float black[1] = {0}, white[1] = {1};
    const float range[2] = {0, 2};
    float got[1];
    for (enum measure m = 0; m < MEASURES; m++) {
        const float *front[3] = {black, black, white}, *back[3] = {white, white, black};
        if (m != CHROMA) {
            back[2] = white;
            front[2] = black;
        }
        kernel_of(m)(got, front, back, range, 1);
        /* chroma: Cr of yellow adds a little to Cb */
        FTH_CHECK_NEAR(2 * got[0], m == CHROMA ? hypot(1, 0.0722 / 0.7874) : 1, 1e-6);
    }
}

/* Golden: BT.2124 of two greys whose I is .1 apart: codes by the inverse of PQ. */
FTH_TEST(delta_e_of_greys_is_their_difference_in_pq)
{
    float a[1], b[1], got[1];
    const float range[2] = {0, 1};
    for (int i = 1; i < 10; i++) {
        double x = i / 10.0, y = (i - 1) / 10.0;
        a[0] = (float)x;
        b[0] = (float)y;
        const float *front[3] = {a, a, a}, *back[3] = {b, b, b};
        fth_kernels()->key_delta_e(got, front, back, range, 1);
        double expected = pq(0.01 * pow(x, 2.4)) - pq(0.01 * pow(y, 2.4));
        FTH_CHECK_NEAR(got[0], expected / (pq(0.01) - pq(0)), 2e-6); /* single precision */
    }
}

FTH_TEST(the_ends_of_the_ramp_are_exact_and_nan_is_no_difference)
{
    static const float values[7] = {0.05f, 0.2f, 0.0499f, 0.2001f, NAN, INFINITY, -INFINITY};
    static const float zero[7] = {0}, large[7] = {1, 1, 1, 1, 1, 1, 1};
    const float range[2] = {0.05f, 0.2f}, step[2] = {0.05f, 0.05f};
    const float *back[3] = {zero, zero, zero};
    float got[7];
    const float expected[7] = {0, 1, 0, 1, 0, 1, 1}, stepped[7] = {0, 1, 0, 1, 0, 1, 1};
    for (int place = 0; place < 3; place++) {
        const float *front[3] = {zero, zero, zero};
        front[place] = values;
        fth_kernels()->key_max_abs(got, front, back, range, 7);
        for (int i = 0; i < 7; i++)
            FTH_CHECK(got[i] == expected[i]);
        fth_kernels()->key_max_abs(got, front, back, step, 7);
        for (int i = 0; i < 7; i++)
            FTH_CHECK(got[i] == stepped[i]);
        /* a channel without a number decides, whatever the others say */
        front[(place + 1) % 3] = large;
        fth_kernels()->key_max_abs(got, front, back, range, 7);
        FTH_CHECK(got[4] == 0);
    }
}
