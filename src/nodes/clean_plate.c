/* SPDX-License-Identifier: Apache-2.0 */
/* Clean Plate: the set without what moves through it, out of the clip itself. Frames from all over
 * the clip are laid where this one saw the set; of the values that each pixel takes, those that
 * most frames agree on are the set's, since what passes by is seldom twice the same. A frame that
 * was outvoted all around a pixel has somebody there and counts for less in the next votes. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "nodes/pixels.h"
#include "nodes/plate_registers.h"
#include "ops/blur.h"
#include "ops/kernels.h"

enum { MOST_FRAMES = 31, BLOCK = 8, AROUND_SHARE = 24, ROUNDS = 4 };

struct params {
    int64_t frame_count;
    double tolerance, made_of[2];
    int32_t register_frames;
};

#define ROW(kind, field, ...) FTH_PARAM(kind, struct params, field, __VA_ARGS__)

static const struct fth_param table[] = {
    ROW(INT, frame_count, .label = "Frame Count",
        .help = "How many frames the plate is made of, from all over the clip. More see further "
                "behind what moves slowly; each costs memory.",
        .min = 1, .max = MOST_FRAMES, .step = 1, .def = {15}, .unit = "frames",
        .group = "Clean Plate"),
    ROW(RANGE, made_of, .label = "Made Of",
        .help = "The first and the last frame that it is made of, where somebody stands in the "
                "rest for most of the time. 0,0: all there are.",
        .max = 1e6, .ui_max = 1000, .step = 1, .group = "Clean Plate"),
    ROW(NUMBER, tolerance, .label = "Tolerance",
        .help = "Brightness that is this near is the same thing: what most frames agree on at a "
                "pixel is the set. More for noisy footage and light that changes.",
        .max = 1, .ui_max = 0.3, .def = {0.06}, .group = "Clean Plate",
        .flags = FTH_PARAM_ANIMATES),
    ROW(CHOICE, register_frames, .label = "Register Frames",
        .help = "Lays the others over the frame at hand by what they show alike, so that every "
                "frame of a moving camera gets a plate of its own.",
        .choices = fth_plate_registers, .max = FTH_PLATE_HOMOGRAPHY, .def = {FTH_PLATE_HOMOGRAPHY},
        .group = "Clean Plate"),
    FTH_PARAM_TABLE_END,
};

static const struct fth_port ports[] = {
    {"input", "Input", "The clip that something moves through.", FTH_PORT_PICTURE, 0},
    {NULL},
};

/* This frame first, then others evenly over all there are: the same ones for every frame. */
static int frames_in(const struct fth_call *call, int port, int64_t frames[FTH_LIMIT_MOMENTS])
{
    const struct params *params = call->params;
    const struct fth_info *info = call->input_infos[port];
    int count = 1;
    frames[0] = call->frame;
    if (!info || info->first_frame > info->last_frame)
        return count;
    int64_t first = info->first_frame, last = info->last_frame;
    if (params->made_of[1] > 0) { /* what lies outside the clip is as near as there is */
        int64_t low = FTH_MAX((int64_t)params->made_of[0], first);
        int64_t high = FTH_MIN((int64_t)params->made_of[1], last);
        first = FTH_MIN(low, last);
        last = FTH_MAX(high, first);
    }
    int64_t length = last - first + 1, wanted = FTH_MIN(params->frame_count, length);
    for (int64_t i = 0; i < wanted; i++) {
        int64_t at = first + (2 * i + 1) * length / (2 * wanted);
        if (at != call->frame && count < FTH_LIMIT_MOMENTS)
            frames[count++] = at;
    }
    return count;
}

/* ---- frames ---------------------------------------------------------------------------------- */

/* The frames as they lie over the first. Of each only its brightness is kept: colours are looked at
 * again once it is known which of them count. */
struct stack {
    const struct fth_call *call;
    int count;
    struct fth_rect rect;
    struct fth_plate_motion motions[FTH_LIMIT_MOMENTS];
    struct fth_plane *luma[FTH_LIMIT_MOMENTS]; /* infinite where the frame does not see; in the end
                                                  sorted: the least of each pixel first */
    uint8_t *order[FTH_LIMIT_MOMENTS];         /* of which frame it is */
    uint16_t *shares[FTH_LIMIT_MOMENTS];       /* of what is around, that is of the majority */
    uint32_t *agree;                           /* frames that are, a bit each */
    bool weighs;
};

