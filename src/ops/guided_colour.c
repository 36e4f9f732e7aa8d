/* SPDX-License-Identifier: Apache-2.0 */
/* The guided filter by colours. Strips of columns are gone through from top to bottom, on threads
 * beside each other: sums down the columns, in doubles, of thirteen products; their means along the
 * rows, in floats, pair by pair; the equations; and the same again for the solutions. A strip makes
 * what it needs beyond its own columns itself: no bit of the result depends on how they are cut.
 * Nine of the products are the guide's own: they can be had once for several maps. */
#include "ops/guided.h"

#include "ops/guided_begin.h"
#include "ops/kernels.h"
#include "ops/resize.h"

#include <string.h>

enum {
    COEFFICIENTS = 4,
    ROWS = FTH_DOWN_ROWS,
    STRIP_SIZE = 640 << 10, /* bytes that a strip works on: most of a core's own cache */
    LEAST_COLUMNS = 64,
    SHARES = 3,             /* strips for each thread, unless they are too narrow */
    LEAST_RADII = 24,       /* columns of a strip: beside it four radii are worked on too */
};

struct filter {
    const struct fth_work *work;
    const struct fth_kernels *kernels;
    const struct fth_grid *guide, *map, *weight; /* weight NULL: unweighted */
    const struct fth_grid *means; /* of the guide, as fth_guide has them; NULL: not known */
    bool finds;                   /* these are what is wanted; there is no map */
    const struct fth_grid *dst;      /* NULL: the averaged coefficients are what is wanted */
    const struct fth_grid *averaged;
    int32_t radius, columns, strips, ring_rows;
    double eps;
    ptrdiff_t stride;
};

/* A window's sums over columns from .. end - 1, and what is known of them beyond the picture's
 * ends, so that there are means of `count` columns from `first` on. */
struct window {
    enum fth_products of;
    int32_t from, end, first, count;
    double *sums;
};

struct strip {
    const struct filter *f;
    int32_t x0, x1; /* of the result */
    struct window means, averages;
    float *rows;   /* of each sum, ROWS rows */
    float *solved; /* of each coefficient, the latest ring_rows rows of solutions */
    float *work;   /* two rows */
};

static int32_t mirrored(int64_t i, int32_t n)
{
    int64_t period = 2 * (int64_t)n, within = ((i % period) + period) % period;
    return (int32_t)(within < n ? within : period - 1 - within);
}

static float *solved_row(const struct strip *s, int i, int32_t y)
{
    return s->solved + ((ptrdiff_t)i * s->f->ring_rows + y % s->f->ring_rows) * s->f->stride;
}

static float *sum_row(const struct strip *s, int sum, int32_t row)
{
    return s->rows + ((ptrdiff_t)sum * ROWS + row) * s->f->stride;
}

/* Row y of what a window sums, from its first column on. */
static void find_sources(const struct strip *s, const struct window *w, int64_t y,
                         const float **sources)
{
    const struct filter *f = s->f;
    int32_t at = mirrored(y, f->map->height);
    bool solved = w == &s->averages;
    for (int i = 0; i < 3; i++)
        sources[i] = solved ? solved_row(s, i, at) : fth_grid_row(&f->guide[i], at) + w->from;
    sources[3] = solved ? solved_row(s, 3, at) : fth_grid_row(f->map, at) + w->from;
    if (f->weight)
        sources[4] = fth_grid_row(f->weight, at) + w->from;
}

/* The columns beyond the picture's ends. */
static void mirror(const struct filter *f, const struct window *w, float *row)
{
    int32_t left = w->from - (w->first - f->radius), last = w->first + w->count + f->radius;
    for (int32_t i = 1; i <= left; i++)
        row[left - i] = row[left + mirrored(w->from - i, f->map->width) - w->from];
    for (int32_t x = w->end; x < last; x++)
        row[left + x - w->from] = row[left + mirrored(x, f->map->width) - w->from];
}

