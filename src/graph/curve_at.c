/* SPDX-License-Identifier: Apache-2.0 */
/* The value between keys. Only + - * / on doubles, so that every machine has the same bits. */
#include <math.h>
#include <string.h>

#include "base/compiler.h"
#include "graph/curve_parts.h"

/* From key `left` to the next one. */
struct segment {
    const struct fth_curve *curve;
    size_t left;
    double length; /* frames */
    double at;     /* 0..1 of it */
};

static double number_of(const struct fth_curve *curve, size_t key, int component)
{
    return curve->numbers[key * (size_t)curve->components + (size_t)component];
}

/* Of the straight line from key `left` on; a value that holds is level. */
static double rise(const struct fth_curve *curve, size_t left, int component)
{
    if (curve->kinds[left] == FTH_KEY_HOLD)
        return 0;
    return (number_of(curve, left + 1, component) - number_of(curve, left, component)) /
           (curve->frames[left + 1] - curve->frames[left]);
}

/* The weighted harmonic mean of the lines on both sides (F. N. Fritsch, J. Butland, "A method for
 * constructing local monotone piecewise cubic interpolants", SIAM J. Sci. Stat. Comput. 5, 1984),
 * level where they do not rise or fall alike. Outside the keys the value holds, so that it starts
 * and ends level. */
double fth_curve_smooth_slope(const struct fth_curve *curve, size_t key, int component)
{
    if (key == 0 || key + 1 == curve->count)
        return 0;
    double before = rise(curve, key - 1, component), after = rise(curve, key, component);
    double h0 = curve->frames[key] - curve->frames[key - 1];
    double h1 = curve->frames[key + 1] - curve->frames[key];
    if (before == 0 || after == 0 || (before > 0) != (after > 0))
        return 0;
    double w0 = 2 * h1 + h0, w1 = h1 + 2 * h0;
    return (w0 + w1) / (w0 / before + w1 / after);
}

static double hermite(const struct segment *segment, int component)
{
    const struct fth_curve *curve = segment->curve;
    double a = number_of(curve, segment->left, component);
    double b = number_of(curve, segment->left + 1, component);
    double from = fth_curve_smooth_slope(curve, segment->left, component) * segment->length;
    double to = fth_curve_smooth_slope(curve, segment->left + 1, component) * segment->length;
    double t = segment->at, change = b - a;
    double value =
        a + t * (from + t * ((3 * change - 2 * from - to) + t * (from + to - 2 * change)));
    return FTH_MIN(FTH_MAX(value, FTH_MIN(a, b)), FTH_MAX(a, b)); /* rounding alone leaves them */
}

static double mix(double a, double b, double t)
{
    return a + (b - a) * t;
}

/* By de Casteljau: equal points give that very number. */
static double cubic(double a, double b, double c, double d, double t)
{
    double ab = mix(a, b, t), bc = mix(b, c, t), cd = mix(c, d, t);
    return mix(mix(ab, bc, t), mix(bc, cd, t), t);
}

/* Where the cubic 0, a, b, 1 (a and b in 0..1, so it never turns back) is `x`: Newton's steps, and
 * halves where these leave what is known to hold the answer. */
