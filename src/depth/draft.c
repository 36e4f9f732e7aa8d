/* SPDX-License-Identifier: Apache-2.0 */
/* The order of the recipe's steps: see a frame, follow it, give it full size. */
#include "depth/draft.h"

#include <math.h>

#include "depth/draft_people.h"
#include "depth/draft_scene.h"
#include "depth/draft_time.h"
#include "depth/draft_views.h"
#include "depth/single.h"
#include "ops/flow.h"
#include "ops/guided.h"
#include "ops/kernels.h"
#include "ops/resize.h"

/* ---- sizes */

/* The picture the recipe looks at: as given, but no longer than 4:1 and no side below 32. */
static void seen_size(int32_t width, int32_t height, int32_t *seen_width, int32_t *seen_height)
{
    const struct fth_draft_recipe *k = &fth_draft_recipe;
    double w = fmin(width, floor(height * k->longest_aspect));
    double h = fmin(height, floor(width * k->longest_aspect));
    double up = fmax(1, fmax(k->least_side / w, k->least_side / h));
    *seen_width = (int32_t)floor(w * up + 0.5);
    *seen_height = (int32_t)floor(h * up + 0.5);
}

enum fth_status fth_draft_borrow(const struct fth_image *image, struct fth_grid picture[3],
                                 struct fth_error *error)
{
    static const char *const names[3] = {"R", "G", "B"};
    struct fth_rect all = fth_format_rect(image->format);
    if (fth_rect_empty(all))
        return fth_fail(error, FTH_ERR_USAGE, "depth: the picture has no pixels");
    for (int i = 0; i < 3; i++) {
        const struct fth_plane *plane = fth_image_plane(image, names[i]);
        if (!plane || !fth_rect_contains(plane->rect, all))
            return fth_fail(error, FTH_ERR_USAGE,
                            "depth: the picture has no channel %s over all of its %dx%d pixels",
                            names[i], image->format.width, image->format.height);
        picture[i] = fth_grid_of_plane(plane, all);
    }
    return FTH_OK;
}

void fth_draft_work_size(const struct fth_draft *draft, int32_t width, int32_t height,
                         int32_t *work_width, int32_t *work_height)
{
    int32_t w, h;
    seen_size(width, height, &w, &h);
    *work_width = fth_draft_recipe.work_width;
    if (draft->as_is)
        *work_width = fth_single_work_width(draft->depth, draft->better, w, h);
    *work_height = (int32_t)floor((double)h * *work_width / w + 0.5);
}

enum fth_status fth_draft_past_new(struct fth_arena *arena, int32_t width, int32_t height,
                                   struct fth_draft_past *past, struct fth_error *error)
{
    struct fth_grid *const grids[] = {&past->base, &past->believed, &past->soft[0],
                                      &past->soft[1]};
    enum fth_status status = FTH_OK;
    for (size_t i = 0; i < FTH_ARRAY_COUNT(grids) && status == FTH_OK; i++)
        status = fth_grid_new(arena, width, height, grids[i], error);
    past->any = false;
    return status;
}

/* ---- see */

/* To whole steps of 1/255, 0..1; written so that NaN becomes 0. */
static void round_to_bytes(const struct fth_grid *grid)
{
    for (int32_t y = 0; y < grid->height; y++) {
        float *row = fth_grid_row(grid, y);
        for (int32_t x = 0; x < grid->width; x++) {
            float value = row[x] > 0 ? row[x] : 0;
            value = value < 1 ? value : 1;
            row[x] = (float)(int32_t)(value * 255 + 0.5f) / 255;
        }
    }
}

/* The grey of an 8-bit picture in the whole numbers that 8-bit tools give (15-bit weights). */
static void to_grey(const struct fth_grid half[3], const struct fth_grid *grey)
{
    for (int32_t y = 0; y < grey->height; y++) {
        const float *r = fth_grid_row(&half[0], y), *g = fth_grid_row(&half[1], y);
        const float *b = fth_grid_row(&half[2], y);
        float *out = fth_grid_row(grey, y);
        for (int32_t x = 0; x < grey->width; x++) {
            int32_t sum = 9798 * (int32_t)(r[x] * 255 + 0.5f) +
                          19235 * (int32_t)(g[x] * 255 + 0.5f) +
                          3735 * (int32_t)(b[x] * 255 + 0.5f);
            out[x] = (float)((sum + (1 << 14)) >> 15);
        }
    }
}

