/* SPDX-License-Identifier: Apache-2.0 */
/* Z merge: up to three pictures laid by depth, pixel by pixel: the nearest hides what is behind it
 * as far as it is opaque. A layer's share of a pixel is the product of what every other one in
 * front of it lets through; where two are nearly as near, each is in front in part. */
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "nodes/layers.h"
#include "nodes/map.h"

enum {
    LAYERS = 3,
    PORT_DEPTH = LAYERS, /* of the background; of the others after it */
    PORTS = 2 * LAYERS
};
enum { AS_THEY_COME, NEARNESS, DISTANCE };
enum { PLANE_OR_CONSTANT, CONSTANT };

/* What is infinitely far, in metres: a number that others can be taken from. */
#define FARTHEST 1e10f

struct params {
    double softness, near_m, far_m;
    double background_at, foreground_at, layer_3_at;
    int32_t compare, background_depth_from, foreground_depth_from, layer_3_depth_from;
};

static const struct fth_choice compares[] = {
    {"auto", "As They Come", "Nearness where the depths are nearness, metres where they are "
                             "distances."},
    {"nearness", "Nearness", "1 near, 0 far, as Depth Map puts it out."},
    {"distance", "Distance", "Metres from the camera, as renderers write Z."},
    {NULL},
};
static const struct fth_choice origins[] = {
    {"picture", "Depth Plane", "Its depth input, or the depth that the picture brings along; "
                               "the constant where it has neither."},
    {"constant", "Constant", "One depth for the whole picture, whatever it brings along."},
    {NULL},
};

#define ROW(kind, field, ...) FTH_PARAM(kind, struct params, field, __VA_ARGS__)
#define FROM(layer, words)                                                                         \
    ROW(CHOICE, layer##_depth_from, .label = "Depth From",                                         \
        .help = "Where the depth of the " words " comes from.", .choices = origins,                \
        .max = CONSTANT, .group = words)
#define AT(layer, words, at)                                                                       \
    ROW(NUMBER, layer##_at, .label = "Constant Depth",                                             \
        .help = "Where the " words " stands when it has no depth of its own: 0 far to 1 near, or " \
                "metres where distances are compared (0: behind everything).",                     \
        .max = 1e6, .ui_max = 1, .def = {at}, .group = words, .flags = FTH_PARAM_ANIMATES)

static const struct fth_param table[] = {
    ROW(NUMBER, softness, .label = "Softness",
        .help = "Layers that are closer to each other in depth than this show through one "
                "another, so that they meet softly instead of in steps. In the unit that is "
                "compared: nearness or metres.",
        .max = 1000, .ui_max = 0.2, .group = "Depth", .flags = FTH_PARAM_ANIMATES),
    ROW(CHOICE, compare, .label = "Compare", .help = "In which measure depths are compared.",
        .choices = compares, .max = DISTANCE, .group = "Depth"),
    ROW(NUMBER, near_m, .label = "Near",
        .help = "The distance that nearness 1 stands for, where nearness and distances are to be "
                "compared; 0: as the pictures know.",
        .unit = "m", .max = 1e6, .ui_max = 100, .group = "Depth", .flags = FTH_PARAM_ANIMATES),
    ROW(NUMBER, far_m, .label = "Far",
        .help = "The distance that nearness 0 stands for, where nearness and distances are to be "
                "compared; 0: as the pictures know.",
        .unit = "m", .max = 1e6, .ui_max = 1000, .group = "Depth", .flags = FTH_PARAM_ANIMATES),
    FROM(background, "background"), AT(background, "background", 0),
    FROM(foreground, "foreground"), AT(foreground, "foreground", 0.5),
    FROM(layer_3, "third layer"), AT(layer_3, "third layer", 0.5),
    FTH_PARAM_TABLE_END,
};