/* Sums of rows y0 .. y1 - 1, at most ROWS of them and in turn, to sum_row(). */
static void sum_down(const struct strip *s, const struct window *w, int32_t y0, int32_t y1)
{
    const struct filter *f = s->f;
    const float *in[ROWS * FTH_DOWN_SOURCES], *out[ROWS * FTH_DOWN_SOURCES];
    int sources = fth_products_sources(w->of), sums = fth_products_count(w->of);
    size_t n = (size_t)(w->end - w->from);
    struct fth_down how = {w->of, in, NULL, 1, 1 / (2 * (double)f->radius + 1), w->sums, NULL,
                           f->stride};
    if (y0 == 0)
        memset(w->sums, 0, (size_t)sums * (size_t)f->stride * sizeof(*w->sums));
    for (int32_t i = -f->radius; i < f->radius && y0 == 0; i++) {
        find_sources(s, w, i, in);
        f->kernels->sum_down(&how, n);
    }
    for (int32_t y = y0; y < y1; y++) {
        find_sources(s, w, (int64_t)y + f->radius, in + (y - y0) * sources);
        find_sources(s, w, (int64_t)y - f->radius, out + (y - y0) * sources);
    }
    how.out = out;
    how.rows = (size_t)(y1 - y0);
    how.dst = s->rows + (w->from - (w->first - f->radius));
    f->kernels->sum_down(&how, n);
}

/* The mean of a window's sum in `row`, with the mirrored columns put there. */
static void mean_along(const struct strip *s, const struct window *w, float *dst, float *row)
{
    mirror(s->f, w, row);
    s->f->kernels->mean_along(dst, row, s->work, 2 * (size_t)s->f->radius + 1, (size_t)w->count);
}

/* Rows of means that the guide alone makes. */
static void find_means(const struct strip *s, int32_t y0, int32_t y1)
{
    const struct filter *f = s->f;
    const struct window *w = &s->means;
    int sums = fth_products_count(w->of);
    float *weight = NULL;
    sum_down(s, w, y0, y1);
    for (int32_t y = y0; y < y1; y++) {
        for (int i = sums - 1; i >= 0; i--) {
            float *row = fth_grid_row(&f->means[i], y) + w->first;
            mean_along(s, w, row, sum_row(s, i, y - y0));
            if (f->weight && i == sums - 1)
                weight = row;
            else if (f->weight)
                f->kernels->divide(row, row, weight, (size_t)w->count);
        }
    }
}

/* Solutions of a few rows, where the guide's means are known. */
static void solve_map(const struct strip *s, int32_t y0, int32_t y1)
{
    const struct filter *f = s->f;
    const struct window *w = &s->means;
    size_t n = (size_t)w->count;
    sum_down(s, w, y0, y1);
    for (int32_t y = y0; y < y1; y++) {
        const float *row[FTH_DOWN_SUMS];
        float *solved[COEFFICIENTS];
        for (int i = 0; i < COEFFICIENTS; i++) { /* the map, and it times each channel */
            float *mean = sum_row(s, i, y - y0);
            mean_along(s, w, mean, mean);
            if (f->weight)
                f->kernels->divide(mean, mean, fth_grid_row(&f->means[9], y) + w->first, n);
            row[3 + i] = mean;
            solved[i] = solved_row(s, i, y);
        }
        for (int i = 0; i < 9; i++)
            row[i < 3 ? i : 4 + i] = fth_grid_row(&f->means[i], y) + w->first;
        f->kernels->guided_colour(solved, row, f->eps, n);
    }
}

/* Solutions of a few rows. */
static void solve(const struct strip *s, int32_t y0, int32_t y1)
{
    const struct filter *f = s->f;
    const struct window *w = &s->means;
    float *row[FTH_DOWN_SUMS];
    int sums = fth_products_count(w->of);
    sum_down(s, w, y0, y1);
    for (int32_t y = y0; y < y1; y++) {
        for (int i = sums - 1; i >= 0; i--) {
            float *from = sum_row(s, i, y - y0);
            row[i] = i < COEFFICIENTS ? solved_row(s, i, y) : from;
            mean_along(s, w, row[i], from);
            if (f->weight && i < sums - 1)
                f->kernels->divide(row[i], row[i], row[sums - 1], (size_t)w->count);
        }
        f->kernels->guided_colour(row, (const float *const *)row, f->eps, (size_t)w->count);
    }
}

static void keep(const struct filter *f, const struct fth_grid *grid, float *dst, const float *row,
                 size_t n)
{
    if (fth_grid_streams(grid))
        f->kernels->stream(dst, row, n);
    else
        memcpy(dst, row, n * sizeof(*dst));
}

