/* SPDX-License-Identifier: Apache-2.0 */
/* Exact areas: slabs of a row, edges in order across a slab, and where the winding goes from
 * outside to inside a trapezoid's side. */
#include "ops/coverage.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ops/kernels.h"

/* Areas as whole numbers: 2^40 is a pixel, far finer than a float's last bit. */
static const double WHOLE = 1099511627776.0;
/* Up to so many edges across a slab every crossing cuts all of it; with more of them only the edges
 * that cross. */
enum { FEW_SIDES = 48, MOST_SPLITS = 2048 };
/* Beyond so many crossings in a slab, and in a row, slabs are cut into SLICES without looking. */
enum { MOST_CROSSINGS = 1 << 18, MOST_IN_A_ROW = 1 << 21, SLICES = 16 };

/* An edge across the slab at hand. */
struct side {
    const struct fth_edge *edge;
    double top, end; /* x where the slab begins and ends */
};

/* From `part` of the slab's height on, so many more turns lie left of a side. */
struct crossing {
    double part;
    uint32_t side;
    int32_t turn, layer;
};

struct sweep {
    const struct fth_coverage *what;
    struct fth_arena *arena;
    struct fth_rect rect;
    const struct fth_edge **waiting; /* those that meet the rectangle, by their beginnings */
    size_t waiting_count, next;
    const struct fth_edge **active;  /* of the row at hand */
    size_t active_count;
    double *cuts;                    /* where slabs begin and end */
    struct side *sides;
    uint32_t *order;                 /* of the sides, where the slab ends */
    struct crossing *crossings;
    size_t crossing_count, crossing_capacity;
    int64_t crossings_left;          /* in this row */
    bool failed;                     /* memory is out */
    int64_t *steps;                  /* from this column on, so much more is covered */
    int64_t *own;                    /* of this column alone */
    int32_t first, last;             /* columns that were touched */
};

/* ---- a boundary ---- */

static int64_t whole(double area)
{
    return llround(area * WHOLE);
}

/* How much of `height` lies left of column c, for an edge from x low to high. */
static int64_t left_of(double low, double high, double height, double c)
{
    double part = (c - low) / (high - low);
    return part <= 0 ? 0 : whole(part < 1 ? height * part : height);
}

static void touch(struct sweep *sweep, int32_t column)
{
    sweep->first = FTH_MIN(sweep->first, column);
    sweep->last = FTH_MAX(sweep->last, column);
}

/* An upright side: of column `i` the part right of it, all columns behind in full. */
static void add_upright(struct sweep *sweep, double x, int64_t height, int sign)
{
    int32_t width = fth_rect_width(sweep->rect);
    double column = floor(x) - sweep->rect.x0;
    if (column >= width)
        return;
    if (column < 0) {
        sweep->steps[0] += sign * height;
        touch(sweep, 0);
        return;
    }
    int32_t i = (int32_t)column;
    sweep->own[i] += sign * llround((floor(x) + 1 - x) * (double)height);
    touch(sweep, i);
    if (i + 1 < width) {
        sweep->steps[i + 1] += sign * height;
        touch(sweep, i + 1);
    }
}

/* What lies right of the side, within the slab, is covered (sign 1) or no longer (-1). */
static void add_side(struct sweep *sweep, const struct side *side, double height, int sign)
{
    double low = FTH_MIN(side->top, side->end), high = FTH_MAX(side->top, side->end);
    int32_t x0 = sweep->rect.x0, width = fth_rect_width(sweep->rect);
    if (low == high) {
        add_upright(sweep, low, whole(height), sign);
        return;
    }
    double begin = FTH_MAX(floor(low), x0), end = FTH_MIN(floor(high) + 1, x0 + (double)width);
    if (begin >= x0 + (double)width)
        return;
    int64_t before = left_of(low, high, height, begin);
    if (before) {
        sweep->steps[0] += sign * before;
        touch(sweep, 0);
    }
    for (double c = begin; c < end; c++) {
        int32_t i = (int32_t)(c - x0);
        double from = FTH_MAX(low, c), to = FTH_MIN(high, c + 1);
        double part = height * ((to - from) / (high - low));
        int64_t up_to = left_of(low, high, height, c + 1);
        sweep->own[i] += sign * whole(part * (c + 1 - (from + to) / 2));
        if (i + 1 < width)
            sweep->steps[i + 1] += sign * (up_to - before);
        before = up_to;
        touch(sweep, i);
        touch(sweep, FTH_MIN(i + 1, width - 1));
    }
}

