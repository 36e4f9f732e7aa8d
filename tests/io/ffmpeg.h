/* SPDX-License-Identifier: Apache-2.0 */
/* The ffmpeg program as a maker of files and as a second opinion. Tests that need it skip without
 * it; the test set-up installs it. */
#ifndef FTH_TESTS_IO_FFMPEG_H
#define FTH_TESTS_IO_FFMPEG_H

#include <stdbool.h>

bool ffmpeg_is_there(void);
/* Runs "ffmpeg -y ARGUMENTS" in the test's folder; false, and a failed test, when it fails. */
bool ffmpeg_run(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Frames of `name` as ffmpeg counts and decodes them, in order. -1: it failed. */
long ffmpeg_count(const char *name, int width, int height);

#define FTH_NEED_FFMPEG()                                                                          \
    do {                                                                                           \
        if (!ffmpeg_is_there())                                                                    \
            FTH_SKIP("the ffmpeg program is not there");                                           \
    } while (0)

#endif