static enum fth_status make_small(const struct fth_work *work, struct fth_draft_seen *seen,
                                  int32_t width, int32_t height, struct fth_error *error)
{
    struct fth_grid half[3];
    enum fth_status status = fth_grid_new(work->arena, width / 2, height / 2, &seen->grey, error);
    for (int i = 0; i < 3 && status == FTH_OK; i++) {
        status = fth_grid_new(work->arena, width, height, &seen->small[i], error);
        if (status == FTH_OK)
            status = fth_resize_area(work, &seen->picture[i], &seen->small[i], error);
        if (status == FTH_OK)
            round_to_bytes(&seen->small[i]);
    }
    size_t mark = fth_arena_mark(work->arena);
    for (int i = 0; i < 3 && status == FTH_OK; i++) {
        status = fth_grid_new(work->arena, width / 2, height / 2, &half[i], error);
        if (status == FTH_OK)
            status = fth_resize_area(work, &seen->small[i], &half[i], error);
        if (status == FTH_OK)
            round_to_bytes(&half[i]);
    }
    if (status == FTH_OK)
        to_grey(half, &seen->grey);
    fth_arena_return(work->arena, mark);
    return status;
}

static enum fth_status make_picture(const struct fth_work *work, const struct fth_grid given[3],
                                    struct fth_draft_seen *seen, struct fth_error *error)
{
    int32_t width, height;
    seen_size(given[0].width, given[0].height, &width, &height);
    bool as_given = width == given[0].width && height == given[0].height;
    enum fth_status status = FTH_OK;
    for (int i = 0; i < 3 && status == FTH_OK; i++) {
        seen->picture[i] = given[i];
        if (as_given)
            continue;
        status = fth_grid_new(work->arena, width, height, &seen->picture[i], error);
        if (status == FTH_OK)
            status = fth_resize_area(work, &given[i], &seen->picture[i], error);
    }
    return status;
}

/* The depth network's views at working size. */
static enum fth_status make_near(const struct fth_draft *draft, const struct fth_work *work,
                                 const struct fth_draft_asked *asked, struct fth_draft_seen *seen,
                                 double *disagreement, struct fth_error *error)
{
    int32_t n = fth_draft_recipe.views_side;
    struct fth_grid views, invalid;
    enum fth_status status = fth_grid_new(work->arena, n, n, &views, error);
    if (status == FTH_OK)
        status = fth_grid_new(work->arena, n, n, &invalid, error);
    if (status == FTH_OK)
        status = fth_draft_views(draft, work, asked, &views, &invalid, disagreement, error);
    if (status == FTH_OK)
        status = fth_resize_bilinear(work, &views, &seen->near, error);
    if (status == FTH_OK)
        status = fth_resize_bilinear(work, &invalid, &seen->invalid, error);
    return status;
}

/* Asks all that is asked of the frame, and takes it into grids that are there. */
static enum fth_status ask_networks(const struct fth_draft *draft, const struct fth_work *work,
                                    int64_t frame, struct fth_draft_seen *seen,
                                    double *disagreement, struct fth_error *error)
{
    struct fth_draft_asked asked;
    size_t mark = fth_arena_mark(work->arena);
    enum fth_status status = fth_draft_ask(draft, work, frame, seen, &asked, error);
    if (status == FTH_OK)
        status = fth_draft_mattes(work, &asked, seen, error);
    if (status == FTH_OK && !draft->as_is && seen->near_new)
        status = make_near(draft, work, &asked, seen, disagreement, error);
    fth_arena_return(work->arena, mark);
    return status;
}

/* How people's depth was blurred, and whether outlines must be redrawn, go by the size of the
 * network's own pixels. */
void fth_draft_measure(const struct fth_draft *draft, const struct fth_grid *picture,
                       struct fth_draft_seen *seen)
{
    const struct fth_draft_recipe *k = &fth_draft_recipe;
    seen->refine_radius = 0;
    seen->reach = FTH_MAX(3, seen->small[0].width / 64);
    if (!draft->as_is)
        return;
    double work_pixel = fth_single_pixel(draft->depth, draft->better, &seen->small[0]);
    seen->reach = (int32_t)ceil(k->reach[0] + k->reach[1] * work_pixel);
    if (fth_single_pixel(draft->depth, draft->better, picture) >= k->refine_above)
        seen->refine_radius = (int32_t)ceil(k->refine_radius * work_pixel);
}

