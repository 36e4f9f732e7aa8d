/* SPDX-License-Identifier: Apache-2.0 */
/* A matte in cells of two or four pixels a side: which are its border, what colours they show, and
 * those brought back to pixels. Sums of a cell are taken row by row, from left to right. */
#include "ops/kernel.h"
#include "ops/vectors.h"

enum { MOST_CELL = 4, BLOCK = 64 }; /* cells that are worked on at a time */

ALWAYS float share_of(float a)
{
    return a > 0 ? a < 1 ? a : 1 : 0;
}

/* ---- which are the border */

/* sums: how many pixels of each column are above 0; how many a cell has in all that are. */
ALWAYS void count_cells(uint8_t *restrict any, uint8_t *restrict hollow, const uint8_t *sums,
                        int cell, int rows, size_t count)
{
    for (size_t c = 0; c < count; c++) {
        uint8_t inside = 0;
        for (int k = 0; k < cell; k++)
            inside = (uint8_t)(inside + sums[(size_t)cell * c + (size_t)k]);
        any[c] = inside > 0;
        hollow[c] = inside < cell * rows;
    }
}

ALWAYS void cells_of(uint8_t *const dst[2], const float *const *rows, int cell, int height,
                     size_t n)
{
    uint8_t sums[BLOCK * MOST_CELL];
    size_t step = BLOCK * (size_t)cell;
    for (size_t i = 0; i < n; i += step) {
        size_t pixels = n - i < step ? n - i : step, whole = pixels / (size_t)cell;
        size_t at = i / (size_t)cell, rest = pixels - whole * (size_t)cell;
        for (size_t k = 0; k < pixels; k++)
            sums[k] = 0;
        for (int y = 0; y < height; y++) {
            const float *row = rows[y] + i;
            for (size_t k = 0; k < pixels; k++)
                sums[k] = (uint8_t)(sums[k] + (row[k] > 0));
        }
        count_cells(dst[0] + at, dst[1] + at, sums, cell, height, whole);
        if (rest) {
            int inside = 0;
            for (size_t k = whole * (size_t)cell; k < pixels; k++)
                inside += sums[k];
            dst[0][at + whole] = inside > 0;
            dst[1][at + whole] = inside < (int)rest * height;
        }
    }
}

/* dst: whether some of a cell is above 0, and whether not all is. cell: pixels across, and how many
 * rows of it there are. */
void FTH_KERNEL(plate_cells)(uint8_t *const dst[2], const float *const rows[4],
                             const int32_t cell[2], size_t n)
{
    if (cell[0] == 2)
        cells_of(dst, rows, 2, cell[1], n);
    else
        cells_of(dst, rows, MOST_CELL, cell[1], n);
}

/* rows: cells from a cell to the nearest that is not all inside, 0 outside; and to the nearest that
 * is inside in part, 0 inside. dst is raised to 1 where that is less than limits say, in pixels;
 * inside it is from the cell's end. */
void FTH_KERNEL(plate_edgy)(uint8_t *restrict dst, const float *const rows[2],
                            const float limits[2], float cell, size_t n)
{
    const float *in = rows[0], *out = rows[1];
    float inner = limits[0], outer = limits[1];
    for (size_t i = 0; i < n; i++) {
        bool near = in[i] * cell - cell < inner, beside = out[i] * cell < outer;
        bool edgy = out[i] > 0 ? beside : near;
        dst[i] = dst[i] | edgy;
    }
}

