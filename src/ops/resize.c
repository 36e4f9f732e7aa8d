/* SPDX-License-Identifier: Apache-2.0 */
/* Every resampling is two passes of weighted sums: rows first, then columns. What differs is only
 * the table of taps an axis gets, so each method is a function that fills such a table. */
#include "ops/resize.h"

#include <math.h>

#include "ops/kernels.h"

/* Fewer pixels than SMALL are done sooner than another thread has woken. */
enum { BLOCK_ROWS = 16, SMALL = 1 << 16 };

/* Columns that go through both passes at once, in the first cache, and pixels a side of a group. */
enum { STRIP = 512, MOST_GROUPED = 8 };

/* Taps of every output position, tap after tap: tap k of position i is at [k * count + i]. Unused
 * taps weigh 0 and point at a pixel that is used, so that no pixel outside the support is read. */
struct axis {
    int32_t src_count, count, taps;
    int32_t *index;
    float *weight;
};

static void axis_set(const struct axis *axis, int32_t i, int32_t tap, int32_t index, double weight)
{
    size_t at = (size_t)tap * (size_t)axis->count + (size_t)i;
    axis->index[at] = FTH_MAX(0, FTH_MIN(index, axis->src_count - 1));
    axis->weight[at] = (float)weight;
}

/* Taps from `tap` on are unused. */
static void axis_pad(const struct axis *axis, int32_t i, int32_t tap)
{
    for (; tap < axis->taps; tap++)
        axis_set(axis, i, tap, axis->index[i], 0);
}

/* Mean over [i scale, (i + 1) scale); slivers below a thousandth of a pixel do not count
 * (computeResizeAreaTab of OpenCV, so that factors such as 1920 / 640 have no ghost taps). */
static void fill_area(const struct axis *axis)
{
    double scale = (double)axis->src_count / axis->count;
    for (int32_t i = 0; i < axis->count; i++) {
        double begin = i * scale, end = begin + scale;
        double width = FTH_MIN(scale, axis->src_count - begin);
        int32_t last = FTH_MIN((int32_t)floor(end), axis->src_count - 1);
        int32_t first = FTH_MIN((int32_t)ceil(begin), last);
        int32_t tap = 0;
        if (first - begin > 1e-3)
            axis_set(axis, i, tap++, first - 1, (first - begin) / width);
        for (int32_t s = first; s < last; s++)
            axis_set(axis, i, tap++, s, 1 / width);
        if (end - last > 1e-3)
            axis_set(axis, i, tap++, last, FTH_MIN(FTH_MIN(end - last, 1.0), width) / width);
        axis_pad(axis, i, tap);
    }
}

static void set_pair(const struct axis *axis, int32_t i, int32_t at, double fraction)
{
    if (at < 0 || at >= axis->src_count - 1)
        fraction = 0;
    axis_set(axis, i, 0, at, 1 - fraction);
    axis_set(axis, i, 1, fraction > 0 ? at + 1 : at, fraction);
}

/* What cv::INTER_AREA does when an axis grows: source pixels keep their area, and only an output
 * pixel that lies across an edge between two of them mixes them. */
static void fill_area_growing(const struct axis *axis)
{
    double scale = (double)axis->src_count / axis->count;
    double inverse = (double)axis->count / axis->src_count;
    for (int32_t i = 0; i < axis->count; i++) {
        int32_t at = (int32_t)floor(i * scale);
        /* as a float, so that what should be a whole number is one */
        float fraction = (float)((i + 1) - (at + 1) * inverse);
        set_pair(axis, i, at, fraction <= 0 ? 0 : (double)fraction - floor((double)fraction));
    }
}

static void fill_bilinear(const struct axis *axis)
{
    double scale = (double)axis->src_count / axis->count;
    for (int32_t i = 0; i < axis->count; i++) {
        double at = (i + 0.5) * scale - 0.5;
        set_pair(axis, i, (int32_t)floor(at), at - floor(at));
    }
}