/* A strong network's answer at working size. */
static enum fth_status make_near_as_is(const struct fth_draft *draft, const struct fth_work *work,
                                       struct fth_draft_seen *seen, struct fth_error *error)
{
    enum fth_status status = FTH_OK;
    if (draft->near) {
        fth_grid_copy(&seen->near, draft->near);
        fth_grid_copy(&seen->invalid, draft->invalid);
    } else {
        status = fth_single_near(draft->depth, draft->better, work, seen->picture, &seen->near,
                                 &seen->invalid, error);
    }
    seen->metric = fth_infer_session_network(draft->depth)->meaning == FTH_MEANS_METRIC_Z;
    seen->sky_found = false;
    seen->ramp_share = 0;
    if (status == FTH_OK && !seen->metric)
        status = fth_draft_normalise(work, &seen->near, error);
    return status;
}

enum fth_status fth_draft_prepare(const struct fth_draft *draft, const struct fth_work *work,
                                  const struct fth_grid picture[3], struct fth_draft_seen *seen,
                                  struct fth_error *error)
{
    int32_t width, height;
    fth_draft_work_size(draft, picture[0].width, picture[0].height, &width, &height);
    enum fth_status status = make_picture(work, picture, seen, error);
    if (status == FTH_OK)
        status = make_small(work, seen, width, height, error);
    seen->motion.follows = false;
    return status;
}

/* Faster asks at some of the frames, and behind cuts; between them the picture's motion carries on
 * what is known. A strong network, which takes much longer, is asked about depth at all of them. */
static void choose_questions(const struct fth_draft *draft, int64_t frame,
                             struct fth_draft_seen *seen)
{
    const struct fth_draft_recipe *k = &fth_draft_recipe;
    bool always = draft->better || !seen->motion.follows;
    int64_t from_run_up = frame + k->run_up; /* a block's memory begins with answers */
    int every = draft->as_is ? k->matte_every_as_is : k->matte_every;
    seen->matte_count = !draft->people ? 0 : draft->better ? FTH_DRAFT_MATTES : 1;
    seen->mattes_new = always || from_run_up % every == 0;
    seen->near_new = always || draft->as_is || from_run_up % k->near_every == 0;
}

enum fth_status fth_draft_expect(const struct fth_draft *draft, const struct fth_work *work,
                                 int64_t frame, const struct fth_grid picture[3],
                                 struct fth_draft_asked *asked, struct fth_error *error)
{
    struct fth_draft_seen seen = {.motion.follows = true};
    enum fth_status status = make_picture(work, picture, &seen, error);
    choose_questions(draft, frame, &seen);
    return status == FTH_OK ? fth_draft_ask_now(draft, work, frame, &seen, asked, error) : status;
}

enum fth_status fth_draft_see(const struct fth_draft *draft, const struct fth_work *work,
                              int64_t frame, const struct fth_grid picture[3],
                              struct fth_draft_seen *seen, struct fth_error *error)
{
    seen->metric = false;
    fth_draft_measure(draft, picture, seen);
    choose_questions(draft, frame, seen);
    double disagreement = 0;
    struct fth_grid *const made[] = {&seen->near, &seen->invalid, &seen->sky, &seen->mattes[0],
                                     &seen->mattes[1]};
    enum fth_status status = FTH_OK;
    for (int i = 0; i < 3 + seen->matte_count && status == FTH_OK; i++)
        status = fth_draft_grid(work, &seen->small[0], made[i], error);
    if (status == FTH_OK)
        status = ask_networks(draft, work, frame, seen, &disagreement, error);
    if (status != FTH_OK || !seen->near_new)
        return status;
    return draft->as_is ? make_near_as_is(draft, work, seen, error)
                        : fth_draft_scene(work, seen, disagreement, error);
}

/* ---- follow */

