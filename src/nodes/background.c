/* SPDX-License-Identifier: Apache-2.0 */
/* Background: one colour, or a gradient between two or four, as wide as the document, as an input
 * or as it is told. Colours run between the frame's edges, so that they are the same at any size
 * (FORMULAS 6.16). */
#include "base/limits.h"
#include "nodes/pixels.h"
#include "ops/kernels.h"

enum { SOLID, HORIZONTAL, VERTICAL, FOUR_CORNERS };
enum { LARGEST_SIDE = 16384 };

struct params {
    int32_t type;
    double top_left[4], top_right[4], bottom_left[4], bottom_right[4];
    int64_t width, height;
};

static const struct fth_choice types[] = {
    {"solid", "Solid", "One colour."},
    {"horizontal", "Horizontal", "From one colour on the left to another on the right."},
    {"vertical", "Vertical", "From one colour at the top to another at the bottom."},
    {"four_corners", "Four Corners", "A colour in each corner, mixed in between."},
    {NULL},
};

#define ROW(kind, field, ...) FTH_PARAM(kind, struct params, field, __VA_ARGS__)
#define CORNER(field, ...)                                                                         \
    ROW(COLOUR, field, .max = 16, .ui_max = 1, .group = "Colour", .flags = FTH_PARAM_ANIMATES,     \
        __VA_ARGS__)

static const struct fth_param table[] = {
    ROW(CHOICE, type, .label = "Type",
        .help = "How many colours there are, and which way they run.", .choices = types,
        .max = FOUR_CORNERS, .group = "Colour", .flags = FTH_PARAM_ANIMATES),
    CORNER(top_left, .label = "Colour / Top Left",
           .help = "The one colour; of gradients that on the left, at the top, or in the upper "
                   "left corner. With an alpha below 1 what is behind shines through.",
           .def = {0, 0, 0, 1}),
    CORNER(top_right, .label = "Right / Top Right",
           .help = "The colour on the right, or in the upper right corner.", .def = {1, 1, 1, 1},
           .when = {"type", 1u << HORIZONTAL | 1u << FOUR_CORNERS}),
    CORNER(bottom_left, .label = "Bottom / Bottom Left",
           .help = "The colour at the bottom, or in the lower left corner.", .def = {1, 1, 1, 1},
           .when = {"type", 1u << VERTICAL | 1u << FOUR_CORNERS}),
    CORNER(bottom_right, .label = "Bottom Right", .help = "The colour in the lower right corner.",
           .def = {0.5, 0.5, 0.5, 1}, .when = {"type", 1u << FOUR_CORNERS}),
    ROW(INT, width, .label = "Width",
        .help = "Width of the picture; 0 takes the document's. With an input connected that one's "
                "counts.",
        .unit = "px", .max = LARGEST_SIDE, .ui_max = 8192, .group = "Frame"),
    ROW(INT, height, .label = "Height",
        .help = "Height of the picture; 0 takes the document's. With an input connected that one's "
                "counts.",
        .unit = "px", .max = LARGEST_SIDE, .ui_max = 8192, .group = "Frame"),
    FTH_PARAM_TABLE_END,
};

static const struct fth_port ports[] = {
    {"input", "Input",
     "A picture whose size and frames are taken; where an effect mask is black it stays.",
     FTH_PORT_PICTURE, 1},
    {NULL},
};

/* Colours of the four corners, multiplied by their alpha: upper left and right, lower ... */
static void corners_of(const struct params *params, double corners[4][4])
{
    static const int which[][4] = {
        [SOLID] = {0, 0, 0, 0},
        [HORIZONTAL] = {0, 1, 0, 1},
        [VERTICAL] = {0, 0, 2, 2},
        [FOUR_CORNERS] = {0, 1, 2, 3},
    };
    const double *colours[4] = {params->top_left, params->top_right, params->bottom_left,
                                params->bottom_right};
    for (int i = 0; i < 4; i++) {
        const double *colour = colours[which[params->type][i]];
        for (int c = 0; c < 3; c++)
            corners[i][c] = colour[c] * colour[3];
        corners[i][3] = colour[3];
    }
}

