/* SPDX-License-Identifier: Apache-2.0 */
/* Crop: keeps a rectangle of the picture, on whole pixels. The frame stays, or becomes the
 * rectangle. */
#include <math.h>
#include <string.h>

#include "nodes/pixels.h"

enum { FRAME_KEPT, FRAME_CROPPED };

struct params {
    double lower_left[2], upper_right[2];
    int32_t frame;
};

static const struct fth_choice frames[] = {
    {"kept", "Kept", "The frame stays; what is cut off is transparent nothing."},
    {"cropped", "Cropped", "The frame becomes the rectangle: a smaller picture."},
    {NULL},
};

#define ROW(kind, field, ...) FTH_PARAM(kind, struct params, field, __VA_ARGS__)

static const struct fth_param table[] = {
    ROW(POINT, lower_left, .label = "Lower Left",
        .help = "The corner of what is kept: 0,0 is the lower left corner of the frame, 1,1 the "
                "upper right. Edges lie on the nearest pixel.",
        .min = -1, .max = 2, .ui_max = 1, .group = "Crop", .flags = FTH_PARAM_ANIMATES),
    ROW(POINT, upper_right, .label = "Upper Right", .help = "The opposite corner.", .min = -1,
        .max = 2, .ui_max = 1, .def = {1, 1}, .group = "Crop", .flags = FTH_PARAM_ANIMATES),
    ROW(CHOICE, frame, .label = "Frame", .help = "What becomes of the picture's size.",
        .choices = frames, .max = FRAME_CROPPED, .group = "Crop"),
    FTH_PARAM_TABLE_END,
};

static const struct fth_port ports[] = {
    {"input", "Input", "The picture to cut.", FTH_PORT_PICTURE, 0},
    {NULL},
};

static int32_t edge(double at, int32_t length)
{
    return (int32_t)floor(at * length + 0.5);
}

/* What is kept, in the input's pixels. */
static struct fth_rect kept(const struct fth_call *call)
{
    const struct params *params = call->params;
    struct fth_format format = call->input_infos[0]->format;
    return (struct fth_rect){edge(params->lower_left[0], format.width),
                             edge(1 - params->upper_right[1], format.height),
                             edge(params->upper_right[0], format.width),
                             edge(1 - params->lower_left[1], format.height)};
}

/* Where the result's frame begins in the input's. */
static void find_origin(const struct fth_call *call, int32_t *dx, int32_t *dy)
{
    const struct params *params = call->params;
    struct fth_rect rect = kept(call);
    *dx = params->frame == FRAME_CROPPED ? rect.x0 : 0;
    *dy = params->frame == FRAME_CROPPED ? rect.y0 : 0;
}

static struct fth_rect moved(struct fth_rect rect, int32_t dx, int32_t dy)
{
    return (struct fth_rect){rect.x0 + dx, rect.y0 + dy, rect.x1 + dx, rect.y1 + dy};
}

static enum fth_status tell(const struct fth_call *call, struct fth_info *out,
                            struct fth_error *error)
{
    const struct params *params = call->params;
    struct fth_rect rect = kept(call);
    int32_t dx, dy;
    if (fth_rect_empty(rect))
        return fth_fail(error, FTH_ERR_USAGE, "nothing is left between lower_left %g,%g and "
                        "upper_right %g,%g", params->lower_left[0], params->lower_left[1],
                        params->upper_right[0], params->upper_right[1]);
    find_origin(call, &dx, &dy);
    if (params->frame == FRAME_CROPPED) {
        out->format.width = fth_rect_width(rect);
        out->format.height = fth_rect_height(rect);
    }
    out->domain = moved(fth_rect_intersect(out->domain, rect), -dx, -dy);
    return FTH_OK;
}

static bool is_identity(const struct fth_call *call)
{
    const struct fth_info *input = call->input_infos[0];
    struct fth_rect rect = kept(call);
    int32_t dx, dy;
    find_origin(call, &dx, &dy);
    return dx == 0 && dy == 0 && fth_rect_contains(rect, input->domain) &&
           call->info.format.width == input->format.width &&
           call->info.format.height == input->format.height;
}

static bool is_point(const struct fth_call *call)
{
    int32_t dx, dy;
    find_origin(call, &dx, &dy);
    return dx == 0 && dy == 0;
}

static struct fth_rect region_in(const struct fth_call *call, int port, struct fth_rect rect)
{
    int32_t dx, dy;
    (void)port;
    find_origin(call, &dx, &dy);
    return moved(rect, dx, dy);
}

static enum fth_status cut(const struct fth_call *call, const char *name, struct fth_image *image,
                           struct fth_error *error)
{
    struct fth_plane *from = NULL, *to = NULL;
    struct fth_rect rect = call->rect, region = region_in(call, 0, rect);
    enum fth_status status = fth_pixels_over(call, call->inputs[0], name, region, 0, &from, error);
    if (status != FTH_OK || is_point(call))
        return status == FTH_OK ? fth_image_set(image, name, from, error) : status;
    status = fth_plane_new(call->env->buffers, rect, &to, error);
    for (int32_t y = 0; y < fth_rect_height(rect) && status == FTH_OK; y++)
        memcpy(fth_plane_at(to, rect.x0, rect.y0 + y),
               fth_plane_at(from, region.x0, region.y0 + y),
               (size_t)fth_rect_width(rect) * sizeof(float));
    fth_plane_unref(&from);
    return status == FTH_OK ? fth_image_set(image, name, to, error) : status;
}

static enum fth_status render(const struct fth_call *call, struct fth_image **out,
                              struct fth_error *error)
{
    const struct fth_image *input = call->inputs[0];
    struct fth_image *image = NULL;
    enum fth_status status = fth_image_new_like(input, &image, error);
    if (status == FTH_OK) {
        image->format = call->info.format;
        image->domain = call->info.domain;
    }
    for (int i = 0; i < input->channel_count && status == FTH_OK; i++)
        status = cut(call, input->channels[i].name, image, error);
    if (status == FTH_OK)
        *out = image;
    else
        fth_image_unref(&image);
    return status;
}

static const struct fth_step steps[] = {
    {.id = "crop", .kind = FTH_NODE_AREA, .ports = 1, .region_in = region_in,
     .is_point = is_point, .is_identity = is_identity, .render = render},
    {NULL},
};

const struct fth_node_desc fth_node_crop = {
    .id = "crop",
    .label = "Crop",
    .tag = "Crp",
    .group = "Transform",
    .help = "Keeps a rectangle of the picture: the frame stays and the rest is empty, or the frame "
            "becomes the rectangle.",
    .version = 1,
    .params = table,
    .params_size = sizeof(struct params),
    .inputs = ports,
    .steps = steps,
    .domain = tell,
};
