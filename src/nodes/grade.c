/* SPDX-License-Identifier: Apache-2.0 */
/* Grade: white balance, lift, gain, offset, gamma, log wheels, shadows and highlights, contrast,
 * saturation, in this order, where the key is white (docs/grading.md has the formulas). Colours are
 * taken as they look: alpha is divided out before and multiplied in after. */
#include "colour/convert.h"
#include "colour/white.h"
#include "nodes/key.h"
#include "nodes/pixels.h"
#include "ops/kernels.h"
#include "ops/math.h"
#include "ops/tones.h"

struct params {
    struct fth_key_params key;
    double temperature, tint;
    double lift, lift_colour[4], gamma, gamma_colour[4], gain, gain_colour[4];
    double offset, offset_colour[4];
    double log_shadow, log_shadow_colour[4], log_midtone, log_midtone_colour[4];
    double log_highlight, log_highlight_colour[4], low_range, high_range;
    double shadows, highlights, contrast, pivot, saturation;
};

#define ROW(kind, field, ...)                                                                      \
    FTH_PARAM(kind, struct params, field, .flags = FTH_PARAM_ANIMATES, .affects = FTH_KEY_GRADES,  \
              __VA_ARGS__)
#define LOG_ROWS(field, name, what)                                                                \
    ROW(NUMBER, field, .label = name " Wheel", .help = "Brightens (plus) or darkens " what         \
        ", and leaves the others. It stops where tones would change places.", .min = -1,           \
        .max = 1, .ui_min = -0.2, .ui_max = 0.2, .group = "Log Wheels"),                           \
        ROW(COLOUR, field##_colour, .label = name " Colour", .help = "Adds to red, green and "     \
            "blue of " what " each its own amount.", .min = -1, .max = 1, .ui_min = -0.2,          \
            .ui_max = 0.2, .def = {0, 0, 0, 1}, .group = "Log Wheels")

static const struct fth_param table[] = {
    ROW(NUMBER, temperature, .label = "Temperature",
        .help = "Warmer (plus) or colder light on the picture. Greys change colour, brightness "
                "hardly.",
        .unit = "mired", .min = -100, .max = 100, .group = "White Balance"),
    ROW(NUMBER, tint, .label = "Tint",
        .help = "Towards magenta (plus) or green (minus), across the colours of temperature.",
        .min = -100, .max = 100, .group = "White Balance"),
    ROW(NUMBER, lift, .label = "Lift",
        .help = "Brightens (plus) or darkens the shadows: black moves most, white stays.",
        .min = -1, .max = 1, .ui_min = -0.5, .ui_max = 0.5, .group = "Primary Wheels"),
    ROW(COLOUR, lift_colour, .label = "Lift Colour",
        .help = "Lifts red, green and blue each by its own amount: colours the shadows.",
        .min = -1, .max = 1, .ui_min = -0.5, .ui_max = 0.5, .def = {0, 0, 0, 1},
        .group = "Primary Wheels"),
    ROW(NUMBER, gamma, .label = "Gamma",
        .help = "Brightens (above 1) or darkens the midtones: black and white stay.", .min = 0.1,
        .max = 10, .ui_min = 0.2, .ui_max = 4, .def = {1}, .group = "Primary Wheels"),
    ROW(COLOUR, gamma_colour, .label = "Gamma Colour",
        .help = "Gamma of red, green and blue each by its own amount: colours the midtones.",
        .min = 0.1, .max = 10, .ui_min = 0.2, .ui_max = 4, .def = {1, 1, 1, 1},
        .group = "Primary Wheels"),
    ROW(NUMBER, gain, .label = "Gain",
        .help = "Multiplies all channels: highlights move most, black stays. Below 1 darkens.",
        .max = 16, .ui_max = 4, .def = {1}, .group = "Primary Wheels"),
    ROW(COLOUR, gain_colour, .label = "Gain Colour",
        .help = "Multiplies red, green and blue each by its own amount: colours the highlights.",
        .max = 16, .ui_max = 2, .def = {1, 1, 1, 1}, .group = "Primary Wheels"),
    ROW(NUMBER, offset, .label = "Offset",
        .help = "Adds to all channels: the whole picture brightens or darkens alike, blacks too.",
        .min = -16, .max = 16, .ui_min = -1, .ui_max = 1, .group = "Primary Wheels"),
    ROW(COLOUR, offset_colour, .label = "Offset Colour",
        .help = "Adds to red, green and blue each its own amount: colours the whole picture, "
                "shadows "
                "first.",
        .min = -16, .max = 16, .ui_min = -1, .ui_max = 1, .def = {0, 0, 0, 1},
        .group = "Primary Wheels"),
    LOG_ROWS(log_shadow, "Shadow", "what is darker than Low Range"),
    LOG_ROWS(log_midtone, "Midtone", "what lies between Low Range and High Range"),
    LOG_ROWS(log_highlight, "Highlight", "what is brighter than High Range"),
    ROW(NUMBER, low_range, .label = "Low Range",
        .help = "Where shadows end and midtones begin, for the log wheels.", .max = 1,
        .def = {0.333}, .group = "Log Wheels"),
    ROW(NUMBER, high_range, .label = "High Range",
        .help = "Where midtones end and highlights begin, for the log wheels.", .max = 1,
        .def = {0.55}, .group = "Log Wheels"),
    ROW(NUMBER, shadows, .label = "Shadows",
        .help = "Opens (plus) or closes what is darker than Pivot; black stays black, and colours "
                "stay as strong.",
        .min = -1, .max = 1, .group = "Tones"),
    ROW(NUMBER, highlights, .label = "Highlights",
        .help = "Pulls what is brighter than Pivot back (minus), beyond white too, or pushes it "
                "up; colours stay as strong.",
        .min = -1, .max = 1, .group = "Tones"),
    ROW(NUMBER, contrast, .label = "Contrast",
        .help = "Pulls bright and dark apart (above 1) or together around Pivot.", .max = 10,
        .ui_max = 2, .def = {1}, .group = "Contrast"),
    ROW(NUMBER, pivot, .label = "Pivot",
        .help = "The brightness that Contrast leaves alone, and where Shadows end and Highlights "
                "begin.",
        .min = -1, .max = 2, .ui_min = 0, .ui_max = 1, .def = {0.5}, .group = "Contrast"),
    ROW(NUMBER, saturation, .label = "Saturation",
        .help = "How colourful: 0 is grey, 1 as it was, 2 twice as strong.", .max = 10, .ui_max = 2,
        .def = {1}, .group = "Colour"),
    FTH_KEY_ROWS,
    FTH_PARAM_TABLE_END,
};