static const struct fth_port ports[] = {
    [FTH_LAYER_BACK] = {"background", "Background",
                        "A picture; its size is the result's. Of layers at one depth the later "
                        "one is in front.",
                        FTH_PORT_PICTURE, 0},
    [FTH_LAYER_FRONT] = {"foreground", "Foreground",
                         "A picture among the others, centred; opaque where it has no alpha.",
                         FTH_PORT_PICTURE, 0},
    {"layer_3", "Third Layer", "One more; put Z Merges in a row for further ones.",
     FTH_PORT_PICTURE, 1},
    [PORT_DEPTH] = {"background_depth", "Background Depth",
                    "The background's depth, where it does not bring its own along.",
                    FTH_PORT_DEPTH, 1},
    {"foreground_depth", "Foreground Depth",
     "The foreground's depth, where it does not bring its own along.", FTH_PORT_DEPTH, 1,
     .lies_on = FTH_LAYER_FRONT},
    {"layer_3_depth", "Third Depth",
     "The third layer's depth, where it does not bring its own along.", FTH_PORT_DEPTH, 1,
     .lies_on = 2},
    {NULL},
};
static const char *const layer_names[LAYERS] = {"the background", "the foreground",
                                                "the third layer"};

static int32_t depth_from(const struct params *params, int layer)
{
    const int32_t from[LAYERS] = {params->background_depth_from, params->foreground_depth_from,
                                  params->layer_3_depth_from};
    return from[layer];
}

static double constant_of(const struct params *params, int layer)
{
    const double at[LAYERS] = {params->background_at, params->foreground_at, params->layer_3_at};
    return at[layer];
}

/* ---- where things are ------------------------------------------------------------------------ */

/* A depth lies on its layer, pixel by pixel. */
static struct fth_rect region_in(const struct fth_call *call, int port, struct fth_rect rect)
{
    if (port < LAYERS)
        return fth_layers_region(call, port, rect);
    if (port >= PORTS || !call->input_infos[port - LAYERS])
        return rect;
    struct fth_shift shift = fth_layers_shift(call, port - LAYERS);
    return fth_rect_moved(rect, shift.dx, shift.dy);
}

static bool is_point(const struct fth_call *call)
{
    struct fth_format frame = call->input_infos[FTH_LAYER_BACK]->format;
    bool same = true;
    for (int port = 0; port < PORTS; port++) {
        const struct fth_info *info = call->input_infos[port];
        same = same && (!info || (info->format.width == frame.width &&
                                  info->format.height == frame.height));
    }
    return same;
}

/* A depth without its layer, and that of a layer at a constant depth, are not looked at. */
static bool ignores_port(const struct fth_call *call, int port)
{
    return port >= PORT_DEPTH && port < PORTS &&
           (!call->input_infos[port - LAYERS] ||
            depth_from(call->params, port - LAYERS) == CONSTANT);
}

static enum fth_status tell(const struct fth_call *call, struct fth_info *out,
                            struct fth_error *error)
{
    const struct params *params = call->params;
    bool in_metres = params->compare == DISTANCE;
    struct fth_rect domain = fth_layers_domain(call);
    (void)error;
    if (call->input_infos[2] && call->common->clipping_mode != FTH_CLIP_DOMAIN) {
        struct fth_shift shift = fth_layers_shift(call, 2);
        domain = fth_rect_join(
            domain, fth_rect_moved(call->input_infos[2]->domain, -shift.dx, -shift.dy));
        if (call->common->clipping_mode == FTH_CLIP_FRAME)
            domain = fth_rect_intersect(domain, fth_format_rect(out->format));
    }
    for (int port = 0; port < PORTS; port++) {
        const struct fth_info *info = call->input_infos[port];
        in_metres = in_metres || (params->compare == AS_THEY_COME && info &&
                                  info->depth == FTH_DEPTH_METRIC_Z);
    }
    out->domain = domain;
    out->premultiplied = true;
    out->depth = in_metres ? FTH_DEPTH_METRIC_Z : FTH_DEPTH_RELATIVE_INVERSE;
    return FTH_OK;
}

/* ---- depths ---------------------------------------------------------------------------------- */

/* How a layer's depth is to be had. */
struct source {
    const struct fth_image *image; /* NULL: a constant */
    int port;
    const char *channel;
    enum fth_map_kind kind;
    enum fth_depth_encoding coded; /* LINEAR, LOG: to be decoded first */
    double near_m, far_m;          /* of nearness; 0: not known */
};

static enum fth_map_kind kind_of(const struct fth_image *image, const char *channel)
{
    enum fth_map_kind kind = fth_map_kind_of(channel);
    if (kind == FTH_MAP_NEARNESS && image->depth == FTH_DEPTH_METRIC_INVERSE)
        kind = FTH_MAP_INVERSE;
    return kind;
}

