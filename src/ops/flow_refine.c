/* SPDX-License-Identifier: Apache-2.0 */
/* Variational refinement (Brox et al. 2004): constancy of brightness and of its gradient, and a
 * smooth flow, all under robust norms. Fixed-point steps set up a linear system, relaxed over the
 * red and black fields of a checkerboard in turn, so that every pixel of a colour can go at once.
 *
 * A checker keeps the colours apart: element k of row y of colour c is the pixel 2 k + s, with
 * s = (y + c) & 1. Of the other colour, k + s - 1 is to its left and k + s to its right in the same
 * row, and k is above and below it. One more element all round stands for what is outside. */
#include <string.h>

#include "ops/flow_level.h"
#include "ops/kernels.h"

enum { DERIVATIVES = 9, SYSTEM = 5, MARGIN = 16, RELAXATIONS = 5 };

/* Weights of OpenCV's refinement within DIS: alpha 20, delta 5, gamma 10, each halved; zeta 0.1
 * squared. Epsilon comes with the preset. */
static const float alpha2 = 10, delta2 = 2.5f, gamma2 = 5, zeta2 = 0.01f;

struct checker {
    float *colour[2]; /* element 0 of row 0 */
};

struct refine {
    const struct fth_kernels *k;
    const struct fth_flow_level *level;
    int32_t width, height;
    ptrdiff_t stride;
    struct fth_grid warped, mean, step;  /* step: warped - from */
    struct fth_grid mean_x, mean_y, row_scratch;
    struct checker derivatives[DERIVATIVES], system[SYSTEM];
    struct checker u, v, first_u, first_v, weight;
    float epsilon2;
    int colour; /* of the half-step being made */
};

static inline float *row_of(const struct refine *r, const struct checker *c, int colour, int32_t y)
{
    return c->colour[colour] + y * r->stride;
}

static inline int shift_of(int colour, int32_t y)
{
    return (int)((y + colour) & 1);
}

/* Pixels of a colour in a row. */
static inline size_t count_of(const struct refine *r, int colour, int32_t y)
{
    return (size_t)(r->width - shift_of(colour, y) + 1) / 2;
}

static void split_row(const struct refine *r, const struct checker *c, int32_t y, const float *row)
{
    for (int colour = 0; colour < 2; colour++) {
        float *dst = row_of(r, c, colour, y);
        const float *src = row + shift_of(colour, y);
        size_t count = count_of(r, colour, y);
        for (size_t k = 0; k < count; k++)
            dst[k] = src[2 * k];
    }
}

static void join_row(const struct refine *r, const struct checker *c, int32_t y, float *row)
{
    for (int colour = 0; colour < 2; colour++) {
        const float *src = row_of(r, c, colour, y);
        float *dst = row + shift_of(colour, y);
        size_t count = count_of(r, colour, y);
        for (size_t k = 0; k < count; k++)
            dst[2 * k] = src[k];
    }
}

/* ---- derivatives */

static void warp_rows(void *context, int32_t y0, int32_t y1)
{
    const struct refine *r = context;
    const struct fth_flow_level *level = r->level;
    const int32_t size[2] = {r->width, r->height};
    for (int32_t y = y0; y < y1; y++) {
        const float *u = fth_grid_row(&level->u, y), *v = fth_grid_row(&level->v, y);
        const float *from = fth_grid_row(&level->from, y);
        float *mean = fth_grid_row(&r->mean, y), *step = fth_grid_row(&r->step, y);
        float *warped = fth_grid_row(&r->warped, y);
        for (int32_t x = 0; x < r->width; x++) {
            mean[x] = (float)x + u[x];
            step[x] = (float)y + v[x];
        }
        r->k->remap(warped, mean, step, level->to.data, level->to.row_stride, size,
                    (size_t)r->width);
        r->k->lerp(mean, from, warped, 0.5f, (size_t)r->width);
        r->k->difference(step, warped, from, 1, (size_t)r->width);
        split_row(r, &r->u, y, u);
        split_row(r, &r->v, y, v);
        split_row(r, &r->first_u, y, u);
        split_row(r, &r->first_v, y, v);
    }
}

