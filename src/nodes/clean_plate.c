/* SPDX-License-Identifier: Apache-2.0 */
/* Clean Plate: the set without what moves through it, out of the clip itself. Frames from all over
 * the clip are laid where this one saw the set; of the values that each pixel takes, those that
 * most frames agree on are the set's, since what passes by is seldom twice the same. A frame that
 * was outvoted all around a pixel has somebody there and counts for less in the next votes. */
#include <string.h>

#include "nodes/pixels.h"
#include "nodes/plate_registers.h"
#include "ops/blur.h"

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

/* The frames as they lie over the first: planes of their own, or shared. */
struct stack {
    const struct fth_call *call;
    struct fth_plane *colour[FTH_LIMIT_MOMENTS][3], *seen[FTH_LIMIT_MOMENTS];
    struct fth_plane *agrees[FTH_LIMIT_MOMENTS]; /* 1 where the frame is of the majority; then the
                                                    share of what is around that is */
    bool weighs;
    struct fth_plane *out[4]; /* R, G, B, confidence */
    int count;
};

static void see(struct fth_plane *const planes[3], struct fth_rect rect, struct fth_grid grids[3])
{
    for (int c = 0; c < 3; c++)
        grids[c] = fth_grid_of_plane(planes[c], rect);
}

static enum fth_status take_colours(const struct stack *s, int i, struct fth_plane *planes[3],
                                    struct fth_error *error)
{
    struct fth_plane *rgba[4] = {NULL};
    enum fth_status status =
        fth_pixels_moment(s->call, 0, i, s->call->info.domain, rgba, error);
    for (int c = 0; c < 3 && status == FTH_OK; c++)
        planes[c] = fth_plane_ref(rgba[c]);
    fth_pixels_drop(rgba);
    return status;
}

/* A frame laid over the first; one that shows something else is left out: nothing of it is seen. */
static enum fth_status lay(struct stack *s, int i, struct fth_plane *const own[3],
                           struct fth_error *error)
{
    const struct params *params = s->call->params;
    struct fth_rect rect = s->call->info.domain;
    struct fth_work work = fth_pixels_work(s->call);
    struct fth_grid first[3], from[3], to[3], seen;
    struct fth_plate_motion motion;
    see(s->colour[0], rect, first);
    see(own, rect, from);
    enum fth_status status = fth_plate_register(
        &work, first, from, (enum fth_plate_register)params->register_frames, &motion, error);
    if (status == FTH_OK)
        status = fth_plane_new(s->call->env->buffers, rect, &s->seen[i], error);
    for (int c = 0; c < 3 && status == FTH_OK; c++) {
        if (motion.still || !motion.found)
            s->colour[i][c] = fth_plane_ref(own[c]);
        else
            status = fth_plane_new(s->call->env->buffers, rect, &s->colour[i][c], error);
    }
    if (status != FTH_OK)
        return status;
    if (motion.still || !motion.found) {
        fth_plane_fill(s->seen[i], motion.found);
        return FTH_OK;
    }
    see(s->colour[i], rect, to);
    seen = fth_grid_of_plane(s->seen[i], rect);
    return fth_plate_warp(&work, from, &motion, to, &seen, error);
}

static enum fth_status take_frame(struct stack *s, int i, struct fth_error *error)
{
    struct fth_plane *own[3] = {NULL};
    enum fth_status status = take_colours(s, i, own, error);
    if (status == FTH_OK && i > 0)
        status = lay(s, i, own, error);
    for (int c = 0; c < 3; c++) {
        if (status == FTH_OK && i == 0)
            s->colour[0][c] = fth_plane_ref(own[c]);
        fth_plane_unref(&own[c]);
    }
    return status;
}

/* ---- the set --------------------------------------------------------------------------------- */

struct value {
    float luma, weight;
    int frame;
};

/* The fourth power: half outvoted is a sixteenth of a vote. */
static float weight_of(const struct stack *s, int frame, int32_t x, int32_t y)
{
    if (!s->weighs)
        return 1;
    float share = 0.05f + *fth_plane_at(s->agrees[frame], x, y);
    return share * share * share * share;
}

