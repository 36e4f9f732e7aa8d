/* SPDX-License-Identifier: Apache-2.0 */
/* Alpha along the border of a vote, as far in as hair is thin: how far a pixel has gone from the
 * plate's colour towards the subject's. That colour is the mean of what is around, the purer (the
 * further from the plate) the more; and if that lies on the way to the colours well inside, it may
 * be mixed itself, and theirs counts. Both are means of cells: colours of a subject change slowly.
 * Where subject and plate are alike the vote stands. */
#include <math.h>
#include <string.h>

#include "base/compiler.h"
#include "depth/plate_parts.h"
#include "ops/blur.h"
#include "ops/morph.h"

/* Pixels of a tile, which is worked on where the border is near; tiles beside each other are
 * together up to COLUMNS. */
enum { ROWS = 16, TILE = 64, COLUMNS = 256 };

/* Found on photographs of people, animals and toys laid over others (docs/keying.md). */
static const float reach_share = 0.010f; /* of the frame's height: how far in alpha is looked for */
static const float around_share = 0.008f; /* ... and how far around pure colours are */
static const float deep_radii = 3;        /* reaches around, of colours well inside */
static const float off_line = 0.25f;      /* share of the way: as far beside it is no mixture */
static const float deep_spread = 0.6f;    /* ... and so little they may differ among each other */
static const float noise_square = 4;      /* squares of sigmas that are no purity */
/* Codecs smear the subject's colours over a pixel or two of the set. */
static const float smeared = 0.2f;
/* Noise is neither end of the ramp; a subject's colours vary, so a mixture is off by some share of
 * how far they are from the plate. */
static const struct fth_plate_mixing mixing = {.given = 1.5f, .enough = 10, .off = 6,
                                               .off_share = 0.03f, .strange = {0.2f, 0.4f}};

enum { PURE, PURE_RGB, DEEP = PURE_RGB + 3, DEEP_RGB, SQUARE = DEEP_RGB + 3, BASE,
       INSIDE = BASE + 3, OUTSIDE, CELL_GRIDS };

struct edging {
    const struct fth_plate_pair *pair;
    const struct fth_plate_noise *inverse;
    const struct fth_grid *sigmas, *vote, *alpha;
    int32_t cell;                       /* pixels a side */
    float reach, beyond, around;        /* pixels inside the vote, outside; around each */
    struct fth_grid cells[CELL_GRIDS];  /* PURE_RGB: in the end the subject's colours by PURE */
    struct fth_mask hollow, any;        /* not all of a cell is the vote's; some is */
    struct fth_mask edge, beside, seen; /* tiles where alpha is looked for, those beside, and all
                                           whose colours matter */
    int32_t from[2], end[2];            /* cells, across and down, around the latter */
    struct fth_plate_mixing mixing;
};

/* What a tile needs while it is worked on. */
struct room {
    float lines[6][COLUMNS + 2], rows[5][COLUMNS];
    float shot[3][COLUMNS], plate[3][COLUMNS], inverse[3][COLUMNS], colour[3][COLUMNS];
};

static int32_t within(int32_t at, int32_t count)
{
    return FTH_MIN(FTH_MAX(at, 0), count - 1);
}

/* ---- where the border is */

static void mark_rows(void *context, int32_t y0, int32_t y1)
{
    const struct edging *e = context;
    for (int32_t y = y0; y < y1; y++) {
        uint8_t *const dst[2] = {fth_mask_row(&e->any, y), fth_mask_row(&e->hollow, y)};
        const float *rows[FTH_PLATE_CELL] = {NULL};
        int32_t from = y * e->cell;
        const int32_t cell[2] = {e->cell, FTH_MIN(e->cell, e->vote->height - from)};
        for (int32_t k = 0; k < cell[1]; k++)
            rows[k] = fth_grid_row(e->vote, from + k);
        fth_kernels()->plate_cells(dst, rows, cell, (size_t)e->vote->width);
    }
}

