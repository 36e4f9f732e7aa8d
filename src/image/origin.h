/* SPDX-License-Identifier: Apache-2.0 */
/* What the planes of a picture were made from: a file's codes as they were decoded, a fraction of
 * what their floats take. Where frames only wait to be looked at, this is kept of them, and the
 * planes are made again when they are wanted. An origin never changes, and is counted as planes
 * are. */
#ifndef FTH_IMAGE_ORIGIN_H
#define FTH_IMAGE_ORIGIN_H

#include "base/thread.h"
#include "image/image.h"

struct fth_origin_type {
    /* Puts the planes into `image`, which has none: the same bytes as those that the origin came
     * with, over the rows y0 to y1 of them (which they have), or all. On any thread, several at
     * once. */
    enum fth_status (*unpack)(const void *source, struct fth_rect rows, struct fth_pool *pool,
                              struct fth_buffers *buffers, struct fth_image *image,
                              struct fth_error *error);
    void (*destroy)(void *source);
    bool has_rows; /* some rows take less work than all of them */
};

struct fth_origin_spec {
    const struct fth_origin_type *type;
    void *source;                /* taken over, also on failure */
    uint64_t size;               /* bytes that it takes */
    struct fth_rect rect;        /* of the planes */
    struct fth_buffers *buffers; /* that count it as memory in use; may be NULL */
};

/* Gives `image`, whose planes came from there, its origin: fth_image_set takes it away again where
 * it brings another plane. */
enum fth_status fth_image_set_origin(struct fth_image *image, const struct fth_origin_spec *spec,
                                     struct fth_error *error);
struct fth_origin *fth_origin_ref(struct fth_origin *origin); /* accepts NULL */
void fth_origin_unref(struct fth_origin **origin);            /* accepts a pointer to NULL */
uint64_t fth_origin_size(const struct fth_origin *origin);
bool fth_origin_has_rows(const struct fth_origin *origin);

/* True for a picture that has an origin and no planes. */
bool fth_image_is_bare(const struct fth_image *image);
/* The picture without its planes; it must have an origin. Returns new. */
enum fth_status fth_image_bare(const struct fth_image *image, struct fth_image **bare,
                               struct fth_error *error);
/* A bare picture with its planes, at least those rows of them that `rect` asks for. Returns new. */
enum fth_status fth_image_unpack(const struct fth_image *bare, struct fth_rect rect,
                                 struct fth_pool *pool, struct fth_buffers *buffers,
                                 struct fth_image **image, struct fth_error *error);

#endif
