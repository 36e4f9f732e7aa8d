/* SPDX-License-Identifier: Apache-2.0 */
/* Whites along the daylight locus, and the adaptation from one to another. */
#include "colour/white.h"

#include "colour/matrix.h"
#include "colour/space.h"

#include <math.h>
#include <string.h>

#define D65_MIRED (1e6 / 6504)
#define TINT_REACH 0.02 /* distance in uv at tint 100: about the farthest a lamp strays */

/* CIE daylight from 4000 K up. */
static struct fth_white daylight(double kelvin)
{
    double t = 1 / kelvin, x;
    if (kelvin <= 7000)
        x = ((-4.6070e9 * t + 2.9678e6) * t + 99.11) * t + 0.244063;
    else
        x = ((-2.0064e9 * t + 1.9018e6) * t + 247.48) * t + 0.237040;
    return (struct fth_white){x, (-3 * x + 2.870) * x - 0.275};
}

/* A black body of 2222 to 4000 K (Kim et al. 2002). */
static struct fth_white black_body(double kelvin)
{
    double t = 1 / kelvin;
    double x = ((-0.2661239e9 * t - 0.2343589e6) * t + 0.8776956e3) * t + 0.179910;
    return (struct fth_white){x, ((-0.9549476 * x - 1.37418593) * x + 2.09137015) * x - 0.16748867};
}

/* Below the locus's end the black bodies, moved so that they begin where daylight ends. */
static struct fth_white white_of(double mired)
{
    double kelvin = 1e6 / mired;
    if (kelvin >= 4000)
        return daylight(kelvin);
    struct fth_white end = daylight(4000), start = black_body(4000), white = black_body(kelvin);
    return (struct fth_white){white.x + end.x - start.x, white.y + end.y - start.y};
}

static struct fth_white to_uv(struct fth_white xy)
{
    double d = -2 * xy.x + 12 * xy.y + 3;
    return (struct fth_white){4 * xy.x / d, 6 * xy.y / d};
}

static struct fth_white from_uv(struct fth_white uv)
{
    double d = 2 * uv.x - 8 * uv.y + 4;
    return (struct fth_white){3 * uv.x / d, 2 * uv.y / d};
}

/* The white at `mired`, moved across the locus by `distance` in uv; plus is towards magenta. */
static struct fth_white tinted(double mired, double distance)
{
    struct fth_white uv = to_uv(white_of(mired));
    struct fth_white colder = to_uv(white_of(mired - 1)), warmer = to_uv(white_of(mired + 1));
    double du = warmer.x - colder.x, dv = warmer.y - colder.y, length = sqrt(du * du + dv * dv);
    uv.x += distance * dv / length;
    uv.y -= distance * du / length;
    return from_uv(uv);
}

void fth_colour_white(enum fth_colour_space space, double temperature_mired, double tint,
                      float matrix[9])
{
    static const float identity[9] = {1, 0, 0, 0, 1, 0, 0, 0, 1};
    if (temperature_mired == 0 && tint == 0) {
        memcpy(matrix, identity, sizeof(identity));
        return;
    }
    double adapt[9], to_xyz[9], from_xyz[9], seen[9], result[9];
    struct fth_white white = tinted(D65_MIRED + temperature_mired, tint / 100 * TINT_REACH);
    fth_matrix_adapt(white_of(D65_MIRED), white, adapt);
    fth_space_to_xyz(fth_colour_is_known(space) ? space : FTH_COLOUR_LINEAR_REC709, to_xyz);
    fth_matrix_invert(to_xyz, from_xyz);
    fth_matrix_multiply(adapt, to_xyz, seen);
    fth_matrix_multiply(from_xyz, seen, result);
    for (int i = 0; i < 9; i++)
        matrix[i] = (float)result[i];
}
