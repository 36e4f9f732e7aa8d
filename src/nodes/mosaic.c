/* SPDX-License-Identifier: Apache-2.0 */
/* Mosaic: squares of one colour each, the mean of what they cover, aligned to the frame's centre
 * (FORMULAS 6.16). The key is laid over afterwards at full resolution. */
#include <math.h>

#include "nodes/pixels.h"
#include "ops/kernels.h"

enum { PORT_INPUT, PORT_KEY };

struct params {
    double size;
    int32_t key_channel;
    bool key_invert;
};

#define ROW(kind, field, ...) FTH_PARAM(kind, struct params, field, __VA_ARGS__)

static const struct fth_param table[] = {
    ROW(NUMBER, size, .label = "Size",
        .help = "Side of the squares: larger hides more. 1 leaves the picture as it is.",
        .unit = "px", .min = 1, .max = 4096, .ui_max = 100, .ui_min = 1, .def = {24},
        .group = "Mosaic", .flags = FTH_PARAM_ANIMATES | FTH_PARAM_PIXELS),
    FTH_KEY_VIEW_ROWS(struct params, "Squares"),
    FTH_PARAM_TABLE_END,
};

static const struct fth_port ports[] = {
    [PORT_INPUT] = {"input", "Input", "The picture to put into squares.", FTH_PORT_PICTURE, 0},
    [PORT_KEY] = {"key", "Key",
                  "Where: white fully, black not at all. Its edge stays as fine as it is.",
                  FTH_PORT_MASK, 1},
    {NULL},
};

static double cell_size(const struct fth_call *call)
{
    const struct params *params = call->params;
    return FTH_MAX(fth_pixels_scaled(call, params->size), 1);
}

/* Where cell k begins along an axis of `length` pixels: an edge lies on the frame's centre, edges
 * on whole pixels. */
static int32_t cell_edge(int32_t length, double size, int64_t k)
{
    return (int32_t)floor(length / 2.0 + (double)k * size + 0.5);
}

/* The cell that pixel `at` is in. */
static int64_t cell_of(int32_t length, double size, int32_t at)
{
    int64_t k = (int64_t)floor((at - length / 2.0) / size);
    while (cell_edge(length, size, k) > at)
        k--;
    while (cell_edge(length, size, k + 1) <= at)
        k++;
    return k;
}

/* Frame: squares are of what is in the frame. Domain: of what there is. None: those at the border
 * are whole squares. */
static enum fth_status tell(const struct fth_call *call, struct fth_info *out,
                            struct fth_error *error)
{
    double size = cell_size(call);
    struct fth_rect all = out->domain;
    (void)error;
    if (out->has_alpha)
        out->premultiplied = true;
    if (call->common->clipping_mode == FTH_CLIP_FRAME)
        out->domain = fth_format_rect(out->format);
    if (call->common->clipping_mode != FTH_CLIP_NONE || fth_rect_empty(all))
        return FTH_OK;
    int32_t width = out->format.width, height = out->format.height;
    out->domain.x0 = cell_edge(width, size, cell_of(width, size, all.x0));
    out->domain.y0 = cell_edge(height, size, cell_of(height, size, all.y0));
    out->domain.x1 = cell_edge(width, size, cell_of(width, size, all.x1 - 1) + 1);
    out->domain.y1 = cell_edge(height, size, cell_of(height, size, all.y1 - 1) + 1);
    return FTH_OK;
}

static bool is_identity(const struct fth_call *call)
{
    const struct fth_info *input = call->input_infos[PORT_INPUT];
    return cell_size(call) == 1 && fth_rect_equal(call->info.domain, input->domain) &&
           call->info.premultiplied == input->premultiplied;
}

struct tiling {
    struct fth_format format;
    double size;
    struct fth_rect rect; /* what there is; cells are cut to it */
    struct fth_grid from, to;
    int64_t first; /* row of cells */
};

static double mean_of(const struct tiling *t, int32_t x0, int32_t x1, int32_t y0, int32_t y1)
{
    double sum = 0;
    for (int32_t y = y0; y < y1; y++) {
        const float *row = fth_grid_row(&t->from, y);
        for (int32_t x = x0; x < x1; x++)
            sum += (double)row[x];
    }
    return sum / ((double)(x1 - x0) * (y1 - y0));
}

