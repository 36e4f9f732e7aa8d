/* SPDX-License-Identifier: Apache-2.0 */
/* The plain evaluation: what is known of a node's picture first, then the picture, both kept by
 * node and frame. */
#include "plain.h"

#include <string.h>

#include "base/arena.h"
#include "base/mem.h"
#include "graph/settings.h"

/* A node at a frame: what it is told of its inputs and says of its output. */
struct spot {
    struct spot *next;
    int node;
    int64_t frame;
    const struct fth_node_desc *desc;
    struct spot *source, *guide; /* of a fitter, which is no node: what it fits, to what */
    bool has_frame;              /* what it puts out has its frame: inputs may lie on that */
    void *params, *state;
    struct fth_shutter *shutter;
    struct fth_common common;
    bool skipped, passes; /* hands its main input on: as controls say, as its steps say */
    bool mixes;           /* the common controls do something */
    struct fth_info infos[FTH_LIMIT_INPUTS], nominal[FTH_LIMIT_INPUTS];
    const struct fth_info *told[FTH_LIMIT_INPUTS];
    int64_t frames[FTH_LIMIT_INPUTS][FTH_LIMIT_MOMENTS];
    struct fth_moments moments[FTH_LIMIT_INPUTS];
    struct fth_info info, result;
    struct fth_image *image;
    bool has_picture;
    enum fth_status status, made; /* of what is known, of the picture */
    struct fth_error error;       /* of the one that failed first */
};

struct plain {
    const struct fth_graph *graph;
    struct fth_env env;
    struct fth_pool *pool;
    struct fth_buffers *buffers;
    struct fth_arena *arena;
    struct spot *spots;
};

struct plain *plain_open(const struct fth_graph *graph)
{
    struct plain *plain = fth_alloc(1, sizeof(*plain));
    if (!plain)
        return NULL;
    plain->graph = graph;
    bool good = fth_pool_create(1, &plain->pool, NULL) == FTH_OK &&
                fth_buffers_create(0, &plain->buffers, NULL) == FTH_OK &&
                fth_arena_create(&plain->arena, NULL) == FTH_OK;
    plain->env = (struct fth_env){.pool = plain->pool, .buffers = plain->buffers,
                                  .cache_folder = "", .model = "", .device = "",
                                  .scale_denominator = 1,
                                  .frame_width = fth_graph_settings(graph)->width,
                                  .frame_height = fth_graph_settings(graph)->height};
    if (!good)
        plain_close(&plain);
    return plain;
}

void plain_close(struct plain **pointer)
{
    struct plain *plain = *pointer;
    while (plain && plain->spots) {
        struct spot *spot = plain->spots;
        plain->spots = spot->next;
        fth_image_unref(&spot->image);
        if (spot->state)
            spot->desc->close(&spot->state);
        fth_free(spot->params);
        fth_free(spot->shutter);
        fth_free(spot);
    }
    if (plain) {
        fth_arena_destroy(&plain->arena);
        fth_buffers_destroy(&plain->buffers);
        fth_pool_destroy(&plain->pool);
    }
    fth_free(plain);
    *pointer = NULL;
}

/* ---- what is known --------------------------------------------------------------------------- */

static enum fth_status find(struct plain *plain, int node, int64_t frame, struct spot **found,
                            struct fth_error *error);

static bool has_common(const struct spot *spot)
{
    return !(spot->desc->flags & FTH_NODE_NO_COMMON);
}

static int mask_port(const struct spot *spot)
{
    return has_common(spot) ? fth_node_port_count(spot->desc) - 1 : -1;
}

static int input_of(const struct plain *plain, const struct spot *spot, int port)
{
    return port < 0 ? -1 : fth_graph_input(plain->graph, spot->node, port);
}

static struct fth_call call_of(const struct plain *plain, const struct spot *spot)
{
    return (struct fth_call){.env = &plain->env, .params = spot->params, .common = &spot->common,
                             .shutter = spot->shutter, .frame = spot->frame,
                             .state = spot->state, .info = spot->info,
                             .rect = spot->info.domain, .input_infos = spot->told,
                             .moments = spot->desc->frames_in && !spot->skipped ? spot->moments
                                                                                : NULL,
                             .arena = plain->arena};
}

