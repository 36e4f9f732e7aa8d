/* SPDX-License-Identifier: Apache-2.0 */
/* Maxima over rectangles go along rows, then down columns, tile by tile. A disc is a stack of
 * horizontal runs: each source row gets tables of maxima over 1, 2, 4 ... pixels once, a run of any
 * length is the larger of two of them, and raises the rows above and below. Minima over discs are
 * maxima of 0 - x. */
#include "ops/morph.h"

#include <math.h>
#include <string.h>

#include "base/limits.h"
#include "ops/kernels.h"

/* ---- rectangles ---- */

/* Rows of a tile do not lie a power of two apart, which would put them in the same cache lines. */
enum { TILE = 1024, STRIDE = TILE + 48, LEAST_BLOCK = 256, GOOD_BLOCK = 640 };

/* Worked on in tiles of TILE columns: picks along the rows by doubling the window, then down the
 * columns by van Herk / Gil-Werman, out of two windows' rows that stay in a cache. */
struct rectangle {
    struct fth_grid src, dst;
    bool largest;
    int32_t rx, ry;
    float outside;
};

/* line := row[x - rx .. x + n - 1 + rx] with what is outside, and as much of that as is read. */
static void pad_line(const struct rectangle *r, const float *row, int32_t x, size_t n, float *line)
{
    int32_t from = FTH_MAX(x - r->rx, 0);
    int32_t end = (int32_t)FTH_MIN((int64_t)x + (int64_t)n + r->rx, r->src.width);
    size_t before = (size_t)(from - (x - r->rx)), inside = (size_t)(end - from);
    size_t after = n + 2 * (size_t)r->rx - before - inside + FTH_PICK_SLACK;
    fth_kernels()->fill(line, r->outside, before);
    memcpy(line + before, row + from, inside * sizeof(*line));
    fth_kernels()->fill(line + before + inside, r->outside, after);
}

static size_t line_size(const struct rectangle *r)
{
    return (TILE + 2 * (size_t)r->rx + FTH_PICK_SLACK + 15) / 16 * 16;
}

/* Of a window's rows; what comes after them begins 64 bytes. */
static size_t pointers(const struct rectangle *r)
{
    return (2 * (size_t)r->ry + 1 + 7) / 8 * 8;
}

/* to[i] := the pick of columns x - rx + i .. x + rx + i of row y, from[0] being column x - rx. */
static void pick_piece(const struct rectangle *r, int32_t y, int32_t x, size_t n, float *to,
                       const float *from, float *line)
{
    struct fth_pick how = {.largest = r->largest, .length = 2 * (ptrdiff_t)r->rx + 1};
    if (y + 1 < r->src.height)
        how.ahead = fth_grid_row(&r->src, y + 1) + FTH_MAX(x - r->rx, 0);
    fth_kernels()->pick_along(to, line, from, &how, n);
}

/* The same of all columns of a tile. What is outside is put beside columns that reach there. There
 * is room for two lines. */
static void pick_along(const struct rectangle *r, int32_t y, const int32_t range[2], float *lines,
                       float *to)
{
    enum { LOTS = 16 }; /* columns that lie well beside each other */
    const float *row = fth_grid_row(&r->src, y);
    float *padded = lines + line_size(r);
    int32_t x = range[0], end = range[1];
    int64_t head = FTH_MAX(x, ((int64_t)r->rx + LOTS - 1) / LOTS * LOTS);
    int64_t tail = ((int64_t)r->src.width - r->rx - FTH_PICK_SLACK) / LOTS * LOTS;
    int32_t ends[3] = {(int32_t)FTH_MIN(head, end), (int32_t)FTH_MIN(tail, end), end};
    if (r->rx == 0) {
        memcpy(to, row + x, (size_t)(end - x) * sizeof(*to));
        return;
    }
    if (ends[1] <= ends[0])
        ends[0] = ends[1] = x; /* all at once */
    for (int i = 0; i < 3; i++) {
        size_t n = (size_t)(ends[i] - x);
        if (n && i != 1)
            pad_line(r, row, x, n, padded);
        if (n)
            pick_piece(r, y, x, n, to, i == 1 ? row + (x - r->rx) : padded, lines);
        to += n;
        x = ends[i];
    }
}

