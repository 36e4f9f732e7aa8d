/* SPDX-License-Identifier: Apache-2.0 */
/* Filters are products of one for each of the source's axes; weights are worked out from
 * polynomials alone, so that they are the same on every machine. */
#include "nodes/sampler_rows.h"

#include <math.h>

#include "ops/kernels.h"

/* Reductions beyond this alias: taps are kept to so many. */
#define MOST_STRETCH 32.0
enum { MOST_TAPS = 2 * 3 * 32 + 4 };

/* ---- filters --------------------------------------------------------------------------------- */

double fth_filter_support(int32_t filter)
{
    static const double supports[] = {0.5, 1, 2, 3};
    return supports[filter];
}

/* sin(pi x) by its series about the nearest zero: off by less than 1e-10. */
static double sine_pi(double x)
{
    double whole = floor(x + 0.5), t = (x - whole) * 3.14159265358979323846, tt = t * t;
    double sum = t * (1 - tt / 6 * (1 - tt / 20 * (1 - tt / 42 * (1 - tt / 72 *
                 (1 - tt / 110 * (1 - tt / 156))))));
    return fmod(fabs(whole), 2) == 1 ? -sum : sum;
}

static double sinc(double x)
{
    return x == 0 ? 1 : sine_pi(x) / (3.14159265358979323846 * x);
}

static double weight_at(int32_t filter, double x)
{
    x = fabs(x);
    if (x >= fth_filter_support(filter))
        return 0;
    if (filter == FTH_FILTER_BILINEAR)
        return 1 - x;
    if (filter == FTH_FILTER_LANCZOS)
        return sinc(x) * sinc(x / 3);
    /* Keys' cubic, a = -1/2 */
    return x < 1 ? (1.5 * x - 2.5) * x * x + 1 : ((-0.5 * x + 2.5) * x - 4) * x + 2;
}

struct taps {
    int32_t first, count;
    float weight[MOST_TAPS];
};

/* The pixels about `at` on one axis and what they weigh, together 1. */
static void find_taps(int32_t filter, double at, double stretch, struct taps *taps)
{
    double radius = fth_filter_support(filter) * stretch, sum = 0, weights[MOST_TAPS];
    if (filter == FTH_FILTER_NEAREST) {
        taps->first = (int32_t)floor(at);
        taps->count = 1;
        taps->weight[0] = 1;
        return;
    }
    taps->first = (int32_t)ceil(at - radius - 0.5);
    taps->count = FTH_MIN((int32_t)floor(at + radius - 0.5) - taps->first + 1, MOST_TAPS);
    for (int32_t i = 0; i < taps->count; i++) {
        weights[i] = weight_at(filter, (taps->first + i + 0.5 - at) / stretch);
        sum += weights[i];
    }
    for (int32_t i = 0; i < taps->count; i++)
        taps->weight[i] = (float)(weights[i] / sum);
}

/* ---- places ---------------------------------------------------------------------------------- */

double fth_sampling_stretch(const struct fth_sampling *s, int axis)
{
    double a = s->to_source[3 * axis], b = s->to_source[3 * axis + 1], c = sqrt(a * a + b * b);
    return c < 1 + 1e-12 ? 1 : FTH_MIN(c, MOST_STRETCH); /* a turn alone stretches nothing */
}

double fth_sampling_bounded(double at)
{
    return FTH_MIN(FTH_MAX(at, -1e8), 1e8);
}

static int32_t mirrored(int32_t at, int32_t low, int32_t high)
{
    int64_t period = 2 * ((int64_t)high - low), step = (at - (int64_t)low) % period;
    step = step < 0 ? step + period : step;
    return (int32_t)(low + (step < high - (int64_t)low ? step : period - 1 - step));
}

/* The pixel of low .. high that stands for `at`; below low: none does. */
static int32_t place(int32_t edges, int32_t at, int32_t low, int32_t high)
{
    if (at >= low && at < high)
        return at;
    if (edges == FTH_EDGES_TRANSPARENT)
        return low - 1;
    if (edges == FTH_EDGES_REPEAT)
        return at < low ? low : high - 1;
    return mirrored(at, low, high);
}

