/* SPDX-License-Identifier: Apache-2.0 */
/* DRAFT step 1: the depth network's views of a frame, and the matte network's looks. */
#ifndef FTH_DEPTH_DRAFT_VIEWS_H
#define FTH_DEPTH_DRAFT_VIEWS_H

#include "depth/draft_recipe.h"

/* `near` is views_side square. */
enum fth_status fth_draft_views(const struct fth_draft *draft, const struct fth_work *work,
                                int64_t turn, const struct fth_grid picture[3],
                                const struct fth_grid *near, const struct fth_grid *invalid,
                                double *disagreement, struct fth_error *error);
enum fth_status fth_draft_mattes(const struct fth_draft *draft, const struct fth_work *work,
                                 struct fth_draft_seen *seen, struct fth_error *error);

#endif
