/* SPDX-License-Identifier: Apache-2.0 */
/* Mattes against truth: overlap, the four errors of Rhemann et al. 2009, and the levels that bring
 * a depth map closest to a matte. */
#include <math.h>
#include <string.h>

#include "api/eval_internal.h"
#include "ops/regions.h"

enum { MOST_HALF = 8, LEVELS_Q = 256, LEVELS_T = 32, GRID = 65, STEPS = 11 };

struct matte {
    struct fth_work work;
    int32_t width, height;
    double *p, *t, *scratch[4];
    uint8_t *region;
};

static size_t pixel_count(const struct matte *m)
{
    return (size_t)m->width * (size_t)m->height;
}

/* ---- gradients */

struct gradient_filter {
    int half;
    double smooth[2 * MOST_HALF + 1], derive[2 * MOST_HALF + 1];
};

/* A Gaussian and its derivative, cut where they fall below 1 %, their product of norm 1. */
static struct gradient_filter make_filter(double sigma)
{
    const double root = sqrt(2 * 3.14159265358979323846);
    struct gradient_filter f = {.half = (int)ceil(sigma * sqrt(-2 * log(root * sigma * 1e-2)))};
    double norm_s = 0, norm_d = 0;
    for (int i = -f.half; i <= f.half; i++) {
        double g = exp(-i * i / (2 * sigma * sigma)) / (sigma * root), d = -i * g / (sigma * sigma);
        f.smooth[i + f.half] = g;
        f.derive[i + f.half] = d;
        norm_s += g * g;
        norm_d += d * d;
    }
    for (int i = 0; i <= 2 * f.half; i++) {
        f.smooth[i] /= sqrt(norm_s);
        f.derive[i] /= sqrt(norm_d);
    }
    return f;
}

/* Correlation along one axis (step 1: x, step width: y), the edge pixel going on. */
static void correlate(const struct matte *m, const double *src, double *dst, const double *taps,
                      int half, bool along_x)
{
    for (int32_t y = 0; y < m->height; y++)
        for (int32_t x = 0; x < m->width; x++) {
            double sum = 0;
            for (int k = -half; k <= half; k++) {
                int32_t sx = along_x ? FTH_MIN(FTH_MAX(x + k, 0), m->width - 1) : x;
                int32_t sy = along_x ? y : FTH_MIN(FTH_MAX(y + k, 0), m->height - 1);
                sum += taps[k + half] * src[(ptrdiff_t)sy * m->width + sx];
            }
            dst[(ptrdiff_t)y * m->width + x] = sum;
        }
}

/* |gradient| of `a` into `out`; two scratch arrays. */
static void gradient_size(const struct matte *m, const double *a, double *out, double *s0,
                          double *s1)
{
    struct gradient_filter f = make_filter(1.4);
    correlate(m, a, s0, f.derive, f.half, true);
    correlate(m, s0, s1, f.smooth, f.half, false);
    correlate(m, a, s0, f.smooth, f.half, true);
    correlate(m, s0, out, f.derive, f.half, false);
    for (size_t i = 0; i < pixel_count(m); i++)
        out[i] = sqrt(out[i] * out[i] + s1[i] * s1[i]);
}

/* ---- connectivity */

/* Where both mattes are at least `level`: the label of the largest part; 0 when there is none. */
static enum fth_status largest_part(const struct matte *m, double level, struct fth_mask *mask,
                                    int32_t **labels, int32_t *largest, struct fth_error *error)
{
    struct fth_region *regions;
    int32_t count;
    for (int32_t y = 0; y < m->height; y++)
        for (int32_t x = 0; x < m->width; x++) {
            size_t i = (size_t)y * (size_t)m->width + (size_t)x;
            fth_mask_row(mask, y)[x] = m->p[i] >= level && m->t[i] >= level;
        }
    enum fth_status status =
        fth_label_regions(&m->work, mask, 4, labels, &regions, &count, error);
    *largest = 0;
    for (int32_t i = 0; i < count && status == FTH_OK; i++)
        if (!*largest || regions[i].area > regions[*largest - 1].area)
            *largest = i + 1;
    return status;
}

/* Sum of the differences in how far the mattes are connected to their common body. */
static enum fth_status connectivity(const struct matte *m, double *error_sum,
                                    struct fth_error *error)
{
    double *level = m->scratch[0];
    struct fth_mask mask;
    enum fth_status status = fth_mask_new(m->work.arena, m->width, m->height, &mask, error);
    for (size_t i = 0; i < pixel_count(m); i++)
        level[i] = -1;
    for (int step = 1; step < STEPS && status == FTH_OK; step++) {
        size_t mark = fth_arena_mark(m->work.arena);
        int32_t *labels, largest;
        status = largest_part(m, step * 0.1, &mask, &labels, &largest, error);
        for (size_t i = 0; i < pixel_count(m) && status == FTH_OK; i++)
            if (level[i] == -1 && (!largest || labels[i] != largest))
                level[i] = (step - 1) * 0.1;
        fth_arena_return(m->work.arena, mark);
    }
    *error_sum = 0;
    for (size_t i = 0; i < pixel_count(m) && status == FTH_OK; i++) {
        double l = level[i] == -1 ? 1 : level[i], dp = m->p[i] - l, dt = m->t[i] - l;
        double miss = (1 - (dp >= 0.15 ? dp : 0)) - (1 - (dt >= 0.15 ? dt : 0));
        *error_sum += m->region[i] ? fabs(miss) : 0;
    }
    return status;
}

