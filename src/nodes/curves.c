/* SPDX-License-Identifier: Apache-2.0 */
/* Curves: tones and hues bent by curves that people draw, where the key is white. Order: all
 * channels alike, luma, each channel, then hues by hue, luma and saturation (docs/grading.md). */
#include "node/shape.h"
#include "nodes/key.h"
#include "nodes/pixels.h"
#include "nodes/tone_curve.h"
#include "ops/kernels.h"

struct params {
    struct fth_key_params key;
    int32_t interpolation;
    struct fth_shape_at curve_rgb, curve_luma, curve_red, curve_green, curve_blue;
    struct fth_shape_at hue_hue, hue_saturation, hue_luma, luma_saturation, saturation_saturation;
};

enum { SMOOTH, STRAIGHT };
static const struct fth_choice interpolations[] = {
    [SMOOTH] = {"smooth", "Smooth", "Points are joined softly, and no curve swings beyond them; "
                                    "handles of points make Bezier curves."},
    [STRAIGHT] = {"straight", "Straight", "Lines from point to point."},
    {NULL},
};

#define ROW(kind, field, ...)                                                                      \
    FTH_PARAM(kind, struct params, field, .affects = FTH_KEY_GRADES, __VA_ARGS__)
#define CUSTOM(field, ...)                                                                         \
    ROW(SHAPE, field, .min = -1, .max = 2, .ui_max = 1, .group = "Custom Curves",                  \
        .flags = FTH_PARAM_ANIMATES, __VA_ARGS__)
#define AROUND(field, ...)                                                                         \
    ROW(SHAPE, field, .min = -1, .max = 2, .ui_max = 1, .flags = FTH_PARAM_ANIMATES, __VA_ARGS__)

static const struct fth_param table[] = {
    CUSTOM(curve_rgb, .label = "RGB",
           .help = "Red, green and blue alike: points [before, after]. It runs from 0, 0 to 1, 1 "
                   "where no point is as far out, and goes on straight beyond."),
    CUSTOM(curve_luma, .label = "Y",
           .help = "Brightness alone: points [before, after]. The three channels move by the same "
                   "amount."),
    CUSTOM(curve_red, .label = "R", .help = "The red channel: points [before, after]."),
    CUSTOM(curve_green, .label = "G", .help = "The green channel: points [before, after]."),
    CUSTOM(curve_blue, .label = "B", .help = "The blue channel: points [before, after]."),
    AROUND(hue_hue, .label = "Hue vs Hue", .group = "Hue Curves",
           .help = "Turns hues: points [hue, turn]. Hues run from red at 0 over green at 1/3 and "
                   "blue at 2/3 to red at 1; 0.5 leaves them, 0 and 1 turn them half round."),
    AROUND(hue_saturation, .label = "Hue vs Sat", .group = "Hue Curves",
           .help = "How colourful each hue is: points [hue, saturation]. 0.5 leaves it, 0 makes it "
                   "grey, 1 twice as strong."),
    AROUND(hue_luma, .label = "Hue vs Lum", .group = "Hue Curves",
           .help = "How bright each hue is: points [hue, brightness]. 0.5 leaves it, 0 makes it "
                   "black, 1 twice as bright; greys stay."),
    AROUND(luma_saturation, .label = "Lum vs Sat", .group = "Saturation Curves",
           .help = "How colourful each brightness is: points [brightness, saturation]. 0.5 leaves "
                   "it, 0 makes it grey, 1 twice as strong."),
    AROUND(saturation_saturation, .label = "Sat vs Sat", .group = "Saturation Curves",
           .help = "How colourful pale and strong colours become: points [saturation, saturation]. "
                   "0.5 leaves it, 0 makes it grey, 1 twice as strong."),
    ROW(CHOICE, interpolation, .label = "Interpolation", .help = "How points are joined.",
        .choices = interpolations, .max = STRAIGHT, .group = "Interpolation"),
    FTH_KEY_ROWS,
    FTH_PARAM_TABLE_END,
};

static const struct fth_port ports[] = {
    [FTH_KEY_PORT_INPUT] = {"input", "Input", "The picture to change.", FTH_PORT_PICTURE, 0},
    FTH_KEY_PORTS,
    {NULL},
};

