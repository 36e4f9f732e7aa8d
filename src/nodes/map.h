/* SPDX-License-Identifier: Apache-2.0 */
/* Depth planes of any kind to nearness with 1 near (FORMULAS 6.0). */
#ifndef FTH_NODES_MAP_H
#define FTH_NODES_MAP_H

#include "image/image.h"

enum fth_map_kind {
    FTH_MAP_NEARNESS, /* as it stands */
    FTH_MAP_DISTANCE, /* Z */
    FTH_MAP_INVERSE   /* 1 / Z, in any unit */
};

/* The inverse distances that become 1 and 0. */
struct fth_map_range {
    double near, far;
};

/* The name of the image's depth channel: `wanted` if that is not empty, else disparity, Z, depth.Z,
 * a layer's disparity, depth where its encoding is known, any layer's Z, R; NULL when it is not
 * there. Borrowed from the image. */
const char *fth_map_find(const struct fth_image *image, const char *wanted);
enum fth_map_kind fth_map_kind_of(const char *channel);

/* Distances out of linear or logarithmic codes (FORMULAS 6.11); dst may be src. */
void fth_map_decode(const struct fth_plane *src, enum fth_depth_encoding encoding, double near_m,
                    double far_m, const struct fth_plane *dst);

/* dst over its rectangle; src must cover it, and may be it. Distances that are not positive numbers
 * are infinitely far. A range without extent gives 0. */
void fth_map_normalise(const struct fth_plane *src, enum fth_map_kind kind,
                       struct fth_map_range range, const struct fth_plane *dst);

/* Inverse distances collected from frames, at most 65536 of each, evenly spaced. Begin with
 * = {0}. */
struct fth_map_samples {
    float *values;
    size_t count, capacity;
};

enum fth_status fth_map_samples_begin(struct fth_map_samples *samples, size_t frame_count,
                                      struct fth_error *error);
void fth_map_sample(const struct fth_plane *plane, enum fth_map_kind kind,
                    struct fth_map_samples *samples);
/* The 99.5th and the 1st percentile of all. */
struct fth_map_range fth_map_samples_range(const struct fth_map_samples *samples);
void fth_map_samples_clear(struct fth_map_samples *samples);

#endif
