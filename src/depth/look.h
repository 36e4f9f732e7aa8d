/* SPDX-License-Identifier: Apache-2.0 */
/* A look: what the networks said of one frame, at working size, before other frames have a say. It
 * is all that is kept of a frame while its shot is analysed, packed into some hundred kilobytes, in
 * precision that is the same fresh and read back. */
#ifndef FTH_DEPTH_LOOK_H
#define FTH_DEPTH_LOOK_H

#include "depth/draft_recipe.h"

/* Packs near, invalid, sky, mattes, believed and grey of `seen` and what goes with them. Free
 * *bytes with fth_free. */
enum fth_status fth_look_pack(const struct fth_work *work, const struct fth_draft_seen *seen,
                              void **bytes, size_t *size, struct fth_error *error);

enum fth_look_parts { FTH_LOOK_GREY = 1, FTH_LOOK_NEAR = 2, FTH_LOOK_REST = 4, FTH_LOOK_ALL = 7 };

/* Unpacks the wanted parts into the work's arena; other grids of `seen` are left as they are. Bytes
 * that are no sound look: FTH_ERR_DATA. */
enum fth_status fth_look_unpack(const struct fth_work *work, const void *bytes, size_t size,
                                unsigned parts, struct fth_draft_seen *seen,
                                struct fth_error *error);

#endif
