/* SPDX-License-Identifier: Apache-2.0 */
/* Bitmap mask: a channel of a picture as a mask, fitted into the frame. Fitting is a tent as wide
 * as a pixel of the frame or of the picture, whichever is larger. */
#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "nodes/mask.h"
#include "nodes/pixels.h"

enum { PORT_INPUT, PORT_MASK, PORT_LIKE };
enum { FIT_STRETCH, FIT_INSIDE, FIT_OUTSIDE, FIT_WIDTH, FIT_HEIGHT, FIT_CROP };

struct params {
    FTH_MASK_FIELDS
    int32_t channel, fit;
    double low, high;
};

#define ROW(kind, field, ...) FTH_PARAM(kind, struct params, field, __VA_ARGS__)
#define ANIMATES .flags = FTH_PARAM_ANIMATES

static const struct fth_choice fits[] = {
    [FIT_STRETCH] = {"stretch", "Stretch", "Fills the frame, whatever that does to its shape."},
    [FIT_INSIDE] = {"inside", "Inside", "As large as fits in whole."},
    [FIT_OUTSIDE] = {"outside", "Outside", "As small as fills the frame; what juts out is cut."},
    [FIT_WIDTH] = {"width", "Width", "As wide as the frame."},
    [FIT_HEIGHT] = {"height", "Height", "As high as the frame."},
    [FIT_CROP] = {"crop", "Crop", "Pixel by pixel, in the middle of the frame."},
    {NULL},
};

static const struct fth_param table[] = {
    ROW(CHOICE, channel, .label = "Channel", .help = "What of the picture is the mask.",
        .choices = fth_key_channels, .max = 5, .group = "Picture"),
    ROW(NUMBER, low, .label = "Low", .help = "What is this dark or darker becomes black.", .max = 1,
        .group = "Picture", ANIMATES),
    ROW(NUMBER, high, .label = "High", .help = "What is this bright or brighter becomes white.",
        .max = 1, .def = {1}, .group = "Picture", ANIMATES),
    ROW(CHOICE, fit, .label = "Fit", .help = "How a picture of another size goes into the frame.",
        .choices = fits, .max = 5, .group = "Picture"),
    FTH_MASK_JOIN_ROWS(struct params),
    FTH_PARAM_TABLE_END,
};

static const struct fth_port ports[] = {
    [PORT_INPUT] = {"input", "Input", "The picture that becomes a mask.", FTH_PORT_PICTURE, 0},
    [PORT_MASK] = {"mask", "Mask Below",
                   "A mask that this one joins; its frame is this one's, too.", FTH_PORT_MASK, 1},
    [PORT_LIKE] = {"like", "Like",
                   "A picture whose frame the mask takes over; its pixels are not looked at.",
                   FTH_PORT_PICTURE, 1},
    {NULL},
};

/* ---- where the picture goes ---- */

static double aspect_of(struct fth_format format)
{
    return format.pixel_aspect > 0 ? format.pixel_aspect : 1;
}

/* One axis: the picture lies at begin..end in the frame, `count` pixels of it. */
struct axis {
    double begin, end;
    int32_t count;
};

static struct axis axis_of(double frame_px, double size_px, int32_t count)
{
    return (struct axis){(frame_px - size_px) / 2, (frame_px + size_px) / 2, count};
}

static void place(const struct fth_call *call, struct fth_format frame, struct axis axes[2])
{
    const struct params *params = call->params;
    struct fth_format own = call->input_infos[PORT_INPUT]->format;
    double wide = own.width * aspect_of(own), ratio[2];
    ratio[0] = frame.width * aspect_of(frame) / wide;
    ratio[1] = (double)frame.height / own.height;
    double both = params->fit == FIT_INSIDE    ? fmin(ratio[0], ratio[1])
                  : params->fit == FIT_OUTSIDE ? fmax(ratio[0], ratio[1])
                  : params->fit == FIT_WIDTH   ? ratio[0]
                  : params->fit == FIT_HEIGHT  ? ratio[1]
                                               : 1;
    bool stretch = params->fit == FIT_STRETCH;
    axes[0] = axis_of(frame.width, wide * (stretch ? ratio[0] : both) / aspect_of(frame),
                      own.width);
    axes[1] = axis_of(frame.height, own.height * (stretch ? ratio[1] : both), own.height);
}

/* Pixels low..high (high excluded) of the picture that pixel `at` of the frame is made of, before
 * they are kept within the picture; the middle and the tent's half width. */
struct tent {
    int32_t low, high;
    double middle, half;
};