/* The range of the scene (without people where `wide` is given), carried slowly. */
static enum fth_status follow_range(const struct fth_work *work, const struct fth_grid *scene,
                                    const struct fth_mask *wide, const double percents[2],
                                    struct fth_draft_past *past, struct fth_error *error)
{
    double keep = past->any ? fth_draft_recipe.keep_range : 0, range[2];
    size_t mark = fth_arena_mark(work->arena), count = 0;
    float *values;
    enum fth_status status = fth_draft_sample(work, scene, wide, &values, &count, error);
    if (status == FTH_OK && !count) /* people everywhere */
        status = fth_draft_sample(work, scene, NULL, &values, &count, error);
    if (status == FTH_OK) {
        fth_percentiles(values, count, percents, range, 2);
        past->low = past->any ? keep * past->low + (1 - keep) * range[0] : range[0];
        past->high = past->any ? keep * past->high + (1 - keep) * range[1] : range[1];
    }
    fth_arena_return(work->arena, mark);
    return status;
}

/* A range no smaller: what has hardly any depth is not blown up. */
static const double least_range = 1e-3;

/* (src - low) / (high - low), cut to 0..1 if wanted. */
static void to_unit(const struct fth_grid *src, const struct fth_draft_past *past, bool cut,
                    const struct fth_grid *dst)
{
    float low = (float)past->low, range = (float)fmax(past->high - past->low, least_range);
    for (int32_t y = 0; y < src->height; y++) {
        const float *in = fth_grid_row(src, y);
        float *out = fth_grid_row(dst, y);
        for (int32_t x = 0; x < src->width; x++) {
            float value = (in[x] - low) / range;
            out[x] = !cut ? value : value > 0 ? value < 1 ? value : 1 : 0;
        }
    }
}

/* DRAFT step 8: what the network said counts as far as the ramp did not replace it, people as far
 * as the mattes agree; less where the motion is not sure, not at all where the answer was invalid.
 */
static void make_confidence(const struct fth_draft *draft, const struct fth_draft_seen *seen,
                            const struct fth_draft_person *people, int people_count,
                            const struct fth_grid *alpha, const struct fth_grid *confidence)
{
    float outside = (float)(1 - seen->ramp_share);
    for (int32_t y = 0; y < confidence->height; y++) {
        float *out = fth_grid_row(confidence, y);
        const float *all = fth_grid_row(alpha, y), *invalid = fth_grid_row(&seen->invalid, y);
        const float *sure = seen->motion.follows ? fth_grid_row(&seen->motion.sure, y) : NULL;
        for (int32_t x = 0; x < confidence->width; x++) {
            float weight = 1e-6f, agree = 0;
            for (int i = 0; i < people_count; i++) {
                float a = fth_grid_row(&people[i].alpha, y)[x];
                weight += a;
                agree += a * (float)people[i].belief;
            }
            float value = draft->as_is ? 1 : outside + all[x] * (agree / weight - outside);
            out[x] = value * (1 - invalid[x]) * (sure ? sure[x] : 1);
        }
    }
}

static enum fth_status new_result(const struct fth_work *work, const struct fth_grid *like,
                                  struct fth_draft_result *result, struct fth_error *error)
{
    struct fth_grid *const grids[] = {&result->scene, &result->alpha, &result->cards,
                                      &result->confidence};
    enum fth_status status = FTH_OK;
    for (size_t i = 0; i < FTH_ARRAY_COUNT(grids) && status == FTH_OK; i++)
        status = fth_draft_grid(work, like, grids[i], error);
    return status;
}

/* 0..1 of the frame: of the scene behind people, who come out nearer; FORMULAS 6.0 where depth
 * stands as it is. */
static enum fth_status find_range(const struct fth_draft *draft, const struct fth_work *work,
                                  const struct fth_draft_result *result,
                                  const struct fth_mask *wide, struct fth_draft_past *past,
                                  struct fth_error *error)
{
    static const double percents[2] = {1, 99};
    if (past->has_range)
        return FTH_OK;
    if (draft->as_is)
        return follow_range(work, &past->base, NULL, fth_draft_recipe.as_is_span, past, error);
    return follow_range(work, &result->scene, wide, percents, past, error);
}

