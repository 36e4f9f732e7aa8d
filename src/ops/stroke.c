/* SPDX-License-Identifier: Apache-2.0 */
/* The stroke of a round pen as a union: a rectangle along each line, a wedge of a disc at the outer
 * side of each turn, half a disc at each end. All have one orientation, so that whatever has a
 * winding is covered; edges that two of them share are left out, which leaves two chains, one on
 * either side. Wedges are halved by adding directions: square roots are all it takes. */
#include <math.h>

#include "ops/outline.h"

enum { DEEPEST = 24 };
#define MOST_MITRE 4.0 /* how long a pointed corner is over the pen's width, as SVG has it */

/* What is drawn, and with which pen. */
struct pen {
    struct fth_outline *outline;
    double radius;
    double narrow; /* directions nearer than this are joined by a chord */
    enum fth_stroke_join join;
};

static struct fth_spot moved(struct fth_spot at, struct fth_spot by, double times)
{
    return (struct fth_spot){at.x + by.x * times, at.y + by.y * times};
}

static double cross(struct fth_spot a, struct fth_spot b)
{
    return a.x * b.y - a.y * b.x;
}

static double dot(struct fth_spot a, struct fth_spot b)
{
    return a.x * b.x + a.y * b.y;
}

static struct fth_spot unit(struct fth_spot a)
{
    double length = sqrt(dot(a, a));
    return length > 0 ? (struct fth_spot){a.x / length, a.y / length} : (struct fth_spot){0, 0};
}

/* To the left of where one goes (side 1), or to the right (-1). */
static struct fth_spot aside(struct fth_spot ahead, double side)
{
    return (struct fth_spot){-ahead.y * side, ahead.x * side};
}

/* The right chain goes with the path, the left one against it. */
static void add_link(const struct pen *pen, struct fth_spot from, struct fth_spot to, double side)
{
    if (side > 0)
        fth_outline_edge(pen->outline, to, from, 1);
    else
        fth_outline_edge(pen->outline, from, to, 1);
}

/* Along the disc around `at`, from direction a to direction b, at most a right angle apart. */
static void add_arc(const struct pen *pen, struct fth_spot at, struct fth_spot a,
                    struct fth_spot b, double side)
{
    struct fth_spot directions[DEEPEST + 2] = {b};
    int count = 1;
    while (count) {
        struct fth_spot to = directions[count - 1], apart = moved(to, a, -1);
        if (dot(apart, apart) > pen->narrow * pen->narrow && count <= DEEPEST) {
            directions[count++] = unit(moved(a, to, 1));
            continue;
        }
        add_link(pen, moved(at, a, pen->radius), moved(at, to, pen->radius), side);
        a = to;
        count--;
    }
}

/* Half a disc around `at`, the half that lies towards `ahead`. */
static void add_cap(const struct pen *pen, struct fth_spot at, struct fth_spot ahead)
{
    add_arc(pen, at, aside(ahead, 1), ahead, 1);
    add_arc(pen, at, ahead, aside(ahead, -1), 1);
}

/* The outer side of a corner that is not round. */
static void add_corner(const struct pen *pen, struct fth_spot at, struct fth_spot a,
                       struct fth_spot b, double side)
{
    /* the tip lies along a + b, as far as both borders' lines meet: r / cos^2 of half the turn */
    struct fth_spot sum = moved(a, b, 1);
    double cosine_squared = dot(sum, sum) / 4;
    struct fth_spot from = moved(at, a, pen->radius), to = moved(at, b, pen->radius);
    if (pen->join == FTH_STROKE_MITRE && cosine_squared * MOST_MITRE * MOST_MITRE >= 1) {
        struct fth_spot tip = moved(at, sum, pen->radius / (2 * cosine_squared));
        add_link(pen, from, tip, side);
        from = tip;
    }
    add_link(pen, from, to, side);
}

/* One side of a turn at `at`; `least` is the length of the shorter line. */
static void add_side(const struct pen *pen, struct fth_spot at, const struct fth_spot ways[2],
                     double least, double side)
{
    struct fth_spot a = aside(ways[0], side), b = aside(ways[1], side);
    double turn = cross(ways[0], ways[1]) * side, along = dot(ways[0], ways[1]);
    if (turn < 0 && pen->join != FTH_STROKE_ROUND) {
        add_corner(pen, at, a, b, side);
        return;
    }
    if (turn <= 0 && along < 0) { /* the outer side of a sharp turn, by way of its tip */
        struct fth_spot tip = unit(moved(ways[0], ways[1], -1));
        if (turn < 0 || side > 0) {
            add_arc(pen, at, a, tip, side);
            add_arc(pen, at, tip, b, side);
            return;
        }
    }
    if (turn < 0) {
        add_arc(pen, at, a, b, side);
    } else if (along > 0 && pen->radius * turn <= least) {
        /* both rectangles cover what lies between: it need not be covered twice */
        add_link(pen, moved(at, a, pen->radius), moved(at, b, pen->radius), side);
    } else {
        add_link(pen, moved(at, a, pen->radius), at, side);
        add_link(pen, at, moved(at, b, pen->radius), side);
    }
}

/* A line of the path. */
struct line {
    struct fth_spot from, to, ahead;
    double length;
};

static void add_turn(const struct pen *pen, const struct line *last, const struct line *next)
{
    const struct fth_spot ways[2] = {last->ahead, next->ahead};
    double least = fmin(last->length, next->length);
    add_side(pen, next->from, ways, least, 1);
    add_side(pen, next->from, ways, least, -1);
}

static void add_line(const struct pen *pen, const struct line *line)
{
    for (int side = -1; side <= 1; side += 2) {
        struct fth_spot out = aside(line->ahead, side);
        add_link(pen, moved(line->from, out, pen->radius), moved(line->to, out, pen->radius),
                 side);
    }
}

static bool next_line(const struct fth_spots *path, size_t i, struct line *line)
{
    line->from = path->list[i];
    line->to = path->list[i + 1 < path->count ? i + 1 : 0];
    struct fth_spot way = moved(line->to, line->from, -1);
    line->length = sqrt(dot(way, way));
    line->ahead = unit(way);
    return line->length > 0;
}

void fth_path_stroke(struct fth_outline *outline, double radius, bool closed)
{
    fth_path_stroke_joined(outline, radius, closed, FTH_STROKE_ROUND);
}

void fth_path_stroke_joined(struct fth_outline *outline, double radius, bool closed,
                            enum fth_stroke_join join)
{
    const struct fth_spots *path = &outline->path;
    struct pen pen = {outline, radius, sqrt(8 * FTH_FLATNESS / fmax(radius, FTH_FLATNESS)), join};
    struct line first = {.length = 0}, last = {.length = 0}, line;
    if (!(radius > 0) || !path->count)
        return;
    for (size_t i = 0; i + (closed ? 0 : 1) < path->count; i++) {
        if (!next_line(path, i, &line))
            continue;
        add_line(&pen, &line);
        if (last.length > 0)
            add_turn(&pen, &last, &line);
        else
            first = line;
        last = line;
    }
    if (!(last.length > 0)) {
        add_cap(&pen, path->list[0], (struct fth_spot){1, 0});
        add_cap(&pen, path->list[0], (struct fth_spot){-1, 0});
    } else if (closed) {
        add_turn(&pen, &last, &first);
    } else {
        add_cap(&pen, first.from, (struct fth_spot){-first.ahead.x, -first.ahead.y});
        add_cap(&pen, last.to, last.ahead);
    }
}