/* ---- along the axes -------------------------------------------------------------------------- */

/* All taps of one axis over the result: tap k of position i at [k * count + i], places counted from
 * `low` on. What is outside weighs nothing. */
struct axis {
    int32_t count, taps, low, high;
    int32_t *index;
    float *weight;
};

/* Where position i of the result lies: whole pixels apart from a part that is the same for every i
 * where nothing is scaled, so that moves have one set of weights. */
static void axis_taps(const struct fth_sampling *s, int axis, int32_t i, struct taps *taps)
{
    const double *m = s->to_source + 3 * axis;
    double scale = m[axis], offset = m[2], whole = 0;
    if (scale == 1) {
        double shift = fth_sampling_bounded(offset);
        whole = floor(shift);
        find_taps(s->filter, shift - whole + 0.5, 1, taps);
        taps->first += i + (int32_t)whole;
        return;
    }
    double at = fth_sampling_bounded(scale * (i + 0.5) + offset);
    find_taps(s->filter, at, fth_sampling_stretch(s, axis), taps);
}

static int32_t most_taps(const struct fth_sampling *s, int axis)
{
    double radius = fth_filter_support(s->filter) * fth_sampling_stretch(s, axis);
    return s->filter == FTH_FILTER_NEAREST ? 1 : FTH_MIN((int32_t)floor(2 * radius) + 2, MOST_TAPS);
}

/* Positions first .. first + count of the result. */
static enum fth_status fill_axis(const struct fth_call *call, const struct fth_sampling *s,
                                 int which, struct axis *axis, struct fth_error *error)
{
    struct fth_rect rect = call->rect, source = s->source;
    int32_t first = which ? rect.y0 : rect.x0, from = which ? source.y0 : source.x0;
    int32_t to = which ? source.y1 : source.x1;
    struct taps taps;
    axis->count = which ? fth_rect_height(rect) : fth_rect_width(rect);
    axis->taps = most_taps(s, which);
    axis->low = INT32_MAX, axis->high = INT32_MIN;
    size_t size = (size_t)axis->taps * (size_t)axis->count;
    axis->index = fth_arena_take(call->arena, size, sizeof(*axis->index));
    axis->weight = fth_arena_take(call->arena, size, sizeof(*axis->weight));
    if (!axis->index || !axis->weight)
        return fth_fail_memory(error, size * 8, "a filter");
    for (int32_t i = 0; i < axis->count; i++) {
        axis_taps(s, which, first + i, &taps);
        for (int32_t k = 0; k < axis->taps; k++) {
            size_t at = (size_t)k * (size_t)axis->count + (size_t)i;
            int32_t there = k < taps.count ? place(s->edges, taps.first + k, from, to) : from - 1;
            bool counts = there >= from && taps.weight[k] != 0;
            axis->index[at] = counts ? there : INT32_MIN;
            axis->weight[at] = counts ? taps.weight[k] : 0;
            if (counts) {
                axis->low = FTH_MIN(axis->low, there);
                axis->high = FTH_MAX(axis->high, there);
            }
        }
    }
    /* taps that do not count look at a pixel that is there */
    for (size_t at = 0; at < size; at++)
        axis->index[at] = axis->index[at] == INT32_MIN ? 0 : axis->index[at] - axis->low;
    return FTH_OK;
}

/* From here to there the taps of every position follow those of the one before it. */
struct run {
    int32_t first, last;
};

static struct run find_run(const struct fth_sampling *s, const struct axis *axis)
{
    struct run run = {0, 0}, best = {0, 0};
    for (int32_t i = 1; i < axis->count && s->to_source[0] == 1; i++) {
        bool follows = true;
        for (int32_t k = 0; k < axis->taps && follows; k++) {
            size_t at = (size_t)k * (size_t)axis->count + (size_t)i;
            follows = axis->weight[at] == axis->weight[at - 1] &&
                      (axis->weight[at] == 0 || axis->index[at] == axis->index[at - 1] + 1);
        }
        run = follows ? (struct run){run.first, i + 1} : (struct run){i, i + 1};
        if (run.last - run.first > best.last - best.first)
            best = run;
    }
    return best;
}