static const struct fth_port ports[] = {
    [FTH_KEY_PORT_INPUT] = {"input", "Input", "The picture to grade.", FTH_PORT_PICTURE, 0},
    FTH_KEY_PORTS,
    {NULL},
};

/* What the parameters come to for a row. */
struct grade {
    const struct params *params;
    float matrix[9], gain[3], offset[3], exponent[3];
    bool balances, scales, bends, zones;
    struct fth_zones zone[3];
    struct fth_tones tones;
    struct fth_curve_form curve; /* between the picture's codes and light */
};

/* Lift moves black and leaves white; it, gain and offset are one line of each channel. */
static void prepare_wheels(struct grade *grade)
{
    const struct params *p = grade->params;
    for (int i = 0; i < 3; i++) {
        double lift = FTH_MIN(p->lift + p->lift_colour[i], 1); /* beyond it tones change places */
        double gain = p->gain * p->gain_colour[i];
        grade->gain[i] = (float)(gain * (1 - lift));
        grade->offset[i] = (float)(gain * lift + (p->offset + p->offset_colour[i]));
        grade->exponent[i] = (float)(1 / (p->gamma * p->gamma_colour[i]));
        grade->scales = grade->scales || grade->gain[i] != 1 || grade->offset[i] != 0;
        grade->bends = grade->bends || grade->exponent[i] != 1;
    }
}

/* The least step by which an amount may fall over a ramp of smoothstep so that tones keep their
 * order. Alone it may be two thirds of the ramp's length; where the two ramps meet their slopes add
 * up to at most 9/4 of one over its length (docs/grading.md). */
static float fall_limit(double ramp)
{
    return (float)(ramp / 2.25);
}

static void prepare_zones(struct grade *grade)
{
    enum { SHADOW, MIDTONE, HIGHLIGHT, ZONES };
    const double least = 0.02; /* the half of a ramp: narrower ones would be steps */
    const struct params *p = grade->params;
    double low = FTH_MIN(FTH_MAX(p->low_range, least), 1 - 2 * least);
    double high = FTH_MIN(FTH_MAX(p->high_range, low + least), 1 - least);
    double below = FTH_MIN(low, high - low), above = FTH_MIN(1 - high, high - low);
    for (int i = 0; i < 3; i++) {
        const float amount[ZONES] = {(float)(p->log_shadow + p->log_shadow_colour[i]),
                                     (float)(p->log_midtone + p->log_midtone_colour[i]),
                                     (float)(p->log_highlight + p->log_highlight_colour[i])};
        grade->zone[i] = (struct fth_zones){
            .middle = amount[MIDTONE],
            .below = FTH_MIN(amount[SHADOW] - amount[MIDTONE], fall_limit(2 * below)),
            .above = FTH_MAX(amount[HIGHLIGHT] - amount[MIDTONE], -fall_limit(2 * above)),
            .low_from = (float)(low - below),
            .low_rate = (float)(1 / (2 * below)),
            .high_from = (float)(high - above),
            .high_rate = (float)(1 / (2 * above))};
        for (int z = 0; z < ZONES; z++)
            grade->zones = grade->zones || amount[z] != 0;
    }
}