static void clip_to_frame(const struct spot *spot, struct fth_info *info)
{
    if (has_common(spot) && spot->common.clipping_mode == FTH_CLIP_FRAME)
        info->domain = fth_rect_intersect(info->domain, fth_format_rect(info->format));
}

/* ---- what is of another size ---- */

/* What the node that documents have for it makes of `source` in a frame. */
static enum fth_status fitter_of(struct plain *plain, const struct fth_port *port,
                                 struct spot *source, struct spot *guide, struct fth_format format,
                                 struct spot **fitter, struct fth_error *error)
{
    struct spot *spot = plain->spots;
    while (spot && (spot->source != source || spot->guide != guide ||
                    spot->info.format.width != format.width ||
                    spot->info.format.height != format.height))
        spot = spot->next;
    *fitter = spot;
    if (spot)
        return spot->status;
    *fitter = spot = fth_alloc(1, sizeof(*spot));
    if (!spot)
        return fth_fail_memory(error, sizeof(*spot), "a spot");
    spot->next = plain->spots;
    plain->spots = spot;
    spot->node = source->node;
    spot->frame = source->frame;
    spot->source = source;
    spot->guide = guide;
    spot->desc = fth_graph_catalogue(plain->graph)->fitter;
    spot->params = fth_alloc(1, spot->desc->params_size);
    fth_fitter_params(spot->desc, port, format, spot->params);
    spot->infos[0] = source->result;
    spot->told[0] = &spot->infos[0];
    if (guide) {
        spot->infos[1] = guide->result;
        spot->told[1] = &spot->infos[1];
    }
    spot->info = source->result;
    struct fth_call call = call_of(plain, spot);
    struct fth_info info = source->result;
    spot->status = spot->desc->domain(&call, &info, error);
    spot->info = spot->result = info;
    return spot->status;
}

/* What goes in at a port, stretched to the frame of what it lies on. */
static enum fth_status input_spot(struct plain *plain, const struct spot *spot, int port,
                                  int64_t frame, struct spot **input, struct fth_error *error)
{
    struct spot *below = NULL;
    enum fth_status status = find(plain, input_of(plain, spot, port), frame, input, error);
    if (status != FTH_OK || !spot->has_frame)
        return status;
    const struct fth_port *at = fth_node_port_at(spot->desc, port);
    struct fth_format format = spot->info.format;
    int on = input_of(plain, spot, at->lies_on);
    if (on >= 0 && find(plain, on, spot->frame, &below, error) != FTH_OK)
        return below->status;
    if (at->lies_on && !below)
        return FTH_OK;
    if (at->lies_on)
        format = below->result.format;
    if (!fth_node_fits(spot->desc, port, (*input)->result.format, format))
        return FTH_OK;
    bool guided = below && at->kind == FTH_PORT_DEPTH && spot->frame == frame &&
                  below->result.format.width == format.width &&
                  below->result.format.height == format.height;
    return fitter_of(plain, at, *input, guided ? below : NULL, format, input, error);
}

static enum fth_status look(struct plain *plain, const struct spot *spot, int port, int64_t frame,
                            struct fth_info *info, struct fth_error *error)
{
    struct spot *input = NULL;
    enum fth_status status = input_spot(plain, spot, port, frame, &input, error);
    if (status == FTH_OK) {
        *info = input->result;
        clip_to_frame(spot, info);
    }
    return status;
}

/* Which frames of a port there are, and what they are together. */
static enum fth_status look_around(struct plain *plain, struct spot *spot, int port,
                                   struct fth_error *error)
{
    struct fth_call call = call_of(plain, spot);
    struct fth_moments *moments = &spot->moments[port];
    enum fth_status status = FTH_OK;
    call.moments = NULL;
    moments->frames = spot->frames[port];
    moments->count = spot->desc->frames_in(&call, port, spot->frames[port]);
    spot->infos[port].domain = (struct fth_rect){0};
    for (int i = 0; i < moments->count && status == FTH_OK; i++) {
        struct fth_info info, sum = spot->infos[port];
        status = look(plain, spot, port, moments->frames[i], &info, error);
        spot->infos[port] = i ? sum : info;
        spot->infos[port].domain = fth_rect_join(sum.domain, info.domain);
        spot->infos[port].has_alpha = info.has_alpha || (i && sum.has_alpha);
    }
    return status;
}

