/* SPDX-License-Identifier: Apache-2.0 */
/* Channels: each channel of the result is one of two pictures' channels, nothing or full. Values
 * are carried as they are; what premultiplies and divides is a choice of its own. */
#include <string.h>

#include "base/text.h"
#include "nodes/pixels.h"
#include "ops/kernels.h"

enum { PORT_INPUT, PORT_OTHER };

enum source {
    FROM_RED, FROM_GREEN, FROM_BLUE, FROM_ALPHA, FROM_LUMINANCE, FROM_NAMED,
    FROM_OTHER_RED, FROM_OTHER_GREEN, FROM_OTHER_BLUE, FROM_OTHER_ALPHA, FROM_OTHER_LUMINANCE,
    FROM_OTHER_NAMED, FROM_ZERO, FROM_ONE
};
enum { KEEP, MULTIPLY, DIVIDE, CALL_MULTIPLIED, CALL_STRAIGHT };

struct params {
    int32_t multiply;
    int32_t to_red, to_green, to_blue, to_alpha;
    const char *channel_name;
};

static const struct fth_choice sources[] = {
    {"red", "Red", "The picture's red."},
    {"green", "Green", "The picture's green."},
    {"blue", "Blue", "The picture's blue."},
    {"alpha", "Alpha", "The picture's alpha; full where it has none."},
    {"luminance", "Luminance", "The picture's brightness."},
    {"named", "Named", "The channel of the picture that Channel Name says."},
    {"other_red", "Other Red", "Red of the other picture."},
    {"other_green", "Other Green", "Green of the other picture."},
    {"other_blue", "Other Blue", "Blue of the other picture."},
    {"other_alpha", "Other Alpha", "Alpha of the other picture; full where it has none."},
    {"other_luminance", "Other Luminance", "Brightness of the other picture."},
    {"other_named", "Other Named", "The channel of the other picture that Channel Name says."},
    {"zero", "Zero", "Nothing: black, or transparent."},
    {"one", "One", "Full: white, or opaque."},
    {NULL},
};
static const struct fth_choice multiplies[] = {
    {"keep", "Keep", "Values stay. Under a new alpha the colours count as not multiplied by it."},
    {"multiply", "Premultiply",
     "Multiplies the colours by alpha, unless they are: a cut-out to lay over others."},
    {"divide", "Unpremultiply",
     "Divides the colours by alpha, unless they are free of it: soft edges get their full colour."},
    {"call_multiplied", "Call Premultiplied",
     "Changes no value, says that colours are multiplied: mends a file that was read wrongly."},
    {"call_straight", "Call Straight", "Changes no value, says that colours are not multiplied."},
    {NULL},
};

#define ROW(kind, field, ...)                                                                      \
    FTH_PARAM(kind, struct params, field, .flags = FTH_PARAM_ANIMATES, __VA_ARGS__)
#define TO(field, ...) ROW(CHOICE, field, .choices = sources, .max = FROM_ONE, __VA_ARGS__)

static const struct fth_param table[] = {
    TO(to_red, .label = "Red", .help = "Where the red of the result comes from.",
       .def = {FROM_RED}, .group = "Channels"),
    TO(to_green, .label = "Green", .help = "Where the green of the result comes from.",
       .def = {FROM_GREEN}, .group = "Channels"),
    TO(to_blue, .label = "Blue", .help = "Where the blue of the result comes from.",
       .def = {FROM_BLUE}, .group = "Channels"),
    TO(to_alpha, .label = "Alpha",
       .help = "Where the alpha of the result comes from: what is opaque, what can be seen "
               "through.",
       .def = {FROM_ALPHA}, .group = "Channels"),
    FTH_PARAM(TEXT, struct params, channel_name, .label = "Channel Name",
              .help = "The channel that Named stands for, as fathom probe lists it: Z, disparity, "
                      "a pass of a renderer.",
              .def_text = "Z", .group = "Channels"),
    ROW(CHOICE, multiply, .label = "Colours and Alpha",
        .help = "Whether colours are multiplied by alpha afterwards.", .choices = multiplies,
        .max = CALL_STRAIGHT, .group = "Alpha"),
    FTH_PARAM_TABLE_END,
};

