/* SPDX-License-Identifier: Apache-2.0 */
/* Blend modes of W3C Compositing and Blending Level 1, on colours that are not multiplied. */
#ifndef FTH_NODES_BLEND_MODES_H
#define FTH_NODES_BLEND_MODES_H

#include "node/param.h"

enum fth_blend_mode {
    FTH_BLEND_NORMAL, FTH_BLEND_MULTIPLY, FTH_BLEND_SCREEN, FTH_BLEND_OVERLAY, FTH_BLEND_DARKEN,
    FTH_BLEND_LIGHTEN, FTH_BLEND_COLOR_DODGE, FTH_BLEND_COLOR_BURN, FTH_BLEND_HARD_LIGHT,
    FTH_BLEND_SOFT_LIGHT, FTH_BLEND_DIFFERENCE, FTH_BLEND_EXCLUSION, FTH_BLEND_HUE,
    FTH_BLEND_SATURATION, FTH_BLEND_COLOR, FTH_BLEND_LUMINOSITY, FTH_BLEND_COUNT
};

extern const struct fth_choice fth_blend_modes[];

/* out := B(back, front); finite for all that is finite. */
void fth_blend(enum fth_blend_mode mode, const float back[3], const float front[3], float out[3]);

#endif
