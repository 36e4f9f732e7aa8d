/* SPDX-License-Identifier: Apache-2.0 */
/* Text: a title with outline, shadow and box, laid over the picture, in front of all of it or among
 * its things. The letters are a step of their own, so that a title that stands still is drawn
 * once. */
#include <math.h>
#include <string.h>

#include "base/limits.h"
#include "base/mem.h"
#include "nodes/colours.h"
#include "nodes/pixels.h"
#include "nodes/text_depth.h"
#include "nodes/text_draw.h"
#include "ops/kernels.h"
#include "ops/math.h"

enum { PORT_INPUT, PORT_DEPTH };
enum { LETTERS = 1u << 0, LAY = 1u << 1 }; /* what a parameter affects */
enum { LARGEST_SIDE = 32767 };
enum { ANCHOR_TOP, ANCHOR_MIDDLE, ANCHOR_BASE, ANCHOR_BOTTOM };

struct params {
    const char *text, *font;
    double size, size_px, colour[4], fill_opacity, opacity;
    double position[2], angle, scale, stretch, tracking, line_spacing;
    double layout_width, layout_height;
    int32_t align, align_vertical, anchor, anchor_vertical, wrap, direction;
    double write_on[2];
    bool outline;
    double outline_width, outline_colour[4];
    int32_t outline_join;
    bool shadow;
    double shadow_x, shadow_y, shadow_blur, shadow_colour[4];
    bool box;
    double box_padding, box_radius, box_colour[4];
    bool over_input, in_depth;
    double nearness, distance, depth_softness;
    int64_t width, height;
};

static const struct fth_choice alignments[] = {
    {"left", "Left", "Lines begin together: on the left, or on the right where one reads from "
                     "right to left."},
    {"centre", "Centre", "Lines are centred."},
    {"right", "Right", "Lines end together."},
    {"justify", "Justify", "Spaces are widened so that wrapped lines are as wide as the box; the "
                           "last line of a paragraph begins with the others."},
    {"justify_letters", "Justify Letters", "The same with the room between all letters."},
    {NULL},
};
static const struct fth_choice verticals[] = {
    {"top", "Top", "The first line stands at the upper edge."},
    {"middle", "Middle", "As much room above as below."},
    {"bottom", "Bottom", "The last line stands at the lower edge."},
    {NULL},
};
static const struct fth_choice anchors[] = {
    {"left", "Left", "The left edge of the text, or of its box."},
    {"centre", "Centre", "Its middle."},
    {"right", "Right", "Its right edge."},
    {NULL},
};
static const struct fth_choice vertical_anchors[] = {
    [ANCHOR_TOP] = {"top", "Top", "The upper edge of the first line, or of the box."},
    [ANCHOR_MIDDLE] = {"middle", "Middle", "The middle between first and last line."},
    [ANCHOR_BASE] = {"base_line", "Base Line", "What the letters of the first line stand on."},
    [ANCHOR_BOTTOM] = {"bottom", "Bottom", "The lower edge of the last line, or of the box."},
    {NULL},
};
static const struct fth_choice wraps[] = {
    {"words", "Words", "Between words; a word that is wider than the box is parted."},
    {"whole_words", "Whole Words", "Between words only; one that is too wide sticks out."},
    {"letters", "Letters", "Anywhere: every line is filled."},
    {NULL},
};
static const struct fth_choice directions[] = {
    {"auto", "Auto", "As the first letter of each paragraph has it."},
    {"ltr", "Left to Right", "As Latin is read."},
    {"rtl", "Right to Left", "As Arabic and Hebrew are read."},
    {NULL},
};
static const struct fth_choice joins[] = {
    {"round", "Round", "Corners are rounded."},
    {"mitre", "Mitre", "Corners are pointed, but for very sharp ones."},
    {"bevel", "Bevel", "Corners are cut."},
    {NULL},
};

