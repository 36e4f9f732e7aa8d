/* SPDX-License-Identifier: Apache-2.0 */
/* Denoise: takes noise away, in the frame and with the frames around it, which are followed where
 * they move. With a key only there: the wall behind somebody, and not the face. */
#include <math.h>
#include <string.h>

#include "image/origin.h"
#include "nodes/pixels.h"
#include "ops/denoise.h"
#include "ops/denoise_patch.h"
#include "ops/noise.h"

enum { PORT_INPUT, PORT_KEY };
enum { LEVEL_GIVEN, LEVEL_MEASURED };
enum { QUALITY_FASTER, QUALITY_BETTER };
enum { MOST_FRAMES = 8 };

struct params {
    double strength, luma, chroma, temporal, spatial, motion;
    int64_t frames_before, frames_after;
    int32_t level, quality, key_channel;
    bool key_invert;
};

static const struct fth_choice levels[] = {
    [LEVEL_GIVEN] = {"given", "Given", "Strength says it: 25 is noise of 10 of 255 levels."},
    [LEVEL_MEASURED] = {"measured", "Measured",
                        "Each frame is measured: strength 15 takes away what was found, 30 twice "
                        "that."},
    {NULL},
};
static const struct fth_choice qualities[] = {
    [QUALITY_FASTER] = {"faster", "Faster", "One pass."},
    [QUALITY_BETTER] = {"better", "Better",
                        "A second pass that knows from the first what is picture and what is "
                        "noise: finer detail, half as fast."},
    {NULL},
};

#define ROW(kind, field, ...) FTH_PARAM(kind, struct params, field, __VA_ARGS__)

static const struct fth_param table[] = {
    ROW(NUMBER, strength, .label = "Strength",
        .help = "How much noise is taken away. 15 visibly calms most footage; when skin or cloth "
                "begins to look waxen it is too much.",
        .max = 100, .def = {15}, .group = "Denoise", .flags = FTH_PARAM_ANIMATES),
    ROW(CHOICE, level, .label = "Level", .help = "Where the amount of noise is known from.",
        .choices = levels, .max = 1, .group = "Denoise"),
    ROW(CHOICE, quality, .label = "Quality", .help = "Speed against detail.", .choices = qualities,
        .max = 1, .def = {QUALITY_BETTER}, .group = "Denoise"),
    ROW(NUMBER, luma, .label = "Luma",
        .help = "How much of Strength goes for brightness. Less keeps a fine grain, which the eye "
                "takes for sharpness.",
        .unit = "%", .max = 200, .def = {100}, .group = "Denoise", .flags = FTH_PARAM_ANIMATES),
    ROW(NUMBER, chroma, .label = "Chroma",
        .help = "How much of Strength goes for colour. Blotches of colour are noise nobody misses: "
                "150 is often right.",
        .unit = "%", .max = 200, .def = {100}, .group = "Denoise", .flags = FTH_PARAM_ANIMATES),
    ROW(NUMBER, spatial, .label = "Spatial",
        .help = "How much is taken away by what lies around in the same frame. 0 leaves it to "
                "time alone: nothing is softened, moving parts keep their noise.",
        .unit = "%", .max = 200, .def = {100}, .group = "Space", .flags = FTH_PARAM_ANIMATES),
    ROW(NUMBER, temporal, .label = "Temporal",
        .help = "How much the frames around count. This is what calms flicker; 0 treats every "
                "frame as a still.",
        .unit = "%", .max = 100, .def = {100}, .group = "Time", .flags = FTH_PARAM_ANIMATES),
    ROW(INT, frames_before, .label = "Frames Before",
        .help = "How many frames before this one are looked at: 1, 3, 6, 10 ... frames away, up to "
                "36. More calm slower flicker; each costs time.",
        .max = MOST_FRAMES, .step = 1, .def = {4}, .unit = "frames", .group = "Time"),
    ROW(INT, frames_after, .label = "Frames After",
        .help = "How many frames behind this one are looked at: 1, 3, 6, 10 ... frames away, up to "
                "36. Each costs time.",
        .max = MOST_FRAMES, .step = 1, .def = {4}, .unit = "frames", .group = "Time"),
    ROW(NUMBER, motion, .label = "Motion Tolerance",
        .help = "How different a place may be from frame to frame and still count as the same. "
                "Less where something leaves a trail, more where flicker stays.",
        .unit = "%", .max = 400, .ui_max = 200, .def = {100}, .group = "Time",
        .flags = FTH_PARAM_ANIMATES),
    FTH_KEY_VIEW_ROWS(struct params, "Works"),
    FTH_PARAM_TABLE_END,
};