/* dst: 1 where more than half of a cell of four pixels is 1, of which there are `count` rows. */
void FTH_KERNEL(plate_wide)(uint8_t *restrict dst, const uint8_t *const rows[4], int32_t count,
                            size_t n)
{
    uint8_t sums[BLOCK * MOST_CELL];
    for (size_t i = 0; i < n; i += sizeof(sums)) {
        size_t pixels = n - i < sizeof(sums) ? n - i : sizeof(sums), whole = pixels / MOST_CELL;
        int all = 0, sum = 0;
        for (size_t k = 0; k < pixels; k++)
            sums[k] = rows[0][i + k];
        for (int y = 1; y < count; y++) {
            const uint8_t *row = rows[y] + i;
            for (size_t k = 0; k < pixels; k++)
                sums[k] = (uint8_t)(sums[k] + row[k]);
        }
        for (size_t c = 0; c < whole; c++) {
            const uint8_t *s = sums + MOST_CELL * c;
            dst[i / MOST_CELL + c] = 2 * (s[0] + s[1] + s[2] + s[3]) > MOST_CELL * count;
        }
        for (size_t k = whole * MOST_CELL; k < pixels; k++) {
            sum += sums[k];
            all += count;
        }
        if (all)
            dst[i / MOST_CELL + whole] = 2 * sum > all;
    }
}

/* ---- which are open, and where a matte steps */

/* open: 1 where a vote is not above 0. counts: pixels of those, and runs. */
void FTH_KERNEL(plate_open)(uint8_t *restrict open, int32_t counts[2], const float *restrict vote,
                            size_t n)
{
    int32_t pixels = 0, runs = n ? !(vote[0] > 0) : 0;
    for (size_t i = 0; i < n; i++) {
        open[i] = !(vote[i] > 0);
        pixels += !(vote[i] > 0);
    }
    for (size_t i = 1; i < n; i++)
        runs += open[i] > open[i - 1];
    counts[0] = pixels;
    counts[1] = runs;
}

/* dst: 1 where a matte steps over a half from a pixel to the next of the row, and 2 to the one
 * below. */
void FTH_KERNEL(plate_steps)(uint8_t *restrict dst, const float *row, const float *below, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        bool here = row[i] > 0.5f, next = row[i + 1] > 0.5f, under = below[i] > 0.5f;
        dst[i] = (uint8_t)((here != next) + 2 * (here != under));
    }
}

/* ---- what they show */

ALWAYS void add_cells(float *restrict to, const float *row, int cell, size_t count)
{
    for (size_t c = 0; c < count; c++) {
        float sum = to[c];
        for (int k = 0; k < cell; k++)
            sum += row[(size_t)cell * c + (size_t)k];
        to[c] = sum;
    }
}

ALWAYS void add_weighted(float *restrict to, const float *row, const float *weights, int cell,
                         size_t count)
{
    for (size_t c = 0; c < count; c++) {
        float sum = to[c];
        for (int k = 0; k < cell; k++) {
            size_t at = (size_t)cell * c + (size_t)k;
            sum += weights[at] * row[at];
        }
        to[c] = sum;
    }
}

ALWAYS void add_squares(float *restrict to, const float *const rgb[3], int cell, size_t count)
{
    const float *r = rgb[0], *g = rgb[1], *b = rgb[2];
    for (size_t c = 0; c < count; c++) {
        float sum = to[c];
        for (int k = 0; k < cell; k++) {
            size_t at = (size_t)cell * c + (size_t)k;
            sum += r[at] * r[at];
            sum += g[at] * g[at];
            sum += b[at] * b[at];
        }
        to[c] = sum;
    }
}

/* How far pixels are from the plate, whether a shadow explains it or not; none outside. */
ALWAYS void weigh_pixels(float *restrict weights, const float *const rows[8], float noise,
                         size_t n)
{
    const float *f0 = rows[0], *f1 = rows[1], *f2 = rows[2];
    const float *b0 = rows[3], *b1 = rows[4], *b2 = rows[5];
    const float *vote = rows[6], *inverse = rows[7];
    for (size_t i = 0; i < n; i++) {
        float d0 = f0[i] - b0[i], d1 = f1[i] - b1[i], d2 = f2[i] - b2[i];
        float apart = (d0 * d0 + d1 * d1 + d2 * d2) * (0.5f * inverse[i] * inverse[i]) - noise;
        weights[i] = ((apart > 0 ? apart : 0) + 1e-6f) * share_of(vote[i] + 1);
    }
}

