/* SPDX-License-Identifier: Apache-2.0 */
/* The draft recipe's constants, what its steps hand to each other, and the helpers they share.
 * Sizes are of the working picture, 640 wide, unless said otherwise. */
#ifndef FTH_DEPTH_DRAFT_RECIPE_H
#define FTH_DEPTH_DRAFT_RECIPE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/hash.h"
#include "base/status.h"
#include "infer/batch.h"
#include "infer/session.h"
#include "ops/grid.h"
#include "ops/regions.h"

enum { FTH_DRAFT_MATTES = 2, FTH_DRAFT_MOST_PEOPLE = 64 };
enum { FTH_DRAFT_DEPTH, FTH_DRAFT_PEOPLE }; /* the networks in the batch */

/* A look at the picture by the matte network. */
struct fth_draft_look {
    int short_side;
    bool mirrored;
};

/* Every constant of the recipe. */
struct fth_draft_recipe {
    int version;            /* raised when the same pictures give other bytes */
    int version_faster;     /* the same, of Faster alone */
    int version_as_is;      /* the same, of what is done with one network's own depth */
    int work_width;         /* of the working picture */
    double longest_aspect;  /* longer pictures are squashed to it */
    int least_side;         /* smaller pictures are enlarged to it */

    int views_side;         /* grid on which the views meet */
    double crop;            /* share of the frame a corner crop shows */
    double feather[2];      /* rise of a crop's weight from its rim, and its least */
    double span[2];         /* percentiles that become 0 and 1 */

    float sky_blue[3];      /* b - r above, brightest above, b >= g - */
    float sky_white[3];     /* brightest above, |b - r| below, b - r above - */
    float sky_rough;        /* roughness below */
    double sky_least[2];    /* share of the picture, of the top rows' columns */
    double sky_near[2];     /* median nearness: certain .. not sky */
    double sky_low[2];      /* how low it reaches, share of the height: certain .. not sky */

    double trust[2];        /* disagreement of the views: trust the network .. the ramp */
    double prior[2];        /* most weight of the ramp: network not trusted, sky seen */
    double sky_counts;      /* share of sky that counts as sky seen */
    double horizon[2];      /* where the ramp begins without a sky, and at most with one */

    int guide_radius;       /* texture is taken out of the guide first */
    double guide_eps;
    double snap_lambda, snap_sigma;
    int snap_rounds;
    double crisp_amount, crisp_sigma; /* unsharp mask: sigma as a share of the width */

    struct fth_draft_look looks[FTH_DRAFT_MATTES], look_faster;
    int near_every, matte_every; /* Faster: frames from one answer to the next; they divide block */
    int matte_every_as_is;
    float harden[2];        /* mean of the mattes: no person .. all person */
    float blob_above;       /* the matte inside a blob */
    double blob_least;      /* its share of the picture */
    double agree[2];        /* overlap of the two mattes in a blob: drop .. keep */
    double solid[2];        /* with one matte: its mean in the blob instead */
    double stay;            /* a blob once believed is believed this much in the next frame */
    double gap;             /* a person stands this much before what is around */
    double relief[2];       /* share of the network's relief kept on a person, and its limit */
    int fill_levels;

    double cut_below;       /* mean trust in the motion below which a frame is a cut */
    float flow_error;       /* grey levels of error at which trust is 1/e */
    float keep, keep_matte; /* share of the warped past where motion is sure */
    float keep_faster, keep_matte_faster, keep_matte_faster_as_is;
    double keep_range;
    double fit_limits[2];

    /* over whole shots */
    float flow_return;      /* half-size pixels that a way there and back may miss by */
    float carry, carry_matte; /* what the next frame counts, against this one */
    float near_apart;       /* maps that differ by so much do not believe each other */

    double as_is_span[2];   /* percentiles that become 0 and 1 */
    double reach[2];        /* how far its people may bleed out: pixels, and its own pixels */
    double core;            /* the matte where a person's depth is the network's own */
    double refine_above;    /* picture pixels to one of its own, each way: outlines are redrawn */
    double refine_radius, refine_eps; /* the radius in its own pixels */

