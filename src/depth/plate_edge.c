/* SPDX-License-Identifier: Apache-2.0 */
/* Alpha along the border of a vote. The subject's colour there is the mean of what is around,
 * weighted by how far it is from the plate; how far a pixel has gone from the plate's colour
 * towards it is its alpha. Where the two are alike the vote stands. The frame is gone over in
 * tiles: most of them have no border, and nothing to be asked. */
#include <string.h>

#include "base/compiler.h"
#include "depth/plate_parts.h"

enum { BORDER = 2, RADIUS = 5, HALO = BORDER + RADIUS }; /* as the kernels reach and around */
enum { ROWS = 16, COLUMNS = 256, STEP = (COLUMNS + 2 * HALO + 15) / 16 * 16 };

/* Found on seeds of bench/drawn_shots.c. Noise is neither end of the ramp; a subject's colours
 * vary, so a mixture is off by some share of how far they are from the plate. */
static const struct fth_plate_mixing mixing = {.given = 1.5f, .enough = 10, .off = 6,
                                               .off_share = 0.03f, .strange = {0.2f, 0.4f}};

struct edging {
    const struct fth_plate_pair *pair;
    const struct fth_plate_noise *inverse;
    const struct fth_grid *sigmas, *vote, *alpha;
};

/* Half open, inside the frame. */
struct tile {
    int32_t x0, y0, x1, y1;
    struct fth_rect around; /* RADIUS more */
};

/* What a tile needs while it is worked on. Rows of the two `along` begin at `around`'s, of `sums`
 * at the tile's. */
struct room {
    float most_along[ROWS + 2 * HALO][STEP], low_along[ROWS + 2 * HALO][STEP];
    float sums[4][ROWS + 2 * RADIUS][STEP]; /* of weights, and of the three colours by them */
    float padded[STEP], most[STEP], low[STEP], weights[STEP];
    float shot[3][STEP], plate[3][STEP], inverse[3][STEP], colour[4][STEP];
};

static int32_t within(int32_t at, int32_t count)
{
    return FTH_MIN(FTH_MAX(at, 0), count - 1);
}

/* ---- tiles without a border */

/* The vote on one side of 0 as far as the border reaches: *value is alpha all over. */
static bool is_plain(const struct edging *e, const struct tile *t, float *value)
{
    int32_t x0 = within(t->x0 - BORDER, e->vote->width);
    int32_t x1 = within(t->x1 - 1 + BORDER, e->vote->width) + 1;
    int32_t y0 = within(t->y0 - BORDER, e->vote->height);
    int32_t y1 = within(t->y1 - 1 + BORDER, e->vote->height) + 1;
    float first = fth_grid_row(e->vote, y0)[x0], range[2] = {first, first};
    for (int32_t y = y0; y < y1; y++)
        fth_kernels()->extend(range, fth_grid_row(e->vote, y) + x0, (size_t)(x1 - x0));
    *value = range[0] > 0;
    return range[0] > 0 || !(range[1] > 0);
}

static void fill(const struct edging *e, const struct tile *t, float value)
{
    for (int32_t y = t->y0; y < t->y1; y++)
        fth_kernels()->fill(fth_grid_row(e->alpha, y) + t->x0, value, (size_t)(t->x1 - t->x0));
}

/* ---- the most and the least of the vote around */

static void reach_along(const struct edging *e, const struct tile *t, struct room *room)
{
    const struct fth_rect a = t->around;
    int32_t width = e->vote->width, height = e->vote->height;
    for (int32_t y = FTH_MAX(a.y0 - BORDER, 0); y < FTH_MIN(a.y1 + BORDER, height); y++) {
        const float *row = fth_grid_row(e->vote, y);
        int32_t from = within(a.x0 - BORDER, width), end = within(a.x1 - 1 + BORDER, width) + 1;
        float *at = room->padded + (from - (a.x0 - BORDER));
        memcpy(at, row + from, (size_t)(end - from) * sizeof(*at));
        for (int32_t x = a.x0 - BORDER; x < from; x++)
            room->padded[x - (a.x0 - BORDER)] = row[from];
        for (int32_t x = end; x < a.x1 + BORDER; x++)
            room->padded[x - (a.x0 - BORDER)] = row[end - 1];
        int32_t i = y - (t->y0 - HALO);
        fth_kernels()->plate_reach(room->most_along[i], room->low_along[i], room->padded,
                                   (size_t)(a.x1 - a.x0));
    }
}

static void reach_down(const struct edging *e, const struct tile *t, int32_t y, struct room *room)
{
    size_t n = (size_t)fth_rect_width(t->around);
    for (int32_t k = -BORDER; k <= BORDER; k++) {
        int32_t i = within(y + k, e->vote->height) - (t->y0 - HALO);
        const float *most = room->most_along[i], *low = room->low_along[i];
        fth_kernels()->max(room->most, k > -BORDER ? room->most : most, most, n);
        fth_kernels()->min(room->low, k > -BORDER ? room->low : low, low, n);
    }
}

/* ---- the subject's colours around */