/* Averages of a few rows, which are applied. */
static void average(const struct strip *s, int32_t y0, int32_t y1)
{
    const struct filter *f = s->f;
    const struct window *w = &s->averages;
    int sums = fth_products_count(w->of);
    size_t n = (size_t)w->count;
    sum_down(s, w, y0, y1);
    for (int32_t y = y0; y < y1; y++) {
        float *row[FTH_DOWN_SOURCES];
        const float *guide[3];
        for (int i = sums - 1; i >= 0; i--) {
            row[i] = sum_row(s, i, y - y0);
            mean_along(s, w, row[i], row[i]);
            if (f->weight && i < COEFFICIENTS)
                f->kernels->divide(row[i], row[i], row[COEFFICIENTS], n);
            if (!f->dst && i < COEFFICIENTS)
                keep(f, &f->averaged[i], fth_grid_row(&f->averaged[i], y) + s->x0, row[i], n);
        }
        if (!f->dst)
            continue;
        for (int i = 0; i < 3; i++)
            guide[i] = fth_grid_row(&f->guide[i], y) + s->x0;
        float *dst = fth_grid_row(f->dst, y) + s->x0;
        float *to = fth_grid_streams(f->dst) ? s->work : dst;
        f->kernels->guided_apply(to, (const float *const *)row, guide, n);
        if (to != dst)
            f->kernels->stream(dst, to, n);
    }
}

/* ---- strips */

/* Columns first .. first + count - 1 of means; sums that these are made of reach a radius further,
 * within the picture. */
static struct window window_of(const struct filter *f, int32_t first, int32_t end,
                               enum fth_products of, double *sums)
{
    return (struct window){of, FTH_MAX(first - f->radius, 0),
                           (int32_t)FTH_MIN((int64_t)end + f->radius, f->map->width), first,
                           end - first, sums};
}

static enum fth_products products_of(const struct filter *f)
{
    enum fth_products of = f->finds   ? FTH_GUIDE_ALONE
                           : f->means ? FTH_MAP_ALONE
                                      : FTH_GUIDE_AND_MAP;
    return (enum fth_products)(of + (f->weight != NULL));
}

static int most_sums(const struct filter *f)
{
    return FTH_MAX(fth_products_count(products_of(f)), FTH_DOWN_SOURCES);
}

static size_t strip_size(const struct filter *f)
{
    size_t sums = (size_t)most_sums(f);
    size_t floats = sums * ROWS + (size_t)COEFFICIENTS * (size_t)f->ring_rows + 2;
    size_t doubles = sums + FTH_DOWN_SOURCES;
    return (size_t)f->stride * (floats * sizeof(float) + doubles * sizeof(double));
}

static void run_strip(const struct filter *f, int32_t index, double *memory)
{
    struct strip s = {.f = f, .x0 = index * f->columns};
    int32_t height = f->map->height, width = f->map->width, averaged = 0;
    s.x1 = index == f->strips - 1 ? width : s.x0 + f->columns;
    bool weighed = f->weight != NULL;
    int sums = most_sums(f);
    s.averages = window_of(f, s.x0, s.x1, weighed ? FTH_SOLUTIONS_WEIGHED : FTH_SOLUTIONS, memory);
    s.means = f->finds ? s.averages : window_of(f, s.averages.from, s.averages.end, 0, NULL);
    s.means.of = products_of(f);
    s.means.sums = memory + FTH_DOWN_SOURCES * f->stride;
    s.rows = (float *)(memory + (FTH_DOWN_SOURCES + sums) * f->stride);
    s.solved = s.rows + sums * ROWS * f->stride;
    s.work = s.solved + COEFFICIENTS * f->ring_rows * f->stride;
    for (int32_t y = 0; y < height && !fth_cancelled(f->work->cancel);) {
        int32_t end = FTH_MIN(y + ROWS, height);
        (f->finds ? find_means : f->means ? solve_map : solve)(&s, y, end);
        y = end;
        if (f->finds)
            continue;
        int32_t known = y == height ? height : y - f->radius; /* rows whose window is solved */
        while (averaged < known) {
            end = FTH_MIN(averaged + ROWS, known);
            average(&s, averaged, end);
            averaged = end;
        }
    }
}

static void run_strips(void *context, int32_t from, int32_t end, void *scratch)
{
    for (int32_t i = from; i < end; i++)
        run_strip(context, i, scratch);
}