static struct tent tent_at(const struct axis *axis, int32_t at)
{
    double step = axis->count / (axis->end - axis->begin); /* pixels of the picture a pixel */
    struct tent tent = {.middle = (at + 0.5 - axis->begin) * step, .half = fmax(step, 1)};
    tent.middle = fmin(fmax(tent.middle, 0.5), axis->count - 0.5);
    tent.low = (int32_t)floor(tent.middle - tent.half);
    tent.high = (int32_t)ceil(tent.middle + tent.half) + 1;
    return tent;
}

static double weight(const struct tent *tent, int32_t at)
{
    double away = fabs(at + 0.5 - tent->middle) / tent->half;
    return away < 1 ? 1 - away : 0;
}

static int32_t within(int32_t at, int32_t count)
{
    return at < 0 ? 0 : at < count ? at : count - 1;
}

/* How much of pixel `at` of the frame the picture covers. */
static double cover(const struct axis *axis, int32_t at)
{
    return fmax(fmin(at + 1.0, axis->end) - fmax(at, axis->begin), 0);
}

static bool is_fitted(const struct fth_call *call)
{
    struct fth_format own = call->input_infos[PORT_INPUT]->format, frame = call->info.format;
    return own.width != frame.width || own.height != frame.height ||
           aspect_of(own) != aspect_of(frame);
}

static struct fth_rect fitted_rect(const struct axis axes[2], struct fth_rect rect)
{
    struct fth_rect all = {rect.x1, rect.y1, rect.x0, rect.y0};
    all.x0 = (int32_t)fmin(fmax(floor(axes[0].begin), rect.x0), rect.x1);
    all.x1 = (int32_t)fmin(fmax(ceil(axes[0].end), rect.x0), rect.x1);
    all.y0 = (int32_t)fmin(fmax(floor(axes[1].begin), rect.y0), rect.y1);
    all.y1 = (int32_t)fmin(fmax(ceil(axes[1].end), rect.y0), rect.y1);
    return fth_rect_empty(all) ? (struct fth_rect){0} : all;
}

static struct fth_rect region_in(const struct fth_call *call, int port, struct fth_rect rect)
{
    struct axis axes[2];
    if (port != PORT_INPUT || fth_rect_empty(rect) || !is_fitted(call))
        return rect;
    place(call, call->info.format, axes);
    struct tent left = tent_at(&axes[0], rect.x0), right = tent_at(&axes[0], rect.x1 - 1);
    struct tent top = tent_at(&axes[1], rect.y0), bottom = tent_at(&axes[1], rect.y1 - 1);
    return (struct fth_rect){within(left.low, axes[0].count), within(top.low, axes[1].count),
                             within(right.high, axes[0].count) + 1,
                             within(bottom.high, axes[1].count) + 1};
}

/* ---- steps ---- */

static struct fth_format format_of(const struct fth_call *call)
{
    for (int port = PORT_LIKE; port > PORT_INPUT; port--) {
        if (call->input_infos[port])
            return call->input_infos[port]->format;
    }
    return call->input_infos[PORT_INPUT]->format;
}

static enum fth_status hash_frame(const struct fth_call *call, struct fth_hasher *hasher,
                                  struct fth_error *error)
{
    (void)error;
    fth_mask_hash_format(call->input_infos[PORT_INPUT]->format, hasher);
    fth_mask_hash_format(format_of(call), hasher);
    return FTH_OK;
}

static enum fth_status tell(const struct fth_call *call, struct fth_info *out,
                            struct fth_error *error)
{
    const struct fth_info *input = call->input_infos[PORT_INPUT];
    const struct fth_info *below = call->input_infos[PORT_MASK];
    struct fth_call told = *call;
    struct fth_info info = *input;
    info.format = format_of(call);
    info.footage = (struct fth_footage){.timeline = input->footage.timeline};
    info.has_alpha = info.premultiplied = true;
    info.colour = FTH_COLOUR_DATA;
    info.depth = FTH_DEPTH_NONE;
    told.info = info;
    struct fth_rect own = input->domain;
    if (is_fitted(&told)) {
        struct axis axes[2];
        place(call, info.format, axes);
        own = fitted_rect(axes, fth_format_rect(info.format));
    }
    info.domain = fth_mask_domain(call->params, below, own, info.format);
    *out = info;
    return fth_mask_check_domain(info.domain, error);
}

static bool is_point(const struct fth_call *call)
{
    return !is_fitted(call);
}

/* The rows a row of the frame is made of, summed; over columns x0..x1 of the picture. */
static void sum_rows(const struct fth_plane *values, const struct tent *tent, int32_t count,
                     double *line)
{
    size_t width = (size_t)fth_rect_width(values->rect);
    double sum = 0;
    memset(line, 0, width * sizeof(*line));
    for (int32_t y = tent->low; y < tent->high; y++) {
        double share = weight(tent, y);
        if (share == 0)
            continue;
        const float *row = fth_plane_at(values, values->rect.x0, within(y, count));
        for (size_t x = 0; x < width; x++)
            line[x] += share * (double)row[x];
        sum += share;
    }
    for (size_t x = 0; x < width; x++)
        line[x] /= sum;
}

