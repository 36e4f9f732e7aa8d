/* SPDX-License-Identifier: Apache-2.0 */
/* DRAFT step 5: who in the matte is a person, the scene without them, and each of them as a nearly
 * flat card that stands where its feet are. */
#include "depth/draft_people.h"

#include <math.h>
#include <string.h>

#include "ops/smooth.h"

/* ---- masks grown by a disc or a square */

/* The set pixels of the row lie in *x0..*x1 - 1; false when none is set. */
static bool row_extent(const uint8_t *mask, int32_t width, int32_t *x0, int32_t *x1)
{
    int32_t first = 0, end = width;
    while (first < width && !mask[first])
        first++;
    while (end > first && !mask[end - 1])
        end--;
    *x0 = first;
    *x1 = end;
    return first < end;
}

/* Distance to the nearest set pixel of the row, 255 at most, in columns x0..x1 - 1. */
static void row_distance(const uint8_t *mask, uint8_t *out, int32_t x0, int32_t x1)
{
    int32_t last = x0 - 255;
    for (int32_t x = x0; x < x1; x++) {
        last = mask[x] ? x : last;
        out[x] = (uint8_t)FTH_MIN(x - last, 255);
    }
    last = x1 + 255;
    for (int32_t x = x1 - 1; x >= x0; x--) {
        last = mask[x] ? x : last;
        out[x] = (uint8_t)FTH_MIN(out[x], last - x);
    }
}

/* Half the width of the disc `dy` rows from its middle (that of cv's ellipse); of a square: all. */
static int32_t half_width(int32_t radius, int32_t dy, bool square)
{
    return square ? radius : (int32_t)floor(sqrt((double)radius * radius - (double)dy * dy) + 0.5);
}

static void add_reached(uint8_t *restrict out, const uint8_t *restrict distance, uint8_t reach,
                        size_t count)
{
    for (size_t i = 0; i < count; i++)
        out[i] |= distance[i] <= reach;
}

/* dst := the mask grown by a disc or square of `radius` pixels. */
static enum fth_status grow(const struct fth_work *work, const struct fth_mask *src,
                            const struct fth_mask *dst, int32_t radius, bool square,
                            struct fth_error *error)
{
    size_t mark = fth_arena_mark(work->arena), width = (size_t)src->width;
    uint8_t *distance = fth_arena_take(work->arena, width, 1);
    struct fth_mask grown;
    if (!distance)
        return fth_fail_memory(error, width, "scratch");
    enum fth_status status = fth_mask_new(work->arena, src->width, src->height, &grown, error);
    if (status != FTH_OK)
        return status;
    for (int32_t y = 0; y < src->height; y++)
        memset(fth_mask_row(&grown, y), 0, width);
    for (int32_t y = 0; y < src->height; y++) {
        int32_t first = FTH_MAX(0, y - radius), last = FTH_MIN(src->height - 1, y + radius);
        int32_t x0, x1;
        if (!row_extent(fth_mask_row(src, y), src->width, &x0, &x1))
            continue;
        x0 = FTH_MAX(0, x0 - radius);
        x1 = FTH_MIN(src->width, x1 + radius);
        row_distance(fth_mask_row(src, y), distance, x0, x1);
        for (int32_t i = first; i <= last; i++)
            add_reached(fth_mask_row(&grown, i) + x0, distance + x0,
                        (uint8_t)half_width(radius, i - y, square), (size_t)(x1 - x0));
    }
    for (int32_t y = 0; y < src->height; y++)
        memcpy(fth_mask_row(dst, y), fth_mask_row(&grown, y), width);
    fth_arena_return(work->arena, mark);
    return FTH_OK;
}

/* mask := grid > least */
static void above(const struct fth_grid *grid, float least, const struct fth_mask *mask)
{
    for (int32_t y = 0; y < grid->height; y++) {
        const float *row = fth_grid_row(grid, y);
        uint8_t *out = fth_mask_row(mask, y);
        for (int32_t x = 0; x < grid->width; x++)
            out[x] = row[x] > least;
    }
}

/* ---- blobs */

/* The hardened mean of the mattes. */
static void join_mattes(const struct fth_draft_past *past, int count, const struct fth_grid *matte)
{
    const float *k = fth_draft_recipe.harden;
    for (int32_t y = 0; y < matte->height; y++) {
        const float *a = fth_grid_row(&past->soft[0], y);
        const float *b = fth_grid_row(&past->soft[count - 1], y);
        float *out = fth_grid_row(matte, y);
        for (int32_t x = 0; x < matte->width; x++) {
            float value = (0.5f * (a[x] + b[x]) - k[0]) / (k[1] - k[0]);
            out[x] = value > 0 ? value < 1 ? value : 1 : 0;
        }
    }
}

