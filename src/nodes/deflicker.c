/* SPDX-License-Identifier: Apache-2.0 */
/* Deflicker: makes frames as bright as the frames around them say they should be. */
#include <math.h>
#include <string.h>

#include "nodes/pixels.h"
#include "ops/flicker.h"

enum { PORT_INPUT, PORT_KEY };
enum { AREA_WHOLE, AREA_LOCAL };
enum { MOST_FRAMES = 15, TILES_X = 8, TILES_Y = 5, MOST_TILES = TILES_X * TILES_Y };

struct params {
    double amount, largest;
    int64_t frames_around;
    int32_t area, key_channel;
    bool key_invert;
};

static const struct fth_choice areas[] = {
    [AREA_WHOLE] = {"whole", "Whole Picture", "The picture gets brighter or darker as one."},
    [AREA_LOCAL] = {"local", "Local",
                    "Parts of the picture each by themselves: lamps that flicker at one side. "
                    "Something large that moves may look lit."},
    {NULL},
};

#define ROW(kind, field, ...) FTH_PARAM(kind, struct params, field, __VA_ARGS__)

static const struct fth_param table[] = {
    ROW(NUMBER, amount, .label = "Amount", .help = "How much of the flicker is taken away.",
        .unit = "%", .max = 100, .def = {100}, .group = "Deflicker",
        .flags = FTH_PARAM_ANIMATES),
    ROW(INT, frames_around, .label = "Frames Around",
        .help = "How many frames before and behind are looked at. More calm slower flicker and "
                "leave less of it (9: a quarter); each costs time and memory.",
        .min = 1, .max = MOST_FRAMES, .step = 1, .def = {9}, .unit = "frames",
        .group = "Deflicker"),
    ROW(NUMBER, largest, .label = "Largest Change",
        .help = "What gets brighter or darker by more than this from one frame to the next is "
                "meant: a lamp is switched, the shot is cut. More for heavy flicker.",
        .unit = "%", .max = 400, .ui_max = 100, .def = {15},
        .group = "Deflicker", .flags = FTH_PARAM_ANIMATES),
    ROW(CHOICE, area, .label = "Area", .help = "What flickers as one.", .choices = areas, .max = 1,
        .group = "Deflicker"),
    FTH_KEY_VIEW_ROWS(struct params, "Works"),
    FTH_PARAM_TABLE_END,
};

static const struct fth_port ports[] = {
    [PORT_INPUT] = {"input", "Input", "The clip that flickers.", FTH_PORT_PICTURE, 0},
    [PORT_KEY] = {"key", "Key", "Where it is calmed: white fully, black not at all.",
                  FTH_PORT_MASK, 1},
    {NULL},
};

static bool is_identity(const struct fth_call *call)
{
    return ((const struct params *)call->params)->amount == 0;
}

/* This frame first, then those around it in their order. */
static int frames_in(const struct fth_call *call, int port, int64_t frames[FTH_LIMIT_MOMENTS])
{
    const struct params *params = call->params;
    const struct fth_info *info = call->input_infos[port];
    int count = 1;
    frames[0] = call->frame;
    if (port != PORT_INPUT || !info || params->amount == 0)
        return count;
    bool bounded = info->first_frame <= info->last_frame;
    int64_t around = params->frames_around;
    for (int64_t at = call->frame - around; at <= call->frame + around; at++) {
        bool there = !bounded || (at >= info->first_frame && at <= info->last_frame);
        if (at != call->frame && there)
            frames[count++] = at;
    }
    return count;
}

/* ---- measuring ------------------------------------------------------------------------------- */

static enum fth_status blocks_of(const struct fth_call *call, int moment, struct fth_grid *blocks,
                                 struct fth_error *error)
{
    struct fth_work work = fth_pixels_work(call);
    struct fth_plane *planes[4] = {NULL};
    struct fth_grid rgb[3];
    enum fth_status status =
        fth_pixels_moment(call, PORT_INPUT, moment, call->info.domain, planes, error);
    for (int c = 0; c < 3 && status == FTH_OK; c++)
        rgb[c] = fth_grid_of_plane(planes[c], call->info.domain);
    if (status == FTH_OK)
        status = fth_flicker_blocks(&work, rgb, blocks, error);
    fth_pixels_drop(planes);
    return status;
}

/* By what each tile is to be multiplied. */
static enum fth_status find_gains(const struct fth_call *call, double gains[MOST_TILES],
                                  struct fth_error *error)
{
    const struct params *params = call->params;
    const struct fth_moments *moments = &call->moments[PORT_INPUT];
    struct fth_work work = fth_pixels_work(call);
    struct fth_grid blocks[FTH_FLICKER_MOST];
    bool local = params->area == AREA_LOCAL;
    struct fth_flicker what = {.count = moments->count, .blocks = blocks,
                               .tiles_x = local ? TILES_X : 1, .tiles_y = local ? TILES_Y : 1,
                               .largest = params->largest / 100};
    enum fth_status status = FTH_OK;
    /* the frame at hand is given first and stands between the others */
    for (int i = 1; i < moments->count; i++)
        what.at += moments->frames[i] < call->frame;
    for (int i = 0; i < moments->count && status == FTH_OK; i++) {
        int place = i == 0 ? what.at : i <= what.at ? i - 1 : i;
        status = blocks_of(call, i, &blocks[place], error);
    }
    if (status == FTH_OK)
        status = fth_flicker_gains(&work, &what, gains, error);
    for (int i = 0; i < what.tiles_x * what.tiles_y && status == FTH_OK; i++)
        gains[i] = 1 + (gains[i] - 1) * params->amount / 100;
    for (int i = 1; i < MOST_TILES && status == FTH_OK && !local; i++)
        gains[i] = gains[0];
    return status;
}

