/* SPDX-License-Identifier: Apache-2.0 */
/* The guided filter (He, Sun, Tang 2013; fast: He, Sun 2015; FORMULAS 6.8): a map is redrawn with
 * the outlines of a picture. Borders reflect. */
#ifndef FTH_OPS_GUIDED_H
#define FTH_OPS_GUIDED_H

#include "ops/grid.h"

/* Grey guide, same size as the map; dst may be the map. `weight` (confidence, same size) may be
 * NULL; all means are weighted by it. */
enum fth_status fth_guided_grey(const struct fth_work *work, const struct fth_grid *guide,
                                const struct fth_grid *map, const struct fth_grid *weight,
                                const struct fth_grid *dst, int32_t radius, double eps,
                                struct fth_error *error);

/* Colour guide guide[3]. Coefficients are taken at the size of `map` from guide_small[3] (same size
 * as the map) and applied at the size of `dst` to guide_large[3]; all may have one size. `weight`
 * as above. */
enum fth_status fth_guided_colour(const struct fth_work *work, const struct fth_grid *guide_small,
                                  const struct fth_grid *map, const struct fth_grid *weight,
                                  const struct fth_grid *guide_large, const struct fth_grid *dst,
                                  int32_t radius, double eps, struct fth_error *error);
/* What a filter by colours takes from its guide alone, for maps that are filtered by one guide one
 * after another, with the same bits as by the function above. */
enum { FTH_GUIDE_MEANS = 10 };

struct fth_guide {
    struct fth_grid colours[3], weight; /* the latter's data NULL: unweighted */
    struct fth_grid means[FTH_GUIDE_MEANS]; /* the last of weights, where there are some */
    int32_t radius;
};

/* Fills the means, grids of the guide's size; `weight` becomes what is weighed by. */
enum fth_status fth_guide_find(const struct fth_work *work, const struct fth_guide *guide,
                               struct fth_error *error);

/* dst, which may be the map, of the guide's size. */
enum fth_status fth_guide_filter(const struct fth_work *work, const struct fth_guide *guide,
                                 const struct fth_grid *map, const struct fth_grid *dst, double eps,
                                 struct fth_error *error);

/* How what was filtered small comes to a picture: dst := from + blend (filtered - from). */
struct fth_guided_end {
    const struct fth_grid *colours; /* [3], of dst's size: the guide there */
    const struct fth_grid *from, *dst; /* they may be the same; from NULL: dst := filtered */
    float blend;
    bool limits, clips; /* the guide's values, those of the result: to 0..1 */
};

enum fth_status fth_guide_apply(const struct fth_work *work, const struct fth_guide *guide,
                                const struct fth_grid *map, double eps,
                                const struct fth_guided_end *end, struct fth_error *error);
#endif