/* Into how many strips, and what each of them needs. */
static void cut(struct filter *f)
{
    int32_t width = f->map->width, threads = fth_pool_thread_count(f->work->pool);
    int64_t radius = f->radius;
    f->ring_rows = (int32_t)FTH_MIN(2 * radius + 1 + ROWS, f->map->height);
    f->stride = 1;
    int64_t most = FTH_MAX(STRIP_SIZE / (int64_t)strip_size(f), LEAST_RADII * radius);
    int64_t narrowest = FTH_MAX(LEAST_RADII * radius, LEAST_COLUMNS), shares = SHARES;
    while (shares > 1 && width / (shares * threads) < narrowest)
        shares--;
    if (threads > 1)
        most = FTH_MIN(most, width / (shares * FTH_MIN(threads, 64)));
    f->columns = (int32_t)FTH_MIN(FTH_MAX(most / 16 * 16, LEAST_COLUMNS), width);
    f->strips = FTH_MAX(width / f->columns, 1);
    /* the last strip is wider */
    int64_t widest = width - (f->strips - 1) * (int64_t)f->columns;
    f->stride = (ptrdiff_t)(widest + 4 * radius + 31) / 16 * 16;
}

/* dst := the map as the guide's linear function; or averaged[0 .. 3], with dst NULL. */
static enum fth_status filter(struct filter *f, struct fth_error *error)
{
    if (f->map->width < 1 || f->map->height < 1)
        return FTH_OK;
    cut(f);
    struct fth_grid map;
    enum fth_status status = FTH_OK;
    if (f->dst && f->dst->data == f->map->data && f->strips > 1) { /* a strip reads beside itself */
        status = fth_grid_new(f->work->arena, f->map->width, f->map->height, &map, error);
        if (status != FTH_OK)
            return status;
        fth_grid_copy(&map, f->map);
        f->map = &map;
    }
    struct fth_rows rows = {run_strips, f, 1, strip_size(f)};
    return fth_rows_run_scratch(f->work, f->strips, &rows, error);
}

/* ---- at another size than the map's */

enum { PIECE_ROWS = 24, PIECE_COLUMNS = 960, PART_COLUMNS = 96 };

struct apply {
    const struct fth_grid *coefficients;
    struct fth_guided_end end;
    bool streams; /* end.dst is larger than the caches */
};

/* columns at a time: so few that a core reads some while it writes others */
enum { LIMITED = 64 };

/* What lies below, where there need be no row: it is the next one of a piece. */
static const float *below(const struct fth_grid *grid, const float *at)
{
    return fth_row_ahead(at, (size_t)grid->row_stride);
}

/* Columns x .. x + n - 1 of a row, n <= LIMITED. */
static void apply_some(const struct apply *a, int32_t y, int32_t x, size_t n)
{
    const struct fth_kernels *k = fth_kernels();
    const struct fth_guided_end *end = &a->end;
    const float *coefficients[COEFFICIENTS], *guide[3];
    float limited[3][LIMITED], made[LIMITED], *dst = fth_grid_row(end->dst, y) + x;
    for (int i = 0; i < COEFFICIENTS; i++)
        coefficients[i] = fth_grid_row(&a->coefficients[i], y) + x;
    for (int i = 0; i < 3; i++) {
        guide[i] = fth_grid_row(&end->colours[i], y) + x;
        if (i < 2 && a->streams)
            fth_fetch(below(&end->colours[i], guide[i]), n);
        if (end->limits)
            k->clamp(limited[i], guide[i], 0, 1, n);
        if (end->limits)
            guide[i] = limited[i];
    }
    k->guided_apply(made, coefficients, guide, n);
    if (end->from)
        k->lerp(made, fth_grid_row(end->from, y) + x, made, end->blend, n);
    if (end->clips)
        k->clamp(made, made, 0, 1, n);
    const float *blue = fth_grid_row(&end->colours[2], y) + x;
    if (a->streams)
        k->stream_fetch(dst, made, below(&end->colours[2], blue), n);
    else
        memcpy(dst, made, n * sizeof(*dst));
}

static void apply_rows(void *context, int32_t y0, int32_t y1)
{
    const struct apply *a = context;
    int32_t width = a->end.dst->width;
    for (int32_t y = y0; y < y1; y++)
        for (int32_t x = 0; x < width; x += LIMITED)
            apply_some(a, y, x, (size_t)FTH_MIN(LIMITED, width - x));
}

