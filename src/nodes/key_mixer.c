/* SPDX-License-Identifier: Apache-2.0 */
/* Key mixer: several keys become one, each joined to what those before it came to. */
#include <math.h>

#include "nodes/pixels.h"

enum { PORT_INPUT, PORT_KEY_1, KEY_COUNT = 6 };
enum { ADD, SUBTRACT, INTERSECT, UNITE, LARGER, SMALLER, DIFFERENCE };

struct params {
    int32_t key_1_channel, key_2_channel, key_3_channel, key_4_channel, key_5_channel,
        key_6_channel;
    int32_t key_2_mode, key_3_mode, key_4_mode, key_5_mode, key_6_mode;
    bool key_1_invert, key_2_invert, key_3_invert, key_4_invert, key_5_invert, key_6_invert;
    bool invert;
};

static const struct fth_choice modes[] = {
    {"add", "Add", "White where either is white; greys add up."},
    {"subtract", "Subtract", "What this key is white in is taken away."},
    {"intersect", "Intersect", "White only where both are: greys are multiplied."},
    {"unite", "Unite", "As add, but soft edges that meet stay soft."},
    {"larger", "Larger", "The whiter of the two."},
    {"smaller", "Smaller", "The blacker of the two."},
    {"difference", "Difference", "White where one is white and the other black."},
    {NULL},
};

#define ROW(kind, field, ...)                                                                      \
    FTH_PARAM(kind, struct params, field, .flags = FTH_PARAM_ANIMATES, __VA_ARGS__)
