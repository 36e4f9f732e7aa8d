/* SPDX-License-Identifier: Apache-2.0 */
/* One-dimensional filters over whole rows or whole columns, FTH_LANES of them side by side: a strip
 * is transposed into lanes, padded as the border asks, filtered and put back. Filters that carry a
 * state along (running sums, recursions) vectorise across the lanes, and since a
 * strip always has the full length, nothing depends on bands or threads. */
#ifndef FTH_OPS_STRIPS_H
#define FTH_OPS_STRIPS_H

#include "ops/blur.h"
#include "ops/kernels.h"

struct fth_strip {
    float *dst;       /* n positions of FTH_LANES floats */
    const float *src; /* `pad` positions before it and behind it are there as well */
    int32_t n;
    void *scratch;    /* as large as the filter asked for, 64-byte aligned */
};

struct fth_strip_filter {
    void (*run)(const void *context, const struct fth_strip *strip);
    const void *context;
    int32_t pad;            /* positions the filter looks at beyond either end */
    enum fth_border border;
    float outside;          /* what FTH_BORDER_ZERO puts outside */
    size_t scratch_size;    /* bytes */
};

enum fth_axis { FTH_AXIS_X, FTH_AXIS_Y };

/* Filters every row (FTH_AXIS_X) or column; dst may be src. */
enum fth_status fth_strips_run(const struct fth_work *work, const struct fth_grid *src,
                               const struct fth_grid *dst, enum fth_axis axis,
                               const struct fth_strip_filter *filter, struct fth_error *error);
#endif