#define ROW(kind, field, ...) FTH_PARAM(kind, struct params, field, __VA_ARGS__)
#define ANIMATES .flags = FTH_PARAM_ANIMATES
#define LENGTH .unit = "px", .flags = FTH_PARAM_ANIMATES | FTH_PARAM_PIXELS
#define SHOWN(id) .when = {id, 1u << 1}

static const struct fth_param table[] = {
    ROW(TEXT, text, .label = "Text", .help = "What is written; line breaks count.",
        .def_text = "Title", .group = "Text", ANIMATES),
    ROW(TEXT, font, .label = "Font",
        .help = "Family and style, as in \"DejaVu Sans Bold\" or \"Serif Italic\"; several "
                "families stand with commas between. A family that is not installed is replaced by "
                "one that is, which is said.",
        .def_text = "DejaVu Sans Bold", .group = "Text"),
    ROW(NUMBER, size, .label = "Size",
        .help = "Height of the letters' line, as a part of the picture's height.", .min = 0.001,
        .max = 4, .ui_min = 0.01, .ui_max = 0.5, .def = {0.15}, .group = "Text", ANIMATES),
    ROW(NUMBER, size_px, .label = "Size in Pixels",
        .help = "The same in pixels of the full-size picture, in place of Size. 0: Size counts.",
        .max = 10000, .ui_max = 400, .group = "Text", LENGTH),
    ROW(COLOUR, colour, .label = "Colour", .help = "Colour of the letters.", .max = 16, .ui_max = 1,
        .def = {1, 1, 1, 1}, .group = "Text", ANIMATES),
    ROW(NUMBER, fill_opacity, .label = "Fill Opacity",
        .help = "Of the letters alone: at 0 their outline and shadow stay.", .max = 1, .def = {1},
        .group = "Text", ANIMATES),
    ROW(NUMBER, opacity, .label = "Opacity",
        .help = "Of all of it: 0 cannot be seen, 1 covers what is below.", .max = 1, .def = {1},
        .group = "Text", ANIMATES),
    ROW(RANGE, write_on, .label = "Write On",
        .help = "The first and the last letter that is seen, as parts of the text: animate the "
                "upper handle from 0 to 1, and it is written letter by letter.",
        .max = 1, .def = {0, 1}, .group = "Text", ANIMATES),
    ROW(POINT, position, .label = "Position",
        .help = "Where the anchor of the text stands: 0,0 is the lower left corner of the frame, "
                "1,1 the upper right.",
        .min = -10, .max = 10, .ui_min = 0, .ui_max = 1, .def = {0.5, 0.5}, .group = "Layout",
        ANIMATES),
    ROW(CHOICE, anchor, .label = "Anchor",
        .help = "What of the text stands at the position, and is turned and scaled about.",
        .choices = anchors, .max = 2, .def = {1}, .group = "Layout"),
    ROW(CHOICE, anchor_vertical, .label = "Vertical Anchor",
        .help = "The same, from top to bottom.", .choices = vertical_anchors, .max = ANCHOR_BOTTOM,
        .def = {ANCHOR_MIDDLE}, .group = "Layout"),
    ROW(NUMBER, angle, .label = "Angle", .help = "Turns the title; plus is against the clock.",
        .unit = "degrees", .min = -36000, .max = 36000, .ui_min = -180, .ui_max = 180,
        .group = "Layout", ANIMATES),
    ROW(NUMBER, scale, .label = "Scale",
        .help = "Enlarges all of it about the anchor, outline, shadow and box too.", .max = 100,
        .ui_max = 2, .def = {1}, .group = "Layout", ANIMATES),
    ROW(NUMBER, stretch, .label = "Stretch", .help = "Above 1 letters are wider, below narrower.",
        .min = 0.01, .max = 100, .ui_min = 0.5, .ui_max = 1.5, .def = {1}, .group = "Layout",
        ANIMATES),
    ROW(CHOICE, align, .label = "Align", .help = "How lines of different length stand together.",
        .choices = alignments, .max = FTH_TEXT_JUSTIFY_LETTERS, .def = {FTH_TEXT_CENTRE},
        .group = "Layout"),
    ROW(NUMBER, tracking, .label = "Tracking",
        .help = "Extra room between letters, in parts of the letter size; below 0 they close up.",
        .min = -0.5, .max = 4, .ui_max = 1, .ui_min = -0.2, .group = "Layout", ANIMATES),
    ROW(NUMBER, line_spacing, .label = "Line Spacing",
        .help = "Distance of lines: 1 as the font wants it, 2 twice as far.", .min = 0.1, .max = 10,
        .ui_min = 0.5, .ui_max = 3, .def = {1}, .group = "Layout", ANIMATES),
    ROW(CHOICE, direction, .label = "Direction", .help = "Which way one reads.",
        .choices = directions, .max = FTH_TEXT_LEFTWARD, .group = "Layout"),
    ROW(NUMBER, layout_width, .label = "Layout Width",
        .help = "Wraps lines that are longer than that, in parts of the frame's width. 0: lines "
                "end where the text breaks them.",
        .max = 10, .ui_max = 1, .group = "Layout Box", ANIMATES),
    ROW(NUMBER, layout_height, .label = "Layout Height",
        .help = "Height of the box that the lines stand in, in parts of the frame's height. 0: as "
                "high as they are. What does not fit sticks out.",
        .max = 10, .ui_max = 1, .group = "Layout Box", ANIMATES),
    ROW(CHOICE, align_vertical, .label = "Vertical Align",
        .help = "Where the lines stand in a box that is higher than they are.",
        .choices = verticals, .max = FTH_TEXT_BOTTOM, .def = {FTH_TEXT_MIDDLE},
        .group = "Layout Box"),
    ROW(CHOICE, wrap, .label = "Wrap", .help = "Where lines may end that are too long for the box.",
        .choices = wraps, .max = FTH_TEXT_WRAP_LETTERS, .group = "Layout Box"),
    ROW(SWITCH, outline, .label = "Outline", .help = "Draws a line around the letters.", .max = 1,
        .group = "Outline", ANIMATES),
    ROW(NUMBER, outline_width, .label = "Outline Width",
        .help = "How wide the line is; it lies outside the letters.", .max = 1000, .ui_max = 40,
        .def = {6}, .group = "Outline", SHOWN("outline"), LENGTH),
    ROW(COLOUR, outline_colour, .label = "Outline Colour", .help = "Its colour, and how opaque.",
        .max = 16, .ui_max = 1, .def = {0, 0, 0, 1}, .group = "Outline", SHOWN("outline"),
        ANIMATES),
    ROW(CHOICE, outline_join, .label = "Outline Join", .help = "What its corners look like.",
        .choices = joins, .max = FTH_STROKE_BEVEL, .group = "Outline", SHOWN("outline")),
    ROW(SWITCH, shadow, .label = "Shadow",
        .help = "Lets letters and outline throw a shadow on what is behind.", .max = 1,
        .group = "Shadow", ANIMATES),
    ROW(NUMBER, shadow_x, .label = "Shadow to the Right", .help = "How far; below 0 to the left.",
        .min = -10000, .max = 10000, .ui_min = -100, .ui_max = 100, .def = {8}, .group = "Shadow",
        SHOWN("shadow"), LENGTH),
    ROW(NUMBER, shadow_y, .label = "Shadow Upwards", .help = "How far; below 0 downwards.",
        .min = -10000, .max = 10000, .ui_min = -100, .ui_max = 100, .def = {-8}, .group = "Shadow",
        SHOWN("shadow"), LENGTH),
    ROW(NUMBER, shadow_blur, .label = "Shadow Blur", .help = "Softens it.", .max = 500,
        .ui_max = 100, .def = {8}, .group = "Shadow", SHOWN("shadow"), LENGTH),
    ROW(COLOUR, shadow_colour, .label = "Shadow Colour", .help = "Its colour, and how dense it is.",
        .max = 16, .ui_max = 1, .def = {0, 0, 0, 0.7}, .group = "Shadow", SHOWN("shadow"),
        ANIMATES),
    ROW(SWITCH, box, .label = "Box", .help = "Draws a box behind the text, or its layout box.",
        .max = 1, .group = "Box", ANIMATES),
    ROW(NUMBER, box_padding, .label = "Box Padding", .help = "How far it reaches beyond the text.",
        .min = -1000, .max = 10000, .ui_min = 0, .ui_max = 100, .def = {20}, .group = "Box",
        SHOWN("box"), LENGTH),
    ROW(NUMBER, box_radius, .label = "Box Radius", .help = "Rounds its corners.", .max = 10000,
        .ui_max = 100, .group = "Box", SHOWN("box"), LENGTH),
    ROW(COLOUR, box_colour, .label = "Box Colour", .help = "Its colour, and how opaque it is.",
        .max = 16, .ui_max = 1, .def = {0, 0, 0, 0.6}, .group = "Box", SHOWN("box"), ANIMATES),
    ROW(SWITCH, in_depth, .label = "In Depth",
        .help = "Puts the title among the things of the picture: what the depth input, or the "
                "depth that comes with the picture, has nearer than the title hides it. The result "
                "says in a depth plane where the title is, for Z Merge and the like.",
        .max = 1, .group = "Depth", .affects = LAY, ANIMATES),
    ROW(NUMBER, nearness, .label = "Nearness",
        .help = "Where the title stands: 1 before everything, 0 behind everything, as Depth Map "
                "has it.",
        .max = 1, .def = {0.5}, .group = "Depth", .affects = LAY, SHOWN("in_depth"), ANIMATES),
    ROW(NUMBER, distance, .label = "Distance",
        .help = "The same where depth is told in metres, as renderers write it.", .unit = "m",
        .max = 1e6, .ui_max = 50, .def = {5}, .group = "Depth", .affects = LAY,
        SHOWN("in_depth"), ANIMATES),
    ROW(NUMBER, depth_softness, .label = "Depth Softness",
        .help = "Things that are nearer by less than that let the title through in part: nearness, "
                "or a part of the distance.",
        .max = 1, .ui_max = 0.3, .def = {0.03}, .group = "Depth", .affects = LAY,
        SHOWN("in_depth"), ANIMATES),
    ROW(SWITCH, over_input, .label = "Over Input",
        .help = "Draws over the picture that comes in. Off: the text alone on transparency, in the "
                "size of that picture.",
        .max = 1, .def = {1}, .group = "Frame", .affects = LAY, ANIMATES),
    ROW(INT, width, .label = "Width",
        .help = "Width of the frame when no picture comes in. 0: the document's, or 1920.",
        .unit = "px", .max = LARGEST_SIDE, .ui_max = 8192, .group = "Frame"),
    ROW(INT, height, .label = "Height",
        .help = "Height of the frame when no picture comes in. 0: the document's, or 1080.",
        .unit = "px", .max = LARGEST_SIDE, .ui_max = 8192, .group = "Frame"),
    FTH_PARAM_TABLE_END,
};

