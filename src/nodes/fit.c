/* SPDX-License-Identifier: Apache-2.0 */
/* Fit: what a plan puts between a mask, a key or a depth and the picture of another size that it
 * lies on. It is in no list: documents do without. The whole is stretched from frame to frame, each
 * channel for itself. A key goes through a cubic filter, whose overshoot its reader cuts off.
 * Depth is taken from the pixels about the place, those of the same colour in the picture more
 * than others (Kopf et al. 2007, joint bilateral upsampling): its outlines become the picture's.
 * Distances are mixed within one surface alone, so that none is made up between two. */
#include <math.h>
#include <string.h>

#include "nodes/map.h"
#include "nodes/sampler_rows.h"

enum { PORT_INPUT, PORT_GUIDE };
enum { OF_KEY, OF_DEPTH };

struct params {
    int64_t width, height;
    double pixel_aspect;
    int32_t of;
};

#define ROW(kind, field, ...) FTH_PARAM(kind, struct params, field, __VA_ARGS__)

static const struct fth_choice kinds[] = {
    [OF_KEY] = {"key", "Key", "How much of something: greys lie between black and white."},
    [OF_DEPTH] = {"depth", "Depth", "Where things are: there is nothing between near and far."},
    {NULL},
};

static const struct fth_param table[] = {
    ROW(INT, width, .label = "Width", .help = "That of the picture it lies on, as it is now.",
        .unit = "px", .min = 1, .max = FTH_LIMIT_SIDE, .def = {1}),
    ROW(INT, height, .label = "Height", .help = "That of the picture it lies on, as it is now.",
        .unit = "px", .min = 1, .max = FTH_LIMIT_SIDE, .def = {1}),
    ROW(NUMBER, pixel_aspect, .label = "Pixel Aspect", .help = "That of the picture it lies on.",
        .max = 100, .def = {1}),
    ROW(CHOICE, of, .label = "Of", .help = "What is fitted.", .choices = kinds, .max = OF_DEPTH),
    FTH_PARAM_TABLE_END,
};

static const struct fth_port ports[] = {
    [PORT_INPUT] = {"input", "Input", "What is fitted.", FTH_PORT_PICTURE, 0},
    [PORT_GUIDE] = {"guide", "Guide", "The picture it lies on.", FTH_PORT_PICTURE, 1},
    {NULL},
};

/* ---- where it goes --------------------------------------------------------------------------- */

/* Beside its data window it is 0, beside its frame as it is at the border. */
static struct fth_sampling sampling_of(const struct fth_call *call)
{
    const struct params *params = call->params;
    const struct fth_info *input = call->input_infos[PORT_INPUT];
    return (struct fth_sampling){
        .filter = params->of == OF_DEPTH ? FTH_FILTER_BILINEAR : FTH_FILTER_CUBIC,
        .edges = FTH_EDGES_REPEAT,
        .source = fth_rect_join(fth_format_rect(input->format), input->domain),
        .to_source = {(double)input->format.width / (double)params->width, 0, 0, 0,
                      (double)input->format.height / (double)params->height, 0}};
}

static enum fth_status tell(const struct fth_call *call, struct fth_info *out,
                            struct fth_error *error)
{
    const struct params *params = call->params;
    struct fth_sampling s = sampling_of(call);
    double support = fth_filter_support(s.filter);
    (void)error;
    if (!fth_rect_empty(out->domain))
        out->domain = fth_rect_intersect(
            fth_rect_grow(out->domain, (int32_t)ceil(support * fth_sampling_stretch(&s, 0)),
                          (int32_t)ceil(support * fth_sampling_stretch(&s, 1))),
            s.source);
    out->domain = fth_sampling_image(&s, out->domain);
    out->format = (struct fth_format){(int32_t)params->width, (int32_t)params->height,
                                      params->pixel_aspect};
    return FTH_OK;
}

/* The pixels of the picture that pixels first .. end of the input lie on, on one axis. */
static void covered(double to_source, int32_t first, int32_t end, int32_t at[2])
{
    at[0] = (int32_t)floor(fth_sampling_bounded(first / to_source));
    at[1] = FTH_MAX((int32_t)ceil(fth_sampling_bounded(end / to_source)), at[0] + 1);
}

static struct fth_rect covered_rect(const struct fth_sampling *s, struct fth_rect rect)
{
    int32_t x[2], y[2];
    covered(s->to_source[0], rect.x0, rect.x1, x);
    covered(s->to_source[4], rect.y0, rect.y1, y);
    return (struct fth_rect){x[0], y[0], x[1], y[1]};
}

