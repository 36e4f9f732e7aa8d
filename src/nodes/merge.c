/* SPDX-License-Identifier: Apache-2.0 */
/* Merge: a foreground and a background by Porter and Duff, with multiplied colours: out = A F + B G
 * (FEATURES 2D), and by the blend modes of the W3C: where both are, F is first mixed with what lies
 * below it. */
#include "nodes/blend_modes.h"
#include "nodes/layers.h"
#include "ops/kernels.h"

enum { OVER, IN, HELD_OUT, ATOP, XOR, ADD };
enum { AS_MARKED, AS_IT_IS };

struct params {
    int32_t operation, mode, foreground_is;
    double additive, alpha_gain;
};

static const struct fth_choice operations[] = {
    {"over", "Over", "The foreground in front, the background where it lets through."},
    {"in", "In", "The foreground inside the background's alpha, nothing else."},
    {"held_out", "Held Out", "The foreground outside the background's alpha, nothing else."},
    {"atop", "Atop", "The foreground on the background and nowhere beside it."},
    {"xor", "Xor", "Either of them where the other one is not."},
    {"add", "Add", "Both together, as light on light."},
    {NULL},
};
static const struct fth_choice markings[] = {
    {"as_marked", "As Marked",
     "Colours that the picture says are not multiplied by alpha are multiplied, once."},
    {"as_it_is", "As It Is", "Nothing is done by itself; Additive says how colours are taken."},
    {NULL},
};

#define ROW(kind, field, ...) FTH_PARAM(kind, struct params, field, __VA_ARGS__)

static const struct fth_param table[] = {
    ROW(CHOICE, operation, .label = "Operation", .help = "What is seen of either picture.",
        .choices = operations, .max = ADD, .group = "Merge", .flags = FTH_PARAM_ANIMATES),
    ROW(CHOICE, mode, .label = "Mode",
        .help = "How the foreground's colours are mixed with those below them.",
        .choices = fth_blend_modes, .max = FTH_BLEND_COUNT - 1, .group = "Merge",
        .flags = FTH_PARAM_ANIMATES),
    ROW(NUMBER, alpha_gain, .label = "Alpha Gain",
        .help = "How much the foreground hides: at 0 its light is added and nothing is covered, "
                "as of glows and fire.",
        .max = 1, .def = {1}, .group = "Merge", .flags = FTH_PARAM_ANIMATES),
    ROW(CHOICE, foreground_is, .label = "Foreground Is",
        .help = "Whether the foreground's own word counts for whether its colours are multiplied "
                "by alpha.",
        .choices = markings, .max = AS_IT_IS, .group = "Alpha", .flags = FTH_PARAM_ANIMATES),
    ROW(NUMBER, additive, .label = "Subtractive - Additive",
        .help = "1 takes the foreground's colours as multiplied by alpha already, 0 multiplies "
                "them; between is between.",
        .max = 1, .def = {1}, .group = "Alpha", .when = {"foreground_is", 1u << AS_IT_IS},
        .flags = FTH_PARAM_ANIMATES),
    FTH_PARAM_TABLE_END,
};

static const struct fth_port ports[] = {
    [FTH_LAYER_BACK] = {"background", "Background", "The layer below; its size is the result's.",
                        FTH_PORT_PICTURE, 0},
    [FTH_LAYER_FRONT] = {"foreground", "Foreground",
                         "The layer on top, centred; opaque where it has no alpha.",
                         FTH_PORT_PICTURE, 0},
    {NULL},
};

/* Shares of foreground and background: A = a + b alpha_back, B = c + d alpha_front. */
struct shares {
    float a, b, c, d;
};

static const struct shares shares_of[] = {
    [OVER] = {1, 0, 1, -1}, [IN] = {0, 1, 0, 0},   [HELD_OUT] = {1, -1, 0, 0},
    [ATOP] = {0, 1, 1, -1}, [XOR] = {1, -1, 1, -1}, [ADD] = {1, 0, 1, 0},
};