static double solve(double a, double b, double x)
{
    double low = 0, high = 1, t = x;
    for (int i = 0; i < 128 && low < high; i++) {
        double error = cubic(0, a, b, 1, t) - x;
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

/* A handle never reaches beyond its segment: it is shortened along its direction, as editors do;
 * one that points the wrong way stands upright. So time never runs backwards. `sign` is -1 for the
 * handle in. Returns what its values are multiplied by; *reach is 0..1 of the segment. */
static double shorten(double frames, double length, double sign, double *reach)
{
    frames *= sign;
    *reach = FTH_MIN(FTH_MAX(frames, 0), length) / length;
    return frames > length ? length / frames : 1;
}

static double bezier(const struct segment *segment, int component)
{
    const struct fth_curve *curve = segment->curve;
    size_t left = segment->left, right = left + 1;
    const double *out = fth_curve_handle(curve, left, FTH_KEY_OUT);
    double a = number_of(curve, left, component), d = number_of(curve, right, component);
    double length = segment->length, start, end, c;
    double b = a + out[1 + component] * shorten(out[0], length, 1, &start);
    if (curve->kinds[right] == FTH_KEY_BEZIER) {
        const double *in = fth_curve_handle(curve, right, FTH_KEY_IN);
        c = d + in[1 + component] * shorten(in[0], length, -1, &end);
    } else { /* no handle there: a third of the way, as that key goes */
        bool smooth = curve->kinds[right] == FTH_KEY_SMOOTH;
        double slope = smooth ? fth_curve_smooth_slope(curve, right, component) : (d - a) / length;
        end = 1.0 / 3;
        c = d - slope * length / 3;
    }
    return cubic(a, b, c, d, solve(start, 1 - end, segment->at));
}

/* Handles overshoot. Where a limit itself is not allowed, the nearer key is the limit. */
static double clamp(const struct segment *segment, int component, double value)
{
    const struct fth_param *row = segment->curve->row;
    double a = number_of(segment->curve, segment->left, component);
    double b = number_of(segment->curve, segment->left + 1, component);
    bool shape = row->type == FTH_PARAM_SHAPE;
    double low = shape || row->flags & FTH_PARAM_OPEN_MIN ? FTH_MIN(a, b) : row->min;
    double high = shape || row->flags & FTH_PARAM_OPEN_MAX ? FTH_MAX(a, b) : row->max;
    if (!(value >= low)) /* not a number either */
        return low;
    return value > high ? high : value;
}

static double between(const struct segment *segment, int component)
{
    const struct fth_curve *curve = segment->curve;
    double a = number_of(curve, segment->left, component);
    double b = number_of(curve, segment->left + 1, component);
    switch (curve->kinds[segment->left]) {
    case FTH_KEY_LINEAR:
        return mix(a, b, segment->at);
    case FTH_KEY_SMOOTH:
        return hermite(segment, component);
    case FTH_KEY_BEZIER:
        return bezier(segment, component);
    default:
        return a;
    }
}

/* The last key at or before `frame`, of a curve whose first one is. */
static size_t key_before(const struct fth_curve *curve, double frame)
{
    size_t low = 0, high = curve->count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (curve->frames[middle] <= frame)
            low = middle;
        else
            high = middle;
    }
    return low;
}

/* What is exactly at a key, or holds from it on. */
static struct fth_value value_at_key(const struct fth_curve *curve, size_t key)
{
    size_t components = (size_t)curve->components;
    struct fth_value value = {.type = curve->row->type};
    if (curve->texts)
        value.text = curve->texts[key];
    else if (curve->shapes)
        value.shape = curve->shapes[key];
    else
        memcpy(value.numbers, curve->numbers + key * components, components * sizeof(double));
    return value;
}

struct fth_value fth_curve_at(const struct fth_curve *curve, double frame)
{
    size_t left = frame > curve->frames[0] ? key_before(curve, frame) : 0;
    struct fth_value value = value_at_key(curve, left);
    if (left + 1 == curve->count || !(frame > curve->frames[left]) ||
        curve->kinds[left] == FTH_KEY_HOLD)
        return value;
    struct segment segment = {.curve = curve, .left = left};
    segment.length = curve->frames[left + 1] - curve->frames[left];
    segment.at = (frame - curve->frames[left]) / segment.length;
    for (int i = 0; i < curve->components; i++)
        value.numbers[i] = clamp(&segment, i, between(&segment, i));
    if (value.type == FTH_PARAM_SHAPE) {
        value.towards = curve->shapes[left + 1];
        value.numbers[0] -= (double)left;
    }
    if (value.type == FTH_PARAM_INT)
        value.numbers[0] = floor(value.numbers[0] + 0.5);
    if (value.type == FTH_PARAM_RANGE && value.numbers[0] > value.numbers[1]) /* handles that met */
        value.numbers[0] = value.numbers[1] = (value.numbers[0] + value.numbers[1]) / 2;
    return value;
}