static const struct fth_port ports[] = {
    [PORT_INPUT] = {"input", "Input",
                    "The picture to write on. Without one the text stands on transparency.",
                    FTH_PORT_PICTURE, 1},
    [PORT_DEPTH] = {"depth", "Depth",
                    "How far the things of the picture are, for a title In Depth.", FTH_PORT_DEPTH,
                    1},
    {NULL},
};

/* ---- layout ---------------------------------------------------------------------------------- */

/* Fonts found once for a node, and the last text that was laid out. */
struct state {
    struct fth_text_fonts *fonts;
    struct fth_text_layout layout;
    struct fth_key key; /* of what was laid out; zero: nothing */
};

static void close_fonts(void **pointer)
{
    struct state *state = *pointer;
    if (state) {
        fth_text_layout_clear(&state->layout);
        fth_text_fonts_close(&state->fonts);
    }
    fth_free(state);
    *pointer = NULL;
}

static enum fth_status open_fonts(const struct fth_call *call, void **pointer,
                                  struct fth_error *error)
{
    const struct params *params = call->params;
    struct state *state = fth_alloc(1, sizeof(*state));
    if (!state)
        return fth_fail_memory(error, sizeof(*state), "text");
    enum fth_status status = fth_text_fonts_open(params->font, &state->fonts, error);
    *pointer = state;
    if (status != FTH_OK)
        close_fonts(pointer);
    return status;
}

