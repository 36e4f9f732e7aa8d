/* SPDX-License-Identifier: Apache-2.0 */
/* Corrections by the ASC Color Decision List: slope, offset and power of each channel, saturation.
 * Files: .cc (one), .ccc (a collection), .cdl (decisions with their clips). */
#ifndef FTH_COLOUR_CDL_H
#define FTH_COLOUR_CDL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

enum { FTH_CDL_ID = 128, FTH_CDL_MOST = 4096 };

struct fth_cdl {
    char id[FTH_CDL_ID]; /* "": it has none */
    float slope[3], offset[3], power[3], saturation;
};

/* Changes nothing. */
extern const struct fth_cdl fth_cdl_neutral;

/* All corrections of a file, by what is in it; *list is new (fth_free). At least one. */
enum fth_status fth_cdl_parse(const char *text, size_t length, const char *name,
                              struct fth_cdl **list, size_t *count, struct fth_error *error);
enum fth_status fth_cdl_read(const char *path, struct fth_cdl **list, size_t *count,
                             struct fth_error *error);
/* The one called `id`, or the first for "". */
enum fth_status fth_cdl_find(const struct fth_cdl *list, size_t count, const char *id,
                             const char *name, const struct fth_cdl **found,
                             struct fth_error *error);
/* The text of such a file (fth_free). Its kind is the name's: .cc holds one correction. */
enum fth_status fth_cdl_print(const char *path, const struct fth_cdl *list, size_t count,
                              char **text, struct fth_error *error);
enum fth_status fth_cdl_write(const char *path, const struct fth_cdl *list, size_t count,
                              bool overwrite, struct fth_error *error);

/* Rows in place: (in slope + offset) to the power, then saturation about Rec.709's luma. Light
 * above 1 goes on; what slope and offset bring below 0 is not raised to the power. */
void fth_cdl_rows(const struct fth_cdl *cdl, float *const rgb[3], size_t n);

#endif