/* The vote of other tiles is on one side of 0 and out of reach: alpha is the same all over. */
static void find_tiles(void *context, int32_t y0, int32_t y1, void *scratch)
{
    const struct edging *e = context;
    const float limits[2] = {e->reach, e->beyond};
    int32_t cells = TILE / e->cell, width = e->any.width;
    uint8_t *edgy = scratch;
    for (int32_t y = y0; y < y1; y++) {
        int32_t bottom = within((y + 1) * (ROWS / e->cell), e->any.height);
        memset(edgy, 0, (size_t)width);
        for (int32_t cy = within(y * (ROWS / e->cell) - 1, e->any.height); cy <= bottom; cy++) {
            const float *const rows[2] = {fth_grid_row(&e->cells[INSIDE], cy),
                                          fth_grid_row(&e->cells[OUTSIDE], cy)};
            fth_kernels()->plate_edgy(edgy, rows, limits, (float)e->cell, (size_t)width);
        }
        for (int32_t x = 0; x < e->edge.width; x++) {
            int32_t left = within(x * cells - 1, width), right = within((x + 1) * cells, width);
            fth_mask_row(&e->edge, y)[x] = memchr(edgy + left, 1, (size_t)(right - left + 1)) != 0;
        }
    }
}

/* Tiles within so many of one of `from`. */
static void spread(const struct fth_mask *from, const struct fth_mask *to, int32_t across,
                   int32_t down)
{
    for (int32_t y = 0; y < to->height; y++)
        memset(fth_mask_row(to, y), 0, (size_t)to->width);
    for (int32_t y = 0; y < to->height; y++) {
        for (int32_t x = 0; x < to->width; x++) {
            int32_t left = within(x - across, to->width), right = within(x + across, to->width);
            int32_t top = within(y - down, to->height), bottom = within(y + down, to->height);
            for (int32_t at = top; at <= bottom && fth_mask_row(from, y)[x]; at++)
                memset(fth_mask_row(to, at) + left, 1, (size_t)(right - left + 1));
        }
    }
}

/* The rectangle of cells around all tiles that matter, empty where none does. */
static void bound(struct edging *e)
{
    int32_t across = TILE / e->cell, down = ROWS / e->cell;
    int32_t left = INT32_MAX, right = -1, top = INT32_MAX, bottom = -1;
    for (int32_t y = 0; y < e->seen.height; y++) {
        for (int32_t x = 0; x < e->seen.width; x++) {
            if (!fth_mask_row(&e->seen, y)[x])
                continue;
            left = FTH_MIN(left, x);
            right = FTH_MAX(right, x);
            top = FTH_MIN(top, y);
            bottom = y;
        }
    }
    e->from[0] = right < 0 ? 0 : left * across;
    e->from[1] = right < 0 ? 0 : top * down;
    e->end[0] = FTH_MIN((right + 1) * across, e->any.width);
    e->end[1] = FTH_MIN((bottom + 1) * down, e->any.height);
}

/* Tiles from *x on that are set, at most `most` of them; 0: none is left. */
static int32_t next_tiles(const struct fth_mask *tiles, int32_t y, int32_t most, int32_t *x)
{
    const uint8_t *row = fth_mask_row(tiles, y);
    int32_t count = 0;
    while (*x < tiles->width && !row[*x])
        (*x)++;
    while (count < most && *x + count < tiles->width && row[*x + count])
        count++;
    return count;
}

/* ---- what cells show */

static float to_share(float a)
{
    return a > 0 ? a < 1 ? a : 1 : 0;
}