/* ---- a slab ---- */

static bool is_covered(const struct fth_coverage *what, const int64_t turns[2])
{
    bool fill = what->rule == FTH_FILL_NONZERO ? turns[0] != 0 : turns[0] & 1;
    bool stroke = turns[1] != 0;
    switch (what->parts) {
    case FTH_COVER_EITHER:
        return fill || stroke;
    case FTH_COVER_FILL_ONLY:
        return fill && !stroke;
    default:
        return stroke;
    }
}

static void emit_slab(struct sweep *sweep, size_t count, double height)
{
    int64_t turns[2] = {0, 0};
    bool covered = false;
    for (size_t i = 0; i < count; i++) {
        const struct side *side = &sweep->sides[i];
        turns[side->edge->layer] += side->edge->turn;
        bool now = is_covered(sweep->what, turns);
        if (now != covered)
            add_side(sweep, side, height, now ? 1 : -1);
        covered = now;
    }
}

static double x_at(const struct fth_edge *edge, double y)
{
    if (y <= edge->y0)
        return edge->x0;
    if (y >= edge->y1)
        return edge->x1;
    return edge->x0 + (y - edge->y0) * ((edge->x1 - edge->x0) / (edge->y1 - edge->y0));
}

/* By where they begin, then by where they end; few are out of place from one slab to the next. */
static void sort_sides(struct side *sides, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        struct side side = sides[i];
        size_t at = i;
        while (at > 0 && (sides[at - 1].top > side.top ||
                          (sides[at - 1].top == side.top && sides[at - 1].end > side.end))) {
            sides[at] = sides[at - 1];
            at--;
        }
        sides[at] = side;
    }
}

/* The first crossing of neighbours within the slab, as a part of its height; 1: there is none. */
static double first_crossing(const struct side *sides, size_t count)
{
    double first = 1;
    for (size_t i = 0; i + 1 < count; i++) {
        double ahead = sides[i + 1].top - sides[i].top, over = sides[i].end - sides[i + 1].end;
        if (over > 0 && ahead / (ahead + over) < first)
            first = ahead / (ahead + over);
    }
    return first;
}

static void measure(struct sweep *sweep, size_t count, double y, double end)
{
    for (size_t i = 0; i < count; i++) {
        struct side *side = &sweep->sides[i];
        side->top = x_at(side->edge, y);
        side->end = x_at(side->edge, end);
    }
}

static void draw_few(struct sweep *sweep, size_t count, double y, double end)
{
    for (int splits = MOST_SPLITS; y < end; splits--) {
        measure(sweep, count, y, end);
        sort_sides(sweep->sides, count);
        double part = first_crossing(sweep->sides, count), below = y + part * (end - y);
        if (part >= 1 || !(below < end) || !splits) {
            emit_slab(sweep, count, end - y);
            return;
        }
        below = fmax(below, nextafter(y, end));
        for (size_t i = 0; i < count; i++)
            sweep->sides[i].end = x_at(sweep->sides[i].edge, below);
        emit_slab(sweep, count, below - y);
        y = below;
    }
}

/* ---- a slab of many edges ---- */

static int compare_tops(const void *a, const void *b)
{
    const struct side *x = a, *y = b;
    if (x->top != y->top)
        return x->top < y->top ? -1 : 1;
    if (x->end != y->end)
        return x->end < y->end ? -1 : 1;
    return (x->edge > y->edge) - (x->edge < y->edge);
}

