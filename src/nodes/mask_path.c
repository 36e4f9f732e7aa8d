/* SPDX-License-Identifier: Apache-2.0 */
/* Points to curves. */
#include "nodes/mask_path.h"

#include <math.h>

#include "node/shape.h"

struct fth_mask_place fth_mask_place(const struct fth_mask_canvas *canvas, const double centre[2],
                                     double size, double angle)
{
    static const double middle[2] = {0.5, 0.5}, none[2] = {0, 0};
    struct fth_frame_of_shape turned = fth_mask_frame(canvas, middle, none, angle);
    return (struct fth_mask_place){turned.centre, fth_mask_spot(canvas, centre[0], centre[1]),
                                   turned.cosine * size, turned.sine * size};
}

struct fth_mask_place fth_mask_unplaced(void)
{
    return (struct fth_mask_place){.cosine = 1};
}

static struct fth_spot placed(const struct fth_mask_place *place, struct fth_spot spot)
{
    double x = spot.x - place->from.x, y = spot.y - place->from.y;
    return (struct fth_spot){place->to.x + x * place->cosine - y * place->sine,
                             place->to.y + x * place->sine + y * place->cosine};
}

/* A point of the path, or its handle in (-1) or out (1). */
static struct fth_spot spot_of(const struct fth_mask_canvas *canvas, struct fth_shape_point point,
                               int handle, const struct fth_mask_place *place)
{
    double x = point.x + (handle < 0 ? point.in_x : handle > 0 ? point.out_x : 0);
    double y = point.y + (handle < 0 ? point.in_y : handle > 0 ? point.out_y : 0);
    return placed(place, fth_mask_spot(canvas, x, y));
}

void fth_mask_polyline(struct fth_mask_canvas *canvas, const struct fth_shape_at *shape,
                       size_t index, const struct fth_mask_place *place)
{
    struct fth_shape_path path = fth_shape_path(shape, index);
    size_t steps = path.closed ? path.count : path.count - 1;
    fth_path_begin(&canvas->outline,
                   spot_of(canvas, fth_shape_point(shape, path.first), 0, place));
    for (size_t i = 0; i < steps; i++) {
        size_t next = i + 1 < path.count ? i + 1 : 0;
        struct fth_shape_point a = fth_shape_point(shape, path.first + i);
        struct fth_shape_point b = fth_shape_point(shape, path.first + next);
        bool straight = a.out_x == 0 && a.out_y == 0 && b.in_x == 0 && b.in_y == 0;
        if (!straight)
            fth_path_curve(&canvas->outline, spot_of(canvas, a, 1, place),
                           spot_of(canvas, b, -1, place), spot_of(canvas, b, 0, place),
                           canvas->pen_radius);
        else if (next)
            fth_path_line(&canvas->outline, spot_of(canvas, b, 0, place));
    }
}

/* ---- B-splines ---- */

static struct fth_spot mixed(struct fth_spot a, struct fth_spot b, double share)
{
    return (struct fth_spot){a.x + (b.x - a.x) * share, a.y + (b.y - a.y) * share};
}

/* What controls an open spline beyond its ends, so that it begins and ends where they are. */
static struct fth_spot beyond(struct fth_spot end, struct fth_spot before)
{
    return (struct fth_spot){2 * end.x - before.x, 2 * end.y - before.y};
}

/* Control `i` of the path, round and round when it is closed. */
static struct fth_spot control(const struct fth_mask_canvas *canvas,
                               const struct fth_shape_at *shape, struct fth_shape_path path,
                               int64_t i, const struct fth_mask_place *place)
{
    int64_t count = (int64_t)path.count;
    int64_t at = path.closed ? (i + count) % count : i < 0 ? 0 : i < count ? i : count - 1;
    return spot_of(canvas, fth_shape_point(shape, path.first + (size_t)at), 0, place);
}

void fth_mask_bspline(struct fth_mask_canvas *canvas, const struct fth_shape_at *shape,
                      size_t index, const struct fth_mask_place *place)
{
    struct fth_shape_path path = fth_shape_path(shape, index);
    int64_t count = (int64_t)path.count, steps = path.closed ? count : count - 1;
    struct fth_spot c[4];
    for (int64_t i = 0; i < FTH_MAX(steps, 1); i++) {
        for (int k = 0; k < 4; k++)
            c[k] = control(canvas, shape, path, i + k - 1, place);
        if (!path.closed && i == 0)
            c[0] = beyond(c[1], c[2]);
        if (!path.closed && i + 1 >= steps)
            c[3] = beyond(c[2], c[1]);
        struct fth_spot out = mixed(c[1], c[2], 1.0 / 3), in = mixed(c[1], c[2], 2.0 / 3);
        struct fth_spot from = mixed(mixed(c[0], c[1], 2.0 / 3), out, 0.5);
        struct fth_spot to = mixed(in, mixed(c[2], c[3], 1.0 / 3), 0.5);
        if (i == 0)
            fth_path_begin(&canvas->outline, from);
        fth_path_curve(&canvas->outline, out, in, to, canvas->pen_radius);
    }
}