/* Row y of the pixels, of n columns from x0 on. */
static void add_pixels(const struct edging *e, int32_t y, int32_t x0, int32_t n,
                       struct room *room)
{
    const struct fth_plate_gathering how = {e->cell, noise_square};
    const float *const tables[3] = {e->inverse->sigma[0], NULL, NULL};
    float *const inverse[3] = {room->inverse[0], NULL, NULL};
    const float *rows[8];
    float *sums[BASE + 3];
    for (int i = 0; i < 3; i++) {
        rows[i] = fth_grid_row(&e->pair->shot_rgb[i], y) + x0;
        rows[3 + i] = fth_grid_row(&e->pair->plate_rgb[i], y) + x0;
    }
    rows[6] = fth_grid_row(e->vote, y) + x0;
    rows[7] = inverse[0];
    for (int i = 0; i < BASE + 3; i++)
        sums[i] = fth_grid_row(&e->cells[i], y / e->cell) + x0 / e->cell;
    fth_kernels()->plate_look(inverse, fth_mask_row(&e->pair->grades, y) + x0, tables, (size_t)n);
    fth_kernels()->plate_gather(sums, rows, &how, (size_t)n);
}

/* Distances become shares of what is looked at. Only cells well inside are deep. */
static void end_cell(const struct edging *e, float *const at[CELL_GRIDS], int32_t x, float all)
{
    float cell = (float)e->cell, inside = at[INSIDE][x] * cell - cell;
    float outside = at[OUTSIDE][x] * cell;
    bool far = !(outside <= e->beyond + 2 * cell + e->around);
    at[DEEP][x] = all;
    for (int i = 0; i < CELL_GRIDS && far; i++)
        at[i][x] = 0;
    for (int i = 0; i < 3; i++)
        at[BASE + i][x] /= all;
    for (int i = DEEP; i <= SQUARE && !(inside > e->reach); i++)
        at[i][x] = 0;
    at[INSIDE][x] = to_share((e->reach - inside) / e->reach);
    at[OUTSIDE][x] = to_share((e->beyond - outside) / cell);
}

/* Row y of cells, of the pixels from x0 to x1. */
static void gather_cells(const struct edging *e, int32_t y, int32_t x0, int32_t x1,
                         struct room *room)
{
    int32_t from = x0 / e->cell, end = (x1 + e->cell - 1) / e->cell;
    int32_t y1 = FTH_MIN((y + 1) * e->cell, e->vote->height);
    float *at[CELL_GRIDS];
    for (int i = 0; i < CELL_GRIDS; i++)
        at[i] = fth_grid_row(&e->cells[i], y) + from;
    for (int i = 0; i < BASE + 3; i++)
        memset(at[i], 0, (size_t)(end - from) * sizeof(float));
    for (int32_t py = y * e->cell; py < y1; py++)
        add_pixels(e, py, x0, x1 - x0, room);
    for (int32_t x = 0; x < end - from; x++) {
        int32_t across = FTH_MIN(e->cell, x1 - x0 - x * e->cell);
        end_cell(e, at, x, (float)(across * (y1 - y * e->cell)));
    }
}

/* What does not matter is nothing. */
static void clear_cells(const struct edging *e, int32_t y, int32_t from, int32_t end)
{
    for (int i = PURE; i <= SQUARE; i++)
        memset(fth_grid_row(&e->cells[i], y) + from, 0, (size_t)(end - from) * sizeof(float));
}

static void gather_rows(void *context, int32_t y0, int32_t y1, void *scratch)
{
    const struct edging *e = context;
    int32_t cells = TILE / e->cell, bottom = FTH_MIN(y1 * (ROWS / e->cell), e->end[1]);
    for (int32_t y = FTH_MAX(y0 * (ROWS / e->cell), e->from[1]); y < bottom; y++) {
        int32_t done = e->from[0];
        for (int32_t x = 0, n; (n = next_tiles(&e->seen, y0, COLUMNS / TILE, &x)) > 0; x += n) {
            clear_cells(e, y, done, x * cells);
            gather_cells(e, y, x * TILE, FTH_MIN((x + n) * TILE, e->vote->width), scratch);
            done = FTH_MIN((x + n) * cells, e->any.width);
        }
        clear_cells(e, y, done, e->end[0]);
    }
}

/* ---- the subject's colours */

static float at_least(float a, float least)
{
    return a > least ? a : least;
}

