/* SPDX-License-Identifier: Apache-2.0 */
/* Pairs of pictures whose motion is known: a textured ground and a textured disc before it, each
 * moved by a similarity of its own, with noise. For the tests and the bench of the flow. */
#ifndef FTH_TESTS_OPS_MOVING_H
#define FTH_TESTS_OPS_MOVING_H

#include <math.h>

#include "ops/grid.h"

/* A point p goes to middle + zoom * turned(p - middle) + (dx, dy). */
struct moving_motion {
    double dx, dy, turn, zoom;
};

struct moving_scene {
    const char *name;
    struct moving_motion ground, disc;
    double disc_radius; /* of the picture's height; 0: no disc */
    double noise;       /* standard deviation, steps of 8 bit */
};

static const struct moving_scene moving_scenes[] = {
    {"shift", {7.3, -4.6, 0, 1}, {0, 0, 0, 1}, 0, 2},
    {"turn", {0, 0, 0.04, 1}, {0, 0, 0, 1}, 0, 2},
    {"zoom", {1, 0.5, 0, 1.05}, {0, 0, 0, 1}, 0, 2},
    {"occluder", {-3.2, 1.1, 0, 1}, {8.5, 2.5, 0.03, 1.02}, 0.28, 2},
    {"noisy occluder", {2.4, 1.7, 0.01, 1.01}, {-6.5, 3.5, 0, 1}, 0.28, 6},
};
enum { MOVING_SCENES = sizeof(moving_scenes) / sizeof(moving_scenes[0]) };

static inline uint32_t moving_hash(int32_t x, int32_t y, uint32_t seed)
{
    uint32_t h = (uint32_t)x * 0x85ebca6bu ^ (uint32_t)y * 0xc2b2ae35u ^ seed * 0x27d4eb2fu;
    h = (h ^ (h >> 15)) * 0x2c1b3c6du;
    h = (h ^ (h >> 12)) * 0x297a2d39u;
    return h ^ (h >> 15);
}

static inline double moving_unit(int32_t x, int32_t y, uint32_t seed)
{
    return moving_hash(x, y, seed) / 4294967296.0;
}

/* Smooth noise whose lattice is `cell` pixels. */
static inline double moving_noise(double x, double y, double cell, uint32_t seed)
{
    double gx = floor(x / cell), gy = floor(y / cell);
    double fx = x / cell - gx, fy = y / cell - gy;
    int32_t ix = (int32_t)gx, iy = (int32_t)gy;
    fx = fx * fx * (3 - 2 * fx);
    fy = fy * fy * (3 - 2 * fy);
    double a = moving_unit(ix, iy, seed), b = moving_unit(ix + 1, iy, seed);
    double c = moving_unit(ix, iy + 1, seed), d = moving_unit(ix + 1, iy + 1, seed);
    return (a + fx * (b - a)) * (1 - fy) + (c + fx * (d - c)) * fy;
}

static inline double moving_texture(double x, double y, uint32_t seed)
{
    double sum = 0;
    static const double cells[] = {41, 19, 9, 4.5}, weights[] = {90, 70, 50, 30};
    for (int i = 0; i < 4; i++)
        sum += weights[i] * (moving_noise(x, y, cells[i], seed + (uint32_t)i) - 0.5);
    return 128 + sum;
}

static inline void moving_forward(const struct moving_motion *m, const double middle[2],
                                  const double from[2], double to[2])
{
    double x = from[0] - middle[0], y = from[1] - middle[1];
    double c = m->zoom * cos(m->turn), s = m->zoom * sin(m->turn);
    to[0] = middle[0] + c * x - s * y + m->dx;
    to[1] = middle[1] + s * x + c * y + m->dy;
}

static inline void moving_back(const struct moving_motion *m, const double middle[2],
                               const double to[2], double from[2])
{
    double x = to[0] - middle[0] - m->dx, y = to[1] - middle[1] - m->dy;
    double c = cos(m->turn) / m->zoom, s = sin(m->turn) / m->zoom;
    from[0] = middle[0] + c * x + s * y;
    from[1] = middle[1] - s * x + c * y;
}

static inline bool moving_in_disc(const struct moving_scene *scene, const struct fth_grid *grid,
                                  const double at[2])
{
    double x = at[0] - 0.5 * grid->width, y = at[1] - 0.5 * grid->height;
    return hypot(x, y) < scene->disc_radius * grid->height;
}

/* What is seen at `at` before (after: behind) the motion. */
static inline double moving_sample(const struct moving_scene *scene, const struct fth_grid *grid,
                                   const double at[2], bool after)
{
    double middle[2] = {0.5 * grid->width, 0.5 * grid->height};
    double disc[2] = {at[0], at[1]}, ground[2] = {at[0], at[1]};
    if (after) {
        moving_back(&scene->disc, middle, at, disc);
        moving_back(&scene->ground, middle, at, ground);
    }
    return moving_in_disc(scene, grid, disc) ? moving_texture(disc[0], disc[1], 77)
                                             : moving_texture(ground[0], ground[1], 11);
}

/* The picture before or after the motion, in whole numbers 0..255. */
static inline void moving_picture(const struct moving_scene *scene, bool after,
                                  const struct fth_grid *grid)
{
    for (int32_t y = 0; y < grid->height; y++)
        for (int32_t x = 0; x < grid->width; x++) {
            double sum = 0, noise = 0;
            for (int i = 0; i < 4; i++) {
                const double at[2] = {x + 0.5 * (i & 1) - 0.25, y + 0.5 * (i >> 1) - 0.25};
                sum += moving_sample(scene, grid, at, after) / 4;
                noise += moving_unit(x, y, 100 + (uint32_t)i + 10 * after) - 0.5;
            }
            double value = floor(sum + scene->noise * sqrt(3) * noise + 0.5);
            fth_grid_row(grid, y)[x] = (float)fmin(fmax(value, 0), 255);
        }
}

/* Whether what is at `from` is in the picture and not covered after the motion; `to` (or NULL) gets
 * where it is then. */
static inline bool moving_seen_after(const struct moving_scene *scene, const struct fth_grid *grid,
                                     const double from[2], double to[2])
{
    double middle[2] = {0.5 * grid->width, 0.5 * grid->height}, at[2], disc[2];
    bool in_disc = moving_in_disc(scene, grid, from);
    moving_forward(in_disc ? &scene->disc : &scene->ground, middle, from, at);
    moving_back(&scene->disc, middle, at, disc);
    if (to) {
        to[0] = at[0];
        to[1] = at[1];
    }
    return (in_disc || !moving_in_disc(scene, grid, disc)) && at[0] >= 0 && at[1] >= 0 &&
           at[0] <= grid->width - 1 && at[1] <= grid->height - 1;
}

/* Mean length of the error of a flow, over pixels that are seen after the motion. */
static inline double moving_error(const struct moving_scene *scene, const struct fth_grid *u,
                                  const struct fth_grid *v)
{
    double sum = 0;
    int64_t count = 0;
    for (int32_t y = 0; y < u->height; y++)
        for (int32_t x = 0; x < u->width; x++) {
            double from[2] = {x, y}, to[2];
            if (!moving_seen_after(scene, u, from, to))
                continue;
            sum += hypot((double)fth_grid_row(u, y)[x] - (to[0] - x),
                         (double)fth_grid_row(v, y)[x] - (to[1] - y));
            count++;
        }
    return sum / (double)count;
}
#endif