static bool mask_never_shows(const struct spot *spot)
{
    int mask = mask_port(spot);
    bool matte = spot->desc->flags & FTH_NODE_MAKES_MATTE &&
                 spot->common.outside_mask == FTH_OUTSIDE_ZERO;
    return mask >= 0 && spot->told[mask] && fth_rect_empty(spot->told[mask]->domain) && !matte &&
           !spot->common.multiply_by_mask && !spot->common.effect_mask_invert &&
           spot->common.effect_mask_low >= 0;
}

static enum fth_status look_at_inputs(struct plain *plain, struct spot *spot,
                                      struct fth_error *error)
{
    enum fth_status status = FTH_OK;
    int count = fth_node_port_count(spot->desc), mask = mask_port(spot);
    bool main = input_of(plain, spot, 0) >= 0;
    spot->skipped = main && has_common(spot) && fth_common_skips(&spot->common);
    if (!spot->skipped && main && input_of(plain, spot, mask) >= 0) {
        status = look(plain, spot, mask, spot->frame, &spot->infos[mask], error);
        spot->told[mask] = &spot->infos[mask];
        spot->skipped = status == FTH_OK && mask_never_shows(spot);
    }
    for (int p = 0; p < (spot->skipped ? 1 : count) && status == FTH_OK; p++) {
        if (input_of(plain, spot, p) < 0)
            continue;
        status = look(plain, spot, p, spot->frame, &spot->infos[p], error);
        spot->nominal[p] = spot->infos[p];
        spot->told[p] = &spot->infos[p];
    }
    for (int p = 0; p < count && spot->desc->frames_in && !spot->skipped && status == FTH_OK; p++) {
        if (p != mask && spot->told[p])
            status = look_around(plain, spot, p, error);
    }
    return status;
}

/* Does step `k` hand on what came before it? `first`: nothing has come yet but the input. */
static bool hands_on(struct plain *plain, const struct spot *spot, int k, bool first)
{
    const struct fth_step *step = &spot->desc->steps[k];
    struct fth_call call = call_of(plain, spot);
    bool input = spot->told[0] && (!call.moments || call.moments[0].count);
    if (!step->is_identity || (first && !input))
        return false;
    struct spot *from = NULL;
    int64_t frame = spot->moments[0].frames && input ? spot->moments[0].frames[0] : spot->frame;
    if (first && (input_spot(plain, spot, 0, frame, &from, NULL) != FTH_OK ||
                  !fth_rect_contains(spot->info.domain, from->result.domain)))
        return false;
    return step->is_identity(&call);
}

/* A node that only hands on says what its input says, at its own frames. */
static void say_passed(struct plain *plain, struct spot *spot)
{
    struct fth_info own = spot->info;
    struct spot *input = NULL;
    int64_t frame = spot->moments[0].frames ? spot->moments[0].frames[0] : spot->frame;
    if (input_spot(plain, spot, 0, frame, &input, NULL) != FTH_OK)
        return;
    spot->info = input->result;
    spot->info.first_frame = own.first_frame;
    spot->info.last_frame = own.last_frame;
    spot->info.rate_num = own.rate_num;
    spot->info.rate_den = own.rate_den;
    spot->result = spot->info;
}

