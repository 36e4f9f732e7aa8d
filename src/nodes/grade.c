/* SPDX-License-Identifier: Apache-2.0 */
/* Grade: temperature, gain, offset, contrast, saturation, in this order, where the key is white.
 * Colours are taken as they look: alpha is divided out before and multiplied in after. */
#include <string.h>

#include "colour/convert.h"
#include "colour/white.h"
#include "nodes/pixels.h"
#include "ops/kernels.h"

enum { PORT_INPUT, PORT_KEY };

struct params {
    double gain, gain_colour[4], offset, offset_colour[4];
    double temperature, tint, contrast, pivot, saturation;
    int32_t key_channel;
    bool key_invert;
};

#define ROW(kind, field, ...)                                                                      \
    FTH_PARAM(kind, struct params, field, .flags = FTH_PARAM_ANIMATES, __VA_ARGS__)

static const struct fth_param table[] = {
    ROW(NUMBER, temperature, .label = "Temperature",
        .help = "Warmer (plus) or colder light on the picture. Greys change colour, brightness "
                "hardly.",
        .unit = "mired", .min = -100, .max = 100, .group = "White Balance"),
    ROW(NUMBER, tint, .label = "Tint",
        .help = "Towards magenta (plus) or green (minus), across the colours of temperature.",
        .min = -100, .max = 100, .group = "White Balance"),
    ROW(NUMBER, gain, .label = "Gain",
        .help = "Multiplies all channels: highlights move most, black stays. Below 1 darkens.",
        .max = 16, .ui_max = 4, .def = {1}, .group = "Level"),
    ROW(COLOUR, gain_colour, .label = "Gain Colour",
        .help = "Multiplies red, green and blue each by its own amount: colours the highlights.",
        .max = 16, .ui_max = 2, .def = {1, 1, 1, 1}, .group = "Level"),
    ROW(NUMBER, offset, .label = "Offset",
        .help = "Adds to all channels: the whole picture brightens or darkens alike, blacks too.",
        .min = -16, .max = 16, .ui_min = -1, .ui_max = 1, .group = "Level"),
    ROW(COLOUR, offset_colour, .label = "Offset Colour",
        .help = "Adds to red, green and blue each its own amount: colours the whole picture, "
                "shadows "
                "first.",
        .min = -16, .max = 16, .ui_min = -1, .ui_max = 1, .def = {0, 0, 0, 1}, .group = "Level"),
    ROW(NUMBER, contrast, .label = "Contrast",
        .help = "Pulls bright and dark apart (above 1) or together around Pivot.", .max = 10,
        .ui_max = 2, .def = {1}, .group = "Contrast"),
    ROW(NUMBER, pivot, .label = "Pivot",
        .help = "The brightness that Contrast leaves alone.", .min = -1, .max = 2, .ui_min = 0,
        .ui_max = 1, .def = {0.5}, .group = "Contrast"),
    ROW(NUMBER, saturation, .label = "Saturation",
        .help = "How colourful: 0 is grey, 1 as it was, 2 twice as strong.", .max = 10, .ui_max = 2,
        .def = {1}, .group = "Colour"),
    ROW(SWITCH, key_invert, .label = "Invert Key",
        .help = "Grades where the key is black instead of white. Of use with a key connected.",
        .max = 1, .group = "Key"),
    FTH_PARAM(CHOICE, struct params, key_channel, .label = "Key Channel",
              .help = "Which channel of the key counts. Of use with a key connected.",
              .choices = fth_key_channels, .max = FTH_MASK_LUMINANCE, .group = "Key"),
    FTH_PARAM_TABLE_END,
};

static const struct fth_port ports[] = {
    [PORT_INPUT] = {"input", "Input", "The picture to grade.", FTH_PORT_PICTURE, 0},
    [PORT_KEY] = {"key", "Key",
                  "Where to grade: white fully, black not at all. A depth map's output, say.",
                  FTH_PORT_MASK, 1},
    {NULL},
};

/* What the parameters come to for a row. */
struct grade {
    const struct params *params;
    float matrix[9], gain[3], offset[3];
    bool balances, scales;
    struct fth_curve_form curve; /* between the picture's codes and light */
};

static struct grade prepare(const struct params *params, enum fth_colour_space colour)
{
    struct grade grade = {.params = params};
    grade.balances = params->temperature != 0 || params->tint != 0;
    /* pictures of files are taken for what a Rec.709 display of gamma 2.4 shows */
    if (!fth_colour_is_known(colour))
        colour = FTH_COLOUR_REC709_GAMMA24;
    fth_space_curve(colour, &grade.curve);
    fth_colour_white(colour, params->temperature, params->tint, grade.matrix);
    for (int i = 0; i < 3; i++) {
        grade.gain[i] = (float)(params->gain * params->gain_colour[i]);
        grade.offset[i] = (float)(params->offset + params->offset_colour[i]);
        grade.scales = grade.scales || grade.gain[i] != 1 || grade.offset[i] != 0;
    }
    return grade;
}

static bool is_identity(const struct fth_call *call)
{
    const struct params *params = call->params;
    struct grade grade = prepare(params, FTH_COLOUR_FILE);
    return !grade.balances && !grade.scales && params->contrast == 1 && params->saturation == 1;
}

/* A piece of a row: short enough that all of it stays in a core's first cache from one operation to
 * the next. `at` is where the colours stand: at first the input, then `out`. */
enum { PIECE = 1024 };

struct piece {
    const float *at[3], *alpha, *key; /* alpha NULL: nothing to divide by; key NULL: 1 */
    float *out[3], *scratch;
    size_t n;
};

