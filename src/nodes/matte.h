/* SPDX-License-Identifier: Apache-2.0 */
/* What nodes that make mattes share: the controls behind the matte's making, what each does to it,
 * and how the picture leaves with it (FORMULAS 6.4 to 6.6). A matte on its way from step to step is
 * a picture with the one plane A. */
#ifndef FTH_NODES_MATTE_H
#define FTH_NODES_MATTE_H

#include "nodes/pixels.h"
#include "ops/blur.h"

enum { FTH_GARBAGE_TRANSPARENT, FTH_GARBAGE_FILL };

/* First in the parameter struct of a node with a matte; rows for them are FTH_MATTE_..._ROWS. */
#define FTH_MATTE_FIELDS                                                                           \
    int32_t filter, garbage_mode, solid_matte_channel, garbage_matte_channel;                      \
    int64_t num_passes;                                                                            \
    double blur, contract_expand, gamma;                                                           \
    bool invert, invert_solid_matte, invert_garbage_matte, post_multiply;

struct fth_matte_params {
    FTH_MATTE_FIELDS
};

extern const struct fth_choice fth_blur_filters[];
extern const struct fth_choice fth_garbage_modes[];

/* `blurs`, `shapes`: bit sets of the steps that blur, and of those that do the rest. */
#define FTH_MATTE_EDGE_ROWS(strukt, blurs, shapes)                                                 \
    FTH_PARAM(CHOICE, strukt, filter, .label = "Filter",                                           \
              .help = "The shape of the blur: box is the quickest, gaussian the smoothest.",       \
              .choices = fth_blur_filters, .max = 3, .def = {FTH_BLUR_GAUSSIAN},                   \
              .group = "Matte", .affects = blurs),                                                 \
        FTH_PARAM(INT, strukt, num_passes, .label = "Num Passes",                                  \
                  .help = "Boxes in a row: 1 is the box, 2 the Bartlett, 4 and more nearly "       \
                          "gaussian.",                                                             \
                  .min = 1, .max = 10, .step = 1, .def = {4}, .group = "Matte",                    \
                  .when = {"filter", 1u << FTH_BLUR_MULTIBOX}, .affects = blurs,                   \
                  .flags = FTH_PARAM_ANIMATES),                                                    \
        FTH_PARAM(NUMBER, strukt, blur, .label = "Blur",                                           \
                  .help = "Softens the edge of the matte. 0 is a sharp cut-out. The same number "  \
                          "is equally soft with every filter.",                                    \
                  .unit = "px", .max = 2000, .ui_max = 100, .group = "Matte", .affects = blurs,    \
                  .flags = FTH_PARAM_ANIMATES | FTH_PARAM_PIXELS),                                 \
        FTH_PARAM(NUMBER, strukt, contract_expand, .label = "Contract/Expand",                     \
                  .help = "Grows (above 0) or shrinks what is half transparent; what is wholly "   \
                          "opaque or transparent stays, so a hard edge does not move. With Blur, " \
                          "against fringes.",                                                      \
                  .min = -1, .max = 1, .group = "Matte", .affects = shapes,                        \
                  .flags = FTH_PARAM_ANIMATES | FTH_PARAM_OPEN_MIN | FTH_PARAM_OPEN_MAX),          \
        FTH_PARAM(NUMBER, strukt, gamma, .label = "Matte Gamma",                                   \
                  .help = "Above 1 what is half transparent becomes more opaque, below 1 less; "   \
                          "wholly opaque and transparent stay.",                                   \
                  .min = 0.1, .max = 5, .def = {1}, .group = "Matte", .affects = shapes,           \
                  .flags = FTH_PARAM_ANIMATES)

#define FTH_MATTE_INVERT_ROW(strukt, shapes)                                                       \
    FTH_PARAM(SWITCH, strukt, invert, .label = "Invert",                                           \
              .help = "Exchanges opaque and transparent, before solid and garbage matte.",         \
              .max = 1, .group = "Matte", .affects = shapes, .flags = FTH_PARAM_ANIMATES)

