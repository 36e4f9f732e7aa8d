/* SPDX-License-Identifier: Apache-2.0 */
/* Transfer curves by colour space, as rows (FORMULAS 6.13). Signs are kept; primaries are Rec.709
 * in every space here, so a curve is all that lies between them. */
#ifndef FTH_COLOUR_CURVES_H
#define FTH_COLOUR_CURVES_H

#include <stddef.h>

#include "image/image.h"

/* Encoded values to linear light; dst may be src. FTH_COLOUR_FILE and linear spaces copy. */
void fth_curve_decode(enum fth_colour_space space, float *dst, const float *src, size_t n);

/* Linear light to encoded values; dst may be src. */
void fth_curve_encode(enum fth_colour_space space, float *dst, const float *src, size_t n);

#endif