static enum fth_status find_source(const struct fth_call *call, int layer, struct source *source,
                                   struct fth_error *error)
{
    const struct params *params = call->params;
    *source = (struct source){.near_m = params->near_m, .far_m = params->far_m};
    if (depth_from(params, layer) == CONSTANT)
        return FTH_OK;
    int port = call->inputs[layer + LAYERS] ? layer + LAYERS : layer;
    const struct fth_image *image = call->inputs[port];
    const char *channel = fth_map_find(image, NULL);
    if (!channel && port != layer)
        return fth_fail(error, FTH_ERR_NOT_FOUND, "the input %s has no depth (disparity, Z, R)",
                        ports[port].id);
    /* a picture's own red is no depth */
    if (!channel || (port == layer && strcmp(channel, "R") == 0))
        return FTH_OK;
    *source = (struct source){image, port, channel, kind_of(image, channel),
                              image->depth_encoding, image->near_m, image->far_m};
    bool knows = source->near_m > 0 && source->far_m > source->near_m;
    if (params->near_m > 0 || !knows)
        source->near_m = params->near_m;
    if (params->far_m > 0 || !knows)
        source->far_m = params->far_m;
    bool is_coded = source->kind == FTH_MAP_NEARNESS && strcmp(channel, "disparity") != 0 &&
                    (source->coded == FTH_ENCODED_LINEAR || source->coded == FTH_ENCODED_LOG);
    if (!is_coded)
        source->coded = FTH_ENCODED_UNKNOWN;
    if (is_coded && !knows)
        return fth_fail(error, FTH_ERR_USAGE, "%s's depth is encoded and does not say from where "
                        "to where; read it with depth_read", layer_names[layer]);
    if (is_coded)
        source->kind = FTH_MAP_DISTANCE;
    return FTH_OK;
}

/* What depths are compared in: distances as soon as one is, or where nearness is of different
 * ranges that are known. */
static bool compares_distances(const struct params *params, const struct source *sources)
{
    bool distances = false;
    const struct source *first = NULL;
    if (params->compare != AS_THEY_COME)
        return params->compare == DISTANCE;
    for (int i = 0; i < LAYERS; i++) {
        const struct source *source = &sources[i];
        if (!source->image)
            continue;
        distances = distances || source->kind != FTH_MAP_NEARNESS;
        if (!first)
            first = source;
        else if (first->near_m > 0 && source->near_m > 0)
            distances = distances || first->near_m != source->near_m ||
                        first->far_m != source->far_m;
    }
    return distances;
}

static enum fth_status check_source(const struct source *source, int layer, bool in_metres,
                                    struct fth_error *error)
{
    bool is_nearness = source->kind == FTH_MAP_NEARNESS;
    if (!source->image || is_nearness == !in_metres ||
        (source->near_m > 0 && source->far_m > source->near_m))
        return FTH_OK;
    return fth_fail(error, FTH_ERR_USAGE,
                    "%s's depth is %s and cannot be compared with %s: give near_m and far_m, the "
                    "metres that nearness 1 and 0 stand for (0 < near < far)",
                    layer_names[layer], is_nearness ? "nearness (1 near)" : "distance",
                    in_metres ? "distances" : "nearness");
}

/* One row of a layer's depth as a number that is larger for what is nearer: nearness, or metres
 * with a minus. */
static void order_row(const struct source *source, bool in_metres, float *row, int32_t n)
{
    float near = source->near_m > 0 ? (float)(1 / source->near_m) : 0;
    float far = source->far_m > 0 ? (float)(1 / source->far_m) : 0;
    for (int32_t x = 0; x < n; x++) {
        float value = row[x], inverse = value;
        if (source->kind == FTH_MAP_DISTANCE)
            inverse = value > 0 ? 1 / value : 0;
        else if (source->kind == FTH_MAP_NEARNESS && in_metres)
            inverse = far + value * (near - far);
        if (source->kind != FTH_MAP_NEARNESS && !in_metres)
            inverse = (inverse - far) / (near - far);
        if (!in_metres)
            row[x] = isfinite(inverse) ? inverse : 0;
        else if (source->kind == FTH_MAP_DISTANCE)
            row[x] = value > 0 && value < FARTHEST ? -value : -FARTHEST;
        else
            row[x] = inverse > 1 / FARTHEST ? -1 / inverse : -FARTHEST;
    }
}

