/* SPDX-License-Identifier: Apache-2.0 */
/* Where Depth Map's depth comes from: the network, the depth input, or a channel of the picture.
 * All end as one bundle of the node's size, so that the later steps need not know. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "colour/display.h"
#include "depth/bundle.h"
#include "depth/cache.h"
#include "depth/estimate.h"
#include "nodes/depth_map.h"
#include "nodes/map.h"
#include "nodes/pixels.h"
#include "ops/kernels.h"

/* The port depth is read from, or -1 when it is estimated. */
static int depth_port(const struct fth_call *call)
{
    const struct fth_depth_map *params = call->params;
    if (call->input_infos[PORT_DEPTH])
        return PORT_DEPTH;
    return params->depth_from == FROM_CHANNEL ? PORT_INPUT : -1;
}

/* A picture with no other frames about it is looked at as closely as one frame can be. */
static bool looks_alone(const struct fth_call *call)
{
    const struct fth_depth_map *params = call->params;
    const struct fth_info *input = call->input_infos[PORT_INPUT];
    return params->per_frame || (input && input->first_frame == input->last_frame);
}

static enum fth_status open_estimator(const struct fth_call *call, struct fth_estimator **estimator,
                                      struct fth_error *error)
{
    const struct fth_depth_map *params = call->params;
    const char *model = params->model[0] ? params->model : call->env->model;
    struct fth_estimator_options options = {
        .mode = params->mode == MODE_FASTER ? FTH_DEPTH_FASTER : FTH_DEPTH_BETTER,
        .per_frame = looks_alone(call),
        .model = model,
        .device = call->env->device,
        .pool = call->env->pool,
        .buffers = call->env->buffers,
        .cancel = call->env->cancel,
        .cache_folder = call->env->cache_folder,
        .first = call->exists.first,
        .last = call->exists.last,
    };
    return fth_estimator_open(&options, estimator, error);
}

/* The node's own estimator never loads a network: it answers what the result depends on. */
struct state {
    struct fth_estimator *estimator;
    bool per_frame; /* what it was opened with; choices and texts open the node anew */
};

enum fth_status fth_depth_map_open(const struct fth_call *call, void **state,
                                   struct fth_error *error)
{
    (void)call;
    *state = fth_alloc(1, sizeof(struct state));
    return *state ? FTH_OK : fth_fail_memory(error, sizeof(struct state), "depth_map");
}

void fth_depth_map_close(void **pointer)
{
    struct state *state = *pointer;
    if (state)
        fth_estimator_close(&state->estimator);
    fth_free(state);
    *pointer = NULL;
}

static enum fth_status ask_estimator(const struct fth_call *call, struct fth_estimator **estimator,
                                     struct fth_error *error)
{
    struct state *state = call->state;
    if (state->estimator && state->per_frame != looks_alone(call))
        fth_estimator_close(&state->estimator);
    if (!state->estimator) {
        enum fth_status status = open_estimator(call, &state->estimator, error);
        if (status != FTH_OK)
            return status;
        state->per_frame = looks_alone(call);
    }
    *estimator = state->estimator;
    return FTH_OK;
}

enum fth_status fth_depth_map_hash(const struct fth_call *call, struct fth_hasher *hasher,
                                      struct fth_error *error)
{
    struct fth_estimator *estimator = NULL;
    if (depth_port(call) >= 0)
        return FTH_OK;
    fth_display_hash(call->input_infos[PORT_INPUT]->colour, call->input_infos[PORT_INPUT]->fits,
                     hasher);
    enum fth_status status = ask_estimator(call, &estimator, error);
    return status == FTH_OK ? fth_estimator_hash(estimator, hasher, error) : status;
}

/* One clip: either the estimator, or the range of distances of depth that comes in without one. */
struct run {
    struct fth_estimator *estimator;
    /* of frames exists.first..next - 1; `looked`: the last one asked for a range of its own */
    int64_t next, looked;
    bool begun, has_own;
    struct fth_map_samples samples; /* Better: of all of them together */
    double near_sum, far_sum;       /* Faster: of one after the other */
    int64_t count;
};

static enum fth_status create_run(const struct fth_call *call, void **analysis,
                                  struct fth_error *error)
{
    struct run *run = fth_alloc(1, sizeof(*run));
    if (!run)
        return fth_fail_memory(error, sizeof(*run), "depth_map");
    enum fth_status status = FTH_OK;
    if (depth_port(call) < 0)
        status = open_estimator(call, &run->estimator, error);
    if (status == FTH_OK)
        *analysis = run;
    else
        fth_free(run);
    return status;
}