/* Keys' cubic convolution with slope a at distance 1. */
static double cubic(double x, double a)
{
    x = fabs(x);
    if (x < 1)
        return ((a + 2) * x - (a + 3)) * x * x + 1;
    return x < 2 ? ((x - 5) * x + 8) * x * a - 4 * a : 0;
}

static void fill_bicubic(const struct axis *axis)
{
    double scale = (double)axis->src_count / axis->count;
    for (int32_t i = 0; i < axis->count; i++) {
        double at = (i + 0.5) * scale - 0.5;
        int32_t whole = (int32_t)floor(at);
        for (int32_t tap = 0; tap < 4; tap++)
            axis_set(axis, i, tap, whole - 1 + tap, cubic(at - (whole - 1 + tap), -0.75));
    }
}

static double antialias_support(int32_t src_count, int32_t count)
{
    return 2 * FTH_MAX((double)src_count / count, 1.0);
}

static void fill_bicubic_antialias(const struct axis *axis)
{
    double scale = (double)axis->src_count / axis->count, stretch = FTH_MAX(scale, 1.0);
    double support = antialias_support(axis->src_count, axis->count);
    for (int32_t i = 0; i < axis->count; i++) {
        double centre = (i + 0.5) * scale, sum = 0;
        int32_t first = (int32_t)FTH_MAX(centre - support + 0.5, 0.0);
        int32_t end = (int32_t)FTH_MIN(centre + support + 0.5, (double)axis->src_count);
        for (int32_t s = first; s < end; s++)
            sum += cubic((s - centre + 0.5) / stretch, -0.5);
        for (int32_t s = first; s < end; s++)
            axis_set(axis, i, s - first, s, cubic((s - centre + 0.5) / stretch, -0.5) / sum);
        axis_pad(axis, i, end - first);
    }
}

struct method {
    int32_t (*taps)(int32_t src_count, int32_t count);
    void (*fill)(const struct axis *axis);
};

static int32_t taps_area(int32_t src_count, int32_t count)
{
    return src_count / count + 3; /* the whole ones, a part at either end, and one for rounding */
}

static int32_t taps_two(int32_t src_count, int32_t count)
{
    (void)src_count, (void)count;
    return 2;
}

static int32_t taps_four(int32_t src_count, int32_t count)
{
    (void)src_count, (void)count;
    return 4;
}

static int32_t taps_antialias(int32_t src_count, int32_t count)
{
    return 2 * (int32_t)ceil(antialias_support(src_count, count)) + 2;
}

struct passes {
    const struct fth_kernels *kernels;
    struct fth_grid src, middle, dst;
    struct axis x, y;
};

/* Rows of `dst` := rows y.. of src, along which taps are gathered. */
static void gather(const struct fth_grid *src, int32_t y, const struct fth_taps *taps,
                   const struct fth_grid *dst)
{
    enum { AT_ONCE = 8 }; /* where to gather from is looked up once for so many */
    for (int32_t i = 0; i < dst->height; i += AT_ONCE) {
        float *to[AT_ONCE];
        const float *from[AT_ONCE];
        int32_t rows = FTH_MIN(dst->height - i, AT_ONCE);
        for (int32_t row = 0; row < rows; row++) {
            to[row] = fth_grid_row(dst, i + row);
            from[row] = fth_grid_row(src, y + i + row);
        }
        fth_kernels()->gather_rows(to, from, taps, (size_t)rows, (size_t)dst->width);
    }
}

static void filter_rows(void *context, int32_t y0, int32_t y1)
{
    const struct passes *p = context;
    struct fth_taps taps = {.index = p->x.index, .weight = p->x.weight,
                            .step = (size_t)p->x.count, .count = (size_t)p->x.taps};
    struct fth_grid middle = fth_grid_part(&p->middle, 0, y0, p->middle.width, y1 - y0);
    gather(&p->src, y0, &taps, &middle);
}

