/* SPDX-License-Identifier: Apache-2.0 */
/* A network's file as the library holds it. Devices plan a network anew whenever the size of what
 * it is shown changes, which takes a second where a run takes milliseconds: there every size has a
 * session of its own. For this folder's files alone. */
#ifndef FTH_INFER_SIZES_H
#define FTH_INFER_SIZES_H

#include "infer/ort.h"
#include "infer/session.h"

struct fth_sizes;

/* Chooses the device and loads the file once. */
enum fth_status fth_sizes_open(const char *path, const struct fth_infer_options *options,
                               struct fth_sizes **sizes, struct fth_error *error);
void fth_sizes_close(struct fth_sizes **sizes); /* accepts NULL */

/* The first of its sessions. */
OrtSession *fth_sizes_any(const struct fth_sizes *sizes);
/* The one to run on `input`; lives as long as `sizes`. Thread-safe. */
OrtSession *fth_sizes_session(struct fth_sizes *sizes, const struct fth_tensor *input);
/* "run", for messages; on devices with their name and the way round them. */
const char *fth_sizes_doing(const struct fth_sizes *sizes);

#endif