static void balance(const struct fth_kernels *k, const struct grade *grade, struct piece *piece)
{
    float *const *rgb = piece->out;
    size_t n = piece->n;
    for (int i = 0; i < 3; i++) {
        if (piece->at[i] != rgb[i])
            memcpy(rgb[i], piece->at[i], n * sizeof(*rgb[i]));
        piece->at[i] = rgb[i];
    }
    fth_curve_decode(&grade->curve, rgb, n);
    k->matrix(rgb[0], rgb[1], rgb[2], grade->matrix, n);
    fth_curve_encode(&grade->curve, rgb, n);
}

static void grade_piece(const struct grade *grade, struct piece *piece)
{
    const struct fth_kernels *k = fth_kernels();
    const struct params *params = grade->params;
    float *const *out = piece->out;
    size_t n = piece->n;
    if (grade->balances)
        balance(k, grade, piece);
    for (int i = 0; i < 3 && grade->scales; i++) {
        k->scale_offset(out[i], piece->at[i], grade->gain[i], grade->offset[i], n);
        piece->at[i] = out[i];
    }
    for (int i = 0; i < 3 && params->contrast != 1; i++) {
        k->contrast(out[i], piece->at[i], (float)params->pivot, (float)params->contrast, n);
        piece->at[i] = out[i];
    }
    if (params->saturation == 1)
        return;
    k->luma(piece->scratch, piece->at[0], piece->at[1], piece->at[2], n);
    for (int i = 0; i < 3; i++) {
        k->lerp(out[i], piece->scratch, piece->at[i], (float)params->saturation, n);
        piece->at[i] = out[i];
    }
}

static void render_piece(const struct grade *grade, struct piece *piece)
{
    const struct fth_kernels *k = fth_kernels();
    const float *in[3] = {piece->at[0], piece->at[1], piece->at[2]};
    bool divides = false; /* where alpha is 1 all along there is nothing to do */
    if (piece->alpha)
        k->find_other(&divides, piece->alpha, 1, piece->n);
    for (int i = 0; i < 3 && divides; i++) {
        k->unpremultiply(piece->out[i], in[i], piece->alpha, piece->n);
        piece->at[i] = piece->out[i];
    }
    grade_piece(grade, piece);
    for (int i = 0; i < 3; i++) {
        float *out = piece->out[i];
        if (piece->at[i] != out) /* nothing is asked for */
            memcpy(out, in[i], piece->n * sizeof(*out));
        if (divides)
            k->multiply(out, out, piece->alpha, piece->n);
        if (piece->key)
            k->lerp_mask(out, in[i], out, piece->key, 1, piece->n);
    }
}

/* Row y of `out` := the graded row of `in`; in[3] and key may be NULL. */
static void render_row(const struct grade *grade, struct fth_plane *const in[4], bool premultiplied,
                       const struct fth_plane *key, struct fth_plane *const out[3], int32_t y,
                       float *scratch)
{
    int32_t x1 = out[0]->rect.x1;
    for (int32_t x = out[0]->rect.x0; x < x1; x += PIECE) {
        struct piece piece = {.scratch = scratch, .n = (size_t)FTH_MIN(x1 - x, PIECE)};
        for (int i = 0; i < 3; i++) {
            piece.at[i] = fth_plane_at(in[i], x, y);
            piece.out[i] = fth_plane_at(out[i], x, y);
        }
        piece.alpha = in[3] && premultiplied ? fth_plane_at(in[3], x, y) : NULL;
        piece.key = key ? fth_plane_at(key, x, y) : NULL;
        render_piece(grade, &piece);
    }
}

static enum fth_status render(const struct fth_call *call, struct fth_image **out,
                              struct fth_error *error)
{
    const struct params *params = call->params;
    const struct fth_image *input = call->inputs[PORT_INPUT];
    struct fth_key_view key = {call->inputs[PORT_KEY], params->key_channel, params->key_invert};
    struct fth_plane *in[4] = {NULL}, *values = NULL, *to[3];
    struct fth_image *image = NULL;
    struct grade grade = prepare(params, input->colour);
    size_t mark = fth_arena_mark(call->arena);
    float *scratch = fth_arena_take(call->arena, PIECE, sizeof(float));
    if (!scratch)
        return fth_fail_memory(error, PIECE * sizeof(float), "a row");
    enum fth_status status = fth_pixels_rgba(call, input, call->rect, in, error);
    if (status == FTH_OK && key.image)
        status = fth_pixels_key(call, &key, call->rect, &values, error);
    if (status == FTH_OK)
        status = fth_image_new_like(input, &image, error);
    for (int i = 0; i < 3 && status == FTH_OK; i++)
        status = fth_image_add(image, fth_rgba_names[i], call->env->buffers, call->rect, &to[i],
                               error);
    for (int32_t y = call->rect.y0; y < call->rect.y1 && status == FTH_OK; y++)
        render_row(&grade, in, input->premultiplied, values, to, y, scratch);
    fth_pixels_drop(in);
    fth_plane_unref(&values);
    fth_arena_return(call->arena, mark);
    if (status == FTH_OK)
        *out = image;
    else
        fth_image_unref(&image);
    return status;
}

static const struct fth_step steps[] = {
    {.id = "grade", .kind = FTH_NODE_POINT, .ports = 1u << PORT_INPUT | 1u << PORT_KEY,
     .is_identity = is_identity, .render = render},
    {NULL},
};

const struct fth_node_desc fth_node_grade = {
    .id = "grade",
    .label = "Grade",
    .tag = "Grd",
    .group = "Colour",
    .help = "Changes brightness and colour, in the whole picture or where a key is white. Order: "
            "temperature and tint, gain, offset, contrast, saturation.",
    .version = 3,
    .flags = FTH_NODE_SAME_PLANES,
    .params = table,
    .params_size = sizeof(struct params),
    .inputs = ports,
    .steps = steps,
};
