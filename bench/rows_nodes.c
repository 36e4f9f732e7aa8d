/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of single nodes, as one who turns a knob waits for them: the pictures are known, one value
 * changes a little at every turn, and the whole frame is made anew, in memory of what was made some
 * turns before; the keyer's are as a job makes frame after frame. */
#include "chain.h"

#include <stdio.h>

enum { TURNS_TO_FULL = 5 }; /* of the cache, at most: see bench_make_chain */

/* knob: what turns, value: about what, second: the port that gets the other picture */
struct knob {
    const char *node, *knob, *format, *second;
    double value;
    const char *more[3][2];
};

static const struct knob moves[] = {
    {"transform", "centre", "%.7f,0.503", NULL, 0.5012, {{"filter", "cubic"}}},
    {"transform", "centre", "%.7f,0.503", NULL, 0.5012, {{"filter", "lanczos"}}},
    {"transform", "size", "%.7f", NULL, 1.3, {{"filter", "cubic"}}},
    {"transform", "size", "%.7f", NULL, 1.3, {{"filter", "lanczos"}}},
    {"transform", "angle", "%.7f", NULL, 10, {{"filter", "cubic"}}},
    {"transform", "angle", "%.7f", NULL, 10, {{"filter", "lanczos"}}},
};
static const struct knob sharpens[] = {
    {"sharpen", "amount", "%.7f", NULL, 1.2, {{"radius", "2"}}},
};
static const struct knob mosaics[] = {{"mosaic", "size", "%.7f", NULL, 16, {{NULL}}}};
static const struct knob glows[] = {
    {"glow", "gain", "%.7f", NULL, 1.2, {{"threshold", "0.6"}, {"radius", "20"}}},
};
static const struct knob grows[] = {
    {"erode_dilate", "amount", "%.7f", NULL, 10, {{"channels", "alpha"}}},
    {"erode_dilate", "amount", "%.7f", NULL, -10, {{"channels", "alpha"}}},
};
static const struct knob keys[] = {
    {"difference_keyer", "threshold", "0.05,%.7f", "background", 0.2,
     {{"metric", "max_abs"}, {"view", "matte"}}},
    {"difference_keyer", "threshold", "0.05,%.7f", "background", 0.2,
     {{"metric", "max_abs"}, {"post_multiply", "true"}}},
};
static const struct knob others[] = {
    {"z_merge", "softness", "%.7f", "foreground", 0.1,
     {{"background_depth_from", "constant"}, {"foreground_depth_from", "constant"}}},
    {"blur", "radius", "%.7f", "key", 40, {{"key_sets", "radius"}}},
    {"blur", "radius", "%.7f", NULL, 40, {{NULL}}},
    {"denoise", "strength", "%.7f", NULL, 30, {{"quality", "faster"}}},
    {"denoise", "strength", "%.7f", NULL, 30, {{"quality", "better"}}},
    {"text", "position", "%.7f,0.5", NULL, 0.5, {{"text", "A moving title"}}},
};

static enum fth_status move_knob(struct bench_case *c, const struct knob *knob,
                                 struct fth_error *error)
{
    struct bench_chain *chain = c->held;
    char value[48];
    snprintf(value, sizeof(value), knob->format, knob->value + 1e-6 * chain->moves++);
    return fth_graph_set(chain->graphs[0], "node0", knob->knob, value, error);
}

static enum fth_status turn(struct bench_case *c, const struct knob *knob, struct fth_error *error)
{
    struct bench_chain *chain = c->held;
    struct fth_graph *graph = chain->graphs[0];
    struct fth_image *image = NULL;
    enum fth_status status = move_knob(c, knob, error);
    if (status == FTH_OK)
        status = fth_engine_render(chain->engine, graph, fth_graph_find(graph, "node0"), 1,
                                   (struct fth_rect){0}, NULL, &image, error);
    fth_image_unref(&image);
    return status;
}

