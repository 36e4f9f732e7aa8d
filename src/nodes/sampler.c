/* SPDX-License-Identifier: Apache-2.0 */
/* Filters are products of one for each of the source's axes; the weights are worked out for every
 * pixel, from polynomials alone, so that they are the same on every machine. */
#include "nodes/sampler.h"

#include <math.h>
#include <string.h>

const struct fth_choice fth_filters[] = {
    [FTH_FILTER_NEAREST] = {"nearest", "Nearest", "Whole pixels, hard: for maps of numbers."},
    [FTH_FILTER_BILINEAR] = {"bilinear", "Bilinear", "Soft; never beyond the values there are."},
    [FTH_FILTER_CUBIC] = {"cubic", "Cubic", "Sharper, with a trace of overshoot at edges."},
    [FTH_FILTER_LANCZOS] = {"lanczos", "Lanczos", "The sharpest; edges ring slightly."},
    {NULL},
};

/* Reductions beyond this alias: taps are kept to so many. */
#define MOST_STRETCH 32.0
enum { MOST_TAPS = 2 * 3 * 32 + 4 };

static double support_of(int32_t filter)
{
    static const double supports[] = {0.5, 1, 2, 3};
    return supports[filter];
}

/* sin(pi x) by its series about the nearest zero: off by less than 1e-10. */
static double sine_pi(double x)
{
    double whole = floor(x + 0.5), t = (x - whole) * 3.14159265358979323846, tt = t * t;
    double sum = t * (1 - tt / 6 * (1 - tt / 20 * (1 - tt / 42 * (1 - tt / 72 *
                 (1 - tt / 110 * (1 - tt / 156))))));
    return fmod(fabs(whole), 2) == 1 ? -sum : sum;
}

static double sinc(double x)
{
    return x == 0 ? 1 : sine_pi(x) / (3.14159265358979323846 * x);
}

static double weight_at(int32_t filter, double x)
{
    x = fabs(x);
    if (x >= support_of(filter))
        return 0;
    if (filter == FTH_FILTER_BILINEAR)
        return 1 - x;
    if (filter == FTH_FILTER_LANCZOS)
        return sinc(x) * sinc(x / 3);
    /* Keys' cubic, a = -1/2 */
    return x < 1 ? (1.5 * x - 2.5) * x * x + 1 : ((-0.5 * x + 2.5) * x - 4) * x + 2;
}

struct taps {
    int32_t first, count;
    float weight[MOST_TAPS];
};

/* The pixels about `at` on one axis and what they weigh, together 1. */
static void find_taps(int32_t filter, double at, double stretch, struct taps *taps)
{
    double radius = support_of(filter) * stretch, sum = 0, weights[MOST_TAPS];
    if (filter == FTH_FILTER_NEAREST) {
        *taps = (struct taps){.first = (int32_t)floor(at), .count = 1, .weight = {1}};
        return;
    }
    taps->first = (int32_t)ceil(at - radius - 0.5);
    taps->count = FTH_MIN((int32_t)floor(at + radius - 0.5) - taps->first + 1, MOST_TAPS);
    for (int32_t i = 0; i < taps->count; i++) {
        weights[i] = weight_at(filter, (taps->first + i + 0.5 - at) / stretch);
        sum += weights[i];
    }
    for (int32_t i = 0; i < taps->count; i++)
        taps->weight[i] = (float)(weights[i] / sum);
}

/* How much a step of one pixel is on an axis of the source, at least one. */
static double stretch_of(const struct fth_sampling *s, int axis)
{
    double a = s->to_source[3 * axis], b = s->to_source[3 * axis + 1];
    return FTH_MIN(FTH_MAX(sqrt(a * a + b * b), 1), MOST_STRETCH);
}

static double source_at(const struct fth_sampling *s, int axis, double x, double y)
{
    const double *m = s->to_source + 3 * axis;
    return m[0] * x + m[1] * y + m[2];
}

/* A position that fits a pixel's number, far from where pictures are. */
static double bounded(double at)
{
    return FTH_MIN(FTH_MAX(at, -1e8), 1e8);
}

struct fth_rect fth_sampling_region(const struct fth_sampling *s, struct fth_rect rect)
{
    double low[2] = {INFINITY, INFINITY}, high[2] = {-INFINITY, -INFINITY};
    if (s->edges == FTH_EDGES_MIRROR || fth_rect_empty(rect) || fth_rect_empty(s->source))
        return s->source;
    for (int corner = 0; corner < 4; corner++) {
        double x = (corner & 1 ? rect.x1 - 0.5 : rect.x0 + 0.5);
        double y = (corner & 2 ? rect.y1 - 0.5 : rect.y0 + 0.5);
        for (int axis = 0; axis < 2; axis++) {
            double at = bounded(source_at(s, axis, x, y));
            low[axis] = FTH_MIN(low[axis], at);
            high[axis] = FTH_MAX(high[axis], at);
        }
    }
    double rx = support_of(s->filter) * stretch_of(s, 0) + 1;
    double ry = support_of(s->filter) * stretch_of(s, 1) + 1;
    struct fth_rect box = {(int32_t)floor(low[0] - rx), (int32_t)floor(low[1] - ry),
                           (int32_t)ceil(high[0] + rx), (int32_t)ceil(high[1] + ry)};
    if (s->edges == FTH_EDGES_TRANSPARENT)
        return box;
    /* beside the source it is its border that is read */
    box.x0 = FTH_MAX(FTH_MIN(box.x0, s->source.x1 - 1), s->source.x0);
    box.y0 = FTH_MAX(FTH_MIN(box.y0, s->source.y1 - 1), s->source.y0);
    box.x1 = FTH_MIN(FTH_MAX(box.x1, s->source.x0 + 1), s->source.x1);
    box.y1 = FTH_MIN(FTH_MAX(box.y1, s->source.y0 + 1), s->source.y1);
    return box;
}

