/* SPDX-License-Identifier: Apache-2.0 */
/* Private to the graph: how keys lie in memory. A million of them are a fair document,
 * so each takes only what its type needs. */
#ifndef FTH_GRAPH_CURVE_PARTS_H
#define FTH_GRAPH_CURVE_PARTS_H

#include <stdatomic.h>

#include "graph/curve.h"

struct fth_curve {
    const struct fth_param *row;
    atomic_int references;
    size_t count;
    int components;       /* numbers a key; 0: texts. Of a shape one: the place of the key, so that
                             between keys it tells the share of the next */
    double *frames;       /* ascending */
    unsigned char *kinds;
    double *numbers;
    double *handles;      /* in and out, 1 + components each; NULL: there is no bezier key */
    char **texts;
    struct fth_shape **shapes;
    struct fth_key key;   /* of all the above */
};

/* One of the two handles of key `index`: frames, then a number a component. */
static inline double *fth_curve_handle(const struct fth_curve *curve, size_t index, int side)
{
    size_t width = 1 + (size_t)curve->components;
    return curve->handles + (2 * index + (size_t)side) * width;
}

/* A curve of `count` keys that are put in afterwards, one by one, and sealed in the end. */
enum fth_status fth_curve_begin(const struct fth_param *row, size_t count, bool has_handles,
                                struct fth_curve **curve, struct fth_error *error);
/* Checks a key and puts it in its place. Its text or shape is taken over when all is well. */
enum fth_status fth_curve_put(struct fth_curve *curve, size_t index,
                              const struct fth_key_frame *key, struct fth_error *error);
void fth_curve_seal(struct fth_curve *curve);
/* A key from JSON; on success its text or shape (if any) is new. */
enum fth_status fth_curve_read_key(const struct fth_param *row, const struct fth_json *json,
                                   struct fth_key_frame *key, struct fth_error *error);
/* How a key goes on that does not say. */
enum fth_key_kind fth_curve_usual_kind(const struct fth_param *row);

/* The slope of a smooth curve in a key. */
double fth_curve_smooth_slope(const struct fth_curve *curve, size_t key, int component);

#endif
