/* SPDX-License-Identifier: Apache-2.0 */
/* The nodes of the tests' own: scenes out of formulas, and a fence of NaN around what was asked. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "nodes/catalogue.h"

enum kind { PHOTO, CUTOUT, STRAIGHT, MASK, DEPTH, Z, GREY, FAR, ALPHA };
enum fill { ORDINARY, NOT_A_NUMBER, INFINITE, DENORMAL, LARGE };

struct params {
    int32_t kind, fill;
    int64_t width, height, inset, shift, window, seed, moving, colour;
    double disc;
};

static const struct fth_choice kinds[] = {
    {"photo", "Photo", ""}, {"cutout", "Cutout", ""}, {"straight", "Straight", ""},
    {"mask", "Mask", ""},   {"depth", "Depth", ""},   {"z", "Z", ""},
    {"grey", "Grey", ""},   {"far", "Far", ""},       {"alpha", "Alpha", ""}, {NULL},
};
static const struct fth_choice fills[] = {
    {"ordinary", "Ordinary", ""}, {"nan", "NaN", ""},     {"infinite", "Infinite", ""},
    {"denormal", "Denormal", ""}, {"large", "Large", ""}, {NULL},
};

#define ROW(kind, field, ...)                                                                      \
    FTH_PARAM(kind, struct params, field, .label = #field, .help = "For tests.", __VA_ARGS__)

static const struct fth_param table[] = {
    ROW(CHOICE, kind, .choices = kinds, .max = ALPHA),
    ROW(CHOICE, fill, .choices = fills, .max = LARGE),
    ROW(INT, width, .min = 1, .max = FTH_LIMIT_SIDE, .def = {48}),
    ROW(INT, height, .min = 1, .max = FTH_LIMIT_SIDE, .def = {40}),
    ROW(INT, inset, .min = -100, .max = 100),
    ROW(INT, shift, .min = -100, .max = 100),
    ROW(INT, window, .max = 1000),
    ROW(INT, seed, .max = 1000),
    ROW(INT, moving, .max = 100),
    ROW(INT, colour, .max = FTH_COLOUR_COUNT - 1),
    ROW(NUMBER, disc, .max = 1, .def = {0.3}),
    FTH_PARAM_TABLE_END,
};

/* A number in 0..1 that looks random: a pixel's own grain. */
static double grain(int64_t x, int64_t y, int64_t seed)
{
    uint64_t h = (uint64_t)(x + 40000) * 0x9e3779b97f4a7c15u ^ (uint64_t)(y + 40000) * 0xc2b2ae3du;
    h = (h ^ (uint64_t)seed * 0x165667b19e3779f9u) * 0xff51afd7ed558ccdu;
    return (double)(h >> 40) / (1 << 24);
}

/* 1 inside the disc, 0 outside, a ramp two pixels wide at its rim. */
static double disc_at(const struct params *params, double x, double y)
{
    double dx = x - (double)params->width / 2, dy = y - (double)params->height / 2;
    double inside = params->disc * (double)params->height - sqrt(dx * dx + dy * dy);
    return fmin(fmax(inside / 2 + 0.5, 0), 1);
}

static double disparity_at(const struct params *params, double x, double y)
{
    double slope = 0.1 + 0.4 * y / (double)params->height, disc = disc_at(params, x, y);
    return slope + disc * (0.7 - slope);
}