static void destroy_run(void **analysis)
{
    struct run *run = *analysis;
    if (run) {
        fth_estimator_close(&run->estimator);
        fth_map_samples_clear(&run->samples);
    }
    fth_free(run);
    *analysis = NULL;
}

/* True when the depth that comes in has no scale of its own yet, so that one must be found from
 * the frames before (6.0: never of one frame of many). */
static bool needs_range(const struct fth_call *call)
{
    int port = depth_port(call);
    enum fth_depth_meaning meaning = call->input_infos[port]->depth;
    return meaning == FTH_DEPTH_METRIC_Z || meaning == FTH_DEPTH_METRIC_INVERSE;
}

/* 6.0: over the shot in Better, over the frames so far in Faster. */
static int64_t range_end(const struct fth_call *call)
{
    const struct fth_depth_map *params = call->params;
    return params->mode == MODE_BETTER ? call->exists.last : call->frame;
}

static struct fth_span span(const struct fth_call *call)
{
    struct fth_estimator *estimator = NULL;
    struct fth_span span = call->exists;
    if (depth_port(call) >= 0)
        return needs_range(call) ? (struct fth_span){span.first, range_end(call)}
                                 : (struct fth_span){call->frame, call->frame};
    if (ask_estimator(call, &estimator, NULL) != FTH_OK)
        return (struct fth_span){call->frame, call->frame}; /* create will say why */
    fth_estimator_span(estimator, call->frame, &span.first, &span.last);
    return span;
}

static bool wants(void *analysis, const struct fth_call *call, int64_t *frame)
{
    struct run *run = analysis;
    if (run->estimator)
        return fth_estimator_wants(run->estimator, call->frame, frame);
    if (!needs_range(call))
        return false;
    if (!run->begun || run->looked != call->frame) { /* it may know its own range */
        *frame = call->frame;
        return true;
    }
    *frame = FTH_MAX(run->next, call->exists.first);
    return !run->has_own && *frame <= range_end(call);
}

/* The scale of this frame's distances: the file's own, or that of the frames around it. */
static void find_range(const struct run *run, const struct fth_image *image,
                       struct fth_map_range *range)
{
    if (image->near_m > 0 && image->far_m > image->near_m)
        *range = (struct fth_map_range){1 / image->near_m, 1 / image->far_m};
    else if (run->samples.count)
        *range = fth_map_samples_range(&run->samples);
    else if (run->count)
        *range = (struct fth_map_range){run->near_sum / (double)run->count,
                                        run->far_sum / (double)run->count};
}

static enum fth_map_kind kind_of(const struct fth_image *image, const char *channel)
{
    if (image->depth == FTH_DEPTH_METRIC_INVERSE && strcmp(channel, "disparity") == 0)
        return FTH_MAP_INVERSE;
    return fth_map_kind_of(channel);
}

/* Depth of a grey picture is only taken from the depth input: the picture itself has none. */
static const char *find_channel(const struct fth_image *image, int port, struct fth_error *error)
{
    const char *name = fth_map_find(image, NULL);
    if (name && (port == PORT_DEPTH || strcmp(name, "R") != 0))
        return name;
    fth_fail(error, FTH_ERR_NOT_FOUND, "%s has no depth channel (disparity, Z or depth.Z)",
             port == PORT_DEPTH ? "the depth input" : "depth_from=channel: the input");
    return NULL;
}

/* Numbers alone, over just that: there is nothing to turn. */
static bool is_finite(const struct fth_plane *plane, struct fth_rect rect)
{
    bool found = !fth_rect_equal(plane->rect, rect);
    for (int32_t y = rect.y0; y < rect.y1 && !found; y++)
        fth_kernels()->find_endless(&found, fth_plane_at(plane, rect.x0, y),
                                    (size_t)fth_rect_width(rect));
    return !found;
}

/* The image's channel, if it has it, as one of the bundle's own. */
static enum fth_status add_copy(const struct fth_call *call, const struct fth_image *image,
                                const char *name, struct fth_image *bundle,
                                struct fth_error *error)
{
    struct fth_plane *plane = NULL;
    if (!fth_image_plane(image, name))
        return FTH_OK;
    enum fth_status status = fth_pixels_over(call, image, name, bundle->domain, 0, &plane, error);
    return status == FTH_OK ? fth_image_set(bundle, name, plane, error) : status;
}

/* What the depth that came in knows, its bundle knows too: the model, and metres at 1 and 0. */
static void tell_origin(const struct fth_image *image, enum fth_map_kind kind,
                        struct fth_map_range range, struct fth_image *bundle)
{
    fth_image_copy_depth(bundle, image);
    bundle->depth_encoding = FTH_ENCODED_DISPARITY;
    if (kind == FTH_MAP_NEARNESS)
        return;
    bundle->near_m = range.near > 0 ? 1 / range.near : 0;
    bundle->far_m = range.far > 0 ? 1 / range.far : 0;
}

