/* SPDX-License-Identifier: Apache-2.0 */
/* Outlines: paths are cut into chords first, then filled or followed by a pen. */
#include "ops/outline.h"

#include <math.h>

#include "base/compiler.h"
#include "base/mem.h"
#include "ops/math.h"

enum { DEEPEST = 32, MOST_CHORDS = 64, MOST_SIDES = 1 << 16, LEAST_SIDES = 16 };

/* ---- lists ---- */

void fth_outline_clear(struct fth_outline *outline)
{
    fth_free(outline->edges);
    fth_free(outline->path.list);
    *outline = (struct fth_outline){0};
}

enum fth_status fth_outline_check(const struct fth_outline *outline, struct fth_error *error)
{
    return outline->failed
               ? fth_fail_memory(error, outline->capacity * 2 * sizeof(struct fth_edge), "a shape")
               : FTH_OK;
}

/* Room for one more; the list, or NULL. */
static void *grow(void *list, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity)
        return list;
    size_t more = *capacity ? *capacity * 2 : 64;
    void *grown = fth_realloc(list, more, size);
    if (grown)
        *capacity = more;
    return grown;
}

static void add_spot(struct fth_outline *outline, struct fth_spot at)
{
    struct fth_spots *path = &outline->path;
    void *list = grow(path->list, path->count, &path->capacity, sizeof(*path->list));
    if (!list) {
        outline->failed = true;
        return;
    }
    path->list = list;
    path->list[path->count++] = at;
}

void fth_outline_edge(struct fth_outline *outline, struct fth_spot a, struct fth_spot b,
                      int32_t layer)
{
    double squeeze = outline->squeeze > 0 ? outline->squeeze : 1;
    if (a.y == b.y) /* nothing is to its right or left */
        return;
    void *list =
        grow(outline->edges, outline->count, &outline->capacity, sizeof(*outline->edges));
    if (!list) {
        outline->failed = true;
        return;
    }
    outline->edges = list;
    bool down = a.y < b.y;
    struct fth_spot top = down ? a : b, end = down ? b : a;
    outline->edges[outline->count++] =
        (struct fth_edge){top.x * squeeze, top.y, end.x * squeeze, end.y, down ? 1 : -1, layer};
}

bool fth_outline_bounds(const struct fth_outline *outline, struct fth_spot *low,
                        struct fth_spot *high)
{
    for (size_t i = 0; i < outline->count; i++) {
        const struct fth_edge *edge = &outline->edges[i];
        double left = FTH_MIN(edge->x0, edge->x1), right = FTH_MAX(edge->x0, edge->x1);
        low->x = i ? FTH_MIN(low->x, left) : left;
        low->y = i ? FTH_MIN(low->y, edge->y0) : edge->y0;
        high->x = i ? FTH_MAX(high->x, right) : right;
        high->y = i ? FTH_MAX(high->y, edge->y1) : edge->y1;
    }
    return outline->count > 0;
}

/* ---- paths ---- */

void fth_path_begin(struct fth_outline *outline, struct fth_spot at)
{
    outline->path.count = 0;
    add_spot(outline, at);
}

void fth_path_line(struct fth_outline *outline, struct fth_spot to)
{
    add_spot(outline, to);
}

static struct fth_spot middle(struct fth_spot a, struct fth_spot b)
{
    return (struct fth_spot){(a.x + b.x) / 2, (a.y + b.y) / 2};
}

/* Of the second differences of the four points: the longer one. */
static double bend(const struct fth_spot p[4])
{
    double x0 = p[0].x - 2 * p[1].x + p[2].x, y0 = p[0].y - 2 * p[1].y + p[2].y;
    double x1 = p[1].x - 2 * p[2].x + p[3].x, y1 = p[1].y - 2 * p[2].y + p[3].y;
    return sqrt(fmax(x0 * x0 + y0 * y0, x1 * x1 + y1 * y1));
}

/* All four points beyond one side of the view, further than the pen reaches. */
static bool is_outside(const struct fth_outline *outline, const struct fth_spot p[4], double reach)
{
    double low_x = INFINITY, high_x = -INFINITY, low_y = INFINITY, high_y = -INFINITY;
    for (int i = 0; i < 4; i++) {
        low_x = fmin(low_x, p[i].x);
        high_x = fmax(high_x, p[i].x);
        low_y = fmin(low_y, p[i].y);
        high_y = fmax(high_y, p[i].y);
    }
    return high_x < outline->view_x0 - reach || low_x > outline->view_x1 + reach ||
           high_y < outline->view_y0 - reach || low_y > outline->view_y1 + reach;
}

static double cubic_at(double a, double b, double c, double d, double t)
{
    double s = 1 - t;
    return s * s * s * a + 3 * s * s * t * b + 3 * s * t * t * c + t * t * t * d;
}

