/* SPDX-License-Identifier: Apache-2.0 */
/* Shots before a clean plate that no setting was chosen on: sets, figures and what a camera does
 * are drawn from a seed, by other rules than tests/depth/plates.c. The truth is exact: set and
 * figure are drawn apart, spoilt apart where optics spoil them, and then laid over each other. */
#ifndef FTH_BENCH_DRAWN_SHOTS_H
#define FTH_BENCH_DRAWN_SHOTS_H

#include <stdbool.h>
#include <stdint.h>

enum drawn_set { SET_ANY, SET_SHELVES, SET_BRICKS, SET_LEAVES, SET_WALL, SET_STREET };
enum drawn_figure { FIGURE_ANY, FIGURE_WALKER, FIGURE_BEAST, FIGURE_WHEEL, FIGURE_SITTER };

/* What a kind of shot does, in ranges that the seed draws from; all 0: a tripod, no noise. */
struct drawn_kind {
    const char *name;
    enum drawn_set set;
    enum drawn_figure figure;
    float noise;         /* sigma at white, that of a sensor: the square root of light */
    float shift[2];      /* pixels, least and most */
    float turn, zoom;    /* degrees and share, at most either way */
    float rolling;       /* pixels that the rows lean and wobble */
    float parallax;      /* pixels between what is near and what is far */
    float exposure;      /* share that gains differ from 1 by, at most */
    float bands;         /* of light that flickers while rows are read */
    float shadow;        /* light it takes at most */
    float likeness;      /* of the figure's colours to the set's */
    float size;          /* of the figure; 1: a third of the frame's height wide, 0: 1 */
    float blurred;       /* pixels: the set's focus is another than the plate's */
    float motion;        /* pixels that the figure goes while the shutter is open */
    bool at_edge;        /* it is cut by the frame's edge */
    bool light;          /* colours mix as light does, not as code values */
    int crf;             /* of H.264, by ffmpeg; 0: not compressed */
};

extern const struct drawn_kind drawn_kinds[]; /* ends with name NULL */

struct drawn_pictures {
    int32_t width, height;
    float *plate, *shot; /* R, G, B one after the other */
    float *truth;
    float *subject;      /* its colours times truth */
};

/* Noise and exposure are in, the file is not: see drawn_kind.crf. */
void drawn_shot(const struct drawn_kind *kind, uint32_t seed, int frame,
                const struct drawn_pictures *to);
#endif