/* dst(x) = src(x + 1) - src(x - 1), the edge pixel going on */
static void derive_x(const struct refine *r, float *dst, const float *src)
{
    int32_t last = r->width - 1;
    dst[0] = src[FTH_MIN(1, last)] - src[0];
    if (last > 1)
        r->k->difference(dst + 1, src + 2, src, 1, (size_t)last - 1);
    dst[last] = src[last] - src[FTH_MAX(0, last - 1)];
}

static void derive_y(const struct refine *r, float *dst, const struct fth_grid *src, int32_t y)
{
    r->k->difference(dst, fth_grid_row(src, FTH_MIN(y + 1, r->height - 1)),
                     fth_grid_row(src, FTH_MAX(y - 1, 0)), 1, (size_t)r->width);
}

static void derive_first(void *context, int32_t y0, int32_t y1)
{
    const struct refine *r = context;
    for (int32_t y = y0; y < y1; y++) {
        derive_x(r, fth_grid_row(&r->mean_x, y), fth_grid_row(&r->mean, y));
        derive_y(r, fth_grid_row(&r->mean_y, y), &r->mean, y);
    }
}

/* The part of the step that the flow so far explains is taken out, so that the unknowns are the
 * flow itself: r + p u + q v is the residual at flow (u, v). */
static void finish_term(const struct refine *r, const struct checker *term, int32_t y)
{
    for (int colour = 0; colour < 2; colour++) {
        float *p = row_of(r, &term[0], colour, y), *q = row_of(r, &term[1], colour, y);
        float *c = row_of(r, &term[2], colour, y);
        const float *u = row_of(r, &r->first_u, colour, y);
        const float *v = row_of(r, &r->first_v, colour, y);
        size_t count = count_of(r, colour, y);
        for (size_t k = 0; k < count; k++)
            c[k] -= p[k] * u[k] + q[k] * v[k];
        r->k->refine_normalise(p, q, c, zeta2, count);
    }
}

static void derive_second(void *context, int32_t y0, int32_t y1)
{
    const struct refine *r = context;
    const struct checker *d = r->derivatives;
    for (int32_t y = y0; y < y1; y++) {
        float *row = fth_grid_row(&r->row_scratch, y);
        split_row(r, &d[0], y, fth_grid_row(&r->mean_x, y));
        split_row(r, &d[1], y, fth_grid_row(&r->mean_y, y));
        split_row(r, &d[2], y, fth_grid_row(&r->step, y));
        derive_x(r, row, fth_grid_row(&r->mean_x, y));
        split_row(r, &d[3], y, row);
        derive_y(r, row, &r->mean_x, y);
        split_row(r, &d[4], y, row);
        split_row(r, &d[6], y, row);
        derive_x(r, row, fth_grid_row(&r->step, y));
        split_row(r, &d[5], y, row);
        derive_y(r, row, &r->mean_y, y);
        split_row(r, &d[7], y, row);
        derive_y(r, row, &r->step, y);
        split_row(r, &d[8], y, row);
        for (int term = 0; term < 3; term++)
            finish_term(r, &d[3 * term], y);
    }
}

/* ---- a fixed-point step */

/* What lies right of and below the picture: the edge pixel (no step there, for the weights) or
 * zeros (nothing flows in, for the relaxation). */
static void set_outside(const struct refine *r, const struct checker *c, bool edge)
{
    for (int32_t y = 0; y < r->height; y++) {
        int colour = (int)((r->width - 1 + y) & 1);
        const float *last = row_of(r, c, colour, y) + count_of(r, colour, y) - 1;
        row_of(r, c, 1 - colour, y)[count_of(r, colour, y) - 1 + (size_t)shift_of(colour, y)] =
            edge ? *last : 0;
    }
    for (int colour = 0; colour < 2; colour++) {
        float *below = row_of(r, c, 1 - colour, r->height);
        size_t count = count_of(r, colour, r->height - 1);
        if (edge)
            memcpy(below, row_of(r, c, colour, r->height - 1), count * sizeof(float));
        else
            memset(below, 0, count * sizeof(float));
    }
}