struct passes {
    struct axis across, down;
    struct run run;         /* of `across` */
    struct fth_grid rows;   /* down.low .. down.high, filtered across */
};

static void filter_across(const struct passes *p, const float *src, float *dst)
{
    const struct fth_kernels *k = fth_kernels();
    const struct axis *axis = &p->across;
    size_t step = (size_t)axis->count, first = (size_t)p->run.first, last = (size_t)p->run.last;
    struct fth_taps taps = {axis->index, axis->weight, step, (size_t)axis->taps};
    k->gather_sum(dst, src, &taps, first);
    struct fth_taps run = {axis->index + first, axis->weight + first, step, (size_t)axis->taps};
    if (last > first)
        k->shift_sum(dst + first, src, &run, last - first);
    struct fth_taps rest = {axis->index + last, axis->weight + last, step, (size_t)axis->taps};
    k->gather_sum(dst + last, src, &rest, step - last);
}

static void filter_plane(const struct fth_call *call, const struct passes *p,
                         const struct fth_plane *from, const struct fth_plane *to)
{
    size_t n = (size_t)p->across.count;
    for (int32_t y = p->down.low; y <= p->down.high; y++)
        filter_across(p, fth_plane_at(from, p->across.low, y),
                      fth_grid_row(&p->rows, y - p->down.low));
    for (int32_t y = 0; y < p->down.count; y++) {
        struct fth_taps taps = {p->down.index + y, p->down.weight + y, (size_t)p->down.count,
                                (size_t)p->down.taps};
        fth_kernels()->stack_sum(fth_plane_at(to, call->rect.x0, call->rect.y0 + y),
                                  p->rows.data, p->rows.row_stride, &taps, n);
    }
}

static enum fth_status filter_both_ways(const struct fth_call *call, const struct fth_sampling *s,
                                        const struct fth_sampling_planes *planes,
                                        struct fth_error *error)
{
    struct passes p;
    enum fth_status status = fill_axis(call, s, 0, &p.across, error);
    if (status == FTH_OK)
        status = fill_axis(call, s, 1, &p.down, error);
    if (status != FTH_OK)
        return status;
    if (p.across.low > p.across.high || p.down.low > p.down.high) { /* nothing is seen */
        for (int i = 0; i < planes->count; i++)
            fth_plane_fill(planes->to[i], 0);
        return FTH_OK;
    }
    p.run = find_run(s, &p.across);
    status = fth_grid_new(call->arena, p.across.count, p.down.high - p.down.low + 1, &p.rows,
                          error);
    if (status != FTH_OK)
        return status;
    for (int i = 0; i < planes->count; i++)
        filter_plane(call, &p, planes->from[i], planes->to[i]);
    return FTH_OK;
}

/* ---- turned ---------------------------------------------------------------------------------- */

static double source_at(const struct fth_sampling *s, int axis, double x, double y)
{
    const double *m = s->to_source + 3 * axis;
    return m[0] * x + m[1] * y + m[2];
}

static float sum_taps(const struct fth_sampling *s, const struct fth_plane *plane,
                      const struct taps *across, const struct taps *down)
{
    struct fth_rect rect = s->source;
    float sum = 0;
    for (int32_t j = 0; j < down->count; j++) {
        int32_t y = place(s->edges, down->first + j, rect.y0, rect.y1);
        if (y < rect.y0 || down->weight[j] == 0)
            continue;
        const float *row = fth_plane_at(plane, plane->rect.x0, y) - plane->rect.x0;
        float along = 0;
        for (int32_t i = 0; i < across->count; i++) {
            int32_t x = place(s->edges, across->first + i, rect.x0, rect.x1);
            if (x >= rect.x0 && across->weight[i] != 0)
                along += across->weight[i] * row[x];
        }
        sum += down->weight[j] * along;
    }
    return sum;
}