static enum fth_status go_on(struct bench_case *c, const struct knob *knob,
                             struct fth_error *error)
{
    enum fth_status status = move_knob(c, knob, error);
    return status == FTH_OK ? bench_run_chain(c, error) : status;
}

static enum fth_status make(struct bench_case *c, const struct knob *knob, struct fth_error *error)
{
    struct bench_link link = {knob->node, NULL, NULL, knob->second};
    enum fth_status status = bench_make_chain(c, &link, 1, error);
    struct bench_chain *chain = c->held;
    for (int i = 0; i < 3 && knob->more[i][0] && status == FTH_OK; i++)
        status = fth_graph_set(chain->graphs[0], "node0", knob->more[i][0], knob->more[i][1],
                               error);
    return status;
}

#define KIND(name, shown, knobs, does)                                                             \
    static enum fth_status make_##name(struct bench_case *c, struct fth_error *error)              \
    {                                                                                              \
        enum fth_status status = make(c, &(knobs)[(int)c->row->number], error);                    \
        for (int i = 0; i < TURNS_TO_FULL && status == FTH_OK; i++)                                \
            status = does(c, &(knobs)[(int)c->row->number], error);                                \
        return status;                                                                             \
    }                                                                                              \
    static enum fth_status turn_##name(struct bench_case *c, struct fth_error *error)              \
    {                                                                                              \
        return does(c, &(knobs)[(int)c->row->number], error);                                      \
    }                                                                                              \
    static const struct bench_kind name = {shown, make_##name, turn_##name, NULL,                  \
                                           bench_drop_chain, NULL};

KIND(move, "transform", moves, turn)
KIND(sharpen, "sharpen", sharpens, turn)
KIND(mosaic, "mosaic", mosaics, turn)
KIND(glow, "glow", glows, turn)
KIND(grow, "erode_dilate", grows, turn)
KIND(key, "difference_keyer", keys, go_on)
KIND(other, "node", others, turn)

#define UHD 3840, 2160
#define HD 1920, 1080
#define ROW(kind, label, number, size, planes, moved)                                              \
    {&(kind), label, number, size, 1, BENCH_MEMORY, 0, 0, planes, moved}
#define KEY_GOAL(ms) (-(ms) / 1.2) /* as in rows_ops.c */

const struct bench_row bench_rows_nodes[] = {
    ROW(move, "shift, cubic, RGBA", 0, HD, 4, 8),
    ROW(move, "shift, lanczos, RGBA", 1, HD, 4, 8),
    ROW(move, "scale, cubic, RGBA", 2, HD, 4, 8),
    ROW(move, "scale, lanczos, RGBA", 3, HD, 4, 8),
    ROW(move, "turn, cubic, RGBA", 4, HD, 4, 8),
    ROW(move, "turn, lanczos, RGBA", 5, HD, 4, 8),
    ROW(sharpen, "radius 2, RGB", 0, HD, 3, 6),
    ROW(mosaic, "16 px, RGB", 0, HD, 3, 6),
    ROW(glow, "radius 20, RGB", 0, HD, 3, 6),
    ROW(grow, "alpha 10 px", 0, HD, 4, 2),
    ROW(grow, "alpha -10 px", 1, HD, 4, 2),
    {&key, "max_abs to alpha", 0, UHD, 1, BENCH_MEMORY, KEY_GOAL(7), 0, 3, 7},
    {&key, "max_abs, multiplied", 1, UHD, 1, BENCH_MEMORY, KEY_GOAL(9), 0, 3, 10},
    ROW(other, "z_merge, RGBA", 0, HD, 4, 12),
    ROW(other, "blur 40 px by a key, RGBA", 1, HD, 4, 9),
    ROW(other, "blur 40 px, RGBA", 2, HD, 4, 8),
    ROW(other, "denoise faster, RGB", 3, HD, 3, 6),
    ROW(other, "denoise better, RGB", 4, HD, 3, 6),
    ROW(other, "text that moves, RGBA", 5, HD, 4, 8),
    {NULL, NULL, 0, 0, 0, 0, BENCH_WORK, 0, 0, 0, 0}};