static struct fth_rect region_in(const struct fth_call *call, int port, struct fth_rect rect)
{
    struct fth_sampling s = sampling_of(call);
    struct fth_rect region = fth_sampling_region(&s, rect);
    return port == PORT_INPUT ? region : fth_rect_join(rect, covered_rect(&s, region));
}

static bool ignores_port(const struct fth_call *call, int port)
{
    const struct params *params = call->params;
    return port == PORT_GUIDE && params->of != OF_DEPTH;
}

/* ---- keys ------------------------------------------------------------------------------------ */

/* Numbers of things and distances are not mixed. */
static bool is_mixed(const char *channel)
{
    return fth_map_kind_of(channel) != FTH_MAP_DISTANCE && !strstr(channel, "ID") &&
           !strstr(channel, "Id") && !strstr(channel, "id");
}

static enum fth_status stretch(const struct fth_call *call, const struct fth_image *input,
                               struct fth_image *image, struct fth_error *error)
{
    enum fth_status status = FTH_OK;
    for (int i = 0; i < input->channel_count && status == FTH_OK; i++) {
        const char *name = input->channels[i].name;
        struct fth_sampling s = sampling_of(call);
        struct fth_sampling_planes one = {.count = 1};
        if (!is_mixed(name))
            s.filter = FTH_FILTER_NEAREST;
        status = fth_pixels_over(call, input, name, fth_sampling_region(&s, call->rect), 0,
                                 &one.from[0], error);
        if (status == FTH_OK)
            status = fth_image_add(image, name, call->env->buffers, call->rect, &one.to[0], error);
        if (status == FTH_OK)
            status = fth_sampling_rows(call, &s, &one, error);
        fth_plane_unref(&one.from[0]);
    }
    return status;
}

/* ---- depth ----------------------------------------------------------------------------------- */

enum { MOST_HALF = 4, MOST_TAPS = 2 * MOST_HALF + 1, MOST_PLACES = MOST_TAPS * MOST_TAPS };

/* Pixels of the input about one of the result, on one axis. */
struct taps {
    int32_t first, count;
    float weight[MOST_TAPS];
};

struct depths {
    struct fth_sampling sampling;
    struct fth_rect rect, region; /* of the result, of the input */
    struct fth_plane *guide[4];   /* of the picture; [0] NULL: there is none */
    struct fth_plane *means[3];   /* the same, a pixel of the input each, over the region */
};

/* A tent as wide as a pixel of the input or of the result, whichever is larger. */
static void find_taps(double to_source, int32_t at, struct taps *taps)
{
    double middle = (at + 0.5) * to_source, half = fmin(fmax(to_source, 1), MOST_HALF), sum = 0;
    taps->first = (int32_t)ceil(middle - half - 0.5);
    taps->count = FTH_MIN((int32_t)floor(middle + half - 0.5) - taps->first + 1, (int)MOST_TAPS);
    for (int i = 0; i < taps->count; i++)
        sum += half - fabs(taps->first + i + 0.5 - middle);
    for (int i = 0; i < taps->count; i++)
        taps->weight[i] = (float)((half - fabs(taps->first + i + 0.5 - middle)) / sum);
}

static float mean_over(const struct fth_plane *plane, struct fth_rect rect)
{
    float sum = 0;
    for (int32_t y = rect.y0; y < rect.y1; y++) {
        const float *row = fth_plane_at(plane, rect.x0, y);
        for (int32_t x = 0; x < rect.x1 - rect.x0; x++)
            sum += row[x];
    }
    return sum / ((float)fth_rect_width(rect) * (float)fth_rect_height(rect));
}

/* The picture as it looks in the input's pixels. */
static enum fth_status find_means(const struct fth_call *call, struct depths *d,
                                  struct fth_error *error)
{
    const struct fth_image *picture = call->inputs[PORT_GUIDE];
    struct fth_rect all = region_in(call, PORT_GUIDE, call->rect), region = d->region;
    enum fth_status status = FTH_OK;
    if (!picture || !fth_image_plane(picture, "R"))
        return FTH_OK;
    status = fth_pixels_rgba(call, picture, all, d->guide, error);
    for (int i = 0; i < 3 && status == FTH_OK; i++) {
        status = fth_plane_new(call->env->buffers, region, &d->means[i], error);
        for (int32_t y = region.y0; y < region.y1 && status == FTH_OK; y++) {
            float *row = fth_plane_at(d->means[i], region.x0, y);
            for (int32_t x = region.x0; x < region.x1; x++) {
                struct fth_rect one = {x, y, x + 1, y + 1};
                row[x - region.x0] = mean_over(d->guide[i], covered_rect(&d->sampling, one));
            }
        }
    }
    return status;
}

