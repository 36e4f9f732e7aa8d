/* SPDX-License-Identifier: Apache-2.0 */
/* Means over boxes with whole radii, of a grid or of products of grids, in one pass over tiles that
 * stay in a core's cache. */
#ifndef FTH_OPS_BOX_H
#define FTH_OPS_BOX_H

#include "ops/blur.h"
#include "ops/kernels.h"

struct fth_box_mean {
    const struct fth_grid *factors[3]; /* (a b) c; NULL: no more of them */
    const struct fth_grid *divisor;    /* of the mean; NULL: none */
    const struct fth_grid *dst;        /* may be one of the factors */
    int32_t radius_x, radius_y;        /* at least 0 */
    enum fth_border border;
};

enum fth_status fth_box_run(const struct fth_work *work, const struct fth_box_mean *mean,
                            struct fth_error *error);

/* ---- for what takes several means: tile by tile
 *
 * A picture is cut into strips of columns, and those into blocks of rows. A tile comes after those
 * to its left and above, on any thread; within it rows are let into sets of means sixteen at a
 * time, whereupon the means of some rows can be had. Every sum runs over its whole row or column,
 * so results depend neither on the cut nor on threads. */
enum { FTH_BOX_SOURCES = 3, FTH_BOX_MEANS = 4, FTH_BOX_PUT = 8 };

struct fth_box_cut {
    int32_t width, height;
    int32_t columns, rows; /* of a tile; the last strip's differ in width */
    int32_t strips, blocks;
};

struct fth_box_tile {
    int32_t strip, x0, x1, y0, y1;
    bool last; /* of the strips */
};

struct fth_box_job {
    void (*tile)(void *context, const struct fth_box_tile *tile, void *scratch);
    void *context;
    size_t scratch_size; /* bytes, of each thread, at a multiple of 64 */
};

/* For so many means in all, of grids of this size. */
struct fth_box_cut fth_box_cut(const struct fth_work *work, const struct fth_grid *like,
                               int32_t radius, int means);
int32_t fth_box_widest(const struct fth_box_cut *cut); /* columns a tile has at most */
enum fth_status fth_box_tiles(const struct fth_work *work, const struct fth_box_cut *cut,
                              const struct fth_box_job *job, struct fth_error *error);

/* Means of one window. `lag`: its sources are there up to a tile's last column only, so means are
 * told that many (the radius) columns to the left; else sources are there as a whole. */
struct fth_box_plan {
    const struct fth_box_cut *cut;
    int32_t radius_x, radius_y;
    enum fth_border border;
    bool lag;
    int source_count, mean_count;
    int8_t factors[FTH_BOX_MEANS][3]; /* of sources, -1: no more; the first -1: no such mean */
};

/* A source: column x of the picture at data[y % rows * stride + x - left]. */
struct fth_box_source {
    const float *data;
    ptrdiff_t row_stride;
    int32_t rows, left;
};

struct fth_box_span {
    int32_t from, end;
};

struct fth_box_set; /* lives in the arena */

enum fth_status fth_box_open(const struct fth_work *work, const struct fth_box_plan *plan,
                             struct fth_box_set **set, struct fth_error *error);
size_t fth_box_scratch(const struct fth_box_plan *plan); /* bytes that fth_box_let_in wants */
/* Columns of a tile's means. */
struct fth_box_span fth_box_columns(const struct fth_box_set *set, const struct fth_box_tile *tile);
/* Rows 16 group .. 16 group + 15, or up to the last. Returns the rows whose means there are. */
struct fth_box_span fth_box_let_in(struct fth_box_set *set, const struct fth_box_tile *tile,
                                   int32_t group, const struct fth_box_source *sources,
                                   void *scratch);
/* Means of these rows, in turn and at most FTH_BOX_PUT of them, to dst[y - rows.from]. */
void fth_box_put(struct fth_box_set *set, const struct fth_box_tile *tile, int mean,
                 struct fth_box_span rows, float *const *dst);

static inline struct fth_box_source fth_box_source_of(const struct fth_grid *grid)
{
    return (struct fth_box_source){grid->data, grid->row_stride, grid->height, 0};
}
#endif
