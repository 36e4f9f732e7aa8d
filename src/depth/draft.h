/* SPDX-License-Identifier: Apache-2.0 */
/* The draft recipe: depth and people's mattes out of a small depth network and a matte network.
 * A frame is first seen (all that needs no memory, networks included), then followed (all that
 * leans on the frame before). */
#ifndef FTH_DEPTH_DRAFT_H
#define FTH_DEPTH_DRAFT_H

#include "depth/draft_recipe.h"
#include "image/image.h"

/* The frame's answer at working size, in output units. */
struct fth_draft_result {
    struct fth_grid scene, alpha, cards, confidence;
    bool people;
};

/* The frame's planes, as large as the picture; owned by the caller. */
struct fth_draft_planes {
    struct fth_grid disparity, confidence, subject;
};

/* R, G and B of an image over all of its format, lent; one line when they are not there. */
enum fth_status fth_draft_borrow(const struct fth_image *image, struct fth_grid picture[3],
                                 struct fth_error *error);
/* Size of the working picture for a picture of width x height. */
void fth_draft_work_size(const struct fth_draft *draft, int32_t width, int32_t height,
                         int32_t *work_width, int32_t *work_height);
/* Grids of a past for a working picture; takes them from `arena`. */
enum fth_status fth_draft_past_new(struct fth_arena *arena, int32_t width, int32_t height,
                                   struct fth_draft_past *past, struct fth_error *error);
/* The picture at the sizes that are worked with: picture, small and grey of `seen`; no network. */
enum fth_status fth_draft_prepare(const struct fth_draft *draft, const struct fth_work *work,
                                  const struct fth_grid picture[3], struct fth_draft_seen *seen,
                                  struct fth_error *error);
/* What the networks say of the prepared picture. seen->motion is there already. */
enum fth_status fth_draft_see(const struct fth_draft *draft, const struct fth_work *work,
                              int64_t frame, const struct fth_grid picture[3],
                              struct fth_draft_seen *seen, struct fth_error *error);
/* What the networks will be asked about a frame to come, as long as it is no cut. */
struct fth_draft_asked;
enum fth_status fth_draft_expect(const struct fth_draft *draft, const struct fth_work *work,
                                 int64_t frame, const struct fth_grid picture[3],
                                 struct fth_draft_asked *asked, struct fth_error *error);
/* The past becomes the frame's. `result` NULL: the answer is not wanted. */
enum fth_status fth_draft_follow(const struct fth_draft *draft, const struct fth_work *work,
                                 const struct fth_draft_seen *seen, struct fth_draft_past *past,
                                 struct fth_draft_result *result, struct fth_error *error);
/* The answer out of maps that are steady already: past->base in the measure of past->low and high,
 * past->soft, and past->believed by the frames around. */
enum fth_status fth_draft_show(const struct fth_draft *draft, const struct fth_work *work,
                               const struct fth_draft_seen *seen, struct fth_draft_past *past,
                               struct fth_draft_result *result, struct fth_error *error);
/* How outlines are redrawn at the picture's size; see_as_is does it too. */
void fth_draft_measure(const struct fth_draft *draft, const struct fth_grid *picture,
                       struct fth_draft_seen *seen);
/* What a bundle stores as half is half before: cold and warm caches give the same bytes. */
void fth_draft_round_to_half(float *row, int32_t width);
/* Fills the planes, confidence and subject with what halves hold; `picture` as it came. */
enum fth_status fth_draft_enlarge(const struct fth_draft *draft, const struct fth_work *work,
                                  const struct fth_draft_seen *seen,
                                  const struct fth_draft_result *result,
                                  const struct fth_grid picture[3],
                                  const struct fth_draft_planes *planes, struct fth_error *error);

#endif