/* ... where every tap is in the source. */
static float sum_inside(const struct fth_plane *plane, const struct taps *across,
                        const struct taps *down)
{
    const float *row = fth_plane_at(plane, across->first, down->first);
    float sum = 0;
    for (int32_t j = 0; j < down->count; j++, row += plane->row_stride) {
        float along = 0;
        for (int32_t i = 0; i < across->count; i++)
            along += across->weight[i] * row[i];
        sum += down->weight[j] * along;
    }
    return sum;
}

static bool is_inside(const struct taps *across, const struct taps *down, struct fth_rect source)
{
    return across->first >= source.x0 && across->first + across->count <= source.x1 &&
           down->first >= source.y0 && down->first + down->count <= source.y1;
}

/* Whether a filter about (x, y) of the source sees nothing of it. */
static bool is_beyond(const struct fth_sampling *s, double x, double y)
{
    double rx = fth_filter_support(s->filter) * fth_sampling_stretch(s, 0);
    double ry = fth_filter_support(s->filter) * fth_sampling_stretch(s, 1);
    return s->edges == FTH_EDGES_TRANSPARENT &&
           (x < s->source.x0 - rx || x > s->source.x1 + rx || y < s->source.y0 - ry ||
            y > s->source.y1 + ry);
}

/* One pixel by taps that are found for it alone. */
static void look_up(const struct fth_sampling *s, const struct fth_sampling_planes *planes,
                    int32_t x, int32_t y)
{
    struct taps across, down;
    double at_x = fth_sampling_bounded(source_at(s, 0, x + 0.5, y + 0.5));
    double at_y = fth_sampling_bounded(source_at(s, 1, x + 0.5, y + 0.5));
    if (is_beyond(s, at_x, at_y)) {
        for (int i = 0; i < planes->count; i++)
            *fth_plane_at(planes->to[i], x, y) = 0;
        return;
    }
    find_taps(s->filter, at_x, fth_sampling_stretch(s, 0), &across);
    find_taps(s->filter, at_y, fth_sampling_stretch(s, 1), &down);
    bool inside = is_inside(&across, &down, s->source);
    for (int i = 0; i < planes->count; i++)
        *fth_plane_at(planes->to[i], x, y) =
            inside ? sum_inside(planes->from[i], &across, &down)
                   : sum_taps(s, planes->from[i], &across, &down);
}

/* Squares of `side` by `side` pixels, 4 of cubics, 6 of Lanczos: what is read for a row and how it
 * weighs. */
struct squares {
    int32_t side;
    int32_t *index;            /* of the upper left pixel, in floats from the plane's first */
    float *places, *weights[2]; /* n, and `side` times n across and down */
    size_t n;
    double offset[2];          /* of the row at hand */
};

/* Whether pixel x of the row has its square in the source. As the kernel has it. */
static bool is_square_inside(const struct fth_sampling *s, const struct squares *squares, int32_t x)
{
    struct fth_rect source = s->source;
    double left = floor(s->to_source[0] * (x + 0.5) + squares->offset[0]);
    double top = floor(s->to_source[3] * (x + 0.5) + squares->offset[1]);
    double before = squares->side / 2 - 1, behind = squares->side / 2 + 1;
    return left - before >= source.x0 && left + behind <= source.x1 &&
           top - before >= source.y0 && top + behind <= source.y1;
}