static double aspect_of(struct fth_format format)
{
    return format.pixel_aspect > 0 ? format.pixel_aspect : 1;
}

/* Pixels of the picture that an em is high, before it is scaled. */
static double em_px(const struct fth_call *call, struct fth_format format)
{
    const struct params *params = call->params;
    return params->size_px > 0 ? fth_pixels_scaled(call, params->size_px)
                               : params->size * format.height;
}

/* Lays the text out, or finds it as it was. */
static enum fth_status lay_out(const struct fth_call *call, struct fth_format format,
                               struct fth_error *error)
{
    const struct params *params = call->params;
    struct state *state = call->state;
    double em = em_px(call, format), across = format.width * aspect_of(format);
    struct fth_text_words words = {
        .text = params->text, .tracking = params->tracking,
        .line_spacing = params->line_spacing,
        .width = params->layout_width * across / (em * params->stretch),
        .height = params->layout_height * format.height / em,
        .align = (enum fth_text_align)params->align,
        .vertical = (enum fth_text_vertical)params->align_vertical,
        .direction = (enum fth_text_direction)params->direction,
        .wrap = (enum fth_text_wrap)params->wrap};
    struct fth_hasher hasher;
    fth_hash_begin(&hasher);
    fth_hash_text(&hasher, words.text);
    fth_hash_double(&hasher, words.tracking);
    fth_hash_double(&hasher, words.line_spacing);
    fth_hash_double(&hasher, words.width);
    fth_hash_double(&hasher, words.height);
    fth_hash_int(&hasher, words.align);
    fth_hash_int(&hasher, words.vertical);
    fth_hash_int(&hasher, words.direction);
    fth_hash_int(&hasher, words.wrap);
    struct fth_key key = fth_hash_end(&hasher);
    if (fth_key_equal(key, state->key))
        return FTH_OK;
    state->key = (struct fth_key){0};
    enum fth_status status =
        fth_text_lay(state->fonts, &words, call->env->cancel, &state->layout, error);
    if (status == FTH_OK)
        state->key = key;
    return status;
}

