/* SPDX-License-Identifier: Apache-2.0 */
/* One network's depth as it stands: shown the picture as the manifest says, read as it means. */
#ifndef FTH_DEPTH_SINGLE_H
#define FTH_DEPTH_SINGLE_H

#include <stdbool.h>

#include "infer/window.h"
#include "ops/grid.h"

/* Width of the working picture: what the network makes of a picture of width x height fits in, and
 * people's outlines do; never more than the picture has. */
int32_t fth_single_work_width(const struct fth_infer_session *session, bool better, int32_t width,
                              int32_t height);

/* Pixels of the grid to one of the network's own, each way (geometric mean). */
double fth_single_pixel(const struct fth_infer_session *session, bool better,
                        const struct fth_grid *grid);

/* Nearness at the size of `near`, larger is nearer: in 1/m of metric networks, else as it came.
 * `invalid`: the share of each answer that was invalid. */
enum fth_status fth_single_near(struct fth_infer_session *session, bool better,
                                const struct fth_work *work, const struct fth_grid picture[3],
                                const struct fth_grid *near, const struct fth_grid *invalid,
                                struct fth_error *error);

/* The same for a network that looks at windows of frames (infer/window.h): a run for pictures of
 * this size, a shot's next frame, and the nearness of a map that was pulled. */
enum fth_status fth_single_window_new(struct fth_infer_session *session, bool better, int32_t width,
                                      int32_t height, struct fth_window_run **run,
                                      struct fth_error *error);
enum fth_status fth_single_window_push(struct fth_window_run *run,
                                       const struct fth_infer_session *session, bool better,
                                       const struct fth_work *work,
                                       const struct fth_grid picture[3], struct fth_error *error);
enum fth_status fth_single_window_near(const struct fth_infer_session *session,
                                       const struct fth_work *work, const struct fth_tensor *map,
                                       const struct fth_grid *near, const struct fth_grid *invalid,
                                       struct fth_error *error);

/* To another size by the network's own filter. */
enum fth_status fth_single_enlarge(const struct fth_infer_session *session,
                                   const struct fth_work *work, const struct fth_grid *src,
                                   const struct fth_grid *dst, struct fth_error *error);

#endif