static void say_result(struct plain *plain, struct spot *spot)
{
    const struct fth_common *common = &spot->common;
    int mask = mask_port(spot);
    bool masked = mask >= 0 && input_of(plain, spot, mask) >= 0;
    bool matte = spot->desc->flags & FTH_NODE_MAKES_MATTE;
    const struct fth_info *before = spot->told[0] ? &spot->nominal[0] : NULL;
    spot->passes = true;
    for (int k = 0; k < fth_node_step_count(spot->desc); k++)
        spot->passes = hands_on(plain, spot, k, spot->passes) && spot->passes;
    bool same = spot->passes && !(spot->moments[0].frames);
    spot->mixes = has_common(spot) && !fth_common_is_neutral(common, masked) &&
                  !(same && !matte && !common->multiply_by_mask);
    spot->result = spot->info;
    if (!spot->mixes && spot->passes)
        say_passed(plain, spot);
    if (!spot->mixes)
        return;
    masked = masked || common->object_id >= 0 || common->material_id >= 0;
    bool zero = matte && common->outside_mask == FTH_OUTSIDE_ZERO && masked;
    bool keeps = !common->alpha || masked || common->blend != 1;
    spot->result.has_alpha = (keeps && before && before->has_alpha) ||
                             (common->alpha && (spot->info.has_alpha || zero));
    if (before)
        spot->result.domain = fth_rect_join(spot->info.domain, before->domain);
    clip_to_frame(spot, &spot->result);
    if (common->clipping_mode == FTH_CLIP_DOMAIN && spot->told[0])
        spot->result.domain = fth_rect_intersect(spot->result.domain, spot->told[0]->domain);
}

/* What the steps put out, of inputs that have been looked at. */
static enum fth_status learn_frame(struct plain *plain, struct spot *spot, struct fth_error *error)
{
    enum fth_status status = FTH_OK;
    spot->info = (struct fth_info){.last_frame = -1, .rate_den = 1, .premultiplied = true};
    if (spot->told[0])
        spot->info = *spot->told[0];
    struct fth_call call = call_of(plain, spot);
    struct fth_info info = spot->info;
    if (!spot->state && spot->desc->open && spot->desc->steps[0].kind != FTH_NODE_SINK)
        status = spot->desc->open(&call, &spot->state, error);
    call.state = spot->state;
    if (status == FTH_OK && spot->desc->domain)
        status = spot->desc->domain(&call, &info, error);
    clip_to_frame(spot, &info);
    if (has_common(spot) && spot->common.clipping_mode == FTH_CLIP_DOMAIN && spot->told[0])
        info.domain = fth_rect_intersect(info.domain, spot->told[0]->domain);
    spot->info = info;
    return status;
}

static enum fth_status learn(struct plain *plain, struct spot *spot, struct fth_error *error)
{
    fth_graph_params(plain->graph, spot->node, (double)spot->frame, spot->params, &spot->common);
    enum fth_status status = fth_graph_shutter(plain->graph, spot->node, (double)spot->frame,
                                               spot->params, &spot->shutter, error);
    if (status == FTH_OK)
        status = look_at_inputs(plain, spot, error);
    if (status != FTH_OK)
        return status;
    if (spot->skipped) {
        struct spot *input = NULL;
        status = find(plain, input_of(plain, spot, 0), spot->frame, &input, error);
        if (status == FTH_OK)
            spot->info = spot->result = input->result;
        return status;
    }
    status = learn_frame(plain, spot, error);
    spot->has_frame = true;
    if (status == FTH_OK) /* again, now that masks lie on the picture */
        status = look_at_inputs(plain, spot, error);
    if (status == FTH_OK)
        status = learn_frame(plain, spot, error);
    if (status == FTH_OK)
        say_result(plain, spot);
    return status;
}

static enum fth_status find(struct plain *plain, int node, int64_t frame, struct spot **found,
                            struct fth_error *error)
{
    struct spot *spot = plain->spots;
    while (spot && (spot->source || spot->node != node || spot->frame != frame))
        spot = spot->next;
    if (!spot) {
        spot = fth_alloc(1, sizeof(*spot));
        if (!spot)
            return fth_fail_memory(error, sizeof(*spot), "a spot");
        spot->node = node;
        spot->frame = frame;
        spot->desc = fth_graph_desc(plain->graph, node);
        spot->params = fth_alloc(1, spot->desc->params_size + 1);
        spot->next = plain->spots;
        plain->spots = spot;
        spot->status = learn(plain, spot, &spot->error);
    }
    *found = spot;
    if (spot->status != FTH_OK && error)
        *error = spot->error;
    return spot->status;
}

/* ---- pictures -------------------------------------------------------------------------------- */

