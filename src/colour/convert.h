/* SPDX-License-Identifier: Apache-2.0 */
/* From one colour space to another, as rows: the curve undone, primaries mixed, what the other
 * cannot hold brought in (where that is asked for), the other's curve.
 *
 * Gamut mapping draws a colour that has a negative part towards the grey of its own brightness
 * until the part is 0. Tone mapping leaves light up to nine tenths of the display's white alone and
 * lays what is above, up to the brightest code of the space the picture came from, evenly by its
 * logarithm into the last tenth; the three channels are scaled together. Both act where the other
 * space is a display's and narrower than what the picture may hold, and never on what fits. */
#ifndef FTH_COLOUR_CONVERT_H
#define FTH_COLOUR_CONVERT_H

#include <stddef.h>

#include "colour/space.h"

struct fth_conversion_options {
    bool map_gamut, map_tones;
    /* The space all values are known to lie in, of the picture as it was made; File: `from` says
     * all that is known. A Rec.709 picture in a wide working space fits a Rec.709 display. */
    enum fth_colour_space fits;
};

struct fth_conversion {
    struct fth_curve_form from, to;
    float matrix[9], weights[3]; /* luma of the other space */
    struct fth_shoulder shoulder;
    bool mixes, draws_in, bends;
    bool is_same; /* rows stay as they are */
};

/* Known spaces, both. */
void fth_conversion_make(enum fth_colour_space from, enum fth_colour_space to,
                         const struct fth_conversion_options *options,
                         struct fth_conversion *conversion);

/* Rows in place; they do not overlap. */
void fth_conversion_rows(const struct fth_conversion *conversion, float *const rgb[3], size_t n);

/* The curve alone: codes to light and back. Rows in place. */
void fth_curve_decode(const struct fth_curve_form *form, float *const rgb[3], size_t n);
void fth_curve_encode(const struct fth_curve_form *form, float *const rgb[3], size_t n);

#endif