/* ---- levels */

struct levels {
    double far, near, gamma;
};

static double apply_levels(double q, const struct levels *l)
{
    double v = fmin(fmax((q - l->far) / (l->near - l->far), 0), 1);
    return l->gamma == 0.5 ? v * v : l->gamma == 2 ? sqrt(v) : v;
}

/* costs[q][a]: what it costs to give the pixels of map level q the matte a / 64. */
static void tabulate_costs(const struct matte *m, double costs[LEVELS_Q][GRID])
{
    static const double bins = LEVELS_T;
    for (size_t i = 0; i < pixel_count(m); i++) {
        int q = FTH_MIN((int)(m->p[i] * LEVELS_Q), LEVELS_Q - 1);
        int t = FTH_MIN((int)(fmin(fmax(m->t[i], 0), 1) * bins), LEVELS_T - 1);
        for (int a = 0; a < GRID; a++)
            costs[q][a] += fabs((t + 0.5) / bins - a / (GRID - 1.0));
    }
}

static double cost_of(double costs[LEVELS_Q][GRID], const struct levels *l)
{
    double sum = 0;
    for (int q = 0; q < LEVELS_Q; q++)
        sum += costs[q][(int)rint(apply_levels((q + 0.5) / LEVELS_Q, l) * (GRID - 1))];
    return sum;
}

/* Turns m->p, a depth map, into the best matte. */
static enum fth_status apply_best_levels(struct matte *m, struct fth_figures *figures,
                                         struct fth_error *error)
{
    static const double gammas[] = {0.5, 1, 2};
    double low = INFINITY, high = -INFINITY, least = INFINITY;
    struct levels best = {0, 1, 1};
    double(*costs)[GRID] = fth_arena_take(m->work.arena, LEVELS_Q, sizeof(*costs));
    if (!costs)
        return fth_fail_memory(error, LEVELS_Q * sizeof(*costs), "levels");
    memset(costs, 0, LEVELS_Q * sizeof(*costs));
    for (size_t i = 0; i < pixel_count(m); i++) {
        low = fmin(low, m->p[i]);
        high = fmax(high, m->p[i]);
    }
    for (size_t i = 0; i < pixel_count(m); i++)
        m->p[i] = fmin(fmax((m->p[i] - low) / fmax(high - low, 1e-9), 0), 1);
    tabulate_costs(m, costs);
    for (int g = 0; g < 3; g++)
        for (int f = 0; f < GRID; f++)
            for (int n = f + 1; n < GRID; n++) {
                struct levels l = {f / (GRID - 1.0), n / (GRID - 1.0), gammas[g]};
                double cost = cost_of(costs, &l);
                if (cost < least) {
                    least = cost;
                    best = l;
                }
            }
    for (size_t i = 0; i < pixel_count(m); i++)
        m->p[i] = apply_levels(m->p[i], &best);
    fth_figures_add(figures, "far", low + best.far * (high - low));
    fth_figures_add(figures, "near", low + best.near * (high - low));
    fth_figures_add(figures, "gamma", best.gamma);
    return FTH_OK;
}

/* ---- the measure */

static enum fth_status measure(const struct matte *m, struct fth_figures *figures,
                               struct fth_error *error)
{
    double both = 0, either = 0, absolute = 0, squares = 0, gradients = 0, connected, n = 0;
    gradient_size(m, m->p, m->scratch[0], m->scratch[2], m->scratch[3]);
    gradient_size(m, m->t, m->scratch[1], m->scratch[2], m->scratch[3]);
    for (size_t i = 0; i < pixel_count(m); i++) {
        if (!m->region[i])
            continue;
        double miss = m->p[i] - m->t[i], slope = m->scratch[0][i] - m->scratch[1][i];
        bool a = m->p[i] >= 0.5, b = m->t[i] >= 0.5;
        both += a && b;
        either += a || b;
        absolute += fabs(miss);
        squares += miss * miss;
        gradients += slope * slope;
        n++;
    }
    enum fth_status status = connectivity(m, &connected, error);
    if (status != FTH_OK)
        return status;
    fth_figures_add(figures, "iou", either > 0 ? both / either : 1);
    fth_figures_add(figures, "sad", absolute / 1000);
    fth_figures_add(figures, "mad", absolute / n);
    fth_figures_add(figures, "mse", squares / n);
    fth_figures_add(figures, "grad", gradients / 1000);
    fth_figures_add(figures, "conn", connected / 1000);
    return FTH_OK;
}

