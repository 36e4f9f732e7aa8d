/* SPDX-License-Identifier: Apache-2.0 */
/* Steadiness in time: each map is compared with the one before it, carried along by the picture's
 * motion, where motion there and back agree. */
#include <math.h>

#include "api/eval_internal.h"
#include "ops/flow.h"
#include "ops/regions.h"
#include "ops/resize.h"

/* One frame at the width of the measure. */
struct moment {
    struct fth_grid grey, map, reference;
};

struct sums {
    double pairs, differences, spreads, reference_differences, reference_spreads, lags;
};

struct flicker {
    struct fth_work work;
    struct fth_eval_frames *footage, *maps, *reference;
    int32_t width;
    struct sums sums;
};

static int32_t height_at(const struct fth_grid *grid, int32_t width)
{
    double height = (double)grid->height * width / grid->width;
    return FTH_MAX(1, (int32_t)rint(height)); /* half to even, as Python rounds */
}

static enum fth_status make_small(const struct fth_work *work, const struct fth_grid *grid,
                                  int32_t width, struct fth_grid *small, struct fth_error *error)
{
    enum fth_status status =
        fth_grid_new(work->arena, width, height_at(grid, width), small, error);
    if (status == FTH_OK && small->width == grid->width && small->height == grid->height)
        fth_grid_copy(small, grid);
    else if (status == FTH_OK)
        status = fth_resize_area(work, grid, small, error);
    return status;
}

/* Whole numbers as an 8-bit resize gives them: halves to even, but up where 2 x 2 pixels meet. */
static void round_to_bytes(const struct fth_grid *grid, bool half_up)
{
    for (int32_t y = 0; y < grid->height; y++) {
        float *row = fth_grid_row(grid, y);
        for (int32_t x = 0; x < grid->width; x++) {
            float value = half_up ? floorf(row[x] + 0.5f) : rintf(row[x]);
            row[x] = fminf(fmaxf(value, 0), 255);
        }
    }
}

/* 8-bit luma of Rec. 601 in 15-bit fixed point, of the small picture's bytes. */
static enum fth_status make_grey(const struct flicker *f, const struct fth_eval_picture *picture,
                                 struct fth_arena *arena, struct fth_grid *grey,
                                 struct fth_error *error)
{
    struct fth_grid rgb[3];
    struct fth_work work = f->work;
    float scale = 255 / (picture->top > 0 ? picture->top : 1);
    enum fth_status status = FTH_OK;
    work.arena = arena;
    for (int i = 0; i < 3 && status == FTH_OK; i++) {
        const struct fth_grid *src = &picture->channels[picture->channel_count > 2 ? i : 0];
        for (int32_t y = 0; y < src->height && scale != 1; y++)
            for (int32_t x = 0; x < src->width; x++)
                fth_grid_row(src, y)[x] = rintf(fth_grid_row(src, y)[x] * scale);
        status = make_small(&work, src, f->width, &rgb[i], error);
        if (status == FTH_OK)
            round_to_bytes(&rgb[i], src->width == 2 * rgb[i].width &&
                                        src->height == 2 * rgb[i].height);
    }
    if (status == FTH_OK)
        status = fth_grid_new(arena, rgb[0].width, rgb[0].height, grey, error);
    for (int32_t y = 0; status == FTH_OK && y < grey->height; y++)
        for (int32_t x = 0; x < grey->width; x++) {
            int32_t r = (int32_t)fth_grid_row(&rgb[0], y)[x];
            int32_t g = (int32_t)fth_grid_row(&rgb[1], y)[x];
            int32_t b = (int32_t)fth_grid_row(&rgb[2], y)[x];
            fth_grid_row(grey, y)[x] = (float)((r * 9798 + g * 19235 + b * 3735 + 16384) >> 15);
        }
    return status;
}

/* A map out of a film is its green channel; out of a folder, what fth_eval_map_of says. Both are
 * grey as a rule. */
static enum fth_status next_map(const struct flicker *f, struct fth_eval_frames *frames,
                                struct fth_arena *arena, struct fth_grid *small,
                                struct fth_error *error)
{
    struct fth_eval_picture picture = {0};
    struct fth_grid map;
    struct fth_work work = f->work;
    work.arena = arena;
    enum fth_status status = fth_eval_frames_next(frames, arena, &picture, error);
    if (status == FTH_OK)
        status = fth_eval_map_of(&picture, arena, &map, error);
    return status == FTH_OK ? make_small(&work, &map, f->width, small, error) : status;
}

static enum fth_status next_moment(const struct flicker *f, struct fth_arena *arena,
                                   struct moment *moment, struct fth_error *error)
{
    struct fth_eval_picture picture = {0};
    enum fth_status status = fth_eval_frames_next(f->footage, arena, &picture, error);
    if (status == FTH_OK)
        status = make_grey(f, &picture, arena, &moment->grey, error);
    if (status == FTH_OK)
        status = next_map(f, f->maps, arena, &moment->map, error);
    if (status == FTH_OK && f->reference)
        status = next_map(f, f->reference, arena, &moment->reference, error);
    return status;
}

