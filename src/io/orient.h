/* SPDX-License-Identifier: Apache-2.0 */
/* Cameras held sideways: the eight orientations a display matrix can ask for. */
#ifndef FTH_IO_ORIENT_H
#define FTH_IO_ORIENT_H

#include <stdbool.h>
#include <stdint.h>

#include "image/image.h"

/* Clockwise turn to be applied, 0, 90, 180 or 270 (mirrored or not). */
int fth_orient_degrees(const int32_t matrix[9]);
bool fth_orient_mirrors(const int32_t matrix[9]);

/* Replaces *image by its upright version; leaves it as it is when nothing is to be done. */
enum fth_status fth_orient_image(const int32_t matrix[9], struct fth_buffers *buffers,
                                 struct fth_image **image, struct fth_error *error);

#endif
