/* SPDX-License-Identifier: Apache-2.0 */
/* The limits that guard against hostile and mistaken input, in one place. Checked before sizes are
 * computed, and sizes before memory is asked for. */
#ifndef FTH_BASE_LIMITS_H
#define FTH_BASE_LIMITS_H

enum {
    FTH_LIMIT_SIDE = 65536,          /* pixels along one side of a picture */
    FTH_LIMIT_PIXELS = 512 << 20,    /* pixels of one picture */
    FTH_LIMIT_PLANES = 64,           /* planes of one picture */
    FTH_LIMIT_NAME = 64,             /* bytes of a plane's, node's or parameter's name, with 0 */
    FTH_LIMIT_PATH = 4096,           /* bytes of a path, 0 included */
    FTH_LIMIT_TEXT = 64 << 10,       /* bytes of one text parameter */
    FTH_LIMIT_SHAPE_TEXT = 1 << 20,  /* bytes of a shape written as text */
    FTH_LIMIT_SHAPE_POINTS = 8192,   /* points of one shape, all its paths together */
    FTH_LIMIT_SHAPE_PATHS = 1024,    /* paths of one shape */
    FTH_LIMIT_NODES = 4096,          /* nodes of a graph */
    FTH_LIMIT_INPUTS = 8,            /* inputs of a node */
    FTH_LIMIT_OUTPUTS = 64,          /* sinks of one job */
    FTH_LIMIT_MOMENTS = 32,          /* frames of one input that a node looks at at once */
    FTH_LIMIT_KIND = 256,            /* bytes of a kind of node in a document, 0 included */
    FTH_LIMIT_PUBLISHED = 256,       /* names that a document publishes */
    FTH_LIMIT_KEYS = 1 << 20,        /* keyframes of a parameter */
    FTH_LIMIT_NESTING = 8            /* groups within groups */
};

#endif
