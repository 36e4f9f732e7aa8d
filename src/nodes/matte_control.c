/* SPDX-License-Identifier: Apache-2.0 */
/* Matte Control: the alpha of a picture joined with another picture's, its edges worked on, parts
 * of it held out (FEATURES 50, 2D). Four steps: combine -> blur -> the rest -> colours of the edge;
 * the matte travels alone to the third, as A. */
#include <string.h>

#include "nodes/edge.h"
#include "nodes/matte.h"
#include "ops/kernels.h"

enum { PORT_BACK, PORT_FRONT, PORT_GARBAGE, PORT_SOLID };
enum { STEP_COMBINE = 1, STEP_SOFTEN = 2, STEP_FINISH = 4, STEP_EDGE = 8 };
enum { FROM_NONE, FROM_RED, FROM_GREEN, FROM_BLUE, FROM_ALPHA, FROM_LUMA, FROM_SOLID, FROM_CLEAR };
enum { COPY, ADD, SUBTRACT, INVERSE_SUBTRACT, MAXIMUM, MINIMUM, AND, OR, MULTIPLY, OVER, UNDER };
enum { AS_MARKED, PREMULTIPLIED, STRAIGHT };

struct params {
    FTH_MATTE_FIELDS /* first: as struct fth_matte_params */
    double threshold[2];
    int32_t combine, combine_op, background_is;
    FTH_EDGE_FIELDS
};

_Static_assert(offsetof(struct params, post_multiply) ==
                   offsetof(struct fth_matte_params, post_multiply),
               "what all mattes have stands first");

static const struct fth_choice sources[] = {
    {"none", "None", "The background's alpha as it is."},
    {"red", "Red", "The foreground's red is combined with it."},
    {"green", "Green", "The foreground's green is combined with it."},
    {"blue", "Blue", "The foreground's blue is combined with it."},
    {"alpha", "Alpha", "The foreground's alpha is combined with it."},
    {"luma", "Luma", "The foreground's brightness is combined with it."},
    {"solid", "Solid", "Opaque all over."},
    {"clear", "Clear", "Transparent all over."},
    {NULL},
};
static const struct fth_choice operations[] = {
    {"copy", "Copy", "The foreground's in place of the background's."},
    {"add", "Add", "Both, at most 1."},
    {"subtract", "Subtract", "The background's less the foreground's, at least 0."},
    {"inverse_subtract", "Inverse Subtract", "The foreground's less the background's, at least 0."},
    {"maximum", "Maximum", "The more opaque of the two."},
    {"minimum", "Minimum", "The more transparent of the two."},
    {"and", "And", "Opaque where both are at least half so, else transparent: hard."},
    {"or", "Or", "Opaque where either is at least half so, else transparent: hard."},
    {"multiply", "Multiply", "The product: opaque only where both are, soft edges meet softly."},
    {"merge_over", "Merge Over",
     "The foreground's channel laid over the background's alpha by the foreground's alpha."},
    {"merge_under", "Merge Under", "The foreground's channel where the background's alpha is not."},
    {NULL},
};
static const struct fth_choice markings[] = {
    {"as_marked", "As Marked", "As the picture says itself."},
    {"premultiplied", "Premultiplied", "They are: they are divided by the old alpha first."},
    {"straight", "Straight", "They are not: they are whole."},
    {NULL},
};

#define ROW(kind, field, ...) FTH_PARAM(kind, struct params, field, __VA_ARGS__)
#define A_CHANNEL                                                                                  \
    (1u << FROM_RED | 1u << FROM_GREEN | 1u << FROM_BLUE | 1u << FROM_ALPHA | 1u << FROM_LUMA)