    int alpha_radius;       /* full-size alpha: guided filter, then stretched */
    double alpha_eps;
    float alpha_stretch[2];

    int block, run_up;      /* Faster: frames of a block, and frames before it that lead in */
    int fade;               /* ... and its first frames, in which the block before still counts */
    int shot_block, shot_run_up; /* Better: the same, with as many frames behind it */
    int section, section_overlap; /* Better: frames of a shot that are aligned together */
};

extern const struct fth_draft_recipe fth_draft_recipe;

/* What the recipe works with, for the length of one clip. */
struct fth_ahead; /* depth/ahead.h */

struct fth_draft {
    struct fth_infer_session *depth, *people; /* people may be NULL where depth stands as it is */
    struct fth_batch *batch;                  /* of both */
    bool better;    /* else Faster */
    bool per_frame; /* no memory between frames */
    bool as_is;     /* the depth network is strong: its depth stands, only outlines and time are
                       worked on */
    struct fth_ahead *ahead; /* what was asked before its turn; NULL: nothing ever is */
    struct fth_key key;      /* of the frame's picture, where there is `ahead` */
    const struct fth_grid *near, *invalid; /* what a network of windows has said of the frame at
                                              hand; NULL: the network is asked */
};

/* How a frame moved from the one before. */
struct fth_draft_motion {
    bool follows;                /* false: first frame, or a cut */
    struct fth_grid mx, my;      /* where each pixel was */
    struct fth_grid sure;        /* 0..1 */
};

/* A frame without memory; in the frame's arena. */
struct fth_draft_seen {
    struct fth_grid picture[3];  /* R G B as given, or squashed / enlarged */
    struct fth_grid small[3];    /* working picture, rounded to 8 bits, 0..1 */
    struct fth_grid grey;        /* half of it, whole numbers 0..255 */
    struct fth_grid near;        /* edges snapped, before time */
    bool metric;                 /* near is in 1/m: neither scaled nor shifted */
    int32_t refine_radius;       /* 0: the network is not much coarser than the picture */
    int32_t reach;               /* how far depth of people may bleed out of their matte */
    struct fth_grid sky;         /* 0..1; only the whole is 0 when no sky was found */
    struct fth_grid invalid;     /* share of the network's answer that was invalid */
    bool sky_found;
    double ramp_share;           /* weight of the ramp in `near` */
    struct fth_grid mattes[FTH_DRAFT_MATTES];
    int matte_count;             /* 0: nobody looks for people */
    struct fth_grid believed;    /* how far each pixel's blob passes for a person by itself */
    bool mattes_new, near_new;   /* false: none was asked for, the past is carried on */
    struct fth_draft_motion motion;
};

/* What is remembered from frame to frame. Its grids live as long as the clip. */
struct fth_draft_past {
    bool any;
    bool has_range; /* low and high are of the whole shot and stay */
    struct fth_grid base, believed, soft[FTH_DRAFT_MATTES];
    double low, high;
};

/* One person. */
struct fth_draft_person {
    struct fth_grid alpha;
    struct fth_region box;
    double belief;
};

/* S(0) = 0, S(1) = 1, flat at both; x from low to high. */
static inline double fth_draft_smoothstep(double x, const double range[2])
{
    double t = (x - range[0]) / (range[1] - range[0]);
    t = t > 0 ? t < 1 ? t : 1 : 0;
    return t * t * (3 - 2 * t);
}

/* A new grid like `like`. */
static inline enum fth_status fth_draft_grid(const struct fth_work *work,
                                             const struct fth_grid *like, struct fth_grid *grid,
                                             struct fth_error *error)
{
    return fth_grid_new(work->arena, like->width, like->height, grid, error);
}

/* Every fourth pixel of every fourth row (where `leave_out`, if given, is 0): what percentiles and
 * fits are taken from. *values is in the arena. */
enum fth_status fth_draft_sample(const struct fth_work *work, const struct fth_grid *grid,
                                 const struct fth_mask *leave_out, float **values, size_t *count,
                                 struct fth_error *error);

#endif
