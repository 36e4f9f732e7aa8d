/* SPDX-License-Identifier: Apache-2.0 */
/* A file of the user's that is like a network of the list, but not the same: other names of its
 * input and output, another fixed size, bytes in place of floats. What the file says of itself
 * replaces what the list says; what a picture must look like and what the answer means stay. */
#ifndef FTH_INFER_FIT_H
#define FTH_INFER_FIT_H

#include "base/json.h"
#include "base/status.h"
#include "infer/manifest.h"

struct fth_fit {
    struct fth_network network; /* as `like`, fitted; its names point into this struct, which must
                                   stay where it is */
    char input[128], output[128];
};

/* `input`, `output`: the names to take where the file has several of its own; NULL: like's, or the
 * only one. Loads the file; refuses one that keeps its weights in other files, because it alone is
 * copied. Messages name it. */
enum fth_status fth_fit_file(const struct fth_network *like, const char *path, const char *input,
                             const char *output, struct fth_fit *fit, struct fth_error *error);

/* The list's words for like's input or output, with what was fitted in them. New. */
struct fth_json *fth_fit_input(const struct fth_network *like, const struct fth_fit *fit);
struct fth_json *fth_fit_output(const struct fth_network *like, const struct fth_fit *fit);

#endif
