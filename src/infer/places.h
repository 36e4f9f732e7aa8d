/* SPDX-License-Identifier: Apache-2.0 */
/* The folders in which the inference runtime, the list of networks and the networks themselves are
 * looked for. An installed program finds what lies beside it, with source and build folders gone.
 */
#ifndef FTH_INFER_PLACES_H
#define FTH_INFER_PLACES_H

#include <stdbool.h>

#include "base/status.h"

enum fth_place {
    FTH_PLACE_RUNTIME,  /* the ONNX Runtime library */
    FTH_PLACE_MANIFEST, /* manifest.json */
    FTH_PLACE_NETWORK   /* .onnx files */
};

/* The path of the file `name` in the first folder of `place` that has it, best folder first: the
 * installed one, the project's own, the user's data folder; for manifests and networks
 * $FATHOM_MODELS goes before, and is the only folder networks are then taken from. `found` gets a
 * new string (fth_free), or NULL when no folder has it: so that memory that is out is not taken for
 * a file that is not there. */
enum fth_status fth_place_find(enum fth_place place, const char *name, char **found,
                               struct fth_error *error);

/* The folder a user puts networks (or the runtime) into. New string, NULL when memory is out. */
char *fth_place_own(enum fth_place place);

#endif