/* A frame's colours; NULL planes are not here. */
struct laid {
    struct fth_plane *colours[3], *seen; /* seen NULL: all of it */
};

static void drop_laid(struct laid *laid)
{
    for (int c = 0; c < 3; c++)
        fth_plane_unref(&laid->colours[c]);
    fth_plane_unref(&laid->seen);
}

static void see(struct fth_plane *const planes[3], struct fth_rect rect, struct fth_grid grids[3])
{
    for (int c = 0; c < 3; c++)
        grids[c] = fth_grid_of_plane(planes[c], rect);
}

static enum fth_status take_colours(const struct stack *s, int i, struct fth_plane *planes[3],
                                    struct fth_error *error)
{
    struct fth_plane *rgba[4] = {NULL};
    enum fth_status status = fth_pixels_moment(s->call, 0, i, s->rect, rgba, error);
    for (int c = 0; c < 3 && status == FTH_OK; c++)
        planes[c] = fth_plane_ref(rgba[c]);
    fth_pixels_drop(rgba);
    return status;
}

/* Colours laid over the first frame by the motion that was found. */
static enum fth_status warp(const struct stack *s, const struct fth_plate_motion *motion,
                            struct laid *laid, struct fth_error *error)
{
    struct fth_work work = fth_pixels_work(s->call);
    struct laid made = {{NULL}, NULL};
    struct fth_grid from[3], to[3], seen;
    enum fth_status status = fth_plane_new(s->call->env->buffers, s->rect, &made.seen, error);
    for (int c = 0; c < 3 && status == FTH_OK; c++)
        status = fth_plane_new(s->call->env->buffers, s->rect, &made.colours[c], error);
    if (status == FTH_OK) {
        see(laid->colours, s->rect, from);
        see(made.colours, s->rect, to);
        seen = fth_grid_of_plane(made.seen, s->rect);
        status = fth_plate_warp(&work, from, motion, to, &seen, error);
    }
    drop_laid(laid);
    *laid = made;
    return status;
}

/* The frame as it lies over the first, whose colours are `first`; its motion is found where `finds`
 * says so, or else known. */
static enum fth_status lay(struct stack *s, int i, struct fth_plane *const first[3], bool finds,
                           struct laid *laid, struct fth_error *error)
{
    const struct params *params = s->call->params;
    struct fth_work work = fth_pixels_work(s->call);
    struct fth_plate_motion *motion = &s->motions[i];
    struct fth_grid shot[3], from[3];
    *laid = (struct laid){{NULL}, NULL};
    enum fth_status status = take_colours(s, i, laid->colours, error);
    if (status == FTH_OK && i == 0)
        *motion = (struct fth_plate_motion){.found = true, .still = true};
    if (status == FTH_OK && i > 0 && finds) {
        see(first, s->rect, shot);
        see(laid->colours, s->rect, from);
        status = fth_plate_register(&work, shot, from,
                                    (enum fth_plate_register)params->register_frames, motion,
                                    error);
    }
    if (status == FTH_OK && motion->found && !motion->still)
        status = warp(s, motion, laid, error);
    if (status != FTH_OK)
        drop_laid(laid);
    return status;
}

/* ---- brightness ------------------------------------------------------------------------------ */

struct lumas {
    const struct laid *laid;
    const struct fth_plane *to;
    bool found;
};

static void luma_rows(void *context, int32_t first, int32_t end)
{
    const struct lumas *lumas = context;
    struct fth_rect rect = lumas->to->rect;
    for (int32_t y = rect.y0 + first; y < rect.y0 + end; y++) {
        float *to = fth_plane_at(lumas->to, rect.x0, y);
        const float *r = fth_plane_at(lumas->laid->colours[0], rect.x0, y);
        const float *g = fth_plane_at(lumas->laid->colours[1], rect.x0, y);
        const float *b = fth_plane_at(lumas->laid->colours[2], rect.x0, y);
        const float *seen =
            lumas->laid->seen ? fth_plane_at(lumas->laid->seen, rect.x0, y) : NULL;
        for (int32_t x = 0; x < fth_rect_width(rect); x++) {
            float luma = 0.299f * r[x] + 0.587f * g[x] + 0.114f * b[x];
            luma = luma == luma ? fminf(fmaxf(luma, -FLT_MAX), FLT_MAX) : 0;
            to[x] = lumas->found && (!seen || seen[x] >= 1) ? luma : INFINITY;
        }
    }
}

