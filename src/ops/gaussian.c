/* SPDX-License-Identifier: Apache-2.0 */
/* A Gaussian that costs the same whatever its width. A narrow one is a sum of weighted pairs. For a
 * wide one the picture is halved until it is narrow there, filtered, and doubled again: halving by
 * the quadratic spline, doubling by the quartic one, whose own widths the filter in between makes
 * up for. At a step the error is below 5e-4 (FORMULAS 6.6 asks for 1e-3), nothing is negative, and
 * nothing reaches further than the kernel, whatever stands in the picture. Levels are stored with
 * MARGIN positions beyond either end, from where on the border's rule holds again. */
#include "ops/gaussian.h"

#include <math.h>
#include <string.h>

#include "ops/kernels.h"
#include "ops/math.h"

enum {
    MOST_LEVELS = 15,
    MARGIN = 2,
    BLOCK_ROWS = 16,
    HALVED = 4,     /* rows that make one of half the size */
    EDGE = 16,      /* positions at either end of a row that are worked on apart */
    FOUR = 4,       /* rows that are filtered across together */
    CHUNK = 256,    /* columns filtered at a time, so that their rows stay in the first cache */
    TILE = 1024,    /* columns filtered across, then along */
    HALVED_LINES = 2 * BLOCK_ROWS + 12, /* in between two halvings of a block of rows */
    TWICE_ROWS = 64, /* doubled twice at a time, and */
    TWICE_LINES = TWICE_ROWS / 2 + 2 * MARGIN, /* what of in between they take */
    WAVES = 128     /* of a kernel's spectrum, at least */
};

/* From here on a Gaussian is halved, and again from twice that on. */
static const double LEAST_HALVED_SIGMA = 3;
/* A direct kernel's radius in sigmas: what is cut off is 5e-4 of the whole. */
static const double REACH = 3.5;
/* Not nothing, of which endless times would be no number. */
static const double LEAST_WEIGHT = 1e-9;

struct axis {
    enum fth_border border;
    double sigma;
    int levels;               /* how often it is halved */
    size_t radius;            /* of the filter at the coarsest level */
    float *taps;              /* 2 radius + 1 of them */
    int32_t size[MOST_LEVELS + 1];   /* of each level, with what a mirror needs beyond the end */
    int32_t result[MOST_LEVELS + 1]; /* without that */
    int32_t mirrored[MOST_LEVELS + 1]; /* positions in the mirror; 0: none beyond the size */
    int32_t need;             /* the most positions that are asked for beyond the end */
};

static int32_t margin(int level)
{
    return level ? MARGIN : 0;
}

/* Where position i of a level is stored; -1: it is 0. */
static int32_t place(const struct axis *axis, int level, int64_t i)
{
    int32_t size = axis->size[level], before = margin(level), mirrored = axis->mirrored[level];
    if (i >= -before && i < size + before)
        return (int32_t)i + before;
    if (axis->border == FTH_BORDER_ZERO)
        return -1;
    if (axis->border == FTH_BORDER_REFLECT && mirrored) {
        int64_t period = 2 * (int64_t)mirrored, within = ((i % period) + period) % period;
        return (int32_t)(within < mirrored ? within : period - 1 - within) + before;
    }
    if (axis->border == FTH_BORDER_REFLECT && i < 0)
        i = -1 - i;
    int32_t last = size + 2 * before - 1;
    return (int32_t)FTH_MIN(FTH_MAX(i + before, 0), last);
}

/* ---- kernels */

void fth_gaussian_taps(float *taps, size_t radius, const double *weights)
{
    float *middle = taps + radius, up, pairs;
    double total = 0;
    for (size_t i = 0; i <= radius; i++)
        total += i ? 2 * weights[i] : weights[i];
    for (size_t i = 0; i <= radius; i++)
        taps[radius - i] = middle[i] = (float)(weights[i] / total);
    for (;; *middle -= 0x1p-24f) {
        up = 0;
        pairs = *middle;
        for (size_t i = 0; i <= 2 * radius; i++)
            up += taps[i];
        for (size_t i = 1; i <= radius; i++)
            pairs += middle[i] * 2;
        if (up <= 1 && pairs <= 1)
            return;
    }
}