/* The input as a node sees it: nothing lies outside its window. New reference. */
static enum fth_status seen(const struct fth_image *image, struct fth_rect window,
                            struct fth_image **out, struct fth_error *error)
{
    enum fth_status status = fth_image_new_like(image, out, error);
    if (status != FTH_OK)
        return status;
    (*out)->domain = fth_rect_intersect(image->domain, window);
    for (int i = 0; i < image->channel_count && status == FTH_OK; i++) {
        struct fth_plane *plane = NULL;
        struct fth_rect rect = fth_rect_intersect(image->channels[i].plane->rect, (*out)->domain);
        status = fth_image_add(*out, image->channels[i].name, NULL, rect, &plane, error);
        if (status == FTH_OK)
            fth_plane_copy(plane, image->channels[i].plane, rect, 0);
    }
    return status;
}

static enum fth_status picture_of(struct plain *plain, struct spot *spot,
                                  const struct fth_image **image, struct fth_error *error);

static enum fth_status input_at(struct plain *plain, struct spot *spot, int port, int64_t frame,
                                struct fth_image **out, struct fth_error *error)
{
    const struct fth_image *image = NULL;
    struct spot *input = NULL;
    struct fth_info info;
    enum fth_status status = input_spot(plain, spot, port, frame, &input, error);
    if (status == FTH_OK)
        status = picture_of(plain, input, &image, error);
    if (status == FTH_OK)
        status = look(plain, spot, port, frame, &info, error);
    return status == FTH_OK ? seen(image, info.domain, out, error) : status;
}

struct pictures {
    struct fth_image *ports[FTH_LIMIT_INPUTS][FTH_LIMIT_MOMENTS];
    const struct fth_image *inputs[FTH_LIMIT_INPUTS];
    struct fth_moments moments[FTH_LIMIT_INPUTS];
};

static void drop(struct pictures *pictures)
{
    for (int p = 0; p < FTH_LIMIT_INPUTS; p++) {
        for (int i = 0; i < FTH_LIMIT_MOMENTS; i++)
            fth_image_unref(&pictures->ports[p][i]);
    }
}

static enum fth_status gather(struct plain *plain, struct spot *spot, const struct fth_step *step,
                              struct pictures *pictures, struct fth_call *call,
                              struct fth_error *error)
{
    enum fth_status status = FTH_OK;
    for (int p = 0; p < FTH_LIMIT_INPUTS && status == FTH_OK; p++) {
        bool reads = spot->told[p] && step->ports >> p & 1 &&
                     !(step->ignores_port && step->ignores_port(call, p));
        const struct fth_moments *moments = &spot->moments[p];
        bool several = moments->frames;
        for (int i = 0; reads && i < (several ? moments->count : 1) && status == FTH_OK; i++)
            status = input_at(plain, spot, p, several ? moments->frames[i] : spot->frame,
                              &pictures->ports[p][i], error);
        pictures->inputs[p] = pictures->ports[p][0];
        pictures->moments[p] = *moments;
        pictures->moments[p].images = (const struct fth_image *const *)pictures->ports[p];
    }
    call->inputs = pictures->inputs;
    if (call->moments)
        call->moments = pictures->moments;
    return status;
}

static bool is_gap(enum fth_status status)
{
    return status == FTH_ERR_NOT_FOUND || status == FTH_ERR_DATA ||
           status == FTH_ERR_UNSUPPORTED || status == FTH_END;
}

static struct fth_key frame_key(const struct spot *spot, int64_t frame)
{
    return (struct fth_key){(uint64_t)frame + 1, (uint64_t)spot->node + 1};
}

/* What goes in at a frame of an analysis. Another frame than the one asked for is told to be a gap
 * where that cannot be had. */
static enum fth_status look_in(struct plain *plain, struct spot *spot, const struct fth_step *step,
                               int64_t frame, struct pictures *pictures, struct fth_call *call,
                               struct fth_error *error)
{
    struct spot *other = NULL;
    const struct fth_span exists = call->exists;
    enum fth_status status = find(plain, spot->node, frame, &other, error);
    if (status == FTH_OK) {
        *call = call_of(plain, other);
        call->exists = exists;
        status = gather(plain, other, step, pictures, call, error);
    }
    call->frame_key = frame_key(spot, frame);
    call->is_absent = frame != spot->frame && is_gap(status);
    if (!call->is_absent)
        return status;
    drop(pictures);
    *pictures = (struct pictures){0};
    call->frame = frame;
    call->inputs = pictures->inputs;
    return FTH_OK;
}