/* The pixels of the input that one of the result is made of, row after row: what each counts,
 * together 1, and which counts most. */
struct places {
    int32_t columns[MOST_TAPS];
    int across, down, best;
    float weight[MOST_PLACES];
};

static int32_t within(int32_t at, int32_t low, int32_t high)
{
    return FTH_MIN(FTH_MAX(at, low), high - 1);
}

/* How alike two colours are, 0..1. What differs by less than noise does, about a sixteenth of how
 * bright it is, is alike; of what is not alike at all, the nearest counts. */
static float likeness(const float here[3], const float there[3], float noise)
{
    float r = here[0] - there[0], g = here[1] - there[1], b = here[2] - there[2];
    float part = noise / (noise + (r * r + g * g + b * b));
    return part > 0 ? part * part + 1e-12f : 1e-12f;
}

static void weigh_by_colour(const struct depths *d, const float *const guide[3], int32_t x,
                            const int32_t *rows, struct places *places)
{
    const int32_t at = x - d->rect.x0;
    const float here[3] = {guide[0][at], guide[1][at], guide[2][at]};
    float level = (fabsf(here[0]) + fabsf(here[1]) + fabsf(here[2])) * (0.06f / 3) + 0.004f;
    for (int v = 0; v < places->down; v++) {
        const float *means[3];
        for (int i = 0; i < 3; i++)
            means[i] = fth_plane_at(d->means[i], d->region.x0, rows[v]);
        for (int u = 0; u < places->across; u++) {
            const int32_t column = places->columns[u] - d->region.x0;
            const float there[3] = {means[0][column], means[1][column], means[2][column]};
            places->weight[v * places->across + u] *= likeness(here, there, level * level);
        }
    }
}

static void make_one(struct places *places)
{
    float sum = 0, most = -1;
    const int count = places->across * places->down;
    for (int k = 0; k < count; k++) {
        sum += places->weight[k];
        places->best = places->weight[k] > most ? k : places->best;
        most = FTH_MAX(most, places->weight[k]);
    }
    for (int k = 0; k < count; k++)
        places->weight[k] /= sum;
}

/* Distances that differ by less than a tenth are of one surface. */
static bool is_near(float distance, float other)
{
    return fabsf(distance - other) <= 0.1f * fabsf(other);
}

enum mixing { MIX_ALL, MIX_SURFACE, MIX_NONE };

static float value_at(const struct fth_plane *plane, const int32_t *rows,
                      const struct places *places, enum mixing mixing)
{
    float best = *fth_plane_at(plane, places->columns[places->best % places->across],
                               rows[places->best / places->across]);
    float sum = 0, weights = 0;
    const float *weight = places->weight;
    if (mixing == MIX_NONE || !isfinite(best))
        return best;
    for (int v = 0; v < places->down; v++) {
        const float *row = fth_plane_at(plane, plane->rect.x0, rows[v]);
        for (int u = 0; u < places->across; u++, weight++) {
            float value = row[places->columns[u] - plane->rect.x0];
            if (mixing == MIX_SURFACE && !is_near(value, best))
                continue;
            sum += *weight * value;
            weights += *weight;
        }
    }
    sum /= weights;
    return isfinite(sum) ? sum : best;
}

enum { MOST_CHANNELS = 16 };

struct channels {
    int count;
    struct fth_plane *from[MOST_CHANNELS], *to[MOST_CHANNELS];
    enum mixing mixing[MOST_CHANNELS];
};

static void fill_row(const struct depths *d, const struct channels *channels,
                     const struct taps *columns, int32_t y)
{
    struct taps down;
    struct places places;
    int32_t rows[MOST_TAPS];
    const float *guide[3] = {NULL};
    find_taps(d->sampling.to_source[4], y, &down);
    places.down = down.count;
    for (int v = 0; v < down.count; v++)
        rows[v] = within(down.first + v, d->region.y0, d->region.y1);
    for (int i = 0; i < 3 && d->guide[0]; i++)
        guide[i] = fth_plane_at(d->guide[i], d->rect.x0, y);
    for (int32_t x = d->rect.x0; x < d->rect.x1; x++) {
        const struct taps *across = &columns[x - d->rect.x0];
        places.across = across->count;
        places.best = 0;
        for (int u = 0; u < across->count; u++)
            places.columns[u] = within(across->first + u, d->region.x0, d->region.x1);
        for (int k = 0, v = 0; v < down.count; v++) {
            for (int u = 0; u < across->count; u++)
                places.weight[k++] = down.weight[v] * across->weight[u];
        }
        if (d->guide[0])
            weigh_by_colour(d, guide, x, rows, &places);
        make_one(&places);
        for (int i = 0; i < channels->count; i++)
            *fth_plane_at(channels->to[i], x, y) =
                value_at(channels->from[i], rows, &places, channels->mixing[i]);
    }
}