static void filter_columns(void *context, int32_t y0, int32_t y1)
{
    const struct passes *p = context;
    struct fth_taps taps = {.step = (size_t)p->y.count, .count = (size_t)p->y.taps};
    for (int32_t y = y0; y < y1; y++) {
        taps.index = p->y.index + y;
        taps.weight = p->y.weight + y;
        p->kernels->weigh_rows(fth_grid_row(&p->dst, y), p->middle.data, p->middle.row_stride,
                               &taps, (size_t)p->dst.width);
    }
}

/* Both axes to a half. */
static void filter_quads(void *context, int32_t y0, int32_t y1)
{
    const struct passes *p = context;
    const float weights[2] = {p->x.weight[0], p->y.weight[0]};
    for (int32_t y = y0; y < y1; y++) {
        const float *const rows[2] = {fth_grid_row(&p->src, 2 * y),
                                      fth_grid_row(&p->src, 2 * y + 1)};
        p->kernels->sum_quads(fth_grid_row(&p->dst, y), rows, weights, (size_t)p->dst.width);
    }
}

/* Both axes shrink by whole numbers, every pixel counts alike: both passes on strips of a row, with
 * the sums of the passes and without their tables. */
static void filter_groups(void *context, int32_t y0, int32_t y1)
{
    const struct passes *p = context;
    float middle[MOST_GROUPED][STRIP];
    int32_t index[MOST_GROUPED];
    float weight[MOST_GROUPED];
    size_t across = (size_t)p->x.taps, down = (size_t)p->y.taps;
    for (size_t k = 0; k < down; k++) {
        index[k] = (int32_t)k;
        weight[k] = p->y.weight[0];
    }
    struct fth_taps taps = {.index = index, .weight = weight, .step = 1, .count = down};
    for (int32_t y = y0; y < y1; y++)
        for (int32_t x = 0; x < p->dst.width; x += STRIP) {
            size_t n = (size_t)FTH_MIN(p->dst.width - x, STRIP);
            for (size_t k = 0; k < down; k++)
                p->kernels->sum_groups(middle[k],
                                       fth_grid_row(&p->src, y * p->y.taps + (int32_t)k) +
                                           (size_t)x * across,
                                       p->x.weight[0], across, n);
            p->kernels->weigh_rows(fth_grid_row(&p->dst, y) + x, middle[0], STRIP, &taps, n);
        }
}

/* True when position i is made of pixels i taps .. i taps + taps - 1, all of one weight. */
static bool is_grouped(const struct axis *axis)
{
    bool grouped = axis->taps > 1 && axis->taps <= MOST_GROUPED &&
                   axis->count * axis->taps == axis->src_count;
    for (int32_t k = 0; k < axis->taps && grouped; k++)
        for (int32_t i = 0; i < axis->count && grouped; i++) {
            size_t at = (size_t)k * (size_t)axis->count + (size_t)i;
            grouped = axis->index[at] == i * axis->taps + k && axis->weight[at] == axis->weight[0];
        }
    return grouped;
}

/* Forgets the last taps where no position uses them: methods ask for the most there could be. */
static void axis_trim(struct axis *axis)
{
    while (axis->taps > 1) {
        const float *last = axis->weight + (size_t)(axis->taps - 1) * (size_t)axis->count;
        for (int32_t i = 0; i < axis->count; i++) {
            if (last[i] != 0)
                return;
        }
        axis->taps--;
    }
}

static enum fth_status axis_new(struct fth_arena *arena, const struct method *method,
                                int32_t src_count, int32_t count, struct axis *axis,
                                struct fth_error *error)
{
    int32_t taps = method->taps(src_count, count);
    size_t items = (size_t)taps * (size_t)count;
    *axis = (struct axis){.src_count = src_count, .count = count, .taps = taps};
    axis->index = fth_arena_take(arena, items, sizeof(*axis->index));
    axis->weight = fth_arena_take(arena, items, sizeof(*axis->weight));
    if (!axis->index || !axis->weight)
        return fth_fail_memory(error, items * sizeof(float), "resampling");
    method->fill(axis);
    axis_trim(axis);
    return FTH_OK;
}