static int compare_crossings(const void *a, const void *b)
{
    const struct crossing *x = a, *y = b;
    if (x->side != y->side)
        return x->side < y->side ? -1 : 1;
    if (x->part != y->part)
        return x->part < y->part ? -1 : 1;
    return x->layer != y->layer ? x->layer - y->layer : x->turn - y->turn;
}

/* Room for two more; false: there is none. */
static bool grow_crossings(struct sweep *sweep)
{
    if (sweep->crossing_count + 2 <= sweep->crossing_capacity)
        return true;
    size_t more = FTH_MAX(2 * sweep->crossing_capacity, (size_t)1024);
    struct crossing *list = fth_arena_take(sweep->arena, more, sizeof(*list));
    sweep->failed = sweep->failed || !list;
    if (!list)
        return false;
    if (sweep->crossing_count)
        memcpy(list, sweep->crossings, sweep->crossing_count * sizeof(*list));
    sweep->crossings = list;
    sweep->crossing_capacity = more;
    return true;
}

/* Sides a and b, a before b where the slab begins, exchange their places. */
static void add_crossing(struct sweep *sweep, uint32_t a, uint32_t b)
{
    const struct side *left = &sweep->sides[a], *right = &sweep->sides[b];
    double ahead = right->top - left->top, over = left->end - right->end;
    double part = ahead / (ahead + over);
    struct crossing *next = &sweep->crossings[sweep->crossing_count];
    next[0] = (struct crossing){part, a, right->edge->turn, right->edge->layer};
    next[1] = (struct crossing){part, b, -left->edge->turn, left->edge->layer};
    sweep->crossing_count += 2;
}

/* All crossings of the sides, which are in order where the slab begins: as many as a sort by where
 * they end exchanges neighbours. False: too many, or no memory. */
static bool find_crossings(struct sweep *sweep, size_t count)
{
    size_t most = 2 * (size_t)FTH_MIN(sweep->crossings_left, (int64_t)MOST_CROSSINGS);
    sweep->crossing_count = 0;
    for (uint32_t i = 0; i < count; i++) {
        size_t at = i;
        for (; at > 0; at--) {
            uint32_t before = sweep->order[at - 1];
            if (!(sweep->sides[before].end > sweep->sides[i].end))
                break;
            if (sweep->crossing_count >= most || !grow_crossings(sweep))
                return false;
            add_crossing(sweep, before, i);
            sweep->order[at] = before;
        }
        sweep->order[at] = i;
    }
    sweep->crossings_left -= (int64_t)sweep->crossing_count / 2;
    if (sweep->crossing_count) /* else there may be no list yet */
        qsort(sweep->crossings, sweep->crossing_count, sizeof(*sweep->crossings),
              compare_crossings);
    return true;
}

/* A piece of a side, where it is a rim of what is covered. */
static void add_piece(struct sweep *sweep, const struct side *side, const double ends[2],
                      const int64_t turns[2])
{
    int64_t behind[2] = {turns[0], turns[1]};
    behind[side->edge->layer] += side->edge->turn;
    bool before = is_covered(sweep->what, turns), after = is_covered(sweep->what, behind);
    if (before == after || !(ends[0] < ends[1]))
        return;
    struct side piece = {side->edge, x_at(side->edge, ends[0]), x_at(side->edge, ends[1])};
    add_side(sweep, &piece, ends[1] - ends[0], after ? 1 : -1);
}

/* Each side from crossing to crossing, with the turns that lie left of it there. */
static void emit_pieces(struct sweep *sweep, size_t count, double y, double end)
{
    int64_t begun[2] = {0, 0};
    const struct crossing *next = sweep->crossings;
    const struct crossing *last = next ? next + sweep->crossing_count : NULL;
    for (size_t i = 0; i < count; i++) {
        const struct side *side = &sweep->sides[i];
        int64_t turns[2] = {begun[0], begun[1]};
        double from = y;
        for (; next < last && next->side == i; next++) {
            double at = FTH_MIN(FTH_MAX(y + next->part * (end - y), from), end);
            add_piece(sweep, side, (const double[2]){from, at}, turns);
            turns[next->layer] += next->turn;
            from = at;
        }
        add_piece(sweep, side, (const double[2]){from, end}, turns);
        begun[side->edge->layer] += side->edge->turn;
    }
}