/* Row at[1] of the result from pixel at[0] on. A line is in the source from here to there. */
static void sample_squares(const struct fth_sampling *s, const struct fth_sampling_planes *planes,
                           const int32_t at[2], struct squares *squares)
{
    const struct fth_kernels *k = fth_kernels();
    const struct fth_plane *plane = planes->from[0];
    const double *m = s->to_source;
    bool sixes = squares->side == 6;
    size_t first = 0, last = squares->n;
    for (int i = 0; i < 2; i++)
        squares->offset[i] = m[3 * i + 1] * (at[1] + 0.5) + m[3 * i + 2] - 0.5;
    while (first < last && !is_square_inside(s, squares, at[0] + (int32_t)first))
        first++;
    while (last > first && !is_square_inside(s, squares, at[0] + (int32_t)last - 1))
        last--;
    struct fth_squares how = {
        at[0] + (double)first + 0.5, {m[0], m[3]}, {squares->offset[0], squares->offset[1]},
        {s->source.x0, s->source.y0}, {s->source.x1, s->source.y1}, (int32_t)plane->row_stride,
        {plane->rect.x0 + sixes, plane->rect.y0 + sixes}}; /* a cubic's begins one pixel later */
    size_t n = last - first;
    k->place_squares(squares->index, squares->places, squares->places + squares->n, &how, n);
    for (int i = 0; i < 2; i++)
        (sixes ? k->lanczos_weights : k->cubic_weights)(squares->weights[i],
                                                        squares->places + i * squares->n, n);
    for (int i = 0; i < planes->count; i++)
        (sixes ? k->sample_sixes : k->sample_squares)(
            fth_plane_at(planes->to[i], at[0], at[1]) + first, planes->from[i]->data,
            planes->from[i]->row_stride, squares->index,
            (const float *[2]){squares->weights[0], squares->weights[1]}, n);
    for (size_t i = 0; i < squares->n; i++) {
        if (i < first || i >= last)
            look_up(s, planes, at[0] + (int32_t)i, at[1]);
    }
}

/* Planes that lie alike in memory, so that one index serves them all. */
static bool are_alike(const struct fth_sampling_planes *planes)
{
    bool alike = true;
    for (int i = 1; i < planes->count; i++)
        alike = alike && fth_rect_equal(planes->from[i]->rect, planes->from[0]->rect) &&
                planes->from[i]->row_stride == planes->from[0]->row_stride;
    return alike;
}

static enum fth_status turn(const struct fth_call *call, const struct fth_sampling *s,
                            const struct fth_sampling_planes *planes, struct fth_error *error)
{
    struct fth_rect rect = call->rect;
    struct squares squares = {.n = (size_t)fth_rect_width(rect)};
    bool by_squares = s->filter >= FTH_FILTER_CUBIC && fth_sampling_stretch(s, 0) == 1 &&
                      fth_sampling_stretch(s, 1) == 1;
    squares.side = s->filter == FTH_FILTER_LANCZOS ? 6 : 4;
    if (by_squares) {
        size_t floats = 2 + 2 * (size_t)squares.side;
        squares.index = fth_arena_take(call->arena, squares.n, sizeof(*squares.index));
        squares.places = fth_arena_take(call->arena, squares.n, floats * sizeof(float));
        if (!squares.index || !squares.places)
            return fth_fail_memory(error, squares.n * (floats + 1) * 4, "a filter");
        squares.weights[0] = squares.places + 2 * squares.n;
        squares.weights[1] = squares.weights[0] + (size_t)squares.side * squares.n;
    }
    for (int32_t y = rect.y0; y < rect.y1; y++) {
        if (by_squares && are_alike(planes)) {
            sample_squares(s, planes, (const int32_t[2]){rect.x0, y}, &squares);
            continue;
        }
        for (int i = 0; i < planes->count && by_squares; i++) {
            struct fth_sampling_planes one = {{planes->from[i]}, {planes->to[i]}, 1};
            sample_squares(s, &one, (const int32_t[2]){rect.x0, y}, &squares);
        }
        for (int32_t x = rect.x0; x < rect.x1 && !by_squares; x++)
            look_up(s, planes, x, y);
    }
    return FTH_OK;
}

enum fth_status fth_sampling_rows(const struct fth_call *call, const struct fth_sampling *s,
                                  const struct fth_sampling_planes *planes,
                                  struct fth_error *error)
{
    size_t mark = fth_arena_mark(call->arena);
    bool along_axes = s->to_source[1] == 0 && s->to_source[3] == 0;
    enum fth_status status = along_axes ? filter_both_ways(call, s, planes, error)
                                        : turn(call, s, planes, error);
    fth_arena_return(call->arena, mark);
    return status;
}