/* The past is up to date but for its range; makes the frame's answer out of it, if wanted. */
static enum fth_status make_result(const struct fth_draft *draft, const struct fth_work *work,
                                   const struct fth_draft_seen *seen, struct fth_draft_past *past,
                                   const struct fth_draft_person *people, int people_count,
                                   struct fth_draft_result *wanted, struct fth_error *error)
{
    struct fth_draft_result own, *result = wanted ? wanted : &own;
    struct fth_mask wide;
    struct fth_grid unit;
    enum fth_status status = new_result(work, &seen->near, result, error);
    if (status == FTH_OK)
        status = fth_draft_grid(work, &seen->near, &unit, error);
    if (status == FTH_OK)
        status = fth_mask_new(work->arena, unit.width, unit.height, &wide, error);
    if (status == FTH_OK)
        status = fth_draft_behind(work, &past->base, people, people_count, seen->reach,
                                  &result->scene, &wide, &result->alpha, error);
    if (status == FTH_OK)
        status = find_range(draft, work, result, &wide, past, error);
    if (status != FTH_OK || !wanted)
        return status;
    to_unit(&result->scene, past, !draft->as_is, &result->scene);
    to_unit(&past->base, past, false, &unit);
    result->people = people_count > 0;
    make_confidence(draft, seen, people, people_count, &result->alpha, &result->confidence);
    if (!result->people)
        return FTH_OK;
    if (draft->as_is)
        return fth_draft_own_cards(work, &unit, people, people_count, &result->cards, error);
    return fth_draft_cards(work, &unit, &result->scene, &wide, &result->alpha, people,
                           people_count, !draft->per_frame, &result->cards, error);
}

enum fth_status fth_draft_show(const struct fth_draft *draft, const struct fth_work *work,
                               const struct fth_draft_seen *seen, struct fth_draft_past *past,
                               struct fth_draft_result *result, struct fth_error *error)
{
    struct fth_draft_person people[FTH_DRAFT_MOST_PEOPLE];
    struct fth_grid before;
    int people_count = 0, matte_count = draft->better ? FTH_DRAFT_MATTES : 1;
    enum fth_status status = FTH_OK;
    if (draft->people)
        status = fth_draft_grid(work, &past->believed, &before, error);
    if (status == FTH_OK && draft->people) {
        fth_grid_copy(&before, &past->believed);
        status = fth_draft_people(work, matte_count, &before, past, people, &people_count, error);
    }
    if (status == FTH_OK)
        status = make_result(draft, work, seen, past, people, people_count, result, error);
    return status;
}

enum fth_status fth_draft_follow(const struct fth_draft *draft, const struct fth_work *work,
                                 const struct fth_draft_seen *seen, struct fth_draft_past *past,
                                 struct fth_draft_result *result, struct fth_error *error)
{
    struct fth_grid before;
    past->any &= seen->motion.follows;
    enum fth_status status = fth_draft_steady(draft, work, seen, past, error);
    if (status == FTH_OK)
        status = fth_draft_steady_mattes(draft, work, seen, past, error);
    if (status == FTH_OK && draft->people) {
        status = fth_draft_grid(work, &past->believed, &before, error);
        if (status == FTH_OK && past->any)
            status = fth_remap(work, &past->believed, &seen->motion.mx, &seen->motion.my, &before,
                               error);
        else if (status == FTH_OK)
            fth_grid_fill(&before, 0);
        if (status == FTH_OK)
            fth_grid_copy(&past->believed, &before);
    }
    if (status == FTH_OK)
        status = fth_draft_show(draft, work, seen, past, result, error);
    past->any = status == FTH_OK;
    return status;
}

/* ---- full size */

struct finish {
    const struct fth_draft_planes *planes;
    const struct fth_grid *cards;
    bool people, cut;
};

static inline float cut_to_unit(float value)
{
    return value > 0 ? value < 1 ? value : 1 : 0;
}

void fth_draft_round_to_half(float *row, int32_t width)
{
    enum { CHUNK = 1024 };
    const struct fth_kernels *k = fth_kernels();
    uint16_t halves[CHUNK];
    for (int32_t x = 0; x < width; x += CHUNK) {
        size_t n = (size_t)FTH_MIN((int32_t)CHUNK, width - x);
        k->to_half(halves, row + x, n);
        k->from_half(row + x, halves, n);
    }
}