/* Depth that came in through `port` as a bundle of the node's size. */
static enum fth_status read_depth(struct run *run, const struct fth_call *call, int port,
                                  struct fth_image **out, struct fth_error *error)
{
    const struct fth_image *image = call->inputs[port];
    const char *name = find_channel(image, port, error);
    if (!name)
        return FTH_ERR_NOT_FOUND;
    enum fth_map_kind kind = kind_of(image, name);
    struct fth_plane *source = NULL, *plane = NULL;
    struct fth_image *bundle = NULL;
    struct fth_map_range range = {0};
    struct fth_rect frame = fth_format_rect(call->info.format);
    enum fth_status status = fth_image_new(call->info.format, frame, &bundle, error);
    if (status == FTH_OK)
        status = fth_pixels_over(call, image, name, frame, 0, &source, error);
    if (status == FTH_OK && kind != FTH_MAP_NEARNESS)
        find_range(run, image, &range);
    if (status == FTH_OK && kind == FTH_MAP_NEARNESS && is_finite(source, frame))
        status = fth_image_set(bundle, "disparity", fth_plane_ref(source), error);
    else if (status == FTH_OK)
        status = fth_image_add(bundle, "disparity", call->env->buffers, frame, &plane, error);
    if (plane)
        fth_map_normalise(source, kind, range, plane);
    if (status == FTH_OK)
        status = add_copy(call, image, "subject", bundle, error);
    if (status == FTH_OK)
        status = add_copy(call, image, "confidence", bundle, error);
    fth_plane_unref(&source);
    if (status == FTH_OK)
        tell_origin(image, kind, range, bundle);
    if (status == FTH_OK)
        *out = bundle;
    else
        fth_image_unref(&bundle);
    return status;
}

/* Samples of one frame join the others; a long clip gives fewer of each. */
static enum fth_status join_samples(struct run *run, const struct fth_call *call,
                                    const struct fth_map_samples *one, struct fth_error *error)
{
    enum { MOST = 4 << 20 };
    int64_t frames = call->exists.last - call->exists.first + 1;
    size_t most = (size_t)FTH_MAX(MOST / frames, (int64_t)64);
    size_t step = FTH_MAX((one->count + most - 1) / most, (size_t)1);
    size_t count = (one->count + step - 1) / step;
    struct fth_map_samples *all = &run->samples;
    if (all->count + count > all->capacity) {
        size_t capacity = FTH_MAX(2 * all->capacity, all->count + count);
        float *grown = fth_realloc(all->values, capacity, sizeof(*grown));
        if (!grown)
            return fth_fail_memory(error, capacity * sizeof(*grown), "depth_map");
        all->values = grown;
        all->capacity = capacity;
    }
    for (size_t i = 0; i < one->count; i += step)
        all->values[all->count++] = one->values[i];
    return FTH_OK;
}

static enum fth_status take_range(struct run *run, const struct fth_call *call, int port,
                                  struct fth_error *error)
{
    const struct fth_depth_map *params = call->params;
    const struct fth_image *image = call->inputs[port];
    const char *name = find_channel(image, port, error);
    struct fth_map_samples one = {0};
    struct fth_plane *source = NULL;
    if (!name)
        return FTH_ERR_NOT_FOUND;
    enum fth_status status = fth_pixels_over(call, image, name, fth_format_rect(image->format), 0,
                                             &source, error);
    if (status == FTH_OK)
        status = fth_map_samples_begin(&one, 1, error);
    if (status == FTH_OK) {
        fth_map_sample(source, kind_of(image, name), &one);
        struct fth_map_range now = fth_map_samples_range(&one);
        run->near_sum += now.near;
        run->far_sum += now.far;
        run->count++;
    }
    if (status == FTH_OK && params->mode == MODE_BETTER)
        status = join_samples(run, call, &one, error);
    fth_map_samples_clear(&one);
    fth_plane_unref(&source);
    return status;
}

/* Looks whether the frame has a range of its own; takes it in when its turn has come. In Faster a
 * frame that lies behind begins anew, so that it has the frames before it alone. */
static enum fth_status push_range(struct run *run, const struct fth_call *call,
                                  struct fth_error *error)
{
    const struct fth_depth_map *params = call->params;
    int port = depth_port(call);
    const struct fth_image *image = call->is_absent ? NULL : call->inputs[port];
    bool has_own = image && image->near_m > 0 && image->far_m > image->near_m;
    if (!run->begun || (params->mode == MODE_FASTER && call->frame + 1 < run->next)) {
        run->next = call->exists.first;
        run->near_sum = run->far_sum = 0;
        run->count = 0;
    }
    run->begun = true;
    run->looked = call->frame;
    run->has_own = has_own;
    if (call->frame != run->next)
        return FTH_OK;
    run->next++;
    return image && !has_own ? take_range(run, call, port, error) : FTH_OK;
}