static void fill_direct(struct axis *axis, double sigma, double *weights)
{
    for (size_t i = 0; i <= axis->radius; i++)
        weights[i] = i ? fth_exp(-(double)(i * i) / (2 * sigma * sigma)) : 1;
    fth_gaussian_taps(axis->taps, axis->radius, weights);
}

/* What all halvings (1 3 3 1) and doublings (1 5 10 10 5 1) leave of a wave of the picture. */
static double splines_pass(double wave, int levels)
{
    double product = 1;
    for (int i = 0; i < levels; i++, wave *= 2) {
        double c = fth_cos(wave / 2), square = c * c;
        product *= square * square * (square * square);
    }
    return product;
}

/* The filter at the coarsest level, by its spectrum: the Gaussian's over what the splines leave. */
static void fill_coarse(struct axis *axis, double sigma, double *memory, size_t waves)
{
    const double turn = 6.283185307179586 / (double)waves;
    double scale = (double)(1 << axis->levels);
    double *spectrum = memory, *cosines = memory + waves, *weights = memory + 2 * waves;
    for (size_t m = 0; m <= waves / 2; m++) {
        double wave = turn * (double)m / scale;
        spectrum[m] = fth_exp(-sigma * sigma * wave * wave / 2) / splines_pass(wave, axis->levels);
        cosines[m] = fth_cos(turn * (double)m);
    }
    for (size_t m = waves / 2 + 1; m < waves; m++) {
        spectrum[m] = spectrum[waves - m];
        cosines[m] = fth_cos(turn * (double)m);
    }
    for (size_t k = 0; k <= axis->radius; k++) {
        weights[k] = 0;
        for (size_t m = 0; m < waves; m++)
            weights[k] += spectrum[m] * cosines[m * k % waves];
        weights[k] = FTH_MAX(weights[k], LEAST_WEIGHT * (double)waves);
    }
    fth_gaussian_taps(axis->taps, axis->radius, weights);
}

static enum fth_status take_kernel(struct axis *axis, struct fth_arena *arena,
                                   struct fth_error *error)
{
    double sigma = axis->sigma;
    double left = sigma * sigma, scale = (double)(1 << axis->levels);
    left -= 2 * (scale * scale - 1) / 3; /* the splines: (3 + 5) / 4 a level */
    double narrow = sqrt(left) / scale;
    axis->radius = axis->levels ? (size_t)ceil(4 * narrow) + 2 : (size_t)ceil(REACH * sigma);
    axis->taps = fth_arena_take(arena, 2 * axis->radius + 1, sizeof(float));
    size_t waves = WAVES;
    while (waves < 4 * axis->radius)
        waves *= 2;
    double *memory = fth_arena_take(arena, 3 * waves, sizeof(*memory));
    if (!axis->taps || !memory)
        return fth_fail_memory(error, 3 * waves * sizeof(*memory), "a blur's kernel");
    if (axis->levels)
        fill_coarse(axis, sigma, memory, waves);
    else
        fill_direct(axis, sigma, memory);
    return FTH_OK;
}

/* A mirror stays one as long as sizes are even; from the first odd one on as much as is asked for
 * beyond the end is put into the level. */
static void size_levels(struct axis *axis, int32_t size)
{
    int32_t need[MOST_LEVELS + 1];
    need[axis->levels] = (int32_t)axis->radius + MARGIN + 1;
    for (int i = axis->levels; i-- > 0;)
        need[i] = 2 * need[i + 1] + 4;
    axis->need = (int32_t)axis->radius + 8;
    axis->size[0] = axis->result[0] = axis->mirrored[0] = size;
    for (int i = 0; i < axis->levels; i++) {
        int32_t mirrored = axis->mirrored[i], whole = axis->size[i];
        if (axis->border == FTH_BORDER_REFLECT && mirrored % 2) {
            whole += need[i];
            axis->need = FTH_MAX(axis->need, need[i] + 8);
            mirrored = 0;
        }
        axis->size[i + 1] = (whole + 1) / 2;
        axis->result[i + 1] = (axis->result[i] + 1) / 2;
        axis->mirrored[i + 1] = mirrored / 2;
    }
}

