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

enum { ROWS = 16, COLUMNS = 256 };

/* Found on photographs of people, animals and toys laid over others (docs/keying.md). */
static const float reach_share = 0.010f; /* of the frame's height: how far in alpha is looked for */
static const float around_share = 0.008f; /* ... and how far around pure colours are */
static const float deep_radii = 3;        /* reaches around, of colours well inside */
static const float off_line = 0.25f;      /* share of the way: as far beside it is no mixture */
static const float deep_spread = 0.6f;    /* ... and so little they may differ among each other */
static const float noise_square = 4;      /* squares of sigmas that are no purity */
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
    struct fth_plate_mixing mixing;
};

/* What a tile needs while it is worked on. */
struct room {
    float lines[6][COLUMNS + 2], rows[6][COLUMNS];
    float shot[3][COLUMNS], plate[3][COLUMNS], inverse[3][COLUMNS], colour[3][COLUMNS];
};

static int32_t within(int32_t at, int32_t count)
{
    return FTH_MIN(FTH_MAX(at, 0), count - 1);
}

/* ---- what cells show */

static void mark_cell(const struct edging *e, int32_t cx, int32_t cy)
{
    int32_t x0 = cx * e->cell, x1 = FTH_MIN(x0 + e->cell, e->vote->width);
    int32_t y0 = cy * e->cell, y1 = FTH_MIN(y0 + e->cell, e->vote->height), inside = 0;
    for (int32_t y = y0; y < y1; y++) {
        const float *vote = fth_grid_row(e->vote, y);
        for (int32_t x = x0; x < x1; x++)
            inside += vote[x] > 0;
    }
    fth_mask_row(&e->hollow, cy)[cx] = inside < (x1 - x0) * (y1 - y0);
    fth_mask_row(&e->any, cy)[cx] = inside > 0;
}

static void mark_rows(void *context, int32_t y0, int32_t y1)
{
    const struct edging *e = context;
    for (int32_t y = y0; y < y1; y++) {
        for (int32_t x = 0; x < e->any.width; x++)
            mark_cell(e, x, y);
    }
}

static float at_least(float a, float least)
{
    return a > least ? a : least;
}

static float to_share(float a)
{
    return a > 0 ? a < 1 ? a : 1 : 0;
}

static void add_pixels(const struct edging *e, int32_t y, int32_t x0, int32_t x1,
                       float values[CELL_GRIDS])
{
    const float *vote = fth_grid_row(e->vote, y), *inverse = e->inverse->sigma[0];
    const uint8_t *grades = fth_mask_row(&e->pair->grades, y);
    const float *shot[3], *plate[3];
    for (int i = 0; i < 3; i++) {
        shot[i] = fth_grid_row(&e->pair->shot_rgb[i], y);
        plate[i] = fth_grid_row(&e->pair->plate_rgb[i], y);
    }
    for (int32_t x = x0; x < x1; x++) {
        float apart = 0; /* whether a shadow explains it or not */
        for (int i = 0; i < 3; i++)
            apart += (shot[i][x] - plate[i][x]) * (shot[i][x] - plate[i][x]);
        apart *= 0.5f * inverse[grades[x]] * inverse[grades[x]];
        float weight = (at_least(apart - noise_square, 0) + 1e-6f) * to_share(vote[x] + 1);
        values[PURE] += weight;
        for (int i = 0; i < 3; i++) {
            values[PURE_RGB + i] += weight * shot[i][x];
            values[DEEP_RGB + i] += shot[i][x];
            values[BASE + i] += plate[i][x];
            values[SQUARE] += shot[i][x] * shot[i][x];
        }
    }
}

/* Distances become shares of what is looked at. Only cells well inside are deep. */
static void gather_cell(const struct edging *e, int32_t cx, int32_t cy)
{
    int32_t x0 = cx * e->cell, x1 = FTH_MIN(x0 + e->cell, e->vote->width);
    int32_t y0 = cy * e->cell, y1 = FTH_MIN(y0 + e->cell, e->vote->height);
    float values[CELL_GRIDS] = {0}, cell = (float)e->cell, all = (float)((x1 - x0) * (y1 - y0));
    float inside = fth_grid_row(&e->cells[INSIDE], cy)[cx] * cell - cell;
    float outside = fth_grid_row(&e->cells[OUTSIDE], cy)[cx] * cell;
    for (int32_t y = y0; y < y1 && outside <= e->beyond + 2 * cell + e->around; y++)
        add_pixels(e, y, x0, x1, values);
    values[DEEP] = all;
    for (int i = 0; i < 3; i++)
        values[BASE + i] /= all;
    for (int i = DEEP; i <= SQUARE && !(inside > e->reach); i++)
        values[i] = 0;
    values[INSIDE] = to_share((e->reach - inside) / e->reach);
    values[OUTSIDE] = to_share((e->beyond - outside) / cell);
    for (int i = 0; i < CELL_GRIDS; i++)
        fth_grid_row(&e->cells[i], cy)[cx] = values[i];
}

static void gather_rows(void *context, int32_t y0, int32_t y1)
{
    const struct edging *e = context;
    for (int32_t y = y0; y < y1; y++) {
        for (int32_t x = 0; x < e->any.width; x++)
            gather_cell(e, x, y);
    }
}

/* ---- the subject's colours */

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
    for (int32_t y = y0; y < y1; y++) {
        for (int32_t x = 0; x < e->any.width; x++)
            colour_cell(e, x, y);
    }
}

