/* SPDX-License-Identifier: Apache-2.0 */
/* Largest or smallest samples over rectangles. Picks are held in registers from row to row. A pick
 * of a and b is b where one of them is NaN. */
#include <math.h>

#include "ops/kernel.h"
#include "ops/vectors.h"

enum { ROW_LOTS = 4 }; /* registers of a row that are worked on beside each other */

ALWAYS void pick(lot *to, const lot *a, const lot *b, bool largest)
{
    if (largest)
        most_of(to, a, b);
    else
        least_of(to, a, b);
}

ALWAYS float pick_one(float a, float b, bool largest)
{
    if (largest)
        return a > b ? a : b;
    return a < b ? a : b;
}

ALWAYS void put(float *to, const lot *from, bool streams)
{
    if (streams)
        stream_lot(to, from);
    else
        store_lot(to, from);
}

/* ---- three rows, three columns */

enum { PAIR = 2 }; /* rows of the result that share what they read */

/* The columns at i: of three rows for each row of the result. */
ALWAYS void pick_column(lot to[PAIR], const float *const *rows, ptrdiff_t i, bool largest,
                        int count)
{
    lot row[PAIR + 2];
    for (int k = 0; k < count + 2; k++)
        load_lot(&row[k], rows[k] + i);
    pick(&row[1], &row[1], &row[2], largest);
    pick(&to[0], &row[0], &row[1], largest);
    if (count > 1)
        pick(&to[1], &row[1], &row[3], largest);
}

ALWAYS float pick_three(const float *const *rows, ptrdiff_t i, bool largest, int which)
{
    float middle = pick_one(rows[1][i], rows[2][i], largest);
    return which ? pick_one(middle, rows[3][i], largest) : pick_one(rows[0][i], middle, largest);
}

ALWAYS void put_column(float *const *dst, ptrdiff_t i, lot columns[3][PAIR], bool largest,
                       bool streams, int count)
{
    for (int k = 0; k < count; k++) {
        lot result;
        pick(&result, &columns[1][k], &columns[2][k], largest);
        pick(&result, &columns[0][k], &result, largest);
        put(dst[k] + i, &result, streams);
    }
}

ALWAYS void pick_rows(float *const *dst, const float *const *rows, const struct fth_pick *how,
                      bool largest, bool streams, int count, ptrdiff_t n)
{
    lot columns[3][PAIR], next[PAIR];
    ptrdiff_t i = 0;
    if (n >= 2 * LOT - 1) {
        pick_column(columns[0], rows, -1, largest, count);
        pick_column(columns[1], rows, 0, largest, count);
    }
    for (; i + 2 * LOT - 1 <= n; i += LOT) { /* reads up to the n-th */
        pick_column(next, rows, i + LOT, largest, count);
        for (int k = 0; k < count && how->ahead && i % FTH_LINE < LOT; k++)
            fth_fetch(fth_row_ahead(how->ahead, (size_t)(i + k * how->stride)), 1);
        for (int k = 0; k < count; k++)
            columns[2][k] = BEHIND_LOT(columns[1][k], next[k]);
        put_column(dst, i, columns, largest, streams, count);
        for (int k = 0; k < count; k++) {
            columns[0][k] = BEFORE_LOT(columns[1][k], next[k]);
            columns[1][k] = next[k];
        }
    }
    for (; i + LOT <= n; i += LOT) {
        for (int k = 0; k < 3; k++)
            pick_column(columns[k], rows, i + k - 1, largest, count);
        put_column(dst, i, columns, largest, streams, count);
    }
    for (; i < n; i++)
        for (int k = 0; k < count; k++)
            dst[k][i] = pick_one(pick_three(rows, i - 1, largest, k),
                                 pick_one(pick_three(rows, i, largest, k),
                                          pick_three(rows, i + 1, largest, k), largest),
                                 largest);
}

/* dst[k][i] = the pick of rows[k .. k + 2][i - 1 .. i + 1], for k < how->count, 1 or 2. */
void FTH_KERNEL(pick_square)(float *const *dst, const float *const *rows,
                             const struct fth_pick *how, size_t n)
{
    bool streams = how->streams, largest = how->largest;
    for (ptrdiff_t k = 0; k < how->count; k++)
        streams = streams && (uintptr_t)dst[k] % (LOT * sizeof(float)) == 0;
    int kind = (how->count > 1 ? 4 : 0) + (largest ? 2 : 0) + (streams ? 1 : 0);
    ptrdiff_t count = (ptrdiff_t)n;
    switch (kind) {
    case 0: pick_rows(dst, rows, how, false, false, 1, count); break;
    case 1: pick_rows(dst, rows, how, false, true, 1, count); break;
    case 2: pick_rows(dst, rows, how, true, false, 1, count); break;
    case 3: pick_rows(dst, rows, how, true, true, 1, count); break;
    case 4: pick_rows(dst, rows, how, false, false, PAIR, count); break;
    case 5: pick_rows(dst, rows, how, false, true, PAIR, count); break;
    case 6: pick_rows(dst, rows, how, true, false, PAIR, count); break;
    default: pick_rows(dst, rows, how, true, true, PAIR, count); break;
    }
}

