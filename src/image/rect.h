/* SPDX-License-Identifier: Apache-2.0 */
/* Half-open rectangles of pixels, x to the right and y down: a pixel (x, y) is inside when
 * x0 <= x < x1 and y0 <= y < y1. Any rectangle without pixels is empty. */
#ifndef FTH_IMAGE_RECT_H
#define FTH_IMAGE_RECT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"

struct fth_rect {
    int32_t x0, y0, x1, y1;
};

static inline bool fth_rect_empty(struct fth_rect r)
{
    return r.x0 >= r.x1 || r.y0 >= r.y1;
}

static inline int32_t fth_rect_width(struct fth_rect r)
{
    return r.x1 > r.x0 ? r.x1 - r.x0 : 0;
}

static inline int32_t fth_rect_height(struct fth_rect r)
{
    return r.y1 > r.y0 ? r.y1 - r.y0 : 0;
}

static inline struct fth_rect fth_rect_intersect(struct fth_rect a, struct fth_rect b)
{
    struct fth_rect r = {FTH_MAX(a.x0, b.x0), FTH_MAX(a.y0, b.y0), FTH_MIN(a.x1, b.x1),
                         FTH_MIN(a.y1, b.y1)};
    return fth_rect_empty(r) ? (struct fth_rect){0} : r;
}

/* Smallest rectangle holding both; an empty one counts for nothing. */
static inline struct fth_rect fth_rect_join(struct fth_rect a, struct fth_rect b)
{
    if (fth_rect_empty(a))
        return b;
    if (fth_rect_empty(b))
        return a;
    return (struct fth_rect){FTH_MIN(a.x0, b.x0), FTH_MIN(a.y0, b.y0), FTH_MAX(a.x1, b.x1),
                             FTH_MAX(a.y1, b.y1)};
}

static inline struct fth_rect fth_rect_grow(struct fth_rect r, int32_t dx, int32_t dy)
{
    return (struct fth_rect){r.x0 - dx, r.y0 - dy, r.x1 + dx, r.y1 + dy};
}

/* True when every pixel of `inner` is in `outer`; an empty one is inside everything. */
static inline bool fth_rect_contains(struct fth_rect outer, struct fth_rect inner)
{
    return fth_rect_empty(inner) || (inner.x0 >= outer.x0 && inner.y0 >= outer.y0 &&
                                     inner.x1 <= outer.x1 && inner.y1 <= outer.y1);
}

static inline bool fth_rect_equal(struct fth_rect a, struct fth_rect b)
{
    return (fth_rect_empty(a) && fth_rect_empty(b)) ||
           (a.x0 == b.x0 && a.y0 == b.y0 && a.x1 == b.x1 && a.y1 == b.y1);
}

#endif