static void finish_rows(void *context, int32_t y0, int32_t y1)
{
    const struct finish *f = context;
    float low = fth_draft_recipe.alpha_stretch[0], high = fth_draft_recipe.alpha_stretch[1];
    float scale = 1 / (high - low);
    for (int32_t y = y0; y < y1; y++) {
        float *m = fth_grid_row(&f->planes->subject, y);
        float *d = fth_grid_row(&f->planes->disparity, y);
        float *c = fth_grid_row(&f->planes->confidence, y);
        const float *card = f->people ? fth_grid_row(f->cards, y) : d;
        for (int32_t x = 0; x < f->planes->disparity.width; x++) {
            float alpha = f->people ? cut_to_unit((m[x] - low) * scale) : 0;
            float depth = d[x] + alpha * (card[x] - d[x]);
            d[x] = f->cut ? cut_to_unit(depth) : depth;
            m[x] = alpha;
            c[x] = cut_to_unit(c[x]);
        }
        if (f->people)
            fth_draft_round_to_half(m, f->planes->subject.width);
        fth_draft_round_to_half(c, f->planes->confidence.width);
    }
}

/* The scene at full size: with the picture's outlines where the network is much coarser, by the
 * network's own filter where it is not. People's pixels say nothing of what is behind them. */
static enum fth_status enlarge_scene(const struct fth_draft *draft, const struct fth_work *work,
                                     const struct fth_draft_seen *seen,
                                     const struct fth_draft_result *result,
                                     const struct fth_grid picture[3],
                                     const struct fth_grid *disparity, struct fth_error *error)
{
    struct fth_grid behind;
    if (!draft->as_is)
        return fth_resize_bilinear(work, &result->scene, disparity, error);
    if (!seen->refine_radius)
        return fth_single_enlarge(draft->depth, work, &result->scene, disparity, error);
    enum fth_status status = fth_draft_grid(work, &result->scene, &behind, error);
    if (status != FTH_OK)
        return status;
    for (int32_t y = 0; y < behind.height; y++) {
        const float *alpha = fth_grid_row(&result->alpha, y);
        float *row = fth_grid_row(&behind, y);
        for (int32_t x = 0; x < behind.width; x++)
            row[x] = 1 - alpha[x];
    }
    return fth_guided_colour(work, seen->small, &result->scene, &behind, picture, disparity,
                             seen->refine_radius, fth_draft_recipe.refine_eps, error);
}

static enum fth_status enlarge_people(const struct fth_work *work,
                                      const struct fth_draft_seen *seen,
                                      const struct fth_draft_result *result,
                                      const struct fth_grid picture[3],
                                      const struct fth_grid *cards,
                                      const struct fth_grid *subject, struct fth_error *error)
{
    enum fth_status status = fth_resize_bilinear(work, &result->cards, cards, error);
    if (status == FTH_OK)
        status = fth_guided_colour(work, seen->small, &result->alpha, NULL, picture, subject,
                                   fth_draft_recipe.alpha_radius, fth_draft_recipe.alpha_eps,
                                   error);
    return status;
}

enum fth_status fth_draft_enlarge(const struct fth_draft *draft, const struct fth_work *work,
                                  const struct fth_draft_seen *seen,
                                  const struct fth_draft_result *result,
                                  const struct fth_grid picture[3],
                                  const struct fth_draft_planes *planes, struct fth_error *error)
{
    size_t mark = fth_arena_mark(work->arena);
    struct fth_grid cards = {0};
    enum fth_status status =
        enlarge_scene(draft, work, seen, result, picture, &planes->disparity, error);
    if (status == FTH_OK)
        status = fth_resize_bilinear(work, &result->confidence, &planes->confidence, error);
    if (status == FTH_OK && result->people)
        status = fth_draft_grid(work, &planes->disparity, &cards, error);
    if (status == FTH_OK && result->people)
        status = enlarge_people(work, seen, result, picture, &cards, &planes->subject, error);
    struct finish finish = {planes, &cards, result->people, !draft->as_is};
    if (status == FTH_OK)
        status = fth_rows_run(work, planes->disparity.height, 32, finish_rows, &finish);
    fth_arena_return(work->arena, mark);
    return status;
}
