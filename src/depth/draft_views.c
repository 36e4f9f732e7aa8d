/* SPDX-License-Identifier: Apache-2.0 */
/* DRAFT step 1: one small network asked about the whole frame and its corners. Where the views
 * disagree it is guessing, and the caller is told how much. Also the looks of the matte network. */
#include "depth/draft_views.h"

#include <math.h>

#include "depth/ahead.h"
#include "infer/predict.h"
#include "ops/math.h"
#include "ops/resize.h"

/* Which hands a view is looked at with. */
enum hands { PLAIN, MIRRORED, BOTH };

/* The part of a picture inside (x, y) + (width, height), borrowed. */
static void crop(const struct fth_grid picture[3], const struct fth_rect *at,
                 struct fth_grid part[3])
{
    for (int i = 0; i < 3; i++) {
        part[i] = picture[i];
        part[i].data = fth_grid_row(&picture[i], at->y0) + at->x0;
        part[i].width = at->x1 - at->x0;
        part[i].height = at->y1 - at->y0;
    }
}

/* One or two answers as nearness, larger = nearer. Of metres the mean is taken, not of 1 / metres:
 * far noise would count most. */
static void to_nearness(enum fth_network_meaning meaning, const struct fth_answer *answers,
                        int count, const struct fth_grid *near)
{
    for (int32_t y = 0; y < near->height; y++) {
        const float *a = fth_grid_row(&answers[0].values, y);
        const float *b = fth_grid_row(&answers[count - 1].values, y);
        float *out = fth_grid_row(near, y);
        for (int32_t x = 0; x < near->width; x++)
            out[x] = meaning == FTH_MEANS_METRIC_Z ? 2 / (a[x] + b[x]) : 0.5f * (a[x] + b[x]);
    }
}

static void mean_invalid(const struct fth_answer *answers, int count, const struct fth_grid *out)
{
    for (int32_t y = 0; y < out->height; y++) {
        float *row = fth_grid_row(out, y);
        for (int32_t x = 0; x < out->width; x++) {
            row[x] = 0;
            for (int i = 0; i < count; i++)
                row[x] += answers[i].invalid.data
                              ? fth_grid_row(&answers[i].invalid, y)[x] / (float)count
                              : 0;
        }
    }
}

/* Nearness of a view at the size of `near`; `invalid` may be NULL. */
static enum fth_status take_look(const struct fth_draft *draft, const struct fth_work *work,
                                 const struct fth_draft_asked *asked, int index,
                                 const struct fth_grid *near, const struct fth_grid *invalid,
                                 struct fth_error *error)
{
    const struct fth_network *network = fth_infer_session_network(draft->depth);
    const struct fth_question *questions = &asked->questions[asked->looks[index].first];
    size_t mark = fth_arena_mark(work->arena);
    int count = asked->looks[index].count;
    struct fth_answer answers[2];
    struct fth_grid small;
    for (int i = 0; i < count; i++)
        answers[i] = questions[i].answer;
    enum fth_status status = fth_draft_grid(work, &answers[0].values, &small, error);
    if (status == FTH_OK) {
        to_nearness(network->meaning, answers, count, &small);
        status = fth_resize_bilinear(work, &small, near, error);
    }
    if (status == FTH_OK && invalid) {
        mean_invalid(answers, count, &small);
        status = fth_resize_bilinear(work, &small, invalid, error);
    }
    fth_arena_return(work->arena, mark);
    return status;
}

/* The views gathered so far: sum of weighted nearness, and of weights. */
struct gathered {
    struct fth_grid whole, total, weight;
};

static float feather(int32_t i, int32_t count)
{
    const double *f = fth_draft_recipe.feather;
    double inside = 1 - fabs(2.0 * i / (count - 1) - 1);
    return (float)(fmin(f[0] * inside, 1) + f[1]);
}