/* A connected part of the matte. */
struct blob {
    const int32_t *labels;
    int32_t label;
    struct fth_region box;
};

static const int32_t *label_row(const struct blob *blob, const struct fth_grid *like, int32_t y)
{
    return blob->labels + (ptrdiff_t)y * like->width;
}

/* How much a blob is a person: the mattes agree in it, or it was one a moment ago. */
static double believe(const struct fth_draft_past *past, int count, const struct fth_grid *before,
                      const struct blob *blob)
{
    const struct fth_draft_recipe *k = &fth_draft_recipe;
    double low = 0, high = 0, was = 0, area = (double)blob->box.area;
    for (int32_t y = blob->box.y; y < blob->box.y + blob->box.height; y++) {
        const int32_t *labels = label_row(blob, before, y);
        const float *a = fth_grid_row(&past->soft[0], y);
        const float *b = fth_grid_row(&past->soft[count - 1], y);
        const float *old = fth_grid_row(before, y);
        for (int32_t x = blob->box.x; x < blob->box.x + blob->box.width; x++) {
            if (labels[x] != blob->label)
                continue;
            low += FTH_MIN(a[x], b[x]);
            high += FTH_MAX(a[x], b[x]);
            was += old[x];
        }
    }
    double now = count > 1 ? fth_draft_smoothstep(low / fmax(high, 1e-6), k->agree)
                           : fth_draft_smoothstep(low / area, k->solid);
    return fmax(now, k->stay * was / area);
}

static void remember(const struct fth_grid *believed, const struct blob *blob, double belief)
{
    for (int32_t y = blob->box.y; y < blob->box.y + blob->box.height; y++) {
        const int32_t *labels = label_row(blob, believed, y);
        float *row = fth_grid_row(believed, y);
        for (int32_t x = blob->box.x; x < blob->box.x + blob->box.width; x++) {
            if (labels[x] == blob->label)
                row[x] = (float)belief;
        }
    }
}

/* The matte in and a little around the blob, times the belief in it. */
static enum fth_status cut_out(const struct fth_work *work, const struct fth_grid *matte,
                               const struct blob *blob, double belief,
                               struct fth_draft_person *person, struct fth_error *error)
{
    enum { RIM = 4 };
    struct fth_mask at;
    enum fth_status status = fth_draft_grid(work, matte, &person->alpha, error);
    size_t mark = fth_arena_mark(work->arena);
    if (status == FTH_OK)
        status = fth_mask_new(work->arena, matte->width, matte->height, &at, error);
    if (status != FTH_OK)
        return status;
    for (int32_t y = 0; y < matte->height; y++) {
        const int32_t *labels = label_row(blob, matte, y);
        uint8_t *out = fth_mask_row(&at, y);
        for (int32_t x = 0; x < matte->width; x++)
            out[x] = labels[x] == blob->label;
    }
    status = grow(work, &at, &at, RIM, false, error);
    for (int32_t y = 0; y < matte->height; y++) {
        const uint8_t *in = fth_mask_row(&at, y);
        const float *row = fth_grid_row(matte, y);
        float *out = fth_grid_row(&person->alpha, y);
        for (int32_t x = 0; x < matte->width; x++)
            out[x] = in[x] ? row[x] * (float)belief : 0;
    }
    person->box = blob->box;
    person->belief = belief;
    fth_arena_return(work->arena, mark);
    return status;
}

/* People in the labelled parts. What they are made of outlives this call. */
static enum fth_status judge_blobs(const struct fth_work *work, int matte_count,
                                   const struct fth_grid *matte, const struct fth_grid *before,
                                   struct fth_draft_past *past, struct fth_draft_person *people,
                                   int *people_count, struct fth_error *error)
{
    const struct fth_draft_recipe *k = &fth_draft_recipe;
    double least = k->blob_least * matte->width * matte->height;
    struct fth_mask hard;
    int32_t *labels, count = 0;
    struct fth_region *regions;
    enum fth_status status = fth_mask_new(work->arena, matte->width, matte->height, &hard, error);
    if (status == FTH_OK) {
        above(matte, k->blob_above, &hard);
        status = fth_label_regions(work, &hard, 8, &labels, &regions, &count, error);
    }
    *people_count = 0;
    for (int32_t i = 0; i < count && status == FTH_OK; i++) {
        struct blob blob = {labels, i + 1, regions[i]};
        if ((double)regions[i].area < least)
            continue;
        double belief = believe(past, matte_count, before, &blob);
        remember(&past->believed, &blob, belief);
        if (people && belief > 0.05 && *people_count < FTH_DRAFT_MOST_PEOPLE)
            status = cut_out(work, matte, &blob, belief, &people[(*people_count)++], error);
    }
    return status;
}

