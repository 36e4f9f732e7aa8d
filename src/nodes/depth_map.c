/* SPDX-License-Identifier: Apache-2.0 */
/* Depth Map: a matte from the distance of things. Six steps, so that a slider never runs the
 * network again: estimate -> guide (what finesse takes from the picture alone) -> map (lift,
 * levels, isolation, invert) -> finesse -> edge -> output (FORMULAS 6.0 to 6.2, 6.8, 6.10). Between
 * the steps the map travels as "disparity". */
#include <string.h>

#include "base/log.h"
#include "nodes/depth_map.h"
#include "nodes/pixels.h"
#include "ops/kernels.h"

enum {
    STEP_ESTIMATE = 1,
    STEP_GUIDE = 2,
    STEP_MAP = 4,
    STEP_FINESSE = 8,
    STEP_EDGE = 16,
    STEP_OUTPUT = 32
};

static const struct fth_choice modes[] = {
    {"faster", "Faster", "Quick and coarser: for scrubbing and finding the look."},
    {"better", "Better", "Finer edges, steadier over time: for the final picture."},
    {NULL},
};
static const struct fth_choice sources[] = {
    {"picture", "The picture", "Depth is estimated from what the picture shows."},
    {"channel", "A depth channel",
     "Depth is read from the input's own disparity or Z channel, as renderers write it."},
    {NULL},
};
static const struct fth_choice outputs[] = {
    {"transparency", "Transparency",
     "Black of the map is transparent: the layer below shows through."},
    {"key", "Key",
     "The picture stays as it is and the map travels in its alpha, as a key for later nodes."},
    {NULL},
};

#define ROW(kind, field, ...) FTH_PARAM(kind, struct fth_depth_map, field, __VA_ARGS__)
#define ON 2u /* the bit of a switch that is on */