static const struct fth_port ports[] = {
    [PORT_INPUT] = {"input", "Input", "The picture whose channels are changed.", FTH_PORT_PICTURE,
                    0},
    [PORT_OTHER] = {"other", "Other", "A second picture to take channels from, pixel upon pixel.",
                    FTH_PORT_PICTURE, 1},
    {NULL},
};

static bool is_other(int32_t source)
{
    return source >= FROM_OTHER_RED && source <= FROM_OTHER_NAMED;
}

static bool uses_other(const struct params *params)
{
    return is_other(params->to_red) || is_other(params->to_green) || is_other(params->to_blue) ||
           is_other(params->to_alpha);
}

static bool replaces_alpha(const struct params *params)
{
    return params->to_alpha != FROM_ALPHA;
}

/* Whether colours are multiplied by the result's alpha before anything is done about it. */
static bool comes_multiplied(const struct params *params, bool input_multiplied)
{
    return !replaces_alpha(params) && input_multiplied;
}

static enum fth_status tell(const struct fth_call *call, struct fth_info *out,
                            struct fth_error *error)
{
    const struct params *params = call->params;
    const struct fth_info *other = call->input_infos[PORT_OTHER];
    if (uses_other(params) && !other)
        return fth_fail(error, FTH_ERR_USAGE,
                        "a channel is to come from the input 'other', and nothing is connected "
                        "there");
    if (uses_other(params))
        out->domain = fth_rect_join(out->domain, other->domain);
    out->has_alpha = out->has_alpha || replaces_alpha(params);
    if (!out->has_alpha)
        return FTH_OK;
    if (params->multiply == KEEP)
        out->premultiplied = comes_multiplied(params, out->premultiplied);
    else
        out->premultiplied = params->multiply == MULTIPLY || params->multiply == CALL_MULTIPLIED;
    return FTH_OK;
}

static bool is_identity(const struct fth_call *call)
{
    const struct params *params = call->params;
    return params->to_red == FROM_RED && params->to_green == FROM_GREEN &&
           params->to_blue == FROM_BLUE && params->to_alpha == FROM_ALPHA &&
           call->info.premultiplied == call->input_infos[PORT_INPUT]->premultiplied;
}

static bool ignores(const struct fth_call *call, int port)
{
    return port == PORT_OTHER && !uses_other(call->params);
}

/* ---- taking channels ------------------------------------------------------------------------- */

static enum fth_status take_luminance(const struct fth_call *call, const struct fth_image *image,
                                      struct fth_plane **plane, struct fth_error *error)
{
    struct fth_plane *rgb[3] = {NULL};
    struct fth_rect rect = call->rect;
    enum fth_status status = FTH_OK;
    for (int i = 0; i < 3 && status == FTH_OK; i++)
        status = fth_pixels_over(call, image, fth_rgba_names[i], rect, 0, &rgb[i], error);
    if (status == FTH_OK)
        status = fth_plane_new(call->env->buffers, rect, plane, error);
    for (int32_t y = rect.y0; y < rect.y1 && status == FTH_OK; y++)
        fth_kernels()->luma(fth_plane_at(*plane, rect.x0, y), fth_plane_at(rgb[0], rect.x0, y),
                            fth_plane_at(rgb[1], rect.x0, y), fth_plane_at(rgb[2], rect.x0, y),
                            (size_t)fth_rect_width(rect));
    for (int i = 0; i < 3; i++)
        fth_plane_unref(&rgb[i]);
    return status;
}

static enum fth_status take_named(const struct fth_call *call, const struct fth_image *image,
                                  struct fth_plane **plane, struct fth_error *error)
{
    const struct params *params = call->params;
    struct fth_text names = {0};
    if (fth_image_plane(image, params->channel_name))
        return fth_pixels_over(call, image, params->channel_name, call->rect, 0, plane, error);
    for (int i = 0; i < image->channel_count; i++)
        fth_text_append(&names, "%s%s", i ? ", " : "", image->channels[i].name);
    enum fth_status status =
        fth_fail(error, FTH_ERR_USAGE, "channel_name: the picture has no channel '%s'; it has %s",
                 params->channel_name, names.data ? names.data : "none");
    fth_text_clear(&names);
    return status;
}

