/* SPDX-License-Identifier: Apache-2.0 */
/* Points to tables: sorted, completed, and walked from left to right. */
#include "nodes/tone_curve.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/compiler.h"
#include "base/spline.h"
#include "node/shape.h"

/* Closer points are one: the last of them, or the highest. */
#define LEAST_STEP 1e-6

/* Beyond its ends a curve goes on as it ends, but no steeper: an upright handle is no cliff. */
#define STEEPEST 16.0

struct points {
    struct fth_shape_point *at;
    size_t count;
};

static int by_place(const void *a, const void *b)
{
    const struct fth_shape_point *p = a, *q = b;
    if (p->x != q->x)
        return p->x > q->x ? 1 : -1;
    return (p->y > q->y) - (p->y < q->y);
}

static void sort(struct points *points)
{
    size_t kept = 0;
    qsort(points->at, points->count, sizeof(*points->at), by_place);
    for (size_t i = 0; i < points->count; i++) {
        if (kept && points->at[i].x - points->at[kept - 1].x < LEAST_STEP)
            kept--;
        points->at[kept++] = points->at[i];
    }
    points->count = kept;
}

/* The shape's first path, room for its completion at either end. */
static enum fth_status take_points(const struct fth_shape_at *shape, enum fth_tone_kind kind,
                                   struct fth_arena *arena, struct points *points,
                                   struct fth_error *error)
{
    struct fth_shape_path path = fth_shape_path(shape, 0);
    size_t room = kind == FTH_TONE_CIRCLE ? 3 * path.count : path.count + 2;
    points->at = fth_arena_take(arena, room, sizeof(*points->at));
    if (!points->at)
        return fth_fail_memory(error, room * sizeof(*points->at), "a curve");
    for (size_t i = 0; i < path.count; i++) {
        struct fth_shape_point point = fth_shape_point(shape, path.first + i);
        if (kind == FTH_TONE_CIRCLE)
            point.x -= floor(point.x); /* 1 is 0 */
        points->at[points->count++] = point;
    }
    sort(points);
    return FTH_OK;
}

/* A curve of values runs from black to white at least. */
static void add_ends(struct points *points)
{
    if (points->at[0].x > LEAST_STEP) {
        memmove(points->at + 1, points->at, points->count++ * sizeof(*points->at));
        points->at[0] = (struct fth_shape_point){.x = 0, .y = 0};
    }
    if (points->at[points->count - 1].x < 1 - LEAST_STEP)
        points->at[points->count++] = (struct fth_shape_point){.x = 1, .y = 1};
}

/* The circle once before and once after itself. */
static void unroll(struct points *points)
{
    size_t n = points->count;
    memcpy(points->at + n, points->at, n * sizeof(*points->at));
    memcpy(points->at + 2 * n, points->at, n * sizeof(*points->at));
    for (size_t i = 0; i < n; i++) {
        points->at[i].x -= 1;
        points->at[2 * n + i].x += 1;
    }
    points->count = 3 * n;
}

static double length_of(const struct points *points, size_t left)
{
    return points->at[left + 1].x - points->at[left].x;
}

static double rise(const struct points *points, size_t left)
{
    return (points->at[left + 1].y - points->at[left].y) / length_of(points, left);
}

/* In the first and the last point that of the line beside it. */
static double slope_in(const struct points *points, size_t i)
{
    if (i == 0 || i + 1 == points->count)
        return rise(points, i ? i - 1 : 0);
    return fth_spline_slope(rise(points, i - 1), length_of(points, i - 1), rise(points, i),
                            length_of(points, i));
}

/* The curve from one point to the next. */
struct piece {
    double x, length, a, b;  /* where it begins; values at its ends */
    double from, to;         /* slopes, per piece */
    double start, end, c, d; /* handles: how far they reach, and to which value */
    double at;               /* where the last answer was */
    bool bends;              /* by handles */
};

