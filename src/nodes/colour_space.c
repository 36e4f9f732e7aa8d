/* SPDX-License-Identifier: Apache-2.0 */
/* Colour Space: a picture in other primaries and another curve. Documents that manage colours have
 * it put in by themselves. Colours are converted as they look: alpha is divided out before and
 * multiplied in after; depth and every other channel pass. */
#include "colour/convert.h"
#include "colour/ocio.h"
#include "nodes/colours.h"
#include "nodes/pixels.h"
#include "ops/kernels.h"

struct params {
    int32_t by, from, to;
    bool gamut_mapping, tone_mapping;
    const char *config, *source, *target, *display, *view;
};

enum { BY_SPACES, BY_CONFIG, BY_VIEW };

static const struct fth_choice by_choices[] = {
    {"spaces", "Spaces", "Fathom's own spaces: quick, and the same on every machine."},
    {"ocio", "OpenColorIO", "From a colour space to another of an OpenColorIO config."},
    {"ocio_view", "OpenColorIO View", "From a colour space of a config to a display and view."},
    {NULL},
};

static const struct fth_choice from_choices[] = {
    {"auto", "Auto", "What the picture says of itself; Rec.709 Gamma 2.4 when it says nothing. "
                     "Maps and mattes stay as they are."},
#define COLOUR(name, id, label, primaries, curve, linear, help) {id, label, help},
#include "image/colours.list.h"
#undef COLOUR
    {NULL},
};

static const struct fth_choice to_choices[] = {
#define COLOUR(name, id, label, primaries, curve, linear, help) {id, label, help},
#include "image/colours.list.h"
#undef COLOUR
    {NULL},
};

enum {
    FROM_AUTO,
    FIRST_SPACE = FTH_COLOUR_DATA + 1,
    SPACE_COUNT = FTH_COLOUR_COUNT - FIRST_SPACE,
    TO_DISPLAYS = (1 << (FTH_COLOUR_REC2100_HLG - FIRST_SPACE + 1)) - 1 /* they are listed first */
};

#define ROW(kind, field, ...) FTH_PARAM(kind, struct params, field, __VA_ARGS__)

#define OWN {"by", 1u << BY_SPACES}
#define OTHERS {"by", 1u << BY_CONFIG | 1u << BY_VIEW}

static const struct fth_param table[] = {
    ROW(CHOICE, by, .label = "By", .help = "Who knows the colour spaces.", .choices = by_choices,
        .max = BY_VIEW, .group = "Colours", .flags = FTH_PARAM_OF_FILE),
    ROW(CHOICE, from, .when = OWN, .label = "From", .help = "The colours the picture is in.",
        .choices = from_choices, .max = SPACE_COUNT, .group = "Colours"),
    ROW(CHOICE, to, .when = OWN, .label = "To", .help = "The colours it shall be in.",
        .choices = to_choices, .max = SPACE_COUNT - 1, .group = "Colours"),
    ROW(SWITCH, gamut_mapping, .label = "Gamut Mapping",
        .help = "Draws colours that the display cannot show towards grey until it can, keeping "
                "their brightness. Off: they are left outside, and cut where they are stored.",
        .max = 1, .def = {1}, .group = "Mapping", .when = {"to", TO_DISPLAYS}),
    ROW(SWITCH, tone_mapping, .label = "Tone Mapping",
        .help = "Lays highlights that the display cannot show into its uppermost tenth; what is "
                "darker stays as it is. Off: they are left above white, and cut where they are "
                "stored.",
        .max = 1, .def = {1}, .group = "Mapping", .when = {"to", TO_DISPLAYS}),
    ROW(FILE, config, .label = "Config",
        .help = "An OpenColorIO config; ocio://NAME for one that is built in (OpenColorIO 2.2 and "
                "later). Empty: what $OCIO names.",
        .group = "OpenColorIO", .when = OTHERS, .flags = FTH_PARAM_OF_FILE),
    ROW(TEXT, source, .label = "Source",
        .help = "The colour space or role of the config that the picture is in.",
        .group = "OpenColorIO", .when = OTHERS, .flags = FTH_PARAM_OF_FILE),
    ROW(TEXT, target, .label = "Target",
        .help = "The colour space or role of the config that it shall be in.",
        .group = "OpenColorIO", .when = {"by", 1u << BY_CONFIG}, .flags = FTH_PARAM_OF_FILE),
    ROW(TEXT, display, .label = "Display", .help = "Empty: the config's first.",
        .group = "OpenColorIO", .when = {"by", 1u << BY_VIEW}, .flags = FTH_PARAM_OF_FILE),
    ROW(TEXT, view, .label = "View", .help = "Empty: the display's first.",
        .group = "OpenColorIO", .when = {"by", 1u << BY_VIEW}, .flags = FTH_PARAM_OF_FILE),
    FTH_PARAM_TABLE_END,
};