struct enlarge {
    const struct fth_grid *small;
    const struct fth_guided_end *end;
    const struct fth_bilinear *bilinear;
};

/* A piece of all that is of the size of what is made. */
static void apply_piece(const struct enlarge *e, const struct fth_grid *coefficients, int32_t x,
                        int32_t y)
{
    struct apply a = {coefficients, *e->end, fth_grid_streams(e->end->dst)};
    struct fth_grid colours[3], from, dst;
    int32_t n = coefficients->width, rows = coefficients->height;
    for (int i = 0; i < 3; i++)
        colours[i] = fth_grid_part(&e->end->colours[i], x, y, n, rows);
    dst = fth_grid_part(e->end->dst, x, y, n, rows);
    if (e->end->from) {
        from = fth_grid_part(e->end->from, x, y, n, rows);
        a.end.from = &from;
    }
    a.end.colours = colours;
    a.end.dst = &dst;
    apply_rows(&a, 0, rows);
}

/* A matte is 0 almost everywhere, and what is made of it there is 0 whatever the guide is. */
static bool is_empty(const struct enlarge *e, struct fth_rect at)
{
    bool empty = !e->end->from;
    for (int i = 0; i < COEFFICIENTS && empty; i++)
        empty = fth_bilinear_is_zero(e->bilinear, &e->small[i], at);
    return empty;
}

static void enlarge_piece(const struct enlarge *e, struct fth_rect at, float *memory)
{
    struct fth_grid piece[COEFFICIENTS];
    int32_t width = fth_rect_width(at);
    for (int i = 0; i < COEFFICIENTS; i++, memory += PIECE_ROWS * PIECE_COLUMNS)
        piece[i] = (struct fth_grid){memory, PIECE_COLUMNS, width, fth_rect_height(at)};
    for (int i = 0; i < COEFFICIENTS; i++)
        fth_bilinear_piece(e->bilinear, &e->small[i], at.x0, at.y0, &piece[i], memory);
    apply_piece(e, piece, at.x0, at.y0);
}

/* Pieces of the coefficients are enlarged and applied before they leave the second cache. */
static void enlarge_rows(void *context, int32_t y0, int32_t y1, void *scratch)
{
    const struct enlarge *e = context;
    int32_t width = e->end->dst->width;
    struct fth_rect at = {0, y0, 0, y1}; /* what is to be made */
    for (int32_t x = 0; x < width; x += PART_COLUMNS) {
        struct fth_rect part = {x, y0, FTH_MIN(x + PART_COLUMNS, width), y1};
        bool empty = is_empty(e, part);
        if (empty) {
            struct fth_grid dst = fth_grid_part(e->end->dst, x, y0, part.x1 - x, y1 - y0);
            fth_grid_fill(&dst, 0);
        }
        at.x1 = empty ? x : part.x1;
        if (at.x1 > at.x0 && (empty || at.x1 - at.x0 == PIECE_COLUMNS || at.x1 == width)) {
            enlarge_piece(e, at, scratch);
            at.x0 = at.x1;
        }
        at.x0 = empty ? part.x1 : at.x0;
    }
}

static enum fth_status new_grids(const struct fth_work *work, const struct fth_grid *like,
                                 struct fth_grid grids[COEFFICIENTS], struct fth_error *error)
{
    enum fth_status status = FTH_OK;
    for (int i = 0; i < COEFFICIENTS && status == FTH_OK; i++)
        status = fth_grid_new(work->arena, like->width, like->height, &grids[i], error);
    return status;
}

static enum fth_status enlarge_whole(const struct fth_work *work, const struct fth_grid *small,
                                     const struct fth_guided_end *end, struct fth_error *error)
{
    struct fth_grid large[COEFFICIENTS];
    enum fth_status status = new_grids(work, end->dst, large, error);
    for (int i = 0; i < COEFFICIENTS && status == FTH_OK; i++)
        status = fth_resize_bilinear(work, &small[i], &large[i], error);
    struct apply rows = {large, *end, false};
    return status == FTH_OK ? fth_rows_run(work, end->dst->height, 32, apply_rows, &rows) : status;
}

