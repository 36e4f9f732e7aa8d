/* SPDX-License-Identifier: Apache-2.0 */
/* The key block of nodes that change colours where a key says so (Resolve's Key palette): a key
 * from outside, turned, scaled and softened, goes together with the node's own window, and the
 * output gain says how much of the change is mixed in. Such a node has two steps: the first softens
 * the key, and where there is nothing to soften it hands on the picture, so that the second, a
 * point step, joins its neighbours. See docs/grading.md. */
#ifndef FTH_NODES_KEY_H
#define FTH_NODES_KEY_H

#include "node/node.h"

enum { FTH_KEY_PORT_INPUT, FTH_KEY_PORT_KEY, FTH_KEY_PORT_WINDOW };
/* Bits of `affects` for rows of the node's own. */
enum { FTH_KEY_SOFTENS = 1, FTH_KEY_GRADES = 2 };

/* First in the parameter struct of every node with the block. */
struct fth_key_params {
    bool key_invert;
    int32_t key_channel, key_mode;
    double key_gain, key_offset, key_blur, key_ratio, key_output_gain;
};

extern const struct fth_choice fth_key_modes[];

#define FTH_KEY_ROW(kind, field, ...)                                                              \
    FTH_PARAM(kind, struct fth_key_params, field, .group = "Key", __VA_ARGS__)

/* Rows for struct fth_key_params. */
#define FTH_KEY_ROWS                                                                               \
    FTH_KEY_ROW(SWITCH, key_invert, .label = "Invert Key",                                         \
                .help = "Grades where the key is black instead of white. Of use with a key "       \
                        "connected.",                                                              \
                .max = 1, .affects = FTH_KEY_SOFTENS | FTH_KEY_GRADES,                             \
                .flags = FTH_PARAM_ANIMATES),                                                      \
        FTH_KEY_ROW(CHOICE, key_channel, .label = "Key Channel",                                   \
                    .help = "Which channel of the key counts. Of use with a key connected.",       \
                    .choices = fth_key_channels, .max = FTH_MASK_LUMINANCE,                        \
                    .affects = FTH_KEY_SOFTENS | FTH_KEY_GRADES),                                  \
        FTH_KEY_ROW(CHOICE, key_mode, .label = "Key Mode",                                         \
                    .help = "How the key goes together with the window. Of use with both "         \
                            "connected.",                                                          \
                    .choices = fth_key_modes, .max = 1, .affects = FTH_KEY_GRADES),                \
        FTH_KEY_ROW(NUMBER, key_gain, .label = "Key Gain",                                         \
                    .help = "Makes the key's greys whiter (above 1) or darker; black stays. Of "   \
                            "use with a key connected.",                                           \
                    .max = 100, .ui_max = 4, .def = {1},                                           \
                    .affects = FTH_KEY_SOFTENS | FTH_KEY_GRADES, .flags = FTH_PARAM_ANIMATES),     \
        FTH_KEY_ROW(NUMBER, key_offset, .label = "Key Offset",                                     \
                    .help = "Makes all of the key whiter (plus) or darker. Of use with a key "     \
                            "connected.",                                                          \
                    .min = -1, .max = 1, .affects = FTH_KEY_SOFTENS | FTH_KEY_GRADES,              \
                    .flags = FTH_PARAM_ANIMATES),                                                  \
        FTH_KEY_ROW(NUMBER, key_blur, .label = "Key Blur Radius",                                  \
                    .help = "Softens the edges of the key. Of use with a key connected.",          \
                    .unit = "px", .max = 2000, .ui_max = 100,                                      \
                    .affects = FTH_KEY_SOFTENS | FTH_KEY_GRADES,                                   \
                    .flags = FTH_PARAM_ANIMATES | FTH_PARAM_PIXELS),                               \
        FTH_KEY_ROW(NUMBER, key_ratio, .label = "Key Blur H/V Ratio",                              \
                    .help = "0.5 softens the key both ways alike; towards 0 only across, towards " \
                            "1 only up and down. Of use with a blurred key.",                      \
                    .max = 1, .def = {0.5}, .affects = FTH_KEY_SOFTENS | FTH_KEY_GRADES,           \
                    .flags = FTH_PARAM_ANIMATES),                                                  \
        FTH_KEY_ROW(NUMBER, key_output_gain, .label = "Key Output Gain",                           \
                    .help = "How much of the change is mixed in: 0 none, 1 all of it, 2 twice as " \
                            "much.",                                                               \
                    .max = 2, .def = {1}, .affects = FTH_KEY_GRADES, .flags = FTH_PARAM_ANIMATES)

/* Their ports; FTH_PORT_PICTURE 0 is the node's own. */
#define FTH_KEY_PORTS                                                                              \
    [FTH_KEY_PORT_KEY] = {"key", "Key",                                                            \
                          "Where to grade: white fully, black not at all. A depth map's output, "  \
                          "say.",                                                                  \
                          FTH_PORT_MASK, 1},                                                       \
    [FTH_KEY_PORT_WINDOW] = {"window", "Window",                                                   \
                             "The node's own window, a mask: Key Mode says how it and the key go " \
                             "together.",                                                          \
                             FTH_PORT_MASK, 1}

/* The callbacks of the first step, whose ports are FTH_KEY_FIRST_PORTS. */
enum { FTH_KEY_FIRST_PORTS = 1 << FTH_KEY_PORT_INPUT | 1 << FTH_KEY_PORT_KEY };
bool fth_key_is_sharp(const struct fth_call *call); /* is_identity, is_point */
bool fth_key_first_ignores(const struct fth_call *call, int port);
enum fth_status fth_key_soften(const struct fth_call *call, struct fth_image **out,
                               struct fth_error *error);

#define FTH_KEY_FIRST_STEP                                                                         \
    {.id = "key", .kind = FTH_NODE_WHOLE, .ports = FTH_KEY_FIRST_PORTS,                            \
     .is_identity = fth_key_is_sharp, .is_point = fth_key_is_sharp,                                \
     .ignores_port = fth_key_first_ignores, .render = fth_key_soften}

/* The second step: its ports, and what it does not need of them. */
enum { FTH_KEY_SECOND_PORTS = 7 };
bool fth_key_second_ignores(const struct fth_call *call, int port);

/* A piece of a row, so short that all of it stays in a core's first cache from one operation to the
 * next. `at` is where the colours stand, alpha divided out: at first the input, then `out`. */
enum { FTH_KEY_PIECE = 1024, FTH_KEY_MOST_SCRATCH = FTH_PIECE_SCRATCH - 1 };

struct fth_key_piece {
    const float *at[3];
    float *out[3], *scratch[FTH_KEY_MOST_SCRATCH];
    size_t n;
};

/* What the node does to a piece. It may leave `at` where it was. */
struct fth_key_change {
    void (*run)(const void *context, struct fth_key_piece *piece);
    const void *context;
    int scratch_rows;
};

/* The picture that comes in. */
const struct fth_image *fth_key_input(const struct fth_call *call);

/* The whole of a second step. */
enum fth_status fth_key_render(const struct fth_call *call, const struct fth_key_change *change,
                               struct fth_image **out, struct fth_error *error);

/* For fth_step.pieces of a second step. change->context is of the call's arena, or of longer
 * life. */
void fth_key_pieces(const struct fth_call *call, const struct fth_key_change *change,
                    struct fth_pieces *pieces);

/* Colours that are about to be changed in place stand in `out` from now on. */
void fth_key_own(struct fth_key_piece *piece);

#endif