/* Those of the frames that see the pixel, by their luma. */
static int sort_values(const struct stack *s, int32_t x, int32_t y, struct value *values)
{
    int count = 0;
    for (int i = 0; i < s->count; i++) {
        if (i > 0 && *fth_plane_at(s->seen[i], x, y) < 1)
            continue;
        float luma = 0.299f * *fth_plane_at(s->colour[i][0], x, y) +
                     0.587f * *fth_plane_at(s->colour[i][1], x, y) +
                     0.114f * *fth_plane_at(s->colour[i][2], x, y);
        luma = luma == luma ? luma : 0;
        int at = count++;
        for (; at > 0 && values[at - 1].luma > luma; at--)
            values[at] = values[at - 1];
        values[at] = (struct value){luma, weight_of(s, i, x, y), i};
    }
    return count;
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

static int choose(const struct stack *s, int32_t x, int32_t y, struct value *values, int *end)
{
    const struct params *params = s->call->params;
    int count = sort_values(s, x, y, values);
    return weightiest_run(values, count, (float)params->tolerance, end);
}

static void mark_rows(void *context, int32_t y0, int32_t y1)
{
    const struct stack *s = context;
    struct fth_rect rect = s->call->info.domain;
    for (int32_t y = rect.y0 + y0; y < rect.y0 + y1; y++)
        for (int32_t x = rect.x0; x < rect.x1; x++) {
            struct value values[FTH_LIMIT_MOMENTS];
            int end, from = choose(s, x, y, values, &end);
            for (int i = 0; i < s->count; i++)
                *fth_plane_at(s->agrees[i], x, y) = 0;
            for (int i = from; i < end; i++)
                *fth_plane_at(s->agrees[values[i].frame], x, y) = 1;
        }
}

/* All votes but the last, and who was with the majority around each pixel. */
static enum fth_status vote(struct stack *s, const struct fth_work *work, struct fth_error *error)
{
    struct fth_rect rect = s->call->info.domain;
    int32_t width = fth_rect_width(rect), height = fth_rect_height(rect);
    int32_t radius = FTH_MAX(FTH_MAX(width, height) / AROUND_SHARE, 2);
    enum fth_status status = FTH_OK;
    for (int i = 0; i < s->count && status == FTH_OK; i++)
        status = fth_plane_new(s->call->env->buffers, rect, &s->agrees[i], error);
    for (int round = 0; round < ROUNDS && status == FTH_OK; round++) {
        status = fth_rows_run(work, height, BLOCK, mark_rows, s);
        for (int i = 0; i < s->count && status == FTH_OK; i++) {
            struct fth_grid grid = fth_grid_of_plane(s->agrees[i], rect);
            status = fth_blur_box(work, &grid, &grid, radius, FTH_BORDER_REFLECT, error);
        }
        s->weighs = status == FTH_OK;
    }
    return status;
}

/* The mean of the values that most frames agree on, and the share of the frames that do. */
static void settle(const struct stack *s, int32_t x, int32_t y)
{
    struct value values[FTH_LIMIT_MOMENTS];
    int end, from = choose(s, x, y, values, &end);
    float sums[3] = {0};
    for (int i = from; i < end; i++)
        for (int c = 0; c < 3; c++)
            sums[c] += *fth_plane_at(s->colour[values[i].frame][c], x, y);
    for (int c = 0; c < 3; c++)
        *fth_plane_at(s->out[c], x, y) = sums[c] / (float)(end - from);
    *fth_plane_at(s->out[3], x, y) = (float)(end - from) / (float)s->count;
}

static void settle_rows(void *context, int32_t y0, int32_t y1)
{
    const struct stack *s = context;
    struct fth_rect rect = s->call->info.domain;
    for (int32_t y = rect.y0 + y0; y < rect.y0 + y1; y++)
        for (int32_t x = rect.x0; x < rect.x1; x++)
            settle(s, x, y);
}

static enum fth_status make(struct stack *s, struct fth_image **out, struct fth_error *error)
{
    const struct fth_call *call = s->call;
    const struct fth_image *input = call->inputs[0];
    struct fth_rect rect = call->info.domain;
    struct fth_work work = fth_pixels_work(call);
    struct fth_image *image = NULL;
    struct fth_plane *planes[4] = {NULL};
    enum fth_status status = FTH_OK;
    for (int i = 0; i < 4 && status == FTH_OK; i++)
        status = fth_plane_new(call->env->buffers, rect, &s->out[i], error);
    if (status == FTH_OK && s->count > 2)
        status = vote(s, &work, error);
    if (status == FTH_OK)
        status = fth_rows_run(&work, fth_rect_height(rect), BLOCK, settle_rows, s);
    for (int c = 0; c < 3 && status == FTH_OK; c++)
        planes[c] = fth_plane_ref(s->out[c]);
    if (status == FTH_OK && fth_image_plane(input, "A")) /* which may end within the data window */
        status = fth_pixels_over(call, input, "A", rect, 0, &planes[3], error);
    if (status == FTH_OK)
        status = fth_pixels_with(call, input, planes, &image, error);
    fth_pixels_drop(planes);
    if (status == FTH_OK)
        status = fth_image_set(image, "confidence", fth_plane_ref(s->out[3]), error);
    if (status == FTH_OK)
        *out = image;
    else
        fth_image_unref(&image);
    for (int i = 0; i < 4; i++)
        fth_plane_unref(&s->out[i]);
    return status;
}

static enum fth_status render(const struct fth_call *call, struct fth_image **out,
                              struct fth_error *error)
{
    struct stack s = {.call = call, .count = call->moments[0].count};
    enum fth_status status = FTH_OK;
    for (int i = 0; i < s.count && status == FTH_OK; i++) {
        status = take_frame(&s, i, error);
        if (fth_cancelled(call->env->cancel))
            status = FTH_CANCELLED;
    }
    if (status == FTH_OK)
        status = make(&s, out, error);
    for (int i = 0; i < s.count; i++) {
        for (int c = 0; c < 3; c++)
            fth_plane_unref(&s.colour[i][c]);
        fth_plane_unref(&s.seen[i]);
        fth_plane_unref(&s.agrees[i]);
    }
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
    .version = 2,
    .params = table,
    .params_size = sizeof(struct params),
    .inputs = ports,
    .steps = steps,
    .frames_in = frames_in,
};