/* ---- brighter or darker ---------------------------------------------------------------------- */

/* Between the middles of two tiles: the first of them, and how near the second is. */
static inline int between(int32_t at, int32_t length, int tiles, float *share)
{
    float place = ((float)at + 0.5f) * (float)tiles / (float)length - 0.5f;
    place = place > 0 ? place : 0;
    int first = FTH_MIN((int)place, tiles - 2);
    *share = fminf(place - (float)first, 1);
    return first;
}

struct rows {
    struct fth_rect rect;
    const double *gains;
    struct fth_plane *const *from, *const *to;
    const struct fth_plane *key;
};

static void gain_row(const struct rows *rows, int32_t y, const float *gains)
{
    int32_t width = fth_rect_width(rows->rect), x0 = rows->rect.x0;
    const float *key = rows->key ? fth_plane_at(rows->key, x0, y) : NULL;
    for (int c = 0; c < 3; c++) {
        const float *from = fth_plane_at(rows->from[c], x0, y);
        float *to = fth_plane_at(rows->to[c], x0, y);
        for (int32_t x = 0; x < width; x++)
            to[x] = from[x] * (key ? 1 + key[x] * (gains[x] - 1) : gains[x]);
    }
}

static void gain_rows(void *context, int32_t first, int32_t end, void *scratch)
{
    const struct rows *rows = context;
    int32_t width = fth_rect_width(rows->rect), height = fth_rect_height(rows->rect);
    float *gains = scratch;
    for (int32_t y = first; y < end; y++) {
        float down, along;
        int j = between(y, height, TILES_Y, &down);
        for (int32_t x = 0; x < width; x++) {
            int i = between(x, width, TILES_X, &along);
            const double *a = rows->gains + j * TILES_X + i, *b = a + TILES_X;
            float above = (float)a[0] + along * (float)(a[1] - a[0]);
            float below = (float)b[0] + along * (float)(b[1] - b[0]);
            gains[x] = above + down * (below - above);
        }
        gain_row(rows, rows->rect.y0 + y, gains);
    }
}

static enum fth_status calm(const struct fth_call *call, struct fth_plane *const from[4],
                            struct fth_plane *to[4], struct fth_error *error)
{
    const struct params *params = call->params;
    struct fth_key_view view = {call->inputs[PORT_KEY], params->key_channel, params->key_invert};
    struct fth_work work = fth_pixels_work(call);
    struct fth_rect rect = call->info.domain;
    struct fth_plane *key = NULL;
    double gains[MOST_TILES];
    for (int i = 0; i < MOST_TILES; i++)
        gains[i] = 1;
    enum fth_status status = FTH_OK;
    if (view.image)
        status = fth_pixels_key(call, &view, rect, &key, error);
    if (status == FTH_OK && !fth_rect_empty(rect) && params->amount > 0)
        status = find_gains(call, gains, error);
    for (int c = 0; c < 3 && status == FTH_OK; c++)
        status = fth_plane_new(call->env->buffers, rect, &to[c], error);
    struct rows job = {rect, gains, from, to, key};
    struct fth_rows rows = {gain_rows, &job, 32,
                            (size_t)FTH_MAX(fth_rect_width(rect), 1) * sizeof(float)};
    if (status == FTH_OK && !fth_rect_empty(rect))
        status = fth_rows_run_scratch(&work, fth_rect_height(rect), &rows, error);
    fth_plane_unref(&key);
    return status;
}

static enum fth_status render(const struct fth_call *call, struct fth_image **out,
                              struct fth_error *error)
{
    const struct fth_image *input = call->inputs[PORT_INPUT];
    struct fth_plane *from[4] = {NULL}, *to[4] = {NULL};
    size_t mark = fth_arena_mark(call->arena);
    enum fth_status status = fth_pixels_rgba(call, input, call->info.domain, from, error);
    if (status == FTH_OK)
        status = calm(call, from, to, error);
    if (status == FTH_OK) {
        to[3] = fth_plane_ref(from[3]);
        status = fth_pixels_with(call, input, to, out, error);
    }
    fth_pixels_drop(from);
    fth_pixels_drop(to);
    fth_arena_return(call->arena, mark);
    return status;
}

static const struct fth_step steps[] = {
    {.id = "deflicker", .kind = FTH_NODE_WHOLE, .ports = 1u << PORT_INPUT | 1u << PORT_KEY,
     .is_identity = is_identity, .render = render},
    {NULL},
};

const struct fth_node_desc fth_node_deflicker = {
    .id = "deflicker",
    .label = "Deflicker",
    .tag = "Dfl",
    .group = "Filter",
    .help = "Calms a clip whose brightness jumps from frame to frame: time lapse, lamps, old film. "
            "Fades, cuts and things that move stay as they are.",
    .version = 2,
    .flags = FTH_NODE_SAME_PLANES,
    .params = table,
    .params_size = sizeof(struct params),
    .inputs = ports,
    .steps = steps,
    .frames_in = frames_in,
};
