/* SPDX-License-Identifier: Apache-2.0 */
/* Is a file the network it is said to be? It is loaded, held against the manifest and run once. */
#ifndef FTH_INFER_TRIAL_H
#define FTH_INFER_TRIAL_H

#include "base/status.h"
#include "infer/manifest.h"

/* FTH_OK when the file at `path` can be run as `network`; otherwise one line that names it. */
enum fth_status fth_network_try(const struct fth_network *network, const char *path,
                                struct fth_error *error);

#endif
