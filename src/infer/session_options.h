/* SPDX-License-Identifier: Apache-2.0 */
/* How sessions are set up, whatever the network. For this folder's files alone. */
#ifndef FTH_INFER_SESSION_OPTIONS_H
#define FTH_INFER_SESSION_OPTIONS_H

#include <stdbool.h>

#include "infer/ort.h"
#include "infer/session.h"

/* Options for `thread_count` threads, no device named yet. */
OrtStatus *fth_session_options_new(int thread_count, OrtSessionOptions **options);
/* Names the device (device.h). *found is false when the library lacks the call for it. */
OrtStatus *fth_device_append(size_t index, OrtSessionOptions *options, bool *found);
/* A session of the file as it stands, held against nothing. */
enum fth_status fth_session_load(const char *path, const struct fth_infer_options *options,
                                 OrtSession **session, struct fth_error *error);

#endif