static struct piece piece_of(const struct points *points, size_t left, bool straight)
{
    const struct fth_shape_point *p = &points->at[left], *q = p + 1;
    struct piece piece = {.x = p->x, .length = length_of(points, left), .a = p->y, .b = q->y};
    bool out = p->out_x != 0 || p->out_y != 0, in = q->in_x != 0 || q->in_y != 0;
    piece.from = piece.to = piece.b - piece.a;
    if (straight)
        return piece;
    piece.from = slope_in(points, left) * piece.length;
    piece.to = slope_in(points, left + 1) * piece.length;
    piece.bends = out || in;
    piece.start = piece.end = 1.0 / 3; /* where there is no handle: a third of the way */
    piece.c = piece.a + piece.from / 3;
    piece.d = piece.b - piece.to / 3;
    if (out)
        piece.c = piece.a + p->out_y * fth_spline_shorten(p->out_x, piece.length, 1, &piece.start);
    if (in)
        piece.d = piece.b + q->in_y * fth_spline_shorten(q->in_x, piece.length, -1, &piece.end);
    return piece;
}

static double value_in(struct piece *piece, double x)
{
    double t = FTH_MIN(FTH_MAX((x - piece->x) / piece->length, 0), 1);
    if (!piece->bends)
        return fth_spline_hermite(piece->a, piece->b, piece->from, piece->to, t);
    piece->at = fth_spline_solve(piece->start, 1 - piece->end, t, FTH_MAX(piece->at, 1e-3 * t));
    return fth_spline_cubic(piece->a, piece->c, piece->d, piece->b, piece->at);
}

/* Which way a piece begins or ends; a handle of no length says nothing: then towards the other. */
static double slope_at(const struct piece *piece, bool is_end)
{
    double along = is_end ? piece->end : piece->start, up = piece->b - piece->a;
    if (!piece->bends)
        up = is_end ? piece->to : piece->from;
    else if (along > LEAST_STEP)
        up = (is_end ? piece->b - piece->d : piece->c - piece->a) / along;
    return FTH_MIN(FTH_MAX(up / piece->length, -STEEPEST), STEEPEST);
}

/* Walks from left to right; returns whether a value is off what changes nothing. */
static bool fill(const struct points *points, const struct fth_tone_style *style, double low,
                 double high, struct fth_lookup *table)
{
    size_t left = 0, last = points->count - 1;
    struct piece piece = {0};
    bool changes = false, is_value = style->kind == FTH_TONE_VALUE;
    if (last)
        piece = piece_of(points, 0, style->straight);
    if (is_value)
        table->low_slope = (float)slope_at(&piece, false);
    for (int i = 0; i <= FTH_LOOKUP_STEPS; i++) {
        double x = low + (high - low) * i / FTH_LOOKUP_STEPS;
        while (left + 1 < last && x >= points->at[left + 1].x)
            piece = piece_of(points, ++left, style->straight);
        double y = last ? value_in(&piece, x) : points->at[0].y;
        if (!is_value)
            y = FTH_MIN(FTH_MAX(y, 0), 1);
        changes = changes || fabs(y - (is_value ? x : style->neutral)) > 1e-9;
        table->values[i] = (float)((y - style->neutral) * style->scale + style->shift);
    }
    if (is_value)
        table->high_slope = (float)slope_at(&piece, true);
    return changes;
}

enum fth_status fth_tone_curve(const struct fth_shape_at *shape, const struct fth_tone_style *style,
                               struct fth_arena *arena, const struct fth_lookup **result,
                               struct fth_error *error)
{
    struct points points = {0};
    *result = NULL;
    if (!fth_shape_path_count(shape))
        return FTH_OK;
    struct fth_lookup *table = fth_arena_take(arena, 1, sizeof(*table));
    if (!table)
        return fth_fail_memory(error, sizeof(*table), "a curve");
    enum fth_status status = take_points(shape, style->kind, arena, &points, error);
    if (status != FTH_OK)
        return status;
    double low = 0, high = 1;
    if (style->kind == FTH_TONE_CIRCLE)
        unroll(&points);
    if (style->kind == FTH_TONE_VALUE) {
        add_ends(&points);
        low = points.at[0].x;
        high = points.at[points.count - 1].x;
    }
    *table = (struct fth_lookup){.low = (float)low, .high = (float)high,
                                 .rate = (float)(FTH_LOOKUP_STEPS / (high - low))};
    if (fill(&points, style, low, high, table))
        *result = table;
    return FTH_OK;
}