/* The alpha plane if it says anything, else the mean of the colours; 0..1. */
static enum fth_status alpha_of(const struct fth_eval_picture *picture, struct fth_arena *arena,
                                struct fth_grid *alpha, struct fth_error *error)
{
    struct fth_eval_picture chosen = *picture;
    const struct fth_grid *a = &picture->channels[3];
    float low = INFINITY, high = -INFINITY;
    if (picture->channel_count == 4) {
        for (int32_t y = 0; y < a->height; y++)
            for (int32_t x = 0; x < a->width; x++) {
                low = fminf(low, fth_grid_row(a, y)[x]);
                high = fmaxf(high, fth_grid_row(a, y)[x]);
            }
        if (low < high) {
            chosen.channels[0] = *a;
            chosen.channel_count = 1;
        }
    }
    return fth_eval_map_of(&chosen, arena, alpha, error);
}

static enum fth_status take_arrays(struct matte *m, const struct fth_grid *p,
                                   const struct fth_grid *t, struct fth_error *error)
{
    double **const arrays[] = {&m->p, &m->t, &m->scratch[0], &m->scratch[1], &m->scratch[2],
                               &m->scratch[3]};
    size_t count = pixel_count(m);
    m->region = fth_arena_take(m->work.arena, count, 1);
    for (size_t i = 0; i < FTH_ARRAY_COUNT(arrays) && m->region; i++) {
        *arrays[i] = fth_arena_take(m->work.arena, count, sizeof(double));
        if (!*arrays[i])
            return fth_fail_memory(error, count * sizeof(double), "mattes");
    }
    if (!m->region)
        return fth_fail_memory(error, count, "mattes");
    memset(m->region, 1, count);
    for (size_t i = 0; i < count; i++) {
        int32_t x = (int32_t)(i % (size_t)m->width), y = (int32_t)(i / (size_t)m->width);
        m->p[i] = fth_grid_row(p, y)[x];
        m->t[i] = fth_grid_row(t, y)[x];
    }
    return FTH_OK;
}

static enum fth_status read_mattes(struct matte *m, const struct fth_eval_matte_options *options,
                                   struct fth_error *error)
{
    struct fth_eval_picture picture = {0};
    struct fth_grid p, t, resized;
    struct fth_arena *arena = m->work.arena;
    enum fth_status status = fth_eval_read_picture(options->truth, arena, &picture, error);
    if (status == FTH_OK)
        status = alpha_of(&picture, arena, &t, error);
    if (status == FTH_OK)
        status = fth_eval_read_picture(options->prediction, arena, &picture, error);
    if (status == FTH_OK)
        status = fth_eval_map_of(&picture, arena, &p, error);
    if (status == FTH_OK)
        status = fth_eval_resize(&m->work, &p, t.width, t.height, &resized, error);
    if (status != FTH_OK)
        return status;
    m->width = t.width;
    m->height = t.height;
    return take_arrays(m, &resized, &t, error);
}

static enum fth_status read_trimap(struct matte *m, const char *path, struct fth_error *error)
{
    struct fth_eval_picture picture = {0};
    struct fth_grid grey;
    enum fth_status status = fth_eval_read_picture(path, m->work.arena, &picture, error);
    if (status == FTH_OK)
        status = fth_eval_map_of(&picture, m->work.arena, &grey, error);
    if (status != FTH_OK)
        return status;
    if (grey.width != m->width || grey.height != m->height)
        return fth_fail(error, FTH_ERR_USAGE, "%s: the trimap is %dx%d, the truth %dx%d", path,
                        grey.width, grey.height, m->width, m->height);
    for (int32_t y = 0; y < m->height; y++)
        for (int32_t x = 0; x < m->width; x++)
            m->region[(size_t)y * (size_t)m->width + (size_t)x] =
                rintf(fth_grid_row(&grey, y)[x] * 255) == 128;
    return FTH_OK;
}

enum fth_status fth_eval_matte(const struct fth_eval_matte_options *options,
                               struct fth_figures *figures, struct fth_error *error)
{
    struct matte m = {0};
    struct fth_figures found = {0};
    enum fth_status status = fth_eval_begin(options->threads, &m.work, error);
    if (status == FTH_OK)
        status = read_mattes(&m, options, error);
    if (status == FTH_OK && options->levels)
        status = apply_best_levels(&m, &found, error);
    for (size_t i = 0; status == FTH_OK && i < pixel_count(&m); i++)
        m.p[i] = fmin(fmax(m.p[i], 0), 1);
    if (status == FTH_OK && options->trimap)
        status = read_trimap(&m, options->trimap, error);
    if (status == FTH_OK)
        status = measure(&m, &found, error);
    if (status == FTH_OK)
        *figures = found;
    fth_eval_end(&m.work);
    return status;
}