/* One frame into an analysis. */
static enum fth_status push(struct plain *plain, struct spot *spot, const struct fth_step *step,
                            int64_t frame, void *analysis, struct fth_span exists,
                            struct fth_error *error)
{
    struct pictures pictures = {0};
    struct fth_call call = call_of(plain, spot);
    call.exists = exists;
    enum fth_status status = look_in(plain, spot, step, frame, &pictures, &call, error);
    if (status == FTH_OK)
        status = step->analysis->push(analysis, &call, error);
    drop(&pictures);
    return status;
}

static enum fth_status analyse(struct plain *plain, struct spot *spot, const struct fth_step *step,
                               struct fth_image **out, struct fth_error *error)
{
    struct pictures pictures = {0};
    struct fth_call call = call_of(plain, spot);
    const struct fth_info *info = spot->told[0];
    bool known = info && info->first_frame <= spot->frame && spot->frame <= info->last_frame;
    void *analysis = NULL;
    int64_t frame;
    call.exists = known ? (struct fth_span){info->first_frame, info->last_frame}
                        : (struct fth_span){spot->frame, spot->frame};
    call.frame_key = frame_key(spot, spot->frame);
    enum fth_status status = step->analysis->create(&call, &analysis, error);
    while (status == FTH_OK && step->analysis->wants(analysis, &call, &frame))
        status = push(plain, spot, step, frame, analysis, call.exists, error);
    if (status == FTH_OK)
        status = gather(plain, spot, step, &pictures, &call, error);
    if (status == FTH_OK)
        status = step->analysis->result(analysis, &call, out, error);
    if (analysis)
        step->analysis->destroy(&analysis);
    drop(&pictures);
    return status;
}

static enum fth_status run_step(struct plain *plain, struct spot *spot, int k,
                                const struct fth_image *previous, struct fth_image **out,
                                struct fth_error *error)
{
    const struct fth_step *step = &spot->desc->steps[k];
    struct pictures pictures = {0};
    struct fth_call call = call_of(plain, spot);
    struct fth_image *made = NULL;
    if (step->kind == FTH_NODE_POINT || step->kind == FTH_NODE_AREA)
        call.state = NULL;
    call.previous = previous;
    enum fth_status status = FTH_OK;
    if (step->kind == FTH_NODE_ANALYSIS) {
        status = analyse(plain, spot, step, &made, error);
    } else {
        status = gather(plain, spot, step, &pictures, &call, error);
        if (status == FTH_OK)
            status = step->render(&call, &made, error);
        drop(&pictures);
    }
    if (status == FTH_OK)
        status = fth_image_new_like(made, out, error);
    if (status == FTH_OK) {
        (*out)->domain = spot->info.domain;
        (*out)->format = spot->info.format;
    }
    fth_image_unref(&made);
    return status;
}

/* What the node's steps begin with when the first of them hands it on. */
static enum fth_status take_input(struct plain *plain, const struct spot *spot,
                                  struct fth_image **image, struct fth_error *error)
{
    const struct fth_image *input = NULL;
    struct spot *from = NULL;
    int64_t frame = spot->moments[0].frames ? spot->moments[0].frames[0] : spot->frame;
    enum fth_status status = input_spot(plain, spot, 0, frame, &from, error);
    if (status == FTH_OK)
        status = picture_of(plain, from, &input, error);
    *image = fth_image_ref(input);
    return status;
}

/* The result of the node's own steps. */
static enum fth_status run_steps(struct plain *plain, struct spot *spot, struct fth_image **out,
                                 struct fth_error *error)
{
    struct fth_image *image = NULL;
    bool is_input = true; /* nothing has been made yet */
    enum fth_status status = FTH_OK;
    for (int k = 0; k < fth_node_step_count(spot->desc) && status == FTH_OK; k++) {
        struct fth_image *next = NULL;
        if (hands_on(plain, spot, k, is_input)) {
            if (!image)
                status = take_input(plain, spot, &image, error);
            continue;
        }
        is_input = false;
        status = run_step(plain, spot, k, image, &next, error);
        fth_image_unref(&image);
        image = next;
    }
    if (status == FTH_OK)
        *out = image;
    else
        fth_image_unref(&image);
    return status;
}

