/* SPDX-License-Identifier: Apache-2.0 */
/* Transform: moves, turns, scales and mirrors a picture about a pivot, within its frame; with
 * motion blur the mean of what it would be at several moments. */
#include <math.h>
#include <string.h>

#include "nodes/sampler.h"
#include "nodes/shutter.h"

struct params {
    double centre[2], pivot[2], size, aspect, angle;
    bool flip_horizontal, flip_vertical;
    int32_t filter, edges;
    FTH_SHUTTER_FIELDS
};

static const struct fth_choice edges[] = {
    {"transparent", "Transparent", "Beyond the picture there is nothing."},
    {"repeat", "Repeat", "Its border goes on outwards."},
    {"mirror", "Mirror", "It goes on mirrored, again and again."},
    {NULL},
};

#define ROW(kind, field, ...) FTH_PARAM(kind, struct params, field, __VA_ARGS__)
#define ANIMATES .flags = FTH_PARAM_ANIMATES

static const struct fth_param table[] = {
    ROW(POINT, centre, .label = "Centre",
        .help = "Where the pivot comes to lie: 0,0 is the lower left corner of the frame, 1,1 the "
                "upper right.",
        .min = -10, .max = 10, .ui_max = 1, .def = {0.5, 0.5}, .group = "Transform", ANIMATES),
    ROW(POINT, pivot, .label = "Pivot",
        .help = "The point of the picture that it turns and grows about.", .min = -10, .max = 10,
        .ui_max = 1, .def = {0.5, 0.5}, .group = "Transform", ANIMATES),
    ROW(NUMBER, size, .label = "Size", .help = "1 as it is, 2 twice as large, 0.5 half.",
        .min = 0.01, .max = 100, .ui_max = 2, .ui_min = 0.1, .def = {1}, .group = "Transform",
        ANIMATES),
    ROW(NUMBER, aspect, .label = "Aspect", .help = "Above 1 wider, below 1 narrower.", .min = 0.01,
        .max = 100, .ui_min = 0.5, .ui_max = 1.5, .def = {1}, .group = "Transform", ANIMATES),
    ROW(NUMBER, angle, .label = "Angle", .help = "Turns the picture; plus is against the clock.",
        .unit = "degrees", .min = -36000, .max = 36000, .ui_min = -180, .ui_max = 180,
        .group = "Transform", ANIMATES),
    ROW(SWITCH, flip_horizontal, .label = "Flip Horizontal",
        .help = "Exchanges left and right about the pivot.", .max = 1, .group = "Transform",
        ANIMATES),
    ROW(SWITCH, flip_vertical, .label = "Flip Vertical",
        .help = "Exchanges top and bottom about the pivot.", .max = 1, .group = "Transform",
        ANIMATES),
    ROW(CHOICE, filter, .label = "Filter", .help = "How pixels between pixels are found.",
        .choices = fth_filters, .max = FTH_FILTER_LANCZOS, .def = {FTH_FILTER_CUBIC},
        .group = "Quality"),
    ROW(CHOICE, edges, .label = "Edges", .help = "What is seen beyond the picture's border.",
        .choices = edges, .max = FTH_EDGES_MIRROR, .group = "Quality"),
    FTH_SHUTTER_ROWS(struct params),
    FTH_PARAM_TABLE_END,
};

static const struct fth_port ports[] = {
    {"input", "Input", "The picture to move.", FTH_PORT_PICTURE, 0},
    {NULL},
};

/* Cosine and sine of an angle in degrees, exact at right angles and alike on every machine: the
 * series within 45 degrees. */
static void direction(double degrees, double *cosine, double *sine)
{
    double quarter = floor(degrees / 90 + 0.5);
    double t = (degrees - quarter * 90) * (3.14159265358979323846 / 180), tt = t * t;
    double s = t * (1 - tt / 6 * (1 - tt / 20 * (1 - tt / 42 * (1 - tt / 72 * (1 - tt / 110)))));
    double c = 1 - tt / 2 * (1 - tt / 12 * (1 - tt / 30 * (1 - tt / 56 * (1 - tt / 90))));
    int turns = (int)fmod(quarter, 4);
    turns = turns < 0 ? turns + 4 : turns;
    *cosine = turns == 0 ? c : turns == 1 ? -s : turns == 2 ? -c : s;
    *sine = turns == 0 ? s : turns == 1 ? c : turns == 2 ? -s : -c;
}