static const struct fth_port ports[] = {
    {"input", "Input", "The picture to convert.", FTH_PORT_PICTURE, 0},
    {NULL},
};

static enum fth_colour_space to_of(const struct params *params)
{
    return (enum fth_colour_space)(FIRST_SPACE + params->to);
}

static enum fth_colour_space from_of(const struct params *params, enum fth_colour_space told)
{
    if (params->from != FROM_AUTO)
        return (enum fth_colour_space)(FTH_COLOUR_DATA + params->from);
    return told == FTH_COLOUR_FILE ? FTH_COLOUR_REC709_GAMMA24 : told;
}

/* What the picture is known to fit in; the word of a parameter counts more than the picture's. */
static enum fth_colour_space fits_of(const struct params *params, const struct fth_info *input)
{
    enum fth_colour_space from = from_of(params, input->colour);
    return from == input->colour && fth_colour_is_known(input->fits) ? input->fits : from;
}

static struct fth_conversion conversion_of(const struct fth_call *call)
{
    const struct params *params = call->params;
    struct fth_conversion conversion;
    struct fth_conversion_options options = {params->gamut_mapping, params->tone_mapping,
                                             fits_of(params, call->input_infos[0])};
    fth_conversion_make(from_of(params, call->input_infos[0]->colour), to_of(params), &options,
                        &conversion);
    return conversion;
}

/* Data stay data, unless a parameter says that they are none. */
static bool is_identity(const struct fth_call *call)
{
    const struct params *params = call->params;
    enum fth_colour_space told = call->input_infos[0]->colour;
    enum fth_colour_space from = from_of(params, told);
    if (params->by != BY_SPACES)
        return false;
    return from == FTH_COLOUR_DATA || (from == told && from == to_of(params));
}

static enum fth_status open_ocio(const struct params *params, struct fth_ocio **ocio,
                                 struct fth_error *error)
{
    bool view = params->by == BY_VIEW;
    struct fth_ocio_request request = {params->config, params->source,
                                       view ? "" : params->target, params->display, params->view};
    if (!view && !params->target[0])
        return fth_fail(error, FTH_ERR_USAGE, "no target is named: a colour space of the config");
    return fth_ocio_open(&request, ocio, error);
}

static enum fth_status tell(const struct fth_call *call, struct fth_info *out,
                            struct fth_error *error)
{
    const struct params *params = call->params;
    (void)error;
    if (params->by != BY_SPACES) { /* a view is a display's; other spaces nobody knows here */
        out->colour = out->fits = FTH_COLOUR_FILE;
        out->footage.tags = (struct fth_tags){.range = out->footage.tags.range};
        return FTH_OK;
    }
    if (is_identity(call))
        return FTH_OK;
    struct fth_conversion conversion = conversion_of(call);
    out->colour = to_of(params);
    out->fits = fits_of(params, call->input_infos[0]);
    if (conversion.to.is_display && params->gamut_mapping && params->tone_mapping &&
        (conversion.draws_in || conversion.bends))
        out->fits = out->colour;
    fth_colours_tag(out);
    return FTH_OK;
}

/* What is known of the picture decides what is mapped. */
static enum fth_status hash_known(const struct fth_call *call, struct fth_hasher *hasher,
                                  struct fth_error *error)
{
    const struct params *params = call->params;
    struct fth_ocio *ocio = NULL;
    fth_hash_int(hasher, call->input_infos[0]->colour);
    fth_hash_int(hasher, call->input_infos[0]->fits);
    if (params->by == BY_SPACES)
        return FTH_OK;
    enum fth_status status = open_ocio(params, &ocio, error);
    if (status == FTH_OK)
        fth_ocio_hash(ocio, hasher);
    fth_ocio_close(&ocio);
    return status;
}

struct work {
    struct fth_conversion conversion;
    struct fth_ocio *ocio; /* in its place; NULL */
    struct fth_plane *in[4], *to[3];
    bool divides;
};

/* A piece of a row: short enough to stay in a core's first cache. */
enum { PIECE = 1024 };