static float additive_of(const struct params *params)
{
    return params->foreground_is == AS_IT_IS ? (float)params->additive : 1;
}

static bool is_plain_over(const struct params *params)
{
    return params->operation == OVER && params->mode == FTH_BLEND_NORMAL &&
           params->alpha_gain == 1 && additive_of(params) == 1;
}

static enum fth_status tell(const struct fth_call *call, struct fth_info *out,
                            struct fth_error *error)
{
    const struct params *params = call->params;
    (void)error;
    out->domain = fth_layers_domain(call);
    /* an opaque background stays so unless something is cut out of it */
    if (params->operation == IN || params->operation == HELD_OUT || params->operation == XOR)
        out->has_alpha = true;
    out->premultiplied = true;
    return FTH_OK;
}

/* ---- rows ------------------------------------------------------------------------------------ */

struct rows {
    const float *front[4], *back[4];
    float *out[4]; /* out[3] NULL: not wanted */
    bool streams;  /* they are out of the caches before anybody reads them */
    size_t n;
};

/* The foreground's colour, multiplied, once the mode has mixed it with what is below:
 * (1 - alpha_back) F + alpha_front alpha_back B(back, front). */
static void mix_colour(const struct params *params, const float back[4], float front[4])
{
    float below[3], above[3], mixed[3];
    for (int i = 0; i < 3; i++) {
        below[i] = back[3] == 0 ? 0 : back[i] / back[3];
        above[i] = front[3] == 0 ? 0 : front[i] / front[3];
    }
    fth_blend((enum fth_blend_mode)params->mode, below, above, mixed);
    for (int i = 0; i < 3; i++)
        front[i] = (1 - back[3]) * front[i] + front[3] * back[3] * mixed[i];
}

static void merge_row(const struct params *params, const struct rows *rows)
{
    const struct shares share = shares_of[params->operation];
    const float additive = additive_of(params), gain = (float)params->alpha_gain;
    for (size_t x = 0; x < rows->n; x++) {
        float front[4], back[4];
        for (int i = 0; i < 4; i++) {
            front[i] = rows->front[i][x];
            back[i] = rows->back[i][x];
        }
        for (int i = 0; i < 3; i++)
            front[i] *= additive + (1 - additive) * front[3];
        if (params->mode != FTH_BLEND_NORMAL)
            mix_colour(params, back, front);
        float hides = front[3] * gain;
        float of_front = share.a + share.b * back[3], of_back = share.c + share.d * hides;
        for (int i = 0; i < 3; i++)
            rows->out[i][x] = of_front * front[i] + of_back * back[i];
        if (rows->out[3])
            rows->out[3][x] = FTH_MIN(of_front * hides + of_back * back[3], 1);
    }
}

static void over_row(const struct rows *rows)
{
    const struct fth_kernels *k = fth_kernels();
    for (int i = 0; i < 4; i++)
        if (rows->out[i])
            k->over(rows->out[i], rows->front[i], rows->back[i], rows->front[3], rows->n);
}

/* The channels beside each other, a few lines of memory of each at a time: reading one goes on
 * while another is written, and alpha is read once. */
static void over_row_past_caches(const struct rows *rows)
{
    enum { BESIDE = 8 * FTH_LINE };
    const struct fth_kernels *k = fth_kernels();
    for (size_t x = 0; x < rows->n; x += BESIDE) {
        size_t n = FTH_MIN(rows->n - x, (size_t)BESIDE);
        for (int i = 0; i < 4; i++)
            if (rows->out[i])
                k->over_stream(rows->out[i] + x, rows->front[i] + x, rows->back[i] + x,
                               rows->front[3] + x, n);
    }
}

static void lay_row(const struct params *params, const struct rows *rows)
{
    if (!is_plain_over(params))
        merge_row(params, rows);
    else if (rows->streams)
        over_row_past_caches(rows);
    else
        over_row(rows);
}

