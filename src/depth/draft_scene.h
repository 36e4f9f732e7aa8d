/* SPDX-License-Identifier: Apache-2.0 */
/* DRAFT steps 2 to 4: sky, ground, edges. */
#ifndef FTH_DEPTH_DRAFT_SCENE_H
#define FTH_DEPTH_DRAFT_SCENE_H

#include "depth/draft_recipe.h"

/* Brings the span's percentiles to 0 and 1. */
enum fth_status fth_draft_normalise(const struct fth_work *work, const struct fth_grid *near,
                                    struct fth_error *error);
/* On seen->near in place. */
enum fth_status fth_draft_scene(const struct fth_work *work, struct fth_draft_seen *seen,
                                double disagreement, struct fth_error *error);

#endif