/* `other` is planned already, or nothing. */
static enum fth_status plan_axis(struct axis *axis, const struct axis *other,
                                 struct fth_arena *arena, int32_t size, struct fth_error *error)
{
    enum fth_status status = FTH_OK;
    /* between mirrors twice as far apart nothing but the mean is left: the rest is below 1e-8 */
    if (axis->border == FTH_BORDER_REFLECT)
        axis->sigma = FTH_MIN(axis->sigma, 2.0 * size);
    while (axis->levels < MOST_LEVELS && axis->sigma >= LEAST_HALVED_SIGMA * (1 << axis->levels))
        axis->levels++;
    if (other && other->sigma == axis->sigma) {
        axis->radius = other->radius;
        axis->taps = other->taps;
    } else {
        status = take_kernel(axis, arena, error);
    }
    if (status == FTH_OK)
        size_levels(axis, size);
    return status;
}

/* ---- passes over a level's rows */

enum { X, Y };

struct pass {
    const struct fth_kernels *kernels;
    const struct axis *axes[2];
    int from[2], to[2]; /* levels of either axis */
    struct fth_grid src, dst;
    int32_t src_first, dst_first; /* rows of the levels that these begin with */
    bool streams;        /* dst, a row at a time out of scratch */
    const float *zeros;  /* a row */
    size_t before, line; /* floats of scratch before a line's first stored position; of all of it */
};

static const float *source_row(const struct pass *pass, int64_t i)
{
    int32_t at = place(pass->axes[Y], pass->from[Y], i);
    return at < 0 ? pass->zeros : fth_grid_row(&pass->src, at - pass->src_first);
}

/* Puts what lies beyond the ends of a line of the source's level. */
static void extend(const struct pass *pass, float *line, int32_t before, int32_t after)
{
    const struct axis *axis = pass->axes[X];
    int level = pass->from[X];
    int32_t first = -margin(level), end = axis->size[level] + margin(level);
    for (int32_t i = 1; i <= before; i++) {
        int32_t at = place(axis, level, (int64_t)first - i);
        line[-i] = at < 0 ? 0 : line[at];
    }
    for (int32_t i = 0; i < after; i++) {
        int32_t at = place(axis, level, (int64_t)end + i);
        line[end - first + i] = at < 0 ? 0 : line[at];
    }
}

/* The columns `begin` .. of four rows of the source's level, with what lies beyond their ends. */
static void pad_rows(const struct pass *pass, const float *const rows[HALVED], int32_t begin,
                     int32_t count, float *const padded[HALVED])
{
    const struct axis *axis = pass->axes[X];
    int32_t level = pass->from[X], before = margin(level);
    int32_t from = FTH_MIN(FTH_MAX(-before - begin, 0), count);
    int32_t end = FTH_MIN(FTH_MAX(pass->src.width - before - begin, from), count);
    for (int k = 0; k < HALVED; k++)
        memcpy(padded[k] + from, rows[k] + begin + before + from,
               (size_t)(end - from) * sizeof(float));
    for (int32_t i = from ? 0 : end; i < count; i = i + 1 == from ? end : i + 1) {
        int32_t at = place(axis, level, (int64_t)begin + i);
        for (int k = 0; k < HALVED; k++)
            padded[k][i] = at < 0 ? 0 : rows[k][at];
    }
}

/* Stored positions range[0] .. range[1] - 1 of a row halved along both axes. */
static void halve_edge(const struct pass *pass, const float *const rows[HALVED], float *dst,
                       const int32_t range[2], float *scratch)
{
    float *padded[HALVED];
    const float *from[HALVED];
    for (int k = 0; k < HALVED; k++) {
        padded[k] = scratch + (size_t)k * pass->line;
        from[k] = padded[k] + 1;
    }
    int32_t count = range[1] - range[0];
    pad_rows(pass, rows, 2 * (range[0] - MARGIN) - 1, 2 * count + 2, padded);
    pass->kernels->halve_both(dst + range[0], from, (size_t)count);
}

