/* SPDX-License-Identifier: Apache-2.0 */
/* Parallel mixer: several corrections of one picture side by side, what each has changed added up:
 * in + sum(c - in) (FORMULAS 6.5). */
#include "nodes/pixels.h"
#include "ops/kernels.h"

enum { PORT_INPUT, PORT_PATH_1, PATH_COUNT = 6 };

#define PATH_PORT(n)                                                                               \
    {"path_" #n, "Path " #n, "The picture of the input, corrected in one way.", FTH_PORT_PICTURE, 1}

static const struct fth_port ports[] = {
    [PORT_INPUT] = {"input", "Input", "The picture that all corrections begin with.",
                    FTH_PORT_PICTURE, 0},
    PATH_PORT(1), PATH_PORT(2), PATH_PORT(3), PATH_PORT(4), PATH_PORT(5), PATH_PORT(6),
    {NULL},
};

static bool is_identity(const struct fth_call *call)
{
    bool alone = true;
    for (int i = 0; i < PATH_COUNT; i++)
        alone = alone && !call->input_infos[PORT_PATH_1 + i];
    return alone;
}

/* What multiplies or divides a path's colours so that they are as the input's. */
static enum fth_status take_path(const struct fth_call *call, const struct fth_image *image,
                                 struct fth_plane *planes[4], struct fth_error *error)
{
    const struct fth_kernels *k = fth_kernels();
    struct fth_rect rect = call->rect;
    size_t n = (size_t)fth_rect_width(rect);
    enum fth_status status = fth_pixels_rgba(call, image, rect, planes, error);
    if (status != FTH_OK || !planes[3] || image->premultiplied == call->info.premultiplied)
        return status;
    if (!image->premultiplied)
        return fth_pixels_premultiply(call, image, rect, planes, error);
    for (int i = 0; i < 3 && status == FTH_OK; i++) {
        struct fth_plane *made = NULL;
        status = fth_plane_new(call->env->buffers, rect, &made, error);
        for (int32_t y = rect.y0; y < rect.y1 && status == FTH_OK; y++)
            k->unpremultiply(fth_plane_at(made, rect.x0, y), fth_plane_at(planes[i], rect.x0, y),
                             fth_plane_at(planes[3], rect.x0, y), n);
        fth_plane_unref(&planes[i]);
        planes[i] = made;
    }
    return status;
}

/* sum += path - in */
static void add_change(const struct fth_plane *sum, const struct fth_plane *path,
                       const struct fth_plane *in, struct fth_rect rect)
{
    for (int32_t y = rect.y0; y < rect.y1; y++) {
        float *row = fth_plane_at(sum, rect.x0, y);
        const float *c = fth_plane_at(path, rect.x0, y), *from = fth_plane_at(in, rect.x0, y);
        for (int32_t x = 0; x < fth_rect_width(rect); x++)
            row[x] += c[x] - from[x];
    }
}

static enum fth_status add_paths(const struct fth_call *call, struct fth_plane *const in[4],
                                 struct fth_plane *const sum[4], struct fth_error *error)
{
    enum fth_status status = FTH_OK;
    for (int p = PORT_PATH_1; p <= PATH_COUNT && status == FTH_OK; p++) {
        struct fth_plane *path[4] = {NULL};
        if (!call->inputs[p])
            continue;
        status = take_path(call, call->inputs[p], path, error);
        for (int i = 0; i < 3 && status == FTH_OK; i++)
            add_change(sum[i], path[i], in[i], call->rect);
        fth_pixels_drop(path);
    }
    return status;
}

static enum fth_status render(const struct fth_call *call, struct fth_image **out,
                              struct fth_error *error)
{
    const struct fth_image *input = call->inputs[PORT_INPUT];
    struct fth_plane *in[4] = {NULL}, *sum[4] = {NULL};
    struct fth_image *image = NULL;
    enum fth_status status = fth_pixels_rgba(call, input, call->rect, in, error);
    for (int i = 0; i < 3 && status == FTH_OK; i++) {
        status = fth_plane_new(call->env->buffers, call->rect, &sum[i], error);
        if (status == FTH_OK)
            fth_plane_copy(sum[i], in[i], call->rect, 0);
    }
    if (status == FTH_OK)
        status = add_paths(call, in, sum, error);
    sum[3] = fth_plane_ref(in[3]);
    if (status == FTH_OK)
        status = fth_pixels_with(call, input, sum, &image, error);
    fth_pixels_drop(in);
    fth_pixels_drop(sum);
    if (status == FTH_OK)
        *out = image;
    return status;
}

static const struct fth_step steps[] = {
    {.id = "sum", .kind = FTH_NODE_POINT, .ports = (1u << (PATH_COUNT + 1)) - 1,
     .is_identity = is_identity, .render = render},
    {NULL},
};

const struct fth_node_desc fth_node_parallel = {
    .id = "parallel",
    .label = "Parallel Mixer",
    .tag = "Par",
    .group = "Colour",
    .help = "Adds up what several corrections of one picture have changed, none of them working on "
            "the result of another: in + sum of (path - in). Alpha stays the input's.",
    .version = 1,
    .flags = FTH_NODE_SAME_PLANES,
    .inputs = ports,
    .steps = steps,
};