/* Rows y .. y + count - 1, picked along. */
static void fill_rows(const struct rectangle *r, int32_t y, int32_t count, const int32_t range[2],
                      float *rows, float *lines)
{
    for (int32_t i = 0; i < count; i++, y++, rows += STRIDE) {
        if (y < 0 || y >= r->src.height)
            fth_kernels()->fill(rows, r->outside, (size_t)(range[1] - range[0]));
        else
            pick_along(r, y, range, lines, rows);
    }
}

static void pick_block(void *context, int32_t y0, int32_t y1, void *scratch)
{
    const struct rectangle *r = context;
    int32_t length = 2 * r->ry + 1;
    float **to = scratch, *rows = (float *)(to + pointers(r)), *halves[2];
    float *lines = rows + 2 * (size_t)length * STRIDE;
    struct fth_pick how = {.largest = r->largest, .streams = fth_grid_streams(&r->dst),
                           .length = length, .stride = STRIDE};
    for (int32_t x = 0; x < r->src.width; x += TILE) {
        const int32_t range[2] = {x, FTH_MIN(x + TILE, r->src.width)};
        halves[0] = rows;
        halves[1] = rows + (size_t)length * STRIDE;
        fill_rows(r, y0 - r->ry, length, range, halves[0], lines);
        for (int32_t y = y0; y < y1; y += length) {
            how.count = FTH_MIN(length, y1 - y);
            how.next = halves[1] - halves[0];
            bool last = y + length >= y1;
            fill_rows(r, y + r->ry + 1, last ? (int32_t)how.count - 1 : length, range, halves[1],
                      lines);
            for (int32_t i = 0; i < how.count; i++)
                to[i] = fth_grid_row(&r->dst, y + i) + x;
            fth_kernels()->pick_down(to, halves[0], &how, (size_t)(range[1] - range[0]));
            float *done = halves[0];
            halves[0] = halves[1];
            halves[1] = done;
        }
    }
}

/* ---- three by three pixels: in one go */

enum { EDGE = 16 }; /* columns that are picked with what is outside beside them */

/* Columns x .. x + n - 1 of a row, n <= EDGE. */
static void pick_edge(const struct rectangle *r, float *dst, const float *const rows[3], int32_t x,
                      int32_t n)
{
    const struct fth_pick how = {.largest = r->largest, .count = 1};
    float padded[3][EDGE + 2];
    const float *from[3];
    for (int k = 0; k < 3; k++) {
        for (int32_t i = -1; i <= n; i++) {
            bool inside = x + i >= 0 && x + i < r->src.width;
            padded[k][i + 1] = inside ? rows[k][x + i] : r->outside;
        }
        from[k] = padded[k] + 1;
    }
    fth_kernels()->pick_square(&(float *){dst + x}, from, &how, (size_t)n);
}

/* Two rows at a time, which share what they read. */
static void pick_squares(void *context, int32_t y0, int32_t y1, void *scratch)
{
    enum { PAIR = 2 };
    const struct rectangle *r = context;
    struct fth_pick how = {.largest = r->largest, .streams = fth_grid_streams(&r->dst),
                           .stride = r->src.row_stride};
    int32_t width = r->src.width, last = (width - 1) / EDGE * EDGE;
    fth_kernels()->fill(scratch, r->outside, (size_t)width);
    for (int32_t y = y0; y < y1; y += PAIR) {
        const float *rows[PAIR + 2], *from[PAIR + 2];
        float *to[PAIR];
        how.count = FTH_MIN(PAIR, y1 - y);
        how.ahead = NULL;
        if (y + 2 * PAIR < r->src.height)
            how.ahead = fth_grid_row(&r->src, y + PAIR + 1) + EDGE;
        for (int32_t k = 0; k < how.count + 2; k++) {
            bool inside = y + k > 0 && y + k <= r->src.height;
            rows[k] = inside ? fth_grid_row(&r->src, y + k - 1) : scratch;
            from[k] = rows[k] + EDGE;
        }
        for (int32_t k = 0; k < how.count; k++) {
            float *dst = fth_grid_row(&r->dst, y + k);
            to[k] = dst + EDGE;
            pick_edge(r, dst, rows + k, 0, FTH_MIN(EDGE, width));
            if (last > 0)
                pick_edge(r, dst, rows + k, last, width - last);
        }
        if (last > EDGE)
            fth_kernels()->pick_square(to, from, &how, (size_t)(last - EDGE));
    }
}