static const struct fth_param table[] = {
    ROW(CHOICE, mode, .label = "Mode",
        .help = "How much care goes into the depth. Work in Faster, finish in Better.",
        .choices = modes, .max = 1, .def = {MODE_BETTER}, .group = "Depth",
        .when = {"depth_from", 1u << FROM_PICTURE}, .affects = STEP_ESTIMATE),
    ROW(SWITCH, preview, .label = "Depth Map Preview",
        .help = "Shows the map itself as opaque grey, white near, ready to be graded. Off: the "
                "picture with the map as its alpha.",
        .max = 1, .def = {1}, .group = "Depth", .affects = STEP_OUTPUT),
    ROW(SWITCH, invert, .label = "Invert",
        .help = "Swaps near and far in the map, opaque and transparent in the matte. Limits keep "
                "their meaning.",
        .max = 1, .group = "Depth", .affects = STEP_MAP, .flags = FTH_PARAM_ANIMATES),
    ROW(NUMBER, subject_lift, .label = "Subject Lift",
        .help = "Pushes the people found in the picture nearer than the ground they stand on, so "
                "that Far and Near Limit alone cut them out: at 1 use limits of 0.80 and 0.86.",
        .max = 1, .group = "Depth", .affects = STEP_MAP, .flags = FTH_PARAM_ANIMATES),
    ROW(SWITCH, adjust_map_levels, .label = "Adjust Map Levels",
        .help = "Stretches the map between the two limits and clips it there, as the alpha will "
                "be. "
                "Off: the full range, unclipped.",
        .max = 1, .group = "Resulting Map Adjustment", .affects = STEP_MAP,
        .flags = FTH_PARAM_ANIMATES),
    ROW(NUMBER, far_limit, .label = "Far Limit",
        .help = "Everything farther than this turns black. 0 is the farthest point, 1 the nearest: "
                "raising it pulls the black line towards the camera.",
        .max = 1, .group = "Resulting Map Adjustment", .when = {"adjust_map_levels", ON},
        .affects = STEP_MAP, .flags = FTH_PARAM_ANIMATES),
    ROW(NUMBER, near_limit, .label = "Near Limit",
        .help = "Everything nearer than this turns white. 1 is the nearest point: lowering it "
                "pushes the white line away from the camera. At or below Far Limit the edge is "
                "hard.",
        .max = 1, .def = {1}, .group = "Resulting Map Adjustment",
        .when = {"adjust_map_levels", ON}, .affects = STEP_MAP, .flags = FTH_PARAM_ANIMATES),
    ROW(NUMBER, gamma, .label = "Gamma",
        .help = "Brightens (above 1) or darkens the depths between the limits; black and white "
                "stay. "
                "High: a long fade, low: a late one.",
        .min = 0.1, .max = 5, .def = {1}, .group = "Resulting Map Adjustment",
        .when = {"adjust_map_levels", ON}, .affects = STEP_MAP, .flags = FTH_PARAM_ANIMATES),
    ROW(SWITCH, isolation, .label = "Isolation",
        .help = "Keeps only a slab of depth around Target Depth; all nearer and farther turns "
                "black.",
        .max = 1, .group = "Isolate Specific Depth", .affects = STEP_MAP,
        .flags = FTH_PARAM_ANIMATES),
    ROW(NUMBER, target_depth, .label = "Target Depth",
        .help = "The middle of the slab: 1 fully foreground, 0 fully background. Sweep it to walk "
                "through the scene.",
        .max = 1, .def = {0.5}, .group = "Isolate Specific Depth", .when = {"isolation", ON},
        .affects = STEP_MAP, .flags = FTH_PARAM_ANIMATES),
    ROW(NUMBER, tolerance, .label = "Tolerance",
        .help = "How far the slab reaches to either side of Target Depth.", .max = 1, .def = {0.1},
        .group = "Isolate Specific Depth", .when = {"isolation", ON}, .affects = STEP_MAP,
        .flags = FTH_PARAM_ANIMATES),
    ROW(NUMBER, softness, .label = "Softness",
        .help = "The soft ramp beyond either face of the slab; 0 cuts it hard.", .max = 1,
        .def = {0.05}, .group = "Isolate Specific Depth", .when = {"isolation", ON},
        .affects = STEP_MAP, .flags = FTH_PARAM_ANIMATES),
    ROW(SWITCH, post_processing, .label = "Post Processing",
        .help = "Turns the three controls below on: edges follow the picture, the shape shrinks or "
                "grows, the border softens.",
        .max = 1, .group = "Map Finesse", .affects = STEP_GUIDE | STEP_FINESSE,
        .flags = FTH_PARAM_ANIMATES),
    ROW(NUMBER, post_filter, .label = "Post-Filter",
        .help = "Redraws the map along the picture's own edges and evens it out between them: hair "
                "comes back, and a grade does not change inside one surface.",
        .max = 1, .def = {0.5}, .group = "Map Finesse", .when = {"post_processing", ON},
        .affects = STEP_GUIDE | STEP_FINESSE, .flags = FTH_PARAM_ANIMATES),
    ROW(NUMBER, contract_expand, .label = "Contract/Expand",
        .help = "Grows the bright parts of the map (above 0) or shrinks them, in fractions of a "
                "pixel if need be.",
        .unit = "px", .min = -100, .max = 100, .ui_min = -20, .ui_max = 20, .group = "Map Finesse",
        .when = {"post_processing", ON}, .affects = STEP_FINESSE,
        .flags = FTH_PARAM_ANIMATES | FTH_PARAM_PIXELS),
    ROW(NUMBER, blur, .label = "Blur", .help = "Softens the border of the map.", .unit = "px",
        .max = 100, .ui_max = 50, .group = "Map Finesse", .when = {"post_processing", ON},
        .affects = STEP_FINESSE, .flags = FTH_PARAM_ANIMATES | FTH_PARAM_PIXELS),
    FTH_EDGE_ROWS(struct fth_depth_map, STEP_EDGE, .when = {"preview", 1}),
    ROW(CHOICE, output, .label = "Output",
        .help = "What the matte does to the picture when the preview is off.", .choices = outputs,
        .max = 1, .group = "Output", .when = {"preview", 1}, .affects = STEP_OUTPUT),
    ROW(SWITCH, keep_map, .label = "Keep Map",
        .help = "Hands the map on beside the picture, so that an .exr holds both: "
                "disparity, confidence and subject in layers of their own.",
        .max = 1, .group = "Output", .when = {"preview", 1}, .affects = STEP_OUTPUT),
    ROW(CHOICE, depth_from, .label = "Depth From",
        .help = "Where depth comes from when nothing is connected to the depth input.",
        .choices = sources, .max = 1, .group = "Source", .affects = STEP_ESTIMATE),
    ROW(TEXT, model, .label = "Model",
        .help = "The network to use, by its name in `fathom models list`. Empty: the best one "
                "installed.",
        .group = "Source", .when = {"depth_from", 1u << FROM_PICTURE}, .affects = STEP_ESTIMATE),
    ROW(SWITCH, per_frame, .label = "Per Frame",
        .help = "Looks at every frame alone. Steadiness over time is lost; for stills and for "
                "frames that do not belong together.",
        .max = 1, .group = "Source", .when = {"depth_from", 1u << FROM_PICTURE},
        .affects = STEP_ESTIMATE),
    FTH_PARAM_TABLE_END,
};