static const struct fth_port ports[] = {
    [PORT_INPUT] = {"input", "Input", "The clip to clean.", FTH_PORT_PICTURE, 0},
    [PORT_KEY] = {"key", "Key",
                  "Where to clean: white fully, black not at all. A depth map's far part is the "
                  "background.",
                  FTH_PORT_MASK, 1},
    {NULL},
};

static bool is_idle(const struct params *params)
{
    bool nowhere = params->spatial == 0 && params->temporal == 0;
    return params->strength == 0 || nowhere || (params->luma == 0 && params->chroma == 0);
}

static bool is_identity(const struct fth_call *call)
{
    return is_idle(call->params);
}

/* This frame first, then others, the nearest first: 1, 3, 6, 10 ... frames away. What flickers is
 * often the same for some frames (a codec's groups of pictures), so those further off say more. */
static int frames_in(const struct fth_call *call, int port, int64_t frames[FTH_LIMIT_MOMENTS])
{
    const struct params *params = call->params;
    const struct fth_info *info = call->input_infos[port];
    int count = 1;
    frames[0] = call->frame;
    if (port != PORT_INPUT || !info || is_idle(params) || params->temporal == 0)
        return count;
    bool bounded = info->first_frame <= info->last_frame;
    for (int64_t i = 1; i <= MOST_FRAMES; i++) {
        int64_t away = i * (i + 1) / 2, before = call->frame - away, after = call->frame + away;
        if (i <= params->frames_before && (!bounded || before >= info->first_frame))
            frames[count++] = before;
        if (i <= params->frames_after && (!bounded || after <= info->last_frame))
            frames[count++] = after;
    }
    return count;
}

/* ---- pictures as the operation wants them ---------------------------------------------------- */

/* The frames' colours over the domain. Those that are kept as their file has them are made when
 * they are asked for; the others are here, grown to a patch where the picture is smaller than
 * one. */
struct frames {
    const struct fth_call *call;
    int count, away[FTH_LIMIT_MOMENTS];
    bool waits[FTH_LIMIT_MOMENTS];
    struct fth_plane *planes[FTH_LIMIT_MOMENTS][4];
    struct fth_grid grids[FTH_LIMIT_MOMENTS][3];
    struct fth_plane *key;
};

static void drop_frames(struct frames *frames)
{
    for (int f = 0; f < frames->count; f++)
        fth_pixels_drop(frames->planes[f]);
    fth_plane_unref(&frames->key);
}

/* What is too small is continued by its last pixels; an empty picture by black. */
static enum fth_status at_least_a_patch(const struct fth_call *call, struct fth_grid *grid,
                                        struct fth_error *error)
{
    struct fth_grid more, from = *grid;
    if (from.width >= FTH_PATCH && from.height >= FTH_PATCH)
        return FTH_OK;
    enum fth_status status = fth_grid_new(call->arena, FTH_MAX(from.width, FTH_PATCH),
                                          FTH_MAX(from.height, FTH_PATCH), &more, error);
    bool empty = from.width < 1 || from.height < 1;
    for (int32_t y = 0; y < more.height && status == FTH_OK; y++)
        for (int32_t x = 0; x < more.width; x++)
            fth_grid_row(&more, y)[x] = empty ? 0
                                              : fth_grid_row(&from, FTH_MIN(y, from.height - 1))
                                                    [FTH_MIN(x, from.width - 1)];
    if (status == FTH_OK)
        *grid = more;
    return status;
}

/* Can the frame's rows be made when they are asked for? */
static bool can_wait(const struct fth_image *image, struct fth_rect rect)
{
    return fth_image_is_bare(image) && fth_origin_has_rows(image->origin) &&
           fth_rect_width(rect) >= FTH_PATCH && fth_rect_height(rect) >= FTH_PATCH;
}

static enum fth_status take_frames(const struct fth_call *call, struct frames *frames,
                                   struct fth_error *error)
{
    const struct fth_moments *moments = &call->moments[PORT_INPUT];
    struct fth_rect rect = call->info.domain;
    enum fth_status status = FTH_OK;
    frames->call = call;
    for (int f = 0; f < moments->count && status == FTH_OK; f++) {
        frames->away[f] = (int)(moments->frames[f] - call->frame);
        frames->count = f + 1;
        frames->waits[f] = can_wait(moments->images[f], rect);
        if (frames->waits[f])
            continue;
        status = fth_pixels_moment(call, PORT_INPUT, f, rect, frames->planes[f], error);
        for (int c = 0; c < 3 && status == FTH_OK; c++) {
            frames->grids[f][c] = fth_grid_of_plane(frames->planes[f][c], rect);
            status = at_least_a_patch(call, &frames->grids[f][c], error);
        }
    }
    return status;
}

