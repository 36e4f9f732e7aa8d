/* SPDX-License-Identifier: Apache-2.0 */
/* White balance: the matrix that makes a picture look as if its white were warmer or colder. */
#ifndef FTH_COLOUR_WHITE_H
#define FTH_COLOUR_WHITE_H

#include "image/colours.h"

/* A matrix by rows for linear R, G, B of `space`'s primaries (Rec.709's where nobody knows), by
 * Bradford adaptation from D65 to a white `temperature_mired` warmer (plus) or colder along the
 * daylight locus, moved off it towards magenta (plus) or green by `tint` hundredths of .02 in CIE
 * 1960 uv (FORMULAS 6.13). Both are -100..100; 0, 0 is the identity to the bit. */
void fth_colour_white(enum fth_colour_space space, double temperature_mired, double tint,
                      float matrix[9]);

#endif