/* median of whole / part over the part's area: what brings the part to the whole's scale. */
static enum fth_status scale_of(const struct fth_work *work, const struct fth_grid *whole,
                                const struct fth_grid *part, float *scale,
                                struct fth_error *error)
{
    size_t width = (size_t)part->width, count = width * (size_t)part->height;
    float *ratios = fth_arena_take(work->arena, count, sizeof(*ratios));
    if (!ratios)
        return fth_fail_memory(error, count * sizeof(*ratios), "scratch");
    for (int32_t y = 0; y < part->height; y++) {
        const float *a = fth_grid_row(whole, y), *b = fth_grid_row(part, y);
        for (size_t x = 0; x < width; x++)
            ratios[(size_t)y * width + x] = a[x] / b[x];
    }
    *scale = (float)fth_median(ratios, count);
    return FTH_OK;
}

/* Scales the part, adds it with soft borders (`feathers` as many as it is wide and high); returns
 * mean |ln(part / whole)|. */
static double add_part(const struct gathered *views, const struct fth_grid *part, float scale,
                       const float *feathers, int32_t x0, int32_t y0)
{
    double sum = 0;
    for (int32_t y = 0; y < part->height; y++) {
        const float *at = fth_grid_row(&views->whole, y0 + y) + x0;
        const float *in = fth_grid_row(part, y);
        float *total = fth_grid_row(&views->total, y0 + y) + x0;
        float *weight = fth_grid_row(&views->weight, y0 + y) + x0;
        float fy = feathers[y];
        float row_sum = 0;
        for (int32_t x = 0; x < part->width; x++) {
            float d = in[x] * scale, f = fy * feathers[x];
            row_sum += fabsf(fth_logf(d / at[x]));
            total[x] += f * d;
            weight[x] += f;
        }
        sum += row_sum;
    }
    return sum / ((double)part->width * part->height);
}

/* Where a corner's crop lies on the grid of n x n. */
static struct fth_rect corner_on_grid(int corner, int32_t n)
{
    /* opposite corners in turn, so that Faster sees all of the frame soon */
    static const int right[4] = {0, 1, 1, 0}, low[4] = {0, 1, 0, 1};
    int32_t c = (int32_t)floor((double)n * fth_draft_recipe.crop + 0.5);
    int32_t x = right[corner] ? n - c : 0, y = low[corner] ? n - c : 0;
    return (struct fth_rect){x, y, x + c, y + c};
}

static enum fth_status add_corner(const struct fth_draft *draft, const struct fth_work *work,
                                  const struct fth_draft_asked *asked, int index,
                                  const struct gathered *views, double *disagreement,
                                  struct fth_error *error)
{
    struct fth_rect at = corner_on_grid(asked->looks[index].corner, views->whole.width);
    int32_t c = fth_rect_width(at);
    struct fth_grid near, whole = views->whole;
    float scale = 1;
    whole.data = fth_grid_row(&views->whole, at.y0) + at.x0;
    size_t mark = fth_arena_mark(work->arena);
    enum fth_status status = fth_grid_new(work->arena, c, c, &near, error);
    float *feathers = fth_arena_take(work->arena, (size_t)c, sizeof(*feathers));
    if (status == FTH_OK && !feathers)
        status = fth_fail_memory(error, (size_t)c * sizeof(*feathers), "scratch");
    for (int32_t i = 0; i < c && status == FTH_OK; i++)
        feathers[i] = feather(i, c);
    if (status == FTH_OK)
        status = take_look(draft, work, asked, index, &near, NULL, error);
    if (status == FTH_OK)
        status = scale_of(work, &whole, &near, &scale, error);
    if (status == FTH_OK)
        *disagreement += add_part(views, &near, scale, feathers, at.x0, at.y0);
    fth_arena_return(work->arena, mark);
    return status;
}

