/* SPDX-License-Identifier: Apache-2.0 */
/* Grain: adds film grain, as strong as it is wanted in shadows, between and in highlights, or as a
 * plate has it. It is made from where a pixel is and from the frame's number: the same frame always
 * has the same grain. */
#include <math.h>
#include <string.h>

#include "nodes/pixels.h"
#include "ops/grain.h"
#include "ops/noise.h"

enum { PORT_INPUT, PORT_PLATE };

struct params {
    double amount, size, softness, colour, shadows, middle, highlights, match;
    int64_t seed, plate_frame;
};

#define ROW(kind, field, ...) FTH_PARAM(kind, struct params, field, __VA_ARGS__)

static const struct fth_param table[] = {
    ROW(NUMBER, amount, .label = "Amount",
        .help = "How strong the grain is: 25 is noise of 10 of 255 levels, what Denoise takes away "
                "with strength 25. A fine film is at 5, a fast one at 20.",
        .max = 100, .ui_max = 50, .def = {10}, .group = "Grain", .flags = FTH_PARAM_ANIMATES),
    ROW(NUMBER, size, .label = "Size",
        .help = "How wide a grain is. Below 1 it is as fine as pixels are; large ones show that a "
                "film was small or is enlarged.",
        .unit = "px", .min = 0.5, .max = 16, .ui_min = 0.5, .ui_max = 6, .def = {1.8},
        .group = "Grain", .flags = FTH_PARAM_ANIMATES | FTH_PARAM_PIXELS),
    ROW(NUMBER, softness, .label = "Softness",
        .help = "0 gives crisp grains, evenly spread, 1 soft ones that gather into clouds.",
        .max = 1, .def = {0.5}, .group = "Grain", .flags = FTH_PARAM_ANIMATES),
    ROW(NUMBER, colour, .label = "Colour",
        .help = "0 is grey grain as of black and white film, 1 grain of its own in red, green and "
                "blue.",
        .max = 1, .def = {0.5}, .group = "Grain", .flags = FTH_PARAM_ANIMATES),
    ROW(INT, seed, .label = "Seed",
        .help = "Another number, another grain of the same kind. Give two layers two numbers, or "
                "their grain adds up where they overlap.",
        .max = 1000000, .ui_max = 1000, .step = 1, .group = "Grain"),
    ROW(NUMBER, shadows, .label = "Shadows", .help = "How much of Amount is in the shadows.",
        .unit = "%", .max = 400, .ui_max = 200, .def = {80}, .group = "Response",
        .flags = FTH_PARAM_ANIMATES),
    ROW(NUMBER, middle, .label = "Middle",
        .help = "How much of Amount is between shadows and highlights.", .unit = "%", .max = 400,
        .ui_max = 200, .def = {100}, .group = "Response", .flags = FTH_PARAM_ANIMATES),
    ROW(NUMBER, highlights, .label = "Highlights",
        .help = "How much of Amount is in the highlights; film has little there.", .unit = "%",
        .max = 400, .ui_max = 200, .def = {50}, .group = "Response", .flags = FTH_PARAM_ANIMATES),
    ROW(NUMBER, match, .label = "Match Plate",
        .help = "How much of the plate's own grain is given, in each channel and brightness as it "
                "is there, in place of all above but Seed. 0 lets the settings above count. Of use "
                "with a plate connected.",
        .unit = "%", .max = 400, .ui_max = 200, .def = {100}, .group = "Plate",
        .flags = FTH_PARAM_ANIMATES),
    ROW(INT, plate_frame, .label = "Plate Frame",
        .help = "The frame of the plate that is measured for all frames; 0 measures each frame by "
                "itself. Of use with a plate connected.",
        .max = 1000000000, .ui_max = 250, .step = 1, .unit = "frames", .group = "Plate"),
    FTH_PARAM_TABLE_END,
};

static const struct fth_port ports[] = {
    [PORT_INPUT] = {"input", "Input", "The picture that is to have grain.", FTH_PORT_PICTURE, 0},
    [PORT_PLATE] = {"plate", "Plate",
                    "A picture whose grain is to be matched: the shot that something clean is laid "
                    "into.",
                    FTH_PORT_PICTURE, 1},
    {NULL},
};

/* What is to be added: how strong in each channel in the shadows, between and in highlights. */
struct recipe {
    double sigma[3][3];
    double size_px, softness, colour;
};

