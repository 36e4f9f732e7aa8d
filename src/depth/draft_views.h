/* SPDX-License-Identifier: Apache-2.0 */
/* DRAFT step 1: the depth network's views of a frame, and the matte network's looks. All of a frame
 * is asked at once, then taken. */
#ifndef FTH_DEPTH_DRAFT_VIEWS_H
#define FTH_DEPTH_DRAFT_VIEWS_H

#include "depth/draft_recipe.h"
#include "infer/batch.h"

enum { FTH_DRAFT_MOST_VIEWS = 5 };

/* What the networks were asked of a frame, and have answered: until the next is asked, and as long
 * as the work's arena holds the views. */
struct fth_draft_asked {
    struct fth_view matte_views[FTH_DRAFT_MATTES], views[FTH_DRAFT_MOST_VIEWS];
    struct fth_question questions[FTH_DRAFT_MATTES + 2 * FTH_DRAFT_MOST_VIEWS];
    int count, matte_count; /* the mattes' come first */
    int look_count;
    struct fth_draft_asked_look {
        int corner;       /* of the views behind the first, which is of the whole frame */
        int first, count; /* of its questions */
    } looks[FTH_DRAFT_MOST_VIEWS];
};

/* Mattes where seen->mattes_new says so, and views unless the draft is as_is: out of draft->ahead
 * what was asked already. */
enum fth_status fth_draft_ask(const struct fth_draft *draft, const struct fth_work *work,
                              int64_t frame, const struct fth_draft_seen *seen,
                              struct fth_draft_asked *asked, struct fth_error *error);

/* The same, whatever was asked already. */
enum fth_status fth_draft_ask_now(const struct fth_draft *draft, const struct fth_work *work,
                                  int64_t frame, const struct fth_draft_seen *seen,
                                  struct fth_draft_asked *asked, struct fth_error *error);
/* Copies the answers into the work's arena: the batch may then be run again. */
enum fth_status fth_draft_keep_answers(const struct fth_work *work, struct fth_draft_asked *asked,
                                       struct fth_error *error);

/* `near` is views_side square. */
enum fth_status fth_draft_views(const struct fth_draft *draft, const struct fth_work *work,
                                const struct fth_draft_asked *asked, const struct fth_grid *near,
                                const struct fth_grid *invalid, double *disagreement,
                                struct fth_error *error);
/* Into seen->mattes, which are there. */
enum fth_status fth_draft_mattes(const struct fth_work *work, const struct fth_draft_asked *asked,
                                 struct fth_draft_seen *seen, struct fth_error *error);

#endif