static enum fth_status mix(struct plain *plain, struct spot *spot, struct fth_error *error)
{
    struct fth_image *before = NULL, *mask = NULL, *after = NULL;
    int main = input_of(plain, spot, 0), port = mask_port(spot);
    bool matte = spot->desc->flags & FTH_NODE_MAKES_MATTE;
    enum fth_status status = FTH_OK;
    if (input_of(plain, spot, port) >= 0)
        status = input_at(plain, spot, port, spot->frame, &mask, error);
    bool black = mask && main >= 0 && plain_mask_is_black(&spot->common, mask);
    bool spares = black && !spot->passes;
    if (status == FTH_OK && main >= 0)
        status = input_at(plain, spot, 0, spot->frame, &before, error);
    /* whether a node of the same planes is run must not show, but for what cannot be had */
    bool runs = !spares || spot->desc->flags & FTH_NODE_SAME_PLANES;
    if (status == FTH_OK && runs)
        status = run_steps(plain, spot, &after, error);
    if (before && spares)
        status = FTH_OK;
    if (status == FTH_OK)
        status = plain_common(&spot->common, matte, before, after, mask, &spot->info,
                              &spot->result, &spot->image, error);
    fth_image_unref(&before);
    fth_image_unref(&mask);
    fth_image_unref(&after);
    return status;
}

/* A fitter's picture, of the whole of what goes in. */
static enum fth_status make_fitted(struct plain *plain, struct spot *spot, struct fth_error *error)
{
    struct spot *const from[2] = {spot->source, spot->guide};
    struct fth_image *whole[2] = {NULL}, *made = NULL;
    const struct fth_image *inputs[FTH_LIMIT_INPUTS] = {0}, *image;
    struct fth_call call = call_of(plain, spot);
    enum fth_status status = FTH_OK;
    for (int p = 0; p < 2 && from[p] && status == FTH_OK; p++) {
        status = picture_of(plain, from[p], &image, error);
        if (status == FTH_OK)
            status = seen(image, from[p]->result.domain, &whole[p], error);
        inputs[p] = whole[p];
    }
    call.inputs = inputs;
    if (status == FTH_OK)
        status = spot->desc->steps[0].render(&call, &made, error);
    if (status == FTH_OK)
        status = fth_image_new_like(made, &spot->image, error);
    if (status == FTH_OK) {
        spot->image->domain = spot->info.domain;
        spot->image->format = spot->info.format;
    }
    fth_image_unref(&whole[0]);
    fth_image_unref(&whole[1]);
    fth_image_unref(&made);
    return status;
}

static enum fth_status make(struct plain *plain, struct spot *spot, struct fth_error *error)
{
    const struct fth_image *input = NULL;
    enum fth_status status = FTH_OK;
    if (spot->source)
        return make_fitted(plain, spot, error);
    if (spot->skipped) {
        status = plain_picture(plain, input_of(plain, spot, 0), spot->frame, &input, error);
        spot->image = fth_image_ref(input);
        return status;
    }
    return spot->mixes ? mix(plain, spot, error) : run_steps(plain, spot, &spot->image, error);
}

static enum fth_status picture_of(struct plain *plain, struct spot *spot,
                                  const struct fth_image **image, struct fth_error *error)
{
    if (!spot->has_picture) {
        spot->has_picture = true;
        spot->made = make(plain, spot, &spot->error);
    }
    *image = spot->image;
    if (spot->made != FTH_OK && error)
        *error = spot->error;
    return spot->made;
}

enum fth_status plain_picture(struct plain *plain, int node, int64_t frame,
                              const struct fth_image **image, struct fth_error *error)
{
    struct spot *spot = NULL;
    enum fth_status status = find(plain, node, frame, &spot, error);
    return status == FTH_OK ? picture_of(plain, spot, image, error) : status;
}

enum fth_status plain_info(struct plain *plain, int node, int64_t frame, struct fth_info *info,
                           struct fth_error *error)
{
    struct spot *spot = NULL;
    enum fth_status status = find(plain, node, frame, &spot, error);
    if (status == FTH_OK)
        *info = spot->result;
    return status;
}
