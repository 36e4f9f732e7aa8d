/* SPDX-License-Identifier: Apache-2.0 */
/* A bench for nodes: an engine and a graph over the real catalogue plus a few nodes of the tests'
 * own, which make small scenes with exact truth out of nothing, so that no file is needed. */
#ifndef FTH_TESTS_BENCH_H
#define FTH_TESTS_BENCH_H

#include "engine/engine.h"
#include "graph/graph.h"

/* The catalogue plus:
 * test_scene   a picture of `kind`, width x height, its data window `inset` pixels smaller on every
 *              side and `shift` pixels further to the right: photo (R G B), cutout (R G B A,
 *              multiplied, object and material IDs), straight (the same, not multiplied), mask (R G
 *              B A, a soft disc), depth (a bundle), z (R G B and Z in metres, moving away with the
 *              frame), grey (a map in R G B), far (Z alone), alpha (A alone). `window` other than
 *              0: the data window is a square of so many pixels. `fill` puts NaN (nan), infinity
 *              (infinite) or 3e38 (large) of either sign into every fifth pixel, or makes all of
 *              them denormal (denormal).
 *              All of it moves to the right by `moving` pixels a frame. A disc stands before
 *              a slope: its disparity is .7 within `disc` of the height around the centre, the
 *              slope runs from .1 (top) to .5 (bottom).
 * test_keep    a sink that keeps the pictures of frames 0 to 15 in one of two places (`place`).
 * test_fence   hands its input on in planes that reach further than asked, NaN out there.
 * fit          the catalogue's own fitter, by name. */
const struct fth_catalogue *bench_catalogue(void);
/* The same with no step ever an identity: what is_identity claims can be held against it. */
const struct fth_catalogue *bench_catalogue_without_identities(void);

/* What test_keep has at a place, borrowed; NULL: nothing. To be forgotten before the engine
 * ends. */
const struct fth_image *bench_kept(int place, int64_t frame);
void bench_forget(void);

struct fth_writer_spec;

struct bench {
    struct fth_engine *engine;
    struct fth_graph *graph;
    struct fth_error error; /* of the last call that failed */
};

/* All zero is fine for `options`, except that no disk cache is used unless one is named. False
 * (and bench->error) on failure; bench_close is then still right. */
bool bench_open(struct bench *bench, const struct fth_catalogue *catalogue,
                const struct fth_engine_options *options);
void bench_close(struct bench *bench);

/* Adds node `name` of `type` with settings "gamma=2 invert=true ...", inputs "input=clip key=m". */
bool bench_add(struct bench *bench, const char *name, const char *type, const char *settings,
               const char *inputs);
bool bench_set(struct bench *bench, const char *name, const char *param, const char *text);
/* New image over the node's data window; NULL on failure. */
struct fth_image *bench_render(struct bench *bench, const char *name, int64_t frame);

/* Writes frames first..last of the node to `path`, numbered from `as` on. False (and bench->error)
 * on failure. */
bool bench_write(struct bench *bench, const char *name, const char *path,
                 const struct fth_writer_spec *spec, int64_t first, int64_t last, int64_t as);

/* One node alone, at frame 1: each input is a port and the settings of the test_scene it gets; the
 * list ends with a NULL port. Fails the test and returns NULL when nothing comes out. */
typedef const char *bench_input[2];
struct fth_image *bench_once(const char *type, const char *settings, const bench_input *inputs);

/* True when both have the same channels and bytes over the same data window. */
bool bench_equal(const struct fth_image *a, const struct fth_image *b);
/* Largest / mean difference of a channel over the data window; infinite when they do not fit. */
double bench_difference(const struct fth_image *a, const struct fth_image *b, const char *channel);
double bench_mean_difference(const struct fth_image *a, const struct fth_image *b,
                             const char *channel);
/* The value at a pixel; 0 outside the data window; NaN when there is no such channel. */
float bench_pixel(const struct fth_image *image, const char *channel, int32_t x, int32_t y);
/* The first channel with a value that is no finite number, or NULL. */
const char *bench_not_finite(const struct fth_image *image);

#endif