static double sum_along(const double *line, int32_t x0, const struct tent *tent, int32_t count)
{
    double sum = 0, shares = 0;
    for (int32_t x = tent->low; x < tent->high; x++) {
        double share = weight(tent, x);
        if (share == 0)
            continue;
        sum += share * line[within(x, count) - x0];
        shares += share;
    }
    return sum / shares;
}

static void fit_values(const struct axis axes[2], const struct fth_plane *values,
                       struct fth_plane *to, double *line)
{
    struct fth_rect rect = fitted_rect(axes, to->rect);
    fth_plane_fill(to, 0);
    for (int32_t y = rect.y0; y < rect.y1; y++) {
        struct tent down = tent_at(&axes[1], y);
        double share = cover(&axes[1], y);
        float *row = fth_plane_at(to, rect.x0, y);
        sum_rows(values, &down, axes[1].count, line);
        for (int32_t x = rect.x0; x < rect.x1; x++) {
            struct tent along = tent_at(&axes[0], x);
            row[x - rect.x0] =
                (float)(sum_along(line, values->rect.x0, &along, axes[0].count) * share *
                        cover(&axes[0], x));
        }
    }
}

/* The values of the picture, where they lie in the frame. */
static enum fth_status fit(const struct fth_call *call, struct fth_plane *values,
                           struct fth_plane **to, struct fth_error *error)
{
    size_t mark = fth_arena_mark(call->arena), width = (size_t)fth_rect_width(values->rect);
    double *line = fth_arena_take(call->arena, width, sizeof(*line));
    struct axis axes[2];
    enum fth_status status =
        line ? FTH_OK : fth_fail_memory(error, width * sizeof(*line), "a mask");
    place(call, call->info.format, axes);
    if (status == FTH_OK)
        status = fth_plane_new(call->env->buffers, call->rect, to, error);
    if (status == FTH_OK)
        fit_values(axes, values, *to, line);
    fth_arena_return(call->arena, mark);
    return status;
}

static enum fth_status render_fit(const struct fth_call *call, struct fth_image **out,
                                  struct fth_error *error)
{
    const struct params *params = call->params;
    struct fth_rect need = region_in(call, PORT_INPUT, call->rect);
    struct fth_plane *values = NULL, *fitted = NULL;
    struct fth_image *image = NULL;
    enum fth_status status =
        fth_mask_values(call->inputs[PORT_INPUT], params->channel, params->low, params->high,
                        false, need, call->env->buffers, &values, error);
    if (status == FTH_OK && is_fitted(call))
        status = fit(call, values, &fitted, error);
    if (status == FTH_OK)
        status = fth_image_new(call->info.format, call->info.domain, &image, error);
    if (status == FTH_OK)
        status = fth_image_set(image, "A", fth_plane_ref(fitted ? fitted : values), error);
    fth_plane_unref(&fitted);
    fth_plane_unref(&values);
    if (status == FTH_OK)
        *out = image;
    else
        fth_image_unref(&image);
    return status;
}

static enum fth_status render_join(const struct fth_call *call, struct fth_image **out,
                                   struct fth_error *error)
{
    struct fth_plane *values = NULL;
    enum fth_status status = fth_mask_values(call->previous, FTH_MASK_ALPHA, 0, 1, false,
                                             call->rect, call->env->buffers, &values, error);
    if (status != FTH_OK)
        return status;
    return fth_mask_deliver(call, call->params, call->inputs[PORT_MASK], values, out, error);
}

static const struct fth_step steps[] = {
    {.id = "fit", .kind = FTH_NODE_AREA, .ports = 1u << PORT_INPUT, .region_in = region_in,
     .is_point = is_point, .render = render_fit},
    {.id = "join", .kind = FTH_NODE_POINT, .ports = 1u << PORT_MASK, .render = render_join},
    {NULL},
};

const struct fth_node_desc fth_node_bitmap_mask = {
    .id = "bitmap_mask",
    .label = "Bitmap Mask",
    .tag = "Bmp",
    .group = "Mask",
    .help = "Makes a mask of a picture's channel, and joins it with another mask.",
    .version = 1,
    .flags = FTH_NODE_NO_COMMON,
    .params = table,
    .params_size = sizeof(struct params),
    .inputs = ports,
    .steps = steps,
    .domain = tell,
    .hash_extra = hash_frame,
};
