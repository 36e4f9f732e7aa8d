/* SPDX-License-Identifier: Apache-2.0 */
/* The sums behind sampler.h: planes looked up through a filter. Moves along the axes alone take two
 * passes, one along rows and one down; other moves look at a square of pixels each. Which pixels
 * are computed how depends on where they are, never on what else is asked for. */
#ifndef FTH_NODES_SAMPLER_ROWS_H
#define FTH_NODES_SAMPLER_ROWS_H

#include "nodes/sampler.h"

struct fth_sampling_planes {
    struct fth_plane *from[4], *to[4];
    int count;
};

/* Half of a filter's width, in pixels that are not reduced. */
double fth_filter_support(int32_t filter);
/* How much a step of one pixel is on an axis of the source, at least one. */
double fth_sampling_stretch(const struct fth_sampling *sampling, int axis);
/* A position that fits a pixel's number, far from where pictures are. */
double fth_sampling_bounded(double at);

/* to[] over call->rect, out of from[], which hold fth_sampling_region of it within the source. The
 * source is not empty. */
enum fth_status fth_sampling_rows(const struct fth_call *call, const struct fth_sampling *sampling,
                                  const struct fth_sampling_planes *planes,
                                  struct fth_error *error);

#endif