/* How much the colour that is around is to give way to that well inside. */
static float lean_of(const float base[3], const float near[3], const float deep[3], float spread)
{
    float way = 0, square = 0, length = 0;
    for (int i = 0; i < 3; i++) {
        float a = near[i] - base[i], b = deep[i] - base[i];
        way += a * b;
        square += a * a;
        length += b * b;
    }
    float share = way / at_least(length, 1e-6f);
    if (!(share > 0.1f) || !(share < 1))
        return 0;
    float off = at_least(square - share * way, 0) / at_least(square, 1e-6f);
    float differ = spread / at_least(length, 1e-6f);
    float x = off / (off_line * off_line) + differ / (deep_spread * deep_spread);
    return 1 / (1 + x * x); /* none from a few on */
}

static void colour_cell(const struct edging *e, int32_t x, int32_t y)
{
    float values[CELL_GRIDS], near[3], deep[3], spread;
    for (int i = 0; i < CELL_GRIDS; i++)
        values[i] = fth_grid_row(&e->cells[i], y)[x];
    float pure = 1 / (values[PURE] + 1e-20f), all = 1 / (values[DEEP] + 1e-20f), lean = 0;
    spread = values[SQUARE] * all;
    for (int i = 0; i < 3; i++) {
        near[i] = values[PURE_RGB + i] * pure;
        deep[i] = values[DEEP_RGB + i] * all;
        spread -= deep[i] * deep[i];
    }
    if (values[DEEP] > 1e-3f)
        lean = lean_of(values + BASE, near, deep, at_least(spread, 0));
    for (int i = 0; i < 3; i++)
        fth_grid_row(&e->cells[PURE_RGB + i], y)[x] =
            values[PURE] * (near[i] + lean * (deep[i] - near[i]));
}

static void colour_rows(void *context, int32_t y0, int32_t y1)
{
    const struct edging *e = context;
    int32_t cells = TILE / e->cell, bottom = FTH_MIN(y1 * (ROWS / e->cell), e->any.height);
    for (int32_t y = y0 * (ROWS / e->cell); y < bottom; y++) {
        for (int32_t x = 0, n; (n = next_tiles(&e->beside, y0, INT32_MAX, &x)) > 0; x += n) {
            for (int32_t at = x * cells; at < FTH_MIN((x + n) * cells, e->any.width); at++)
                colour_cell(e, at, y);
        }
    }
}

static enum fth_status blur_cells(const struct fth_work *work, const struct edging *e,
                                  struct fth_error *error)
{
    int32_t near = FTH_MAX((int32_t)lrintf(e->around / (float)e->cell), 1);
    int32_t far = FTH_MAX((int32_t)lrintf(deep_radii * e->reach / (float)e->cell), 1);
    int32_t width = e->end[0] - e->from[0], height = e->end[1] - e->from[1];
    enum fth_status status = FTH_OK;
    for (int i = PURE; i <= SQUARE && status == FTH_OK && width > 0; i++) {
        struct fth_grid part = fth_grid_part(&e->cells[i], e->from[0], e->from[1], width, height);
        status = fth_blur_box(work, &part, &part, i < DEEP ? near : far, FTH_BORDER_ZERO, error);
    }
    return status;
}

/* Which cells are how near to the border, and the tiles. */
static enum fth_status find_border(const struct fth_work *work, struct edging *e,
                                   struct fth_error *error)
{
    float cell = (float)e->cell, around = deep_radii * e->reach + cell;
    float inner = e->reach / cell + 2, outer = (e->beyond + e->around) / cell + 3;
    struct fth_rows rows = {find_tiles, e, 1, (size_t)e->any.width};
    enum fth_status status = fth_rows_run(work, e->any.height, ROWS, mark_rows, e);
    if (status == FTH_OK)
        status = fth_distance_near(work, &e->hollow, inner, &e->cells[INSIDE], error);
    if (status == FTH_OK)
        status = fth_distance_near(work, &e->any, outer, &e->cells[OUTSIDE], error);
    if (status == FTH_OK)
        status = fth_rows_run_scratch(work, e->edge.height, &rows, error);
    if (status == FTH_OK) {
        spread(&e->edge, &e->beside, 1, 1);
        spread(&e->beside, &e->seen, (int32_t)(around / TILE) + 1, (int32_t)(around / ROWS) + 1);
        bound(e);
    }
    return status;
}