#define CHANNEL(n)                                                                                 \
    FTH_PARAM(CHOICE, struct params, key_##n##_channel, .label = "Channel",                        \
              .help = "Which channel of key " #n " counts.", .choices = fth_key_channels,          \
              .max = FTH_MASK_LUMINANCE, .group = "Key " #n)
#define INVERT(n)                                                                                  \
    ROW(SWITCH, key_##n##_invert, .label = "Invert",                                               \
        .help = "Takes key " #n " with black and white exchanged.", .max = 1,                      \
        .group = "Key " #n)
#define KEY(n)                                                                                     \
    ROW(CHOICE, key_##n##_mode, .label = "Mode",                                                   \
        .help = "How key " #n " is joined to what those before it came to. The first key that is " \
                "connected is taken as it is.",                                                    \
        .choices = modes, .max = DIFFERENCE, .group = "Key " #n),                                  \
        INVERT(n), CHANNEL(n)

static const struct fth_param table[] = {
    ROW(SWITCH, invert, .label = "Invert Result", .help = "Exchanges black and white in the end.",
        .max = 1, .group = "Result"),
    INVERT(1), CHANNEL(1), KEY(2), KEY(3), KEY(4), KEY(5), KEY(6),
    FTH_PARAM_TABLE_END,
};

#define KEY_PORT(n) {"key_" #n, "Key " #n, "A key or matte to join.", FTH_PORT_MASK, 1}

static const struct fth_port ports[] = {
    [PORT_INPUT] = {"input", "Input", "The picture that gets the key as its alpha.",
                    FTH_PORT_PICTURE, 0},
    KEY_PORT(1), KEY_PORT(2), KEY_PORT(3), KEY_PORT(4), KEY_PORT(5), KEY_PORT(6),
    {NULL},
};

/* One key's settings out of the many fields. */
struct key {
    int32_t mode, channel;
    bool invert;
};

static struct key key_at(const struct params *params, int index)
{
    const int32_t mode[] = {ADD, params->key_2_mode, params->key_3_mode, params->key_4_mode,
                            params->key_5_mode, params->key_6_mode};
    const int32_t channel[] = {params->key_1_channel, params->key_2_channel,
                               params->key_3_channel, params->key_4_channel,
                               params->key_5_channel, params->key_6_channel};
    const bool invert[] = {params->key_1_invert, params->key_2_invert, params->key_3_invert,
                           params->key_4_invert, params->key_5_invert, params->key_6_invert};
    return (struct key){mode[index], channel[index], invert[index]};
}

static bool has_keys(const struct fth_call *call)
{
    bool some = false;
    for (int i = 0; i < KEY_COUNT; i++)
        some = some || call->input_infos[PORT_KEY_1 + i];
    return some;
}

/* The key is in the picture's frame: white beside what the picture has is of no use. */
static enum fth_status tell(const struct fth_call *call, struct fth_info *out,
                            struct fth_error *error)
{
    (void)error;
    if (!has_keys(call))
        return FTH_OK;
    out->has_alpha = true;
    out->premultiplied = false;
    return FTH_OK;
}

static bool is_identity(const struct fth_call *call)
{
    return !has_keys(call);
}

static void join_row(float *row, const float *key, int32_t mode, int32_t n)
{
    for (int32_t x = 0; x < n; x++) {
        const float a = row[x], b = key[x];
        const float results[] = {
            [ADD] = FTH_MIN(a + b, 1), [SUBTRACT] = FTH_MAX(a - b, 0), [INTERSECT] = a * b,
            [UNITE] = a + b - a * b,   [LARGER] = FTH_MAX(a, b),       [SMALLER] = FTH_MIN(a, b),
            [DIFFERENCE] = fabsf(a - b)};
        row[x] = results[mode];
    }
}

static enum fth_status mix_keys(const struct fth_call *call, struct fth_plane **result,
                                struct fth_error *error)
{
    struct fth_rect rect = call->rect;
    struct fth_plane *mixed = NULL, *values = NULL;
    enum fth_status status = FTH_OK;
    for (int i = 0; i < KEY_COUNT && status == FTH_OK; i++) {
        const struct key key = key_at(call->params, i);
        struct fth_key_view view = {call->inputs[PORT_KEY_1 + i], key.channel, key.invert};
        if (!view.image)
            continue;
        status = fth_pixels_key(call, &view, rect, mixed ? &values : &mixed, error);
        for (int32_t y = rect.y0; y < rect.y1 && status == FTH_OK && values; y++)
            join_row(fth_plane_at(mixed, rect.x0, y), fth_plane_at(values, rect.x0, y), key.mode,
                     fth_rect_width(rect));
        fth_plane_unref(&values);
    }
    if (status == FTH_OK)
        *result = mixed;
    else
        fth_plane_unref(&mixed);
    return status;
}

static enum fth_status render(const struct fth_call *call, struct fth_image **out,
                              struct fth_error *error)
{
    const struct params *params = call->params;
    const struct fth_image *input = call->inputs[PORT_INPUT];
    struct fth_plane *planes[4] = {NULL}, *mixed = NULL;
    struct fth_image *image = NULL;
    if (!has_keys(call)) {
        *out = fth_image_ref(input);
        return FTH_OK;
    }
    enum fth_status status = fth_pixels_rgba(call, input, call->rect, planes, error);
    if (status == FTH_OK)
        status = mix_keys(call, &mixed, error);
    for (int32_t y = call->rect.y0; y < call->rect.y1 && status == FTH_OK; y++) {
        float *row = fth_plane_at(mixed, call->rect.x0, y);
        for (int32_t x = 0; x < fth_rect_width(call->rect) && params->invert; x++)
            row[x] = 1 - row[x];
    }
    fth_plane_unref(&planes[3]);
    planes[3] = mixed;
    if (status == FTH_OK)
        status = fth_pixels_with(call, input, planes, &image, error);
    fth_pixels_drop(planes);
    if (status != FTH_OK)
        return status;
    image->alpha_is_key = true;
    *out = image;
    return FTH_OK;
}

static const struct fth_step steps[] = {
    {.id = "mix", .kind = FTH_NODE_POINT, .ports = (1u << (KEY_COUNT + 1)) - 1,
     .is_identity = is_identity, .render = render},
    {NULL},
};

const struct fth_node_desc fth_node_key_mixer = {
    .id = "key_mixer",
    .label = "Key Mixer",
    .tag = "KyM",
    .group = "Matte",
    .help = "Joins up to six keys to one: added, subtracted, intersected and more. The result is "
            "the alpha of the picture that goes through; its colours stay.",
    .version = 1,
    .flags = FTH_NODE_MAKES_MATTE,
    .params = table,
    .params_size = sizeof(struct params),
    .inputs = ports,
    .steps = steps,
    .domain = tell,
};
