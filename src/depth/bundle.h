/* SPDX-License-Identifier: Apache-2.0 */
/* The depth bundle (DESIGN 4): one EXR a frame with disparity (float), confidence, subject, sky
 * (half) and a header that says what they are. It is the cache, the exchange format, and what
 * single-input plugins read. */
#ifndef FTH_DEPTH_BUNDLE_H
#define FTH_DEPTH_BUNDLE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/hash.h"
#include "base/status.h"
#include "base/thread.h"
#include "image/image.h"

enum { FTH_BUNDLE_ATTRIBUTES = 16 };

struct fth_bundle_info {
    char model[96];         /* what estimated it */
    char licence[64];       /* of that: SPDX; "" when not known */
    char meaning[24];       /* of its answers: "relative_inverse", "metric_z"; "" likewise */
    struct fth_key source;  /* content of the picture it was made from */
    double scale, shift;    /* disparity = scale * nearness + shift */
    char units[24];         /* of that nearness: "relative", "1/m" (then metres are known), "m" */
    char encoding[24];      /* "disparity", "inverse"; of other files "linear", "log" */
    char version[24];       /* of fathom */
};

/* The header as the name, value, ..., NULL list that EXR writers take; points into itself. */
struct fth_bundle_header {
    char values[FTH_BUNDLE_ATTRIBUTES][96];
    const char *list[2 * FTH_BUNDLE_ATTRIBUTES + 1];
};

/* The channels of a bundle that are stored as half, ended by NULL. */
extern const char *const fth_bundle_half_channels[];

/* True when `image` has the planes a bundle needs. */
bool fth_bundle_is_one(const struct fth_image *image);
/* What the image itself says of its depth: model, source, units, encoding. */
void fth_bundle_describe(const struct fth_image *image, struct fth_bundle_info *info);
void fth_bundle_header_fill(struct fth_bundle_header *header, const struct fth_bundle_info *info,
                            const struct fth_image *image);

/* A pool, buffers, or NULL: what reading and writing is done with. With `overwrite`, which is the
 * cache's way, nobody waits for the disk. */
enum fth_status fth_bundle_write(const char *path, const struct fth_image *bundle,
                                 const struct fth_bundle_info *info, bool overwrite,
                                 struct fth_pool *pool, struct fth_error *error);
/* Checks channels, sizes and header; `info` may be NULL. Not a bundle: FTH_ERR_DATA. */
enum fth_status fth_bundle_read(const char *path, struct fth_pool *pool,
                                struct fth_buffers *buffers, struct fth_image **bundle,
                                struct fth_bundle_info *info, struct fth_error *error);
/* The same of a file that was sealed (base/seal.h). */
enum fth_status fth_bundle_read_sealed(const char *path, struct fth_pool *pool,
                                       struct fth_buffers *buffers, struct fth_image **bundle,
                                       struct fth_error *error);

#endif
