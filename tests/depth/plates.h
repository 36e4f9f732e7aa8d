/* SPDX-License-Identifier: Apache-2.0 */
/* Shots before a known background with exact truth: a drawn room that a camera looks at twice, once
 * empty and once with somebody in it, shaken, exposed otherwise, noisy, shadowed and compressed as
 * wished. Everything is a function of the place, so that a moved camera sees the room anew and
 * nothing is resampled. */
#ifndef FTH_TESTS_PLATES_H
#define FTH_TESTS_PLATES_H

#include <stdint.h>

struct fth_plate_shot {
    const char *name;
    float noise;                 /* standard deviation at white; darker is quieter */
    float gain[3], offset[3];    /* of the shot against its plate; gain 0: 1 */
    float fall;                  /* the gain's rise from the left edge to the right */
    float shift_x, shift_y;      /* pixels the shot's picture lies right of and below the plate's */
    float turn;                  /* degrees about the middle */
    float zoom;                  /* times; 0: 1 */
    float shadow;                /* light a shadow takes, 0..1 */
    float crush;                 /* step of the 8x8 blocks' quantiser, of 255; 0: not compressed */
    float likeness;              /* 0..1: how near the subject's colours are to the room's */
    float cover;                 /* subject's size; 0: about an eighth of the frame; 2: a third */
};

/* Pictures of width x height, R, G and B one after the other, rows without gaps. */
struct fth_plate_pictures {
    int32_t width, height;
    float *plate, *shot; /* 3 width height each */
    float *truth;        /* width height */
    float *subject;      /* 3 width height: colours as if it were everywhere; or NULL */
};

/* The frame'th picture of the shot; the subject walks. */
void fth_plate_shot_draw(const struct fth_plate_shot *shot, int frame,
                         const struct fth_plate_pictures *pictures);

/* The set that the table in docs/keying.md is made of; ends with name NULL. */
extern const struct fth_plate_shot fth_plate_shots[];

/* Where a point of the plate (pixels) lies in the shot. */
void fth_plate_shot_moves(const struct fth_plate_shot *shot, int32_t width, int32_t height,
                          float x, float y, float moved[2]);

#endif