static bool is_matched(const struct fth_call *call)
{
    const struct params *params = call->params;
    return call->input_infos[PORT_PLATE] && params->match > 0;
}

static bool is_identity(const struct fth_call *call)
{
    const struct params *params = call->params;
    bool none = params->shadows == 0 && params->middle == 0 && params->highlights == 0;
    return !is_matched(call) && (params->amount == 0 || none);
}

static bool ignores_port(const struct fth_call *call, int port)
{
    return port == PORT_PLATE && ((const struct params *)call->params)->match == 0;
}

/* The plate's frame is one that it has. */
static int frames_in(const struct fth_call *call, int port, int64_t frames[FTH_LIMIT_MOMENTS])
{
    const struct params *params = call->params;
    const struct fth_info *info = call->input_infos[port];
    frames[0] = call->frame;
    if (port != PORT_PLATE || !info)
        return 1;
    if (params->plate_frame > 0)
        frames[0] = params->plate_frame;
    if (info->first_frame <= info->last_frame)
        frames[0] = FTH_MIN(FTH_MAX(frames[0], info->first_frame), info->last_frame);
    return 1;
}

/* ---- what grain ------------------------------------------------------------------------------ */

/* In a picture of half the size or less, pixels are means of several: what that leaves of grains
 * whose correlations sum up to `area` of the larger one's pixels. */
static double share_at_scale(const struct fth_call *call, double size_px)
{
    double side = FTH_MAX(call->env->scale_denominator, 1), sigma = size_px / 2.3548;
    double area = fmax(4 * 3.14159265358979 * sigma * sigma, 1);
    return sqrt(area / (area + side * side - 1));
}

static void own_recipe(const struct fth_call *call, struct recipe *recipe)
{
    const struct params *params = call->params;
    const double parts[3] = {params->shadows, params->middle, params->highlights};
    double share = share_at_scale(call, params->size);
    for (int i = 0; i < 9; i++)
        recipe->sigma[i / 3][i % 3] = params->amount * 0.4 / 255 * parts[i % 3] / 100 * share;
    recipe->size_px = fth_pixels_scaled(call, params->size);
    recipe->softness = params->softness;
    recipe->colour = params->colour;
}

/* The plate is as large as the preview is: what is measured fits. */
static enum fth_status plate_recipe(const struct fth_call *call, struct recipe *recipe,
                                    struct fth_error *error)
{
    const struct fth_image *plate = call->inputs[PORT_PLATE];
    struct fth_work work = fth_pixels_work(call);
    struct fth_plane *planes[4] = {NULL};
    struct fth_grid grids[3];
    struct fth_noise_profile profile = {.alike = 0};
    enum fth_status status = fth_pixels_rgba(call, plate, plate->domain, planes, error);
    for (int c = 0; c < 3 && status == FTH_OK; c++)
        grids[c] = fth_grid_of_plane(planes[c], plate->domain);
    if (status == FTH_OK)
        status = fth_noise_profile(&work, grids, &profile, error);
    for (int i = 0; i < 9; i++)
        recipe->sigma[i / 3][i % 3] =
            profile.sigma[i / 3][i % 3] * ((const struct params *)call->params)->match / 100;
    recipe->size_px = fth_grain_size_of(profile.alike);
    recipe->softness = 1;
    recipe->colour = profile.colour;
    fth_pixels_drop(planes);
    return status;
}

/* ---- adding it ------------------------------------------------------------------------------- */

/* How strong at a brightness: straight between 1/6, 1/2 and 5/6, level beyond. */
static inline float response(const float sigma[3], float value)
{
    float below = fth_clamp01((value - 1.0f / 6) * 3), above = fth_clamp01((value - 0.5f) * 3);
    return sigma[0] + below * (sigma[1] - sigma[0]) + above * (sigma[2] - sigma[1]);
}

struct add {
    const struct fth_plane *from, *alpha; /* alpha NULL: opaque or not multiplied */
    const struct fth_plane *to;
    const struct fth_grid *grey, *own;    /* grain of all channels, of this one */
    float sigma[3], grey_share, own_share;
};