/* The network sees R, G and B over the whole frame as an ordinary display shows them, black where
 * the picture has no data. */
static enum fth_status picture_of(const struct fth_call *call, struct fth_image **out,
                                  struct fth_error *error)
{
    const struct fth_image *input = call->inputs[PORT_INPUT];
    struct fth_plane *planes[4] = {NULL};
    struct fth_image *picture = NULL;
    struct fth_rect whole = fth_format_rect(input->format);
    if (!fth_image_plane(input, "R"))
        return fth_fail(error, FTH_ERR_NOT_FOUND, "the input has no R, G and B to see depth in");
    enum fth_status status = fth_pixels_rgba(call, input, whole, planes, error);
    if (status == FTH_OK)
        status = fth_image_new(input->format, whole, &picture, error);
    for (int i = 0; i < 3 && status == FTH_OK; i++) {
        status = fth_image_set(picture, fth_rgba_names[i], planes[i], error);
        planes[i] = NULL;
    }
    fth_pixels_drop(planes);
    if (status == FTH_OK) {
        picture->colour = input->colour;
        status = fth_display_image(input->colour, call->input_infos[PORT_INPUT]->fits,
                                   call->env->pool, call->env->buffers, &picture, error);
    }
    if (status == FTH_OK)
        *out = picture;
    else
        fth_image_unref(&picture);
    return status;
}

static enum fth_status push(void *analysis, const struct fth_call *call, struct fth_error *error)
{
    struct run *run = analysis;
    struct fth_image *picture = NULL;
    if (!run->estimator)
        return push_range(run, call, error);
    enum fth_status status = call->is_absent ? FTH_OK : picture_of(call, &picture, error);
    if (status == FTH_OK)
        status = fth_estimator_push(run->estimator, call->frame, picture, call->frame_key, error);
    fth_image_unref(&picture);
    return status;
}

static void look_ahead(void *analysis, const struct fth_call *call)
{
    struct run *run = analysis;
    struct fth_image *picture = NULL;
    if (run->estimator && picture_of(call, &picture, NULL) == FTH_OK)
        fth_estimator_look_ahead(run->estimator, call->frame, picture, call->frame_key);
    fth_image_unref(&picture);
}

static enum fth_status result(void *analysis, const struct fth_call *call, struct fth_image **out,
                              struct fth_error *error)
{
    struct run *run = analysis;
    int port = depth_port(call);
    struct fth_image *picture = NULL, *bundle = NULL;
    enum fth_status status = FTH_OK;
    if (run->estimator) {
        status = picture_of(call, &picture, error);
        if (status == FTH_OK)
            status = fth_estimator_result(run->estimator, call->frame, picture, out, error);
        fth_image_unref(&picture);
        return status;
    }
    status = read_depth(run, call, port, &bundle, error);
    if (status != FTH_OK)
        return status;
    bundle->depth = call->inputs[port]->depth == FTH_DEPTH_NORMALISED ? FTH_DEPTH_NORMALISED
                                                                      : FTH_DEPTH_RELATIVE_INVERSE;
    *out = bundle;
    return FTH_OK;
}

/* Only what a network made is worth keeping on disk. */
static enum fth_status recall(const struct fth_call *call, struct fth_key key,
                              struct fth_image **out)
{
    if (depth_port(call) >= 0 || !call->env->cache_folder || !call->env->cache_folder[0])
        return FTH_END;
    return fth_bundle_recall(call->env->cache_folder, key, call->env->pool,
                             call->env->buffers, out);
}

static void keep(const struct fth_call *call, struct fth_key key, const struct fth_image *out)
{
    struct fth_bundle_info info;
    if (depth_port(call) >= 0 || !call->env->cache_folder || !call->env->cache_folder[0])
        return;
    fth_bundle_describe(out, &info);
    fth_bundle_keep(call->env->cache_folder, key, out, &info, call->env->pool);
}

bool fth_depth_map_source_ignores(const struct fth_call *call, int port)
{
    return port == PORT_INPUT && depth_port(call) == PORT_DEPTH;
}

const struct fth_analysis fth_depth_map_analysis = {
    .create = create_run,
    .destroy = destroy_run,
    .span = span,
    .wants = wants,
    .push = push,
    .result = result,
    .look_ahead = look_ahead,
    .recall = recall,
    .keep = keep,
};
