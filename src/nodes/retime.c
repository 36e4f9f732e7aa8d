/* SPDX-License-Identifier: Apache-2.0 */
/* Retime: shows other frames of its input. Where that is one frame, it is handed on as it is and
 * nothing is computed; between two frames both are mixed where that is asked for. */
#include <math.h>
#include <string.h>

#include "nodes/pixels.h"

enum { MODE_SPEED, MODE_FREEZE, MODE_REMAP };
enum { OUTSIDE_HOLD, OUTSIDE_LOOP, OUTSIDE_BOUNCE, OUTSIDE_BLACK };
enum { BETWEEN_NEAREST, BETWEEN_BLEND };

struct params {
    int32_t mode, between, outside;
    double frame, speed;
    int64_t offset, length;
    bool reverse;
};

static const struct fth_choice modes[] = {
    [MODE_SPEED] = {"speed", "Speed", "The clip runs faster, slower, backward, earlier or later."},
    [MODE_FREEZE] = {"freeze", "Freeze", "One frame stands still: Frame."},
    [MODE_REMAP] = {"remap", "Remap", "Keyframes of Frame say which frame is shown when."},
    {NULL},
};

static const struct fth_choice betweens[] = {
    [BETWEEN_NEAREST] = {"nearest", "Nearest", "The nearest whole frame."},
    [BETWEEN_BLEND] = {"blend", "Blend", "Both neighbours, mixed by how near each is."},
    {NULL},
};

static const struct fth_choice outsides[] = {
    [OUTSIDE_HOLD] = {"hold", "Hold", "The first and the last frame stand still."},
    [OUTSIDE_LOOP] = {"loop", "Loop", "The clip begins again."},
    [OUTSIDE_BOUNCE] = {"bounce", "Bounce", "The clip runs to and fro."},
    [OUTSIDE_BLACK] = {"black", "Black", "Nothing is there: black and transparent."},
    {NULL},
};

static const struct fth_param table[] = {
    FTH_PARAM(CHOICE, struct params, mode, .label = "Mode",
              .help = "What decides which frame of the input is shown.", .choices = modes,
              .max = 2, .group = "Time"),
    FTH_PARAM(NUMBER, struct params, frame, .label = "Frame",
              .help = "The frame of the input that is shown; 12.5 lies between 12 and 13.",
              .min = -1e9, .max = 1e9, .ui_min = 1, .ui_max = 250, .def = {1}, .group = "Time",
              .when = {"mode", 1u << MODE_FREEZE | 1u << MODE_REMAP},
              .flags = FTH_PARAM_ANIMATES),
    FTH_PARAM(NUMBER, struct params, speed, .label = "Speed",
              .help = "How many frames of the input go by in one frame: 2 is twice as fast, 0.5 "
                      "half. For a speed that changes take Mode Remap.",
              .min = 0.001, .max = 1000, .ui_min = 0.1, .ui_max = 4, .def = {1}, .group = "Time",
              .when = {"mode", 1u << MODE_SPEED}),
    FTH_PARAM(SWITCH, struct params, reverse, .label = "Reverse",
              .help = "Runs the clip backward, its last frame first.", .group = "Time",
              .when = {"mode", 1u << MODE_SPEED}),
    FTH_PARAM(INT, struct params, offset, .label = "Offset",
              .help = "By how many frames the clip comes later; negative is earlier.",
              .min = -1e9, .max = 1e9, .ui_min = -100, .ui_max = 100, .step = 1, .group = "Time",
              .unit = "frames", .when = {"mode", 1u << MODE_SPEED}),
    FTH_PARAM(CHOICE, struct params, between, .label = "Between Frames",
              .help = "What is shown where a moment lies between two frames of the input.",
              .choices = betweens, .max = 1, .group = "Time"),
    FTH_PARAM(CHOICE, struct params, outside, .label = "Outside",
              .help = "What is shown before the first and after the last frame of the input.",
              .choices = outsides, .max = 3, .group = "Time"),
    FTH_PARAM(INT, struct params, length, .label = "Length",
              .help = "How many frames come out; more than there are are made as Outside says. 0: "
                      "as many as the input becomes.",
              .max = 1e9, .ui_max = 1000, .step = 1, .group = "Time", .unit = "frames",
              .flags = FTH_PARAM_NO_PIXELS),
    FTH_PARAM_TABLE_END,
};

static const struct fth_port ports[] = {
    {"input", "Input", "The clip whose frames are shown.", FTH_PORT_PICTURE, 0},
    {NULL},
};

/* Nothing is asked for beyond what frame numbers hold. */
static const double FARTHEST = 1e12;

static bool is_bounded(const struct fth_info *info)
{
    return info->first_frame <= info->last_frame;
}

