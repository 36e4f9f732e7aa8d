/* SPDX-License-Identifier: Apache-2.0 */
/* Curves that people draw through points, as tables that pixels are looked up in. Points without
 * handles are joined smoothly and monotonously (Fritsch and Butland), handles make Bezier curves.
 */
#ifndef FTH_NODES_TONE_CURVE_H
#define FTH_NODES_TONE_CURVE_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/status.h"
#include "fathom/param.h"
#include "ops/tones.h"

enum fth_tone_kind {
    FTH_TONE_VALUE,  /* from value to value; begins in 0, 0 and ends in 1, 1 where no point is as
                        far out, and goes on straight beyond its ends */
    FTH_TONE_LEVEL,  /* 0..1 around a neutral line; level beyond its ends */
    FTH_TONE_CIRCLE  /* the same, and 1 is 0 again: hues */
};

struct fth_tone_style {
    enum fth_tone_kind kind;
    bool straight;       /* lines from point to point, whatever handles they have */
    double neutral;      /* the line that changes nothing; of VALUE the diagonal is */
    double scale, shift; /* what is looked up is (y - neutral) scale + shift */
};

/* The curve of the shape's first path as a table that lives in the arena. *table is NULL for no
 * path, and for one that changes nothing. */
enum fth_status fth_tone_curve(const struct fth_shape_at *shape, const struct fth_tone_style *style,
                               struct fth_arena *arena, const struct fth_lookup **table,
                               struct fth_error *error);

#endif