enum fth_status fth_draft_people(const struct fth_work *work, int matte_count,
                                 const struct fth_grid *before, struct fth_draft_past *past,
                                 struct fth_draft_person *people, int *people_count,
                                 struct fth_error *error)
{
    struct fth_grid matte;
    enum fth_status status = fth_draft_grid(work, &past->soft[0], &matte, error);
    if (status != FTH_OK)
        return status;
    fth_grid_fill(&past->believed, 0);
    join_mattes(past, matte_count, &matte);
    return judge_blobs(work, matte_count, &matte, before, past, people, people_count, error);
}

/* ---- the scene behind them */

enum fth_status fth_draft_behind(const struct fth_work *work, const struct fth_grid *near,
                                 const struct fth_draft_person *people, int people_count,
                                 int32_t reach, const struct fth_grid *scene,
                                 const struct fth_mask *wide,
                                 const struct fth_grid *alpha, struct fth_error *error)
{
    size_t mark = fth_arena_mark(work->arena);
    struct fth_grid known;
    fth_grid_fill(alpha, 0);
    for (int i = 0; i < people_count; i++) {
        for (int32_t y = 0; y < alpha->height; y++) {
            float *out = fth_grid_row(alpha, y);
            const float *in = fth_grid_row(&people[i].alpha, y);
            for (int32_t x = 0; x < alpha->width; x++)
                out[x] = FTH_MAX(out[x], in[x]);
        }
    }
    above(alpha, 0.3f, wide);
    fth_grid_copy(scene, near);
    if (!people_count) /* nothing to fill */
        return FTH_OK;
    enum fth_status status = grow(work, wide, wide, reach, false, error);
    if (status == FTH_OK)
        status = fth_draft_grid(work, near, &known, error);
    for (int32_t y = 0; y < near->height && status == FTH_OK; y++) {
        const uint8_t *in = fth_mask_row(wide, y);
        float *out = fth_grid_row(&known, y);
        for (int32_t x = 0; x < near->width; x++)
            out[x] = in[x] ? 0 : 1;
    }
    if (status == FTH_OK)
        status = fth_fill_push_pull(work, scene, &known, fth_draft_recipe.fill_levels, error);
    fth_arena_return(work->arena, mark);
    return status;
}

/* ---- cards */

/* Values of a grid where a mask is set, rows y0..y1 and columns x0..x1 of it, in the arena. */
static enum fth_status gather(const struct fth_work *work, const struct fth_grid *grid,
                              const struct fth_mask *where, struct fth_rect at, float **values,
                              size_t *count, struct fth_error *error)
{
    at = fth_rect_intersect(at, (struct fth_rect){0, 0, grid->width, grid->height});
    size_t room = (size_t)fth_rect_width(at) * (size_t)fth_rect_height(at) + 1;
    float *out = fth_arena_take(work->arena, room, sizeof(*out));
    if (!out)
        return fth_fail_memory(error, room * sizeof(*out), "scratch");
    *count = 0;
    for (int32_t y = at.y0; y < at.y1; y++) {
        const float *row = fth_grid_row(grid, y);
        for (int32_t x = at.x0; x < at.x1; x++) {
            if (!where || fth_mask_row(where, y)[x])
                out[(*count)++] = row[x];
        }
    }
    *values = out;
    return FTH_OK;
}

/* A percentile of what gather finds; `fallback` when it finds nothing. */
static enum fth_status percentile_at(const struct fth_work *work, const struct fth_grid *grid,
                                     const struct fth_mask *where, struct fth_rect at,
                                     double percent, double *result, struct fth_error *error)
{
    size_t mark = fth_arena_mark(work->arena), count = 0;
    float *values;
    enum fth_status status = gather(work, grid, where, at, &values, &count, error);
    if (status == FTH_OK && count)
        fth_percentiles(values, count, &percent, result, 1);
    fth_arena_return(work->arena, mark);
    return status;
}