enum fth_status fth_draft_views(const struct fth_draft *draft, const struct fth_work *work,
                                const struct fth_draft_asked *asked, const struct fth_grid *near,
                                const struct fth_grid *invalid, double *disagreement,
                                struct fth_error *error)
{
    struct gathered views = {.total = *near};
    size_t mark = fth_arena_mark(work->arena);
    double sum = 0;
    enum fth_status status = fth_draft_grid(work, near, &views.whole, error);
    if (status == FTH_OK)
        status = fth_draft_grid(work, near, &views.weight, error);
    if (status == FTH_OK)
        status = take_look(draft, work, asked, 0, &views.whole, invalid, error);
    if (status == FTH_OK) {
        fth_grid_copy(&views.total, &views.whole);
        fth_grid_fill(&views.weight, 1);
    }
    for (int i = 1; i < asked->look_count && status == FTH_OK; i++)
        status = add_corner(draft, work, asked, i, &views, &sum, error);
    for (int32_t y = 0; y < near->height && status == FTH_OK; y++) {
        float *row = fth_grid_row(near, y);
        const float *weight = fth_grid_row(&views.weight, y);
        for (int32_t x = 0; x < near->width; x++)
            row[x] /= weight[x];
    }
    if (status == FTH_OK)
        *disagreement = sum / (asked->look_count - 1);
    fth_arena_return(work->arena, mark);
    return status;
}

enum fth_status fth_draft_mattes(const struct fth_work *work, const struct fth_draft_asked *asked,
                                 struct fth_draft_seen *seen, struct fth_error *error)
{
    enum fth_status status = FTH_OK;
    for (int i = 0; i < asked->matte_count && status == FTH_OK; i++)
        status = fth_resize_bilinear(work, &asked->questions[i].answer.values, &seen->mattes[i],
                                     error);
    return status;
}

/* ---- asking */

static enum fth_status ask_mattes(const struct fth_draft *draft, const struct fth_work *work,
                                  const struct fth_draft_seen *seen,
                                  struct fth_draft_asked *asked, struct fth_error *error)
{
    const struct fth_draft_recipe *recipe = &fth_draft_recipe;
    /* the manifest's rule is for this network alone; the recipe wants its own sizes, and its filter
     * for pictures of any size */
    struct fth_network own = *fth_infer_session_network(draft->people);
    own.size_rule = FTH_SIZE_SHORT_SIDE;
    own.filter = FTH_FILTER_AREA;
    enum fth_status status = FTH_OK;
    for (int i = 0; i < seen->matte_count && status == FTH_OK; i++) {
        struct fth_draft_look how = draft->better ? recipe->looks[i] : recipe->look_faster;
        int32_t width, height;
        fth_view_size(&own, seen->picture[0].width, seen->picture[0].height, how.short_side, &width,
                      &height);
        status = fth_view_make(work, &own, seen->picture, width, height, &asked->matte_views[i],
                               error);
        asked->questions[asked->count++] = (struct fth_question){
            .network = FTH_DRAFT_PEOPLE, .view = &asked->matte_views[i], .mirrored = how.mirrored};
    }
    asked->matte_count = seen->matte_count;
    return status;
}

static enum fth_status ask_view(const struct fth_draft *draft, const struct fth_work *work,
                                const struct fth_grid picture[3], enum hands hands, int corner,
                                struct fth_draft_asked *asked, struct fth_error *error)
{
    const struct fth_network *network = fth_infer_session_network(draft->depth);
    struct fth_view *view = &asked->views[asked->look_count];
    struct fth_draft_asked_look *look = &asked->looks[asked->look_count++];
    int32_t width, height;
    fth_view_size(network, picture[0].width, picture[0].height, 0, &width, &height);
    look->corner = corner;
    look->first = asked->count;
    look->count = hands == BOTH ? 2 : 1;
    for (int i = 0; i < look->count; i++)
        asked->questions[asked->count++] =
            (struct fth_question){.network = FTH_DRAFT_DEPTH, .view = view,
                                  .mirrored = hands == MIRRORED || i == 1};
    return fth_view_make(work, network, picture, width, height, view, error);
}

static enum fth_status ask_corner(const struct fth_draft *draft, const struct fth_work *work,
                                  int64_t turn, const struct fth_grid picture[3], int corner,
                                  struct fth_draft_asked *asked, struct fth_error *error)
{
    int64_t n = fth_draft_recipe.views_side, width = picture[0].width, height = picture[0].height;
    struct fth_rect on = corner_on_grid(corner, (int32_t)n);
    struct fth_rect at = {(int32_t)(on.x0 * width / n), (int32_t)(on.y0 * height / n),
                          (int32_t)(on.x1 * width / n), (int32_t)(on.y1 * height / n)};
    struct fth_grid part[3];
    enum hands hands = draft->better || draft->per_frame ? BOTH
                       : (turn + (on.x0 > 0)) & 1        ? MIRRORED
                                                         : PLAIN;
    crop(picture, &at, part);
    return ask_view(draft, work, part, hands, corner, asked, error);
}