/* Rows between blocks are picked along twice: blocks are as high as leaves some for each thread. */
static int32_t block_rows(const struct rectangle *r)
{
    int32_t length = 2 * r->ry + 1;
    return FTH_MAX(FTH_MAX(LEAST_BLOCK, 3 * length), FTH_MIN(6 * length, GOOD_BLOCK));
}

static enum fth_status pick_rectangle(const struct fth_work *work, const struct fth_grid *src,
                                      const struct fth_grid *dst, const int32_t radii[2],
                                      bool largest, struct fth_error *error)
{
    if (radii[0] < 0 || radii[1] < 0)
        return fth_fail(error, FTH_ERR_USAGE, "grow: radius %d x %d is negative", radii[0],
                        radii[1]);
    struct rectangle r = {.src = *src, .dst = *dst, .rx = FTH_MIN(radii[0], src->width),
                          .ry = FTH_MIN(radii[1], src->height)};
    r.largest = largest;
    r.outside = largest ? -INFINITY : INFINITY;
    size_t mark = fth_arena_mark(work->arena);
    enum fth_status status = FTH_OK;
    if (src->data == dst->data) { /* rows are read after their neighbours are written */
        status = fth_grid_new(work->arena, src->width, src->height, &r.src, error);
        if (status == FTH_OK)
            fth_grid_copy(&r.src, src);
    }
    bool squares = r.rx == 1 && r.ry == 1;
    struct fth_rows rows = {.run = squares ? pick_squares : pick_block, .context = &r,
                            .block_rows = squares ? LEAST_BLOCK : block_rows(&r)};
    rows.scratch_size = squares ? (size_t)src->width * sizeof(float)
                                : pointers(&r) * sizeof(float *) +
                                      (2 * (2 * (size_t)r.ry + 1) * STRIDE + 2 * line_size(&r)) *
                                          sizeof(float);
    if (status == FTH_OK)
        status = fth_rows_run_scratch(work, src->height, &rows, error);
    fth_arena_return(work->arena, mark);
    return status;
}

enum fth_status fth_dilate_rect(const struct fth_work *work, const struct fth_grid *src,
                                const struct fth_grid *dst, int32_t rx, int32_t ry,
                                struct fth_error *error)
{
    return pick_rectangle(work, src, dst, (const int32_t[2]){rx, ry}, true, error);
}

enum fth_status fth_erode_rect(const struct fth_work *work, const struct fth_grid *src,
                               const struct fth_grid *dst, int32_t rx, int32_t ry,
                               struct fth_error *error)
{
    return pick_rectangle(work, src, dst, (const int32_t[2]){rx, ry}, false, error);
}

static void negate(const struct fth_grid *dst, const struct fth_grid *src)
{
    for (int32_t y = 0; y < dst->height; y++)
        fth_kernels()->scale_offset(fth_grid_row(dst, y), fth_grid_row(src, y), -1, 0,
                                    (size_t)dst->width);
}

/* ---- discs ---- */

enum { BLOCK_ROWS = 64, MOST_TABLES = 20 };

struct disc {
    const struct fth_kernels *kernels;
    struct fth_grid src, dst;
    int32_t radius;
    int32_t *half;      /* half the run, at each distance 0..radius from the disc's middle row */
    size_t table_size;  /* floats of one table: the row with `radius` pixels on either side */
    int32_t table_count;
    float *tables;      /* of each block */
};