static const struct fth_port ports[] = {
    [PORT_INPUT] = {"input", "Input", "The picture whose depth is wanted.", FTH_PORT_PICTURE, 0},
    [PORT_DEPTH] = {"depth", "Depth",
                    "Depth made elsewhere: a bundle, a Z pass, a grey map. Nothing is estimated "
                    "then.",
                    FTH_PORT_DEPTH, 1},
    {NULL},
};

/* ---- map ------------------------------------------------------------------------------------- */

/* FORMULAS 6.2 fixes the order: limits keep their meaning when the map is inverted. */
static void map_row(float *row, const float *depth, const float *subject,
                    const struct fth_depth_map *params, size_t n)
{
    const struct fth_kernels *k = fth_kernels();
    const float *at = depth; /* what has been done so far */
    if (subject && params->subject_lift > 0) {
        k->subject_lift(row, at, subject, (float)params->subject_lift, n);
        at = row;
    }
    if (params->adjust_map_levels) {
        k->levels(row, at, (float)params->far_limit, (float)params->near_limit,
                  (float)params->gamma, n);
        at = row;
    }
    if (params->isolation) {
        k->isolate(row, at, (float)params->target_depth, (float)params->tolerance,
                   (float)params->softness, n);
        at = row;
    }
    if (params->invert)
        k->invert(row, at, n);
    else if (at != row)
        memcpy(row, at, n * sizeof(*row));
}

static bool map_is_identity(const struct fth_call *call)
{
    const struct fth_depth_map *params = call->params;
    return params->subject_lift == 0 && !params->adjust_map_levels && !params->isolation &&
           !params->invert;
}

static enum fth_status render_map(const struct fth_call *call, struct fth_image **out,
                                  struct fth_error *error)
{
    const struct fth_depth_map *params = call->params;
    const struct fth_image *before = call->previous;
    const struct fth_plane *depth = fth_image_plane(before, "disparity");
    const struct fth_plane *subject = fth_image_plane(before, "subject");
    struct fth_plane *map = NULL;
    if (params->subject_lift > 0 && !subject)
        fth_log_once(FTH_LOG_WARNING, "depth_map: this depth does not say where people are, so "
                                      "subject_lift changes nothing");
    enum fth_status status = fth_plane_new(call->env->buffers, call->rect, &map, error);
    if (status != FTH_OK)
        return status;
    size_t count = (size_t)fth_rect_width(call->rect);
    int32_t x = call->rect.x0;
    for (int32_t y = call->rect.y0; y < call->rect.y1; y++) {
        float *row = fth_plane_at(map, x, y);
        map_row(row, fth_plane_at(depth, x, y), subject ? fth_plane_at(subject, x, y) : NULL,
                params, count);
    }
    return fth_depth_map_replace(before, map, out, error);
}

void fth_depth_map_remark_empty(const struct fth_call *call)
{
    static const float least = 1 / 255.F; /* what still shows in 8 bits */
    const struct fth_depth_map *params = call->params;
    const struct fth_plane *map = fth_image_plane(call->previous, "disparity");
    struct fth_rect rect = map->rect;
    if (params->invert || !params->adjust_map_levels || fth_rect_empty(rect))
        return;
    for (int32_t y = rect.y0; y < rect.y1; y++) {
        const float *row = fth_plane_at(map, rect.x0, y);
        for (int32_t x = 0; x < fth_rect_width(rect); x++)
            if (!(row[x] < least))
                return;
    }
    fth_log_once(FTH_LOG_WARNING,
                 "depth_map: nothing is nearer than far_limit %g, in one frame at least%s: the "
                 "matte is black there; lower far_limit, or look at the map with preview on",
                 params->far_limit,
                 params->subject_lift > 0 ? ", and nobody was found to lift" : "");
}

/* ---- output ---------------------------------------------------------------------------------- */

static enum fth_status add_constant(const struct fth_call *call, struct fth_image *image,
                                    const char *name, float value, struct fth_error *error)
{
    struct fth_plane *plane = NULL;
    enum fth_status status =
        fth_image_add(image, name, call->env->buffers, call->rect, &plane, error);
    if (status == FTH_OK)
        fth_plane_fill(plane, value);
    return status;
}

