/* SPDX-License-Identifier: Apache-2.0 */
/* Text: a title, drawn as outlines by Pango and Cairo into one plane of coverage and coloured in
 * floats. Hinting is off and glyphs are paths, so that letters sit where they belong at any
 * size. */
#include <math.h>
#include <pango/pangocairo.h>
#include <string.h>

#include "base/mem.h"
#include "nodes/colours.h"
#include "nodes/pixels.h"
#include "nodes/text_late.h"
#include "ops/kernels.h"

enum { ALIGN_LEFT, ALIGN_CENTRE, ALIGN_RIGHT };
enum { LARGEST_SIDE = 32767 }; /* of a Cairo surface */

struct params {
    const char *text, *font;
    double size, colour[4], opacity, position[2], tracking, line_spacing;
    int32_t align;
    bool over_input;
    int64_t width, height;
};

static const struct fth_choice alignments[] = {
    {"left", "Left", "Lines begin at one edge."},
    {"centre", "Centre", "Lines are centred."},
    {"right", "Right", "Lines end at one edge."},
    {NULL},
};

#define ROW(kind, field, ...) FTH_PARAM(kind, struct params, field, __VA_ARGS__)
#define ANIMATES .flags = FTH_PARAM_ANIMATES

static const struct fth_param table[] = {
    ROW(TEXT, text, .label = "Text", .help = "What is written; line breaks count.",
        .def_text = "Title", .group = "Text", ANIMATES),
    ROW(TEXT, font, .label = "Font",
        .help = "Family and style, as in \"DejaVu Sans Bold\" or \"Serif Italic\". A family that "
                "is "
                "not installed is replaced by one that is.",
        .def_text = "DejaVu Sans Bold", .group = "Text"),
    ROW(NUMBER, size, .label = "Size",
        .help = "Height of the letters' line, as a part of the picture's height.", .min = 0.001,
        .max = 4, .ui_min = 0.01, .ui_max = 0.5, .def = {0.15}, .group = "Text", ANIMATES),
    ROW(COLOUR, colour, .label = "Colour", .help = "Colour of the letters.", .max = 16, .ui_max = 1,
        .def = {1, 1, 1, 1}, .group = "Text", ANIMATES),
    ROW(NUMBER, opacity, .label = "Opacity", .help = "0 cannot be seen, 1 covers what is below.",
        .max = 1, .def = {1}, .group = "Text", ANIMATES),
    ROW(POINT, position, .label = "Position",
        .help = "Where the middle of the text stands: 0,0 is the lower left corner of the frame, "
                "1,1 the upper right.",
        .min = -10, .max = 10, .ui_min = 0, .ui_max = 1, .def = {0.5, 0.5}, .group = "Layout",
        ANIMATES),
    ROW(CHOICE, align, .label = "Align", .help = "How lines of different length stand together.",
        .choices = alignments, .max = 2, .def = {ALIGN_CENTRE}, .group = "Layout"),
    ROW(NUMBER, tracking, .label = "Tracking",
        .help = "Extra room between letters, in parts of the letter size; below 0 they close up.",
        .min = -0.5, .max = 4, .ui_max = 1, .ui_min = -0.2, .group = "Layout", ANIMATES),
    ROW(NUMBER, line_spacing, .label = "Line Spacing",
        .help = "Distance of lines: 1 as the font wants it, 2 twice as far.", .min = 0.1, .max = 10,
        .ui_min = 0.5, .ui_max = 3, .def = {1}, .group = "Layout", ANIMATES),
    ROW(SWITCH, over_input, .label = "Over Input",
        .help = "Draws over the picture that comes in. Off: the text alone on transparency, in the "
                "size of that picture.",
        .max = 1, .def = {1}, .group = "Frame", ANIMATES),
    ROW(INT, width, .label = "Width", .help = "Width of the frame when no picture comes in.",
        .unit = "px", .min = 1, .max = LARGEST_SIDE, .ui_min = 16, .ui_max = 8192, .def = {1920},
        .group = "Frame"),
    ROW(INT, height, .label = "Height", .help = "Height of the frame when no picture comes in.",
        .unit = "px", .min = 1, .max = LARGEST_SIDE, .ui_min = 16, .ui_max = 8192, .def = {1080},
        .group = "Frame"),
    FTH_PARAM_TABLE_END,
};

