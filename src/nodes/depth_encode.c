/* SPDX-License-Identifier: Apache-2.0 */
/* Depth as other programs want to read it (FORMULAS 6.11): nearness, linear, inverse or logarithmic
 * distance. What goes on is depth alone: the encoded plane, as grey too for files that
 * know no planes, and the bundle's other planes. */
#include "nodes/map.h"
#include "nodes/pixels.h"
#include "ops/kernels.h"

enum { DISPARITY, LINEAR, INVERSE, LOGARITHMIC };

struct params {
    int32_t encoding;
    double near_m, far_m;
};

static const struct fth_choice encodings[] = {
    {"disparity", "Disparity", "Nearness as fathom has it: 1 is near, 0 is far."},
    {"linear", "Linear", "Distance on an even scale: 0 at Near, 1 at Far. Bands in 8 bits."},
    {"inverse", "Inverse", "One over distance: 1 at Near, 0 at Far. Finest close to the camera."},
    {"log", "Logarithmic", "Equal steps for equal ratios of distance: 0 at Near, 1 at Far."},
    {NULL}};

#define NEEDS_RANGE {"encoding", 1u << LINEAR | 1u << LOGARITHMIC | 1u << INVERSE}

static const struct fth_param params[] = {
    FTH_PARAM(CHOICE, struct params, encoding, .label = "Encoding", .choices = encodings,
              .help = "How distance is written: which program reads it, and where it must be "
                      "finest, decide."),
    FTH_PARAM(NUMBER, struct params, near_m, .label = "Near", .unit = "m", .max = 1e6,
              .ui_max = 100, .flags = FTH_PARAM_ANIMATES, .when = NEEDS_RANGE,
              .help = "Distance that the nearest thing in the picture has. Relative depth knows no "
                      "metres, so linear and logarithmic encodings need it; 0 is not known."),
    FTH_PARAM(NUMBER, struct params, far_m, .label = "Far", .unit = "m", .max = 1e6, .ui_max = 1000,
              .flags = FTH_PARAM_ANIMATES, .when = NEEDS_RANGE,
              .help = "Distance that the farthest thing in the picture has; 0 is not known."),
    FTH_PARAM_TABLE_END};

static const struct fth_port inputs[] = {
    {"input", "Input", "A picture with depth: what Depth Map or Depth Read put out.",
     FTH_PORT_DEPTH, 0},
    {NULL}};

/* The range the distances are written over: the parameters, else what the picture knows. */
static enum fth_status find_range(const struct params *p, const struct fth_image *in, double *near,
                                  double *far, struct fth_error *error)
{
    *near = p->near_m > 0 ? p->near_m : in->near_m;
    *far = p->far_m > 0 ? p->far_m : in->far_m;
    if (p->encoding == DISPARITY || (p->encoding == INVERSE && *near <= 0 && *far <= 0)) {
        *near = 1; /* written as it stands: no metres are needed */
        *far = 2;
        return FTH_OK;
    }
    if (*near > 0 && *far > *near)
        return FTH_OK;
    return fth_fail(error, FTH_ERR_USAGE,
                    "the depth of this picture is relative: encoding '%s' needs the distances of "
                    "its nearest and farthest thing in metres, 0 < near < far (near is %g, far is "
                    "%g); give --near and --far",
                    encodings[p->encoding].id, *near, *far);
}

static void encode_rows(const struct params *p, double near, double far,
                        const struct fth_plane *src, const struct fth_plane *dst)
{
    const struct fth_kernels *k = fth_kernels();
    float far_inverse = (float)(1 / far), span = (float)(1 / near - 1 / far);
    size_t n = (size_t)fth_rect_width(dst->rect);
    for (int32_t y = dst->rect.y0; y < dst->rect.y1; y++) {
        const float *d = fth_plane_at(src, dst->rect.x0, y);
        float *out = fth_plane_at(dst, dst->rect.x0, y);
        if (p->encoding == LINEAR)
            k->depth_linear(out, d, far_inverse, span, (float)near, (float)far, n);
        else
            k->depth_log(out, d, far_inverse, span, (float)near, (float)far, n);
    }
}