/* The channel at a pixel of the full-size picture. */
static double value_at(const struct params *params, const char *name, int64_t x, int64_t y,
                       int64_t frame)
{
    x -= params->moving * frame;
    double cx = (double)x + 0.5, cy = (double)y + 0.5, disc = disc_at(params, cx, cy);
    double u = cx / (double)params->width, v = cy / (double)params->height;
    double noise = 0.06 * grain(x, y, params->seed);
    double back[3] = {0.15 + 0.2 * u + noise, 0.25 + 0.2 * v + noise, 0.55 + 0.2 * u - noise};
    double front[3] = {0.85 - noise, 0.55 + 0.1 * v, 0.3 + noise};
    const char *colour = strchr("RGB", name[0]);
    if (strcmp(name, "subject") == 0 || (strcmp(name, "A") == 0))
        return disc;
    if (strcmp(name, "confidence") == 0)
        return 0.5 + 0.5 * grain(x / 8, y / 8, 7);
    if (strcmp(name, "ObjectID") == 0)
        return u < 0.5 ? 1 : 2;
    if (strcmp(name, "MaterialID") == 0)
        return v < 0.5 ? 3 : 4;
    if (strcmp(name, "Coverage") == 0)
        return 0.25 + 0.5 * u;
    if (strcmp(name, "disparity") == 0 || params->kind == GREY)
        return disparity_at(params, cx, cy);
    if (strcmp(name, "Z") == 0)
        return (1 + 0.1 * (double)frame) / disparity_at(params, cx, cy);
    if (params->kind == MASK)
        return disc * (0.9 - 0.3 * (double)(colour - "RGB"));
    double value = back[colour - "RGB"] + disc * (front[colour - "RGB"] - back[colour - "RGB"]);
    return params->kind == CUTOUT ? value * disc : value;
}

static const char *const *channels_of(int32_t kind)
{
    static const char *const photo[] = {"R", "G", "B", NULL}, *const far[] = {"Z", NULL};
    static const char *const alpha[] = {"A", NULL};
    static const char *const cutout[] = {"R", "G", "B", "A", "ObjectID", "MaterialID", "Coverage",
                                         NULL};
    static const char *const mask[] = {"R", "G", "B", "A", NULL};
    static const char *const depth[] = {"disparity", "subject", "confidence", NULL};
    static const char *const z[] = {"R", "G", "B", "Z", NULL};
    switch (kind) {
    case CUTOUT:
    case STRAIGHT:
        return cutout;
    case MASK:
        return mask;
    case DEPTH:
        return depth;
    case Z:
        return z;
    case FAR:
        return far;
    case ALPHA:
        return alpha;
    default:
        return photo;
    }
}

static int32_t scale_of(const struct fth_call *call)
{
    return FTH_MAX(call->env->scale_denominator, 1);
}

static enum fth_status tell(const struct fth_call *call, struct fth_info *out,
                            struct fth_error *error)
{
    const struct params *params = call->params;
    int32_t scale = scale_of(call), inset = (int32_t)params->inset / scale;
    (void)error;
    out->format = (struct fth_format){.width = ((int32_t)params->width + scale - 1) / scale,
                                      .height = ((int32_t)params->height + scale - 1) / scale};
    out->domain = fth_rect_grow(fth_format_rect(out->format), -inset, -inset);
    if (params->window)
        out->domain = (struct fth_rect){0, 0, (int32_t)params->window, (int32_t)params->window};
    if (fth_rect_empty(out->domain))
        out->domain = (struct fth_rect){0};
    int32_t shift = fth_rect_empty(out->domain) ? 0 : (int32_t)params->shift / scale;
    out->domain.x0 += shift;
    out->domain.x1 += shift;
    out->has_alpha = params->kind == CUTOUT || params->kind == STRAIGHT || params->kind == MASK ||
                     params->kind == ALPHA;
    out->premultiplied = params->kind != STRAIGHT;
    out->colour = out->fits = (enum fth_colour_space)params->colour;
    out->depth = params->kind == DEPTH                       ? FTH_DEPTH_RELATIVE_INVERSE
                 : params->kind == Z || params->kind == FAR ? FTH_DEPTH_METRIC_Z
                                                             : FTH_DEPTH_NONE;
    out->first_frame = 1;
    out->last_frame = 8;
    out->rate_num = 24;
    out->rate_den = 1;
    return FTH_OK;
}