/* Which moment of the input is shown at `frame`. What has no ends begins at frame 1. */
static double moment_of(const struct params *params, const struct fth_info *info, int64_t frame)
{
    double first = is_bounded(info) ? (double)info->first_frame : 1;
    double at = params->frame;
    if (params->mode == MODE_SPEED) {
        double passed = ((double)(frame - params->offset) - first) * params->speed;
        double last = is_bounded(info) ? (double)info->last_frame : first;
        at = params->reverse ? last - passed : first + passed;
    }
    return fmin(fmax(at, -FARTHEST), FARTHEST);
}

/* The frame that stands at `frame`; false: none does. */
static bool fold(const struct params *params, const struct fth_info *info, int64_t *frame)
{
    int64_t first = info->first_frame, count = info->last_frame - first + 1, at = *frame - first;
    if (!is_bounded(info) || (at >= 0 && at < count))
        return true;
    if (params->outside == OUTSIDE_HOLD)
        at = at < 0 ? 0 : count - 1;
    else if (params->outside == OUTSIDE_LOOP)
        at = ((at % count) + count) % count;
    else if (params->outside == OUTSIDE_BOUNCE && count > 1) {
        int64_t there_and_back = 2 * (count - 1);
        at = ((at % there_and_back) + there_and_back) % there_and_back;
        at = FTH_MIN(at, there_and_back - at);
    } else if (params->outside == OUTSIDE_BOUNCE) {
        at = 0;
    } else {
        return false;
    }
    *frame = first + at;
    return true;
}

/* Parts of a frame finer than this are nobody's wish: a speed of 1/3 ends on whole frames. */
static const double LEAST_SHARE = 1e-6;

/* The moment as a whole frame and how much of the next one is in it. */
static double split(const struct params *params, const struct fth_info *info, int64_t frame,
                    int64_t *whole)
{
    double at = moment_of(params, info, frame), below = floor(at + LEAST_SHARE);
    double share = at - below;
    if (params->between == BETWEEN_NEAREST) {
        below = floor(at + 0.5);
        share = 0;
    }
    *whole = (int64_t)below;
    return share > LEAST_SHARE ? share : 0;
}

static int frames_in(const struct fth_call *call, int port, int64_t frames[FTH_LIMIT_MOMENTS])
{
    const struct params *params = call->params;
    const struct fth_info *info = call->input_infos[port];
    int64_t whole;
    int count = 0;
    double share = split(params, info, call->frame, &whole);
    for (int64_t at = whole; at <= whole + (share > 0); at++) {
        frames[count] = at;
        count += fold(params, info, &frames[count]);
    }
    return count == 2 && frames[0] == frames[1] ? 1 : count;
}

/* What the mixing needs beyond the frames themselves: how much of which. */
static double share_of(const struct fth_call *call)
{
    int64_t whole;
    double share = split(call->params, call->input_infos[0], call->frame, &whole);
    bool second_only = call->moments && call->moments[0].count == 1 && share > 0 &&
                       !fold(call->params, call->input_infos[0], &whole);
    return second_only ? 1 - share : share;
}

/* A frame that fades into what is not there is mixed with nothing. */
static bool is_identity(const struct fth_call *call)
{
    bool fades = ((const struct params *)call->params)->outside == OUTSIDE_BLACK;
    return call->moments[0].count == 1 && (share_of(call) == 0 || !fades);
}

static enum fth_status tell(const struct fth_call *call, struct fth_info *out,
                            struct fth_error *error)
{
    const struct params *params = call->params;
    const struct fth_info *info = call->input_infos[0];
    bool unchanged = params->mode == MODE_SPEED && params->speed == 1 && !params->reverse &&
                     params->offset == 0;
    (void)error;
    if (params->mode == MODE_SPEED && is_bounded(info)) {
        double frames = (double)(info->last_frame - info->first_frame) / params->speed;
        out->first_frame = info->first_frame + params->offset;
        out->last_frame = out->first_frame + (int64_t)floor(frames + LEAST_SHARE);
    }
    if (params->length && !is_bounded(info))
        out->first_frame = 1;
    if (params->length)
        out->last_frame = out->first_frame + params->length - 1;
    if (!unchanged) { /* they are of other frames */
        out->footage.timeline = NULL;
        out->footage.timecode[0] = '\0';
    }
    if (call->moments && call->moments[0].count && !is_identity(call))
        out->premultiplied = true;
    return FTH_OK;
}

static enum fth_status hash_share(const struct fth_call *call, struct fth_hasher *hasher,
                                  struct fth_error *error)
{
    (void)error;
    fth_hash_double(hasher, share_of(call));
    return FTH_OK;
}

/* ---- mixing ---- */

