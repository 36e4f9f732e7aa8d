/* SPDX-License-Identifier: Apache-2.0 */
/* A shot and a clean plate of the same set (FORMULAS 6.3, FEATURES 29): where the plate lies in the
 * shot, how it is exposed beside it, how noisy their difference is, and the matte that follows.
 * Pictures are three grids, R, G and B as a display shows them, black 0 and white 1; none of it may
 * be no number. Results depend neither on threads nor on the machine. */
#ifndef FTH_DEPTH_PLATE_H
#define FTH_DEPTH_PLATE_H

#include <math.h>

#include "ops/grid.h"

/* ---- where the plate lies */

enum fth_plate_register { /* each finds what those before it find, and: */
    FTH_PLATE_STAYS,
    FTH_PLATE_SHIFT,     /* the camera was moved a little */
    FTH_PLATE_AFFINE,    /* turned about its axis, zoomed */
    FTH_PLATE_HOMOGRAPHY /* turned any way */
};

/* The pixel at (x, y) of the plate, centres at +0.5, is in the shot where
 * ((m0 x + m1 y + m2) / w, (m3 x + m4 y + m5) / w) is, w = m6 x + m7 y + 1. */
struct fth_plate_motion {
    double m[8];
    double agreed; /* share of the plate's details that the shot shows there, 0..1 */
    bool found;    /* false: they have too little in common, m is the identity */
    bool still;    /* nothing moves by a sixteenth of a pixel: m is the identity */
};

/* Finds it, by the details that both show; the subject may hide two fifths of them. Sizes are the
 * same. */
enum fth_status fth_plate_register(const struct fth_work *work, const struct fth_grid shot[3],
                                   const struct fth_grid plate[3], enum fth_plate_register kind,
                                   struct fth_plate_motion *motion, struct fth_error *error);

/* The same in two steps: the plate's details serve any number of shots. They take a few rooms, each
 * of as many floats as a plane of the picture. */
enum { FTH_PLATE_ROOMS = 3 };
size_t fth_plate_room(int32_t width, int32_t height);
int fth_plate_room_count(int32_t width, int32_t height);
enum fth_status fth_plate_find_details(const struct fth_work *work, const struct fth_grid plate[3],
                                       float *const rooms[FTH_PLATE_ROOMS],
                                       struct fth_error *error);
enum fth_status fth_plate_register_by(const struct fth_work *work, const struct fth_grid shot[3],
                                      float *const rooms[FTH_PLATE_ROOMS],
                                      enum fth_plate_register kind,
                                      struct fth_plate_motion *motion, struct fth_error *error);

/* Where the motion takes the plate's point (x, y). */
void fth_plate_moved(const struct fth_plate_motion *motion, double x, double y, double to[2]);

/* The plate as the shot's camera sees it, cubic. `seen` becomes 1 where the plate reaches, else 0
 * (dst goes on with its border's pixels there). dst is not src. */
enum fth_status fth_plate_warp(const struct fth_work *work, const struct fth_grid src[3],
                               const struct fth_plate_motion *motion,
                               const struct fth_grid dst[3], const struct fth_grid *seen,
                               struct fth_error *error);

/* ---- how it is exposed */

/* Brings the plate, which lies where it should, to the shot's exposure, in place: a gain and an
 * offset for every channel and an offset that varies slowly over the frame, from what both show
 * alike. What `seen` is 0 at is not looked at. gain and offset may be NULL. */
enum fth_status fth_plate_expose(const struct fth_work *work, const struct fth_grid shot[3],
                                 const struct fth_grid *seen, const struct fth_grid plate[3],
                                 double gain[3], double offset[3], struct fth_error *error);

/* ---- how far it is to be trusted */

enum { FTH_PLATE_GRADES = 48 }; /* 8 levels of brightness, 6 of steepness */

/* Standard deviation of shot - plate where both show the set, of luma, B - luma and R - luma (the
 * latter two smoothed over 3 x 3 pixels), for every grade of the plate. */
struct fth_plate_noise {
    float sigma[3][FTH_PLATE_GRADES];
    double changed; /* share of the frame that is something else, roughly */
    double middle;  /* of luma, of the quieter half of all there is */
    bool copied;    /* most of it is the plate's to the bit, the rest is not: a coded file's */
};

struct fth_plate_options {
    float sigmas[2]; /* differences that are noise for sure, and none for sure */
    float shadow;    /* 0: shadows on the set are not of the subject; 1: they are, as dark as they
                        are; between: in part */
};

/* What `auto` of the Difference Keyer means, with FTH_PLATE_HOMOGRAPHY and fth_plate_expose. */
extern const struct fth_plate_options fth_plate_auto;

/* What a difference says of a pixel (-1 nothing, 1 something, more: without doubt) and what else is
 * known (-1 background .. 1 subject), each where it is sure: that there is no difference says
 * little where the other speaks, and a doubtless difference is not undone by it. */
static inline float fth_plate_joined(float vote, float hint)
{
    float own = vote < 0 ? vote * (1 - 0.75f * fabsf(hint)) : vote;
    return own + 1.5f * hint;
}

/* The matte. `noise` may be NULL. `hint` (may be NULL) says what else is known of each pixel: -1 is
 * background, 1 subject, 0 nothing. */
enum fth_status fth_plate_matte(const struct fth_work *work, const struct fth_grid shot[3],
                                const struct fth_grid plate[3], const struct fth_grid *seen,
                                const struct fth_grid *hint,
                                const struct fth_plate_options *options,
                                const struct fth_grid *alpha, struct fth_plate_noise *noise,
                                struct fth_error *error);

/* ---- what only the plate holds */

struct fth_plate_ghost_view {
    const struct fth_grid *shot, *plate; /* three each, of one size; the plate where it lies */
    const struct fth_grid *alpha;
};

struct fth_plate_ghost {
    double decided; /* points of the matte's border where one of the two steps and the other not */
    double share;   /* of them: where it is the plate, 0..1; of a subject alone nearly none */
    double x, y;    /* their middle, in pixels */
};

/* Looks along the matte's border for what stands in the plate and not in the shot. */
enum fth_status fth_plate_find_ghost(const struct fth_work *work,
                                     const struct fth_plate_ghost_view *view,
                                     struct fth_plate_ghost *ghost, struct fth_error *error);

#endif