static const struct fth_param table[] = {
    ROW(CHOICE, combine, .label = "Matte Combine",
        .help = "What the background's alpha is combined with. A channel needs a foreground.",
        .choices = sources, .max = FROM_CLEAR, .group = "Combine", .affects = STEP_COMBINE,
        .flags = FTH_PARAM_ANIMATES),
    ROW(CHOICE, combine_op, .label = "Combine Operation", .help = "How the two are combined.",
        .choices = operations, .max = UNDER, .group = "Combine", .when = {"combine", A_CHANNEL},
        .affects = STEP_COMBINE, .flags = FTH_PARAM_ANIMATES),
    FTH_MATTE_EDGE_ROWS(struct params, STEP_SOFTEN, STEP_FINISH),
    ROW(RANGE, threshold, .label = "Threshold",
        .help = "What is up to the low handle becomes transparent, from the high one on opaque; "
                "what is between is stretched.",
        .max = 1, .def = {0, 1}, .group = "Matte", .affects = STEP_FINISH,
        .flags = FTH_PARAM_ANIMATES),
    FTH_MATTE_INVERT_ROW(struct params, STEP_FINISH),
    FTH_MATTE_HELD_ROWS(struct params, STEP_FINISH),
    FTH_EDGE_ROWS(struct params, STEP_EDGE, .when = {0}),
    FTH_MATTE_MULTIPLY_ROW(struct params, STEP_FINISH | STEP_EDGE),
    ROW(CHOICE, background_is, .label = "Background Is",
        .help = "Whether the background's colours come multiplied by its alpha.",
        .choices = markings, .max = STRAIGHT, .group = "Output",
        .affects = STEP_FINISH | STEP_EDGE,
        .flags = FTH_PARAM_ANIMATES),
    FTH_PARAM_TABLE_END,
};

static const struct fth_port ports[] = {
    [PORT_BACK] = {"background", "Background", "The picture whose alpha is changed; opaque where "
                                               "it has none.",
                   FTH_PORT_PICTURE, 0},
    [PORT_FRONT] = {"foreground", "Foreground",
                    "A matte, or a picture one of whose channels is used as one: values, which no "
                    "colour management touches.",
                    FTH_PORT_MASK, 1},
    [PORT_GARBAGE] = {"garbage_matte", "Garbage Matte",
                      "What is in it becomes transparent, or with Garbage Mode Fill opaque.",
                      FTH_PORT_MASK, 1},
    [PORT_SOLID] = {"solid_matte", "Solid Matte", "What is in it becomes opaque.", FTH_PORT_MASK,
                    1},
    {NULL},
};

/* ---- combine --------------------------------------------------------------------------------- */

static bool uses_channel(const struct params *params)
{
    return A_CHANNEL >> params->combine & 1;
}

static bool uses_background(const struct params *params)
{
    return params->combine != FROM_SOLID && params->combine != FROM_CLEAR &&
           !(uses_channel(params) && params->combine_op == COPY);
}

static bool combine_ignores(const struct fth_call *call, int port)
{
    const struct params *params = call->params;
    return port == PORT_FRONT ? !uses_channel(params) : !uses_background(params);
}

/* b: the background's alpha; s: the foreground's channel; a: its alpha */
static float combined(int32_t operation, float b, float s, float a)
{
    switch (operation) {
    case ADD: return b + s;
    case SUBTRACT: return b - s;
    case INVERSE_SUBTRACT: return s - b;
    case MAXIMUM: return FTH_MAX(b, s);
    case MINIMUM: return FTH_MIN(b, s);
    case AND: return b >= 0.5f && s >= 0.5f ? 1 : 0;
    case OR: return b >= 0.5f || s >= 0.5f ? 1 : 0;
    case MULTIPLY: return b * s;
    case OVER: return s + (1 - a) * b;
    case UNDER: return b + (1 - b) * s;
    default: return s;
    }
}

/* The foreground's channel and its alpha over call->rect; references. */
static enum fth_status take_front(const struct fth_call *call, struct fth_plane **channel,
                                  struct fth_plane **alpha, struct fth_error *error)
{
    static const int32_t channels[] = {
        [FROM_RED] = FTH_MASK_RED,     [FROM_GREEN] = FTH_MASK_GREEN, [FROM_BLUE] = FTH_MASK_BLUE,
        [FROM_ALPHA] = FTH_MASK_ALPHA, [FROM_LUMA] = FTH_MASK_LUMINANCE};
    const struct params *params = call->params;
    struct fth_key_view view = {call->inputs[PORT_FRONT], channels[params->combine], false};
    enum fth_status status = fth_pixels_key(call, &view, call->rect, channel, error);
    view.channel = FTH_MASK_ALPHA;
    if (status == FTH_OK && params->combine_op == OVER)
        status = fth_pixels_key(call, &view, call->rect, alpha, error);
    return status;
}