static enum fth_status filter_both(const struct fth_work *work, struct passes *p,
                                   struct fth_error *error)
{
    if (is_grouped(&p->x) && is_grouped(&p->y))
        return fth_rows_run(work, p->dst.height, BLOCK_ROWS,
                            p->x.taps == 2 && p->y.taps == 2 ? filter_quads : filter_groups, p);
    enum fth_status status =
        fth_grid_new(work->arena, p->dst.width, p->src.height, &p->middle, error);
    if (status == FTH_OK)
        status = fth_rows_run(work, p->src.height, BLOCK_ROWS, filter_rows, p);
    return status == FTH_OK ? fth_rows_run(work, p->dst.height, BLOCK_ROWS, filter_columns, p)
                            : status;
}

/* An axis that keeps its length is not touched: all methods are the identity there. */
static enum fth_status run_passes(const struct fth_work *work, const struct method *method,
                                  struct passes *p, struct fth_error *error)
{
    bool wide = p->src.width != p->dst.width, tall = p->src.height != p->dst.height;
    enum fth_status status = FTH_OK;
    if (wide)
        status = axis_new(work->arena, method, p->src.width, p->dst.width, &p->x, error);
    if (status == FTH_OK && tall)
        status = axis_new(work->arena, method, p->src.height, p->dst.height, &p->y, error);
    if (status != FTH_OK)
        return status;
    if (wide && tall)
        return filter_both(work, p, error);
    p->middle = wide ? p->dst : p->src;
    if (wide)
        return fth_rows_run(work, p->src.height, BLOCK_ROWS, filter_rows, p);
    if (tall)
        return fth_rows_run(work, p->dst.height, BLOCK_ROWS, filter_columns, p);
    fth_grid_copy(&p->dst, &p->src);
    return FTH_OK;
}

static enum fth_status resize(const struct fth_work *work, const struct fth_grid *src,
                              const struct fth_grid *dst, struct method method,
                              struct fth_error *error)
{
    size_t mark = fth_arena_mark(work->arena);
    int64_t pixels = FTH_MAX((int64_t)src->width * src->height, (int64_t)dst->width * dst->height);
    const struct fth_work here = {pixels < SMALL ? NULL : work->pool, work->arena, work->cancel};
    struct passes passes = {.kernels = fth_kernels(), .src = *src, .dst = *dst};
    enum fth_status status = run_passes(&here, &method, &passes, error);
    fth_arena_return(work->arena, mark);
    return status;
}

enum fth_status fth_resize_area(const struct fth_work *work, const struct fth_grid *src,
                                const struct fth_grid *dst, struct fth_error *error)
{
    bool growing = dst->width > src->width || dst->height > src->height;
    struct method shrink = {taps_area, fill_area}, grow = {taps_two, fill_area_growing};
    return resize(work, src, dst, growing ? grow : shrink, error);
}

enum fth_status fth_resize_bilinear(const struct fth_work *work, const struct fth_grid *src,
                                    const struct fth_grid *dst, struct fth_error *error)
{
    return resize(work, src, dst, (struct method){taps_two, fill_bilinear}, error);
}

enum fth_status fth_resize_bicubic(const struct fth_work *work, const struct fth_grid *src,
                                   const struct fth_grid *dst, struct fth_error *error)
{
    return resize(work, src, dst, (struct method){taps_four, fill_bicubic}, error);
}

enum fth_status fth_resize_bicubic_antialias(const struct fth_work *work,
                                             const struct fth_grid *src,
                                             const struct fth_grid *dst, struct fth_error *error)
{
    return resize(work, src, dst, (struct method){taps_antialias, fill_bicubic_antialias}, error);
}