static struct fth_sampling sampling_of(const struct fth_call *call, const struct params *params)
{
    const struct fth_info *input = call->input_infos[0];
    double width = input->format.width, height = input->format.height, cosine, sine;
    struct fth_sampling s = {.filter = params->filter, .edges = params->edges,
                             .source = input->domain};
    direction(params->angle, &cosine, &sine);
    double sx = params->size * params->aspect * (params->flip_horizontal ? -1 : 1);
    double sy = params->size * (params->flip_vertical ? -1 : 1);
    /* rows go down, so that turning against the clock is (c, s; -s, c); its inverse, then 1 / S */
    double *m = s.to_source;
    m[0] = cosine / sx, m[1] = -sine / sx;
    m[3] = sine / sy, m[4] = cosine / sy;
    double cx = params->centre[0] * width, cy = (1 - params->centre[1]) * height;
    m[2] = params->pivot[0] * width - m[0] * cx - m[1] * cy;
    m[5] = (1 - params->pivot[1]) * height - m[3] * cx - m[4] * cy;
    return s;
}

static struct fth_shutter_params shutter_params(const struct params *params)
{
    return (struct fth_shutter_params){params->motion_blur, params->quality, params->shutter_angle,
                                       params->centre_bias, params->sample_spread};
}

static int moments(const void *params, double offsets[FTH_LIMIT_MOMENTS])
{
    struct fth_shutter_params shutter = shutter_params(params);
    return fth_shutter_moments(&shutter, offsets);
}

/* Where the picture is while the shutter is open; one place where it stands still. */
static void find_places(const struct fth_call *call, struct fth_samplings *places)
{
    const struct fth_shutter *shutter = call->shutter;
    struct fth_shutter_params how = shutter_params(call->params);
    bool stands = true;
    places->count = shutter ? shutter->count : 1;
    for (int i = 0; i < places->count; i++) {
        places->list[i] = sampling_of(call, shutter ? shutter->params[i] : call->params);
        places->weights[i] = shutter ? (float)fth_shutter_weight(&how, i) : 1;
        stands = stands && memcmp(places->list[i].to_source, places->list[0].to_source,
                                  sizeof(places->list[0].to_source)) == 0;
    }
    if (stands)
        places->count = 1;
}

static bool moves_nothing(const struct fth_samplings *places)
{
    return places->count == 1 && fth_sampling_moves_nothing(&places->list[0]);
}

static enum fth_status tell(const struct fth_call *call, struct fth_info *out,
                            struct fth_error *error)
{
    struct fth_samplings places;
    struct fth_rect reach = {0};
    (void)error;
    find_places(call, &places);
    if (moves_nothing(&places))
        return FTH_OK;
    bool open = places.list[0].edges == FTH_EDGES_TRANSPARENT;
    for (int i = 0; i < places.count; i++)
        reach = fth_rect_join(reach, fth_sampling_reach(&places.list[i]));
    out->domain = open ? reach : fth_format_rect(out->format);
    out->has_alpha = out->has_alpha || open;
    out->premultiplied = true;
    return FTH_OK;
}

static bool is_identity(const struct fth_call *call)
{
    struct fth_samplings places;
    find_places(call, &places);
    return moves_nothing(&places);
}

static struct fth_rect region_in(const struct fth_call *call, int port, struct fth_rect rect)
{
    struct fth_samplings places;
    struct fth_rect region = {0};
    (void)port;
    find_places(call, &places);
    for (int i = 0; i < places.count; i++)
        region = fth_rect_join(region, fth_sampling_region(&places.list[i], rect));
    return region;
}

static enum fth_status render(const struct fth_call *call, struct fth_image **out,
                              struct fth_error *error)
{
    struct fth_samplings places;
    find_places(call, &places);
    if (moves_nothing(&places)) {
        *out = fth_image_ref(call->inputs[0]);
        return FTH_OK;
    }
    return fth_sampling_mean(call, &places, call->inputs[0], call->info.has_alpha, out, error);
}

static const struct fth_step steps[] = {
    {.id = "transform", .kind = FTH_NODE_AREA, .ports = 1, .region_in = region_in,
     .is_identity = is_identity, .render = render},
    {NULL},
};

const struct fth_node_desc fth_node_transform = {
    .id = "transform",
    .label = "Transform",
    .tag = "Xf",
    .group = "Transform",
    .help = "Moves, turns, scales and mirrors the picture within its frame. What it leaves bare is "
            "transparent, or the picture goes on there.",
    .version = 2,
    .params = table,
    .params_size = sizeof(struct params),
    .inputs = ports,
    .steps = steps,
    .domain = tell,
    .shutter = moments,
};