/* ---- along rows: windows of 1, 2, 4 ... columns */

enum { STAGES = 4 }; /* that shift within a register, at most */

/* What windows twice as wide hold, `by` columns being half of them. */
ALWAYS void pick_shifted(lot *to, const lot *now, const lot *next, int by, bool largest)
{
    lot shifted = by == 1 ? BEHIND_LOT(*now, *next) : by == 2 ? BEHIND_LOT_2(*now, *next)
                : by == 4 ? BEHIND_LOT_4(*now, *next) : BEHIND_LOT_8(*now, *next);
    pick(to, now, &shifted, largest);
}

/* line[i] := the pick of src[i .. i + 2^stages - 1], `count` LOTs of them, in one go: a stage is a
 * register behind the one before it. The next row comes from memory meanwhile. */
ALWAYS void pick_narrow(float *line, const float *src, const float *ahead, size_t count, int stages,
                        bool largest)
{
    lot held[STAGES], value, wider;
    for (int lead = 0; lead < stages; lead++) { /* stage k has seen what it waits for */
        load_lot(&value, src + (size_t)lead * LOT);
        for (int k = 0; k < lead; k++) {
            pick_shifted(&wider, &held[k], &value, 1 << k, largest);
            held[k] = value;
            value = wider;
        }
        held[lead] = value;
    }
    src += (size_t)stages * LOT;
    for (size_t i = 0; i < count; i++) {
        __builtin_prefetch(ahead + i * LOT);
        load_lot(&value, src + i * LOT);
        for (int k = 0; k < stages; k++) {
            pick_shifted(&wider, &held[k], &value, 1 << k, largest);
            held[k] = value;
            value = wider;
        }
        store_lot(line + i * LOT, &value);
    }
}

/* In place, windows of `step` columns becoming four times or twice as wide, n of them and
 * those up to a whole LOT. */
ALWAYS void pick_wider(float *line, size_t step, size_t n, bool fourfold, bool largest)
{
    for (size_t i = 0; i < n; i += LOT) {
        lot a, b;
        load_lot(&a, line + i);
        load_lot(&b, line + i + step);
        pick(&a, &a, &b, largest);
        if (fourfold) {
            lot c, d;
            load_lot(&c, line + i + 2 * step);
            load_lot(&d, line + i + 3 * step);
            pick(&c, &c, &d, largest);
            pick(&a, &a, &c, largest);
        }
        store_lot(line + i, &a);
    }
}

/* As far as a register's shifts go; returns how wide windows are then. */
ALWAYS size_t pick_first(float *line, const float *src, const struct fth_pick *how, size_t total,
                         bool largest)
{
    const float *ahead = how->ahead ? how->ahead : src;
    size_t length = (size_t)how->length;
    int stages = 0;
    while (2 << stages <= LOT && (size_t)2 << stages <= length)
        stages++;
    size_t step = (size_t)1 << stages, count = (total - step + LOT - 1) / LOT;
    switch (stages) {
    case 1: pick_narrow(line, src, ahead, count, 1, largest); break;
    case 2: pick_narrow(line, src, ahead, count, 2, largest); break;
#if defined(__AVX2__)
    case 3: pick_narrow(line, src, ahead, count, 3, largest); break;
#endif
#if defined(__AVX512F__)
    case 4: pick_narrow(line, src, ahead, count, 4, largest); break;
#endif
    default: break;
    }
    return step;
}

ALWAYS void pick_windows(float *dst, float *line, const float *src, const struct fth_pick *how,
                         size_t n, bool largest)
{
    size_t length = (size_t)how->length, total = n + length, i = 0;
    size_t step = pick_first(line, src, how, total, largest);
    while (2 * step <= length) {
        bool fourfold = 4 * step <= length;
        size_t wider = fourfold ? 4 * step : 2 * step, most = total - wider;
        if (fourfold)
            pick_wider(line, step, most, true, largest);
        else
            pick_wider(line, step, most, false, largest);
        step = wider;
    }
    size_t shift = length - step;
    for (; i + LOT <= n; i += LOT) {
        lot a, b;
        load_lot(&a, line + i);
        load_lot(&b, line + i + shift);
        pick(&a, &a, &b, largest);
        store_lot(dst + i, &a);
    }
    for (; i < n; i++)
        dst[i] = pick_one(line[i], line[i + shift], largest);
}

/* dst[i] = the pick of src[i .. i + length - 1], length > 1. Floats beyond those are read, though
 * they do not matter: up to FTH_PICK_SLACK of them behind n + length, of src and of `line`, which
 * is written to. */
void FTH_KERNEL(pick_along)(float *dst, float *line, const float *src, const struct fth_pick *how,
                            size_t n)
{
    if (how->largest)
        pick_windows(dst, line, src, how, n, true);
    else
        pick_windows(dst, line, src, how, n, false);
}

/* ---- down columns: van Herk, Gil and Werman */