static void weigh_rows(void *context, int32_t y0, int32_t y1)
{
    const struct refine *r = context;
    for (int32_t y = y0; y < y1; y++)
        for (int colour = 0; colour < 2; colour++) {
            int other = 1 - colour, shift = shift_of(colour, y);
            const float *const flow[6] = {
                row_of(r, &r->u, colour, y),        row_of(r, &r->v, colour, y),
                row_of(r, &r->u, other, y) + shift, row_of(r, &r->v, other, y) + shift,
                row_of(r, &r->u, other, y + 1),     row_of(r, &r->v, other, y + 1)};
            r->k->refine_weight(row_of(r, &r->weight, colour, y), flow, alpha2, r->epsilon2,
                                count_of(r, colour, y));
        }
}

static void system_row(const struct refine *r, int colour, int32_t y, float ahead, size_t begin,
                       size_t end)
{
    int other = 1 - colour, shift = shift_of(colour, y);
    float *out[SYSTEM];
    const float *in[DERIVATIVES + 7];
    for (int i = 0; i < SYSTEM; i++)
        out[i] = row_of(r, &r->system[i], colour, y) + begin;
    for (int i = 0; i < DERIVATIVES; i++)
        in[i] = row_of(r, &r->derivatives[i], colour, y) + begin;
    in[9] = row_of(r, &r->u, colour, y) + begin;
    in[10] = row_of(r, &r->v, colour, y) + begin;
    in[11] = row_of(r, &r->first_u, colour, y) + begin;
    in[12] = row_of(r, &r->first_v, colour, y) + begin;
    in[13] = row_of(r, &r->weight, colour, y) + begin;
    in[14] = row_of(r, &r->weight, other, y) + shift - 1 + begin;
    in[15] = row_of(r, &r->weight, other, y - 1) + begin;
    const float constants[5] = {delta2, gamma2, zeta2, r->epsilon2, ahead};
    r->k->refine_system(out, in, constants, end - begin);
}

static void system_rows(void *context, int32_t y0, int32_t y1)
{
    const struct refine *r = context;
    for (int32_t y = y0; y < y1; y++)
        for (int colour = 0; colour < 2; colour++) {
            float ahead = y + 1 < r->height ? 2 : 1; /* neighbours right and below */
            size_t count = count_of(r, colour, y);
            system_row(r, colour, y, ahead, 0, count);
            if (colour == ((r->width - 1 + y) & 1)) /* the last pixel has none to its right */
                system_row(r, colour, y, ahead - 1, count - 1, count);
        }
}

static void relax_rows(void *context, int32_t y0, int32_t y1)
{
    const struct refine *r = context;
    int colour = r->colour, other = 1 - colour;
    for (int32_t y = y0; y < y1; y++) {
        int shift = shift_of(colour, y);
        const float *const around[6] = {
            row_of(r, &r->u, other, y) + shift, row_of(r, &r->v, other, y) + shift,
            row_of(r, &r->u, other, y - 1),     row_of(r, &r->v, other, y - 1),
            row_of(r, &r->u, other, y + 1),     row_of(r, &r->v, other, y + 1)};
        const float *const weights[3] = {row_of(r, &r->weight, colour, y),
                                         row_of(r, &r->weight, other, y) + shift - 1,
                                         row_of(r, &r->weight, other, y - 1)};
        float *system[SYSTEM];
        for (int i = 0; i < SYSTEM; i++)
            system[i] = row_of(r, &r->system[i], colour, y);
        r->k->refine_relax(row_of(r, &r->u, colour, y), row_of(r, &r->v, colour, y), around,
                           weights, system, count_of(r, colour, y));
    }
}