/* Both axes at once; the ends of rows, which read beyond them, from copies with that put there. */
static void halve_square(const struct pass *pass, const float *const rows[HALVED], float *dst,
                         float *scratch)
{
    int32_t width = pass->dst.width, before = margin(pass->from[X]);
    /* the first position whose columns are there and begin a register, and behind the last */
    int32_t first = (EDGE - before) / 2, end = (pass->src.width - before - 1) / 2;
    if (end - first < EDGE) {
        halve_edge(pass, rows, dst, (const int32_t[2]){0, width}, scratch);
        return;
    }
    const float *from[HALVED];
    for (int k = 0; k < HALVED; k++)
        from[k] = rows[k] + 2 * first + before;
    halve_edge(pass, rows, dst, (const int32_t[2]){0, EDGE}, scratch);
    pass->kernels->halve_both(dst + first + MARGIN, from, (size_t)(end - first));
    int32_t begin = FTH_MIN(end + MARGIN, width - EDGE);
    halve_edge(pass, rows, dst, (const int32_t[2]){begin, width}, scratch);
}

static void halve_block(void *context, int32_t y0, int32_t y1, void *scratch)
{
    const struct pass *pass = context;
    bool along = pass->to[X] > pass->from[X], across = pass->to[Y] > pass->from[Y];
    int32_t first = -MARGIN, last = first + pass->dst.width - 1, begin = -margin(pass->from[X]);
    float *line = (float *)scratch + pass->before;
    for (int32_t y = y0; y < y1; y++) {
        int32_t i = y - margin(pass->to[Y]);
        float *dst = fth_grid_row(&pass->dst, y - pass->dst_first);
        float *target = along ? line : dst;
        const float *rows[HALVED];
        for (int k = 0; k < HALVED; k++)
            rows[k] = source_row(pass, across ? 2 * (int64_t)i - 1 + k : i);
        if (across && along) {
            halve_square(pass, rows, dst, scratch);
            continue;
        }
        if (across)
            pass->kernels->halve_rows(target, rows, (size_t)pass->src.width);
        else
            memcpy(target, rows[0], (size_t)pass->src.width * sizeof(*target));
        if (!along)
            continue;
        extend(pass, line, begin - (2 * first - 1),
               2 * last + 2 - (begin + pass->src.width - 1));
        pass->kernels->halve_row(dst, line + (2 * first - begin), (size_t)pass->dst.width);
    }
}

/* Both axes twice: what lies in between stays in a cache. */
struct twice {
    struct pass first, second;
};

static void halve_twice(void *context, int32_t y0, int32_t y1, void *scratch)
{
    const struct twice *twice = context;
    struct pass first = twice->first, second = twice->second;
    int32_t begin = INT32_MAX, end = 0; /* rows that the second reads */
    for (int32_t p = 2 * (y0 - MARGIN) - 1; p <= 2 * (y1 - MARGIN); p++) {
        int32_t at = place(first.axes[Y], 1, p);
        begin = at < 0 ? begin : FTH_MIN(begin, at);
        end = FTH_MAX(end, at + 1);
    }
    first.dst.data = scratch;
    second.src = first.dst;
    first.dst_first = second.src_first = begin;
    float *spare = (float *)scratch + first.dst.row_stride * first.dst.height;
    halve_block(&first, begin, end, spare);
    halve_block(&second, y0, y1, spare);
}

/* Both axes, two rows at a time; y0 is even. */
static void double_square(const struct pass *pass, int32_t y0, int32_t y1, float *scratch)
{
    int32_t shift = MARGIN - margin(pass->to[X]) / 2;
    for (int32_t y = y0; y < y1; y += 2) {
        int32_t middle = (y - margin(pass->to[Y]) + 2 * MARGIN) / 2 - pass->src_first;
        int32_t at = y - pass->dst_first;
        const float *rows[3];
        for (int k = 0; k < 3; k++)
            rows[k] = fth_grid_row(&pass->src, middle - 1 + k) + shift;
        float *const dst[2] = {fth_grid_row(&pass->dst, at),
                               y + 1 < y1 ? fth_grid_row(&pass->dst, at + 1) : scratch};
        pass->kernels->double_both(dst, rows, pass->streams, (size_t)pass->dst.width);
    }
}