static const struct fth_port ports[] = {
    {"input", "Input", "The picture to write on. Without one the text stands on transparency.",
     FTH_PORT_PICTURE, 1},
    {NULL},
};

/* ---- layout ---------------------------------------------------------------------------------- */

/* Fonts found once for a node; fontconfig takes its time. */
struct state {
    PangoFontMap *fonts;
    PangoContext *context;
};

static enum fth_status open_fonts(const struct fth_call *call, void **pointer,
                                  struct fth_error *error)
{
    (void)call;
    if (!fth_text_load())
        return fth_fail(error, FTH_ERR_UNSUPPORTED,
                        "text: letters need libpangocairo-1.0.so.0, which is not installed");
    struct state *state = fth_alloc(1, sizeof(*state));
    if (!state)
        return fth_fail_memory(error, sizeof(*state), "text");
    state->fonts = pango_cairo_font_map_new();
    state->context = pango_font_map_create_context(state->fonts);
    /* one point is one pixel, whatever the machine's screen is */
    pango_cairo_context_set_resolution(state->context, 72);
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
    pango_cairo_context_set_font_options(state->context, options);
    cairo_font_options_destroy(options);
    pango_context_set_round_glyph_positions(state->context, FALSE);
    *pointer = state;
    return FTH_OK;
}

static void close_fonts(void **pointer)
{
    struct state *state = *pointer;
    if (state) {
        g_object_unref(state->context);
        g_object_unref(state->fonts);
    }
    fth_free(state);
    *pointer = NULL;
}

/* Text laid out, and where its box's upper left corner lies in the frame. */
struct layout {
    PangoLayout *pango;
    double x, y;
    struct fth_rect ink; /* in pixels of the frame, with room for soft edges */
};

static void set_spacing(PangoLayout *pango, const struct params *params, double size_px)
{
    PangoAttrList *attributes = pango_attr_list_new();
    if (params->tracking != 0)
        pango_attr_list_insert(attributes, pango_attr_letter_spacing_new(
                                               (int)(params->tracking * size_px * PANGO_SCALE)));
    pango_layout_set_attributes(pango, attributes);
    pango_attr_list_unref(attributes);
    pango_layout_set_line_spacing(pango, (float)params->line_spacing);
}

static void place(struct layout *layout, const struct params *params, struct fth_format format)
{
    PangoRectangle ink, box;
    pango_layout_get_extents(layout->pango, &ink, &box);
    double scale = PANGO_SCALE;
    layout->x = params->position[0] * format.width - (box.x + box.width / 2.0) / scale;
    layout->y = (1 - params->position[1]) * format.height - (box.y + box.height / 2.0) / scale;
    /* far outside the frame a position may not fit a pixel number */
    double left = fmin(fmax(layout->x + ink.x / scale - 2, -1), format.width + 1.0);
    double top = fmin(fmax(layout->y + ink.y / scale - 2, -1), format.height + 1.0);
    double right = fmin(fmax(layout->x + (ink.x + ink.width) / scale + 2, -1), format.width + 1.0);
    double bottom =
        fmin(fmax(layout->y + (ink.y + ink.height) / scale + 2, -1), format.height + 1.0);
    struct fth_rect rect = {(int32_t)floor(left), (int32_t)floor(top), (int32_t)ceil(right),
                            (int32_t)ceil(bottom)};
    layout->ink = fth_rect_intersect(rect, fth_format_rect(format));
    if (ink.width <= 0 || ink.height <= 0)
        layout->ink = (struct fth_rect){0};
}

/* Lays the text out in `format`; unref layout->pango afterwards. */
static enum fth_status lay_out(const struct fth_call *call, struct fth_format format,
                               struct layout *layout, struct fth_error *error)
{
    static const PangoAlignment alignment[] = {PANGO_ALIGN_LEFT, PANGO_ALIGN_CENTER,
                                               PANGO_ALIGN_RIGHT};
    const struct params *params = call->params;
    const struct state *state = call->state;
    if (!g_utf8_validate(params->text, -1, NULL) || !g_utf8_validate(params->font, -1, NULL))
        return fth_fail(error, FTH_ERR_USAGE, "text: text and font must be UTF-8");
    double size_px = params->size * format.height;
    PangoFontDescription *font = pango_font_description_from_string(params->font);
    pango_font_description_set_absolute_size(font, size_px * PANGO_SCALE);
    layout->pango = pango_layout_new(state->context);
    pango_layout_set_font_description(layout->pango, font);
    pango_font_description_free(font);
    pango_layout_set_alignment(layout->pango, alignment[params->align]);
    pango_layout_set_text(layout->pango, params->text, -1);
    set_spacing(layout->pango, params, size_px);
    place(layout, params, format);
    return FTH_OK;
}