/* Where alpha is 1 all along there is nothing to divide by; alpha may be NULL. */
static enum fth_status convert_piece(const struct work *work, const float *const in[3],
                                     const float *alpha, float *const rows[3], size_t n,
                                     struct fth_error *error)
{
    enum fth_status status = FTH_OK;
    const struct fth_kernels *k = fth_kernels();
    bool divides = false;
    if (alpha)
        k->find_other(&divides, alpha, 1, n);
    for (int c = 0; c < 3; c++) {
        if (divides)
            k->unpremultiply(rows[c], in[c], alpha, n);
        else
            memcpy(rows[c], in[c], n * sizeof(float));
    }
    if (work->ocio)
        status = fth_ocio_rows(work->ocio, rows, n, error);
    else
        fth_conversion_rows(&work->conversion, rows, n);
    for (int c = 0; c < 3 && divides; c++)
        k->multiply(rows[c], rows[c], alpha, n);
    return status;
}

static enum fth_status convert_row(const struct work *work, int32_t y, struct fth_error *error)
{
    enum fth_status status = FTH_OK;
    int32_t x1 = work->to[0]->rect.x1;
    for (int32_t x = work->to[0]->rect.x0; x < x1 && status == FTH_OK; x += PIECE) {
        size_t n = (size_t)FTH_MIN(x1 - x, PIECE);
        const float *alpha = work->divides ? fth_plane_at(work->in[3], x, y) : NULL, *in[3];
        float *rows[3];
        for (int c = 0; c < 3; c++) {
            in[c] = fth_plane_at(work->in[c], x, y);
            rows[c] = fth_plane_at(work->to[c], x, y);
        }
        status = convert_piece(work, in, alpha, rows, n, error);
    }
    return status;
}

static bool divides_by_alpha(const struct fth_image *input)
{
    return fth_image_plane(input, "A") && input->premultiplied && !input->alpha_is_key;
}

static enum fth_status render(const struct fth_call *call, struct fth_image **out,
                              struct fth_error *error)
{
    const struct fth_image *input = call->inputs[0];
    const struct params *params = call->params;
    struct work work = {.ocio = NULL};
    struct fth_image *image = NULL;
    bool has_colours = fth_image_plane(input, "R") || fth_image_plane(input, "G") ||
                       fth_image_plane(input, "B");
    enum fth_status status = FTH_OK;
    if (params->by == BY_SPACES)
        work.conversion = conversion_of(call);
    else
        status = open_ocio(params, &work.ocio, error);
    if (status == FTH_OK)
        status = fth_image_new_like(input, &image, error);
    if (status == FTH_OK && has_colours)
        status = fth_pixels_rgba(call, input, call->rect, work.in, error);
    for (int c = 0; c < 3 && status == FTH_OK && has_colours; c++)
        status = fth_image_add(image, fth_rgba_names[c], call->env->buffers, call->rect,
                               &work.to[c], error);
    work.divides = divides_by_alpha(input);
    for (int32_t y = call->rect.y0; y < call->rect.y1 && status == FTH_OK && has_colours; y++)
        status = convert_row(&work, y, error);
    fth_pixels_drop(work.in);
    fth_ocio_close(&work.ocio);
    if (status == FTH_OK) {
        image->colour = call->info.colour;
        *out = image;
    } else {
        fth_image_unref(&image);
    }
    return status;
}

/* ---- pieces ---------------------------------------------------------------------------------- */

static void run_piece(const void *context, const struct fth_piece *piece)
{
    const struct work *work = context;
    const float *const *in = piece->in[0];
    (void)convert_piece(work, in, work->divides ? in[3] : NULL, piece->out, piece->n, NULL);
}

static void pieces(const struct fth_call *call, struct fth_pieces *out)
{
    const struct fth_image *input = call->inputs[0];
    struct work *work = fth_arena_take(call->arena, 1, sizeof(*work));
    /* a config's transform may fail, a piece cannot */
    if (!work || !fth_pixels_has_colours(input) ||
        ((const struct params *)call->params)->by != BY_SPACES)
        return;
    *work = (struct work){.conversion = conversion_of(call), .divides = divides_by_alpha(input)};
    *out = (struct fth_pieces){.makes = 7, .context = work, .run = run_piece};
}

static const struct fth_step steps[] = {
    {.id = "convert", .kind = FTH_NODE_POINT, .ports = 1, .is_identity = is_identity,
     .render = render, .pieces = pieces},
    {NULL},
};

const struct fth_node_desc fth_node_colour_space = {
    .id = "colour_space",
    .label = "Colour Space",
    .tag = "CSp",
    .group = "Colour",
    .help = "Brings a picture from one colour space into another: camera logs, linear light, "
            "displays. Documents that manage colours need none.",
    .version = 2,
    .params = table,
    .params_size = sizeof(struct params),
    .inputs = ports,
    .steps = steps,
    .domain = tell,
    .hash_extra = hash_known,
};
