/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures moved, turned and scaled: each pixel of the result is looked up in the source through a
 * filter that widens where the picture shrinks, so that nothing flickers. */
#ifndef FTH_NODES_SAMPLER_H
#define FTH_NODES_SAMPLER_H

#include "nodes/pixels.h"

enum fth_filter { FTH_FILTER_NEAREST, FTH_FILTER_BILINEAR, FTH_FILTER_CUBIC, FTH_FILTER_LANCZOS };
enum fth_edges { FTH_EDGES_TRANSPARENT, FTH_EDGES_REPEAT, FTH_EDGES_MIRROR };

extern const struct fth_choice fth_filters[];

struct fth_sampling {
    int32_t filter, edges;
    double to_source[6];    /* (x, y) of the result is a x + b y + c, d x + e y + f of the source */
    struct fth_rect source; /* what there is of it */
};

/* What of the source is read for `rect` of the result. */
struct fth_rect fth_sampling_region(const struct fth_sampling *sampling, struct fth_rect rect);
/* Where of the result something of the source is seen, when its edges are transparent. */
struct fth_rect fth_sampling_reach(const struct fth_sampling *sampling);

/* `rect` of the source in the result, of moves along the axes alone; whole pixels about it. */
struct fth_rect fth_sampling_image(const struct fth_sampling *sampling, struct fth_rect rect);
bool fth_sampling_moves_nothing(const struct fth_sampling *sampling);

/* For nodes that put the whole picture into another frame, along the axes alone: `out`, the input's
 * info, becomes the result's; and whether the input is the result. */
enum fth_status fth_sampling_tell(const struct fth_sampling *sampling, struct fth_format format,
                                  struct fth_info *out, struct fth_error *error);
bool fth_sampling_is_identity(const struct fth_call *call, const struct fth_sampling *sampling);

/* Every channel of `input` over call->rect: R, G, B and A by the filter and multiplied by A, others
 * (depth, numbers of things) from the nearest pixel. With `alpha` a picture without A gets one.
 * Format, data window and multiplication are those of call->info. */
enum fth_status fth_sampling_picture(const struct fth_call *call,
                                     const struct fth_sampling *sampling,
                                     const struct fth_image *input, bool alpha,
                                     struct fth_image **image, struct fth_error *error);

/* Several ways to look at one source, and what each counts; together 1. */
struct fth_samplings {
    int count;
    struct fth_sampling list[FTH_LIMIT_MOMENTS];
    float weights[FTH_LIMIT_MOMENTS];
};

/* fth_sampling_picture as the mean of them; what is no colour is looked up as the middle one has
 * it. */
enum fth_status fth_sampling_mean(const struct fth_call *call,
                                  const struct fth_samplings *samplings,
                                  const struct fth_image *input, bool alpha,
                                  struct fth_image **image, struct fth_error *error);

#endif
