/* SPDX-License-Identifier: Apache-2.0 */
/* Depth against truth: the map is fitted to true inverse depth by scale and shift, turned to metres
 * and compared; the order of random pairs needs no fit. */
#include <math.h>
#include <string.h>

#include "api/eval_internal.h"
#include "ops/regions.h"

enum { PAIRS = 5000, DRAWN = 6 * PAIRS, ROBUST_STEPS = 15 };

/* ---- truths */

static double decode_value(double v, const struct fth_eval_depth_options *options)
{
    if (options->truth_bits == FTH_TRUTH_BITS_PLAIN)
        return v;
    uint16_t bits = (uint16_t)v;
    if (options->truth_bits == FTH_TRUTH_BITS_SHR3)
        return bits >> 3;
    return (uint16_t)(bits >> 3 | bits << 13);
}

/* Inverse depth of a stored value; false when it means nothing. */
static bool decode_pixel(double stored, const struct fth_eval_depth_options *options,
                         double *inverse)
{
    double v = decode_value(stored, options);
    double scale = options->truth_scale > 0 ? options->truth_scale : 1;
    if (!isfinite(v) || v <= 0 || (options->truth_none > 0 && v == options->truth_none))
        return false;
    if (options->truth_kind == FTH_TRUTH_DEPTH) {
        *inverse = 1 / fmax(v * scale, 1e-6);
        return v * scale > 0.05; /* nearer than 5 cm is a mistake of the sensor */
    }
    *inverse = v * scale + (options->truth_kind == FTH_TRUTH_DISPARITY ? options->truth_offset : 0);
    return true;
}

enum fth_status fth_eval_decode_truth(const struct fth_eval_picture *picture,
                                      const struct fth_eval_depth_options *options,
                                      struct fth_arena *arena, struct fth_eval_truth *truth,
                                      struct fth_error *error)
{
    /* of a colour picture the blue channel, as the scorer reads it */
    const struct fth_grid *grid = &picture->channels[picture->channel_count > 2 ? 2 : 0];
    size_t count = (size_t)grid->width * (size_t)grid->height;
    *truth = (struct fth_eval_truth){.width = grid->width,
                                     .height = grid->height,
                                     .inverse = fth_arena_take(arena, count, sizeof(double)),
                                     .valid = fth_arena_take(arena, count, 1)};
    truth->metric = options->truth_kind <= FTH_TRUTH_DISPARITY;
    if (!truth->inverse || !truth->valid)
        return fth_fail_memory(error, count * sizeof(double), "a truth");
    for (size_t i = 0; i < count; i++) {
        size_t x = i % (size_t)grid->width, y = i / (size_t)grid->width;
        double stored = fth_grid_row(grid, (int32_t)y)[x];
        double inverse = 0;
        if (options->truth_kind == FTH_TRUTH_SOFT) {
            truth->valid[i] = 1;
            inverse = (255 - stored) / 255;
        } else {
            truth->valid[i] = decode_pixel(stored, options, &inverse);
        }
        truth->inverse[i] = truth->valid[i] ? inverse : 0;
        truth->valid_count += truth->valid[i];
    }
    return FTH_OK;
}

/* ---- fits */

struct fth_eval_line fth_eval_fit(const double *p, const double *t, const double *weights,
                                  size_t count)
{
    double n = 0, sp = 0, st = 0, spp = 0, spt = 0;
    for (size_t i = 0; i < count; i++) {
        double w = weights ? weights[i] : 1;
        n += w;
        sp += w * p[i];
        st += w * t[i];
        spp += w * p[i] * p[i];
        spt += w * p[i] * t[i];
    }
    double determinant = spp * n - sp * sp;
    if (determinant <= 1e-12 * fmax(spp * n, 1e-30))
        return (struct fth_eval_line){0, st / n};
    double scale = (n * spt - sp * st) / determinant;
    return (struct fth_eval_line){scale, (st - scale * sp) / n};
}

/* Least absolute differences by reweighting. `weights` is scratch. */
static struct fth_eval_line fit_robust(const double *p, const double *t, size_t count,
                                       double median, double *weights)
{
    struct fth_eval_line line = fth_eval_fit(p, t, NULL, count);
    for (int step = 1; step < ROBUST_STEPS; step++) {
        for (size_t i = 0; i < count; i++)
            weights[i] = 1 / fmax(fabs(line.scale * p[i] + line.shift - t[i]), 1e-3 * median);
        line = fth_eval_fit(p, t, weights, count);
    }
    return line;
}

