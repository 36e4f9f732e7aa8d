/* SPDX-License-Identifier: Apache-2.0 */
/* Private to the shot's files: what is known of the clip and of the shot at hand. */
#ifndef FTH_DEPTH_SHOT_PARTS_H
#define FTH_DEPTH_SHOT_PARTS_H

#include "depth/cuts.h"
#include "depth/shot.h"
#include "depth/steady.h"
#include "depth/spool.h"
#include "infer/window.h"

/* Frames that were aligned together. */
struct fth_section {
    bool solved;
    int64_t first, last;
    double *scale, *shift; /* to one measure, in which ... */
    double low, high;      /* ... this range becomes 0..1 */
};

/* The steadied maps of some frames in a row. Each is kept as half floats. */
enum fth_block_map {
    FTH_BLOCK_NEAR, FTH_BLOCK_MATTE, FTH_BLOCK_BELIEVED = FTH_BLOCK_MATTE + FTH_DRAFT_MATTES,
    FTH_BLOCK_SURE,
    FTH_BLOCK_WEIGHT, FTH_BLOCK_MATTE_WEIGHT, /* while only one side has been there */
    FTH_BLOCK_MAPS
};
struct fth_block {
    int64_t first, last; /* first > last: none */
    struct fth_block_frame {
        uint16_t *maps[FTH_BLOCK_MAPS];
        int matte_count;
        bool follows;    /* a neighbour was there to be compared with */
        double flicker, flicker_alone, drift;
    } *frames;
    size_t capacity;
};

struct fth_shot {
    int64_t first, last; /* of the clip */
    char *cache_folder;
    struct fth_cuts *cuts;
    struct fth_spool *spool;
    struct fth_motion_finder finder;
    struct fth_arena *memory; /* of `grey` */
    bool grey_held;
    int64_t grey_frame; /* the frame taken last */
    struct fth_grid grey;
    bool wants_look; /* what the frame wanted last is wanted for: its look, or only its motion */
    int32_t width, height; /* working size */

    /* a network of windows: which frames of the shot at hand it has been shown */
    bool by_windows, wants_window;
    bool window_fresh, window_ended; /* shown nothing yet; shown all */
    struct fth_window_run *windows;
    int64_t window_begin;            /* of the shot it is shown; before the clip: of none */
    int64_t window_next, window_told; /* frames shown, and frames answered, up to here */

    /* the shot at hand */
    bool known;
    int64_t begin, end; /* end: INT64_MAX until it is known */
    int64_t checked;    /* no cut between begin and here */
    struct fth_section *sections;
    size_t section_count;
    struct fth_block block;
};

/* Frames of section `index` of the shot at hand, as far as they exist. */
struct fth_frames {
    int64_t first, last;
};
struct fth_frames fth_shot_section(const struct fth_shot *shot, size_t index);
/* How many sections the frames up to the known end make; a lower bound while it is not known. */
size_t fth_shot_section_of(const struct fth_shot *shot, int64_t frame);
/* Frames that the block of `frame` is made of, its run-ups among them. */
struct fth_frames fth_shot_block_needs(const struct fth_shot *shot, int64_t frame,
                                       struct fth_frames *own);

/* A frame's look out of the spool. */
enum fth_status fth_shot_look(const struct fth_shot *shot, const struct fth_work *work,
                              int64_t frame, unsigned parts, struct fth_draft_seen *seen,
                              struct fth_error *error);
/* Its motion from the frame before, out of the spool or found anew out of two looks. */
enum fth_status fth_shot_motion(struct fth_shot *shot, const struct fth_work *work, int64_t frame,
                                struct fth_motion *motion, struct fth_error *error);
void fth_shot_drop_solution(struct fth_shot *shot);

/* shot_window.c: shows the frame (data NULL: it cannot be had) to the network if its turn has come,
 * and puts answers aside. */
enum fth_status fth_shot_show_window(struct fth_shot *shot, const struct fth_draft *draft,
                                     const struct fth_work *work, int64_t frame,
                                     const struct fth_grid picture[3], struct fth_error *error);
/* The frame's answer at working size, in the work's arena. */
enum fth_status fth_shot_window_near(const struct fth_shot *shot, const struct fth_work *work,
                                     int64_t frame, struct fth_grid *near,
                                     struct fth_grid *invalid, struct fth_error *error);
void fth_block_clear(struct fth_block *block);

/* shot_align.c: the section's scales, shifts and range. */
enum fth_status fth_shot_solve(struct fth_shot *shot, const struct fth_draft *draft,
                               const struct fth_work *work, size_t index,
                               struct fth_error *error);
/* The frame's nearness times *scale plus *shift is disparity. */
void fth_shot_measure(const struct fth_shot *shot, int64_t frame, struct fth_shot_facts *facts);

/* shot_block.c: the steadied maps of the block that `frame` lies in. */
enum fth_status fth_shot_steady(struct fth_shot *shot, const struct fth_work *work,
                                int64_t frame, struct fth_error *error);
/* One of its maps. */
void fth_block_read(const struct fth_block *block, int64_t frame, enum fth_block_map map,
                    const struct fth_grid *grid);

#endif