/* Too many crossings to look at: slices, as if there were none in them. */
static void emit_slices(struct sweep *sweep, size_t count, double y, double end)
{
    for (int i = 0; i < SLICES; i++) {
        double from = y + (end - y) * i / SLICES, to = y + (end - y) * (i + 1) / SLICES;
        measure(sweep, count, from, to);
        qsort(sweep->sides, count, sizeof(*sweep->sides), compare_tops);
        emit_slab(sweep, count, to - from);
    }
}

static void draw_many(struct sweep *sweep, size_t count, double y, double end)
{
    measure(sweep, count, y, end);
    qsort(sweep->sides, count, sizeof(*sweep->sides), compare_tops);
    if (find_crossings(sweep, count))
        emit_pieces(sweep, count, y, end);
    else if (!sweep->failed)
        emit_slices(sweep, count, y, end);
}

/* From y on down to `end`, where no edge begins or ends. */
static void draw_slab(struct sweep *sweep, double y, double end)
{
    size_t count = 0;
    for (size_t i = 0; i < sweep->active_count; i++) {
        const struct fth_edge *edge = sweep->active[i];
        if (edge->y0 <= y && edge->y1 >= end)
            sweep->sides[count++].edge = edge;
    }
    if (count <= FEW_SIDES)
        draw_few(sweep, count, y, end);
    else
        draw_many(sweep, count, y, end);
}

/* ---- a row ---- */

