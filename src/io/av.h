/* SPDX-License-Identifier: Apache-2.0 */
/* libav brought to our ways: files opened by descriptor and never by URL, its log turned down, its
 * error numbers in our words. Included by this folder's .c files only. */
#ifndef FTH_IO_AV_H
#define FTH_IO_AV_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"

struct AVFormatContext;
struct AVIOContext;
struct fth_raw_video;
struct AVCodecContext;

/* Loads libav, once a process; its own remarks go to our log at DEBUG. Fails, for the sake of
 * `path`, where the library is not installed: none of its calls does anything then. */
enum fth_status fth_av_setup(const char *path, struct fth_error *error);
/* What of it that loads; NULL, or why it could not be. */
const char *fth_av_load(void);

/* "PATH: WHAT: libav's words", as the status that fits `code`. */
enum fth_status fth_av_fail(struct fth_error *error, int code, const char *path, const char *what);

/* Opens a container by its content. No other file or address is ever opened on its behalf. */
enum fth_status fth_av_open(const char *path, struct AVFormatContext **format,
                            struct fth_error *error);
/* A file of bare samples, as `raw` says. */
enum fth_status fth_av_open_raw(const char *path, const struct fth_raw_video *raw,
                                struct AVFormatContext **format, struct fth_error *error);
void fth_av_close(struct AVFormatContext **format); /* accepts a pointer to NULL */

/* What is written goes into `file`, which it takes, also when it fails. */
enum fth_status fth_av_write_to(int file, const char *path, struct AVIOContext **io,
                                struct fth_error *error);
/* Writes what is left and closes the file: 0, or libav's code of what went wrong at any time. */
int fth_av_finish(struct AVIOContext **io); /* accepts a pointer to NULL */

/* Limits of pictures, for decoders. */
void fth_av_limit(struct AVCodecContext *codec, int thread_count);

#endif