/* tables[k][i] = maximum over 2^k pixels from i on; pixel 0 of the row is at `radius`. */
static void fill_tables(const struct disc *disc, const float *row, float *tables)
{
    size_t size = disc->table_size, margin = (size_t)disc->radius;
    for (size_t i = 0; i < margin; i++)
        tables[i] = tables[size - 1 - i] = -INFINITY;
    memcpy(tables + margin, row, (size_t)disc->src.width * sizeof(*row));
    for (int32_t k = 1; k < disc->table_count; k++) {
        const float *from = tables + (size_t)(k - 1) * size;
        size_t step = (size_t)1 << (k - 1), n = size + 1 - 2 * step;
        disc->kernels->max(tables + (size_t)k * size, from, from + step, n);
    }
}

/* Raises the rows of the block (y0..y1) that lie `dy` above and below `y` by the run there. */
static void raise_pair(const struct disc *disc, const float *tables, int32_t y, int32_t dy,
                       int32_t y0, int32_t y1)
{
    int32_t half = disc->half[dy], length = 2 * half + 1, k = 0;
    while (2 << k <= length)
        k++;
    const float *left = tables + (size_t)k * disc->table_size + (disc->radius - half);
    const float *right = left + length - (1 << k);
    size_t n = (size_t)disc->src.width;
    if (y - dy >= y0 && y - dy < y1)
        disc->kernels->raise(fth_grid_row(&disc->dst, y - dy), left, right, n);
    if (dy > 0 && y + dy >= y0 && y + dy < y1)
        disc->kernels->raise(fth_grid_row(&disc->dst, y + dy), left, right, n);
}

static void dilate_block(void *context, int32_t y0, int32_t y1)
{
    const struct disc *disc = context;
    int32_t r = disc->radius;
    size_t block = (size_t)(y0 / BLOCK_ROWS);
    float *tables = disc->tables + block * disc->table_size * (size_t)disc->table_count;
    for (int32_t y = y0; y < y1; y++)
        disc->kernels->fill(fth_grid_row(&disc->dst, y), -INFINITY, (size_t)disc->dst.width);
    for (int32_t y = FTH_MAX(0, y0 - r); y < FTH_MIN(disc->src.height, y1 + r); y++) {
        fill_tables(disc, fth_grid_row(&disc->src, y), tables);
        for (int32_t dy = 0; dy <= r; dy++)
            raise_pair(disc, tables, y, dy, y0, y1);
    }
}

static enum fth_status dilate_disc(const struct fth_work *work, const struct fth_grid *src,
                                   const struct fth_grid *dst, int32_t radius,
                                   struct fth_error *error)
{
    struct disc disc = {.kernels = fth_kernels(), .src = *src, .dst = *dst, .radius = radius,
                        .table_count = 1};
    size_t mark = fth_arena_mark(work->arena);
    size_t blocks = ((size_t)src->height + BLOCK_ROWS - 1) / BLOCK_ROWS;
    while (2 << disc.table_count <= 2 * (2 * radius + 1) && disc.table_count < MOST_TABLES)
        disc.table_count++;
    disc.table_size = (size_t)src->width + 2 * (size_t)radius;
    disc.half = fth_arena_take(work->arena, (size_t)radius + 1, sizeof(*disc.half));
    size_t size = disc.table_size * (size_t)disc.table_count * sizeof(float);
    disc.tables = fth_arena_take(work->arena, blocks, size);
    enum fth_status status = FTH_OK;
    if (!disc.half || !disc.tables)
        status = fth_fail_memory(error, blocks * size, "growing");
    for (int32_t dy = 0; dy <= radius && status == FTH_OK; dy++)
        disc.half[dy] = (int32_t)floor(sqrt((double)radius * radius - (double)dy * dy));
    if (status == FTH_OK)
        status = fth_rows_run(work, src->height, BLOCK_ROWS, dilate_block, &disc);
    fth_arena_return(work->arena, mark);
    return status;
}