/* Bilinear with the position rounded to 1/32 pixel and `outside` beyond the sides: what cv::remap
 * does to a flow of two channels. */
static float sample_coarsely(const struct fth_grid *grid, float x, float y, float outside)
{
    float qx = rintf(fminf(fmaxf(x, -9), (float)grid->width + 9) * 32) / 32;
    float qy = rintf(fminf(fmaxf(y, -9), (float)grid->height + 9) * 32) / 32;
    int32_t x0 = (int32_t)floorf(qx), y0 = (int32_t)floorf(qy);
    float fx = qx - (float)x0, fy = qy - (float)y0, sum = 0;
    for (int i = 0; i < 4; i++) {
        int32_t sx = x0 + (i & 1), sy = y0 + (i >> 1);
        bool inside = sx >= 0 && sy >= 0 && sx < grid->width && sy < grid->height;
        float weight = (i & 1 ? fx : 1 - fx) * (i >> 1 ? fy : 1 - fy);
        sum += weight * (inside ? fth_grid_row(grid, sy)[sx] : outside);
    }
    return sum;
}

struct motion {
    struct fth_grid mx, my; /* where each pixel was */
    struct fth_mask sure;   /* motion there and back agree */
    double share;           /* of pixels that are sure */
};

static void find_agreement(struct motion *m, const struct fth_grid *back_u,
                           const struct fth_grid *back_v, const struct fth_grid *forth_u,
                           const struct fth_grid *forth_v)
{
    double agreed = 0;
    for (int32_t y = 0; y < back_u->height; y++)
        for (int32_t x = 0; x < back_u->width; x++) {
            float u = fth_grid_row(back_u, y)[x], v = fth_grid_row(back_v, y)[x];
            float px = (float)x + u, py = (float)y + v;
            float eu = u + sample_coarsely(forth_u, px, py, 1000);
            float ev = v + sample_coarsely(forth_v, px, py, 1000);
            bool sure = sqrtf(eu * eu + ev * ev) < 0.5f + 0.05f * sqrtf(u * u + v * v);
            fth_grid_row(&m->mx, y)[x] = px;
            fth_grid_row(&m->my, y)[x] = py;
            fth_mask_row(&m->sure, y)[x] = sure;
            agreed += sure;
        }
    m->share = agreed / ((double)back_u->width * back_u->height);
}

static enum fth_status find_motion(const struct fth_work *work, const struct fth_grid *before,
                                   const struct fth_grid *now, struct motion *m,
                                   struct fth_error *error)
{
    struct fth_grid flow[4];
    struct fth_grid *const grids[] = {&flow[0], &flow[1], &flow[2], &flow[3], &m->mx, &m->my};
    enum fth_status status =
        fth_mask_new(work->arena, now->width, now->height, &m->sure, error);
    for (size_t i = 0; i < FTH_ARRAY_COUNT(grids) && status == FTH_OK; i++)
        status = fth_grid_new(work->arena, now->width, now->height, grids[i], error);
    if (status == FTH_OK)
        status = fth_flow_dis(work, now, before, FTH_FLOW_MEDIUM, &flow[0], &flow[1], error);
    if (status == FTH_OK)
        status = fth_flow_dis(work, before, now, FTH_FLOW_MEDIUM, &flow[2], &flow[3], error);
    if (status == FTH_OK)
        find_agreement(m, &flow[0], &flow[1], &flow[2], &flow[3]);
    return status;
}

/* Mean |map before, carried here - map| where the motion is sure, and the map's 5..95 % spread. */
static enum fth_status compare_maps(const struct fth_work *work, const struct motion *m,
                                    const struct fth_grid *before, const struct fth_grid *now,
                                    double *difference, double *spread, struct fth_error *error)
{
    static const double percents[2] = {5, 95};
    struct fth_grid warped;
    double marks[2], sum = 0, sure = 0;
    size_t count = (size_t)now->width * (size_t)now->height;
    enum fth_status status = fth_grid_new(work->arena, now->width, now->height, &warped, error);
    if (status == FTH_OK)
        status = fth_remap(work, before, &m->mx, &m->my, &warped, error);
    if (status != FTH_OK)
        return status;
    float *values = fth_arena_take(work->arena, count, sizeof(float));
    if (!values)
        return fth_fail_memory(error, count * sizeof(float), "a map's range");
    for (int32_t y = 0; y < now->height; y++)
        for (int32_t x = 0; x < now->width; x++) {
            float value = fth_grid_row(now, y)[x];
            values[(size_t)y * (size_t)now->width + (size_t)x] = value;
            if (fth_mask_row(&m->sure, y)[x]) {
                sum += fabsf(fth_grid_row(&warped, y)[x] - value);
                sure++;
            }
        }
    fth_percentiles(values, count, percents, marks, 2);
    *difference += sum / sure;
    *spread += marks[1] - marks[0];
    return FTH_OK;
}

