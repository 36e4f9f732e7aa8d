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
              .help = "Distance that is written as the near end. Relative depth knows no metres: "
                      "there it is what the nearest thing has, and linear and logarithmic need "
                      "it. 0: as the picture knows it."),
    FTH_PARAM(NUMBER, struct params, far_m, .label = "Far", .unit = "m", .max = 1e6, .ui_max = 1000,
              .flags = FTH_PARAM_ANIMATES, .when = NEEDS_RANGE,
              .help = "Distance that is written as the far end; 0: as the picture knows it."),
    FTH_PARAM_TABLE_END};

static const struct fth_port inputs[] = {
    {"input", "Input", "A picture with depth: what Depth Map or Depth Read put out.",
     FTH_PORT_DEPTH, 0},
    {NULL}};

/* What nearness means in metres, and the range that is written. */
struct ranges {
    double from_near, from_far; /* of the nearness that comes in */
    double near, far;           /* of the file; 0: nothing is known, and nothing asked for */
    bool is_given;              /* the picture knows no metres: it is the user's word */
};

static enum fth_status find_ranges(const struct params *p, const struct fth_image *in,
                                   struct ranges *r, struct fth_error *error)
{
    bool knows = in->near_m > 0 && in->far_m > in->near_m;
    bool asked = p->encoding != DISPARITY && (p->near_m > 0 || p->far_m > 0);
    *r = (struct ranges){.near = in->near_m, .far = in->far_m,
                         .is_given = knows ? in->range_is_given : asked};
    if (!knows)
        r->near = r->far = 0;
    if (asked && p->near_m > 0)
        r->near = p->near_m;
    if (asked && p->far_m > 0)
        r->far = p->far_m;
    r->from_near = knows ? in->near_m : r->near;
    r->from_far = knows ? in->far_m : r->far;
    bool as_it_stands = p->encoding == DISPARITY || (p->encoding == INVERSE && !asked && !knows);
    if (as_it_stands || (r->near > 0 && r->far > r->near))
        return FTH_OK;
    if (knows)
        return fth_fail(error, FTH_ERR_USAGE,
                        "the range to write must be 0 < near < far; near is %g m, far is %g m",
                        r->near, r->far);
    return fth_fail(error, FTH_ERR_USAGE,
                    "the depth of this picture is relative: encoding '%s' needs the distances of "
                    "its nearest and farthest thing in metres, 0 < near < far (near is %g, far is "
                    "%g); give --near and --far",
                    encodings[p->encoding].id, r->near, r->far);
}

/* Nearness over another range than its own is a line over it. */
static void encode_rows(const struct params *p, const struct ranges *r, const struct fth_plane *src,
                        const struct fth_plane *dst)
{
    const struct fth_kernels *k = fth_kernels();
    double far_inverse = 1 / r->from_far, span = 1 / r->from_near - far_inverse;
    double to_span = 1 / r->near - 1 / r->far;
    size_t n = (size_t)fth_rect_width(dst->rect);
    for (int32_t y = dst->rect.y0; y < dst->rect.y1; y++) {
        const float *d = fth_plane_at(src, dst->rect.x0, y);
        float *out = fth_plane_at(dst, dst->rect.x0, y);
        if (p->encoding == LINEAR)
            k->depth_linear(out, d, (float)far_inverse, (float)span, (float)r->near, (float)r->far,
                            n);
        else if (p->encoding == LOGARITHMIC)
            k->depth_log(out, d, (float)far_inverse, (float)span, (float)r->near, (float)r->far, n);
        else
            k->scale_offset(out, d, (float)(span / to_span),
                            (float)((far_inverse - 1 / r->far) / to_span), n);
    }
}

/* True when nearness itself is what is written. */
static bool is_as_it_stands(const struct params *p, const struct ranges *r)
{
    return p->encoding == DISPARITY ||
           (p->encoding == INVERSE && r->near == r->from_near && r->far == r->from_far);
}

/* What the numbers of `out` mean from here on. */
static void tell_meaning(const struct params *p, const struct ranges *r,
                         const struct fth_image *in, struct fth_image *out)
{
    static const enum fth_depth_encoding told[] = {FTH_ENCODED_DISPARITY, FTH_ENCODED_LINEAR,
                                                   FTH_ENCODED_INVERSE, FTH_ENCODED_LOG};
    fth_image_copy_depth(out, in);
    out->depth_encoding = told[p->encoding];
    if (p->encoding == LINEAR || p->encoding == LOGARITHMIC)
        out->depth = FTH_DEPTH_NORMALISED;
    out->near_m = r->near;
    out->far_m = r->far;
    out->range_is_given = r->is_given;
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
    struct ranges ranges;
    const char *channel = fth_map_find(in, NULL);
    if (!channel || fth_map_kind_of(channel) != FTH_MAP_NEARNESS)
        return fth_fail(error, FTH_ERR_USAGE, "depth_encode: the input has no nearness to encode; "
                        "put a depth_map or depth_read node before it");
    enum fth_status status = find_ranges(p, in, &ranges, error);
    if (status == FTH_OK)
        status = fth_pixels_over(call, in, channel, call->rect, 0, &nearness, error);
    if (status == FTH_OK)
        status = fth_image_new(in->format, call->info.domain, &out, error);
    if (status == FTH_OK && is_as_it_stands(p, &ranges)) {
        coded = fth_plane_ref(nearness);
    } else if (status == FTH_OK) {
        status = fth_plane_new(call->env->buffers, call->rect, &coded, error);
        if (status == FTH_OK)
            encode_rows(p, &ranges, nearness, coded);
    }
    if (status == FTH_OK) {
        bool is_near_white = p->encoding == DISPARITY || p->encoding == INVERSE;
        tell_meaning(p, &ranges, in, out);
        out->colour = FTH_COLOUR_DATA;
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

static enum fth_status tell(const struct fth_call *call, struct fth_info *out,
                            struct fth_error *error)
{
    (void)call, (void)error;
    out->colour = out->fits = FTH_COLOUR_DATA;
    out->has_alpha = false; /* depth alone goes on */
    out->premultiplied = true;
    return FTH_OK;
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
    .works_in = FTH_WORKS_IN_DATA,
    .params = params,
    .params_size = sizeof(struct params),
    .inputs = inputs,
    .steps = steps,
    .domain = tell,
};