static void double_twice(void *context, int32_t y0, int32_t y1, void *scratch)
{
    const struct twice *twice = context;
    struct pass first = twice->first, second = twice->second;
    int32_t begin = y0 / 2, end = (y1 - 1) / 2 + 2 * MARGIN; /* rows that the second reads */
    first.dst.data = scratch;
    second.src = first.dst;
    first.dst_first = second.src_first = begin;
    float *spare = (float *)scratch + first.dst.row_stride * first.dst.height;
    double_square(&first, begin, end + (end - begin) % 2, spare);
    double_square(&second, y0, y1, spare);
}

static void double_block(void *context, int32_t y0, int32_t y1, void *scratch)
{
    const struct pass *pass = context;
    if (pass->to[X] < pass->from[X] && pass->to[Y] < pass->from[Y]) {
        double_square(pass, y0, y1, scratch);
        return;
    }
    bool along = pass->to[X] < pass->from[X], across = pass->to[Y] < pass->from[Y];
    float *line = scratch, *spare = line + pass->line;
    for (int32_t y = y0; y < y1; y++) {
        float *end = fth_grid_row(&pass->dst, y), *dst = pass->streams ? spare : end;
        float *target = along ? line : dst;
        int32_t i = y - margin(pass->to[Y]) + 2 * MARGIN, middle = across ? i / 2 : y;
        const float *row = fth_grid_row(&pass->src, middle);
        if (across) {
            const float *before = fth_grid_row(&pass->src, middle - 1);
            const float *after = fth_grid_row(&pass->src, middle + 1);
            pass->kernels->double_rows(target, i % 2 ? after : before, row, i % 2 ? before : after,
                                       (size_t)pass->src.width);
            row = target;
        } else if (!along) {
            memcpy(target, row, (size_t)pass->src.width * sizeof(*target));
        }
        if (along)
            pass->kernels->double_row(dst, row + MARGIN - margin(pass->to[X]) / 2,
                                      (size_t)pass->dst.width);
        if (pass->streams)
            pass->kernels->stream(end, dst, (size_t)pass->dst.width);
    }
}

/* ---- the filter at the coarsest level */

/* How much further on lies what is wanted when the columns from x on are done: in the same rows, or
 * in those of the block below. */
static size_t ahead(const struct pass *pass, int32_t x)
{
    size_t width = (size_t)pass->src.width, below = BLOCK_ROWS * (size_t)pass->src.row_stride;
    if ((size_t)x + TILE < width || below < width)
        return TILE;
    return below + TILE - width;
}

/* Columns from .. end of a block of rows, filtered across, as lines that can be extended. `rows` go
 * on from where they end. */
static void filter_across(const struct pass *pass, int32_t from, int32_t end, float *lines,
                          const float **rows)
{
    const struct axis *axis = pass->axes[Y];
    struct fth_weights how = {axis->taps, axis->radius, 0};
    size_t count = BLOCK_ROWS + 2 * axis->radius;
    for (int32_t x = from; x < end; x += CHUNK) {
        size_t n = (size_t)FTH_MIN(CHUNK, end - x);
        how.ahead = ahead(pass, x);
        for (int32_t y = 0; y < BLOCK_ROWS; y += FOUR) {
            float *to[FOUR];
            for (int k = 0; k < FOUR; k++)
                to[k] = lines + (size_t)(y + k) * pass->line + pass->before + x;
            if (axis->radius)
                pass->kernels->weigh_four(to, rows + y, &how, n);
            for (int k = 0; k < FOUR && !axis->radius; k++)
                memcpy(to[k], rows[y + k], n * sizeof(float));
        }
        for (size_t i = 0; i < count; i++)
            rows[i] += n;
    }
}

/* Positions from .. end of a row of dst, out of its line. */
static void filter_along(const struct pass *pass, const float *line, float *dst, int32_t from,
                         int32_t end)
{
    const struct axis *axis = pass->axes[X];
    size_t n = (size_t)(end - from);
    if (axis->radius)
        pass->kernels->weigh_along(dst + from, line + from, axis->taps, axis->radius,
                                   pass->streams, n);
    else
        memcpy(dst + from, line + from, n * sizeof(*dst));
}

/* In pieces of TILE columns, which are filtered along while they are in a cache. Beyond the ends
 * lies what is in the first piece and in the last. */
