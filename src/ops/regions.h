/* SPDX-License-Identifier: Apache-2.0 */
/* Connected parts of masks, and order statistics. */
#ifndef FTH_OPS_REGIONS_H
#define FTH_OPS_REGIONS_H

#include "ops/grid.h"

struct fth_region {
    int32_t x, y, width, height; /* bounding box */
    int64_t area;                /* pixels */
};

/* Labels: int32 per pixel, rows of mask->width; 0 outside the mask, 1.. by first pixel in reading
 * order. regions[0] is label 1. Both live in the work's arena. `connectivity` is 4 or 8. */
enum fth_status fth_label_regions(const struct fth_work *work, const struct fth_mask *mask,
                                  int connectivity, int32_t **labels, struct fth_region **regions,
                                  int32_t *region_count, struct fth_error *error);

/* numpy.percentile (linear between ranks) for each of `percents` (0..100). count >= 1. NaN may not
 * be among the values. Takes time in proportion to `count`, whatever the values are. */
void fth_percentiles(const float *values, size_t count, const double *percents, double *results,
                     size_t percent_count);
static inline double fth_median(const float *values, size_t count)
{
    double half = 50, result;
    fth_percentiles(values, count, &half, &result, 1);
    return result;
}
#endif