static enum fth_status combine(const struct fth_call *call, const struct fth_plane *matte,
                               struct fth_error *error)
{
    const struct params *params = call->params;
    struct fth_plane *channel = NULL, *alpha = NULL;
    struct fth_rect rect = call->rect;
    enum fth_status status = take_front(call, &channel, &alpha, error);
    for (int32_t y = rect.y0; y < rect.y1 && status == FTH_OK; y++) {
        float *row = fth_plane_at(matte, rect.x0, y);
        const float *s = fth_plane_at(channel, rect.x0, y);
        const float *a = alpha ? fth_plane_at(alpha, rect.x0, y) : s;
        for (int32_t x = 0; x < fth_rect_width(rect); x++)
            row[x] = combined(params->combine_op, row[x], s[x], a[x]);
    }
    fth_plane_unref(&channel);
    fth_plane_unref(&alpha);
    return status;
}

static enum fth_status render_combine(const struct fth_call *call, struct fth_image **out,
                                      struct fth_error *error)
{
    const struct params *params = call->params;
    struct fth_rect rect = call->rect;
    struct fth_plane *matte = NULL, *own = NULL;
    enum fth_status status = fth_plane_new(call->env->buffers, rect, &matte, error);
    if (status == FTH_OK)
        fth_plane_fill(matte, params->combine == FROM_SOLID ? 1 : 0);
    if (status == FTH_OK && uses_background(params)) {
        status = fth_pixels_opacity(call, call->inputs[PORT_BACK], rect, &own, error);
        if (status == FTH_OK)
            fth_plane_copy(matte, own, rect, 0);
        fth_plane_unref(&own);
    }
    if (status == FTH_OK && uses_channel(params))
        status = combine(call, matte, error);
    if (status != FTH_OK) {
        fth_plane_unref(&matte);
        return status;
    }
    for (int32_t y = rect.y0; y < rect.y1; y++) {
        float *row = fth_plane_at(matte, rect.x0, y);
        fth_kernels()->clamp(row, row, 0, 1, (size_t)fth_rect_width(rect));
    }
    return fth_matte_pass(call, matte, out, error);
}

/* ---- the rest -------------------------------------------------------------------------------- */

static void finish_row(const struct params *params, float *row, size_t n)
{
    const struct fth_kernels *k = fth_kernels();
    float low = (float)params->threshold[0], high = (float)params->threshold[1];
    fth_matte_shape_row((const struct fth_matte_params *)params, row, n);
    if (low != 0 || high != 1)
        k->levels(row, row, low, high, 1, n);
    if (params->invert)
        k->invert(row, row, n);
}

static bool is_multiplied(const struct params *params, const struct fth_image *back)
{
    return params->background_is == AS_MARKED ? fth_matte_is_multiplied(back)
                                              : params->background_is == PREMULTIPLIED;
}

static enum fth_status render_finish(const struct fth_call *call, struct fth_image **out,
                                     struct fth_error *error)
{
    const struct params *params = call->params;
    const struct fth_image *back = call->inputs[PORT_BACK];
    const struct fth_plane *before = fth_image_plane(call->previous, "A");
    struct fth_rect rect = call->rect;
    size_t n = (size_t)fth_rect_width(rect);
    struct fth_plane *matte = NULL;
    enum fth_status status = fth_plane_new(call->env->buffers, rect, &matte, error);
    for (int32_t y = rect.y0; y < rect.y1 && status == FTH_OK; y++) {
        float *row = fth_plane_at(matte, rect.x0, y);
        memcpy(row, fth_plane_at(before, rect.x0, y), n * sizeof(*row));
        finish_row(params, row, n);
    }
    if (status == FTH_OK)
        status = fth_matte_hold(call, call->inputs[PORT_SOLID], call->inputs[PORT_GARBAGE], matte,
                                error);
    if (status != FTH_OK) {
        fth_plane_unref(&matte);
        return status;
    }
    return fth_matte_deliver(call, back, is_multiplied(params, back), matte, out, error);
}