/* What a broken or a strange file holds here and there, or everywhere. */
static float filled(const struct params *params, float value, int32_t x, int32_t y)
{
    bool here = ((int64_t)x + 2 * (int64_t)y) % 5 == 0;
    switch (params->fill) {
    case NOT_A_NUMBER:
        return here ? NAN : value;
    case INFINITE:
        return here ? (x & 1 ? INFINITY : -INFINITY) : value;
    case DENORMAL:
        return value * 1e-41f;
    case LARGE:
        return here ? (x & 1 ? 3e38f : -3e38f) : value;
    default:
        return value;
    }
}

/* The mean over the full-size pixels that one of this size stands for. */
static float mean_at(const struct fth_call *call, const char *name, int32_t x, int32_t y)
{
    int32_t scale = scale_of(call);
    double sum = 0;
    for (int32_t j = 0; j < scale; j++) {
        for (int32_t i = 0; i < scale; i++)
            sum += value_at(call->params, name, (int64_t)x * scale + i, (int64_t)y * scale + j,
                            call->frame);
    }
    return filled(call->params, (float)(sum / (scale * scale)), x, y);
}

static enum fth_status render(const struct fth_call *call, struct fth_image **out,
                              struct fth_error *error)
{
    const struct params *params = call->params;
    struct fth_image *image = NULL;
    enum fth_status status = fth_image_new(call->info.format, call->info.domain, &image, error);
    for (const char *const *name = channels_of(params->kind); *name && status == FTH_OK; name++) {
        struct fth_plane *plane = NULL;
        status = fth_image_add(image, *name, call->env->buffers, call->info.domain, &plane, error);
        for (int32_t y = call->info.domain.y0; y < call->info.domain.y1 && plane; y++) {
            for (int32_t x = call->info.domain.x0; x < call->info.domain.x1; x++)
                *fth_plane_at(plane, x, y) = mean_at(call, *name, x, y);
        }
    }
    if (status != FTH_OK) {
        fth_image_unref(&image);
        return status;
    }
    image->premultiplied = call->info.premultiplied;
    image->colour = call->info.colour;
    image->depth = call->info.depth;
    *out = image;
    return FTH_OK;
}

static const struct fth_step scene_steps[] = {
    {.id = "make", .kind = FTH_NODE_SOURCE, .render = render}, {NULL}};

static const struct fth_node_desc test_scene = {
    .id = "test_scene", .label = "Scene", .tag = "Tst", .group = "Test", .help = "For tests.",
    .version = 1, .flags = FTH_NODE_NO_COMMON | FTH_NODE_TIMED, .params = table,
    .params_size = sizeof(struct params), .steps = scene_steps, .domain = tell,
};

/* ---- the fence ------------------------------------------------------------------------------- */

enum { FENCE = 9 };

static enum fth_status fence(const struct fth_call *call, struct fth_image **out,
                             struct fth_error *error)
{
    const struct fth_image *in = call->inputs[0];
    struct fth_image *image = NULL;
    struct fth_rect rect = fth_rect_grow(call->rect, FENCE, FENCE);
    enum fth_status status = fth_image_new_like(in, &image, error);
    for (int i = 0; i < in->channel_count && status == FTH_OK; i++) {
        struct fth_plane *plane = NULL;
        status = fth_image_add(image, in->channels[i].name, call->env->buffers, rect, &plane,
                               error);
        if (status == FTH_OK) {
            fth_plane_fill(plane, NAN);
            fth_plane_copy(plane, in->channels[i].plane, call->rect, NAN);
        }
    }
    if (status == FTH_OK)
        *out = image;
    else
        fth_image_unref(&image);
    return status;
}

static const struct fth_port fence_ports[] = {
    {"input", "Input", "For tests.", FTH_PORT_PICTURE, 0}, {NULL}};
static const struct fth_step fence_steps[] = {
    {.id = "fence", .kind = FTH_NODE_POINT, .ports = 1, .render = fence}, {NULL}};

static const struct fth_node_desc test_fence = {
    .id = "test_fence", .label = "Fence", .tag = "Tst", .group = "Test", .help = "For tests.",
    .version = 1, .flags = FTH_NODE_NO_COMMON, .inputs = fence_ports, .steps = fence_steps,
};

