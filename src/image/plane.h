/* SPDX-License-Identifier: Apache-2.0 */
/* A plane: one channel of 32-bit floats over a rectangle, 64-byte aligned, shared by counting.
 * Whoever makes it may write it until it is handed on; from then on nobody does. Memory comes from
 * a pool of buffers with a byte budget, because fresh pages cost more than most filters. */
#ifndef FTH_IMAGE_PLANE_H
#define FTH_IMAGE_PLANE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "image/rect.h"

struct fth_buffers;

/* A pool that keeps up to `keep_size` bytes of returned buffers for reuse. Thread-safe. Planes may
 * outlive it (they hold it). */
enum fth_status fth_buffers_create(uint64_t keep_size, struct fth_buffers **buffers,
                                   struct fth_error *error);
void fth_buffers_destroy(struct fth_buffers **buffers);
/* Bytes in planes alive now, and what else counts / at most so far. */
uint64_t fth_buffers_used(const struct fth_buffers *buffers);
uint64_t fth_buffers_peak(const struct fth_buffers *buffers);
/* Other memory of pictures, which counts as in use from one to the other; holds the pool. Both
 * accept NULL. */
void fth_buffers_count(struct fth_buffers *buffers, uint64_t size);
void fth_buffers_discount(struct fth_buffers *buffers, uint64_t size);
/* The most pixels that a picture read from a file may have; without a pool FTH_LIMIT_PIXELS. */
void fth_buffers_set_most_pixels(struct fth_buffers *buffers, int64_t pixels);
int64_t fth_buffers_most_pixels(const struct fth_buffers *buffers); /* accepts NULL */
/* Tests only: new planes are filled with NaN. */
void fth_buffers_set_poison(struct fth_buffers *buffers, bool poison);

struct fth_plane {
    struct fth_rect rect;  /* the pixels it holds */
    ptrdiff_t row_stride;  /* floats from one row to the next, a multiple of 16 */
    float *data;           /* the pixel (rect.x0, rect.y0) */
    struct fth_buffers *buffers;
    size_t size;           /* bytes of the buffer */
    int refs;              /* touched only by ref and unref */
    struct fth_plane *owner; /* whose memory this is a part of; NULL: its own */
    bool streams; /* a part that is out of the caches before anybody reads it: better written past
                     them, by a kernel that does so while it reads */
};

/* A plane over `rect`, contents undefined. `buffers` may be NULL (plain heap memory). Empty
 * rectangles are fine. Returns new. */
enum fth_status fth_plane_new(struct fth_buffers *buffers, struct fth_rect rect,
                              struct fth_plane **plane, struct fth_error *error);
/* A part of `owner`, whole rows of it, to be written by whoever makes the owner's pixels there.
 * Holds the owner. Returns new. */
enum fth_status fth_plane_part(struct fth_plane *owner, struct fth_rect rect,
                               struct fth_plane **plane, struct fth_error *error);
struct fth_plane *fth_plane_ref(struct fth_plane *plane); /* accepts NULL; returns its argument */
void fth_plane_unref(struct fth_plane **plane);           /* accepts NULL and a pointer to NULL */

/* The float at (x, y) as an address; (x, y) must lie in plane->rect. */
static inline float *fth_plane_at(const struct fth_plane *plane, int32_t x, int32_t y)
{
    return plane->data + (ptrdiff_t)(y - plane->rect.y0) * plane->row_stride + (x - plane->rect.x0);
}

void fth_plane_fill(struct fth_plane *plane, float value);

/* dst over `rect` := src where src has pixels, `outside` elsewhere. `rect` must lie in dst->rect;
 * src may be NULL (all outside). */
void fth_plane_copy(struct fth_plane *dst, const struct fth_plane *src, struct fth_rect rect,
                    float outside);

#endif