static void set_colours(const struct params *params, enum fth_colour_space space,
                        struct fth_text_style *style)
{
    const double *typed[] = {params->colour, params->outline_colour, params->shadow_colour,
                             params->box_colour};
    float *colours[] = {style->fill, style->outline, style->shadow, style->box};
    for (int i = 0; i < 4; i++) {
        fth_colours_typed(space, typed[i], colours[i]);
        double alpha = fmin(typed[i][3], 1) * (i ? 1 : params->fill_opacity);
        colours[i][3] = (float)alpha;
    }
    style->space = space;
}

/* The spot of the layout that stands at the position. */
static struct fth_spot anchor_of(const struct params *params, const struct fth_text_layout *layout)
{
    struct fth_spot anchor = {layout->x0 + (layout->x1 - layout->x0) * params->anchor / 2, 0};
    anchor.y = params->anchor_vertical == ANCHOR_TOP      ? layout->y0
               : params->anchor_vertical == ANCHOR_BASE   ? layout->base
               : params->anchor_vertical == ANCHOR_BOTTOM ? layout->y1
                                                          : (layout->y0 + layout->y1) / 2;
    return anchor;
}

static struct fth_text_style style_of(const struct fth_call *call, struct fth_format format,
                                      enum fth_colour_space space)
{
    const struct params *params = call->params;
    const struct state *state = call->state;
    double aspect = aspect_of(format), em = em_px(call, format) * params->scale;
    /* y is down: to the left is the other way round */
    double turn = fmod(params->angle, 360) * -0.017453292519943295;
    double scale = fth_pixels_scaled(call, params->scale);
    struct fth_text_style style = {
        .at = {params->position[0] * format.width * aspect,
               (1 - params->position[1]) * format.height},
        .anchor = anchor_of(params, &state->layout), .em_x = em * params->stretch, .em_y = em,
        .cosine = turn == 0 ? 1 : fth_cos(turn), .sine = turn == 0 ? 0 : fth_sin(turn),
        .aspect = aspect, .first = params->write_on[0], .last = params->write_on[1],
        .pen = params->outline ? params->outline_width * scale : 0,
        .join = (enum fth_stroke_join)params->outline_join, .has_shadow = params->shadow,
        .has_box = params->box, .shadow_x = params->shadow_x * scale,
        .shadow_y = -params->shadow_y * scale, .shadow_blur = params->shadow_blur * scale,
        .padding = params->box_padding * scale, .corner = params->box_radius * scale};
    set_colours(params, space, &style);
    return style;
}