/* Tables; NULL where a curve changes nothing. */
struct curves {
    const struct fth_lookup *all, *luma, *channel[3];
    const struct fth_lookup *turn, *hue_saturation, *hue_luma, *luma_saturation, *saturation;
};

static const struct fth_tone_style as_value = {.kind = FTH_TONE_VALUE, .scale = 1};
static const struct fth_tone_style as_turn = {.kind = FTH_TONE_CIRCLE, .neutral = 0.5, .scale = 1};
static const struct fth_tone_style as_change = {.kind = FTH_TONE_CIRCLE, .neutral = 0.5,
                                                .scale = 2};
static const struct fth_tone_style as_factor = {.kind = FTH_TONE_CIRCLE, .neutral = 0.5,
                                                .scale = 2, .shift = 1};
static const struct fth_tone_style as_level = {.kind = FTH_TONE_LEVEL, .neutral = 0.5, .scale = 2,
                                               .shift = 1};

static enum fth_status prepare(const struct fth_call *call, struct curves *curves,
                               struct fth_error *error)
{
    const struct params *p = call->params;
    const struct {
        const struct fth_shape_at *shape;
        const struct fth_tone_style *style;
        const struct fth_lookup **to;
    } all[] = {
        {&p->curve_rgb, &as_value, &curves->all},
        {&p->curve_luma, &as_value, &curves->luma},
        {&p->curve_red, &as_value, &curves->channel[0]},
        {&p->curve_green, &as_value, &curves->channel[1]},
        {&p->curve_blue, &as_value, &curves->channel[2]},
        {&p->hue_hue, &as_turn, &curves->turn},
        {&p->hue_saturation, &as_factor, &curves->hue_saturation},
        {&p->hue_luma, &as_change, &curves->hue_luma},
        {&p->luma_saturation, &as_level, &curves->luma_saturation},
        {&p->saturation_saturation, &as_level, &curves->saturation},
    };
    enum fth_status status = FTH_OK;
    for (size_t i = 0; i < FTH_ARRAY_COUNT(all) && status == FTH_OK; i++) {
        struct fth_tone_style style = *all[i].style;
        style.straight = p->interpolation == STRAIGHT;
        status = fth_tone_curve(all[i].shape, &style, call->arena, all[i].to, error);
    }
    return status;
}

/* A softened key is no picture to hand on. */
static bool is_identity(const struct fth_call *call)
{
    const struct params *p = call->params;
    const struct fth_shape_at *const all[] = {
        &p->curve_rgb, &p->curve_luma, &p->curve_red, &p->curve_green, &p->curve_blue,
        &p->hue_hue, &p->hue_saturation, &p->hue_luma, &p->luma_saturation,
        &p->saturation_saturation};
    bool none = true;
    for (size_t i = 0; i < FTH_ARRAY_COUNT(all); i++)
        none = none && fth_shape_path_count(all[i]) == 0;
    return fth_key_is_sharp(call) && (none || p->key.key_output_gain == 0);
}

/* Rows of scratch. */
enum { LUMA, HUE, CHROMA, FACTOR, OTHER, SCRATCH_ROWS };

static void look_up(struct fth_key_piece *piece, int c, const struct fth_lookup *curve)
{
    if (!curve)
        return;
    fth_kernels()->look_up(piece->out[c], piece->at[c], curve, piece->n);
    piece->at[c] = piece->out[c];
}

/* What brightness changes by is added to all three. */
static void bend_luma(const struct fth_lookup *curve, struct fth_key_piece *piece)
{
    const struct fth_kernels *k = fth_kernels();
    float *luma = piece->scratch[LUMA], *other = piece->scratch[OTHER];
    k->luma(luma, piece->at[0], piece->at[1], piece->at[2], piece->n);
    k->look_up(other, luma, curve, piece->n);
    k->difference(other, other, luma, 1, piece->n);
    for (int c = 0; c < 3; c++) {
        k->add(piece->out[c], piece->at[c], other, piece->n);
        piece->at[c] = piece->out[c];
    }
}

