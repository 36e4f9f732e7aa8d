/* SPDX-License-Identifier: Apache-2.0 */
/* Sound copied from one file into another, packet by packet, cut to a range of time. */
#ifndef FTH_IO_AUDIO_H
#define FTH_IO_AUDIO_H

#include "io/media.h"

struct AVFormatContext;
struct fth_audio;

/* Adds a stream to `output` (before its header is written). *audio stays NULL, and *remark may say
 * why, when there is no sound or the container cannot hold it. */
enum fth_status fth_audio_open(const struct fth_writer_spec *spec, struct AVFormatContext *output,
                               struct fth_audio **audio, const char **remark,
                               struct fth_error *error);
/* Writes the packets that begin before `until_s`, counted from the range's begin. */
enum fth_status fth_audio_copy(struct fth_audio *audio, double until_s, struct fth_error *error);
void fth_audio_close(struct fth_audio **audio); /* accepts a pointer to NULL */

#endif
