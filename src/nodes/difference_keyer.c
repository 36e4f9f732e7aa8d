/* SPDX-License-Identifier: Apache-2.0 */
/* Difference Keyer: a matte of what a shot has and a clean plate of the same set has not. Six
 * steps: plate -> its details -> match to the shot -> difference, with its threshold -> blur -> the
 * rest, in the order of FORMULAS 6.5. Of a still plate the first two are made once. Between the
 * last three the matte travels as A, with the plate where the subject's edge is to be cleaned. */
#include <string.h>

#include "colour/display.h"
#include "nodes/difference_keyer.h"
#include "nodes/plate_registers.h"
#include "ops/kernels.h"

enum {
    STEP_PLATE = 1, STEP_DETAILS = 2, STEP_MATCH = 4, STEP_DIFFERENCE = 8, STEP_SOFTEN = 16,
    STEP_COMBINE = 32
};
enum { VIEW_FINAL, VIEW_MATTE };

_Static_assert(offsetof(struct fth_keyer_params, post_multiply) ==
                   offsetof(struct fth_matte_params, post_multiply),
               "what all mattes have stands first");

static const struct fth_choice metrics[] = {
    [FTH_KEYER_MAX_ABS] = {"max_abs", "Largest Channel",
                           "The largest of the differences of red, green and blue."},
    [FTH_KEYER_MEAN_ABS] = {"mean_abs", "Mean", "The mean of the three: noise counts for less."},
    [FTH_KEYER_LUMA_ABS] = {"luma_abs", "Luma", "Brightness alone."},
    [FTH_KEYER_EUCLID] = {"euclid", "Euclidean",
                          "The distance of the colours, over that of black and white."},
    [FTH_KEYER_CHROMA_ONLY] = {"chroma_only", "Chroma",
                               "Colour without brightness: shadows are not seen. 1 is blue "
                               "against yellow."},
    [FTH_KEYER_DELTA_E_ITP] = {"delta_e_itp", "Delta E ITP",
                               "As eyes see it, by ITU-R BT.2124: 1 is black against white, 366 of "
                               "its units, of which 1 is just seen."},
    {NULL},
};
static const struct fth_choice views[] = {
    {"final", "Final", "The foreground, cut out."},
    {"matte", "Matte", "The matte as opaque grey."},
    {NULL},
};

#define ROW(kind, field, ...) FTH_PARAM(kind, struct fth_keyer_params, field, __VA_ARGS__)

static const struct fth_param table[] = {
    ROW(RANGE, threshold, .label = "Threshold",
        .help = "Differences up to the low handle are transparent, from the high one on opaque, "
                "half transparent between.",
        .max = 1, .def = {0.05, 0.2}, .group = "Difference", .affects = STEP_DIFFERENCE,
        .flags = FTH_PARAM_ANIMATES),
    ROW(CHOICE, metric, .label = "Metric",
        .help = "How different two colours are. Black and white are 1 apart in all of them, so "
                "that thresholds are of one size.",
        .choices = metrics, .max = FTH_KEYER_DELTA_E_ITP, .group = "Difference",
        .affects = STEP_DIFFERENCE, .flags = FTH_PARAM_ANIMATES),
    {.id = "auto", .type = FTH_PARAM_SWITCH,
     .offset = (uint16_t)offsetof(struct fth_keyer_params, automatic), .size = sizeof(bool),
     .label = "Auto",
     .help = "For footage: the plate is registered (homography) and exposed as the shot, Noise "
             "Sigmas 2,6 take the place of the threshold, and the edge is despilled, with these "
             "settings whatever the controls below are.",
     .max = 1, .group = "Plate",
     .affects = STEP_MATCH | STEP_DIFFERENCE | STEP_COMBINE},
    ROW(CHOICE, register_plate, .label = "Register Plate",
        .help = "Moves the plate to where the shot's camera saw it, to a fraction of a pixel, "
                "by what both show.",
        .choices = fth_plate_registers, .max = FTH_PLATE_HOMOGRAPHY, .group = "Plate",
        .when = {"auto", 1u << 0}, .affects = STEP_MATCH),
    ROW(SWITCH, match_exposure, .label = "Match Exposure",
        .help = "Brings the plate to the shot's exposure: a gain and an offset a channel, and what "
                "changes slowly over the frame.",
        .max = 1, .group = "Plate", .when = {"auto", 1u << 0}, .affects = STEP_MATCH),
    ROW(RANGE, noise_sigmas, .label = "Noise Sigmas",
        .help = "Takes the place of the threshold, in multiples of the noise that shot and plate "
                "are measured to have at this brightness: up to the low handle it is noise, from "
                "the high one on the subject. Neighbours have a vote, which cleans specks and "
                "pinholes, and edges are found by the colours on both sides. 0,0: off.",
        .max = 50, .ui_max = 20, .group = "Plate", .when = {"auto", 1u << 0},
        .affects = STEP_MATCH | STEP_DIFFERENCE, .flags = FTH_PARAM_ANIMATES),
    ROW(NUMBER, shadow, .label = "Shadow",
        .help = "What becomes of the subject's shadows on the set, with Auto or Noise Sigmas: 0 "
                "drops them, 1 keeps them as dark as they are.",
        .max = 1, .group = "Plate", .when = {"auto", 1u << 1}, .affects = STEP_MATCH,
        .flags = FTH_PARAM_ANIMATES),
    ROW(NUMBER, despill, .label = "Despill",
        .help = "Takes the set's colour out of half transparent pixels, so that the cut-out can be "
                "laid over anything.",
        .max = 1, .group = "Plate", .when = {"auto", 1u << 0},
        .affects = STEP_DIFFERENCE | STEP_COMBINE, .flags = FTH_PARAM_ANIMATES),
    FTH_MATTE_EDGE_ROWS(struct fth_keyer_params, STEP_SOFTEN, STEP_COMBINE),
    FTH_MATTE_INVERT_ROW(struct fth_keyer_params, STEP_COMBINE),
    FTH_MATTE_HELD_ROWS(struct fth_keyer_params, STEP_COMBINE),
    FTH_MATTE_MULTIPLY_ROW(struct fth_keyer_params, STEP_COMBINE),
    ROW(CHOICE, view, .label = "View", .help = "What is shown.", .choices = views,
        .max = VIEW_MATTE, .group = "Output", .affects = STEP_COMBINE),
    FTH_PARAM_TABLE_END,
};