static void filter_block(void *context, int32_t y0, int32_t y1, void *scratch)
{
    const struct pass *pass = context;
    float *lines = scratch;
    const float **rows = (const float **)(lines + BLOCK_ROWS * pass->line);
    int32_t radius = (int32_t)pass->axes[X]->radius, reach = (int32_t)pass->axes[Y]->radius;
    int32_t width = pass->dst.width, across = 0, first = y0 - margin(pass->to[Y]) - reach;
    for (int32_t i = 0; i < BLOCK_ROWS + 2 * reach; i++)
        rows[i] = source_row(pass, (int64_t)first + i);
    for (int32_t x = 0, end; x < width; x = end) {
        end = width - x > 2 * TILE ? x + TILE : width;
        int32_t to = end < width ? end + EDGE * (radius / EDGE + 1) : pass->src.width;
        filter_across(pass, across, to, lines, rows);
        across = to;
        for (int32_t y = y0; y < y1; y++) {
            float *line = lines + (size_t)(y - y0) * pass->line + pass->before;
            int32_t after = end < width ? 0 : width + radius - pass->src.width;
            extend(pass, line, x ? 0 : radius, FTH_MAX(after, 0));
            filter_along(pass, line, fth_grid_row(&pass->dst, y), x, end);
        }
    }
}

/* ---- the whole */

struct gaussian {
    const struct fth_work *work;
    struct axis axes[2];
    struct pass pass;
    int levels; /* the more of both axes */
    struct fth_grid halved[MOST_LEVELS + 1];
    struct fth_error *error;
};

static int level_of(const struct gaussian *g, int axis, int level)
{
    return FTH_MIN(level, g->axes[axis].levels);
}

/* A grid for a level: of halvings, or of results. */
static enum fth_status take_level(struct gaussian *g, int level, bool result,
                                  struct fth_grid *grid)
{
    int32_t sides[2];
    for (int i = X; i <= Y; i++) {
        int at = level_of(g, i, level);
        const struct axis *axis = &g->axes[i];
        sides[i] = (result ? axis->result : axis->size)[at] + 2 * margin(at);
    }
    return fth_grid_new(g->work->arena, sides[X], sides[Y], grid, g->error);
}

static enum fth_status run_pass(struct gaussian *g, int from, int to, const struct fth_grid *src,
                                const struct fth_grid *dst)
{
    struct pass *pass = &g->pass;
    for (int i = X; i <= Y; i++) {
        pass->from[i] = level_of(g, i, from);
        pass->to[i] = level_of(g, i, to);
    }
    pass->src = *src;
    pass->dst = *dst;
    pass->streams = to == 0 && fth_grid_streams(dst);
    size_t lines = from == to ? BLOCK_ROWS : HALVED, pointers = 0;
    if (from == to)
        pointers = 2 * FTH_MAX(g->axes[X].radius, g->axes[Y].radius) + BLOCK_ROWS;
    struct fth_rows rows = {.context = pass, .block_rows = BLOCK_ROWS,
                            .run = from == to  ? filter_block
                                   : from < to ? halve_block
                                               : double_block};
    rows.scratch_size = lines * pass->line * sizeof(float) + pointers * sizeof(float *);
    return fth_rows_run_scratch(g->work, dst->height, &rows, g->error);
}

/* From level 0 of both axes to level 2, or the other way round. */
static enum fth_status run_twice(struct gaussian *g, int from, const struct fth_grid *src,
                                 const struct fth_grid *dst)
{
    struct twice twice = {.first = g->pass, .second = g->pass};
    bool down = from == 0;
    for (int i = X; i <= Y; i++) {
        twice.first.from[i] = from;
        twice.first.to[i] = twice.second.from[i] = 1;
        twice.second.to[i] = 2 - from;
    }
    const struct axis *axis = &g->axes[X];
    int32_t width = (down ? axis->size : axis->result)[1] + 2 * MARGIN;
    int32_t lines = down ? HALVED_LINES : TWICE_LINES;
    twice.first.src = *src;
    twice.first.dst = (struct fth_grid){NULL, (width + 15) / 16 * 16, width, lines};
    twice.first.streams = false;
    twice.second.dst = *dst;
    twice.second.streams = !down && fth_grid_streams(dst);
    struct fth_rows rows = {.run = down ? halve_twice : double_twice, .context = &twice,
                            .block_rows = down ? BLOCK_ROWS : TWICE_ROWS};
    size_t between = (size_t)twice.first.dst.row_stride * (size_t)lines;
    rows.scratch_size = (between + HALVED * g->pass.line) * sizeof(float);
    return fth_rows_run_scratch(g->work, dst->height, &rows, g->error);
}