/* One that shows something else is left out: nothing of it is seen. */
static enum fth_status take_luma(struct stack *s, int i, struct fth_plane *const first[3],
                                 struct fth_error *error)
{
    struct fth_work work = fth_pixels_work(s->call);
    struct laid laid;
    enum fth_status status = lay(s, i, first, true, &laid, error);
    if (status == FTH_OK)
        status = fth_plane_new(s->call->env->buffers, s->rect, &s->luma[i], error);
    struct lumas lumas = {&laid, s->luma[i], s->motions[i].found};
    if (status == FTH_OK)
        status = fth_rows_run(&work, fth_rect_height(s->rect), BLOCK, luma_rows, &lumas);
    drop_laid(&laid);
    return status;
}

static enum fth_status take_lumas(struct stack *s, struct fth_error *error)
{
    struct fth_plane *first[3] = {NULL};
    enum fth_status status = take_colours(s, 0, first, error);
    for (int i = 0; i < s->count && status == FTH_OK; i++)
        status = fth_cancelled(s->call->env->cancel) ? FTH_CANCELLED
                                                     : take_luma(s, i, first, error);
    for (int c = 0; c < 3; c++)
        fth_plane_unref(&first[c]);
    return status;
}

static size_t row_at(const struct stack *s, int32_t y)
{
    return (size_t)y * (size_t)fth_rect_width(s->rect);
}

static void sort_rows(void *context, int32_t y0, int32_t y1)
{
    const struct stack *s = context;
    float *rows[FTH_LIMIT_MOMENTS];
    uint8_t *order[FTH_LIMIT_MOMENTS];
    for (int32_t y = y0; y < y1; y++) {
        for (int i = 0; i < s->count; i++) {
            rows[i] = fth_plane_at(s->luma[i], s->rect.x0, s->rect.y0 + y);
            order[i] = s->order[i] + row_at(s, y);
        }
        fth_kernels()->rank(rows, order, s->count, (size_t)fth_rect_width(s->rect));
    }
}

/* ---- the set --------------------------------------------------------------------------------- */

struct value {
    float luma, weight;
};

/* Of a share of 65535. The fourth power: half outvoted is a sixteenth of a vote. */
static inline float weight_of(uint16_t share)
{
    float x = 0.05f + (float)share * (1.0f / 65535);
    return x * x * x * x;
}

/* The weightiest run of values, `from` to before `end`, that are no further apart than the
 * tolerance; of several the tightest. */
static int weightiest_run(const struct value *values, int count, float tolerance, int *end)
{
    int best = 0, best_end = FTH_MIN(count, 1);
    float best_span = 0, best_weight = 0;
    for (int from = 0, to = 0; from < count; from++) {
        float weight = 0;
        to = FTH_MAX(to, from + 1);
        while (to < count && values[to].luma - values[from].luma <= tolerance)
            to++;
        for (int i = from; i < to; i++)
            weight += values[i].weight;
        float span = values[to - 1].luma - values[from].luma;
        if (weight > best_weight || (weight == best_weight && span < best_span)) {
            best = from;
            best_end = to;
            best_span = span;
            best_weight = weight;
        }
    }
    *end = best_end;
    return best;
}

static void vote_rows(void *context, int32_t y0, int32_t y1)
{
    const struct stack *s = context;
    float tolerance = (float)((const struct params *)s->call->params)->tolerance;
    const float *luma[FTH_LIMIT_MOMENTS];
    for (int32_t y = y0; y < y1; y++) {
        size_t at = row_at(s, y);
        for (int i = 0; i < s->count; i++)
            luma[i] = fth_plane_at(s->luma[i], s->rect.x0, s->rect.y0 + y);
        for (int32_t x = 0; x < fth_rect_width(s->rect); x++, at++) {
            struct value values[FTH_LIMIT_MOMENTS];
            uint32_t agree = 0;
            int count = 0, end;
            for (; count < s->count && luma[count][x] <= FLT_MAX; count++) {
                int frame = s->order[count][at];
                values[count].luma = luma[count][x];
                values[count].weight = s->weighs ? weight_of(s->shares[frame][at]) : 1;
            }
            for (int i = weightiest_run(values, count, tolerance, &end); i < end; i++)
                agree |= 1u << s->order[i][at];
            s->agree[at] = agree;
        }
    }
}