struct fth_rect fth_sampling_image(const struct fth_sampling *s, struct fth_rect rect)
{
    const double *m = s->to_source;
    if (fth_rect_empty(rect))
        return rect;
    return (struct fth_rect){(int32_t)floor(bounded((rect.x0 - m[2]) / m[0])),
                             (int32_t)floor(bounded((rect.y0 - m[5]) / m[4])),
                             (int32_t)ceil(bounded((rect.x1 - m[2]) / m[0])),
                             (int32_t)ceil(bounded((rect.y1 - m[5]) / m[4]))};
}

bool fth_sampling_moves_nothing(const struct fth_sampling *s)
{
    static const double same[6] = {1, 0, 0, 0, 1, 0};
    bool moved = false;
    for (int i = 0; i < 6; i++)
        moved = moved || s->to_source[i] != same[i];
    return !moved;
}

enum fth_status fth_sampling_tell(const struct fth_sampling *sampling, struct fth_format format,
                                  struct fth_info *out, struct fth_error *error)
{
    if ((int64_t)format.width * format.height > FTH_LIMIT_PIXELS)
        return fth_fail(error, FTH_ERR_LIMIT, "%dx%d pixels, the limit is %d", format.width,
                        format.height, FTH_LIMIT_PIXELS);
    out->format = format;
    out->domain = fth_sampling_image(sampling, out->domain);
    if (out->has_alpha)
        out->premultiplied = true;
    return FTH_OK;
}

bool fth_sampling_is_identity(const struct fth_call *call, const struct fth_sampling *sampling)
{
    const struct fth_info *input = call->input_infos[0];
    return fth_sampling_moves_nothing(sampling) &&
           call->info.format.width == input->format.width &&
           call->info.format.height == input->format.height &&
           call->info.premultiplied == input->premultiplied;
}

struct fth_rect fth_sampling_reach(const struct fth_sampling *s)
{
    const double *m = s->to_source;
    double det = m[0] * m[4] - m[1] * m[3];
    double low[2] = {INFINITY, INFINITY}, high[2] = {-INFINITY, -INFINITY};
    double rx = support_of(s->filter) * stretch_of(s, 0);
    double ry = support_of(s->filter) * stretch_of(s, 1);
    if (fth_rect_empty(s->source))
        return s->source;
    for (int corner = 0; corner < 4; corner++) {
        double x = (corner & 1 ? s->source.x1 + rx : s->source.x0 - rx) - m[2];
        double y = (corner & 2 ? s->source.y1 + ry : s->source.y0 - ry) - m[5];
        const double at[2] = {bounded((m[4] * x - m[1] * y) / det),
                              bounded((m[0] * y - m[3] * x) / det)};
        for (int axis = 0; axis < 2; axis++) {
            low[axis] = FTH_MIN(low[axis], at[axis]);
            high[axis] = FTH_MAX(high[axis], at[axis]);
        }
    }
    return (struct fth_rect){(int32_t)floor(low[0]), (int32_t)floor(low[1]),
                             (int32_t)ceil(high[0]), (int32_t)ceil(high[1])};
}

/* ---- sums ------------------------------------------------------------------------------------ */

static int32_t mirrored(int32_t at, int32_t low, int32_t high)
{
    int64_t period = 2 * ((int64_t)high - low), step = (at - (int64_t)low) % period;
    step = step < 0 ? step + period : step;
    return (int32_t)(low + (step < high - (int64_t)low ? step : period - 1 - step));
}

/* The pixel of low .. high that stands for `at`; below low: none does. */
static int32_t place(int32_t edges, int32_t at, int32_t low, int32_t high)
{
    if (at >= low && at < high)
        return at;
    if (edges == FTH_EDGES_TRANSPARENT)
        return low - 1;
    if (edges == FTH_EDGES_REPEAT)
        return at < low ? low : high - 1;
    return mirrored(at, low, high);
}