static const struct fth_port ports[] = {
    [FTH_KEYER_FRONT] = {"foreground", "Foreground", "The shot with the subject.",
                         FTH_PORT_PICTURE, 0},
    [FTH_KEYER_BACK] = {"background", "Background",
                        "The clean plate: the same set without the subject, a still or a clip.",
                        FTH_PORT_PICTURE, 0},
    [FTH_KEYER_GARBAGE] = {"garbage_matte", "Garbage Matte",
                           "What is in it becomes transparent, or with Garbage Mode Fill opaque.",
                           FTH_PORT_MASK, 1},
    [FTH_KEYER_SOLID] = {"solid_matte", "Solid Matte", "What is in it becomes opaque.",
                         FTH_PORT_MASK, 1},
    [FTH_KEYER_DEPTH] = {"depth", "Depth",
                         "A matte of the subject by depth: it decides where the difference is not "
                         "sure, and the difference where it is grey.",
                         FTH_PORT_MASK, 1},
    {NULL},
};

/* ---- difference ------------------------------------------------------------------------------ */

static void difference_row(const struct fth_keyer_params *params, float *row,
                           const float *const front[3], const float *const back[3], size_t n)
{
    const struct fth_kernels *k = fth_kernels();
    const float range[2] = {(float)params->threshold[0], (float)params->threshold[1]};
    switch (params->metric) {
    case FTH_KEYER_MEAN_ABS: k->key_mean_abs(row, front, back, range, n); break;
    case FTH_KEYER_LUMA_ABS: k->key_luma_abs(row, front, back, range, n); break;
    case FTH_KEYER_EUCLID: k->key_euclid(row, front, back, range, n); break;
    case FTH_KEYER_CHROMA_ONLY: k->key_chroma(row, front, back, range, n); break;
    case FTH_KEYER_DELTA_E_ITP: k->key_delta_e(row, front, back, range, n); break;
    default: k->key_max_abs(row, front, back, range, n); break;
    }
}