static double mean_difference(const struct fth_grid *a, const struct fth_grid *b)
{
    double sum = 0;
    for (int32_t y = 0; y < a->height; y++)
        for (int32_t x = 0; x < a->width; x++)
            sum += fabsf(fth_grid_row(a, y)[x] - fth_grid_row(b, y)[x]);
    return sum / ((double)a->width * a->height);
}

static bool one_size(const struct fth_grid *a, const struct fth_grid *b)
{
    return a->width == b->width && a->height == b->height;
}

static enum fth_status add_pair(struct flicker *f, struct fth_arena *arena,
                                const struct moment *before, const struct moment *now,
                                struct fth_error *error)
{
    struct motion motion;
    struct fth_work work = f->work;
    struct sums *s = &f->sums;
    work.arena = arena;
    if (!one_size(&before->grey, &now->grey) || !one_size(&now->grey, &now->map) ||
        !one_size(&before->map, &now->map) ||
        (f->reference &&
         (!one_size(&now->reference, &now->map) || !one_size(&before->reference, &now->map))))
        return fth_fail(error, FTH_ERR_DATA, "flicker: a map of %dx%d for a picture of %dx%d "
                        "at the width of the measure; they must have one shape",
                        now->map.width, now->map.height, now->grey.width, now->grey.height);
    enum fth_status status = find_motion(&work, &before->grey, &now->grey, &motion, error);
    if (status != FTH_OK || motion.share <= 0.3)
        return status; /* a cut says nothing about flicker */
    status = compare_maps(&work, &motion, &before->map, &now->map, &s->differences, &s->spreads,
                          error);
    if (status == FTH_OK && f->reference) {
        status = compare_maps(&work, &motion, &before->reference, &now->reference,
                              &s->reference_differences, &s->reference_spreads, error);
        s->lags += mean_difference(&now->map, &now->reference);
    }
    s->pairs++;
    return status;
}

/* Frames live in two arenas in turn: the one of the frame before last is free again. */
static enum fth_status run_through(struct flicker *f, struct fth_arena *arenas[2],
                                   struct fth_error *error)
{
    struct moment moments[2];
    enum fth_status status = FTH_OK;
    for (int i = 0; status == FTH_OK; i++) {
        fth_arena_return(arenas[i & 1], 0);
        status = next_moment(f, arenas[i & 1], &moments[i & 1], error);
        if (status == FTH_OK && i > 0)
            status = add_pair(f, arenas[i & 1], &moments[1 - (i & 1)], &moments[i & 1], error);
    }
    return status == FTH_END ? FTH_OK : status;
}

static void show(const struct flicker *f, struct fth_figures *figures)
{
    const struct sums *s = &f->sums;
    double rel = s->differences / s->spreads;
    fth_figures_add(figures, "pairs", s->pairs);
    fth_figures_add(figures, "flicker", s->differences / s->pairs);
    fth_figures_add(figures, "rel", rel);
    if (!f->reference)
        return;
    double reference_rel = s->reference_differences / s->reference_spreads;
    fth_figures_add(figures, "ref", s->reference_differences / s->pairs);
    fth_figures_add(figures, "refrel", reference_rel);
    fth_figures_add(figures, "ratio", rel / reference_rel);
    fth_figures_add(figures, "moved", s->lags / s->reference_spreads);
}

enum fth_status fth_eval_flicker(const struct fth_eval_flicker_options *options,
                                 struct fth_figures *figures, struct fth_error *error)
{
    struct flicker f = {.width = options->width > 0 ? options->width : 480};
    struct fth_arena *arenas[2] = {NULL, NULL};
    struct fth_figures found = {0};
    enum fth_status status = fth_eval_begin(options->threads, &f.work, error);
    for (int i = 0; i < 2 && status == FTH_OK; i++)
        status = fth_arena_create(&arenas[i], error);
    if (status == FTH_OK)
        status = fth_eval_frames_open(options->footage, NULL, &f.footage, error);
    if (status == FTH_OK)
        status = fth_eval_frames_open(options->maps, NULL, &f.maps, error);
    if (status == FTH_OK && options->reference)
        status = fth_eval_frames_open(options->reference, NULL, &f.reference, error);
    if (status == FTH_OK)
        status = run_through(&f, arenas, error);
    if (status == FTH_OK && !(f.sums.pairs > 0))
        status = fth_fail(error, FTH_ERR_DATA,
                          "flicker: no two frames in a row whose motion can be followed");
    if (status == FTH_OK) {
        show(&f, &found);
        *figures = found;
    }
    fth_eval_frames_close(&f.footage);
    fth_eval_frames_close(&f.maps);
    fth_eval_frames_close(&f.reference);
    fth_arena_destroy(&arenas[0]);
    fth_arena_destroy(&arenas[1]);
    fth_eval_end(&f.work);
    return status;
}