static void add_rows(void *context, int32_t first, int32_t end)
{
    const struct add *add = context;
    struct fth_rect rect = add->to->rect;
    for (int32_t y = rect.y0 + first; y < rect.y0 + end; y++) {
        const float *from = fth_plane_at(add->from, rect.x0, y);
        const float *alpha = add->alpha ? fth_plane_at(add->alpha, rect.x0, y) : NULL;
        const float *grey = fth_grid_row(add->grey, y - rect.y0);
        const float *own = fth_grid_row(add->own, y - rect.y0);
        float *to = fth_plane_at(add->to, rect.x0, y);
        for (int32_t x = 0; x < fth_rect_width(rect); x++) {
            float grain = add->grey_share * grey[x] + add->own_share * own[x];
            grain *= response(add->sigma, from[x]);
            to[x] = from[x] + (alpha ? alpha[x] * grain : grain);
        }
    }
}

/* One for each grain there is: of a frame, a seed, and a field. */
static uint64_t seed_of(const struct fth_call *call, int field)
{
    struct fth_hasher hasher;
    fth_hash_begin(&hasher);
    fth_hash_int(&hasher, call->frame);
    fth_hash_int(&hasher, ((const struct params *)call->params)->seed);
    fth_hash_int(&hasher, field);
    return fth_hash_end(&hasher).low;
}

static enum fth_status add_grain(const struct fth_call *call, const struct recipe *recipe,
                                 struct fth_plane *planes[4], struct fth_error *error)
{
    struct fth_rect rect = call->info.domain;
    struct fth_work work = fth_pixels_work(call);
    struct fth_grain_shape shape;
    struct fth_grid grey, own;
    bool multiplied = call->inputs[PORT_INPUT]->premultiplied && planes[3];
    fth_grain_shape(recipe->size_px, recipe->softness, &shape);
    enum fth_status status =
        fth_grid_new(call->arena, fth_rect_width(rect), fth_rect_height(rect), &grey, error);
    if (status == FTH_OK)
        status = fth_grid_new(call->arena, grey.width, grey.height, &own, error);
    if (status == FTH_OK)
        status = fth_grain(&work, &shape, seed_of(call, 3), rect, &grey, error);
    for (int c = 0; c < 3 && status == FTH_OK; c++) {
        struct fth_plane *made = NULL;
        struct add add = {planes[c], multiplied ? planes[3] : NULL, NULL, &grey, &own,
                          .grey_share = (float)sqrt(1 - recipe->colour),
                          .own_share = (float)sqrt(recipe->colour)};
        for (int i = 0; i < 3; i++)
            add.sigma[i] = (float)recipe->sigma[c][i];
        status = fth_grain(&work, &shape, seed_of(call, c), rect, &own, error);
        if (status == FTH_OK)
            status = fth_plane_new(call->env->buffers, rect, &made, error);
        if (status != FTH_OK)
            break;
        add.to = made;
        status = fth_rows_run(&work, grey.height, 32, add_rows, &add);
        fth_plane_unref(&planes[c]);
        planes[c] = made;
    }
    return status;
}

static enum fth_status render(const struct fth_call *call, struct fth_image **out,
                              struct fth_error *error)
{
    const struct fth_image *input = call->inputs[PORT_INPUT];
    struct fth_plane *planes[4] = {NULL};
    struct recipe recipe = {.size_px = 1};
    size_t mark = fth_arena_mark(call->arena);
    enum fth_status status = fth_pixels_rgba(call, input, call->info.domain, planes, error);
    if (status == FTH_OK && is_matched(call))
        status = plate_recipe(call, &recipe, error);
    else
        own_recipe(call, &recipe);
    if (status == FTH_OK && !is_identity(call) && !fth_rect_empty(call->info.domain))
        status = add_grain(call, &recipe, planes, error);
    if (status == FTH_OK)
        status = fth_pixels_with(call, input, planes, out, error);
    fth_pixels_drop(planes);
    fth_arena_return(call->arena, mark);
    return status;
}

static const struct fth_step steps[] = {
    {.id = "grain", .kind = FTH_NODE_WHOLE, .ports = 1u << PORT_INPUT | 1u << PORT_PLATE,
     .is_identity = is_identity, .ignores_port = ignores_port, .render = render},
    {NULL},
};

const struct fth_node_desc fth_node_grain = {
    .id = "grain",
    .label = "Grain",
    .tag = "Grn",
    .group = "Filter",
    .help = "Adds film grain, or the grain that another shot has, so that what was cleaned, made "
            "or laid in looks as if it had been filmed along.",
    .version = 1,
    .flags = FTH_NODE_TIMED | FTH_NODE_SAME_PLANES,
    .params = table,
    .params_size = sizeof(struct params),
    .inputs = ports,
    .steps = steps,
    .frames_in = frames_in,
};