struct fth_eval_errors fth_eval_compare(const double *p, const double *t, size_t count,
                                        struct fth_eval_line line, double cap_m)
{
    double absolute = 0, squares = 0;
    size_t close = 0;
    for (size_t i = 0; i < count; i++) {
        double z = 1 / fmax(line.scale * p[i] + line.shift, 1 / cap_m), true_z = 1 / t[i];
        double logarithm = log(z / true_z);
        absolute += fabs(z - true_z) / true_z;
        close += fmax(z / true_z, true_z / z) < 1.25;
        squares += logarithm * logarithm;
    }
    double n = (double)count;
    return (struct fth_eval_errors){absolute / n, (double)close / n, sqrt(squares / n)};
}

/* ---- order of pairs */

/* The Mersenne Twister of Matsumoto and Nishimura, as numpy.random.RandomState seeds it: the same
 * pairs are drawn as by the scorer. */
struct twister {
    uint32_t state[624];
    int at;
};

static void twister_seed(struct twister *t, uint32_t seed)
{
    for (uint32_t i = 0; i < 624; i++) {
        t->state[i] = seed;
        seed = 1812433253u * (seed ^ seed >> 30) + i + 1;
    }
    t->at = 624;
}

static uint32_t twister_next(struct twister *t)
{
    if (t->at == 624) {
        for (int i = 0; i < 624; i++) {
            uint32_t y = (t->state[i] & 0x80000000u) | (t->state[(i + 1) % 624] & 0x7fffffffu);
            t->state[i] = t->state[(i + 397) % 624] ^ y >> 1 ^ (y & 1 ? 0x9908b0dfu : 0);
        }
        t->at = 0;
    }
    uint32_t y = t->state[t->at++];
    y ^= y >> 11;
    y ^= y << 7 & 0x9d2c5680u;
    y ^= y << 15 & 0xefc60000u;
    return y ^ y >> 18;
}

/* 0..most, by drawing until one fits. */
static uint32_t draw_below(struct twister *t, uint32_t most)
{
    uint32_t mask = most, value;
    for (int shift = 1; shift < 32; shift *= 2)
        mask |= mask >> shift;
    if (!most)
        return 0;
    do
        value = twister_next(t) & mask;
    while (value > most);
    return value;
}

static int sign_of(double v)
{
    return (v > 0) - (v < 0);
}

/* Share of pairs in the wrong order, ties count half. `range`: 2..98 % of a truth that has no
 * ratios, else 0. */
static double wrong_order(const double *p, const double *t, size_t count, double range,
                          uint32_t *pairs)
{
    struct twister random;
    double wrong = 0;
    int kept = 0;
    twister_seed(&random, 7);
    for (int i = 0; i < 2 * DRAWN; i++)
        pairs[i] = draw_below(&random, (uint32_t)count - 1);
    for (int i = 0; i < DRAWN && kept < PAIRS; i++) {
        uint32_t a = pairs[i], b = pairs[DRAWN + i];
        bool apart = range > 0 ? fabs(t[a] - t[b]) > 0.1 * range
                               : fmax(t[a], t[b]) > 1.1 * fmin(t[a], t[b]);
        if (!apart)
            continue;
        kept++;
        if (p[a] == p[b])
            wrong += 0.5;
        else
            wrong += sign_of(p[a] - p[b]) != sign_of(t[a] - t[b]);
    }
    return kept ? wrong / kept : NAN;
}

/* ---- the measure */

struct measured {
    struct fth_work work;
    struct fth_eval_truth truth;
    double *map;            /* of every pixel */
    double *p, *t, *scratch; /* of the valid ones */
    float *sorted;
};

/* What is not a number becomes the least there is; --far turns the map over. */
static void clean_map(const struct fth_grid *grid, double *map, bool far)
{
    double least = INFINITY;
    for (int32_t y = 0; y < grid->height; y++)
        for (int32_t x = 0; x < grid->width; x++)
            if (isfinite(fth_grid_row(grid, y)[x]))
                least = fmin(least, fth_grid_row(grid, y)[x]);
    if (!isfinite(least))
        least = 0;
    for (int32_t y = 0; y < grid->height; y++)
        for (int32_t x = 0; x < grid->width; x++) {
            double v = fth_grid_row(grid, y)[x];
            v = isfinite(v) ? v : least;
            map[(size_t)y * (size_t)grid->width + (size_t)x] = far ? 1 / fmax(v, 1e-6) : v;
        }
}