/* For struct fth_denoise_frames. */
static enum fth_status rows_of_frame(void *context, int frame, int32_t y0, int32_t y1,
                                     struct fth_grid rgb[3], struct fth_error *error)
{
    struct frames *frames = context;
    struct fth_rect rect = frames->call->info.domain;
    enum fth_status status = FTH_OK;
    rect.y1 = rect.y0 + y1;
    rect.y0 += y0;
    if (frames->waits[frame])
        status = fth_pixels_moment(frames->call, PORT_INPUT, frame, rect, frames->planes[frame],
                                   error);
    for (int c = 0; c < 3 && status == FTH_OK; c++) {
        const struct fth_grid *whole = &frames->grids[frame][c];
        rgb[c] = frames->waits[frame] ? fth_grid_of_plane(frames->planes[frame][c], rect)
                                      : fth_grid_part(whole, 0, y0, whole->width, y1 - y0);
    }
    return status;
}

static void drop_rows(void *context)
{
    struct frames *frames = context;
    for (int f = 0; f < frames->count; f++)
        if (frames->waits[f])
            fth_pixels_drop(frames->planes[f]);
}

/* ---- noise ----------------------------------------------------------------------------------- */

/* 25 is a sigma of 10 of 255 levels, as pictures of a preview's size have it. */
static double given_sigma(const struct fth_call *call)
{
    return fth_pixels_scaled(call, ((const struct params *)call->params)->strength * 0.4 / 255);
}

/* In brightness and both differences of colour. */
static enum fth_status measured_sigmas(const struct fth_call *call, const struct fth_grid rgb[3],
                                       double sigmas[3], struct fth_error *error)
{
    static const float axes[3][3] = {{0.57735026918962576f, 0.57735026918962576f,
                                      0.57735026918962576f},
                                     {0.70710678118654752f, 0, -0.70710678118654752f},
                                     {0.40824829046386302f, -0.81649658092772603f,
                                      0.40824829046386302f}};
    struct fth_work work = fth_pixels_work(call);
    struct fth_grid mixed;
    size_t mark = fth_arena_mark(call->arena);
    enum fth_status status =
        fth_grid_new(call->arena, rgb[0].width, rgb[0].height, &mixed, error);
    for (int i = 0; i < 3 && status == FTH_OK; i++) {
        for (int32_t y = 0; y < mixed.height; y++) {
            const float *r = fth_grid_row(&rgb[0], y), *g = fth_grid_row(&rgb[1], y);
            const float *b = fth_grid_row(&rgb[2], y);
            float *to = fth_grid_row(&mixed, y);
            for (int32_t x = 0; x < mixed.width; x++)
                to[x] = axes[i][0] * r[x] + axes[i][1] * g[x] + axes[i][2] * b[x];
        }
        status = fth_noise_measure(&work, &mixed, &sigmas[i], error);
        sigmas[i] *= ((const struct params *)call->params)->strength / 15;
    }
    fth_arena_return(call->arena, mark);
    return status;
}

/* ---- rendering ------------------------------------------------------------------------------- */

/* By how many variances of its difference a coefficient may be off before it counts for nothing. */
static const double ALIKE = 9;

/* So many levels of 255 a place may be brighter or darker than in the frame before and count as the
 * same: flicker, which goes, while what that lets through of what moves stays below two levels. */
static double flicker_of(const struct params *params)
{
    return 5.0 / 255 * fmin(params->strength / 15, 1) * sqrt(params->motion / 100);
}

static enum fth_status find_excess(const struct fth_call *call, struct frames *frames,
                                   const struct fth_grid excess[3], struct fth_error *error)
{
    const struct params *params = call->params;
    struct fth_work work = fth_pixels_work(call);
    double sigmas[3] = {given_sigma(call), given_sigma(call), given_sigma(call)};
    struct fth_denoise what = {.count = frames->count, .first = frames->grids[0],
                               .others = {rows_of_frame, drop_rows, frames},
                               .away = frames->away, .temporal = (float)(params->temporal / 100),
                               .spatial = (float)(params->spatial / 100),
                               .alike = (float)(ALIKE * fmax(params->motion, 1) / 100),
                               .flicker = (float)flicker_of(params),
                               .twice = params->quality == QUALITY_BETTER};
    enum fth_status status = FTH_OK;
    if (params->level == LEVEL_MEASURED)
        status = measured_sigmas(call, frames->grids[0], sigmas, error);
    if (status != FTH_OK)
        return status;
    what.noise = (float)sigmas[0];
    for (int i = 0; i < 3; i++)
        what.sigma[i] = (float)(sigmas[i] * (i ? params->chroma : params->luma) / 100);
    if (frames->key) {
        what.key = fth_grid_of_plane(frames->key, call->info.domain);
        status = at_least_a_patch(call, &what.key, error);
    }
    return status == FTH_OK ? fth_denoise(&work, &what, excess, error) : status;
}

