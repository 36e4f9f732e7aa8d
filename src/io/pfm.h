/* SPDX-License-Identifier: Apache-2.0 */
/* PFM files of R (grey) or R G B, written whole. */
#ifndef FTH_IO_PFM_H
#define FTH_IO_PFM_H

#include "image/image.h"

enum fth_status fth_pfm_write(const char *path, const struct fth_image *image, bool grey,
                              bool overwrite, struct fth_error *error);

#endif