struct sharing {
    const struct stack *s;
    const struct fth_grid *grid;
    int frame;
};

static void mark_rows(void *context, int32_t y0, int32_t y1)
{
    const struct sharing *sharing = context;
    for (int32_t y = y0; y < y1; y++) {
        float *to = fth_grid_row(sharing->grid, y);
        const uint32_t *agree = sharing->s->agree + row_at(sharing->s, y);
        for (int32_t x = 0; x < sharing->grid->width; x++)
            to[x] = (float)(agree[x] >> sharing->frame & 1);
    }
}

static void share_rows(void *context, int32_t y0, int32_t y1)
{
    const struct sharing *sharing = context;
    for (int32_t y = y0; y < y1; y++) {
        const float *from = fth_grid_row(sharing->grid, y);
        uint16_t *to = sharing->s->shares[sharing->frame] + row_at(sharing->s, y);
        for (int32_t x = 0; x < sharing->grid->width; x++)
            to[x] = (uint16_t)(fth_clamp01(from[x]) * 65535 + 0.5f);
    }
}

/* Who was with the majority around each pixel. */
static enum fth_status share(struct stack *s, const struct fth_work *work,
                             const struct fth_grid *grid, struct fth_error *error)
{
    int32_t radius = FTH_MAX(FTH_MAX(grid->width, grid->height) / AROUND_SHARE, 2);
    enum fth_status status = FTH_OK;
    for (int i = 0; i < s->count && status == FTH_OK; i++) {
        struct sharing sharing = {s, grid, i};
        status = fth_rows_run(work, grid->height, BLOCK, mark_rows, &sharing);
        if (status == FTH_OK)
            status = fth_blur_box(work, grid, grid, radius, FTH_BORDER_REFLECT, error);
        if (status == FTH_OK)
            status = fth_rows_run(work, grid->height, BLOCK, share_rows, &sharing);
    }
    s->weighs = status == FTH_OK;
    return status;
}

/* All votes. */
static enum fth_status vote(struct stack *s, const struct fth_work *work, struct fth_error *error)
{
    int32_t width = fth_rect_width(s->rect), height = fth_rect_height(s->rect);
    size_t area = (size_t)width * (size_t)height;
    struct fth_grid grid;
    enum fth_status status = fth_grid_new(work->arena, width, height, &grid, error);
    for (int i = 0; i < s->count && status == FTH_OK; i++) {
        s->order[i] = fth_arena_take(work->arena, area, sizeof(uint8_t));
        s->shares[i] = fth_arena_take(work->arena, area, sizeof(uint16_t));
        if (!s->order[i] || !s->shares[i])
            status = fth_fail_memory(error, area * 3, "a clean plate");
    }
    if (status == FTH_OK)
        status = fth_rows_run(work, height, BLOCK, sort_rows, s);
    for (int round = 0; round < ROUNDS && s->count > 2 && status == FTH_OK; round++) {
        status = fth_rows_run(work, height, BLOCK, vote_rows, s);
        if (status == FTH_OK)
            status = share(s, work, &grid, error);
    }
    return status == FTH_OK ? fth_rows_run(work, height, BLOCK, vote_rows, s) : status;
}

/* ---- its colours ----------------------------------------------------------------------------- */

struct adding {
    const struct stack *s;
    const struct laid *laid;
    struct fth_plane *const *out;
    int frame;
};

static void add_rows(void *context, int32_t y0, int32_t y1)
{
    const struct adding *adding = context;
    struct fth_rect rect = adding->s->rect;
    for (int32_t y = y0; y < y1; y++) {
        const uint32_t *agree = adding->s->agree + row_at(adding->s, y);
        for (int c = 0; c < 3; c++) {
            const float *from = fth_plane_at(adding->laid->colours[c], rect.x0, rect.y0 + y);
            float *to = fth_plane_at(adding->out[c], rect.x0, rect.y0 + y);
            for (int32_t x = 0; x < fth_rect_width(rect); x++)
                to[x] = agree[x] >> adding->frame & 1 ? to[x] + from[x] : to[x];
        }
    }
}