#define FTH_MATTE_HELD_ROWS(strukt, shapes)                                                        \
    FTH_PARAM(SWITCH, strukt, invert_solid_matte, .label = "Invert Solid Matte",                   \
              .help = "Takes the solid matte with black and white exchanged. Of use with one "     \
                      "connected.",                                                                \
              .max = 1, .group = "Solid and Garbage", .affects = shapes,                           \
              .flags = FTH_PARAM_ANIMATES),                                                        \
        FTH_PARAM(SWITCH, strukt, invert_garbage_matte, .label = "Invert Garbage Matte",           \
                  .help = "Takes the garbage matte with black and white exchanged: drawn around "  \
                          "the subject, it then takes away all else. Of use with one connected.",  \
                  .max = 1, .group = "Solid and Garbage", .affects = shapes,                       \
                  .flags = FTH_PARAM_ANIMATES),                                                    \
        FTH_PARAM(CHOICE, strukt, garbage_mode, .label = "Garbage Mode",                           \
                  .help = "What the garbage matte does where it is white. Of use with one "        \
                          "connected.",                                                            \
                  .choices = fth_garbage_modes, .max = FTH_GARBAGE_FILL,                           \
                  .group = "Solid and Garbage", .affects = shapes, .flags = FTH_PARAM_ANIMATES),   \
        FTH_PARAM(CHOICE, strukt, solid_matte_channel, .label = "Solid Matte Channel",             \
                  .help = "Which channel of the solid matte counts. Of use with one connected.",   \
                  .choices = fth_key_channels, .max = FTH_MASK_LUMINANCE,                          \
                  .group = "Solid and Garbage", .affects = shapes),                                \
        FTH_PARAM(CHOICE, strukt, garbage_matte_channel, .label = "Garbage Matte Channel",         \
                  .help = "Which channel of the garbage matte counts. Of use with one connected.", \
                  .choices = fth_key_channels, .max = FTH_MASK_LUMINANCE,                          \
                  .group = "Solid and Garbage", .affects = shapes)

#define FTH_MATTE_MULTIPLY_ROW(strukt, shapes)                                                     \
    FTH_PARAM(SWITCH, strukt, post_multiply, .label = "Post-Multiply Image",                       \
              .help = "Multiplies the colours by the alpha that was made, to be merged as they "   \
                      "are (additive). Off: the colours stay whole, for a subtractive merge and "  \
                      "for grades.",                                                               \
              .max = 1, .def = {1}, .group = "Output", .affects = shapes,                          \
              .flags = FTH_PARAM_ANIMATES)

/* ---- blur ---- */

/* The data window of the result, where `input` is that of the picture. */
struct fth_rect fth_matte_domain(const struct fth_call *call, struct fth_rect input);
bool fth_matte_is_sharp(const struct fth_call *call);
/* call->previous, softened: of the whole data window. Nothing is beyond it. */
enum fth_status fth_matte_soften(const struct fth_call *call, struct fth_image **out,
                                 struct fth_error *error);

/* ---- what is done pixel by pixel ---- */

/* Contract/Expand and gamma, in place. */
void fth_matte_shape_row(const struct fth_matte_params *params, float *row, size_t n);
/* Solid and garbage matte (pictures, or NULL) onto `matte` over call->rect, in place: garbage wins
 * over solid. */
enum fth_status fth_matte_hold(const struct fth_call *call, const struct fth_image *solid,
                               const struct fth_image *garbage, const struct fth_plane *matte,
                               struct fth_error *error);

/* ---- the picture ---- */

/* A picture for the next step that has `matte` alone; takes it over. */
enum fth_status fth_matte_pass(const struct fth_call *call, struct fth_plane *matte,
                               struct fth_image **out, struct fth_error *error);
/* Whether the picture's colours are multiplied by its alpha. */
bool fth_matte_is_multiplied(const struct fth_image *input);
/* `input` with the matte as its alpha over call->rect: colours times it, or as they are. Where they
 * come multiplied by an alpha of their own they are divided by it, else shared. Takes `matte`
 * over. */
enum fth_status fth_matte_deliver(const struct fth_call *call, const struct fth_image *input,
                                  bool multiplied, struct fth_plane *matte,
                                  struct fth_image **out, struct fth_error *error);
/* The matte as opaque grey, beside what `input` has besides colours. Takes `matte` over. */
enum fth_status fth_matte_show(const struct fth_call *call, const struct fth_image *input,
                               struct fth_plane *matte, struct fth_image **out,
                               struct fth_error *error);

#endif
