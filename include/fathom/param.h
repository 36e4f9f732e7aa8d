/* SPDX-License-Identifier: Apache-2.0 */
/* The table that describes a node's parameters. It is the only place where a label, range, default,
 * unit, choice, group, condition or help text is written: command line, documents, inspector,
 * plugins, reference and tests all read it. Everything here is constant data with the life of the
 * program; any thread may read it. */
#ifndef FATHOM_PARAM_H
#define FATHOM_PARAM_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum fth_param_type {
    FTH_PARAM_END,    /* closes a table */
    FTH_PARAM_NUMBER, /* double; text: "0.5" */
    FTH_PARAM_INT,    /* int64_t; text: "4" */
    FTH_PARAM_SWITCH, /* bool; text: "true" or "false" */
    FTH_PARAM_CHOICE, /* int32_t, the index of a choice; text: its id */
    FTH_PARAM_TEXT,   /* const char *, UTF-8, never NULL */
    FTH_PARAM_FILE,   /* const char *, a path; "" is none */
    FTH_PARAM_RANGE,  /* double[2], low and high, two handles; text: "0.05,0.2" */
    FTH_PARAM_POINT,  /* double[2], 0..1 of the frame, y up; text: "0.5,0.5" */
    FTH_PARAM_COLOUR, /* double[4], R G B A; text: "1,0.5,0" or with alpha "1,0.5,0,1" */
    FTH_PARAM_SHAPE   /* struct fth_shape_at; text: JSON, {"points": [[0.2, 0.2], ...]} */
};

/* A shape is made of paths, a path of points. It is made whole and not changed afterwards. */
struct fth_shape_point {
    double x, y;                         /* 0..1 of the frame, y up */
    double in_x, in_y, out_x, out_y;     /* handles, counted from the point; 0: a corner */
};

struct fth_shape_path {
    size_t first, count;                 /* its points in the shape's; at least one */
    int closed;                          /* the last point goes on to the first */
    double size, softness, opacity;      /* of the brush that draws it; -1: the node's own */
    int erase;                           /* the brush takes away: 0, 1; -1: the node's own */
};

struct fth_shape {
    size_t path_count, point_count;
    const struct fth_shape_path *paths;
    const struct fth_shape_point *points;
};

/* What a node is lent: a shape, or one on the way from one to another (keyframes). `from` NULL: no
 * path at all; `to` NULL: on no way. Shapes that do not go together point by point are not mixed:
 * `from` stays until `share` is 1. */
struct fth_shape_at {
    const struct fth_shape *from, *to;
    double share; /* of `to`, 0..1 */
};

struct fth_choice {
    const char *id, *label, *help; /* a list ends with id == NULL */
};

/* Shown (and of effect) only when parameter `id` has one of the values in the bit set `values`:
 * bit 0/1 for a switch that is off/on, bit n for choice n. id == NULL: always. */
struct fth_when {
    const char *id;
    uint32_t values;
};

enum fth_param_flags {
    FTH_PARAM_ANIMATES = 1,   /* may have keyframes */
    FTH_PARAM_NO_PIXELS = 2,  /* changes no pixel (comments, view settings) */
    FTH_PARAM_PIXELS = 4,     /* a length in pixels of the full-size picture: scaled in previews */
    FTH_PARAM_OPEN_MIN = 8,   /* min itself is excluded */
    FTH_PARAM_OPEN_MAX = 16,  /* max itself is excluded */
    FTH_PARAM_NEEDS_FILE = 32, /* FILE: must name something for the node to work */
    FTH_PARAM_OF_FILE = 64    /* of effect only on certain files: raw video, woven fields */
};

struct fth_param {
    const char *id;      /* a promise: never renamed or reused; its option is --id with dashes */
    const char *label;   /* "Far Limit" */
    const char *help;    /* what it does to the picture */
    const char *unit;    /* "px", "mired", "" ... ; NULL counts as "" */
    enum fth_param_type type;
    uint16_t offset, size;     /* of the field in the node's parameter struct */
    double min, max;           /* what is accepted; of each component of a range, point,
                                  colour or shape */
    double ui_min, ui_max;     /* comfortable slider range; both 0: min..max */
    double step;               /* of a slider; 0: continuous */
    double def[4];             /* default: number, switch, choice index, components */
    const char *def_text;      /* default of TEXT and FILE; NULL counts as "" */
    const struct fth_shape *def_shape; /* default of SHAPE; NULL: no path */
    const struct fth_choice *choices;
    const char *group;         /* heading it stands under; NULL: none */
    struct fth_when when;
    uint8_t affects;           /* bit set of the node's steps it affects; 0: the first (so all) */
    uint8_t flags;
};

enum fth_port_kind {
    FTH_PORT_PICTURE, /* RGB(A) and whatever else */
    FTH_PORT_MASK,    /* one value a pixel: the alpha plane if there is one, else luminance */
    FTH_PORT_DEPTH    /* a depth map or bundle */
};

struct fth_port {
    const char *id, *label, *help; /* a list ends with id == NULL */
    enum fth_port_kind kind;
    int optional;
    int lies_on; /* MASK, DEPTH: the port of the picture it is stretched to; 0: the result */
};

#ifdef __cplusplus
}
#endif
#endif
