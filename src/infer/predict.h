/* SPDX-License-Identifier: Apache-2.0 */
/* A picture through a network, as the manifest says it must be shown and read. */
#ifndef FTH_INFER_PREDICT_H
#define FTH_INFER_PREDICT_H

#include <stdbool.h>

#include "infer/session.h"
#include "ops/grid.h"

/* A picture at the size a network looks at it: R, G and B, 0..1, in the work's arena. */
struct fth_view {
    struct fth_grid rgb[3];
};

/* What a network said of a view, at its own size, mirroring undone, in the work's arena. Invalid
 * answers are replaced and large ones cut as the manifest says. */
struct fth_answer {
    struct fth_grid values;
    struct fth_grid invalid; /* 1 where the network's own answer was invalid; data is NULL when the
                                manifest names no such answers */
};

/* The size of the view for a picture of width x height; `side` > 0 takes the place of the
 * manifest's. */
void fth_view_size(const struct fth_network *network, int32_t width, int32_t height, int side,
                   int32_t *view_width, int32_t *view_height);

/* Resamples picture[3] (R, G, B; values outside 0..1 are cut, NaN counts as 0). */
enum fth_status fth_view_make(const struct fth_work *work, const struct fth_network *network,
                              const struct fth_grid picture[3], int32_t view_width,
                              int32_t view_height, struct fth_view *view,
                              struct fth_error *error);

/* Runs the network on the view or on its mirror image. */
enum fth_status fth_view_answer(const struct fth_work *work, struct fth_infer_session *session,
                                const struct fth_view *view, bool mirrored,
                                struct fth_answer *answer, struct fth_error *error);

/* A map as the network put it out, read as an answer: what fth_view_answer does after its run. */
enum fth_status fth_map_answer(const struct fth_work *work, const struct fth_network *network,
                               const struct fth_tensor *map, struct fth_answer *answer,
                               struct fth_error *error);

/* The picture's view as the tensor the network is given; to one that looks at a window of frames
 * it is a shot of one frame, repeated (infer/window.h is for longer ones). Its data lives in the
 * work's arena. */
enum fth_status fth_view_tensor(const struct fth_work *work, const struct fth_network *network,
                                const struct fth_view *view, bool mirrored,
                                struct fth_tensor *tensor, struct fth_error *error);

/* The same numbers into `values`: 3 x height x width, or height x width x 3 (layout nhwc). */
void fth_view_fill(const struct fth_network *network, const struct fth_view *view, bool mirrored,
                   float *values);

/* All of it: `values` has the picture's size and the network's own meaning. */
enum fth_status fth_predict(const struct fth_work *work, struct fth_infer_session *session,
                            const struct fth_grid picture[3], int side,
                            const struct fth_grid *values, struct fth_error *error);

/* Resamples by a filter of the manifest. */
enum fth_status fth_network_resample(const struct fth_work *work, enum fth_network_filter filter,
                                     const struct fth_grid *src, const struct fth_grid *dst,
                                     struct fth_error *error);

#endif
