/* SPDX-License-Identifier: Apache-2.0 */
/* The value between keys. Only + - * / on doubles, so that every machine has the same bits. */
#include <math.h>
#include <string.h>

#include "base/compiler.h"
#include "base/spline.h"
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

/* Outside the keys the value holds, so that it starts and ends level. */
double fth_curve_smooth_slope(const struct fth_curve *curve, size_t key, int component)
{
    if (key == 0 || key + 1 == curve->count)
        return 0;
    double h0 = curve->frames[key] - curve->frames[key - 1];
    double h1 = curve->frames[key + 1] - curve->frames[key];
    return fth_spline_slope(rise(curve, key - 1, component), h0, rise(curve, key, component), h1);
}

static double hermite(const struct segment *segment, int component)
{
    const struct fth_curve *curve = segment->curve;
    double a = number_of(curve, segment->left, component);
    double b = number_of(curve, segment->left + 1, component);
    double from = fth_curve_smooth_slope(curve, segment->left, component) * segment->length;
    double to = fth_curve_smooth_slope(curve, segment->left + 1, component) * segment->length;
    return fth_spline_hermite(a, b, from, to, segment->at);
}

static double mix(double a, double b, double t)
{
    return a + (b - a) * t;
}

static double bezier(const struct segment *segment, int component)
{
    const struct fth_curve *curve = segment->curve;
    size_t left = segment->left, right = left + 1;
    const double *out = fth_curve_handle(curve, left, FTH_KEY_OUT);
    double a = number_of(curve, left, component), d = number_of(curve, right, component);
    double length = segment->length, start, end, c;
    double b = a + out[1 + component] * fth_spline_shorten(out[0], length, 1, &start);
    if (curve->kinds[right] == FTH_KEY_BEZIER) {
        const double *in = fth_curve_handle(curve, right, FTH_KEY_IN);
        c = d + in[1 + component] * fth_spline_shorten(in[0], length, -1, &end);
    } else { /* no handle there: a third of the way, as that key goes */
        bool smooth = curve->kinds[right] == FTH_KEY_SMOOTH;
        double slope = smooth ? fth_curve_smooth_slope(curve, right, component) : (d - a) / length;
        end = 1.0 / 3;
        c = d - slope * length / 3;
    }
    return fth_spline_cubic(a, b, c, d, fth_spline_solve(start, 1 - end, segment->at, segment->at));
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
