/* SPDX-License-Identifier: Apache-2.0 */
/* Our exp, log and pow against the C library's, in doubles. */
#include "ops/power.h"
#include "check.h"

/* 2^-24 is half a unit in the last place; the doubles inside add next to nothing. */
#define ROUNDED 6.1e-8

static double relative(double actual, double expected)
{
    return fabs(actual - expected) / fabs(expected);
}

FTH_TEST(pow_is_rounded_correctly)
{
    double worst = 0;
    for (float y = 0.1f; y <= 10; y += 0.37f)
        for (float x = 1e-3f; x <= 4; x += 0.0013f)
            worst = fmax(worst, relative(fth_powf(x, y), pow(x, y)));
    FTH_CHECK_NEAR(worst, 0, ROUNDED);
}

FTH_TEST(pow_is_exact_at_nought_and_one)
{
    for (float y = 0.1f; y <= 10; y += 0.1f) {
        FTH_CHECK(fth_powf(0, y) == 0 && fth_powf(-0.0f, y) == 0);
        FTH_CHECK(fth_powf(1, y) == 1);
        FTH_CHECK(fth_powf(nextafterf(1, 0), y) <= 1 && fth_powf(nextafterf(1, 2), y) >= 1);
        FTH_CHECK(fth_powf(1e-45f, y) >= 0 && fth_powf(1e-45f, y) < 0.01f);
        FTH_CHECK(isnan(fth_powf(NAN, y)) && isnan(fth_powf(-1, y)));
        FTH_CHECK(isinf(fth_powf(INFINITY, y)) && fth_powf(INFINITY, -y) == 0);
    }
    FTH_CHECK(fth_powf(0, 0) == 1 && fth_powf(0.3f, 0) == 1 && isinf(fth_powf(0, -1)));
}

FTH_TEST(pow_is_monotone)
{
    for (float y = 0.1f; y <= 10; y += 0.7f) {
        float last = 0;
        for (float x = 0.99f; x < 1.01f; x = nextafterf(x, 2)) {
            float value = fth_powf(x, y);
            FTH_REQUIRE(value >= last);
            last = value;
        }
    }
}

/* Sums that doubles round to a tie between two floats, sums that cancel, and any others. */
FTH_TEST(fused_sums_are_rounded_once)
{
    uint32_t state = 1;
    for (int i = 0; i < 3000000; i++) {
        uint32_t bits[4];
        float of[3];
        for (int k = 0; k < 4; k++) {
            bits[k] = fth_test_random(&state) << 8;
            bits[k] ^= fth_test_random(&state);
        }
        if (i % 3 == 0) {
            bits[0] = (bits[0] & 0x807fffff) | 0x3f800000;
            bits[1] = (bits[1] & 0x80000fff) | 0x3f800000;
            bits[2] = (bits[2] & 0x807ff000) | (110 + bits[3] % 40) << 23;
        } else if (i % 3 == 1) {
            bits[0] &= 0xfff00000;
            bits[1] &= 0xfff80000;
        }
        memcpy(of, bits, sizeof(of));
        float once = fmaf(of[0], of[1], of[2]), ours = fth_fmaf(of[0], of[1], of[2]);
        FTH_REQUIRE(ours == once || (isnan(ours) && isnan(once)));
    }
    const float side = 1 + 0x1p-12f;
    FTH_CHECK(fth_fmaf(side, side, 0x1p-60f) > 1 + 0x1p-11f); /* twice: a tie, to even */
}

/* 1e-6 is what the header promises, from the smallest normal float to the largest. */
FTH_TEST(quick_pow_is_near)
{
    double worst = 0;
    for (float y = 0.03f; y <= 10; y += 0.37f) {
        for (float x = 1e-3f; x <= 4; x += 0.0013f)
            worst = fmax(worst, relative((double)fth_pow_near(x, y), pow((double)x, (double)y)));
        for (float x = 0x1p-126f; x < 3e38f; x *= 1.07f) {
            double exact = pow((double)x, (double)y);
            if (exact >= 0x1p-126 && exact <= 0x1p127)
                worst = fmax(worst, relative((double)fth_pow_near(x, y), exact));
        }
    }
    FTH_CHECK_NEAR(worst, 0, 1e-6);
}

FTH_TEST(quick_pow_is_exact_at_its_ends)
{
    for (float y = 0.1f; y <= 10; y += 0.1f) {
        FTH_CHECK(fth_pow_near(0, y) == 0 && fth_pow_near(1, y) == 1);
        FTH_CHECK(isinf(fth_pow_near(INFINITY, y)));
        FTH_CHECK(fth_pow_near(nextafterf(1, 0), y) <= 1 && fth_pow_near(nextafterf(1, 2), y) >= 1);
        FTH_CHECK(isnan(fth_pow_near(NAN, y)) && fth_pow_near(1e-40f, y) == 0);
        FTH_CHECK(fth_pow_near(0x1p-126f, fminf(y, 1)) > 0);
    }
    for (float x = 1e-37f; x < 1e38f; x *= 3) {
        float cube = fth_pow_near(x, 3);
        FTH_CHECK(cube >= 0 && !signbit(cube)); /* however far out of range */
        FTH_CHECK(x > 1e12f || isfinite(cube));
        FTH_CHECK(x < 1e13f || isinf(cube));
    }
}

FTH_TEST(exp_and_log_are_rounded_correctly)
{
    double worst = 0;
    for (float x = -80; x <= 80; x += 0.011f) {
        worst = fmax(worst, relative(fth_expf(x), exp(x)));
        worst = fmax(worst, relative(fth_exp2f(x), exp2(x)));
    }
    for (float x = 1e-6f; x < 1e6f; x *= 1.001f) {
        worst = fmax(worst, relative(fth_logf(x), log(x)));
        worst = fmax(worst, relative(fth_log2f(x), log2(x)));
    }
    FTH_CHECK_NEAR(worst, 0, ROUNDED);
    FTH_CHECK(fth_log2f(8) == 3 && fth_logf(1) == 0 && fth_expf(0) == 1 && fth_exp2f(-3) == 0.125f);
    FTH_CHECK(isnan(fth_expf(NAN)) && isinf(fth_expf(1000)) && fth_expf(-1000) == 0);
    FTH_CHECK(isnan(fth_logf(-1)) && isnan(fth_log2f(NAN)) && fth_logf(0) == -INFINITY);
    FTH_CHECK(fth_logf(INFINITY) == INFINITY && fth_expf(-INFINITY) == 0);
}

/* 4e-16: two units in the last place of a double. */
FTH_TEST(doubles_for_constants_are_exact)
{
    double worst = 0, turn = 0;
    for (double x = -50; x <= 50; x += 0.0173) {
        worst = fmax(worst, relative(fth_exp(x), exp(x)));
        turn = fmax(turn, fmax(fabs(fth_cos(x) - cos(x)), fabs(fth_sin(x) - sin(x))));
    }
    FTH_CHECK_NEAR(worst, 0, 4.5e-16);
    FTH_CHECK_NEAR(turn, 0, 4.5e-16);
}