/* ---- the edge -------------------------------------------------------------------------------- */

static bool edge_is_identity(const struct fth_call *call)
{
    const struct params *params = call->params;
    return !params->decontaminate || params->decontaminate_amount == 0;
}

static bool edge_ignores(const struct fth_call *call, int port)
{
    (void)port;
    return edge_is_identity(call);
}

static enum fth_status render_edge(const struct fth_call *call, struct fth_image **out,
                                   struct fth_error *error)
{
    const struct params *params = call->params;
    const struct fth_image *back = call->inputs[PORT_BACK];
    struct fth_edge_how how = {params->decontaminate_amount, params->edge_width};
    struct fth_rect whole = call->info.domain;
    struct fth_plane *planes[4] = {NULL}, *alpha = NULL;
    if (edge_is_identity(call))
        return fth_image_new_like(call->previous, out, error);
    enum fth_status status =
        fth_pixels_over(call, call->previous, "A", whole, 0, &alpha, error);
    if (status == FTH_OK)
        status = fth_edge_colours(call, back, is_multiplied(params, back), alpha, how, planes,
                                  error);
    for (int i = 0; i < 3 && status == FTH_OK && params->post_multiply; i++)
        for (int32_t y = whole.y0; y < whole.y1; y++) {
            float *row = fth_plane_at(planes[i], whole.x0, y);
            fth_kernels()->cut(row, row, fth_plane_at(alpha, whole.x0, y),
                               (size_t)fth_rect_width(whole));
        }
    planes[3] = alpha;
    if (status == FTH_OK)
        status = fth_pixels_with(call, call->previous, planes, out, error);
    fth_pixels_drop(planes);
    return status;
}

/* ---- the node -------------------------------------------------------------------------------- */

static enum fth_status tell(const struct fth_call *call, struct fth_info *out,
                            struct fth_error *error)
{
    const struct params *params = call->params;
    if (uses_channel(params) && !call->input_infos[PORT_FRONT])
        return fth_fail(error, FTH_ERR_USAGE,
                        "a channel of the foreground is to be combined, and nothing is connected "
                        "there");
    out->domain = fth_matte_domain(call, out->domain);
    out->has_alpha = true;
    out->premultiplied = params->post_multiply;
    return FTH_OK;
}

static const struct fth_step steps[] = {
    {.id = "combine", .kind = FTH_NODE_POINT, .ports = 1u << PORT_BACK | 1u << PORT_FRONT,
     .ignores_port = combine_ignores, .render = render_combine},
    {.id = "soften", .kind = FTH_NODE_WHOLE, .is_identity = fth_matte_is_sharp,
     .render = fth_matte_soften},
    {.id = "finish", .kind = FTH_NODE_POINT,
     .ports = 1u << PORT_BACK | 1u << PORT_GARBAGE | 1u << PORT_SOLID, .render = render_finish},
    {.id = "edge", .kind = FTH_NODE_WHOLE, .ports = 1u << PORT_BACK, .ignores_port = edge_ignores,
     .is_identity = edge_is_identity, .render = render_edge},
    {NULL},
};

const struct fth_node_desc fth_node_matte_control = {
    .id = "matte_control",
    .label = "Matte Control",
    .tag = "Mat",
    .group = "Matte",
    .help = "Works on the alpha a picture has: combines it with another matte, softens, stretches "
            "and inverts it, holds parts out of it, cleans the colours of its edge.",
    .version = 1,
    .flags = FTH_NODE_PICKS_CHANNEL,
    .params = table,
    .params_size = sizeof(struct params),
    .inputs = ports,
    .steps = steps,
    .domain = tell,
};