/* Averaged coefficients at the map's size, as large as end->dst, applied to the guide there. */
static enum fth_status enlarge(struct filter *f, const struct fth_guided_end *end,
                               struct fth_error *error)
{
    const struct fth_work *work = f->work;
    const int32_t from[2] = {f->map->width, f->map->height};
    const int32_t to[2] = {end->dst->width, end->dst->height};
    struct fth_grid small[COEFFICIENTS];
    struct fth_bilinear *bilinear = NULL;
    enum fth_status status = new_grids(work, f->map, small, error);
    f->averaged = small;
    if (status == FTH_OK)
        status = filter(f, error);
    f->averaged = NULL;
    if (status != FTH_OK)
        return status;
    if (from[0] == to[0] || from[1] == to[1])
        return enlarge_whole(work, small, end, error);
    status = fth_bilinear_open(work->arena, from, to, &bilinear, error);
    if (status != FTH_OK)
        return status;
    struct enlarge e = {small, end, bilinear};
    size_t floats = fth_bilinear_scratch(bilinear, PIECE_COLUMNS, PIECE_ROWS) +
                    (size_t)COEFFICIENTS * PIECE_ROWS * PIECE_COLUMNS;
    struct fth_rows rows = {enlarge_rows, &e, PIECE_ROWS, floats * sizeof(float)};
    return fth_rows_run_scratch(work, end->dst->height, &rows, error);
}

enum fth_status fth_guided_colour(const struct fth_work *work, const struct fth_grid *guide_small,
                                  const struct fth_grid *map, const struct fth_grid *weight,
                                  const struct fth_grid *guide_large, const struct fth_grid *dst,
                                  int32_t radius, double eps, struct fth_error *error)
{
    size_t mark = fth_arena_mark(work->arena);
    struct fth_grid weights;
    struct filter f = {.work = work, .kernels = fth_kernels(), .guide = guide_small, .map = map,
                       .weight = weight ? &weights : NULL, .radius = radius, .eps = eps};
    bool same = guide_small == guide_large && dst->width == map->width &&
                dst->height == map->height;
    enum fth_status status = fth_guided_begin(work, weight, eps, &weights, error);
    if (status == FTH_OK && same) {
        f.dst = dst;
        status = filter(&f, error);
    } else if (status == FTH_OK) {
        status = enlarge(&f, &(struct fth_guided_end){.colours = guide_large, .dst = dst}, error);
    }
    fth_arena_return(work->arena, mark);
    return status;
}

/* ---- a guide for several maps */

static struct filter filter_by(const struct fth_work *work, const struct fth_guide *guide,
                               const struct fth_grid *map, double eps)
{
    return (struct filter){.work = work, .kernels = fth_kernels(), .guide = guide->colours,
                           .map = map, .weight = guide->weight.data ? &guide->weight : NULL,
                           .means = guide->means, .radius = guide->radius, .eps = eps};
}

enum fth_status fth_guide_find(const struct fth_work *work, const struct fth_guide *guide,
                               struct fth_error *error)
{
    struct filter f = filter_by(work, guide, &guide->colours[0], 0);
    f.finds = true;
    if (f.weight)
        fth_guided_weigh(f.weight, f.weight);
    return filter(&f, error);
}

enum fth_status fth_guide_filter(const struct fth_work *work, const struct fth_guide *guide,
                                 const struct fth_grid *map, const struct fth_grid *dst, double eps,
                                 struct fth_error *error)
{
    size_t mark = fth_arena_mark(work->arena);
    struct filter f = filter_by(work, guide, map, eps);
    f.dst = dst;
    enum fth_status status = fth_guided_begin(work, NULL, eps, NULL, error);
    if (status == FTH_OK)
        status = filter(&f, error);
    fth_arena_return(work->arena, mark);
    return status;
}

enum fth_status fth_guide_apply(const struct fth_work *work, const struct fth_guide *guide,
                                const struct fth_grid *map, double eps,
                                const struct fth_guided_end *end, struct fth_error *error)
{
    size_t mark = fth_arena_mark(work->arena);
    struct filter f = filter_by(work, guide, map, eps);
    enum fth_status status = fth_guided_begin(work, NULL, eps, NULL, error);
    if (status == FTH_OK)
        status = enlarge(&f, end, error);
    fth_arena_return(work->arena, mark);
    return status;
}
