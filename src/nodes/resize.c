/* SPDX-License-Identifier: Apache-2.0 */
/* Resize: the whole picture in another number of pixels; the frame becomes that size. */
#include <math.h>

#include "base/limits.h"
#include "nodes/sampler.h"

enum { LARGEST_SIDE = 16384 };

struct params {
    int64_t width, height;
    double scale;
    int32_t filter;
};

#define ROW(kind, field, ...) FTH_PARAM(kind, struct params, field, __VA_ARGS__)

static const struct fth_param table[] = {
    ROW(INT, width, .label = "Width", .help = "Width before Scale; 0 is the picture's own.",
        .unit = "px", .max = LARGEST_SIDE, .ui_max = 8192, .group = "Size"),
    ROW(INT, height, .label = "Height", .help = "Height before Scale; 0 is the picture's own.",
        .unit = "px", .max = LARGEST_SIDE, .ui_max = 8192, .group = "Size"),
    ROW(NUMBER, scale, .label = "Scale",
        .help = "Width and height alike: 0.5 makes the picture half as wide and half as high.",
        .min = 0.01, .max = 16, .ui_min = 0.1, .ui_max = 2, .def = {1}, .group = "Size"),
    ROW(CHOICE, filter, .label = "Filter", .help = "How pixels between pixels are found.",
        .choices = fth_filters, .max = FTH_FILTER_LANCZOS, .def = {FTH_FILTER_CUBIC},
        .group = "Quality"),
    FTH_PARAM_TABLE_END,
};

static const struct fth_port ports[] = {
    {"input", "Input", "The picture to make larger or smaller.", FTH_PORT_PICTURE, 0},
    {NULL},
};

static int32_t side(const struct fth_call *call, int64_t own, int32_t length)
{
    const struct params *params = call->params;
    double from = own ? ceil((double)own / FTH_MAX(call->env->scale_denominator, 1)) : length;
    return (int32_t)FTH_MIN(FTH_MAX(floor(from * params->scale + 0.5), 1), FTH_LIMIT_SIDE);
}

static struct fth_format new_format(const struct fth_call *call)
{
    const struct params *params = call->params;
    struct fth_format from = call->input_infos[0]->format, to = from;
    to.width = side(call, params->width, from.width);
    to.height = side(call, params->height, from.height);
    return to;
}

static struct fth_sampling sampling_of(const struct fth_call *call)
{
    const struct params *params = call->params;
    struct fth_format from = call->input_infos[0]->format, to = new_format(call);
    return (struct fth_sampling){.filter = params->filter, .edges = FTH_EDGES_REPEAT,
                                 .source = call->input_infos[0]->domain,
                                 .to_source = {(double)from.width / to.width, 0, 0, 0,
                                               (double)from.height / to.height, 0}};
}

static enum fth_status tell(const struct fth_call *call, struct fth_info *out,
                            struct fth_error *error)
{
    struct fth_format format = new_format(call);
    struct fth_sampling s = sampling_of(call);
    return fth_sampling_tell(&s, format, out, error);
}

static bool is_identity(const struct fth_call *call)
{
    struct fth_sampling s = sampling_of(call);
    return fth_sampling_is_identity(call, &s);
}

static struct fth_rect region_in(const struct fth_call *call, int port, struct fth_rect rect)
{
    struct fth_sampling s = sampling_of(call);
    (void)port;
    return fth_sampling_region(&s, rect);
}

static enum fth_status render(const struct fth_call *call, struct fth_image **out,
                              struct fth_error *error)
{
    struct fth_sampling s = sampling_of(call);
    return fth_sampling_picture(call, &s, call->inputs[0], false, out, error);
}

static const struct fth_step steps[] = {
    {.id = "resize", .kind = FTH_NODE_AREA, .ports = 1, .region_in = region_in,
     .is_identity = is_identity, .render = render},
    {NULL},
};

const struct fth_node_desc fth_node_resize = {
    .id = "resize",
    .label = "Resize",
    .tag = "Rsz",
    .group = "Transform",
    .help = "Makes the whole picture larger or smaller, in proportion or not; its size is what "
            "changes.",
    .version = 1,
    .params = table,
    .params_size = sizeof(struct params),
    .inputs = ports,
    .steps = steps,
    .domain = tell,
};