/* Columns x .. x + lots LOT - 1: from each row to the block's end, in place, but for row 0. */
ALWAYS void pick_ends(float *rows, const struct fth_pick *how, size_t x, bool largest, int lots)
{
    lot run[ROW_LOTS], value;
    float *row = rows + (how->length - 1) * how->stride + x;
    for (int k = 0; k < lots; k++)
        load_lot(&run[k], row + k * LOT);
    for (ptrdiff_t i = how->length - 2; i >= 0; i--) {
        row -= how->stride;
        for (int k = 0; k < lots; k++) {
            load_lot(&value, row + k * LOT);
            pick(&run[k], &value, &run[k], largest);
            store_lot(row + k * LOT, &run[k]);
        }
    }
}

ALWAYS void pick_lots(float *const *dst, float *rows, const struct fth_pick *how, size_t x,
                      bool largest, bool streams, int lots)
{
    lot run[ROW_LOTS], value;
    const float *end = rows + x, *next = end + how->next;
    pick_ends(rows, how, x, largest, lots);
    for (int k = 0; k < lots; k++) {
        load_lot(&value, end + k * LOT);
        put(dst[0] + x + k * LOT, &value, streams);
        run[k] = value;
        if (how->count > 1)
            load_lot(&run[k], next + k * LOT);
    }
    for (ptrdiff_t i = 1; i < how->count; i++) {
        end += how->stride;
        for (int k = 0; k < lots; k++) {
            load_lot(&value, end + k * LOT);
            pick(&value, &value, &run[k], largest);
            put(dst[i] + x + k * LOT, &value, streams);
        }
        next += how->stride;
        for (int k = 0; k < lots && i + 1 < how->count; k++) {
            load_lot(&value, next + k * LOT);
            pick(&run[k], &run[k], &value, largest);
        }
    }
}

ALWAYS void pick_one_column(float *const *dst, float *rows, const struct fth_pick *how, size_t x,
                            bool largest)
{
    float *row = rows + x;
    for (ptrdiff_t i = how->length - 2; i >= 0; i--)
        row[i * how->stride] =
            pick_one(row[i * how->stride], row[(i + 1) * how->stride], largest);
    const float *next = row + how->next;
    float run = how->count > 1 ? *next : 0;
    dst[0][x] = row[0];
    for (ptrdiff_t i = 1; i < how->count; i++) {
        dst[i][x] = pick_one(row[i * how->stride], run, largest);
        if (i + 1 < how->count)
            run = pick_one(run, next[i * how->stride], largest);
    }
}

ALWAYS void pick_columns(float *const *dst, float *rows, const struct fth_pick *how, bool largest,
                         bool streams, size_t n)
{
    size_t x = 0;
    for (; x + ROW_LOTS * LOT <= n; x += ROW_LOTS * LOT)
        pick_lots(dst, rows, how, x, largest, streams, ROW_LOTS);
    for (; x + LOT <= n; x += LOT)
        pick_lots(dst, rows, how, x, largest, streams, 1);
    for (; x < n; x++)
        pick_one_column(dst, rows, how, x, largest);
}

/* dst[i] = the pick of rows i .. i + length - 1, for i < count <= length; row k is at rows + k
 * stride, those from `length` on at rows + next + (k - length) stride. The first `length` rows are
 * written to. */
void FTH_KERNEL(pick_down)(float *const *dst, float *rows, const struct fth_pick *how, size_t n)
{
    bool streams = how->streams;
    for (ptrdiff_t i = 0; i < how->count; i++)
        streams = streams && (uintptr_t)dst[i] % (LOT * sizeof(float)) == 0;
    if (how->largest && streams)
        pick_columns(dst, rows, how, true, true, n);
    else if (how->largest)
        pick_columns(dst, rows, how, true, false, n);
    else if (streams)
        pick_columns(dst, rows, how, false, true, n);
    else
        pick_columns(dst, rows, how, false, false, n);
}

/* ---- distances */

/* Distances to the nearest of what is near by columns, of which squares are given: up to `reach`
 * columns beside each, and up to FTH_NEAR_SLACK behind those; above `most` it is 1e10. */
void FTH_KERNEL(near)(float *restrict dst, const uint16_t *restrict squares, ptrdiff_t reach,
                      float most, size_t n)
{
    for (size_t i = 0; i < n; i += FTH_NEAR_SLACK) {
        uint16_t least[FTH_NEAR_SLACK];
        const uint16_t *here = squares + i;
        size_t count = n - i < FTH_NEAR_SLACK ? n - i : FTH_NEAR_SLACK;
        memcpy(least, here, sizeof(least));
        for (ptrdiff_t k = 1; k <= reach; k++) {
            const uint16_t *left = here - k, *right = here + k;
            uint16_t more = (uint16_t)(k * k);
            for (size_t j = 0; j < FTH_NEAR_SLACK; j++) {
                uint16_t beside = left[j] < right[j] ? left[j] : right[j];
                beside = (uint16_t)(beside + more);
                least[j] = beside < least[j] ? beside : least[j];
            }
        }
        for (size_t j = 0; j < count; j++) {
            float distance = sqrtf((float)(int32_t)least[j]);
            dst[i + j] = distance <= most ? distance : 1e10f;
        }
    }
}