static enum fth_status gather(struct measured *m, const struct fth_grid *map, bool far,
                              struct fth_error *error)
{
    struct fth_arena *arena = m->work.arena;
    size_t all = (size_t)map->width * (size_t)map->height, n = m->truth.valid_count, at = 0;
    m->map = fth_arena_take(arena, all, sizeof(double));
    m->p = fth_arena_take(arena, n, sizeof(double));
    m->t = fth_arena_take(arena, n, sizeof(double));
    m->scratch = fth_arena_take(arena, n, sizeof(double));
    m->sorted = fth_arena_take(arena, n, sizeof(float));
    if (!m->map || !m->p || !m->t || !m->scratch || !m->sorted)
        return fth_fail_memory(error, (all + 3 * n) * sizeof(double), "a comparison");
    clean_map(map, m->map, far);
    for (size_t i = 0; i < all; i++)
        if (m->truth.valid[i]) {
            m->p[at] = m->map[i];
            m->t[at] = m->truth.inverse[i];
            m->sorted[at] = (float)m->truth.inverse[i];
            at++;
        }
    return FTH_OK;
}

static void add_errors(struct fth_figures *figures, const char *prefix,
                       struct fth_eval_errors errors)
{
    const char *const names[] = {"absrel", "d1", "rmselog"};
    const double values[] = {errors.absrel, errors.d1, errors.rmselog};
    for (int i = 0; i < 3; i++) {
        char name[16] = "";
        strcat(strcpy(name, prefix), names[i]);
        fth_figures_add(figures, name, values[i]);
    }
}

static enum fth_status measure(struct measured *m, const struct fth_eval_depth_options *options,
                               struct fth_figures *figures, struct fth_error *error)
{
    size_t n = m->truth.valid_count;
    double marks[3], percents[3] = {2, 50, 98}, squares = 0, least = INFINITY;
    fth_percentiles(m->sorted, n, percents, marks, 3);
    struct fth_eval_line line = fth_eval_fit(m->p, m->t, NULL, n);
    for (size_t i = 0; i < n; i++) {
        double miss = line.scale * m->p[i] + line.shift - m->t[i];
        squares += miss * miss;
        least = fmin(least, m->t[i]);
    }
    if (m->truth.metric) {
        double cap_m = options->cap_m > 0 ? options->cap_m : 1.25 / least;
        add_errors(figures, "", fth_eval_compare(m->p, m->t, n, line, cap_m));
        struct fth_eval_line robust = fit_robust(m->p, m->t, n, marks[1], m->scratch);
        add_errors(figures, "r", fth_eval_compare(m->p, m->t, n, robust, cap_m));
    }
    uint32_t *pairs = fth_arena_take(m->work.arena, 2 * DRAWN, sizeof(*pairs));
    if (!pairs)
        return fth_fail_memory(error, 2 * DRAWN * sizeof(*pairs), "pairs");
    double range = marks[2] - marks[0];
    fth_figures_add(figures, "nrmse", sqrt(squares / (double)n) / range);
    fth_figures_add(figures, "ord", wrong_order(m->p, m->t, n, m->truth.metric ? 0 : range, pairs));
    fth_figures_add(figures, "slope", sign_of(line.scale));
    if (options->sparse || options->truth_kind == FTH_TRUTH_SOFT)
        return FTH_OK;
    double boundary[3];
    size_t all = (size_t)m->truth.width * (size_t)m->truth.height;
    for (size_t i = 0; i < all; i++)
        m->map[i] = line.scale * m->map[i] + line.shift;
    enum fth_status status = fth_eval_boundary(&m->work, m->map, &m->truth, boundary, error);
    if (status == FTH_OK) {
        fth_figures_add(figures, "bf", boundary[0]);
        fth_figures_add(figures, "bp", boundary[1]);
        fth_figures_add(figures, "br", boundary[2]);
    }
    return status;
}

enum fth_status fth_eval_depth(const struct fth_eval_depth_options *options,
                               struct fth_figures *figures, struct fth_error *error)
{
    struct measured m = {0};
    struct fth_eval_picture truth = {0}, prediction = {0};
    struct fth_grid map, resized;
    struct fth_figures found = {0};
    enum fth_status status = fth_eval_begin(options->threads, &m.work, error);
    if (status == FTH_OK)
        status = fth_eval_read_picture(options->truth, m.work.arena, &truth, error);
    if (status == FTH_OK)
        status = fth_eval_decode_truth(&truth, options, m.work.arena, &m.truth, error);
    if (status == FTH_OK && !m.truth.valid_count)
        status = fth_fail(error, FTH_ERR_DATA, "%s: no valid pixel in the truth", options->truth);
    if (status == FTH_OK)
        status = fth_eval_read_picture(options->prediction, m.work.arena, &prediction, error);
    if (status == FTH_OK)
        status = fth_eval_map_of(&prediction, m.work.arena, &map, error);
    if (status == FTH_OK)
        status = fth_eval_resize(&m.work, &map, m.truth.width, m.truth.height, &resized, error);
    if (status == FTH_OK)
        status = gather(&m, &resized, options->far, error);
    if (status == FTH_OK)
        status = measure(&m, options, &found, error);
    if (status == FTH_OK)
        *figures = found;
    fth_eval_end(&m.work);
    return status;
}