static struct fth_format format_of(const struct fth_call *call)
{
    const struct params *params = call->params;
    if (call->input_infos && call->input_infos[0])
        return call->input_infos[0]->format;
    double scale = FTH_MAX(call->env->scale_denominator, 1);
    return (struct fth_format){.width = (int32_t)ceil((double)params->width / scale),
                               .height = (int32_t)ceil((double)params->height / scale)};
}

/* The picture that shines through, or NULL. */
static const struct fth_image *below(const struct fth_call *call)
{
    const struct params *params = call->params;
    return params->over_input ? call->inputs[0] : NULL;
}

static enum fth_status tell(const struct fth_call *call, struct fth_info *out,
                            struct fth_error *error)
{
    const struct params *params = call->params;
    const struct fth_info *input = call->input_infos ? call->input_infos[0] : NULL;
    struct layout layout = {0};
    struct fth_info info = {.first_frame = 1, .last_frame = 0, .rate_den = 1};
    if (input)
        info = *input;
    info.format = format_of(call);
    enum fth_status status = lay_out(call, info.format, &layout, error);
    if (status != FTH_OK)
        return status;
    bool over = input && params->over_input;
    info.domain = over ? fth_rect_join(input->domain, layout.ink) : layout.ink;
    info.has_alpha = over ? input->has_alpha : true;
    info.premultiplied = true;
    if (!over)
        info.depth = FTH_DEPTH_NONE;
    if (!input) /* colours are typed as a display shows them */
        info.colour = info.fits = FTH_COLOUR_REC709_GAMMA24;
    g_object_unref(layout.pango);
    *out = info;
    return FTH_OK;
}

/* ---- drawing --------------------------------------------------------------------------------- */

/* Coverage of the letters over `rect` (inside the frame, not empty), 0..1. */
static enum fth_status draw(const struct layout *layout, struct fth_rect rect,
                            struct fth_plane *coverage, struct fth_error *error)
{
    int32_t width = fth_rect_width(rect), height = fth_rect_height(rect);
    if (width > LARGEST_SIDE || height > LARGEST_SIDE)
        return fth_fail(error, FTH_ERR_LIMIT, "text: %dx%d pixels, the limit is %d a side", width,
                        height, LARGEST_SIDE);
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_A8, width, height);
    cairo_t *cairo = cairo_create(surface);
    cairo_set_antialias(cairo, CAIRO_ANTIALIAS_BEST);
    cairo_translate(cairo, layout->x - rect.x0, layout->y - rect.y0);
    pango_cairo_layout_path(cairo, layout->pango);
    cairo_fill(cairo);
    cairo_surface_flush(surface);
    bool failed = cairo_status(cairo) != CAIRO_STATUS_SUCCESS;
    const unsigned char *pixels = cairo_image_surface_get_data(surface);
    int stride = cairo_image_surface_get_stride(surface);
    for (int32_t y = 0; y < height && !failed; y++) {
        float *row = fth_plane_at(coverage, rect.x0, rect.y0 + y);
        for (int32_t x = 0; x < width; x++)
            row[x] = (float)pixels[(ptrdiff_t)y * stride + x] / 255;
    }
    cairo_destroy(cairo);
    cairo_surface_destroy(surface);
    return failed ? fth_fail_memory(error, (unsigned long long)width * (unsigned)height, "letters")
                  : FTH_OK;
}

/* Alpha of the letters over the whole rectangle of the call. */
static enum fth_status draw_alpha(const struct fth_call *call, struct fth_plane **result,
                                  struct fth_error *error)
{
    const struct params *params = call->params;
    struct layout layout = {0};
    struct fth_plane *alpha = NULL;
    enum fth_status status = lay_out(call, call->info.format, &layout, error);
    if (status != FTH_OK)
        return status;
    status = fth_plane_new(call->env->buffers, call->rect, &alpha, error);
    struct fth_rect ink = fth_rect_intersect(layout.ink, call->rect);
    if (status == FTH_OK) {
        fth_plane_fill(alpha, 0);
        if (!fth_rect_empty(ink))
            status = draw(&layout, ink, alpha, error);
    }
    g_object_unref(layout.pango);
    if (status != FTH_OK) {
        fth_plane_unref(&alpha);
        return status;
    }
    float opacity = (float)(params->opacity * params->colour[3]);
    size_t n = (size_t)fth_rect_width(call->rect);
    for (int32_t y = call->rect.y0; y < call->rect.y1; y++) {
        float *row = fth_plane_at(alpha, call->rect.x0, y);
        fth_kernels()->scale_offset(row, row, opacity, 0, n);
        fth_kernels()->clamp(row, row, 0, 1, n);
    }
    *result = alpha;
    return FTH_OK;
}