/* What the foreground has no pixel of, or a transparent one, is no subject. */
static enum fth_status leave_out(const struct fth_call *call, const struct fth_plane *matte,
                                 struct fth_error *error)
{
    const struct fth_image *front = call->inputs[FTH_KEYER_FRONT];
    struct fth_rect rect = call->rect, there = fth_rect_intersect(rect, front->domain);
    struct fth_plane *opacity = NULL;
    size_t n = (size_t)fth_rect_width(rect);
    if (fth_image_plane(front, "A") && !front->alpha_is_key) {
        enum fth_status status = fth_pixels_opacity(call, front, rect, &opacity, error);
        if (status != FTH_OK)
            return status;
    } else if (fth_rect_contains(front->domain, rect)) {
        return FTH_OK;
    }
    for (int32_t y = rect.y0; y < rect.y1; y++) {
        float *row = fth_plane_at(matte, rect.x0, y);
        bool empty = y < there.y0 || y >= there.y1;
        size_t from = empty ? n : (size_t)(there.x0 - rect.x0);
        size_t end = empty ? n : (size_t)(there.x1 - rect.x0);
        memset(row, 0, from * sizeof(*row));
        memset(row + end, 0, (n - end) * sizeof(*row));
        if (opacity) {
            fth_kernels()->multiply(row, row, fth_plane_at(opacity, rect.x0, y), n);
            fth_kernels()->clamp(row, row, 0, 1, n);
        }
    }
    fth_plane_unref(&opacity);
    return FTH_OK;
}

/* The depth matte's say, as strong as in a match. */
static enum fth_status join_depth(const struct fth_call *call, const struct fth_plane *matte,
                                  struct fth_error *error)
{
    struct fth_key_view view = {call->inputs[FTH_KEYER_DEPTH], FTH_MASK_AUTO, false};
    struct fth_plane *depth = NULL;
    struct fth_rect rect = call->rect;
    size_t n = (size_t)fth_rect_width(rect);
    if (!view.image)
        return FTH_OK;
    enum fth_status status = fth_pixels_key(call, &view, rect, &depth, error);
    for (int32_t y = rect.y0; y < rect.y1 && status == FTH_OK; y++) {
        float *row = fth_plane_at(matte, rect.x0, y);
        const float *d = fth_plane_at(depth, rect.x0, y);
        for (size_t i = 0; i < n; i++)
            row[i] = 0.5f + 0.5f * fth_plate_joined(2 * row[i] - 1, 2 * d[i] - 1);
        fth_kernels()->clamp(row, row, 0, 1, n);
    }
    fth_plane_unref(&depth);
    return status;
}

/* The matte, and with it the plate where the edge is to be cleaned by it. */
static enum fth_status pass_on(const struct fth_call *call, struct fth_plane *matte,
                               struct fth_image **out, struct fth_error *error)
{
    struct fth_image *image = NULL;
    enum fth_status status = fth_matte_pass(call, matte, &image, error);
    for (int i = 0; i < 3 && status == FTH_OK && fth_keyer_despills(call); i++)
        status = fth_image_set(image, fth_rgba_names[i],
                               fth_plane_ref(fth_image_plane(call->previous, fth_rgba_names[i])),
                               error);
    if (status == FTH_OK)
        *out = image;
    else
        fth_image_unref(&image);
    return status;
}

static enum fth_status render_difference(const struct fth_call *call, struct fth_image **out,
                                         struct fth_error *error)
{
    const struct fth_image *plate = call->previous;
    struct fth_rect rect = call->rect;
    struct fth_plane *front[4] = {NULL}, *matte = NULL;
    enum fth_status status = fth_keyer_shown(call, FTH_KEYER_FRONT, rect, front, error);
    if (status == FTH_OK)
        status = fth_plane_new(call->env->buffers, rect, &matte, error);
    const struct fth_plane *made = fth_image_plane(plate, FTH_KEYER_MATTE);
    if (status == FTH_OK && made)
        fth_plane_copy(matte, made, rect, 0);
    for (int32_t y = rect.y0; y < rect.y1 && status == FTH_OK && !made; y++) {
        const float *f[3], *b[3];
        for (int i = 0; i < 3; i++) {
            f[i] = fth_plane_at(front[i], rect.x0, y);
            b[i] = fth_plane_at(fth_image_plane(plate, fth_rgba_names[i]), rect.x0, y);
        }
        difference_row(call->params, fth_plane_at(matte, rect.x0, y), f, b,
                       (size_t)fth_rect_width(rect));
    }
    if (status == FTH_OK && !made)
        status = join_depth(call, matte, error);
    if (status == FTH_OK)
        status = leave_out(call, matte, error);
    fth_pixels_drop(front);
    if (status == FTH_OK)
        return pass_on(call, matte, out, error);
    fth_plane_unref(&matte);
    return status;
}