/* ---- pieces */

struct fth_bilinear {
    struct axis x, y;
};

enum fth_status fth_bilinear_open(struct fth_arena *arena, const int32_t from[2],
                                  const int32_t to[2], struct fth_bilinear **result,
                                  struct fth_error *error)
{
    const struct method method = {taps_two, fill_bilinear};
    struct fth_bilinear *b = fth_arena_take(arena, 1, sizeof(*b));
    if (!b)
        return fth_fail_memory(error, sizeof(*b), "resampling");
    enum fth_status status = axis_new(arena, &method, from[0], to[0], &b->x, error);
    if (status == FTH_OK)
        status = axis_new(arena, &method, from[1], to[1], &b->y, error);
    *result = b;
    return status;
}

/* Source rows first..*end - 1 are what rows y.. of the result are made of; columns likewise. */
static int32_t rows_used(const struct axis *axis, int32_t y, int32_t count, int32_t *end)
{
    int32_t first = axis->src_count;
    *end = 0;
    for (int32_t k = 0; k < axis->taps; k++)
        for (int32_t i = y; i < y + count; i++) {
            int32_t at = axis->index[(size_t)k * (size_t)axis->count + (size_t)i];
            first = FTH_MIN(first, at);
            *end = FTH_MAX(*end, at + 1);
        }
    return first;
}

size_t fth_bilinear_scratch(const struct fth_bilinear *b, int32_t width, int32_t height)
{
    int32_t most = 0;
    for (int32_t y = 0; y < b->y.count; y++) {
        int32_t end, first = rows_used(&b->y, y, FTH_MIN(height, b->y.count - y), &end);
        most = FTH_MAX(most, end - first);
    }
    return (size_t)most * (size_t)width;
}

void fth_bilinear_piece(const struct fth_bilinear *b, const struct fth_grid *src, int32_t x,
                        int32_t y, const struct fth_grid *piece, float *scratch)
{
    const struct fth_kernels *k = fth_kernels();
    size_t width = (size_t)piece->width;
    struct fth_taps along = {.index = b->x.index + x, .weight = b->x.weight + x,
                             .step = (size_t)b->x.count, .count = (size_t)b->x.taps};
    int32_t end, first = rows_used(&b->y, y, piece->height, &end);
    struct fth_grid wide = {scratch, piece->width, piece->width, end - first};
    gather(src, first, &along, &wide);
    for (int32_t i = 0; i < piece->height; i++) {
        int32_t index[2];
        float weight[2];
        const struct fth_taps down = {.index = index, .weight = weight, .step = 1,
                                      .count = (size_t)b->y.taps};
        for (size_t tap = 0; tap < down.count; tap++) {
            size_t at = tap * (size_t)b->y.count + (size_t)(y + i);
            index[tap] = b->y.index[at] - first;
            weight[tap] = b->y.weight[at];
        }
        k->weigh_rows(fth_grid_row(piece, i), scratch, (ptrdiff_t)width, &down, width);
    }
}

bool fth_bilinear_is_zero(const struct fth_bilinear *b, const struct fth_grid *src,
                          struct fth_rect at)
{
    if (fth_grid_row(src, b->y.index[at.y0])[b->x.index[at.x0]] != 0)
        return false; /* mostly, and known without a search */
    int32_t bottom, top = rows_used(&b->y, at.y0, fth_rect_height(at), &bottom);
    int32_t right, left = rows_used(&b->x, at.x0, fth_rect_width(at), &right);
    for (int32_t y = top; y < bottom; y++) {
        const float *row = fth_grid_row(src, y);
        bool zero = true;
        for (int32_t x = left; x < right; x++)
            zero &= row[x] == 0;
        if (!zero)
            return false;
    }
    return true;
}
