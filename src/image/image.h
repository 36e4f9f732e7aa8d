/* SPDX-License-Identifier: Apache-2.0 */
/* An image: a format, a data window and named planes it shares with other images. What is in the
 * data window and not in a plane's rectangle has not been computed; outside the data window every
 * channel is 0 (transparent black). Images are counted like planes, and once handed on are never
 * changed: a node that only makes a matte shares its input's colour planes. */
#ifndef FTH_IMAGE_IMAGE_H
#define FTH_IMAGE_IMAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/hash.h"
#include "base/limits.h"
#include "base/status.h"
#include "image/colours.h"
#include "image/plane.h"

struct fth_origin;

/* The frame everything is seen in. Rectangles are in its pixels, (0, 0) at the top left. */
struct fth_format {
    int32_t width, height;
    double pixel_aspect; /* width of a pixel over its height; 0 counts as 1 */
};

static inline struct fth_rect fth_format_rect(struct fth_format format)
{
    return (struct fth_rect){0, 0, format.width, format.height};
}

/* What the analysis of a shot found out about one of its frames. */
struct fth_depth_facts {
    bool known;                   /* false: none of it is */
    int64_t shot_first, shot_last;
    double scale, shift;          /* disparity = scale * the frame's own nearness + shift */
    double flicker;               /* mean difference of disparity to the frame before, along the
                                     motion; -1 for the first frame */
    double flicker_alone;         /* the same before the frames were brought together */
    double drift;                 /* ln of how much larger the same things' spread of depth is than
                                     in the frame before */
};

enum fth_depth_meaning {
    FTH_DEPTH_NONE,             /* the picture has no depth */
    FTH_DEPTH_RELATIVE_INVERSE, /* 1 = near .. 0 = far, linear in 1/Z up to scale and shift */
    FTH_DEPTH_METRIC_INVERSE,   /* 1/Z in 1/metres */
    FTH_DEPTH_METRIC_Z,         /* metres from the camera plane */
    FTH_DEPTH_NORMALISED        /* 0..1 of near and far, larger nearer, of unstated kind */
};

/* How the numbers of a depth plane stand for distance Z from near n to far f (FORMULAS 6.11). */
enum fth_depth_encoding {
    FTH_ENCODED_UNKNOWN,   /* nothing says so: as enum fth_depth_meaning has it */
    FTH_ENCODED_DISPARITY, /* nearness, 1 near */
    FTH_ENCODED_LINEAR,    /* (Z - n) / (f - n) */
    FTH_ENCODED_INVERSE,   /* (1/Z - 1/f) / (1/n - 1/f); nearness where n and f are not known */
    FTH_ENCODED_LOG        /* ln(Z / n) / ln(f / n) */
};

struct fth_channel {
    char name[FTH_LIMIT_NAME]; /* R G B A Z disparity confidence subject sky, or any EXR channel */
    struct fth_plane *plane;
};

struct fth_image {
    struct fth_format format;
    struct fth_rect domain;     /* data window: what exists */
    bool premultiplied;         /* R, G and B are multiplied by A; without an A plane: true */
    bool alpha_is_key;          /* A is a key that travels with the picture, not its transparency:
                                   nobody multiplies R, G and B by it */
    enum fth_colour_space colour;
    enum fth_depth_meaning depth;
    enum fth_depth_encoding depth_encoding;
    double near_m, far_m;       /* range of the depth planes in metres; 0 when not known */
    bool range_is_given;        /* that is somebody's word for a relative depth, not a measure */
    char depth_model[FTH_LIMIT_NAME]; /* what estimated the depth; "" when nothing did */
    char depth_licence[FTH_LIMIT_NAME]; /* of what estimated it, SPDX; "" when not known */
    char depth_meaning[24];      /* of its answers, as lists of networks say it; "" likewise */
    struct fth_key depth_source; /* content of the picture it was estimated from; zero: not known */
    struct fth_depth_facts depth_facts;
    struct fth_origin *origin;   /* what the planes came from (image/origin.h), or NULL; a bare
                                    picture has an origin and no planes */
    int channel_count;
    struct fth_channel channels[FTH_LIMIT_PLANES];
    int refs;                   /* touched only by ref and unref; stays the last member */
};

/* An image without planes. Returns new. */
enum fth_status fth_image_new(struct fth_format format, struct fth_rect domain,
                              struct fth_image **image, struct fth_error *error);
/* A new image with the format, window, meaning and planes (shared) of `like`. */
enum fth_status fth_image_new_like(const struct fth_image *like, struct fth_image **image,
                                   struct fth_error *error);
struct fth_image *fth_image_ref(const struct fth_image *image); /* accepts NULL */
void fth_image_unref(struct fth_image **image);

/* The plane called `name`, borrowed, or NULL. */
struct fth_plane *fth_image_plane(const struct fth_image *image, const char *name);
/* Puts `plane` under `name`, in place of an older one; takes the reference over, also on failure.
 * A NULL plane removes the channel. What is no longer as its origin has it loses it. */
enum fth_status fth_image_set(struct fth_image *image, const char *name, struct fth_plane *plane,
                              struct fth_error *error);
/* fth_plane_new + fth_image_set; the plane is borrowed from the image, for writing. */
enum fth_status fth_image_add(struct fth_image *image, const char *name,
                              struct fth_buffers *buffers, struct fth_rect rect,
                              struct fth_plane **plane, struct fth_error *error);

/* What `from` says of its depth (meaning, range, origin) said of `to` as well. */
void fth_image_copy_depth(struct fth_image *to, const struct fth_image *from);

/* "linear" ...; "" for unknown. Never NULL. */
const char *fth_depth_encoding_name(enum fth_depth_encoding encoding);

/* Bytes of the planes (shared ones count in full); of a bare picture those of its origin. */
uint64_t fth_image_size(const struct fth_image *image);

#endif