static enum fth_status run_rows(const struct fth_work *work, struct refine *r,
                                void (*rows)(void *, int32_t, int32_t))
{
    return fth_rows_run(work, r->height, fth_flow_block_rows(r->width), rows, r);
}

static enum fth_status step_once(const struct fth_work *work, struct refine *r)
{
    set_outside(r, &r->u, true);
    set_outside(r, &r->v, true);
    enum fth_status status = run_rows(work, r, weigh_rows);
    if (status == FTH_OK)
        status = run_rows(work, r, system_rows);
    set_outside(r, &r->u, false);
    set_outside(r, &r->v, false);
    for (int i = 0; i < 2 * RELAXATIONS && status == FTH_OK; i++) {
        r->colour = i & 1;
        status = run_rows(work, r, relax_rows);
    }
    return status;
}

/* ---- set-up */

static enum fth_status new_checker(struct fth_arena *arena, const struct refine *r,
                                   struct checker *c, struct fth_error *error)
{
    size_t count = (size_t)r->stride * (size_t)(r->height + 2);
    for (int colour = 0; colour < 2; colour++) {
        float *data = fth_arena_take(arena, count, sizeof(float));
        if (!data)
            return fth_fail_memory(error, count * sizeof(float), "flow refinement");
        memset(data, 0, count * sizeof(float)); /* outside, weights and flows are 0 */
        c->colour[colour] = data + r->stride + MARGIN;
    }
    return FTH_OK;
}

static enum fth_status take_scratch(struct fth_arena *arena, struct refine *r,
                                    struct fth_error *error)
{
    struct fth_grid *const grids[] = {&r->warped, &r->mean,   &r->step,
                                      &r->mean_x, &r->mean_y, &r->row_scratch};
    struct checker *const checkers[] = {&r->u, &r->v, &r->first_u, &r->first_v, &r->weight};
    enum fth_status status = FTH_OK;
    for (size_t i = 0; i < FTH_ARRAY_COUNT(grids) && status == FTH_OK; i++)
        status = fth_grid_new(arena, r->width, r->height, grids[i], error);
    for (size_t i = 0; i < FTH_ARRAY_COUNT(checkers) && status == FTH_OK; i++)
        status = new_checker(arena, r, checkers[i], error);
    for (int i = 0; i < DERIVATIVES && status == FTH_OK; i++)
        status = new_checker(arena, r, &r->derivatives[i], error);
    for (int i = 0; i < SYSTEM && status == FTH_OK; i++)
        status = new_checker(arena, r, &r->system[i], error);
    return status;
}

enum fth_status fth_flow_refine(const struct fth_work *work, const struct fth_flow_level *level,
                                int iterations, float epsilon, struct fth_error *error)
{
    struct refine r = {.k = fth_kernels(),
                       .level = level,
                       .epsilon2 = epsilon * epsilon,
                       .width = level->from.width,
                       .height = level->from.height};
    r.stride = ((r.width + 1) / 2 + 2 * MARGIN + 15) / 16 * 16;
    size_t mark = fth_arena_mark(work->arena);
    enum fth_status status = take_scratch(work->arena, &r, error);
    if (status == FTH_OK)
        status = run_rows(work, &r, warp_rows);
    if (status == FTH_OK)
        status = run_rows(work, &r, derive_first);
    if (status == FTH_OK)
        status = run_rows(work, &r, derive_second);
    for (int i = 0; i < iterations && status == FTH_OK; i++)
        status = step_once(work, &r);
    for (int32_t y = 0; y < r.height && status == FTH_OK; y++) {
        join_row(&r, &r.u, y, fth_grid_row(&level->u, y));
        join_row(&r, &r.v, y, fth_grid_row(&level->v, y));
    }
    fth_arena_return(work->arena, mark);
    return status;
}
