/* SPDX-License-Identifier: Apache-2.0 */
/* DRAFT step 5: who is a person, what is behind them, and where they stand. */
#ifndef FTH_DEPTH_DRAFT_PEOPLE_H
#define FTH_DEPTH_DRAFT_PEOPLE_H

#include "depth/draft_recipe.h"

/* The people in past->soft; past->believed becomes this frame's. `before`: how far each pixel
 * passed for a person a moment ago, 0..1. Without `people` only what is believed is found. */
enum fth_status fth_draft_people(const struct fth_work *work, int matte_count,
                                 const struct fth_grid *before, struct fth_draft_past *past,
                                 struct fth_draft_person *people, int *people_count,
                                 struct fth_error *error);
/* The scene without them, where it was in-filled (up to `reach` around them), and their alpha. */
enum fth_status fth_draft_behind(const struct fth_work *work, const struct fth_grid *near,
                                 const struct fth_draft_person *people, int people_count,
                                 int32_t reach, const struct fth_grid *scene,
                                 const struct fth_mask *wide,
                                 const struct fth_grid *alpha, struct fth_error *error);
/* `near` and `scene` in output units. `over_time`: of a frame of many, levels must not jump. */
enum fth_status fth_draft_cards(const struct fth_work *work, const struct fth_grid *near,
                                const struct fth_grid *scene, const struct fth_mask *wide,
                                const struct fth_grid *alpha,
                                const struct fth_draft_person *people, int people_count,
                                bool over_time, const struct fth_grid *cards,
                                struct fth_error *error);
/* The same for depth that stands as it is: that of people's insides, spread outwards. */
enum fth_status fth_draft_own_cards(const struct fth_work *work, const struct fth_grid *near,
                                    const struct fth_draft_person *people, int people_count,
                                    const struct fth_grid *cards, struct fth_error *error);

#endif
