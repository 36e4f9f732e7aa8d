/* SPDX-License-Identifier: Apache-2.0 */
/* Whites along the daylight locus, and Bradford's adaptation from one to another. */
#include "colour/white.h"

#include <math.h>
#include <string.h>

#define D65_MIRED (1e6 / 6504)
#define TINT_REACH 0.02 /* distance in uv at tint 100: about the farthest a lamp strays */

struct white {
    double x, y;
};

/* CIE daylight from 4000 K up. */
static struct white daylight(double kelvin)
{
    double t = 1 / kelvin, x;
    if (kelvin <= 7000)
        x = ((-4.6070e9 * t + 2.9678e6) * t + 99.11) * t + 0.244063;
    else
        x = ((-2.0064e9 * t + 1.9018e6) * t + 247.48) * t + 0.237040;
    return (struct white){x, (-3 * x + 2.870) * x - 0.275};
}

/* A black body of 2222 to 4000 K (Kim et al. 2002). */
static struct white black_body(double kelvin)
{
    double t = 1 / kelvin;
    double x = ((-0.2661239e9 * t - 0.2343589e6) * t + 0.8776956e3) * t + 0.179910;
    return (struct white){x, ((-0.9549476 * x - 1.37418593) * x + 2.09137015) * x - 0.16748867};
}

/* Below the locus's end the black bodies, moved so that they begin where daylight ends. */
static struct white white_of(double mired)
{
    double kelvin = 1e6 / mired;
    if (kelvin >= 4000)
        return daylight(kelvin);
    struct white end = daylight(4000), start = black_body(4000), white = black_body(kelvin);
    return (struct white){white.x + end.x - start.x, white.y + end.y - start.y};
}

static struct white to_uv(struct white xy)
{
    double d = -2 * xy.x + 12 * xy.y + 3;
    return (struct white){4 * xy.x / d, 6 * xy.y / d};
}

static struct white from_uv(struct white uv)
{
    double d = 2 * uv.x - 8 * uv.y + 4;
    return (struct white){3 * uv.x / d, 2 * uv.y / d};
}

/* The white at `mired`, moved across the locus by `distance` in uv; plus is towards magenta. */
static struct white tinted(double mired, double distance)
{
    struct white uv = to_uv(white_of(mired));
    struct white colder = to_uv(white_of(mired - 1)), warmer = to_uv(white_of(mired + 1));
    double du = warmer.x - colder.x, dv = warmer.y - colder.y, length = sqrt(du * du + dv * dv);
    uv.x += distance * dv / length;
    uv.y -= distance * du / length;
    return from_uv(uv);
}

static void multiply(const double a[9], const double b[9], double product[9])
{
    for (int i = 0; i < 9; i++) {
        const double *row = a + i / 3 * 3, *column = b + i % 3;
        product[i] = row[0] * column[0] + row[1] * column[3] + row[2] * column[6];
    }
}

static void invert(const double m[9], double inverse[9])
{
    double c0 = m[4] * m[8] - m[5] * m[7], c1 = m[5] * m[6] - m[3] * m[8];
    double c2 = m[3] * m[7] - m[4] * m[6], scale = 1 / (m[0] * c0 + m[1] * c1 + m[2] * c2);
    const double adjugate[9] = {c0, m[2] * m[7] - m[1] * m[8], m[1] * m[5] - m[2] * m[4],
                                c1, m[0] * m[8] - m[2] * m[6], m[2] * m[3] - m[0] * m[5],
                                c2, m[1] * m[6] - m[0] * m[7], m[0] * m[4] - m[1] * m[3]};
    for (int i = 0; i < 9; i++)
        inverse[i] = adjugate[i] * scale;
}

static void cones(const double bradford[9], struct white white, double lms[3])
{
    double xyz[3] = {white.x / white.y, 1, (1 - white.x - white.y) / white.y};
    for (int i = 0; i < 3; i++)
        lms[i] = bradford[3 * i] * xyz[0] + bradford[3 * i + 1] * xyz[1] +
                 bradford[3 * i + 2] * xyz[2];
}

void fth_colour_white(double temperature_mired, double tint, float matrix[9])
{
    static const double bradford[9] = {0.8951, 0.2664, -0.1614, -0.7502, 1.7135,
                                       0.0367, 0.0389, -0.0685, 1.0296};
    static const double xyz_of_709[9] = {0.4123907993, 0.3575843394, 0.1804807884,
                                         0.2126390059, 0.7151686788, 0.0721923154,
                                         0.0193308187, 0.1191947798, 0.9505321522};
    static const float identity[9] = {1, 0, 0, 0, 1, 0, 0, 0, 1};
    if (temperature_mired == 0 && tint == 0) {
        memcpy(matrix, identity, sizeof(identity));
        return;
    }
    double before[3], after[3], to_cones[9], from_cones[9], scaled[9], result[9];
    cones(bradford, white_of(D65_MIRED), before);
    cones(bradford, tinted(D65_MIRED + temperature_mired, tint / 100 * TINT_REACH), after);
    multiply(bradford, xyz_of_709, to_cones);
    invert(to_cones, from_cones);
    for (int i = 0; i < 9; i++)
        scaled[i] = to_cones[i] * after[i / 3] / before[i / 3];
    multiply(from_cones, scaled, result);
    for (int i = 0; i < 9; i++)
        matrix[i] = (float)result[i];
}