/* A layer's order over call->rect; NULL where it is the same everywhere. */
static enum fth_status take_order(const struct fth_call *call, const struct source *source,
                                  bool in_metres, struct fth_plane **order,
                                  struct fth_error *error)
{
    struct fth_plane *plane = NULL, *decoded = NULL;
    struct fth_rect region = region_in(call, source->port, call->rect);
    size_t n = (size_t)fth_rect_width(call->rect);
    enum fth_status status = fth_pixels_over(call, source->image, source->channel, region, 0,
                                             &plane, error);
    if (status == FTH_OK && source->coded != FTH_ENCODED_UNKNOWN) {
        status = fth_plane_new(call->env->buffers, region, &decoded, error);
        if (status == FTH_OK)
            fth_map_decode(plane, source->coded, source->image->near_m, source->image->far_m,
                           decoded);
    }
    if (status == FTH_OK)
        status = fth_plane_new(call->env->buffers, call->rect, order, error);
    for (int32_t y = call->rect.y0; y < call->rect.y1 && status == FTH_OK; y++) {
        float *row = fth_plane_at(*order, call->rect.x0, y);
        const struct fth_plane *from = decoded ? decoded : plane;
        memcpy(row, fth_plane_at(from, region.x0, y - call->rect.y0 + region.y0), n * sizeof(*row));
        order_row(source, in_metres, row, (int32_t)n);
    }
    fth_plane_unref(&plane);
    fth_plane_unref(&decoded);
    return status;
}

static float constant_order(const struct params *params, int layer, bool in_metres)
{
    double at = constant_of(params, layer);
    if (!in_metres)
        return (float)at;
    return at > 0 ? -(float)at : -FARTHEST;
}

/* ---- pictures -------------------------------------------------------------------------------- */

struct layer {
    struct fth_plane *planes[4], *order;
    float constant; /* where order is NULL */
};

struct stack {
    struct layer layers[LAYERS];
    int count;
    bool in_metres;
};

static void drop_stack(struct stack *stack)
{
    for (int i = 0; i < LAYERS; i++) {
        fth_pixels_drop(stack->layers[i].planes);
        fth_plane_unref(&stack->layers[i].order);
    }
}

/* A key that travels with a picture is not how transparent it is. */
static enum fth_status take_picture(const struct fth_call *call, int port, struct layer *layer,
                                    struct fth_error *error)
{
    const struct fth_image *image = call->inputs[port];
    if (!image->alpha_is_key)
        return fth_layers_take(call, port, FTH_LAYER_FULL, layer->planes, error);
    struct fth_shift shift = fth_layers_shift(call, port);
    struct fth_rect there = fth_rect_moved(image->domain, -shift.dx, -shift.dy);
    enum fth_status status = fth_layers_take(call, port, FTH_LAYER_AS_IT_IS, layer->planes, error);
    if (status == FTH_OK) {
        fth_plane_unref(&layer->planes[3]);
        status = fth_plane_new(call->env->buffers, call->rect, &layer->planes[3], error);
    }
    there = fth_rect_intersect(there, call->rect);
    if (status == FTH_OK)
        fth_plane_fill(layer->planes[3], 0);
    for (int32_t y = there.y0; y < there.y1 && status == FTH_OK; y++) {
        float *row = fth_plane_at(layer->planes[3], there.x0, y);
        for (int32_t x = 0; x < fth_rect_width(there); x++)
            row[x] = 1;
    }
    return status;
}

static enum fth_status take_stack(const struct fth_call *call, struct stack *stack,
                                  struct fth_error *error)
{
    struct source sources[LAYERS] = {{NULL}};
    enum fth_status status = FTH_OK;
    stack->count = call->inputs[2] ? 3 : 2;
    for (int i = 0; i < stack->count && status == FTH_OK; i++)
        status = find_source(call, i, &sources[i], error);
    if (status == FTH_OK)
        stack->in_metres = compares_distances(call->params, sources);
    for (int i = 0; i < stack->count && status == FTH_OK; i++)
        status = check_source(&sources[i], i, stack->in_metres, error);
    for (int i = 0; i < stack->count && status == FTH_OK; i++) {
        struct layer *layer = &stack->layers[i];
        layer->constant = constant_order(call->params, i, stack->in_metres);
        status = take_picture(call, i, layer, error);
        if (status == FTH_OK && sources[i].image)
            status = take_order(call, &sources[i], stack->in_metres, &layer->order, error);
    }
    return status;
}