static void merge_rows(const struct fth_call *call, struct fth_plane *const front[4],
                       struct fth_plane *const back[4], struct fth_plane *const out[4])
{
    const struct params *params = call->params;
    struct fth_rect rect = call->rect;
    for (int32_t y = rect.y0; y < rect.y1; y++) {
        struct rows rows = {.n = (size_t)fth_rect_width(rect), .streams = out[0]->streams};
        for (int i = 0; i < 4; i++) {
            rows.front[i] = fth_plane_at(front[i], rect.x0, y);
            rows.back[i] = back[i] ? fth_plane_at(back[i], rect.x0, y) : NULL;
            rows.out[i] = out[i] ? fth_plane_at(out[i], rect.x0, y) : NULL;
        }
        lay_row(params, &rows);
    }
}

static enum fth_status render(const struct fth_call *call, struct fth_image **out,
                              struct fth_error *error)
{
    const struct params *params = call->params;
    struct fth_plane *front[4] = {NULL}, *back[4] = {NULL}, *made[4] = {NULL};
    struct fth_image *image = NULL;
    int as_it_is = params->foreground_is == AS_IT_IS ? FTH_LAYER_AS_IT_IS : 0;
    enum fth_status status =
        fth_layers_take(call, FTH_LAYER_FRONT, FTH_LAYER_FULL | as_it_is, front, error);
    if (status == FTH_OK)
        status = fth_layers_take(call, FTH_LAYER_BACK, is_plain_over(params) ? 0 : FTH_LAYER_FULL,
                                 back, error);
    for (int i = 0; i < (call->info.has_alpha ? 4 : 3) && status == FTH_OK; i++)
        status = fth_pixels_made(call, fth_rgba_names[i], &made[i], error);
    if (status == FTH_OK) {
        merge_rows(call, front, back, made);
        status = fth_pixels_with(call, call->inputs[FTH_LAYER_BACK], made, &image, error);
    }
    fth_pixels_drop(front);
    fth_pixels_drop(back);
    fth_pixels_drop(made);
    if (status == FTH_OK)
        *out = image;
    return status;
}

/* ---- pieces ---------------------------------------------------------------------------------- */

static void run_piece(const void *context, const struct fth_piece *piece)
{
    const struct params *params = context;
    struct rows rows = {.n = piece->n};
    for (int i = 0; i < 4; i++) {
        rows.front[i] = piece->in[FTH_LAYER_FRONT][i];
        rows.back[i] = piece->in[FTH_LAYER_BACK][i];
        rows.out[i] = piece->out[i];
    }
    lay_row(params, &rows);
}

/* Are the layer's rows what fth_layers_take would make of them? */
static bool is_ready(const struct fth_image *image)
{
    return image->premultiplied && fth_pixels_has_colours(image) && fth_image_plane(image, "A");
}

static void pieces(const struct fth_call *call, struct fth_pieces *out)
{
    if (is_ready(call->inputs[FTH_LAYER_FRONT]) && is_ready(call->inputs[FTH_LAYER_BACK]))
        *out = (struct fth_pieces){call->info.has_alpha ? 15 : 7, false, call->params, run_piece};
}

static const struct fth_step steps[] = {
    {.id = "over", .kind = FTH_NODE_AREA,
     .ports = 1u << FTH_LAYER_BACK | 1u << FTH_LAYER_FRONT, .region_in = fth_layers_region,
     .is_point = fth_layers_are_aligned, .render = render, .pieces = pieces},
    {NULL},
};

const struct fth_node_desc fth_node_merge = {
    .id = "merge",
    .label = "Merge",
    .tag = "Mrg",
    .group = "Composite",
    .help = "Lays a foreground over a background by the foreground's alpha, or joins the two in "
            "another way. Blend fades it.",
    .version = 1,
    .params = table,
    .params_size = sizeof(struct params),
    .inputs = ports,
    .steps = steps,
    .domain = tell,
};
