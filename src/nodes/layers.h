/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures laid over each other: a background at port 0 whose frame is the result's, and a
 * foreground at port 1, or more of them, whose centres lie on the background's, in whole pixels. */
#ifndef FTH_NODES_LAYERS_H
#define FTH_NODES_LAYERS_H

#include "nodes/pixels.h"

enum { FTH_LAYER_BACK, FTH_LAYER_FRONT };

/* What to add to a position in the result to have it in the foreground. */
struct fth_shift {
    int32_t dx, dy;
};

struct fth_shift fth_layers_shift(const struct fth_call *call, int port);
bool fth_layers_are_aligned(const struct fth_call *call);

static inline struct fth_rect fth_rect_moved(struct fth_rect rect, int32_t dx, int32_t dy)
{
    return (struct fth_rect){rect.x0 + dx, rect.y0 + dy, rect.x1 + dx, rect.y1 + dy};
}

/* Where either of them is, cut by the clipping mode. */
struct fth_rect fth_layers_domain(const struct fth_call *call);
/* For fth_step.region_in. */
struct fth_rect fth_layers_region(const struct fth_call *call, int port, struct fth_rect rect);

enum {
    FTH_LAYER_FULL = 1,   /* A is 1 where a layer without one has pixels; else it is NULL */
    FTH_LAYER_AS_IT_IS = 2 /* colours are not multiplied by A, whatever the picture says */
};

/* R, G, B and A of a layer over call->rect of the result. */
enum fth_status fth_layers_take(const struct fth_call *call, int port, int how,
                                struct fth_plane *planes[4], struct fth_error *error);

#endif
