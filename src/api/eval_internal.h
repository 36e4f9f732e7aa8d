/* SPDX-License-Identifier: Apache-2.0 */
/* What the measures share: pictures as stored, frames one after another, sums over pixels. */
#ifndef FTH_API_EVAL_INTERNAL_H
#define FTH_API_EVAL_INTERNAL_H

#include <stddef.h>

#include "api/eval.h"
#include "ops/grid.h"

/* Channels of a file with the numbers that stand in it. They live in an arena. */
struct fth_eval_picture {
    int channel_count; /* 1 (grey), 2, 3 (R G B) or 4 */
    struct fth_grid channels[4];
    float top; /* the highest number an integer file can hold; 0 for floats */
};

/* Takes the arrays of a .npy, or of the entry "depth" or else the first of a .npz. */
enum fth_status fth_eval_read_array(const char *path, struct fth_arena *arena,
                                    struct fth_eval_picture *picture, struct fth_error *error);

/* Any file a map, truth or matte may be. */
enum fth_status fth_eval_read_picture(const char *path, struct fth_arena *arena,
                                      struct fth_eval_picture *picture, struct fth_error *error);

/* One channel, integers to 0..1: grey, or the mean of R, G and B. */
enum fth_status fth_eval_map_of(const struct fth_eval_picture *picture, struct fth_arena *arena,
                                struct fth_grid *map, struct fth_error *error);

/* Frames of a film, or of the files of a folder in the order of their names. */
struct fth_eval_frames;
enum fth_status fth_eval_frames_open(const char *path, const char *suffix,
                                     struct fth_eval_frames **frames, struct fth_error *error);
/* FTH_END after the last. */
enum fth_status fth_eval_frames_next(struct fth_eval_frames *frames, struct fth_arena *arena,
                                     struct fth_eval_picture *picture, struct fth_error *error);
void fth_eval_frames_close(struct fth_eval_frames **frames);

/* `map` at another size: by areas where it shrinks, bilinear where it grows. */
enum fth_status fth_eval_resize(const struct fth_work *work, const struct fth_grid *map,
                                int32_t width, int32_t height, struct fth_grid *resized,
                                struct fth_error *error);

void fth_figures_add(struct fth_figures *figures, const char *name, double value);

/* A pool and an arena for one measurement. */
enum fth_status fth_eval_begin(int threads, struct fth_work *work, struct fth_error *error);
void fth_eval_end(struct fth_work *work);

/* ---- truths */

/* True inverse depth of every pixel (0 where not valid) and how it was coded. */
struct fth_eval_truth {
    int32_t width, height;
    double *inverse;
    uint8_t *valid;
    size_t valid_count;
    bool metric;
};

enum fth_status fth_eval_decode_truth(const struct fth_eval_picture *picture,
                                      const struct fth_eval_depth_options *options,
                                      struct fth_arena *arena, struct fth_eval_truth *truth,
                                      struct fth_error *error);

/* scale and shift of p onto t by least squares; weights may be NULL. */
struct fth_eval_line {
    double scale, shift;
};
struct fth_eval_line fth_eval_fit(const double *p, const double *t, const double *weights,
                                  size_t count);

struct fth_eval_errors {
    double absrel, d1, rmselog;
};
struct fth_eval_errors fth_eval_compare(const double *p, const double *t, size_t count,
                                        struct fth_eval_line line, double cap_m);

/* F1, precision and recall of depth edges; NaN when the truth has none. p is aligned. */
enum fth_status fth_eval_boundary(const struct fth_work *work, const double *p,
                                  const struct fth_eval_truth *truth, double result[3],
                                  struct fth_error *error);
#endif