/* A picture's R, G, B and A, multiplied; A is there whether the picture has it or not. */
static enum fth_status take(const struct fth_call *call, const struct fth_image *image,
                            struct fth_plane *planes[4], struct fth_error *error)
{
    enum fth_status status = fth_pixels_rgba(call, image, call->rect, planes, error);
    if (status == FTH_OK)
        status = fth_pixels_premultiply(call, image, call->rect, planes, error);
    if (status != FTH_OK || planes[3] || !call->info.has_alpha)
        return status;
    struct fth_rect opaque = fth_rect_intersect(call->rect, image->domain);
    status = fth_plane_new(call->env->buffers, call->rect, &planes[3], error);
    if (status != FTH_OK)
        return status;
    fth_plane_fill(planes[3], 0);
    for (int32_t y = opaque.y0; y < opaque.y1; y++) {
        float *row = fth_plane_at(planes[3], opaque.x0, y);
        for (int32_t x = 0; x < fth_rect_width(opaque); x++)
            row[x] = 1;
    }
    return FTH_OK;
}

static void mix_plane(const struct fth_plane *a, const struct fth_plane *b, float share,
                      const struct fth_plane *to)
{
    struct fth_rect rect = to->rect;
    for (int32_t y = rect.y0; y < rect.y1; y++) {
        const float *from = fth_plane_at(a, rect.x0, y);
        const float *next = b ? fth_plane_at(b, rect.x0, y) : NULL;
        float *row = fth_plane_at(to, rect.x0, y);
        for (int32_t x = 0; x < fth_rect_width(rect); x++)
            row[x] = from[x] + share * ((next ? next[x] : 0) - from[x]);
    }
}

static enum fth_status mix(const struct fth_call *call, const struct fth_image *a,
                           const struct fth_image *b, struct fth_image *out,
                           struct fth_error *error)
{
    struct fth_plane *from[4] = {NULL}, *next[4] = {NULL}, *to = NULL;
    float share = (float)share_of(call);
    enum fth_status status = take(call, a, from, error);
    if (status == FTH_OK && b)
        status = take(call, b, next, error);
    for (int i = 0; i < 4 && status == FTH_OK; i++) {
        bool known = i == 3 || fth_image_plane(a, fth_rgba_names[i]) ||
                     fth_image_plane(b, fth_rgba_names[i]);
        if (!known || !from[i] || (b && !next[i]))
            continue;
        status = fth_image_add(out, fth_rgba_names[i], call->env->buffers, call->rect, &to, error);
        if (status == FTH_OK)
            mix_plane(from[i], next[i], share, to);
    }
    fth_pixels_drop(from);
    fth_pixels_drop(next);
    return status;
}

/* The colours of both frames; what cannot be mixed (depth, IDs) is the nearer one's. */
static enum fth_status render(const struct fth_call *call, struct fth_image **out,
                              struct fth_error *error)
{
    const struct fth_moments *moments = &call->moments[0];
    const struct fth_image *a = moments->count ? moments->images[0] : NULL;
    const struct fth_image *b = moments->count > 1 ? moments->images[1] : NULL;
    struct fth_image *made = NULL;
    if (is_identity(call)) {
        *out = fth_image_ref(a);
        return FTH_OK;
    }
    enum fth_status status = fth_image_new(call->info.format, call->info.domain, &made, error);
    const struct fth_image *nearer = b && share_of(call) >= 0.5 ? b : a;
    if (status == FTH_OK && nearer) {
        fth_image_copy_depth(made, nearer);
        status = fth_pixels_share_rest(call, nearer, call->rect, made, error);
    }
    if (status == FTH_OK && a)
        status = mix(call, a, b, made, error);
    for (int i = 0; i < (call->info.has_alpha ? 4 : 3) && status == FTH_OK && !a; i++) {
        struct fth_plane *plane = NULL;
        status = fth_image_add(made, fth_rgba_names[i], call->env->buffers, call->rect, &plane,
                               error);
        if (status == FTH_OK)
            fth_plane_fill(plane, 0);
    }
    if (status != FTH_OK) {
        fth_image_unref(&made);
        return status;
    }
    made->premultiplied = call->info.premultiplied;
    made->colour = call->info.colour;
    *out = made;
    return FTH_OK;
}

static const struct fth_step steps[] = {
    {.id = "retime", .kind = FTH_NODE_POINT, .ports = 1, .is_identity = is_identity,
     .render = render},
    {NULL},
};

const struct fth_node_desc fth_node_retime = {
    .id = "retime",
    .label = "Retime",
    .tag = "Rtm",
    .group = "Time",
    .help = "Shows other frames of a clip: later or earlier, faster or slower, backward, one frame "
            "standing still, or any frame at any time by keyframes.",
    .version = 1,
    .params = table,
    .params_size = sizeof(struct params),
    .inputs = ports,
    .steps = steps,
    .domain = tell,
    .frames_in = frames_in,
    .hash_extra = hash_share,
};