/* Blurs the matte; the plate travels on. */
static enum fth_status soften(const struct fth_call *call, struct fth_image **out,
                              struct fth_error *error)
{
    struct fth_image *image = NULL;
    enum fth_status status = fth_matte_soften(call, &image, error);
    for (int i = 0; i < 3 && status == FTH_OK; i++) {
        struct fth_plane *plane = fth_image_plane(call->previous, fth_rgba_names[i]);
        if (plane)
            status = fth_image_set(image, fth_rgba_names[i], fth_plane_ref(plane), error);
    }
    if (status == FTH_OK)
        *out = image;
    else
        fth_image_unref(&image);
    return status;
}

/* ---- combine --------------------------------------------------------------------------------- */

static bool changes_matte(const struct fth_call *call)
{
    const struct fth_keyer_params *params = call->params;
    return params->contract_expand != 0 || params->gamma != 1 || params->invert ||
           call->inputs[FTH_KEYER_GARBAGE] || call->inputs[FTH_KEYER_SOLID];
}

static void shape_row(const struct fth_keyer_params *params, float *row, size_t n)
{
    fth_matte_shape_row((const struct fth_matte_params *)params, row, n);
    if (params->invert)
        fth_kernels()->invert(row, row, n);
}

static enum fth_status finish_matte(const struct fth_call *call, struct fth_plane **matte,
                                    struct fth_error *error)
{
    const struct fth_keyer_params *params = call->params;
    const struct fth_plane *before = fth_image_plane(call->previous, "A");
    struct fth_rect rect = call->rect;
    size_t n = (size_t)fth_rect_width(rect);
    enum fth_status status = fth_plane_new(call->env->buffers, rect, matte, error);
    for (int32_t y = rect.y0; y < rect.y1 && status == FTH_OK; y++) {
        float *row = fth_plane_at(*matte, rect.x0, y);
        memcpy(row, fth_plane_at(before, rect.x0, y), n * sizeof(*row));
        shape_row(params, row, n);
    }
    if (status == FTH_OK)
        status = fth_matte_hold(call, call->inputs[FTH_KEYER_SOLID],
                                call->inputs[FTH_KEYER_GARBAGE], *matte, error);
    if (status != FTH_OK)
        fth_plane_unref(matte);
    return status;
}

static enum fth_status render_combine(const struct fth_call *call, struct fth_image **out,
                                      struct fth_error *error)
{
    const struct fth_keyer_params *params = call->params;
    const struct fth_image *front = call->inputs[FTH_KEYER_FRONT];
    struct fth_plane *matte = NULL;
    enum fth_status status = FTH_OK;
    if (changes_matte(call))
        status = finish_matte(call, &matte, error);
    else
        matte = fth_plane_ref(fth_image_plane(call->previous, "A"));
    if (status != FTH_OK)
        return status;
    if (params->view == VIEW_MATTE)
        return fth_matte_show(call, front, matte, out, error);
    struct fth_image *clean = NULL;
    /* inverted, it is the set that is kept: its colours are no spill */
    if (fth_image_plane(call->previous, "R") && !params->invert &&
        (!fth_image_plane(front, "A") || front->alpha_is_key)) {
        status = fth_keyer_despill(call, &clean, error);
        if (status != FTH_OK) {
            fth_plane_unref(&matte);
            return status;
        }
    }
    status = fth_matte_deliver(call, clean ? clean : front, fth_matte_is_multiplied(front), matte,
                               out, error);
    fth_image_unref(&clean);
    return status;
}

/* ---- pieces ---------------------------------------------------------------------------------- */

static void run_difference(const void *context, const struct fth_piece *piece)
{
    difference_row(context, piece->out[3], piece->in[FTH_KEYER_FRONT], piece->previous, piece->n);
}

static void difference_pieces(const struct fth_call *call, struct fth_pieces *pieces)
{
    const struct fth_image *front = call->inputs[FTH_KEYER_FRONT];
    bool is_plain = fth_pixels_has_colours(front) && fth_pixels_has_colours(call->previous) &&
                    !fth_image_plane(call->previous, FTH_KEYER_MATTE) &&
                    !fth_keyer_despills(call) && !fth_display_differs(front->colour);
    bool is_joined = call->inputs[FTH_KEYER_DEPTH] ||
                     (fth_image_plane(front, "A") && !front->alpha_is_key);
    if (is_plain && !is_joined)
        *pieces = (struct fth_pieces){.makes = 1u << 3, .context = call->params,
                                      .run = run_difference};
}