/* ---- what there is --------------------------------------------------------------------------- */

static const struct fth_info *info_of(const struct fth_call *call, int port)
{
    return call->input_infos ? call->input_infos[port] : NULL;
}

static struct fth_format format_of(const struct fth_call *call)
{
    const struct params *params = call->params;
    const struct fth_info *input = info_of(call, PORT_INPUT);
    return input ? input->format : fth_pixels_frame(call, params->width, params->height);
}

static bool goes_over(const struct fth_call *call)
{
    const struct params *params = call->params;
    return params->over_input && info_of(call, PORT_INPUT);
}

static enum fth_status tell(const struct fth_call *call, struct fth_info *out,
                            struct fth_error *error)
{
    const struct params *params = call->params;
    const struct fth_info *input = info_of(call, PORT_INPUT), *depth = info_of(call, PORT_DEPTH);
    struct state *state = call->state;
    struct fth_info info = {.first_frame = 1, .last_frame = 0, .rate_den = 1};
    struct fth_rect ink = {0};
    if (input)
        info = *input;
    else /* colours are typed as a display shows them */
        info.colour = info.fits = FTH_COLOUR_REC709_GAMMA24;
    info.format = format_of(call);
    enum fth_status status = lay_out(call, info.format, error);
    if (status == FTH_OK) {
        struct fth_text_style style = style_of(call, info.format, info.colour);
        struct fth_text_drawing drawing = {.fonts = state->fonts, .layout = &state->layout,
                                           .style = &style};
        status = fth_text_bounds(&drawing, fth_format_rect(info.format), &ink, error);
    }
    if (status != FTH_OK)
        return status;
    bool over = goes_over(call);
    info.domain = over ? fth_rect_join(input->domain, ink) : ink;
    info.has_alpha = over ? input->has_alpha : true;
    info.premultiplied = true;
    if (!over)
        info.depth = FTH_DEPTH_NONE;
    if (params->in_depth && (depth || info.depth == FTH_DEPTH_NONE))
        info.depth = depth && depth->depth == FTH_DEPTH_METRIC_Z ? FTH_DEPTH_METRIC_Z
                                                                : FTH_DEPTH_RELATIVE_INVERSE;
    *out = info;
    return FTH_OK;
}

/* Without an input the frame depends on the document and the size the engine works in; with one
 * the letters' size and place depend on that one's. */
static enum fth_status hash_frame(const struct fth_call *call, struct fth_hasher *hasher,
                                  struct fth_error *error)
{
    struct fth_format format = format_of(call);
    const struct fth_info *input = info_of(call, PORT_INPUT);
    (void)error;
    fth_hash_int(hasher, format.width);
    fth_hash_int(hasher, format.height);
    fth_hash_double(hasher, aspect_of(format));
    fth_hash_int(hasher, input ? (int64_t)input->colour : -1);
    return FTH_OK;
}

/* ---- the letters ----------------------------------------------------------------------------- */