/* Chords of equal parameter: n of them leave the cubic by at most 3/4 bend / n^2. */
static void add_chords(struct fth_outline *outline, const struct fth_spot p[4], int count)
{
    for (int i = 1; i < count; i++) {
        double t = (double)i / count;
        add_spot(outline, (struct fth_spot){cubic_at(p[0].x, p[1].x, p[2].x, p[3].x, t),
                                            cubic_at(p[0].y, p[1].y, p[2].y, p[3].y, t)});
    }
    add_spot(outline, p[3]);
}

/* A cubic that is to be cut, and how often it was halved already. */
struct piece {
    struct fth_spot p[4];
    int depth;
};

static void halve(const struct piece *piece, struct piece *first, struct piece *second)
{
    const struct fth_spot *p = piece->p;
    struct fth_spot a = middle(p[0], p[1]), b = middle(p[1], p[2]), c = middle(p[2], p[3]);
    struct fth_spot ab = middle(a, b), bc = middle(b, c), at = middle(ab, bc);
    *first = (struct piece){{p[0], a, ab, at}, piece->depth + 1};
    *second = (struct piece){{at, bc, c, p[3]}, piece->depth + 1};
}

void fth_path_curve(struct fth_outline *outline, struct fth_spot out, struct fth_spot in,
                    struct fth_spot to, double pen_radius)
{
    struct piece waiting[DEEPEST + 2];
    int count = 1;
    if (!outline->path.count)
        return;
    waiting[0] = (struct piece){{outline->path.list[outline->path.count - 1], out, in, to}, 0};
    while (count) {
        struct piece piece = waiting[--count];
        /* a hair less, so that curves that mirror each other have as many */
        double chords = ceil(sqrt(0.75 * bend(piece.p) / FTH_FLATNESS) - 1e-9);
        if (is_outside(outline, piece.p, pen_radius + 1)) {
            add_spot(outline, piece.p[3]);
        } else if (chords <= MOST_CHORDS || piece.depth == DEEPEST) {
            add_chords(outline, piece.p, (int)fmin(fmax(chords, 1), MOST_CHORDS));
        } else {
            halve(&piece, &waiting[count + 1], &waiting[count]);
            count += 2;
        }
    }
}

void fth_path_fill(struct fth_outline *outline)
{
    const struct fth_spots *path = &outline->path;
    for (size_t i = 0; i < path->count; i++)
        fth_outline_edge(outline, path->list[i], path->list[i + 1 < path->count ? i + 1 : 0], 0);
}

/* ---- whole paths ---- */

static struct fth_spot placed(const struct fth_frame_of_shape *frame, double x, double y)
{
    return (struct fth_spot){frame->centre.x + x * frame->cosine - y * frame->sine,
                             frame->centre.y + x * frame->sine + y * frame->cosine};
}

/* Sides of a polygon in a circle that leaves it by at most the flatness: r (1 - cos(pi / n)). */
static int sides_of(double radius)
{
    int sides = LEAST_SIDES;
    while (sides < MOST_SIDES && radius * 4.9348022 / ((double)sides * sides) > FTH_FLATNESS)
        sides *= 2;
    return sides;
}

void fth_path_ellipse(struct fth_outline *outline, const struct fth_frame_of_shape *frame)
{
    int sides = sides_of(fmax(frame->half_width, frame->half_height));
    double turn = 6.283185307179586 / sides;
    /* corners stand out as far as the middles of sides lie within: the area is the ellipse's */
    double stretch = sqrt(turn / fth_sin(turn));
    outline->path.count = 0;
    for (int i = 0; i < sides; i++)
        add_spot(outline, placed(frame, frame->half_width * stretch * fth_cos(i * turn),
                                 frame->half_height * stretch * fth_sin(i * turn)));
}

void fth_path_rectangle(struct fth_outline *outline, const struct fth_frame_of_shape *frame,
                        double corner)
{
    static const double signs[4][2] = {{1, 1}, {-1, 1}, {-1, -1}, {1, -1}};
    double radius = fmin(corner, fmin(frame->half_width, frame->half_height));
    int sides = radius > 0 ? sides_of(radius) / 4 : 0;
    outline->path.count = 0;
    for (int i = 0; i < 4; i++) {
        double x = signs[i][0] * (frame->half_width - radius);
        double y = signs[i][1] * (frame->half_height - radius);
        for (int k = 0; k <= sides; k++) {
            double angle = (i + (sides ? (double)k / sides : 0)) * 1.5707963267948966;
            double dx = radius > 0 ? radius * fth_cos(angle) : 0;
            double dy = radius > 0 ? radius * fth_sin(angle) : 0;
            add_spot(outline, placed(frame, x + dx, y + dy));
        }
    }
}