static enum fth_status take(const struct fth_call *call, int32_t source, struct fth_plane **plane,
                            struct fth_error *error)
{
    const struct fth_image *image = call->inputs[is_other(source) ? PORT_OTHER : PORT_INPUT];
    int32_t channel = is_other(source) ? source - FROM_OTHER_RED : source;
    enum fth_status status = FTH_OK;
    switch (channel) {
    case FROM_ZERO:
    case FROM_ONE:
        status = fth_plane_new(call->env->buffers, call->rect, plane, error);
        if (status == FTH_OK)
            fth_plane_fill(*plane, channel == FROM_ONE ? 1 : 0);
        return status;
    case FROM_ALPHA:
        return fth_pixels_opacity(call, image, call->rect, plane, error);
    case FROM_LUMINANCE:
        return take_luminance(call, image, plane, error);
    case FROM_NAMED:
        return take_named(call, image, plane, error);
    default:
        return fth_pixels_over(call, image, fth_rgba_names[channel], call->rect, 0, plane, error);
    }
}

/* A colour over alpha or times alpha, in a plane of its own. */
static enum fth_status weigh(const struct fth_call *call, const struct fth_plane *alpha,
                             bool divides, struct fth_plane **colour, struct fth_error *error)
{
    const struct fth_kernels *k = fth_kernels();
    struct fth_rect rect = call->rect;
    size_t n = (size_t)fth_rect_width(rect);
    struct fth_plane *made = NULL;
    enum fth_status status = fth_plane_new(call->env->buffers, rect, &made, error);
    if (status != FTH_OK)
        return status;
    for (int32_t y = rect.y0; y < rect.y1; y++) {
        float *row = fth_plane_at(made, rect.x0, y);
        const float *from = fth_plane_at(*colour, rect.x0, y), *a = fth_plane_at(alpha, rect.x0, y);
        if (divides)
            k->unpremultiply(row, from, a, n);
        else
            k->multiply(row, from, a, n);
    }
    fth_plane_unref(colour);
    *colour = made;
    return FTH_OK;
}

static enum fth_status compose(const struct fth_call *call, struct fth_plane *planes[4],
                               struct fth_error *error)
{
    const struct params *params = call->params;
    const int32_t from[4] = {params->to_red, params->to_green, params->to_blue, params->to_alpha};
    enum fth_status status = FTH_OK;
    for (int i = 0; i < 4 && status == FTH_OK; i++) {
        if (i < 3 || call->info.has_alpha)
            status = take(call, from[i], &planes[i], error);
    }
    bool multiplied = comes_multiplied(params, call->inputs[PORT_INPUT]->premultiplied);
    bool divides = params->multiply == DIVIDE && multiplied;
    bool takes_in = params->multiply == MULTIPLY && !multiplied;
    for (int i = 0; i < 3 && status == FTH_OK && planes[3] && (divides || takes_in); i++)
        status = weigh(call, planes[3], divides, &planes[i], error);
    return status;
}

static enum fth_status render(const struct fth_call *call, struct fth_image **out,
                              struct fth_error *error)
{
    const struct params *params = call->params;
    struct fth_plane *planes[4] = {NULL};
    struct fth_image *image = NULL;
    enum fth_status status = compose(call, planes, error);
    if (status == FTH_OK)
        status = fth_pixels_with(call, call->inputs[PORT_INPUT], planes, &image, error);
    fth_pixels_drop(planes);
    if (status != FTH_OK)
        return status;
    if (replaces_alpha(params) || params->multiply != KEEP)
        image->alpha_is_key = false;
    *out = image;
    return FTH_OK;
}

static const struct fth_step steps[] = {
    {.id = "shuffle", .kind = FTH_NODE_POINT, .ports = 1u << PORT_INPUT | 1u << PORT_OTHER,
     .is_identity = is_identity, .ignores_port = ignores, .render = render},
    {NULL},
};

const struct fth_node_desc fth_node_channels = {
    .id = "channels",
    .label = "Channels",
    .tag = "Chn",
    .group = "Matte",
    .help = "Puts channels where they are wanted: the matte of one picture into the alpha of "
            "another, a renderer's pass into the colours, alpha full or empty. Premultiplies and "
            "unpremultiplies when asked, never by itself.",
    .version = 1,
    .params = table,
    .params_size = sizeof(struct params),
    .inputs = ports,
    .steps = steps,
    .domain = tell,
};