static void run_combine(const void *context, const struct fth_piece *piece)
{
    const struct fth_keyer_params *params = context;
    const struct fth_kernels *k = fth_kernels();
    const float *matte = piece->previous[3], *const *front = piece->in[FTH_KEYER_FRONT];
    bool shows = params->view == VIEW_MATTE;
    float *row = shows ? piece->out[0] : piece->out[3];
    if (row) {
        memcpy(row, matte, piece->n * sizeof(*row));
        shape_row(params, row, piece->n);
        matte = row;
    }
    if (shows)
        k->fill(piece->out[3], 1, piece->n);
    for (int i = 0; i < 3 && !shows && params->post_multiply; i++)
        k->cut(piece->out[i], front[i], matte, piece->n);
}

static void combine_pieces(const struct fth_call *call, struct fth_pieces *pieces)
{
    const struct fth_keyer_params *params = call->params;
    const struct fth_image *front = call->inputs[FTH_KEYER_FRONT];
    bool held = call->inputs[FTH_KEYER_GARBAGE] || call->inputs[FTH_KEYER_SOLID];
    bool divides = fth_image_plane(front, "A") && fth_matte_is_multiplied(front);
    bool shows = params->view == VIEW_MATTE;
    if (held || fth_image_plane(call->previous, "R") ||
        (!shows && (divides || !fth_pixels_has_colours(front))))
        return;
    uint32_t colours = params->post_multiply ? 7 : 0, alpha = changes_matte(call) ? 1u << 3 : 0;
    *pieces = (struct fth_pieces){.makes = shows ? 1 | 1u << 3 : colours | alpha,
                                  .context = params, .run = run_combine};
}

/* ---- the node -------------------------------------------------------------------------------- */

static enum fth_status tell(const struct fth_call *call, struct fth_info *out,
                            struct fth_error *error)
{
    const struct fth_keyer_params *params = call->params;
    (void)error;
    fth_keyer_remark(call);
    out->domain = fth_matte_domain(call, out->domain);
    out->has_alpha = true;
    out->premultiplied = params->post_multiply || params->view == VIEW_MATTE;
    if (params->view == VIEW_MATTE) {
        out->footage.tags = (struct fth_tags){0};
        out->colour = out->fits = FTH_COLOUR_DATA;
    }
    return FTH_OK;
}

/* How the pictures are shown that are compared. */
static enum fth_status hash_extra(const struct fth_call *call, struct fth_hasher *hasher,
                                  struct fth_error *error)
{
    (void)error;
    for (int i = FTH_KEYER_FRONT; i <= FTH_KEYER_BACK; i++)
        fth_display_hash(call->input_infos[i]->colour, call->input_infos[i]->fits, hasher);
    return FTH_OK;
}

static const struct fth_step steps[] = {
    {.id = "plate", .kind = FTH_NODE_WHOLE, .ports = 1u << FTH_KEYER_BACK,
     .render = fth_keyer_plate},
    {.id = "details", .kind = FTH_NODE_WHOLE, .is_identity = fth_keyer_lies,
     .render = fth_keyer_details},
    {.id = "match", .kind = FTH_NODE_WHOLE,
     .ports = 1u << FTH_KEYER_FRONT | 1u << FTH_KEYER_DEPTH, .is_identity = fth_keyer_as_it_lies,
     .render = fth_keyer_match},
    {.id = "difference", .kind = FTH_NODE_POINT,
     .ports = 1u << FTH_KEYER_FRONT | 1u << FTH_KEYER_DEPTH, .render = render_difference,
     .pieces = difference_pieces},
    {.id = "soften", .kind = FTH_NODE_WHOLE, .is_identity = fth_matte_is_sharp,
     .render = soften},
    {.id = "combine", .kind = FTH_NODE_POINT,
     .ports = 1u << FTH_KEYER_FRONT | 1u << FTH_KEYER_GARBAGE | 1u << FTH_KEYER_SOLID,
     .render = render_combine, .pieces = combine_pieces},
    {NULL},
};

const struct fth_node_desc fth_node_difference_keyer = {
    .id = "difference_keyer",
    .label = "Difference Keyer",
    .tag = "DfK",
    .group = "Matte",
    .help = "Makes a matte of what differs between a shot and a clean plate of the same set "
            "without the subject. Where camera and light are not the same in both, or files are "
            "noisy, switch on Auto.",
    .version = 5,
    .flags = FTH_NODE_MAKES_MATTE,
    .params = table,
    .params_size = sizeof(struct fth_keyer_params),
    .inputs = ports,
    .steps = steps,
    .domain = tell,
    .hash_extra = hash_extra,
};