/* The map's own planes beside what the picture has, whose colours stay. */
static enum fth_status add_bundle(const struct fth_call *call, struct fth_image *image,
                                  struct fth_error *error)
{
    enum fth_status status = FTH_OK;
    for (int i = 0; i < call->previous->channel_count && status == FTH_OK; i++) {
        const struct fth_channel *channel = &call->previous->channels[i];
        if (fth_image_plane(image, channel->name))
            continue;
        status = fth_image_set(image, channel->name, fth_plane_ref(channel->plane), error);
    }
    return status;
}

/* The map as opaque grey; the bundle's planes stay beside it, so that an EXR of it is a bundle. */
static enum fth_status show_map(const struct fth_call *call, struct fth_image *image,
                                struct fth_error *error)
{
    struct fth_plane *map = fth_image_plane(call->previous, "disparity");
    enum fth_status status = FTH_OK;
    for (int i = 0; i < 3 && status == FTH_OK; i++)
        status = fth_image_set(image, fth_rgba_names[i], fth_plane_ref(map), error);
    if (status == FTH_OK)
        status = add_constant(call, image, "A", 1, error);
    return status == FTH_OK ? add_bundle(call, image, error) : status;
}

/* Colours times the matte; `factor` is the whole alpha for straight colours, the map alone for
 * multiplied ones. */
static enum fth_status cut_colours(const struct fth_call *call, struct fth_plane *const planes[4],
                                   const struct fth_plane *factor, struct fth_image *image,
                                   struct fth_error *error)
{
    struct fth_rect rect = call->rect;
    size_t n = (size_t)fth_rect_width(rect);
    float *line = fth_arena_take(call->arena, n, sizeof(*line));
    if (!line)
        return fth_fail_memory(error, n * sizeof(*line), "a row");
    for (int i = 0; i < 3; i++) {
        struct fth_plane *to = NULL;
        enum fth_status status = fth_pixels_made(call, fth_rgba_names[i], &to, error);
        for (int32_t y = rect.y0; y < rect.y1 && status == FTH_OK; y++) {
            float *dst = fth_plane_at(to, rect.x0, y), *row = to->streams ? line : dst;
            fth_kernels()->multiply(row, fth_plane_at(planes[i], rect.x0, y),
                                    fth_plane_at(factor, rect.x0, y), n);
            if (row != dst)
                fth_kernels()->stream(dst, row, n);
        }
        if (status == FTH_OK)
            status = fth_image_set(image, fth_rgba_names[i], to, error);
        if (status != FTH_OK)
            return status;
    }
    return FTH_OK;
}

static enum fth_status cut_out(const struct fth_call *call, struct fth_image *image,
                               struct fth_error *error)
{
    const struct fth_image *input = call->inputs[PORT_INPUT];
    const struct fth_plane *map = fth_image_plane(call->previous, "disparity");
    struct fth_plane *planes[4] = {NULL}, *matte = NULL, *alpha = NULL;
    bool clean = !fth_depth_map_edge_is_identity(call);
    enum fth_status status = fth_pixels_rgba(call, input, call->rect, planes, error);
    for (int i = 0; i < 3 && clean && status == FTH_OK; i++) {
        fth_plane_unref(&planes[i]);
        planes[i] = fth_plane_ref(fth_image_plane(call->previous, fth_rgba_names[i]));
    }
    if (status == FTH_OK)
        status = fth_image_add(image, "A", call->env->buffers, call->rect, &alpha, error);
    if (status == FTH_OK)
        fth_depth_map_matte(map, planes[3], alpha);
    bool multiplied = input->premultiplied && planes[3] && !clean;
    if (status == FTH_OK && multiplied) {
        status = fth_plane_new(call->env->buffers, call->rect, &matte, error);
        if (status == FTH_OK)
            fth_depth_map_matte(map, NULL, matte);
    }
    if (status == FTH_OK)
        status = cut_colours(call, planes, multiplied ? matte : alpha, image, error);
    fth_pixels_drop(planes);
    fth_plane_unref(&matte);
    return status;
}

static enum fth_status attach_key(const struct fth_call *call, struct fth_image *image,
                                  struct fth_error *error)
{
    struct fth_plane *planes[4] = {NULL}, *alpha = NULL;
    enum fth_status status =
        fth_pixels_rgba(call, call->inputs[PORT_INPUT], call->rect, planes, error);
    for (int i = 0; i < 3 && status == FTH_OK; i++) {
        status = fth_image_set(image, fth_rgba_names[i], planes[i], error);
        planes[i] = NULL;
    }
    if (status == FTH_OK)
        status = fth_image_add(image, "A", call->env->buffers, call->rect, &alpha, error);
    if (status == FTH_OK)
        fth_depth_map_matte(fth_image_plane(call->previous, "disparity"), NULL, alpha);
    image->alpha_is_key = true;
    fth_pixels_drop(planes);
    return status;
}