/* to := the letters' colour over `under` (NULL: over nothing) */
static void paint(const struct fth_plane *alpha, float colour, const struct fth_plane *under,
                  const struct fth_plane *to)
{
    const struct fth_kernels *k = fth_kernels();
    struct fth_rect rect = to->rect;
    size_t n = (size_t)fth_rect_width(rect);
    for (int32_t y = rect.y0; y < rect.y1; y++) {
        float *row = fth_plane_at(to, rect.x0, y);
        const float *a = fth_plane_at(alpha, rect.x0, y);
        k->scale_offset(row, a, colour, 0, n);
        if (under)
            k->over(row, row, fth_plane_at(under, rect.x0, y), a, n);
    }
}

static enum fth_status compose(const struct fth_call *call, const struct fth_image *back,
                               const struct fth_plane *alpha, struct fth_image *image,
                               struct fth_error *error)
{
    const struct params *params = call->params;
    struct fth_plane *under[4] = {NULL}, *to = NULL;
    float colour[4] = {0, 0, 0, 1};
    enum fth_status status = FTH_OK;
    fth_colours_typed(call->info.colour, params->colour, colour);
    if (back) {
        status = fth_pixels_rgba(call, back, call->rect, under, error);
        if (status == FTH_OK)
            status = fth_pixels_premultiply(call, back, call->rect, under, error);
        if (status == FTH_OK)
            status = fth_pixels_share_rest(call, back, call->rect, image, error);
    }
    for (int i = 0; i < 4 && status == FTH_OK; i++) {
        if (back && !under[i])
            continue; /* a picture without alpha stays opaque */
        status = fth_image_add(image, fth_rgba_names[i], call->env->buffers, call->rect, &to,
                               error);
        if (status == FTH_OK)
            paint(alpha, colour[i], under[i], to);
    }
    fth_pixels_drop(under);
    return status;
}

static enum fth_status render(const struct fth_call *call, struct fth_image **out,
                              struct fth_error *error)
{
    const struct fth_image *back = below(call);
    struct fth_plane *alpha = NULL;
    struct fth_image *image = NULL;
    enum fth_status status = draw_alpha(call, &alpha, error);
    if (status == FTH_OK)
        status = fth_image_new(call->info.format, call->info.domain, &image, error);
    if (status == FTH_OK) {
        image->premultiplied = true;
        image->colour = call->info.colour;
        image->depth = call->info.depth;
        status = compose(call, back, alpha, image, error);
    }
    fth_plane_unref(&alpha);
    if (status == FTH_OK)
        *out = image;
    else
        fth_image_unref(&image);
    return status;
}

static bool ignores(const struct fth_call *call, int port)
{
    const struct params *params = call->params;
    (void)port;
    return !params->over_input;
}

/* Without an input the frame depends on the size the engine works in. */
static enum fth_status hash_scale(const struct fth_call *call, struct fth_hasher *hasher,
                                  struct fth_error *error)
{
    (void)error;
    struct fth_format format = format_of(call);
    fth_hash_int(hasher, format.width);
    fth_hash_int(hasher, format.height);
    return FTH_OK;
}

static const struct fth_step steps[] = {
    {.id = "draw", .kind = FTH_NODE_WHOLE, .ports = 1, .ignores_port = ignores, .render = render},
    {NULL},
};

const struct fth_node_desc fth_node_text = {
    .id = "text",
    .label = "Text",
    .tag = "Txt",
    .group = "Generator",
    .help = "Writes a title over the picture, or on transparency. With an effect mask it stands "
            "behind whatever the mask leaves out.",
    .version = 1,
    .params = table,
    .params_size = sizeof(struct params),
    .inputs = ports,
    .steps = steps,
    .domain = tell,
    .hash_extra = hash_scale,
    .open = open_fonts,
    .close = close_fonts,
};
