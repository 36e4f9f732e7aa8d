/* SPDX-License-Identifier: Apache-2.0 */
/* Flat OpenEXR files as images with any channels, and their header's strings: what the media reader
 * and the depth bundle stand on. */
#ifndef FTH_IO_EXR_H
#define FTH_IO_EXR_H

#include "base/status.h"
#include "image/image.h"
#include "io/media.h"

/* Header attributes of type string, in file order. */
struct fth_exr_attributes {
    int count;
    struct {
        char name[64];
        char *value;
    } items[64];
};

void fth_exr_attributes_clear(struct fth_exr_attributes *attributes);
const char *fth_exr_attribute(const struct fth_exr_attributes *attributes, const char *name);

/* All channels of all flat parts: of the first with colours under their own names (those of a layer
 * kept: "depth.Z"), of the others as PART.CHANNEL; half and uint become float, luminance and halved
 * chroma R, G and B; the domain is what holds all data windows. Attributes are those of the first,
 * then what only the others have. `pool`, `buffers` and `attributes` may be NULL. */
enum fth_status fth_exr_read(const char *path, struct fth_pool *pool, struct fth_buffers *buffers,
                             struct fth_image **image, struct fth_exr_attributes *attributes,
                             struct fth_error *error);
/* The same of a file that was sealed (base/seal.h): one that is not whole is FTH_ERR_DATA. */
enum fth_status fth_exr_read_sealed(const char *path, struct fth_pool *pool,
                                    struct fth_buffers *buffers, struct fth_image **image,
                                    struct fth_exr_attributes *attributes,
                                    struct fth_error *error);

/* Which channels are stored as half: those named in `half_channels` (NULL-terminated), or, when
 * that is NULL, R, G, B and A. The rest is float. Publishes under the final name when whole. */
struct fth_exr_write_options {
    const char *const *half_channels;
    enum fth_exr_compression compression;
    const char *const *attributes; /* name, value, ..., NULL; or NULL */
    const float *chromaticities;   /* 8, of parts with colours (image/footage.h); or NULL */
    bool overwrite;
    bool cached; /* with `overwrite`: as fth_file_replace does it */
    bool quick; /* ZIP without a search for repeats, whatever it costs in size */
    bool split; /* a part for the colours, one for depth and one a layer; attributes are depth's */
    struct fth_pool *pool; /* may be NULL */
};
enum fth_status fth_exr_write(const char *path, const struct fth_image *image,
                              const struct fth_exr_write_options *options,
                              struct fth_error *error);
#endif