/* At most 2^1.5 times as bright in black (three times and more would turn tones round), and as
 * steep or flat beyond the pivot. */
static void prepare_tones(struct grade *grade)
{
    const struct params *p = grade->params;
    const double reach = 1.5 * 0.69314718055994531, least = 0.05; /* no shadows below that */
    grade->tones = (struct fth_tones){
        .pivot = (float)FTH_MAX(p->pivot, least),
        .shadows = p->shadows ? (float)(fth_exp(reach * p->shadows) - 1) : 0,
        .highlights = p->highlights ? (float)(fth_exp(reach * p->highlights) - 1) : 0,
        .bend = 0.25f};
}

static struct grade prepare(const struct params *params, enum fth_colour_space colour)
{
    struct grade grade = {.params = params};
    grade.balances = params->temperature != 0 || params->tint != 0;
    /* pictures of files are taken for what a Rec.709 display of gamma 2.4 shows */
    if (!fth_colour_is_known(colour))
        colour = FTH_COLOUR_REC709_GAMMA24;
    if (grade.balances) {
        fth_space_curve(colour, &grade.curve);
        fth_colour_white(colour, params->temperature, params->tint, grade.matrix);
    }
    prepare_wheels(&grade);
    prepare_zones(&grade);
    prepare_tones(&grade);
    return grade;
}

static bool moves_tones(const struct params *params)
{
    return params->shadows != 0 || params->highlights != 0;
}

static bool changes_nothing(const struct params *params)
{
    struct grade grade = prepare(params, FTH_COLOUR_FILE);
    bool moves = grade.balances || grade.scales || grade.bends || grade.zones ||
                 moves_tones(params) || params->contrast != 1 || params->saturation != 1;
    return !moves || params->key.key_output_gain == 0;
}

/* A softened key is no picture to hand on. */
static bool is_identity(const struct fth_call *call)
{
    return fth_key_is_sharp(call) && changes_nothing(call->params);
}

static void balance(const struct fth_kernels *k, const struct grade *grade,
                    struct fth_key_piece *piece)
{
    float *const *rgb = piece->out;
    fth_key_own(piece);
    fth_curve_decode(&grade->curve, rgb, piece->n);
    k->matrix(rgb[0], rgb[1], rgb[2], grade->matrix, piece->n);
    fth_curve_encode(&grade->curve, rgb, piece->n);
}

/* Ends that no display shows, far below where floats end: whatever comes after stays finite. */
#define FARTHEST 1e18f

static void bend(const struct fth_kernels *k, const struct grade *grade,
                 struct fth_key_piece *piece)
{
    for (int i = 0; i < 3; i++) {
        if (grade->exponent[i] == 1)
            continue;
        k->power(piece->out[i], piece->at[i], grade->exponent[i], piece->n);
        k->clamp(piece->out[i], piece->out[i], -FARTHEST, FARTHEST, piece->n);
        piece->at[i] = piece->out[i];
    }
}

/* Shadows and highlights go by brightness, and take the three channels along. */
static void move_tones(const struct fth_kernels *k, const struct grade *grade,
                       struct fth_key_piece *piece)
{
    float *factor = piece->scratch[0];
    k->luma(factor, piece->at[0], piece->at[1], piece->at[2], piece->n);
    k->tones(factor, factor, &grade->tones, piece->n);
    for (int i = 0; i < 3; i++) {
        k->multiply(piece->out[i], piece->at[i], factor, piece->n);
        piece->at[i] = piece->out[i];
    }
}

