/* SPDX-License-Identifier: Apache-2.0 */
/* Reformat: the picture in another frame, by default the document's: fitted into it, filling it,
 * stretched over it, or as it is in its middle. */
#include "base/limits.h"
#include "nodes/sampler.h"

enum { LARGEST_SIDE = 16384 };
enum { FIT, FILL, STRETCH, NONE };

struct params {
    int64_t width, height;
    int32_t type, filter;
};

static const struct fth_choice types[] = {
    {"fit", "Fit", "All of the picture is seen; bars stay beside it."},
    {"fill", "Fill", "All of the frame is covered; what stands over is cut off."},
    {"stretch", "Stretch", "Width and height each as they must."},
    {"none", "None", "The picture stays as large as it is, in the middle."},
    {NULL},
};

#define ROW(kind, field, ...) FTH_PARAM(kind, struct params, field, __VA_ARGS__)

static const struct fth_param table[] = {
    ROW(INT, width, .label = "Width",
        .help = "Width of the frame; 0 takes the document's, or stays.", .unit = "px",
        .max = LARGEST_SIDE, .ui_max = 8192, .group = "Frame"),
    ROW(INT, height, .label = "Height",
        .help = "Height of the frame; 0 takes the document's, or stays.", .unit = "px",
        .max = LARGEST_SIDE, .ui_max = 8192, .group = "Frame"),
    ROW(CHOICE, type, .label = "Type", .help = "How the picture is brought into the frame.",
        .choices = types, .max = NONE, .group = "Frame"),
    ROW(CHOICE, filter, .label = "Filter", .help = "How pixels between pixels are found.",
        .choices = fth_filters, .max = FTH_FILTER_LANCZOS, .def = {FTH_FILTER_CUBIC},
        .group = "Quality"),
    FTH_PARAM_TABLE_END,
};

static const struct fth_port ports[] = {
    {"input", "Input", "The picture to bring into the frame.", FTH_PORT_PICTURE, 0},
    {NULL},
};

static struct fth_format new_format(const struct fth_call *call)
{
    const struct params *params = call->params;
    struct fth_format own = call->input_infos[0]->format;
    struct fth_format asked = fth_pixels_frame(call, params->width, params->height);
    if (params->width || call->env->frame_width)
        own.width = asked.width;
    if (params->height || call->env->frame_height)
        own.height = asked.height;
    return own;
}

static struct fth_sampling sampling_of(const struct fth_call *call)
{
    const struct params *params = call->params;
    struct fth_format from = call->input_infos[0]->format, to = new_format(call);
    double across = (double)from.width / to.width, down = (double)from.height / to.height;
    struct fth_sampling s = {.filter = params->filter, .edges = FTH_EDGES_REPEAT,
                             .source = call->input_infos[0]->domain};
    if (params->type == NONE) { /* whole pixels, as merge has it */
        s.to_source[0] = s.to_source[4] = 1;
        s.to_source[2] = (from.width - to.width) / 2;
        s.to_source[5] = (from.height - to.height) / 2;
        return s;
    }
    if (params->type == FIT)
        across = down = FTH_MAX(across, down);
    else if (params->type == FILL)
        across = down = FTH_MIN(across, down);
    s.to_source[0] = across;
    s.to_source[2] = (from.width - across * to.width) / 2;
    s.to_source[4] = down;
    s.to_source[5] = (from.height - down * to.height) / 2;
    return s;
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

/* The frame may be the document's, and depends on the size the engine works in. */
static enum fth_status hash_frame(const struct fth_call *call, struct fth_hasher *hasher,
                                  struct fth_error *error)
{
    struct fth_format format = new_format(call);
    (void)error;
    fth_hash_int(hasher, format.width);
    fth_hash_int(hasher, format.height);
    return FTH_OK;
}

static const struct fth_step steps[] = {
    {.id = "reformat", .kind = FTH_NODE_AREA, .ports = 1, .region_in = region_in,
     .is_identity = is_identity, .render = render},
    {NULL},
};

const struct fth_node_desc fth_node_reformat = {
    .id = "reformat",
    .label = "Reformat",
    .tag = "Rfm",
    .group = "Transform",
    .help = "Brings a picture into another frame, by default the document's: fitted, filling, "
            "stretched, or as it is.",
    .version = 1,
    .params = table,
    .params_size = sizeof(struct params),
    .inputs = ports,
    .steps = steps,
    .domain = tell,
    .hash_extra = hash_frame,
};
