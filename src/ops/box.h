/* SPDX-License-Identifier: Apache-2.0 */
/* Means over boxes with whole radii, of a grid or of a product, in one pass over the rows. */
#ifndef FTH_OPS_BOX_H
#define FTH_OPS_BOX_H

#include "ops/blur.h"

struct fth_box_stream;

struct fth_box_mean {
    const struct fth_grid *factors[3]; /* (a b) c; NULL: no more of them */
    const struct fth_grid *divisor;    /* of the mean; NULL: none */
    const struct fth_grid *dst;        /* may be one of the factors */
    int32_t radius_x, radius_y;        /* at least 0 */
    enum fth_border border;
    const struct fth_box_stream *scratch_of; /* one that takes turns with this; NULL: none */
    int32_t height; /* of the whole; grids with fewer rows keep row y at y mod their height */
};

/* The whole at once; `height` and `scratch_of` are not looked at. */
enum fth_status fth_box_run(const struct fth_work *work, const struct fth_box_mean *mean,
                            struct fth_error *error);

/* Or band by band, for what takes several means: open, then let in rows, at most fth_box_band() at
 * a time, and have the means of the rows told put into dst, which are at most the radius more than
 * were let in: columns x .. x + n - 1, each once, at most fth_box_columns() at a time, on any
 * thread. A box lives in the arena. */
struct fth_box_rows {
    int32_t from, end;
};

int32_t fth_box_band(const struct fth_work *work);
int32_t fth_box_columns(const struct fth_work *work, int32_t width);
enum fth_status fth_box_open(const struct fth_work *work, const struct fth_box_mean *mean,
                             struct fth_box_stream **box, struct fth_error *error);
/* Rows up to `end` into all the boxes, which share scratch; NULL is skipped. */
struct fth_box_rows fth_box_let_in(struct fth_box_stream *const *boxes, int count, int32_t end);
void fth_box_put(struct fth_box_stream *box, int32_t x, size_t n);
#endif