static void change(const void *context, struct fth_key_piece *piece)
{
    const struct grade *grade = context;
    const struct fth_kernels *k = fth_kernels();
    const struct params *params = grade->params;
    float *const *out = piece->out;
    size_t n = piece->n;
    if (grade->balances)
        balance(k, grade, piece);
    if (grade->scales)
        k->scale_offset_three(out, piece->at, grade->gain, grade->offset, n);
    for (int i = 0; i < 3 && grade->scales; i++)
        piece->at[i] = out[i];
    if (grade->bends)
        bend(k, grade, piece);
    for (int i = 0; i < 3 && grade->zones; i++) {
        k->zones(out[i], piece->at[i], &grade->zone[i], n);
        piece->at[i] = out[i];
    }
    if (moves_tones(params))
        move_tones(k, grade, piece);
    for (int i = 0; i < 3 && params->contrast != 1; i++) {
        k->contrast(out[i], piece->at[i], (float)params->pivot, (float)params->contrast, n);
        piece->at[i] = out[i];
    }
    if (params->saturation == 1)
        return;
    k->luma(piece->scratch[0], piece->at[0], piece->at[1], piece->at[2], n);
    for (int i = 0; i < 3; i++) {
        k->lerp(out[i], piece->scratch[0], piece->at[i], (float)params->saturation, n);
        piece->at[i] = out[i];
    }
}

static enum fth_status render(const struct fth_call *call, struct fth_image **out,
                              struct fth_error *error)
{
    struct grade grade = prepare(call->params, fth_key_input(call)->colour);
    struct fth_key_change how = {change, &grade, 1};
    return fth_key_render(call, &how, out, error);
}

static void pieces(const struct fth_call *call, struct fth_pieces *out)
{
    struct grade *grade = fth_arena_take(call->arena, 1, sizeof(*grade));
    if (!grade)
        return;
    *grade = prepare(call->params, fth_key_input(call)->colour);
    struct fth_key_change how = {change, grade, 1};
    fth_key_pieces(call, &how, out);
}

/* ---- as a correction of the ASC -------------------------------------------------------------- */

/* What of it is no slope, offset, power or saturation; NULL: nothing. */
static const char *beyond_correction(const struct params *params, const struct grade *grade)
{
    if (grade->balances)
        return params->temperature != 0 ? "temperature" : "tint";
    if (grade->zones)
        return "log wheels";
    if (moves_tones(params))
        return params->shadows != 0 ? "shadows" : "highlights";
    if (grade->bends && params->contrast != 1)
        return "contrast after a gamma";
    return params->key.key_output_gain != 1 ? "key output gain" : NULL;
}

static enum fth_status to_correction(const void *given, struct fth_correction *correction,
                                     struct fth_error *error)
{
    const struct params *p = given;
    struct grade grade = prepare(p, FTH_COLOUR_FILE);
    const char *beyond = beyond_correction(p, &grade);
    if (beyond)
        return fth_fail(error, FTH_ERR_UNSUPPORTED, "its %s", beyond);
    for (int i = 0; i < 3; i++) {
        double lift = FTH_MIN(p->lift + p->lift_colour[i], 1), gain = p->gain * p->gain_colour[i];
        double offset = gain * lift + p->offset + p->offset_colour[i];
        correction->slope[i] = gain * (1 - lift) * p->contrast;
        correction->offset[i] = (offset - p->pivot) * p->contrast + p->pivot;
        if (p->contrast == 1)
            correction->offset[i] = offset;
        correction->power[i] = 1 / (p->gamma * p->gamma_colour[i]);
    }
    correction->saturation = p->saturation;
    return FTH_OK;
}

static void from_correction(const struct fth_correction *correction, void *given)
{
    struct params *p = given;
    for (int i = 0; i < 3; i++) {
        p->gain_colour[i] = correction->slope[i];
        p->offset_colour[i] = correction->offset[i];
        p->gamma_colour[i] = 1 / correction->power[i];
    }
    p->saturation = correction->saturation;
}

static const struct fth_step steps[] = {
    FTH_KEY_FIRST_STEP,
    {.id = "grade", .kind = FTH_NODE_POINT, .ports = FTH_KEY_SECOND_PORTS,
     .ignores_port = fth_key_second_ignores, .is_identity = is_identity, .render = render,
     .pieces = pieces},
    {NULL},
};

const struct fth_node_desc fth_node_grade = {
    .id = "grade",
    .label = "Grade",
    .tag = "Grd",
    .group = "Colour",
    .help = "Changes brightness and colour, in the whole picture or where a key is white. Order: "
            "temperature and tint, lift, gain, offset, gamma, log wheels, shadows and highlights, "
            "contrast, saturation.",
    .version = 4,
    .flags = FTH_NODE_SAME_PLANES,
    .params = table,
    .params_size = sizeof(struct params),
    .inputs = ports,
    .steps = steps,
    .to_correction = to_correction,
    .from_correction = from_correction,
};