static bool is_opaque(const struct params *params)
{
    double corners[4][4];
    corners_of(params, corners);
    return corners[0][3] == 1 && corners[1][3] == 1 && corners[2][3] == 1 && corners[3][3] == 1;
}

static const struct fth_info *like(const struct fth_call *call)
{
    return call->input_infos ? call->input_infos[0] : NULL;
}

static enum fth_status tell(const struct fth_call *call, struct fth_info *out,
                            struct fth_error *error)
{
    const struct params *params = call->params;
    if (!like(call)) {
        *out = (struct fth_info){.first_frame = 1, .last_frame = 0, .rate_den = 1};
        out->format = fth_pixels_frame(call, params->width, params->height);
    }
    if ((int64_t)out->format.width * out->format.height > FTH_LIMIT_PIXELS)
        return fth_fail(error, FTH_ERR_LIMIT, "%dx%d pixels, the limit is %d", out->format.width,
                        out->format.height, FTH_LIMIT_PIXELS);
    out->domain = fth_format_rect(out->format);
    out->has_alpha = !is_opaque(params);
    out->premultiplied = true;
    out->depth = FTH_DEPTH_NONE;
    return FTH_OK;
}

/* Channel `c` of the gradient over the rectangle of the call. */
static void paint(const struct fth_call *call, int c, const struct fth_plane *plane)
{
    const struct params *params = call->params;
    struct fth_rect rect = call->rect;
    double corners[4][4], width = call->info.format.width, height = call->info.format.height;
    corners_of(params, corners);
    for (int32_t y = rect.y0; y < rect.y1; y++) {
        float *row = fth_plane_at(plane, rect.x0, y);
        double down = (y + 0.5) / height;
        double left = corners[0][c] + down * (corners[2][c] - corners[0][c]);
        double right = corners[1][c] + down * (corners[3][c] - corners[1][c]);
        if (left == right) {
            fth_kernels()->fill(row, (float)left, (size_t)fth_rect_width(rect));
            continue;
        }
        for (int32_t x = rect.x0; x < rect.x1; x++)
            row[x - rect.x0] = (float)(left + (x + 0.5) / width * (right - left));
    }
}

static enum fth_status render(const struct fth_call *call, struct fth_image **out,
                              struct fth_error *error)
{
    struct fth_plane *plane;
    struct fth_image *image = NULL;
    enum fth_status status = fth_image_new(call->info.format, call->info.domain, &image, error);
    for (int c = 0; c < (call->info.has_alpha ? 4 : 3) && status == FTH_OK; c++) {
        status = fth_image_add(image, fth_rgba_names[c], call->env->buffers, call->rect, &plane,
                               error);
        if (status == FTH_OK)
            paint(call, c, plane);
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

static bool ignores(const struct fth_call *call, int port)
{
    (void)call, (void)port;
    return true;
}

/* Without an input the frame depends on the document and the size the engine works in; with one
 * the gradient's place depends on that one's frame. */
static enum fth_status hash_frame(const struct fth_call *call, struct fth_hasher *hasher,
                                  struct fth_error *error)
{
    const struct params *params = call->params;
    struct fth_format format = like(call)
                                   ? like(call)->format
                                   : fth_pixels_frame(call, params->width, params->height);
    (void)error;
    fth_hash_int(hasher, format.width);
    fth_hash_int(hasher, format.height);
    return FTH_OK;
}

static const struct fth_step steps[] = {
    {.id = "paint", .kind = FTH_NODE_POINT, .ports = 1, .ignores_port = ignores, .render = render},
    {NULL},
};

const struct fth_node_desc fth_node_background = {
    .id = "background",
    .label = "Background",
    .tag = "BG",
    .group = "Generator",
    .help = "A plain colour or a gradient: left to right, top to bottom, or a colour in each "
            "corner. To lay cut-outs over, and to see by it what a matte lets through.",
    .version = 1,
    .works_in = FTH_WORKS_IN_DISPLAY,
    .params = table,
    .params_size = sizeof(struct params),
    .inputs = ports,
    .steps = steps,
    .domain = tell,
    .hash_extra = hash_frame,
};