static void fade(struct fth_plane *const planes[4], struct fth_rect rect, double opacity)
{
    size_t n = (size_t)fth_rect_width(rect);
    for (int32_t y = rect.y0; y < rect.y1 && opacity != 1; y++) {
        for (int i = 0; i < 4; i++) {
            float *row = fth_plane_at(planes[i], rect.x0, y);
            fth_kernels()->scale_offset(row, row, (float)opacity, 0, n);
        }
    }
}

/* The title alone, multiplied by its alpha. */
static enum fth_status render_letters(const struct fth_call *call, struct fth_image **out,
                                      struct fth_error *error)
{
    const struct params *params = call->params;
    struct state *state = call->state;
    struct fth_text_style style;
    struct fth_text_drawing drawing = {.fonts = state->fonts, .layout = &state->layout,
                                       .style = &style, .work = fth_pixels_work(call),
                                       .buffers = call->env->buffers};
    struct fth_plane *planes[4] = {NULL};
    struct fth_image *image = NULL;
    struct fth_rect ink;
    enum fth_status status = lay_out(call, call->info.format, error);
    if (status == FTH_OK)
        status = fth_image_new(call->info.format, call->info.domain, &image, error);
    for (int i = 0; i < 4 && status == FTH_OK; i++) {
        status = fth_image_add(image, fth_rgba_names[i], call->env->buffers, call->rect,
                               &planes[i], error);
        if (status == FTH_OK)
            fth_plane_fill(planes[i], 0);
    }
    if (status == FTH_OK) {
        style = style_of(call, call->info.format, call->info.colour);
        status = fth_text_bounds(&drawing, fth_format_rect(call->info.format), &ink, error);
    }
    ink = status == FTH_OK ? fth_rect_intersect(ink, call->rect) : (struct fth_rect){0};
    if (status == FTH_OK && !fth_rect_empty(ink) && params->opacity > 0) {
        status = fth_text_draw(&drawing, ink, planes, error);
        fade(planes, ink, params->opacity);
    }
    if (status != FTH_OK) {
        fth_image_unref(&image);
        return status;
    }
    image->premultiplied = true;
    image->colour = call->info.colour;
    *out = image;
    return FTH_OK;
}

/* ---- over the picture ------------------------------------------------------------------------ */

/* The picture whose things stand around the title; *is_map: it is here for its depth. */
static const struct fth_image *things_of(const struct fth_call *call, bool *is_map)
{
    *is_map = call->inputs[PORT_DEPTH] != NULL;
    if (*is_map)
        return call->inputs[PORT_DEPTH];
    bool has_depth = goes_over(call) && fth_text_depth_channel(call->inputs[PORT_INPUT], false);
    return has_depth ? call->inputs[PORT_INPUT] : NULL;
}

/* Hides what things are before, and adds the plane of depth. */
static enum fth_status put_in_depth(const struct fth_call *call, struct fth_plane *planes[4],
                                    struct fth_image *image, struct fth_error *error)
{
    const struct params *params = call->params;
    const struct fth_text_depth at = {params->nearness, params->distance, params->depth_softness};
    struct fth_plane *depth = NULL;
    const char *name;
    bool is_map;
    const struct fth_image *things = things_of(call, &is_map);
    enum fth_status status =
        fth_text_depth_apply(call, &at, things, is_map, planes, &depth, &name, error);
    if (status != FTH_OK)
        return status;
    if (things)
        fth_image_copy_depth(image, things);
    image->depth = call->info.depth;
    image->depth_encoding = FTH_ENCODED_UNKNOWN;
    return fth_image_set(image, name, depth, error);
}

/* plane := the title over `under` */
static enum fth_status lay_plane(const struct fth_call *call, const struct fth_plane *title,
                                 const struct fth_plane *alpha, const struct fth_plane *under,
                                 struct fth_plane **plane, struct fth_error *error)
{
    struct fth_rect rect = call->rect;
    size_t n = (size_t)fth_rect_width(rect);
    enum fth_status status = fth_plane_new(call->env->buffers, rect, plane, error);
    for (int32_t y = rect.y0; y < rect.y1 && status == FTH_OK; y++)
        fth_kernels()->over(fth_plane_at(*plane, rect.x0, y), fth_plane_at(title, rect.x0, y),
                            fth_plane_at(under, rect.x0, y), fth_plane_at(alpha, rect.x0, y), n);
    return status;
}

