/* SPDX-License-Identifier: Apache-2.0 */
/* What the colour spaces are in numbers (FORMULAS 6.13): primaries, white and curve of each.
 *
 * Linear light is counted so that 1 is white: of a display what it shows at code 1, of a camera or
 * a rendering a surface that reflects all light, of PQ and HLG reference white, 203 nits (BT.2408).
 * HLG stands for the light of a display of 1000 nits: of a system gamma of 1.2 (BT.2100). */
#ifndef FTH_COLOUR_SPACE_H
#define FTH_COLOUR_SPACE_H

#include "colour/matrix.h"
#include "image/colours.h"
#include "image/footage.h"
#include "ops/curves.h"

enum fth_curve_kind {
    FTH_CURVE_LINEAR,
    FTH_CURVE_LOG,
    FTH_CURVE_GAMMA,
    FTH_CURVE_PQ,
    FTH_CURVE_HLG
};

struct fth_curve_form {
    enum fth_curve_kind kind;
    struct fth_log_curve log;     /* LOG */
    struct fth_gamma_curve gamma; /* GAMMA */
    double peak;                  /* light of code 1; 0: no code is the last */
    bool is_display;              /* what is above the peak cannot be shown */
};

struct fth_primaries_xy {
    struct fth_white red, green, blue, white;
};

void fth_space_curve(enum fth_colour_space space, struct fth_curve_form *form);
struct fth_primaries_xy fth_space_primaries(enum fth_colour_space space);
/* Linear R, G, B of the space's primaries to XYZ under its own white, by rows. */
void fth_space_to_xyz(enum fth_colour_space space, double matrix[9]);
/* Linear light of one space's primaries to that of another's; whites are adapted (Bradford). */
void fth_space_matrix(enum fth_colour_space from, enum fth_colour_space to, double matrix[9]);

/* The code points of ITU-T H.273 that say the space; 2 where none does. */
struct fth_tags fth_space_tags(enum fth_colour_space space);
/* The space a video's code points say; what is not tagged is Rec.709 of gamma 2.4. `scene`: the
 * light before the camera is meant, where the curve is a camera's. */
enum fth_colour_space fth_space_of_tags(struct fth_tags tags, bool scene);
/* The linear space of primaries that are those of a space within .001; File: of none. */
enum fth_colour_space fth_space_of_primaries(const struct fth_primaries_xy *xy);

#endif