static enum fth_status find_colours(const struct fth_work *work, const struct edging *e,
                                    struct fth_error *error)
{
    struct fth_rows rows = {gather_rows, (void *)e, 1, sizeof(struct room)};
    enum fth_status status = fth_rows_run_scratch(work, e->edge.height, &rows, error);
    if (status == FTH_OK)
        status = blur_cells(work, e, error);
    return status == FTH_OK ? fth_rows_run(work, e->edge.height, 1, colour_rows, (void *)e)
                            : status;
}

/* ---- alpha */

/* Of row y the pixels from x0 on, of six grids of cells. */
static void enlarge(const struct edging *e, int32_t y, int32_t x0, int32_t n, struct room *room)
{
    static const int from[6] = {PURE_RGB, PURE_RGB + 1, PURE_RGB + 2, INSIDE, OUTSIDE, PURE};
    float place = ((float)y + 0.5f) / (float)e->cell - 0.5f;
    int32_t width = e->any.width, height = e->any.height, top = (int32_t)floorf(place);
    int32_t first = x0 / e->cell - 1, count = (n + e->cell - 1) / e->cell + 2;
    int32_t left = FTH_MAX(first, 0), right = FTH_MIN(first + count, width);
    const float *lines[6];
    float *const rows[5] = {room->rows[0], room->rows[1], room->rows[2], room->rows[3],
                            room->rows[4]};
    for (int i = 0; i < 6; i++) {
        const float *a = fth_grid_row(&e->cells[from[i]], within(top, height));
        const float *b = fth_grid_row(&e->cells[from[i]], within(top + 1, height));
        float *line = room->lines[i];
        lines[i] = line;
        fth_kernels()->lerp(line + (left - first), a + left, b + left, place - (float)top,
                            (size_t)(right - left));
        if (first < 0)
            line[0] = line[1];
        for (int32_t k = right - first; k < count; k++)
            line[k] = line[k - 1];
    }
    fth_kernels()->plate_enlarge(rows, lines, e->cell, (size_t)n);
}

static void split(const float *const rgb[3], float (*to)[COLUMNS], size_t n)
{
    float *const rows[3] = {to[0], to[1], to[2]};
    fth_kernels()->plate_split(rows, rgb, n);
}

static void find_alpha(const struct edging *e, int32_t y, int32_t x0, int32_t n, struct room *room)
{
    const float *rows[16], *shot[3], *plate[3];
    const float *const tables[3] = {e->inverse->sigma[0], e->inverse->sigma[1],
                                    e->inverse->sigma[2]};
    const float *const colour[3] = {room->rows[0], room->rows[1], room->rows[2]};
    float *const inverse[3] = {room->inverse[0], room->inverse[1], room->inverse[2]};
    for (int i = 0; i < 3; i++) {
        shot[i] = fth_grid_row(&e->pair->shot_rgb[i], y) + x0;
        plate[i] = fth_grid_row(&e->pair->plate_rgb[i], y) + x0;
        rows[i] = room->shot[i];
        rows[3 + i] = room->plate[i];
        rows[6 + i] = room->inverse[i];
        rows[9 + i] = room->colour[i];
    }
    enlarge(e, y, x0, n, room);
    split(shot, room->shot, (size_t)n);
    split(plate, room->plate, (size_t)n);
    split(colour, room->colour, (size_t)n);
    fth_kernels()->plate_look(inverse, fth_mask_row(&e->pair->grades, y) + x0, tables, (size_t)n);
    rows[12] = fth_grid_row(e->vote, y) + x0;
    rows[13] = room->rows[3];
    rows[14] = room->rows[4];
    rows[15] = fth_grid_row(e->sigmas, y) + x0;
    fth_kernels()->plate_alpha(fth_grid_row(e->alpha, y) + x0, rows, &e->mixing, (size_t)n);
}