/* The nearest of the background's ring around the upper part of a person. */
static enum fth_status ring_level(const struct fth_work *work, const struct fth_grid *scene,
                                  const struct fth_mask *wide, const struct fth_mask *core,
                                  const struct fth_region *box, double *level,
                                  struct fth_error *error)
{
    int32_t r = FTH_MAX(3, scene->width / 64);
    struct fth_mask ring;
    struct fth_rect upper = {0, FTH_MAX(0, box->y - scene->width / 64), scene->width,
                             box->y + (int32_t)(0.7 * box->height)};
    double highest = -1e9;
    enum fth_status status =
        fth_mask_new(work->arena, scene->width, scene->height, &ring, error);
    if (status == FTH_OK)
        status = grow(work, core, &ring, 2 * r, true, error);
    for (int32_t y = 0; y < ring.height && status == FTH_OK; y++) {
        uint8_t *row = fth_mask_row(&ring, y);
        const uint8_t *inner = fth_mask_row(wide, y);
        for (int32_t x = 0; x < ring.width; x++)
            row[x] &= !inner[x];
    }
    if (status == FTH_OK)
        status = percentile_at(work, scene, &ring, upper, 90, &highest, error);
    *level = fmax(*level, highest + fth_draft_recipe.gap);
    return status;
}

static float most_of(const struct fth_grid *grid)
{
    float most = 0;
    for (int32_t y = 0; y < grid->height; y++) {
        const float *row = fth_grid_row(grid, y);
        for (int32_t x = 0; x < grid->width; x++)
            most = FTH_MAX(most, row[x]);
    }
    return most;
}

static double mean_at(const struct fth_grid *grid, struct fth_rect at)
{
    double sum = 0;
    at = fth_rect_intersect(at, (struct fth_rect){0, 0, grid->width, grid->height});
    for (int32_t y = at.y0; y < at.y1; y++) {
        const float *row = fth_grid_row(grid, y);
        for (int32_t x = at.x0; x < at.x1; x++)
            sum += row[x];
    }
    return fth_rect_empty(at) ? -1e9 : sum / ((double)fth_rect_width(at) * fth_rect_height(at));
}

/* What a person stands on: the scene at their feet, or, where those are cut off by the frame,
 * nearer than what is beside. Over time both are means, and go over into each other: a median of
 * two things, or a foot at the frame's edge, would make a person's depth jump. */
static enum fth_status ground_level(const struct fth_work *work, const struct fth_grid *scene,
                                    const struct fth_region *box, bool over_time, double *below,
                                    struct fth_error *error)
{
    enum { EDGE = 4, FADE = 16 };
    int32_t feet = box->y + box->height, quarter = box->width / 4;
    int32_t above_edge = scene->height - EDGE - feet;
    struct fth_rect floor_at = {box->x + quarter, FTH_MAX(0, feet - 3),
                                box->x + FTH_MAX(quarter + 1, 3 * box->width / 4), feet + 6};
    struct fth_rect bottom = {0, scene->height - 6, scene->width, scene->height};
    if (over_time) {
        double share = fmin(fmax((double)above_edge / FADE, 0), 1);
        double cut_off = mean_at(scene, bottom) + fth_draft_recipe.gap;
        *below = cut_off + share * (mean_at(scene, floor_at) - cut_off);
        return FTH_OK;
    }
    enum fth_status status =
        percentile_at(work, scene, NULL, above_edge > 0 ? floor_at : bottom, 50, below, error);
    *below += above_edge > 0 ? 0 : fth_draft_recipe.gap;
    return status;
}

/* Depth of one person: the network's own, but not behind the feet nor behind what is around. */
static enum fth_status stand(const struct fth_work *work, const struct fth_grid *near,
                             const struct fth_grid *scene, const struct fth_mask *wide,
                             const struct fth_draft_person *person, bool over_time,
                             double level[2], struct fth_error *error)
{
    const struct fth_region *box = &person->box;
    struct fth_rect all = {0, 0, near->width, near->height};
    double below = -1e9;
    struct fth_mask core;
    enum fth_status status =
        fth_mask_new(work->arena, near->width, near->height, &core, error);
    if (status != FTH_OK)
        return status;
    above(&person->alpha, 0.6f * most_of(&person->alpha), &core);
    status = percentile_at(work, near, &core, all, 60, &level[0], error);
    if (status == FTH_OK)
        status = ground_level(work, scene, box, over_time, &below, error);
    level[1] = fmax(level[0], below);
    if (status == FTH_OK)
        status = ring_level(work, scene, wide, &core, box, &level[1], error);
    return status;
}

