/* SPDX-License-Identifier: Apache-2.0 */
/* What pixel operations work on: rows of floats (a grid) or of bytes (a mask), owned by others.
 * Grids made here live in an arena; a plane can be seen as a grid without a copy. */
#ifndef FTH_OPS_GRID_H
#define FTH_OPS_GRID_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "image/plane.h"

struct fth_grid {
    float *data;
    ptrdiff_t row_stride; /* floats */
    int32_t width, height;
};

struct fth_mask {
    uint8_t *data; /* 0 or 1 unless said otherwise */
    ptrdiff_t row_stride;
    int32_t width, height;
};

/* New, undefined contents, 64-byte aligned rows, valid as long as the arena's mark. */
enum fth_status fth_grid_new(struct fth_arena *arena, int32_t width, int32_t height,
                             struct fth_grid *grid, struct fth_error *error);
enum fth_status fth_mask_new(struct fth_arena *arena, int32_t width, int32_t height,
                             struct fth_mask *mask, struct fth_error *error);

static inline float *fth_grid_row(const struct fth_grid *grid, int32_t y)
{
    return grid->data + (ptrdiff_t)y * grid->row_stride;
}

static inline uint8_t *fth_mask_row(const struct fth_mask *mask, int32_t y)
{
    return mask->data + (ptrdiff_t)y * mask->row_stride;
}

/* The part of `plane` inside `rect` (which must lie in plane->rect), borrowed. */
static inline struct fth_grid fth_grid_of_plane(const struct fth_plane *plane, struct fth_rect rect)
{
    struct fth_grid grid = {.data = fth_plane_at(plane, rect.x0, rect.y0),
                            .row_stride = plane->row_stride,
                            .width = fth_rect_width(rect),
                            .height = fth_rect_height(rect)};
    return grid;
}

/* A part of a grid, borrowed. */
static inline struct fth_grid fth_grid_part(const struct fth_grid *grid, int32_t x, int32_t y,
                                            int32_t width, int32_t height)
{
    return (struct fth_grid){fth_grid_row(grid, y) + x, grid->row_stride, width, height};
}

/* Whether what is written to the grid is out of the caches before anybody reads it: then rows are
 * better streamed (the kernel `stream`). */
static inline bool fth_grid_streams(const struct fth_grid *grid)
{
    enum { LARGE = 2000000 }; /* 1080p, whose four planes are 33 MB */
    return (int64_t)grid->width * grid->height >= LARGE;
}

/* dst := src; same size. */
void fth_grid_copy(const struct fth_grid *dst, const struct fth_grid *src);
void fth_grid_fill(const struct fth_grid *grid, float value);

/* Runs rows(context, y0, y1) over all rows in fixed blocks of `block_rows`, on the pool. The blocks
 * depend on the height alone. Returns FTH_CANCELLED when the flag was raised. */
enum fth_status fth_rows_run(const struct fth_work *work, int32_t height, int32_t block_rows,
                             void (*rows)(void *context, int32_t y0, int32_t y1), void *context);

/* The same for rows that need memory of their own: `scratch_size` bytes at a multiple of 64, not
 * zeroed, for each block while it runs. */
struct fth_rows {
    void (*run)(void *context, int32_t y0, int32_t y1, void *scratch);
    void *context;
    int32_t block_rows;
    size_t scratch_size;
};

enum fth_status fth_rows_run_scratch(const struct fth_work *work, int32_t height,
                                     const struct fth_rows *rows, struct fth_error *error);

#endif