/* ---- keeping what a job makes ---------------------------------------------------------------- */

enum { MOST_PLACES = 2, MOST_FRAMES = 16 };

struct keep {
    int64_t place;
};

static struct fth_image *kept[MOST_PLACES][MOST_FRAMES];

const struct fth_image *bench_kept(int place, int64_t frame)
{
    return kept[place][frame];
}

void bench_forget(void)
{
    for (int i = 0; i < MOST_PLACES; i++) {
        for (int k = 0; k < MOST_FRAMES; k++)
            fth_image_unref(&kept[i][k]);
    }
}

static enum fth_status keep_open(const struct fth_call *call, void **state, struct fth_error *error)
{
    static int nothing;
    (void)call;
    (void)error;
    *state = &nothing;
    return FTH_OK;
}

static void keep_close(void **state)
{
    *state = NULL;
}

static enum fth_status keep_finish(void **state, struct fth_error *error)
{
    (void)error;
    *state = NULL;
    return FTH_OK;
}

static enum fth_status keep(const struct fth_call *call, const struct fth_image *image,
                            struct fth_error *error)
{
    const struct keep *params = call->params;
    (void)error;
    if (call->frame >= 0 && call->frame < MOST_FRAMES) {
        fth_image_unref(&kept[params->place][call->frame]);
        kept[params->place][call->frame] = fth_image_ref(image);
    }
    return FTH_OK;
}

static const struct fth_param keep_table[] = {
    FTH_PARAM(INT, struct keep, place, .label = "Place", .help = "For tests.",
              .max = MOST_PLACES - 1),
    FTH_PARAM_TABLE_END,
};
static const struct fth_step keep_steps[] = {{.id = "keep", .kind = FTH_NODE_SINK, .ports = 1},
                                             {NULL}};
static const struct fth_node_desc test_keep = {
    .id = "test_keep", .label = "Keep", .tag = "Tst", .group = "Test", .help = "For tests.",
    .version = 1, .flags = FTH_NODE_NO_COMMON, .params = keep_table,
    .params_size = sizeof(struct keep), .inputs = fence_ports, .steps = keep_steps,
    .open = keep_open, .close = keep_close, .sink = keep, .finish = keep_finish,
};

/* ---- catalogues ------------------------------------------------------------------------------ */

enum { MOST_NODES = 256, MOST_STEPS = 9 };

const struct fth_catalogue *bench_catalogue(void)
{
    static const struct fth_node_desc *nodes[MOST_NODES];
    static struct fth_catalogue catalogue;
    const struct fth_catalogue *real = fth_catalogue_all();
    if (!catalogue.count) {
        for (size_t i = 0; i < real->count; i++)
            nodes[i] = real->nodes[i];
        nodes[real->count] = &test_scene;
        nodes[real->count + 1] = &test_fence;
        nodes[real->count + 2] = &test_keep;
        nodes[real->count + 3] = real->fitter;
        catalogue = (struct fth_catalogue){nodes, real->count + 4, real->converter,
                                           real->fitter};
    }
    return &catalogue;
}

const struct fth_catalogue *bench_catalogue_without_identities(void)
{
    static struct fth_node_desc copies[MOST_NODES];
    static struct fth_step steps[MOST_NODES][MOST_STEPS];
    static const struct fth_node_desc *nodes[MOST_NODES];
    static struct fth_catalogue catalogue;
    const struct fth_catalogue *all = bench_catalogue();
    for (size_t i = 0; i < all->count && !catalogue.count; i++) {
        copies[i] = *all->nodes[i];
        for (int k = 0; k < fth_node_step_count(all->nodes[i]); k++) {
            steps[i][k] = all->nodes[i]->steps[k];
            steps[i][k].is_identity = NULL;
        }
        copies[i].steps = steps[i];
        nodes[i] = &copies[i];
    }
    catalogue = (struct fth_catalogue){nodes, all->count, all->converter, all->fitter};
    return &catalogue;
}