/* total += alpha * card, weight += alpha */
static void lay(const struct fth_grid *near, const struct fth_draft_person *person,
                const double level[2], const struct fth_grid *total, const struct fth_grid *weight)
{
    float share = (float)fth_draft_recipe.relief[0], limit = (float)fth_draft_recipe.relief[1];
    float inside = (float)level[0], at = (float)level[1];
    for (int32_t y = 0; y < near->height; y++) {
        const float *n = fth_grid_row(near, y), *a = fth_grid_row(&person->alpha, y);
        float *sum = fth_grid_row(total, y), *w = fth_grid_row(weight, y);
        for (int32_t x = 0; x < near->width; x++) {
            float relief = share * (n[x] - inside);
            relief = relief > limit ? limit : relief < -limit ? -limit : relief;
            sum[x] += a[x] * (at + relief);
            w[x] += a[x];
        }
    }
}

enum fth_status fth_draft_cards(const struct fth_work *work, const struct fth_grid *near,
                                const struct fth_grid *scene, const struct fth_mask *wide,
                                const struct fth_grid *alpha,
                                const struct fth_draft_person *people, int people_count,
                                bool over_time, const struct fth_grid *cards,
                                struct fth_error *error)
{
    size_t start = fth_arena_mark(work->arena);
    struct fth_grid weight;
    enum fth_status status = fth_draft_grid(work, near, &weight, error);
    if (status != FTH_OK)
        return status;
    fth_grid_fill(cards, 0);
    fth_grid_fill(&weight, 0);
    for (int i = 0; i < people_count && status == FTH_OK; i++) {
        size_t mark = fth_arena_mark(work->arena);
        double level[2] = {0, 0};
        status = stand(work, near, scene, wide, &people[i], over_time, level, error);
        if (status == FTH_OK)
            lay(near, &people[i], level, cards, &weight);
        fth_arena_return(work->arena, mark);
    }
    for (int32_t y = 0; y < near->height && status == FTH_OK; y++) {
        float *row = fth_grid_row(cards, y), *w = fth_grid_row(&weight, y);
        const float *a = fth_grid_row(alpha, y);
        for (int32_t x = 0; x < near->width; x++) {
            row[x] /= FTH_MAX(w[x], 1e-6f);
            w[x] = a[x] > 0.2f ? 1.0f : 0.0f; /* from here on: where the cards are known */
        }
    }
    if (status == FTH_OK)
        status = fth_fill_push_pull(work, cards, &weight, fth_draft_recipe.fill_levels, error);
    fth_arena_return(work->arena, start);
    return status;
}

/* Where somebody's matte is nearly as much as it ever is. */
static void mark_cores(const struct fth_draft_person *people, int people_count,
                       const struct fth_grid *known)
{
    fth_grid_fill(known, 0);
    for (int i = 0; i < people_count; i++) {
        float least = (float)fth_draft_recipe.core * most_of(&people[i].alpha);
        for (int32_t y = 0; y < known->height; y++) {
            const float *a = fth_grid_row(&people[i].alpha, y);
            float *row = fth_grid_row(known, y);
            for (int32_t x = 0; x < known->width; x++)
                row[x] = a[x] > least ? 1 : row[x];
        }
    }
}

enum fth_status fth_draft_own_cards(const struct fth_work *work, const struct fth_grid *near,
                                    const struct fth_draft_person *people, int people_count,
                                    const struct fth_grid *cards, struct fth_error *error)
{
    size_t mark = fth_arena_mark(work->arena);
    struct fth_grid known, reached;
    enum fth_status status = fth_draft_grid(work, near, &known, error);
    if (status == FTH_OK)
        status = fth_draft_grid(work, near, &reached, error);
    if (status == FTH_OK) {
        mark_cores(people, people_count, &known);
        fth_grid_copy(cards, near);
        fth_grid_fill(&reached, 1);
        status = fth_fill_push_pull(work, cards, &known, fth_draft_recipe.fill_levels, error);
    }
    if (status == FTH_OK)
        status = fth_fill_push_pull(work, &reached, &known, fth_draft_recipe.fill_levels, error);
    /* what no core reaches counts as 0 in the filling: taken out again */
    for (int32_t y = 0; y < near->height && status == FTH_OK; y++) {
        const float *share = fth_grid_row(&reached, y);
        float *row = fth_grid_row(cards, y);
        for (int32_t x = 0; x < near->width; x++)
            row[x] /= FTH_MAX(share[x], 1e-3f);
    }
    fth_arena_return(work->arena, mark);
    return status;
}