static void take_vote(const struct edging *e, int32_t y, int32_t x0, int32_t x1)
{
    const float *vote = fth_grid_row(e->vote, y);
    float *alpha = fth_grid_row(e->alpha, y);
    for (int32_t x = x0; x < x1; x++)
        alpha[x] = vote[x] > 0;
}

static void run_rows(void *context, int32_t y0, int32_t y1, void *scratch)
{
    const struct edging *e = context;
    int32_t width = e->vote->width, bottom = FTH_MIN(y1 * ROWS, e->vote->height);
    for (int32_t y = y0 * ROWS; y < bottom; y++) {
        int32_t done = 0;
        for (int32_t x = 0, n; (n = next_tiles(&e->edge, y0, COLUMNS / TILE, &x)) > 0; x += n) {
            int32_t x1 = FTH_MIN((x + n) * TILE, width);
            take_vote(e, y, done, x * TILE);
            find_alpha(e, y, x * TILE, x1 - x * TILE, scratch);
            done = x1;
        }
        take_vote(e, y, done, width);
    }
}

static enum fth_status take_room(const struct fth_work *work, struct edging *e,
                                 struct fth_error *error)
{
    int32_t across = (e->vote->width + e->cell - 1) / e->cell;
    int32_t down = (e->vote->height + e->cell - 1) / e->cell;
    int32_t tiles_across = (e->vote->width + TILE - 1) / TILE;
    int32_t tiles_down = (e->vote->height + ROWS - 1) / ROWS;
    struct fth_mask *const tiles[] = {&e->edge, &e->beside, &e->seen};
    enum fth_status status = fth_mask_new(work->arena, across, down, &e->hollow, error);
    if (status == FTH_OK)
        status = fth_mask_new(work->arena, across, down, &e->any, error);
    for (size_t i = 0; i < FTH_ARRAY_COUNT(tiles) && status == FTH_OK; i++)
        status = fth_mask_new(work->arena, tiles_across, tiles_down, tiles[i], error);
    for (int i = 0; i < CELL_GRIDS && status == FTH_OK; i++)
        status = fth_grid_new(work->arena, across, down, &e->cells[i], error);
    return status;
}

enum fth_status fth_plate_edge_alpha(const struct fth_work *work,
                                     const struct fth_plate_pair *pair,
                                     const struct fth_plate_level *level,
                                     const struct fth_grid *sigmas, const struct fth_grid *vote,
                                     const struct fth_grid *alpha, struct fth_error *error)
{
    float height = (float)vote->height;
    struct edging e = {.pair = pair, .inverse = level->inverse, .sigmas = sigmas, .vote = vote,
                       .alpha = alpha,
                       .reach = level->noise->copied ? 2 : fmaxf(reach_share * height, 2),
                       .around = fmaxf(around_share * height, 3)};
    struct fth_rows rows = {run_rows, &e, 1, sizeof(struct room)};
    size_t mark = fth_arena_mark(work->arena);
    e.mixing = mixing;
    e.mixing.faint = level->noise->copied ? smeared : 0;
    e.mixing.given = fmaxf(fminf(mixing.given, 0.75f * level->sigmas[0]), 1e-3f);
    e.beyond = 2 + 0.5f * e.reach * fth_plate_sharpness(level->noise);
    e.cell = e.reach >= 12 ? FTH_PLATE_CELL : FTH_PLATE_CELL / 2;
    enum fth_status status = take_room(work, &e, error);
    if (status == FTH_OK)
        status = find_border(work, &e, error);
    if (status == FTH_OK)
        status = find_colours(work, &e, error);
    if (status == FTH_OK)
        status = fth_rows_run_scratch(work, e.edge.height, &rows, error);
    fth_arena_return(work->arena, mark);
    return status;
}