/* Whether both halvings are made at once: where a mirror ends between them they would need more of
 * what lies in between than there is room for. */
static bool halves_twice(const struct gaussian *g)
{
    const struct axis *y = &g->axes[Y];
    bool odd = y->border == FTH_BORDER_REFLECT && y->mirrored[1] % 2;
    return g->axes[X].levels > 1 && y->levels > 1 && !odd;
}

static enum fth_status run_levels(struct gaussian *g, const struct fth_grid *src,
                                  const struct fth_grid *dst)
{
    struct fth_grid from = *src, to = *dst;
    enum fth_status status = FTH_OK;
    int begin = halves_twice(g) ? 2 : 0;
    if (begin) {
        status = take_level(g, begin, false, &to);
        if (status == FTH_OK)
            status = run_twice(g, 0, &from, &to);
        from = to;
    }
    for (int i = begin; i < g->levels && status == FTH_OK; i++) {
        status = take_level(g, i + 1, false, &to);
        if (status == FTH_OK)
            status = run_pass(g, i, i + 1, &from, &to);
        from = to;
    }
    bool twice = g->axes[X].levels > 1 && g->axes[Y].levels > 1;
    for (int i = g->levels; i >= 0 && status == FTH_OK; i--) {
        if (twice && i == 1)
            return run_twice(g, 2, &from, dst);
        to = *dst;
        if (i > 0)
            status = take_level(g, i, true, &to);
        if (status == FTH_OK)
            status = run_pass(g, FTH_MIN(i + 1, g->levels), i, &from, &to);
        from = to;
    }
    return status;
}

static enum fth_status prepare(struct gaussian *g, const struct fth_grid *src,
                               const double sigma[2], enum fth_border border)
{
    const int32_t sides[2] = {src->width, src->height};
    enum fth_status status = FTH_OK;
    for (int i = X; i <= Y && status == FTH_OK; i++) {
        g->axes[i].border = border;
        g->axes[i].sigma = sigma[i];
        status = plan_axis(&g->axes[i], i == Y ? &g->axes[X] : NULL, g->work->arena, sides[i],
                           g->error);
        g->levels = FTH_MAX(g->levels, g->axes[i].levels);
        g->pass.axes[i] = &g->axes[i];
    }
    if (status != FTH_OK)
        return status;
    size_t need = (size_t)g->axes[X].need, whole = (size_t)src->width + need + 2 * MARGIN;
    g->pass.before = (g->axes[X].radius + 8 + 15) / 16 * 16;
    g->pass.line = (g->pass.before + whole + 15) / 16 * 16;
    float *zeros = fth_arena_take(g->work->arena, whole, sizeof(*zeros));
    if (!zeros)
        return fth_fail_memory(g->error, whole * sizeof(*zeros), "a blur's border");
    memset(zeros, 0, whole * sizeof(*zeros));
    g->pass.zeros = zeros;
    g->pass.kernels = fth_kernels();
    return FTH_OK;
}

enum fth_status fth_gaussian_run(const struct fth_work *work, const struct fth_grid *src,
                                 const struct fth_grid *dst, const double sigma[2],
                                 enum fth_border border, struct fth_error *error)
{
    size_t mark = fth_arena_mark(work->arena);
    struct gaussian g = {.work = work, .error = error};
    struct fth_grid from = *src;
    enum fth_status status = prepare(&g, src, sigma, border);
    /* what is not halved is read after its neighbours are written */
    if (status == FTH_OK && g.levels == 0 && src->data == dst->data) {
        status = fth_grid_new(work->arena, src->width, src->height, &from, error);
        if (status == FTH_OK)
            fth_grid_copy(&from, src);
    }
    if (status == FTH_OK)
        status = run_levels(&g, &from, dst);
    fth_arena_return(work->arena, mark);
    return status;
}