static enum fth_status find_colours(const struct fth_work *work, const struct edging *e,
                                    struct fth_error *error)
{
    int32_t height = e->any.height;
    int32_t near = FTH_MAX((int32_t)lrintf(e->around / (float)e->cell), 1);
    int32_t far = FTH_MAX((int32_t)lrintf(deep_radii * e->reach / (float)e->cell), 1);
    enum fth_status status = fth_rows_run(work, height, ROWS, mark_rows, (void *)e);
    if (status == FTH_OK)
        status = fth_distance(work, &e->hollow, &e->cells[INSIDE], error);
    if (status == FTH_OK)
        status = fth_distance(work, &e->any, &e->cells[OUTSIDE], error);
    if (status == FTH_OK)
        status = fth_rows_run(work, height, ROWS, gather_rows, (void *)e);
    for (int i = PURE; i <= SQUARE && status == FTH_OK; i++)
        status = fth_blur_box(work, &e->cells[i], &e->cells[i], i < DEEP ? near : far,
                              FTH_BORDER_ZERO, error);
    return status == FTH_OK ? fth_rows_run(work, height, ROWS, colour_rows, (void *)e) : status;
}

/* ---- alpha */

/* Of row y the pixels from x0 on, of six grids of cells. */
static void enlarge(const struct edging *e, int32_t y, int32_t x0, int32_t n, struct room *room)
{
    static const int from[6] = {PURE_RGB, PURE_RGB + 1, PURE_RGB + 2, INSIDE, OUTSIDE, PURE};
    float scale = 1 / (float)e->cell, place = ((float)y + 0.5f) * scale - 0.5f;
    int32_t width = e->any.width, height = e->any.height, top = (int32_t)floorf(place);
    int32_t first = x0 / e->cell - 1, count = n / e->cell + 3;
    float down = place - (float)top;
    for (int i = 0; i < 6; i++) {
        const float *a = fth_grid_row(&e->cells[from[i]], within(top, height));
        const float *b = fth_grid_row(&e->cells[from[i]], within(top + 1, height));
        float *line = room->lines[i];
        for (int32_t k = 0; k < count; k++) {
            int32_t at = within(first + k, width);
            line[k] = a[at] + down * (b[at] - a[at]);
        }
        for (int32_t x = 0; x < n; x++) {
            float along = ((float)(x0 + x) + 0.5f) * scale - 0.5f - (float)first;
            int32_t left = (int32_t)along;
            float share = along - (float)left;
            room->rows[i][x] = line[left] + share * (line[left + 1] - line[left]);
        }
    }
    for (int i = 0; i < 3; i++) {
        for (int32_t x = 0; x < n; x++)
            room->rows[i][x] /= room->rows[5][x] + 1e-20f;
    }
}

/* The vote on one side of 0 and out of reach: alpha is the same all over. */
static bool is_plain(const struct edging *e, int32_t x0, int32_t y0, int32_t x1, int32_t y1)
{
    int32_t left = within(x0 / e->cell - 1, e->any.width);
    int32_t right = within((x1 - 1) / e->cell + 1, e->any.width);
    int32_t top = within(y0 / e->cell - 1, e->any.height);
    int32_t bottom = within((y1 - 1) / e->cell + 1, e->any.height);
    for (int32_t y = top; y <= bottom; y++) {
        const float *in = fth_grid_row(&e->cells[INSIDE], y);
        const float *out = fth_grid_row(&e->cells[OUTSIDE], y);
        const uint8_t *any = fth_mask_row(&e->any, y);
        for (int32_t x = left; x <= right; x++) {
            if (any[x] ? in[x] > 0 : out[x] > 0)
                return false;
        }
    }
    return true;
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

static void run_rows(void *context, int32_t y0, int32_t y1, void *scratch)
{
    const struct edging *e = context;
    int32_t width = e->vote->width;
    for (int32_t x = 0; x < width; x += COLUMNS) {
        int32_t n = FTH_MIN(COLUMNS, width - x);
        bool plain = is_plain(e, x, y0, x + n, y1);
        for (int32_t y = y0; y < y1; y++) {
            const float *vote = fth_grid_row(e->vote, y) + x;
            float *alpha = fth_grid_row(e->alpha, y) + x;
            for (int32_t i = 0; i < n && plain; i++)
                alpha[i] = vote[i] > 0;
            if (!plain)
                find_alpha(e, y, x, n, scratch);
        }
    }
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
    struct fth_rows rows = {run_rows, &e, ROWS, sizeof(struct room)};
    size_t mark = fth_arena_mark(work->arena);
    e.mixing = mixing;
    e.mixing.given = fmaxf(fminf(mixing.given, 0.75f * level->sigmas[0]), 1e-3f);
    e.beyond = 2 + 0.5f * e.reach * fth_plate_sharpness(level->noise);
    e.cell = e.reach >= 12 ? FTH_PLATE_CELL : FTH_PLATE_CELL / 2;
    int32_t across = (vote->width + e.cell - 1) / e.cell;
    int32_t down = (vote->height + e.cell - 1) / e.cell;
    enum fth_status status = fth_mask_new(work->arena, across, down, &e.hollow, error);
    if (status == FTH_OK)
        status = fth_mask_new(work->arena, across, down, &e.any, error);
    for (int i = 0; i < CELL_GRIDS && status == FTH_OK; i++)
        status = fth_grid_new(work->arena, across, down, &e.cells[i], error);
    if (status == FTH_OK)
        status = find_colours(work, &e, error);
    if (status == FTH_OK)
        status = fth_rows_run_scratch(work, vote->height, &rows, error);
    fth_arena_return(work->arena, mark);
    return status;
}