static void split(const struct fth_grid rgb[3], int32_t x, int32_t y, float (*to)[STEP], size_t n)
{
    const float *const from[3] = {fth_grid_row(&rgb[0], y) + x, fth_grid_row(&rgb[1], y) + x,
                                  fth_grid_row(&rgb[2], y) + x};
    float *const rows[3] = {to[0], to[1], to[2]};
    fth_kernels()->plate_split(rows, from, n);
}

/* Sums along row y of what lies around the tile; beyond the frame is nothing. */
static void sum_along(const struct edging *e, const struct tile *t, int32_t y, struct room *room)
{
    const struct fth_kernels *k = fth_kernels();
    const struct fth_rect a = t->around;
    size_t n = (size_t)fth_rect_width(a);
    float *products = room->padded + (a.x0 - (t->x0 - RADIUS));
    reach_down(e, t, y, room);
    k->plate_trust(room->weights, fth_grid_row(e->sigmas, y) + a.x0,
                   fth_grid_row(e->vote, y) + a.x0, room->most, n);
    split(e->pair->shot_rgb, a.x0, y, room->shot, n);
    memset(room->padded, 0, sizeof(room->padded));
    for (int i = 0; i < 4; i++) {
        if (i)
            k->multiply(products, room->weights, room->shot[i - 1], n);
        else
            memcpy(products, room->weights, n * sizeof(*products));
        k->plate_around(room->sums[i][y - (t->y0 - RADIUS)], room->padded,
                        (size_t)(t->x1 - t->x0));
    }
}

/* room->colour[1..3] := their means around row y. */
static void find_colours(const struct tile *t, int32_t y, struct room *room)
{
    const struct fth_kernels *k = fth_kernels();
    size_t n = (size_t)(t->x1 - t->x0);
    int32_t top = FTH_MAX(y - RADIUS, t->around.y0) - (t->y0 - RADIUS);
    int32_t end = FTH_MIN(y + RADIUS + 1, t->around.y1) - (t->y0 - RADIUS);
    for (int i = 0; i < 4; i++) {
        float *sum = room->colour[i];
        memcpy(sum, room->sums[i][top], n * sizeof(*sum));
        for (int32_t row = top + 1; row < end; row++)
            k->add(sum, sum, room->sums[i][row], n);
        if (i)
            k->divide(sum, sum, room->colour[0], n);
    }
}

/* ---- alpha */

static void find_alpha(const struct edging *e, const struct tile *t, int32_t y, struct room *room)
{
    const float *rows[15];
    const float *const tables[3] = {e->inverse->sigma[0], e->inverse->sigma[1],
                                    e->inverse->sigma[2]};
    float *const inverse[3] = {room->inverse[0], room->inverse[1], room->inverse[2]};
    size_t n = (size_t)(t->x1 - t->x0);
    int32_t before = t->x0 - t->around.x0;
    find_colours(t, y, room);
    reach_down(e, t, y, room);
    split(e->pair->shot_rgb, t->x0, y, room->shot, n);
    split(e->pair->plate_rgb, t->x0, y, room->plate, n);
    fth_kernels()->plate_look(inverse, fth_mask_row(&e->pair->grades, y) + t->x0, tables, n);
    for (int i = 0; i < 3; i++) {
        rows[i] = room->shot[i];
        rows[3 + i] = room->plate[i];
        rows[6 + i] = room->inverse[i];
        rows[9 + i] = room->colour[1 + i];
    }
    rows[12] = fth_grid_row(e->vote, y) + t->x0;
    rows[13] = room->low + before;
    rows[14] = room->most + before;
    fth_kernels()->plate_alpha(fth_grid_row(e->alpha, y) + t->x0, rows, &mixing, n);
}

static void run_tile(const struct edging *e, const struct tile *t, struct room *room)
{
    float value;
    if (is_plain(e, t, &value)) {
        fill(e, t, value);
        return;
    }
    reach_along(e, t, room);
    for (int32_t y = t->around.y0; y < t->around.y1; y++)
        sum_along(e, t, y, room);
    for (int32_t y = t->y0; y < t->y1; y++)
        find_alpha(e, t, y, room);
}

static void run_rows(void *context, int32_t y0, int32_t y1, void *scratch)
{
    const struct edging *e = context;
    int32_t width = e->vote->width, height = e->vote->height;
    for (int32_t x = 0; x < width; x += COLUMNS) {
        struct tile tile = {x, y0, FTH_MIN(x + COLUMNS, width), y1, {0}};
        tile.around = (struct fth_rect){FTH_MAX(x - RADIUS, 0), FTH_MAX(y0 - RADIUS, 0),
                                        FTH_MIN(tile.x1 + RADIUS, width),
                                        FTH_MIN(y1 + RADIUS, height)};
        run_tile(e, &tile, scratch);
    }
}

enum fth_status fth_plate_edge_alpha(const struct fth_work *work,
                                     const struct fth_plate_pair *pair,
                                     const struct fth_plate_noise *inverse,
                                     const struct fth_grid *sigmas, const struct fth_grid *vote,
                                     const struct fth_grid *alpha, struct fth_error *error)
{
    struct edging e = {pair, inverse, sigmas, vote, alpha};
    struct fth_rows rows = {run_rows, &e, ROWS, sizeof(struct room)};
    return fth_rows_run_scratch(work, vote->height, &rows, error);
}
