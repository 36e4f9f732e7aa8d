/* SPDX-License-Identifier: Apache-2.0 */
/* Pieces of smooth curves through points. */
#include "base/spline.h"

#include "base/compiler.h"

double fth_spline_slope(double before, double h0, double after, double h1)
{
    if (before == 0 || after == 0 || (before > 0) != (after > 0))
        return 0;
    double w0 = 2 * h1 + h0, w1 = h1 + 2 * h0;
    return (w0 + w1) / (w0 / before + w1 / after);
}

double fth_spline_hermite(double a, double b, double from, double to, double t)
{
    double change = b - a;
    double value =
        a + t * (from + t * ((3 * change - 2 * from - to) + t * (from + to - 2 * change)));
    return FTH_MIN(FTH_MAX(value, FTH_MIN(a, b)), FTH_MAX(a, b)); /* rounding alone leaves them */
}

static double mix(double a, double b, double t)
{
    return a + (b - a) * t;
}

double fth_spline_cubic(double a, double b, double c, double d, double t)
{
    double ab = mix(a, b, t), bc = mix(b, c, t), cd = mix(c, d, t);
    return mix(mix(ab, bc, t), mix(bc, cd, t), t);
}

double fth_spline_solve(double a, double b, double x, double start)
{
    double low = 0, high = 1, t = start;
    for (int i = 0; i < 128 && low < high; i++) {
        double error = fth_spline_cubic(0, a, b, 1, t) - x;
        double slope = 3 * ((1 - t) * (1 - t) * a + 2 * (1 - t) * t * (b - a) + t * t * (1 - b));
        if (error == 0)
            break;
        if (error > 0)
            high = t;
        else
            low = t;
        double next = slope > 0 ? t - error / slope : low;
        if (!(next > low && next < high))
            next = low + (high - low) / 2;
        if (next == t || next == low || next == high)
            break;
        t = next;
    }
    return t;
}

double fth_spline_shorten(double along, double length, double sign, double *reach)
{
    along *= sign;
    *reach = FTH_MIN(FTH_MAX(along, 0), length) / length;
    return along > length ? length / along : 1;
}