static enum fth_status fill_rows(const struct fth_call *call, const struct depths *d,
                                 const struct channels *channels, struct fth_error *error)
{
    size_t count = (size_t)fth_rect_width(d->rect);
    struct taps *columns = fth_arena_take(call->arena, count, sizeof(*columns));
    if (!columns)
        return fth_fail_memory(error, count * sizeof(*columns), "a depth's frame");
    for (size_t i = 0; i < count; i++)
        find_taps(d->sampling.to_source[0], d->rect.x0 + (int32_t)i, &columns[i]);
    for (int32_t y = d->rect.y0; y < d->rect.y1; y++) {
        if (fth_cancelled(call->env->cancel))
            return fth_fail(error, FTH_CANCELLED, "cancelled");
        fill_row(d, channels, columns, y);
    }
    return FTH_OK;
}

static enum fth_status carry_depth(const struct fth_call *call, const struct fth_image *input,
                                   struct fth_image *image, struct fth_error *error)
{
    struct depths d = {.sampling = sampling_of(call), .rect = call->rect};
    d.region = fth_sampling_region(&d.sampling, d.rect);
    enum fth_status status = find_means(call, &d, error);
    for (int first = 0; first < input->channel_count && status == FTH_OK;
         first += MOST_CHANNELS) {
        struct channels some = {.count = FTH_MIN(input->channel_count - first, MOST_CHANNELS)};
        for (int i = 0; i < some.count && status == FTH_OK; i++) {
            const char *name = input->channels[first + i].name;
            bool distance = fth_map_kind_of(name) == FTH_MAP_DISTANCE;
            some.mixing[i] = distance ? MIX_SURFACE : is_mixed(name) ? MIX_ALL : MIX_NONE;
            status = fth_pixels_over(call, input, name, d.region, 0, &some.from[i], error);
            if (status == FTH_OK)
                status = fth_image_add(image, name, call->env->buffers, d.rect, &some.to[i],
                                       error);
        }
        if (status == FTH_OK)
            status = fill_rows(call, &d, &some, error);
        for (int i = 0; i < some.count; i++)
            fth_plane_unref(&some.from[i]);
    }
    fth_pixels_drop(d.guide);
    for (int i = 0; i < 3; i++)
        fth_plane_unref(&d.means[i]);
    return status;
}

/* ---- the node -------------------------------------------------------------------------------- */

static enum fth_status render(const struct fth_call *call, struct fth_image **out,
                              struct fth_error *error)
{
    const struct params *params = call->params;
    const struct fth_image *input = call->inputs[PORT_INPUT];
    struct fth_image *image = NULL;
    enum fth_status status = fth_image_new(call->info.format, call->info.domain, &image, error);
    if (status != FTH_OK)
        return status;
    image->premultiplied = input->premultiplied;
    image->alpha_is_key = input->alpha_is_key;
    image->colour = input->colour;
    fth_image_copy_depth(image, input);
    status = params->of == OF_DEPTH ? carry_depth(call, input, image, error)
                                    : stretch(call, input, image, error);
    if (status == FTH_OK)
        *out = image;
    else
        fth_image_unref(&image);
    return status;
}

static const struct fth_step steps[] = {
    {.id = "fit", .kind = FTH_NODE_AREA, .ports = 1u << PORT_INPUT | 1u << PORT_GUIDE,
     .region_in = region_in, .ignores_port = ignores_port, .render = render},
    {NULL},
};

const struct fth_node_desc fth_node_fit = {
    .id = "fit",
    .label = "Fit",
    .tag = "Fit",
    .group = "Transform",
    .help = "Brings a mask, a key or a depth to the frame of the picture that it lies on.",
    .version = 1,
    .flags = FTH_NODE_NO_COMMON,
    .works_in = FTH_WORKS_IN_DATA,
    .params = table,
    .params_size = sizeof(struct params),
    .inputs = ports,
    .steps = steps,
    .domain = tell,
};