static float sum_taps(const struct fth_sampling *s, const struct fth_plane *plane,
                      const struct taps *across, const struct taps *down)
{
    struct fth_rect rect = s->source;
    float sum = 0;
    for (int32_t j = 0; j < down->count; j++) {
        int32_t y = place(s->edges, down->first + j, rect.y0, rect.y1);
        if (y < rect.y0 || down->weight[j] == 0)
            continue;
        const float *row = fth_plane_at(plane, plane->rect.x0, y) - plane->rect.x0;
        float along = 0;
        for (int32_t i = 0; i < across->count; i++) {
            int32_t x = place(s->edges, across->first + i, rect.x0, rect.x1);
            if (x >= rect.x0 && across->weight[i] != 0)
                along += across->weight[i] * row[x];
        }
        sum += down->weight[j] * along;
    }
    return sum;
}

struct layer {
    struct fth_plane *from[4], *to[4];
    int count;
};

static void sample_rows(const struct fth_call *call, const struct fth_sampling *s,
                        const struct layer *layer)
{
    const double stretch[2] = {stretch_of(s, 0), stretch_of(s, 1)};
    struct fth_rect rect = call->rect;
    struct taps across, down;
    for (int32_t y = rect.y0; y < rect.y1; y++) {
        for (int32_t x = rect.x0; x < rect.x1; x++) {
            double sx = bounded(source_at(s, 0, x + 0.5, y + 0.5));
            double sy = bounded(source_at(s, 1, x + 0.5, y + 0.5));
            find_taps(s->filter, sx, stretch[0], &across);
            if (x == rect.x0 || s->to_source[3] != 0)
                find_taps(s->filter, sy, stretch[1], &down);
            for (int i = 0; i < layer->count; i++)
                *fth_plane_at(layer->to[i], x, y) = sum_taps(s, layer->from[i], &across, &down);
        }
    }
}

/* ---- pictures -------------------------------------------------------------------------------- */

static enum fth_status sample_layer(const struct fth_call *call, const struct fth_sampling *s,
                                    struct layer *layer, struct fth_error *error)
{
    enum fth_status status = FTH_OK;
    for (int i = 0; i < layer->count && status == FTH_OK; i++)
        status = fth_plane_new(call->env->buffers, call->rect, &layer->to[i], error);
    if (status == FTH_OK && fth_rect_empty(s->source)) {
        for (int i = 0; i < layer->count; i++)
            fth_plane_fill(layer->to[i], 0);
    } else if (status == FTH_OK) {
        sample_rows(call, s, layer);
    }
    return status;
}

static enum fth_status sample_rest(const struct fth_call *call, const struct fth_sampling *s,
                                   const struct fth_image *input, struct fth_image *image,
                                   struct fth_error *error)
{
    struct fth_sampling nearest = *s;
    enum fth_status status = FTH_OK;
    nearest.filter = FTH_FILTER_NEAREST;
    for (int i = 0; i < input->channel_count && status == FTH_OK; i++) {
        const char *name = input->channels[i].name;
        struct layer one = {.from = {input->channels[i].plane}, .count = 1};
        if (name[0] && !name[1] && strchr("RGBA", name[0]))
            continue;
        status = sample_layer(call, &nearest, &one, error);
        if (status == FTH_OK)
            status = fth_image_set(image, name, one.to[0], error);
        else
            fth_plane_unref(&one.to[0]);
    }
    return status;
}

/* The same picture without channels, in the result's frame. */
static enum fth_status begin(const struct fth_call *call, const struct fth_image *input,
                             struct fth_image **image, struct fth_error *error)
{
    enum fth_status status = fth_image_new(call->info.format, call->info.domain, image, error);
    if (status != FTH_OK)
        return status;
    (*image)->premultiplied = call->info.premultiplied;
    (*image)->alpha_is_key = input->alpha_is_key;
    (*image)->colour = input->colour;
    fth_image_copy_depth(*image, input);
    return FTH_OK;
}

enum fth_status fth_sampling_picture(const struct fth_call *call, const struct fth_sampling *s,
                                     const struct fth_image *input, bool alpha,
                                     struct fth_image **result, struct fth_error *error)
{
    struct fth_rect region = fth_rect_intersect(fth_sampling_region(s, call->rect), s->source);
    struct layer layer = {.count = 3};
    struct fth_image *image = NULL;
    enum fth_status status = fth_pixels_rgba(call, input, region, layer.from, error);
    if (status == FTH_OK)
        status = fth_pixels_premultiply(call, input, region, layer.from, error);
    if (status == FTH_OK && alpha && !layer.from[3])
        status = fth_pixels_opacity(call, input, region, &layer.from[3], error);
    layer.count = layer.from[3] ? 4 : 3;
    if (status == FTH_OK)
        status = sample_layer(call, s, &layer, error);
    if (status == FTH_OK)
        status = begin(call, input, &image, error);
    for (int i = 0; i < layer.count && status == FTH_OK; i++) {
        status = fth_image_set(image, fth_rgba_names[i], layer.to[i], error);
        layer.to[i] = NULL;
    }
    if (status == FTH_OK)
        status = sample_rest(call, s, input, image, error);
    fth_pixels_drop(layer.from);
    fth_pixels_drop(layer.to);
    if (status == FTH_OK)
        *result = image;
    else
        fth_image_unref(&image);
    return status;
}
