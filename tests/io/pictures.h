/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures for the tests of io: smooth, different in every frame and channel, exactly known. */
#ifndef FTH_TESTS_IO_PICTURES_H
#define FTH_TESTS_IO_PICTURES_H

#include "base/file.h"
#include "base/mem.h"
#include "io/exr.h"
#include "io/media.h"
#include "check.h"

/* Waves that move with `frame`; A (straight) when `alpha`. Never NULL. */
struct fth_image *make_picture(int width, int height, int frame, bool alpha);
/* Largest difference of a channel over both formats; 1e9 when it is absent or of another size. */
double channel_difference(const struct fth_image *a, const struct fth_image *b, const char *name);
/* Mean difference of a channel; 1e9 as above. */
double mean_difference(const struct fth_image *a, const struct fth_image *b, const char *name);
/* The same planes to the last bit. */
bool same_bytes(const struct fth_image *a, const struct fth_image *b);
/* Writes frames 1..count to `path`. */
enum fth_status write_pictures(const char *path, const struct fth_writer_spec *spec, int count,
                               struct fth_error *error);
/* Opens, reads one frame, closes. */
enum fth_status read_picture(const char *path, int64_t frame, struct fth_image **image,
                             struct fth_error *error);

#endif
