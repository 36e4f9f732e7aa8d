/* SPDX-License-Identifier: Apache-2.0 */
/* Shapes: read from JSON, checked against their row, written, compared, and read point by point
 * wherever they are on their way between two keyframes. Nothing is made for that: a struct
 * fth_shape_at is looked through. */
#ifndef FTH_NODE_SHAPE_H
#define FTH_NODE_SHAPE_H

#include <stdbool.h>

#include "base/json.h"
#include "node/param.h"

/* A path is {"points": [[x, y] or [x, y, in_x, in_y, out_x, out_y], ...], "closed": true}, for a
 * brush also "size", "softness", "opacity" and "erase"; a shape is a path or a list of paths. Every
 * coordinate is within min..max of the row. Returns new. */
enum fth_status fth_shape_read(const struct fth_param *param, const struct fth_json *json,
                               struct fth_shape **shape, struct fth_error *error);
/* The same from text. */
enum fth_status fth_shape_parse(const struct fth_param *param, const char *text,
                                struct fth_shape **shape, struct fth_error *error);
/* The JSON that reads back as the shape: as a tree, NULL when memory is out, and as text in one
 * line (fth_free). */
struct fth_json *fth_shape_write(const struct fth_shape_at *at);
char *fth_shape_print(const struct fth_shape_at *at);
/* A shape of its own, mixed where it is on its way. NULL for one without paths. */
enum fth_status fth_shape_copy(const struct fth_shape_at *at, struct fth_shape **copy,
                               struct fth_error *error);
void fth_shape_destroy(struct fth_shape **shape); /* accepts NULL */

/* True when the paths of both have as many points each: they are mixed, others are not. */
bool fth_shapes_match(const struct fth_shape *a, const struct fth_shape *b);

size_t fth_shape_path_count(const struct fth_shape_at *at);
struct fth_shape_path fth_shape_path(const struct fth_shape_at *at, size_t index);
/* Point `index` of all points of the shape (a path says which are its own). */
struct fth_shape_point fth_shape_point(const struct fth_shape_at *at, size_t index);

bool fth_shape_equal(const struct fth_shape_at *a, const struct fth_shape_at *b);
void fth_shape_hash(const struct fth_shape_at *at, struct fth_hasher *hasher);

#endif
