/* SPDX-License-Identifier: Apache-2.0 */
/* How much of each pixel an outline covers: the exact area of its straight edges, whether they
 * cross each other or not. A row of pixels is cut into slabs wherever an edge begins, ends or
 * crosses another, so that within a slab there are only trapezoids. Areas are summed as whole
 * numbers, so that a pixel is the same whatever else is drawn beside it. */
#ifndef FTH_OPS_COVERAGE_H
#define FTH_OPS_COVERAGE_H

#include "image/rect.h"
#include "ops/grid.h"
#include "ops/outline.h"

/* What counts as covered: the fill (layer 0) by its winding, the stroke (layer 1) by any. */
enum fth_coverage_rule { FTH_FILL_NONZERO, FTH_FILL_EVEN_ODD };
enum fth_coverage_parts { FTH_COVER_EITHER, FTH_COVER_FILL_ONLY, FTH_COVER_STROKE };

struct fth_coverage {
    const struct fth_outline *outline;
    enum fth_coverage_rule rule;
    enum fth_coverage_parts parts;
};

/* Coverage 0..1 of the pixels of `rect` into `to`, which is of its size. FILL_ONLY is the fill
 * where there is no stroke. Exact for any number of edges, up to some 250 000 crossings in a row of
 * pixels between two ends of edges and 2 million in the whole row: beyond, rows are sliced. */
enum fth_status fth_coverage_draw(const struct fth_work *work, const struct fth_coverage *what,
                                  struct fth_rect rect, const struct fth_grid *to,
                                  struct fth_error *error);

#endif
