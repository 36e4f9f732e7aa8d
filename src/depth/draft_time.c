/* SPDX-License-Identifier: Apache-2.0 */
/* DRAFT step 6: the frame before, brought here along the motion of the picture, steadies this one
 * as far as that motion is to be believed. */
#include "depth/draft_time.h"

#include <math.h>

#include "ops/blur.h"
#include "ops/flow.h"
#include "ops/kernels.h"
#include "ops/resize.h"

/* Adds its own coordinates to a flow. */
static void to_positions(const struct fth_grid *u, const struct fth_grid *v)
{
    for (int32_t y = 0; y < u->height; y++) {
        float *row_u = fth_grid_row(u, y), *row_v = fth_grid_row(v, y);
        for (int32_t x = 0; x < u->width; x++) {
            row_u[x] += (float)x;
            row_v[x] += (float)y;
        }
    }
}

static void difference(const struct fth_grid *a, const struct fth_grid *b)
{
    for (int32_t y = 0; y < a->height; y++) {
        float *row = fth_grid_row(a, y);
        const float *other = fth_grid_row(b, y);
        for (int32_t x = 0; x < a->width; x++)
            row[x] = fabsf(row[x] - other[x]);
    }
}

/* Error in grey levels to trust, 0 where the pixel was outside the frame; returns the mean. */
static double to_trust(const struct fth_grid *wrong, const struct fth_grid *mx,
                       const struct fth_grid *my)
{
    const int32_t size[2] = {wrong->width, wrong->height};
    double sum = 0;
    for (int32_t y = 0; y < wrong->height; y++) {
        float *row = fth_grid_row(wrong, y), row_sum = 0;
        fth_kernels()->flow_belief(row, fth_grid_row(mx, y), fth_grid_row(my, y),
                                   1 / fth_draft_recipe.flow_error, size);
        for (int32_t x = 0; x < wrong->width; x++)
            row_sum += row[x];
        sum += row_sum;
    }
    return sum / ((double)wrong->width * wrong->height);
}

/* Positions of the half-size picture as positions of the working one. */
static enum fth_status enlarge_positions(const struct fth_work *work, const struct fth_grid *half,
                                         const struct fth_grid *full, struct fth_error *error)
{
    enum fth_status status = fth_resize_bilinear(work, half, full, error);
    for (int32_t y = 0; y < full->height && status == FTH_OK; y++) {
        float *row = fth_grid_row(full, y);
        for (int32_t x = 0; x < full->width; x++)
            row[x] = row[x] * 2 + 0.5f;
    }
    return status;
}

/* Trust at half size, out of the flow, which becomes positions. */
static enum fth_status trust_flow(const struct fth_work *work, const struct fth_grid *grey,
                                  const struct fth_grid *grey_before, const struct fth_grid flow[2],
                                  const struct fth_grid *sure, double *mean,
                                  struct fth_error *error)
{
    to_positions(&flow[0], &flow[1]);
    enum fth_status status = fth_remap(work, grey_before, &flow[0], &flow[1], sure, error);
    if (status != FTH_OK)
        return status;
    difference(sure, grey);
    status = fth_blur_box(work, sure, sure, 3, FTH_BORDER_REFLECT, error);
    if (status == FTH_OK)
        *mean = to_trust(sure, &flow[0], &flow[1]);
    return status;
}

enum fth_status fth_draft_motion(const struct fth_work *work, const struct fth_grid *grey,
                                 const struct fth_grid *grey_before, int32_t width, int32_t height,
                                 struct fth_draft_motion *motion, struct fth_error *error)
{
    struct fth_grid flow[2], sure, *const full[3] = {&motion->mx, &motion->my, &motion->sure};
    double mean = 0;
    enum fth_status status = FTH_OK;
    for (int i = 0; i < 3 && status == FTH_OK; i++)
        status = fth_grid_new(work->arena, width, height, full[i], error);
    size_t mark = fth_arena_mark(work->arena);
    for (int i = 0; i < 2 && status == FTH_OK; i++)
        status = fth_draft_grid(work, grey, &flow[i], error);
    if (status == FTH_OK)
        status = fth_draft_grid(work, grey, &sure, error);
    if (status == FTH_OK)
        status =
            fth_flow_dis(work, grey, grey_before, FTH_FLOW_MEDIUM, &flow[0], &flow[1], error);
    if (status == FTH_OK)
        status = trust_flow(work, grey, grey_before, flow, &sure, &mean, error);
    motion->follows = mean >= fth_draft_recipe.cut_below;
    if (status == FTH_OK && motion->follows) {
        status = enlarge_positions(work, &flow[0], &motion->mx, error);
        if (status == FTH_OK)
            status = enlarge_positions(work, &flow[1], &motion->my, error);
        if (status == FTH_OK)
            status = fth_resize_bilinear(work, &sure, &motion->sure, error);
    }
    fth_arena_return(work->arena, mark);
    return status;
}

