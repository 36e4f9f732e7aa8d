/* SPDX-License-Identifier: Apache-2.0 */
/* Two fields woven into one frame, taken apart by libavfilter's bwdif: each frame in gives one out,
 * a frame later, and what comes out depends on the frame, the one before and the one after. */
#ifndef FTH_IO_DEINTERLACE_H
#define FTH_IO_DEINTERLACE_H

#include <stdbool.h>

#include "base/status.h"

struct AVFrame;
struct fth_weave;

/* For frames like `like`. `every`: all of them, not only those that are marked. */
enum fth_status fth_weave_open(const struct AVFrame *like, bool every, const char *path,
                               struct fth_weave **weave, struct fth_error *error);
void fth_weave_close(struct fth_weave **weave); /* accepts a pointer to NULL */
/* Takes a reference to `frame`; NULL: there are no more. */
enum fth_status fth_weave_push(struct fth_weave *weave, const struct AVFrame *frame,
                               struct fth_error *error);
/* FTH_END when more must be pushed. */
enum fth_status fth_weave_pull(struct fth_weave *weave, struct AVFrame *frame,
                               struct fth_error *error);

#endif
