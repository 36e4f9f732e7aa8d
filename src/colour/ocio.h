/* SPDX-License-Identifier: Apache-2.0 */
/* Conversions by a config of OpenColorIO: between its colour spaces, or to a display and view. What
 * was asked for once is kept ready, so that asking again costs little; any thread may. */
#ifndef FTH_COLOUR_OCIO_H
#define FTH_COLOUR_OCIO_H

#include <stdbool.h>
#include <stddef.h>

#include "base/hash.h"
#include "base/status.h"

struct fth_ocio_request {
    const char *config;         /* a file; "ocio://NAME", one built in (OpenColorIO 2.2 and later);
                                   "": what $OCIO names */
    const char *from;           /* a colour space or role */
    const char *to;             /* another, or "" ... */
    const char *display, *view; /* ... and then these; "": the config's own first ones */
};

struct fth_ocio;

/* Refuses what the config does not have, in its own words. Close what was opened. */
enum fth_status fth_ocio_open(const struct fth_ocio_request *request, struct fth_ocio **ocio,
                              struct fth_error *error);
void fth_ocio_close(struct fth_ocio **ocio); /* accepts NULL */

/* Feeds what the conversion is: the same words, the same pixels. */
void fth_ocio_hash(const struct fth_ocio *ocio, struct fth_hasher *hasher);

/* Rows in place. */
enum fth_status fth_ocio_rows(const struct fth_ocio *ocio, float *const rgb[3], size_t n,
                              struct fth_error *error);

/* "2.1.2"; "" when it is not there. */
const char *fth_ocio_version(void);

#endif