static bool output_ignores(const struct fth_call *call, int port)
{
    const struct fth_depth_map *params = call->params;
    return port == PORT_INPUT && params->preview;
}

static enum fth_status render_output(const struct fth_call *call, struct fth_image **out,
                                     struct fth_error *error)
{
    const struct fth_depth_map *params = call->params;
    struct fth_image *image = NULL;
    enum fth_status status = fth_image_new(call->info.format, call->info.domain, &image, error);
    if (status != FTH_OK)
        return status;
    image->premultiplied = call->info.premultiplied;
    image->colour = call->info.colour;
    fth_image_copy_depth(image, call->previous);
    if (!map_is_identity(call)) { /* no distances any more */
        image->depth = FTH_DEPTH_NORMALISED;
        image->depth_encoding = FTH_ENCODED_UNKNOWN;
        image->near_m = image->far_m = 0;
    }
    if (params->preview)
        status = show_map(call, image, error);
    else if (params->output == OUTPUT_KEY)
        status = attach_key(call, image, error);
    else
        status = cut_out(call, image, error);
    if (status == FTH_OK && params->keep_map && !params->preview)
        status = add_bundle(call, image, error);
    if (status == FTH_OK)
        *out = image;
    else
        fth_image_unref(&image);
    return status;
}

/* ---- the node -------------------------------------------------------------------------------- */

static enum fth_status tell(const struct fth_call *call, struct fth_info *out,
                            struct fth_error *error)
{
    const struct fth_depth_map *params = call->params;
    (void)error;
    out->domain = fth_format_rect(out->format);
    out->has_alpha = true;
    out->premultiplied = params->preview || params->output == OUTPUT_TRANSPARENCY;
    out->depth = FTH_DEPTH_RELATIVE_INVERSE;
    if (params->preview) { /* a map is no colour of the footage */
        out->footage.tags = (struct fth_tags){0};
        out->colour = out->fits = FTH_COLOUR_DATA;
    }
    return FTH_OK;
}

static const struct fth_step steps[] = {
    {.id = "estimate", .kind = FTH_NODE_ANALYSIS, .ports = 1u << PORT_INPUT | 1u << PORT_DEPTH,
     .ignores_port = fth_depth_map_source_ignores, .analysis = &fth_depth_map_analysis},
    {.id = "guide", .kind = FTH_NODE_WHOLE, .ports = 1u << PORT_INPUT,
     .ignores_port = fth_depth_map_finesse_ignores,
     .is_identity = fth_depth_map_guide_is_identity, .render = fth_depth_map_guide},
    {.id = "map", .kind = FTH_NODE_POINT, .is_identity = map_is_identity, .render = render_map},
    {.id = "finesse", .kind = FTH_NODE_WHOLE, .ports = 1u << PORT_INPUT,
     .ignores_port = fth_depth_map_finesse_ignores,
     .is_identity = fth_depth_map_finesse_is_identity,
     .render = fth_depth_map_finesse},
    {.id = "edge", .kind = FTH_NODE_WHOLE, .ports = 1u << PORT_INPUT,
     .ignores_port = fth_depth_map_edge_ignores,
     .is_identity = fth_depth_map_edge_is_identity,
     .render = fth_depth_map_edge},
    {.id = "output", .kind = FTH_NODE_POINT, .ports = 1u << PORT_INPUT,
     .ignores_port = output_ignores, .render = render_output},
    {NULL},
};

const struct fth_node_desc fth_node_depth_map = {
    .id = "depth_map",
    .label = "Depth Map",
    .tag = "DMp",
    .group = "Depth",
    .help = "Sees how far things are from the camera and makes a matte of it: white near, black "
            "far. "
            "Levels, a slab of depth, or lifted people say what belongs to it.",
    .version = 2,
    .flags = FTH_NODE_MAKES_MATTE,
    .params = table,
    .params_size = sizeof(struct fth_depth_map),
    .inputs = ports,
    .steps = steps,
    .domain = tell,
    .hash_extra = fth_depth_map_hash,
    .open = fth_depth_map_open,
    .close = fth_depth_map_close,
};