/* Rows of cells k0 .. k1, counted from the first. */
static void tile_rows(void *context, int32_t k0, int32_t k1)
{
    const struct tiling *t = context;
    struct fth_rect rect = t->rect;
    int32_t width = t->format.width, height = t->format.height;
    for (int32_t k = k0; k < k1; k++) {
        int32_t y0 = FTH_MAX(cell_edge(height, t->size, t->first + k), rect.y0) - rect.y0;
        int32_t y1 = FTH_MIN(cell_edge(height, t->size, t->first + k + 1), rect.y1) - rect.y0;
        int64_t column = cell_of(width, t->size, rect.x0);
        for (int32_t x0 = 0, x1; x0 < fth_rect_width(rect); x0 = x1) {
            column++;
            x1 = FTH_MIN(cell_edge(width, t->size, column), rect.x1) - rect.x0;
            float mean = (float)mean_of(t, x0, x1, y0, y1);
            for (int32_t y = y0; y < y1; y++)
                fth_kernels()->fill(fth_grid_row(&t->to, y) + x0, mean, (size_t)(x1 - x0));
        }
    }
}

static enum fth_status tile_plane(const struct fth_call *call, const struct fth_plane *key,
                                  struct fth_plane **plane, struct fth_error *error)
{
    struct fth_rect rect = call->info.domain;
    struct fth_work work = fth_pixels_work(call);
    struct fth_plane *made = NULL;
    enum fth_status status = fth_plane_new(call->env->buffers, rect, &made, error);
    if (status != FTH_OK)
        return status;
    struct tiling tiling = {.format = call->info.format, .size = cell_size(call), .rect = rect,
                            .from = fth_grid_of_plane(*plane, rect),
                            .to = fth_grid_of_plane(made, rect)};
    int32_t height = tiling.format.height;
    tiling.first = cell_of(height, tiling.size, rect.y0);
    int64_t last = cell_of(height, tiling.size, rect.y1 - 1);
    if (!fth_rect_empty(rect))
        status = fth_rows_run(&work, (int32_t)(last - tiling.first + 1), 1, tile_rows, &tiling);
    for (int32_t y = rect.y0; y < rect.y1 && status == FTH_OK && key; y++)
        fth_kernels()->lerp_mask(fth_plane_at(made, rect.x0, y), fth_plane_at(*plane, rect.x0, y),
                                 fth_plane_at(made, rect.x0, y), fth_plane_at(key, rect.x0, y), 1,
                                 (size_t)fth_rect_width(rect));
    fth_plane_unref(plane);
    *plane = made;
    return status;
}

static enum fth_status render(const struct fth_call *call, struct fth_image **out,
                              struct fth_error *error)
{
    const struct params *params = call->params;
    const struct fth_image *input = call->inputs[PORT_INPUT];
    struct fth_key_view view = {call->inputs[PORT_KEY], params->key_channel, params->key_invert};
    struct fth_plane *planes[4] = {NULL}, *key = NULL;
    struct fth_image *image = NULL;
    enum fth_status status = fth_pixels_rgba(call, input, call->info.domain, planes, error);
    if (status == FTH_OK)
        status = fth_pixels_premultiply(call, input, call->info.domain, planes, error);
    if (status == FTH_OK && view.image)
        status = fth_pixels_key(call, &view, call->info.domain, &key, error);
    for (int i = 0; i < 4 && status == FTH_OK; i++) {
        if (planes[i])
            status = tile_plane(call, key, &planes[i], error);
    }
    if (status == FTH_OK)
        status = fth_pixels_with(call, input, planes, &image, error);
    fth_pixels_drop(planes);
    fth_plane_unref(&key);
    if (status == FTH_OK)
        *out = image;
    return status;
}

static const struct fth_step steps[] = {
    {.id = "mosaic", .kind = FTH_NODE_WHOLE, .ports = 1u << PORT_INPUT | 1u << PORT_KEY,
     .is_identity = is_identity, .render = render},
    {NULL},
};

const struct fth_node_desc fth_node_mosaic = {
    .id = "mosaic",
    .label = "Mosaic",
    .tag = "Mos",
    .group = "Filter",
    .help = "Puts the picture, or the part of it a key is white in, into squares of one colour: "
            "faces and number plates that are not to be known.",
    .version = 1,
    .flags = FTH_NODE_SAME_PLANES,
    .works_in = FTH_WORKS_IN_LINEAR,
    .params = table,
    .params_size = sizeof(struct params),
    .inputs = ports,
    .steps = steps,
    .domain = tell,
};