/* Takes what is to go, as far as the key says, from the frame, into the planes that it lies in. */
static void subtract(const struct frames *frames, const struct fth_grid excess[3],
                     struct fth_plane *const out[4])
{
    struct fth_rect rect = frames->call->info.domain;
    for (int c = 0; c < 3; c++) {
        for (int32_t y = rect.y0; y < rect.y1; y++) {
            const float *from = fth_plane_at(frames->planes[0][c], rect.x0, y);
            const float *less = fth_grid_row(&excess[c], y - rect.y0);
            const float *key = frames->key ? fth_plane_at(frames->key, rect.x0, y) : NULL;
            float *to = fth_plane_at(out[c], rect.x0, y);
            for (int32_t x = 0; x < fth_rect_width(rect); x++)
                to[x] = from[x] - (key ? key[x] * less[x] : less[x]);
        }
    }
}

/* The planes of the result, and what is to go in them; in grids of its own where they are too
 * small. */
static enum fth_status make_out(const struct fth_call *call, struct fth_plane *out[4],
                                struct fth_grid excess[3], struct fth_error *error)
{
    struct fth_rect rect = call->info.domain;
    enum fth_status status = FTH_OK;
    for (int c = 0; c < 3 && status == FTH_OK; c++) {
        status = fth_plane_new(call->env->buffers, rect, &out[c], error);
        if (status != FTH_OK)
            break;
        excess[c] = fth_grid_of_plane(out[c], rect);
        fth_grid_fill(&excess[c], 0);
        status = at_least_a_patch(call, &excess[c], error);
    }
    return status;
}

static enum fth_status clean(const struct fth_call *call, struct frames *frames,
                             struct fth_plane *out[4], struct fth_error *error)
{
    const struct params *params = call->params;
    struct fth_key_view view = {call->inputs[PORT_KEY], params->key_channel, params->key_invert};
    struct fth_grid excess[3];
    enum fth_status status = take_frames(call, frames, error);
    if (status == FTH_OK && view.image)
        status = fth_pixels_key(call, &view, call->info.domain, &frames->key, error);
    if (status == FTH_OK)
        status = make_out(call, out, excess, error);
    if (status == FTH_OK && !is_idle(params) && !fth_rect_empty(call->info.domain))
        status = find_excess(call, frames, excess, error);
    if (status != FTH_OK)
        return status;
    subtract(frames, excess, out);
    out[3] = fth_plane_ref(frames->planes[0][3]);
    return FTH_OK;
}

static enum fth_status render(const struct fth_call *call, struct fth_image **out,
                              struct fth_error *error)
{
    struct frames *frames = fth_arena_take(call->arena, 1, sizeof(*frames));
    struct fth_plane *planes[4] = {NULL};
    if (!frames)
        return fth_fail_memory(error, sizeof(*frames), "denoise");
    memset(frames, 0, sizeof(*frames));
    enum fth_status status = clean(call, frames, planes, error);
    if (status == FTH_OK)
        status = fth_pixels_with(call, call->inputs[PORT_INPUT], planes, out, error);
    drop_frames(frames);
    fth_pixels_drop(planes);
    return status;
}

static const struct fth_step steps[] = {
    {.id = "denoise", .kind = FTH_NODE_WHOLE, .ports = 1u << PORT_INPUT | 1u << PORT_KEY,
     .is_identity = is_identity, .render = render},
    {NULL},
};

const struct fth_node_desc fth_node_denoise = {
    .id = "denoise",
    .label = "Denoise",
    .tag = "Dns",
    .group = "Filter",
    .help = "Takes noise and restless flicker out of a clip and keeps its edges: frames are "
            "followed along their motion, and what differs between them only as noise does is "
            "averaged. With a key it calms the background alone.",
    .version = 2,
    .flags = FTH_NODE_SAME_PLANES,
    .params = table,
    .params_size = sizeof(struct params),
    .inputs = ports,
    .steps = steps,
    .frames_in = frames_in,
};