/* ---- growing by a fractional radius ---- */

static bool is_binary(const struct fth_grid *grid)
{
    for (int32_t y = 0; y < grid->height; y++) {
        const float *row = fth_grid_row(grid, y);
        int others = 0;
        for (int32_t x = 0; x < grid->width; x++)
            others |= (row[x] != 0) & (row[x] != 1);
        if (others)
            return false;
    }
    return true;
}

/* clamp01(1/2 + r - distance to the edge), the edge half a pixel before the nearest centre. */
static enum fth_status grow_binary(const struct fth_work *work, const struct fth_grid *src,
                                   const struct fth_grid *dst, double radius,
                                   struct fth_error *error)
{
    bool shrink = radius < 0;
    struct fth_mask mask;
    enum fth_status status = fth_mask_new(work->arena, src->width, src->height, &mask, error);
    if (status != FTH_OK)
        return status;
    for (int32_t y = 0; y < src->height; y++)
        for (int32_t x = 0; x < src->width; x++)
            fth_mask_row(&mask, y)[x] = (fth_grid_row(src, y)[x] != 0) != shrink;
    status = fth_distance(work, &mask, dst, error);
    const struct fth_kernels *kernels = fth_kernels();
    for (int32_t y = 0; y < dst->height && status == FTH_OK; y++) {
        float *row = fth_grid_row(dst, y);
        kernels->scale_offset(row, row, -1, (float)(1 + fabs(radius)), (size_t)dst->width);
        kernels->clamp(row, row, 0, 1, (size_t)dst->width);
        if (shrink)
            kernels->invert(row, row, (size_t)dst->width);
    }
    return status;
}

/* dst := maximum over the disc of radius >= 0, by lerp between whole ones. */
static enum fth_status grow_grey(const struct fth_work *work, const struct fth_grid *src,
                                 const struct fth_grid *dst, double radius,
                                 struct fth_error *error)
{
    int32_t whole = (int32_t)floor(radius);
    float part = (float)(radius - whole);
    struct fth_grid wider;
    enum fth_status status = dilate_disc(work, src, dst, whole, error);
    if (status != FTH_OK || part == 0)
        return status;
    status = fth_grid_new(work->arena, src->width, src->height, &wider, error);
    if (status == FTH_OK)
        status = dilate_disc(work, src, &wider, whole + 1, error);
    for (int32_t y = 0; y < dst->height && status == FTH_OK; y++)
        fth_kernels()->lerp(fth_grid_row(dst, y), fth_grid_row(dst, y), fth_grid_row(&wider, y),
                            part, (size_t)dst->width);
    return status;
}

static enum fth_status shrink_grey(const struct fth_work *work, const struct fth_grid *src,
                                   const struct fth_grid *dst, double radius,
                                   struct fth_error *error)
{
    struct fth_grid negative;
    enum fth_status status =
        fth_grid_new(work->arena, src->width, src->height, &negative, error);
    if (status != FTH_OK)
        return status;
    negate(&negative, src);
    status = grow_grey(work, &negative, dst, radius, error);
    negate(dst, dst);
    return status;
}

enum fth_status fth_grow_disc(const struct fth_work *work, const struct fth_grid *src,
                              const struct fth_grid *dst, double radius, struct fth_error *error)
{
    enum { LARGEST = 4096 };
    if (!(fabs(radius) <= LARGEST))
        return fth_fail(error, FTH_ERR_USAGE, "grow: radius %g is not within %d pixels", radius,
                        LARGEST);
    if (radius == 0) {
        fth_grid_copy(dst, src);
        return FTH_OK;
    }
    size_t mark = fth_arena_mark(work->arena);
    enum fth_status status;
    if (is_binary(src))
        status = grow_binary(work, src, dst, radius, error);
    else if (radius > 0)
        status = grow_grey(work, src, dst, radius, error);
    else
        status = shrink_grey(work, src, dst, -radius, error);
    fth_arena_return(work->arena, mark);
    return status;
}
