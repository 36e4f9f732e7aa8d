/* SPDX-License-Identifier: Apache-2.0 */
/* DRAFT step 6: motion, cuts, and what is kept of the frame before. */
#ifndef FTH_DEPTH_DRAFT_TIME_H
#define FTH_DEPTH_DRAFT_TIME_H

#include "depth/draft_recipe.h"

enum fth_status fth_draft_motion(const struct fth_work *work, const struct fth_grid *grey,
                                 const struct fth_grid *grey_before, int32_t width, int32_t height,
                                 struct fth_draft_motion *motion, struct fth_error *error);
/* seen->near leans on past->base, which it then becomes. */
enum fth_status fth_draft_steady(const struct fth_draft *draft, const struct fth_work *work,
                                 const struct fth_draft_seen *seen,
                                 struct fth_draft_past *past, struct fth_error *error);
enum fth_status fth_draft_steady_mattes(const struct fth_draft *draft, const struct fth_work *work,
                                        const struct fth_draft_seen *seen,
                                        struct fth_draft_past *past, struct fth_error *error);

#endif