/* What saturation is multiplied by; false: nothing changes it. */
static bool find_factor(const struct curves *curves, const struct fth_key_piece *piece)
{
    const struct fth_kernels *k = fth_kernels();
    const struct {
        const struct fth_lookup *table;
        const float *by;
    } all[] = {{curves->hue_saturation, piece->scratch[HUE]},
               {curves->luma_saturation, piece->scratch[LUMA]},
               {curves->saturation, piece->scratch[CHROMA]}};
    float *factor = piece->scratch[FACTOR], *other = piece->scratch[OTHER];
    bool some = false;
    for (size_t i = 0; i < FTH_ARRAY_COUNT(all); i++) {
        if (!all[i].table)
            continue;
        k->look_up(some ? other : factor, all[i].by, all[i].table, piece->n);
        if (some)
            k->multiply(factor, factor, other, piece->n);
        some = true;
    }
    return some;
}

/* All four read hue, luma and saturation as they come in. */
static void bend_hues(const struct curves *curves, struct fth_key_piece *piece)
{
    const struct fth_kernels *k = fth_kernels();
    float *luma = piece->scratch[LUMA], *hue = piece->scratch[HUE];
    float *chroma = piece->scratch[CHROMA], *other = piece->scratch[OTHER];
    float *const *rgb = piece->out;
    size_t n = piece->n;
    k->luma(luma, piece->at[0], piece->at[1], piece->at[2], n);
    k->hue(hue, chroma, piece->at, n);
    bool pulls = find_factor(curves, piece);
    fth_key_own(piece);
    if (curves->turn) {
        k->look_up(other, hue, curves->turn, n);
        k->turn_hue(rgb, hue, chroma, other, n);
    }
    for (int c = 0; c < 3 && pulls; c++)
        k->saturate(rgb[c], rgb[c], luma, piece->scratch[FACTOR], n);
    if (!curves->hue_luma)
        return;
    k->look_up(other, hue, curves->hue_luma, n);
    k->weigh_hue(other, other, chroma, n);
    for (int c = 0; c < 3; c++)
        k->multiply(rgb[c], rgb[c], other, n);
}

static void change(const void *context, struct fth_key_piece *piece)
{
    const struct curves *curves = context;
    for (int c = 0; c < 3; c++)
        look_up(piece, c, curves->all);
    if (curves->luma)
        bend_luma(curves->luma, piece);
    for (int c = 0; c < 3; c++)
        look_up(piece, c, curves->channel[c]);
    if (curves->turn || curves->hue_saturation || curves->hue_luma || curves->luma_saturation ||
        curves->saturation)
        bend_hues(curves, piece);
}

/* The tables, once a frame: of bands there are hundreds. */
static enum fth_status prepare_tables(const struct fth_call *call, const void **prepared,
                                      struct fth_error *error)
{
    struct curves *curves = fth_arena_take(call->arena, 1, sizeof(*curves));
    if (!curves)
        return fth_fail_memory(error, sizeof(*curves), "curves");
    *curves = (struct curves){0};
    *prepared = curves;
    return prepare(call, curves, error);
}

static enum fth_status render(const struct fth_call *call, struct fth_image **out,
                              struct fth_error *error)
{
    struct fth_key_change how = {change, call->prepared, SCRATCH_ROWS};
    size_t mark = fth_arena_mark(call->arena);
    enum fth_status status = FTH_OK;
    if (!how.context)
        status = prepare_tables(call, &how.context, error);
    if (status == FTH_OK)
        status = fth_key_render(call, &how, out, error);
    fth_arena_return(call->arena, mark);
    return status;
}

static void pieces(const struct fth_call *call, struct fth_pieces *out)
{
    struct fth_key_change how = {change, call->prepared, SCRATCH_ROWS};
    if (how.context)
        fth_key_pieces(call, &how, out);
}

static const struct fth_step steps[] = {
    FTH_KEY_FIRST_STEP,
    {.id = "curves", .kind = FTH_NODE_POINT, .ports = FTH_KEY_SECOND_PORTS,
     .ignores_port = fth_key_second_ignores, .is_identity = is_identity, .prepare = prepare_tables,
     .render = render, .pieces = pieces},
    {NULL},
};

const struct fth_node_desc fth_node_curves = {
    .id = "curves",
    .label = "Curves",
    .tag = "Crv",
    .group = "Colour",
    .help = "Bends tones and colours by curves drawn through points, in the whole picture or where "
            "a key is white: brightness and channels by their values, hues by their hue, colour by "
            "hue, brightness and saturation.",
    .version = 1,
    .flags = FTH_NODE_SAME_PLANES,
    .params = table,
    .params_size = sizeof(struct params),
    .inputs = ports,
    .steps = steps,
};