/* `count` cells; the weights are those of their pixels. */
ALWAYS void add_all(float *const dst[12], const float *const rows[8], const float *weights,
                    int cell, size_t count)
{
    add_cells(dst[0], weights, cell, count);
    for (int i = 0; i < 3; i++) {
        add_weighted(dst[1 + i], rows[i], weights, cell, count);
        add_cells(dst[5 + i], rows[i], cell, count);
        add_cells(dst[9 + i], rows[3 + i], cell, count);
    }
    add_squares(dst[8], rows, cell, count);
}

ALWAYS void gather(float *const dst[12], const float *const rows[8], float noise, int cell,
                   size_t n)
{
    float weights[BLOCK * MOST_CELL];
    const float *from[8];
    float *to[12];
    size_t step = BLOCK * (size_t)cell;
    for (size_t i = 0; i < n; i += step) {
        size_t pixels = n - i < step ? n - i : step, whole = pixels / (size_t)cell;
        size_t rest = pixels - whole * (size_t)cell;
        for (int k = 0; k < 12; k++)
            to[k] = dst[k] + i / (size_t)cell;
        for (int k = 0; k < 8; k++)
            from[k] = rows[k] + i;
        weigh_pixels(weights, from, noise, pixels);
        add_all(to, from, weights, cell, whole);
        for (int k = 0; k < 12; k++)
            to[k] += whole;
        for (int k = 0; k < 8; k++)
            from[k] += whole * (size_t)cell;
        if (rest)
            add_all(to, from, weights + whole * (size_t)cell, (int)rest, 1);
    }
}

/* Adds a row of pixels to their cells. rows: shot's three, plate's three, as a display shows them,
 * the vote, 1 / sigma of luma. dst: how far they are from the plate, and by that weighed the shot's
 * three; dst[4] is left alone; the shot's three, their squares, the plate's three. */
void FTH_KERNEL(plate_gather)(float *const dst[12], const float *const rows[8],
                              const struct fth_plate_gathering *how, size_t n)
{
    if (how->cell == 2)
        gather(dst, rows, how->noise_square, 2, n);
    else
        gather(dst, rows, how->noise_square, MOST_CELL, n);
}

/* ---- back to pixels */

/* The pixels of the second cell of the line on, `count` cells of them, bilinear. */
ALWAYS void enlarge(float *restrict to, const float *restrict line, int cell, size_t count)
{
    for (size_t c = 0; c < count; c++) {
        float a = line[c], b = line[c + 1], d = line[c + 2];
        for (int k = 0; k < cell; k++) {
            float along = ((float)k + 0.5f) / (float)cell + 0.5f;
            to[(size_t)cell * c + (size_t)k] =
                along < 1 ? a + along * (b - a) : b + (along - 1) * (d - b);
        }
    }
}

/* lines: three colours, two more, and what the colours are divided by; of n / cell + 2 cells, the
 * first left of the pixels. dst: the colours and the two; as many pixels as whole cells have. */
void FTH_KERNEL(plate_enlarge)(float *const dst[5], const float *const lines[6], int32_t cell,
                               size_t n)
{
    float weights[BLOCK * MOST_CELL];
    size_t step = BLOCK * (size_t)cell;
    for (size_t i = 0; i < n; i += step) {
        size_t pixels = n - i < step ? n - i : step, at = i / (size_t)cell;
        size_t count = (pixels + (size_t)cell - 1) / (size_t)cell;
        for (int k = 0; k < 6; k++) {
            float *to = k < 5 ? dst[k] + i : weights;
            if (cell == 2)
                enlarge(to, lines[k] + at, 2, count);
            else
                enlarge(to, lines[k] + at, MOST_CELL, count);
        }
        for (int k = 0; k < 3; k++) {
            float *restrict to = dst[k] + i;
            for (size_t j = 0; j < pixels; j++)
                to[j] = to[j] / (weights[j] + 1e-20f);
        }
    }
}