/* ---- rows ------------------------------------------------------------------------------------ */

/* The shares of two layers after each has let the other through as far as it is in front. */
static void pair(const float *restrict a_order, const float *restrict b_order,
                 const float *restrict a_alpha, const float *restrict b_alpha,
                 float *restrict shares[2], float slope, size_t n)
{
    float *restrict a_share = shares[0], *restrict b_share = shares[1];
    for (size_t x = 0; x < n; x++) {
        float ahead = a_order[x] - b_order[x], front = ahead > 0 ? 1 : 0;
        if (slope > 0)
            front = fth_smoothstep(0.5f + ahead * slope);
        a_share[x] *= 1 - (1 - front) * b_alpha[x];
        b_share[x] *= 1 - front * a_alpha[x];
    }
}

struct rows {
    const float *planes[LAYERS][4];
    float *order[LAYERS], *share[LAYERS];
    int count;
    size_t n;
};

/* Three that share one depth would not add up: together they hide what they hide in any order. */
static void balance(const struct rows *rows)
{
    for (size_t x = 0; x < rows->n; x++) {
        float clear = 1, seen = 0;
        for (int i = 0; i < rows->count; i++) {
            clear *= 1 - rows->planes[i][3][x];
            seen += rows->share[i][x] * rows->planes[i][3][x];
        }
        float scale = seen > 0 ? (1 - clear) / seen : 1;
        for (int i = 0; i < rows->count; i++)
            rows->share[i][x] *= scale;
    }
}

static void add_up(const struct rows *rows, int channel, float *restrict out)
{
    for (int i = 0; i < rows->count; i++) {
        const float *restrict colour = rows->planes[i][channel];
        const float *restrict share = rows->share[i];
        for (size_t x = 0; x < rows->n; x++)
            out[x] = (i ? out[x] : 0) + share[x] * colour[x];
    }
}

/* The depth of what most is seen of; of the farthest where nothing is. */
static void see_depth(const struct rows *rows, bool in_metres, float *restrict out)
{
    for (size_t x = 0; x < rows->n; x++) {
        float most = rows->share[0][x] * rows->planes[0][3][x], order = rows->order[0][x];
        for (int i = 1; i < rows->count; i++) {
            float seen = rows->share[i][x] * rows->planes[i][3][x];
            bool nearer = rows->order[i][x] > order;
            if (seen > most || (seen == most && nearer == (seen > 0))) {
                most = seen;
                order = rows->order[i][x];
            }
        }
        out[x] = in_metres ? -order : order;
    }
}

static enum fth_status begin_rows(const struct fth_call *call, const struct stack *stack,
                                  struct rows *rows, struct fth_error *error)
{
    *rows = (struct rows){.count = stack->count, .n = (size_t)fth_rect_width(call->rect)};
    for (int i = 0; i < stack->count; i++) {
        rows->order[i] = fth_arena_take(call->arena, rows->n, sizeof(float));
        rows->share[i] = fth_arena_take(call->arena, rows->n, sizeof(float));
        if (!rows->order[i] || !rows->share[i])
            return fth_fail_memory(error, rows->n * sizeof(float), "layers");
    }
    return FTH_OK;
}