static void divide_rows(void *context, int32_t y0, int32_t y1)
{
    const struct adding *adding = context;
    const struct stack *s = adding->s;
    for (int32_t y = y0; y < y1; y++) {
        const uint32_t *agree = s->agree + row_at(s, y);
        float *rows[4];
        for (int c = 0; c < 4; c++)
            rows[c] = fth_plane_at(adding->out[c], s->rect.x0, s->rect.y0 + y);
        for (int32_t x = 0; x < fth_rect_width(s->rect); x++) {
            int count = 0;
            for (uint32_t rest = agree[x]; rest; rest &= rest - 1)
                count++;
            for (int c = 0; c < 3; c++)
                rows[c][x] /= (float)FTH_MAX(count, 1);
            rows[3][x] = (float)count / (float)s->count;
        }
    }
}

/* The mean of the values that most frames agree on, and the share of the frames that do. */
static enum fth_status settle(struct stack *s, struct fth_plane *const out[4],
                              struct fth_error *error)
{
    struct fth_work work = fth_pixels_work(s->call);
    int32_t height = fth_rect_height(s->rect);
    enum fth_status status = FTH_OK;
    for (int c = 0; c < 4; c++)
        fth_plane_fill(out[c], 0);
    for (int i = 0; i < s->count && status == FTH_OK; i++) {
        struct laid laid;
        status = lay(s, i, NULL, false, &laid, error);
        if (status != FTH_OK)
            break;
        struct adding adding = {s, &laid, out, i};
        status = fth_rows_run(&work, height, BLOCK, add_rows, &adding);
        drop_laid(&laid);
    }
    struct adding all = {s, NULL, out, 0};
    return status == FTH_OK ? fth_rows_run(&work, height, BLOCK, divide_rows, &all) : status;
}

static enum fth_status choose(struct stack *s, struct fth_error *error)
{
    struct fth_work work = fth_pixels_work(s->call);
    size_t area = row_at(s, fth_rect_height(s->rect));
    s->agree = fth_arena_take(work.arena, area, sizeof(*s->agree));
    size_t mark = fth_arena_mark(work.arena);
    enum fth_status status = take_lumas(s, error);
    if (!s->agree)
        status = fth_fail_memory(error, area * sizeof(*s->agree), "a clean plate");
    if (status == FTH_OK)
        status = vote(s, &work, error);
    fth_arena_return(work.arena, mark);
    for (int i = 0; i < s->count; i++)
        fth_plane_unref(&s->luma[i]);
    return status;
}

static enum fth_status make(struct stack *s, struct fth_plane *out[4], struct fth_image **result,
                            struct fth_error *error)
{
    const struct fth_call *call = s->call;
    const struct fth_image *input = call->inputs[0];
    struct fth_image *image = NULL;
    struct fth_plane *planes[4] = {NULL};
    enum fth_status status = choose(s, error);
    for (int i = 0; i < 4 && status == FTH_OK; i++)
        status = fth_plane_new(call->env->buffers, s->rect, &out[i], error);
    if (status == FTH_OK)
        status = settle(s, out, error);
    for (int c = 0; c < 3 && status == FTH_OK; c++)
        planes[c] = fth_plane_ref(out[c]);
    if (status == FTH_OK && fth_image_plane(input, "A")) /* which may end within the data window */
        status = fth_pixels_over(call, input, "A", s->rect, 0, &planes[3], error);
    if (status == FTH_OK)
        status = fth_pixels_with(call, input, planes, &image, error);
    fth_pixels_drop(planes);
    if (status == FTH_OK)
        status = fth_image_set(image, "confidence", fth_plane_ref(out[3]), error);
    if (status == FTH_OK)
        *result = image;
    else
        fth_image_unref(&image);
    return status;
}

static enum fth_status render(const struct fth_call *call, struct fth_image **out,
                              struct fth_error *error)
{
    struct stack s = {.call = call, .count = call->moments[0].count, .rect = call->info.domain};
    struct fth_plane *planes[4] = {NULL};
    enum fth_status status = make(&s, planes, out, error);
    fth_pixels_drop(planes);
    return status;
}

static const struct fth_step steps[] = {
    {.id = "settle", .kind = FTH_NODE_WHOLE, .ports = 1, .render = render},
    {NULL},
};

const struct fth_node_desc fth_node_clean_plate = {
    .id = "clean_plate",
    .label = "Clean Plate",
    .tag = "CPl",
    .group = "Matte",
    .help = "Makes the set without what moves through it, out of the clip itself: the plate that "
            "the Difference Keyer wants. The confidence plane says which share of the frames "
            "agree.",
    .version = 3,
    .params = table,
    .params_size = sizeof(struct params),
    .inputs = ports,
    .steps = steps,
    .frames_in = frames_in,
};