static enum fth_status copy_grid(const struct fth_work *work, struct fth_grid *grid,
                                 struct fth_error *error)
{
    struct fth_grid copy;
    if (!grid->data)
        return FTH_OK;
    enum fth_status status = fth_draft_grid(work, grid, &copy, error);
    if (status == FTH_OK) {
        fth_grid_copy(&copy, grid);
        *grid = copy;
    }
    return status;
}

enum fth_status fth_draft_keep_answers(const struct fth_work *work, struct fth_draft_asked *asked,
                                       struct fth_error *error)
{
    enum fth_status status = FTH_OK;
    for (int i = 0; i < asked->count && status == FTH_OK; i++) {
        status = copy_grid(work, &asked->questions[i].answer.values, error);
        if (status == FTH_OK)
            status = copy_grid(work, &asked->questions[i].answer.invalid, error);
    }
    return status;
}

static enum fth_status run_batch(const struct fth_draft *draft, const struct fth_work *work,
                                 struct fth_draft_asked *asked, struct fth_error *error)
{
    if (!draft->ahead)
        return fth_batch_run(draft->batch, work, asked->questions, asked->count, error);
    fth_ahead_lock(draft->ahead);
    enum fth_status status =
        fth_batch_run(draft->batch, work, asked->questions, asked->count, error);
    if (status == FTH_OK)
        status = fth_draft_keep_answers(work, asked, error);
    fth_ahead_unlock(draft->ahead);
    return status;
}

/* Faster's hands and corners take turns from question to question. */
static int64_t turn_of(const struct fth_draft *draft, int64_t frame)
{
    int64_t every = fth_draft_recipe.near_every, rest = frame % every;
    bool some = !draft->better && !draft->per_frame;
    return some ? (frame - (rest < 0 ? rest + every : rest)) / every : frame;
}

static bool wants_views(const struct fth_draft *draft, const struct fth_draft_seen *seen)
{
    return !draft->as_is && seen->near_new;
}

enum fth_status fth_draft_ask_now(const struct fth_draft *draft, const struct fth_work *work,
                                  int64_t frame, const struct fth_draft_seen *seen,
                                  struct fth_draft_asked *asked, struct fth_error *error)
{
    int64_t turn = turn_of(draft, frame);
    bool views = wants_views(draft, seen);
    enum hands hands = draft->better ? BOTH : turn & 1 ? MIRRORED : PLAIN;
    int corners = draft->better ? 4 : 1, first = draft->better ? 0 : (int)(turn & 3);
    enum fth_status status = FTH_OK;
    asked->count = asked->matte_count = asked->look_count = 0;
    if (seen->matte_count && seen->mattes_new) /* they take longest */
        status = ask_mattes(draft, work, seen, asked, error);
    if (status == FTH_OK && views)
        status = ask_view(draft, work, seen->picture, hands, 0, asked, error);
    for (int i = 0; i < corners && status == FTH_OK && views; i++)
        status = ask_corner(draft, work, turn, seen->picture, first + i, asked, error);
    return status == FTH_OK && asked->count ? run_batch(draft, work, asked, error) : status;
}

enum fth_status fth_draft_ask(const struct fth_draft *draft, const struct fth_work *work,
                              int64_t frame, const struct fth_draft_seen *seen,
                              struct fth_draft_asked *asked, struct fth_error *error)
{
    int mattes = seen->mattes_new ? seen->matte_count : 0;
    /* what was asked ahead knew of no cut, behind which all is wanted */
    if (draft->ahead && fth_ahead_take(draft->ahead, draft, work, frame, asked) &&
        asked->matte_count == mattes && (asked->look_count > 0) == wants_views(draft, seen))
        return FTH_OK;
    return fth_draft_ask_now(draft, work, frame, seen, asked, error);
}