static enum fth_status lay(const struct fth_call *call, const struct stack *stack,
                           struct fth_plane *const out[5], struct fth_error *error)
{
    const struct params *params = call->params;
    struct fth_rect rect = call->rect;
    struct rows rows;
    float slope = params->softness > 0 ? (float)(0.5 / params->softness) : 0;
    enum fth_status status = begin_rows(call, stack, &rows, error);
    for (int32_t y = rect.y0; y < rect.y1 && status == FTH_OK; y++) {
        for (int i = 0; i < stack->count; i++) {
            const struct layer *layer = &stack->layers[i];
            for (int c = 0; c < 4; c++)
                rows.planes[i][c] = fth_plane_at(layer->planes[c], rect.x0, y);
            if (layer->order)
                rows.order[i] = fth_plane_at(layer->order, rect.x0, y);
            for (size_t x = 0; x < rows.n; x++) {
                rows.share[i][x] = 1;
                if (!layer->order)
                    rows.order[i][x] = layer->constant;
            }
        }
        for (int i = 0; i < stack->count; i++) {
            for (int j = i + 1; j < stack->count; j++)
                pair(rows.order[i], rows.order[j], rows.planes[i][3], rows.planes[j][3],
                     (float *restrict[2]){rows.share[i], rows.share[j]}, slope, rows.n);
        }
        if (stack->count > 2 && slope > 0)
            balance(&rows);
        for (int c = 0; c < 4; c++) {
            if (out[c])
                add_up(&rows, c, fth_plane_at(out[c], rect.x0, y));
        }
        see_depth(&rows, stack->in_metres, fth_plane_at(out[4], rect.x0, y));
    }
    return status;
}

/* Depth that is no longer what is seen goes, the new one takes its place. */
static enum fth_status set_depth(struct fth_image *image, struct fth_plane **depth, bool in_metres,
                                 struct fth_error *error)
{
    enum fth_status status = FTH_OK;
    for (int i = image->channel_count - 1; i >= 0 && status == FTH_OK; i--) {
        const char *name = image->channels[i].name;
        if (strcmp(name, "disparity") == 0 || strcmp(name, "Z") == 0 ||
            strcmp(name, "depth") == 0 || fth_ends_with(name, ".disparity") ||
            fth_ends_with(name, ".Z") || fth_ends_with(name, ".depth"))
            status = fth_image_set(image, name, NULL, error);
    }
    if (status == FTH_OK)
        status = fth_image_set(image, in_metres ? "Z" : "disparity", *depth, error);
    else
        fth_plane_unref(depth);
    *depth = NULL;
    image->depth = in_metres ? FTH_DEPTH_METRIC_Z : FTH_DEPTH_RELATIVE_INVERSE;
    image->depth_encoding = in_metres ? FTH_ENCODED_UNKNOWN : FTH_ENCODED_DISPARITY;
    return status;
}

static enum fth_status render(const struct fth_call *call, struct fth_image **out,
                              struct fth_error *error)
{
    struct stack stack = {.count = 0};
    struct fth_plane *made[5] = {NULL};
    struct fth_image *image = NULL;
    size_t mark = fth_arena_mark(call->arena);
    enum fth_status status = take_stack(call, &stack, error);
    for (int i = 0; i < 5 && status == FTH_OK; i++) {
        if (i != 3 || call->info.has_alpha)
            status = fth_plane_new(call->env->buffers, call->rect, &made[i], error);
    }
    if (status == FTH_OK)
        status = lay(call, &stack, made, error);
    if (status == FTH_OK)
        status = fth_pixels_with(call, call->inputs[FTH_LAYER_BACK], made, &image, error);
    if (status == FTH_OK) {
        image->alpha_is_key = false;
        status = set_depth(image, &made[4], stack.in_metres, error);
    }
    drop_stack(&stack);
    fth_pixels_drop(made);
    fth_plane_unref(&made[4]);
    fth_arena_return(call->arena, mark);
    if (status == FTH_OK)
        *out = image;
    else
        fth_image_unref(&image);
    return status;
}

static const struct fth_step steps[] = {
    {.id = "lay", .kind = FTH_NODE_AREA, .ports = (1u << PORTS) - 1, .region_in = region_in,
     .is_point = is_point, .ignores_port = ignores_port, .render = render},
    {NULL},
};

const struct fth_node_desc fth_node_z_merge = {
    .id = "z_merge",
    .label = "Z Merge",
    .tag = "ZMg",
    .group = "Composite",
    .help = "Lays two or three pictures over each other by depth, pixel by pixel: a title stands "
            "between people, two renders go through one another. The depth of what is seen goes "
            "on with the picture.",
    .version = 1,
    .params = table,
    .params_size = sizeof(struct params),
    .inputs = ports,
    .steps = steps,
    .domain = tell,
};