/* Lays the title over the picture that comes in. */
static enum fth_status lay_over(const struct fth_call *call, struct fth_plane *const title[4],
                                struct fth_image *image, struct fth_error *error)
{
    const struct fth_image *back = call->inputs[PORT_INPUT];
    struct fth_plane *under[4] = {NULL};
    enum fth_status status = fth_pixels_rgba(call, back, call->rect, under, error);
    if (status == FTH_OK)
        status = fth_pixels_premultiply(call, back, call->rect, under, error);
    for (int i = 0; i < 4 && status == FTH_OK; i++) {
        struct fth_plane *plane = NULL;
        if (!under[i])
            continue; /* a picture without alpha stays opaque */
        status = lay_plane(call, title[i], title[3], under[i], &plane, error);
        if (status == FTH_OK)
            status = fth_image_set(image, fth_rgba_names[i], plane, error);
    }
    fth_pixels_drop(under);
    return status;
}

static enum fth_status render_lay(const struct fth_call *call, struct fth_image **out,
                                  struct fth_error *error)
{
    const struct params *params = call->params;
    struct fth_plane *title[4] = {NULL};
    struct fth_image *image = NULL;
    bool over = goes_over(call);
    enum fth_status status = fth_pixels_rgba(call, call->previous, call->rect, title, error);
    if (status == FTH_OK)
        status = fth_image_new(call->info.format, call->info.domain, &image, error);
    if (status == FTH_OK) {
        image->premultiplied = true;
        image->colour = call->info.colour;
        image->depth = call->info.depth;
    }
    if (status == FTH_OK && over) {
        fth_image_copy_depth(image, call->inputs[PORT_INPUT]);
        status = fth_pixels_share_rest(call, call->inputs[PORT_INPUT], call->rect, image, error);
    }
    if (status == FTH_OK && params->in_depth)
        status = put_in_depth(call, title, image, error);
    if (status == FTH_OK && over)
        status = lay_over(call, title, image, error);
    for (int i = 0; i < 4 && status == FTH_OK && !over; i++) {
        status = fth_image_set(image, fth_rgba_names[i], title[i], error);
        title[i] = NULL;
    }
    fth_pixels_drop(title);
    if (status == FTH_OK)
        *out = image;
    else
        fth_image_unref(&image);
    return status;
}

static bool lay_ignores(const struct fth_call *call, int port)
{
    const struct params *params = call->params;
    return port == PORT_INPUT ? !params->over_input : !params->in_depth;
}

static bool lay_is_identity(const struct fth_call *call)
{
    const struct params *params = call->params;
    return !params->in_depth && !goes_over(call);
}

static const struct fth_step steps[] = {
    {.id = "letters", .kind = FTH_NODE_WHOLE, .render = render_letters},
    {.id = "lay", .kind = FTH_NODE_POINT, .ports = 1u << PORT_INPUT | 1u << PORT_DEPTH,
     .is_identity = lay_is_identity, .ignores_port = lay_ignores, .render = render_lay},
    {NULL},
};

/* Version 2: letters and their edges stand more exactly, and in the document's frame. */
const struct fth_node_desc fth_node_text = {
    .id = "text",
    .label = "Text",
    .tag = "Txt",
    .group = "Generator",
    .help = "Writes a title over the picture, or on transparency, with outline, shadow and box. In "
            "Depth puts it among the things of the picture; with an effect mask it stands behind "
            "whatever the mask leaves out.",
    .version = 2,
    .params = table,
    .params_size = sizeof(struct params),
    .inputs = ports,
    .steps = steps,
    .domain = tell,
    .hash_extra = hash_frame,
    .open = open_fonts,
    .close = close_fonts,
};