static int compare_numbers(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void take_edges(struct sweep *sweep, int32_t y)
{
    size_t kept = 0;
    for (size_t i = 0; i < sweep->active_count; i++) {
        if (sweep->active[i]->y1 > y)
            sweep->active[kept++] = sweep->active[i];
    }
    while (sweep->next < sweep->waiting_count && sweep->waiting[sweep->next]->y0 < y + 1.0) {
        const struct fth_edge *edge = sweep->waiting[sweep->next++];
        if (edge->y1 > y)
            sweep->active[kept++] = edge;
    }
    sweep->active_count = kept;
}

static void draw_slabs(struct sweep *sweep, int32_t y)
{
    size_t cuts = 0;
    sweep->cuts[cuts++] = y;
    sweep->cuts[cuts++] = y + 1.0;
    for (size_t i = 0; i < sweep->active_count; i++) {
        const struct fth_edge *edge = sweep->active[i];
        if (edge->y0 > y)
            sweep->cuts[cuts++] = edge->y0;
        if (edge->y1 < y + 1.0)
            sweep->cuts[cuts++] = edge->y1;
    }
    qsort(sweep->cuts, cuts, sizeof(*sweep->cuts), compare_numbers);
    for (size_t i = 0; i + 1 < cuts; i++) {
        if (sweep->cuts[i] < sweep->cuts[i + 1])
            draw_slab(sweep, sweep->cuts[i], sweep->cuts[i + 1]);
    }
}

/* Sums of whole numbers to coverage, from the first column that was touched to the last one. */
static void finish_row(struct sweep *sweep, float *row)
{
    const struct fth_kernels *k = fth_kernels();
    size_t width = (size_t)fth_rect_width(sweep->rect);
    int64_t sum = 0;
    if (sweep->last < sweep->first) {
        k->fill(row, 0, width);
        return;
    }
    size_t first = (size_t)sweep->first, last = (size_t)sweep->last;
    k->fill(row, 0, first);
    for (size_t x = first; x <= last; x++) {
        sum += sweep->steps[x];
        double area = (double)(sum + sweep->own[x]) / WHOLE;
        row[x] = (float)(area > 0 ? (area < 1 ? area : 1) : 0);
        sweep->steps[x] = sweep->own[x] = 0;
    }
    double rest = (double)sum / WHOLE;
    k->fill(row + last + 1, (float)(rest > 0 ? (rest < 1 ? rest : 1) : 0), width - last - 1);
}

/* ---- all of it ---- */

static int compare_edges(const void *a, const void *b)
{
    const struct fth_edge *x = *(const struct fth_edge *const *)a;
    const struct fth_edge *y = *(const struct fth_edge *const *)b;
    if (x->y0 != y->y0)
        return x->y0 < y->y0 ? -1 : 1;
    return (x > y) - (x < y); /* in the order they were drawn in */
}

/* Beside the rectangle, too: an edge there cuts the row into the same slabs for all its pixels. */
static bool meets(const struct fth_edge *edge, struct fth_rect rect)
{
    return edge->y1 > rect.y0 && edge->y0 < rect.y1;
}

static enum fth_status prepare(struct sweep *sweep, const struct fth_work *work,
                               struct fth_error *error)
{
    const struct fth_outline *outline = sweep->what->outline;
    size_t count = 0, width = (size_t)fth_rect_width(sweep->rect);
    for (size_t i = 0; i < outline->count; i++)
        count += meets(&outline->edges[i], sweep->rect);
    sweep->waiting = fth_arena_take(work->arena, count + 1, sizeof(*sweep->waiting));
    sweep->active = fth_arena_take(work->arena, count + 1, sizeof(*sweep->active));
    sweep->cuts = fth_arena_take(work->arena, 2 * count + 2, sizeof(*sweep->cuts));
    sweep->sides = fth_arena_take(work->arena, count + 1, sizeof(*sweep->sides));
    sweep->order = fth_arena_take(work->arena, count + 1, sizeof(*sweep->order));
    sweep->steps = fth_arena_take(work->arena, width, sizeof(*sweep->steps));
    sweep->own = fth_arena_take(work->arena, width, sizeof(*sweep->own));
    if (!sweep->waiting || !sweep->active || !sweep->cuts || !sweep->sides || !sweep->order ||
        !sweep->steps || !sweep->own)
        return fth_fail_memory(error, 4 * count * sizeof(struct side) + width * 16, "a shape");
    memset(sweep->steps, 0, width * sizeof(*sweep->steps));
    memset(sweep->own, 0, width * sizeof(*sweep->own));
    for (size_t i = 0; i < outline->count; i++) {
        if (meets(&outline->edges[i], sweep->rect))
            sweep->waiting[sweep->waiting_count++] = &outline->edges[i];
    }
    qsort(sweep->waiting, sweep->waiting_count, sizeof(*sweep->waiting), compare_edges);
    return FTH_OK;
}

enum fth_status fth_coverage_draw(const struct fth_work *work, const struct fth_coverage *what,
                                  struct fth_rect rect, const struct fth_grid *to,
                                  struct fth_error *error)
{
    struct sweep sweep = {.what = what, .arena = work->arena, .rect = rect};
    size_t mark = fth_arena_mark(work->arena);
    enum fth_status status = fth_outline_check(what->outline, error);
    if (status == FTH_OK && !fth_rect_empty(rect))
        status = prepare(&sweep, work, error);
    for (int32_t y = rect.y0; y < rect.y1 && status == FTH_OK; y++) {
        sweep.first = INT32_MAX;
        sweep.last = -1;
        sweep.crossings_left = MOST_IN_A_ROW;
        if (work->cancel && fth_cancelled(work->cancel))
            status = FTH_CANCELLED;
        take_edges(&sweep, y);
        draw_slabs(&sweep, y);
        if (sweep.failed)
            status = fth_fail_memory(error, sweep.crossing_capacity * sizeof(struct crossing) * 2,
                                     "a shape");
        finish_row(&sweep, fth_grid_row(to, y - rect.y0));
    }
    fth_arena_return(work->arena, mark);
    return status;
}
