/* SPDX-License-Identifier: Apache-2.0 */
/* The stroke of a round pen as a union: a rectangle along each line, a wedge of a disc at each turn
 * and half a disc at each end, all of one orientation, so that whatever has a winding is covered.
 * Wedges are halved by adding directions: square roots are all it takes. */
#include <math.h>

#include "ops/outline.h"

enum { DEEPEST = 24 };

/* One piece of the union: its corners in order become edges of layer 1. */
static void add_polygon(struct fth_outline *outline, const struct fth_spot *corners, size_t count)
{
    for (size_t i = 0; i < count; i++)
        fth_outline_edge(outline, corners[i], corners[i + 1 < count ? i + 1 : 0], 1);
}

/* What is drawn, and with which pen. */
struct pen {
    struct fth_outline *outline;
    double radius;
    double narrow; /* directions nearer than this are joined by a chord */
};

static struct fth_spot moved(struct fth_spot at, struct fth_spot by, double times)
{
    return (struct fth_spot){at.x + by.x * times, at.y + by.y * times};
}

static double cross(struct fth_spot a, struct fth_spot b)
{
    return a.x * b.y - a.y * b.x;
}

static struct fth_spot unit(struct fth_spot a)
{
    double length = sqrt(a.x * a.x + a.y * a.y);
    return length > 0 ? (struct fth_spot){a.x / length, a.y / length} : (struct fth_spot){0, 0};
}

/* A wedge of the disc around `at`, from direction a to direction b, less than half a turn apart. */
static void add_wedge(const struct pen *pen, struct fth_spot at, struct fth_spot a,
                      struct fth_spot b)
{
    struct fth_spot directions[DEEPEST + 2];
    int count = 1;
    if (cross(a, b) > 0) {
        struct fth_spot swap = a;
        a = b;
        b = swap;
    }
    directions[0] = b;
    while (count) {
        struct fth_spot to = directions[count - 1];
        double dx = to.x - a.x, dy = to.y - a.y;
        if (dx * dx + dy * dy > pen->narrow * pen->narrow && count <= DEEPEST) {
            directions[count++] = unit((struct fth_spot){a.x + to.x, a.y + to.y});
            continue;
        }
        struct fth_spot corners[3] = {at, moved(at, a, pen->radius), moved(at, to, pen->radius)};
        add_polygon(pen->outline, corners, 3);
        a = to;
        count--;
    }
}

/* Half a disc around `at`, the half that lies towards `ahead`. */
static void add_cap(const struct pen *pen, struct fth_spot at, struct fth_spot ahead)
{
    struct fth_spot left = {-ahead.y, ahead.x}, right = {ahead.y, -ahead.x};
    add_wedge(pen, at, left, ahead);
    add_wedge(pen, at, ahead, right);
}

static void add_turn(const struct pen *pen, struct fth_spot at, struct fth_spot from,
                     struct fth_spot to)
{
    double side = cross(from, to);
    if (from.x * to.x + from.y * to.y < 0) { /* more than a right angle: by way of both */
        struct fth_spot ahead = unit((struct fth_spot){from.x - to.x, from.y - to.y});
        struct fth_spot out = side > 0 ? (struct fth_spot){from.y, -from.x}
                                       : (struct fth_spot){-from.y, from.x};
        struct fth_spot end = side > 0 ? (struct fth_spot){to.y, -to.x}
                                       : (struct fth_spot){-to.y, to.x};
        add_wedge(pen, at, out, ahead);
        add_wedge(pen, at, ahead, end);
    } else if (side > 0) {
        add_wedge(pen, at, (struct fth_spot){from.y, -from.x}, (struct fth_spot){to.y, -to.x});
    } else if (side < 0) {
        add_wedge(pen, at, (struct fth_spot){-from.y, from.x}, (struct fth_spot){-to.y, to.x});
    }
}

static void add_line(const struct pen *pen, struct fth_spot a, struct fth_spot b,
                     struct fth_spot ahead)
{
    struct fth_spot left = {-ahead.y, ahead.x};
    double r = pen->radius;
    struct fth_spot corners[4] = {moved(a, left, r), moved(b, left, r), moved(b, left, -r),
                                  moved(a, left, -r)};
    add_polygon(pen->outline, corners, 4);
}

/* Corners of a box around a line, on the sides it may be seen from. */
static bool is_seen(const struct pen *pen, struct fth_spot a, struct fth_spot b)
{
    const struct fth_outline *outline = pen->outline;
    double reach = pen->radius + 1;
    return !(fmax(a.x, b.x) < outline->view_x0 - reach ||
             fmin(a.x, b.x) > outline->view_x1 + reach ||
             fmax(a.y, b.y) < outline->view_y0 - reach ||
             fmin(a.y, b.y) > outline->view_y1 + reach);
}

void fth_path_stroke(struct fth_outline *outline, double radius, bool closed)
{
    const struct fth_spots *path = &outline->path;
    struct pen pen = {outline, radius, sqrt(8 * FTH_FLATNESS / fmax(radius, FTH_FLATNESS))};
    struct fth_spot first = {0, 0}, last = {0, 0};
    size_t lines = 0, steps = path->count - (closed ? 0 : 1);
    if (!(radius > 0) || !path->count)
        return;
    for (size_t i = 0; i < steps; i++) {
        struct fth_spot a = path->list[i], b = path->list[i + 1 < path->count ? i + 1 : 0];
        struct fth_spot ahead = unit((struct fth_spot){b.x - a.x, b.y - a.y});
        if (ahead.x == 0 && ahead.y == 0)
            continue;
        bool seen = is_seen(&pen, a, b);
        if (seen)
            add_line(&pen, a, b, ahead);
        if (seen && lines)
            add_turn(&pen, a, last, ahead);
        if (!lines)
            first = ahead;
        last = ahead;
        lines++;
    }
    struct fth_spot begin = path->list[0], end = path->list[path->count - 1];
    if (!lines) {
        add_cap(&pen, begin, (struct fth_spot){1, 0});
        add_cap(&pen, begin, (struct fth_spot){-1, 0});
    } else if (closed) {
        add_turn(&pen, begin, last, first);
    } else {
        add_cap(&pen, begin, (struct fth_spot){-first.x, -first.y});
        add_cap(&pen, end, last);
    }
}
