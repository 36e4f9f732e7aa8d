/* SPDX-License-Identifier: Apache-2.0 */
/* What a file says of the depth in it: "fathom/encoding", "fathom/near_m" and the rest of a
 * bundle's header (docs/bundle.md). EXR has them as attributes, PNG as tEXt, TIFF in its
 * ImageDescription and video in its comment, a line "name=value" each; other kinds have a file
 * NAME.json beside them. */
#ifndef FTH_IO_DEPTH_TAGS_H
#define FTH_IO_DEPTH_TAGS_H

#include "image/footage.h"
#include "image/image.h"

/* Begin with = {0}. */
struct fth_depth_tags {
    char encoding[24], units[24], model[FTH_LIMIT_NAME], licence[FTH_LIMIT_NAME], meaning[24],
        source[40];
    double near_m, far_m, scale, shift;
};

/* Names that are not fathom's are passed over, and so are values that cannot be. */
void fth_depth_tags_take(struct fth_depth_tags *tags, const char *name, const char *value);
/* Without an encoding that is known here nothing is said of the image. */
void fth_depth_tags_apply(const struct fth_depth_tags *tags, struct fth_image *image);
/* Takes "name=value" lines and applies them. */
void fth_depth_tags_take_text(struct fth_image *image, const char *text);

/* "fathom/colour=ID", of a line of `text` or as a name and a value. */
void fth_colour_words_take(struct fth_footage *footage, const char *name, const char *value);
void fth_colour_words_take_text(struct fth_footage *footage, const char *text);

/* The list name, value, ..., NULL as lines (fth_free), NULL when memory is out. */
char *fth_depth_tags_print(const char *const *list);

/* PATH.json beside PATH. Reading is no failure whatever lies there, but that it
 * cannot be read is. Writing removes a stale one
 * when `list` is NULL. Check tells before the file itself is written whether one is in the way. */
enum fth_status fth_depth_sidecar_check(const char *path, struct fth_error *error);
enum fth_status fth_depth_sidecar_read(const char *path, struct fth_image *image,
                                       struct fth_error *error);
enum fth_status fth_depth_sidecar_write(const char *path, const char *const *list, bool overwrite,
                                        struct fth_error *error);

#endif