/* The planes that travel with depth, whatever it is encoded as. */
static enum fth_status share_companions(const struct fth_call *call, const struct fth_image *in,
                                        struct fth_image *out, struct fth_error *error)
{
    static const char *const names[] = {"confidence", "subject", "sky"};
    enum fth_status status = FTH_OK;
    for (size_t i = 0; i < FTH_ARRAY_COUNT(names) && status == FTH_OK; i++) {
        struct fth_plane *plane = NULL;
        if (!fth_image_plane(in, names[i]))
            continue;
        status = fth_pixels_over(call, in, names[i], call->rect, 0, &plane, error);
        if (status == FTH_OK)
            status = fth_image_set(out, names[i], plane, error);
    }
    return status;
}

static enum fth_status render(const struct fth_call *call, struct fth_image **result,
                              struct fth_error *error)
{
    const struct params *p = call->params;
    const struct fth_image *in = call->inputs[0];
    struct fth_image *out = NULL;
    struct fth_plane *nearness = NULL, *coded = NULL;
    double near, far;
    const char *channel = fth_map_find(in, NULL);
    if (!channel || fth_map_kind_of(channel) != FTH_MAP_NEARNESS)
        return fth_fail(error, FTH_ERR_USAGE, "depth_encode: the input has no nearness to encode; "
                        "put a depth_map or depth_read node before it");
    enum fth_status status = find_range(p, in, &near, &far, error);
    if (status == FTH_OK)
        status = fth_pixels_over(call, in, channel, call->rect, 0, &nearness, error);
    if (status == FTH_OK)
        status = fth_image_new(in->format, call->info.domain, &out, error);
    if (status == FTH_OK && (p->encoding == LINEAR || p->encoding == LOGARITHMIC)) {
        status = fth_plane_new(call->env->buffers, call->rect, &coded, error);
        if (status == FTH_OK)
            encode_rows(p, near, far, nearness, coded);
    } else if (status == FTH_OK) {
        coded = fth_plane_ref(nearness);
    }
    if (status == FTH_OK) {
        bool is_near_white = p->encoding == DISPARITY || p->encoding == INVERSE;
        fth_image_copy_depth(out, in);
        out->depth = is_near_white ? FTH_DEPTH_RELATIVE_INVERSE : FTH_DEPTH_NORMALISED;
        if (p->encoding != DISPARITY) {
            out->near_m = p->near_m;
            out->far_m = p->far_m;
        }
        for (int i = 0; i < 3 && status == FTH_OK; i++)
            status = fth_image_set(out, fth_rgba_names[i], fth_plane_ref(coded), error);
        if (status == FTH_OK)
            status = fth_image_set(out, is_near_white ? "disparity" : "depth", coded, error);
        else
            fth_plane_unref(&coded);
        coded = NULL;
    }
    if (status == FTH_OK)
        status = share_companions(call, in, out, error);
    fth_plane_unref(&nearness);
    fth_plane_unref(&coded);
    if (status == FTH_OK)
        *result = out;
    else
        fth_image_unref(&out);
    return status;
}

static const struct fth_step steps[] = {
    {.id = "encode", .kind = FTH_NODE_POINT, .ports = 1, .render = render}, {NULL}};

const struct fth_node_desc fth_node_depth_encode = {
    .id = "depth_encode",
    .label = "Depth Encode",
    .tag = "DEn",
    .group = "Depth",
    .help = "Writes depth the way another program reads it: nearness, or linear, inverse or "
            "logarithmic distance.",
    .version = 1,
    .params = params,
    .params_size = sizeof(struct params),
    .inputs = inputs,
    .steps = steps,
};