/* Weighted sums over every fourth pixel. */
struct moments {
    double weight, p, t;
};

static struct moments sum_moments(const struct fth_grid *p, const struct fth_grid *t,
                                  const struct fth_grid *w, struct moments about, bool squared)
{
    struct moments sum = {0, 0, 0};
    for (int32_t y = 0; y < p->height; y += 4) {
        const float *row_p = fth_grid_row(p, y), *row_t = fth_grid_row(t, y);
        const float *row_w = fth_grid_row(w, y);
        for (int32_t x = 0; x < p->width; x += 4) {
            double dp = row_p[x] - about.p, dt = row_t[x] - about.t, weight = row_w[x];
            sum.weight += weight;
            sum.p += weight * (squared ? dp * dp : dp);
            sum.t += weight * (squared ? dt * dt : dt);
        }
    }
    return sum;
}

/* Scale and shift of p onto t by moments: least squares would shrink the scale at every step. */
static void fit(const struct fth_grid *p, const struct fth_grid *t, const struct fth_grid *w,
                double *scale, double *shift)
{
    const double *limits = fth_draft_recipe.fit_limits;
    struct moments mean = sum_moments(p, t, w, (struct moments){0, 0, 0}, false);
    double n = fmax(mean.weight, 1e-6);
    mean.p /= n;
    mean.t /= n;
    struct moments spread = sum_moments(p, t, w, mean, true);
    *scale = 1;
    if (spread.p > 1e-9 * n && spread.t > 0)
        *scale = fmin(fmax(sqrt(spread.t / spread.p), limits[0]), limits[1]);
    *shift = mean.t - *scale * mean.p;
}

/* now := scale now + shift, then keep * sure of the way to old. */
static void blend(const struct fth_grid *now, const struct fth_grid *old,
                  const struct fth_grid *sure, float keep, const double fitted[2])
{
    float scale = (float)fitted[0], shift = (float)fitted[1];
    for (int32_t y = 0; y < now->height; y++) {
        float *row = fth_grid_row(now, y);
        const float *past = fth_grid_row(old, y), *trust = fth_grid_row(sure, y);
        for (int32_t x = 0; x < now->width; x++) {
            float value = scale * row[x] + shift;
            row[x] = value + keep * trust[x] * (past[x] - value);
        }
    }
}

enum fth_status fth_draft_steady(const struct fth_draft *draft, const struct fth_work *work,
                                 const struct fth_draft_seen *seen, struct fth_draft_past *past,
                                 struct fth_error *error)
{
    const struct fth_draft_motion *motion = &seen->motion;
    bool slow = !draft->better && !draft->as_is;
    float keep = slow ? fth_draft_recipe.keep_faster : fth_draft_recipe.keep;
    size_t mark = fth_arena_mark(work->arena);
    struct fth_grid old;
    double fitted[2] = {1, 0};
    enum fth_status status = FTH_OK;
    if (past->any)
        status = fth_draft_grid(work, &seen->near, &old, error);
    if (status == FTH_OK && past->any)
        status = fth_remap(work, &past->base, &motion->mx, &motion->my, &old, error);
    if (status == FTH_OK) {
        fth_grid_copy(&past->base, seen->near_new ? &seen->near : &old);
        if (past->any && seen->near_new) {
            if (!seen->metric)
                fit(&seen->near, &old, &motion->sure, &fitted[0], &fitted[1]);
            blend(&past->base, &old, &motion->sure, keep, fitted);
        }
    }
    fth_arena_return(work->arena, mark);
    return status;
}

enum fth_status fth_draft_steady_mattes(const struct fth_draft *draft, const struct fth_work *work,
                                        const struct fth_draft_seen *seen,
                                        struct fth_draft_past *past, struct fth_error *error)
{
    static const double unchanged[2] = {1, 0};
    const struct fth_draft_motion *motion = &seen->motion;
    const struct fth_draft_recipe *k = &fth_draft_recipe;
    float keep = draft->better  ? k->keep_matte
                 : draft->as_is ? k->keep_matte_faster_as_is
                                : k->keep_matte_faster;
    size_t mark = fth_arena_mark(work->arena);
    struct fth_grid old;
    enum fth_status status = fth_draft_grid(work, &seen->near, &old, error);
    for (int i = 0; i < seen->matte_count && status == FTH_OK; i++) {
        if (past->any)
            status =
                fth_remap(work, &past->soft[i], &motion->mx, &motion->my, &old, error);
        if (status == FTH_OK)
            fth_grid_copy(&past->soft[i], seen->mattes_new ? &seen->mattes[i] : &old);
        if (status == FTH_OK && past->any && seen->mattes_new)
            blend(&past->soft[i], &old, &motion->sure, keep, unchanged);
    }
    fth_arena_return(work->arena, mark);
    return status;
}
